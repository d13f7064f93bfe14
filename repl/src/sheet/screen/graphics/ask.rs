//! What the terminal is asked about its graphics, and what it answers, whenever that comes.
//!
//! ```text
//! which    kitty's query, and the attributes that every terminal tells: those end the answers
//! how      only if there are graphics: the size of a cell, of the largest picture, colours; and the attributes again
//! ```
//!
//! One that answers nothing is asked nothing further, and has no graphics. No time plays a part.

use clap::ValueEnum;

use super::colors::{Color, Colors};

/// What was asked for on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    /// What the terminal says that it has.
    #[default]
    Auto,
    /// Kitty's protocol.
    Kitty,
    Sixel,
    /// Braille dots.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Kitty,
    Sixel,
}

/// How pictures are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Means {
    pub way: Way,
    /// Pixels of a cell of the terminal.
    pub cell: (u16, u16),
    /// Pixels of the widest picture.
    pub widest: usize,
    pub colors: Colors,
}

/// What a terminal says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Answer {
    /// To kitty's query: whether it can do it.
    Kitty(bool),
    Attributes(Vec<u32>),
    /// Width and height in pixels.
    Cell(u16, u16),
    /// Of a sixel picture, in pixels.
    Largest(u32, u32),
    /// Of the palette, or `FOREGROUND`, `BACKGROUND`.
    Color(u16, Color),
}

pub(in super::super) const FOREGROUND: u16 = 256;
pub(in super::super) const BACKGROUND: u16 = 257;
/// In the palette: those of `Ink::busy` and `Ink::quiet`.
const CYAN: u16 = 6;
const GREY: u16 = 8;

const KITTY: &str = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\";
const ATTRIBUTES: &str = "\x1b[c";
const CELL: &str = "\x1b[16t";
const LARGEST: &str = "\x1b[?2;1;0S";
const COLORS: &str = "\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b]4;6;?\x1b\\\x1b]4;8;?\x1b\\";

/// Pixels of a window that may not belong to its text.
const AROUND: (u16, u16) = (20, 4);
/// The cell where a terminal does not say: that of the VT340.
const USUAL: (u16, u16) = (10, 20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Which,
    How,
    Known,
}

pub(super) struct Asked {
    choice: Choice,
    /// Whether it takes kitty's query for what it is: some show it, or take it for a title.
    is_safe: bool,
    /// Whether the curve has the colour of the foreground.
    is_plain: bool,
    stage: Stage,
    /// Whether the terminal has become another size while it is asked.
    is_late: bool,
    way: Option<Way>,
    /// Columns and rows, and pixels, by the kernel.
    size: (u16, u16),
    pixels: (u16, u16),
    /// By the terminal.
    cell: Option<(u16, u16)>,
    largest: Option<(u32, u32)>,
    colors: Colors,
}

impl Asked {
    pub(super) fn new(choice: Choice, is_plain: bool) -> Asked {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let set = ["TMUX", "STY"].map(|name| !variable(name).is_empty());
        let choice = match choice {
            Choice::Auto if variable("TERM") == "dumb" => Choice::None,
            choice => choice,
        };
        Asked {
            choice,
            is_safe: set == [false; 2]
                && variable("TERM_PROGRAM") != "Apple_Terminal"
                && understands_strings(&variable("TERM")),
            is_plain,
            stage: Stage::New,
            is_late: false,
            way: match choice {
                Choice::Auto | Choice::None => None,
                Choice::Kitty => Some(Way::Kitty),
                Choice::Sixel => Some(Way::Sixel),
            },
            size: (0, 0),
            pixels: (0, 0),
            cell: None,
            largest: None,
            colors: Colors::default(),
        }
    }

    /// What is to be said to the terminal, if it was not said before.
    pub(super) fn question(&mut self) -> Option<String> {
        match (self.stage, self.way) {
            _ if self.choice == Choice::None => None,
            (Stage::New, None) => {
                self.stage = Stage::Which;
                let kitty = if self.is_safe { KITTY } else { "" };
                Some(format!("{kitty}{ATTRIBUTES}"))
            }
            (Stage::New, Some(way)) => {
                self.stage = Stage::How;
                let largest = match way {
                    Way::Kitty => "",
                    Way::Sixel => LARGEST,
                };
                Some(format!("{CELL}{largest}{COLORS}{ATTRIBUTES}"))
            }
            (Stage::Which | Stage::How | Stage::Known, _) => None,
        }
    }

