//! Text in, tree out: source texts and spans, tokens, the grammar, and diagnostics. Knows nothing of ours.

pub mod ast;
pub mod cut;
pub mod diagnostic;
mod lexer;
mod parse;
mod print;
pub mod source;
pub mod split;
mod token;

/// Generated from `grammar.lalrpop`.
#[allow(
    clippy::all,
    clippy::pedantic,
    unreachable_pub,
    unused_lifetimes,
    reason = "generated"
)]
mod grammar {
    lalrpop_util::lalrpop_mod!(parser, "/grammar.rs");
    pub(crate) use parser::ItemParser;
}

pub use diagnostic::{Code, Diagnostic, Diagnostics, Label, Severity};
pub use lexer::{Classified, tokens};
pub use parse::{Completeness, Parsed, parse};
pub use print::{print_module, print_tokens};
pub use source::{FileId, LineColumn, SourceFile, Sources, Span};
pub use token::TokenClass;
