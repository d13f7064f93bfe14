//! The cells of a sheet in their order: which of them have to run, and running those.
//!
//! The result of a cell is kept under a key: the code that it may reach, and the *stamps* of the values that it may read or change. A stamp
//! tells a value from every other one; a cell that ran makes new ones, of its key, but where a value is the same as the one that it takes the
//! place of, that one and its stamp stay: so nothing runs because of it. No value is needed to find out what has to run.
//!
//! Each kind of outside has a stamp, too. What touched it cannot be told from its key, so its stamps are made from a number that no other run has.
//! A cell that changes the outside runs when its own text is new, or when it is asked to; until then it is stale, and so is what depends on it.

use std::rc::Rc;
use std::time::{Duration, Instant};

use compiler::CellInfo;
use compiler::env::{DefId, DefKind};
use compiler::incremental::{Fingerprint, Fingerprinter, Lineage, Outcome};
use compiler::mir::outside::{Kind, Outside};
use compiler::own::{self, Reach};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use stdlib::value::Budget;
use syntax::Diagnostic;

use super::code::{Reached, Source};
use super::{Progress, Sheet};
use crate::failure::{self, Failure};
use crate::report::Shown;
use crate::saved::Share;
use crate::session::{Showing, shown};
use crate::trap::TrapKind;

/// Which cell it is, however it is edited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum CellId {
    Module(u32, usize),
    Text(Lineage, usize),
}

impl CellId {
    pub(super) fn number(self) -> u64 {
        match self {
            CellId::Module(..) => 0,
            CellId::Text(lineage, index) => u64::from(lineage.0) << 16 | index as u64,
        }
    }
}

/// What the result of a cell follows from.
struct Key {
    print: Fingerprint,
    /// Of the code alone.
    code: Fingerprint,
    reached: Rc<Reached>,
    /// The stamps.
    parts: Vec<Part>,
}

type Part = (What, Fingerprint);

#[derive(Clone, PartialEq, Eq)]
enum What {
    Text,
    Code(SmolStr),
    Value(DefId),
    Outside(Kind),
}

impl Key {
    /// All of it, for the one who asks why; the code of the cell itself comes first.
    fn all_parts(&self) -> Vec<Part> {
        let codes = self.reached.codes.iter().enumerate();
        let codes = codes.map(|(index, (name, code))| match index {
            0 => (What::Text, *code),
            _ => (What::Code(name.clone()), *code),
        });
        codes.chain(self.parts.iter().cloned()).collect()
    }
}

/// Why a cell did not run.
const NOTHING_CHANGED: &str = "nothing that it depends on has changed";

/// What a cell came to.
pub(super) struct Record {
    key: Key,
    /// What tells the outside after it from that before, if it changed that.
    after_outside: Option<Fingerprint>,
    pub(super) result: Result<Success, Failure>,
    /// What it printed.
    pub(super) output: String,
    pub(super) elapsed: Duration,
    pub(super) allocations: u64,
}

#[derive(Default)]
pub(super) struct Success {
    /// The values that it bound or changed.
    after: Vec<Kept>,
    pub(super) bindings: Vec<Shown>,
    pub(super) value: Option<Shown>,
    /// That of an expression; nobody but those who look at it has it.
    _value: Option<Rc<Share>>,
}

/// A value at some moment.
#[derive(Clone)]
struct Kept {
    def: DefId,
    /// Of the global, with the shape of its type.
    interface: Fingerprint,
    stamp: Fingerprint,
    share: Rc<Share>,
}

/// How a cell stands.
#[derive(Clone)]
pub(super) enum State {
    /// It has run, now or before.
    Done(Rc<Record>),
    /// It needs what did not come about.
    Waits(String),
    /// It would change the outside, or depends on what would, and nobody has asked for that.
    Stale(String),
    /// It is not done yet.
    Running,
    /// It has mistakes.
    Broken(Rc<[Diagnostic]>),
}

pub(super) struct Cell {
    pub(super) id: CellId,
    pub(super) state: State,
    /// Whether it ran in the last update.
    pub(super) ran: bool,
    /// The newest result that it had, if it has none now.
    pub(super) last: Option<Rc<Record>>,
    /// Why it ran or did not.
    pub(super) why: String,
}

