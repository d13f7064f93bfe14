//! Ends cells that take too long, so that those after them get their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::run::Interrupter;

/// How exactly.
const TICK: Duration = Duration::from_millis(5);

/// A thread that looks at the clock while a sheet is brought up to date.
pub(super) struct Clock {
    shared: Arc<Shared>,
    interrupter: Interrupter,
    thread: Option<JoinHandle<()>>,
    start: Instant,
}

struct Shared {
    /// In milliseconds since the start; 0 if there is none.
    deadline: AtomicU64,
    /// The run that has to end by then, and the last one that did.
    run: AtomicU64,
    expired: AtomicU64,
    /// Whether the cell that runs, or the one that runs next, is to end.
    asked: AtomicBool,
    /// Whether anything is under way.
    awake: AtomicBool,
    over: AtomicBool,
}

impl Clock {
    pub(super) fn new(interrupter: Interrupter) -> Clock {
        let shared = Arc::new(Shared {
            deadline: AtomicU64::new(0),
            run: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            asked: AtomicBool::new(false),
            awake: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let (watched, start) = (Arc::clone(&shared), Instant::now());
        let asked = interrupter.clone();
        let thread = std::thread::Builder::new()
            .name("sumi clock".to_owned())
            .spawn(move || watched.watch(start, &asked));
        Clock {
            shared,
            interrupter,
            // Without a thread nothing is ended early.
            thread: thread.ok(),
            start,
        }
    }

    /// Cells are going to run, or have. What was asked before is forgotten.
    pub(super) fn set_awake(&self, awake: bool) {
        self.was_stopped();
        self.shared.awake.store(awake, Ordering::SeqCst);
        if let Some(thread) = self.thread.as_ref().filter(|_| awake) {
            thread.thread().unpark();
        }
    }

    /// A cell begins that has so long.
    pub(super) fn begin(&self, limit: Option<Duration>) {
        let deadline = limit.map_or(0, |limit| {
            let end = self.start.elapsed() + limit;
            u64::try_from(end.as_millis()).unwrap_or(u64::MAX).max(1)
        });
        self.shared
            .run
            .store(self.interrupter.next_run(), Ordering::Release);
        self.shared.deadline.store(deadline, Ordering::Release);
    }

    /// A cell has ended because somebody asked for it.
    pub(super) fn was_stopped(&self) {
        self.shared.asked.store(false, Ordering::Release);
    }

    pub(super) fn stopper(&self) -> Stopper {
        Stopper {
            shared: Arc::clone(&self.shared),
            interrupter: self.interrupter.clone(),
        }
    }

    /// It has come to its end; whether by the clock.
    pub(super) fn end(&self) -> bool {
        self.shared.deadline.store(0, Ordering::Release);
        self.shared.expired.load(Ordering::Acquire) == self.shared.run.load(Ordering::Acquire)
    }
}

/// Ends a cell of a sheet, from any thread.
pub struct Stopper {
    shared: Arc<Shared>,
    interrupter: Interrupter,
}

impl Stopper {
    /// The cell that runs ends; if just now none does, the one that runs next. While the sheet is up to date nothing happens.
    pub fn stop(&self) {
        // Whoever has a reason that is asked about before cells run notes it first: so either it is found there, or the sheet is awake here.
        if self.shared.awake.load(Ordering::SeqCst) {
            // One that begins from now on is the clock's, who knows whether the request was met.
            let run = self.interrupter.this_run();
            self.shared.asked.store(true, Ordering::Release);
            if let Some(run) = run {
                self.interrupter.interrupt_run(run);
            }
        }
    }
}

impl Shared {
    fn watch(&self, start: Instant, interrupter: &Interrupter) {
        while !self.over.load(Ordering::Acquire) {
            if !self.awake.load(Ordering::Acquire) {
                std::thread::park();
                continue;
            }
            std::thread::sleep(TICK);
            // In this order: a run that begins once the request was met or forgotten does not end by it.
            let run = interrupter.this_run();
            if let Some(run) = run.filter(|_| self.asked.load(Ordering::Acquire)) {
                interrupter.interrupt_run(run);
            }
            // In this order: the deadline of the run before is not taken for that of the next.
            let run = self.run.load(Ordering::Acquire);
            let deadline = self.deadline.load(Ordering::Acquire);
            if deadline > 0 && start.elapsed().as_millis() >= u128::from(deadline) {
                self.expired.store(run, Ordering::Release);
                interrupter.interrupt_run(run);
            }
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It only waits and asks.
            thread
                .join()
                .expect("compiler bug: the clock of a sheet panicked");
        }
    }
}
