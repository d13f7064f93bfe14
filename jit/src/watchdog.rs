//! Ends runs that take longer than the host allows.
//!
//! A run only writes down when it has to end. The thread that looks after it sleeps until then, or, when none is under way, for as long
//! as one may take: so it is awake in time for one that begins meanwhile, and nobody has to wake it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::run::Interrupter;

/// After so many times without a run the thread sleeps until it is woken.
const IDLE: u32 = 8;
/// How soon an interrupted run is interrupted again that was not in a state to end.
const AGAIN: Duration = Duration::from_micros(500);

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
    /// The last run that did not end in time.
    expired: AtomicU64,
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
        let end = u64::try_from(end.as_nanos()).unwrap_or(u64::MAX);
        self.shared.deadline.store(end, Ordering::SeqCst);
        if self.shared.is_asleep.load(Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
    }

    /// It is over; the limit if it was not in time.
    pub(crate) fn end(&self) -> Option<Duration> {
        self.shared.deadline.store(0, Ordering::Release);
        let expired = self.shared.expired.load(Ordering::Acquire);
        (expired == self.shared.run.load(Ordering::Acquire)).then_some(self.limit)
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
                Some(left) if !left.is_zero() => std::thread::park_timeout(left),
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
