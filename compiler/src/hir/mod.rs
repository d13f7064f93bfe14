//! The high-level IR: names are ids and sugar is gone, but nothing has a type yet.
//!
//! `lower` makes it from the AST, `check` gives each expression a type in side tables (`check::Typed`), `mir::build`
//! reads both. One [`Body`] for each function, default value, constant and cell; expressions, patterns and locals live in arenas.

mod children;
mod lower;
pub mod print;
mod resolve;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use cranelift_entity::{PrimaryMap, entity_impl};
use smol_str::SmolStr;
use syntax::Span;

use crate::env::{Generic, TraitImpl};
use crate::ids::{DefId, ModuleId};
use crate::types::Ty;

pub(crate) use children::children;
pub(crate) use lower::{BUILT_IN_TRAITS, NUM_OPERATORS, bound_names, fn_name};
pub use lower::{EarlyValue, Imports, LocalName, NotKnown, import_path, lower};
pub(crate) use resolve::is_called_by_itself;
pub use resolve::nearest;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(u32);
entity_impl!(ExprId, "e");

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatId(u32);
entity_impl!(PatId, "p");

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(u32);
entity_impl!(LocalId, "v");

/// A loop or labelled block, the target of `break` and `continue`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoopId(u32);
entity_impl!(LoopId, "loop");

/// A unit after lowering: its definitions (signatures are in the `Env` that `lower` extended) and what runs.
pub struct Module {
    pub id: ModuleId,
    pub functions: Vec<Function>,
    pub cells: Vec<Cell>,
    /// The names in what did not parse.
    pub skipped: Vec<SmolStr>,
    /// The `impl`s of traits.
    pub impls: Vec<TraitImpl>,
    /// The types of definitions with parameters that are written.
    pub applied: Vec<AppliedType>,
}

/// `Grid<T>` as it is written, where the type parameters are those given.
#[derive(Clone)]
pub struct AppliedType {
    pub def: DefId,
    pub args: Vec<Ty>,
    pub span: Span,
    pub generics: Vec<Generic>,
}

/// A function, the default of a parameter or field, or the initial value of a constant. Defaults have the generics of
/// what they belong to and are called with its type arguments.
///
/// A body without a result type ends without a tail: lowering made the last value a statement. The same holds for the bodies
/// of loops, and the branches of an `if` or `match` that is itself a statement.
pub struct Function {
    pub def: DefId,
    pub body: Body,
}

/// A top-level item that runs.
pub struct Cell {
    pub span: Span,
    /// The globals it binds, in order.
    pub defines: Vec<DefId>,
    /// For an expression: the hidden global that receives its value, unless its type turns out to be `()` or `never`.
    pub value: Option<DefId>,
    /// The text after `//=>` on the expression's last line.
    pub expected: Option<(String, Span)>,
    /// A `test` or `bench`, which runs only when it is asked for; these come after all others.
    pub test: Option<Test>,
    pub body: Body,
}

/// The name of a `test` or `bench`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    pub name: SmolStr,
    pub is_bench: bool,
}

pub struct Body {
    /// Parameters are the first locals, in order.
    pub params: usize,
    pub locals: PrimaryMap<LocalId, Local>,
    pub exprs: PrimaryMap<ExprId, Expr>,
    pub pats: PrimaryMap<PatId, Pat>,
    pub loops: PrimaryMap<LoopId, Option<SmolStr>>,
    /// The functions that stand in the body, and the defaults of their parameters, in the order of their statements.
    pub inner: Vec<InnerFn>,
    /// The type parameters of the function, then those of the functions that stand in it.
    pub generics: Vec<Generic>,
    pub root: ExprId,
    pub span: Span,
}

/// A `fn` in a body: like a closure it may use the variables around it, and becomes a function of its own that takes those first.
pub struct InnerFn {
    pub def: DefId,
    pub params: Vec<LocalId>,
    pub body: ExprId,
    /// From `fn` to the end; all that is declared in it is its own.
    pub span: Span,
}

