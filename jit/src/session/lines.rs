//! Entries of a REPL: one after another, each taken back as a whole, by an error or by the user.

use std::rc::Rc;

use compiler::env::{DefId, DefKind, Env, FnDef, FnOrigin};
use compiler::mono::Mode;
use rustc_hash::FxHashSet;
use syntax::ast;

use super::account::{Account, Again};
use super::convert::{Converting, Held};
use super::definitions::names_of;
use super::history::{Entry, first_targets, firsts};
use super::past::past_name;
use super::redefine::Gained;
use super::script::Told;
use super::show::note_cuts;
use super::{Loaded, Session, link};
use crate::front::Ready;
use crate::linked::{Linked, read_slot, write_slot};
use crate::report::{Error, Kept, Shown, UnitReport};

/// An entry that is compiled and linked.
struct TakenIn {
    line: Ready,
    loaded: Loaded,
    warnings: Vec<String>,
    tree: Vec<ast::Item>,
    again: Vec<Again>,
    held: Vec<Held>,
    /// Variables that have their values already.
    converted: FxHashSet<DefId>,
    kept: Vec<Kept>,
    modules: Vec<Rc<Linked>>,
}

/// What became of an entry.
enum Entered {
    /// There is nothing in it.
    Nothing,
    /// Taken back: a cell failed.
    Failed(UnitReport),
    Whole(Box<Entry>, UnitReport),
}

impl Session {
    /// Runs an entry of a REPL.
    pub fn run_line(&mut self, name: &str, text: &str) -> Result<UnitReport, Error> {
        let number = self.next_entry();
        let name = format!("{}:{number}", name.trim_end_matches('>'));
        let name = if name.starts_with('<') {
            name + ">"
        } else {
            name
        };
        self.run_entry(&name, text)
    }

    /// Runs a text as one entry of a REPL, under the name of the file in which it stands.
    pub fn run_entry(&mut self, name: &str, text: &str) -> Result<UnitReport, Error> {
        let number = self.next_entry();
        let (entry, report) = match self.enter(number, name, text)? {
            Entered::Whole(entry, report) => (*entry, report),
            Entered::Failed(report) => return Ok(report),
            Entered::Nothing => return Ok(UnitReport::default()),
        };
        self.remember(entry);
        Ok(report)
    }

    /// Compiles, links and runs an entry. If a cell fails, everything is as before.
    fn enter(&mut self, number: u32, name: &str, text: &str) -> Result<Entered, Error> {
        let sources = self.front.sources.len();
        let entered = self.enter_from(number, name, text);
        if entered.is_err() {
            self.front.sources.truncate(sources);
        }
        entered
    }

