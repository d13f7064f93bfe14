//! A curve becomes a picture, pixel by pixel.

use zeno::{Cap, Command, Fill, Join, Mask, Stroke, Vector};

use super::super::super::plot::Curve;

/// Shades of a pixel that the curve covers partly. With the line at zero and nothing they are 16 colours, which is what the least of the
/// terminals have.
pub(super) const SHADES: u8 = 14;
/// The line at zero.
pub(super) const LINE: u8 = SHADES + 1;
/// How strongly the surface between the least and the greatest numbers is coloured.
const SURFACE: f32 = 0.35;

/// Each pixel is 0 where nothing is, one of the shades, or the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Picture {
    /// From corner to corner of so many pixels; `bold` is the width of the curve.
    pub(super) fn of(curve: &Curve<'_>, (width, height): (usize, usize), bold: f32) -> Picture {
        let (right, bottom) = (width as f32 - bold, height as f32 - bold);
        let x = |place: f64| bold / 2.0 + curve.along(place) as f32 * right;
        let y = |number: f64| bold / 2.0 + curve.below(number) as f32 * bottom;
        let mut lines = Vec::new();
        let mut surfaces = Vec::new();
        let mut begin = 0;
        // Numbers that are none part the curve.
        for run in curve.parts.split(Option::is_none) {
            let parts: Vec<[f64; 2]> = run.iter().flatten().copied().collect();
            let edges = edges(&parts).map(|edge| {
                let point =
                    |(at, number): &(f64, f64)| Vector::new(x(begin as f64 + at), y(*number));
                edge.iter().map(point).collect::<Vec<_>>()
            });
            begin += run.len() + 1;
            let [least, most] = edges;
            line(&mut lines, &most);
            if least != most {
                line(&mut lines, &least);
                let around = most.iter().chain(least.iter().rev());
                line(&mut surfaces, &around.copied().collect::<Vec<_>>());
                surfaces.push(Command::Close);
            }
        }
        let (size, mut pixels) = ((width as u32, height as u32), vec![0; width * height]);
        let mut stroke = Stroke::new(bold);
        stroke.join(Join::Round).cap(Cap::Round);
        let mut mask = Mask::new(&lines);
        mask.style(stroke).size(size.0, size.1);
        let covered = mask.render().0;
        let mut mask = Mask::new(&surfaces);
        mask.style(Fill::NonZero).size(size.0, size.1);
        let surface = mask.render().0;
        for (pixel, (covered, surface)) in pixels.iter_mut().zip(covered.iter().zip(&surface)) {
            let share = f32::from(*covered).max(f32::from(*surface) * SURFACE) / 255.0;
            *pixel = (share * f32::from(SHADES)).round() as u8;
        }
        if curve.crosses_zero() {
            let row = y(0.0) as usize * width;
            let row = &mut pixels[row..row + width];
            row.iter_mut()
                .filter(|pixel| **pixel == 0)
                .for_each(|pixel| *pixel = LINE);
        }
        Picture {
            width,
            height,
            pixels,
        }
    }

    /// The pixels of a part of it.
    pub(super) fn part(&self, from: (usize, usize), size: (usize, usize)) -> Picture {
        let (x, y) = (from.0.min(self.width), from.1.min(self.height));
        let (right, bottom) = (x + size.0, y + size.1);
        let (right, bottom) = (right.min(self.width), bottom.min(self.height));
        let rows = (y..bottom).map(|row| &self.pixels[row * self.width..][x..right]);
        Picture {
            pixels: rows.flatten().copied().collect(),
            width: right - x,
            height: bottom - y,
        }
    }
}

/// The lower and the upper edge of parts that follow one another: places, where 1 is a part, and numbers.
///
/// Where one part goes over into the next, the curve is at a number that both have, or between them. So the edges meet where numbers rise or
/// fall from part to part, and are apart where they go up and down within them.
fn edges(parts: &[[f64; 2]]) -> [Vec<(f64, f64)>; 2] {
    let crossing = |at: usize| {
        let ([least, most], [next_least, next_most]) = (parts[at], *parts.get(at + 1)?);
        let (low, high) = (least.max(next_least), most.min(next_most));
        Some(match low <= high {
            true => [low, high],
            false => [low / 2.0 + high / 2.0; 2],
        })
    };
    let mut edges = [Vec::new(), Vec::new()];
    let mut before = None;
    for (at, part) in parts.iter().enumerate() {
        let behind = crossing(at);
        let is_one = part[0] == part[1] || before.is_none() || behind.is_none();
        for (which, edge) in edges.iter_mut().enumerate() {
            let number = part[which];
            let reaches = |crossing: Option<[f64; 2]>| {
                crossing.is_some_and(|[low, high]| match which {
                    0 => low <= number,
                    _ => high >= number,
                })
            };
            if is_one || !(reaches(before) || reaches(behind)) {
                edge.push((at as f64, number));
            }
            edge.extend(behind.map(|here| (at as f64 + 0.5, here[which])));
        }
        before = behind;
    }
    edges
}

