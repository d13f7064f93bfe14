//! Which brackets are open: their pairing, the repair of what is missing, and the bounds of nesting.

use super::text::TextState;
use super::{Lexer, MAX_BRACKETS, MAX_DEPTH};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::token::Token;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FrameKind {
    Top,
    Paren,
    Bracket,
    Brace,
    /// `<` of type arguments.
    Angle,
    /// `{` in a text.
    Interpolation,
}

/// One open bracket.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// The index of the token that opened it.
    pub(super) opened: usize,
    /// What the statement that is open in it adds to the depth of the tree, at most.
    pub(super) cost: u32,
    /// The text around an interpolation.
    pub(super) text: Option<TextState>,
}

impl Frame {
    pub(super) fn top() -> Frame {
        Frame::new(FrameKind::Top, 0)
    }

    pub(super) fn new(kind: FrameKind, opened: usize) -> Frame {
        Frame {
            kind,
            opened,
            cost: 0,
            text: None,
        }
    }

    fn closer(&self) -> Option<Token> {
        match self.kind {
            FrameKind::Paren => Some(Token::RParen),
            FrameKind::Bracket => Some(Token::RBracket),
            FrameKind::Brace => Some(Token::RBrace),
            FrameKind::Top | FrameKind::Angle | FrameKind::Interpolation => None,
        }
    }
}

/// Whether a token may stand directly between `<` and `>` of type arguments or parameters.
pub(super) fn allowed_in_type_arguments(token: &Token) -> bool {
    use Token::*;
    matches!(
        token,
        Name(_)
            | Upper(_)
            | SelfType
            | Underscore
            | Any
            | Fn
            | Extern
            | Const
            | Mut
            | Int(_)
            | Minus
            | Comma
            | Colon
            | Plus
            | Dot
            | Question
            | QuestionQuestion
            | Bang
            | Arrow
            | LParen
            | LBracket
            | LAngle
            | RAngle
    )
}

