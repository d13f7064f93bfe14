//! What others may know of a unit, as fingerprints: of each name that it gives, and of its code. A unit whose names are as they were leaves
//! those that use them alone.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::fingerprint::{Fingerprint, Fingerprinter};
use super::piece::Name;
use crate::env::{Bound, DefId, DefKind, Env, FieldDef, Journal, ModuleId};
use crate::mir::{Body, Const, Effects, Elaborated};
use crate::mono;
use crate::own;
use crate::types::{Ty, TyKind};

/// Of the names that a unit gives.
pub(super) type Interfaces = FxHashMap<Name, Fingerprint>;

pub(super) fn interfaces(env: &Env, journal: &Journal) -> Interfaces {
    let mut found: FxHashMap<Name, Vec<Fingerprint>> = FxHashMap::default();
    let mut add = |name: Name, def: DefId| found.entry(name).or_default().push(of_def(env, def));
    for (_, name, def) in &journal.names {
        add(Name::Top(name.clone()), *def);
    }
    for (name, def) in &journal.variants {
        add(Name::Top(name.clone()), *def);
        add(Name::Member(name.clone()), *def);
    }
    let methods = journal.methods.iter().map(|(_, name, def)| (name, def));
    let of_traits = journal.trait_methods.iter().map(|(name, def)| (name, def));
    for (name, def) in methods.chain(of_traits) {
        add(Name::Member(name.clone()), *def);
    }
    for (symbol, def) in &journal.operators {
        add(Name::Operator(symbol.clone()), *def);
    }
    for (of, span) in &journal.impls {
        let Some(known) = env.impls(*of).find(|known| known.span == *span) else {
            continue;
        };
        let mut print = Fingerprinter::default();
        print.add(&(known.of, &known.args, &known.generics, known.target));
        add_types(
            env,
            known.args.iter().copied().chain([known.target]),
            &mut print,
        );
        for (name, def) in &known.methods {
            print.add(&(name, of_def(env, *def)));
        }
        let of_impl = print.finish();
        for (name, _) in &known.methods {
            let name = Name::Member(name.clone());
            found.entry(name).or_default().push(of_impl);
        }
        let name = Name::Impls(env.def(*of).name.clone());
        found.entry(name).or_default().push(of_impl);
    }
    let whole = |(name, mut all): (Name, Vec<Fingerprint>)| {
        all.sort_unstable();
        (name, Fingerprint::of(&all))
    };
    found.into_iter().map(whole).collect()
}

/// What others may know of a module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OfModule {
    /// Those who import it.
    pub named: Fingerprint,
    /// All that come later: types, with what can be done with them, reach those too who do not name their module.
    pub shared: Fingerprint,
}

/// Of a module to which its one unit has added this.
pub fn of_module(env: &Env, module: ModuleId, journal: &Journal) -> OfModule {
    let scope = env.module(module);
    let mut exports: Vec<_> = scope.exports.iter().collect();
    exports.sort_unstable();
    let passed_on: Vec<&ModuleId> = scope.passed_on.iter().collect();
    let interfaces = interfaces(env, journal);
    let is_value = |def: DefId| {
        let kind = &env.def(def).kind;
        matches!(
            kind,
            DefKind::Fn(_) | DefKind::Global(_) | DefKind::Const(_)
        )
    };
    let names = journal.names.iter().map(|(_, name, def)| (name, *def));
    let others = names.filter(|(_, def)| !is_value(*def));
    let variants = journal.variants.iter().map(|(name, def)| (name, *def));
    let shared_names: FxHashSet<&SmolStr> = others.chain(variants).map(|(name, _)| name).collect();
    let is_shared = |name: &Name| match name {
        Name::Top(top) => shared_names.contains(top),
        _ => true,
    };
    let mut shared = interfaces.clone();
    shared.retain(|name, _| is_shared(name));
    OfModule {
        named: Fingerprint::of(&(as_one(&interfaces), exports, passed_on)),
        shared: as_one(&shared),
    }
}

/// What a unit gives to those that do not name it.
pub(super) fn as_one(interfaces: &Interfaces) -> Fingerprint {
    let mut all: Vec<_> = interfaces.iter().collect();
    all.sort_unstable();
    Fingerprint::of(&all.into_iter().map(|(_, print)| *print).collect::<Vec<_>>())
}

/// What those who use a definition are compiled against: all but its code.
pub fn of_def(env: &Env, def: DefId) -> Fingerprint {
    let mut print = Fingerprinter::default();
    let mut defaults = Vec::new();
    add_head(env, def, &mut print, &mut defaults);
    // Callers may have the value of a default in them.
    for default in defaults {
        add_head(env, default, &mut print, &mut Vec::new());
    }
    print.finish()
}

