//! A terminal of its own for a program, and what is seen on it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{PATIENCE, Sheet};

pub(super) struct Screen {
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<vt100::Parser>>,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
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
        let pair = native_pty_system()
            .openpty(size(80, 24))
            .expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sumi"));
        command.args(arguments);
        command.cwd(&sheet.folder);
        command.env("TERM", "xterm-256color");
        command.env("XDG_CACHE_HOME", &sheet.folder);
        let child = pair.slave.spawn_command(command).expect("the binary");
        let mut output = pair.master.try_clone_reader().expect("its output");
        let seen = Arc::new(Mutex::new(vt100::Parser::new(
            at_least_one(24),
            at_least_one(80),
            0,
        )));
        let parser = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut parser = parser.lock().expect("the screen");
                parser.process(&buffer[..count]);
            }
        });
        Screen {
            keys: pair.master.take_writer().expect("its keys"),
            master: pair.master,
            child,
            seen,
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
        self.keys.write_all(keys.as_bytes()).expect("keys");
        self.keys.flush().expect("keys");
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        let mut parser = self.seen.lock().expect("the screen");
        parser
            .screen_mut()
            .set_size(at_least_one(rows), at_least_one(columns));
        self.master
            .resize(size(columns, rows))
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
