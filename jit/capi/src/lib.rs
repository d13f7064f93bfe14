//! Sumi for C: `libsumi.so` and `libsumi.a`, by `include/sumi.h`, which says what each function here does, who owns what, and what goes
//! wrong. Nothing unwinds into C, and no null pointer, wrong kind of value or wrong thread goes further than an error.

pub mod config;
pub mod engine;
pub mod error;
pub mod kept;
mod lent;
pub mod look;
pub mod module;
pub mod object;
pub mod report;
pub mod script;
pub mod value;

use std::ffi::c_char;

/// The version, as `0.1.0`.
#[unsafe(no_mangle)]
pub extern "C" fn sumi_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
