//! Operators, comparisons and indexing.

use syntax::{Diagnostic, Span};

use super::a;
use crate::env::Env;
use crate::hir::{BinaryOp, UnaryOp};
use crate::types::{InferKind, Ty, TyKind};

pub(in super::super) fn no_operator(
    env: &Env,
    op: BinaryOp,
    op_span: Span,
    (left_span, left): (Span, Ty),
    (right_span, right): (Span, Ty),
) -> Diagnostic {
    let symbol = op.symbol();
    let (l, r) = (left.display(env), right.display(env));
    let label = if left == right {
        format!("no `{symbol}` for this type")
    } else {
        format!("`{symbol}` of different types")
    };
    let report = Diagnostic::error(
        "no-operator",
        format!("there is no `{symbol}` for {} and {}", a(&l), a(&r)),
    )
    .at(op_span, label)
    .also(left_span, a(&l))
    .also(right_span, a(&r));
    let is_float = |ty: Ty| {
        ty.is_float() || matches!(ty.kind(), TyKind::Infer(var) if var.kind == InferKind::Float)
    };
    let is_user = |ty: Ty| matches!(ty.kind(), TyKind::Adt(..));
    let is_number = |ty: Ty| ty.is_numeric() || matches!(ty.kind(), TyKind::Infer(_));
    if let Some(help) = bound_for(op, left, &l, right, &r) {
        report.help(help)
    } else if left.lane().is_some() && is_number(right) {
        report.help(format!(
            "both sides have as many lanes: write `{l}.splat(…)` around the right one"
        ))
    } else if right.lane().is_some() && is_number(left) {
        report.help(format!(
            "both sides have as many lanes: write `{r}.splat(…)` around the left one"
        ))
    } else if left.is_numeric() && right.is_numeric() {
        let (to, other) = if is_float(right) && !is_float(left) {
            (&r, "left")
        } else {
            (&l, "right")
        };
        report.help(format!(
            "numbers do not convert by themselves; write `{to}(…)` around the {other} side"
        ))
    } else if left.is_int() && is_float(right) {
        report.help("numbers do not convert by themselves; write `f64(…)` around the left side")
    } else if is_float(left) && right.is_int() {
        report.help("numbers do not convert by themselves; write `f64(…)` around the right side")
    } else if matches!(left.kind(), TyKind::Str) && op == BinaryOp::Add {
        report.help("write `str(…)` around the right side, or put both into text: `\"{a}{b}\"`")
    } else if matches!(right.kind(), TyKind::Str) && op == BinaryOp::Add {
        report.help("write `str(…)` around the left side, or put both into text: `\"{a}{b}\"`")
    } else if left.option_of().is_some() || right.option_of().is_some() {
        report.help("take the value out of the optional first: `(… ?? default)`")
    } else if let Some(help) = repeated(op, left, right) {
        report.help(help)
    } else if is_result(left) || is_result(right) {
        report.help("take the value out of the result first, with `?`, `?? default` or `match`")
    } else if (is_user(left) || is_user(right))
        && !l.starts_with("an ")
        && !r.starts_with("an ")
        && !l.starts_with("a ")
        && !r.starts_with("a ")
    {
        report.help(format!("define it: `fn {symbol}(a: {l}, b: {r}) -> … = …`"))
    } else {
        report
    }
}

/// The bound that gives the operator to a type parameter.
fn bound_for(op: BinaryOp, left: Ty, l: &str, right: Ty, r: &str) -> Option<String> {
    let is_param = |ty: Ty| matches!(ty.kind(), TyKind::Param(..));
    let shown = match (is_param(left), is_param(right)) {
        (true, true) if left == right => l,
        (true, false) if matches!(right.kind(), TyKind::Infer(_)) => l,
        (false, true) if matches!(left.kind(), TyKind::Infer(_)) => r,
        _ => return None,
    };
    let bound = match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => "Num",
        BinaryOp::Div | BinaryOp::Rem | BinaryOp::Pow => "Num",
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => "Int",
        BinaryOp::Eq | BinaryOp::Ne => "Eq",
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => "Ord",
    };
    Some(format!("ask for it: `<{shown}: {bound}>`"))
}

