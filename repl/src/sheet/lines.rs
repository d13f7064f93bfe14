//! Where the lines of a text begin.

use std::ops::Range;

pub(crate) struct Lines {
    starts: Vec<usize>,
    end: usize,
}

impl Lines {
    pub(crate) fn of(source: &str) -> Lines {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
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

    /// The bytes of a line from 0, with its end.
    pub(crate) fn range(&self, line: usize) -> Range<usize> {
        let at = |line: usize| self.starts.get(line).copied().unwrap_or(self.end);
        at(line)..at(line + 1)
    }
}
