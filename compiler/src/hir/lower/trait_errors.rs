//! What is said of traits and their impls.

use syntax::{Diagnostic, Span, ast};

pub(super) fn no_such_method(name: &ast::Ident, of: &str, near: Option<&str>) -> Diagnostic {
    let text = format!("the trait `{of}` has no method `{}`", name.name);
    let diagnostic = Diagnostic::error("not-in-trait", text).at(name.span, "no such method");
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

pub(super) fn swapped(of: &str, target: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "unknown-trait",
        format!("`{of}` is a type, and `{target}` is the trait"),
    )
    .at(span, "the other way round")
    .help(format!(
        "the trait comes first: `impl {target} for {of} {{ … }}`"
    ))
}

pub(super) fn unknown_trait(
    name: &ast::Ident,
    is_something: bool,
    near: Option<&str>,
) -> Diagnostic {
    let text = if is_something {
        format!("`{name}` is not a trait", name = name.name)
    } else {
        format!("there is no trait `{}`", name.name)
    };
    let label = if is_something {
        "a trait is needed here"
    } else {
        "not found"
    };
    let diagnostic = Diagnostic::error("unknown-trait", text).at(name.span, label);
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("declare it: `trait {} {{ fn … }}`", name.name)),
    }
}

pub(super) fn wrong_trait_args(name: &str, wanted: usize, given: usize, span: Span) -> Diagnostic {
    Diagnostic::error(
        "wrong-type-args",
        format!("`{name}` takes {wanted} type arguments, but {given} are written"),
    )
    .at(span, "here")
}

pub(super) fn trait_method_needs_result(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "missing-result",
        format!("the result type of `{name}` is missing"),
    )
    .at(span, "in a trait it is written out")
    .help("write `-> T` before the `=`")
}

pub(super) fn projection_in_trait(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("projection", "a trait has no projections")
        .at(span, "`-> mut` gives a place away")
        .help(format!(
            "let the trait read and write the part: `fn {name}(self, …) -> T` and `fn set_{name}(mut self, …, value: T)`"
        ))
}

pub(super) fn not_in_trait(
    name: &str,
    span: Span,
    of: &str,
    of_span: Span,
    near: Option<&str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "not-in-trait",
        format!("the trait `{of}` has no method `{name}`"),
    )
    .at(span, "not a method of the trait")
    .also(of_span, format!("`{of}` is declared here"));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("methods of the type's own stand in an `impl` without a trait"),
    }
}

pub(super) fn missing_methods(
    of: &str,
    ty: &str,
    missing: &[String],
    span: Span,
    of_span: Span,
) -> Diagnostic {
    let names: Vec<String> = missing
        .iter()
        .map(|signature| format!("`{signature}`"))
        .collect();
    let (it, text) = match names.as_slice() {
        [one] => ("it", one.clone()),
        many => ("them", many.join(", ")),
    };
    Diagnostic::error(
        "missing-methods",
        format!("`{ty}` does not have all of `{of}`: {text} is missing"),
    )
    .at(span, format!("this `impl` lacks {it}"))
    .also(of_span, format!("`{of}` is declared here"))
    .help(format!("add {it}: {} {{ … }}", missing.join(" { … }, ")))
}

pub(super) fn other_signature(
    name: &str,
    of: &str,
    shown: &str,
    span: Span,
    declared: Span,
) -> Diagnostic {
    Diagnostic::error(
        "other-signature",
        format!("`{name}` is not as the trait `{of}` declares it"),
    )
    .at(span, "differs from the trait")
    .also(declared, "declared here")
    .help(format!("the trait asks for `{shown}`"))
}

pub(super) fn not_implemented(of: &str, ty: &str, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error("built-in-trait", format!("`{of}` is not implemented"));
    match of {
        "Eq" | "Ord" => {
            let symbol = if of == "Eq" { "==" } else { "<" };
            let diagnostic = diagnostic.at(span, format!("a type has it by its `{symbol}`"));
            diagnostic
                .help(format!(
                    "define the operator, outside of any `impl`: `fn {symbol}(a: {ty}, b: {ty}) -> bool = …`"
                ))
                .note(format!(
                    "without one, a type has the `{symbol}` of its parts, one after the other"
                ))
        }
        _ => diagnostic
            .at(span, "only the built-in numbers have it")
            .help(format!(
                "`impl Num for {ty}` makes a number of a type with `+ - *` and unary `-`"
            )),
    }
}

pub(super) fn trait_circle(name: &str, span: Span, through: &str) -> Diagnostic {
    let message = match name == through {
        true => format!("`{name}` asks for itself"),
        false => format!("`{name}` asks for `{through}`, which asks for `{name}` in turn"),
    };
    Diagnostic::error("trait-circle", message)
        .at(span, "no type could have the one before the other")
        .help("leave one of them out of the `:`; or make one trait of them")
}

pub(super) fn has_text_already(ty: &str, span: Span) -> Diagnostic {
    Diagnostic::error("built-in-trait", format!("`{ty}` has a text of its own"))
        .at(span, "`show` is for a struct or enum of your own")
        .help("make a struct of it: `struct Shown { value: … }`, with `impl Show for Shown`")
}

pub(super) fn has_hash_already(ty: &str, span: Span) -> Diagnostic {
    Diagnostic::error("built-in-trait", format!("`{ty}` is hashed by its parts"))
        .at(
            span,
            "a hash of your own is for a struct or enum of your own",
        )
        .help("make a struct of it: `struct Key { value: … }`, with `impl Hash for Key`")
}

pub(super) fn two_impls(of: &str, ty: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(
        "two-impls",
        format!("`{of}` is implemented twice for `{ty}`"),
    )
    .at(span, "implemented again here")
    .also(first, "first implemented here")
    .help("a type has one `impl` of a trait: keep one of the two")
}

pub(super) fn impl_for_own_any(of: &str, ty: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "two-impls",
        format!("`{of}` is implemented twice for `{ty}`"),
    )
    .at(span, "implemented again here")
    .help(format!(
        "a value of `{ty}` calls the method of what is inside: implement `{of}` for that"
    ))
}

pub(super) fn foreign_impl(of: &str, ty: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "foreign-impl",
        format!("this module has neither `{of}` nor `{ty}`"),
    )
    .at(span, "implemented in a third module")
    .help("an `impl` of a trait stands in the trait's module, the type's module, or the file that is run")
}
