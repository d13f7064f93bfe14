//! The state of the screen becomes characters: only the rows that are seen.

use std::time::{Duration, Instant};

use jit::TokenClass;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::super::beside::{Stroke, fit, on_paper};
use super::super::layout::{Result, Row};
use super::super::plot::{self, HEIGHT, Plot};
use super::super::protocol::{Preview, State};
use super::super::view::Seen;
use super::graphics::Wanted;
use super::ink::Ink;
use super::pane::{Pane, Subject};
use super::state::{FLASH, Screen};
use super::status::{costs, duration};

const SPINNER: [&str; 8] = ["⣾", "⣽", "⣻", "⢿", "⡿", "⣟", "⣯", "⣷"];
/// How long one picture of the spinner stays.
pub(super) const TICK: Duration = Duration::from_millis(80);
/// What takes less is not worth a word.
pub(super) const NOTICEABLE: Duration = Duration::from_millis(150);
/// An array with fewer numbers is seen at once.
const LEAST_SPARK: usize = 8;

type Token = (std::ops::Range<usize>, TokenClass);

/// Where things stand in a row.
struct Columns {
    source: u16,
    bar: u16,
    value: u16,
    end: u16,
}

impl Screen {
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, ink: Ink, now: Instant) {
        let area = frame.area();
        if (area.width, area.height) != self.size {
            // It is known here before the terminal has said so.
            self.resize((area.width, area.height));
        }
        self.lay_out();
        let buffer = frame.buffer_mut();
        let pane = self.pane_area(area);
        if let Some(pane) = pane {
            // The cell that is opened stays in sight.
            let seen = usize::from(pane.y.max(1));
            let row = self.layout.rows_of(self.cursor).start;
            self.top = self.top.max((row + 1).saturating_sub(seen));
        }
        let columns = self.columns(area);
        let tokens = self.tokens();
        for y in 0..self.height() {
            if let Some(row) = self.layout.row(self.top + y) {
                self.draw_row(buffer, y as u16, (row, &tokens), &columns, (ink, now));
            }
        }
        self.pictures = match pane {
            Some(area) => self.draw_pane(buffer, area, ink),
            None => Vec::new(),
        };
        self.draw_status(buffer, area, ink, now);
    }

    /// The tokens that are seen.
    fn tokens(&mut self) -> Vec<Token> {
        let rows = [self.top, self.top + self.height()];
        let rows = rows.map(|row| row.min(self.layout.rows().saturating_sub(1)));
        let [first, last] = rows.map(|row| self.layout.row(row).map_or(0, |row| row.line));
        let bytes = self.view.lines.range(first).start..self.view.lines.range(last).end;
        self.classes.of(bytes)
    }

    /// Columns that stand before the source.
    fn margin(&self) -> u16 {
        match self.shows_numbers {
            true => 2 + self.digits() as u16,
            false => 1,
        }
    }

    fn digits(&self) -> usize {
        self.layout.lines().to_string().len()
    }

    fn columns(&self, area: Rect) -> Columns {
        let source = self.margin();
        let bar = source + self.layout.source as u16 + 1;
        Columns {
            source,
            bar,
            value: bar + 2,
            end: area.width,
        }
    }

    fn draw_row(
        &self,
        buffer: &mut Buffer,
        y: u16,
        (row, tokens): (Row, &[Token]),
        at: &Columns,
        (ink, now): (Ink, Instant),
    ) {
        if row.is_first {
            if row.line == self.cursor {
                buffer.set_string(0, y, "▎", ink.busy());
            }
            if self.shows_numbers {
                let number = format!("{:>1$}", row.line + 1, self.digits());
                buffer.set_string(1, y, number, ink.quiet());
            }
            let end = match row.result {
                Some(_) => at.bar - 1,
                None => at.end,
            };
            self.draw_source(buffer, (at.source, y), (row.line, tokens), end, ink);
        }
        if let Some(result) = row.result
            && let Some(seen) = self.view.cells.get(&result.cell)
        {
            self.draw_result(buffer, y, (result, seen), at, ink, now);
        }
    }

    fn draw_source(
        &self,
        buffer: &mut Buffer,
        (mut x, y): (u16, u16),
        (line, tokens): (usize, &[Token]),
        end: u16,
        ink: Ink,
    ) {
        let range = self.view.lines.range(line);
        let text = &self.view.text;
        let first = tokens.partition_point(|(token, _)| token.end <= range.start);
        let mut from = range.start;
        let mut put = |piece: &str, style: Style| {
            let piece = on_paper(piece.trim_end_matches(['\n', '\r']));
            let room = usize::from(end.saturating_sub(x));
            let width = match is_plain(&piece) {
                true => piece.len(),
                false => piece.width(),
            };
            x = put(buffer, (x, y), &piece, room, style);
            width > room
        };
        let mut is_cut = false;
        for (token, class) in &tokens[first..] {
            if token.start >= range.end {
                break;
            }
            let (start, stop) = (token.start.max(from), token.end.min(range.end));
            is_cut |= put(&text[from..start], Style::new());
            is_cut |= put(&text[start..stop], ink.token(*class));
            from = stop;
        }
        is_cut |= put(&text[from..range.end], Style::new());
        if is_cut {
            buffer.set_string(end.saturating_sub(1), y, "…", ink.quiet());
        }
    }

    fn draw_result(
        &self,
        buffer: &mut Buffer,
        y: u16,
        (result, seen): (Result, &Seen),
        at: &Columns,
        ink: Ink,
        now: Instant,
    ) {
        let (mark, style) = self.mark(seen, ink, now);
        buffer.set_string(at.bar, y, mark, style);
        let mut end = at.end;
        if self.shows_costs && result.stroke == 0 {
            let costs = costs(&seen.cell);
            let start = end.saturating_sub(costs.width() as u16);
            buffer.set_string(start, y, &costs, ink.quiet());
            end = start.saturating_sub(2);
        }
        let room = end.saturating_sub(at.value);
        if let Some(spark) = spark(seen, result.stroke, usize::from(room)) {
            let width = spark.chars().count() as u16;
            if width > 0 {
                let text: usize = seen.strokes[result.stroke]
                    .iter()
                    .map(|(_, t)| t.width())
                    .sum();
                let start = (at.value + text as u16 + 2).min(end - width);
                buffer.set_string(start, y, &spark, ink.busy());
                end = start - 2;
            }
        }
        let room = usize::from(end.saturating_sub(at.value));
        match seen.strokes.get(result.stroke) {
            Some(stroke) => {
                let is_old = seen.cell.old || is_running(seen, now);
                let line = styled(&fit(stroke, room), ink, is_old);
                buffer.set_line(at.value, y, &line, room as u16);
            }
            None if !is_running(seen, now) => {}
            None => {
                let since = format!("running {}", duration(now.duration_since(seen.since)));
                buffer.set_stringn(at.value, y, since, room, ink.quiet());
            }
        }
    }

    /// The stroke between a line and what it came to says how the cell stands.
    fn mark(&self, seen: &Seen, ink: Ink, now: Instant) -> (&'static str, Style) {
        let is_new = self.view.ran_last(seen) && now.duration_since(seen.since) < FLASH;
        match seen.cell.state {
            State::Running if is_running(seen, now) => (self.spinner(now), ink.busy()),
            State::Running => ("│", ink.quiet()),
            State::Failed if is_new => ("┃", ink.bad()),
            State::Failed | State::Broken => ("│", ink.bad()),
            State::Waits | State::Stale => ("┊", ink.held()),
            State::Done if is_new => ("┃", ink.good()),
            State::Done => ("│", ink.quiet()),
        }
    }

    pub(super) fn spinner(&self, now: Instant) -> &'static str {
        let passed = now.duration_since(self.view.busy_since).as_millis() / TICK.as_millis();
        SPINNER[passed as usize % SPINNER.len()]
    }

    /// Where the pane is, if one is open.
    fn pane_area(&mut self, area: Rect) -> Option<Rect> {
        let height = self.height();
        let most = (height * 6 / 10).max(4).min(height);
        let columns = usize::from(area.width).saturating_sub(2);
        let pane = self.pane.as_mut()?;
        pane.lay_out(
            &self.view,
            columns,
            most.saturating_sub(1),
            self.has_pictures,
        );
        let rows = (pane.extent.1 + 1).min(height);
        Some(Rect {
            x: 0,
            y: (height - rows) as u16,
            width: area.width,
            height: rows as u16,
        })
    }

    /// Gives the pictures that are to stand there.
    fn draw_pane(&self, buffer: &mut Buffer, area: Rect, ink: Ink) -> Vec<Wanted> {
        let Some(pane) = &self.pane else {
            return Vec::new();
        };
        Clear.render(area, buffer);
        let columns = usize::from(area.width).saturating_sub(2);
        let title = self.title(pane);
        let rule = "─".repeat(usize::from(area.width).saturating_sub(title.width() + 2));
        buffer.set_string(0, area.y, format!("─{title}{rule}─"), ink.quiet());
        let content = pane.content(&self.view, columns, self.has_pictures);
        let seen = pane.top..pane.top + pane.extent.1;
        for (line, y) in content.lines(seen.clone()).iter().zip(area.y + 1..) {
            let line = styled(&fit(line, columns), ink, false);
            buffer.set_line(1, y, &line, columns as u16);
        }
        let picture = |(first, plot): &(usize, Plot<'_>)| {
            let rows = (*first).max(seen.start)..(first + HEIGHT).min(seen.end);
            let (left, width) = plot.columns();
            (!rows.is_empty()).then(|| Wanted {
                parts: plot.parts().to_vec(),
                above: (rows.start - first) as u16,
                area: Rect {
                    x: 1 + left as u16,
                    y: area.y + 1 + (rows.start - seen.start) as u16,
                    width: width as u16,
                    height: rows.len() as u16,
                },
            })
        };
        content.curves.iter().filter_map(picture).collect()
    }

    fn title(&self, pane: &Pane) -> String {
        let seen = self.view.cells.get(&pane.cell);
        let line = seen.and_then(|seen| seen.at);
        let line = line.map_or(String::new(), |[first, _]| format!("line {} ", first + 1));
        let subject = match pane.subject {
            Subject::Result => "",
            Subject::Why => "why ",
        };
        let (lines, seen) = pane.extent;
        match lines > seen {
            true => format!(
                " {subject}{line}{}–{} of {lines} ",
                pane.top + 1,
                pane.top + seen
            ),
            false => format!(" {subject}{line}"),
        }
    }
}

