//! Entries that redefine: what depends on a definition whose interface changed is compiled again with it, before anything runs.
//! A definition that would break what depends on it is refused, and the old one stays.

use std::sync::Arc;

use compiler::env::{Def, DefId, DefKind, Env, FnOrigin};
use compiler::mentions::Mentions;
use smol_str::SmolStr;
use syntax::{Diagnostic, Span, ast};

use super::Session;
use super::account::Again;
use super::convert::Held;
use super::definitions::{names_of, title};
use super::lines::{former_versions, same_interface};
use crate::front::{Gathered, Ready};
use crate::report::{Error, Kept};

/// A compiled entry.
pub(super) struct Gained {
    pub(super) gathered: Gathered,
    /// What was entered, without what was compiled again.
    pub(super) entry: Vec<ast::Item>,
    /// What was.
    pub(super) again: Vec<Again>,
    /// Variables whose values are to be converted.
    pub(super) held: Vec<Held>,
}

impl Session {
    /// Compiles an entry of the REPL, with all that has to be compiled again because of it.
    pub(super) fn gather_entry(
        &mut self,
        name: &str,
        text: &str,
        kept: &[Kept],
    ) -> Result<Gained, Error> {
        let before = self.front.env.clone();
        let file = self.front.sources.add(name, text);
        let entry = syntax::parse(self.front.sources.file(file)).module.items;
        let names = names_of(&self.front.sources, &entry);
        let first = self.front.gather_file(file, &[]);
        let changed = match first.as_ref().map(|gathered| gathered.units.last()) {
            Ok(Some(unit)) => self.changed(&before, unit, &names),
            Ok(None) => Vec::new(),
            Err(_) => known(&before, self.front.home, &names),
        };
        let mut changed = changed;
        changed.extend(self.definitions.replaced_impls(&self.front.sources, &entry));
        let (mut items, held) = self.affected(&before, &changed, &names, &entry, kept);
        if let Some(error) = self.held_in_any(&before, &changed, &names, &items) {
            self.front.env = before;
            return Err(error);
        }
        if items.is_empty() && held.is_empty() {
            return first.map(|gathered| Gained {
                gathered,
                entry,
                again: Vec::new(),
                held,
            });
        }
        let again: Vec<Again> = items
            .iter()
            .map(|item| Again {
                title: title(&self.front.sources, item),
                because: self.because(item, &items, &changed, &held),
            })
            .collect();
        items.extend(self.declarations(&before, &held));
        self.front.env = before;
        match self.front.gather_file(file, &items) {
            Ok(gathered) => Ok(Gained {
                gathered,
                entry,
                again,
                held,
            }),
            // What was entered is wrong by itself.
            Err(_) if first.is_err() => first.map(|gathered| Gained {
                gathered,
                entry,
                again,
                held,
            }),
            Err(error) => {
                let callers = again.into_iter().map(|again| again.title).collect();
                Err(self.refuse(&entry, &changed, callers, error))
            }
        }
    }

    /// Which of the names that changed an item mentions, or else of those that were compiled again.
    fn because(
        &self,
        item: &ast::Item,
        items: &[ast::Item],
        changed: &[SmolStr],
        held: &[Held],
    ) -> Option<SmolStr> {
        let mentions = Mentions::of(item, &self.front.sources)?;
        let held = held.iter().map(|held| &held.name);
        let others = names_of(&self.front.sources, items);
        let mut known = changed.iter().chain(held).chain(&others);
        known
            .find(|name| mentions.words.contains(*name) && !mentions.names.contains(name))
            .cloned()
    }

    /// What has to be compiled again, and the variables whose values change with their types.
    fn affected(
        &self,
        before: &Env,
        changed: &[SmolStr],
        entered: &[SmolStr],
        entry: &[ast::Item],
        kept: &[Kept],
    ) -> (Vec<ast::Item>, Vec<Held>) {
        let mut names = changed.to_vec();
        loop {
            let items = self
                .definitions
                .dependents(&self.front.sources, entry, &names);
            let held = self.holders(before, changed, entered, &items, kept);
            let known = names.len();
            for each in &held {
                if !names.contains(&each.name) {
                    names.push(each.name.clone());
                }
            }
            if names.len() == known {
                return (items, held);
            }
        }
    }

