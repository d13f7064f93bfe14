//! Patterns: first everything is tested in place, without copying; then the bindings are copied, and `mut` ones opened.

use syntax::Span;

use super::Builder;
use super::expr::{int, number};
use super::place::Access;
use crate::hir::{BinaryOp, ExprId, LocalId, PatId, PatKind};
use crate::mir::{
    BlockId, Const, LocalKind, Operand, Place, Projection, Rvalue, StatementKind, Terminator,
};
use crate::types::{Ty, TyKind};

impl Builder<'_> {
    /// The place of a value that is matched; `meanwhile` runs before the bindings are made. A value that this may write is
    /// copied, unless a part of it is bound in place.
    pub(super) fn scrutinee(
        &mut self,
        expr: ExprId,
        pats: impl IntoIterator<Item = PatId>,
        meanwhile: &[ExprId],
    ) -> Place {
        if pats.into_iter().any(|pat| self.binds_place(pat)) {
            let place = self.unchecked(expr, Access::Write);
            return self.checked(place);
        }
        self.place_before(expr, meanwhile)
    }

    /// Goes on if the value at `place` matches, and to `fail` if not. Binds only what stands in alternatives inside of the pattern.
    pub(super) fn test(&mut self, pat: PatId, place: &Place, fail: BlockId) {
        let span = self.hir.pats[pat].span;
        if let Some((variant, fields)) = self.tables.pat_fields.get(&pat) {
            self.test_fields(place, *variant, fields, fail, span);
            return;
        }
        if let Some(def) = self.tables.pat_consts.get(&pat) {
            self.test_equal(place, Const::Def(*def), fail, span);
            return;
        }
        match &self.hir.pats[pat].kind {
            PatKind::Wildcard | PatKind::Bind(_) | PatKind::Error => {}
            PatKind::Int { .. }
            | PatKind::Float(_)
            | PatKind::Bool(_)
            | PatKind::Char(_)
            | PatKind::Str(_)
            | PatKind::Const(_) => {
                let value = self.literal_of(pat);
                self.test_equal(place, value, fail, span);
            }
            PatKind::Range {
                low,
                high,
                inclusive,
            } => self.test_range(place, *low, *high, *inclusive, fail),
            PatKind::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    self.test(*part, &self.field_of(place, index as u32), fail);
                }
            }
            PatKind::Array {
                before,
                rest,
                after,
            } => self.test_array(place, before, *rest, after, fail, span),
            PatKind::Or(alternatives) => self.test_any(alternatives, place, fail),
            PatKind::Typed { pat: inner, .. } => {
                let inside = self.inside_any(*inner, place);
                if inside != *place {
                    let ty = self.pat_ty(*inner);
                    let holds = self.keep(Rvalue::Holds(place.clone(), ty), span);
                    self.require(holds, fail);
                }
                self.test(*inner, &inside, fail);
            }
            PatKind::Variant { .. } | PatKind::Struct { .. } => {
                panic!("compiler bug: {pat} was built without its fields")
            }
        }
    }

    fn test_fields(
        &mut self,
        place: &Place,
        variant: u32,
        fields: &[Option<PatId>],
        fail: BlockId,
        span: Span,
    ) {
        if self.is_enum(place) {
            let tag = self.keep(Rvalue::Discriminant(place.clone()), span);
            let next = self.new_block();
            self.terminate(Terminator::Switch {
                value: tag,
                cases: vec![(i128::from(variant), next)],
                default: Some(fail),
            });
            self.switch_to(next);
        }
        self.test_parts(place, variant, fields, fail);
    }

    /// The fields of a struct, or of an enum that is known to be of the variant.
    pub(super) fn test_parts(
        &mut self,
        place: &Place,
        variant: u32,
        fields: &[Option<PatId>],
        fail: BlockId,
    ) {
        for (index, field) in fields.iter().enumerate() {
            if let Some(field) = field {
                self.test(*field, &self.part_of(place, variant, index as u32), fail);
            }
        }
    }

    fn part_of(&self, place: &Place, variant: u32, field: u32) -> Place {
        if self.is_enum(place) {
            self.payload_of(place, variant, field)
        } else {
            self.field_of(place, field)
        }
    }

    fn is_enum(&self, place: &Place) -> bool {
        match self.place_ty(place).kind() {
            TyKind::Adt(def, _) => {
                matches!(self.env.def(*def).kind, crate::env::DefKind::Enum(_))
            }
            _ => false,
        }
    }

    fn test_equal(&mut self, place: &Place, value: Const, fail: BlockId, span: Span) {
        let ty = self.place_ty(place);
        let subject = Operand::Copy(place.clone());
        match value {
            Const::Bool(true) => self.require(subject, fail),
            Const::Bool(false) => {
                let next = self.new_block();
                self.branch_on(subject, fail, next);
                self.switch_to(next);
            }
            value => {
                let value = Operand::Const(value);
                let equal = if ty.is_scalar() {
                    Rvalue::Binary(BinaryOp::Eq, subject, value)
                } else {
                    Rvalue::Compare(BinaryOp::Eq, subject, value)
                };
                let equal = self.keep(equal, span);
                self.require(equal, fail);
            }
        }
    }

    fn test_range(
        &mut self,
        place: &Place,
        low: Option<PatId>,
        high: Option<PatId>,
        inclusive: bool,
        fail: BlockId,
    ) {
        let below = if inclusive {
            BinaryOp::Le
        } else {
            BinaryOp::Lt
        };
        for (end, op) in [(low, BinaryOp::Ge), (high, below)] {
            let Some(end) = end else { continue };
            let span = self.hir.pats[end].span;
            let end = Operand::Const(self.literal_of(end));
            let within = self.compare(op, Operand::Copy(place.clone()), end, span);
            self.require(within, fail);
        }
    }

    fn test_array(
        &mut self,
        place: &Place,
        before: &[PatId],
        rest: bool,
        after: &[PatId],
        fail: BlockId,
        span: Span,
    ) {
        if self.place_ty(place).fixed_len().is_none() {
            let wanted = int((before.len() + after.len()) as i128);
            let len = self.keep(Rvalue::Len(place.clone()), span);
            let op = if rest { BinaryOp::Ge } else { BinaryOp::Eq };
            let fits = self.compare(op, len, wanted, span);
            self.require(fits, fail);
        }
        for (pat, element) in self.array_elements(place, before, after, span) {
            self.test(pat, &element, fail);
        }
    }

    /// The place of each element that a pattern names; the length has been tested.
    fn array_elements(
        &mut self,
        place: &Place,
        before: &[PatId],
        after: &[PatId],
        span: Span,
    ) -> Vec<(PatId, Place)> {
        let mut found = Vec::new();
        for (index, pat) in before.iter().enumerate() {
            found.push((*pat, place.then(Projection::ConstIndex(index as u64))));
        }
        let fixed = self.place_ty(place).fixed_len();
        for (index, pat) in after.iter().enumerate() {
            let from_end = after.len() - index;
            let projection = match fixed {
                Some(len) => Projection::ConstIndex(len - from_end as u64),
                None => {
                    let len = self.keep(Rvalue::Len(place.clone()), span);
                    let back = int(from_end as i128);
                    Projection::Index(
                        self.keep_local(Rvalue::Binary(BinaryOp::Sub, len, back), span),
                    )
                }
            };
            found.push((*pat, place.then(projection)));
        }
        found
    }

    /// Alternatives inside a pattern bind as they match.
    fn test_any(&mut self, alternatives: &[PatId], place: &Place, fail: BlockId) {
        let matched = self.new_block();
        let (last, earlier) = alternatives
            .split_last()
            .expect("compiler bug: a pattern of no alternatives");
        for alternative in earlier {
            let next = self.new_block();
            self.test(*alternative, place, next);
            self.bind(*alternative, place);
            self.goto(matched);
            self.switch_to(next);
        }
        self.test(*last, place, fail);
        self.bind(*last, place);
        self.goto(matched);
        self.switch_to(matched);
    }

    /// Makes the bindings of a pattern that has matched.
    pub(super) fn bind(&mut self, pat: PatId, place: &Place) {
        self.bind_where(pat, place, &|_| true);
    }

    /// Binds some of the names, and leaves the others to another time.
    pub(super) fn bind_where(
        &mut self,
        pat: PatId,
        place: &Place,
        which: &dyn Fn(LocalId) -> bool,
    ) {
        let span = self.hir.pats[pat].span;
        if let Some((variant, fields)) = self.tables.pat_fields.get(&pat) {
            for (index, field) in fields.iter().enumerate() {
                if let Some(field) = field {
                    self.bind_where(*field, &self.part_of(place, *variant, index as u32), which);
                }
            }
            return;
        }
        match &self.hir.pats[pat].kind {
            PatKind::Bind(id) if !self.tables.pat_consts.contains_key(&pat) => {
                if which(*id) {
                    self.bind_local(*id, place, span);
                }
            }
            PatKind::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    self.bind_where(*part, &self.field_of(place, index as u32), which);
                }
            }
            PatKind::Array { before, after, .. } => {
                if before.iter().chain(after).any(|part| self.binds(*part)) {
                    for (part, element) in self.array_elements(place, before, after, span) {
                        self.bind_where(part, &element, which);
                    }
                }
            }
            PatKind::Typed { pat, .. } => {
                self.bind_where(*pat, &self.inside_any(*pat, place), which);
            }
            // Those of alternatives were made when they matched; the rest has none.
            PatKind::Or(_)
            | PatKind::Bind(_)
            | PatKind::Wildcard
            | PatKind::Int { .. }
            | PatKind::Float(_)
            | PatKind::Bool(_)
            | PatKind::Char(_)
            | PatKind::Str(_)
            | PatKind::Const(_)
            | PatKind::Range { .. }
            | PatKind::Variant { .. }
            | PatKind::Struct { .. }
            | PatKind::Error => {}
        }
    }

    fn bind_local(&mut self, id: LocalId, place: &Place, span: Span) {
        let local = self.declare(id);
        match self.body.locals[local].kind {
            LocalKind::Ref => {
                let place = place.clone();
                let reference = local;
                self.emit(StatementKind::Open { reference, place }, span);
            }
            LocalKind::Owned | LocalKind::Borrowed | LocalKind::Flag => {
                let value = Rvalue::Use(Operand::Copy(place.clone()));
                self.assign_local(local, value, span);
            }
        }
    }

    /// What `x: T` matches: the value in an `any`, and any other value itself.
    fn inside_any(&self, pat: PatId, place: &Place) -> Place {
        match self.place_ty(place).kind() {
            TyKind::Any(..) => place.then(Projection::Inside(self.pat_ty(pat))),
            _ => place.clone(),
        }
    }

    /// Whether a pattern binds anything.
    fn binds(&self, pat: PatId) -> bool {
        match &self.hir.pats[pat].kind {
            PatKind::Bind(_) => !self.tables.pat_consts.contains_key(&pat),
            PatKind::Tuple(parts) | PatKind::Or(parts) => parts.iter().any(|p| self.binds(*p)),
            PatKind::Array { before, after, .. } => {
                before.iter().chain(after).any(|p| self.binds(*p))
            }
            PatKind::Typed { pat, .. } => self.binds(*pat),
            PatKind::Variant { .. } | PatKind::Struct { .. } => self
                .tables
                .pat_fields
                .get(&pat)
                .is_some_and(|(_, fields)| fields.iter().flatten().any(|p| self.binds(*p))),
            PatKind::Wildcard
            | PatKind::Int { .. }
            | PatKind::Float(_)
            | PatKind::Bool(_)
            | PatKind::Char(_)
            | PatKind::Str(_)
            | PatKind::Const(_)
            | PatKind::Range { .. }
            | PatKind::Error => false,
        }
    }

    /// Whether a pattern, of a value of the variant if it names one, always matches.
    pub(super) fn always_matches(&self, pat: PatId) -> bool {
        if let Some((_, fields)) = self.tables.pat_fields.get(&pat) {
            let is_enum = matches!(self.hir.pats[pat].kind, PatKind::Variant { .. });
            return !is_enum && self.parts_always_match(fields);
        }
        if self.tables.pat_consts.contains_key(&pat) {
            return false;
        }
        match &self.hir.pats[pat].kind {
            PatKind::Wildcard | PatKind::Bind(_) => true,
            PatKind::Tuple(parts) => parts.iter().all(|part| self.always_matches(*part)),
            PatKind::Typed { .. }
            | PatKind::Int { .. }
            | PatKind::Float(_)
            | PatKind::Bool(_)
            | PatKind::Char(_)
            | PatKind::Str(_)
            | PatKind::Const(_)
            | PatKind::Range { .. }
            | PatKind::Array { .. }
            | PatKind::Variant { .. }
            | PatKind::Struct { .. }
            | PatKind::Or(_)
            | PatKind::Error => false,
        }
    }

    pub(super) fn parts_always_match(&self, fields: &[Option<PatId>]) -> bool {
        fields.iter().flatten().all(|p| self.always_matches(*p))
    }

    /// The value of a literal or constant pattern.
    pub(super) fn literal_of(&self, pat: PatId) -> Const {
        if let Some(def) = self.tables.pat_consts.get(&pat) {
            return Const::Def(*def);
        }
        match &self.hir.pats[pat].kind {
            PatKind::Int { value, negative } => number(self.pat_ty(pat), *value, *negative),
            PatKind::Float(value) => match self.pat_ty(pat).kind() {
                TyKind::Float(float) => Const::Float(*float, *value),
                other => panic!("compiler bug: a float pattern for {other:?}"),
            },
            PatKind::Bool(value) => Const::Bool(*value),
            PatKind::Char(value) => Const::Char(*value),
            PatKind::Str(text) => Const::Str(text.clone()),
            PatKind::Const(def) => Const::Def(*def),
            _ => panic!("compiler bug: {pat} is not a literal"),
        }
    }

    fn pat_ty(&self, pat: PatId) -> Ty {
        self.tables.pats[pat]
            .unwrap_or_else(|| panic!("compiler bug: {pat} was built without a type"))
    }
}
