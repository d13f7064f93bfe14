//! Types that a host in another language describes while it runs, and texts that name them: `fn(Vec2, f32) -> [str]`. What a text means is
//! Sumi's own; a struct or enum is laid out as C lays it out, and where C says how it has done so, that is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use stdlib::desc::{DropFn, HAS_HEAP, Kind, TypeDesc};
use syntax::ast::{self, ExprKind, FnName, ItemKind, TypeKind};
use syntax::{FileId, SourceFile};

use super::values::{DescField, enum_desc, leaked};
use super::{AskedParam, Value};

type Desc = &'static TypeDesc;

/// A function as its text declares it.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Empty if the text is a type.
    pub name: String,
    /// What is written above it, as `///`.
    pub doc: String,
    /// Its parameters.
    pub params: Vec<DeclaredParam>,
    /// Its result.
    pub result: &'static TypeDesc,
}

/// A parameter of it.
#[derive(Clone, Debug)]
pub struct DeclaredParam {
    /// Empty in a type.
    pub name: String,
    /// Whether the function may change it.
    pub is_mut: bool,
    /// Its type.
    pub ty: &'static TypeDesc,
}

impl DeclaredParam {
    /// What of it a host and a script may have in the same place: plain data, or the elements of an array.
    pub fn plain_part(&self) -> Option<&'static TypeDesc> {
        let part = match self.ty.kind {
            // SAFETY: an array's descriptor has that of its elements, a constant.
            Kind::Array => unsafe { &*self.ty.elem },
            _ => self.ty,
        };
        (!part.has_heap()).then_some(part)
    }

    /// As a host asks for it, which lends arrays of plain data.
    pub(crate) fn asked(&self) -> AskedParam {
        AskedParam {
            ty: self.ty,
            is_mut: self.is_mut,
            is_view: self.ty.kind == Kind::Array && self.plain_part().is_some(),
        }
    }
}

/// A field as it is described.
#[derive(Clone, Copy, Debug)]
pub struct DescribedField<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type, as Sumi writes it.
    pub ty: &'a str,
    /// Where it is from the start of the whole, if the host has the same bytes.
    pub offset: usize,
}

/// The types that a host has described, by name.
#[derive(Debug, Default)]
pub struct Types(BTreeMap<String, Desc>);

/// The descriptors that were made, by their definitions: they live for ever, and describing the same again makes no other one.
static MADE: Mutex<BTreeMap<String, Desc>> = Mutex::new(BTreeMap::new());

fn interned(definition: String, make: impl FnOnce() -> TypeDesc) -> Desc {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(definition)
        .or_insert_with(|| Box::leak(Box::new(make())))
}

/// The same text for ever, once for each.
fn lasting(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let new = name.to_owned().leak();
    names.insert(new);
    new
}

impl Types {
    /// A declaration, as it stands in `extern host`: `fn wind(height: f32) -> f32`, with `///` lines before it.
    pub fn function(&self, text: &str) -> Result<Declared, String> {
        let wrong = || {
            format!("`{text}` is no declaration of a function, as in `fn wind(height: f32) -> f32`")
        };
        let block = extern_block(text).ok_or_else(wrong)?;
        let [function] = block.fns.as_slice() else {
            return Err(wrong());
        };
        let decl = &function.decl;
        let is_plain = block.globals.is_empty()
            && block.types.is_empty()
            && decl.generics.is_empty()
            && !decl.is_variadic
            && !decl.is_extern;
        let FnName::Ident(name) = &decl.name else {
            return Err(wrong());
        };
        if !is_plain {
            return Err(wrong());
        }
        let params = decl.params.iter().map(|param| {
            let ty = param.ty.as_ref().filter(|_| param.default.is_none());
            let ty = ty.ok_or_else(wrong)?;
            Ok(DeclaredParam {
                name: param.name.name.to_string(),
                is_mut: param.is_mut,
                ty: self.found(ty)?,
            })
        });
        Ok(Declared {
            name: name.name.to_string(),
            doc: function.docs.clone().unwrap_or_default(),
            params: params.collect::<Result<_, String>>()?,
            result: match &decl.result {
                Some(result) if result.is_mut => return Err(wrong()),
                Some(result) => self.found(&result.ty)?,
                None => <() as Value>::desc(),
            },
        })
    }

