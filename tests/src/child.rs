//! Running a program in a child: this test binary again, told by its environment what to do.

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jit::{CompiledScript, Config, Engine, Error, LoadedScript, Session};

use crate::{fuzz, root};

const ORDER: &str = "SUMI_TEST_CHILD";
const LIMIT: Duration = Duration::from_secs(60);
pub(crate) const FOUND_BY_VALGRIND: i32 = 9;
/// The exit status that says that blocks stayed live.
const LEAKED: i32 = 70;

/// What executes a program. All must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    Interpreter,
    Plain,
    Optimized,
    /// Compiled plainly, to bytes, and linked from them without LLVM, as by a process that finds what an earlier one left.
    Stored,
    /// Plain code whose loops all go on in better code.
    InSteps,
    /// As the script of a host, which is compiled item by item.
    Hosted,
}

impl Executor {
    /// Those that take a program as a whole.
    pub const ALL: [Executor; 5] = [
        Executor::Interpreter,
        Executor::Plain,
        Executor::Optimized,
        Executor::Stored,
        Executor::InSteps,
    ];

    fn key(self) -> &'static str {
        match self {
            Executor::Interpreter => "interpreter",
            Executor::Plain => "O0",
            Executor::Optimized => "O3",
            Executor::Stored => "stored",
            Executor::InSteps => "in steps",
            Executor::Hosted => "hosted",
        }
    }
}

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

pub struct Outcome {
    /// `None` if it was ended by a signal or took too long.
    pub status: Option<i32>,
    /// How it ended, in words.
    pub ending: String,
    pub stdout: String,
    pub stderr: String,
}

/// If this process was started as a child: does what it was told and ends.
pub fn serve() {
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    let status = match order.split_once(':') {
        Some(("check", path)) => check(path),
        Some(("explain", path)) => explain(path),
        Some((order @ ("compare" | "checks"), folder)) => fuzz::serve(order, Path::new(folder)),
        Some(("hosted", path)) => execute_hosted(path),
        Some((executor, path)) => match Executor::ALL.iter().find(|e| e.key() == executor) {
            Some(executor) => execute(*executor, path),
            None => 2,
        },
        None => 2,
    };
    // The streams are the child's own; nobody is left to tell.
    let _ = std::io::stdout().flush();
    std::process::exit(status);
}

fn execute(executor: Executor, path: &str) -> i32 {
    let Ok(text) = std::fs::read_to_string(path) else {
        return 2;
    };
    let config = Config {
        optimize: matches!(executor, Executor::Optimized | Executor::InSteps),
        args: std::env::args().skip(1).collect(),
        ..Config::trusted()
    };
    let (result, live) = run_by(executor, config, path, &text);
    status(result, live)
}

/// How it ended, and how many blocks it left.
fn run_by(
    executor: Executor,
    config: Config,
    name: &str,
    text: &str,
) -> (Result<(), Error>, usize) {
    match executor {
        Executor::Stored => return run_stored(config, name, text),
        Executor::InSteps => return run_in_steps(config, name, text),
        Executor::Interpreter | Executor::Plain | Executor::Optimized | Executor::Hosted => {}
    }
    let mut session = match Session::new(config) {
        Ok(session) => session,
        Err(error) => return (Err(error), 0),
    };
    let result = match executor {
        Executor::Interpreter => session.interpret(name, text),
        _ => session.run_script(name, text),
    };
    (result, session.close())
}

fn run_stored(config: Config, name: &str, text: &str) -> (Result<(), Error>, usize) {
    let compiled = match jit::compile_script(&config, name, text) {
        Ok(compiled) => compiled.map(|compiled| compiled.to_bytes()),
        Err(error) => return (Err(error), 0),
    };
    let stored = compiled.and_then(|bytes| CompiledScript::from_bytes(&bytes));
    let script = stored.and_then(|stored| LoadedScript::new(config, name, text, &stored));
    let script = script.expect("what was compiled can be run again");
    let result = script.run();
    (result, script.close())
}

fn run_in_steps(config: Config, name: &str, text: &str) -> (Result<(), Error>, usize) {
    let compiled = match jit::compile_in_steps(&config, name, text) {
        Ok(compiled) => compiled,
        Err(error) => return (Err(error), 0),
    };
    let (plain, better) = compiled.expect("no host has a part in it");
    let script = LoadedScript::new(config, name, text, &plain);
    let script = script.expect("what was compiled can be run");
    if let Some(better) = better {
        assert!(script.take_better(better), "better code can be linked");
    }
    let result = script.run();
    (result, script.close())
}

/// As the script of a host.
fn execute_hosted(path: &str) -> i32 {
    let Ok(text) = std::fs::read_to_string(path) else {
        return 2;
    };
    let config = Config {
        args: std::env::args().skip(1).collect(),
        ..Config::trusted()
    };
    let mut engine = match Engine::new(config) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("{error}");
            return 2;
        }
    };
    let result = engine.load(path, &text).map(drop);
    status(result, engine.live_blocks())
}

/// The exit status of a program that left so many blocks.
fn status(result: Result<(), Error>, live: usize) -> i32 {
    if let Err(error) = &result {
        eprintln!("{error}");
    }
    if live != 0 {
        eprintln!("{live} blocks are live after the end");
        return LEAKED;
    }
    match result {
        Ok(()) => 0,
        Err(Error::Runtime(error)) => error.exit.unwrap_or(101),
        Err(_) => 1,
    }
}

