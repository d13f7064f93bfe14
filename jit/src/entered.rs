//! Calls into an engine, one after another, for which its runs are begun and ended once.

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::mem::MaybeUninit;
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
    expired: Cell<Option<Duration>>,
}

impl Machine {
    /// Makes it the machine of this thread for as long as `body` takes.
    #[inline(always)]
    pub(crate) fn enter<R>(&self, body: impl FnOnce(&Entered<'_>) -> R) -> R {
        let mut ends = MaybeUninit::uninit();
        // SAFETY: the runtime is boxed and lives as long as the machine; it is left when `entered` is dropped.
        let before = unsafe { Runtime::enter(self.runtime()) };
        self.add_depth(1);
        let entered = Entered {
            machine: self,
            run: self.runner().new_run(&mut ends),
            before,
            watchdog: self.watchdog().filter(|_| self.depth() == 1),
            expired: Cell::new(None),
        };
        if let Some(watchdog) = entered.watchdog {
            watchdog.begin();
        }
        // SAFETY: `entered` stays in this frame until it is dropped.
        unsafe { self.runner().enter(&entered.run) };
        body(&entered)
    }
}

impl Drop for Entered<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: what was entered later is a borrower of a frame that is gone.
        unsafe { self.machine.runner().leave(&self.run) };
        // SAFETY: entered on this thread, and what was entered later was left.
        unsafe { Runtime::leave(&self.before) };
        self.machine.add_depth(-1);
        if let Some(watchdog) = self.watchdog {
            watchdog.end();
        }
    }
}

impl Entered<'_> {
    #[inline(always)]
    pub(crate) fn is_of(&self, machine: &Machine) -> bool {
        std::ptr::eq(self.machine, machine)
    }

    /// Whether the time is over that the host allows for all calls together.
    #[inline(always)]
    pub(crate) fn is_over(&self) -> bool {
        self.expired.get().is_some()
    }

    /// How a call ends that comes after that.
    pub(crate) fn expired(&self) -> Option<Trap> {
        let limit = self.expired.get()?;
        Some(Trap {
            kind: TrapKind::Interrupt,
            location: None,
            a: 0,
            b: 0,
            message: Some(too_long(limit)),
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
        if trap.kind == TrapKind::Interrupt {
            self.expired.set(self.watchdog.and_then(Watchdog::end));
            if let Some(limit) = self.expired.get() {
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

fn too_long(limit: Duration) -> String {
    format!("it took longer than {limit:?}, which is all that the host allows")
}
