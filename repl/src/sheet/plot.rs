//! Pictures of values: a small one beside the text, a larger one where a value is opened, and tables.

use unicode_width::UnicodeWidthStr;

use super::beside::{Stroke, Tone};

/// The least and the greatest number of a part of an array.
pub(crate) type Part = Option<[f64; 2]>;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Rows of a large picture.
const HEIGHT: usize = 10;
/// Columns of a small one.
const SMALL: usize = 24;
const SMALLEST: usize = 8;

/// A line of bars, one for each number or for several; nothing where it would say nothing.
pub(crate) fn spark(parts: &[Part], most: usize) -> String {
    if most < SMALLEST {
        return String::new();
    }
    let middle = |part: &Part| part.map_or(f64::NAN, |[least, most]| (least + most) / 2.0);
    let middles: Vec<f64> = parts.iter().map(middle).collect();
    let buckets = buckets(&middles, most.min(SMALL));
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

/// A curve of braille dots with the bounds at its left; where a part has several numbers, from the least to the greatest.
pub(crate) fn plot(parts: &[Part], columns: usize) -> Vec<Stroke> {
    let numbers: Vec<f64> = parts.iter().flatten().flatten().copied().collect();
    let (low, high) = bounds(&numbers);
    let labels = [label(high), label(low)];
    let margin = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let width = columns.saturating_sub(margin + 2);
    if width < 8 {
        return Vec::new();
    }
    let mut dots = Dots::new(width, HEIGHT);
    let (right, bottom) = (width * 2 - 1, HEIGHT * 4 - 1);
    let steps = (parts.len() - 1).max(1) as f64;
    let x = |index: usize| (index as f64 / steps * right as f64).round() as usize;
    let y = |number: f64| ((high - number) / (high - low) * bottom as f64).round() as usize;
    let middle = |[least, most]: [f64; 2]| y((least + most) / 2.0);
    for (index, part) in parts.iter().enumerate() {
        let Some(here) = *part else { continue };
        dots.line((x(index), y(here[0])), (x(index), y(here[1])));
        if let Some(Some(next)) = parts.get(index + 1) {
            dots.line((x(index), middle(here)), (x(index + 1), middle(*next)));
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

/// Columns with their names above them.
pub(crate) fn table(names: &[String], rows: &[Vec<String>]) -> Vec<Stroke> {
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

    fn parts(numbers: &[f64]) -> Vec<Part> {
        let part = |number: &f64| number.is_finite().then_some([*number; 2]);
        numbers.iter().map(part).collect()
    }

    #[test]
    fn a_line_of_bars_is_as_high_as_the_numbers() {
        assert_eq!(spark(&parts(&[0.0, 1.0, 2.0, 7.0]), 24), "▁▂▃█");
        assert_eq!(spark(&parts(&[3.0, 3.0]), 24), "▅▅");
        assert_eq!(spark(&parts(&[f64::NAN, 1.0, 2.0]), 24).chars().count(), 3);
    }

    #[test]
    fn a_table_has_its_numbers_at_the_right() {
        let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        let rows = [texts(["1", "\"a, (b\""]), texts(["20", "\"c\""])];
        let lines = table(&texts(["x", "name"]), &rows);
        let lines: Vec<&str> = lines.iter().map(|line| line[0].1.as_str()).collect();
        assert_eq!(lines, [" x   name   ", " 1   \"a, (b\"", "20   \"c\"    "]);
    }

    #[test]
    fn a_plot_goes_from_corner_to_corner() {
        let numbers: Vec<f64> = (0..100).map(f64::from).collect();
        let rows = plot(&parts(&numbers), 40);
        assert_eq!(rows.len(), HEIGHT);
        let text = |row: &Stroke| row[1].1.clone();
        assert!(text(&rows[HEIGHT - 1]).starts_with(|c| c != '\u{2800}'));
        assert!(text(&rows[0]).ends_with(|c| c != '\u{2800}'));
    }
}
