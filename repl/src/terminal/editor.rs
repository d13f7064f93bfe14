//! What the line editor asks while the user types: is it complete, which colours, how may it go on.

use std::borrow::Cow;
use std::ops::Range;

use jit::{Session, TokenClass};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Hinter};

use super::completion;

/// Completion works on what the session knew after the last entry.
#[derive(Default, Hinter)]
pub(super) struct Helper {
    names: jit::Names,
}

impl Helper {
    pub(super) fn learn(&mut self, session: &Session) {
        self.names = session.names();
    }
}

impl rustyline::Helper for Helper {}

impl Validator for Helper {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = ctx.input();
        let is_command = input.trim_start().starts_with(':');
        let complete = jit::is_complete(input) && !describes_what_follows(input);
        Ok(if is_command || complete {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if line.trim_start().starts_with(':') || std::env::var_os("NO_COLOR").is_some() {
            return Cow::Borrowed(line);
        }
        let tokens = jit::token_classes(line);
        let pair = matching(line, &tokens, pos);
        let mut out = String::with_capacity(line.len() * 2);
        let mut at = 0;
        for (index, (span, class)) in tokens.into_iter().enumerate() {
            out.push_str(&line[at..span.start]);
            out.push_str(match pair {
                Some((one, other)) if index == one || index == other => "\x1b[1;4m",
                _ => color(class),
            });
            out.push_str(&line[span.clone()]);
            out.push_str("\x1b[0m");
            at = span.end;
        }
        out.push_str(&line[at..]);
        Cow::Owned(out)
    }

    fn highlight_char(&self, _line: &str, _pos: usize, _kind: CmdKind) -> bool {
        true
    }
}

/// `///` lines belong to a definition, which is to come; an empty line says that none will.
fn describes_what_follows(input: &str) -> bool {
    let last = input.rsplit('\n').next().unwrap_or_default();
    last.trim_start().starts_with("///")
}

fn color(class: TokenClass) -> &'static str {
    match class {
        TokenClass::Keyword => "\x1b[35m",
        TokenClass::TypeName => "\x1b[36m",
        TokenClass::Number => "\x1b[33m",
        TokenClass::Text => "\x1b[32m",
        TokenClass::Comment => "\x1b[2m",
        TokenClass::Error => "\x1b[31m",
        TokenClass::Name | TokenClass::Operator => "",
    }
}

/// The bracket under the cursor, or before it, and the one that it belongs to; those within texts are no brackets.
fn matching(
    line: &str,
    tokens: &[(Range<usize>, TokenClass)],
    pos: usize,
) -> Option<(usize, usize)> {
    let is_bracket =
        |token: &Range<usize>| matches!(&line[token.clone()], "(" | "[" | "{" | ")" | "]" | "}");
    let under = tokens
        .iter()
        .position(|(span, _)| span.start == pos && is_bracket(span));
    let before = || {
        tokens
            .iter()
            .position(|(span, _)| span.end == pos && is_bracket(span))
    };
    let chosen = under.or_else(before)?;
    let mut open = Vec::new();
    for (index, (span, _)) in tokens.iter().enumerate() {
        match &line[span.clone()] {
            token @ ("(" | "[" | "{") => open.push((index, token)),
            token @ (")" | "]" | "}") => {
                let (other, opener) = open.pop()?;
                let fits = matches!((opener, token), ("(", ")") | ("[", "]") | ("{", "}"));
                if index == chosen || other == chosen {
                    return fits.then_some((other, index));
                }
            }
            _ => {}
        }
    }
    None
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _ctx: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        completion::complete(&self.names, line, pos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(line: &str, pos: usize) -> Option<(usize, usize)> {
        let tokens = jit::token_classes(line);
        let (one, other) = matching(line, &tokens, pos)?;
        Some((tokens[one].0.start, tokens[other].0.start))
    }

    #[test]
    fn a_bracket_has_its_partner() {
        assert_eq!(pair("f(a[0])", 7), Some((1, 6)));
        assert_eq!(pair("f(a[0])", 1), Some((1, 6)));
        assert_eq!(pair("f(\")\")", 6), Some((1, 5)));
        assert_eq!(pair("f(a", 2), None);
        assert_eq!(pair("f(a]", 4), None);
    }
}
