//! Makes values of what was read, by the plans that say how.

use super::Changes;
use super::file::{At, Cursor, File, unzigzag};
use super::read::{Fields, Made, Plan, PlanId, Result, Wanted};
use super::schema::{Id, Shape, pair_of};
use crate::block::{self, Block, elements, empty};
use crate::convert::{
    Advice, Mismatch, Reason, called, differ, fill_default, head, migrated, number,
};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::map;
use crate::memory::allocate;

/// Makes values. No frame of it holds anything that must be dropped while something may end the run.
pub(super) struct Making<'a, 'd, 'v> {
    pub(super) file: &'a File,
    pub(super) plans: &'a [Plan<'d>],
    pub(super) wanted: &'a mut Vec<Vec<Wanted>>,
    pub(super) advice: &'v dyn Advice,
    pub(super) changes: &'a mut Changes,
    pub(super) lost: &'a mut Vec<(String, Mismatch)>,
}

fn mismatch<T>(reason: Reason) -> Result<T> {
    Err(Box::new(Mismatch {
        path: String::new(),
        owner: None,
        reason,
    }))
}

/// The way to it begins one step before.
fn within<T>(made: Result<T>, step: impl FnOnce() -> String) -> Result<T> {
    made.map_err(|mut found| {
        found.path = super::closed::shortened(step() + &found.path);
        found
    })
}

