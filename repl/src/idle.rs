//! Memory of a session in which nobody enters anything: what only backs the compiler's code goes after a while. The next entry finds it in the
//! system's cache, a millisecond or two later than else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::Duration;

/// Who waits no longer than this for the next entry should not notice.
pub(crate) const WHILE: Duration = Duration::from_secs(2);

/// Watches whether something is done.
pub(crate) struct Idle {
    shared: Arc<Shared>,
    thread: Option<Thread>,
}

#[derive(Default)]
struct Shared {
    /// How much was done.
    times: AtomicU64,
    /// Whether the thread knows that there is something to give back.
    is_told: AtomicBool,
}

impl Idle {
    pub(crate) fn watch() -> Idle {
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        let watcher = std::thread::Builder::new().spawn(move || {
            loop {
                of_thread.give_back_when_idle();
            }
        });
        // Without a thread the memory stays.
        let thread = watcher.ok().map(|watcher| watcher.thread().clone());
        Idle { shared, thread }
    }

    /// Something was done.
    pub(crate) fn did(&self) {
        self.shared.times.fetch_add(1, Ordering::Relaxed);
        if !self.shared.is_told.swap(true, Ordering::AcqRel)
            && let Some(thread) = &self.thread
        {
            thread.unpark();
        }
    }
}

impl Shared {
    fn give_back_when_idle(&self) {
        while !self.is_told.load(Ordering::Acquire) {
            std::thread::park();
        }
        loop {
            let before = self.times.load(Ordering::Relaxed);
            std::thread::sleep(WHILE);
            if self.times.load(Ordering::Relaxed) == before {
                break;
            }
        }
        self.is_told.store(false, Ordering::Release);
        jit::give_back_code();
    }
}
