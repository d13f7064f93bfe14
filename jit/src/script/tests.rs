//! What a host does with an engine and its scripts.

mod any;
mod asking;
mod bitcode;
mod closures;
mod compile_limit;
mod endless;
mod hostile;
mod in_place;
mod migration;
mod modules;
mod prepare;
mod reentrant;

use super::*;
use crate::config::Config;
use crate::engine::Engine;
use crate::host::HostModule;

#[test]
fn a_function_outlives_its_engine() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let text = "let base = [40]\nfn f(n: i64) -> i64 { base[0] + n }\nfn g(n: i64) -> i64 { f(n) }";
    let script = engine.load("a", text).unwrap();
    let g = script.function::<fn(i64) -> i64>("g").unwrap();
    script
        .reload(&text.replace("{ f(n) }", "{ f(n) * 2 }"))
        .unwrap();
    drop((script, engine));
    assert_eq!(g.call(2).unwrap(), 84);
}

#[test]
fn errors_of_calls_are_values_and_leak_nothing() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let text = "var seen = [1]\nfn f(n: i64) -> i64 { let ys = [n, n]\n seen.push(n)\n ys[n] }";
    let script = engine.load("a", text).unwrap();
    let f = script.function::<fn(i64) -> i64>("f").unwrap();
    let before = engine.live_blocks();
    for _ in 0..100 {
        assert!(matches!(f.call(5), Err(Error::Runtime(_))));
    }
    assert_eq!(f.call(1).unwrap(), 1);
    assert_eq!(engine.live_blocks(), before);
}

#[test]
fn statements_with_values_may_stand_twice() {
    let text = "var xs = [\"a\", \"b\", \"c\", \"d\"]
        struct Act { f: fn() -> i64? }
        var act = Act(|| none)
        xs.pop()
        xs.pop()
        (act.f)()
        (act.f)()
        let left = xs.len()";
    let (engine, script) = loaded(text);
    assert_eq!(script.get::<i64>("left").unwrap(), 2);
    let more = text.replace("let left", "xs.pop()\n        let left");
    assert_eq!(script.reload(&more).unwrap().not_run, [8]);
    assert_eq!(script.get::<Vec<String>>("xs").unwrap(), ["a", "b"]);
    drop(script);
    assert_eq!(engine.live_blocks(), 0);
}

fn loaded(text: &str) -> (Engine, Script) {
    let mut engine = Engine::new(Config::default()).unwrap();
    let script = engine.load("script", text).unwrap();
    (engine, script)
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
    let script = engine.load("script", text).unwrap();
    let before = engine.live_blocks();
    let greet = script
        .function::<fn(String, i64) -> String>("greet")
        .unwrap();
    let double = script
        .function::<fn(Vec<i64>) -> Vec<i64>>("double")
        .unwrap();
    let moved = script
        .function::<fn(Vec<Spot>, f32) -> Vec<Spot>>("moved")
        .unwrap();
    let none_of = script.function::<fn(Vec<f64>) -> i64>("none_of").unwrap();
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
    let keep = script
        .function::<fn(String) -> Vec<String>>("keep")
        .unwrap();
    assert_eq!(keep.call("b").unwrap(), ["a", "b"]);
    assert_eq!(script.get::<Vec<String>>("kept").unwrap(), ["a", "b"]);
    script.set("kept", vec!["z".to_owned()]).unwrap();
    script.set("log", "abc".to_owned()).unwrap();
    assert_eq!(script.get::<String>("log").unwrap(), "abc");
    assert_eq!(keep.call("y").unwrap(), ["z", "y"]);
    assert!(script.function::<fn(i64) -> String>("keep").is_err());
    drop((greet, double, moved, none_of, keep, script));
    assert_eq!(engine.live_blocks(), 0);
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
    let script = engine.load("script", text).unwrap();
    let a = script.function::<fn(i64) -> i64>("a").unwrap();
    let b = script.function::<fn(i64) -> i64>("b").unwrap();
    let c = script.function::<fn(String) -> i64>("c").unwrap();
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

/// Nothing of a unit runs when it cannot be linked, and the message tells what is missing from where, and who asked for it.
#[test]
fn what_cannot_be_linked_does_not_run() {
    let mut engine = Engine::new(Config::trusted()).unwrap();
    engine.register("half", |n: i64| n / 2);
    let mut hits = 0_i64;
    // SAFETY: `hits` lives longer than the engine, and is not used during calls.
    unsafe { engine.register_global("hits", &raw mut hits) };
    let start = "extern host { var hits: i64 }\nfn hit() -> i64 { hits += 1\n hits }\n";
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
        let text =
            format!("hit()\n\n{declaration}\nfn user() {{ let x = {user} }}\nhit()\n{start}");
        let Err(Error::Link { rendered, .. }) = engine.load("bad.sumi", &text) else {
            panic!("{declaration} was linked")
        };
        for word in words.iter().chain(&["bad.sumi:3"]) {
            assert!(rendered.contains(word), "no {word} in\n{rendered}");
        }
        assert_eq!(hits, 0);
    }
    let script = engine.load("start", start).unwrap();
    let hit = script.function::<fn() -> i64>("hit").unwrap();
    script.set("hits", 40_i64).unwrap();
    assert_eq!(hit.call().unwrap(), 41);
    drop((hit, script));
    drop(engine);
    assert_eq!(hits, 41);
}

