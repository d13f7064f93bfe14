//! `cargo dev instructions [--write]`: how many instructions small programs take by Valgrind's count, beside the counts that are kept in the
//! repository. Where time tells nothing below a tenth, this tells two hundredths, however busy the machine is.
//!
//! The programs are those of `tests/bench` with less to do. Each runs once as it is, which keeps it compiled, and is counted in its second
//! run. Its code is made for x86-64-v3, which is what Valgrind shows of any processor that has AVX2: the counts are the same on all of these.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::kept::wait_for;
use crate::outside::Folder;
use crate::release::binary;
use crate::{read, root};

/// Programs, what of their text says how much is to be done, and what stands there instead.
const PROGRAMS: [(&str, &str, &str); 14] = [
    ("kernels/dictionary", "texts(500_000)", "texts(5_000)"),
    ("kernels/fib_recursive", "fibonacci(41)", "fibonacci(29)"),
    (
        "kernels/int_to_string",
        "texts(10_000_000)",
        "texts(200_000)",
    ),
    ("kernels/matmul", "let n = 1200", "let n = 200"),
    ("kernels/nbody", "simulate(10000000)", "simulate(50_000)"),
    ("kernels/queens", "const SIZE = 13", "const SIZE = 9"),
    ("kernels/sha256", "hashed(2000)", "hashed(10)"),
    ("kernels/sieve", "count(5000000)", "count(50_000)"),
    ("kernels/sort", "texts(300_000)", "texts(10_000)"),
    ("kernels/tree", "for i in 0..6", "for i in 0..1"),
    ("game/a_star", "run(80)", "run(4)"),
    (
        "game/ecs_update",
        "simulate(100_000, 300)",
        "simulate(2_000, 300)",
    ),
    ("benchmarks_game/binary_trees", "run(16)", "run(10)"),
    (
        "benchmarks_game/k_nucleotide",
        "sequence(400_000)",
        "sequence(5_000)",
    ),
];
const HELLO: &str = "print(\"hello\")\n";
const COUNTS: &str = "tests/instructions.txt";
const HEAD: &str =
    "How many instructions programs take by Valgrind's count: see tests/src/instructions.rs.
Code for x86-64-v3, on a processor with AVX2. They are compared where all of this is the same:
";
const AGAIN: &str = "`cargo dev instructions --write` keeps the counts as they are now";
/// From one run to the next they differ by less than a third of a hundredth.
const TOLERANCE: f64 = 0.02;
/// By so many more the start of a process may differ between machines: what the dynamic linker, the environment and the kernel's list of
/// mappings ask of it is not the compiler's (112 thousand were seen).
const START: f64 = 200_000.0;

pub fn run(args: &[String]) -> Result<(), String> {
    if !read(Path::new("/proc/cpuinfo"))?.contains(" avx2") {
        println!("nothing is counted: the counts are of code for AVX2, which this processor lacks");
        return Ok(());
    }
    let (path, here) = (root().join(COUNTS), versions()?);
    if args.iter().any(|arg| arg == "--write") {
        let counts = counts(&binary()?)?;
        let lines = counts
            .iter()
            .map(|(name, count)| format!("{name}: {count}\n"));
        let text = format!("{HEAD}{here}\n{}", lines.collect::<String>());
        return std::fs::write(path, text).map_err(|e| e.to_string());
    }
    let kept = read(&path)?;
    let there = kept.lines().nth(HEAD.lines().count()).unwrap_or_default();
    if there != here {
        println!("nothing is counted: the counts were with {there}, here is {here}");
        return Ok(());
    }
    let mut worse = String::new();
    for (name, count) in counts(&binary()?)? {
        let mut lines = kept.lines().filter_map(|line| line.split_once(": "));
        let before = lines.find(|(kept, _)| *kept == name);
        let before = before.and_then(|(_, count)| count.parse::<u64>().ok());
        let before = before.ok_or_else(|| format!("{COUNTS} lacks `{name}`: {AGAIN}"))?;
        let change = count as f64 - before as f64;
        let percent = change / before as f64 * 100.0;
        let tolerated = before as f64 * TOLERANCE + START;
        println!("{name}: {count} instructions, {percent:+.2}%");
        if change > tolerated {
            worse += &format!(
                "{name} takes {count} instructions instead of {before}: {percent:.1}% more\n"
            );
        } else if change < -tolerated {
            println!("    that is better than {before}: {AGAIN}");
        }
    }
    if worse.is_empty() {
        return Ok(());
    }
    Err(format!("{worse}If it is worth that, {AGAIN}"))
}

