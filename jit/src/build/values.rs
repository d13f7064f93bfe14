//! Function values hold code. When the text is another one, what they are is looked for in it: a function by its name, a closure by what it is
//! written in and by its own text; of those that were changed, by the type and the names of what they capture, as long as it is clear which is
//! meant.

use std::rc::Rc;

use compiler::env::{DefId, DefKind, Env};
use compiler::incremental::{Fingerprint, interface_of};
use compiler::mir::{Const, const_ty};
use compiler::mono::{self, Key};
use compiler::types::{Ty, TyKind};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Build;
use super::code::Source;
use crate::orc::DylibId;

/// What a function value has the code of.
pub(crate) struct Origin {
    key: Key,
    name: SmolStr,
    closure: Option<Closure>,
    /// The declared types in its own, with their interfaces.
    types: Vec<(DefId, Fingerprint)>,
}

/// Which of the closures that are written in one place.
#[derive(Clone)]
pub(super) struct Closure {
    place: Place,
    all: Rc<[Shape]>,
    index: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Function(DefId),
    /// The value of a variable.
    Variable(DefId),
    /// The statements that bind nothing.
    Statements,
}

/// By what a closure is known.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    text: Fingerprint,
    ty: Fingerprint,
    captures: Fingerprint,
}

/// The closures that stand in no function.
pub(super) type Outside = Rc<FxHashMap<DefId, Closure>>;

/// A function value's code of before, and what the text has instead.
pub(crate) struct Outlived {
    pub(crate) code: usize,
    /// Whether it may stay as it is.
    pub(crate) may_stay: bool,
    pub(crate) newest: Option<Key>,
    /// What it is of.
    pub(crate) name: SmolStr,
}

impl Build {
    /// What the function values of a unit are, by the symbols of what they call.
    pub(super) fn origins(&mut self, code: FxHashMap<String, Key>) -> FxHashMap<String, Origin> {
        let env = self.text.env().clone();
        let mut families = FxHashMap::default();
        let mut origin = |key: Key| Origin {
            name: self.name_of(&env, key.0),
            types: types_of(&env, &key),
            closure: self.closure(&env, key.0, &mut families),
            key,
        };
        code.into_iter()
            .map(|(symbol, key)| (symbol, origin(key)))
            .collect()
    }

    fn name_of(&self, env: &Env, def: DefId) -> SmolStr {
        let function = env.function(def);
        env.def(function.within.unwrap_or(def)).name.clone()
    }

    fn closure(
        &mut self,
        env: &Env,
        def: DefId,
        families: &mut FxHashMap<DefId, (Vec<DefId>, Rc<[Shape]>)>,
    ) -> Option<Closure> {
        let function = env.function(def);
        function.captures?;
        let Some(within) = function.within else {
            return self.outside().get(&def).cloned();
        };
        let (closures, all) = families.entry(within).or_insert_with(|| {
            let closures = closures_in(env, within);
            let shapes = self.shapes(env, &closures);
            (closures, shapes)
        });
        Some(Closure {
            place: Place::Function(within),
            all: Rc::clone(all),
            index: closures.iter().position(|closure| *closure == def)?,
        })
    }

    /// The closures of the text and its modules that stand in no function.
    fn outside(&mut self) -> Outside {
        if let Some(known) = &self.codes.outside {
            return Rc::clone(known);
        }
        let env = self.text.env().clone();
        let mut found = FxHashMap::default();
        let mut of_statements = Vec::new();
        let mut note = |build: &Build, place: Place, closures: Vec<DefId>| {
            let all = build.shapes(&env, &closures);
            let numbered = closures.into_iter().enumerate();
            found.extend(numbered.map(|(index, def)| {
                let all = Rc::clone(&all);
                (def, Closure { place, all, index })
            }));
        };
        for source in self.sources() {
            for (index, info) in source.cells().iter().enumerate() {
                let cell = source.unit().of_cell(&env, index, Vec::new());
                let closures = cell.functions.into_iter();
                let closures = closures.filter(|def| env.function(*def).within.is_none());
                match info.defines.first() {
                    Some(variable) => {
                        note(self, Place::Variable(*variable), closures.collect());
                    }
                    None => of_statements.extend(closures),
                }
            }
        }
        note(self, Place::Statements, of_statements);
        let found = Rc::new(found);
        self.codes.outside = Some(Rc::clone(&found));
        found
    }

