//! What definitions are called in any process, and by that the code of a unit: ids are of one process, and depend on what was edited in it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::fingerprint::{Fingerprint, Fingerprinter};
use super::interface::{self, Part};
use crate::env::{DefId, DefKey, DefKind, Env, ModuleId};
use crate::mono;

/// For each definition a name that it has in every process.
#[derive(Clone, Default)]
pub struct Names {
    /// Ids below this one are the prelude's, and the same everywhere.
    first_free: u32,
    modules: FxHashMap<ModuleId, Fingerprint>,
    defs: FxHashMap<DefId, Fingerprint>,
}

/// The code of a unit.
pub struct Code {
    /// None if it mentions what has no name.
    pub print: Option<Fingerprint>,
    /// Constants that it refers to and whose values are not in it: it follows from what they are computed from.
    pub constants: Vec<DefId>,
}

impl Names {
    /// Of the prelude, which is all that there is.
    pub fn new(env: &Env) -> Names {
        Names {
            first_free: env.id_count(),
            ..Names::default()
        }
    }

    /// The module of a file.
    pub fn add_module(&mut self, module: ModuleId, file: &str) {
        self.modules.insert(module, Fingerprint::of(&file));
    }

    /// The definitions of the unit that was compiled last. `unit` tells it from others.
    pub fn add_unit(&mut self, env: &Env, unit: Fingerprint) {
        let mut before: FxHashMap<&DefKey, usize> = FxHashMap::default();
        for (index, (key, def)) in env.ids().given().iter().enumerate() {
            let name = match key {
                Some(key) => {
                    let twins = before.entry(key).or_default();
                    *twins += 1;
                    let of_trait = key.of_trait.map(|of| self.of(of));
                    let within = key.within.map(|of| self.of(of));
                    let number = (key.index, *twins);
                    Fingerprint::of(&(self.module(key.module), of_trait, within, &key.name, number))
                }
                None => Fingerprint::of(&(unit, index)),
            };
            self.defs.insert(*def, name);
        }
    }

    /// What others call these definitions.
    pub fn take<'d>(&mut self, defs: impl IntoIterator<Item = &'d DefId>, others: &Names) {
        for def in defs {
            self.defs
                .extend(others.defs.get(def).map(|name| (*def, *name)));
        }
    }

    fn module(&self, module: ModuleId) -> Fingerprint {
        let known = self.modules.get(&module).copied();
        // That of the text has none.
        known.unwrap_or_default()
    }

    /// None of what is not known.
    pub fn of(&self, def: DefId) -> Option<Fingerprint> {
        match def.as_u32() < self.first_free {
            true => Some(Fingerprint::of(&def.as_u32())),
            false => self.defs.get(&def).copied(),
        }
    }

    pub(super) fn of_module(&self, module: u32) -> Fingerprint {
        self.module(ModuleId::from_u32(module))
    }
}

impl Code {
    pub fn new(env: &Env, unit: &mono::Unit, names: &Arc<Names>) -> Code {
        let mut print = Fingerprinter::with_names(names);
        let mut constants = Vec::new();
        let mut shapes = Vec::new();
        interface::each_part(env, unit, &mut |part| match part {
            Part::Body(body) => print.add(&interface::of_body(body)),
            Part::Constant(def) => match &env.def(def).kind {
                DefKind::Const(constant) if constant.literal.is_some() => {
                    print.add(&(constant.ty, &constant.literal));
                }
                _ => constants.push(def),
            },
            Part::Type(def) => {
                let mut shape = Fingerprinter::with_names(names);
                shape.add(&def);
                interface::add_shape(env, def, &mut shape);
                shapes.push(shape.finish_named());
            }
        });
        constants.sort_unstable();
        constants.dedup();
        let shapes: Option<Vec<Fingerprint>> = shapes.into_iter().collect();
        let print = shapes.and_then(|mut shapes| {
            shapes.sort_unstable();
            print.add(&shapes);
            print.finish_named()
        });
        Code { print, constants }
    }
}