#[test]
fn a_variable_that_was_left_half_written_is_not_used() {
    let (engine, script) = loaded(
        "var xs = [\"a\"]
        var good = [\"b\", \"c\"]
        let fixed = [\"constant\"]
        fn deep(n: i64) -> i64 { 1 + deep(n + 1) * good.len() }
        fn first() -> str { xs[0] }
        fn other() -> i64 { good.len() + fixed.len() }",
    );
    let deep = script.function::<fn(i64) -> i64>("deep").unwrap();
    let first = script.function::<fn() -> String>("first").unwrap();
    let other = script.function::<fn() -> i64>("other").unwrap();
    let before = engine.live_blocks();
    assert_eq!(other.call().unwrap(), 3);
    assert!(deep.call(0).is_err());
    assert_eq!(other.call().unwrap(), 3);
    assert_eq!(first.call().unwrap(), "a");
    // What a store that was interrupted could leave.
    let place = script
        .0
        .borrow()
        .place("xs", Vec::<String>::desc(), Host::Rust)
        .unwrap();
    // SAFETY: the place of an array, a pointer.
    unsafe { place.address.cast::<usize>().write(0x1234_5670) };
    assert!(message(deep.call(0)).contains("stack"));
    assert!(matches!(first.call(), Err(Error::Signature { .. })));
    assert!(script.get::<Vec<String>>("xs").is_err());
    assert_eq!(other.call().unwrap(), 3);
    script.set("xs", vec!["new".to_owned()]).unwrap();
    assert_eq!(first.call().unwrap(), "new");
    // "a" was a constant, without a block of the heap.
    assert_eq!(engine.live_blocks(), before + 1);
    drop((deep, first, other, script));
    assert_eq!(engine.live_blocks(), 0);
}

fn rejected(result: Result<Reloaded, Error>) -> String {
    match result {
        Err(Error::Rejected { rendered, .. }) => rendered,
        other => panic!("it was not rejected: {other:?}"),
    }
}

#[test]
fn a_reload_exchanges_functions_and_keeps_variables() {
    let (engine, script) = loaded(
        "var xs = [1, 2]
        let by = 10
        let table = [by, by * 2]
        fn f() -> i64 { xs.len() }
        fn g() -> i64 { xs.push(f())\n xs.len() * table[0] }",
    );
    let g = script.function::<fn() -> i64>("g").unwrap();
    let f = script.function::<fn() -> i64>("f").unwrap();
    assert_eq!(g.call().unwrap(), 30);
    let done = script.reload(
        "var xs = [7, 7, 7, 7, 7]
        let by = 100
        let table = [by, by * 2]
        let more = \"new\"
        fn f() -> i64 { xs.len() * 5 }
        print(\"not now\")
        fn g() -> i64 { xs.push(f())\n xs.len() * table[0] }",
    );
    let done = done.unwrap();
    assert_eq!(done.computed, ["by", "table"]);
    assert_eq!(
        (done.added, done.not_run),
        (vec!["more".to_owned()], vec![6])
    );
    assert_eq!(script.get::<Vec<i64>>("xs").unwrap(), [1, 2, 2]);
    assert_eq!(f.call().unwrap(), 15);
    assert_eq!(g.call().unwrap(), 400);
    // Another signature: the handle waits for the one that it was asked for.
    let text = "var xs = [1]\nfn f() -> str { \"yes\" }\nfn g() -> i64 { f().len() }";
    let done = script.reload(text).unwrap();
    assert_eq!(done.dropped, ["by", "more", "table"]);
    assert!(matches!(f.call(), Err(Error::Signature { .. })));
    assert_eq!(g.call().unwrap(), 3);
    assert_eq!(script.get::<Vec<i64>>("xs").unwrap(), [1, 2, 2, 15]);
    script.reload("fn f() -> i64 { 1 }").unwrap();
    assert_eq!(f.call().unwrap(), 1);
    assert!(matches!(g.call(), Err(Error::Signature { .. })));
    drop((f, g, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn a_reload_that_fails_leaves_all_as_it_was() {
    let text = "struct Ship { x: i64 }
        var xs = [\"a\"]
        var ship = Ship(1)
        fn f() -> i64 { ship.x += 1\n ship.x * 10 + xs.len() }";
    let (engine, script) = loaded(text);
    let f = script.function::<fn() -> i64>("f").unwrap();
    let mut turn = 1;
    let mut as_before = |f: &Function<fn() -> i64>| {
        turn += 1;
        assert_eq!(f.call().unwrap(), turn * 10 + 1);
    };
    as_before(&f);
    let wrong = text.replace("xs.len()", "xs.size()");
    assert!(rejected(script.reload(&wrong)).contains("size"));
    as_before(&f);
    let changed = text.replace("x: i64 }", "x: i64, y: i64 = 5 }");
    let fails = format!("{changed}\nlet z = {{ xs.push(\"b\")\n ship.x = 100\n xs[7] }}");
    assert!(message(script.reload(&fails).map(|_| ())).contains("the index 7"));
    as_before(&f);
    assert_eq!(script.get::<Vec<String>>("xs").unwrap(), ["a"]);
    let preview = script.preview(&changed).unwrap();
    assert_eq!(preview.converted, ["ship"]);
    as_before(&f);
    assert_eq!(script.reload(&changed).unwrap().converted, ["ship"]);
    as_before(&f);
    assert!(script.roll_back().unwrap());
    turn -= 1;
    let mut as_before = |f: &Function<fn() -> i64>| {
        turn += 1;
        assert_eq!(f.call().unwrap(), turn * 10 + 1);
    };
    as_before(&f);
    assert!(!script.roll_back().unwrap());
    drop((f, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn values_of_changed_types_are_converted_at_any_depth() {
    let text = "enum Kind { Plain, Big(size: i32) }
        struct Foe { name: str, kind: Kind, x: i32 }
        var foes = [Foe(\"a\", Kind.Plain, 1), Foe(\"b\", Kind.Big(3), 2)]
        var best: Foe? = foes[1]
        var by_name: [str: [Foe]] = [:]
        by_name[\"b\"] = foes
        var odd = 3
        fn shown() -> str { \"{foes} {best} {by_name} {odd}\" }";
    let (engine, script) = loaded(text);
    let shown = script.function::<fn() -> String>("shown").unwrap();
    let before = shown.call().unwrap();
    let newer = text
        .replace("Big(size: i32)", "Huge, Big(size: i64)")
        .replace("x: i32", "x: i64, life: f64 = 1.5")
        .replace("odd = 3", "odd = \"three\"");
    let done = script.reload(&newer).unwrap();
    assert_eq!(done.converted, ["best", "by_name", "foes"]);
    assert_eq!(done.reset.len(), 1, "{done}");
    let after = shown.call().unwrap();
    assert_eq!(after.matches("life: 1.5").count(), 5, "{before}\n{after}");
    assert!(after.ends_with("three"), "{after}");
    assert!(script.roll_back().unwrap());
    assert_eq!(shown.call().unwrap(), before);
    drop((shown, script));
    assert_eq!(engine.live_blocks(), 0);
}

/// What the text has no more goes on as it was made, as long as that fits what it calls.
#[test]
fn functions_in_variables_keep_their_code() {
    let text = "fn double(n: i64) -> i64 { n * 2 }
        fn rule() -> fn(i64) -> i64 { let by = 3\n |n| double(n) + by }
        var held = rule()
        fn apply(n: i64) -> i64 { held(n) }";
    let (engine, script) = loaded(text);
    let apply = script.function::<fn(i64) -> i64>("apply").unwrap();
    assert_eq!(apply.call(5).unwrap(), 13);
    let other = text
        .replace("n * 2", "n * 20")
        .replace("let by = 3", "let by = 4");
    script.reload(&other).unwrap();
    assert_eq!(apply.call(5).unwrap(), 103);
    let gone = other.replace("let by = 4\n |n| double(n) + by", "double");
    let done = script.reload(&gone).unwrap();
    assert_eq!(done.former_code.len(), 1, "{done}");
    assert_eq!(apply.call(5).unwrap(), 103);
    let unfit = gone.replace("double(n: i64)", "double(n: i64, by: i64 = 1)");
    let unfit = unfit.replace(
        "{ double }",
        "{ other }\nfn other(n: i64) -> i64 { double(n) }",
    );
    match script.reload(&unfit) {
        Err(Error::Reload { message }) => assert!(message.contains("`double`"), "{message}"),
        other => panic!("it was not refused: {other:?}"),
    }
    assert_eq!(apply.call(5).unwrap(), 103);
    let given = unfit.replace("var held = rule()", "let held = rule()");
    script.reload(&given).unwrap_err();
    drop((apply, script));
    assert_eq!(engine.live_blocks(), 0);
}

/// Modules of a script are exchanged with it.
#[test]
fn modules_are_reloaded_with_the_script() {
    let version = Rc::new(std::cell::Cell::new(1));
    let mut engine = Engine::new(Config::default()).unwrap();
    let known = Rc::clone(&version);
    engine.set_resolver(move |path| {
        let n = known.get();
        let wrong = if n == 3 { "true" } else { "seen" };
        (path == "count")
            .then(|| format!("pub var seen = 0\npub fn next() -> i64 {{ seen += {n}\n {wrong} }}"))
    });
    let text = "import count\nfn f() -> i64 { count.next() }";
    let script = engine.load("main", text).unwrap();
    let f = script.function::<fn() -> i64>("f").unwrap();
    assert_eq!(f.call().unwrap(), 1);
    for (n, seen) in [(2, 3), (10, 13), (3, 23), (100, 123)] {
        version.set(n);
        assert_eq!(script.reload(text).is_err(), n == 3);
        assert_eq!(f.call().unwrap(), seen, "{n}");
    }
}

/// And nothing is said about the names that its importers miss.
#[test]
fn a_mistake_in_a_module_is_told_once() {
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.set_resolver(|path| match path {
        "low" => Some("pub let a = 1\npub fn f() -> i64 = true".to_owned()),
        "high" => Some("import low.{a}\npub fn g() -> i64 = a".to_owned()),
        _ => None,
    });
    let text =
        "import high.{g}\nimport low.{a, f}\nimport high\nfn h() -> i64 = f() + a + g() + high.g()";
    match engine.load("main", text) {
        Err(Error::Rejected { problems, rendered }) => {
            let codes: Vec<&str> = problems.iter().map(|found| found.code.as_str()).collect();
            assert_eq!(codes, ["mismatched-types"], "{rendered}");
        }
        other => panic!("not rejected: {other:?}"),
    }
}

#[test]
fn thousands_of_reloads_leave_nothing_behind() {
    let (engine, script) = loaded("var n = [0]");
    let text = |round: i64| {
        format!(
            "struct S {{ a: i64, b{round}: i64 = {round} }}
            var s = S(7)
            var n = [0]
            fn f() -> i64 {{ n[0] += 1\n s.a + s.b{round} + n[0] }}"
        )
    };
    script.reload(&text(0)).unwrap();
    let f = script.function::<fn() -> i64>("f").unwrap();
    for round in 0..300 {
        script.reload(&text(round)).unwrap();
        assert_eq!(f.call().unwrap(), 7 + round + round + 1);
    }
    let units = engine.machine_units();
    assert!(units < 50, "{units} units of code");
    drop((f, script));
    assert_eq!((engine.live_blocks(), engine.machine_units()), (0, 0));
}

/// To look at a script leaves nothing behind, neither in its variables, nor in memory, nor of what can be rolled back.
#[test]
fn looking_changes_nothing() {
    let text = "var log = [\"a\"]\nlet first = log[0]\nfn note(s: str) -> i64 { log.push(s)\n log.len() }\nfn fail(i: i64) -> str { log.push(\"c\")\n log[i] }";
    let (engine, script) = loaded(text);
    let note = script.function::<fn(String) -> i64>("note").unwrap();
    script
        .reload(&text.replace("log.len()", "-log.len()"))
        .unwrap();
    assert_eq!(note.call("b").unwrap(), -2);
    let of = |expression: &str| script.evaluate(expression, 100).map(|found| found.text);
    let mut left = Vec::new();
    for _ in 0..5 {
        assert_eq!(of("note(\"c\") * 2").unwrap(), "-6");
        assert!(message(script.evaluate("fail(7)", 100)).contains('7'));
        assert!(matches!(of("note(1)"), Err(Error::Rejected { .. })));
        assert!(matches!(
            of("1 }\nvar log = {"),
            Err(Error::Rejected { .. })
        ));
        left.push((engine.live_blocks(), engine.machine_units()));
    }
    left.dedup();
    assert_eq!(left.len(), 1, "{left:?}");
    let shown = |limit: usize| {
        let found = script.variables(limit).unwrap().into_iter();
        found
            .map(|found| format!("{}: {} = {}", found.name, found.ty, found.text))
            .collect::<Vec<String>>()
    };
    assert_eq!(
        shown(100),
        [r#"log: [str] = ["a", "b"]"#, r#"first: str = "a""#]
    );
    assert!(shown(4)[0].ends_with('…'), "{:?}", shown(4));
    assert!(script.roll_back().unwrap());
    assert_eq!(note.call("b").unwrap(), 2);
    drop((note, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn what_variables_hold_of_functions_is_the_newest_code() {
    let text = |step: i64| {
        format!(
            "struct P {{ x: i64 }}
            trait Moving: Show {{ fn moved(self) -> i64 }}
            impl Moving for P {{ fn moved(self) -> i64 = self.x + {step} }}
            impl P {{
                fn twice(self) -> i64 = self.moved() * 2
                fn show(self) -> str = \"{{self.x + {step}}}\"
            }}
            fn small(x: i64) -> i64 = x + {step}
            fn long(x: i64) -> i64 {{ var sum = x\n for i in 0..3 {{ sum += small(i) }}\n sum }}
            var next = small
            fn first(x: i64) -> i64 {{ if x > 100 {{ next = first }}\n x + {step} }}
            var held = small
            var all = [small, long]
            var closed = |x: i64| small(x) + P(x).twice()
            var beings: [any Moving] = [P(1)]
            fn call(x: i64) -> [i64] = [held(x), all[0](x), all[1](x), closed(x), P(x).twice(), beings[0].moved(), next(x)]
            fn shown() -> str = \"{{beings}}\""
        )
    };
    let (_engine, script) = loaded(&text(1));
    let call = script.function::<fn(i64) -> Vec<i64>>("call").unwrap();
    let shown = script.function::<fn() -> String>("shown").unwrap();
    assert_eq!(call.call(1).unwrap(), [2, 2, 7, 6, 4, 2, 2]);
    assert_eq!(shown.call().unwrap(), "[2]");
    script
        .function::<fn(i64) -> i64>("first")
        .unwrap()
        .call(101)
        .unwrap();
    script.reload(&text(10)).unwrap();
    assert_eq!(call.call(1).unwrap(), [11, 11, 34, 33, 22, 11, 11]);
    assert_eq!(shown.call().unwrap(), "[11]");
}

/// The lines of a stack are those of the text as it is now, wherever functions have moved and whatever was compiled anew.
#[test]
fn lines_of_errors_are_those_of_the_newest_text() {
    let text = |above: &str, within: &str| {
        format!(
            "{above}struct World {{ xs: [i64] }}\nimpl World {{\n{above}fn first(self) -> i64 = 1\n{above}fn fails(self, n: i64) -> i64 {{\n\
             {within}let all = [1, 2].map(|x| {{\n  x + self.xs[n]\n}})\nall.len()\n}}\n}}\nvar world = World([1])\nfn call(n: i64) -> i64 {{\n\n\nlet found = world.fails(n)\nfound + 1\n}}\n"
        )
    };
    let (_engine, script) = loaded(&text("", ""));
    let call = script.function::<fn(i64) -> i64>("call").unwrap();
    let lines = || match call.call(7) {
        Err(Error::Runtime(error)) => error
            .frames
            .iter()
            .map(|frame| frame.line)
            .collect::<Vec<u32>>(),
        other => panic!("it came back: {other:?}"),
    };
    let (above, within) = ("// A line.\n", "// Within.\n\n");
    let inner = |lines: &[u32]| (lines[0], lines[lines.len() - 2], lines[lines.len() - 1]);
    assert_eq!(inner(&lines()), (6, 5, 15), "{:?}", lines());
    script.reload(&text(above, "")).unwrap();
    assert_eq!(inner(&lines()), (9, 8, 18), "{:?}", lines());
    script.reload(&text(above, within)).unwrap();
    assert_eq!(inner(&lines()), (11, 10, 20), "{:?}", lines());
    script
        .reload(&text("", within).replace("= 1\n", "= 2 + 3\n"))
        .unwrap();
    assert_eq!(inner(&lines()), (8, 7, 17), "{:?}", lines());
}
