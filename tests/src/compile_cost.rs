//! `cargo dev compile [LINES…]`: how long it takes from a text to code, for programs of growing size, one shape in each row: one function, or the
//! top level, of so many lines; instances of generic code; types. Each is loaded by a host without limits, and its function `f` asked for; the time
//! is that of the processor, in ms. The last but one column says how much more ten times the size takes: about 10 is linear. The last one has
//! texts of the largest size in an engine with `Config::default()`: how long until they are loaded or refused. Nothing is asserted.

use std::fmt::Write;

use sumi::{Config, Engine, Error};

use crate::limit_cost::own_time;
use crate::scale::growth;

const SIZES: &[usize] = &[1_000, 4_000, 10_000];

type Shape = (&'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("one function: sums", |lines| {
        function(lines, "var x = 1", |n| format!("x = x * 3 + {n}"), "x")
    }),
    ("one function: elements", |lines| {
        let line = |n| format!("xs[{}] = xs[{}] * 3 + {n}", n % 7, n % 5);
        function(lines, "var xs = [1; 7]", line, "xs[0]")
    }),
    ("one function: loops", |lines| {
        let line = |n| format!("for i in 0..x {{ x += i * {n} }}");
        function(lines, "var x = 1", line, "x")
    }),
    ("one function: branches that return", |lines| {
        let line = |n| format!("if x > {n} {{ return x }}");
        function(lines, "var x = 1", line, "x")
    }),
    ("one function: texts", |lines| {
        function(
            lines,
            "var s = \"\"",
            |n| format!("s = s + \"{n}\""),
            "s.len()",
        )
    }),
    ("one function: closures", |lines| {
        let line = |n| format!("x += xs.map(|y| y + {n}).sum()");
        function(lines, "var x = 1\nlet xs = [1, 2]", line, "x")
    }),
    ("the top level: calls", |lines| {
        let lines = (0..lines).map(|n| format!("xs.push({n})\n"));
        format!(
            "var xs = [1]\n{}fn f() -> i64 = 1\n",
            lines.collect::<String>()
        )
    }),
    ("functions of five lines", |lines| {
        let mut text = String::new();
        for n in 0..lines / 5 {
            let next = if n + 1 < lines / 5 {
                format!("f{}(x)", n + 1)
            } else {
                "x".to_owned()
            };
            writeln!(
                text,
                "fn f{n}(a: i64) -> i64 {{\nlet x = a * 3\nif x > {n} {{ return a }}\n{next}\n}}"
            )
            .expect("a String takes all");
        }
        format!("{text}fn f() -> i64 = f0(1)\n")
    }),
    ("generic code for as many types / 10", |lines| {
        let types: String = (0..lines / 10)
            .map(|n| format!("struct S{n} {{ a: i64 }}\n"))
            .collect();
        let line = |n| format!("x += [S{n}(x)].map(|s| s.a).len()");
        types + &function(lines / 10, "var x = 1", line, "x")
    }),
    ("a struct of as many fields", |lines| {
        let fields: String = (0..lines).map(|n| format!("a{n}: i64 = {n}\n")).collect();
        format!("struct S {{\n{fields}}}\nfn f() -> i64 {{\nvar s = S()\ns.a3 = 7\ns.a3 }}\n")
    }),
];

fn function(lines: usize, start: &str, line: impl Fn(usize) -> String, end: &str) -> String {
    let lines: String = (0..lines).map(|n| line(n) + "\n").collect();
    format!("fn f() -> i64 {{\n{start}\n{lines}{end} }}\n")
}

pub fn run(args: &[String]) -> Result<(), String> {
    let mut sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let heads: String = sizes
        .iter()
        .map(|size| format!(" {size} lines |"))
        .collect();
    println!("| ms |{heads} for ten times as much | within the limits |");
    println!("|---|{}---|---|", "---|".repeat(sizes.len()));
    let without = Config {
        compile_limit: None,
        optimise_limit: None,
        ..Config::default()
    };
    for (name, generate) in SHAPES {
        let mut row = format!("| {name} |");
        let mut times = Vec::new();
        for size in &sizes {
            let (time, _) = load(&without, &generate(*size)).map_err(|error| error.to_string())?;
            write!(row, " {time:.0} |").map_err(|error| error.to_string())?;
            times.push((*size as f64, time));
        }
        let largest = sizes
            .last()
            .map_or_else(String::new, |size| generate(*size));
        let limits = Config::default();
        let (time, is_loaded) = load(&limits, &largest).map_err(|error| error.to_string())?;
        let became = if is_loaded { "loaded" } else { "refused" };
        println!("{row} {} | {time:.0}, {became} |", growth(&times));
    }
    Ok(())
}

/// How long it took, and whether it was accepted.
fn load(config: &Config, text: &str) -> Result<(f64, bool), Error> {
    let mut engine = Engine::new(config.clone())?;
    engine.on_print(|_| {});
    let start = own_time();
    let loaded = engine.load("compile.sumi", text);
    let asked = loaded.and_then(|script| script.function::<fn() -> i64>("f"));
    let time = (own_time() - start) * 1e3;
    match asked {
        Ok(_) => Ok((time, true)),
        Err(Error::Rejected { .. }) => Ok((time, false)),
        Err(other) => Err(other),
    }
}
