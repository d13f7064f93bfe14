//! Looking at a session without changing it: variables, types, names to complete.

use compiler::env::{DefId, DefKind, Env};
use compiler::types::{Ty, TyKind};
use rustc_hash::FxHashMap;

use super::Session;
use crate::report::{Error, Shown};

/// The names that a session knows, for completion.
#[derive(Clone, Debug, Default)]
pub struct Names {
    top_level: Vec<String>,
    /// Fields and methods, by the name of a variable or type.
    members: FxHashMap<String, Vec<String>>,
}

const KEYWORDS: [&str; 26] = [
    "as", "break", "const", "continue", "else", "enum", "extern", "false", "fn", "for", "if",
    "impl", "import", "in", "let", "loop", "match", "mut", "none", "pub", "return", "struct",
    "trait", "true", "var", "while",
];

impl Names {
    pub fn top_level(&self, prefix: &str) -> Vec<String> {
        starting_with(&self.top_level, prefix)
    }

    /// What may stand after the dot behind `receiver`.
    pub fn members(&self, receiver: &str, prefix: &str) -> Vec<String> {
        self.members
            .get(receiver)
            .map(|names| starting_with(names, prefix))
            .unwrap_or_default()
    }
}

fn starting_with(names: &[String], prefix: &str) -> Vec<String> {
    names
        .iter()
        .filter(|name| name.starts_with(prefix))
        .cloned()
        .collect()
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
            // A type's own `show` may fail; the variable is then left out.
            self.show_global(unit, env, def).ok().flatten()
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
        let env = &self.front.env;
        let prelude = &env.module(compiler::env::ModuleId::PRELUDE).names;
        let own = &env.module(self.front.home).names;
        let mut top_level: Vec<String> = KEYWORDS.iter().map(ToString::to_string).collect();
        top_level.extend(prelude.keys().chain(own.keys()).map(ToString::to_string));
        top_level.sort();
        top_level.dedup();
        let members = own.iter().filter_map(|(name, def)| {
            let ty = match &env.def(*def).kind {
                DefKind::Global(global) => global.ty?,
                _ => return None,
            };
            Some((name.to_string(), fields_of(env, ty)))
        });
        Names {
            top_level,
            members: members.collect(),
        }
    }
}

fn fields_of(env: &Env, ty: Ty) -> Vec<String> {
    let TyKind::Adt(def, _) = ty.kind() else {
        return Vec::new();
    };
    match &env.def(*def).kind {
        DefKind::Struct(found) => found
            .fields
            .iter()
            .map(|field| field.name.to_string())
            .collect(),
        _ => Vec::new(),
    }
}
