//! A text to its top-level items, without a tree: where each stands, what tells it from others, and what it mentions. Whoever follows
//! the edits of a text finds with it what has stayed the same.

use std::hash::Hash;
use std::ops::Range;

use siphasher::sip128::{Hasher128, SipHasher13};
use smol_str::SmolStr;

use crate::diagnostic::Diagnostic;
use crate::lexer::{self, Lexed, Spanned};
use crate::parse::items;
use crate::source::SourceFile;
use crate::token::Token;

/// One top-level item, with the comments before it and those behind it on its last line. The pieces of a text follow one another
/// without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Where the tokens begin and end.
    pub code: Range<usize>,
    /// A hash of the tokens: comments, blanks and where it stands do not count.
    pub hash: u128,
}

/// What the tokens of a text name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Names that do not stand behind a dot, each once, in order.
    pub names: Vec<SmolStr>,
    /// Names behind a dot.
    pub members: Vec<SmolStr>,
    /// Operators as they are declared: `+` for `+=`, `<` for `>=`, `neg` also for `-`, `[]` for an index.
    pub operators: Vec<SmolStr>,
    /// Those of the names that may be changed where they stand: before a dot or an index, assigned to, marked `mut`.
    pub written: Vec<SmolStr>,
    /// Whether there may be constants or lengths that are computed while it is compiled.
    pub computes: bool,
    /// Whether it begins as a `test` or `bench` does.
    pub is_trial: bool,
}

/// The pieces of a text, and whether the lexer had nothing to say. One of comments alone has none; one that the lexer could make nothing of is one.
pub(crate) fn split(file: &SourceFile) -> (Vec<Piece>, bool) {
    let lexed = lexer::lex(file);
    let text = &*file.text;
    let ranges = items(&lexed.tokens);
    let mut pieces: Vec<Piece> = Vec::with_capacity(ranges.len());
    let mut begin = 0;
    for (index, range) in ranges.iter().enumerate() {
        let tokens = &lexed.tokens[range.clone()];
        let next = ranges.get(index + 1).map(|next| &lexed.tokens[next.start]);
        let last = tokens.last().map_or(begin, |token| token.end as usize);
        let end = match next {
            Some(next) => line_end(text, last).min(next.start as usize),
            None => text.len(),
        };
        pieces.push(piece(text, begin..end.max(last), tokens, &lexed));
        begin = end.max(last);
    }
    if pieces.is_empty() && !lexed.diagnostics.is_empty() {
        pieces.push(piece(text, 0..text.len(), &[], &lexed)); // nothing in it was understood
    }
    (pieces, lexed.is_plain())
}

fn piece(text: &str, range: Range<usize>, tokens: &[Spanned], lexed: &Lexed) -> Piece {
    let mut hasher = SipHasher13::new();
    if tokens.is_empty() {
        text.hash(&mut hasher);
    }
    for token in tokens {
        // What the lexer inserted has no text.
        token.token.class().hash(&mut hasher);
        text[token.start as usize..token.end as usize].hash(&mut hasher);
    }
    // What the lexer left out is no token, but a mistake.
    let is_here = |found: &&Diagnostic| {
        let start = found.span().map_or(0, |span| span.start as usize);
        range.contains(&start) || start == range.end && start == text.len()
    };
    for found in lexed.diagnostics.iter().filter(is_here) {
        found.code.0.hash(&mut hasher);
        found.message.hash(&mut hasher);
    }
    let start = tokens
        .first()
        .map_or(range.start, |token| token.start as usize);
    let end = tokens.last().map_or(range.end, |token| token.end as usize);
    // A stated value that stands behind no expression is a mistake, too.
    let has_value = !tokens
        .iter()
        .any(|token| is_assignment(&token.token) || is_declaration(&token.token));
    let stated = lexed.expected.iter();
    let stated = stated.map(|stated| stated.span.start as usize);
    for at in stated.filter(|at| range.contains(at)) {
        let is_behind = at >= end && !text[end..at].contains('\n');
        if !(is_behind && has_value) {
            STRAY.hash(&mut hasher);
        }
    }
    Piece {
        code: start..end,
        hash: hasher.finish128().as_u128(),
        range,
    }
}

/// Behind the line break after a place.
fn line_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.find('\n').map_or(rest.len(), |end| end + 1)
}

/// Where the tokens of a text begin.
pub fn token_starts(file: &SourceFile) -> Vec<u32> {
    let tokens = lexer::lex(file).tokens;
    tokens.iter().map(|token| token.start).collect()
}

