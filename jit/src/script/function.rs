//! Functions of a script as a host calls them.

mod untyped;

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::{Rc, Weak};

use compiler::env::DefId;
use compiler::mir::{Effects, ParamMode};
use compiler::mono::{NOT_IN_PLACE, Viewing};

use super::Living;
use super::asked::{Asked, Wanted};
use crate::build::Source;
use crate::entered::Entered;
use crate::host::{Args, AskedParam, Passing, Signature, Take, Value, fits, for_arities};
use crate::linked::Linked;
use crate::machine::Machine;
use crate::report::Error;
use crate::trap::Trap;

pub use untyped::UntypedFunction;

/// Where a function of a script is entered. A reload may move it.
pub(super) struct Entry {
    name: String,
    asked: Asked,
    address: Cell<usize>,
    passing: Cell<Passing>,
    unit: RefCell<Option<Rc<Linked>>>,
    /// The globals that it may touch.
    effects: RefCell<Effects>,
    /// Why it leads nowhere, if it does.
    why_not: RefCell<Option<Error>>,
}

/// A function that the host holds and that no call reaches by a text: it has none of that name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// The function's name.
    pub name: String,
    /// The type that the host has asked for, as it writes it.
    pub asked: String,
    /// What the text has instead, in a line.
    pub why: String,
    /// The same as people read it, with the lines of the text that it is about.
    pub rendered: String,
}

impl Unusable {
    /// Handles of one name and type are told once.
    fn add(list: &mut Vec<Unusable>, entry: &Entry, why: &Error) {
        let rendered = why.to_string();
        let told = match why {
            Error::Signature { message, .. } => message.clone(),
            other => other.to_string(),
        };
        let found = Unusable {
            name: entry.name.clone(),
            asked: entry.asked.as_asked(),
            why: told,
            rendered,
        };
        if !list.contains(&found) {
            list.push(found);
        }
    }
}

/// What an [`Entry`] leads to.
struct Code {
    address: usize,
    passing: Passing,
    unit: Rc<Linked>,
    effects: Effects,
}

impl Entry {
    fn lead_to(&self, code: Code) {
        self.address.set(code.address);
        self.passing.set(code.passing);
        self.effects.replace(code.effects);
        self.unit.replace(Some(code.unit));
    }
}

impl Living {
    pub(super) fn entry<S: Signature>(&mut self, name: &str) -> Result<Rc<Entry>, Error> {
        self.entry_of(name, Asked::of::<S>())
    }

    fn entry_of(&mut self, name: &str, asked: Asked) -> Result<Rc<Entry>, Error> {
        self.build.begin("");
        let code = self.code(name, &asked)?;
        let entry = Rc::new(Entry {
            name: name.to_owned(),
            asked,
            address: Cell::new(0),
            passing: Cell::default(),
            unit: RefCell::default(),
            effects: RefCell::default(),
            why_not: RefCell::default(),
        });
        entry.lead_to(code);
        self.entries.retain(|entry| entry.strong_count() > 0);
        self.entries.push(Rc::downgrade(&entry));
        Ok(entry)
    }

    /// Leads all to the newest version; nowhere if there is none with that signature. Gives those.
    pub(super) fn enter_newest(&mut self) -> Vec<Unusable> {
        let mut unusable = Vec::new();
        for entry in std::mem::take(&mut self.entries) {
            let Some(known) = entry.upgrade() else {
                continue;
            };
            known.address.set(0);
            known.unit.take();
            known.why_not.take();
            match self.code(&known.name, &known.asked) {
                Ok(code) => known.lead_to(code),
                Err(why) => {
                    Unusable::add(&mut unusable, &known, &why);
                    known.why_not.replace(Some(why));
                }
            }
            self.entries.push(entry);
        }
        unusable
    }

