//! The pictures of a terminal: what it answers about them, and which pixels they colour.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use unicode_width::UnicodeWidthChar;

/// Pixels of a cell.
pub(super) const CELL: (usize, usize) = (10, 20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It answers nothing.
    Mute,
    /// It has no graphics, and says so.
    Plain,
    Kitty,
    Sixel,
}

type Pixel = [u8; 4];

struct Image {
    width: usize,
    pixels: Vec<Pixel>,
}

/// Where an image stands, in cells, and the first of its rows of pixels that is seen.
struct Place {
    at: (usize, usize),
    size: (usize, usize),
    from: usize,
}

pub(super) struct Canvas {
    pub kind: Kind,
    /// Columns and rows.
    pub size: (usize, usize),
    cursor: (usize, usize),
    /// What has begun to come.
    begun: Vec<u8>,
    /// What was asked.
    pub questions: String,
    /// How many commands came that kitty knows, and how many pictures.
    pub strings: usize,
    pub sent: usize,
    /// Of sixel, by column and row.
    drawn: BTreeMap<(usize, usize), Pixel>,
    images: BTreeMap<u32, Image>,
    places: BTreeMap<u32, Place>,
    /// Of an image that comes in parts: its first keys, and the data.
    coming: Option<(String, String)>,
}

impl Canvas {
    pub(super) fn new(kind: Kind, size: (usize, usize)) -> Canvas {
        Canvas {
            kind,
            size,
            cursor: (0, 0),
            begun: Vec::new(),
            questions: String::new(),
            strings: 0,
            sent: 0,
            drawn: BTreeMap::new(),
            images: BTreeMap::new(),
            places: BTreeMap::new(),
            coming: None,
        }
    }

    /// Of what a program writes; gives what the terminal answers.
    pub(super) fn take(&mut self, bytes: &[u8]) -> String {
        self.begun.extend_from_slice(bytes);
        let mut answers = String::new();
        while let Some(count) = length(&self.begun) {
            let piece: Vec<u8> = self.begun.drain(..count).collect();
            let piece = String::from_utf8_lossy(&piece).into_owned();
            let answer = match piece.as_bytes() {
                [0x1b, b'_', ..] => self.kitty(piece[2..].trim_end_matches("\x1b\\")),
                [0x1b, b'P', ..] => self.sixel(piece[2..].trim_end_matches("\x1b\\")),
                [0x1b, b']', ..] => self.color(&piece[2..]),
                [0x1b, b'[', ..] => self.sequence(&piece[2..]),
                [0x1b, ..] => "",
                _ => self.text(&piece),
            };
            if !answer.is_empty() || piece.ends_with(['c', 't']) && piece.starts_with("\x1b[") {
                self.questions += &piece;
            }
            if self.kind != Kind::Mute {
                answers += answer;
            }
        }
        answers
    }

