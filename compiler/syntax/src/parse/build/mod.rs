//! What the actions of the grammar do beyond making a node: spans, and the checks that are about form alone.

#![expect(
    clippy::boxed_local,
    clippy::vec_box,
    reason = "the parser moves each value many times, so that it hands on boxes"
)]

mod expr;
mod item;
mod pattern;

pub(crate) use expr::*;
pub(crate) use item::*;
pub(crate) use pattern::*;

use crate::ast::*;
use crate::diagnostic::Diagnostic;
use crate::lexer::Spanned;
use crate::source::{FileId, Span};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What the actions need to know, and where they leave what they find.
pub(crate) struct Context<'c> {
    pub(crate) file: FileId,
    /// The tokens of the item; locations are indices of them.
    pub(crate) tokens: &'c [Spanned],
    pub(crate) docs: &'c BTreeMap<u32, String>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Where the types begin that were written with `&mut`.
    pub(crate) mutable_types: Vec<u32>,
    pub(crate) saw_semicolon_in_list: bool,
}

impl Context<'_> {
    /// The span of the tokens from `left` up to before `right`.
    pub(crate) fn span(&self, left: usize, right: usize) -> Span {
        let start = self.tokens.get(left).map_or(0, |token| token.start);
        let end = match right.checked_sub(1) {
            Some(last) if last >= left => self.tokens.get(last).map_or(start, |token| token.end),
            _ => start,
        };
        Span::new(self.file, start, end.max(start))
    }

    pub(crate) fn docs(&self, left: usize) -> Option<String> {
        if self.docs.is_empty() {
            return None;
        }
        let token = self.tokens.get(left)?;
        self.docs.get(&token.start).cloned()
    }

    pub(crate) fn error(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn ident(&self, name: SmolStr, left: usize, right: usize) -> Ident {
        let span = self.span(left, right);
        Ident { name, span }
    }

    pub(crate) fn word(&self, name: &'static str, left: usize, right: usize) -> Ident {
        self.ident(SmolStr::new_static(name), left, right)
    }

    pub(crate) fn expr(&self, kind: ExprKind, left: usize, right: usize) -> Box<Expr> {
        let span = self.span(left, right);
        Box::new(Expr { kind, span })
    }

    pub(crate) fn stmt(&self, kind: StmtKind, left: usize, right: usize) -> Box<Stmt> {
        let span = self.span(left, right);
        Box::new(Stmt { kind, span })
    }

    pub(crate) fn pattern(&self, kind: PatternKind, left: usize, right: usize) -> Box<Pattern> {
        let span = self.span(left, right);
        Box::new(Pattern { kind, span })
    }

    pub(crate) fn ty(&self, kind: TypeKind, left: usize, right: usize) -> Box<Type> {
        let span = self.span(left, right);
        Box::new(Type { kind, span })
    }

    pub(crate) fn range(
        &self,
        start: Option<Box<Expr>>,
        end: Option<Box<Expr>>,
        inclusive: bool,
        left: usize,
        right: usize,
    ) -> Box<Expr> {
        let kind = ExprKind::Range {
            start,
            end,
            inclusive,
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn unary(
        &self,
        op: UnaryOp,
        operand: Box<Expr>,
        left: usize,
        right: usize,
    ) -> Box<Expr> {
        let kind = ExprKind::Unary {
            op,
            op_span: self.span(left, left + 1),
            operand,
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn binary(
        &self,
        a: Box<Expr>,
        (op, at): (BinaryOp, usize),
        b: Box<Expr>,
        left: usize,
        right: usize,
    ) -> Box<Expr> {
        let kind = ExprKind::Binary {
            op,
            op_span: self.span(at, at + 1),
            left: a,
            right: b,
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn comparison(
        &mut self,
        a: Box<Expr>,
        op: (BinaryOp, usize),
        b: Box<Expr>,
        left: usize,
        right: usize,
    ) -> Box<Expr> {
        if let ExprKind::Binary { op: first, .. } = &a.kind
            && is_comparison(*first)
        {
            let second = self.span(op.1, op.1 + 1);
            let is_bracketed = *first == BinaryOp::Lt && op.0 == BinaryOp::Gt;
            let help = if is_bracketed {
                "if type arguments are meant: those of a function are inferred"
            } else {
                "write `a < b && b < c`"
            };
            self.error(
                Diagnostic::error("chained-comparison", "comparisons do not chain")
                    .at(second, "a second comparison of the same operands")
                    .help(help),
            );
            return self.expr(ExprKind::Error, left, right);
        }
        self.binary(a, op, b, left, right)
    }

    /// An assignment where an expression is expected: a block of that one statement.
    pub(crate) fn assignment_block(
        &self,
        assign: Box<AssignStmt>,
        left: usize,
        right: usize,
    ) -> Box<Expr> {
        let span = self.span(left, right);
        let kind = StmtKind::Assign(*assign);
        let stmts = vec![Stmt { kind, span }];
        self.expr(ExprKind::Block(Block { stmts, span }), left, right)
    }

    pub(crate) fn type_name(&mut self, name: Ident) -> Ident {
        if !name.is_upper() {
            let mut upper: String = name
                .name
                .chars()
                .take(1)
                .flat_map(char::to_uppercase)
                .collect();
            upper.extend(name.name.chars().skip(1));
            self.error(
                Diagnostic::error(
                    "lower-case-type",
                    "the name of a type or variant begins with an upper-case letter",
                )
                .at(name.span, "in lower case")
                .help(format!("call it `{upper}`")),
            );
        }
        name
    }

    pub(crate) fn expect_word(&mut self, found: &Ident, word: &str) {
        if found.name != word {
            let message = format!("`{word}` is expected here, not `{}`", found.name);
            self.error(Diagnostic::error("syntax", message).at(found.span, "not known here"));
        }
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}

/// What a list of `B`s holds: they are boxed while they are read, and lie in the tree one after another.
pub(crate) type ListOf<B> = Vec<<B as std::ops::Deref>::Target>;

pub(crate) fn unbox<T>(boxed: Box<T>) -> T {
    *boxed
}

pub(crate) fn unboxed<T>(list: impl IntoIterator<Item = Box<T>>) -> Vec<T> {
    list.into_iter().map(unbox).collect()
}

pub(crate) fn with_last<T>(mut list: Vec<T>, last: Option<Box<T>>) -> Vec<T> {
    if let Some(last) = last {
        list.reserve_exact(1);
        list.push(*last);
    }
    list
}

pub(crate) fn with_first<T>(first: Box<T>, mut rest: Vec<T>) -> Vec<T> {
    rest.insert(0, *first);
    rest
}
