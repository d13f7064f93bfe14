//! `tests/errors`: under the line with the mistake stands `//  ^ error[code]: text`, the caret below the first column of the
//! primary label. Exactly those diagnostics must appear.

use std::path::Path;

use jit::{Config, Error, Session};

use crate::read;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expected {
    line: usize,
    column: usize,
    text: String,
}

pub fn test(path: &Path) -> Result<(), String> {
    let source = read(path)?;
    let mut expected = expectations(&source);
    if expected.is_empty() {
        return Err("the file expects no diagnostic".to_string());
    }
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
        let marker = line
            .trim_start()
            .strip_prefix("//")
            .map(str::trim_start)
            .and_then(|l| l.strip_prefix('^'));
        match marker {
            Some(text) => {
                let column = line.chars().position(|c| c == '^').unwrap_or(0) + 1;
                found.push(Expected {
                    line: code_line,
                    column,
                    text: text.trim().to_string(),
                });
            }
            None => code_line = index + 1,
        }
    }
    found
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
