//! What a mistake of grammar makes doubtful: the declarations that were not understood whole, and the items whose brackets had
//! to be repaired. What later stages find wrong about them is most likely a consequence.

use super::recover;
use crate::ast::Doubts;
use crate::diagnostic::Diagnostic;
use crate::lexer::Spanned;
use crate::source::{FileId, Span};
use crate::token::Token;
use smol_str::SmolStr;

/// What an item declares that is in doubt if something in it at `mistake` was not understood.
pub(super) fn declared(tokens: &[Spanned], mistake: usize) -> Vec<SmolStr> {
    let kinds = tokens.iter().map(|token| &token.token);
    let is_head = |token: &&Token| !matches!(token, Token::Pub | Token::At | Token::Newline);
    let head = kinds.clone().find(is_head);
    let body = kinds
        .clone()
        .position(|token| *token == Token::LBrace)
        .unwrap_or(tokens.len());
    let depth = tokens[..mistake.min(tokens.len())]
        .iter()
        .map(|token| match token.token {
            Token::LBrace => 1,
            Token::RBrace => -1,
            _ => 0,
        })
        .sum::<i32>();
    let end = match head {
        Some(Token::Struct | Token::Enum | Token::Trait | Token::Type) => 2,
        Some(Token::Impl) if depth <= 1 => body,
        Some(Token::Fn) if depth == 0 => body,
        Some(Token::Let | Token::Var | Token::Const) => kinds
            .clone()
            .position(|token| *token == Token::Assign)
            .unwrap_or(tokens.len()),
        _ => return Vec::new(),
    };
    let in_head = tokens.iter().take(end.max(3));
    let names = in_head.filter_map(|token| match &token.token {
        Token::Name(name) | Token::Upper(name) => Some(name.clone()),
        _ => None,
    });
    match head {
        Some(Token::Struct | Token::Enum | Token::Trait | Token::Type) => names.take(1).collect(),
        // The parameters of a function are its own affair; the types of an operator are not.
        Some(Token::Fn) if matches!(kinds.clone().nth(1), Some(Token::Name(_))) => {
            names.take(1).collect()
        }
        _ => names.filter(|name| !is_built_in(name)).collect(),
    }
}

fn is_built_in(name: &str) -> bool {
    let is_number = name.len() <= 3 && name.starts_with(['i', 'u', 'f']);
    is_number && name[1..].chars().all(|c| c.is_ascii_digit())
        || matches!(name, "str" | "bool" | "char")
}

/// Of the mistakes with brackets in an item only the first is told, for the others depend on how it was repaired.
pub(super) fn brackets(
    file: FileId,
    tokens: &[Spanned],
    diagnostics: &mut Vec<Diagnostic>,
    doubts: &mut Doubts,
) {
    if !diagnostics.iter().any(is_about_brackets) {
        return;
    }
    let items = recover::items(tokens);
    for (index, range) in items.iter().enumerate() {
        let start = tokens[range.start].start;
        let end = match items.get(index + 1) {
            Some(next) => tokens[next.start].start,
            None => u32::MAX,
        };
        let is_here = |found: &Diagnostic| {
            let at = found.span().map_or(0, |span| span.start);
            is_about_brackets(found) && start <= at && at < end
        };
        let Some(first) = diagnostics.iter().position(is_here) else {
            continue;
        };
        let mut position = 0;
        diagnostics.retain(|found| {
            position += 1;
            position <= first + 1 || !is_here(found)
        });
        let at = diagnostics[first].span().map_or(0, |span| span.start);
        let item = &tokens[range.clone()];
        let mistake = item.iter().position(|token| token.start >= at);
        doubts
            .names
            .extend(declared(item, mistake.unwrap_or(item.len())));
        doubts.torn.push(Span::new(file, start, end));
    }
}

fn is_about_brackets(found: &Diagnostic) -> bool {
    matches!(
        found.code.0,
        "unclosed-bracket"
            | "stray-bracket"
            | "unclosed-type-arguments"
            | "unclosed-char"
            | "unclosed-text"
    )
}
