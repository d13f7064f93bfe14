//! Runs a cell: from the values that it is to find to those that it leaves.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use compiler::CellInfo;
use compiler::env::DefId;
use compiler::incremental::Fingerprint;
use stdlib::AskedFile;
use stdlib::value::Budget;
use syntax::Diagnostic;

use super::cells::{CellId, Walk};
use super::files::Seen;
use super::key::{Key, Touched};
use super::memory::Input;
use super::store::{Kept, Record, Success, ValueId};
use super::{Progress, Sheet};
use crate::build::{Source, Tier};
use crate::failure;
use crate::preview::preview;
use crate::report::Shown;
use crate::saved::Share;
use crate::session::{Showing, shown};
use crate::trap::{Trap, TrapKind};

/// How long a cell may run in code that was made quickly.
const QUICK_LIMIT: Duration = Duration::from_millis(20);

/// One run of a cell.
pub(super) struct Attempt {
    pub(super) result: Result<(), Trap>,
    took_too_long: bool,
    /// How long it could have taken.
    limit: Option<Duration>,
    /// Whether there is no better code.
    is_best: bool,
    elapsed: Duration,
    output: String,
    allocations: u64,
    /// What it has read.
    files: Vec<AskedFile>,
}

impl Attempt {
    /// Whether it may come to an end in better code: loops are faster there, and calls take less of the stack.
    fn wants_better_code(&self) -> bool {
        let kind = self.result.as_ref().err().map(|trap| trap.kind);
        let is_slow = kind == Some(TrapKind::Interrupt) && self.took_too_long;
        !self.is_best && (is_slow || kind == Some(TrapKind::StackOverflow))
    }

    /// Whether values that are only kept may have been in its way.
    fn wants_memory(&self) -> bool {
        let trap = self.result.as_ref().err();
        trap.is_some_and(|trap| trap.kind == TrapKind::Memory)
    }
}