    /// The type of a function: `fn(Vec2, f32) -> Vec2`.
    pub fn signature(&self, text: &str) -> Result<Declared, String> {
        let wrong = || format!("`{text}` is no type of a function, as in `fn(f32, str) -> i64`");
        let ty = type_of(text).ok_or_else(wrong)?;
        let TypeKind::Fn(function) = &ty.kind else {
            return Err(wrong());
        };
        if function.is_extern {
            return Err(wrong());
        }
        let params = function.params.iter().map(|param| {
            let param = DeclaredParam {
                name: String::new(),
                is_mut: param.is_mut,
                ty: self.found(&param.ty)?,
            };
            match param.is_mut && param.plain_part().is_none() {
                true => Err(format!(
                    "`{}` is more than plain data, which is what a host lends to a `mut` parameter",
                    param.ty.name()
                )),
                false => Ok(param),
            }
        });
        Ok(Declared {
            name: String::new(),
            doc: String::new(),
            params: params.collect::<Result<_, String>>()?,
            result: match &function.result {
                Some(result) => self.found(result)?,
                None => <() as Value>::desc(),
            },
        })
    }

    /// A type: `[(str, i64)]`.
    pub fn ty(&self, text: &str) -> Result<&'static TypeDesc, String> {
        let ty = type_of(text).ok_or_else(|| format!("`{text}` is no type"))?;
        self.found(&ty)
    }

    /// Describes a struct of so many bytes, which the host has as well, or of which it has none.
    pub fn add_struct(
        &mut self,
        name: &str,
        size: Option<usize>,
        fields: &[DescribedField<'_>],
    ) -> Result<&'static TypeDesc, String> {
        is_type_name(name)?;
        let mut layout = Layout::default();
        let fields = self.laid_out(name, size.is_some(), &mut layout, fields)?;
        let desc = named(name, Kind::Struct, &layout, size, |desc| {
            desc.count = fields.len() as u64;
            desc.fields = leaked(fields);
        })?;
        self.add(name, desc)
    }

    /// As [`Types::add_struct`], of an enum: its variants, each with its fields. The offsets count from the start of the enum, where a byte
    /// (or two, with more than 256 variants) says which one it is.
    pub fn add_enum(
        &mut self,
        name: &str,
        size: Option<usize>,
        variants: &[(&str, Vec<DescribedField<'_>>)],
    ) -> Result<&'static TypeDesc, String> {
        is_type_name(name)?;
        if variants.is_empty() {
            return Err(format!("`{name}` has no variants"));
        }
        let tag = match variants.len() {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => return Err(format!("`{name}` has too many variants")),
        };
        let mut layout = Layout::default();
        let mut described = Vec::new();
        for (variant, fields) in variants {
            is_type_name(variant)?;
            let mut own = Layout {
                end: tag,
                align: tag,
                ..Layout::default()
            };
            let whole = format!("{name}.{variant}");
            let fields = self.laid_out(&whole, size.is_some(), &mut own, fields)?;
            layout.include(&own);
            described.push(((*variant).to_owned(), fields));
        }
        layout.definition = described.iter().fold(String::new(), |mut all, each| {
            let _ = write!(all, "{}(", each.0);
            each.1.iter().for_each(|field| all += &defined(field));
            all + ")"
        });
        let desc = named(name, Kind::Enum, &layout, size, |desc| {
            let variants = described.into_iter();
            let variants = variants.map(|(name, fields)| (lasting(&name), fields));
            let whole = enum_desc::<u8>(Kind::Enum, "", variants);
            (desc.count, desc.variants) = (whole.count, whole.variants);
        })?;
        self.add(name, desc)
    }

    /// Describes a type of objects that stay with the host; `drop` is told of each handle that goes.
    pub fn add_object(&mut self, name: &str, drop: DropFn) -> Result<&'static TypeDesc, String> {
        is_type_name(name)?;
        let desc = interned(format!("{name} object {}", drop as usize), || {
            let name: &'static str = name.to_owned().leak();
            let pointer = TypeDesc {
                drop: Some(drop),
                ..TypeDesc::plain(Kind::Ptr, name, size_of::<usize>() as u64)
            };
            TypeDesc::pointer(Kind::Opaque, name, Box::leak(Box::new(pointer)))
        });
        self.add(name, desc)
    }

    fn add(&mut self, name: &str, desc: Desc) -> Result<Desc, String> {
        let known = self.0.entry(name.to_owned()).or_insert(desc);
        match std::ptr::eq(*known, desc) {
            true => Ok(desc),
            false => Err(format!("there is another type `{name}` already")),
        }
    }

    fn laid_out(
        &self,
        whole: &str,
        is_shared: bool,
        layout: &mut Layout,
        fields: &[DescribedField<'_>],
    ) -> Result<Vec<DescField>, String> {
        let fields = fields.iter().map(|field| {
            is_name(field.name)?;
            let ty = self.ty(field.ty)?;
            let offset = layout.place(ty);
            if is_shared && offset != field.offset {
                return Err(format!(
                    "`{whole}.{}` is at {} in the host, and at {offset} in Sumi: are all fields before it described, with their types?",
                    field.name, field.offset
                ));
            }
            let field = DescField {
                name: Some(lasting(field.name)),
                offset,
                ty,
            };
            layout.definition += &defined(&field);
            Ok(field)
        });
        fields.collect()
    }

    fn found(&self, ty: &ast::Type) -> Result<Desc, String> {
        match &ty.kind {
            TypeKind::Paren(inner) => self.found(inner),
            TypeKind::Path { path, args } => match path.segments.as_slice() {
                [name] if args.is_empty() => self.of_name(&name.name),
                _ => Err("a host names types without their modules, and none that is generic".to_owned()),
            },
            TypeKind::Tuple(parts) if parts.is_empty() => Ok(<() as Value>::desc()),
            TypeKind::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.found(part));
                Ok(tuple(&parts.collect::<Result<Vec<Desc>, String>>()?))
            }
            TypeKind::Array(elem) => Ok(array(self.found(elem)?)),
            TypeKind::FixedArray { element, len } => {
                let ExprKind::Int(value) = &len.kind else {
                    return Err("a host writes the length of `[T; N]` as a number".to_owned());
                };
                let len = u32::try_from(*value).map_err(|_| "that array is too long".to_owned())?;
                Ok(fixed_array(self.found(element)?, u64::from(len)))
            }
            TypeKind::Optional(inner) => {
                let inner = self.found(inner)?;
                match inner.kind {
                    Kind::Option => Err("an optional in an optional cannot be passed to a host".to_owned()),
                    _ => Ok(option(inner)),
                }
            }
            TypeKind::Map { .. }
            | TypeKind::Fallible(_)
            | TypeKind::Fn(_)
            | TypeKind::Any(_)
            | TypeKind::Const(_)
            | TypeKind::Error => Err(
                "a host is passed numbers, `bool`, `char`, `str`, structs, enums, handles, and arrays, tuples and optionals of these"
                    .to_owned(),
            ),
        }
    }

    fn of_name(&self, name: &str) -> Result<Desc, String> {
        let scalar = match name {
            "i8" => i8::desc(),
            "i16" => i16::desc(),
            "i32" => i32::desc(),
            "i64" => i64::desc(),
            "u8" => u8::desc(),
            "u16" => u16::desc(),
            "u32" => u32::desc(),
            "u64" => u64::desc(),
            "f32" => f32::desc(),
            "f64" => f64::desc(),
            "bool" => bool::desc(),
            "char" => char::desc(),
            "str" => String::desc(),
            _ => {
                let known = self.0.get(name).copied();
                return known.ok_or_else(|| format!("the host has described no type `{name}`"));
            }
        };
        Ok(scalar)
    }
}

