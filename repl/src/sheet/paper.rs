//! A worksheet on paper: source at the left, what it came to at the right.

use std::borrow::Cow;
use std::path::Path;

use unicode_width::UnicodeWidthStr;

use super::beside::{self, beside, cut, on_paper};
use super::protocol::Cell;
use super::tell;
use crate::streams::complain;
use crate::{Options, interrupt, run, streams};

/// The widest source line that the values still stand beside.
pub(crate) const WIDEST_SOURCE: usize = 76;
/// What a value has at least, however narrow the terminal is.
const NARROWEST_VALUE: usize = 24;
const BAR: &str = " │ ";

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

    pub(crate) fn beside(self, name: &str) -> beside::Room {
        beside::Room {
            name: name.to_owned(),
            output: self.output,
            more: "`--full` shows them",
        }
    }

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
    match evaluate(&name, &source, options) {
        Ok((cells, status)) => {
            streams::put(format_args!("{}", render(&name, &source, &cells, room)));
            status
        }
        Err(code) => code,
    }
}

/// What a sheet comes to that is run as a whole, with the exit status; its mistakes are said.
pub(crate) fn evaluate(name: &str, source: &str, options: &Options) -> Result<(Vec<Cell>, u8), u8> {
    let sheet = jit::Sheet::new(options.config());
    let mut sheet = sheet.map_err(|error| run::finish(Err(error)))?;
    interrupt::ends_a_cell(sheet.stopper());
    sheet.allow_changes();
    sheet.edit(name, source);
    let report = sheet.report();
    for warning in &report.warnings {
        complain!("{}", warning.trim_end());
    }
    if let Some(mistakes) = report.mistakes() {
        complain!("{}", mistakes.to_string().trim_end());
    }
    let cells = tell::whole_cells(source, &report);
    let status = cells.iter().map(Cell::status).max();
    Ok((cells, status.unwrap_or(0)))
}

/// The sheet as text: each cell's results begin beside its last line, those of a test that failed beside the line where it did.
pub(crate) fn render(name: &str, source: &str, cells: &[Cell], room: Room) -> String {
    let lines: Vec<Cow<'_, str>> = source.lines().map(on_paper).collect();
    let widths = lines.iter().map(|line| line.width());
    let width = widths
        .filter(|width| *width <= WIDEST_SOURCE)
        .max()
        .unwrap_or(0);
    let mut results: Vec<Vec<String>> = vec![Vec::new(); lines.len()];
    let shown = room.beside(name);
    for cell in cells {
        let line = cell.lines[1] - cell.lines_behind(name);
        let line = (line - 1).min(lines.len().saturating_sub(1));
        if let Some(here) = results.get_mut(line) {
            let strokes = beside(cell, &shown);
            let texts = strokes.into_iter().map(|stroke| {
                let pieces = stroke.into_iter().map(|(_, text)| text);
                pieces.collect::<String>()
            });
            here.extend(texts);
        }
    }
    let mut out = String::new();
    for (line, results) in lines.iter().zip(&results) {
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

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::protocol::{Output, Value};
    use super::*;

    fn shown(name: &str, text: &str) -> Value {
        Value {
            name: name.into(),
            ty: "i64".into(),
            text: text.into(),
            note: None,
            preview: None,
        }
    }

    #[test]
    fn values_stand_beside_the_last_line_of_their_cell() {
        let source = "let a = 1\nmax(\n  a, 2)\nprint(a)\n";
        let cells = [
            Cell {
                lines: [1, 1],
                bindings: vec![shown("a", "1")],
                ..Cell::default()
            },
            Cell {
                lines: [2, 3],
                value: Some(shown("", "2")),
                ..Cell::default()
            },
            Cell {
                lines: [4, 4],
                output: Output {
                    text: "1\n".into(),
                    ..Output::default()
                },
                ..Cell::default()
            },
        ];
        expect![[r#"
            let a = 1 │ a = 1
            max(
              a, 2)   │ 2
            print(a)  │ » 1
        "#]]
        .assert_eq(&render("sheet.sumi", source, &cells, Room::PAPER));
    }
}
