//! Projections (`fn at(mut self, p: Pos) -> mut Cell = self.cells[p.row * self.w + p.col]`): the place that each stands for,
//! as steps from `self`. What a step has to compute becomes a function of its own, so that a use anywhere is a few
//! calls that only read, and then a place like any other.

use syntax::Span;

use super::body::{Checker, Item};
use super::{CallArg, Target, errors};
use crate::env::{Def, DefId, DefKind, FnOrigin, Projected, Step, StepValue};
use crate::hir::{ExprId, ExprKind, Stmt};
use crate::types::Ty;

impl Checker<'_, '_> {
    /// The projection that a method call or an index of one's own type means.
    pub(super) fn projection_of(&self, expr: ExprId) -> Option<DefId> {
        match self.tables.calls.get(&expr)?.target {
            Target::Fn(def) => self.env().function(def).projection.is_some().then_some(def),
            Target::TraitMethod(_)
            | Target::Value
            | Target::Struct(_)
            | Target::Variant(..)
            | Target::With
            | Target::Builtin(_)
            | Target::Compare { .. } => None,
        }
    }

    /// Where a `fn []` that only reads is declared, if that is what an index means.
    pub(super) fn read_only_indexing(&self, index: ExprId) -> Option<Span> {
        match self.tables.calls.get(&index)?.target {
            Target::Fn(def) if self.projection_of(index).is_none() => {
                Some(self.env().def(def).span)
            }
            _ => None,
        }
    }

    pub(super) fn shown_type_of(&self, expr: ExprId) -> String {
        self.show(self.tables.exprs[expr].unwrap_or_else(Ty::error))
    }

    pub(super) fn is_in_projection(&self) -> bool {
        match self.item {
            Item::Function { def, .. } => self.env().function(def).projection.is_some(),
            Item::Cell { .. } => false,
        }
    }

    /// Finds the steps of the projection whose body this is, if it is one.
    pub(super) fn declare_projection(&mut self) {
        let Item::Function { def, .. } = self.item else {
            return;
        };
        if self.env().function(def).projection.is_none() {
            return;
        }
        let root = self.place_in(self.body.root);
        let mut steps = Vec::new();
        if self.steps_to(def, root, &mut steps).is_none() {
            let span = self.span(root);
            self.report(errors::not_projected(span));
        }
        self.unit.env.set_projection(def, Projected { steps });
    }

    /// Two projections of one value overlap, wherever they lead.
    pub(super) fn check_opened_projections(&mut self) {
        let mut calls: Vec<ExprId> = self.tables.calls.keys().copied().collect();
        calls.sort_unstable();
        for call in calls {
            let opened: Vec<ExprId> = self.tables.calls[&call]
                .args
                .iter()
                .filter_map(|arg| match arg {
                    CallArg::Mut(place) => self.projected_value(*place),
                    CallArg::Expr(_) | CallArg::Default(_) | CallArg::Keep => None,
                })
                .collect();
            let twice = opened.iter().enumerate().find_map(|(at, first)| {
                let mut others = opened[at + 1..].iter();
                others
                    .any(|second| self.same_value(*first, *second))
                    .then_some(*first)
            });
            if let Some(value) = twice {
                let shown = self.shown_type_of(value);
                let report = errors::projected_twice(self.span(call), &shown);
                self.report(report);
            }
        }
    }

    /// The value that a place is a projection of.
    fn projected_value(&self, place: ExprId) -> Option<ExprId> {
        match &self.body.exprs[place].kind {
            ExprKind::Field { base, .. } => self.projected_value(*base),
            ExprKind::Index { base, .. } | ExprKind::MethodCall { receiver: base, .. } => {
                let own = self.projection_of(place).map(|_| *base);
                self.projected_value(*base).or(own)
            }
            _ => None,
        }
    }

    /// Whether two places are written alike, without indices.
    fn same_value(&self, first: ExprId, second: ExprId) -> bool {
        match (&self.body.exprs[first].kind, &self.body.exprs[second].kind) {
            (ExprKind::Local(one), ExprKind::Local(other)) => one == other,
            (ExprKind::Global(one), ExprKind::Global(other)) => one == other,
            (ExprKind::Field { base: one, .. }, ExprKind::Field { base: other, .. }) => {
                let field = |expr| self.tables.fields.get(&expr);
                field(first) == field(second) && self.same_value(*one, *other)
            }
            _ => false,
        }
    }