    fn enter_from(&mut self, number: u32, name: &str, text: &str) -> Result<Entered, Error> {
        let before = self.front.env.clone();
        let sources = self.front.sources.len();
        let it = before.module(self.front.home).names.get("it").copied();
        let Some(taken_in) = self.take_in(name, text)? else {
            return Ok(Entered::Nothing);
        };
        let TakenIn {
            line,
            mut loaded,
            warnings,
            tree,
            again,
            held,
            converted,
            kept,
            modules,
        } = taken_in;
        let names = names_of(&self.front.sources, &tree);
        let mut account = Account::of_cells(&line, &|def| self.past_title(def));
        account.again.clone_from(&again);
        account.converted = self.plan(&before, &line.compiled.env, &held);
        account.kept.clone_from(&kept);
        let known = &before.module(self.front.home).names;
        account.defined = (names.iter())
            .map(|name| (name.to_string(), known.contains_key(name)))
            .collect();
        let mut report = UnitReport {
            defined: self.defined(&before, &line),
            warnings,
            again: again.into_iter().map(|again| again.title).collect(),
            converted: account.converted.clone(),
            kept,
            number: Some(number),
            ..UnitReport::default()
        };
        report
            .defined
            .retain(|shown| names.iter().any(|name| name == shown.name.as_str()));
        let definitions = self.definitions.extended(&self.front.sources, &tree);
        let former = std::mem::replace(&mut self.definitions, definitions);
        self.replace(&before, &line, &mut loaded);
        let reads_it = |def: &DefId| {
            let mut cells = line.compiled.cells.iter();
            cells.any(|cell| cell.effects.reads.contains(def))
        };
        let it = it.filter(reads_it);
        let it = self.past.iter().find(|(_, def)| Some(*def) == it);
        let it = it.map(|(number, _)| *number);
        let texts = &self.front.sources;
        let mut entry = Entry {
            number,
            told: Rc::new(Told::new(number, text, &tree, &line, texts, it)),
            env: before,
            unit: loaded.unit,
            saved: Vec::new(),
            slots: first_targets(loaded.slots),
            definitions: former,
            sources,
            texts: Vec::new(),
            modules,
            value: None,
            account,
        };
        let mut valued = line.compiled.cells.iter();
        let valued = valued.rposition(|cell| cell.value.is_some());
        for (index, info) in line.compiled.cells.iter().enumerate() {
            if info.defines.iter().any(|def| converted.contains(def)) {
                continue; // it has its value already
            }
            let unit = Rc::clone(&entry.unit);
            let mut cell = self.run_cell(&unit, &line, index, valued == Some(index));
            let failed = cell.error.is_some();
            if valued == Some(index)
                && let Some(value) = &mut cell.value
            {
                value.name = past_name(number).to_string();
                entry.value = info.value;
            }
            note_cuts(&unit, info, &mut cell);
            report.cells.push(cell);
            if failed {
                entry.saved = firsts(std::mem::take(&mut self.kept));
                report.defined.clear();
                report.number = None;
                self.take_back(&mut entry);
                self.forget_entry(entry);
                return Ok(Entered::Failed(report));
            }
        }
        entry.saved = firsts(std::mem::take(&mut self.kept));
        Ok(Entered::Whole(Box::new(entry), report))
    }

    /// Compiles and links an entry, and converts the values of types that it defines anew. What cannot be converted keeps the type
    /// that it had, if what uses it fits that.
    fn take_in(&mut self, name: &str, text: &str) -> Result<Option<TakenIn>, Error> {
        let before = self.front.env.clone();
        let (sources, known) = (self.front.sources.len(), self.units.len());
        let mut kept: Vec<Kept> = Vec::new();
        let mut not_converted: Option<Error> = None;
        loop {
            let gained = self.gather_entry(name, text, &kept);
            let Gained {
                mut gathered,
                entry: tree,
                again,
                held,
            } = match (gained, not_converted) {
                (Ok(gained), _) => gained,
                (Err(error), None) => return Err(error),
                (Err(error), Some(first)) => return Err(first.followed_by(error)),
            };
            // A comment is no entry.
            let Some(line) = gathered.units.pop().filter(|_| !tree.is_empty()) else {
                self.front.env = before;
                self.front.sources.truncate(sources);
                return Ok(None);
            };
            self.forget_undone();
            let loaded = self.load_all(&gathered.units, &line);
            let loaded = loaded.and_then(|loaded| {
                let converting = self.convert_held(&held, &line, &loaded)?;
                Ok((loaded, converting))
            });
            let (loaded, error) = match loaded {
                Ok((loaded, Converting::Done(converted))) => {
                    for each in &mut kept {
                        let def = before.module(self.front.home).names[each.name.as_str()];
                        if let DefKind::Global(global) = &before.def(def).kind {
                            each.ty = global.ty().display(&line.compiled.env);
                        }
                    }
                    let modules = self.units[known..self.units.len() - 1].to_vec();
                    return Ok(Some(TakenIn {
                        line,
                        loaded,
                        warnings: gathered.warnings,
                        tree,
                        again,
                        held,
                        converted,
                        kept,
                        modules,
                    }));
                }
                Ok((loaded, Converting::Kept(name, why, error))) => {
                    kept.push(Kept {
                        name: name.to_string(),
                        ty: String::new(),
                        why,
                    });
                    (Some(loaded), Ok(error))
                }
                Err(error) => (None, Err(error)),
            };
            drop(loaded);
            self.front.env = before.clone();
            self.units.truncate(known);
            self.front.sources.truncate(sources);
            not_converted = Some(error?);
        }
    }

