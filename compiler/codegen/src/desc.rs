//! Type descriptors: constants that tell the runtime about a type. Their layout is that of `stdlib::TypeDesc`; each
//! module brings its own, and equal types are known by their 128-bit identity.

use std::hash::Hasher;

use compiler::boxes::fields_of;
use compiler::env::{DefId, DefKind, Plain};
use compiler::mono::{Target, type_identity};
use compiler::types::{FloatTy, IntTy, Len, Ty, TyKind, TyNames};
use inkwell::module::Linkage;
use inkwell::types::StructType;
use inkwell::values::{BasicValueEnum, GlobalValue, PointerValue, StructValue};

use crate::module::Unit;

/// Numbers of `stdlib::Kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    I8 = 0,
    I16 = 1,
    I32 = 2,
    I64 = 3,
    U8 = 4,
    U16 = 5,
    U32 = 6,
    U64 = 7,
    F32 = 8,
    F64 = 9,
    Bool = 10,
    Char = 11,
    Unit = 12,
    Str = 13,
    Tuple = 14,
    Struct = 15,
    Enum = 16,
    Option = 17,
    Result = 18,
    Array = 19,
    FixedArray = 20,
    Box = 21,
    Fn = 22,
    Any = 23,
    Opaque = 24,
    Ptr = 25,
    CStr = 26,
    Simd = 27,
    Map = 28,
    Set = 29,
}

const HAS_HEAP: u64 = 1;
const NAMED_FIELDS: u64 = 2;
/// Of a pointer: its text is its type, not the address.
const SHOWN_BY_NAME: u64 = 4;

/// What differs from type to type.
#[derive(Default)]
struct Parts<'ctx> {
    name: String,
    flags: u64,
    elem: Option<PointerValue<'ctx>>,
    count: u64,
    fields: Option<PointerValue<'ctx>>,
    variants: Option<PointerValue<'ctx>>,
    show: Option<PointerValue<'ctx>>,
    eq: Option<PointerValue<'ctx>>,
    lt: Option<PointerValue<'ctx>>,
    hash: Option<PointerValue<'ctx>>,
    drop: Option<PointerValue<'ctx>>,
}

