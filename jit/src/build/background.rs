//! Objects that LLVM makes in a thread of its own, while scripts run.

use std::rc::Rc;
use std::sync::{Once, PoisonError, RwLock};
use std::thread::JoinHandle;

use codegen::{Begun, BegunModule, Exports, Object};
use compiler::incremental::Fingerprint;
use rustc_hash::FxHashMap;

use super::Tier;

/// Of all that an object is made from.
pub(super) type Key = (Fingerprint, Tier);

/// What is to be made, what is being made, and what is there.
#[derive(Default)]
pub(super) struct Background {
    /// Whether code that is not there is left to the thread, and is missing for now.
    pub(super) takes: bool,
    given: Vec<(Key, Begun)>,
    at_work: Option<AtWork>,
    there: FxHashMap<Key, Rc<Made>>,
}

/// An object, or LLVM's word for why there is none.
struct Made {
    bytes: Result<Vec<u8>, String>,
    exports: Exports,
    optimised: u64,
}

struct AtWork {
    thread: JoinHandle<Vec<Result<Vec<u8>, String>>>,
    /// What goes with each.
    rest: Vec<(Key, Exports, u64)>,
}

impl Background {
    /// The object, if it is there.
    pub(super) fn object(&self, key: Key) -> Option<Result<Object, String>> {
        let made = self.there.get(&key)?;
        Some(made.bytes.clone().map(|bytes| Object {
            bytes,
            exports: made.exports.clone(),
            optimised: made.optimised,
        }))
    }

    /// Leaves the rest of it to the thread, which is not started yet.
    pub(super) fn give(&mut self, key: Key, begun: Begun) {
        if self.given.iter().all(|(known, _)| *known != key) {
            self.given.push((key, begun));
        }
    }

    /// Whether anything is missing that was left to the thread.
    pub(super) fn is_behind(&self) -> bool {
        !self.given.is_empty() || self.at_work.is_some()
    }

    /// Has the thread begin with what it was given.
    pub(super) fn start(&mut self) {
        if self.given.is_empty() || self.at_work.is_some() {
            return;
        }
        let (mut modules, mut rest) = (Vec::new(), Vec::new());
        for (key, begun) in self.given.drain(..) {
            modules.push(begun.module);
            rest.push((key, begun.exports, begun.optimised));
        }
        hold_up_the_end();
        let thread = std::thread::Builder::new()
            .name("sumi compiler".to_owned())
            .spawn(move || modules.into_iter().map(finish).collect());
        // Without a thread nothing is there, and whoever needs the code makes it.
        self.at_work = thread.ok().map(|thread| AtWork { thread, rest });
    }

    /// Takes what the thread has made, if it is done with all that it was given; whether it is, or had nothing to do.
    pub(super) fn take_up(&mut self) -> bool {
        let Some(work) = self.at_work.take_if(|work| work.thread.is_finished()) else {
            return self.at_work.is_none();
        };
        // Where it panicked the code is made by whoever needs it, who says why it cannot be.
        let objects = work.thread.join().unwrap_or_default();
        for ((key, exports, optimised), bytes) in work.rest.into_iter().zip(objects) {
            let made = Made {
                bytes,
                exports,
                optimised,
            };
            self.there.insert(key, Rc::new(made));
        }
        true
    }

    /// What is there is not needed any more.
    pub(super) fn forget(&mut self) {
        self.given.clear();
        self.there.clear();
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(work) = self.at_work.take() {
            // What it has made is of use to nobody.
            let _ = work.thread.join();
        }
    }
}

/// Whoever holds it for reading has LLVM at work.
static AT_WORK: RwLock<()> = RwLock::new(());

fn finish(module: BegunModule) -> Result<Vec<u8>, String> {
    let _at_work = AT_WORK.read().unwrap_or_else(PoisonError::into_inner);
    module.finish()
}

/// When the process ends, LLVM's global state is taken apart: not while a thread uses it.
fn hold_up_the_end() {
    extern "C" fn wait() {
        std::mem::forget(AT_WORK.write());
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the function is there as long as the process. If it is refused nothing waits, which does harm hardly ever.
        unsafe { libc::atexit(wait) };
    });
}
