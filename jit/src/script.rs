//! A script of a host: its text, its code and its state, which stay one while the text is edited.
//!
//! Each script has a scope of its own. It runs from top to bottom when it is loaded; afterwards its functions are called, and its variables
//! live on from call to call, and from one text to the next ([`reload`]).

mod asked;
mod function;
mod keep;
mod look;
mod newer;
mod reload;
mod renames;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};

use compiler::CellInfo;
use compiler::budget::Budget;
use compiler::env::{DefId, DefKind, Env, FnOrigin, GlobalOrigin};
use compiler::incremental::{Fingerprint, Outcome, State};
use compiler::own::{self, Reach};
use rustc_hash::{FxHashMap, FxHashSet};
use stdlib::desc::TypeDesc;
use stdlib::value;
use syntax::Diagnostic;

use crate::build::{Build, Source, Tier};
use crate::failure;
use crate::host::{HostSymbol, Signature, Value, fits};
use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;
use crate::migrate::NewCode;
use crate::report::Error;
use crate::session::Tell;
use crate::trap::Trap;
use asked::{Host, Wanted};
use function::Entry;

pub use function::{Function, UntypedFunction, Unusable};
pub use keep::{KeptValue, Snapshot};
pub use look::Variable;
pub use reload::{Reloaded, Reset};
use reload::{is_var, is_variable};
pub use renames::MaybeRenamed;

/// A script that a host has loaded. It is there as long as this, a copy of it, or one of its functions is.
#[derive(Clone)]
pub struct Script(Rc<RefCell<Living>>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.try_borrow() {
            Ok(living) => write!(f, "Script({:?})", living.build.name),
            Err(_) => f.write_str("Script(being loaded)"),
        }
    }
}

/// Who is told of warnings; standard error if nobody is.
pub(crate) type ToldWarnings = Rc<RefCell<Option<Tell>>>;

pub(crate) struct Living {
    build: Build,
    /// What it stands for, and is compiled from.
    text: String,
    told_warnings: ToldWarnings,
    /// What the functions that were handed out lead to.
    entries: Vec<Weak<Entry>>,
    /// The functions that have or had code: compiled are those that something reaches which runs or was handed out.
    wanted: FxHashSet<DefId>,
    /// What the value of a binding followed from.
    bound: FxHashMap<DefId, Fingerprint>,
    /// What the functions in a variable may touch.
    code_in: FxHashMap<DefId, Reach>,
    /// Those that the last reload brought.
    new_functions: FxHashSet<DefId>,
    /// Which text it is.
    version: Rc<keep::Version>,
    /// While values are brought over to another text.
    newer: Rc<NewCode>,
    /// As it was before the last reload.
    former: Option<reload::Former>,
    /// A call that fails takes the last reload back.
    is_on_trial: bool,
}

/// Something to run when a script is loaded: where it stands among the cells of its source.
type Cell = (Source, usize);

impl Script {
    /// Compiles the text and runs it from top to bottom.
    pub(crate) fn load(
        build: Build,
        told_warnings: ToldWarnings,
        name: &str,
        text: &str,
    ) -> Result<Script, Error> {
        let version = keep::Version::of(build.text.env());
        let mut living = Living {
            build,
            version,
            newer: Rc::default(),
            text: text.to_owned(),
            told_warnings,
            entries: Vec::new(),
            wanted: FxHashSet::default(),
            new_functions: FxHashSet::default(),
            bound: FxHashMap::default(),
            code_in: FxHashMap::default(),
            former: None,
            is_on_trial: false,
        };
        living.start(name)?;
        Ok(Script(Rc::new(RefCell::new(living))))
    }

    /// The name under which it was loaded.
    pub fn name(&self) -> String {
        self.0.borrow().build.name.clone()
    }

    /// The text that it runs.
    pub fn text(&self) -> String {
        self.0.borrow().text.clone()
    }

