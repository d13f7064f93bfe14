//! The embedding API: a Rust program offers modules of functions, types and variables, loads scripts, and calls their functions.

use std::rc::Rc;

use compiler::mono::Mode;
use stdlib::Sink;

use crate::build::Build;
use crate::config::Config;
use crate::entered::Entered;
use crate::front::Front;
use crate::host::{HostModule, HostSymbol, HostTypes, IntoHost, Plain};
use crate::machine::Machine;
use crate::report::Error;
use crate::resident;
use crate::run::Interrupter;
use crate::script::{Script, ToldWarnings};

/// Runs scripts for a host. Engines share nothing.
pub struct Engine {
    machine: Rc<Machine>,
    /// Of which each script has its own.
    front: Front,
    config: Config,
    types: HostTypes,
    told_warnings: ToldWarnings,
}

fn sink(mut tell: impl FnMut(&str) + 'static) -> Sink {
    Box::new(move |bytes| tell(&String::from_utf8_lossy(bytes)))
}

impl Engine {
    pub fn new(config: Config) -> Result<Engine, Error> {
        let limit = config.call_limit;
        let machine = Machine::new(config.stack_bytes, config.memory_limit)?;
        machine.with_runtime(|runtime| {
            runtime.args.clone_from(&config.args);
            runtime.set_flush_lines(config.keep_going);
            runtime.granted = config.capabilities;
        });
        if limit.is_some_and(|limit| !machine.limit_runs(limit)) {
            return Err(Error::Backend {
                message: "the system has no thread left that could look after the limit of calls"
                    .to_owned(),
            });
        }
        machine.limits.set(config.fuel, config.output_limit);
        Ok(Engine {
            machine,
            front: Front::new(config.color),
            config,
            types: HostTypes::default(),
            told_warnings: ToldWarnings::default(),
        })
    }

    /// An engine that may do what is in `config`, but no more than this one: see [`Config::narrowed`]. For a host, or a function of the host, that
    /// runs scripts on behalf of a script. What it does within a run of this engine counts for that run as well: its time, its fuel, its output.
    pub fn child(&self, config: Config) -> Result<Engine, Error> {
        Engine::new(self.config.narrowed(config))
    }

    /// How much of [`Config::fuel`] the last call has left, or the calls of the last [`Engine::enter`] together: nothing if they failed for lack of
    /// it. None if there is no limit.
    pub fn fuel_left(&self) -> Option<u64> {
        self.config.fuel?;
        Some(self.machine.limits.fuel_left.get())
    }

    /// How much all that ran in the engine has used, top-level code included. None if there is no limit.
    pub fn fuel_used(&self) -> Option<u64> {
        self.config.fuel?;
        Some(self.machine.limits.fuel_used.get())
    }

    /// How much each call from now on may use, instead of [`Config::fuel`].
    ///
    /// # Panics
    /// If the engine was made without a limit: then its code does not count.
    pub fn set_fuel(&self, fuel: u64) {
        assert!(
            self.config.fuel.is_some(),
            "an engine that was made without a limit of fuel counts nothing"
        );
        self.machine.limits.set_fuel(fuel);
    }

    /// Offers a module to scripts, which `import` it; an error if two types of it and other modules have one name, or if its bitcode uses what is not there. One of the same name is replaced for those that import it from now on.
    pub fn add(&mut self, module: &HostModule) -> Result<(), Error> {
        for bitcode in module.bitcodes() {
            self.machine.host_code.add(self.machine.orc(), bitcode)?;
        }
        if !module.path().is_empty() {
            let text = module.text(&mut self.types);
            let text = text.map_err(Error::signature)?;
            let modules = &mut self.front.host_modules;
            modules.insert(module.path().to_owned(), text);
        }
        let mut host = self.machine.host.borrow_mut();
        for (name, symbol) in module.symbols() {
            // SAFETY: a function's types are those of its Rust type; for a variable its caller has promised it.
            unsafe { host.insert(&name, symbol) };
        }
        Ok(())
    }

    /// The modules that were added, as files for those who read scripts without this program: their names below a folder, and their texts.
    pub fn stubs(&self) -> impl Iterator<Item = (String, &str)> {
        let modules = self.front.host_modules.iter();
        modules.map(|(path, text)| (format!("{}.sumi", path.replace('.', "/")), text.as_str()))
    }

    /// Offers a function or closure to scripts that declare it themselves, in `extern host`.
    pub fn register<S>(&mut self, name: &str, function: impl IntoHost<S>) {
        let symbol = HostSymbol::Function(function.into_host());
        // SAFETY: its types are those of its Rust type.
        unsafe { self.machine.host.borrow_mut().insert(name, symbol) };
    }

