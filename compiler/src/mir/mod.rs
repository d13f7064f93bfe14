//! The mid-level IR: control flow over places. The narrow waist of the compiler: it prints, verifies and runs on its own.
//!
//! `build` makes [`Built`] from the checked HIR: every read of a place is a copy and nothing is dropped. `own::elaborate` makes
//! [`Elaborated`] of it: moves, borrows, drops and uniqueness. Bodies may be generic until `mono`.
//!
//! ```text
//! fn double(_1: mut [i64]) -> () {
//!   b0: _2 = len (*_1)
//!       _3 = 0
//!       goto b1
//!   b1: _4 = lt _3, _2
//!       if _4 then b2 else b3
//!   …
//! ```

mod build;
mod constant;
mod effects;
pub mod interpret;
pub mod outside;
mod print;
mod trap;
mod types;
mod verify;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use cranelift_entity::{PrimaryMap, entity_impl};
use smol_str::SmolStr;
use syntax::Span;

use crate::hir::{BinaryOp, UnaryOp};
use crate::ids::DefId;
use crate::types::{FloatTy, IntTy, Ty};

pub use build::{build, build_cell, known_default};
pub use constant::ConstValue;
pub use effects::{Brings, Effects};
pub use trap::{NEGATIVE_EXPONENT, NO_CHARACTER, TrapKind, uses_open};
pub use types::{captures_ty, const_ty, field_ty, project};
pub use verify::{verify, verify_built};

/// `_0` is the result; then come the parameters; then everything else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Local(u32);
entity_impl!(Local, "_");

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlockId(u32);
entity_impl!(BlockId, "b");

/// A body as built: copies everywhere, no drops.
#[derive(Clone, Debug)]
pub struct Built(pub(crate) Body);

/// A body with ownership worked out. Only this can be run or compiled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Elaborated {
    pub(crate) body: Body,
    pub(crate) effects: Effects,
    /// The parameters whose values may outlive a call.
    pub(crate) escaping: Vec<bool>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    /// The definition it belongs to; a cell has one of its own.
    pub def: DefId,
    pub name: SmolStr,
    pub params: Vec<ParamMode>,
    pub locals: PrimaryMap<Local, LocalDecl>,
    pub blocks: PrimaryMap<BlockId, Block>,
    pub span: Span,
}

