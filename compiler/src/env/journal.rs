//! What one unit adds to an `Env`, so that it can be taken out again whatever was added since; and which ids its definitions get, so that one
//! that is compiled again can stay what others refer to.

use std::sync::Arc;

use imbl::Vector;
use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::Span;

use super::{DefId, Env, HashMap, Head, ModuleId};

/// What names alone lead to.
type ByName = HashMap<SmolStr, Vector<DefId>>;
/// What a unit has added to that.
type Added = Vec<(SmolStr, DefId)>;

/// The definitions and names of one unit.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub defs: IndexSet<DefId, FxBuildHasher>,
    pub names: Vec<(ModuleId, SmolStr, DefId)>,
    pub methods: Vec<(Head, SmolStr, DefId)>,
    pub trait_methods: Added,
    pub operators: Added,
    pub variants: Added,
    /// By the trait and the place of the `impl`.
    pub impls: Vec<(DefId, Span)>,
}

/// By what a definition is known that has a name; no other one of its time has the same.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DefKey {
    pub module: ModuleId,
    /// Of a function that implements one of a trait.
    pub of_trait: Option<DefId>,
    /// Of a closure: the function that it is written in.
    pub within: Option<DefId>,
    pub name: SmolStr,
    /// Which one it is where there are several, from 0.
    pub index: u32,
}

/// By what their definitions are known by.
pub type KnownIds = HashMap<DefKey, DefId>;

/// Ids for the definitions of a unit: those of the same names that were there before, as far as nobody has them now.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    former: KnownIds,
    /// For definitions without a name, in the order in which they ask.
    nameless: Arc<Vec<DefId>>,
    used: usize,
    given: Vec<(Option<DefKey>, DefId)>,
    taken: FxHashSet<DefId>,
    /// How many there are of a kind.
    counts: FxHashMap<DefKey, u32>,
}

impl Ids {
    pub fn new(former: KnownIds, nameless: Arc<Vec<DefId>>) -> Ids {
        Ids {
            former,
            nameless,
            ..Ids::default()
        }
    }

    fn give(&mut self, key: Option<DefKey>, id: DefId) {
        self.taken.insert(id);
        self.given.push((key, id));
    }

    /// What the unit's definitions got, with what they are known by.
    pub fn given(&self) -> &[(Option<DefKey>, DefId)] {
        &self.given
    }
}

impl Env {
    /// Another unit begins.
    pub(crate) fn begin_unit(&mut self) {
        self.journal = Journal::default();
        self.ids.used = 0;
        self.ids.given.clear();
        self.ids.taken.clear();
        self.ids.counts.clear();
    }

    /// What the unit has added so far.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Which ids the next unit gets.
    pub fn set_ids(&mut self, ids: Ids) {
        self.ids = ids;
    }

    /// Whether the unit that is being compiled has defined it.
    pub(crate) fn is_of_this_unit(&self, def: DefId) -> bool {
        self.journal.defs.contains(&def)
    }

    /// Whether the `impl` at that place is one of the unit that is being compiled.
    pub(crate) fn has_impl_of_this_unit(&self, of: DefId, span: Span) -> bool {
        self.journal.impls.contains(&(of, span))
    }

    /// The id for a definition that others know by `key`.
    pub(crate) fn named_def(&mut self, key: DefKey) -> DefId {
        let former = self.ids.former.get(&key).copied();
        let id = former.filter(|id| self.is_free(*id));
        let id = id.unwrap_or_else(|| self.next_id());
        self.ids.give(Some(key), id);
        id
    }

    /// The same for one that nobody can name: the next of its kind, which `key` says with the index 0.
    pub(crate) fn next_def(&mut self, mut key: DefKey) -> DefId {
        let count = self.ids.counts.entry(key.clone()).or_default();
        key.index = *count;
        *count += 1;
        self.named_def(key)
    }

    /// The id for a definition that only its own unit knows.
    pub fn fresh_def(&mut self) -> DefId {
        let spare = self.ids.nameless.get(self.ids.used).copied();
        self.ids.used += 1;
        let id = spare.filter(|id| self.is_free(*id));
        let id = id.unwrap_or_else(|| self.next_id());
        self.ids.give(None, id);
        id
    }

    fn is_free(&self, id: DefId) -> bool {
        !self.defs.contains_key(&id) && !self.ids.taken.contains(&id)
    }

    fn next_id(&mut self) -> DefId {
        let id = DefId::from_u32(self.next_def);
        self.next_def += 1;
        id
    }

    /// No id up to that of `other` is given out any more.
    pub fn skip_ids_of(&mut self, other: &Env) {
        self.next_def = self.next_def.max(other.next_def);
        self.next_module = self.next_module.max(other.next_module);
    }

    /// How many ids of definitions were given out.
    pub fn id_count(&self) -> u32 {
        self.next_def
    }

    /// Puts in what a unit has added to another environment.
    pub fn replay(&mut self, journal: &Journal, from: &Env) {
        for id in &journal.defs {
            if let Some(def) = from.defs.get(id) {
                self.defs.insert(*id, Arc::clone(def));
            }
        }
        for (module, name, def) in &journal.names {
            self.scope_mut(*module).names.insert(name.clone(), *def);
        }
        for (head, name, def) in &journal.methods {
            let methods = self.methods.entry((head.clone(), name.clone()));
            methods.or_default().push_back(*def);
        }
        for (of, span) in &journal.impls {
            let mut found = from.impls.get(of).into_iter().flatten();
            if let Some(found) = found.find(|known| known.span == *span) {
                self.impls
                    .entry(*of)
                    .or_default()
                    .push_back(Arc::clone(found));
            }
        }
        for (known, added) in self.by_name(journal) {
            for (name, def) in added {
                known.entry(name.clone()).or_default().push_back(*def);
            }
        }
        self.calls_back |= from.calls_back;
    }

    /// What is found by nothing but its name: what there is, and what a unit has added.
    fn by_name<'a>(&'a mut self, journal: &'a Journal) -> [(&'a mut ByName, &'a Added); 3] {
        [
            (&mut self.trait_methods, &journal.trait_methods),
            (&mut self.operators, &journal.operators),
            (&mut self.variants, &journal.variants),
        ]
    }

    /// Puts a module in as another environment has it, with what its unit has added there.
    pub fn replay_module(&mut self, module: ModuleId, journal: &Journal, from: &Env) {
        self.modules
            .insert(module, Arc::clone(&from.modules[&module]));
        self.replay(journal, from);
    }

    /// Takes out what a unit has added.
    pub fn retract(&mut self, journal: &Journal) {
        for (module, name, def) in &journal.names {
            if self.module(*module).names.get(name) == Some(def) {
                self.scope_mut(*module).names.remove(name);
            }
        }
        for (head, name, def) in &journal.methods {
            let key = (head.clone(), name.clone());
            if let Some(methods) = self.methods.get_mut(&key) {
                methods.retain(|known| known != def);
                if methods.is_empty() {
                    self.methods.remove(&key);
                }
            }
        }
        for (of, span) in &journal.impls {
            if let Some(impls) = self.impls.get_mut(of) {
                impls.retain(|known| known.span != *span);
            }
        }
        for (known, added) in self.by_name(journal) {
            for (name, def) in added {
                if let Some(defs) = known.get_mut(name) {
                    defs.retain(|known| known != def);
                    if defs.is_empty() {
                        known.remove(name);
                    }
                }
            }
        }
        for def in &journal.defs {
            self.defs.remove(def);
        }
    }
}