fn is_result(ty: Ty) -> bool {
    matches!(ty.kind(), TyKind::Adt(crate::env::DefId::RESULT, _))
}

/// `"-" * 10`, `[0] * n` and `"%d" % n` of Python, `text * 2`.
fn repeated(op: BinaryOp, left: Ty, right: Ty) -> Option<&'static str> {
    let is_count = right.is_int() || matches!(right.kind(), TyKind::Infer(_));
    match (op, left.kind()) {
        (BinaryOp::Mul, TyKind::Str) if is_count => Some("a text is repeated by `s.repeat(n)`"),
        (BinaryOp::Mul, TyKind::Array(_)) if is_count => Some(
            "an array of n equal elements is `[x; n]`; each element is changed by `xs.map(|x| …)`",
        ),
        (BinaryOp::Rem, TyKind::Str) => Some("values go into a text as in `\"{x} and {y:.2}\"`"),
        _ => None,
    }
}

pub(in super::super) fn no_unary_operator(
    op: UnaryOp,
    span: Span,
    ty: &str,
    is_param: bool,
) -> Diagnostic {
    let symbol = match op {
        UnaryOp::Neg => "-",
        UnaryOp::Not => "!",
        UnaryOp::BitNot => "~",
    };
    let report = Diagnostic::error(
        "no-operator",
        format!("there is no `{symbol}` for {}", a(ty)),
    )
    .at(span, format!("`{symbol}` of {}", a(ty)));
    match op {
        UnaryOp::Neg if is_param => report.help(format!("ask for it: `<{ty}: Num>`")),
        UnaryOp::BitNot if is_param => report.help(format!("ask for it: `<{ty}: Int>`")),
        UnaryOp::Not if ty.ends_with('?') => report.help("write `… == none`"),
        UnaryOp::Not if ty == "str" || ty.starts_with('[') => report.help("write `….is_empty()`"),
        UnaryOp::Not if ty.starts_with(['i', 'u']) => {
            report.help("`~` inverts the bits of an integer; `… == 0` asks for zero")
        }
        UnaryOp::BitNot if ty == "bool" => report.help("write `!`"),
        _ => report,
    }
}

pub(in super::super) fn compared_types_differ(
    op: BinaryOp,
    (left_span, left): (Span, &str),
    (right_span, right): (Span, &str),
    one_optional: bool,
    of_map: bool,
) -> Diagnostic {
    let report = Diagnostic::error(
        "mismatched-types",
        format!("`{}` compares values of one type", op.symbol()),
    )
    .at(right_span, format!("this is {}", a(right)))
    .also(left_span, format!("this is {}", a(left)));
    let is_number = |ty: &str| {
        ty.len() <= 3 && ty.starts_with(['i', 'u', 'f']) || matches!(ty, "an integer" | "a float")
    };
    if one_optional && of_map {
        report.help("`m[k]` is a value, and ends the run where the key is missing: `m.has(k)` asks for the key, `m.get(k)` gives an optional")
    } else if one_optional {
        report.help("an operand is never wrapped: write `some(…)`")
    } else if is_number(left) && is_number(right) {
        let to = if right.contains('f') && !left.contains('f') {
            right
        } else {
            left
        };
        let to = if to.starts_with('a') { "f64" } else { to };
        report.help(format!(
            "numbers do not convert by themselves; write `{to}(…)` around one side"
        ))
    } else if matches!((left, right), ("char", "str") | ("str", "char")) {
        report.help("a single character is written `'a'`, a text `\"a\"`; `str(c)` makes text of a character")
    } else if right == "str" || left == "str" {
        report
            .help("`str(x)` makes text; `i64.parse(s)` and `f64.parse(s)` read a number from text")
    } else {
        report
    }
}

