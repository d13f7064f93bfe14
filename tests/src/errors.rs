//! `tests/errors`: under the line with the mistake stands `//  ^ error[code]: text`, the caret below the first column of the
//! primary label, and `//  help: text` under that for each help. What begins in the first three columns is written
//! `// ^2 error[code]: text`, with the column. Exactly those diagnostics must appear; helps are compared where the file has any.
//! A line `// ---- title` begins another program. Blessing writes the markers.

use std::path::Path;

use jit::{Config, Error, Session};

use crate::{blessing, read};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Expected {
    line: usize,
    column: usize,
    text: String,
    help: Vec<String>,
}

pub fn test(path: &Path) -> Result<(), String> {
    let source = read(path)?;
    let name = path.display().to_string();
    let mut wrong = String::new();
    let mut blessed_source = String::new();
    for (first_line, program) in programs(&source) {
        let found = diagnostics(&name, program)?;
        if blessing() {
            blessed_source += &blessed(program, &found);
        } else if let Err(difference) = compare(program, found) {
            wrong += &format!("the program at line {first_line}:\n{difference}");
        }
    }
    if blessing() {
        return std::fs::write(path, blessed_source).map_err(|e| e.to_string());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The programs of a file with the number of the line where each begins.
fn programs(source: &str) -> Vec<(usize, &str)> {
    let mut starts = vec![(1, 0)];
    let mut at = 0;
    for (index, line) in source.split_inclusive('\n').enumerate() {
        if line.starts_with("// ---- ") && at > 0 {
            starts.push((index + 1, at));
        }
        at += line.len();
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(_, at)| *at)
        .chain([source.len()]);
    let programs = starts.iter().zip(ends);
    programs
        .map(|((line, start), end)| (*line, &source[*start..end]))
        .collect()
}

fn compare(program: &str, mut found: Vec<Expected>) -> Result<(), String> {
    let mut expected = expectations(program);
    if expected.is_empty() {
        return Err("it expects no diagnostic".to_string());
    }
    if expected.iter().all(|one| one.help.is_empty()) {
        found.iter_mut().for_each(|one| one.help.clear());
    }
    expected.sort();
    found.sort();
    if expected == found {
        Ok(())
    } else {
        Err(difference(&expected, &found))
    }
}

/// What `sumi check` finds, warnings included.
pub(crate) fn diagnostics(name: &str, source: &str) -> Result<Vec<Expected>, String> {
    let mut session = Session::new(Config::trusted()).map_err(|e| e.to_string())?;
    match session.check(name, source) {
        Ok(checked) => Ok(checked.problems.into_iter().map(expected).collect()),
        Err(Error::Rejected { problems, .. }) => Ok(problems.into_iter().map(expected).collect()),
        Err(other) => Err(other.to_string()),
    }
}

/// The codes of what `sumi check` finds.
pub(crate) fn codes(name: &str, source: &str) -> Result<Vec<String>, String> {
    let found = diagnostics(name, source)?;
    let code = |one: &Expected| Some(one.text.split_once('[')?.1.split_once(']')?.0.to_string());
    Ok(found.iter().filter_map(code).collect())
}

fn expected(problem: jit::Problem) -> Expected {
    Expected {
        line: problem.line,
        column: problem.column,
        text: format!(
            "{}[{}]: {}",
            problem.severity, problem.code, problem.message
        ),
        help: problem.help,
    }
}

fn is_marker(line: &str) -> bool {
    let comment = line.trim_start().strip_prefix("//").map(str::trim_start);
    comment.is_some_and(|text| text.starts_with('^') || text.starts_with("help: "))
}

fn expectations(source: &str) -> Vec<Expected> {
    let mut found: Vec<Expected> = Vec::new();
    let mut code_line = 0;
    for (index, line) in source.lines().enumerate() {
        if !is_marker(line) {
            code_line = index + 1;
            continue;
        }
        let text = line.trim_start().trim_start_matches("//").trim_start();
        if let (Some(help), Some(last)) = (text.strip_prefix("help: "), found.last_mut()) {
            last.help.push(help.trim().to_string());
            continue;
        }
        let text = text.trim_start_matches('^');
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let column = match text[..digits].parse() {
            Ok(column) => column,
            Err(_) => line.chars().position(|c| c == '^').unwrap_or(0) + 1,
        };
        found.push(Expected {
            line: code_line,
            column,
            text: text[digits..].trim().to_string(),
            help: Vec::new(),
        });
    }
    found
}

/// The source with these diagnostics instead of those that it expects.
fn blessed(source: &str, found: &[Expected]) -> String {
    let markers: Vec<usize> = source
        .lines()
        .enumerate()
        .filter(|(_, line)| is_marker(line))
        .map(|(index, _)| index + 1)
        .collect();
    let mut out = String::new();
    for (index, line) in source.lines().enumerate() {
        let number = index + 1;
        if markers.contains(&number) {
            continue;
        }
        out += &format!("{line}\n");
        for one in found.iter().filter(|one| one.line == number) {
            let blanks = " ".repeat(one.column.saturating_sub(3));
            out += &match blanks.as_str() {
                "" => format!("// ^{} {}\n", one.column, one.text),
                blanks => format!("//{blanks}^ {}\n", one.text),
            };
            for help in &one.help {
                out += &format!("//{blanks}  help: {help}\n");
            }
        }
    }
    out
}

fn difference(expected: &[Expected], found: &[Expected]) -> String {
    let mut out = String::new();
    let show = |e: &Expected| {
        let help: String = e
            .help
            .iter()
            .map(|help| format!("    help: {help}\n"))
            .collect();
        format!("{}:{} {}\n{help}", e.line, e.column, e.text)
    };
    for missing in expected.iter().filter(|e| !found.contains(e)) {
        out += &format!("not reported: {}", show(missing));
    }
    for extra in found.iter().filter(|f| !expected.contains(f)) {
        out += &format!("not expected: {}", show(extra));
    }
    out
}
