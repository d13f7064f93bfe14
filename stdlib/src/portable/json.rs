//! Values as JSON, which says nothing of types: it is read as what the program has.
//!
//! | value | JSON |
//! |---|---|
//! | numbers, `bool`, `()` | the same, exactly; `null`; `inf`, `-inf` and `nan` are texts |
//! | `str`, `char` | text |
//! | `[T]`, `[T; N]`, `Set`, tuples, vectors | array |
//! | struct | object by the names of fields |
//! | enum | `"Point"`, `{"Circle": {"radius": 2}}`; payloads without names `{"Big": 3}`, `{"Pair": [1, 2]}` |
//! | `T?` | the value or `null`; where that could be `null` itself, `{"some": value}` |
//! | `Result` | `{"ok": value}`, `{"err": value}` |
//! | map | object if the keys are `str`, else array of pairs |
//!
//! What is shared is written each time; so there is a limit. Deeper than readers of JSON go, it is refused.

use std::fmt;

use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Changes;
use super::schema::pair_of;
use crate::block::{Block, bytes, elements, empty, text};
use crate::convert::{Advice, Migration, called, fill_default, head, migrated, number};
use crate::desc::{FieldDesc, Kind, TypeDesc, VariantDesc};
use crate::map::{self, Map};
use crate::memory::allocate;
use crate::show::read_int;
use crate::walk::Root;

/// Arrays and objects within one another: what `serde_json` and others read.
const DEEPEST: u32 = 127;
/// More text than this is an error.
const MOST: usize = 1 << 30;

/// What is wrong, and where: the way from the value, `.enemies[3].hp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub path: String,
    pub message: String,
}

type Result<T = ()> = std::result::Result<T, Box<Wrong>>;

#[cold]
fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(Box::new(Wrong {
        path: String::new(),
        message: message.into(),
    }))
}

fn within<T>(done: Result<T>, step: impl FnOnce() -> String) -> Result<T> {
    done.map_err(|mut found| {
        found.path.insert_str(0, &step());
        found
    })
}

