//! Whether a type of Rust, by its descriptor, is a type of Sumi: the same structs and enums by name, with the same fields and variants. Where
//! it is not, which part of it differs.

use compiler::boxes::{fields_of, is_boxed_field};
use compiler::env::{DefKind, Env, FieldDef, FnDef, StructDef};
use compiler::types::{FloatTy, Len, Ty, TyKind};
use stdlib::desc::{FieldDesc, Kind, TypeDesc, VariantDesc};
use syntax::Span;

/// Where two types differ: the part of the outermost struct or enum, if it is not the type as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// `Ball.pos.y`, and then what it leads to; begins where the outermost named type does.
    path: Option<String>,
    /// Steps through arrays and the like, to a named type around them.
    pending: String,
    cause: Cause,
    /// What the script declares there.
    pub(crate) declared: Option<Span>,
}

/// How they differ.
#[derive(Debug, PartialEq, Eq)]
enum Cause {
    /// Of another type.
    Type {
        host: String,
        script: String,
    },
    /// A type has a part, as the host or the script writes it, that the other one lacks.
    OnlyHost {
        of: String,
        part: String,
    },
    OnlyScript {
        of: String,
        part: String,
    },
    /// The same parts in another order, or others of another name.
    Named {
        of: String,
        host: String,
        script: String,
    },
    /// The value holds itself in there, by a box, which no type of a host has.
    Recursive,
}

type Fits = Result<(), Box<Difference>>;

impl Difference {
    fn new(cause: Cause, declared: Option<Span>) -> Box<Difference> {
        Box::new(Difference {
            path: None,
            pending: String::new(),
            cause,
            declared,
        })
    }

    /// As it is seen from an array, an optional or a tuple around.
    fn within(mut self: Box<Self>, step: &str) -> Box<Difference> {
        self.pending.insert_str(0, step);
        self
    }

    /// As it is seen from a struct or a variant around.
    fn in_field(mut self: Box<Self>, of: &str, field: &str, declared: Span) -> Box<Difference> {
        let rest = self.path.as_deref().unwrap_or_default();
        let rest = rest.find('.').map_or("", |dot| &rest[dot..]);
        self.path = Some(format!("{of}.{field}{}{rest}", self.pending));
        self.pending.clear();
        self.declared = self.declared.or(Some(declared));
        self
    }

    /// Whether the types as a whole differ, not parts of what both call by the same name.
    pub(crate) fn is_whole(&self) -> bool {
        self.path.is_none() && matches!(self.cause, Cause::Type { .. })
    }

    /// In words.
    pub(crate) fn told(&self) -> String {
        // Of which value a part is missing.
        let within = match &self.path {
            Some(path) => format!(", in `{path}`"),
            None => String::new(),
        };
        match (&self.cause, &self.path) {
            (Cause::Type { host, script }, Some(path)) => {
                format!("`{path}` is `{host}` in the host and `{script}` in the script")
            }
            (Cause::Type { host, script }, None) => {
                format!("the host has `{host}` here, the script `{script}`")
            }
            (Cause::OnlyHost { of, part }, _) => {
                format!("the host's `{of}` has {part}, which that of the script lacks{within}")
            }
            (Cause::OnlyScript { of, part }, _) => {
                format!("the host's `{of}` lacks {part}, which that of the script has{within}")
            }
            (Cause::Named { of, host, script }, _) => {
                format!(
                    "the host's `{of}` has {host} where that of the script has {script}{within}"
                )
            }
            (Cause::Recursive, path) => {
                let path = path.as_deref().unwrap_or_default();
                format!("`{path}` holds values of its own type, which a host's cannot")
            }
        }
    }

    /// What stands in the script at [`Difference::declared`].
    pub(crate) fn told_of_script(&self) -> String {
        match &self.cause {
            Cause::Type { script, .. } => format!("`{script}` here"),
            Cause::OnlyHost { part, .. } => format!("{part} is missing"),
            Cause::OnlyScript { .. } => "the host's has none".to_owned(),
            Cause::Named { script, .. } => format!("{script} here"),
            Cause::Recursive => "it holds itself".to_owned(),
        }
    }
}

/// Where a function differs from what a host asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unlike {
    /// How many there are.
    Params,
    /// The parameter of that number is `mut` and what the host passes is not, or the other way round.
    Mut(usize),
    Param(usize, Box<Difference>),
    Result(Box<Difference>),
}

