//! What a reader of the protocol knows of a sheet: its text and its cells, which stay until others take their place.

use std::collections::BTreeMap;
use std::time::Instant;

use super::beside::{Room, Stroke, beside};
use super::lines::Lines;
use super::protocol::{Cell, Event, Settled, State};

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

pub(crate) struct View {
    pub text: String,
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
            text: String::new(),
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

    /// The text is this one from now on; gives the first line that is new. Cells stay beside their lines.
    pub(crate) fn edit(&mut self, text: String, revision: u64, now: Instant) -> usize {
        self.wanted = revision;
        let before: Vec<&str> = self.text.lines().collect();
        let after: Vec<&str> = text.lines().collect();
        let pairs = before.iter().zip(&after);
        let same_above = pairs.take_while(|(a, b)| a == b).count();
        let most = before.len().min(after.len()) - same_above;
        let pairs = before.iter().rev().zip(after.iter().rev());
        let same_below = pairs.take(most).take_while(|(a, b)| a == b).count();
        let (old_end, new_end) = (before.len() - same_below, after.len() - same_below);
        let last = after.len().saturating_sub(1);
        // Lines were changed, not added or taken away.
        let is_same_count = old_end == new_end;
        let place = |line: usize| match line {
            line if line < same_above || is_same_count => Some(line),
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
        self.lines = Lines::of(&text);
        self.text = text;
        if !self.is_busy {
            self.busy_since = now;
        }
        self.is_busy = true;
        self.notice = None;
        same_above.min(last)
    }

    pub(crate) fn hear(&mut self, event: Event, now: Instant) {
        match event {
            Event::Opened { .. } => {
                self.generation += 1;
                self.has_former = !self.cells.is_empty();
            }
            Event::Edited { revision, .. } => self.revision = revision,
            Event::Cell(cell) => self.see(*cell, now),
            Event::Moved { id, lines, bytes } => {
                if let Some(seen) = self.cells.get_mut(&(self.generation, id)) {
                    (seen.cell.lines, seen.cell.bytes) = (lines, bytes);
                    seen.at = Some(from_zero(lines));
                }
            }
            Event::Running { id } => {
                if let Some(seen) = self.cells.get_mut(&(self.generation, id)) {
                    seen.cell.state = State::Running;
                    seen.since = now;
                }
            }
            Event::Removed { id } => {
                self.cells.remove(&(self.generation, id));
            }
            // There is a newer text, of which more is to come.
            Event::Settled(settled) if settled.revision < self.wanted => {}
            Event::Settled(settled) => {
                let generation = self.generation;
                self.cells.retain(|key, _| key.0 == generation);
                for seen in self.cells.values_mut() {
                    seen.at = Some(from_zero(seen.cell.lines));
                }
                self.is_busy = false;
                self.settled = settled;
            }
            Event::Refused { message } | Event::Missing { message } => {
                self.notice = Some(message);
            }
            Event::Crashed { message, id } => {
                let cell = id.and_then(|id| self.cells.get(&(self.generation, id)));
                self.notice = Some(match cell {
                    Some(seen) => format!("{message} in line {}", seen.cell.lines[0]),
                    None => message,
                });
            }
        }
    }

    fn see(&mut self, cell: Cell, now: Instant) {
        let at = from_zero(cell.lines);
        let generation = self.generation;
        if self.has_former {
            // What a former process came to there is no longer of use.
            let is_elsewhere = |seen: &Seen| {
                seen.at
                    .is_none_or(|here| here[1] < at[0] || here[0] > at[1])
            };
            self.cells
                .retain(|key, seen| key.0 == generation || is_elsewhere(seen));
        }
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
        self.cells.insert(key, seen);
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

    /// Whether a cell ran in the last update.
    pub(crate) fn ran_last(&self, seen: &Seen) -> bool {
        seen.ran_in == Some(self.revision)
    }
}

fn from_zero(lines: [usize; 2]) -> [usize; 2] {
    lines.map(|line| line.saturating_sub(1))
}
