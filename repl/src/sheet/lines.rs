//! Where the lines of a text begin.

use std::ops::Range;

use super::patch::Patch;

#[derive(Clone)]
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

    /// Of the text after these bytes have become others.
    pub(crate) fn replace(&mut self, bytes: Range<usize>, by: &str) {
        let first = self.starts.partition_point(|start| *start <= bytes.start);
        let behind = self.starts.partition_point(|start| *start <= bytes.end);
        let moved = |at: usize| at - bytes.end + bytes.start + by.len();
        for start in &mut self.starts[behind..] {
            *start = moved(*start);
        }
        let ends = memchr::memchr_iter(b'\n', by.as_bytes());
        let starts = ends.map(|at| bytes.start + at + 1);
        self.starts.splice(first..behind, starts);
        self.end = moved(self.end);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_follow_what_is_replaced() {
        let texts = ["", "a", "a\n", "a\nb", "a\nb\n\nc", "\n\n", "ab\ncd\nef\n"];
        for old in texts {
            for by in texts {
                for start in 0..=old.len() {
                    for end in start..=old.len() {
                        let mut lines = Lines::of(old);
                        lines.replace(start..end, by);
                        let mut text = old.to_owned();
                        text.replace_range(start..end, by);
                        let fresh = Lines::of(&text);
                        assert_eq!(lines.starts, fresh.starts, "{old:?} {start}..{end} {by:?}");
                        assert_eq!(lines.end, fresh.end);
                    }
                }
            }
        }
    }
}
