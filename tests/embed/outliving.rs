//! What a script leaves in the variables of another one outlives it: texts, arrays, closures, and all they are made of.

use sumi::{Config, Engine};

use crate::Outcome;

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    engine.load(
        "state.sumi",
        "var names: [str] = []\nvar title = \"\"\nvar rows: [[(str, i64)]] = []\nvar rule: fn(i64) -> i64 = |n| n\n\
         fn apply(n: i64) -> i64 = rule(n)\nfn joined() -> str = names.join(\",\")\nfn shown() -> str = \"{rows}\"",
    )?;
    let apply = engine.function::<fn(i64) -> i64>("apply")?;
    let joined = engine.function::<fn() -> String>("joined")?;
    let shown = engine.function::<fn() -> String>("shown")?;
    engine.load(
        "first.sumi",
        "names.push(\"a name of some length\")\ntitle = \"a constant\"\nrows = [[(\"first\", 1)]]\nlet by = 3\nrule = |n| n * by",
    )?;
    for round in 0..50_i64 {
        let text = format!(
            "fn other{round}() -> str = \"noise {round}\"\nprint(other{round}())\nother{round}().len()"
        );
        engine.load("noise.sumi", &text)?;
    }
    assert_eq!(engine.get::<String>("title")?, "a constant");
    assert_eq!(joined.call()?, "a name of some length");
    assert_eq!(shown.call()?, "[[(\"first\", 1)]]");
    assert_eq!(apply.call(14)?, 42);
    for round in 0..50_i64 {
        engine.load("noise.sumi", &format!("title = \"title {round}\"\nrule = |n| n + {round}\nnames = [\"{round}\"]\nrows = [[(\"{round}\", 2)]]"))?;
        engine.load("more.sumi", &format!("let unrelated = [{round}, 2, 3]"))?;
        assert_eq!(engine.get::<String>("title")?, format!("title {round}"));
        assert_eq!(apply.call(1)?, 1 + round);
        assert_eq!(shown.call()?, format!("[[(\"{round}\", 2)]]"));
    }
    Ok(())
}
