//! `sumi_value`: what C passes and is given, checked by the types of Sumi, and copied. Plain data are the same bytes in both languages.

use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::ptr;

use stdlib::desc::{FieldDesc, Kind, TypeDesc, VariantDesc};
use stdlib::{Block, block, value};

use crate::object::SumiObject;

pub(crate) const UNIT: u16 = 0;
pub(crate) const BOOL: u16 = 1;
pub(crate) const INT: u16 = 2;
pub(crate) const UINT: u16 = 3;
pub(crate) const FLOAT: u16 = 4;
pub(crate) const CHAR: u16 = 5;
pub(crate) const STR: u16 = 6;
pub(crate) const DATA: u16 = 7;
pub(crate) const LIST: u16 = 8;
pub(crate) const VARIANT: u16 = 9;
pub(crate) const NONE: u16 = 10;
pub(crate) const OBJECT: u16 = 11;

/// See `sumi_value` in `sumi.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct SumiValue {
    pub(crate) kind: u16,
    pub(crate) owned: u16,
    pub(crate) number: u32,
    pub(crate) held: Held,
}

/// Its `as`.
#[derive(Clone, Copy)]
#[repr(C)]
pub union Held {
    pub(crate) boolean: u8,
    pub(crate) integer: i64,
    pub(crate) natural: u64,
    pub(crate) real: f64,
    pub(crate) character: u32,
    pub(crate) object: *mut SumiObject,
    pub(crate) bytes: Bytes,
    pub(crate) list: List,
}

/// A text, or plain elements: also `sumi_slice` in `sumi.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Bytes {
    pub(crate) data: *mut c_void,
    pub(crate) length: usize,
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes {
            data: ptr::null_mut(),
            length: 0,
        }
    }
}

/// Several values.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct List {
    pub(crate) items: *mut SumiValue,
    pub(crate) length: usize,
}

const _: () = assert!(size_of::<SumiValue>() == 24);

/// Why C's value is not one of the type.
pub(crate) type Checked = Result<(), String>;

impl SumiValue {
    /// Nothing.
    pub(crate) const EMPTY: SumiValue = SumiValue {
        kind: UNIT,
        owned: 0,
        number: 0,
        held: Held {
            bytes: Bytes {
                data: ptr::null_mut(),
                length: 0,
            },
        },
    };

    fn new(kind: u16, held: Held) -> SumiValue {
        SumiValue {
            kind,
            held,
            ..SumiValue::EMPTY
        }
    }

    /// # Safety
    /// It is of a kind with bytes, as C made it.
    unsafe fn bytes<'a>(&self) -> Result<&'a [u8], String> {
        let size = if self.kind == DATA {
            self.number as usize
        } else {
            1
        };
        // SAFETY: the caller's promise.
        let Bytes { data, length } = unsafe { self.held.bytes };
        let Some(all) = length
            .checked_mul(size)
            .filter(|all| *all <= isize::MAX as usize)
        else {
            return Err("a value has a length that no memory has".to_owned());
        };
        match (all, data.is_null()) {
            (0, _) => Ok(&[]),
            (_, true) => Err("a value has a length, and NULL for its bytes".to_owned()),
            // SAFETY: C says so.
            (_, false) => Ok(unsafe { std::slice::from_raw_parts(data.cast(), all) }),
        }
    }

    /// # Safety
    /// It is of a kind with items, as C made it.
    unsafe fn items<'a>(&self) -> Result<&'a [SumiValue], String> {
        // SAFETY: the caller's promise.
        let List { items, length } = unsafe { self.held.list };
        match (length, items.is_null()) {
            (0, _) => Ok(&[]),
            (_, true) => Err("a value has a length, and NULL for its items".to_owned()),
            // SAFETY: C says so.
            (_, false) => Ok(unsafe { std::slice::from_raw_parts(items, length) }),
        }
    }

    /// The bytes of plain elements that may be written.
    ///
    /// # Safety
    /// It is as `place_of` made it, and nobody else looks there.
    pub(crate) unsafe fn elements<'a>(&self) -> &'a mut [u8] {
        // SAFETY: the caller's promise.
        unsafe {
            let Bytes { data, length } = self.held.bytes;
            match length * self.number as usize {
                0 => &mut [],
                all => std::slice::from_raw_parts_mut(data.cast(), all),
            }
        }
    }

