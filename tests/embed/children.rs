//! An engine within a run of another one: it may do no more, and what it does counts for both.

use std::rc::Rc;
use std::time::Duration;

use sumi::{Capabilities, Capability, Config, Engine, Function};

use crate::{Outcome, failed};

const OUTER: &str = "
extern host { fn work(n: i64) -> i64 }
fn go(n: i64) -> i64 = work(n) + 1
fn again(n: i64) -> i64 {
    for i in 0..10 { work(n) }
    n
}
";

const INNER: &str = "
import time
fn rounds(n: i64) -> i64 { for i in 0..n {}
    n }
fn talk(n: i64) -> i64 { for i in 0..n { print(i) }
    n }
fn spin(n: i64) -> i64 { while true {}
    n }
fn now() -> bool = time.now() > 0
";

/// The engine around, which has these limits, and what becomes of `go` if its function of the host calls that of the engine within.
struct Pair {
    outer: Engine,
    inner: Rc<Engine>,
    go: Function<fn(i64) -> i64>,
    again: Function<fn(i64) -> i64>,
}

fn pair(
    config: Config,
    within: Option<Config>,
    name: &str,
) -> Result<Pair, Box<dyn std::error::Error>> {
    let mut outer = Engine::new(config)?;
    let mut inner = match within {
        Some(config) => outer.child(config)?,
        None => Engine::new(Config::default())?,
    };
    inner.on_print(|_| {});
    let work = inner
        .load("inner.sumi", INNER)?
        .function::<fn(i64) -> i64>(name)?;
    let inner = Rc::new(inner);
    let kept = Rc::clone(&inner);
    outer.register("work", move |n: i64| -> Result<i64, sumi::Error> {
        let _inner = &kept;
        work.call(n)
    });
    let script = outer.load("outer.sumi", OUTER)?;
    let (go, again) = (script.function("go")?, script.function("again")?);
    Ok(Pair {
        outer,
        inner,
        go,
        again,
    })
}

pub(crate) fn run() -> Outcome {
    fuel()?;
    output()?;
    time()?;
    less()
}

fn fuel() -> Outcome {
    let config = Config {
        fuel: Some(1000),
        ..Config::default()
    };
    let pair = pair(config, Some(Config::default()), "rounds")?;
    // The call of the host is one.
    assert_eq!(pair.go.call(100)?, 101);
    assert_eq!(pair.outer.fuel_left(), Some(1000 - 100 - 1));
    assert_eq!(pair.inner.fuel_left(), Some(999 - 100));
    pair.again.call(90)?;
    assert_eq!(pair.outer.fuel_left(), Some(1000 - 10 * 92));
    let error = failed(pair.again.call(100))?;
    assert!(error.message.contains("it used up the fuel"), "{error:?}");
    pair.inner.set_fuel(50);
    assert!(pair.go.call(51).is_err());
    assert_eq!(pair.outer.fuel_left(), Some(1000 - 1 - 50));
    Ok(())
}

fn output() -> Outcome {
    let config = Config {
        output_limit: Some(100),
        ..Config::default()
    };
    let pair = pair(config, Some(Config::default()), "talk")?;
    assert_eq!(pair.go.call(10)?, 11);
    assert_eq!(pair.again.call(5)?, 5); // 100 bytes
    let error = failed(pair.again.call(6))?;
    assert!(error.message.contains("it printed more than"), "{error:?}");
    Ok(())
}

/// The limit of the run around it ends what is endless in any engine within.
fn time() -> Outcome {
    let config = Config {
        call_limit: Some(Duration::from_millis(50)),
        ..Config::default()
    };
    for within in [None, Some(Config::default())] {
        let pair = pair(config.clone(), within, "spin")?;
        for round in 0..5 {
            let error = failed(pair.go.call(round))?;
            assert_eq!(error.kind, "interrupt", "{error:?}");
            assert_eq!(
                error.message,
                "it took longer than 50ms, which is all that the host allows"
            );
        }
        assert_eq!(pair.outer.live_blocks(), 0);
    }
    Ok(())
}

fn less() -> Outcome {
    let clock = Capabilities::NONE.with(Capability::Clock);
    let files = Capabilities::NONE.with(Capability::Files);
    for (granted, wanted, may) in [
        (clock, clock, true),
        (files, clock, false),
        (clock, files, false),
    ] {
        let config = |capabilities| Config {
            capabilities,
            ..Config::default()
        };
        let mut inner = Engine::new(config(granted))?.child(config(wanted))?;
        let now = inner
            .load("inner.sumi", INNER)?
            .function::<fn() -> bool>("now")?;
        match may {
            true => assert!(now.call()?),
            false => assert_eq!(failed(now.call())?.kind, "denied"),
        }
    }
    let narrow = Config {
        memory_limit: 1 << 20,
        fuel: Some(10),
        ..Config::default()
    };
    let narrowed = narrow.narrowed(Config {
        memory_limit: 2 << 20,
        output_limit: Some(5),
        compile_limit: None,
        ..Config::trusted()
    });
    assert_eq!(narrowed.compile_limit, narrow.compile_limit);
    assert_eq!((narrowed.memory_limit, narrowed.fuel), (1 << 20, Some(10)));
    assert_eq!(
        (narrowed.output_limit, narrowed.allow_extern),
        (Some(5), false)
    );
    Ok(())
}
