//! Pictures of values: a small one beside the text, a larger one where a value is opened, and tables.

use unicode_width::UnicodeWidthStr;

use super::beside::{Stroke, Tone};
use super::protocol::Value;

/// What can be drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Figure {
    Numbers(Vec<f64>),
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Rows of a large picture.
const HEIGHT: usize = 10;
/// Columns of a small one.
const SMALL: usize = 24;
const SMALLEST: usize = 8;

impl Figure {
    /// What the text of a value allows to draw. Of one that is cut off, what is there.
    pub(crate) fn of(value: &Value) -> Option<Figure> {
        let inside = value.text.strip_prefix('[')?;
        let is_whole = inside.ends_with(']');
        let mut parts = parts(inside.strip_suffix(']').unwrap_or(inside));
        if !is_whole {
            parts.pop();
        }
        parts.retain(|part| !part.starts_with('…'));
        let numbers: Option<Vec<f64>> = parts.iter().map(|part| part.parse().ok()).collect();
        match numbers {
            Some(numbers) => Some(Figure::Numbers(numbers)).filter(|_| parts.len() > 2),
            None => structs(&parts),
        }
    }
}

/// The parts of a list, whatever they contain.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// A table, if all of them are structs with the same fields.
fn structs(elements: &[&str]) -> Option<Figure> {
    let rows = elements.iter().map(|element| {
        let (name, fields) = element.strip_suffix(')')?.split_once('(')?;
        let is_name = name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let fields = parts(fields)
            .into_iter()
            .map(|field| field.split_once(": "));
        is_name.then(|| fields.collect::<Option<Vec<_>>>())?
    });
    let rows: Vec<Vec<(&str, &str)>> = rows.collect::<Option<_>>()?;
    let names = |row: &[(&str, &str)]| row.iter().map(|(name, _)| (*name).to_owned()).collect();
    let columns: Vec<String> = names(rows.first()?);
    let texts = |row: &Vec<(&str, &str)>| row.iter().map(|(_, text)| (*text).to_owned()).collect();
    (rows.len() > 1 && rows.iter().all(|row| columns == names(row) as Vec<String>)).then(|| {
        Figure::Table {
            columns,
            rows: rows.iter().map(texts).collect(),
        }
    })
}

/// A line of bars, one for each number or for several; nothing where it would say nothing.
pub(crate) fn spark(numbers: &[f64], most: usize) -> String {
    if most < SMALLEST {
        return String::new();
    }
    let buckets = buckets(numbers, most.min(SMALL));
    let (low, high) = bounds(&buckets);
    let bar = |number: &f64| {
        let part = (number - low) / (high - low);
        // Not a number is nothing; the cast goes to the nearest end.
        BARS[((part * 7.0).round() as usize).min(7)]
    };
    buckets.iter().map(bar).collect()
}

/// The means of as many parts as there is room for.
fn buckets(numbers: &[f64], most: usize) -> Vec<f64> {
    let count = numbers.len().min(most).max(1);
    let part = |index: usize| index * numbers.len() / count;
    let mean = |index: usize| {
        let here = &numbers[part(index)..part(index + 1)];
        here.iter().sum::<f64>() / here.len().max(1) as f64
    };
    (0..count).map(mean).collect()
}

/// The least and the greatest number, apart from each other.
fn bounds(numbers: &[f64]) -> (f64, f64) {
    let finite = numbers.iter().copied().filter(|number| number.is_finite());
    let low = finite.clone().fold(f64::INFINITY, f64::min);
    let high = finite.fold(f64::NEG_INFINITY, f64::max);
    match low < high {
        true => (low, high),
        false if low.is_finite() => (low - 0.5, low + 0.5),
        false => (0.0, 1.0),
    }
}

/// The picture of an opened value.
pub(crate) fn draw(figure: &Figure, columns: usize) -> Vec<Stroke> {
    match figure {
        Figure::Numbers(numbers) => plot(numbers, columns),
        Figure::Table {
            columns: names,
            rows,
        } => table(names, rows),
    }
}

