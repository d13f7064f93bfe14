//! Random well-typed programs: globals, functions that read and write them, and statements that print the state often.
//!
//! Every loop is bounded, texts and arrays are kept short, and a place that is open for writing (`for mut`, `mut` arguments)
//! is not touched meanwhile, so a program ends soon, in order or with a runtime error.

use super::random::Random;
use super::types::{Ty, Types, field};

#[derive(Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) mutable: bool,
    pub(crate) global: bool,
}

struct Function {
    name: String,
    params: Vec<(Ty, bool)>,
    result: Ty,
    /// The first parameter is `self`.
    is_method: bool,
    /// Globals that it, or what it calls, reads or writes.
    touches: Vec<String>,
}

pub(crate) struct Generator {
    pub(crate) random: Random,
    pub(crate) types: Types,
    pub(crate) lines: Vec<String>,
    pub(crate) indent: usize,
    pub(crate) scope: Vec<Variable>,
    functions: Vec<Function>,
    /// A projection of each struct: its name, empty for `[]`, and what it shows.
    projects: Vec<Option<(String, Ty)>>,
    /// Roots of places that are open for writing.
    pub(crate) locked: Vec<String>,
    /// Globals that the current function touched so far.
    pub(crate) touched: Vec<String>,
    pub(crate) calls_left: usize,
    /// The result type of the function whose body this is.
    pub(crate) result: Option<Ty>,
    pub(crate) fresh: usize,
    pub(crate) loops: usize,
    /// From 1 to 3: how much there is of everything.
    pub(crate) size: usize,
}

