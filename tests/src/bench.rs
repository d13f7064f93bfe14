//! `cargo dev bench [--write] [--compare REV] [SUITE…]`: whole processes, interleaved, medians of time and of the most memory, time as ratios to
//! C in the same run. C is compiled before, and Sumi is kept compiled after the first round: what compiling takes is said beside. Outputs must be
//! equal or the row is void. A suite is a folder of `tests/bench`, its kernels are the programs `NAME.sumi` in it; beside them are those of the
//! peers. With `--write` the tables go into PLAN.md between their marks, and what was measured to the end of `tests/bench.jsonl`; with `--compare`
//! what got worse since that revision was measured is told.

mod report;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::release::binary;
use crate::{read, root};

const ROUNDS: usize = 7;
/// Where Sumi stands among the peers.
const SUMI: usize = 1;

struct Peer {
    name: &'static str,
    command: Vec<String>,
    /// Where Sumi keeps what it has compiled; it compiles each time if it is none.
    cache: Option<PathBuf>,
}

/// What a peer takes: time in ms, and the most memory that it has had, MiB.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Cost {
    time: f64,
    memory: f64,
}

/// A peer that is there, or what its cell says instead.
type Entrant = Result<Peer, &'static str>;

/// What is measured of a program, and is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Row {
    kernel: String,
    /// Of each peer, as they stand in the table.
    costs: Vec<Result<Cost, String>>,
    /// How long Sumi takes to compile it, ms.
    compiled: Option<f64>,
}

