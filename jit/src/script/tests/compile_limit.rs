//! How much a script may have compiled, and what becomes of functions that are too large to be optimised.

use std::fmt::Write;

use super::*;
use crate::config::Stage;
use crate::session::Session;

fn limited(steps: u64) -> Engine {
    let config = Config {
        compile_limit: Some(steps),
        ..Config::default()
    };
    let mut engine = Engine::new(config).unwrap();
    engine.on_warning(|_| {});
    engine
}

/// The code of what is refused, and all that a reader sees of it.
fn refused<T>(result: Result<T, Error>) -> (String, String) {
    match result {
        Err(Error::Rejected { problems, rendered }) => (problems[0].code.clone(), rendered),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was accepted"),
    }
}

/// Each function needs two instances of the next.
fn doubling(depth: usize) -> String {
    let mut text = format!("fn f{depth}<T>(x: T) -> i64 = 1\n");
    for n in 0..depth {
        let next = n + 1;
        writeln!(
            text,
            "fn f{n}<T>(x: T) -> i64 = f{next}([x]) + f{next}(some(x))"
        )
        .unwrap();
    }
    text
}

/// So many texts are alive in as many branches, each of which drops all of them.
fn dropping(count: usize) -> String {
    let mut text = "fn f(a: str) -> i64 {\n".to_owned();
    for n in 0..count {
        writeln!(text, "let x{n} = a + \"{n}\"").unwrap();
    }
    for n in 0..count {
        writeln!(text, "if x{n}.len() > 100 {{ return {n} }}").unwrap();
    }
    text + "0 }\n"
}

/// A `match` on so many truth values, each arm of which asks for one.
fn columns(count: usize) -> String {
    let list =
        |part: &dyn Fn(usize) -> &'static str| (0..count).map(part).collect::<Vec<_>>().join(", ");
    let mut text = format!("fn f(x: ({})) -> i64 = match x {{\n", list(&|_| "bool"));
    for arm in 0..count {
        let parts = list(&|at| if at == arm { "true" } else { "_" });
        writeln!(text, "({parts}) => {arm}").unwrap();
    }
    text + "_ => 0\n}\n"
}

const SUM: &str = "fn sum(n: i64) -> i64 { var t = 0\n for i in 0..n { t += i }\n t }\n";

#[test]
fn what_grows_faster_than_its_text_is_refused() {
    let cases = [
        (dropping(200), "many values end in each of many branches"),
        (columns(60), "what this leaves out takes too long to find"),
        (
            format!("{SUM}const A = sum(1000000)\n"),
            "this constant takes too long to compute",
        ),
        (
            "let x = 1\n".repeat(10_000),
            "the text alone has 100000 bytes",
        ),
        (format!("{}f0(1)", doubling(12)), "takes most of it"),
    ];
    for (text, reason) in cases {
        let mut engine = limited(1000);
        let (code, rendered) = refused(engine.load("mod", &text));
        assert_eq!(code, "too-much-code", "{rendered}");
        assert!(rendered.contains(reason), "{rendered}");
        assert!(rendered.contains("1000 steps are allowed"), "{rendered}");
        let decent = engine.load("decent", SUM).unwrap();
        let sum = decent.function::<fn(i64) -> i64>("sum").unwrap();
        assert_eq!(sum.call(5).unwrap(), 10);
    }
}

#[test]
fn the_message_names_what_has_most_instances() {
    let text = format!("{}fn go() -> i64 = f0(1)\n{SUM}", doubling(10));
    let mut engine = limited(4000);
    // Nothing needs an instance until `go` is asked for.
    let script = engine.load("mod", &text).unwrap();
    let (code, rendered) = refused(script.function::<fn() -> i64>("go"));
    assert_eq!(code, "too-much-code");
    assert!(rendered.contains("`f7` takes most of it"), "{rendered}");
    assert!(
        rendered.contains("instances with other types each"),
        "{rendered}"
    );
    let sum = script.function::<fn(i64) -> i64>("sum").unwrap();
    assert_eq!(sum.call(5).unwrap(), 10);
}

