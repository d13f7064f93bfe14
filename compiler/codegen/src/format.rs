//! Interpolation: the parts are appended, one after another, to a text that begins empty.

use compiler::mir::{FormatPart, Operand};
use compiler::types::Ty;
use inkwell::values::PointerValue;

use crate::function::Function;
use crate::module::Built;
use crate::tbaa::Memory;

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn format(&self, parts: &[FormatPart]) -> PointerValue<'ctx> {
        match parts {
            [] => return self.unit.empty_block(),
            [FormatPart::Text(text)] => return self.unit.static_bytes(text.as_bytes()),
            _ => {}
        }
        let out = self.temp(Ty::str());
        self.builder
            .build_store(out, self.unit.empty_block())
            .built();
        for part in parts {
            match part {
                FormatPart::Text(text) => {
                    self.append_block(out, self.unit.static_bytes(text.as_bytes()))
                }
                FormatPart::Value {
                    operand,
                    spec,
                    literal,
                } => self.append_operand(
                    out,
                    operand,
                    spec.as_ref().map(|spec| spec.pack()),
                    *literal,
                ),
            }
        }
        self.load_block(out, Memory::Any)
    }

    fn append_block(&self, out: PointerValue<'ctx>, block: PointerValue<'ctx>) {
        self.builder
            .build_call(self.unit.append_text(), &[out.into(), block.into()], "")
            .built();
    }

    fn append_operand(
        &self,
        out: PointerValue<'ctx>,
        operand: &Operand,
        spec: Option<u64>,
        literal: bool,
    ) {
        let ty = self.operand_ty(operand);
        let value = self.read(operand);
        if ty == Ty::str() && spec.is_none() && !literal {
            self.append_block(out, value.value().into_pointer_value());
            return self.after_read(operand, value);
        }
        let (desc, address) = (self.unit.desc(ty), self.address_of(value, ty));
        let i64_type = self.unit.runtime.i64;
        match spec {
            Some(spec) => {
                let spec = i64_type.const_int(spec, false);
                let args = [desc.into(), address.into(), out.into(), spec.into()];
                self.builder
                    .build_call(self.unit.append_spec(), &args, "")
                    .built();
            }
            None => {
                let literal = self.unit.runtime.i32.const_int(u64::from(literal), false);
                let limit = i64_type.const_int(u64::MAX, true);
                let args = [
                    desc.into(),
                    address.into(),
                    out.into(),
                    literal.into(),
                    limit.into(),
                ];
                self.builder
                    .build_call(self.unit.append(), &args, "")
                    .built();
            }
        }
        self.after_read(operand, value);
    }
}
