//! Files that a sheet depends on: the modules that it imports, and what its cells have read.

use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::Sheet;
use super::cells::State;

/// A file or folder as it was when a cell had read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    path: PathBuf,
    state: Option<(SystemTime, u64)>,
}

impl Seen {
    pub(super) fn now(path: PathBuf) -> Seen {
        let found = std::fs::metadata(&path).ok();
        let state = found.and_then(|found| Some((found.modified().ok()?, found.len())));
        Seen { path, state }
    }

    pub(super) fn has_changed(&self) -> bool {
        *self != Seen::now(self.path.clone())
    }
}

impl Sheet {
    /// When one of these changes, an edit, to the same text too, shows what comes of that.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = self.front.module_files().collect();
        for cell in &self.cells {
            if let State::Done(record) = &cell.state
                && !cell.glance.follows_from_text()
            {
                all.extend(record.files.iter().map(|seen| seen.path.clone()));
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}
