//! Making, sharing, splitting, growing and freeing blocks.

use crate::block::{
    Block, HEADER, elements, empty, give_up, is_static, owners, retain, set_owners,
};
use crate::desc::{Kind, TypeDesc};
use crate::heap::SMALL;
use crate::runtime::{Runtime, TrapKind, current, raise, work};

/// Calls `visit` with the place of every block pointer in the value and what it is a part of: before that of an `Fn` or `Any` stands the
/// pointer to its code. Does not look into blocks.
///
/// # Safety
/// `value` is a valid value of that type.
pub(crate) unsafe fn each_block(
    desc: &TypeDesc,
    value: *mut u8,
    visit: &mut impl FnMut(Kind, *mut *mut Block),
) {
    if !desc.has_heap() {
        return;
    }
    // SAFETY: the descriptor says where the parts of a valid value are.
    unsafe {
        match desc.kind {
            Kind::Str | Kind::Array | Kind::Box | Kind::Opaque => visit(desc.kind, value.cast()),
            Kind::Fn | Kind::Any => visit(desc.kind, value.add(8).cast()),
            Kind::Struct | Kind::Tuple | Kind::Map | Kind::Set => {
                for field in desc.fields() {
                    each_block(field.ty(), value.add(field.offset as usize), visit);
                }
            }
            Kind::Enum | Kind::Option | Kind::Result => {
                if let Some(variant) = desc.variants().get(desc.tag(value)) {
                    for field in variant.fields() {
                        each_block(field.ty(), value.add(field.offset as usize), visit);
                    }
                }
            }
            Kind::FixedArray | Kind::Simd => {
                let elem = &*desc.elem;
                for index in 0..desc.count as usize {
                    each_block(elem, value.add(index * elem.size as usize), visit);
                }
            }
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
            | Kind::CStr => {}
        }
    }
}

/// As [`each_block`], for all elements of a block.
///
/// # Safety
/// `block` is a block whose first `len` elements are valid.
pub(crate) unsafe fn each_child(block: *mut Block, visit: &mut impl FnMut(Kind, *mut *mut Block)) {
    // SAFETY: the header describes the elements.
    unsafe {
        let Some(elem) = (*block).elem.as_ref() else {
            return;
        };
        if elem.has_heap() {
            let first = elements(block);
            for index in 0..(*block).len as usize {
                each_block(elem, first.add(index * elem.size as usize), visit);
            }
        }
    }
}

fn block_bytes(elem_size: u64, cap: i64) -> Option<u64> {
    let elements = elem_size.checked_mul(u64::try_from(cap).ok()?)?;
    let bytes = elements.checked_add(HEADER as u64)?;
    (bytes <= i64::MAX as u64).then_some(bytes)
}

/// # Safety
/// `block` is a live block of a heap.
pub(crate) unsafe fn bytes_of(block: *const Block) -> u64 {
    // SAFETY: the caller's promise; the size was computed once before without overflow.
    unsafe {
        let size = (*block).elem.as_ref().map_or(0, |elem| elem.size);
        HEADER as u64 + size * (*block).cap as u64
    }
}

#[cold]
unsafe fn refuse(bytes: u64) -> ! {
    // SAFETY: called during a run, with nothing to drop.
    unsafe {
        let limit = current().memory_limit as i64;
        raise(TrapKind::Memory, bytes as i64, limit)
    }
}

/// A new block of length 0, owned once.
///
/// # Safety
/// Called during a run; `elem` is a descriptor that outlives the block.
#[inline]
pub(crate) unsafe fn allocate(elem: *const TypeDesc, cap: i64) -> *mut Block {
    // SAFETY: the caller's promise; a new block is ours to write.
    unsafe {
        let size = (*elem).size;
        // Neither fuel nor overflow matters to a small one.
        if size <= SMALL as u64 && (0..=SMALL as i64).contains(&cap) {
            let bytes = HEADER as u64 + size * cap as u64;
            let runtime = current();
            if let Some(block) = runtime.heap.again(bytes as usize) {
                let live = runtime.live_bytes + bytes;
                if live <= runtime.memory_limit {
                    return born(runtime, block, bytes, elem, cap);
                }
                runtime.heap.free(block, bytes as usize);
            }
        }
        allocate_anew(elem, cap)
    }
}

