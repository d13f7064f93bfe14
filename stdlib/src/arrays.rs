//! Arrays of any type: the primitives the library's array methods are written in. Callers have checked every index.
//!
//! A parameter or result of type `T` is passed by address here, whatever `T` is. `xs` of a `mut` parameter is the place that holds
//! the block; it is made unique again where that costs nothing, so no order of calls can write a shared block.

use std::cmp::Ordering;
use std::mem::MaybeUninit;

use crate::block::{Block, bytes, elements, owners};
use crate::compare::{Relation, compare, key_order};
use crate::desc::{self, Kind, TypeDesc};
use crate::memory::{allocate, copy_elements, grow, own, release_value};
use crate::runtime::work;

type Desc = *const TypeDesc;
type Place = *mut *mut Block;

unsafe fn element(elem: Desc, block: *const Block, index: i64) -> *mut u8 {
    // SAFETY: callers checked the index.
    unsafe { elements(block).add(index as usize * (*elem).size as usize) }
}

/// Takes fuel for so many elements.
unsafe fn work_on(elem: Desc, count: i64) {
    // SAFETY: callers pass a descriptor, during a run, and hold nothing that needs dropping.
    unsafe { work((*elem).size.saturating_mul(count as u64)) }
}

unsafe fn move_elements(elem: Desc, from: *const u8, to: *mut u8, count: i64) {
    // SAFETY: callers pass places within one block.
    unsafe { std::ptr::copy(from, to, count as usize * (*elem).size as usize) }
}

pub(crate) unsafe extern "C" fn sumi_array_len(_elem: Desc, xs: *const Block) -> i64 {
    // SAFETY: a live block.
    unsafe { (*xs).len }
}

pub(crate) unsafe extern "C" fn sumi_array_with_capacity(elem: Desc, cap: i64) -> *mut Block {
    // SAFETY: generated code passes a descriptor.
    unsafe { allocate(elem, cap.max(0)) }
}

pub(crate) unsafe extern "C" fn sumi_array_reserve(elem: Desc, xs: Place, extra: i64) {
    // SAFETY: generated code passes a place with a block.
    unsafe {
        grow(elem, xs, extra.max(0));
    }
}

/// Takes `owned_x` over.
pub(crate) unsafe extern "C" fn sumi_array_push(elem: Desc, xs: Place, owned_x: *const u8) {
    // SAFETY: there is room after `grow`.
    unsafe {
        let block = grow(elem, xs, 1);
        move_elements(elem, owned_x, element(elem, block, (*block).len), 1);
        (*block).len += 1;
    }
}

pub(crate) unsafe extern "C" fn sumi_array_pop(result: *mut u8, elem: Desc, xs: Place) {
    // SAFETY: the array is not empty.
    unsafe {
        let block = own(elem, xs);
        (*block).len -= 1;
        move_elements(elem, element(elem, block, (*block).len), result, 1);
    }
}

pub(crate) unsafe extern "C" fn sumi_array_truncate(elem: Desc, xs: Place, len: i64) {
    // SAFETY: `len` is at most the length.
    unsafe {
        let block = own(elem, xs);
        let before = (*block).len;
        // The elements are out of the array before they are dropped.
        (*block).len = len;
        if (*elem).has_heap() {
            for index in len..before {
                release_value(&*elem, element(elem, block, index));
            }
        }
    }
}

/// Takes `owned_x` over; `i` is at most the length.
pub(crate) unsafe extern "C" fn sumi_array_insert(
    elem: Desc,
    xs: Place,
    i: i64,
    owned_x: *const u8,
) {
    // SAFETY: there is room after `grow`.
    unsafe {
        work_on(elem, (**xs).len - i);
        let block = grow(elem, xs, 1);
        let at = element(elem, block, i);
        move_elements(elem, at, element(elem, block, i + 1), (*block).len - i);
        move_elements(elem, owned_x, at, 1);
        (*block).len += 1;
    }
}

pub(crate) unsafe extern "C" fn sumi_array_remove(result: *mut u8, elem: Desc, xs: Place, i: i64) {
    // SAFETY: callers checked the index.
    unsafe {
        work_on(elem, (**xs).len - i);
        let block = own(elem, xs);
        let at = element(elem, block, i);
        move_elements(elem, at, result, 1);
        (*block).len -= 1;
        move_elements(elem, element(elem, block, i + 1), at, (*block).len - i);
    }
}

pub(crate) unsafe extern "C" fn sumi_array_swap(elem: Desc, xs: Place, i: i64, j: i64) {
    // SAFETY: callers checked the indices.
    unsafe {
        let block = own(elem, xs);
        let (one, other) = (element(elem, block, i), element(elem, block, j));
        match (*elem).size {
            // Most are, and blocks are aligned to more.
            8 => std::ptr::swap(one.cast::<MaybeUninit<u64>>(), other.cast()),
            size if i != j => std::ptr::swap_nonoverlapping(one, other, size as usize),
            _ => {}
        }
    }
}

