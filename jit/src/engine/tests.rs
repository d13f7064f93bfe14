//! What a host does with an engine.

use super::*;

#[test]
fn a_function_outlives_its_engine() {
    let mut engine = Engine::new(Config::default()).unwrap();
    engine
        .load("a", "let base = [40]\nfn f(n: i64) -> i64 { base[0] + n }")
        .unwrap();
    engine.load("b", "fn g(n: i64) -> i64 { f(n) }").unwrap();
    engine.load("c", "fn f(n: i64) -> i64 { n }").unwrap();
    let g = engine.function::<fn(i64) -> i64>("g").unwrap();
    assert_eq!(g.call(2).unwrap(), 2);
    drop(engine);
    assert_eq!(g.call(2).unwrap(), 2);
}

#[test]
fn errors_of_calls_are_values_and_leak_nothing() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let text = "var seen = [1]\nfn f(n: i64) -> i64 { let ys = [n, n]\n seen.push(n)\n ys[n] }";
    engine.load("a", text).unwrap();
    let f = engine.function::<fn(i64) -> i64>("f").unwrap();
    let before = engine.live_blocks();
    for _ in 0..100 {
        assert!(matches!(f.call(5), Err(Error::Runtime(_))));
    }
    assert_eq!(f.call(1).unwrap(), 1);
    assert_eq!(engine.live_blocks(), before);
}

fn engine(text: &str) -> Engine {
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.load("script", text).unwrap();
    engine
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Runtime(error)) => error.message,
        other => panic!("no runtime error: {other:?}"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, sumi_macros::Value)]
#[repr(C)]
struct Spot {
    x: f32,
    y: f32,
    id: i64,
}

