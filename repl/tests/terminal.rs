//! The REPL on a terminal of its own, driven by keys: what a person sees who completes, pastes, edits and interrupts.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// After so long it is taken for granted that something will not come.
const PATIENCE: Duration = Duration::from_secs(60);
const ROWS: u16 = 40;
const COLUMNS: u16 = 100;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sumi-terminal-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody needs what is left there.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Screen {
    keys: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<vt100::Parser>>,
}

impl Screen {
    fn open(folder: &Folder) -> Screen {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sumi"));
        command.args(["--opt", "0"]);
        command.cwd(&folder.0);
        command.env("TERM", "xterm-256color");
        command.env("XDG_STATE_HOME", &folder.0);
        command.env("EDITOR", folder.0.join("editor.sh"));
        command.env_remove("VISUAL");
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).expect("the binary");
        let mut output = pair.master.try_clone_reader().expect("its output");
        let at_least_one = |count| NonZero::new(count).expect("a screen");
        let (rows, columns) = (at_least_one(ROWS), at_least_one(COLUMNS));
        let seen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 0)));
        let parser = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut parser = parser.lock().expect("the screen");
                parser.process(&buffer[..count]);
            }
        });
        let screen = Screen {
            keys: pair.master.take_writer().expect("its keys"),
            _master: pair.master,
            child,
            seen,
        };
        screen.wait_for("1>");
        screen
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

    /// Types an entry and waits for what is wanted and the next prompt.
    #[track_caller]
    fn enter(&mut self, text: &str, wanted: &str, prompt: &str) {
        self.press(text);
        self.press("\r");
        self.wait_for(wanted);
        self.wait_until(prompt, |text| text.lines().last() == Some(prompt));
    }

    /// The text of the cells that are underlined.
    fn underlined(&self) -> String {
        let parser = self.seen.lock().expect("the screen");
        let mut found = String::new();
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let cell = parser.screen().cell(row, column);
                if let Some(cell) = cell.filter(|cell| cell.underline()) {
                    found += cell.contents();
                }
            }
        }
        found
    }

    #[track_caller]
    fn end(mut self) {
        self.press("\x04");
        let start = Instant::now();
        while self.child.try_wait().expect("its end").is_none() {
            assert!(start.elapsed() < PATIENCE, "it stays\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn tab_completes_members_arguments_and_files() {
    let folder = Folder::new();
    folder.write("some_module.sumi", "pub let inside = 5\n");
    let mut screen = Screen::open(&folder);
    screen.enter("[1, 2]", "$1: [i64] = [1, 2]", "2>");
    screen.press("it.is_em\t");
    screen.wait_for("2> it.is_empty");
    screen.enter("()", "$2: bool = false", "3>");
    screen.enter("fn f(width: i64) -> i64 = width * 2", "fn f", "4>");
    screen.press("f(wi\t");
    screen.wait_for("4> f(width:");
    screen.enter("4)", "$4: i64 = 8", "5>");
    screen.press("enum Shape { Circle(radius: f64), Dot }\r");
    screen.wait_for("6>");
    screen.press("Shape.Ci\t(ra\t");
    screen.wait_for("6> Shape.Circle(radius:");
    screen.enter("1)", "$6: Shape = Circle(radius: 1.0)", "7>");
    screen.press("import some_m\t");
    screen.wait_for("7> import some_module");
    screen.enter("", "", "8>");
    screen.enter("some_module.ins\t", "$8: i64 = 5", "9>");
    screen.press(":lo\t some_\t");
    screen.wait_for("9> :load some_module.sumi");
    screen.enter("", "inside: i64 = 5", "10>");
    screen.end();
}

#[test]
fn ctrl_c_stops_what_runs_and_keeps_the_session() {
    let folder = Folder::new();
    let mut screen = Screen::open(&folder);
    screen.enter("var n = 1", "n: i64 = 1", "2>");
    screen.press("n = 2; print(\"now\", n); while true {}\r");
    screen.wait_for("\nnow 2");
    screen.press("\x03");
    screen.wait_for("interrupt");
    screen.enter("n", "$2: i64 = 1", "3>");
    screen.enter(":reset", "a new session", "1>");
    screen.press("print(\"again\"); while true {}\r");
    screen.wait_for("\nagain");
    screen.press("\x03");
    screen.wait_until("a second interrupt", |text| {
        text.matches("error[interrupt]").count() == 2
    });
    screen.enter("fn down(n: i64) -> i64 = 1 + down(n + 1)", "fn down", "2>");
    screen.enter("down(0)", "stack-overflow", "2>");
    screen.enter("6 * 7", "$2: i64 = 42", "3>");
    screen.end();
}

#[test]
fn what_is_pasted_is_one_entry() {
    let folder = Folder::new();
    let mut screen = Screen::open(&folder);
    let program = "/// A point.\nstruct P { x: i64 }\n\nfn sum(ps: [P]) -> i64 {\n    ps.map(|p| p.x).sum()\n}\n\nlet ps = [P(1), P(2)]\nsum(ps)\n";
    screen.press(&format!("\x1b[200~{program}\x1b[201~"));
    screen.wait_for("sum(ps)");
    screen.enter("", "$1: i64 = 3", "2>");
    screen.wait_for("ps: [P] = [P(x: 1), P(x: 2)]");
    screen.enter(":undo", "took back 1", "1>");
    screen.enter("ps", "there is no name `ps`", "1>");
    screen.end();
}

#[test]
fn entries_of_several_lines_come_back_whole() {
    let folder = Folder::new();
    let mut screen = Screen::open(&folder);
    screen.press("fn g() -> i64 {\r    7\r");
    screen.enter("}", "fn g: fn() -> i64", "2>");
    screen.enter("1 + 1", "$2: i64 = 2", "3>");
    screen.end();
    let mut screen = Screen::open(&folder);
    screen.press("\x1b[A");
    screen.wait_for("1> 1 + 1");
    screen.press("\x1b[A");
    screen.wait_for("1> fn g() -> i64 {\n    7\n}");
    screen.enter("", "fn g: fn() -> i64", "2>");
    screen.end();
}

#[test]
fn an_entry_is_edited_elsewhere() {
    let folder = Folder::new();
    let editor = folder.write("editor.sh", "#!/bin/sh\nsed -i s/1/20/ \"$1\"\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(editor, mode).expect("a program");
    let mut screen = Screen::open(&folder);
    screen.enter("fn half() -> i64 = 10 / 2", "fn half", "2>");
    screen.enter("half() + 1", "$2: i64 = 6", "3>");
    screen.enter(":edit", "$3: i64 = 25", "4>");
    screen.enter(":edit half", "fn half: fn() -> i64", "5>");
    screen.enter("half()", "$5: i64 = 100", "6>");
    screen.enter(":edit", "nothing was changed", "6>");
    screen.press("\x1b[A\x1b[A");
    screen.wait_for("6> half()");
    screen.press("\x03");
    screen.wait_until("a prompt", |text| text.lines().last() == Some("6>"));
    screen.end();
}

#[test]
fn a_bracket_shows_its_partner() {
    let folder = Folder::new();
    let mut screen = Screen::open(&folder);
    screen.press("(1 + [2, 3].len())");
    screen.wait_for("len())");
    let start = Instant::now();
    while screen.underlined() != "()" {
        assert!(start.elapsed() < PATIENCE, "{:?}", screen.underlined());
        std::thread::sleep(Duration::from_millis(5));
    }
    screen.press("\x01\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C");
    let start = Instant::now();
    while screen.underlined() != "[]" {
        assert!(start.elapsed() < PATIENCE, "{:?}", screen.underlined());
        std::thread::sleep(Duration::from_millis(5));
    }
    screen.enter("", "$1: i64 = 3", "2>");
    screen.end();
}
