//! Expressions of a given type.

use super::generate::Generator;
use super::types::{Ty, field};

const ARITHMETIC: [&str; 10] = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"];
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

impl Generator {
    /// As deep as the program is large.
    pub(crate) fn deep(&mut self, ty: &Ty) -> String {
        self.expr(ty, self.size.min(2) + 1)
    }

    pub(crate) fn expr(&mut self, ty: &Ty, depth: usize) -> String {
        if self.random.chance(45)
            && let Some(text) = self.read(ty)
        {
            return text;
        }
        if depth == 0 {
            return self.literal(ty, 1);
        }
        if self.random.chance(8)
            && let Some(call) = self.call(Some(ty), depth)
        {
            return call;
        }
        if self.random.chance(6) {
            return self.generic(ty, depth - 1);
        }
        if self.random.chance(8)
            && let Some(text) = self.over_elements(ty, depth - 1)
        {
            return text;
        }
        if self.random.chance(8) {
            let condition = self.expr(&Ty::Bool, depth - 1);
            let (yes, no) = (self.expr(ty, depth - 1), self.expr(ty, depth - 1));
            return format!("(if {condition} {{ {yes} }} else {{ {no} }})");
        }
        if self.random.chance(8) {
            // Only a place has a type that does not come from its surroundings.
            let inner = Box::new(ty.clone());
            let wanted = match self.random.chance(60) {
                true => Ty::Optional(inner),
                false => Ty::Outcome(inner),
            };
            if let Some(optional) = self.read(&wanted) {
                let other = self.expr(ty, depth - 1);
                return format!("({optional} ?? {other})");
            }
        }
        match ty {
            Ty::Int(name) => self.integer(name, depth),
            Ty::Float(name) => self.float(name, depth),
            Ty::Bool => self.truth(depth),
            Ty::Char if self.random.chance(50) => {
                let of = self.expr(&Ty::Char, depth - 1);
                let how = *self.random.pick(&["upper()", "lower()"]);
                format!("{of}.{how}")
            }
            Ty::Vector(name, _) => self.vector(name, ty, depth),
            Ty::Function(_) if self.random.chance(30) => {
                format!("twice({})", self.expr(ty, depth - 1))
            }
            Ty::Outcome(inner) if self.random.chance(30) => {
                let value = self.expr(ty, depth - 1);
                format!("checked({value}, {})", self.expr(inner, depth - 1))
            }
            Ty::Duo(_) if self.random.chance(30) => match self.read(ty) {
                Some(place) => format!("{place}.turned()"),
                None => self.literal(ty, depth),
            },
            Ty::Str => self.text(depth),
            Ty::Array(element) => self.array(ty, element, depth),
            Ty::Optional(inner) if self.random.chance(30) => match self.lookup(inner, depth) {
                Some(found) => found,
                None => self.literal(ty, depth),
            },
            Ty::Set(_) if self.random.chance(30) => match self.read(ty) {
                Some(set) => {
                    let operator = *self.random.pick(&["|", "&", "-", "^"]);
                    format!("({set} {operator} {})", self.expr(ty, depth - 1))
                }
                None => self.literal(ty, depth),
            },
            Ty::Optional(inner) if self.random.chance(30) => match self.reach(inner) {
                Some(found) => found,
                None => self.literal(ty, depth),
            },
            Ty::Fixed(..)
            | Ty::Char
            | Ty::Own
            | Ty::Function(_)
            | Ty::Boxed
            | Ty::Duo(_)
            | Ty::Outcome(_)
            | Ty::Chunked(..)
            | Ty::Optional(_)
            | Ty::Tuple(_)
            | Ty::Map(..)
            | Ty::Set(_)
            | Ty::Struct(_)
            | Ty::Enum(_) => self.literal(ty, depth),
        }
    }

    /// A field of a struct that may not be there.
    fn reach(&mut self, wanted: &Ty) -> Option<String> {
        if matches!(wanted, Ty::Optional(_)) {
            return None;
        }
        let (place, index) = (0..8).find_map(|_| match self.place(false)? {
            (place, Ty::Optional(inner), _) => match *inner {
                Ty::Struct(index) => Some((place, index)),
                _ => None,
            },
            _ => None,
        })?;
        let at = self.types.structs[index]
            .iter()
            .position(|ty| ty == wanted)?;
        Some(format!("{place}?.{}", field(at)))
    }

    fn vector(&mut self, name: &str, ty: &Ty, depth: usize) -> String {
        let operator = *self.random.pick(&["+", "-", "*"]);
        let (left, right) = (self.expr(ty, depth - 1), self.expr(ty, depth - 1));
        match self.random.below(4) {
            0 => self.literal(ty, depth),
            1 if !name.starts_with('u') => format!("{left}.lt({right}).select({left}, {right})"),
            _ => format!("({left} {operator} {right})"),
        }
    }

