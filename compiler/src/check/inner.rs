//! Functions that stand in a body. They are checked in its course, where they stand, so that what they do with the variables around
//! them says something about their types; afterwards each gets the variables it uses as its first parameters.
//!
//! A variable that such a function writes, or one that it calls does, is passed as a place. Of a `var` that it only reads it has
//! the value from where it stands, like a closure.

use rustc_hash::FxHashMap;
use syntax::Span;

use super::body::{Binder, Checker, Frame, Why};
use super::captures::Uses;
use super::{Capture, Captured, errors};
use crate::env::{DefId, DefKind, Generic};
use crate::hir::{ExprId, InnerFn};
use crate::types::{Ty, TyKind};

impl Checker<'_, '_> {
    /// Results that are not written are inferred in the course of the body.
    pub(super) fn begin_inner(&mut self) {
        let body = self.body.clone();
        for inner in &body.inner {
            if self.env().function(inner.def).ret.is_none() {
                let ret = self.fresh(inner.span);
                self.unit.env.set_inferred_type(inner.def, ret);
            }
        }
    }

    pub(super) fn check_inner(&mut self, def: DefId) {
        let body = self.body.clone();
        let Some(inner) = body.inner_fn(def) else {
            return;
        };
        let found = self.env().def(def).clone();
        let DefKind::Fn(function) = &found.kind else {
            panic!("compiler bug: {def} is not a function");
        };
        for (local, param) in inner.params.iter().zip(&function.params) {
            self.tables.locals[*local] = Some(param.ty);
            self.binders.insert(*local, Binder::Param);
        }
        let why = Why::at(found.span, "because of the result type of this function");
        let ret = function.result();
        self.frames.push(Frame {
            ret: Some(ret),
            why,
        });
        if matches!(ret.kind(), TyKind::Infer(_)) {
            let ty = self.infer_expr(inner.body);
            let span = self.span(inner.body);
            self.unify_or_report(ty, ret, span, Why::PLAIN);
        } else if self.check_result(inner.body, ret, why) {
            self.tables.inner_ends_ok.push(def);
        }
        self.frames.pop();
        self.checked_inner.push(def);
    }

    /// The result type of a function that is called or taken as a value.
    pub(super) fn result_of(&mut self, def: DefId, used: Span) -> Ty {
        if self.body.inner_fn(def).is_none() {
            return self.unit.result_of(def, used);
        }
        let function = self.env().function(def);
        let ret = self.infer.resolve(function.result());
        let is_generic = function.generics.len() > function.inherited;
        if is_generic && !self.checked_inner.contains(&def) && self.infer.has_free(ret) {
            let found = self.env().def(def).clone();
            return self.fail(errors::needs_result_type(&found.name, found.span, used));
        }
        ret
    }

    /// A variable around a generic function has a type that is known there.
    fn check_params_stay(&mut self) {
        let body = self.body.clone();
        for inner in &body.inner {
            let function = self.env().function(inner.def);
            let own = function.inherited as u32..function.generics.len() as u32;
            let mut is_own =
                |ty: Ty| matches!(ty.kind(), TyKind::Param(index, _) if own.contains(index));
            let leak = body.locals.iter().find(|(local, declared)| {
                let ty = self.tables.locals[*local];
                !inner.span.contains(declared.span)
                    && ty.is_some_and(|ty| mentions(ty, &mut is_own))
            });
            if let Some((local, declared)) = leak {
                let ty = self.tables.locals[local].map(|ty| self.show(ty));
                let name = self.env().def(inner.def).name.clone();
                let report = errors::parameter_leaves(
                    &declared.name,
                    declared.span,
                    &ty.unwrap_or_default(),
                    &name,
                );
                self.report(report);
                return;
            }
        }
    }

    /// Once every type is known: what each function needs from around becomes its first parameters.
    pub(super) fn finish_inner(&mut self) {
        let body = self.body.clone();
        if body.inner.is_empty() {
            return;
        }
        self.check_params_stay();
        let uses: FxHashMap<DefId, Uses> = body
            .inner
            .iter()
            .map(|inner| (inner.def, self.uses_of(inner.body, inner.span)))
            .collect();
        let reached: Vec<Vec<DefId>> = body
            .inner
            .iter()
            .map(|inner| reach(inner.def, &uses))
            .collect();
        let mut own = FxHashMap::default();
        for (inner, reached) in body.inner.iter().zip(&reached) {
            own.insert(inner.def, self.own_captures(inner.def, reached, &uses));
        }
        for (inner, reached) in body.inner.iter().zip(&reached) {
            let mut captures: Vec<Capture> = Vec::new();
            for capture in reached.iter().flat_map(|def| &own[def]) {
                if !captures.contains(capture) && !self.is_declared_in(capture.of, inner.span) {
                    captures.push(*capture);
                }
            }
            self.tables.inner.insert(inner.def, captures);
        }
        self.check_made(&own, &uses);
        for inner in &body.inner {
            self.declare_captures(inner.def);
        }
    }

