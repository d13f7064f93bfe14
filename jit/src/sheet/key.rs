//! By what the result of a cell is known, and why it is another one than before.

use std::rc::Rc;

use compiler::CellInfo;
use compiler::env::{DefId, DefKind};
use compiler::incremental::{Fingerprint, Fingerprinter};
use compiler::mir::outside::{Kind, Outside};
use compiler::own;
use smol_str::SmolStr;
use syntax::Diagnostic;

use super::Sheet;
use super::cells::{CellId, Walk};
use super::files::Seen;
use crate::build::{Reached, Source};

/// What the result of a cell follows from.
pub(super) struct Key {
    /// Of the cell in its source.
    pub(super) index: usize,
    pub(super) print: Fingerprint,
    /// Of the code alone.
    pub(super) code: Fingerprint,
    pub(super) reached: Rc<Reached>,
    /// The stamps.
    pub(super) parts: Vec<Part>,
}

pub(super) type Part = (What, Fingerprint);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum What {
    Text,
    Code(SmolStr),
    Value(DefId),
    Outside(Kind),
}

impl Key {
    /// All of it, for the one who asks why; the code of the cell itself comes first.
    fn all_parts(&self) -> Vec<Part> {
        let codes = self.reached.codes.iter().enumerate();
        let codes = codes.map(|(index, (name, code))| match index {
            0 => (What::Text, *code),
            _ => (What::Code(name.clone()), *code),
        });
        codes.chain(self.parts.iter().cloned()).collect()
    }
}

/// What a cell may touch of what is there before it, and what it binds.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) all: Vec<DefId>,
    /// What it leaves otherwise: of a test nothing, since that is taken back.
    pub(super) written: Vec<DefId>,
    pub(super) defined: Vec<DefId>,
    pub(super) outside: Outside,
    /// What the texts of its values may follow from besides.
    pub(super) for_show: Vec<DefId>,
    /// Of those that it binds or changes, the ones whose values may have functions in them.
    pub(super) with_code: Vec<DefId>,
}

impl Sheet {
    fn is_variable(&self, def: DefId) -> bool {
        let found = self.build.text.env().try_def(def);
        found.is_some_and(|found| matches!(&found.kind, DefKind::Global(global) if global.is_var))
    }

    pub(super) fn variables(&self, walk: &Walk) -> Vec<DefId> {
        let all = walk.globals();
        all.filter(|def| self.is_variable(*def)).collect()
    }

    /// What a cell may touch. It depends on the cells before it only if it calls functions that it does not name.
    pub(super) fn touched(&mut self, walk: &Walk, source: &Source, index: usize) -> Rc<Touched> {
        let info = &source.cells()[index];
        if info.effects.anything {
            return Rc::new(self.touched_now(walk, info));
        }
        let cell = (source.version(), index);
        if let Some(known) = self.touched.get(&cell) {
            return Rc::clone(known);
        }
        let touched = Rc::new(self.touched_now(walk, info));
        self.touched.insert(cell, Rc::clone(&touched));
        touched
    }

    fn touched_now(&self, walk: &Walk, info: &CellInfo) -> Touched {
        let env = self.build.text.env();
        let reach = own::reach_of_cell(env, &info.effects, &walk.code_before(info));
        let is_own = |def: &DefId| info.defines.contains(def) || info.value == Some(*def);
        let mut written: Vec<DefId> = reach.writes.iter().copied().collect();
        let mut all: Vec<DefId> = reach.reads.union(&reach.writes).copied().collect();
        if reach.anything {
            all.extend(walk.globals());
            written.extend(self.variables(walk));
        }
        if info.test.is_some() {
            written.clear();
        }
        for list in [&mut all, &mut written] {
            list.retain(|def| !is_own(def));
            list.sort_unstable();
            list.dedup();
        }
        let holds_code = |def: &&DefId| own::may_hold_code(env, **def);
        let changed = info.defines.iter().chain(&written);
        Touched {
            for_show: self.touched_by_show(walk, info, &all),
            with_code: changed.filter(holds_code).copied().collect(),
            all,
            written,
            defined: info.defines.clone(),
            outside: reach.outside,
        }
    }

