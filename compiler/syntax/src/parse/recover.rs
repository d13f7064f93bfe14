//! Where items and statements begin and end, told by brackets and separators alone.

use crate::lexer::Spanned;
use crate::source::SourceFile;
use crate::token::Token;
use std::ops::Range;

/// The top-level items: runs of tokens between the separators outside all brackets.
pub(crate) fn items(tokens: &[Spanned]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut depth = 0usize;
    let mut start = 0;
    // `for i := 0; i < n; i++ {` of other languages is one statement.
    let mut in_head = false;
    for (index, token) in tokens.iter().enumerate() {
        if index == start {
            in_head = token.token == Token::For;
        }
        in_head &= token.token != Token::LBrace;
        match token.token {
            ref token if opens(token) => depth += 1,
            ref token if closes(token) => depth = depth.saturating_sub(1),
            Token::Semicolon if in_head => {}
            Token::Newline | Token::Semicolon if depth == 0 => {
                ranges.push(start..index);
                start = index + 1;
            }
            _ => {}
        }
    }
    ranges.push(start..tokens.len());
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// One open bracket on the way to a token.
struct Open {
    index: usize,
    is_brace: bool,
    /// Whether commas separate what is in it.
    commas: bool,
    /// Where the statement in it that is open begins.
    statement: usize,
    /// `match`, `struct` or `enum` was read since then, and its `{` not yet.
    header: bool,
}

/// The innermost statement, field or arm around the token at `index`, never empty.
pub(super) fn region(tokens: &[Spanned], index: usize) -> Range<usize> {
    let mut stack = vec![Open {
        index: 0,
        is_brace: true,
        commas: false,
        statement: 0,
        header: false,
    }];
    for (at, token) in tokens.iter().enumerate().take(index) {
        step(&mut stack, tokens, at, &token.token);
    }
    loop {
        while stack.last().is_some_and(|open| !open.is_brace) {
            stack.pop();
        }
        let Some(open) = stack.pop() else {
            return 0..tokens.len();
        };
        if stack.is_empty() {
            return 0..tokens.len();
        }
        let end = statement_end(tokens, open.statement, open.commas);
        let found = open.statement..end;
        let is_skipped = found.len() == 1 && tokens[found.start].token == Token::Skipped;
        let reaches = index <= end || found.is_empty();
        if !is_skipped && reaches {
            match tokens.get(end).map(|token| &token.token) {
                _ if !found.is_empty() => return found,
                // A separator where something should stand: it goes alone.
                Some(token) if !closes(token) => return end..end + 1,
                _ => {}
            }
        }
        if let Some(outer) = stack.last_mut() {
            outer.header = false;
            debug_assert!(outer.statement <= open.index);
        }
    }
}

/// The region with the lines after it that are only its rest: bodies of other languages are told by indentation.
pub(super) fn with_deeper_lines(
    file: &SourceFile,
    tokens: &[Spanned],
    region: Range<usize>,
) -> Range<usize> {
    let Some(first) = tokens.get(region.start) else {
        return region;
    };
    let mut end = region.end;
    let is_head = |range: Range<usize>| {
        let has_body = tokens[range.clone()]
            .iter()
            .any(|token| token.token == Token::LBrace);
        tokens[range.start].token == Token::For && !has_body
    };
    while let [separator, next, ..] = &tokens[end..] {
        if separator.token == Token::Semicolon && is_head(region.start..end) {
            end = statement_end(tokens, end + 1, false);
            continue;
        }
        let is_separator = matches!(separator.token, Token::Newline | Token::Semicolon);
        if !is_separator || closes(&next.token) || !goes_on(file, first.start, next) {
            break;
        }
        end = statement_end(tokens, end + 1, false);
    }
    region.start..end
}

/// Whether a token begins a line that belongs to the statement that begins at `start`.
pub(super) fn goes_on(file: &SourceFile, start: u32, next: &Spanned) -> bool {
    let (start, at) = (file.line_column(start), file.line_column(next.start));
    if at.line == start.line {
        return false;
    }
    let continues = match &next.token {
        Token::Else | Token::LetElse => true,
        Token::Name(name) => matches!(
            name.as_str(),
            "elif"
                | "elseif"
                | "elsif"
                | "end"
                | "except"
                | "catch"
                | "finally"
                | "until"
                | "rescue"
        ),
        _ => false,
    };
    at.column > start.column || at.column == start.column && continues
}

fn step(stack: &mut Vec<Open>, tokens: &[Spanned], at: usize, token: &Token) {
    let Some(top) = stack.last_mut() else { return };
    if opens(token) {
        let is_brace = *token == Token::LBrace;
        let after_dot = at > 0 && tokens[at - 1].token == Token::Dot;
        let commas = is_brace && (top.header || after_dot);
        if is_brace {
            top.header = false;
        }
        stack.push(Open {
            index: at,
            is_brace,
            commas,
            statement: at + 1,
            header: false,
        });
    } else if closes(token) {
        if stack.len() > 1 {
            stack.pop();
        }
    } else if separates(token, top.commas) {
        top.statement = at + 1;
        top.header = false;
    } else if matches!(token, Token::Match | Token::Struct | Token::Enum) {
        top.header = true;
    }
}

/// The first separator or closing bracket from `start` on that belongs to the same bracket.
fn statement_end(tokens: &[Spanned], start: usize, commas: bool) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        let token = &token.token;
        if opens(token) {
            depth += 1;
        } else if closes(token) {
            if depth == 0 {
                return at;
            }
            depth -= 1;
        } else if depth == 0 && separates(token, commas) {
            return at;
        }
    }
    tokens.len()
}

/// What stands for the tokens of a region.
pub(super) fn skipped(region: &[Spanned]) -> Spanned {
    let start = region.first().map_or(0, |token| token.start);
    let end = region.last().map_or(start, |token| token.end);
    Spanned {
        token: Token::Skipped,
        start,
        end,
    }
}

pub(super) fn opens(token: &Token) -> bool {
    matches!(
        token,
        Token::LParen | Token::LBracket | Token::LBrace | Token::InterpOpen
    )
}

pub(super) fn closes(token: &Token) -> bool {
    matches!(
        token,
        Token::RParen | Token::RBracket | Token::RBrace | Token::InterpClose(_)
    )
}

fn separates(token: &Token, commas: bool) -> bool {
    match token {
        Token::Newline | Token::Semicolon => true,
        Token::Comma => commas,
        _ => false,
    }
}