    /// Names whose users cannot go on with the code that they have.
    fn changed(&self, before: &Env, unit: &Ready, names: &[SmolStr]) -> Vec<SmolStr> {
        let after = &unit.compiled.env;
        let mut found: Vec<SmolStr> = Vec::new();
        for def in &unit.compiled.unit.functions {
            let is_changed = |former: &DefId| {
                !after.function(*def).generics.is_empty()
                    || after.function(*def).projection.is_some()
                    || before.function(*former).projection.is_some()
                    || !same_interface(before, *former, after, *def)
                    || self.has_company(*former)
            };
            if former_versions(before, after, *def).iter().any(is_changed) {
                found.push(after.def(*def).name.clone());
            }
        }
        let (old, new) = (
            before.module(self.front.home),
            after.module(self.front.home),
        );
        let is_function = |env: &Env, def: &DefId| matches!(env.def(*def).kind, DefKind::Fn(_));
        let is_other = |name: &&SmolStr| {
            old.names.get(*name).is_some_and(|former| {
                !is_function(before, former)
                    || new
                        .names
                        .get(*name)
                        .is_some_and(|def| !is_function(after, def))
            })
        };
        found.extend(names.iter().filter(is_other).cloned());
        // What calls C was compiled as if that called nothing of Sumi's.
        if after.calls_back() && !before.calls_back() {
            found.extend(before.defs().filter(is_of_c).map(|def| def.name.clone()));
        }
        found
    }

    /// Whether others were compiled in one unit with it: they call it directly, not through its slot.
    fn has_company(&self, former: DefId) -> bool {
        let own = self
            .units
            .iter()
            .find(|unit| unit.function(former).is_some());
        own.is_some_and(|unit| unit.definitions().any(|def| def != former))
    }

    fn refuse(
        &self,
        entry: &[ast::Item],
        changed: &[SmolStr],
        callers: Vec<String>,
        error: Error,
    ) -> Error {
        let Error::Rejected { rendered, problems } = error else {
            return error;
        };
        let message = format!(
            "`{}` keeps its old definition: the new one does not fit what depends on it, {}",
            changed.join("`, `"),
            list(&callers),
        );
        let refusal = Diagnostic::error("breaks-callers", message)
            .at(self.place(entry, changed), "the new definition")
            .help("enter the new definition and the changed callers together, as one entry");
        match self.front.rejected([&refusal].into_iter()) {
            Error::Rejected {
                rendered: first,
                problems: mut all,
            } => {
                all.extend(problems);
                Error::Rejected {
                    rendered: format!("{first}\n{rendered}"),
                    problems: all,
                }
            }
            other => other,
        }
    }

    /// Where the first of these is defined.
    fn place(&self, entry: &[ast::Item], names: &[SmolStr]) -> Span {
        let defines = |item: &&ast::Item| {
            names_of(&self.front.sources, std::slice::from_ref(*item))
                .iter()
                .any(|name| names.contains(name))
        };
        entry
            .iter()
            .find(defines)
            .or(entry.first())
            .expect("compiler bug: an empty entry redefines")
            .span
    }
}

/// Those of the names that have a definition.
fn known(before: &Env, home: compiler::env::ModuleId, names: &[SmolStr]) -> Vec<SmolStr> {
    let scope = before.module(home);
    names
        .iter()
        .filter(|name| scope.names.contains_key(*name))
        .cloned()
        .collect()
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn is_of_c(def: &&Arc<Def>) -> bool {
    matches!(&def.kind, DefKind::Fn(function) if matches!(function.origin, FnOrigin::C { .. }))
}
