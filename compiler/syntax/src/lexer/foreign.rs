//! Signs of other languages: each is reported and then read as what was meant, so that it costs one message.
//! `# comment`, `-- comment`, `“text”`, `` `text` ``, `f"text"`, `x--`, and a `{` that stands on a line of its own.

use super::Lexer;
use crate::diagnostic::Diagnostic;
use crate::token::Token;

impl Lexer<'_> {
    /// A comment of another language at `start`, which goes on to the end of its line; reported once in a file.
    pub(super) fn foreign_comment(&mut self, start: usize) -> bool {
        let rest = &self.text[start..];
        let before = self.text[..start].rsplit('\n').next().unwrap_or("");
        let after = rest.strip_prefix("--").unwrap_or("");
        let is_line = before.trim().is_empty() && after.starts_with([' ', '[', '-', '\r', '\n']);
        let is_beside = before.ends_with([' ', '\t'])
            && after
                .strip_prefix(' ')
                .is_some_and(|words| words.starts_with(char::is_alphabetic));
        let sign = if rest.starts_with('#') && before.chars().last().is_none_or(char::is_whitespace)
        {
            "#"
        } else if is_line || is_beside {
            "--"
        } else {
            return false;
        };
        let end = match rest.strip_prefix("--[[").and_then(|text| text.find("]]")) {
            Some(inside) => start + inside + 6,
            None => start + rest.find('\n').unwrap_or(rest.len()),
        };
        self.position = end;
        self.line_break |= self.text[start..end].contains('\n');
        let span = self.span(start, end);
        self.out.comments.push(span);
        if !std::mem::replace(&mut self.saw_foreign_comment, true) {
            let at = self.span(start, start + sign.len());
            let help = if rest.starts_with("#[test]") || rest.starts_with("#[cfg(test)]") {
                "a test is an item: `test \"name\" { … }`, and `sumi test` runs it"
            } else if rest.starts_with("#[") {
                "nothing is derived: every type has `==`, `<`, a hash and a text form by itself"
            } else if rest.starts_with("#include") || rest.starts_with("#import") {
                "write `import name`"
            } else {
                "comments begin with `//`"
            };
            let message = format!("`{sign}` does not begin a comment");
            let error = Diagnostic::error("foreign-comment", message);
            self.error(error.at(at, "not a comment in Sumi").help(help));
        }
        true
    }

    /// `'outer: loop`, read without its quote, and `<'a>`, read as nothing; a lifetime is reported once in a file.
    pub(super) fn label_or_lifetime(&mut self, start: usize) -> bool {
        let rest = &self.text[start + 1..];
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if !word.starts_with(char::is_alphabetic) || after.starts_with('\'') {
            return false;
        }
        let end = start + 1 + length;
        let span = self.span(start, end);
        let is_lifetime = self.in_angle() || self.last() == Some(&Token::Amp);
        let is_label = matches!(self.last(), Some(Token::Break | Token::Continue))
            || after.starts_with(": ") && self.last() != Some(&Token::Question);
        let word = word.to_string();
        if is_lifetime {
            self.position = end;
            if self.in_angle() && after.starts_with(',') {
                self.position += 1;
            }
            if !std::mem::replace(&mut self.saw_lifetime, true) {
                let error = Diagnostic::error("no-references", "there are no lifetimes");
                self.error(
                    error
                        .at(span, "not needed")
                        .help("leave it out: every value holds what it is made of, and none refers to another"),
                );
            }
        } else if is_label {
            let error = Diagnostic::error("foreign-quotes", "a label has no quote before it");
            let help = format!("write `{word}: loop {{ … }}` and `break {word}`");
            self.error(error.at(span, "not needed").help(help));
            self.position = end;
            self.push(Token::Name(word.into()), start, end, true);
        } else {
            return false;
        }
        true
    }

    /// `5.`, whose point has no digit behind it; read as `5.0`.
    pub(super) fn float_without_digits(&mut self, start: usize, end: usize) -> bool {
        let Some(last) = self.out.tokens.last_mut() else {
            return false;
        };
        let Token::Int(value) = last.token else {
            return false;
        };
        let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let line = self.text[end..].split('\n').next().unwrap_or("");
        let is_alone = line.is_empty() || line.starts_with([' ', ')', ',', ']', ';']);
        if last.end as usize != start || !is_alone || line.trim_start().starts_with(goes_on) {
            return false;
        }
        let number = last.start as usize;
        last.token = Token::Float(value as f64);
        last.end = end as u32;
        let text = &self.text[number..end];
        let error = Diagnostic::error(
            "bad-number",
            format!("`{text}` lacks a digit after the point"),
        );
        let help = format!("write `{text}0`");
        let span = self.span(start, end);
        self.error(error.at(span, "a digit is expected after this").help(help));
        self.position = end;
        true
    }

    /// A text in quotes of another kind, up to the closing one on its line.
    pub(super) fn foreign_quotes(&mut self, start: usize) -> bool {
        let rest = &self.text[start..];
        let Some(open) = rest.chars().next() else {
            return false;
        };
        let (closers, help) = match open {
            '“' | '”' | '„' | '«' | '»' => {
                ("”“\"«»", "texts stand in straight quotes: `\"…\"`")
            }
            '‘' | '’' => (
                "’‘'",
                "texts stand in straight double quotes, `\"…\"`, and single characters in `'…'`",
            ),
            '`' => (
                "`",
                "texts stand in double quotes; a value goes into one as in `\"x is {x}\"`",
            ),
            _ => return false,
        };
        let line = rest[open.len_utf8()..].split('\n').next().unwrap_or("");
        let Some(length) = line.find(|c| closers.contains(c)) else {
            return false;
        };
        let closer = line[length..].chars().next().map_or(0, char::len_utf8);
        let end = start + open.len_utf8() + length + closer;
        let content = line[..length].to_string();
        let span = self.span(start, end);
        let message = match open {
            '`' => "a backquote does not begin a text".to_string(),
            open => format!("`{open}` does not begin a text"),
        };
        self.error(
            Diagnostic::error("foreign-quotes", message)
                .at(span, "not a text in Sumi")
                .help(help),
        );
        self.position = end;
        self.push(Token::Str(content.into()), start, end, true);
        true
    }

    /// `$"…"`, whose sign is not needed.
    pub(super) fn dollar_text(&mut self, start: usize) -> bool {
        if !self.text[start..].starts_with("$\"") {
            return false;
        }
        self.text_prefix(start, start + 1);
        self.position = start + 1;
        true
    }

    /// `f"…"`: takes the name back.
    pub(super) fn drop_text_prefix(&mut self, start: usize) {
        let Some(last) = self.out.tokens.last() else {
            return;
        };
        let is_prefix = match &last.token {
            Token::Name(name) => matches!(name.as_str(), "f" | "u" | "c" | "s"),
            Token::Upper(name) => matches!(name.as_str(), "F" | "L"),
            _ => false,
        };
        if is_prefix && last.end as usize == start {
            let from = last.start as usize;
            self.out.tokens.pop();
            self.text_prefix(from, start);
        }
    }

    fn text_prefix(&mut self, start: usize, end: usize) {
        let prefix = &self.text[start..end];
        let message = format!("there is no `{prefix}` before a text");
        let error = Diagnostic::error("foreign-quotes", message);
        let span = self.span(start, end);
        self.error(
            error
                .at(span, "not needed")
                .help("values go into every text: `\"x is {x}\"`"),
        );
    }

    /// Whether the `-` at `start` ends an `x--`; then the two are one token.
    pub(super) fn decrement(&mut self, start: usize, end: usize) -> bool {
        let [.., operand, minus] = self.out.tokens.as_slice() else {
            return false;
        };
        let is_pair = minus.token == Token::Minus
            && minus.end as usize == start
            && operand.end == minus.start
            && operand.token.can_end_statement(false);
        let rest = self.text[end..].trim_start_matches([' ', '\t', '\r']);
        let ends = rest.is_empty() || rest.starts_with(['\n', ';', '}', ')', ',']);
        if !is_pair || !ends && !rest.starts_with("//") {
            return false;
        }
        if let Some(last) = self.out.tokens.last_mut() {
            last.token = Token::MinusMinus;
            last.end = end as u32;
        }
        true
    }

    /// A `{` at the beginning of a line whose line above lacks it: reported, and read as if it stood there.
    pub(super) fn brace_on_next_line(&mut self, start: usize) -> bool {
        if !self.last_line_lacks_block() {
            return false;
        }
        let end = self.out.tokens.last().map_or(0, |last| last.end) as usize;
        let message = "a `{` stands on the line of what it belongs to";
        self.error(
            Diagnostic::error("brace-on-next-line", message)
                .at(self.span(start, start + 1), "on a line of its own")
                .also(self.span(end, end), "write it here"),
        );
        true
    }

    fn last_line_lacks_block(&self) -> bool {
        use Token::{
            Assign, Enum, Extern, Fn, For, If, Impl, InterpClose, InterpOpen, LAngle, LBrace,
            LBracket, LParen, Match, Newline, RAngle, RBrace, RBracket, RParen, Semicolon, Struct,
            Trait, While,
        };
        if self.last() == Some(&RBrace) {
            return false;
        }
        let mut depth = 0usize;
        let mut has_value = false;
        for found in self.out.tokens.iter().rev() {
            match &found.token {
                RParen | RBracket | RBrace | InterpClose(_) | RAngle => depth += 1,
                LParen | LBracket | LBrace | InterpOpen | LAngle if depth == 0 => return false,
                LParen | LBracket | LBrace | InterpOpen | LAngle => depth -= 1,
                _ if depth > 0 => {}
                Newline | Semicolon => return false,
                Assign => has_value = true,
                Fn => return !has_value,
                If | While | For | Match | Struct | Enum | Trait | Impl | Extern => return true,
                _ => {}
            }
        }
        false
    }
}
