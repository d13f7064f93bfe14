//! Small host programs, a file each: what a Rust program does with an engine, by the public API alone. Each is a test of its own.
//! With `SUMI_EMBED=NAME` the binary is that one program: so it can be run under Valgrind.

mod arrays;
mod calls;
mod failures;
mod globals;
mod interrupt;
mod limits;
mod mismatch;
mod replacement;
mod shared_struct;
mod texts;
mod two_engines;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

type Outcome = Result<(), Box<dyn std::error::Error>>;

type Program = fn() -> Outcome;

const PROGRAMS: &[(&str, Program)] = &[
    ("arrays", arrays::run),
    ("calls", calls::run),
    ("failures", failures::run),
    ("globals", globals::run),
    ("interrupt", interrupt::run),
    ("limits", limits::run),
    ("mismatch", mismatch::run),
    ("replacement", replacement::run),
    ("shared_struct", shared_struct::run),
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
    let trial = |(name, run): &(&str, fn() -> Outcome)| {
        let run = *run;
        Trial::test(format!("tests/embed/{name}"), move || {
            run().map_err(|error| error.to_string().into())
        })
    };
    let trials = PROGRAMS.iter().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The message of a run that failed.
fn failed<T>(result: Result<T, jit::Error>) -> Result<jit::RuntimeError, String> {
    match result {
        Err(jit::Error::Runtime(error)) => Ok(error),
        Err(other) => Err(format!("another error than one of the run: {other}")),
        Ok(_) => Err("it did not fail".to_owned()),
    }
}
