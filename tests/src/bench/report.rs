//! What was measured: as Markdown, and as lines of JSON that are kept in the repository.

use std::io::Write;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::{Cost, Row, SUMI};
use crate::{read, root};

/// A suite, as it was measured at a revision.
#[derive(Serialize, Deserialize)]
struct Measured {
    revision: String,
    suite: String,
    rows: Vec<Row>,
}

/// What ratios to C differ by from one run to the next on a machine that others use too.
const NOISE: f64 = 0.05;

pub(super) fn table(suite: &str, rows: &[Row]) -> String {
    let mut out = format!("| {suite} | C | Sumi | LuaJIT | node |\n|---|---|---|---|---|\n");
    for row in rows {
        out += &format!("| {} |", row.kernel);
        for (index, cost) in row.costs.iter().enumerate() {
            out += &match (cost, row.ratio(index)) {
                (Err(why), _) => format!(" {why} |"),
                (Ok(Cost { time, memory }), ratio) => {
                    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2}: "));
                    let compiled = row.compiled.filter(|_| index == SUMI);
                    let compiled =
                        compiled.map_or(String::new(), |time| format!(", compiled in {time:.0}"));
                    let places = usize::from(*time < 50.0);
                    format!(" {ratio}{time:.places$} ms, {memory:.0} MiB{compiled} |")
                }
            };
        }
        out += "\n";
    }
    out += "| geometric mean |";
    for index in 0..rows.first().map_or(0, |row| row.costs.len()) {
        let ratios = rows.iter().filter_map(|row| row.ratio(index));
        let logs: Vec<f64> = ratios.map(f64::ln).collect();
        let mean = (logs.iter().sum::<f64>() / logs.len() as f64).exp();
        out += &match logs.is_empty() {
            true => " none |".to_owned(),
            false => format!(" {mean:.2} |"),
        };
    }
    out + "\n"
}

impl Row {
    /// Of the time that C takes.
    fn ratio(&self, index: usize) -> Option<f64> {
        let [base, cost] = [0, index].map(|index| self.costs.get(index)?.as_ref().ok());
        Some(cost?.time / base?.time)
    }
}

fn history() -> std::path::PathBuf {
    root().join("tests/bench.jsonl")
}

/// Adds the suite to what is kept, for the revision that is checked out.
pub(super) fn keep(suite: &str, rows: Vec<Row>) -> Result<(), String> {
    let measured = Measured {
        revision: revision_of("HEAD")?,
        suite: suite.to_owned(),
        rows,
    };
    let line = serde_json::to_string(&measured).map_err(|e| e.to_string())?;
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(history());
    let written = file.and_then(|mut file| writeln!(file, "{line}"));
    written.map_err(|e| e.to_string())
}

fn revision_of(name: &str) -> Result<String, String> {
    let output = Command::new("git")
        .args(["rev-parse", "--short=12", name])
        .current_dir(root())
        .output()
        .map_err(|e| e.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(format!("git knows no revision `{name}`")),
    }
}

/// Whose ratio to C is worse than when that revision was measured, by more than such measurements differ.
pub(super) fn compared(suite: &str, rows: &[Row], name: &str) -> Result<String, String> {
    let revision = revision_of(name)?;
    let mut former = None;
    for line in read(&history())?.lines() {
        let measured: Measured = serde_json::from_str(line).map_err(|e| e.to_string())?;
        if measured.revision == revision && measured.suite == suite {
            former = Some(measured.rows);
        }
    }
    let Some(former) = former else {
        return Ok(format!("`{suite}` was not measured at {revision}."));
    };
    let worse = rows.iter().filter_map(|row| {
        let before = former.iter().find(|former| former.kernel == row.kernel)?;
        let (before, now) = (before.ratio(SUMI)?, row.ratio(SUMI)?);
        (now > before * (1.0 + NOISE))
            .then(|| format!("{}: {now:.2} of C, which was {before:.2}\n", row.kernel))
    });
    let worse: String = worse.collect();
    Ok(match worse.is_empty() {
        true => format!("Nothing of `{suite}` is slower than at {revision}."),
        false => format!("Slower than at {revision}:\n{worse}"),
    })
}
