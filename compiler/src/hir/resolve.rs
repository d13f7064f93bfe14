//! Names and type expressions to ids: what a name means in a module, and the `Ty` of an `ast::Type`.

mod suggest;
mod types;

use smol_str::SmolStr;
use syntax::{Diagnostic, Span, ast};

use super::Builtin;
use super::lower::Unit;
use crate::env::{Def, DefId, Generic, Import, ModuleId};
use crate::types::{FloatTy, IntTy, Ty, TyKind};

pub use suggest::nearest;
pub(crate) use suggest::{is_standard_module, teach_value};

/// The type parameters and the `Self` that type expressions may name.
#[derive(Clone, Default)]
pub(crate) struct TypeScope {
    pub(crate) generics: Vec<Generic>,
    pub(crate) self_ty: Option<Ty>,
    /// Constants declared in the body around, for the lengths of arrays.
    pub(crate) consts: Vec<(SmolStr, DefId)>,
}

/// What a name means outside of any body.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    Def(DefId),
    Module(ModuleId),
    /// A scalar, `str`, `Self` or a type parameter.
    Type(Ty),
    /// A `const N` parameter.
    ConstParam(u32, SmolStr),
    Builtin(Builtin),
}

impl Unit<'_> {
    pub(crate) fn lookup(&self, name: &str, scope: &TypeScope) -> Option<Named> {
        if name == "Self" {
            return scope.self_ty.map(Named::Type);
        }
        let generic = scope.generics.iter().rposition(|g| g.name == name);
        if let Some(index) = generic {
            let index = index as u32;
            return Some(if scope.generics[index as usize].is_const {
                Named::ConstParam(index, name.into())
            } else {
                Named::Type(Ty::param(index, name))
            });
        }
        let local = scope.consts.iter().rev().find(|(known, _)| known == name);
        if let Some((_, def)) = local {
            return Some(Named::Def(*def));
        }
        let module = self.env.module(self.module);
        if let Some(def) = module.names.get(name) {
            return Some(Named::Def(*def));
        }
        match module.imports.get(name) {
            Some(Import::Module(id)) => return Some(Named::Module(*id)),
            Some(Import::Def(def)) => return Some(Named::Def(*def)),
            None => {}
        }
        let prelude = if module.is_library {
            self.env.module(ModuleId::PRELUDE).names.get(name).copied()
        } else {
            self.public_name(ModuleId::PRELUDE, name)
        };
        if let Some(def) = prelude {
            return Some(Named::Def(def));
        }
        scalar(name)
            .or_else(|| vector(name))
            .map(Named::Type)
            .or_else(|| builtin(name).map(Named::Builtin))
    }

    /// A `pub` definition of a module, or one that it passes on.
    pub(crate) fn public_name(&self, module: ModuleId, name: &str) -> Option<DefId> {
        let scope = self.env.module(module);
        let own = scope.names.get(name).copied();
        own.filter(|def| self.env.def(*def).is_pub)
            .or_else(|| match scope.exports.get(name) {
                Some(Import::Def(def)) => Some(*def),
                Some(Import::Module(_)) | None => None,
            })
    }

    /// A name as an imported module has it, which was written without the module.
    pub(crate) fn in_imported_module(&self, name: &str) -> Option<String> {
        let imports = self.env.module(self.module).imports.iter();
        let mut paths: Vec<String> = imports
            .filter_map(|(local, import)| match import {
                Import::Module(module) => {
                    let path = format!("{local}.{name}");
                    self.public_name(*module, name).map(|_| path)
                }
                Import::Def(_) => None,
            })
            .collect();
        paths.sort();
        let path = paths.into_iter().next()?;
        Some(format!(
            "it is in a module that is imported: write `{path}`"
        ))
    }

    /// A module that a module passes on by `pub import`.
    pub(crate) fn public_module(&self, module: ModuleId, name: &str) -> Option<ModuleId> {
        match self.env.module(module).exports.get(name) {
            Some(Import::Module(found)) => Some(*found),
            Some(Import::Def(_)) | None => None,
        }
    }

    /// The module that all but the last name of a path stand for: `shapes` of `shapes.Circle`.
    pub(crate) fn module_before(&self, path: &[ast::Ident], scope: &TypeScope) -> Option<ModuleId> {
        let (first, others) = path.split_last()?.1.split_first()?;
        let Some(Named::Module(mut module)) = self.lookup(&first.name, scope) else {
            return None;
        };
        for name in others {
            module = self.public_module(module, &name.name)?;
        }
        Some(module)
    }

    /// `module.name`, with a diagnostic if there is no such public name.
    pub(crate) fn member_of_module(
        &mut self,
        module: ModuleId,
        name: &ast::Ident,
    ) -> Option<DefId> {
        if let Some(def) = self.public_name(module, &name.name) {
            return Some(def);
        }
        let scope = self.env.module(module);
        let module_name = scope.name.clone();
        let diagnostic = if let Some(hidden) = scope.names.get(&name.name) {
            let declared = self.env.def(*hidden).span;
            private_name(name, &module_name, declared)
        } else {
            let mut known: Vec<&str> = scope
                .names
                .iter()
                .filter(|(_, def)| self.env.def(**def).is_pub)
                .map(|(name, _)| name.as_str())
                .collect();
            known.sort_unstable();
            let near = nearest(&name.name, known.iter().copied());
            let report = unknown_member(name, &module_name);
            match self.public_name(ModuleId::PRELUDE, &name.name) {
                Some(_) => report.help(format!("it needs no module: write `{}`", name.name)),
                None => match near {
                    Some(near) => report.help(format!("did you mean `{near}`?")),
                    None => report,
                },
            }
        };
        self.diags.push(diagnostic);
        None
    }

    /// Every name that can be seen from the unit's module, for suggestions; sorted, so that messages are stable.
    pub(crate) fn visible_names(&self, wanted: impl Fn(&Def) -> bool) -> Vec<SmolStr> {
        let module = self.env.module(self.module);
        let prelude = self.env.module(ModuleId::PRELUDE);
        let own = module.names.iter().map(|(name, def)| (name, *def));
        let library = prelude
            .names
            .iter()
            .map(|(name, def)| (name, *def))
            .filter(|(_, def)| self.env.def(*def).is_pub);
        let imported = module
            .imports
            .iter()
            .filter_map(|(name, import)| match import {
                Import::Def(def) => Some((name, *def)),
                Import::Module(_) => None,
            });
        let mut names: Vec<SmolStr> = own
            .chain(imported)
            .chain(library)
            .filter(|(_, def)| self.env.try_def(*def).is_some_and(|def| wanted(def)))
            .map(|(name, _)| name.clone())
            .filter(|name| !name.starts_with('$'))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The types that have lower-case names of their own.
pub(crate) fn scalar(name: &str) -> Option<Ty> {
    if let Some(int) = IntTy::ALL.into_iter().find(|int| int.name() == name) {
        return Some(Ty::int(int));
    }
    Some(match name {
        "f32" => Ty::float(FloatTy::F32),
        "f64" => Ty::float(FloatTy::F64),
        "bool" => Ty::bool(),
        "char" => Ty::char(),
        "str" => Ty::str(),
        "never" => Ty::never(),
        "cstr" => Ty::new(TyKind::CStr),
        _ => return None,
    })
}

/// Whether `name(…)` means something without a declaration.
pub(crate) fn is_called_by_itself(name: &str) -> bool {
    scalar(name).is_some() || vector(name).is_some() || builtin(name).is_some()
}

/// `f32x4`, `boolx8`.
pub(crate) fn vector(name: &str) -> Option<Ty> {
    let (lane, lanes) = name.split_once('x')?;
    let lane = scalar(lane)?;
    let lanes = match lanes {
        "2" => 2,
        "4" => 4,
        "8" => 8,
        "16" => 16,
        _ => return None,
    };
    (lane.is_numeric() || lane == Ty::bool()).then(|| Ty::simd(lane, lanes))
}

fn builtin(name: &str) -> Option<Builtin> {
    Some(match name {
        "print" => Builtin::Print,
        "eprint" => Builtin::Eprint,
        "assert" => Builtin::Assert,
        "panic" => Builtin::Panic,
        "unreachable" => Builtin::Unreachable,
        "some" => Builtin::Some,
        "ok" => Builtin::Ok,
        "err" => Builtin::Err,
        "none" => Builtin::None,
        _ => return None,
    })
}

pub(crate) fn not_yet(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error("not-yet", format!("{what} cannot be compiled yet")).at(
        span,
        "this is part of the language, but not of this version",
    )
}

fn private_name(name: &ast::Ident, module: &str, declared: Span) -> Diagnostic {
    let name_text = &name.name;
    Diagnostic::error(
        "private-name",
        format!("`{name_text}` is private to `{module}`"),
    )
    .at(name.span, "not visible here")
    .also(declared, "declared here without `pub`")
    .help(format!(
        "write `pub` before the declaration of `{name_text}`"
    ))
}

fn unknown_member(name: &ast::Ident, module: &str) -> Diagnostic {
    let message = format!("the module `{module}` has no `{}`", name.name);
    Diagnostic::error("unknown-name", message).at(name.span, "not found")
}
