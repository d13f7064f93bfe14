//! Scripts that would like to take the host down. Each is loaded and called within limits, and whatever becomes of it, the engine goes on.

use std::fmt::Write;
use std::time::Duration;

use super::*;

/// What a script does when it is loaded, or its function `f` when that is called.
fn outcome(text: &str, call_limit: Option<Duration>) -> String {
    outcome_within(
        text,
        Config {
            call_limit,
            ..Config::default()
        },
    )
}

fn outcome_within(text: &str, limits: Config) -> String {
    let config = Config {
        memory_limit: 64 << 20,
        stack_bytes: 1 << 20,
        ..limits
    };
    let mut engine = Engine::new(config).unwrap();
    engine.on_print(|_| {});
    engine.on_warning(|_| {});
    let decent = engine.load("decent", "fn g(n: i64) -> i64 { [n, n].sum() }");
    let g = decent.unwrap().function::<fn(i64) -> i64>("g").unwrap();
    let found = match engine.load("hostile", text) {
        Err(Error::Runtime(error)) => format!("{} when loaded", error.kind),
        Err(Error::Rejected { problems, .. }) => problems[0].code.to_owned(),
        Err(other) => panic!("{other}\n{}", &text[..text.len().min(300)]),
        Ok(script) => match script.function::<fn() -> i64>("f").map(|f| f.call()) {
            Ok(Ok(_)) => "fine".to_owned(),
            Ok(Err(Error::Runtime(error))) => error.kind.to_owned(),
            Ok(Err(other)) | Err(other) => other.to_string(),
        },
    };
    assert_eq!(g.call(4).unwrap(), 8, "{found}");
    drop(g);
    assert_eq!(engine.live_blocks(), 0, "{found}");
    found
}

/// Texts that never end, and do not grow.
const ENDLESS: [&str; 9] = [
    "fn f() -> i64 { while true {}\n 1 }",
    "while true {}\nfn f() -> i64 = 1",
    "fn f() -> i64 { var n = 0\n while true { n += 1 }\n n }",
    "fn f() -> i64 { var xs = [0; 1000]\n while true { for i in 0..1000 { xs[i] += i } }\n xs[5] }",
    "fn f() -> i64 { var s = 0\n for a in 0..9999999 { for b in 0..9999999 { s ^= a * b } }\n s }",
    "fn f() -> i64 { while true { print(1) }\n 1 }",
    "fn f() -> i64 { var s = \"\"\n while true { s = \"{[1, 2, 3]}\" }\n s.len() }",
    "fn f() -> i64 { var m: [i64: i64] = [:]\n while true { m[1] = 1\n m.remove(1) }\n 1 }",
    "fn f() -> i64 { while true { var xs = (0..1000).map(|x| x * 2)\n xs.sort()\n if xs.len() == 3 { return 1 } }\n 1 }",
];

#[test]
fn what_never_ends_is_ended() {
    for text in ENDLESS {
        let found = outcome(text, Some(Duration::from_millis(200)));
        assert!(found.starts_with("interrupt"), "{found}: {text}");
    }
}

