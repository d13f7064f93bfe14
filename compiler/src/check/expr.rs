//! Expressions by their kind, what is expected of them, and branches. Containers, statements, calls, operators, places and loops have files of their own.

use syntax::Span;

use super::body::{Because, Binder, Checker, Expect, Literal, Number, Obligation, Why};
use super::errors;
use crate::env::{Bound, DefId, DefKind};
use crate::hir::{ExprId, ExprKind, LocalId};
use crate::types::{self, InferKind, Ty, TyKind};

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
