//! A worksheet on paper: source at the left, what it came to at the right.
//!
//! [`render`] is a pure function from text and report to lines, so that whatever shows a sheet shows the same.

use std::path::Path;

use jit::{CellReport, Config, Error, Shown, UnitKind, UnitReport};

use crate::Options;
use crate::run;

/// The widest source line that the values still stand beside.
const WIDEST_SOURCE: usize = 76;
const BAR: &str = " │ ";

/// Prints a worksheet; gives the exit status.
pub(crate) fn show(path: &Path, options: &Options) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    match evaluate(&name, &source, options.config()) {
        Ok(report) => {
            for warning in &report.warnings {
                eprintln!("{warning}");
            }
            print!("{}", render(&source, &report));
            status(&report)
        }
        Err(error) => run::finish(Err(error)),
    }
}

pub(crate) fn evaluate(name: &str, source: &str, config: Config) -> Result<UnitReport, Error> {
    let mut session = jit::Session::new(Config {
        capture: true,
        ..config
    })?;
    session.run_unit(name, source, UnitKind::Sheet)
}

/// 101 if a cell failed, 1 if a stated value does not hold.
pub(crate) fn status(report: &UnitReport) -> u8 {
    let failed = report.cells.iter().any(|cell| cell.error.is_some());
    let wrong = report
        .cells
        .iter()
        .any(|cell| cell.expectation.as_ref().is_some_and(|e| !e.holds()));
    match (failed, wrong) {
        (true, _) => 101,
        (false, true) => 1,
        (false, false) => 0,
    }
}

/// The sheet as text: each cell's results begin beside its last line.
pub(crate) fn render(source: &str, report: &UnitReport) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let width = lines
        .iter()
        .map(|l| columns(l))
        .filter(|w| *w <= WIDEST_SOURCE)
        .max()
        .unwrap_or(0);
    let mut beside: Vec<Vec<String>> = vec![Vec::new(); lines.len()];
    for cell in &report.cells {
        let line = line_of(source, cell.span.end).min(lines.len().saturating_sub(1));
        if let Some(here) = beside.get_mut(line) {
            here.extend(results(cell));
        }
    }
    let mut out = String::new();
    for (line, results) in lines.iter().zip(&beside) {
        let mut left = *line;
        for result in results {
            push_row(&mut out, left, width, result);
            left = "";
        }
        if results.is_empty() {
            push_row(&mut out, line, width, "");
        }
    }
    out
}

fn push_row(out: &mut String, left: &str, width: usize, right: &str) {
    out.push_str(left);
    if !right.is_empty() {
        out.extend(std::iter::repeat_n(
            ' ',
            width.saturating_sub(columns(left)),
        ));
        out.push_str(BAR);
        out.push_str(right);
    }
    out.push('\n');
}

/// What stands beside a cell, line by line.
fn results(cell: &CellReport) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(cell.output.lines().map(|line| format!("» {line}")));
    match (&cell.value, &cell.expectation) {
        (_, Some(stated)) if stated.holds() => lines.push(format!("✓ {}", stated.actual)),
        (_, Some(stated)) => {
            lines.push(format!("✗ {}", stated.actual));
            lines.push(format!("  expected {}", stated.expected));
        }
        (Some(value), None) => lines.extend(value.text.lines().map(str::to_string)),
        (None, None) => {}
    }
    lines.extend(cell.bindings.iter().map(binding));
    if let Some(error) = &cell.error {
        lines.push(format!("✗ {}", error.message));
        if let Some(frame) = error.frames.first() {
            lines.push(format!("  at {}:{}", frame.file, frame.line));
        }
    }
    if let Some(reason) = &cell.waits_for {
        lines.push(format!("… waits for {reason}"));
    }
    lines
}

fn binding(shown: &Shown) -> String {
    format!("{} = {}", shown.name, shown.text)
}

fn line_of(source: &str, offset: usize) -> usize {
    source.as_bytes()[..offset.min(source.len())]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn values_stand_beside_the_last_line_of_their_cell() {
        let source = "let a = 1\nmax(\n  a, 2)\nprint(a)\n";
        let report = UnitReport {
            cells: vec![
                CellReport {
                    span: 0..9,
                    bindings: vec![Shown {
                        name: "a".into(),
                        ty: "i64".into(),
                        text: "1".into(),
                    }],
                    ..CellReport::default()
                },
                CellReport {
                    span: 10..22,
                    value: Some(Shown {
                        name: String::new(),
                        ty: "i64".into(),
                        text: "2".into(),
                    }),
                    ..CellReport::default()
                },
                CellReport {
                    span: 23..31,
                    output: "1\n".into(),
                    ..CellReport::default()
                },
            ],
            ..UnitReport::default()
        };
        expect![[r#"
            let a = 1 │ a = 1
            max(
              a, 2)   │ 2
            print(a)  │ » 1
        "#]]
        .assert_eq(&render(source, &report));
    }
}
