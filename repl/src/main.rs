//! The command line: reads arguments, opens one of the doors, gives its exit status.
//!
//! `0` done; `1` errors found before running, or a `//=>` that does not hold; `2` wrong usage; `101` a runtime error.

mod cache;
mod costs;
mod emit;
mod explain;
mod idle;
mod interrupt;
mod run;
mod sheet;
mod streams;
mod terminal;
mod trials;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::streams::complain;

#[derive(Parser)]
#[command(
    name = "sumi",
    version,
    about = "Sumi: a language for games and live work. Without arguments it opens the REPL.",
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    script: Script,
    /// Run this code instead of a file.
    #[arg(short = 'e', value_name = "CODE")]
    code: Option<String>,
    #[command(flatten)]
    options: Options,
}

#[derive(Args, Clone, Default)]
struct Script {
    /// The script to run; `-` reads it from standard input.
    file: Option<PathBuf>,
    /// What the script sees as `io.args()`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Args, Clone)]
struct Options {
    /// How hard to optimise: 0 or 3.
    #[arg(long, value_name = "LEVEL", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3), global = true)]
    opt: u8,
    /// Print a stage of the compiler instead of running: tokens, ast, hir, mir, drops, llvm or asm.
    #[arg(long, value_name = "STAGE", global = true)]
    emit: Option<jit::Stage>,
    /// After a script, tell how many blocks it allocated and split.
    #[arg(long, global = true)]
    stats: bool,
    /// After a script, tell for each line the bytes that were copied because a shared container was written.
    #[arg(long, global = true)]
    copies: bool,
    /// How much memory the values of a program may take; half of the machine's unless said otherwise.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..), global = true)]
    memory: Option<u64>,
    /// In a worksheet that is followed, how long a cell may run that nobody has asked to; 10 unless said otherwise.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, global = true)]
    limit: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().ok();
    let time = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    let time = time.filter(|time| !time.is_zero());
    time.ok_or_else(|| "expected a number of seconds, as 0.5".to_owned())
}

#[derive(Subcommand)]
enum Command {
    /// Run a script.
    Run(Script),
    /// Show a worksheet: every top-level item with its value, output or error beside it.
    Sheet(sheet::Arguments),
    /// Tell why the cell of a line of a worksheet ran, or what keeps it from that.
    Why { file: PathBuf, line: usize },
    /// Report the mistakes of a file without running it.
    Check { file: PathBuf },
    /// Tell line by line what the compiler made of a file: loops that were not vectorised, checks that stayed, copies and allocations, and why.
    Explain { file: PathBuf },
    /// Run the `test` items of files, each from the state that its file leaves.
    Test {
        /// Files, and folders for all files in them; a last one that is neither is a part of the names of the tests to be run.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Run the `bench` items of files many times and tell how long each takes.
    Bench {
        /// As for `test`.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Tell what is kept of earlier runs: compiled scripts, and the values of worksheets.
    Cache {
        #[command(subcommand)]
        what: Option<CacheCommand>,
    },
}

#[derive(Subcommand)]
enum CacheCommand {
    /// Forget all of it.
    Clear,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One that speaks with other processes hears of their end otherwise.
    if !matches!(&cli.command, Some(Command::Sheet(arguments)) if arguments.has_a_worker()) {
        jit::end_with_the_reader();
    }
    let code = match cli.command {
        Some(Command::Run(script)) => script_or_emit(script, &cli.options),
        Some(Command::Sheet(arguments)) => sheet::open(&arguments, &cli.options),
        Some(Command::Why { file, line }) => sheet::why(&file, line, &cli.options),
        Some(Command::Check { file }) => run::check(&file, &cli.options),
        Some(Command::Explain { file }) => explain::file(&file, &cli.options),
        Some(Command::Test { files }) => trials::run(files, false, &cli.options),
        Some(Command::Bench { files }) => trials::run(files, true, &cli.options),
        Some(Command::Cache { what }) => kept(what.as_ref()),
        None => match cli.code {
            // `-e CODE A B`: what follows the code is the script's.
            Some(code) => {
                let first = cli.script.file.map(|f| f.to_string_lossy().into_owned());
                run::text(
                    "-e",
                    &code,
                    first.into_iter().chain(cli.script.args).collect(),
                    &cli.options,
                )
            }
            None if cli.script.file.is_some() => script_or_emit(cli.script, &cli.options),
            None if cli.options.emit.is_some() => {
                complain!("sumi: --emit needs a file or `-e CODE`");
                2
            }
            None => terminal::repl(&cli.options),
        },
    };
    ExitCode::from(code)
}

/// Of earlier runs.
fn kept(what: Option<&CacheCommand>) -> u8 {
    let Some(folder) = cache::folder() else {
        complain!("sumi: there is no folder for it: neither XDG_CACHE_HOME nor HOME is set");
        return 1;
    };
    for (kind, name) in [
        (cache::SCRIPTS, "compiled scripts"),
        (cache::SHEETS, "worksheets"),
    ] {
        match what {
            None => {
                let usage = kind.usage();
                let mib = usage.bytes as f64 / f64::from(1 << 20);
                println!("{:>6} {name:<17} {mib:>8.1} MiB", usage.entries);
            }
            Some(CacheCommand::Clear) => {
                if let Err(error) = kind.clear() {
                    complain!("sumi: {}: {error}", folder.display());
                    return 1;
                }
            }
        }
    }
    if what.is_none() {
        println!("in {}", folder.display());
    }
    0
}

fn script_or_emit(script: Script, options: &Options) -> u8 {
    let Some(file) = script.file else {
        complain!("sumi: which file? `sumi run FILE [ARG…]`");
        return 2;
    };
    match options.emit {
        Some(stage) => emit::file(&file, stage, options),
        None => run::file(&file, script.args, options),
    }
}

impl Options {
    fn config(&self) -> jit::Config {
        let default = jit::Config::trusted();
        let memory = self.memory.map(|memory| memory.saturating_mul(1 << 20));
        let memory_limit = memory.unwrap_or(default.memory_limit);
        jit::Config {
            optimize: self.opt > 0,
            color: std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            memory_limit,
            state_limit: default.state_limit.min(memory_limit / 2),
            cell_limit: self.limit.unwrap_or(default.cell_limit),
            ..default
        }
    }

    /// What another process is to be told, that its programs run in the same way.
    fn as_arguments(&self) -> Vec<String> {
        let mut all = vec!["--opt".to_owned(), self.opt.to_string()];
        if let Some(memory) = self.memory {
            all.extend(["--memory".to_owned(), memory.to_string()]);
        }
        if let Some(limit) = self.limit {
            all.extend(["--limit".to_owned(), limit.as_secs_f64().to_string()]);
        }
        all
    }
}
