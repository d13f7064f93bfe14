//! Texts: escapes, interpolation, raw texts, bytes, and the indentation of texts of several lines.

use super::brackets::{Frame, FrameKind};
use super::literal::{escape, not_a_byte};
use super::{Lexer, MAX_BRACKETS};
use crate::ast::{Align, FormatSpec, Radix};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::token::Token;

/// A text that is being read, set aside while the code of an interpolation is.
pub(super) struct TextState {
    pub(super) is_multi_line: bool,
    /// Braces mean themselves, since the first was not meant as code; it has been complained about.
    has_plain_braces: bool,
    /// The index of its `StrBegin`.
    begin: usize,
    lines: Vec<LineStart>,
}

/// What to do where a brace of a text was not meant to begin an expression.
pub(crate) const BRACE_HELP: &str =
    "a brace in a text is doubled, `{{` and `}}`, or the text is raw: `r\"…\"`";

/// Lines in which the end of a text of several lines is looked for that began as one of one line.
const LONGEST_MEANT: usize = 1000;

/// Where a source line begins in the decoded text.
struct LineStart {
    /// The index of the `StrText` token.
    token: usize,
    offset: usize,
    position: usize,
}

impl Lexer<'_> {
    pub(super) fn open_text(&mut self, start: usize, is_multi_line: bool) {
        self.push(Token::StrBegin, start, self.position, true);
        if self.out.is_hopeless {
            return;
        }
        let begin = self.out.tokens.len() - 1;
        let mut state = TextState {
            is_multi_line,
            has_plain_braces: false,
            begin,
            lines: Vec::new(),
        };
        if is_multi_line {
            let rest = &self.text[self.position..];
            let line_break = rest.strip_prefix('\r').unwrap_or(rest).strip_prefix('\n');
            if let Some(after) = line_break {
                self.position = self.text.len() - after.len();
                state.lines.push(LineStart {
                    token: begin + 1,
                    offset: 0,
                    position: self.position,
                });
            }
        }
        self.text_goes_on(state);
    }

    /// Reads text up to its end or the next interpolation.
    fn text_goes_on(&mut self, mut state: TextState) {
        let start = self.position;
        let mut text = String::new();
        loop {
            let at = self.position;
            let rest = &self.text[at..];
            let Some(next) = rest.chars().next() else {
                self.flush_text(text, start, &state);
                self.text_ends_with_file(state);
                return;
            };
            match next {
                '"' if !state.is_multi_line || rest.starts_with("\"\"\"") => {
                    self.flush_text(text, start, &state);
                    self.position = at + if state.is_multi_line { 3 } else { 1 };
                    self.close_text(state);
                    return;
                }
                '\n' if !state.is_multi_line => {
                    self.flush_text(text, start, &state);
                    self.unclosed_line(state.begin, at);
                    self.position = self.end_on_later_line(at).unwrap_or(at);
                    self.close_text(state);
                    return;
                }
                '\n' => {
                    text.push('\n');
                    self.position = at + 1;
                    state.lines.push(LineStart {
                        token: self.out.tokens.len(),
                        offset: text.len(),
                        position: at + 1,
                    });
                }
                '\r' if rest.starts_with("\r\n") => self.position = at + 1,
                '\\' => {
                    let (value, length) = self.escape_or_error(at, false);
                    text.extend(value);
                    self.position = at + length;
                }
                '{' | '}' if state.has_plain_braces => {
                    text.push(next);
                    self.position = at + 1;
                }
                '{' if is_data(rest) => {
                    let span = self.span(at, at + 1);
                    self.error(brace_of_data(span));
                    state.has_plain_braces = true;
                }
                '{' if !rest.starts_with("{{") => {
                    self.flush_text(text, start, &state);
                    self.open_interpolation(state);
                    return;
                }
                '{' => {
                    text.push('{');
                    self.position = at + 2;
                }
                '}' => {
                    text.push('}');
                    self.position = at + 1 + usize::from(rest.starts_with("}}"));
                    if !rest.starts_with("}}") {
                        self.lone_brace(at);
                    }
                }
                other => {
                    text.push(other);
                    self.position = at + other.len_utf8();
                }
            }
        }
    }

    fn flush_text(&mut self, text: String, start: usize, state: &TextState) {
        let index = self.out.tokens.len();
        let has_line = state.lines.last().is_some_and(|line| line.token == index);
        if !text.is_empty() || has_line {
            self.emit(Token::StrText(text.into()), start, self.position);
        }
    }

    /// The text is complete: indentation goes, and a text without interpolation becomes one token.
    fn close_text(&mut self, state: TextState) {
        if state.is_multi_line {
            self.remove_indentation(&state);
        }
        let end = self.position;
        let parts = &self.out.tokens[state.begin + 1..];
        let is_plain = parts
            .iter()
            .all(|part| matches!(part.token, Token::StrText(_)));
        if is_plain {
            let text: String = parts.iter().map(|part| part_text(&part.token)).collect();
            let start = self.out.tokens[state.begin].start as usize;
            self.out.tokens.truncate(state.begin);
            self.emit(Token::Str(text.into()), start, end);
            self.after_attribute = false;
        } else {
            self.emit(Token::StrEnd, end, end);
        }
    }

    fn text_ends_with_file(&mut self, state: TextState) {
        let begin = state.begin;
        if state.is_multi_line {
            self.out.is_open = true;
            let open = self.token_span(begin);
            self.error(unclosed_text(open, "\"\"\""));
            self.close_text(TextState {
                lines: Vec::new(),
                ..state
            });
        } else {
            self.unclosed_line(begin, self.text.len());
            self.close_text(state);
        }
    }

    fn unclosed_line(&mut self, begin: usize, at: usize) {
        self.out.is_broken = true;
        // The quote that ends the text was taken for one of a text inside the braces.
        if let Some(frame) = self.single_line_text() {
            let brace = self.token_span(self.frames[frame].opened);
            let known = self.out.diagnostics.last().and_then(Diagnostic::span);
            if known != Some(brace) {
                let end = self.span(at, at);
                self.error(unclosed_brace(brace).also(end, "its line ends here"));
            }
            return;
        }
        let open = self.token_span(begin);
        let end = self.span(at, at);
        self.error(
            unclosed_text(open, "\"")
                .also(end, "its line ends here")
                .help("a text of several lines stands in \"\"\""),
        );
    }

    /// Where a text ends that was meant to have several lines: behind the quote that the next line with quotes begins with, unless another
    /// one there closes it. What stands between is no code, and nothing is said about it.
    fn end_on_later_line(&self, at: usize) -> Option<usize> {
        let mut position = at;
        for line in self.text[at..].split_inclusive('\n').take(LONGEST_MEANT) {
            let quotes = line.matches('"').count();
            if quotes > 0 {
                let indentation = line.len() - line.trim_start().len();
                let closes = line[indentation..].strip_prefix('"').is_some_and(|after| {
                    let after = after.trim();
                    after.is_empty() || after.starts_with([')', ']', '}', ',', '.'])
                });
                return (closes && quotes % 2 == 1).then_some(position + indentation + 1);
            }
            position += line.len();
        }
        None
    }

    /// A line ended inside an interpolation of a text of one line: the text ends, and all that is open inside it.
    pub(super) fn text_without_end(&mut self, frame: usize, at: usize) {
        if let Some(state) = &self.frames[frame].text {
            let begin = state.begin;
            self.unclosed_line(begin, at);
        }
        while self.frames.len() > frame {
            if self.in_interpolation() {
                self.abandon_interpolation(at);
            } else {
                self.pop_silently(at);
            }
        }
    }

    fn pop_silently(&mut self, at: usize) {
        let frame = self.pop();
        let closer = match frame.kind {
            FrameKind::Paren => Token::RParen,
            FrameKind::Bracket => Token::RBracket,
            FrameKind::Brace => Token::RBrace,
            FrameKind::Angle => {
                self.depth += frame.cost;
                self.top_frame().cost += frame.cost;
                self.out.tokens[frame.opened].token = Token::Lt;
                return;
            }
            FrameKind::Top | FrameKind::Interpolation => return,
        };
        self.emit(closer, at, at);
    }

    /// Closes an interpolation and the text around it where neither ends.
    pub(super) fn abandon_interpolation(&mut self, at: usize) {
        self.pop();
        self.emit(Token::InterpClose(None), at, at);
        self.emit(Token::StrEnd, at, at);
    }

    fn open_interpolation(&mut self, state: TextState) {
        let start = self.position;
        self.position = start + 1;
        if self.frames.len() > MAX_BRACKETS {
            self.nested_too_deeply(start, start + 1);
            return;
        }
        self.add_depth(&Token::InterpOpen, start, start + 1);
        if self.out.is_hopeless {
            return;
        }
        self.emit(Token::InterpOpen, start, start + 1);
        let mut frame = Frame::new(FrameKind::Interpolation, self.out.tokens.len() - 1);
        frame.text = Some(state);
        self.frames.push(frame);
    }

    pub(super) fn close_interpolation(
        &mut self,
        spec: Option<FormatSpec>,
        start: usize,
        end: usize,
    ) {
        if self.last() == Some(&Token::InterpOpen) {
            let open = self.out.tokens[self.out.tokens.len() - 1].start as usize;
            let span = self.span(open, end);
            self.error(
                Diagnostic::error("empty-interpolation", "nothing stands between these braces")
                    .at(span, "an expression is expected")
                    .help("write the value between them, as in `\"x is {x}\"`; a brace itself is doubled: `{{` and `}}`"),
            );
            self.emit(Token::Bad, start, start);
        }
        let frame = self.pop();
        self.emit(Token::InterpClose(spec), start, end);
        self.line_break = false;
        self.position = end;
        if let Some(state) = frame.text {
            self.text_goes_on(state);
        }
    }

    /// From the `:` of an interpolation to its `}`.
    pub(super) fn format_spec(&mut self, colon: usize) {
        let inside = colon + 1;
        let rest = &self.text[inside..];
        let length = rest.find(['}', '\n', '"']).unwrap_or(rest.len());
        let end = inside + length;
        let span = self.span(inside, end);
        let spec = parse_format_spec(&rest[..length], span);
        if spec.is_none() {
            let message = format!("`{}` is not a format", &rest[..length]);
            // What stands before it is no expression either, most likely.
            let first = self.top_frame().opened + 1;
            self.out.tokens.truncate(first);
            self.emit(Token::Bad, inside, inside);
            let report = Diagnostic::error("bad-format", message)
                .at(span, "not understood")
                .help("a format is [<^>][+][0][width][_][.digits][x|b|o|e], as in `{x:>8.2}`");
            let is_prose = rest[..length].contains([' ', ',', ';', '(', '\'']);
            self.error(if is_prose {
                report.help(BRACE_HELP)
            } else {
                report
            });
        }
        let spec = spec.unwrap_or_default();
        if self.text[end..].starts_with('}') {
            self.close_interpolation(Some(spec), colon, end + 1);
        } else {
            self.position = end;
            let open = self.top_frame().opened;
            if spec.span.is_some() {
                let open = self.token_span(open);
                self.error(unclosed_brace(open));
            }
            self.close_interpolation(Some(spec), colon, end);
        }
    }

    fn lone_brace(&mut self, at: usize) {
        let span = self.span(at, at + 1);
        self.error(
            Diagnostic::error("stray-bracket", "this `}` of a text closes nothing")
                .at(span, "no interpolation is open")
                .help("a brace in a text is doubled: `}}`"),
        );
    }

    /// `r"…"`, `r#"…"#` and `r"""…"""`.
    pub(super) fn raw_text(&mut self, start: usize, end: usize) {
        let opening = &self.text[start + 1..end];
        let hashes = opening.bytes().filter(|b| *b == b'#').count();
        let is_multi_line = opening.ends_with("\"\"\"");
        let closing = format!("{}{}", &opening[hashes..], "#".repeat(hashes));
        let found = self.text[end..].find(&closing);
        let inside_end = found.map_or(self.text.len(), |at| end + at);
        self.push(Token::StrBegin, start, end, true);
        if self.out.is_hopeless {
            return;
        }
        let begin = self.out.tokens.len() - 1;
        let mut state = TextState {
            is_multi_line,
            has_plain_braces: false,
            begin,
            lines: Vec::new(),
        };
        let text = raw_lines(&self.text[end..inside_end], end, &mut state);
        self.position = inside_end;
        self.flush_text(text, end, &state);
        if found.is_some() {
            self.position = inside_end + closing.len();
        } else {
            self.out.is_open = true;
            state.lines.clear();
            let span = self.span(start, end);
            self.error(
                unclosed_text(span, &self.text[start..end])
                    .note(format!("it ends with `{closing}`")),
            );
        }
        self.close_text(state);
    }

    /// `b"…"`
    pub(super) fn byte_text(&mut self, start: usize) {
        let mut bytes = Vec::new();
        loop {
            let at = self.position;
            let rest = &self.text[at..];
            match rest.chars().next() {
                Some('"') => {
                    self.position = at + 1;
                    break;
                }
                None | Some('\n') => {
                    let open = self.span(start, start + 2);
                    self.error(unclosed_text(open, "b\""));
                    break;
                }
                Some('\\') => {
                    match escape(rest, true) {
                        Ok((value, _)) => bytes.extend(u8::try_from(u32::from(value))),
                        Err(_) => bytes.push(0),
                    }
                    let (_, length) = self.escape_or_error(at, true);
                    self.position = at + length;
                }
                Some(c) => {
                    self.position = at + c.len_utf8();
                    bytes.push(c as u32 as u8);
                    if !c.is_ascii() {
                        let span = self.span(at, self.position);
                        self.error(
                            not_a_byte()
                                .at(span, "not ASCII")
                                .help("write `\\x` escapes"),
                        );
                    }
                }
            }
        }
        self.push(Token::Bytes(bytes), start, self.position, true);
    }

    /// Takes the indentation of the closing quotes from every line, and drops the line break before them.
    fn remove_indentation(&mut self, state: &TextState) {
        let Some((closing, lines)) = state.lines.split_last() else {
            return;
        };
        let last = self.out.tokens.last();
        let last = last.map_or(String::new(), |last| part_text(&last.token).to_string());
        let is_last = closing.token + 1 == self.out.tokens.len();
        // An interpolation on the last line is text before the quotes.
        let indentation = match last.get(closing.offset..) {
            Some(text) if is_last => text.to_string(),
            _ => "x".to_string(),
        };
        if !indentation.chars().all(|c| c == ' ' || c == '\t') {
            let at = self.position;
            let span = self.span(at - 3, at);
            let message =
                "the closing quotes of a text of several lines stand on a line of their own";
            self.error(Diagnostic::error("text-indentation", message).at(span, "text before them"));
            return;
        }
        let kept = closing.offset.saturating_sub(1);
        self.out.tokens[closing.token].token = Token::StrText(last[..kept].into());
        for line in lines.iter().rev() {
            self.remove_from_line(line, &indentation);
        }
    }

    fn remove_from_line(&mut self, line: &LineStart, indentation: &str) {
        let ends_text = line.token + 1 == self.out.tokens.len();
        let text = part_text(&self.out.tokens[line.token].token).to_string();
        let (before, rest) = text.split_at(line.offset.min(text.len()));
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let is_blank = rest[blanks..].starts_with('\n') || rest.len() == blanks && ends_text;
        let removed = if rest.starts_with(indentation) {
            indentation.len()
        } else if is_blank {
            blanks
        } else {
            let span = self.span(line.position, line.position + blanks);
            let message = "this line is indented less than the closing quotes";
            self.error(
                Diagnostic::error("text-indentation", message)
                    .at(span, "its indentation")
                    .note("the indentation of the closing quotes is removed from every line"),
            );
            blanks
        };
        let text = format!("{before}{}", &rest[removed..]);
        self.out.tokens[line.token].token = Token::StrText(text.into());
    }

    fn token_span(&self, index: usize) -> Span {
        let token = &self.out.tokens[index];
        self.span(token.start as usize, token.end as usize)
    }
}

