//! What a reader of the protocol knows of a sheet: its text and its cells, which stay until others take their place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::beside::{Room, Stroke, beside};
use super::lines::Lines;
use super::patch::Patch;
use super::protocol::{Cell, Event, Settled, State};

/// What an edit did to the lines.
pub(crate) struct Edited {
    /// The first that is new.
    pub line: usize,
    /// Whether others stand elsewhere.
    pub are_moved: bool,
}

/// Which cell: those of a process that has ended stay until the next one says otherwise.
pub(crate) type Key = (u64, u64);

pub(crate) struct Seen {
    pub cell: Cell,
    /// Its lines from 0 in the text that is shown, which may be newer than what is known of the cell; none if they are gone from it.
    pub at: Option<[usize; 2]>,
    /// When its newest result came.
    pub since: Instant,
    /// In the update of this revision.
    pub ran_in: Option<u64>,
    pub strokes: Vec<Stroke>,
}

impl Seen {
    /// How many it takes; one that runs has one in which it does.
    pub(crate) fn rows(&self) -> usize {
        let least = usize::from(self.cell.state == State::Running);
        self.strokes.len().max(least)
    }

    /// It stands in the text that is shown where it was said to stand; whether that is elsewhere.
    fn stands_as_told(&mut self) -> bool {
        let at = Some(from_zero(self.cell.lines));
        std::mem::replace(&mut self.at, at) != at
    }
}

pub(crate) struct View {
    pub text: Arc<str>,
    pub lines: Lines,
    pub cells: BTreeMap<Key, Seen>,
    pub settled: Settled,
    pub is_busy: bool,
    /// Since when.
    pub busy_since: Instant,
    /// What went wrong with the sheet as a whole.
    pub notice: Option<String>,
    generation: u64,
    has_former: bool,
    /// Of the newest text, and of that which the process is at.
    wanted: u64,
    revision: u64,
    room: Room,
}

impl View {
    pub(crate) fn new(room: Room) -> View {
        View {
            text: Arc::default(),
            lines: Lines::of(""),
            cells: BTreeMap::new(),
            settled: Settled::default(),
            is_busy: false,
            busy_since: Instant::now(),
            notice: None,
            generation: 0,
            has_former: false,
            wanted: 0,
            revision: 0,
            room,
        }
    }

    /// Whether it is what is known of a process that has ended.
    pub(crate) fn is_former(&self, key: Key) -> bool {
        key.0 != self.generation
    }

    /// The text is this one from now on. Cells stay beside their lines.
    pub(crate) fn edit(
        &mut self,
        text: Arc<str>,
        patch: &Patch,
        revision: u64,
        now: Instant,
    ) -> Edited {
        self.wanted = revision;
        let mut lines = self.lines.clone();
        lines.replace(patch.old.clone(), &text[patch.new.clone()]);
        let (same_above, same_below) = self.lines.same(&lines, patch);
        let old_end = self.lines.count().saturating_sub(same_below);
        let new_end = lines.count().saturating_sub(same_below);
        let last = lines.count().saturating_sub(1);
        // Else lines were changed, not added or taken away.
        let are_moved = old_end != new_end;
        if are_moved {
            let place = |line: usize| match line {
                line if line < same_above => Some(line),
                line if line >= old_end => Some(line - old_end + new_end),
                _ => None,
            };
            for seen in self.cells.values_mut() {
                let at = seen.at.take();
                seen.at = at.and_then(|[first, last]| {
                    let last = place(last)?;
                    Some([place(first).unwrap_or(last), last])
                });
            }
        }
        self.lines = lines;
        self.text = text;
        if !self.is_busy {
            self.busy_since = now;
        }
        self.is_busy = true;
        self.notice = None;
        Edited {
            line: same_above.min(last),
            are_moved,
        }
    }

    /// Whether cells stand elsewhere in the text that is shown.
    fn shift(&mut self, from: usize, bytes: isize, lines: isize) -> bool {
        let generation = self.generation;
        let behind = self
            .cells
            .iter_mut()
            .filter(|((of, _), seen)| *of == generation && seen.cell.bytes[0] >= from);
        let mut is_elsewhere = false;
        for (_, seen) in behind {
            seen.cell.bytes = seen.cell.bytes.map(|at| at.saturating_add_signed(bytes));
            seen.cell.lines = seen
                .cell
                .lines
                .map(|line| line.saturating_add_signed(lines));
            is_elsewhere |= seen.stands_as_told();
        }
        is_elsewhere
    }

