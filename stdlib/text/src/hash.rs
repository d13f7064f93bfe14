//! Hashes of scalars and text: what const evaluation, the runtime and generated code agree on. What is equal as a key has one
//! hash, so all NaN are alike, and so are the zeros.

pub const HASH_SEED: u64 = 0x2d35_8dcc_aa6c_78a5;
pub const HASH_MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
/// Both halves of a product, and the state from before it turned by this.
pub const HASH_TURN: u32 = 29;

pub fn mix(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word ^ HASH_SEED) * u128::from(HASH_MULTIPLIER);
    (product as u64) ^ ((product >> 64) as u64) ^ state.rotate_left(HASH_TURN)
}

/// The length, in the byte that a text of less than a word leaves free, then word by word; the last word ends where the text ends.
pub fn mix_bytes(state: u64, bytes: &[u8]) -> u64 {
    let mut state = state ^ (bytes.len() as u64).rotate_right(8);
    let Some(last) = bytes.last_chunk() else {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        return mix(state, u64::from_le_bytes(word));
    };
    let mut rest = bytes;
    while rest.len() > 8
        && let Some((word, after)) = rest.split_first_chunk()
    {
        state = mix(state, u64::from_le_bytes(*word));
        rest = after;
    }
    mix(state, u64::from_le_bytes(*last))
}

/// What the second word of a key says that is known by its hash alone; of others the two words say all.
pub const KEY_IS_HASHED: u64 = 255;
/// The longest text that fits in the two words of a key, its length included.
pub const LONGEST_KEY: usize = 11;

/// A text as the key of a map: two words, of which the second has 32 bits. Those of short texts differ as the texts do.
pub fn text_key(bytes: &[u8]) -> (u64, u64) {
    if bytes.len() > LONGEST_KEY {
        return (mix_bytes(0, bytes), KEY_IS_HASHED);
    }
    let mut words = [0; 16];
    words[..bytes.len()].copy_from_slice(bytes);
    let words = u128::from_le_bytes(words);
    let (first, second) = (words as u64, (words >> 64) as u64);
    (first, second << 8 | bytes.len() as u64)
}

pub fn float_word(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else if value == 0.0 {
        0
    } else {
        value.to_bits()
    }
}

#[cfg(test)]
mod tests {
    use super::{mix_bytes, text_key};
    use std::collections::HashSet;

    #[test]
    fn texts_of_every_length_differ() {
        let letters = [b'a'; 100];
        let zeros = [0; 100];
        let texts = (0..100).flat_map(|len| [&letters[..len], &zeros[..len]]);
        let hashes: HashSet<u64> = texts.map(|text| mix_bytes(0, text)).collect();
        assert_eq!(hashes.len(), 199);
    }

    #[test]
    fn short_keys_are_their_texts() {
        assert_eq!(text_key(b""), (0, 0));
        assert_eq!(text_key(b"ab"), (0x6261, 2));
        assert_eq!(text_key(b"abcdefgh"), (0x6867_6665_6463_6261, 8));
        assert_eq!(
            text_key(b"abcdefghijk"),
            (0x6867_6665_6463_6261, 0x6b6a_690b)
        );
        assert_eq!(
            text_key(b"abcdefghijkl"),
            (mix_bytes(0, b"abcdefghijkl"), 255)
        );
    }

    #[test]
    fn every_byte_counts() {
        for len in 1..40 {
            let plain = vec![7; len];
            for at in 0..len {
                let mut other = plain.clone();
                other[at] = 9;
                assert_ne!(mix_bytes(3, &plain), mix_bytes(3, &other), "{at} of {len}");
            }
        }
    }
}
