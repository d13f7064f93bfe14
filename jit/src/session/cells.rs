//! Running the cells of a unit one by one, with their values, output and errors.

use std::rc::Rc;

use compiler::CellInfo;
use compiler::env::{DefId, DefKind, Env};
use compiler::mir::Effects;
use rustc_hash::FxHashSet;

use super::Session;
use crate::front::Ready;
use crate::linked::Linked;
use crate::report::{CellReport, Error, Expectation, Shown, UnitReport};
use crate::saved::Saved;

impl Session {
    /// A worksheet: a cell that fails has no effect, and whoever needs it waits.
    pub(super) fn run_sheet(&mut self, name: &str, text: &str) -> Result<UnitReport, Error> {
        let before = self.front.env.clone();
        let mut gathered = self.front.gather(name, text)?;
        let Some(sheet) = gathered.units.pop() else {
            return Ok(UnitReport::default());
        };
        for module in &gathered.units {
            self.run_module(module)?;
        }
        let loaded = self.load(&sheet, compiler::mono::Mode::Session)?;
        let mut report = UnitReport {
            defined: self.defined(&before, &sheet),
            warnings: gathered.warnings,
            ..UnitReport::default()
        };
        let mut failed: FxHashSet<DefId> = FxHashSet::default();
        let mut anything_failed = false;
        for (index, info) in sheet.compiled.cells.iter().enumerate() {
            let waits = self.waits_for(info, &failed, anything_failed);
            let cell = match waits {
                Some(reason) => CellReport {
                    span: span(info),
                    waits_for: Some(reason),
                    ..CellReport::default()
                },
                None => {
                    let report = self.run_cell(&loaded.unit, &sheet, index);
                    for saved in std::mem::take(&mut self.kept) {
                        saved.discard(&self.machine);
                    }
                    report
                }
            };
            if cell.error.is_some() || cell.waits_for.is_some() {
                // Nothing but the report reads the value of a cell.
                let changed = info.defines.iter().chain(&info.effects.writes);
                failed.extend(changed.filter(|def| info.value != Some(**def)));
                anything_failed |= info.effects.anything;
            }
            report.cells.push(cell);
        }
        Ok(report)
    }

    fn waits_for(
        &self,
        info: &CellInfo,
        failed: &FxHashSet<DefId>,
        anything_failed: bool,
    ) -> Option<String> {
        let touched = info.effects.reads.iter().chain(&info.effects.writes);
        let missing = touched
            .into_iter()
            .find(|def| failed.contains(def) && !info.defines.contains(def));
        if let Some(def) = missing {
            return Some(format!("`{}`", self.front.env.def(*def).name));
        }
        let unsure = (info.effects.anything && !failed.is_empty())
            || (anything_failed && touches_variables(info, &self.front.env));
        unsure.then(|| "a cell above that failed".to_owned())
    }

    /// Runs one cell. After a failure everything is as before; else the state before it is kept.
    pub(super) fn run_cell(
        &mut self,
        unit: &Rc<Linked>,
        ready: &Ready,
        index: usize,
    ) -> CellReport {
        let info = &ready.compiled.cells[index];
        let mut report = CellReport {
            span: span(info),
            ..CellReport::default()
        };
        let saved = self.save(&info.effects);
        let code = unit.cell(index);
        // SAFETY: generated code without parameters.
        let result = unsafe { self.machine.run(|| code()) };
        self.machine.with_runtime(|runtime| runtime.flush());
        report.output = self.captured.take();
        match result {
            Ok(()) => {
                Self::bind(unit, ready, index);
                self.kept.extend(saved);
                self.show_cell(unit, ready, info, &mut report);
                if let Some(value) = info.value.and_then(|def| unit.global(def)) {
                    value.drop_value(&self.machine); // nobody but the report reads it
                }
            }
            Err(trap) => {
                report.error = Some(self.describe(&trap));
                for def in &info.defines {
                    unit.global(*def)
                        .into_iter()
                        .for_each(|global| global.forget());
                }
                saved.into_iter().for_each(Saved::restore_abandoned);
                self.sweep();
            }
        }
        report
    }

    /// The globals of a cell have values from now on.
    pub(super) fn bind(unit: &Linked, ready: &Ready, index: usize) {
        let info = &ready.compiled.cells[index];
        for def in info.defines.iter().chain(&info.value) {
            unit.global(*def)
                .into_iter()
                .for_each(|global| global.is_bound.set(true));
        }
    }

    fn show_cell(&self, unit: &Linked, ready: &Ready, info: &CellInfo, report: &mut CellReport) {
        let env = &ready.compiled.env;
        for def in &info.defines {
            report.bindings.extend(self.show_global(unit, env, *def));
        }
        if let Some(def) = info.value {
            report.value = self.show_global(unit, env, def).map(|shown| Shown {
                name: String::new(),
                ..shown
            });
        }
        if let Some((expected, at)) = &info.expected {
            let actual = report.value.as_ref().map_or("()", |value| &value.text);
            report.expectation = Some(Expectation {
                expected: expected.clone(),
                actual: actual.to_owned(),
                span: at.start as usize..at.end as usize,
            });
        }
    }

    /// The state of what a cell may change.
    pub(super) fn save(&self, effects: &Effects) -> Vec<Saved> {
        let mut saved = Vec::new();
        for unit in self.machine.units() {
            for (index, global) in unit.globals().iter().enumerate() {
                let touched = effects.anything || effects.writes.contains(&global.def);
                if touched && global.is_bound.get() {
                    saved.push(Saved::new(&unit, index));
                }
            }
        }
        saved
    }
}

/// Whether a cell may touch a variable of another cell, which what failed may have been to change.
fn touches_variables(info: &CellInfo, env: &Env) -> bool {
    let is_variable = |def: &DefId| match &env.def(*def).kind {
        DefKind::Global(global) => global.is_var && !info.defines.contains(def),
        _ => false,
    };
    info.effects.anything || info.effects.globals().any(|def| is_variable(&def))
}

fn span(info: &CellInfo) -> std::ops::Range<usize> {
    info.span.start as usize..info.span.end as usize
}
