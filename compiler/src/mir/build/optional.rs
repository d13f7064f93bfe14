//! `a ?? b`, `e?` and `a?.b`: what optionals and results do without a `match`.

use syntax::Span;

use super::Builder;
use super::expr::some;
use crate::check::TryKind;
use crate::env::DefId;
use crate::hir::{ExprId, ExprKind};
use crate::mir::{
    Arg, BlockId, Const, FormatPart, Local, Operand, PanicKind, Place, Rvalue, Terminator,
};
use crate::types::{Ty, TyKind};

impl Builder<'_> {
    /// The block for a good value goes on; its payload is the place that is returned.
    pub(super) fn good_or(&mut self, place: &Place, bad: BlockId, span: Span) -> Place {
        let good = good_variant(self.place_ty(place));
        let tag = self.keep(Rvalue::Discriminant(place.clone()), span);
        let next = self.new_block();
        self.terminate(Terminator::Switch {
            value: tag,
            cases: vec![(i128::from(good), next)],
            default: Some(bad),
        });
        self.switch_to(next);
        self.payload_of(place, good, 0)
    }

    pub(super) fn build_coalesce(
        &mut self,
        dest: Option<Local>,
        left: ExprId,
        right: ExprId,
        expr: ExprId,
    ) {
        let span = self.hir.exprs[left].span;
        let place = self.place_before(left, &[]);
        let (bad, join) = (self.new_block(), self.new_block());
        let payload = self.good_or(&place, bad, span);
        if let Some(dest) = dest {
            let stays = self.place_ty(&place) == self.bare_ty(expr);
            let value = Operand::Copy(if stays { place } else { payload });
            self.assign_local(dest, Rvalue::Use(value), span);
        }
        self.goto(join);
        self.switch_to(bad);
        self.into(dest, right);
        self.goto(join);
        self.switch_to(join);
    }

    pub(super) fn build_try(
        &mut self,
        dest: Option<Local>,
        expr: ExprId,
        inner: ExprId,
        span: Span,
    ) {
        let place = self.place_before(inner, &[]);
        let (bad, next) = (self.new_block(), self.new_block());
        let payload = self.good_or(&place, bad, span);
        if let Some(dest) = dest {
            self.assign_local(dest, Rvalue::Use(Operand::Copy(payload)), span);
        }
        self.goto(next);
        self.switch_to(bad);
        self.leave_with(self.tables.tries[&expr], &place, span);
        self.switch_to(next);
    }

    fn leave_with(&mut self, kind: TryKind, place: &Place, span: Span) {
        let ty = self.body.locals[Local::RESULT].ty;
        let value = match kind {
            TryKind::Option => Rvalue::Variant {
                ty,
                variant: 0,
                fields: Vec::new(),
            },
            TryKind::Result => Rvalue::Variant {
                ty,
                variant: 1,
                fields: vec![Operand::Copy(self.payload_of(place, 1, 0))],
            },
            TryKind::ToError => {
                let message = self.text_of(Operand::Copy(self.payload_of(place, 1, 0)));
                let message = self.keep(message, span);
                let cause = Rvalue::Variant {
                    ty: Ty::option(Ty::error_type()),
                    variant: 0,
                    fields: Vec::new(),
                };
                let cause = self.keep(cause, span);
                let error = Rvalue::Aggregate(Ty::error_type(), vec![message, cause]);
                Rvalue::Variant {
                    ty,
                    variant: 1,
                    fields: vec![self.keep(error, span)],
                }
            }
            TryKind::Fail => return self.fail_with(place, span),
        };
        self.assign_local(Local::RESULT, value, span);
        self.terminate(Terminator::Return);
    }

    /// A failing `?` of a cell ends the run with the text of the error.
    fn fail_with(&mut self, place: &Place, span: Span) {
        let ty = self.place_ty(place);
        let message = match ty.kind() {
            TyKind::Adt(DefId::RESULT, args) => {
                let error = Operand::Copy(self.payload_of(place, 1, 0));
                if args[1] == Ty::error_type() {
                    let text = self.temp(Ty::str(), span);
                    let def = self.intrinsic("text_of_error");
                    self.call_fn(Some(text), def, Vec::new(), vec![Arg::Value(error)], span);
                    Operand::Copy(Place::local(text))
                } else {
                    let parts = vec![FormatPart::Value {
                        operand: error,
                        spec: None,
                        literal: false,
                    }];
                    self.keep(Rvalue::Format(parts), span)
                }
            }
            _ => Operand::Const(Const::Str("there is no value".into())),
        };
        self.terminate(Terminator::Panic {
            kind: PanicKind::Unwrap,
            message: Some(message),
            span,
        });
    }

    /// `a?.b` and `a?.f()`: on the payload of `a`, if there is one.
    pub(super) fn build_optional(&mut self, dest: Option<Local>, expr: ExprId, base: ExprId) {
        let span = self.hir.exprs[expr].span;
        let ty = self.bare_ty(expr);
        let (bad, join) = (self.new_block(), self.new_block());
        let (place, payload, links) = if self.receiver_is_mut(expr) {
            let links = self.open_links(base, bad, span);
            let payload = self.linked_payload(base, bad, span);
            (None, payload, links)
        } else {
            let place = self.place_before(base, &self.argument_exprs(expr));
            let payload = self.good_or(&place, bad, span);
            (Some(place), payload, Vec::new())
        };
        let value = self.optional_part(expr, base, payload);
        self.close_links(&links);
        if let Some(dest) = dest {
            let value = match value {
                Some(value) if self.body.operand_ty(self.env, &value) == ty => Rvalue::Use(value),
                Some(value) => some(ty, vec![value]),
                None if ty.is_unit() => Rvalue::Use(Operand::Const(Const::Unit)),
                None => some(ty, vec![Operand::Const(Const::Unit)]),
            };
            self.assign_local(dest, value, span);
        }
        self.goto(join);
        self.switch_to(bad);
        if let (Some(kind), Some(place)) = (self.tables.tries.get(&expr), place) {
            // On a `Result`, `a?.b` is `(a?).b`.
            self.leave_with(*kind, &place, span);
        } else if let Some(dest) = dest {
            let value = Rvalue::Variant {
                ty,
                variant: 0,
                fields: Vec::new(),
            };
            self.assign_local(dest, value, span);
        }
        self.goto(join);
        self.switch_to(join);
    }

    /// The field, or the result of the method, of the payload.
    fn optional_part(&mut self, expr: ExprId, base: ExprId, payload: Place) -> Option<Operand> {
        if let ExprKind::Field { .. } = self.hir.exprs[expr].kind {
            let field = self.tables.fields[&expr];
            return Some(Operand::Copy(self.field_of(&payload, field)));
        }
        let known = self.evaluated.insert(base, payload);
        let result = self.optional_call(expr);
        match known {
            Some(known) => self.evaluated.insert(base, known),
            None => self.evaluated.remove(&base),
        };
        result.map(|local| Operand::Copy(Place::local(local)))
    }
}

/// The variant that holds the value: `some` or `ok`.
fn good_variant(ty: Ty) -> u32 {
    match ty.kind() {
        TyKind::Adt(DefId::OPTION, _) => 1,
        TyKind::Adt(DefId::RESULT, _) => 0,
        other => panic!("compiler bug: `?` on {other:?}"),
    }
}
