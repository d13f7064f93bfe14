//! The primitives on numbers.

use super::call::Arguments;
use super::scalar;
use super::value::Value;
use crate::types::{FloatTy, IntTy, Ty, TyKind};

pub(super) fn intrinsic(name: &str, type_args: &[Ty], args: &Arguments) -> Option<Value> {
    let ty = *type_args.first()?;
    if name.starts_with("num_") {
        return number(name, ty, args);
    }
    if name == "ptr_null" {
        return Some(Value::Int(0));
    }
    match ty.kind() {
        TyKind::Float(FloatTy::F64) => wide(name, args),
        TyKind::Float(FloatTy::F32) => narrow(name, args),
        TyKind::Int(int) => integer(name, *int, args),
        _ => None,
    }
}

fn number(name: &str, ty: Ty, args: &Arguments) -> Option<Value> {
    Some(match (name, ty.kind()) {
        ("num_min", TyKind::Int(int)) => Value::Int(IntTy::min(*int)),
        ("num_max", TyKind::Int(int)) => Value::Int(IntTy::max(*int)),
        ("num_min", TyKind::Float(_)) => Value::Float(f64::NEG_INFINITY),
        ("num_max", TyKind::Float(_)) => Value::Float(f64::INFINITY),
        ("num_from_int", _) => scalar::convert(args.value(0), ty),
        _ => return None,
    })
}

fn wide(name: &str, args: &Arguments) -> Option<Value> {
    let x = || args.value(0).float();
    let y = || args.value(1).float();
    Some(Value::Float(match name {
        "float_sqrt" => x().sqrt(),
        "float_cbrt" => x().cbrt(),
        "float_sin" => x().sin(),
        "float_cos" => x().cos(),
        "float_tan" => x().tan(),
        "float_asin" => x().asin(),
        "float_acos" => x().acos(),
        "float_atan" => x().atan(),
        "float_atan2" => x().atan2(y()),
        "float_exp" => x().exp(),
        "float_ln" => x().ln(),
        "float_log2" => x().log2(),
        "float_log10" => x().log10(),
        "float_pow" => x().powf(y()),
        "float_hypot" => x().hypot(y()),
        "float_floor" => x().floor(),
        "float_ceil" => x().ceil(),
        "float_round" => x().round(),
        "float_trunc" => x().trunc(),
        _ => return None,
    }))
}

/// Computed in the narrow width, as compiled code does.
fn narrow(name: &str, args: &Arguments) -> Option<Value> {
    let x = || args.value(0).float() as f32;
    let y = || args.value(1).float() as f32;
    Some(Value::Float(f64::from(match name {
        "float_sqrt" => x().sqrt(),
        "float_cbrt" => x().cbrt(),
        "float_sin" => x().sin(),
        "float_cos" => x().cos(),
        "float_tan" => x().tan(),
        "float_asin" => x().asin(),
        "float_acos" => x().acos(),
        "float_atan" => x().atan(),
        "float_atan2" => x().atan2(y()),
        "float_exp" => x().exp(),
        "float_ln" => x().ln(),
        "float_log2" => x().log2(),
        "float_log10" => x().log10(),
        "float_pow" => x().powf(y()),
        "float_hypot" => x().hypot(y()),
        "float_floor" => x().floor(),
        "float_ceil" => x().ceil(),
        "float_round" => x().round(),
        "float_trunc" => x().trunc(),
        _ => return None,
    })))
}

fn integer(name: &str, ty: IntTy, args: &Arguments) -> Option<Value> {
    let bits = ty.bits();
    let pattern = || (args.int(0) as u128) & ((1 << bits) - 1);
    let overflows = |result: i128| Value::Bool(ty.wrap(result) != result);
    Some(match name {
        "int_count_ones" => Value::Int(i128::from(pattern().count_ones())),
        "int_leading_zeros" => {
            let unused = 128 - bits;
            Value::Int(i128::from(pattern().leading_zeros() - unused))
        }
        "int_trailing_zeros" => Value::Int(i128::from(pattern().trailing_zeros().min(bits))),
        "int_rotate_left" => {
            let by = args.int(1).rem_euclid(i128::from(bits)) as u32;
            let wide = pattern();
            let turned = if by == 0 {
                wide
            } else {
                wide << by | wide >> (bits - by)
            };
            Value::Int(ty.wrap(turned as i128))
        }
        "int_add_overflows" => overflows(args.int(0) + args.int(1)),
        "int_sub_overflows" => overflows(args.int(0) - args.int(1)),
        "int_mul_overflows" => match args.int(0).checked_mul(args.int(1)) {
            Some(result) => overflows(result),
            None => Value::Bool(true),
        },
        "int_bits" => Value::Int(i128::from(bits)),
        "int_is_signed" => Value::Bool(ty.is_signed()),
        _ => return None,
    })
}
