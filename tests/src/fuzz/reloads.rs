//! Random scripts of a host under random edits: what is refused changes nothing, what is taken back is as if it had not been, what is looked at is what comes,
//! and functions do afterwards what those of a fresh script with the same state do.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use jit::{Config, Engine, Error, Reloaded, Script};

use super::edits::{FUNCTIONS, LISTS, MODULES, NUMBERS, Texts, VARIABLES, texts};

/// Long enough for all that ends.
const LIMIT: Duration = Duration::from_millis(300);
/// Every so many scripts are optimised.
const OPTIMISED: u64 = 8;

/// How often something came about.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) taken: u64,
    pub(crate) refused: u64,
    pub(crate) compared: u64,
}

/// Checks the script of this number; what is wrong, and the texts up to there.
pub(crate) fn check(seed: u64, counts: &mut Counts) -> Result<(), String> {
    let texts = texts(seed);
    let all = Rc::new(RefCell::new(Vec::new()));
    let script = Checked::new(seed, Rc::clone(&all))?;
    let checked = script.check(&texts, counts);
    checked.map_err(|message| format!("{message}\n{}", all.borrow().join("\n--------\n")))
}

struct Checked {
    engine: Engine,
    /// The modules as they are now.
    modules: Rc<RefCell<Vec<String>>>,
    /// What was tried.
    tried: Rc<RefCell<Vec<String>>>,
}

impl Checked {
    fn new(seed: u64, tried: Rc<RefCell<Vec<String>>>) -> Result<Checked, String> {
        let config = Config {
            optimize: seed.is_multiple_of(OPTIMISED),
            call_limit: Some(LIMIT),
            ..Config::default()
        };
        let mut engine = Engine::new(config).map_err(|error| error.to_string())?;
        engine.on_print(|_| ());
        engine.on_warning(|_| ());
        let modules: Rc<RefCell<Vec<String>>> = Rc::default();
        let known = Rc::clone(&modules);
        engine.set_resolver(move |path| {
            let at = MODULES.iter().position(|name| *name == path)?;
            known.borrow().get(at).cloned()
        });
        Ok(Checked {
            engine,
            modules,
            tried,
        })
    }

    fn check(mut self, texts: &[Texts], counts: &mut Counts) -> Result<(), String> {
        let mut script: Option<Script> = None;
        for now in texts {
            self.modules.borrow_mut().clone_from(&now.modules);
            // Most texts have a mistake somewhere, by which all of a script is refused.
            let text = match counts.refused.is_multiple_of(2) {
                true => self.without_mistakes(&now.sheet),
                false => now.sheet.clone(),
            };
            let shown = Texts {
                sheet: text.clone(),
                modules: now.modules.clone(),
            };
            self.tried.borrow_mut().push(shown.to_string());
            match &script {
                None => script = self.engine.load("script", &text).ok(),
                Some(script) => self.reload(script, &text, counts)?,
            }
        }
        drop(script);
        match self.engine.live_blocks() {
            0 => Ok(()),
            live => Err(format!("{live} blocks are live")),
        }
    }

    /// Without the lines of mistakes.
    fn without_mistakes(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..20 {
            let lines: Vec<usize> = match self.engine.load("script", &text) {
                Err(Error::Rejected { problems, .. }) => {
                    problems.iter().map(|problem| problem.line).collect()
                }
                Err(Error::Runtime(error)) => {
                    error.frames.iter().map(|f| f.line as usize).collect()
                }
                _ => break,
            };
            let kept = text.lines().enumerate();
            let kept = kept.filter(|(at, _)| !lines.contains(&(at + 1)));
            text = kept.map(|(_, line)| line).collect::<Vec<&str>>().join("\n");
        }
        text
    }

    fn reload(&mut self, script: &Script, text: &str, counts: &mut Counts) -> Result<(), String> {
        let before = state(script);
        let seen = script.preview(text);
        same("a preview changes values", &before, &state(script))?;
        if counts.taken.is_multiple_of(2) {
            while matches!(script.prepare(text), Ok(false)) {
                same(
                    "a text that is prepared changes values",
                    &before,
                    &state(script),
                )?;
            }
        }
        let done = script.reload(text);
        if is_interrupt(&seen) || is_interrupt(&done) {
            return Ok(());
        }
        let Ok(done) = done else {
            counts.refused += 1;
            return same("a refused reload changes values", &before, &state(script));
        };
        let after = state(script);
        let seen = seen.map_err(|error| format!("the preview said: {error}"))?;
        same("preview and reload", &counted(seen), &counted(done))?;
        script.roll_back().map_err(|error| error.to_string())?;
        same("taken back", &before, &state(script))?;
        script.reload(text).map_err(|error| error.to_string())?;
        same("once more", &after, &state(script))?;
        counts.taken += 1;
        self.compare(script, text, &after, counts)
    }

    /// With a fresh script, as far as that can be given the same state.
    fn compare(
        &mut self,
        script: &Script,
        text: &str,
        after: &str,
        counts: &mut Counts,
    ) -> Result<(), String> {
        let Ok(fresh) = self.engine.load("script", text) else {
            return Ok(()); // it fails where it starts with other values
        };
        // A name of a function may be that of a variable.
        for name in VARIABLES.iter().chain(&FUNCTIONS) {
            if let Ok(value) = script.get::<i64>(name) {
                let _ = fresh.set(name, value); // a variable of another type in both
            }
        }
        for name in LISTS {
            if let Ok(value) = script.get::<Vec<i64>>(name) {
                let _ = fresh.set(name, value);
            }
        }
        if state(&fresh) != after {
            return Ok(());
        }
        for name in FUNCTIONS {
            let results = [script, &fresh].map(|script| {
                let found = script.function::<fn(i64) -> i64>(name);
                found.map(|function| function.call(3)).ok()
            });
            let [ours, theirs] = results;
            let was_stopped =
                |result: &Option<Result<i64, Error>>| result.as_ref().is_some_and(is_interrupt);
            if was_stopped(&ours) || was_stopped(&theirs) {
                return Ok(());
            }
            let told = |result: Option<Result<i64, Error>>| match result {
                Some(Err(Error::Runtime(error))) => format!("{}: {}", error.kind, error.message),
                other => format!("{other:?}"),
            };
            same(name, &told(ours), &told(theirs))?;
            counts.compared += 1;
        }
        Ok(())
    }
}

fn is_interrupt<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Runtime(error)) if error.kind == "interrupt")
}

/// How much is compiled depends on what is there.
fn counted(done: Reloaded) -> String {
    done.to_string()
}

/// The values of all variables whose type a host can ask for.
fn state(script: &Script) -> String {
    let numbers = NUMBERS.iter().chain(&VARIABLES).chain(&FUNCTIONS);
    let numbers = numbers.map(|name| (name, format!("{:?}", script.get::<i64>(name).ok())));
    let lists = LISTS.iter();
    let lists = lists.map(|name| (name, format!("{:?}", script.get::<Vec<i64>>(name).ok())));
    let all = numbers.chain(lists);
    let all = all.map(|(name, value)| format!("{name} = {value}"));
    all.collect::<Vec<String>>().join(", ")
}

fn same(what: &str, ours: &str, theirs: &str) -> Result<(), String> {
    match ours == theirs {
        true => Ok(()),
        false => Err(format!("{what}:\n{ours}\n{theirs}")),
    }
}
