//! Numbers, chars and bytes.

use super::Lexer;
use crate::diagnostic::Diagnostic;
use crate::token::Token;
use smol_str::SmolStr;

/// Why an escape is none.
pub(super) struct BadEscape {
    pub(super) length: usize,
    pub(super) help: &'static str,
}

impl Lexer<'_> {
    pub(super) fn integer(&mut self, start: usize, end: usize) {
        let end = self.digits_after(start, end, "an integer");
        let text: String = self.text[start..end]
            .chars()
            .filter(|c| *c != '_')
            .collect();
        let (digits, radix) = match text.get(..2) {
            Some("0x") => (&text[2..], 16),
            Some("0o") => (&text[2..], 8),
            Some("0b") => (&text[2..], 2),
            _ => (text.as_str(), 10),
        };
        let value = match u128::from_str_radix(digits, radix) {
            Result::Ok(value) => value,
            Result::Err(_) => {
                self.bad_integer(digits, radix, start, end);
                0
            }
        };
        self.push(Token::Int(value), start, end, true);
    }

    fn bad_integer(&mut self, digits: &str, radix: u32, start: usize, end: usize) {
        let span = self.span(start, end);
        if digits.is_empty() {
            let message = "digits are missing";
            self.error(Diagnostic::error("bad-number", message).at(span, "no digits follow"));
        } else if digits.chars().all(|c| c.is_digit(radix)) {
            let message = "this integer is larger than any type holds";
            self.error(Diagnostic::error("literal-too-large", message).at(span, "too large"));
        }
    }

    pub(super) fn float(&mut self, start: usize, end: usize) {
        // In `t.0.1` the `0.1` is two fields.
        if self.after_dot() {
            let dot = self.text[start..end].find('.');
            let end = dot.map_or(end, |at| start + at);
            self.position = end;
            self.integer(start, end);
            return;
        }
        let end = self.digits_after(start, end, "a float");
        let text: String = self.text[start..end]
            .chars()
            .filter(|c| *c != '_')
            .collect();
        let value = text.parse::<f64>().unwrap_or(0.0);
        if value.is_infinite() {
            let message = "this float is larger than any type holds";
            let span = self.span(start, end);
            self.error(Diagnostic::error("literal-too-large", message).at(span, "too large"));
        }
        self.push(Token::Float(value), start, end, true);
    }

    /// Letters and digits directly after a number belong to it, and are a mistake.
    fn digits_after(&mut self, start: usize, end: usize, what: &str) -> usize {
        let rest = &self.text[end..];
        let length: usize = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .map(char::len_utf8)
            .sum();
        if length == 0 {
            return end;
        }
        let suffix = rest[..length].to_string();
        let full = end + length;
        let number = self.text[start..end].to_string();
        let span = self.span(end, full);
        let message = format!("`{number}{suffix}` is not {what}");
        let error = Diagnostic::error("bad-number", message);
        let is_type = [
            "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64",
        ];
        self.error(if is_type.contains(&suffix.as_str()) {
            error
                .at(span, "numbers have no suffix")
                .help(format!("write `{suffix}({number})`"))
        } else if suffix.starts_with(|c: char| c.is_ascii_digit()) {
            error.at(span, "no digit of this base")
        } else {
            error.at(span, "this does not belong to a number").help(
                "leave it out: a literal takes the type that is expected, and `f32(0.5)` says it",
            )
        });
        self.position = full;
        // The value is that of the digits; the caller reads the text again, so only they may be in it.
        end
    }

    pub(super) fn character(&mut self, start: usize) {
        if self.label_or_lifetime(start) {
            return;
        }
        let token = match self.quoted_character(start, 1, false) {
            Some(value) => Token::Char(value),
            // `'text'` is read as the text that was meant.
            None if self.position > start + 4 => Token::Str(SmolStr::default()),
            None => Token::Char(char::REPLACEMENT_CHARACTER),
        };
        self.push(token, start, self.position, true);
    }

    pub(super) fn byte(&mut self, start: usize) {
        let value = self.quoted_character(start, 2, true).unwrap_or('\0');
        if !self.text[start..self.position].is_ascii() {
            let span = self.span(start, self.position);
            self.error(not_a_byte().at(span, "not ASCII"));
        }
        let byte = u8::try_from(u32::from(value)).unwrap_or(0);
        self.push(Token::Byte(byte), start, self.position, true);
    }

    /// The char between single quotes, of which the first ends at `start + opening`; leaves the position after both.
    fn quoted_character(&mut self, start: usize, opening: usize, bytes: bool) -> Option<char> {
        let inside = start + opening;
        let rest = &self.text[inside..];
        let first = rest.chars().next().filter(|c| *c != '\n');
        let Some(first) = first else {
            self.unclosed_character(start, inside);
            return None;
        };
        if first == '\'' && !rest.starts_with("'''") {
            self.position = inside + 1;
            let span = self.span(start, self.position);
            let message = "a char literal holds one character";
            self.error(Diagnostic::error("bad-char", message).at(span, "none stands here"));
            return None;
        }
        let (value, length) = if first == '\\' {
            self.escape_or_error(inside, bytes)
        } else {
            (Some(first), first.len_utf8())
        };
        let after = inside + length;
        if self.text[after..].starts_with('\'') {
            self.position = after + 1;
            return value;
        }
        self.long_character(start, after);
        None
    }

    fn long_character(&mut self, start: usize, after: usize) {
        let line = self.text[after..].split('\n').next().unwrap_or("");
        match line.find('\'') {
            Some(found) if found < 80 => {
                self.position = after + found + 1;
                let span = self.span(start, self.position);
                let message = "a char literal holds one character";
                self.error(
                    Diagnostic::error("bad-char", message)
                        .at(span, "several stand here")
                        .help("texts stand in double quotes"),
                );
            }
            _ => self.unclosed_character(start, after),
        }
    }

    fn unclosed_character(&mut self, start: usize, after: usize) {
        self.position = after;
        let span = self.span(start, after);
        let message = "this char literal is never closed";
        self.error(Diagnostic::error("unclosed-char", message).at(span, "no `'` follows"));
    }

    /// The char of the escape at `at`, and its length; reports a bad one.
    pub(super) fn escape_or_error(&mut self, at: usize, bytes: bool) -> (Option<char>, usize) {
        match escape(&self.text[at..], bytes) {
            Result::Ok((value, length)) => (Some(value), length),
            Result::Err(bad) => {
                let span = self.span(at, at + bad.length);
                let message = format!("`{}` is not an escape", &self.text[at..at + bad.length]);
                let error = Diagnostic::error("bad-escape", message).at(span, "not known");
                self.error(error.help(bad.help));
                (None, bad.length)
            }
        }
    }
}

