//! What earlier units defined: immutable and cheap to clone, so that undoing a definition is keeping the old `Env`.

mod def;
mod extend;
mod journal;
mod language;
mod stored;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use imbl::Vector;
use imbl::shared_ptr::DefaultSharedPtr;
use rustc_hash::FxBuildHasher;
use smol_str::{SmolStr, format_smolstr};

pub use crate::ids::{DefId, ModuleId};
pub use def::*;
pub use journal::{DefKey, Ids, Journal, KnownIds};
pub use stored::StoredBody;

use crate::budget::Budget;
use crate::types::{Ty, TyKind, TyNames, fits};

/// A map that is cheap to clone.
type HashMap<K, V> = imbl::GenericHashMap<K, V, FxBuildHasher, DefaultSharedPtr>;

#[derive(Clone, Serialize, Deserialize)]
pub struct Env {
    defs: HashMap<DefId, Arc<Def>>,
    modules: HashMap<ModuleId, Arc<ModuleScope>>,
    /// Functions of `impl` blocks, by the head of the type they are for and their name.
    methods: HashMap<(Head, SmolStr), Vector<DefId>>,
    /// The impls of each trait.
    impls: HashMap<DefId, Vector<Arc<TraitImpl>>>,
    /// Methods of traits by name.
    trait_methods: HashMap<SmolStr, Vector<DefId>>,
    /// Operator functions by symbol (`+`, unary minus is `neg`, indexing is `[]`).
    operators: HashMap<SmolStr, Vector<DefId>>,
    /// The enums that have a variant of a name.
    variants: HashMap<SmolStr, Vector<DefId>>,
    /// Imported modules by the name of their source.
    loaded: HashMap<SmolStr, ModuleId>,
    next_def: u32,
    next_module: u32,
    calls_back: bool,
    /// What the unit that is being compiled has added.
    #[serde(skip)]
    journal: Journal,
    #[serde(skip)]
    ids: Ids,
    /// Of all that is compiled with this, or a copy of it.
    #[serde(skip)]
    budget: Budget,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ModuleScope {
    pub name: SmolStr,
    /// A module of the library, which may use all of the prelude.
    pub is_library: bool,
    /// Every top-level name, with the newest definition of it.
    pub names: HashMap<SmolStr, DefId>,
    /// Names brought in by `import`, and modules under their local name.
    pub imports: HashMap<SmolStr, Import>,
    /// Those of them that `pub import` passes on.
    pub exports: HashMap<SmolStr, Import>,
    /// The modules whose impls count here: what is imported, and what that passes on.
    pub used: Vector<ModuleId>,
    /// The modules that `pub import` names, and what they pass on.
    pub passed_on: Vector<ModuleId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Import {
    Module(ModuleId),
    Def(DefId),
}

impl Env {
    pub fn def(&self, id: DefId) -> &Arc<Def> {
        self.defs
            .get(&id)
            .unwrap_or_else(|| panic!("compiler bug: no definition {id}"))
    }

    pub fn try_def(&self, id: DefId) -> Option<&Arc<Def>> {
        self.defs.get(&id)
    }

    /// What may still be compiled.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What is compiled with this counts apart from all else from now on.
    pub fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }

    pub fn module(&self, id: ModuleId) -> &ModuleScope {
        &self.modules[&id]
    }

    /// Whether the module is what is run, not something that it imports.
    pub fn is_root(&self, id: ModuleId) -> bool {
        id != ModuleId::PRELUDE && !self.loaded.values().any(|module| *module == id)
    }

    /// Whether the module is the prelude or one of the standard ones, whose text the user did not write.
    pub fn is_library(&self, id: ModuleId) -> bool {
        id == ModuleId::PRELUDE || self.module(id).is_library
    }

    /// Whether an `impl` of module `of` counts in module `at` for a type of module `home`.
    pub fn counts_in(&self, of: ModuleId, at: ModuleId, home: Option<ModuleId>) -> bool {
        of == at
            || of == ModuleId::PRELUDE
            || home == Some(of)
            || self.module(at).used.contains(&of)
    }

    /// Whether a method may be named in a module: its own ones, and what is `pub`. The library is one whole.
    pub fn is_visible(&self, method: DefId, at: ModuleId) -> bool {
        let found = self.def(method);
        let within_library = found.module == ModuleId::PRELUDE && self.module(at).is_library;
        found.is_pub || found.module == at || within_library
    }

    /// Whether it is an `extern type`.
    pub fn is_handle(&self, ty: Ty) -> bool {
        matches!(ty.kind(), TyKind::Adt(def, _)
            if matches!(self.def(*def).kind, DefKind::ExternType { .. }))
    }

    /// Whether C may call functions of Sumi.
    pub fn calls_back(&self) -> bool {
        self.calls_back
    }

    /// The fields of a struct, or those of all variants of an enum; none of anything else.
    pub fn all_fields(&self, def: DefId) -> impl Iterator<Item = &FieldDef> {
        let (own, variants): (&[FieldDef], &[VariantDef]) = match &self.def(def).kind {
            DefKind::Struct(found) => (&found.fields, &[]),
            DefKind::Enum(found) => (&[], &found.variants),
            DefKind::Fn(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::Const(_)
            | DefKind::ExternType { .. } => (&[], &[]),
        };
        own.iter()
            .chain(variants.iter().flat_map(|variant| &variant.fields))
    }

    /// How a module writes a definition: by its name, or through a module that it imports.
    pub fn path_to(&self, def: DefId, at: ModuleId) -> Option<SmolStr> {
        let (found, here) = (self.def(def), self.module(at));
        let by_name = here.names.get(&found.name) == Some(&def)
            || found.module == ModuleId::PRELUDE && found.is_pub;
        if by_name {
            return Some(found.name.clone());
        }
        let imports = here.imports.iter();
        let mut paths: Vec<SmolStr> = imports
            .filter_map(|(local, import)| match import {
                Import::Def(imported) => (*imported == def).then(|| local.clone()),
                Import::Module(module) => (found.is_pub && found.module == *module)
                    .then(|| format_smolstr!("{local}.{}", found.name)),
            })
            .collect();
        paths.sort();
        paths.into_iter().next()
    }

    pub fn generics_of(&self, def: DefId) -> &[Generic] {
        match &self.def(def).kind {
            DefKind::Struct(def) => &def.generics,
            DefKind::Enum(def) => &def.generics,
            DefKind::Trait(def) => &def.generics,
            DefKind::Fn(def) => &def.generics,
            DefKind::Global(_) | DefKind::Const(_) | DefKind::ExternType { .. } => &[],
        }
    }

    /// The module that declares a type.
    pub fn home_of(&self, ty: Ty) -> Option<ModuleId> {
        match ty.kind() {
            TyKind::Adt(def, _) | TyKind::Any(def, _) => Some(self.def(*def).module),
            _ => None,
        }
    }

    pub fn function(&self, id: DefId) -> &FnDef {
        match &self.def(id).kind {
            DefKind::Fn(function) => function,
            _ => panic!("compiler bug: {id} is not a function"),
        }
    }

    pub(crate) fn stored_body(&self, id: DefId) -> Option<&StoredBody> {
        match &self.def(id).kind {
            DefKind::Fn(function) => function.stored.as_ref(),
            DefKind::Struct(_)
            | DefKind::Enum(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::Const(_)
            | DefKind::ExternType { .. } => None,
        }
    }

    pub fn methods(&self, head: &Head, name: &str) -> impl Iterator<Item = DefId> + '_ {
        self.methods
            .get(&(head.clone(), SmolStr::new(name)))
            .into_iter()
            .flatten()
            .copied()
    }

    /// The impls of a trait, in the order in which they were declared.
    pub fn impls(&self, of: DefId) -> impl Iterator<Item = &Arc<TraitImpl>> {
        self.impls.get(&of).into_iter().flatten()
    }

    /// The impl of a trait for a type, and the type arguments of that impl. One whose bounds exclude the type is found only where
    /// there is no other.
    pub fn find_impl(&self, of: DefId, ty: Ty) -> Option<(Arc<TraitImpl>, Vec<Ty>)> {
        let fitting = self.impls(of).filter_map(|found| {
            let mut args = vec![None; found.generics.len()];
            if !fits(found.target, ty, &mut args) {
                return None;
            }
            let args: Option<Vec<Ty>> = args.into_iter().collect();
            Some((found.clone(), args?))
        });
        let mut excluded = None;
        for (found, args) in fitting {
            if !excludes(&found.generics, &args) {
                return Some((found, args));
            }
            excluded = excluded.or(Some((found, args)));
        }
        excluded
    }

    /// A trait of the prelude that the language asks for, by its name.
    pub fn language_trait(&self, name: &str) -> Option<DefId> {
        let found = self.module(ModuleId::PRELUDE).names.get(name).copied();
        found.filter(|def| matches!(self.def(*def).kind, DefKind::Trait(_)))
    }

    /// The built-in bound that a trait of the prelude stands for: `Hash` and `Num` hold for types without an `impl`, too.
    pub fn as_built_in(&self, of: DefId) -> Option<Bound> {
        let found = self.def(of);
        match found.name.as_str() {
            _ if found.module != ModuleId::PRELUDE => None,
            "Hash" => Some(Bound::Hash),
            "Num" => Some(Bound::Num),
            _ => None,
        }
    }

    /// The user's operator for exactly these operand types, with its type arguments.
    pub fn find_operator(&self, symbol: &str, operands: &[Ty]) -> Option<(DefId, Vec<Ty>)> {
        self.operators(symbol).find_map(|def| {
            let function = self.function(def);
            let mut found = vec![None; function.generics.len()];
            let mut pairs = function.params.iter().zip(operands);
            let all_fit = function.params.len() == operands.len()
                && pairs.all(|(param, ty)| fits(param.ty, *ty, &mut found));
            let args: Option<Vec<Ty>> = found.into_iter().collect();
            Some((def, args.filter(|_| all_fit)?))
        })
    }

    /// Whether a bound holds because another one does: it is the same, or asks for it.
    pub fn implies(&self, bound: Bound, wanted: Bound) -> bool {
        if bound == wanted {
            return true;
        }
        let Bound::Trait(def, _) = bound else {
            return false;
        };
        let supers = &self.trait_def(def).supers;
        supers.iter().any(|above| self.implies(*above, wanted))
    }

    /// The methods of this name that traits have, those of redefined traits left out.
    pub fn trait_methods(&self, name: &str) -> impl Iterator<Item = DefId> + '_ {
        let all = self.trait_methods.get(name).into_iter().flatten().copied();
        all.filter(|method| {
            let of = self.function(*method).of_trait;
            of.is_some_and(|of| {
                let found = self.def(of);
                self.module(found.module).names.get(&found.name) == Some(&of)
            })
        })
    }

    pub fn trait_def(&self, id: DefId) -> &TraitDef {
        match &self.def(id).kind {
            DefKind::Trait(found) => found,
            _ => panic!("compiler bug: {id} is not a trait"),
        }
    }

    /// Whether any type has a method of this name.
    pub fn has_method(&self, name: &str) -> bool {
        self.methods.keys().any(|(_, known)| known == name)
    }

    /// Every enum, of any module, that has a variant of this name.
    pub fn enums_with_variant(&self, name: &str) -> impl Iterator<Item = DefId> + '_ {
        self.variants.get(name).into_iter().flatten().copied()
    }

