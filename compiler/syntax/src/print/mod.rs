//! Tokens and trees as stable text, for `--emit tokens|ast` and for tests.

mod expr;
mod item;
mod pattern;

use crate::ast::Module;
use crate::lexer;
use crate::source::SourceFile;
use crate::token::TokenClass;
use std::fmt::Write as _;

/// A line each: place, class and text.
pub fn print_tokens(file: &SourceFile) -> String {
    let mut out = String::new();
    for token in lexer::tokens(file) {
        let at = file.line_column(token.span.start);
        let place = format!("{}:{}", at.line, at.column);
        let text = match token.class {
            TokenClass::Newline => String::new(),
            _ => file.slice(token.span).escape_debug().to_string(),
        };
        let line = format!("{place:<8}{:<12}{text}", token.class);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Nested parentheses, broken into lines where they are long.
pub fn print_module(module: &Module) -> String {
    let mut out = String::new();
    for item in &module.items {
        item::item(item).render(0, &mut out);
        out.push('\n');
    }
    for expected in &module.stray_expected {
        let _ = writeln!(out, "(stray-expected {:?})", expected.text);
    }
    out
}

const WIDTH: usize = 100;

/// What is printed: a word, or a head with parts.
enum Tree {
    Word(String),
    Node(String, Vec<Tree>),
}

fn word(text: impl Into<String>) -> Tree {
    Tree::Word(text.into())
}

fn node(head: impl Into<String>, parts: Vec<Tree>) -> Tree {
    Tree::Node(head.into(), parts)
}

impl Tree {
    fn render(&self, indentation: usize, out: &mut String) {
        let mut line = String::new();
        if self.flat(WIDTH.saturating_sub(indentation), &mut line) {
            out.push_str(&line);
            return;
        }
        match self {
            Tree::Word(text) => out.push_str(text),
            Tree::Node(head, parts) => {
                let _ = write!(out, "({head}");
                for part in parts {
                    let _ = write!(out, "\n{:1$}", "", indentation + 2);
                    part.render(indentation + 2, out);
                }
                out.push(')');
            }
        }
    }

    /// Writes all on one line; false if it does not fit.
    fn flat(&self, width: usize, out: &mut String) -> bool {
        match self {
            Tree::Word(text) => out.push_str(text),
            Tree::Node(head, parts) => {
                let _ = write!(out, "({head}");
                for part in parts {
                    out.push(' ');
                    if out.len() > width || !part.flat(width, out) {
                        return false;
                    }
                }
                out.push(')');
            }
        }
        out.len() <= width
    }
}