/// The way through the cells.
#[derive(Default)]
struct Walk {
    /// What each global is at this point.
    stamps: FxHashMap<DefId, Fingerprint>,
    /// What did not come about, with the name by which one waits for it.
    spoiled: FxHashMap<DefId, Spoiled>,
    /// What the outside is at this point.
    outside: FxHashMap<Kind, Fingerprint>,
    spoiled_outside: FxHashMap<Kind, Spoiled>,
    /// What the functions in the values of variables may touch.
    code_in: FxHashMap<DefId, Reach>,
    no_code: Reach,
    cells: Vec<Cell>,
    /// The globals that later cells bind, and in which order.
    unbound: FxHashMap<DefId, usize>,
}

impl Walk {
    /// What the functions in a variable may touch before a cell; in those that it binds there are none yet.
    fn code_before<'w>(&'w self, cell: &'w CellInfo) -> impl Fn(DefId) -> Option<&'w Reach> {
        move |def| match cell.defines.contains(&def) {
            true => Some(&self.no_code),
            false => self.code_in.get(&def),
        }
    }

    /// These cells are still to come.
    fn will_bind(&mut self, cells: &[CellInfo]) {
        for def in cells.iter().flat_map(|cell| &cell.defines) {
            self.unbound.insert(*def, self.unbound.len());
        }
    }
}

/// Why something is not what it should be.
#[derive(Clone)]
struct Spoiled {
    /// What one waits for.
    name: String,
    is_stale: bool,
    /// How many cells stand before the one at fault.
    order: usize,
}

impl Spoiled {
    fn state(&self) -> State {
        match self.is_stale {
            true => State::Stale(format!("depends on {}, which is stale", self.name)),
            false => State::Waits(self.name.clone()),
        }
    }
}

/// Values and results of a sheet.
#[derive(Default)]
pub(super) struct Store {
    records: FxHashMap<Fingerprint, (u64, Rc<Record>)>,
    newest: FxHashMap<CellId, Rc<Record>>,
    shares: FxHashMap<(DefId, Fingerprint), std::rc::Weak<Share>>,
    /// Those of values that have no name.
    others: Vec<std::rc::Weak<Share>>,
    updates: u64,
    runs: u64,
}

/// How long a cell may run before others get their turn, and how many times as long after that.
const FIRST_SLICE: Duration = Duration::from_millis(100);
const MORE: u32 = 8;

/// Why a cell does not run.
const QUARANTINE: &str = "ended the process that ran it, and runs when it is edited or asked to";

/// What a cell that did not come to an end leaves.
const FAILED: &str = "a cell above that failed";

/// What a cell may touch of what is there before it, and what it binds.
#[derive(Default)]
struct Touched {
    all: Vec<DefId>,
    written: Vec<DefId>,
    defined: Vec<DefId>,
    outside: Outside,
}

/// For how many updates a result that is not in use is kept.
const KEPT_FOR: u64 = 64;

impl Store {
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.newest.clear();
    }

    fn find(&mut self, key: Fingerprint) -> Option<Rc<Record>> {
        let updates = self.updates;
        let (used, record) = self.records.get_mut(&key)?;
        *used = updates;
        Some(Rc::clone(record))
    }

    fn add(&mut self, record: &Rc<Record>) {
        self.records
            .insert(record.key.print, (self.updates, Rc::clone(record)));
        if let Ok(success) = &record.result {
            for kept in &success.after {
                let share = Rc::downgrade(&kept.share);
                self.shares.insert((kept.def, kept.stamp), share);
            }
            self.others
                .extend(success._value.as_ref().map(Rc::downgrade));
        }
    }

    fn share(&self, def: DefId, stamp: Fingerprint) -> Option<Rc<Share>> {
        self.shares.get(&(def, stamp))?.upgrade()
    }

    pub(super) fn shares(&self) -> Vec<Rc<Share>> {
        let named = self.shares.values();
        let all = named.chain(&self.others);
        all.filter_map(std::rc::Weak::upgrade).collect()
    }

    /// Gives up what was not in use for a while.
    fn prune(&mut self) {
        let oldest = self.updates.saturating_sub(KEPT_FOR);
        self.records.retain(|_, (used, _)| *used >= oldest);
        self.shares.retain(|_, share| share.strong_count() > 0);
        self.others.retain(|share| share.strong_count() > 0);
    }
}

