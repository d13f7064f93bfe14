//! `cargo dev limits [ROUNDS]`: what limits cost. Kernels with none, with one of time, with one of fuel, and what was used of that: medians of so
//! many rounds in which all take turns, in time of the processor, as ratios to the first. Then how long after its limit of time an endless call has ended.

use std::time::{Duration, Instant};

use sumi::{Config, Engine, Function};

use crate::{read, root};

const ROUNDS: usize = 15;
const STOPS: usize = 200;
const LIMIT: Duration = Duration::from_millis(10);

/// A name, the functions, and what `kernel` does.
type Kernel = (&'static str, Text, &'static str);

enum Text {
    /// Of `tests/bench/kernels`, up to the line that begins so, where its program begins.
    File(&'static str, &'static str),
    Here(&'static str),
}

const KERNELS: &[Kernel] = &[
    (
        "nbody",
        Text::File("nbody", "simulate("),
        "simulate(200000)\n 0",
    ),
    ("mandelbrot", Text::File("mandelbrot", "print("), "f64(total(400))"),
    ("sieve", Text::File("sieve", "var sum"), "f64(count(3000000))"),
    (
        "matmul",
        Text::File("matmul", "let n"),
        "multiply(matrix(400, 3), matrix(400, 7), 400)[401]",
    ),
    (
        "sum of squares",
        Text::Here(
            "var xs: [f32] = [1.5; 100000]
             fn squares(xs: [i64]) -> i64 { var t = 0\n for x in xs { t += x * x }\n t }
             var ns = [3; 100000]",
        ),
        "var t = 0\n for _ in 0..400 { t = t ^ squares(ns) }\n f64(t)",
    ),
    (
        "a * x + y, in place",
        Text::Here(
            "var xs: [f32] = [1.5; 100000]
             var ys: [f32] = [0.5; 100000]
             fn add(mut ys: [f32], xs: [f32], a: f32) { for i in 0..ys.len() { ys[i] += a * xs[i] } }",
        ),
        "for _ in 0..400 { add(mut ys, xs, 0.25) }\n f64(ys[7])",
    ),
    (
        "while, indices",
        Text::Here(
            "var ns = [3; 100000]
             fn total(ns: [i64]) -> i64 { var t = 0\n var i = 0\n while i < ns.len() { t += ns[i]; i += 1 }\n t }",
        ),
        "var t = 0\n for _ in 0..400 { t = t ^ total(ns) }\n f64(t)",
    ),
    (
        "find",
        Text::Here(
            "var ns = [3; 100000]
             fn find(ns: [i64], x: i64) -> i64 { for (i, n) in ns.enumerate() { if n == x { return i } }\n -1 }",
        ),
        "var t = 0\n for i in 0..200 { t += find(ns, i + 4) }\n f64(t)",
    ),
    (
        "collatz",
        Text::Here(
            "fn steps(n: i64) -> i64 { var m = n\n var t = 0\n while m != 1 { m = if m % 2 == 0 { m / 2 } else { 3 * m + 1 }\n t += 1 }\n t }",
        ),
        "var t = 0\n for n in 1..60000 { t += steps(n) }\n f64(t)",
    ),
    (
        "fib",
        Text::Here("fn fib(n: i64) -> i64 = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }"),
        "f64(fib(31))",
    ),
    (
        "methods of vectors",
        Text::Here(
            "struct V { x: f64, y: f64 }
             fn +(a: V, b: V) -> V = V(a.x + b.x, a.y + b.y)
             fn *(a: V, k: f64) -> V = V(a.x * k, a.y * k)
             impl V { fn length(self) -> f64 = sqrt(self.x * self.x + self.y * self.y) }",
        ),
        "var at = V(0, 1)\n for i in 0..2000000 { at = at * 0.999 + V(f64(i % 3), 0.5)\n if at.length() > 1000000 { at = V(0, 0) } }\n at.x",
    ),
    (
        "closures",
        Text::Here("var ns = [3; 100000]"),
        "var t = 0\n for _ in 0..40 { t += ns.map(|n| n * 2).filter(|n| n > 5).fold(0, |a, b| a + b) }\n f64(t)",
    ),
    (
        "text",
        Text::Here(""),
        "var t = 0\n for _ in 0..20 { var s = \"\"\n for i in 0..10000 { s += \"{i}, \" }\n t += s.len() }\n f64(t)",
    ),
    (
        "map",
        Text::Here("var m: [i64: i64] = [:]"),
        "for i in 0..400000 { m[i * 7 % 1000, default: 0] += 1 }\n f64(m[7])",
    ),
    (
        "tree",
        Text::Here(
            "enum Tree { Leaf, Node(left: Tree, right: Tree) }
             fn grow(n: i64) -> Tree = if n == 0 { Leaf } else { Node(grow(n - 1), grow(n - 1)) }
             fn count(t: Tree) -> i64 = match t { Leaf => 1, Node(l, r) => count(l) + count(r) }",
        ),
        "f64(count(grow(17)))",
    ),
];

/// Loops that never end, and what they are.
const ENDLESS: &[(&str, &str)] = &[
    ("empty loop", "while true {}\n 1"),
    (
        "vector loop",
        "while true { for i in 0..ns.len() { ns[i] += i } }\n ns[1]",
    ),
    ("recursion", "fib(90)"),
    (
        "allocation",
        "var t = 0\n while true { let xs = [t; 10]\n t += xs.len() }\n t",
    ),
    ("text", "var t = 0\n while true { t += \"{t}\".len() }\n t"),
    (
        "large copies",
        "while true { let before = ns\n ns[0] += 1\n ns[1] += before[0] }\n ns[1]",
    ),
    ("engine within", "within()"),
];

const AROUND: &str = "
extern host { fn within() -> i64 }
var ns = [1; 100000]
fn fib(n: i64) -> i64 = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
";

pub fn run(args: &[String]) -> Result<(), String> {
    let rounds = args.first().and_then(|arg| arg.parse().ok());
    costs(rounds.unwrap_or(ROUNDS)).map_err(|error| error.to_string())?;
    stops().map_err(|error| error.to_string())
}

struct Measured {
    function: Function<fn() -> f64>,
    engine: Engine,
    times: Vec<f64>,
}

fn configs() -> [Config; 3] {
    let time = Config {
        call_limit: Some(Duration::from_secs(100)),
        ..Config::default()
    };
    let fuel = Config {
        fuel: Some(FUEL),
        ..Config::default()
    };
    [Config::default(), time, fuel]
}

const FUEL: u64 = 1 << 60;

fn costs(rounds: usize) -> Result<(), sumi::Error> {
    println!("| kernel | ms | time limit | fuel | fuel used |\n|---|---|---|---|---|");
    let mut logs = [0.0; 2];
    for (name, text, body) in KERNELS {
        let text = match text {
            Text::Here(text) => (*text).to_owned(),
            Text::File(file, end) => functions(file, end),
        };
        let text = format!("{text}\nfn kernel() -> f64 {{ {body} }}\n");
        let mut all = Vec::new();
        for config in configs() {
            let mut engine = Engine::new(config)?;
            engine.on_print(|_| {});
            let function = engine.load(name, &text)?.function("kernel")?;
            all.push(Measured {
                function,
                engine,
                times: Vec::new(),
            });
        }
        let mut results = Vec::new();
        for _ in 0..=rounds {
            for each in &mut all {
                let start = own_time();
                results.push(each.function.call()?);
                each.times.push((own_time() - start) * 1e3);
            }
        }
        let first = &results[..3];
        assert!(first.iter().all(|result| result == &first[0]), "{first:?}");
        let used = all[2].engine.fuel_left().map(|left| FUEL - left);
        let [plain, time, fuel] = medians(&mut all);
        for (log, with) in logs.iter_mut().zip([time, fuel]) {
            *log += (with / plain).ln();
        }
        println!(
            "| {name} | {plain:.2} | {:.3} | {:.3} | {} |",
            time / plain,
            fuel / plain,
            used.unwrap_or(0)
        );
    }
    let [time, fuel] = logs.map(|log| (log / KERNELS.len() as f64).exp());
    println!("| geometric mean | | {time:.3} | {fuel:.3} | |\n");
    Ok(())
}

/// The time that this thread has had of a processor, in seconds: what others do at the same time is not in it.
pub(crate) fn own_time() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes to the place that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Without the first, which finds nothing in the caches.
fn medians(all: &mut [Measured]) -> [f64; 3] {
    let mut medians = [0.0; 3];
    for (median, each) in medians.iter_mut().zip(all) {
        *median = part(&mut each.times[1..], 0.5);
    }
    medians
}

fn part(times: &mut [f64], at: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * at).round() as usize]
}