/// Where fields come to lie, as C lays them out.
#[derive(Default)]
struct Layout {
    end: usize,
    align: usize,
    flags: u32,
    definition: String,
}

impl Layout {
    fn place(&mut self, ty: Desc) -> usize {
        let offset = self.end.next_multiple_of(ty.align as usize);
        self.end = offset + ty.size as usize;
        self.align = self.align.max(ty.align as usize);
        self.flags |= ty.flags & HAS_HEAP;
        offset
    }

    fn include(&mut self, other: &Layout) {
        self.end = self.end.max(other.end);
        self.align = self.align.max(other.align);
        self.flags |= other.flags;
    }

    fn align(&self) -> usize {
        self.align.max(1)
    }

    fn size(&self) -> usize {
        self.end.next_multiple_of(self.align())
    }
}

fn named(
    name: &str,
    kind: Kind,
    layout: &Layout,
    size: Option<usize>,
    parts: impl FnOnce(&mut TypeDesc),
) -> Result<Desc, String> {
    if size.is_some() && layout.flags & HAS_HEAP != 0 {
        return Err(format!(
            "`{name}` has parts that the host cannot have in place, as texts and arrays: describe it without a size"
        ));
    }
    if let Some(size) = size.filter(|size| *size != layout.size()) {
        return Err(format!(
            "`{name}` has {size} bytes in the host, and {} in Sumi: are all fields described, with their types?",
            layout.size()
        ));
    }
    let definition = format!("{name} {kind:?} {}", layout.definition);
    Ok(interned(definition, || {
        let mut desc = sized(kind, name, layout);
        parts(&mut desc);
        desc
    }))
}