/// Who owns an argument while the function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParamMode {
    /// The caller; the callee only reads.
    Borrow,
    /// The callee, which drops it or passes it on.
    Own,
    /// The address of the caller's place; the local is a [`LocalKind::Ref`].
    Mut,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LocalDecl {
    /// For a `Ref`, the type of the place it stands for.
    pub ty: Ty,
    pub name: Option<SmolStr>,
    pub span: Span,
    pub kind: LocalKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LocalKind {
    /// Holds a value that it owns.
    Owned,
    /// Holds a value that someone else owns for at least as long; never dropped. Made by `own`.
    Borrowed,
    /// Holds the address of a place, accessed exclusively; reached through [`Projection::Deref`].
    Ref,
    /// A drop flag, made by `own`.
    Flag,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    pub statements: Vec<Statement>,
    pub terminator: Terminator,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum StatementKind {
    /// Stores a value. `Built` leaves `old` at [`Old::Unknown`]; `own` decides what happens to the value that was there.
    Assign {
        place: Place,
        value: Rvalue,
        old: Old,
    },
    /// A call; there is no unwinding, so it does not end a block. The result is stored like an assignment.
    Call {
        dest: Place,
        callee: Callee,
        args: Vec<Arg>,
        old: Old,
        /// Globals that are open to changes around it, where the callee may reach any global. Made by `own`.
        open: Vec<DefId>,
    },
    /// `reference = &mut place`: opens an exclusive access that lasts as long as `reference` is live.
    Open {
        reference: Local,
        place: Place,
    },
    /// Ends the run if it does not hold.
    Check(Check),
    /// Makes the block that the array, text or box at `place` points to unshared. Made by `own`.
    MakeUnique(Place),
    /// Takes the value of an owned local apart, which holds nothing afterwards: its `moved` fields went elsewhere as they were, and
    /// their boxes are given up; the other fields of that variant are dropped. Made by `own`.
    Unpack {
        place: Place,
        variant: u32,
        moved: Vec<u32>,
    },
    /// Drops the value at `place`, if `flag` is set or absent. Made by `own`.
    Drop {
        place: Place,
        flag: Option<Local>,
    },
    Nop,
}

/// What happens to the value that a store overwrites. It is dropped after the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Old {
    Unknown,
    Nothing,
    Drop,
    DropIf(Local),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Check {
    /// `index` (of any integer type) is within the array, fixed array or map of bytes at `place`.
    Index {
        index: Operand,
        place: Place,
        /// Holds the length where that was read before. Made by `own`.
        length: Option<Local>,
    },
    /// A divisor.
    NotZero(Operand),
    /// The exponent of a power of integers.
    NotNegative(Operand),
    /// An integer of any type that becomes a `char`.
    Character(Operand),
    /// The two indices of one container differ (`swap(mut xs[i], mut xs[j])`).
    Disjoint {
        first: Operand,
        second: Operand,
        place: Place,
    },
    /// None of the globals that this function may touch is open to changes. The thunks of function values begin with it; `mono`
    /// puts it before a call that was one of a trait's method.
    Closed(DefId),
    /// Around what may call functions without naming them: these globals are open to changes meanwhile.
    Begin(Vec<DefId>),
    /// As many accesses that were begun last are over.
    End(usize),
    /// Takes fuel: there was enough. Put there by `mono` alone, where the host has a limit.
    Fuel(Fuel),
}

/// How much fuel something takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Fuel {
    Units(u64),
    /// The same, but whether it was there is not asked before [`Fuel::Was`].
    Advance(u64),
    Was,
    /// Takes none, but says to `into` whether a condition of staying in a loop holds and there is fuel.
    Go {
        cond: Operand,
        stays_if_true: bool,
        into: Local,
    },
    /// One for each time that a counter of this value has to grow by one until it is there: for none if it is beyond.
    Below {
        from: Operand,
        to: Operand,
    },
    /// The same, as often as it takes to get from one to the other even if that is around the end of the type, and one more.
    Through {
        from: Operand,
        to: Operand,
    },
    /// Takes none, but says to `into` how far a counter gets with what is left, at most to `to`.
    Reach {
        from: Operand,
        to: Operand,
        into: Local,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Terminator {
    Goto(BlockId),
    If {
        cond: Operand,
        then: BlockId,
        otherwise: BlockId,
    },
    /// On an integer, `char`, `bool` or discriminant.
    Switch {
        value: Operand,
        cases: Vec<(i128, BlockId)>,
        default: Option<BlockId>,
    },
    Return,
    /// Ends the run; the message is a `str`.
    Panic {
        kind: PanicKind,
        message: Option<Operand>,
        span: Span,
    },
    Unreachable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PanicKind {
    Panic,
    Assert,
    Unreachable,
    Unwrap,
    Key,
    Slice,
    Argument,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    pub base: Base,
    pub projections: Vec<Projection>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Base {
    Local(Local),
    Global(DefId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Projection {
    /// Of a struct or tuple.
    Field(u32),
    /// Of an enum known to be of that variant.
    Payload {
        variant: u32,
        field: u32,
    },
    /// Of an array or fixed array, already checked.
    Index(Local),
    ConstIndex(u64),
    /// Into the box of an `any` that is known to hold a value of the type.
    Inside(Ty),
    /// From a `Ref` local to its place, or through the box of a recursive field.
    Deref,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Operand {
    /// An independent value: shared, so that whoever writes splits.
    Copy(Place),
    /// The value itself; the place holds nothing afterwards. A part is moved only out of what a [`StatementKind::Unpack`] a few
    /// statements later takes apart.
    Move(Place),
    /// Read without owning, for as long as nothing can write the place. Made by `own`.
    Borrow(Place),
    Const(Const),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Const {
    Int(IntTy, i128),
    Float(FloatTy, f64),
    Bool(bool),
    Char(char),
    Unit,
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
    /// A function as a value.
    Fn(DefId, Vec<Ty>),
    /// The address of an `extern fn`, or of a function of C.
    CFn(DefId),
    /// The value of a `const`, by its definition; replaced by its value before codegen.
    Def(DefId),
    /// An element of a long literal that is a literal itself: a tuple, a struct, a variant, an array. Laid out as data.
    Data(Ty, Arc<ConstValue>),
}

/// A function value is told in a word of 32 bits which of its arguments it is given for good.
pub const MOST_GIVEN: usize = 32;

/// The elements of shorter literals are code, which LLVM can see through.
pub const LONG_LITERAL: usize = 32;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Rvalue {
    Use(Operand),
    /// On scalars. Arithmetic wraps; division was checked; shift counts are taken modulo the width.
    Unary(UnaryOp, Operand),
    Binary(BinaryOp, Operand, Operand),
    /// Structural comparison of values of any one type, by the operator relation.
    Compare(BinaryOp, Operand, Operand),
    /// Between scalars, by the rules of section 4.
    Convert {
        operand: Operand,
        to: Ty,
    },
    /// A struct, tuple, fixed array: fields in order.
    Aggregate(Ty, Vec<Operand>),
    Variant {
        ty: Ty,
        variant: u32,
        fields: Vec<Operand>,
    },
    /// `[a, b]` on the heap.
    Array {
        elem: Ty,
        items: Vec<Operand>,
    },
    /// `[x; n]` on the heap, or in place if `ty` is a fixed array.
    Repeat {
        ty: Ty,
        value: Operand,
        count: Operand,
    },
    /// Of an array (elements) or text (bytes), as `i64`.
    Len(Place),
    /// The number of the variant, as `i64`.
    Discriminant(Place),
    /// Whether the `any` at the place holds a value of the type.
    Holds(Place, Ty),
    /// An `any Trait` with the value in a new box; of another `any`, the value in it with another table.
    Any {
        ty: Ty,
        value: Operand,
    },
    /// Text of the parts, joined.
    Format(Vec<FormatPart>),
    /// A function value: the function with its first parameters given. A `Mut` capture is the address of a place, which stays
    /// open while the value is in use.
    Closure {
        def: DefId,
        type_args: Vec<Ty>,
        captures: Vec<Arg>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FormatPart {
    Text(Arc<str>),
    /// `literal` quotes text at the top, as a worksheet does.
    Value {
        operand: Operand,
        spec: Option<text::FormatSpec>,
        literal: bool,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Arg {
    Value(Operand),
    Mut(Place),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Callee {
    /// A Sumi function, an extern, a host function or an intrinsic; the definition says which.
    Fn(DefId, Vec<Ty>),
    /// A function value.
    Value(Operand),
    /// A trait's method, resolved by mono: the trait's method, the type that implements it first. If that is an `any` of the trait, it
    /// stays, and which function it is is asked of the value when the call is made.
    TraitMethod(DefId, Vec<Ty>),
}

impl Block {
    /// Nothing, and then unreachable: to be filled in.
    pub fn empty() -> Block {
        Block {
            statements: Vec::new(),
            terminator: Terminator::Unreachable,
        }
    }
}

impl Local {
    pub const RESULT: Local = Local(0);
}

impl Place {
    pub fn local(local: Local) -> Place {
        Place {
            base: Base::Local(local),
            projections: Vec::new(),
        }
    }
    pub fn global(def: DefId) -> Place {
        Place {
            base: Base::Global(def),
            projections: Vec::new(),
        }
    }

    pub fn then(&self, projection: Projection) -> Place {
        let mut longer = self.clone();
        longer.projections.push(projection);
        longer
    }
}

impl Operand {
    /// Whether it stands for bytes that are known now.
    pub fn is_literal(&self) -> bool {
        match self {
            Operand::Const(value) => match value {
                Const::Int(..)
                | Const::Float(..)
                | Const::Bool(_)
                | Const::Char(_)
                | Const::Str(_)
                | Const::Bytes(_)
                | Const::Data(..) => true,
                Const::Unit | Const::Fn(..) | Const::CFn(_) | Const::Def(_) => false,
            },
            Operand::Copy(_) | Operand::Move(_) | Operand::Borrow(_) => false,
        }
    }
}

impl Fuel {
    pub(crate) fn operands(&self) -> impl Iterator<Item = &Operand> {
        let (first, second) = match self {
            Fuel::Units(_) | Fuel::Advance(_) | Fuel::Was => (None, None),
            Fuel::Go { cond, .. } => (Some(cond), None),
            Fuel::Below { from, to }
            | Fuel::Through { from, to }
            | Fuel::Reach { from, to, into: _ } => (Some(from), Some(to)),
        };
        first.into_iter().chain(second)
    }
}

impl Body {
    /// From its declaration to the last statement of it in the text.
    pub fn extent(&self) -> Span {
        let blocks = self.blocks.values();
        let spans = blocks.flat_map(|block| {
            let last = match &block.terminator {
                Terminator::Panic { span, .. } => Some(*span),
                _ => None,
            };
            let statements = block.statements.iter();
            statements.map(|statement| statement.span).chain(last)
        });
        let own = spans.filter(|span| span.file == self.span.file && span.start >= self.span.start);
        own.fold(self.span, Span::to)
    }

    /// Whether no statement runs twice in a call. Blocks stand in reverse postorder where they come from the builder; a later pass may
    /// put one further down than where it leads to, and then this says no.
    pub fn is_straight(&self) -> bool {
        self.blocks.iter().all(|(id, block)| {
            let successors = block.terminator.successors();
            successors.iter().all(|next| *next > id)
        })
    }
}

impl Terminator {
    pub fn successors(&self) -> Vec<BlockId> {
        match self {
            Terminator::Goto(block) => vec![*block],
            Terminator::If {
                then, otherwise, ..
            } => vec![*then, *otherwise],
            Terminator::Switch { cases, default, .. } => cases
                .iter()
                .map(|(_, block)| *block)
                .chain(*default)
                .collect(),
            Terminator::Return | Terminator::Panic { .. } | Terminator::Unreachable => Vec::new(),
        }
    }

    pub fn map_successors(&mut self, target: impl Fn(BlockId) -> BlockId) {
        match self {
            Terminator::Goto(block) => *block = target(*block),
            Terminator::If {
                then, otherwise, ..
            } => {
                *then = target(*then);
                *otherwise = target(*otherwise);
            }
            Terminator::Switch { cases, default, .. } => {
                for (_, block) in cases {
                    *block = target(*block);
                }
                *default = default.map(target);
            }
            Terminator::Return | Terminator::Panic { .. } | Terminator::Unreachable => {}
        }
    }
}

impl Built {
    pub fn body(&self) -> &Body {
        &self.0
    }
}

impl Elaborated {
    pub fn body(&self) -> &Body {
        &self.body
    }
    pub fn effects(&self) -> &Effects {
        &self.effects
    }
}
