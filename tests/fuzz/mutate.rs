//! Every second change is one of tokens, which gets further than one of bytes.

#[path = "../src/fuzz/mutate.rs"]
mod tokens;
#[path = "../src/fuzz/random.rs"]
mod random;

pub(crate) fn mutated(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if seed % 2 == 0
        && let Ok(text) = std::str::from_utf8(&data[..size])
    {
        let mutant = tokens::mutant(text, u64::from(seed));
        if mutant.len() <= max_size.min(data.len()) {
            data[..mutant.len()].copy_from_slice(mutant.as_bytes());
            return mutant.len();
        }
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
}