fn part_text(token: &Token) -> &str {
    match token {
        Token::StrText(text) => text,
        _ => "",
    }
}

/// The content of a raw text with the beginnings of its lines noted, if it has several by its quotes.
fn raw_lines(content: &str, position: usize, state: &mut TextState) -> String {
    if !state.is_multi_line {
        return content.to_string();
    }
    let token = state.begin + 1;
    let mut text = String::with_capacity(content.len());
    let mut at = position;
    for (index, line) in content.split('\n').enumerate() {
        let is_dropped = index == 1 && text.trim_end_matches('\r').is_empty();
        if is_dropped {
            text.clear();
        } else if index > 0 {
            text.push('\n');
        }
        if index > 0 {
            state.lines.push(LineStart {
                token,
                offset: text.len(),
                position: at,
            });
        }
        text.push_str(line.strip_suffix('\r').unwrap_or(line));
        at += line.len() + 1;
    }
    text
}

/// Whether what begins with a brace is data in the notation of JSON, as in `"{\"id\": 7}"` or `{"id": 7}`, rather than an interpolation.
fn is_data(rest: &str) -> bool {
    let inside = rest[1..].trim_start();
    if inside.starts_with("\\\"") {
        return true;
    }
    let key = inside.strip_prefix('"').and_then(|key| key.split_once('"'));
    key.is_some_and(|(key, after)| {
        let value = after.trim_start().strip_prefix(':');
        !key.contains(['{', '\n']) && value.is_some_and(|value| value.starts_with([' ', '\n']))
    })
}

