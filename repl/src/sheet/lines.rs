//! Where the lines of a text begin.

use std::ops::Range;

use super::patch::Patch;

pub(crate) struct Lines {
    starts: Vec<usize>,
    end: usize,
}

impl Lines {
    pub(crate) fn of(source: &str) -> Lines {
        let ends = memchr::memchr_iter(b'\n', source.as_bytes()).map(|at| at + 1);
        Lines {
            starts: std::iter::once(0).chain(ends).collect(),
            end: source.len(),
        }
    }

    /// The line of a byte, from 1.
    pub(crate) fn number(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// An end of line begins no further one behind it.
    pub(crate) fn count(&self) -> usize {
        let is_empty = self.starts.last() == Some(&self.end);
        self.starts.len() - usize::from(is_empty)
    }

    /// Of the lines of this text and of the one that it becomes: how many at the beginning and at the end are the same.
    pub(crate) fn same(&self, new: &Lines, patch: &Patch) -> (usize, usize) {
        let above = self.number(patch.old.start) - 1;
        let is_start = |lines: &Lines, at: usize| lines.starts.binary_search(&at).is_ok();
        let is_whole = is_start(self, patch.old.end) && is_start(new, patch.new.end);
        let first = self.number(patch.old.end) - usize::from(is_whole);
        (above, self.count().saturating_sub(first.max(above)))
    }

    /// The bytes of a line from 0, with its end.
    pub(crate) fn range(&self, line: usize) -> Range<usize> {
        let at = |line: usize| self.starts.get(line).copied().unwrap_or(self.end);
        at(line)..at(line + 1)
    }
}