    fn kind_name(&self) -> &'static str {
        match self.kind {
            UNIT => "nothing",
            BOOL => "a bool",
            INT | UINT => "an integer",
            FLOAT => "a float",
            CHAR => "a char",
            STR => "a text",
            DATA => "data",
            LIST => "a list",
            VARIANT => "a variant",
            NONE => "none",
            OBJECT => "an object",
            _ => "no value at all",
        }
    }
}

pub(crate) fn elem(desc: &TypeDesc) -> &TypeDesc {
    // SAFETY: an array's descriptor has that of its elements, a constant.
    unsafe { &*desc.elem }
}

/// Whether some bytes are no value of the type.
pub(crate) fn has_gaps(desc: &TypeDesc) -> bool {
    let mut parts = desc.fields().iter();
    match desc.kind {
        Kind::Bool | Kind::Char | Kind::Enum | Kind::Option => true,
        Kind::FixedArray => has_gaps(elem(desc)),
        _ => parts.any(|part| has_gaps(part.ty())),
    }
}

/// Whether the bytes are a value of a plain type.
///
/// # Safety
/// So many bytes as the type has can be read there.
unsafe fn is_value(desc: &TypeDesc, at: *const u8) -> bool {
    let fields = |fields: &[FieldDesc]| {
        let mut parts = fields.iter();
        // SAFETY: a field is a part.
        parts.all(|field| unsafe { is_value(field.ty(), at.add(field.offset as usize)) })
    };
    // SAFETY: the caller's promise.
    unsafe {
        match desc.kind {
            Kind::Bool => at.read() < 2,
            Kind::Char => char::from_u32(at.cast::<u32>().read_unaligned()).is_some(),
            Kind::Enum | Kind::Option => {
                let tag = match desc.tag_size() {
                    1 => usize::from(at.read()),
                    _ => usize::from(at.cast::<u16>().read_unaligned()),
                };
                let variant = desc.variants().get(tag);
                variant.is_some_and(|variant| fields(variant.fields()))
            }
            Kind::FixedArray => (0..desc.count as usize)
                .all(|index| is_value(elem(desc), at.add(index * elem(desc).size as usize))),
            _ => fields(desc.fields()),
        }
    }
}

/// Whether the bytes that C has at an address are a value of a plain type.
///
/// # Safety
/// There are so many bytes.
pub(crate) unsafe fn check_plain(desc: &TypeDesc, at: *const u8) -> Checked {
    // SAFETY: the caller's promise.
    match !has_gaps(desc) || unsafe { is_value(desc, at) } {
        true => Ok(()),
        false => Err(format!("the bytes are no value of `{}`", desc.name())),
    }
}

/// As [`check_plain`], of all elements.
///
/// # Safety
/// It has so many elements of the type.
pub(crate) unsafe fn check_elements(elem: &TypeDesc, given: &SumiValue) -> Checked {
    // SAFETY: the caller's promise.
    unsafe { check_data(elem, given, given.held.bytes.length) }
}