impl<'a, 'd> Making<'a, 'd, '_> {
    pub(super) fn cursor(&self, at: usize) -> Cursor<'a> {
        let file: &'a File = self.file;
        file.cursor(at)
    }

    pub(super) unsafe fn block(&mut self, index: usize, plan: PlanId) -> Result<Made> {
        let plans: &'a [Plan<'d>] = self.plans;
        let (at, here) = (self.file.blocks[index], index);
        let mut cursor = self.cursor(at.start);
        let len = at.len as usize;
        // SAFETY: the caller's promise: within a run; new blocks are ours to write, and have room for all elements.
        unsafe {
            match &plans[plan as usize] {
                Plan::Text => {
                    let made = allocate(&raw const crate::desc::U8, len as i64);
                    elements(made).copy_from(cursor.bytes[cursor.at..].as_ptr(), len);
                    (*made).len = len as i64;
                    Ok(Made::Block(made))
                }
                Plan::Block(ty, elem, inner) => {
                    let made = allocate(*elem, len as i64);
                    let (first, size) = (elements(made), elem.size as usize);
                    let is_box = matches!(self.file.types.get(at.ty).shape, Shape::Box(_));
                    match &plans[*inner as usize] {
                        // Their bytes are what was written.
                        Plan::Copy(Kind::U8 | Kind::I8 | Kind::Bool | Kind::F32 | Kind::F64) => {
                            first.copy_from(cursor.bytes[cursor.at..].as_ptr(), len * size)
                        }
                        Plan::Copy(Kind::Unit) => {}
                        _ => {
                            first.write_bytes(0, len * size);
                            for index in 0..len {
                                let place = first.add(index * size);
                                let value = self.value(&mut cursor, here, *ty, *inner, place);
                                within(value, || match is_box {
                                    true => String::new(),
                                    false => format!("[{index}]"),
                                })?;
                            }
                        }
                    }
                    (*made).len = len as i64;
                    Ok(Made::Block(made))
                }
                Plan::Map { desc, key, value } => {
                    let entries = self.entries(index, at, desc, *key, *value)?;
                    match map::table(desc, entries) {
                        Ok(table) => Ok(Made::Map {
                            entries,
                            index: table,
                            live: len as i64,
                        }),
                        Err(at) => within(mismatch(Reason::SameKeys), || format!(".keys()[{at}]")),
                    }
                }
                _ => unreachable!("only these plans are of blocks"),
            }
        }
    }

    unsafe fn entries(
        &mut self,
        here: usize,
        at: At,
        desc: &TypeDesc,
        key: (Id, PlanId),
        value: (Id, PlanId),
    ) -> Result<*mut Block> {
        let mut cursor = self.cursor(at.start);
        // SAFETY: as for `block`; an entry is an optional pair.
        unsafe {
            let entry = &*desc.fields()[1].ty().elem;
            let (new_key, new_value) = pair_of(desc);
            let pair = entry.variants()[1].fields()[0].offset;
            let made = allocate(entry, at.len as i64);
            let size = entry.size as usize;
            elements(made).write_bytes(0, at.len as usize * size);
            for index in 0..at.len as usize {
                let place = elements(made).add(index * size);
                entry.set_tag(place, 1);
                let part = |field: &FieldDesc| place.add((pair + field.offset) as usize);
                let done = self.value(&mut cursor, here, key.0, key.1, part(new_key));
                within(done, || format!(".keys()[{index}]"))?;
                let done = self.value(&mut cursor, here, value.0, value.1, part(new_value));
                within(done, || format!(".values()[{index}]"))?;
            }
            (*made).len = at.len as i64;
            Ok(made)
        }
    }

    /// What a block became, with one owner more. None if it is empty.
    unsafe fn made(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: usize,
        plan: PlanId,
    ) -> Result<Option<Made>> {
        let back = cursor.known() as usize;
        if back == 0 {
            return Ok(None);
        }
        let mut wanted = self.wanted[here - back].iter();
        let made = wanted.find(|known| known.plan == plan);
        match made.and_then(|known| known.made.as_ref()) {
            Some(Ok(made)) => {
                // SAFETY: blocks that were made live until all values are.
                unsafe {
                    match made {
                        Made::Block(block) => block::retain(*block),
                        Made::Map { entries, index, .. } => {
                            block::retain(*entries);
                            block::retain(*index);
                        }
                    }
                }
                Ok(Some(*made))
            }
            Some(Err(mismatch)) => Err(mismatch.clone()),
            None => unreachable!("a block was not looked for"),
        }
    }

    pub(super) unsafe fn value(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: usize,
        ty: Id,
        plan: PlanId,
        to: *mut u8,
    ) -> Result<()> {
        let plans: &'a [Plan<'d>] = self.plans;
        // SAFETY: the caller's promise: `to` is a free place of the plan's type.
        unsafe {
            match &plans[plan as usize] {
                Plan::Copy(kind) => scalar(cursor, *kind, to),
                Plan::Number(old, new, desc) => {
                    let mut held = 0_u128;
                    let from = (&raw mut held).cast::<u8>();
                    scalar(cursor, *old, from);
                    if !number(*old, from, *new, to) {
                        return self.differ(ty, desc);
                    }
                }
                Plan::Text | Plan::Block(..) => {
                    let block = match self.made(cursor, here, plan)? {
                        Some(Made::Block(block)) => block,
                        _ => empty(),
                    };
                    to.cast::<*mut Block>().write(block);
                }
                Plan::Map { desc, .. } => {
                    let (entries, index, live) = match self.made(cursor, here, plan)? {
                        Some(Made::Map {
                            entries,
                            index,
                            live,
                        }) => (entries, index, live),
                        _ => (empty(), empty(), 0),
                    };
                    map::write(desc, to, index, entries, live);
                }
                Plan::Wrap(desc, inner) => {
                    desc.set_tag(to, 1);
                    let inside = &desc.variants()[1].fields()[0];
                    let place = to.add(inside.offset as usize);
                    self.value(cursor, here, ty, *inner, place)?;
                }
                Plan::Unbox(elem, inner) => {
                    let index = here - cursor.known() as usize;
                    let mut inside = self.cursor(self.file.blocks[index].start);
                    self.value(&mut inside, index, *elem, *inner, to)?;
                }
                found @ (Plan::IntoBox(elem, inner) | Plan::One(elem, inner)) => {
                    let made = allocate(*elem, 1);
                    elements(made).write_bytes(0, elem.size as usize);
                    let value = self.value(cursor, here, ty, *inner, elements(made));
                    within(value, || match found {
                        Plan::One(..) => "[0]".to_owned(),
                        _ => String::new(),
                    })?;
                    (*made).len = 1;
                    to.cast::<*mut Block>().write(made);
                }
                Plan::Only(elem, desc, inner) => {
                    let back = cursor.known() as usize;
                    let file: &'a File = self.file;
                    match file.only_element(here, back) {
                        Some((index, mut inside)) => {
                            self.value(&mut inside, index, *elem, *inner, to)?;
                        }
                        None => return self.differ(ty, desc),
                    }
                }
                Plan::Migrate {
                    migration, former, ..
                } => migrated(migration, to, &mut |place| {
                    self.value(cursor, here, ty, *former, place)
                })?,
                Plan::Fields(fields) => self.fields(cursor, here, fields, to)?,
                Plan::Variants(desc, variants) => match &variants[cursor.known() as usize] {
                    Ok((tag, fields)) => {
                        desc.set_tag(to, *tag);
                        self.fields(cursor, here, fields, to)?;
                    }
                    Err(variant) => {
                        return Err(Box::new(Mismatch {
                            path: String::new(),
                            owner: Some((head(desc).to_owned(), variant.clone())),
                            reason: Reason::NoVariant,
                        }));
                    }
                },
                Plan::Fixed(elem, count, desc, inner) => {
                    for index in 0..*count as usize {
                        let place = to.add(index * desc.size as usize);
                        let value = self.value(cursor, here, *elem, *inner, place);
                        within(value, || format!("[{index}]"))?;
                    }
                }
                Plan::Set(map, field, inner) => {
                    let place = to.add(field.offset as usize);
                    self.value(cursor, here, *map, *inner, place)?;
                }
                Plan::Differ(desc) => return self.differ(ty, desc),
            }
        }
        Ok(())
    }

    #[cold]
    fn differ(&self, ty: Id, desc: &TypeDesc) -> Result<()> {
        let old = self.file.types.get(ty);
        let kind = match old.shape {
            Shape::Struct(_) => Kind::Struct,
            Shape::Enum(_) => Kind::Enum,
            _ => desc.kind,
        };
        mismatch(differ((kind, &old.name), desc))
    }

    unsafe fn fields(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: usize,
        fields: &Fields<'_>,
        to: *mut u8,
    ) -> Result<()> {
        let owner = fields.owner;
        for (ty, place) in &fields.written {
            let Some((position, field, plan)) = place else {
                self.file.skip(*ty, cursor);
                continue;
            };
            let start = *cursor;
            // SAFETY: offsets count from the whole value; there is room for what advice gives.
            unsafe {
                let place = to.add(field.offset as usize);
                let Err(lost) = self.value(cursor, here, *ty, *plan, place) else {
                    continue;
                };
                if !fill_default(self.advice, owner, field, place) {
                    return named(Err(lost), owner, field, *position);
                }
                let name = called(owner, field, *position);
                if self.changes.lost.insert(name.clone()) {
                    self.lost.push((name, *lost));
                }
            }
            *cursor = start;
            self.file.skip(*ty, cursor);
        }
        for (position, field) in &fields.missing {
            // SAFETY: as above.
            let is_filled =
                unsafe { fill_default(self.advice, owner, field, to.add(field.offset as usize)) };
            if !is_filled {
                return named(mismatch(Reason::NoDefault), owner, field, *position);
            }
        }
        Ok(())
    }
}

