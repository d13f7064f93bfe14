//! A value of one type where another one is expected, and how it would be mended.

use syntax::{Diagnostic, Span};

use super::super::body::Why;
use super::{a, count};
use crate::env::{DefId, Env};
use crate::types::{FnParam, InferKind, IntTy, Ty, TyKind};

pub(in super::super) fn mismatch(
    env: &Env,
    span: Span,
    found: Ty,
    expected: Ty,
    (why, literal): (Why, Option<f64>),
) -> Diagnostic {
    if let Some((wanted, given)) = parameter_counts(found, expected) {
        return other_count(env, (span, given), (wanted, why));
    }
    let (found_name, expected_name) = (name(env, found), name(env, expected));
    let mut report = Diagnostic::error(
        "mismatched-types",
        format!("expected {expected_name}, found {found_name}"),
    )
    .at(span, format!("this is {}", this_is(env, found)));
    if let Some(because) = why.span.filter(|because| *because != span) {
        report = report.also(because, format!("{expected_name} is expected {}", why.text));
    }
    if let Some((found, expected)) = namesakes(env, found, expected) {
        return told_apart(env, report, found, expected);
    }
    match mend(env, found, expected, literal) {
        Some(help) => report.help(help),
        None => report,
    }
}

/// The parameters that are wanted, and how many there are, of two functions that differ in that.
fn parameter_counts(found: Ty, expected: Ty) -> Option<(&'static [FnParam], usize)> {
    match (expected.kind(), found.kind()) {
        (TyKind::Fn(wanted), TyKind::Fn(given)) if wanted.params.len() != given.params.len() => {
            Some((&wanted.params, given.params.len()))
        }
        _ => None,
    }
}

fn other_count(
    env: &Env,
    (span, given): (Span, usize),
    (wanted, why): (&[FnParam], Why),
) -> Diagnostic {
    let types: Vec<String> = wanted.iter().map(|param| name(env, param.ty)).collect();
    let is_known = wanted
        .iter()
        .all(|param| !matches!(param.ty.kind(), TyKind::Infer(_)));
    let shown = match types.as_slice() {
        types if is_known && !types.is_empty() => format!(" ({})", types.join(" and ")),
        _ => String::new(),
    };
    let message = format!(
        "a function that is called with {}{shown} is expected",
        count(wanted.len(), "argument")
    );
    let report = Diagnostic::error("mismatched-types", message)
        .at(span, format!("this one has {}", count(given, "parameter")));
    match why.span.filter(|because| *because != span) {
        Some(because) => report.also(because, format!("expected {}", why.text)),
        None => report,
    }
}

/// The first two types in the same place that are called the same and are not.
fn namesakes(env: &Env, found: Ty, expected: Ty) -> Option<(DefId, DefId)> {
    let (TyKind::Adt(a, xs), TyKind::Adt(b, ys)) = (found.kind(), expected.kind()) else {
        return None;
    };
    if a != b {
        return (env.def(*a).name == env.def(*b).name).then_some((*a, *b));
    }
    let mut pairs = xs.iter().zip(ys);
    pairs.find_map(|(x, y)| namesakes(env, *x, *y))
}

fn told_apart(env: &Env, report: Diagnostic, found: DefId, expected: DefId) -> Diagnostic {
    let of_library = |def: DefId| env.is_library(env.def(def).module);
    let name = &env.def(found).name;
    let mut report = report;
    for (def, role) in [(expected, "expected"), (found, "found")] {
        if !of_library(def) {
            report = report.also(env.def(def).span, format!("the `{name}` that is {role}"));
        }
    }
    let home = |def: DefId| match of_library(def) {
        true => "the library".to_string(),
        false => format!("module `{}`", env.module(env.def(def).module).name),
    };
    match expected {
        DefId::ERROR => report.help(format!(
            "`T!` has the `Error` of the library; for this one write `Result<T, {name}>`"
        )),
        _ if of_library(found) || of_library(expected) => report.note(format!(
            "these are two types: the `{name}` of {}, and the one of {}",
            home(expected),
            home(found)
        )),
        _ => report.note("these are two types that have one name"),
    }
}

/// `none` on its own.
fn is_unknown_optional(ty: Ty) -> bool {
    ty.option_of()
        .is_some_and(|inner| matches!(inner.kind(), TyKind::Infer(_)))
}

fn this_is(env: &Env, ty: Ty) -> String {
    match ty.kind() {
        TyKind::Infer(_) => name(env, ty),
        _ if is_unknown_optional(ty) => name(env, ty),
        TyKind::Tuple(parts) if parts.is_empty() => "`()`, no value".to_string(),
        _ => a(&ty.display(env)),
    }
}

