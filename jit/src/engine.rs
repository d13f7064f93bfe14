//! The embedding API: a Rust program registers functions, types and variables, loads scripts, and calls their functions.
//!
//! ```no_run
//! use jit::{Config, Engine, Func};
//!
//! fn roll(sides: i64) -> i64 { sides / 2 }
//!
//! let mut engine = Engine::new(Config::default())?;
//! engine.register("roll", roll);
//! engine.load("dice.sumi", "extern host { fn roll(sides: i64) -> i64 }\nfn twice(n: i64) -> i64 = 2 * roll(n)")?;
//! let twice: Func<(i64,), i64> = engine.function("twice")?;
//! assert_eq!(twice.call((6,))?, 6);
//! # Ok::<(), jit::Error>(())
//! ```

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::{Rc, Weak};

use compiler::env::{DefId, DefKind, GlobalOrigin};
use compiler::mir::{Effects, ParamMode};
use syntax::Sources;

use crate::config::Config;
use crate::failure;
use crate::host::{Args, HostPlain, HostStruct, HostType};
use crate::host_fn::HostFn;
use crate::linked::Linked;
use crate::machine::Machine;
use crate::report::Error;
use crate::run::Interrupter;
use crate::session::{Session, signature};
use crate::symbol::{HostKind, HostSymbol};
use crate::trap::Trap;

/// Runs scripts for a host. Engines share nothing.
pub struct Engine {
    session: Session,
    structs: u32,
    /// What the functions that were handed out lead to.
    entries: RefCell<Vec<Weak<Entry>>>,
}

/// Where a function of a script is entered. Every script that is loaded may move it.
struct Entry {
    name: String,
    signature: String,
    address: Cell<usize>,
    /// Which arguments the function drops.
    owned: Cell<u32>,
    unit: RefCell<Option<Rc<Linked>>>,
    /// The globals that it may touch.
    effects: RefCell<Effects>,
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
        Ok(Engine {
            session: Session::new(config)?,
            structs: 0,
            entries: RefCell::default(),
        })
    }

    /// Offers a function, or a closure that captures nothing, to `extern host`. If it panics, the script's run fails.
    pub fn register<Signature, F: HostFn<Signature>>(&mut self, name: &str, function: F) {
        let _ = function; // has no bytes: its type is all there is
        let symbol = HostSymbol {
            kind: HostKind::Function,
            address: F::address(),
            signature: F::signature(),
        };
        // SAFETY: a function lives for ever, and its type was made from the Rust type.
        unsafe { self.session.machine.host.borrow_mut().insert(name, symbol) };
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
    pub unsafe fn register_global<T: HostPlain>(&mut self, name: &str, variable: *mut T) {
        let symbol = HostSymbol {
            kind: HostKind::Global,
            address: variable as usize,
            signature: T::NAME.to_owned(),
        };
        // SAFETY: the caller's promise.
        unsafe { self.session.machine.host.borrow_mut().insert(name, symbol) };
    }

    /// Defines a struct of the host in Sumi, with the same layout.
    pub fn register_struct<T: HostStruct>(&mut self) -> Result<(), Error> {
        self.structs += 1;
        let fields: Vec<String> = T::FIELDS
            .iter()
            .map(|(name, ty)| format!("    {name}: {ty}"))
            .collect();
        let text = format!("pub struct {} {{\n{}\n}}\n", T::NAME, fields.join("\n"));
        self.load(&format!("<host:{}>", self.structs), &text)
    }

    /// Compiles a script and runs it from top to bottom. What it defines can be used by later ones, and replaces what had its
    /// name; functions that were compiled before call the new version.
    pub fn load(&mut self, name: &str, text: &str) -> Result<(), Error> {
        self.session.load_module(name, text)?;
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
        let found = self.code(&entry.name, &entry.signature);
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
    pub fn function<A: Args, R: HostType>(&self, name: &str) -> Result<Func<A, R>, Error> {
        let signature = crate::host::signature::<A, R>();
        let code = self.code(name, &signature)?;
        let entry = Rc::new(Entry {
            name: name.to_owned(),
            signature,
            address: Cell::new(code.address),
            owned: Cell::new(code.owned),
            unit: RefCell::new(Some(code.unit)),
            effects: RefCell::new(code.effects),
        });
        self.entries.borrow_mut().push(Rc::downgrade(&entry));
        Ok(Func {
            entry,
            machine: Rc::clone(&self.session.machine),
            sources: self.session.front.sources.clone(),
            types: PhantomData,
        })
    }

    fn code(&self, name: &str, asked: &str) -> Result<Code, Error> {
        let env = &self.session.front.env;
        let def = self.named(name)?;
        let DefKind::Fn(function) = &env.def(def).kind else {
            return Err(Error::Signature {
                message: format!("`{name}` is not a function"),
            });
        };
        let declared = signature(function, env);
        if declared != asked {
            let message = format!("`{name}` is `{declared}`, not `{asked}`");
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
    pub fn get<T: HostType>(&self, name: &str) -> Result<T, Error> {
        // SAFETY: the place holds a value of this type.
        self.with_global::<T, T>(name, false, |place| unsafe {
            T::read(place.cast::<T::Sumi>().read())
        })
    }

    /// Writes a global of a script.
    pub fn set<T: HostType>(&mut self, name: &str, value: T) -> Result<(), Error> {
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

    fn with_global<T: HostType, R>(
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
        let ty = global.ty().display(env);
        if ty != *T::name() {
            let message = format!("`{name}` is of type `{ty}`, not `{}`", T::name());
            return Err(Error::Signature { message });
        }
        let place = match global.origin {
            GlobalOrigin::Host => {
                let host = self.session.machine.host.borrow();
                host.get(name).map(|symbol| symbol.address as *mut u8)
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
pub struct Func<A, R> {
    entry: Rc<Entry>,
    machine: Rc<Machine>,
    sources: Sources,
    types: PhantomData<fn(A) -> R>,
}

impl<A: Args, R: HostType> Func<A, R> {
    /// Calls it, with `&str` for a `String` and a slice for a `Vec`. After a runtime error the globals are as the call left them,
    /// and valid.
    pub fn call(&self, args: A::Given<'_>) -> Result<R, Error> {
        let address = self.entry.address.get();
        if address == 0 {
            return Err(self.gone());
        }
        if self.machine.is_torn.get() {
            self.refuse_torn()?;
        }
        let owned = self.entry.owned.get();
        // SAFETY: the signature was compared when the entry was led there.
        let result = unsafe { self.machine.run(|| A::invoke::<R>(args, address, owned)) };
        match result {
            // SAFETY: the result is ours.
            Ok(held) => Ok(unsafe { self.receive(held) }),
            Err(trap) => Err(self.failed(&trap)),
        }
    }

    #[cold]
    fn gone(&self) -> Error {
        let Entry {
            name, signature, ..
        } = &*self.entry;
        Error::Signature {
            message: format!("there is no `{name}` of type `{signature}` any more"),
        }
    }

    unsafe fn receive(&self, held: R::Sumi) -> R {
        // SAFETY: the caller owns the value.
        unsafe {
            let value = R::read(held);
            if R::OWNS {
                self.machine.enter_heap(|| R::release(held));
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
