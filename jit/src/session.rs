//! A session: units one after another, each compiled, linked to the earlier ones and run. Scripts, worksheets, the REPL and
//! hosts all stand on it.
//!
//! A function that is redefined is what its earlier callers call from then on: calls between units go through slots, and a
//! new version is written into the slots of all former ones. Where its interface changed, its callers are compiled again with
//! it (`redefine`). What fails leaves the session as it was.

mod account;
mod cells;
mod convert;
mod definitions;
mod describe;
mod emit;
mod explain;
mod history;
mod inside_any;
mod interpret;
mod lines;
mod link;
mod look;
mod past;
mod plan;
mod redefine;
mod script;
mod show;
#[cfg(test)]
mod tests;
mod trials;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use codegen::{Input, Object};
use compiler::env::{DefId, Env};
use compiler::mono::{Mode, Program};
use rustc_hash::FxHashMap;
use stdlib::Root;

use crate::compile;
use crate::config::Config;
use crate::failure;
use crate::front::{Constants, Front, Ready};
use crate::linked::{Linked, Surroundings};
use crate::machine::Machine;
use crate::output::Captured;
use crate::report::{Checked, Error, RuntimeError};
use crate::run::Interrupter;
use crate::saved::Saved;
use crate::trap::Trap;
use definitions::Definitions;
use history::Entry;
use script::Told;

pub use history::Back;
pub(crate) use inside_any::each_any;
pub(crate) use link::{HostCodes, Outside, offered, signature};
pub use look::Names;
pub use script::Transcript;
pub(crate) use show::{Showing, shown};

/// Takes a piece of text.
pub(crate) type Tell = Box<dyn FnMut(&str)>;

pub struct Session {
    pub(crate) machine: Rc<Machine>,
    pub(crate) front: Front,
    config: Config,
    captured: Captured,
    /// Who is told of warnings; standard error if nobody is.
    pub(crate) told_warnings: RefCell<Option<Tell>>,
    /// In the order in which they were loaded.
    units: Vec<Rc<Linked>>,
    /// Those whose code C may call at any time.
    known_to_c: Vec<Rc<Linked>>,
    /// Which unit defines a symbol.
    symbols: FxHashMap<String, Weak<Linked>>,
    /// What the entries of the REPL have defined.
    definitions: Definitions,
    /// What can be taken back.
    history: VecDeque<Entry>,
    /// What was taken back and can be brought back, the last one first taken.
    undone: Vec<Entry>,
    /// The values of earlier entries, by their numbers.
    past: VecDeque<(u32, DefId)>,
    /// Everything that was entered and counts.
    told: Vec<Rc<Told>>,
    /// The states before the cells of the entry that is under way.
    kept: Vec<Saved>,
}

/// To standard error if nobody wants to be told.
pub(crate) fn tell_warnings(told: &RefCell<Option<Tell>>, text: &str) {
    match &mut *told.borrow_mut() {
        _ if text.is_empty() => {}
        Some(tell) => tell(text),
        // Nobody is left to be told if standard error is gone.
        None => drop(std::io::Write::write_all(
            &mut std::io::stderr(),
            text.as_bytes(),
        )),
    }
}

/// A unit that was loaded, and what it replaced.
struct Loaded {
    unit: Rc<Linked>,
    slots: Vec<(usize, usize)>,
}

impl Session {
    pub fn new(config: Config) -> Result<Session, Error> {
        let machine = Machine::new(config.stack_bytes, config.memory_limit)?;
        let mut front = Front::new(config.color);
        front.limits = (config.compile_limit, config.optimise_limit);
        let captured = Captured::default();
        machine.set_up(&config);
        if config.capture {
            machine.with_runtime(|runtime| runtime.set_output(captured.sink()));
        }
        Ok(Session {
            machine,
            front,
            config,
            captured,
            told_warnings: RefCell::default(),
            units: Vec::new(),
            known_to_c: Vec::new(),
            symbols: FxHashMap::default(),
            definitions: Definitions::default(),
            history: VecDeque::new(),
            undone: Vec::new(),
            past: VecDeque::new(),
            told: Vec::new(),
            kept: Vec::new(),
        })
    }

    /// Runs a script from top to bottom; stops at the first error.
    pub fn run_script(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let mut gathered = self.front.gather(name, text)?;
        self.warn(&gathered.warnings);
        let Some(script) = gathered.units.pop() else {
            return Ok(());
        };
        for module in &gathered.units {
            self.run_module(module)?;
        }
        let loaded = self.load(&script, Mode::Script)?;
        let Some(main) = loaded.unit.main() else {
            return Ok(());
        };
        // SAFETY: generated code without parameters.
        let result = unsafe { self.machine.run(|| main()) };
        self.finish_all(&loaded.unit, result)?;
        self.machine.lost_output().map_or(Ok(()), Err)
    }

    /// Looks for mistakes without running anything; gives the warnings.
    pub fn check(&mut self, name: &str, text: &str) -> Result<Checked, Error> {
        let before = self.front.env.clone();
        let gathered = self.front.gather(name, text);
        let checked = gathered.and_then(|gathered| {
            for ready in &gathered.units {
                self.front
                    .program(ready, Mode::Session, Constants::AsData)?;
            }
            Ok(Checked {
                warnings: gathered.warnings,
                problems: gathered.problems,
            })
        });
        self.front.env = before;
        checked
    }

