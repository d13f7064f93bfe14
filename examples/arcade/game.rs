//! The rules as a script that lives on: loading, frames, other texts, and what goes wrong with them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use sumi::{Config, Engine, Error, Function, Module, Reloaded, Script, Value, Variable};

/// The file that is loaded; the others are modules that it imports.
pub(crate) const RULES: &str = "rules";

/// A length of time that no frame of a game takes: an endless loop in new rules ends.
const LONGEST_CALL: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(C)]
pub(crate) struct Color {
    pub(crate) r: u8,
    pub(crate) g: u8,
    pub(crate) b: u8,
    pub(crate) a: u8,
}

/// How a [`Shape`] is painted, and what its numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
#[expect(dead_code, reason = "the rules make them")]
pub(crate) enum Form {
    /// Around `x`, `y`, with the half axes `w` and `h`, turned by `turn`.
    Disc,
    /// Around `x`, `y`, of about the radius `w`, with an edge as rough as `h`; `turn` is how it looks.
    Blot,
    /// Around `x`, `y`, of the radius `w`, as thick as `turn`.
    Ring,
    /// From `x`, `y`, where it is as thick as `turn`, along `w`, `h`, where it runs out.
    Stroke,
    /// The same with one thickness and round ends.
    Line,
    /// Around `x`, `y`, as wide as `w` and as high as `h`.
    Box,
    /// Down from `x`, `y`, as wide as `w`, paler until nothing is left at `h`; the right side is lower by `turn`.
    Wash,
}

/// What the rules give for a picture is a list of these.
#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[repr(C)]
pub(crate) struct Shape {
    pub(crate) form: Form,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) w: f32,
    pub(crate) h: f32,
    pub(crate) turn: f32,
    pub(crate) ink: Color,
}

/// What the player wants: `x` and `y` from -1 to 1, to the right and down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Value)]
#[repr(C)]
pub(crate) struct Input {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) fire: bool,
    pub(crate) stamp: bool,
    pub(crate) start: bool,
}

/// The texts of all `.sumi` files of a folder, by their names without that.
pub(crate) type Texts = BTreeMap<String, String>;

pub(crate) fn read_texts(folder: &Path) -> std::io::Result<Texts> {
    let mut texts = Texts::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == "sumi")
            && let Some(name) = path.file_stem()
        {
            let name = name.to_string_lossy().into_owned();
            texts.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(texts)
}

/// What the player has to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    Reloaded(String),
    /// The text is wrong: what ran goes on.
    Refused(String),
    /// A frame failed: nothing moves until there is another text, or the former one.
    Failed(String),
    RolledBack,
    NothingToRollBack,
}

impl Notice {
    pub(crate) fn line(&self) -> String {
        let (what, text) = match self {
            Notice::Reloaded(text) => ("reloaded", text.as_str()),
            Notice::Refused(text) => ("refused", text.as_str()),
            Notice::Failed(text) => ("failed", text.as_str()),
            Notice::RolledBack => ("rolled back", ""),
            Notice::NothingToRollBack => ("nothing to roll back", ""),
        };
        format!("{what}: {}", text.lines().next().unwrap_or_default())
    }
}

pub(crate) struct Game {
    script: Script,
    _engine: Engine,
    calls: Calls,
    texts: Rc<RefCell<Texts>>,
    sounds: Rc<RefCell<Vec<String>>>,
    /// The last picture that there was.
    page: Vec<Shape>,
    has_failed: bool,
    following: Following,
}

/// How far the rules that run have followed the texts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Following {
    Done,
    /// The code is being made.
    Preparing,
    /// It is there.
    Ready,
}

/// What the rules have to have.
struct Calls {
    begin: Function<fn(i64)>,
    update: Function<fn(Input, f32)>,
    picture: Function<fn() -> Vec<Shape>>,
    pilot: Function<fn() -> Input>,
    summary: Function<fn() -> String>,
}

impl Calls {
    fn of(script: &Script) -> Result<Calls, Error> {
        Ok(Calls {
            begin: script.function("begin")?,
            update: script.function("update")?,
            picture: script.function("picture")?,
            pilot: script.function("pilot")?,
            summary: script.function("summary")?,
        })
    }
}

impl Game {
    /// Code that is not optimised is there sooner after an edit, and takes five times as long for a frame.
    pub(crate) fn new(texts: Texts, seed: i64, optimize: bool) -> Result<Game, Error> {
        let config = Config {
            call_limit: Some(LONGEST_CALL),
            optimize,
            ..Config::default()
        };
        let mut engine = Engine::new(config)?;
        let sounds = Rc::<RefCell<Vec<String>>>::default();
        let mut ink = Module::new("ink");
        let heard = Rc::clone(&sounds);
        ink.function("sound(name)", move |name: &str| {
            heard.borrow_mut().push(name.to_owned());
        });
        ink.value_type::<Shape>().value_type::<Input>();
        engine.add(&ink)?;
        let texts = Rc::new(RefCell::new(texts));
        let known = Rc::clone(&texts);
        engine.set_resolver(move |path| known.borrow().get(path).cloned());
        let rules = rules_of(&texts.borrow());
        let script = engine.load("rules.sumi", &rules)?;
        let calls = Calls::of(&script)?;
        calls.begin.call(seed)?;
        Ok(Game {
            script,
            _engine: engine,
            calls,
            texts,
            sounds,
            page: Vec::new(),
            has_failed: false,
            following: Following::Done,
        })
    }

