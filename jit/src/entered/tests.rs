//! Many calls for which the engine is entered once.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use crate::{Config, Engine, Error, Function, HostModule, RuntimeError};

#[derive(Clone, Copy, Debug, PartialEq, sumi_macros::Value)]
#[repr(C)]
struct Spot {
    x: f32,
    y: f64,
}

const TEXT: &str = "
    import host.{Spot, twice}
    var names = [\"a\"]
    fn mixed(a: u8, b: f32, c: i16, d: bool, e: f64, f: char, g: i64, h: i8) -> f64 {
        f64(a) + f64(b) + f64(c) + (d ? 1.0 : 0.0) + e + f64(u32(f)) + f64(g) + f64(h)
    }
    fn flip(s: Spot, by: f32) -> Spot = Spot(f32(s.y) * by, f64(s.x))
    fn add(name: str) -> [str] { names.push(name)\n names }
    fn at(n: i64) -> str = names[n]
    fn through(n: i64) -> i64 = twice(n)
    fn eight(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64) -> i64 = a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h
    fn nothing() {}
    fn is_odd(n: i64) -> bool = n % 2 == 1
    fn below(c: char) -> char = char(u32(c) - 1)
    fn deep(n: i64) -> i64 { deep(n + 1) + 1 }
    fn endless() -> i64 { var n = 0\n while true { n += 1 }\n n }
";

fn loaded(config: Config) -> (Engine, crate::Script) {
    let mut engine = Engine::new(config).unwrap();
    let mut host = HostModule::new("host");
    host.function("twice(n)", |n: i64| n * 2)
        .value_type::<Spot>();
    engine.add(&host).unwrap();
    let text = TEXT.replace("(d ? 1.0 : 0.0)", "(if d { 1.0 } else { 0.0 })");
    let script = engine.load("script", &text).unwrap();
    (engine, script)
}

fn failure<T: std::fmt::Debug>(result: Result<T, Error>) -> RuntimeError {
    match result {
        Err(Error::Runtime(error)) => error,
        other => panic!("no runtime error: {other:?}"),
    }
}

type Eight = fn(i64, i64, i64, i64, i64, i64, i64, i64) -> i64;
type Mixed = fn(u8, f32, i16, bool, f64, char, i64, i8) -> f64;

#[test]
fn arguments_and_results_of_every_kind() {
    let (engine, script) = loaded(Config::default());
    let mixed = script.function::<Mixed>("mixed").unwrap();
    let flip = script.function::<fn(Spot, f32) -> Spot>("flip").unwrap();
    let add = script.function::<fn(String) -> Vec<String>>("add").unwrap();
    let through = script.function::<fn(i64) -> i64>("through").unwrap();
    // More than there are registers for.
    let eight = script.function::<Eight>("eight").unwrap();
    let nothing = script.function::<fn()>("nothing").unwrap();
    let is_odd = script.function::<fn(i64) -> bool>("is_odd").unwrap();
    let below = script.function::<fn(char) -> char>("below").unwrap();
    let spot = Spot { x: 1.5, y: 2.0 };
    engine.enter(|engine| {
        for round in 1..=20 {
            let sum = mixed.call_in(engine, 200, 0.5, -300, true, 0.25, 'a', 1 << 40, -7);
            let expected = 200.0 + 0.5 - 300.0 + 1.0 + 0.25 + 97.0 + (1_i64 << 40) as f64 - 7.0;
            assert_eq!(sum.unwrap(), expected);
            let flipped = flip.call_in(engine, spot, 3.0).unwrap();
            assert_eq!(flipped, Spot { x: 6.0, y: 1.5 });
            let names = add.call_in(engine, "é").unwrap();
            assert_eq!((names.len(), &*names[round]), (round + 1, "é"));
            assert_eq!(through.call_in(engine, 21).unwrap(), 42);
            let sum = eight.call_in(engine, 1, 2, 3, 4, 5, 6, 7, 8).unwrap();
            assert_eq!(sum, 204);
            nothing.call_in(engine).unwrap();
            assert!(is_odd.call_in(engine, 3).unwrap());
            assert!(!is_odd.call_in(engine, 4).unwrap());
            assert_eq!(below.call_in(engine, 'b').unwrap(), 'a');
            // A call of its own, while the engine is entered.
            assert_eq!(through.call(2).unwrap(), 4);
        }
    });
    drop((
        mixed, eight, flip, add, through, nothing, is_odd, below, script,
    ));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn a_call_that_fails_leaves_the_others_alone() {
    let (engine, script) = loaded(Config::default());
    let at = script.function::<fn(i64) -> String>("at").unwrap();
    let add = script.function::<fn(String) -> Vec<String>>("add").unwrap();
    let deep = script.function::<fn(i64) -> i64>("deep").unwrap();
    let through = script.function::<fn(i64) -> i64>("through").unwrap();
    let before = engine.live_blocks();
    engine.enter(|engine| {
        for _ in 0..50 {
            let error = failure(at.call_in(engine, 7));
            assert!(error.message.contains("the index 7"), "{error:?}");
            assert_eq!(error.frames.len(), 1, "{error:?}");
            assert_eq!(at.call_in(engine, 0).unwrap(), "a");
        }
        for _ in 0..3 {
            let error = failure(deep.call_in(engine, 0));
            assert!(error.message.contains("stack"), "{error:?}");
            assert_eq!(through.call_in(engine, 5).unwrap(), 10);
        }
        // What the failures left is freed between the calls, not at the end.
        assert_eq!(add.call_in(engine, "b").unwrap().len(), 2);
    });
    assert_eq!(engine.live_blocks(), before + 1);
}

/// The limit is for all calls together; what comes after it is refused at once.
#[test]
fn the_limit_of_time_is_for_all_calls() {
    let (engine, script) = loaded(Config {
        call_limit: Some(Duration::from_millis(50)),
        ..Config::default()
    });
    let endless = script.function::<fn() -> i64>("endless").unwrap();
    let through = script.function::<fn(i64) -> i64>("through").unwrap();
    for _ in 0..3 {
        engine.enter(|engine| {
            assert_eq!(through.call_in(engine, 5).unwrap(), 10);
            let first = failure(endless.call_in(engine));
            assert!(first.message.contains("took longer than 50ms"), "{first:?}");
            for _ in 0..3 {
                let later = failure(endless.call_in(engine));
                assert_eq!(
                    (later.kind, later.message),
                    (first.kind, first.message.clone())
                );
                assert!(through.call_in(engine, 5).is_err());
            }
        });
        assert_eq!(through.call(5).unwrap(), 10);
    }
}

#[test]
fn an_interrupt_ends_one_call() {
    let (engine, script) = loaded(Config::default());
    let endless = script.function::<fn() -> i64>("endless").unwrap();
    let through = script.function::<fn(i64) -> i64>("through").unwrap();
    let interrupter = engine.interrupter();
    let (ask, asked) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        while asked.recv().is_ok() {
            interrupter.interrupt();
        }
    });
    engine.enter(|engine| {
        for _ in 0..20 {
            ask.send(()).unwrap(); // comes before or within the call
            let error = failure(endless.call_in(engine));
            assert_eq!(error.kind, "interrupt");
        }
        assert_eq!(through.call_in(engine, 5).unwrap(), 10);
    });
    drop(ask);
    thread.join().unwrap();
}

