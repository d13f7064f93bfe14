//! Bytes from the terminal become keys, turns of the mouse, and what the terminal says of itself.
//!
//! Answers come whenever they like, among keys; a parser for keys alone would take them for some. So they are taken out first:
//!
//! ```text
//! ESC _ G i=31 ; OK ESC \            to kitty's query
//! ESC [ ? 62 ; 4 c                   attributes; with other last letters: other answers that have a `?`
//! ESC [ 6 ; 20 ; 10 t                the size of a cell
//! ESC ] 4 ; 6 ; rgb:… ESC \          a colour of the palette; 10 and 11: foreground and background
//! ```
//!
//! What begins so but goes on otherwise was keys.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use termina::event::{KeyEvent, MouseEvent};
use termina::{Event, Parser};

use super::graphics::{Answer, BACKGROUND, Color, FOREGROUND};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Answer(Answer),
}

/// After an Escape alone, what belongs to it comes at once, or it was the key.
const AT_ONCE: Duration = Duration::from_millis(20);
/// The rest of an answer may be on its way for so long.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;

/// Says all that comes, until `tell` says that nobody listens or there is no terminal any more.
pub(super) fn listen(mut tell: impl FnMut(Said) -> bool) -> io::Result<()> {
    let mut reader = Reader::default();
    let mut buffer = [0; 1024];
    loop {
        let said = match wait(reader.patience())? {
            false => reader.settle(),
            true => match rustix::io::read(rustix::stdio::stdin(), &mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => reader.take(&buffer[..count]),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(error) => return Err(error.into()),
            },
        };
        for said in said {
            if !tell(said) {
                return Ok(());
            }
        }
    }
}

