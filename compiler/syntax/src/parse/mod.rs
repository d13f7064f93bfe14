//! Tokens to a tree. The tokens are cut into top-level items at the separators outside all brackets, and each item is
//! parsed by itself. Where one does not parse, the innermost statement, field or arm around the mistake is reported,
//! replaced by one `Skipped` token, and the item parsed again: so each mistake costs its own line and no other.

pub(crate) mod build;
mod doubt;
mod habits;
mod hints;
mod recover;

use crate::ast::{Doubts, Expected, Item, ItemKind, Module};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::grammar;
use crate::lexer::{self, Lexed, Spanned};
use crate::source::{SourceFile, Span};
use crate::token::Token;
use build::Context;
use lalrpop_util::ParseError;
pub(crate) use recover::items;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Mistakes reported in one file; after that nothing more is read.
const MAX_ERRORS: usize = 100;

/// What became of a text.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub module: Module,
    pub diagnostics: Diagnostics,
    pub complete: Completeness,
}

/// Whether more text could make sense of what is there: a REPL then reads another line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    Complete,
    NeedsMore,
}

pub fn parse(file: &SourceFile) -> Parsed {
    let lexed = lexer::lex(file);
    let mut parser = Parser {
        file,
        ends_early: false,
        errors: 0,
        skipped: BTreeSet::new(),
        diagnostics: Vec::new(),
        doubts: Doubts::default(),
        lexed,
    };
    let tokens = std::mem::take(&mut parser.lexed.tokens);
    let found = &mut parser.lexed.diagnostics;
    doubt::brackets(file.id, &tokens, found, &mut parser.doubts);
    let mut items: Vec<Item> = Vec::new();
    for range in recover::items(&tokens) {
        if parser.errors < MAX_ERRORS && !parser.belongs_to_skipped(&tokens, &range, items.last()) {
            items.extend(parser.item(&tokens, range));
        }
    }
    let stray_expected = parser.attach_expected(&mut items);
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(std::mem::take(&mut parser.lexed.diagnostics));
    diagnostics.extend(std::mem::take(&mut parser.diagnostics));
    diagnostics.sort();
    if diagnostics.iter().any(Diagnostic::tears_structure) {
        // Declarations that seem to stand in a body are a consequence.
        diagnostics
            .retain(|found| !matches!(found.code.0, "misplaced-item" | "misplaced-modifier"));
    }
    Parsed {
        module: Module {
            items,
            span: file.span(),
            stray_expected,
            skipped: std::mem::take(&mut parser.skipped).into_iter().collect(),
            doubts: std::mem::take(&mut parser.doubts),
        },
        diagnostics,
        complete: parser.completeness(),
    }
}

struct Parser<'s> {
    file: &'s SourceFile,
    lexed: Lexed,
    diagnostics: Vec<Diagnostic>,
    /// How many mistakes of grammar were found.
    errors: usize,
    /// The names in what was not understood.
    skipped: BTreeSet<SmolStr>,
    doubts: Doubts,
    /// The last item stops after a token that needs more.
    ends_early: bool,
}

/// Where the grammar stopped, and what it could have read there.
struct Stop {
    index: usize,
    expected: Vec<String>,
}