    /// Ends a run from any thread.
    pub fn interrupter(&self) -> Interrupter {
        self.machine.interrupter()
    }

    /// Blocks of the heap that are in use.
    pub fn live_blocks(&self) -> usize {
        self.machine.with_runtime(|runtime| runtime.live_blocks()) as usize
    }

    /// Drops every global; gives the number of blocks that are still live, which is a bug of ours if it is not 0.
    pub fn close(mut self) -> usize {
        self.clear();
        self.machine.with_runtime(|runtime| runtime.flush());
        self.live_blocks()
    }

    /// Newest first, since later units hold earlier ones. What a host still holds stays.
    fn clear(&mut self) {
        self.forget_undone();
        while self.history.pop_back().is_some() {}
        while self.units.pop().is_some() {}
        self.known_to_c.clear();
    }

    fn warn(&self, warnings: &[String]) {
        tell_warnings(&self.told_warnings, &warnings.concat());
    }

    /// Runs a module that is imported for the first time.
    fn run_module(&mut self, ready: &Ready) -> Result<(), Error> {
        let mut loaded = self.load(ready, Mode::Session)?;
        self.replace(&ready.before, ready, &mut loaded);
        for index in 0..ready.compiled.cells.len() {
            let cell = loaded.unit.cell(index);
            // SAFETY: generated code without parameters.
            if let Err(trap) = unsafe { self.machine.run(|| cell()) } {
                let failed = self.finish_all(&loaded.unit, Err(trap));
                self.units.retain(|known| !Rc::ptr_eq(known, &loaded.unit));
                return failed;
            }
            Self::bind(&loaded.unit, ready, index);
        }
        Ok(())
    }

    /// A script or module came to its end. After an error its globals are in no known state: they are given up.
    fn finish_all(&mut self, unit: &Rc<Linked>, result: Result<(), Trap>) -> Result<(), Error> {
        self.machine.with_runtime(|runtime| runtime.flush());
        match result {
            Ok(()) => {
                unit.globals()
                    .iter()
                    .for_each(|global| global.is_bound.set(true));
                Ok(())
            }
            Err(trap) => {
                let error = self.describe(&trap);
                unit.globals().iter().for_each(|global| global.forget());
                self.sweep();
                Err(Error::Runtime(error))
            }
        }
    }

    fn describe(&self, trap: &Trap) -> RuntimeError {
        failure::describe(&self.machine, &self.front.sources, trap, self.config.color)
    }

    fn sweep(&self) {
        self.machine.sweep(self.held());
    }

    /// Values that are kept in order to be put back.
    fn held(&self) -> Vec<Root> {
        let entries = self.history.iter().chain(&self.undone);
        let saved = entries.flat_map(|entry| &entry.saved);
        saved.chain(&self.kept).filter_map(Saved::root).collect()
    }

    /// Generates code for a unit and links it; earlier callers of what it redefines call the new code from now on.
    fn load(&mut self, ready: &Ready, mode: Mode) -> Result<Loaded, Error> {
        let program = self.front.program(ready, mode, Constants::AsData)?;
        let object = self.object(&program, &ready.compiled.env, mode)?;
        let env = &ready.compiled.env;
        let declared: Vec<_> = env.of_last_unit().collect();
        let absolute = self
            .outside()
            .symbols(&object, &program, env, declared.into_iter());
        let absolute = absolute.map_err(|missing| self.front.not_linked(&missing))?;
        let exports = object.exports.clone();
        let name = self.front.sources.file(ready.file).name.clone();
        let provider = |symbol: &str| self.symbols.get(symbol).and_then(Weak::upgrade);
        let around = Surroundings {
            homes: None,
            provider: &provider,
            absolute,
            origins: FxHashMap::default(),
        };
        let unit = Linked::new(&self.machine, &name, object, around)?;
        self.symbols.retain(|_, unit| unit.strong_count() > 0);
        for symbol in offered(&exports) {
            self.symbols.insert(symbol, Rc::downgrade(&unit));
        }
        self.units.push(Rc::clone(&unit));
        if unit.has_callbacks() {
            self.known_to_c.push(Rc::clone(&unit));
        }
        Ok(Loaded {
            unit,
            slots: Vec::new(),
        })
    }

    fn outside(&self) -> Outside<'_> {
        Outside {
            machine: &self.machine,
            config: &self.config,
        }
    }

    fn object(&self, program: &Program, env: &Env, mode: Mode) -> Result<Object, Error> {
        let object = codegen::object(self.input(program, env, mode))
            .map_err(|message| Error::Backend { message })?;
        env.budget().note_optimised(object.optimised);
        Ok(object)
    }

    fn input<'a>(&'a self, program: &'a Program, env: &'a Env, mode: Mode) -> Input<'a> {
        compile::input(&self.front, &self.config, program, env, mode)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.clear();
    }
}
