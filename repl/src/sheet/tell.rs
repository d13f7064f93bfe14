//! Reports of the engine become messages: only what a reader does not know yet.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jit::{CellReport, UnitReport};

use super::lines::Lines;
use super::protocol::{Cell, Event, Expectation, Failure, Frame, Output, Problem, State, Value};

/// Of what a cell printed, as much is said from its beginning and from its end.
const MOST_OUTPUT: usize = 32 << 10;

/// What was said of each cell.
#[derive(Default)]
pub(crate) struct Told {
    cells: BTreeMap<u64, Cell>,
    /// Those that ran in this update and were told already.
    ran: BTreeSet<u64>,
}

impl Told {
    /// A cell begins to run.
    pub(crate) fn running(&mut self, id: u64) -> Event {
        if let Some(cell) = self.cells.get_mut(&id) {
            cell.state = State::Running;
        }
        Event::Running { id }
    }

    /// A cell has come to its end.
    pub(crate) fn ran(&mut self, lines: &Lines, report: &CellReport) -> Event {
        let mut cell = cell(lines, report, MOST_OUTPUT);
        cell.ran = true;
        let event = Event::Cell(Box::new(cell.clone()));
        cell.ran = false;
        self.ran.insert(cell.id);
        self.cells.insert(cell.id, cell);
        event
    }

    /// What is to be said now.
    pub(crate) fn update(&mut self, lines: &Lines, report: &UnitReport) -> Vec<Event> {
        let mut former = std::mem::take(&mut self.cells);
        let mut events = Vec::new();
        for mut cell in cells(lines, report, MOST_OUTPUT) {
            let known = former.remove(&cell.id);
            cell.ran &= !self.ran.contains(&cell.id);
            match known.filter(|known| !cell.ran && is_same(known, &cell)) {
                Some(known) if known.bytes == cell.bytes && known.lines == cell.lines => {}
                Some(_) => events.push(Event::Moved {
                    id: cell.id,
                    lines: cell.lines,
                    bytes: cell.bytes,
                }),
                None => events.push(Event::Cell(Box::new(cell.clone()))),
            }
            cell.ran = false;
            self.cells.insert(cell.id, cell);
        }
        self.ran.clear();
        let gone = former.into_keys().map(|id| Event::Removed { id });
        events.splice(0..0, gone);
        events
    }
}

/// Apart from its place, and from why it did not run.
fn is_same(known: &Cell, new: &Cell) -> bool {
    Cell {
        lines: known.lines,
        bytes: known.bytes,
        why: known.why.clone(),
        ..new.clone()
    } == *known
}

/// The cells with all that they printed.
pub(crate) fn whole_cells(source: &str, report: &UnitReport) -> Vec<Cell> {
    cells(&Lines::of(source), report, usize::MAX)
}

fn cells(lines: &Lines, report: &UnitReport, most: usize) -> Vec<Cell> {
    let cells = report.cells.iter();
    cells.map(|report| cell(lines, report, most)).collect()
}

fn cell(lines: &Lines, report: &CellReport, most: usize) -> Cell {
    let Range { start, end } = report.span;
    let last = end.saturating_sub(1).max(start);
    let reason = report.waits_for.as_ref().or(report.stale.as_ref());
    Cell {
        id: report.id,
        lines: [lines.number(start), lines.number(last)],
        bytes: [start, end],
        state: state(report),
        ran: report.ran,
        old: report.is_old,
        bindings: report.bindings.iter().map(value).collect(),
        value: report.value.as_ref().map(value),
        output: output(&report.output, most),
        error: report.error.as_ref().map(failure),
        problems: report.problems.iter().map(problem).collect(),
        rendered: report.rendered.clone(),
        expectation: report.expectation.as_ref().map(expectation),
        reason: reason.cloned().unwrap_or_default(),
        why: report.why.clone(),
        elapsed_ns: u64::try_from(report.elapsed.as_nanos()).unwrap_or(u64::MAX),
        allocations: report.allocations,
    }
}

fn state(report: &CellReport) -> State {
    match report {
        _ if report.is_running => State::Running,
        _ if !report.problems.is_empty() => State::Broken,
        _ if report.waits_for.is_some() => State::Waits,
        _ if report.stale.is_some() => State::Stale,
        _ if report.error.is_some() => State::Failed,
        _ => State::Done,
    }
}

fn value(shown: &jit::Shown) -> Value {
    Value {
        name: shown.name.clone(),
        ty: shown.ty.clone(),
        text: shown.text.clone(),
        note: shown.note.clone(),
    }
}

fn output(text: &str, most: usize) -> Output {
    if text.len() / 2 <= most {
        return Output {
            text: text.to_owned(),
            ..Output::default()
        };
    }
    let first = text.floor_char_boundary(most);
    let last = text.ceil_char_boundary(text.len() - most);
    Output {
        text: text[..first].to_owned(),
        omitted: last - first,
        end: text[last..].to_owned(),
    }
}

fn failure(error: &jit::RuntimeError) -> Failure {
    let frames = error.frames.iter().map(|frame| Frame {
        function: frame.function.clone(),
        file: frame.file.clone(),
        line: frame.line,
        column: frame.column,
    });
    Failure {
        kind: error.kind.to_owned(),
        message: error.message.clone(),
        frames: frames.collect(),
        own: error.own,
        rendered: error.rendered.clone(),
    }
}

fn problem(problem: &jit::Problem) -> Problem {
    Problem {
        severity: problem.severity.to_owned(),
        code: problem.code.clone(),
        message: problem.message.clone(),
        help: problem.help.clone(),
        file: problem.file.clone(),
        line: problem.line,
        column: problem.column,
        end_line: problem.end_line,
        end_column: problem.end_column,
    }
}

fn expectation(stated: &jit::Expectation) -> Expectation {
    Expectation {
        expected: stated.expected.clone(),
        actual: stated.actual.clone(),
        holds: stated.holds(),
    }
}
