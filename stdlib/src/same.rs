//! Whether two values are the same: what a worksheet asks before it passes a change on. That is identity of representation, not `==`:
//! no code of the program runs, all NaN are alike and 0 is not -0. What cannot be seen is left out: how much room an array has, where
//! a map's table has its words, padding.
//!
//! What stands inline is compared as deep as the type goes; what stands in blocks waits in a list, so that no value is too deep. A
//! pair of shared blocks is looked at once, so that values with much sharing cost what they hold, not what they spell.

use std::time::Instant;

use rustc_hash::FxHashSet;

use crate::block::{Block, elements, owners};
use crate::desc::{self, FieldDesc, Kind, TypeDesc};
use crate::map::Map;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    Same,
    Different,
    /// The budget was used up before it was known.
    GaveUp,
}

/// How long a comparison may take.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    steps: u64,
    until: Option<Instant>,
    since_look: u64,
}

impl Budget {
    pub const UNLIMITED: Budget = Budget::steps(u64::MAX);

    /// A step is an element or, where elements are plain bytes, 256 bytes.
    pub const fn steps(steps: u64) -> Budget {
        Budget {
            steps,
            until: None,
            since_look: 0,
        }
    }

    /// Up to a moment, give or take some microseconds.
    pub const fn until(moment: Instant) -> Budget {
        Budget {
            until: Some(moment),
            ..Budget::UNLIMITED
        }
    }

    /// Whether there was so much left.
    fn spend(&mut self, steps: u64) -> bool {
        if steps > self.steps {
            return false;
        }
        self.steps -= steps;
        self.since_look += steps;
        if self.since_look < STEPS_BETWEEN_LOOKS {
            return true;
        }
        self.since_look = 0;
        self.until.is_none_or(|moment| Instant::now() < moment)
    }
}

/// The clock is asked that rarely.
const STEPS_BETWEEN_LOOKS: u64 = 256;
/// Elements that are looked at before what they lead to.
const AT_ONCE: usize = 64;
/// Plain bytes that are looked at in one go.
const BYTES_AT_ONCE: usize = 1 << 14;
const BYTES_PER_STEP: usize = 256;
/// Shared blocks of plain bytes that are smaller are compared again rather than noted.
const WORTH_NOTING: usize = 64;

/// Whether two values of one type are the same. Functions are if their code and what they captured is, handles if they are one, an
/// `any` if what it holds is and has the same type. Code that was compiled again is other code: whoever keeps values across that asks
/// [`TypeDesc::holds_code`].
///
/// # Safety
/// Both are valid values of that type, and nothing writes what they lead to meanwhile.
pub unsafe fn same(desc: &TypeDesc, one: *const u8, other: *const u8, budget: Budget) -> Same {
    let mut walk = Walk {
        waiting: Vec::new(),
        met: FxHashSet::default(),
        budget,
    };
    // SAFETY: the caller's promise; what waits are parts of the two values.
    unsafe {
        if !walk.value(desc, one, other) {
            return Same::Different;
        }
        while let Some(item) = walk.waiting.pop() {
            match walk.step(item) {
                Same::Same => {}
                end => return end,
            }
        }
    }
    Same::Same
}

struct Walk {
    waiting: Vec<Item>,
    /// Pairs of shared blocks that are the same unless a difference turns up, which ends it all.
    met: FxHashSet<(usize, usize)>,
    budget: Budget,
}

#[derive(Clone, Copy)]
enum Item {
    Elements {
        elem: *const TypeDesc,
        one: *const u8,
        other: *const u8,
        count: usize,
    },
    /// The entries of two maps from a number on, of each its own.
    Entries { one: (Map, i64), other: (Map, i64) },
}

impl Walk {
    unsafe fn step(&mut self, item: Item) -> Same {
        // SAFETY: items hold parts of valid values.
        let is_same = unsafe {
            match item {
                Item::Elements {
                    elem,
                    one,
                    other,
                    count,
                } => self.elements(&*elem, one, other, count),
                Item::Entries { one, other } => self.entries(one, other),
            }
        };
        match is_same {
            Some(true) => Same::Same,
            Some(false) => Same::Different,
            None => Same::GaveUp,
        }
    }

