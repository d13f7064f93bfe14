//! Text to tokens: logos finds each token, and this layer adds what depends on the surroundings: which line breaks end
//! a statement, which `<` opens type arguments, the parts of a text with interpolation, and that brackets match.
//!
//! The tokens that come out have balanced brackets whatever went in: a missing bracket is inserted and a stray one
//! dropped, each with a diagnostic. Nesting is bounded here, so that nothing behind this needs to fear for its stack.

mod brackets;
mod foreign;
mod literal;
mod text;
mod wrappers;

use crate::ast::{Expected, is_upper_name};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceFile, Span};
use crate::token::{Token, TokenClass};
use brackets::{Frame, FrameKind};
use logos::Logos;
use std::collections::BTreeMap;
pub(crate) use text::BRACE_HELP;
use wrappers::NamedWrapper;

/// Larger texts are refused.
const MAX_BYTES: usize = 32 << 20;
/// Brackets open at once.
const MAX_BRACKETS: usize = 200;
/// Tokens that may each add a level to the tree, from the item's beginning down to one place.
const MAX_DEPTH: u32 = 600;
/// After so many bad places a text is not Sumi.
const MAX_BAD: usize = 20;

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Spanned {
    pub token: Token,
    pub start: u32,
    pub end: u32,
}

/// What the lexer found.
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Spanned>,
    pub(crate) comments: Vec<Span>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The text of `///` lines, by the start of the token that follows.
    pub(crate) docs: BTreeMap<u32, String>,
    pub(crate) expected: Vec<Expected>,
    /// The text ended inside a bracket, a text or a comment.
    pub(crate) is_open: bool,
    /// A text of one line has no end, which no further line can give it.
    pub(crate) is_broken: bool,
    /// The last tokens are an attribute of something that is still to come.
    pub(crate) ends_with_attribute: bool,
    /// It makes no sense to parse this.
    pub(crate) is_hopeless: bool,
}

impl Lexed {
    /// Whether there was nothing to say, and nothing is left open at the end.
    pub(crate) fn is_plain(&self) -> bool {
        let is_whole = !self.is_open && !self.is_broken && !self.ends_with_attribute;
        is_whole && self.diagnostics.is_empty() && !self.is_hopeless
    }
}

pub(crate) fn lex(file: &SourceFile) -> Lexed {
    let mut lexer = Lexer {
        file: file.id,
        text: &file.text,
        position: 0,
        frames: vec![Frame::top()],
        depth: 0,
        bad_places: 0,
        line_break: false,
        blank_before_last: false,
        after_attribute: false,
        pending_docs: None,
        suspect: None,
        saw_foreign_comment: false,
        saw_lifetime: false,
        named_wrappers: Vec::new(),
        items: 0,
        out: Lexed {
            tokens: Vec::new(),
            comments: Vec::new(),
            diagnostics: Vec::new(),
            docs: BTreeMap::new(),
            expected: Vec::new(),
            is_open: false,
            is_broken: false,
            ends_with_attribute: false,
            is_hopeless: false,
        },
    };
    if file.text.len() > MAX_BYTES {
        lexer.give_up(too_large(file));
    } else {
        lexer.skip_first_line();
        lexer.run();
        lexer.out.ends_with_attribute = lexer.after_attribute;
        lexer.close_at_end();
    }
    if lexer.out.is_hopeless {
        lexer.out.tokens.clear();
    }
    lexer.out
}

/// A token or comment of a text, for printing and for colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Classified {
    /// Empty for a line break that ends a statement, and for a bracket that was missing.
    pub span: Span,
    pub class: TokenClass,
}

/// All tokens and comments, by place.
pub fn tokens(file: &SourceFile) -> Vec<Classified> {
    let lexed = lex(file);
    let tokens = lexed.tokens.iter().map(|token| Classified {
        span: Span::new(file.id, token.start, token.end),
        class: token.token.class(),
    });
    let comments = lexed.comments.iter().map(|span| Classified {
        span: *span,
        class: TokenClass::Comment,
    });
    let mut all: Vec<Classified> = tokens.chain(comments).collect();
    all.sort_by_key(|token| (token.span.start, token.span.end));
    all
}

