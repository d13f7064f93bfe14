//! What may be changed.

use syntax::{Diagnostic, Span};

use super::super::body::Binder;
use super::super::place::Use;
use super::a;

/// What is done to the place, as a label.
fn deed(used: &Use) -> String {
    match used {
        Use::Assigned => "assigned here".to_string(),
        Use::MutArgument => "passed as `mut` here".to_string(),
        Use::MutReceiver(method) => format!("`{method}` changes it"),
        Use::Walked => "its elements are bound with `mut`".to_string(),
        Use::Matched => "its parts are bound with `mut`".to_string(),
    }
}

pub(in super::super) fn not_changeable(
    name: &str,
    span: Span,
    declared: Span,
    binder: Binder,
    used: &Use,
) -> Diagnostic {
    let (message, help) = match binder {
        Binder::Let => (
            format!("`{name}` is bound with `let`, so it cannot change"),
            format!("write `var {name}` where it is bound"),
        ),
        Binder::Param | Binder::ClosureParam if name == "self" => (
            "this method may not change `self`".to_string(),
            "write `mut self` in its parameters".to_string(),
        ),
        Binder::Param | Binder::ClosureParam => (
            format!("`{name}` is a parameter, so it cannot change"),
            format!(
                "write `mut {name}` to change the caller's value, or `var {name} = {name}` for a copy"
            ),
        ),
        Binder::For => (
            format!("`{name}` is bound by `for`, so it cannot change"),
            format!(
                "write `for mut {name} in …` to change the elements in place, or `var {name} = {name}` for a copy"
            ),
        ),
        Binder::Pattern => (
            format!("`{name}` is bound by a pattern, so it cannot change"),
            format!("write `mut {name}` in the pattern to change it in place"),
        ),
    };
    Diagnostic::error("not-changeable", message)
        .at(span, deed(used))
        .also(declared, "bound here")
        .help(help)
}

pub(in super::super) fn past_changed(span: Span, used: &Use) -> Diagnostic {
    let message = "the value of an earlier entry cannot change";
    Diagnostic::error("not-changeable", message)
        .at(span, deed(used))
        .help("bind it with `var` first, and change that")
}

pub(in super::super) fn constant_changed(name: &str, span: Span, declared: Span) -> Diagnostic {
    Diagnostic::error("not-changeable", format!("`{name}` is a constant"))
        .at(span, "cannot change")
        .also(declared, "declared here")
        .help(format!(
            "what changes is a variable: `var {} = …`",
            name.to_lowercase()
        ))
}

pub(in super::super) fn slice_is_a_copy(span: Span, used: &Use) -> Diagnostic {
    let report = Diagnostic::error(
        "not-a-place",
        "a slice is a copy, so it cannot be changed in place",
    )
    .at(span, deed(used));
    match used {
        Use::Assigned => report.help("put the parts together anew: `xs = xs[..a] + part + xs[b..]`"),
        Use::Walked => report.help("walk the indices: `for i in a..b { xs[i] += 1 }`"),
        Use::MutArgument | Use::MutReceiver(_) | Use::Matched => report.help(
            "change a part of its own and put it back: `var part = xs[a..b]`, then `xs = xs[..a] + part + xs[b..]`",
        ),
    }
}

pub(in super::super) fn not_a_place(span: Span, used: &Use) -> Diagnostic {
    let (message, help) = match used {
        Use::Assigned => (
            "this cannot be assigned to",
            "assign to a `var`, or to a field or element of one",
        ),
        Use::MutArgument => (
            "a `mut` argument must be a place",
            "bind the value with `var` first, and pass that",
        ),
        Use::MutReceiver(_) => (
            "this method changes what it is called on, which is a passing value here",
            "bind the value with `var` first, and call the method on that",
        ),
        Use::Walked => (
            "`for mut` must walk a place",
            "bind the value with `var` first, and walk that",
        ),
        Use::Matched => (
            "a `mut` binding needs a place to match",
            "bind the value with `var` first, and match that",
        ),
    };
    Diagnostic::error("not-a-place", message)
        .at(span, "a value, not a place")
        .help(help)
}

pub(in super::super) fn indexing_reads(span: Span, ty: &str, declared: Span) -> Diagnostic {
    Diagnostic::error(
        "not-a-place",
        format!("the `[]` of `{ty}` is for reading only"),
    )
    .at(span, "cannot change")
    .also(declared, "it returns a value")
    .help("write it as a projection: `fn [](mut self, …) -> mut T = ` and a place in `self`")
}

pub(in super::super) fn nothing_to_leave(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "no-empty-value",
        format!("`take` has nothing to leave behind: `{ty}` has no empty value"),
    )
    .at(span, "the place would hold nothing")
    .help("say what it shall hold: `replace(mut place, value)` gives back what was there")
}

pub(in super::super) fn projected_twice(span: Span, ty: &str) -> Diagnostic {
    Diagnostic::error(
        "exclusive-access",
        format!("two places in one `{ty}` are opened by projections in one call"),
    )
    .at(span, "they may be the same place")
    .help("make the changes in two calls, or open the fields and elements themselves")
}

pub(in super::super) fn index_writes_self(span: Span, declared: Span, used: &Use) -> Diagnostic {
    Diagnostic::error("not-changeable", "a projection may not change what it looks at")
        .at(span, deed(used))
        .also(declared, "only the place that is found is open to changes, where the projection is used")
        .help("compute the index without changes, or write a method `fn name(mut self, …)` that returns a value")
}

pub(in super::super) fn not_projected(span: Span) -> Diagnostic {
    Diagnostic::error("projection", "the body of a projection is one place in `self`")
        .at(span, "this is no part of `self`")
        .help("write fields and elements from `self` on, as in `self.cells[i].pos`; to return a value, leave out `mut` in `-> mut`")
}

pub(in super::super) fn projects_itself(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        "projection",
        format!("the projection `{name}` goes through itself"),
    )
    .at(span, "no place is ever reached")
    .help("a projection must end in a field or element of `self`")
}

pub(in super::super) fn index_is_not_a_place(span: Span) -> Diagnostic {
    Diagnostic::error("not-a-place", "the number of an element cannot change")
        .at(span, "leave out `mut`")
}

pub(in super::super) fn key_is_not_a_place(span: Span) -> Diagnostic {
    Diagnostic::error("not-a-place", "the key of an entry cannot change")
        .at(span, "leave out `mut`")
        .help("the value can: `for (k, mut v) in m`")
}

/// `by` is how the elements can be changed all the same.
pub(in super::super) fn elements_are_not_places(
    span: Span,
    ty: &str,
    by: Option<&str>,
) -> Diagnostic {
    let message = match by {
        Some(_) => format!("the elements of {} cannot change in a `for`", a(ty)),
        None => format!("the elements of {} cannot change", a(ty)),
    };
    Diagnostic::error("not-a-place", message)
        .at(span, "walked with `mut`")
        .help(by.unwrap_or("leave out `mut`"))
}
