//! Files that a sheet depends on: the modules that it imports, and what its cells have read.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use stdlib::{AskedFile, FileState, file_state};

use super::Sheet;
use super::cells::State;
use super::store::Record;

/// A file or folder as it was when a cell asked for it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Seen {
    path: PathBuf,
    state: FileState,
}

impl Seen {
    pub(super) fn has_changed(&self) -> bool {
        self.state != file_state(&self.path)
    }
}

impl From<AskedFile> for Seen {
    fn from(AskedFile { path, state }: AskedFile) -> Seen {
        Seen { path, state }
    }
}

impl Sheet {
    /// Whether one of [`Sheet::files`] is not what the values come from.
    pub fn are_files_others(&self) -> bool {
        let mut read = self.records().flat_map(|record| &record.files);
        self.build.front.have_modules_changed() || read.any(Seen::has_changed)
    }

    /// When one of these changes, an edit, to the same text too, shows what comes of that.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = self.build.front.module_files().collect();
        let read = self.records().flat_map(|record| &record.files);
        all.extend(read.map(|seen| seen.path.clone()));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Those of the cells that may have read files.
    fn records(&self) -> impl Iterator<Item = &Record> {
        let cells = self.cells.iter();
        let cells = cells.filter(|cell| !cell.glance.follows_from_text());
        cells.filter_map(|cell| match &cell.state {
            State::Done(record) => Some(&**record),
            _ => None,
        })
    }
}
