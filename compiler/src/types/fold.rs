//! Rebuilding a type with some of its parts replaced.

use smol_str::SmolStr;

use super::{FnParam, FnTy, Len, Ty, TyKind};

impl FnTy {
    fn map_parts(&self, f: &mut impl FnMut(Ty) -> Ty) -> FnTy {
        let params = self.params.iter().map(|param| FnParam {
            is_mut: param.is_mut,
            ty: f(param.ty),
        });
        FnTy {
            params: params.collect(),
            ret: f(self.ret),
        }
    }
}

impl Ty {
    /// How many types stand within one another: 1 for one without parts.
    pub fn nesting(self) -> usize {
        let mut deepest = 0;
        self.map_parts(&mut |part| {
            deepest = deepest.max(part.nesting());
            part
        });
        deepest + 1
    }

    /// The same type with each direct part passed through `f`.
    pub fn map_parts(self, f: &mut impl FnMut(Ty) -> Ty) -> Ty {
        match self.kind() {
            TyKind::Tuple(parts) if !parts.is_empty() => {
                Ty::tuple(parts.iter().map(|p| f(*p)).collect())
            }
            TyKind::Array(elem) => Ty::array(f(*elem)),
            TyKind::FixedArray(elem, len) => Ty::new(TyKind::FixedArray(f(*elem), len.clone())),
            TyKind::Simd(elem, len) => Ty::new(TyKind::Simd(f(*elem), len.clone())),
            TyKind::Adt(def, args) if !args.is_empty() => {
                Ty::new(TyKind::Adt(*def, args.iter().map(|a| f(*a)).collect()))
            }
            TyKind::Any(def, args) if !args.is_empty() => {
                Ty::new(TyKind::Any(*def, args.iter().map(|a| f(*a)).collect()))
            }
            TyKind::Fn(function) => Ty::new(TyKind::Fn(function.map_parts(f))),
            TyKind::CFn(function) => Ty::new(TyKind::CFn(function.map_parts(f))),
            TyKind::Ptr(inner) => Ty::new(TyKind::Ptr(f(*inner))),
            TyKind::Int(_)
            | TyKind::Float(_)
            | TyKind::Bool
            | TyKind::Char
            | TyKind::Never
            | TyKind::Str
            | TyKind::Tuple(_)
            | TyKind::Adt(..)
            | TyKind::Any(..)
            | TyKind::CStr
            | TyKind::Param(..)
            | TyKind::Infer(_)
            | TyKind::Error => self,
        }
    }

    /// Replaces type parameters by `args`, by index. A length parameter takes the value of an argument of
    /// the form `[(); N]`.
    pub fn subst(self, args: &[Ty]) -> Ty {
        match self.kind() {
            TyKind::Param(index, _) => args.get(*index as usize).copied().unwrap_or(self),
            TyKind::FixedArray(elem, Len::Param(index, name)) => Ty::new(TyKind::FixedArray(
                elem.subst(args),
                length_of(args, *index, name),
            )),
            TyKind::Simd(elem, Len::Param(index, name)) => Ty::new(TyKind::Simd(
                elem.subst(args),
                length_of(args, *index, name),
            )),
            _ => self.map_parts(&mut |part| part.subst(args)),
        }
    }

    /// Whether `test` holds for the type or any part of it.
    pub fn any_part(self, test: &mut impl FnMut(Ty) -> bool) -> bool {
        if test(self) {
            return true;
        }
        let mut found = false;
        self.map_parts(&mut |part| {
            found = found || part.any_part(test);
            part
        });
        found
    }
}

/// What a length parameter is among `args`.
fn length_of(args: &[Ty], index: u32, name: &SmolStr) -> Len {
    match args.get(index as usize).map(|arg| arg.kind()) {
        Some(TyKind::FixedArray(_, len)) => len.clone(),
        _ => Len::Param(index, name.clone()),
    }
}
