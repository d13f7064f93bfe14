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

/// Those that no module declares.
const FUNCTIONS: [&str; 5] = ["assert", "eprint", "panic", "print", "unreachable"];

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
            .filter(|name| !name.starts_with('$') || prefix.starts_with('$'))
            .chain(KEYWORDS)
            .chain(FUNCTIONS);
        starting_with(found, prefix)
    }

    /// What may stand after a dot behind `receiver`: an expression, a type or a module. `earlier` are lines before it. Nothing is
    /// run.
    pub fn members(&self, earlier: &str, receiver: &str, prefix: &str) -> Vec<String> {
        let Some((env, home)) = &self.known else {
            return Vec::new();
        };
        if let Some(module) = self.module(receiver) {
            return starting_with(public_names(env, module), prefix);
        }
        if let Some((env, ty)) = self.type_of(earlier, receiver) {
            let mut found = fields_of(&env, ty);
            found.extend(methods_of(&env, ty, true));
            return starting_with(found.iter().map(SmolStr::as_str), prefix);
        }
        let Some(ty) = type_named(env, *home, receiver) else {
            return Vec::new();
        };
        let mut found = variants_of(env, ty);
        found.extend(methods_of(env, ty, false));
        starting_with(found.iter().map(SmolStr::as_str), prefix)
    }

    /// What may follow a dot where a name is described: also methods behind a type, and what is in modules that are not imported.
    pub fn documented(&self, of: &str, prefix: &str) -> Vec<String> {
        let Some((env, home)) = &self.known else {
            return Vec::new();
        };
        let mut found = self.members("", of, prefix);
        if let Some(ty) = type_named(env, *home, of) {
            let mut parts = methods_of(env, ty, true);
            parts.extend(fields_of(env, ty));
            found.extend(starting_with(parts.iter().map(SmolStr::as_str), prefix));
            found.sort();
        } else if found.is_empty() {
            found = self.module_names(of, prefix);
        }
        found
    }

    /// The names of the parameters of what is called.
    pub fn arguments(&self, earlier: &str, callee: &str, prefix: &str) -> Vec<String> {
        let Some((env, home)) = &self.known else {
            return Vec::new();
        };
        let names = |env: &Env, def: DefId| -> Vec<SmolStr> {
            match &env.def(def).kind {
                DefKind::Fn(function) => {
                    let params = function.params.iter().map(|param| param.name.clone());
                    params.filter(|name| name != "self").collect()
                }
                DefKind::Struct(found) => found.fields.iter().map(|f| f.name.clone()).collect(),
                DefKind::Enum(_)
                | DefKind::Trait(_)
                | DefKind::Global(_)
                | DefKind::Const(_)
                | DefKind::ExternType { .. } => Vec::new(),
            }
        };
        let found = match callee.rsplit_once('.') {
            None => {
                let own = env.module(*home).names.get(callee).copied();
                let imported = match env.module(*home).imports.get(callee) {
                    Some(Import::Def(def)) => Some(*def),
                    Some(Import::Module(_)) | None => None,
                };
                let prelude = env.module(ModuleId::PRELUDE).names.get(callee).copied();
                let def = own.or(imported).or(prelude);
                def.map_or(Vec::new(), |def| names(env, def))
            }
            Some((receiver, name)) => {
                let in_module = self.module(receiver);
                let in_module = in_module.and_then(|id| env.module(id).names.get(name));
                if let Some(def) = in_module {
                    names(env, *def)
                } else if let Some((env, ty)) = self.type_of(earlier, receiver) {
                    let head = Head::of(ty);
                    let method = head.and_then(|head| env.methods(&head, name).next());
                    method.map_or(Vec::new(), |def| names(&env, def))
                } else if let Some(ty) = type_named(env, *home, receiver) {
                    let head = Head::of(ty);
                    let method = head.and_then(|head| env.methods(&head, name).next());
                    match method {
                        Some(def) => names(env, def),
                        None => payload_of(env, ty, name),
                    }
                } else {
                    Vec::new()
                }
            }
        };
        starting_with(found.iter().map(SmolStr::as_str), prefix)
    }

    /// Modules that can be imported: of the library, and files here and in `SUMI_PATH`, by their dotted path.
    pub fn modules(&self, prefix: &str) -> Vec<String> {
        let library = stdlib::lang::MODULES.iter().map(|(name, _)| *name);
        let mut found = starting_with(library, prefix);
        let search = std::env::var_os("SUMI_PATH").unwrap_or_default();
        let here = std::path::PathBuf::from(".");
        let (folder, _) = prefix.rsplit_once('.').unwrap_or(("", prefix));
        for root in std::iter::once(here).chain(std::env::split_paths(&search)) {
            let within = root.join(folder.replace('.', "/"));
            for entry in within.read_dir().into_iter().flatten().flatten() {
                let path = entry.path();
                let is_source = path.extension().is_some_and(|e| e == "sumi");
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                let Some(stem) = stem.filter(|_| is_source) else {
                    continue;
                };
                let dot = if folder.is_empty() { "" } else { "." };
                let name = format!("{folder}{dot}{stem}");
                if name.starts_with(prefix) && !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        found.sort();
        found
    }

    /// What a module lets others use.
    pub fn module_names(&self, module: &str, prefix: &str) -> Vec<String> {
        let Some((env, _)) = &self.known else {
            return Vec::new();
        };
        if let Some(module) = self.module(module) {
            return starting_with(public_names(env, module), prefix);
        }
        // One that is not loaded is read, not run.
        let mut front = crate::front::Front::new(false);
        let home = front.home;
        match front.gather("<names>", &format!("import {module} as m")) {
            Ok(_) => match front.env.module(home).imports.get("m") {
                Some(Import::Module(module)) => {
                    starting_with(public_names(&front.env, *module), prefix)
                }
                Some(Import::Def(_)) | None => Vec::new(),
            },
            Err(_) => Vec::new(),
        }
    }

    fn module(&self, name: &str) -> Option<ModuleId> {
        let (env, home) = self.known.as_ref()?;
        match env.module(*home).imports.get(name)? {
            Import::Module(module) => Some(*module),
            Import::Def(_) => None,
        }
    }

    /// The type of an expression after some lines.
    fn type_of(&self, earlier: &str, expression: &str) -> Option<(Env, Ty)> {
        let (env, home) = self.known.as_ref()?;
        let alone = value_type(env, *home, expression);
        alone.or_else(|| match earlier.is_empty() {
            true => None,
            false => value_type(env, *home, &format!("{earlier}\n{expression}")),
        })
    }
}

fn value_type(env: &Env, home: ModuleId, text: &str) -> Option<(Env, Ty)> {
    let source = SourceFile::new(FileId(0), "", text);
    let compiled = compiler::compile(env, &source, home, &Imports::default());
    let value = compiled.cells.last()?.value?;
    match &compiled.env.def(value).kind {
        DefKind::Global(global) => Some((compiled.env.clone(), global.ty?)),
        _ => None,
    }
}

/// A type as it is written. Nothing is run.
pub(super) fn type_named(env: &Env, home: ModuleId, name: &str) -> Option<Ty> {
    let own = env.module(home).names.get(name);
    let known = own.or_else(|| env.module(ModuleId::PRELUDE).names.get(name));
    if let Some(def) = known
        && let DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. } =
            env.def(*def).kind
    {
        return Some(Ty::new(TyKind::Adt(*def, Vec::new()))); // whatever its arguments are
    }
    let source = SourceFile::new(FileId(0), "", format!("fn named(x: {name}) {{}}"));
    let compiled = compiler::compile(env, &source, home, &Imports::default());
    if !compiled.is_accepted() {
        return None;
    }
    let def = compiled.env.module(home).names.get("named")?;
    Some(compiled.env.function(*def).params.first()?.ty)
}

