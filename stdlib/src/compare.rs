//! Comparison of two values of one type, by descriptor and over a work list. There are two relations: that of the operators, where
//! floats compare as IEEE says, and the key order, `-inf … -0 = 0 … inf, nan`, which sorting, keys and sets use.
//!
//! A pair of shared blocks that was met before has been found equal, else the comparison would have ended: it is skipped, so
//! that values with much sharing cost what they hold, not what they spell.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::block::{Block, bytes, elements, of_handle, owners};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::map::Map;
use crate::runtime::{current, work};
use crate::show::read_int;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Relation {
    /// `==`: less and greater are not told apart.
    Equality,
    /// `<` and its kin.
    Order,
    /// The key order.
    Key,
    /// Equality in the key order.
    KeyEquality,
}

#[derive(Default)]
pub(crate) struct CompareWork {
    items: Vec<Item>,
    /// Which call met which pair; calls nest through a type's own `==`.
    seen: HashSet<(u64, usize, usize)>,
    calls: u64,
    depth: u32,
}

impl CompareWork {
    pub(crate) fn mark(&self) -> (usize, u32) {
        (self.items.len(), self.depth)
    }

    /// Forgets what came after the mark.
    pub(crate) fn rewind(&mut self, (items, depth): (usize, u32)) {
        self.items.truncate(items);
        self.depth = depth;
        if depth == 0 {
            self.seen.clear();
        }
    }
}

#[derive(Clone, Copy)]
enum Item {
    Values {
        desc: *const TypeDesc,
        left: *const u8,
        right: *const u8,
    },
    Elements {
        elem: *const TypeDesc,
        left: *const u8,
        right: *const u8,
        count: i64,
        /// How the lengths compare, which decides when all common elements are equal.
        lengths: Ordering,
    },
    Fields {
        fields: *const FieldDesc,
        left: *const u8,
        right: *const u8,
        count: u64,
    },
    /// Entries of the map on the left from `at` on: the right one has as many, and is to have them all.
    Entries { left: Map, right: Map, at: i64 },
}

/// What one step found: a decision, or that what was looked at is equal so far.
type Verdict = Result<(), Option<Ordering>>;

const EQUAL: Verdict = Ok(());

fn decided(ordering: Ordering) -> Verdict {
    match ordering {
        Ordering::Equal => Ok(()),
        other => Err(Some(other)),
    }
}

/// How `left` stands to `right`; none where they are not comparable. For the equality relations anything but equal is `Less`,
/// `Greater` or none, without a meaning.
///
/// # Safety
/// Both are valid values of that type.
pub(crate) unsafe fn compare(
    desc: *const TypeDesc,
    left: *const u8,
    right: *const u8,
    relation: Relation,
) -> Option<Ordering> {
    // SAFETY: values stay valid while they are compared; the list is used through fresh references only.
    unsafe {
        // Scalars do not need the list.
        if let Some(verdict) = scalars(&*desc, left, right, relation) {
            return verdict.err().unwrap_or(Some(Ordering::Equal));
        }
        let work = &mut current().compare_work;
        let mark = work.items.len();
        work.depth += 1;
        work.calls += 1;
        let call = work.calls;
        work.items.push(Item::Values { desc, left, right });
        let mut result = Some(Ordering::Equal);
        while current().compare_work.items.len() > mark {
            let Some(item) = current().compare_work.items.pop() else {
                break;
            };
            if let Err(different) = step(item, relation, call) {
                result = different;
                break;
            }
        }
        let work = &mut current().compare_work;
        work.items.truncate(mark);
        work.depth -= 1;
        if work.depth == 0 && !work.seen.is_empty() {
            work.seen.clear();
        }
        result
    }
}

unsafe fn later(item: Item) {
    // SAFETY: called during a run.
    unsafe { current().compare_work.items.push(item) }
}

