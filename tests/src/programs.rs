//! The programs in a folder `shared/programs` beside the repository, where there is one. `NAME.out`: exits 0 with that output.
//! `NAME.err`: `check` exits 1 and mentions line and words. `NAME.rt`: exits 101, with output and words.

use std::path::{Path, PathBuf};

use crate::child::{self, Executor, Outcome};
use crate::{read, root, same_text};

/// What still needs a later part of the language. A program that begins to pass must leave this list.
const EXPECTED_TO_FAIL: &[&str] = &[];

pub fn folder() -> PathBuf {
    root().join("../shared/programs")
}

pub fn test(path: &Path) -> Result<(), String> {
    match (is_expected_to_fail(path), judge(path, &Executor::ALL)) {
        (false, result) => result,
        (true, Err(_)) => Ok(()),
        (true, Ok(())) => {
            Err("it passes now: take it off the list of programs expected to fail".to_string())
        }
    }
}

pub fn is_expected_to_fail(path: &Path) -> bool {
    path.file_stem()
        .is_some_and(|name| EXPECTED_TO_FAIL.contains(&name.to_string_lossy().as_ref()))
}

/// Whether it is a program of its own, not a module that another one imports.
pub fn is_program(path: &Path) -> bool {
    ["out", "err", "rt"]
        .iter()
        .any(|e| path.with_extension(e).exists())
}

/// As the script of a host.
pub fn hosted(path: &Path) -> Result<(), String> {
    judge(path, &[Executor::Hosted])
}

fn judge(path: &Path, executors: &[Executor]) -> Result<(), String> {
    let input = read(&path.with_extension("in")).unwrap_or_default();
    if let Ok(expected) = read(&path.with_extension("out")) {
        for executor in executors.iter().copied() {
            let outcome = child::run(executor, path, &input)?;
            expect_status(&outcome, 0).map_err(|e| format!("{executor}: {e}"))?;
            same_text(&format!("{executor}: output"), &expected, &outcome.stdout)?;
        }
        return Ok(());
    }
    if let Ok(expected) = read(&path.with_extension("err")) {
        let outcome = match executors {
            [Executor::Hosted] => child::run(Executor::Hosted, path, &input)?,
            _ => child::run_check(path)?,
        };
        expect_status(&outcome, 1)?;
        return mentions(&expected, &outcome.stderr);
    }
    let text = read(&path.with_extension("rt"))?;
    let (header, stdout) = text.split_once("--- stdout\n").unwrap_or((&text, ""));
    for executor in executors.iter().copied() {
        let outcome = child::run(executor, path, &input)?;
        expect_status(&outcome, 101).map_err(|e| format!("{executor}: {e}"))?;
        same_text(&format!("{executor}: output"), stdout, &outcome.stdout)?;
        mentions(header, &outcome.stderr).map_err(|e| format!("{executor}: {e}"))?;
    }
    Ok(())
}

fn expect_status(outcome: &Outcome, wanted: i32) -> Result<(), String> {
    if outcome.status == Some(wanted) {
        return Ok(());
    }
    Err(format!(
        "exit status {:?} instead of {wanted}\n{}",
        outcome.status, outcome.stderr
    ))
}

/// `line: N` and `mentions: a, b|c` of the header, each found in the message.
fn mentions(header: &str, message: &str) -> Result<(), String> {
    let lower = message.to_lowercase();
    for line in header.lines() {
        if let Some(number) = line.strip_prefix("line:") {
            let number = number.trim();
            let numbers = message.split(|c: char| !c.is_ascii_digit());
            if !numbers.into_iter().any(|n| n == number) {
                return Err(format!("line {number} is not mentioned:\n{message}"));
            }
        } else if let Some(words) = line.strip_prefix("mentions:") {
            for word in words.split(',') {
                if !word
                    .split('|')
                    .any(|w| lower.contains(&w.trim().to_lowercase()))
                {
                    return Err(format!("{word:?} is not mentioned:\n{message}"));
                }
            }
        }
    }
    Ok(())
}
