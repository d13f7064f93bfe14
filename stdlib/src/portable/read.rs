//! Bytes to values of types as they are now.
//!
//! [`File::parse`] looks at all bytes and finds where each block begins. [`Reading`] then says for each pair of a written type and one
//! of the program how the one becomes the other (a [`Plan`]), goes from the roots through the blocks, last to first, to find which of them are
//! wanted as what, and makes them first to last, so that those a block leads to are there before it.

use rustc_hash::FxHashMap;

use super::schema::{Field, Id, InBlock, Shape, Type, Types, pair_of};
use super::{Changes, HEAD, MAGIC, Malformed, VERSION, hash_of, malformed};
use crate::block::{self, Block, elements, empty};
use crate::convert::{Advice, Mismatch, Reason, differ, head, number};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::map;
use crate::memory::{allocate, release, retain_value};

/// Bytes that are whole: what they say is a value of each root.
pub struct File {
    types: Types,
    bytes: Vec<u8>,
    blocks: Vec<At>,
    roots: Vec<(String, At)>,
}

#[derive(Clone, Copy)]
struct At {
    ty: Id,
    /// Of a block.
    len: u64,
    start: usize,
}

#[derive(Clone, Copy)]
struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

const TORN: &str = "the bytes end too early";

impl<'b> Cursor<'b> {
    fn left(&self) -> u64 {
        (self.bytes.len() - self.at) as u64
    }

    fn take(&mut self, count: u64) -> Result<&'b [u8], Malformed> {
        if count > self.left() {
            return malformed(TORN);
        }
        let end = self.at + count as usize;
        let found = &self.bytes[self.at..end];
        self.at = end;
        Ok(found)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        malformed("a number has too many digits")
    }

    /// The number that is known to be there.
    fn known(&mut self) -> u64 {
        self.number().unwrap_or(0)
    }
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

impl File {
    pub fn parse(bytes: &[u8]) -> Result<File, Malformed> {
        if !bytes.starts_with(MAGIC) {
            return malformed("the bytes are no saved value");
        }
        let Some((first, rest)) = bytes.split_at_checked(HEAD) else {
            return malformed(TORN);
        };
        if first[4] != VERSION {
            let version = first[4];
            return malformed(format!(
                "the bytes are of version {version} of the format, and this is {VERSION}"
            ));
        }
        if first[5..] != hash_of(rest).to_le_bytes() {
            return malformed("the bytes are damaged or torn");
        }
        let Ok((types, rest)) = postcard::take_from_bytes::<Vec<Type>>(rest) else {
            return malformed("the types are damaged");
        };
        let mut file = File {
            types: Types::check(types)?,
            bytes: rest.to_vec(),
            blocks: Vec::new(),
            roots: Vec::new(),
        };
        file.look()?;
        Ok(file)
    }

