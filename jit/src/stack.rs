//! The stack that generated code runs on: reserved address space, committed as it is touched, with guard zones below.
//!
//! ```text
//!   low                                                              high
//!   ┌────────┬──────────────┬─────────────────────────────────────────┐
//!   │ guard  │ reserve      │ usable, grows down                      │
//!   └────────┴──────────────┴─────────────────────────────────────────┘
//! ```
//!
//! Generated code that reaches the reserve is abandoned there. The runtime and C may be holding a lock, so for them the
//! reserve is opened and the run is abandoned once it is back in generated code.

use std::io;
use std::ops::Range;
use std::ptr;

const GUARD: usize = 64 << 10;
const RESERVE: usize = 1 << 20;
const PAGE: usize = 4096;

pub(crate) struct Stack {
    low: usize,
    high: usize,
}

impl Stack {
    /// At least `usable` bytes for the program.
    pub(crate) fn new(usable: usize) -> io::Result<Stack> {
        let size = GUARD + RESERVE + usable.max(64 << 10).next_multiple_of(PAGE);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK;
        // SAFETY: a new mapping at an address of the system's choice.
        let low = unsafe { libc::mmap(ptr::null_mut(), size, libc::PROT_NONE, flags, -1, 0) };
        if low == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let stack = Stack {
            low: low as usize,
            high: low as usize + size,
        };
        let open = stack.usable();
        // SAFETY: the range is part of our own mapping.
        let opened = unsafe {
            libc::mprotect(
                open.start as *mut _,
                open.len(),
                libc::PROT_READ | libc::PROT_WRITE,
            )
        };
        if opened == 0 {
            Ok(stack)
        } else {
            Err(io::Error::last_os_error())
        }
    }

    pub(crate) fn usable(&self) -> Range<usize> {
        self.low + GUARD + RESERVE..self.high
    }

    /// What may be read when the reserve has been opened.
    pub(crate) fn with_reserve(&self) -> Range<usize> {
        self.low + GUARD..self.high
    }

    pub(crate) fn overflows_at(&self, address: usize) -> bool {
        (self.low..self.low + GUARD + RESERVE).contains(&address)
    }

    pub(crate) fn in_reserve(&self, address: usize) -> bool {
        (self.low + GUARD..self.low + GUARD + RESERVE).contains(&address)
    }

    pub(crate) fn open_reserve(&self) {
        self.protect_reserve(libc::PROT_READ | libc::PROT_WRITE);
    }

    pub(crate) fn close_reserve(&self) {
        self.protect_reserve(libc::PROT_NONE);
    }

    fn protect_reserve(&self, protection: i32) {
        // SAFETY: the reserve is part of our own mapping, and nobody has references into it.
        unsafe { libc::mprotect((self.low + GUARD) as *mut _, RESERVE, protection) };
    }

    /// Gives back what a deep recursion has touched.
    pub(crate) fn trim(&self) {
        let usable = self.usable();
        let keep = 1 << 20;
        if usable.len() > keep {
            // SAFETY: the range is part of our own mapping, and no run is on it.
            unsafe {
                libc::madvise(
                    usable.start as *mut _,
                    usable.len() - keep,
                    libc::MADV_DONTNEED,
                )
            };
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and no run is on it.
        unsafe { libc::munmap(self.low as *mut _, self.high - self.low) };
    }
}
