//! What stands beside a cell, line by line, with the tone of each piece: the same on paper and on the screen.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::protocol::{Cell, Frame, Output, State, Value};

/// How a piece of text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Value,
    /// What a cell printed.
    Output,
    /// Names, notes, marks: read second.
    Quiet,
    Good,
    Bad,
    /// It waits, or is stale.
    Held,
}

/// One line.
pub(crate) type Stroke = Vec<(Tone, String)>;

const TAB: &str = "    ";

/// How much of a cell is shown, and where.
#[derive(Clone)]
pub(crate) struct Room {
    /// Of the sheet.
    pub name: String,
    /// Lines of what it printed.
    pub output: usize,
    /// How the rest is to be had.
    pub more: &'static str,
}

/// What stands beside a cell.
pub(crate) fn beside(cell: &Cell, room: &Room) -> Vec<Stroke> {
    let mut lines = output(&cell.output, room);
    lines.extend(value(cell));
    for shown in &cell.bindings {
        let text = on_paper(&shown.text).into_owned();
        lines.push(vec![
            (Tone::Quiet, format!("{} = ", shown.name)),
            (Tone::Value, text),
        ]);
        lines.extend(note(shown));
    }
    if let Some(error) = &cell.error {
        lines.push(vec![(Tone::Bad, format!("✗ {}", on_paper(&error.message)))]);
        lines.extend(error.place().and_then(|frame| place(cell, frame, room)));
    }
    if cell.is_passed_test() {
        lines.push(vec![(Tone::Good, "✓ passed".to_owned())]);
    }
    let problem = cell.problems.first();
    // In a module that is imported.
    let elsewhere = problem.filter(|found| found.file != room.name && !found.file.is_empty());
    let elsewhere = elsewhere.map(|found| format!("  at {}:{}", found.file, found.line));
    let problem = problem.map(|found| (Tone::Bad, format!("✗ {}", on_paper(&found.message))));
    for reason in problem.into_iter().chain(held(cell)) {
        match lines.last_mut().filter(|_| cell.old) {
            // Behind the former value: other lines stay where they are.
            Some(line) => line.extend([(Tone::Quiet, "  ".to_owned()), reason]),
            None => lines.push(vec![reason]),
        }
    }
    lines.extend(elsewhere.map(|place| vec![(Tone::Quiet, place)]));
    lines
}

/// Where it failed, unless that is said beside that line.
fn place(cell: &Cell, frame: &Frame, room: &Room) -> Option<Stroke> {
    let line = frame.line;
    let shown = cell.lines[1] - cell.lines_behind(&room.name);
    let is_beside = shown == line as usize && (cell.test.is_some() || shown == cell.lines[0]);
    let text = match frame.file == room.name {
        true if is_beside => return None,
        true => format!("  at line {line}"),
        false => format!("  at {}:{line}", frame.file),
    };
    Some(vec![(Tone::Quiet, text)])
}

fn held(cell: &Cell) -> Option<(Tone, String)> {
    let before = match cell.state {
        State::Waits => "… waits for ",
        State::Stale => "… stale: ",
        State::Done | State::Running | State::Failed | State::Broken => return None,
    };
    Some((Tone::Held, format!("{before}{}", cell.reason)))
}

fn value(cell: &Cell) -> Vec<Stroke> {
    let mut lines = Vec::new();
    match (&cell.value, &cell.expectation) {
        (_, Some(stated)) if stated.holds => {
            let actual = on_paper(&stated.actual).into_owned();
            lines.push(vec![(Tone::Good, "✓ ".to_owned()), (Tone::Value, actual)]);
        }
        (_, Some(stated)) => {
            let actual = on_paper(&stated.actual).into_owned();
            lines.push(vec![(Tone::Bad, "✗ ".to_owned()), (Tone::Value, actual)]);
            lines.push(vec![(
                Tone::Quiet,
                format!("  expected {}", on_paper(&stated.expected)),
            )]);
        }
        (Some(value), None) => {
            let text = value.text.lines().map(on_paper);
            lines.extend(text.map(|line| vec![(Tone::Value, line.into_owned())]));
        }
        (None, None) => {}
    }
    lines.extend(cell.value.iter().filter_map(note));
    lines
}