#[test]
fn what_grows_without_end_is_ended() {
    let cases = [
        ("fn f() -> i64 { f() + 1 }", "stack-overflow"),
        (
            "fn g(n: i64) -> i64 { f() + n }\nfn f() -> i64 { g(1) + 1 }",
            "stack-overflow",
        ),
        (
            "fn f() -> i64 { var s = \"ab\"\n while s.len() > 0 { s += s }\n 1 }",
            "memory",
        ),
        (
            "fn f() -> i64 { var xs = [1]\n while true { xs.push(1) }\n 1 }",
            "memory",
        ),
        (
            "fn f() -> i64 { let xs = [0; 9000000000000000000]\n xs[0] }",
            "memory",
        ),
        (
            "fn f() -> i64 { let s = \"abc\".repeat(9000000000000000000)\n s.len() }",
            "memory",
        ),
        (
            "fn f() -> i64 { var m: [i64: str] = [:]\n var i = 0\n while true { m[i] = \"x\"\n i += 1 }\n 1 }",
            "memory",
        ),
        (
            "struct Node { next: Node? }\nfn f() -> i64 { var n = Node(none)\n while true { n = Node(n) }\n 1 }",
            "memory",
        ),
        (
            "struct Node { a: Node?, b: Node? }\nfn f() -> i64 { var n = Node(none, none)\n for i in 0..200 { n = Node(n, n) }\n \"{n}\".len() }",
            "memory",
        ),
        (
            "var all: [[i64]] = []\nfn f() -> i64 { while true { all.push([0; 1000]) }\n 1 }",
            "memory",
        ),
        (
            "fn f() -> i64 { (0..9000000000000).map(|x| x ^ 3).len() }",
            "memory",
        ),
        ("fn f() -> i64 { 1 / (f64(0) as i64) }", ""),
        (
            "fn f() -> i64 { (0 - 9223372036854775807 - 1) / (0 - 1) }",
            "",
        ),
        ("fn f() -> i64 { 1 << 1000 }", ""),
        ("fn f() -> i64 { [1, 2][0 - 1] }", ""),
        ("fn f() -> i64 { \"é\"[1..2].len() }", ""),
        ("fn f() -> i64 { i64(char(1114112)) }", ""),
    ];
    for (text, expected) in cases {
        let found = outcome(text, None);
        assert!(found.contains(expected), "{found}: {text}");
    }
}

