//! What those who look at a sheet know of it, so that they are told only what is new.

use std::mem;
use std::ops::Range;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::FileId;

use super::cells::{Cell, State};
use super::store::Record;
use super::{Progress, Sheet};
use crate::report::CellReport;

/// What is new about a cell.
pub enum Change {
    /// It is new, or shows something else, or ran.
    Shows(Box<CellReport>),
    /// It is only at another place, these bytes of the text.
    Moved(u64, Range<usize>),
    Gone(u64),
}

#[derive(Default)]
pub(super) struct Faces {
    known: FxHashMap<u64, Face>,
    /// Cells that ran in this update, of which that was told.
    told: FxHashSet<u64>,
}

/// How a cell looked when it was told last.
struct Face {
    span: Range<usize>,
    layout: FileId,
    result: Look,
    last: Option<Rc<Record>>,
}

/// What tells results apart.
enum Look {
    Done(Rc<Record>),
    Waits(String),
    Stale(String),
    Running,
    /// Where it has messages, they may name lines that have moved.
    Volatile,
}

impl Look {
    fn of(state: &State) -> Look {
        match state {
            State::Done(record) if record.result.is_ok() => Look::Done(Rc::clone(record)),
            State::Done(_) | State::Broken(_) => Look::Volatile,
            State::Waits(reason) => Look::Waits(reason.clone()),
            State::Stale(reason) => Look::Stale(reason.clone()),
            State::Running => Look::Running,
        }
    }

    fn is_of(&self, state: &State) -> bool {
        match (self, state) {
            (Look::Done(known), State::Done(record)) => Rc::ptr_eq(known, record),
            (Look::Waits(known), State::Waits(reason))
            | (Look::Stale(known), State::Stale(reason)) => known == reason,
            (Look::Running, State::Running) => true,
            _ => false,
        }
    }
}

impl Face {
    fn is_of(&self, cell: &Cell, layout: FileId) -> bool {
        let is_last = match (&self.last, &cell.last) {
            (Some(known), Some(last)) => Rc::ptr_eq(known, last),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.layout == layout && is_last && self.result.is_of(&cell.state)
    }
}

impl Sheet {
    /// What is new since this was asked before, or was told by [`Progress::Ran`]; in the order of the text, what is gone first.
    pub fn changes(&mut self) -> Vec<Change> {
        let changes = self.changes_so_far();
        self.faces.told.clear();
        changes
    }

    /// The same while the update is under way.
    pub(super) fn changes_so_far(&mut self) -> Vec<Change> {
        let mut faces = mem::take(&mut self.faces);
        let mut former = mem::take(&mut faces.known);
        let mut changes = Vec::new();
        for (cell, at) in self.in_text_order(&self.cells) {
            let id = self.number(cell.id);
            let placed = &self.build.text.placed()[at];
            let (span, layout) = (placed.code.clone(), placed.layout());
            let ran = cell.ran && !faces.told.contains(&id);
            let known = former.remove(&id);
            let face = match known.filter(|face| !ran && face.is_of(cell, layout)) {
                Some(face) if face.span == span => face,
                Some(face) => {
                    changes.push(Change::Moved(id, span.clone()));
                    Face { span, ..face }
                }
                None => {
                    let mut report = self.cell_report(cell, at);
                    report.ran = ran;
                    changes.push(Change::Shows(Box::new(report)));
                    Face::of(cell, span, layout)
                }
            };
            faces.known.insert(id, face);
        }
        let imports = self.import_reports();
        let has_imports = !imports.is_empty();
        for mut report in imports {
            report.ran &= !faces.told.contains(&report.id);
            former.remove(&report.id);
            let face = Face::of_import(report.span.clone());
            faces.known.insert(report.id, face);
            changes.push(Change::Shows(Box::new(report)));
        }
        if has_imports {
            changes.sort_by_key(|change| match change {
                Change::Shows(report) => report.span.start,
                Change::Moved(_, span) => span.start,
                Change::Gone(_) => 0,
            });
        }
        let mut gone: Vec<u64> = former.into_keys().collect();
        gone.sort_unstable();
        changes.splice(0..0, gone.into_iter().map(Change::Gone));
        let ran = self.cells.iter().filter(|cell| cell.ran);
        faces.told.extend(ran.map(|cell| self.number(cell.id)));
        self.faces = faces;
        changes
    }

    /// Tells that a cell has come to its end; whether to go on.
    pub(super) fn tell_of(
        &mut self,
        cell: &Cell,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> bool {
        let at = self.position(cell.id).filter(|_| cell.id.is_of_text());
        // Of modules it is told with all else that their import shows.
        let Some(at) = at else { return true };
        let placed = &self.build.text.placed()[at];
        let face = Face::of(cell, placed.code.clone(), placed.layout());
        let id = self.number(cell.id);
        self.faces.known.insert(id, face);
        self.faces.told.insert(id);
        progress(Progress::Ran(Box::new(self.cell_report(cell, at))))
    }
}

impl Face {
    /// It is told each time, as a result with messages is.
    fn of_import(span: Range<usize>) -> Face {
        Face {
            span,
            layout: FileId(u32::MAX),
            result: Look::Volatile,
            last: None,
        }
    }

    fn of(cell: &Cell, span: Range<usize>, layout: FileId) -> Face {
        Face {
            span,
            layout,
            result: Look::of(&cell.state),
            last: cell.last.clone(),
        }
    }
}
