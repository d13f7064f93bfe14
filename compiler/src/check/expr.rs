//! Expressions: literals, containers, blocks and branches. Calls, operators, places and loops have files of their own.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Because, Binder, Checker, Expect, Literal, Number, Obligation, Why};
use super::{Call, Target, errors};
use crate::env::{Bound, DefId, DefKind, ModuleId};
use crate::hir::{self, ExprId, ExprKind, LocalId, PatId, StrPart};
use crate::types::{self, InferKind, Len, OriginKind, Ty, TyKind};

const ELEMENT: &str = "because of the type of the elements";

impl Checker<'_, '_> {
    pub(super) fn infer_expr(&mut self, id: ExprId) -> Ty {
        self.check_expr(id, Expect::Nothing)
    }

    /// Checks an expression that must have a type, wrapping it into `some(…)` or an `any` where that is what lacks.
    pub(super) fn coerce(&mut self, id: ExprId, expected: Ty, why: Why) {
        let found = self.check_expr(id, Expect::Coerce(expected, why));
        self.adjust(id, found, expected, why);
    }

    pub(super) fn adjust(&mut self, id: ExprId, found: Ty, expected: Ty, why: Why) {
        let (found, expected) = (self.shallow(found), self.shallow(expected));
        // What an error would have said about the type is not asked for again.
        self.reported |= expected.is_error();
        if found == expected || found.is_never() {
            return;
        }
        if expected.is_never() && !matches!(found.kind(), TyKind::Infer(_) | TyKind::Error) {
            self.report(errors::ends_though_never(self.blame(id)));
            return;
        }
        if self.put_into_any(id, found, expected) {
            return;
        }
        let known_not_optional = !matches!(found.kind(), TyKind::Error)
            && found.option_of().is_none()
            && !matches!(found.kind(), TyKind::Infer(var) if var.kind == InferKind::General);
        if let Some(inner) = expected.option_of()
            && known_not_optional
        {
            if self.infer.unify(found, inner).is_ok() {
                self.tables.wraps.insert(id, expected);
                return;
            }
        } else if self.infer.unify(found, expected).is_ok() {
            return;
        }
        let span = self.blame(id);
        self.mismatch(span, found, expected, why);
    }

    /// Where an `any Trait` is expected, perhaps an optional one, a value of another type that implements the trait is put into one.
    fn put_into_any(&mut self, id: ExprId, found: Ty, expected: Ty) -> bool {
        let wanted = match expected.option_of() {
            Some(inner) if found.option_of().is_none() => self.shallow(inner),
            _ => expected,
        };
        let TyKind::Any(of, args) = wanted.kind() else {
            return false;
        };
        let found = match found.kind() {
            TyKind::Error => return false,
            TyKind::Any(same, _) if same == of => return false,
            TyKind::Infer(var) if var.kind == InferKind::General => return false,
            TyKind::Infer(_) => self.infer.default_literal(found),
            _ => found,
        };
        self.obligations.push(Obligation {
            ty: found,
            bound: Bound::Trait(*of, Ty::tuple(args.clone())),
            span: self.blame(id),
            because: Because::Any,
        });
        self.tables.wraps.insert(id, expected);
        true
    }

    /// The part of an expression that its type comes from: the last expression of a block.
    pub(super) fn blame(&self, id: ExprId) -> Span {
        match &self.body.exprs[id].kind {
            ExprKind::Block {
                tail: Some(tail), ..
            } => self.blame(*tail),
            _ => self.span(id),
        }
    }

    pub(super) fn mismatch(&mut self, span: Span, found: Ty, expected: Ty, why: Why) {
        let (found, expected) = (self.presentable(found), self.presentable(expected));
        let literal = self.body.exprs.values().find_map(|expr| match expr.kind {
            ExprKind::Float(value) if expr.span == span => Some(value),
            _ => None,
        });
        let report = errors::mismatch(self.env(), span, found, expected, (why, literal));
        self.report(report);
    }

    pub(super) fn unify_or_report(&mut self, found: Ty, expected: Ty, span: Span, why: Why) {
        if self.infer.unify(found, expected).is_err() {
            self.mismatch(span, found, expected, why);
        }
    }

    pub(super) fn check_expr(&mut self, id: ExprId, expect: Expect) -> Ty {
        let mut ty = self.check_kind(id, expect);
        if types::refused_one() {
            self.report(errors::type_too_large(Some(self.span(id))));
            ty = Ty::error();
        }
        self.tables.exprs[id] = Some(ty);
        ty
    }