impl Sheet {
    /// None if it is to begin again later.
    pub(super) fn run_cell(
        &mut self,
        walk: &Walk,
        id: CellId,
        cell: (&Source, usize),
        key: Rc<Key>,
        touched: &Touched,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Option<Rc<Record>>, Vec<Diagnostic>> {
        let info = &cell.0.cells()[cell.1];
        let own: Vec<DefId> = info.defines.iter().chain(&info.value).copied().collect();
        let limit = self.limit(id, touched);
        let tier = self.first_tier(id, touched);
        let inputs = match self.inputs(walk, touched)? {
            Ok(inputs) => inputs,
            Err(trap) => return self.not_begun(id, &trap, progress),
        };
        let mut attempt = self.attempt((cell, &own), &inputs, &key, tier, limit)?;
        if attempt.wants_better_code() {
            self.undo_run(&own, &inputs);
            attempt = self.attempt((cell, &own), &inputs, &key, Tier::Full, limit)?;
        }
        if attempt.wants_memory() && touched.outside.is_none() {
            self.undo_run(&own, &inputs);
            if self.give_up_values(0) {
                attempt = self.attempt((cell, &own), &inputs, &key, Tier::Full, limit)?;
            }
        }
        let nonce = match touched.outside.is_none() {
            true => key.print,
            false => self.fresh_print(key.print),
        };
        let result = match attempt.result {
            Ok(()) => {
                // The text is that of the new code, also of a value that stays the old one.
                let shown = self.shown_result(info, nonce);
                if shown.was_stopped {
                    self.tell_of_stop(id, progress);
                    if !self.went_on && touched.outside.is_none() {
                        self.undo_run(&own, &inputs);
                        return Ok(None);
                    }
                }
                let former = self.store.newest.get(&id).cloned();
                let made = Made {
                    nonce,
                    code: key.code,
                    elapsed: attempt.elapsed,
                    former: former.as_deref(),
                };
                let after = self.keep(&inputs, &made, &touched.defined, &touched.written);
                if info.test.is_some() {
                    self.take_back(&inputs);
                }
                Ok(Success { after, ..shown })
            }
            Err(mut trap) => {
                let cell_limit = self.build.config.cell_limit;
                let is_interrupt = trap.kind == TrapKind::Interrupt;
                if is_interrupt && attempt.took_too_long {
                    trap.message = Some(format!(
                        "stopped after {cell_limit:?}; it goes on when it is asked to"
                    ));
                }
                let failure =
                    failure::failure(&self.build.machine, &self.build.front.sources, &trap);
                self.undo_run(&own, &inputs);
                if is_interrupt && attempt.took_too_long {
                    if attempt.limit.is_some_and(|slice| slice < cell_limit) {
                        return Ok(None);
                    }
                } else if is_interrupt {
                    self.tell_of_stop(id, progress);
                    if !self.went_on {
                        return Ok(None);
                    }
                }
                Err(failure)
            }
        };
        self.ran += 1;
        let failure = result.as_ref().err();
        let is_in_modules =
            failure.is_some_and(|failure| failure.names_modules(&self.build.front.sources));
        let record = Rc::new(Record {
            key,
            after_outside: touched.outside.changes_any().then_some(nonce),
            result,
            output: attempt.output,
            elapsed: attempt.elapsed,
            allocations: attempt.allocations,
            files: attempt.files.into_iter().map(Seen::from).collect(),
            placed_in: is_in_modules.then(|| self.build.imports.print()),
            users: Cell::default(),
            used: Cell::default(),
            is_repeatable: touched.outside.is_none(),
        });
        self.store.add(&record);
        drop(inputs);
        self.fit_memory();
        Ok(Some(record))
    }

    /// A value that it needs could not be made again.
    fn not_begun(
        &mut self,
        id: CellId,
        trap: &Trap,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Option<Rc<Record>>, Vec<Diagnostic>> {
        if trap.kind == TrapKind::Interrupt {
            self.tell_of_stop(id, progress);
            if !self.went_on {
                return Ok(None);
            }
        }
        self.fit_memory();
        let message = "a value from above was given up to save memory, and could not be made again";
        Err(vec![Diagnostic::error(trap.kind.name(), message)])
    }

    /// The cell was stopped, as somebody asked.
    fn tell_of_stop(&mut self, id: CellId, progress: &mut dyn FnMut(Progress) -> bool) {
        self.clock.was_stopped();
        self.went_on = progress(Progress::Interrupted(self.number(id)));
    }

    fn limit(&self, id: CellId, touched: &Touched) -> Option<Duration> {
        let slice = self.slice.filter(|_| !self.asked.contains(&id));
        slice.map(|slice| match touched.outside.is_none() {
            true => slice,
            // What has changed the outside cannot begin again.
            false => self.build.config.cell_limit,
        })
    }

    /// Quick code is for what can begin again, and did not take long the last time.
    fn first_tier(&self, id: CellId, touched: &Touched) -> Tier {
        let last = self.store.newest.get(&id);
        let was_slow = last.is_some_and(|last| last.elapsed >= QUICK_LIMIT / 2);
        match touched.outside.is_none() && !was_slow {
            true => Tier::Quick,
            false => Tier::Full,
        }
    }

    /// Runs a cell once.
    pub(super) fn attempt(
        &mut self,
        ((source, index), own): ((&Source, usize), &[DefId]),
        inputs: &[Input],
        key: &Key,
        tier: Tier,
        limit: Option<Duration>,
    ) -> Result<Attempt, Vec<Diagnostic>> {
        for reached in &key.reached.sources {
            self.build.linked(reached, tier)?;
        }
        let linked = self.build.linked(source, tier)?;
        let is_best = tier == Tier::Full || !self.build.config.optimize;
        for input in inputs {
            self.put_in_place(input);
        }
        self.build.make_room(own, &linked);
        let limit = match is_best {
            true => limit,
            false => Some(limit.map_or(QUICK_LIMIT, |limit| limit.min(QUICK_LIMIT))),
        };
        let before = self.build.machine.with_runtime(|runtime| runtime.stats);
        let start = Instant::now();
        let run = linked.cell(index);
        self.clock.begin(limit);
        // SAFETY: generated code without parameters.
        let result = unsafe { self.build.machine.run(|| run()) };
        let took_too_long = self.clock.end();
        let elapsed = start.elapsed();
        let (after, files) = self.build.machine.with_runtime(|runtime| {
            runtime.flush();
            (runtime.stats, std::mem::take(&mut runtime.asked_files))
        });
        if result.is_ok() {
            for def in own {
                if let Some(place) = self.build.places.get(*def) {
                    place.global.is_bound.set(true);
                }
            }
        }
        Ok(Attempt {
            result,
            took_too_long,
            limit,
            is_best,
            elapsed,
            output: self.captured.take(),
            files,
            allocations: after.allocations - before.allocations,
        })
    }

    /// The global has the value that it is to have before the cell.
    fn put_in_place(&mut self, input: &Input) {
        let (def, stamp) = input.value;
        let Some(place) = self.build.places.get_mut(def) else {
            return;
        };
        if let Some(share) = input.share.as_ref().filter(|_| place.stamp != Some(stamp)) {
            place.put(share, stamp);
        }
    }

    /// One that no other run has.
    fn fresh_print(&mut self, key: Fingerprint) -> Fingerprint {
        self.store.runs += 1;
        Fingerprint::of(&(key, self.store.runs))
    }

    /// The values that a cell has bound or changed.
    fn keep(
        &mut self,
        inputs: &[Input],
        made: &Made<'_>,
        defined: &[DefId],
        written: &[DefId],
    ) -> Vec<Kept> {
        let mut after = Vec::new();
        for def in defined.iter().chain(written) {
            let Some(place) = self.build.places.get_mut(*def) else {
                continue;
            };
            let before = inputs.iter().find(|input| input.value.0 == *def);
            let before = before.and_then(|input| input.share.as_ref());
            if before.is_some_and(|before| before.is_in(&place.global)) {
                continue; // nothing was written
            }
            let Some(unit) = place.unit().cloned() else {
                continue;
            };
            let Some(share) = Share::of(&place.global, &unit) else {
                continue;
            };
            let share = Rc::new(share);
            let interface = place.interface;
            let former = made.former.and_then(|former| former.kept(*def, interface));
            let same = former.and_then(|former| {
                let known = self.store.value(former.value)?;
                made.is_same(known, &share)
                    .then(|| (former, Rc::clone(known)))
            });
            let kept = match same {
                Some((former, known)) => {
                    place.put(&known, former.value.1);
                    former
                }
                None => {
                    let stamp = Fingerprint::of(&(made.nonce, def));
                    place.stamp = Some(stamp);
                    let value = (*def, stamp);
                    self.store.add_value(value, share);
                    Kept { value, interface }
                }
            };
            after.push(kept);
        }
        after
    }

    /// What a cell shows, which has run.
    fn shown_result(&mut self, info: &CellInfo, nonce: Fingerprint) -> Success {
        self.is_show_stopped.set(false);
        let env = self.build.text.env();
        let show = |def: DefId| {
            let place = self.build.places.get(def)?;
            let global = Some(&place.global).filter(|global| global.is_bound.get())?;
            Some(Shown {
                preview: preview(self, (global.desc(), global.address)).map(Rc::new),
                ..shown(self, global, env)
            })
        };
        let bindings = info.defines.iter().filter_map(|def| show(*def)).collect();
        let value = info.value.and_then(show).map(|shown| Shown {
            name: String::new(),
            ..shown
        });
        Success {
            after: Vec::new(),
            bindings,
            value,
            unnamed: info.value.and_then(|def| self.keep_unnamed(def, nonce)),
            was_stopped: self.is_show_stopped.take(),
        }
    }

    fn keep_unnamed(&mut self, def: DefId, nonce: Fingerprint) -> Option<ValueId> {
        let place = self.build.places.get_mut(def)?;
        let share = Share::of(&place.global, place.unit()?)?;
        place.clear();
        let id = (def, Fingerprint::of(&(nonce, def)));
        self.store.add_value(id, Rc::new(share));
        Some(id)
    }

    /// What a test has changed is as it was before.
    fn take_back(&mut self, inputs: &[Input]) {
        for input in inputs {
            let (def, stamp) = input.value;
            let Some(place) = self.build.places.get_mut(def) else {
                continue;
            };
            match &input.share {
                Some(share) if share.is_in(&place.global) => {} // nothing was written
                Some(share) => place.put(share, stamp),
                None => place.clear(),
            }
        }
    }

    /// After a failure everything is as before the cell.
    pub(super) fn undo_run(&mut self, own: &[DefId], inputs: &[Input]) {
        for def in own {
            if let Some(place) = self.build.places.get_mut(*def) {
                place.global.forget();
                place.stamp = None;
            }
        }
        for input in inputs {
            let (def, stamp) = input.value;
            let Some(place) = self.build.places.get_mut(def) else {
                continue;
            };
            match &input.share {
                Some(share) => place.restore(share, stamp),
                None => {
                    place.global.forget();
                    place.stamp = None;
                }
            }
        }
        Showing::sweep(self);
    }
}

/// What is known of a run when its values are kept.
struct Made<'r> {
    /// What its stamps are made from.
    nonce: Fingerprint,
    code: Fingerprint,
    elapsed: Duration,
    /// The result that it takes the place of.
    former: Option<&'r Record>,
}

/// How long it is looked at least whether two values are the same.
const LEAST_LOOK: Duration = Duration::from_millis(1);

impl Made<'_> {
    fn is_same(&self, known: &Share, fresh: &Share) -> bool {
        let budget = Budget::until(Instant::now() + (self.elapsed / 10).max(LEAST_LOOK));
        let code = self.former.map(|former| former.key.code);
        known.is_same(fresh, code != Some(self.code), budget)
    }
}

impl Record {
    /// The value of the same global that it left.
    fn kept(&self, def: DefId, interface: Fingerprint) -> Option<Kept> {
        let success = self.result.as_ref().ok()?;
        let mut kept = success.after.iter();
        let is_of_it = |kept: &&Kept| (kept.value.0, kept.interface) == (def, interface);
        kept.find(is_of_it).copied()
    }
}
