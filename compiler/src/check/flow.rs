//! Control flow: loops, `break`, `return`, `?`, `??`, `match`, closures.

use syntax::Span;

use super::body::{Binder, Checker, Expect, Frame, LoopState, Why};
use super::{ForSource, TryKind, errors};
use crate::env::{DefId, ModuleId};
use crate::hir::{self, ExprId, ExprKind, LoopId, PatId};
use crate::types::{FnParam, FnTy, Len, OriginKind, Ty, TyKind, is_range};

/// So many elements of a literal lie on the stack while a loop walks them.
const MOST_IN_PLACE: usize = 16;

impl Checker<'_, '_> {
    pub(super) fn check_loop(
        &mut self,
        id: LoopId,
        body: ExprId,
        from_while: bool,
        expect: Expect,
    ) -> Ty {
        let expected = match expect {
            Expect::Coerce(ty, why) => Some((ty, why)),
            _ => None,
        };
        self.enter_loop(id, expected.filter(|_| !from_while), !from_while);
        self.check_expr(body, Expect::Drop);
        let state = &self.loops[&id];
        if from_while {
            Ty::unit()
        } else if !state.breaks {
            Ty::never()
        } else {
            match (state.expect, state.result) {
                (Some((ty, _)), _) => ty,
                (None, Some(ty)) => ty,
                (None, None) => Ty::never(),
            }
        }
    }

    fn enter_loop(&mut self, id: LoopId, expect: Option<(Ty, Why)>, has_value: bool) {
        let state = LoopState {
            expect,
            result: None,
            breaks: false,
            has_value,
        };
        self.loops.insert(id, state);
    }

    pub(super) fn check_break(&mut self, target: LoopId, value: Option<ExprId>, span: Span) -> Ty {
        let Some(state) = self.loops.get_mut(&target) else {
            return Ty::never();
        };
        state.breaks = true;
        let (expect, result, has_value) = (state.expect, state.result, state.has_value);
        let Some(value) = value else {
            self.break_without_value(target, expect, result, span);
            return Ty::never();
        };
        if !has_value {
            self.infer_expr(value);
            return self.fail(errors::break_with_value(span));
        }
        match (expect, result) {
            (Some((ty, why)), _) => self.coerce(value, ty, why),
            (None, Some(ty)) => self.coerce(
                value,
                ty,
                Why {
                    span: None,
                    text: "because another `break` gives this type",
                },
            ),
            (None, None) => {
                let ty = self.infer_expr(value);
                self.set_loop_result(target, ty);
            }
        }
        Ty::never()
    }

    fn break_without_value(
        &mut self,
        target: LoopId,
        expect: Option<(Ty, Why)>,
        result: Option<Ty>,
        span: Span,
    ) {
        let unit = Ty::unit();
        match (expect, result) {
            (Some((ty, why)), _) => self.unify_or_report(unit, ty, span, why),
            (None, Some(ty)) => self.unify_or_report(unit, ty, span, Why::PLAIN),
            (None, None) => self.set_loop_result(target, unit),
        }
    }

    fn set_loop_result(&mut self, target: LoopId, ty: Ty) {
        if let Some(state) = self.loops.get_mut(&target)
            && !ty.is_never()
        {
            state.result = Some(ty);
        }
    }

    /// A literal that is walked at once has a fixed length if it is short: nobody sees its type, and it needs no block.
    pub(super) fn check_for(
        &mut self,
        id: ExprId,
        target: LoopId,
        pat: PatId,
        source: ExprId,
        body: ExprId,
    ) -> Ty {
        let elem = match self.body.exprs[source].kind {
            ExprKind::Range {
                start: Some(start),
                end: None,
                ..
            } => self.check_endless_range(id, source, start),
            ExprKind::Array(ref items) if (1..=MOST_IN_PLACE).contains(&items.len()) => {
                let len = Len::Known(items.len() as u64);
                let elem = self.fresh_as(self.span(source), OriginKind::Expr);
                let in_place = Ty::new(TyKind::FixedArray(elem, len));
                let ty = self.check_expr(source, Expect::Hint(in_place));
                self.element_of(id, source, ty)
            }
            _ => {
                let ty = self.infer_expr(source);
                let ty = self.walked_one_by_one(source).unwrap_or(ty);
                self.element_of(id, source, ty)
            }
        };
        self.check_pat(pat, elem, Binder::For);
        self.prove_irrefutable(pat, elem);
        self.require_walked_place(id, pat, source);
        self.enter_loop(target, None, false);
        self.check_expr(body, Expect::Drop);
        Ty::unit()
    }