    pub(super) fn hear(&mut self, answer: Answer) {
        match answer {
            Answer::Kitty(true) if self.stage == Stage::Which => self.way = Some(Way::Kitty),
            Answer::Kitty(_) => {}
            Answer::Attributes(attributes) => self.end_of_answers(&attributes),
            Answer::Cell(width, height) => self.cell = sensible((width, height)),
            Answer::Largest(width, height) => self.largest = Some((width, height)),
            Answer::Color(FOREGROUND, color) => self.colors.foreground = color,
            Answer::Color(BACKGROUND, color) => self.colors.background = color,
            Answer::Color(CYAN, color) => self.colors.curve = color,
            Answer::Color(GREY, color) => self.colors.quiet = color,
            Answer::Color(..) => {}
        }
    }

    fn end_of_answers(&mut self, attributes: &[u32]) {
        match self.stage {
            Stage::Which => {
                // The first one is the kind of terminal.
                let has_sixel = attributes.iter().skip(1).any(|attribute| *attribute == 4);
                let sixel = has_sixel.then_some(Way::Sixel);
                self.way = self.way.or(sixel);
                self.stage = match self.way {
                    Some(_) => Stage::New,
                    None => Stage::Known,
                };
            }
            Stage::How if std::mem::take(&mut self.is_late) => self.stage = Stage::New,
            Stage::How => self.stage = Stage::Known,
            Stage::New | Stage::Known => {}
        }
    }

    /// The terminal has so many columns and rows, and so many pixels by the kernel. Then other things may be different, too.
    pub(super) fn resize(&mut self, size: (u16, u16), pixels: (u16, u16)) {
        (self.size, self.pixels, self.cell) = (size, pixels, None);
        match self.stage {
            Stage::How => self.is_late = true,
            Stage::Known if self.way.is_some() => self.stage = Stage::New,
            Stage::New | Stage::Which | Stage::Known => {}
        }
    }

    /// If the terminal does not tell it, the smallest that there can be: xterm's pixels have borders, a scroll bar and a part of a cell in them,
    /// and what is too large would cover what stands below it.
    fn cell(&self) -> Option<(u16, u16)> {
        let least = |pixels: u16, around: u16, count: u16| {
            let inner = pixels.saturating_sub(around);
            (inner / count.saturating_add(1)).saturating_add(1)
        };
        let by_kernel = (
            least(self.pixels.0, AROUND.0, self.size.0),
            least(self.pixels.1, AROUND.1, self.size.1),
        );
        self.cell.or(sensible(by_kernel))
    }

    /// How to draw, if it is known that the terminal can do that.
    pub(super) fn means(&self) -> Option<Means> {
        let way = self.way?;
        let cell = self.cell();
        let is_forced = self.choice != Choice::Auto;
        if !is_forced && (self.stage == Stage::Which || (way == Way::Sixel && cell.is_none())) {
            return None;
        }
        let mut colors = self.colors;
        if self.is_plain {
            colors.curve = colors.foreground;
        }
        Some(Means {
            way,
            cell: cell.unwrap_or(USUAL),
            widest: match self.largest {
                Some((width @ 1.., _)) => width as usize,
                _ => usize::MAX,
            },
            colors,
        })
    }
}

fn sensible(cell: (u16, u16)) -> Option<(u16, u16)> {
    let is_so = |pixels: u16| (2..=200).contains(&pixels);
    (is_so(cell.0) && is_so(cell.1)).then_some(cell)
}

