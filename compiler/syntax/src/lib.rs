//! Text in, tree out: source texts and spans, tokens, the grammar, and diagnostics. Knows nothing of ours.

pub mod ast;
pub mod diagnostic;
pub mod source;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Label, Severity};
pub use source::{FileId, LineColumn, SourceFile, Sources, Span};
