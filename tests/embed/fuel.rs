//! Fuel: what a call may do is counted, the same however the code was made, and a call that has none left ends.

use sumi::{Config, Engine, Error};

use crate::{Outcome, failed};

const FUEL: u64 = 1_000_000;

const SCRIPT: &str = "
trait Shape { fn area(self) -> i64 }
struct Square { side: i64 }
impl Shape for Square { fn area(self) -> i64 = self.side * self.side }
struct Odd { n: i64 }
fn ==(a: Odd, b: Odd) -> bool { for i in 0..3 { if a.n == i { return true } }
    a.n == b.n }
var seen: [i64] = []
var long = [1; 1000]
fn nothing() -> i64 = 1
fn rounds(n: i64) -> i64 { var t = 0
    for i in 0..n { t = t ^ i }
    t }
fn down(n: i64) -> i64 { var m = n
    while m > 0 { m -= 1 }
    m }
fn through(n: u8) -> u8 { var t: u8 = 0
    for i in 1..=n { t = t ^ i }
    t }
fn until(n: i64) -> i64 { for i in 0..1000000 { if i == n { return i } }
    0 }
fn grid(n: i64) -> i64 { var t = 0
    for y in 0..n { for x in 0..n { t += x * y } }
    t }
fn calls(n: i64) -> i64 { var t = 0
    for _ in 0..n { t += rounds(n) }
    t }
fn fib(n: i64) -> i64 = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
fn shapes(n: i64) -> i64 { let all: [any Shape] = [Square(1), Square(2)]
    var t = 0
    for _ in 0..n { t += all[0].area() + all[1].area() }
    t }
fn folded(n: i64) -> i64 = (0..n).map(|x| x * 2).fold(0, |a, b| a + b)
fn compared(n: i64) -> bool { let a = [Odd(7); 10]
    let b = [Odd(7); 10]
    var same = true
    for _ in 0..n { same = same && a == b }
    same }
fn copied(n: i64) -> i64 { for i in 0..n { let before = long
        long[0] = i
        long[1] = before[0] }
    long[1] }
fn built(n: i64) -> i64 = \"abcdefgh\".repeat(n).find(\"x\") ?? -1
fn spin(n: i64) -> i64 { seen = [n, n]
    while true {}
    n }
fn grow(n: i64) -> i64 { seen = [n]
    while true { seen.push(n) }
    n }
";

/// What a call of each of these takes with 10: one a round, one a call of what is no short function.
const EXACT: [(&str, u64); 7] = [
    ("nothing", 0),
    ("rounds", 10),
    ("down", 10),
    ("until", 10),
    ("grid", 110),
    ("calls", 110),
    ("fib", 176),
];

pub(crate) fn run() -> Outcome {
    let mut all = Vec::new();
    for optimize in [false, true] {
        let config = Config {
            optimize,
            fuel: Some(FUEL),
            ..Config::default()
        };
        let mut engine = Engine::new(config)?;
        all.push(counted(&mut engine)?);
        ends(&mut engine)?;
        shared(&mut engine)?;
    }
    assert_eq!(all[0], all[1]);
    let free = Engine::new(Config::default())?;
    assert_eq!(free.fuel_left(), None);
    Ok(())
}

