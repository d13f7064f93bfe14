//! `examples/arcade` in a real window, on an X server without a screen: it gets keys, its rules are edited on disk, and what is to be seen is
//! compared, pixel by pixel. Nothing is expected within a time: the game says what happened, and the picture is looked at until it is right.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt, ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::{files, read, root};

/// After this something has gone wrong for good.
const LIMIT: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(30);

const SIZE: (u16, u16) = (960, 540);
/// When the demonstration stands still: there are enemies, drops and stains then.
const PAUSE: &str = "600";

const RED: &str = "const RED = Color(r: 193, g: 39, b: 30, a: 255)";
const GREEN: &str = "const RED = Color(r: 30, g: 110, b: 60, a: 255)";

const RETURN: u32 = 0xff0d;
const F2: u32 = 0xffbf;

pub fn run() -> Result<(), String> {
    let server = Server::start()?;
    an_edit_is_seen(&server, &Folder::new("edited")?)?;
    keys_arrive(&server, &Folder::new("played")?)?;
    println!("the window shows what it should");
    Ok(())
}

/// The seal becomes green while the game runs, and nothing else changes. Then come rules that are wrong.
fn an_edit_is_seen(server: &Server, folder: &Folder) -> Result<(), String> {
    let game = Game::start(server, folder, &["--demo", "--pause-after", PAUSE])?;
    game.wait_for("still")?;
    let window = server.window()?;
    let before = server.seen(window, |picture| match picture.count(is_red) {
        0..500 => Err("there is too little red".to_owned()),
        _ => Ok(()),
    })?;

    folder.edit("brush.sumi", RED, GREEN)?;
    game.wait_for("reloaded: ")?;
    let green = server.seen(window, |picture| only_red_is_green(&before, picture))?;

    folder.edit(
        "rules.sumi",
        "fn picture() -> [Shape] {",
        "fn picture() -> [Shape] {{",
    )?;
    game.wait_for("refused: ")?;
    server.seen(window, |picture| picture.is_covered_below(&green))?;

    folder.edit(
        "rules.sumi",
        "fn update(input: Input, dt: f32) {",
        "fn update(input: Input, dt: f32) {\n    best = 1 / (best - best)",
    )?;
    game.wait_for("reloaded: ")?;
    server.press(window, u32::from('p'))?;
    game.wait_for("failed: ")?;
    server.seen(window, |picture| picture.is_covered_below(&green))?;
    server.press(window, u32::from('r'))?;
    game.wait_for("rolled back")?;
    game.wait_for("sound spit").map(drop)
}

/// Keys reach the rules and the worksheet.
fn keys_arrive(server: &Server, folder: &Folder) -> Result<(), String> {
    let game = Game::start(server, folder, &[])?;
    game.wait_for("ready")?;
    let window = server.window()?;
    server.press_until(window, RETURN, || game.has_said("sound begin"))?;
    server.hold(window, u32::from(' '), true)?;
    game.wait_for("sound spit")?;
    server.hold(window, u32::from(' '), false)?;
    server.press(window, F2)?;
    game.wait_for("worksheet open")?;
    for letter in "world.lives".chars() {
        server.press(window, u32::from(letter))?;
    }
    server.press(window, RETURN)?;
    game.wait_for("asked: world.lives = ").map(drop)
}

fn rules() -> PathBuf {
    root().join("examples/arcade")
}

/// The rules, where they may be edited.
struct Folder(PathBuf);

impl Folder {
    fn new(what_for: &str) -> Result<Folder, String> {
        let name = format!("sumi-arcade-{what_for}-{}", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0).map_err(|error| error.to_string())?;
        for path in files(&rules(), "sumi") {
            let name = path.file_name().unwrap_or_default();
            std::fs::copy(&path, folder.0.join(name)).map_err(|error| error.to_string())?;
        }
        Ok(folder)
    }

