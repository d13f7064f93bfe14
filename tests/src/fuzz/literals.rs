//! Values made where they are used, and the keys of maps.

use super::generate::Generator;
use super::types::{Ty, field, variant_name};

const WORDS: [&str; 10] = [
    "",
    "a",
    "zebra",
    "é",
    "two words",
    "{{x}}",
    "Straße",
    "日本語",
    " \\t😀 ",
    "a,b,,c",
];
const CHARS: [&str; 6] = ["'a'", "'Z'", "'é'", "' '", "'7'", "'😀'"];

impl Generator {
    /// A value made here, whose parts may be read from places.
    pub(crate) fn literal(&mut self, ty: &Ty, depth: usize) -> String {
        let less = depth.saturating_sub(1);
        let part = |generator: &mut Generator, ty: &Ty| {
            if depth > 1 {
                generator.expr(ty, less)
            } else {
                generator.literal(ty, less)
            }
        };
        match ty {
            Ty::Int(name) => format!("{name}({})", self.number(name)),
            Ty::Float(name) => format!(
                "{name}({}.{})",
                self.random.below(100),
                self.random.below(1000)
            ),
            Ty::Bool => self.random.chance(50).to_string(),
            Ty::Str => format!("\"{}\"", self.random.pick(&WORDS)),
            Ty::Char => (*self.random.pick(&CHARS)).to_string(),
            Ty::Vector(name, lane) => {
                let lane = match lane.starts_with('f') {
                    true => Ty::Float(lane),
                    false => Ty::Int(lane),
                };
                format!("{name}.splat({})", part(self, &lane))
            }
            Ty::Own => format!("K({}, {})", self.random.below(4), part(self, &Ty::Str)),
            Ty::Function(of) => self.function_literal(of, less),
            Ty::Boxed => {
                let count = self.types.structs.len();
                let held = match count > 0 && self.random.chance(60) {
                    true => Ty::Struct(self.random.below(count)),
                    false => Ty::i64(),
                };
                // A struct may hold such a value: in the end it is a number.
                match depth {
                    0 => format!("boxed({})", self.literal(&Ty::i64(), 0)),
                    _ => format!("boxed({})", self.literal(&held, less)),
                }
            }
            Ty::Duo(inner) => {
                let (x, y) = (part(self, inner), part(self, &Ty::Array(inner.clone())));
                format!("Duo<{}>({x}, {y})", inner.text())
            }
            Ty::Outcome(inner) => {
                let value = part(self, inner);
                match self.random.chance(60) {
                    true => format!("good({value})"),
                    false => format!("bad({value}, {})", part(self, &Ty::Str)),
                }
            }
            Ty::Chunked(name, inner) => {
                // An empty list would have no type of its own.
                let parts: Vec<String> = (0..1 + self.random.below(3))
                    .map(|_| part(self, inner))
                    .collect();
                format!("{}([{}])", name.to_lowercase(), parts.join(", "))
            }
            Ty::Array(element) => {
                let count = if depth == 0 || self.random.chance(15) {
                    0
                } else {
                    1 + self.random.below(3)
                };
                let parts: Vec<String> = (0..count).map(|_| part(self, element)).collect();
                format!("[{}]", parts.join(", "))
            }
            Ty::Fixed(element, count) => {
                let parts: Vec<String> = (0..*count).map(|_| part(self, element)).collect();
                format!("[{}]", parts.join(", "))
            }
            Ty::Optional(_) if depth == 0 || self.random.chance(30) => "none".to_string(),
            Ty::Optional(inner) => format!("some({})", part(self, inner)),
            Ty::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|ty| part(self, ty)).collect();
                format!("({})", parts.join(", "))
            }
            Ty::Map(key, value) => {
                let entries = self.entries(depth);
                let entries: Vec<String> = (0..entries)
                    .map(|at| format!("{}: {}", Generator::key(key, at), part(self, value)))
                    .collect();
                match entries.is_empty() {
                    true => "[:]".to_string(),
                    false => format!("[{}]", entries.join(", ")),
                }
            }
            Ty::Set(element) => {
                // An empty list would have no type of its own.
                let parts: Vec<String> = (0..1 + self.entries(depth))
                    .map(|_| part(self, element))
                    .collect();
                format!("Set([{}])", parts.join(", "))
            }
            Ty::Struct(index) => {
                let fields = self.types.structs[*index].clone();
                let named = self.random.chance(30);
                let parts: Vec<String> = fields
                    .iter()
                    .enumerate()
                    .map(|(i, ty)| {
                        if named {
                            format!("{}: {}", field(i), part(self, ty))
                        } else {
                            part(self, ty)
                        }
                    })
                    .collect();
                format!("S{index}({})", parts.join(", "))
            }
            Ty::Enum(index) => {
                let variants = self.types.enums[*index].clone();
                // The first variant of a recursive type ends it.
                let at = match depth {
                    0 => 0,
                    _ => self.random.below(variants.len()),
                };
                let parts: Vec<String> = variants[at].iter().map(|ty| part(self, ty)).collect();
                let payload = if parts.is_empty() {
                    String::new()
                } else {
                    format!("({})", parts.join(", "))
                };
                format!("E{index}.{}{payload}", variant_name(at))
            }
        }
    }

    /// A closure that takes what is around it with it.
    fn function_literal(&mut self, of: &Ty, depth: usize) -> String {
        if let Some(name) = self.function_over(of)
            && self.random.chance(30)
        {
            return name;
        }
        let param = self.name('p');
        let scope = self.scope.len();
        self.declare(&param, of.clone(), false, false);
        let calls = std::mem::take(&mut self.calls_left);
        let body = self.expr(of, depth);
        self.calls_left = calls;
        self.scope.truncate(scope);
        format!("(|{param}: {0}| -> {0} {{ {body} }})", of.text())
    }

    fn entries(&mut self, depth: usize) -> usize {
        match depth {
            0 => 0,
            _ => self.random.below(4),
        }
    }

    /// One of a few keys, each another one.
    pub(crate) fn key(ty: &Ty, at: usize) -> String {
        match ty {
            Ty::Tuple(_) => format!("({at}, \"k{at}\")"),
            Ty::Own => format!("K({at}, \"k{at}\")"),
            Ty::Str => format!("\"k{at}\""),
            _ => at.to_string(),
        }
    }

    /// A literal that fits, the ends of the range among them.
    fn number(&mut self, name: &str) -> String {
        let bits: u32 = name[1..].parse().unwrap_or(64);
        let signed = name.starts_with('i');
        // The argument of a conversion is an `i64`.
        let top = if signed || bits == 64 {
            (1u64 << (bits - 1)) - 1
        } else {
            u64::MAX >> (64 - bits)
        };
        match self.random.below(12) {
            0 => top.to_string(),
            1 if signed => format!("-{}", u128::from(top) + 1),
            2 if signed => format!("-{}", self.random.below(100)),
            3 => (self.random.next() & top).to_string(),
            _ => self.random.below(10).to_string(),
        }
    }
}