    /// Through one of the generic functions that every program has.
    fn generic(&mut self, ty: &Ty, depth: usize) -> String {
        let value = self.expr(ty, depth);
        match self.random.below(4) {
            0 => format!("same({value})"),
            3 => match self.read(&Ty::Function(Box::new(ty.clone()))) {
                Some(function) => format!("applied({function}, {value})"),
                None => format!("same({value})"),
            },
            1 => {
                let condition = self.expr(&Ty::Bool, depth);
                let other = self.expr(ty, depth);
                format!("pick({condition}, {value}, {other})")
            }
            _ => match self.read(&Ty::Array(Box::new(ty.clone()))) {
                Some(array) => format!("last_or({array}, {value})"),
                None => format!("apply(|| -> {} {{ {value} }})", ty.text()),
            },
        }
    }

    /// A method that takes a closure, on an array that is there.
    fn over_elements(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let (array, element) = (0..6).find_map(|_| match self.place(false)? {
            (place, Ty::Array(element), _) => Some((place, *element)),
            _ => None,
        })?;
        let name = self.name('x');
        let closure = |generator: &mut Generator, wanted: &Ty| {
            let scope = generator.scope.len();
            generator.declare(&name, element.clone(), false, false);
            // A call may change what the closure has captured.
            let calls = std::mem::take(&mut generator.calls_left);
            let body = generator.expr(wanted, depth);
            generator.calls_left = calls;
            generator.scope.truncate(scope);
            body
        };
        match ty {
            Ty::Array(to) if **to == element && self.random.chance(50) => {
                let keep = closure(self, &Ty::Bool);
                Some(format!("{array}.filter(|{name}| {keep})"))
            }
            Ty::Array(to) => {
                let body = closure(self, to);
                Some(format!(
                    "{array}.map(|{name}: {}| -> {} {{ {body} }})",
                    element.text(),
                    to.text()
                ))
            }
            Ty::Bool => {
                let holds = closure(self, &Ty::Bool);
                let which = *self.random.pick(&["any", "all"]);
                Some(format!("{array}.{which}(|{name}| {holds})"))
            }
            Ty::Optional(inner) if **inner == element => {
                let holds = closure(self, &Ty::Bool);
                Some(format!("{array}.find(|{name}| {holds})"))
            }
            Ty::Int(_) | Ty::Float(_) | Ty::Str | Ty::Optional(_) => {
                let first = self.expr(ty, depth);
                let sum = self.name('a');
                self.declare(&sum, ty.clone(), false, false);
                let body = closure(self, ty);
                self.scope.retain(|v| v.name != sum);
                Some(format!(
                    "{array}.fold({first}, |{sum}: {}, {name}: {}| {body})",
                    ty.text(),
                    element.text()
                ))
            }
            Ty::Fixed(..)
            | Ty::Char
            | Ty::Vector(..)
            | Ty::Own
            | Ty::Function(_)
            | Ty::Boxed
            | Ty::Duo(_)
            | Ty::Outcome(_)
            | Ty::Chunked(..)
            | Ty::Tuple(_)
            | Ty::Map(..)
            | Ty::Set(_)
            | Ty::Struct(_)
            | Ty::Enum(_) => None,
        }
    }

    /// What a map has for a key, if anything.
    fn lookup(&mut self, value: &Ty, depth: usize) -> Option<String> {
        let (place, key) = (0..6).find_map(|_| match self.place(false)? {
            (place, Ty::Map(key, found), _) if *found == *value => Some((place, *key)),
            _ => None,
        })?;
        let key = self.expr(&key, depth - 1);
        Some(format!("{place}.get({key})"))
    }

    /// A place of this type that can be read.
    pub(crate) fn read(&mut self, wanted: &Ty) -> Option<String> {
        (0..6).find_map(|_| {
            let (text, ty, _) = self.place(false)?;
            (ty == *wanted).then_some(text)
        })
    }

    fn integer(&mut self, name: &str, depth: usize) -> String {
        let ty = Ty::Int(if let Ty::Int(name) = super::types::integer(name) {
            name
        } else {
            "i64"
        });
        match self.random.below(10) {
            0 => format!("{name}({})", {
                let from = super::types::number(&mut self.random);
                self.expr(&from, depth - 1)
            }),
            1 => format!("(~{})", self.expr(&ty, depth - 1)),
            2 if name.starts_with('i') => format!("(-{})", self.expr(&ty, depth - 1)),
            3 if name == "i64" => {
                let length = if self.random.chance(50) {
                    Ty::Str
                } else {
                    Ty::Array(Box::new(Ty::i64()))
                };
                match self.read(&length) {
                    Some(place) => format!("{place}.len()"),
                    None => self.literal(&ty, 1),
                }
            }
            _ => {
                let operator = *self.random.pick(&ARITHMETIC);
                let left = self.expr(&ty, depth - 1);
                let right = self.expr(&ty, depth - 1);
                if matches!(operator, "/" | "%") && self.random.chance(95) {
                    return format!("({left} {operator} ({right} | 1))");
                }
                format!("({left} {operator} {right})")
            }
        }
    }

