//! What can be taken back and brought back: for each entry the states before it, or after it while it is taken back. Both are
//! the same exchange, at the cost of what the entry changed.

use std::rc::Rc;

use compiler::env::{DefId, DefKind, Env};
use compiler::mir::outside::Kinds;
use rustc_hash::FxHashSet;
use syntax::SourceFile;

use super::Session;
use super::account::Account;
use super::definitions::Definitions;
use super::script::Told;
use crate::linked::{Linked, read_slot, write_slot};
use crate::report::Taken;
use crate::saved::Saved;

/// What an entry changed. While it is taken back, the states are those after it.
pub(super) struct Entry {
    pub(super) number: u32,
    pub(super) told: Rc<Told>,
    pub(super) env: Env,
    pub(super) unit: Rc<Linked>,
    /// One for each variable.
    pub(super) saved: Vec<Saved>,
    /// Slots that lead elsewhere now, and where they led.
    pub(super) slots: Vec<(usize, usize)>,
    pub(super) definitions: Definitions,
    /// How many texts there were before.
    pub(super) sources: usize,
    /// Its texts, while it is taken back.
    pub(super) texts: Vec<SourceFile>,
    /// What it imported for the first time.
    pub(super) modules: Vec<Rc<Linked>>,
    /// The hidden variable that has its value.
    pub(super) value: Option<DefId>,
    pub(super) account: Account,
}

/// Which entries to take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    Last,
    /// All from this one on.
    To(u32),
}

impl Session {
    pub(super) fn remember(&mut self, entry: Entry) {
        if let Some(def) = entry.value {
            self.name_value(entry.number, def);
        }
        self.told.push(Rc::clone(&entry.told));
        self.history.push_back(entry);
        // Some are forgotten together, since all values are walked to find out what they hold.
        let limit = self.config.entries;
        let at_once = (limit / 10).max(1);
        if self.history.len() >= limit + at_once {
            self.history.drain(..at_once);
            self.forget_values();
            self.drop_superseded();
        }
    }

    /// Units that cannot be taken back any more, of which nothing has a name any more, which nobody links to, and on which no
    /// value depends.
    pub(super) fn drop_superseded(&mut self) {
        let env = &self.front.env;
        let oldest = self.history.front().map_or(env, |entry| &entry.env);
        let entries = self.history.iter();
        let recent: FxHashSet<*const Linked> = entries.map(|e| Rc::as_ptr(&e.unit)).collect();
        let values: FxHashSet<DefId> = self.past.iter().map(|(_, def)| *def).collect();
        // What no recent entry defined has its name before all of them, or has lost it before.
        let is_known = |def| values.contains(&def) || is_named(env, def) || is_named(oldest, def);
        let is_superseded = |unit: &&Rc<Linked>| {
            Rc::strong_count(unit) == 1
                && !recent.contains(&Rc::as_ptr(unit))
                && !unit.definitions().any(is_known)
        };
        let superseded = self.units.iter().filter(is_superseded).map(Rc::clone);
        let unheld = self.machine.unheld(superseded.collect(), self.held());
        self.units
            .retain(|unit| !unheld.iter().any(|gone| Rc::ptr_eq(unit, gone)));
    }

    /// Takes back the last entry, its effects on variables included; gives its text.
    pub fn undo(&mut self) -> Option<String> {
        let taken = self.undo_to(Back::Last).ok()?;
        taken.entries.into_iter().next().map(|(_, text)| text)
    }

    /// Takes entries back, their effects on variables included. An error says what cannot be, in words.
    pub fn undo_to(&mut self, back: Back) -> Result<Taken, String> {
        let Some(last) = self.history.back().map(|entry| entry.number) else {
            return Err("there is nothing to take back".to_owned());
        };
        let first = match back {
            Back::Last => last,
            Back::To(number) => number,
        };
        let oldest = self.history.front().map_or(last, |entry| entry.number);
        if first > last {
            return Err(format!("there is no entry {first}: the last one is {last}"));
        }
        if first < oldest {
            return Err(format!(
                "entry {first} is too far back: entries from {oldest} on can be taken back"
            ));
        }
        let mut taken = Taken::default();
        let mut outside = Kinds::NONE;
        while let Some(mut entry) = self.history.pop_back_if(|entry| entry.number >= first) {
            self.take_back(&mut entry);
            self.tell(&entry, &mut taken);
            outside = outside.union(entry.account.outside.writes);
            self.undone.push(entry);
        }
        taken.outside = (!outside.is_none()).then(|| outside.to_string());
        taken.entries.reverse();
        Ok(taken)
    }

