//! The types of places, operands and values in a body. A `Deref` does not change the type: a `Ref` local has the type
//! of its place, and a boxed field the type of its value.

use super::{Arg, Base, Body, Const, Operand, Place, Projection, Rvalue};
use crate::boxes::fields_of;
use crate::env::{DefId, DefKind, Env};
use crate::types::{FnParam, FnTy, IntTy, Len, Ty, TyKind};

impl Body {
    pub fn place_ty(&self, env: &Env, place: &Place) -> Ty {
        let base = match place.base {
            Base::Local(local) => self.locals[local].ty,
            Base::Global(def) => match &env.def(def).kind {
                DefKind::Global(global) => global.ty(),
                _ => panic!("compiler bug: {def} is not a global"),
            },
        };
        place
            .projections
            .iter()
            .fold(base, |ty, projection| project(env, ty, projection))
    }

    pub fn operand_ty(&self, env: &Env, operand: &Operand) -> Ty {
        match operand {
            Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
                self.place_ty(env, place)
            }
            Operand::Const(value) => const_ty(env, value),
        }
    }

    pub fn rvalue_ty(&self, env: &Env, value: &Rvalue) -> Ty {
        match value {
            Rvalue::Use(operand) | Rvalue::Unary(_, operand) => self.operand_ty(env, operand),
            Rvalue::Binary(op, left, _) => {
                if op.is_comparison() {
                    Ty::bool()
                } else {
                    self.operand_ty(env, left)
                }
            }
            Rvalue::Compare(..) => Ty::bool(),
            Rvalue::Convert { to, .. } => *to,
            Rvalue::Aggregate(ty, _) | Rvalue::Variant { ty, .. } | Rvalue::Repeat { ty, .. } => {
                *ty
            }
            Rvalue::Array { elem, .. } => Ty::array(*elem),
            Rvalue::Len(_) | Rvalue::Discriminant(_) => Ty::i64(),
            Rvalue::Holds(..) => Ty::bool(),
            Rvalue::Any { ty, value: _ } => *ty,
            Rvalue::Format(_) => Ty::str(),
            Rvalue::Closure { def, type_args, .. } => {
                Ty::new(TyKind::Fn(function_ty(env, *def, type_args)))
            }
        }
    }
}

/// The type of one step from a place of type `ty`.
pub fn project(env: &Env, ty: Ty, projection: &Projection) -> Ty {
    match (projection, ty.kind()) {
        // What is never there may be looked into; nothing gets that far.
        (Projection::Deref, _) | (_, TyKind::Never) => ty,
        (Projection::Inside(inside), TyKind::Any(..)) => *inside,
        (Projection::Field(field), TyKind::Tuple(parts)) => parts[*field as usize],
        (Projection::Index(_) | Projection::ConstIndex(_), TyKind::Adt(DefId::VIEW, args)) => {
            args[0]
        }
        (Projection::Field(field), TyKind::Adt(..)) => field_ty(env, ty, 0, *field),
        (Projection::Payload { variant, field }, TyKind::Adt(..)) => {
            field_ty(env, ty, *variant, *field)
        }
        (
            Projection::Index(_) | Projection::ConstIndex(_),
            TyKind::Array(elem) | TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _),
        ) => *elem,
        (Projection::Index(_) | Projection::ConstIndex(_), TyKind::Str) => Ty::u8(),
        _ => panic!("compiler bug: no {projection:?} in a {}", ty.display(env)),
    }
}

/// The type of a field of this instance of a struct (variant 0) or enum.
pub fn field_ty(env: &Env, ty: Ty, variant: u32, field: u32) -> Ty {
    let TyKind::Adt(def, args) = ty.kind() else {
        panic!("compiler bug: {} has no fields", ty.display(env));
    };
    match fields_of(env, *def, variant).and_then(|fields| fields.get(field as usize)) {
        Some(found) => found.ty.subst(args),
        None => panic!(
            "compiler bug: no field {variant}.{field} in {}",
            ty.display(env)
        ),
    }
}

pub fn const_ty(env: &Env, value: &Const) -> Ty {
    match value {
        Const::Int(int, _) => Ty::int(*int),
        Const::Float(float, _) => Ty::float(*float),
        Const::Bool(_) => Ty::bool(),
        Const::Char(_) => Ty::char(),
        Const::Unit => Ty::unit(),
        Const::Str(_) => Ty::str(),
        Const::Bytes(_) => Ty::array(Ty::int(IntTy::U8)),
        Const::Data(ty, _) => *ty,
        Const::Fn(def, args) => Ty::new(TyKind::Fn(function_ty(env, *def, args))),
        Const::CFn(def) => Ty::new(TyKind::CFn(function_ty(env, *def, &[]))),
        Const::Def(def) => match &env.def(*def).kind {
            DefKind::Const(constant) => constant.ty(),
            _ => panic!("compiler bug: {def} is not a constant"),
        },
    }
}

/// The type of a function as a value; what it captured is not part of it.
fn function_ty(env: &Env, def: DefId, args: &[Ty]) -> FnTy {
    let function = env.function(def);
    let params = function
        .params
        .iter()
        .skip(function.captures.unwrap_or(0))
        .map(|param| FnParam {
            is_mut: param.is_mut,
            ty: param.ty.subst(args),
        })
        .collect();
    let ret = function.result().subst(args);
    FnTy { params, ret }
}

/// What a closure keeps: its captures in order, the address for one that it writes.
pub fn captures_ty(body: &Body, env: &Env, captures: &[Arg]) -> Ty {
    let parts = captures.iter().map(|capture| match capture {
        Arg::Value(operand) => body.operand_ty(env, operand),
        Arg::Mut(place) => Ty::new(TyKind::Ptr(body.place_ty(env, place))),
    });
    Ty::tuple(parts.collect())
}

impl Ty {
    /// Whether `==` and `<` are one instruction.
    pub fn is_scalar(self) -> bool {
        match self.kind() {
            TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char => true,
            TyKind::Never
            | TyKind::Str
            | TyKind::Tuple(_)
            | TyKind::Array(_)
            | TyKind::FixedArray(..)
            | TyKind::Adt(..)
            | TyKind::Fn(_)
            | TyKind::CFn(_)
            | TyKind::Any(..)
            | TyKind::Simd(..)
            | TyKind::Ptr(_)
            | TyKind::CStr
            | TyKind::Param(..)
            | TyKind::Infer(_)
            | TyKind::Error => false,
        }
    }

    /// The elements of an array or fixed array, or the lanes of a vector.
    pub fn elem(self) -> Option<Ty> {
        match self.kind() {
            TyKind::Array(elem) | TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _) => {
                Some(*elem)
            }
            _ => None,
        }
    }

    /// The length of a fixed array or vector, where it is known.
    pub fn fixed_len(self) -> Option<u64> {
        match self.kind() {
            TyKind::FixedArray(_, Len::Known(len)) | TyKind::Simd(_, Len::Known(len)) => Some(*len),
            _ => None,
        }
    }
}
