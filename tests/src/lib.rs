//! The runner: trees of files, each file a test of its own, each run in a child process so that a crash costs one test.

pub mod bench;
pub mod book;
pub mod call_cost;
pub mod child;
pub mod compile_cost;
pub mod embed_bench;
pub mod errors;
pub mod examples;
pub mod explain;
pub mod fuel;
pub mod fuzz;
pub mod instructions;
mod kept;
pub mod latency;
pub mod library;
pub mod limit_cost;
mod outside;
pub mod programs;
pub mod release;
pub mod reload_latency;
pub mod run;
pub mod scale;
pub mod screen_latency;
pub mod sheets;
pub mod stages;
pub mod stop_latency;
pub mod tidy;
pub mod window;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// Files below `folder` with this extension, in order.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `tests/run/arrays/push` for a file of that name: what the test is called.
pub fn name_of(path: &Path) -> String {
    let root = root();
    path.strip_prefix(&root)
        .unwrap_or(path)
        .with_extension("")
        .display()
        .to_string()
}

pub fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Whether this run may rewrite what the tests expect.
pub fn blessing() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

/// Nothing if equal, else where they part.
pub fn same_text(what: &str, expected: &str, actual: &str) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    let (mut a, mut b) = (expected.lines(), actual.lines());
    let mut line = 1;
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x == y => line += 1,
            (None, None) => return Err(format!("{what}: only the end of the last line differs")),
            (x, y) => {
                let show = |t: Option<&str>| t.map_or("the end".to_string(), |t| format!("{t:?}"));
                return Err(format!(
                    "{what}, line {line}: expected {}, got {}\n{actual}",
                    show(x),
                    show(y)
                ));
            }
        }
    }
}
