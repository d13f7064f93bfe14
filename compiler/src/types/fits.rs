//! Whether a type has the form of a pattern, a type with parameters, and what the parameters then are.

use super::{FnTy, Len, Ty, TyKind};

/// Whether `ty` has the form of `pattern`; parameters of the pattern are filled in.
pub fn fits(pattern: Ty, ty: Ty, found: &mut Vec<Option<Ty>>) -> bool {
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
        (TyKind::Any(a, xs), TyKind::Any(b, ys)) => a == b && all_fit(xs, ys, found),
        (TyKind::Fn(a), TyKind::Fn(b)) | (TyKind::CFn(a), TyKind::CFn(b)) => {
            functions_fit(a, b, found)
        }
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
