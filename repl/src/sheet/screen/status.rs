//! The last line of the screen: how the sheet stands, and what cells took.

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::beside::on_paper;
use super::super::protocol::{Cell, State};
use super::draw::NOTICEABLE;
use super::ink::Ink;
use super::state::Screen;

impl Screen {
    pub(super) fn draw_status(&self, buffer: &mut Buffer, area: Rect, ink: Ink, now: Instant) {
        let y = area.height.saturating_sub(1);
        let quiet = ink.quiet();
        let mut left = vec![Span::styled(format!(" {}", self.name), Style::new())];
        let busy = now.duration_since(self.view.busy_since);
        if let Some(notice) = &self.view.notice {
            left.push(Span::styled(format!("  {}", on_paper(notice)), ink.bad()));
        } else if self.view.is_busy && busy > NOTICEABLE {
            let spinner = self.spinner(now);
            left.push(Span::styled(
                format!("  {spinner} running {}", duration(busy)),
                ink.busy(),
            ));
            left.push(Span::styled("  Ctrl-C stops the cell", quiet));
        } else {
            left.extend(self.summary(ink));
        }
        let hints = match &self.pane {
            Some(_) => "↑↓ scroll  Tab text  Esc close ",
            None => "Enter open  w why  t time  l lines  q quit ",
        };
        let left = Line::from(left);
        let start = area.width.saturating_sub(hints.width() as u16);
        if usize::from(start) > left.width() + 2 {
            buffer.set_string(start, y, hints, quiet);
        }
        buffer.set_line(0, y, &left, area.width);
    }

    fn summary(&self, ink: Ink) -> Vec<Span<'static>> {
        let quiet = ink.quiet();
        let settled = &self.view.settled;
        let cells = self.view.cells.len();
        let ran = settled.counts.ran;
        let took = duration(Duration::from_nanos(settled.elapsed_ns));
        let plural = if cells == 1 { "" } else { "s" };
        let mut spans = vec![Span::styled(
            format!("  {cells} cell{plural}, {ran} ran, {took}"),
            quiet,
        )];
        let count = |states: &[State]| {
            let cells = self.view.cells.values();
            cells
                .filter(|seen| states.contains(&seen.cell.state))
                .count()
        };
        let tests = self.view.cells.values();
        let tests = tests.filter(|seen| seen.cell.test.is_some()).count();
        if tests > 0 {
            let passed = self.view.cells.values();
            let passed = passed.filter(|seen| seen.cell.is_passed_test()).count();
            let plural = if tests == 1 { "" } else { "s" };
            let style = if passed == tests { ink.good() } else { quiet };
            let text = format!("  {passed} of {tests} test{plural} passed");
            spans.push(Span::styled(text, style));
        }
        let bad = count(&[State::Failed, State::Broken]);
        let wrong = self.view.cells.values().filter(|seen| {
            let stated = seen.cell.expectation.as_ref();
            stated.is_some_and(|stated| !stated.holds)
        });
        let bad = bad + wrong.count();
        if bad > 0 {
            spans.push(Span::styled(format!("  {bad} ✗"), ink.bad()));
        }
        for (state, name) in [(State::Waits, "waiting"), (State::Stale, "stale")] {
            let held = count(&[state]);
            if held > 0 {
                spans.push(Span::styled(format!("  {held} {name}"), ink.held()));
            }
        }
        spans
    }
}

/// What a cell took.
pub(super) fn costs(cell: &Cell) -> String {
    let time = duration(Duration::from_nanos(cell.elapsed_ns));
    match cell.allocations {
        0 => time,
        1 => format!("{time}, 1 block"),
        blocks => format!("{time}, {blocks} blocks"),
    }
}

pub(super) fn duration(time: Duration) -> String {
    let nanos = time.as_nanos() as f64;
    match nanos {
        _ if nanos < 1e3 => format!("{nanos:.0} ns"),
        _ if nanos < 1e6 => format!("{:.1} µs", nanos / 1e3),
        _ if nanos < 1e9 => format!("{:.1} ms", nanos / 1e6),
        _ => format!("{:.1} s", nanos / 1e9),
    }
}