    /// Brings back the entry that was taken back last: the values that it led to, without running it.
    pub fn redo(&mut self) -> Result<Taken, String> {
        let Some(mut entry) = self.undone.pop() else {
            return Err("there is nothing to bring back".to_owned());
        };
        self.bring_back(&mut entry);
        let mut taken = Taken::default();
        self.tell(&entry, &mut taken);
        self.history.push_back(entry);
        Ok(taken)
    }

    fn tell(&self, entry: &Entry, taken: &mut Taken) {
        taken.entries.push((entry.number, entry.told.text.clone()));
        for saved in entry.saved.iter().filter(|saved| saved.differs()) {
            let name = self.front.env.try_def(saved.def());
            let name = name.map(|def| def.name.to_string());
            if let Some(name) = name.filter(|name| !taken.changed.contains(name)) {
                taken.changed.push(name);
            }
        }
    }

    pub(super) fn take_back(&mut self, entry: &mut Entry) {
        std::mem::swap(&mut self.definitions, &mut entry.definitions);
        for (slot, target) in entry.slots.iter_mut().rev() {
            let led = read_slot(*slot);
            write_slot(*slot, std::mem::replace(target, led));
        }
        for saved in entry.saved.iter_mut().rev() {
            saved.exchange(&self.machine);
        }
        std::mem::swap(&mut self.front.env, &mut entry.env);
        let gone = |known: &Rc<Linked>| {
            Rc::ptr_eq(known, &entry.unit)
                || entry.modules.iter().any(|module| Rc::ptr_eq(known, module))
        };
        self.units.retain(|known| !gone(known));
        entry.texts = self.front.sources.split_off(entry.sources);
        self.past.retain(|(number, _)| *number != entry.number);
        if self
            .told
            .last()
            .is_some_and(|told| Rc::ptr_eq(told, &entry.told))
        {
            self.told.pop();
        }
        self.unname_lost_values();
    }

    fn bring_back(&mut self, entry: &mut Entry) {
        self.front.sources.truncate(entry.sources);
        self.front.sources.extend(std::mem::take(&mut entry.texts));
        self.units.extend(entry.modules.iter().map(Rc::clone));
        self.units.push(Rc::clone(&entry.unit));
        std::mem::swap(&mut self.front.env, &mut entry.env);
        for saved in &mut entry.saved {
            saved.exchange(&self.machine);
        }
        for (slot, target) in &mut entry.slots {
            let led = read_slot(*slot);
            write_slot(*slot, std::mem::replace(target, led));
        }
        std::mem::swap(&mut self.definitions, &mut entry.definitions);
        self.past.extend(entry.value.map(|def| (entry.number, def)));
        self.told.push(Rc::clone(&entry.told));
        self.unname_lost_values();
    }

    /// What was taken back cannot be brought back any more: its ids are given out again.
    pub(super) fn forget_undone(&mut self) {
        // Newest first, since later units hold earlier ones.
        for entry in std::mem::take(&mut self.undone) {
            self.forget_entry(entry);
        }
    }

    /// An entry that was taken back goes for good.
    pub(super) fn forget_entry(&mut self, entry: Entry) {
        for global in entry.unit.globals() {
            global.drop_value(&self.machine);
        }
        drop(entry);
    }

    /// The number of the next entry.
    pub fn next_entry(&self) -> u32 {
        let last = self.told.last().map_or(0, |told| told.number);
        last + 1
    }
}

/// The first state of each variable is the one from before the entry.
pub(super) fn firsts(saved: Vec<Saved>) -> Vec<Saved> {
    let mut seen = FxHashSet::default();
    saved
        .into_iter()
        .filter(|each| seen.insert(each.of()))
        .collect()
}

/// The same for slots.
pub(super) fn first_targets(slots: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let mut seen = FxHashSet::default();
    slots
        .into_iter()
        .filter(|(slot, _)| seen.insert(*slot))
        .collect()
}

fn is_named(env: &Env, def: DefId) -> bool {
    env.try_def(def).is_some_and(|found| {
        let is_method = matches!(&found.kind, DefKind::Fn(function) if function.self_ty.is_some());
        is_method || env.module(found.module).names.get(&found.name) == Some(&def)
    })
}
