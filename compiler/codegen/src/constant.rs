//! Constants: scalars, text as blocks in writable data, functions as values, source locations.

use compiler::mir::Const;
use inkwell::module::Linkage;
use inkwell::values::{GlobalValue, PointerValue};
use syntax::Span;

use crate::function::Function;
use crate::module::Unit;
use crate::operand::Value;

/// The owners of a constant: never unique, never freed.
pub(crate) const STATIC_OWNERS: u64 = 1 << 62;

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn constant(&self, value: &Const) -> Value<'ctx> {
        let unit = self.unit;
        match value {
            Const::Int(int, value) => {
                let ty = unit.int_type(*int);
                Value::Direct(ty.const_int(*value as u64, false).into())
            }
            Const::Float(float, value) => {
                Value::Direct(unit.float_type(*float).const_float(*value).into())
            }
            Const::Bool(value) => {
                let ty = unit.context.bool_type();
                Value::Direct(ty.const_int(u64::from(*value), false).into())
            }
            Const::Char(value) => {
                let code = u64::from(u32::from(*value));
                Value::Direct(unit.runtime.i32.const_int(code, false).into())
            }
            Const::Unit => Value::Nothing,
            Const::Str(text) => Value::Direct(unit.static_bytes(text.as_bytes()).into()),
            Const::Bytes(bytes) => Value::Direct(unit.static_bytes(bytes).into()),
            Const::Fn(def, args) => Value::At(unit.function_value(*def, args)),
            Const::CFn(def) => Value::Direct(unit.callback(*def).into()),
            Const::Def(def) => unit.named_constant(*def),
            Const::Data(ty, value) => unit.constant_value(*ty, value),
        }
    }
}

impl<'ctx> Unit<'_, 'ctx> {
    /// The block that every empty array and text shares.
    pub(crate) fn empty_block(&self) -> PointerValue<'ctx> {
        self.external_data("sumi_empty").as_pointer_value()
    }

    pub(crate) fn external_data(&self, name: &str) -> GlobalValue<'ctx> {
        self.module
            .get_global(name)
            .unwrap_or_else(|| self.module.add_global(self.runtime.i8, None, name))
    }

    /// A block of bytes that is never freed.
    pub(crate) fn static_bytes(&self, bytes: &[u8]) -> PointerValue<'ctx> {
        if bytes.is_empty() {
            return self.empty_block();
        }
        if let Some(found) = self.texts.borrow().get(bytes) {
            return found.as_pointer_value();
        }
        let i64_type = self.runtime.i64;
        let len = i64_type.const_int(bytes.len() as u64, false);
        let content = self.context.const_string(bytes, false);
        let block = self.context.const_struct(
            &[
                i64_type.const_int(STATIC_OWNERS, false).into(),
                self.external_data("sumi_desc_u8").as_pointer_value().into(),
                len.into(),
                len.into(),
                content.into(),
            ],
            false,
        );
        let name = format!("text.{}", self.fresh());
        let global = self.module.add_global(block.get_type(), None, &name);
        global.set_initializer(&block);
        global.set_linkage(Linkage::Internal);
        global.set_alignment(16);
        self.texts.borrow_mut().insert(bytes.to_vec(), global);
        global.as_pointer_value()
    }

    /// Bytes without a header, only read.
    pub(crate) fn plain_bytes(&self, bytes: &[u8]) -> PointerValue<'ctx> {
        let content = self.context.const_string(bytes, false);
        let name = format!("bytes.{}", self.fresh());
        let global = self.module.add_global(content.get_type(), None, &name);
        global.set_initializer(&content);
        global.set_linkage(Linkage::Internal);
        global.set_constant(true);
        global.set_unnamed_addr(true);
        global.as_pointer_value()
    }

    /// `{file, start, end, 0}`, each a u32: where something failed.
    pub(crate) fn location(&self, span: Span) -> PointerValue<'ctx> {
        let name = format!("at.{}.{}.{}", span.file.0, span.start, span.end);
        if let Some(found) = self.module.get_global(&name) {
            return found.as_pointer_value();
        }
        let word = |value: u32| self.runtime.i32.const_int(u64::from(value), false).into();
        let content = self.context.const_struct(
            &[word(span.file.0), word(span.start), word(span.end), word(0)],
            false,
        );
        let global = self.module.add_global(content.get_type(), None, &name);
        global.set_initializer(&content);
        global.set_linkage(Linkage::Internal);
        global.set_constant(true);
        global.set_unnamed_addr(true);
        global.as_pointer_value()
    }
}
