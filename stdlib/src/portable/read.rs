//! Bytes to values of types as they are now.
//!
//! [`File::parse`](super::File::parse) looks at all bytes and finds where each block begins. [`Reading`] then says for each pair of a written type and one
//! of the program how the one becomes the other (a [`Plan`]), goes from the roots through the blocks, last to first, to find which of them are
//! wanted as what, and makes them first to last, so that those a block leads to are there before it.

use rustc_hash::FxHashMap;

use super::Changes;
use super::file::{At, Cursor, File};
use super::make::Making;
use super::schema::{Field, Id, Shape, pair_of};
use crate::block::Block;
use crate::convert::{Advice, Migration, Mismatch, called, head, head_of, is_number};
use crate::desc::{FieldDesc, Kind, TypeDesc, VariantDesc};
use crate::memory::release;

/// Which of the plans.
pub(super) type PlanId = u32;

/// How values of a written type become ones of a type of the program.
pub(super) enum Plan<'d> {
    /// Of the same scalar type.
    Copy(Kind),
    Number(Kind, Kind, &'d TypeDesc),
    Text,
    /// A `T` becomes a `T?`.
    Wrap(&'d TypeDesc, PlanId),
    /// A `T` becomes a `[T]`.
    One(&'d TypeDesc, PlanId),
    /// A `[T]` of one becomes a `T`.
    Only(Id, &'d TypeDesc, PlanId),
    /// By a function of the program, unless the type is as it was.
    Migrate {
        migration: Migration<'d>,
        former: PlanId,
        direct: PlanId,
    },
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

impl<'d> Plan<'d> {
    /// Of a struct or tuple, or of each variant that there still is.
    fn fields(&self) -> impl Iterator<Item = &Fields<'d>> {
        let (one, variants) = match self {
            Plan::Fields(fields) => (Some(fields), &[][..]),
            Plan::Variants(_, variants) => (None, variants.as_slice()),
            _ => (None, &[][..]),
        };
        let variants = variants.iter().flatten().map(|(_, fields)| fields);
        one.into_iter().chain(variants)
    }

    /// The plans for parts of the value.
    fn parts(&self) -> Vec<PlanId> {
        match self {
            Plan::Copy(_) | Plan::Text | Plan::Number(..) | Plan::Differ(_) => Vec::new(),
            Plan::Fields(_) | Plan::Variants(..) => {
                let places = self.fields().flat_map(|fields| &fields.written);
                places.filter_map(|(_, place)| Some((*place)?.2)).collect()
            }
            Plan::Wrap(_, inner)
            | Plan::One(_, inner)
            | Plan::Only(_, _, inner)
            | Plan::Block(_, _, inner)
            | Plan::Unbox(_, inner)
            | Plan::IntoBox(_, inner)
            | Plan::Fixed(_, _, _, inner)
            | Plan::Set(_, _, inner)
            | Plan::Migrate { direct: inner, .. } => vec![*inner],
            Plan::Map { key, value, .. } => vec![key.1, value.1],
        }
    }

    /// Whether what was written is the value, as far as its parts are.
    fn is_same(&self) -> bool {
        let is_whole = |fields: &Fields<'_>| {
            fields.missing.is_empty() && fields.written.iter().all(|(_, place)| place.is_some())
        };
        match self {
            Plan::Fields(fields) => is_whole(fields),
            Plan::Variants(_, variants) => {
                variants.iter().enumerate().all(|(index, variant)| {
                    matches!(variant, Ok((tag, fields)) if *tag == index && is_whole(fields))
                })
            }
            Plan::Copy(_)
            | Plan::Text
            | Plan::Block(..)
            | Plan::Fixed(..)
            | Plan::Set(..)
            | Plan::Map { .. }
            | Plan::Migrate { .. } => true,
            Plan::Number(..)
            | Plan::Wrap(..)
            | Plan::One(..)
            | Plan::Only(..)
            | Plan::Unbox(..)
            | Plan::IntoBox(..)
            | Plan::Differ(_) => false,
        }
    }
}

/// The position of a field of now, and how it comes to its value.
pub(super) type Where<'d> = (usize, &'d FieldDesc, PlanId);

pub(super) struct Fields<'d> {
    pub(super) owner: &'d TypeDesc,
    /// In the order in which they are written: the type, and what becomes of it.
    pub(super) written: Vec<(Id, Option<Where<'d>>)>,
    /// Those that were not written.
    pub(super) missing: Vec<(usize, &'d FieldDesc)>,
    changes: Changes,
}

/// What a block became.
#[derive(Clone, Copy)]
pub(super) enum Made {
    Block(*mut Block),
    Map {
        entries: *mut Block,
        index: *mut Block,
        live: i64,
    },
}

pub(super) type Result<T, E = Box<Mismatch>> = std::result::Result<T, E>;

pub(super) struct Wanted {
    pub(super) plan: PlanId,
    pub(super) made: Option<Result<Made>>,
}

/// Values of a file on their way to types of the program.
pub struct Reading<'f, 'd> {
    file: &'f File,
    advice: &'d dyn Advice,
    plans: Vec<Plan<'d>>,
    known: FxHashMap<(Id, *const TypeDesc), PlanId>,
    /// Those that are not made yet.
    unplanned: Vec<(PlanId, Id, &'d TypeDesc)>,
    roots: Vec<(At, PlanId, *mut u8)>,
    /// By the number of the root; the outcome of those that were tried.
    outcomes: Vec<Option<Result<()>>>,
    wanted: Vec<Vec<Wanted>>,
    /// By the plan, once they are settled: whether a value becomes another one.
    others: Vec<bool>,
    changes: Changes,
    lost: Vec<(String, Mismatch)>,
}

impl<'f, 'd> Reading<'f, 'd> {
    pub fn new(file: &'f File, advice: &'d dyn Advice) -> Reading<'f, 'd> {
        Reading {
            file,
            advice,
            plans: Vec::new(),
            known: FxHashMap::default(),
            unplanned: Vec::new(),
            roots: Vec::new(),
            outcomes: Vec::new(),
            wanted: Vec::new(),
            others: Vec::new(),
            changes: Changes::default(),
            lost: Vec::new(),
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

    /// In what the types differ, and after [`Reading::make`], of which fields values were lost.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Why those fields have their defaults, one reason for each.
    pub fn lost(&self) -> &[(String, Mismatch)] {
        &self.lost
    }

    /// Whether a value had to become another one to be of its type; known once the plans are settled.
    pub fn is_other(&self, wanted: usize) -> bool {
        self.others[self.roots[wanted].1 as usize]
    }

    /// Decides which types have changed, in their parts or in those of their parts: of these alone values are migrated by functions. All values have to
    /// be wanted by then.
    pub fn settle(&mut self) {
        let mut leading: Vec<Vec<PlanId>> = vec![Vec::new(); self.plans.len()];
        let mut others = vec![false; self.plans.len()];
        let mut waiting = Vec::new();
        for (at, plan) in self.plans.iter().enumerate() {
            for part in plan.parts() {
                leading[part as usize].push(at as PlanId);
            }
            if !plan.is_same() {
                waiting.push(at as PlanId);
            }
        }
        while let Some(plan) = waiting.pop() {
            if !std::mem::replace(&mut others[plan as usize], true) {
                waiting.append(&mut leading[plan as usize]);
            }
        }
        for (at, is_other) in others.iter().enumerate() {
            if let (Plan::Migrate { direct, .. }, false) = (&self.plans[at], is_other) {
                let direct = *direct as usize;
                self.plans.swap(at, direct);
            }
        }
        self.others = others;
        self.note_changes();
    }

    /// Of the plans that values go by.
    fn note_changes(&mut self) {
        let mut seen = vec![false; self.plans.len()];
        let mut waiting: Vec<PlanId> = self.roots.iter().map(|(_, plan, _)| *plan).collect();
        while let Some(plan) = waiting.pop() {
            if std::mem::replace(&mut seen[plan as usize], true) {
                continue;
            }
            match &self.plans[plan as usize] {
                Plan::Migrate { former, .. } => waiting.push(*former),
                plan => {
                    waiting.extend(plan.parts());
                    for fields in plan.fields() {
                        self.changes.extend(&fields.changes);
                    }
                }
            }
        }
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
    pub unsafe fn make(&mut self) {
        self.settle();
        self.find_wanted();
        let mut making = Making {
            file: self.file,
            plans: &self.plans,
            wanted: &mut self.wanted,
            advice: self.advice,
            changes: &mut self.changes,
            lost: &mut self.lost,
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
            (shape, Kind::Array) if !matches!(shape, Shape::Array(_)) => {
                Plan::One(elem(), self.plan(ty, elem()))
            }
            (Shape::Array(inner), kind) if kind != Kind::Array => match self.is_shallow(*inner) {
                true => Plan::Only(*inner, desc, self.plan(*inner, desc)),
                false => Plan::Differ(desc),
            },
            (Shape::Tuple(fields), Kind::Tuple) if fields.len() == desc.fields().len() => {
                Plan::Fields(self.fields(desc, fields, desc.fields()))
            }
            (Shape::Struct(_), Kind::Struct) | (Shape::Enum(_), Kind::Enum)
                if self.is_called(&written.name, desc) =>
            {
                let advice = self.advice;
                let migration = advice.migration(desc);
                let migration = migration.filter(|of| has_parts_of(shape, of.former));
                let direct = self.by_name(shape, desc);
                match migration {
                    None => direct,
                    Some(migration) => {
                        let former = self.by_name(shape, migration.former);
                        let mut add = |plan| {
                            self.plans.push(plan);
                            self.plans.len() as PlanId - 1
                        };
                        Plan::Migrate {
                            migration,
                            former: add(former),
                            direct: add(direct),
                        }
                    }
                }
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

    /// Whether a type is, or was, called as what was written.
    fn is_called(&self, written: &str, desc: &TypeDesc) -> bool {
        let written = head_of(written);
        written == head(desc) || self.advice.former_type(desc) == Some(written)
    }

    /// Whether what an array holds is no array of arrays of arrays: a type can hold itself, and whoever takes the only element goes as deep.
    fn is_shallow(&self, elem: Id) -> bool {
        let mut inner = elem;
        for _ in 0..MOST_NESTED {
            match &self.file.types.get(inner).shape {
                Shape::Array(elem) | Shape::Box(elem) => inner = *elem,
                _ => return true,
            }
        }
        false
    }

    /// Of a struct or an enum.
    fn by_name(&mut self, shape: &Shape, desc: &'d TypeDesc) -> Plan<'d> {
        let Shape::Enum(variants) = shape else {
            let written = match shape {
                Shape::Struct(fields) => fields.as_slice(),
                _ => &[],
            };
            return Plan::Fields(self.fields(desc, written, desc.fields()));
        };
        let now = desc.variants();
        let advice = self.advice;
        let of = |written: &str| {
            let same = now.iter().position(|variant| variant.name() == written);
            same.or_else(|| {
                let is_former =
                    |v: &VariantDesc| advice.former_part(desc, v.name()) == Some(written);
                now.iter().position(is_former)
            })
        };
        let plans = variants.iter().map(|variant| match of(&variant.name) {
            Some(tag) => {
                let fields = self.fields(desc, &variant.fields, now[tag].fields());
                Ok((tag, fields))
            }
            None => Err(variant.name.clone()),
        });
        Plan::Variants(desc, plans.collect())
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
        let mut changes = Changes::default();
        let mut found = vec![false; now.len()];
        let written_name = |name: &str| {
            let mut names = written.iter().map(|field| field.name.as_deref());
            names.any(|written| written == Some(name))
        };
        let of_written = written.iter().enumerate().map(|(position, field)| {
            let mut all = now.iter().enumerate();
            let same = match &field.name {
                Some(name) => all.find(|(_, new)| {
                    let Some(new) = new.name() else {
                        return false;
                    };
                    let is_former = || self.advice.former_part(owner, new) == Some(name);
                    let is_free = now.iter().all(|new| new.name() != Some(name));
                    new == name || (is_free && !written_name(new) && is_former())
                }),
                None => all.find(|(index, new)| *index == position && new.name().is_none()),
            };
            let place = same.map(|(index, new)| {
                found[index] = true;
                (index, new, self.plan(field.ty, new.ty()))
            });
            match place {
                None => {
                    let name = field.name.clone().unwrap_or_else(|| position.to_string());
                    changes.dropped.insert(format!("{}.{name}", head(owner)));
                }
                Some((_, new, _)) => {
                    if self.file.is_retyped(field.ty, new.ty()) {
                        changes.retyped.insert(called(owner, new, position));
                    }
                }
            }
            (field.ty, place)
        });
        let written: Vec<_> = of_written.collect();
        let missing = now.iter().enumerate().filter(|(index, _)| !found[*index]);
        let missing: Vec<_> = missing.collect();
        for (position, field) in &missing {
            changes.added.insert(called(owner, field, *position));
        }
        Fields {
            owner,
            written,
            missing,
            changes,
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

/// Whether a written type has the very fields or variants, by name, of another.
fn has_parts_of(shape: &Shape, other: &TypeDesc) -> bool {
    let are_same = |written: &[Field], fields: &[FieldDesc]| {
        let has = |written: &Field| {
            let mut names = fields.iter().map(FieldDesc::name);
            names.any(|name| name == written.name.as_deref())
        };
        written.len() == fields.len() && written.iter().all(has)
    };
    match (shape, other.kind) {
        (Shape::Struct(fields), Kind::Struct) => are_same(fields, other.fields()),
        (Shape::Enum(variants), Kind::Enum) => {
            let now = other.variants();
            let has = |written: &super::schema::Variant| {
                let mut same = now.iter().filter(|now| now.name() == written.name);
                same.any(|now| are_same(&written.fields, now.fields()))
            };
            variants.len() == now.len() && variants.iter().all(has)
        }
        _ => false,
    }
}

/// So many arrays of one element, each in the one before, become what is in the last.
const MOST_NESTED: usize = 16;

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
            Plan::Wrap(_, inner) | Plan::IntoBox(_, inner) | Plan::One(_, inner) => {
                self.value(cursor, here, ty, *inner);
            }
            Plan::Migrate { former, .. } => self.value(cursor, here, ty, *former),
            Plan::Only(elem, _, inner) => {
                let back = cursor.known() as usize;
                if let Some((index, mut inside)) = self.file.only_element(here, back) {
                    self.value(&mut inside, index, *elem, *inner);
                }
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
