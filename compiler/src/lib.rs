//! From a tree to finished MIR: `hir::lower → check → mir::build → own::elaborate → mono`. Pure: no files, clock, terminal, LLVM or `unsafe`.

pub mod any;
pub mod boxes;
pub mod budget;
pub mod check;
mod consequences;
mod constants;
mod early;
pub mod env;
pub mod hir;
pub mod ids;
pub mod incremental;
pub mod layout;
pub mod mentions;
pub mod mir;
pub mod mono;
pub mod own;
pub mod pipeline;
pub mod render;
pub mod snapshot;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod types;

pub use pipeline::{CellInfo, Compiled, Source, compile, compile_tree, lower};