    /// The file as it is in the repository but for this edit.
    fn edit(&self, name: &str, from: &str, to: &str) -> Result<(), String> {
        let text = read(&rules().join(name))?;
        if !text.contains(from) {
            return Err(format!("`{from}` is not in {name}"));
        }
        let path = self.0.join(name);
        std::fs::write(path, text.replace(from, to)).map_err(|error| error.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the system's own folder for that.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The release binary of the example, and what it says.
struct Game {
    child: Child,
    lines: Receiver<String>,
}

impl Game {
    fn start(server: &Server, folder: &Folder, args: &[&str]) -> Result<Game, String> {
        let binary = std::env::var_os("ARCADE")
            .map_or_else(|| root().join("target/release/arcade"), PathBuf::from);
        let mut command = Command::new(&binary);
        command.args(["--report", "--seed", "7", "--folder"]);
        command.arg(&folder.0).args(args);
        command.env("DISPLAY", &server.display);
        command.env("LIBGL_ALWAYS_SOFTWARE", "1");
        let (child, output) = started(command, &binary)?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Game { child, lines })
    }

    /// The next line that begins so.
    fn wait_for(&self, beginning: &str) -> Result<String, String> {
        let begin = Instant::now();
        let mut said = Vec::new();
        loop {
            let left = LIMIT.saturating_sub(begin.elapsed());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.starts_with(beginning) => return Ok(line),
                Ok(line) => said.push(line),
                Err(_) => {
                    let last = said[said.len().saturating_sub(12)..].join("\n");
                    return Err(format!("the game did not say `{beginning}`, but\n{last}"));
                }
            }
        }
    }

    fn has_said(&self, beginning: &str) -> bool {
        self.lines
            .try_iter()
            .any(|line| line.starts_with(beginning))
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn started(mut command: Command, binary: &Path) -> Result<(Child, ChildStdout), String> {
    let child = command.stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| format!("{}: {error}", binary.display()))?;
    match child.stdout.take() {
        Some(output) => Ok((child, output)),
        None => Err("a child without an output".to_owned()),
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

/// An X server whose screen is memory.
struct Server {
    child: Child,
    display: String,
    connection: RustConnection,
    root: Window,
}

impl Server {
    fn start() -> Result<Server, String> {
        let mut command = Command::new("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1024x640x24",
            "-nolisten",
            "tcp",
        ]);
        command.stderr(Stdio::null());
        let (mut child, output) = started(command, Path::new("Xvfb"))?;
        let mut number = String::new();
        let read = BufReader::new(output).read_line(&mut number);
        let display = format!(":{}", number.trim());
        let connected = match read {
            Ok(1..) => x11rb::connect(Some(&display)).map_err(|error| error.to_string()),
            _ => Err("Xvfb did not start".to_owned()),
        };
        match connected {
            Ok((connection, screen)) => Ok(Server {
                root: connection.setup().roots[screen].root,
                child,
                display,
                connection,
            }),
            Err(error) => {
                end(&mut child);
                Err(error)
            }
        }
    }

    /// That of the game, once it is there; it gets the keys from now on.
    fn window(&self) -> Result<Window, String> {
        let found = wait(|| {
            let tree = answered(self.connection.query_tree(self.root))?;
            for window in tree.children {
                let geometry = answered(self.connection.get_geometry(window))?;
                let attributes = answered(self.connection.get_window_attributes(window))?;
                let is_shown = attributes.map_state == x11rb::protocol::xproto::MapState::VIEWABLE;
                if is_shown && (geometry.width, geometry.height) == SIZE {
                    return Ok(window);
                }
            }
            Err("there is no window of the game".to_owned())
        })?;
        use x11rb::protocol::xproto::InputFocus;
        let focused =
            self.connection
                .set_input_focus(InputFocus::PARENT, found, x11rb::CURRENT_TIME);
        checked(focused)?;
        Ok(found)
    }

    fn picture(&self, window: Window) -> Result<Picture, String> {
        let (wide, high) = SIZE;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, wide, high, !0);
        let bytes = answered(image)?.data;
        let pixels = bytes
            .chunks_exact(4)
            .map(|pixel| [pixel[2], pixel[1], pixel[0]]);
        Ok(Picture(pixels.collect()))
    }

    /// The first picture that is right and stays.
    fn seen(
        &self,
        window: Window,
        check: impl Fn(&Picture) -> Result<(), String>,
    ) -> Result<Picture, String> {
        wait(|| {
            let picture = self.picture(window)?;
            check(&picture)?;
            std::thread::sleep(LOOK_AGAIN);
            match self.picture(window)? == picture {
                true => Ok(picture),
                false => Err("the picture changes".to_owned()),
            }
        })
    }

    fn hold(&self, window: Window, symbol: u32, is_down: bool) -> Result<(), String> {
        let setup = self.connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let mapping = answered(
            self.connection
                .get_keyboard_mapping(first, last - first + 1),
        )?;
        let width = usize::from(mapping.keysyms_per_keycode).max(1);
        let place = mapping
            .keysyms
            .chunks(width)
            .position(|symbols| symbols.first() == Some(&symbol));
        let place = place.ok_or_else(|| format!("no key has the symbol {symbol:#x}"))?;
        let kind = if is_down {
            KEY_PRESS_EVENT
        } else {
            KEY_RELEASE_EVENT
        };
        let code = first + u8::try_from(place).unwrap_or_default();
        checked(
            self.connection
                .xtest_fake_input(kind, code, x11rb::CURRENT_TIME, window, 0, 0, 0),
        )
    }

    fn press(&self, window: Window, symbol: u32) -> Result<(), String> {
        self.hold(window, symbol, true)?;
        self.hold(window, symbol, false)
    }

    /// A window that has only just got the focus may miss a key.
    fn press_until(
        &self,
        window: Window,
        symbol: u32,
        is_done: impl Fn() -> bool,
    ) -> Result<(), String> {
        wait(|| {
            self.press(window, symbol)?;
            match is_done() {
                true => Ok(()),
                false => Err(format!("the key {symbol:#x} does nothing")),
            }
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// What it comes to as soon as it is no error.
fn wait<T>(attempt: impl Fn() -> Result<T, String>) -> Result<T, String> {
    let begin = Instant::now();
    loop {
        match attempt() {
            Err(_) if begin.elapsed() < LIMIT => std::thread::sleep(LOOK_AGAIN),
            done => return done,
        }
    }
}

fn answered<R: x11rb::x11_utils::TryParse>(
    sent: Result<x11rb::cookie::Cookie<'_, RustConnection, R>, x11rb::errors::ConnectionError>,
) -> Result<R, String> {
    let sent = sent.map_err(|error| error.to_string())?;
    sent.reply().map_err(|error| error.to_string())
}

fn checked(
    sent: Result<x11rb::cookie::VoidCookie<'_, RustConnection>, x11rb::errors::ConnectionError>,
) -> Result<(), String> {
    let sent = sent.map_err(|error| error.to_string())?;
    sent.check().map_err(|error| error.to_string())
}

type Pixel = [u8; 3];

/// Row by row.
#[derive(PartialEq, Eq)]
struct Picture(Vec<Pixel>);

impl Picture {
    fn count(&self, is_wanted: fn(Pixel) -> bool) -> usize {
        self.0.iter().filter(|pixel| is_wanted(**pixel)).count()
    }

    /// Something dark lies over the lower part of it, and nothing else is different.
    fn is_covered_below(&self, bare: &Picture) -> Result<(), String> {
        let half = self.0.len() / 2;
        let is_dark = |pixel: &Pixel| pixel.iter().all(|part| *part < 70);
        let last_rows = &self.0[self.0.len() - 20 * usize::from(SIZE.0)..];
        let dark = last_rows.iter().filter(|pixel| is_dark(pixel)).count();
        if dark < last_rows.len() / 2 {
            return Err(format!("only {dark} pixels at the bottom are dark"));
        }
        match self.0[..half / 2] == bare.0[..half / 2] {
            true => Ok(()),
            false => Err("the upper part is another one".to_owned()),
        }
    }
}

/// More so than the paper.
fn is_red([r, g, b]: Pixel) -> bool {
    i32::from(r) - i32::from(g.max(b)) > 60
}

/// What had some red in it is green to the same degree, everything else is the same.
fn only_red_is_green(before: &Picture, after: &Picture) -> Result<(), String> {
    let mut changed = 0;
    for (place, (old, new)) in before.0.iter().zip(&after.0).enumerate() {
        if old == new {
            if is_red(*old) {
                return Err(format!("pixel {place} is still red: {old:?}"));
            }
            continue;
        }
        changed += 1;
        // From red to green: less red, more green, at every mixture with what is below.
        if new[0] >= old[0] || new[1] < old[1] || new[2] < old[2] {
            return Err(format!("pixel {place} became {new:?}, it was {old:?}"));
        }
    }
    match changed {
        0..500 => Err(format!("only {changed} pixels changed")),
        _ => Ok(()),
    }
}
