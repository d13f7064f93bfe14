//! The embedding API: a Rust program offers modules of functions, types and variables, loads scripts, and calls their functions.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::{Rc, Weak};

use compiler::env::{DefId, DefKind, GlobalOrigin};
use compiler::mir::{Effects, ParamMode};
use stdlib::Sink;
use stdlib::desc::TypeDesc;
use syntax::Sources;

use crate::config::Config;
use crate::failure;
use crate::host::{
    Args, HostModule, HostSymbol, HostTypes, IntoHost, Plain, Signature, Value, fits, for_arities,
};
use crate::linked::Linked;
use crate::machine::Machine;
use crate::report::Error;
use crate::run::Interrupter;
use crate::session::{Session, signature};
use crate::trap::Trap;

/// Runs scripts for a host. Engines share nothing.
pub struct Engine {
    session: Session,
    types: HostTypes,
    /// What the functions that were handed out lead to.
    entries: RefCell<Vec<Weak<Entry>>>,
}

fn sink(mut tell: impl FnMut(&str) + 'static) -> Sink {
    Box::new(move |bytes| tell(&String::from_utf8_lossy(bytes)))
}

/// Where a function of a script is entered. Every script that is loaded may move it.
struct Entry {
    name: String,
    asked: Asked,
    address: Cell<usize>,
    /// Which arguments the function drops.
    owned: Cell<u32>,
    unit: RefCell<Option<Rc<Linked>>>,
    /// The globals that it may touch.
    effects: RefCell<Effects>,
}

/// The type that a host asks for.
struct Asked {
    params: Vec<&'static TypeDesc>,
    result: &'static TypeDesc,
}

impl Asked {
    fn of<S: Signature>() -> Asked {
        Asked {
            params: S::Args::descs(),
            result: S::Result::desc(),
        }
    }

    fn params(&self) -> impl ExactSizeIterator<Item = (bool, &'static TypeDesc)> {
        self.params.iter().map(|ty| (false, *ty))
    }

    fn written(&self) -> String {
        fits::written(self.params(), self.result)
    }
}

/// What an [`Entry`] leads to.
struct Code {
    address: usize,
    owned: u32,
    unit: Rc<Linked>,
    effects: Effects,
}

impl Engine {
    pub fn new(config: Config) -> Result<Engine, Error> {
        let limit = config.call_limit;
        let session = Session::new(config)?;
        if limit.is_some_and(|limit| !session.machine.limit_runs(limit)) {
            return Err(Error::Backend {
                message: "the system has no thread left that could look after the limit of calls"
                    .to_owned(),
            });
        }
        Ok(Engine {
            session,
            types: HostTypes::default(),
            entries: RefCell::default(),
        })
    }

    /// Offers a module to scripts, which `import` it. One of the same name is replaced for those that import it from now on.
    pub fn add(&mut self, module: &HostModule) -> Result<(), Error> {
        let text = module.text(&mut self.types);
        let text = text.map_err(|message| Error::Signature { message })?;
        self.session
            .front
            .host_modules
            .insert(module.path().to_owned(), text);
        let mut host = self.session.machine.host.borrow_mut();
        for (name, symbol) in module.symbols() {
            // SAFETY: a function's types are those of its Rust type; for a variable its caller has promised it.
            unsafe { host.insert(&name, symbol) };
        }
        Ok(())
    }

    /// The modules that were added, as files for those who read scripts without this program: their names below a folder, and their texts.
    pub fn stubs(&self) -> impl Iterator<Item = (String, &str)> {
        let modules = self.session.front.host_modules.iter();
        modules.map(|(path, text)| (format!("{}.sumi", path.replace('.', "/")), text.as_str()))
    }

    /// Offers a function or closure to scripts that declare it themselves, in `extern host`.
    pub fn register<S>(&mut self, name: &str, function: impl IntoHost<S>) {
        let symbol = HostSymbol::Function(function.into_host());
        // SAFETY: its types are those of its Rust type.
        unsafe { self.session.machine.host.borrow_mut().insert(name, symbol) };
    }

    /// Where goes what scripts print: to `tell`, a line at a time and what is left when a call is over, instead of standard output.
    /// `tell` must not call into Sumi.
    pub fn on_print(&mut self, tell: impl FnMut(&str) + 'static) {
        self.session.machine.with_runtime(|runtime| {
            runtime.set_output(sink(tell));
            runtime.set_flush_lines(true);
        });
    }

    /// As [`Engine::on_print`], of what they print by `eprint`, instead of standard error.
    pub fn on_error_print(&mut self, tell: impl FnMut(&str) + 'static) {
        let machine = &self.session.machine;
        machine.with_runtime(|runtime| runtime.set_errors(sink(tell)));
    }

    /// Who is told the warnings of scripts that are loaded, each as people read it, instead of standard error.
    pub fn on_warning(&mut self, tell: impl FnMut(&str) + 'static) {
        *self.session.told_warnings.borrow_mut() = Some(Box::new(tell));
    }

