//! The stripped release binary, tried as a user would: the tour, the examples, the programs beside the repository, wrong use.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{self, Outcome};
use crate::{examples, files, kept, name_of, programs, read, root, same_text};

pub fn run() -> Result<(), String> {
    let sumi = binary()?;
    let (mut passed, mut failures) = (0, Vec::new());
    let mut note = |name: String, result: Result<(), String>| match result {
        Ok(()) => passed += 1,
        Err(message) => failures.push(format!("{name}: {message}")),
    };
    note("links no LLVM".to_string(), links_no_llvm(&sumi));
    note("kept scripts".to_string(), kept::check(&sumi));
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
    for (name, code, status, words) in [
        (
            "a missing library",
            "print(1)\nextern \"libnowhere.so.9\" { fn f() -> i32 }",
            1,
            &["libnowhere.so.9", "`f`", "script:2"][..],
        ),
        (
            "a missing symbol",
            "print(1)\nextern \"libm.so.6\" { fn no_such_root(x: f64) -> f64 }",
            1,
            &["libm.so.6", "`no_such_root`", "script:2"],
        ),
        (
            "no such host function",
            "print(1)\nextern host { fn play(name: str) }",
            1,
            &["`play`", "script:2"],
        ),
        (
            "a stack overflow",
            "fn deep(n: i64) -> i64 { let x = deep(n + 1); print(x); x }\ndeep(0)",
            101,
            &["stack", "deep", "script:1"],
        ),
    ] {
        note(name.to_string(), says(&sumi, code, status, words));
    }
    note("earlier callers".to_string(), earlier_callers(&sumi));
    note("the embedding host".to_string(), embedding_host(&sumi));
    for path in files(&programs::folder(), "sumi")
        .into_iter()
        .filter(|p| p.with_extension("out").exists())
    {
        if !programs::is_expected_to_fail(&path) {
            note(name_of(&path), program(&sumi, &path));
        }
    }
    // The folder is below the system's own for such things.
    let _ = std::fs::remove_dir_all(cache());
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

/// Compiled, and again as it was compiled.
fn program(sumi: &Path, path: &Path) -> Result<(), String> {
    let input = read(&path.with_extension("in")).unwrap_or_default();
    let expected = read(&path.with_extension("out"))?;
    for run in ["output", "output of the second run"] {
        let mut command = Command::new(sumi);
        command.arg(path);
        let outcome = expect(command, path, &input, 0)?;
        same_text(run, &expected, &outcome.stdout)?;
    }
    Ok(())
}

/// What processes leave for each other lies here meanwhile.
fn cache() -> PathBuf {
    std::env::temp_dir().join(format!("sumi-release-{}", std::process::id()))
}

fn exits_with(sumi: &Path, args: &[&str], status: i32) -> Result<(), String> {
    let mut command = Command::new(sumi);
    command.args(args);
    expect(command, &root().join("examples/tour.sumi"), "", status).map(drop)
}

/// A script from standard input that prints nothing and whose message has these words; `script` stands for its name.
fn says(sumi: &Path, code: &str, status: i32, words: &[&str]) -> Result<(), String> {
    let mut command = Command::new(sumi);
    command.arg("-");
    let outcome = expect(command, &root().join("examples/tour.sumi"), code, status)?;
    same_text("output", "", &outcome.stdout)?;
    let missing = words.iter().map(|word| word.replace("script", "<stdin>"));
    match missing
        .into_iter()
        .find(|word| !outcome.stderr.contains(word))
    {
        Some(word) => Err(format!("`{word}` is not said:\n{}", outcome.stderr)),
        None => Ok(()),
    }
}

/// Functions of earlier lines call what a later line defines anew.
fn earlier_callers(sumi: &Path) -> Result<(), String> {
    let lines =
        "fn f(n: i64) -> i64 = n\nfn g() -> i64 = f(1) + 1\nfn f(n: i64) -> i64 = n * 100\ng()\n";
    let outcome = expect(
        Command::new(sumi),
        &root().join("examples/tour.sumi"),
        lines,
        0,
    )?;
    match outcome.stdout.lines().last() {
        Some("$4: i64 = 101") => Ok(()),
        other => Err(format!("the last line is {other:?}")),
    }
}

/// The host's functions, types and variables are found by its own table: the example is as stripped as the binary beside it.
fn embedding_host(sumi: &Path) -> Result<(), String> {
    let host = sumi.with_file_name("examples").join("embed");
    let outcome = expect(
        Command::new(&host),
        &root().join("examples/embed/main.rs"),
        "",
        0,
    )?;
    let golden = read(&root().join("tests/examples/embed.stdout"))?;
    same_text("output", &golden, &outcome.stdout)
}

fn expect(mut command: Command, path: &Path, input: &str, status: i32) -> Result<Outcome, String> {
    command.env("XDG_CACHE_HOME", cache());
    let outcome = child::finish(command, path, input)?;
    if outcome.status == Some(status) {
        return Ok(outcome);
    }
    Err(format!(
        "exit status {:?} instead of {status}\n{}",
        outcome.status, outcome.stderr
    ))
}
