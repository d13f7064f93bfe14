//! Pictures for terminals with sixel graphics.
//!
//! ```text
//! ESC P 0;1 q  "1;1;W;H     pixels that are not named stay as they are
//! #n;2;r;g;b                colour n, in parts of a hundred
//! #n ???~!12?  $            six rows at once: the bits of a letter are the pixels of colour n in a column, the highest the least; `!12` repeats
//! -                         on to the next six rows
//! ESC \
//! ```

use std::io::{Result, Write};

use super::colors::{Color, Colors};
use super::picture::{LINE, Picture, SHADES};

/// Rows of a band. Where a picture ends within one, terminals do not agree on which line that is, and some scroll.
pub(super) const BAND: usize = 6;

/// At the cursor, which may be anywhere afterwards.
pub(super) fn draw(out: &mut impl Write, picture: &Picture, colors: &Colors) -> Result<()> {
    let (width, height) = (picture.width, picture.height);
    write!(out, "\x1bP0;1q\"1;1;{width};{height}")?;
    let mut is_used = [false; LINE as usize + 1];
    picture
        .pixels
        .iter()
        .for_each(|pixel| is_used[usize::from(*pixel)] = true);
    let used: Vec<u8> = (1..=LINE)
        .filter(|pixel| is_used[usize::from(*pixel)])
        .collect();
    for pixel in &used {
        let percent = color(*pixel, colors)
            .0
            .map(|part| (u32::from(part) * 100 + 127) / 255);
        let [red, green, blue] = percent;
        write!(out, "#{pixel};2;{red};{green};{blue}")?;
    }
    for (index, band) in picture.pixels.chunks((width * BAND).max(1)).enumerate() {
        if index > 0 {
            out.write_all(b"-")?;
        }
        for pixel in &used {
            let letters = (0..width).map(|column| {
                let rows = band.iter().skip(column).step_by(width).enumerate();
                let bits = rows.map(|(row, here)| u8::from(here == pixel) << row);
                bits.sum()
            });
            let letters: Vec<u8> = letters.collect();
            if let Some(last) = letters.iter().rposition(|bits| *bits != 0) {
                write!(out, "#{pixel}")?;
                repeated(out, &letters[..=last])?;
                out.write_all(b"$")?;
            }
        }
    }
    out.write_all(b"\x1b\\")
}

fn repeated(out: &mut impl Write, letters: &[u8]) -> Result<()> {
    for run in letters.chunk_by(|one, next| one == next) {
        let letter = [run[0] + b'?'];
        match run.len() {
            count @ 4.. => {
                write!(out, "!{count}")?;
                out.write_all(&letter)?;
            }
            count => out.write_all(&letter.repeat(count))?,
        }
    }
    Ok(())
}

/// There is no transparency, so a pixel that is covered partly has the background in it.
fn color(pixel: u8, colors: &Colors) -> Color {
    match pixel {
        LINE => colors.quiet,
        shade => {
            let share = u16::from(shade) * 255 / u16::from(SHADES);
            colors.background.mixed(colors.curve, share as u8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize, rows: &[&str]) -> String {
        let picture = Picture {
            width,
            height: rows.len(),
            pixels: rows
                .concat()
                .bytes()
                .map(|pixel| match pixel {
                    b'#' => SHADES,
                    b'-' => LINE,
                    _ => 0,
                })
                .collect(),
        };
        let mut out = Vec::new();
        draw(&mut out, &picture, &Colors::default()).expect("bytes");
        let text = String::from_utf8(out).expect("text");
        text.replace('\x1b', "^")
    }

    #[test]
    fn six_rows_are_one_letter() {
        expect_test::expect![[r#"^P0;1q"1;1;3;6#14;2;0;80;80#14`ac$^\"#]]
            .assert_eq(&drawn(3, &["#..", ".#.", "..#", "...", "...", "###"]));
    }

    #[test]
    fn what_repeats_is_said_once() {
        expect_test::expect![[r#"^P0;1q"1;1;9;2#14;2;0;80;80#15;2;50;50;50#14??!6@$#15!9A$^\"#]]
            .assert_eq(&drawn(9, &["..######.", "---------"]));
    }

    #[test]
    fn a_band_may_be_empty_and_the_last_one_lower() {
        let rows = ["....", "....", "....", "....", "....", "....", "####"];
        expect_test::expect![[r#"^P0;1q"1;1;4;7#14;2;0;80;80-#14!4@$^\"#]]
            .assert_eq(&drawn(4, &rows));
        expect_test::expect![[r#"^P0;1q"1;1;2;2^\"#]].assert_eq(&drawn(2, &["..", ".."]));
    }
}
