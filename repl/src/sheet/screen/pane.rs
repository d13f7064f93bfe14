//! What a cell came to as a whole, in a pane over the lower part of the sheet.

use std::collections::BTreeMap;
use std::time::Instant;

use ratatui::crossterm::event::KeyCode;
use unicode_width::UnicodeWidthChar;

use super::super::beside::{Stroke, Tone, on_paper};
use super::super::plot;
use super::super::protocol::{Cell, Page, Preview, State, Value, Wanted};
use super::super::view::{Key, Seen, View};

/// What the pane is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Result,
    Why,
}

pub(super) struct Pane {
    pub cell: Key,
    pub subject: Subject,
    /// The first line that is seen.
    pub top: usize,
    /// Values as text, also those that have a picture.
    as_text: bool,
    /// Lines, and how many of them are seen; as it was drawn last.
    pub extent: (usize, usize),
    /// What was read of its values, by their names, and what was asked for; of the result of then.
    read: BTreeMap<String, Page>,
    asked: Option<Wanted>,
    since: Option<Instant>,
}

/// Rows that are asked for at once.
const ROWS: usize = 200;
/// With fewer rows below those that are seen, more are asked for.
const AHEAD: usize = 50;

impl Pane {
    pub(super) fn new(cell: Key, subject: Subject) -> Pane {
        Pane {
            cell,
            subject,
            top: 0,
            as_text: false,
            extent: (0, 0),
            read: BTreeMap::new(),
            asked: None,
            since: None,
        }
    }

    pub(super) fn turn(&mut self) {
        self.as_text = !self.as_text;
        self.top = 0;
    }

