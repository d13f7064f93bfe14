//! What the screen shows of a sheet, and what keys and the mouse change about that.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jit::Classes;
use termina::event::{
    KeyCode, KeyEvent, KeyEventKind, Modifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::super::beside::Room;
use super::super::layout::Layout;
use super::super::patch::Patch;
use super::super::protocol::{Event, State, Wanted};
use super::super::view::{Key, View};
use super::graphics;
use super::pane::{Pane, Subject};

/// For how long a cell that ran stands out.
pub(super) const FLASH: Duration = Duration::from_millis(500);
/// Lines of one cell's output.
const OUTPUT: usize = 8;
/// Rows that are seen above and below the cursor.
const AROUND: usize = 3;
/// Rows that one turn of the wheel moves.
const WHEEL: usize = 3;

/// What the keys ask of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    Leave,
    /// Ends what runs, or leaves.
    Interrupt,
    Ask(u64),
}

pub(super) struct Screen {
    pub name: String,
    pub view: View,
    pub layout: Layout,
    /// Of the tokens of the text.
    pub classes: Classes,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The first row that is seen.
    pub top: usize,
    /// A line, from 0.
    pub cursor: usize,
    pub pane: Option<Pane>,
    pub shows_costs: bool,
    pub shows_numbers: bool,
    /// Whether the terminal can show pictures.
    pub has_pictures: bool,
    /// Those that are to stand on it, as it was drawn last.
    pub pictures: Vec<graphics::Wanted>,
    /// Whether something may be seen that is not on the terminal yet.
    pub is_new: bool,
    is_dirty: bool,
}

impl Screen {
    pub(super) fn new(name: &str, size: (u16, u16)) -> Screen {
        Screen {
            name: name.to_owned(),
            view: View::new(Room {
                name: name.to_owned(),
                output: OUTPUT,
                more: "Enter shows them",
            }),
            layout: Layout::default(),
            classes: Classes::default(),
            size,
            top: 0,
            cursor: 0,
            pane: None,
            shows_costs: false,
            shows_numbers: false,
            has_pictures: false,
            pictures: Vec::new(),
            is_new: true,
            is_dirty: true,
        }
    }

    pub(super) fn edit(&mut self, text: Arc<str>, patch: &Patch, revision: u64, now: Instant) {
        let is_first = self.view.text.is_empty();
        self.classes.edit(Arc::clone(&text));
        let edited = self.view.edit(text, patch, revision, now);
        if edited.are_moved || is_first {
            self.is_dirty = true;
        } else {
            self.layout.measure(&self.view, usize::from(self.size.0));
        }
        if !is_first {
            self.lay_out();
            self.cursor = edited.line;
            self.bring_into_sight(self.height() / 3);
        }
    }

    pub(super) fn hear(&mut self, event: Event, now: Instant) {
        // That a cell runs is seen only after a while.
        self.is_new |= !matches!(
            event,
            Event::Opened { .. } | Event::Edited { .. } | Event::Running { .. }
        );
        match (event, &mut self.pane) {
            (Event::Page(page), Some(pane)) => pane.hear(page),
            (event, _) => self.is_dirty |= self.view.hear(event, now),
        }
    }

    /// What the pane lacks.
    pub(super) fn wanted(&mut self) -> Option<Wanted> {
        let pane = self.pane.as_mut()?;
        // A process that has ended cannot be asked.
        let is_there = !self.view.is_former(pane.cell);
        is_there.then(|| pane.wanted(&self.view))?
    }

