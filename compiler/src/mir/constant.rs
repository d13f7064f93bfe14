//! Values that stand on their own, as the interpreter computes constants and as literals say them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Const;
use crate::env::DefId;
use crate::types::{Ty, TyKind};

/// A value that stands on its own: what a constant is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ConstValue {
    Int(i128),
    Float(f64),
    Bool(bool),
    Char(char),
    Str(Arc<str>),
    /// A struct, tuple or fixed array.
    Fields(Vec<ConstValue>),
    Variant(u32, Vec<ConstValue>),
    Array(Vec<ConstValue>),
    Boxed(Box<ConstValue>),
    Fn(DefId, Vec<Ty>),
    /// The value in an `any`, and its type.
    Any(Ty, Box<ConstValue>),
}

impl ConstValue {
    /// Functions, those of the table of an `any` included, which only code can name.
    pub fn holds_functions(&self) -> bool {
        match self {
            ConstValue::Any(..) => true,
            ConstValue::Fn(..) => true,
            ConstValue::Fields(parts)
            | ConstValue::Variant(_, parts)
            | ConstValue::Array(parts) => parts.iter().any(ConstValue::holds_functions),
            ConstValue::Boxed(inside) => inside.holds_functions(),
            ConstValue::Int(_)
            | ConstValue::Float(_)
            | ConstValue::Bool(_)
            | ConstValue::Char(_)
            | ConstValue::Str(_) => false,
        }
    }

    /// As an operand, where it is one.
    pub fn literal(&self, ty: Ty) -> Option<Const> {
        Some(match (self, ty.kind()) {
            (ConstValue::Int(value), TyKind::Int(int)) => Const::Int(*int, *value),
            (ConstValue::Float(value), TyKind::Float(float)) => Const::Float(*float, *value),
            (ConstValue::Bool(value), _) => Const::Bool(*value),
            (ConstValue::Char(value), _) => Const::Char(*value),
            (ConstValue::Str(text), _) => Const::Str(text.clone()),
            (ConstValue::Fn(def, _), TyKind::CFn(_)) => Const::CFn(*def),
            (ConstValue::Fn(def, args), _) => Const::Fn(*def, args.clone()),
            (ConstValue::Fields(fields), _) if fields.is_empty() && ty.is_unit() => Const::Unit,
            _ => return None,
        })
    }
}
