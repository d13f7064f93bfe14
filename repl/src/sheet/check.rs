//! `sumi sheet --check FILE`: proves on a sheet that what it shows after edits is what a fresh run shows. Each cell is taken away and
//! put back, and after each of these edits the sheet is compared with a new one.

use std::path::Path;
use std::time::{Duration, Instant};

use jit::Config;

use super::lines::Lines;
use super::protocol::{Cell, State};
use super::tell;
use crate::streams::{complain, say};
use crate::{Options, interrupt, run};

/// For how long cells are taken away one after another; of a sheet that takes longer, those in even steps.
const PATIENCE: Duration = Duration::from_secs(20);

/// Gives the exit status, 1 if there is a difference.
pub(crate) fn check(path: &Path, options: &Options) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    match Check::new(&name, &source, options.config()).and_then(|mut check| check.run()) {
        Ok(edits) => {
            say!("{name}: after each of {edits} edits it is as a fresh run");
            0
        }
        Err(Wrong::Different(message)) => {
            complain!("{message}");
            1
        }
        Err(Wrong::NoSheet(error)) => run::finish(Err(error)),
    }
}

enum Wrong {
    Different(String),
    NoSheet(jit::Error),
}

struct Check<'a> {
    name: &'a str,
    source: &'a str,
    config: Config,
    edited: jit::Sheet,
    /// Texts of cells that come to something else each time, by what the world says.
    varying: Vec<String>,
}

impl<'a> Check<'a> {
    fn new(name: &'a str, source: &'a str, config: Config) -> Result<Check<'a>, Wrong> {
        let edited = jit::Sheet::new(config.clone()).map_err(Wrong::NoSheet)?;
        interrupt::ends_a_cell(edited.stopper());
        Ok(Check {
            name,
            source,
            config,
            edited,
            varying: Vec::new(),
        })
    }

    /// Gives the number of edits.
    fn run(&mut self) -> Result<usize, Wrong> {
        let start = Instant::now();
        let fresh = self.fresh(self.source)?;
        let again = self.fresh(self.source)?;
        for (one, other) in fresh.iter().zip(&again) {
            if difference(one, other).is_some() {
                self.varying.push(self.text(self.source, one));
            }
        }
        self.edit("it was opened", self.source, &fresh)?;
        let once = start.elapsed() / 3;
        let most = PATIENCE.as_nanos() / once.as_nanos().max(1);
        let most = usize::try_from(most).unwrap_or(usize::MAX).max(4);
        let step = fresh.len().div_ceil(most).max(1);
        let mut edits = 1;
        for cell in fresh.iter().step_by(step) {
            // One that changes the outside would do so again and again.
            if cell.state == State::Stale {
                continue;
            }
            let line = cell.lines[0];
            let without = self.without(cell);
            let expected = self.fresh(&without)?;
            self.edit(&format!("line {line} was taken away"), &without, &expected)?;
            self.edit(&format!("line {line} was put back"), self.source, &fresh)?;
            edits += 2;
        }
        Ok(edits)
    }

    fn fresh(&self, text: &str) -> Result<Vec<Cell>, Wrong> {
        let mut sheet = jit::Sheet::new(self.config.clone()).map_err(Wrong::NoSheet)?;
        sheet.edit(self.name, text);
        Ok(tell::whole_cells(text, &sheet.report()))
    }

    /// The text without a cell and the comment behind it; the lines of all others stay what they are.
    fn without(&self, cell: &Cell) -> String {
        let [start, end] = cell.bytes;
        let lines = self.source[start..end].matches('\n').count();
        let blank = "\n".repeat(lines);
        let rest = &self.source[end..];
        let line = rest.lines().next().unwrap_or_default();
        let rest = match line.trim_start().starts_with("//") {
            true => &rest[line.len()..],
            false => rest,
        };
        format!("{}{blank}{rest}", &self.source[..start])
    }

    fn text(&self, source: &str, cell: &Cell) -> String {
        source[cell.bytes[0]..cell.bytes[1]].to_owned()
    }

    /// Makes the edit, and compares what is shown.
    fn edit(&mut self, what: &str, text: &str, expected: &[Cell]) -> Result<(), Wrong> {
        self.edited.edit(self.name, text);
        let shown = tell::whole_cells(text, &self.edited.report());
        let wrong = |line: usize, message: &str| {
            let lines = Lines::of(text);
            let source = text[lines.range(line - 1)].trim_end();
            let place = format!("{}:{line}: {source}", self.name);
            Wrong::Different(format!("after {what}, this differs:\n{place}\n{message}"))
        };
        if shown.len() != expected.len() {
            let message = format!(
                "{} cells, and {} in a fresh run",
                shown.len(),
                expected.len()
            );
            return Err(wrong(1, &message));
        }
        for (shown, expected) in shown.iter().zip(expected) {
            if self.varying.contains(&self.text(text, expected)) {
                continue;
            }
            if let Some(message) = difference(shown, expected) {
                return Err(wrong(expected.lines[0], &message));
            }
        }
        Ok(())
    }
}

/// What two results of a cell differ in, if both are results.
fn difference(shown: &Cell, fresh: &Cell) -> Option<String> {
    let is_open = |cell: &Cell| matches!(cell.state, State::Stale | State::Waits | State::Running);
    if shown.bytes != fresh.bytes {
        return Some(format!(
            "it is at {:?}, in a fresh run at {:?}",
            shown.bytes, fresh.bytes
        ));
    }
    if is_open(shown) || is_open(fresh) {
        return None;
    }
    let (one, other) = (summary(shown), summary(fresh));
    (one != other).then(|| format!("  it shows      {one}\n  a fresh run   {other}"))
}

/// All that a cell shows and that has to be the same.
fn summary(cell: &Cell) -> String {
    let mut parts = Vec::new();
    if !cell.old {
        let values = cell.bindings.iter().chain(&cell.value);
        parts.extend(values.map(|value| format!("{}: {} = {}", value.name, value.ty, value.text)));
        parts.extend((!cell.output.is_empty()).then(|| format!("» {}", cell.output.text)));
    }
    parts.extend(cell.error.iter().map(|error| error.rendered.clone()));
    parts.extend(
        cell.problems
            .iter()
            .map(|problem| format!("✗ {}", problem.message)),
    );
    parts.join("; ")
}