#[inline(never)]
unsafe fn allocate_anew(elem: *const TypeDesc, cap: i64) -> *mut Block {
    // SAFETY: as for `allocate`.
    unsafe {
        let Some(bytes) = block_bytes((*elem).size, cap) else {
            refuse(i64::MAX as u64)
        };
        work(bytes);
        let runtime = current();
        if runtime.live_bytes.saturating_add(bytes) > runtime.memory_limit {
            refuse(bytes);
        }
        let block = runtime.heap.allocate(bytes as usize);
        if block.is_null() {
            raise(TrapKind::Memory, bytes as i64, 0);
        }
        born(runtime, block, bytes, elem, cap)
    }
}

#[inline(always)]
unsafe fn born(
    runtime: &mut Runtime,
    block: *mut Block,
    bytes: u64,
    elem: *const TypeDesc,
    cap: i64,
) -> *mut Block {
    runtime.live_bytes += bytes;
    runtime.stats.allocations += 1;
    // SAFETY: nobody else knows the block.
    unsafe {
        block.write(Block {
            rc: 1.into(),
            elem,
            len: 0,
            cap,
        });
    }
    block
}

/// Gives the memory of a dead block back.
///
/// # Safety
/// Nobody owns `block`, and its elements were given up.
#[inline]
pub(crate) unsafe fn give_back(block: *mut Block) {
    // SAFETY: the caller's promise.
    unsafe {
        let runtime = current();
        let bytes = bytes_of(block);
        runtime.freed_blocks += 1;
        runtime.live_bytes -= bytes;
        runtime.heap.free(block, bytes as usize);
    }
}

/// The elements of handles tell C that the last copy is gone.
///
/// # Safety
/// `block` is dead.
pub(crate) unsafe fn call_drop(block: *mut Block) {
    // SAFETY: the header describes the elements.
    unsafe {
        if let Some(elem) = (*block).elem.as_ref()
            && let Some(drop) = elem.drop
        {
            for index in 0..(*block).len as usize {
                drop(elements(block).add(index * elem.size as usize));
            }
        }
    }
}

/// Frees a block that nobody owns and all that only it owned. Dead blocks wait in a list that runs through their own counts, so
/// this takes neither stack nor memory.
///
/// # Safety
/// `block` is a block of this heap with a count of 0.
#[inline]
pub(crate) unsafe fn free(block: *mut Block) {
    // SAFETY: the caller's promise.
    unsafe {
        let has_parts = |elem: &TypeDesc| elem.has_heap() || elem.drop.is_some();
        if (*block).len == 0 || !(*block).elem.as_ref().is_some_and(has_parts) {
            return give_back(block);
        }
        free_with_parts(block);
    }
}

#[inline(never)]
unsafe fn free_with_parts(block: *mut Block) {
    // SAFETY: nobody but this list reaches a block with a count of 0; the count is free for the link.
    unsafe {
        set_owners(block, 0);
        let mut waiting = block;
        while !waiting.is_null() {
            let dead = waiting;
            waiting = owners(dead) as usize as *mut Block;
            each_child(dead, &mut |_, place| {
                let child = *place;
                if !child.is_null() && give_up(child) {
                    set_owners(child, waiting as usize as i64);
                    waiting = child;
                }
            });
            call_drop(dead);
            give_back(dead);
        }
    }
}

/// One owner less, and free if it was the last.
///
/// # Safety
/// The caller owns `block` once, and does so no longer.
pub(crate) unsafe fn release(block: *mut Block) {
    // SAFETY: the caller's promise.
    unsafe {
        if give_up(block) {
            free(block);
        }
    }
}

/// # Safety
/// `value` is a valid value of that type.
pub(crate) unsafe fn retain_value(desc: &TypeDesc, value: *const u8) {
    // SAFETY: the caller's promise; nothing but counts is written.
    unsafe {
        each_block(desc, value.cast_mut(), &mut |_, place| {
            if !(*place).is_null() {
                retain(*place);
            }
        });
    }
}

/// # Safety
/// `value` is a valid value of that type, which the caller gives up.
pub(crate) unsafe fn release_value(desc: &TypeDesc, value: *const u8) {
    // SAFETY: the caller's promise.
    unsafe {
        each_block(desc, value.cast_mut(), &mut |_, place| {
            if !(*place).is_null() {
                release(*place);
            }
        });
    }
}

