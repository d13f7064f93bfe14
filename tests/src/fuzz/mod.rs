//! `cargo dev fuzz [COUNT] [SEED] [programs|mutants|edits|reloads|valgrind|show]`: random programs through the interpreter, O0 and O3. Output, kind and line of an error must
//! agree and no block may stay live. What fails is shrunk and written to `tests/run/found`. Mutated texts go through `check`,
//! which may reject them but neither panics nor hangs.
//!
//! Programs run by the dozen in one child (`child::Order`); what the child says of each stands between marks, so that a crash is
//! known by the mark that is missing.

mod corpus;
mod edits;
mod expressions;
mod generate;
mod library;
mod literals;
mod mutate;
mod random;
mod reloads;
mod shapes;
mod shrink;
mod statements;
mod types;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::child::{self, Executor};
use crate::{files, root};

pub use corpus::replayed;
pub use generate::program;

const BATCH: u64 = 20;
/// Before the name of a file and an executor, and before what came of it.
pub(crate) const BEGIN: &str = "\u{1}begin ";
pub(crate) const END: &str = "\u{1}end ";

/// What a well-typed program is rejected for whose constant divides by zero: its runtime error is known before it runs.
const FAILED_EARLY: &str = "error[constant-failed]";

/// What is wrong with a program; shrinking keeps the kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: &'static str,
    pub text: String,
}

