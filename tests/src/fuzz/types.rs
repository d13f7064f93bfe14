//! The types that generated programs are made of.

use super::random::Random;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Int(&'static str),
    Float(&'static str),
    Bool,
    Char,
    Str,
    /// Lanes of numbers; the type of one.
    Vector(&'static str, &'static str),
    /// `K`, a key with a relation of its own.
    Own,
    /// From a type to itself.
    Function(Box<Ty>),
    /// `any Poke`.
    Boxed,
    /// `Duo<T>`, a generic struct.
    Duo(Box<Ty>),
    /// With `str` for an error.
    Outcome(Box<Ty>),
    /// `Deque<T>` or `Table<T>`.
    Chunked(&'static str, Box<Ty>),
    Array(Box<Ty>),
    Fixed(Box<Ty>, usize),
    Optional(Box<Ty>),
    Tuple(Vec<Ty>),
    /// From `i64`, `str`, `K` or a pair of the first two.
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
    /// Which kinds of types this program has, a bit for each.
    kinds: usize,
}

const VECTORS: [(&str, &str); 4] = [
    ("i32x4", "i32"),
    ("f32x4", "f32"),
    ("f64x2", "f64"),
    ("u8x16", "u8"),
];

const INTS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

impl Ty {
    pub(crate) fn text(&self) -> String {
        match self {
            Ty::Int(name) | Ty::Float(name) => (*name).to_string(),
            Ty::Bool => "bool".to_string(),
            Ty::Char => "char".to_string(),
            Ty::Vector(name, _) => (*name).to_string(),
            Ty::Own => "K".to_string(),
            Ty::Function(of) => format!("fn({0}) -> {0}", of.text()),
            Ty::Boxed => "any Poke".to_string(),
            Ty::Duo(inner) => format!("Duo<{}>", inner.text()),
            Ty::Outcome(inner) => format!("Result<{}, str>", inner.text()),
            Ty::Chunked(name, inner) => format!("{name}<{}>", inner.text()),
            Ty::Str => "str".to_string(),
            Ty::Array(element) => format!("[{}]", element.text()),
            Ty::Fixed(element, count) => format!("[{}; {count}]", element.text()),
            Ty::Optional(inner) if matches!(**inner, Ty::Optional(_) | Ty::Function(_)) => {
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
    pub(crate) fn declare(random: &mut Random, size: usize) -> (Types, Vec<String>) {
        let mut types = Types {
            kinds: (random.next() & random.next()) as usize,
            ..Types::default()
        };
        let mut lines = Vec::new();
        for _ in 0..1 + random.below(size) {
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
        self.all_parts(ty, &|part| {
            !matches!(
                part,
                Ty::Map(..)
                    | Ty::Set(_)
                    | Ty::Vector(..)
                    | Ty::Function(_)
                    | Ty::Boxed
                    | Ty::Chunked(..)
            )
        })
    }

    pub(crate) fn has_equality(&self, ty: &Ty) -> bool {
        self.all_parts(ty, &|part| !matches!(part, Ty::Function(_) | Ty::Boxed))
    }

    /// Whether there is a value that `take` can leave.
    pub(crate) fn has_empty(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Tuple(parts) => parts.iter().all(|part| self.has_empty(part)),
            Ty::Struct(index) => self.structs[*index].iter().all(|part| self.has_empty(part)),
            Ty::Fixed(inner, _) | Ty::Duo(inner) => self.has_empty(inner),
            Ty::Function(_) | Ty::Boxed | Ty::Outcome(_) => false,
            Ty::Enum(_) | Ty::Chunked(..) | Ty::Vector(..) => false,
            Ty::Int(_) | Ty::Float(_) | Ty::Bool | Ty::Char | Ty::Str | Ty::Own => true,
            Ty::Array(_) | Ty::Optional(_) | Ty::Map(..) | Ty::Set(_) => true,
        }
    }

    /// Whether a type and everything in it is so.
    fn all_parts(&self, ty: &Ty, holds: &dyn Fn(&Ty) -> bool) -> bool {
        let (mut seen, mut left) = (Vec::new(), vec![ty.clone()]);
        while let Some(ty) = left.pop() {
            if !holds(&ty) {
                return false;
            }
            match ty {
                Ty::Array(inner)
                | Ty::Fixed(inner, _)
                | Ty::Optional(inner)
                | Ty::Function(inner)
                | Ty::Duo(inner)
                | Ty::Outcome(inner)
                | Ty::Chunked(_, inner)
                | Ty::Set(inner) => left.push(*inner),
                Ty::Map(key, value) => left.extend([*key, *value]),
                Ty::Tuple(parts) => left.extend(parts),
                Ty::Struct(index) => left.extend(self.structs[index].iter().cloned()),
                Ty::Enum(index) if !seen.contains(&index) => {
                    seen.push(index);
                    left.extend(self.enums[index].iter().flatten().cloned());
                }
                Ty::Enum(_) | Ty::Int(_) | Ty::Float(_) | Ty::Bool | Ty::Str => {}
                Ty::Char | Ty::Vector(..) | Ty::Own | Ty::Boxed => {}
            }
        }
        true
    }

    pub(crate) fn key(random: &mut Random) -> Ty {
        match random.below(6) {
            0 | 1 => Ty::i64(),
            2 | 3 => Ty::Str,
            4 => Ty::Own,
            _ => Ty::Tuple(vec![Ty::i64(), Ty::Str]),
        }
    }

    /// Whether this program has that kind of types.
    pub(crate) fn has_kind(&self, kind: usize) -> bool {
        self.kinds >> kind & 1 == 1
    }

    pub(crate) fn any(&self, random: &mut Random, depth: usize) -> Ty {
        if depth == 0 {
            return Types::scalar(random);
        }
        let inner = |random: &mut Random| Box::new(self.any(random, depth - 1));
        let kind = random.below(12);
        if self.has_kind(kind) && random.chance(45) {
            return match kind {
                0 => Ty::Map(Box::new(Types::key(random)), inner(random)),
                1 => Ty::Set(Box::new(Types::key(random))),
                2 => Ty::Char,
                3 => {
                    let (vector, lane) = *random.pick(&VECTORS);
                    Ty::Vector(vector, lane)
                }
                4 => Ty::Own,
                5 => Ty::Function(inner(random)),
                6 => Ty::Boxed,
                7 => Ty::Duo(inner(random)),
                8 => Ty::Outcome(inner(random)),
                9 => Ty::Chunked(
                    if random.chance(50) { "Deque" } else { "Table" },
                    inner(random),
                ),
                10 => Ty::Fixed(inner(random), 1 + random.below(3)),
                _ => Ty::Optional(inner(random)),
            };
        }
        match random.below(14) {
            0..=3 => Types::scalar(random),
            4..=6 => Ty::Array(inner(random)),
            7 => Ty::Optional(inner(random)),
            8 | 9 => Ty::Tuple(
                (0..2 + random.below(2))
                    .map(|_| self.any(random, depth - 1))
                    .collect(),
            ),
            10 | 11 if !self.structs.is_empty() => Ty::Struct(random.below(self.structs.len())),
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
