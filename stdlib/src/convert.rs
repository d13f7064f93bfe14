//! From a value of a type to one of the type that took its place, by their descriptors: fields and variants by name, at any depth;
//! what is of the same type is shared. The session converts the values of variables with it when a definition changes.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::block::{self, Block, elements, empty};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::map::{self, Map};
use crate::memory::{allocate, release_value, retain_value};
use crate::portable::Changes;
use crate::show::read_int;
use crate::value;

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
    /// Of a map or a set: another key became the same.
    SameKeys,
}

/// What the new text says of its types that no descriptor tells.
pub trait Advice {
    /// The value that a new field gets: of the struct's descriptor, by the field's name.
    fn default(&self, owner: &TypeDesc, field: &str) -> Option<*const u8>;

    /// What a type was called before, without its arguments.
    fn former_type(&self, ty: &TypeDesc) -> Option<&str>;

    /// What a field or variant of a type was called before.
    fn former_part(&self, owner: &TypeDesc, part: &str) -> Option<&str>;

    /// What makes a value of a type from one of its former self, if the program has such a function.
    fn migration(&self, ty: &TypeDesc) -> Option<Migration<'_>>;

    /// What an `any` has by now for values of a type, if it does not stay: it begins with the descriptor of what the value becomes.
    fn table(&self, inside: &TypeDesc, any: &TypeDesc) -> Option<*const *const TypeDesc> {
        let _ = (inside, any);
        None
    }

    /// What a function value has by now instead of this code.
    fn function(&self, code: usize) -> Option<NewFunction> {
        let _ = code;
        None
    }

    /// That a function value has this code on, as what it keeps does not suffice for the new one.
    fn stays(&self, code: usize) {
        let _ = code;
    }

    /// Whether there are `any`s that get another table, or functions that get other code.
    fn renews_code(&self) -> bool {
        false
    }
}

/// Code that takes the place of that of function values.
#[derive(Clone, Copy)]
pub struct NewFunction {
    pub code: usize,
    /// The type of the function.
    pub ty: *const TypeDesc,
    /// What it keeps: a struct of the variables that it captured.
    pub kept: *const TypeDesc,
    /// Whether the former code is right too: what cannot get the new one has that on.
    pub may_stay: bool,
}

/// A function of a program that makes a new value from a former one.
#[derive(Clone, Copy)]
pub struct Migration<'a> {
    /// What it takes.
    pub former: &'a TypeDesc,
    /// `code(result, argument)`: whether it drops the argument, and its address.
    pub owns: bool,
    pub code: unsafe extern "C" fn(*mut u8, *const u8),
}

/// Makes a value of `new` from one of `old`, which stays as it is, and notes in what they differ. What could not become the new field's and gave way to its default is told. After
/// that, or a mismatch, by which `to` holds nothing, what was made in vain is left to the next sweep.
///
/// # Safety
/// Within a run of the value's engine, which it may end. `from` is a valid value of `old`, `to` a place for one of `new`; the
/// descriptors outlive both, and what `advice` gives are valid values of the fields, and functions of these types.
pub unsafe fn convert<'d>(
    (old, from): (&'d TypeDesc, *const u8),
    (new, to): (&'d TypeDesc, *mut u8),
    advice: &'d dyn Advice,
    changes: &mut Changes,
) -> Result<Vec<Mismatch>, Mismatch> {
    let mut converter = Converter {
        advice,
        changes,
        noted: FxHashSet::default(),
        made: FxHashMap::default(),
        alike: Alike {
            known: FxHashMap::default(),
            with_tables: true,
            with_code: advice.renews_code(),
        },
        path: Vec::new(),
        lost: Vec::new(),
        migrations: FxHashMap::default(),
        formers: FxHashMap::default(),
        defaults: FxHashMap::default(),
    };
    // SAFETY: the caller's promise.
    unsafe { converter.value(old, from, new, to)? };
    Ok(converter.lost)
}

/// So many losses are told one by one.
const MOST_LOST: usize = 20;

enum Step<'d> {
    /// Of a struct or enum, by name or position.
    Field(&'d str, Option<&'d str>, usize),
    Variant(&'d str, &'d str),
    Element(usize),
}

