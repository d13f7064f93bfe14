//! `tests/fuzz/corpus`: what once made a target of cargo-fuzz fail, and a few seeds. Each goes through its target again.

use std::path::Path;

use crate::root;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// Every file of the corpus through the target whose folder it is in.
pub fn replayed() -> Result<(), String> {
    let folder = root().join("tests/fuzz/corpus");
    let mut failed = Vec::new();
    for (name, target) in [
        ("parse", targets::parse as fn(&[u8])),
        ("check", targets::check),
        ("program", targets::program),
    ] {
        for path in entries(&folder.join(name))? {
            let bytes = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            if std::panic::catch_unwind(|| target(&bytes)).is_err() {
                failed.push(format!("{name}: {}", path.display()));
            }
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(failed.join("\n")),
    }
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut found: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    Ok(found)
}
