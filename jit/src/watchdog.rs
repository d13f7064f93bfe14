//! Ends runs that take longer than the host allows.
//!
//! A run only writes down when it has to end. The thread that looks after it sleeps until then, or, when none is under way, for as long
//! as one may take: so it is awake in time for one that begins meanwhile, and nobody has to wake it. Shortly before the end it leaves the rest to a timer
//! of the kernel's, which signals the thread of the run directly: threads that sleep are woken late on a loaded machine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::run::{Interrupter, nanoseconds};
use crate::signal::{self, Timer};

/// After so many times without a run the thread sleeps until it is woken.
const IDLE: u32 = 8;
/// How soon an interrupted run is interrupted again that was not in a state to end.
const AGAIN: Duration = Duration::from_micros(500);
/// How long before its end a run is left to the timer: later than that a thread is hardly ever woken.
const NEAR: Duration = Duration::from_millis(4);

pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    limit: Duration,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    start: Instant,
    /// The number of the run under way, and when it has to end, in nanoseconds since the start; 0 if there is none.
    run: AtomicU64,
    deadline: AtomicU64,
    /// The last run that did not end in time, or may not.
    expired: AtomicU64,
    /// Whether the timer is set.
    is_set: AtomicBool,
    timer: OnceLock<Option<Timer>>,
    is_asleep: AtomicBool,
    is_over: AtomicBool,
}

impl Watchdog {
    /// None if the system has no thread left.
    pub(crate) fn new(interrupter: Interrupter, limit: Duration) -> Option<Watchdog> {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            run: AtomicU64::new(0),
            deadline: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            is_set: AtomicBool::new(false),
            timer: OnceLock::new(),
            is_asleep: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        let watched = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("sumi watchdog".to_owned())
            .spawn(move || watched.watch(limit, &interrupter));
        Some(Watchdog {
            shared,
            limit,
            thread: Some(thread.ok()?),
        })
    }

    /// What runs from now on has to end in time, until [`Watchdog::end`].
    pub(crate) fn begin(&self) {
        self.shared.run.fetch_add(1, Ordering::AcqRel);
        let end = self.shared.start.elapsed() + self.limit;
        self.shared
            .deadline
            .store(nanoseconds(end), Ordering::SeqCst);
        if self.shared.is_asleep.load(Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
    }

    /// It is over; the limit if it was not in time.
    pub(crate) fn end(&self) -> Option<Duration> {
        let shared = &*self.shared;
        let deadline = shared.deadline.swap(0, Ordering::AcqRel);
        if shared.is_set.load(Ordering::Acquire) && shared.is_set.swap(false, Ordering::AcqRel) {
            shared.timer().inspect(|timer| timer.stop());
        }
        let expired = shared.expired.load(Ordering::Acquire);
        let is_late = || deadline > 0 && nanoseconds(shared.start.elapsed()) >= deadline;
        (expired == shared.run.load(Ordering::Acquire) && is_late()).then_some(self.limit)
    }
}

impl Shared {
    fn watch(&self, limit: Duration, interrupter: &Interrupter) {
        let mut idle = 0;
        while !self.is_over.load(Ordering::Acquire) {
            // In this order: the deadline of a run is not taken for that of the next.
            let (number, run) = (self.run.load(Ordering::Acquire), interrupter.this_run());
            let deadline = Duration::from_nanos(self.deadline.load(Ordering::Acquire));
            if deadline.is_zero() {
                idle += 1;
                match idle > IDLE {
                    true => self.sleep(),
                    false => std::thread::park_timeout(limit),
                }
                continue;
            }
            idle = 0;
            match deadline.checked_sub(self.start.elapsed()) {
                Some(left) if left > NEAR => std::thread::park_timeout(left - NEAR / 2),
                Some(left) if !left.is_zero() => {
                    if let Some(run) = run {
                        self.set_timer(number, left, run, interrupter);
                    }
                    std::thread::park_timeout(left + AGAIN);
                }
                _ => {
                    if let Some(run) = run {
                        self.expired.store(number, Ordering::Release);
                        interrupter.interrupt_run(run);
                    }
                    std::thread::park_timeout(AGAIN);
                }
            }
        }
    }

    fn timer(&self) -> Option<&Timer> {
        self.timer.get()?.as_ref()
    }

    /// The kernel ends the run after so long, if it is under way by then.
    fn set_timer(&self, number: u64, left: Duration, run: u64, interrupter: &Interrupter) {
        // An engine stays in its thread.
        let timer = || Timer::of_thread(interrupter.thread());
        if let Some(timer) = self.timer.get_or_init(timer) {
            self.expired.store(number, Ordering::Release);
            interrupter.interrupt_run_at(run, signal::now() + left);
            self.is_set.store(true, Ordering::Release);
            timer.set(left);
        }
    }

    fn sleep(&self) {
        self.is_asleep.store(true, Ordering::SeqCst);
        // One that began meanwhile may not have seen that.
        if self.deadline.load(Ordering::SeqCst) == 0 && !self.is_over.load(Ordering::SeqCst) {
            std::thread::park();
        }
        self.is_asleep.store(false, Ordering::SeqCst);
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It only waits and asks.
            thread
                .join()
                .expect("compiler bug: the watchdog of an engine panicked");
        }
    }
}
