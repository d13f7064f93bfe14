//! Functions of a script as a host calls them.

mod untyped;

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;

use compiler::env::DefKind;
use compiler::mir::{Effects, ParamMode};
use stdlib::desc::TypeDesc;

use super::Living;
use crate::entered::Entered;
use crate::host::{Args, Signature, Value, fits, for_arities};
use crate::linked::Linked;
use crate::machine::Machine;
use crate::report::Error;
use crate::session::signature;
use crate::trap::Trap;

pub use untyped::UntypedFunction;

/// Where a function of a script is entered. A reload may move it.
pub(super) struct Entry {
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

impl Entry {
    fn lead_to(&self, code: Code) {
        self.address.set(code.address);
        self.owned.set(code.owned);
        self.effects.replace(code.effects);
        self.unit.replace(Some(code.unit));
    }
}

impl Living {
    pub(super) fn entry<S: Signature>(&mut self, name: &str) -> Result<Rc<Entry>, Error> {
        self.entry_of(name, Asked::of::<S>())
    }

    fn entry_of(&mut self, name: &str, asked: Asked) -> Result<Rc<Entry>, Error> {
        let code = self.code(name, &asked)?;
        let entry = Rc::new(Entry {
            name: name.to_owned(),
            asked,
            address: Cell::new(0),
            owned: Cell::new(0),
            unit: RefCell::default(),
            effects: RefCell::default(),
        });
        entry.lead_to(code);
        self.entries.retain(|entry| entry.strong_count() > 0);
        self.entries.push(Rc::downgrade(&entry));
        Ok(entry)
    }

    /// Leads all to the newest version; nowhere if there is none with that signature.
    pub(super) fn enter_newest(&mut self) {
        for entry in std::mem::take(&mut self.entries) {
            let Some(known) = entry.upgrade() else {
                continue;
            };
            known.address.set(0);
            known.unit.take();
            if let Ok(code) = self.code(&known.name, &known.asked) {
                known.lead_to(code);
            }
            self.entries.push(entry);
        }
    }

    fn code(&mut self, name: &str, asked: &Asked) -> Result<Code, Error> {
        let refuse = |message: String| Err(Error::Signature { message });
        let def = self.named(name)?;
        let env = self.build.text.env();
        let DefKind::Fn(function) = &env.def(def).kind else {
            return refuse(format!("`{name}` is not a function"));
        };
        let fit = fits::signature(env, function, asked.params(), asked.result);
        if let Err(found) = fit {
            let declared = signature(function, env);
            let asked = asked.written();
            return refuse(format!("`{name}` is `{declared}`, not `{asked}`{found}"));
        }
        let modes = function.body().map(|body| body.body().params.iter());
        let owned = modes
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, mode)| **mode == ParamMode::Own)
            .fold(0, |bits, (index, _)| bits | 1 << index);
        let effects = function.body().map(|body| body.effects().clone());
        let source = self.build.owner(def);
        let unit = match source {
            Some(source) => Some(self.linked(&source)?),
            None => None,
        };
        let found = unit.and_then(|unit| Some((unit.function(def)?.address, unit)));
        let Some((address, unit)) = found else {
            return refuse(format!("`{name}` has no code of its own"));
        };
        Ok(Code {
            address,
            owned,
            unit,
            effects: effects.unwrap_or_default(),
        })
    }
}

/// A function of a script: the newest version, as long as there is one of this name and type. It keeps the script and its state.
pub struct Function<S> {
    entry: Rc<Entry>,
    machine: Rc<Machine>,
    script: Rc<RefCell<Living>>,
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

            /// As `call`, in an engine that was [entered](crate::Engine::enter) for many calls: then it costs about what an indirect call
            /// costs in C. What is printed is passed on when the engine is left.
            #[allow(clippy::too_many_arguments, clippy::extra_unused_lifetimes)]
            #[inline(always)]
            pub fn call_in<'a>(&self, entered: &Entered<'_>, $($arg: $param::Given<'a>),*) -> Result<R, Error> {
                self.invoke_in(entered, ($($arg,)*))
            }
        }
    };
}

