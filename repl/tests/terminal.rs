//! The REPL on a terminal of its own, driven by keys: what a person sees who completes, pastes, edits and interrupts.

mod pty;

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use portable_pty::{CommandBuilder, MasterPty, PtySize};

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

/// Where the REPL is seen.
struct Screen {
    pty: pty::Screen,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Screen {
    fn open(folder: &Folder) -> Screen {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sumi"));
        command.args(["--opt", "0"]);
        command.cwd(&folder.0);
        command.env("TERM", "xterm-256color");
        command.env("XDG_STATE_HOME", &folder.0);
        command.env("EDITOR", folder.0.join("editor.sh"));
        command.env_remove("VISUAL");
        command.env_remove("NO_COLOR");
        // It asks for nothing.
        let (pty, terminal) = pty::Screen::open(size, command, |_| String::new());
        let screen = Screen {
            pty,
            _terminal: terminal,
        };
        screen.wait_for("1>");
        screen
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
    fn wait_for_underlined(&self, wanted: &str) {
        self.wait(wanted, || (self.underlined() == wanted).then_some(()));
    }

    #[track_caller]
    fn end(mut self) {
        self.press("\x04");
        self.pty.end();
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
    screen.wait_for_underlined("()");
    screen.press("\x01\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C");
    screen.wait_for_underlined("[]");
    screen.enter("", "$1: i64 = 3", "2>");
    screen.end();
}
