//! Type descriptors: what the runtime knows about a type. Codegen emits them as constants; text, comparison, hashing,
//! dropping and the walk after a failure read them. The layout is fixed and `repr(C)`, 128 bytes:
//!
//! ```text
//!  offset  field      meaning
//!       0  kind       u32, a `Kind`
//!       4  flags      u32, bit 0: values contain pointers to blocks
//!       8  size       u64, bytes of a value
//!      16  align      u64
//!      24  name       *const u8, UTF-8, as it is printed: `Ball`, `[i64]`, `fn(i64) -> i64`
//!      32  name_len   u64
//!      40  elem       *const TypeDesc: element of Array, FixedArray, Box, Opaque
//!      48  count      u64: fields, variants, or the length of a FixedArray
//!      56  fields     *const FieldDesc: of Struct, Tuple, Map and Set
//!      64  variants   *const VariantDesc: of Enum, Option (none, some) and Result (ok, err)
//!      72  show       extern "C" fn(*const u8) -> *mut Block      owned `str`; null: structural
//!      80  eq         extern "C" fn(*const u8, *const u8) -> bool  null: structural
//!      88  lt         extern "C" fn(*const u8, *const u8) -> bool  null: structural
//!      96  hash       extern "C" fn(*const u8, u64) -> u64         seed to hash; null: structural
//!     104  drop       extern "C" fn(*const u8)                     of the element of an Opaque: the last copy is gone
//!     112  id_low     u64, with id_high the identity of the type: equal for equal types of all units. 0, 0: not given,
//!     120  id_high    u64  then kind, size and name decide
//! ```
//!
//! All overrides take the *address* of a value, whatever its type. Parts without a name are printed without one; a struct's
//! own name is printed up to a `<`.

use rustc_hash::FxHashSet;

use crate::block::Block;

#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    I8 = 0,
    I16 = 1,
    I32 = 2,
    I64 = 3,
    U8 = 4,
    U16 = 5,
    U32 = 6,
    U64 = 7,
    F32 = 8,
    F64 = 9,
    Bool = 10,
    Char = 11,
    Unit = 12,
    Str = 13,
    Tuple = 14,
    Struct = 15,
    Enum = 16,
    Option = 17,
    Result = 18,
    Array = 19,
    FixedArray = 20,
    /// A pointer to a block of one `elem`; invisible in text, comparison and hash.
    Box = 21,
    /// `{code, env}`; `env` is a block.
    Fn = 22,
    /// `{vtable, box}`; the concrete type is the `elem` of the box's header.
    Any = 23,
    /// An `extern type`: a pointer to a block of one `elem` (a `Ptr` with `drop`); equality is identity.
    Opaque = 24,
    /// A C pointer.
    Ptr = 25,
    /// A `cstr`: the address of text that ends with a zero byte, which C owns. Its text is that text.
    CStr = 26,
    /// A vector: `count` lanes of `elem`, as an array of fixed length has them.
    Simd = 27,
    /// The library's struct of a map: its second field is an array of `Option`s of pairs.
    Map = 28,
    /// The library's struct of a set: a map.
    Set = 29,
}

/// Values of the type contain pointers to blocks.
pub const HAS_HEAP: u32 = 1;
/// Of a pointer: its text is its type, not the address.
pub const SHOWN_BY_NAME: u32 = 4;

pub type ShowFn = unsafe extern "C" fn(*const u8) -> *mut Block;
pub type RelationFn = unsafe extern "C" fn(*const u8, *const u8) -> bool;
pub type HashFn = unsafe extern "C" fn(*const u8, u64) -> u64;
pub type DropFn = unsafe extern "C" fn(*const u8);

#[repr(C)]
#[derive(Debug)]
pub struct TypeDesc {
    pub kind: Kind,
    pub flags: u32,
    pub size: u64,
    pub align: u64,
    pub name: *const u8,
    pub name_len: u64,
    pub elem: *const TypeDesc,
    pub count: u64,
    pub fields: *const FieldDesc,
    pub variants: *const VariantDesc,
    pub show: Option<ShowFn>,
    pub eq: Option<RelationFn>,
    pub lt: Option<RelationFn>,
    pub hash: Option<HashFn>,
    pub drop: Option<DropFn>,
    pub id: [u64; 2],
}