pub(super) fn not_a_byte() -> Diagnostic {
    Diagnostic::error("bad-byte", "this character is not one byte")
}

/// Reads an escape, the backslash first.
pub(super) fn escape(text: &str, bytes: bool) -> Result<(char, usize), BadEscape> {
    let Some(kind) = text[1..].chars().next() else {
        return Err(bad_escape(1, "a backslash is written `\\\\`"));
    };
    let plain = match kind {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        '\\' | '"' | '\'' => kind,
        'u' if !bytes => return unicode_escape(text),
        'x' if bytes => return hex_escape(text),
        '{' | '}' => return Err(bad_escape(2, "braces are doubled: `{{` and `}}`")),
        '\n' => return Err(bad_escape(1, "texts of several lines stand in \"\"\"")),
        _ => {
            let help = match kind {
                '(' => "a value goes into a text as in `\"{x}\"`",
                _ => "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\' \\u{1F600}",
            };
            return Err(bad_escape(1 + kind.len_utf8(), help));
        }
    };
    Ok((plain, 2))
}

fn unicode_escape(text: &str) -> Result<(char, usize), BadEscape> {
    let help = "a Unicode escape is `\\u{…}` with up to six hexadecimal digits of a scalar value";
    let digits = text.get(2..).and_then(|rest| rest.strip_prefix('{'));
    let Some((digits, _)) = digits.and_then(|rest| rest.split_once('}')) else {
        return Err(bad_escape(2, help));
    };
    if digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(bad_escape(2, help));
    }
    let length = digits.len() + 4;
    let value = u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32);
    value
        .map(|value| (value, length))
        .ok_or(bad_escape(length, help))
}

fn hex_escape(text: &str) -> Result<(char, usize), BadEscape> {
    let digits = text
        .get(2..4)
        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
    let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
    value.map(|value| (char::from(value), 4)).ok_or(bad_escape(
        2,
        "a byte escape is `\\x` with two hexadecimal digits",
    ))
}

fn bad_escape(length: usize, help: &'static str) -> BadEscape {
    BadEscape { length, help }
}
