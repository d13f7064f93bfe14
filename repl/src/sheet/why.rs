//! `sumi why FILE LINE`: why the cell of a line ran, or what keeps it from that, down to where that begins.

use std::path::Path;

use super::protocol::{Cell, State};
use super::tell;
use crate::streams::{complain, say};
use crate::{Options, interrupt, run};

/// Gives the exit status.
pub(crate) fn why(path: &Path, line: usize, options: &Options) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let mut sheet = match jit::Sheet::new(options.config()) {
        Ok(sheet) => sheet,
        Err(error) => return run::finish(Err(error)),
    };
    interrupt::ends_a_cell(sheet.stopper());
    sheet.edit(&name, &source);
    let cells = tell::whole_cells(&source, &sheet.report());
    let is_there = |cell: &&Cell| (cell.lines[0]..=cell.lines[1]).contains(&line);
    let Some(cell) = cells.iter().rfind(is_there) else {
        complain!("sumi: line {line} of {name} has no cell: nothing there runs by itself");
        return 2;
    };
    let mut cell = cell;
    let mut told = Vec::new();
    loop {
        say!("line {}: {}", cell.lines[0], reason(cell));
        told.push(cell.id);
        // What it waits for may wait as well.
        match cause(&cells, cell).filter(|cause| !told.contains(&cause.id)) {
            Some(found) => cell = found,
            None => return 0,
        }
    }
}

fn reason(cell: &Cell) -> String {
    let why = match cell.why.as_str() {
        "" => "it is new",
        why => why,
    };
    match cell.state {
        State::Done | State::Running if cell.ran => format!("it ran: {why}"),
        State::Done | State::Running => format!("it did not run: {why}"),
        State::Failed => {
            let message = cell
                .error
                .as_ref()
                .map_or("", |error| error.message.as_str());
            format!("it ran ({why}), and failed: {message}")
        }
        State::Broken => {
            let message = cell
                .problems
                .first()
                .map_or("", |found| found.message.as_str());
            format!("it did not run, since it has a mistake: {message}")
        }
        State::Waits => format!("it did not run: it waits for {}", cell.reason),
        State::Stale => format!("it did not run: it {}", cell.reason),
    }
}

/// The cell that keeps this one from running: the last one before it that defines what it waits for, or else that failed. Before a test are
/// all that are none.
fn cause<'c>(cells: &'c [Cell], cell: &Cell) -> Option<&'c Cell> {
    let name = cell.reason.split('`').nth(1);
    let is_before = |other: &&Cell| match (&cell.test, &other.test) {
        (None, None) => other.bytes < cell.bytes,
        (Some(_), None) => true,
        // What one test has done outside others find.
        (Some(_), Some(_)) => cell.state == State::Stale && other.bytes < cell.bytes,
        (None, Some(_)) => false,
    };
    let before = || cells.iter().rev().filter(is_before);
    let is_held = |other: &&Cell| match cell.state {
        State::Waits => matches!(other.state, State::Failed | State::Broken | State::Waits),
        State::Stale => other.state == State::Stale && cell.reason.starts_with("depends"),
        State::Done | State::Running | State::Failed | State::Broken => false,
    };
    let defines = |other: &&Cell| {
        name.is_some_and(|name| other.bindings.iter().any(|shown| shown.name == name))
    };
    let mut held = before().filter(is_held);
    before()
        .filter(is_held)
        .find(defines)
        .or_else(|| held.next())
}
