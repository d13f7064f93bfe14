//! Expressions that are places: variables, their fields and their elements. Nothing is copied when a place is only
//! walked through: `xs[i].pos.x` reads one number. To read is as to write: first all indices are evaluated, then the place is accessed.

use syntax::Span;

use super::Builder;
use super::map::{Lookup, Missing};
use crate::boxes::is_boxed_field;
use crate::env::DefId;
use crate::hir::{ExprId, ExprKind};
use crate::mir::{Base, Check, Const, Local, Operand, Place, Projection, Rvalue};
use crate::types::TyKind;

/// A place whose indices have been evaluated, but not yet compared with the lengths, nor its keys looked up.
pub(super) struct Unchecked {
    pub(super) place: Place,
    steps: Vec<(Step, Span)>,
}

/// What is done before a place is accessed.
#[derive(Clone)]
enum Step {
    Check(Check),
    LookUp(Lookup),
}

/// What a place is for: `m[k, default: d]` adds an entry where it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

impl Builder<'_> {
    /// Whether the expression is a variable or a part of one, or of a value.
    pub(super) fn is_place(&self, expr: ExprId) -> bool {
        if self.evaluated.contains_key(&expr) {
            return true;
        }
        match &self.hir.exprs[expr].kind {
            ExprKind::Local(_) | ExprKind::Global(_) => true,
            ExprKind::Field { optional, .. } => !optional && !self.tables.calls.contains_key(&expr),
            ExprKind::Index { .. } => {
                !self.tables.calls.contains_key(&expr) || self.projection_call(expr).is_some()
            }
            ExprKind::MethodCall { optional, .. } => {
                !optional && self.projection_call(expr).is_some()
            }
            _ => false,
        }
    }

    /// The place of an expression to be read, its indices checked. Other expressions are evaluated into a temporary.
    pub(super) fn read_place(&mut self, expr: ExprId) -> Place {
        let unchecked = self.unchecked(expr, Access::Read);
        self.checked(unchecked)
    }

    /// The same before its value is wrapped.
    pub(super) fn read_bare_place(&mut self, expr: ExprId) -> Place {
        let unchecked = self.bare_unchecked(expr, Access::Read);
        self.checked(unchecked)
    }

    /// The place of an expression, which stays what it is while `later` is evaluated.
    pub(super) fn place_before(&mut self, expr: ExprId, later: &[ExprId]) -> Place {
        if !self.tables.wraps.contains_key(&expr) && self.is_place(expr) {
            let place = self.read_place(expr);
            if !later.iter().any(|e| self.may_write(*e, &place)) {
                return place;
            }
            let span = self.hir.exprs[expr].span;
            return Place::local(self.keep_local(Rvalue::Use(Operand::Copy(place)), span));
        }
        self.value_place(expr)
    }

    /// The value of an expression in a temporary.
    pub(super) fn value_place(&mut self, expr: ExprId) -> Place {
        let temp = self.temp(self.expr_ty(expr), self.hir.exprs[expr].span);
        self.into(Some(temp), expr);
        Place::local(temp)
    }

    /// Compares the indices of a place with the lengths, and finds its keys.
    pub(super) fn checked(&mut self, unchecked: Unchecked) -> Place {
        self.take_steps(&unchecked);
        unchecked.place
    }

    /// Does what must come before an access. It may be done again.
    pub(super) fn take_steps(&mut self, unchecked: &Unchecked) {
        for (step, span) in &unchecked.steps {
            match step {
                Step::Check(check) => self.check(check.clone(), *span),
                Step::LookUp(lookup) => self.look_up(lookup.clone(), *span),
            }
        }
    }

    /// The place of an expression whose indices are evaluated now, and which is accessed later.
    pub(super) fn unchecked(&mut self, expr: ExprId, access: Access) -> Unchecked {
        if self.tables.wraps.contains_key(&expr) || !self.is_place(expr) {
            return Unchecked::new(self.value_place(expr));
        }
        self.bare_unchecked(expr, access)
    }

    fn bare_unchecked(&mut self, expr: ExprId, access: Access) -> Unchecked {
        let span = self.hir.exprs[expr].span;
        if let Some(place) = self.evaluated.get(&expr) {
            return Unchecked::new(place.clone());
        }
        if let Some((projected, call)) = self.projection_call(expr) {
            return self.projected_call(expr, projected, call, access);
        }
        match &self.hir.exprs[expr].kind {
            ExprKind::Local(id) => {
                let local = self.declare(*id);
                Unchecked::new(self.place_of_local(local))
            }
            ExprKind::Global(def) => Unchecked::new(self.place_of_global(*def)),
            ExprKind::Field { base, .. } => {
                let field = self.tables.fields[&expr];
                let mut found = self.unchecked(*base, access);
                found.place = self.field_of(&found.place, field);
                found
            }
            ExprKind::Index {
                base,
                index,
                default,
            } => {
                let mut found = self.unchecked(*base, access);
                if self.is_map(*base) {
                    let key = self.kept_operand(*index);
                    let missing = self.missing(*default, access);
                    self.entry(&mut found, key, missing, span);
                } else {
                    self.element(&mut found, *index, span);
                }
                found
            }
            _ => panic!("compiler bug: {expr} is not a place"),
        }
    }

    fn element(&mut self, found: &mut Unchecked, index: ExprId, span: Span) {
        let operand = self.operand(index);
        self.element_at(found, operand, span);
    }

    /// The value of a key in a map.
    fn entry(&mut self, found: &mut Unchecked, key: Operand, missing: Missing, span: Span) {
        let (lookup, place) = self.lookup(&found.place, key, missing, span);
        found.steps.push((Step::LookUp(lookup), span));
        found.place = place;
    }

    pub(super) fn element_at(&mut self, found: &mut Unchecked, operand: Operand, span: Span) {
        let ty = self.place_ty(&found.place);
        if let TyKind::Adt(DefId::MAP, _) = ty.kind() {
            return self.entry(found, operand, Missing::Fail, span);
        }
        if let (
            Operand::Const(Const::Int(_, value)),
            TyKind::FixedArray(..) | TyKind::Array(_) | TyKind::Simd(..),
        ) = (&operand, ty.kind())
            && let Ok(index) = u64::try_from(*value)
        {
            let known = ty.fixed_len().is_some_and(|len| index < len);
            if !known {
                found.must_hold(operand, span);
            }
            found.place.projections.push(Projection::ConstIndex(index));
            return;
        }
        let local = self.index_local(operand, span);
        found.must_hold(Operand::Copy(Place::local(local)), span);
        found.place.projections.push(Projection::Index(local));
    }

    /// A local that holds an index and is never written again.
    fn index_local(&mut self, operand: Operand, span: Span) -> Local {
        if let Operand::Copy(place) = &operand
            && let Base::Local(local) = place.base
            && place.projections.is_empty()
            && !self.is_var(local)
        {
            return local;
        }
        self.keep_local(Rvalue::Use(operand), span)
    }

    /// Whether a local may be written after it was given its value.
    pub(super) fn is_var(&self, local: Local) -> bool {
        self.users
            .get(&local)
            .is_some_and(|id| self.hir.locals[*id].is_var || self.hir.locals[*id].is_ref)
    }

    /// A field of a struct or tuple, through its box if it has one.
    pub(super) fn field_of(&self, place: &Place, field: u32) -> Place {
        let found = place.then(Projection::Field(field));
        self.through_box(place, 0, field, found)
    }

    /// A field of an enum that is known to be of the variant, through its box if it has one.
    pub(super) fn payload_of(&self, place: &Place, variant: u32, field: u32) -> Place {
        let found = place.then(Projection::Payload { variant, field });
        self.through_box(place, variant, field, found)
    }

    fn through_box(&self, place: &Place, variant: u32, field: u32, found: Place) -> Place {
        match self.place_ty(place).kind() {
            TyKind::Adt(def, _) if is_boxed_field(self.env, *def, variant, field) => {
                found.then(Projection::Deref)
            }
            _ => found,
        }
    }
}

impl Unchecked {
    pub(super) fn new(place: Place) -> Unchecked {
        Unchecked {
            place,
            steps: Vec::new(),
        }
    }

    fn must_hold(&mut self, index: Operand, span: Span) {
        let place = self.place.clone();
        let check = Check::Index {
            index,
            place,
            length: None,
        };
        self.steps.push((Step::Check(check), span));
    }
}
