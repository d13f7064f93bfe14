//! The values of literals that are laid out as data.

use std::sync::Arc;

use super::Interpreter;
use super::value::Value;
use crate::boxes::is_boxed_field;
use crate::mir::{ConstValue, field_ty};
use crate::types::{Ty, TyKind};

impl Interpreter<'_> {
    /// The value of a literal. Its blocks are there for good, and made once.
    pub(super) fn data(&mut self, ty: Ty, value: &Arc<ConstValue>) -> Value {
        if let Some(found) = self.heap.data_constant(value) {
            return found;
        }
        let made = self.permanent(ty, value);
        self.heap.keep_data_constant(value, &made);
        made
    }

    fn permanent(&mut self, ty: Ty, value: &ConstValue) -> Value {
        match value {
            ConstValue::Int(value) => Value::Int(*value),
            ConstValue::Float(value) => Value::Float(*value),
            ConstValue::Bool(value) => Value::Bool(*value),
            ConstValue::Char(value) => Value::Char(*value),
            ConstValue::Str(text) => self.heap.constant(text),
            ConstValue::Fields(fields) => Value::Fields(self.permanent_fields(ty, 0, fields)),
            ConstValue::Variant(variant, fields) => {
                Value::Variant(*variant, self.permanent_fields(ty, *variant, fields))
            }
            ConstValue::Array(items) => {
                let elem = ty.elem();
                let elem = elem.unwrap_or_else(|| panic!("compiler bug: {ty:?} has no elements"));
                let items = items.iter().map(|item| self.permanent(elem, item));
                let items = items.collect();
                self.heap.permanent(items)
            }
            ConstValue::Boxed(_) | ConstValue::Fn(..) | ConstValue::Any(..) => {
                panic!("compiler bug: {value:?} is no literal")
            }
        }
    }

    fn permanent_fields(&mut self, ty: Ty, variant: u32, fields: &[ConstValue]) -> Box<[Value]> {
        let env = self.env.clone();
        let field = |(at, field): (u32, &ConstValue)| {
            let (ty, is_boxed) = match ty.kind() {
                TyKind::Adt(def, _) => (
                    field_ty(&env, ty, variant, at),
                    is_boxed_field(&env, *def, variant, at),
                ),
                TyKind::Tuple(parts) => (parts[at as usize], false),
                _ => (ty.elem().unwrap_or(ty), false),
            };
            let value = self.permanent(ty, field);
            if is_boxed {
                self.heap.permanent(vec![value])
            } else {
                value
            }
        };
        (0u32..).zip(fields).map(field).collect()
    }
}