/// A curve of braille dots with the bounds at its left.
fn plot(numbers: &[f64], columns: usize) -> Vec<Stroke> {
    let (low, high) = bounds(numbers);
    let labels = [label(high), label(low)];
    let margin = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let width = columns.saturating_sub(margin + 2);
    if width < 8 {
        return Vec::new();
    }
    let mut dots = Dots::new(width, HEIGHT);
    let (right, bottom) = (width * 2 - 1, HEIGHT * 4 - 1);
    let steps = (numbers.len() - 1).max(1) as f64;
    let x = |index: usize| (index as f64 / steps * right as f64).round() as usize;
    let y = |number: f64| ((high - number) / (high - low) * bottom as f64).round() as usize;
    for (index, pair) in numbers.windows(2).enumerate() {
        if pair[0].is_finite() && pair[1].is_finite() {
            dots.line((x(index), y(pair[0])), (x(index + 1), y(pair[1])));
        }
    }
    let rows = dots.rows().into_iter().enumerate();
    let rows = rows.map(|(row, dots)| {
        let text = match row {
            0 => labels[0].as_str(),
            row if row == HEIGHT - 1 => labels[1].as_str(),
            _ => "",
        };
        let edge = format!("{text:>margin$} │");
        vec![(Tone::Quiet, edge), (Tone::Value, dots)]
    });
    rows.collect()
}

fn label(number: f64) -> String {
    let text = format!("{number}");
    match text.len() > 9 {
        true => format!("{number:.3e}"),
        false => text,
    }
}

/// Two by four dots in each cell of the terminal.
struct Dots {
    width: usize,
    cells: Vec<u8>,
}

impl Dots {
    fn new(width: usize, height: usize) -> Dots {
        Dots {
            width,
            cells: vec![0; width * height],
        }
    }

    fn set(&mut self, x: usize, y: usize) {
        const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let at = y / 4 * self.width + x / 2;
        if let Some(cell) = self.cells.get_mut(at) {
            *cell |= BITS[x % 2][y % 4];
        }
    }

    fn line(&mut self, from: (usize, usize), to: (usize, usize)) {
        let (dx, dy) = (to.0 as f64 - from.0 as f64, to.1 as f64 - from.1 as f64);
        let steps = dx.abs().max(dy.abs()).max(1.0);
        for step in 0..=steps as usize {
            let part = step as f64 / steps;
            let x = from.0 as f64 + dx * part;
            let y = from.1 as f64 + dy * part;
            self.set(x.round() as usize, y.round() as usize);
        }
    }

    fn rows(&self) -> Vec<String> {
        let rows = self.cells.chunks(self.width);
        let cell = |bits: &u8| char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' ');
        rows.map(|row| row.iter().map(cell).collect()).collect()
    }
}

fn table(names: &[String], rows: &[Vec<String>]) -> Vec<Stroke> {
    let widths: Vec<usize> = (0..names.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let widths = cells.map(|cell| cell.width());
            widths.max().unwrap_or(0).max(names[column].width())
        })
        .collect();
    let is_number = |column: usize| {
        let mut cells = rows.iter().filter_map(|row| row.get(column));
        cells.all(|cell| cell.parse::<f64>().is_ok())
    };
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| {
            let pad = " ".repeat(width - cell.width());
            match is_number(column) {
                true => format!("{pad}{cell}"),
                false => format!("{cell}{pad}"),
            }
        });
        cells.collect::<Vec<_>>().join("   ")
    };
    let head = vec![(Tone::Quiet, line(names))];
    let rows = rows.iter().map(|row| vec![(Tone::Value, line(row))]);
    std::iter::once(head).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_bars_is_as_high_as_the_numbers() {
        assert_eq!(spark(&[0.0, 1.0, 2.0, 7.0], 24), "▁▂▃█");
        assert_eq!(spark(&[3.0, 3.0], 24), "▅▅");
        assert_eq!(spark(&[f64::NAN, 1.0, 2.0], 24).chars().count(), 3);
    }

    #[test]
    fn structs_with_the_same_fields_are_a_table() {
        let value = |text: &str| Value {
            text: text.to_owned(),
            ..Value::default()
        };
        let text = r#"[P(x: 1, name: "a, (b"), P(x: 20, name: "c"), P(x: 3, na"#;
        let figure = Figure::of(&value(text)).expect("a table");
        let lines = draw(&figure, 40);
        let lines: Vec<&str> = lines.iter().map(|line| line[0].1.as_str()).collect();
        assert_eq!(lines, [" x   name   ", " 1   \"a, (b\"", "20   \"c\"    "]);
        assert_eq!(Figure::of(&value("[some(1), none]")), None);
        assert_eq!(Figure::of(&value("[]")), None);
    }

    #[test]
    fn a_plot_goes_from_corner_to_corner() {
        let numbers: Vec<f64> = (0..100).map(f64::from).collect();
        let rows = draw(&Figure::Numbers(numbers), 40);
        assert_eq!(rows.len(), HEIGHT);
        let text = |row: &Stroke| row[1].1.clone();
        assert!(text(&rows[HEIGHT - 1]).starts_with(|c| c != '\u{2800}'));
        assert!(text(&rows[0]).ends_with(|c| c != '\u{2800}'));
    }
}
