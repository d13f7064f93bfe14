//! Descriptors and values made by hand, as codegen would make them, and what the tests of the runtime share.

mod arrays;
mod compare;
mod portable;
mod recover;
mod same;
mod strings;
mod text;

use std::ptr::null;

use crate::block::{Block, elements, empty};
use crate::desc::{self, FieldDesc, HAS_HEAP, Kind, TypeDesc, VariantDesc};
use crate::memory::{allocate, release};
use crate::runtime::Runtime;
use crate::show::new_bytes;

pub(super) type Desc = &'static TypeDesc;

/// Miri is a thousand times slower.
pub(super) const LONG: usize = if cfg!(miri) { 100 } else { 1_000_000 };

fn forever<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(super) fn array(elem: Desc) -> Desc {
    let name = forever(format!("[{}]", elem.name()));
    forever(TypeDesc::pointer(Kind::Array, name, elem))
}

pub(super) fn boxed(elem: *const TypeDesc) -> Desc {
    forever(TypeDesc::pointer(Kind::Box, "box", elem))
}

fn heap_flag<'a>(parts: impl IntoIterator<Item = &'a FieldDesc>) -> u32 {
    let any = parts.into_iter().any(|field| field.ty().has_heap());
    if any { HAS_HEAP } else { 0 }
}

