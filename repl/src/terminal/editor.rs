//! What the line editor asks while the user types: is it complete, which colours, how may it go on.

use std::borrow::Cow;

use jit::{Session, TokenClass};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Hinter};

use super::commands;

/// Completion works on what the session knew after the last entry.
#[derive(Default, Hinter)]
pub(crate) struct Helper {
    names: jit::Names,
}

impl Helper {
    pub(crate) fn learn(&mut self, session: &Session) {
        self.names = session.names();
    }
}

impl rustyline::Helper for Helper {}

impl Validator for Helper {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = ctx.input();
        let complete = input.trim_start().starts_with(':') || jit::is_complete(input);
        Ok(if complete {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> Cow<'l, str> {
        if line.trim_start().starts_with(':') || std::env::var_os("NO_COLOR").is_some() {
            return Cow::Borrowed(line);
        }
        let mut out = String::with_capacity(line.len() * 2);
        let mut at = 0;
        for (span, class) in jit::token_classes(line) {
            out.push_str(&line[at..span.start]);
            out.push_str(color(class));
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

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _ctx: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..pos];
        let start = word_start(before);
        let prefix = &before[start..];
        let found = match before[..start].strip_suffix('.') {
            _ if before[..start].trim_start() == ":" => commands::starting_with(prefix),
            Some(receiver) => {
                let receiver = &receiver[receiver_start(receiver)..];
                self.names.members(receiver.trim_end_matches('?'), prefix)
            }
            None => self.names.top_level(prefix),
        };
        let pairs = found.into_iter().map(|name| Pair {
            display: name.clone(),
            replacement: name,
        });
        Ok((start, pairs.collect()))
    }
}

/// Where the name begins that ends the text.
fn word_start(text: &str) -> usize {
    let name = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    name.len()
}

/// Where the expression begins that ends the text: names, literals, calls and indices with dots between them.
fn receiver_start(text: &str) -> usize {
    let tokens = jit::token_classes(text);
    let mut start = text.len();
    let mut open = 0_usize;
    let mut wants_name = true;
    for (span, class) in tokens.into_iter().rev() {
        let token = &text[span.clone()];
        match token {
            ")" | "]" if open > 0 || wants_name => {
                open += 1;
                wants_name = true;
            }
            "(" | "[" if open > 0 => {
                open -= 1;
                wants_name = true; // what is called or indexed may stand before it
            }
            _ if open > 0 => {}
            "." | "?." => wants_name = true,
            _ if wants_name && class != TokenClass::Operator && class != TokenClass::Keyword => {
                wants_name = false;
            }
            _ => break,
        }
        start = span.start;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(text: &str) -> &str {
        &text[receiver_start(text)..]
    }

    #[test]
    fn the_receiver_is_the_whole_chain() {
        assert_eq!(receiver("let a = b.c"), "b.c");
        assert_eq!(receiver("1 + f(2, g[3]).x"), "f(2, g[3]).x");
        assert_eq!(receiver("print(xs"), "xs");
        assert_eq!(receiver("x = \"a b\""), "\"a b\"");
        assert_eq!(receiver("a + [1, 2]"), "[1, 2]");
        assert_eq!(receiver("f(a.b"), "a.b");
    }
}
