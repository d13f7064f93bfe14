//! `cargo dev bench embed [--write]`: Sumi beside other engines that Rust programs embed, and what calls and reloads cost. The engines are the programs of
//! `tests/peers`, which are built first; each measurement is a process of its own, and they take turns. Who does not sort as the others do is void. With
//! `--write` the tables go into the book's page on embedding, between its two marks.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::bench::{median, write_between};
use crate::{call_cost, read, reload_latency, root};

/// The programs, what they are called, and the package whose version is told.
const PEERS: [(&str, &str, Option<&str>); 8] = [
    ("native", "Rust", None),
    ("sumi", "Sumi", None),
    ("wasmtime", "Wasmtime", Some("wasmtime")),
    ("roto", "Roto", Some("roto")),
    ("luajit", "LuaJIT", Some("mlua")),
    ("luau", "Luau", Some("mlua")),
    ("rune", "Rune", Some("rune")),
    ("rhai", "Rhai", Some("rhai")),
];
/// How often each process is started, and how often it then measures.
const PROCESSES: usize = 5;
const ROUNDS: usize = 11;
const FURTHER: usize = 20;
const RELOADED_LINES: usize = 50_000;
const PAGE: &str = "examples/book/embedding.md";
const MARK: &str = "bench embed";

/// What was measured, by program and kind of number.
type Measured = HashMap<(&'static str, String), Vec<f64>>;

pub fn run(write: bool) -> Result<(), String> {
    let built: Vec<(&str, Result<PathBuf, String>)> =
        PEERS.map(|(name, ..)| (name, build(name))).into();
    let mut measured = Measured::new();
    let mut notes = Vec::new();
    let mut sums = HashMap::new();
    for _ in 0..PROCESSES {
        for (name, program) in &built {
            let Ok(program) = program else { continue };
            for what in ["sort", "host-calls", "script-calls"] {
                for (kind, value) in told(program, what, ROUNDS)? {
                    match value.parse::<f64>() {
                        Ok(number) if kind != "sum" => {
                            measured.entry((name, kind)).or_default().push(number);
                        }
                        _ => drop(sums.insert(*name, value)),
                    }
                }
            }
            for (engines, prefix) in [(1, "one"), (1 + FURTHER, "more")] {
                for (kind, value) in told(program, "memory", engines)? {
                    let number = value.parse::<f64>().map_err(|e| e.to_string())? / 1024.0;
                    let kind = format!("{prefix} {kind}");
                    measured.entry((name, kind)).or_default().push(number);
                }
            }
        }
    }
    for (name, program) in &built {
        if let Err(error) = program {
            notes.push(format!("`{name}` could not be built: {error}"));
        }
        if sums.get(name) != sums.get("native") && program.is_ok() {
            measured.remove(&(*name, "sort".to_owned()));
            notes.push(format!("`{name}` is void: it sorted otherwise than Rust."));
        }
    }
    let mut text = format!("{}\n{}", intro()?, table(&measured));
    for note in notes {
        text += &format!("\n{note}\n");
    }
    text += &format!(
        "\nCalls between a host and a script of Sumi:\n\n{}",
        call_cost::table(31)?
    );
    text += &format!(
        "\nAnother text for a script that runs, from the text to the first call of the new version:\n\n{}",
        reload_latency::table(RELOADED_LINES, 101, 10_000)?
    );
    print!("{text}");
    match write {
        true => write_between(PAGE, MARK, &text),
        false => Ok(()),
    }
}

fn build(name: &str) -> Result<PathBuf, String> {
    let folder = root().join("tests/peers");
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--release",
        "--quiet",
        "--target-dir",
        "target",
        "--bin",
        name,
    ]);
    if name != "native" {
        cargo.args(["--features", name]);
    }
    let status = cargo.current_dir(&folder).status();
    match status.map_err(|error| error.to_string())?.success() {
        true => Ok(folder.join("target/release").join(name)),
        false => Err("its build failed".to_owned()),
    }
}

/// The lines `kind value` that a program prints.
fn told(program: &PathBuf, what: &str, count: usize) -> Result<Vec<(String, String)>, String> {
    let output = Command::new(program)
        .args([what, &count.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(format!("{} {what} failed", program.display()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs
        .map(|(kind, value)| (kind.to_owned(), value.to_owned()))
        .collect())
}

fn table(measured: &Measured) -> String {
    let of = |name: &'static str, kind: &str| {
        let times = measured.get(&(name, kind.to_owned()));
        times.map(|times| median(times))
    };
    let shown = |value: Option<f64>, base: Option<f64>, digits: usize| match (value, base) {
        (Some(value), Some(base)) => format!("{value:.digits$} ({:.2})", value / base),
        _ => "-".to_owned(),
    };
    let mut out = String::from(
        "| engine | sorts 10,000 objects, ms (of Sumi) | calls the host, ns (of C) | is called, ns (of C) | idle, MiB | of it anonymous | a further engine, MiB |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for (name, title, _) in PEERS {
        let mut called = shown(of(name, "call"), of("native", "call"), 1);
        if let Some(entered) = of(name, "entered") {
            called += &format!(
                "; within `enter` {}",
                shown(Some(entered), of("native", "call"), 1)
            );
        }
        let memory = |kind: &str| match of(name, kind) {
            Some(size) => format!("{size:.1}"),
            None => "-".to_owned(),
        };
        let further = of(name, "more resident").zip(of(name, "one resident"));
        let further = further.map(|(more, one)| (more - one) / FURTHER as f64);
        let row = [
            title.to_owned(),
            shown(of(name, "sort"), of("sumi", "sort"), 2),
            shown(of(name, "host"), of("native", "host"), 1),
            called,
            memory("one resident"),
            memory("one anonymous"),
            further.map_or("-".to_owned(), |further| format!("{further:.2}")),
        ];
        out += &format!("| {} |\n", row.join(" | "));
    }
    out
}

/// What was measured, where, and of which versions.
fn intro() -> Result<String, String> {
    let lock = read(&root().join("tests/peers/Cargo.lock"))?;
    let version = |package: &str| {
        let line = format!("name = \"{package}\"\nversion = \"");
        let after = lock.split(&line).nth(1)?;
        Some(format!("{package} {}", after.split('"').next()?))
    };
    let mut versions: Vec<String> = PEERS.iter().filter_map(|peer| version(peer.2?)).collect();
    versions.dedup();
    let processor = read(&PathBuf::from("/proc/cpuinfo"))?;
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("an unknown processor", |model| {
        model.trim_start_matches(['\t', ' ', ':'])
    });
    Ok(format!(
        "By `./x bench embed --write`, on {model}: {}. A script makes 10,000 objects of the host, of random texts that are the same for all, and sorts them by a quicksort of \
         its own that asks the host for each comparison (after khvzak/script-bench-rs); Wasmtime's guest is written in WebAssembly's text, and knows objects by numbers. Then `fn(i64, i64) -> i64` in loops, of the script and of the host; C is a call through a pointer \
         in a variable. Memory is that of a process with one engine and a script of one line, and what {FURTHER} more add, each. Medians of {PROCESSES} processes, which take turns.\n",
        versions.join(", ")
    ))
}
