//! What a cell came to as a whole, in a pane over the lower part of the sheet.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Instant;

use termina::event::KeyCode;
use unicode_width::UnicodeWidthChar;

use super::super::beside::{Stroke, Tone, on_paper};
use super::super::plot::Plot;
use super::super::protocol::{Cell, Page, Preview, State, Value, Wanted};
use super::super::view::{Key, Seen, View};
use super::rows::{Look, PIECE, Rows};

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
    /// What is known of the rows of its values, by their names, of the result of then.
    rows: BTreeMap<String, Rows>,
    since: Option<Instant>,
    /// The value and the row from which on it lacks some, and what was asked for.
    lacks: Option<(String, usize)>,
    asked: Option<Wanted>,
}

/// So many lines around those that are seen are to be known.
const AROUND: usize = 50;

/// What stands in the pane, line by line.
#[derive(Default)]
pub(super) struct Content<'p> {
    blocks: Vec<Block<'p>>,
    /// Curves that are drawn as pictures, each with its first line.
    pub curves: Vec<(usize, Plot<'p>)>,
}

enum Block<'p> {
    Lines(Vec<Stroke>),
    /// Of the value of that name.
    Rows(&'p str, &'p Rows, Look),
    /// Rows of which nothing is known, in the place of which these lines stand.
    Unread(&'p str, Vec<Stroke>),
}

impl Block<'_> {
    fn len(&self) -> usize {
        match self {
            Block::Lines(lines) | Block::Unread(_, lines) => lines.len(),
            Block::Rows(_, rows, look) => rows.lines(*look),
        }
    }
}

impl<'p> Content<'p> {
    pub(super) fn len(&self) -> usize {
        self.blocks.iter().map(Block::len).sum()
    }

    fn add(&mut self, lines: impl IntoIterator<Item = Stroke>) {
        self.blocks.push(Block::Lines(lines.into_iter().collect()));
    }

    /// The blocks that have some of these lines, and which of their own those are.
    fn within(&self, lines: Range<usize>) -> impl Iterator<Item = (&Block<'p>, Range<usize>)> {
        let mut begin = 0;
        let here = self.blocks.iter().map(move |block| {
            let (start, end) = (begin, begin + block.len());
            begin = end;
            let first = lines.start.clamp(start, end) - start;
            (block, first..lines.end.clamp(start, end) - start)
        });
        here.filter(|(_, range)| !range.is_empty())
    }

    pub(super) fn lines(&self, lines: Range<usize>) -> Vec<Stroke> {
        let mut all = Vec::new();
        for (block, range) in self.within(lines) {
            match block {
                Block::Lines(lines) | Block::Unread(_, lines) => {
                    all.extend_from_slice(&lines[range]);
                }
                Block::Rows(_, rows, look) => all.extend(range.map(|line| rows.line(line, *look))),
            }
        }
        all
    }

    /// A value and the first of its rows that are not known but belong to these lines.
    fn missing(&self, lines: Range<usize>) -> Option<(String, usize)> {
        self.within(lines).find_map(|(block, range)| {
            let (name, row) = match block {
                Block::Lines(_) => return None,
                Block::Unread(name, _) => (name, 0),
                Block::Rows(name, rows, look) => (name, rows.missing(range, *look)?),
            };
            Some(((*name).to_owned(), row))
        })
    }
}