/// JSON as it was read: keys in their order, also those that are there twice.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Reads a text; an error says the line and column.
pub fn parse(text: &str) -> std::result::Result<Tree, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Tree, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Tree, E> {
        Ok(Tree::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Tree, E> {
        Ok(Tree::Uint(value))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Tree, E> {
        Ok(Tree::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> std::result::Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> std::result::Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = from.next_entry()? {
            fields.push(field);
        }
        Ok(Tree::Object(fields))
    }
}

impl fmt::Display for Tree {
    /// As messages name it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Null => f.write_str("null"),
            Tree::Bool(value) => write!(f, "{value}"),
            Tree::Int(value) => write!(f, "{value}"),
            Tree::Uint(value) => write!(f, "{value}"),
            Tree::Float(value) => write!(f, "{value}"),
            Tree::Text(value) => match value.char_indices().nth(40) {
                Some((end, _)) => write!(f, "{:?}", format!("{}…", &value[..end])),
                None => write!(f, "{value:?}"),
            },
            Tree::List(items) => write!(f, "an array of {}", items.len()),
            Tree::Object(_) => f.write_str("an object"),
        }
    }
}

/// Whether the JSON of a value of the type can be `null`.
fn may_be_null(desc: &TypeDesc) -> bool {
    match desc.kind {
        Kind::Option | Kind::Unit => true,
        // SAFETY: a box has the descriptor of what it holds.
        Kind::Box => may_be_null(unsafe { &*desc.elem }),
        _ => false,
    }
}

fn are_named(fields: &[FieldDesc]) -> bool {
    fields.first().is_some_and(|field| field.name().is_some())
}

/// The JSON of a value, without blanks.
///
/// # Safety
/// A valid value without closed parts, which nothing writes meanwhile.
pub unsafe fn write((desc, value): Root) -> Result<String> {
    let mut writer = Writer {
        out: Vec::new(),
        depth: 0,
    };
    // SAFETY: the caller's promise; a descriptor is a constant.
    unsafe { writer.value(&*desc, value)? };
    Ok(String::from_utf8(writer.out).unwrap_or_default())
}

struct Writer {
    out: Vec<u8>,
    depth: u32,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    fn text(&mut self, text: &str) {
        // Nothing can fail that writes into memory.
        let _ = serde_json::to_writer(&mut self.out, text);
    }

    fn open(&mut self, bracket: &str) -> Result {
        self.put(bracket);
        self.depth += 1;
        if self.depth > DEEPEST {
            return wrong(format!(
                "is nested more than {DEEPEST} deep, which JSON is not read"
            ));
        }
        if self.out.len() > MOST {
            return wrong(format!(
                "takes more than {MOST} bytes of JSON, in which what is shared stands each time"
            ));
        }
        Ok(())
    }

    fn close(&mut self, bracket: &str) {
        self.put(bracket);
        self.depth -= 1;
    }

    fn float(&mut self, value: f64, short: impl FnOnce() -> String) {
        match value {
            _ if value.is_nan() => self.put("\"nan\""),
            f64::INFINITY => self.put("\"inf\""),
            f64::NEG_INFINITY => self.put("\"-inf\""),
            _ => self.put(&short()),
        }
    }

    unsafe fn value(&mut self, desc: &TypeDesc, value: *const u8) -> Result {
        // SAFETY: the descriptor says what stands there.
        unsafe {
            let block = || value.cast::<*mut Block>().read();
            match desc.kind {
                Kind::I8
                | Kind::I16
                | Kind::I32
                | Kind::I64
                | Kind::U8
                | Kind::U16
                | Kind::U32
                | Kind::U64 => self.put(&read_int(desc.kind, value).to_string()),
                Kind::F32 => {
                    let value = value.cast::<f32>().read();
                    self.float(value.into(), || {
                        let short = serde_json::to_string(&value).unwrap_or_default();
                        // Readers make an `f64` of it first.
                        match short.parse::<f64>().is_ok_and(|read| read as f32 == value) {
                            true => short,
                            false => serde_json::to_string(&f64::from(value)).unwrap_or_default(),
                        }
                    });
                }
                Kind::F64 => {
                    let value = value.cast::<f64>().read();
                    self.float(value, || serde_json::to_string(&value).unwrap_or_default());
                }
                Kind::Bool => self.put(if value.read() == 0 { "false" } else { "true" }),
                Kind::Char => {
                    let value = value.cast::<char>().read();
                    self.text(value.encode_utf8(&mut [0; 4]));
                }
                Kind::Unit => self.put("null"),
                Kind::Str => self.text(text(block())),
                Kind::Box => return self.value(&*desc.elem, elements(block())),
                Kind::Array if (*desc.elem).kind == Kind::U8 => {
                    self.open("[")?;
                    for (index, byte) in bytes(block()).iter().enumerate() {
                        self.put(if index == 0 { "" } else { "," });
                        self.put(&byte.to_string());
                    }
                    self.close("]");
                }
                Kind::Array => {
                    let array = block();
                    self.list(&*desc.elem, elements(array), (*array).len as usize)?;
                }
                Kind::FixedArray | Kind::Simd => {
                    self.list(&*desc.elem, value, desc.count as usize)?;
                }
                Kind::Struct => self.fields(desc.fields(), value)?,
                Kind::Tuple => self.fields(desc.fields(), value)?,
                Kind::Set => {
                    let map = desc.fields()[0].ty();
                    self.map(map, value.add(desc.fields()[0].offset as usize), true)?;
                }
                Kind::Map => self.map(desc, value, false)?,
                Kind::Enum => {
                    let variant = &desc.variants()[desc.tag(value)];
                    if variant.fields().is_empty() {
                        self.text(variant.name());
                    } else {
                        self.tagged(variant, value)?;
                    }
                }
                Kind::Result => self.tagged(&desc.variants()[desc.tag(value)], value)?,
                Kind::Option => {
                    let variant = &desc.variants()[desc.tag(value)];
                    match variant.fields().first() {
                        None => self.put("null"),
                        Some(inside) if may_be_null(inside.ty()) => self.tagged(variant, value)?,
                        Some(inside) => {
                            return self.value(inside.ty(), value.add(inside.offset as usize));
                        }
                    }
                }
                Kind::Fn | Kind::Any | Kind::Opaque | Kind::Ptr | Kind::CStr => {
                    return wrong(format!("is a `{}`", desc.name()));
                }
            }
        }
        Ok(())
    }

    unsafe fn list(&mut self, elem: &TypeDesc, first: *const u8, len: usize) -> Result {
        self.open("[")?;
        for index in 0..len {
            self.put(if index == 0 { "" } else { "," });
            // SAFETY: so many elements stand there.
            let done = unsafe { self.value(elem, first.add(index * elem.size as usize)) };
            within(done, || format!("[{index}]"))?;
        }
        self.close("]");
        Ok(())
    }

    unsafe fn tagged(&mut self, variant: &VariantDesc, value: *const u8) -> Result {
        self.open("{")?;
        self.text(variant.name());
        self.put(":");
        // SAFETY: the value is of that variant.
        unsafe {
            match variant.fields() {
                [only] if only.name().is_none() => {
                    self.value(only.ty(), value.add(only.offset as usize))?;
                }
                fields => self.fields(fields, value)?,
            }
        }
        self.close("}");
        Ok(())
    }

    unsafe fn fields(&mut self, fields: &[FieldDesc], value: *const u8) -> Result {
        let is_tuple = !fields.is_empty() && !are_named(fields);
        self.open(if is_tuple { "[" } else { "{" })?;
        for (index, field) in fields.iter().enumerate() {
            self.put(if index == 0 { "" } else { "," });
            if let Some(name) = field.name() {
                self.text(name);
                self.put(":");
            }
            // SAFETY: offsets count from the whole value.
            let done = unsafe { self.value(field.ty(), value.add(field.offset as usize)) };
            within(done, || match field.name() {
                Some(name) => format!(".{name}"),
                None => format!(".{index}"),
            })?;
        }
        self.close(if is_tuple { "]" } else { "}" });
        Ok(())
    }

    unsafe fn map(&mut self, desc: &TypeDesc, value: *const u8, is_set: bool) -> Result {
        let (key, held) = pair_of(desc);
        let is_object = !is_set && key.ty().kind == Kind::Str;
        self.open(if is_object { "{" } else { "[" })?;
        // SAFETY: a valid map.
        unsafe {
            let map = Map::read(desc, value);
            let mut count = 0;
            for at in 0..map.len() {
                let Some(pair) = map.pair_at(at) else {
                    continue;
                };
                self.put(if count == 0 { "" } else { "," });
                let part = |field: &FieldDesc| pair.add(field.offset as usize);
                let done = if is_object {
                    self.value(key.ty(), part(key)).and_then(|()| {
                        self.put(":");
                        self.value(held.ty(), part(held))
                    })
                } else if is_set {
                    self.value(key.ty(), part(key))
                } else {
                    self.open("[")?;
                    let done = self.value(key.ty(), part(key)).and_then(|()| {
                        self.put(",");
                        self.value(held.ty(), part(held))
                    });
                    self.close("]");
                    done
                };
                within(done, || format!(".values()[{count}]"))?;
                count += 1;
            }
        }
        self.close(if is_object { "}" } else { "]" });
        Ok(())
    }
}

/// Makes a place a value of the type. After an error it holds nothing, and what was made for it is left to the next sweep.
///
/// # Safety
/// Within a run of the engine that the value shall belong to, which it may end. The place is free and all zeroes, the descriptor outlives
/// the value, and what `advice` gives are valid values of the fields.
pub unsafe fn read(
    tree: &Tree,
    (desc, to): (&TypeDesc, *mut u8),
    advice: &dyn Advice,
    changes: &mut Changes,
) -> Result {
    let migrations = FxHashMap::default();
    let mut maker = Maker {
        advice,
        changes,
        migrations,
    };
    // SAFETY: the caller's promise.
    unsafe { maker.value(tree, desc, to) }
}

struct Maker<'a, 'v> {
    advice: &'v dyn Advice,
    changes: &'a mut Changes,
    migrations: FxHashMap<*const TypeDesc, Option<Migration<'v>>>,
}

#[cold]
fn expected<T>(what: &str, found: &Tree) -> Result<T> {
    wrong(format!("expected {what}, found {found}"))
}

impl<'v> Maker<'_, 'v> {
    unsafe fn value(&mut self, tree: &Tree, desc: &TypeDesc, to: *mut u8) -> Result {
        let tree = match tree {
            Tree::List(items) if items.len() == 1 && !takes_list(desc) => &items[0],
            tree => tree,
        };
        if matches!(desc.kind, Kind::Struct | Kind::Enum)
            && let Some(migration) = self.migration(desc)
            && fits(tree, migration.former)
            && !fits(tree, desc)
        {
            // SAFETY: as for the whole.
            return unsafe {
                migrated(&migration, to, &mut |place| {
                    place.write_bytes(0, migration.former.size as usize);
                    self.as_is(tree, migration.former, place)
                })
            };
        }
        // SAFETY: the caller's promise.
        unsafe { self.as_is(tree, desc, to) }
    }

    fn migration(&mut self, desc: &TypeDesc) -> Option<Migration<'v>> {
        let advice = self.advice;
        let found = self.migrations.entry(desc);
        *found.or_insert_with(|| advice.migration(desc))
    }

    /// Without a migration of the whole.
    unsafe fn as_is(&mut self, tree: &Tree, desc: &TypeDesc, to: *mut u8) -> Result {
        // SAFETY: the caller's promise: `to` is a free place of the type; new blocks have room for all their elements.
        unsafe {
            match desc.kind {
                Kind::I8
                | Kind::I16
                | Kind::I32
                | Kind::I64
                | Kind::U8
                | Kind::U16
                | Kind::U32
                | Kind::U64 => whole(tree, desc, to),
                Kind::F32 | Kind::F64 => float(tree, desc, to),
                Kind::Bool => match tree {
                    Tree::Bool(value) => {
                        to.write(u8::from(*value));
                        Ok(())
                    }
                    found => expected("true or false", found),
                },
                Kind::Char => {
                    let mut chars = match tree {
                        Tree::Text(text) => text.chars(),
                        _ => "".chars(),
                    };
                    match (chars.next(), chars.next()) {
                        (Some(found), None) => {
                            to.cast::<char>().write(found);
                            Ok(())
                        }
                        _ => expected("a text of one character", tree),
                    }
                }
                Kind::Unit => match tree {
                    Tree::Null => Ok(()),
                    found => expected("null", found),
                },
                Kind::Str => match tree {
                    Tree::Text(text) => {
                        to.cast::<*mut Block>().write(new_text(text));
                        Ok(())
                    }
                    found => expected("a text", found),
                },
                Kind::Box => {
                    let elem = &*desc.elem;
                    let made = allocate(elem, 1);
                    elements(made).write_bytes(0, elem.size as usize);
                    self.value(tree, elem, elements(made))?;
                    (*made).len = 1;
                    to.cast::<*mut Block>().write(made);
                    Ok(())
                }
                Kind::Array => {
                    let made = match tree {
                        Tree::List(items) => self.array(items, &*desc.elem)?,
                        one => match self.array(std::slice::from_ref(one), &*desc.elem) {
                            Ok(made) => made,
                            Err(_) => return expected("an array", tree),
                        },
                    };
                    to.cast::<*mut Block>().write(made);
                    Ok(())
                }
                Kind::FixedArray | Kind::Simd => match tree {
                    Tree::List(items) if items.len() as u64 == desc.count => {
                        self.items(items, &*desc.elem, to)
                    }
                    found => expected(&format!("an array of {}", desc.count), found),
                },
                Kind::Struct | Kind::Tuple => self.fields(tree, desc, desc.fields(), to),
                Kind::Enum => self.variant(tree, desc, to),
                Kind::Result => self.variant(tree, desc, to),
                Kind::Option => {
                    let inside = &desc.variants()[1].fields()[0];
                    match tree {
                        Tree::Null => {
                            desc.set_tag(to, 0);
                            Ok(())
                        }
                        found if may_be_null(inside.ty()) => self.variant(found, desc, to),
                        found => {
                            desc.set_tag(to, 1);
                            self.value(found, inside.ty(), to.add(inside.offset as usize))
                        }
                    }
                }
                Kind::Map => self.map(tree, desc, to),
                Kind::Set => {
                    let field = &desc.fields()[0];
                    let Tree::List(items) = tree else {
                        return expected("an array", tree);
                    };
                    let place = to.add(field.offset as usize);
                    self.entries(
                        field.ty(),
                        place,
                        items.len(),
                        &mut |maker, index, key, _| {
                            let (ty, place) = key;
                            within(maker.value(&items[index], ty, place), || {
                                format!("[{index}]")
                            })
                        },
                    )
                }
                Kind::Fn | Kind::Any | Kind::Opaque | Kind::Ptr | Kind::CStr => wrong(format!(
                    "a `{}` cannot be read: what it does is not in its JSON",
                    desc.name()
                )),
            }
        }
    }

    unsafe fn array(&mut self, items: &[Tree], elem: &TypeDesc) -> Result<*mut Block> {
        if items.is_empty() {
            return Ok(empty());
        }
        // SAFETY: as for `value`.
        unsafe {
            let made = allocate(elem, items.len() as i64);
            elements(made).write_bytes(0, items.len() * elem.size as usize);
            self.items(items, elem, elements(made))?;
            (*made).len = items.len() as i64;
            Ok(made)
        }
    }

    unsafe fn items(&mut self, items: &[Tree], elem: &TypeDesc, first: *mut u8) -> Result {
        for (index, item) in items.iter().enumerate() {
            // SAFETY: there is room for all.
            let done = unsafe { self.value(item, elem, first.add(index * elem.size as usize)) };
            within(done, || format!("[{index}]"))?;
        }
        Ok(())
    }

    unsafe fn variant(&mut self, tree: &Tree, desc: &TypeDesc, to: *mut u8) -> Result {
        const NULL: &Tree = &Tree::Null;
        let (name, payload) = match tree {
            Tree::Text(name) if desc.kind == Kind::Enum => (name, None),
            Tree::Object(fields) if fields.len() == 1 => (&fields[0].0, Some(&fields[0].1)),
            found => return expected(&variants_of(desc), found),
        };
        let now = desc.variants();
        let same = now.iter().position(|v| v.name() == name);
        let found = same.or_else(|| {
            let is_former = |v: &VariantDesc| self.advice.former_part(desc, v.name()) == Some(name);
            now.iter().position(is_former)
        });
        let Some(tag) = found else {
            return wrong(format!("expected {}, found {name:?}", variants_of(desc)));
        };
        let fields = desc.variants()[tag].fields();
        // SAFETY: as for `value`.
        unsafe {
            desc.set_tag(to, tag);
            let done = match (fields, payload) {
                ([], None | Some(Tree::Null)) => Ok(()),
                // With the fields that it had.
                ([], Some(found @ Tree::Object(_))) => self.fields(found, desc, fields, to),
                ([], Some(found)) => expected("null", found),
                (_, None) => wrong(format!("`{name}` needs its fields: `{{{name:?}: …}}`")),
                ([only], Some(found)) if only.name().is_none() => {
                    self.value(found, only.ty(), to.add(only.offset as usize))
                }
                (fields, found) => self.fields(found.unwrap_or(NULL), desc, fields, to),
            };
            within(done, || format!(".{name}"))
        }
    }

    unsafe fn fields(
        &mut self,
        tree: &Tree,
        owner: &TypeDesc,
        fields: &[FieldDesc],
        to: *mut u8,
    ) -> Result {
        if !fields.is_empty() && !are_named(fields) {
            return match tree {
                Tree::List(items) if items.len() == fields.len() => {
                    for (index, (item, field)) in items.iter().zip(fields).enumerate() {
                        // SAFETY: offsets count from the whole value.
                        let done =
                            unsafe { self.value(item, field.ty(), to.add(field.offset as usize)) };
                        within(done, || format!("[{index}]"))?;
                    }
                    Ok(())
                }
                found => expected(&format!("an array of {}", fields.len()), found),
            };
        }
        let Tree::Object(given) = tree else {
            return expected("an object", tree);
        };
        let advice = self.advice;
        let is_now = |name: &str| fields.iter().any(|field| field.name() == Some(name));
        let mut taken = vec![false; given.len()];
        for (position, field) in fields.iter().enumerate() {
            let name = field.name().unwrap_or_default();
            let at = |name: &str| given.iter().position(|(given, _)| given == name);
            let found = at(name).or_else(|| {
                let former = advice.former_part(owner, name)?;
                at(former).filter(|_| !is_now(former))
            });
            // SAFETY: offsets count from the whole value; a default is a valid value of its field, of which we become an owner.
            unsafe {
                let place = to.add(field.offset as usize);
                let Some(at) = found else {
                    self.missing(owner, field, place)?;
                    continue;
                };
                let (given_name, tree) = &given[at];
                if given[at + 1..].iter().any(|(other, _)| other == given_name) {
                    return wrong(format!("the field `{given_name}` is there twice"));
                }
                taken[at] = true;
                let done = self.value(tree, field.ty(), place);
                if done.is_err() {
                    if !fill_default(advice, owner, field, place) {
                        return within(done, || format!(".{given_name}"));
                    }
                    self.changes.lost.insert(called(owner, field, position));
                }
            }
        }
        for ((name, _), _) in given.iter().zip(taken).filter(|(_, taken)| !taken) {
            let name = format!("{}.{name}", head(owner));
            self.changes.dropped.insert(name);
        }
        Ok(())
    }

    unsafe fn missing(&mut self, owner: &TypeDesc, field: &FieldDesc, place: *mut u8) -> Result {
        let name = field.name().unwrap_or_default();
        // SAFETY: the caller's promise.
        unsafe {
            if !fill_default(self.advice, owner, field, place) {
                if field.ty().kind != Kind::Option {
                    return wrong(format!(
                        "the field `{name}` of `{}` is missing, and has no default",
                        head(owner)
                    ));
                }
                field.ty().set_tag(place, 0);
            }
        }
        self.changes.added.insert(format!("{}.{name}", head(owner)));
        Ok(())
    }

    unsafe fn map(&mut self, tree: &Tree, desc: &TypeDesc, to: *mut u8) -> Result {
        let (key, _) = pair_of(desc);
        // SAFETY: as for `value`.
        unsafe {
            match tree {
                Tree::Object(fields) if key.ty().kind == Kind::Str => {
                    self.entries(desc, to, fields.len(), &mut |maker, index, key, value| {
                        let (name, tree) = &fields[index];
                        key.1.cast::<*mut Block>().write(new_text(name));
                        within(maker.value(tree, value.0, value.1), || {
                            format!("[{name:?}]")
                        })
                    })
                }
                Tree::List(pairs) if key.ty().kind != Kind::Str => {
                    self.entries(desc, to, pairs.len(), &mut |maker, index, key, value| {
                        let done = match &pairs[index] {
                            Tree::List(pair) if pair.len() == 2 => {
                                let done = maker.value(&pair[0], key.0, key.1);
                                within(done, || "[0]".to_owned()).and_then(|()| {
                                    let done = maker.value(&pair[1], value.0, value.1);
                                    within(done, || "[1]".to_owned())
                                })
                            }
                            found => expected("a pair of key and value", found),
                        };
                        within(done, || format!("[{index}]"))
                    })
                }
                found if key.ty().kind == Kind::Str => expected("an object", found),
                found => expected("an array of pairs", found),
            }
        }
    }

    /// A map of so many entries, whose keys and values `fill` writes.
    #[allow(clippy::type_complexity)]
    unsafe fn entries(
        &mut self,
        desc: &TypeDesc,
        to: *mut u8,
        len: usize,
        fill: &mut dyn FnMut(
            &mut Self,
            usize,
            (&TypeDesc, *mut u8),
            (&TypeDesc, *mut u8),
        ) -> Result,
    ) -> Result {
        // SAFETY: as for `value`; an entry is an optional pair.
        unsafe {
            if len == 0 {
                map::write(desc, to, empty(), empty(), 0);
                return Ok(());
            }
            let entry = &*desc.fields()[1].ty().elem;
            let (key, value) = pair_of(desc);
            let pair = entry.variants()[1].fields()[0].offset;
            let size = entry.size as usize;
            let made = allocate(entry, len as i64);
            elements(made).write_bytes(0, len * size);
            for index in 0..len {
                let place = elements(made).add(index * size);
                entry.set_tag(place, 1);
                let part = |field: &FieldDesc| place.add((pair + field.offset) as usize);
                fill(
                    self,
                    index,
                    (key.ty(), part(key)),
                    (value.ty(), part(value)),
                )?;
            }
            (*made).len = len as i64;
            match map::table(desc, made) {
                Ok(table) => {
                    map::write(desc, to, table, made, len as i64);
                    Ok(())
                }
                Err(at) => wrong(format!("the key of entry {at} is there twice")),
            }
        }
    }
}