    /// What the surroundings hope for, looking through one `T?` unless the expression may be optional itself.
    pub(super) fn hoped(&self, expect: Expect) -> Option<Ty> {
        match expect {
            Expect::Hint(ty) | Expect::Coerce(ty, _) => {
                let ty = self.shallow(ty);
                // An `any` says nothing of the type of what is put into it.
                (!matches!(ty.kind(), TyKind::Infer(_) | TyKind::Any(..))).then_some(ty)
            }
            Expect::Nothing | Expect::Drop => None,
        }
    }

    pub(super) fn hoped_inside(&self, expect: Expect) -> Option<Ty> {
        let ty = self.hoped(expect)?;
        Some(ty.option_of().map_or(ty, |inner| self.shallow(inner)))
    }

    fn check_kind(&mut self, id: ExprId, expect: Expect) -> Ty {
        let body = self.body.clone();
        let span = body.exprs[id].span;
        match &body.exprs[id].kind {
            ExprKind::Int(value) => self.check_int(*value, false, span),
            ExprKind::Float(value) => self.check_float(*value, span),
            ExprKind::Bool(_) => Ty::bool(),
            ExprKind::Char(_) => Ty::char(),
            ExprKind::Byte(_) => Ty::u8(),
            ExprKind::Bytes(_) => Ty::array(Ty::u8()),
            ExprKind::Str(_) => Ty::str(),
            ExprKind::Interpolate(parts) => self.check_interpolation(parts),
            ExprKind::Local(local) => self.local_type(*local),
            ExprKind::Global(def) => self.global_type(*def, span),
            ExprKind::Const(def) => self.unit.type_of(*def, span),
            ExprKind::Fn(def) => self.check_fn_value(id, *def, expect),
            ExprKind::Constructor(callee) => self.check_constructor(id, callee, expect),
            ExprKind::Tuple(parts) => self.check_tuple(parts, expect),
            ExprKind::Array(items) => self.check_array(id, items, expect),
            ExprKind::Repeat { value, count } => self.check_repeat(*value, *count, expect),
            ExprKind::Map(entries) => self.check_map(entries, span, expect),
            ExprKind::Range {
                start,
                end,
                inclusive,
            } => self.check_range(*start, *end, *inclusive, span),
            ExprKind::Call { callee, args } => self.check_call(id, callee, args, expect),
            ExprKind::MethodCall {
                receiver,
                name,
                name_span,
                args,
                optional,
            } => {
                let method = super::method::MethodCall {
                    id,
                    receiver: *receiver,
                    name,
                    name_span: *name_span,
                    args,
                    optional: *optional,
                };
                self.check_method_call(&method, expect)
            }
            ExprKind::Convert { to, arg } => self.check_convert(*to, *arg, span),
            ExprKind::Vector { ty, lanes } => self.check_vector(*ty, lanes),
            ExprKind::Field {
                base,
                name,
                name_span,
                optional,
            } => self.check_field(id, *base, name, *name_span, *optional),
            ExprKind::TypeConst {
                ty,
                name,
                name_span,
            } => self.check_type_const(id, *ty, name, *name_span, expect),
            ExprKind::Index {
                base,
                index,
                default,
            } => self.check_index(id, *base, *index, *default, span),
            ExprKind::Slice {
                base,
                start,
                end,
                inclusive: _,
            } => self.check_slice(*base, *start, *end),
            ExprKind::Unary { op, operand } => self.check_unary(id, *op, *operand),
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => self.check_binary(id, *op, *op_span, *left, *right),
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.check_condition(*left);
                self.check_condition(*right);
                Ty::bool()
            }
            ExprKind::Coalesce(left, right) => self.check_coalesce(*left, *right, expect),
            ExprKind::Try(inner) => {
                let ty = self.check_try(id, *inner);
                if matches!(expect, Expect::Drop) {
                    self.dropped.push(ty);
                }
                ty
            }
            ExprKind::Is { pat, expr } => {
                let ty = self.infer_expr(*expr);
                self.check_pat(*pat, ty, Binder::Pattern);
                self.check_asks(*pat, ty);
                self.require_matched_place(*pat, *expr);
                Ty::bool()
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => self.check_if(id, *cond, *then, *otherwise, expect),
            ExprKind::Match { scrutinee, arms } => self.check_match(id, *scrutinee, arms, expect),
            ExprKind::Loop {
                id,
                body,
                from_while,
            } => self.check_loop(*id, *body, *from_while, expect),
            ExprKind::For {
                id: target,
                pat,
                source,
                body,
            } => self.check_for(id, *target, *pat, *source, *body),
            ExprKind::Break { target, value } => self.check_break(*target, *value, span),
            ExprKind::Continue { target: _ } => Ty::never(),
            ExprKind::Return(value) => self.check_return(*value, span),
            ExprKind::Block { stmts, tail } => self.check_block(stmts, *tail, span, expect),
            ExprKind::Assign {
                place,
                op,
                op_span,
                value,
            } => self.check_assign(id, *place, *op, *op_span, *value),
            ExprKind::Init { global, value } => self.check_init(*global, *value),
            ExprKind::Closure { params, ret, body } => {
                self.check_closure(params, *ret, *body, span, expect)
            }
            ExprKind::Error => Ty::error(),
        }
    }