/// Copies elements from one place to another and makes the copy an owner of its parts.
///
/// # Safety
/// `from` holds `count` valid elements, `to` has room for as many elsewhere.
pub(crate) unsafe fn copy_elements(elem: &TypeDesc, from: *const u8, to: *mut u8, count: usize) {
    let size = elem.size as usize;
    // SAFETY: the caller's promise.
    unsafe {
        std::ptr::copy_nonoverlapping(from, to, count * size);
        if elem.has_heap() {
            for index in 0..count {
                retain_value(elem, to.add(index * size));
            }
        }
    }
}

/// A block of `cap` places with the elements of a shared one, whose owner the caller is no longer.
///
/// # Safety
/// The caller owns `block` once; `cap >= len`.
unsafe fn split(elem: *const TypeDesc, block: *mut Block, cap: i64) -> *mut Block {
    // SAFETY: the caller's promise.
    unsafe {
        let own = allocate(elem, cap);
        let len = (*block).len;
        copy_elements(&*elem, elements(block), elements(own), len as usize);
        (*own).len = len;
        if len > 0 {
            let bytes = len as u64 * (*elem).size;
            let runtime = current();
            runtime.stats.splits += 1;
            runtime.stats.copied_bytes += bytes;
            if let Some(seen) = runtime.split_seen {
                seen(bytes);
            }
        }
        release(block);
        own
    }
}

/// A block with one owner that has the elements of `block`, which the caller gives up.
///
/// # Safety
/// The caller owns `block` once; `elem` describes its elements.
pub(crate) unsafe fn unique(elem: *const TypeDesc, block: *mut Block) -> *mut Block {
    // SAFETY: the caller's promise.
    unsafe {
        if owners(block) == 1 {
            block
        } else {
            split(elem, block, (*block).len)
        }
    }
}

/// As [`unique`], with room for `min_cap` elements; grows so that pushing one by one costs O(1) each.
///
/// # Safety
/// The caller owns `block` once; `elem` describes its elements.
#[inline]
pub(crate) unsafe fn reserve(elem: *const TypeDesc, block: *mut Block, min_cap: i64) -> *mut Block {
    // SAFETY: the caller's promise.
    unsafe {
        if owners(block) == 1 && (*block).cap >= min_cap {
            return block;
        }
        reserve_anew(elem, block, min_cap)
    }
}

/// # Safety
/// As for [`reserve`].
unsafe fn reserve_anew(elem: *const TypeDesc, block: *mut Block, min_cap: i64) -> *mut Block {
    // SAFETY: the caller's promise.
    unsafe {
        let shared = owners(block) != 1;
        let size = (*elem).size;
        let least = if size <= 2 { 16 } else { 4 };
        let doubled = (*block).cap.saturating_mul(2).max(least);
        // A shared block is copied with little more than it needs: most are written once.
        let len = (*block).len;
        let grown = if shared {
            min_cap.max(len).max(least)
        } else {
            min_cap.max(doubled)
        };
        if shared {
            return split(elem, block, grown);
        }
        let Some(bytes) = block_bytes(size, grown) else {
            refuse(i64::MAX as u64)
        };
        work(bytes);
        let before = bytes_of(block);
        let runtime = current();
        if runtime.live_bytes.saturating_add(bytes - before) > runtime.memory_limit {
            refuse(bytes - before);
        }
        let moved = runtime.heap.resize(block, bytes as usize);
        if moved.is_null() {
            raise(TrapKind::Memory, bytes as i64, 0);
        }
        runtime.live_bytes += bytes - before;
        (*moved).cap = grown;
        moved
    }
}

/// Writes the empty value: zero, `false`, empty text or container, `none`, the first variant without fields.
///
/// # Safety
/// `place` is writable and holds nothing that is owned; the type has an empty value.
pub(crate) unsafe fn write_empty(desc: &TypeDesc, place: *mut u8) {
    // SAFETY: the caller's promise; zero is the empty value of everything but pointers.
    unsafe {
        std::ptr::write_bytes(place, 0, desc.size as usize);
        set_empty_parts(desc, place);
    }
}

