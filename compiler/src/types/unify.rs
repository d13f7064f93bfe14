//! Type variables and their unification.
//!
//! A variable is free or bound to a type (perhaps another variable). Literals are variables that accept numeric types
//! only, so a literal takes its type from wherever it is unified with one. Bindings can be undone, for trying candidates.

use smol_str::SmolStr;
use syntax::Span;

use super::{FnTy, InferKind, InferVar, Len, Ty, TyKind};
use crate::env::{Bound, DefId, Generic};

/// The type variables of one body.
#[derive(Default)]
pub struct InferTable {
    vars: Vec<Var>,
    lens: Vec<Option<Len>>,
    /// The type parameters of the item, whose bounds say which literals they accept.
    generics: Vec<Generic>,
    trail: Vec<Undo>,
}

struct Var {
    kind: InferKind,
    bound: Option<Ty>,
    /// It met a value of type `never`, so that `()` will do if nothing else is known.
    met_never: bool,
    origin: Origin,
}

/// Where a variable came from, for the message when its type is never found.
#[derive(Clone, Debug)]
pub struct Origin {
    pub span: Span,
    pub kind: OriginKind,
}

#[derive(Clone, Debug)]
pub enum OriginKind {
    Expr,
    Binding(SmolStr),
    /// A type parameter of a function or type that is used here.
    TypeArg {
        param: SmolStr,
        of: SmolStr,
    },
    EmptyArray,
    None,
}

enum Undo {
    Type(u32),
    Len(u32),
    MetNever(u32),
}

/// A state to return to.
pub struct Snapshot {
    vars: usize,
    lens: usize,
    trail: usize,
}

/// Two types that are not one.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch;

impl InferTable {
    pub fn new(generics: Vec<Generic>) -> InferTable {
        InferTable {
            generics,
            ..InferTable::default()
        }
    }

    pub fn fresh(&mut self, kind: InferKind, origin: Origin) -> Ty {
        let index = u32::try_from(self.vars.len()).expect("compiler bug: too many type variables");
        self.vars.push(Var {
            kind,
            bound: None,
            met_never: false,
            origin,
        });
        Ty::new(TyKind::Infer(InferVar { index, kind }))
    }

    /// A length parameter's argument: `[(); N]` with `N` to be found.
    pub fn fresh_len(&mut self) -> Ty {
        let index = u32::try_from(self.lens.len()).expect("compiler bug: too many lengths");
        self.lens.push(None);
        Ty::new(TyKind::FixedArray(Ty::unit(), Len::Infer(index)))
    }

    /// The type with its outermost constructor known, if it is.
    pub fn shallow(&self, mut ty: Ty) -> Ty {
        while let TyKind::Infer(var) = ty.kind() {
            match self.vars.get(var.index as usize).and_then(|v| v.bound) {
                Some(bound) => ty = bound,
                None => break,
            }
        }
        ty
    }

    /// The type with everything that is known filled in.
    pub fn resolve(&self, ty: Ty) -> Ty {
        let ty = self.shallow(ty);
        match ty.kind() {
            TyKind::Infer(_) => ty,
            TyKind::FixedArray(elem, len) => {
                Ty::new(TyKind::FixedArray(self.resolve(*elem), self.len(len)))
            }
            TyKind::Simd(elem, len) => Ty::new(TyKind::Simd(self.resolve(*elem), self.len(len))),
            _ => ty.map_parts(&mut |part| self.resolve(part)),
        }
    }