unsafe fn step(item: Item, relation: Relation, call: u64) -> Verdict {
    // SAFETY: items hold valid values and constants.
    unsafe {
        match item {
            Item::Values { desc, left, right } => values(&*desc, left, right, relation, call),
            Item::Elements {
                elem,
                left,
                right,
                count,
                lengths,
            } => {
                // Elements without parts need no list.
                let size = (*elem).size as usize;
                let (mut left, mut right, mut count) = (left, right, count);
                while count > 0 {
                    let verdict = scalars(&*elem, left, right, relation);
                    let at = (left, right);
                    left = left.add(size);
                    right = right.add(size);
                    count -= 1;
                    match verdict {
                        Some(EQUAL) => {}
                        Some(decision) => return decision,
                        None => {
                            later(Item::Elements {
                                elem,
                                left,
                                right,
                                count,
                                lengths,
                            });
                            return values(&*elem, at.0, at.1, relation, call);
                        }
                    }
                }
                decided(lengths)
            }
            Item::Fields {
                fields,
                left,
                right,
                count,
            } => {
                if count == 0 {
                    return EQUAL;
                }
                let field = &*fields;
                later(Item::Fields {
                    fields: fields.add(1),
                    left,
                    right,
                    count: count - 1,
                });
                let offset = field.offset as usize;
                values(
                    field.ty(),
                    left.add(offset),
                    right.add(offset),
                    relation,
                    call,
                )
            }
            Item::Entries { left, right, at } => entries(left, right, at, relation, call),
        }
    }
}

/// The next entry that is there. Its key is looked up at once, which compares keys on the stack: keys within keys do not nest deeply,
/// because each was hashed as a whole when it was put in. The values are compared by the list.
unsafe fn entries(left: Map, right: Map, at: i64, relation: Relation, call: u64) -> Verdict {
    // SAFETY: the maps stay valid while they are compared.
    unsafe {
        let mut at = at;
        while at < left.len() {
            if let Some(pair) = left.pair_at(at) {
                let Some(other) = right.find(pair.add(left.key().offset as usize), at) else {
                    return Err(Some(Ordering::Less));
                };
                later(Item::Entries {
                    left,
                    right,
                    at: at + 1,
                });
                let value = left.value();
                let offset = value.offset as usize;
                return values(
                    value.ty(),
                    pair.add(offset),
                    other.add(offset),
                    relation,
                    call,
                );
            }
            at += 1;
        }
        EQUAL
    }
}

/// `==` of maps does not ask for the order of the entries.
unsafe fn maps(left: Map, right: Map, call: u64) -> Verdict {
    // SAFETY: two valid maps of one type.
    unsafe {
        if left.live != right.live {
            return Err(Some(Ordering::Less));
        }
        let (one, other) = (left.entries, right.entries);
        if one == other && is_reflexive(left.value().ty()) {
            return EQUAL;
        }
        if was_met(one, other, call) {
            return EQUAL;
        }
    }
    // SAFETY: called during a run.
    unsafe { later(Item::Entries { left, right, at: 0 }) };
    EQUAL
}

