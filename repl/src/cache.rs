//! What one process leaves for the next, in `$XDG_CACHE_HOME/sumi`: a file for each thing, written as a whole or not at all, also if several
//! processes do so at once. Nothing is lost with one that is missing, torn or of another build.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A folder of things of one kind.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    folder: &'static str,
    /// So many are kept, those that were written last.
    most: usize,
    /// And so many bytes.
    most_bytes: u64,
}

pub(crate) const SHEETS: Kind = Kind {
    folder: "sheets",
    most: 200,
    most_bytes: 1 << 30,
};
/// Compiled scripts.
pub(crate) const SCRIPTS: Kind = Kind {
    folder: "scripts",
    most: 1000,
    most_bytes: 256 << 20,
};

/// One thing, which may be there.
pub(crate) struct Entry {
    file: PathBuf,
    kind: Kind,
}

/// How many there are, and how many bytes they take.
#[derive(Default)]
pub(crate) struct Usage {
    pub(crate) entries: usize,
    pub(crate) bytes: u64,
}

/// Where all of it lies; none where there is no folder for it.
pub(crate) fn folder() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let cache = cache.filter(|folder| folder.is_absolute())?;
    Some(cache.join("sumi"))
}

impl Kind {
    pub(crate) fn entry(self, name: &str) -> Option<Entry> {
        Some(Entry {
            file: folder()?.join(self.folder).join(name),
            kind: self,
        })
    }

    pub(crate) fn usage(self) -> Usage {
        let mut usage = Usage::default();
        for (_, size, _) in self.files() {
            usage.entries += 1;
            usage.bytes += size;
        }
        usage
    }

    /// Forgets all of them.
    pub(crate) fn clear(self) -> Result<()> {
        let mut files = self.files().into_iter();
        files.try_for_each(|(.., path)| fs::remove_file(path))
    }

    /// When they were written, their sizes and places.
    fn files(self) -> Vec<(SystemTime, u64, PathBuf)> {
        let folder = folder().and_then(|folder| fs::read_dir(folder.join(self.folder)).ok());
        let files = folder.into_iter().flatten().filter_map(|entry| {
            let entry = entry.ok()?;
            let known = entry.metadata().ok()?;
            Some((known.modified().ok()?, known.len(), entry.path()))
        });
        files.collect()
    }

    /// Forgets those that were written before the others.
    fn make_room(self) -> Result<()> {
        let mut files = self.files();
        files.sort_unstable();
        let (mut left, mut bytes) = (0, 0);
        for (_, size, path) in files.iter().rev() {
            (left, bytes) = (left + 1, bytes + size);
            if left > self.most || bytes > self.most_bytes {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl Entry {
    /// Whether no other process works on a thing of this kind for which it has claimed a place; then this one does, until it ends.
    pub(crate) fn claim(&self) -> bool {
        let Some(folder) = self.file.parent() else {
            return false;
        };
        let lock = fs::create_dir_all(folder).and_then(|()| fs::File::open(folder));
        let lock = lock.map(|folder| folder.try_lock().map(|()| folder));
        // Closed by the system.
        lock.is_ok_and(|lock| lock.map(std::mem::forget).is_ok())
    }

    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        let mut bytes = fs::read(&self.file).ok()?;
        let content = bytes.get(HEAD..)?;
        if bytes[..HEAD] != head(content)? {
            return None;
        }
        bytes.drain(..HEAD);
        Some(bytes)
    }

    pub(crate) fn write(&self, content: &[u8]) -> Result<()> {
        let head = head(content).ok_or_else(|| Error::other("no build is known"))?;
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder)?;
        let is_new = !self.file.exists();
        let part = folder.join(format!("part-{}", std::process::id()));
        let written = fs::write(&part, [&head[..], content].concat());
        let written = written.and_then(|()| fs::rename(&part, &self.file));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        } else if is_new {
            self.kind.make_room()?;
        }
        written
    }
}

const HEAD: usize = 16;

/// Which build of Sumi this is.
pub(crate) fn build() -> Option<u64> {
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    Some(hash(&(program.len(), program.modified().ok()?)))
}

/// What stands before the content: the build that made it, and a sum of it.
fn head(content: &[u8]) -> Option<[u8; HEAD]> {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&build()?.to_le_bytes());
    head[8..].copy_from_slice(&hash(&content).to_le_bytes());
    Some(head)
}

/// Equal in all processes of a build.
pub(crate) fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
