//! Types that do not fit, or are not known.

use smol_str::SmolStr;
use syntax::{Diagnostic, Span};

use super::super::body::Why;
use super::a;
use crate::any::Unfit;
use crate::types::{MOST_PARTS, Origin, OriginKind};

/// `span` is the expression of that type, if it is one.
pub(in super::super) fn type_too_large(span: Option<Span>) -> Diagnostic {
    let message = format!("a type here has more than {MOST_PARTS} parts");
    let report = Diagnostic::error("type-too-large", message)
        .help("give the parts a name of their own: a `struct` counts as one");
    match span {
        Some(span) => report.at(span, "the type of this is too large"),
        None => report,
    }
}

pub(in super::super) fn missing_value(span: Span, expected: &str, why: Why) -> Diagnostic {
    let end = Span {
        start: span.end.saturating_sub(1).max(span.start),
        ..span
    };
    let report = Diagnostic::error(
        "missing-value",
        format!(
            "this block ends without a value, but {} is expected",
            a(expected)
        ),
    )
    .at(end, "no value before this `}`");
    match why.span {
        Some(because) => report.also(because, format!("`{expected}` is expected {}", why.text)),
        None => report,
    }
    .help("let its last line be the value")
}

pub(in super::super) fn if_without_else(span: Span, expected: &str, why: Why) -> Diagnostic {
    let report = Diagnostic::error(
        "if-without-else",
        format!(
            "an `if` without `else` has no value, but {} is expected",
            a(expected)
        ),
    )
    .at(span, "there is no value if the condition does not hold");
    match why.span {
        Some(because) => report.also(because, format!("`{expected}` is expected {}", why.text)),
        None => report,
    }
    .help("add `else { … }`")
}

pub(in super::super) fn if_as_value(span: Span) -> Diagnostic {
    Diagnostic::error("if-without-else", "an `if` without `else` has no value")
        .at(span, "there is no value if the condition does not hold")
        .help("add `else { … }`")
}

pub(in super::super) fn builtin_of_any_type(name: &str, origin: &Origin) -> Diagnostic {
    Diagnostic::error("cannot-infer", "the type of this is not known")
        .at(origin.span, "nothing says what its argument is")
        .help(format!(
            "write a closure that says it: `|x: i64| {name}(x)`"
        ))
}

pub(in super::super) fn cannot_infer(origin: &Origin) -> Diagnostic {
    let report = |message: String| Diagnostic::error("cannot-infer", message);
    match &origin.kind {
        OriginKind::Expr => report("the type of this is not known".to_string())
            .at(origin.span, "nothing says what type it has")
            .help("write a type where it is bound: `let x: i64 = …`"),
        OriginKind::Binding(name) => report(format!("the type of `{name}` is not known"))
            .at(origin.span, "nothing says what type it has")
            .help(format!("write it: `let {name}: i64 = …`")),
        OriginKind::TypeArg { param, of } => {
            report(format!("the type `{param}` of `{of}` is not known here"))
                .at(origin.span, format!("nothing says what `{param}` is"))
                .help("write a type where the value is bound: `let x: … = …`")
        }
        OriginKind::EmptyArray => report("the type of this array's elements is not known".into())
            .at(origin.span, "empty, and nothing is ever put in")
            .help("write it where the array is bound: `let xs: [i64] = []`"),
        OriginKind::None => report("the type of this optional is not known".to_string())
            .at(origin.span, "`none` of which type?")
            .help("write it where the value is bound: `let x: i64? = none`"),
    }
}

pub(in super::super) fn must_be_known(span: Span) -> Diagnostic {
    Diagnostic::error("cannot-infer", "the type of this must be known here")
        .at(span, "its type is not known at this point")
        .help("write the type where it is bound: `let x: i64 = …`, `|x: i64| …`")
}

/// `others` are the constants on the way back to it.
pub(crate) fn constant_needs_itself(name: &str, others: &[SmolStr], declared: Span) -> Diagnostic {
    let way = others
        .iter()
        .map(|other| format!("`{other}`, which needs "));
    let message = match others {
        [] => format!("`{name}` needs its own value"),
        _ => format!("`{name}` needs {}`{name}`", way.collect::<String>()),
    };
    Diagnostic::error("constant-failed", message)
        .at(declared, "to compute this, it would have to be known")
        .help(match others {
            [] => "compute it without itself",
            _ => "compute one of them without the others",
        })
}

pub(in super::super) fn needs_result_type(name: &str, declared: Span, used: Span) -> Diagnostic {
    Diagnostic::error(
        "needs-result-type",
        format!("the result type of `{name}` must be written, because it depends on itself"),
    )
    .at(declared, "its result type is not written")
    .also(used, "and its body needs it here")
    .help(format!("write it: `fn {name}(…) -> i64 = …`"))
}

