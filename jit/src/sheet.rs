//! A worksheet that follows the edits of its text: after each, every cell shows what a fresh run of the whole text would show, and only those
//! cells ran that could come to something else.
//!
//! `compiler::incremental` says what an edit changed; `code` makes that runnable; `cells` decides what runs, and keeps the values before and after
//! each cell, which costs nothing but an owner more.

mod cells;
mod clock;
mod faces;
mod files;
mod former;
mod importing;
mod key;
mod memory;
mod recall;
mod run;
mod store;
#[cfg(test)]
mod tests;

use std::cell::Cell as StdCell;
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use compiler::env::DefId;
use compiler::incremental::{Lineage, Placed};
use compiler::mono::Mode;
use rustc_hash::{FxHashMap, FxHashSet};
use stdlib::Root;

use crate::build::{Build, Version};
use crate::config::Config;
use crate::failure;
use crate::front::Front;
use crate::machine::Machine;
use crate::output::Captured;
use crate::preview::page;
use crate::report::{CellReport, Error, Expectation, Page, RuntimeError, Shown, UnitReport};
use crate::saved::Share;
use crate::session::Showing;
use crate::trap::{Trap, TrapKind};
use cells::{Cell, CellId, State};
use clock::Clock;
use faces::Faces;
use key::Touched;
use recall::Recalled;
use store::{Record, Store, ValueId};

pub use clock::Stopper;
pub use faces::Change;
pub use recall::Saved;

/// How long the text of a value may take that its type's own `show` makes.
const SHOW_LIMIT: Duration = Duration::from_millis(250);

pub struct Sheet {
    build: Build,
    captured: Captured,
    /// What cells touch that call no function that they do not name.
    touched: FxHashMap<(Version, usize), Rc<Touched>>,
    store: Store,
    cells: Vec<Cell>,
    /// Which of them may bind or change a global, in their order.
    makers: FxHashMap<DefId, Vec<usize>>,
    faces: Faces,
    /// The pieces as they stand, and where each does.
    order: Vec<Lineage>,
    at: FxHashMap<Lineage, usize>,
    /// Cells that are to run whatever is known of them.
    asked: FxHashSet<CellId>,
    changes_allowed: bool,
    /// The texts of cells that ended the process.
    quarantine: FxHashSet<String>,
    clock: Clock,
    recalled: Option<Recalled>,
    /// How long cells may run at the moment.
    slice: Option<Duration>,
    /// Whether somebody stopped the text of a value.
    is_show_stopped: StdCell<bool>,
    /// Whether nobody has asked to stop.
    went_on: bool,
    /// How many cells ran in this update.
    ran: usize,
}

/// What an update did, in counts that are the same on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items that were parsed.
    pub parsed: usize,
    /// Units that went through the front end.
    pub checked: usize,
    /// Units for which code was generated.
    pub compiled: usize,
    /// Cells that ran.
    pub ran: usize,
}

/// What happens while a sheet is brought up to date.
pub enum Progress {
    /// This cell begins to run, at these bytes of the text.
    Running(u64, Range<usize>),
    /// This one was interrupted. If it is because of an edit that is to come, the answer is false, and it is as if it had not begun.
    Interrupted(u64),
    /// This one has come to an end.
    Ran(Box<CellReport>),
    /// All have had their turn, and some are not done yet: what is new, as [`Sheet::changes`] says, and what else is to be followed, as
    /// [`Sheet::files`] says.
    Turn(Vec<Change>, Vec<PathBuf>),
}

