//! Compiled units become something that runs: linking, symbols, execution with traps, sessions, and the embedding API.

mod landing;
pub mod native;
pub mod orc;
pub mod report;
pub mod run;
#[cfg(test)]
mod run_tests;
mod signal;
mod stack;
pub mod symbol;
pub mod symbolize;
pub mod trap;