impl Body {
    pub fn inner_fn(&self, def: DefId) -> Option<&InnerFn> {
        self.inner.iter().find(|inner| inner.def == def)
    }
}

pub struct Local {
    pub name: SmolStr,
    pub span: Span,
    /// `var`, a `mut` parameter, or a `mut` binding.
    pub is_var: bool,
    /// A `mut` parameter or binding: stands for a place elsewhere.
    pub is_ref: bool,
    pub ty: Option<Ty>,
}

pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

pub enum ExprKind {
    Int(u128),
    Float(f64),
    Bool(bool),
    Char(char),
    /// `b'x'`
    Byte(u8),
    Bytes(Arc<[u8]>),
    Str(Arc<str>),
    Interpolate(Vec<StrPart>),
    Local(LocalId),
    Global(DefId),
    Const(DefId),
    /// A function used as a value.
    Fn(DefId),
    /// A struct or variant without arguments: a variant without fields is a value, all else a function.
    Constructor(Callee),
    Tuple(Vec<ExprId>),
    Array(Vec<ExprId>),
    /// `[x; n]`
    Repeat {
        value: ExprId,
        count: ExprId,
    },
    Map(Vec<(ExprId, ExprId)>),
    Range {
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
    },
    Call {
        callee: Callee,
        args: Vec<Arg>,
    },
    MethodCall {
        receiver: ExprId,
        name: SmolStr,
        name_span: Span,
        args: Vec<Arg>,
        optional: bool,
    },
    /// `f32(x)`, `str(x)`, `char(x)`.
    Convert {
        to: Ty,
        arg: ExprId,
    },
    /// `f32x4(a, b, c, d)`, as many as the type has lanes.
    Vector {
        ty: Ty,
        lanes: Vec<ExprId>,
    },
    Field {
        base: ExprId,
        name: SmolStr,
        name_span: Span,
        optional: bool,
    },
    /// `i64.max`: a constant that belongs to a type. A `const N` parameter used as a value is the `len` of `[(); N]`.
    TypeConst {
        ty: Ty,
        name: SmolStr,
        name_span: Span,
    },
    Index {
        base: ExprId,
        index: ExprId,
        default: Option<ExprId>,
    },
    /// `base[a..b]` with either end left out.
    Slice {
        base: ExprId,
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
    },
    Unary {
        op: UnaryOp,
        operand: ExprId,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: ExprId,
        right: ExprId,
    },
    And(ExprId, ExprId),
    Or(ExprId, ExprId),
    /// `a ?? b`
    Coalesce(ExprId, ExprId),
    /// `e?`
    Try(ExprId),
    /// `let p = e` inside a condition: true if it matched, and binds.
    Is {
        pat: PatId,
        expr: ExprId,
    },
    If {
        cond: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
    },
    Match {
        scrutinee: ExprId,
        arms: Vec<Arm>,
    },
    /// `while c { b }` is `loop { if c { b } else { break } }` with `from_while`.
    Loop {
        id: LoopId,
        body: ExprId,
        from_while: bool,
    },
    For {
        id: LoopId,
        pat: PatId,
        source: ExprId,
        body: ExprId,
    },
    Break {
        target: LoopId,
        value: Option<ExprId>,
    },
    Continue {
        target: LoopId,
    },
    Return(Option<ExprId>),
    Block {
        stmts: Vec<Stmt>,
        tail: Option<ExprId>,
    },
    /// An assignment; its type is `()`. `place` may be a tuple of places when `op` is `None`.
    Assign {
        place: ExprId,
        op: Option<BinaryOp>,
        op_span: Span,
        value: ExprId,
    },
    /// Gives a global its first value; its type is `()`. Only in cells, for the globals that the cell defines.
    Init {
        global: DefId,
        value: ExprId,
    },
    Closure {
        params: Vec<ClosureParam>,
        ret: Option<Ty>,
        body: ExprId,
    },
    /// Something was wrong here and has been reported.
    Error,
}

