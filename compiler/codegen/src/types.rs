//! LLVM's types for values and functions.

use compiler::layout::Pass;
use compiler::mir::ParamMode;
use compiler::mono::Signature;
use compiler::types::{FloatTy, IntTy, Len, Ty, TyKind};
use inkwell::types::{
    BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FloatType, FunctionType, IntType, VectorType,
};
use inkwell::values::FunctionValue;

use crate::module::Unit;

impl<'ctx> Unit<'_, 'ctx> {
    pub(crate) fn int_type(&self, int: IntTy) -> IntType<'ctx> {
        self.int_of(int.bits())
    }

    pub(crate) fn int_of(&self, bits: u32) -> IntType<'ctx> {
        match bits {
            1 => self.context.bool_type(),
            8 => self.context.i8_type(),
            16 => self.context.i16_type(),
            32 => self.context.i32_type(),
            64 => self.context.i64_type(),
            _ => panic!("compiler bug: an integer of {bits} bits"),
        }
    }

    pub(crate) fn float_type(&self, float: FloatTy) -> FloatType<'ctx> {
        match float {
            FloatTy::F32 => self.context.f32_type(),
            FloatTy::F64 => self.context.f64_type(),
        }
    }

    /// A value in a register; `bool`, a mask's lanes too, is one bit there and a byte in memory.
    pub(crate) fn value_type(&self, ty: Ty) -> BasicTypeEnum<'ctx> {
        match ty.kind() {
            TyKind::Int(int) => self.int_type(*int).into(),
            TyKind::Float(float) => self.float_type(*float).into(),
            TyKind::Bool => self.context.bool_type().into(),
            TyKind::Char => self.context.i32_type().into(),
            TyKind::Str
            | TyKind::Array(_)
            | TyKind::Ptr(_)
            | TyKind::CFn(_)
            | TyKind::CStr
            | TyKind::Adt(..) => self.runtime.pointer.into(),
            TyKind::Simd(lane, Len::Known(lanes)) => {
                vector_of(self.value_type(*lane), *lanes as u32).into()
            }
            TyKind::Never
            | TyKind::Simd(..)
            | TyKind::Tuple(_)
            | TyKind::FixedArray(..)
            | TyKind::Fn(_)
            | TyKind::Any(..)
            | TyKind::Param(..)
            | TyKind::Infer(_)
            | TyKind::Error => panic!("compiler bug: {ty:?} does not fit a register"),
        }
    }

    pub(crate) fn memory_type(&self, ty: Ty) -> BasicTypeEnum<'ctx> {
        match ty.kind() {
            TyKind::Bool => self.context.i8_type().into(),
            TyKind::Simd(lane, Len::Known(lanes)) => {
                vector_of(self.memory_type(*lane), *lanes as u32).into()
            }
            _ => self.value_type(ty),
        }
    }

    pub(crate) fn function_type(&self, signature: &Signature) -> FunctionType<'ctx> {
        let params = self.param_types(signature);
        self.function_type_of(signature.ret, &params)
    }

    pub(crate) fn param_types(&self, signature: &Signature) -> Vec<BasicMetadataTypeEnum<'ctx>> {
        let mut params: Vec<BasicMetadataTypeEnum<'ctx>> = Vec::new();
        if self.layouts.of(signature.ret).pass == Pass::Memory {
            params.push(self.runtime.pointer.into());
        }
        for (mode, ty) in &signature.params {
            match (mode, self.layouts.of(*ty).pass) {
                (_, Pass::Nothing) => {}
                (ParamMode::Mut, _) | (_, Pass::Memory) => params.push(self.runtime.pointer.into()),
                (ParamMode::Borrow | ParamMode::Own, Pass::Value) => {
                    params.push(self.value_type(*ty).into());
                }
            }
        }
        params
    }

    pub(crate) fn function_type_of(
        &self,
        ret: Ty,
        params: &[BasicMetadataTypeEnum<'ctx>],
    ) -> FunctionType<'ctx> {
        match self.layouts.of(ret).pass {
            Pass::Value => self.value_type(ret).fn_type(params, false),
            Pass::Memory | Pass::Nothing => self.runtime.void.fn_type(params, false),
        }
    }

    /// A Sumi function.
    pub(crate) fn declare(&self, symbol: &str, signature: &Signature) -> FunctionValue<'ctx> {
        let value = self
            .module
            .add_function(symbol, self.function_type(signature), None);
        self.add_attributes(value, signature);
        value
    }
}

fn vector_of(lane: BasicTypeEnum<'_>, lanes: u32) -> VectorType<'_> {
    match lane {
        BasicTypeEnum::IntType(lane) => lane.vec_type(lanes),
        BasicTypeEnum::FloatType(lane) => lane.vec_type(lanes),
        _ => panic!("compiler bug: a vector of {lane:?}"),
    }
}