    /// Has the code in memory that [`Living::enter_newest`] would lead to, as far as there is any.
    pub(super) fn link_entered(&mut self) {
        let entries: Vec<Rc<Entry>> = self.entries.iter().filter_map(Weak::upgrade).collect();
        for entry in entries {
            // Why there is none is told where it is led there.
            let _ = self.code(&entry.name, &entry.asked);
        }
    }

    /// Whether the host holds a function of a name that the text does not have.
    pub(super) fn has_lost_a_function(&self) -> bool {
        let names = &self.build.text.env().module(self.build.front.home).names;
        let mut held = self.entries.iter().filter_map(Weak::upgrade);
        held.any(|entry| !names.contains_key(entry.name.as_str()))
    }

    /// What [`Living::enter_newest`] would give; nothing changes.
    pub(super) fn unusable(&mut self) -> Vec<Unusable> {
        let mut unusable = Vec::new();
        let entries: Vec<Rc<Entry>> = self.entries.iter().filter_map(Weak::upgrade).collect();
        for entry in entries {
            if let Err(why) = self.resolve(&entry.name, &entry.asked) {
                Unusable::add(&mut unusable, &entry, &why);
            }
        }
        unusable
    }

    fn code(&mut self, name: &str, asked: &Asked) -> Result<Code, Error> {
        let Resolved {
            def,
            passing,
            effects,
            source,
        } = self.resolve(name, asked)?;
        let unit = match source {
            Some(source) => Some(self.linked(&source)?),
            None => None,
        };
        let found = unit.and_then(|unit| Some((unit.function(def)?.address, unit)));
        let Some((address, unit)) = found else {
            return Err(Error::signature(format!("`{name}` has no code of its own")));
        };
        Ok(Code {
            address,
            passing,
            unit,
            effects,
        })
    }

    /// The function of that name and type, as far as it is known without code.
    fn resolve(&mut self, name: &str, asked: &Asked) -> Result<Resolved, Error> {
        let def = self.named(name, Wanted::Function(asked))?;
        let env = self.build.text.env();
        let function = env.function(def);
        let fit = fits::signature(env, function, asked.params(), asked.result);
        if let Err(found) = fit {
            return Err(self.other_function(def, asked, &found));
        }
        let modes = function.body().map(|body| body.body().params.iter());
        let owned = modes
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, mode)| **mode == ParamMode::Own)
            .fold(0, |bits, (index, _)| bits | 1 << index);
        let effects = function.body().map(|body| body.effects().clone());
        let mut copied = 0;
        let source = match self.build.owner(def) {
            Some(source) => {
                let viewing = self.viewing(&source, def, asked)?;
                copied = viewing.copied;
                Some(viewing.source.unwrap_or(source))
            }
            None => None,
        };
        Ok(Resolved {
            def,
            passing: Passing { owned, copied },
            effects: effects.unwrap_or_default(),
            source,
        })
    }

    /// The instance that takes slices of the host in place. What only looks at them gets copies if there is none.
    fn viewing(&mut self, source: &Source, def: DefId, asked: &Asked) -> Result<InPlace, Error> {
        let views = |is_meant: &dyn Fn(&AskedParam) -> bool| -> Vec<bool> {
            let params = asked.params.iter();
            params
                .map(|param| param.is_view && is_meant(param))
                .collect()
        };
        let (all, written) = (views(&|_| true), views(&|param| param.is_mut));
        let looked_at = all.iter().zip(&written).enumerate();
        let looked_at = looked_at.filter(|(_, (all, written))| **all && !**written);
        let looked_at = looked_at.fold(0, |bits, (index, _)| bits | 1 << index);
        // If one that is looked at is what needs a copy, the others may still be used in place.
        for (params, copied) in [(all, 0), (written, looked_at)] {
            if !params.contains(&true) {
                return Ok(InPlace {
                    source: None,
                    copied,
                });
            }
            let viewing = Viewing {
                function: def,
                params,
            };
            let viewed = self.build.viewing(source, viewing);
            match self.build.code(&viewed) {
                Ok(_) => {
                    return Ok(InPlace {
                        source: Some(viewed),
                        copied,
                    });
                }
                Err(found) => {
                    let is_of_views = found.iter().all(|found| found.code.0 == NOT_IN_PLACE);
                    if !is_of_views {
                        return Err(self.not_linked(&found));
                    }
                    if copied == looked_at {
                        return Err(self.not_in_place(def, asked, &found));
                    }
                }
            }
        }
        Ok(InPlace {
            source: None,
            copied: looked_at,
        })
    }
}

