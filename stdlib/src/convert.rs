//! From a value of a type to one of the type that took its place, by their descriptors: fields and variants by name, at any depth;
//! what is of the same type is shared. The session converts the values of variables with it when a definition changes.

use std::collections::{HashMap, HashSet};

use crate::block::{self, Block, elements};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::memory::{allocate, retain_value};
use crate::show::read_int;

/// Why a value cannot become one of the new type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The way from the value to the part: `.pos.x`, `[3]`.
    pub path: String,
    /// The struct or enum in which the part is a field or variant, and its name there.
    pub owner: Option<(String, String)>,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The part has another type, old and new.
    Types(String, String),
    /// A new field without a default.
    NoDefault,
    /// The value is of a variant that is gone.
    NoVariant,
}

/// The value that a new field gets: of the struct's descriptor, by the field's name.
pub type Defaults<'a> = &'a dyn Fn(&TypeDesc, &str) -> Option<*const u8>;

/// Makes a value of `new` from one of `old`, which stays as it is. After a mismatch `to` holds nothing, and what was made for it is
/// left to the next sweep.
///
/// # Safety
/// Within a run of the value's engine, which it may end. `from` is a valid value of `old`, `to` a place for one of `new`; the
/// descriptors outlive both, and what `defaults` gives are valid values of the fields.
pub unsafe fn convert<'d>(
    (old, from): (&'d TypeDesc, *const u8),
    (new, to): (&'d TypeDesc, *mut u8),
    defaults: Defaults<'d>,
) -> Result<(), Mismatch> {
    let mut converter = Converter {
        defaults,
        made: HashMap::new(),
        alike: Alike::default(),
        path: Vec::new(),
    };
    // SAFETY: the caller's promise.
    unsafe { converter.value(old, from, new, to) }
}

enum Step<'d> {
    /// Of a struct or enum, by name or position.
    Field(&'d str, Option<&'d str>, usize),
    Variant(&'d str, &'d str),
    Element(usize),
}

struct Converter<'d> {
    defaults: Defaults<'d>,
    /// Blocks that were converted: what was shared stays so.
    made: HashMap<(*mut Block, *const TypeDesc), *mut Block>,
    alike: Alike,
    path: Vec<Step<'d>>,
}

impl<'d> Converter<'d> {
    fn mismatch(&self, reason: Reason) -> Mismatch {
        let mut path = String::new();
        let mut owner = None;
        for step in &self.path {
            match step {
                Step::Field(of, name, position) => {
                    let name = name.map_or_else(|| position.to_string(), str::to_owned);
                    path += &format!(".{name}");
                    owner = Some(((*of).to_owned(), name));
                }
                Step::Variant(of, name) => owner = Some(((*of).to_owned(), (*name).to_owned())),
                Step::Element(index) => path += &format!("[{index}]"),
            }
        }
        Mismatch {
            path,
            owner,
            reason,
        }
    }

