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
        let mut first = prefix(old.as_bytes(), new.as_bytes());
        while !old.is_char_boundary(first) {
            first -= 1;
        }
        let (a, b) = (&old.as_bytes()[first..], &new.as_bytes()[first..]);
        let mut last = suffix(a, b);
        while !old.is_char_boundary(old.len() - last) {
            last -= 1;
        }
        Patch {
            old: first..old.len() - last,
            new: first..new.len() - last,
        }
    }
}

const BLOCK: usize = 256;

fn prefix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK));
    let same = BLOCK * blocks.take_while(|(a, b)| a == b).count();
    let bytes = a[same..].iter().zip(&b[same..]);
    same + bytes.take_while(|(a, b)| a == b).count()
}

fn suffix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK));
    let same = BLOCK * blocks.take_while(|(a, b)| a == b).count();
    let rest = |text: &[u8]| text.len() - same;
    let bytes = a[..rest(a)].iter().rev().zip(b[..rest(b)].iter().rev());
    same + bytes.take_while(|(a, b)| a == b).count()
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
