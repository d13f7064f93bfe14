//! Values for hosts and front ends: looking at one through its descriptor, its text, and making texts. All of it takes the
//! address of a value; the engine that the value belongs to is the current one where it says so.

use crate::block::{self, Block, elements, empty};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::memory::{release, release_value, retain_value};
use crate::show::{new_bytes, read_int, show, show_parts};

pub use crate::same::{Budget, Same, same};

/// The text of a value, up to a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub text: String,
    /// Whether that is all of it.
    pub complete: bool,
}

/// One level of a value.
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    Int(i128),
    Float(f64),
    Bool(bool),
    Char(char),
    Unit,
    Text(&'a str),
    /// Of a struct or tuple.
    Fields(&'a [FieldDesc]),
    /// The variant's number and name, and its payload; offsets count from the whole value.
    Variant(usize, &'a str, &'a [FieldDesc]),
    Elements {
        elem: &'a TypeDesc,
        first: *const u8,
        len: usize,
    },
    /// What is in a box or an `any`.
    Inner(&'a TypeDesc, *const u8),
    /// A function, handle or pointer.
    Closed,
}

/// Looks at a value.
///
/// # Safety
/// `value` is a valid value of that type, and stays so while the view is in use.
pub unsafe fn view<'a>(desc: &'a TypeDesc, value: *const u8) -> View<'a> {
    // SAFETY: the descriptor says what stands there.
    unsafe {
        match desc.kind {
            Kind::I8
            | Kind::I16
            | Kind::I32
            | Kind::I64
            | Kind::U8
            | Kind::U16
            | Kind::U32
            | Kind::U64 => View::Int(read_int(desc.kind, value)),
            Kind::F32 => View::Float(f64::from(value.cast::<f32>().read())),
            Kind::F64 => View::Float(value.cast::<f64>().read()),
            Kind::Bool => View::Bool(value.read() != 0),
            Kind::Char => View::Char(value.cast::<char>().read()),
            Kind::Unit => View::Unit,
            Kind::Str => View::Text(block::text(value.cast::<*mut Block>().read())),
            Kind::Struct | Kind::Tuple | Kind::Map | Kind::Set => View::Fields(desc.fields()),
            Kind::Enum | Kind::Option | Kind::Result => {
                let tag = desc.tag(value);
                match desc.variants().get(tag) {
                    Some(variant) => View::Variant(tag, variant.name(), variant.fields()),
                    None => View::Closed,
                }
            }
            Kind::Array => {
                let array = value.cast::<*mut Block>().read();
                View::Elements {
                    elem: &*desc.elem,
                    first: elements(array),
                    len: (*array).len as usize,
                }
            }
            Kind::FixedArray | Kind::Simd => View::Elements {
                elem: &*desc.elem,
                first: value,
                len: desc.count as usize,
            },
            Kind::Box => View::Inner(&*desc.elem, elements(value.cast::<*mut Block>().read())),
            Kind::Any => {
                let inner = value.add(8).cast::<*mut Block>().read();
                View::Inner(&*(*inner).elem, elements(inner))
            }
            Kind::Fn | Kind::Opaque | Kind::Ptr | Kind::CStr => View::Closed,
        }
    }
}

/// What a function value keeps: its captures. None if it has none.
///
/// # Safety
/// `value` is a valid function value, and stays so while what is given is in use.
pub unsafe fn captures<'a>(value: *const u8) -> Option<(&'a TypeDesc, *const u8)> {
    // SAFETY: the word for the code comes before the environment; its header says what is in it.
    unsafe {
        let block = value.add(8).cast::<*mut Block>().read();
        let kept = (*block)
            .elem
            .as_ref()
            .filter(|kept| kept.kind != Kind::Unit)?;
        ((*block).len > 0).then(|| (kept, elements(block).cast_const()))
    }
}

/// The literal form of a value, as a worksheet shows it, in at most `limit` bytes.
///
/// # Safety
/// Within a run of the value's engine: a type's own `show` is called. `value` is a valid value of that type.
pub unsafe fn literal(desc: &TypeDesc, value: *const u8, limit: usize) -> Shown {
    // SAFETY: the caller's promise.
    unsafe { text_of(desc, value, true, limit) }
}