    unsafe fn value(
        &mut self,
        old: &'d TypeDesc,
        from: *const u8,
        new: &'d TypeDesc,
        to: *mut u8,
    ) -> Result<(), Mismatch> {
        // SAFETY: the caller's promise: descriptors say what stands there.
        unsafe {
            if self.alike.are(old, new) {
                retain_value(old, from);
                to.copy_from_nonoverlapping(from, new.size as usize);
                return Ok(());
            }
            if let (Some(_), Some(_)) = (number_size(old.kind), number_size(new.kind)) {
                return match number(old.kind, from, new.kind, to) {
                    true => Ok(()),
                    false => Err(self.differ(old, new)),
                };
            }
            if new.kind == Kind::Option && old.kind != Kind::Option {
                to.write_bytes(0, new.size as usize);
                new.set_tag(to, 1);
                let inside = &new.variants()[1].fields()[0];
                let place = to.add(inside.offset as usize);
                return self.value(old, from, inside.ty(), place);
            }
            if old.kind != new.kind || head(old) != head(new) {
                return Err(self.differ(old, new));
            }
            match old.kind {
                Kind::Struct | Kind::Tuple => {
                    let parts = (old.fields(), from, new.fields(), to);
                    self.fields((old, new), parts)
                }
                Kind::Enum | Kind::Option | Kind::Result => self.variant(old, from, new, to),
                // The index of a map is made of the hashes of its keys.
                Kind::Map | Kind::Set if self.alike.are(key_of(old), key_of(new)) => {
                    let parts = (old.fields(), from, new.fields(), to);
                    self.fields((old, new), parts)
                }
                Kind::Array | Kind::Box => {
                    let block = from.cast::<*mut Block>().read();
                    let made = self.block(block, &*old.elem, &*new.elem)?;
                    to.cast::<*mut Block>().write(made);
                    Ok(())
                }
                Kind::FixedArray if old.count == new.count => {
                    let (was, is) = (&*old.elem, &*new.elem);
                    self.elements((was, from), (is, to), old.count as usize, &mut |_| {})
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
                | Kind::Str
                | Kind::FixedArray
                | Kind::Fn
                | Kind::Any
                | Kind::Opaque
                | Kind::Ptr
                | Kind::CStr
                | Kind::Simd
                | Kind::Map
                | Kind::Set => Err(self.differ(old, new)),
            }
        }
    }

    fn differ(&self, old: &'d TypeDesc, new: &'d TypeDesc) -> Mismatch {
        self.mismatch(Reason::Types(old.name().into(), new.name().into()))
    }

    /// Fields by name; those without one, of tuples and payloads, by position.
    unsafe fn fields(
        &mut self,
        (old_owner, owner): (&'d TypeDesc, &'d TypeDesc),
        (old, from, new, to): (&'d [FieldDesc], *const u8, &'d [FieldDesc], *mut u8),
    ) -> Result<(), Mismatch> {
        if owner.kind == Kind::Tuple && old.len() != new.len() {
            return Err(self.differ(old_owner, owner));
        }
        for (position, field) in new.iter().enumerate() {
            let former = match field.name() {
                Some(name) => old.iter().find(|old| old.name() == Some(name)),
                None => old.get(position).filter(|old| old.name().is_none()),
            };
            self.path
                .push(Step::Field(head(owner), field.name(), position));
            // SAFETY: the caller's promise; offsets count from the whole value.
            unsafe {
                let place = to.add(field.offset as usize);
                match former {
                    Some(former) => {
                        let from = from.add(former.offset as usize);
                        self.value(former.ty(), from, field.ty(), place)?;
                    }
                    None => {
                        let name = field.name().unwrap_or_default();
                        let Some(default) = (self.defaults)(owner, name) else {
                            return Err(self.mismatch(Reason::NoDefault));
                        };
                        retain_value(field.ty(), default);
                        place.copy_from_nonoverlapping(default, field.ty().size as usize);
                    }
                }
            }
            self.path.pop();
        }
        Ok(())
    }

    unsafe fn variant(
        &mut self,
        old: &'d TypeDesc,
        from: *const u8,
        new: &'d TypeDesc,
        to: *mut u8,
    ) -> Result<(), Mismatch> {
        // SAFETY: the caller's promise.
        unsafe {
            let former = &old.variants()[old.tag(from)];
            let is_same = |name: &str| name == former.name();
            let found = new.variants().iter().position(|v| is_same(v.name()));
            let Some(tag) = found else {
                let step = Step::Variant(head(old), former.name());
                self.path.push(step);
                return Err(self.mismatch(Reason::NoVariant));
            };
            to.write_bytes(0, new.size as usize);
            new.set_tag(to, tag);
            let fields = new.variants()[tag].fields();
            self.fields((old, new), (former.fields(), from, fields, to))
        }
    }

    unsafe fn block(
        &mut self,
        block: *mut Block,
        old: &'d TypeDesc,
        new: &'d TypeDesc,
    ) -> Result<*mut Block, Mismatch> {
        // SAFETY: the caller's promise; a new block has room for as many elements, which count as soon as they are written.
        unsafe {
            let len = (*block).len as usize;
            if len == 0 {
                return Ok(block::empty());
            }
            if let Some(&made) = self.made.get(&(block, std::ptr::from_ref(new))) {
                block::retain(made);
                return Ok(made);
            }
            let made = allocate(new, len as i64);
            let (from, to) = (elements(block), elements(made));
            self.elements((old, from), (new, to), len, &mut |count| {
                (*made).len = count as i64;
            })?;
            self.made.insert((block, std::ptr::from_ref(new)), made);
            Ok(made)
        }
    }

    unsafe fn elements(
        &mut self,
        (old, from): (&'d TypeDesc, *const u8),
        (new, to): (&'d TypeDesc, *mut u8),
        len: usize,
        done: &mut dyn FnMut(usize),
    ) -> Result<(), Mismatch> {
        for index in 0..len {
            self.path.push(Step::Element(index));
            // SAFETY: the caller's promise.
            unsafe {
                let from = from.add(index * old.size as usize);
                self.value(old, from, new, to.add(index * new.size as usize))?;
            }
            self.path.pop();
            done(index + 1);
        }
        Ok(())
    }
}

/// Of a number; other types are none.
fn number_size(kind: Kind) -> Option<u32> {
    match kind {
        Kind::I8 | Kind::U8 => Some(8),
        Kind::I16 | Kind::U16 => Some(16),
        Kind::I32 | Kind::U32 | Kind::F32 => Some(32),
        Kind::I64 | Kind::U64 | Kind::F64 => Some(64),
        Kind::Bool
        | Kind::Char
        | Kind::Unit
        | Kind::Str
        | Kind::Struct
        | Kind::Tuple
        | Kind::Enum
        | Kind::Option
        | Kind::Result
        | Kind::Array
        | Kind::FixedArray
        | Kind::Box
        | Kind::Fn
        | Kind::Any
        | Kind::Opaque
        | Kind::Ptr
        | Kind::CStr
        | Kind::Simd
        | Kind::Map
        | Kind::Set => None,
    }
}

/// A number of another type, if it is exactly the same number there; else nothing is written that counts.
unsafe fn number(old: Kind, from: *const u8, new: Kind, to: *mut u8) -> bool {
    let is_float = |kind: Kind| matches!(kind, Kind::F32 | Kind::F64);
    // SAFETY: the kinds say what stands there.
    unsafe {
        if is_float(old) {
            let value = match old {
                Kind::F32 => f64::from(from.cast::<f32>().read()),
                _ => from.cast::<f64>().read(),
            };
            return match new {
                Kind::F64 => {
                    to.cast::<f64>().write(value);
                    true
                }
                Kind::F32 => {
                    to.cast::<f32>().write(value as f32);
                    value.is_nan() || f64::from(value as f32) == value
                }
                _ => {
                    // Beyond 2^53 a float is no longer what somebody counted.
                    let is_whole = value.trunc() == value && value.abs() <= 9e15;
                    is_whole && write_int(new, value as i128, to)
                }
            };
        }
        let value = read_int(old, from);
        match new {
            Kind::F64 => {
                to.cast::<f64>().write(value as f64);
                value as f64 as i128 == value
            }
            Kind::F32 => {
                to.cast::<f32>().write(value as f32);
                value as f32 as i128 == value
            }
            _ => write_int(new, value, to),
        }
    }
}

unsafe fn write_int(kind: Kind, value: i128, to: *mut u8) -> bool {
    let bits = number_size(kind).unwrap_or(0);
    let is_signed = matches!(kind, Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64);
    let range = match is_signed {
        true => -(1_i128 << (bits - 1))..1_i128 << (bits - 1),
        false => 0..1_i128 << bits,
    };
    let bytes = value.to_le_bytes();
    // SAFETY: the kind says how many bytes there are.
    unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), bits as usize / 8) };
    range.contains(&value)
}

