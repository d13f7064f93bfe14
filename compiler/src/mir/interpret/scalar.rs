//! Arithmetic, comparison and conversion of scalars: section 4 of the language, once more and plainly.

use super::value::Value;
use crate::hir::{BinaryOp, UnaryOp};
use crate::types::{FloatTy, IntTy, Ty, TyKind};

pub(super) fn round(ty: FloatTy, value: f64) -> f64 {
    match ty {
        FloatTy::F32 => f64::from(value as f32),
        FloatTy::F64 => value,
    }
}

pub(super) fn unary(op: UnaryOp, ty: Ty, value: &Value) -> Value {
    if let (TyKind::Simd(lane, _), Value::Fields(lanes)) = (ty.kind(), value) {
        return Value::Fields(lanes.iter().map(|x| unary(op, *lane, x)).collect());
    }
    match (op, ty.kind()) {
        (UnaryOp::Not, _) => Value::Bool(!value.truth()),
        (UnaryOp::BitNot, TyKind::Bool) => Value::Bool(!value.truth()),
        (UnaryOp::Neg, TyKind::Float(_)) => Value::Float(-value.float()),
        (UnaryOp::Neg, TyKind::Int(int)) => Value::Int(int.wrap(-value.int())),
        (UnaryOp::BitNot, TyKind::Int(int)) => Value::Int(int.wrap(!value.int())),
        (op, ty) => panic!("compiler bug: no {op:?} of {ty:?}"),
    }
}

/// On operands of scalar types; the right one of a shift may have another type.
pub(super) fn binary(op: BinaryOp, ty: Ty, left: &Value, right: &Value) -> Value {
    if let (TyKind::Simd(lane, _), Value::Fields(lanes)) = (ty.kind(), left) {
        let each = lanes.iter().enumerate().map(|(at, x)| match right {
            Value::Fields(others) => binary(op, *lane, x, &others[at]),
            // A shift of all lanes by one count.
            count => binary(op, *lane, x, count),
        });
        return Value::Fields(each.collect());
    }
    match ty.kind() {
        TyKind::Int(int) => integers(op, *int, left.int(), right),
        TyKind::Float(float) => floats(op, *float, left.float(), right.float()),
        TyKind::Bool => bools(op, left.truth(), right.truth()),
        TyKind::Char => characters(op, left.character(), right),
        other => panic!("compiler bug: no {op:?} of {other:?}"),
    }
}

fn integers(op: BinaryOp, ty: IntTy, a: i128, right: &Value) -> Value {
    let b = right.int();
    let bits = i128::from(ty.bits());
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::Pow => ty.power(a, b),
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Shl => ty.wrap(a) << b.rem_euclid(bits),
        BinaryOp::Shr => a >> b.rem_euclid(bits),
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            return Value::Bool(holds(op, a.partial_cmp(&b)));
        }
    };
    Value::Int(ty.wrap(result))
}

fn floats(op: BinaryOp, ty: FloatTy, a: f64, b: f64) -> Value {
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::Pow => match ty {
            FloatTy::F32 => f64::from((a as f32).powf(b as f32)),
            FloatTy::F64 => a.powf(b),
        },
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            return Value::Bool(holds(op, a.partial_cmp(&b)));
        }
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => {
            panic!("compiler bug: no {op:?} of floats")
        }
    };
    Value::Float(round(ty, result))
}

fn bools(op: BinaryOp, a: bool, b: bool) -> Value {
    Value::Bool(match op {
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        op => holds(op, a.partial_cmp(&b)),
    })
}

fn characters(op: BinaryOp, a: char, right: &Value) -> Value {
    let code = i128::from(u32::from(a));
    match (op, right) {
        (BinaryOp::Sub, Value::Char(b)) => Value::Int(code - i128::from(u32::from(*b))),
        (op, Value::Char(b)) => Value::Bool(holds(op, a.partial_cmp(b))),
        (op, _) => panic!("compiler bug: no {op:?} of a character and a number"),
    }
}

/// Whether a comparison comes out true; values that are not comparable are only unequal.
pub(super) fn holds(op: BinaryOp, ordering: Option<std::cmp::Ordering>) -> bool {
    use std::cmp::Ordering;
    match op {
        BinaryOp::Eq => ordering == Some(Ordering::Equal),
        BinaryOp::Ne => ordering != Some(Ordering::Equal),
        BinaryOp::Lt => ordering == Some(Ordering::Less),
        BinaryOp::Le => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Gt => ordering == Some(Ordering::Greater),
        BinaryOp::Ge => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        op => panic!("compiler bug: {op:?} is no comparison"),
    }
}

pub(super) fn convert(value: &Value, to: Ty) -> Value {
    if let (TyKind::Simd(lane, _), Value::Fields(lanes)) = (to.kind(), value) {
        return Value::Fields(lanes.iter().map(|x| convert(x, *lane)).collect());
    }
    match to.kind() {
        TyKind::Int(int) => Value::Int(to_integer(*int, value)),
        TyKind::Float(float) => Value::Float(match value {
            Value::Float(value) => round(*float, *value),
            // Straight to the width: rounding twice would differ.
            other => match float {
                FloatTy::F32 => f64::from(whole(other) as f32),
                FloatTy::F64 => whole(other) as f64,
            },
        }),
        TyKind::Char => {
            let code = whole(value);
            let found = u32::try_from(code).ok().and_then(char::from_u32);
            Value::Char(found.expect("compiler bug: a `char` that was not checked"))
        }
        TyKind::Bool => value.clone(),
        other => panic!("compiler bug: no conversion to {other:?}"),
    }
}

fn to_integer(ty: IntTy, value: &Value) -> i128 {
    match value {
        Value::Float(value) if value.is_nan() => 0,
        Value::Float(value) => (*value as i128).clamp(ty.min(), ty.max()),
        other => ty.wrap(whole(other)),
    }
}

fn whole(value: &Value) -> i128 {
    match value {
        Value::Int(value) => *value,
        Value::Bool(value) => i128::from(*value),
        Value::Char(value) => i128::from(u32::from(*value)),
        other => panic!("compiler bug: {other:?} is not a scalar"),
    }
}
