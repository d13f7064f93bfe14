//! The heap of one engine: a mimalloc heap of its own, so that every block of the engine can be visited after a failure and all of
//! them vanish with it. Nothing but blocks is allocated in it. In front of it stands a short list of free blocks for each small size:
//! programs that build and take apart by turns get the same few blocks again and again, in a third of the time.
//!
//! Under Miri, which cannot call C, the same interface stands on Rust's allocator.

/// Blocks of up to so many bytes are kept when they are free.
pub(crate) const SMALL: usize = 256;

#[cfg(miri)]
pub(crate) use model::Heap;
#[cfg(not(miri))]
pub(crate) use real::Heap;

#[cfg(not(miri))]
mod real {
    use libmimalloc_sys as mi;
    use std::ffi::c_void;
    use std::ptr::null_mut;
    use std::sync::Once;

    use super::SMALL;
    use crate::block::{Block, owners, set_owners};

    /// The sizes of free blocks that are kept, and how many bytes of each size at most.
    const STEP: usize = 16;
    const MOST_KEPT: usize = 256 << 10;
    const SIZES: usize = SMALL / STEP;

    /// What mimalloc reserves at once.
    const ARENA: usize = 1 << 30;
    const HUGE_PAGE: usize = 2 << 20;
    /// Of so much of it, pages are small.
    const IN_SMALL_PAGES: usize = 8 << 20;

    /// Gives mimalloc the memory that it begins with. What it would reserve itself is in huge pages, of which an idle engine touches two, 4 MiB, for a few
    /// blocks. If the system has no such room, mimalloc asks for memory as it would have.
    fn reserve() {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at a place of the system's choice, of which nobody else knows; the advice changes how it is backed, not what is in it.
        unsafe {
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let got = libc::mmap(null_mut(), ARENA + HUGE_PAGE, access, flags, -1, 0);
            if got == libc::MAP_FAILED {
                return;
            }
            let start = got.map_addr(|address| address.next_multiple_of(HUGE_PAGE));
            libc::madvise(start, IN_SMALL_PAGES, libc::MADV_NOHUGEPAGE);
            let rest = start.byte_add(IN_SMALL_PAGES);
            libc::madvise(rest, ARENA - IN_SMALL_PAGES, libc::MADV_HUGEPAGE);
            let (is_committed, is_pinned, is_zero, is_exclusive) = (true, false, true, false);
            mi::mi_manage_os_memory_ex(
                start,
                ARENA,
                is_committed,
                is_pinned,
                is_zero,
                -1,
                is_exclusive,
                null_mut(),
            );
        }
    }

    /// Free blocks of one size, each with the next one where its count was.
    #[derive(Clone, Copy)]
    struct Kept {
        first: *mut Block,
        bytes: usize,
    }

    pub(crate) struct Heap {
        heap: *mut mi::mi_heap_t,
        kept: [Kept; SIZES],
    }

    /// Which of the lists blocks of that many bytes are in.
    fn size_class(bytes: usize) -> usize {
        (bytes - 1) / STEP
    }

    impl Heap {
        pub(crate) fn new() -> Heap {
            static RESERVED: Once = Once::new();
            RESERVED.call_once(reserve);
            // SAFETY: has no conditions.
            let heap = unsafe { mi::mi_heap_new() };
            assert!(!heap.is_null(), "no memory for the heap of an engine");
            let kept = Kept {
                first: null_mut(),
                bytes: 0,
            };
            Heap {
                heap,
                kept: [kept; SIZES],
            }
        }

        /// A block that was free, if one of that size is kept.
        #[inline]
        pub(crate) fn again(&mut self, bytes: usize) -> Option<*mut Block> {
            let kept = self.kept.get_mut(size_class(bytes))?;
            let block = kept.first;
            if block.is_null() {
                return None;
            }
            // SAFETY: a kept block is nobody's, and its count is the next one.
            kept.first = unsafe { owners(block) } as usize as *mut Block;
            kept.bytes -= (size_class(bytes) + 1) * STEP;
            Some(block)
        }

        /// A new block, whatever is kept. Aligned to 16, as all sizes from 16 on are; null if there is no memory.
        pub(crate) fn allocate(&mut self, bytes: usize) -> *mut Block {
            // Whoever gets a block again may ask for as many bytes as the list is for.
            let rounded = match bytes <= SMALL {
                true => bytes.next_multiple_of(STEP),
                false => bytes,
            };
            // SAFETY: the heap lives as long as `self`.
            unsafe { mi::mi_heap_malloc(self.heap, rounded).cast() }
        }