    /// Replaces where modules come from: `resolver` has their text by the path that `import` names, `ai.steering`. What it does not
    /// have may still be a module of the library; no file is looked for.
    pub fn set_resolver(&mut self, resolver: impl Fn(&str) -> Option<String> + 'static) {
        self.session.set_resolver(resolver);
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
        unsafe { self.session.machine.host.borrow_mut().insert(name, symbol) };
    }

    /// Compiles a script and runs it from top to bottom. What it defines can be used by later ones, and replaces what had its
    /// name; functions that were compiled before call the new version.
    pub fn load(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let loaded = self.session.load_module(name, text);
        self.session.machine.with_runtime(stdlib::Runtime::flush);
        loaded?;
        let mut entries = self.entries.take();
        entries.retain(|entry| entry.strong_count() > 0);
        for entry in entries.iter().filter_map(Weak::upgrade) {
            self.enter_newest(&entry);
        }
        self.entries = RefCell::new(entries);
        Ok(())
    }

    /// Leads to the newest version; nowhere if there is none with this signature.
    fn enter_newest(&self, entry: &Entry) {
        let found = self.code(&entry.name, &entry.asked);
        entry.address.set(0);
        entry.unit.take();
        if let Ok(code) = found {
            entry.address.set(code.address);
            entry.owned.set(code.owned);
            entry.effects.replace(code.effects);
            entry.unit.replace(Some(code.unit));
        }
    }

    /// A function of a script; an error if there is none of this name and type.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// engine.load("game.sumi", "fn update(dt: f32) -> i64 = i64(dt * 10)")?;
    /// let update = engine.function::<fn(f32) -> i64>("update")?;
    /// assert_eq!(update.call(0.5)?, 5);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn function<S: Signature>(&self, name: &str) -> Result<Function<S>, Error> {
        let asked = Asked::of::<S>();
        let code = self.code(name, &asked)?;
        let entry = Rc::new(Entry {
            name: name.to_owned(),
            asked,
            address: Cell::new(code.address),
            owned: Cell::new(code.owned),
            unit: RefCell::new(Some(code.unit)),
            effects: RefCell::new(code.effects),
        });
        self.entries.borrow_mut().push(Rc::downgrade(&entry));
        Ok(Function {
            entry,
            machine: Rc::clone(&self.session.machine),
            sources: self.session.front.sources.clone(),
            types: PhantomData,
        })
    }

    fn code(&self, name: &str, asked: &Asked) -> Result<Code, Error> {
        let env = &self.session.front.env;
        let def = self.named(name)?;
        let DefKind::Fn(function) = &env.def(def).kind else {
            return Err(Error::Signature {
                message: format!("`{name}` is not a function"),
            });
        };
        let fit = fits::signature(env, function, asked.params(), asked.result);
        if let Err(found) = fit {
            let declared = signature(function, env);
            let message = format!("`{name}` is `{declared}`, not `{}`{found}", asked.written());
            return Err(Error::Signature { message });
        }
        let units = self.session.machine.units();
        let found = units
            .into_iter()
            .find_map(|unit| Some((unit.function(def)?.address, unit)));
        let Some((address, unit)) = found else {
            return Err(Error::Signature {
                message: format!("`{name}` has no code of its own"),
            });
        };
        let modes = function.body().map(|body| body.body().params.iter());
        let owned = modes
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, mode)| **mode == ParamMode::Own)
            .fold(0, |bits, (index, _)| bits | 1 << index);
        let effects = function.body().map(|body| body.effects().clone());
        Ok(Code {
            address,
            owned,
            unit,
            effects: effects.unwrap_or_default(),
        })
    }

    /// The value of a global of a script.
    pub fn get<T: Value>(&self, name: &str) -> Result<T, Error> {
        // SAFETY: the place holds a value of this type.
        self.with_global::<T, T>(name, false, |place| unsafe {
            T::read(place.cast::<T::Sumi>().read())
        })
    }

    /// Writes a global of a script.
    pub fn set<T: Value>(&mut self, name: &str, value: T) -> Result<(), Error> {
        let machine = Rc::clone(&self.session.machine);
        let sources = self.session.front.sources.clone();
        let def = self.named(name)?;
        let torn = machine.was_torn(def);
        self.with_global::<T, _>(name, torn, |place| {
            let given = value.lend();
            // SAFETY: the place holds a value of this type, or nothing if it was torn; nobody else uses it meanwhile.
            let result = unsafe {
                machine.run(|| {
                    let new = T::make(given);
                    let old = place.cast::<T::Sumi>().replace(new);
                    if !torn {
                        T::release(old);
                    }
                })
            };
            result.map_err(|trap| {
                let error = failure::describe(&machine, &sources, &trap, false);
                machine.sweep([]);
                Error::Runtime(error)
            })
        })??;
        if torn {
            machine.mend(def);
        }
        Ok(())
    }

    fn with_global<T: Value, R>(
        &self,
        name: &str,
        may_be_unbound: bool,
        body: impl FnOnce(*mut u8) -> R,
    ) -> Result<R, Error> {
        let env = &self.session.front.env;
        let def = self.named(name)?;
        let DefKind::Global(global) = &env.def(def).kind else {
            return Err(Error::Signature {
                message: format!("`{name}` is not a variable"),
            });
        };
        if let Err(found) = fits::ty(env, global.ty(), T::desc()) {
            let (ty, asked) = (global.ty().display(env), T::desc().name());
            let message = format!("`{name}` is of type `{ty}`, not `{asked}`{found}");
            return Err(Error::Signature { message });
        }
        let place = match global.origin {
            GlobalOrigin::Host => {
                let host = self.session.machine.host.borrow();
                match host.get(name) {
                    Some(HostSymbol::Global { address, .. }) => Some(*address as *mut u8),
                    Some(HostSymbol::Function(_)) | None => None,
                }
            }
            GlobalOrigin::Sumi | GlobalOrigin::Hidden => self.place(def, may_be_unbound),
        };
        place.map(body).ok_or_else(|| Error::Signature {
            message: format!("`{name}` has no value yet"),
        })
    }

    fn place(&self, def: DefId, may_be_unbound: bool) -> Option<*mut u8> {
        let units = self.session.machine.units();
        let place = units.iter().find_map(|unit| unit.global(def));
        place
            .filter(|place| place.is_bound.get() || may_be_unbound)
            .map(|place| place.address)
    }

    fn named(&self, name: &str) -> Result<DefId, Error> {
        let scope = self.session.front.env.module(self.session.front.home);
        let found = scope.names.get(name).copied();
        found.ok_or_else(|| Error::Signature {
            message: format!("there is no `{name}`"),
        })
    }

    pub fn interrupter(&self) -> Interrupter {
        self.session.interrupter()
    }

    /// Blocks of the heap that are in use.
    pub fn live_blocks(&self) -> usize {
        self.session.live_blocks()
    }
}

