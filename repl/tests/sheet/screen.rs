//! What is seen of a sheet on a terminal: text and pictures.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

use portable_pty::{CommandBuilder, MasterPty, PtySize};

use super::Sheet;
use super::canvas::{CELL, Canvas, Kind};
use super::pty::{self, at_least_one};

pub(super) struct Screen {
    pty: pty::Screen,
    terminal: Box<dyn MasterPty + Send>,
    canvas: Arc<Mutex<Canvas>>,
}

fn size(columns: u16, rows: u16, kind: Kind) -> PtySize {
    let pixels = match kind {
        Kind::Sixel => CELL,
        // Kitty scales, and tells them itself.
        Kind::Mute | Kind::Plain | Kind::Kitty => (0, 0),
    };
    PtySize {
        rows,
        cols: columns,
        pixel_width: columns * pixels.0 as u16,
        pixel_height: rows * pixels.1 as u16,
    }
}

impl Screen {
    /// `sumi sheet --watch` of that sheet.
    pub(super) fn open(sheet: &Sheet) -> Screen {
        Screen::of(sheet, &["sheet", "--watch", "--opt", "0", "a.sumi"])
    }

    /// `sumi` with these arguments.
    pub(super) fn of(sheet: &Sheet, arguments: &[&str]) -> Screen {
        Screen::with(sheet, arguments, Kind::Mute, "xterm-256color")
    }

    /// On a terminal of that kind and name.
    pub(super) fn with(sheet: &Sheet, arguments: &[&str], kind: Kind, name: &str) -> Screen {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sumi"));
        command.args(arguments);
        command.cwd(&sheet.folder);
        command.env("TERM", name);
        command.env("XDG_CACHE_HOME", &sheet.folder);
        for other in ["TMUX", "STY", "NO_COLOR"] {
            command.env_remove(other);
        }
        let canvas = Arc::new(Mutex::new(Canvas::new(kind, (80, 24))));
        let painter = Arc::clone(&canvas);
        let answer = move |said: &[u8]| painter.lock().expect("pictures").take(said);
        let (pty, terminal) = pty::Screen::open(size(80, 24, kind), command, answer);
        Screen {
            pty,
            terminal,
            canvas,
        }
    }

    /// What is drawn, once it is so.
    #[track_caller]
    pub(super) fn wait_until_drawn<T>(&self, what: &str, look: impl Fn(&Canvas) -> Option<T>) -> T {
        self.wait(what, || look(&self.canvas.lock().expect("pictures")))
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        let mut parser = self.seen.lock().expect("the screen");
        parser
            .screen_mut()
            .set_size(at_least_one(rows), at_least_one(columns));
        let mut canvas = self.canvas.lock().expect("pictures");
        canvas.size = (usize::from(columns), usize::from(rows));
        self.terminal
            .resize(size(columns, rows, canvas.kind))
            .expect("another size");
    }

    pub(super) fn process(&self) -> u32 {
        self.child.process_id().expect("its number")
    }

    /// Waits for its end, after which nothing of it is left.
    #[track_caller]
    pub(super) fn end(mut self) {
        let children = super::children_of(self.process());
        self.pty.end();
        let left: Vec<u32> = children.into_iter().filter(super::is_alive).collect();
        assert!(left.is_empty(), "processes are left: {left:?}");
    }
}

impl Deref for Screen {
    type Target = pty::Screen;

    fn deref(&self) -> &pty::Screen {
        &self.pty
    }
}

impl DerefMut for Screen {
    fn deref_mut(&mut self) -> &mut pty::Screen {
        &mut self.pty
    }
}
