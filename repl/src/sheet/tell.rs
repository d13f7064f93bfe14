//! Reports of the engine become messages: only what a reader does not know yet.

use std::collections::BTreeMap;
use std::ops::Range;

use jit::{CellReport, Change, UnitReport};

use super::lines::Lines;
use super::protocol::{
    Cell, Event, Expectation, Failure, Frame, Output, Preview, Problem, State, Value,
};

/// Of what a cell printed, as much is said from its beginning and from its end.
const MOST_OUTPUT: usize = 32 << 10;

/// What was said of each cell.
#[derive(Default)]
pub(crate) struct Told {
    cells: BTreeMap<u64, Cell>,
}

impl Told {
    /// A cell begins to run.
    pub(crate) fn running(&mut self, id: u64, span: &Range<usize>) -> Event {
        if let Some(cell) = self.cells.get_mut(&id) {
            cell.state = State::Running;
        }
        Event::Running {
            id,
            bytes: [span.start, span.end],
        }
    }

    /// A cell has come to its end.
    pub(crate) fn ran(&mut self, lines: &Lines, report: &CellReport) -> Event {
        let mut cell = cell(lines, report, MOST_OUTPUT);
        cell.ran = true;
        let event = Event::Cell(Box::new(cell.clone()));
        cell.ran = false;
        self.cells.insert(cell.id, cell);
        event
    }

    /// What is to be said now.
    pub(crate) fn update(&mut self, lines: &Lines, changes: Vec<Change>) -> Vec<Event> {
        let mut events = Vec::new();
        for change in &changes {
            if let Change::Gone(id) = change {
                self.cells.remove(id);
                events.push(Event::Removed { id: *id });
            }
        }
        events.extend(self.shift(lines, &changes));
        for change in changes {
            match change {
                Change::Shows(report) => {
                    let mut cell = cell(lines, &report, MOST_OUTPUT);
                    let known = self.cells.get(&cell.id);
                    if cell.ran || known.is_none_or(|known| !is_same(known, &cell)) {
                        events.push(Event::Cell(Box::new(cell.clone())));
                    } else {
                        events.extend(self.moved(lines, cell.id, &report.span));
                    }
                    cell.ran = false;
                    self.cells.insert(cell.id, cell);
                }
                Change::Moved(id, span) => events.extend(self.moved(lines, id, &span)),
                Change::Gone(_) => {}
            }
        }
        events
    }

    fn moved(&mut self, lines: &Lines, id: u64, span: &Range<usize>) -> Option<Event> {
        let cell = self.cells.get_mut(&id)?;
        let place = (lines_of(lines, span), [span.start, span.end]);
        if (cell.lines, cell.bytes) == place {
            return None;
        }
        (cell.lines, cell.bytes) = place;
        Some(Event::Moved {
            id,
            lines: cell.lines,
            bytes: cell.bytes,
        })
    }

    /// Where all cells from one on have moved by the same, as behind most edits, that is said at once.
    fn shift(&mut self, lines: &Lines, changes: &[Change]) -> Option<Event> {
        let mut places: Vec<(usize, isize, isize)> = Vec::new();
        for change in changes {
            let (id, span) = match change {
                Change::Moved(id, span) => (id, span),
                Change::Shows(report) => (&report.id, &report.span),
                Change::Gone(_) => continue,
            };
            if let Some(known) = self.cells.get(id) {
                let bytes = span.start as isize - known.bytes[0] as isize;
                let by_lines = lines.number(span.start) as isize - known.lines[0] as isize;
                places.push((known.bytes[0], bytes, by_lines));
            }
        }
        let (_, bytes, by_lines) = *places.iter().max()?;
        if (bytes, by_lines) == (0, 0) {
            return None;
        }
        let is_alike = |place: &&(usize, isize, isize)| (place.1, place.2) == (bytes, by_lines);
        places.sort_unstable();
        let alike = places.iter().rev().take_while(is_alike).count();
        let from = places[places.len() - alike].0;
        // Those that stayed where they were are not among the changes.
        let behind = self.cells.values().filter(|cell| cell.bytes[0] >= from);
        if alike < WORTH_SHIFTING || behind.count() != alike {
            return None;
        }
        for cell in self.cells.values_mut().filter(|cell| cell.bytes[0] >= from) {
            cell.bytes = cell.bytes.map(|at| at.saturating_add_signed(bytes));
            cell.lines = cell.lines.map(|line| line.saturating_add_signed(by_lines));
        }
        Some(Event::Shifted {
            from,
            bytes,
            lines: by_lines,
        })
    }
}

/// So many cells.
const WORTH_SHIFTING: usize = 3;

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
    let reason = report.waits_for.as_ref().or(report.stale.as_ref());
    Cell {
        id: report.id,
        lines: lines_of(lines, &report.span),
        bytes: [start, end],
        state: state(report),
        test: report.test.clone(),
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

/// The first and the last.
fn lines_of(lines: &Lines, span: &Range<usize>) -> [usize; 2] {
    let last = span.end.saturating_sub(1).max(span.start);
    [lines.number(span.start), lines.number(last)]
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
        preview: shown.preview.as_deref().map(preview),
    }
}

fn preview(preview: &jit::Preview) -> Preview {
    match preview.clone() {
        jit::Preview::Numbers { len, parts } => Preview::Numbers { len, parts },
        jit::Preview::Table { len, columns, rows } => Preview::Table { len, columns, rows },
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