impl Sheet {
    /// Brings every cell up to date. Cells that take long are ended and get more time when all others have had their turn.
    pub(super) fn evaluate(&mut self, progress: &mut dyn FnMut(Progress) -> bool) {
        self.store.updates += 1;
        self.went_on = true;
        self.note_sources();
        let places = self.text.placed().iter().enumerate();
        self.at = places.map(|(at, placed)| (placed.lineage, at)).collect();
        let mut slice = (!self.changes_allowed).then_some(FIRST_SLICE);
        self.clock.set_awake(slice.is_some());
        let mut ran: FxHashSet<CellId> = FxHashSet::default();
        loop {
            self.slice = slice;
            self.walk(progress);
            ran.extend(
                self.cells
                    .iter()
                    .filter(|cell| cell.ran)
                    .map(|cell| cell.id),
            );
            let is_waiting = self
                .cells
                .iter()
                .any(|cell| matches!(cell.state, State::Running));
            if !is_waiting || !self.went_on {
                break;
            }
            slice = slice.map(|slice| (slice * MORE).min(self.config.cell_limit));
        }
        for cell in &mut self.cells {
            cell.ran |= ran.contains(&cell.id);
        }
        self.clock.set_awake(false);
        self.asked.clear();
        self.store.prune();
        let env = self.text.env();
        self.places.retain(|def| env.try_def(def).is_some());
    }

    /// Goes through the cells once.
    fn walk(&mut self, progress: &mut dyn FnMut(Progress) -> bool) {
        let mut walk = Walk::default();
        for module in &self.modules {
            walk.will_bind(&module.ready.compiled.cells);
        }
        for outcome in self.text.outcomes() {
            if let Outcome::Compiled(unit, cells) = outcome
                && let Some(good) = unit.good()
            {
                walk.will_bind(&good.cells[cells.clone()]);
            }
        }
        for module in self.modules.clone() {
            let source = Source::Module(Rc::clone(&module));
            for index in 0..module.ready.compiled.cells.len() {
                let id = CellId::Module(module.version, index);
                self.visit(&mut walk, id, &source, index, progress);
            }
        }
        for index in 0..self.text.placed().len() {
            let lineage = self.text.placed()[index].lineage;
            match &self.text.outcomes()[index] {
                Outcome::Imported => {}
                Outcome::Compiled(unit, cells) => {
                    let (source, cells) = (Source::Text(Rc::clone(unit)), cells.clone());
                    let first = cells.start;
                    for cell in cells {
                        let id = CellId::Text(lineage, cell - first);
                        self.visit(&mut walk, id, &source, cell, progress);
                    }
                }
                Outcome::Failed(diagnostics) => {
                    let state = State::Broken(diagnostics.as_slice().into());
                    self.not_compiled(&mut walk, index, lineage, state);
                }
                Outcome::Waits(names) => {
                    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                    let state = State::Waits(names.join(", "));
                    self.not_compiled(&mut walk, index, lineage, state);
                }
            }
        }
        self.cells = walk.cells;
    }

    /// A piece without code: what it may have been to change is not what it should be.
    fn not_compiled(&self, walk: &mut Walk, index: usize, lineage: Lineage, state: State) {
        let title = self.text.placed()[index].piece.title();
        let why = title.map_or_else(
            || "a line above that is not right".to_owned(),
            |name| format!("`{name}`"),
        );
        let effects = self.text.may_write(index);
        let mut touched = Touched {
            written: effects.writes.clone(),
            ..Touched::default()
        };
        if effects.anything {
            touched.written.extend(self.variables(walk));
        }
        self.spoil(walk, &touched, false, &why);
        let id = CellId::Text(lineage, 0);
        walk.cells.push(Cell {
            id,
            state,
            ran: false,
            last: self.store.newest.get(&id).cloned(),
            why: String::new(),
        });
    }

    /// What a cell was to bind or change is not what it should be.
    fn spoil(&self, walk: &mut Walk, cell: &Touched, is_stale: bool, why: &str) {
        let env = self.text.env();
        let order = walk.cells.len();
        let spoiled = |name: String| Spoiled {
            name,
            is_stale,
            order,
        };
        for def in cell.defined.iter().chain(&cell.written) {
            let name = match env.try_def(*def) {
                Some(found) => format!("`{}`", found.name),
                None => why.to_owned(),
            };
            walk.spoiled.entry(*def).or_insert_with(|| spoiled(name));
        }
        for kind in cell.outside.writes.iter() {
            let spoiled = || spoiled(why.to_owned());
            walk.spoiled_outside.entry(kind).or_insert_with(spoiled);
        }
    }

