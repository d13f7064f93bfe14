//! Closures: each becomes a function of its own, whose first parameters are what it captures, and a value that gives
//! that function those.
//!
//! ```text
//! |x| x + n        fn closure(_1: i64, _2: i64)      _3 = closure fn closure [n]
//! ```

use syntax::Span;

use super::Builder;
use crate::check::{Capture, Captured, Closure, FnValue, Target};
use crate::env::{DefId, Generic};
use crate::hir::{ClosureParam, ExprId, PatKind};
use crate::mir::{
    Arg, Built, Callee, Const, Local, LocalDecl, LocalKind, Operand, ParamMode, Place, Projection,
    Rvalue, Terminator,
};
use crate::types::{FnTy, Ty, TyKind};

impl Builder<'_> {
    /// The value of a closure. Its body is built on the way.
    pub(super) fn closure(
        &mut self,
        expr: ExprId,
        params: &[ClosureParam],
        root: ExprId,
        span: Span,
    ) -> Rvalue {
        let tables = self.tables;
        let closure = &tables.closures[&expr];
        if !self.lifted.iter().any(|built| built.0.def == closure.def) {
            let built = self.lift(expr, closure, params, root, span);
            self.lifted.extend(built);
        }
        let type_args = own_arguments(&self.env.function(closure.def).generics);
        self.with_captures(closure.def, type_args, &closure.captures)
    }

    fn with_captures(&mut self, def: DefId, type_args: Vec<Ty>, captures: &[Capture]) -> Rvalue {
        if captures.is_empty() {
            return Rvalue::Use(Operand::Const(Const::Fn(def, type_args)));
        }
        let captures = self.captured(captures);
        Rvalue::Closure {
            def,
            type_args,
            captures,
        }
    }

    fn captured(&mut self, captures: &[Capture]) -> Vec<Arg> {
        let captured = captures.iter().map(|capture| {
            let place = self.captured_place(capture.of);
            if capture.is_exclusive {
                Arg::Mut(place)
            } else {
                Arg::Value(Operand::Copy(place))
            }
        });
        captured.collect()
    }

    /// What a function that stands in the body takes before its own arguments.
    pub(super) fn captured_args(&mut self, def: DefId) -> Vec<Arg> {
        match self.tables.inner.get(&def) {
            Some(captures) => self.captured(captures),
            None => Vec::new(),
        }
    }

    fn captured_place(&mut self, captured: Captured) -> Place {
        match captured {
            Captured::Local(id) => {
                let local = self.declare(id);
                self.place_of_local(local)
            }
            Captured::Global(def) => self.place_of_global(def),
            Captured::Kept(def, id) => match self.kept.get(&(def, id)) {
                Some(local) => Place::local(*local),
                None => panic!("compiler bug: {def} has kept nothing of {id} yet"),
            },
        }
    }

    /// A function that stands here: it keeps what it only reads, and its body is built.
    pub(super) fn inner_fn(&mut self, def: DefId) {
        let tables = self.tables;
        for capture in &tables.inner[&def] {
            if let Captured::Kept(of, id) = capture.of
                && of == def
            {
                let from = self.declare(id);
                let value = Rvalue::Use(Operand::Copy(self.place_of_local(from)));
                let local = self.keep_local(value, self.hir.locals[id].span);
                self.kept.insert((def, id), local);
            }
        }
        if !self.lifted.iter().any(|built| built.0.def == def) {
            let built = self.lift_inner(def, &tables.inner[&def]);
            self.lifted.extend(built);
        }
    }

    fn lift_inner(&self, def: DefId, captures: &[Capture]) -> Vec<Built> {
        let found = self.env.def(def);
        let function = self.env.function(def);
        let hir = self.hir.inner_fn(def);
        let hir = hir.unwrap_or_else(|| panic!("compiler bug: {def} stands nowhere"));
        let name = found.name.clone();
        let mut inner = Builder::inside(self, def, name, function.result(), found.span);
        inner.captured_params(def, captures);
        let own = &function.params[captures.len()..];
        for (local, param) in hir.params.iter().zip(own) {
            let made = inner.param(param.ty, param.is_mut, param.span);
            inner.body.locals[made].name = Some(param.name.clone());
            inner.places[*local] = Some(made);
            inner.users.insert(made, *local);
        }
        inner.returning(hir.body, self.tables.inner_ends_ok.contains(&def));
        inner.finish()
    }

    pub(super) fn place_of_local(&self, local: Local) -> Place {
        let place = Place::local(local);
        match self.body.locals[local].kind {
            LocalKind::Ref => place.then(Projection::Deref),
            LocalKind::Owned | LocalKind::Borrowed | LocalKind::Flag => place,
        }
    }

    pub(super) fn place_of_global(&self, def: DefId) -> Place {
        match self.captured_globals.get(&def) {
            Some(local) => Place::local(*local),
            None => Place::global(def),
        }
    }

    /// A constructor as a value, or a function of which some parameters take their defaults.
    pub(super) fn fn_value(&mut self, expr: ExprId, span: Span) -> Rvalue {
        let tables = self.tables;
        let value = &tables.fn_values[&expr];
        if let Some(def) = value.as_function() {
            let captures = tables.inner.get(&def).map_or(&[][..], Vec::as_slice);
            return self.with_captures(def, value.type_args.clone(), captures);
        }
        let closure = &tables.closures[&expr];
        if !self.lifted.iter().any(|built| built.0.def == closure.def) {
            let built = self.adapter(expr, closure, value, span);
            self.lifted.extend(built);
        }
        let type_args = own_arguments(&self.env.function(closure.def).generics);
        self.with_captures(closure.def, type_args, &closure.captures)
    }

    fn adapter(&self, expr: ExprId, closure: &Closure, value: &FnValue, span: Span) -> Vec<Built> {
        let def = closure.def;
        let TyKind::Fn(fn_ty) = self.bare_ty(expr).kind() else {
            panic!("compiler bug: the function value {expr} is no function");
        };
        let name = self.env.def(def).name.clone();
        let mut inner = Builder::inside(self, def, name, fn_ty.ret, span);
        inner.captured_params(def, &closure.captures);
        let mut args = Vec::new();
        for param in &fn_ty.params {
            let local = inner.param(param.ty, param.is_mut, span);
            let place = inner.place_of_local(local);
            args.push(match param.is_mut {
                true => Arg::Mut(place),
                false => Arg::Value(Operand::Copy(place)),
            });
        }
        for default in &value.defaults {
            let value = inner.default_value(*default, &value.type_args, span);
            args.push(Arg::Value(value));
        }
        inner.adapted(value, args, fn_ty.ret, span);
        inner.terminate(Terminator::Return);
        inner.finish()
    }

    fn adapted(&mut self, value: &FnValue, args: Vec<Arg>, ret: Ty, span: Span) {
        let operands = || {
            let operands = args.iter().map(|arg| match arg {
                Arg::Value(operand) => operand.clone(),
                Arg::Mut(_) => panic!("compiler bug: a field is given by `mut`"),
            });
            operands.collect()
        };
        let made = match value.target {
            Target::Fn(def) => {
                let type_args = value.type_args.clone();
                return self.call_fn(Some(Local::RESULT), def, type_args, args, span);
            }
            Target::TraitMethod(def) => {
                let callee = Callee::TraitMethod(def, value.type_args.clone());
                return self.emit_call(Local::RESULT, callee, args, span);
            }
            Target::Struct(_) => Rvalue::Aggregate(ret, operands()),
            Target::Variant(_, variant) => Rvalue::Variant {
                ty: ret,
                variant,
                fields: operands(),
            },
            other => panic!("compiler bug: {other:?} as a value"),
        };
        self.assign_local(Local::RESULT, made, span);
    }

    /// The function that a closure is, and those of the closures in it.
    fn lift(
        &self,
        expr: ExprId,
        closure: &Closure,
        params: &[ClosureParam],
        root: ExprId,
        span: Span,
    ) -> Vec<Built> {
        let TyKind::Fn(fn_ty) = self.bare_ty(expr).kind() else {
            panic!("compiler bug: the closure {expr} is no function");
        };
        let name = self.env.def(closure.def).name.clone();
        let mut inner = Builder::inside(self, closure.def, name, fn_ty.ret, span);
        inner.captured_params(closure.def, &closure.captures);
        inner.closure_params(params, fn_ty);
        inner.body_of(root);
        inner.finish()
    }

    fn captured_params(&mut self, def: DefId, captures: &[Capture]) {
        let declared = &self.env.function(def).params;
        for (capture, param) in captures.iter().zip(declared) {
            let local = self.param(param.ty, capture.is_exclusive, param.span);
            self.body.locals[local].name = Some(param.name.clone());
            match capture.of {
                Captured::Local(id) => {
                    self.places[id] = Some(local);
                    self.users.insert(local, id);
                }
                Captured::Global(def) => {
                    self.captured_globals.insert(def, local);
                }
                Captured::Kept(by, id) => {
                    self.kept.insert((by, id), local);
                    if by == def {
                        self.places[id] = Some(local);
                        self.users.insert(local, id);
                    }
                }
            }
        }
    }

    fn closure_params(&mut self, params: &[ClosureParam], fn_ty: &FnTy) {
        let mut patterns = Vec::new();
        for (param, known) in params.iter().zip(&fn_ty.params) {
            let pat = &self.hir.pats[param.pat];
            let local = self.param(known.ty, known.is_mut, pat.span);
            match pat.kind {
                PatKind::Bind(id) if self.hir.locals[id].is_ref == known.is_mut => {
                    self.body.locals[local].name = Some(self.hir.locals[id].name.clone());
                    self.places[id] = Some(local);
                    self.users.insert(local, id);
                }
                _ => patterns.push((param.pat, local)),
            }
        }
        for (pat, local) in patterns {
            let place = self.place_of_local(local);
            self.bind(pat, &place);
        }
    }

    fn param(&mut self, ty: Ty, is_mut: bool, span: Span) -> Local {
        let (mode, kind) = match is_mut {
            true => (ParamMode::Mut, LocalKind::Ref),
            false => (ParamMode::Own, LocalKind::Owned),
        };
        self.body.params.push(mode);
        self.body.locals.push(LocalDecl {
            ty,
            name: None,
            span,
            kind,
        })
    }
}

/// The type parameters of a function as its own arguments.
pub(super) fn own_arguments(generics: &[Generic]) -> Vec<Ty> {
    let own = (0u32..).zip(generics);
    own.map(|(index, generic)| generic.as_arg(index)).collect()
}
