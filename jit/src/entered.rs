//! Calls into an engine, one after another, for which its runs are begun and ended once.

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;
use std::time::Duration;

use crate::host::{Registers, Returned};
use crate::machine::Machine;
use crate::run::Run;
use crate::trap::{StackTrace, Trap, TrapKind};
use crate::watchdog::Watchdog;
use stdlib::Runtime;

/// An engine that was entered: what [`Function::call_in`](crate::Function::call_in) needs. See [`Engine::enter`](crate::Engine::enter).
pub struct Entered<'a> {
    machine: &'a Machine,
    run: Run,
    /// What the runtime was doing before.
    before: stdlib::Entered,
    watchdog: Option<&'a Watchdog>,
    /// What is not as in any other call.
    care: Cell<Option<Care>>,
    /// What it was given, if anything is counted.
    given: Option<Given>,
    purpose: Purpose,
    /// The one around it, as [`Machine::plain`] named it.
    around: *const (),
}

/// Why a call is refused, or looked at before it is made.
#[derive(Clone, Copy)]
enum Care {
    /// The host allows no more time than this for all together.
    Over(Duration),
    /// So many runs are within one another.
    Nested,
    /// The code around is changing variables.
    Changing,
}

/// A host's function that calls its script takes room on the host's stack, of which nobody knows how much there is.
const MOST_NESTED: u32 = 1000;

/// What a run is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A call of the host.
    Call,
    /// Top-level code, and what the engine does for itself.
    Other,
}

/// What each run may do, apart from how long it may take.
#[derive(Default)]
pub(crate) struct Limits {
    fuel: Cell<Option<u64>>,
    output: Cell<Option<u64>>,
    are_any: Cell<bool>,
    /// After the last call.
    pub(crate) fuel_left: Cell<u64>,
    /// By all runs together.
    pub(crate) fuel_used: Cell<u64>,
}

#[derive(Clone, Copy)]
struct Given {
    fuel: i64,
    output: u64,
}

impl Limits {
    pub(crate) fn set(&self, fuel: Option<u64>, output: Option<u64>) {
        self.fuel.set(fuel);
        self.output.set(output);
        self.are_any.set(fuel.is_some() || output.is_some());
    }

    pub(crate) fn set_fuel(&self, fuel: u64) {
        self.set(Some(fuel), self.output.get());
    }

    /// What a run may do if none is around it.
    fn own(&self) -> Given {
        let fuel = self.fuel.get().and_then(|fuel| i64::try_from(fuel).ok());
        Given {
            fuel: fuel.unwrap_or(i64::MAX),
            output: self.output.get().unwrap_or(u64::MAX),
        }
    }

    /// Within a run of another engine it is no more than what that may do.
    fn give(&self, runtime: &mut Runtime, around: Option<&Runtime>) -> Given {
        let own = self.own();
        let given = Given {
            fuel: around.map_or(own.fuel, |around| own.fuel.min(around.fuel().max(0))),
            output: around.map_or(own.output, |around| own.output.min(around.output_left)),
        };
        given.hand_over(runtime);
        given
    }
}

impl Given {
    fn hand_over(self, runtime: &mut Runtime) {
        runtime.set_fuel(self.fuel);
        runtime.output_left = self.output;
        runtime.output_limit = self.output;
    }
}

/// The run around one has done what was done in it.
fn take_from(around: &mut Runtime, given: Given, left: &Runtime) {
    around.set_fuel(around.fuel() - (given.fuel - left.fuel()));
    around.output_left -= given.output - left.output_left;
}

impl Machine {
    /// Makes it the machine of this thread for as long as `body` takes, which calls it for a host.
    #[inline(always)]
    pub(crate) fn enter<R>(&self, body: impl FnOnce(&Entered<'_>) -> R) -> R {
        self.enter_for(Purpose::Call, body)
    }

    #[inline(always)]
    pub(crate) fn enter_for<R>(&self, purpose: Purpose, body: impl FnOnce(&Entered<'_>) -> R) -> R {
        let mut ends = MaybeUninit::uninit();
        // SAFETY: the runtime is boxed and lives as long as the machine; it is left when `entered` is dropped.
        let before = unsafe { Runtime::enter(self.runtime()) };
        self.add_depth(1);
        let is_first = self.depth() == 1;
        let given = (is_first && (self.limits.are_any.get() || before.around().is_some()))
            .then(|| self.with_runtime(|runtime| self.limits.give(runtime, before.around())));
        let entered = Entered {
            machine: self,
            run: self.runner().new_run(&mut ends),
            before,
            watchdog: self.watchdog().filter(|_| is_first),
            care: Cell::new(if is_first { None } else { self.nested_care() }),
            given,
            purpose,
            around: self.plain.get(),
        };
        self.plain.set(entered.plain_name());
        if let Some(watchdog) = entered.watchdog {
            watchdog.begin();
        }
        // SAFETY: `entered` stays in this frame until it is dropped.
        unsafe { self.runner().enter(&entered.run) };
        body(&entered)
    }

    /// Of a run within another one. What the code around has open does not change while the host is at work.
    #[cold]
    fn nested_care(&self) -> Option<Care> {
        if self.depth() > MOST_NESTED {
            return Some(Care::Nested);
        }
        self.has_open_globals().then_some(Care::Changing)
    }
}

impl Drop for Entered<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: what was entered later is a borrower of a frame that is gone.
        unsafe { self.machine.runner().leave(&self.run) };
        if let Some(given) = self.given {
            self.settle(given);
        }
        // SAFETY: entered on this thread, and what was entered later was left.
        unsafe { Runtime::leave(&self.before) };
        self.machine.add_depth(-1);
        let is_plain = !self.machine.is_torn.get();
        let around = if is_plain { self.around } else { ptr::null() };
        self.machine.plain.set(around);
        if let Some(watchdog) = self.watchdog {
            watchdog.end();
        }
    }
}

