//! The types that generated programs are made of.

use super::random::Random;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Int(&'static str),
    Float(&'static str),
    Bool,
    Str,
    Array(Box<Ty>),
    Fixed(Box<Ty>, usize),
    Optional(Box<Ty>),
    Tuple(Vec<Ty>),
    /// From `i64`, `str` or a pair of them.
    Map(Box<Ty>, Box<Ty>),
    Set(Box<Ty>),
    Struct(usize),
    Enum(usize),
}

/// What the program declares. A type names only those declared before it, so every value is finite.
#[derive(Default)]
pub(crate) struct Types {
    /// Types of the fields `a`, `b`, …
    pub(crate) structs: Vec<Vec<Ty>>,
    /// Payloads of the variants `A`, `B`, …
    pub(crate) enums: Vec<Vec<Vec<Ty>>>,
}

const INTS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

impl Ty {
    pub(crate) fn text(&self) -> String {
        match self {
            Ty::Int(name) | Ty::Float(name) => (*name).to_string(),
            Ty::Bool => "bool".to_string(),
            Ty::Str => "str".to_string(),
            Ty::Array(element) => format!("[{}]", element.text()),
            Ty::Fixed(element, count) => format!("[{}; {count}]", element.text()),
            Ty::Optional(inner) if matches!(**inner, Ty::Optional(_)) => {
                format!("({})?", inner.text())
            }
            Ty::Optional(inner) => format!("{}?", inner.text()),
            Ty::Tuple(parts) => {
                format!(
                    "({})",
                    parts.iter().map(Ty::text).collect::<Vec<_>>().join(", ")
                )
            }
            Ty::Map(key, value) => format!("[{}: {}]", key.text(), value.text()),
            Ty::Set(element) => format!("Set<{}>", element.text()),
            Ty::Struct(index) => format!("S{index}"),
            Ty::Enum(index) => format!("E{index}"),
        }
    }

    pub(crate) fn i64() -> Ty {
        Ty::Int("i64")
    }
}

impl Types {
    pub(crate) fn declare(random: &mut Random) -> (Types, Vec<String>) {
        let mut types = Types::default();
        let mut lines = Vec::new();
        for _ in 0..1 + random.below(3) {
            if random.chance(60) {
                let fields: Vec<Ty> = (0..1 + random.below(3))
                    .map(|_| types.any(random, 2))
                    .collect();
                let shown: Vec<String> = fields
                    .iter()
                    .enumerate()
                    .map(|(i, ty)| format!("{}: {}", field(i), ty.text()))
                    .collect();
                lines.push(format!(
                    "struct S{} {{ {} }}",
                    types.structs.len(),
                    shown.join(", ")
                ));
                types.structs.push(fields);
            } else {
                let recursive = random.chance(50);
                let own = types.enums.len();
                let mut variants: Vec<Vec<Ty>> = (0..2 + random.below(2))
                    .map(|_| (0..random.below(3)).map(|_| types.any(random, 2)).collect())
                    .collect();
                if recursive {
                    variants[0].clear();
                    let last = variants.len() - 1;
                    for _ in 0..1 + random.below(2) {
                        variants[last].push(Types::around(random, own));
                    }
                }
                let shown: Vec<String> = variants
                    .iter()
                    .enumerate()
                    .map(|(i, v)| variant(i, v))
                    .collect();
                lines.push(format!(
                    "enum E{} {{ {} }}",
                    types.enums.len(),
                    shown.join(", ")
                ));
                types.enums.push(variants);
            }
        }
        (types, lines)
    }

    /// A field of a recursive type.
    fn around(random: &mut Random, own: usize) -> Ty {
        let own = Ty::Enum(own);
        match random.below(5) {
            0 => Ty::Array(Box::new(own)),
            1 => Ty::Optional(Box::new(own)),
            _ => own,
        }
    }

    pub(crate) fn scalar(random: &mut Random) -> Ty {
        match random.below(8) {
            0 | 1 => Ty::Int(random.pick::<&str>(&INTS)),
            2..=4 => Ty::i64(),
            5 => Ty::Float(if random.chance(70) { "f64" } else { "f32" }),
            6 => Ty::Bool,
            _ => Ty::Str,
        }
    }

    /// Maps and sets have no `<`, nor has what holds one.
    pub(crate) fn has_order(&self, ty: &Ty) -> bool {
        let (mut seen, mut left) = (Vec::new(), vec![ty.clone()]);
        while let Some(ty) = left.pop() {
            match &ty {
                Ty::Map(..) | Ty::Set(_) => return false,
                Ty::Array(inner) | Ty::Fixed(inner, _) | Ty::Optional(inner) => {
                    left.push((**inner).clone());
                }
                Ty::Tuple(parts) => left.extend(parts.iter().cloned()),
                Ty::Struct(index) => left.extend(self.structs[*index].iter().cloned()),
                Ty::Enum(index) if !seen.contains(index) => {
                    seen.push(*index);
                    left.extend(self.enums[*index].iter().flatten().cloned());
                }
                Ty::Enum(_) | Ty::Int(_) | Ty::Float(_) | Ty::Bool | Ty::Str => {}
            }
        }
        true
    }

    pub(crate) fn key(random: &mut Random) -> Ty {
        match random.below(5) {
            0 | 1 => Ty::i64(),
            2 | 3 => Ty::Str,
            _ => Ty::Tuple(vec![Ty::i64(), Ty::Str]),
        }
    }

    pub(crate) fn any(&self, random: &mut Random, depth: usize) -> Ty {
        if depth == 0 {
            return Types::scalar(random);
        }
        match random.below(16) {
            0..=3 => Types::scalar(random),
            4..=6 => Ty::Array(Box::new(self.any(random, depth - 1))),
            7 => Ty::Fixed(Box::new(self.any(random, depth - 1)), 1 + random.below(3)),
            8 => Ty::Optional(Box::new(self.any(random, depth - 1))),
            9 => Ty::Tuple(
                (0..2 + random.below(2))
                    .map(|_| self.any(random, depth - 1))
                    .collect(),
            ),
            10 | 11 if !self.structs.is_empty() => Ty::Struct(random.below(self.structs.len())),
            14 => Ty::Map(
                Box::new(Types::key(random)),
                Box::new(self.any(random, depth - 1)),
            ),
            15 => Ty::Set(Box::new(Types::key(random))),
            12 | 13 if !self.enums.is_empty() => Ty::Enum(random.below(self.enums.len())),
            _ => Ty::Str,
        }
    }
}

pub(crate) fn field(index: usize) -> char {
    char::from(b'a' + index as u8)
}

pub(crate) fn variant_name(index: usize) -> char {
    char::from(b'A' + index as u8)
}

fn variant(index: usize, payload: &[Ty]) -> String {
    let name = variant_name(index);
    if payload.is_empty() {
        return name.to_string();
    }
    format!(
        "{name}({})",
        payload.iter().map(Ty::text).collect::<Vec<_>>().join(", ")
    )
}

/// The integer type of that name.
pub(crate) fn integer(name: &str) -> Ty {
    Ty::Int(
        INTS.iter()
            .find(|known| **known == name)
            .copied()
            .unwrap_or("i64"),
    )
}

pub(crate) fn number(random: &mut Random) -> Ty {
    match random.below(4) {
        0 => Ty::Float("f64"),
        1 => Ty::Float("f32"),
        _ => Ty::Int(random.pick::<&str>(&INTS)),
    }
}