    pub fn has_free(&self, ty: Ty) -> bool {
        self.resolve(ty)
            .any_part(&mut |part| matches!(part.kind(), TyKind::Infer(_)))
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            vars: self.vars.len(),
            lens: self.lens.len(),
            trail: self.trail.len(),
        }
    }

    pub fn undo(&mut self, to: Snapshot) {
        for undo in self.trail.drain(to.trail..).rev() {
            match undo {
                Undo::Type(index) => self.vars[index as usize].bound = None,
                Undo::Len(index) => self.lens[index as usize] = None,
                Undo::MetNever(index) => self.vars[index as usize].met_never = false,
            }
        }
        self.vars.truncate(to.vars);
        self.lens.truncate(to.lens);
    }

    pub fn unify(&mut self, a: Ty, b: Ty) -> Result<(), Mismatch> {
        let (a, b) = (self.shallow(a), self.shallow(b));
        if a == b {
            return Ok(());
        }
        match (a.kind(), b.kind()) {
            (TyKind::Infer(x), TyKind::Infer(y)) => self.unify_vars((*x, a), (*y, b)),
            (TyKind::Infer(var), _) => self.bind(*var, b),
            (_, TyKind::Infer(var)) => self.bind(*var, a),
            (TyKind::Error | TyKind::Never, _) | (_, TyKind::Error | TyKind::Never) => Ok(()),
            (TyKind::Tuple(xs), TyKind::Tuple(ys)) => self.unify_all(xs, ys),
            (TyKind::Array(x), TyKind::Array(y)) | (TyKind::Ptr(x), TyKind::Ptr(y)) => {
                self.unify(*x, *y)
            }
            (TyKind::FixedArray(x, n), TyKind::FixedArray(y, m))
            | (TyKind::Simd(x, n), TyKind::Simd(y, m)) => {
                self.unify(*x, *y)?;
                self.unify_lens(n, m)
            }
            (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) | (TyKind::Any(x, xs), TyKind::Any(y, ys))
                if x == y =>
            {
                self.unify_all(xs, ys)
            }
            (TyKind::Fn(x), TyKind::Fn(y)) | (TyKind::CFn(x), TyKind::CFn(y)) => {
                self.unify_fns(x, y)
            }
            _ => Err(Mismatch),
        }
    }

    /// Whether the types could be made one; changes nothing.
    pub fn can_unify(&mut self, a: Ty, b: Ty) -> bool {
        let before = self.snapshot();
        let fits = self.unify(a, b).is_ok();
        self.undo(before);
        fits
    }

    /// Gives every literal that is still free the type it has by default.
    pub fn default_literals(&mut self) {
        for index in 0..self.vars.len() {
            let default = match self.vars[index].kind {
                InferKind::General => continue,
                InferKind::Int => Ty::i64(),
                InferKind::Float => Ty::f64(),
            };
            if self.vars[index].bound.is_none() {
                self.set(index as u32, default);
            }
        }
    }

    /// Gives a free literal its default type now, because something is asked of it.
    pub fn default_literal(&mut self, ty: Ty) -> Ty {
        let ty = self.shallow(ty);
        let default = match ty.kind() {
            TyKind::Infer(var) if var.kind == InferKind::Int => Ty::i64(),
            TyKind::Infer(var) if var.kind == InferKind::Float => Ty::f64(),
            _ => return ty,
        };
        if let TyKind::Infer(var) = ty.kind() {
            self.set(var.index, default);
        }
        default
    }

    /// Binds the variables that are still free to the error type (to `()` if they only met `never`) and says where the
    /// former came from.
    pub fn close(&mut self) -> Vec<Origin> {
        let mut unknown = Vec::new();
        for index in 0..self.vars.len() {
            if self.vars[index].bound.is_some() {
                continue;
            }
            if self.vars[index].met_never {
                self.vars[index].bound = Some(Ty::unit());
            } else {
                self.vars[index].bound = Some(Ty::error());
                unknown.push(self.vars[index].origin.clone());
            }
        }
        for len in &mut self.lens {
            len.get_or_insert(Len::Known(0));
        }
        unknown
    }

    fn len(&self, len: &Len) -> Len {
        let mut len = len;
        while let Len::Infer(index) = len {
            match &self.lens[*index as usize] {
                Some(known) => len = known,
                None => break,
            }
        }
        len.clone()
    }

    fn set(&mut self, index: u32, ty: Ty) {
        self.vars[index as usize].bound = Some(ty);
        self.trail.push(Undo::Type(index));
    }

    fn unify_vars(&mut self, a: (InferVar, Ty), b: (InferVar, Ty)) -> Result<(), Mismatch> {
        let ((from, _), (_, to)) = match (a.0.kind, b.0.kind) {
            (InferKind::General, _) => (a, b),
            (_, InferKind::General) => (b, a),
            (InferKind::Float, InferKind::Int) => (b, a),
            // The younger is bound, so that what meets many literals does not end up at the end of a long chain.
            _ if a.0.kind == b.0.kind && a.0.index < b.0.index => (b, a),
            _ => (a, b),
        };
        if self.vars[from.index as usize].met_never {
            self.note_never(to);
        }
        self.set(from.index, to);
        Ok(())
    }

    fn bind(&mut self, var: InferVar, ty: Ty) -> Result<(), Mismatch> {
        if ty.is_never() {
            self.note_never(Ty::new(TyKind::Infer(var)));
            return Ok(());
        }
        if !self.accepts(var.kind, ty) || self.occurs(var, ty) {
            return Err(Mismatch);
        }
        self.set(var.index, ty);
        Ok(())
    }

    fn note_never(&mut self, ty: Ty) {
        if let TyKind::Infer(var) = ty.kind()
            && !self.vars[var.index as usize].met_never
        {
            self.vars[var.index as usize].met_never = true;
            self.trail.push(Undo::MetNever(var.index));
        }
    }

    fn accepts(&self, kind: InferKind, ty: Ty) -> bool {
        if ty.is_error() {
            return true;
        }
        match kind {
            InferKind::General => true,
            InferKind::Int => {
                ty.is_numeric()
                    || self.param_has(ty, &[Bound::Num, Bound::Int, Bound::Float])
                    || matches!(ty.kind(), TyKind::Infer(_))
            }
            InferKind::Float => ty.is_float() || self.param_has(ty, &[Bound::Float]),
        }
    }

    /// Whether the type is a parameter with one of the bounds.
    pub fn param_has(&self, ty: Ty, bounds: &[Bound]) -> bool {
        match ty.kind() {
            TyKind::Param(index, _) => self
                .generics
                .get(*index as usize)
                .is_some_and(|g| g.bounds.iter().any(|b| bounds.contains(b))),
            _ => false,
        }
    }

    fn occurs(&self, var: InferVar, ty: Ty) -> bool {
        self.resolve(ty)
            .any_part(&mut |part| matches!(part.kind(), TyKind::Infer(v) if v.index == var.index))
    }

    fn unify_all(&mut self, xs: &[Ty], ys: &[Ty]) -> Result<(), Mismatch> {
        if xs.len() != ys.len() {
            return Err(Mismatch);
        }
        xs.iter().zip(ys).try_for_each(|(x, y)| self.unify(*x, *y))
    }

    fn unify_fns(&mut self, x: &FnTy, y: &FnTy) -> Result<(), Mismatch> {
        if x.params.len() != y.params.len() {
            return Err(Mismatch);
        }
        for (p, q) in x.params.iter().zip(&y.params) {
            if p.is_mut != q.is_mut {
                return Err(Mismatch);
            }
            self.unify(p.ty, q.ty)?;
        }
        self.unify(x.ret, y.ret)
    }

    fn unify_lens(&mut self, n: &Len, m: &Len) -> Result<(), Mismatch> {
        match (self.len(n), self.len(m)) {
            (a, b) if a == b => Ok(()),
            (Len::Infer(index), len) | (len, Len::Infer(index)) => {
                self.lens[index as usize] = Some(len);
                self.trail.push(Undo::Len(index));
                Ok(())
            }
            _ => Err(Mismatch),
        }
    }
}

/// Whether a definition is one of the two range types.
pub fn is_range(def: DefId) -> bool {
    def == DefId::RANGE || def == DefId::RANGE_INCLUSIVE
}