    fn is_variable(&self, def: DefId) -> bool {
        let found = self.text.env().try_def(def);
        found.is_some_and(|found| matches!(&found.kind, DefKind::Global(global) if global.is_var))
    }

    fn variables(&self, walk: &Walk) -> Vec<DefId> {
        let all = walk.stamps.keys().copied();
        all.filter(|def| self.is_variable(*def)).collect()
    }

    fn touched(&self, walk: &Walk, info: &CellInfo) -> Touched {
        let env = self.text.env();
        let reach = own::reach_of_cell(env, &info.effects, &walk.code_before(info));
        let is_own = |def: &DefId| info.defines.contains(def) || info.value == Some(*def);
        let mut written: Vec<DefId> = reach.writes.iter().copied().collect();
        let mut all: Vec<DefId> = reach.reads.union(&reach.writes).copied().collect();
        if reach.anything {
            all.extend(walk.stamps.keys());
            written.extend(self.variables(walk));
        }
        for list in [&mut all, &mut written] {
            list.retain(|def| !is_own(def));
            list.sort_unstable();
            list.dedup();
        }
        Touched {
            all,
            written,
            defined: info.defines.clone(),
            outside: reach.outside,
        }
    }

    /// Which functions may be in the values that a cell binds or changes.
    fn note_code(&self, walk: &mut Walk, info: &CellInfo, touched: &Touched) {
        let env = self.text.env();
        let holds_code = |def: &&DefId| own::may_hold_code(env, **def);
        let with_code: Vec<DefId> = touched
            .defined
            .iter()
            .chain(&touched.written)
            .filter(holds_code)
            .copied()
            .collect();
        if with_code.is_empty() {
            return;
        }
        let reach = own::reach_of_code(env, &info.effects, &walk.code_before(info));
        for def in with_code {
            walk.code_in.entry(def).or_default().add(&reach);
        }
    }

    /// Why a cell cannot run.
    fn hindrance(&self, walk: &Walk, touched: &Touched, info: &CellInfo) -> Option<State> {
        let globals = touched.all.iter().filter_map(|def| walk.spoiled.get(def));
        let kinds = touched.outside.reads.iter();
        let kinds = kinds.filter_map(|kind| walk.spoiled_outside.get(&kind));
        let spoiled: Vec<&Spoiled> = globals.chain(kinds).collect();
        // What waits for something does not become right by running what is stale.
        let worst = spoiled
            .iter()
            .min_by_key(|spoiled| (spoiled.is_stale, spoiled.order, &spoiled.name));
        if let Some(spoiled) = worst {
            return Some(spoiled.state());
        }
        let unbound = touched.all.iter();
        let unbound = unbound.filter(|def| walk.unbound.contains_key(def));
        let unbound = unbound.min_by_key(|def| walk.unbound[def])?;
        Some(State::Broken(Rc::new([self.not_bound(*unbound, info)])))
    }

    fn visit(
        &mut self,
        walk: &mut Walk,
        id: CellId,
        source: &Source,
        index: usize,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) {
        let info = source.cells()[index].clone();
        let touched = self.touched(walk, &info);
        let mut cell = Cell {
            id,
            state: State::Waits(String::new()),
            ran: false,
            last: None,
            why: String::new(),
        };
        cell.state = match self.hindrance(walk, &touched, &info) {
            Some(state) => state,
            None => self.result(walk, &mut cell, (source, index), &touched, progress),
        };
        for def in &info.defines {
            walk.unbound.remove(def);
        }
        self.note_code(walk, &info, &touched);
        match &cell.state {
            State::Done(record) => {
                self.store.newest.insert(id, Rc::clone(record));
                if let Some(after) = record.after_outside {
                    for kind in touched.outside.writes.iter() {
                        walk.outside.insert(kind, Fingerprint::of(&(after, kind)));
                    }
                }
                match &record.result {
                    Ok(success) => {
                        for kept in &success.after {
                            walk.stamps.insert(kept.def, kept.stamp);
                        }
                    }
                    Err(_) => self.spoil(walk, &touched, false, FAILED),
                }
            }
            State::Waits(_) | State::Broken(_) | State::Running => {
                cell.last = self.store.newest.get(&id).cloned();
                self.spoil(walk, &touched, false, FAILED);
            }
            State::Stale(_) => {
                cell.last = self.store.newest.get(&id).cloned();
                self.spoil(walk, &touched, true, "a cell above");
            }
        }
        walk.cells.push(cell);
    }

