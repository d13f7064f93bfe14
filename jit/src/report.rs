//! What a session tells its front ends: plain data about cells, values, output and errors, without terminal code.
//!
//! `session::Session` makes it; the command line, the worksheet, the REPL and hosts read it. The methods that the front doors
//! stand on (a session is `Session::new(Config)`):
//!
//! | method | for |
//! |---|---|
//! | `run_script(name, text) -> Result<(), Error>` | `sumi FILE`: every cell in order, output straight to the sink, stops at the first error |
//! | `interpret(name, text) -> Result<(), Error>` | the same through the MIR interpreter, for tests |
//! | `run_line(name, text) -> Result<UnitReport, Error>` | an entry of the REPL, taken back as a whole if a cell fails |
//! | `run_tests(name, text, is_bench, wanted, each) -> Result<(), Error>` | `sumi test`, `sumi bench`: each from the state that the file left |
//! | `check(name, text) -> Result<Checked, Error>` | warnings, rendered and as data |
//! | `emit(name, text, Stage) -> Result<String, Error>`, `type_of(text)` | `--emit`, `:type` |
//! | `undo_to(Back) -> Result<Taken, String>`, `redo()` | takes entries back, their effects on variables included, and brings them back |
//! | `why(what)`, `doc(name)`, `script()` | `:why`, `:doc`, `:save` |
//! | `variables() -> Vec<Shown>`, `names() -> Names` | `:vars`, completion (`Names::top_level(prefix)`, `Names::members(variable, prefix)`) |
//! | `interrupter() -> Interrupter` | Ctrl-C |
//! | `live_blocks() -> usize` | tests: after `Session::close`-like dropping of the globals it is 0 |
//!
//! `Config { optimize, color, args, capture, keep_going, resolver, host, allow_extern, memory_limit, stack_size, … }` has a `Default`.
//! Free functions for editors: `is_complete(text) -> bool`, `token_classes(text) -> Vec<(Range<usize>, TokenClass)>`.

use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What is to be said about a text that is not wrong.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Rendered, each by itself.
    pub warnings: Vec<String>,
    pub problems: Vec<Problem>,
}

/// What running a unit showed.
#[derive(Clone, Debug, Default)]
pub struct UnitReport {
    /// One for each top-level item that runs, in the order of the text.
    pub cells: Vec<CellReport>,
    /// Definitions of functions and types, redefinitions included.
    pub defined: Vec<Shown>,
    /// Earlier definitions that were compiled again, since what they depend on changed its interface.
    pub again: Vec<String>,
    /// Variables whose values were converted, since their type changed.
    pub converted: Vec<Converted>,
    /// Variables whose values cannot be converted and keep the type that they had.
    pub kept: Vec<Kept>,
    /// Of an entry that counts: its number, by which its value is called and by which it is taken back.
    pub number: Option<u32>,
    /// Rendered diagnostics that did not stop the unit.
    pub warnings: Vec<String>,
}

impl UnitReport {
    /// The mistakes in the cells of a sheet, if there are any.
    pub fn mistakes(&self) -> Option<Error> {
        let rendered: Vec<&str> = self
            .cells
            .iter()
            .map(|cell| cell.rendered.as_str())
            .collect();
        let rendered = rendered.into_iter().filter(|text| !text.is_empty());
        let rendered = rendered.collect::<Vec<_>>().join("\n");
        (!rendered.is_empty()).then(|| Error::Rejected {
            rendered,
            problems: self
                .cells
                .iter()
                .flat_map(|cell| cell.problems.clone())
                .collect(),
        })
    }
}

#[derive(Clone, Debug, Default)]
pub struct CellReport {
    /// Of a `test`: what it is called.
    pub test: Option<String>,
    /// In a sheet that is edited: which cell it is, however it is changed or moved.
    pub id: u64,
    /// Bytes of the unit's text.
    pub span: Range<usize>,
    /// Whether it ran in the last update; else its result is an earlier one.
    pub ran: bool,
    /// How long it ran for that result, and how many blocks of memory it took.
    pub elapsed: Duration,
    pub allocations: u64,
    /// The values and the output are those that it had before it was as it is now.
    pub is_old: bool,
    /// Why it ran or did not, in words.
    pub why: String,
    /// The names it binds and their values.
    pub bindings: Vec<Shown>,
    /// The value of an expression other than `()`.
    pub value: Option<Shown>,
    /// What it printed, when output is captured.
    pub output: String,
    pub error: Option<RuntimeError>,
    /// Why it was not run: what it needs did not come about.
    pub waits_for: Option<String>,
    /// Whether it is not done yet.
    pub is_running: bool,
    /// Why what is shown may no longer be what it would come to.
    pub stale: Option<String>,
    pub expectation: Option<Expectation>,
    /// The mistakes in its text, rendered and as data.
    pub rendered: String,
    pub problems: Vec<Problem>,
}

/// Variables whose values became values of changed types in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    pub names: Vec<String>,
    /// For each type what became of its parts: `` `Pos`: `x` kept, `z` new = 0 ``.
    pub steps: Vec<String>,
}

/// A variable that keeps a value of a type as it was before it was defined anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub name: String,
    /// As it is called from now on: `Point (before)`.
    pub ty: String,
    /// Why it cannot become a value of the new type.
    pub why: String,
}

