//! Gives every expression, pattern and local a type, and says what every call means.
//!
//! The result is the HIR as it was, plus [`Tables`]; there is no second tree.

mod body;
mod bounds;
mod builtin;
mod call;
mod captures;
mod containers;
mod declared;
mod errors;
mod exhaustive;
mod expr;
mod flow;
mod fn_value;
mod inner;
mod kept;
mod literals;
mod lookup;
mod method;
mod operators;
mod overflow;
mod pattern;
mod place;
mod projection;
mod statement;
#[cfg(test)]
mod tests;
mod traits;
mod unit;

use cranelift_entity::SecondaryMap;
use rustc_hash::FxHashMap;
use syntax::Span;

use crate::env::DefId;
use crate::hir::{self, ExprId, LocalId, PatId};
use crate::types::Ty;

pub(crate) use errors::constant_needs_itself;
pub use unit::check;

/// A checked unit. The types that were inferred are in the `Env`.
pub struct TypedModule {
    pub functions: Vec<TypedFunction>,
    pub cells: Vec<TypedCell>,
}

pub struct TypedFunction {
    pub def: DefId,
    pub typed: Typed,
}

/// A [`hir::Cell`] with its body checked.
pub struct TypedCell {
    pub span: Span,
    pub defines: Vec<DefId>,
    /// The hidden global that receives the value; `None` if that is of type `()` or `never`.
    pub value: Option<DefId>,
    pub expected: Option<(String, Span)>,
    pub typed: Typed,
    pub test: Option<hir::Test>,
}

/// A checked body.
pub struct Typed {
    pub body: hir::Body,
    pub tables: Tables,
}

/// No type in here contains a type variable. `never` stays where it was found: an expression of type `never` stands
/// anywhere without being wrapped.
#[derive(Default)]
pub struct Tables {
    /// The type of each expression itself, before wrapping. An `if`, `match` or block of type `()` drops the values of branches
    /// and tails of other types. Integer and float literals have the numeric type they take (an `Int` may be an `f64`), or
    /// a type parameter (then it is `T.from_int(n)`). The type of a minus before a literal covers both. `a?.b` and `a?.f()` have the
    /// type after flattening: `b` itself if that is optional, else `some(b)`.
    pub exprs: SecondaryMap<ExprId, Option<Ty>>,
    pub locals: SecondaryMap<LocalId, Option<Ty>>,
    /// The type of the value that each pattern is matched with.
    pub pats: SecondaryMap<PatId, Option<Ty>>,
    /// Expressions whose value is put into `some(…)` where it stands; the type after wrapping. Branches of an `if`, `match` or block are
    /// wrapped on their own; then the whole is not.
    pub wraps: FxHashMap<ExprId, Ty>,
    /// What every call, method call, operator of the user and constructor resolved to. `Unary`, `Binary` and `Assign` with an operator are
    /// in here only if a user's function does it (for `Assign`: `place = f(place, value)`), otherwise they are built in: on numbers and bits
    /// of one type (shift counts of any integer type), `char + int`, `char - int`, `char - char` (an `i64`), `str + str`,
    /// `str + char`, `[T] + [T]`, and structural comparison of two values of one type.
    pub calls: FxHashMap<ExprId, Call>,
    /// `a.b`: the index of the field.
    pub fields: FxHashMap<ExprId, u32>,
    /// Variant and struct patterns: the variant (0 for a struct), and for each field of it in declaration order the pattern, if any.
    pub pat_fields: FxHashMap<PatId, (u32, Vec<Option<PatId>>)>,
    /// A bare upper-case name in a pattern that turned out to be a constant.
    pub pat_consts: FxHashMap<PatId, DefId>,
    /// What each `e?` does.
    pub tries: FxHashMap<ExprId, TryKind>,
    /// What each `for` walks, by the `For` expression.
    pub sources: FxHashMap<ExprId, ForSource>,
    /// What each function or constructor that stands as a value is.
    pub fn_values: FxHashMap<ExprId, FnValue>,
    /// The function that each closure became, and each of `fn_values` that is not just a function.
    pub closures: FxHashMap<ExprId, Closure>,
    /// What each function that stands in the body takes of the variables around it.
    pub inner: FxHashMap<DefId, Vec<Capture>>,
    /// Those of them that are as `ends_ok` says.
    pub inner_ends_ok: Vec<DefId>,
    /// In a projection, the functions that compute what its steps need, with what they compute.
    pub computed: Vec<(DefId, ExprId)>,
    /// The result type of the body; a cell's is the type of its root.
    pub ret: Option<Ty>,
    /// The body's own value is dropped and `ok(())` is returned: a `()!` function that ends without a value. A `return` without a value in
    /// a function whose result is a `Result` does the same.
    pub ends_ok: bool,
}

