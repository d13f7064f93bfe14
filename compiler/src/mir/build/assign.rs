//! Assignments: the right side first, then the place's indices, then the store.

use syntax::Span;

use super::Builder;
use super::place::Access;
use crate::env::DefId;
use crate::hir::{BinaryOp, ExprId, ExprKind};
use crate::mir::{Arg, Base, BlockId, Operand, Place, Rvalue};
use crate::types::{Ty, TyKind};

impl Builder<'_> {
    pub(super) fn build_assign(
        &mut self,
        expr: ExprId,
        place: ExprId,
        op: Option<BinaryOp>,
        value: ExprId,
        span: Span,
    ) {
        if self.optional_link(place).is_some() {
            return self.assign_optional(expr, place, op, value);
        }
        match op {
            Some(op) => {
                let operand = self.operand_before(value, &[place]);
                self.assign_op(expr, place, op, (operand, self.expr_ty(value)), span);
            }
            None => self.assign_plain(place, value, span),
        }
    }

    pub(super) fn build_init(&mut self, global: DefId, value: ExprId, span: Span) {
        let operand = self.operand(value);
        self.first_value(global, operand, span);
    }

    fn assign_plain(&mut self, place: ExprId, value: ExprId, span: Span) {
        match (&self.hir.exprs[place].kind, &self.hir.exprs[value].kind) {
            (ExprKind::Tuple(places), ExprKind::Tuple(values))
                if !self.tables.wraps.contains_key(&value) =>
            {
                let values: Vec<Place> = values.iter().map(|v| self.value_place(*v)).collect();
                let indices = self.indices_before(places);
                for (place, value) in places.iter().zip(values) {
                    self.store(*place, Operand::Copy(value), span);
                }
                self.close_links(&indices);
            }
            (ExprKind::Local(_) | ExprKind::Field { .. }, _) if self.is_direct(place, value) => {
                let value = self.rvalue(value, span);
                let place = self.unchecked(place, Access::Write);
                let place = self.checked(place);
                self.assign(place, value, span);
            }
            _ => {
                let value = self.operand_before(value, &[place]);
                self.store(place, value, span);
            }
        }
    }

    /// Evaluates the indices of the places of one assignment, where an earlier one of them may change what a later index is.
    /// Until they are closed, those expressions are what they were.
    fn indices_before(&mut self, places: &[ExprId]) -> Vec<ExprId> {
        let mut found = Vec::new();
        for (at, place) in places.iter().enumerate() {
            self.indices_of(*place, &places[..at], &mut found);
        }
        for index in &found {
            let value = self.value_place(*index);
            self.evaluated.insert(*index, value);
        }
        found
    }

    fn indices_of(&self, place: ExprId, earlier: &[ExprId], found: &mut Vec<ExprId>) {
        match &self.hir.exprs[place].kind {
            ExprKind::Tuple(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    let before: Vec<ExprId> = earlier.iter().chain(&parts[..at]).copied().collect();
                    self.indices_of(*part, &before, found);
                }
            }
            ExprKind::Field { base, .. } => self.indices_of(*base, earlier, found),
            ExprKind::Index { base, index, .. } => {
                self.indices_of(*base, earlier, found);
                if earlier.iter().any(|place| self.may_change(*place, *index)) {
                    found.push(*index);
                }
            }
            _ => {}
        }
    }

    /// Whether an index may be another one after an assignment to the place.
    fn may_change(&self, place: ExprId, index: ExprId) -> bool {
        let exprs = &self.hir.exprs;
        match (&exprs[place].kind, &exprs[index].kind) {
            (_, ExprKind::Int(_) | ExprKind::Char(_) | ExprKind::Const(_)) => false,
            (ExprKind::Tuple(parts), _) => parts.iter().any(|part| self.may_change(*part, index)),
            (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
            (ExprKind::Global(a), ExprKind::Global(b)) => a == b,
            // A number has no part that is assigned alone.
            (_, ExprKind::Local(_) | ExprKind::Global(_)) => !self.expr_ty(index).is_scalar(),
            _ => true,
        }
    }

    /// Stores a value into a place or, in parts, into a tuple of places.
    fn store(&mut self, place: ExprId, value: Operand, span: Span) {
        match &self.hir.exprs[place].kind {
            ExprKind::Tuple(places) => {
                let source = Place::local(self.keep_local(Rvalue::Use(value), span));
                let indices = self.indices_before(places);
                for (index, place) in places.iter().enumerate() {
                    let part = self.field_of(&source, index as u32);
                    self.store(*place, Operand::Copy(part), span);
                }
                self.close_links(&indices);
            }
            ExprKind::Index { base, index, .. }
                if self.is_map(*base) && !self.evaluated.contains_key(&place) =>
            {
                self.store_entry(*base, *index, value, span);
            }
            _ => {
                let place = self.unchecked(place, Access::Write);
                let place = self.checked(place);
                // A part of the place itself is taken out before it is overwritten.
                let value = self.apart_from(value, &[place.base], span);
                self.assign(place, Rvalue::Use(value), span);
            }
        }
    }

    /// Whether the value is one step on scalars and the place has no index: then no temporary is needed.
    fn is_direct(&self, place: ExprId, value: ExprId) -> bool {
        let one_step = matches!(
            self.hir.exprs[value].kind,
            ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::Convert { .. }
        );
        one_step
            && self.expr_ty(value).is_scalar()
            && !self.tables.wraps.contains_key(&value)
            && !self.tables.calls.contains_key(&value)
            && self.has_no_index(place)
    }

    fn has_no_index(&self, place: ExprId) -> bool {
        match &self.hir.exprs[place].kind {
            ExprKind::Local(_) | ExprKind::Global(_) => true,
            ExprKind::Field {
                base,
                optional: false,
                ..
            } => self.has_no_index(*base),
            _ => false,
        }
    }

    fn assign_op(
        &mut self,
        expr: ExprId,
        place: ExprId,
        op: BinaryOp,
        (value, value_ty): (Operand, Ty),
        span: Span,
    ) {
        let place = self.unchecked(place, Access::Write);
        let place = self.checked(place);
        let ty = self.place_ty(&place);
        let current = Operand::Copy(place.clone());
        if self.tables.calls.contains_key(&expr) {
            let result = self.operator_call(expr, current, value, ty, span);
            self.assign(place, Rvalue::Use(result), span);
            return;
        }
        match (op, ty.kind(), value_ty.kind()) {
            (BinaryOp::Add, TyKind::Str, TyKind::Str) => {
                self.append("str_push", Vec::new(), place, value, span);
            }
            (BinaryOp::Add, TyKind::Str, _) => {
                self.append("str_push_char", Vec::new(), place, value, span);
            }
            (BinaryOp::Add, TyKind::Array(elem), _) => {
                self.append("array_extend", vec![*elem], place, value, span);
            }
            _ => {
                let result = self.binary_of(op, (current, ty), (value, value_ty), ty, span);
                self.assign(place, result, span);
            }
        }
    }

    fn append(&mut self, name: &str, type_args: Vec<Ty>, place: Place, value: Operand, span: Span) {
        let opened: [Base; 1] = [place.base];
        let value = self.apart_from(value, &opened, span);
        let args = vec![Arg::Mut(place), Arg::Value(value)];
        self.call_fn(None, self.intrinsic(name), type_args, args, span);
    }

    /// The `a?.b` within a place that is assigned, and its `a`.
    fn optional_link(&self, place: ExprId) -> Option<(ExprId, ExprId)> {
        match self.hir.exprs[place].kind {
            ExprKind::Field {
                base,
                optional: true,
                ..
            } => Some((place, base)),
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => self.optional_link(base),
            _ => None,
        }
    }

    /// `a?.b = e` evaluates `e` in any case, and assigns if `a` is there.
    fn assign_optional(
        &mut self,
        expr: ExprId,
        place: ExprId,
        op: Option<BinaryOp>,
        value: ExprId,
    ) {
        let span = self.hir.exprs[expr].span;
        let value_ty = self.expr_ty(value);
        let operand = self.operand_before(value, &[place]);
        let next = self.new_block();
        let links = self.open_links(place, next, span);
        match op {
            None => self.store(place, operand, span),
            Some(op) => self.assign_op(expr, place, op, (operand, value_ty), span),
        }
        self.close_links(&links);
        self.goto(next);
        self.switch_to(next);
    }

    /// Looks into each `a?.b` within a place, the innermost first, and goes to `absent` if there is nothing. Until the links
    /// are closed, those expressions are the places of their fields.
    pub(super) fn open_links(&mut self, place: ExprId, absent: BlockId, span: Span) -> Vec<ExprId> {
        let Some((link, base)) = self.optional_link(place) else {
            return Vec::new();
        };
        let mut links = self.open_links(base, absent, span);
        let payload = self.linked_payload(base, absent, span);
        let field = self.field_of(&payload, self.tables.fields[&link]);
        self.evaluated.insert(link, field);
        links.push(link);
        links
    }

    /// What is inside of the optional `base` of a link, in place. A link to a field that is no optional itself has been opened.
    pub(super) fn linked_payload(&mut self, base: ExprId, absent: BlockId, span: Span) -> Place {
        let optional = self.read_place(base);
        if self.place_ty(&optional) == self.expr_ty(base) {
            self.good_or(&optional, absent, span)
        } else {
            optional
        }
    }

    pub(super) fn close_links(&mut self, links: &[ExprId]) {
        for link in links {
            self.evaluated.remove(link);
        }
    }
}