/// A function that a host asks for.
struct Resolved {
    def: DefId,
    passing: Passing,
    effects: Effects,
    /// Where its code is; none of what is not of Sumi.
    source: Option<Source>,
}

/// How slices of the host are passed.
struct InPlace {
    /// None if all are copied.
    source: Option<Source>,
    /// Which ones are, a bit for each.
    copied: u32,
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
        impl<$($param: Take,)* R: Value> Function<fn($($param),*) -> R> {
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
        let held = self.within(entered, |address, passing| {
            // SAFETY: the signature was compared when the entry was led there.
            unsafe { S::Args::call::<S::Result>(args, address, passing, entered) }
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
    /// Whether each call copies a [`Slice`](crate::Slice), since the function does more with it than to look at its elements.
    pub fn copies_slices(&self) -> bool {
        self.entry.passing.get().copied != 0
    }

    /// Has `body` call the code at this address, which takes its arguments so, if it may be called now.
    #[inline(always)]
    fn within<R>(
        &self,
        entered: &Entered<'_>,
        body: impl FnOnce(usize, Passing) -> Result<R, Box<Trap>>,
    ) -> Result<R, Error> {
        let address = self.entry.address.get();
        if address == 0 || !entered.is_plain(&self.machine) {
            self.refuse(entered)?;
        }
        body(address, self.entry.passing.get()).map_err(|trap| self.failed_in(entered, &trap))
    }

    #[cold]
    fn refuse(&self, entered: &Entered<'_>) -> Result<(), Error> {
        if self.entry.address.get() == 0 {
            return Err(self.gone());
        }
        if !entered.is_of(&self.machine) {
            return Err(Error::signature(format!(
                "`{}` belongs to another engine than the one that was entered",
                self.entry.name
            )));
        }
        if let Some(trap) = entered.expired() {
            return Err(self.failed(&trap));
        }
        if self.machine.is_torn.get() {
            self.refuse_torn()?;
        }
        let script = self.script.try_borrow().map_err(|_| super::busy())?;
        let effects = self.entry.effects.borrow();
        let touched = effects.reads.iter().chain(&effects.writes).copied();
        script.refuse_open(&self.entry.name, touched)
    }

    #[cold]
    fn gone(&self) -> Error {
        let Entry { name, why_not, .. } = &*self.entry;
        let why = why_not.borrow().clone();
        why.unwrap_or_else(|| Error::signature(format!("there is no `{name}` any more")))
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
            true => Err(Error::signature(format!(
                "`{}` uses a variable that a call left half written when it was stopped: set it first",
                self.entry.name
            ))),
        }
    }
}

impl Living {
    /// Code that called the host is changing a variable, and nobody else may see it meanwhile.
    pub(super) fn refuse_open(
        &self,
        who: &str,
        touched: impl IntoIterator<Item = DefId>,
    ) -> Result<(), Error> {
        let Some(open) = self.machine().open_global(touched) else {
            return Ok(());
        };
        let name = &self.build.text.env().def(open).name;
        let what = match who == name {
            true => format!("`{name}` cannot be used here"),
            false => format!("`{who}` uses `{name}` and cannot be called here"),
        };
        Err(Error::signature(format!(
            "{what}: the code that called the host is changing `{name}`, as a `mut` argument or in a `for mut`"
        )))
    }

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
