//! Bindings and expressions.

use super::pattern::{constant_name, is_name, mutable_binding};
use super::{Context, unbox};
use crate::ast::*;
use crate::diagnostic::Diagnostic;
use crate::lexer::BRACE_HELP;
use crate::source::Span;
use smol_str::SmolStr;

/// What stands between the braces of a text; a warning says so where it is a mere literal, which could stand there without braces.
pub(crate) fn interpolation(
    ctx: &mut Context<'_>,
    expr: Box<Expr>,
    spec: Option<FormatSpec>,
    left: usize,
    right: usize,
) -> Box<StrPart> {
    if matches!(expr.kind, ExprKind::Int(_) | ExprKind::Str(_)) && spec.is_none() {
        let message = "between these braces stands only a literal";
        ctx.error(
            Diagnostic::warning("brace-in-text", message)
                .at(ctx.span(left, right), "the braces are not in the text")
                .help(BRACE_HELP),
        );
    }
    Box::new(StrPart::Interp { expr: *expr, spec })
}

#[expect(clippy::too_many_arguments, reason = "the parts of one production")]
pub(crate) fn binding(
    ctx: &mut Context<'_>,
    kind: BindingKind,
    pattern: Box<Pattern>,
    ty: Option<Box<Type>>,
    value: Box<Expr>,
    else_block: Option<Block>,
    left: usize,
    right: usize,
) -> Box<Stmt> {
    let keyword = ctx.span(left, left + 1);
    let (mut kind, mut pattern) = (kind, pattern);
    if let Some(name) = mutable_binding(&pattern) {
        let error = match &pattern.kind {
            PatternKind::Bind { .. } => {
                Diagnostic::error("let-mut", "a variable is declared with `var`")
                    .at(
                        keyword.to(pattern.span),
                        "`mut` marks parameters and arguments",
                    )
                    .help(format!("write `var {}`", name.name))
            }
            _ => Diagnostic::error("let-mut", "a binding takes no part of a value in place")
                .at(name.span, "marked `mut`")
                .help("variables are declared by `var` in place of `let`; parts of a variable are changed in place in a `match` or `if let`"),
        };
        ctx.error(error);
        // It is meant to be a variable.
        if let PatternKind::Bind { is_mut, .. } = &mut pattern.kind {
            *is_mut = false;
            kind = BindingKind::Var;
        }
    }
    if kind == BindingKind::Const && !is_name(&pattern) {
        let message = "a constant has a name, not a pattern";
        ctx.error(Diagnostic::error("const-pattern", message).at(pattern.span, "a pattern"));
    }
    let binding = LetStmt {
        kind,
        pattern: constant_name(kind, *pattern),
        ty: ty.map(unbox),
        value: *value,
        else_block,
    };
    ctx.stmt(StmtKind::Let(binding), left, right)
}

/// At the start of a statement `if`, `match`, loops and blocks end at their `}`.
pub(crate) fn expression_statement(
    ctx: &mut Context<'_>,
    value: Box<Expr>,
    left: usize,
    right: usize,
) -> Box<Stmt> {
    let first = leftmost(&value);
    if ends_at_brace(first) && first.span != value.span {
        let end = Span::new(first.span.file, first.span.end, first.span.end);
        ctx.error(
            Diagnostic::error(
                "statement-goes-on",
                "a statement that begins so ends at its `}`",
            )
            .at(end, "only a new line, `;` or `}` may follow")
            .help("put it in parentheses to use its value here"),
        );
    }
    ctx.stmt(StmtKind::Expr(*value), left, right)
}

fn ends_at_brace(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Block(_)
            | ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Loop { .. }
            | ExprKind::While { .. }
            | ExprKind::For { .. }
    )
}

fn leftmost(mut expr: &Expr) -> &Expr {
    loop {
        expr = match &expr.kind {
            ExprKind::Field { base, .. }
            | ExprKind::TupleField { base, .. }
            | ExprKind::OptField { base, .. }
            | ExprKind::Index { base, .. } => base,
            ExprKind::Call { callee, .. } => callee,
            ExprKind::MethodCall { recv, .. } | ExprKind::OptMethodCall { recv, .. } => recv,
            ExprKind::Try(inner) => inner,
            ExprKind::Binary { left, .. } => left,
            ExprKind::Range {
                start: Some(start), ..
            } => start,
            _ => return expr,
        };
    }
}

pub(crate) fn set_label(looped: &mut Expr, name: Ident, span: Span) {
    looped.span = span;
    match &mut looped.kind {
        ExprKind::Loop { label, .. }
        | ExprKind::While { label, .. }
        | ExprKind::For { label, .. } => *label = Some(name),
        _ => {}
    }
}

pub(crate) fn increment(
    ctx: &mut Context<'_>,
    place: Box<Expr>,
    op: BinaryOp,
    left: usize,
    right: usize,
) -> Box<AssignStmt> {
    let span = ctx.span(left, right);
    let sign = if op == BinaryOp::Add { '+' } else { '-' };
    ctx.error(
        Diagnostic::error("increment", format!("there is no `{sign}{sign}`"))
            .at(span, "not an operator")
            .help(format!("write `{sign}= 1`")),
    );
    Box::new(AssignStmt {
        place: *place,
        op: Some(op),
        op_span: span,
        value: Expr {
            kind: ExprKind::Int(1),
            span,
        },
    })
}