    fn text(&mut self, text: &str) -> &'static str {
        for c in text.chars() {
            // A character takes the place of what was drawn in its cell.
            let (column, row) = self.cursor;
            let (left, top) = (column * CELL.0, row * CELL.1);
            let is_here = |(x, y): &(usize, usize)| {
                (left..left + CELL.0).contains(x) && (top..top + CELL.1).contains(y)
            };
            self.drawn.retain(|at, _| !is_here(at));
            self.cursor.0 += c.width().unwrap_or(0);
        }
        ""
    }

    fn sequence(&mut self, text: &str) -> &'static str {
        let (parameters, last) = text.split_at(text.len() - 1);
        match (last, parameters) {
            ("H", _) => {
                let (row, column) = parameters.split_once(';').unwrap_or(("1", "1"));
                let at = |number: &str| number.parse::<usize>().expect("a place") - 1;
                self.cursor = (at(column), at(row));
                ""
            }
            // All of the screen, and the way back to the one that was there before.
            ("J", "2") | ("l", "?1049") => {
                self.drawn.clear();
                ""
            }
            ("c", "") if self.kind == Kind::Sixel => "\x1b[?62;4;22c",
            ("c", "") => "\x1b[?62;22c",
            ("t", "16") => "\x1b[6;20;10t",
            ("S", "?2;1;0") => "\x1b[?2;0;300;1000S",
            _ => "",
        }
    }

    fn color(&mut self, text: &str) -> &'static str {
        match text.trim_end_matches("\x1b\\") {
            "10;?" => "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
            "11;?" => "\x1b]11;rgb:1010/1010/1010\x1b\\",
            "4;6;?" => "\x1b]4;6;rgb:1010/c0c0/f0f0\x1b\\",
            "4;8;?" => "\x1b]4;8;rgb:5050/5050/5050\x1b\\",
            _ => "",
        }
    }

    fn kitty(&mut self, text: &str) -> &'static str {
        let is_question = text.contains("a=q");
        assert!(
            self.kind == Kind::Kitty || is_question,
            "it knows none of that: {text}"
        );
        self.strings += 1;
        let (keys, data) = text.split_once(';').unwrap_or((text, ""));
        let keys = keys.strip_prefix('G').expect("graphics");
        if let Some((first, mut all)) = self.coming.take() {
            all += data;
            return self.image(first, all, keys);
        }
        match key(keys, "a") {
            Some("q") if self.kind == Kind::Kitty => "\x1b_Gi=31;OK\x1b\\",
            Some("q") => "",
            Some("t") => self.image(keys.to_owned(), data.to_owned(), keys),
            Some("p") => {
                let image = &self.images[&number(keys, "i")];
                let size = (number(keys, "c") as usize, number(keys, "r") as usize);
                let height = number(keys, "h") as usize;
                let from = number(keys, "y") as usize;
                // Nothing is scaled, and nothing is left over.
                assert_eq!((image.width, height), (size.0 * CELL.0, size.1 * CELL.1));
                assert!(image.pixels.len() >= (from + height) * image.width);
                let place = Place {
                    at: self.cursor,
                    size,
                    from,
                };
                self.places.insert(number(keys, "i"), place);
                ""
            }
            Some("d") => {
                let id = number(keys, "i");
                self.places.remove(&id);
                if key(keys, "d") == Some("I") {
                    self.images.remove(&id);
                }
                ""
            }
            _ => panic!("what is {text}?"),
        }
    }

    fn image(&mut self, first: String, data: String, keys: &str) -> &'static str {
        if key(keys, "m") == Some("1") {
            self.coming = Some((first, data));
            return "";
        }
        let bytes = STANDARD.decode(data).expect("base64");
        let bytes = decompress_to_vec_zlib(&bytes).expect("zlib");
        let (width, height) = (number(&first, "s") as usize, number(&first, "v") as usize);
        assert_eq!(bytes.len(), width * height * 4);
        let pixels = bytes
            .chunks(4)
            .map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]]);
        let pixels = pixels.collect();
        self.images
            .insert(number(&first, "i"), Image { width, pixels });
        self.sent += 1;
        ""
    }

    fn sixel(&mut self, text: &str) -> &'static str {
        assert_eq!(self.kind, Kind::Sixel, "it knows none of that");
        let text = text
            .strip_prefix("0;1q\"1;1;")
            .expect("the size, and pixels that stay");
        let colors = text.find('#').unwrap_or(text.len());
        let (width, height) = text[..colors]
            .trim_end_matches('-')
            .split_once(';')
            .expect("the size");
        let size: (usize, usize) = (
            width.parse().expect("a width"),
            height.parse().expect("a height"),
        );
        let origin = (self.cursor.0 * CELL.0, self.cursor.1 * CELL.1);
        // It would scroll if it came to the last row.
        assert!(origin.1 + size.1 <= (self.size.1 - 1) * CELL.1);
        assert!(origin.0 + size.0 <= self.size.0 * CELL.0 && size.0 <= 300);
        let mut palette: BTreeMap<u32, Pixel> = BTreeMap::new();
        let (mut x, mut y, mut color) = (0, 0, 0);
        let mut rest = &text[colors..];
        while let Some(letter) = rest.chars().next() {
            rest = &rest[1..];
            match letter {
                '#' => {
                    color = digits(&mut rest);
                    if rest.starts_with(';') {
                        let mut parts = [0; 4];
                        for part in &mut parts {
                            rest = &rest[1..];
                            *part = digits(&mut rest);
                        }
                        let [_, red, green, blue] = parts.map(|part| (part * 255 / 100) as u8);
                        palette.insert(color, [red, green, blue, 255]);
                    }
                }
                '$' => x = 0,
                '-' => (x, y) = (0, y + 6),
                letter => {
                    let count = match letter {
                        '!' => digits(&mut rest),
                        _ => 1,
                    };
                    let letter = match letter {
                        '!' => rest.chars().next().expect("what is repeated"),
                        letter => letter,
                    };
                    if count > 1 {
                        rest = &rest[1..];
                    }
                    let bits = u32::from(letter) - u32::from('?');
                    for _ in 0..count {
                        for row in (0..6).filter(|row| bits & (1 << row) != 0) {
                            assert!(x < size.0 && y + row < size.1, "outside of the picture");
                            self.drawn
                                .insert((origin.0 + x, origin.1 + y + row), palette[&color]);
                        }
                        x += 1;
                    }
                }
            }
        }
        self.sent += 1;
        ""
    }

    /// None if nothing is drawn there.
    pub(super) fn pixel(&self, x: usize, y: usize) -> Option<Pixel> {
        let kitty = self.places.iter().find_map(|(id, place)| {
            let x = x.checked_sub(place.at.0 * CELL.0)?;
            let y = y.checked_sub(place.at.1 * CELL.1)?;
            let is_there = x < place.size.0 * CELL.0 && y < place.size.1 * CELL.1;
            let image = &self.images[id];
            is_there.then(|| image.pixels[(place.from + y) * image.width + x])
        });
        let sixel = self.drawn.get(&(x, y)).copied();
        kitty.or(sixel).filter(|pixel| pixel[3] > 0)
    }

    /// All pixels of the screen that are coloured.
    pub(super) fn count(&self) -> usize {
        let rows = 0..self.size.1 * CELL.1;
        let row = |y| (0..self.size.0 * CELL.0).filter(move |x| self.pixel(*x, y).is_some());
        rows.map(|y| row(y).count()).sum()
    }

    /// Pictures that the terminal keeps, whether they are seen or not.
    pub(super) fn kept(&self) -> usize {
        self.images.len()
    }
}