/// Entries that were taken back or brought back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Number and text.
    pub entries: Vec<(u32, String)>,
    /// The variables that have another value by that.
    pub changed: Vec<String>,
    /// What they changed outside, which stays so: `files`.
    pub outside: Option<String>,
}

/// How a `test` or `bench` went.
#[derive(Clone, Debug, Default)]
pub struct TrialReport {
    pub name: String,
    /// What it printed, when output is captured; of a `bench` the first time.
    pub output: String,
    pub error: Option<RuntimeError>,
    /// Of a `bench` that did not fail.
    pub timing: Option<Timing>,
}

/// How long one run of a `bench` took, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    pub fastest: u64,
    pub median: u64,
    pub runs: usize,
}

/// A name, its type and its value as literal text, bounded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub name: String,
    pub ty: String,
    pub text: String,
    /// Why the text is not that of its type's own `show`.
    pub note: Option<String>,
    /// In a sheet: what is seen of it at a glance.
    pub preview: Option<Rc<Preview>>,
}

/// What is seen of a large value at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Preview {
    /// An array of so many numbers: the least and the greatest finite one of each of its parts, which are as long as each other; of many only
    /// some are looked at.
    Numbers {
        len: usize,
        parts: Vec<Option<[f64; 2]>>,
    },
    /// An array of structs or tuples, or a map: so many rows, and the first of them.
    Table {
        len: usize,
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

/// Some of the rows, elements or lines that a value has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Which is the first, from 0.
    pub from: usize,
    /// How many there are in all.
    pub len: usize,
    /// Empty if each row is one text.
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A `//=>` comment and what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    pub expected: String,
    pub actual: String,
    pub span: Range<usize>,
}

impl Expectation {
    pub fn holds(&self) -> bool {
        self.expected.trim() == self.actual.trim()
    }
}

/// How a run ended early.
#[derive(Clone, Debug)]
pub struct RuntimeError {
    /// `index`, `division-by-zero`, `assert`, `panic`, `stack-overflow`, `memory`, `interrupt`, …
    pub kind: &'static str,
    pub message: String,
    /// The status, if the program ended itself by `process.exit`: no error, nothing to report.
    pub exit: Option<i32>,
    /// The place in Sumi code that failed, then its callers, innermost first.
    pub frames: Vec<Frame>,
    /// Which of them is the innermost outside of the library; the first if none is.
    pub own: usize,
    /// Kind, message, source line and stack as a user reads them, without colour.
    pub rendered: String,
}

impl RuntimeError {
    /// Where the program failed: for a failure in the library, where it was called.
    pub fn place(&self) -> Option<&Frame> {
        self.frames.get(self.own).filter(|frame| frame.line > 0)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub function: String,
    pub file: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    pub column: u32,
}

/// Everything that can go wrong between a host and Sumi.
#[derive(Clone, Debug)]
pub enum Error {
    /// The source has mistakes; rendered, colour as the session was asked for.
    Rejected {
        rendered: String,
        problems: Vec<Problem>,
    },
    /// A library or symbol that is not there, or a host signature that does not match: symbol, library, where it was declared.
    Link {
        rendered: String,
        /// The same as data.
        problems: Vec<Problem>,
    },
    Runtime(RuntimeError),
    /// A function or variable that the host asks for does not exist or is of another type, or cannot be used now.
    Signature {
        message: String,
        /// As people read it: what the script has and what the host asks for, with the lines of the script that it is about.
        rendered: String,
        /// The same as data, where there are such lines.
        problems: Vec<Problem>,
    },
    /// A script cannot be exchanged for this one: what its variables hold does not fit.
    Reload {
        message: String,
    },
    /// A value cannot be written as bytes or JSON: which part of it, and why.
    Save {
        message: String,
    },
    /// A value that was kept or saved cannot become that of a variable: the bytes are torn, or a part does not fit.
    Load {
        message: String,
    },
    /// What was printed did not arrive: a full disk, for one.
    Output {
        message: String,
    },
    /// LLVM refused; a bug of ours or a machine that ran out of something.
    Backend {
        message: String,
    },
}

/// One diagnostic as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `error` or `warning`.
    pub severity: &'static str,
    pub code: String,
    pub message: String,
    /// How to mend it.
    pub help: Vec<String>,
    pub file: String,
    /// Lines and columns from 1; columns count characters, the end is exclusive.
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl Error {
    /// About what a host asks for, without a line of a script.
    pub(crate) fn signature(message: impl Into<String>) -> Error {
        let message = message.into();
        Error::Signature {
            rendered: message.clone(),
            message,
            problems: Vec::new(),
        }
    }

    /// Mistakes in the source, after others that led to them.
    pub(crate) fn followed_by(self, other: Error) -> Error {
        match (self, other) {
            (
                Error::Rejected {
                    rendered,
                    mut problems,
                },
                Error::Rejected {
                    rendered: more,
                    problems: others,
                },
            ) => {
                problems.extend(others);
                Error::Rejected {
                    rendered: format!("{rendered}\n{more}"),
                    problems,
                }
            }
            (first, _) => first,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Rejected { rendered, .. }
            | Error::Link { rendered, .. }
            | Error::Signature { rendered, .. } => f.write_str(rendered),
            Error::Runtime(error) => f.write_str(&error.rendered),
            Error::Reload { message }
            | Error::Save { message }
            | Error::Load { message }
            | Error::Output { message }
            | Error::Backend { message } => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}
