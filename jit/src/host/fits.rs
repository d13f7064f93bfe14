//! Whether a type of Rust, by its descriptor, is a type of Sumi: the same structs and enums by name, with the same fields and variants.

use std::fmt;

use compiler::boxes::{fields_of, is_boxed_field};
use compiler::env::{DefKind, Env, FnDef};
use compiler::types::{FloatTy, Len, Ty, TyKind};
use stdlib::desc::{FieldDesc, Kind, TypeDesc};

/// Where two types differ, in words that go on behind both; empty where their names say it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference(Option<String>);

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(text) => write!(f, ": {text}"),
            None => Ok(()),
        }
    }
}

type Fits = Result<(), Difference>;

const OTHERWISE: Fits = Err(Difference(None));

/// Of a function: its parameters, with those that are `mut`, and its result.
pub(crate) fn signature(
    env: &Env,
    declared: &FnDef,
    params: impl ExactSizeIterator<Item = (bool, &'static TypeDesc)>,
    result: &'static TypeDesc,
) -> Fits {
    if declared.params.len() != params.len() {
        return OTHERWISE;
    }
    for (param, (is_mut, desc)) in declared.params.iter().zip(params) {
        if param.is_mut != is_mut {
            return OTHERWISE;
        }
        ty(env, param.ty, desc)?;
    }
    ty(env, declared.result(), result)
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
    let is = |kind: Kind| match desc.kind == kind {
        true => Ok(()),
        false => OTHERWISE,
    };
    match ty.kind() {
        TyKind::Int(_) | TyKind::Bool | TyKind::Char | TyKind::Str => {
            match desc.name() == ty.display(env) {
                true => Ok(()),
                false => OTHERWISE,
            }
        }
        TyKind::Float(FloatTy::F32) => is(Kind::F32),
        TyKind::Float(FloatTy::F64) => is(Kind::F64),
        TyKind::Array(elem) => is(Kind::Array).and_then(|()| part(env, *elem, desc)),
        TyKind::FixedArray(elem, Len::Known(len)) => {
            is(Kind::FixedArray)?;
            match desc.count == *len {
                true => part(env, *elem, desc),
                false => OTHERWISE,
            }
        }
        TyKind::Tuple(parts) if parts.is_empty() => is(Kind::Unit),
        TyKind::Tuple(parts) => {
            is(Kind::Tuple)?;
            let fields = desc.fields();
            match fields.len() == parts.len() {
                true => parts
                    .iter()
                    .zip(fields)
                    .try_for_each(|(part, field)| self::ty(env, *part, field.ty())),
                false => OTHERWISE,
            }
        }
        TyKind::Adt(..) => match ty.option_of() {
            Some(inner) => {
                is(Kind::Option)?;
                let some = desc
                    .variants()
                    .last()
                    .and_then(|some| some.fields().first());
                some.map_or(OTHERWISE, |some| self::ty(env, inner, some.ty()))
            }
            None => adt(env, ty, desc),
        },
        _ => OTHERWISE,
    }
}

fn part(env: &Env, elem: Ty, desc: &TypeDesc) -> Fits {
    // SAFETY: an array's descriptor has that of its elements, a constant.
    ty(env, elem, unsafe { &*desc.elem })
}

fn adt(env: &Env, ty: Ty, desc: &TypeDesc) -> Fits {
    let TyKind::Adt(def, _) = ty.kind() else {
        return OTHERWISE;
    };
    let found = env.def(*def);
    if found.name != desc.name() {
        return OTHERWISE;
    }
    let name = desc.name();
    match (&found.kind, desc.kind) {
        (DefKind::ExternType { .. }, Kind::Opaque) => Ok(()),
        (DefKind::Struct(_), Kind::Struct) => fields(env, ty, 0, desc.fields(), name),
        (DefKind::Enum(found), Kind::Enum) => {
            let ours = found.variants.iter().map(|variant| variant.name.as_str());
            let theirs = desc.variants().iter().map(|variant| variant.name());
            if !ours.clone().eq(theirs.clone()) {
                let list =
                    |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<&str>>().join(", ");
                let (ours, theirs) = (list(&mut ours.clone()), list(&mut theirs.clone()));
                let text = format!(
                    "the host's `{name}` has the variants {theirs}, that of the script {ours}"
                );
                return Err(Difference(Some(text)));
            }
            let mut variants = (0u32..).zip(desc.variants());
            variants.try_for_each(|(index, variant)| {
                let name = format!("{name}.{}", variant.name());
                fields(env, ty, index, variant.fields(), &name)
            })
        }
        _ => OTHERWISE,
    }
}

fn fields(env: &Env, ty: Ty, variant: u32, descs: &[FieldDesc], name: &str) -> Fits {
    let TyKind::Adt(def, args) = ty.kind() else {
        return OTHERWISE;
    };
    let ours = fields_of(env, *def, variant).unwrap_or_default();
    let listed = |names: &mut dyn Iterator<Item = String>| {
        let names: Vec<String> = names.collect();
        match names.is_empty() {
            true => "none".to_owned(),
            false => names.join(", "),
        }
    };
    let is_same = |index: usize| {
        let (ours, theirs) = (&ours[index], &descs[index]);
        let is_boxed = is_boxed_field(env, *def, variant, index as u32);
        Some(ours.name.as_str()) == theirs.name()
            && !is_boxed
            && self::ty(env, ours.ty.subst(args), theirs.ty()).is_ok()
    };
    if ours.len() == descs.len() && (0..ours.len()).all(is_same) {
        return Ok(());
    }
    let ours = ours
        .iter()
        .map(|field| format!("{}: {}", field.name, field.ty.subst(args).display(env)));
    let theirs = descs
        .iter()
        .map(|field| format!("{}: {}", field.name().unwrap_or("_"), field.ty().name()));
    Err(Difference(Some(format!(
        "the host's `{name}` has the fields {}, that of the script {}",
        listed(&mut theirs.into_iter()),
        listed(&mut ours.into_iter())
    ))))
}