    /// `for i in (1..)`, which counts on for ever.
    fn check_endless_range(&mut self, id: ExprId, source: ExprId, start: ExprId) -> Ty {
        let elem = self.literal_or_char(Some(start), self.span(source));
        let range = Ty::new(TyKind::Adt(DefId::RANGE, vec![elem]));
        self.tables.exprs[source] = Some(range);
        self.tables.sources.insert(id, ForSource::Range);
        elem
    }

    /// What a `for` over the source binds; notes how the source is walked.
    fn element_of(&mut self, id: ExprId, source: ExprId, ty: Ty) -> Ty {
        let ty = self.known(ty, self.span(source));
        let (walk, elem) = match ty.kind() {
            TyKind::Array(elem) => (self.walked_in_place(source), *elem),
            TyKind::FixedArray(elem, _) => (ForSource::FixedArray, *elem),
            TyKind::Str => (ForSource::Chars, Ty::char()),
            TyKind::Adt(def, args) if is_range(*def) => (ForSource::Range, args[0]),
            TyKind::Adt(DefId::MAP, args) => (ForSource::Map, Ty::tuple(args.clone())),
            TyKind::Adt(DefId::SET, args) => (ForSource::Set, args[0]),
            TyKind::Error | TyKind::Never => return Ty::error(),
            _ => match self.next_of(ty, self.span(source)) {
                Some((next, elem)) => {
                    self.tables.calls.insert(id, next);
                    (ForSource::Iter, elem)
                }
                None if let Some((made, elem)) = self.elements_of(ty, self.span(source)) => {
                    self.tables.calls.insert(id, made);
                    (ForSource::Elements, elem)
                }
                None => {
                    let shown = self.show(ty);
                    return self.fail(errors::not_iterable(self.span(source), &shown));
                }
            },
        };
        self.tables.sources.insert(id, walk);
        elem
    }

    /// `xs.enumerate()` and `zip(xs, ys)` make no array in a `for`.
    fn walked_in_place(&self, source: ExprId) -> ForSource {
        let Some(call) = self.tables.calls.get(&source) else {
            return ForSource::Array;
        };
        let super::Target::Fn(def) = call.target else {
            return ForSource::Array;
        };
        let found = self.env().def(def);
        if found.module != ModuleId::PRELUDE {
            return ForSource::Array;
        }
        match (found.name.as_str(), call.args.as_slice()) {
            ("enumerate", [super::CallArg::Expr(xs)]) if self.is_array(*xs) => {
                ForSource::Enumerate(*xs)
            }
            ("zip", [super::CallArg::Expr(xs), super::CallArg::Expr(ys)])
                if self.is_array(*xs) && self.is_array(*ys) =>
            {
                ForSource::Zip(*xs, *ys)
            }
            _ => ForSource::Array,
        }
    }

    /// `(a..b).reversed()` and `(a..b).step(n)` of numbers make no array in a `for` either: the library has an `Iter` for each, which takes
    /// the place of what was called. Gives its type.
    fn walked_one_by_one(&mut self, source: ExprId) -> Option<Ty> {
        let call = self.tables.calls.get(&source)?;
        let super::Target::Fn(def) = call.target else {
            return None;
        };
        let (type_args, env) = (call.type_args.clone(), self.env());
        let found = env.def(def);
        let TyKind::Adt(range, of) = env.function(def).self_ty?.kind() else {
            return None;
        };
        let is_generic = matches!(of.first()?.kind(), TyKind::Param(..));
        if found.module != ModuleId::PRELUDE || !is_generic {
            return None;
        }
        let walking = match (*range, found.name.as_str()) {
            (DefId::RANGE, "reversed") => "range_backwards",
            (DefId::RANGE, "step") => "range_by_steps",
            (DefId::RANGE_INCLUSIVE, "reversed") => "range_inclusive_backwards",
            (DefId::RANGE_INCLUSIVE, "step") => "range_inclusive_by_steps",
            _ => return None,
        };
        let walking = *env.module(ModuleId::PRELUDE).names.get(walking)?;
        let ty = self.result_of(walking, self.span(source)).subst(&type_args);
        let call = self.tables.calls.get_mut(&source)?;
        call.target = super::Target::Fn(walking);
        self.tables.exprs[source] = Some(ty);
        Some(ty)
    }

