//! What the cells of imported modules came to, where that is to be seen: beside the import that was the first to need the module. Modules
//! that only bind and define show nothing there.

use compiler::incremental::Outcome;

use super::Sheet;
use super::cells::{Cell, State};
use crate::report::CellReport;

impl Sheet {
    /// Of the imports that have something to show.
    pub(super) fn import_reports(&self) -> Vec<CellReport> {
        // They are the first to run.
        let cells = self.cells.iter().take_while(|cell| !cell.id.is_of_text());
        if !cells.clone().any(has_something_to_show) {
            return Vec::new();
        }
        let mut by_import: Vec<(usize, Vec<&Cell>)> = Vec::new();
        for cell in cells {
            if let Some(at) = self.position(cell.id) {
                match by_import.iter_mut().find(|(known, _)| *known == at) {
                    Some((_, cells)) => cells.push(cell),
                    None => by_import.push((at, vec![cell])),
                }
            }
        }
        // An import that is wrong itself says that.
        let is_right = |at: usize| matches!(self.build.text.outcomes()[at], Outcome::Imported);
        by_import.retain(|(at, cells)| {
            is_right(*at) && cells.iter().any(|cell| has_something_to_show(cell))
        });
        let shown = by_import.iter();
        shown
            .map(|(at, cells)| self.import_report(*at, cells))
            .collect()
    }

    /// All that they printed, and how the first one stands that did not come to its end.
    fn import_report(&self, at: usize, cells: &[&Cell]) -> CellReport {
        let reports = cells.iter().map(|cell| self.cell_report(cell, at));
        let reports: Vec<CellReport> = reports.collect();
        // What was before is not shown of several at once.
        let new = || reports.iter().filter(|report| !report.is_old);
        let held = reports.iter().find(|report| !is_done(report));
        let shown = held.or(reports.first()).cloned().unwrap_or_default();
        CellReport {
            output: new().map(|report| report.output.as_str()).collect(),
            elapsed: new().map(|report| report.elapsed).sum(),
            allocations: new().map(|report| report.allocations).sum(),
            ran: reports.iter().any(|report| report.ran),
            is_old: false,
            bindings: Vec::new(),
            value: None,
            expectation: None,
            ..shown
        }
    }
}

fn has_something_to_show(cell: &Cell) -> bool {
    match &cell.state {
        State::Done(record) => record.result.is_err() || !record.output.is_empty(),
        State::Waits(_) | State::Stale(_) | State::Running | State::Broken(_) => true,
    }
}

fn is_done(report: &CellReport) -> bool {
    let is_held = report.is_running || report.waits_for.is_some() || report.stale.is_some();
    report.error.is_none() && report.problems.is_empty() && !is_held
}
