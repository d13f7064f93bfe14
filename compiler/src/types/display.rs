//! The text of a type, as a user writes it. Names of definitions come from whoever knows them.

use super::{FnTy, InferKind, Len, Ty, TyKind};
use crate::env::DefId;

/// Gives the name of a struct, enum or trait.
pub trait TyNames {
    fn name_of(&self, def: DefId) -> String;
}

impl Ty {
    pub fn display(self, names: &dyn TyNames) -> String {
        match self.kind() {
            TyKind::Int(int) => int.name().to_string(),
            TyKind::Float(float) => float.name().to_string(),
            TyKind::Bool => "bool".to_string(),
            TyKind::Char => "char".to_string(),
            TyKind::Never => "never".to_string(),
            TyKind::Str => "str".to_string(),
            TyKind::Tuple(parts) => format!("({})", list(parts, names)),
            TyKind::Array(elem) => format!("[{}]", elem.display(names)),
            TyKind::FixedArray(elem, Len::Known(n)) => format!("[{}; {n}]", elem.display(names)),
            TyKind::FixedArray(elem, Len::Param(_, n)) => format!("[{}; {n}]", elem.display(names)),
            TyKind::FixedArray(elem, Len::Infer(_)) => format!("[{}; _]", elem.display(names)),
            TyKind::Adt(DefId::OPTION, args) => optional(args[0], names),
            TyKind::Adt(def, args) if args.is_empty() => names.name_of(*def),
            TyKind::Adt(DefId::MAP, args) => {
                format!("[{}: {}]", args[0].display(names), args[1].display(names))
            }
            TyKind::Adt(def, args) => {
                format!("{}<{}>", names.name_of(*def), type_args(args, names))
            }
            TyKind::Fn(fn_ty) => function(fn_ty, names),
            TyKind::CFn(fn_ty) => format!("extern {}", function(fn_ty, names)),
            TyKind::Any(def, args) if args.is_empty() => format!("any {}", names.name_of(*def)),
            TyKind::Any(def, args) => {
                format!("any {}<{}>", names.name_of(*def), type_args(args, names))
            }
            TyKind::Simd(elem, Len::Known(n)) => match elem.kind() {
                TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool => {
                    format!("{}x{n}", elem.display(names))
                }
                _ => format!("Simd<{}, {n}>", elem.display(names)),
            },
            TyKind::Simd(elem, Len::Param(_, n)) => format!("Simd<{}, {n}>", elem.display(names)),
            TyKind::Simd(elem, Len::Infer(_)) => format!("Simd<{}, _>", elem.display(names)),
            TyKind::Ptr(inner) => format!("ptr<{}>", inner.display(names)),
            TyKind::CStr => "cstr".to_string(),
            TyKind::Param(_, name) => name.to_string(),
            TyKind::Infer(var) => match var.kind {
                InferKind::General => "_".to_string(),
                InferKind::Int => "an integer".to_string(),
                InferKind::Float => "a float".to_string(),
            },
            TyKind::Error => "?".to_string(),
        }
    }
}

/// Type arguments. A number among them is kept as the length of an array of `()`.
pub fn type_args(args: &[Ty], names: &dyn TyNames) -> String {
    let shown = args.iter().map(|arg| match arg.kind() {
        TyKind::FixedArray(elem, len) if elem.is_unit() => match len {
            Len::Known(n) => n.to_string(),
            Len::Param(_, name) => name.to_string(),
            Len::Infer(_) => "_".to_string(),
        },
        _ => arg.display(names),
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn list(parts: &[Ty], names: &dyn TyNames) -> String {
    parts
        .iter()
        .map(|p| p.display(names))
        .collect::<Vec<_>>()
        .join(", ")
}

fn optional(inner: Ty, names: &dyn TyNames) -> String {
    let text = inner.display(names);
    match inner.kind() {
        TyKind::Fn(_) | TyKind::CFn(_) | TyKind::Any(..) => format!("({text})?"),
        TyKind::Adt(DefId::OPTION, _) => format!("({text})?"),
        _ => format!("{text}?"),
    }
}

fn function(fn_ty: &FnTy, names: &dyn TyNames) -> String {
    let params: Vec<String> = fn_ty
        .params
        .iter()
        .map(|p| {
            if p.is_mut {
                format!("mut {}", p.ty.display(names))
            } else {
                p.ty.display(names)
            }
        })
        .collect();
    format!("fn({}) -> {}", params.join(", "), fn_ty.ret.display(names))
}