    /// Variables that its values' own `show` may read.
    fn touched_by_show(&self, walk: &Walk, info: &CellInfo, known: &[DefId]) -> Vec<DefId> {
        let env = self.build.text.env();
        let mut all: Vec<DefId> = Vec::new();
        for def in info.defines.iter().chain(&info.value) {
            if let DefKind::Global(global) = &env.def(*def).kind {
                let reach = own::reach_of_show(env, global.ty(), &walk.code_before(info));
                all.extend(reach.reads.union(&reach.writes));
                if reach.anything {
                    all.extend(walk.globals());
                }
            }
        }
        all.retain(|def| !known.contains(def) && !info.defines.contains(def));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// By what the result of a cell is known.
    pub(super) fn key(
        &mut self,
        walk: &Walk,
        id: CellId,
        (source, index): (&Source, usize),
        touched: &Touched,
    ) -> Result<Rc<Key>, Vec<Diagnostic>> {
        let reached = self.build.reach(source)?;
        let values = touched
            .all
            .iter()
            .chain(&touched.for_show)
            .map(|def| (What::Value(*def), walk.stamp(*def).unwrap_or_default()));
        let outside = touched.outside.reads.iter().map(|kind| {
            let stamp = walk.outside.get(&kind).copied();
            (What::Outside(kind), stamp.unwrap_or_default())
        });
        let parts: Vec<Part> = values.chain(outside).collect();
        // Mostly it is that of the last time.
        if let Some(last) = self.store.newest.get(&id) {
            let known = &last.key;
            let is_same_code = Rc::ptr_eq(&known.reached, &reached) && known.index == index;
            if is_same_code && known.parts == parts {
                return Ok(Rc::clone(known));
            }
        }
        let code = Fingerprint::of(&(reached.print, index));
        let mut print = Fingerprinter::default();
        print.add(&code);
        for (what, stamp) in &parts {
            match what {
                What::Value(def) => print.add(&(def, stamp)),
                What::Outside(kind) => print.add(&(kind, stamp)),
                What::Text | What::Code(_) => {}
            }
        }
        Ok(Rc::new(Key {
            index,
            print: print.finish(),
            code,
            reached,
            parts,
        }))
    }

    /// Why a cell runs, in words.
    pub(super) fn why(&self, id: CellId, key: &Key, is_asked: bool) -> String {
        if is_asked {
            return "it was asked to run".to_owned();
        }
        let Some(former_record) = self.store.newest.get(&id) else {
            return "it is new".to_owned();
        };
        let mut reasons: Vec<String> = Vec::new();
        let (parts, former) = (key.all_parts(), former_record.key.all_parts());
        for (what, print) in &parts {
            let before = former.iter().find(|(known, _)| known == what);
            if before.is_some_and(|(_, before)| before == print) {
                continue;
            }
            let reason = match what {
                What::Text => "its text is another one".to_owned(),
                What::Code(name) if before.is_none() => format!("it uses `{name}` now"),
                What::Code(name) => format!("`{name}` has changed"),
                What::Value(def) => {
                    let found = self.build.text.env().try_def(*def);
                    let name = found.map_or("a variable", |found| found.name.as_str());
                    match before {
                        Some(_) => format!("`{name}` has another value"),
                        None => format!("it uses `{name}` now"),
                    }
                }
                What::Outside(kind) => format!("{} may be different", kind.name()),
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        if former_record.files.iter().any(Seen::has_changed) {
            reasons.push("a file that it reads has changed".to_owned());
        }
        if reasons.is_empty() {
            return "it uses less than before".to_owned();
        }
        // The text of a cell says where all the rest comes from.
        if parts.first() != former.first() {
            reasons.truncate(1);
        }
        reasons.join(", ")
    }
}