struct Lexer<'s> {
    file: FileId,
    text: &'s str,
    position: usize,
    frames: Vec<Frame>,
    /// The sum of the costs of all open frames.
    depth: u32,
    bad_places: usize,
    /// A line break stood since the last token.
    line_break: bool,
    /// A blank stood before the last token.
    blank_before_last: bool,
    /// The last token ended an attribute, whose line break does not count.
    after_attribute: bool,
    pending_docs: Option<String>,
    /// A `{` whose `}` was indented less than it: probably the one that was forgotten.
    suspect: Option<Span>,
    /// A comment of another language was reported.
    saw_foreign_comment: bool,
    saw_lifetime: bool,
    /// The keywords `some`, `none`, `ok` and `err` that are used as names, which was reported.
    named_wrappers: Vec<NamedWrapper>,
    /// Line breaks so far that ended something at the top level.
    items: usize,
    out: Lexed,
}

impl<'s> Lexer<'s> {
    fn run(&mut self) {
        while self.position < self.text.len() && !self.out.is_hopeless {
            let mut raw = Token::lexer(&self.text[self.position..]);
            let Some(found) = raw.next() else {
                self.position = self.text.len();
                return;
            };
            let start = self.position + raw.span().start;
            let end = self.position + raw.span().end;
            let blank = start > self.position || self.out.tokens.is_empty() || self.line_break;
            self.position = end;
            match found {
                Result::Ok(token) => self.one(token, start, end, blank),
                Result::Err(()) => self.bad_bytes(start, end),
            }
        }
    }

    /// One raw token, which may begin something longer.
    fn one(&mut self, token: Token, start: usize, end: usize, blank: bool) {
        match token {
            Token::LineBreak => self.line_break_found(start, end),
            Token::LineComment => self.line_comment(start, end),
            Token::CommentOpen => self.block_comment(start),
            Token::Quote | Token::TripleQuote => {
                self.drop_text_prefix(start);
                self.open_text(start, token == Token::TripleQuote);
            }
            Token::Minus if self.foreign_comment(start) || self.decrement(start, end) => {}
            Token::RawQuote => self.raw_text(start, end),
            Token::ByteQuote => self.byte_text(start),
            Token::ByteTick => self.byte(start),
            Token::Tick => self.character(start),
            Token::IntText => self.integer(start, end),
            Token::FloatText => self.float(start, end),
            Token::Name(name) if is_upper_name(&name) => {
                self.push(Token::Upper(name), start, end, blank);
            }
            Token::LParen => self.open(FrameKind::Paren, Token::LParen, start, end, blank),
            Token::LBracket => self.open(FrameKind::Bracket, Token::LBracket, start, end, blank),
            Token::LBrace => self.open(FrameKind::Brace, Token::LBrace, start, end, blank),
            Token::RParen => self.close(FrameKind::Paren, Token::RParen, start, end),
            Token::RBracket => self.close(FrameKind::Bracket, Token::RBracket, start, end),
            Token::RBrace => self.close(FrameKind::Brace, Token::RBrace, start, end),
            Token::Lt if self.opens_type_arguments(blank) => {
                self.open(FrameKind::Angle, Token::LAngle, start, end, blank);
            }
            Token::Gt | Token::Ge | Token::Shr | Token::ShrAssign if self.in_angle() => {
                self.position = start + 1;
                self.close(FrameKind::Angle, Token::RAngle, start, start + 1);
            }
            // `fn <<T>(…)` defines `<`.
            Token::Shl if self.last() == Some(&Token::Fn) && self.name_follows(end) => {
                self.position = start + 1;
                self.push(Token::Lt, start, start + 1, blank);
            }
            Token::Colon if self.in_interpolation() => self.format_spec(start),
            Token::Dot if self.float_without_digits(start, end) => {}
            Token::Else if self.last() != Some(&Token::RBrace) => {
                self.push(Token::LetElse, start, end, blank);
            }
            token if self.names(&token) || self.is_named_wrapper(&token, start, end) => {
                let name = self.text[start..end].into();
                self.push(Token::Name(name), start, end, blank);
            }
            token => self.push(token, start, end, blank),
        }
    }

    /// Adds a token after what its arrival says about the tokens before it.
    fn push(&mut self, token: Token, start: usize, end: usize, blank: bool) {
        self.settle(&token, start);
        self.settle_word_before(&token);
        self.add_depth(&token, start, end);
        self.blank_before_last = blank;
        self.emit(token, start, end);
    }