    fn is_array(&self, expr: ExprId) -> bool {
        self.tables.exprs[expr].is_some_and(|ty| {
            matches!(
                self.shallow(ty).kind(),
                TyKind::Array(_) | TyKind::FixedArray(..)
            )
        })
    }

    pub(super) fn check_return(&mut self, value: Option<ExprId>, span: Span) -> Ty {
        let Some(frame) = self.frames.last() else {
            panic!("compiler bug: a body without a frame");
        };
        let (ret, why) = (frame.ret, frame.why);
        let Some(ret) = ret else {
            if let Some(value) = value {
                self.infer_expr(value);
            }
            self.report(errors::return_outside(span));
            return Ty::never();
        };
        match value {
            Some(value) => self.coerce(value, ret, why),
            None => {
                let shallow = self.shallow(ret);
                let ends_ok = matches!(shallow.kind(), TyKind::Adt(DefId::RESULT, args) if self.shallow(args[0]).is_unit());
                if !ends_ok && self.infer.unify(Ty::unit(), ret).is_err() {
                    let shown = self.show(ret);
                    self.report(errors::return_without_value(span, &shown, why));
                }
            }
        }
        Ty::never()
    }

    pub(super) fn check_coalesce(&mut self, left: ExprId, right: ExprId, expect: Expect) -> Ty {
        let hint = match self.hoped_inside(expect) {
            Some(ty) => Expect::Hint(Ty::option(ty)),
            None => Expect::Nothing,
        };
        let found = self.check_expr(left, hint);
        let found = self.known(found, self.span(left));
        let value = match found.kind() {
            TyKind::Adt(DefId::OPTION, args) => args[0],
            TyKind::Adt(DefId::RESULT, args) => args[0],
            TyKind::Error | TyKind::Never => {
                self.infer_expr(right);
                return Ty::error();
            }
            _ => {
                let shown = self.show(found);
                self.infer_expr(right);
                return self.fail(errors::coalesce_needs_optional(self.span(left), &shown));
            }
        };
        let why = Why::at(self.span(left), "because the value in here has this type");
        self.coerce(right, value, why);
        value
    }

    pub(super) fn check_try(&mut self, id: ExprId, inner: ExprId) -> Ty {
        let found = self.infer_expr(inner);
        let found = self.known(found, self.span(inner));
        let frame_ret = self.frames.last().and_then(|frame| frame.ret);
        match found.kind() {
            TyKind::Adt(DefId::OPTION, args) => {
                self.try_option(id, frame_ret);
                args[0]
            }
            TyKind::Adt(DefId::RESULT, args) => {
                self.try_result(id, args[1], frame_ret);
                args[0]
            }
            TyKind::Error | TyKind::Never => Ty::error(),
            _ => {
                let shown = self.show(found);
                self.fail(errors::try_needs_optional(self.span(id), &shown))
            }
        }
    }

    fn try_option(&mut self, id: ExprId, ret: Option<Ty>) {
        let Some(ret) = ret else {
            self.tables.tries.insert(id, TryKind::Fail);
            return;
        };
        self.tables.tries.insert(id, TryKind::Option);
        let ret = self.shallow(ret);
        match ret.kind() {
            TyKind::Adt(DefId::OPTION, _) | TyKind::Error => {}
            TyKind::Adt(DefId::RESULT, _) => {
                self.report(errors::try_option_in_result(self.span(id)));
            }
            _ => self.try_in_plain_function(id, ret, "T?"),
        }
    }