    /// The names of all variants, for suggestions.
    pub fn variant_names(&self) -> Vec<SmolStr> {
        let mut names: Vec<SmolStr> = self.variants.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// The module that was made from a source of this name, if it has been loaded.
    pub fn loaded_module(&self, source_name: &str) -> Option<ModuleId> {
        self.loaded.get(source_name).copied()
    }

    /// The names of all methods for a head, for suggestions.
    pub fn method_names(&self, head: &Head) -> Vec<SmolStr> {
        let known = self.methods.keys();
        known
            .filter(|(of, _)| of == head)
            .map(|(_, name)| name.clone())
            .collect()
    }

    /// Every definition, in no order that means anything.
    pub fn defs(&self) -> impl Iterator<Item = &Arc<Def>> {
        self.defs.values()
    }

    /// What the unit has defined that was compiled last, in order.
    pub fn of_last_unit(&self) -> impl Iterator<Item = &Arc<Def>> {
        let mut defs: Vec<DefId> = self.journal.defs.iter().copied().collect();
        defs.sort_unstable();
        defs.into_iter().filter_map(|id| self.defs.get(&id))
    }

    /// With their symbols.
    pub fn all_operators(&self) -> impl Iterator<Item = (&str, DefId)> {
        let all = self.operators.iter();
        all.flat_map(|(symbol, defs)| defs.iter().map(|def| (symbol.as_str(), *def)))
    }

    pub fn all_impls(&self) -> impl Iterator<Item = &TraitImpl> {
        self.impls.values().flatten().map(|found| &**found)
    }

    /// The methods of this name of any type.
    pub fn methods_named(&self, name: &str) -> impl Iterator<Item = DefId> {
        self.methods_by_type(name).map(|(_, def)| def)
    }

    /// The same, with the types that they are methods of.
    pub fn methods_by_type(&self, name: &str) -> impl Iterator<Item = (&Head, DefId)> {
        let found = self.methods.iter().filter(move |((_, of), _)| of == name);
        found.flat_map(|((head, _), methods)| methods.iter().map(move |def| (head, *def)))
    }

    pub fn operators(&self, symbol: &str) -> impl Iterator<Item = DefId> + '_ {
        self.operators.get(symbol).into_iter().flatten().copied()
    }
}

impl Env {
    /// Whether it is a type or trait whose name means another one by now.
    pub fn is_former(&self, def: DefId) -> bool {
        self.try_def(def).is_some_and(|found| match &found.kind {
            DefKind::Struct(_)
            | DefKind::Enum(_)
            | DefKind::Trait(_)
            | DefKind::ExternType { .. } => {
                let newest = self.modules.get(&found.module);
                let newest = newest.and_then(|module| module.names.get(&found.name));
                newest.is_some_and(|newest| *newest != def)
            }
            DefKind::Fn(_) | DefKind::Global(_) | DefKind::Const(_) => false,
        })
    }
}

/// As messages call them: `Point (before)` is the type of values from before `Point` was defined anew.
impl TyNames for Env {
    fn name_of(&self, def: DefId) -> String {
        let name = Plain(self).name_of(def);
        match self.is_former(def) {
            true => name + " (before)",
            false => name,
        }
    }
}

/// Names as they were declared, whatever they mean by now: for symbols and the text of values.
pub struct Plain<'a>(pub &'a Env);

impl TyNames for Plain<'_> {
    fn name_of(&self, def: DefId) -> String {
        let found = self.0.try_def(def);
        found.map_or_else(|| def.to_string(), |found| found.name.to_string())
    }
}