/// What calls take of their fuel.
fn counted(engine: &mut Engine) -> Result<Vec<(&'static str, u64)>, Box<dyn std::error::Error>> {
    let script = engine.load("fuel.sumi", SCRIPT)?;
    let left = |engine: &Engine| FUEL - engine.fuel_left().unwrap_or_default();
    script.function::<fn() -> i64>("nothing")?.call()?;
    let mut found = vec![("nothing", left(engine))];
    for (name, _) in &EXACT[1..] {
        script.function::<fn(i64) -> i64>(name)?.call(10)?;
        found.push((*name, left(engine)));
    }
    assert_eq!(found, EXACT);
    script.function::<fn(u8) -> u8>("through")?.call(255)?;
    assert_eq!(left(engine), 255);
    // What runs because of a value, a trait or an operator is counted too, and so is what the runtime does with many bytes.
    script.function::<fn(i64) -> bool>("compared")?.call(10)?;
    found.push(("compared", left(engine)));
    for (name, least) in [
        ("shapes", 10),
        ("folded", 10),
        ("copied", 1250),
        ("built", 0),
    ] {
        script.function::<fn(i64) -> i64>(name)?.call(10)?;
        let used = left(engine);
        assert!(used >= least, "{name}: {used}");
        found.push((name, used));
    }
    assert!(found[7].1 >= 300, "{found:?}");
    script.function::<fn(i64) -> i64>("built")?.call(100_000)?;
    assert!((20_000..40_000).contains(&left(engine)), "{}", left(engine));
    found.push(("built, much", left(engine)));
    Ok(found)
}

fn line_of(text: &str) -> Option<u32> {
    let line = SCRIPT.lines().position(|line| line.contains(text))?;
    u32::try_from(line + 1).ok()
}

/// A call that has used all of it ends, and nothing else does.
fn ends(engine: &mut Engine) -> Outcome {
    let script = engine.load("fuel.sumi", SCRIPT)?;
    let live = engine.live_blocks();
    let rounds = script.function::<fn(i64) -> i64>("rounds")?;
    let spin = script.function::<fn(i64) -> i64>("spin")?;
    let grow = script.function::<fn(i64) -> i64>("grow")?;
    rounds.call(FUEL as i64)?;
    assert_eq!(engine.fuel_left(), Some(0));
    for n in 0..5 {
        for (function, text) in [
            (&rounds, "for i in 0..n { t = t ^ i }"),
            (&spin, "while true {}"),
            (&grow, "while true { seen.push(n) }"),
        ] {
            let error = failed(function.call(FUEL as i64 + 1 + n))?;
            assert_eq!(error.kind, "fuel");
            assert_eq!(error.message, "it used up the fuel that the host allows");
            let place = error.place().map(|place| place.line);
            assert_eq!(place, line_of(text), "{}", error.rendered);
            assert_eq!(engine.fuel_left(), Some(0));
        }
        assert_eq!(script.get::<Vec<i64>>("seen")?[0], FUEL as i64 + 1 + n);
        assert_eq!(rounds.call(3)?, 3);
        assert_eq!(engine.fuel_left(), Some(FUEL - 3));
        script.set("seen", Vec::<i64>::new())?;
        assert_eq!(engine.live_blocks(), live);
    }
    // More rounds than there are numbers for.
    assert_eq!(failed(rounds.call(i64::MAX))?.kind, "fuel");
    let endless = engine.load("endless.sumi", "let a = 1\nwhile true {}");
    let Err(Error::Runtime(error)) = endless else {
        return Err("an endless script was loaded".into());
    };
    assert_eq!(
        (error.kind, error.place().map(|place| place.line)),
        ("fuel", Some(2))
    );
    Ok(())
}

/// Calls for which the engine is entered once have it together.
fn shared(engine: &mut Engine) -> Outcome {
    let script = engine.load("fuel.sumi", SCRIPT)?;
    let rounds = script.function::<fn(i64) -> i64>("rounds")?;
    engine.set_fuel(100);
    let kinds = engine.enter(|engine| -> Result<Vec<&str>, String> {
        let results = [40, 50, 20, 10, 1].map(|n| rounds.call_in(engine, n));
        let kind = |result| match result {
            Ok(_) => Ok("ok"),
            failed_call => failed(failed_call).map(|error| error.kind),
        };
        results.into_iter().map(kind).collect()
    })?;
    assert_eq!(kinds, ["ok", "ok", "fuel", "fuel", "fuel"]);
    assert_eq!(engine.fuel_left(), Some(0));
    rounds.call(100)?;
    engine.set_fuel(FUEL);
    Ok(())
}
