//! Dragon Gate: an arcade game whose rules are Sumi and whose loop is Rust. A carp of red ink swims up a painted scroll; red is you, black hurts.
//!
//! ```text
//! cargo run --release -p arcade                              the game, in a window
//! cargo run --release -p arcade -- --demo                    plays by itself
//! cargo run --release -p arcade -- --headless 7 3000         without a window: seed and frames
//! ```
//!
//! Arrows or WASD swim, space spits, X presses the seal once it is full, Enter begins, P pauses.
//!
//! `rules.sumi` holds what there is, how it moves and how it is drawn; `level.sumi` the scroll; `letters.sumi` the writing by brush. Save one of them
//! while the game runs (or press F5): the new text is taken up before the next frame, and the world lives on, with the fields that a struct has
//! gained or lost. A text that is wrong is shown over the game, which goes on with the former one. A frame that fails is shown too; R
//! takes the last change back, with the world as it was before it. F2 opens a worksheet on the running world: the variables with their values,
//! and a line that evaluates an expression.
//!
//! Here is only what a window needs: [`game`] holds the script, [`paint`] turns its shapes into triangles, [`panel`] writes over it.
//! The rules are given an input and a time step, and give a list of shapes, which both languages know as the same bytes.

mod game;
mod paint;
mod panel;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use macroquad::prelude as mq;

use game::{Game, Input, Notice, Texts};
use paint::View;
use panel::{Told, Worksheet};

/// How long a frame of the demonstration and of the headless game is.
const STEP: f32 = 1.0 / 60.0;
/// A frame that took longer does not make the game jump.
const LONGEST_STEP: f32 = 1.0 / 20.0;
/// A window whose system does not wait for the screen is drawn this often.
const SHORTEST_FRAME: Duration = Duration::from_micros(8_300);