    /// Whether other rows are seen, or elsewhere; else only what stands in them may be new.
    pub(crate) fn hear(&mut self, event: Event, now: Instant) -> bool {
        match event {
            Event::Opened { .. } => {
                self.generation += 1;
                self.has_former = !self.cells.is_empty();
                false
            }
            Event::Edited { revision, .. } => {
                self.revision = revision;
                false
            }
            Event::Cell(cell) => self.see(*cell, now),
            Event::Moved { id, lines, bytes } => {
                let seen = self.cells.get_mut(&(self.generation, id));
                seen.is_some_and(|seen| {
                    (seen.cell.lines, seen.cell.bytes) = (lines, bytes);
                    seen.stands_as_told()
                })
            }
            Event::Shifted { from, bytes, lines } => self.shift(from, bytes, lines),
            Event::Running { id, .. } => {
                let seen = self.cells.get_mut(&(self.generation, id));
                seen.is_some_and(|seen| {
                    let rows = seen.rows();
                    seen.cell.state = State::Running;
                    seen.since = now;
                    seen.rows() != rows
                })
            }
            Event::Removed { id } => {
                let removed = self.cells.remove(&(self.generation, id));
                removed.is_some_and(|seen| seen.rows() > 0)
            }
            Event::Follows { .. } | Event::Page(_) => false,
            Event::Settled(settled) => self.settle(settled),
            Event::Refused { message } | Event::Missing { message } => {
                self.notice = Some(message);
                false
            }
            Event::Crashed { message, id } => {
                let cell = id.and_then(|id| self.cells.get(&(self.generation, id)));
                self.notice = Some(match cell {
                    Some(seen) => format!("{message} in line {}", seen.cell.lines[0]),
                    None => message,
                });
                false
            }
        }
    }

    fn settle(&mut self, settled: Settled) -> bool {
        if settled.revision < self.wanted {
            // There is a newer text, of which more is to come.
            return false;
        }
        let (generation, count) = (self.generation, self.cells.len());
        self.cells.retain(|key, _| key.0 == generation);
        let mut is_elsewhere = self.cells.len() != count;
        for seen in self.cells.values_mut() {
            is_elsewhere |= seen.stands_as_told();
        }
        self.is_busy = false;
        self.settled = settled;
        is_elsewhere
    }

    fn see(&mut self, cell: Cell, now: Instant) -> bool {
        let at = from_zero(cell.lines);
        let generation = self.generation;
        let count = self.cells.len();
        if self.has_former {
            // What a former process came to there is no longer of use.
            let is_elsewhere = |seen: &Seen| {
                seen.at
                    .is_none_or(|here| here[1] < at[0] || here[0] > at[1])
            };
            self.cells
                .retain(|key, seen| key.0 == generation || is_elsewhere(seen));
        }
        let are_gone = self.cells.len() != count;
        let key = (generation, cell.id);
        let former = self.cells.get(&key);
        let ran_in = match cell.ran {
            true => Some(self.revision),
            false => former.and_then(|former| former.ran_in),
        };
        let strokes = beside(&cell, &self.room);
        let seen = Seen {
            cell,
            at: Some(at),
            since: now,
            ran_in,
            strokes,
        };
        let place = |seen: &Seen| (self.line_of(seen), seen.at, seen.rows());
        let now = place(&seen);
        let before = self.cells.get(&key).map(place);
        self.cells.insert(key, seen);
        are_gone || before != Some(now)
    }

    /// The cell of a line, from 0; of several the last one.
    pub(crate) fn cell_at(&self, line: usize) -> Option<(Key, &Seen)> {
        let mut cells = self.cells.iter();
        let found = cells.rfind(|(_, seen)| {
            seen.at
                .is_some_and(|[first, last]| (first..=last).contains(&line))
        })?;
        Some((*found.0, found.1))
    }

    /// The line, from 0, beside which the results of a cell begin.
    pub(crate) fn line_of(&self, seen: &Seen) -> Option<usize> {
        let [first, last] = seen.at?;
        let behind = seen.cell.lines_behind(&self.room.name);
        Some(last.saturating_sub(behind).max(first))
    }

    /// Whether a cell ran in the last update.
    pub(crate) fn ran_last(&self, seen: &Seen) -> bool {
        seen.ran_in == Some(self.revision)
    }
}

fn from_zero(lines: [usize; 2]) -> [usize; 2] {
    lines.map(|line| line.saturating_sub(1))
}
