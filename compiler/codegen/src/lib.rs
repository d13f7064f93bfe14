//! Concrete MIR becomes an LLVM module, and that becomes an object or text. Boring on purpose: one MIR statement, one
//! small function; every local is a slot on the stack, and LLVM makes registers of them.
//!
//! It knows the representations of `compiler/ARCHITECTURE.md` and the names of the runtime's functions; it knows no
//! sessions and no files.

mod any;
mod attributes;
mod awake;
mod bitcode;
mod call;
mod callback;
mod check;
mod constant;
mod constant_data;
mod debug;
mod desc;
mod drop;
mod emit;
mod explain;
mod external;
mod format;
mod function;
mod hash;
mod intrinsics;
mod module;
mod operand;
mod place;
mod relation;
mod runtime;
mod rvalue;
mod scalar;
mod spare;
mod steps;
mod tbaa;
mod texts;
mod thunk;
mod types;
mod vector;

use compiler::env::{DefId, Env, FnOrigin};
use compiler::mono::{Key, Program};
use rustc_hash::FxHashMap;
use syntax::{Sources, Span};

pub use awake::wake_llvm;
pub use bitcode::{Bitcode, Host, HostCode};
pub use emit::{Begun, BegunModule, CpuLevel, assembly, begin, ir, object};
pub use explain::{Finding, Frame, Loop, Stays, What, explain};
pub use external::host_context_symbol;
pub use steps::{ASKED_WORD, BETTER_WORDS, LOOP_IN, Step, TELL_LOOP, loop_symbol};

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub optimise: bool,
    /// How many instructions, as codegen writes them, are optimised at most, with what is inlined into them.
    pub most_optimised: u64,
    /// Calls of other units' functions go through their slots, so that a redefinition can take their place.
    pub reloadable: bool,
    /// Globals and slots lie outside of units, at addresses that whoever links them knows.
    pub state_outside: bool,
    /// Lines count from the beginning of the function that they stand in, whose file is called by its id (see [`file_of_function`]), so that
    /// code stays the same wherever its function stands; those of the library do not.
    pub lines_by_function: bool,
    pub cpu: CpuLevel,
    /// Verify the module; a failure is a bug of ours.
    pub verify: bool,
}

impl Default for Options {
    /// Optimised code for this machine, of a unit that has its own state and stays as it is.
    fn default() -> Options {
        Options {
            optimise: true,
            most_optimised: u64::MAX,
            reloadable: false,
            state_outside: false,
            lines_by_function: false,
            cpu: CpuLevel::host(),
            verify: cfg!(debug_assertions),
        }
    }
}

/// Begins what a file is called that stands for a function; no file is called so.
const FUNCTION: char = '\u{1}';

/// How a function is called where a file is expected: see [`Options::lines_by_function`].
pub fn file_of_function(def: DefId) -> String {
    format!("{FUNCTION}{}", def.as_u32())
}

/// The function that such a file stands for.
pub fn function_of_file(name: &str) -> Option<DefId> {
    let number = name.strip_prefix(FUNCTION)?;
    number.parse().ok().map(DefId::from_u32)
}

/// A compiled unit.
pub struct Object {
    pub bytes: Vec<u8>,
    pub exports: Exports,
    /// Of [`Options::most_optimised`], how many were.
    pub optimised: u64,
}

/// What the linked unit can be asked for, by symbol.
#[derive(Clone, Debug, Default)]
pub struct Exports {
    /// `void()` each, in order.
    pub cells: Vec<String>,
    /// Words that point to what `any`s have, in the order of `Program::exported_tables`; that begins with the descriptor of the type inside.
    pub tables: Vec<String>,
    /// Constants `{code, type of the function, type of what it keeps}`, in the order of `Program::exported_values`.
    pub values: Vec<String>,
    /// By their symbols, the functions and closures whose code function values have; what was optimised away has no symbol any more.
    pub value_code: FxHashMap<String, Key>,
    /// `void()`: runs every cell. Only of a script.
    pub main: Option<String>,
    pub globals: Vec<GlobalExport>,
    pub functions: Vec<FunctionExport>,
    /// The functions that C may have been given the addresses of.
    pub callbacks: Vec<String>,
    /// What must be found elsewhere: functions of C and of the host.
    pub needs: Vec<Need>,
}

#[derive(Clone, Debug)]
pub struct GlobalExport {
    pub def: DefId,
    /// The value, which is all zeroes until it is bound: symbol and descriptor.
    pub symbol: String,
    pub desc: String,
}

#[derive(Clone, Debug)]
pub struct FunctionExport {
    pub def: DefId,
    pub symbol: String,
    /// The pointer that calls go through, if the unit was compiled so.
    pub slot: Option<String>,
    /// Of a function that migrates values: the descriptor of what it takes, and whether it drops that.
    pub former: Option<(String, bool)>,
}

#[derive(Clone, Debug)]
pub struct Need {
    pub def: DefId,
    /// As it is written in the program and looked up in its library.
    pub name: String,
    /// As generated code refers to it.
    pub symbol: String,
    pub origin: FnOrigin,
    pub span: Span,
}

/// Everything that `emit` reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub program: &'a Program,
    pub env: &'a Env,
    pub sources: &'a Sources,
    pub step: Step<'a>,
    pub options: Options,
    pub host: &'a dyn Host,
}
