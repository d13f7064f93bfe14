//! Blocks, their statements, and values that nobody uses.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Binder, Checker, Expect, Why};
use super::{Call, Target, errors};
use crate::env::{DefId, DefKind, ModuleId};
use crate::hir::{self, ExprId, ExprKind, PatId};
use crate::types::{OriginKind, Ty, TyKind};

impl Checker<'_, '_> {
    pub(super) fn check_block(
        &mut self,
        stmts: &[hir::Stmt],
        tail: Option<ExprId>,
        span: Span,
        expect: Expect,
    ) -> Ty {
        let mut diverges = false;
        for stmt in stmts {
            diverges |= self.check_stmt(stmt);
        }
        let Some(tail) = tail else {
            // What was not understood at the end may have been the value.
            let is_unknown = |stmt: &hir::Stmt| match stmt {
                hir::Stmt::Expr(expr) => self.ends_unknown(*expr),
                hir::Stmt::Let { value, .. } => value.is_some_and(|value| self.ends_unknown(value)),
                hir::Stmt::Fn(_) => false,
            };
            if stmts.last().is_some_and(is_unknown) {
                return Ty::error();
            }
            return self.end_without_value(diverges, span, expect);
        };
        let ty = match expect {
            Expect::Coerce(expected, why) => {
                self.coerce(tail, expected, why);
                match self.tables.exprs[tail] {
                    Some(ty) if ty.is_never() => ty,
                    _ => expected,
                }
            }
            Expect::Drop => {
                let ty = self.check_expr(tail, Expect::Drop);
                if ty.is_never() { ty } else { Ty::unit() }
            }
            Expect::Nothing | Expect::Hint(_) => self.check_expr(tail, expect),
        };
        if diverges { Ty::never() } else { ty }
    }

    pub(super) fn ends_unknown(&self, expr: ExprId) -> bool {
        match self.body.exprs[expr].kind {
            ExprKind::Error => true,
            ExprKind::Binary { right, .. } => self.ends_unknown(right),
            _ => false,
        }
    }

    pub(super) fn end_without_value(&mut self, diverges: bool, span: Span, expect: Expect) -> Ty {
        if diverges {
            return Ty::never();
        }
        if let Expect::Coerce(expected, why) = expect
            && self.infer.unify(Ty::unit(), expected).is_err()
        {
            let shown = self.show(expected);
            return self.fail(errors::missing_value(span, &shown, why));
        }
        Ty::unit()
    }

    /// Warns of `if let x = optional`, which a bare name always matches.
    pub(super) fn check_asks(&mut self, pat: PatId, ty: Ty) {
        let pattern = &self.body.pats[pat];
        let (hir::PatKind::Bind(local), span) = (&pattern.kind, pattern.span) else {
            return;
        };
        let name = self.body.locals[*local].name.clone();
        if self.shallow(ty).option_of().is_some() {
            self.report(errors::always_matches(span, &name));
        }
    }

    /// Whether control does not come past the statement.
    pub(super) fn check_stmt(&mut self, stmt: &hir::Stmt) -> bool {
        match stmt {
            hir::Stmt::Expr(expr) => {
                let ty = self.check_expr(*expr, Expect::Drop);
                self.check_used(*expr, ty);
                self.shallow(ty).is_never()
            }
            hir::Stmt::Fn(def) => {
                self.check_inner(*def);
                false
            }
            hir::Stmt::Let {
                pat,
                ty,
                value,
                otherwise,
            } => self.check_let(*pat, *ty, *value, *otherwise),
        }
    }

    /// Warns of a statement whose value should have been used.
    pub(super) fn check_used(&mut self, expr: ExprId, ty: Ty) {
        let span = self.span(expr);
        match &self.body.exprs[expr].kind {
            ExprKind::Call { .. } | ExprKind::MethodCall { .. }
                if matches!(self.shallow(ty).kind(), TyKind::Adt(DefId::RESULT, _)) =>
            {
                self.report(errors::unused_result(span));
            }
            ExprKind::MethodCall { name, args, .. } => {
                let name = name.clone();
                let is_plain = |arg: &hir::Arg| {
                    !matches!(self.body.exprs[arg.value].kind, ExprKind::Closure { .. })
                };
                if args.iter().all(is_plain) && self.only_computes(expr) {
                    let in_place = in_place(&name).filter(|other| self.has_method_of(expr, other));
                    self.report(errors::unused_value(span, &name, in_place));
                }
            }
            _ => {}
        }
    }

    /// A method of the library's containers and texts that changes nothing and has a value.
    pub(super) fn only_computes(&self, call: ExprId) -> bool {
        let Some(Call {
            target: Target::Fn(def),
            ..
        }) = self.tables.calls.get(&call)
        else {
            return false;
        };
        let found = self.env().def(*def);
        let DefKind::Fn(function) = &found.kind else {
            return false;
        };
        let of_value = function.self_ty.is_some_and(|ty| {
            matches!(
                ty.kind(),
                TyKind::Array(_) | TyKind::Str | TyKind::Int(_) | TyKind::Float(_)
            )
        });
        found.module == ModuleId::PRELUDE
            && of_value
            && function.params.iter().all(|param| !param.is_mut)
            && function
                .ret
                .is_some_and(|ret| !ret.is_unit() && !ret.is_never())
    }

    pub(super) fn has_method_of(&self, call: ExprId, name: &str) -> bool {
        let ExprKind::MethodCall { receiver, .. } = self.body.exprs[call].kind else {
            return false;
        };
        let ty = self.tables.exprs[receiver];
        ty.is_some_and(|ty| self.method_names(ty).iter().any(|known| known == name))
    }

    pub(super) fn check_let(
        &mut self,
        pat: hir::PatId,
        annotation: Option<Ty>,
        value: Option<ExprId>,
        otherwise: Option<ExprId>,
    ) -> bool {
        let pat_span = self.body.pats[pat].span;
        let annotation = annotation.map(|ty| self.fill_unknown(ty, pat_span));
        let mut diverges = false;
        let ty = match (annotation, value) {
            (Some(ty), Some(value)) => {
                self.coerce(
                    value,
                    ty,
                    Why::at(pat_span, "because of the type written here"),
                );
                ty
            }
            (Some(ty), None) => ty,
            (None, Some(value)) => {
                let ty = self.infer_expr(value);
                diverges = ty.is_never();
                ty
            }
            (None, None) => {
                let name = self.pat_name(pat);
                self.fresh_as(pat_span, OriginKind::Binding(name))
            }
        };
        self.check_pat(pat, ty, Binder::Let);
        match otherwise {
            Some(otherwise) => {
                let found = self.infer_expr(otherwise);
                if !self.shallow(found).is_never() && !self.shallow(found).is_error() {
                    self.report(errors::else_must_leave(self.span(otherwise)));
                }
            }
            None => self.prove_irrefutable(pat, ty),
        }
        diverges
    }

    pub(super) fn pat_name(&self, pat: hir::PatId) -> SmolStr {
        match self.body.pats[pat].kind {
            hir::PatKind::Bind(local) => self.body.locals[local].name.clone(),
            _ => SmolStr::new("_"),
        }
    }
}

/// The method that does in place what another one gives as a new value.
fn in_place(method: &str) -> Option<&'static str> {
    Some(match method {
        "sorted" => "sort",
        "sorted_by" => "sort_by",
        "sorted_by_key" => "sort_by_key",
        "reversed" => "reverse",
        "filter" => "retain",
        _ => return None,
    })
}
