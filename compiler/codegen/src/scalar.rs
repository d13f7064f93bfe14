//! Arithmetic, comparison and conversion of scalars, as the language defines them: integers wrap, shift counts are taken
//! modulo the width, `min / -1` wraps, float to integer saturates.

use compiler::hir::{BinaryOp, UnaryOp};
use compiler::types::{FloatTy, IntTy, Ty, TyKind};
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FloatValue, IntValue};
use inkwell::{FloatPredicate, IntPredicate};

use crate::function::Function;
use crate::module::Built;

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn unary(
        &self,
        op: UnaryOp,
        value: BasicValueEnum<'ctx>,
        ty: Ty,
    ) -> BasicValueEnum<'ctx> {
        let builder = &self.builder;
        match (op, value) {
            (UnaryOp::Neg, BasicValueEnum::FloatValue(value)) => {
                builder.build_float_neg(value, "").built().into()
            }
            (UnaryOp::Neg, BasicValueEnum::IntValue(value)) => {
                builder.build_int_neg(value, "").built().into()
            }
            (UnaryOp::Neg, BasicValueEnum::VectorValue(value)) if is_float(ty) => {
                builder.build_float_neg(value, "").built().into()
            }
            (UnaryOp::Neg, BasicValueEnum::VectorValue(value)) => {
                builder.build_int_neg(value, "").built().into()
            }
            (UnaryOp::Not | UnaryOp::BitNot, BasicValueEnum::IntValue(value)) => {
                builder.build_not(value, "").built().into()
            }
            (UnaryOp::Not | UnaryOp::BitNot, BasicValueEnum::VectorValue(value)) => {
                builder.build_not(value, "").built().into()
            }
            _ => panic!("compiler bug: {op:?} of {ty:?}"),
        }
    }

    pub(crate) fn binary(
        &self,
        op: BinaryOp,
        ty: Ty,
        left: BasicValueEnum<'ctx>,
        right: BasicValueEnum<'ctx>,
        right_ty: Ty,
    ) -> BasicValueEnum<'ctx> {
        match (left, right) {
            (BasicValueEnum::IntValue(a), BasicValueEnum::IntValue(b)) => {
                self.int_binary(op, ty, a, b, right_ty).into()
            }
            (BasicValueEnum::FloatValue(a), BasicValueEnum::FloatValue(b)) => {
                self.float_binary(op, ty, a, b).into()
            }
            (BasicValueEnum::VectorValue(a), right) => {
                self.vector_binary(op, ty, a, right, right_ty).into()
            }
            _ => panic!("compiler bug: {op:?} of {ty:?}"),
        }
    }

    fn int_binary(
        &self,
        op: BinaryOp,
        ty: Ty,
        a: IntValue<'ctx>,
        b: IntValue<'ctx>,
        right_ty: Ty,
    ) -> IntValue<'ctx> {
        let builder = &self.builder;
        let signed = is_signed(ty);
        match op {
            BinaryOp::Add => builder
                .build_int_add(a, self.fitted(b, right_ty, ty), "")
                .built(),
            BinaryOp::Sub => builder
                .build_int_sub(a, self.fitted(b, right_ty, ty), "")
                .built(),
            BinaryOp::Mul => builder.build_int_mul(a, b, "").built(),
            BinaryOp::Div if signed => self.signed_division(a, b).0,
            BinaryOp::Div => builder.build_int_unsigned_div(a, b, "").built(),
            BinaryOp::Rem if signed => self.signed_division(a, b).1,
            BinaryOp::Rem => builder.build_int_unsigned_rem(a, b, "").built(),
            BinaryOp::Pow => self.int_power(a, self.fitted(b, right_ty, ty), signed),
            BinaryOp::And => builder.build_and(a, b, "").built(),
            BinaryOp::Or => builder.build_or(a, b, "").built(),
            BinaryOp::Xor => builder.build_xor(a, b, "").built(),
            BinaryOp::Shl => {
                let count = self.shift_count(a, b, right_ty);
                builder.build_left_shift(a, count, "").built()
            }
            BinaryOp::Shr => {
                let count = self.shift_count(a, b, right_ty);
                builder.build_right_shift(a, count, signed, "").built()
            }
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => self.compare_ints(op, signed, a, b),
        }
    }

    /// An operand of another integer type (`char + i64`), by two's complement.
    fn fitted(&self, value: IntValue<'ctx>, from: Ty, to: Ty) -> IntValue<'ctx> {
        if from == to {
            return value;
        }
        self.int_to_int(value, from, self.unit.value_type(to).into_int_type())
    }

    fn shift_count(
        &self,
        a: IntValue<'ctx>,
        count: IntValue<'ctx>,
        count_ty: Ty,
    ) -> IntValue<'ctx> {
        let ty = a.get_type();
        let count = self.int_to_int(count, count_ty, ty);
        let mask = ty.const_int(u64::from(ty.get_bit_width()) - 1, false);
        self.builder.build_and(count, mask, "").built()
    }

    /// Quotient and remainder; the divisor is not 0. `min / -1` would trap in the processor, so -1 divides by negating.
    fn signed_division(
        &self,
        a: IntValue<'ctx>,
        b: IntValue<'ctx>,
    ) -> (IntValue<'ctx>, IntValue<'ctx>) {
        let ty = a.get_type();
        let builder = &self.builder;
        if let Some(constant) = b.get_sign_extended_constant()
            && constant != -1
        {
            return (
                builder.build_int_signed_div(a, b, "").built(),
                builder.build_int_signed_rem(a, b, "").built(),
            );
        }
        let minus_one = ty.const_all_ones();
        let is_minus_one = builder
            .build_int_compare(IntPredicate::EQ, b, minus_one, "")
            .built();
        let one = ty.const_int(1, false);
        let safe = builder
            .build_select(is_minus_one, one, b, "")
            .built()
            .into_int_value();
        let quotient = builder.build_int_signed_div(a, safe, "").built();
        let remainder = builder.build_int_signed_rem(a, safe, "").built();
        let negated = builder.build_int_neg(a, "").built();
        let quotient = builder
            .build_select(is_minus_one, negated, quotient, "")
            .built();
        (quotient.into_int_value(), remainder)
    }

    /// By squaring, wrapping; the exponent is not negative.
    fn int_power(
        &self,
        base: IntValue<'ctx>,
        exponent: IntValue<'ctx>,
        signed: bool,
    ) -> IntValue<'ctx> {
        let ty = base.get_type();
        let builder = &self.builder;
        let before = self.current_block();
        let (head, inside, next) = (
            self.new_block("power"),
            self.new_block("square"),
            self.new_block("raised"),
        );
        self.goto(head);
        builder.position_at_end(head);
        let one = ty.const_int(1, false);
        let (result, square, left) = (
            builder.build_phi(ty, "").built(),
            builder.build_phi(ty, "").built(),
            builder.build_phi(ty, "").built(),
        );
        result.add_incoming(&[(&one, before)]);
        square.add_incoming(&[(&base, before)]);
        left.add_incoming(&[(&exponent, before)]);
        let remaining = left.as_basic_value().into_int_value();
        let more = builder
            .build_int_compare(
                if signed {
                    IntPredicate::SGT
                } else {
                    IntPredicate::UGT
                },
                remaining,
                ty.const_zero(),
                "",
            )
            .built();
        self.branch(more, inside, next);
        builder.position_at_end(inside);
        let odd = builder.build_and(remaining, one, "").built();
        let odd = builder
            .build_int_compare(IntPredicate::NE, odd, ty.const_zero(), "")
            .built();
        let current = result.as_basic_value().into_int_value();
        let factor = square.as_basic_value().into_int_value();
        let product = builder.build_int_mul(current, factor, "").built();
        let product = builder.build_select(odd, product, current, "").built();
        let squared = builder.build_int_mul(factor, factor, "").built();
        let halved = builder.build_right_shift(remaining, one, false, "").built();
        result.add_incoming(&[(&product, inside)]);
        square.add_incoming(&[(&squared, inside)]);
        left.add_incoming(&[(&halved, inside)]);
        self.goto(head);
        builder.position_at_end(next);
        current
    }

    fn float_binary(
        &self,
        op: BinaryOp,
        ty: Ty,
        a: FloatValue<'ctx>,
        b: FloatValue<'ctx>,
    ) -> FloatValue<'ctx> {
        let builder = &self.builder;
        match op {
            BinaryOp::Add => builder.build_float_add(a, b, "").built(),
            BinaryOp::Sub => builder.build_float_sub(a, b, "").built(),
            BinaryOp::Mul => builder.build_float_mul(a, b, "").built(),
            BinaryOp::Div => builder.build_float_div(a, b, "").built(),
            BinaryOp::Rem => builder.build_float_rem(a, b, "").built(),
            BinaryOp::Pow => self
                .llvm(
                    "llvm.pow",
                    &[self.unit.value_type(ty)],
                    &[a.into(), b.into()],
                )
                .into_float_value(),
            _ => panic!("compiler bug: {op:?} of floats"),
        }
    }

    pub(crate) fn compare_scalars(
        &self,
        op: BinaryOp,
        ty: Ty,
        left: BasicValueEnum<'ctx>,
        right: BasicValueEnum<'ctx>,
    ) -> IntValue<'ctx> {
        match (left, right) {
            (BasicValueEnum::IntValue(a), BasicValueEnum::IntValue(b)) => {
                self.compare_ints(op, is_signed(ty), a, b)
            }
            (BasicValueEnum::FloatValue(a), BasicValueEnum::FloatValue(b)) => {
                self.compare_floats(op, a, b)
            }
            _ => panic!("compiler bug: {op:?} of {ty:?}"),
        }
    }

    fn compare_ints(
        &self,
        op: BinaryOp,
        signed: bool,
        a: IntValue<'ctx>,
        b: IntValue<'ctx>,
    ) -> IntValue<'ctx> {
        let predicate = int_predicate(op, signed);
        self.builder.build_int_compare(predicate, a, b, "").built()
    }
    fn compare_floats(
        &self,
        op: BinaryOp,
        a: FloatValue<'ctx>,
        b: FloatValue<'ctx>,
    ) -> IntValue<'ctx> {
        let predicate = float_predicate(op);
        self.builder
            .build_float_compare(predicate, a, b, "")
            .built()
    }

    pub(crate) fn convert(
        &self,
        value: BasicValueEnum<'ctx>,
        from: Ty,
        to: Ty,
    ) -> BasicValueEnum<'ctx> {
        if from == to {
            return value;
        }
        if let BasicValueEnum::VectorValue(value) = value {
            return self.convert_vector(value, from, to).into();
        }
        match (value, to.kind()) {
            (BasicValueEnum::IntValue(value), TyKind::Float(float)) => {
                self.int_to_float(value, from, *float).into()
            }
            (BasicValueEnum::IntValue(value), TyKind::Bool) => {
                let zero = value.get_type().const_zero();
                self.builder
                    .build_int_compare(IntPredicate::NE, value, zero, "")
                    .built()
                    .into()
            }
            (BasicValueEnum::IntValue(value), TyKind::Int(int)) => self
                .int_to_int(value, from, self.unit.int_type(*int))
                .into(),
            (BasicValueEnum::IntValue(value), TyKind::Char) => {
                self.int_to_int(value, from, self.unit.runtime.i32).into()
            }
            (BasicValueEnum::FloatValue(value), TyKind::Int(int)) => {
                self.float_to_int(value, from, *int)
            }
            (BasicValueEnum::FloatValue(value), TyKind::Float(float)) => self
                .builder
                .build_float_cast(value, self.unit.float_type(*float), "")
                .built()
                .into(),
            _ => panic!("compiler bug: no conversion from {from:?} to {to:?}"),
        }
    }

    pub(crate) fn int_to_int(
        &self,
        value: IntValue<'ctx>,
        from: Ty,
        to: inkwell::types::IntType<'ctx>,
    ) -> IntValue<'ctx> {
        let (have, want) = (value.get_type().get_bit_width(), to.get_bit_width());
        let builder = &self.builder;
        if have > want {
            builder.build_int_truncate(value, to, "").built()
        } else if have == want {
            value
        } else if is_signed(from) {
            builder.build_int_s_extend(value, to, "").built()
        } else {
            builder.build_int_z_extend(value, to, "").built()
        }
    }

    fn int_to_float(&self, value: IntValue<'ctx>, from: Ty, to: FloatTy) -> FloatValue<'ctx> {
        let ty = self.unit.float_type(to);
        if is_signed(from) {
            self.builder
                .build_signed_int_to_float(value, ty, "")
                .built()
        } else {
            self.builder
                .build_unsigned_int_to_float(value, ty, "")
                .built()
        }
    }

    fn float_to_int(&self, value: FloatValue<'ctx>, from: Ty, to: IntTy) -> BasicValueEnum<'ctx> {
        let name = if to.is_signed() {
            "llvm.fptosi.sat"
        } else {
            "llvm.fptoui.sat"
        };
        let types: [BasicTypeEnum<'ctx>; 2] =
            [self.unit.int_type(to).into(), self.unit.value_type(from)];
        self.llvm(name, &types, &[value.into()])
    }
}

pub(crate) fn is_signed(ty: Ty) -> bool {
    match ty.kind() {
        TyKind::Int(int) => int.is_signed(),
        TyKind::Simd(lane, _) => is_signed(*lane),
        _ => false,
    }
}

pub(crate) fn is_float(ty: Ty) -> bool {
    ty.lane().unwrap_or(ty).is_float()
}

pub(crate) fn int_predicate(op: BinaryOp, signed: bool) -> IntPredicate {
    match (op, signed) {
        (BinaryOp::Eq, _) => IntPredicate::EQ,
        (BinaryOp::Ne, _) => IntPredicate::NE,
        (BinaryOp::Lt, true) => IntPredicate::SLT,
        (BinaryOp::Lt, false) => IntPredicate::ULT,
        (BinaryOp::Le, true) => IntPredicate::SLE,
        (BinaryOp::Le, false) => IntPredicate::ULE,
        (BinaryOp::Gt, true) => IntPredicate::SGT,
        (BinaryOp::Gt, false) => IntPredicate::UGT,
        (BinaryOp::Ge, true) => IntPredicate::SGE,
        (BinaryOp::Ge, false) => IntPredicate::UGE,
        _ => panic!("compiler bug: {op:?} compares nothing"),
    }
}

pub(crate) fn float_predicate(op: BinaryOp) -> FloatPredicate {
    match op {
        BinaryOp::Eq => FloatPredicate::OEQ,
        BinaryOp::Ne => FloatPredicate::UNE,
        BinaryOp::Lt => FloatPredicate::OLT,
        BinaryOp::Le => FloatPredicate::OLE,
        BinaryOp::Gt => FloatPredicate::OGT,
        BinaryOp::Ge => FloatPredicate::OGE,
        _ => panic!("compiler bug: {op:?} compares nothing"),
    }
}
