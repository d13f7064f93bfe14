#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "each target uses a part")]
mod targets;

#[path = "../mutate.rs"]
mod mutate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::program(bytes));
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::mutated(data, size, max_size, seed)
});
