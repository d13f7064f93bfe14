//! `some`, `none`, `ok` and `err` where a name is declared: they are keywords, which is said once, and read as the names that they were
//! meant to be from there on, so that what follows makes sense.

use super::Lexer;
use super::brackets::FrameKind;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::token::Token;

/// A keyword that was declared as a name.
pub(super) struct NamedWrapper {
    token: Token,
    /// The number of the item that it was declared inside of, if it was not by an item itself.
    within_item: Option<usize>,
}

impl Lexer<'_> {
    /// Whether the keyword declares a name here, which is reported, or stands for one that was declared.
    pub(super) fn is_named_wrapper(&mut self, token: &Token, start: usize, end: usize) -> bool {
        let is_wrapper = matches!(token, Token::Some | Token::None | Token::Ok | Token::Err);
        let next = self.text[end..].trim_start_matches([' ', '\t']);
        if !is_wrapper || next.starts_with('(') && *token != Token::None {
            return false;
        }
        let items = self.items;
        let is_known = self.named_wrappers.iter().any(|known| {
            known.token == *token && known.within_item.is_none_or(|item| item == items)
        });
        let declares = self.declares_here(token, next);
        if declares && !is_known {
            let reported = self
                .named_wrappers
                .iter()
                .any(|known| known.token == *token);
            self.named_wrappers.push(NamedWrapper {
                token: token.clone(),
                within_item: (self.frames.len() > 1).then_some(items),
            });
            if !reported {
                let span = self.span(start, end);
                let report = keyword_as_name(&self.text[start..end], span);
                self.error(report);
            }
        }
        declares || is_known
    }

    fn declares_here(&self, token: &Token, next: &str) -> bool {
        let tokens = &self.out.tokens;
        let back = |by: usize| Some(&tokens[tokens.len().checked_sub(by)?].token);
        let is_condition =
            |token: Option<&Token>| matches!(token, Some(Token::If | Token::While | Token::AmpAmp));
        let frame = self.line_frame();
        let colon = next.starts_with(':') && !next.starts_with("::");
        let in_parens = frame == FrameKind::Paren;
        if colon && matches!(back(1), Some(Token::LParen | Token::Comma | Token::Mut)) && in_parens
        {
            return true;
        }
        if colon && frame == FrameKind::Brace && self.is_type_body() {
            return true;
        }
        let after_bar = matches!(back(1), Some(Token::Mut | Token::Pipe | Token::Comma));
        if colon && after_bar && self.in_bars() {
            return true;
        }
        match back(1) {
            Some(Token::Var | Token::Const) => true,
            // `none` is a pattern by itself.
            _ if *token == Token::None => false,
            Some(Token::Let) => !is_condition(back(2)),
            Some(Token::For) => true,
            Some(Token::Mut | Token::Pipe | Token::Comma) if next.starts_with(['|', ',']) => {
                self.in_bars() || self.in_declared_tuple()
            }
            Some(Token::LParen | Token::Comma) if next.starts_with([',', ')']) => {
                self.in_declared_tuple()
            }
            _ => false,
        }
    }

    /// Whether the last tokens are the beginning of a closure's parameters.
    fn in_bars(&self) -> bool {
        let before = self.out.tokens.iter().rev();
        let names = before.skip_while(|token| {
            matches!(
                token.token,
                Token::Name(_)
                    | Token::Upper(_)
                    | Token::LBracket
                    | Token::RBracket
                    | Token::Colon
                    | Token::Question
                    | Token::Comma
                    | Token::Mut
            )
        });
        let mut from_bar = names.map(|token| &token.token);
        from_bar.next() == Some(&Token::Pipe)
            && !from_bar
                .next()
                .is_some_and(|token| token.can_end_statement(true))
    }

    /// Whether the innermost bracket is that of `let (a, b)` or `for (a, b)`.
    fn in_declared_tuple(&self) -> bool {
        let Some(frame) = self.frames.last() else {
            return false;
        };
        let before = |by: usize| Some(&self.out.tokens[frame.opened.checked_sub(by)?].token);
        let is_condition = matches!(before(2), Some(Token::If | Token::While | Token::AmpAmp));
        frame.kind == FrameKind::Paren
            && matches!(before(1), Some(Token::Let | Token::Var | Token::For))
            && !is_condition
    }

    /// Whether the innermost brace is that of a `struct`.
    fn is_type_body(&self) -> bool {
        let frame = self
            .frames
            .iter()
            .rev()
            .find(|frame| frame.kind == FrameKind::Brace);
        let before = frame.map_or(&[][..], |frame| &self.out.tokens[..frame.opened]);
        let mut heads = before.iter().rev().map(|token| &token.token);
        let head = heads.find(|token| {
            matches!(
                token,
                Token::Struct | Token::Newline | Token::Semicolon | Token::LBrace | Token::RBrace
            )
        });
        head == Some(&Token::Struct)
    }
}

fn keyword_as_name(word: &str, span: Span) -> Diagnostic {
    let (meaning, other) = match word {
        "ok" => ("makes the `Result` of a success", "success"),
        "err" => ("makes the `Result` of a failure", "error"),
        "some" => ("makes an optional with a value", "found"),
        _ => ("is the optional without a value", "nothing"),
    };
    Diagnostic::error("syntax", format!("`{word}` is a keyword, not a name"))
        .at(span, format!("`{word}` {meaning}"))
        .help(format!("choose another name, such as `{other}`"))
}