/// An arcade game whose rules can be edited while it runs.
#[derive(Clone, Parser)]
struct Options {
    /// Where `rules.sumi` and its modules are.
    #[arg(long, default_value = env!("CARGO_MANIFEST_DIR"))]
    folder: PathBuf,
    /// Chance begins with this.
    #[arg(long, default_value_t = 1)]
    seed: i64,
    /// For playing, not for editing: frames take a fifth of the time, and an edit five times as long.
    #[arg(long)]
    optimize: bool,
    /// The game plays by itself.
    #[arg(long)]
    demo: bool,
    /// Pauses after so many frames.
    #[arg(long, value_name = "FRAMES")]
    pause_after: Option<u64>,
    /// Says on standard output what happens, a line each.
    #[arg(long)]
    report: bool,
    /// Plays by itself without a window, and prints how it went.
    #[arg(long, num_args = 2, value_names = ["SEED", "FRAMES"])]
    headless: Option<Vec<i64>>,
    /// Edits the rules so often in the middle of a game without a window, and prints how long it took to the next frame.
    #[arg(long, value_name = "ROUNDS")]
    edits: Option<usize>,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Box<dyn Error>> {
    if let Some([seed, frames]) = options.headless.as_deref() {
        return headless(&options, *seed, *frames);
    }
    if let Some(rounds) = options.edits {
        return edits(&options, rounds);
    }
    let begin = Instant::now();
    let game = Game::new(read_texts(&options.folder)?, options.seed, options.optimize)?;
    if options.report {
        println!("loaded in {:.0} ms", begin.elapsed().as_secs_f64() * 1e3);
    }
    let window = mq::Conf {
        window_title: "Dragon Gate".to_owned(),
        window_width: 960,
        window_height: 540,
        sample_count: 4,
        window_resizable: true,
        platform: mq::miniquad::conf::Platform {
            linux_backend: mq::miniquad::conf::LinuxBackend::X11WithWaylandFallback,
            ..Default::default()
        },
        ..mq::Conf::default()
    };
    macroquad::Window::from_config(window, play(game, options));
    Ok(())
}

fn read_texts(folder: &Path) -> Result<Texts, String> {
    game::read_texts(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// The same course of the game for the same seed.
fn headless(options: &Options, seed: i64, frames: i64) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let mut game = Game::new(read_texts(&options.folder)?, seed, options.optimize)?;
    eprintln!("loaded in {:.0} ms", begin.elapsed().as_secs_f64() * 1e3);
    let mut sounds: BTreeMap<String, u64> = BTreeMap::new();
    let (mut updates, mut pictures, mut shapes, mut most) = (Vec::new(), Vec::new(), 0, 0);
    for _ in 0..frames {
        let (input, failed) = game.pilot();
        let begin = Instant::now();
        let failed = failed.or_else(|| game.step(input, STEP));
        updates.push(begin.elapsed());
        let begin = Instant::now();
        let (page, not_painted) = game.paint();
        pictures.push(begin.elapsed());
        shapes += page.len() as i64;
        most = most.max(page.len());
        if let Some(Notice::Failed(why)) = failed.or(not_painted) {
            return Err(why.into());
        }
        for sound in game.take_sounds() {
            *sounds.entry(sound).or_default() += 1;
        }
    }
    println!("{}", game.summary()?);
    println!(
        "{} shapes for each frame, at most {most}",
        shapes / frames.max(1)
    );
    let sounds = sounds.iter().map(|(name, count)| format!("{name} {count}"));
    println!("sounds: {}", sounds.collect::<Vec<_>>().join(", "));
    eprintln!("update {}, picture {}", times(updates), times(pictures));
    Ok(())
}

/// What is edited, in which file, and what stands there; each round another number takes its place.
const EDITS: [(&str, &str, &str); 6] = [
    ("a comment", "beings", "// The tail drifts"),
    ("a method", "rules", "self.shake = 0.4"),
    ("a method in a module", "beings", "self.cool = 0.13"),
    (
        "a long method in a module",
        "beings",
        "0.5 * sin(self.age * 9",
    ),
    ("a constant", "beings", "CARP_SPEED: f32 = 330"),
    ("a field's default", "beings", "flash: f32 = 0"),
];

/// From a new text to the end of the first frame with it, while frames go on; and the longest of these, with what is done between them.
fn edits(options: &Options, rounds: usize) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let texts = read_texts(&options.folder)?;
    let mut game = Game::new(texts.clone(), options.seed, options.optimize)?;
    println!("loaded in {:.0} ms", begin.elapsed().as_secs_f64() * 1e3);
    for (what, file, from) in EDITS {
        let (mut spent, mut longest) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            for _ in 0..60 {
                let (input, _) = game.pilot();
                game.step(input, STEP);
                game.paint();
            }
            let mut edited = texts.clone();
            let text = edited.get_mut(file).ok_or("a file is missing")?;
            if !text.contains(from) {
                return Err(format!("`{from}` is not in {file}.sumi").into());
            }
            *text = text.replace(from, &format!("{from}{}", round + 1));
            let begin = Instant::now();
            game.edit(edited);
            let mut most = Duration::ZERO;
            loop {
                let frame = Instant::now();
                let notice = game.follow();
                let failed = game.step(Input::default(), STEP);
                game.paint();
                most = most.max(frame.elapsed());
                match failed.or(notice) {
                    Some(Notice::Failed(why) | Notice::Refused(why)) => return Err(why.into()),
                    Some(_) => break,
                    None => std::thread::sleep(SHORTEST_FRAME.saturating_sub(frame.elapsed())),
                }
            }
            spent.push(begin.elapsed());
            longest.push(most);
        }
        println!("{what}: {}, longest frame {}", times(spent), times(longest));
    }
    Ok(())
}

