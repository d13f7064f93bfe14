//! Maps, as the runtime reads them to compare and to hash: the library's struct of `index`, `entries` and `live` (see
//! `lang/prelude/map.sumi`). What changes a map is the library's code alone.

use std::cmp::Ordering;

use crate::block::{Block, elements};
use crate::compare::{Relation, compare};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::hash::hash;

/// A map, valid as long as the value that it was read from.
#[derive(Clone, Copy)]
pub(crate) struct Map {
    index: *mut Block,
    pub(crate) entries: *mut Block,
    pub(crate) live: i64,
    /// Of an entry: `none`, or a pair.
    entry: *const TypeDesc,
}

impl Map {
    /// # Safety
    /// `value` is a valid map of that type.
    pub(crate) unsafe fn read(desc: &TypeDesc, value: *const u8) -> Map {
        debug_assert_eq!(desc.kind, Kind::Map);
        let fields = desc.fields();
        // SAFETY: the caller's promise; the fields are those of the library's struct.
        unsafe {
            let field = |at: usize| value.add(fields[at].offset as usize);
            Map {
                index: field(0).cast::<*mut Block>().read(),
                entries: field(1).cast::<*mut Block>().read(),
                live: field(2).cast::<i64>().read(),
                entry: fields[1].ty().elem,
            }
        }
    }

    /// How many entries there are, removed ones included.
    pub(crate) unsafe fn len(self) -> i64 {
        // SAFETY: a live block.
        unsafe { (*self.entries).len }
    }

    fn pair(&self) -> &FieldDesc {
        // SAFETY: a constant: the descriptor of an optional pair.
        unsafe { &(*self.entry).variants()[1].fields()[0] }
    }

    pub(crate) fn key(&self) -> &FieldDesc {
        &self.pair().ty().fields()[0]
    }

    pub(crate) fn value(&self) -> &FieldDesc {
        &self.pair().ty().fields()[1]
    }

    /// The descriptor of the pairs.
    pub(crate) fn pair_ty(&self) -> *const TypeDesc {
        self.pair().ty
    }

    /// The pair of an entry; none where it was removed.
    pub(crate) unsafe fn pair_at(self, at: i64) -> Option<*const u8> {
        // SAFETY: the caller asks for one of `len` entries.
        unsafe {
            let entry = elements(self.entries).add(at as usize * (*self.entry).size as usize);
            let offset = self.pair().offset as usize;
            ((*self.entry).tag(entry) != 0).then(|| entry.add(offset).cast_const())
        }
    }

    /// The pair with that key, which most likely is the entry `likely`: maps that are compared were mostly made alike.
    pub(crate) unsafe fn find(self, key: *const u8, likely: i64) -> Option<*const u8> {
        let desc = self.key().ty;
        // SAFETY: the table leads to entries; keys are valid values of their type.
        unsafe {
            let is_it = |pair: *const u8| {
                let known = pair.add(self.key().offset as usize);
                compare(desc, known, key, Relation::KeyEquality) == Some(Ordering::Equal)
            };
            if likely < self.len()
                && let Some(pair) = self.pair_at(likely)
                && is_it(pair)
            {
                return Some(pair);
            }
            let mask = (*self.index).len - 1;
            if mask < 0 {
                return None;
            }
            let tag = hash(desc, key, 0) >> 32;
            let words = elements(self.index).cast::<u64>();
            let mut slot = tag as i64 & mask;
            loop {
                let word = words.add(slot as usize).read();
                if word == 0 {
                    return None;
                }
                let at = (word & 0xffff_ffff) as i64 - 1;
                if word >> 32 == tag
                    && at != likely
                    && let Some(pair) = self.pair_at(at)
                    && is_it(pair)
                {
                    return Some(pair);
                }
                slot = (slot + 1) & mask;
            }
        }
    }
}