/// The verdict for values without parts; none for the others.
unsafe fn scalars(
    desc: &TypeDesc,
    left: *const u8,
    right: *const u8,
    relation: Relation,
) -> Option<Verdict> {
    if desc.eq.is_some() || desc.lt.is_some() {
        return None;
    }
    // SAFETY: the descriptor says what stands there.
    unsafe {
        Some(match desc.kind {
            Kind::I64 => decided(left.cast::<i64>().read().cmp(&right.cast::<i64>().read())),
            Kind::I8 | Kind::I16 | Kind::I32 | Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => {
                decided(read_int(desc.kind, left).cmp(&read_int(desc.kind, right)))
            }
            Kind::F32 => floats(
                f64::from(left.cast::<f32>().read()),
                f64::from(right.cast::<f32>().read()),
                relation,
            ),
            Kind::F64 => floats(
                left.cast::<f64>().read(),
                right.cast::<f64>().read(),
                relation,
            ),
            Kind::Bool => decided(left.read().cmp(&right.read())),
            Kind::Char => decided(left.cast::<u32>().read().cmp(&right.cast::<u32>().read())),
            Kind::Unit => EQUAL,
            Kind::Str => {
                let (left, right) = (
                    left.cast::<*mut Block>().read(),
                    right.cast::<*mut Block>().read(),
                );
                work((*left).len.min((*right).len) as u64);
                if left == right {
                    EQUAL
                } else if matches!(relation, Relation::Equality | Relation::KeyEquality)
                    && (*left).len != (*right).len
                {
                    Err(Some(Ordering::Less))
                } else {
                    decided(bytes(left).cmp(bytes(right)))
                }
            }
            Kind::Ptr | Kind::CStr => decided(
                left.cast::<usize>()
                    .read()
                    .cmp(&right.cast::<usize>().read()),
            ),
            Kind::Opaque => decided(of_handle(left).cmp(&of_handle(right))),
            Kind::Tuple
            | Kind::Struct
            | Kind::Enum
            | Kind::Option
            | Kind::Result
            | Kind::Array
            | Kind::FixedArray
            | Kind::Simd
            | Kind::Box
            | Kind::Fn
            | Kind::Any
            | Kind::Map
            | Kind::Set => return None,
        })
    }
}

fn floats(left: f64, right: f64, relation: Relation) -> Verdict {
    match relation {
        Relation::Equality | Relation::Order => match left.partial_cmp(&right) {
            Some(ordering) => decided(ordering),
            None => Err(None),
        },
        Relation::Key | Relation::KeyEquality => decided(key_order(left, right)),
    }
}

/// `-inf … -0 = 0 … inf, nan`.
pub(crate) fn key_order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// A type's own `==` and `<`.
unsafe fn own_relation(
    desc: &TypeDesc,
    left: *const u8,
    right: *const u8,
    relation: Relation,
) -> Option<Verdict> {
    // SAFETY: the functions take the addresses of two values of the type.
    unsafe {
        let equality = matches!(relation, Relation::Equality | Relation::KeyEquality);
        if equality || desc.lt.is_none() {
            let own = desc.eq?;
            return match (own(left, right), equality) {
                (true, _) => Some(EQUAL),
                (false, true) => Some(Err(None)),
                // Unequal by its own word, in the order of its parts.
                (false, false) => None,
            };
        }
        let own = desc.lt?;
        Some(if own(left, right) {
            Err(Some(Ordering::Less))
        } else if own(right, left) {
            Err(Some(Ordering::Greater))
        } else {
            EQUAL
        })
    }
}

unsafe fn values(
    desc: &TypeDesc,
    left: *const u8,
    right: *const u8,
    relation: Relation,
    call: u64,
) -> Verdict {
    // SAFETY: the descriptor says what stands there.
    unsafe {
        if let Some(verdict) = scalars(desc, left, right, relation) {
            return verdict;
        }
        if let Some(verdict) = own_relation(desc, left, right, relation) {
            return verdict;
        }
        match desc.kind {
            Kind::Map if matches!(relation, Relation::Equality | Relation::KeyEquality) => {
                maps(Map::read(desc, left), Map::read(desc, right), call)
            }
            Kind::Struct | Kind::Tuple | Kind::Map | Kind::Set => {
                later_fields(desc.fields(), left, right)
            }
            Kind::Enum | Kind::Option | Kind::Result => {
                let (tag, other) = (desc.tag(left), desc.tag(right));
                decided(tag.cmp(&other))?;
                match desc.variants().get(tag) {
                    Some(variant) => later_fields(variant.fields(), left, right),
                    None => EQUAL,
                }
            }
            Kind::Array => blocks(
                desc.elem,
                left.cast::<*mut Block>().read(),
                right.cast::<*mut Block>().read(),
                relation,
                call,
            ),
            Kind::Box => blocks(
                desc.elem,
                left.cast::<*mut Block>().read(),
                right.cast::<*mut Block>().read(),
                relation,
                call,
            ),
            Kind::FixedArray | Kind::Simd => {
                later(Item::Elements {
                    elem: desc.elem,
                    left,
                    right,
                    count: desc.count as i64,
                    lengths: Ordering::Equal,
                });
                EQUAL
            }
            Kind::Any => {
                let (left, right) = (
                    left.add(8).cast::<*mut Block>().read(),
                    right.add(8).cast::<*mut Block>().read(),
                );
                let (concrete, other) = (&*(*left).elem, &*(*right).elem);
                if !concrete.same_type(other) {
                    let order = concrete.name().cmp(other.name());
                    return Err(Some(order.then_with(|| concrete.id.cmp(&other.id))));
                }
                blocks((*left).elem, left, right, relation, call)
            }
            // Functions have no relation; the checker lets none get here.
            Kind::Fn => decided(
                left.cast::<[usize; 2]>()
                    .read()
                    .cmp(&right.cast::<[usize; 2]>().read()),
            ),
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
            | Kind::Opaque
            | Kind::Ptr
            | Kind::CStr => scalars_with_own_order(desc, left, right, relation),
        }
    }
}

