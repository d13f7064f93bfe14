//! Numbers: whether literals fit their types, and which conversions there are.

use syntax::{Diagnostic, Span};

use super::body::{Checker, Literal, Number, Why};
use super::errors;
use crate::env::Bound;
use crate::hir::ExprId;
use crate::types::{FloatTy, Len, Ty, TyKind};

impl Checker<'_, '_> {
    /// Every literal against the range of the type it took.
    pub(super) fn check_literals(&mut self) {
        for literal in std::mem::take(&mut self.literals) {
            let ty = self.infer.resolve(literal.ty);
            if let Some(report) = out_of_range(&literal, ty) {
                self.report(report);
            }
        }
    }

    /// Every format spec against the type of what it formats.
    pub(super) fn check_specs(&mut self) {
        for (expr, spec) in std::mem::take(&mut self.specs) {
            let ty = self.tables.exprs[expr].map_or(Ty::error(), |ty| self.infer.resolve(ty));
            let subject = match ty.kind() {
                TyKind::Int(_) => text::Subject::Int,
                TyKind::Float(_) => text::Subject::Float,
                // What a parameter stands for is known too late to complain.
                TyKind::Param(..) | TyKind::Error | TyKind::Never => continue,
                _ => text::Subject::Text,
            };
            if let Some(why) = spec.misfit(subject) {
                let shown = ty.display(self.env());
                self.report(errors::spec_misfit(self.span(expr), &shown, &why));
            }
        }
    }

    pub(super) fn check_convert(&mut self, to: Ty, arg: ExprId, span: Span) -> Ty {
        let first_literal = self.literals.len();
        let found = self.infer_expr(arg);
        if matches!(to.kind(), TyKind::Str) || to.is_error() {
            return to;
        }
        self.take_target_type(to, found, first_literal, arg);
        let from = self.known(found, self.span(arg));
        if let TyKind::Simd(lane, lanes) = to.kind() {
            return self.check_vector_conversion((to, *lane, lanes), from, (arg, span));
        }
        if from.is_error() || from.is_never() {
            return to;
        }
        self.warn_wrapping_literal(to, from, arg, first_literal);
        self.refuse_no_character(to, from, arg, first_literal);
        let number = |ty: Ty| {
            ty.is_numeric()
                || self
                    .infer
                    .param_has(ty, &[Bound::Num, Bound::Int, Bound::Float])
        };
        let is_char = |ty: Ty| matches!(ty.kind(), TyKind::Char);
        let fits = (number(to) && number(from))
            || (is_char(from) && (to.is_int() || is_char(to)))
            || (is_char(to) && from.is_int())
            || to == from;
        if fits {
            return to;
        }
        let (shown_to, shown_from) = (self.show(to), self.show(from));
        let from_text = matches!(from.kind(), TyKind::Str);
        let from_bool = matches!(from.kind(), TyKind::Bool);
        let inner = from.option_of().is_some();
        self.report(errors::no_conversion(
            span,
            &shown_from,
            &shown_to,
            from_text,
            from_bool,
            inner,
        ));
        to
    }

    /// `i32x4(v)`: from a vector of as many lanes.
    fn check_vector_conversion(
        &mut self,
        (to, lane, lanes): (Ty, Ty, &Len),
        from: Ty,
        (arg, span): (ExprId, Span),
    ) -> Ty {
        let is_mask = |ty: Ty| matches!(ty.kind(), TyKind::Bool);
        let fits = match from.kind() {
            TyKind::Simd(other, given) => {
                given == lanes && (is_mask(lane) == is_mask(*other) || is_mask(*other))
            }
            _ => from.is_error() || from.is_never(),
        };
        if !fits {
            let (shown_to, shown_from) = (self.show(to), self.show(from));
            let count = match lanes {
                Len::Known(count) => Some(*count),
                Len::Param(..) | Len::Infer(_) => None,
            };
            let report = errors::bad_vector((span, self.span(arg)), &shown_to, count, &shown_from);
            self.report(report);
        }
        to
    }

    /// `f32x4(a, b, c, d)`: every lane, from the first.
    pub(super) fn check_vector(&mut self, ty: Ty, lanes: &[ExprId]) -> Ty {
        let lane = ty.lane().unwrap_or_else(Ty::error);
        for value in lanes {
            self.coerce(*value, lane, Why::PLAIN);
        }
        ty
    }

    /// `u64(18446744073709551615)`: a literal too large for its default type has the type that it is converted to.
    fn take_target_type(&mut self, to: Ty, found: Ty, first_literal: usize, arg: ExprId) {
        let (TyKind::Int(_) | TyKind::Float(_), Some(literal)) =
            (to.kind(), self.literals.get(first_literal))
        else {
            return;
        };
        let too_large = out_of_range(literal, Ty::i64()).is_some();
        if literal.span == self.span(arg) && too_large && out_of_range(literal, to).is_none() {
            // A literal's type is free until now.
            let _ = self.infer.unify(found, to);
        }
    }

    /// `char(0xD800)` would end the run.
    fn refuse_no_character(&mut self, to: Ty, from: Ty, arg: ExprId, first_literal: usize) {
        let Some(literal) = self.literals.get(first_literal) else {
            return;
        };
        if to != Ty::char() || !from.is_int() || literal.span != self.span(arg) {
            return;
        }
        let Some(value) = signed(&literal.value) else {
            return;
        };
        let code = u32::try_from(value).ok();
        if code.and_then(char::from_u32).is_none() {
            let report = errors::no_character(literal.span, value);
            self.report(report);
        }
    }

    /// `u8(300)` is 44, which is rarely what was meant.
    fn warn_wrapping_literal(&mut self, to: Ty, from: Ty, arg: ExprId, first_literal: usize) {
        let (TyKind::Int(int), true, Some(literal)) =
            (to.kind(), from.is_int(), self.literals.get(first_literal))
        else {
            return;
        };
        if literal.span != self.span(arg) {
            return;
        }
        let Some(value) = signed(&literal.value) else {
            return;
        };
        let result = int.wrap(value);
        if result != value {
            let report = errors::conversion_wraps(literal.span, value, int.name(), result);
            self.report(report);
        }
    }
}

/// The value of an integer literal of usual size.
fn signed(number: &Number) -> Option<i128> {
    match number {
        Number::Int { value, negative } => {
            let value = i128::try_from(*value).ok()?;
            Some(if *negative { -value } else { value })
        }
        Number::Float(_) => None,
    }
}

fn out_of_range(literal: &Literal, ty: Ty) -> Option<Diagnostic> {
    match (ty.kind(), literal.value) {
        (TyKind::Int(int), Number::Int { value, negative }) => {
            let fits =
                signed(&literal.value).is_some_and(|v| ((*int).min()..=(*int).max()).contains(&v));
            let text = format!("{}{value}", if negative { "-" } else { "" });
            let range = format!("{}..={}", (*int).min(), (*int).max());
            (!fits).then(|| errors::literal_does_not_fit(literal.span, &text, int.name(), &range))
        }
        (TyKind::Float(FloatTy::F32), Number::Float(value)) => {
            let fits = (value as f32).is_finite() || !value.is_finite();
            let range = "-3.4e38..=3.4e38";
            (!fits).then(|| {
                errors::literal_does_not_fit(literal.span, &format!("{value:e}"), "f32", range)
            })
        }
        _ => None,
    }
}