/// What the tokens of a text name, those in interpolations included.
pub fn words(file: &SourceFile) -> Words {
    let lexed = lexer::lex(file);
    let first = lexed.tokens.first().map(|token| &token.token);
    let mut words = Words {
        is_trial: matches!(first, Some(Token::Test | Token::Bench)),
        ..Words::default()
    };
    let mut after_dot = false;
    let assigns = lexed.tokens.iter().any(|token| is_assignment(&token.token));
    let mut before: Option<&Token> = None;
    let mut brackets = Vec::new();
    for (index, token) in lexed.tokens.iter().enumerate() {
        match &token.token {
            Token::Const => words.computes = true,
            Token::Semicolon => words.computes |= brackets.last() == Some(&true),
            Token::LBrace | Token::LParen | Token::InterpOpen => brackets.push(false),
            Token::RBrace | Token::RParen | Token::RBracket | Token::InterpClose(_) => {
                brackets.pop();
            }
            Token::Name(name) | Token::Upper(name) => {
                let next = lexed.tokens.get(index + 1).map(|next| &next.token);
                let may_write = match next {
                    Some(Token::Dot | Token::LBracket) => true,
                    // `(a, b) = (b, a)`
                    Some(Token::Comma | Token::RParen) => assigns,
                    next => next.is_some_and(is_assignment),
                };
                if !after_dot && (may_write || before == Some(&Token::Mut)) {
                    words.written.push(name.clone());
                }
                let list = match after_dot {
                    true => &mut words.members,
                    false => &mut words.names,
                };
                list.push(name.clone());
            }
            other => {
                if *other == Token::LBracket {
                    brackets.push(true);
                }
                let text = &file.text[token.start as usize..token.end as usize];
                for operator in operators(other, text).iter().copied() {
                    words.operators.push(SmolStr::new_static(operator));
                }
            }
        }
        after_dot = matches!(token.token, Token::Dot | Token::OptDot);
        before = Some(&token.token);
    }
    for list in [
        &mut words.names,
        &mut words.members,
        &mut words.operators,
        &mut words.written,
    ] {
        list.sort_unstable();
        list.dedup();
    }
    words
}

/// What a `//=>` counts as that states nothing.
const STRAY: &str = "stray";

/// Whether it begins an item without a value. Some of these words may also stand inside of expressions: then too much counts.
fn is_declaration(token: &Token) -> bool {
    use Token::*;
    matches!(
        token,
        Let | Var
            | Const
            | Fn
            | Struct
            | Enum
            | Trait
            | Impl
            | Import
            | Extern
            | Type
            | Test
            | Bench
    )
}

fn is_assignment(token: &Token) -> bool {
    use Token::*;
    matches!(
        token,
        Assign
            | PlusAssign
            | MinusAssign
            | StarAssign
            | SlashAssign
            | PercentAssign
            | StarStarAssign
            | AmpAssign
            | PipeAssign
            | CaretAssign
            | ShlAssign
            | ShrAssign
            | CoalesceAssign
    )
}

fn operators(token: &Token, text: &str) -> &'static [&'static str] {
    match (token, text) {
        (Token::LBracket, _) => &["[]"],
        (_, "+" | "+=") => &["+"],
        (_, "-" | "-=") => &["-", "neg"],
        (_, "*" | "*=") => &["*"],
        (_, "/" | "/=") => &["/"],
        (_, "%" | "%=") => &["%"],
        (_, "**" | "**=") => &["**"],
        (_, "&" | "&=") => &["&"],
        (_, "|" | "|=") => &["|"],
        (_, "^" | "^=") => &["^"],
        (_, "<<" | "<<=") => &["<<"],
        (_, ">>" | ">>=") => &[">>"],
        (_, "==" | "!=") => &["=="],
        (_, "<" | ">" | "<=" | ">=") => &["<"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn pieces(text: &str) -> Vec<(String, u128)> {
        let file = SourceFile::new(FileId(0), "", text);
        let (found, _) = split(&file);
        let whole: String = found
            .iter()
            .map(|piece| &text[piece.range.clone()])
            .collect();
        if !found.is_empty() {
            assert_eq!(whole, text);
        }
        let shown = |piece: &Piece| (text[piece.range.clone()].to_owned(), piece.hash);
        found.iter().map(shown).collect()
    }

    #[test]
    fn pieces_have_their_comments() {
        let found = pieces("// a\nlet a = 1 // one\n\nfn f() {\n  a }; f()\n// end");
        let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "// a\nlet a = 1 // one\n",
                "\nfn f() {\n  a }; ",
                "f()\n// end"
            ]
        );
    }

    #[test]
    fn comments_and_blanks_do_not_count() {
        let a = pieces("[1,2] //=> x\n");
        let b = pieces("/* c */  [ 1, // one\n 2 ]");
        assert_eq!(a[0].1, b[0].1);
        assert_ne!(a[0].1, pieces("[1, 3]")[0].1);
        assert_ne!(pieces("f(a b)")[0].1, pieces("f(ab)")[0].1);
    }

    #[test]
    fn words_know_members() {
        let file = SourceFile::new(FileId(0), "", "a.b(c: -d)[\"{e.f}\"] += x >= 2");
        let found = words(&file);
        assert_eq!(found.names, ["a", "c", "d", "e", "x"]);
        assert_eq!(found.members, ["b", "f"]);
        assert_eq!(found.operators, ["+", "-", "<", "[]", "neg"]);
        assert!(!found.computes);
        let computes = |text: &str| words(&SourceFile::new(FileId(0), "", text)).computes;
        assert!(computes("f(g, [x; n])") && computes("{ const a = 1 }"));
        assert!(!computes("[{ a; b }]; c"));
    }
}