/// `[--write] [--compare REV] [SUITE…]`, where `start` is what no kernel shows; all if none is named.
pub fn run(args: &[String]) -> Result<(), String> {
    let write = args.iter().any(|arg| arg == "--write");
    let compare = args.iter().position(|arg| arg == "--compare");
    let revision = match compare {
        Some(at) => Some(
            args.get(at + 1)
                .ok_or("which revision is it to be compared with?")?,
        ),
        None => None,
    };
    let named = args
        .iter()
        .filter(|arg| !arg.starts_with("--") && Some(*arg) != revision);
    let mut suites: Vec<String> = named.cloned().collect();
    if suites.is_empty() {
        suites = names("tests/bench", None)?;
        suites.insert(0, START.to_owned());
    }
    let sumi = binary()?;
    let work = std::env::temp_dir().join(format!("sumi-bench-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(|e| e.to_string())?;
    let result = suites
        .iter()
        .try_for_each(|suite| of_suite(&sumi, suite, &work, write, revision));
    // The folder is below the system's own for such things.
    let _ = std::fs::remove_dir_all(&work);
    result
}

const START: &str = "start";

fn of_suite(
    sumi: &Path,
    suite: &str,
    work: &Path,
    write: bool,
    revision: Option<&String>,
) -> Result<(), String> {
    let (rows, more) = match suite {
        START => (start(sumi, work)?, session(sumi)?),
        _ => (
            kernels(sumi, &format!("tests/bench/{suite}"), work)?,
            String::new(),
        ),
    };
    let table = report::table(suite, &rows) + &more;
    println!("{table}");
    if let Some(revision) = revision {
        println!("{}", report::compared(suite, &rows, revision)?);
    }
    if write {
        write_between("PLAN.md", &format!("bench {suite}"), &table)?;
        report::keep(suite, rows)?;
    }
    Ok(())
}

fn start(sumi: &Path, work: &Path) -> Result<Vec<Row>, String> {
    let hello = work.join("hello.c");
    std::fs::write(
        &hello,
        "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n",
    )
    .map_err(|e| e.to_string())?;
    let hellos = [
        ("hello, compiled each time", None),
        ("hello, as it was kept", Some(work)),
    ];
    let rows = hellos.into_iter().map(|(name, cache)| {
        Ok(Row {
            kernel: name.to_owned(),
            costs: costs(name, &hello_peers(sumi, &hello, work, cache), 21)?,
            compiled: None,
        })
    });
    rows.collect()
}

/// What is in a folder, in order; only files with the extension, without it, or else all.
fn names(folder: &str, extension: Option<&str>) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for entry in root().join(folder).read_dir().map_err(|e| e.to_string())? {
        let path = entry.map_err(|e| e.to_string())?.path();
        if extension.is_none() || path.extension().and_then(|e| e.to_str()) == extension {
            found.extend(path.file_stem().map(|name| name.display().to_string()));
        }
    }
    found.sort();
    Ok(found)
}

/// A row for each kernel of a suite.
fn kernels(sumi: &Path, suite: &str, work: &Path) -> Result<Vec<Row>, String> {
    let rows = names(suite, Some("sumi"))?.into_iter().map(|kernel| {
        let file = |extension: &str| root().join(format!("{suite}/{kernel}.{extension}"));
        let peers = kernel_peers(sumi, file, &work.join(&kernel), work);
        Ok(Row {
            costs: costs(&kernel, &peers, ROUNDS)?,
            compiled: Some(compile_time(sumi, &file("sumi"))?),
            kernel,
        })
    });
    rows.collect()
}

/// How long a process takes that only compiles the program, ms.
fn compile_time(sumi: &Path, file: &Path) -> Result<f64, String> {
    let [sumi, file] = [sumi, file].map(|path| path.display().to_string());
    let peer = peer("Sumi", &[&sumi, "--emit", "asm", &file]);
    let cost = costs(&file, &[peer], ROUNDS)?.swap_remove(0);
    cost.map(|cost| cost.time)
}

/// The peers that are there; a compiler or runtime that is missing is left out, and the table says so.
fn hello_peers(sumi: &Path, source: &Path, work: &Path, cache: Option<&Path>) -> Vec<Entrant> {
    let sumi = sumi.display().to_string();
    vec![
        compile(source, &work.join("hello")),
        with_cache(peer("Sumi", &[&sumi, "-e", "print(\"hello\")"]), cache),
        peer("LuaJIT", &["luajit", "-e", "print(\"hello\")"]),
        peer("node", &["node", "-e", "console.log(\"hello\")"]),
    ]
}

fn with_cache(entrant: Entrant, cache: Option<&Path>) -> Entrant {
    let cache = cache.map(Path::to_owned);
    entrant.map(|peer| Peer { cache, ..peer })
}

fn kernel_peers(
    sumi: &Path,
    file: impl Fn(&str) -> PathBuf,
    to: &Path,
    cache: &Path,
) -> Vec<Entrant> {
    let script = |name, program: &str, extension| match file(extension) {
        script if script.exists() => peer(name, &[program, &script.display().to_string()]),
        _ => Err("none"),
    };
    let c = file("c");
    vec![
        if c.exists() {
            compile(&c, to)
        } else {
            Err("none")
        },
        with_cache(
            script("Sumi", &sumi.display().to_string(), "sumi"),
            Some(cache),
        ),
        script("LuaJIT", "luajit", "lua"),
        script("node", "node", "js"),
    ]
}

fn compile(source: &Path, to: &Path) -> Entrant {
    let compiler = ["clang-22", "clang"].into_iter().find(|c| installed(c));
    let compiler = compiler.ok_or("not installed")?;
    let status = Command::new(compiler)
        .args(["-O3", "-march=native", "-o"])
        .args([to, source])
        .arg("-lm")
        .status();
    match status {
        Ok(status) if status.success() => Ok(Peer {
            name: "C",
            command: vec![to.display().to_string()],
            cache: None,
        }),
        _ => Err("does not compile"),
    }
}

fn peer(name: &'static str, command: &[&str]) -> Entrant {
    if !installed(command[0]) {
        return Err("not installed");
    }
    Ok(Peer {
        name,
        command: command.iter().map(|c| (*c).to_string()).collect(),
        cache: None,
    })
}

fn installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Medians of what each peer takes.
fn costs(
    name: &str,
    peers: &[Entrant],
    rounds: usize,
) -> Result<Vec<Result<Cost, String>>, String> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); peers.len()];
    let mut memory: Vec<Vec<f64>> = vec![Vec::new(); peers.len()];
    let mut outputs: Vec<Option<Vec<u8>>> = vec![None; peers.len()];
    for _ in 0..rounds {
        for (index, peer) in peers.iter().enumerate() {
            let Ok(peer) = peer else { continue };
            let (cost, output) = once(peer).map_err(|error| format!("{name}: {error}"))?;
            times[index].push(cost.time);
            memory[index].push(cost.memory);
            outputs[index] = Some(output);
        }
    }
    let wanted = outputs.iter().flatten().next();
    let found = peers.iter().enumerate().map(|(index, peer)| match peer {
        Err(why) => Err((*why).to_owned()),
        Ok(_) if outputs[index].as_ref() != wanted => Err("void: other output".to_owned()),
        Ok(_) => Ok(Cost {
            time: median(&times[index]),
            memory: median(&memory[index]),
        }),
    });
    Ok(found.collect())
}

