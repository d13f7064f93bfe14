//! Named constants whose value is more than a literal: laid out as data, arrays as blocks that are never freed.

use compiler::env::{DefId, DefKind, Env};
use compiler::layout::{FieldLayout, Pass};
use compiler::mir::interpret::eval_const;
use compiler::mir::{Const, ConstValue, LONG_LITERAL, Operand};
use compiler::types::{Ty, TyKind};
use inkwell::module::Linkage;
use inkwell::values::{BasicValueEnum, PointerValue};

use crate::constant::STATIC_OWNERS;
use crate::module::Unit;
use crate::operand::Value;

fn known_literal(env: &Env, def: DefId) -> Option<Const> {
    match &env.def(def).kind {
        DefKind::Const(constant) => constant.literal.clone(),
        _ => None,
    }
}

/// A part of a value: its offset, its bytes and how many.
struct Part<'ctx> {
    offset: u64,
    content: BasicValueEnum<'ctx>,
    size: u64,
}

impl<'ctx> Unit<'_, 'ctx> {
    pub(crate) fn named_constant(&self, def: DefId) -> Value<'ctx> {
        if let Some(found) = self.constants.borrow().get(&def) {
            return *found;
        }
        let env = self.input.env;
        let DefKind::Const(constant) = &env.def(def).kind else {
            panic!("compiler bug: {def} is not a constant");
        };
        let body = env.function(constant.init).body().cloned();
        let body = body.unwrap_or_else(|| panic!("compiler bug: the constant {def} has no value"));
        let value =
            eval_const(env, body, &|needed| known_literal(env, needed)).unwrap_or_else(|error| {
                panic!("compiler bug: a constant that failed: {}", error.message)
            });
        let found = self.constant_value(constant.ty(), &value);
        self.constants.borrow_mut().insert(def, found);
        found
    }

    pub(crate) fn constant_value(&self, ty: Ty, value: &ConstValue) -> Value<'ctx> {
        let layout = self.layouts.of(ty);
        match layout.pass {
            Pass::Nothing => Value::Nothing,
            Pass::Value => Value::Direct(self.constant_data(ty, value)),
            Pass::Memory => {
                let content = self.constant_data(ty, value);
                Value::At(self.constant_global(content, layout.align))
            }
        }
    }

    pub(crate) fn constant_global(
        &self,
        content: BasicValueEnum<'ctx>,
        align: u64,
    ) -> PointerValue<'ctx> {
        let name = format!("constant.{}", self.fresh());
        let global = self.module.add_global(content.get_type(), None, &name);
        global.set_initializer(&content);
        global.set_linkage(Linkage::Internal);
        global.set_constant(true);
        global.set_alignment(align as u32);
        global.as_pointer_value()
    }

    /// Exactly the bytes that a value of the type has.
    fn constant_data(&self, ty: Ty, value: &ConstValue) -> BasicValueEnum<'ctx> {
        let runtime = self.runtime;
        match (value, ty.kind()) {
            (ConstValue::Int(value), TyKind::Int(int)) => {
                self.int_type(*int).const_int(*value as u64, false).into()
            }
            (ConstValue::Float(value), TyKind::Float(float)) => {
                self.float_type(*float).const_float(*value).into()
            }
            (ConstValue::Bool(value), _) => runtime.i8.const_int(u64::from(*value), false).into(),
            (ConstValue::Char(value), _) => runtime
                .i32
                .const_int(u64::from(u32::from(*value)), false)
                .into(),
            (ConstValue::Str(text), _) => self.static_bytes(text.as_bytes()).into(),
            (ConstValue::Array(items), TyKind::Array(elem)) => {
                self.static_block(*elem, items).into()
            }
            (ConstValue::Fields(items), TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _)) => {
                self.packed(self.in_a_row(*elem, items))
            }
            (ConstValue::Fields(fields), _) => self.variant_data(ty, 0, fields),
            (ConstValue::Variant(variant, fields), _) => self.variant_data(ty, *variant, fields),
            (ConstValue::Boxed(inside), _) => self.constant_data(ty, inside),
            (ConstValue::Fn(def, args), _) => self.function_pair(*def, args).into(),
            (ConstValue::Any(..), _) => {
                panic!("compiler bug: a constant with an `any` is computed where it is used")
            }
            (ConstValue::Int(_) | ConstValue::Float(_) | ConstValue::Array(_), _) => {
                panic!("compiler bug: a constant of another type than {ty:?}")
            }
        }
    }

    fn variant_data(&self, ty: Ty, variant: u32, fields: &[ConstValue]) -> BasicValueEnum<'ctx> {
        let layout = self.layouts.of(ty);
        let mut parts = Vec::new();
        if layout.tag > 0 {
            let tag = self.int_of(layout.tag as u32 * 8);
            parts.push(Part {
                offset: 0,
                content: tag.const_int(u64::from(variant), false).into(),
                size: layout.tag,
            });
        }
        for (field, value) in layout.variants[variant as usize].iter().zip(fields) {
            let (content, size) = self.field_data(field, value);
            if size > 0 {
                parts.push(Part {
                    offset: field.offset,
                    content,
                    size,
                });
            }
        }
        self.packed((parts, layout.size))
    }

    fn field_data(&self, field: &FieldLayout, value: &ConstValue) -> (BasicValueEnum<'ctx>, u64) {
        if !field.boxed {
            return (
                self.constant_data(field.ty, value),
                self.layouts.of(field.ty).size,
            );
        }
        let inside = match value {
            ConstValue::Boxed(inside) => std::slice::from_ref(&**inside),
            ConstValue::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        (self.static_block(field.ty, inside).into(), 8)
    }

    fn in_a_row(&self, elem: Ty, items: &[ConstValue]) -> (Vec<Part<'ctx>>, u64) {
        let size = self.layouts.of(elem).size;
        let parts = (0u64..).zip(items).map(|(index, item)| Part {
            offset: index * size,
            content: self.constant_data(elem, item),
            size,
        });
        (parts.collect(), size * items.len() as u64)
    }

    /// The elements of a long array literal, to be copied at once, zeroes where they are computed: as many single stores take LLVM
    /// long.
    pub(crate) fn literal_elements(
        &self,
        elem: Ty,
        items: &[Operand],
    ) -> Option<BasicValueEnum<'ctx>> {
        let known = items.iter().filter(|item| item.is_literal()).count();
        if known < LONG_LITERAL {
            return None;
        }
        let each: Vec<Option<BasicValueEnum<'ctx>>> = items
            .iter()
            .map(|item| self.literal_data(elem, item))
            .collect();
        let runtime = self.runtime;
        Some(match elem.kind() {
            TyKind::Int(int) => {
                let ty = self.int_type(*int);
                let value = |found: Option<BasicValueEnum<'ctx>>| match found {
                    Some(value) => value.into_int_value(),
                    None => ty.const_zero(),
                };
                ty.const_array(&each.into_iter().map(value).collect::<Vec<_>>())
                    .into()
            }
            TyKind::Float(float) => {
                let ty = self.float_type(*float);
                let value = |found: Option<BasicValueEnum<'ctx>>| match found {
                    Some(value) => value.into_float_value(),
                    None => ty.const_zero(),
                };
                ty.const_array(&each.into_iter().map(value).collect::<Vec<_>>())
                    .into()
            }
            TyKind::Str => {
                let ty = runtime.pointer;
                let value = |found: Option<BasicValueEnum<'ctx>>| match found {
                    Some(value) => value.into_pointer_value(),
                    None => ty.const_zero(),
                };
                ty.const_array(&each.into_iter().map(value).collect::<Vec<_>>())
                    .into()
            }
            _ => {
                let size = self.layouts.of(elem).size;
                let parts = (0u64..).zip(each).filter_map(|(index, content)| {
                    Some(Part {
                        offset: index * size,
                        content: content?,
                        size,
                    })
                });
                self.packed((parts.collect(), size * items.len() as u64))
            }
        })
    }

    fn literal_data(&self, elem: Ty, item: &Operand) -> Option<BasicValueEnum<'ctx>> {
        let Operand::Const(value) = item else {
            return None;
        };
        let value = match value {
            Const::Int(_, value) => ConstValue::Int(*value),
            Const::Float(_, value) => ConstValue::Float(*value),
            Const::Bool(value) => ConstValue::Bool(*value),
            Const::Char(value) => ConstValue::Char(*value),
            Const::Str(text) => return Some(self.static_bytes(text.as_bytes()).into()),
            Const::Bytes(bytes) => return Some(self.static_bytes(bytes).into()),
            Const::Data(ty, value) => return Some(self.constant_data(*ty, value)),
            Const::Unit | Const::Fn(..) | Const::CFn(_) | Const::Def(_) => return None,
        };
        Some(self.constant_data(elem, &value))
    }

    /// Parts with zeroes between them and up to the end.
    fn packed(&self, (parts, end): (Vec<Part<'ctx>>, u64)) -> BasicValueEnum<'ctx> {
        let zeroes = |count: u64| self.runtime.i8.array_type(count as u32).const_zero().into();
        let mut content: Vec<BasicValueEnum<'ctx>> = Vec::new();
        let mut at = 0;
        for part in parts {
            if part.offset > at {
                content.push(zeroes(part.offset - at));
            }
            content.push(part.content);
            at = part.offset + part.size;
        }
        if end > at {
            content.push(zeroes(end - at));
        }
        self.context.const_struct(&content, true).into()
    }

    fn static_block(&self, elem: Ty, items: &[ConstValue]) -> PointerValue<'ctx> {
        if items.is_empty() {
            return self.empty_block();
        }
        let long = |value: u64| self.runtime.i64.const_int(value, false).into();
        let len = items.len() as u64;
        let elements = self.packed(self.in_a_row(elem, items));
        let block = self.context.const_struct(
            &[
                long(STATIC_OWNERS),
                self.desc(elem).into(),
                long(len),
                long(len),
                elements,
            ],
            true,
        );
        let name = format!("block.{}", self.fresh());
        let global = self.module.add_global(block.get_type(), None, &name);
        global.set_initializer(&block);
        global.set_linkage(Linkage::Internal);
        global.set_alignment(16);
        global.as_pointer_value()
    }
}
