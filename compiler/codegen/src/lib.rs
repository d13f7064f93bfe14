//! Concrete MIR becomes an LLVM module, and that becomes an object or text. Boring on purpose: one MIR statement, one
//! small function; every local is a slot on the stack, and LLVM makes registers of them.
//!
//! It knows the representations of `compiler/ARCHITECTURE.md` and the names of the runtime's functions; it knows no
//! sessions and no files.

mod any;
mod attributes;
mod call;
mod callback;
mod check;
mod constant;
mod constant_data;
mod debug;
mod desc;
mod drop;
mod emit;
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
mod tbaa;
mod thunk;
mod types;
mod vector;

use compiler::env::{DefId, Env, FnOrigin};
use compiler::mono::Program;
use syntax::{Sources, Span};

pub use emit::{CpuLevel, assembly, ir, object};
pub use external::host_context_symbol;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub optimise: bool,
    /// Calls of other units' functions go through their slots, so that a redefinition can take their place.
    pub reloadable: bool,
    /// Globals and slots lie outside of units, at addresses that whoever links them knows.
    pub state_outside: bool,
    pub cpu: CpuLevel,
    /// Verify the module; a failure is a bug of ours.
    pub verify: bool,
}

/// A compiled unit.
pub struct Object {
    pub bytes: Vec<u8>,
    pub exports: Exports,
}

/// What the linked unit can be asked for, by symbol.
#[derive(Clone, Debug, Default)]
pub struct Exports {
    /// `void()` each, in order.
    pub cells: Vec<String>,
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
    pub options: Options,
}
