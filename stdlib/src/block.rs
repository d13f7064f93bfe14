//! Blocks: the one form of heap storage. A 32-byte header, then the elements.
//!
//! ```text
//!  0        8           16     24     32
//!  ┌────────┬───────────┬──────┬──────┬───────────────────────
//!  │ rc i64 │ elem *desc│ len  │ cap  │ elements …
//!  └────────┴───────────┴──────┴──────┴───────────────────────
//! ```
//!
//! `rc` counts owners. A block belongs to one engine and so to one thread at a time, hence plain reads and writes. The
//! static empty block alone is shared by all threads: its count starts at 2^62, and increments that get lost between threads
//! cannot bring it anywhere near 1. The Rust side reads and writes counts as relaxed atomics, which costs nothing and keeps
//! that race defined.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::desc::TypeDesc;

/// The count of a constant: never unique, never freed.
pub const STATIC_OWNERS: i64 = 1 << 62;
/// Bytes before the first element.
pub const HEADER: usize = 32;

#[repr(C, align(16))]
pub struct Block {
    pub rc: AtomicI64,
    pub elem: *const TypeDesc,
    pub len: i64,
    pub cap: i64,
}

const _: () = assert!(size_of::<Block>() == HEADER);

// SAFETY: only the count of a static block is written, and that atomically.
unsafe impl Sync for Block {}

/// The empty array and the empty text.
pub static EMPTY: Block = Block {
    rc: AtomicI64::new(STATIC_OWNERS),
    elem: std::ptr::null(),
    len: 0,
    cap: 0,
};

/// The empty block as the pointer that a value holds.
pub fn empty() -> *mut Block {
    (&raw const EMPTY).cast_mut()
}

/// Where the elements begin.
///
/// # Safety
/// `block` points to a block.
pub unsafe fn elements(block: *const Block) -> *mut u8 {
    // SAFETY: a block is a header followed by its elements.
    unsafe { block.cast_mut().cast::<u8>().add(HEADER) }
}

/// C's pointer in a handle, the value of an `extern type`.
///
/// # Safety
/// `value` is a place with a handle.
pub(crate) unsafe fn of_handle(value: *const u8) -> usize {
    // SAFETY: a handle is a block of one pointer.
    unsafe {
        let block = value.cast::<*const Block>().read();
        elements(block).cast::<usize>().read()
    }
}

/// # Safety
/// `block` points to a live block.
pub unsafe fn owners(block: *const Block) -> i64 {
    // SAFETY: the caller's promise.
    unsafe { (*block).rc.load(Relaxed) }
}

/// # Safety
/// `block` points to a live block.
pub unsafe fn set_owners(block: *const Block, count: i64) {
    // SAFETY: the caller's promise.
    unsafe { (*block).rc.store(count, Relaxed) }
}

/// One owner more.
///
/// # Safety
/// `block` points to a live block.
pub unsafe fn retain(block: *const Block) {
    // SAFETY: the caller's promise.
    unsafe { set_owners(block, owners(block) + 1) }
}

/// One owner less; true when it was the last.
///
/// # Safety
/// `block` points to a live block that the caller owns once.
pub unsafe fn give_up(block: *const Block) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let left = owners(block) - 1;
        set_owners(block, left);
        left == 0
    }
}

/// Whether the block is a constant, outside of every heap.
///
/// # Safety
/// `block` points to a live block.
pub unsafe fn is_static(block: *const Block) -> bool {
    // SAFETY: the caller's promise.
    unsafe { owners(block) >= STATIC_OWNERS / 2 }
}

/// The bytes of a `str` or `[u8]`.
///
/// # Safety
/// `block` is a live block of bytes that nobody writes while the slice is in use.
pub unsafe fn bytes<'a>(block: *const Block) -> &'a [u8] {
    // SAFETY: `len` elements are initialised.
    unsafe { std::slice::from_raw_parts(elements(block), (*block).len as usize) }
}

/// The text of a `str`.
///
/// # Safety
/// As for [`bytes`]; a `str` is always UTF-8.
pub unsafe fn text<'a>(block: *const Block) -> &'a str {
    // SAFETY: the caller's promise.
    unsafe { std::str::from_utf8_unchecked(bytes(block)) }
}
