//! Entries of a REPL: one after another, each taken back as a whole, by an error or by the user.

use std::rc::Rc;

use compiler::env::{DefId, DefKind, Env, FnDef, FnOrigin};
use compiler::mono::Mode;

use super::definitions::{Definitions, names_of};
use super::redefine::Gained;
use super::{Loaded, Session, link};
use crate::front::Ready;
use crate::linked::{Linked, read_slot, write_slot};
use crate::report::{Error, Shown, UnitReport};
use crate::saved::Saved;

/// How many entries can be taken back.
const HISTORY: usize = 100;

/// What an entry changed.
pub(super) struct Entry {
    text: String,
    env: Env,
    unit: Rc<Linked>,
    pub(super) saved: Vec<Saved>,
    /// Slots that lead elsewhere now, and where they led.
    slots: Vec<(usize, usize)>,
    /// As they were before.
    definitions: Definitions,
    /// How many texts there were before.
    sources: usize,
    /// What it imported for the first time.
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
        self.lines += 1;
        let name = format!("{}:{}", name.trim_end_matches('>'), self.lines);
        let name = if name.starts_with('<') {
            name + ">"
        } else {
            name
        };
        let (entry, report) = match self.enter(&name, text)? {
            Entered::Whole(entry, report) => (*entry, report),
            Entered::Failed(report) => return Ok(report),
            Entered::Nothing => return Ok(UnitReport::default()),
        };
        self.remember(entry);
        Ok(report)
    }

    /// Loads a script of a host, whose definitions stay. An error leaves the session as it was.
    pub(crate) fn load_module(&mut self, name: &str, text: &str) -> Result<(), Error> {
        match self.enter(name, text)? {
            Entered::Nothing => Ok(()),
            Entered::Whole(entry, report) => {
                self.warn(&report.warnings);
                drop(entry);
                self.drop_superseded();
                Ok(())
            }
            Entered::Failed(report) => {
                let error = report.cells.into_iter().find_map(|cell| cell.error);
                Err(Error::Runtime(
                    error.expect("compiler bug: an entry failed without an error"),
                ))
            }
        }
    }

    /// Compiles, links and runs an entry. If a cell fails, everything is as before.
    fn enter(&mut self, name: &str, text: &str) -> Result<Entered, Error> {
        let sources = self.front.sources.len();
        let entered = self.enter_from(sources, name, text);
        if entered.is_err() {
            self.front.sources.truncate(sources);
        }
        entered
    }

    fn enter_from(&mut self, sources: usize, name: &str, text: &str) -> Result<Entered, Error> {
        let before = self.front.env.clone();
        let Gained {
            mut gathered,
            entry: tree,
            again,
            held,
        } = self.gather_entry(name, text)?;
        let Some(line) = gathered.units.pop() else {
            return Ok(Entered::Nothing);
        };
        let known = self.units.len();
        let loaded = self.load_all(&gathered.units, &line).and_then(|loaded| {
            let converted = self.convert_held(&held, &line, &loaded)?;
            Ok((loaded, converted))
        });
        let (mut loaded, converted) = match loaded {
            Ok(loaded) => loaded,
            Err(error) => {
                self.front.env = before;
                self.units.truncate(known);
                return Err(error);
            }
        };
        let names = names_of(&self.front.sources, &tree);
        let mut report = UnitReport {
            defined: self.defined(&before, &line),
            warnings: gathered.warnings,
            again,
            converted: held.iter().map(|held| held.name.to_string()).collect(),
            ..UnitReport::default()
        };
        report
            .defined
            .retain(|shown| names.iter().any(|name| name == shown.name.as_str()));
        let definitions = self.definitions.extended(&self.front.sources, &tree);
        let former = std::mem::replace(&mut self.definitions, definitions);
        self.replace(&before, &line, &mut loaded);
        let mut entry = Entry {
            text: text.to_owned(),
            env: before,
            unit: loaded.unit,
            saved: Vec::new(),
            slots: loaded.slots,
            definitions: former,
            sources,
            modules: self.units[known..self.units.len() - 1].to_vec(),
        };
        for (index, info) in line.compiled.cells.iter().enumerate() {
            if info.defines.iter().any(|def| converted.contains(def)) {
                continue; // it has its value already
            }
            let unit = Rc::clone(&entry.unit);
            let cell = self.run_cell(&unit, &line, index);
            let failed = cell.error.is_some();
            report.cells.push(cell);
            if failed {
                entry.saved = std::mem::take(&mut self.kept);
                report.defined.clear();
                self.take_back(entry);
                return Ok(Entered::Failed(report));
            }
        }
        entry.saved = std::mem::take(&mut self.kept);
        Ok(Entered::Whole(Box::new(entry), report))
    }

    fn load_all(&mut self, modules: &[Ready], line: &Ready) -> Result<Loaded, Error> {
        for module in modules {
            self.run_module(module)?;
        }
        self.load(line, Mode::Session)
    }

    fn remember(&mut self, entry: Entry) {
        self.history.push_back(entry);
        if self.history.len() > HISTORY
            && let Some(oldest) = self.history.pop_front()
        {
            drop(oldest);
            self.drop_superseded();
        }
    }

    /// Units that cannot be taken back any more, of which nothing has a name any more, which nobody links to, and on which no
    /// value depends.
    fn drop_superseded(&mut self) {
        let env = &self.front.env;
        let recent: Vec<*const Linked> = self
            .history
            .iter()
            .map(|entry| Rc::as_ptr(&entry.unit))
            .collect();
        let is_superseded = |unit: &&Rc<Linked>| {
            Rc::strong_count(unit) == 1
                && !recent.contains(&Rc::as_ptr(unit))
                && !unit.definitions().any(|def| is_named(env, def))
        };
        let superseded = self.units.iter().filter(is_superseded).map(Rc::clone);
        let unheld = self.machine.unheld(superseded.collect(), self.held());
        self.units
            .retain(|unit| !unheld.iter().any(|gone| Rc::ptr_eq(unit, gone)));
    }

    /// Takes back the last entry, its effects on variables included; gives its text.
    pub fn undo(&mut self) -> Option<String> {
        let entry = self.history.pop_back()?;
        let text = entry.text.clone();
        self.take_back(entry);
        Some(text)
    }

    fn take_back(&mut self, entry: Entry) {
        let Entry {
            text: _,
            env,
            unit,
            saved,
            slots,
            definitions,
            sources,
            modules,
        } = entry;
        self.definitions = definitions;
        for (slot, target) in slots.into_iter().rev() {
            write_slot(slot, target);
        }
        saved
            .into_iter()
            .rev()
            .for_each(|saved| saved.restore(&self.machine));
        self.front.env = env;
        for global in unit.globals() {
            global.drop_value(&self.machine);
        }
        let gone = |known: &Rc<Linked>| {
            Rc::ptr_eq(known, &unit) || modules.iter().any(|module| Rc::ptr_eq(known, module))
        };
        self.units.retain(|known| !gone(known));
        self.front.sources.truncate(sources);
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
                    note: None,
                },
            ));
        }
        shown.sort_by_key(|(def, _)| *def);
        shown.into_iter().map(|(_, shown)| shown).collect()
    }
}

fn is_named(env: &Env, def: DefId) -> bool {
    env.try_def(def).is_some_and(|found| {
        let is_method = matches!(&found.kind, DefKind::Fn(function) if function.self_ty.is_some());
        is_method || env.module(found.module).names.get(&found.name) == Some(&def)
    })
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