/// Whether it is a value of the type.
///
/// # Safety
/// What C has put into it is there.
pub(crate) unsafe fn check(desc: &TypeDesc, given: &SumiValue) -> Checked {
    let other = || {
        let (name, kind) = (desc.name(), given.kind_name());
        Err(format!("`{name}` is asked for, and {kind} was given"))
    };
    let when = |is_so: bool| if is_so { Ok(()) } else { other() };
    // SAFETY: the caller's promise; what is read of the union is what its kind says.
    unsafe {
        match desc.kind {
            Kind::Unit => when(given.kind == UNIT),
            Kind::Bool => match given.kind {
                BOOL if given.held.boolean > 1 => Err("a `bool` is 0 or 1".to_owned()),
                kind => when(kind == BOOL),
            },
            Kind::Char => match given.kind {
                CHAR if char::from_u32(given.held.character).is_none() => {
                    Err(format!("{:#x} is no `char`", given.held.character))
                }
                kind => when(kind == CHAR),
            },
            Kind::F32 | Kind::F64 => when(given.kind == FLOAT),
            kind if integer(kind).is_some() => {
                let number = match given.kind {
                    INT => i128::from(given.held.integer),
                    UINT => i128::from(given.held.natural),
                    _ => return other(),
                };
                let (least, greatest) = integer(kind).unwrap_or_default();
                match (least..=greatest).contains(&number) {
                    true => Ok(()),
                    false => Err(format!("{number} is no `{}`", desc.name())),
                }
            }
            Kind::Str => {
                when(given.kind == STR)?;
                let text = std::str::from_utf8(given.bytes()?);
                text.map(drop).map_err(|_| "a text is not UTF-8".to_owned())
            }
            Kind::Array | Kind::FixedArray => check_array(desc, given),
            Kind::Struct | Kind::Tuple => match given.kind {
                DATA if !desc.has_heap() => check_data(desc, given, 1),
                LIST => check_fields(desc, desc.fields(), given),
                _ => other(),
            },
            Kind::Enum => match given.kind {
                DATA if !desc.has_heap() => check_data(desc, given, 1),
                VARIANT => match desc.variants().get(given.number as usize) {
                    Some(variant) => check_fields(desc, variant.fields(), given),
                    None => Err(format!(
                        "`{}` has {} variants, and one of number {} was given",
                        desc.name(),
                        desc.count,
                        given.number
                    )),
                },
                _ => other(),
            },
            Kind::Option => match given.kind {
                NONE => Ok(()),
                _ => check(some(desc), given),
            },
            Kind::Opaque => {
                let object = given.held.object;
                let is_one = given.kind == OBJECT && !object.is_null();
                when(is_one && ptr::eq((*object).desc, desc))
            }
            _ => other(),
        }
    }
}

/// The least and the greatest number of a type of integers.
fn integer(kind: Kind) -> Option<(i128, i128)> {
    let bounds = match kind {
        Kind::I8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
        Kind::I16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Kind::I32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Kind::I64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        Kind::U8 => (0, i128::from(u8::MAX)),
        Kind::U16 => (0, i128::from(u16::MAX)),
        Kind::U32 => (0, i128::from(u32::MAX)),
        Kind::U64 => (0, i128::from(u64::MAX)),
        _ => return None,
    };
    Some(bounds)
}

/// The type in an optional, and where the value is in it.
fn some_field(desc: &TypeDesc) -> &FieldDesc {
    let some = desc.variants().last().map(VariantDesc::fields);
    some.and_then(|fields| fields.first())
        .expect("compiler bug: an optional of nothing")
}

fn some(desc: &TypeDesc) -> &TypeDesc {
    some_field(desc).ty()
}

unsafe fn check_array(desc: &TypeDesc, given: &SumiValue) -> Checked {
    let fixed = (desc.kind == Kind::FixedArray).then_some(desc.count as usize);
    // SAFETY: the caller's promise.
    unsafe {
        let len = match given.kind {
            DATA => given.held.bytes.length,
            LIST => given.held.list.length,
            _ => {
                let (name, kind) = (desc.name(), given.kind_name());
                return Err(format!("`{name}` is asked for, and {kind} was given"));
            }
        };
        if fixed.is_some_and(|fixed| fixed != len) {
            return Err(format!("`{}` has another length than {len}", desc.name()));
        }
        if given.kind == DATA {
            return check_data(elem(desc), given, len);
        }
        let mut items = given.items()?.iter();
        items.try_for_each(|item| check(elem(desc), item))
    }
}

/// So many elements of a plain type.
///
/// # Safety
/// As for [`check`]; it is of the kind [`DATA`].
pub(crate) unsafe fn check_data(elem: &TypeDesc, given: &SumiValue, len: usize) -> Checked {
    if elem.has_heap() {
        return Err(format!(
            "`{}` is not plain: it is given as a list",
            elem.name()
        ));
    }
    if u64::from(given.number) != elem.size {
        return Err(format!(
            "a `{}` has {} bytes, and elements of {} were given",
            elem.name(),
            elem.size,
            given.number
        ));
    }
    // SAFETY: the caller's promise.
    unsafe {
        if given.held.bytes.length != len {
            return Err(format!("one `{}` is asked for", elem.name()));
        }
        let bytes = given.bytes()?;
        if elem.size == 0 || !has_gaps(elem) {
            return Ok(());
        }
        let mut elements = bytes.chunks_exact(elem.size as usize);
        elements.try_for_each(|each| check_plain(elem, each.as_ptr()))
    }
}

