//! The machine of one engine: the linker's session, the stack, the heap, and what all units are linked against. Owned by the
//! session, and by everything that must not outlive it.

use compiler::env::DefId;
use std::cell::{Cell, OnceCell, RefCell, UnsafeCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};
use stdlib::{Block, Reached, Root, Runtime};

use crate::better::tell_loop;
use crate::compile::ASKED;
use crate::config::Config;
use crate::entered::{Limits, Purpose};
use crate::host::HostSymbols;
use crate::host_code::HostCode;
use crate::linked::{GlobalPlace, Linked};
use crate::native::Libraries;
use crate::orc::{self, Dylib, DylibId, LinkError};
use crate::report::{Error, Frame};
use crate::run::{Interrupter, Runner};
use crate::saved::Share;
use crate::trap::{self, Trap};
use crate::watchdog::Watchdog;

/// How much data of units lies right before their code.
const DATA: usize = 1 << 30;

pub(crate) struct Machine {
    runtime: Box<UnsafeCell<Runtime>>,
    runner: Runner,
    /// The runtime's symbols, once something is linked to them.
    base: OnceCell<Rc<Dylib>>,
    pub(crate) libraries: RefCell<Libraries>,
    pub(crate) host: RefCell<HostSymbols>,
    pub(crate) host_code: HostCode,
    /// Every unit that is in memory, also those that only others still link to.
    units: RefCell<Vec<Weak<Linked>>>,
    depth: Cell<u32>,
    /// A run was abandoned while another one was under way around it, so that nothing could be swept.
    unswept: Cell<bool>,
    /// The places of globals that lie outside of units.
    places: RefCell<Vec<Weak<GlobalPlace>>>,
    /// Better code of loops of plain code.
    pub(crate) better: RefCell<Vec<Rc<Linked>>>,
    /// Values that hosts keep.
    kept: RefCell<Vec<Weak<Share>>>,
    /// Whether some of them are torn.
    pub(crate) is_torn: Cell<bool>,
    /// The innermost [`Entered`](crate::entered::Entered) if its calls need not be looked at first: nothing is torn, and it has no care.
    pub(crate) plain: Cell<*const ()>,
    /// Ends runs that take too long, if there is a limit.
    watchdog: OnceCell<Watchdog>,
    pub(crate) limits: Limits,
    orc: orc::Session,
}

impl Machine {
    pub(crate) fn new(stack_bytes: usize, memory_limit: u64) -> Result<Rc<Machine>, Error> {
        let orc = orc::Session::new().map_err(backend)?;
        let runner = Runner::new(orc.text(), stack_bytes).map_err(|error| Error::Backend {
            message: format!("no memory for the stack: {error}"),
        })?;
        let mut runtime = Runtime::new();
        runtime.raise = trap::raise;
        runtime.memory_limit = memory_limit;
        let runtime = Box::new(UnsafeCell::new(runtime));
        // SAFETY: nobody else uses it yet. The first word of the data is for this (see `memory.hpp`), and is there as long as the session,
        // which is dropped last.
        unsafe { (*runtime.get()).keep_fuel_at(fuel_at(&orc) as *mut i64) };
        Ok(Rc::new(Machine {
            runtime,
            runner,
            base: OnceCell::new(),
            libraries: RefCell::default(),
            host: RefCell::default(),
            host_code: HostCode::default(),
            units: RefCell::default(),
            depth: Cell::new(0),
            unswept: Cell::new(false),
            places: RefCell::default(),
            better: RefCell::default(),
            kept: RefCell::default(),
            is_torn: Cell::new(false),
            plain: Cell::new(std::ptr::null()),
            watchdog: OnceCell::new(),
            limits: Limits::default(),
            orc,
        }))
    }

    pub(crate) fn orc(&self) -> &orc::Session {
        &self.orc
    }

    /// C may be given this code of so many bytes, which stays.
    pub(crate) fn add_callback(&self, code: usize, size: usize) {
        self.runner.text().add_callback(code..code + size);
    }

    pub(crate) fn base(&self) -> Result<&Rc<Dylib>, LinkError> {
        if self.base.get().is_none() {
            let base = self.orc.add_dylib("runtime");
            base.define_absolute(self.runtime_symbols())?;
            self.base.get_or_init(|| base);
        }
        Ok(self.base.get().expect("compiler bug: it was just set"))
    }

    /// What generated code may call and use of the runtime.
    pub(crate) fn runtime_symbols(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let of_runtime = stdlib::symbols().map(|symbol| (symbol.name, symbol.address as usize));
        // SAFETY: the runtime stays where it is.
        let open_accesses = unsafe { (*self.runtime.get()).open_accesses() } as usize;
        let words = [
            ("sumi_open_accesses", open_accesses),
            ("sumi_fuel", fuel_at(&self.orc)),
            (codegen::ASKED_WORD, &raw const ASKED as usize),
            (codegen::TELL_LOOP, tell_loop as *const () as usize),
        ];
        of_runtime.chain(trap::trap_symbols()).chain(words)
    }

    pub(crate) fn interrupter(&self) -> Interrupter {
        self.runner.interrupter()
    }