unsafe fn set_empty_parts(desc: &TypeDesc, place: *mut u8) {
    if !desc.has_heap() && desc.kind != Kind::Enum {
        return;
    }
    // SAFETY: the place is writable and of this type.
    unsafe {
        match desc.kind {
            Kind::Enum => {
                let vacant = desc.variants().iter().position(|v| v.fields().is_empty());
                desc.set_tag(place, vacant.unwrap_or_default());
            }
            Kind::Struct | Kind::Tuple | Kind::Map | Kind::Set => {
                for field in desc.fields() {
                    set_empty_parts(field.ty(), place.add(field.offset as usize));
                }
            }
            Kind::FixedArray => {
                let elem = &*desc.elem;
                for index in 0..desc.count as usize {
                    set_empty_parts(elem, place.add(index * elem.size as usize));
                }
            }
            // Zero is the empty one of all that is no pointer to a block.
            Kind::Str
            | Kind::Array
            | Kind::Box
            | Kind::Opaque
            | Kind::Fn
            | Kind::Any
            | Kind::Option
            | Kind::Result
            | Kind::Simd
            | Kind::I8
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
            | Kind::CStr => each_block(desc, place, &mut |_, pointer| *pointer = empty()),
        }
    }
}

/// Whether any block can be reached without owning it: the one of a constant.
///
/// # Safety
/// `block` is null or a live block.
pub(crate) unsafe fn outside_heap(block: *const Block) -> bool {
    // SAFETY: the caller's promise.
    unsafe { block.is_null() || is_static(block) }
}

/// The block at a place that is about to be written, made unique.
///
/// # Safety
/// `place` holds a block pointer that it owns.
pub(crate) unsafe fn own(elem: *const TypeDesc, place: *mut *mut Block) -> *mut Block {
    // SAFETY: the caller's promise; the place is written before anything else can fail.
    unsafe {
        let block = unique(elem, *place);
        *place = block;
        block
    }
}

/// As [`own`], with room for `extra` more elements.
///
/// # Safety
/// `place` holds a block pointer that it owns.
pub(crate) unsafe fn grow(elem: *const TypeDesc, place: *mut *mut Block, extra: i64) -> *mut Block {
    // SAFETY: the caller's promise.
    unsafe {
        let wanted = (**place).len.saturating_add(extra);
        let block = reserve(elem, *place, wanted);
        *place = block;
        block
    }
}

/// `sumi_alloc(elem, cap) -> block`: length 0, owned once.
pub(crate) unsafe extern "C" fn sumi_alloc(elem: *const TypeDesc, cap: i64) -> *mut Block {
    // SAFETY: generated code passes a descriptor.
    unsafe { allocate(elem, cap) }
}

/// `sumi_free(block)`: its count has just become 0.
pub(crate) unsafe extern "C" fn sumi_free(block: *mut Block) {
    // SAFETY: generated code gave up the last owner.
    unsafe { free(block) }
}

/// `sumi_retain(desc, value)`: every block in the value has one owner more.
pub(crate) unsafe extern "C" fn sumi_retain(desc: *const TypeDesc, value: *const u8) {
    // SAFETY: generated code passes a value of that type.
    unsafe { retain_value(&*desc, value) }
}

/// `sumi_release(desc, value)`: the value is dropped.
pub(crate) unsafe extern "C" fn sumi_release(desc: *const TypeDesc, value: *const u8) {
    // SAFETY: generated code passes a value of that type that it owned.
    unsafe { release_value(&*desc, value) }
}

/// `sumi_unique(elem, block) -> block`: the owner's own copy.
pub(crate) unsafe extern "C" fn sumi_unique(
    elem: *const TypeDesc,
    block: *mut Block,
) -> *mut Block {
    // SAFETY: generated code passes a block that it owns.
    unsafe { unique(elem, block) }
}

/// `sumi_reserve(elem, block, min_cap) -> block`: unique, with room for `min_cap` elements.
pub(crate) unsafe extern "C" fn sumi_reserve(
    elem: *const TypeDesc,
    block: *mut Block,
    min_cap: i64,
) -> *mut Block {
    // SAFETY: generated code passes a block that it owns.
    unsafe { reserve(elem, block, min_cap) }
}

/// `sumi_take(result, T, place)`: moves out and leaves the empty value.
pub(crate) unsafe extern "C" fn sumi_take(result: *mut u8, desc: *const TypeDesc, place: *mut u8) {
    // SAFETY: generated code passes two places of that type.
    unsafe {
        std::ptr::copy_nonoverlapping(place, result, (*desc).size as usize);
        write_empty(&*desc, place);
    }
}