#[test]
fn each_load_and_reload_has_all_of_it() {
    let mut engine = limited(1000);
    let script = engine.load("mod", SUM).unwrap();
    let sum = script.function::<fn(i64) -> i64>("sum").unwrap();
    let (code, _) = refused(script.reload(&format!("{SUM}{}", dropping(200))));
    assert_eq!(code, "too-much-code");
    assert_eq!(sum.call(5).unwrap(), 10);
    for n in 0..20 {
        script
            .reload(&format!("{SUM}{}let n = {n}\n", dropping(20)))
            .unwrap();
        assert_eq!(sum.call(5).unwrap(), 10);
        assert_eq!(script.get::<i64>("n").unwrap(), n);
    }
    // Without the limit it is a text like any other.
    let config = Config {
        compile_limit: None,
        optimize: false,
        ..Config::default()
    };
    let mut engine = Engine::new(config).unwrap();
    let script = engine.load("mod", &dropping(40)).unwrap();
    let f = script.function::<fn(String) -> i64>("f").unwrap();
    assert_eq!(f.call("").unwrap(), 0);
    assert_eq!(f.call(&"a".repeat(100)).unwrap(), 0);
}

/// A function of so many lines, and what it comes to for `[1, 2, 3]`: with arrays, texts, closures and branches.
fn long(lines: i64) -> String {
    let mut text = "fn f(mut xs: [i64]) -> i64 {\nvar t = 0\nvar s = \"\"\n".to_owned();
    let (mut xs, mut t, mut s) = ([1_i64, 2, 3], 0_i64, String::new());
    for n in 0..lines {
        let (a, b) = (n as usize % 3, n as usize % 2);
        match n % 4 {
            0 => {
                writeln!(text, "xs[{a}] = xs[{b}] * 3 + {n}").unwrap();
                xs[a] = xs[b].wrapping_mul(3).wrapping_add(n);
            }
            1 => {
                writeln!(text, "if xs[{a}] % 2 == 0 {{ s = s + \"{n}\" }}").unwrap();
                if xs[a] % 2 == 0 {
                    write!(s, "{n}").unwrap();
                }
            }
            2 => {
                writeln!(text, "t = t ^ xs.map(|x| x ^ {n}).sum()").unwrap();
                t ^= xs.iter().fold(0_i64, |sum, x| sum.wrapping_add(x ^ n));
            }
            _ => {
                writeln!(text, "for i in 0..{a} {{ t += xs[i] }}").unwrap();
                t = xs[..a].iter().fold(t, |t, x| t.wrapping_add(*x));
            }
        }
    }
    let expected = t.wrapping_add(s.len() as i64);
    format!(
        "{text}t + s.len() }}\nvar xs = [1, 2, 3]\nassert(f(mut xs) == {expected})\nassert(xs == [{}, {}, {}])\n",
        xs[0], xs[1], xs[2]
    )
}

fn emitted(text: &str, optimise_limit: Option<u64>) -> String {
    let config = Config {
        optimise_limit,
        ..Config::trusted()
    };
    let mut session = Session::new(config).unwrap();
    session.emit("long.sumi", text, Stage::Llvm).unwrap()
}

#[test]
fn functions_too_large_to_be_optimised_mean_the_same() {
    for (lines, is_left) in [(100, false), (1600, true)] {
        let text = long(lines);
        assert_eq!(emitted(&text, None).contains("optnone"), is_left, "{lines}");
        for optimize in [false, true] {
            let config = Config {
                optimize,
                ..Config::default()
            };
            Engine::new(config).unwrap().load("long", &text).unwrap();
        }
        let mut session = Session::new(Config::trusted()).unwrap();
        session.interpret("long.sumi", &text).unwrap();
    }
}

#[test]
fn what_would_grow_too_large_keeps_its_calls() {
    let many = |calls: usize| {
        let line = "t += xs.map(|x| x + t).sum()\n".repeat(calls);
        format!("fn f(xs: [i64]) -> i64 {{\nvar t = 0\n{line}t }}\nprint(f([1, 2]))\n")
    };
    let (few, many) = (emitted(&many(3), None), emitted(&many(200), None));
    assert!(!few.contains("optnone") && !many.contains("optnone"));
    let calls = |text: &str| text.matches("call i64 @").count();
    assert!(
        !few.contains("noinline") && many.contains("noinline"),
        "{} {}",
        calls(&few),
        calls(&many)
    );
}

#[test]
fn what_is_beyond_the_limit_of_optimising_is_left() {
    assert!(!emitted(SUM, None).contains("optnone"));
    assert!(emitted(&format!("{SUM}print(sum(3))"), Some(5)).contains("optnone"));
    let config = Config {
        optimise_limit: Some(5),
        ..Config::default()
    };
    let mut engine = Engine::new(config).unwrap();
    let script = engine.load("mod", SUM).unwrap();
    let sum = script.function::<fn(i64) -> i64>("sum").unwrap();
    assert_eq!(sum.call(5).unwrap(), 10);
}
