//! Variables both ways: one of the host in a script, those of scripts in the host.

use sumi::{Config, Engine, Error};

use crate::Outcome;

const SCRIPT: &str = "
extern host { var score: i64 }
var names = [\"a\"]
var level = 1
let title = \"start\"
fn win(points: i64) { score += points * level }
fn first() -> str = names[0]
";

pub(crate) fn run() -> Outcome {
    let mut score = 5_i64;
    let mut engine = Engine::new(Config::default())?;
    // SAFETY: `score` outlives every call, and is not used while one is under way.
    unsafe { engine.register_global("score", &raw mut score) };
    let script = engine.load("globals.sumi", SCRIPT)?;
    let win = script.function::<fn(i64)>("win")?;
    win.call(10)?;
    script.set("level", 3_i64)?;
    win.call(1)?;
    assert_eq!(script.get::<i64>("score")?, 18);
    assert_eq!(script.get::<String>("title")?, "start");
    let first = script.function::<fn() -> String>("first")?;
    script.set("names", vec!["x".to_owned(), "y".to_owned()])?;
    assert_eq!(first.call()?, "x");
    let wrong = script.get::<f64>("level");
    let Err(Error::Signature { message, .. }) = wrong else {
        return Err("an integer was given as a `f64`".into());
    };
    assert_eq!(message, "`level` is `i64`, and the host asks for `f64`");
    drop((win, first, engine));
    assert_eq!(score, 18);
    Ok(())
}
