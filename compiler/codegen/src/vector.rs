//! SIMD vectors: operators and conversions lane by lane, and the primitives of the library's `prelude/simd`. A mask has one
//! bit per lane in registers and a byte in memory.

use compiler::hir::BinaryOp;
use compiler::mir::{Arg, Operand};
use compiler::types::{Ty, TyKind};
use inkwell::IntPredicate;
use inkwell::values::{BasicValueEnum, IntValue, VectorValue};

use crate::function::Function;
use crate::module::Built;
use crate::place::{Located, memory_of};
use crate::scalar::{float_predicate, int_predicate, is_float, is_signed};

impl<'ctx> Function<'_, '_, 'ctx> {
    /// From one operand for each lane.
    pub(crate) fn build_vector(&self, ty: Ty, lanes: &[Operand]) -> BasicValueEnum<'ctx> {
        let mut vector = self.unit.value_type(ty).into_vector_type().get_undef();
        for (index, lane) in (0u64..).zip(lanes) {
            let value = self.read(lane).value();
            let index = self.unit.runtime.i64.const_int(index, false);
            vector = self
                .builder
                .build_insert_element(vector, value, index, "")
                .built();
        }
        vector.into()
    }

    fn splat(&self, vector: Ty, lane: BasicValueEnum<'ctx>) -> VectorValue<'ctx> {
        let ty = self.unit.value_type(vector).into_vector_type();
        let first = self.unit.runtime.i64.const_zero();
        let one = self
            .builder
            .build_insert_element(ty.get_undef(), lane, first, "")
            .built();
        let order = self.unit.runtime.i32.vec_type(ty.get_size()).const_zero();
        self.builder
            .build_shuffle_vector(one, ty.get_undef(), order, "")
            .built()
    }

    pub(crate) fn vector_binary(
        &self,
        op: BinaryOp,
        ty: Ty,
        a: VectorValue<'ctx>,
        right: BasicValueEnum<'ctx>,
        right_ty: Ty,
    ) -> VectorValue<'ctx> {
        let builder = &self.builder;
        if let BinaryOp::Shl | BinaryOp::Shr = op {
            let count = self.shift_counts(a, right, ty, right_ty);
            return match op {
                BinaryOp::Shl => builder.build_left_shift(a, count, ""),
                _ => builder.build_right_shift(a, count, is_signed(ty), ""),
            }
            .built();
        }
        let b = right.into_vector_value();
        match (op, is_float(ty)) {
            (BinaryOp::Add, true) => builder.build_float_add(a, b, ""),
            (BinaryOp::Sub, true) => builder.build_float_sub(a, b, ""),
            (BinaryOp::Mul, true) => builder.build_float_mul(a, b, ""),
            (BinaryOp::Div, true) => builder.build_float_div(a, b, ""),
            (BinaryOp::Rem, true) => builder.build_float_rem(a, b, ""),
            (BinaryOp::Add, false) => builder.build_int_add(a, b, ""),
            (BinaryOp::Sub, false) => builder.build_int_sub(a, b, ""),
            (BinaryOp::Mul, false) => builder.build_int_mul(a, b, ""),
            (BinaryOp::Div, false) if is_signed(ty) => return self.divide_lanes(a, b).0,
            (BinaryOp::Div, false) => builder.build_int_unsigned_div(a, b, ""),
            (BinaryOp::Rem, false) if is_signed(ty) => return self.divide_lanes(a, b).1,
            (BinaryOp::Rem, false) => builder.build_int_unsigned_rem(a, b, ""),
            (BinaryOp::And, false) => builder.build_and(a, b, ""),
            (BinaryOp::Or, false) => builder.build_or(a, b, ""),
            (BinaryOp::Xor, false) => builder.build_xor(a, b, ""),
            _ => panic!("compiler bug: {op:?} of vectors"),
        }
        .built()
    }

    /// Of each lane its own or all the same, modulo the width.
    fn shift_counts(
        &self,
        a: VectorValue<'ctx>,
        right: BasicValueEnum<'ctx>,
        ty: Ty,
        right_ty: Ty,
    ) -> VectorValue<'ctx> {
        let lane = ty.lane().expect("compiler bug: a shift of no vector");
        let lane_type = self.unit.value_type(lane).into_int_type();
        let counts = match right {
            BasicValueEnum::IntValue(count) => {
                let count = self.int_to_int(count, right_ty, lane_type);
                self.splat(ty, count.into())
            }
            other => other.into_vector_value(),
        };
        let width = lane_type.const_int(u64::from(lane_type.get_bit_width()) - 1, false);
        let widths = vec![width; a.get_type().get_size() as usize];
        let widths = inkwell::types::VectorType::const_vector(&widths);
        self.builder.build_and(counts, widths, "").built()
    }

    /// Quotients and remainders; no divisor is 0. As for scalars, -1 divides by negating.
    fn divide_lanes(
        &self,
        a: VectorValue<'ctx>,
        b: VectorValue<'ctx>,
    ) -> (VectorValue<'ctx>, VectorValue<'ctx>) {
        let builder = &self.builder;
        let ones = builder.build_not(b.get_type().const_zero(), "").built();
        let is_minus_one = builder
            .build_int_compare(IntPredicate::EQ, b, ones, "")
            .built();
        let one = builder.build_int_neg(ones, "").built();
        let safe = builder
            .build_select(is_minus_one, one, b, "")
            .built()
            .into_vector_value();
        let quotient = builder.build_int_signed_div(a, safe, "").built();
        let remainder = builder.build_int_signed_rem(a, safe, "").built();
        let negated = builder.build_int_neg(a, "").built();
        let quotient = builder
            .build_select(is_minus_one, negated, quotient, "")
            .built();
        (quotient.into_vector_value(), remainder)
    }

    pub(crate) fn convert_vector(
        &self,
        value: VectorValue<'ctx>,
        from: Ty,
        to: Ty,
    ) -> VectorValue<'ctx> {
        let builder = &self.builder;
        let target = self.unit.value_type(to).into_vector_type();
        match (is_float(from), is_float(to)) {
            (true, true) => builder.build_float_cast(value, target, "").built(),
            (false, true) if is_signed(from) => {
                builder.build_signed_int_to_float(value, target, "").built()
            }
            (false, true) => builder
                .build_unsigned_int_to_float(value, target, "")
                .built(),
            (true, false) => {
                let name = if is_signed(to) {
                    "llvm.fptosi.sat"
                } else {
                    "llvm.fptoui.sat"
                };
                let types = [target.into(), value.get_type().into()];
                self.llvm(name, &types, &[value.into()]).into_vector_value()
            }
            (false, false) => {
                let (have, want) = (self.lane_bits(from), self.lane_bits(to));
                if have > want {
                    builder.build_int_truncate(value, target, "").built()
                } else if have == want {
                    value
                } else if is_signed(from) {
                    builder.build_int_s_extend(value, target, "").built()
                } else {
                    builder.build_int_z_extend(value, target, "").built()
                }
            }
        }
    }

    fn lane_bits(&self, vector: Ty) -> u32 {
        match vector.lane().map(Ty::kind) {
            Some(TyKind::Int(int)) => int.bits(),
            Some(TyKind::Bool) => 1,
            other => panic!("compiler bug: lanes of {other:?} are no integers"),
        }
    }

    /// A primitive named `simd_` and this.
    pub(crate) fn vector_function(
        &self,
        name: &str,
        result: Ty,
        args: &[Arg],
    ) -> BasicValueEnum<'ctx> {
        let vector = |at: usize| self.direct_arg(&args[at]).into_vector_value();
        match name {
            "splat" => self.splat(result, self.direct_arg(&args[0])).into(),
            "load" => self.load_vector(result, args),
            "lt" => self.compare_lanes(BinaryOp::Lt, args).into(),
            "le" => self.compare_lanes(BinaryOp::Le, args).into(),
            "eq" => self.compare_lanes(BinaryOp::Eq, args).into(),
            "ne" => self.compare_lanes(BinaryOp::Ne, args).into(),
            "select" => self
                .builder
                .build_select(vector(2), vector(0), vector(1), "")
                .built(),
            "abs" => self.absolute(vector(0), result),
            "sum" => self.sum_of_lanes(vector(0), result),
            "min" => self.least_lane(vector(0), result, BinaryOp::Lt),
            "max" => self.least_lane(vector(0), result, BinaryOp::Gt),
            "any" => self.reduce("llvm.vector.reduce.or", vector(0)),
            "all" => self.all_lanes(vector(0)).into(),
            _ => panic!("compiler bug: there is no primitive simd_{name}"),
        }
    }

    fn reduce(&self, name: &str, vector: VectorValue<'ctx>) -> BasicValueEnum<'ctx> {
        self.llvm(name, &[vector.get_type().into()], &[vector.into()])
    }

    pub(crate) fn all_lanes(&self, mask: VectorValue<'ctx>) -> IntValue<'ctx> {
        self.reduce("llvm.vector.reduce.and", mask).into_int_value()
    }

    fn compare_lanes(&self, op: BinaryOp, args: &[Arg]) -> VectorValue<'ctx> {
        let ty = self.arg_ty(&args[0]);
        let a = self.direct_arg(&args[0]).into_vector_value();
        let b = self.direct_arg(&args[1]).into_vector_value();
        if is_float(ty) {
            self.builder
                .build_float_compare(float_predicate(op), a, b, "")
                .built()
        } else {
            self.builder
                .build_int_compare(int_predicate(op, is_signed(ty)), a, b, "")
                .built()
        }
    }

    fn arg_ty(&self, arg: &Arg) -> Ty {
        match arg {
            Arg::Value(operand) => self.operand_ty(operand),
            Arg::Mut(place) => self.place(place).ty,
        }
    }

    fn absolute(&self, vector: VectorValue<'ctx>, ty: Ty) -> BasicValueEnum<'ctx> {
        let types = [vector.get_type().into()];
        if is_float(ty) {
            return self.llvm("llvm.fabs", &types, &[vector.into()]);
        }
        if !is_signed(ty) {
            return vector.into();
        }
        let min_wraps = self.unit.context.bool_type().const_zero();
        self.llvm("llvm.abs", &types, &[vector.into(), min_wraps.into()])
    }

    /// Floats are added in order, as the language has it.
    fn sum_of_lanes(&self, vector: VectorValue<'ctx>, lane: Ty) -> BasicValueEnum<'ctx> {
        if !is_float(lane) {
            return self.reduce("llvm.vector.reduce.add", vector);
        }
        let start = self.unit.value_type(lane).into_float_type();
        let start = start.const_float(-0.0);
        let types = [vector.get_type().into()];
        self.llvm(
            "llvm.vector.reduce.fadd",
            &types,
            &[start.into(), vector.into()],
        )
    }

    /// The least lane, or with `Gt` the greatest. A NaN is the greatest of all.
    fn least_lane(
        &self,
        vector: VectorValue<'ctx>,
        lane: Ty,
        op: BinaryOp,
    ) -> BasicValueEnum<'ctx> {
        let builder = &self.builder;
        let at = |index: u32| {
            let index = self.unit.runtime.i64.const_int(u64::from(index), false);
            builder.build_extract_element(vector, index, "").built()
        };
        let is_nan = |value: BasicValueEnum<'ctx>| {
            let value = value.into_float_value();
            self.compare_scalars(BinaryOp::Ne, lane, value.into(), value.into())
        };
        (1..vector.get_type().get_size()).fold(at(0), |best, index| {
            let next = at(index);
            let mut better = self.compare_scalars(op, lane, next, best);
            if is_float(lane) {
                let nan = is_nan(if op == BinaryOp::Lt { best } else { next });
                better = builder.build_or(better, nan, "").built();
            }
            builder.build_select(better, next, best, "").built()
        })
    }

    fn load_vector(&self, ty: Ty, args: &[Arg]) -> BasicValueEnum<'ctx> {
        let lane = ty.lane().expect("compiler bug: a load of no vector");
        let block = self.direct_arg(&args[0]).into_pointer_value();
        let index = self.direct_arg(&args[1]).into_int_value();
        let address = self.element_address(self.elements(block), lane, index);
        self.load_aligned(address, ty, memory_of(lane), self.layout(lane).align)
    }

    pub(crate) fn store_vector(&self, args: &[Arg]) {
        let [Arg::Mut(place), Arg::Value(index), Arg::Value(vector)] = args else {
            panic!("compiler bug: `simd_store` has other arguments");
        };
        let at: Located<'ctx> = self.unboxed(self.place(place));
        let ty = self.operand_ty(vector);
        let lane = ty.lane().expect("compiler bug: a store of no vector");
        let block = self.load_block(at.address, at.own_memory());
        let index = self.read(index).value().into_int_value();
        let address = self.element_address(self.elements(block), lane, index);
        let value = self.read(vector).value();
        self.store_aligned(address, ty, value, memory_of(lane), self.layout(lane).align);
    }
}
