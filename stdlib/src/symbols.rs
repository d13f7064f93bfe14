//! The table of what generated code may refer to: runtime functions, the runtime's own constants, and the C functions that LLVM
//! calls of its own accord. The engine hands it to the linker as absolute addresses, so that nothing is looked up by name in
//! the process, and a stripped, static binary works like any other.

use crate::{arrays, block, compare, desc, hash, memory, outside, runtime, show, strings};

/// A name and its address.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    pub name: &'static str,
    pub address: *const (),
}

// SAFETY: an address of code or of a static.
unsafe impl Sync for Symbol {}
// SAFETY: as above.
unsafe impl Send for Symbol {}

macro_rules! functions {
    ($($module:ident: $($name:ident)*;)*) => {
        &[$($(Symbol { name: stringify!($name), address: $module::$name as *const () },)*)*]
    };
}

macro_rules! data {
    ($($name:literal = $address:expr;)*) => {
        &[$(Symbol { name: $name, address: $address.cast() },)*]
    };
}

/// Every group of symbols.
pub fn symbols() -> impl Iterator<Item = &'static Symbol> {
    [DATA, FUNCTIONS, C_FUNCTIONS].into_iter().flatten()
}

static DATA: &[Symbol] = data! {
    "sumi_empty" = &raw const block::EMPTY;
    "sumi_desc_u8" = &raw const desc::U8;
    "sumi_desc_i64" = &raw const desc::I64;
    "sumi_desc_u64" = &raw const desc::U64;
    "sumi_desc_f64" = &raw const desc::F64;
    "sumi_desc_bool" = &raw const desc::BOOL;
    "sumi_desc_char" = &raw const desc::CHAR;
    "sumi_desc_str" = &raw const desc::STR;
};

static FUNCTIONS: &[Symbol] = functions! {
    memory: sumi_alloc sumi_free sumi_retain sumi_release sumi_unique sumi_reserve sumi_take;
    show: sumi_append sumi_append_spec sumi_show sumi_cstr_to_str sumi_str_to_cstr;
    compare: sumi_eq sumi_lt sumi_le sumi_cmp sumi_key_less sumi_key_equal;
    hash: sumi_hash;
    runtime: sumi_access_begin sumi_access_end sumi_access_is_open;
    desc: sumi_same_type;
    arrays:
        sumi_array_len sumi_array_with_capacity sumi_array_reserve sumi_array_push sumi_array_pop
        sumi_array_truncate sumi_array_insert sumi_array_remove sumi_array_swap sumi_array_extend
        sumi_array_slice sumi_array_concat sumi_array_repeat sumi_array_reverse sumi_array_sort
        sumi_array_sort_with;
    strings:
        sumi_str_len sumi_str_byte sumi_str_is_boundary sumi_str_slice sumi_str_concat sumi_str_push
        sumi_str_push_bytes sumi_str_push_char sumi_str_bytes sumi_str_is_utf8 sumi_str_from_utf8
        sumi_str_chars sumi_str_from_chars sumi_str_find sumi_str_find_last sumi_str_replace
        sumi_str_split sumi_str_split_whitespace sumi_str_lines sumi_str_trim sumi_str_upper
        sumi_str_lower sumi_str_repeat sumi_str_reversed sumi_str_join sumi_char_class
        sumi_char_upper sumi_char_lower sumi_parse_int sumi_parse_float;
    outside: sumi_print sumi_write sumi_eprint sumi_read_line sumi_read_all sumi_args sumi_system sumi_exit;
};

/// What LLVM calls for operations that have no instruction, and for copies.
static C_FUNCTIONS: &[Symbol] = functions! {
    c:
        sin sinf cos cosf sincos sincosf tan tanf asin asinf acos acosf atan atanf sinh sinhf cosh coshf tanh tanhf
        exp expf exp2 exp2f log logf log2 log2f log10 log10f cbrt cbrtf floor floorf ceil ceilf
        round roundf trunc truncf rint rintf nearbyint nearbyintf roundeven roundevenf sqrt sqrtf
        fabs fabsf atan2 atan2f pow powf fmod fmodf hypot hypotf fmin fminf fmax fmaxf fma fmaf
        ldexp ldexpf memcpy memmove memset memcmp bcmp strlen;
};

mod c {
    use std::ffi::{c_char, c_int, c_void};

