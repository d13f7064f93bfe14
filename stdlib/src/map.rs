//! Maps, as the runtime reads them to compare and to hash: the library's struct of `index`, `entries` and `live` (see
//! `lang/prelude/map.sumi`). What changes a map is the library's code alone; maps that are read or converted get their tables here.

use std::cmp::Ordering;

use text::{KEY_IS_HASHED, mix, text_key};

use crate::block::{Block, bytes, elements, empty};
use crate::compare::{Relation, compare};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::hash::hash;
use crate::memory::allocate;
use crate::show::read_int;

/// A map, valid as long as the value that it was read from.
#[derive(Clone, Copy)]
pub(crate) struct Map {
    index: *mut Block,
    pub(crate) entries: *mut Block,
    pub(crate) live: i64,
    /// Of an entry: `none`, or a pair.
    entry: *const TypeDesc,
}

/// The two words by which a map knows a key.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    bits: u64,
    /// Below 2^32.
    rest: u64,
}

impl Key {
    /// As the library's `key_bits` and `key_rest`.
    unsafe fn of(desc: *const TypeDesc, key: *const u8) -> Key {
        // SAFETY: the caller has a valid value of that type.
        let (bits, rest) = unsafe {
            match (*desc).kind {
                Kind::I8
                | Kind::I16
                | Kind::I32
                | Kind::I64
                | Kind::U8
                | Kind::U16
                | Kind::U32
                | Kind::U64 => (read_int((*desc).kind, key) as u64, 0),
                Kind::Bool => (u64::from(key.read()), 0),
                Kind::Char => (u64::from(key.cast::<u32>().read()), 0),
                Kind::Str => text_key(bytes(key.cast::<*mut Block>().read())),
                _ => (hash(desc, key, 0), KEY_IS_HASHED),
            }
        };
        Key { bits, rest }
    }

    /// As the library's `map_home`.
    fn home(self) -> i64 {
        (mix(self.rest, self.bits) >> 32) as i64
    }
}

/// An element of the index.
#[repr(C)]
#[derive(Clone, Copy)]
struct Slot {
    bits: u64,
    /// The rest of the key above the number of its entry plus one.
    rest_and_entry: u64,
}

impl Slot {
    fn new(key: Key, entry: i64) -> Slot {
        Slot {
            bits: key.bits,
            rest_and_entry: key.rest << 32 | (entry + 1) as u64,
        }
    }

    fn key(self) -> Key {
        Key {
            bits: self.bits,
            rest: self.rest_and_entry >> 32,
        }
    }

    fn entry(self) -> Option<i64> {
        (self.rest_and_entry != 0).then(|| (self.rest_and_entry & 0xffff_ffff) as i64 - 1)
    }
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
            let wanted = Key::of(desc, key);
            let slots = elements(self.index).cast::<Slot>();
            let mut at = wanted.home() & mask;
            loop {
                let slot = slots.add(at as usize).read();
                let entry = slot.entry()?;
                if slot.key() == wanted
                    && entry != likely
                    && let Some(pair) = self.pair_at(entry)
                    && is_it(pair)
                {
                    return Some(pair);
                }
                at = (at + 1) & mask;
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
        let mut len = 8_i64;
        while map.len() * 4 > len * 3 {
            len *= 2;
        }
        let table = allocate(desc.fields()[0].ty().elem, len);
        elements(table).write_bytes(0, len as usize * size_of::<Slot>());
        (*table).len = len;
        let slots = elements(table).cast::<Slot>();
        for at in 0..map.len() {
            let Some(pair) = map.pair_at(at) else {
                continue;
            };
            let found = pair.add(key.offset as usize);
            let wanted = Key::of(key.ty, found);
            let mut free = wanted.home() & (len - 1);
            loop {
                let slot = slots.add(free as usize).read();
                let Some(entry) = slot.entry() else {
                    break;
                };
                if slot.key() == wanted
                    && let Some(other) = map.pair_at(entry)
                    && compare(
                        key.ty,
                        other.add(key.offset as usize),
                        found,
                        Relation::KeyEquality,
                    ) == Some(Ordering::Equal)
                {
                    return Err(at);
                }
                free = (free + 1) & (len - 1);
            }
            slots.add(free as usize).write(Slot::new(wanted, at));
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
