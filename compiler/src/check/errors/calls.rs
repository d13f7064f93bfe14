//! Calls, members and names of members.

use smol_str::SmolStr;
use syntax::{Diagnostic, Span};

use super::super::call::Called;
use super::{a, count, suggest, suggest_member};
use crate::env::DefId;

pub(in super::super) fn too_many_arguments(
    called: Called<'_>,
    (required, most, given): (usize, usize, usize),
    extra: Span,
) -> Diagnostic {
    let takes = match called.noun {
        "field" => "has",
        _ => "takes",
    };
    let limit = if most == 0 {
        format!("no {}s", called.noun)
    } else if required == most {
        count(most, called.noun)
    } else {
        format!("at most {}", count(most, called.noun))
    };
    let report = Diagnostic::error(
        "argument-count",
        format!("{} {takes} {limit}, {given} given", quoted(called.name)),
    )
    .at(extra, "one too many");
    let report = declared_here(report, called);
    match super::foreign::teach_arguments(called.name, most, given) {
        Some(help) => report.help(help),
        None => report,
    }
}

fn quoted(name: &str) -> String {
    if name.contains(' ') {
        name.to_string()
    } else {
        format!("`{name}`")
    }
}

fn declared_here(report: Diagnostic, called: Called<'_>) -> Diagnostic {
    match called.declared {
        Some(declared) => report.also(
            declared,
            format!("{} is declared here", quoted(called.name)),
        ),
        None => report,
    }
}

pub(in super::super) fn too_few_arguments(called: Called<'_>, least: usize) -> Diagnostic {
    Diagnostic::error(
        "argument-count",
        format!("{} takes {}", quoted(called.name), count(least, "argument")),
    )
    .at(called.span, "too few")
}

pub(in super::super) fn missing_arguments(
    called: Called<'_>,
    missing: &[(String, String)],
) -> Diagnostic {
    let noun = called.noun;
    if missing.iter().any(|(name, _)| name.is_empty()) {
        let report = Diagnostic::error(
            "argument-count",
            format!(
                "{} lacks {}",
                quoted(called.name),
                count(missing.len(), noun)
            ),
        )
        .at(called.span, "too few");
        return declared_here(report, called);
    }
    let list: Vec<String> = missing
        .iter()
        .map(|(n, ty)| format!("`{n}: {ty}`"))
        .collect();
    let plural = if missing.len() == 1 { "" } else { "s" };
    let report = Diagnostic::error(
        "argument-count",
        format!(
            "{} lacks the {noun}{plural} {}",
            quoted(called.name),
            list.join(", ")
        ),
    )
    .at(
        called.span,
        format!("{} missing", count(missing.len(), noun)),
    );
    let report = declared_here(report, called);
    match (missing, called.name) {
        ([(first, _), ..], _) if first == "self" => report.help(format!(
            "it is a method: call it on a value, `x.{}(…)`",
            called.name
        )),
        (_, "count") => report.help("how many there are says `.len()`"),
        (_, "split") => report.help("`.split_whitespace()` gives the words"),
        (_, "max" | "min") => report.help(format!(
            "the {} of an array is `xs.{}()`, an optional",
            if called.name == "max" {
                "greatest"
            } else {
                "least"
            },
            called.name
        )),
        _ => report,
    }
}

pub(in super::super) fn unknown_argument<'a>(
    called: Called<'_>,
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let report = Diagnostic::error(
        "unknown-argument",
        format!(
            "{} has no {} `{name}`",
            quoted(called.name),
            parameter(called)
        ),
    )
    .at(span, "no such name");
    suggest(report, name, &format!("{}s", parameter(called)), known)
}

fn parameter(called: Called<'_>) -> &'static str {
    match called.noun {
        "field" => "field",
        _ => "parameter",
    }
}

pub(in super::super) fn argument_twice(called: Called<'_>, name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "argument-twice",
        format!("the {} `{name}` is given twice", called.noun),
    )
    .at(span, "given before, by position or by name")
}

pub(in super::super) fn positional_after_named(span: Span) -> Diagnostic {
    Diagnostic::error(
        "positional-after-named",
        "named arguments come after all others",
    )
    .at(span, "this one has no name")
    .help("give it a name too, or move it to the front")
}

pub(in super::super) fn no_named_arguments(called: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "unknown-argument",
        format!("`{called}` has no parameter `{name}`"),
    )
    .at(span, "its arguments have no names")
    .help("`print` ends the line; `import io` has `io.write(text)`, which does not")
}