    fn load_all(&mut self, modules: &[Ready], line: &Ready) -> Result<Loaded, Error> {
        for module in modules {
            self.run_module(module)?;
        }
        self.load(line, Mode::Session)
    }

    /// Lets the callers of former versions call the functions of this unit.
    pub(super) fn replace(&self, before: &Env, line: &Ready, loaded: &mut Loaded) {
        let after = &line.compiled.env;
        for def in &line.compiled.unit.functions {
            let Some(new) = loaded.unit.function(*def) else {
                continue;
            };
            for former in former_versions(before, after, *def) {
                let place = self.units.iter().find_map(|unit| unit.function(former));
                let same = same_interface(before, former, after, *def);
                if let Some(slot) = place.and_then(|place| place.slot).filter(|_| same) {
                    // The slot of a former version leads to the newest one that was there; so do those before it.
                    let target = read_slot(slot);
                    for slot in self.slots_to(target) {
                        write_slot(slot, new.address);
                        loaded.slots.push((slot, target));
                    }
                }
            }
        }
    }

    fn slots_to(&self, target: usize) -> Vec<usize> {
        let slots = self.units.iter().flat_map(|unit| unit.slots());
        slots.filter(|slot| read_slot(*slot) == target).collect()
    }

    /// Functions and types that a unit defines, as a REPL shows them.
    pub(super) fn defined(&self, before: &Env, ready: &Ready) -> Vec<Shown> {
        let env = &ready.compiled.env;
        let scope = env.module(self.front.home);
        let old = before.module(self.front.home);
        let mut shown: Vec<(DefId, Shown)> = Vec::new();
        for (name, def) in &scope.names {
            if old.names.get(name) == Some(def) {
                continue;
            }
            let (text, ty) = match &env.def(*def).kind {
                DefKind::Fn(function) if function.origin == FnOrigin::Sumi => {
                    (format!("fn {name}"), link::signature(function, env))
                }
                DefKind::Struct(_) => (format!("struct {name}"), String::new()),
                DefKind::Enum(_) => (format!("enum {name}"), String::new()),
                DefKind::Trait(_) => (format!("trait {name}"), String::new()),
                DefKind::Fn(_)
                | DefKind::Global(_)
                | DefKind::Const(_)
                | DefKind::ExternType { .. } => continue,
            };
            shown.push((
                *def,
                Shown {
                    name: name.to_string(),
                    ty,
                    text,
                    ..Shown::default()
                },
            ));
        }
        shown.sort_by_key(|(def, _)| *def);
        shown.into_iter().map(|(_, shown)| shown).collect()
    }
}

/// What `def` takes the place of: the former definition of its name, or of the method of that type.
pub(super) fn former_versions(before: &Env, after: &Env, def: DefId) -> Vec<DefId> {
    let found = after.def(def);
    let function = after.function(def);
    let Some(self_ty) = function.self_ty else {
        let former = before.module(found.module).names.get(&found.name).copied();
        return former
            .filter(|former| matches!(before.def(*former).kind, DefKind::Fn(_)))
            .into_iter()
            .collect();
    };
    let Some(head) = compiler::env::Head::of(self_ty) else {
        return Vec::new();
    };
    let methods = before.methods(&head, &found.name);
    methods
        .filter(|former| before.function(*former).self_ty == Some(self_ty))
        .collect()
}

/// Whether callers compiled for `former` may call `new`: the same types, and arguments owned by the same side.
pub(super) fn same_interface(before: &Env, former: DefId, after: &Env, new: DefId) -> bool {
    let (old, new) = (before.function(former), after.function(new));
    // Callers have the defaults of the old version in them.
    let has_defaults = |function: &FnDef| function.params.iter().any(|p| p.default.is_some());
    let params = |function: &FnDef| -> Vec<_> {
        let params = function.params.iter();
        params
            .map(|param| (param.is_mut, param.ty, param.name.clone()))
            .collect()
    };
    let inferred = |function: &FnDef| {
        let body = function.body();
        body.map(|body| (body.body().params.clone(), body.effects().clone()))
    };
    !has_defaults(old)
        && !has_defaults(new)
        && params(old) == params(new)
        && old.result() == new.result()
        && inferred(old) == inferred(new)
}
