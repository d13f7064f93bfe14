//! Running the cells of a unit one by one, with their values, output and errors.

use std::rc::Rc;

use compiler::CellInfo;
use compiler::mir::Effects;

use super::Session;
use crate::front::Ready;
use crate::linked::Linked;
use crate::report::{CellReport, Expectation, Shown};
use crate::saved::Saved;

impl Session {
    /// Runs one cell. After a failure everything is as before; else the state before it is kept, and its value stays if it is kept.
    pub(super) fn run_cell(
        &mut self,
        unit: &Rc<Linked>,
        ready: &Ready,
        index: usize,
        keeps_value: bool,
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
                let value = info.value.filter(|_| !keeps_value);
                if let Some(value) = value.and_then(|def| unit.global(def)) {
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
                // What an entry came to never changes.
                if touched && global.is_bound.get() && !self.is_value(global.def) {
                    saved.push(Saved::new(&unit, index));
                }
            }
        }
        saved
    }
}

fn span(info: &CellInfo) -> std::ops::Range<usize> {
    info.span.start as usize..info.span.end as usize
}
