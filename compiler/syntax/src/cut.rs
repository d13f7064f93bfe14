//! The pieces of a text that is edited: only the part around the edit is cut anew. Where the lexer has nothing to say, the text from the
//! beginning of a piece on is cut as if it stood alone.

use std::ops::Range;
use std::sync::Arc;

use crate::source::{FileId, SourceFile};
use crate::split::{self, Piece};

/// A text and its pieces.
#[derive(Clone, Default)]
pub struct Cut {
    text: Option<Arc<str>>,
    pub pieces: Vec<Piece>,
    /// Whether the lexer had nothing to say.
    is_plain: bool,
}

/// How many pieces at the beginning and at the end of a text are, byte by byte, those of the text before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub first: usize,
    pub last: usize,
}

/// What takes the place of some pieces.
struct Patch {
    replaced: Range<usize>,
    pieces: Vec<Piece>,
    kept: Kept,
    shift: Shift,
}

/// From a place behind an edit in the text before to that in the new one.
#[derive(Clone, Copy)]
struct Shift {
    old: usize,
    new: usize,
}

impl Cut {
    pub fn new(file: &SourceFile) -> Cut {
        let (pieces, is_plain) = split::split(file);
        Cut {
            text: Some(Arc::clone(&file.text)),
            pieces,
            is_plain,
        }
    }

    /// The pieces of the text that this one has become.
    pub fn edited(mut self, file: &SourceFile) -> (Cut, Kept) {
        let Some(patch) = self.patch(file) else {
            return (Cut::new(file), Kept::default());
        };
        for piece in &mut self.pieces[patch.replaced.end..] {
            *piece = patch.shift.of(piece);
        }
        self.pieces.splice(patch.replaced, patch.pieces);
        self.text = Some(Arc::clone(&file.text));
        (self, patch.kept)
    }

    fn patch(&self, file: &SourceFile) -> Option<Patch> {
        let old = self.text.as_ref().filter(|_| self.is_plain)?;
        let (before, after) = common_ends(old.as_bytes(), file.text.as_bytes());
        let shift = Shift {
            old: old.len(),
            new: file.text.len(),
        };
        // Pieces of which also the byte behind is as it was. The last of them is cut again, since a line may have become its rest.
        let untouched = self
            .pieces
            .partition_point(|piece| piece.range.end < before);
        let first = untouched.saturating_sub(1);
        let edit_end = old.len() - after;
        let behind = self
            .pieces
            .partition_point(|piece| piece.range.start <= edit_end);
        let behind = behind.max(untouched);
        let witness = self.pieces.get(behind).map(|piece| shift.of(piece));
        let start = self.pieces.get(first)?.range.start;
        let end = witness.as_ref().map_or(shift.new, |piece| piece.range.end);
        let part = SourceFile::new(FileId(u32::MAX), "", file.text.get(start..end)?);
        let (mut pieces, is_plain) = split::split(&part);
        for piece in &mut pieces {
            *piece = moved(piece, |at| at + start);
        }
        // Whatever was open before the last piece would have reached into it.
        let is_closed = is_plain && (witness.is_none() || pieces.last() == witness.as_ref());
        let is_first = pieces.first() == self.pieces.get(first) && first < untouched;
        is_closed.then(|| Patch {
            kept: Kept {
                first: first + usize::from(is_first),
                last: self.pieces.len() - behind,
            },
            replaced: first..(behind + 1).min(self.pieces.len()),
            pieces,
            shift,
        })
    }
}

impl Shift {
    fn of(self, piece: &Piece) -> Piece {
        moved(piece, |at| at + self.new - self.old)
    }
}

fn moved(piece: &Piece, by: impl Fn(usize) -> usize) -> Piece {
    Piece {
        range: by(piece.range.start)..by(piece.range.end),
        code: by(piece.code.start)..by(piece.code.end),
        hash: piece.hash,
    }
}

/// How many bytes two texts have in common at the beginning, and at the end without those.
pub fn common_ends(old: &[u8], new: &[u8]) -> (usize, usize) {
    let before = prefix(old, new);
    let (old, new) = (&old[before..], &new[before..]);
    (before, suffix(old, new))
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
    use proptest::prelude::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::new(FileId(0), "", text)
    }

    fn check(old: &str, new: &str) -> Kept {
        let (cut, kept) = Cut::new(&file(old)).edited(&file(new));
        let fresh = Cut::new(&file(new));
        assert_eq!(cut.pieces, fresh.pieces, "{old:?} to {new:?}");
        let before = Cut::new(&file(old)).pieces;
        let text = |text: &str, piece: &Piece| text[piece.range.clone()].to_owned();
        for (a, b) in before.iter().zip(&cut.pieces).take(kept.first) {
            assert_eq!((a, text(old, a)), (b, text(new, b)));
        }
        let backwards = before.iter().rev().zip(cut.pieces.iter().rev());
        for (a, b) in backwards.take(kept.last) {
            assert_eq!(text(old, a), text(new, b));
        }
        assert!(kept.first + kept.last <= before.len().min(cut.pieces.len()));
        kept
    }

    #[test]
    fn only_what_is_around_an_edit_is_cut() {
        let text = "a\nb\nc\nd\ne\nf\n";
        let kept = check(text, &text.replace('d', "dd"));
        assert_eq!(kept, Kept { first: 3, last: 2 });
        check(text, &text.replace('d', ""));
        check(text, &text.replace("d\n", ""));
        check(text, &text.replace('d', "\"d"));
        check(text, &text.replace('d', "/* d"));
        check(text, &text.replace('d', "f(d"));
        check(text, &text.replace('d', ".d"));
        check(text, &text.replace('d', "d +"));
        check(text, &text.replace('f', "f // end"));
        check(text, &text.replace("f\n", ""));
        check(text, "");
        check("", text);
        check(text, text);
    }

    proptest! {
        #[test]
        fn as_if_cut_at_once(
            lines in prop::collection::vec(0_usize..WORDS.len(), 0..30),
            at in 0_usize..200,
            gone in 0_usize..6,
            put in prop::collection::vec(0_usize..WORDS.len(), 0..3),
        ) {
            let text: String = lines.iter().map(|index| WORDS[*index]).collect();
            let at = at.min(text.len());
            let end = (at + gone).min(text.len());
            prop_assume!(text.is_char_boundary(at) && text.is_char_boundary(end));
            let put: String = put.iter().map(|index| WORDS[*index]).collect();
            check(&text, &format!("{}{put}{}", &text[..at], &text[end..]));
        }
    }

    const WORDS: &[&str] = &[
        "a = 1\n",
        "f(x)\n",
        "{ b\n c }\n",
        "// c\n",
        "\"t {x} é\"\n",
        "x",
        " ",
        "\n",
        "(",
        ")",
        "{",
        "}",
        "\"",
        "/*",
        "*/",
        ".g()\n",
        "for i in a ",
        "; ",
        "//=> 1\n",
        "struct S<T> { a: T }\n",
        "<",
        "else",
        "@",
        "#!",
        "test ",
        "\"\"\"",
        "else {",
        "+",
        "/// d\n",
    ];
}
