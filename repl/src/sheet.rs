//! A worksheet on paper: source at the left, what it came to at the right.
//!
//! [`render`] is a pure function from text, report and room to lines, so that whatever shows a sheet shows the same.

use std::borrow::Cow;
use std::path::Path;

use jit::{CellReport, Shown, UnitReport};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::streams::complain;
use crate::{Options, interrupt, run, streams};

/// The widest source line that the values still stand beside.
const WIDEST_SOURCE: usize = 76;
/// What a value has at least, however narrow the terminal is.
const NARROWEST_VALUE: usize = 24;
const BAR: &str = " │ ";
const TAB: &str = "    ";

/// How much of each result is shown.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    /// Columns of the whole sheet.
    pub columns: usize,
    /// Lines of one cell's output.
    pub output: usize,
}

impl Room {
    const FULL: Room = Room {
        columns: usize::MAX,
        output: usize::MAX,
    };
    const PAPER: Room = Room {
        columns: 120,
        output: 20,
    };

    pub(crate) fn of_the_terminal(full: bool) -> Room {
        if full {
            return Room::FULL;
        }
        let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Room {
            columns: columns.unwrap_or(Room::PAPER.columns),
            ..Room::PAPER
        }
    }
}

/// Prints a worksheet; gives the exit status.
pub(crate) fn show(path: &Path, options: &Options, room: Room) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let mut sheet = match jit::Sheet::new(options.config()) {
        Ok(sheet) => sheet,
        Err(error) => return run::finish(Err(error)),
    };
    interrupt::ends_a_cell(sheet.interrupter());
    sheet.allow_changes();
    sheet.edit(&name, &source);
    let report = sheet.report();
    for warning in &report.warnings {
        complain!("{}", warning.trim_end());
    }
    if let Some(mistakes) = report.mistakes() {
        complain!("{}", mistakes.to_string().trim_end());
    }
    streams::put(format_args!("{}", render(&source, &report, room)));
    status(&report)
}

/// 101 if a cell failed, 1 if one has mistakes or a stated value does not hold.
pub(crate) fn status(report: &UnitReport) -> u8 {
    let failed = report.cells.iter().any(|cell| cell.error.is_some());
    let wrong = report
        .cells
        .iter()
        .any(|cell| cell.expectation.as_ref().is_some_and(|e| !e.holds()));
    let wrong = wrong || report.mistakes().is_some();
    match (failed, wrong) {
        (true, _) => 101,
        (false, true) => 1,
        (false, false) => 0,
    }
}

