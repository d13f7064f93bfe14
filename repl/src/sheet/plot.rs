//! Curves of numbers in characters: a small one beside the text, a larger one where a value is opened.

use unicode_width::UnicodeWidthStr;

use super::beside::{Stroke, Tone};

/// The least and the greatest number of a part of an array.
pub(crate) type Part = Option<[f64; 2]>;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Rows of a large picture, and the fewest columns of its curve.
pub(crate) const HEIGHT: usize = 10;
const NARROWEST: usize = 8;
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

/// A curve of an array with its bounds at the left.
pub(crate) struct Plot<'p> {
    curve: Curve<'p>,
    labels: [String; 2],
    /// Columns of the wider label.
    margin: usize,
    width: usize,
}

/// The numbers of a curve, and between which bounds they are.
#[derive(Clone, Copy)]
pub(crate) struct Curve<'p> {
    pub parts: &'p [Part],
    low: f64,
    high: f64,
}

impl<'p> Curve<'p> {
    pub(crate) fn of(parts: &'p [Part]) -> Curve<'p> {
        let numbers: Vec<f64> = parts.iter().flatten().flatten().copied().collect();
        let (low, high) = bounds(&numbers);
        Curve { parts, low, high }
    }

    /// How far below the highest number one is, from 0 to 1.
    pub(crate) fn below(&self, number: f64) -> f64 {
        // Halves, since the greatest numbers are further apart than a number can tell.
        let [low, high, number] = [self.low, self.high, number].map(|number| number / 2.0);
        let share = (high - number) / (high - low);
        match share.is_nan() {
            true => 0.5, // they are all the same, and too great for bounds around them
            false => share.clamp(0.0, 1.0),
        }
    }

    /// How far along the curve a place is, from 0 to 1, where a part takes 1.
    pub(crate) fn along(&self, place: f64) -> f64 {
        place / self.parts.len().saturating_sub(1).max(1) as f64
    }

    /// Whether there are numbers on both sides of zero.
    pub(crate) fn crosses_zero(&self) -> bool {
        self.low < 0.0 && self.high > 0.0
    }
}

impl<'p> Plot<'p> {
    /// None where there is too little room.
    pub(crate) fn of(parts: &'p [Part], columns: usize) -> Option<Plot<'p>> {
        let curve = Curve::of(parts);
        let labels = [label(curve.high), label(curve.low)];
        let margin = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let width = columns.saturating_sub(margin + 2);
        (width >= NARROWEST).then_some(Plot {
            curve,
            labels,
            margin,
            width,
        })
    }

    pub(crate) fn parts(&self) -> &'p [Part] {
        self.curve.parts
    }

    /// The first column of the curve, and how many it has.
    pub(crate) fn columns(&self) -> (usize, usize) {
        (self.margin + 2, self.width)
    }

    /// Rows without the curve, for one that is drawn otherwise.
    pub(crate) fn frame(&self) -> Vec<Stroke> {
        (0..HEIGHT).map(|row| vec![self.edge(row)]).collect()
    }

    /// Rows with the curve in braille dots; where a part has several numbers, from the least to the greatest.
    pub(crate) fn dotted(&self) -> Vec<Stroke> {
        let mut dots = Dots::new(self.width, HEIGHT);
        let (right, bottom) = (self.width * 2 - 1, HEIGHT * 4 - 1);
        let curve = &self.curve;
        let x = |index: usize| (curve.along(index as f64) * right as f64).round() as usize;
        let y = |number: f64| (curve.below(number) * bottom as f64).round() as usize;
        let middle = |[least, most]: [f64; 2]| y(least / 2.0 + most / 2.0);
        for (index, part) in curve.parts.iter().enumerate() {
            let Some(here) = *part else { continue };
            dots.line((x(index), y(here[0])), (x(index), y(here[1])));
            if let Some(Some(next)) = curve.parts.get(index + 1) {
                dots.line((x(index), middle(here)), (x(index + 1), middle(*next)));
            }
        }
        let rows = dots.rows().into_iter().enumerate();
        let rows = rows.map(|(row, dots)| vec![self.edge(row), (Tone::Value, dots)]);
        rows.collect()
    }

    /// What stands at the left of a row.
    fn edge(&self, row: usize) -> (Tone, String) {
        let text = match row {
            0 => self.labels[0].as_str(),
            row if row == HEIGHT - 1 => self.labels[1].as_str(),
            _ => "",
        };
        (Tone::Quiet, format!("{text:>0$} │", self.margin))
    }
}

/// In full if it is short, else its first four digits.
fn label(number: f64) -> String {
    let text = format!("{number}");
    let size = number.abs().log10().floor();
    match text.len() > 9 {
        true if (-4.0..9.0).contains(&size) => {
            let decimals = (3.0 - size).max(0.0) as usize;
            format!("{number:.decimals$}")
        }
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
    fn a_plot_goes_from_corner_to_corner() {
        let numbers: Vec<f64> = (0..100).map(f64::from).collect();
        let rows = dotted(&parts(&numbers));
        assert_eq!(rows.len(), HEIGHT);
        assert!(rows[HEIGHT - 1].starts_with(|c| c != '\u{2800}'));
        assert!(rows[0].ends_with(|c| c != '\u{2800}'));
    }

    fn dotted(parts: &[Part]) -> Vec<String> {
        let plot = Plot::of(parts, 40).expect("room");
        let rows = plot.dotted();
        rows.iter().map(|row| row[1].1.clone()).collect()
    }

    #[test]
    fn the_greatest_numbers_have_a_plot() {
        let rows = dotted(&parts(&[f64::MIN, 0.0, f64::MAX]));
        assert!(rows[HEIGHT - 1].starts_with(|c| c != '\u{2800}'));
        assert!(rows[0].ends_with(|c| c != '\u{2800}'));
        let flat = [f64::MAX; 3];
        assert!(dotted(&parts(&flat)).concat().contains(|c| c != '\u{2800}'));
    }

    #[test]
    fn a_label_is_short() {
        let numbers = [
            0.5,
            -0.999_573_603,
            123.456_789_012,
            1_234_567.891_2,
            1e12,
            1.5e-9,
        ];
        let labels = numbers.map(label);
        assert_eq!(
            labels,
            ["0.5", "-0.9996", "123.5", "1234568", "1.000e12", "1.500e-9"]
        );
    }

    #[test]
    fn a_frame_is_as_wide_as_its_labels() {
        let numbers = parts(&[-1.5, 20.0, 3.0]);
        let plot = Plot::of(&numbers, 40).expect("room");
        assert_eq!(plot.columns(), (6, 34));
        let frame: Vec<String> = plot
            .frame()
            .into_iter()
            .map(|row| row[0].1.clone())
            .collect();
        assert_eq!(
            (&*frame[0], &*frame[1], &*frame[HEIGHT - 1]),
            ("  20 │", "     │", "-1.5 │")
        );
        assert!(Plot::of(&numbers, 13).is_none());
    }
}
