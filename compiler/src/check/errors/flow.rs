//! Loops, `break`, `return`, `?`, conditions, statements.

use syntax::{Diagnostic, Span};

use super::super::body::Why;
use super::a;

pub(in super::super) fn not_a_condition(span: Span, ty: &str) -> Diagnostic {
    let report = Diagnostic::error(
        "mismatched-types",
        format!("expected `bool`, found {}", found(ty)),
    )
    .at(span, "a condition is `true` or `false`");
    if ty.ends_with('?') {
        report.help("write `… != none`, or `if let some(x) = …` to use the value")
    } else if ty.starts_with(['i', 'u']) || ty == "an integer" {
        report.help("compare it: `… != 0`")
    } else if ty == "str" || ty.starts_with('[') || ty.starts_with("Set<") {
        report.help("ask whether it is empty: `!x.is_empty()`")
    } else if ty.starts_with("Result<") {
        report.help("ask for one of the two: `if let ok(x) = …`, or pass the error on with `?`")
    } else {
        report
    }
}

fn found(ty: &str) -> String {
    match ty.split_once(' ') {
        Some(("a" | "an", _)) => ty.to_string(),
        _ => format!("`{ty}`"),
    }
}

pub(in super::super) fn else_must_leave(span: Span) -> Diagnostic {
    Diagnostic::error(
        "else-must-leave",
        "the `else` of a `let` must leave this place",
    )
    .at(span, "goes on without a value")
    .help("end it with `return`, `break`, `continue` or `panic(…)`")
}

pub(in super::super) fn break_with_value(span: Span) -> Diagnostic {
    Diagnostic::error("break-with-value", "only `loop` has a value to break with")
        .at(span, "leaves a `while` or `for`")
}

pub(in super::super) fn not_iterable(span: Span, ty: &str) -> Diagnostic {
    let report = Diagnostic::error(
        "not-iterable",
        format!("{} cannot be walked by `for`", a(ty)),
    )
    .at(span, "not an array, range, text, map or set");
    if ty.starts_with(['i', 'u']) {
        report.help("`0..n` counts from 0 to n - 1")
    } else {
        report
    }
}

/// A statement that drops what may have failed.
pub(in super::super) fn unused_result(span: Span) -> Diagnostic {
    Diagnostic::warning(
        "unused-result",
        "this may fail, and nobody would hear of it",
    )
    .at(span, "a result that is dropped")
    .help("pass the error on with `?`, look at it with `match`, or write `let _ = …`")
}

/// A statement that calls what only computes.
pub(in super::super) fn unused_value(
    span: Span,
    method: &str,
    changes: Option<&str>,
) -> Diagnostic {
    let report = Diagnostic::warning(
        "unused-value",
        format!("`{method}` gives a new value, which is not used"),
    )
    .at(span, "the value itself stays as it is");
    match changes {
        Some(other) => report.help(format!("`{other}` changes the value in place")),
        None => report.help("bind the new value by `let`, or assign it"),
    }
}

pub(in super::super) fn always_matches(span: Span, name: &str) -> Diagnostic {
    Diagnostic::warning("always-matches", format!("`{name}` matches `none` too"))
        .at(span, "a bare name matches every value")
        .help(format!(
            "write `let some({name}) = …` to ask whether the value is there"
        ))
}

pub(in super::super) fn return_outside(span: Span) -> Diagnostic {
    Diagnostic::error("return-outside", "`return` stands in a function only")
        .at(span, "there is nothing to return from")
}

pub(in super::super) fn return_without_value(span: Span, ty: &str, why: Why) -> Diagnostic {
    let report = Diagnostic::error(
        "missing-value",
        format!("`return` lacks a value of type `{ty}`"),
    )
    .at(span, "nothing is returned");
    match why.span {
        Some(because) => report.also(because, format!("`{ty}` is expected {}", why.text)),
        None => report,
    }
}

pub(in super::super) fn coalesce_needs_optional(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error("not-optional", format!("{} is always there", a(ty)))
        .at(span, "`??` takes an optional or a result")
        .help("leave out `??` and what follows")
}

pub(in super::super) fn try_needs_optional(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "not-optional",
        format!("`?` takes an optional or a result, not {}", a(ty)),
    )
    .at(span, "nothing can fail here")
    .help("leave out `?`")
}

pub(in super::super) fn try_option_in_result(span: Span) -> Diagnostic {
    Diagnostic::error(
        "try-kind",
        "`?` on an optional returns `none`, but this function returns a result",
    )
    .at(span, "an optional")
    .help("say what is wrong: `.or_fail(\"…\")?`")
}

pub(in super::super) fn try_other_error(span: Span, error: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error(
        "try-kind",
        format!(
            "`?` would return {}, but the function's errors are {}",
            a(error),
            a(wanted)
        ),
    )
    .at(span, "the error does not convert")
    .help("write `.map_err(…)?` with what makes the one of the other, such as a variant: `.map_err(Failure.Bad)?`")
}

pub(in super::super) fn try_in_plain_function(
    span: Span,
    ret: Option<&str>,
    wanted: &str,
    why: Why,
) -> Diagnostic {
    let message = match ret {
        Some(ret) => format!("`?` returns early, but this function returns `{ret}`"),
        None => {
            "`?` returns early, so the result type of this function must be written".to_string()
        }
    };
    let report = Diagnostic::error("try-kind", message).at(span, "may return from here");
    match why.span {
        Some(because) => report.also(because, "this function"),
        None => report,
    }
    .help(match ret {
        Some(ret) if ret.ends_with('?') => {
            "give a value instead, `… ?? default`, or make it an optional by `.ok()?`".to_string()
        }
        None => format!(
            "let it return `{wanted}`, in a closure by `|x| -> {wanted} {{ … }}`, or give a value instead: `… ?? default`"
        ),
        _ => format!("let it return `{wanted}`, or give a value instead: `… ?? default`"),
    })
}

/// A function in a body that is called before it, or one that it calls, has its variables.
pub(in super::super) fn not_made_yet(
    name: &str,
    used: Span,
    missing: &str,
    declared: Span,
    variable: &str,
) -> Diagnostic {
    let what = if name == missing {
        format!("`{name}` is used above its definition")
    } else {
        format!("`{name}` needs `{missing}`, which is defined below")
    };
    Diagnostic::error("use-before-binding", what)
        .at(used, "used here")
        .also(
            declared,
            format!("it uses `{variable}`, so it is there from here on"),
        )
        .help("move the use below the function")
}

/// A generic function in a body gave a variable around it the type of its own parameter.
pub(in super::super) fn parameter_leaves(
    name: &str,
    declared: Span,
    ty: &str,
    function: &str,
) -> Diagnostic {
    Diagnostic::error(
        "cannot-infer",
        format!("`{name}` would have the type `{ty}`, which is known only inside `{function}`"),
    )
    .at(declared, "bound outside")
    .help(format!(
        "write the type of `{name}`, or leave `{function}` without type parameters"
    ))
}

/// A closure was given a name, and a variable that it has the value of was assigned before it was called.
pub(in super::super) fn changed_after_capture(
    function: &str,
    variable: &str,
    captured: Span,
    changed: Span,
) -> Diagnostic {
    Diagnostic::warning(
        "stale-capture",
        format!("`{function}` does not see that `{variable}` is changed"),
    )
    .at(changed, "changed here")
    .also(
        captured,
        format!("`{function}` has the value of `{variable}` from here"),
    )
    .help(format!(
        "pass `{variable}` as an argument, or make `{function}` after the change"
    ))
}