    #[link(name = "m")]
    unsafe extern "C" {
        pub(super) fn sin(x: f64) -> f64;
        pub(super) fn sinf(x: f32) -> f32;
        pub(super) fn cos(x: f64) -> f64;
        pub(super) fn cosf(x: f32) -> f32;
        pub(super) fn sincos(x: f64, sin: *mut f64, cos: *mut f64);
        pub(super) fn sincosf(x: f32, sin: *mut f32, cos: *mut f32);
        pub(super) fn tan(x: f64) -> f64;
        pub(super) fn tanf(x: f32) -> f32;
        pub(super) fn asin(x: f64) -> f64;
        pub(super) fn asinf(x: f32) -> f32;
        pub(super) fn acos(x: f64) -> f64;
        pub(super) fn acosf(x: f32) -> f32;
        pub(super) fn atan(x: f64) -> f64;
        pub(super) fn atanf(x: f32) -> f32;
        pub(super) fn sinh(x: f64) -> f64;
        pub(super) fn sinhf(x: f32) -> f32;
        pub(super) fn cosh(x: f64) -> f64;
        pub(super) fn coshf(x: f32) -> f32;
        pub(super) fn tanh(x: f64) -> f64;
        pub(super) fn tanhf(x: f32) -> f32;
        pub(super) fn exp(x: f64) -> f64;
        pub(super) fn expf(x: f32) -> f32;
        pub(super) fn exp2(x: f64) -> f64;
        pub(super) fn exp2f(x: f32) -> f32;
        pub(super) fn log(x: f64) -> f64;
        pub(super) fn logf(x: f32) -> f32;
        pub(super) fn log2(x: f64) -> f64;
        pub(super) fn log2f(x: f32) -> f32;
        pub(super) fn log10(x: f64) -> f64;
        pub(super) fn log10f(x: f32) -> f32;
        pub(super) fn cbrt(x: f64) -> f64;
        pub(super) fn cbrtf(x: f32) -> f32;
        pub(super) fn floor(x: f64) -> f64;
        pub(super) fn floorf(x: f32) -> f32;
        pub(super) fn ceil(x: f64) -> f64;
        pub(super) fn ceilf(x: f32) -> f32;
        pub(super) fn round(x: f64) -> f64;
        pub(super) fn roundf(x: f32) -> f32;
        pub(super) fn trunc(x: f64) -> f64;
        pub(super) fn truncf(x: f32) -> f32;
        pub(super) fn rint(x: f64) -> f64;
        pub(super) fn rintf(x: f32) -> f32;
        pub(super) fn nearbyint(x: f64) -> f64;
        pub(super) fn nearbyintf(x: f32) -> f32;
        pub(super) fn roundeven(x: f64) -> f64;
        pub(super) fn roundevenf(x: f32) -> f32;
        pub(super) fn sqrt(x: f64) -> f64;
        pub(super) fn sqrtf(x: f32) -> f32;
        pub(super) fn fabs(x: f64) -> f64;
        pub(super) fn fabsf(x: f32) -> f32;
        pub(super) fn atan2(x: f64, y: f64) -> f64;
        pub(super) fn atan2f(x: f32, y: f32) -> f32;
        pub(super) fn pow(x: f64, y: f64) -> f64;
        pub(super) fn powf(x: f32, y: f32) -> f32;
        pub(super) fn fmod(x: f64, y: f64) -> f64;
        pub(super) fn fmodf(x: f32, y: f32) -> f32;
        pub(super) fn hypot(x: f64, y: f64) -> f64;
        pub(super) fn hypotf(x: f32, y: f32) -> f32;
        pub(super) fn fmin(x: f64, y: f64) -> f64;
        pub(super) fn fminf(x: f32, y: f32) -> f32;
        pub(super) fn fmax(x: f64, y: f64) -> f64;
        pub(super) fn fmaxf(x: f32, y: f32) -> f32;
        pub(super) fn fma(x: f64, y: f64, z: f64) -> f64;
        pub(super) fn fmaf(x: f32, y: f32, z: f32) -> f32;
        pub(super) fn ldexp(x: f64, exponent: c_int) -> f64;
        pub(super) fn ldexpf(x: f32, exponent: c_int) -> f32;
        pub(super) fn memcpy(to: *mut c_void, from: *const c_void, bytes: usize) -> *mut c_void;
        pub(super) fn memmove(to: *mut c_void, from: *const c_void, bytes: usize) -> *mut c_void;
        pub(super) fn memset(to: *mut c_void, byte: c_int, bytes: usize) -> *mut c_void;
        pub(super) fn memcmp(a: *const c_void, b: *const c_void, bytes: usize) -> c_int;
        pub(super) fn bcmp(a: *const c_void, b: *const c_void, bytes: usize) -> c_int;
        pub(super) fn strlen(text: *const c_char) -> usize;
    }
}