    /// The names of the values.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.roots.iter().map(|(name, _)| name.as_str())
    }

    fn look(&mut self) -> Result<(), Malformed> {
        let bytes = std::mem::take(&mut self.bytes);
        let mut cursor = Cursor {
            bytes: &bytes,
            at: 0,
        };
        let is_there = |file: &File, ty: u64| ty < file.types.len() as u64;
        let count = cursor.number()?;
        for _ in 0..count {
            let ty = cursor.number()?;
            if !is_there(self, ty) {
                return malformed("a block is of no type");
            }
            let len = cursor.number()?;
            let at = At {
                ty: ty as Id,
                len,
                start: cursor.at,
            };
            self.look_at_block(at, &mut cursor)?;
            self.blocks.push(at);
        }
        for _ in 0..cursor.number()? {
            let len = cursor.number()?;
            let Ok(name) = std::str::from_utf8(cursor.take(len)?) else {
                return malformed("a name is no UTF-8");
            };
            let ty = cursor.number()?;
            if !is_there(self, ty) {
                return malformed("a value is of no type");
            }
            let at = At {
                ty: ty as Id,
                len: 1,
                start: cursor.at,
            };
            self.look_at(at.ty, &mut cursor)?;
            self.roots.push((name.to_owned(), at));
        }
        if cursor.left() > 0 {
            return malformed("there is something after the end");
        }
        self.bytes = bytes;
        Ok(())
    }

    fn look_at_block(&self, at: At, cursor: &mut Cursor<'_>) -> Result<(), Malformed> {
        let Some(inside) = self.types.get(at.ty).shape.in_block() else {
            return malformed("a block is of a type that has none");
        };
        if at.len == 0 {
            return malformed("an empty block");
        }
        match inside {
            InBlock::Text => match std::str::from_utf8(cursor.take(at.len)?) {
                Ok(_) => Ok(()),
                Err(_) => malformed("a text is no UTF-8"),
            },
            InBlock::One(_) if at.len != 1 => malformed("a box of several values"),
            InBlock::Elements(elem) | InBlock::One(elem) if self.types.is_empty(elem) => {
                match at.len <= MOST_EMPTY {
                    true => Ok(()),
                    false => malformed("an array is too long"),
                }
            }
            InBlock::Elements(elem) | InBlock::One(elem) => {
                if at.len > cursor.left() {
                    return malformed(TORN);
                }
                (0..at.len).try_for_each(|_| self.look_at(elem, cursor))
            }
            InBlock::Pairs(key, value) => {
                let most = match self.types.is_empty(key) {
                    true => 1,
                    false => cursor.left(),
                };
                if at.len > most {
                    return malformed(TORN);
                }
                (0..at.len).try_for_each(|_| {
                    self.look_at(key, cursor)?;
                    self.look_at(value, cursor)
                })
            }
        }
    }

    fn look_at(&self, ty: Id, cursor: &mut Cursor<'_>) -> Result<(), Malformed> {
        let fields = |fields: &[Field], cursor: &mut Cursor<'_>| {
            let mut types = fields.iter().map(|field| field.ty);
            types.try_for_each(|ty| self.look_at(ty, cursor))
        };
        if self.types.is_empty(ty) {
            return Ok(());
        }
        let signed = |bits: u32, cursor: &mut Cursor<'_>| {
            let value = unzigzag(cursor.number()?);
            match value >> (bits - 1) {
                0 | -1 => Ok(()),
                _ => malformed("a number is too large for its type"),
            }
        };
        let unsigned = |bits: u32, cursor: &mut Cursor<'_>| match cursor.number()? >> bits {
            0 => Ok(()),
            _ => malformed("a number is too large for its type"),
        };
        match &self.types.get(ty).shape {
            Shape::I8 | Shape::U8 => cursor.byte().map(drop),
            Shape::I16 => signed(16, cursor),
            Shape::I32 => signed(32, cursor),
            Shape::U16 => unsigned(16, cursor),
            Shape::U32 => unsigned(32, cursor),
            Shape::I64 | Shape::U64 => cursor.number().map(drop),
            Shape::F32 => cursor.take(4).map(drop),
            Shape::F64 => cursor.take(8).map(drop),
            Shape::Bool => match cursor.byte()? {
                0 | 1 => Ok(()),
                _ => malformed("a `bool` is neither true nor false"),
            },
            Shape::Char => {
                let found = u32::try_from(cursor.number()?).ok();
                match found.and_then(char::from_u32) {
                    Some(_) => Ok(()),
                    None => malformed("a `char` is no character"),
                }
            }
            Shape::Unit => Ok(()),
            shape @ (Shape::Str | Shape::Array(_) | Shape::Box(_) | Shape::Map(..)) => {
                let back = cursor.number()?;
                if back == 0 {
                    return match shape {
                        Shape::Box(_) => malformed("a box is empty"),
                        _ => Ok(()),
                    };
                }
                let found = (self.blocks.len() as u64).checked_sub(back);
                match found.map(|index| self.blocks[index as usize].ty == ty) {
                    Some(true) => Ok(()),
                    _ => malformed("a value leads to no block of its type"),
                }
            }
            Shape::Tuple(all) | Shape::Struct(all) => fields(all, cursor),
            Shape::Enum(variants) => match variants.get(cursor.number()? as usize) {
                Some(variant) => fields(&variant.fields, cursor),
                None => malformed("an enum has no such variant"),
            },
            Shape::Option(inner) => match cursor.number()? {
                0 => Ok(()),
                1 => self.look_at(*inner, cursor),
                _ => malformed("an optional is neither `some` nor `none`"),
            },
            Shape::Result(ok, err) => match cursor.number()? {
                0 => self.look_at(*ok, cursor),
                1 => self.look_at(*err, cursor),
                _ => malformed("a result is neither `ok` nor `err`"),
            },
            Shape::Fixed(elem, count) | Shape::Lanes(elem, count) => {
                if *count > cursor.left() {
                    return malformed(TORN);
                }
                (0..*count).try_for_each(|_| self.look_at(*elem, cursor))
            }
            Shape::Set(map) => self.look_at(*map, cursor),
            Shape::Closed => malformed("there is a value of a type that cannot be saved"),
        }
    }

    /// Goes past a value.
    fn skip(&self, ty: Id, cursor: &mut Cursor<'_>) {
        if self.types.is_empty(ty) {
            return;
        }
        match &self.types.get(ty).shape {
            Shape::I8 | Shape::U8 | Shape::Bool => cursor.at += 1,
            Shape::F32 => cursor.at += 4,
            Shape::F64 => cursor.at += 8,
            Shape::I16
            | Shape::I32
            | Shape::I64
            | Shape::U16
            | Shape::U32
            | Shape::U64
            | Shape::Char
            | Shape::Str
            | Shape::Array(_)
            | Shape::Box(_)
            | Shape::Map(..) => drop(cursor.known()),
            Shape::Unit | Shape::Closed => {}
            Shape::Tuple(fields) | Shape::Struct(fields) => self.skip_fields(fields, cursor),
            Shape::Enum(variants) => {
                let tag = cursor.known() as usize;
                self.skip_fields(&variants[tag].fields, cursor);
            }
            Shape::Option(inner) => {
                if cursor.known() == 1 {
                    self.skip(*inner, cursor);
                }
            }
            Shape::Result(ok, err) => {
                let ty = [*ok, *err][cursor.known() as usize];
                self.skip(ty, cursor);
            }
            Shape::Fixed(elem, count) | Shape::Lanes(elem, count) => {
                (0..*count).for_each(|_| self.skip(*elem, cursor));
            }
            Shape::Set(map) => self.skip(*map, cursor),
        }
    }

    fn skip_fields(&self, fields: &[Field], cursor: &mut Cursor<'_>) {
        for field in fields {
            self.skip(field.ty, cursor);
        }
    }
}