/// What it costs, and what it prints.
fn once(peer: &Peer) -> Result<(Cost, Vec<u8>), String> {
    let cache = peer.cache.clone().unwrap_or_default();
    let told = |error: std::io::Error| format!("{}: {error}", peer.name);
    let start = Instant::now();
    let mut command = Command::new(&peer.command[0]);
    command
        .args(&peer.command[1..])
        .env("XDG_CACHE_HOME", cache)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    // SAFETY: it does nothing. With it the system makes a copy of this process, whose files do not count as memory of the child's, which all
    // that this process has would do otherwise.
    unsafe { command.pre_exec(|| Ok(())) };
    let mut child = command.spawn().map_err(told)?;
    let mut output = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut output).map_err(told)?;
    }
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: a child of this process for which nobody else waits; both results are written.
    let waited = unsafe { libc::wait4(child.id() as i32, &raw mut status, 0, usage.as_mut_ptr()) };
    let time = start.elapsed().as_secs_f64() * 1e3;
    // SAFETY: all zeroes are one, and so is what the system writes.
    let usage = unsafe { usage.assume_init() };
    if waited < 0 || status != 0 {
        return Err(format!("{} ended with status {status}", peer.name));
    }
    let memory = usage.ru_maxrss as f64 / 1024.0;
    Ok((Cost { time, memory }, output))
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// From a REPL line to its value, through pipes; resident memory of the idle session.
fn session(sumi: &Path) -> Result<String, String> {
    let mut child = Command::new(sumi)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|e| e.to_string())?;
    let (mut input, mut lines) = match (child.stdin.take(), child.stdout.take()) {
        (Some(input), Some(output)) => (input, BufReader::new(output)),
        _ => return Err("the REPL has no streams".to_string()),
    };
    let mut times = Vec::new();
    for n in 1..=101 {
        let start = Instant::now();
        writeln!(input, "{n} * 2 + 1")
            .and_then(|()| input.flush())
            .map_err(|e| e.to_string())?;
        let mut answer = String::new();
        lines.read_line(&mut answer).map_err(|e| e.to_string())?;
        if answer.trim() != format!("${n}: i64 = {}", n * 2 + 1) {
            return Err(format!("the REPL answered {answer:?}"));
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    std::thread::sleep(Duration::from_secs(4));
    let status = read(&PathBuf::from(format!("/proc/{}/status", child.id())))?;
    let memory = |key: &str| -> f64 {
        let line = status
            .lines()
            .find(|l| l.starts_with(key))
            .unwrap_or_default();
        line.split_whitespace()
            .nth(1)
            .and_then(|n| n.parse::<f64>().ok())
            .unwrap_or(f64::NAN)
            / 1024.0
    };
    let (resident, anonymous) = (memory("VmRSS:"), memory("RssAnon:"));
    drop(input);
    child.wait().map_err(|e| e.to_string())?;
    let first = times.first().copied().unwrap_or(f64::NAN);
    Ok(format!(
        "\nA REPL line to its value: {:.2} ms (median of {}; the first {first:.1} ms). \
         Some seconds later the session holds {resident:.1} MiB, {anonymous:.1} MiB of it anonymous.\n",
        median(&times),
        times.len(),
    ))
}

/// Puts `text` between the marks `<!-- mark -->` and `<!-- /mark -->` of a page.
pub(crate) fn write_between(page: &str, mark: &str, text: &str) -> Result<(), String> {
    let path = root().join(page);
    let old = read(&path)?;
    let (begin, end) = (format!("<!-- {mark} -->"), format!("<!-- /{mark} -->"));
    let (Some(from), Some(to)) = (old.find(&begin), old.find(&end)) else {
        return Err(format!("{page} lacks the marks {begin} and {end}"));
    };
    let new = format!("{}\n\n{text}\n{}", &old[..from + begin.len()], &old[to..]);
    std::fs::write(&path, new).map_err(|e| e.to_string())
}
