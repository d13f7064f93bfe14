//! Values as the interpreter holds them: untyped, with blocks by reference. Cloning one makes no new owner.

use std::rc::Rc;

use super::heap::BlockRef;
use crate::env::DefId;
use crate::mir::Local;
use crate::mono::Key;
use crate::types::Ty;

#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    /// Nothing yet, or moved away.
    #[default]
    Empty,
    Int(i128),
    /// Of either width; an `f32` is kept rounded.
    Float(f64),
    Bool(bool),
    Char(char),
    /// A struct, tuple or fixed array; `()` has none.
    Fields(Box<[Value]>),
    Variant(u32, Box<[Value]>),
    /// An array, text or box.
    Block(BlockRef),
    Function(Rc<Key>),
    /// An `any`: the type of the value in its box, and the box.
    Any(Ty, BlockRef),
    /// The address of a place.
    Reference(Rc<Address>),
}

/// Where a place is: from a local of a frame or a global, step by step. Blocks on the way are looked up at each use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Local(usize, Local),
    Global(DefId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Field(usize),
    Payload(u32, usize),
    Element(usize),
    Box,
}

impl Value {
    pub(super) fn unit() -> Value {
        Value::Fields(Box::default())
    }

    pub(super) fn int(&self) -> i128 {
        match self {
            Value::Int(value) => *value,
            other => panic!("compiler bug: {other:?} is not an integer"),
        }
    }

    pub(super) fn float(&self) -> f64 {
        match self {
            Value::Float(value) => *value,
            other => panic!("compiler bug: {other:?} is not a float"),
        }
    }

    pub(super) fn truth(&self) -> bool {
        match self {
            Value::Bool(value) => *value,
            other => panic!("compiler bug: {other:?} is not a truth value"),
        }
    }

    pub(super) fn character(&self) -> char {
        match self {
            Value::Char(value) => *value,
            other => panic!("compiler bug: {other:?} is not a character"),
        }
    }

    pub(super) fn block(&self) -> BlockRef {
        match self {
            Value::Block(block) => *block,
            other => panic!("compiler bug: {other:?} is not a block"),
        }
    }

    /// Whether it holds a block anywhere in place.
    pub(super) fn owns(&self) -> bool {
        match self {
            Value::Block(_) | Value::Any(..) => true,
            Value::Fields(fields) | Value::Variant(_, fields) => fields.iter().any(Value::owns),
            Value::Empty
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::Char(_)
            | Value::Function(_)
            | Value::Reference(_) => false,
        }
    }
}
