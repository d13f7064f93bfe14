//! The types of what is written: each once, its parts by their numbers.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Malformed, malformed};
use crate::desc::{FieldDesc, Kind, TypeDesc};

/// Which of the types.
pub(crate) type Id = u32;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Type {
    /// As it is printed.
    pub(crate) name: String,
    pub(crate) shape: Shape,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Shape {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    Bool,
    Char,
    Unit,
    Str,
    Tuple(Vec<Field>),
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
    Option(Id),
    Result(Id, Id),
    Array(Id),
    Fixed(Id, u64),
    Lanes(Id, u64),
    Box(Id),
    Map(Id, Id),
    /// Of a map.
    Set(Id),
    /// A function, a handle, an `any`, a pointer: there are no bytes for its values.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: Option<String>,
    pub(crate) ty: Id,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

impl Shape {
    /// Of a number.
    pub(crate) fn number(&self) -> Option<Kind> {
        Some(match self {
            Shape::I8 => Kind::I8,
            Shape::I16 => Kind::I16,
            Shape::I32 => Kind::I32,
            Shape::I64 => Kind::I64,
            Shape::U8 => Kind::U8,
            Shape::U16 => Kind::U16,
            Shape::U32 => Kind::U32,
            Shape::U64 => Kind::U64,
            Shape::F32 => Kind::F32,
            Shape::F64 => Kind::F64,
            _ => return None,
        })
    }

    /// Of a value that is written as a block of its own; those in it, or a map's pairs.
    pub(crate) fn in_block(&self) -> Option<InBlock> {
        match self {
            Shape::Str => Some(InBlock::Text),
            Shape::Array(elem) => Some(InBlock::Elements(*elem)),
            Shape::Box(elem) => Some(InBlock::One(*elem)),
            Shape::Map(key, value) => Some(InBlock::Pairs(*key, *value)),
            _ => None,
        }
    }

    /// The types of the parts that stand in the value itself.
    fn inline(&self) -> Vec<Id> {
        let of = |fields: &[Field]| fields.iter().map(|field| field.ty).collect::<Vec<Id>>();
        match self {
            Shape::Tuple(fields) | Shape::Struct(fields) => of(fields),
            Shape::Enum(variants) => variants.iter().flat_map(|v| of(&v.fields)).collect(),
            Shape::Option(inner) | Shape::Set(inner) => vec![*inner],
            Shape::Result(ok, err) => vec![*ok, *err],
            Shape::Fixed(elem, _) | Shape::Lanes(elem, _) => vec![*elem],
            _ => Vec::new(),
        }
    }

    fn parts(&self) -> Vec<Id> {
        match self.in_block() {
            Some(InBlock::Elements(elem) | InBlock::One(elem)) => vec![elem],
            Some(InBlock::Pairs(key, value)) => vec![key, value],
            Some(InBlock::Text) => Vec::new(),
            None => self.inline(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum InBlock {
    Text,
    Elements(Id),
    One(Id),
    Pairs(Id, Id),
}

/// Deeper types are refused: who reads them goes as deep.
const DEEPEST: u32 = 100;

/// The types that were read, which are as they should be.
#[derive(Debug)]
pub(crate) struct Types {
    all: Vec<Type>,
    /// Whether their values take no bytes at all.
    are_empty: Vec<bool>,
}

impl Types {
    pub(crate) fn check(all: Vec<Type>) -> Result<Types, Malformed> {
        let count = all.len();
        let mut checking = Checking {
            known: vec![None; count],
            all: &all,
        };
        for ty in &all {
            let is_there = |id: &Id| (*id as usize) < count;
            if !ty.shape.parts().iter().all(is_there) {
                return malformed("a type has a part that is not there");
            }
            let is_odd = match ty.shape {
                Shape::Box(elem) => matches!(all[elem as usize].shape, Shape::Box(_)),
                Shape::Set(map) => !matches!(all[map as usize].shape, Shape::Map(..)),
                _ => false,
            };
            if is_odd {
                return malformed("a type has a part that it cannot have");
            }
        }
        for id in 0..count {
            checking.look(id as Id, 0)?;
        }
        let are_empty = checking.known.iter().map(|known| {
            let known = known.as_ref();
            known.is_some_and(|known| known.is_empty)
        });
        let are_empty = are_empty.collect();
        Ok(Types { all, are_empty })
    }

    pub(crate) fn get(&self, id: Id) -> &Type {
        &self.all[id as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether values of the type take no bytes.
    pub(crate) fn is_empty(&self, id: Id) -> bool {
        self.are_empty[id as usize]
    }
}

struct Checking<'a> {
    all: &'a [Type],
    known: Vec<Option<Looked>>,
}

#[derive(Clone, Copy)]
struct Looked {
    depth: u32,
    is_empty: bool,
}

impl Checking<'_> {
    fn look(&mut self, id: Id, outer: u32) -> Result<Looked, Malformed> {
        if let Some(known) = self.known[id as usize] {
            return Ok(known);
        }
        // A type that contains itself gets here as well.
        if outer > DEEPEST {
            return malformed("a type is nested too deeply");
        }
        let shape = &self.all[id as usize].shape;
        let mut found = Looked {
            depth: 0,
            is_empty: true,
        };
        for part in shape.inline() {
            let part = self.look(part, outer + 1)?;
            found.depth = found.depth.max(part.depth + 1);
            found.is_empty &= part.is_empty;
        }
        if found.depth > DEEPEST {
            return malformed("a type is nested too deeply");
        }
        found.is_empty = match shape {
            Shape::Unit => true,
            Shape::Tuple(_) | Shape::Struct(_) => found.is_empty,
            Shape::Fixed(_, count) | Shape::Lanes(_, count) => found.is_empty || *count == 0,
            _ => false,
        };
        self.known[id as usize] = Some(found);
        Ok(found)
    }
}

/// Collects types from descriptors.
#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) all: Vec<Type>,
    waiting: Vec<(Id, *const TypeDesc)>,
    by_address: FxHashMap<*const TypeDesc, Id>,
    /// Units each bring a descriptor of their own.
    by_identity: FxHashMap<[u64; 2], Id>,
    by_name: FxHashMap<String, Id>,
    /// By what they hold: they have no identity.
    boxes: FxHashMap<Id, Id>,
}

impl Collected {
    /// The number of a type, which is known from now on with all its parts.
    ///
    /// # Safety
    /// The descriptor outlives this.
    pub(crate) unsafe fn add(&mut self, desc: &TypeDesc) -> Id {
        let id = self.reserve(desc);
        while let Some((id, desc)) = self.waiting.pop() {
            // SAFETY: the caller's promise.
            let shape = unsafe { self.shape(&*desc) };
            self.all[id as usize].shape = shape;
        }
        id
    }

    /// Of a type that was added, or a part of one.
    pub(crate) fn id(&self, desc: &TypeDesc) -> Id {
        self.by_address[&std::ptr::from_ref(desc)]
    }

    fn reserve(&mut self, desc: &TypeDesc) -> Id {
        let address = std::ptr::from_ref(desc);
        if let Some(known) = self.by_address.get(&address) {
            return *known;
        }
        let inside = (desc.kind == Kind::Box).then(|| {
            // SAFETY: a box has the descriptor of what it holds, a constant.
            self.reserve(unsafe { &*desc.elem })
        });
        let known = match (inside, desc.id) {
            (Some(inside), _) => self.boxes.get(&inside),
            (None, [0, 0]) => self.by_name.get(desc.name()),
            (None, identity) => self.by_identity.get(&identity),
        };
        let id = known.copied().unwrap_or_else(|| {
            let id = self.all.len() as Id;
            let name = desc.name().to_owned();
            match (inside, desc.id) {
                (Some(inside), _) => drop(self.boxes.insert(inside, id)),
                (None, [0, 0]) => drop(self.by_name.insert(name.clone(), id)),
                (None, identity) => drop(self.by_identity.insert(identity, id)),
            }
            let shape = Shape::Closed;
            self.all.push(Type { name, shape });
            id
        });
        self.by_address.insert(address, id);
        // Also of a type that is known: the parts of this descriptor have addresses of their own.
        self.waiting.push((id, address));
        id
    }

    fn fields(&mut self, fields: &[FieldDesc]) -> Vec<Field> {
        let fields = fields.iter().map(|field| Field {
            name: field.name().map(str::to_owned),
            ty: self.reserve(field.ty()),
        });
        fields.collect()
    }

    unsafe fn shape(&mut self, desc: &TypeDesc) -> Shape {
        // SAFETY: where the kind has elements, their descriptor is a constant.
        let elem = |collected: &mut Collected| collected.reserve(unsafe { &*desc.elem });
        match desc.kind {
            Kind::I8 => Shape::I8,
            Kind::I16 => Shape::I16,
            Kind::I32 => Shape::I32,
            Kind::I64 => Shape::I64,
            Kind::U8 => Shape::U8,
            Kind::U16 => Shape::U16,
            Kind::U32 => Shape::U32,
            Kind::U64 => Shape::U64,
            Kind::F32 => Shape::F32,
            Kind::F64 => Shape::F64,
            Kind::Bool => Shape::Bool,
            Kind::Char => Shape::Char,
            Kind::Unit => Shape::Unit,
            Kind::Str => Shape::Str,
            Kind::Tuple => Shape::Tuple(self.fields(desc.fields())),
            Kind::Struct => Shape::Struct(self.fields(desc.fields())),
            Kind::Enum => {
                let variants = desc.variants().iter().map(|variant| Variant {
                    name: variant.name().to_owned(),
                    fields: self.fields(variant.fields()),
                });
                Shape::Enum(variants.collect())
            }
            Kind::Option => Shape::Option(self.payload(desc, 1)),
            Kind::Result => {
                let ok = self.payload(desc, 0);
                Shape::Result(ok, self.payload(desc, 1))
            }
            Kind::Array => Shape::Array(elem(self)),
            Kind::FixedArray => Shape::Fixed(elem(self), desc.count),
            Kind::Simd => Shape::Lanes(elem(self), desc.count),
            Kind::Box => Shape::Box(elem(self)),
            Kind::Map => {
                let (key, value) = pair_of(desc);
                let key = self.reserve(key.ty());
                Shape::Map(key, self.reserve(value.ty()))
            }
            Kind::Set => Shape::Set(self.reserve(desc.fields()[0].ty())),
            Kind::Fn | Kind::Any | Kind::Opaque | Kind::Ptr | Kind::CStr => Shape::Closed,
        }
    }

    fn payload(&mut self, desc: &TypeDesc, variant: usize) -> Id {
        self.reserve(desc.variants()[variant].fields()[0].ty())
    }
}

/// Key and value of a map's pairs.
pub(crate) fn pair_of(map: &TypeDesc) -> (&FieldDesc, &FieldDesc) {
    let entries = map.fields()[1].ty();
    // SAFETY: entries are an array of optional pairs, whose descriptor is a constant.
    let entry = unsafe { &*entries.elem };
    let pair = entry.variants()[1].fields()[0].ty();
    (&pair.fields()[0], &pair.fields()[1])
}
