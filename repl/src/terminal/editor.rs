//! What the line editor asks while the user types: is it complete, which colours, how may it go on.

use std::borrow::Cow;

use jit::{Session, TokenClass};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Hinter};

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
        let start = line[..pos]
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |i| {
                i + line[i..].chars().next().map_or(1, char::len_utf8)
            });
        let prefix = &line[start..pos];
        let receiver = line[..start].strip_suffix('.').map(last_name);
        let found = match receiver {
            Some(receiver) => self.names.members(receiver, prefix),
            None => self.names.top_level(prefix),
        };
        Ok((
            start,
            found
                .into_iter()
                .map(|name| Pair {
                    display: name.clone(),
                    replacement: name,
                })
                .collect(),
        ))
    }
}

/// The name that ends the text: what stands before a dot.
fn last_name(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |i| {
            i + text[i..].chars().next().map_or(1, char::len_utf8)
        });
    &text[start..]
}
