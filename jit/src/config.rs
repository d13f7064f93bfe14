//! What a session can be asked for.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use codegen::{CpuLevel, Options};
use stdlib::Capabilities;

/// For scripts that nobody has looked at. Not measured yet: see PLAN.md.
const COMPILE_LIMIT: u64 = 200_000;
/// Some 3,000 to 6,000 lines.
const OPTIMISE_LIMIT: u64 = 150_000;

#[derive(Clone, Debug)]
pub struct Config {
    /// What the program sees as `io.args()`.
    pub args: Vec<String>,
    /// Keep what is printed for the reports, instead of passing it on to standard output.
    pub capture: bool,
    /// For a person who goes on after an error: output appears line by line.
    pub keep_going: bool,
    pub optimize: bool,
    /// Rendered messages carry the escapes of a terminal.
    pub color: bool,
    /// How much stack a run has.
    pub stack_bytes: usize,
    /// How many bytes the values of the program may take; by default half of the machine's memory, so that a program that asks
    /// for too much ends with an error before the system ends the process.
    pub memory_limit: u64,
    /// In a sheet: how many bytes values may take before some are given up that can be made again; by default a quarter of the
    /// machine's memory.
    pub state_limit: u64,
    /// In a sheet that is edited: how long a cell may run that nobody has asked to.
    pub cell_limit: Duration,
    /// In a REPL: how many entries at least can be taken back, and for how many the value is kept.
    pub entries: usize,
    /// Whether `extern "lib"` and `extern { }` may be used.
    pub allow_extern: bool,
    /// What programs may do to the outside, and learn from it, apart from printing.
    pub capabilities: Capabilities,
    /// How long a call of a host may run, and each top-level item of a script that is loaded; for ever if it is none. The time in functions of
    /// the host counts, but these are not interrupted.
    pub call_limit: Option<Duration>,
    /// How much a call may do, counted in rounds of loops and calls, the same on every machine; and so each top-level item of a script that is
    /// loaded. Without a limit nothing is counted, and code is as if there were none. See [`Engine::fuel_left`](crate::Engine::fuel_left).
    pub fuel: Option<u64>,
    /// How many bytes a call may print, to both outputs together; and so each top-level item.
    pub output_limit: Option<u64>,
    /// How much may be compiled at one time: when a script is loaded, for another text of it, for a function of it that is asked for, for an entry
    /// or an edit. Counted in steps, the same on every machine: about one for each statement of what is made of the text, in each instance of
    /// generic code, some for the text itself, for `match`es that are hard to prove and for constants that are long to compute. What is more is
    /// refused with a diagnostic, `too-much-code`. Without a limit a text of a few lines can take for ever.
    pub compile_limit: Option<u64>,
    /// How much of that may be optimised, in instructions: what comes after is made into code that is several times slower, but there at once.
    pub optimise_limit: Option<u64>,
}

impl Config {
    /// How code is made for this machine, apart from how its unit is linked.
    pub(crate) fn code_options(&self) -> Options {
        Options {
            optimise: self.optimize,
            cpu: cpu(),
            ..Options::default()
        }
    }
}

/// For this machine's processor, or an older one that `SUMI_CPU` names (`v1`, `v2`, `v3`): what `cargo dev instructions` counts is the same on all.
fn cpu() -> CpuLevel {
    let older = match std::env::var("SUMI_CPU").as_deref() {
        Ok("v1") => CpuLevel::V1,
        Ok("v2") => CpuLevel::V2,
        Ok("v3") => CpuLevel::V3,
        _ => CpuLevel::V4,
    };
    CpuLevel::host().min(older)
}

impl Config {
    /// What both this one and `wanted` allow: the lower of each two limits, the capabilities that both have. All else is as `wanted` has it.
    /// Where this one counts fuel, so does the result.
    #[must_use]
    pub fn narrowed(&self, wanted: Config) -> Config {
        Config {
            stack_bytes: self.stack_bytes.min(wanted.stack_bytes),
            memory_limit: self.memory_limit.min(wanted.memory_limit),
            state_limit: self.state_limit.min(wanted.state_limit),
            cell_limit: self.cell_limit.min(wanted.cell_limit),
            allow_extern: self.allow_extern && wanted.allow_extern,
            capabilities: self.capabilities.and(wanted.capabilities),
            call_limit: lower(self.call_limit, wanted.call_limit),
            fuel: lower(self.fuel, wanted.fuel),
            output_limit: lower(self.output_limit, wanted.output_limit),
            compile_limit: lower(self.compile_limit, wanted.compile_limit),
            optimise_limit: lower(self.optimise_limit, wanted.optimise_limit),
            ..wanted
        }
    }

    /// For programs of the user's own: they may do what the user may.
    pub fn trusted() -> Config {
        Config {
            allow_extern: true,
            capabilities: Capabilities::ALL,
            compile_limit: Some(10 * COMPILE_LIMIT),
            optimise_limit: None,
            ..Config::default()
        }
    }
}

/// What a host can give to scripts that it does not know: they compute, print and call the host.
impl Default for Config {
    fn default() -> Config {
        Config {
            args: Vec::new(),
            capture: false,
            keep_going: false,
            optimize: true,
            color: false,
            stack_bytes: 64 << 20,
            memory_limit: half_of_memory(),
            state_limit: half_of_memory() / 2,
            cell_limit: Duration::from_secs(10),
            entries: 1000,
            allow_extern: false,
            capabilities: Capabilities::NONE,
            call_limit: None,
            fuel: None,
            output_limit: None,
            compile_limit: Some(COMPILE_LIMIT),
            optimise_limit: Some(OPTIMISE_LIMIT),
        }
    }
}

fn lower<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn half_of_memory() -> u64 {
    // SAFETY: both ask for numbers.
    let (pages, size) = unsafe {
        (
            libc::sysconf(libc::_SC_PHYS_PAGES),
            libc::sysconf(libc::_SC_PAGESIZE),
        )
    };
    match (u64::try_from(pages), u64::try_from(size)) {
        (Ok(pages), Ok(size)) if pages > 0 && size > 0 => pages / 2 * size,
        _ => u64::MAX,
    }
}

/// A stage of the compiler that can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Tokens,
    Ast,
    Hir,
    Mir,
    Drops,
    Llvm,
    Asm,
}

const STAGES: [(&str, Stage); 7] = [
    ("tokens", Stage::Tokens),
    ("ast", Stage::Ast),
    ("hir", Stage::Hir),
    ("mir", Stage::Mir),
    ("drops", Stage::Drops),
    ("llvm", Stage::Llvm),
    ("asm", Stage::Asm),
];

impl FromStr for Stage {
    type Err = String;

    fn from_str(name: &str) -> Result<Stage, String> {
        let found = STAGES.iter().find(|(known, _)| *known == name);
        found.map(|(_, stage)| *stage).ok_or_else(|| {
            let known: Vec<&str> = STAGES.iter().map(|(known, _)| *known).collect();
            format!("there is no stage `{name}`; there are {}", known.join(", "))
        })
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = STAGES.iter().find(|(_, stage)| stage == self);
        f.write_str(found.map_or("", |(name, _)| name))
    }
}