/// Whether each byte is one character that takes one column.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Puts as much of a text there as fits into so many columns; gives the column behind it.
fn put(buffer: &mut Buffer, (x, y): (u16, u16), text: &str, room: usize, style: Style) -> u16 {
    if !is_plain(text) {
        return buffer.set_stringn(x, y, text, room, style).0;
    }
    // Which characters are one cannot be a question here, and takes long to find out.
    let mut at = x;
    for byte in text.bytes().take(room) {
        buffer[(at, y)].set_char(char::from(byte)).set_style(style);
        at += 1;
    }
    at
}

/// Whether a cell runs for so long that it is worth to be seen.
fn is_running(seen: &Seen, now: Instant) -> bool {
    seen.cell.state == State::Running && now.duration_since(seen.since) > NOTICEABLE
}

fn styled(stroke: &Stroke, ink: Ink, is_old: bool) -> Line<'static> {
    let spans = stroke.iter().map(|(tone, text)| {
        let style = ink.tone(*tone, is_old);
        Span::styled(text.clone(), style.remove_modifier(Modifier::ITALIC))
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// A small picture, if the cell shows one array of numbers and this is its line.
fn spark(seen: &Seen, stroke: usize, room: usize) -> Option<String> {
    let cell = &seen.cell;
    let mut values = cell.value.iter().chain(&cell.bindings);
    let value = values.next().filter(|value| value.note.is_none())?;
    if values.next().is_some() || cell.old || stroke + 1 != seen.strokes.len() {
        return None;
    }
    match value.preview.as_ref()? {
        Preview::Numbers { parts, .. } if parts.len() >= LEAST_SPARK => {
            Some(plot::spark(parts, room / 3))
        }
        Preview::Numbers { .. } | Preview::Table { .. } => None,
    }
}
