//! `cargo dev screen-latency [CELLS [ROUNDS [BINARY]]]`: how long it takes from outside, through files and a terminal: from a save to the bytes that show
//! what came of it, from the start of the program to its first words, from a line of the REPL to its value. Nothing here is asserted.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::outside::{Folder, PATIENCE, as_it_comes, binary, ms, percentiles};

const CELLS: usize = 1000;
const ROUNDS: usize = 101;
/// After so long without a byte nothing is under way.
const QUIET: Duration = Duration::from_secs(1);
/// Between two edits.
const PAUSE: Duration = Duration::from_millis(40);

pub fn run(args: &[String]) -> Result<(), String> {
    let number = |at: usize| args.get(at).and_then(|arg| arg.parse().ok());
    let (cells, rounds) = (number(0).unwrap_or(CELLS), number(1).unwrap_or(ROUNDS));
    let binary = binary(args.get(2))?;
    let folder = Folder::new()?;
    of_a_sheet(&binary, &folder, cells, rounds)?;
    of_the_repl(&binary, &folder, rounds)
}

fn of_a_sheet(binary: &Path, folder: &Folder, cells: usize, rounds: usize) -> Result<(), String> {
    let text = sheet(cells);
    let lines = text.lines().count();
    println!("{lines} lines, {} bytes, {cells} cells", text.len());
    folder.save(&text)?;
    open(
        binary,
        folder,
        "launch",
        &["sheet", "--watch", "--fresh", "a.sumi"],
    )?;
    let arguments = ["sheet", "--watch", "a.sumi"];
    let mut screen = Terminal::open(binary, folder, &arguments)?;
    screen.wait_for_quiet();
    drop(screen);
    open(binary, folder, "reopening", &arguments)?;
    let mut screen = Terminal::open(binary, folder, &arguments)?;
    screen.wait_for("shared", 2)?;
    screen.wait_for_quiet();
    // To where the edits are.
    folder.save(&text.replace("probe = 12345", "probe = 0"))?;
    screen.wait_for("probe", 1)?;
    let mut measure = |name: &str, count: usize, edit: &dyn Fn(&str) -> String| {
        let mut times = Vec::new();
        for round in 0..rounds {
            std::thread::sleep(PAUSE);
            screen.heard.clear();
            let digits = digits(round);
            let edited = edit(&digits);
            let start = Instant::now();
            folder.save(&edited)?;
            times.push(screen.wait_for(&digits, count)? - start);
        }
        show(name, &times);
        Ok::<(), String>(())
    };
    // In the source, and beside it.
    measure("a literal", 2, &|digits| {
        text.replace("probe = 12345", &format!("probe = {digits}"))
    })?;
    measure("a literal with ten dependents", 12, &|digits| {
        text.replace("of_ten = 12345", &format!("of_ten = {digits}"))
    })?;
    measure("a comment", 1, &|digits| {
        text.replace("// A note.", &format!("// A note {digits}"))
    })
}

/// From the start of the program to what it shows first, and to the values beside it.
fn open(binary: &Path, folder: &Folder, name: &str, arguments: &[&str]) -> Result<(), String> {
    let (mut drawn, mut settled) = (Vec::new(), Vec::new());
    for _ in 0..11 {
        let start = Instant::now();
        let mut screen = Terminal::open(binary, folder, arguments)?;
        drawn.push(screen.wait_for("shared", 1)? - start);
        settled.push(screen.wait_for("shared", 2)? - start);
    }
    show(&format!("{name} to the text"), &drawn);
    show(&format!("{name} to the values"), &settled);
    Ok(())
}

fn of_the_repl(binary: &Path, folder: &Folder, rounds: usize) -> Result<(), String> {
    let mut launches = Vec::new();
    for _ in 0..11 {
        let start = Instant::now();
        let mut screen = Terminal::open(binary, folder, &[])?;
        launches.push(screen.wait_for("> ", 1)? - start);
    }
    show("REPL: launch to the prompt", &launches);
    let mut screen = Terminal::open(binary, folder, &[])?;
    screen.wait_for("> ", 1)?;
    let mut times = Vec::new();
    for round in 0..rounds {
        std::thread::sleep(PAUSE);
        let number = 12345 + round;
        screen.press(&format!("{number} * 3"))?;
        std::thread::sleep(PAUSE);
        screen.heard.clear();
        let start = Instant::now();
        screen.press("\r")?;
        times.push(screen.wait_for(&(number * 3).to_string(), 1)? - start);
    }
    show("REPL: line to value", &times);
    Ok(())
}

