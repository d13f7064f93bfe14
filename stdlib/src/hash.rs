//! Hashes of values that agree with the key order: what is equal as a key has one hash, so all NaN are alike, and so are the zeros.
//!
//! A block is hashed on its own and its hash mixed into what surrounds it. That lets a block with several owners be
//! hashed once however often it is met, and needs a list of suspended states instead of the stack.

use std::collections::HashMap;

use text::{HASH_SEED, float_word, mix, mix_bytes};

use crate::block::{Block, bytes, elements, of_handle, owners};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::map::Map;
use crate::runtime::{current, work};
use crate::show::read_int;

#[derive(Default)]
pub(crate) struct HashWork {
    items: Vec<Item>,
    /// The hashes of shared blocks, by the call that met them: calls nest through a type's own `hash`, and a block of an
    /// inner call may be gone, and its address used again, in a later one.
    known: HashMap<(u64, usize), u64>,
    calls: u64,
    depth: u32,
}

impl HashWork {
    pub(crate) fn mark(&self) -> (usize, u32) {
        (self.items.len(), self.depth)
    }

    /// Forgets what came after the mark.
    pub(crate) fn rewind(&mut self, (items, depth): (usize, u32)) {
        self.items.truncate(items);
        self.depth = depth;
        if depth == 0 {
            self.known.clear();
        }
    }
}

#[derive(Clone, Copy)]
enum Item {
    Value {
        desc: *const TypeDesc,
        value: *const u8,
    },
    Elements {
        elem: *const TypeDesc,
        first: *const u8,
        count: i64,
    },
    Fields {
        fields: *const FieldDesc,
        value: *const u8,
        count: u64,
    },
    /// The elements of `block` are done: go on with the state from before it.
    Finish { block: *mut Block, outer: u64 },
    /// Entries of a map from `at` on. The state is the hash of the one before; those of all make `total`, whatever their order.
    Entries {
        map: Map,
        at: i64,
        total: u64,
        outer: u64,
    },
}

/// # Safety
/// `value` is a valid value of that type.
pub(crate) unsafe fn hash(desc: *const TypeDesc, value: *const u8, seed: u64) -> u64 {
    // SAFETY: the value stays valid while it is hashed; the list is used through fresh references only.
    unsafe {
        let mut state = seed;
        if scalar(&*desc, value, &mut state) {
            return state;
        }
        let work = &mut current().hash_work;
        let mark = work.items.len();
        work.depth += 1;
        work.calls += 1;
        let call = work.calls;
        work.items.push(Item::Value { desc, value });
        while current().hash_work.items.len() > mark {
            let Some(item) = current().hash_work.items.pop() else {
                break;
            };
            step(item, &mut state, call);
        }
        let work = &mut current().hash_work;
        work.depth -= 1;
        if work.depth == 0 && !work.known.is_empty() {
            work.known.clear();
        }
        state
    }
}

unsafe fn later(item: Item) {
    // SAFETY: called during a run.
    unsafe { current().hash_work.items.push(item) }
}

unsafe fn step(item: Item, state: &mut u64, call: u64) {
    // SAFETY: items hold valid values and constants.
    unsafe {
        match item {
            Item::Value { desc, value } => hash_value(&*desc, value, state, call),
            Item::Elements { elem, first, count } => {
                if count > 0 {
                    later(Item::Elements {
                        elem,
                        first: first.add((*elem).size as usize),
                        count: count - 1,
                    });
                    hash_value(&*elem, first, state, call);
                }
            }
            Item::Fields {
                fields,
                value,
                count,
            } => {
                if count > 0 {
                    later(Item::Fields {
                        fields: fields.add(1),
                        value,
                        count: count - 1,
                    });
                    let field = &*fields;
                    hash_value(field.ty(), value.add(field.offset as usize), state, call);
                }
            }
            Item::Finish { block, outer } => {
                if owners(block) > 1 {
                    current()
                        .hash_work
                        .known
                        .insert((call, block as usize), *state);
                }
                *state = mix(outer, *state);
            }
            Item::Entries {
                map,
                at,
                total,
                outer,
            } => hash_entries(map, at, total, outer, state, call),
        }
    }
}

/// The next entry that is there, from a state of its own.
unsafe fn hash_entries(map: Map, at: i64, total: u64, outer: u64, state: &mut u64, call: u64) {
    // SAFETY: the map stays valid while it is hashed.
    unsafe {
        let total = total.wrapping_add(*state);
        *state = 0;
        let mut at = at;
        while at < map.len() {
            if let Some(pair) = map.pair_at(at) {
                later(Item::Entries {
                    map,
                    at: at + 1,
                    total,
                    outer,
                });
                hash_value(&*map.pair_ty(), pair, state, call);
                return;
            }
            at += 1;
        }
        if owners(map.entries) > 1 {
            let key = (call, map.entries as usize);
            current().hash_work.known.insert(key, total);
        }
        *state = mix(outer, total);
    }
}