unsafe fn check_fields(desc: &TypeDesc, fields: &[FieldDesc], given: &SumiValue) -> Checked {
    // SAFETY: the caller's promise.
    let items = unsafe { given.items()? };
    if items.len() != fields.len() {
        return Err(format!(
            "`{}` has {} fields here, and {} were given",
            desc.name(),
            fields.len(),
            items.len()
        ));
    }
    let mut pairs = fields.iter().zip(items);
    // SAFETY: as above.
    pairs.try_for_each(|(field, item)| unsafe { check(field.ty(), item) })
}

/// Makes Sumi's value at `place`.
///
/// # Safety
/// Within a run, which it may end; the value was checked, and there is room for one.
pub(crate) unsafe fn make(desc: &TypeDesc, given: &SumiValue, place: *mut u8) {
    // SAFETY: what was checked is there; the place is as large and aligned as the type asks for.
    unsafe {
        match desc.kind {
            Kind::Unit => {}
            Kind::Bool => place.write(given.held.boolean),
            Kind::Char => place.cast::<u32>().write(given.held.character),
            Kind::F32 => place.cast::<f32>().write(given.held.real as f32),
            Kind::F64 => place.cast::<f64>().write(given.held.real),
            Kind::Str => {
                let Bytes { data, length } = given.held.bytes;
                let text = match length {
                    0 => &[],
                    _ => std::slice::from_raw_parts(data.cast::<u8>(), length),
                };
                let text = value::new_str(std::str::from_utf8_unchecked(text));
                place.cast::<*mut Block>().write(text);
            }
            Kind::Array => place.cast::<*mut Block>().write(make_array(desc, given)),
            Kind::FixedArray => make_elements(elem(desc), given, desc.count as usize, place),
            Kind::Struct | Kind::Tuple | Kind::Enum if given.kind == DATA => {
                copy(desc, given, place);
            }
            Kind::Struct | Kind::Tuple => make_fields(desc, desc.fields(), given, place),
            Kind::Enum => {
                let tag = given.number as usize;
                place.write_bytes(0, desc.size as usize);
                desc.set_tag(place, tag);
                make_fields(desc, desc.variants()[tag].fields(), given, place);
            }
            Kind::Option if given.kind == NONE => place.write_bytes(0, desc.size as usize),
            Kind::Option => {
                place.write_bytes(0, desc.size as usize);
                make(
                    some(desc),
                    given,
                    place.add(some_field(desc).offset as usize),
                );
                desc.set_tag(place, 1);
            }
            Kind::Opaque => {
                let object = given.held.object;
                let give = |_, place: *mut u8| {
                    (*object).keep();
                    place.cast::<*mut SumiObject>().write(object);
                };
                let handle = value::new_array(desc.elem, 1, give);
                place.cast::<*mut Block>().write(handle);
            }
            _ => {
                // Integers: the low bytes stand first.
                let bytes = (&raw const given.held.natural).cast::<u8>();
                place.copy_from_nonoverlapping(bytes, desc.size as usize);
            }
        }
    }
}

/// So many, side by side.
///
/// # Safety
/// As for [`make`], of each of them.
pub(crate) unsafe fn make_elements(
    elem: &TypeDesc,
    given: &SumiValue,
    count: usize,
    place: *mut u8,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if given.kind == DATA {
            return copy(elem, given, place);
        }
        for index in 0..count {
            let item = &*given.held.list.items.add(index);
            make(elem, item, place.add(index * elem.size as usize));
        }
    }
}

unsafe fn copy(desc: &TypeDesc, given: &SumiValue, place: *mut u8) {
    // SAFETY: what was checked is there.
    unsafe {
        let Bytes { data, length } = given.held.bytes;
        let size = length * desc.size as usize;
        if size > 0 {
            place.copy_from_nonoverlapping(data.cast(), size);
        }
    }
}

unsafe fn make_array(desc: &TypeDesc, given: &SumiValue) -> *mut Block {
    // SAFETY: as in `make`.
    unsafe {
        if given.kind == DATA {
            let Bytes { data, length } = given.held.bytes;
            return value::new_plain_array(desc.elem, length, data.cast());
        }
        let List { items, length } = given.held.list;
        value::new_array(desc.elem, length, |index, place| {
            make(elem(desc), &*items.add(index), place);
        })
    }
}