pub(crate) unsafe extern "C" fn sumi_array_extend(elem: Desc, xs: Place, ys: *const Block) {
    // SAFETY: `ys` is alive through the call; if it is the array's own block, which has two owners then, growing leaves it alone,
    // and a borrowed one with a single owner is read at its new address.
    unsafe {
        let count = (*ys).len;
        if count == 0 {
            return;
        }
        work_on(elem, count);
        let itself = std::ptr::eq(*xs, ys);
        let block = grow(elem, xs, count);
        let from = if itself { block.cast_const() } else { ys };
        let end = element(elem, block, (*block).len);
        copy_elements(&*elem, elements(from), end, count as usize);
        (*block).len += count;
    }
}

pub(crate) unsafe extern "C" fn sumi_array_slice(
    elem: Desc,
    xs: *const Block,
    start: i64,
    end: i64,
) -> *mut Block {
    // SAFETY: callers checked the bounds.
    unsafe {
        let part = allocate(elem, end - start);
        let from = element(elem, xs, start);
        copy_elements(&*elem, from, elements(part), (end - start) as usize);
        (*part).len = end - start;
        part
    }
}

pub(crate) unsafe extern "C" fn sumi_array_concat(
    elem: Desc,
    a: *const Block,
    b: *const Block,
) -> *mut Block {
    // SAFETY: both are alive through the call.
    unsafe {
        let (first, second) = ((*a).len, (*b).len);
        let both = allocate(elem, first.saturating_add(second));
        copy_elements(&*elem, elements(a), elements(both), first as usize);
        let middle = element(elem, both, first);
        copy_elements(&*elem, elements(b), middle, second as usize);
        (*both).len = first + second;
        both
    }
}

/// `[x; n]`: takes no ownership of `x`. A negative `n` was refused before.
pub(crate) unsafe extern "C" fn sumi_array_repeat(elem: Desc, x: *const u8, n: i64) -> *mut Block {
    // SAFETY: there is room for `n` elements.
    unsafe {
        let size = (*elem).size as usize;
        let block = allocate(elem, n);
        let first = elements(block);
        if size == 1 {
            std::ptr::write_bytes(first, x.read(), n as usize);
        } else if size > 0 && n > 0 {
            repeat(first, x, size, n as usize * size);
        }
        if (*elem).has_heap() {
            for _ in 0..n {
                crate::memory::retain_value(&*elem, x);
            }
        }
        (*block).len = n;
        block
    }
}

/// Fills `total` bytes with copies of `size` bytes: more at a time as there are more to copy from, while these are near.
unsafe fn repeat(first: *mut u8, x: *const u8, size: usize, total: usize) {
    const NEAR: usize = 1 << 14;
    // SAFETY: there is room for all; what is copied from is filled already, and ends before what is copied to.
    unsafe {
        std::ptr::copy_nonoverlapping(x, first, size);
        let (mut filled, mut piece) = (size, size);
        while filled < total {
            let more = piece.min(total - filled);
            std::ptr::copy_nonoverlapping(first, first.add(filled), more);
            filled += more;
            if piece < NEAR {
                piece *= 2;
            }
        }
    }
}

pub(crate) unsafe extern "C" fn sumi_array_reverse(elem: Desc, xs: Place) {
    // SAFETY: all indices are within the array.
    unsafe {
        work_on(elem, (**xs).len);
        let block = own(elem, xs);
        let len = (*block).len;
        let size = (*elem).size as usize;
        for i in 0..len / 2 {
            let (low, high) = (element(elem, block, i), element(elem, block, len - 1 - i));
            std::ptr::swap_nonoverlapping(low, high, size);
        }
    }
}

/// Takes fuel for as many comparisons as sorting takes.
unsafe fn work_to_sort(xs: Place) {
    // SAFETY: a place with a block, during a run.
    unsafe {
        let len = (**xs).len as u64;
        work(len.saturating_mul(16 * u64::from(len.max(1).ilog2())));
    }
}

/// Stable, by the key order.
pub(crate) unsafe extern "C" fn sumi_array_sort(elem: Desc, xs: Place) {
    // SAFETY: the elements are of the kind that the descriptor says.
    unsafe {
        work_to_sort(xs);
        let block = own(elem, xs);
        let len = (*block).len as usize;
        let first = elements(block);
        let plain = (*elem).eq.is_none() && (*elem).lt.is_none();
        macro_rules! integers {
            ($ty:ty) => {
                std::slice::from_raw_parts_mut(first.cast::<$ty>(), len).sort_unstable()
            };
        }
        match (*elem).kind {
            Kind::I8 if plain => integers!(i8),
            Kind::I16 if plain => integers!(i16),
            Kind::I32 if plain => integers!(i32),
            Kind::I64 if plain => integers!(i64),
            Kind::U8 | Kind::Bool if plain => integers!(u8),
            Kind::U16 if plain => integers!(u16),
            Kind::U32 | Kind::Char if plain => integers!(u32),
            Kind::U64 if plain => integers!(u64),
            // Stable, since the two zeros are equal here.
            Kind::F32 if plain => std::slice::from_raw_parts_mut(first.cast::<f32>(), len)
                .sort_by(|a, b| key_order(f64::from(*a), f64::from(*b))),
            Kind::F64 if plain => std::slice::from_raw_parts_mut(first.cast::<f64>(), len)
                .sort_by(|a, b| key_order(*a, *b)),
            Kind::Str if plain => sort_texts(block),
            _ => sort_by_rank(elem, block, &|a, b| {
                compare(elem, a, b, Relation::Key) == Some(Ordering::Less)
            }),
        }
    }
}

