//! What the text of the project promises about itself: who may name whom.

use std::path::Path;

use crate::{files, read, root};

/// Folder of sources, and crates that they must not name.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "compiler/syntax/src",
        &[
            "compiler", "codegen", "jit", "stdlib", "inkwell", "llvm_sys",
        ],
    ),
    (
        // Its tests read the library: Cargo keeps `stdlib` from the rest.
        "compiler/src",
        &["codegen", "jit", "inkwell", "llvm_sys", "libloading"],
    ),
    ("compiler/codegen/src", &["jit", "repl", "libloading"]),
    (
        "stdlib",
        &[
            "compiler", "codegen", "jit", "syntax", "llvm_sys", "inkwell",
        ],
    ),
    (
        "jit/capi/src",
        &["compiler", "codegen", "syntax", "llvm_sys", "inkwell"],
    ),
    (
        "repl/src",
        &[
            "compiler", "codegen", "syntax", "stdlib", "llvm_sys", "inkwell",
        ],
    ),
];

/// Inside `compiler`, a layer uses only those before it.
const LAYERS: &[&str] = &["types", "hir", "check", "mir", "own"];

pub fn dependency_directions() -> Result<(), String> {
    let mut problems = Vec::new();
    for (folder, crates) in FORBIDDEN {
        for file in files(&root().join(folder), "rs") {
            for (number, line) in read(&file)?.lines().enumerate() {
                for name in *crates {
                    if names_crate(line, name) {
                        problems.push(format!("{}:{}: names `{name}`", file.display(), number + 1));
                    }
                }
            }
        }
    }
    report(problems)
}

/// llvm-sys is named in `jit/src/orc` and `compiler/codegen` only.
pub fn llvm_stays_where_it_belongs() -> Result<(), String> {
    let mut problems = Vec::new();
    for file in files(&root().join("jit/src"), "rs") {
        if file.components().any(|part| part.as_os_str() == "orc") {
            continue;
        }
        for (number, line) in read(&file)?.lines().enumerate() {
            if names_crate(line, "llvm_sys") || names_crate(line, "inkwell") {
                problems.push(format!("{}:{}: names LLVM", file.display(), number + 1));
            }
        }
    }
    report(problems)
}

/// `compiler` and `syntax` are pure: no `unsafe`, files, clock or environment.
pub fn the_compiler_is_pure() -> Result<(), String> {
    let mut problems = Vec::new();
    for folder in ["compiler/src", "compiler/syntax/src"] {
        for file in files(&root().join(folder), "rs") {
            for (number, line) in read(&file)?.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in [
                    "unsafe ",
                    "std::fs",
                    "std::env::",
                    "std::time",
                    "std::io",
                    "println!",
                ] {
                    if code.contains(word) {
                        problems.push(format!("{}:{}: uses `{word}`", file.display(), number + 1));
                    }
                }
            }
        }
    }
    report(problems)
}

/// A layer of the compiler names no layer after it.
pub fn layers_of_the_compiler() -> Result<(), String> {
    let mut problems = Vec::new();
    for (index, layer) in LAYERS.iter().enumerate() {
        let folder = root().join("compiler/src").join(layer);
        for file in files(&folder, "rs") {
            for (number, line) in read(&file)?.lines().enumerate() {
                for later in LAYERS.iter().skip(index + 1) {
                    if line
                        .trim_start()
                        .starts_with(&format!("use crate::{later}::"))
                        && !is_test(&file)
                    {
                        problems.push(format!(
                            "{}:{}: `{layer}` uses `{later}`",
                            file.display(),
                            number + 1
                        ));
                    }
                }
            }
        }
    }
    report(problems)
}

/// Every code of a diagnostic stands in the table of codes; every code there is used, has a golden test in `tests/errors` and a
/// sample in the book.
pub fn every_code_has_a_page() -> Result<(), String> {
    let known = jit::DIAGNOSTIC_CODES;
    let mut problems = Vec::new();
    let mut used = String::new();
    for folder in ["compiler", "jit/src"] {
        for file in files(&root().join(folder), "rs") {
            let text = read(&file)?;
            if !is_test(&file) && !file.ends_with("diagnostic.rs") {
                for code in codes_in(&text) {
                    if !known.iter().any(|known| known.name == code) {
                        problems.push(format!("{}: `{code}` is not in the table", file.display()));
                    }
                }
                used += &text;
            }
        }
    }
    let page = read(&root().join("examples/book/errors.md"))?;
    let sampled = crate::book::sampled_codes(&page);
    let mut goldens = String::new();
    for (folder, extension) in [("tests/errors", "sumi"), ("tests/repl", "txt")] {
        for file in files(&root().join(folder), extension) {
            goldens += &read(&file)?;
        }
    }
    for code in known {
        let name = code.name;
        if !used.contains(&format!("\"{name}\"")) {
            problems.push(format!("`{name}` is not used"));
        }
        if !page.contains(&format!("\n## {name}\n")) {
            problems.push(format!("`{name}` has no paragraph in errors.md"));
        }
        if !sampled.iter().any(|sampled| sampled == name) {
            problems.push(format!("`{name}` has no sample in errors.md"));
        }
        if !code.needs_surroundings && !goldens.contains(&format!("[{name}]: ")) {
            problems.push(format!("`{name}` has no golden test in tests/errors"));
        }
    }
    report(problems)
}

/// The codes that a source makes diagnostics with.
fn codes_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for maker in ["Diagnostic::error(", "Diagnostic::warning("] {
        for (at, _) in text.match_indices(maker) {
            let rest = text[at + maker.len()..].trim_start();
            if let Some((code, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
                found.push(code.to_string());
            }
        }
    }
    found
}

fn is_test(file: &Path) -> bool {
    file.file_stem()
        .is_some_and(|name| name == "tests" || name.to_string_lossy().ends_with("_tests"))
}

fn names_crate(line: &str, name: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.trim_start().starts_with(&format!("use {name}::"))
        || code.match_indices(&format!("{name}::")).any(|(at, _)| {
            !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
        })
}

fn report(problems: Vec<String>) -> Result<(), String> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}
