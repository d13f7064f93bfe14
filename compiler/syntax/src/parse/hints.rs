//! Words for a token that does not fit: what was expected; `habits` knows how Sumi says what other languages say.

use super::habits::{self, Habit};
use super::recover;
use crate::diagnostic::Diagnostic;
use crate::lexer::{BRACE_HELP, Spanned};
use crate::source::{SourceFile, Span};
use crate::token::Token;

/// The place of a mistake with the tokens around it.
pub(super) struct Place<'t> {
    pub(super) file: &'t SourceFile,
    pub(super) tokens: &'t [Spanned],
    pub(super) index: usize,
    expected: &'t [String],
    /// What stands on the next line.
    pub(super) next: Option<&'t Token>,
}

pub(super) fn unexpected(
    file: &SourceFile,
    tokens: &[Spanned],
    index: usize,
    expected: &[String],
    next: Option<&Token>,
) -> Diagnostic {
    let place = Place {
        file,
        tokens,
        index,
        expected,
        next,
    };
    let text = place.text_around();
    if let Some(word) = habits::foreign_word(&place) {
        return match text {
            Some(_) => word.help(BRACE_HELP),
            None => word,
        };
    }
    let span = place.span();
    let found = place.found();
    let (message, label) = match expectation(expected) {
        Some(what) => (
            format!("{what} is expected, found {found}"),
            format!("{what} is expected here"),
        ),
        None => (
            format!("{found} does not fit here"),
            "not expected here".to_string(),
        ),
    };
    let known = habits::habit(&place);
    if let Some(text) = text {
        return in_text(text, (span, message, label), known);
    }
    let Some(Habit {
        message: better,
        at,
        help,
    }) = known
    else {
        return Diagnostic::error("syntax", message).at(span, label);
    };
    let diagnostic = match better {
        Some(better) => {
            let ends = matches!(place.token(0), None | Some(Token::Newline)) && at.is_none();
            let label = if ends { "missing here" } else { "not Sumi" };
            Diagnostic::error("syntax", better).at(at.unwrap_or(span), label)
        }
        None => Diagnostic::error("syntax", message).at(at.unwrap_or(span), label),
    };
    diagnostic.help(help)
}

/// A mistake between the braces of a text, which may not have been meant as code at all.
fn in_text(
    text: TextAround,
    (span, message, label): (Span, String, String),
    known: Option<Habit>,
) -> Diagnostic {
    let begin = "this `{` of a text begins an expression";
    let (message, at, label, help) = match known {
        Some(Habit {
            message: Some(better),
            at,
            help,
        }) => (better, at.unwrap_or(span), "not Sumi".into(), Some(help)),
        Some(Habit {
            message: None,
            at,
            help,
        }) if !text.is_innermost => (message, at.unwrap_or(span), label, Some(help)),
        _ => (message, span, label, None),
    };
    let report = Diagnostic::error("syntax", message).at(at, label);
    let report = report.also(text.brace, begin);
    match help {
        Some(help) => report.help(help).help(BRACE_HELP),
        None => report.help(BRACE_HELP),
    }
}

/// The text around a mistake, one of whose interpolations it stands in.
struct TextAround {
    brace: Span,
    /// No bracket of the code between its braces is open.
    is_innermost: bool,
}

impl<'t> Place<'t> {
    fn text_around(&self) -> Option<TextAround> {
        let mut open = Vec::new();
        for token in &self.tokens[..self.index.min(self.tokens.len())] {
            if recover::opens(&token.token) {
                open.push(token);
            } else if recover::closes(&token.token) {
                open.pop();
            }
        }
        let from_inside = open.iter().rev();
        let found = from_inside
            .map(|token| &token.token)
            .position(|token| *token == Token::InterpOpen)?;
        let brace = open[open.len() - 1 - found];
        Some(TextAround {
            brace: Span::new(self.file.id, brace.start, brace.end),
            is_innermost: found == 0,
        })
    }

    pub(super) fn could_be(&self, name: &str) -> bool {
        self.expected.iter().any(|e| e.trim_matches('"') == name)
    }