    /// As [`HostModule::bitcode`], for scripts that declare the functions themselves, in `extern host`.
    ///
    /// # Errors
    /// As there; or the code uses what neither it nor the process has.
    ///
    /// # Safety
    /// As there.
    pub unsafe fn register_bitcode(
        &mut self,
        bytes: &[u8],
        declarations: &[&str],
    ) -> Result<(), Error> {
        let mut functions = HostModule::new("");
        // SAFETY: the caller's promise.
        unsafe { functions.bitcode(bytes, declarations)? };
        for bitcode in functions.bitcodes() {
            self.machine.host_code.add(self.machine.orc(), bitcode)?;
        }
        let mut host = self.machine.host.borrow_mut();
        for (name, symbol) in functions.own_symbols() {
            // SAFETY: its types were compared with those of the code.
            unsafe { host.insert(name, symbol) };
        }
        Ok(())
    }

    /// Where goes what scripts print: to `tell`, a line at a time and what is left when a call is over, instead of standard output.
    /// `tell` must not call into Sumi.
    pub fn on_print(&mut self, tell: impl FnMut(&str) + 'static) {
        self.machine.with_runtime(|runtime| {
            runtime.set_output(sink(tell));
            runtime.set_flush_lines(true);
        });
    }

    /// As [`Engine::on_print`], of what they print by `eprint`, instead of standard error.
    pub fn on_error_print(&mut self, tell: impl FnMut(&str) + 'static) {
        let machine = &self.machine;
        machine.with_runtime(|runtime| runtime.set_errors(sink(tell)));
    }

    /// Who is told the warnings of scripts that are loaded, each as people read it, instead of standard error.
    pub fn on_warning(&mut self, tell: impl FnMut(&str) + 'static) {
        *self.told_warnings.borrow_mut() = Some(Box::new(tell));
    }

    /// Replaces where modules come from: `resolver` has their text by the path that `import` names, `ai.steering`. What it does not
    /// have may still be a module of the library; no file is looked for.
    pub fn set_resolver(&mut self, resolver: impl Fn(&str) -> Option<String> + 'static) {
        self.front.resolver = Some(Rc::new(resolver));
    }

    /// Offers a variable to `extern host`, read and written in place.
    ///
    /// # Safety
    /// `variable` stays where it is as long as the engine lives, and nobody else uses it during a call into Sumi.
    pub unsafe fn register_global<T: Plain>(&mut self, name: &str, variable: *mut T) {
        let symbol = HostSymbol::Global {
            address: variable as usize,
            ty: T::desc(),
        };
        // SAFETY: the caller's promise.
        unsafe { self.machine.host.borrow_mut().insert(name, symbol) };
    }

    /// Compiles a script and runs it from top to bottom. It has a scope of its own: what several scripts share is in modules that they import,
    /// of which each has its own. What the process has in memory of the compiler's code is given back afterwards.
    pub fn load(&mut self, name: &str, text: &str) -> Result<Script, Error> {
        let (machine, config) = (Rc::clone(&self.machine), self.config.clone());
        let build = Build::new(machine, self.front.another(), config, Mode::Inlined);
        let script = Script::load(build, Rc::clone(&self.told_warnings), name, text);
        resident::give_back_code();
        script
    }

    /// Makes the engine ready for calls, of which each then costs about what an indirect call costs in C: what a call of
    /// [`Function::call`](crate::Function::call) does before and after is done once. The limit of time is for all of them together. Scripts are
    /// not loaded or reloaded meanwhile.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// let game = engine.load("game.sumi", "fn age(years: i64) -> i64 = years + 1")?;
    /// let age = game.function::<fn(i64) -> i64>("age")?;
    /// let mut ages = [1, 20, 300];
    /// engine.enter(|engine| -> Result<(), jit::Error> {
    ///     for years in &mut ages {
    ///         *years = age.call_in(engine, *years)?;
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!(ages, [2, 21, 301]);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn enter<R>(&self, body: impl FnOnce(&Entered<'_>) -> R) -> R {
        let result = self.machine.enter(body);
        self.machine.with_runtime(stdlib::Runtime::flush);
        result
    }

    /// Ends what is under way in the engine, from any thread.
    pub fn interrupter(&self) -> Interrupter {
        self.machine.interrupter()
    }

    /// Blocks of the heap that are in use.
    pub fn live_blocks(&self) -> usize {
        self.machine.with_runtime(|runtime| runtime.live_blocks()) as usize
    }

    /// Units of code in memory.
    #[cfg(test)]
    pub(crate) fn machine_units(&self) -> usize {
        self.machine.units().len()
    }
}
