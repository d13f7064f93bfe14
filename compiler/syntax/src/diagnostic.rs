//! What is wrong with a program, as a value: every stage collects these, and one place words them for a terminal.

use crate::source::Span;
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// The kebab-case name of a kind of diagnostic, such as `unknown-name`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Code(pub &'static str);

impl From<&'static str> for Code {
    fn from(name: &'static str) -> Code {
        Code(name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a [`Code`] may be.
#[derive(Clone, Copy, Debug)]
pub struct KnownCode {
    pub name: &'static str,
    /// It needs a host, a mistake in an imported module, or a text too large to keep: the sample in the book, which is made and
    /// tried, is its only test.
    pub needs_surroundings: bool,
}

const fn code(name: &'static str) -> KnownCode {
    KnownCode {
        name,
        needs_surroundings: false,
    }
}

const fn code_with_surroundings(name: &'static str) -> KnownCode {
    KnownCode {
        name,
        needs_surroundings: true,
    }
}

/// Every code of Sumi. Each has a paragraph in `examples/book/errors.md` and a golden test, which a tidy test demands.
pub const CODES: &[KnownCode] = &[
    code("always-matches"),
    code("ambiguous-method"),
    code("argument-count"),
    code("argument-twice"),
    code("assignment-as-condition"),
    code("bad-byte"),
    code("bad-char"),
    code("bad-character"),
    code("bad-conversion"),
    code("bad-escape"),
    code("bad-format"),
    code("bad-index"),
    code("bad-length"),
    code("bad-number"),
    code("bad-range"),
    code("bad-vector"),
    code("bound-not-met"),
    code("brace-in-text"),
    code("brace-on-next-line"),
    code("break-outside"),
    code("break-with-value"),
    code("breaks-callers"),
    code("built-in-trait"),
    code("cannot-infer"),
    code("chained-comparison"),
    code("closure-escapes"),
    code("const-pattern"),
    code("constant-failed"),
    code("constant-overflow"),
    code("constant-pattern"),
    code("conversion-wraps"),
    code("default-needs-map"),
    code("double-optional"),
    code("duplicate-name"),
    code("else-must-leave"),
    code("empty-interpolation"),
    code("endless-instances"),
    code("exclusive-access"),
    code_with_surroundings("extern-not-allowed"),
    code("extra-mut"),
    code_with_surroundings("file-too-large"),
    code("fixed-operator"),
    code("foreign-comment"),
    code_with_surroundings("foreign-impl"),
    code("foreign-quotes"),
    code("foreign-word"),
    code("format-spec"),
    code_with_surroundings("host-mismatch"),
    code("if-without-else"),
    code_with_surroundings("import-cycle"),
    code("increment"),
    code("infinite-type"),
    code("label-is-variable"),
    code("left-out-of-any"),
    code("let-mut"),
    code("literal-out-of-range"),
    code("literal-too-large"),
    code("live-values"),
    code("lower-case-type"),
    code("main-not-called"),
    code("method-without-call"),
    code("mismatched-pattern"),
    code("mismatched-types"),
    code("misplaced-body"),
    code("misplaced-item"),
    code("misplaced-modifier"),
    code("misplaced-self"),
    code("missing-body"),
    code_with_surroundings("missing-library"),
    code("missing-methods"),
    code("missing-mut"),
    code("missing-result"),
    code_with_surroundings("missing-symbol"),
    code("missing-type"),
    code("missing-value"),
    code("named-like-variant"),
    code("named-with-assign"),
    code("needs-result-type"),
    code("nested-too-deeply"),
    code("never-value"),
    code("no-conversion"),
    code("no-effect"),
    code("no-empty-value"),
    code("no-operator"),
    code("no-references"),
    code("no-spread"),
    code("no-type-alias"),
    code("not-a-method"),
    code("not-a-place"),
    code("not-a-type"),
    code("not-a-value"),
    code_with_surroundings("not-as-asked"),
    code("not-callable"),
    code("not-changeable"),
    code("not-comparable"),
    code("not-exhaustive"),
    code("not-in-trait"),
    code_with_surroundings("not-in-place"),
    code_with_surroundings("not-in-script"),
    code("not-indexable"),
    code("not-iterable"),
    code("not-of-c"),
    code("not-optional"),
    code_with_surroundings("not-text"),
    code("not-yet"),
    code("open-range"),
    code("other-signature"),
    code("pattern-fields"),
    code("positional-after-named"),
    code("private-name"),
    code("projection"),
    code("refutable-pattern"),
    code("return-outside"),
    code("second-rest"),
    code("semicolon-in-list"),
    code("stale-capture"),
    code("statement-goes-on"),
    code("stray-bracket"),
    code("stray-expected"),
    code("struct-pattern"),
    code("syntax"),
    code("text-indentation"),
    code("too-much-code"),
    code("trait-circle"),
    code("try-kind"),
    code("two-impls"),
    code("type-too-large"),
    code("unclosed-bracket"),
    code("unclosed-char"),
    code("unclosed-comment"),
    code("unclosed-text"),
    code("unclosed-type-arguments"),
    code("unequal-alternatives"),
    code("unfit-for-any"),
    code("unknown-argument"),
    code("unknown-attribute"),
    code("unknown-field"),
    code("unknown-label"),
    code("unknown-method"),
    code("unknown-module"),
    code("unknown-name"),
    code("unknown-trait"),
    code("unknown-type"),
    code("unknown-variant"),
    code("unreachable-arm"),
    code("unused-result"),
    code("unused-value"),
    code("upper-case-name"),
    code("use-before-binding"),
    code("value-too-large"),
    code("with-needs-names"),
    code("wrong-type-args"),
];

/// A place in a source with a word about it; the primary one is where the mistake is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    pub span: Span,
    pub text: String,
    pub primary: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: Code,
    pub message: String,
    pub labels: Vec<Label>,
    /// How to mend it, one line each.
    pub help: Vec<String>,
    /// What is worth knowing besides, one line each.
    pub notes: Vec<String>,
}

impl Diagnostic {
    pub fn new(
        severity: Severity,
        code: impl Into<Code>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity,
            code: code.into(),
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn error(code: impl Into<Code>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message)
    }

    pub fn warning(code: impl Into<Code>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message)
    }

    /// Where the mistake is.
    pub fn at(self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.label(span, text, true)
    }

    /// Another place that has to do with it.
    pub fn also(self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.label(span, text, false)
    }

    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// The first primary place.
    pub fn span(&self) -> Option<Span> {
        let primary = self.labels.iter().find(|label| label.primary);
        primary.or(self.labels.first()).map(|label| label.span)
    }

    /// A brace is missing or too many: what stands in what cannot be told.
    pub fn tears_structure(&self) -> bool {
        let is_bracket = matches!(self.code.0, "unclosed-bracket" | "stray-bracket");
        let is_of_code = is_bracket && !self.message.contains("of a text");
        is_of_code && (self.message.contains("`{`") || self.message.contains("`}`"))
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    fn label(mut self, span: Span, text: impl Into<String>, primary: bool) -> Diagnostic {
        self.labels.push(Label {
            span,
            text: text.into(),
            primary,
        });
        self
    }
}

/// The diagnostics of a stage or of the whole line, in the order in which they were found.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(others);
    }

    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Of equal ones that follow each other, one stays.
    pub fn dedup(&mut self) {
        self.list.dedup();
    }

    /// By place, keeping the order of those at one place.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|diagnostic| {
            diagnostic
                .span()
                .map(|span| (span.file, span.start, span.end))
        });
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}