/// The sheet as text: each cell's results begin beside its last line.
pub(crate) fn render(source: &str, report: &UnitReport, room: Room) -> String {
    let lines: Vec<Cow<'_, str>> = source.lines().map(on_paper).collect();
    let widths = lines.iter().map(|line| line.width());
    let width = widths
        .filter(|width| *width <= WIDEST_SOURCE)
        .max()
        .unwrap_or(0);
    let mut beside: Vec<Vec<String>> = vec![Vec::new(); lines.len()];
    for cell in &report.cells {
        let line = line_of(source, cell.span.end).min(lines.len().saturating_sub(1));
        if let Some(here) = beside.get_mut(line) {
            here.extend(results(cell, room));
        }
    }
    let mut out = String::new();
    for (line, results) in lines.iter().zip(&beside) {
        let mut left: &str = line;
        for result in results {
            push_row(&mut out, left, width, result, room);
            left = "";
        }
        if results.is_empty() {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn push_row(out: &mut String, left: &str, width: usize, right: &str, room: Room) {
    out.push_str(left);
    let used = left.width();
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    out.push_str(BAR);
    let used = used.max(width) + BAR.width();
    out.push_str(&cut(
        right,
        room.columns.saturating_sub(used).max(NARROWEST_VALUE),
    ));
    out.push('\n');
}

/// The text if it fits, else its beginning and a mark.
fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut room = columns - 1; // of the mark
    let fits = text.char_indices().find(|(_, c)| {
        let width = c.width().unwrap_or(0);
        let full = width > room;
        room -= width.min(room);
        full
    });
    let end = fits.map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// A line as it may stand on a terminal: tabs are blanks, and nothing controls it.
fn on_paper(line: &str) -> Cow<'_, str> {
    if !line.contains(char::is_control) {
        return Cow::Borrowed(line);
    }
    let mut out = String::new();
    for c in line.trim_end_matches('\r').chars() {
        match c {
            '\t' => out.push_str(TAB),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// What stands beside a cell, line by line.
fn results(cell: &CellReport, room: Room) -> Vec<String> {
    let mut lines = output(&cell.output, room.output);
    match (&cell.value, &cell.expectation) {
        (_, Some(stated)) if stated.holds() => lines.push(format!("✓ {}", stated.actual)),
        (_, Some(stated)) => {
            lines.push(format!("✗ {}", stated.actual));
            lines.push(format!("  expected {}", stated.expected));
        }
        (Some(value), None) => {
            lines.extend(value.text.lines().map(|line| on_paper(line).into_owned()));
        }
        (None, None) => {}
    }
    lines.extend(cell.value.iter().filter_map(note));
    for shown in &cell.bindings {
        lines.push(binding(shown));
        lines.extend(note(shown));
    }
    if let Some(error) = &cell.error {
        lines.push(format!("✗ {}", error.message));
        if let Some(frame) = error.place() {
            lines.push(format!("  at {}:{}", frame.file, frame.line));
        }
    }
    if let Some(problem) = cell.problems.first() {
        lines.push(format!("✗ {}", problem.message));
    }
    if let Some(reason) = &cell.waits_for {
        lines.push(format!("… waits for {reason}"));
    }
    if let Some(reason) = &cell.stale {
        lines.push(format!("… stale: {reason}"));
    }
    lines
}

/// What a cell printed; of much, the beginning and the end.
fn output(text: &str, most: usize) -> Vec<String> {
    let marked = |line: &str| format!("» {}", on_paper(line));
    let count = text.lines().count();
    if count <= most {
        return text.lines().map(marked).collect();
    }
    let last = most / 3;
    let first = most - last - 1;
    let mut lines: Vec<String> = text.lines().take(first).map(marked).collect();
    lines.push(format!(
        "… {} more lines; `--full` shows them",
        count - first - last
    ));
    lines.extend(text.lines().skip(count - last).map(marked));
    lines
}

fn binding(shown: &Shown) -> String {
    format!("{} = {}", shown.name, on_paper(&shown.text))
}

fn note(shown: &Shown) -> Option<String> {
    let note = shown.note.as_ref()?;
    Some(format!("  {}", on_paper(note)))
}

fn line_of(source: &str, offset: usize) -> usize {
    source.as_bytes()[..offset.min(source.len())]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn values_stand_beside_the_last_line_of_their_cell() {
        let source = "let a = 1\nmax(\n  a, 2)\nprint(a)\n";
        let report = UnitReport {
            cells: vec![
                CellReport {
                    span: 0..9,
                    bindings: vec![Shown {
                        name: "a".into(),
                        ty: "i64".into(),
                        text: "1".into(),
                        note: None,
                    }],
                    ..CellReport::default()
                },
                CellReport {
                    span: 10..22,
                    value: Some(Shown {
                        name: String::new(),
                        ty: "i64".into(),
                        text: "2".into(),
                        note: None,
                    }),
                    ..CellReport::default()
                },
                CellReport {
                    span: 23..31,
                    output: "1\n".into(),
                    ..CellReport::default()
                },
            ],
            ..UnitReport::default()
        };
        expect![[r#"
            let a = 1 │ a = 1
            max(
              a, 2)   │ 2
            print(a)  │ » 1
        "#]]
        .assert_eq(&render(source, &report, Room::PAPER));
    }
}
