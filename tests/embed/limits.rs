//! A script that takes too much memory fails; the host has set the limit.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use sumi::{Capabilities, Capability, Config, Engine, Error};

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
    let script = engine.load("limits.sumi", SCRIPT)?;
    let grow = script.function::<fn() -> i64>("grow")?;
    let ask = script.function::<fn(i64) -> i64>("ask")?;
    let small = script.function::<fn() -> i64>("small")?;
    for _ in 0..5 {
        assert_eq!(failed(grow.call())?.kind, "memory");
        assert_eq!(engine.live_blocks(), 0);
        assert_eq!(small.call()?, 3);
        assert_eq!(ask.call(1 << 20)?, 1 << 20);
    }
    assert_eq!(failed(ask.call(20 << 20))?.kind, "memory");
    assert_eq!(engine.live_blocks(), 0);
    time()?;
    output()?;
    outside()
}

const ENDLESS: &str = "
extern host { fn again(n: i64) -> i64 }
var seen = [0]
fn spin() { while true {} }
fn grow(n: i64) -> i64 {
    var xs = [0]
    while true { xs.push(n); if xs.len() > 1000 { xs.clear() } }
    xs.len()
}
fn nested(n: i64) -> i64 = again(n)
fn quick(n: i64) -> i64 { seen = [n]; seen[0] }
";

/// What does not end is ended, wherever it is, also while it is loaded; what is quick goes on.
fn time() -> Outcome {
    let config = Config {
        call_limit: Some(LIMIT),
        ..Config::default()
    };
    let mut engine = Engine::new(config)?;
    engine.register("again", |n: i64| n + 1);
    let script = in_time(|| engine.load("endless.sumi", ENDLESS))?;
    let spin = script.function::<fn()>("spin")?;
    let grow = script.function::<fn(i64) -> i64>("grow")?;
    let quick = script.function::<fn(i64) -> i64>("quick")?;
    let nested = script.function::<fn(i64) -> i64>("nested")?;
    let live = engine.live_blocks();
    let message = format!("it took longer than {LIMIT:?}, which is all that the host allows");
    for round in 0..5 {
        let error = failed(spin.call())?;
        assert_eq!((error.kind, &error.message), ("interrupt", &message));
        assert_eq!(failed(grow.call(round))?.message, message);
        assert_eq!(in_time(|| quick.call(round))?, round);
        assert_eq!(in_time(|| nested.call(round))?, round + 1);
        assert_eq!(engine.live_blocks(), live);
    }
    for _ in 0..10_000 {
        assert_eq!(in_time(|| nested.call(1))?, 2);
    }
    let wild = "let a = 1\nwhile true {}\n";
    let Err(Error::Runtime(error)) = engine.load("wild.sumi", wild) else {
        return Err("an endless script was loaded".into());
    };
    assert_eq!(error.message, message);
    assert!(error.rendered.contains(&message), "{error:?}");
    assert_eq!(in_time(|| quick.call(0))?, 0);
    Ok(())
}

const LIMIT: Duration = Duration::from_millis(100);

/// Again where a busy machine held it up for longer than the limit.
fn in_time<T>(mut call: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    loop {
        match call() {
            Err(Error::Runtime(error)) if error.kind == "interrupt" => {}
            other => return other,
        }
    }
}

const TALKING: &str = "
import io
var calls = 0
fn talk(n: i64) { calls += 1; for i in 0..n { print(\"abcdefg\"); eprint(\"abcdefg\") } }
fn write(n: i64) { io.write(\"x\".repeat(n)) }
";

/// What is printed, to both outputs together, is at most what the host allows, for each call anew.
fn output() -> Outcome {
    let config = Config {
        output_limit: Some(96),
        ..Config::default()
    };
    let mut engine = Engine::new(config)?;
    let heard = Rc::new(RefCell::new(String::new()));
    let [first, second] = [(); 2].map(|()| {
        let heard = Rc::clone(&heard);
        move |text: &str| heard.borrow_mut().push_str(text)
    });
    engine.on_print(first);
    engine.on_error_print(second);
    let script = engine.load("talking.sumi", TALKING)?;
    let talk = script.function::<fn(i64)>("talk")?;
    for round in 1..4 {
        talk.call(6)?;
        assert_eq!(heard.take().len(), 96);
        let error = failed(talk.call(7))?;
        assert_eq!(error.kind, "output");
        assert_eq!(
            error.message,
            "it printed more than the 96 bytes that the host allows"
        );
        assert_eq!(error.place().map(|place| place.line), Some(4));
        assert_eq!(heard.take().len(), 96);
        assert_eq!(script.get::<i64>("calls")?, 2 * round);
    }
    let write = script.function::<fn(i64)>("write")?;
    write.call(96)?;
    assert_eq!(failed(write.call(97))?.kind, "output");
    assert_eq!(heard.take().len(), 96);
    let wild = engine.load("wild.sumi", "while true { print(1) }");
    assert!(matches!(wild, Err(Error::Runtime(error)) if error.kind == "output"));
    assert_eq!(heard.take().len(), 96);
    Ok(())
}

const PRYING: &str = r#"
import fs
import io
import process
import random
import time
fn read() -> bool = fs.exists("/")
fn now() -> bool = time.now() > 0
fn run() -> bool = process.run("true").is_ok()
fn chance() -> bool { var rng = random.Rng.unseeded(); rng.bool() || true }
fn line() -> bool = io.read_line() == none
fn variable() -> bool = process.env("HOME") != some("?")
fn pure() -> bool { var rng = random.Rng(1); rng.bool() || true }
"#;

/// A script reaches only what the host has granted.
fn outside() -> Outcome {
    let all = [
        ("read", Capability::Files, "files"),
        ("now", Capability::Clock, "the clock"),
        ("run", Capability::Processes, "running other programs"),
        ("chance", Capability::Randomness, "chance without a seed"),
        ("line", Capability::Input, "reading standard input"),
        (
            "variable",
            Capability::Environment,
            "what the process was started with",
        ),
    ];
    for (granted, capability, _) in all {
        let config = Config {
            capabilities: Capabilities::NONE.with(capability),
            ..Config::default()
        };
        let mut engine = Engine::new(config)?;
        let script = engine.load("prying.sumi", PRYING)?;
        assert!(script.function::<fn() -> bool>("pure")?.call()?);
        for (name, _, what) in all {
            let function = script.function::<fn() -> bool>(name)?;
            match granted == name {
                // Reading takes what the tests are given, which may be nothing.
                true if name == "line" => {}
                true => assert!(function.call()?, "{name}"),
                false => {
                    let error = failed(function.call())?;
                    let message = format!("the host does not allow {what}");
                    assert_eq!((error.kind, error.message), ("denied", message));
                }
            }
        }
        let loaded = engine.load("c.sumi", "extern { fn getpid() -> i32 }\ngetpid()");
        assert!(matches!(loaded, Err(Error::Link { .. })), "{loaded:?}");
    }
    Ok(())
}
