//! What came of an entry, in words. Nothing of it is longer than a screen.

use jit::{CellReport, Converted, Error, Kept, Shown, Taken, UnitReport};

use crate::run;
use crate::streams::{complain, say};

/// So many names are listed.
const LISTED: usize = 12;
/// So much of a variable is shown among others.
const SHORT: usize = 100;

pub(super) fn fail(error: &Error) -> u8 {
    complain!("{}", error.to_string().trim_end());
    run::exit_status(error)
}

pub(super) fn show(report: &UnitReport) -> u8 {
    for warning in &report.warnings {
        complain!("{}", warning.trim_end());
    }
    for definition in &report.defined {
        let colon = if definition.ty.is_empty() { "" } else { ": " };
        say!("{}{colon}{}", definition.text, definition.ty);
    }
    show_consequences(report);
    report.cells.iter().map(show_cell).max().unwrap_or(0)
}

/// What a definition that was there before led to.
fn show_consequences(report: &UnitReport) {
    if !report.again.is_empty() {
        let names = list(report.again.iter().map(String::as_str));
        say!("  checked and compiled again, not run: {names}");
    }
    for Converted { names, steps } in &report.converted {
        let names = list(names.iter().map(String::as_str));
        let steps = match steps.is_empty() {
            true => "all as it was".to_owned(),
            false => steps.join("; "),
        };
        say!("  converted {names}: {steps}");
    }
    for Kept { name, ty, why } in &report.kept {
        say!("  {name} stays `{ty}`: {why}");
    }
    if !report.kept.is_empty() {
        say!("  what stays can be read as before; `:undo` takes the new definition back");
    }
}

fn show_cell(cell: &CellReport) -> u8 {
    cell.bindings.iter().for_each(say_variable);
    match &cell.value {
        Some(value) if value.name.is_empty() => {
            say!("{}: {}", value.text, value.ty);
            say_note(value);
        }
        Some(value) => say_variable(value),
        None => {}
    }
    if let Some(wrong) = cell.expectation.as_ref().filter(|e| !e.holds()) {
        complain!("expected {}", wrong.expected);
    }
    match &cell.error {
        Some(error) => {
            complain!("{}", error.rendered.trim_end());
            101
        }
        None => 0,
    }
}

pub(super) fn say_variable(shown: &Shown) {
    say!("{}: {} = {}", shown.name, shown.ty, shown.text);
    say_note(shown);
}

fn say_note(shown: &Shown) {
    if let Some(note) = &shown.note {
        say!("  {note}");
    }
}

/// On one line.
pub(super) fn say_short(shown: &Shown) {
    let text = shown.text.replace('\n', " ");
    let cut = text.char_indices().nth(SHORT);
    let text = cut.map_or(text.clone(), |(end, _)| format!("{}…", &text[..end]));
    say!("{}: {} = {text}", shown.name, shown.ty);
    say_note(shown);
}

/// What `:undo` and `:redo` did.
pub(super) fn say_taken(deed: &str, taken: &Taken) {
    let changed = match taken.changed.is_empty() {
        true => String::new(),
        false => format!(
            "; changed: {}",
            list(taken.changed.iter().map(String::as_str))
        ),
    };
    let stays = taken.outside.as_ref();
    let stays = stays.map_or(String::new(), |what| {
        format!("; what it changed outside stays: {what}")
    });
    let changed = changed + &stays;
    match taken.entries.as_slice() {
        [] => {}
        [(number, text)] => say!("{deed} {number}: {}{changed}", first_line(text)),
        [(first, _), .., (last, _)] => {
            let count = taken.entries.len();
            say!("{deed} {first} to {last}, {count} entries{changed}");
        }
    }
}

fn first_line(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    let cut = first
        .char_indices()
        .nth(SHORT)
        .map(|(end, _)| &first[..end]);
    match (cut, lines.next()) {
        (Some(cut), _) => format!("{cut}…"),
        (None, Some(_)) => format!("{first} …"),
        (None, None) => first.to_owned(),
    }
}

fn list<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown: Vec<&str> = names.take(LISTED).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