/// Whether values of the type are written as lists, so that one of one element need not be what it has.
fn takes_list(desc: &TypeDesc) -> bool {
    match desc.kind {
        Kind::Array | Kind::FixedArray | Kind::Simd | Kind::Set | Kind::Box | Kind::Option => true,
        Kind::Map => pair_of(desc).0.ty().kind != Kind::Str,
        _ => !desc.fields().is_empty() && !are_named(desc.fields()),
    }
}

/// Whether it has the very fields of a struct, or those of one of the variants of an enum.
fn fits(tree: &Tree, desc: &TypeDesc) -> bool {
    let has_all = |tree: &Tree, fields: &[FieldDesc]| match tree {
        Tree::Object(given) => {
            let has = |field: &FieldDesc| given.iter().any(|(name, _)| field.name() == Some(name));
            given.len() == fields.len() && fields.iter().all(has)
        }
        _ => fields.is_empty(),
    };
    let variant = |name: &str| desc.variants().iter().find(|v| v.name() == name);
    match (desc.kind, tree) {
        (Kind::Struct, tree) => has_all(tree, desc.fields()),
        (Kind::Enum, Tree::Text(name)) => variant(name).is_some_and(|v| v.fields().is_empty()),
        (Kind::Enum, Tree::Object(given)) => match given.as_slice() {
            [(name, payload)] => variant(name).is_some_and(|v| match are_named(v.fields()) {
                true => has_all(payload, v.fields()),
                false => true,
            }),
            _ => false,
        },
        _ => false,
    }
}

