//! Results of cells, and the values that they bound or changed, as long as they may be of use.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use compiler::env::DefId;
use compiler::incremental::Fingerprint;
use rustc_hash::{FxHashMap, FxHashSet};

use super::cells;
use super::cells::CellId;
use super::files::Seen;
use super::key::Key;
use crate::failure::Failure;
use crate::report::Shown;
use crate::saved::Share;

/// What a cell came to.
pub(super) struct Record {
    pub(super) key: Rc<Key>,
    /// What tells the outside after it from that before, if it changed that.
    pub(super) after_outside: Option<Fingerprint>,
    pub(super) result: Result<Success, Failure>,
    /// What it printed.
    pub(super) output: String,
    pub(super) elapsed: Duration,
    pub(super) allocations: u64,
    /// What it has read.
    pub(super) files: Vec<Seen>,
    /// The texts of all modules, if lines of theirs are named in its failure: they may stand elsewhere in others.
    pub(super) placed_in: Option<Fingerprint>,
    /// How many cells stand with it.
    pub(super) users: Cell<usize>,
    /// In which update it was last of use, if it is not.
    pub(super) used: Cell<u64>,
    /// Whether it can be run again for the values that it left: nobody notices.
    pub(super) is_repeatable: bool,
}

#[derive(Default)]
pub(super) struct Success {
    /// The values that it bound or changed.
    pub(super) after: Vec<Kept>,
    pub(super) bindings: Vec<Shown>,
    pub(super) value: Option<Shown>,
    /// That of an expression; nobody but those who look at it has it.
    pub(super) unnamed: Option<ValueId>,
    /// Whether somebody stopped a `show` whose text would stand here.
    pub(super) was_stopped: bool,
}

/// Which value it is of a global: its stamp tells it from all others.
pub(super) type ValueId = (DefId, Fingerprint);

/// A value at some moment.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) value: ValueId,
    /// Of the global, with the shape of its type.
    pub(super) interface: Fingerprint,
}

/// For how many updates a result that is not in use is kept.
const KEPT_FOR: u64 = 64;
/// In every so many updates it is looked for what can be given up.
const PRUNED_EVERY: u64 = 16;

/// Values and results of a sheet.
#[derive(Default)]
pub(super) struct Store {
    records: FxHashMap<Fingerprint, Rc<Record>>,
    pub(super) newest: FxHashMap<CellId, Rc<Record>>,
    /// Those that are in memory; others can be made again.
    values: FxHashMap<ValueId, Rc<Share>>,
    pub(super) updates: u64,
    pub(super) runs: u64,
}

impl Store {
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.newest.clear();
        self.values.clear();
    }

    pub(super) fn find(&self, key: Fingerprint) -> Option<Rc<Record>> {
        let record = self.records.get(&key)?;
        record.used.set(self.updates);
        Some(Rc::clone(record))
    }

    pub(super) fn add(&mut self, record: &Rc<Record>) {
        record.used.set(self.updates);
        self.records.insert(record.key.print, Rc::clone(record));
    }

    pub(super) fn add_value(&mut self, id: ValueId, share: Rc<Share>) {
        self.values.insert(id, share);
    }

    pub(super) fn value(&self, id: ValueId) -> Option<&Rc<Share>> {
        self.values.get(&id)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Share> {
        self.values.values().map(Rc::as_ref)
    }

    pub(super) fn forget(&mut self, id: ValueId) {
        self.values.remove(&id);
    }

    /// Results whose values can be given up, in the order in which they are to be: what is not in use, then what takes the least time to make
    /// again.
    pub(super) fn expendable(&self) -> Vec<Rc<Record>> {
        let all = self.records.values();
        let found = all.filter(|record| record.is_repeatable);
        let mut found: Vec<Rc<Record>> = found.cloned().collect();
        found.sort_by_key(|record| match record.is_in_use() {
            true => (true, 0, record.elapsed, record.key.print),
            false => (false, record.used.get(), Duration::ZERO, record.key.print),
        });
        found
    }

    /// A cell has another result.
    pub(super) fn exchange(&self, before: Option<&Rc<Record>>, now: Option<&Rc<Record>>) {
        if let Some(record) = now {
            record.users.set(record.users.get() + 1);
        }
        if let Some(record) = before {
            record.users.set(record.users.get() - 1);
            record.used.set(self.updates);
        }
    }

    /// Gives up what was not in use for a while, and of cells that are gone.
    pub(super) fn prune(&mut self, cells: &[cells::Cell]) {
        if !self.updates.is_multiple_of(PRUNED_EVERY) {
            return;
        }
        let oldest = self.updates.saturating_sub(KEPT_FOR);
        self.records
            .retain(|_, record| record.is_in_use() || record.used.get() >= oldest);
        let there: FxHashSet<CellId> = cells.iter().map(|cell| cell.id).collect();
        let records = &self.records;
        self.newest
            .retain(|id, last| there.contains(id) || records.contains_key(&last.key.print));
        let known = self.records.values();
        let known = known.chain(self.newest.values());
        let mentioned: FxHashSet<ValueId> = known.flat_map(|record| record.values()).collect();
        self.values.retain(|id, _| mentioned.contains(id));
    }
}

impl Record {
    fn is_in_use(&self) -> bool {
        self.users.get() > 0
    }

    /// Whether it did not come to an end by itself.
    pub(super) fn was_stopped(&self) -> bool {
        match &self.result {
            Ok(success) => success.was_stopped,
            Err(failure) => failure.is_interrupt(),
        }
    }

    /// The values that it left under names: of the globals that it bound or changed.
    pub(super) fn named(&self) -> impl Iterator<Item = ValueId> {
        let after = self.result.iter().flat_map(|success| &success.after);
        after.map(|kept| kept.value)
    }

    /// The value that it left without one.
    pub(super) fn unnamed(&self) -> Option<ValueId> {
        self.result.as_ref().ok()?.unnamed
    }

    /// All that it left.
    pub(super) fn values(&self) -> impl Iterator<Item = ValueId> {
        self.named().chain(self.unnamed())
    }
}