    /// The modules and units of the text that have code.
    pub(super) fn sources(&self) -> Vec<Source> {
        let units = self.text.units().iter();
        let units = units.filter(|unit| unit.good().is_some()).cloned();
        let modules = self.modules.iter().cloned().map(Source::Module);
        modules.chain(units.map(Source::Text)).collect()
    }

    fn shapes(&self, env: &Env, closures: &[DefId]) -> Rc<[Shape]> {
        let shape = |def: &DefId| {
            let function = env.function(*def);
            let span = env.def(*def).span;
            let sources = &self.front.sources;
            let text = sources.get(span.file).map(|_| sources.slice(span));
            let generics = (0..).zip(&function.generics);
            let generics = generics.map(|(index, generic)| generic.as_arg(index));
            let ty = const_ty(env, &Const::Fn(*def, generics.collect()));
            let captures = function.params.iter().take(function.captures.unwrap_or(0));
            let captures: Vec<&SmolStr> = captures.map(|param| &param.name).collect();
            Shape {
                text: Fingerprint::of(&text),
                ty: Fingerprint::of(&ty.display(env)),
                captures: Fingerprint::of(&captures),
            }
        };
        closures.iter().map(shape).collect()
    }

    /// Of these addresses of code in values, each with the unit that has it, those that are not the text's any more.
    pub(crate) fn outlived(&mut self, codes: &FxHashMap<usize, DylibId>) -> Vec<Outlived> {
        let in_use = self.in_use();
        let mut found = Vec::new();
        let mut codes: Vec<(usize, DylibId)> =
            codes.iter().map(|(code, id)| (*code, *id)).collect();
        codes.sort_unstable_by_key(|(code, _)| *code);
        for (code, id) in codes {
            let mut units = self.codes.all.iter().map(|(unit, _)| unit);
            let Some(unit) = units.find(|unit| unit.id() == Some(id)).map(Rc::clone) else {
                continue;
            };
            let is_in_use = in_use.contains(&Rc::as_ptr(&unit));
            if let Some(origin) = unit.origin(code).filter(|_| !is_in_use) {
                let of_it = FxHashMap::from_iter([(code, id)]);
                found.push(Outlived {
                    code,
                    may_stay: self.outdated_of(&of_it).is_none(),
                    newest: self.newest(origin),
                    name: origin.name.clone(),
                });
            }
        }
        // What is compiled for them is found again if it is asked for in the same order.
        let def = |found: &Outlived| found.newest.as_ref().map(|(def, _)| *def);
        found.sort_by(|a, b| (&a.name, def(a)).cmp(&(&b.name, def(b))));
        found
    }

    /// What such code, if it is not the text's any more, is compiled against, and is no longer so.
    pub(crate) fn outdated_of(&self, codes: &FxHashMap<usize, DylibId>) -> Option<DefId> {
        let env = self.text.env();
        let is_other = |(def, interface): &&(DefId, Fingerprint)| {
            env.try_def(*def).is_none() || interface_of(env, *def) != *interface
        };
        let in_use = self.in_use();
        codes.iter().find_map(|(code, id)| {
            let mut units = self.codes.all.iter();
            let (unit, uses) = units.find(|(unit, _)| unit.id() == Some(*id))?;
            if in_use.contains(&Rc::as_ptr(unit)) {
                return None;
            }
            let types = unit.origin(*code).map_or(&[][..], |origin| &origin.types);
            let mut uses = uses.iter().chain(types);
            Some(uses.find(is_other)?.0)
        })
    }

