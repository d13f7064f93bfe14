//! A terminal of its own for a program, and what is seen on it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::canvas::{CELL, Canvas, Kind};
use super::{PATIENCE, Sheet};

type Keys = Arc<Mutex<Box<dyn Write + Send>>>;

pub(super) struct Screen {
    keys: Keys,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<vt100::Parser>>,
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

fn at_least_one(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen")
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
        let pair = native_pty_system()
            .openpty(size(80, 24, kind))
            .expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sumi"));
        command.args(arguments);
        command.cwd(&sheet.folder);
        command.env("TERM", name);
        command.env("XDG_CACHE_HOME", &sheet.folder);
        for other in ["TMUX", "STY", "NO_COLOR"] {
            command.env_remove(other);
        }
        let child = pair.slave.spawn_command(command).expect("the binary");
        let mut output = pair.master.try_clone_reader().expect("its output");
        let seen = Arc::new(Mutex::new(vt100::Parser::new(
            at_least_one(24),
            at_least_one(80),
            0,
        )));
        let canvas = Arc::new(Mutex::new(Canvas::new(kind, (80, 24))));
        let keys = pair.master.take_writer().expect("its keys");
        let keys: Keys = Arc::new(Mutex::new(keys));
        let (parser, painter) = (Arc::clone(&seen), Arc::clone(&canvas));
        let answers = Arc::clone(&keys);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut parser = parser.lock().expect("the screen");
                parser.process(&buffer[..count]);
                // The text is never newer than the pictures.
                let answer = painter.lock().expect("pictures").take(&buffer[..count]);
                drop(parser);
                if !answer.is_empty() {
                    let mut answers = answers.lock().expect("the keys");
                    let _ = answers.write_all(answer.as_bytes());
                }
            }
        });
        Screen {
            keys,
            master: pair.master,
            child,
            seen,
            canvas,
        }
    }

    /// What is drawn, once it is so.
    #[track_caller]
    pub(super) fn wait_until_drawn<T>(&self, what: &str, look: impl Fn(&Canvas) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            let found = look(&self.canvas.lock().expect("pictures"));
            if let Some(found) = found {
                return found;
            }
            let is_late = start.elapsed() > PATIENCE;
            assert!(!is_late, "not drawn: {what}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(super) fn text(&self) -> String {
        let parser = self.seen.lock().expect("the screen");
        let text = parser.screen().contents();
        let lines = text.lines().map(str::trim_end);
        lines.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    pub(super) fn wait_for(&self, wanted: &str) {
        self.wait_until(wanted, |text| text.contains(wanted));
    }

    #[track_caller]
    pub(super) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !is_so(&self.text()) {
            let is_late = start.elapsed() > PATIENCE;
            assert!(!is_late, "not seen: {what}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(super) fn press(&mut self, keys: &str) {
        let mut writer = self.keys.lock().expect("the keys");
        writer.write_all(keys.as_bytes()).expect("keys");
        writer.flush().expect("keys");
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        let mut parser = self.seen.lock().expect("the screen");
        parser
            .screen_mut()
            .set_size(at_least_one(rows), at_least_one(columns));
        let mut canvas = self.canvas.lock().expect("pictures");
        canvas.size = (usize::from(columns), usize::from(rows));
        self.master
            .resize(size(columns, rows, canvas.kind))
            .expect("another size");
    }

    pub(super) fn process(&self) -> u32 {
        self.child.process_id().expect("its number")
    }

    /// Waits for its end, after which nothing of it is left.
    #[track_caller]
    pub(super) fn end(mut self) {
        let children = super::children_of(self.child.process_id().expect("its number"));
        let start = Instant::now();
        while self.child.try_wait().expect("its end").is_none() {
            assert!(
                start.elapsed() < PATIENCE,
                "it does not end\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        let left: Vec<u32> = children.into_iter().filter(super::is_alive).collect();
        assert!(left.is_empty(), "processes are left: {left:?}");
    }
}
