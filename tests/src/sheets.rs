//! `tests/sheets`: `name.sumi` and what its worksheet shows, `name.sheet`.

use std::path::Path;

use jit::{Config, Sheet, Shown};

use crate::{blessing, read, same_text};

pub fn test(path: &Path) -> Result<(), String> {
    let source = read(path)?;
    let config = Config {
        capture: true,
        ..Config::trusted()
    };
    let report = Sheet::run(config, &path.display().to_string(), &source);
    let report = report.map_err(|e| e.to_string())?;
    if let Some(error) = report.mistakes() {
        return Err(error.to_string());
    }
    let mut shown = String::new();
    for cell in &report.cells {
        let line = source[..cell.span.start].lines().count()
            + usize::from(source[..cell.span.start].ends_with('\n') || cell.span.start == 0);
        shown += &format!("line {line}\n");
        for binding in &cell.bindings {
            shown += &format!("  {}: {} = {}\n", binding.name, binding.ty, binding.text);
            shown += &note(binding);
        }
        if let Some(value) = &cell.value {
            shown += &format!("  {}: {}\n", value.text, value.ty);
            shown += &note(value);
        }
        for line in cell.output.lines() {
            shown += &format!("  » {line}\n");
        }
        if let Some(error) = &cell.error {
            shown += &format!("  error {}: {}\n", error.kind, error.message);
            if let Some(place) = error.place() {
                shown += &format!("    at line {}\n", place.line);
            }
        }
        if cell.test.is_some() && cell.error.is_none() && cell.waits_for.is_none() {
            shown += "  passed\n";
        }
        if let Some(reason) = &cell.waits_for {
            shown += &format!("  waits for {reason}\n");
        }
        if let Some(wrong) = cell.expectation.as_ref().filter(|e| !e.holds()) {
            shown += &format!("  expected {}\n", wrong.expected);
        }
    }
    // Where the tests stand is nobody's business.
    let folder = path.parent().map(|folder| format!("{}/", folder.display()));
    let shown = shown.replace(&folder.unwrap_or_default(), "");
    let golden = path.with_extension("sheet");
    if blessing() {
        return std::fs::write(&golden, &shown).map_err(|e| e.to_string());
    }
    same_text("the sheet", &read(&golden)?, &shown)
}

fn note(shown: &Shown) -> String {
    let note = shown.note.iter();
    note.map(|note| format!("    ({note})\n")).collect()
}
