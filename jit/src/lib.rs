//! Compiled units become something that runs: linking, symbols, execution with traps, sessions, and the embedding API.

pub mod orc;