    /// Another state of the world, and its picture. After a failure nothing happens until the rules are others.
    pub(crate) fn step(&mut self, input: Input, dt: f32) -> Option<Notice> {
        if self.has_failed {
            return None;
        }
        let result = self.calls.update.call(input, dt);
        result.err().map(|error| self.failed(&error))
    }

    /// What is to be seen; the last picture there was, if the rules fail to make one.
    pub(crate) fn paint(&mut self) -> (&[Shape], Option<Notice>) {
        let mut notice = None;
        if !self.has_failed {
            match self.calls.picture.call() {
                Ok(page) => self.page = page,
                Err(error) => notice = Some(self.failed(&error)),
            }
        }
        (&self.page, notice)
    }

    /// What a player would do who is not there.
    pub(crate) fn pilot(&mut self) -> (Input, Option<Notice>) {
        if self.has_failed {
            return (Input::default(), None);
        }
        match self.calls.pilot.call() {
            Ok(input) => (input, None),
            Err(error) => (Input::default(), Some(self.failed(&error))),
        }
    }

    fn failed(&mut self, error: &Error) -> Notice {
        self.has_failed = true;
        Notice::Failed(error.to_string())
    }

    /// How the game stands, in a line.
    pub(crate) fn summary(&self) -> Result<String, Error> {
        self.calls.summary.call()
    }

    /// The variables of the rules, with as much of their values as fits into so many bytes.
    pub(crate) fn variables(&self, limit: usize) -> Vec<Variable> {
        self.script.variables(limit).unwrap_or_default()
    }

    /// What an expression comes to in the world as it is, which it cannot change; or what is wrong with it, in a line.
    pub(crate) fn evaluate(&self, expression: &str, limit: usize) -> Result<String, String> {
        match self.script.evaluate(expression, limit) {
            Ok(found) => Ok(found.text),
            Err(Error::Rejected { problems, .. }) => {
                let first = problems
                    .into_iter()
                    .find(|problem| problem.severity == "error");
                Err(first.map_or_else(String::new, |problem| problem.message))
            }
            Err(Error::Runtime(error)) => Err(error.message),
            Err(other) => Err(other.to_string()),
        }
    }

    /// The sounds since this was asked last.
    pub(crate) fn take_sounds(&self) -> Vec<String> {
        self.sounds.take()
    }

    /// Whether these are others than those that were tried last.
    pub(crate) fn is_other(&self, texts: &Texts) -> bool {
        *self.texts.borrow() != *texts
    }

    /// The rules shall be these; [`Game::follow`] sees to it.
    pub(crate) fn edit(&mut self, texts: Texts) {
        *self.texts.borrow_mut() = texts;
        self.following = Following::Preparing;
    }

    /// To be called between frames: exchanges the rules when the code of an edit is there, which is made meanwhile, if nothing is wrong with it;
    /// the world lives on.
    pub(crate) fn follow(&mut self) -> Option<Notice> {
        let rules = rules_of(&self.texts.borrow());
        let done = match self.following {
            Following::Done => return None,
            Following::Preparing => match self.script.prepare(&rules) {
                Ok(false) => return None,
                Ok(true) => {
                    // That was enough for one frame.
                    self.following = Following::Ready;
                    return None;
                }
                Err(error) => Err(error),
            },
            Following::Ready => self.exchange(&rules),
        };
        self.following = Following::Done;
        Some(match done {
            Ok(done) => {
                self.has_failed = false;
                Notice::Reloaded(done.to_string())
            }
            Err(error) => Notice::Refused(error.to_string()),
        })
    }

    fn exchange(&mut self, rules: &str) -> Result<Reloaded, Error> {
        let done = self.script.reload(rules)?;
        // A text may be right and yet lack what is called here.
        match Calls::of(&self.script) {
            Ok(calls) => {
                self.calls = calls;
                Ok(done)
            }
            Err(error) => {
                self.script.roll_back()?;
                Err(error)
            }
        }
    }

    /// Back to the rules and the world from right before the last reload.
    pub(crate) fn roll_back(&mut self) -> Notice {
        match self.script.roll_back() {
            Ok(true) => {
                self.has_failed = false;
                Notice::RolledBack
            }
            Ok(false) => Notice::NothingToRollBack,
            Err(error) => Notice::Refused(error.to_string()),
        }
    }
}

fn rules_of(texts: &Texts) -> String {
    texts.get(RULES).cloned().unwrap_or_default()
}
