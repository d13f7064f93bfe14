//! Rows of a long value: those that were read of it, in pieces, wherever one has looked.

use std::collections::BTreeMap;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::super::beside::{Stroke, Tone, on_paper};
use super::super::protocol::Page;

/// Rows of a piece; they are asked for together.
pub(super) const PIECE: usize = 200;
/// So many pieces are kept.
const PIECES: usize = 32;

type Texts = Vec<String>;

/// How rows look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Columns below their names.
    Table,
    /// Each with its number.
    List,
}

pub(super) struct Rows {
    len: usize,
    columns: Vec<Column>,
    /// The first ones, with texts that may be cut: good enough for a table.
    brief: Vec<Texts>,
    /// By their numbers.
    pieces: BTreeMap<usize, Vec<Texts>>,
}

struct Column {
    name: String,
    /// Of all its texts that were ever known, so that it does not move to and fro.
    width: usize,
    is_number: bool,
}

impl Rows {
    /// So many, of which the first ones are known in brief.
    pub(super) fn new(len: usize, names: &[String], brief: Vec<Texts>) -> Rows {
        let column = |name: &String| Column {
            name: name.clone(),
            width: name.width(),
            is_number: true,
        };
        let mut rows = Rows {
            len,
            columns: names.iter().map(column).collect(),
            brief: Vec::new(),
            pieces: BTreeMap::new(),
        };
        rows.measure(&brief);
        rows.brief = brief;
        rows
    }

    /// What was read; of a value that has become another one, nothing else is known.
    pub(super) fn learn(&mut self, page: Page) {
        if page.len != self.len {
            *self = Rows::new(page.len, &page.columns, Vec::new());
        }
        self.measure(&page.rows);
        let piece = page.from / PIECE;
        self.pieces.insert(piece, page.rows);
        if self.pieces.len() > PIECES {
            let mut known = self.pieces.keys().copied();
            let furthest = known.by_ref().max_by_key(|known| known.abs_diff(piece));
            furthest.map(|furthest| self.pieces.remove(&furthest));
        }
    }

    fn measure(&mut self, rows: &[Texts]) {
        for row in rows {
            for (column, text) in self.columns.iter_mut().zip(row) {
                column.width = column.width.max(text.width());
                column.is_number &= text.parse::<f64>().is_ok();
            }
        }
    }

    fn row(&self, row: usize, look: Look) -> Option<&Texts> {
        let piece = self.pieces.get(&(row / PIECE));
        let known = piece.and_then(|piece| piece.get(row % PIECE));
        known.or_else(|| match look {
            Look::Table => self.brief.get(row),
            Look::List => None,
        })
    }

    /// The first row of a piece that is not known but to be seen among these lines.
    pub(super) fn missing(&self, lines: Range<usize>, look: Look) -> Option<usize> {
        let head = self.head(look);
        let rows = lines.start.saturating_sub(head)..lines.end.saturating_sub(head).min(self.len);
        let mut unknown = rows.filter(|row| self.row(*row, look).is_none());
        let piece = unknown.next()? / PIECE;
        Some(piece * PIECE)
    }

    /// Lines above the rows.
    fn head(&self, look: Look) -> usize {
        match look {
            Look::Table => 1,
            Look::List => 0,
        }
    }

    pub(super) fn lines(&self, look: Look) -> usize {
        self.head(look) + self.len
    }

    pub(super) fn line(&self, line: usize, look: Look) -> Stroke {
        let row = match line.checked_sub(self.head(look)) {
            Some(row) => row,
            None => {
                let names = self.columns.iter().map(|column| column.name.as_str());
                return vec![(Tone::Quiet, self.in_columns(names))];
            }
        };
        let texts = self.row(row, look);
        match (look, texts) {
            (Look::Table, None) => vec![(Tone::Quiet, "…".to_owned())],
            (Look::Table, Some(texts)) => {
                vec![(
                    Tone::Value,
                    self.in_columns(texts.iter().map(String::as_str)),
                )]
            }
            (Look::List, texts) => {
                let digits = self.len.saturating_sub(1).to_string().len();
                let text = match texts {
                    None => (Tone::Quiet, "…".to_owned()),
                    Some(texts) => (Tone::Value, on_paper(&self.in_words(texts)).into_owned()),
                };
                vec![(Tone::Quiet, format!("{row:>digits$}  ")), text]
            }
        }
    }

