//! Patterns and types.

use super::Context;
use crate::ast::*;
use crate::diagnostic::Diagnostic;

/// `const MAX = 3`: an upper-case name parses as a path, and is the name that is bound.
pub(super) fn constant_name(kind: BindingKind, pattern: Pattern) -> Pattern {
    match pattern.kind {
        PatternKind::Path(mut path) if kind == BindingKind::Const && path.segments.len() == 1 => {
            let name = path.segments.remove(0);
            let kind = PatternKind::Bind {
                is_mut: false,
                name,
            };
            Pattern { kind, ..pattern }
        }
        kind => Pattern { kind, ..pattern },
    }
}

pub(super) fn is_name(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Bind { .. } => true,
        PatternKind::Path(path) => path.segments.len() == 1,
        _ => false,
    }
}

/// The first name in the pattern that is marked `mut`.
pub(super) fn mutable_binding(pattern: &Pattern) -> Option<&Ident> {
    match &pattern.kind {
        PatternKind::Bind { is_mut, name } => is_mut.then_some(name),
        PatternKind::Tuple(list) | PatternKind::Array(list) | PatternKind::Or(list) => {
            list.iter().find_map(mutable_binding)
        }
        PatternKind::Variant { fields, .. } => fields
            .iter()
            .find_map(|field| mutable_binding(&field.pattern)),
        PatternKind::Typed { pattern, .. } | PatternKind::Paren(pattern) => {
            mutable_binding(pattern)
        }
        PatternKind::Wildcard
        | PatternKind::Literal(_)
        | PatternKind::Range { .. }
        | PatternKind::Path(_)
        | PatternKind::Rest
        | PatternKind::Error => None,
    }
}

pub(crate) fn no_reference_type(
    ctx: &mut Context<'_>,
    mutable: bool,
    ty: Box<Type>,
    left: usize,
) -> Box<Type> {
    let span = ctx.span(left, left + 1);
    let help = if mutable {
        "mark the parameter: `mut x: T`"
    } else {
        "write the type itself; arguments are not copied"
    };
    ctx.error(
        Diagnostic::error("no-references", "there are no reference types")
            .at(span, "not part of a type")
            .help(help),
    );
    if mutable {
        ctx.mutable_types.push(ty.span.start);
    }
    ty
}

pub(crate) fn array_pattern(
    ctx: &mut Context<'_>,
    elements: Vec<Pattern>,
    left: usize,
    right: usize,
) -> Box<Pattern> {
    let mut rests = elements
        .iter()
        .filter(|e| matches!(e.kind, PatternKind::Rest));
    if let (Some(_), Some(second)) = (rests.next(), rests.next()) {
        let span = second.span;
        let message = "an array pattern has at most one `..`";
        ctx.error(Diagnostic::error("second-rest", message).at(span, "a second one"));
    }
    ctx.pattern(PatternKind::Array(elements), left, right)
}

pub(crate) fn variant_pattern(
    ctx: &mut Context<'_>,
    path: Path,
    fields: Vec<(Option<PatternField>, usize)>,
    left: usize,
    right: usize,
) -> Box<Pattern> {
    let last = fields.len().saturating_sub(1);
    let misplaced = fields.iter().take(last).find(|(field, _)| field.is_none());
    if let Some((_, at)) = misplaced {
        let span = ctx.span(*at, at + 1);
        let message = "`..` stands at the end of a payload";
        ctx.error(Diagnostic::error("second-rest", message).at(span, "more follows"));
    }
    let rest = fields.iter().any(|(field, _)| field.is_none());
    let fields = fields.into_iter().filter_map(|(field, _)| field).collect();
    ctx.pattern(PatternKind::Variant { path, fields, rest }, left, right)
}

pub(crate) fn optional_type(
    ctx: &mut Context<'_>,
    ty: Box<Type>,
    left: usize,
    right: usize,
) -> Box<Type> {
    if matches!(ty.kind, TypeKind::Optional(_)) {
        twice_optional(ctx, left, right);
    }
    ctx.ty(TypeKind::Optional(ty), left, right)
}

pub(crate) fn doubly_optional_type(
    ctx: &mut Context<'_>,
    ty: Box<Type>,
    left: usize,
    right: usize,
) -> Box<Type> {
    twice_optional(ctx, left, right);
    let inner = ctx.ty(TypeKind::Optional(ty), left, right);
    ctx.ty(TypeKind::Optional(inner), left, right)
}

fn twice_optional(ctx: &mut Context<'_>, left: usize, right: usize) {
    let span = ctx.span(left, right);
    ctx.error(
        Diagnostic::error(
            "double-optional",
            "an optional of an optional needs parentheses",
        )
        .at(span, "optional twice")
        .help("write `(T?)?`, or `T?` if one is meant"),
    );
}

pub(crate) fn const_argument(
    ctx: &mut Context<'_>,
    negative: bool,
    value: u128,
    left: usize,
    right: usize,
) -> Box<Type> {
    let mut number = ctx.expr(ExprKind::Int(value), right - 1, right);
    if negative {
        number = ctx.unary(UnaryOp::Neg, number, left, right);
    }
    ctx.ty(TypeKind::Const(number), left, right)
}
