//! The cells of a sheet in their order: which of them have to run, and running those.
//!
//! The result of a cell is kept under a key: the code that it may reach, and the *stamps* of the values that it may read or change. A stamp
//! tells a value from every other one; a cell that ran makes new ones, of its key, but where a value is the same as the one that it takes the
//! place of, that one and its stamp stay: so nothing runs because of it. No value is needed to find out what has to run.
//!
//! Each kind of outside has a stamp, too. What touched it cannot be told from its key, so its stamps are made from a number that no other run has.
//! A cell that changes the outside runs when its own text is new, or when it is asked to; until then it is stale, and so is what depends on it.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use compiler::CellInfo;
use compiler::env::{DefId, ModuleId};
use compiler::incremental::{Fingerprint, Lineage, Outcome};
use compiler::mir::Effects;
use compiler::mir::outside::Kind;
use compiler::own::{self, Reach};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Diagnostic;

use super::files::Seen;
use super::former::{Glance, News};
use super::key::Touched;
use super::recall::{AS_BEFORE, Chain};
use super::store::Record;
use super::{Progress, Sheet};
use crate::build::{Reached, Source};

/// Which cell it is, however it is edited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum CellId {
    Module(ModuleId, usize),
    Text(Lineage, usize),
}

impl CellId {
    pub(super) fn is_of_text(self) -> bool {
        matches!(self, CellId::Text(..))
    }
}

/// By which those who look on know the cell of a piece.
pub(super) fn number(lineage: Lineage, index: usize) -> u64 {
    u64::from(lineage.0) << 16 | index as u64
}

/// Why a cell did not run.
pub(super) const NOTHING_CHANGED: &str = "nothing that it depends on has changed";

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
    pub(super) why: Cow<'static, str>,
    /// Its code, and which cell it is in that; none of a piece that was not compiled.
    pub(super) code: Option<(Source, usize)>,
    pub(super) touched: Option<Rc<Touched>>,
    /// What its code may reach now. That of its result may be of an earlier text, with the same code.
    pub(super) reached: Option<Rc<Reached>>,
    pub(super) glance: Glance,
}

impl Cell {
    /// One that has not run.
    pub(super) fn new(id: CellId, code: Option<(Source, usize)>) -> Cell {
        Cell {
            id,
            state: State::Running,
            ran: false,
            last: None,
            why: Cow::default(),
            code,
            touched: None,
            reached: None,
            glance: Glance::default(),
        }
    }

    /// The result that it has.
    pub(super) fn result(&self) -> Option<&Rc<Record>> {
        match &self.state {
            State::Done(record) => Some(record),
            State::Waits(_) | State::Stale(_) | State::Running | State::Broken(_) => None,
        }
    }

    /// The same, if it did not fail.
    pub(super) fn success(&self) -> Option<&Rc<Record>> {
        self.result().filter(|record| record.result.is_ok())
    }

    /// The result that it has, or else the newest one that it had.
    pub(super) fn newest(&self) -> Option<&Rc<Record>> {
        self.result().or(self.last.as_ref())
    }
}

/// The way through the cells.
#[derive(Default)]
pub(super) struct Walk {
    /// All of them: those before this point as they stand now, the others as they stood.
    pub(super) cells: Vec<Cell>,
    /// How many are before this point.
    pub(super) at: usize,
    /// Which of them may bind or change a global, in their order.
    pub(super) makers: FxHashMap<DefId, Vec<usize>>,
    /// What did not come about, with the name by which one waits for it.
    spoiled: FxHashMap<DefId, Spoiled>,
    /// What the outside is at this point.
    pub(super) outside: FxHashMap<Kind, Fingerprint>,
    spoiled_outside: FxHashMap<Kind, Spoiled>,
    /// What the functions in the values of variables may touch.
    pub(super) code_in: FxHashMap<DefId, Reach>,
    pub(super) no_code: Reach,
    /// What is otherwise than on the way before.
    pub(super) news: News,
    /// While there are results of an earlier process.
    pub(super) chain: Option<Chain>,
}