/// The part of a type that keeps it from being compared.
pub(in super::super) enum Lacking<'a> {
    Param(&'a str),
    Other(&'a str),
}

pub(in super::super) fn not_comparable(
    span: Span,
    ty: &str,
    symbol: &str,
    lacking: Lacking<'_>,
    ordered: bool,
) -> Diagnostic {
    let report = Diagnostic::error(
        "not-comparable",
        format!("values of type `{ty}` have no `{symbol}`"),
    )
    .at(span, "compared here");
    let report = match ty.ends_with('?') && !ordered {
        true => report.help("whether it is there says `.is_none()`, or `.is_some()`"),
        false => report,
    };
    match (lacking, ordered) {
        (Lacking::Param(name), true) => report.help(format!("ask for it: `<{name}: Ord>`")),
        (Lacking::Param(name), false) => report.help(format!("ask for it: `<{name}: Eq>`")),
        (Lacking::Other(part), _) if part.starts_with("any ") => report
            .note("an `any` has `==` if its trait asks for it, `trait T: Eq { … }`, and never `<`"),
        (Lacking::Other(_), _) => {
            report.note("functions have no comparison; maps and sets have no `<`")
        }
    }
}

pub(in super::super) fn no_bits(span: Span, symbol: &str, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "no-operator",
        format!("there is no `{symbol}` for {}", a(ty)),
    )
    .at(span, "works on the bits of integers")
}

pub(in super::super) fn bad_range(span: Span, ty: &str) -> Diagnostic {
    let report = Diagnostic::error("bad-range", format!("a range cannot be of {}", a(ty)))
        .at(span, "ranges are of integers or characters");
    match ty {
        "str" => report.help("texts are joined by `+`, or written into one another: `\"{a}{b}\"`"),
        "f32" | "f64" | "a float" => {
            report.help("count in integers and compute the float from them")
        }
        _ => report,
    }
}

pub(in super::super) fn not_indexable(span: Span, ty: &str) -> Diagnostic {
    let report = Diagnostic::error("not-indexable", format!("{} cannot be indexed", a(ty)))
        .at(span, "indexed here");
    if ty == "str" {
        report.help("text is cut by bytes, `s[a..b]`; its characters are `s.chars()`")
    } else if ty.starts_with('(') {
        report.help("the parts of a tuple are `.0`, `.1`, …")
    } else if ty.ends_with('?') {
        report.help("take the value out first: `if let some(xs) = …`, or `(… ?? [])[i]`")
    } else if ty.starts_with("Set<") {
        report.help("`s.has(x)` asks whether it is there; `s.to_array()` has its elements in order")
    } else {
        report
    }
}

pub(in super::super) fn not_sliceable(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error("not-indexable", format!("{} cannot be cut", a(ty)))
        .at(span, "only arrays and text have parts `[a..b]`")
}

pub(in super::super) fn bad_index(span: Span, ty: &str) -> Diagnostic {
    let report = Diagnostic::error(
        "bad-index",
        format!("an index is an integer, not {}", a(ty)),
    )
    .at(span, "the index");
    if ty.starts_with('f') {
        report.help("write `i64(…)` to cut off the fraction")
    } else {
        report
    }
}

pub(in super::super) fn negative_index(span: Span, distance: u128) -> Diagnostic {
    let help = match distance {
        1 => "the last element is `xs[xs.len() - 1]`, or `xs.last()`, which is an optional"
            .to_string(),
        n => format!("the element {n} from the end is `xs[xs.len() - {n}]`"),
    };
    Diagnostic::error("bad-index", "an index counts from 0")
        .at(span, "always out of range")
        .help(help)
}

pub(in super::super) fn default_needs_map(span: Span) -> Diagnostic {
    Diagnostic::error("default-needs-map", "only a map is indexed with `default:`")
        .at(span, "this is no map")
}