/// Whether values of both are laid out alike and mean the same, so that those of one are those of the other.
pub fn alike(old: &TypeDesc, new: &TypeDesc) -> bool {
    let mut alike = Alike {
        known: FxHashMap::default(),
        with_tables: false,
        with_code: false,
    };
    alike.are(old, new)
}

struct Converter<'c, 'd> {
    advice: &'d dyn Advice,
    changes: &'c mut Changes,
    /// The fields that stand in there.
    noted: FxHashSet<*const FieldDesc>,
    /// Blocks that were converted: what was shared stays so.
    made: FxHashMap<(*mut Block, *const TypeDesc), *mut Block>,
    alike: Alike,
    path: Vec<Step<'d>>,
    lost: Vec<Mismatch>,
    // What was found out already.
    migrations: FxHashMap<Pair, Option<Migration<'d>>>,
    formers: FxHashMap<(*const FieldDesc, *const FieldDesc), Option<&'d FieldDesc>>,
    defaults: FxHashMap<*const FieldDesc, Option<*const u8>>,
}

impl<'d> Converter<'_, 'd> {
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
            // A field is boxed as long as its type contains itself.
            if old.kind == Kind::Box && new.kind != Kind::Box {
                let inside = elements(from.cast::<*mut Block>().read());
                return self.value(&*old.elem, inside, new, to);
            }
            if new.kind == Kind::Box && old.kind != Kind::Box {
                let made = allocate(new.elem, 1);
                self.value(old, from, &*new.elem, elements(made))?;
                (*made).len = 1;
                to.cast::<*mut Block>().write(made);
                return Ok(());
            }
            if new.kind == Kind::Option && old.kind != Kind::Option {
                to.write_bytes(0, new.size as usize);
                new.set_tag(to, 1);
                let inside = &new.variants()[1].fields()[0];
                let place = to.add(inside.offset as usize);
                return self.value(old, from, inside.ty(), place);
            }
            if new.kind == Kind::Array && old.kind != Kind::Array {
                let made = self.one_element((old, from), &*new.elem)?;
                to.cast::<*mut Block>().write(made);
                return Ok(());
            }
            if old.kind == Kind::Array && new.kind != Kind::Array {
                let block = from.cast::<*mut Block>().read();
                return match (*block).len {
                    1 => self.value(&*old.elem, elements(block), new, to),
                    _ => Err(self.differ(old, new)),
                };
            }
            let is_former = |name: &str| self.advice.former_type(new) == Some(name);
            if old.kind != new.kind || (head(old) != head(new) && !is_former(head(old))) {
                return Err(self.differ(old, new));
            }
            if let Some(migration) = self.migration(old, new) {
                return self.migrate((old, from), migration, to);
            }
            match old.kind {
                Kind::Struct | Kind::Tuple => {
                    let parts = (old.fields(), from, new.fields(), to);
                    self.fields((old, new), parts)
                }
                Kind::Enum | Kind::Option | Kind::Result => self.variant(old, from, new, to),
                // The index of a map is made of the hashes of its keys, which stay.
                Kind::Map | Kind::Set
                    if self.alike.are(key_of(old), key_of(new))
                        && !finds_by_code(key_of(new), true) =>
                {
                    let parts = (old.fields(), from, new.fields(), to);
                    self.fields((old, new), parts)
                }
                Kind::Set => {
                    let parts = (old.fields(), from, new.fields(), to);
                    self.fields((old, new), parts)
                }
                Kind::Map => self.map(old, from, new, to),
                Kind::Any if old.same_type(new) => self.any((old, from), (new, to)),
                Kind::Fn => self.function((old, from), (new, to)),
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
                | Kind::Any
                | Kind::Opaque
                | Kind::Ptr
                | Kind::CStr
                | Kind::Simd => Err(self.differ(old, new)),
            }
        }
    }

    /// `{code, environment}`; its block says what is in it.
    unsafe fn function(
        &mut self,
        (old, from): (&'d TypeDesc, *const u8),
        (new, to): (&'d TypeDesc, *mut u8),
    ) -> Result<(), Mismatch> {
        // SAFETY: the caller's promise; what the advice gives is there as long as the advice.
        unsafe {
            let code = from.cast::<usize>().read();
            let newer = self.advice.function(code);
            let fits = old.same_type(new);
            let may_stay = fits && newer.is_none_or(|newer| newer.may_stay);
            let depth = self.path.len();
            let made = match (newer, value::captures(from)) {
                (Some(newer), _) if (*newer.ty).same_type(new) => {
                    let kept = self.captures(from, &*newer.kept);
                    kept.map(|kept| (newer.code, kept))
                }
                // The code stays, and what it keeps may have other code in it.
                (None, Some((kept, _))) if fits => {
                    self.captures(from, kept).map(|kept| (code, kept))
                }
                _ => Err(self.differ(old, new)),
            };
            match made {
                Ok((code, kept)) => {
                    to.cast::<usize>().write(code);
                    to.add(8).cast::<*mut Block>().write(kept);
                }
                Err(_) if may_stay => {
                    self.path.truncate(depth);
                    if newer.is_some() {
                        self.advice.stays(code);
                    }
                    retain_value(old, from);
                    to.copy_from_nonoverlapping(from, new.size as usize);
                }
                Err(mismatch) => return Err(mismatch),
            }
        }
        Ok(())
    }

    /// What a function value keeps, as what another one would.
    unsafe fn captures(
        &mut self,
        from: *const u8,
        new: &'d TypeDesc,
    ) -> Result<*mut Block, Mismatch> {
        let Some(first) = new.fields().first() else {
            return Ok(empty());
        };
        // SAFETY: the caller's promise.
        unsafe {
            match value::captures(from) {
                Some((old, _)) => {
                    let block = from.add(8).cast::<*mut Block>().read();
                    if self.alike.are(old, new) {
                        block::retain(block);
                        return Ok(block);
                    }
                    self.block(block, old, new)
                }
                None => {
                    self.path.push(Step::Field(head(new), first.name(), 0));
                    Err(self.mismatch(Reason::NoDefault))
                }
            }
        }
    }

    /// `{table, box}`; the box says of what type the value in it is.
    unsafe fn any(
        &mut self,
        (old, from): (&'d TypeDesc, *const u8),
        (new, to): (&'d TypeDesc, *mut u8),
    ) -> Result<(), Mismatch> {
        // SAFETY: the caller's promise; a table begins with a descriptor.
        unsafe {
            let block = from.add(8).cast::<*mut Block>().read();
            let inside = &*(*block).elem;
            let Some(table) = self.advice.table(inside, new) else {
                retain_value(old, from);
                to.copy_from_nonoverlapping(from, new.size as usize);
                return Ok(());
            };
            let made = self.block(block, inside, &**table)?;
            to.cast::<*const *const TypeDesc>().write(table);
            to.add(8).cast::<*mut Block>().write(made);
        }
        Ok(())
    }

    /// By a function of the program.
    unsafe fn migrate(
        &mut self,
        (old, from): (&'d TypeDesc, *const u8),
        migration: Migration<'d>,
        to: *mut u8,
    ) -> Result<(), Mismatch> {
        let former = migration.former;
        // SAFETY: the caller's promise; the place has room for the former value.
        unsafe {
            migrated(&migration, to, &mut |place| match old.kind {
                Kind::Struct => {
                    let parts = (old.fields(), from, former.fields(), place);
                    self.fields((old, former), parts)
                }
                _ => self.variant(old, from, former, place),
            })
        }
    }

    fn differ(&self, old: &'d TypeDesc, new: &'d TypeDesc) -> Mismatch {
        self.mismatch(differ((old.kind, old.name()), new))
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
            let pair = (old.as_ptr(), std::ptr::from_ref(field));
            let former = match self.formers.get(&pair) {
                Some(known) => *known,
                None => {
                    let found = self.former(owner, old, new, position);
                    self.formers.insert(pair, found);
                    found
                }
            };
            self.path
                .push(Step::Field(head(owner), field.name(), position));
            // SAFETY: the caller's promise; offsets count from the whole value.
            unsafe {
                let place = to.add(field.offset as usize);
                match former {
                    Some(former) => {
                        if is_retyped(former.ty(), field.ty()) && self.noted.insert(field) {
                            self.changes.retyped.insert(called(owner, field, position));
                        }
                        let depth = self.path.len();
                        let from = from.add(former.offset as usize);
                        if let Err(lost) = self.value(former.ty(), from, field.ty(), place) {
                            self.path.truncate(depth);
                            if !self.default(owner, field, place) {
                                return Err(lost);
                            }
                            self.changes.lost.insert(called(owner, field, position));
                            if self.lost.len() < MOST_LOST {
                                self.lost.push(lost);
                            }
                        }
                    }
                    None if self.default(owner, field, place) => {
                        if self.noted.insert(field) {
                            self.changes.added.insert(called(owner, field, position));
                        }
                    }
                    None => return Err(self.mismatch(Reason::NoDefault)),
                }
            }
            self.path.pop();
        }
        for (position, field) in old.iter().enumerate() {
            let mut formers = new.iter().map(|new| {
                let pair = (old.as_ptr(), std::ptr::from_ref(new));
                self.formers.get(&pair).copied().flatten()
            });
            let is_there = formers.any(|former| former.is_some_and(|f| std::ptr::eq(f, field)));
            if !is_there && self.noted.insert(field) {
                self.changes.dropped.insert(called(owner, field, position));
            }
        }
        Ok(())
    }

    /// Of a map whose keys may have other hashes now.
    unsafe fn map(
        &mut self,
        old: &'d TypeDesc,
        from: *const u8,
        new: &'d TypeDesc,
        to: *mut u8,
    ) -> Result<(), Mismatch> {
        // SAFETY: the caller's promise; the entries of a map are an array.
        unsafe {
            let former = Map::read(old, from);
            let entry = |desc: &'d TypeDesc| &*desc.fields()[1].ty().elem;
            let entries = match self.alike.are(entry(old), entry(new)) {
                true => {
                    block::retain(former.entries);
                    former.entries
                }
                false => self.block(former.entries, entry(old), entry(new))?,
            };
            let table = match (*entries).len {
                0 => Ok(empty()),
                _ => map::table(new, entries),
            };
            let Ok(table) = table else {
                return Err(self.mismatch(Reason::SameKeys));
            };
            map::write(new, to, table, entries, former.live);
        }
        Ok(())
    }

    /// The function that makes a new value of a former one.
    fn migration(&mut self, old: &'d TypeDesc, new: &'d TypeDesc) -> Option<Migration<'d>> {
        let advice = self.advice;
        *self.migrations.entry((old, new)).or_insert_with(|| {
            let found = advice.migration(new);
            found.filter(|migration| has_parts_of(old, migration.former))
        })
    }

    /// The field that a new one takes the place of.
    fn former(
        &self,
        owner: &TypeDesc,
        old: &'d [FieldDesc],
        new: &'d [FieldDesc],
        position: usize,
    ) -> Option<&'d FieldDesc> {
        let Some(name) = new[position].name() else {
            return old.get(position).filter(|old| old.name().is_none());
        };
        let named = |name: &str| old.iter().find(|old| old.name() == Some(name));
        named(name).or_else(|| {
            let former = self.advice.former_part(owner, name)?;
            named(former).filter(|_| new.iter().all(|new| new.name() != Some(former)))
        })
    }

    /// Gives a field its default, if it has one.
    unsafe fn default(&mut self, owner: &TypeDesc, field: &FieldDesc, place: *mut u8) -> bool {
        let advice = self.advice;
        let known = self.defaults.entry(field).or_insert_with(|| {
            let name = field.name().unwrap_or_default();
            advice.default(owner, name)
        });
        let Some(default) = *known else {
            return false;
        };
        // SAFETY: a value of the field's type, and its place.
        unsafe { share(field, default, place) };
        true
    }

    /// An array of the value alone.
    unsafe fn one_element(
        &mut self,
        (old, from): (&'d TypeDesc, *const u8),
        elem: &'d TypeDesc,
    ) -> Result<*mut Block, Mismatch> {
        // SAFETY: the caller's promise; the element counts as soon as it is written.
        unsafe {
            let made = allocate(elem, 1);
            self.elements((old, from), (elem, elements(made)), 1, &mut |count| {
                (*made).len = count as i64;
            })?;
            Ok(made)
        }
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
            let mut names = new.variants().iter().map(|variant| variant.name());
            let same = names.clone().position(|name| name == former.name());
            let found = same.or_else(|| {
                names.position(|name| self.advice.former_part(new, name) == Some(former.name()))
            });
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

/// Gives a field its default, if it has one.
///
/// # Safety
/// Within a run, which a default may end; what the advice gives are valid values of the fields, and the place is free.
pub(crate) unsafe fn fill_default(
    advice: &dyn Advice,
    owner: &TypeDesc,
    field: &FieldDesc,
    place: *mut u8,
) -> bool {
    let Some(default) = advice.default(owner, field.name().unwrap_or_default()) else {
        return false;
    };
    // SAFETY: the caller's promise.
    unsafe { share(field, default, place) };
    true
}

/// The field becomes an owner of the value.
unsafe fn share(field: &FieldDesc, value: *const u8, place: *mut u8) {
    // SAFETY: the caller's promise: a value of the field's type, and its place.
    unsafe {
        retain_value(field.ty(), value);
        place.copy_from_nonoverlapping(value, field.ty().size as usize);
    }
}

/// Has a function of the program make the value of what `fill` writes.
///
/// # Safety
/// Within a run, which the function may end: what it holds is left to the sweep. `fill` writes a value of the former type, or fails; the place
/// is free.
pub(crate) unsafe fn migrated<E>(
    migration: &Migration<'_>,
    to: *mut u8,
    fill: &mut dyn FnMut(*mut u8) -> Result<(), E>,
) -> Result<(), E> {
    let Migration { former, owns, code } = migration;
    let mut argument = vec![0_u128; (former.size as usize).div_ceil(16).max(1)];
    let place = argument.as_mut_ptr().cast::<u8>();
    fill(place)?;
    // SAFETY: the caller's promise; the function takes one and writes a new value.
    unsafe {
        code(to, place);
        if !owns {
            release_value(former, place);
        }
    }
    Ok(())
}

/// Whether a type has the very fields or variants, by name, of another.
fn has_parts_of(ty: &TypeDesc, other: &TypeDesc) -> bool {
    fn names(fields: &[FieldDesc]) -> impl Iterator<Item = Option<&str>> {
        fields.iter().map(FieldDesc::name)
    }
    let has_all = |of: &TypeDesc, by: &TypeDesc| {
        let fields = names(of.fields()).all(|name| names(by.fields()).any(|other| other == name));
        fields
            && of.variants().iter().all(|variant| {
                let mut same = by
                    .variants()
                    .iter()
                    .filter(|other| other.name() == variant.name());
                same.any(|other| names(variant.fields()).eq(names(other.fields())))
            })
    };
    ty.kind == other.kind && has_all(ty, other) && has_all(other, ty)
}

/// Two types, with what they are if their names do not tell them apart.
pub(crate) fn differ((kind, name): (Kind, &str), new: &TypeDesc) -> Reason {
    let told = |kind: Kind, name: &str| match kind {
        Kind::Struct => format!("struct {name}"),
        Kind::Enum => format!("enum {name}"),
        _ => name.to_owned(),
    };
    match name == new.name() && kind != new.kind {
        true => Reason::Types(told(kind, name), told(new.kind, new.name())),
        false => Reason::Types(name.to_owned(), new.name().to_owned()),
    }
}

/// A field as reports name it.
pub(crate) fn called(owner: &TypeDesc, field: &FieldDesc, position: usize) -> String {
    match field.name() {
        Some(name) => format!("{}.{name}", head(owner)),
        None => format!("{}.{position}", head(owner)),
    }
}

/// Whether a value stays itself and is of another type: a number, or a `T` that becomes a `T?`.
fn is_retyped(old: &TypeDesc, new: &TypeDesc) -> bool {
    old.kind != new.kind && old.kind != Kind::Box && new.kind != Kind::Box
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
pub(crate) unsafe fn number(old: Kind, from: *const u8, new: Kind, to: *mut u8) -> bool {
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
struct Alike {
    known: FxHashMap<Pair, bool>,
    /// Not where keys are found by code, which may be other code now.
    with_tables: bool,
    /// Not where an `any` or a function may be no longer what it was.
    with_code: bool,
}

/// A former type and the one that took its place.
type Pair = (*const TypeDesc, *const TypeDesc);

/// Whether values of the type have maps or sets in them whose keys, or parts of those, have a `hash` of the program; or are such a key.
pub fn finds_by_code(desc: &TypeDesc, is_key: bool) -> bool {
    let mut seen: FxHashSet<(*const TypeDesc, bool)> = FxHashSet::default();
    let mut waiting = vec![(desc, is_key)];
    while let Some((desc, is_key)) = waiting.pop() {
        if is_key && desc.hash.is_some() {
            return true;
        }
        let is_key = is_key || matches!(desc.kind, Kind::Map | Kind::Set);
        let parts = desc.parts().map(|part| (part, is_key));
        waiting.extend(parts.filter(|(part, is_key)| seen.insert((*part, *is_key))));
    }
    false
}

impl Alike {
    fn are(&mut self, old: &TypeDesc, new: &TypeDesc) -> bool {
        if let Some(known) = self
            .known
            .get(&(std::ptr::from_ref(old), std::ptr::from_ref(new)))
        {
            return *known;
        }
        let mut seen = FxHashSet::default();
        let found =
            !(self.with_tables && finds_by_code(new, false)) && self.search(old, new, &mut seen);
        // What was taken for granted on the way is so if nothing spoke against it.
        match found {
            true => self.known.extend(seen.into_iter().map(|pair| (pair, true))),
            false => drop(self.known.insert((old, new), false)),
        }
        found
    }

    fn search(&self, old: &TypeDesc, new: &TypeDesc, seen: &mut FxHashSet<Pair>) -> bool {
        let mut waiting = vec![(old, new)];
        while let Some((old, new)) = waiting.pop() {
            let pair: Pair = (old, new);
            if self.with_code && matches!(old.kind, Kind::Any | Kind::Fn) {
                return false;
            }
            if !seen.insert(pair) || std::ptr::eq(old, new) && !self.with_code {
                continue;
            }
            match self.known.get(&pair) {
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
pub(crate) fn head(desc: &TypeDesc) -> &str {
    match desc.kind {
        Kind::Struct | Kind::Enum => head_of(desc.name()),
        _ => "",
    }
}

/// The name of a type without its arguments.
pub fn head_of(name: &str) -> &str {
    name.split('<').next().unwrap_or_default()
}

pub(crate) fn is_number(kind: Kind) -> bool {
    number_size(kind).is_some()
}