fn check(path: &str) -> i32 {
    let Ok(text) = std::fs::read_to_string(path) else {
        return 2;
    };
    match Session::new(Config::trusted()).and_then(|mut session| session.check(path, &text)) {
        Ok(_) => 0,
        Err(error) => {
            eprintln!("{error}");
            1
        }
    }
}

fn explain(path: &str) -> i32 {
    let Ok(text) = std::fs::read_to_string(path) else {
        return 2;
    };
    let session = Session::new(Config::trusted());
    match session.and_then(|mut session| session.explain(path, &text)) {
        Ok(said) => {
            print!("{said}");
            0
        }
        Err(error) => {
            eprintln!("{error}");
            1
        }
    }
}

/// How a program ended, in one line that is the same for all executors if they agree.
pub(crate) fn verdict(executor: Executor, name: &str, text: &str) -> String {
    let config = Config {
        optimize: matches!(executor, Executor::Optimized | Executor::InSteps),
        ..Config::trusted()
    };
    let (result, live) = run_by(executor, config, name, text);
    match result {
        Err(Error::Rejected { rendered, .. }) => format!("rejected: {rendered}"),
        Err(Error::Runtime(error)) if live == 0 => {
            format!(
                "error {} in line {}",
                error.kind,
                error.frames.first().map_or(0, |f| f.line)
            )
        }
        Ok(()) if live == 0 => "ok".to_string(),
        Ok(()) | Err(Error::Runtime(_)) => format!("leak: {live} blocks"),
        Err(Error::Backend { message }) if message.contains("blocks are live") => {
            format!("leak: {message}")
        }
        Err(other) => format!("backend: {other}"),
    }
}

pub(crate) fn verdict_of_check(text: &str) -> String {
    match Session::new(Config::trusted())
        .and_then(|mut session| session.check("program.sumi", text))
    {
        Ok(_) => "ok".to_string(),
        Err(Error::Backend { message }) => format!("backend: {message}"),
        Err(_) => "rejected".to_string(),
    }
}

/// Gives a child an order about a folder.
pub(crate) fn run_order(order: &str, folder: &Path) -> Result<Outcome, String> {
    let binary = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = Command::new(binary);
    command.env(ORDER, format!("{order}:{}", folder.display()));
    finish(command, folder, "")
}

/// As [`run_order`], under Valgrind. The status is [`FOUND_BY_VALGRIND`] if that found something.
pub(crate) fn run_order_under_valgrind(order: &str, folder: &Path) -> Result<Outcome, String> {
    let binary = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = Command::new("valgrind");
    let known = root().join("tests/embed/valgrind.supp");
    // Generated code stands in memory that belongs to a file, hence `--smc-check=all`.
    command
        .args(["--quiet", "--smc-check=all"])
        .arg(format!("--error-exitcode={FOUND_BY_VALGRIND}"))
        .arg(format!("--suppressions={}", known.display()))
        .arg(binary)
        .env(ORDER, format!("{order}:{}", folder.display()));
    finish_within(command, folder, "", 20 * LIMIT)
}

/// Runs the program at `path` in a child.
pub fn run(executor: Executor, path: &Path, input: &str) -> Result<Outcome, String> {
    run_with(executor, path, input, &[])
}

/// As [`run`], with arguments for the program.
pub fn run_with(
    executor: Executor,
    path: &Path,
    input: &str,
    args: &[String],
) -> Result<Outcome, String> {
    let binary = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = Command::new(binary);
    command
        .args(args)
        .env(ORDER, format!("{}:{}", executor.key(), path.display()));
    finish(command, path, input)
}

/// Runs `sumi check` on it in a child.
pub fn run_check(path: &Path) -> Result<Outcome, String> {
    let binary = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = Command::new(binary);
    command.env(ORDER, format!("check:{}", path.display()));
    finish(command, path, "")
}

/// Runs `sumi explain` on it in a child, in its folder, for a processor of 2009.
pub fn run_explain(path: &Path) -> Result<Outcome, String> {
    let binary = std::env::current_exe().map_err(|e| e.to_string())?;
    let name = path.file_name().unwrap_or_default();
    let mut command = Command::new(binary);
    command
        .env(ORDER, format!("explain:{}", name.display()))
        .env("SUMI_CPU", "v2");
    finish(command, path, "")
}

/// Starts the command in the folder of `path`, feeds it `input` and waits, within limits.
pub fn finish(command: Command, path: &Path, input: &str) -> Result<Outcome, String> {
    finish_within(command, path, input, LIMIT)
}

fn finish_within(
    mut command: Command,
    path: &Path,
    input: &str,
    limit: Duration,
) -> Result<Outcome, String> {
    if let Some(folder) = path.parent() {
        command.current_dir(folder);
    }
    command
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let feed = child.stdin.take().map(|mut stdin| {
        let input = input.to_string();
        // A program that does not read its input closes the pipe early.
        std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())))
    });
    let stdout = child.stdout.take().map(collect);
    let stderr = child.stderr.take().map(collect);
    let start = Instant::now();
    let (status, ending) = loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) => break (status.code(), status.to_string()),
            None if start.elapsed() > limit => {
                child
                    .kill()
                    .and_then(|()| child.wait())
                    .map_err(|e| e.to_string())?;
                break (None, format!("the limit of {limit:?}"));
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    if let Some(feed) = feed {
        feed.join()
            .map_err(|_| "the writer of the input panicked".to_string())?;
    }
    let text = |reader: Option<std::thread::JoinHandle<Vec<u8>>>| {
        let bytes = reader.and_then(|r| r.join().ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ok(Outcome {
        status,
        ending,
        stdout: text(stdout),
        stderr: text(stderr),
    })
}

fn collect(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before a failure is still worth showing.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}