#[test]
fn texts_and_arrays_go_both_ways() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let mut spots = HostModule::new("spots");
    spots.value_type::<Spot>();
    engine.add(&spots).unwrap();
    let text = "import spots.{Spot}
        var kept = [\"a\"]
        var log = \"\"
        fn greet(name: str, n: i64) -> str { \"{name}{n}\" }
        fn keep(name: str) -> [str] { kept.push(name)\n kept }
        fn double(xs: [i64]) -> [i64] { var ys = xs\n for mut y in ys { y *= 2 }\n ys }
        fn moved(spots: [Spot], by: f32) -> [Spot] { var all = spots\n for mut s in all { s.x += by }\n all }
        fn none_of(xs: [f64]) -> i64 { xs.len() }";
    engine.load("script", text).unwrap();
    let before = engine.live_blocks();
    let greet = engine
        .function::<fn(String, i64) -> String>("greet")
        .unwrap();
    let double = engine
        .function::<fn(Vec<i64>) -> Vec<i64>>("double")
        .unwrap();
    let moved = engine
        .function::<fn(Vec<Spot>, f32) -> Vec<Spot>>("moved")
        .unwrap();
    let none_of = engine.function::<fn(Vec<f64>) -> i64>("none_of").unwrap();
    for n in 0..100 {
        let name = format!("x{n}");
        assert_eq!(greet.call(&name, n).unwrap(), format!("x{n}{n}"));
        assert_eq!(double.call(&[1, n]).unwrap(), [2, 2 * n]);
        let spots = [Spot {
            x: 1.0,
            y: 2.0,
            id: n,
        }; 3];
        assert_eq!(
            moved.call(&spots, 0.5).unwrap()[2],
            Spot {
                x: 1.5,
                y: 2.0,
                id: n
            }
        );
        assert_eq!(none_of.call(&[]).unwrap(), 0);
    }
    assert_eq!(engine.live_blocks(), before);
    let keep = engine
        .function::<fn(String) -> Vec<String>>("keep")
        .unwrap();
    assert_eq!(keep.call("b").unwrap(), ["a", "b"]);
    assert_eq!(engine.get::<Vec<String>>("kept").unwrap(), ["a", "b"]);
    engine.set("kept", vec!["z".to_owned()]).unwrap();
    engine.set("log", "abc".to_owned()).unwrap();
    assert_eq!(engine.get::<String>("log").unwrap(), "abc");
    assert_eq!(keep.call("y").unwrap(), ["z", "y"]);
    assert!(engine.function::<fn(i64) -> String>("keep").is_err());
    drop((greet, double, moved, none_of, keep));
    assert_eq!(engine.session.close(), 0);
}

#[test]
fn failures_of_the_host_are_failures_of_the_run() {
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.register("explode", |n: i64| -> i64 { panic!("{n} is too much") });
    engine.register("half", |n: i64| match n % 2 {
        0 => Ok(n / 2),
        _ => Err(format!("{n} is odd")),
    });
    fn length(text: &str) -> i64 {
        text.len() as i64
    }
    engine.register("length", length);
    let text = "extern host { fn explode(n: i64) -> i64\n fn half(n: i64) -> i64\n fn length(s: str) -> i64 }
        fn a(n: i64) -> i64 { let xs = [n, n]\n explode(n) + xs[0] }
        fn b(n: i64) -> i64 { half(n) }
        fn c(s: str) -> i64 { length(s + s) }";
    engine.load("script", text).unwrap();
    let a = engine.function::<fn(i64) -> i64>("a").unwrap();
    let b = engine.function::<fn(i64) -> i64>("b").unwrap();
    let c = engine.function::<fn(String) -> i64>("c").unwrap();
    let before = engine.live_blocks();
    assert_eq!(
        message(a.call(7)),
        "a function of the host panicked: 7 is too much"
    );
    assert_eq!(b.call(8).unwrap(), 4);
    assert_eq!(message(b.call(7)), "7 is odd");
    assert_eq!(c.call("äb").unwrap(), 6);
    assert_eq!(engine.live_blocks(), before);
}

#[test]
fn a_script_that_fails_leaves_the_engine_as_it_was() {
    let mut engine = engine("var xs = [1, 2]\nfn f() -> i64 { xs.len() }\nfn g() -> i64 { f() }");
    let g = engine.function::<fn() -> i64>("g").unwrap();
    let bad = "xs.push(3)\nfn f() -> i64 { 100 }\nxs[7]";
    assert!(message(engine.load("bad", bad)).contains("the index 7"));
    assert_eq!(g.call().unwrap(), 2);
    assert_eq!(engine.get::<Vec<i64>>("xs").unwrap(), [1, 2]);
    engine
        .load("good", "fn f() -> i64 { xs.len() * 10 }")
        .unwrap();
    assert_eq!(g.call().unwrap(), 20);
    let f = engine.function::<fn() -> i64>("f").unwrap();
    engine.load("better", "fn f() -> i64 { 5 }").unwrap();
    assert_eq!(f.call().unwrap(), 5);
    let refused = engine.load("worse", "fn f() -> str { \"no\" }");
    assert!(
        matches!(refused, Err(Error::Rejected { .. })),
        "{refused:?}"
    );
    assert_eq!(g.call().unwrap(), 5);
    let both = "fn f() -> str { \"yes\" }\nfn g() -> i64 { f().len() }";
    engine.load("both", both).unwrap();
    assert_eq!(g.call().unwrap(), 3);
    assert!(matches!(f.call(), Err(Error::Signature { .. })));
    drop((f, g));
    assert_eq!(engine.session.close(), 0);
}

/// Nothing of a unit runs when it cannot be linked, and the message tells what is missing from where, and who asked for it.
#[test]
fn what_cannot_be_linked_does_not_run() {
    let mut engine = Engine::new(Config::trusted()).unwrap();
    engine.register("half", |n: i64| n / 2);
    let mut hits = 0_i64;
    // SAFETY: `hits` lives longer than the engine, and is not used during calls.
    unsafe { engine.register_global("hits", &raw mut hits) };
    let start = "extern host { var hits: i64 }\nfn hit() -> i64 { hits += 1\n hits }\n";
    engine.load("start", start).unwrap();
    let cases: [(&str, &str, &[&str]); 6] = [
        (
            "extern \"libnone.so.9\" { fn f(x: f64) -> f64 }",
            "f(1.0)",
            &["missing-library", "libnone.so.9", "`f`"],
        ),
        (
            "extern \"libm.so.6\" { fn no_such(x: f64) -> f64 }",
            "no_such(1.0)",
            &["missing-symbol", "libm.so.6", "no_such"],
        ),
        (
            "extern { fn no_such_either() }",
            "no_such_either()",
            &["missing-symbol", "this process", "no_such_either"],
        ),
        (
            "extern host { fn half(n: f64) -> f64 }",
            "half(1.0)",
            &[
                "host-mismatch",
                "fn(i64) -> i64",
                "fn(f64) -> f64",
                "`half`",
            ],
        ),
        (
            "extern host { fn unknown() }",
            "unknown()",
            &["host-mismatch", "the host", "`unknown`"],
        ),
        (
            "extern host { var half: i64 }",
            "half",
            &["host-mismatch", "a function", "`half`"],
        ),
    ];
    for (declaration, user, words) in cases {
        let text = format!("hit()\n\n{declaration}\nfn user() {{ let x = {user} }}\nhit()");
        let Err(Error::Link { rendered }) = engine.load("bad.sumi", &text) else {
            panic!("{declaration} was linked")
        };
        for word in words.iter().chain(&["bad.sumi:3"]) {
            assert!(rendered.contains(word), "no {word} in\n{rendered}");
        }
        assert_eq!(engine.get::<i64>("hits").unwrap(), 0);
    }
    let hit = engine.function::<fn() -> i64>("hit").unwrap();
    engine.set("hits", 40_i64).unwrap();
    assert_eq!(hit.call().unwrap(), 41);
    drop(hit);
    drop(engine);
    assert_eq!(hits, 41);
}

#[test]
fn a_variable_that_was_left_half_written_is_not_used() {
    let mut engine = engine(
        "var xs = [\"a\"]
        var good = [\"b\", \"c\"]
        let fixed = [\"constant\"]
        fn deep(n: i64) -> i64 { 1 + deep(n + 1) * good.len() }
        fn first() -> str { xs[0] }
        fn other() -> i64 { good.len() + fixed.len() }",
    );
    let deep = engine.function::<fn(i64) -> i64>("deep").unwrap();
    let first = engine.function::<fn() -> String>("first").unwrap();
    let other = engine.function::<fn() -> i64>("other").unwrap();
    let before = engine.live_blocks();
    assert_eq!(other.call().unwrap(), 3);
    assert!(deep.call(0).is_err());
    assert_eq!(other.call().unwrap(), 3);
    assert_eq!(first.call().unwrap(), "a");
    // What a store that was interrupted could leave.
    let xs = engine.named("xs").unwrap();
    let place = engine.place(xs, false).unwrap();
    // SAFETY: the place of an array, a pointer.
    unsafe { place.cast::<usize>().write(0x1234_5670) };
    assert!(message(deep.call(0)).contains("stack"));
    assert!(matches!(first.call(), Err(Error::Signature { .. })));
    assert!(engine.get::<Vec<String>>("xs").is_err());
    assert_eq!(other.call().unwrap(), 3);
    engine.set("xs", vec!["new".to_owned()]).unwrap();
    assert_eq!(first.call().unwrap(), "new");
    // "a" was a constant, without a block of the heap.
    assert_eq!(engine.live_blocks(), before + 1);
    drop((deep, first, other));
    assert_eq!(engine.session.close(), 0);
}
