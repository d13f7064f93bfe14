//! `cargo dev bench`: whole processes, interleaved, medians, as ratios to C in the same run. Outputs must be equal or the row is
//! void. With `--write` the table goes into PLAN.md between its two marks.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::release::binary;
use crate::{read, root};

const ROUNDS: usize = 7;
const KERNELS: &[&str] = &["nbody", "mandelbrot", "sieve", "matmul"];

struct Peer {
    name: &'static str,
    command: Vec<String>,
}

pub fn run(write: bool) -> Result<(), String> {
    let sumi = binary()?;
    let work = std::env::temp_dir().join(format!("sumi-bench-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(|e| e.to_string())?;
    let table = tables(&sumi, &work);
    // The folder is below the system's own for such things.
    let _ = std::fs::remove_dir_all(&work);
    let table = table?;
    print!("{table}");
    match write {
        true => write_between("PLAN.md", "bench", &table),
        false => Ok(()),
    }
}

fn tables(sumi: &Path, work: &Path) -> Result<String, String> {
    let mut out = String::from("| process | C | Sumi | LuaJIT | node |\n|---|---|---|---|---|\n");
    let hello = work.join("hello.c");
    std::fs::write(
        &hello,
        "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n",
    )
    .map_err(|e| e.to_string())?;
    out += &row("hello, ms", &hello_peers(sumi, &hello, work), 21, true)?;
    for kernel in KERNELS {
        out += &row(
            &format!("{kernel}, of C"),
            &kernel_peers(sumi, kernel, work),
            ROUNDS,
            false,
        )?;
    }
    out += &session(sumi)?;
    Ok(out)
}

/// The peers that are there; a compiler or runtime that is missing is left out, and the table says so.
fn hello_peers(sumi: &Path, source: &Path, work: &Path) -> Vec<Option<Peer>> {
    vec![
        compile(source, &work.join("hello")),
        peer(
            "Sumi",
            &[&sumi.display().to_string(), "-e", "print(\"hello\")"],
        ),
        peer("LuaJIT", &["luajit", "-e", "print(\"hello\")"]),
        peer("node", &["node", "-e", "console.log(\"hello\")"]),
    ]
}

fn kernel_peers(sumi: &Path, kernel: &str, work: &Path) -> Vec<Option<Peer>> {
    let file = |extension: &str| {
        root()
            .join("tests/bench")
            .join(format!("{kernel}.{extension}"))
            .display()
            .to_string()
    };
    vec![
        compile(Path::new(&file("c")), &work.join(kernel)),
        peer("Sumi", &[&sumi.display().to_string(), &file("sumi")]),
        peer("LuaJIT", &["luajit", &file("lua")]),
        peer("node", &["node", &file("js")]),
    ]
}

fn compile(source: &Path, to: &Path) -> Option<Peer> {
    let compiler = ["clang-22", "clang"].into_iter().find(|c| installed(c))?;
    let status = Command::new(compiler)
        .args(["-O3", "-march=native", "-o"])
        .args([to, source])
        .arg("-lm")
        .status()
        .ok()?;
    status.success().then(|| Peer {
        name: "C",
        command: vec![to.display().to_string()],
    })
}

fn peer(name: &'static str, command: &[&str]) -> Option<Peer> {
    installed(command[0]).then(|| Peer {
        name,
        command: command.iter().map(|c| (*c).to_string()).collect(),
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

fn row(
    name: &str,
    peers: &[Option<Peer>],
    rounds: usize,
    absolute: bool,
) -> Result<String, String> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); peers.len()];
    let mut outputs: Vec<Option<Vec<u8>>> = vec![None; peers.len()];
    for _ in 0..rounds {
        for (index, peer) in peers.iter().enumerate() {
            let Some(peer) = peer else { continue };
            let start = Instant::now();
            let output = Command::new(&peer.command[0])
                .args(&peer.command[1..])
                .output();
            let elapsed = start.elapsed().as_secs_f64() * 1e3;
            let output = output.map_err(|e| format!("{}: {e}", peer.name))?;
            if !output.status.success() {
                return Err(format!(
                    "{name}: {} failed: {}",
                    peer.name,
                    String::from_utf8_lossy(&output.stderr)
                ));
            }
            times[index].push(elapsed);
            outputs[index] = Some(output.stdout);
        }
    }
    let wanted = outputs.iter().flatten().next().cloned();
    let base = times.first().filter(|t| !t.is_empty()).map(|t| median(t));
    let mut line = format!("| {name} |");
    for (index, peer) in peers.iter().enumerate() {
        let cell = match peer {
            None => "not installed".to_string(),
            Some(_) if outputs[index] != wanted => "void: other output".to_string(),
            Some(_) => {
                let time = median(&times[index]);
                match base {
                    Some(base) if !absolute => format!("{:.2} ({time:.0} ms)", time / base),
                    _ => format!("{time:.1}"),
                }
            }
        };
        line += &format!(" {cell} |");
    }
    Ok(line + "\n")
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
    for n in 0..101 {
        let start = Instant::now();
        writeln!(input, "{n} * 2 + 1")
            .and_then(|()| input.flush())
            .map_err(|e| e.to_string())?;
        let mut answer = String::new();
        lines.read_line(&mut answer).map_err(|e| e.to_string())?;
        if answer.trim() != format!("{}: i64", n * 2 + 1) {
            return Err(format!("the REPL answered {answer:?}"));
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
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
         After them the session holds {resident:.1} MiB, {anonymous:.1} MiB of it anonymous.\n",
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