/// A number that differs from that of the round before in each digit: a terminal is told only what changes.
fn digits(round: usize) -> String {
    let digit = |at: usize| char::from(b'0' + ((round + at * at + round / 10 * at) % 9 + 1) as u8);
    (1..=6).map(digit).collect()
}

/// The first time is told apart.
fn show(name: &str, times: &[Duration]) {
    if let Some((first, later)) = times.split_first() {
        let later = if later.is_empty() { times } else { later };
        println!("{name}: {}; first {:.2}", percentiles(later), ms(*first));
    }
}

/// Ten lines for each cell, and in the middle the ones that are edited.
fn sheet(cells: usize) -> String {
    let mut text = super::latency::sheet(cells);
    let missing = (cells * 10).saturating_sub(text.lines().count() + 30);
    let groups = (cells / 10).max(1);
    let notes = "// Of this group there is more to say than of the others.\n";
    let notes = notes.repeat(missing / groups);
    text = text.replace("// The group", &format!("{notes}// The group"));
    let middle = format!("// The group {}.", groups / 2);
    let dependents = "of_ten + 0\n".repeat(10);
    let edited = format!("let probe = 12345\n// A note.\nlet of_ten = 12345\n{dependents}{middle}");
    text.replace(&middle, &edited)
}

/// A program on a terminal of its own.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    /// Since it was cleared.
    heard: Vec<u8>,
}

impl Terminal {
    fn open(binary: &Path, folder: &Folder, arguments: &[&str]) -> Result<Terminal, String> {
        let size = PtySize {
            rows: 50,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size);
        let pair = pair.map_err(|e| e.to_string())?;
        let mut command = CommandBuilder::new(binary);
        command.args(arguments);
        command.cwd(folder.path());
        command.env("TERM", "xterm-256color");
        command.env("XDG_CACHE_HOME", folder.path());
        let child = pair.slave.spawn_command(command);
        let child = child.map_err(|e| e.to_string())?;
        let reader = pair.master.try_clone_reader();
        let mut reader = reader.map_err(|e| e.to_string())?;
        let mut buffer = [0; 1 << 16];
        let parts = std::iter::from_fn(move || {
            let count = reader.read(&mut buffer).ok().filter(|count| *count > 0);
            count.map(|count| buffer[..count].to_vec())
        });
        Ok(Terminal {
            child,
            keys: pair.master.take_writer().map_err(|e| e.to_string())?,
            _master: pair.master,
            output: as_it_comes(parts),
            heard: Vec::new(),
        })
    }

    fn press(&mut self, keys: &str) -> Result<(), String> {
        let pressed = self.keys.write_all(keys.as_bytes());
        pressed
            .and_then(|()| self.keys.flush())
            .map_err(|e| e.to_string())
    }

    /// While cells run something on the screen moves.
    fn wait_for_quiet(&mut self) {
        while let Ok((_, bytes)) = self.output.recv_timeout(QUIET) {
            self.heard.extend(bytes);
        }
    }

    /// When so many of a word have come: where blanks were, none are written.
    fn wait_for(&mut self, wanted: &str, count: usize) -> Result<Instant, String> {
        let mut when = Instant::now();
        loop {
            let found = self.heard.windows(wanted.len());
            if found.filter(|text| *text == wanted.as_bytes()).count() >= count {
                return Ok(when);
            }
            let Ok((at, bytes)) = self.output.recv_timeout(PATIENCE) else {
                let heard = String::from_utf8_lossy(&self.heard);
                return Err(format!("`{wanted}` does not come {count} times:\n{heard}"));
            };
            when = at;
            self.heard.extend(bytes);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