unsafe fn make_fields(desc: &TypeDesc, fields: &[FieldDesc], given: &SumiValue, place: *mut u8) {
    if fields.is_empty() {
        return;
    }
    // SAFETY: as in `make`.
    unsafe {
        if desc.kind != Kind::Enum {
            place.write_bytes(0, desc.size as usize); // what lies between fields
        }
        for (index, field) in fields.iter().enumerate() {
            let item = &*given.held.list.items.add(index);
            make(field.ty(), item, place.add(field.offset as usize));
        }
    }
}

/// C's value of Sumi's. Texts and plain data stay where they are if they are lent, else C owns a copy.
///
/// # Safety
/// There is a value of the type, which stays as long as what is lent is used.
pub(crate) unsafe fn read(desc: &TypeDesc, place: *const u8, lent: bool) -> SumiValue {
    // SAFETY: the descriptor says what stands there.
    unsafe {
        match desc.kind {
            Kind::Unit => SumiValue::EMPTY,
            Kind::Bool => SumiValue::new(
                BOOL,
                Held {
                    natural: u64::from(place.read()),
                },
            ),
            Kind::Char => SumiValue::new(
                CHAR,
                Held {
                    natural: u64::from(place.cast::<u32>().read()),
                },
            ),
            Kind::F32 => SumiValue::new(
                FLOAT,
                Held {
                    real: f64::from(place.cast::<f32>().read()),
                },
            ),
            Kind::F64 => SumiValue::new(
                FLOAT,
                Held {
                    real: place.cast::<f64>().read(),
                },
            ),
            Kind::U64 => SumiValue::new(
                UINT,
                Held {
                    natural: place.cast::<u64>().read(),
                },
            ),
            Kind::Str => {
                let text = block::text(place.cast::<*const Block>().read());
                data_at(STR, 0, text.as_ptr(), text.len(), lent)
            }
            Kind::Array => {
                let array = place.cast::<*const Block>().read();
                let len = (*array).len as usize;
                elements(elem(desc), block::elements(array), len, lent)
            }
            Kind::FixedArray => elements(elem(desc), place, desc.count as usize, lent),
            Kind::Struct | Kind::Tuple if !desc.has_heap() => {
                data_at(DATA, desc.size as u32, place, 1, lent)
            }
            Kind::Struct | Kind::Tuple => fields(LIST, desc.fields(), place, lent),
            Kind::Enum => {
                let tag = desc.tag(place);
                let mut value = fields(VARIANT, desc.variants()[tag].fields(), place, lent);
                value.number = tag as u32;
                value
            }
            Kind::Option if desc.tag(place) == 0 => SumiValue::new(NONE, SumiValue::EMPTY.held),
            Kind::Option => {
                let some = some_field(desc);
                read(some.ty(), place.add(some.offset as usize), lent)
            }
            Kind::Opaque => {
                let handle = place.cast::<*const Block>().read();
                let object = block::elements(handle).cast::<*mut SumiObject>().read();
                if !lent {
                    (*object).keep();
                }
                SumiValue {
                    owned: u16::from(!lent),
                    ..SumiValue::new(OBJECT, Held { object })
                }
            }
            kind => {
                let integer = match kind {
                    Kind::I8 => i64::from(place.cast::<i8>().read()),
                    Kind::I16 => i64::from(place.cast::<i16>().read()),
                    Kind::I32 => i64::from(place.cast::<i32>().read()),
                    Kind::U8 => i64::from(place.read()),
                    Kind::U16 => i64::from(place.cast::<u16>().read()),
                    Kind::U32 => i64::from(place.cast::<u32>().read()),
                    _ => place.cast::<i64>().read(),
                };
                SumiValue::new(INT, Held { integer })
            }
        }
    }
}

/// Of a place that C may write: plain data, `length` elements of it.
pub(crate) fn place_of(desc: &TypeDesc, place: *mut u8, length: usize) -> SumiValue {
    let bytes = Bytes {
        data: place.cast(),
        length,
    };
    SumiValue {
        number: desc.size as u32,
        ..SumiValue::new(DATA, Held { bytes })
    }
}