/// `sumi_array_sort_with(T, xs, order)`: by a function that says how two elements stand to each other in the key order, negative for less.
pub(crate) unsafe extern "C" fn sumi_array_sort_with(
    elem: Desc,
    xs: Place,
    order: unsafe extern "C" fn(*const u8, *const u8) -> i8,
) {
    // SAFETY: the elements are of the kind that the descriptor says, and what `order` compares.
    unsafe {
        work_to_sort(xs);
        sort_by_rank(elem, own(elem, xs), &|a, b| order(a, b) < 0);
    }
}

/// Equal texts cannot be told apart, so their order does not matter. Beside each stand its first bytes, which mostly tell without a look at the text.
unsafe fn sort_texts(block: *mut Block) {
    type Keyed = (u64, *const Block);
    // SAFETY: the elements are texts, which stay alive; the block of keys is ours.
    unsafe {
        let len = (*block).len as usize;
        let texts = elements(block).cast::<*const Block>();
        let keys = allocate(&raw const desc::U8, (len * size_of::<Keyed>()) as i64);
        let first = elements(keys).cast::<Keyed>();
        for index in 0..len {
            let text = texts.add(index).read();
            first.add(index).write((beginning(bytes(text)), text));
        }
        let keyed = std::slice::from_raw_parts_mut(first, len);
        keyed.sort_unstable_by(|(a, one), (b, other)| {
            a.cmp(b).then_with(|| bytes(*one).cmp(bytes(*other)))
        });
        for (index, (_, text)) in keyed.iter().enumerate() {
            texts.add(index).write(*text);
        }
        crate::memory::release(keys);
    }
}

/// The first eight bytes, which stand to those of others as the texts do, unless they are equal.
fn beginning(text: &[u8]) -> u64 {
    let mut first = [0; size_of::<u64>()];
    let len = text.len().min(first.len());
    first[..len].copy_from_slice(&text[..len]);
    u64::from_be_bytes(first)
}

/// A type's own `<` may fail or contradict itself. So it is asked about elements that stay where they are, the order is found
/// in a block of its own (swept if the run is abandoned), by a merge sort, which ends whatever it is told; only then are
/// the elements moved.
unsafe fn sort_by_rank(elem: Desc, block: *mut Block, less: &dyn Fn(*const u8, *const u8) -> bool) {
    // SAFETY: all indices are within the array; the two blocks of ranks are ours.
    unsafe {
        let len = (*block).len as usize;
        let size = (*elem).size as usize;
        if len < 2 || size == 0 {
            return;
        }
        let ranks = allocate(&raw const desc::U64, len as i64);
        let spare = allocate(&raw const desc::U64, len as i64);
        let mut from = elements(ranks).cast::<u64>();
        let mut to = elements(spare).cast::<u64>();
        for index in 0..len {
            from.add(index).write(index as u64);
        }
        let less = |a: u64, b: u64| {
            let (a, b) = (a as usize * size, b as usize * size);
            let first = elements(block);
            less(first.add(a), first.add(b))
        };
        let mut run = 1;
        while run < len {
            let mut start = 0;
            while start < len {
                let middle = (start + run).min(len);
                let end = (middle + run).min(len);
                merge(from, to, start, middle, end, &less);
                start = end;
            }
            std::mem::swap(&mut from, &mut to);
            run *= 2;
        }
        let moved = allocate(&raw const desc::U8, (len * size) as i64);
        let target = elements(moved);
        for index in 0..len {
            let rank = from.add(index).read() as usize;
            let source = elements(block).add(rank * size);
            std::ptr::copy_nonoverlapping(source, target.add(index * size), size);
        }
        std::ptr::copy_nonoverlapping(target, elements(block), len * size);
        for used in [ranks, spare, moved] {
            debug_assert_eq!(owners(used), 1);
            crate::memory::release(used);
        }
    }
}

unsafe fn merge(
    from: *const u64,
    to: *mut u64,
    start: usize,
    middle: usize,
    end: usize,
    less: &dyn Fn(u64, u64) -> bool,
) {
    // SAFETY: the bounds are within both blocks.
    unsafe {
        let (mut left, mut right) = (start, middle);
        // Most runs of sorted input need no merging.
        if middle == end || !less(from.add(middle).read(), from.add(middle - 1).read()) {
            std::ptr::copy_nonoverlapping(from.add(start), to.add(start), end - start);
            return;
        }
        for index in start..end {
            let take_right = left == middle
                || (right < end && less(from.add(right).read(), from.add(left).read()));
            let source = if take_right { &mut right } else { &mut left };
            to.add(index).write(from.add(*source).read());
            *source += 1;
        }
    }
}