/// As [`literal`], but of the parts, as if no type had a `show` of its own; also whether one has. Nothing of the program runs.
///
/// # Safety
/// As for [`literal`].
pub unsafe fn literal_of_parts(desc: &TypeDesc, value: *const u8, limit: usize) -> (Shown, bool) {
    // SAFETY: as for `text_of`.
    unsafe {
        let mut out = empty();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (complete, has_own) = show_parts(desc, value, &raw mut out, true, limit);
        let text = block::text(out).to_string();
        release(out);
        (Shown { text, complete }, has_own)
    }
}

/// As [`literal`], in the form that `print` gives.
///
/// # Safety
/// As for [`literal`].
pub unsafe fn display(desc: &TypeDesc, value: *const u8, limit: usize) -> Shown {
    // SAFETY: the caller's promise.
    unsafe { text_of(desc, value, false, limit) }
}

unsafe fn text_of(desc: &TypeDesc, value: *const u8, quoted: bool, limit: usize) -> Shown {
    // SAFETY: the caller's promise. If the run is abandoned here, nothing is held but the block, which is swept.
    unsafe {
        let mut out = empty();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let complete = show(desc, value, &raw mut out, quoted, limit);
        let text = block::text(out).to_string();
        release(out);
        Shown { text, complete }
    }
}

/// A `str` with one owner, the caller.
///
/// # Safety
/// Within a run of the engine that it shall belong to.
pub unsafe fn new_str(content: &str) -> *mut Block {
    // SAFETY: the caller's promise.
    unsafe { new_bytes(content.as_bytes()) }
}

/// An array with one owner, the caller; `fill(index, place)` writes each element and may raise.
///
/// # Safety
/// Within a run of the engine that it shall belong to; `elem` outlives the array, and `fill` writes a value of that type.
pub unsafe fn new_array(
    elem: *const TypeDesc,
    len: usize,
    mut fill: impl FnMut(usize, *mut u8),
) -> *mut Block {
    if len == 0 {
        return empty();
    }
    // SAFETY: a new block with room for the elements, which count as soon as they are written.
    unsafe {
        let block = crate::memory::allocate(elem, len as i64);
        for index in 0..len {
            fill(index, elements(block).add(index * (*elem).size as usize));
            (*block).len = index as i64 + 1;
        }
        block
    }
}

/// As [`new_array`], of plain elements, with their bytes.
///
/// # Safety
/// As for [`new_array`]; `first` points to so many elements.
pub unsafe fn new_plain_array(elem: *const TypeDesc, len: usize, first: *const u8) -> *mut Block {
    if len == 0 {
        return empty();
    }
    // SAFETY: a new block with room for the elements.
    unsafe {
        let block = crate::memory::allocate(elem, len as i64);
        elements(block).copy_from_nonoverlapping(first, len * (*elem).size as usize);
        (*block).len = len as i64;
        block
    }
}

/// The array at a place, which has no other owner from now on.
///
/// # Safety
/// Within a run of the array's engine; `place` holds an array of such elements, which the caller may write.
pub unsafe fn unique_array(elem: *const TypeDesc, place: *mut *mut Block) -> *mut Block {
    // SAFETY: the caller's promise.
    unsafe {
        let own = crate::memory::unique(elem, place.read());
        place.write(own);
        own
    }
}

/// Gives up one share of a block.
///
/// # Safety
/// Within a run of the block's engine; the caller owned it once.
pub unsafe fn release_block(block: *mut Block) {
    // SAFETY: the caller's promise.
    unsafe { release(block) }
}

/// The value has one owner more: the caller, who copies its bytes.
///
/// # Safety
/// `value` is a valid value of that type.
pub unsafe fn retain(desc: &TypeDesc, value: *const u8) {
    // SAFETY: the caller's promise.
    unsafe { retain_value(desc, value) }
}

/// Drops a value. The place holds nothing afterwards.
///
/// # Safety
/// Within a run of the value's engine; the caller owned it.
pub unsafe fn drop_value(desc: &TypeDesc, value: *const u8) {
    // SAFETY: the caller's promise.
    unsafe { release_value(desc, value) }
}
