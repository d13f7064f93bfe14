//! `examples`: each script runs, compiled, and prints what `tests/examples/NAME.stdout` says; worksheets state their own values.

use std::path::{Path, PathBuf};

use jit::{Config, Sheet};

use crate::child::{self, Executor};
use crate::{blessing, read, root, same_text};

pub fn test(path: &Path) -> Result<(), String> {
    let source = read(path)?;
    if source.contains("//=>") {
        return worksheet(path, &source);
    }
    let printed = printed(path, Executor::Optimized)?;
    let stdout = golden(path).with_extension("stdout");
    if blessing() {
        return std::fs::write(&stdout, &printed).map_err(|e| e.to_string());
    }
    same_text("output", &read(&stdout)?, &printed)
}

/// The script of a host prints the same.
pub fn hosted(path: &Path) -> Result<(), String> {
    let as_program = printed(path, Executor::Optimized)?;
    same_text("output", &as_program, &printed(path, Executor::Hosted)?)
}

fn golden(path: &Path) -> PathBuf {
    let name = path.file_stem().unwrap_or_default();
    root().join("tests/examples").join(name)
}

fn printed(path: &Path, executor: Executor) -> Result<String, String> {
    let golden = golden(path);
    let input = read(&golden.with_extension("stdin")).unwrap_or_default();
    let outcome = child::run_with(executor, path, &input, &args(&golden))?;
    match outcome.status {
        Some(0) => Ok(outcome.stdout),
        other => Err(format!("exit status {other:?}\n{}", outcome.stderr)),
    }
}

/// What the example is started with: `tests/examples/NAME.args`, a line each.
pub fn args(golden: &Path) -> Vec<String> {
    read(&golden.with_extension("args"))
        .unwrap_or_default()
        .lines()
        .map(str::to_string)
        .collect()
}

fn worksheet(path: &Path, source: &str) -> Result<(), String> {
    let config = Config {
        capture: true,
        ..Config::trusted()
    };
    let report = Sheet::run(config, &path.display().to_string(), source);
    let report = report.map_err(|e| e.to_string())?;
    if let Some(error) = report.mistakes() {
        return Err(error.to_string());
    }
    let mut checked = 0;
    for cell in &report.cells {
        if let Some(error) = &cell.error {
            return Err(error.rendered.clone());
        }
        if let Some(stated) = &cell.expectation {
            checked += 1;
            if !stated.holds() {
                return Err(format!(
                    "expected {}, got {}",
                    stated.expected, stated.actual
                ));
            }
        }
    }
    let stated = source.matches("//=>").count();
    // One in the introduction of a file is text, not a statement.
    if checked == 0 || checked + 1 < stated {
        Err(format!("only {checked} of {stated} values were checked"))
    } else {
        Ok(())
    }
}
