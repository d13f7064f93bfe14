//! What the actions of the grammar do beyond making a node: spans, and the checks that are about form alone.

mod expr;
mod item;
mod pattern;

pub(crate) use expr::*;
pub(crate) use item::*;
pub(crate) use pattern::*;

use crate::ast::*;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What the actions need to know, and where they leave what they find.
pub(crate) struct Context<'c> {
    pub(crate) file: FileId,
    /// The byte ranges of the tokens, by index.
    pub(crate) ranges: &'c [(u32, u32)],
    pub(crate) docs: &'c BTreeMap<u32, String>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Context<'_> {
    /// The span of the tokens from `left` up to before `right`.
    pub(crate) fn span(&self, left: usize, right: usize) -> Span {
        let start = self.ranges.get(left).map_or(0, |range| range.0);
        let end = match right.checked_sub(1) {
            Some(last) if last >= left => self.ranges.get(last).map_or(start, |range| range.1),
            _ => start,
        };
        Span::new(self.file, start, end.max(start))
    }

    pub(crate) fn docs(&self, left: usize) -> Option<String> {
        let (start, _) = self.ranges.get(left)?;
        self.docs.get(start).cloned()
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

    pub(crate) fn expr(&self, kind: ExprKind, left: usize, right: usize) -> Expr {
        let span = self.span(left, right);
        Expr { kind, span }
    }

    pub(crate) fn pattern(&self, kind: PatternKind, left: usize, right: usize) -> Pattern {
        let span = self.span(left, right);
        Pattern { kind, span }
    }

    pub(crate) fn ty(&self, kind: TypeKind, left: usize, right: usize) -> Type {
        let span = self.span(left, right);
        Type { kind, span }
    }

    pub(crate) fn range(
        &self,
        start: Option<Expr>,
        end: Option<Expr>,
        inclusive: bool,
        left: usize,
        right: usize,
    ) -> Expr {
        let kind = ExprKind::Range {
            start: start.map(Box::new),
            end: end.map(Box::new),
            inclusive,
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn unary(&self, op: UnaryOp, operand: Expr, left: usize, right: usize) -> Expr {
        let kind = ExprKind::Unary {
            op,
            op_span: self.span(left, left + 1),
            operand: Box::new(operand),
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn binary(
        &self,
        a: Expr,
        (op, at): (BinaryOp, usize),
        b: Expr,
        left: usize,
        right: usize,
    ) -> Expr {
        let kind = ExprKind::Binary {
            op,
            op_span: self.span(at, at + 1),
            left: Box::new(a),
            right: Box::new(b),
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn comparison(
        &mut self,
        a: Expr,
        op: (BinaryOp, usize),
        b: Expr,
        left: usize,
        right: usize,
    ) -> Expr {
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
        }
        self.binary(a, op, b, left, right)
    }

    /// An assignment where an expression is expected: a block of that one statement.
    pub(crate) fn assignment_block(&self, assign: AssignStmt, left: usize, right: usize) -> Expr {
        let span = self.span(left, right);
        let kind = StmtKind::Assign(assign);
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

pub(crate) fn with_last<T>(mut list: Vec<T>, last: Option<T>) -> Vec<T> {
    list.extend(last);
    list
}

pub(crate) fn with_first<T>(first: T, mut rest: Vec<T>) -> Vec<T> {
    rest.insert(0, first);
    rest
}
