//! A program on a terminal of its own, and the text that is seen there.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

type Keys = Arc<Mutex<Box<dyn Write + Send>>>;

pub(crate) struct Screen {
    keys: Keys,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) seen: Arc<Mutex<vt100::Parser>>,
}

pub(crate) fn at_least_one(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen")
}

impl Screen {
    /// Of a program, with the terminal, which lasts as long as somebody has that. `answer` hears what the program says, and gives what the
    /// terminal says to it.
    pub(crate) fn open(
        size: PtySize,
        command: CommandBuilder,
        mut answer: impl FnMut(&[u8]) -> String + Send + 'static,
    ) -> (Screen, Box<dyn MasterPty + Send>) {
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let child = pair.slave.spawn_command(command).expect("the binary");
        let mut output = pair.master.try_clone_reader().expect("its output");
        let (rows, columns) = (at_least_one(size.rows), at_least_one(size.cols));
        let seen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 0)));
        let keys = pair.master.take_writer().expect("its keys");
        let keys: Keys = Arc::new(Mutex::new(keys));
        let (parser, answers) = (Arc::clone(&seen), Arc::clone(&keys));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut parser = parser.lock().expect("the screen");
                parser.process(&buffer[..count]);
                // The text is never newer than what else was heard.
                let answer = answer(&buffer[..count]);
                drop(parser);
                if !answer.is_empty() {
                    let mut answers = answers.lock().expect("the keys");
                    let _ = answers.write_all(answer.as_bytes());
                }
            }
        });
        (Screen { keys, child, seen }, pair.master)
    }

    pub(crate) fn text(&self) -> String {
        let parser = self.seen.lock().expect("the screen");
        let text = parser.screen().contents();
        let lines = text.lines().map(str::trim_end);
        lines.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, wanted: &str) {
        self.wait_until(wanted, |text| text.contains(wanted));
    }

    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        self.wait(what, || is_so(&self.text()).then_some(()));
    }

    /// What is looked for, once it is there.
    #[track_caller]
    pub(crate) fn wait<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            let is_late = start.elapsed() > PATIENCE;
            assert!(!is_late, "not seen: {what}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        let mut writer = self.keys.lock().expect("the keys");
        writer.write_all(keys.as_bytes()).expect("keys");
        writer.flush().expect("keys");
    }

    /// Waits for the end of the program.
    #[track_caller]
    pub(crate) fn end(&mut self) {
        let start = Instant::now();
        while self.child.try_wait().expect("its end").is_none() {
            let is_late = start.elapsed() > PATIENCE;
            assert!(!is_late, "it does not end\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
