//! What former code has left in variables outlives it: texts, arrays, closures, and all they are made of.

use sumi::{Config, Engine};

use crate::Outcome;

const STATE: &str = "
var names: [str] = []
var title = \"\"
var rows: [[(str, i64)]] = []
var rule: fn(i64) -> i64 = |n| n
fn apply(n: i64) -> i64 = rule(n)
fn joined() -> str = names.join(\",\")
fn shown() -> str = \"{rows}\"
";

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    let script = engine.load("state.sumi", STATE)?;
    let apply = script.function::<fn(i64) -> i64>("apply")?;
    let joined = script.function::<fn() -> String>("joined")?;
    let shown = script.function::<fn() -> String>("shown")?;
    for round in 0..50_i64 {
        let fill = format!(
            "{STATE}fn fill() {{ names = [\"a name of some length\", \"{round}\"]; title = \"title {round}\"\n\
             rows = [[(\"{round}\", 2)]]; let by = {round}; rule = |n| n + by }}"
        );
        script.reload(&fill)?;
        script.function::<fn()>("fill")?.call()?;
        script.reload(&format!(
            "{STATE}fn other{round}() -> str = \"noise {round}\""
        ))?;
        assert_eq!(script.get::<String>("title")?, format!("title {round}"));
        assert_eq!(joined.call()?, format!("a name of some length,{round}"));
        assert_eq!(apply.call(1)?, 1 + round);
        assert_eq!(shown.call()?, format!("[[(\"{round}\", 2)]]"));
    }
    Ok(())
}