fn times(mut all: Vec<Duration>) -> String {
    all.sort_unstable();
    let at = |part: usize| {
        all.get(all.len() * part / 100)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    format!("{:.3} ms (p99 {:.3})", at(50), at(99))
}

async fn play(game: Game, options: Options) {
    let mut shown = Shown {
        game,
        told: Told::default(),
        worksheet: Worksheet::default(),
        is_paused: false,
        still: 0,
        frames: 0,
        half_written: None,
        options,
    };
    shown.report(|| "ready".to_owned());
    loop {
        let begin = Instant::now();
        shown.take_up_edits();
        shown.follow();
        shown.obey_keys();
        shown.step();
        shown.paint();
        let spent = begin.elapsed();
        if spent < SHORTEST_FRAME {
            std::thread::sleep(SHORTEST_FRAME - spent);
        }
        mq::next_frame().await;
        shown.was_shown();
    }
}

/// The game in its window.
struct Shown {
    game: Game,
    told: Told,
    worksheet: Worksheet,
    is_paused: bool,
    /// Pictures since it was paused.
    still: u32,
    frames: u64,
    /// Texts that were others at the last look: they are taken up when they are the same at the next one.
    half_written: Option<Texts>,
    options: Options,
}

impl Shown {
    fn report(&self, line: impl FnOnce() -> String) {
        if self.options.report {
            println!("{}", line());
        }
    }

    fn tell(&mut self, notice: Notice) {
        self.report(|| notice.line());
        self.told.tell(notice);
    }

    fn take_up_edits(&mut self) {
        let Ok(texts) = game::read_texts(&self.options.folder) else {
            return; // an editor that is about to rename its file
        };
        let is_whole = self.half_written.as_ref() == Some(&texts);
        self.half_written = None;
        match self.game.is_other(&texts) {
            true if is_whole => self.game.edit(texts),
            true => self.half_written = Some(texts),
            false => {}
        }
    }

    fn follow(&mut self) {
        let begin = Instant::now();
        if let Some(notice) = self.game.follow() {
            self.report(|| format!("exchanged in {:.1} ms", begin.elapsed().as_secs_f64() * 1e3));
            self.tell(notice);
        }
    }

    fn obey_keys(&mut self) {
        if mq::is_key_pressed(mq::KeyCode::F2) {
            self.worksheet.is_open = !self.worksheet.is_open;
            let state = if self.worksheet.is_open {
                "open"
            } else {
                "closed"
            };
            self.report(|| format!("worksheet {state}"));
        }
        if mq::is_key_pressed(mq::KeyCode::F5)
            && let Ok(texts) = game::read_texts(&self.options.folder)
        {
            self.game.edit(texts);
        }
        let mut typed = Vec::new();
        while let Some(letter) = mq::get_char_pressed() {
            typed.push(letter);
        }
        if self.worksheet.is_open {
            typed
                .into_iter()
                .for_each(|letter| self.worksheet.type_letter(letter));
            if mq::is_key_pressed(mq::KeyCode::Backspace) {
                self.worksheet.rub_out();
            }
            if mq::is_key_pressed(mq::KeyCode::Enter)
                && let Some(line) = self.worksheet.ask(&self.game)
            {
                self.report(|| format!("asked: {line}"));
            }
            return;
        }
        if mq::is_key_pressed(mq::KeyCode::R) {
            let notice = self.game.roll_back();
            self.tell(notice);
        }
        if mq::is_key_pressed(mq::KeyCode::P) {
            self.pause(!self.is_paused);
        }
    }

    fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
        self.still = 0;
        let state = if is_paused { "paused" } else { "goes on" };
        self.report(|| format!("{state} at frame {}", self.frames));
    }

    fn step(&mut self) {
        if self.is_paused {
            return;
        }
        let (input, dt) = match self.options.demo {
            true => {
                let (input, failed) = self.game.pilot();
                failed.into_iter().for_each(|notice| self.tell(notice));
                (input, STEP)
            }
            false => (self.input(), mq::get_frame_time().min(LONGEST_STEP)),
        };
        let failed = self.game.step(input, dt);
        failed.into_iter().for_each(|notice| self.tell(notice));
        for sound in self.game.take_sounds() {
            self.report(|| format!("sound {sound}"));
        }
        self.frames += 1;
        if self.options.pause_after == Some(self.frames) {
            self.pause(true);
        }
    }

    /// Whoever compares pictures has to know when none of a moving world is on its way to the screen any more.
    fn was_shown(&mut self) {
        if self.is_paused {
            self.still += 1;
            if self.still == 3 {
                self.report(|| format!("still at frame {}", self.frames));
            }
        }
    }

    /// What the keys say; nothing while they write into the worksheet.
    fn input(&self) -> Input {
        use mq::KeyCode::{A, D, Down, Enter, Left, Right, S, Space, Up, W, X};
        if self.worksheet.is_open {
            return Input::default();
        }
        let is_down = |keys: [mq::KeyCode; 2]| keys.into_iter().any(mq::is_key_down);
        let axis = |less, more| f32::from(i8::from(is_down(more)) - i8::from(is_down(less)));
        Input {
            x: axis([Left, A], [Right, D]),
            y: axis([Up, W], [Down, S]),
            fire: mq::is_key_down(Space),
            stamp: mq::is_key_pressed(X),
            start: mq::is_key_pressed(Enter),
        }
    }

    fn paint(&mut self) {
        let view = View::of(mq::screen_width(), mq::screen_height());
        let (page, failed) = self.game.paint();
        view.paint(page);
        failed.into_iter().for_each(|notice| self.tell(notice));
        self.worksheet.paint(&self.game);
        self.told.paint();
    }
}