impl Parser<'_> {
    fn item(&mut self, all: &[Spanned], range: Range<usize>) -> Option<Item> {
        let is_last = range.end == all.len();
        let next = all.get(range.end + 1).map(|token| &token.token);
        let slice = all.get(range)?;
        let (first, last) = (slice.first()?, slice.last()?);
        let whole = Span::new(self.file.id, first.start, last.end);
        let mut tokens = Cow::Borrowed(slice);
        loop {
            match self.attempt(&tokens) {
                Ok((item, found)) => {
                    self.diagnostics.extend(found);
                    return Some(item);
                }
                Err(stop) => {
                    let at_end = stop.index >= tokens.len();
                    self.ends_early |=
                        is_last && at_end && (self.lexed.ends_with_attribute || needs_more(slice));
                    let region = recover::region(&tokens, stop.index);
                    let region = recover::with_deeper_lines(self.file, &tokens, region);
                    self.report(&tokens, &stop, region.clone(), next);
                    self.note_names(&tokens[region.clone()]);
                    self.doubts
                        .names
                        .extend(doubt::declared(&tokens, stop.index));
                    if region.len() == tokens.len() || self.errors >= MAX_ERRORS {
                        return Some(error_item(whole));
                    }
                    let skipped = recover::skipped(&tokens[region.clone()]);
                    tokens.to_mut().splice(region, [skipped]);
                }
            }
        }
    }

    fn attempt(&self, tokens: &[Spanned]) -> Result<(Item, Vec<Diagnostic>), Stop> {
        let mut ctx = Context {
            file: self.file.id,
            tokens,
            docs: &self.lexed.docs,
            diagnostics: Vec::new(),
            mutable_types: Vec::new(),
            saw_semicolon_in_list: false,
        };
        let stream = tokens.iter().enumerate();
        let stream = stream.map(|(index, token)| Ok((index, token.token.clone(), index + 1)));
        match grammar::ItemParser::new().parse(&mut ctx, stream) {
            Ok(line) => {
                let item = build::top_item(&mut ctx, *line);
                Ok((item, ctx.diagnostics))
            }
            Err(error) => Err(stop(error, tokens.len())),
        }
    }

    /// Whether an item is only the rest of the one before it, which was not understood: it is indented more, or
    /// goes on as an `else` does.
    fn belongs_to_skipped(
        &mut self,
        tokens: &[Spanned],
        range: &Range<usize>,
        before: Option<&Item>,
    ) -> bool {
        let Some(Item {
            kind: ItemKind::Error,
            span,
            ..
        }) = before
        else {
            return false;
        };
        let belongs = recover::goes_on(self.file, span.start, &tokens[range.start]);
        if belongs {
            self.note_names(&tokens[range.clone()]);
        }
        belongs
    }

    /// What is in a part that is skipped may be defined there: it is not reported as unknown elsewhere.
    fn note_names(&mut self, tokens: &[Spanned]) {
        for token in tokens {
            if let Token::Name(name) | Token::Upper(name) = &token.token {
                self.skipped.insert(name.clone());
            }
        }
    }

    /// Says what is wrong, unless something in the same statement was reported already.
    fn report(
        &mut self,
        tokens: &[Spanned],
        stop: &Stop,
        region: Range<usize>,
        next: Option<&Token>,
    ) {
        self.errors += 1;
        let start = tokens.get(region.start).map_or(0, |token| token.start);
        let end = tokens[..region.end].last().map_or(start, |token| token.end);
        let place = Span::new(self.file.id, start, end);
        let known = self.diagnostics.iter().chain(&self.lexed.diagnostics);
        let is_known = known
            .filter_map(Diagnostic::span)
            .any(|span| place.contains(span));
        let is_inserted = tokens
            .get(stop.index)
            .is_some_and(|token| token.start == token.end && token.token != Token::Newline);
        let is_torn = self.doubts.torn.iter().any(|torn| torn.contains(place));
        if is_torn || is_known || is_inserted && !self.lexed.diagnostics.is_empty() {
            return;
        }
        let found = hints::unexpected(self.file, tokens, stop.index, &stop.expected, next);
        self.diagnostics.push(found);
    }

    /// Gives each `//=>` to the item that ends on its line.
    fn attach_expected(&mut self, items: &mut [Item]) -> Vec<Expected> {
        let mut stray = Vec::new();
        let mut index = 0;
        for expected in std::mem::take(&mut self.lexed.expected) {
            while index < items.len() && items[index].span.end <= expected.span.start {
                index += 1;
            }
            let line = self.file.line(expected.span.start);
            let before = index.checked_sub(1).and_then(|at| items.get_mut(at));
            match before {
                Some(item) if self.file.line(item.span.end) == line => {
                    item.expected = Some(expected);
                }
                _ => stray.push(expected),
            }
        }
        stray
    }

    fn completeness(&self) -> Completeness {
        let is_open = self.lexed.is_open && !self.lexed.is_hopeless;
        let hard = self.lexed.is_broken
            || self.lexed.diagnostics.iter().any(|found| {
                !matches!(
                    found.code.0,
                    "unclosed-bracket" | "unclosed-text" | "unclosed-comment"
                )
            });
        if (is_open || self.ends_early) && !hard {
            Completeness::NeedsMore
        } else {
            Completeness::Complete
        }
    }
}

fn stop(error: ParseError<usize, Token, ()>, end: usize) -> Stop {
    match error {
        ParseError::UnrecognizedToken { token, expected } => Stop {
            index: token.0,
            expected,
        },
        ParseError::UnrecognizedEof { expected, .. } => Stop {
            index: end,
            expected,
        },
        ParseError::ExtraToken { token } => Stop {
            index: token.0,
            expected: Vec::new(),
        },
        ParseError::InvalidToken { location } => Stop {
            index: location,
            expected: Vec::new(),
        },
        ParseError::User { error: () } => Stop {
            index: end,
            expected: Vec::new(),
        },
    }
}

fn needs_more(tokens: &[Spanned]) -> bool {
    let back = |by: usize| {
        let at = tokens.len().checked_sub(by)?;
        Some(&tokens[at].token)
    };
    let is_decrement = back(1) == Some(&Token::Minus) && back(2) == Some(&Token::Minus);
    !is_decrement && back(1).is_some_and(|last| !last.can_end_statement(true))
}

fn error_item(span: Span) -> Item {
    Item {
        kind: ItemKind::Error,
        span,
        docs: None,
        is_pub: false,
        attrs: Vec::new(),
        expected: None,
    }
}
