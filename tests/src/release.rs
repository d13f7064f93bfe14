//! The stripped release binary, tried as a user would: the tour, the examples, the programs beside the repository, wrong use.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{self, Outcome};
use crate::{examples, files, name_of, programs, read, root, same_text};

pub fn run() -> Result<(), String> {
    let sumi = binary()?;
    let (mut passed, mut failures) = (0, Vec::new());
    let mut note = |name: String, result: Result<(), String>| match result {
        Ok(()) => passed += 1,
        Err(message) => failures.push(format!("{name}: {message}")),
    };
    note("links no LLVM".to_string(), links_no_llvm(&sumi));
    let is_script = |path: &PathBuf| !path.with_file_name("main.rs").exists();
    for path in files(&root().join("examples"), "sumi")
        .into_iter()
        .filter(is_script)
    {
        note(name_of(&path), example(&sumi, &path));
    }
    for (name, args, status) in [
        ("a value", &["-e", "print(1 + 2)"][..], 0),
        ("a mistake", &["-e", "print(1 + true)"], 1),
        ("wrong usage", &["--no-such-option"], 2),
        (
            "a runtime error",
            &["-e", "let xs = [1]\nprint(xs[3])"],
            101,
        ),
        ("a file that is not there", &["no_such_file.sumi"], 1),
    ] {
        note(name.to_string(), exits_with(&sumi, args, status));
    }
    for path in files(&programs::folder(), "sumi")
        .into_iter()
        .filter(|p| p.with_extension("out").exists())
    {
        if !programs::is_expected_to_fail(&path) {
            note(name_of(&path), program(&sumi, &path));
        }
    }
    println!("{passed} passed, {} failed", failures.len());
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}

/// `$SUMI`, or the release binary where cargo puts it.
pub fn binary() -> Result<PathBuf, String> {
    let path =
        std::env::var_os("SUMI").map_or_else(|| root().join("target/release/sumi"), PathBuf::from);
    if path.exists() {
        Ok(path)
    } else {
        Err(format!(
            "{} is not there: build it with `./x build`",
            path.display()
        ))
    }
}

fn links_no_llvm(sumi: &Path) -> Result<(), String> {
    let listed = Command::new("ldd")
        .arg(sumi)
        .output()
        .map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    match text
        .lines()
        .find(|l| l.contains("LLVM") || l.contains("libstdc++"))
    {
        Some(line) => Err(format!("it needs{line}")),
        None => Ok(()),
    }
}

fn example(sumi: &Path, path: &Path) -> Result<(), String> {
    let sheet = read(path)?.contains("//=>");
    let golden = root()
        .join("tests/examples")
        .join(path.file_stem().unwrap_or_default());
    let mut command = Command::new(sumi);
    command
        .args(if sheet { vec!["sheet"] } else { vec![] })
        .arg(path);
    command.args(examples::args(&golden));
    let input = read(&golden.with_extension("stdin")).unwrap_or_default();
    let outcome = expect(command, path, &input, 0)?;
    if sheet {
        Ok(())
    } else {
        same_text(
            "output",
            &read(&golden.with_extension("stdout"))?,
            &outcome.stdout,
        )
    }
}

fn program(sumi: &Path, path: &Path) -> Result<(), String> {
    let mut command = Command::new(sumi);
    command.arg(path);
    let input = read(&path.with_extension("in")).unwrap_or_default();
    let outcome = expect(command, path, &input, 0)?;
    same_text(
        "output",
        &read(&path.with_extension("out"))?,
        &outcome.stdout,
    )
}

fn exits_with(sumi: &Path, args: &[&str], status: i32) -> Result<(), String> {
    let mut command = Command::new(sumi);
    command.args(args);
    expect(command, &root().join("examples/tour.sumi"), "", status).map(drop)
}

fn expect(command: Command, path: &Path, input: &str, status: i32) -> Result<Outcome, String> {
    let outcome = child::finish(command, path, input)?;
    if outcome.status == Some(status) {
        return Ok(outcome);
    }
    Err(format!(
        "exit status {:?} instead of {status}\n{}",
        outcome.status, outcome.stderr
    ))
}