    /// The token `by` places after the mistake, or before it.
    pub(super) fn token(&self, by: isize) -> Option<&'t Token> {
        let at = self.index.checked_add_signed(by)?;
        self.tokens.get(at).map(|token| &token.token)
    }

    pub(super) fn word(&self, by: isize) -> &'t str {
        match self.token(by) {
            Some(Token::Name(name) | Token::Upper(name)) => name,
            _ => "",
        }
    }

    pub(super) fn span(&self) -> Span {
        let id = self.file.id;
        match self.tokens.get(self.index) {
            Some(token) => Span::new(id, token.start, token.end),
            None => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                Span::new(id, end, end)
            }
        }
    }

    fn found(&self) -> String {
        let text = self.file.slice(self.span());
        match self.token(0) {
            Option::None => "the end of the statement".to_string(),
            Some(Token::Newline) => "the end of the line".to_string(),
            Some(Token::Str(_) | Token::StrBegin) => "a text".to_string(),
            Some(Token::LAngle | Token::RAngle) => format!("`{text}` of type arguments"),
            Some(Token::InterpClose(_)) => "the end of the interpolation".to_string(),
            Some(token) if token.is_keyword() => format!("the keyword `{text}`"),
            Some(_) => format!("`{text}`"),
        }
    }

    /// The index at which the statement of the mistake begins, roughly.
    pub(super) fn statement(&self) -> usize {
        let before = &self.tokens[..self.index.min(self.tokens.len())];
        let separator = before.iter().rposition(|token| {
            matches!(
                token.token,
                Token::Newline | Token::Semicolon | Token::LBrace | Token::RBrace
            )
        });
        separator.map_or(0, |at| at + 1)
    }

    /// The place of the token `by` places after the mistake.
    pub(super) fn span_of(&self, by: isize) -> Option<Span> {
        let at = self.index.checked_add_signed(by)?;
        let token = self.tokens.get(at)?;
        Some(Span::new(self.file.id, token.start, token.end))
    }

    /// The text of the token `by` places after the mistake.
    pub(super) fn text_of(&self, by: isize) -> &'t str {
        self.span_of(by).map_or("", |span| self.file.slice(span))
    }

    /// The token with which the statement begins, and its place.
    pub(super) fn first(&self) -> Option<(&'t Token, Span)> {
        let token = self.tokens.get(self.statement())?;
        let span = Span::new(self.file.id, token.start, token.end);
        Some((&token.token, span))
    }

    /// Whether the rest of the line has it, brackets or not.
    pub(super) fn line_goes_on_with(&self, wanted: &Token) -> bool {
        let rest = self.tokens.get(self.index..).unwrap_or_default();
        rest.iter()
            .take_while(|token| token.token != Token::Newline)
            .any(|token| token.token == *wanted)
    }

    pub(super) fn statement_has(&self, wanted: &Token) -> bool {
        let end = self.index.min(self.tokens.len());
        self.tokens[self.statement()..end]
            .iter()
            .any(|token| token.token == *wanted)
    }

    pub(super) fn has_endless_range(&self) -> bool {
        let mut pairs = self.tokens.windows(2);
        pairs.any(|pair| pair[0].token == Token::DotDot && pair[1].token == Token::LBrace)
    }

    pub(super) fn begins_with_block_keyword(&self) -> bool {
        let first = self.tokens.get(self.statement()).map(|token| &token.token);
        use Token::{Else, Fn, For, If, Impl, Loop, Match, Struct, While};
        matches!(
            first,
            Some(If | Else | While | For | Loop | Match | Fn | Struct | Impl)
        )
    }

    pub(super) fn first_word(&self) -> &'t str {
        match self.tokens.get(self.statement()).map(|token| &token.token) {
            Some(Token::Name(name) | Token::Upper(name)) => name,
            _ => "",
        }
    }
}

/// What the grammar could have read, in a few words, if they are few.
fn expectation(expected: &[String]) -> Option<String> {
    let can = |name: &str| expected.iter().any(|e| e.trim_matches('"') == name);
    let continues = can("+") && can("*");
    if can(",") && can(")") && !can("int") {
        return Some("`,` or `)`".to_string());
    }
    if can("int") && can("if") && !continues {
        return Some("an expression".to_string());
    }
    if can("int") && can("_") {
        return Some("a pattern".to_string());
    }
    if can("any") && can("fn") {
        return Some("a type".to_string());
    }
    if can("name") && can("upper") && !can("(") {
        return Some("a name".to_string());
    }
    if can("name") && expected.len() <= 3 {
        return Some("a lower-case name".to_string());
    }
    if continues {
        let closer = [")", "]", "}", "{", "=>"].into_iter().find(|c| can(c));
        let closer = closer.filter(|_| !can("newline"))?;
        let comma = if can(",") { "`,` or " } else { "" };
        return Some(format!("{comma}{}", quoted(closer)));
    }
    let names: Vec<&str> = expected
        .iter()
        .map(|e| e.trim_matches('"'))
        .filter(|e| {
            let says_nothing = [
                "skipped",
                "past",
                ";",
                ".",
                "?.",
                "<type",
                "||",
                "else of let",
                "=",
                "int",
                "for",
                "loop",
                "?",
                "??",
                "!",
                "while",
                "&&",
            ];
            !says_nothing.contains(e)
        })
        .collect();
    if can("newline") {
        return Some("a new line".to_string());
    }
    match names.as_slice() {
        [] => Option::None,
        [one] => Some(quoted(one)),
        [one, two] => Some(format!("{} or {}", quoted(one), quoted(two))),
        [one, two, three] => Some(format!(
            "{}, {} or {}",
            quoted(one),
            quoted(two),
            quoted(three)
        )),
        _ => Option::None,
    }
}

fn quoted(name: &str) -> String {
    match name {
        "name" => "a lower-case name".to_string(),
        "upper" => "an upper-case name".to_string(),
        "newline" => "a new line".to_string(),
        "text" | "text begin" => "a text".to_string(),
        "int" => "an integer".to_string(),
        "type>" => "`>`".to_string(),
        "interpolation end" => "`}`".to_string(),
        "<type" => "`<`".to_string(),
        other => format!("`{other}`"),
    }
}