pub(crate) fn no_reference(
    ctx: &mut Context<'_>,
    mutable: bool,
    operand: Box<Expr>,
    left: usize,
    right: usize,
) -> Box<Expr> {
    let span = ctx.span(left, left + 1 + usize::from(mutable));
    let name = match &operand.kind {
        ExprKind::Name(name) => name.name.as_str(),
        _ => "x",
    };
    let help = if mutable {
        format!("mark the argument: `f(mut {name})`; a method that changes `{name}` needs no mark")
    } else {
        format!("write `{name}`: every value is passed as it is, without a copy")
    };
    ctx.error(
        Diagnostic::error("no-references", "there are no references")
            .at(span, "nothing is referred to")
            .help(help),
    );
    if mutable {
        // How it would be passed is not known, so that nothing more is said about it.
        return ctx.expr(ExprKind::Error, left, right);
    }
    operand
}

pub(crate) fn named_with_assign(ctx: &mut Context<'_>, name: &Ident, at: usize) {
    let span = ctx.span(at, at + 1);
    let name = &name.name;
    ctx.error(
        Diagnostic::error("named-with-assign", "an argument is named with `:`")
            .at(span, "this would assign")
            .help(format!("write `{name}: …`, or `{name} == …` to compare")),
    );
}

/// `[..xs, 1]` is no array with a range in it but the spread of other languages.
pub(crate) fn array(
    ctx: &mut Context<'_>,
    elements: Vec<Expr>,
    left: usize,
    right: usize,
) -> Box<Expr> {
    for element in &elements {
        if let ExprKind::Range {
            start: None,
            end: Some(_),
            inclusive: false,
        } = &element.kind
        {
            let message = "an array is not spread in another one";
            ctx.error(
                Diagnostic::error("no-spread", message)
                    .at(element.span, "a range without a beginning")
                    .help("arrays are joined by `+`: `xs + [1]`"),
            );
            return ctx.expr(ExprKind::Error, left, right);
        }
    }
    ctx.expr(ExprKind::Array(elements), left, right)
}

/// In the place of an arm that does not parse: it may match anything.
pub(crate) fn skipped_arm(ctx: &mut Context<'_>, left: usize, right: usize) -> Box<Arm> {
    Box::new(Arm {
        pattern: *ctx.pattern(PatternKind::Error, left, right),
        guard: None,
        body: *ctx.expr(ExprKind::Error, left, right),
        span: ctx.span(left, right),
    })
}

pub(crate) fn no_dereference(ctx: &mut Context<'_>, operand: Box<Expr>, left: usize) -> Box<Expr> {
    let span = ctx.span(left, left + 1);
    ctx.error(
        Diagnostic::error("no-references", "there are no references to follow")
            .at(span, "nothing is referred to")
            .help("use the value itself"),
    );
    operand
}

pub(crate) fn assignment_as_condition(
    ctx: &mut Context<'_>,
    a: Box<Expr>,
    b: Box<Expr>,
    left: usize,
    right: usize,
) -> Box<Expr> {
    let op_span = ctx.span(left, right);
    ctx.error(
        Diagnostic::error(
            "assignment-as-condition",
            "an assignment is not a condition",
        )
        .at(op_span, "this assigns")
        .help("compare with `==`, or match with `let pattern = value`"),
    );
    Box::new(Expr {
        span: a.span.to(b.span),
        kind: ExprKind::Binary {
            op: BinaryOp::Eq,
            op_span,
            left: a,
            right: b,
        },
    })
}

pub(crate) fn tuple_field(
    ctx: &mut Context<'_>,
    base: Box<Expr>,
    index: u128,
    left: usize,
    at: usize,
    right: usize,
) -> Box<Expr> {
    let index_span = ctx.span(at, right);
    let index = u32::try_from(index).unwrap_or_else(|_| {
        let message = "no tuple has so many fields";
        ctx.error(Diagnostic::error("literal-too-large", message).at(index_span, "too large"));
        0
    });
    let kind = ExprKind::TupleField {
        base,
        index,
        index_span,
    };
    ctx.expr(kind, left, right)
}

/// `a.f(x)` is one node, `(a.f)(x)` is not.
pub(crate) fn call(
    ctx: &mut Context<'_>,
    callee: Box<Expr>,
    args: Vec<Arg>,
    left: usize,
    right: usize,
) -> Box<Expr> {
    let Expr { kind, span } = *callee;
    let kind = match kind {
        ExprKind::Field { base, name } => ExprKind::MethodCall {
            recv: base,
            name,
            args,
        },
        ExprKind::OptField { base, name } => ExprKind::OptMethodCall {
            recv: base,
            name,
            args,
        },
        kind => ExprKind::Call {
            callee: Box::new(Expr { kind, span }),
            args,
        },
    };
    ctx.expr(kind, left, right)
}

pub(crate) fn type_path(
    ctx: &mut Context<'_>,
    base: Box<Expr>,
    args: Vec<Type>,
    left: usize,
    right: usize,
) -> Box<Expr> {
    let span = base.span;
    let mut segments = Vec::new();
    if !collect_path(*base, &mut segments) {
        let message = "type arguments follow the name of a type";
        ctx.error(Diagnostic::error("syntax", message).at(span, "not a name"));
        return ctx.expr(ExprKind::Error, left, right);
    }
    let path = Path { segments, span };
    ctx.expr(ExprKind::TypePath { path, args }, left, right)
}

fn collect_path(expr: Expr, segments: &mut Vec<Ident>) -> bool {
    match expr.kind {
        ExprKind::Name(name) => {
            segments.push(name);
            true
        }
        ExprKind::Field { base, name } => {
            let found = collect_path(*base, segments);
            segments.push(name);
            found
        }
        _ => false,
    }
}

pub(crate) fn plain_text(text: SmolStr) -> Vec<StrPart> {
    text_parts(vec![StrPart::Text(text)])
}

pub(crate) fn text_parts(mut parts: Vec<StrPart>) -> Vec<StrPart> {
    parts.retain(|part| match part {
        StrPart::Text(text) => !text.is_empty(),
        StrPart::Interp { .. } => true,
    });
    parts
}
