//! What an editor needs of the language without a session: whether a text is complete, and the classes of its tokens.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use syntax::cut::Cut;
use syntax::{Completeness, FileId, SourceFile};

/// What a piece of text is, for colouring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenClass {
    Keyword,
    TypeName,
    Name,
    Number,
    Text,
    Comment,
    Operator,
    Error,
}

fn source(text: impl Into<Arc<str>>) -> SourceFile {
    SourceFile::new(FileId(0), "", text)
}

/// Whether no bracket, literal or statement is left open.
pub fn is_complete(text: &str) -> bool {
    syntax::parse(&source(text)).complete == Completeness::Complete
}

/// The tokens of a text, in order, without overlaps.
pub fn token_classes(text: &str) -> Vec<(Range<usize>, TokenClass)> {
    let mut at = 0;
    let mut classes = Vec::new();
    for token in syntax::tokens(&source(text)) {
        let class = match token.class {
            syntax::TokenClass::Keyword => TokenClass::Keyword,
            syntax::TokenClass::TypeName => TokenClass::TypeName,
            syntax::TokenClass::Name => TokenClass::Name,
            syntax::TokenClass::Number => TokenClass::Number,
            syntax::TokenClass::Text => TokenClass::Text,
            syntax::TokenClass::Comment => TokenClass::Comment,
            syntax::TokenClass::Operator | syntax::TokenClass::Punctuation => TokenClass::Operator,
            syntax::TokenClass::Newline => continue,
            syntax::TokenClass::Bad => TokenClass::Error,
        };
        let range = token.span.start as usize..token.span.end as usize;
        if range.start >= at && range.end > range.start {
            at = range.end;
            classes.push((range, class));
        }
    }
    classes
}

/// The classes of the tokens of a text that is edited, for those who show only a part of it.
#[derive(Default)]
pub struct Classes {
    /// Of the text, once it is known.
    cut: Option<Cut>,
    text: Arc<str>,
    known: Vec<Known>,
}

/// The bytes of a piece, and its tokens.
type Known = (Range<usize>, Rc<[(Range<usize>, TokenClass)]>);

impl Classes {
    /// The text is this one from now on.
    pub fn edit(&mut self, text: Arc<str>) {
        let cut = self.cut.take();
        self.cut = cut.map(|cut| cut.edited(&source(Arc::clone(&text))).0);
        self.text = text;
        self.known.clear();
    }

    /// Whether what follows an edit takes no longer than that asks for.
    pub fn is_prepared(&self) -> bool {
        self.cut.is_some()
    }

    /// Takes as long as the whole text asks for.
    pub fn prepare(&mut self) {
        self.cut = Some(Cut::new(&source(Arc::clone(&self.text))));
        self.known.clear();
    }

    /// The tokens that stand in these bytes, in order, without overlaps.
    pub fn of(&mut self, bytes: Range<usize>) -> Vec<(Range<usize>, TokenClass)> {
        let pieces: Vec<Range<usize>> = match &self.cut {
            // What stands behind does not matter.
            None => std::iter::once(0..bytes.end).collect(),
            Some(cut) if cut.pieces.is_empty() => std::iter::once(0..self.text.len()).collect(),
            Some(cut) => {
                let first = cut
                    .pieces
                    .partition_point(|piece| piece.range.end <= bytes.start);
                let pieces = cut.pieces[first..].iter().map(|piece| piece.range.clone());
                pieces.take_while(|piece| piece.start < bytes.end).collect()
            }
        };
        let mut all = Vec::new();
        let mut known = Vec::new();
        for piece in pieces {
            let tokens = self.of_a_piece(&piece);
            let here = tokens.iter().map(|(range, class)| {
                let range = range.start + piece.start..range.end + piece.start;
                (range, *class)
            });
            all.extend(
                here.filter(|(range, _)| range.start < bytes.end && range.end > bytes.start),
            );
            known.push((piece, tokens));
        }
        self.known = known;
        all
    }

    fn of_a_piece(&self, piece: &Range<usize>) -> Rc<[(Range<usize>, TokenClass)]> {
        let mut known = self.known.iter();
        match known.find(|(range, _)| range == piece) {
            Some((_, tokens)) => Rc::clone(tokens),
            None => token_classes(&self.text[piece.clone()]).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_the_classes_that_it_has_in_the_whole() {
        let texts = [
            "/* a\n b\n*/ let a = 1 // c\nlet t = \"\"\"\n  x {a}\n  \"\"\"\nfn f() {\n  a\n}\n// end\n",
            "/* a\n b\n*/ let a = 12 // c\nlet t = \"\"\"\n  x {a}\n  \"\"\"\nfn f() {\n  a\n}\n// end\n",
            "// only\n",
            "let a = \"",
        ];
        let mut classes = Classes::default();
        for text in texts {
            let mut unprepared = Classes::default();
            unprepared.edit(text.into());
            assert_eq!(unprepared.of(0..text.len()), token_classes(text));
            classes.edit(text.into());
            if !classes.is_prepared() {
                classes.prepare();
            }
            let whole = token_classes(text);
            for start in (0..text.len()).step_by(3) {
                let end = (start + 20).min(text.len());
                let here = whole.iter().filter(|(t, _)| t.start < end && t.end > start);
                let here: Vec<_> = here.cloned().collect();
                assert_eq!(classes.of(start..end), here, "{text} {start}");
            }
        }
    }
}