/// A handle with an `==` of its own and no `<`.
unsafe fn scalars_with_own_order(
    desc: &TypeDesc,
    left: *const u8,
    right: *const u8,
    relation: Relation,
) -> Verdict {
    let mut plain = TypeDesc::plain(desc.kind, "", desc.size);
    plain.elem = desc.elem;
    // SAFETY: the same type without relations of its own.
    unsafe { scalars(&plain, left, right, relation) }.unwrap_or(EQUAL)
}

unsafe fn later_fields(fields: &[FieldDesc], left: *const u8, right: *const u8) -> Verdict {
    // SAFETY: called during a run.
    unsafe {
        later(Item::Fields {
            fields: fields.as_ptr(),
            left,
            right,
            count: fields.len() as u64,
        });
    }
    EQUAL
}

/// Whether a value of the type always equals itself, in either relation.
fn is_reflexive(elem: &TypeDesc) -> bool {
    elem.eq.is_none()
        && elem.lt.is_none()
        && matches!(
            elem.kind,
            Kind::I8
                | Kind::I16
                | Kind::I32
                | Kind::I64
                | Kind::U8
                | Kind::U16
                | Kind::U32
                | Kind::U64
                | Kind::Bool
                | Kind::Char
                | Kind::Unit
                | Kind::Str
        )
}

/// Whether values are equal exactly if their bytes are: integers and what is made of them without a gap.
fn is_its_bytes(desc: &TypeDesc) -> bool {
    if desc.eq.is_some() || desc.lt.is_some() {
        return false;
    }
    match desc.kind {
        Kind::I8
        | Kind::I16
        | Kind::I32
        | Kind::I64
        | Kind::U8
        | Kind::U16
        | Kind::U32
        | Kind::U64
        | Kind::Bool
        | Kind::Char => true,
        Kind::Struct | Kind::Tuple => {
            let fields = desc.fields();
            let size: u64 = fields.iter().map(|field| field.ty().size).sum();
            size == desc.size && fields.iter().all(|field| is_its_bytes(field.ty()))
        }
        // SAFETY: the descriptor of the elements is a constant.
        Kind::FixedArray => is_its_bytes(unsafe { &*desc.elem }),
        Kind::F32
        | Kind::F64
        | Kind::Unit
        | Kind::Str
        | Kind::Enum
        | Kind::Option
        | Kind::Result
        | Kind::Array
        | Kind::Box
        | Kind::Fn
        | Kind::Any
        | Kind::Opaque
        | Kind::Ptr
        | Kind::CStr
        | Kind::Simd
        | Kind::Map
        | Kind::Set => false,
    }
}

/// Whether this call has met the pair before; notes shared ones.
unsafe fn was_met(left: *mut Block, right: *mut Block, call: u64) -> bool {
    // SAFETY: both are live blocks; called during a run.
    unsafe {
        owners(left) > 1 && owners(right) > 1 && {
            let pair = (call, left as usize, right as usize);
            !current().compare_work.seen.insert(pair)
        }
    }
}

