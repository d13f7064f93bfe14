//! Results of sheets between two processes, so that a sheet that is opened again shows them at once: one file for each sheet, in
//! `$XDG_CACHE_HOME/sumi/sheets`. Nothing is lost with one that is missing, torn or of another build.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jit::Saved;

/// So many sheets are remembered.
const MOST: usize = 200;

/// The results of one sheet.
pub(crate) struct Shelf {
    file: PathBuf,
}

impl Shelf {
    /// Of the sheet in this file; none where there is no folder for it.
    pub(crate) fn of(name: &str) -> Option<Shelf> {
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
            .filter(|folder| folder.is_absolute())?;
        let sheet = fs::canonicalize(name).ok()?;
        let file = format!("{:016x}", hash(&sheet));
        Some(Shelf {
            file: cache.join("sumi").join("sheets").join(file),
        })
    }

    pub(crate) fn read(&self) -> Option<Saved> {
        let bytes = fs::read(&self.file).ok()?;
        let (head, content) = bytes.split_at_checked(16)?;
        if *head != Self::head(content)? {
            return None;
        }
        postcard::from_bytes(content).ok()
    }

    /// As a whole or not at all, also if several do at once.
    pub(crate) fn write(&self, saved: &Saved) -> Result<()> {
        let content = postcard::to_stdvec(saved).map_err(Error::other)?;
        let head = Self::head(&content).ok_or_else(|| Error::other("no build is known"))?;
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder)?;
        let is_new = !self.file.exists();
        let part = folder.join(format!("part-{}", std::process::id()));
        let written = fs::write(&part, [&head[..], &content].concat());
        let written = written.and_then(|()| fs::rename(&part, &self.file));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        } else if is_new {
            make_room(folder)?;
        }
        written
    }

    /// What stands before the content: the build that made it, and a sum of it.
    fn head(content: &[u8]) -> Option<[u8; 16]> {
        let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
        let build = hash(&(program.len(), program.modified().ok()?));
        let mut head = [0; 16];
        head[..8].copy_from_slice(&build.to_le_bytes());
        head[8..].copy_from_slice(&hash(&content).to_le_bytes());
        Some(head)
    }
}

/// Equal in all processes of a build.
fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Forgets the sheets that were not open for the longest time.
fn make_room(folder: &Path) -> Result<()> {
    let files = fs::read_dir(folder)?.filter_map(|entry| {
        let entry = entry.ok()?;
        Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
    });
    let mut files: Vec<(SystemTime, PathBuf)> = files.collect();
    files.sort_unstable();
    let excess = files.len().saturating_sub(MOST);
    for (_, path) in &files[..excess] {
        fs::remove_file(path)?;
    }
    Ok(())
}
