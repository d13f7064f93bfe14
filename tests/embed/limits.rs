//! A script that takes too much memory fails; the host has set the limit.

use jit::{Config, Engine, Func};

use crate::{Outcome, failed};

const SCRIPT: &str = "
extern host { fn much(n: i64) -> str }
fn grow() -> i64 {
    var xs = [0]
    while true { xs.push(xs.len()) }
    xs.len()
}
fn ask(n: i64) -> i64 = much(n).len()
fn small() -> i64 = [1, 2, 3].len()
";

pub(crate) fn run() -> Outcome {
    let config = Config {
        memory_limit: 16 << 20,
        ..Config::default()
    };
    let mut engine = Engine::new(config)?;
    engine.register("much", |n: i64| "x".repeat(n as usize));
    engine.load("limits.sumi", SCRIPT)?;
    let grow: Func<(), i64> = engine.function("grow")?;
    let ask: Func<(i64,), i64> = engine.function("ask")?;
    let small: Func<(), i64> = engine.function("small")?;
    for _ in 0..5 {
        assert_eq!(failed(grow.call(()))?.kind, "memory");
        assert_eq!(engine.live_blocks(), 0);
        assert_eq!(small.call(())?, 3);
        assert_eq!(ask.call((1 << 20,))?, 1 << 20);
    }
    assert_eq!(failed(ask.call((20 << 20,)))?.kind, "memory");
    assert_eq!(engine.live_blocks(), 0);
    Ok(())
}
