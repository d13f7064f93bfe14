//! A host has modules in memory: what scripts import comes from there, and nothing from files.

use std::collections::HashMap;

use sumi::{Config, Engine, Error};

use crate::Outcome;

pub(crate) fn run() -> Outcome {
    let modules = HashMap::from([
        (
            "ai.steering",
            "import shapes\npub fn turn(n: i64) -> i64 = shapes.double(n) + 1",
        ),
        ("shapes", "pub fn double(n: i64) -> i64 = n * 2"),
        ("wrong", "pub fn f() -> i64 = true"),
    ]);
    let mut engine = Engine::new(Config::default())?;
    engine.set_resolver(move |path| modules.get(path).map(|text| (*text).to_owned()));
    let script = engine.load(
        "main.sumi",
        "import ai.steering\nimport math\nfn f(n: i64) -> i64 = steering.turn(n) + i64(math.pi)",
    )?;
    let f = script.function::<fn(i64) -> i64>("f")?;
    assert_eq!(f.call(5)?, 14);

    // The errors name the module, and its place in it.
    for (text, wanted) in [
        ("import missing", "there is no module `missing`"),
        ("import ai.steering.turn", "`import ai.steering.{turn}`"),
        ("import wrong", "wrong.sumi:1:"),
        ("import main", "there is no module `main`"),
    ] {
        match engine.load("more.sumi", text) {
            Err(Error::Rejected { rendered, .. }) => {
                assert!(rendered.contains(wanted), "{rendered}")
            }
            other => return Err(format!("{text}: {other:?}").into()),
        }
    }
    assert_eq!(f.call(1)?, 6);
    Ok(())
}