/// Whether a terminal of that name leaves out what it does not know: consoles show it, multiplexers have another use for it.
fn understands_strings(name: &str) -> bool {
    let others = ["linux", "screen", "tmux", "vt", "cons", "dumb"];
    !name.is_empty() && !others.iter().any(|other| name.starts_with(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(choice: Choice) -> Asked {
        Asked {
            is_safe: true,
            choice,
            ..Asked::new(choice, false)
        }
    }

    fn attributes(asked: &mut Asked, attributes: &[u32]) {
        asked.hear(Answer::Attributes(attributes.to_vec()));
    }

    #[test]
    fn one_that_has_none_is_asked_once() {
        let mut asked = asked(Choice::Auto);
        assert_eq!(asked.question(), Some(format!("{KITTY}\x1b[c")));
        assert_eq!((asked.question(), asked.means()), (None, None));
        // The class of a terminal is no attribute.
        attributes(&mut asked, &[4, 6]);
        asked.resize((80, 24), (800, 480));
        assert_eq!((asked.question(), asked.means()), (None, None));
    }

    #[test]
    fn kitty_comes_before_sixel() {
        let mut asked = asked(Choice::Auto);
        asked.question();
        asked.hear(Answer::Kitty(true));
        assert_eq!(asked.means(), None);
        attributes(&mut asked, &[62, 4]);
        assert_eq!(asked.question(), Some(format!("{CELL}{COLORS}\x1b[c")));
        let means = asked.means().expect("graphics");
        assert_eq!((means.way, means.cell), (Way::Kitty, USUAL));
    }

    #[test]
    fn sixel_needs_the_size_of_a_cell() {
        let mut asked = asked(Choice::Auto);
        asked.question();
        asked.hear(Answer::Kitty(false));
        attributes(&mut asked, &[62, 1, 4]);
        assert_eq!(
            asked.question(),
            Some(format!("{CELL}{LARGEST}{COLORS}\x1b[c"))
        );
        asked.hear(Answer::Cell(0, 0));
        assert_eq!(asked.means(), None);
        asked.hear(Answer::Cell(9, 18));
        asked.hear(Answer::Largest(1000, 1000));
        asked.hear(Answer::Color(BACKGROUND, Color([9; 3])));
        attributes(&mut asked, &[62, 1, 4]);
        let means = asked.means().expect("graphics");
        assert_eq!(
            (means.way, means.cell, means.widest),
            (Way::Sixel, (9, 18), 1000)
        );
        assert_eq!(means.colors.background, Color([9; 3]));
        // Another size: until the terminal says more, the kernel is right.
        asked.resize((80, 24), (960 + 4, 576 + 4));
        assert_eq!(asked.means().map(|means| means.cell), Some((12, 24)));
        assert!(asked.question().is_some());
    }

    #[test]
    fn a_cell_is_no_larger_than_it_may_be() {
        let mut asked = asked(Choice::Sixel);
        let mut cell = |size, pixels| {
            asked.resize(size, pixels);
            asked.means().expect("graphics").cell
        };
        assert_eq!(cell((100, 40), (900 + 4, 760 + 4)), (9, 19));
        assert_eq!(cell((77, 15), (77 * 9 + 7, 15 * 19 + 15)), (9, 19));
        assert_eq!(cell((131, 26), (131 * 9 + 7 + 4, 500)), (9, 19));
        assert_eq!(cell((80, 24), (800, 480)), (10, 20));
        assert_eq!(cell((80, 24), (0, 0)), USUAL);
        assert_eq!(cell((0, 0), (0, 0)), USUAL);
    }

    #[test]
    fn a_choice_needs_no_answer() {
        let mut forced = asked(Choice::Sixel);
        assert!(
            forced
                .question()
                .is_some_and(|text| !text.contains("\x1b_G"))
        );
        assert_eq!(forced.means().map(|means| means.way), Some(Way::Sixel));
        let mut forbidden = asked(Choice::None);
        assert_eq!((forbidden.question(), forbidden.means()), (None, None));
    }

    #[test]
    fn what_shows_all_that_it_is_sent_is_not_asked_for_kitty() {
        for name in ["linux", "screen-256color", "tmux", "vt220", ""] {
            assert!(!understands_strings(name), "{name}");
        }
        assert!(understands_strings("xterm-256color"));
        let mut careful = Asked {
            is_safe: false,
            ..asked(Choice::Auto)
        };
        assert_eq!(careful.question(), Some("\x1b[c".to_owned()));
    }

    #[test]
    fn without_colors_a_curve_is_like_text() {
        let asked = Asked {
            is_plain: true,
            ..asked(Choice::Kitty)
        };
        let colors = asked.means().expect("graphics").colors;
        assert_eq!(colors.curve, colors.foreground);
    }
}