    /// The next elements; the others wait. None if the budget is used up.
    unsafe fn elements(
        &mut self,
        elem: &TypeDesc,
        one: *const u8,
        other: *const u8,
        count: usize,
    ) -> Option<bool> {
        let size = elem.size as usize;
        if size == 0 {
            return Some(true);
        }
        let bulk = BYTES_AT_ONCE / size;
        let is_plain = count > 1 && bulk > 1 && is_plain(elem);
        let now = count.min(if is_plain { bulk } else { AT_ONCE });
        let steps = if is_plain {
            (now * size).div_ceil(BYTES_PER_STEP)
        } else {
            now
        };
        if !self.budget.spend(steps as u64) {
            return None;
        }
        // SAFETY: there are `count` valid elements on both sides; plain ones are bytes all over.
        unsafe {
            if now < count {
                self.waiting.push(Item::Elements {
                    elem,
                    one: one.add(now * size),
                    other: other.add(now * size),
                    count: count - now,
                });
            }
            let bytes = |start: *const u8| std::slice::from_raw_parts(start, now * size);
            if is_plain && bytes(one) == bytes(other) {
                return Some(true);
            }
            // Other bytes may still be other NaN.
            let mut places = (0..now).map(|index| index * size);
            Some(places.all(|at| self.value(elem, one.add(at), other.add(at))))
        }
    }

    /// The next entries that were not removed; the others wait.
    unsafe fn entries(&mut self, one: (Map, i64), other: (Map, i64)) -> Option<bool> {
        let ((one, mut at), (other, mut other_at)) = (one, other);
        for _ in 0..AT_ONCE {
            if !self.budget.spend(1) {
                return None;
            }
            // SAFETY: two valid maps of one type.
            unsafe {
                let (Some(pair), Some(found)) =
                    (next_pair(one, &mut at), next_pair(other, &mut other_at))
                else {
                    // As many are there on both sides.
                    return Some(true);
                };
                if !self.value(&*one.pair_ty(), pair, found) {
                    return Some(false);
                }
            }
        }
        self.waiting.push(Item::Entries {
            one: (one, at),
            other: (other, other_at),
        });
        Some(true)
    }

    /// Compares what stands inline and leaves what that leads to for later. What is the same so far is true.
    unsafe fn value(&mut self, desc: &TypeDesc, one: *const u8, other: *const u8) -> bool {
        // SAFETY: the descriptor says what stands there.
        unsafe {
            match desc.kind {
                Kind::I8 | Kind::U8 | Kind::Bool => one.read() == other.read(),
                Kind::I16 | Kind::U16 => read::<u16>(one) == read::<u16>(other),
                Kind::I32 | Kind::U32 | Kind::Char => read::<u32>(one) == read::<u32>(other),
                Kind::I64 | Kind::U64 => read::<u64>(one) == read::<u64>(other),
                Kind::F32 => {
                    let (one, other) = (read::<f32>(one), read::<f32>(other));
                    one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan()
                }
                Kind::F64 => {
                    let (one, other) = (read::<f64>(one), read::<f64>(other));
                    one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan()
                }
                Kind::Unit => true,
                Kind::Ptr | Kind::CStr => read::<usize>(one) == read::<usize>(other),
                // Two handles are two, even of one address of C's: it may have been given out again.
                Kind::Opaque => block(one) == block(other),
                Kind::Str => self.blocks(&raw const desc::U8, block(one), block(other)),
                Kind::Array | Kind::Box => self.blocks(desc.elem, block(one), block(other)),
                Kind::Fn => {
                    read::<usize>(one) == read::<usize>(other)
                        && self.of_one_type(block(one.add(8)), block(other.add(8)))
                }
                Kind::Any => self.of_one_type(block(one.add(8)), block(other.add(8))),
                Kind::Map => self.maps(Map::read(desc, one), Map::read(desc, other)),
                Kind::Struct | Kind::Tuple | Kind::Set => self.fields(desc.fields(), one, other),
                Kind::Enum | Kind::Option | Kind::Result => {
                    let tag = desc.tag(one);
                    let variant = desc.variants().get(tag);
                    tag == desc.tag(other)
                        && variant.is_none_or(|found| self.fields(found.fields(), one, other))
                }
                Kind::FixedArray | Kind::Simd => {
                    self.waiting.push(Item::Elements {
                        elem: desc.elem,
                        one,
                        other,
                        count: desc.count as usize,
                    });
                    true
                }
            }
        }
    }