    pub(super) fn check_int(&mut self, value: u128, negative: bool, span: Span) -> Ty {
        let ty = self.literal_var(InferKind::Int, span);
        let value = Number::Int { value, negative };
        self.literals.push(Literal { ty, span, value });
        ty
    }

    pub(super) fn check_float(&mut self, value: f64, span: Span) -> Ty {
        let ty = self.literal_var(InferKind::Float, span);
        let value = Number::Float(value);
        self.literals.push(Literal { ty, span, value });
        ty
    }

    fn check_interpolation(&mut self, parts: &[StrPart]) -> Ty {
        for part in parts {
            match part {
                StrPart::Text(_) => {}
                StrPart::Expr { expr, spec } => {
                    self.infer_expr(*expr);
                    if let Some(spec) = spec {
                        self.specs.push((*expr, *spec));
                    }
                }
            }
        }
        Ty::str()
    }

    pub(super) fn local_type(&mut self, local: LocalId) -> Ty {
        // A local without a type was bound by a pattern that had an error.
        self.tables.locals[local].unwrap_or(Ty::error())
    }

    fn global_type(&mut self, def: DefId, span: Span) -> Ty {
        match self.globals.get(&def) {
            Some(ty) => *ty,
            None => self.unit.type_of(def, span),
        }
    }

