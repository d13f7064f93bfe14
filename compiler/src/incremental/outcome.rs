//! What became of each piece, in the words of those who look at the text.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use syntax::Diagnostic;

use super::piece::Name;
use super::round::Round;
use super::{Outcome, State, Text};
use crate::CellInfo;
use crate::env::{DefId, DefKind};
use crate::mir::Effects;

impl Text {
    /// Those of units that are as they were stay.
    pub(super) fn bring_outcomes_up_to_date(&mut self, round: &Round) {
        let mut former = std::mem::take(&mut self.outcomes).into_iter();
        let outcomes = (0..round.pieces.len()).map(|index| match former.next() {
            Some(Outcome::Compiled(unit, cells))
                if round.unit_of(index).is_some_and(|of| Rc::ptr_eq(of, &unit)) =>
            {
                Outcome::Compiled(unit, cells)
            }
            _ => self.outcome(round, index),
        });
        self.outcomes = outcomes.collect();
    }

    fn outcome(&self, round: &Round, index: usize) -> Outcome {
        let piece = &round.pieces[index];
        if piece.is_import() {
            return match self.base.failed.get(&piece.file) {
                Some(diagnostics) => Outcome::Failed(diagnostics.clone()),
                None => Outcome::Imported,
            };
        }
        let unit = round
            .unit_of(index)
            .expect("compiler bug: a piece has no unit");
        match &unit.state {
            State::Compiled(good) => {
                let is_own = |cell: &CellInfo| cell.span.file == piece.file;
                let first = good.cells.iter().position(is_own).unwrap_or(0);
                let count = good.cells.iter().filter(|cell| is_own(cell)).count();
                Outcome::Compiled(Rc::clone(unit), first..first + count)
            }
            State::Failed(diagnostics) => {
                let is_own =
                    |found: &&Diagnostic| found.span().is_none_or(|span| span.file == piece.file);
                let own: Vec<Diagnostic> = diagnostics.iter().filter(is_own).cloned().collect();
                let waits_for = self.broken_needs(round, index);
                let has_own = own.iter().any(Diagnostic::is_error);
                if !waits_for.is_empty() && !piece.is_torn() {
                    Outcome::Waits(waits_for)
                } else if has_own {
                    Outcome::Failed(own)
                } else {
                    let others = unit.pieces.iter().filter(|other| other.file != piece.file);
                    Outcome::Waits(others.filter_map(|other| other.title()).collect())
                }
            }
        }
    }

    /// What a piece may need and what did not come about, that of its own unit aside.
    fn broken_needs(&self, round: &Round, index: usize) -> Vec<SmolStr> {
        let piece = &round.pieces[index];
        let unit = round.unit_of(index);
        let mut found = Vec::new();
        for need in &piece.names.needs {
            for giver in round.plan.givers(need) {
                let of = round.unit_of(*giver);
                let is_failed = of.is_some_and(|of| of.is_failed());
                let is_other = unit.zip(of).is_some_and(|(unit, of)| !Rc::ptr_eq(unit, of));
                if is_failed && is_other {
                    found.push(match need {
                        Name::Top(name) => name.clone(),
                        Name::Member(_) | Name::Operator(_) | Name::Impls(_) => {
                            round.pieces[*giver].title().unwrap_or_default()
                        }
                    });
                }
            }
        }
        // What did not parse may have been to define whatever it names.
        let torn = round.pieces.iter();
        let torn = torn.filter(|other| other.file != piece.file && !other.is_trial());
        for name in torn.flat_map(|other| &other.skipped) {
            let need = Name::Top(name.clone());
            if round.plan.givers(&need).is_empty() && piece.names.needs.contains(&need) {
                found.push(name.clone());
            }
        }
        for (file, _) in self.imports_failed() {
            let import = round.pieces.iter().find(|piece| piece.file == file);
            let names = import.into_iter().flat_map(|import| &import.names.defines);
            let missing =
                names.filter(|name| piece.names.needs.contains(&Name::Top((*name).clone())));
            found.extend(missing.cloned());
        }
        let mut seen = FxHashSet::default();
        found.retain(|name| seen.insert(name.clone()));
        found
    }

    /// The variables that a piece with mistakes may have been to change, and whether it may be any.
    pub fn may_write(&self, index: usize) -> Effects {
        let piece = &self.placed[index].piece;
        let scope = self.env.module(self.base.module);
        let mut found = Effects::default();
        let mut call = |def: DefId| {
            let known = self.env.function(def).body().map(|body| body.effects());
            if let Some(effects) = known {
                found.writes.extend(&effects.writes);
                found.anything |= effects.anything;
            }
        };
        let mut variables = Vec::new();
        for need in &piece.names.needs {
            match need {
                Name::Top(name) => {
                    let Some(def) = scope.names.get(name) else {
                        continue;
                    };
                    match &self.env.def(*def).kind {
                        DefKind::Fn(_) => call(*def),
                        DefKind::Global(global)
                            if global.is_var && piece.names.written.contains(name) =>
                        {
                            variables.push(*def);
                        }
                        _ => {}
                    }
                }
                Name::Member(name) => self.env.methods_named(name).for_each(&mut call),
                Name::Operator(_) | Name::Impls(_) => {}
            }
        }
        found.writes.extend(variables);
        found.writes.sort_unstable();
        found.writes.dedup();
        found
    }
}
