//! The developers' tool: `cargo dev bench [--write]`, `cargo dev release`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.first().map(String::as_str) {
        Some("bench") => tests::bench::run(args.iter().any(|a| a == "--write")),
        Some("release") => tests::release::run(),
        _ => Err("usage: cargo dev bench [--write] | release".to_string()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