/// How a value of one type is made one of another.
fn mend(env: &Env, found: Ty, expected: Ty, literal: Option<f64>) -> Option<String> {
    let (to, from) = (expected.display(env), found.display(env));
    match (expected.kind(), found.kind()) {
        (TyKind::Tuple(parts), TyKind::Fn(_)) if parts.is_empty() => None,
        (TyKind::CFn(_), TyKind::Fn(_)) => Some(
            "C calls what is declared for it, at the top level: `extern fn name(…) { … }`".to_string(),
        ),
        (TyKind::Tuple(parts), _) if parts.is_empty() => Some(format!(
            "if it is the result of the function, write its type: `fn name(…) -> {}`",
            if matches!(found.kind(), TyKind::Infer(_)) { "i64" } else { &from }
        )),
        (_, _) if is_unknown_optional(found) => Some(
            "a value that may be absent has a type `T?`; `some(x)` is one that is there".to_string(),
        ),
        (TyKind::Adt(..), TyKind::Array(_)) if to.starts_with('[') => {
            Some("a map is written `[\"a\": 1]`, an empty one `[:]`".to_string())
        }
        (TyKind::Adt(..), TyKind::Array(_)) if to.starts_with("Set<") => {
            Some("a set is made of an array by `Set([1, 2])`, or by `xs.to_set()`".to_string())
        }
        (TyKind::Char, TyKind::Str) => Some("a single character is written `'a'`".to_string()),
        (TyKind::Int(_) | TyKind::Float(_), TyKind::Int(_) | TyKind::Float(_)) => Some(format!(
            "numbers do not convert by themselves; write `{to}(…)` to convert this `{from}`"
        )),
        (TyKind::Int(_), TyKind::Infer(var)) if var.kind == InferKind::Float => Some(
            match literal.filter(|value| value.fract() == 0.0 && value.abs() < 1e15) {
                Some(whole) => format!("write `{whole:.0}`: {} has no fraction", a(&to)),
                None => format!("write `{to}(…)` to convert; it cuts off the fraction"),
            },
        ),
        (TyKind::Infer(var), TyKind::Int(_)) if var.kind == InferKind::Float => Some(format!(
            "numbers do not convert by themselves; write `f64(…)` to convert this `{from}`"
        )),
        (TyKind::Int(_), TyKind::Str) => Some(format!(
            "`{to}.parse(…)` reads a number from text; it gives an optional"
        )),
        (TyKind::Float(_), TyKind::Str) => Some(format!(
            "`{to}.parse(…)` reads a number from text; it gives an optional"
        )),
        (TyKind::Str, TyKind::Tuple(parts)) if parts.is_empty() => None,
        (TyKind::Str, TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char) => {
            Some("write `str(…)`, or put it into text as `\"{…}\"`".to_string())
        }
        (TyKind::Str, TyKind::Infer(var)) if var.kind != InferKind::General => {
            Some("write `str(…)`, or put it into text as `\"{…}\"`".to_string())
        }
        (TyKind::Bool, TyKind::Int(_)) => {
            Some("it must be `true` or `false`: compare, as in `… != 0` or `a < b`".to_string())
        }
        (TyKind::Any(..), TyKind::Any(..)) => None,
        (_, TyKind::Any(..)) => Some(format!(
            "what is inside may be of another type; `if let x: {to} = …` looks, and so does an arm `x: {to} => …`"
        )),
        (TyKind::Any(..), TyKind::Infer(_)) => None,
        (TyKind::Any(..), _) => Some(format!(
            "only a value that stands by itself is put into an `any`; make one of it, `let x: {to} = …`"
        )),
        (TyKind::Array(wanted), TyKind::Array(_)) if matches!(wanted.kind(), TyKind::Any(..)) => {
            Some(format!(
                "each element must be put into an `any`: declare the array so, `let xs: {to} = …`, or use `map`"
            ))
        }
        _ if found.option_of() == Some(expected) => Some(
            "take the value out of the optional with `?? default`, `if let some(x) = …` or `.expect(\"why\")`"
                .to_string(),
        ),
        (TyKind::Adt(DefId::RESULT, args), _)
            if args[0] == found || matches!(found.kind(), TyKind::Infer(_)) =>
        {
            Some("a result is never wrapped by itself; write `ok(…)`".to_string())
        }
        (_, TyKind::Adt(DefId::RESULT, args)) if args[0] == expected => {
            Some("take the value out of the result with `?`, `?? default` or `match`".to_string())
        }
        (TyKind::Adt(DefId::ERROR, _), TyKind::Str) => {
            Some("write `fail(\"…\")` instead of `err(\"…\")`: it makes the `Error`".to_string())
        }
        (TyKind::FixedArray(..), TyKind::Array(elem)) if *elem == Ty::int(IntTy::U8) => Some(format!(
            "a `b\"…\"` is a `[u8]`; for {} write the bytes: `[b'a', b'b', …]`", a(&to)
        )),
        (TyKind::FixedArray(..), TyKind::Array(_)) => Some(
            "an array of fixed length is made by a literal of that length".to_string(),
        ),
        (TyKind::Array(_), TyKind::FixedArray(..)) => {
            Some("write `.to_array()` to make it growable".to_string())
        }
        _ => None,
    }
}

/// A type in prose: `` `i64` `` or `an integer`.
fn name(env: &Env, ty: Ty) -> String {
    match ty.kind() {
        _ if is_unknown_optional(ty) => "an optional".to_string(),
        TyKind::Infer(var) => match var.kind {
            InferKind::General => "a type not known yet".to_string(),
            InferKind::Int => "an integer".to_string(),
            InferKind::Float => "a float".to_string(),
        },
        _ => format!("`{}`", ty.display(env)),
    }
}
