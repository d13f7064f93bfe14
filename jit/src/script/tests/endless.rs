//! Where code was that is ended for taking too long.

use std::time::Duration;

use super::*;

/// Each function with the line on which it is endless.
const ENDLESS: &str = "var n = 0
fn empty() {
    n += 1
    while true {}
}
fn again() {
    n += 1
    loop {
    }
}
fn never_more(x: i64) {
    n += 1

    while x < 10 {
    }
}
fn goes_on() {
    for i in 0..3 { n += i }

    loop {
        continue
    }
}
fn within(yes: bool) {
    n += 1
    if yes {
        n += 1

        while true {}
    }
    n += 1
}
";

#[test]
fn an_empty_loop_is_told_at_its_line() {
    for optimize in [false, true] {
        let mut engine = Engine::new(Config {
            call_limit: Some(Duration::from_millis(5)),
            optimize,
            ..Config::default()
        })
        .unwrap();
        let script = engine.load("endless.sumi", ENDLESS).unwrap();
        let line = |result: Result<(), Error>| match result {
            Err(Error::Runtime(error)) => {
                assert_eq!(error.kind, "interrupt");
                error.place().map_or(0, |place| place.line)
            }
            other => panic!("it came back: {other:?}"),
        };
        let call = |name: &str| line(script.function::<fn()>(name).unwrap().call());
        assert_eq!(call("empty"), 4, "{optimize}");
        assert_eq!(call("again"), 8, "{optimize}");
        let never = script.function::<fn(i64)>("never_more").unwrap();
        assert_eq!(line(never.call(3)), 14, "{optimize}");
        assert!([20, 21].contains(&call("goes_on")), "{optimize}");
        let within = script.function::<fn(bool)>("within").unwrap();
        assert_eq!(line(within.call(true)), 29, "{optimize}");
        let loaded = engine.load("a.sumi", "var n = 1\n\nn += 1\nwhile true {}\nn = 2");
        assert_eq!(line(loaded.map(drop)), 4, "{optimize}");
    }
}