    /// A function of the script; an error if there is none of this name and type. What is reloaded does not have to be asked for again.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// let game = engine.load("game.sumi", "fn update(dt: f32) -> i64 = i64(dt * 10)")?;
    /// let update = game.function::<fn(f32) -> i64>("update")?;
    /// assert_eq!(update.call(0.5)?, 5);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn function<S: Signature>(&self, name: &str) -> Result<Function<S>, Error> {
        let mut living = self.0.try_borrow_mut().map_err(|_| busy())?;
        let entry = living.entry::<S>(name)?;
        Ok(Function::new(entry, &living.build.machine, &self.0))
    }

    /// The value of a global.
    pub fn get<T: Value>(&self, name: &str) -> Result<T, Error> {
        let living = self.0.try_borrow().map_err(|_| busy())?;
        let place = living.place(name, T::desc(), Host::Rust)?;
        match place.is_bound.get() {
            // SAFETY: the place holds a value of this type.
            true => Ok(unsafe { T::read(place.address.cast::<T::Sumi>().read()) }),
            false => Err(no_value(name)),
        }
    }

    /// Writes a global.
    pub fn set<T: Value>(&self, name: &str, value: T) -> Result<(), Error> {
        let living = self.0.try_borrow().map_err(|_| busy())?;
        let place = living.place(name, T::desc(), Host::Rust)?;
        living.refuse_open(name, [place.def])?;
        let machine = &living.build.machine;
        let given = value.lend();
        // SAFETY: the place holds a value of this type, or nothing if it is not bound; nobody else uses it meanwhile.
        let result = unsafe {
            machine.run(|| {
                let new = T::make(given);
                let old = place.address.cast::<T::Sumi>().replace(new);
                if place.is_bound.replace(true) {
                    T::release(old);
                }
            })
        };
        living.written(&place, result)
    }

    /// As [`Script::get`], of a type that was described while the program runs: `read` looks at the value.
    pub fn look(
        &self,
        name: &str,
        ty: &'static TypeDesc,
        read: impl FnOnce(*const u8),
    ) -> Result<(), Error> {
        let living = self.0.try_borrow().map_err(|_| busy())?;
        let place = living.place(name, ty, Host::Other)?;
        match place.is_bound.get() {
            true => {
                read(place.address);
                Ok(())
            }
            false => Err(no_value(name)),
        }
    }

    /// As [`Script::set`], of a type that was described while the program runs: `make` writes the value to the address that it is given.
    ///
    /// # Safety
    /// `make` writes a value of the type, which is made within the run and may end it, so it holds nothing that must be dropped.
    pub unsafe fn set_untyped(
        &self,
        name: &str,
        ty: &'static TypeDesc,
        make: impl FnOnce(*mut u8),
    ) -> Result<(), Error> {
        let living = self.0.try_borrow().map_err(|_| busy())?;
        let place = living.place(name, ty, Host::Other)?;
        living.refuse_open(name, [place.def])?;
        let size = ty.size as usize;
        let mut room = vec![0_u128; size.div_ceil(16)];
        let new = room.as_mut_ptr().cast::<u8>();
        // SAFETY: as in `set`; what was there is given up once the new value is in its place.
        let result = unsafe {
            living.build.machine.run(|| {
                make(new);
                std::ptr::swap_nonoverlapping(new, place.address, size);
                if place.is_bound.replace(true) {
                    value::drop_value(ty, new);
                }
            })
        };
        living.written(&place, result)
    }
}

fn no_value(name: &str) -> Error {
    Error::signature(format!("`{name}` has no value yet"))
}

/// Top-level code of the script, or of one that is being loaded again, has called the host, which asks for the script.
fn busy() -> Error {
    Error::signature("the script is being loaded")
}

