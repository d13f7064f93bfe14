//! `tests/run`: `name.sumi` with `name.stdout`, and `name.stdin` if it reads. Interpreter, O0 and O3 print the same and leave
//! no live block. A program that ends in a runtime error has `name.stderr` too: lines that the message must contain.
//! One that ends itself has `name.status`.

use std::path::Path;

use crate::child::{self, Executor, Outcome};
use crate::{blessing, read, same_text};

pub fn test(path: &Path) -> Result<(), String> {
    by(&Executor::ALL, path)
}

/// What is known to be otherwise in the script of a host. Each item of it gives C an address of its own for the same function, so `==` tells
/// them apart. A program that begins to pass must leave this list.
const OTHERWISE_IN_SCRIPTS: &[&str] = &["functions_for_c"];

/// As the script of a host.
pub fn hosted(path: &Path) -> Result<(), String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_otherwise = OTHERWISE_IN_SCRIPTS.contains(&name.as_ref());
    match by(&[Executor::Hosted], path) {
        Ok(()) if is_otherwise => Err("it passes now: take it off the list".to_owned()),
        Err(_) if is_otherwise => Ok(()),
        result => result,
    }
}

fn by(executors: &[Executor], path: &Path) -> Result<(), String> {
    let input = read(&path.with_extension("stdin")).unwrap_or_default();
    let expected_error = read(&path.with_extension("stderr")).ok();
    for executor in executors.iter().copied() {
        // What only compiled code can do, calling C, is said in the first line.
        if executor == Executor::Interpreter && read(path)?.starts_with("// compiled only") {
            continue;
        }
        let outcome = child::run(executor, path, &input)?;
        judge(path, executor, &outcome, expected_error.as_deref())
            .map_err(|e| format!("{executor}: {e}"))?;
    }
    Ok(())
}

fn judge(
    path: &Path,
    executor: Executor,
    outcome: &Outcome,
    expected_error: Option<&str>,
) -> Result<(), String> {
    let stated = read(&path.with_extension("status")).ok();
    let wanted = match stated.map(|status| status.trim().parse()) {
        Some(status) => status.map_err(|_| "the status is no number")?,
        None if expected_error.is_some() => 101,
        None => 0,
    };
    if outcome.status != Some(wanted) {
        return Err(format!(
            "exit status {:?} instead of {wanted}\n{}",
            outcome.status, outcome.stderr
        ));
    }
    for line in expected_error.unwrap_or_default().lines() {
        if !outcome.stderr.contains(line) {
            return Err(format!(
                "the message does not contain {line:?}:\n{}",
                outcome.stderr
            ));
        }
    }
    let stdout = path.with_extension("stdout");
    if blessing() && executor != Executor::Hosted {
        return std::fs::write(&stdout, &outcome.stdout).map_err(|e| e.to_string());
    }
    same_text("output", &read(&stdout)?, &outcome.stdout)
}
