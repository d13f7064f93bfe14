//! Values that a cell needs: those in memory, and those that were given up to save it, which are made again by running the cells that made them.

use std::rc::Rc;

use compiler::env::DefId;
use compiler::incremental::{Fingerprint, Outcome};
use syntax::Diagnostic;

use super::Sheet;
use super::cells::{Cell, CellId, Walk};
use super::key::{Key, Touched, What};
use super::store::{Record, ValueId};
use crate::build::{Source, Tier};
use crate::saved::Share;
use crate::trap::Trap;

/// A value that a cell finds.
pub(super) struct Input {
    pub(super) value: ValueId,
    /// None if only the place of the global has it, and may lose it.
    pub(super) share: Option<Rc<Share>>,
}

type Inputs = Result<Vec<Input>, Trap>;

impl Sheet {
    /// What the globals have to be before a cell.
    pub(super) fn inputs(
        &mut self,
        walk: &Walk,
        touched: &Touched,
    ) -> Result<Inputs, Vec<Diagnostic>> {
        let values: Vec<ValueId> = touched
            .all
            .iter()
            .chain(&touched.for_show)
            .filter_map(|def| Some((*def, walk.stamp(*def)?)))
            .collect();
        if let Err(trap) = self.make_again(walk.cells_before(), &values)? {
            return Ok(Err(trap));
        }
        self.hold(&values);
        let inputs = values.into_iter().map(|value| Input {
            share: self.store.value(value).cloned(),
            value,
        });
        Ok(Ok(inputs.collect()))
    }

    /// A value that cells have left, made again if it is no longer in memory and still wanted; none if it cannot be.
    pub(super) fn value_again(
        &mut self,
        value: ValueId,
        is_wanted: &dyn Fn() -> bool,
    ) -> Option<Rc<Share>> {
        if !self.is_there(value) {
            maker(&self.cells, value).filter(|_| is_wanted())?;
            let cells = std::mem::take(&mut self.cells);
            let made = self.make_again(&cells, &[value]);
            self.cells = cells;
            made.ok()?.ok()?;
        }
        self.hold(&[value]);
        self.store.value(value).cloned()
    }

    fn share_of_place(&self, (def, stamp): ValueId) -> Option<Rc<Share>> {
        let place = self.build.places.get(def)?;
        let is_there = place.stamp == Some(stamp);
        let share = Share::of(&place.global, place.unit()?).filter(|_| is_there)?;
        Some(Rc::new(share))
    }

    fn is_there(&self, value: ValueId) -> bool {
        let (def, stamp) = value;
        let is_in_place = || {
            let place = self.build.places.get(def);
            place.is_some_and(|place| place.stamp == Some(stamp))
        };
        self.store.value(value).is_some() || is_in_place()
    }

    /// Runs the cells again that made values which are no longer in memory, and those that made what these need.
    fn make_again(
        &mut self,
        cells: &[Cell],
        values: &[ValueId],
    ) -> Result<Result<(), Trap>, Vec<Diagnostic>> {
        if values.iter().all(|value| self.is_there(*value)) {
            return Ok(Ok(()));
        }
        self.hold(values);
        // Each with whether it has to be held while others are made.
        let mut wanted: Vec<(ValueId, bool)> = values.iter().map(|id| (*id, true)).collect();
        while let Some((value, is_held)) = wanted.last().copied() {
            if self.is_there(value) {
                wanted.pop();
                continue;
            }
            let found = maker(cells, value);
            let (id, record) = found.expect("compiler bug: nobody made a value that a cell needs");
            let needed: Vec<ValueId> = needs(&record.key).collect();
            let missing = needed.iter().find(|value| !self.is_there(**value));
            if let Some(missing) = missing {
                let needs_many = needed.len() > 1;
                if needs_many {
                    self.hold(&needed);
                }
                wanted.push((*missing, needs_many));
                continue;
            }
            if let Err(trap) = self.repeat(id, &record)? {
                return Ok(Err(trap));
            }
            if is_held {
                self.hold(&[value]);
            }
            self.drop_unnamed(id);
        }
        Ok(Ok(()))
    }

