//! Object bytes become callable addresses: safe, small wrappers over ORC, and the only files that name llvm-sys.
//!
//! A [`Session`] owns one LLJIT (JITLink, no process symbols) and the memory that all its code lies in. Every unit gets a
//! [`Dylib`]; what it needs from others it finds through its link order. A handle has one owner: a dylib keeps the
//! dylibs it links to alive, and dropping the last handle removes its code and gives the memory back.

// LLVM itself is linked by the build script of `codegen`, which only counts where the package is named.
use codegen as _;

mod dylib;
mod error;
mod session;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use dylib::Dylib;
pub use error::LinkError;
pub(crate) use session::address_in_llvm;
pub use session::{DylibId, Session};
pub(crate) use session::{Room, Use};
