//! Ends calls of a host that take longer than the host allows.
//!
//! A call only writes down when it has to end. The thread that looks after it sleeps until then, or, when no call is under way, for as long
//! as one may take: so it is awake in time for one that begins meanwhile, and nobody has to wake it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::run::Interrupter;

/// After so many times without a call the thread sleeps until it is woken.
const IDLE: u32 = 8;
/// How soon an interrupted call is interrupted again that was not in a state to end.
const AGAIN: Duration = Duration::from_micros(500);

pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    limit: Duration,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    start: Instant,
    /// The call under way, and when it has to end, in nanoseconds since the start; 0 if there is none.
    call: AtomicU64,
    deadline: AtomicU64,
    /// The last call that did not end in time.
    expired: AtomicU64,
    is_asleep: AtomicBool,
    is_over: AtomicBool,
}

impl Watchdog {
    /// None if the system has no thread left.
    pub(crate) fn new(interrupter: Interrupter, limit: Duration) -> Option<Watchdog> {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            call: AtomicU64::new(0),
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

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// What runs from now on has to end in time, until [`Watchdog::end`]; false if a call is under way already, by whose limit it goes.
    pub(crate) fn begin(&self) -> bool {
        if self.shared.deadline.load(Ordering::Relaxed) > 0 {
            return false;
        }
        self.shared.call.fetch_add(1, Ordering::AcqRel);
        let end = self.shared.start.elapsed() + self.limit;
        let end = u64::try_from(end.as_nanos()).unwrap_or(u64::MAX);
        self.shared.deadline.store(end, Ordering::SeqCst);
        if self.shared.is_asleep.load(Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        true
    }

    /// It is over; whether because of the limit.
    pub(crate) fn end(&self) -> bool {
        self.shared.deadline.store(0, Ordering::Release);
        let expired = self.shared.expired.load(Ordering::Acquire);
        expired == self.shared.call.load(Ordering::Acquire)
    }
}

impl Shared {
    fn watch(&self, limit: Duration, interrupter: &Interrupter) {
        let mut idle = 0;
        while !self.is_over.load(Ordering::Acquire) {
            // In this order: the deadline of a call is not taken for that of the next.
            let (call, run) = (self.call.load(Ordering::Acquire), interrupter.this_run());
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
                        self.expired.store(call, Ordering::Release);
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
