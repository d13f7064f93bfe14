//! `tests/errors`: under the line with the mistake stands `//  ^ error[code]: text`, the caret below the first column of the
//! primary label. Exactly those diagnostics must appear. What begins in the first three columns is written `// ^2 error[code]: text`,
//! with the column. Blessing writes the markers.

use std::path::Path;

use jit::{Config, Error, Session};

use crate::{blessing, read};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expected {
    line: usize,
    column: usize,
    text: String,
}

pub fn test(path: &Path) -> Result<(), String> {
    let source = read(path)?;
    let mut expected = expectations(&source);
    let mut session = Session::new(Config::default()).map_err(|e| e.to_string())?;
    let mut found = match session.check(&path.display().to_string(), &source) {
        Ok(_) => Vec::new(),
        Err(Error::Rejected { problems, .. }) => problems
            .into_iter()
            .map(|p| Expected {
                line: p.line,
                column: p.column,
                text: format!("{}[{}]: {}", p.severity, p.code, p.message),
            })
            .collect(),
        Err(other) => return Err(other.to_string()),
    };
    expected.sort();
    found.sort();
    if found.is_empty() {
        return Err("there is no mistake in the file".to_string());
    }
    if blessing() {
        return std::fs::write(path, marked(&source, &found)).map_err(|e| e.to_string());
    }
    if expected == found {
        Ok(())
    } else {
        Err(difference(&expected, &found))
    }
}

fn expectations(source: &str) -> Vec<Expected> {
    let mut found = Vec::new();
    let mut code_line = 0;
    for (index, line) in source.lines().enumerate() {
        let Some(text) = marker(line) else {
            code_line = index + 1;
            continue;
        };
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let column = match text[..digits].parse() {
            Ok(column) => column,
            Err(_) => line.chars().position(|c| c == '^').unwrap_or(0) + 1,
        };
        found.push(Expected {
            line: code_line,
            column,
            text: text[digits..].trim().to_string(),
        });
    }
    found
}

/// What follows the caret of a line that is a marker.
fn marker(line: &str) -> Option<&str> {
    let comment = line.trim_start().strip_prefix("//")?;
    comment.trim_start().strip_prefix('^')
}

/// The source with the diagnostics under its lines, instead of the markers that it has.
fn marked(source: &str, found: &[Expected]) -> String {
    let mut out = String::new();
    for (index, line) in source.lines().enumerate() {
        if marker(line).is_some() {
            continue;
        }
        out += &format!("{line}\n");
        for Expected { column, text, .. } in found.iter().filter(|f| f.line == index + 1) {
            out += &match column.checked_sub(3) {
                Some(blanks) if blanks > 0 => format!("//{}^ {text}\n", " ".repeat(blanks)),
                _ => format!("// ^{column} {text}\n"),
            };
        }
    }
    out
}

fn difference(expected: &[Expected], found: &[Expected]) -> String {
    let mut out = String::new();
    let show = |e: &Expected| format!("{}:{} {}\n", e.line, e.column, e.text);
    for missing in expected.iter().filter(|e| !found.contains(e)) {
        out += &format!("not reported: {}", show(missing));
    }
    for extra in found.iter().filter(|f| !expected.contains(f)) {
        out += &format!("not expected: {}", show(extra));
    }
    out
}