        /// # Safety
        /// `block` was allocated here and is not used afterwards unless the result is null.
        pub(crate) unsafe fn resize(&mut self, block: *mut Block, bytes: usize) -> *mut Block {
            // SAFETY: the caller's promise.
            unsafe {
                mi::mi_heap_realloc(self.heap, block.cast(), bytes.next_multiple_of(STEP)).cast()
            }
        }

        /// # Safety
        /// `block` was allocated here, with that many bytes now, and is not used afterwards.
        #[inline]
        pub(crate) unsafe fn free(&mut self, block: *mut Block, bytes: usize) {
            // SAFETY: the caller's promise.
            unsafe {
                if let Some(kept) = self.kept.get_mut(size_class(bytes))
                    && kept.bytes < MOST_KEPT
                {
                    set_owners(block, kept.first as usize as i64);
                    kept.first = block;
                    kept.bytes += (size_class(bytes) + 1) * STEP;
                    return;
                }
            }
            // SAFETY: the caller's promise.
            unsafe { Heap::release(block) };
        }

        #[inline(never)]
        unsafe fn release(block: *mut Block) {
            // SAFETY: the block is of such a heap, and nobody's.
            unsafe { mi::mi_free(block.cast()) }
        }

        /// Gives back what is kept.
        fn empty_lists(&mut self) {
            for kept in &mut self.kept {
                while !kept.first.is_null() {
                    let block = kept.first;
                    // SAFETY: as in `allocate`; then the block is free for mimalloc, too.
                    unsafe {
                        kept.first = owners(block) as usize as *mut Block;
                        mi::mi_free(block.cast());
                    }
                }
                kept.bytes = 0;
            }
        }

        /// All blocks there are.
        pub(crate) fn blocks(&mut self) -> Vec<*mut Block> {
            self.empty_lists();
            unsafe extern "C" fn visit(
                _heap: *const mi::mi_heap_t,
                _area: *const mi::mi_heap_area_t,
                block: *mut c_void,
                _size: usize,
                found: *mut c_void,
            ) -> bool {
                // The visitor is called once for each area, too, without a block.
                if !block.is_null() {
                    // SAFETY: `found` is the vector below.
                    unsafe { (*found.cast::<Vec<*mut Block>>()).push(block.cast()) };
                }
                true
            }
            let mut found: Vec<*mut Block> = Vec::new();
            // SAFETY: the visitor fits, and Rust's allocator, which it uses, is not this heap.
            unsafe {
                mi::mi_heap_visit_blocks(self.heap, true, Some(visit), (&raw mut found).cast());
            }
            found
        }
    }

    impl Drop for Heap {
        fn drop(&mut self) {
            // SAFETY: nobody can reach the blocks of an engine that is gone.
            unsafe { mi::mi_heap_destroy(self.heap) }
        }
    }
}

#[cfg(miri)]
mod model {
    use std::alloc::{Layout, alloc, dealloc, realloc};
    use std::collections::BTreeMap;

    use crate::block::Block;

    pub(crate) struct Heap(BTreeMap<*mut Block, Layout>);

    fn layout(bytes: usize) -> Layout {
        Layout::from_size_align(bytes, 16).expect("a size that was checked")
    }

    impl Heap {
        pub(crate) fn new() -> Heap {
            Heap(BTreeMap::new())
        }

        pub(crate) fn again(&mut self, _bytes: usize) -> Option<*mut Block> {
            None
        }

        pub(crate) fn allocate(&mut self, bytes: usize) -> *mut Block {
            // SAFETY: never empty, since a block has a header.
            let block: *mut Block = unsafe { alloc(layout(bytes)).cast() };
            self.0.insert(block, layout(bytes));
            block
        }

        /// # Safety
        /// `block` was allocated here and is not used afterwards unless the result is null.
        pub(crate) unsafe fn resize(&mut self, block: *mut Block, bytes: usize) -> *mut Block {
            let old = self.0.remove(&block).expect("a block of this heap");
            // SAFETY: allocated with that layout.
            let new: *mut Block = unsafe { realloc(block.cast(), old, bytes).cast() };
            self.0.insert(new, layout(bytes));
            new
        }

        /// # Safety
        /// `block` was allocated here and is not used afterwards.
        pub(crate) unsafe fn free(&mut self, block: *mut Block, _bytes: usize) {
            let old = self.0.remove(&block).expect("a block of this heap");
            // SAFETY: allocated with that layout.
            unsafe { dealloc(block.cast(), old) }
        }

        pub(crate) fn blocks(&mut self) -> Vec<*mut Block> {
            self.0.keys().copied().collect()
        }
    }

    impl Drop for Heap {
        fn drop(&mut self) {
            for (&block, &old) in &self.0 {
                // SAFETY: allocated with that layout.
                unsafe { dealloc(block.cast(), old) }
            }
        }
    }
}
