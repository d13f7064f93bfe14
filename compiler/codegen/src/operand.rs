//! Operands: reading them, and taking them over.

use compiler::layout::Pass;
use compiler::mir::Operand;
use compiler::types::Ty;
use inkwell::values::{BasicValueEnum, PointerValue};

use crate::function::Function;
use crate::place::Located;
use crate::tbaa::Memory;

#[derive(Clone, Copy)]
pub(crate) enum Value<'ctx> {
    Nothing,
    Direct(BasicValueEnum<'ctx>),
    /// The address of a value in memory.
    At(PointerValue<'ctx>),
}

impl<'ctx> Value<'ctx> {
    pub(crate) fn value(self) -> BasicValueEnum<'ctx> {
        match self {
            Value::Direct(value) => value,
            Value::Nothing | Value::At(_) => panic!("compiler bug: a value is not in a register"),
        }
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn operand_ty(&self, operand: &Operand) -> Ty {
        self.body.operand_ty(self.unit.input.env, operand)
    }

    /// The value without becoming its owner. Whoever reads a moved one drops it afterwards, see [`Function::after_read`].
    pub(crate) fn read(&self, operand: &Operand) -> Value<'ctx> {
        match operand {
            Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
                let located = self.unboxed(self.place(place));
                self.read_at(&located)
            }
            Operand::Const(value) => self.constant(value),
        }
    }

    pub(crate) fn read_at(&self, at: &Located<'ctx>) -> Value<'ctx> {
        match self.pass(at.ty) {
            Pass::Nothing => Value::Nothing,
            Pass::Value => Value::Direct(self.load_value(at.address, at.ty, at.own_memory())),
            Pass::Memory => Value::At(at.address),
        }
    }

    /// The value as something that may be kept: a copy has one owner more.
    pub(crate) fn take(&self, operand: &Operand) -> Value<'ctx> {
        let value = self.read(operand);
        if let Operand::Copy(_) | Operand::Borrow(_) = operand {
            self.retain(value, self.operand_ty(operand));
        }
        value
    }

    /// Drops an operand that was moved but only read.
    pub(crate) fn after_read(&self, operand: &Operand, value: Value<'ctx>) {
        if let Operand::Move(_) = operand {
            self.release(value, self.operand_ty(operand));
        }
    }

    /// Puts an operand that is taken over into memory that holds nothing.
    pub(crate) fn store_operand(&self, to: &Located<'ctx>, operand: &Operand) {
        let value = self.take(operand);
        self.store_result(to, value);
    }

    pub(crate) fn store_result(&self, to: &Located<'ctx>, value: Value<'ctx>) {
        match value {
            Value::Nothing => {}
            Value::Direct(value) => self.store_at(to, value),
            Value::At(address) => self.copy_bytes(to.address, address, to.ty),
        }
    }

    /// The address of a value, which may be put into memory for it.
    pub(crate) fn address_of(&self, value: Value<'ctx>, ty: Ty) -> PointerValue<'ctx> {
        match value {
            Value::At(address) => address,
            Value::Nothing => self.temp(ty),
            Value::Direct(value) => {
                let slot = self.temp(ty);
                self.store_value(slot, ty, value, Memory::Any);
                slot
            }
        }
    }
}
