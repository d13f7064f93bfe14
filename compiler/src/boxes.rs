//! Which fields of recursive types are boxed: a field is a pointer to a block of one element if its type contains,
//! in place, the type that the field belongs to. Arrays, maps, sets, functions and `any` are behind a pointer already.
//!
//! The answer belongs to the definition, not to an instance: `T` inside `T?` is never boxed, so that
//! `struct Node { next: Node? }` boxes `next` and not the payload of the optional.

use rustc_hash::FxHashSet;

use crate::env::{DefId, DefKind, Env, FieldDef};
use crate::types::{Len, Ty, TyKind};

/// How deep type arguments may nest before the search gives up; types without an end are reported elsewhere.
const DEPTH_LIMIT: usize = 64;

/// Whether the field is a box. The variant of a struct's field is 0.
pub fn is_boxed_field(env: &Env, def: DefId, variant: u32, field: u32) -> bool {
    let Some(fields) = fields_of(env, def, variant) else {
        return false;
    };
    let ty = fields[field as usize].ty;
    contains(env, ty, def, DEPTH_LIMIT, &mut FxHashSet::default())
}

/// The declared fields of a struct (variant 0) or of a variant of an enum.
pub fn fields_of(env: &Env, def: DefId, variant: u32) -> Option<&[FieldDef]> {
    match &env.def(def).kind {
        DefKind::Struct(found) => Some(&found.fields),
        DefKind::Enum(found) => Some(&found.variants[variant as usize].fields),
        DefKind::Fn(_)
        | DefKind::Trait(_)
        | DefKind::Global(_)
        | DefKind::Const(_)
        | DefKind::ExternType { .. } => None,
    }
}

fn contains(env: &Env, ty: Ty, def: DefId, depth: usize, seen: &mut FxHashSet<Ty>) -> bool {
    if depth == 0 || !seen.insert(ty) {
        return false;
    }
    match ty.kind() {
        TyKind::Tuple(parts) => parts
            .iter()
            .any(|part| contains(env, *part, def, depth - 1, seen)),
        TyKind::FixedArray(_, Len::Known(0)) => false,
        TyKind::FixedArray(elem, _) => contains(env, *elem, def, depth - 1, seen),
        TyKind::Adt(found, _) if *found == def => true,
        TyKind::Adt(DefId::MAP | DefId::SET, _) => false,
        TyKind::Adt(found, args) => env
            .all_fields(*found)
            .any(|field| contains(env, field.ty.subst(args), def, depth - 1, seen)),
        TyKind::Int(_)
        | TyKind::Float(_)
        | TyKind::Bool
        | TyKind::Char
        | TyKind::Never
        | TyKind::Str
        | TyKind::Array(_)
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

/// Whether a type has the empty value that `take` leaves: zero, `false`, empty text or container, `none`, and what is made
/// of such only.
pub fn has_empty(env: &Env, ty: Ty) -> bool {
    is_emptied(env, ty, false)
}

/// Whether a place of the type can hold something valid, whatever it is, while its value is away: the empty value, or for an enum
/// the first variant without fields.
pub fn can_be_vacant(env: &Env, ty: Ty) -> bool {
    is_emptied(env, ty, true)
}

/// The variant that stands in an enum's place while its value is away.
pub fn vacant_variant(env: &Env, def: DefId) -> Option<u32> {
    match &env.def(def).kind {
        DefKind::Enum(found) => (0..)
            .zip(&found.variants)
            .find(|(_, v)| v.fields.is_empty())
            .map(|(at, _)| at),
        DefKind::Struct(_)
        | DefKind::Fn(_)
        | DefKind::Trait(_)
        | DefKind::Global(_)
        | DefKind::Const(_)
        | DefKind::ExternType { .. } => None,
    }
}

fn is_emptied(env: &Env, ty: Ty, enums_too: bool) -> bool {
    match ty.kind() {
        TyKind::Int(_)
        | TyKind::Float(_)
        | TyKind::Bool
        | TyKind::Char
        | TyKind::Str
        | TyKind::Array(_)
        | TyKind::Adt(DefId::MAP | DefId::SET | DefId::OPTION, _) => true,
        TyKind::Tuple(parts) => parts.iter().all(|part| is_emptied(env, *part, enums_too)),
        TyKind::FixedArray(elem, _) => is_emptied(env, *elem, enums_too),
        TyKind::Adt(def, args) => match &env.def(*def).kind {
            DefKind::Struct(found) => found.fields.iter().enumerate().all(|(index, field)| {
                !is_boxed_field(env, *def, 0, index as u32)
                    && is_emptied(env, field.ty.subst(args), enums_too)
            }),
            DefKind::Enum(_) => enums_too && vacant_variant(env, *def).is_some(),
            DefKind::Fn(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::Const(_)
            | DefKind::ExternType { .. } => false,
        },
        TyKind::Fn(_)
        | TyKind::CFn(_)
        | TyKind::Any(..)
        | TyKind::Param(..)
        | TyKind::Never
        | TyKind::Simd(..)
        | TyKind::Ptr(_)
        | TyKind::CStr
        | TyKind::Infer(_)
        | TyKind::Error => false,
    }
}