impl Lexer<'_> {
    pub(super) fn top_frame(&mut self) -> &mut Frame {
        self.frames
            .last_mut()
            .expect("compiler bug: the outermost frame is never closed")
    }

    fn top_kind(&self) -> FrameKind {
        self.frames
            .last()
            .map_or(FrameKind::Top, |frame| frame.kind)
    }

    pub(super) fn in_angle(&self) -> bool {
        self.top_kind() == FrameKind::Angle
    }

    pub(super) fn in_interpolation(&self) -> bool {
        self.top_kind() == FrameKind::Interpolation
    }

    /// The kind of the innermost bracket that says whether line breaks count.
    pub(super) fn line_frame(&self) -> FrameKind {
        let kinds = self.frames.iter().rev().map(|frame| frame.kind);
        kinds
            .into_iter()
            .find(|kind| *kind != FrameKind::Angle)
            .unwrap_or(FrameKind::Top)
    }

    /// The outermost interpolation that stands in a text of one line.
    pub(super) fn single_line_text(&self) -> Option<usize> {
        self.frames
            .iter()
            .position(|frame| frame.text.as_ref().is_some_and(|text| !text.is_multi_line))
    }

    /// Whether a `<` that comes now opens type arguments or parameters.
    pub(super) fn opens_type_arguments(&self, blank: bool) -> bool {
        let tokens = &self.out.tokens;
        let back = |by: usize| {
            let at = tokens.len().checked_sub(by)?;
            Some(&tokens[at].token)
        };
        let last_is_type = match back(1) {
            Some(Token::Upper(_) | Token::SelfType) => true,
            Some(Token::Name(name)) => name == "ptr",
            _ => false,
        };
        let declares = match (back(1), back(2)) {
            (Some(Token::Impl), _) => true,
            // `parse::<T>()` of Rust, which the parser reports.
            (Some(Token::Colon), Some(Token::Colon)) => true,
            (Some(Token::Name(_) | Token::Upper(_)), Some(Token::Fn)) => true,
            (Some(operator), Some(Token::Fn)) => operator.is_operator_name(),
            (Some(Token::RBracket), Some(Token::LBracket)) => back(3) == Some(&Token::Fn),
            _ => false,
        };
        declares || last_is_type && !blank
    }

    pub(super) fn open(
        &mut self,
        kind: FrameKind,
        token: Token,
        start: usize,
        end: usize,
        blank: bool,
    ) {
        self.push(token, start, end, blank);
        if self.out.is_hopeless {
            return;
        }
        if self.frames.len() > MAX_BRACKETS {
            self.nested_too_deeply(start, end);
            return;
        }
        let opened = self.out.tokens.len() - 1;
        self.frames.push(Frame::new(kind, opened));
    }

    pub(super) fn close(&mut self, kind: FrameKind, token: Token, start: usize, end: usize) {
        if !self.close_down_to(kind, start) {
            self.stray(start, end);
            return;
        }
        if self.top_kind() == FrameKind::Interpolation {
            self.close_interpolation(None, start, end);
            return;
        }
        self.settle(&token, start);
        self.note_indentation(start);
        let opened = self.top_frame().opened;
        self.pop();
        self.blank_before_last = false;
        self.emit(token, start, end);
        let before = |by: usize| Some(&self.out.tokens[opened.checked_sub(by)?].token);
        self.after_attribute = kind == FrameKind::Paren && before(2) == Some(&Token::At);
    }

    /// Closes what was forgotten inside the innermost bracket of this kind; false if none is open.
    fn close_down_to(&mut self, kind: FrameKind, at: usize) -> bool {
        let matches = |frame: &Frame| {
            frame.kind == kind || kind == FrameKind::Brace && frame.kind == FrameKind::Interpolation
        };
        let Some(up) = self
            .frames
            .iter()
            .rev()
            .position(|frame| matches(frame) || frame.kind == FrameKind::Interpolation)
        else {
            return false;
        };
        if !matches(&self.frames[self.frames.len() - 1 - up]) {
            return false;
        }
        for _ in 0..up {
            self.close_one_forgotten(at);
        }
        true
    }

    /// At the beginning of a new declaration: brackets in which no declaration can stand were forgotten.
    pub(super) fn close_forgotten(&mut self, at: usize) {
        let inner = self.frames.iter().rev().take_while(|frame| {
            matches!(
                frame.kind,
                FrameKind::Paren | FrameKind::Bracket | FrameKind::Angle
            )
        });
        for _ in 0..inner.count() {
            self.close_one_forgotten(at);
        }
    }

    fn close_one_forgotten(&mut self, at: usize) {
        if self.in_angle() {
            self.downgrade_one_angle();
            return;
        }
        let open = self.opener();
        let at = self.out.tokens.last().map_or(at, |last| last.end as usize);
        self.error(
            unclosed(open, self.opener_text())
                .also(self.span(at, at), "it has to be closed before this"),
        );
        self.close_silently(at);
    }

    fn close_silently(&mut self, at: usize) {
        let frame = self.pop();
        if let Some(token) = frame.closer() {
            self.emit(token, at, at);
        }
    }

    /// A `<` that turned out not to open type arguments compares after all.
    pub(super) fn downgrade_angles(&mut self) {
        while self.in_angle() {
            self.downgrade_one_angle();
        }
    }

    fn downgrade_one_angle(&mut self) {
        let open = self.opener();
        let frame = self.pop();
        self.depth += frame.cost;
        self.top_frame().cost += frame.cost;
        self.out.tokens[frame.opened].token = Token::Lt;
        let message =
            "`<` directly after an upper-case name opens type arguments, which are never closed";
        self.error(
            Diagnostic::error("unclosed-type-arguments", message)
                .at(open, "no `>` for this")
                .help("to compare, put blanks around it: `N < M`"),
        );
    }

    fn opener(&mut self) -> Span {
        let opened = self.top_frame().opened;
        let token = &self.out.tokens[opened];
        self.span(token.start as usize, token.end as usize)
    }

    fn opener_text(&self) -> &'static str {
        match self.top_kind() {
            FrameKind::Paren => "(",
            FrameKind::Bracket => "[",
            FrameKind::Angle => "<",
            FrameKind::Top | FrameKind::Brace | FrameKind::Interpolation => "{",
        }
    }

    pub(super) fn pop(&mut self) -> Frame {
        let frame = self.frames.pop();
        let frame = frame.expect("compiler bug: the outermost frame is never closed");
        self.depth -= frame.cost;
        frame
    }

    fn stray(&mut self, start: usize, end: usize) {
        let text = &self.text[start..end];
        let message = format!("this `{text}` closes nothing");
        self.error(Diagnostic::error("stray-bracket", message).at(
            self.span(start, end),
            "no bracket is open that it could close",
        ));
        // After `let x =` the line break has to count, or the next statement is lost too.
        if !self.last_can_end() {
            self.push(Token::Bad, start, end, true);
        }
    }

    /// A `}` at the beginning of a line that is indented less than the line of its `{` probably belongs to an outer one.
    fn note_indentation(&mut self, start: usize) {
        if self.top_kind() != FrameKind::Brace || self.suspect.is_some() {
            return;
        }
        let open = self.opener();
        let closing = self.indentation(start);
        let opening = self.indentation(open.start as usize);
        if closing.is_blank && closing.width < opening.width {
            self.suspect = Some(open);
        }
    }

    fn indentation(&self, at: usize) -> Indentation {
        let line = self.text[..at].rfind('\n').map_or(0, |found| found + 1);
        let before = &self.text[line..at];
        let blank = before.trim_start_matches([' ', '\t']);
        Indentation {
            width: before.len() - blank.len(),
            is_blank: blank.is_empty(),
        }
    }

    /// Closes everything at the end of the text, with one diagnostic for the brackets and one for a text.
    pub(super) fn close_at_end(&mut self) {
        if self.out.is_hopeless {
            return;
        }
        self.downgrade_angles();
        let end = self.text.len();
        if let Some(open) = self.single_line_text() {
            self.text_without_end(open, end);
        }
        if self.frames.len() > 1 {
            self.out.is_open = true;
            let innermost = (self.opener(), self.opener_text());
            let (open, text) = self.suspect.map_or(innermost, |open| (open, "{"));
            self.error(unclosed(open, text));
        }
        while self.frames.len() > 1 {
            if self.in_interpolation() {
                self.abandon_interpolation(end);
            } else if self.in_angle() {
                self.downgrade_one_angle();
            } else {
                self.close_silently(end);
            }
        }
    }

    /// Counts what the token may add to the depth of the tree.
    pub(super) fn add_depth(&mut self, token: &Token, start: usize, end: usize) {
        use Token::*;
        match token {
            Comma | Semicolon | Newline => self.end_of_statement(),
            Name(_) | Upper(_) | Int(_) | Float(_) | Char(_) | Byte(_) | Bytes(_) | Str(_)
            | StrText(_) | StrEnd | Colon => {}
            _ => {
                self.depth += 1;
                self.top_frame().cost += 1;
                if self.depth > MAX_DEPTH {
                    self.nested_too_deeply(start, end);
                }
            }
        }
    }

    pub(super) fn end_of_statement(&mut self) {
        let cost = std::mem::take(&mut self.top_frame().cost);
        self.depth -= cost;
    }

    pub(super) fn nested_too_deeply(&mut self, start: usize, end: usize) {
        let span = self.span(start, end);
        let message = "this is nested too deeply, or too long for one statement";
        self.give_up(
            Diagnostic::error("nested-too-deeply", message)
                .at(span, "here it became too much")
                .help("take it apart into several bindings or functions"),
        );
    }
}

struct Indentation {
    width: usize,
    is_blank: bool,
}

fn unclosed(open: Span, text: &str) -> Diagnostic {
    Diagnostic::error("unclosed-bracket", format!("this `{text}` is never closed"))
        .at(open, "opened here")
}