impl Sheet {
    /// An empty sheet.
    pub fn new(config: Config) -> Result<Sheet, Error> {
        let machine = Machine::new(config.stack_bytes, config.memory_limit)?;
        let front = Front::new(config.color);
        let captured = Captured::default();
        machine.with_runtime(|runtime| {
            runtime.args.clone_from(&config.args);
            runtime.granted = config.capabilities;
            runtime.set_output(captured.sink());
        });
        let interrupter = machine.interrupter();
        Ok(Sheet {
            build: Build::new(machine, front, config, Mode::Session),
            captured,
            touched: FxHashMap::default(),
            store: Store::default(),
            cells: Vec::new(),
            makers: FxHashMap::default(),
            faces: Faces::default(),
            order: Vec::new(),
            at: FxHashMap::default(),
            asked: FxHashSet::default(),
            changes_allowed: false,
            quarantine: FxHashSet::default(),
            clock: Clock::new(interrupter),
            recalled: None,
            slice: None,
            is_show_stopped: StdCell::new(false),
            went_on: true,
            ran: 0,
        })
    }

    /// What a sheet shows that is run once, as a whole.
    pub fn run(config: Config, name: &str, text: &str) -> Result<UnitReport, Error> {
        let mut sheet = Sheet::new(config)?;
        sheet.allow_changes();
        sheet.edit(name, text);
        Ok(sheet.report())
    }

    /// From now on cells that change the outside run like others: for a sheet that is run as a whole.
    pub fn allow_changes(&mut self) {
        self.changes_allowed = true;
    }

    /// Cells of these texts run only when they are asked to: a process that ran them came to its end.
    pub fn quarantine(&mut self, texts: impl IntoIterator<Item = String>) {
        self.quarantine = texts.into_iter().collect();
    }

    /// Ends the cell that runs or is about to, from any thread.
    pub fn stopper(&self) -> Stopper {
        self.clock.stopper()
    }

    /// The text is this one from now on; says what that took.
    pub fn edit(&mut self, name: &str, text: &str) -> Counts {
        self.edit_with(name, text, &mut |_| true)
    }

    /// As [`Sheet::edit`], and tells what happens meanwhile. False stops it: what has not run yet is then shown as running, and the next edit
    /// goes on.
    pub fn edit_with(
        &mut self,
        name: &str,
        text: &str,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Counts {
        name.clone_into(&mut self.build.name);
        (self.build.codes.compiled, self.ran) = (0, 0);
        self.clock.set_awake(true);
        self.tell_recalled(text, progress);
        self.build.edit(name, text);
        self.evaluate(progress);
        self.remove_old_code();
        let work = self.build.text.work();
        Counts {
            parsed: work.parsed,
            checked: work.compiled,
            compiled: self.build.codes.compiled,
            ran: self.ran,
        }
    }

    fn remove_old_code(&mut self) {
        let codes = &self.build.codes;
        self.touched.retain(|(version, _), _| codes.has(*version));
        self.build.forget_gone();
        if self.build.has_much_old_code() {
            let held = self.held();
            self.build.remove_old_code(held);
        }
    }

    /// Runs a cell, whatever is known of it, with what depends on it.
    pub fn ask(&mut self, cell: u64, progress: &mut dyn FnMut(Progress) -> bool) -> Counts {
        let ids = self.cells.iter().map(|known| known.id);
        let asked: Vec<CellId> = ids.filter(|id| self.number(*id) == cell).collect();
        self.asked.extend(asked);
        self.clock.set_awake(true);
        (self.build.codes.compiled, self.ran) = (0, 0);
        self.evaluate(progress);
        Counts {
            compiled: self.build.codes.compiled,
            ran: self.ran,
            ..Counts::default()
        }
    }

    /// What stands beside the text.
    pub fn report(&self) -> UnitReport {
        let cells = self.in_text_order(&self.cells).into_iter();
        let cells = cells.map(|(cell, at)| self.cell_report(cell, at));
        let mut cells: Vec<CellReport> = cells.chain(self.import_reports()).collect();
        cells.sort_by_key(|cell| cell.span.start);
        UnitReport {
            warnings: self.warnings(),
            cells,
            ..UnitReport::default()
        }
    }

    /// The cells of the text with their places, which are not those in the order in which they run: tests run last.
    fn in_text_order<'c>(&self, cells: &'c [Cell]) -> Vec<(&'c Cell, usize)> {
        let found = cells.iter().filter(|cell| cell.id.is_of_text());
        let found = found.filter_map(|cell| Some((cell, self.position(cell.id)?)));
        let mut found: Vec<(&Cell, usize)> = found.collect();
        found.sort_by_key(|(_, at)| *at);
        found
    }