pub(in super::super) fn needs_annotation(name: &str, declared: Span, used: Span) -> Diagnostic {
    Diagnostic::error(
        "cannot-infer",
        format!("the type of `{name}` must be written, because its value depends on itself"),
    )
    .at(declared, "its type is not written")
    .also(used, "and is needed here to find it")
    .help(format!("write it: `let {name}: i64 = …`"))
}

pub(in super::super) fn literal_does_not_fit(
    span: Span,
    text: &str,
    ty: &str,
    range: &str,
) -> Diagnostic {
    Diagnostic::error(
        "literal-out-of-range",
        format!("`{text}` does not fit `{ty}`"),
    )
    .at(span, format!("{} holds {range}", a(ty)))
}

pub(in super::super) fn number_in_generic_pattern(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "mismatched-pattern",
        format!(
            "a number in a pattern cannot match a `{ty}`, which may be any type with its own `==`"
        ),
    )
    .at(span, format!("the value is of type `{ty}`"))
    .help("bind it and compare: `n if n == 0 => …`")
}

pub(in super::super) fn bad_range_pattern(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error("bad-range", "a range is of numbers or characters")
        .at(span, format!("the value is of type `{ty}`"))
        .help("bind it and compare: `x if x >= low && x <= high => …`")
}

pub(in super::super) fn comparison_without_bool(symbol: &str, span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error("other-signature", format!("`{symbol}` gives a `bool`"))
        .at(span, format!("this one gives `{ty}`"))
        .help("write `-> bool`")
}

pub(in super::super) fn ends_though_never(span: Span) -> Diagnostic {
    Diagnostic::error("mismatched-types", "what is of type `never` does not end")
        .at(span, "but this does")
        .help("end it by `panic(…)`, or leave `-> never` out")
}

pub(in super::super) fn no_character(span: Span, value: i128) -> Diagnostic {
    let label = match value {
        0xD800..=0xDFFF => "0xd800..=0xdfff are halves of characters in UTF-16",
        _ => "characters have the numbers 0..=0x10ffff",
    };
    Diagnostic::error(
        "literal-out-of-range",
        format!("`{value}` is the number of no character"),
    )
    .at(span, label)
}

pub(in super::super) fn conversion_wraps(
    span: Span,
    value: i128,
    ty: &str,
    result: i128,
) -> Diagnostic {
    Diagnostic::warning(
        "conversion-wraps",
        format!("`{value}` does not fit `{ty}`: this gives {result}"),
    )
    .at(span, format!("wraps to {result}"))
}

pub(in super::super) fn constant_overflow(span: Span, ty: &str, result: i128) -> Diagnostic {
    Diagnostic::warning(
        "constant-overflow",
        format!("this does not fit `{ty}`: it gives {result}"),
    )
    .at(span, format!("wraps to {result}"))
}

pub(in super::super) fn no_conversion(
    span: Span,
    from: &str,
    to: &str,
    from_text: bool,
    from_bool: bool,
    from_optional: bool,
) -> Diagnostic {
    let report = Diagnostic::error(
        "no-conversion",
        format!("{} cannot be converted to `{to}`", a(from)),
    )
    .at(span, format!("this converts {}", a(from)));
    if from_text {
        report.help(format!(
            "`{to}.parse(…)` reads one from text; it gives an optional"
        ))
    } else if from_bool {
        report.help("write `if … { 1 } else { 0 }`")
    } else if from_optional {
        report.help("take the value out of the optional first: `… ?? default`")
    } else {
        report
    }
}

pub(in super::super) fn bound_not_met(
    span: Span,
    ty: &str,
    bound: &str,
    param: &str,
    of: &str,
    is_param: bool,
) -> Diagnostic {
    let report = Diagnostic::error("bound-not-met", format!("`{ty}` is not `{bound}`"))
        .at(span, format!("`{of}` needs `{param}: {bound}`"));
    if is_param {
        report.help(format!("ask for it: `<{ty}: {bound}>`"))
    } else if crate::hir::BUILT_IN_TRAITS.contains(&bound) {
        report
    } else {
        report.help(format!("add `impl {bound} for {ty} {{ … }}`"))
    }
}

/// A value of a type that does not implement the trait where an `any` of it is expected.
pub(in super::super) fn not_in_any(span: Span, ty: &str, of: &str, is_param: bool) -> Diagnostic {
    let report = Diagnostic::error("bound-not-met", format!("`{ty}` is not `{of}`")).at(
        span,
        format!("an `any {of}` is expected, which this would be put into"),
    );
    if is_param {
        report.help(format!("ask for it: `<{ty}: {of}>`"))
    } else {
        report.help(format!("add `impl {of} for {ty} {{ … }}`"))
    }
}

