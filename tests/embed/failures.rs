//! Runtime errors are values: kind, message, place and stack; the engine goes on, and nothing leaks.

use sumi::{Config, Engine};

use crate::{Outcome, failed};

const SCRIPT: &str = "
extern host { fn explode(n: i64) -> i64 }
var seen = [\"\"]
fn pick(i: i64) -> i64 {
    let local = [10, i]
    seen.push(\"{i}\")
    local[i]
}
fn divide(a: i64, b: i64) -> i64 = a / b
fn deep(n: i64) -> i64 = 1 + deep(n + 1) * (seen.len() + 1)
fn outer(n: i64) -> i64 = explode(n) + 1
fn check(n: i64) { assert(n < 10, \"{n} is too much\") }
";

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    engine.register("explode", |n: i64| -> i64 { panic!("no {n} here") });
    let script = engine.load("failures.sumi", SCRIPT)?;
    let pick = script.function::<fn(i64) -> i64>("pick")?;
    let divide = script.function::<fn(i64, i64) -> i64>("divide")?;
    let deep = script.function::<fn(i64) -> i64>("deep")?;
    let outer = script.function::<fn(i64) -> i64>("outer")?;
    let check = script.function::<fn(i64)>("check")?;
    std::panic::set_hook(Box::new(|_| ())); // the host's panic is expected
    for round in 0..20 {
        script.set("seen", Vec::<String>::new())?;
        let error = failed(pick.call(5))?;
        assert_eq!(error.kind, "index");
        assert!(error.rendered.contains("failures.sumi:7"), "{error:?}");
        assert_eq!(error.frames[0].function, "pick");
        assert_eq!(script.get::<Vec<String>>("seen")?, ["5"]);
        assert_eq!(failed(divide.call(1, 0))?.kind, "division-by-zero");
        assert_eq!(failed(check.call(10 + round))?.kind, "assert");
        let error = failed(outer.call(round))?;
        let expected = format!("a function of the host panicked: no {round} here");
        assert_eq!(error.message, expected);
        let frames: Vec<_> = error.frames.iter().map(|it| &*it.function).collect();
        assert_eq!(frames, ["outer"], "only what is under way");
    }
    assert_eq!(failed(deep.call(0))?.kind, "stack-overflow");
    drop(std::panic::take_hook());
    script.set("seen", Vec::<String>::new())?;
    assert_eq!(engine.live_blocks(), 0);
    assert_eq!(pick.call(1)?, 1);
    assert_eq!(divide.call(9, 3)?, 3);
    let broken = "let xs = [1]\nlet y = xs[3]\n";
    let error = failed(engine.load("broken.sumi", broken))?;
    assert!(error.rendered.contains("broken.sumi:2"), "{error:?}");
    assert_eq!(pick.call(1)?, 1);
    Ok(())
}