    fn in_columns<'t>(&self, texts: impl Iterator<Item = &'t str>) -> String {
        let texts = self.columns.iter().zip(texts).map(|(column, text)| {
            let pad = " ".repeat(column.width.saturating_sub(text.width()));
            match column.is_number {
                true => format!("{pad}{text}"),
                false => format!("{text}{pad}"),
            }
        });
        texts.collect::<Vec<_>>().join("   ")
    }

    fn in_words(&self, texts: &Texts) -> String {
        if self.columns.is_empty() {
            return texts.concat();
        }
        let fields = self.columns.iter().zip(texts);
        let fields = fields.map(|(column, text)| format!("{}: {text}", column.name));
        fields.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Texts {
        texts.iter().copied().map(str::to_owned).collect()
    }

    fn shown(rows: &Rows, lines: Range<usize>, look: Look) -> Vec<String> {
        let line = |line| rows.line(line, look).into_iter().map(|(_, text)| text);
        lines.map(|at| line(at).collect()).collect()
    }

    fn page(from: usize, len: usize) -> Page {
        let end = (from + PIECE).min(len);
        Page {
            id: 0,
            name: String::new(),
            from,
            len,
            columns: Vec::new(),
            rows: (from..end).map(|row| vec![format!("e{row}")]).collect(),
        }
    }

    #[test]
    fn a_table_has_its_numbers_at_the_right() {
        let brief = vec![texts(&["1", "\"a, (b\""]), texts(&["20", "\"c\""])];
        let rows = Rows::new(3, &texts(&["x", "name"]), brief);
        assert_eq!(rows.lines(Look::Table), 4);
        assert_eq!(
            shown(&rows, 0..4, Look::Table),
            [" x   name   ", " 1   \"a, (b\"", "20   \"c\"    ", "…"]
        );
        // Brief texts are not enough where they are all that is seen of a row.
        assert_eq!(shown(&rows, 0..1, Look::List), ["0  …"]);
        assert_eq!(rows.missing(0..3, Look::Table), None);
        assert_eq!(rows.missing(0..4, Look::Table), Some(0));
        assert_eq!(rows.missing(0..1, Look::List), Some(0));
    }

    #[test]
    fn one_may_look_anywhere() {
        let mut rows = Rows::new(1_001, &[], Vec::new());
        assert_eq!(rows.missing(990..1_100, Look::List), Some(800));
        rows.learn(page(800, 1_001));
        assert_eq!(rows.missing(990..1_100, Look::List), Some(1_000));
        rows.learn(page(1_000, 1_001));
        assert_eq!(rows.missing(990..1_100, Look::List), None);
        assert_eq!(
            shown(&rows, 999..1_001, Look::List),
            [" 999  e999", "1000  e1000"]
        );
        assert_eq!(shown(&rows, 799..800, Look::List), [" 799  …"]);
        // A value that is shorter now is another one.
        rows.learn(page(0, 900));
        assert_eq!(rows.lines(Look::List), 900);
        assert_eq!(shown(&rows, 850..851, Look::List), ["850  …"]);
    }

    #[test]
    fn what_is_far_away_is_forgotten() {
        let len = PIECE * (PIECES + 2);
        let mut rows = Rows::new(len, &[], Vec::new());
        for piece in 0..PIECES + 2 {
            rows.learn(page(piece * PIECE, len));
        }
        assert_eq!(rows.pieces.len(), PIECES);
        assert_eq!(rows.missing(0..1, Look::List), Some(0));
        assert_eq!(rows.missing(len - PIECE..len, Look::List), None);
    }
}
