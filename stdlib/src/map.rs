//! Maps, as the runtime reads them to compare and to hash: the library's struct of `index`, `entries` and `live` (see
//! `lang/prelude/map.sumi`). What changes a map is the library's code alone; maps that are read or converted get their tables here.

use std::cmp::Ordering;

use crate::block::{Block, elements, empty};
use crate::compare::{Relation, compare};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::hash::hash;
use crate::memory::allocate;

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

    /// Of a map of which only the entries count.
    pub(crate) fn of_entries(desc: &TypeDesc, entries: *mut Block) -> Map {
        Map {
            index: empty(),
            entries,
            live: 0,
            entry: desc.fields()[1].ty().elem,
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

/// The table of a map with these entries, owned once; if two of them have the same key, which the second is.
///
/// # Safety
/// Within a run, which it may end, for instance by a `hash` of the program; the entries are valid, and those of such a map.
pub(crate) unsafe fn table(desc: &TypeDesc, entries: *mut Block) -> Result<*mut Block, i64> {
    let map = Map::of_entries(desc, entries);
    let key = map.key();
    // SAFETY: the caller's promise; the new block is ours to write, and the table has more words than entries.
    unsafe {
        let mut words = 8_i64;
        while map.len() * 4 > words * 3 {
            words *= 2;
        }
        let table = allocate(desc.fields()[0].ty().elem, words);
        elements(table).write_bytes(0, words as usize * 8);
        (*table).len = words;
        let place = elements(table).cast::<u64>();
        for at in 0..map.len() {
            let Some(pair) = map.pair_at(at) else {
                continue;
            };
            let found = pair.add(key.offset as usize);
            let tag = hash(key.ty, found, 0) >> 32;
            let mut slot = tag as i64 & (words - 1);
            loop {
                let word = place.add(slot as usize).read();
                if word == 0 {
                    break;
                }
                if word >> 32 == tag
                    && let Some(other) = map.pair_at((word & 0xffff_ffff) as i64 - 1)
                    && compare(
                        key.ty,
                        other.add(key.offset as usize),
                        found,
                        Relation::KeyEquality,
                    ) == Some(Ordering::Equal)
                {
                    return Err(at);
                }
                slot = (slot + 1) & (words - 1);
            }
            place.add(slot as usize).write(tag << 32 | (at + 1) as u64);
        }
        Ok(table)
    }
}

/// Makes a place a map, which owns the blocks from then on.
///
/// # Safety
/// The place is one of such a map; the blocks are its entries and their table.
pub(crate) unsafe fn write(
    desc: &TypeDesc,
    to: *mut u8,
    index: *mut Block,
    entries: *mut Block,
    live: i64,
) {
    let fields = desc.fields();
    // SAFETY: the caller's promise; the fields are those of the library's struct.
    unsafe {
        let field = |at: usize| to.add(fields[at].offset as usize);
        field(0).cast::<*mut Block>().write(index);
        field(1).cast::<*mut Block>().write(entries);
        field(2).cast::<i64>().write(live);
    }
}
