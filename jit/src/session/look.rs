//! Looking at a session without changing it: variables, types, names to complete.

use compiler::env::{DefId, DefKind, Env, Head, Import, ModuleId};
use compiler::hir::Imports;
use compiler::types::{Ty, TyKind};
use smol_str::SmolStr;
use syntax::{FileId, SourceFile};

use super::Session;
use crate::report::{Error, Shown};

/// What a session knew at one moment, for completion.
#[derive(Clone, Default)]
pub struct Names {
    known: Option<(Env, ModuleId)>,
}

const KEYWORDS: [&str; 36] = [
    "as", "break", "const", "continue", "else", "enum", "err", "extern", "false", "fn", "for",
    "if", "impl", "import", "in", "let", "loop", "match", "mut", "none", "ok", "pub", "return",
    "self", "some", "struct", "trait", "true", "type", "var", "while", "bool", "char", "str",
    "i64", "f64",
];

impl Names {
    /// What may stand where an expression or statement begins.
    pub fn top_level(&self, prefix: &str) -> Vec<String> {
        let Some((env, home)) = &self.known else {
            return Vec::new();
        };
        let prelude = env.module(ModuleId::PRELUDE);
        let own = env.module(*home);
        let public = prelude
            .names
            .iter()
            .filter(|(_, def)| env.def(**def).is_pub);
        let found = public
            .map(|(name, _)| name)
            .chain(own.names.keys())
            .chain(own.imports.keys())
            .map(SmolStr::as_str)
            .chain(KEYWORDS);
        starting_with(found, prefix)
    }

    /// What may stand after a dot behind `receiver`, an expression or the name of a module. The expression is not run.
    pub fn members(&self, receiver: &str, prefix: &str) -> Vec<String> {
        let Some((env, home)) = &self.known else {
            return Vec::new();
        };
        if let Some(Import::Module(module)) = env.module(*home).imports.get(receiver) {
            let names = env.module(*module).names.iter();
            let public = names.filter(|(_, def)| env.def(**def).is_pub);
            return starting_with(public.map(|(name, _)| name.as_str()), prefix);
        }
        let source = SourceFile::new(FileId(0), "", receiver);
        let compiled = compiler::compile(env, &source, *home, &Imports::default());
        let value = compiled.cells.last().and_then(|cell| cell.value);
        let ty = value.and_then(|def| match &compiled.env.def(def).kind {
            DefKind::Global(global) => global.ty,
            _ => None,
        });
        let Some(ty) = ty else {
            return Vec::new();
        };
        let mut found = fields_of(env, ty);
        found.extend(Head::of(ty).iter().flat_map(|head| methods_of(env, head)));
        starting_with(found.iter().map(SmolStr::as_str), prefix)
    }
}

fn starting_with<'n>(names: impl Iterator<Item = &'n str>, prefix: &str) -> Vec<String> {
    let mut found: Vec<String> = names
        .filter(|name| name.starts_with(prefix))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Methods that are called on a value, not on the type.
fn methods_of(env: &Env, head: &Head) -> Vec<SmolStr> {
    let mut names = env.method_names(head);
    names.retain(|name| {
        env.methods(head, name).any(|def| {
            let params = &env.function(def).params;
            params.first().is_some_and(|first| first.name == "self")
        })
    });
    names
}

impl Session {
    /// The variables of the session and their values.
    pub fn variables(&self) -> Vec<Shown> {
        let env = &self.front.env;
        let mut globals: Vec<DefId> = env
            .module(self.front.home)
            .names
            .values()
            .copied()
            .collect();
        globals.sort();
        let units = self.machine.units();
        let shown = globals.into_iter().filter_map(|def| {
            let unit = units.iter().find(|unit| unit.global(def).is_some())?;
            self.show_global(unit, env, def)
        });
        shown.collect()
    }

    /// The type of an expression, which is not run.
    pub fn type_of(&mut self, text: &str) -> Result<String, Error> {
        let before = self.front.env.clone();
        let gathered = self.front.gather("<type>", text);
        self.front.env = before;
        let gathered = gathered?;
        let ty = gathered.units.last().and_then(|ready| {
            let env = &ready.compiled.env;
            let value = ready.compiled.cells.last()?.value?;
            match &env.def(value).kind {
                DefKind::Global(global) => Some(global.ty().display(env)),
                _ => None,
            }
        });
        Ok(ty.unwrap_or_else(|| "()".to_owned()))
    }

    pub fn names(&self) -> Names {
        Names {
            known: Some((self.front.env.clone(), self.front.home)),
        }
    }
}

fn fields_of(env: &Env, ty: Ty) -> Vec<SmolStr> {
    match ty.kind() {
        TyKind::Tuple(parts) => (0..parts.len()).map(|i| i.to_string().into()).collect(),
        TyKind::Adt(def, _) => match &env.def(*def).kind {
            DefKind::Struct(found) => found
                .fields
                .iter()
                .map(|field| field.name.clone())
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
