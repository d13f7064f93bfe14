//! The embedding API: a Rust program registers functions, types and variables, loads scripts, and calls their functions.
//!
//! ```no_run
//! use jit::{Config, Engine, Func};
//!
//! extern "C" fn roll(sides: i64) -> i64 { sides / 2 }
//!
//! let mut engine = Engine::new(Config::default())?;
//! engine.register("roll", roll as extern "C" fn(i64) -> i64);
//! engine.load("dice.sumi", "extern host { fn roll(sides: i64) -> i64 }\nfn twice(n: i64) -> i64 = 2 * roll(n)")?;
//! let twice: Func<(i64,), i64> = engine.function("twice")?;
//! assert_eq!(twice.call((6,))?, 6);
//! # Ok::<(), jit::Error>(())
//! ```

use std::marker::PhantomData;
use std::rc::Rc;

use compiler::env::{DefId, DefKind};
use syntax::Sources;

use crate::config::Config;
use crate::failure;
use crate::host::{Args, HostFn, HostStruct, HostType};
use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;
use crate::report::Error;
use crate::run::Interrupter;
use crate::session::{Session, signature};
use crate::symbol::{HostKind, HostSymbol};

/// Runs scripts for a host. Engines share nothing.
pub struct Engine {
    session: Session,
    structs: u32,
}

impl Engine {
    pub fn new(config: Config) -> Result<Engine, Error> {
        Ok(Engine {
            session: Session::new(config)?,
            structs: 0,
        })
    }

    /// Offers a function to `extern host`.
    pub fn register<F: HostFn>(&mut self, name: &str, function: F) {
        let symbol = HostSymbol {
            kind: HostKind::Function,
            address: function.address(),
            signature: F::signature(),
        };
        // SAFETY: a function pointer lives for ever, and its type was made from the Rust type.
        unsafe { self.session.machine.host.borrow_mut().insert(name, symbol) };
    }

    /// Offers a variable to `extern host`, read and written in place.
    ///
    /// # Safety
    /// `variable` stays where it is as long as the engine lives, and nobody else uses it during a call into Sumi.
    pub unsafe fn register_global<T: HostType>(&mut self, name: &str, variable: *mut T) {
        let symbol = HostSymbol {
            kind: HostKind::Global,
            address: variable as usize,
            signature: T::name().to_owned(),
        };
        // SAFETY: the caller's promise.
        unsafe { self.session.machine.host.borrow_mut().insert(name, symbol) };
    }

    /// Defines a struct of the host in Sumi, with the same layout.
    pub fn register_struct<T: HostStruct>(&mut self) -> Result<(), Error> {
        self.structs += 1;
        let fields: Vec<String> = T::FIELDS
            .iter()
            .map(|(name, ty)| format!("    {name}: {}", ty()))
            .collect();
        let text = format!("pub struct {} {{\n{}\n}}\n", T::name(), fields.join("\n"));
        self.load(&format!("<host:{}>", self.structs), &text)
    }

    /// Compiles a script and runs it from top to bottom. What it defines can be used by later ones, and replaces what had its
    /// name; functions that were compiled before call the new version.
    pub fn load(&mut self, name: &str, text: &str) -> Result<(), Error> {
        self.session.load_module(name, text)
    }

    /// A function of a script; an error if there is none of this name and type.
    pub fn function<A: Args, R: HostType>(&self, name: &str) -> Result<Func<A, R>, Error> {
        let env = &self.session.front.env;
        let def = self.named(name)?;
        let DefKind::Fn(function) = &env.def(def).kind else {
            return Err(Error::Signature {
                message: format!("`{name}` is not a function"),
            });
        };
        let declared = signature(function, env);
        let asked = crate::host::signature::<A, R>();
        if declared != asked {
            let message = format!("`{name}` is `{declared}`, not `{asked}`");
            return Err(Error::Signature { message });
        }
        let unit = self
            .session
            .machine
            .units()
            .into_iter()
            .find(|unit| unit.function(def).is_some());
        let found = unit.and_then(|unit| Some((unit.function(def)?.address, unit)));
        let Some((address, unit)) = found else {
            return Err(Error::Signature {
                message: format!("`{name}` has no code of its own"),
            });
        };
        Ok(Func {
            address,
            _unit: unit,
            machine: Rc::clone(&self.session.machine),
            sources: self.session.front.sources.clone(),
            types: PhantomData,
        })
    }

