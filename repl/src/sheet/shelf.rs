//! Results of sheets between two processes, so that a sheet that is opened again shows them at once.

use std::fs;
use std::io::{Error, Result};

use jit::Saved;

use crate::cache::{self, Entry};

/// The results of one sheet.
pub(crate) struct Shelf(Entry);

impl Shelf {
    /// Of the sheet in this file; none where there is no folder for it.
    pub(crate) fn of(name: &str) -> Option<Shelf> {
        let sheet = fs::canonicalize(name).ok()?;
        let file = format!("{:016x}", cache::hash(&sheet));
        cache::SHEETS.entry(&file).map(Shelf)
    }

    pub(crate) fn read(&self) -> Option<Saved> {
        postcard::from_bytes(&self.0.read()?).ok()
    }

    pub(crate) fn write(&self, saved: &Saved) -> Result<()> {
        let content = postcard::to_stdvec(saved).map_err(Error::other)?;
        self.0.write(&content)
    }
}