    pub(super) fn try_result(&mut self, id: ExprId, error: Ty, ret: Option<Ty>) {
        let Some(ret) = ret else {
            self.tables.tries.insert(id, TryKind::Fail);
            return;
        };
        self.tables.tries.insert(id, TryKind::Result);
        let ret = self.shallow(ret);
        match ret.kind() {
            TyKind::Adt(DefId::RESULT, args) => {
                if self.infer.unify(error, args[1]).is_ok() {
                    return;
                }
                if self.shallow(args[1]) == Ty::error_type() {
                    self.tables.tries.insert(id, TryKind::ToError);
                    return;
                }
                let (found, wanted) = (self.show(error), self.show(args[1]));
                self.report(errors::try_other_error(self.span(id), &found, &wanted));
            }
            TyKind::Error => {}
            _ => self.try_in_plain_function(id, ret, "T!"),
        }
    }

    fn try_in_plain_function(&mut self, id: ExprId, ret: Ty, wanted: &str) {
        let why = self.frames.last().map_or(Why::PLAIN, |frame| frame.why);
        let shown = match ret.kind() {
            TyKind::Infer(_) => None,
            _ => Some(self.show(ret)),
        };
        let report = errors::try_in_plain_function(self.span(id), shown.as_deref(), wanted, why);
        self.report(report);
    }

    pub(super) fn check_match(
        &mut self,
        id: ExprId,
        scrutinee: ExprId,
        arms: &[hir::Arm],
        expect: Expect,
    ) -> Ty {
        let ty = self.infer_expr(scrutinee);
        for arm in arms {
            self.check_pat(arm.pat, ty, Binder::Pattern);
            self.require_matched_place(arm.pat, scrutinee);
            if let Some(guard) = arm.guard {
                self.check_condition(guard);
            }
        }
        self.prove_exhaustive(id, scrutinee, arms, ty);
        let bodies: Vec<ExprId> = arms.iter().map(|arm| arm.body).collect();
        let joined = self.check_branches(&bodies, expect);
        if self.shallow(ty).is_never() || arms.is_empty() {
            return Ty::never();
        }
        joined
    }

    pub(super) fn check_closure(
        &mut self,
        params: &[hir::ClosureParam],
        ret: Option<Ty>,
        body: ExprId,
        span: Span,
        expect: Expect,
    ) -> Ty {
        let wanted = match self.hoped_inside(expect).map(Ty::kind) {
            Some(TyKind::Fn(wanted)) if wanted.params.len() == params.len() => Some(wanted),
            _ => None,
        };
        let mut types = Vec::new();
        for (index, param) in params.iter().enumerate() {
            let pat_span = self.body.pats[param.pat].span;
            let ty = match wanted {
                Some(wanted) => wanted.params[index].ty,
                None => self.fresh(pat_span),
            };
            if let Some(written) = param.ty {
                let written = self.fill_unknown(written, pat_span);
                self.unify_or_report(written, ty, pat_span, Why::PLAIN);
            }
            self.check_pat(param.pat, ty, Binder::ClosureParam);
            self.prove_irrefutable(param.pat, ty);
            let is_mut = self.binds_in_place(param.pat);
            types.push(FnParam { is_mut, ty });
        }
        let result = match (ret, wanted) {
            (Some(ret), _) => self.fill_unknown(ret, span),
            (None, Some(wanted)) => wanted.ret,
            (None, None) => self.fresh(span),
        };
        let why = Why {
            span: None,
            text: "because of the closure's result type",
        };
        self.frames.push(Frame {
            ret: Some(result),
            why,
        });
        if self.shallow(result).is_unit() && !self.is_closure_value(body) {
            self.check_expr(body, Expect::Drop);
        } else {
            self.coerce(body, result, why);
        }
        self.frames.pop();
        Ty::new(TyKind::Fn(FnTy {
            params: types,
            ret: result,
        }))
    }

    /// A closure that must give `()` drops the value of its body, unless that is a closure itself.
    fn is_closure_value(&self, body: ExprId) -> bool {
        matches!(self.body.exprs[body].kind, ExprKind::Closure { .. })
    }
}
