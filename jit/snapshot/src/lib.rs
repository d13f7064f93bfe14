//! The prelude, compiled when Sumi is built: no start has to do it again. See `compiler::snapshot`.

/// For `compiler::snapshot::read`. The sources have the numbers 0, 1, … in the order of `stdlib::lang::PRELUDE`.
pub static PRELUDE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prelude"));