    /// Other runs may put something else in the place of a value. Who has one while cells run is known to the store, so that the walk after a
    /// failure finds it.
    fn hold(&mut self, values: &[ValueId]) {
        for value in values {
            if self.store.value(*value).is_none()
                && let Some(share) = self.share_of_place(*value)
            {
                self.store.add_value(*value, share);
            }
        }
    }

    fn repeat(&mut self, id: CellId, record: &Record) -> Result<Result<(), Trap>, Vec<Diagnostic>> {
        let (source, index) = self.source_of(id);
        let info = &source.cells()[index];
        let own: Vec<DefId> = info.defines.iter().chain(&info.value).copied().collect();
        let inputs = needs(&record.key).map(|value| Input {
            share: self.store.value(value).cloned(),
            value,
        });
        let inputs: Vec<Input> = inputs.collect();
        let cell = ((&source, index), own.as_slice());
        let attempt = self.attempt(cell, &inputs, &record.key, Tier::Full, None)?;
        if let Err(trap) = attempt.result {
            self.undo_run(&own, &inputs);
            return Ok(Err(trap));
        }
        for (def, stamp) in record.values() {
            if let Some(place) = self.build.places.get_mut(def) {
                place.stamp = Some(stamp);
            }
        }
        Ok(Ok(()))
    }

    /// Nobody reads the value of an expression.
    fn drop_unnamed(&mut self, id: CellId) {
        let (source, index) = self.source_of(id);
        let unnamed = source.cells()[index].value;
        if let Some(place) = unnamed.and_then(|def| self.build.places.get_mut(def)) {
            place.clear();
        }
    }

    /// The code of a cell that has run.
    fn source_of(&self, id: CellId) -> (Source, usize) {
        let found = self.known_source(id);
        found.expect("compiler bug: a cell has a result and no code")
    }

    /// None of a cell that has mistakes.
    pub(super) fn known_source(&self, id: CellId) -> Option<(Source, usize)> {
        match id {
            CellId::Module(of, index) => {
                let mut modules = self.build.modules.iter();
                let module = modules.find(|module| module.ready.module == of);
                module.map(|module| (Source::Module(Rc::clone(module)), index))
            }
            CellId::Text(_, index) => {
                self.position(id)
                    .and_then(|at| match &self.build.text.outcomes()[at] {
                        Outcome::Compiled(unit, cells) => {
                            Some((Source::Text(Rc::clone(unit)), cells.start + index))
                        }
                        Outcome::Imported | Outcome::Failed(_) | Outcome::Waits(_) => None,
                    })
            }
        }
    }

    /// Gives up values until the rest fits into memory.
    pub(super) fn fit_memory(&mut self) {
        self.give_up_values(self.build.config.state_limit);
    }

    /// Gives up values until no more than so many bytes are taken; whether there were any.
    pub(super) fn give_up_values(&mut self, limit: u64) -> bool {
        let before = self.live_bytes();
        if before <= limit {
            return false;
        }
        for record in self.store.expendable() {
            for (def, stamp) in record.values() {
                self.store.forget((def, stamp));
                let place = self.build.places.get_mut(def);
                if let Some(place) = place.filter(|place| place.stamp == Some(stamp)) {
                    place.clear();
                }
            }
            if self.live_bytes() <= limit {
                break;
            }
        }
        self.live_bytes() < before
    }

    pub(super) fn live_bytes(&self) -> u64 {
        self.build
            .machine
            .with_runtime(|runtime| runtime.live_bytes())
    }
}

/// The values that a cell ran with.
fn needs(key: &Key) -> impl Iterator<Item = ValueId> + '_ {
    key.parts.iter().filter_map(|(what, stamp)| match what {
        // What is not bound has none.
        What::Value(def) if *stamp != Fingerprint::default() => Some((*def, *stamp)),
        What::Value(_) | What::Text | What::Code(_) | What::Outside(_) => None,
    })
}

/// The cell that left a value.
fn maker(cells: &[Cell], value: ValueId) -> Option<(CellId, Rc<Record>)> {
    cells.iter().find_map(|cell| {
        let record = cell.result()?;
        let mut left = record.values();
        let is_its = left.any(|left| left == value);
        is_its.then(|| (cell.id, Rc::clone(record)))
    })
}