    fn emit(&mut self, token: Token, start: usize, end: usize) {
        if let Some(docs) = self.pending_docs.take() {
            self.out.docs.insert(start as u32, docs);
        }
        self.line_break = false;
        self.after_attribute = self.last() == Some(&Token::At);
        self.out.tokens.push(Spanned {
            token,
            start: start as u32,
            end: end as u32,
        });
    }

    /// Decides about the line break before `next`, and about brackets that `next` shows to be forgotten.
    fn settle(&mut self, next: &Token, start: usize) {
        if self.line_break && next.surely_begins_statement() && self.last_can_end() {
            self.close_forgotten(start);
        }
        if self.in_angle() && !brackets::allowed_in_type_arguments(next) {
            self.downgrade_angles();
        }
        let counts = matches!(self.line_frame(), FrameKind::Brace | FrameKind::Top);
        if self.line_break
            && counts
            && !self.after_attribute
            && self.last_can_end()
            && !next.continues_statement()
            && !(*next == Token::LBrace && self.brace_on_next_line(start))
        {
            self.downgrade_angles();
            let end = self.out.tokens.last().map_or(0, |last| last.end) as usize;
            let docs = self.pending_docs.take();
            self.emit(Token::Newline, end, end);
            self.items += usize::from(self.frames.len() == 1);
            self.pending_docs = docs;
            self.end_of_statement();
        }
    }

    /// Words that mean something by what follows them.
    fn settle_word_before(&mut self, next: &Token) {
        let count = self.out.tokens.len();
        let before = count.checked_sub(2).map(|at| &self.out.tokens[at].token);
        let begins_statement = matches!(
            before,
            Option::None | Some(Token::Newline | Token::Semicolon | Token::LBrace | Token::Pub)
        );
        let after_extern = before == Some(&Token::Extern);
        let Some(last) = self.out.tokens.last_mut() else {
            return;
        };
        let Token::Name(word) = &last.token else {
            return;
        };
        let becomes = match (word.as_str(), next) {
            ("any", Token::Name(_) | Token::Upper(_)) => Token::Any,
            ("host", Token::LBrace) if after_extern => Token::Host,
            ("test", Token::StrBegin | Token::Str(_)) if begins_statement => Token::Test,
            ("bench", Token::StrBegin | Token::Str(_)) if begins_statement => Token::Bench,
            _ => return,
        };
        last.token = becomes;
    }

    fn last(&self) -> Option<&Token> {
        self.out.tokens.last().map(|last| &last.token)
    }

    fn last_can_end(&self) -> bool {
        self.last()
            .is_some_and(|last| last.can_end_statement(self.blank_before_last))
    }

    fn name_follows(&self, at: usize) -> bool {
        self.text[at..].starts_with(|c: char| c.is_alphabetic() || c == '_')
    }

    /// Whether a keyword names a field or method here: any one after a dot, and `fn ok`.
    fn names(&self, token: &Token) -> bool {
        let after_fn = self.last() == Some(&Token::Fn);
        let is_wrapper = matches!(token, Token::Ok | Token::Err | Token::Some | Token::None);
        token.is_keyword() && (self.after_dot() || after_fn && is_wrapper)
    }