pub(in super::super) fn argument_needs_mut(
    span: Span,
    param: &str,
    called: &str,
    declared: Option<Span>,
) -> Diagnostic {
    let report = Diagnostic::error(
        "missing-mut",
        format!(
            "{} changes this argument, so the call must say `mut`",
            quoted(called)
        ),
    )
    .at(span, "write `mut` before it");
    match declared {
        Some(declared) => report.also(declared, format!("`{param}` is a `mut` parameter")),
        None => report,
    }
}

pub(in super::super) fn argument_is_not_mut(span: Span, param: &str, called: &str) -> Diagnostic {
    let message = if param.is_empty() {
        format!("{} does not change this argument", quoted(called))
    } else {
        format!("the parameter `{param}` of {} is not `mut`", quoted(called))
    };
    Diagnostic::error("extra-mut", message)
        .at(span, "passed as `mut`")
        .help("leave out `mut`")
}

pub(in super::super) fn not_callable(span: Span, ty: &str, hides: Option<&str>) -> Diagnostic {
    let report = Diagnostic::error("not-callable", format!("{} cannot be called", a(ty)))
        .at(span, "this is no function");
    match hides {
        Some(name) => report.help(format!(
            "`{name}` is bound here and hides the function; give the binding another name"
        )),
        None => report,
    }
}

pub(in super::super) fn unknown_method_but(
    name: &str,
    span: Span,
    ty: &str,
    help: String,
) -> Diagnostic {
    Diagnostic::error("unknown-method", format!("`{ty}` has no method `{name}`"))
        .at(span, "no such method")
        .help(help)
}

pub(in super::super) fn unknown_method<'a>(
    name: &str,
    span: Span,
    ty: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let report = Diagnostic::error("unknown-method", format!("`{ty}` has no method `{name}`"))
        .at(span, "no such method");
    let known: Vec<&str> = known.collect();
    if let Some(help) = super::foreign::teach_inside(name, ty) {
        return report.help(help);
    }
    // `with` is a method of every struct with fields.
    let noun = match known.contains(&"with") {
        true => "fields and methods",
        false => "methods",
    };
    suggest_member(report, name, ty, noun, known)
}

pub(in super::super) fn method_not_imported(
    name: &str,
    span: Span,
    ty: &str,
    of: &str,
    module: &str,
) -> Diagnostic {
    Diagnostic::error(
        "unknown-method",
        format!("`{ty}` has no method `{name}` here"),
    )
    .at(
        span,
        format!("it is a method of the trait `{of}`, which is not imported"),
    )
    .help(format!("write `import {module}`"))
}

pub(in super::super) fn private_method(
    (name, span): (&str, Span),
    module: &str,
    declared: Option<Span>,
) -> Diagnostic {
    let owner = match declared {
        Some(_) => format!("`{module}`"),
        None => "the library".to_string(),
    };
    let report = Diagnostic::error("private-name", format!("`{name}` is private to {owner}"))
        .at(span, "not visible here");
    match declared {
        Some(declared) => report
            .also(declared, "declared here without `pub`")
            .help(format!("write `pub` before `fn {name}`")),
        None => report,
    }
}

/// A method of one's own that the type has from where it is declared.
pub(in super::super) fn method_of_home(
    name: &str,
    span: Span,
    ty: &str,
    declared: Option<Span>,
) -> Diagnostic {
    let message = format!("`{ty}` has a method `{name}` already");
    let report =
        Diagnostic::error("duplicate-name", message).at(span, "this one would never be called");
    let report = match declared {
        Some(declared) => report.also(declared, "this is the one that is called"),
        None => report,
    };
    report.help("give it another name; a method of the type's own module stands before all others")
}

pub(in super::super) fn ambiguous_method(
    name: &str,
    span: Span,
    ty: &str,
    traits: &[String],
) -> Diagnostic {
    let shown: Vec<String> = traits.iter().map(|of| format!("`{of}`")).collect();
    let first = traits.first().map_or("Trait", String::as_str);
    Diagnostic::error(
        "ambiguous-method",
        format!("`{ty}` has `{name}` from {}", shown.join(" and ")),
    )
    .at(span, "which one is meant?")
    .help(format!("say the trait: `{first}.{name}(…)`"))
}

pub(in super::super) fn unknown_assoc<'a>(
    name: &str,
    span: Span,
    ty: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let report = Diagnostic::error("unknown-method", format!("`{ty}` has no function `{name}`"))
        .at(span, "no such function");
    if matches!(name, "new" | "New" | "create" | "default") {
        return report.help(format!(
            "a value is built by `{ty}(…)`, with its fields as arguments"
        ));
    }
    suggest(report, name, "functions", known)
}

