//! The runtime that generated code calls: type descriptors, blocks, the heap of an engine, and the functions of the
//! language. It never knows the compiler.
//!
//! # How generated code calls it
//!
//! A primitive that the prelude declares as `extern "sumi" { fn str_upper(s: str) -> str }` is the symbol `sumi_str_upper`. All
//! functions have the C convention, and their arguments in this order:
//!
//! 1. the place for the result, if the result is in memory or of a type parameter `T`;
//! 2. a `*const TypeDesc` for each type parameter;
//! 3. the arguments. Scalars, `str`, `[T]` and boxes by value, `mut` ones as the address of the place. **What is of type `T`, a bare type
//!    parameter, is passed by address**, whatever `T` is; a `T` that was taken over (`owned_x`) is copied from there, and the
//!    place it came from then holds nothing.
//!
//! `bool` is a byte, `char` a `u32`. Arguments are borrowed and results owned, unless said otherwise.
//!
//! | symbol | C signature | |
//! |---|---|---|
//! | `sumi_empty` | data | the static empty block |
//! | `sumi_desc_u8`, `…_i64 u64 f64 bool char str` | data | descriptors |
//! | `sumi_alloc` | `(elem, i64 cap) -> block` | length 0, owned once; whoever fills it sets `len` |
//! | `sumi_free` | `(block)` | its count has just become 0 |
//! | `sumi_retain`, `sumi_release` | `(desc, value)` | for a value in memory |
//! | `sumi_unique` | `(elem, block) -> block` | takes `block` over; call it when the count is not 1 |
//! | `sumi_reserve` | `(elem, block, i64 min_cap) -> block` | takes `block` over; the result is unique and has the room |
//! | `sumi_take` | `(result, T, place)` | leaves the empty value |
//! | `sumi_append` | `(desc, value, str *out, u32 literal, i64 limit) -> bool` | appends the text; a limit below 0 is none |
//! | `sumi_append_spec` | `(desc, value, str *out, u64 spec)` | with `text::FormatSpec::pack` |
//! | `sumi_str_push_bytes` | `(str *out, u8 *start, i64 len)` | appends a constant |
//! | `sumi_eq`, `sumi_lt`, `sumi_le` | `(T, a, b) -> bool` | the operators; `a > b` is `sumi_lt(T, b, a)` |
//! | `sumi_cmp` | `(T, a, b) -> i32` | the key order |
//! | `sumi_array_repeat` | `(T, x, i64 n) -> block` | `[x; n]`; `x` stays the caller's |
//! | `sumi_str_to_cstr` | `(str) -> block` | the text and a zero byte: its elements are the `cstr`; release the block after the call |
//! | `sumi_cstr_to_str` | `(cstr) -> str` | a copy; null is the empty text |
//! | `sumi_…` | | each primitive of `lang/prelude/intrinsics.sumi` that generated code does not contain itself |
//!
//! Math functions are not here: generated code uses LLVM's intrinsics and the C library's functions (`sin`, `sinf`, …), which the
//! table of [`symbols`] has, too.
//!
//! # Failure
//!
//! A function that cannot go on calls [`Runtime::raise`], which does not come back: the frames of Rust in between are abandoned. So
//! none of them holds, at such a point, anything that must be dropped.

mod arrays;
pub mod block;
mod compare;
pub mod convert;
pub mod desc;
mod hash;
mod heap;
pub mod lang;
mod map;
mod memory;
mod outside;
pub mod portable;
mod runtime;
mod same;
mod show;
mod sound;
mod strings;
mod symbols;
pub mod system;
pub mod value;
mod walk;

pub use block::Block;
pub use desc::{FieldDesc, Kind, TypeDesc, VariantDesc};
pub use runtime::{
    AskedFile, Capabilities, Capability, Entered, FileState, Outside, RaiseFn, Runtime, Sink,
    SplitFn, Stats, TrapKind, file_state,
};
pub use symbols::{Symbol, symbols};
pub use walk::{Audit, Reached, Root};

#[cfg(test)]
mod tests;