    /// What is to be said about a text that is not wrong, rendered.
    pub fn warnings(&self) -> Vec<String> {
        self.build.warnings(|_| true)
    }

    /// Which piece of the text has it; of a cell of a module the import.
    fn position(&self, id: CellId) -> Option<usize> {
        match id {
            CellId::Text(lineage, _) => self.at.get(&lineage).copied(),
            CellId::Module(of, _) => {
                let mut modules = self.build.modules.iter();
                let module = modules.find(|module| module.ready.module == of)?;
                let mut placed = self.build.text.placed().iter();
                placed.position(|placed| placed.piece.file == module.importer)
            }
        }
    }

    /// By which those who look on know a cell; those of modules are one with their import.
    fn number(&self, id: CellId) -> u64 {
        match id {
            CellId::Text(lineage, index) => cells::number(lineage, index),
            CellId::Module(..) => {
                let at = self.position(id);
                let lineage = at.map(|at| self.build.text.placed()[at].lineage);
                lineage.map_or(0, |lineage| cells::number(lineage, 0))
            }
        }
    }

    fn cell_report(&self, cell: &Cell, at: usize) -> CellReport {
        let placed = &self.build.text.placed()[at];
        let test = placed.piece.test();
        let mut report = CellReport {
            test: test.map(ToString::to_string),
            id: self.number(cell.id),
            span: placed.code.clone(),
            ran: cell.ran,
            why: cell.why.to_string(),
            ..CellReport::default()
        };
        match &cell.state {
            State::Done(record) => self.add_result(&mut report, record),
            State::Waits(reason) => report.waits_for = Some(reason.clone()),
            State::Stale(reason) => report.stale = Some(reason.clone()),
            State::Running => report.is_running = true,
            State::Broken(diagnostics) => {
                let problems = diagnostics
                    .iter()
                    .map(|found| self.build.front.problem(found));
                report.problems = problems.collect();
                report.rendered = compiler::render::render_all(
                    &self.build.front.sources,
                    diagnostics.iter(),
                    self.build.config.color,
                );
            }
        }
        if let (Some(error), Some(name)) = (&mut report.error, test) {
            failure::name_the_top(error, &format!("test \"{name}\""));
        }
        if let Some(last) = &cell.last {
            self.add_result(&mut report, last);
            report.error = None;
            report.is_old = true;
        }
        if let State::Done(_) = &cell.state {
            report.expectation = Self::expectation(placed, report.value.as_ref());
        }
        report
    }

    /// What is stated beside a cell, and what came.
    fn expectation(placed: &Placed, value: Option<&Shown>) -> Option<Expectation> {
        let stated = placed.expected.iter().flatten().next()?;
        let start = placed.range.start;
        Some(Expectation {
            expected: stated.text.clone(),
            actual: value.map_or("()", |value| &value.text).to_owned(),
            span: start + stated.span.start as usize..start + stated.span.end as usize,
        })
    }

    fn add_result(&self, report: &mut CellReport, record: &Record) {
        report.output.clone_from(&record.output);
        report.elapsed = record.elapsed;
        report.allocations = record.allocations;
        match &record.result {
            Ok(success) => {
                report.bindings.clone_from(&success.bindings);
                report.value.clone_from(&success.value);
            }
            Err(failure) => {
                report.error =
                    Some(failure.report(&self.build.front.sources, self.build.config.color));
            }
        }
    }