/// Which types are laid out alike, and mean the same by it: a type that was redefined may have the identity that it had.
#[derive(Default)]
struct Alike(HashMap<Pair, bool>);

/// A former type and the one that took its place.
type Pair = (*const TypeDesc, *const TypeDesc);

impl Alike {
    fn are(&mut self, old: &TypeDesc, new: &TypeDesc) -> bool {
        let mut seen = HashSet::new();
        let found = self.search(old, new, &mut seen);
        // What was taken for granted on the way is so if nothing spoke against it.
        match found {
            true => self.0.extend(seen.into_iter().map(|pair| (pair, true))),
            false => drop(self.0.insert((old, new), false)),
        }
        found
    }

    fn search(&self, old: &TypeDesc, new: &TypeDesc, seen: &mut HashSet<Pair>) -> bool {
        let mut waiting = vec![(old, new)];
        while let Some((old, new)) = waiting.pop() {
            let pair: Pair = (old, new);
            if std::ptr::eq(old, new) || !seen.insert(pair) {
                continue;
            }
            match self.0.get(&pair) {
                Some(true) => continue,
                Some(false) => return false,
                None => {}
            }
            // Boxes have no identity of their own.
            let are_boxes = old.kind == Kind::Box && new.kind == Kind::Box;
            let are_one = old.same_type(new) && old.size == new.size;
            if !(are_boxes || are_one) {
                return false;
            }
            if !alike_parts(old.fields(), new.fields(), &mut waiting)
                || old.variants().len() != new.variants().len()
            {
                return false;
            }
            for (old, new) in old.variants().iter().zip(new.variants()) {
                if old.name() != new.name()
                    || !alike_parts(old.fields(), new.fields(), &mut waiting)
                {
                    return false;
                }
            }
            // SAFETY: the descriptor of the elements, if there is one, is a constant.
            match unsafe { (old.elem.as_ref(), new.elem.as_ref()) } {
                (Some(old), Some(new)) => waiting.push((old, new)),
                (None, None) => {}
                _ => return false,
            }
        }
        true
    }
}

/// Whether the fields have the same names and places; their types are left to be looked at.
fn alike_parts<'d>(
    old: &'d [FieldDesc],
    new: &'d [FieldDesc],
    waiting: &mut Vec<(&'d TypeDesc, &'d TypeDesc)>,
) -> bool {
    waiting.extend(
        old.iter()
            .map(FieldDesc::ty)
            .zip(new.iter().map(FieldDesc::ty)),
    );
    let is_alike =
        |(old, new): (&FieldDesc, &FieldDesc)| old.name() == new.name() && old.offset == new.offset;
    old.len() == new.len() && old.iter().zip(new).all(is_alike)
}

/// Of a map or a set.
fn key_of(desc: &TypeDesc) -> &TypeDesc {
    let entries = match desc.kind {
        Kind::Set => desc.fields()[0].ty().fields()[1].ty(),
        _ => desc.fields()[1].ty(),
    };
    // SAFETY: entries are an array of optional pairs.
    let entry = unsafe { &*entries.elem };
    entry.variants()[1].fields()[0].ty().fields()[0].ty()
}

/// The name of a struct or enum without its type arguments; of other types nothing, their parts are compared.
fn head(desc: &TypeDesc) -> &str {
    match desc.kind {
        Kind::Struct | Kind::Enum => desc.name().split('<').next().unwrap_or_default(),
        _ => "",
    }
}