/// A type pattern that nothing matches.
pub(in super::super) fn never_inside(span: Span, ty: &str, of: &str) -> Diagnostic {
    Diagnostic::error("bound-not-met", format!("`{ty}` is not `{of}`"))
        .at(span, format!("an `any {of}` never holds one"))
        .help(format!("`x: T` asks for a type that implements `{of}`"))
}

/// `x: any Trait` as a pattern.
pub(in super::super) fn trait_in_pattern(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "mismatched-pattern",
        format!("`{ty}` is no type that a value inside has"),
    )
    .at(
        span,
        "a pattern `x: T` asks for one type: a struct, an enum, a number …",
    )
    .help("what all of them can do is a method of the trait")
}

pub(in super::super) fn left_out(
    name: &str,
    span: Span,
    of: &str,
    unfit: Unfit,
    declared: Span,
) -> Diagnostic {
    let why = match unfit {
        Unfit::Static => "it has no `self`",
        Unfit::Generic => "it has type parameters",
        Unfit::TakesSelf => "it takes `Self`",
        Unfit::GivesSelf => "it gives `Self`",
    };
    Diagnostic::error("left-out-of-any", format!("`{of}` has no `{name}`"))
        .at(span, format!("left out of `{of}`: {why}"))
        .also(declared, "declared here")
        .help("look inside, `if let x: T = …`, and call it on a value whose type is known")
}

pub(in super::super) fn missing_super(
    span: Span,
    ty: &str,
    (of, declared): (&str, Span),
    above: &str,
    lacking: Option<&str>,
) -> Diagnostic {
    let report = Diagnostic::error("bound-not-met", format!("`{ty}` is not `{above}`"))
        .at(span, format!("`{of}` asks for it"))
        .also(declared, format!("`trait {of}: {above}`"));
    match lacking {
        Some(param) => report.help(format!("ask for it: `impl<{param}: {above}> …`")),
        None if crate::hir::BUILT_IN_TRAITS.contains(&above) => report,
        None => report.help(format!("add `impl {above} for {ty} {{ … }}`")),
    }
}

/// `x: T` in a pattern for something other than an `any`.
pub(in super::super) fn type_in_pattern(span: Span, matched: &str, written: &str) -> Diagnostic {
    let message = format!(
        "a pattern `x: T` looks inside an `any`, and this is {}",
        a(matched)
    );
    let report = Diagnostic::error("mismatched-pattern", message)
        .at(span, "its type is known without looking");
    if matched.strip_suffix('?') == Some(written) {
        report.help("what an optional holds is found by `some(x)`")
    } else {
        report.help("leave out the `: T`; the name alone binds the value")
    }
}

/// `missing` are signatures of operators.
pub(in super::super) fn missing_operators(span: Span, ty: &str, missing: &[String]) -> Diagnostic {
    let listed: Vec<String> = missing.iter().map(|one| format!("`{one}`")).collect();
    Diagnostic::error(
        "missing-methods",
        format!("`{ty}` has not all operators of a number"),
    )
    .at(span, "`Num` asks for `+`, `-`, `*` and unary `-`")
    .help(format!(
        "define {}, outside of any `impl`",
        listed.join(", ")
    ))
}

pub(in super::super) fn number_not_comparable(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "bound-not-met",
        format!("values of `{ty}` cannot be compared"),
    )
    .at(span, "`Num` asks for `==` and `<`")
    .help(format!(
        "define them: `fn ==(a: {ty}, b: {ty}) -> bool = …`, and `<` likewise"
    ))
}

pub(in super::super) fn not_a_key(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error("bound-not-met", format!("{} cannot be a key", a(ty))).at(
        span,
        "keys of maps and elements of sets need `==` and a hash",
    )
}

pub(in super::super) fn pattern_type(span: Span, pattern: &str, value: &str) -> Diagnostic {
    let pattern = match pattern.split_once(' ') {
        Some(("a" | "an", _)) => pattern.to_string(),
        _ => format!("`{pattern}`"),
    };
    Diagnostic::error(
        "mismatched-pattern",
        format!("a pattern for {pattern} cannot match {}", a(value)),
    )
    .at(span, format!("the value is {}", a(value)))
}

pub(in super::super) fn tuple_pattern_count(
    span: Span,
    given: usize,
    wanted: usize,
    ty: &str,
) -> Diagnostic {
    Diagnostic::error(
        "mismatched-pattern",
        format!("this pattern has {given} parts, but the value has {wanted}"),
    )
    .at(span, format!("the value is {}", a(ty)))
    .help("`_` stands for a part that is not wanted")
}