    pub(super) fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.is_dirty = true;
    }

    /// Rows for the sheet; the last one of the terminal is another's.
    pub(super) fn height(&self) -> usize {
        usize::from(self.size.1).saturating_sub(1)
    }

    /// Before the screen is drawn.
    pub(super) fn lay_out(&mut self) {
        if std::mem::take(&mut self.is_dirty) {
            self.layout = Layout::of(&self.view, usize::from(self.size.0));
            self.cursor = self.cursor.min(self.layout.lines().saturating_sub(1));
        }
        self.top = self.top.min(self.last_top());
    }

    fn last_top(&self) -> usize {
        self.layout.rows().saturating_sub(self.height())
    }

    /// Whether something moves without an event.
    pub(super) fn is_moving(&self, now: Instant) -> bool {
        self.view.is_busy
            || self.view.cells.values().any(|seen| {
                seen.cell.state == State::Running
                    || (self.view.ran_last(seen) && now.duration_since(seen.since) < FLASH)
            })
    }

    pub(super) fn press(&mut self, key: KeyEvent) -> Wish {
        if key.kind == KeyEventKind::Release {
            return Wish::Nothing;
        }
        if key.modifiers.contains(Modifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Wish::Interrupt,
                _ => Wish::Nothing,
            };
        }
        match key.code {
            KeyCode::Char('q') => return Wish::Leave,
            KeyCode::Char('t') => self.shows_costs = !self.shows_costs,
            KeyCode::Char('l') => {
                self.shows_numbers = !self.shows_numbers;
                self.is_dirty = true;
            }
            KeyCode::Char('r') => return self.ask(),
            KeyCode::Char('w') => self.open(Subject::Why),
            KeyCode::Enter | KeyCode::Char('o') => self.open(Subject::Result),
            KeyCode::Escape => self.pane = None,
            KeyCode::Tab => {
                if let Some(pane) = &mut self.pane {
                    pane.turn();
                }
            }
            _ => self.step(key.code),
        }
        Wish::Nothing
    }

    /// Up and down, in the pane if one is open.
    fn step(&mut self, code: KeyCode) {
        if let Some(pane) = &mut self.pane {
            return pane.step(code);
        }
        let page = self.height().saturating_sub(2).max(1);
        let last = self.layout.lines().saturating_sub(1);
        match code {
            KeyCode::Up | KeyCode::Char('k') => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.cursor = (self.cursor + 1).min(last),
            KeyCode::PageUp => self.page(|top| top.saturating_sub(page)),
            KeyCode::PageDown | KeyCode::Char(' ') => self.page(|top| top + page),
            KeyCode::Home | KeyCode::Char('g') => self.cursor = 0,
            KeyCode::End | KeyCode::Char('G') => self.cursor = last,
            _ => return,
        }
        self.bring_into_sight(0);
    }

    /// The cursor stays where it is on the screen, as far as it can.
    fn page(&mut self, turn: impl Fn(usize) -> usize) {
        let row = self.layout.rows_of(self.cursor).start;
        let below = row.saturating_sub(self.top);
        let last = self.layout.rows().saturating_sub(1);
        let wanted = turn(row).min(last);
        self.cursor = self.layout.row(wanted).map_or(0, |row| row.line);
        let row = self.layout.rows_of(self.cursor).start;
        self.top = row.saturating_sub(below).min(self.last_top());
    }

    /// The cursor's line is seen, with a few rows around it; so many stand above it if it was not in sight at all.
    fn bring_into_sight(&mut self, above: usize) {
        let rows = self.layout.rows_of(self.cursor);
        let height = self.height();
        if above > 0 && !(self.top..self.top + height).contains(&rows.start) {
            self.top = rows.start.saturating_sub(above);
        }
        let around = AROUND.min(height / 4);
        let end = rows.end.min(rows.start + height) + around;
        self.top = self
            .top
            .max(end.saturating_sub(height))
            .min(rows.start.saturating_sub(around))
            .min(self.last_top());
    }

    pub(super) fn point(&mut self, mouse: MouseEvent) {
        match mouse.kind {
            MouseEventKind::ScrollUp => self.wheel(|at| at.saturating_sub(WHEEL)),
            MouseEventKind::ScrollDown => self.wheel(|at| at + WHEEL),
            MouseEventKind::Down(MouseButton::Left) if usize::from(mouse.row) < self.height() => {
                let Some(row) = self.layout.row(self.top + usize::from(mouse.row)) else {
                    return;
                };
                self.cursor = row.line;
                match row.result {
                    Some(result) if usize::from(mouse.column) > self.layout.source => {
                        self.pane = Some(Pane::new(result.cell, Subject::Result));
                    }
                    _ => self.pane = None,
                }
            }
            _ => {}
        }
    }

    fn wheel(&mut self, turn: impl Fn(usize) -> usize) {
        if let Some(pane) = &mut self.pane {
            return pane.scroll(turn);
        }
        self.top = turn(self.top).min(self.last_top());
        // The cursor stays in sight.
        let row = self.layout.rows_of(self.cursor).start;
        let seen = self.top..=self.top + self.height().saturating_sub(1);
        let wanted = row.clamp(*seen.start(), *seen.end());
        if let Some(found) = self.layout.row(wanted).filter(|_| wanted != row) {
            self.cursor = found.line;
        }
    }

    fn cell(&self) -> Option<Key> {
        self.view.cell_at(self.cursor).map(|(key, _)| key)
    }

    fn open(&mut self, subject: Subject) {
        let is_open = |pane: &Pane| pane.subject == subject;
        self.pane = match self.cell() {
            Some(_) if self.pane.as_ref().is_some_and(is_open) => None,
            Some(cell) => Some(Pane::new(cell, subject)),
            None => None,
        };
    }

    fn ask(&mut self) -> Wish {
        match self.view.cell_at(self.cursor) {
            Some((key, _)) if !self.view.is_former(key) => Wish::Ask(key.1),
            _ => Wish::Nothing,
        }
    }
}
