//! What the release binary keeps of scripts for its next process: the second run is as the first, whatever happened to the files meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::child::{self, Outcome};
use crate::outside::Folder;

const MODULE: &str = "pub fn half(n: i64) -> i64 = n / 2\n";
/// With a warning, output, and an error in the end.
const SCRIPT: &str = "import rules.{half}
fn broken(n: i64) -> i64 {
    let xs = [half(n)]
    xs[n]
}
fn main() {}
print(\"half of ten is {half(10)}\")
print(broken(7))
";

const FUNCTIONS: i64 = 400;
const ROUNDS: i64 = 30_000_000;
/// For the process that compiles all of a long script on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// Fails in a loop, after one at the top level that takes long enough to go on in better code.
fn long_script() -> String {
    let mut text = String::from(
        "fn inner(xs: [i64], n: i64) -> i64 {\n    var sum = 0\n    for i in 0..n { sum += xs[i] }\n    sum\n}\n",
    );
    text += "fn main() {}\nvar total = 0\n";
    for n in 0..FUNCTIONS {
        text += &format!(
            "fn step{n}(k: i64) -> i64 {{\n    var sum = {n}\n    for i in 0..k {{ sum += i * k }}\n    sum\n}}\ntotal += step{n}(2)\n"
        );
    }
    text += &format!(
        "for i in 0..{ROUNDS} {{ total = (total * 31 + i) % 1000003 }}\nprint(total)\nprint(inner([1, 2], 3))\n"
    );
    text
}

fn long_result() -> i64 {
    let total: i64 = (0..FUNCTIONS).map(|n| n + 2).sum();
    (0..ROUNDS).fold(total, |total, i| (total * 31 + i) % 1_000_003)
}

struct Kept<'a> {
    sumi: &'a Path,
    folder: &'a Path,
}

/// Of a script that imports a module.
pub(crate) fn check(sumi: &Path) -> Result<(), String> {
    let folder = Folder::new()?;
    let kept = Kept {
        sumi,
        folder: folder.path(),
    };
    kept.check()
}

impl Kept<'_> {
    fn check(&self) -> Result<(), String> {
        self.write("rules.sumi", MODULE)?;
        self.write("script.sumi", SCRIPT)?;
        let first = self.run("script.sumi")?;
        expect(&first, "half of ten is 5\n", "script.sumi:4")?;
        self.has(1)?;
        let again = self.run("script.sumi")?;
        same(&first, &again)?;
        // Torn, then empty, then another thing.
        let file = self.file()?;
        let whole = fs::read(&file).map_err(|e| e.to_string())?;
        let mut other = whole.clone();
        if let Some(last) = other.last_mut() {
            *last ^= 1;
        }
        for bytes in [&whole[..whole.len() / 2], &[], b"something else", &other] {
            fs::write(&file, bytes).map_err(|e| e.to_string())?;
            same(&first, &self.run("script.sumi")?)?;
        }
        same(&first, &self.run("script.sumi")?)?;
        // Another module, and the first one again.
        self.write("rules.sumi", "pub fn half(n: i64) -> i64 = n / 2 + 100\n")?;
        expect(
            &self.run("script.sumi")?,
            "half of ten is 105\n",
            "script.sumi:4",
        )?;
        self.write("rules.sumi", MODULE)?;
        same(&first, &self.run("script.sumi")?)?;
        // Several processes at once, none of which finds anything.
        self.tell(&["cache", "clear"])?;
        self.has(0)?;
        let together: Vec<_> = (0..4)
            .map(|_| self.command(&["script.sumi"]).spawn())
            .collect();
        for child in together {
            let output = child.and_then(std::process::Child::wait_with_output);
            let output = output.map_err(|e| e.to_string())?;
            if output.status.code() != Some(101) {
                return Err(format!("one of several ended with {}", output.status));
            }
        }
        self.has(1)?;
        same(&first, &self.run("script.sumi")?)?;
        self.long_one()
    }

    /// It begins as plain code, its loops go on in better code, and what a process of its own makes of it is kept.
    fn long_one(&self) -> Result<(), String> {
        self.tell(&["cache", "clear"])?;
        self.write("long.sumi", &long_script())?;
        let first = self.run("long.sumi")?;
        let expected = format!("{}\n", long_result());
        expect(&first, &expected, "in inner at long.sumi:3")?;
        wait_for(|| self.has(1).is_ok())?;
        same(&first, &self.run("long.sumi")?)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        fs::write(self.folder.join(name), text).map_err(|e| e.to_string())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.sumi);
        command
            .args(args)
            .current_dir(self.folder)
            .env("XDG_CACHE_HOME", self.folder)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command
    }

    fn run(&self, script: &str) -> Result<Outcome, String> {
        let command = self.command(&[script]);
        child::finish(command, &self.folder.join(script), "")
    }

    fn tell(&self, args: &[&str]) -> Result<String, String> {
        let told = child::finish(self.command(args), &self.folder.join("script.sumi"), "")?;
        match told.status {
            Some(0) => Ok(told.stdout),
            _ => Err(told.stderr),
        }
    }

    /// So many scripts are kept.
    fn has(&self, count: usize) -> Result<(), String> {
        let told = self.tell(&["cache"])?;
        let line = told.lines().find(|line| line.contains("compiled scripts"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        match number == Some(count) {
            true => Ok(()),
            false => Err(format!("{count} scripts should be kept:\n{told}")),
        }
    }

    fn file(&self) -> Result<PathBuf, String> {
        let files = fs::read_dir(self.folder.join("sumi/scripts"));
        let mut files = files.map_err(|e| e.to_string())?.flatten();
        files
            .next()
            .map(|entry| entry.path())
            .ok_or_else(|| "nothing is kept".to_owned())
    }
}

/// Until a script is kept, which for a long one another process sees to.
pub(crate) fn wait_for(is_kept: impl Fn() -> bool) -> Result<(), String> {
    let begin = Instant::now();
    while !is_kept() {
        if begin.elapsed() > PATIENCE {
            return Err("a script is not kept".to_owned());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn expect(outcome: &Outcome, stdout: &str, place: &str) -> Result<(), String> {
    let is_right = outcome.status == Some(101)
        && outcome.stdout == stdout
        && outcome.stderr.contains("warning")
        && outcome.stderr.contains(place);
    match is_right {
        true => Ok(()),
        false => Err(format!(
            "{}: {:?}\n{}",
            outcome.ending, outcome.stdout, outcome.stderr
        )),
    }
}

fn same(first: &Outcome, again: &Outcome) -> Result<(), String> {
    let parts = |outcome: &Outcome| {
        let Outcome {
            status,
            stdout,
            stderr,
            ..
        } = outcome;
        (*status, stdout.clone(), stderr.clone())
    };
    match parts(first) == parts(again) {
        true => Ok(()),
        false => Err(format!(
            "the next run is another one:\n{:?}\n{:?}",
            parts(first),
            parts(again)
        )),
    }
}