    fn after_dot(&self) -> bool {
        matches!(self.last(), Some(Token::Dot | Token::OptDot))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start as u32, end as u32)
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        let in_text = self
            .frames
            .iter()
            .any(|frame| frame.kind == FrameKind::Interpolation);
        let says_so = diagnostic.code.0 == "bad-format"
            || diagnostic.help.iter().any(|help| help.contains("{{"));
        self.out.diagnostics.push(if in_text && !says_so {
            diagnostic.help(BRACE_HELP)
        } else {
            diagnostic
        });
    }

    fn give_up(&mut self, diagnostic: Diagnostic) {
        self.error(diagnostic);
        self.out.is_hopeless = true;
    }

    fn skip_first_line(&mut self) {
        let begin = if self.text.starts_with('\u{feff}') {
            3
        } else {
            0
        };
        if self.text[begin..].starts_with("#!") {
            self.position = self.text.find('\n').unwrap_or(self.text.len());
            self.out.comments.push(self.span(begin, self.position));
        }
    }

    fn line_break_found(&mut self, start: usize, end: usize) {
        self.line_break = true;
        if let Some(open) = self.single_line_text() {
            self.position = start;
            self.text_without_end(open, start);
            self.position = end;
        }
    }

    fn line_comment(&mut self, start: usize, end: usize) {
        let text = self.text[start..end].trim_end_matches('\r');
        let span = self.span(start, start + text.len());
        self.out.comments.push(span);
        if let Some(expected) = text.strip_prefix("//=>") {
            let text = expected.trim().to_string();
            self.out.expected.push(Expected { text, span });
        } else if let Some(doc) = text.strip_prefix("///").filter(|doc| !doc.starts_with('/')) {
            let docs = self.pending_docs.get_or_insert_default();
            if !docs.is_empty() {
                docs.push('\n');
            }
            docs.push_str(doc.strip_prefix(' ').unwrap_or(doc).trim_end());
        }
    }

    fn block_comment(&mut self, start: usize) {
        let bytes = self.text.as_bytes();
        let mut depth = 1usize;
        let mut at = start + 2;
        while depth > 0 && at < bytes.len() {
            match (bytes[at], bytes.get(at + 1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    at += 2;
                }
                (b'\n', _) => {
                    self.line_break = true;
                    at += 1;
                }
                _ => at += 1,
            }
        }
        let span = self.span(start, at);
        self.out.comments.push(span);
        self.position = at;
        if depth > 0 {
            self.out.is_open = true;
            let open = self.span(start, start + 2);
            self.error(
                Diagnostic::error("unclosed-comment", "this comment is never closed")
                    .at(open, "opened here")
                    .note("`/*` inside a comment opens another one"),
            );
        }
    }

    /// `$3`, a value of a REPL. Elsewhere no name is found.
    fn past_value(&mut self, start: usize) -> bool {
        let Some(rest) = self.text[start..].strip_prefix('$') else {
            return false;
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return false;
        }
        let end = start + 1 + digits;
        self.position = end;
        let name = self.text[start..end].into();
        self.push(Token::Past(name), start, end, true);
        true
    }

    /// A run of bytes that begin no token becomes one token.
    fn bad_bytes(&mut self, start: usize, end: usize) {
        if self.foreign_comment(start) || self.foreign_quotes(start) || self.dollar_text(start) {
            return;
        }
        if self.past_value(start) {
            return;
        }
        let text = &self.text[start..];
        let run: usize = text
            .chars()
            .take_while(|c| *c != '\n' && (c.is_control() || !c.is_ascii()) && !c.is_alphanumeric())
            .map(char::len_utf8)
            .sum();
        self.position = end.max(start + run);
        while !self.text.is_char_boundary(self.position) {
            self.position += 1;
        }
        self.bad_places += 1;
        if self.bad_places > MAX_BAD {
            let span = self.span(start, self.position);
            let message = "this does not look like Sumi text";
            self.out.diagnostics.clear();
            self.give_up(Diagnostic::error("not-text", message).at(span, "and much before it"));
            return;
        }
        let span = self.span(start, self.position);
        let first = text.chars().next().unwrap_or(' ');
        let line = text.lines().next().unwrap_or_default();
        let mut report = bad_character(first, span);
        if first == '\\' && line.contains("->") {
            report.help = vec!["a closure is written `|x| value`".to_string()];
        }
        self.error(report);
        self.push(Token::Bad, start, self.position, true);
    }
}

fn too_large(file: &SourceFile) -> Diagnostic {
    let megabytes = file.text.len() >> 20;
    let span = Span::new(file.id, 0, 0);
    Diagnostic::error(
        "file-too-large",
        format!("this file has {megabytes} MiB; a source file may have 32"),
    )
    .at(span, "")
}

fn bad_character(found: char, span: Span) -> Diagnostic {
    let shown = match found {
        '\\' => "\\".to_string(),
        other => other.escape_debug().to_string(),
    };
    let error = Diagnostic::error("bad-character", format!("`{shown}` means nothing here"))
        .at(span, "not a token");
    match found {
        '“' | '”' | '„' => error.help("texts stand in straight quotes: \"…\""),
        '‘' | '’' => error.help("chars stand in straight quotes: 'a'"),
        '–' | '−' | '—' => error.help("minus is written `-`"),
        '×' => error.help("multiplication is written `*`"),
        '#' => {
            error.help("a comment begins with `//`; how many elements an array has says `xs.len()`")
        }
        '$' => error.help("a value goes into a text as in `\"x is {x}\"`"),
        '\\' => {
            error.help("a line goes on inside brackets, or after an operator; no mark is needed")
        }
        _ => error,
    }
}