/// Texts on which a compiler could choke.
#[test]
fn what_is_written_to_be_hard_to_compile_is_compiled_or_refused() {
    let nested = |open: &str, inside: &str, close: &str, depth: usize| {
        format!(
            "fn f() -> i64 {{ let x = {}{inside}{}\n 1 }}",
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let mut types = "struct T0 { x: i64 }\n".to_owned();
    let mut functions = "fn h0<T>(x: T) -> i64 = 1\n".to_owned();
    for n in 1..40 {
        writeln!(types, "struct T{n} {{ a: T{}, b: T{} }}", n - 1, n - 1).unwrap();
        writeln!(
            functions,
            "fn h{n}<T>(x: T) -> i64 = h{}((x, x)) + h{}((x, 1))",
            n - 1,
            n - 1
        )
        .unwrap();
    }
    let texts = [
        nested("(", "1", ")", 50_000),
        nested("[", "1", "]", 20_000),
        nested("-", "1", "", 50_000),
        nested("!", "true", "", 50_000),
        nested("some(", "1", ")", 5_000),
        nested("{ ", "1", " }", 10_000),
        nested("if true { ", "1", " } else { 2 }", 2_000),
        nested("|x| ", "1", "", 2_000),
        nested("\"{", "1", "}\"", 500),
        format!("fn f() -> i64 = 1{}", " + 1".repeat(50_000)),
        format!("fn f() -> i64 = [1]{}.len()", ".sort()".repeat(2_000)),
        format!("fn f(x: {}i64{}) -> i64 = 1", "[".repeat(20_000), "]".repeat(20_000)),
        format!("fn f() -> i64 {{ let s = \"{}\"\n s.len() }}", "a".repeat(5 << 20)),
        format!("let {} = 1\nfn f() -> i64 = 1", "a".repeat(1 << 20)),
        format!("fn f() -> i64 = {}", "9".repeat(1 << 20)),
        format!("{types}fn f() -> i64 {{ let x: T39? = none\n 1 }}"),
        format!("{functions}fn f() -> i64 = h39(1)"),
        "fn g<T>(x: T, n: i64) -> i64 { if n == 0 { 0 } else { g([x], n - 1) } }\nfn f() -> i64 = g(1, 3)".to_owned(),
        "struct S { s: S }\nfn f() -> i64 = 1".to_owned(),
        "struct S<T> { s: S<[T]>? }\nfn f() -> i64 { let s: S<i64>? = none\n 1 }".to_owned(),
        "const A: i64 = B\nconst B: i64 = A\nfn f() -> i64 = A".to_owned(),
        "const A: i64 = g(1)\nfn g(n: i64) -> i64 { g(n + 1) + 1 }\nfn f() -> i64 = A".to_owned(),
        "const A: i64 = g()\nfn g() -> i64 { while true {}\n 1 }\nfn f() -> i64 = A".to_owned(),
        "import hostile\nfn f() -> i64 = 1".to_owned(),
        "\u{0}\u{1}\u{feff}\u{202e}fn f() -> i64 = 1".to_owned(),
        "fn f() -> i64 = 1\n".repeat(300),
        "}".repeat(100_000),
        (0..4000).fold("fn f() -> i64 { var x = 1\n".to_owned(), |text, n| text + &format!("x = x * 3 + {n}\n")) + "x }",
        (0..1500).fold("fn f() -> i64 { var xs = [1]\n".to_owned(), |text, n| text + &format!("xs[0] += xs.map(|x| x + {n}).sum()\n")) + "1 }",
        "\"".repeat(100_001),
        "/*".repeat(100_000),
    ];
    for text in texts {
        let found = outcome(&text, Some(Duration::from_secs(5)));
        assert_ne!(found, "interrupt", "{}", &text[..text.len().min(200)]);
    }
}

/// The same amount wherever code is optimised, and never for long: what a step of the runtime does with much data takes fuel as well.
#[test]
fn what_takes_too_long_runs_out_of_fuel() {
    let grows_in_depth = [
        "fn g(n: i64) -> i64 { if n == 0 { 1 } else { g(n - 1) + g(n - 1) } }\nfn f() -> i64 { g(200) }",
        "struct S { n: i64 }\nfn ==(a: S, b: S) -> bool { if a.n == 0 { true } else { S(a.n - 1) == S(b.n - 1) && S(a.n - 1) == S(b.n - 1) } }\n\
         fn f() -> i64 { if S(200) == S(200) { 1 } else { 2 } }",
        "struct S { n: i64 }\nfn ==(a: S, b: S) -> bool { if a.n == 0 { true } else { [S(a.n - 1)] == [S(b.n - 1)] && [S(a.n - 1)] == [S(b.n - 1)] } }\n\
         fn f() -> i64 { if [S(200)] == [S(200)] { 1 } else { 2 } }",
        "struct S { n: i64 }\nimpl Show for S { fn show(self) -> str { if self.n > 0 { let a = \"{S(self.n - 1)}\"\n let b = \"{S(self.n - 1)}\"\n if a != b { return a } }\n \"\" } }\n\
         fn f() -> i64 { \"{S(200)}\".len() }",
        "fn g(f: fn(i64) -> i64, n: i64) -> i64 { if n == 0 { f(n) } else { g(f, n - 1) + g(f, n - 1) } }\nfn f() -> i64 { g(|x| x, 200) }",
        "trait T { fn g(self, n: i64) -> i64 }\nstruct S { a: i64 }\nimpl T for S { fn g(self, n: i64) -> i64 { let t: any T = self\n if n == 0 { 1 } else { t.g(n - 1) + t.g(n - 1) } } }\n\
         fn f() -> i64 { S(1).g(200) }",
    ];
    let works_much = [
        "fn f() -> i64 { let s = \"ab\".repeat(1000000)\n let t = \"ab\".repeat(1000000)\n var n = 0\n while s == t { n += 1 }\n n }",
        "fn f() -> i64 { let s = \"ab\".repeat(1000000)\n var n = 0\n while s.find(\"x\") == none { n += 1 }\n n }",
        "fn f() -> i64 { var xs = [1; 1000000]\n while true { xs.insert(0, 2)\n xs.remove(0) }\n 1 }",
        "fn f() -> i64 { var xs = [1; 1000000]\n while true { xs.sort()\n xs.reverse() }\n 1 }",
        "fn f() -> i64 { var xs = [1; 1000000]\n while true { let ys = xs\n xs[0] += 1\n xs[1] += ys[0] }\n 1 }",
        "fn f() -> i64 { let xs = [[1; 1000]; 1000]\n var m: [[[i64]]: i64] = [:]\n while true { m[xs] = 1 }\n 1 }",
    ];
    let loops = ENDLESS.iter().filter(|text| !text.contains("print"));
    for text in loops.chain(&grows_in_depth).chain(&works_much) {
        let [plain, optimised] = [false, true].map(|optimize| {
            outcome_within(
                text,
                Config {
                    optimize,
                    fuel: Some(2_000_000),
                    // Far more than it takes.
                    call_limit: Some(Duration::from_secs(60)),
                    ..Config::default()
                },
            )
        });
        assert!(plain.starts_with("fuel"), "{plain}: {text}");
        assert_eq!(plain, optimised, "{text}");
    }
}