impl Living {
    fn start(&mut self, name: &str) -> Result<(), Error> {
        let text = self.text.clone();
        self.build.refuse_long(&text)?;
        self.build.edit(name, &text);
        self.refuse_mistakes()?;
        self.warn();
        self.build.note_sources();
        self.version = keep::Version::of(self.build.text.env());
        self.link_known()?;
        for cell in self.cells() {
            self.run(&cell)?;
        }
        Ok(())
    }

    fn machine(&self) -> &Machine {
        &self.build.machine
    }

    fn describe(&self, trap: &Trap) -> crate::report::RuntimeError {
        let color = self.build.config.color;
        failure::describe(self.machine(), &self.build.front.sources, trap, color)
    }

    /// All top-level code, in the order in which it runs; tests are none.
    fn cells(&self) -> Vec<Cell> {
        let modules = self.build.modules.iter().flat_map(|module| {
            let home = Source::Module(Rc::clone(module));
            let cell = |index| (self.build.cell(&home, index), 0);
            (0..home.cells().len()).map(cell).collect::<Vec<Cell>>()
        });
        let pieces = self.build.text.outcomes().iter();
        let text = pieces.flat_map(|outcome| match outcome {
            Outcome::Compiled(unit, cells) => {
                let home = Source::Text(Rc::clone(unit));
                let cell = |index| (self.build.cell(&home, index), 0);
                cells.clone().map(cell).collect()
            }
            Outcome::Imported | Outcome::Failed(_) | Outcome::Waits(_) => Vec::new(),
        });
        let is_no_test = |(source, index): &Cell| source.cells()[*index].test.is_none();
        modules.chain(text).filter(is_no_test).collect()
    }

    /// Of the text as it is now.
    fn refuse_mistakes(&self) -> Result<(), Error> {
        let mut found: Vec<&Diagnostic> = Vec::new();
        let mut is_waiting = false;
        for outcome in self.build.text.outcomes() {
            match outcome {
                // Of a module that several import, the mistakes are told once.
                Outcome::Failed(diagnostics) => {
                    for diagnostic in diagnostics {
                        if !found.contains(&diagnostic) {
                            found.push(diagnostic);
                        }
                    }
                }
                Outcome::Waits(_) => is_waiting = true,
                Outcome::Imported | Outcome::Compiled(..) => {}
            }
        }
        if found.is_empty() && is_waiting {
            for unit in self.build.text.units() {
                if let State::Failed(diagnostics) = &unit.state {
                    found.extend(diagnostics);
                }
            }
        }
        match found.is_empty() {
            true => Ok(()),
            false => Err(self.build.front.rejected(found.into_iter())),
        }
    }

    /// Of what the last edit brought.
    fn warn(&mut self) {
        let mut warnings = std::mem::take(&mut self.build.module_warnings).concat();
        warnings += &self
            .build
            .warnings(|piece| self.build.text.is_new(piece))
            .concat();
        crate::session::tell_warnings(&self.told_warnings, &warnings);
    }

    /// Has in memory, before anything runs, what was there for an earlier text, and what needs something from outside.
    fn link_known(&mut self) -> Result<(), Error> {
        let modules = self.build.modules.iter().cloned().map(Source::Module);
        let units = self.build.text.units().iter();
        let units = units.filter(|unit| unit.good().is_some());
        let units = units.cloned().map(Source::Text);
        let env = self.build.text.env();
        let declares = |source: &Source| {
            let defs = source.defs();
            defs.iter().any(|def| is_from_outside(env, *def))
        };
        let declaring = modules.chain(units).filter(declares);
        let declaring = declaring.map(|source| self.build.declarations(&source));
        let mut functions: Vec<DefId> = self.wanted.iter().copied().collect();
        functions.sort_unstable();
        let functions = functions.into_iter();
        let functions = functions.filter_map(|def| self.build.owner(def));
        let wanted = declaring.chain(functions).collect();
        let found = self.build.search(wanted);
        let linked = found.and_then(|sources| self.link_each(&sources));
        linked.map_err(|found| self.not_linked(&found))
    }

