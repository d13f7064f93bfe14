//! What an edit changed: the bytes of a text that others took the place of.

use std::ops::Range;

/// Bytes of the text before, and those of the new one that stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Patch {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

impl Patch {
    pub(crate) fn between(old: &str, new: &str) -> Patch {
        let (mut first, mut last) = jit::common_ends(old.as_bytes(), new.as_bytes());
        while !old.is_char_boundary(first) {
            first -= 1;
        }
        while !old.is_char_boundary(old.len() - last) {
            last -= 1;
        }
        Patch {
            old: first..old.len() - last,
            new: first..new.len() - last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_stay_whole() {
        let patch = |old: &str, new: &str| {
            let patch = Patch::between(old, new);
            let mut text = old.to_owned();
            text.replace_range(patch.old.clone(), &new[patch.new.clone()]);
            assert_eq!(text, new);
            patch
        };
        assert_eq!(
            patch("let a = 1\n", "let a = 12\n"),
            Patch {
                old: 9..9,
                new: 9..10
            }
        );
        // é and è, ü and ü: the bytes of one in another.
        patch("aéb", "aèb");
        patch("aüb", "aéüb");
        patch("ab", "");
        patch("", "ab");
        let long = "0123456789".repeat(100);
        patch(&long, &long.replacen("45", "x", 51));
    }
}