fn note(shown: &Value) -> Option<Stroke> {
    let note = shown.note.as_ref()?;
    Some(vec![(Tone::Quiet, format!("  {}", on_paper(note)))])
}

/// What a cell printed; of much, the beginning and the end.
fn output(output: &Output, room: &Room) -> Vec<Stroke> {
    let marked = |line: &str| {
        vec![
            (Tone::Quiet, "» ".to_owned()),
            (Tone::Output, on_paper(line).into_owned()),
        ]
    };
    let (text, most, more) = (&output.text, room.output, room.more);
    let (first_count, last_count) = (text.lines().count(), output.end.lines().count());
    let count = first_count + last_count;
    if count <= most && output.omitted == 0 {
        return text.lines().map(marked).collect();
    }
    let last = most / 3;
    let first = most.saturating_sub(last + 1).min(first_count);
    let end = if last_count > 0 { &output.end } else { text };
    let end_count = end.lines().count();
    let last = last.min(end_count);
    let mut lines: Vec<Stroke> = text.lines().take(first).map(marked).collect();
    let left_out = match output.omitted {
        0 => format!("… {} more lines", count - first - last),
        bytes => format!("… {} more lines, and {bytes} bytes", count - first - last),
    };
    lines.push(vec![(Tone::Quiet, format!("{left_out}; {more}"))]);
    lines.extend(end.lines().skip(end_count - last).map(marked));
    lines
}

/// A line as it may stand on a terminal: tabs are blanks, and nothing controls it.
pub(crate) fn on_paper(line: &str) -> Cow<'_, str> {
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

/// The text if it fits, else its beginning and a mark.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut room = columns.saturating_sub(1); // of the mark
    let fits = text.char_indices().find(|(_, c)| {
        let width = c.width().unwrap_or(0);
        let full = width > room;
        room -= width.min(room);
        full
    });
    let end = fits.map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// A line that fits, with a mark where it was cut: first its value gives way to what is said behind it, then its end.
pub(crate) fn fit(stroke: &[(Tone, String)], columns: usize) -> Stroke {
    let mut fitting = stroke.to_vec();
    let all: usize = stroke.iter().map(|(_, text)| text.width()).sum();
    let value = stroke.iter().position(|(tone, _)| *tone == Tone::Value);
    if let Some(at) = value.filter(|at| all > columns && at + 1 < stroke.len()) {
        let text = &mut fitting[at].1;
        let room = (text.width() + columns).saturating_sub(all);
        *text = cut(text, room.max(SHORTEST_VALUE)).into_owned();
    }
    let mut left = columns;
    for index in 0..fitting.len() {
        let width = fitting[index].1.width();
        let behind = fitting[index + 1..]
            .iter()
            .any(|(_, text)| !text.is_empty());
        if width > left || (width == left && behind) {
            let text = &mut fitting[index].1;
            if width <= left {
                text.push(' '); // which is cut as well
            }
            *text = cut(text, left).into_owned();
            fitting.truncate(index + 1);
            break;
        }
        left -= width;
    }
    fitting
}

/// What stays of a value before what is said behind it.
const SHORTEST_VALUE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(columns: usize) -> String {
        let pieces = [
            (Tone::Quiet, "a = "),
            (Tone::Value, "[1, 2, 3, 4]"),
            (Tone::Quiet, "  "),
            (Tone::Held, "… waits"),
        ];
        let stroke: Stroke = pieces.map(|(tone, text)| (tone, text.to_owned())).into();
        let fitting = fit(&stroke, columns);
        fitting.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_value_gives_way_to_what_is_said_behind_it() {
        assert_eq!(fitted(25), "a = [1, 2, 3, 4]  … waits");
        assert_eq!(fitted(23), "a = [1, 2, 3,…  … waits");
        assert_eq!(fitted(20), "a = [1, 2, …  … wai…");
        assert_eq!(fitted(12), "a = [1, 2, …");
        assert_eq!(fitted(6), "a = […");
        assert_eq!(fitted(4), "a =…");
    }
}