fn public_names(env: &Env, module: ModuleId) -> impl Iterator<Item = &str> {
    let names = env.module(module).names.iter();
    let public = names.filter(|(_, def)| env.def(**def).is_pub);
    public.map(|(name, _)| name.as_str())
}

fn variants_of(env: &Env, ty: Ty) -> Vec<SmolStr> {
    match ty.kind() {
        TyKind::Adt(def, _) => match &env.def(*def).kind {
            DefKind::Enum(found) => found.variants.iter().map(|v| v.name.clone()).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The names in the payload of a variant.
fn payload_of(env: &Env, ty: Ty, variant: &str) -> Vec<SmolStr> {
    let TyKind::Adt(def, _) = ty.kind() else {
        return Vec::new();
    };
    let DefKind::Enum(found) = &env.def(*def).kind else {
        return Vec::new();
    };
    let found = found.variants.iter().find(|known| known.name == variant);
    let fields = found.map_or(&[][..], |variant| &variant.fields);
    fields
        .iter()
        .map(|field| field.name.clone())
        .filter(|name| !name.is_empty())
        .collect()
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

/// Methods that are called on a value, or those that are called on the type.
pub(super) fn methods_of(env: &Env, ty: Ty, on_value: bool) -> Vec<SmolStr> {
    let mut found = Vec::new();
    // Scalars also have those that are declared for every type of some bound.
    let of_bounds = matches!(Head::of(ty), Some(Head::Scalar(_))).then_some(Head::Param);
    for head in Head::of(ty).into_iter().chain(of_bounds) {
        let mut names = env.method_names(&head);
        names.retain(|name| {
            env.methods(&head, name).any(|def| {
                let function = env.function(def);
                let fits =
                    head != Head::Param || !compiler::env::excludes(&function.generics, &[ty]);
                function.has_self == on_value && fits
            })
        });
        found.extend(names);
    }
    found
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
        globals.retain(|def| !self.is_value(*def));
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
        let sources = self.front.sources.len();
        let gathered = self.front.gather("<type>", text);
        self.front.env = before;
        self.front.sources.truncate(sources);
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