    /// With all that it may reach.
    fn linked(&mut self, source: &Source) -> Result<Rc<Linked>, Error> {
        let reached = self.build.reach(source);
        let linked = reached
            .and_then(|reached| self.link_each(&reached.sources))
            .and_then(|()| self.build.linked(source, Tier::Full));
        linked.map_err(|found| self.not_linked(&found))
    }

    fn link_each(&mut self, sources: &[Source]) -> Result<(), Vec<Diagnostic>> {
        let mut result = Ok(());
        for source in sources {
            self.wanted.extend(source.function());
            if !self.build.code(source)?.is_nothing {
                let linked = self.build.linked(source, Tier::Full).map(drop);
                // All that is missing is made together.
                if linked.is_err() && !self.build.is_missing() {
                    return linked;
                }
                result = result.and(linked);
            }
        }
        result
    }

    fn not_linked(&self, found: &[Diagnostic]) -> Error {
        if found.iter().any(Budget::is_exceeded) {
            return self.build.front.rejected(found.iter());
        }
        self.build.front.not_linked(found)
    }

    /// Runs a cell, which binds its globals anew.
    fn run(&mut self, (source, index): &Cell) -> Result<(), Error> {
        let linked = self.linked(source)?;
        let info = &source.cells()[*index];
        let reach = self.reach(info);
        self.refuse_unbound(info, &reach)?;
        let own: Vec<DefId> = info.defines.iter().chain(&info.value).copied().collect();
        self.build.make_room(&own, &linked);
        let run = linked.cell(*index);
        // SAFETY: generated code without parameters.
        let result = unsafe { self.machine().run(|| run()) };
        self.machine().with_runtime(stdlib::Runtime::flush);
        let places = own.iter().filter_map(|def| self.build.places.get(*def));
        if let Err(trap) = result {
            let error = self.describe(&trap);
            places.for_each(|place| place.global.forget());
            return Err(Error::Runtime(error));
        }
        places.for_each(|place| place.global.is_bound.set(true));
        if let Some(place) = info.value.and_then(|def| self.build.places.get_mut(def)) {
            place.clear(); // of a statement nobody asks for the value
        }
        self.note(info, &reach);
        let print = self.print(source, *index, &reach)?;
        for def in &info.defines {
            self.bound.insert(*def, print);
        }
        Ok(())
    }

    /// What a cell may touch.
    fn reach(&self, info: &CellInfo) -> Reach {
        let code_in = |def: DefId| self.code_in.get(&def);
        own::reach_of_cell(self.build.text.env(), &info.effects, &code_in)
    }

    /// Which functions may be in the values that a cell has bound or changed.
    fn note(&mut self, info: &CellInfo, reach: &Reach) {
        let env = self.build.text.env();
        let code_in = |def: DefId| self.code_in.get(&def);
        let of_code = own::reach_of_code(env, &info.effects, &code_in);
        let changed = info.defines.iter().chain(&reach.writes);
        let with_code = changed.filter(|def| own::may_hold_code(env, **def));
        for def in with_code.copied().collect::<Vec<DefId>>() {
            self.code_in.entry(def).or_default().add(&of_code);
        }
    }

    /// A variable that is bound further down has no value yet. The value of an expression is none that anybody reads: it is given up at once.
    fn refuse_unbound(&self, info: &CellInfo, reach: &Reach) -> Result<(), Error> {
        let is_bound = |def: &DefId| {
            let place = self.build.places.get(*def);
            place.is_none_or(|place| place.global.is_bound.get() || place.global.is_torn.get())
        };
        let env = self.build.text.env();
        let touched = reach.reads.union(&reach.writes);
        let others = touched.filter(|def| is_variable(env, **def) && !info.defines.contains(def));
        let Some(def) = others.into_iter().find(|def| !is_bound(def)) else {
            return Ok(());
        };
        let error = own::unbound::not_bound_yet(env, None, *def, info.span);
        Err(self.build.front.rejected([&error].into_iter()))
    }

