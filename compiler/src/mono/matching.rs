//! Which function fits concrete types: the trait method that a call means, and the user's own operators.

use crate::env::{DefId, Env, FnDef, Head};
use crate::types::{FnTy, Len, Ty, TyKind};

use super::Key;

/// The function that a trait's method is for `args`, of which the first is the type that implements the trait.
pub(super) fn trait_method(env: &Env, method: DefId, args: &[Ty]) -> Key {
    let name = &env.def(method).name;
    let own_args = &args[1..];
    let found = Head::of(args[0]).and_then(|head| {
        env.methods(&head, name)
            .filter(|def| *def != method)
            .find_map(|def| Some((def, method_args(env.function(def), args[0], own_args)?)))
    });
    // Otherwise the trait's default method.
    found.unwrap_or_else(|| (method, args.to_vec()))
}

/// The type arguments of a method whose `impl` is for a type of this form. Those of the method itself come last.
fn method_args(function: &FnDef, self_ty: Ty, own_args: &[Ty]) -> Option<Vec<Ty>> {
    let mut found = vec![None; function.generics.len()];
    if !fits(function.self_ty?, self_ty, &mut found) {
        return None;
    }
    let free = found.iter().filter(|arg| arg.is_none()).count();
    let mut rest = own_args.iter().skip(own_args.len().saturating_sub(free));
    found
        .into_iter()
        .map(|arg| arg.or_else(|| rest.next().copied()))
        .collect()
}

/// The user's operator for exactly these operand types.
pub(super) fn operator(env: &Env, symbol: &str, operands: &[Ty]) -> Option<Key> {
    env.operators(symbol)
        .find_map(|def| Some((def, operand_args(env.function(def), operands)?)))
}

fn operand_args(function: &FnDef, operands: &[Ty]) -> Option<Vec<Ty>> {
    let mut found = vec![None; function.generics.len()];
    let all_fit = function.params.len() == operands.len()
        && function
            .params
            .iter()
            .zip(operands)
            .all(|(param, ty)| fits(param.ty, *ty, &mut found));
    if all_fit {
        found.into_iter().collect()
    } else {
        None
    }
}

/// A `show` of the type's own that takes nothing else and gives text.
pub(super) fn show_method(env: &Env, ty: Ty) -> Option<Key> {
    let head = Head::of(ty)?;
    env.methods(&head, "show").find_map(|def| {
        let function = env.function(def);
        if !function.has_self || function.params.len() != 1 || function.ret != Some(Ty::str()) {
            return None;
        }
        Some((def, method_args(function, ty, &[])?))
    })
}

/// Whether `ty` has the form of `pattern`; parameters of the pattern are filled in.
fn fits(pattern: Ty, ty: Ty, found: &mut Vec<Option<Ty>>) -> bool {
    match (pattern.kind(), ty.kind()) {
        (TyKind::Param(index, _), _) => bind(*index, ty, found),
        (TyKind::FixedArray(a, Len::Param(index, _)), TyKind::FixedArray(b, len)) => {
            let carrier = Ty::new(TyKind::FixedArray(Ty::unit(), len.clone()));
            fits(*a, *b, found) && bind(*index, carrier, found)
        }
        (TyKind::Simd(a, Len::Param(index, _)), TyKind::Simd(b, len)) => {
            let carrier = Ty::new(TyKind::FixedArray(Ty::unit(), len.clone()));
            fits(*a, *b, found) && bind(*index, carrier, found)
        }
        (TyKind::Simd(a, n), TyKind::Simd(b, m)) => n == m && fits(*a, *b, found),
        (TyKind::FixedArray(a, n), TyKind::FixedArray(b, m)) => n == m && fits(*a, *b, found),
        (TyKind::Tuple(a), TyKind::Tuple(b)) => all_fit(a, b, found),
        (TyKind::Array(a), TyKind::Array(b)) | (TyKind::Ptr(a), TyKind::Ptr(b)) => {
            fits(*a, *b, found)
        }
        (TyKind::Adt(a, xs), TyKind::Adt(b, ys)) => a == b && all_fit(xs, ys, found),
        (TyKind::Fn(a), TyKind::Fn(b)) => functions_fit(a, b, found),
        _ => pattern == ty,
    }
}

fn functions_fit(a: &FnTy, b: &FnTy, found: &mut Vec<Option<Ty>>) -> bool {
    a.params.len() == b.params.len()
        && a.params
            .iter()
            .zip(&b.params)
            .all(|(x, y)| x.is_mut == y.is_mut && fits(x.ty, y.ty, found))
        && fits(a.ret, b.ret, found)
}

fn all_fit(patterns: &[Ty], types: &[Ty], found: &mut Vec<Option<Ty>>) -> bool {
    patterns.len() == types.len() && patterns.iter().zip(types).all(|(p, t)| fits(*p, *t, found))
}

fn bind(index: u32, ty: Ty, found: &mut Vec<Option<Ty>>) -> bool {
    let index = index as usize;
    if index >= found.len() {
        found.resize(index + 1, None);
    }
    match found[index] {
        Some(known) => known == ty,
        None => {
            found[index] = Some(ty);
            true
        }
    }
}
