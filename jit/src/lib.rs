//! Compiled units become something that runs: linking, symbols, execution with traps, sessions, and the embedding API.

mod better;
mod build;
mod callback;
mod compile;
mod compiled;
mod config;
mod copies;
mod editing;
mod engine;
mod entered;
mod explain;
mod failure;
mod front;
mod host;
mod host_code;
mod image;
mod landing;
mod linked;
mod machine;
mod migrate;
pub mod native;
pub mod orc;
mod output;
mod preview;
pub mod report;
mod resident;
pub mod run;
mod saved;
mod script;
mod session;
mod sheet;
mod signal;
mod stack;
pub mod symbolize;
mod text;
pub mod trap;
mod unwind;
mod watchdog;

pub use compile::{Compilation, First, Keep, compile_in_steps, compile_script, leave};
pub use compiled::{BetterLoops, CompiledScript, LoadedScript, script_key};
/// The name that was meant, if one of these is near enough.
pub use compiler::hir::nearest;
pub use config::{Config, Stage};
pub use copies::Copied;
pub use editing::{Classes, TokenClass, is_complete, token_classes};
pub use engine::Engine;
pub use entered::Entered;
pub use host::types::{Declared, DeclaredParam, DescribedField, Types};
pub use host::untyped;
pub use host::{
    Args, AskedParam, Exported, Handle, HostFunction, HostModule, HostResult, IntoHost, Mut,
    Object, Param, Plain, Signature, Slice, SliceMut, Take, Value,
};
#[doc(hidden)]
pub use host::{Class, Register};
#[doc(hidden)]
pub use stdlib::desc;

/// What the macros of the `sumi` crate make use of.
#[doc(hidden)]
pub mod __private {
    pub use crate::host::{DescField, PlainPart, described, enum_desc, struct_desc};
    pub use crate::{copied_param, passed_by_address, plain_value};
    pub use stdlib::desc::{Kind, TypeDesc};
}

/// The macros name the crate that people use.
#[cfg(test)]
extern crate self as sumi;

pub use report::{
    CellReport, Checked, Converted, Error, Expectation, Frame, Kept, Page, Preview, Problem,
    RuntimeError, Shown, Taken, Timing, TrialReport, UnitReport,
};
pub use resident::give_back_code;
pub use run::Interrupter;
pub use script::{
    Function, KeptValue, MaybeRenamed, Reloaded, Reset, Script, Snapshot, UntypedFunction,
    Unusable, Variable,
};
pub use session::{Back, Names, Session, Transcript};
pub use sheet::{Change, Counts, Progress, Saved, Sheet, Stopper};
pub use stdlib::portable::Changes;
pub use stdlib::{Capabilities, Capability};
pub use syntax::cut::common_ends;
/// Every code that a [`Problem`] may have.
pub use syntax::diagnostic::CODES as DIAGNOSTIC_CODES;

#[cfg(test)]
mod run_tests;

/// For command lines: a process that writes into a pipe whose reader is gone ends, as other commands do, instead of going on for
/// nobody.
pub fn end_with_the_reader() {
    // SAFETY: it restores the default that every process starts with.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}