/// An index that is in range unless there is nothing, and text that stays short.
const PRELUDE: &str = "fn ix(i: i64, n: i64) -> i64 = if n == 0 { 0 } else { (i % n + n) % n }
fn cut(s: str) -> str = if s.len() > 40 { \"cut\" } else { s }
fn same<T>(x: T) -> T = x
fn pick<T>(which: bool, a: T, b: T) -> T { if which { a } else { b } }
fn last_or<T>(xs: [T], other: T) -> T = xs.last() ?? other
fn apply<T>(f: fn() -> T) -> T = f()
fn rotate<T>(mut a: T, mut b: T, mut c: T) { (a, b, c) = (b, c, a) }
fn change<T>(mut xs: [T], f: fn(T) -> T) { for mut x in xs { x = f(x) } }
trait Poke { fn poke(mut self, n: i64)
    fn weight(self) -> i64 { 1 }
    fn both(mut self, n: i64) -> i64 { self.poke(n); self.weight() } }
impl Poke for i64 { fn poke(mut self, n: i64) { self = self / 2 + n / 2 } }
fn poked<T: Poke>(mut x: T, n: i64) -> i64 = x.both(n)
fn poke_all<T: Poke>(mut xs: [T], n: i64) { for mut x in xs { x.poke(n + x.weight()) } }
fn keep<T>(mut xs: [T], x: T) { if xs.len() < 5 { xs.push(x) } else { xs = [x] } }
fn applied<T>(f: fn(T) -> T, x: T) -> T = f(x)
fn twice<T>(f: fn(T) -> T) -> fn(T) -> T = |x: T| -> T { f(f(x)) }
fn boxed(x: any Poke) -> any Poke = x
struct Duo<T> { x: T, y: [T] }
impl<T> Duo<T> { fn turned(self) -> Duo<T> = Duo(self.y.first() ?? self.x, [self.x]) }
fn good<T>(x: T) -> Result<T, str> = ok(x)
fn bad<T>(like: T, why: str) -> Result<T, str> = if why.len() > 2 { err(why) } else { ok(like) }
fn checked<T>(x: Result<T, str>, other: T) -> Result<T, str> { let v = x?; if true { ok(v) } else { ok(other) } }
struct K { n: i64, s: str = \"\" }
fn ==(a: K, b: K) -> bool = a.n == b.n
fn <(a: K, b: K) -> bool = a.n < b.n
impl Hash for K { fn hash(self, mut h: Hasher) { h.add(self.n) } }
struct Count { n: i64, to: i64 }
impl Iter<i64> for Count {
    fn next(mut self) -> i64? { if self.n >= self.to { return none }; self.n += 1; some(self.n) } }";

const LIBRARY: &str = "import collections.{Deque}
import pool.{Table}
fn deque<T>(xs: [T]) -> Deque<T> = Deque.from(xs)
fn table<T>(xs: [T]) -> Table<T> = Table.from(xs)";

/// The program of a seed.
pub fn program(seed: u64) -> String {
    let mut random = Random::new(seed);
    // Most are small: what goes wrong mostly shows in few lines, and small programs are compiled sooner.
    let size = if random.chance(20) { 3 } else { 1 };
    let (types, mut lines) = Types::declare(&mut random, size);
    lines.extend(PRELUDE.lines().map(str::to_string));
    if types.has_kind(9) {
        lines.splice(0..0, LIBRARY.lines().map(str::to_string));
    }
    let mut generator = Generator {
        random,
        types,
        lines,
        indent: 0,
        scope: Vec::new(),
        functions: Vec::new(),
        projects: Vec::new(),
        locked: Vec::new(),
        touched: Vec::new(),
        calls_left: 0,
        result: None,
        fresh: 0,
        loops: 0,
        size,
    };
    generator.projections();
    for _ in 0..2 + generator.random.below(size + 1) {
        generator.global();
    }
    for _ in 0..generator.random.below(size + 2) {
        generator.function();
    }
    for index in 0..generator.types.structs.len() {
        generator.implement(index);
    }
    for _ in 0..generator.random.below(2) {
        generator.constant();
    }
    let depth = size.min(2);
    for _ in 0..2 + generator.random.below(3 * size) {
        generator.calls_left = 2;
        generator.statement(depth);
        if generator.random.chance(40) {
            generator.show();
        }
        if generator.random.chance(15) {
            generator.global();
        }
    }
    generator.show();
    generator.lines.join("\n") + "\n"
}

impl Generator {
    pub(crate) fn line(&mut self, text: &str) {
        self.lines
            .push(format!("{}{text}", "    ".repeat(self.indent)));
    }

    pub(crate) fn name(&mut self, letter: char) -> String {
        self.fresh += 1;
        format!("{letter}{}", self.fresh)
    }

    pub(crate) fn declare(&mut self, name: &str, ty: Ty, mutable: bool, global: bool) {
        self.scope.push(Variable {
            name: name.to_string(),
            ty,
            mutable,
            global,
        });
    }

    /// Prints what is in scope, at most four at once.
    pub(crate) fn show(&mut self) {
        let names: Vec<String> = (0..4)
            .filter_map(|_| self.variable(|_| true))
            .map(|v| v.name)
            .collect();
        if !names.is_empty() {
            self.line(&format!("print({})", names.join(", ")));
        }
    }

    fn global(&mut self) {
        let ty = self.types.any(&mut self.random, 2 + self.size / 3);
        let value = self.literal(&ty, 2);
        let name = self.name('g');
        let mutable = self.random.chance(85);
        self.line(&format!(
            "{} {name}: {} = {value}",
            if mutable { "var" } else { "let" },
            ty.text()
        ));
        self.declare(&name, ty, mutable, true);
    }

    fn function(&mut self) {
        let outer = self.scope.clone();
        let name = self.name('h');
        let result = self.types.any(&mut self.random, 2);
        let mut params = Vec::new();
        let mut shown = Vec::new();
        let receiver = match self.types.structs.len() {
            0 => None,
            count if self.random.chance(35) => Some(self.random.below(count)),
            _ => None,
        };
        if let Some(index) = receiver {
            let mutable = self.random.chance(60);
            self.line(&format!("impl S{index} {{"));
            self.indent += 1;
            shown.push(if mutable { "mut self" } else { "self" }.to_string());
            self.declare("self", Ty::Struct(index), mutable, false);
            params.push((Ty::Struct(index), mutable));
        }
        for _ in 0..self.random.below(4) {
            let ty = self.types.any(&mut self.random, 2);
            let mutable = self.random.chance(40);
            let param = self.name('p');
            shown.push(format!(
                "{}{param}: {}",
                if mutable { "mut " } else { "" },
                ty.text()
            ));
            self.declare(&param, ty.clone(), mutable, false);
            params.push((ty, mutable));
        }
        self.line(&format!(
            "fn {name}({}) -> {} {{",
            shown.join(", "),
            result.text()
        ));
        self.indent += 1;
        self.touched.clear();
        self.calls_left = 2;
        self.result = Some(result.clone());
        let depth = self.size.min(2);
        for _ in 0..1 + self.random.below(1 + self.size) {
            self.statement(depth);
        }
        let value = self.expr(&result, 2);
        self.line(&value);
        self.indent -= 1;
        self.line("}");
        if receiver.is_some() {
            self.indent -= 1;
            self.line("}");
        }
        self.result = None;
        self.scope = outer;
        let touches = std::mem::take(&mut self.touched);
        self.functions.push(Function {
            name,
            params,
            result,
            is_method: receiver.is_some(),
            touches,
        });
    }

    /// The trait that every program has, for a struct. It touches no variable of the program: generic code that does while the variable is
    /// open is an error of the checker, which whoever generates such code would have to foresee.
    fn implement(&mut self, index: usize) {
        let everything = self.scope.clone();
        self.scope.retain(|variable| !variable.global);
        let outer = self.scope.clone();
        self.line(&format!("impl Poke for S{index} {{"));
        self.indent += 1;
        self.line("fn poke(mut self, n: i64) {");
        self.indent += 1;
        self.declare("self", Ty::Struct(index), true, false);
        self.declare("n", Ty::i64(), false, false);
        self.result = Some(Ty::Tuple(Vec::new()));
        self.calls_left = 0;
        for _ in 0..1 + self.random.below(2) {
            self.assign();
        }
        self.indent -= 1;
        self.line("}");
        self.scope = outer.clone();
        if self.random.chance(60) {
            self.declare("self", Ty::Struct(index), false, false);
            let value = self.expr(&Ty::i64(), 2);
            self.line(&format!("fn weight(self) -> i64 {{ {value} }}"));
        }
        self.result = None;
        self.indent -= 1;
        self.line("}");
        self.scope = everything;
        self.touched.clear();
    }

    /// A place in a struct that a method, or `[]`, shows.
    fn projections(&mut self) {
        for (index, fields) in self.types.structs.clone().into_iter().enumerate() {
            let at = self.random.below(fields.len());
            let own = format!("self.{}", field(at));
            let (place, ty) = match fields[at].clone() {
                Ty::Array(element) => (format!("{own}[ix(i, {own}.len())]"), *element),
                Ty::Fixed(element, count) => (format!("{own}[ix(i, {count})]"), *element),
                Ty::Duo(inner) => (format!("{own}.x"), *inner),
                other => (own, other),
            };
            let name = match self.random.below(4) {
                0 | 1 => {
                    self.projects.push(None);
                    continue;
                }
                2 => String::new(),
                _ => format!("at{index}"),
            };
            let shown = if name.is_empty() { "[]" } else { &name };
            self.line(&format!(
                "impl S{index} {{ fn {shown}(mut self, i: i64) -> mut {} = {place} }}",
                ty.text()
            ));
            self.projects.push(Some((name, ty)));
        }
    }

    /// What is known before the program runs.
    fn constant(&mut self) {
        let outer = std::mem::take(&mut self.scope);
        let ty = self.types.any(&mut self.random, 2);
        self.calls_left = 0;
        let functions = std::mem::take(&mut self.functions);
        let value = self.deep(&ty);
        self.scope = outer;
        self.functions = functions;
        // Which methods an `any` has is for code alone to say.
        if value.contains("boxed(") {
            return;
        }
        let name = self.name('c');
        self.line(&format!("const {name}: {} = {value}", ty.text()));
        self.declare(&name, ty, false, true);
    }

    /// A function from a type to itself, by its name.
    pub(crate) fn function_over(&mut self, ty: &Ty) -> Option<String> {
        let fits = |function: &&Function| {
            let over = function.params.as_slice() == [(ty.clone(), false)];
            over && function.result == *ty && !function.is_method
        };
        let found: Vec<&Function> = self.functions.iter().filter(fits).collect();
        let at = (!found.is_empty()).then(|| self.random.below(found.len()))?;
        Some(found[at].name.clone())
    }

    /// A variable that may be read now.
    pub(crate) fn variable(&mut self, fits: impl Fn(&Variable) -> bool) -> Option<Variable> {
        let found: Vec<Variable> = self
            .scope
            .iter()
            .filter(|v| !self.locked.contains(&v.name) && fits(v))
            .cloned()
            .collect();
        if found.is_empty() {
            return None;
        }
        let variable = self.random.pick(&found).clone();
        if variable.global {
            self.touched.push(variable.name.clone());
        }
        Some(variable)
    }

    /// A place below a variable: its text, its type, and its variable.
    pub(crate) fn place(&mut self, mutable: bool) -> Option<(String, Ty, String)> {
        let variable = self.variable(|v| v.mutable || !mutable)?;
        let (mut text, mut ty) = (variable.name.clone(), variable.ty);
        while self.random.chance(70) {
            match ty.clone() {
                Ty::Array(element) => {
                    let index = self.index(&format!("{text}.len()"));
                    (text, ty) = (format!("{text}[{index}]"), *element);
                }
                Ty::Fixed(element, count) => {
                    let index = self.index(&count.to_string());
                    (text, ty) = (format!("{text}[{index}]"), *element);
                }
                Ty::Tuple(parts) => {
                    let at = self.random.below(parts.len());
                    (text, ty) = (format!("{text}.{at}"), parts[at].clone());
                }
                Ty::Struct(index) if self.random.chance(25) && self.projects[index].is_some() => {
                    let by = self.random.below(4);
                    (text, ty) = match self.projects[index].clone() {
                        Some((name, element)) if name.is_empty() => {
                            (format!("{text}[{by}]"), element)
                        }
                        Some((name, element)) => (format!("{text}.{name}({by})"), element),
                        None => break,
                    };
                }
                Ty::Struct(index) => {
                    let fields = &self.types.structs[index];
                    let at = self.random.below(fields.len());
                    (text, ty) = (format!("{text}.{}", field(at)), fields[at].clone());
                }
                Ty::Duo(inner) if self.random.chance(50) => {
                    (text, ty) = (format!("{text}.x"), *inner);
                }
                Ty::Duo(inner) => (text, ty) = (format!("{text}.y"), Ty::Array(inner)),
                Ty::Own => (text, ty) = (format!("{text}.s"), Ty::Str),
                Ty::Chunked(_, inner) => {
                    let index = self.index(&format!("{text}.len()"));
                    (text, ty) = (format!("{text}[{index}]"), *inner);
                }
                Ty::Map(key, value) => {
                    let key = Generator::key(&key, self.random.below(4));
                    if self.random.chance(90) {
                        let default = self.literal(&value, 1);
                        text = format!("{text}[{key}, default: {default}]");
                    } else {
                        text = format!("{text}[{key}]");
                    }
                    ty = *value;
                }
                Ty::Int(_)
                | Ty::Float(_)
                | Ty::Bool
                | Ty::Char
                | Ty::Str
                | Ty::Vector(..)
                | Ty::Function(_)
                | Ty::Boxed
                | Ty::Outcome(_)
                | Ty::Optional(_)
                | Ty::Set(_)
                | Ty::Enum(_) => break,
            }
        }
        Some((text, ty, variable.name))
    }

    fn index(&mut self, len: &str) -> String {
        if self.random.chance(4) {
            return self.random.below(4).to_string();
        }
        let index = match self.variable(|v| v.ty == Ty::i64()) {
            Some(variable) if self.random.chance(60) => variable.name,
            _ => self.random.below(4).to_string(),
        };
        format!("ix({index}, {len})")
    }

    /// A call of a function that touches nothing which is open now.
    pub(crate) fn call(&mut self, wanted: Option<&Ty>, depth: usize) -> Option<String> {
        if self.calls_left == 0 {
            return None;
        }
        let found: Vec<usize> = (0..self.functions.len())
            .filter(|i| {
                let function = &self.functions[*i];
                wanted.is_none_or(|ty| *ty == function.result)
                    && !function
                        .touches
                        .iter()
                        .any(|name| self.locked.contains(name))
            })
            .collect();
        if found.is_empty() {
            return None;
        }
        self.calls_left -= 1;
        let at = *self.random.pick(&found);
        let (name, is_method, params, touches) = {
            let function = &self.functions[at];
            (
                function.name.clone(),
                function.is_method,
                function.params.clone(),
                function.touches.clone(),
            )
        };
        let mut opened: Vec<String> = Vec::new();
        let mut arguments = Vec::new();
        for (ty, mutable) in params {
            if !mutable {
                arguments.push(self.expr(&ty, depth.saturating_sub(1)));
                continue;
            }
            let (text, root) = self.place_of(&ty, &|root| {
                !touches.contains(root) && !opened.contains(root)
            })?;
            let is_receiver = is_method && arguments.is_empty();
            arguments.push(if is_receiver {
                text
            } else {
                format!("mut {text}")
            });
            opened.push(root);
        }
        self.touched.extend(touches);
        if is_method {
            let receiver = arguments.remove(0);
            // What begins with a bracket would go on with the line above.
            if !receiver.starts_with(|c: char| c.is_alphabetic()) || receiver.starts_with("if ") {
                return None;
            }
            return Some(format!("{receiver}.{name}({})", arguments.join(", ")));
        }
        Some(format!("{name}({})", arguments.join(", ")))
    }

    fn place_of(
        &mut self,
        wanted: &Ty,
        fits: &dyn Fn(&String) -> bool,
    ) -> Option<(String, String)> {
        (0..12).find_map(|_| {
            let (text, ty, root) = self.place(true)?;
            (ty == *wanted && fits(&root)).then_some((text, root))
        })
    }
}
