//! Random values of random types: what is written is what is read, and an edit of the types means the same to bytes as to a reload.

use std::fmt::Write;

use proptest::prelude::*;

use super::{cases, loaded};
use crate::report::Error;

/// Numbers of a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) % sides
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len() as u64) as usize]
    }
}

#[derive(Clone)]
enum Ty {
    /// By its name.
    Number(&'static str),
    Word(&'static str),
    Array(Box<Ty>),
    Fixed(Box<Ty>, u64),
    Option(Box<Ty>),
    Result(Box<Ty>),
    Tuple(Box<Ty>, Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    Set(Box<Ty>),
    Own(usize),
}

/// The fields of a struct, or with several variants those of an enum.
type Own = Vec<Vec<(String, Ty)>>;

struct Program {
    dice: Dice,
    own: Vec<Own>,
    value: String,
}

const INTS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

impl Program {
    fn new(seed: u64) -> (Program, Ty) {
        let mut program = Program {
            dice: Dice(seed),
            own: Vec::new(),
            value: String::new(),
        };
        for _ in 0..=program.dice.roll(3) {
            let variants = program.dice.of(&[1, 1, 2, 3]);
            let variants = (0..variants).map(|_| {
                let fields = program.dice.roll(4);
                let fields = (0..fields).map(|index| (format!("f{index}"), program.ty(2)));
                fields.collect()
            });
            let variants = variants.collect();
            program.own.push(variants);
        }
        let ty = Ty::Array(Box::new(Ty::Own(program.own.len() - 1)));
        program.value = program.make(&ty);
        (program, ty)
    }

    fn ty(&mut self, depth: u64) -> Ty {
        let inner = |program: &mut Program| Box::new(program.ty(depth - 1));
        match self.dice.roll(if depth == 0 { 7 } else { 15 }) {
            0..=2 => Ty::Number(self.dice.of(&INTS)),
            3 => Ty::Number(self.dice.of(&["f32", "f64"])),
            4..=6 => Ty::Word(self.dice.of(&["bool", "char", "str", "str"])),
            7 | 8 => Ty::Array(inner(self)),
            9 => Ty::Option(inner(self)),
            10 => Ty::Tuple(inner(self), inner(self)),
            11 => Ty::Map(Box::new(self.key()), inner(self)),
            12 => Ty::Set(Box::new(self.key())),
            13 => match self.dice.roll(2) {
                0 => Ty::Result(inner(self)),
                _ => Ty::Fixed(inner(self), self.dice.roll(3) + 1),
            },
            _ if self.own.is_empty() => Ty::Number("i64"),
            _ => Ty::Own(self.dice.roll(self.own.len() as u64) as usize),
        }
    }

    fn key(&mut self) -> Ty {
        match self.dice.roll(3) {
            0 => Ty::Number(self.dice.of(&INTS)),
            1 => Ty::Word("str"),
            _ => Ty::Tuple(Box::new(Ty::Number("i32")), Box::new(Ty::Word("str"))),
        }
    }

    fn several(&mut self, count: u64, ty: &Ty) -> String {
        let all: Vec<String> = (0..count).map(|_| self.make(ty)).collect();
        format!("[{}]", all.join(", "))
    }

    /// A value of the type as it is written.
    fn make(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Number(name @ ("f32" | "f64")) => match self.dice.roll(6) {
                0 => "0.0 / 0.0".to_owned(),
                1 => "1.0 / 0.0".to_owned(),
                2 => "-0.0".to_owned(),
                _ if *name == "f32" => format!("{:?}", self.dice.roll(1 << 20) as f32 / 7.0),
                _ => format!("{:?}", self.dice.roll(1 << 50) as f64 / 1e3),
            },
            Ty::Number(name) => match self.dice.roll(4) {
                0 => format!("{name}.max"),
                1 => format!("{name}.min"),
                _ => self.dice.roll(100).to_string(),
            },
            Ty::Word("bool") => self.dice.of(&["true", "false"]).to_owned(),
            Ty::Word("char") => self.dice.of(&["'a'", "'ß'", "'\\u{1F600}'"]).to_owned(),
            Ty::Word(_) => {
                let all = ["\"\"", "\"a\"", "\"日本\"", "\"q\\\"{{\\n\""];
                self.dice.of(&all).to_owned()
            }
            Ty::Array(elem) => {
                let count = self.dice.roll(4);
                self.several(count, elem)
            }
            Ty::Fixed(elem, count) => self.several(*count, elem),
            Ty::Option(inner) => match self.dice.roll(2) {
                0 => "none".to_owned(),
                _ => format!("some({})", self.make(inner)),
            },
            Ty::Result(inner) => match self.dice.roll(2) {
                0 => "err(\"bad\")".to_owned(),
                _ => format!("ok({})", self.make(inner)),
            },
            Ty::Tuple(one, other) => format!("({}, {})", self.make(one), self.make(other)),
            Ty::Map(key, value) => {
                let keys = self.keys(key).into_iter();
                let all = keys.map(|key| format!("{key}: {}", self.make(value)));
                let all: Vec<String> = all.collect();
                match all.is_empty() {
                    true => "[:]".to_owned(),
                    false => format!("[{}]", all.join(", ")),
                }
            }
            Ty::Set(elem) => format!("Set([{}])", self.keys(elem).join(", ")),
            Ty::Own(index) => {
                let variants = self.own[*index].clone();
                let which = self.dice.roll(variants.len() as u64) as usize;
                let fields = variants[which].iter();
                let fields = fields.map(|(name, ty)| format!("{name}: {}", self.make(ty)));
                let fields: Vec<String> = fields.collect();
                match variants.len() {
                    1 => format!("T{index}({})", fields.join(", ")),
                    _ if fields.is_empty() => format!("T{index}.V{which}"),
                    _ => format!("T{index}.V{which}({})", fields.join(", ")),
                }
            }
        }
    }

    /// Different ones.
    fn keys(&mut self, ty: &Ty) -> Vec<String> {
        let count = self.dice.roll(4);
        let keys = (0..count).map(|n| match ty {
            Ty::Number(_) => (n * 7).to_string(),
            Ty::Word(_) => format!("\"k{n}\""),
            _ => format!("({n}, \"k\")"),
        });
        keys.collect()
    }

    fn name(ty: &Ty) -> String {
        let name = Program::name;
        match ty {
            Ty::Number(name) | Ty::Word(name) => (*name).to_owned(),
            Ty::Array(elem) => format!("[{}]", name(elem)),
            Ty::Fixed(elem, count) => format!("[{}; {count}]", name(elem)),
            Ty::Option(inner) => match **inner {
                Ty::Option(_) => format!("({})?", name(inner)),
                _ => format!("{}?", name(inner)),
            },
            Ty::Result(inner) => format!("Result<{}, str>", name(inner)),
            Ty::Tuple(one, other) => format!("({}, {})", name(one), name(other)),
            Ty::Map(key, value) => format!("[{}: {}]", name(key), name(value)),
            Ty::Set(elem) => format!("Set<{}>", name(elem)),
            Ty::Own(index) => format!("T{index}"),
        }
    }

    fn text(&self, ty: &Ty) -> String {
        let mut text = String::new();
        let listed = |fields: &Vec<(String, Ty)>| {
            let fields = fields.iter().map(|(name, ty)| {
                let default = if name.starts_with("new") { " = 3" } else { "" };
                format!("{name}: {}{default}", Program::name(ty))
            });
            fields.collect::<Vec<String>>().join(", ")
        };
        for (index, variants) in self.own.iter().enumerate() {
            let lists: Vec<String> = variants.iter().map(listed).collect();
            let named = lists.iter().enumerate();
            let named = named.map(|(which, fields)| match fields.as_str() {
                "" => format!("V{which}"),
                fields => format!("V{which}({fields})"),
            });
            let _ = match lists.as_slice() {
                [fields] => writeln!(text, "struct T{index} {{ {fields} }}"),
                _ => {
                    let all: Vec<String> = named.collect();
                    writeln!(text, "enum T{index} {{ {} }}", all.join(", "))
                }
            };
        }
        let (name, value) = (Program::name(ty), &self.value);
        format!("{text}var v: {name} = {value}\nvar w: {name} = []")
    }

    /// Another program whose types are a little different.
    fn edit(&mut self) {
        self.value = "[]".to_owned();
        for _ in 0..=self.dice.roll(3) {
            let index = self.dice.roll(self.own.len() as u64) as usize;
            let is_struct = self.own[index].len() == 1;
            let which = self.dice.roll(self.own[index].len() as u64) as usize;
            let count = self.own[index][which].len() as u64;
            let (kind, at) = (self.dice.roll(6), self.dice.roll(count.max(1)) as usize);
            let number = Ty::Number(self.dice.of(&INTS));
            let fields = &mut self.own[index][which];
            let is_old = fields
                .get(at)
                .is_some_and(|(name, _)| !name.starts_with("new"));
            match kind {
                0 if is_struct && !fields.iter().any(|(name, _)| name.starts_with("new")) => {
                    fields.push((format!("new{count}"), number));
                }
                1 if count > 0 => drop(fields.remove(at)),
                2 if is_old => fields[at].1 = number,
                3 if is_struct && is_old && !fields[at].0.starts_with('@') => {
                    let name = fields[at].0.clone();
                    fields[at].0 = format!("@was({name}) other_{name}");
                }
                4 if is_old && !matches!(fields[at].1, Ty::Option(_)) => {
                    fields[at].1 = Ty::Option(Box::new(fields[at].1.clone()));
                }
                _ => fields.reverse(),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(24)) })]

    #[test]
    fn random_values_are_read_as_they_were_written(seed in any::<u64>()) {
        let (mut program, ty) = Program::new(seed);
        let text = program.text(&ty);
        let (engine, script) = loaded(&text);
        let kept = script.keep("v").unwrap();
        let bytes = kept.to_bytes().unwrap();
        let read = script.from_bytes("v", &bytes).unwrap();
        prop_assert_eq!(&read, &kept, "{}", text);
        let json = kept.to_json().unwrap();
        let from_json = script.from_json("v", &json).unwrap();
        prop_assert_eq!(&from_json, &kept, "{}\n{}", text, json);
        program.edit();
        let edited = program.text(&ty);
        let (other_engine, other) = loaded(&edited);
        let done = script.reload(&edited).unwrap();
        match other.from_bytes("v", &bytes) {
            Ok(read) => {
                prop_assert!(done.reset.is_empty(), "{}\n{}\n{}", text, edited, done);
                prop_assert_eq!(read.to_string(), script.keep("v").unwrap().to_string());
                // What JSON does not say of types is no hindrance.
                let from_json = other.from_json("v", &json).unwrap();
                prop_assert_eq!(from_json.to_string(), read.to_string());
                script.put("w", &kept).unwrap();
                prop_assert_eq!(script.keep("w").unwrap(), script.keep("v").unwrap());
            }
            Err(Error::Load { message }) => {
                prop_assert_eq!(done.reset.len(), 1, "{}\n{}\n{}", text, edited, message);
                prop_assert!(script.put("w", &kept).is_err());
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
        drop((kept, read, from_json, script, other));
        prop_assert_eq!((engine.live_blocks(), other_engine.live_blocks()), (0, 0));
    }
}