impl Pane {
    pub(super) fn new(cell: Key, subject: Subject) -> Pane {
        Pane {
            cell,
            subject,
            top: 0,
            as_text: false,
            extent: (0, 0),
            rows: BTreeMap::new(),
            since: None,
            lacks: None,
            asked: None,
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
        let rows = self.rows.entry(asked.name);
        rows.or_insert_with(|| Rows::new(page.len, &page.columns, Vec::new()))
            .learn(page);
    }

    /// What it lacks of its values for what is seen.
    pub(super) fn wanted(&mut self, view: &View) -> Option<Wanted> {
        let seen = view.cells.get(&self.cell)?;
        if self.asked.is_some() {
            return None;
        }
        let (name, from) = self.lacks.take()?;
        self.asked = Some(Wanted {
            id: seen.cell.id,
            name,
            from,
            to: from + PIECE,
        });
        self.asked.clone()
    }

    /// Before it is drawn in so many columns and at most so many rows: how many it has, and which of them are seen.
    pub(super) fn lay_out(&mut self, view: &View, columns: usize, most: usize, has_pictures: bool) {
        if let Some(seen) = view.cells.get(&self.cell)
            && self.since != Some(seen.since)
        {
            (self.since, self.asked) = (Some(seen.since), None);
            self.rows.clear();
            for value in seen.cell.value.iter().chain(&seen.cell.bindings) {
                if let Some(Preview::Table { len, columns, rows }) = &value.preview {
                    let rows = Rows::new(*len, columns, rows.clone());
                    self.rows.insert(value.name.clone(), rows);
                }
            }
        }
        let content = self.content(view, columns, has_pictures);
        let lines = content.len();
        let seen = lines.min(most);
        let top = self.top.min(lines - seen);
        let around = top.saturating_sub(AROUND)..top + seen + AROUND;
        // What is seen comes first.
        let lacks = content.missing(top..top + seen);
        let lacks = lacks.or_else(|| content.missing(around));
        (self.extent, self.top, self.lacks) = ((lines, seen), top, lacks);
    }

    pub(super) fn content<'p>(
        &'p self,
        view: &'p View,
        columns: usize,
        has_pictures: bool,
    ) -> Content<'p> {
        let mut content = Content::default();
        let Some(seen) = view.cells.get(&self.cell) else {
            content.add([vec![(Tone::Quiet, "this cell is no more".to_owned())]]);
            return content;
        };
        match self.subject {
            Subject::Result => self.result(&seen.cell, columns, has_pictures, &mut content),
            Subject::Why => content.add(why(view, seen, columns)),
        }
        content
    }

    fn result<'p>(
        &'p self,
        cell: &'p Cell,
        columns: usize,
        has_pictures: bool,
        content: &mut Content<'p>,
    ) {
        for value in cell.value.iter().chain(&cell.bindings) {
            content.add([heading(value)]);
            self.value(value, columns, has_pictures, content);
            if let Some(note) = &value.note {
                content.add(wrapped(Tone::Quiet, note, columns));
            }
        }
        let mut lines = Vec::new();
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
        if lines.is_empty() && content.blocks.is_empty() {
            lines.push(vec![(Tone::Quiet, "nothing to show".to_owned())]);
        }
        content.add(lines);
    }

    fn value<'p>(
        &'p self,
        value: &'p Value,
        columns: usize,
        has_pictures: bool,
        content: &mut Content<'p>,
    ) {
        let preview = value.preview.as_ref().filter(|_| !self.as_text);
        let rows = self.rows.get(&value.name);
        match (preview, rows) {
            (Some(Preview::Numbers { parts, .. }), _) => {
                if let Some(plot) = Plot::of(parts, columns) {
                    match has_pictures {
                        true => {
                            let line = content.len();
                            content.add(plot.frame());
                            content.curves.push((line, plot));
                        }
                        false => content.add(plot.dotted()),
                    }
                    return;
                }
            }
            (Some(Preview::Table { .. }), Some(rows)) => {
                content
                    .blocks
                    .push(Block::Rows(&value.name, rows, Look::Table));
                return;
            }
            (None, Some(rows)) if is_cut_list(value) => {
                content
                    .blocks
                    .push(Block::Rows(&value.name, rows, Look::List));
                return;
            }
            (Some(Preview::Table { .. }) | None, _) => {}
        }
        let text = wrapped(Tone::Value, &value.text, columns);
        content
            .blocks
            .push(match preview.is_none() && is_cut_list(value) {
                true => Block::Unread(&value.name, text),
                false => Block::Lines(text),
            });
    }
}

/// Whether its text is not all of it, and parts of it can be asked for.
fn is_cut_list(value: &Value) -> bool {
    value.text.starts_with(['[', '"']) && value.text.ends_with('…')
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
    lines.push(vec![(Tone::Quiet, super::status::costs(cell))]);
    lines
}

fn wrapped(tone: Tone, text: &str, columns: usize) -> Vec<Stroke> {
    let mut lines = Vec::new();
    wrap_text(&mut lines, tone, text, columns);
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