fn field_desc((name, offset, ty): (&'static str, u64, *const TypeDesc)) -> FieldDesc {
    FieldDesc {
        name: if name.is_empty() {
            null()
        } else {
            name.as_ptr()
        },
        name_len: name.len() as u64,
        offset,
        ty,
    }
}

fn field_descs(fields: Vec<(&'static str, u64, *const TypeDesc)>) -> &'static [FieldDesc] {
    Vec::leak(fields.into_iter().map(field_desc).collect())
}

pub(super) fn structure(
    name: &'static str,
    size: u64,
    fields: Vec<(&'static str, u64, Desc)>,
) -> TypeDesc {
    let fields = field_descs(
        fields
            .into_iter()
            .map(|(name, offset, ty)| (name, offset, ty as *const TypeDesc))
            .collect(),
    );
    let kind = if name.is_empty() {
        Kind::Tuple
    } else {
        Kind::Struct
    };
    let mut made = TypeDesc::plain(kind, name, size);
    made.align = 8;
    made.flags = heap_flag(fields);
    made.count = fields.len() as u64;
    made.fields = fields.as_ptr();
    made
}

type VariantParts = (&'static str, Vec<(&'static str, u64, *const TypeDesc)>);

/// Made in two steps, since the variants of a recursive type mention it.
pub(super) fn enumeration(
    kind: Kind,
    name: &'static str,
    size: u64,
    variants: impl FnOnce(*const TypeDesc) -> Vec<VariantParts>,
) -> Desc {
    let mut made = TypeDesc::plain(kind, name, size);
    made.flags = HAS_HEAP;
    made.align = 8;
    let this: *mut TypeDesc = Box::into_raw(Box::new(made));
    let variants = variants(this);
    let variants: Vec<VariantDesc> = variants
        .into_iter()
        .map(|(name, fields)| {
            let fields = field_descs(fields);
            VariantDesc {
                name: name.as_ptr(),
                name_len: name.len() as u64,
                count: fields.len() as u64,
                fields: fields.as_ptr(),
            }
        })
        .collect();
    // SAFETY: nobody has read the descriptor yet.
    unsafe {
        (*this).count = variants.len() as u64;
        (*this).variants = variants.leak().as_ptr();
        &*this
    }
}

pub(super) fn option(elem: Desc) -> Desc {
    enumeration(
        Kind::Option,
        "option",
        elem.align.max(1) + elem.size,
        |_| vec![("none", vec![]), ("some", vec![("", elem.align, elem)])],
    )
}

/// `enum List { Nil, Cons(head: i64, tail: List) }`, the tail in a box.
pub(super) fn list_type() -> Desc {
    enumeration(Kind::Enum, "List", 24, |this| {
        vec![
            ("Nil", vec![]),
            (
                "Cons",
                vec![("head", 8, &raw const desc::I64), ("tail", 16, boxed(this))],
            ),
        ]
    })
}

#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct List {
    tag: u64,
    pub(super) head: i64,
    pub(super) tail: *mut Block,
}

pub(super) const NIL: List = List {
    tag: 0,
    head: 0,
    tail: std::ptr::null_mut(),
};

pub(super) fn cons(ty: Desc, head: i64, tail: List) -> List {
    List {
        tag: 1,
        head,
        tail: make(ty, &[tail]),
    }
}

pub(super) fn long_list(ty: Desc, len: usize) -> List {
    (0..len).fold(NIL, |list, index| cons(ty, index as i64, list))
}

/// A block of these elements, which it takes over.
pub(super) fn make<T: Copy>(elem: Desc, items: &[T]) -> *mut Block {
    assert_eq!(size_of::<T>() as u64, elem.size, "{}", elem.name());
    // SAFETY: within `run`; the element type has the size.
    unsafe {
        let block = allocate(elem, items.len() as i64);
        std::ptr::copy_nonoverlapping(items.as_ptr(), elements(block).cast(), items.len());
        (*block).len = items.len() as i64;
        block
    }
}

pub(super) fn string(content: &str) -> *mut Block {
    // SAFETY: within `run`.
    unsafe { new_bytes(content.as_bytes()) }
}

/// The elements of a block, as a copy.
pub(super) fn items<T: Copy>(block: *const Block) -> Vec<T> {
    // SAFETY: tests pass blocks of such elements.
    unsafe { std::slice::from_raw_parts(elements(block).cast(), (*block).len as usize).to_vec() }
}

pub(super) fn address<T>(value: &T) -> *const u8 {
    std::ptr::from_ref(value).cast()
}

/// The text, and the `str` is given up.
pub(super) fn text_and_release(block: *mut Block) -> String {
    // SAFETY: a `str` that the test owns.
    unsafe {
        let text = crate::block::text(block).to_string();
        release(block);
        text
    }
}

pub(super) fn show_as(ty: Desc, value: *const u8, quoted: bool) -> String {
    let mut out = empty();
    // SAFETY: tests pass valid values.
    unsafe { crate::show::show(ty, value, &raw mut out, quoted, -1) };
    text_and_release(out)
}

pub(super) fn drop_value<T>(ty: Desc, value: &T) {
    // SAFETY: a value that the test owns.
    unsafe { crate::memory::release_value(ty, address(value)) }
}

/// Runs a test within a run of a fresh engine and checks that nothing stays allocated.
pub(super) fn run(test: impl FnOnce(*mut Runtime)) {
    let mut runtime = Box::new(Runtime::new());
    let runtime = &raw mut *runtime;
    // SAFETY: it outlives the test, which alone uses it.
    unsafe {
        let entered = Runtime::enter(runtime);
        test(runtime);
        Runtime::leave(&entered);
        assert_eq!((*runtime).live_blocks(), 0, "blocks stay alive");
        assert_eq!((*runtime).live_bytes(), 0, "bytes stay alive");
        assert!((*runtime).heap.blocks().is_empty());
    }
}

#[test]
fn every_symbol_once() {
    let mut names: Vec<&str> = crate::symbols().map(|symbol| symbol.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(crate::symbols().all(|symbol| !symbol.address.is_null()));
}

/// Generated code contains the operations on numbers itself; all other primitives are here.
#[test]
fn every_primitive_has_a_symbol() {
    let names: Vec<&str> = crate::symbols().map(|symbol| symbol.name).collect();
    for line in include_str!("../../lang/prelude/intrinsics.sumi").lines() {
        let Some(rest) = line.trim().strip_prefix("fn ") else {
            continue;
        };
        let name = rest.split(['<', '(']).next().unwrap_or(rest);
        let inline = [
            "float_", "int_", "num_", "ptr_", "simd_", "key_bits", "key_rest",
        ];
        if !inline.iter().any(|prefix| name.starts_with(prefix)) {
            assert!(names.contains(&format!("sumi_{name}").as_str()), "{name}");
        }
    }
}

#[test]
fn descriptors_have_the_documented_layout() {
    use std::mem::offset_of;
    assert_eq!(size_of::<TypeDesc>(), 128);
    assert_eq!(offset_of!(TypeDesc, elem), 40);
    assert_eq!(offset_of!(TypeDesc, variants), 64);
    assert_eq!(offset_of!(TypeDesc, drop), 104);
    assert_eq!(offset_of!(TypeDesc, id), 112);
    assert_eq!(size_of::<FieldDesc>(), 32);
    assert_eq!(size_of::<VariantDesc>(), 32);
    assert_eq!(offset_of!(Block, cap), 24);
}
