//! Text, arrays, optionals and tuples: what is copied on the way, and what the derive macro needs for structs and enums.

use std::mem::{MaybeUninit, offset_of};

use stdlib::desc::{self, FieldDesc, HAS_HEAP, Kind, TypeDesc, VariantDesc};
use stdlib::{Block, block, value};

use super::{Plain, Value, described};

// SAFETY: a `str` is a block of bytes that are UTF-8.
unsafe impl Value for String {
    type Sumi = *mut Block;
    type Given<'a> = &'a str;
    const OWNS: bool = true;
    crate::passed_as_itself!();

    fn desc() -> &'static TypeDesc {
        &desc::STR
    }
    fn lend(&self) -> &str {
        self
    }
    unsafe fn make(given: &str) -> *mut Block {
        // SAFETY: the caller's promise.
        unsafe { value::new_str(given) }
    }
    unsafe fn read(held: *mut Block) -> String {
        // SAFETY: the caller's promise.
        unsafe { block::text(held).to_owned() }
    }
    unsafe fn release(held: *mut Block) {
        // SAFETY: the caller's promise.
        unsafe { value::release_block(held) }
    }
}

crate::copied_param!(String);

// SAFETY: an array is a block of its elements.
unsafe impl<T: Value> Value for Vec<T> {
    type Sumi = *mut Block;
    type Given<'a> = &'a [T];
    const OWNS: bool = true;
    crate::passed_as_itself!();

    fn desc() -> &'static TypeDesc {
        described::<Self>(|| {
            let elem = T::desc();
            let name = format!("[{}]", elem.name()).leak();
            TypeDesc::pointer(Kind::Array, name, elem)
        })
    }
    fn lend(&self) -> &[T] {
        self
    }
    unsafe fn make(given: &[T]) -> *mut Block {
        let fill = |index: usize, place: *mut u8| {
            // SAFETY: the place is as large as an element.
            unsafe { place.cast::<T::Sumi>().write(T::make(given[index].lend())) }
        };
        // SAFETY: the caller's promise.
        unsafe { value::new_array(T::desc(), given.len(), fill) }
    }
    unsafe fn read(held: *mut Block) -> Vec<T> {
        // SAFETY: the block holds `len` valid elements.
        unsafe {
            let first = block::elements(held).cast::<T::Sumi>();
            let len = (*held).len as usize;
            (0..len).map(|at| T::read(first.add(at).read())).collect()
        }
    }
    unsafe fn release(held: *mut Block) {
        // SAFETY: the caller's promise.
        unsafe { value::release_block(held) }
    }
}

crate::copied_param!([T: Value] Vec<T>);

/// An optional as Sumi holds it.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct HeldOption<T: Copy> {
    tag: u8,
    value: MaybeUninit<T>,
}

// SAFETY: an enum of `none` and `some` is its tag and then the value, as C lays them out.
unsafe impl<T: Value> Value for Option<T> {
    type Sumi = HeldOption<T::Sumi>;
    type Given<'a> = Option<T::Given<'a>>;
    const OWNS: bool = T::OWNS;
    crate::passed_by_address!();

    fn desc() -> &'static TypeDesc {
        described::<Self>(|| {
            let some = DescField::unnamed(offset_of!(Self::Sumi, value), T::desc());
            let variants = [("none", Vec::new()), ("some", vec![some])];
            enum_desc::<Self::Sumi>(Kind::Option, &format!("{}?", T::desc().name()), variants)
        })
    }
    fn lend(&self) -> Option<T::Given<'_>> {
        self.as_ref().map(T::lend)
    }
    unsafe fn make(given: Option<T::Given<'_>>) -> Self::Sumi {
        match given {
            None => HeldOption {
                tag: 0,
                value: MaybeUninit::zeroed(),
            },
            Some(given) => HeldOption {
                tag: 1,
                // SAFETY: the caller's promise.
                value: MaybeUninit::new(unsafe { T::make(given) }),
            },
        }
    }
    unsafe fn read(held: Self::Sumi) -> Option<T> {
        // SAFETY: by the tag there is a value.
        (held.tag == 1).then(|| unsafe { T::read(held.value.assume_init()) })
    }
    unsafe fn release(held: Self::Sumi) {
        if held.tag == 1 {
            // SAFETY: by the tag there is a value.
            unsafe { T::release(held.value.assume_init()) }
        }
    }
}

crate::copied_param!([T: Value] Option<T>);

// SAFETY: elements in place, one after another.
unsafe impl<T: Value, const N: usize> Value for [T; N] {
    type Sumi = [T::Sumi; N];
    type Given<'a> = &'a [T; N];
    const OWNS: bool = T::OWNS && N > 0;
    crate::passed_by_address!();