/// Of the first text or sequence, if it is there in full.
fn length(bytes: &[u8]) -> Option<usize> {
    let find = |end: &[u8]| bytes.windows(end.len()).position(|here| here == end);
    match bytes {
        [] | [0x1b] => None,
        [0x1b, b'_' | b'P' | b']', ..] => Some(find(b"\x1b\\")? + 2),
        [0x1b, b'[', rest @ ..] => {
            Some(rest.iter().position(|byte| (0x40..0x7f).contains(byte))? + 3)
        }
        [0x1b, ..] => Some(2),
        _ => {
            let end = find(b"\x1b").unwrap_or(bytes.len());
            // A character may be there only in part.
            let end = match std::str::from_utf8(&bytes[..end]) {
                Err(error) if error.error_len().is_none() => error.valid_up_to(),
                _ => end,
            };
            (end > 0).then_some(end)
        }
    }
}

fn key<'k>(keys: &'k str, name: &str) -> Option<&'k str> {
    let mut pairs = keys.split(',').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn number(keys: &str, name: &str) -> u32 {
    let value = key(keys, name).unwrap_or_else(|| panic!("no {name} in {keys}"));
    value.parse().expect("a number")
}

fn digits(text: &mut &str) -> u32 {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    digits.parse().expect("digits")
}