/// Whether something came in that time.
fn wait(time: Option<Duration>) -> io::Result<bool> {
    let time = time.map(|time| Timespec {
        tv_sec: time.as_secs() as i64,
        tv_nsec: i64::from(time.subsec_nanos()),
    });
    let stdin = rustix::stdio::stdin();
    loop {
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], time.as_ref()) {
            Ok(count) => return Ok(count > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[derive(Default)]
struct Reader {
    parser: Parser,
    /// The beginning of something, with an Escape as its first byte; or nothing.
    held: Vec<u8>,
}

/// What the bytes at the beginning are.
enum Piece {
    Keys(usize),
    /// The Escape key; what follows has nothing to do with it.
    Escape,
    Answer(usize, Option<Answer>),
    /// It depends on what follows.
    Unsure(Duration),
}

impl Reader {
    fn take(&mut self, bytes: &[u8]) -> Vec<Said> {
        self.held.extend_from_slice(bytes);
        let mut said = Vec::new();
        while !self.held.is_empty() {
            match piece(&self.held) {
                Piece::Keys(count) => self.keys(count, true, &mut said),
                Piece::Escape => self.keys(1, false, &mut said),
                Piece::Answer(count, answer) => {
                    said.extend(answer.map(Said::Answer));
                    self.held.drain(..count);
                }
                Piece::Unsure(_) => break,
            }
        }
        said
    }

    /// How long to wait for what follows, if something has begun.
    fn patience(&self) -> Option<Duration> {
        match piece(&self.held) {
            Piece::Unsure(time) if !self.held.is_empty() => Some(time),
            Piece::Unsure(_) | Piece::Keys(_) | Piece::Escape | Piece::Answer(..) => None,
        }
    }

    /// Nothing follows.
    fn settle(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        self.keys(self.held.len(), false, &mut said);
        said
    }

    fn keys(&mut self, count: usize, more: bool, said: &mut Vec<Said>) {
        let bytes: Vec<u8> = self.held.drain(..count).collect();
        self.parser.parse(&bytes, more);
        while let Some(event) = self.parser.pop() {
            match event {
                Event::Key(key) => said.push(Said::Key(key)),
                Event::Mouse(mouse) => said.push(Said::Mouse(mouse)),
                Event::WindowResized(_)
                | Event::FocusIn
                | Event::FocusOut
                | Event::Paste(_)
                | Event::Csi(_)
                | Event::Osc(_)
                | Event::Dcs(_) => {}
            }
        }
        if !more {
            // What has begun there does not go on either.
            self.parser = Parser::default();
        }
    }
}

fn piece(bytes: &[u8]) -> Piece {
    match bytes {
        [ESCAPE] => Piece::Unsure(AT_ONCE),
        [ESCAPE, b'_', ..] => string(bytes, &["Gi="]),
        [ESCAPE, b']', ..] => string(bytes, &["4;", "10;", "11;"]),
        [ESCAPE, b'[', rest @ ..] => sequence(bytes, rest),
        [ESCAPE, ESCAPE, ..] => Piece::Escape,
        [ESCAPE, _, ..] => Piece::Keys(2),
        _ => {
            let escape = bytes.iter().position(|byte| *byte == ESCAPE);
            Piece::Keys(escape.unwrap_or(bytes.len()))
        }
    }
}

/// An answer that begins with one of these behind its two bytes, and has an end of its own.
fn string(bytes: &[u8], beginnings: &[&str]) -> Piece {
    let rest = &bytes[2..];
    let may_be = |beginning: &&str| {
        let beginning = beginning.as_bytes();
        rest.starts_with(beginning) || beginning.starts_with(rest)
    };
    if !beginnings.iter().any(may_be) {
        return Piece::Keys(2);
    }
    let end = rest.iter().position(|byte| [ESCAPE, BELL].contains(byte));
    let Some(end) = end else {
        let patience = if rest.is_empty() { AT_ONCE } else { ON_ITS_WAY };
        return Piece::Unsure(patience);
    };
    let count = match rest[end..] {
        [ESCAPE] => return Piece::Unsure(ON_ITS_WAY),
        [ESCAPE, b'\\', ..] => end + 4,
        [BELL, ..] => end + 3,
        // It was broken off.
        _ => end + 2,
    };
    let text = String::from_utf8_lossy(&rest[..end]);
    let answer = match bytes[1] {
        b'_' => text
            .split_once(';')
            .map(|(_, message)| Answer::Kitty(message == "OK")),
        _ => color(&text),
    };
    Piece::Answer(count, answer)
}

fn color(text: &str) -> Option<Answer> {
    let (which, rest) = text.split_once(';')?;
    let (which, color) = match which {
        "10" => (FOREGROUND, rest),
        "11" => (BACKGROUND, rest),
        _ => {
            let (index, color) = rest.split_once(';')?;
            (u16::from(index.parse::<u8>().ok()?), color)
        }
    };
    Some(Answer::Color(which, Color::read(color)?))
}

/// `ESC [`, parameters and a letter.
fn sequence(bytes: &[u8], rest: &[u8]) -> Piece {
    let end = rest.iter().position(|byte| !(0x20..0x40).contains(byte));
    let Some(end) = end else {
        let patience = if rest.is_empty() { AT_ONCE } else { ON_ITS_WAY };
        return Piece::Unsure(patience);
    };
    let (text, count) = (&rest[..end], end + 3);
    if rest[end] == ESCAPE {
        // It was broken off.
        return Piece::Answer(bytes.len().min(count - 1), None);
    }
    let is_private = text.first() == Some(&b'?');
    let text = std::str::from_utf8(text).unwrap_or_default();
    let mut numbers = text.trim_start_matches('?').split(';');
    let mut number = || numbers.next()?.parse::<u32>().ok();
    match (is_private, rest[end]) {
        (true, b'c') => {
            let attributes = std::iter::from_fn(number).collect();
            Piece::Answer(count, Some(Answer::Attributes(attributes)))
        }
        // Of a sixel picture, if that is no failure.
        (true, b'S') => {
            let largest = match [number(), number(), number(), number()] {
                [Some(2), Some(0), Some(width), Some(height)] => {
                    Some(Answer::Largest(width, height))
                }
                _ => None,
            };
            Piece::Answer(count, largest)
        }
        (true, _) => Piece::Answer(count, None),
        (false, b't') => {
            let pixels = |number: Option<u32>| u16::try_from(number?).ok();
            let cell = match [number(), number(), number()] {
                [Some(6), height, width] => pixels(width).zip(pixels(height)),
                _ => None,
            };
            let cell = cell.map(|(width, height)| Answer::Cell(width, height));
            Piece::Answer(count, cell)
        }
        (false, _) => Piece::Keys(count),
    }
}

#[cfg(test)]
mod tests {
    use termina::event::{KeyCode, Modifiers, MouseButton, MouseEventKind};

    use super::*;

    /// What was said, in short; then nothing follows.
    fn said(pieces: &[&str]) -> String {
        let mut reader = Reader::default();
        let mut all = Vec::new();
        for piece in pieces {
            all.extend(reader.take(piece.as_bytes()));
        }
        if reader.patience().is_some() {
            all.extend(reader.settle());
        }
        let short = |said: Said| match said {
            Said::Key(KeyEvent {
                code, modifiers, ..
            }) => {
                let code = match code {
                    KeyCode::Char(c) => c.to_string(),
                    code => format!("{code:?}"),
                };
                match modifiers - Modifiers::SHIFT {
                    Modifiers::NONE => code,
                    modifiers => format!("{modifiers:?}+{code}"),
                }
            }
            Said::Mouse(mouse) => format!("{:?} {} {}", mouse.kind, mouse.column, mouse.row),
            Said::Answer(answer) => format!("{answer:?}"),
        };
        let all: Vec<String> = all.into_iter().map(short).collect();
        all.join(", ")
    }

    const ANSWERS: [(&str, &str); 10] = [
        ("\x1b_Gi=31;OK\x1b\\", "Kitty(true)"),
        ("\x1b_Gi=31;EINVAL:no\x1b\\", "Kitty(false)"),
        ("\x1b[?62;4;22c", "Attributes([62, 4, 22])"),
        ("\x1b[6;20;10t", "Cell(10, 20)"),
        ("\x1b[?2;0;1000;800S", "Largest(1000, 800)"),
        (
            "\x1b]4;6;rgb:0000/cdcd/cdcd\x1b\\",
            "Color(6, Color([0, 205, 205]))",
        ),
        (
            "\x1b]10;rgb:ff/ff/ff\x07",
            "Color(256, Color([255, 255, 255]))",
        ),
        ("\x1b]11;rgb:0/0/0\x1b\\", "Color(257, Color([0, 0, 0]))"),
        // Not understood, and nothing that anybody pressed.
        ("\x1b[?2026;2$y", ""),
        ("\x1b]11;?\x1b\\", ""),
    ];

    #[test]
    fn answers_are_heard_among_keys() {
        for (bytes, answer) in ANSWERS {
            let answer = match answer {
                "" => String::new(),
                answer => format!("{answer}, "),
            };
            let text = format!("a{bytes}\x1b[A\x1bOBé");
            assert_eq!(
                said(&[&text]),
                format!("a, {answer}Up, Down, é"),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn an_answer_may_come_in_two_parts() {
        for (bytes, answer) in ANSWERS {
            for at in 1..bytes.len() {
                let (one, other) = bytes.split_at(at);
                assert_eq!(said(&[one, other]), answer, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn keys_are_keys() {
        let all = "q\x1b[5~\x1b[H\r\t\x03\x1b[1;5C\x1b\x7f\x1bx日";
        assert_eq!(
            said(&[all]),
            "q, PageUp, Home, Enter, Tab, Modifiers(CONTROL)+c, Modifiers(CONTROL)+Right, Modifiers(ALT)+Backspace, Modifiers(ALT)+x, 日"
        );
        // Whatever the parts are in which they come.
        for at in (1..all.len()).filter(|at| all.is_char_boundary(*at)) {
            let (one, other) = all.split_at(at);
            assert_eq!(said(&[one, other]), said(&[all]), "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_begins_like_an_answer_may_be_keys() {
        assert_eq!(said(&["\x1b"]), "Escape");
        assert_eq!(said(&["\x1b\x1b[B"]), "Escape, Down");
        assert_eq!(said(&["\x1b", "\x1b[A", "\r"]), "Escape, Up, Enter");
        assert_eq!(said(&["\x1b_"]), "Modifiers(ALT)+_");
        assert_eq!(said(&["\x1b_q"]), "Modifiers(ALT)+_, q");
        assert_eq!(said(&["\x1b_G", "q"]), "Modifiers(ALT)+_, G, q");
        // What follows a beginning that does not go on is heard.
        let mut reader = Reader::default();
        assert_eq!(reader.take(b"\x1b["), []);
        reader.settle();
        assert!(matches!(
            reader.take(b"q")[..],
            [Said::Key(KeyEvent {
                code: KeyCode::Char('q'),
                ..
            })]
        ));
    }

    #[test]
    fn the_mouse_is_heard() {
        assert_eq!(
            said(&["\x1b[<0;12;3M\x1b[<64;1;1M"]),
            "Down(Left) 11 2, ScrollUp 0 0"
        );
        assert_eq!(
            said(&["\x1b[M !!"]),
            format!("{:?} 0 0", MouseEventKind::Down(MouseButton::Left))
        );
    }
}
