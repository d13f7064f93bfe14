//! Which pictures stand on the terminal, and what is said to it so that others do.

use std::io::{Result, Write};

use ratatui::layout::Rect;

use super::super::super::plot::{Curve, HEIGHT, Part};
use super::ask::{Means, Way};
use super::picture::Picture;
use super::{kitty, sixel};

/// A curve, and where it is to be seen.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Wanted {
    pub parts: Vec<Part>,
    /// The cells that are seen of it, and how many rows of it are hidden above those.
    pub area: Rect,
    pub above: u16,
}

struct Drawn {
    wanted: Wanted,
    picture: Picture,
    /// By which kitty knows it.
    id: u32,
    is_placed: bool,
}

#[derive(Default)]
pub(super) struct Shown {
    drawn: Vec<Drawn>,
    means: Option<Means>,
    /// Of the next picture.
    next: u32,
}

impl Shown {
    pub(super) fn new() -> Shown {
        Shown {
            // Other programs in the same window have numbers, too.
            next: std::process::id() << 12 | 1,
            ..Shown::default()
        }
    }

    /// The terminal was cleared, and pictures with it, as far as it does that.
    pub(super) fn clear(&mut self, out: &mut impl Write) -> Result<()> {
        let is_kitty = self.means.is_some_and(|means| means.way == Way::Kitty);
        for old in self.drawn.drain(..).filter(|_| is_kitty) {
            kitty::forget(out, old.id)?;
        }
        Ok(())
    }

    /// Before text is drawn: what is not wanted any more goes.
    pub(super) fn wipe(
        &mut self,
        out: &mut impl Write,
        wanted: &[Wanted],
        means: Option<Means>,
    ) -> Result<()> {
        let is_other = self.means != means;
        for old in &mut self.drawn {
            let is_wanted = !is_other && wanted.contains(&old.wanted);
            if is_wanted || !old.is_placed {
                continue;
            }
            old.is_placed = false;
            match self.means.map(|means| means.way) {
                Some(Way::Kitty) => kitty::take_away(out, old.id)?,
                Some(Way::Sixel) => blank(out, old.wanted.area)?,
                None => {}
            }
        }
        if is_other {
            self.clear(out)?;
            self.means = means;
        }
        Ok(())
    }

    /// After text is drawn: what is wanted and not there comes.
    pub(super) fn paint(&mut self, out: &mut impl Write, wanted: &[Wanted]) -> Result<()> {
        let Some(means) = self.means else {
            return Ok(());
        };
        for wanted in wanted {
            self.show(out, wanted, &means)?;
        }
        let (kept, gone) = std::mem::take(&mut self.drawn)
            .into_iter()
            .partition(|old| old.is_placed);
        self.drawn = kept;
        let gone: Vec<Drawn> = gone;
        for old in gone.iter().filter(|_| means.way == Way::Kitty) {
            kitty::forget(out, old.id)?;
        }
        out.flush()
    }

    fn show(&mut self, out: &mut impl Write, wanted: &Wanted, means: &Means) -> Result<()> {
        let is_it = |old: &Drawn| old.is_placed && old.wanted == *wanted;
        if self.drawn.iter().any(is_it) {
            return Ok(());
        }
        let size = (
            usize::from(wanted.area.width) * usize::from(means.cell.0),
            whole(HEIGHT * usize::from(means.cell.1), means.way),
        );
        // The same curve may have stood elsewhere.
        let is_same = |old: &Drawn| {
            !old.is_placed
                && (old.picture.width, old.picture.height) == size
                && old.wanted.parts == wanted.parts
        };
        let mut drawn = match self.drawn.iter().position(is_same) {
            Some(at) => self.drawn.swap_remove(at),
            None => {
                let bold = (f32::from(means.cell.1) / 11.0).clamp(1.0, 5.0);
                let picture = Picture::of(&Curve::of(&wanted.parts), size, bold);
                self.next += 1;
                if means.way == Way::Kitty {
                    kitty::send(out, self.next, &picture, &means.colors)?;
                }
                Drawn {
                    wanted: wanted.clone(),
                    picture,
                    id: self.next,
                    is_placed: false,
                }
            }
        };
        drawn.wanted = wanted.clone();
        drawn.is_placed = true;
        place(out, &drawn, means)?;
        self.drawn.push(drawn);
        Ok(())
    }
}

fn place(out: &mut impl Write, drawn: &Drawn, means: &Means) -> Result<()> {
    let (area, picture) = (drawn.wanted.area, &drawn.picture);
    let row = usize::from(means.cell.1);
    let from = usize::from(drawn.wanted.above) * row;
    let height = usize::from(area.height) * row;
    match means.way {
        Way::Kitty => {
            go_to(out, area.x, area.y)?;
            let place = kitty::Place {
                from,
                height,
                columns: area.width,
                rows: area.height,
            };
            kitty::place(out, drawn.id, picture.width, &place)
        }
        Way::Sixel => {
            let height = whole(height.min(picture.height.saturating_sub(from)), Way::Sixel);
            // Side by side, if the terminal has no pictures that are as wide.
            let column = usize::from(means.cell.0);
            let columns = (means.widest / column).clamp(1, usize::from(area.width).max(1));
            for left in (0..usize::from(area.width)).step_by(columns) {
                go_to(out, area.x + left as u16, area.y)?;
                let part = picture.part((left * column, from), (columns * column, height));
                sixel::draw(out, &part, &means.colors)?;
            }
            Ok(())
        }
    }
}

/// So many rows of pixels as are drawn together.
fn whole(height: usize, way: Way) -> usize {
    match way {
        Way::Kitty => height,
        Way::Sixel => height - height % sixel::BAND,
    }
}

/// Blanks take away what a sixel has drawn in their cells.
fn blank(out: &mut impl Write, area: Rect) -> Result<()> {
    out.write_all(b"\x1b[0m")?;
    for y in area.y..area.bottom() {
        go_to(out, area.x, y)?;
        write!(out, "{:1$}", "", usize::from(area.width))?;
    }
    Ok(())
}

fn go_to(out: &mut impl Write, x: u16, y: u16) -> Result<()> {
    write!(out, "\x1b[{};{}H", y + 1, x + 1)
}