unsafe fn hash_map(map: Map, state: &mut u64, call: u64) {
    // SAFETY: a valid map.
    unsafe {
        if owners(map.entries) > 1
            && let Some(&known) = current().hash_work.known.get(&(call, map.entries as usize))
        {
            *state = mix(*state, known);
            return;
        }
        later(Item::Entries {
            map,
            at: 0,
            total: 0,
            outer: *state,
        });
        *state = 0;
    }
}

/// Hashes a value without parts; false for the others.
unsafe fn scalar(desc: &TypeDesc, value: *const u8, state: &mut u64) -> bool {
    if desc.hash.is_some() {
        return false;
    }
    // SAFETY: the descriptor says what stands there.
    let word = unsafe {
        match desc.kind {
            Kind::I8
            | Kind::I16
            | Kind::I32
            | Kind::I64
            | Kind::U8
            | Kind::U16
            | Kind::U32
            | Kind::U64 => read_int(desc.kind, value) as u64,
            Kind::F32 => float_word(f64::from(value.cast::<f32>().read())),
            Kind::F64 => float_word(value.cast::<f64>().read()),
            Kind::Bool => u64::from(value.read()),
            Kind::Char => u64::from(value.cast::<u32>().read()),
            Kind::Unit => 0,
            Kind::Str => {
                let content = value.cast::<*mut Block>().read();
                work((*content).len as u64);
                *state = mix_bytes(*state, bytes(content));
                return true;
            }
            Kind::Ptr | Kind::CStr => value.cast::<u64>().read(),
            Kind::Opaque => of_handle(value) as u64,
            Kind::Tuple
            | Kind::Struct
            | Kind::Enum
            | Kind::Option
            | Kind::Result
            | Kind::Array
            | Kind::FixedArray
            | Kind::Simd
            | Kind::Box
            | Kind::Fn
            | Kind::Any
            | Kind::Map
            | Kind::Set => return false,
        }
    };
    *state = mix(*state, word);
    true
}

unsafe fn hash_value(desc: &TypeDesc, value: *const u8, state: &mut u64, call: u64) {
    // SAFETY: the descriptor says what stands there.
    unsafe {
        if scalar(desc, value, state) {
            return;
        }
        if let Some(own) = desc.hash {
            *state = own(value, *state);
            return;
        }
        match desc.kind {
            Kind::Map => hash_map(Map::read(desc, value), state, call),
            Kind::Struct | Kind::Tuple | Kind::Set => {
                later_fields(desc.fields(), value);
            }
            Kind::Enum | Kind::Option | Kind::Result => {
                let tag = desc.tag(value);
                *state = mix(*state, tag as u64);
                if let Some(variant) = desc.variants().get(tag) {
                    later_fields(variant.fields(), value);
                }
            }
            Kind::Array | Kind::Box => {
                hash_block(desc.elem, value.cast::<*mut Block>().read(), state, call);
            }
            Kind::FixedArray | Kind::Simd => later(Item::Elements {
                elem: desc.elem,
                first: value,
                count: desc.count as i64,
            }),
            Kind::Any => {
                let inner = value.add(8).cast::<*mut Block>().read();
                *state = mix_bytes(*state, (*(*inner).elem).name().as_bytes());
                hash_block((*inner).elem, inner, state, call);
            }
            Kind::Fn => *state = mix(*state, value.cast::<u64>().read()),
            Kind::I8
            | Kind::I16
            | Kind::I32
            | Kind::I64
            | Kind::U8
            | Kind::U16
            | Kind::U32
            | Kind::U64
            | Kind::F32
            | Kind::F64
            | Kind::Bool
            | Kind::Char
            | Kind::Unit
            | Kind::Str
            | Kind::Opaque
            | Kind::Ptr
            | Kind::CStr => {}
        }
    }
}

unsafe fn later_fields(fields: &[FieldDesc], value: *const u8) {
    // SAFETY: called during a run.
    unsafe {
        later(Item::Fields {
            fields: fields.as_ptr(),
            value,
            count: fields.len() as u64,
        });
    }
}

unsafe fn hash_block(elem: *const TypeDesc, block: *mut Block, state: &mut u64, call: u64) {
    // SAFETY: a live block with such elements.
    unsafe {
        if owners(block) > 1
            && let Some(&known) = current().hash_work.known.get(&(call, block as usize))
        {
            *state = mix(*state, known);
            return;
        }
        later(Item::Finish {
            block,
            outer: *state,
        });
        work((*block).len as u64 * 8);
        *state = mix(HASH_SEED, (*block).len as u64);
        later(Item::Elements {
            elem,
            first: elements(block),
            count: (*block).len,
        });
    }
}

/// `sumi_hash(T, x, seed) -> u64`.
pub(crate) unsafe extern "C" fn sumi_hash(
    desc: *const TypeDesc,
    value: *const u8,
    seed: u64,
) -> u64 {
    // SAFETY: generated code passes a value of that type.
    unsafe { hash(desc, value, seed) }
}
