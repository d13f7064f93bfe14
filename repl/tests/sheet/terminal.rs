//! The screen, driven by keys and saves through a terminal of its own.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{PATIENCE, Sheet};

struct Screen {
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
    fn open(sheet: &Sheet) -> Screen {
        let pair = native_pty_system()
            .openpty(size(80, 24))
            .expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sumi"));
        command.args(["sheet", "--watch", "--opt", "0", "a.sumi"]);
        command.cwd(&sheet.folder);
        command.env("TERM", "xterm-256color");
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

    fn text(&self) -> String {
        let parser = self.seen.lock().expect("the screen");
        let text = parser.screen().contents();
        let lines = text.lines().map(str::trim_end);
        lines.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn wait_for(&self, wanted: &str) {
        self.wait_until(wanted, |text| text.contains(wanted));
    }

    #[track_caller]
    fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !is_so(&self.text()) {
            let is_late = start.elapsed() > PATIENCE;
            assert!(!is_late, "not seen: {what}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys");
        self.keys.flush().expect("keys");
    }

    fn resize(&self, columns: u16, rows: u16) {
        let mut parser = self.seen.lock().expect("the screen");
        parser
            .screen_mut()
            .set_size(at_least_one(rows), at_least_one(columns));
        self.master
            .resize(size(columns, rows))
            .expect("another size");
    }

    /// Waits for its end, after which nothing of it is left.
    #[track_caller]
    fn end(mut self) {
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
        let is_alive = |id: &u32| std::path::Path::new(&format!("/proc/{id}")).exists();
        let left: Vec<u32> = children.into_iter().filter(is_alive).collect();
        assert!(left.is_empty(), "processes are left: {left:?}");
    }
}

#[test]
fn a_value_stands_beside_its_line_and_follows_the_saves() {
    let sheet = Sheet::new("let a = 2\na * 21\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("a * 21       │ 42");
    sheet.save("let a = 2\na * 22\n");
    screen.wait_for("a * 22       │ 44");
    sheet.replace("let a = 3\na * 22\n");
    screen.wait_for("a * 22       │ 66");
    // A line above moves the value with its line.
    sheet.save("// above\nlet a = 3\na * 22\n");
    screen.wait_for("// above\n let a = 3");
    screen.wait_for("a * 22       │ 66");
    screen.press("q");
    screen.end();
}

#[test]
fn a_file_that_vanishes_leaves_its_values_until_it_is_back() {
    let sheet = Sheet::new("6 * 7\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    std::fs::remove_file(sheet.path()).expect("no file");
    screen.wait_for("cannot read a.sumi");
    screen.wait_for("│ 42");
    sheet.save("6 * 8\n");
    screen.wait_for("│ 48");
    screen.press("q");
    screen.end();
}

#[test]
fn ctrl_c_ends_an_endless_loop_and_then_the_screen() {
    let sheet = Sheet::new("6 * 7\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    sheet.save("6 * 7\nwhile true {}\n1 + 1\n");
    screen.wait_for("running");
    screen.wait_for("│ 42");
    screen.wait_for("│ 2");
    screen.press("\x03");
    screen.wait_for("while true {} │ ✗ interrupted");
    screen.wait_for("1 + 1         │ 2");
    screen.press("\x03");
    screen.end();
}

#[test]
fn an_edit_ends_an_endless_loop() {
    let sheet = Sheet::new("while true {}\n6 * 7\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("running");
    screen.wait_for("│ 42");
    // An edit of another cell lets it go on.
    sheet.save("while true {}\n6 * 8\n");
    screen.wait_for("│ 48");
    screen.wait_for("running");
    sheet.save("while false {}\n6 * 7\n");
    screen.wait_for("│ 42");
    sheet.save("while 1 < 2 {}\n6 * 7\n");
    screen.wait_for("running");
    screen.press("q");
    screen.end();
}

#[test]
fn what_is_seen_fits_another_size() {
    let text = "let wide = \"0123456789\" * 6\n".to_owned() + &"1 + 1\n".repeat(40) + "3 * 3\n";
    let sheet = Sheet::new(&text);
    let mut screen = Screen::open(&sheet);
    screen.wait_for("6789\"");
    screen.resize(50, 12);
    screen.wait_until("a value that is cut", |text| {
        let first = text.lines().next().unwrap_or_default();
        first.ends_with('…') && text.lines().count() == 12
    });
    screen.press("G");
    screen.wait_for("3 * 3");
    screen.press("g");
    screen.wait_for("let wide");
    screen.resize(100, 50);
    screen.wait_for("3 * 3");
    screen.press("q");
    screen.end();
}

#[test]
fn a_value_opens() {
    let sheet = Sheet::new(
        "struct P { x: i64, name: str }\nlet all = [P(1, \"a\"), P(20, \"bc\")]\n(0..50).map(|i| i * i)\n",
    );
    let mut screen = Screen::open(&sheet);
    screen.wait_for("▁▁▁");
    screen.press("j\r");
    screen.wait_for(" x   name\n  1   \"a\"\n 20   \"bc\"");
    screen.press("\t");
    screen.wait_for(" all: [P]\n [P(x: 1, name: \"a\")");
    screen.press("\x1b");
    screen.wait_for("q quit");
    screen.press("j\r");
    screen.wait_for("2401 │");
    screen.press("q");
    screen.end();
}

#[test]
fn a_library_that_crashes_takes_nothing_with_it() {
    let with = |call: &str| {
        format!(
            "6 * 7\nextern {{\n fn getenv(name: cstr) -> ptr<u8>\n fn strlen(s: ptr<u8>) -> u64\n}}\n{call}\n"
        )
    };
    let sheet = Sheet::new(&with("1 + 1"));
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    for round in 0..3 {
        sheet.save(&with("strlen(getenv(\"NO_SUCH_VARIABLE\"))"));
        screen.wait_for("segmentation fault");
        screen.wait_for("│ 42");
        sheet.save(&with(&format!("{round} + 7")));
        screen.wait_for(&format!("│ {}", round + 7));
    }
    screen.press("q");
    screen.end();
}

#[test]
fn a_stale_cell_runs_when_it_is_asked_to() {
    let text = "import fs\nlet n = 1\nfs.write_text(\"out.txt\", \"{n}\")?\nn + 1\n";
    let sheet = Sheet::new(text);
    let mut screen = Screen::open(&sheet);
    screen.wait_for("… stale: changes");
    screen.wait_for("1 stale");
    assert!(!sheet.folder.join("out.txt").exists());
    screen.press("jjr");
    screen.wait_until("no stale cell", |text| !text.contains("stale"));
    let written = std::fs::read_to_string(sheet.folder.join("out.txt"));
    assert_eq!(written.expect("a file"), "1");
    screen.press("jw");
    screen.wait_for("why line 4");
    screen.press("q");
    screen.end();
}