    unsafe fn fields(&mut self, fields: &[FieldDesc], one: *const u8, other: *const u8) -> bool {
        fields.iter().all(|field| {
            let at = field.offset as usize;
            // SAFETY: both values have the field there.
            unsafe { self.value(field.ty(), one.add(at), other.add(at)) }
        })
    }

    /// The blocks of two `any`s, or what two functions captured: the headers say of what type it is. Units may each bring a
    /// descriptor of their own.
    unsafe fn of_one_type(&mut self, one: *const Block, other: *const Block) -> bool {
        // SAFETY: both are null or live blocks.
        unsafe {
            if one == other {
                return true;
            }
            let elem = |block: *const Block| block.as_ref().and_then(|block| block.elem.as_ref());
            match (elem(one), elem(other)) {
                (Some(ty), Some(found)) => ty.same_type(found) && self.blocks(ty, one, other),
                // Only the empty block is of no type.
                (None, None) => !one.is_null() && !other.is_null(),
                (Some(_), None) | (None, Some(_)) => false,
            }
        }
    }

    unsafe fn blocks(
        &mut self,
        elem: *const TypeDesc,
        one: *const Block,
        other: *const Block,
    ) -> bool {
        if one == other {
            return true;
        }
        if one.is_null() || other.is_null() {
            return false;
        }
        // SAFETY: both are live blocks with such elements.
        unsafe {
            let count = (*one).len as usize;
            if count != (*other).len as usize {
                return false;
            }
            let is_worth_it = (*elem).has_heap() || count * (*elem).size as usize > WORTH_NOTING;
            if count == 0 || is_worth_it && self.was_met(one, other) {
                return true;
            }
            self.waiting.push(Item::Elements {
                elem,
                one: elements(one),
                other: elements(other),
                count,
            });
        }
        true
    }

    unsafe fn maps(&mut self, one: Map, other: Map) -> bool {
        if one.live != other.live {
            return false;
        }
        // SAFETY: a map that has entries has a block of them.
        unsafe {
            if one.entries == other.entries || self.was_met(one.entries, other.entries) {
                return true;
            }
        }
        self.waiting.push(Item::Entries {
            one: (one, 0),
            other: (other, 0),
        });
        true
    }

    /// Whether the pair was met before; notes shared ones.
    unsafe fn was_met(&mut self, one: *const Block, other: *const Block) -> bool {
        // SAFETY: both are live blocks.
        let is_shared = unsafe { owners(one) > 1 && owners(other) > 1 };
        is_shared && !self.met.insert((one.addr(), other.addr()))
    }
}

unsafe fn read<T>(place: *const u8) -> T {
    // SAFETY: the caller knows what stands there, aligned.
    unsafe { place.cast::<T>().read() }
}

unsafe fn block(place: *const u8) -> *const Block {
    // SAFETY: the caller knows that a block's address stands there.
    unsafe { read(place) }
}

/// The next entry that was not removed; `at` goes past it.
unsafe fn next_pair(map: Map, at: &mut i64) -> Option<*const u8> {
    // SAFETY: a valid map; `at` is one of its entries.
    unsafe {
        while *at < map.len() {
            let found = map.pair_at(*at);
            *at += 1;
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// Whether a value is bytes all over, without padding, and equal bytes are the same value.
fn is_plain(desc: &TypeDesc) -> bool {
    match desc.kind {
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
        | Kind::Ptr
        | Kind::CStr => true,
        Kind::Struct | Kind::Tuple => {
            let fields = desc.fields();
            let filled: u64 = fields.iter().map(|field| field.ty().size).sum();
            filled == desc.size && fields.iter().all(|field| is_plain(field.ty()))
        }
        Kind::FixedArray | Kind::Simd => {
            // SAFETY: the descriptor of the elements, a constant.
            let elem = unsafe { &*desc.elem };
            desc.count * elem.size == desc.size && is_plain(elem)
        }
        Kind::Str
        | Kind::Enum
        | Kind::Option
        | Kind::Result
        | Kind::Array
        | Kind::Box
        | Kind::Fn
        | Kind::Any
        | Kind::Opaque
        | Kind::Map
        | Kind::Set => false,
    }
}