#[cold]
fn named(value: Result<()>, owner: &TypeDesc, field: &FieldDesc, position: usize) -> Result<()> {
    let name = field
        .name()
        .map_or_else(|| position.to_string(), str::to_owned);
    let is_payload = matches!(owner.kind, Kind::Option | Kind::Result);
    let of = (head(owner).to_owned(), name.clone());
    let value = value.map_err(|mut found| {
        found.owner.get_or_insert(of);
        found
    });
    match is_payload {
        true => value,
        false => within(value, || format!(".{name}")),
    }
}

unsafe fn scalar(cursor: &mut Cursor<'_>, kind: Kind, to: *mut u8) {
    let bytes: &[u8] = cursor.bytes;
    // SAFETY: the caller knows that a value of the kind stands in the bytes, which were looked at, and fits the place.
    unsafe {
        let mut raw = |count: usize| {
            to.copy_from(bytes[cursor.at..cursor.at + count].as_ptr(), count);
            cursor.at += count;
        };
        match kind {
            Kind::I8 | Kind::U8 | Kind::Bool => raw(1),
            Kind::F32 => raw(4),
            Kind::F64 => raw(8),
            Kind::I16 => to.cast::<i16>().write(unzigzag(cursor.known()) as i16),
            Kind::I32 => to.cast::<i32>().write(unzigzag(cursor.known()) as i32),
            Kind::I64 => to.cast::<i64>().write(unzigzag(cursor.known())),
            Kind::U16 => to.cast::<u16>().write(cursor.known() as u16),
            Kind::U32 | Kind::Char => to.cast::<u32>().write(cursor.known() as u32),
            Kind::U64 => to.cast::<u64>().write(cursor.known()),
            _ => {}
        }
    }
}