pub struct ClosureParam {
    pub pat: PatId,
    pub ty: Option<Ty>,
}

pub enum StrPart {
    Text(Arc<str>),
    Expr {
        expr: ExprId,
        spec: Option<text::FormatSpec>,
    },
}

pub enum Callee {
    Fn(DefId),
    /// A struct's constructor, with type arguments if they were written, or inside `Self(…)`.
    Struct(DefId, Option<Vec<Ty>>),
    /// `Shape.Circle(…)`, or `Circle(…)` with the enum to be found from the expected type.
    Variant {
        of: Option<DefId>,
        name: SmolStr,
        name_span: Span,
    },
    /// `Vec2.zero()`, `i64.parse(s)`: a function of a type's `impl`. Where the type's arguments were left out (`Stack.new()`),
    /// it is an `Adt` without arguments, and they are inferred.
    Assoc {
        ty: Ty,
        name: SmolStr,
        name_span: Span,
    },
    Builtin(Builtin),
    /// A function value.
    Value(ExprId),
}

/// Functions that are generic over their number of arguments or that the checker treats in a way of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    Print,
    Eprint,
    Assert,
    Panic,
    Unreachable,
    Some,
    Ok,
    Err,
    None,
}

pub struct Arg {
    pub name: Option<(SmolStr, Span)>,
    pub is_mut: bool,
    pub value: ExprId,
}

pub struct Arm {
    pub pat: PatId,
    pub guard: Option<ExprId>,
    pub body: ExprId,
}

pub enum Stmt {
    Let {
        pat: PatId,
        ty: Option<Ty>,
        value: Option<ExprId>,
        otherwise: Option<ExprId>,
    },
    /// The value is dropped.
    Expr(ExprId),
    /// A function that stands here: from now on it may be called.
    Fn(DefId),
}

pub struct Pat {
    pub kind: PatKind,
    pub span: Span,
}

pub enum PatKind {
    Wildcard,
    Bind(LocalId),
    Int {
        value: u128,
        negative: bool,
    },
    Float(f64),
    Bool(bool),
    Char(char),
    Str(Arc<str>),
    Const(DefId),
    Range {
        low: Option<PatId>,
        high: Option<PatId>,
        inclusive: bool,
    },
    Tuple(Vec<PatId>),
    /// `[a, .., b]`: patterns before and after the rest.
    Array {
        before: Vec<PatId>,
        rest: bool,
        after: Vec<PatId>,
    },
    /// `Circle(r)`, `some(x)`, `none`. `fields` is `None` for a bare name.
    Variant {
        of: Option<DefId>,
        name: SmolStr,
        name_span: Span,
        fields: Option<Vec<FieldPat>>,
        rest: bool,
    },
    Struct {
        def: DefId,
        fields: Vec<FieldPat>,
        rest: bool,
    },
    Or(Vec<PatId>),
    /// `x: T` inside an `any`.
    Typed {
        pat: PatId,
        ty: Ty,
    },
    Error,
}

pub struct FieldPat {
    pub name: Option<(SmolStr, Span)>,
    pub pat: PatId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UnaryOp {
    Neg,
    Not,
    BitNot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    /// The operator function behind a comparison, whether it takes the sides the other way round, and whether its answer
    /// is turned round.
    pub fn comparison(self) -> (&'static str, bool, bool) {
        match self {
            BinaryOp::Eq => ("==", false, false),
            BinaryOp::Ne => ("==", false, true),
            BinaryOp::Lt => ("<", false, false),
            BinaryOp::Gt => ("<", true, false),
            BinaryOp::Le => ("<", true, true),
            BinaryOp::Ge => ("<", false, true),
            _ => panic!("compiler bug: {} is not a comparison", self.symbol()),
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::Pow => "**",
            BinaryOp::And => "&",
            BinaryOp::Or => "|",
            BinaryOp::Xor => "^",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
        }
    }

    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
        )
    }
}
