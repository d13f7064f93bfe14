//! Small host programs, a file each: what a Rust program does with an engine, by the public API alone. Each is a test of its own.
//! With `SUMI_EMBED=NAME` the binary is that one program; with `SUMI_VALGRIND` set each test is that program under Valgrind.

mod arrays;
mod calls;
mod children;
mod derived;
mod failures;
mod fuel;
mod globals;
mod interrupt;
mod limits;
mod mismatch;
mod modules;
mod objects;
mod outliving;
mod reentrant;
mod replacement;
mod rollback;
mod shared_struct;
mod sinks;
mod texts;
mod two_engines;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

type Outcome = Result<(), Box<dyn std::error::Error>>;

type Program = fn() -> Outcome;

const PROGRAMS: &[(&str, Program)] = &[
    ("arrays", arrays::run),
    ("calls", calls::run),
    ("children", children::run),
    ("derived", derived::run),
    ("failures", failures::run),
    ("fuel", fuel::run),
    ("globals", globals::run),
    ("interrupt", interrupt::run),
    ("limits", limits::run),
    ("mismatch", mismatch::run),
    ("modules", modules::run),
    ("objects", objects::run),
    ("outliving", outliving::run),
    ("reentrant", reentrant::run),
    ("replacement", replacement::run),
    ("rollback", rollback::run),
    ("shared_struct", shared_struct::run),
    ("sinks", sinks::run),
    ("texts", texts::run),
    ("two_engines", two_engines::run),
];

fn main() -> ExitCode {
    if let Some(asked) = std::env::var_os("SUMI_EMBED") {
        let found = PROGRAMS.iter().find(|(name, _)| asked == *name);
        return match found.map(|(_, run)| run()) {
            Some(Ok(())) => ExitCode::SUCCESS,
            Some(Err(error)) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
            None => {
                eprintln!("there is no program {}", asked.display());
                ExitCode::FAILURE
            }
        };
    }
    let valgrind = std::env::var_os("SUMI_VALGRIND").is_some();
    let trial = |&(name, run): &(&'static str, Program)| {
        Trial::test(format!("tests/embed/{name}"), move || {
            let outcome = if valgrind {
                under_valgrind(name)
            } else {
                run()
            };
            outcome.map_err(|error| error.to_string().into())
        })
    };
    let trials = PROGRAMS.iter().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Generated code replaces generated code in memory that belongs to a file, hence `--smc-check=all`.
fn under_valgrind(name: &str) -> Outcome {
    let known = concat!(env!("CARGO_MANIFEST_DIR"), "/embed/valgrind.supp");
    let output = Command::new("valgrind")
        .args(["--quiet", "--smc-check=all", "--error-exitcode=9"])
        .arg(format!("--suppressions={known}"))
        .arg(std::env::current_exe()?)
        .env("SUMI_EMBED", name)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into())
}

/// The message of a run that failed.
fn failed<T>(result: Result<T, jit::Error>) -> Result<jit::RuntimeError, String> {
    match result {
        Err(jit::Error::Runtime(error)) => Ok(error),
        Err(other) => Err(format!("another error than one of the run: {other}")),
        Ok(_) => Err("it did not fail".to_owned()),
    }
}