    pub(super) fn step(&mut self, code: KeyCode) {
        let page = self.extent.1.saturating_sub(1).max(1);
        match code {
            KeyCode::Up | KeyCode::Char('k') => self.scroll(|top| top.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.scroll(|top| top + 1),
            KeyCode::PageUp => self.scroll(|top| top.saturating_sub(page)),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll(|top| top + page),
            KeyCode::Home | KeyCode::Char('g') => self.top = 0,
            KeyCode::End | KeyCode::Char('G') => self.scroll(|_| usize::MAX),
            _ => {}
        }
    }

    pub(super) fn scroll(&mut self, turn: impl Fn(usize) -> usize) {
        let last = self.extent.0.saturating_sub(self.extent.1);
        self.top = turn(self.top).min(last);
    }

    /// A part of one of its values, or of another one's.
    pub(super) fn hear(&mut self, page: Page) {
        let Some(asked) = self.asked.take_if(|asked| {
            (asked.id, &asked.name, asked.from) == (page.id, &page.name, page.from)
        }) else {
            return;
        };
        match self.read.get_mut(&asked.name) {
            Some(known) if known.len == page.len => known.rows.extend(page.rows),
            _ => drop(self.read.insert(asked.name, page)),
        }
    }

    /// What it lacks of its values for what is seen.
    pub(super) fn wanted(&mut self, view: &View) -> Option<Wanted> {
        let seen = view.cells.get(&self.cell)?;
        if self.since != Some(seen.since) {
            (self.since, self.asked) = (Some(seen.since), None);
            self.read.clear();
        }
        let is_near = self.top + self.extent.1 + AHEAD >= self.extent.0;
        if self.asked.is_some() || !is_near || self.subject != Subject::Result {
            return None;
        }
        let mut values = seen.cell.value.iter().chain(&seen.cell.bindings);
        let value = values.find(|value| self.is_partly_read(value))?;
        let from = self.read.get(&value.name).map_or(0, |page| page.rows.len());
        self.asked = Some(Wanted {
            id: seen.cell.id,
            name: value.name.clone(),
            from,
            to: from + ROWS,
        });
        self.asked.clone()
    }

    /// Whether there are rows of a value that it shows, but not all.
    fn is_partly_read(&self, value: &Value) -> bool {
        if let Some(page) = self.read.get(&value.name) {
            return page.rows.len() < page.len;
        }
        match &value.preview {
            Some(Preview::Table { len, rows, .. }) if !self.as_text => rows.len() < *len,
            Some(Preview::Numbers { .. }) if !self.as_text => false,
            _ => is_list(value) && value.text.ends_with('…'),
        }
    }

    pub(super) fn content(&self, view: &View, columns: usize) -> Vec<Stroke> {
        let Some(seen) = view.cells.get(&self.cell) else {
            return vec![vec![(Tone::Quiet, "this cell is no more".to_owned())]];
        };
        match self.subject {
            Subject::Result => self.result(&seen.cell, columns),
            Subject::Why => why(view, seen, columns),
        }
    }

    fn result(&self, cell: &Cell, columns: usize) -> Vec<Stroke> {
        let mut lines = Vec::new();
        for value in cell.value.iter().chain(&cell.bindings) {
            lines.push(heading(value));
            lines.extend(self.value(value, columns));
        }
        if !cell.output.is_empty() {
            lines.push(vec![(Tone::Quiet, "printed".to_owned())]);
            wrap_text(&mut lines, Tone::Output, &cell.output.text, columns);
            if cell.output.omitted > 0 {
                let omitted = format!("… {} bytes …", cell.output.omitted);
                lines.push(vec![(Tone::Quiet, omitted)]);
                wrap_text(&mut lines, Tone::Output, &cell.output.end, columns);
            }
        }
        if let Some(stated) = cell.expectation.as_ref().filter(|stated| !stated.holds) {
            lines.push(vec![(Tone::Bad, "expected".to_owned())]);
            wrap_text(&mut lines, Tone::Value, &stated.expected, columns);
        }
        if let Some(error) = &cell.error {
            wrap_text(&mut lines, Tone::Bad, error.rendered.trim_end(), columns);
        }
        wrap_text(&mut lines, Tone::Bad, cell.rendered.trim_end(), columns);
        match cell.state {
            State::Waits => lines.push(vec![(Tone::Held, format!("waits for {}", cell.reason))]),
            State::Stale => lines.push(vec![(Tone::Held, format!("stale: {}", cell.reason))]),
            State::Done | State::Running | State::Failed | State::Broken => {}
        }
        if lines.is_empty() {
            lines.push(vec![(Tone::Quiet, "nothing to show".to_owned())]);
        }
        lines
    }

    fn value(&self, value: &Value, columns: usize) -> Vec<Stroke> {
        let page = self.read.get(&value.name);
        let preview = value.preview.as_ref().filter(|_| !self.as_text);
        let mut lines: Vec<Stroke> = match (preview, page) {
            (Some(Preview::Numbers { parts, .. }), _) => plot::plot(parts, columns),
            (Some(Preview::Table { .. }), Some(page)) => {
                rest(plot::table(&page.columns, &page.rows), &page.rows, page.len)
            }
            (Some(Preview::Table { len, columns, rows }), None) => {
                rest(plot::table(columns, rows), rows, *len)
            }
            (None, Some(page)) => rest(listed(page), &page.rows, page.len),
            (None, None) => Vec::new(),
        };
        if lines.is_empty() {
            wrap_text(&mut lines, Tone::Value, &value.text, columns);
        }
        if let Some(note) = &value.note {
            wrap_text(&mut lines, Tone::Quiet, note, columns);
        }
        lines
    }
}

/// Whether parts of it can be asked for.
fn is_list(value: &Value) -> bool {
    value.text.starts_with(['[', '"'])
}

/// With a line that says how much is not there.
fn rest(mut lines: Vec<Stroke>, rows: &[Vec<String>], len: usize) -> Vec<Stroke> {
    if rows.len() < len {
        let more = format!("… {} more", len - rows.len());
        lines.push(vec![(Tone::Quiet, more)]);
    }
    lines
}

/// Each row with its number.
fn listed(page: &Page) -> Vec<Stroke> {
    let digits = page.rows.len().to_string().len();
    let row = |(index, row): (usize, &Vec<String>)| {
        let text = match page.columns.as_slice() {
            [] => row.concat(),
            columns => {
                let fields = columns.iter().zip(row);
                let fields = fields.map(|(name, text)| format!("{name}: {text}"));
                fields.collect::<Vec<_>>().join(", ")
            }
        };
        vec![
            (Tone::Quiet, format!("{index:>digits$}  ")),
            (Tone::Value, on_paper(&text).into_owned()),
        ]
    };
    page.rows.iter().enumerate().map(row).collect()
}

fn heading(value: &Value) -> Stroke {
    let name = match value.name.as_str() {
        "" => "value",
        name => name,
    };
    let count = match &value.preview {
        Some(Preview::Numbers { len, .. }) => format!(", {len} numbers"),
        Some(Preview::Table { len, .. }) => format!(", {len} rows"),
        None => String::new(),
    };
    vec![(Tone::Quiet, format!("{name}: {}{count}", value.ty))]
}

fn why(view: &View, seen: &Seen, columns: usize) -> Vec<Stroke> {
    let cell = &seen.cell;
    let reason = match (cell.state, cell.why.as_str()) {
        (State::Waits, _) => format!("It did not run: it waits for {}.", cell.reason),
        (State::Stale, _) => format!("It did not run: it {}.", cell.reason),
        (State::Broken, _) => "It did not run: its text has mistakes.".to_owned(),
        (State::Running, _) => "It runs.".to_owned(),
        (State::Done | State::Failed, "") if view.ran_last(seen) => {
            "It ran in the last update: it, or what it depends on, is new.".to_owned()
        }
        (State::Done | State::Failed, why) if view.ran_last(seen) => why.to_owned(),
        (State::Done | State::Failed, _) => {
            "It did not run in the last update: nothing that it depends on has changed.".to_owned()
        }
    };
    let mut lines = Vec::new();
    wrap_text(&mut lines, Tone::Value, &reason, columns);
    lines.push(vec![(Tone::Quiet, super::draw::costs(cell))]);
    lines
}

/// Text as lines that fit.
fn wrap_text(lines: &mut Vec<Stroke>, tone: Tone, text: &str, columns: usize) {
    for line in text.lines() {
        let line = on_paper(line);
        let mut rest = line.as_ref();
        while let Some(at) = break_at(rest, columns) {
            lines.push(vec![(tone, rest[..at].trim_end().to_owned())]);
            rest = &rest[at..];
        }
        lines.push(vec![(tone, rest.to_owned())]);
    }
}

/// Where a line that is too long goes on: behind a blank, if one is near.
fn break_at(line: &str, columns: usize) -> Option<usize> {
    let mut used = 0;
    let mut blank = None;
    for (at, c) in line.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns.max(2) {
            let near = blank.filter(|blank| blank * 2 > at);
            return Some(near.unwrap_or(at).max(1));
        }
        if c == ' ' {
            blank = Some(at + 1);
        }
    }
    None
}
