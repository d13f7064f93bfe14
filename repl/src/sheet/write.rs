//! `sumi sheet --write FILE`: what the expressions came to is written behind them, as `//=>` comments. All else stays byte for byte.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use super::paper;
use super::protocol::{Cell, State};
use crate::streams::complain;
use crate::{Options, run};

const MARK: &str = "//=>";
/// A longer value is not written where none stood.
const WIDEST: usize = 80;

/// Gives the exit status.
pub(crate) fn write(path: &Path, options: &Options) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let (cells, _) = match paper::evaluate(&name, &source, options) {
        Ok(evaluated) => evaluated,
        Err(code) => return code,
    };
    let text = with_values(&source, &cells);
    if text != source
        && let Err(error) = replace(path, &text)
    {
        complain!("sumi: cannot write {name}: {error}");
        return 1;
    }
    // What was stated wrongly is stated rightly now.
    let statuses = cells.iter().map(Cell::status_of_state);
    statuses.max().unwrap_or(0)
}

/// The text with the values of its cells.
fn with_values(source: &str, cells: &[Cell]) -> String {
    let mut out = String::new();
    let mut at = 0;
    let mut cells: Vec<&Cell> = cells.iter().collect();
    cells.sort_by_key(|cell| cell.bytes);
    for cell in cells {
        let end = cell.bytes[1];
        let line = source.get(end..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        if let Some((from, text)) = comment(cell, line)
            && end >= at
        {
            out += &source[at..end + from];
            out += &text;
            at = end + line.trim_end_matches('\r').len();
        }
    }
    out + &source[at..]
}

/// What is to stand behind a cell, and from where, if the rest of its line leaves room for that.
fn comment(cell: &Cell, rest: &str) -> Option<(usize, String)> {
    if cell.old || cell.state != State::Done {
        return None;
    }
    let stands = rest.trim_start().starts_with(MARK);
    let text = match &cell.value {
        Some(value) => value.text.as_str(),
        None if stands && cell.bindings.is_empty() => "()",
        None => return None,
    };
    let is_one_line = !text.contains(['\n', '\r']);
    let is_short = text.width() <= WIDEST;
    match (stands, rest.trim().is_empty()) {
        (true, _) if is_one_line => {
            let from = rest.len() - rest.trim_start().len();
            Some((from, format!("{MARK} {text}")))
        }
        (false, true) if is_one_line && is_short => Some((0, format!("  {MARK} {text}"))),
        _ => None,
    }
}

/// The file is at each moment either the old one or the new one, as a whole.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let beside = beside(&path);
    let written = File::create_new(&beside).and_then(|mut file| {
        file.set_permissions(path.metadata()?.permissions())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    });
    if written.is_err() {
        // It is the first error that counts.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::super::protocol::Value;
    use super::*;

    /// The cells are the lines that begin with a digit; each comes to a text that is given.
    fn written(source: &str, values: &[&str]) -> String {
        let mut at = 0;
        let mut values = values.iter();
        let mut cells = Vec::new();
        for line in source.split_inclusive('\n') {
            if line.starts_with(|c: char| c.is_ascii_digit()) {
                let code = line.split("//").next().unwrap_or_default().trim_end();
                let value = values.next().map(|text| Value {
                    text: (*text).to_owned(),
                    ..Value::default()
                });
                cells.push(Cell {
                    bytes: [at, at + code.len()],
                    value,
                    ..Cell::default()
                });
            }
            at += line.len();
        }
        with_values(source, &cells)
    }

    #[test]
    fn values_are_written_and_all_else_stays() {
        let source = "// a\r\n1 + 1\r\n2\t //=> 7  \r\n3 // why\n4 //=>\nlet x = 1\n5";
        let wanted =
            "// a\r\n1 + 1  //=> 2\r\n2\t //=> 2\r\n3 // why\n4 //=> 4\nlet x = 1\n5  //=> 5";
        assert_eq!(written(source, &["2", "2", "3", "4", "5"]), wanted);
        assert_eq!(written(wanted, &["2", "2", "3", "4", "5"]), wanted);
        let long = "9".repeat(100);
        assert_eq!(written("1\n2", &[&long, "a\nb"]), "1\n2");
    }
}