/// The part of a program of `tests/bench/kernels` that only defines.
fn functions(file: &str, end: &str) -> String {
    let path = root()
        .join("tests/bench/kernels")
        .join(format!("{file}.sumi"));
    let text = read(&path).expect("a program of the benchmarks");
    let lines = text.lines().take_while(|line| !line.starts_with(end));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

fn stops() -> Result<(), sumi::Error> {
    println!("| endless | p50, ms after the limit | p99 | worst |\n|---|---|---|---|");
    let mut times = Vec::new();
    for _ in 0..STOPS {
        let start = Instant::now();
        std::thread::sleep(LIMIT);
        times.push((start.elapsed().as_secs_f64() - LIMIT.as_secs_f64()) * 1e3);
    }
    print_late("(a sleep of that length)", &mut times);
    for (name, body) in ENDLESS {
        let config = Config {
            call_limit: Some(LIMIT),
            ..Config::default()
        };
        let mut engine = Engine::new(config)?;
        let mut inner = Engine::new(Config::default())?;
        let text = "fn spin() -> i64 { while true {}\n 1 }";
        let spin = inner
            .load("within", text)?
            .function::<fn() -> i64>("spin")?;
        engine.register("within", move || -> Result<i64, sumi::Error> {
            spin.call()
        });
        let text = format!("{AROUND}\nfn endless() -> i64 {{ {body} }}\n");
        let function = engine
            .load(name, &text)?
            .function::<fn() -> i64>("endless")?;
        let mut times = Vec::new();
        for _ in 0..STOPS {
            let start = Instant::now();
            let ended = function.call();
            let late = start.elapsed().as_secs_f64() - LIMIT.as_secs_f64();
            match ended {
                Err(sumi::Error::Runtime(error)) if error.kind == "interrupt" => {}
                other => panic!("{name}: {other:?}"),
            }
            times.push(late * 1e3);
        }
        print_late(name, &mut times);
    }
    Ok(())
}

fn print_late(name: &str, times: &mut [f64]) {
    let [p50, p99, worst] = [0.5, 0.99, 1.0].map(|at| part(times, at));
    println!("| {name} | {p50:.3} | {p99:.3} | {worst:.3} |");
}