    /// Some of the rows, elements or lines of what a cell shows under a name, or of its value if that is empty; none if it has no such parts.
    /// Where cells have to run for it, it is asked before whether it is still wanted, and [`Stopper::stop`] ends them.
    pub fn page(
        &mut self,
        cell: u64,
        name: &str,
        rows: Range<usize>,
        is_wanted: &dyn Fn() -> bool,
    ) -> Option<Page> {
        self.clock.set_awake(true);
        let page = self.page_awake(cell, name, rows, is_wanted);
        self.clock.set_awake(false);
        page
    }

    fn page_awake(
        &mut self,
        cell: u64,
        name: &str,
        rows: Range<usize>,
        is_wanted: &dyn Fn() -> bool,
    ) -> Option<Page> {
        let mut cells = self.cells.iter().filter(|known| known.id.is_of_text());
        let cell = cells.find(|known| self.number(known.id) == cell)?;
        let record = cell.newest()?;
        let env = self.build.text.env();
        let is_named = |(def, _): &ValueId| {
            let found = env.try_def(*def);
            found.is_some_and(|found| found.name == name)
        };
        let id = match name {
            "" => record.unnamed(),
            _ => record.named().find(is_named),
        };
        let share = self.value_again(id?, is_wanted)?;
        let (desc, address) = share.root()?;
        // SAFETY: who has the value has its unit, and so the descriptor.
        let page = page(self, (unsafe { &*desc }, address), rows);
        drop(share);
        self.fit_memory();
        page
    }

    /// Blocks of the heap that are in use.
    pub fn live_blocks(&self) -> usize {
        self.build
            .machine
            .with_runtime(|runtime| runtime.live_blocks()) as usize
    }

    /// Gives up every value; gives the number of blocks that are still live, which is a bug of ours if it is not 0.
    pub fn close(mut self) -> usize {
        self.clear();
        self.live_blocks()
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.makers.clear();
        self.faces = Faces::default();
        self.store.clear();
        self.build.places.clear();
        self.build.codes.clear();
    }

    /// All values that are kept, those of globals aside.
    fn held(&self) -> Vec<Root> {
        self.store.values().filter_map(Share::root).collect()
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Showing for Sheet {
    type State = Vec<(DefId, Share)>;

    fn machine(&self) -> &Machine {
        &self.build.machine
    }

    /// Without places, which move while what is shown stays.
    fn describe(&self, trap: &Trap) -> RuntimeError {
        RuntimeError {
            frames: Vec::new(),
            ..failure::describe(
                &self.build.machine,
                &self.build.front.sources,
                trap,
                self.build.config.color,
            )
        }
    }

    fn sweep(&self) {
        self.build.machine.sweep(self.held());
    }

    fn state(&self) -> Vec<(DefId, Share)> {
        let places = self.build.places.all();
        let shares = places.filter_map(|place| {
            let share = Share::of(&place.global, place.unit()?)?;
            Some((place.global.def, share))
        });
        shares.collect()
    }

    fn watched(
        &self,
        run: impl FnOnce() -> Result<(), Trap>,
    ) -> (Result<(), Trap>, Option<Duration>) {
        let limit = self
            .slice
            .map(|_| SHOW_LIMIT.min(self.build.config.cell_limit));
        self.clock.begin(limit);
        let result = run();
        let took_too_long = self.clock.end();
        let is_interrupt = |trap: &Trap| trap.kind == TrapKind::Interrupt;
        if result.as_ref().is_err_and(is_interrupt) && !took_too_long {
            self.is_show_stopped.set(true);
        }
        (result, limit.filter(|_| took_too_long))
    }

    fn put_back(&self, state: Vec<(DefId, Share)>, abandoned: bool) {
        for (def, share) in state {
            let Some(place) = self.build.places.get(def) else {
                continue;
            };
            if abandoned {
                place.global.forget();
            } else {
                place.global.drop_value(&self.build.machine);
            }
            share.give_to(&place.global);
        }
    }
}