fn unclosed_brace(open: Span) -> Diagnostic {
    Diagnostic::error("unclosed-bracket", "this `{` of a text is never closed")
        .at(open, "an expression begins here")
        .help("the expression ends with a `}`, as in `\"x is {x}\"`")
        .help(BRACE_HELP)
}

fn brace_of_data(span: Span) -> Diagnostic {
    Diagnostic::error("brace-in-text", "a brace in a text begins an interpolation")
        .at(span, "no expression begins here")
        .help("a brace is doubled, `{{`, or the text is raw: `r\"…\"`, and `r\"\"\"…\"\"\"` over several lines")
}

fn unclosed_text(open: Span, quotes: &str) -> Diagnostic {
    Diagnostic::error(
        "unclosed-text",
        format!("this text is never closed with {quotes}"),
    )
    .at(open, "opened here")
}

/// `[<^>][+][0][width][_][.digits][x|b|o|e]`
fn parse_format_spec(text: &str, span: Span) -> Option<FormatSpec> {
    let mut spec = FormatSpec {
        span: Some(span),
        ..FormatSpec::default()
    };
    let mut rest = text.trim();
    for (sign, align) in [
        ('<', Align::Left),
        ('^', Align::Center),
        ('>', Align::Right),
    ] {
        if spec.align.is_none() && eat(&mut rest, sign) {
            spec.align = Some(align);
        }
    }
    spec.plus = eat(&mut rest, '+');
    spec.zero = eat(&mut rest, '0');
    spec.width = number(&mut rest)?;
    spec.group = eat(&mut rest, '_');
    if eat(&mut rest, '.') {
        spec.digits = Some(number(&mut rest)??);
    }
    let radixes = [
        ('x', Radix::Hex),
        ('b', Radix::Binary),
        ('o', Radix::Octal),
        ('e', Radix::Exponent),
    ];
    for (letter, radix) in radixes {
        if spec.radix.is_none() && eat(&mut rest, letter) {
            spec.radix = Some(radix);
        }
    }
    rest.is_empty().then_some(spec)
}

fn eat(rest: &mut &str, sign: char) -> bool {
    match rest.strip_prefix(sign) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

/// Digits, if any; none at all if they make an absurd number.
fn number(rest: &mut &str) -> Option<Option<u32>> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at(length);
    *rest = after;
    match digits {
        "" => Some(None),
        _ => digits.parse().ok().filter(|n| *n <= 10_000).map(Some),
    }
}
