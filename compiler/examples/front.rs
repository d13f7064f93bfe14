//! How long each stage of the front end takes: for the library, and for a program of many lines that is made up here.
//! `cargo run --release -p compiler --example front [LINES]`

use std::hint::black_box;
use std::time::{Duration, Instant};

use compiler::check;
use compiler::env::{DefId, Env, ModuleId};
use compiler::hir::Imports;
use compiler::mir::{self, Elaborated};
use compiler::own;
use syntax::{Diagnostics, FileId, SourceFile};

/// About twenty lines with a bit of everything; `#` is a number.
const PIECE: &str = include_str!("piece.sumi");

const STAGES: [&str; 6] = ["parse", "lower", "check", "build", "own", "verify"];

/// The time of each stage, in the order of [`STAGES`].
type Times = [Duration; 6];

fn main() {
    let lines = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let lines: usize = lines.unwrap_or(10_000);
    let rounds = 10;
    let mut best = [Duration::MAX; 6];
    let mut whole = Duration::MAX;
    for _ in 0..rounds {
        let (_, times, total) = library();
        keep_best(&mut best, &times);
        whole = whole.min(total);
    }
    let library_lines: usize = stdlib::lang::PRELUDE
        .iter()
        .map(|(_, text)| text.lines().count())
        .sum();
    report("library", library_lines, &best);
    println!("library through `compile`: {:.2} ms", millis(whole));

    let env = library().0;
    let program: String = (0..lines / PIECE.lines().count())
        .map(|number| PIECE.replace('#', &number.to_string()))
        .collect();
    let mut best = [Duration::MAX; 6];
    for _ in 0..rounds {
        let mut env = env.clone();
        let module = env.fresh_module("main");
        let (_, times) = stages(&env, module, &program, 2);
        keep_best(&mut best, &times);
    }
    report("program", program.lines().count(), &best);
    println!("{} bytes", program.len());
}

/// The environment after the library, the times of its stages, and the time of `compile` for all of it.
fn library() -> (Env, Times, Duration) {
    let mut env = Env::new();
    let mut sum = Times::default();
    for (file, (_, text)) in stdlib::lang::PRELUDE.iter().enumerate() {
        let (_, times) = stages(&env, ModuleId::PRELUDE, text, file as u32);
        for (total, time) in sum.iter_mut().zip(times) {
            *total += time;
        }
        env = whole(&env, text, file as u32);
    }
    let begin = Instant::now();
    let mut again = Env::new();
    for (file, (_, text)) in stdlib::lang::PRELUDE.iter().enumerate() {
        again = whole(&again, text, file as u32);
    }
    black_box(again);
    (env, sum, begin.elapsed())
}

fn whole(env: &Env, text: &str, file: u32) -> Env {
    let source = SourceFile::new(FileId(file), "library", text);
    let compiled = compiler::compile(env, &source, ModuleId::PRELUDE, &Imports::default());
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    compiled.env
}

fn stages(env: &Env, module: ModuleId, text: &str, file: u32) -> (Vec<Elaborated>, Times) {
    let mut env = env.clone();
    let mut diagnostics = Diagnostics::new();
    let mut times = Times::default();
    let mut stage = 0;
    let mut begin = Instant::now();
    let mut lap = || {
        times[stage] = begin.elapsed();
        stage += 1;
        begin = Instant::now();
    };
    let source = SourceFile::new(FileId(file), "source", text);
    let parsed = syntax::parse(&source);
    lap();
    let imports = Imports::default();
    let unit = compiler::Source {
        tree: &parsed.module,
        module,
        imports: &imports,
        texts: &source,
    };
    let lowered = compiler::lower(&mut env, unit, &mut diagnostics);
    lap();
    let typed = check::check(&mut env, lowered, &mut diagnostics);
    lap();
    assert!(!parsed.diagnostics.has_errors(), "{:?}", parsed.diagnostics);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let cells: Vec<DefId> = typed.cells.iter().map(|_| env.fresh_def()).collect();
    let functions = typed.functions.iter();
    let functions = functions.flat_map(|found| mir::build(&env, &found.typed, found.def));
    let cells = typed.cells.iter().zip(cells);
    let cells =
        cells.flat_map(|(cell, def)| mir::build_cell(&env, &cell.typed, def, "cell", cell.value));
    let built = functions.chain(cells).collect();
    lap();
    let bodies = own::elaborate(built, &env, &mut diagnostics);
    lap();
    let needs = own::Needs::new(&env);
    for body in &bodies {
        mir::verify(&env, body, &|ty| needs.drop(ty));
    }
    lap();
    (bodies, times)
}

fn keep_best(best: &mut Times, times: &Times) {
    for (best, time) in best.iter_mut().zip(times) {
        *best = (*best).min(*time);
    }
}

fn report(what: &str, lines: usize, times: &Times) {
    println!("{what}: {lines} lines");
    for (name, time) in STAGES.iter().zip(times) {
        let speed = lines as f64 / time.as_secs_f64();
        println!("  {name:7} {:8.2} ms {speed:12.0} lines/s", millis(*time));
    }
    let total: Duration = times.iter().sum();
    let speed = lines as f64 / total.as_secs_f64();
    println!(
        "  {:7} {:8.2} ms {speed:12.0} lines/s",
        "all",
        millis(total)
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