    fn check_tuple(&mut self, parts: &[ExprId], expect: Expect) -> Ty {
        let hoped = self.hoped_inside(expect);
        let wanted = match hoped.map(Ty::kind) {
            Some(TyKind::Tuple(wanted)) if wanted.len() == parts.len() => wanted.as_slice(),
            _ => &[],
        };
        let strict = matches!(expect, Expect::Coerce(..));
        let mut types = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let ty = match wanted.get(index) {
                Some(want) if strict => {
                    self.coerce(*part, *want, Why::PLAIN);
                    *want
                }
                Some(want) => self.check_expr(*part, Expect::Hint(*want)),
                None => self.infer_expr(*part),
            };
            types.push(ty);
        }
        Ty::tuple(types)
    }

    fn check_array(&mut self, id: ExprId, items: &[ExprId], expect: Expect) -> Ty {
        let span = self.span(id);
        let hoped = self.hoped_inside(expect);
        let (elem, fixed) = match hoped.map(Ty::kind) {
            Some(TyKind::Array(elem)) => (Some(*elem), None),
            Some(TyKind::FixedArray(elem, len)) => (Some(*elem), Some(len.clone())),
            _ => (None, None),
        };
        let strict = matches!(expect, Expect::Coerce(..));
        let elem = match elem {
            Some(elem) if strict => {
                for item in items {
                    self.coerce(*item, elem, Why::PLAIN);
                }
                elem
            }
            Some(elem) => self.check_items(items, elem),
            None => {
                let kind = if items.is_empty() {
                    OriginKind::EmptyArray
                } else {
                    OriginKind::Expr
                };
                let elem = self.fresh_as(span, kind);
                self.check_items(items, elem)
            }
        };
        match fixed {
            Some(_) => Ty::new(TyKind::FixedArray(elem, Len::Known(items.len() as u64))),
            None => Ty::array(elem),
        }
    }

    /// Items that must agree; the first one that is known says what the type is.
    fn check_items(&mut self, items: &[ExprId], elem: Ty) -> Ty {
        let mut first = None;
        for item in items {
            let found = self.check_expr(*item, Expect::Hint(elem));
            if found.is_never() {
                continue;
            }
            if self.infer.unify(found, elem).is_err() {
                let why = Why {
                    span: first,
                    text: "because the elements before it have this type",
                };
                self.mismatch(self.span(*item), found, elem, why);
            }
            first.get_or_insert(self.span(*item));
        }
        elem
    }

    fn check_repeat(&mut self, value: ExprId, count: ExprId, expect: Expect) -> Ty {
        let hoped = self.hoped_inside(expect);
        let elem = match hoped.map(Ty::kind) {
            Some(TyKind::Array(elem) | TyKind::FixedArray(elem, _)) => {
                self.coerce(value, *elem, Why::PLAIN);
                *elem
            }
            _ => self.infer_expr(value),
        };
        self.coerce(count, Ty::i64(), Why::PLAIN);
        let Some(TyKind::FixedArray(_, wanted)) = hoped.map(Ty::kind) else {
            return Ty::array(elem);
        };
        let len = match self.body.exprs[count].kind {
            ExprKind::Int(n) => Len::Known(u64::try_from(n).unwrap_or(u64::MAX)),
            // Const evaluation compares the count with the length.
            _ => wanted.clone(),
        };
        Ty::new(TyKind::FixedArray(elem, len))
    }

    fn check_map(&mut self, entries: &[(ExprId, ExprId)], span: Span, expect: Expect) -> Ty {
        let (key, value) = match self.hoped_inside(expect).map(Ty::kind) {
            Some(TyKind::Adt(DefId::MAP, args)) => (args[0], args[1]),
            _ => (self.fresh(span), self.fresh(span)),
        };
        let why = Why {
            span: None,
            text: ELEMENT,
        };
        for (k, v) in entries {
            self.coerce(*k, key, why);
            self.coerce(*v, value, why);
        }
        let first = entries.first().map_or(span, |(key, _)| self.span(*key));
        self.require_key(key, first);
        Ty::map(key, value)
    }

    fn check_range(
        &mut self,
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
        span: Span,
    ) -> Ty {
        let elem = self.literal_or_char(start.or(end), span);
        for bound in [start, end].into_iter().flatten() {
            let found = match self.tables.exprs[bound] {
                Some(ty) => ty,
                None => self.check_expr(bound, Expect::Hint(elem)),
            };
            let why = Why {
                span: start.filter(|s| *s != bound).map(|s| self.span(s)),
                text: "because the range starts with this type",
            };
            self.unify_or_report(found, elem, self.span(bound), why);
        }
        if start.is_none() || end.is_none() {
            return self.fail(errors::open_range(span, start.is_some()));
        }
        let def = if inclusive {
            DefId::RANGE_INCLUSIVE
        } else {
            DefId::RANGE
        };
        Ty::new(TyKind::Adt(def, vec![elem]))
    }

    /// The element type of a range, by its first bound.
    pub(super) fn literal_or_char(&mut self, first: Option<ExprId>, span: Span) -> Ty {
        let Some(first) = first else {
            return self.fresh(span);
        };
        let ty = self.infer_expr(first);
        let ty = self.shallow(ty);
        let fits = ty.is_int()
            || matches!(ty.kind(), TyKind::Char | TyKind::Infer(_) | TyKind::Error)
            || self.infer.param_has(ty, &[Bound::Int]);
        if fits {
            self.obligations.push(Obligation {
                ty,
                bound: Bound::Int,
                span: self.span(first),
                because: Because::Range,
            });
            return ty;
        }
        let shown = self.show(ty);
        self.fail(errors::bad_range(self.span(first), &shown))
    }

    fn check_init(&mut self, global: DefId, value: ExprId) -> Ty {
        let found = self.env().def(global).clone();
        match self.globals.get(&global).copied() {
            Some(ty) => {
                let found = self.infer_expr(value);
                let _ = self.infer.unify(found, ty);
            }
            None => {
                let ty = self.unit.type_of(global, found.span);
                let why = Why::at(found.span, "because of the type written here");
                self.coerce(value, ty, why);
            }
        }
        Ty::unit()
    }

    pub(super) fn check_condition(&mut self, cond: ExprId) {
        let found = self.infer_expr(cond);
        if self.infer.unify(found, Ty::bool()).is_err() {
            let shown = self.show(found);
            self.report(errors::not_a_condition(self.span(cond), &shown));
        }
    }

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

    fn ends_unknown(&self, expr: ExprId) -> bool {
        match self.body.exprs[expr].kind {
            ExprKind::Error => true,
            ExprKind::Binary { right, .. } => self.ends_unknown(right),
            _ => false,
        }
    }

    fn end_without_value(&mut self, diverges: bool, span: Span, expect: Expect) -> Ty {
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
    fn check_asks(&mut self, pat: PatId, ty: Ty) {
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
    fn check_stmt(&mut self, stmt: &hir::Stmt) -> bool {
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
    fn check_used(&mut self, expr: ExprId, ty: Ty) {
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
    fn only_computes(&self, call: ExprId) -> bool {
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

    fn has_method_of(&self, call: ExprId, name: &str) -> bool {
        let ExprKind::MethodCall { receiver, .. } = self.body.exprs[call].kind else {
            return false;
        };
        let ty = self.tables.exprs[receiver];
        ty.is_some_and(|ty| self.method_names(ty).iter().any(|known| known == name))
    }

    fn check_let(
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

    fn pat_name(&self, pat: hir::PatId) -> SmolStr {
        match self.body.pats[pat].kind {
            hir::PatKind::Bind(local) => self.body.locals[local].name.clone(),
            _ => SmolStr::new("_"),
        }
    }

    /// A written type whose arguments were left out gets variables for them.
    pub(super) fn fill_unknown(&mut self, ty: Ty, span: Span) -> Ty {
        if let TyKind::Adt(def, args) = ty.kind()
            && args.is_empty()
        {
            let found = self.env().def(*def).clone();
            let generics = match &found.kind {
                DefKind::Struct(item) => item.generics.as_slice(),
                DefKind::Enum(item) => item.generics.as_slice(),
                _ => &[],
            };
            let args = self.instantiate(generics, &found.name, span);
            return Ty::new(TyKind::Adt(*def, args));
        }
        ty.map_parts(&mut |part| self.fill_unknown(part, span))
    }

    fn check_if(
        &mut self,
        id: ExprId,
        cond: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
        expect: Expect,
    ) -> Ty {
        self.check_condition(cond);
        let Some(otherwise) = otherwise else {
            if matches!(expect, Expect::Nothing | Expect::Hint(_)) {
                return self.if_as_value(id, then);
            }
            self.check_expr(then, Expect::Drop);
            if let Expect::Coerce(expected, why) = expect
                && self.infer.unify(expected, Ty::unit()).is_err()
            {
                let shown = self.show(expected);
                return self.fail(errors::if_without_else(self.span(id), &shown, why));
            }
            return Ty::unit();
        };
        self.check_branches(&[then, otherwise], expect)
    }

    /// An `if` without `else` whose value is asked for: it may have none.
    fn if_as_value(&mut self, id: ExprId, then: ExprId) -> Ty {
        let found = self.infer_expr(then);
        let found = self.shallow(found);
        let is_general =
            matches!(found.kind(), TyKind::Infer(var) if var.kind == InferKind::General);
        if found.is_unit() || found.is_never() || found.is_error() || is_general {
            return Ty::unit();
        }
        let report = errors::if_as_value(self.span(id));
        self.fail(report)
    }

    /// Branches of which one gives the value.
    pub(super) fn check_branches(&mut self, branches: &[ExprId], expect: Expect) -> Ty {
        match expect {
            Expect::Drop => {
                let mut all_leave = !branches.is_empty();
                for branch in branches {
                    let ty = self.check_expr(*branch, Expect::Drop);
                    all_leave &= self.shallow(ty).is_never();
                }
                if all_leave { Ty::never() } else { Ty::unit() }
            }
            Expect::Coerce(expected, why) => {
                let mut all_leave = !branches.is_empty();
                for branch in branches {
                    self.coerce(*branch, expected, why);
                    let ty = self.tables.exprs[*branch];
                    all_leave &= ty.is_some_and(|ty| ty.is_never());
                }
                if all_leave { Ty::never() } else { expected }
            }
            Expect::Nothing | Expect::Hint(_) => self.join(branches, expect),
        }
    }

    /// Branches of which nothing is expected but that they agree.
    fn join(&mut self, branches: &[ExprId], expect: Expect) -> Ty {
        let mut joined: Option<(Ty, Span)> = None;
        for branch in branches {
            let inner = match (expect, joined) {
                (Expect::Nothing, Some((ty, _))) => Expect::Hint(ty),
                _ => expect,
            };
            let found = self.check_expr(*branch, inner);
            if self.shallow(found).is_never() {
                continue;
            }
            let Some((ty, first)) = joined else {
                joined = Some((found, self.blame(*branch)));
                continue;
            };
            if self.infer.unify(found, ty).is_ok() {
                continue;
            }
            let why = Why::at(first, "because the first branch has this type");
            self.mismatch(self.blame(*branch), found, ty, why);
        }
        joined.map_or(Ty::never(), |(ty, _)| ty)
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