fn sized(kind: Kind, name: &str, layout: &Layout) -> TypeDesc {
    TypeDesc {
        flags: layout.flags,
        align: layout.align() as u64,
        ..TypeDesc::plain(kind, name.to_owned().leak(), layout.size() as u64)
    }
}

/// Other types of the same name are others, which their addresses tell.
fn defined(field: &DescField) -> String {
    let name = field.name.unwrap_or_default();
    format!("{name}:{:p},", std::ptr::from_ref(field.ty))
}

fn array(elem: Desc) -> Desc {
    interned(format!("[{elem:p}]"), || {
        let name = format!("[{}]", elem.name()).leak();
        TypeDesc::pointer(Kind::Array, name, elem)
    })
}

fn fixed_array(elem: Desc, len: u64) -> Desc {
    interned(format!("[{elem:p}; {len}]"), || {
        let name = format!("[{}; {len}]", elem.name());
        let layout = Layout {
            end: (elem.size * len) as usize,
            align: elem.align as usize,
            flags: elem.flags & HAS_HEAP,
            ..Layout::default()
        };
        TypeDesc {
            elem,
            count: len,
            ..sized(Kind::FixedArray, &name, &layout)
        }
    })
}

fn tuple(parts: &[Desc]) -> Desc {
    let mut layout = Layout::default();
    let fields = parts.iter().map(|ty| DescField {
        name: None,
        offset: layout.place(ty),
        ty,
    });
    let fields: Vec<DescField> = fields.collect();
    let definition: String = fields.iter().map(defined).collect();
    interned(format!("({definition})"), || {
        let names: Vec<&str> = parts.iter().map(|part| part.name()).collect();
        let mut desc = sized(Kind::Tuple, &format!("({})", names.join(", ")), &layout);
        desc.count = fields.len() as u64;
        desc.fields = leaked(fields);
        desc
    })
}

fn option(inner: Desc) -> Desc {
    interned(format!("{inner:p}?"), || {
        let mut layout = Layout {
            end: 1,
            ..Layout::default()
        };
        let some = DescField {
            name: None,
            offset: layout.place(inner),
            ty: inner,
        };
        let variants = [("none", Vec::new()), ("some", vec![some])];
        let whole = enum_desc::<u8>(Kind::Option, "", variants);
        TypeDesc {
            count: whole.count,
            variants: whole.variants,
            ..sized(Kind::Option, &format!("{}?", inner.name()), &layout)
        }
    })
}