for_arities!(calls);

impl<S> Function<S> {
    pub(super) fn new(
        entry: Rc<Entry>,
        machine: &Rc<Machine>,
        script: &Rc<RefCell<Living>>,
    ) -> Function<S> {
        Function {
            entry,
            machine: Rc::clone(machine),
            script: Rc::clone(script),
            types: PhantomData,
        }
    }
}

impl<S: Signature> Function<S> {
    /// As `call`, with the arguments as a tuple.
    pub fn invoke(&self, args: <S::Args as Args>::Given<'_>) -> Result<S::Result, Error> {
        let result = self.machine.enter(|entered| self.invoke_in(entered, args));
        self.machine.with_runtime(stdlib::Runtime::flush);
        result
    }

    /// As `call_in`, with the arguments as a tuple.
    #[inline(always)]
    pub fn invoke_in(
        &self,
        entered: &Entered<'_>,
        args: <S::Args as Args>::Given<'_>,
    ) -> Result<S::Result, Error> {
        let held = self.within(entered, |address, owned| {
            // SAFETY: the signature was compared when the entry was led there.
            unsafe { S::Args::call::<S::Result>(args, address, owned, entered) }
        })?;
        // SAFETY: the result is ours.
        Ok(unsafe { self.receive(held) })
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
}

impl<S> Function<S> {
    /// Has `body` call the code at this address, which drops these arguments, if it may be called now.
    #[inline(always)]
    fn within<R>(
        &self,
        entered: &Entered<'_>,
        body: impl FnOnce(usize, u32) -> Result<R, Box<Trap>>,
    ) -> Result<R, Error> {
        let address = self.entry.address.get();
        if address == 0
            || self.machine.is_torn.get()
            || entered.is_over()
            || !entered.is_of(&self.machine)
        {
            self.refuse(entered)?;
        }
        body(address, self.entry.owned.get()).map_err(|trap| self.failed_in(entered, &trap))
    }

    #[cold]
    fn refuse(&self, entered: &Entered<'_>) -> Result<(), Error> {
        if self.entry.address.get() == 0 {
            return Err(self.gone());
        }
        if !entered.is_of(&self.machine) {
            return Err(Error::Signature {
                message: format!(
                    "`{}` belongs to another engine than the one that was entered",
                    self.entry.name
                ),
            });
        }
        if let Some(trap) = entered.expired() {
            return Err(self.failed(&trap));
        }
        match self.machine.is_torn.get() {
            true => self.refuse_torn(),
            false => Ok(()),
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

    #[cold]
    fn failed_in(&self, entered: &Entered<'_>, trap: &Trap) -> Error {
        entered.pause(|| self.failed(trap))
    }

    #[cold]
    fn failed(&self, trap: &Trap) -> Error {
        match self.script.try_borrow_mut() {
            Ok(mut script) => script.recover_call(trap),
            Err(_) => super::busy(),
        }
    }

    #[cold]
    fn refuse_torn(&self) -> Result<(), Error> {
        let script = self.script.try_borrow().map_err(|_| super::busy())?;
        match script.touches_torn(&self.entry.effects.borrow()) {
            false => Ok(()),
            true => Err(Error::Signature {
                message: format!(
                    "`{}` uses a variable that a call left half written when it was stopped: set it first",
                    self.entry.name
                ),
            }),
        }
    }
}

impl Living {
    fn touches_torn(&self, touches: &Effects) -> bool {
        let mut torn = self
            .build
            .places
            .all()
            .filter(|place| place.global.is_torn.get());
        torn.any(|place| {
            let def = place.global.def;
            touches.anything || touches.reads.contains(&def) || touches.writes.contains(&def)
        })
    }
}