    /// What a function itself uses of the variables around it.
    fn own_captures(
        &self,
        def: DefId,
        reached: &[DefId],
        uses: &FxHashMap<DefId, Uses>,
    ) -> Vec<Capture> {
        let mut captures = Vec::new();
        for of in &uses[&def].read {
            let Captured::Local(local) = of else { continue };
            let is_exclusive = reached.iter().any(|def| uses[def].written.contains(of));
            let of = match self.body.locals[*local].is_var && !is_exclusive {
                true => Captured::Kept(def, *local),
                false => *of,
            };
            let capture = Capture { of, is_exclusive };
            if !captures.contains(&capture) {
                captures.push(capture);
            }
        }
        captures
    }

    pub(super) fn is_declared_in(&self, captured: Captured, span: Span) -> bool {
        let declared = match captured {
            Captured::Local(local) => self.body.locals[local].span,
            Captured::Kept(def, _) => match self.body.inner_fn(def) {
                // The function itself has the value as a parameter.
                Some(inner) if inner.span == span => return false,
                Some(inner) => inner.span,
                None => return false,
            },
            Captured::Global(_) => return false,
        };
        span.contains(declared)
    }

    /// A function that uses variables around it may be called from where it stands on, and so may those that call it.
    fn check_made(&mut self, own: &FxHashMap<DefId, Vec<Capture>>, uses: &FxHashMap<DefId, Uses>) {
        let body = self.body.clone();
        let around = self.uses_of(body.root, Span::new(body.span.file, 0, 0));
        let inside = body
            .inner
            .iter()
            .map(|inner| (Some(inner.span), &uses[&inner.def]));
        let everywhere = inside.chain([(None, &around)]);
        let mut reports = Vec::new();
        for (within, uses_here) in everywhere {
            for (called, used) in &uses_here.called {
                let Some(target) = body.inner_fn(*called) else {
                    continue;
                };
                let is_ours = within
                    .is_none_or(|within| within != target.span && within.contains(target.span));
                // What is called inside another function is looked at where that one is.
                if !is_ours || self.innermost(*used).map(|inner| inner.span) != within {
                    continue;
                }
                let missing = reach(*called, uses).into_iter().find(|def| {
                    !own[def].is_empty()
                        && body
                            .inner_fn(*def)
                            .is_some_and(|inner| inner.span.start > used.start)
                });
                if let Some(missing) = missing {
                    let capture = own[&missing][0].of;
                    reports.push((*called, *used, missing, capture));
                }
            }
        }
        for (called, used, missing, capture) in reports {
            let (Captured::Local(local) | Captured::Kept(_, local)) = capture else {
                continue;
            };
            let name = self.env().def(called).name.clone();
            let missing = self.env().def(missing).clone();
            let variable = self.body.locals[local].name.clone();
            self.report(errors::not_made_yet(
                &name,
                used,
                &missing.name,
                missing.span,
                &variable,
            ));
        }
    }

    fn declare_captures(&mut self, def: DefId) {
        let captures = self.tables.inner[&def].clone();
        let mut found = (**self.env().def(def)).clone();
        let mut params: Vec<_> = captures
            .iter()
            .map(|capture| self.captured_param(capture))
            .collect();
        if let DefKind::Fn(function) = &mut found.kind {
            params.append(&mut function.params);
            function.params = params;
            function.captures = Some(captures.len());
            let ret = self.infer.resolve(function.result());
            function.ret = Some(ret);
        }
        self.unit.env.insert(found);
    }

    /// What the functions take that are called or named in an expression.
    pub(super) fn captures_of_called(&self, called: &[(DefId, Span)]) -> Vec<Capture> {
        let mut captures: Vec<Capture> = Vec::new();
        for (def, _) in called {
            for capture in self.tables.inner.get(def).into_iter().flatten() {
                if !captures.contains(capture) {
                    captures.push(*capture);
                }
            }
        }
        captures
    }

    /// The type parameters at a place in the item: those of the innermost function around it.
    pub(super) fn generics_at(&self, expr: ExprId) -> Vec<Generic> {
        match self.innermost(self.span(expr)) {
            Some(inner) => self.env().function(inner.def).generics.clone(),
            None => self.generics_around(),
        }
    }

    fn innermost(&self, span: Span) -> Option<&InnerFn> {
        let around = self.body.inner.iter();
        around
            .filter(|inner| inner.span.contains(span))
            .min_by_key(|inner| inner.span.end - inner.span.start)
    }
}

/// A function, those that it calls, those that they call.
fn reach(def: DefId, uses: &FxHashMap<DefId, Uses>) -> Vec<DefId> {
    let mut reached = vec![def];
    let mut next = 0;
    while let Some(def) = reached.get(next).copied() {
        next += 1;
        for (called, _) in &uses[&def].called {
            if !reached.contains(called) {
                reached.push(*called);
            }
        }
    }
    reached
}

fn mentions(ty: Ty, wanted: &mut impl FnMut(Ty) -> bool) -> bool {
    let mut found = wanted(ty);
    ty.map_parts(&mut |part| {
        found |= mentions(part, wanted);
        part
    });
    found
}
