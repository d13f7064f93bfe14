//! The text of scalars: what `print`, interpolation, format specs, `str(x)` and `parse` mean, stated once for
//! const evaluation and for the runtime; and what their hashes are. Scalars in, text out; no types, no memory.

mod fixed;
mod format;
mod hash;
mod number;
mod parse;
mod quote;
mod spec;
pub mod unicode;

pub use format::{format_f32, format_f64, format_int, format_str, push_format_f64};
pub use hash::{
    HASH_MULTIPLIER, HASH_SEED, HASH_TURN, KEY_IS_HASHED, LONGEST_KEY, float_word, mix, mix_bytes,
    text_key,
};
pub use number::{f32_text, f64_text, int_text, push_f32, push_f64, push_int};
pub use parse::{parse_f32, parse_f64, parse_float, parse_int};
pub use quote::{push_quoted, push_quoted_char, quoted, quoted_char};
pub use spec::{Align, FormatSpec, Radix, Subject};