/// A function of a script: the newest version, as long as there is one of this name and type. It keeps its code alive.
pub struct Function<S> {
    entry: Rc<Entry>,
    machine: Rc<Machine>,
    sources: Sources,
    types: PhantomData<S>,
}

macro_rules! calls {
    ($($param:ident $arg:ident $index:tt),*) => {
        impl<$($param: Value,)* R: Value> Function<fn($($param),*) -> R> {
            /// Calls it, with `&str` for a `String` and a slice for a `Vec`. After a runtime error the globals are as the call left them,
            /// and valid.
            #[allow(clippy::too_many_arguments, clippy::extra_unused_lifetimes)]
            pub fn call<'a>(&self, $($arg: $param::Given<'a>),*) -> Result<R, Error> {
                self.invoke(($($arg,)*))
            }
        }
    };
}

for_arities!(calls);

impl<S: Signature> Function<S> {
    /// As `call`, with the arguments as a tuple.
    pub fn invoke(&self, args: <S::Args as Args>::Given<'_>) -> Result<S::Result, Error> {
        let address = self.entry.address.get();
        if address == 0 {
            return Err(self.gone());
        }
        if self.machine.is_torn.get() {
            self.refuse_torn()?;
        }
        let owned = self.entry.owned.get();
        // SAFETY: the signature was compared when the entry was led there.
        let result = unsafe {
            self.machine
                .run(|| S::Args::invoke::<S::Result>(args, address, owned))
        };
        self.machine.with_runtime(stdlib::Runtime::flush);
        match result {
            // SAFETY: the result is ours.
            Ok(held) => Ok(unsafe { self.receive(held) }),
            Err(trap) => Err(self.failed(&trap)),
        }
    }

    #[cold]
    fn gone(&self) -> Error {
        let Entry { name, asked, .. } = &*self.entry;
        let asked = asked.written();
        Error::Signature {
            message: format!("there is no `{name}` of type `{asked}` any more"),
        }
    }

    unsafe fn receive(&self, held: <S::Result as Value>::Sumi) -> S::Result {
        // SAFETY: the caller owns the value.
        unsafe {
            let value = S::Result::read(held);
            if S::Result::OWNS {
                self.machine.enter_heap(|| S::Result::release(held));
            }
            value
        }
    }

    #[cold]
    fn failed(&self, trap: &Trap) -> Error {
        let error = failure::describe(&self.machine, &self.sources, trap, false);
        if trap.kind.is_anywhere() {
            self.machine.find_torn();
        }
        self.machine.sweep([]);
        Error::Runtime(error)
    }

    #[cold]
    fn refuse_torn(&self) -> Result<(), Error> {
        match self.machine.first_torn(&self.entry.effects.borrow()) {
            None => Ok(()),
            Some(_) => Err(Error::Signature {
                message: format!(
                    "`{}` uses a variable that a call left half written when it was stopped: set it first",
                    self.entry.name
                ),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
