//! After a run was abandoned: its frames are gone, and with them the knowledge of what they owned. A walk from what is left, the
//! globals and the values that the host holds, counts the owners of each block anew; a block that it does not reach
//! belonged to the frames, and is freed. The same walk checks the counts in tests.

use rustc_hash::FxHashSet;

use crate::block::{Block, owners, set_owners};
use crate::desc::{Kind, TypeDesc};
use crate::memory::{call_drop, each_block, each_child, outside_heap};
use crate::runtime::Runtime;

/// A value that is still held: its type and where it stands.
pub type Root = (*const TypeDesc, *const u8);

/// What [`Runtime::audit`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    pub blocks: usize,
    /// Blocks that no root leads to.
    pub unreached: usize,
    /// Reached blocks whose count is not the number of their owners.
    pub miscounted: usize,
}

impl Runtime {
    /// Counts owners anew and frees every block that the roots do not lead to. Gives the number of freed blocks.
    ///
    /// # Safety
    /// No run of this engine is under way: after an abandoned run within another one, this waits for the end of the outer one. The
    /// roots, each a valid value, are all that is still held.
    pub unsafe fn recover(&mut self, roots: &[Root]) -> usize {
        let blocks = self.heap.blocks();
        // SAFETY: these are all blocks of the heap; only those that nothing reaches are freed.
        unsafe {
            count_owners(&blocks, roots);
            let mut freed = 0;
            for &block in &blocks {
                if owners(block) == 0 {
                    call_drop(block);
                    self.heap
                        .free(block, crate::memory::bytes_of(block) as usize);
                    freed += 1;
                }
            }
            let live = self.heap.blocks();
            self.freed_blocks = self.stats.allocations - live.len() as u64;
            self.live_bytes = live
                .iter()
                .map(|&block| crate::memory::bytes_of(block))
                .sum();
            freed
        }
    }

    /// Compares the counts with the owners there are, and changes nothing.
    ///
    /// # Safety
    /// As for [`Runtime::recover`].
    pub unsafe fn audit(&mut self, roots: &[Root]) -> Audit {
        let blocks = self.heap.blocks();
        // SAFETY: these are all blocks of the heap; the counts are put back.
        unsafe {
            let before: Vec<i64> = blocks.iter().map(|&block| owners(block)).collect();
            count_owners(&blocks, roots);
            let mut audit = Audit {
                blocks: blocks.len(),
                ..Audit::default()
            };
            for (&block, &count) in blocks.iter().zip(&before) {
                match owners(block) {
                    0 => audit.unreached += 1,
                    found if found != count => audit.miscounted += 1,
                    _ => {}
                }
                set_owners(block, count);
            }
            audit
        }
    }
}

/// What is reached from values, so far.
#[derive(Default)]
pub struct Reached(FxHashSet<*mut Block>);

impl Reached {
    /// Calls `visit` with the addresses of the constants, descriptors and code on which a value, and whatever it leads to that was not
    /// reached before, depends, and whether it is code: of a function value, or the table of an `any`.
    ///
    /// # Safety
    /// A valid value, and nothing else uses the heap.
    pub unsafe fn each_outside(&mut self, (desc, value): Root, visit: &mut dyn FnMut(usize, bool)) {
        let mut waiting = Vec::new();
        // SAFETY: the caller's promise; before the place of an environment stands the word for the code.
        unsafe {
            let mut part = |waiting: &mut Vec<*mut Block>, kind: Kind, place: *mut *mut Block| {
                if matches!(kind, Kind::Fn | Kind::Any) {
                    visit(*place.cast::<usize>().sub(1), true);
                }
                if outside_heap(*place) {
                    visit(*place as usize, false);
                } else if self.0.insert(*place) {
                    visit((**place).elem as usize, false);
                    waiting.push(*place);
                }
            };
            each_block(&*desc, value.cast_mut(), &mut |kind, place| {
                part(&mut waiting, kind, place);
            });
            while let Some(block) = waiting.pop() {
                each_child(block, &mut |kind, place| part(&mut waiting, kind, place));
            }
        }
    }
}

/// Sets the count of every block to the number of ways that lead to it from the roots.
unsafe fn count_owners(blocks: &[*mut Block], roots: &[Root]) {
    // SAFETY: the caller's promise; constants are left alone.
    unsafe {
        for &block in blocks {
            set_owners(block, 0);
        }
        let mut waiting: Vec<*mut Block> = Vec::new();
        let owned = |waiting: &mut Vec<*mut Block>, block: *mut Block| {
            if !outside_heap(block) {
                let count = owners(block) + 1;
                set_owners(block, count);
                if count == 1 {
                    waiting.push(block);
                }
            }
        };
        for &(desc, value) in roots {
            each_block(&*desc, value.cast_mut(), &mut |_, place| {
                owned(&mut waiting, *place);
            });
        }
        while let Some(block) = waiting.pop() {
            each_child(block, &mut |_, place| owned(&mut waiting, *place));
        }
    }
}