unsafe fn blocks(
    elem: *const TypeDesc,
    left: *mut Block,
    right: *mut Block,
    relation: Relation,
    call: u64,
) -> Verdict {
    // SAFETY: both are live blocks with such elements.
    unsafe {
        let equality = matches!(relation, Relation::Equality | Relation::KeyEquality);
        let elem_desc = &*elem;
        if left == right && is_reflexive(elem_desc) {
            return EQUAL;
        }
        let (count, other) = ((*left).len, (*right).len);
        if equality && count != other {
            return Err(Some(Ordering::Less));
        }
        if elem_desc.kind == Kind::U8 {
            work(count.min(other) as u64);
            return decided(bytes(left).cmp(bytes(right)));
        }
        work(count.min(other) as u64 * 8);
        if equality && is_its_bytes(elem_desc) {
            let size = count as usize * elem_desc.size as usize;
            let of = |block| std::slice::from_raw_parts(elements(block).cast_const(), size);
            return match of(left) == of(right) {
                true => EQUAL,
                false => Err(Some(Ordering::Less)),
            };
        }
        if was_met(left, right, call) {
            return EQUAL;
        }
        later(Item::Elements {
            elem,
            left: elements(left),
            right: elements(right),
            count: count.min(other),
            lengths: count.cmp(&other),
        });
        EQUAL
    }
}

/// `sumi_eq(T, a, b) -> bool`: `==`.
pub(crate) unsafe extern "C" fn sumi_eq(
    desc: *const TypeDesc,
    left: *const u8,
    right: *const u8,
) -> bool {
    // SAFETY: generated code passes two values of that type.
    unsafe { compare(desc, left, right, Relation::Equality) == Some(Ordering::Equal) }
}

/// `sumi_lt(T, a, b) -> bool`: `<`.
pub(crate) unsafe extern "C" fn sumi_lt(
    desc: *const TypeDesc,
    left: *const u8,
    right: *const u8,
) -> bool {
    // SAFETY: generated code passes two values of that type.
    unsafe { compare(desc, left, right, Relation::Order) == Some(Ordering::Less) }
}

/// `sumi_le(T, a, b) -> bool`: `<=`, which is not the contrary of `>` where a NaN is involved.
pub(crate) unsafe extern "C" fn sumi_le(
    desc: *const TypeDesc,
    left: *const u8,
    right: *const u8,
) -> bool {
    // SAFETY: generated code passes two values of that type.
    unsafe {
        matches!(
            compare(desc, left, right, Relation::Order),
            Some(Ordering::Less | Ordering::Equal)
        )
    }
}

/// `sumi_cmp(T, a, b) -> i32`: -1, 0 or 1 in the key order.
pub(crate) unsafe extern "C" fn sumi_cmp(
    desc: *const TypeDesc,
    left: *const u8,
    right: *const u8,
) -> i32 {
    // SAFETY: generated code passes two values of that type.
    unsafe { compare(desc, left, right, Relation::Key).map_or(0, |ordering| ordering as i32) }
}

/// `sumi_key_less(T, a, b) -> bool`.
pub(crate) unsafe extern "C" fn sumi_key_less(
    desc: *const TypeDesc,
    left: *const u8,
    right: *const u8,
) -> bool {
    // SAFETY: generated code passes two values of that type.
    unsafe { compare(desc, left, right, Relation::Key) == Some(Ordering::Less) }
}

/// `sumi_key_equal(T, a, b) -> bool`.
pub(crate) unsafe extern "C" fn sumi_key_equal(
    desc: *const TypeDesc,
    left: *const u8,
    right: *const u8,
) -> bool {
    // SAFETY: generated code passes two values of that type.
    unsafe { compare(desc, left, right, Relation::KeyEquality) == Some(Ordering::Equal) }
}
