//! The terminal while the sheet has it.

use std::io::{BufWriter, Result, Stdout, stdout};
use std::time::Instant;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, WindowSize, window_size,
};
use ratatui::crossterm::{execute, queue};

use super::graphics::{Choice, Graphics};
use super::ink::Ink;
use super::state::Screen;

/// What a frame takes at most, unless it is a large one.
const FRAME: usize = 64 << 10;

pub(super) struct Terminal {
    screen: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    ink: Ink,
    pub graphics: Graphics,
}

impl Terminal {
    pub(super) fn open(choice: Choice) -> Result<Terminal> {
        let ink = Ink::of_the_terminal();
        // Its own backend writes a frame in many pieces.
        drop(ratatui::try_init()?);
        let backend = CrosstermBackend::new(BufWriter::with_capacity(FRAME, stdout()));
        let mut terminal = Terminal {
            screen: ratatui::Terminal::new(backend)?,
            ink,
            graphics: Graphics::new(choice, ink.is_plain()),
        };
        execute!(stdout(), EnableMouseCapture)?;
        terminal.measure();
        Ok(terminal)
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> Result<(u16, u16)> {
        let size = self.screen.size()?;
        Ok((size.width, size.height))
    }

    /// How large it is by the kernel, in pixels too if the terminal tells them.
    pub(super) fn measure(&mut self) {
        if let Ok(WindowSize {
            rows,
            columns,
            width,
            height,
        }) = window_size()
        {
            self.graphics.resize((columns, rows), (width, height));
        }
    }

    pub(super) fn draw(&mut self, screen: &mut Screen) -> Result<()> {
        let Terminal {
            screen: terminal,
            ink,
            graphics,
        } = self;
        queue!(stdout(), BeginSynchronizedUpdate)?;
        screen.has_pictures = graphics.are_there();
        let mut before = Ok(());
        terminal.draw(|frame| {
            screen.draw(frame, *ink, Instant::now());
            // The text goes out when this is done.
            let size = frame.area().as_size();
            before = graphics.before(&mut stdout(), &screen.pictures, size);
        })?;
        before?;
        graphics.after(&mut stdout(), &screen.pictures)?;
        execute!(stdout(), EndSynchronizedUpdate)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Whoever comes next finds it as it was; what cannot be given back is lost with it.
        let _ = self.graphics.end(&mut stdout());
        let _ = execute!(stdout(), DisableMouseCapture);
        ratatui::restore();
    }
}
