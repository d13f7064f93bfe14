//! Where shared containers were copied because they were written: `sumi run --copies`. Each split is counted under the
//! innermost calls around it; the lines are looked up at the end.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::failure::is_library;
use crate::report::Frame;
use crate::run::Run;
use crate::session::Session;

/// What the splits at one line copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub file: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    pub splits: u64,
    pub bytes: u64,
}

/// Splits and bytes by the return addresses around them.
type Seen = FxHashMap<Vec<usize>, (u64, u64)>;

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::default();
}

fn note(bytes: u64) {
    let run = Run::current();
    if run.is_null() {
        return;
    }
    // SAFETY: the runtime splits within a run, which is current until it ends.
    let trace = unsafe { (*run).trace() };
    SEEN.with_borrow_mut(|seen| {
        let (splits, total) = seen.entry(trace.innermost).or_default();
        *splits += 1;
        *total += bytes;
    });
}

impl Session {
    /// From now on splits are counted by line.
    pub fn watch_copies(&self) {
        self.machine
            .with_runtime(|runtime| runtime.split_seen = Some(note));
    }

    /// What was copied since, the most first. A split in the library belongs to the line that called it.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "sums do not depend on the order"
    )]
    pub fn copies(&self) -> Vec<Copied> {
        let mut lines: FxHashMap<(String, u32), (u64, u64)> = FxHashMap::default();
        for (addresses, (splits, bytes)) in SEEN.take() {
            let frames: Vec<Frame> = addresses
                .iter()
                .flat_map(|address| self.machine.symbolize(*address))
                .collect();
            let is_own = |frame: &&Frame| frame.line > 0 && !is_library(&frame.file);
            let found = frames.iter().find(is_own).or(frames.first());
            let place =
                found.map_or_else(Default::default, |frame| (frame.file.clone(), frame.line));
            let (all_splits, all_bytes) = lines.entry(place).or_default();
            *all_splits += splits;
            *all_bytes += bytes;
        }
        let mut copies: Vec<Copied> = lines
            .into_iter()
            .map(|((file, line), (splits, bytes))| Copied {
                file,
                line,
                splits,
                bytes,
            })
            .collect();
        copies.sort_by(|a, b| (b.bytes, &a.file, a.line).cmp(&(a.bytes, &b.file, b.line)));
        copies
    }

    /// What the heap did so far.
    pub fn stats(&self) -> stdlib::Stats {
        self.machine.with_runtime(|runtime| runtime.stats)
    }
}