    /// The value of a global of a script.
    pub fn get<T: HostType>(&self, name: &str) -> Result<T, Error> {
        // SAFETY: the place holds a value of this type.
        self.with_global::<T, T>(name, |place| unsafe { place.address.cast::<T>().read() })
    }

    /// Writes a global of a script.
    pub fn set<T: HostType>(&mut self, name: &str, value: T) -> Result<(), Error> {
        // SAFETY: the place holds a value of this type, which owns nothing; no run is under way, or this one is its own host.
        self.with_global::<T, ()>(name, |place| unsafe {
            place.address.cast::<T>().write(value)
        })
    }

    fn with_global<T: HostType, R>(
        &self,
        name: &str,
        body: impl FnOnce(&GlobalPlace) -> R,
    ) -> Result<R, Error> {
        let env = &self.session.front.env;
        let def = self.named(name)?;
        let DefKind::Global(global) = &env.def(def).kind else {
            return Err(Error::Signature {
                message: format!("`{name}` is not a variable"),
            });
        };
        let ty = global.ty().display(env);
        if ty != T::name() {
            let message = format!("`{name}` is of type `{ty}`, not `{}`", T::name());
            return Err(Error::Signature { message });
        }
        let units = self.session.machine.units();
        let place = units
            .iter()
            .find_map(|unit| unit.global(def))
            .filter(|place| place.is_bound.get());
        place.map(body).ok_or_else(|| Error::Signature {
            message: format!("`{name}` has no value yet"),
        })
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

/// A function of a script. It keeps its code alive.
pub struct Func<A, R> {
    address: usize,
    _unit: Rc<Linked>,
    machine: Rc<Machine>,
    sources: Sources,
    types: PhantomData<fn(A) -> R>,
}

impl<A: Args, R: HostType> Func<A, R> {
    /// Calls it. After a runtime error the globals are as the call left them, and valid.
    pub fn call(&self, args: A) -> Result<R, Error> {
        // SAFETY: the signature was compared when the function was looked up; arguments and results own nothing.
        let result = unsafe { self.machine.run(|| args.invoke::<R>(self.address)) };
        result.map_err(|trap| {
            let error = failure::describe(&self.machine, &self.sources, &trap, false);
            self.machine.sweep([]);
            Error::Runtime(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_outlives_its_engine() {
        let mut engine = Engine::new(Config::default()).unwrap();
        engine
            .load("a", "let base = [40]\nfn f(n: i64) -> i64 { base[0] + n }")
            .unwrap();
        engine.load("b", "fn g(n: i64) -> i64 { f(n) }").unwrap();
        engine.load("c", "fn f(n: i64) -> i64 { n }").unwrap();
        let g: Func<(i64,), i64> = engine.function("g").unwrap();
        assert_eq!(g.call((2,)).unwrap(), 2);
        drop(engine);
        assert_eq!(g.call((2,)).unwrap(), 42);
    }

    #[test]
    fn errors_of_calls_are_values_and_leak_nothing() {
        let mut engine = Engine::new(Config::default()).unwrap();
        let text = "var seen = [1]\nfn f(n: i64) -> i64 { let ys = [n, n]\n seen.push(n)\n ys[n] }";
        engine.load("a", text).unwrap();
        let f: Func<(i64,), i64> = engine.function("f").unwrap();
        let before = engine.live_blocks();
        for _ in 0..100 {
            assert!(matches!(f.call((5,)), Err(Error::Runtime(_))));
        }
        assert_eq!(f.call((1,)).unwrap(), 1);
        assert_eq!(engine.live_blocks(), before);
    }
}