    /// A block may stand around the place.
    fn place_in(&self, expr: ExprId) -> ExprId {
        match &self.body.exprs[expr].kind {
            ExprKind::Block {
                stmts,
                tail: Some(tail),
            } if stmts.is_empty() => self.place_in(*tail),
            ExprKind::Block { stmts, tail: None } => match stmts.as_slice() {
                [Stmt::Expr(only)] => self.place_in(*only),
                _ => expr,
            },
            _ => expr,
        }
    }

    fn steps_to(&mut self, of: DefId, place: ExprId, steps: &mut Vec<Step>) -> Option<()> {
        if self.tables.wraps.contains_key(&place) {
            return None;
        }
        let body = self.body.clone();
        match &body.exprs[place].kind {
            ExprKind::Local(local) => (local.as_u32() == 0).then_some(()),
            ExprKind::Field {
                base,
                optional: false,
                ..
            } => {
                self.steps_to(of, *base, steps)?;
                steps.push(Step::Field(*self.tables.fields.get(&place)?));
                Some(())
            }
            ExprKind::Index {
                base,
                index,
                default: None,
            } if !self.tables.calls.contains_key(&place) => {
                self.steps_to(of, *base, steps)?;
                let value = self.step_value(of, *index);
                steps.push(Step::Element(value));
                Some(())
            }
            ExprKind::Index { base, .. }
            | ExprKind::MethodCall {
                receiver: base,
                optional: false,
                ..
            } => {
                let def = self.projection_of(place)?;
                self.steps_to(of, *base, steps)?;
                let call = self.tables.calls[&place].clone();
                let mut args = Vec::new();
                for arg in &call.args[1..] {
                    args.push(match arg {
                        CallArg::Expr(value) => self.step_value(of, *value),
                        CallArg::Default(def) => StepValue::Default(*def),
                        CallArg::Mut(_) | CallArg::Keep => return None,
                    });
                }
                let type_args = call.type_args;
                steps.push(Step::Through {
                    def,
                    type_args,
                    args,
                });
                Some(())
            }
            _ => None,
        }
    }

    /// A parameter as it is, or a function that computes the expression.
    fn step_value(&mut self, of: DefId, expr: ExprId) -> StepValue {
        let wrapped = self.tables.wraps.get(&expr).copied();
        if let ExprKind::Local(local) = &self.body.exprs[expr].kind
            && wrapped.is_none()
            && (1..self.body.params as u32).contains(&local.as_u32())
        {
            return StepValue::Param(local.as_u32());
        }
        let around = self.env().def(of).clone();
        let DefKind::Fn(mut function) = around.kind.clone() else {
            panic!("compiler bug: the projection {of} is no function");
        };
        function.ret = wrapped.or(self.tables.exprs[expr]);
        function.has_self = false;
        function.self_ty = None;
        function.origin = FnOrigin::Sumi;
        function.projection = None;
        let id = self.unit.env.fresh_def();
        self.unit.env.insert(Def {
            id,
            name: around.name.clone(),
            module: around.module,
            is_pub: false,
            span: self.span(expr),
            docs: None,
            was: None,
            kind: DefKind::Fn(function),
        });
        self.tables.computed.push((id, expr));
        StepValue::Computed(id)
    }
}

/// A projection that leads through itself, if there is one.
pub(super) fn endless(env: &crate::env::Env, def: DefId, path: &mut Vec<DefId>) -> bool {
    if path.contains(&def) {
        return true;
    }
    path.push(def);
    let through = |step: &Step| match step {
        Step::Through { def, .. } => endless(env, *def, path),
        Step::Field(_) | Step::Element(_) => false,
    };
    let projected = env.function(def).projection.as_ref();
    let found = projected.is_some_and(|projected| projected.steps.iter().any(through));
    path.pop();
    found
}