/// A field; `offset` counts from the start of the whole value, also in a variant. `name` is null for positional ones.
#[repr(C)]
#[derive(Debug)]
pub struct FieldDesc {
    pub name: *const u8,
    pub name_len: u64,
    pub offset: u64,
    pub ty: *const TypeDesc,
}

#[repr(C)]
#[derive(Debug)]
pub struct VariantDesc {
    pub name: *const u8,
    pub name_len: u64,
    pub count: u64,
    pub fields: *const FieldDesc,
}

// SAFETY: descriptors are constants; nothing writes them after they were made.
unsafe impl Sync for TypeDesc {}
// SAFETY: as above.
unsafe impl Sync for FieldDesc {}
// SAFETY: as above.
unsafe impl Sync for VariantDesc {}
// SAFETY: as above.
unsafe impl Send for TypeDesc {}
// SAFETY: as above.
unsafe impl Send for FieldDesc {}
// SAFETY: as above.
unsafe impl Send for VariantDesc {}

/// A slice of a constant that a descriptor points to; a null pointer is the empty one.
///
/// # Safety
/// `start` is null or points to `len` constants.
unsafe fn constants<'a, T>(start: *const T, len: u64) -> &'a [T] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(start, len as usize) }
}

unsafe fn name_text<'a>(start: *const u8, len: u64) -> &'a str {
    // SAFETY: names are UTF-8 constants made by the compiler.
    unsafe { std::str::from_utf8_unchecked(constants(start, len)) }
}

impl TypeDesc {
    /// The types of its fields, of those of its variants, and of its elements.
    pub fn parts(&self) -> impl Iterator<Item = &TypeDesc> {
        let payloads = self.variants().iter().flat_map(VariantDesc::fields);
        let parts = self.fields().iter().chain(payloads).map(FieldDesc::ty);
        // SAFETY: the descriptor of elements, if there is one, is a constant.
        parts.chain(unsafe { self.elem.as_ref() })
    }

    /// All types that its values lead to, itself first.
    pub fn reached(&self) -> Vec<&TypeDesc> {
        let mut found = vec![self];
        let mut seen: FxHashSet<*const TypeDesc> = found.iter().map(|ty| &raw const **ty).collect();
        let mut at = 0;
        while let Some(next) = found.get(at).copied() {
            at += 1;
            found.extend(next.parts().filter(|part| seen.insert(*part)));
        }
        found
    }

    /// A descriptor without parts, the start of every other one.
    pub const fn plain(kind: Kind, name: &'static str, size: u64) -> TypeDesc {
        TypeDesc {
            kind,
            flags: 0,
            size,
            align: if size == 0 { 1 } else { size },
            name: name.as_ptr(),
            name_len: name.len() as u64,
            elem: std::ptr::null(),
            count: 0,
            fields: std::ptr::null(),
            variants: std::ptr::null(),
            show: None,
            eq: None,
            lt: None,
            hash: None,
            drop: None,
            id: [0, 0],
        }
    }

    /// A pointer to a block: `Str`, `Array`, `Box`, `Opaque`.
    pub const fn pointer(kind: Kind, name: &'static str, elem: *const TypeDesc) -> TypeDesc {
        let mut desc = TypeDesc::plain(kind, name, 8);
        desc.flags = HAS_HEAP;
        desc.elem = elem;
        desc
    }

    pub fn has_heap(&self) -> bool {
        self.flags & HAS_HEAP != 0
    }

    pub fn name(&self) -> &str {
        // SAFETY: a descriptor's name is a constant.
        unsafe { name_text(self.name, self.name_len) }
    }

    pub fn fields(&self) -> &[FieldDesc] {
        match self.kind {
            // SAFETY: a descriptor's fields are constants.
            Kind::Struct | Kind::Tuple | Kind::Map | Kind::Set => unsafe {
                constants(self.fields, self.count)
            },
            _ => &[],
        }
    }