    fn desc() -> &'static TypeDesc {
        described::<Self>(|| {
            let elem = T::desc();
            let name = format!("[{}; {N}]", elem.name()).leak();
            TypeDesc {
                flags: elem.flags & HAS_HEAP,
                align: elem.align,
                elem,
                count: N as u64,
                ..TypeDesc::plain(Kind::FixedArray, name, size_of::<Self::Sumi>() as u64)
            }
        })
    }
    fn lend(&self) -> &[T; N] {
        self
    }
    unsafe fn make(given: &[T; N]) -> Self::Sumi {
        // SAFETY: the caller's promise.
        std::array::from_fn(|index| unsafe { T::make(given[index].lend()) })
    }
    unsafe fn read(held: Self::Sumi) -> [T; N] {
        // SAFETY: the caller's promise.
        held.map(|held| unsafe { T::read(held) })
    }
    unsafe fn release(held: Self::Sumi) {
        // SAFETY: the caller's promise.
        held.into_iter()
            .for_each(|held| unsafe { T::release(held) });
    }
}

// SAFETY: those of plain data are the same bytes on both sides.
unsafe impl<T: Plain, const N: usize> Plain for [T; N] {}

crate::copied_param!([T: Value, const N: usize] [T; N]);

macro_rules! tuples {
    ($held:ident: $($part:ident $index:tt),*) => {
        /// A tuple as Sumi holds it.
        #[doc(hidden)]
        #[derive(Clone, Copy)]
        #[repr(C)]
        pub struct $held<$($part: Copy),*>($($part),*);

        // SAFETY: a tuple is laid out as C lays out a struct of its parts.
        unsafe impl<$($part: Value),*> Value for ($($part,)*) {
            type Sumi = $held<$($part::Sumi),*>;
            type Given<'a> = ($($part::Given<'a>,)*);
            const OWNS: bool = $($part::OWNS)||*;
            crate::passed_by_address!();

            fn desc() -> &'static TypeDesc {
                described::<Self>(|| {
                    let names = [$($part::desc().name()),*];
                    let fields = vec![$(DescField::unnamed(offset_of!(Self::Sumi, $index), $part::desc())),*];
                    struct_desc::<Self::Sumi>(Kind::Tuple, &format!("({})", names.join(", ")), fields)
                })
            }
            fn lend(&self) -> Self::Given<'_> {
                ($(self.$index.lend(),)*)
            }
            unsafe fn make(given: Self::Given<'_>) -> Self::Sumi {
                // SAFETY: the caller's promise.
                unsafe { $held($($part::make(given.$index)),*) }
            }
            unsafe fn read(held: Self::Sumi) -> Self {
                // SAFETY: the caller's promise.
                unsafe { ($($part::read(held.$index),)*) }
            }
            unsafe fn release(held: Self::Sumi) {
                // SAFETY: the caller's promise.
                unsafe { $($part::release(held.$index);)* }
            }
        }

        crate::copied_param!([$($part: Value),*] ($($part,)*));
    };
}

tuples!(HeldPair: A 0, B 1);
tuples!(HeldTriple: A 0, B 1, C 2);
tuples!(HeldFour: A 0, B 1, C 2, D 3);

/// A field of a type that is described.
#[doc(hidden)]
pub struct DescField {
    pub name: Option<&'static str>,
    pub offset: usize,
    pub ty: &'static TypeDesc,
}

impl DescField {
    fn unnamed(offset: usize, ty: &'static TypeDesc) -> DescField {
        DescField {
            name: None,
            offset,
            ty,
        }
    }
}

/// The descriptor of a struct or tuple that Sumi holds as a `Held`.
#[doc(hidden)]
pub fn struct_desc<Held>(kind: Kind, name: &str, fields: Vec<DescField>) -> TypeDesc {
    let mut desc = whole::<Held>(kind, name, &fields);
    desc.count = fields.len() as u64;
    desc.fields = leaked(fields);
    desc
}

/// As [`struct_desc`], of an enum with these variants.
#[doc(hidden)]
pub fn enum_desc<Held>(
    kind: Kind,
    name: &str,
    variants: impl IntoIterator<Item = (&'static str, Vec<DescField>)>,
) -> TypeDesc {
    let mut desc = whole::<Held>(kind, name, &[]);
    let variants = variants.into_iter().map(|(name, fields)| {
        desc.flags |= flags(&fields);
        VariantDesc {
            name: name.as_ptr(),
            name_len: name.len() as u64,
            count: fields.len() as u64,
            fields: leaked(fields),
        }
    });
    let variants: Vec<VariantDesc> = variants.collect();
    desc.count = variants.len() as u64;
    desc.variants = variants.leak().as_ptr();
    desc
}

fn whole<Held>(kind: Kind, name: &str, fields: &[DescField]) -> TypeDesc {
    TypeDesc {
        flags: flags(fields),
        align: align_of::<Held>() as u64,
        ..TypeDesc::plain(kind, name.to_owned().leak(), size_of::<Held>() as u64)
    }
}

fn flags(fields: &[DescField]) -> u32 {
    let flags = fields.iter().map(|field| field.ty.flags & HAS_HEAP);
    flags.fold(0, |all, each| all | each)
}

pub(super) fn leaked(fields: Vec<DescField>) -> *const FieldDesc {
    let fields = fields.into_iter().map(|field| FieldDesc {
        name: field.name.map_or(std::ptr::null(), str::as_ptr),
        name_len: field.name.map_or(0, |name| name.len() as u64),
        offset: field.offset as u64,
        ty: field.ty,
    });
    fields.collect::<Vec<FieldDesc>>().leak().as_ptr()
}
