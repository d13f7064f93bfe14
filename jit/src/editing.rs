//! What an editor needs of the language without a session: whether a text is complete, and the classes of its tokens.

use std::ops::Range;

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

fn source(text: &str) -> SourceFile {
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
