//! Running the cells of a unit one by one, with their values, output and errors.

use std::rc::Rc;

use compiler::CellInfo;
use compiler::env::{DefId, DefKind, Env};
use compiler::mir::Effects;
use rustc_hash::FxHashSet;
use stdlib::value;

use super::Session;
use crate::front::Ready;
use crate::linked::Linked;
use crate::report::{CellReport, Error, Expectation, Shown, UnitReport};
use crate::saved::Saved;
use crate::trap::Trap;

/// How much of a value's text is shown.
const SHOWN: usize = 2048;

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
                    let (report, saved) = self.run_cell(&loaded.unit, &sheet, index);
                    saved
                        .into_iter()
                        .for_each(|saved| saved.discard(&self.machine));
                    report
                }
            };
            if cell.error.is_some() || cell.waits_for.is_some() {
                failed.extend(info.defines.iter().chain(&info.effects.writes));
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
            || (anything_failed && touches_globals(&info.effects));
        unsure.then(|| "a cell above that failed".to_owned())
    }

    /// Runs one cell. After a failure everything is as before; else what was saved is given back.
    pub(super) fn run_cell(
        &mut self,
        unit: &Rc<Linked>,
        ready: &Ready,
        index: usize,
    ) -> (CellReport, Vec<Saved>) {
        let info = &ready.compiled.cells[index];
        let mut report = CellReport {
            span: span(info),
            ..CellReport::default()
        };
        let saved = self.save(&info.effects);
        let code = unit.cell(index);
        // SAFETY: generated code without parameters.
        let result = unsafe { self.machine.run(|| code()) };
        let shown = result.and_then(|()| {
            Self::bind(unit, ready, index);
            self.show_cell(unit, ready, info, &mut report)
        });
        self.machine.with_runtime(|runtime| runtime.flush());
        report.output = self.captured.take();
        if let Some(value) = info.value.and_then(|def| unit.global(def)) {
            value.drop_value(&self.machine); // nobody but the report reads it
        }
        match shown {
            Ok(()) => (report, saved),
            Err(trap) => {
                report.error = Some(self.describe(&trap));
                report.bindings.clear();
                for def in &info.defines {
                    unit.global(*def)
                        .into_iter()
                        .for_each(|global| global.forget());
                }
                saved.into_iter().for_each(Saved::restore_abandoned);
                self.sweep();
                (report, Vec::new())
            }
        }
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

    fn show_cell(
        &self,
        unit: &Linked,
        ready: &Ready,
        info: &CellInfo,
        report: &mut CellReport,
    ) -> Result<(), Trap> {
        let env = &ready.compiled.env;
        for def in &info.defines {
            report.bindings.extend(self.show_global(unit, env, *def)?);
        }
        if let Some(def) = info.value {
            report.value = self.show_global(unit, env, def)?.map(|shown| Shown {
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
        Ok(())
    }

    /// Name, type and literal text of a global; `None` if it is not bound.
    pub(super) fn show_global(
        &self,
        unit: &Linked,
        env: &Env,
        def: DefId,
    ) -> Result<Option<Shown>, Trap> {
        let Some(place) = unit.global(def).filter(|place| place.is_bound.get()) else {
            return Ok(None);
        };
        let mut text = None;
        // SAFETY: the place holds a value. If its own `show` fails, nothing of ours is lost with the abandoned frames.
        unsafe {
            self.machine.run(|| {
                text = Some(value::literal(place.desc(), place.address, SHOWN));
            })?;
        }
        let found = env.def(def);
        let ty = match &found.kind {
            DefKind::Global(global) => global.ty().display(env),
            _ => String::new(),
        };
        let text = text.map(|shown| {
            if shown.complete {
                shown.text
            } else {
                shown.text + "…"
            }
        });
        Ok(Some(Shown {
            name: found.name.to_string(),
            ty,
            text: text.unwrap_or_default(),
        }))
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

fn touches_globals(effects: &Effects) -> bool {
    effects.anything || !effects.reads.is_empty() || !effects.writes.is_empty()
}

fn span(info: &CellInfo) -> std::ops::Range<usize> {
    info.span.start as usize..info.span.end as usize
}
