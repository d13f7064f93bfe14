//! Places: assignments, and whether a place may be changed.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Binder, Checker, Why};
use super::{Target, errors};
use crate::boxes::has_empty;
use crate::env::{DefId, DefKind, GlobalOrigin, ModuleId};
use crate::hir::{BinaryOp, ExprId, ExprKind, LocalId};
use crate::types::{Ty, TyKind};

/// Why a place must be changeable.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Use {
    Assigned,
    MutArgument,
    MutReceiver(SmolStr),
    /// `for mut`
    Walked,
    /// A `mut` binding of a pattern.
    Matched,
}

impl Checker<'_, '_> {
    pub(super) fn check_assign(
        &mut self,
        id: ExprId,
        place: ExprId,
        op: Option<BinaryOp>,
        op_span: Span,
        value: ExprId,
    ) -> Ty {
        let ty = self.infer_expr(place);
        let ty = self.assigned_type(place, ty);
        self.require_place(place, Use::Assigned);
        let why = Why::at(self.span(place), "because of the type of this place");
        match op {
            None => self.coerce(value, ty, why),
            Some(op) => {
                let value_ty = self.check_right(op, ty, value);
                let result = self.apply(id, op, op_span, (place, ty), (value, value_ty));
                self.unify_place_types(value, result, ty, why);
            }
        }
        Ty::unit()
    }

    /// `a?.b = e` assigns a `b` if `a` is there.
    fn assigned_type(&self, place: ExprId, ty: Ty) -> Ty {
        if let Some(field) = self.optional_fields.get(&place) {
            return *field;
        }
        let is_chain = match &self.body.exprs[place].kind {
            ExprKind::Field { base, .. } => self.has_chain(*base),
            _ => false,
        };
        match self.shallow(ty).option_of() {
            Some(inner) if is_chain => inner,
            _ => ty,
        }
    }

    fn has_chain(&self, place: ExprId) -> bool {
        match &self.body.exprs[place].kind {
            ExprKind::Field { base, optional, .. } => *optional || self.has_chain(*base),
            _ => false,
        }
    }

    /// Reports a place that cannot be changed, or something that is no place.
    pub(super) fn require_place(&mut self, expr: ExprId, used: Use) {
        let body = self.body.clone();
        match &body.exprs[expr].kind {
            ExprKind::Local(local) => self.require_var_local(expr, *local, &used),
            ExprKind::Global(def) => self.require_var_global(expr, *def, &used),
            ExprKind::Const(def) => {
                let found = self.env().def(*def).clone();
                let report = errors::constant_changed(&found.name, self.span(expr), found.span);
                self.report(report);
            }
            ExprKind::Field { base, .. } => self.require_place(*base, used),
            ExprKind::Index { base, .. } => {
                if let Some(reading) = self.read_only_indexing(expr) {
                    let (span, shown) = (self.span(expr), self.shown_type_of(*base));
                    let report = errors::indexing_reads(span, &shown, reading);
                    self.report(report);
                    return;
                }
                let is_text = self.tables.exprs[*base]
                    .is_some_and(|ty| matches!(self.shallow(ty).kind(), TyKind::Str));
                if !is_text {
                    self.require_place(*base, used);
                }
            }
            ExprKind::MethodCall { receiver, .. } if self.projection_of(expr).is_some() => {
                self.require_place(*receiver, used);
            }
            ExprKind::Tuple(parts) if used == Use::Assigned => {
                for part in parts {
                    self.require_place(*part, Use::Assigned);
                }
            }
            ExprKind::Error => {}
            ExprKind::Slice { .. } => {
                self.report(errors::slice_is_a_copy(self.span(expr), &used));
            }
            _ => {
                let is_error =
                    self.tables.exprs[expr].is_some_and(|ty| self.shallow(ty).is_error());
                if !is_error {
                    self.report(errors::not_a_place(self.span(expr), &used));
                }
            }
        }
    }

    /// `take` leaves the empty value, which a type must have.
    pub(super) fn check_taken(&mut self) {
        let Some(take) = self
            .env()
            .module(ModuleId::PRELUDE)
            .names
            .get("take")
            .copied()
        else {
            return;
        };
        let mut taken: Vec<(ExprId, Ty)> = self
            .tables
            .calls
            .iter()
            .filter(|(_, call)| call.target == Target::Fn(take))
            .map(|(expr, call)| (*expr, call.type_args[0]))
            .filter(|(_, ty)| !has_empty(self.env(), *ty))
            .collect();
        taken.sort_unstable_by_key(|(expr, _)| *expr);
        for (expr, ty) in taken {
            let report = errors::nothing_to_leave(self.span(expr), &self.show(ty));
            self.report(report);
        }
    }

    fn require_var_local(&mut self, expr: ExprId, local: LocalId, used: &Use) {
        let declared = &self.body.locals[local];
        if declared.is_var {
            return;
        }
        let (name, declared) = (declared.name.clone(), declared.span);
        let binder = self.binder_of(local);
        if binder == Binder::Param && self.is_in_projection() {
            let report = errors::index_writes_self(self.span(expr), declared, used);
            return self.report(report);
        }
        let span = self.span(expr);
        self.report(errors::not_changeable(&name, span, declared, binder, used));
    }

    fn require_var_global(&mut self, expr: ExprId, def: DefId, used: &Use) {
        if let super::body::Item::Cell { defines } = &self.item
            && defines.contains(&def)
        {
            return;
        }
        let found = self.env().def(def).clone();
        if matches!(&found.kind, DefKind::Global(global) if global.origin == GlobalOrigin::Hidden) {
            return self.report(errors::past_changed(self.span(expr), used));
        }
        if matches!(&found.kind, DefKind::Global(global) if !global.is_var) {
            let span = self.span(expr);
            self.report(errors::not_changeable(
                &found.name,
                span,
                found.span,
                Binder::Let,
                used,
            ));
        }
    }
}