    fn float(&mut self, name: &'static str, depth: usize) -> String {
        if self.random.chance(15) {
            let from = super::types::number(&mut self.random);
            return format!("{name}({})", self.expr(&from, depth - 1));
        }
        let operator = *self.random.pick(&["+", "-", "*", "/", "%"]);
        let (left, right) = (
            self.expr(&Ty::Float(name), depth - 1),
            self.expr(&Ty::Float(name), depth - 1),
        );
        format!("({left} {operator} {right})")
    }

    fn truth(&mut self, depth: usize) -> String {
        match self.random.below(8) {
            0 => format!("(!{})", self.expr(&Ty::Bool, depth - 1)),
            1 | 2 => {
                let operator = *self.random.pick(&["&&", "||"]);
                format!(
                    "({} {operator} {})",
                    self.expr(&Ty::Bool, depth - 1),
                    self.expr(&Ty::Bool, depth - 1)
                )
            }
            _ => {
                let ty = self.types.any(&mut self.random, 1);
                if !self.types.has_equality(&ty) {
                    return self.literal(&Ty::Bool, 1);
                }
                let known = match self.types.has_order(&ty) {
                    true => &COMPARISONS[..],
                    false => &COMPARISONS[..2],
                };
                let operator = *self.random.pick(known);
                match self.read(&ty) {
                    Some(left) => format!("({left} {operator} {})", self.expr(&ty, depth - 1)),
                    None => self.literal(&Ty::Bool, 1),
                }
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.random.below(6) {
            4 => {
                let of = self.expr(&Ty::Str, depth - 1);
                let how = *self.random.pick(&[
                    "upper()",
                    "lower()",
                    "trim()",
                    "reversed()",
                    "replace(\"a\", \"ß\")",
                    "pad_start(7, '·')",
                    "split(\",\").join(\"+\")",
                    "chars().filter(|c| c.is_alpha()).len()",
                    "split_whitespace().len()",
                    "lines().reversed()",
                    "find(\"a\")",
                    "bytes().len()",
                ]);
                format!("cut(str({of}.{how}))")
            }
            5 => {
                let number = self.expr(&Ty::i64(), depth - 1);
                let spec = *self.random.pick(&[">8", "<5", "^9", "+", "x", "08", "_"]);
                format!("cut(\"{{{number}:{spec}}}\")")
            }
            0 => format!(
                "cut({} + {})",
                self.expr(&Ty::Str, depth - 1),
                self.expr(&Ty::Str, depth - 1)
            ),
            1 => {
                let ty = self.types.any(&mut self.random, 1);
                format!(
                    "cut(str({}))",
                    self.read(&ty).unwrap_or_else(|| "1".to_string())
                )
            }
            _ => {
                let first = super::types::Types::scalar(&mut self.random);
                let (first, second) =
                    (self.expr(&first, depth - 1), self.expr(&Ty::Str, depth - 1));
                format!("cut(\"<{{{first}}}|{{{second}}}>\")")
            }
        }
    }

    /// The keys or values of a map, the elements of a set.
    fn listed(&mut self, wanted: &Ty) -> Option<String> {
        (0..6).find_map(|_| match self.place(false)? {
            (place, Ty::Map(_, value), _) if *value == *wanted => Some(format!("{place}.values()")),
            (place, Ty::Map(key, _), _) if *key == *wanted => Some(format!("{place}.keys()")),
            (place, Ty::Set(element), _) if *element == *wanted => {
                Some(format!("{place}.to_array()"))
            }
            _ => None,
        })
    }

    fn array(&mut self, ty: &Ty, element: &Ty, depth: usize) -> String {
        let Some(place) = self.read(ty) else {
            return self.literal(ty, depth);
        };
        match self.random.below(7) {
            6 => match self.listed(element) {
                Some(list) => list,
                None => self.literal(ty, depth),
            },
            0 => {
                let to = self.expr(&Ty::i64(), 0);
                format!("{place}[..ix({to}, {place}.len())]")
            }
            1 => format!("{place}.reversed()"),
            2 if matches!(element, Ty::Int(_) | Ty::Str | Ty::Bool) => format!("{place}.sorted()"),
            3 => format!(
                "[{}; {}]",
                self.expr(element, depth - 1),
                self.random.below(3)
            ),
            _ => self.literal(ty, depth),
        }
    }
}
