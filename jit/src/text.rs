//! Where the generated code of a session lies.
//!
//! The functions by which C calls Sumi lie among it, but count as C's: C's frames are above and below them, so a run may not be
//! abandoned there, and does not go on there.

use std::ops::Range;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

pub(crate) struct Text {
    range: Range<usize>,
    /// A list that only grows, so that signal handlers may walk it at any time.
    callbacks: AtomicPtr<Callback>,
}

struct Callback {
    range: Range<usize>,
    next: *mut Callback,
}

impl Text {
    pub(crate) fn new(range: Range<usize>) -> Text {
        Text {
            range,
            callbacks: AtomicPtr::new(null_mut()),
        }
    }

    /// C may be given this function, which stays in memory as long as the session.
    pub(crate) fn add_callback(&self, range: Range<usize>) {
        let callback = Box::new(Callback {
            range,
            next: self.callbacks.load(Ordering::Relaxed),
        });
        self.callbacks
            .store(Box::into_raw(callback), Ordering::Release);
    }

    /// Whether a run may be abandoned at the address, or go on there.
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.range.contains(&address) && !self.is_callback(address)
    }

    /// Whether a call ends right before the address: `call rel32`, or `call` through a register or memory.
    pub(crate) fn is_return_address(&self, address: usize) -> bool {
        // SAFETY: only asked for bytes of the text, which is readable.
        let byte = |back: usize| unsafe { *((address - back) as *const u8) };
        let is_indirect = |back: usize| byte(back) == 0xff && byte(back - 1) & 0x38 == 0x10;
        self.contains(address)
            && address >= self.range.start + 8
            && (byte(5) == 0xe8 || [2, 3, 4, 6, 7].into_iter().any(is_indirect))
    }

    fn is_callback(&self, address: usize) -> bool {
        let mut next = self.callbacks.load(Ordering::Acquire);
        // SAFETY: the list's nodes live as long as it does and do not change.
        while let Some(callback) = unsafe { next.as_ref() } {
            if callback.range.contains(&address) {
                return true;
            }
            next = callback.next;
        }
        false
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        let mut next = *self.callbacks.get_mut();
        while !next.is_null() {
            // SAFETY: each node was made by `add_callback` and is freed here once.
            let callback = unsafe { Box::from_raw(next) };
            next = callback.next;
        }
    }
}