fn add_head(env: &Env, def: DefId, print: &mut Fingerprinter, defaults: &mut Vec<DefId>) {
    let Some(found) = env.try_def(def) else {
        return;
    };
    print.add(&(found.id, &found.name, found.module, found.is_pub));
    let mut types = Vec::new();
    match &found.kind {
        DefKind::Fn(function) => {
            print.add(function);
            if let Some(body) = function.body() {
                print.add(&(&body.body().params, body.effects(), &body.escaping));
            }
            types.extend(function.params.iter().map(|param| param.ty));
            types.extend(function.ret);
            types.extend(function.self_ty);
            defaults.extend(function.params.iter().filter_map(|param| param.default));
        }
        DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. } => {
            add_shape(env, def, print);
            defaults.extend(env.all_fields(def).filter_map(|field| field.default));
            types.extend(env.all_fields(def).map(|field| field.ty));
        }
        DefKind::Trait(of) => {
            print.add(&(&of.generics, &of.supers, &of.methods));
            for method in &of.methods {
                print.add(&of_def(env, *method));
            }
        }
        DefKind::Global(global) => {
            print.add(&(global.ty, global.is_var, &global.origin));
            types.extend(global.ty);
        }
        DefKind::Const(constant) => {
            print.add(&(constant.ty, constant.int_value, &constant.literal));
            if constant.literal.is_none() {
                print.add(&constant.print);
            }
            types.extend(constant.ty);
        }
    }
    add_types(env, types, print);
}

/// The fields and variants of a type, the methods of a trait.
pub(super) fn add_shape(env: &Env, def: DefId, print: &mut Fingerprinter) {
    let field = |field: &FieldDef| (field.name.clone(), field.ty, field.default);
    match &env.def(def).kind {
        DefKind::Struct(found) => {
            let fields: Vec<_> = found.fields.iter().map(field).collect();
            print.add(&(&found.generics, fields));
        }
        DefKind::Enum(found) => {
            let variants = found.variants.iter();
            let variants: Vec<_> = variants
                .map(|variant| {
                    let fields: Vec<_> = variant.fields.iter().map(field).collect();
                    (variant.name.clone(), fields)
                })
                .collect();
            print.add(&(&found.generics, variants));
        }
        DefKind::ExternType { drop } => print.add(drop),
        // In this order they are in the table of an `any`.
        DefKind::Trait(found) => print.add(&(&found.generics, &found.supers, &found.methods)),
        DefKind::Fn(_) | DefKind::Global(_) | DefKind::Const(_) => {}
    }
}

/// The shapes of all types of the program that these consist of.
fn add_types(env: &Env, types: impl IntoIterator<Item = Ty>, print: &mut Fingerprinter) {
    let mut found = BTreeSet::new();
    for ty in types {
        collect(env, ty, &mut found);
    }
    for def in found {
        print.add(&def);
        add_shape(env, def, print);
    }
}

fn collect(env: &Env, ty: Ty, found: &mut BTreeSet<DefId>) {
    let mut pending = vec![ty];
    while let Some(ty) = pending.pop() {
        ty.map_parts(&mut |part| {
            pending.push(part);
            part
        });
        let def = match ty.kind() {
            TyKind::Adt(def, _) | TyKind::Any(def, _) => *def,
            _ => continue,
        };
        let is_own = env
            .try_def(def)
            .is_some_and(|found| !env.is_library(found.module));
        if is_own && found.insert(def) {
            pending.extend(env.all_fields(def).map(|field| field.ty));
            if let DefKind::Trait(of) = &env.def(def).kind {
                let above = of.supers.iter().filter_map(|bound| match bound {
                    Bound::Trait(above, _) => Some(Ty::new(TyKind::Any(*above, Vec::new()))),
                    _ => None,
                });
                pending.extend(above);
            }
        }
    }
}

/// The code of a unit: its bodies, and the shapes of the types in them.
pub fn code(env: &Env, unit: &mono::Unit) -> Fingerprint {
    let mut print = Fingerprinter::default();
    each_part(env, unit, &mut |part| match part {
        Part::Body(body) => print.add(&of_body(body)),
        Part::Constant(def) => print.add(&of_def(env, def)),
        Part::Type(def) => {
            print.add(&def);
            add_shape(env, def, &mut print);
        }
    });
    print.finish()
}

/// All of a body but which functions an `any` in it brings along: that depends on what was compiled before it, and is no part of the code.
pub(super) fn of_body(body: &Elaborated) -> (&Body, Effects, &[bool]) {
    let effects = Effects {
        lent: Vec::new(),
        ..body.effects.clone()
    };
    (&body.body, effects, &body.escaping)
}

/// What the code of a unit consists of, and what those who have compiled it knew.
pub(super) enum Part<'u> {
    Body(&'u Elaborated),
    Constant(DefId),
    /// A type of the program that something in it has.
    Type(DefId),
}

/// Calls `f` with each of them, the types last.
pub(super) fn each_part(env: &Env, unit: &mono::Unit, f: &mut impl FnMut(Part<'_>)) {
    let mut types = BTreeSet::new();
    let mut add = |body: &Elaborated| {
        f(Part::Body(body));
        own::each_constant(body.body(), &mut |constant| {
            if let Const::Def(def) = constant {
                f(Part::Constant(*def));
            }
        });
        each_type(env, body.body(), &mut |ty| collect(env, ty, &mut types));
    };
    for def in &unit.functions {
        if let Some(body) = env.function(*def).body() {
            add(body);
        }
    }
    unit.cells.iter().for_each(|cell| add(cell));
    types.into_iter().for_each(|def| f(Part::Type(def)));
}

fn each_type(env: &Env, body: &Body, f: &mut impl FnMut(Ty)) {
    body.locals.values().for_each(|local| f(local.ty));
    own::each_function(env, body, &mut |_, args| {
        args.iter().copied().for_each(&mut *f)
    });
}
