//! Which rows of the screen belong to which line: a line has as many as its cells have results, and one at least.

use unicode_width::UnicodeWidthStr;

use super::beside::on_paper;
use super::paper::WIDEST_SOURCE;
use super::view::{Key, View};

/// What the source has at least.
const NARROWEST_SOURCE: usize = 12;

/// One line of what a cell came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Result {
    pub cell: Key,
    /// Which of its strokes.
    pub stroke: usize,
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// From 0.
    pub line: usize,
    /// Whether the line itself stands in it, or only a further result.
    pub is_first: bool,
    pub result: Option<Result>,
}

#[derive(Default)]
pub(crate) struct Layout {
    /// The first row of each line, and the number of all rows.
    row_of_line: Vec<usize>,
    /// Of the lines that have some, in order.
    results: Vec<(usize, Vec<Result>)>,
    /// Columns of the source where a value stands beside it.
    pub source: usize,
}

impl Layout {
    pub(crate) fn of(view: &View, columns: usize) -> Layout {
        let count = view.lines.count().max(1);
        let cells = view.cells.iter();
        let mut cells: Vec<_> = cells
            .filter_map(|(key, seen)| Some((view.line_of(seen)?, key, seen)))
            .collect();
        cells.sort_by_key(|(line, key, seen)| (*line, seen.cell.bytes, **key));
        let mut results: Vec<(usize, Vec<Result>)> = Vec::new();
        for (line, key, seen) in cells {
            let line = line.min(count - 1);
            let strokes = 0..seen.rows();
            let rows = strokes.map(|stroke| Result { cell: *key, stroke });
            match results.last_mut() {
                Some((last, here)) if *last == line => here.extend(rows),
                _ => results.push((line, rows.collect())),
            }
        }
        results.retain(|(_, rows)| !rows.is_empty());
        let mut row_of_line = Vec::with_capacity(count + 1);
        let mut with_results = results.iter().peekable();
        let mut row = 0;
        for line in 0..count {
            row_of_line.push(row);
            let here = with_results.next_if(|(at, _)| *at == line);
            row += here.map_or(1, |(_, rows)| rows.len());
        }
        row_of_line.push(row);
        let source = divider(view, &results, columns);
        Layout {
            row_of_line,
            results,
            source,
        }
    }

    /// Lines of the view are others than they were, as many as before.
    pub(crate) fn measure(&mut self, view: &View, columns: usize) {
        self.source = divider(view, &self.results, columns);
    }

    pub(crate) fn rows(&self) -> usize {
        self.row_of_line.last().copied().unwrap_or(0)
    }

    pub(crate) fn lines(&self) -> usize {
        self.row_of_line.len().saturating_sub(1)
    }

    /// The rows of a line.
    pub(crate) fn rows_of(&self, line: usize) -> std::ops::Range<usize> {
        let at = |line: usize| self.row_of_line.get(line).copied().unwrap_or(self.rows());
        at(line)..at(line + 1)
    }

    pub(crate) fn row(&self, row: usize) -> Option<Row> {
        if row >= self.rows() {
            return None;
        }
        let line = self.row_of_line.partition_point(|first| *first <= row) - 1;
        let index = row - self.row_of_line[line];
        let found = self.results.binary_search_by_key(&line, |(line, _)| *line);
        let results = found.ok().map(|at| &self.results[at].1);
        Some(Row {
            line,
            is_first: index == 0,
            result: results.and_then(|results| results.get(index)).copied(),
        })
    }
}

/// As wide as the lines that have results, unless they leave too little for those.
fn divider(view: &View, results: &[(usize, Vec<Result>)], columns: usize) -> usize {
    let most = WIDEST_SOURCE.min(columns * 6 / 10);
    let mut widest = 0;
    for (line, _) in results {
        let text = view.text[view.lines.range(*line)].trim_end();
        // No character is wider than its bytes, but for those that are written otherwise.
        if text.len() > widest || text.bytes().any(|byte| byte.is_ascii_control()) {
            widest = on_paper(text).width().max(widest);
        }
        if widest >= most {
            break;
        }
    }
    widest.clamp(NARROWEST_SOURCE.min(most), most)
}
