//! Curves as pictures, on terminals that have graphics.
//!
//! ```text
//! ask       which graphics the terminal has, by its answers     picture   a curve as pixels
//! shown     which pictures stand where                          kitty, sixel   pictures as bytes for the terminal
//! ```

mod ask;
mod colors;
mod kitty;
mod picture;
mod shown;
mod sixel;

use std::io::{Result, Write};

use ratatui::layout::Size;

use ask::Asked;
pub(crate) use ask::Choice;
pub(super) use ask::{Answer, BACKGROUND, FOREGROUND};
pub(super) use colors::Color;
use shown::Shown;
pub(super) use shown::Wanted;

pub(super) struct Graphics {
    asked: Asked,
    shown: Shown,
    /// Of the terminal when it was drawn last.
    size: Size,
}

impl Graphics {
    /// `is_plain` without colours.
    pub(super) fn new(choice: Choice, is_plain: bool) -> Graphics {
        Graphics {
            asked: Asked::new(choice, is_plain),
            shown: Shown::new(),
            size: Size::default(),
        }
    }

    pub(super) fn hear(&mut self, answer: Answer) {
        self.asked.hear(answer);
    }

    /// The terminal has so many columns and rows, and pixels if they are known.
    pub(super) fn resize(&mut self, size: (u16, u16), pixels: (u16, u16)) {
        self.asked.resize(size, pixels);
    }

    /// Whether curves may be pictures.
    pub(super) fn are_there(&self) -> bool {
        self.asked.means().is_some()
    }

    /// Before text is drawn on a terminal of that size.
    pub(super) fn before(
        &mut self,
        out: &mut impl Write,
        wanted: &[Wanted],
        size: Size,
    ) -> Result<()> {
        if std::mem::replace(&mut self.size, size) != size {
            self.shown.clear(out)?;
        }
        self.shown.wipe(out, wanted, self.asked.means())
    }

    /// After text is drawn.
    pub(super) fn after(&mut self, out: &mut impl Write, wanted: &[Wanted]) -> Result<()> {
        self.shown.paint(out, wanted)?;
        if let Some(question) = self.asked.question() {
            out.write_all(question.as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }

    /// The terminal goes to others.
    pub(super) fn end(&mut self, out: &mut impl Write) -> Result<()> {
        self.shown.clear(out)
    }
}
