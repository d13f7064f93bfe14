//! Operators on literals: what the program will compute is known, and a result that does not fit its type wraps, which is rarely meant.

use cranelift_entity::SecondaryMap;

use super::body::Checker;
use super::errors;
use crate::hir::{BinaryOp, ExprId, ExprKind, UnaryOp};
use crate::types::{IntTy, TyKind};

/// The integers that are known without running anything.
type Known = SecondaryMap<ExprId, Option<i128>>;

impl Checker<'_, '_> {
    /// A warning for each operator that wraps. The parts of an expression stand before it in the body.
    pub(super) fn warn_constant_overflow(&mut self) {
        let body = self.body.clone();
        let mut known = Known::new();
        for (id, expr) in body.exprs.iter() {
            let Some(TyKind::Int(ty)) = self.tables.exprs[id].map(|ty| ty.kind().clone()) else {
                continue;
            };
            if self.tables.calls.contains_key(&id) {
                continue; // a user's operator
            }
            let exact = match &expr.kind {
                // That a literal does not fit has been said.
                ExprKind::Int(value) => {
                    known[id] = i128::try_from(*value).ok();
                    continue;
                }
                ExprKind::TypeConst { name, .. } => match name.as_str() {
                    "min" => Some(ty.min()),
                    "max" => Some(ty.max()),
                    _ => None,
                },
                ExprKind::Unary { op, operand } => {
                    known[*operand].and_then(|value| unary(*op, ty, value))
                }
                ExprKind::Binary {
                    op, left, right, ..
                } => match (known[*left], known[*right]) {
                    (Some(a), Some(b)) => binary(*op, ty, a, b),
                    _ => None,
                },
                _ => None,
            };
            let Some(exact) = exact else { continue };
            if ty.wrap(exact) == exact {
                known[id] = Some(exact);
                continue;
            }
            let is_literal = matches!(&expr.kind, ExprKind::Unary { operand, .. }
                if matches!(body.exprs[*operand].kind, ExprKind::Int(_)));
            if !is_literal {
                let wrapped = ty.wrap(exact);
                self.report(errors::constant_overflow(expr.span, ty.name(), wrapped));
            }
        }
    }
}

/// The result before it wraps.
fn unary(op: UnaryOp, ty: IntTy, value: i128) -> Option<i128> {
    match op {
        UnaryOp::Neg => Some(-value),
        UnaryOp::BitNot => Some(ty.wrap(!value)),
        UnaryOp::Not => None,
    }
}

/// The result before it wraps, in more bits than any type has. Bits that a shift moves out are no overflow.
fn binary(op: BinaryOp, ty: IntTy, a: i128, b: i128) -> Option<i128> {
    let count = || b.rem_euclid(i128::from(ty.bits()));
    match op {
        BinaryOp::Add => Some(a + b),
        BinaryOp::Sub => Some(a - b),
        BinaryOp::Mul => Some(a.wrapping_mul(b)),
        BinaryOp::Div => a.checked_div(b),
        BinaryOp::Rem => a.checked_rem(b),
        BinaryOp::Pow => raised(ty, a, u32::try_from(b).ok()?),
        BinaryOp::And => Some(a & b),
        BinaryOp::Or => Some(a | b),
        BinaryOp::Xor => Some(a ^ b),
        BinaryOp::Shl => Some(ty.wrap(ty.wrap(a) << count())),
        BinaryOp::Shr => Some(a >> count()),
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            None
        }
    }
}

fn raised(ty: IntTy, base: i128, exponent: u32) -> Option<i128> {
    let wrapped = || ty.power(base, i128::from(exponent));
    // Too large for any type: one of those that wrap to the same.
    let exact = base.checked_pow(exponent);
    Some(exact.unwrap_or_else(|| wrapped() + (1 << 100)))
}