    /// From now on each run may take so long, with all runs within it. False if the system has no thread left to look after that.
    pub(crate) fn limit_runs(&self, limit: Duration) -> bool {
        let watchdog = Watchdog::new(self.interrupter(), limit);
        watchdog.is_some_and(|watchdog| self.watchdog.set(watchdog).is_ok())
    }

    /// Uses the runtime between runs.
    pub(crate) fn with_runtime<R>(&self, body: impl FnOnce(&mut Runtime) -> R) -> R {
        // SAFETY: the machine is not shared between threads, generated code and the bodies given here do not call each
        // other, and nobody keeps the reference.
        body(unsafe { &mut *self.runtime.get() })
    }

    /// Uses the heap from outside of a run, for what cannot fail.
    ///
    /// # Safety
    /// `body` calls nothing that raises.
    pub(crate) unsafe fn enter_heap<R>(&self, body: impl FnOnce() -> R) -> R {
        // SAFETY: the runtime is boxed and lives as long as the machine.
        unsafe {
            let before = Runtime::enter(self.runtime.get());
            let result = body();
            Runtime::leave(&before);
            result
        }
    }

    /// Calls generated code. After a trap what the abandoned frames owned is still there: see [`Machine::sweep`].
    ///
    /// # Safety
    /// As for [`Runner::run`].
    pub(crate) unsafe fn run<R>(&self, body: impl FnOnce() -> R) -> Result<R, Trap> {
        // SAFETY: the caller's promise.
        self.enter_for(Purpose::Other, |entered| unsafe { entered.call(body) })
            .map_err(|trap| *trap)
    }

    /// What programs are told, and may do.
    pub(crate) fn set_up(&self, config: &Config) {
        self.with_runtime(|runtime| {
            runtime.args.clone_from(&config.args);
            runtime.set_flush_lines(config.keep_going);
            runtime.granted = config.capabilities;
        });
    }

    /// What was printed and could not be written.
    pub(crate) fn lost_output(&self) -> Option<Error> {
        let lost = self.with_runtime(|runtime| runtime.take_lost_output());
        lost.map(|error| Error::Output {
            message: format!("sumi: the output was not written: {error}"),
        })
    }

    pub(crate) fn runner(&self) -> &Runner {
        &self.runner
    }

    pub(crate) fn runtime(&self) -> *mut Runtime {
        self.runtime.get()
    }

    pub(crate) fn watchdog(&self) -> Option<&Watchdog> {
        self.watchdog.get()
    }

    /// How many runs are under way.
    pub(crate) fn depth(&self) -> u32 {
        self.depth.get()
    }

    pub(crate) fn add_depth(&self, change: i32) {
        self.depth.set(self.depth.get().wrapping_add_signed(change));
    }

    /// Frees what abandoned runs have owned, once no run is under way: the owners of all blocks are counted anew from the globals
    /// and from `held`.
    pub(crate) fn sweep(&self, held: impl IntoIterator<Item = Root>) {
        if self.depth.get() > 0 || !self.unswept.replace(false) {
            return;
        }
        let mut roots = self.roots();
        let kept = self.kept();
        roots.extend(kept.iter().filter_map(|share| share.root()));
        roots.extend(held);
        // SAFETY: no run is under way, so the roots are all that is held.
        self.with_runtime(|runtime| unsafe { runtime.recover(&roots) });
    }

    /// Of these units those that the values of all others, and `held`, do not depend on: neither on a constant, nor on a descriptor, nor on
    /// the code of a closure.
    pub(crate) fn unheld(
        &self,
        mut candidates: Vec<Rc<Linked>>,
        held: impl IntoIterator<Item = Root>,
    ) -> Vec<Rc<Linked>> {
        if candidates.is_empty() || self.depth.get() > 0 || self.unswept.get() {
            return Vec::new();
        }
        let mut reached = Reached::default();
        let mut roots: Vec<Root> = held.into_iter().collect();
        let others = self.units().into_iter();
        for unit in others.filter(|unit| !candidates.iter().any(|other| Rc::ptr_eq(unit, other))) {
            roots.extend(unit.roots());
        }
        roots.extend(self.places().iter().filter_map(|place| place.root()));
        roots.extend(self.kept().iter().filter_map(|share| share.root()));
        while let Some(root) = roots.pop() {
            let mut owners = FxHashSet::default();
            // SAFETY: the values of globals and of what was saved; no run is under way.
            unsafe {
                reached.each_outside(root, &mut |address, _| {
                    owners.extend(self.orc.owner_of(address))
                });
            }
            // Who stays keeps his own values.
            candidates.retain(|unit| {
                let stays = unit.id().is_some_and(|id| owners.contains(&id));
                if stays {
                    roots.extend(unit.roots());
                }
                !stays
            });
        }
        candidates
    }

    /// The values of all globals.
    fn roots(&self) -> Vec<Root> {
        let units = self.units();
        let of_units = units.iter().flat_map(|unit| unit.roots());
        let places = self.places();
        of_units
            .chain(places.iter().filter_map(|place| place.root()))
            .collect()
    }

