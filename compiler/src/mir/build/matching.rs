//! `match`: a switch on the number or variant where the arms allow it, otherwise one test after the other.

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Span;

use super::Builder;
use crate::hir::{self, Arm, ExprId, ExprKind, LocalId, PatId, PatKind};
use crate::mir::{BlockId, Const, Local, Operand, Place, Rvalue, Terminator};
use crate::types::TyKind;

/// One alternative of an arm.
#[derive(Clone, Copy)]
struct Row {
    pat: PatId,
    guard: Option<ExprId>,
    body: BlockId,
    /// The number or variant that the value must be; `None` if it may be any.
    case: Option<i128>,
}

/// A switch copies the tests of rows that fit any case to each case; more copies than this are not worth it.
const COPY_LIMIT: usize = 64;

impl Builder<'_> {
    pub(super) fn build_match(
        &mut self,
        dest: Option<Local>,
        scrutinee: ExprId,
        arms: &[Arm],
        span: Span,
    ) {
        if self.expr_ty(scrutinee).is_never() {
            return self.effect(scrutinee);
        }
        let guards: Vec<ExprId> = arms.iter().filter_map(|arm| arm.guard).collect();
        let place = self.scrutinee(scrutinee, arms.iter().map(|arm| arm.pat), &guards);
        let mut rows = Vec::new();
        let mut bodies = Vec::new();
        for arm in arms {
            let body = self.new_block();
            bodies.push((body, arm.body));
            for pat in self.alternatives(arm.pat) {
                rows.push(Row {
                    pat,
                    guard: arm.guard,
                    body,
                    case: self.case_of(pat),
                });
            }
        }
        if self.can_switch(&place, &rows) {
            self.switch_rows(&place, &rows, span);
        } else {
            for row in &rows {
                self.try_row(&place, *row, false);
            }
            self.terminate(Terminator::Unreachable);
        }
        let join = self.new_block();
        for (block, body) in bodies {
            self.switch_to(block);
            self.into(dest, body);
            self.goto(join);
        }
        self.switch_to(join);
    }

    fn alternatives(&self, pat: PatId) -> Vec<PatId> {
        match &self.hir.pats[pat].kind {
            PatKind::Or(parts) => parts.iter().flat_map(|p| self.alternatives(*p)).collect(),
            _ => vec![pat],
        }
    }

    fn case_of(&self, pat: PatId) -> Option<i128> {
        if let Some((variant, _)) = self.tables.pat_fields.get(&pat) {
            return matches!(self.hir.pats[pat].kind, PatKind::Variant { .. })
                .then_some(i128::from(*variant));
        }
        if self.tables.pat_consts.contains_key(&pat) {
            return None;
        }
        match self.hir.pats[pat].kind {
            PatKind::Int { .. } | PatKind::Char(_) | PatKind::Bool(_) => {
                match self.literal_of(pat) {
                    Const::Int(_, value) => Some(value),
                    Const::Char(value) => Some(i128::from(u32::from(value))),
                    Const::Bool(value) => Some(i128::from(value)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Every row names a case or fits all of them, on a type with numbered cases.
    fn can_switch(&self, place: &Place, rows: &[Row]) -> bool {
        let numbered = match self.place_ty(place).kind() {
            TyKind::Int(_) | TyKind::Char | TyKind::Bool => true,
            TyKind::Adt(def, _) => matches!(self.env.def(*def).kind, crate::env::DefKind::Enum(_)),
            _ => false,
        };
        let fits = |row: &Row| row.case.is_some() || self.always_matches(row.pat);
        let named = rows.iter().filter(|row| row.case.is_some()).count();
        let copied = rows
            .iter()
            .filter(|row| row.case.is_none() && row.guard.is_some())
            .count();
        numbered && named > 1 && rows.iter().all(fits) && named * copied <= COPY_LIMIT
    }

    fn switch_rows(&mut self, place: &Place, rows: &[Row], span: Span) {
        let value = match self.place_ty(place).kind() {
            TyKind::Adt(..) => self.keep(Rvalue::Discriminant(place.clone()), span),
            _ => Operand::Copy(place.clone()),
        };
        let mut cases: Vec<(i128, BlockId)> = Vec::new();
        let mut known: FxHashMap<i128, ()> = FxHashMap::default();
        for row in rows {
            if let Some(case) = row.case
                && known.insert(case, ()).is_none()
            {
                cases.push((case, self.new_block()));
            }
        }
        let covers_all = match self.place_ty(place).kind() {
            TyKind::Adt(def, _) => match &self.env.def(*def).kind {
                crate::env::DefKind::Enum(found) => found.variants.len() == cases.len(),
                _ => false,
            },
            TyKind::Bool => cases.len() == 2,
            _ => false,
        };
        let default = (!covers_all).then(|| self.new_block());
        self.terminate(Terminator::Switch {
            value,
            cases: cases.clone(),
            default,
        });
        for (case, block) in cases {
            self.switch_to(block);
            self.rows_of_case(place, rows, Some(case));
        }
        if let Some(default) = default {
            self.switch_to(default);
            self.rows_of_case(place, rows, None);
        }
    }

    /// Tries, in order, the rows that fit a case.
    fn rows_of_case(&mut self, place: &Place, rows: &[Row], case: Option<i128>) {
        for row in rows {
            if row.case.is_some() && row.case != case {
                continue;
            }
            if self.try_row(place, *row, true) {
                return;
            }
        }
        self.terminate(Terminator::Unreachable);
    }

    /// Goes to the arm's body if the row fits, and otherwise on. Whether it always fits. `case_known` if the number or variant has been
    /// tested.
    fn try_row(&mut self, place: &Place, row: Row, case_known: bool) -> bool {
        let fail = self.new_block();
        let always = match (case_known, self.tables.pat_fields.get(&row.pat)) {
            (true, Some((variant, fields))) => {
                self.test_parts(place, *variant, fields, fail);
                self.parts_always_match(fields)
            }
            (true, None) => true,
            (false, _) => {
                self.test(row.pat, place, fail);
                self.always_matches(row.pat)
            }
        };
        match row.guard {
            None => {
                self.bind(row.pat, place);
                self.goto(row.body);
            }
            // What the guard does not look at is bound when it holds: the value may be taken apart then.
            Some(guard) => {
                let early = locals_in(self.hir, guard);
                self.bind_where(row.pat, place, &|local| early.contains(&local));
                let fits = self.new_block();
                self.branch(guard, fits, fail);
                self.switch_to(fits);
                self.bind_where(row.pat, place, &|local| !early.contains(&local));
                self.goto(row.body);
            }
        }
        self.switch_to(fail);
        always && row.guard.is_none()
    }
}

/// The variables that an expression looks at.
fn locals_in(hir: &hir::Body, expr: ExprId) -> FxHashSet<LocalId> {
    let mut found = FxHashSet::default();
    // Which functions that stand in the body it calls is not looked at.
    let mut pending: Vec<ExprId> = hir.inner.iter().map(|inner| inner.body).collect();
    pending.push(expr);
    while let Some(expr) = pending.pop() {
        match &hir.exprs[expr].kind {
            ExprKind::Local(local) => {
                found.insert(*local);
            }
            ExprKind::Closure { body, .. } => pending.push(*body),
            _ => {}
        }
        pending.extend(hir::children(hir, expr));
    }
    found
}
