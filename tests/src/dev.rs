//! The developers' tool: `cargo dev bench embed [--write]`, `cargo dev bench [--write] [--compare REV] [SUITE…]`, `cargo dev book`, `cargo dev fuzz [COUNT] [SEED] [programs|mutants|edits|reloads|valgrind|show]`, `cargo dev release`,
//! `cargo dev latency [CELLS]`, `cargo dev screen-latency [CELLS]`, `cargo dev stop-latency [ROUNDS]`, `cargo dev scale [LINES…]`, `cargo dev reload [LINES [ROUNDS [ENTITIES]]]`, `cargo dev calls [ROUNDS]`,
//! `cargo dev limits [ROUNDS]`, `cargo dev compile [LINES…]`, `cargo dev instructions [--write]`, `cargo dev window`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tests::child::serve();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.first().map(String::as_str) {
        Some("bench") if args.get(1).is_some_and(|arg| arg == "embed") => {
            tests::embed_bench::run(args.iter().any(|a| a == "--write"))
        }
        Some("bench") => tests::bench::run(&args[1..]),
        Some("fuzz") => {
            let number = |at: usize, otherwise: u64| {
                args.get(at)
                    .and_then(|a| a.parse().ok())
                    .unwrap_or(otherwise)
            };
            let what = args.get(3).map(String::as_str);
            tests::fuzz::run(number(1, 200), number(2, 1000), what)
        }
        Some("book") => tests::book::write_library_page(),
        Some("latency") => tests::latency::run(&args[1..]),
        Some("screen-latency") => tests::screen_latency::run(&args[1..]),
        Some("stop-latency") => tests::stop_latency::run(&args[1..]),
        Some("reload") => tests::reload_latency::run(&args[1..]),
        Some("calls") => tests::call_cost::run(&args[1..]),
        Some("compile") => tests::compile_cost::run(&args[1..]),
        Some("instructions") => tests::instructions::run(&args[1..]),
        Some("limits") => tests::limit_cost::run(&args[1..]),
        Some("scale") => tests::scale::run(&args[1..]),
        Some("release") => tests::release::run(),
        Some("window") => tests::window::run(),
        _ => Err(
            "usage: cargo dev bench embed [--write] | bench [--write] [--compare REV] [SUITE…] | book | fuzz [COUNT] [SEED] [programs|mutants|edits|reloads|valgrind|show] | latency [CELLS] | screen-latency [CELLS] | stop-latency [ROUNDS] | release | scale [LINES…] | reload [LINES [ROUNDS [ENTITIES]]] | calls [ROUNDS] | limits [ROUNDS] | compile [LINES…] | instructions [--write] | window"
                .to_string(),
        ),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