    /// The addresses of the code in these values, that of `any`s too, each with the unit that has it.
    pub(crate) fn code_in(
        &self,
        roots: impl IntoIterator<Item = Root>,
    ) -> FxHashMap<usize, DylibId> {
        let mut found = FxHashMap::default();
        let mut reached = Reached::default();
        for root in roots {
            // SAFETY: valid values; no run is under way.
            unsafe {
                reached.each_outside(root, &mut |address, is_code| {
                    if is_code && !found.contains_key(&address) {
                        let owner = self.orc.owner_of(address);
                        found.extend(owner.map(|owner| (address, owner)));
                    }
                });
            }
        }
        found
    }

    /// Something was made that nobody holds: the next sweep frees it.
    pub(crate) fn leave_to_sweep(&self) {
        self.unswept.set(true);
    }

    /// Looks for globals that are not whole, after a run that was stopped between any two instructions.
    pub(crate) fn find_torn(&self) {
        if self.depth.get() > 0 {
            return;
        }
        let mut globals = self.places();
        globals.retain(|global| global.is_bound.get() && global.desc().has_heap());
        let roots: Vec<Root> = globals.iter().filter_map(|global| global.root()).collect();
        let text = self.orc.text().start;
        let is_constant = |block: *const Block| {
            let address = block as usize;
            let is_data = (text.saturating_sub(DATA)..text).contains(&address);
            // SAFETY: the data before the text is one readable mapping.
            is_data && address.is_multiple_of(16) && unsafe { stdlib::block::is_static(block) }
        };
        // SAFETY: no run is under way, and these are the places of globals.
        let whole = self.with_runtime(|runtime| unsafe { runtime.sound(&roots, &is_constant) });
        for (global, is_whole) in globals.iter().zip(whole) {
            if !is_whole {
                global.forget();
                global.is_torn.set(true);
                self.is_torn.set(true);
                self.plain.set(std::ptr::null());
            }
        }
    }

    /// A global that was torn has a new value.
    pub(crate) fn mend(&self, global: &GlobalPlace) {
        global.is_torn.set(false);
        let is_torn = self.places().iter().any(|place| place.is_torn.get());
        self.is_torn.set(is_torn);
    }

    fn places(&self) -> Vec<Rc<GlobalPlace>> {
        let mut places = self.places.borrow_mut();
        places.retain(|place| place.strong_count() > 0);
        places.iter().filter_map(Weak::upgrade).collect()
    }

    fn kept(&self) -> Vec<Rc<Share>> {
        let mut kept = self.kept.borrow_mut();
        kept.retain(|share| share.strong_count() > 0);
        kept.iter().filter_map(Weak::upgrade).collect()
    }

    /// The value stays valid as long as the share is there, whatever fails.
    pub(crate) fn hold(&self, share: Share) -> Rc<Share> {
        let share = Rc::new(share);
        let mut kept = self.kept.borrow_mut();
        if kept.len().is_power_of_two() {
            kept.retain(|share| share.strong_count() > 0);
        }
        kept.push(Rc::downgrade(&share));
        share
    }

    /// A place outside of units, for as long as it is there.
    pub(crate) fn add_place(&self, place: &Rc<GlobalPlace>) {
        let mut places = self.places.borrow_mut();
        if places.len().is_power_of_two() {
            places.retain(|place| place.strong_count() > 0);
        }
        places.push(Rc::downgrade(place));
    }

    /// Whether code that waits for the host is changing a global.
    pub(crate) fn has_open_globals(&self) -> bool {
        self.with_runtime(|runtime| !runtime.open_globals().is_empty())
    }

    /// The first of these that such code is changing.
    pub(crate) fn open_global(&self, among: impl IntoIterator<Item = DefId>) -> Option<DefId> {
        let is_open = |def: &DefId| {
            let number = i64::from(def.as_u32());
            self.with_runtime(|runtime| runtime.open_globals().contains(&number))
        };
        among.into_iter().find(is_open)
    }

    /// Whether a run is under way.
    pub(crate) fn is_running(&self) -> bool {
        self.depth.get() > 0
    }

    pub(crate) fn units(&self) -> Vec<Rc<Linked>> {
        self.units
            .borrow()
            .iter()
            .filter_map(Weak::upgrade)
            .collect()
    }

    pub(crate) fn add_unit(&self, unit: &Rc<Linked>) {
        let mut units = self.units.borrow_mut();
        units.retain(|known| known.strong_count() > 0);
        units.push(Rc::downgrade(unit));
    }

    /// The frames at a return address, innermost first.
    pub(crate) fn symbolize(&self, address: usize) -> Vec<Frame> {
        let unit = self
            .units()
            .into_iter()
            .find(|unit| unit.contains(address - 1)); // a call may be the last instruction
        unit.map(|unit| unit.symbolize(address)).unwrap_or_default()
    }
}

/// Near the code, which reaches it without a table.
fn fuel_at(orc: &orc::Session) -> usize {
    orc.text().start - DATA
}

pub(crate) fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend {
        message: error.to_string(),
    }
}