/// Of a function: its parameters, with those that are `mut`, and its result.
pub(crate) fn signature(
    env: &Env,
    declared: &FnDef,
    params: impl ExactSizeIterator<Item = (bool, &'static TypeDesc)>,
    result: &'static TypeDesc,
) -> Result<(), Unlike> {
    if declared.params.len() != params.len() {
        return Err(Unlike::Params);
    }
    for (index, (param, (is_mut, desc))) in declared.params.iter().zip(params).enumerate() {
        let fits = ty(env, param.ty, desc);
        // Of a wrong type it is of no interest how it is lent.
        if param.is_mut != is_mut && fits.is_ok() {
            return Err(Unlike::Mut(index));
        }
        fits.map_err(|found| Unlike::Param(index, found))?;
    }
    ty(env, declared.result(), result).map_err(Unlike::Result)
}

/// As Sumi writes the type of a function.
pub(crate) fn written(
    params: impl Iterator<Item = (bool, &'static TypeDesc)>,
    result: &TypeDesc,
) -> String {
    let params = params.map(|(is_mut, ty)| match is_mut {
        true => format!("mut {}", ty.name()),
        false => ty.name().to_owned(),
    });
    let params: Vec<String> = params.collect();
    let arrow = match result.kind {
        Kind::Unit => String::new(),
        _ => format!(" -> {}", result.name()),
    };
    format!("fn({}){arrow}", params.join(", "))
}

pub(crate) fn ty(env: &Env, ty: Ty, desc: &TypeDesc) -> Fits {
    let otherwise = || {
        let cause = Cause::Type {
            host: desc.name().to_owned(),
            script: ty.display(env),
        };
        Err(Difference::new(cause, None))
    };
    let is = |kind: Kind| match desc.kind == kind {
        true => Ok(()),
        false => otherwise(),
    };
    match ty.kind() {
        TyKind::Int(_) | TyKind::Bool | TyKind::Char | TyKind::Str => {
            match desc.name() == ty.display(env) {
                true => Ok(()),
                false => otherwise(),
            }
        }
        TyKind::Float(FloatTy::F32) => is(Kind::F32),
        TyKind::Float(FloatTy::F64) => is(Kind::F64),
        TyKind::Array(elem) => {
            is(Kind::Array)?;
            part(env, *elem, desc).or_else(|found| wrapped(found, "[..]", otherwise))
        }
        TyKind::FixedArray(elem, Len::Known(len)) => {
            is(Kind::FixedArray)?;
            match desc.count == *len {
                true => part(env, *elem, desc).or_else(|found| wrapped(found, "[..]", otherwise)),
                false => otherwise(),
            }
        }
        TyKind::Tuple(parts) if parts.is_empty() => is(Kind::Unit),
        TyKind::Tuple(parts) => {
            is(Kind::Tuple)?;
            let fields = desc.fields();
            if fields.len() != parts.len() {
                return otherwise();
            }
            for (index, (part, field)) in parts.iter().zip(fields).enumerate() {
                self::ty(env, *part, field.ty())
                    .or_else(|found| wrapped(found, &format!(".{index}"), otherwise))?;
            }
            Ok(())
        }
        TyKind::Adt(..) => match ty.option_of() {
            Some(inner) => {
                is(Kind::Option)?;
                let some = desc
                    .variants()
                    .last()
                    .and_then(|some| some.fields().first());
                match some {
                    Some(some) => self::ty(env, inner, some.ty())
                        .or_else(|found| wrapped(found, "?", otherwise)),
                    None => otherwise(),
                }
            }
            None => adt(env, ty, desc).unwrap_or_else(otherwise),
        },
        _ => otherwise(),
    }
}

/// A difference in a part. Of parts without names the types as a whole say more.
fn wrapped(found: Box<Difference>, step: &str, otherwise: impl FnOnce() -> Fits) -> Fits {
    match found.is_whole() {
        true => otherwise(),
        false => Err(found.within(step)),
    }
}

fn part(env: &Env, elem: Ty, desc: &TypeDesc) -> Fits {
    // SAFETY: an array's descriptor has that of its elements, a constant.
    ty(env, elem, unsafe { &*desc.elem })
}

/// None if they are not called the same, or are not of the same kind.
fn adt(env: &Env, ty: Ty, desc: &TypeDesc) -> Option<Fits> {
    let TyKind::Adt(def, _) = ty.kind() else {
        return None;
    };
    let found = env.def(*def);
    if found.name != desc.name() {
        return None;
    }
    let name = desc.name();
    match (&found.kind, desc.kind) {
        (DefKind::ExternType { .. }, Kind::Opaque) => Some(Ok(())),
        (DefKind::Struct(StructDef { .. }), Kind::Struct) => {
            Some(fields(env, ty, (0, found.span), desc.fields(), name))
        }
        (DefKind::Enum(declared), Kind::Enum) => {
            let ours: Vec<_> = declared
                .variants
                .iter()
                .map(|v| (v.name.as_str(), v.span))
                .collect();
            let theirs = desc.variants().iter().map(VariantDesc::name);
            let theirs: Vec<&str> = theirs.collect();
            if let Err(different) = same_names(
                name,
                "the variant",
                (&ours, found.span),
                &theirs,
                &|name| name.to_owned(),
                &|name| name.to_owned(),
            ) {
                return Some(Err(different));
            }
            let variants = (0u32..).zip(desc.variants()).zip(&declared.variants);
            let mut variants = variants.map(|((index, variant), declared)| {
                let name = format!("{name}.{}", variant.name());
                fields(env, ty, (index, declared.span), variant.fields(), &name)
            });
            Some(variants.find(Result::is_err).unwrap_or(Ok(())))
        }
        _ => None,
    }
}

/// That the parts of a type are called the same, in the same order. What is declared there is at `ours`.
fn same_names(
    of: &str,
    noun: &str,
    (ours, whole): (&[(&str, Span)], Span),
    theirs: &[&str],
    of_script: &dyn Fn(&str) -> String,
    of_host: &dyn Fn(&str) -> String,
) -> Fits {
    let is_ours = |name: &&str| ours.iter().any(|(known, _)| known == name);
    let cause = |cause: Cause, at: Span| Err(Difference::new(cause, Some(at)));
    let of = of.to_owned();
    let script_only = ours.iter().find(|(name, _)| !theirs.contains(name));
    let host_only = theirs.iter().find(|name| !is_ours(name));
    let script = |name: &str| format!("{noun} `{}`", of_script(name));
    let host = |name: &str| format!("{noun} `{}`", of_host(name));
    match (script_only, host_only) {
        (Some((name, at)), Some(other)) if ours.len() == theirs.len() => {
            let (host, script) = (host(other), script(name));
            cause(Cause::Named { of, host, script }, *at)
        }
        (Some((name, at)), _) => {
            let part = script(name);
            cause(Cause::OnlyScript { of, part }, *at)
        }
        (None, Some(name)) => {
            let part = host(name);
            cause(Cause::OnlyHost { of, part }, whole)
        }
        (None, None) => match ours.iter().zip(theirs).find(|((a, _), b)| a != *b) {
            Some(((name, at), other)) => {
                let (host, script) = (host(other), script(name));
                cause(Cause::Named { of, host, script }, *at)
            }
            None => Ok(()),
        },
    }
}

/// Of a struct, or of the variant of that number, which is declared there.
fn fields(
    env: &Env,
    ty: Ty,
    (variant, whole): (u32, Span),
    descs: &[FieldDesc],
    name: &str,
) -> Fits {
    let TyKind::Adt(def, args) = ty.kind() else {
        return Ok(());
    };
    let ours = fields_of(env, *def, variant).unwrap_or_default();
    let typed = |field: &FieldDef| field.ty.subst(args);
    let names: Vec<_> = ours
        .iter()
        .map(|field| (field.name.as_str(), field.span))
        .collect();
    let theirs: Vec<&str> = descs
        .iter()
        .map(|field| field.name().unwrap_or("_"))
        .collect();
    let of_script = |name: &str| {
        let field = ours.iter().find(|field| field.name == name);
        field.map_or_else(String::new, |field| {
            format!("{name}: {}", typed(field).display(env))
        })
    };
    let of_host = |name: &str| {
        let field = descs.iter().find(|field| field.name() == Some(name));
        field.map_or_else(String::new, |field| {
            format!("{name}: {}", field.ty().name())
        })
    };
    same_names(
        name,
        "the field",
        (&names, whole),
        &theirs,
        &of_script,
        &of_host,
    )?;
    for (index, (field, desc)) in ours.iter().zip(descs).enumerate() {
        let inside = match is_boxed_field(env, *def, variant, index as u32) {
            true => Err(Difference::new(Cause::Recursive, None)),
            false => self::ty(env, typed(field), desc.ty()),
        };
        inside.map_err(|found| found.in_field(name, &field.name, field.span))?;
    }
    Ok(())
}