/// A folder of its own below the system's, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Result<Folder, String> {
        let path = std::env::temp_dir().join(format!("sumi-fuzz-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|e| e.to_string())?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is below the system's own for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The developers' command: random programs, mutants, or both; or only the text of the programs.
pub fn run(count: u64, seed: u64, what: Option<&str>) -> Result<(), String> {
    if what == Some("show") {
        (seed..seed + count).for_each(|seed| print!("{}", program(seed)));
        return Ok(());
    }
    if what == Some("valgrind") {
        return under_valgrind(count, seed);
    }
    if what == Some("edits") {
        return edited(count, seed);
    }
    if what == Some("reloads") {
        return reloaded(count, seed);
    }
    let mut failed = Vec::new();
    if what != Some("mutants") {
        failed.extend(programs(count, seed)?);
    }
    if what != Some("programs") {
        let each = usize::try_from(count / 4).map_or(500, |each| each.min(500));
        failed.extend(mutants(each, seed)?);
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("{} failures:\n{}", failed.len(), failed.join("\n")))
    }
}

/// So many random worksheets, each under some thirty random edits.
pub fn edited(count: u64, seed: u64) -> Result<(), String> {
    for index in 0..count {
        if let Err(wrong) = edits::check(seed + index) {
            let wrong = edits::shrunk(wrong);
            let texts = wrong.texts.iter().map(ToString::to_string);
            let texts = texts.collect::<Vec<_>>().join("\n--------\n");
            return Err(format!("seed {}: {}\n{texts}", seed + index, wrong.message));
        }
        if (index + 1).is_multiple_of(100) {
            println!("{} worksheets are as fresh", index + 1);
        }
    }
    Ok(())
}

/// So many random scripts, each under some thirty random edits while it lives on.
pub fn reloaded(count: u64, seed: u64) -> Result<(), String> {
    let mut counts = reloads::Counts::default();
    for index in 0..count {
        let checked = reloads::check(seed + index, &mut counts);
        checked.map_err(|message| format!("seed {}: {message}", seed + index))?;
        if (index + 1).is_multiple_of(100) {
            let reloads::Counts {
                taken,
                refused,
                compared,
            } = counts;
            println!(
                "{} scripts: {taken} reloads, {refused} refused, {compared} calls compared",
                index + 1
            );
        }
    }
    Ok(())
}

fn programs(count: u64, seed: u64) -> Result<Vec<String>, String> {
    let mut failed = Vec::new();
    for start in (seed..seed + count).step_by(BATCH as usize) {
        for (seed, failure) in examine(start, BATCH.min(seed + count - start))? {
            println!(
                "seed {seed}: {}: {}",
                failure.kind,
                failure.text.lines().next().unwrap_or_default()
            );
            failed.push(keep(seed, &failure)?);
        }
        let done = start + BATCH - seed;
        if done.is_multiple_of(1000) {
            println!("{} of {done} programs agree", done - failed.len() as u64);
        }
    }
    Ok(failed)
}

/// A sample with compiled code and runtime watched; a few programs a child, since each start takes seconds.
fn under_valgrind(count: u64, seed: u64) -> Result<(), String> {
    const TOGETHER: u64 = 5;
    for start in (seed..seed + count).step_by(TOGETHER as usize) {
        let folder = Folder::new(&format!("valgrind-{start}"))?;
        for seed in start..(start + TOGETHER).min(seed + count) {
            let path = folder.0.join(format!("{seed:08}.sumi"));
            std::fs::write(path, program(seed)).map_err(|e| e.to_string())?;
        }
        let outcome = child::run_order_under_valgrind("compare", &folder.0)?;
        let mut found: Vec<String> = Said::read(&outcome.stdout)
            .iter()
            .filter_map(|(seed, said)| {
                let failure = judge(said, "compare", &outcome.ending, &outcome.stderr)?;
                (failure.kind != "rejected").then(|| format!("{seed}: {}", failure.text))
            })
            .collect();
        if outcome.status == Some(child::FOUND_BY_VALGRIND) {
            found.push(outcome.stderr.clone());
        }
        if !found.is_empty() {
            return Err(format!("seeds from {start}: {}", found.join("\n")));
        }
        println!(
            "{} programs are clean",
            (start + TOGETHER).min(seed + count) - seed
        );
    }
    Ok(())
}

/// The seeds that every run of the tests tries.
pub fn fixed_seeds() -> Result<(), String> {
    let mut failed = Vec::new();
    for start in (0..60).step_by(BATCH as usize) {
        failed.extend(examine(start, BATCH)?);
    }
    let shown = failed.iter().map(|(seed, failure)| {
        format!(
            "`cargo dev fuzz 1 {seed}`: {}: {}\n{}",
            failure.kind,
            failure.text,
            program(*seed)
        )
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() {
        Ok(())
    } else {
        Err(shown.join("\n"))
    }
}

/// Mutants of the tests' programs, some on every run.
pub fn fixed_mutants() -> Result<(), String> {
    let failed = mutants(3, 1)?;
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("\n"))
    }
}

fn examine(start: u64, count: u64) -> Result<Vec<(u64, Failure)>, String> {
    let texts: Vec<(u64, String)> = (start..start + count)
        .map(|seed| (seed, program(seed)))
        .collect();
    let found = failures(&texts, &format!("seeds-{start}"), "compare")?;
    Ok(found)
}

fn mutants(each: usize, seed: u64) -> Result<Vec<String>, String> {
    let mut failed = Vec::new();
    for path in files(&root().join("tests/run"), "sumi") {
        let source = crate::read(&path)?;
        let texts: Vec<(u64, String)> = (0..each as u64)
            .map(|n| (n, mutate::mutant(&source, seed.wrapping_mul(1000) + n)))
            .collect();
        for (n, failure) in failures(&texts, "mutants", "checks")? {
            failed.push(format!(
                "{} mutated, {}: {}\n{}",
                path.display(),
                failure.kind,
                failure.text,
                texts[n as usize].1
            ));
        }
    }
    Ok(failed)
}

/// Runs all programs, in as many children as crashes make needful.
fn failures(
    texts: &[(u64, String)],
    name: &str,
    order: &str,
) -> Result<Vec<(u64, Failure)>, String> {
    let folder = Folder::new(name)?;
    let mut failed = Vec::new();
    let mut left: BTreeMap<u64, &str> = texts
        .iter()
        .map(|(key, text)| (*key, text.as_str()))
        .collect();
    for (key, text) in &left {
        std::fs::write(folder.0.join(format!("{key:08}.sumi")), text).map_err(|e| e.to_string())?;
    }
    while !left.is_empty() {
        let outcome = child::run_order(order, &folder.0)?;
        let said = Said::read(&outcome.stdout);
        let before = left.len();
        for (key, results) in said {
            let complete = results.iter().all(|r| r.end.is_some());
            if let Some(failure) = judge(&results, order, &outcome.ending, &outcome.stderr) {
                failed.push((key, failure));
            }
            left.remove(&key);
            std::fs::remove_file(folder.0.join(format!("{key:08}.sumi")))
                .map_err(|e| e.to_string())?;
            if !complete {
                break;
            }
        }
        if left.len() == before {
            return Err(format!(
                "the child said nothing: {}\n{}",
                outcome.ending, outcome.stderr
            ));
        }
    }
    Ok(failed)
}

/// What one executor made of one program.
struct Said {
    executor: String,
    output: String,
    /// `None`: it never came to an end.
    end: Option<String>,
}

impl Said {
    fn read(stdout: &str) -> BTreeMap<u64, Vec<Said>> {
        let mut all: BTreeMap<u64, Vec<Said>> = BTreeMap::new();
        for part in stdout.split(BEGIN).skip(1) {
            let (head, rest) = part.split_once('\n').unwrap_or((part, ""));
            let (key, executor) = head.split_once(' ').unwrap_or((head, ""));
            let (output, end) = match rest.split_once(END) {
                Some((output, end)) => (output, Some(end.trim_end().to_string())),
                None => (rest, None),
            };
            let said = Said {
                executor: executor.to_string(),
                output: output.to_string(),
                end,
            };
            all.entry(key.parse().unwrap_or(0)).or_default().push(said);
        }
        all
    }
}

fn fails_early(end: &str) -> bool {
    end.contains(FAILED_EARLY) && !end.replace(FAILED_EARLY, "").contains("error[")
}

fn judge(results: &[Said], order: &str, ended: &str, stderr: &str) -> Option<Failure> {
    let failure = |kind, text| Some(Failure { kind, text });
    let last_words = || {
        stderr
            .lines()
            .rev()
            .take(6)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n")
    };
    for said in results {
        match said.end.as_deref() {
            None => {
                let kind = match ended.contains("limit") {
                    true => "hang",
                    false => "crash",
                };
                return failure(
                    kind,
                    format!("{}: {ended}\n{}", said.executor, last_words()),
                );
            }
            Some(end) if end.starts_with("panic") => {
                return failure("panic", format!("{}: {end}", said.executor));
            }
            Some(end) if end.starts_with("backend") => {
                return failure("backend", format!("{}: {end}", said.executor));
            }
            Some(end) if fails_early(end) => return None,
            Some(end) if end.starts_with("rejected") && order == "compare" => {
                return failure("rejected", end.to_string());
            }
            Some(end) if end.starts_with("leak") => {
                return failure("leak", format!("{}: {end}", said.executor));
            }
            Some(_) => {}
        }
    }
    let first = results.first()?;
    for other in &results[1..] {
        if first.output != other.output {
            let text = crate::same_text("output", &first.output, &other.output)
                .err()
                .unwrap_or_default();
            let line = text.lines().next().unwrap_or_default().to_string();
            return failure(
                "output",
                format!("{} and {}: {line}", first.executor, other.executor),
            );
        }
        if first.end != other.end {
            let (a, b) = (
                first.end.as_deref().unwrap_or_default(),
                other.end.as_deref().unwrap_or_default(),
            );
            return failure(
                "error",
                format!("{}: {a}; {}: {b}", first.executor, other.executor),
            );
        }
    }
    None
}

/// Shrinks the program and puts it where the developer finds it. A rejected one is a mistake of the generator, or of the checker.
fn keep(seed: u64, failure: &Failure) -> Result<String, String> {
    if failure.kind == "rejected" {
        return Ok(format!(
            "seed {seed}: {}",
            failure.text.lines().take(6).collect::<Vec<_>>().join("\n")
        ));
    }
    let written = |text: &str| -> Result<PathBuf, String> {
        let folder = root().join("tests/run/found");
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let path = folder.join(format!("{}_{seed}.sumi", failure.kind));
        std::fs::write(&path, text).map_err(|e| e.to_string())?;
        Ok(path)
    };
    // Each try would take as long as the limit.
    if failure.kind == "hang" {
        let path = written(&program(seed))?;
        return Ok(format!("{}: {}", path.display(), failure.text));
    }
    let fails = |text: &str| {
        failures(&[(0, text.to_string())], "shrink", "compare")
            .is_ok_and(|found| found.iter().any(|(_, f)| f.kind == failure.kind))
    };
    let small = shrink::shrink(&program(seed), fails);
    let path = written(&small)?;
    Ok(format!("{}: {}\n{small}", path.display(), failure.text))
}

/// The child's part: every program of the folder through each executor.
pub(crate) fn serve(order: &str, folder: &Path) -> i32 {
    for path in files(folder, "sumi") {
        let name = path
            .file_stem()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let Ok(text) = std::fs::read_to_string(&path) else {
            return 2;
        };
        if order == "checks" {
            println!("{BEGIN}{name} check");
            println!("{END}{}", guarded(|| child::verdict_of_check(&text)));
            continue;
        }
        for executor in Executor::ALL {
            println!("{BEGIN}{name} {executor}");
            let end = guarded(|| child::verdict(executor, "program.sumi", &text));
            println!("{END}{end}");
            if end.starts_with("rejected") {
                break;
            }
        }
    }
    0
}

fn guarded(run: impl FnOnce() -> String) -> String {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_string()));
        format!("panic: {}", text.unwrap_or_default())
    })
}