impl Walk {
    /// What the functions in a variable may touch before a cell; in those that it binds there are none yet.
    pub(super) fn code_before<'w>(
        &'w self,
        cell: &'w CellInfo,
    ) -> impl Fn(DefId) -> Option<&'w Reach> {
        move |def| match cell.defines.contains(&def) {
            true => Some(&self.no_code),
            false => self.code_in.get(&def),
        }
    }

    pub(super) fn cells_before(&self) -> &[Cell] {
        &self.cells[..self.at]
    }

    /// What a global is at this point.
    pub(super) fn stamp(&self, def: DefId) -> Option<Fingerprint> {
        let makers = self.makers.get(&def)?;
        let before = makers.partition_point(|at| *at < self.at);
        let mut before = makers[..before].iter().rev();
        before.find_map(|at| self.cells[*at].result()?.left(def))
    }

    /// The globals that are something at this point.
    pub(super) fn globals(&self) -> impl Iterator<Item = DefId> {
        let all = self.makers.keys().copied();
        all.filter(|def| self.stamp(*def).is_some())
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

/// How long a cell may run before others get their turn, and how many times as long after that.
const FIRST_SLICE: Duration = Duration::from_millis(100);
const MORE: u32 = 8;

/// Why a cell does not run.
const QUARANTINE: &str = "ended the process that ran it, and runs when it is edited or asked to";

/// What a cell that did not come to an end leaves.
const FAILED: &str = "a cell above that failed";

impl Sheet {
    /// Brings every cell up to date. Cells that take long are ended and get more time when all others have had their turn.
    pub(super) fn evaluate(&mut self, progress: &mut dyn FnMut(Progress) -> bool) {
        self.store.updates += 1;
        self.went_on = true;
        self.build.note_sources();
        let order = self.build.text.placed().iter().map(|placed| placed.lineage);
        if !order.clone().eq(self.order.iter().copied()) {
            self.order = order.collect();
            let places = self.order.iter().enumerate();
            self.at = places.map(|(at, lineage)| (*lineage, at)).collect();
        }
        let mut slice = (!self.changes_allowed).then_some(FIRST_SLICE);
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
            let (changes, files) = (self.changes_so_far(), self.files());
            self.went_on = progress(Progress::Turn(changes, files));
            if !self.went_on {
                break;
            }
            slice = slice.map(|slice| (slice * MORE).min(self.build.config.cell_limit));
        }
        for cell in &mut self.cells {
            cell.ran |= ran.contains(&cell.id);
        }
        self.clock.set_awake(false);
        self.recalled.take_if(|_| self.went_on);
        self.asked.clear();
        self.store.prune(&self.cells);
        self.build.leave_places();
    }

    /// Goes through the cells once.
    fn walk(&mut self, progress: &mut dyn FnMut(Progress) -> bool) {
        let mut walk = Walk {
            chain: self.recalled.is_some().then(|| self.chain()),
            ..Walk::default()
        };
        self.align(&mut walk);
        for at in 0..walk.cells.len() {
            walk.at = at;
            if self.stays(&walk) {
                self.pass(&mut walk);
                continue;
            }
            let id = walk.cells[at].id;
            let cell = match walk.cells[at].code.clone() {
                Some(code) => self.visit(&mut walk, id, code, progress),
                None => self.not_compiled(&mut walk, id),
            };
            self.store.exchange(walk.cells[at].result(), cell.result());
            walk.put(cell);
        }
        self.cells = walk.cells;
        self.makers = walk.makers;
    }

    /// A piece without code: what it may have been to change is not what it should be.
    fn not_compiled(&self, walk: &mut Walk, id: CellId) -> Cell {
        let index = self.position(id);
        let index = index.expect("compiler bug: a piece without code is not in the text");
        let state = match &self.build.text.outcomes()[index] {
            Outcome::Failed(diagnostics) => State::Broken(diagnostics.as_slice().into()),
            Outcome::Waits(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                State::Waits(names.join(", "))
            }
            Outcome::Imported | Outcome::Compiled(..) => {
                unreachable!("compiler bug: a piece has code and is not run")
            }
        };
        let piece = &self.build.text.placed()[index].piece;
        let title = piece.title();
        let why = title.map_or_else(
            || "a line above that is not right".to_owned(),
            |name| format!("`{name}`"),
        );
        let effects = match piece.is_trial() {
            true => Effects::default(),
            false => self.build.text.may_write(index),
        };
        let mut touched = Touched {
            written: effects.writes.clone(),
            ..Touched::default()
        };
        if effects.anything {
            touched.written.extend(self.variables(walk));
        }
        self.spoil(walk, &touched, false, &why);
        walk.news.spoiled(&touched);
        Cell {
            state,
            last: self.store.newest.get(&id).cloned(),
            ..Cell::new(id, None)
        }
    }

    /// What a cell was to bind or change is not what it should be.
    fn spoil(&self, walk: &mut Walk, cell: &Touched, is_stale: bool, why: &str) {
        let env = self.build.text.env();
        let order = walk.at;
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

    /// Which functions may be in the values that a cell binds or changes.
    pub(super) fn note_code(&self, walk: &mut Walk, info: &CellInfo, touched: &Touched) {
        if touched.with_code.is_empty() {
            return;
        }
        let env = self.build.text.env();
        let reach = own::reach_of_code(env, &info.effects, &walk.code_before(info));
        for def in &touched.with_code {
            walk.code_in.entry(*def).or_default().add(&reach);
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
        // What was bound has a value.
        let unknown = |def: &&DefId| walk.stamp(**def).is_none();
        let unknown: Vec<DefId> = touched.all.iter().filter(unknown).copied().collect();
        if unknown.is_empty() {
            return None;
        }
        let rest = walk.cells[walk.at..].iter();
        let codes = rest.filter_map(|cell| cell.code.as_ref());
        let mut later = codes.flat_map(|(source, index)| &source.cells()[*index].defines);
        let unbound = later.find(|def| unknown.contains(def))?;
        Some(State::Broken(Rc::new([self.not_bound(*unbound, info)])))
    }

    fn visit(
        &mut self,
        walk: &mut Walk,
        id: CellId,
        (source, index): (Source, usize),
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Cell {
        let source = &source;
        let info = &source.cells()[index];
        let touched = self.touched(walk, source, index);
        let mut cell = Cell {
            touched: Some(Rc::clone(&touched)),
            ..Cell::new(id, Some((source.clone(), index)))
        };
        cell.state = match self.hindrance(walk, &touched, info) {
            Some(state) => state,
            None => self.result(walk, &mut cell, (source, index), &touched, progress),
        };
        self.note_code(walk, info, &touched);
        match &cell.state {
            State::Done(record) => {
                self.store.newest.insert(id, Rc::clone(record));
                if let Some(after) = record.after_outside {
                    for kind in touched.outside.writes.iter() {
                        walk.outside.insert(kind, Fingerprint::of(&(after, kind)));
                    }
                }
                // What a test has done outside the others find, whether it failed or not.
                if record.result.is_err() && info.test.is_none() {
                    self.spoil(walk, &touched, false, FAILED);
                }
            }
            State::Waits(_) | State::Broken(_) | State::Running => {
                cell.last = self.store.newest.get(&id).cloned();
                if info.test.is_none() {
                    self.spoil(walk, &touched, false, FAILED);
                }
            }
            State::Stale(_) => {
                self.recall_last(walk, id, (source, index), &touched);
                cell.last = self.store.newest.get(&id).cloned();
                self.spoil(walk, &touched, true, "a cell above");
            }
        }
        if let Some(mut chain) = walk.chain.take() {
            self.extend(&mut chain, &cell, source, index, &touched);
            walk.chain = Some(chain);
        }
        cell.reached = self.build.codes.known_reach(source);
        cell.glance = Glance::of(&cell, info);
        cell
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
        let key = match self.key(walk, cell.id, (source, index), touched) {
            Ok(found) => found,
            Err(diagnostics) => return State::Broken(diagnostics.into()),
        };
        let is_asked = self.asked.contains(&cell.id);
        let known = self.store.find(key.print).filter(|_| !is_asked);
        // That somebody stopped it tells nothing of the next time.
        let newest = self.store.newest.get(&cell.id);
        let is_of_now = |record: &Rc<Record>| newest.is_some_and(|last| Rc::ptr_eq(last, record));
        let known = known.filter(|record| !record.was_stopped() || is_of_now(record));
        // What changes the outside runs when it is asked to.
        let is_free = !touched.outside.changes_any();
        let is_outdated = |record: &Record| record.files.iter().any(Seen::has_changed);
        let known = known.filter(|record| !(is_free && is_outdated(record)));
        let texts = self.build.imports.print();
        let is_misplaced = |record: &Record| record.placed_in.is_some_and(|known| known != texts);
        let known = known.filter(|record| !(is_free && is_misplaced(record)));
        if let Some(record) = known {
            cell.why = Cow::Borrowed(NOTHING_CHANGED);
            return State::Done(record);
        }
        if !is_asked
            && let Some(record) = self.recalled_result(walk, (source, index), touched, &key)
        {
            self.store.add(&record);
            cell.why = Cow::Borrowed(AS_BEFORE);
            return State::Done(record);
        }
        if !is_asked && self.is_in_quarantine(cell.id) {
            return State::Stale(QUARANTINE.to_owned());
        }
        if touched.outside.changes_any() && !is_asked && !self.may_change_outside(cell.id) {
            let what = touched.outside.writes;
            return State::Stale(format!("changes {what}, and runs when it is asked to"));
        }
        let at = self.position(cell.id);
        let span = at.map_or(0..0, |at| self.build.text.placed()[at].code.clone());
        let number = self.number(cell.id);
        self.went_on = self.went_on && progress(Progress::Running(number, span));
        if !self.went_on {
            return State::Running;
        }
        let why = self.why(cell.id, &key, is_asked);
        match self.run_cell(walk, cell.id, (source, index), key, touched, progress) {
            Ok(Some(record)) => {
                cell.why = Cow::Owned(why);
                cell.ran = true;
                cell.state = State::Done(record);
                self.went_on = self.tell_of(cell, progress);
                cell.state.clone()
            }
            Ok(None) => State::Running,
            Err(diagnostics) => State::Broken(diagnostics.into()),
        }
    }

    fn is_in_quarantine(&self, id: CellId) -> bool {
        let at = self.position(id).filter(|_| !self.quarantine.is_empty());
        at.is_some_and(|at| {
            let text = self.build.text.placed()[at].text(&self.build.front.sources);
            self.quarantine.contains(text)
        })
    }

    /// Whether the text of the cell is new, in a sheet that was open before.
    fn may_change_outside(&self, id: CellId) -> bool {
        if self.changes_allowed {
            return true;
        }
        let at = self.position(id);
        let placed = at.map(|at| &self.build.text.placed()[at]);
        placed.is_some_and(|placed| {
            self.store.updates > 1 && self.build.text.is_new(placed.piece.file)
        })
    }

    fn not_bound(&self, def: DefId, info: &CellInfo) -> Diagnostic {
        compiler::own::unbound::not_bound_yet(self.build.text.env(), None, def, info.span)
    }
}
