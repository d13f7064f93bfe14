//! Gives every expression, pattern and local a type, and says what every call means.
//!
//! The result is the HIR as it was, plus [`Tables`]; there is no second tree.

use cranelift_entity::SecondaryMap;
use rustc_hash::FxHashMap;

use crate::env::DefId;
use crate::hir::{self, ExprId, LocalId, PatId};
use crate::types::Ty;

/// A checked body.
pub struct Typed {
    pub body: hir::Body,
    pub tables: Tables,
}

#[derive(Default)]
pub struct Tables {
    /// The type of each expression itself, before wrapping.
    pub exprs: SecondaryMap<ExprId, Option<Ty>>,
    pub locals: SecondaryMap<LocalId, Option<Ty>>,
    /// The type of the value that each pattern is matched with.
    pub pats: SecondaryMap<PatId, Option<Ty>>,
    /// Expressions whose value is put into `some(…)` where it stands; the type after wrapping.
    pub wraps: FxHashMap<ExprId, Ty>,
    /// What every call, method call, converted operator and constructor resolved to.
    pub calls: FxHashMap<ExprId, Call>,
    /// `a.b`: the index of the field.
    pub fields: FxHashMap<ExprId, u32>,
    /// Variant and struct patterns: the variant (0 for a struct), and for each field of it in declaration order the pattern, if any.
    pub pat_fields: FxHashMap<PatId, (u32, Vec<Option<PatId>>)>,
}

/// A resolved call. Arguments are in parameter order; `order` lists those that are written in the order of the text.
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