    pub fn variants(&self) -> &[VariantDesc] {
        match self.kind {
            // SAFETY: a descriptor's variants are constants.
            Kind::Enum | Kind::Option | Kind::Result => unsafe {
                constants(self.variants, self.count)
            },
            _ => &[],
        }
    }

    /// The size of an enum's tag.
    pub fn tag_size(&self) -> usize {
        match self.count {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        }
    }

    /// The variant that the value at `value` has.
    ///
    /// # Safety
    /// `value` is a valid value of this enum.
    pub unsafe fn tag(&self, value: *const u8) -> usize {
        // SAFETY: every enum begins with its tag, aligned as the enum is.
        unsafe {
            match self.tag_size() {
                1 => value.read() as usize,
                2 => value.cast::<u16>().read() as usize,
                _ => value.cast::<u32>().read() as usize,
            }
        }
    }

    /// Writes the tag of variant `index`.
    ///
    /// # Safety
    /// `value` is a writable place of this enum.
    pub unsafe fn set_tag(&self, value: *mut u8, index: usize) {
        // SAFETY: every enum begins with its tag, aligned as the enum is.
        unsafe {
            match self.tag_size() {
                1 => value.write(index as u8),
                2 => value.cast::<u16>().write(index as u16),
                _ => value.cast::<u32>().write(index as u32),
            }
        }
    }

    /// Whether there may be code in a value of the type: functions, and in an `any` those that belong to whatever it holds. Where things lie in a map
    /// whose keys have a hash of their own depends on that code, too.
    pub fn holds_code(&self) -> bool {
        self.reached().iter().any(|desc| match desc.kind {
            Kind::Fn | Kind::Any => true,
            // Of the pointers, these are functions for C.
            Kind::Ptr if desc.flags & SHOWN_BY_NAME != 0 => true,
            _ => desc.hash.is_some(),
        })
    }

    /// Whether both describe one type; units may each bring a descriptor of their own.
    pub fn same_type(&self, other: &TypeDesc) -> bool {
        std::ptr::eq(self, other)
            || if self.id != [0, 0] || other.id != [0, 0] {
                self.id == other.id
            } else {
                self.kind == other.kind && self.size == other.size && self.name() == other.name()
            }
    }
}

impl FieldDesc {
    pub fn name(&self) -> Option<&str> {
        if self.name.is_null() {
            return None;
        }
        // SAFETY: a descriptor's name is a constant.
        Some(unsafe { name_text(self.name, self.name_len) })
    }

    pub fn ty(&self) -> &TypeDesc {
        // SAFETY: every field has a descriptor, a constant.
        unsafe { &*self.ty }
    }
}

impl VariantDesc {
    pub fn name(&self) -> &str {
        // SAFETY: a descriptor's name is a constant.
        unsafe { name_text(self.name, self.name_len) }
    }

    pub fn fields(&self) -> &[FieldDesc] {
        // SAFETY: a descriptor's fields are constants.
        unsafe { constants(self.fields, self.count) }
    }
}

/// `sumi_same_type(T, U) -> bool`: whether two descriptors are of one type.
pub(crate) unsafe extern "C" fn sumi_same_type(
    one: *const TypeDesc,
    other: *const TypeDesc,
) -> bool {
    // SAFETY: generated code passes two descriptors.
    unsafe { (*one).same_type(&*other) }
}

/// The descriptors that the runtime itself needs; exported, so that generated code may use them as well.
pub static U8: TypeDesc = TypeDesc::plain(Kind::U8, "u8", 1);
pub static U64: TypeDesc = TypeDesc::plain(Kind::U64, "u64", 8);
pub static I64: TypeDesc = TypeDesc::plain(Kind::I64, "i64", 8);
pub static F64: TypeDesc = TypeDesc::plain(Kind::F64, "f64", 8);
pub static BOOL: TypeDesc = TypeDesc::plain(Kind::Bool, "bool", 1);
pub static CHAR: TypeDesc = TypeDesc::plain(Kind::Char, "char", 4);
pub static STR: TypeDesc = TypeDesc::pointer(Kind::Str, "str", &raw const U8);