/// A closure is a function of its own, with what it captures as its first parameters.
#[derive(Clone, Debug)]
pub struct Closure {
    pub def: DefId,
    pub captures: Vec<Capture>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    pub of: Captured,
    /// The closure writes the place itself; otherwise it has the value from when it was made.
    pub is_exclusive: bool,
}

/// A function that stands as a value.
#[derive(Clone, Debug)]
pub struct FnValue {
    /// A function, struct or variant.
    pub target: Target,
    pub type_args: Vec<Ty>,
    /// The defaults of the last parameters, which the value does not have.
    pub defaults: Vec<DefId>,
}

impl FnValue {
    /// The function that it is, if no other needs to be made for it.
    pub fn as_function(&self) -> Option<DefId> {
        match self.target {
            Target::Fn(def) if self.defaults.is_empty() => Some(def),
            _ => None,
        }
    }
}

/// A variable around a closure. A global is captured for its value only: one that is written is reached by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captured {
    Local(LocalId),
    Global(DefId),
    /// The value that a `var` had where the function stands that uses it.
    Kept(DefId, LocalId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryKind {
    /// On `none` returns `none`.
    Option,
    /// On `err(e)` returns `err(e)`.
    Result,
    /// On `err(e)` returns `err(Error(message: str(e)))`.
    ToError,
    /// At top level: a runtime error.
    Fail,
}

/// What a `for` walks. The element is what the pattern is matched with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForSource {
    Array,
    FixedArray,
    /// `Range` or `RangeInclusive` (the source's type says which) of an integer type or `char`.
    Range,
    /// The characters of a text.
    Chars,
    /// `xs.enumerate()` on an array or fixed array, which is this expression; the element is `(i64, T)`. The source expression itself is a
    /// resolved method call, which need not be made.
    Enumerate(ExprId),
    /// `zip(xs, ys)` of two arrays or fixed arrays; the element is `(T, U)`.
    Zip(ExprId, ExprId),
    Map,
    Set,
    /// A container of the library: the array that its `to_array` makes, which stands in `calls`, by the `For` expression.
    Elements,
    /// A type that implements `Iter`. What its `next` is stands in `calls`, by the `For` expression.
    Iter,
}

/// A resolved call. Arguments are in parameter order, a method's receiver first; `order` lists those that are written, receiver included,
/// in the order of the text. For `a?.f()` the receiver is the payload of `a`. A `Target::Value` is called with `Callee::Value`'s expression,
/// or, if the call is a method call, with the receiver's field of that name (`fields` has its index), and then `args` has no receiver.
#[derive(Clone, Debug)]
pub struct Call {
    pub target: Target,
    pub type_args: Vec<Ty>,
    pub args: Vec<CallArg>,
    pub order: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Sumi function, an extern, or an intrinsic.
    Fn(DefId),
    /// A user's comparison read another way round: `a > b` is `<(b, a)` (`swap`), `a != b` is not `==(a, b)` (`negate`).
    Compare {
        def: DefId,
        swap: bool,
        negate: bool,
    },
    Struct(DefId),
    Variant(DefId, u32),
    /// `p.with(x: 3)`: the receiver with some fields replaced.
    With,
    /// A function value, which is the callee expression.
    Value,
    Builtin(hir::Builtin),
    /// A method of a trait on a type parameter; resolved by mono.
    TraitMethod(DefId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallArg {
    Expr(ExprId),
    /// The receiver or argument is a place, accessed exclusively.
    Mut(ExprId),
    /// Calls this function without arguments.
    Default(DefId),
    /// `with`: the field keeps the receiver's value.
    Keep,
}
