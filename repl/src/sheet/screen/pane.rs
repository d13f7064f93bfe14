//! What a cell came to as a whole, in a pane over the lower part of the sheet.

use ratatui::crossterm::event::KeyCode;
use unicode_width::UnicodeWidthChar;

use super::super::beside::{Stroke, Tone, on_paper};
use super::super::plot::{self, Figure};
use super::super::protocol::{Cell, State, Value};
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
}

impl Pane {
    pub(super) fn new(cell: Key, subject: Subject) -> Pane {
        Pane {
            cell,
            subject,
            top: 0,
            as_text: false,
            extent: (0, 0),
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
        let figure = Figure::of(value).filter(|_| !self.as_text);
        let mut lines: Vec<Stroke> = match figure {
            Some(figure) => plot::draw(&figure, columns),
            None => Vec::new(),
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

fn heading(value: &Value) -> Stroke {
    let name = match value.name.as_str() {
        "" => "value",
        name => name,
    };
    vec![(Tone::Quiet, format!("{name}: {}", value.ty))]
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