    /// What the values of a cell follow from: of a `let` that is computed from code and other such values alone, all of that, else its own
    /// code.
    fn print(
        &mut self,
        source: &Source,
        index: usize,
        reach: &Reach,
    ) -> Result<Fingerprint, Error> {
        let env = self.build.text.env();
        let is_let = |def: &DefId| is_variable(env, *def) && !is_var(env, *def);
        let is_own = |def: &DefId| source.cells()[index].defines.contains(def);
        let is_computed = !reach.anything
            && reach.outside.is_none()
            && reach.writes.iter().all(is_own)
            && reach.reads.iter().all(|def| is_own(def) || is_let(def));
        if !is_computed {
            return Ok(Fingerprint::of(&(source.code(), index)));
        }
        let mut reads: Vec<(DefId, Option<Fingerprint>)> = reach
            .reads
            .iter()
            .filter(|def| !is_own(def))
            .map(|def| (*def, self.bound.get(def).copied()))
            .collect();
        reads.sort_unstable();
        let reached = self.build.reach(source);
        let reached = reached.map_err(|found| self.build.front.rejected(found.iter()))?;
        Ok(Fingerprint::of(&(reached.print, index, reads)))
    }

    /// The global of this name, which is of that type.
    fn place(&self, name: &str, asked: &TypeDesc, host: Host) -> Result<Rc<GlobalPlace>, Error> {
        let env = self.build.text.env();
        let def = self.named(name, Wanted::Variable(host))?;
        let DefKind::Global(global) = &env.def(def).kind else {
            panic!("compiler bug: {def} is not a global");
        };
        let ty = global.ty();
        if let Err(found) = fits::ty(env, ty, asked) {
            return Err(self.other_variable((def, ty), asked, host, &found));
        }
        if global.origin == GlobalOrigin::Host {
            let host = self.machine().host.borrow();
            if let Some(HostSymbol::Global { address, .. }) = host.get(name) {
                return Ok(Rc::new(GlobalPlace::of_host(def, *address)));
            }
        }
        match self.build.places.get(def) {
            Some(place) => Ok(Rc::clone(&place.global)),
            None => Err(no_value(name)),
        }
    }

    /// After a run that has written to a global.
    fn written(&self, place: &GlobalPlace, result: Result<(), Trap>) -> Result<(), Error> {
        let machine = self.machine();
        if let Err(trap) = result {
            let error = self.describe(&trap);
            machine.sweep([]);
            return Err(Error::Runtime(error));
        }
        if place.is_torn.get() {
            machine.mend(place);
        }
        Ok(())
    }

    /// What a run that failed has left.
    fn recover(&self, trap: &Trap) {
        if trap.kind.is_anywhere() {
            self.machine().find_torn();
        }
        self.machine().sweep([]);
    }

    /// What a call that failed has left; the error as it is told to the host.
    fn recover_call(&mut self, trap: &Trap) -> Error {
        let mut error = self.describe(trap);
        self.recover(trap);
        if self.is_on_trial && error.exit.is_none() && !self.machine().is_running() {
            match self.take_back() {
                Ok(_) => {
                    error.rendered += "the text of before is in force again, with its values\n"
                }
                Err(other) => return other,
            }
        }
        Error::Runtime(error)
    }

    /// Gives up all values.
    fn clear(&mut self) {
        self.former = None;
        self.machine().sweep([]);
        self.build.places.clear();
        self.build.codes.clear();
    }
}

/// Whether it is declared here and defined by a library or the host.
fn is_from_outside(env: &Env, def: DefId) -> bool {
    match env.try_def(def).map(|def| &def.kind) {
        Some(DefKind::Fn(function)) => {
            matches!(function.origin, FnOrigin::C { .. } | FnOrigin::Host)
        }
        Some(DefKind::Global(global)) => global.origin == GlobalOrigin::Host,
        _ => false,
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        self.clear();
    }
}