#[test]
fn engines_may_be_entered_within_each_other() {
    let (first, one) = loaded(Config::default());
    let (second, two) = loaded(Config::default());
    let here = one.function::<fn(i64) -> i64>("through").unwrap();
    let there = two.function::<fn(i64) -> i64>("through").unwrap();
    let wrong = two.function::<fn(i64) -> String>("at").unwrap();
    first.enter(|first| {
        second.enter(|second| {
            assert_eq!(here.call_in(first, 1).unwrap(), 2);
            assert_eq!(there.call_in(second, 1).unwrap(), 2);
            failure(wrong.call_in(second, 9));
            assert_eq!(here.call_in(first, 1).unwrap(), 2);
            assert!(matches!(
                there.call_in(first, 1),
                Err(Error::Signature { .. })
            ));
        });
    });
}

#[test]
fn a_host_that_panics_leaves_the_engine_as_it_was() {
    let (engine, script) = loaded(Config::default());
    let through = script.function::<fn(i64) -> i64>("through").unwrap();
    for _ in 0..3 {
        let panic = catch_unwind(AssertUnwindSafe(|| {
            engine.enter(|engine| {
                assert_eq!(through.call_in(engine, 5).unwrap(), 10);
                std::panic::resume_unwind(Box::new("on purpose"));
            })
        }));
        assert!(panic.is_err());
        assert_eq!(through.call(5).unwrap(), 10);
        script
            .reload(&script.text().replace("fn nothing", "// \nfn nothing"))
            .unwrap();
    }
}

/// A function of the host that the script calls enters the engine again.
#[test]
fn within_a_call_there_may_be_others() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let inner = Rc::new(RefCell::new(None::<Function<fn(i64) -> i64>>));
    let known = Rc::clone(&inner);
    let mut host = HostModule::new("host");
    host.function("again(n)", move |n: i64| -> Result<i64, String> {
        let inner = known.borrow();
        let inner = inner.as_ref().ok_or("not yet")?;
        inner.call(n).map_err(|error| error.to_string())
    });
    engine.add(&host).unwrap();
    let text = "import host.{again}
        fn down(n: i64) -> i64 { if n == 0 { 0 } else { let xs = [n, n]\n again(n - 1) + xs[n % 3] } }";
    let script = engine.load("script", text).unwrap();
    *inner.borrow_mut() = Some(script.function("down").unwrap());
    let down = script.function::<fn(i64) -> i64>("down").unwrap();
    engine.enter(|engine| {
        assert_eq!(down.call_in(engine, 1).unwrap(), 1);
        let error = failure(down.call_in(engine, 4));
        assert!(error.message.contains("the index 2"), "{error:?}");
        assert_eq!(down.call_in(engine, 1).unwrap(), 1);
    });
    assert_eq!(engine.live_blocks(), 0);
    *inner.borrow_mut() = None;
}