fn line(path: &mut Vec<Command>, points: &[Vector]) {
    let Some(first) = points.first() else { return };
    path.push(Command::MoveTo(*first));
    path.extend(points[1..].iter().copied().map(Command::LineTo));
    if points.len() == 1 {
        // A point: the line has to go somewhere to have ends that can be seen.
        path.push(Command::LineTo(*first + Vector::new(0.01, 0.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::plot::Part;
    use super::*;

    /// The shades as digits, `-` for the line at zero.
    fn drawn(parts: &[Part], size: (usize, usize)) -> String {
        let picture = Picture::of(&Curve::of(parts), size, 1.0);
        let pixel = |pixel: &u8| match *pixel {
            0 => '.',
            LINE => '-',
            shade => char::from_digit(u32::from(shade), 16).expect("a shade"),
        };
        let rows = picture.pixels.chunks(picture.width);
        let rows = rows.map(|row| row.iter().map(pixel).collect::<String>() + "\n");
        rows.collect()
    }

    fn numbers(numbers: &[f64]) -> Vec<Part> {
        let part = |number: &f64| number.is_finite().then_some([*number; 2]);
        numbers.iter().map(part).collect()
    }

    #[test]
    fn a_curve_goes_from_corner_to_corner() {
        expect_test::expect![[r#"
            .....17b
            ....5c92
            ..3bb3..
            29c5....
            b71.....
        "#]]
        .assert_eq(&drawn(&numbers(&[0.0, 1.0]), (8, 5)));
    }

    #[test]
    fn numbers_on_both_sides_of_zero_have_a_line_there() {
        expect_test::expect![[r#"
            ......18b
            ....18d81
            --18d81--
            18d81....
            b81......
        "#]]
        .assert_eq(&drawn(&numbers(&[-1.0, 1.0]), (9, 5)));
        // What only touches zero needs none: its bounds say so.
        assert!(!drawn(&numbers(&[0.0, 1.0]), (9, 5)).contains('-'));
    }

    #[test]
    fn what_is_no_number_parts_the_curve() {
        let parts = numbers(&[1.0, 1.0, f64::NAN, 0.0, f64::NAN, 1.0, 1.0]);
        expect_test::expect![[r#"
            bea.......bea
            .............
            .............
            .............
            ......7......
        "#]]
        .assert_eq(&drawn(&parts, (13, 5)));
        assert!(!drawn(&[None, None, None], (4, 3)).contains('e'));
    }

    #[test]
    fn between_the_least_and_the_greatest_there_is_a_surface() {
        let parts = [Some([0.0, 1.0]), Some([0.0, 1.0]), Some([0.4, 0.6])];
        expect_test::expect![[r#"
            beeeea62.........
            2555559dc73......
            2555555557bda8887
            255555555555abbb8
            2555555557cda8887
            2555559db73......
            beeeea62.........
        "#]]
        .assert_eq(&drawn(&parts, (17, 7)));
    }

    #[test]
    fn what_rises_from_part_to_part_is_a_line() {
        let parts: Vec<[f64; 2]> = (0..5)
            .map(|at| [f64::from(at), f64::from(at) + 1.0])
            .collect();
        let [least, most] = edges(&parts);
        let inner = |edge: &[(f64, f64)]| edge[1..edge.len() - 1].to_vec();
        assert_eq!(
            inner(&least),
            [(0.5, 1.0), (1.5, 2.0), (2.5, 3.0), (3.5, 4.0)]
        );
        assert_eq!(inner(&least), inner(&most));
        // Also if there is a step between the last number of one and the first of the next.
        let steps: Vec<[f64; 2]> = parts
            .iter()
            .map(|[least, most]| [least * 2.0, most * 2.0 - 1.0])
            .collect();
        let [least, most] = edges(&steps);
        assert_eq!(
            inner(&least),
            [(0.5, 1.5), (1.5, 3.5), (2.5, 5.5), (3.5, 7.5)]
        );
        assert_eq!(inner(&least), inner(&most));
        // Of a peak within a part nothing is lost, and neither of what goes up and down.
        let parts = [[0.0, 2.0], [1.0, 9.0], [0.0, 2.0], [0.5, 1.5]];
        let [least, most] = edges(&parts);
        assert_eq!(
            most,
            [
                (0.0, 2.0),
                (0.5, 2.0),
                (1.0, 9.0),
                (1.5, 2.0),
                (2.5, 1.5),
                (3.0, 1.5)
            ]
        );
        assert_eq!(
            least,
            [
                (0.0, 0.0),
                (0.5, 1.0),
                (1.5, 1.0),
                (2.0, 0.0),
                (2.5, 0.5),
                (3.0, 0.5)
            ]
        );
        // Numbers alone are where they are.
        let [least, most] = edges(&[[1.0; 2], [4.0; 2], [6.0; 2]]);
        assert_eq!(
            least,
            [(0.0, 1.0), (0.5, 2.5), (1.0, 4.0), (1.5, 5.0), (2.0, 6.0)]
        );
        assert_eq!(least, most);
    }

    #[test]
    fn a_part_has_the_pixels_of_the_whole() {
        let whole = Picture {
            width: 3,
            height: 2,
            pixels: vec![1, 2, 3, 4, 5, 6],
        };
        assert_eq!(whole.part((1, 0), (1, 9)).pixels, [2, 5]);
        assert_eq!(whole.part((0, 1), (9, 1)).pixels, [4, 5, 6]);
        assert!(whole.part((3, 0), (1, 1)).pixels.is_empty());
    }
}