/// Arrays of values that take no bytes may be so long.
const MOST_EMPTY: u64 = 1 << 24;

/// Which of the plans.
type PlanId = u32;

/// How values of a written type become ones of a type of the program.
enum Plan<'d> {
    /// Of the same scalar type.
    Copy(Kind),
    Number(Kind, Kind, &'d TypeDesc),
    Text,
    /// A `T` becomes a `T?`.
    Wrap(&'d TypeDesc, PlanId),
    Fields(Fields<'d>),
    /// By the written variants; none of those that are gone.
    Variants(&'d TypeDesc, Vec<Result<(usize, Fields<'d>), String>>),
    /// Arrays and boxes.
    Block(Id, &'d TypeDesc, PlanId),
    Unbox(Id, PlanId),
    IntoBox(&'d TypeDesc, PlanId),
    Fixed(Id, u64, &'d TypeDesc, PlanId),
    Map {
        desc: &'d TypeDesc,
        key: (Id, PlanId),
        value: (Id, PlanId),
    },
    Set(Id, &'d FieldDesc, PlanId),
    Differ(&'d TypeDesc),
}

/// The position of a field of now, and how it comes to its value.
type Where<'d> = (usize, &'d FieldDesc, PlanId);

struct Fields<'d> {
    owner: &'d TypeDesc,
    /// In the order in which they are written: the type, and what becomes of it.
    written: Vec<(Id, Option<Where<'d>>)>,
    /// Those that were not written.
    missing: Vec<(usize, &'d FieldDesc)>,
}

/// What a block became.
#[derive(Clone, Copy)]
enum Made {
    Block(*mut Block),
    Map {
        entries: *mut Block,
        index: *mut Block,
        live: i64,
    },
}

type Result<T, E = Box<Mismatch>> = std::result::Result<T, E>;

struct Wanted {
    plan: PlanId,
    made: Option<Result<Made>>,
}

/// Values of a file on their way to types of the program.
pub struct Reading<'f, 'd> {
    file: &'f File,
    plans: Vec<Plan<'d>>,
    known: FxHashMap<(Id, *const TypeDesc), PlanId>,
    /// Those that are not made yet.
    unplanned: Vec<(PlanId, Id, &'d TypeDesc)>,
    roots: Vec<(At, PlanId, *mut u8)>,
    /// By the number of the root; the outcome of those that were tried.
    outcomes: Vec<Option<Result<()>>>,
    wanted: Vec<Vec<Wanted>>,
    changes: Changes,
}

impl<'f, 'd> Reading<'f, 'd> {
    pub fn new(file: &'f File) -> Reading<'f, 'd> {
        Reading {
            file,
            plans: Vec::new(),
            known: FxHashMap::default(),
            unplanned: Vec::new(),
            roots: Vec::new(),
            outcomes: Vec::new(),
            wanted: Vec::new(),
            changes: Changes::default(),
        }
    }

    /// The value of a number is to become one of that type at that place. Gives how to ask for its outcome.
    pub fn want(&mut self, root: usize, desc: &'d TypeDesc, place: *mut u8) -> usize {
        let at = self.file.roots[root].1;
        let plan = self.plan_all(at.ty, desc);
        self.roots.push((at, plan, place));
        self.outcomes.push(None);
        self.roots.len() - 1
    }

    /// In what the types differ.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Whether a value has to become another one to be of its type.
    pub fn is_other(&self, wanted: usize) -> bool {
        let mut seen = vec![false; self.plans.len()];
        let mut waiting = vec![self.roots[wanted].1];
        while let Some(plan) = waiting.pop() {
            if std::mem::replace(&mut seen[plan as usize], true) {
                continue;
            }
            let mut is_same = |fields: &Fields<'_>| {
                let kept = fields.written.iter().filter_map(|(_, place)| *place);
                waiting.extend(kept.map(|(_, _, plan)| plan));
                fields.missing.is_empty() && fields.written.iter().all(|(_, place)| place.is_some())
            };
            match &self.plans[plan as usize] {
                Plan::Copy(_) | Plan::Text => {}
                Plan::Fields(fields) => {
                    if !is_same(fields) {
                        return true;
                    }
                }
                Plan::Variants(_, variants) => {
                    for (index, variant) in variants.iter().enumerate() {
                        match variant {
                            Ok((tag, fields)) if *tag == index && is_same(fields) => {}
                            _ => return true,
                        }
                    }
                }
                Plan::Block(_, _, inner) | Plan::Fixed(_, _, _, inner) | Plan::Set(_, _, inner) => {
                    waiting.push(*inner);
                }
                Plan::Map { key, value, .. } => waiting.extend([key.1, value.1]),
                Plan::Number(..)
                | Plan::Wrap(..)
                | Plan::Unbox(..)
                | Plan::IntoBox(..)
                | Plan::Differ(_) => return true,
            }
        }
        false
    }

    /// What became of a value; none before [`Reading::make`].
    pub fn outcome(&self, wanted: usize) -> Option<&Result<()>> {
        self.outcomes[wanted].as_ref()
    }

    /// Makes all values. Where one does not fit, its place holds nothing, and what was made for it is left to the next sweep.
    ///
    /// # Safety
    /// Within a run of the engine that they shall belong to, which it may end; what was made until then is for the next sweep. The places
    /// are free, the descriptors outlive the values, and what `advice` gives are valid values of the fields.
    pub unsafe fn make(&mut self, advice: &dyn Advice) {
        self.find_wanted();
        let mut making = Making {
            file: self.file,
            plans: &self.plans,
            wanted: &mut self.wanted,
            advice,
        };
        // SAFETY: the caller's promise.
        unsafe {
            for index in 0..making.wanted.len() {
                for which in 0..making.wanted[index].len() {
                    let plan = making.wanted[index][which].plan;
                    let made = making.block(index, plan);
                    making.wanted[index][which].made = Some(made);
                }
            }
            for (index, (at, plan, place)) in self.roots.iter().enumerate() {
                let mut cursor = making.cursor(at.start);
                let here = making.wanted.len();
                let outcome = making.value(&mut cursor, here, at.ty, *plan, *place);
                self.outcomes[index] = Some(outcome);
            }
            for wanted in self.wanted.iter().flatten() {
                match wanted.made {
                    Some(Ok(Made::Block(block))) => release(block),
                    Some(Ok(Made::Map { entries, index, .. })) => {
                        release(entries);
                        release(index);
                    }
                    Some(Err(_)) | None => {}
                }
            }
        }
        self.wanted.clear();
    }

    /// A plan, and those of all parts: over a list, since what was written may lead from type to type for long.
    fn plan_all(&mut self, ty: Id, desc: &'d TypeDesc) -> PlanId {
        let id = self.plan(ty, desc);
        while let Some((id, ty, desc)) = self.unplanned.pop() {
            let plan = self.new_plan(ty, desc);
            self.plans[id as usize] = plan;
        }
        id
    }

    fn plan(&mut self, ty: Id, desc: &'d TypeDesc) -> PlanId {
        let key = (ty, std::ptr::from_ref(desc));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = self.plans.len() as PlanId;
        self.known.insert(key, id);
        self.plans.push(Plan::Differ(desc));
        self.unplanned.push((id, ty, desc));
        id
    }

    fn new_plan(&mut self, ty: Id, desc: &'d TypeDesc) -> Plan<'d> {
        let file = self.file;
        let written = file.types.get(ty);
        let shape = &written.shape;
        // SAFETY: where the kind has elements, their descriptor is a constant.
        let elem = || unsafe { &*desc.elem };
        match (shape, desc.kind) {
            (Shape::Box(inner), Kind::Box) => {
                Plan::Block(*inner, elem(), self.plan(*inner, elem()))
            }
            (Shape::Box(inner), _) => Plan::Unbox(*inner, self.plan(*inner, desc)),
            (_, Kind::Box) => Plan::IntoBox(elem(), self.plan(ty, elem())),
            (Shape::Bool, Kind::Bool) | (Shape::Char, Kind::Char) | (Shape::Unit, Kind::Unit) => {
                Plan::Copy(desc.kind)
            }
            (Shape::Str, Kind::Str) => Plan::Text,
            (Shape::Option(inner), Kind::Option) => {
                let payload = desc.variants()[1].fields();
                let written = [vec![], vec![*inner]];
                self.known_variants(desc, &written, &[&[], payload])
            }
            (Shape::Result(ok, err), Kind::Result) => {
                let payloads = desc.variants().iter().map(|v| v.fields());
                let payloads: Vec<&[FieldDesc]> = payloads.collect();
                self.known_variants(desc, &[vec![*ok], vec![*err]], &payloads)
            }
            (shape, Kind::Option) if !matches!(shape, Shape::Option(_)) => {
                let inside = desc.variants()[1].fields()[0].ty();
                Plan::Wrap(desc, self.plan(ty, inside))
            }
            (Shape::Tuple(fields), Kind::Tuple) if fields.len() == desc.fields().len() => {
                Plan::Fields(self.fields(desc, fields, desc.fields()))
            }
            (Shape::Struct(fields), Kind::Struct) if head_of(&written.name) == head(desc) => {
                Plan::Fields(self.fields(desc, fields, desc.fields()))
            }
            (Shape::Enum(variants), Kind::Enum) if head_of(&written.name) == head(desc) => {
                let of = |written: &super::schema::Variant| {
                    let all = desc.variants();
                    let tag = all.iter().position(|v| v.name() == written.name);
                    tag.map(|tag| (tag, all[tag].fields()))
                };
                let plans = variants.iter().map(|variant| match of(variant) {
                    Some((tag, fields)) => Ok((tag, self.fields(desc, &variant.fields, fields))),
                    None => Err(variant.name.clone()),
                });
                Plan::Variants(desc, plans.collect())
            }
            (Shape::Array(inner), Kind::Array) => {
                Plan::Block(*inner, elem(), self.plan(*inner, elem()))
            }
            (Shape::Fixed(inner, count), Kind::FixedArray)
            | (Shape::Lanes(inner, count), Kind::Simd)
                if *count == desc.count =>
            {
                Plan::Fixed(*inner, *count, elem(), self.plan(*inner, elem()))
            }
            (Shape::Map(key, value), Kind::Map) => {
                let (new_key, new_value) = pair_of(desc);
                Plan::Map {
                    desc,
                    key: (*key, self.plan(*key, new_key.ty())),
                    value: (*value, self.plan(*value, new_value.ty())),
                }
            }
            (Shape::Set(map), Kind::Set) => {
                let field = &desc.fields()[0];
                Plan::Set(*map, field, self.plan(*map, field.ty()))
            }
            _ => match (shape.number(), is_number(desc.kind)) {
                (Some(kind), true) if kind == desc.kind => Plan::Copy(kind),
                (Some(kind), true) => Plan::Number(kind, desc.kind, desc),
                _ => Plan::Differ(desc),
            },
        }
    }

    /// Of the variants of optionals and results.
    fn known_variants(
        &mut self,
        desc: &'d TypeDesc,
        written: &[Vec<Id>],
        payloads: &[&'d [FieldDesc]],
    ) -> Plan<'d> {
        let variants = written.iter().zip(payloads).enumerate();
        let variants = variants.map(|(tag, (types, payload))| {
            let fields = types.iter().map(|ty| Field {
                name: None,
                ty: *ty,
            });
            let fields: Vec<Field> = fields.collect();
            Ok((tag, self.fields(desc, &fields, payload)))
        });
        Plan::Variants(desc, variants.collect())
    }

    /// Fields by name; those without one, of tuples and payloads, by position.
    fn fields(
        &mut self,
        owner: &'d TypeDesc,
        written: &[Field],
        now: &'d [FieldDesc],
    ) -> Fields<'d> {
        let mut found = vec![false; now.len()];
        let of_written = written.iter().enumerate().map(|(position, field)| {
            let same = |(index, new): &(usize, &FieldDesc)| match (&field.name, new.name()) {
                (Some(name), Some(new)) => name == new,
                (None, None) => position == *index,
                _ => false,
            };
            let mut all = now.iter().enumerate();
            let place = all.find(same).map(|(index, new)| {
                found[index] = true;
                (index, new, self.plan(field.ty, new.ty()))
            });
            let called = || {
                let name = field.name.clone().unwrap_or_else(|| position.to_string());
                format!("{}.{name}", head(owner))
            };
            match place {
                None => drop(self.changes.dropped.insert(called())),
                Some((_, new, _)) => {
                    if self.file.is_retyped(field.ty, new.ty()) {
                        self.changes.retyped.insert(called());
                    }
                }
            }
            (field.ty, place)
        });
        let written: Vec<_> = of_written.collect();
        let missing = now.iter().enumerate().filter(|(index, _)| !found[*index]);
        let missing: Vec<_> = missing.collect();
        for (position, field) in &missing {
            let name = field
                .name()
                .map_or_else(|| position.to_string(), str::to_owned);
            self.changes.added.insert(format!("{}.{name}", head(owner)));
        }
        Fields {
            owner,
            written,
            missing,
        }
    }

    fn find_wanted(&mut self) {
        self.wanted.clear();
        self.wanted.resize_with(self.file.blocks.len(), Vec::new);
        let mut finding = Finding {
            file: self.file,
            plans: &self.plans,
            wanted: &mut self.wanted,
        };
        let here = finding.wanted.len();
        for (at, plan, _) in &self.roots {
            let mut cursor = finding.file.cursor(at.start);
            finding.value(&mut cursor, here, at.ty, *plan);
        }
        for index in (0..here).rev() {
            for which in 0..finding.wanted[index].len() {
                let plan = finding.wanted[index][which].plan;
                finding.block(index, plan);
            }
        }
    }
}

impl File {
    fn cursor(&self, at: usize) -> Cursor<'_> {
        Cursor {
            bytes: &self.bytes,
            at,
        }
    }
}

impl File {
    /// Whether a value is of another kind of type now: a number, or a `T` that becomes a `T?`. Whether it is boxed does not count.
    fn is_retyped(&self, ty: Id, desc: &TypeDesc) -> bool {
        let shape = match &self.types.get(ty).shape {
            Shape::Box(inner) => &self.types.get(*inner).shape,
            shape => shape,
        };
        let kind = match desc.kind {
            // SAFETY: a box has the descriptor of what it holds, a constant.
            Kind::Box => unsafe { (*desc.elem).kind },
            kind => kind,
        };
        match shape.number() {
            Some(number) => number != kind,
            None => kind == Kind::Option && !matches!(shape, Shape::Option(_)),
        }
    }
}

fn head_of(name: &str) -> &str {
    name.split('<').next().unwrap_or_default()
}

fn is_number(kind: Kind) -> bool {
    matches!(
        kind,
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
    )
}

/// Looks for the blocks that are wanted, and as what.
struct Finding<'a, 'd> {
    file: &'a File,
    plans: &'a [Plan<'d>],
    wanted: &'a mut Vec<Vec<Wanted>>,
}

impl<'a, 'd> Finding<'a, 'd> {
    fn block(&mut self, index: usize, plan: PlanId) {
        let at = self.file.blocks[index];
        let mut cursor = self.file.cursor(at.start);
        match &self.plans[plan as usize] {
            Plan::Block(elem, _, inner) => {
                let is_flat = matches!(
                    self.plans[*inner as usize],
                    Plan::Copy(_) | Plan::Number(..) | Plan::Differ(_)
                );
                if !is_flat && !self.file.types.is_empty(*elem) {
                    for _ in 0..at.len {
                        self.value(&mut cursor, index, *elem, *inner);
                    }
                }
            }
            Plan::Map { key, value, .. } => {
                for _ in 0..at.len {
                    self.value(&mut cursor, index, key.0, key.1);
                    self.value(&mut cursor, index, value.0, value.1);
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, here: usize, ty: Id, plan: PlanId) {
        let plans: &'a [Plan<'d>] = self.plans;
        match &plans[plan as usize] {
            Plan::Copy(_) | Plan::Number(..) | Plan::Differ(_) => self.file.skip(ty, cursor),
            Plan::Text | Plan::Block(..) | Plan::Map { .. } => {
                let back = cursor.known() as usize;
                if back > 0 {
                    let wanted = &mut self.wanted[here - back];
                    if !wanted.iter().any(|known| known.plan == plan) {
                        wanted.push(Wanted { plan, made: None });
                    }
                }
            }
            Plan::Wrap(_, inner) | Plan::IntoBox(_, inner) => {
                self.value(cursor, here, ty, *inner);
            }
            Plan::Unbox(elem, inner) => {
                let index = here - cursor.known() as usize;
                let mut inside = self.file.cursor(self.file.blocks[index].start);
                self.value(&mut inside, index, *elem, *inner);
            }
            Plan::Fields(fields) => self.fields(cursor, here, fields),
            Plan::Variants(_, variants) => {
                let start = *cursor;
                match &variants[cursor.known() as usize] {
                    Ok((_, fields)) => self.fields(cursor, here, fields),
                    Err(_) => {
                        *cursor = start;
                        self.file.skip(ty, cursor);
                    }
                }
            }
            Plan::Fixed(elem, count, _, inner) => {
                if !self.file.types.is_empty(*elem) {
                    for _ in 0..*count {
                        self.value(cursor, here, *elem, *inner);
                    }
                }
            }
            Plan::Set(map, _, inner) => self.value(cursor, here, *map, *inner),
        }
    }

    fn fields(&mut self, cursor: &mut Cursor<'_>, here: usize, fields: &Fields<'_>) {
        for (ty, place) in &fields.written {
            match place {
                Some((_, _, plan)) => self.value(cursor, here, *ty, *plan),
                None => self.file.skip(*ty, cursor),
            }
        }
    }
}

/// Makes values. No frame of it holds anything that must be dropped while something may end the run.
struct Making<'a, 'd, 'v> {
    file: &'a File,
    plans: &'a [Plan<'d>],
    wanted: &'a mut Vec<Vec<Wanted>>,
    advice: &'v dyn Advice,
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
    fn cursor(&self, at: usize) -> Cursor<'a> {
        let file: &'a File = self.file;
        file.cursor(at)
    }

    unsafe fn block(&mut self, index: usize, plan: PlanId) -> Result<Made> {
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

    unsafe fn value(
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
                Plan::IntoBox(elem, inner) => {
                    let made = allocate(*elem, 1);
                    elements(made).write_bytes(0, elem.size as usize);
                    self.value(cursor, here, ty, *inner, elements(made))?;
                    (*made).len = 1;
                    to.cast::<*mut Block>().write(made);
                }
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
            // SAFETY: offsets count from the whole value.
            let value =
                unsafe { self.value(cursor, here, *ty, *plan, to.add(field.offset as usize)) };
            if value.is_err() {
                return named(value, owner, field, *position);
            }
        }
        for (position, field) in &fields.missing {
            let name = field.name().unwrap_or_default();
            let Some(default) = self.advice.default(owner, name) else {
                return named(mismatch(Reason::NoDefault), owner, field, *position);
            };
            // SAFETY: a valid value of the field's type, of which we become an owner.
            unsafe {
                retain_value(field.ty(), default);
                to.add(field.offset as usize)
                    .copy_from_nonoverlapping(default, field.ty().size as usize);
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
