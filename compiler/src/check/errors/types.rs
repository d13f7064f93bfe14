//! Types that do not fit, or are not known.

use syntax::{Diagnostic, Span};

use super::super::body::Why;
use super::a;
use crate::any::Unfit;
use crate::env::Env;
use crate::types::{InferKind, MOST_PARTS, Origin, OriginKind, Ty, TyKind};

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

pub(in super::super) fn mismatch(
    env: &Env,
    span: Span,
    found: Ty,
    expected: Ty,
    why: Why,
) -> Diagnostic {
    let (found_name, expected_name) = (name(env, found), name(env, expected));
    let mut report = Diagnostic::error(
        "mismatched-types",
        format!("expected {expected_name}, found {found_name}"),
    )
    .at(span, format!("this is {}", this_is(env, found)));
    if let Some(because) = why.span.filter(|because| *because != span) {
        report = report.also(because, format!("{expected_name} is expected {}", why.text));
    }
    match mend(env, found, expected) {
        Some(help) => report.help(help),
        None => report,
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
fn mend(env: &Env, found: Ty, expected: Ty) -> Option<String> {
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
        (TyKind::Int(_), TyKind::Infer(var)) if var.kind == InferKind::Float => Some(format!(
            "write `{to}(…)` to convert; it cuts off the fraction"
        )),
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
        (TyKind::Adt(crate::env::DefId::RESULT, args), _)
            if args[0] == found || matches!(found.kind(), TyKind::Infer(_)) =>
        {
            Some("a result is never wrapped by itself; write `ok(…)`".to_string())
        }
        (_, TyKind::Adt(crate::env::DefId::RESULT, args)) if args[0] == expected => {
            Some("take the value out of the result with `?`, `?? default` or `match`".to_string())
        }
        (TyKind::Adt(crate::env::DefId::ERROR, _), TyKind::Str) => {
            Some("write `fail(\"…\")` instead of `err(\"…\")`: it makes the `Error`".to_string())
        }
        (TyKind::FixedArray(..), TyKind::Array(_)) => Some(
            "an array of fixed length is made by a literal of that length".to_string(),
        ),
        (TyKind::Array(_), TyKind::FixedArray(..)) => {
            Some("write `.to_array()` to make it growable".to_string())
        }
        _ => None,
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
    of: &str,
    above: &str,
    declared: Span,
) -> Diagnostic {
    Diagnostic::error("bound-not-met", format!("`{ty}` is not `{above}`"))
        .at(span, format!("`{of}` asks for it"))
        .also(declared, format!("`trait {of}: {above}`"))
        .help(format!("add `impl {above} for {ty} {{ … }}`"))
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
