//! `tests/explain`: `name.sumi` with `name.txt`, what `sumi explain` says of it for a processor that all have. Of every other program it says
//! something, whatever that is.

use std::path::Path;

use crate::{blessing, child, read, same_text};

pub fn test(path: &Path) -> Result<(), String> {
    let said = said(path)?;
    let golden = path.with_extension("txt");
    if blessing() {
        return std::fs::write(&golden, &said).map_err(|e| e.to_string());
    }
    same_text("what is explained", &read(&golden)?, &said)
}

/// The last line is there, which counts.
pub fn ends(path: &Path) -> Result<(), String> {
    let said = said(path)?;
    let last = said.lines().last().unwrap_or_default();
    match last.starts_with("innermost loops: ") {
        true => Ok(()),
        false => Err(format!("it ends with {last:?}")),
    }
}

/// What is said of a file.
pub(crate) fn said(path: &Path) -> Result<String, String> {
    let outcome = child::run_explain(path)?;
    match outcome.status {
        Some(0) => Ok(outcome.stdout),
        _ => Err(format!("{}\n{}", outcome.ending, outcome.stderr)),
    }
}