    /// The result of a cell, known or new.
    fn result(
        &mut self,
        walk: &Walk,
        cell: &mut Cell,
        (source, index): (&Source, usize),
        touched: &Touched,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> State {
        let key = match self.key(walk, source, index, touched) {
            Ok(found) => found,
            Err(diagnostics) => return State::Broken(diagnostics.into()),
        };
        let is_asked = self.asked.contains(&cell.id);
        if let Some(record) = self.store.find(key.print).filter(|_| !is_asked) {
            NOTHING_CHANGED.clone_into(&mut cell.why);
            return State::Done(record);
        }
        if !is_asked && self.is_in_quarantine(cell.id) {
            return State::Stale(QUARANTINE.to_owned());
        }
        if touched.outside.changes_any() && !is_asked && !self.may_change_outside(cell.id) {
            let what = touched.outside.writes;
            return State::Stale(format!("changes {what}, and runs when it is asked to"));
        }
        self.went_on = self.went_on && progress(Progress::Running(cell.id.number()));
        if !self.went_on {
            return State::Running;
        }
        let why = self.why(cell.id, &key, is_asked);
        match self.run_cell(walk, cell.id, (source, index), key, touched, progress) {
            Ok(Some(record)) => {
                cell.why = why;
                cell.ran = true;
                cell.state = State::Done(record);
                if let Some(at) = self.position(cell.id) {
                    let report = self.cell_report(cell, at);
                    self.went_on = progress(Progress::Ran(Box::new(report)));
                }
                cell.state.clone()
            }
            Ok(None) => State::Running,
            Err(diagnostics) => State::Broken(diagnostics.into()),
        }
    }

    fn is_in_quarantine(&self, id: CellId) -> bool {
        let at = self.position(id).filter(|_| !self.quarantine.is_empty());
        at.is_some_and(|at| {
            let text = self.text.placed()[at].text(&self.front.sources);
            self.quarantine.contains(text)
        })
    }

    /// Whether the text of the cell is new, in a sheet that was open before.
    fn may_change_outside(&self, id: CellId) -> bool {
        if self.changes_allowed {
            return true;
        }
        let at = self.position(id);
        let placed = at.map(|at| &self.text.placed()[at]);
        placed.is_some_and(|placed| self.store.updates > 1 && self.text.is_new(placed))
    }

    fn not_bound(&self, def: DefId, info: &CellInfo) -> Diagnostic {
        compiler::own::unbound::not_bound_yet(self.text.env(), None, def, info.span)
    }

    /// By what the result of a cell is known.
    fn key(
        &mut self,
        walk: &Walk,
        source: &Source,
        index: usize,
        touched: &Touched,
    ) -> Result<Key, Vec<Diagnostic>> {
        let reached = self.reach(source)?;
        let code = Fingerprint::of(&(reached.print, index));
        let mut print = Fingerprinter::default();
        print.add(&code);
        let mut parts: Vec<Part> = Vec::with_capacity(touched.all.len());
        for def in &touched.all {
            let stamp = walk.stamps.get(def);
            print.add(&(def, stamp));
            parts.extend(stamp.map(|stamp| (What::Value(*def), *stamp)));
        }
        for kind in touched.outside.reads.iter() {
            let stamp = walk.outside.get(&kind);
            print.add(&(kind, stamp));
            parts.extend(stamp.map(|stamp| (What::Outside(kind), *stamp)));
        }
        Ok(Key {
            print: print.finish(),
            code,
            reached,
            parts,
        })
    }

    /// Why a cell runs, in words.
    fn why(&self, id: CellId, key: &Key, is_asked: bool) -> String {
        if is_asked {
            return "it was asked to run".to_owned();
        }
        let Some(former) = self.store.newest.get(&id) else {
            return "it is new".to_owned();
        };
        let mut reasons: Vec<String> = Vec::new();
        let (parts, former) = (key.all_parts(), former.key.all_parts());
        for (what, print) in &parts {
            let before = former.iter().find(|(known, _)| known == what);
            if before.is_some_and(|(_, before)| before == print) {
                continue;
            }
            let reason = match what {
                What::Text => "its text is another one".to_owned(),
                What::Code(name) if before.is_none() => format!("it uses `{name}` now"),
                What::Code(name) => format!("`{name}` has changed"),
                What::Value(def) => {
                    let found = self.text.env().try_def(*def);
                    let name = found.map_or("a variable", |found| found.name.as_str());
                    match before {
                        Some(_) => format!("`{name}` has another value"),
                        None => format!("it uses `{name}` now"),
                    }
                }
                What::Outside(kind) => format!("{} may be different", kind.name()),
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        if reasons.is_empty() {
            return "it uses less than before".to_owned();
        }
        // The text of a cell says where all the rest comes from.
        if parts.first() != former.first() {
            reasons.truncate(1);
        }
        reasons.join(", ")
    }

    fn run_cell(
        &mut self,
        walk: &Walk,
        id: CellId,
        (source, index): (&Source, usize),
        key: Key,
        touched: &Touched,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Option<Rc<Record>>, Vec<Diagnostic>> {
        for reached in &key.reached.sources {
            self.linked(reached)?;
        }
        let linked = self.linked(source)?;
        for def in &touched.all {
            self.put_in_place(walk, *def);
        }
        let info = source.cells()[index].clone();
        let own: Vec<DefId> = info.defines.iter().chain(&info.value).copied().collect();
        for def in &own {
            if let (Some(place), Some(by)) = (self.places.get_mut(*def), linked.global(*def)) {
                place.clear();
                place.describe(by, &linked);
            }
        }
        let before = self.machine.with_runtime(|runtime| runtime.stats);
        let start = Instant::now();
        let run = linked.cell(index);
        // What has changed the outside cannot begin again.
        let limit = self.slice.filter(|_| !self.asked.contains(&id));
        let limit = limit.map(|slice| match touched.outside.is_none() {
            true => slice,
            false => self.config.cell_limit,
        });
        self.clock.begin(limit);
        // SAFETY: generated code without parameters.
        let result = unsafe { self.machine.run(|| run()) };
        let took_too_long = self.clock.end();
        let elapsed = start.elapsed();
        let after = self.machine.with_runtime(|runtime| {
            runtime.flush();
            runtime.stats
        });
        self.codes.ran += 1;
        let output = self.captured.take();
        let nonce = match touched.outside.is_none() {
            true => key.print,
            false => self.fresh_print(key.print),
        };
        let result = match result {
            Ok(()) => {
                for def in &own {
                    if let Some(place) = self.places.get(*def) {
                        place.global.is_bound.set(true);
                    }
                }
                // The text is that of the new code, also of a value that stays the old one.
                let shown = self.shown_result(&info);
                let former = self.store.newest.get(&id).cloned();
                let made = Made {
                    nonce,
                    code: key.code,
                    elapsed,
                    former: former.as_deref(),
                };
                let after = self.keep(walk, &made, &touched.defined, &touched.written);
                Ok(Success { after, ..shown })
            }
            Err(mut trap) => {
                if trap.kind == TrapKind::Interrupt && took_too_long {
                    let limit = self.config.cell_limit;
                    trap.message = Some(format!(
                        "stopped after {limit:?}; it goes on when it is asked to"
                    ));
                }
                let failure = failure::failure(&self.machine, &self.front.sources, &trap);
                self.undo_run(walk, &own, &touched.written);
                let gets_more =
                    took_too_long && limit.is_some_and(|slice| slice < self.config.cell_limit);
                let is_interrupt = trap.kind == TrapKind::Interrupt;
                if is_interrupt && gets_more {
                    return Ok(None);
                }
                if is_interrupt && !took_too_long {
                    self.went_on = progress(Progress::Interrupted(id.number()));
                    if !self.went_on {
                        return Ok(None);
                    }
                }
                Err(failure)
            }
        };
        let record = Rc::new(Record {
            key,
            after_outside: touched.outside.changes_any().then_some(nonce),
            result,
            output,
            elapsed,
            allocations: after.allocations - before.allocations,
        });
        self.store.add(&record);
        Ok(Some(record))
    }

    /// The global has the value that it is to have before the cell.
    fn put_in_place(&mut self, walk: &Walk, def: DefId) {
        let Some(stamp) = walk.stamps.get(&def) else {
            return;
        };
        let Some(place) = self.places.get_mut(def) else {
            return;
        };
        if place.stamp == Some(*stamp) {
            return;
        }
        let share = self
            .store
            .share(def, *stamp)
            .expect("compiler bug: a value is needed that was given up");
        place.clear();
        place.describe_as(&share);
        share.put_into(&place.global);
        place.stamp = Some(*stamp);
    }

    /// One that no other run has.
    fn fresh_print(&mut self, key: Fingerprint) -> Fingerprint {
        self.store.runs += 1;
        Fingerprint::of(&(key, self.store.runs))
    }

    /// The values that a cell has bound or changed.
    fn keep(
        &mut self,
        walk: &Walk,
        made: &Made<'_>,
        defined: &[DefId],
        written: &[DefId],
    ) -> Vec<Kept> {
        let mut after = Vec::new();
        for def in defined.iter().chain(written) {
            let Some(place) = self.places.get_mut(*def) else {
                continue;
            };
            let before = walk.stamps.get(def);
            let before = before.and_then(|stamp| self.store.share(*def, *stamp));
            if before.is_some_and(|before| before.is_in(&place.global)) {
                continue; // nothing was written
            }
            let Some(unit) = place.unit().cloned() else {
                continue;
            };
            let Some(share) = Share::of(&place.global, &unit) else {
                continue;
            };
            let fresh = Kept {
                def: *def,
                interface: place.interface,
                stamp: Fingerprint::of(&(made.nonce, def)),
                share: Rc::new(share),
            };
            let kept = match made.former.and_then(|former| former.same_as(&fresh, made)) {
                Some(same) => {
                    place.clear();
                    place.describe_as(&same.share);
                    same.share.put_into(&place.global);
                    same
                }
                None => fresh,
            };
            place.stamp = Some(kept.stamp);
            after.push(kept);
        }
        after
    }

    /// What a cell shows, which has run.
    fn shown_result(&mut self, info: &CellInfo) -> Success {
        let env = self.text.env();
        let show = |def: DefId| {
            let place = self.places.get(def)?;
            let global = Some(&place.global).filter(|global| global.is_bound.get())?;
            Some(shown(self, global, env))
        };
        let bindings = info.defines.iter().filter_map(|def| show(*def)).collect();
        let value = info.value.and_then(show).map(|shown| Shown {
            name: String::new(),
            ..shown
        });
        let place = info.value.and_then(|def| self.places.get_mut(def));
        let share = place.and_then(|place| {
            let share = Share::of(&place.global, place.unit()?);
            place.clear();
            share.map(Rc::new)
        });
        Success {
            after: Vec::new(),
            bindings,
            value,
            _value: share,
        }
    }

    /// After a failure everything is as before the cell.
    fn undo_run(&mut self, walk: &Walk, own: &[DefId], written: &[DefId]) {
        for def in own {
            if let Some(place) = self.places.get_mut(*def) {
                place.global.forget();
                place.stamp = None;
            }
        }
        for def in written {
            let share = walk.stamps.get(def);
            let share = share.and_then(|stamp| self.store.share(*def, *stamp));
            if let (Some(place), Some(share)) = (self.places.get_mut(*def), share) {
                place.global.forget();
                place.describe_as(&share);
                share.put_into(&place.global);
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

impl Record {
    /// The value of the same global that it had, if it is the same value.
    fn same_as(&self, fresh: &Kept, made: &Made<'_>) -> Option<Kept> {
        let success = self.result.as_ref().ok()?;
        let mut kept = success.after.iter();
        let same_global = |kept: &&Kept| (kept.def, kept.interface) == (fresh.def, fresh.interface);
        let former = kept.find(same_global)?;
        let budget = Budget::until(Instant::now() + (made.elapsed / 10).max(LEAST_LOOK));
        former
            .share
            .is_same(&fresh.share, self.key.code != made.code, budget)
            .then(|| former.clone())
    }
}