    /// What it is in the text as it is now.
    fn newest(&mut self, origin: &Origin) -> Option<Key> {
        let env = self.text.env().clone();
        let (def, args) = &origin.key;
        let newest = match &origin.closure {
            None => Some(*def).filter(|def| {
                env.try_def(*def)
                    .is_some_and(|found| found.name == origin.name)
            }),
            Some(closure) => {
                let (closures, all) = match closure.place {
                    Place::Function(within) => {
                        env.try_def(within)?;
                        let closures = closures_in(&env, within);
                        let all = self.shapes(&env, &closures);
                        (closures, all)
                    }
                    place => {
                        let outside = self.outside();
                        let here = outside.iter().filter(|(_, found)| found.place == place);
                        let mut here: Vec<(&DefId, &Closure)> = here.collect();
                        here.sort_by_key(|(_, found)| found.index);
                        let all = here.first().map(|(_, found)| Rc::clone(&found.all))?;
                        (here.into_iter().map(|(def, _)| *def).collect(), all)
                    }
                };
                closure.counterpart(&all).map(|index| closures[index])
            }
        };
        let newest = newest.filter(|def| {
            let found = env.try_def(*def).map(|def| &def.kind);
            matches!(found, Some(DefKind::Fn(function)) if function.generics.len() == args.len())
        })?;
        args.iter()
            .all(|ty| is_there(&env, *ty))
            .then(|| (newest, args.clone()))
    }
}

impl Closure {
    /// Which of the newer closures of the same place it is.
    fn counterpart(&self, newer: &[Shape]) -> Option<usize> {
        let mine = self.all[self.index];
        let same_text = |one: &Shape, other: &Shape| one.text == other.text && one.ty == other.ty;
        let is_one = |shape: &&Shape| same_text(shape, &mine);
        if newer.iter().any(|shape| is_one(&shape)) {
            return self.nth(newer, &|shape| same_text(shape, &mine));
        }
        if self.place == Place::Statements {
            return None;
        }
        // Of those that were changed.
        let is_new = |shape: &Shape| self.all.iter().all(|old| !same_text(old, shape));
        let is_gone = |shape: &Shape| newer.iter().all(|new| !same_text(new, shape));
        let is_changed = |shape: &Shape| is_new(shape) || is_gone(shape);
        let of_type = |shape: &Shape| is_changed(shape) && shape.ty == mine.ty;
        self.nth(newer, &of_type).or_else(|| {
            let is_alike = |shape: &Shape| of_type(shape) && shape.captures == mine.captures;
            let is_only = self.all.iter().filter(|shape| is_alike(shape)).count() == 1;
            self.nth(newer, &is_alike).filter(|_| is_only)
        })
    }

    /// If there are as many newer ones that are `wanted` as there were, the one in the same position.
    fn nth(&self, newer: &[Shape], wanted: &dyn Fn(&Shape) -> bool) -> Option<usize> {
        let positions = |shapes: &[Shape]| -> Vec<usize> {
            let all = shapes.iter().enumerate();
            all.filter(|(_, shape)| wanted(shape))
                .map(|(index, _)| index)
                .collect()
        };
        let (old, new) = (positions(&self.all), positions(newer));
        let nth = old.iter().position(|index| *index == self.index)?;
        (old.len() == new.len()).then(|| new[nth])
    }
}

/// The declared types that callers of a function value have to agree on.
fn types_of(env: &Env, (def, args): &Key) -> Vec<(DefId, Fingerprint)> {
    let mut found = Vec::new();
    const_ty(env, &Const::Fn(*def, args.clone())).any_part(&mut |part| {
        if let TyKind::Adt(def, _) | TyKind::Any(def, _) = part.kind() {
            found.push((*def, interface_of(env, *def)));
        }
        false
    });
    found
}

/// The closures that are written in a function.
fn closures_in(env: &Env, within: DefId) -> Vec<DefId> {
    let all = mono::Unit::of_function(env, within).functions;
    let is_closure = |def: &DefId| env.function(*def).within == Some(within);
    all.into_iter().filter(is_closure).collect()
}

/// Whether what a type consists of is declared.
fn is_there(env: &Env, ty: Ty) -> bool {
    let declared = |ty: Ty| match ty.kind() {
        TyKind::Adt(def, args) | TyKind::Any(def, args) => {
            let found = env.try_def(*def).map(|def| &def.kind);
            let generics = match found {
                Some(DefKind::Struct(found)) => found.generics.len(),
                Some(DefKind::Enum(found)) => found.generics.len(),
                Some(DefKind::Trait(found)) => found.generics.len(),
                Some(DefKind::ExternType { .. }) => 0,
                Some(DefKind::Fn(_) | DefKind::Global(_) | DefKind::Const(_)) | None => {
                    return false;
                }
            };
            generics == args.len()
        }
        _ => true,
    };
    !ty.any_part(&mut |part| !declared(part))
}