unsafe fn new_text(text: &str) -> *mut Block {
    if text.is_empty() {
        return empty();
    }
    // SAFETY: within a run; the new block has room for the bytes.
    unsafe {
        let made = allocate(&raw const crate::desc::U8, text.len() as i64);
        elements(made).copy_from(text.as_ptr(), text.len());
        (*made).len = text.len() as i64;
        made
    }
}

fn variants_of(desc: &TypeDesc) -> String {
    let names = desc
        .variants()
        .iter()
        .filter(|variant| desc.kind != Kind::Option || !variant.fields().is_empty());
    let names: Vec<String> = names
        .map(|variant| format!("`{}`", variant.name()))
        .collect();
    match names.as_slice() {
        [only] => only.clone(),
        all => format!("one of {}", all.join(", ")),
    }
}

unsafe fn whole(tree: &Tree, desc: &TypeDesc, to: *mut u8) -> Result {
    // SAFETY: the place is of that number's type.
    let fits = unsafe {
        match tree {
            Tree::Int(value) => number(Kind::I64, (&raw const *value).cast(), desc.kind, to),
            Tree::Uint(value) => number(Kind::U64, (&raw const *value).cast(), desc.kind, to),
            Tree::Float(value) => number(Kind::F64, (&raw const *value).cast(), desc.kind, to),
            found => return expected("a whole number", found),
        }
    };
    match fits {
        true => Ok(()),
        false => match tree {
            Tree::Float(value) if value.fract() != 0.0 => expected("a whole number", tree),
            _ => expected(&format!("a number that `{}` holds", desc.name()), tree),
        },
    }
}

unsafe fn float(tree: &Tree, desc: &TypeDesc, to: *mut u8) -> Result {
    let value = match tree {
        Tree::Int(value) => *value as f64,
        Tree::Uint(value) => *value as f64,
        Tree::Float(value) => *value,
        Tree::Text(text) => match text.as_str() {
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            "nan" => f64::NAN,
            _ => return expected("a number", tree),
        },
        found => return expected("a number", found),
    };
    // SAFETY: the place is of that number's type.
    unsafe {
        match desc.kind {
            Kind::F32 => to.cast::<f32>().write(value as f32),
            _ => to.cast::<f64>().write(value),
        }
    }
    Ok(())
}