/// In the order of the names that are told.
fn counts(sumi: &Path) -> Result<Vec<(String, u64)>, String> {
    let folder = Folder::new()?;
    let kept = Some(folder.path());
    let script = folder.path().join("script.sumi");
    let mut counts = Vec::new();
    let mut count = |name: &str, text: &str, kept| {
        let counted = write(&script, text).and_then(|()| instructions(sumi, &script, kept));
        let counted = counted.map_err(|error| format!("{name}: {error}"))?;
        counts.push((name.to_owned(), counted));
        Ok::<(), String>(())
    };
    count("hello, compiled each time", HELLO, None)?;
    count("hello, as it was kept", HELLO, kept)?;
    for (name, work, less) in PROGRAMS {
        let text = read(&root().join(format!("tests/bench/{name}.sumi")))?;
        if text.matches(work).count() != 1 {
            return Err(format!("{name}: `{work}` should stand there once"));
        }
        count(name, &text.replace(work, less), kept)?;
    }
    Ok(counts)
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|e| e.to_string())
}

/// Of a run that finds itself compiled in the folder, or else compiles.
fn instructions(sumi: &Path, script: &Path, kept: Option<&Path>) -> Result<u64, String> {
    if let Some(folder) = kept {
        let before = kept_scripts(folder);
        told(Command::new(sumi).arg(script), kept)?;
        wait_for(|| kept_scripts(folder) > before)?;
    }
    let mut counted = Command::new("valgrind");
    counted
        .args([
            "--tool=cachegrind",
            "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
        ])
        .args([sumi, script]);
    let report = told(&mut counted, kept)?;
    let total = report.lines().find_map(|line| line.split_once("I   refs:"));
    let total = total.map(|(_, total)| total.trim().replace(',', ""));
    total
        .and_then(|total| total.parse().ok())
        .ok_or_else(|| format!("Valgrind tells no count:\n{report}"))
}

/// How many there are, whole.
fn kept_scripts(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder.join("sumi/scripts"));
    let is_whole = |name: &OsString| !name.to_string_lossy().starts_with("part-");
    let names = files.into_iter().flatten().flatten();
    names.map(|file| file.file_name()).filter(is_whole).count()
}

/// What it says on standard error.
fn told(command: &mut Command, kept: Option<&Path>) -> Result<String, String> {
    let output = command
        .env("XDG_CACHE_HOME", kept.unwrap_or(Path::new("")))
        .env("SUMI_CPU", "v3")
        .output()
        .map_err(|e| e.to_string())?;
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.success() {
        true => Ok(report),
        false => Err(format!("{}\n{report}", output.status)),
    }
}

/// What else the counts depend on.
fn versions() -> Result<String, String> {
    let commands = [
        ["valgrind", "--version"],
        ["getconf", "GNU_LIBC_VERSION"],
        ["rustc", "--version"],
        ["llvm-config-22", "--version"],
    ];
    let versions = commands.map(|[program, option]| {
        let output = Command::new(program).arg(option).output();
        let output = output.map_err(|e| format!("{program}: {e}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    });
    let versions: Result<Vec<String>, String> = versions.into_iter().collect();
    Ok(versions?.join(", "))
}