impl Entered<'_> {
    #[cold]
    fn settle(&self, given: Given) {
        self.machine.with_runtime(|runtime| {
            runtime.set_fuel(runtime.fuel().max(0));
            let limits = &self.machine.limits;
            let used = (given.fuel - runtime.fuel()) as u64;
            limits
                .fuel_used
                .set(limits.fuel_used.get().wrapping_add(used));
            if self.purpose == Purpose::Call {
                limits.fuel_left.set(runtime.fuel() as u64);
            }
            // SAFETY: it is the runtime of another engine, whose run waits for this one.
            if let Some(around) = unsafe { self.before.around_mut() } {
                take_from(around, given, runtime);
            }
            // What is done between runs is not counted.
            limits.own().hand_over(runtime);
        });
    }

    #[inline(always)]
    pub(crate) fn is_of(&self, machine: &Machine) -> bool {
        std::ptr::eq(self.machine, machine)
    }

    /// What [`Machine::plain`] says of it.
    #[inline(always)]
    fn plain_name(&self) -> *const () {
        match self.care.get().is_none() && !self.machine.is_torn.get() {
            true => ptr::from_ref(self).cast(),
            false => ptr::null(),
        }
    }

    /// Whether a function of this machine can be called without looking why not: one load and one comparison.
    #[inline(always)]
    pub(crate) fn is_plain(&self, machine: &Machine) -> bool {
        ptr::eq(machine.plain.get(), ptr::from_ref(self).cast())
    }

    /// How a call ends that comes after that.
    pub(crate) fn expired(&self) -> Option<Trap> {
        let (kind, message) = match self.care.get()? {
            Care::Over(limit) => (TrapKind::Interrupt, too_long(limit)),
            Care::Nested => (TrapKind::StackOverflow, too_deep()),
            Care::Changing => return None,
        };
        Some(Trap {
            kind,
            location: None,
            a: 0,
            b: 0,
            message: Some(message),
            stack: StackTrace::default(),
        })
    }

    /// Calls generated code. After a trap what the abandoned frames owned is still there: see [`Machine::sweep`].
    ///
    /// # Safety
    /// As for [`Run::call`].
    #[inline(always)]
    pub(crate) unsafe fn call<R>(&self, body: impl FnOnce() -> R) -> Result<R, Box<Trap>> {
        // SAFETY: the caller's promise.
        let result = unsafe { self.run.call(body) };
        result.map_err(|trap| self.failed(trap))
    }

    /// As [`Entered::call`], a function with these registers.
    ///
    /// # Safety
    /// As for [`Run::call_code`].
    #[inline(always)]
    pub(crate) unsafe fn call_code(
        &self,
        code: usize,
        registers: &Registers,
    ) -> Result<Returned, Box<Trap>> {
        // SAFETY: the caller's promise.
        let result = unsafe { self.run.call_code(code, registers) };
        result.map_err(|trap| self.failed(trap))
    }

    #[cold]
    fn failed(&self, mut trap: Box<Trap>) -> Box<Trap> {
        self.machine.leave_to_sweep();
        self.machine
            .with_runtime(|runtime| runtime.rewind(&self.before));
        if trap.kind == TrapKind::Fuel {
            self.machine.with_runtime(|runtime| runtime.set_fuel(0));
        }
        if trap.kind == TrapKind::Interrupt {
            if let Some(limit) = self.watchdog.and_then(Watchdog::end) {
                self.care.set(Some(Care::Over(limit)));
                self.machine.plain.set(ptr::null());
                trap.message = Some(too_long(limit));
            }
            self.run.go_on();
        }
        trap
    }

    /// Does what may be done only while no run is under way, between two calls.
    pub(crate) fn pause<R>(&self, body: impl FnOnce() -> R) -> R {
        self.machine.add_depth(-1);
        let result = body();
        self.machine.add_depth(1);
        result
    }
}

fn too_deep() -> String {
    format!("the host and its scripts call each other {MOST_NESTED} deep, which is too deep")
}

fn too_long(limit: Duration) -> String {
    format!("it took longer than {limit:?}, which is all that the host allows")
}