/// Bytes where they are, or a copy, behind which stands a zero. `size` is that of an element of [`DATA`].
///
/// # Safety
/// There are so many, as long as what is lent is used.
pub(crate) unsafe fn data_at(
    kind: u16,
    size: u32,
    at: *const u8,
    length: usize,
    lent: bool,
) -> SumiValue {
    let all = if kind == DATA {
        length * size as usize
    } else {
        length
    };
    let data = match lent {
        true => at.cast_mut(),
        false => {
            let copy = allocated(all + 1).cast::<u8>();
            // SAFETY: there is room for the bytes and the zero.
            unsafe {
                copy.copy_from_nonoverlapping(at, all);
                copy.add(all).write(0);
            }
            copy
        }
    };
    let bytes = Bytes {
        data: data.cast(),
        length,
    };
    SumiValue {
        owned: u16::from(!lent),
        number: size,
        ..SumiValue::new(kind, Held { bytes })
    }
}

unsafe fn elements(elem: &TypeDesc, first: *const u8, len: usize, lent: bool) -> SumiValue {
    // SAFETY: the caller's promise.
    unsafe {
        if !elem.has_heap() {
            return data_at(DATA, elem.size as u32, first, len, lent);
        }
        let size = elem.size as usize;
        let item = |index: usize| read(elem, first.add(index * size), lent);
        list(LIST, len, item)
    }
}

unsafe fn fields(kind: u16, fields: &[FieldDesc], place: *const u8, lent: bool) -> SumiValue {
    list(kind, fields.len(), |index| {
        let field = &fields[index];
        // SAFETY: a field is a part of the value.
        unsafe { read(field.ty(), place.add(field.offset as usize), lent) }
    })
}

/// A list is C's own also where its items are lent.
fn list(kind: u16, length: usize, item: impl Fn(usize) -> SumiValue) -> SumiValue {
    let items = match length {
        0 => ptr::null_mut(),
        _ => allocated(length * size_of::<SumiValue>()).cast::<SumiValue>(),
    };
    for index in 0..length {
        // SAFETY: there is room for so many.
        unsafe { items.add(index).write(item(index)) };
    }
    let list = List { items, length };
    SumiValue {
        owned: u16::from(length > 0),
        ..SumiValue::new(kind, Held { list })
    }
}

/// By C's allocator, so that nobody has to remember how large it is.
fn allocated(bytes: usize) -> *mut c_void {
    // SAFETY: has no conditions.
    let memory = unsafe { libc::malloc(bytes) };
    if memory.is_null() {
        std::alloc::handle_alloc_error(std::alloc::Layout::new::<SumiValue>());
    }
    memory
}

/// Frees what the library has allocated for it.
///
/// # Safety
/// It is as the library gave it.
pub(crate) unsafe fn free(given: &SumiValue) {
    if given.owned == 0 {
        return;
    }
    // SAFETY: what is owned was made above.
    unsafe {
        match given.kind {
            STR | DATA => libc::free(given.held.bytes.data),
            LIST | VARIANT => {
                let List { items, length } = given.held.list;
                (0..length).for_each(|index| free(&*items.add(index)));
                libc::free(items.cast());
            }
            OBJECT => SumiObject::give_up(given.held.object),
            _ => {}
        }
    }
}

/// A value that is freed when it goes.
pub(crate) struct OwnValue(pub(crate) SumiValue);

impl OwnValue {
    /// A copy of what C has, with all parts; it was checked.
    ///
    /// # Safety
    /// As for [`check`].
    pub(crate) unsafe fn copied(given: &SumiValue) -> OwnValue {
        // SAFETY: the caller's promise.
        let copy = unsafe {
            match given.kind {
                STR | DATA => {
                    let bytes = given.bytes().unwrap_or_default();
                    let length = given.held.bytes.length;
                    data_at(given.kind, given.number, bytes.as_ptr(), length, false)
                }
                LIST | VARIANT => {
                    let items = given.items().unwrap_or_default();
                    let copied =
                        |index: usize| ManuallyDrop::new(OwnValue::copied(&items[index])).0;
                    SumiValue {
                        number: given.number,
                        ..list(given.kind, items.len(), copied)
                    }
                }
                OBJECT => {
                    (*given.held.object).keep();
                    SumiValue { owned: 1, ..*given }
                }
                _ => SumiValue { owned: 0, ..*given },
            }
        };
        OwnValue(copy)
    }
}

impl Drop for OwnValue {
    fn drop(&mut self) {
        // SAFETY: it was made by the library.
        unsafe { free(&self.0) }
    }
}
