//! Built-in operators. Those of the user are calls.

use syntax::Span;

use super::Builder;
use super::expr::int;
use crate::hir::{BinaryOp, ExprId, UnaryOp};
use crate::mir::{Arg, Check, Const, Operand, PanicKind, Place, Rvalue, Terminator};
use crate::types::{IntTy, Ty, TyKind};

impl Builder<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: ExprId) -> Rvalue {
        Rvalue::Unary(op, self.operand(operand))
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
        ty: Ty,
        span: Span,
    ) -> Rvalue {
        let left_ty = self.expr_ty(left);
        let right_ty = self.expr_ty(right);
        let left = self.operand_before(left, &[right]);
        let right = self.operand(right);
        self.binary_of(op, (left, left_ty), (right, right_ty), ty, span)
    }

    /// A built-in operator on two values with their types.
    pub(super) fn binary_of(
        &mut self,
        op: BinaryOp,
        (left, left_ty): (Operand, Ty),
        (right, right_ty): (Operand, Ty),
        ty: Ty,
        span: Span,
    ) -> Rvalue {
        if op.is_comparison() {
            return if left_ty.is_scalar() {
                Rvalue::Binary(op, left, right)
            } else {
                Rvalue::Compare(op, left, right)
            };
        }
        match (left_ty.kind(), right_ty.kind()) {
            (TyKind::Str, TyKind::Str) => {
                self.concat("str_concat", Vec::new(), ty, left, right, span)
            }
            (TyKind::Str, TyKind::Char) => {
                let right = self.text_of(right);
                let right = self.keep(right, span);
                self.concat("str_concat", Vec::new(), ty, left, right, span)
            }
            (TyKind::Array(elem), _) => {
                self.concat("array_concat", vec![*elem], ty, left, right, span)
            }
            (TyKind::Char, _) | (_, TyKind::Char) => {
                self.char_arithmetic(op, left, right, ty, span)
            }
            _ => {
                if !left_ty.lane().unwrap_or(left_ty).is_float() {
                    self.check_right(op, &right, span);
                }
                Rvalue::Binary(op, left, right)
            }
        }
    }

    /// What a division and a power of integers ask of their right side.
    fn check_right(&mut self, op: BinaryOp, right: &Operand, span: Span) {
        let known = match right {
            Operand::Const(Const::Int(_, value)) => Some(*value),
            _ => None,
        };
        match op {
            BinaryOp::Div | BinaryOp::Rem if known.is_none_or(|divisor| divisor == 0) => {
                self.check(Check::NotZero(right.clone()), span);
            }
            BinaryOp::Pow if known.is_none_or(|exponent| exponent < 0) => {
                self.check(Check::NotNegative(right.clone()), span);
            }
            _ => {}
        }
    }

    fn concat(
        &mut self,
        name: &str,
        type_args: Vec<Ty>,
        ty: Ty,
        left: Operand,
        right: Operand,
        span: Span,
    ) -> Rvalue {
        let temp = self.temp(ty, span);
        let args = vec![Arg::Value(left), Arg::Value(right)];
        self.call_fn(Some(temp), self.intrinsic(name), type_args, args, span);
        Rvalue::Use(Operand::Copy(Place::local(temp)))
    }

    /// `c + n`, `c - n` are of type `char`, `c - d` is an `i64`.
    fn char_arithmetic(
        &mut self,
        op: BinaryOp,
        left: Operand,
        right: Operand,
        ty: Ty,
        span: Span,
    ) -> Rvalue {
        let left = self.as_i64(left, span);
        let right = self.as_i64(right, span);
        let value = Rvalue::Binary(op, left, right);
        if ty != Ty::char() {
            return value;
        }
        let operand = self.keep(value, span);
        self.check(Check::Character(operand.clone()), span);
        Rvalue::Convert { operand, to: ty }
    }

    /// An integer or `char` of any type as `i64`.
    pub(super) fn as_i64(&mut self, operand: Operand, span: Span) -> Operand {
        let to = Ty::i64();
        match operand {
            Operand::Const(Const::Int(_, value)) => int(IntTy::I64.wrap(value)),
            operand if self.body.operand_ty(self.env, &operand) == to => operand,
            operand => self.keep(Rvalue::Convert { operand, to }, span),
        }
    }

    /// `[x; n]`
    pub(super) fn repeat(&mut self, value: ExprId, count: ExprId, ty: Ty, span: Span) -> Rvalue {
        let value = self.operand_before(value, &[count]);
        if let Some(len) = ty.fixed_len() {
            let count = int(i128::from(len));
            return Rvalue::Repeat { ty, value, count };
        }
        let count = self.operand(count);
        let count = self.as_i64(count, span);
        if !matches!(count, Operand::Const(Const::Int(_, n)) if n >= 0) {
            let message = "the number of elements is negative";
            let fits = self.keep(Rvalue::Binary(BinaryOp::Ge, count.clone(), int(0)), span);
            self.panic_unless(fits, PanicKind::Argument, message, span);
        }
        Rvalue::Repeat { ty, value, count }
    }

    pub(super) fn panic_unless(
        &mut self,
        cond: Operand,
        kind: PanicKind,
        message: &str,
        span: Span,
    ) {
        let (good, bad) = (self.new_block(), self.new_block());
        self.branch_on(cond, good, bad);
        self.switch_to(bad);
        self.terminate(Terminator::Panic {
            kind,
            message: Some(Operand::Const(Const::Str(message.into()))),
            span,
        });
        self.switch_to(good);
    }
}