/// What stands in `extern host`.
fn extern_block(text: &str) -> Option<ast::ExternBlock> {
    let text = format!("extern host {{\n{text}\n}}");
    let parsed = syntax::parse(&SourceFile::new(FileId(0), "", text));
    if parsed.diagnostics.has_errors() {
        return None;
    }
    let mut items = parsed.module.items.into_iter();
    match (items.next()?.kind, items.next()) {
        (ItemKind::Extern(block), None) => Some(block),
        _ => None,
    }
}

fn type_of(text: &str) -> Option<ast::Type> {
    let block = extern_block(&format!("var it: {text}"))?;
    let is_alone = block.fns.is_empty() && block.types.is_empty();
    let mut globals = block.globals.into_iter();
    match (globals.next()?, globals.next()) {
        (global, None) if is_alone => Some(global.ty),
        _ => None,
    }
}

fn is_type_name(name: &str) -> Result<(), String> {
    match name.starts_with(char::is_uppercase) {
        true => is_name(name),
        false => Err(format!(
            "`{name}` is no name of a type: those begin with a capital"
        )),
    }
}

/// The text of a module is made of names, so they have to be some.
pub(crate) fn is_name(name: &str) -> Result<(), String> {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    let is_other = |c: char| c.is_alphanumeric() || c == '_';
    match name.starts_with(is_first) && name.chars().all(is_other) {
        true => Ok(()),
        false => Err(format!("`{name}` is no name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_the_types_that_rust_has() {
        let types = Types::default();
        let same = |text: &str, desc: &TypeDesc| {
            let found = types.ty(text).expect(text);
            let shape =
                |ty: &TypeDesc| (ty.kind, ty.size, ty.align, ty.flags, ty.name().to_owned());
            assert_eq!(shape(found), shape(desc), "{text}");
            let parts = |ty: &'static TypeDesc| -> Vec<u64> {
                let variants = ty.variants().iter().flat_map(|variant| variant.fields());
                let fields = ty.fields().iter().chain(variants);
                fields.map(|field| field.offset).collect()
            };
            assert!(std::ptr::eq(found, types.ty(text).expect(text)), "once");
            parts(found)
        };
        assert_eq!(same("()", <()>::desc()), Vec::<u64>::new());
        assert_eq!(
            same("[[str]]", Vec::<Vec<String>>::desc()),
            Vec::<u64>::new()
        );
        assert_eq!(same("[i16; 3]", <[i16; 3]>::desc()), Vec::<u64>::new());
        assert_eq!(same("f64?", Option::<f64>::desc()), [8]);
        assert_eq!(same("u8?", Option::<u8>::desc()), [1]);
        assert_eq!(
            same("(i8, f64, bool)", <(i8, f64, bool)>::desc()),
            [0, 8, 16]
        );
        assert_eq!(same("(str?)", Option::<String>::desc()), [8]);
        for text in [
            "",
            "Vec2",
            "[i64; n]",
            "i64!",
            "fn()",
            "i64 = 3",
            "i64\nvar x: i64",
            "a.B",
        ] {
            assert!(types.ty(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_described_again_is_the_same() {
        let fields = |second: &'static str| {
            [("x", "u8", 0), ("y", second, 4)].map(|(name, ty, offset)| DescribedField {
                name,
                ty,
                offset,
            })
        };
        let (mut one, mut other) = (Types::default(), Types::default());
        let first = one
            .add_struct("Pair", Some(8), &fields("f32"))
            .expect("it is C's");
        let second = other
            .add_struct("Pair", Some(8), &fields("f32"))
            .expect("it is C's");
        assert!(std::ptr::eq(first, second));
        assert!(one.add_struct("Pair", Some(8), &fields("i32")).is_err());
        let wide = other.add_struct("Wide", Some(8), &fields("i64"));
        assert_eq!(
            wide.map(|_| ()),
            Err("`Wide.y` is at 4 in the host, and at 8 in Sumi: are all fields before it described, with their types?".to_owned())
        );
    }
}