pub(in super::super) fn binding_types_differ(
    name: &str,
    span: Span,
    before: &str,
    now: &str,
) -> Diagnostic {
    Diagnostic::error(
        "mismatched-pattern",
        format!("`{name}` has different types in the alternatives of one pattern"),
    )
    .at(span, format!("{} in one, {} in another", a(before), a(now)))
}

pub(in super::super) fn variant_pattern_type(name: &str, span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "mismatched-pattern",
        format!("`{name}` cannot match {}, which is no enum", a(ty)),
    )
    .at(span, "a variant's pattern")
}

pub(in super::super) fn variant_inside_optional(name: &str, span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "mismatched-pattern",
        format!("`{name}` cannot match {}", a(ty)),
    )
    .at(span, "the variant is inside the optional")
    .help(format!("write `some({name}(…))`"))
}

pub(in super::super) fn variant_needs_fields(name: &str, span: Span, fields: usize) -> Diagnostic {
    Diagnostic::error(
        "pattern-fields",
        format!(
            "`{name}` has {}, which the pattern leaves out",
            super::count(fields, "field")
        ),
    )
    .at(span, "no fields here")
    .help(format!("`{name}(..)` matches it with any fields"))
}

pub(in super::super) fn field_pattern_count(
    name: &str,
    span: Span,
    (fields, given): (usize, usize),
    missing: &[&str],
) -> Diagnostic {
    if given > fields {
        return Diagnostic::error(
            "pattern-fields",
            format!(
                "`{name}` has {}, {given} given",
                super::count(fields, "field")
            ),
        )
        .at(span, "too many");
    }
    let missing: Vec<String> = missing.iter().map(|m| format!("`{m}`")).collect();
    Diagnostic::error(
        "pattern-fields",
        format!("this pattern of `{name}` leaves out {}", missing.join(", ")),
    )
    .at(
        span,
        format!("{} of {} given", given, super::count(fields, "field")),
    )
    .help("end it with `..` to leave out the rest")
}

pub(in super::super) fn named_like_variant(
    span: Span,
    name: &str,
    variant: &str,
    ty: &str,
) -> Diagnostic {
    let message = format!("`{name}` is a new name here, which stands for every `{ty}`");
    Diagnostic::warning("named-like-variant", message)
        .at(span, "this arm is for all values")
        .help(format!(
            "the variant is `{variant}`; if all are meant, write `_`, or another name"
        ))
}

pub(in super::super) fn not_exhaustive(span: Span, witnesses: &[String]) -> Diagnostic {
    let missing: Vec<String> = witnesses.iter().map(|w| format!("`{w}`")).collect();
    Diagnostic::error(
        "not-exhaustive",
        format!("this `match` does not cover {}", missing.join(", ")),
    )
    .at(span, format!("{} is not matched", missing.join(" nor ")))
    .help("add an arm for it, or `_ => …` for all that is left")
}

pub(in super::super) fn refutable(span: Span, witness: &str) -> Diagnostic {
    Diagnostic::error(
        "refutable-pattern",
        format!("this pattern does not match `{witness}`"),
    )
    .at(span, "must match every value here")
    .help("use `let … = … else { return }`, `if let` or `match`")
}

pub(in super::super) fn unreachable_arm(span: Span) -> Diagnostic {
    Diagnostic::warning("unreachable-arm", "this arm is never reached")
        .at(span, "the arms above match everything that it matches")
}

pub(in super::super) fn spec_misfit(span: Span, ty: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        "format-spec",
        format!("this format spec does not suit {}: {why}", a(ty)),
    )
    .at(span, format!("{} is formatted", a(ty)))
}

/// `f32x4(x)` where `x` is no vector of four lanes. The spans are those of the conversion and of what is converted.
pub(in crate::check) fn bad_vector(
    (span, arg): (Span, Span),
    to: &str,
    lanes: Option<u64>,
    from: &str,
) -> Diagnostic {
    let count = lanes.map_or("as many".to_string(), |lanes| lanes.to_string());
    let from = a(from);
    Diagnostic::error("bad-vector", format!("{} cannot be made of {from}", a(to)))
        .at(arg, format!("this is {from}"))
        .also(
            span,
            format!("`{to}(…)` takes {count} lanes, or a vector of as many lanes"),
        )
        .help(format!("`{to}.splat(x)` gives every lane the value `x`"))
}

pub(in crate::check) fn open_range(span: Span, has_start: bool) -> Diagnostic {
    let (lacks, example) = match has_start {
        true => ("an end", "`a..`"),
        false => ("a start", "`..b`"),
    };
    Diagnostic::error(
        "open-range",
        format!("a range that is a value needs {lacks}"),
    )
    .at(span, format!("{lacks} is missing"))
    .help(format!(
        "{example} stands in an index, `xs[{}]`, and `a..` after the `in` of a `for`",
        example.trim_matches('`')
    ))
}