pub(in super::super) fn not_a_method(name: &str, span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "not-a-method",
        format!("`{name}` has no `self`, so it is not called on a value"),
    )
    .at(span, "called as a method")
    .help(format!("write `{ty}.{name}(…)`"))
}

pub(in super::super) fn unknown_field<'a>(
    name: &str,
    span: Span,
    ty: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let report = Diagnostic::error("unknown-field", format!("`{ty}` has no field `{name}`"))
        .at(span, "no such field");
    suggest(report, name, "fields", known)
}

/// A member without parentheses that other languages have as a field: `xs.length`.
pub(in super::super) fn foreign_field<'a>(
    name: &str,
    span: Span,
    ty: &str,
    methods: impl Iterator<Item = &'a str>,
) -> Option<Diagnostic> {
    let help = super::foreign::teach_member(name, ty, methods)?;
    let report = Diagnostic::error("unknown-field", format!("`{ty}` has no field `{name}`"));
    Some(report.at(span, "no such field").help(help))
}

pub(in super::super) fn no_tuple_field(
    name: &str,
    span: Span,
    ty: &str,
    count: usize,
) -> Diagnostic {
    let report = Diagnostic::error("unknown-field", format!("`{ty}` has no field `{name}`"))
        .at(span, "no such field");
    if count == 0 {
        report
    } else {
        report.help(format!("its fields are `.0` to `.{}`", count - 1))
    }
}

pub(in super::super) fn method_without_call(
    name: &str,
    span: Span,
    takes_more: bool,
) -> Diagnostic {
    let args = if takes_more { "…" } else { "" };
    Diagnostic::error("method-without-call", format!("`{name}` is a method"))
        .at(span, "not called")
        .help(format!("call it: `.{name}({args})`"))
}

pub(in super::super) fn field_of_optional(name: &str, span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-field",
        format!("`{name}` is a field of the value inside this `{ty}`"),
    )
    .at(span, "the value may be absent")
    .help(format!(
        "`?.{name}` gives an optional; or take the value out first with `if let some(x) = …`"
    ))
}

pub(in super::super) fn chain_needs_optional(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error("not-optional", format!("{} is not optional", a(ty)))
        .at(span, "`?.` follows")
        .help("write `.`")
}

pub(in super::super) fn chain_on_result(span: Span) -> Diagnostic {
    Diagnostic::error(
        "not-optional",
        "this method would change what is inside of a result",
    )
    .at(span, "a result")
    .help("take the value out first: `var x = …?`")
}

pub(in super::super) fn with_needs_names(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        "with-needs-names",
        format!("`with` takes the fields of `{name}` by name"),
    )
    .at(span, "which field?")
    .help("write `.with(field: value)`")
}

pub(in super::super) fn variant_of_unknown(
    name: &str,
    span: Span,
    homes: &[(DefId, SmolStr)],
) -> Diagnostic {
    let mut homes: Vec<String> = homes
        .iter()
        .map(|(_, path)| format!("`{path}.{name}`"))
        .collect();
    homes.sort();
    homes.dedup();
    let report = Diagnostic::error("unknown-name", format!("`{name}` is not known here"))
        .at(span, "no type says which enum this is of");
    if homes.is_empty() {
        report
    } else {
        report.help(format!("write {}", homes.join(" or ")))
    }
}

pub(in super::super) fn not_an_enum(name: &str, span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error("unknown-name", format!("`{name}` is not known here"))
        .at(span, format!("a `{ty}` is expected, which is no enum"))
}

pub(in super::super) fn unknown_variant<'a>(
    name: &SmolStr,
    span: Span,
    of: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let report = Diagnostic::error("unknown-variant", format!("`{of}` has no variant `{name}`"))
        .at(span, "no such variant");
    suggest(report, name, "variants", known)
}

pub(in super::super) fn unknown_type_const<'a>(
    name: &str,
    span: Span,
    ty: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let report = Diagnostic::error("unknown-name", format!("`{ty}` has no constant `{name}`"))
        .at(span, "no such constant");
    let meant = match name.to_lowercase().as_str() {
        "max_value" | "maxvalue" => "max",
        "min_value" | "minvalue" => "min",
        "infinity" => "inf",
        _ => name,
    };
    let known: Vec<&str> = known.collect();
    if meant != name && known.contains(&meant) {
        return report.help(format!("it is called `{ty}.{meant}`"));
    }
    suggest(report, name, "constants", known)
}