impl<'ctx> Unit<'_, 'ctx> {
    pub(crate) fn desc(&self, ty: Ty) -> PointerValue<'ctx> {
        self.desc_global(ty).as_pointer_value()
    }

    /// The descriptor of a global's type, under a symbol that other units can ask for.
    pub(crate) fn exported_desc(&self, ty: Ty, global: &str) -> String {
        let desc = self.desc_global(ty);
        if desc.get_linkage() == Linkage::Internal {
            desc.set_name(&format!("desc.{global}"));
            desc.set_linkage(Linkage::External);
        }
        desc.get_name().to_string_lossy().into_owned()
    }

    fn desc_global(&self, ty: Ty) -> GlobalValue<'ctx> {
        if let Some(found) = self.descs.borrow().get(&ty) {
            return *found;
        }
        let global = self.new_desc();
        self.descs.borrow_mut().insert(ty, global);
        let parts = self.parts(ty);
        let layout = self.layouts.of(ty);
        let content = self.desc_content(
            kind_of(self, ty),
            parts,
            (layout.size, layout.align),
            identity(self, ty),
        );
        global.set_initializer(&content);
        global
    }

    fn new_desc(&self) -> GlobalValue<'ctx> {
        let name = format!("desc.{}", self.fresh());
        let global = self.module.add_global(self.desc_type(), None, &name);
        global.set_linkage(Linkage::Internal);
        global.set_constant(true);
        global.set_alignment(8);
        global
    }

    /// A boxed field of this type.
    fn box_desc(&self, ty: Ty) -> PointerValue<'ctx> {
        let global = self.new_desc();
        let parts = Parts {
            name: ty.display(&Plain(self.input.env)),
            flags: HAS_HEAP,
            elem: Some(self.desc(ty)),
            ..Parts::default()
        };
        global.set_initializer(&self.desc_content(Kind::Box, parts, (8, 8), [0, 0]));
        global.as_pointer_value()
    }

    fn desc_type(&self) -> StructType<'ctx> {
        let (word, long, pointer) = (self.runtime.i32, self.runtime.i64, self.runtime.pointer);
        self.context.struct_type(
            &[
                word.into(),
                word.into(),
                long.into(),
                long.into(),
                pointer.into(),
                long.into(),
                pointer.into(),
                long.into(),
                pointer.into(),
                pointer.into(),
                pointer.into(),
                pointer.into(),
                pointer.into(),
                pointer.into(),
                pointer.into(),
                long.into(),
                long.into(),
            ],
            false,
        )
    }

    fn desc_content(
        &self,
        kind: Kind,
        parts: Parts<'ctx>,
        (size, align): (u64, u64),
        id: [u64; 2],
    ) -> StructValue<'ctx> {
        let word = |value: u64| -> BasicValueEnum<'ctx> {
            self.runtime.i32.const_int(value, false).into()
        };
        let long = |value: u64| -> BasicValueEnum<'ctx> {
            self.runtime.i64.const_int(value, false).into()
        };
        let pointer = |value: Option<PointerValue<'ctx>>| -> BasicValueEnum<'ctx> {
            self.or_null(value).into()
        };
        self.desc_type().const_named_struct(&[
            word(kind as u64),
            word(parts.flags),
            long(size),
            long(align),
            self.plain_bytes(parts.name.as_bytes()).into(),
            long(parts.name.len() as u64),
            pointer(parts.elem),
            long(parts.count),
            pointer(parts.fields),
            pointer(parts.variants),
            pointer(parts.show),
            pointer(parts.eq),
            pointer(parts.lt),
            pointer(parts.hash),
            pointer(parts.drop),
            long(id[0]),
            long(id[1]),
        ])
    }

    fn or_null(&self, value: Option<PointerValue<'ctx>>) -> PointerValue<'ctx> {
        value.unwrap_or_else(|| self.runtime.pointer.const_null())
    }

    fn parts(&self, ty: Ty) -> Parts<'ctx> {
        let env = self.input.env;
        let layout = self.layouts.of(ty);
        let mut parts = Parts {
            name: ty.display(&Plain(env)),
            flags: if layout.has_heap { HAS_HEAP } else { 0 },
            ..Parts::default()
        };
        match ty.kind() {
            TyKind::Str => parts.elem = Some(self.desc(Ty::u8())),
            TyKind::Array(elem) => parts.elem = Some(self.desc(*elem)),
            TyKind::FixedArray(elem, len) | TyKind::Simd(elem, len) => {
                parts.elem = Some(self.desc(*elem));
                parts.count = match len {
                    Len::Known(count) => *count,
                    Len::Param(..) | Len::Infer(_) => {
                        panic!("compiler bug: an array of unknown length")
                    }
                };
            }
            TyKind::Tuple(elements) => {
                parts.count = elements.len() as u64;
                parts.fields = self.field_descs(ty, 0);
            }
            TyKind::Adt(def, _) => self.adt_parts(ty, *def, &mut parts),
            TyKind::CFn(_) => parts.flags |= SHOWN_BY_NAME,
            TyKind::Int(_)
            | TyKind::Float(_)
            | TyKind::Bool
            | TyKind::Char
            | TyKind::Never
            | TyKind::Fn(_)
            | TyKind::Any(..)
            | TyKind::Ptr(_)
            | TyKind::CStr
            | TyKind::Param(..)
            | TyKind::Infer(_)
            | TyKind::Error => {}
        }
        parts
    }

    fn adt_parts(&self, ty: Ty, def: DefId, parts: &mut Parts<'ctx>) {
        let env = self.input.env;
        match &env.def(def).kind {
            DefKind::Struct(found) => {
                parts.name = Plain(env).name_of(def);
                parts.flags |= NAMED_FIELDS;
                parts.count = found.fields.len() as u64;
                parts.fields = self.field_descs(ty, 0);
            }
            DefKind::Enum(found) => {
                parts.name = Plain(env).name_of(def);
                parts.flags |= NAMED_FIELDS;
                parts.count = found.variants.len() as u64;
                parts.variants = self.variant_descs(ty, def);
                if def == DefId::OPTION
                    && let TyKind::Adt(_, args) = ty.kind()
                {
                    parts.elem = Some(self.desc(args[0]));
                }
            }
            DefKind::ExternType { .. } => {
                parts.name = Plain(env).name_of(def);
                parts.elem = Some(self.handle_desc(ty));
            }
            DefKind::Fn(_) | DefKind::Trait(_) | DefKind::Global(_) | DefKind::Const(_) => {}
        }
        if let Some(overrides) = self.input.program.overrides.get(&ty) {
            parts.show = overrides.show.map(|target| self.show_override(target, ty));
            parts.eq = overrides
                .eq
                .map(|target| self.relation_override(target, ty));
            parts.lt = overrides
                .lt
                .map(|target| self.relation_override(target, ty));
            parts.hash = overrides.hash.map(|target| self.hash_override(target, ty));
        }
    }

    /// What a closure keeps, by the names of the variables that it captured.
    pub(crate) fn kept_desc(&self, target: Target) -> PointerValue<'ctx> {
        let kept = self.kept_by(target);
        if kept == Ty::unit() {
            return self.desc(kept);
        }
        if let Some(found) = self.kept_descs.borrow().get(&target) {
            return found.as_pointer_value();
        }
        let global = self.new_desc();
        self.kept_descs.borrow_mut().insert(target, global);
        let layout = self.layouts.of(kept);
        let count = layout.variants[0].len();
        let (def, _) = self.input.program.key(target);
        let params = &self.input.env.function(*def).params[..count];
        let mut names: Vec<String> = Vec::new();
        for param in params {
            // Of a name that hides another one, which is captured too, the outer one comes first.
            let twins = names.iter().filter(|name| head(name) == param.name).count();
            names.push(match twins {
                0 => param.name.to_string(),
                twins => format!("{}{TWIN}{twins}", param.name),
            });
        }
        let parts = Parts {
            name: "a closure".to_owned(),
            flags: NAMED_FIELDS | if layout.has_heap { HAS_HEAP } else { 0 },
            count: count as u64,
            fields: self.field_descs_by(kept, 0, &|index| Some(names[index].clone())),
            ..Parts::default()
        };
        let size = (layout.size, layout.align);
        global.set_initializer(&self.desc_content(Kind::Struct, parts, size, [0, 0]));
        global.as_pointer_value()
    }

    /// What the block of an `extern type` holds: C's pointer, and how to give it back.
    pub(crate) fn handle_desc(&self, handle: Ty) -> PointerValue<'ctx> {
        if let Some(found) = self.handles.borrow().get(&handle) {
            return found.as_pointer_value();
        }
        let global = self.new_desc();
        self.handles.borrow_mut().insert(handle, global);
        let TyKind::Adt(def, _) = handle.kind() else {
            panic!("compiler bug: {handle:?} is no handle");
        };
        let drop = match &self.input.env.def(*def).kind {
            DefKind::ExternType { drop } => *drop,
            _ => None,
        };
        let parts = Parts {
            name: Plain(self.input.env).name_of(*def),
            drop: drop.and_then(|function| self.handle_drop(function)),
            ..Parts::default()
        };
        global.set_initializer(&self.desc_content(Kind::Ptr, parts, (8, 8), [0, 0]));
        global.as_pointer_value()
    }

    fn field_descs(&self, ty: Ty, variant: u32) -> Option<PointerValue<'ctx>> {
        self.field_descs_by(ty, variant, &|index| self.field_name(ty, variant, index))
    }

    fn field_descs_by(
        &self,
        ty: Ty,
        variant: u32,
        name_of: &dyn Fn(usize) -> Option<String>,
    ) -> Option<PointerValue<'ctx>> {
        let layout = self.layouts.of(ty);
        let fields = &layout.variants[variant as usize];
        if fields.is_empty() {
            return None;
        }
        let long = |value: u64| self.runtime.i64.const_int(value, false).into();
        let content: Vec<StructValue<'ctx>> = (0usize..)
            .zip(fields)
            .map(|(index, field)| {
                let name = name_of(index);
                let desc = if field.boxed {
                    self.box_desc(field.ty)
                } else {
                    self.desc(field.ty)
                };
                let text = name.as_ref().map(|name| self.plain_bytes(name.as_bytes()));
                self.context.const_struct(
                    &[
                        self.or_null(text).into(),
                        long(name.map_or(0, |name| name.len() as u64)),
                        long(field.offset),
                        desc.into(),
                    ],
                    false,
                )
            })
            .collect();
        Some(self.constant_array("fields", &content))
    }

    /// Positional fields have no name of their own.
    fn field_name(&self, ty: Ty, variant: u32, index: usize) -> Option<String> {
        let TyKind::Adt(def, _) = ty.kind() else {
            return None;
        };
        if *def == DefId::OPTION || *def == DefId::RESULT {
            return None;
        }
        let fields = fields_of(self.input.env, *def, variant)?;
        let name = fields[index].name.as_str();
        let positional = name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit());
        if positional {
            None
        } else {
            Some(name.to_string())
        }
    }

    fn variant_descs(&self, ty: Ty, def: DefId) -> Option<PointerValue<'ctx>> {
        let DefKind::Enum(found) = &self.input.env.def(def).kind else {
            return None;
        };
        let long = |value: u64| self.runtime.i64.const_int(value, false).into();
        let content: Vec<StructValue<'ctx>> = (0u32..)
            .zip(&found.variants)
            .map(|(index, variant)| {
                let fields = self.field_descs(ty, index);
                self.context.const_struct(
                    &[
                        self.plain_bytes(variant.name.as_bytes()).into(),
                        long(variant.name.len() as u64),
                        long(variant.fields.len() as u64),
                        self.or_null(fields).into(),
                    ],
                    false,
                )
            })
            .collect();
        if content.is_empty() {
            return None;
        }
        Some(self.constant_array("variants", &content))
    }

    fn constant_array(&self, what: &str, content: &[StructValue<'ctx>]) -> PointerValue<'ctx> {
        let array = content[0].get_type().const_array(content);
        let name = format!("{what}.{}", self.fresh());
        let global = self.module.add_global(array.get_type(), None, &name);
        global.set_initializer(&array);
        global.set_linkage(Linkage::Internal);
        global.set_constant(true);
        global.as_pointer_value()
    }
}

/// Stands between a name and a number, where there are several of the name.
const TWIN: char = '#';

fn head(name: &str) -> &str {
    name.split(TWIN).next().unwrap_or(name)
}

fn identity(unit: &Unit<'_, '_>, ty: Ty) -> [u64; 2] {
    let text = type_identity(unit.input.env, ty);
    [0u8, 1].map(|half| {
        // Its keys are fixed, so that every unit and process computes the same.
        #[allow(deprecated)]
        let mut hasher = std::hash::SipHasher::new();
        hasher.write_u8(half);
        hasher.write(text.as_bytes());
        hasher.finish()
    })
}

fn kind_of(unit: &Unit<'_, '_>, ty: Ty) -> Kind {
    match ty.kind() {
        TyKind::Int(IntTy::I8) => Kind::I8,
        TyKind::Int(IntTy::I16) => Kind::I16,
        TyKind::Int(IntTy::I32) => Kind::I32,
        TyKind::Int(IntTy::I64) => Kind::I64,
        TyKind::Int(IntTy::U8) => Kind::U8,
        TyKind::Int(IntTy::U16) => Kind::U16,
        TyKind::Int(IntTy::U32) => Kind::U32,
        TyKind::Int(IntTy::U64) => Kind::U64,
        TyKind::Float(FloatTy::F32) => Kind::F32,
        TyKind::Float(FloatTy::F64) => Kind::F64,
        TyKind::Bool => Kind::Bool,
        TyKind::Char => Kind::Char,
        TyKind::Never => Kind::Unit,
        TyKind::Str => Kind::Str,
        TyKind::Tuple(parts) if parts.is_empty() => Kind::Unit,
        TyKind::Tuple(_) => Kind::Tuple,
        TyKind::Array(_) => Kind::Array,
        TyKind::FixedArray(..) => Kind::FixedArray,
        TyKind::Adt(DefId::OPTION, _) => Kind::Option,
        TyKind::Adt(DefId::RESULT, _) => Kind::Result,
        TyKind::Adt(DefId::MAP, _) => Kind::Map,
        TyKind::Adt(DefId::SET, _) => Kind::Set,
        TyKind::Adt(def, _) => match &unit.input.env.def(*def).kind {
            DefKind::Enum(_) => Kind::Enum,
            DefKind::ExternType { .. } => Kind::Opaque,
            DefKind::Struct(_)
            | DefKind::Fn(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::Const(_) => Kind::Struct,
        },
        TyKind::Fn(_) => Kind::Fn,
        TyKind::Any(..) => Kind::Any,
        TyKind::Simd(..) => Kind::Simd,
        TyKind::Ptr(_) | TyKind::CFn(_) => Kind::Ptr,
        TyKind::CStr => Kind::CStr,
        TyKind::Param(..) | TyKind::Infer(_) | TyKind::Error => {
            panic!("compiler bug: a descriptor of {ty:?}")
        }
    }
}
