//! The text of a file, each time that it is another one, and which of further files changed. It follows any editor: those that write into the file,
//! those that put another one in its place, and those that take it away for a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{EventKind, RecursiveMode, Watcher};

use super::client::Client;
use super::protocol::Event;
use crate::run;
use crate::streams::complain;

/// How long to wait for the rest of a save whose end is not announced.
const SETTLE: Duration = Duration::from_millis(15);
/// For how long a file may be away while an editor puts another one in its place.
const AWAY: Duration = Duration::from_millis(60);

/// What is new.
pub(crate) enum News {
    Text(Arc<str>),
    /// Why there is none.
    Missing(String),
    /// These further files are, by the names that they were given.
    Touched(Vec<String>),
}

/// Follows for as long as it is kept.
pub(crate) struct Follower {
    /// None where there is nothing to follow.
    watcher: Option<notify::RecommendedWatcher>,
    further: Further,
    /// Those that are watched for further files.
    folders: BTreeSet<PathBuf>,
    own_folders: Vec<PathBuf>,
}

/// By where they are, with their names.
type Further = Arc<Mutex<BTreeMap<PathBuf, String>>>;

/// What the system says of a file.
struct Change {
    /// The further one; else it is the sheet's own.
    file: Option<String>,
    /// Whether it is written as a whole; else more may follow.
    is_finished: bool,
}

/// Reads a file and follows it: its name, its text, and who follows. `tell` hears of others. Or the exit status, when it has been said what is wrong.
pub(crate) fn open<T: Send + 'static>(
    path: &Path,
    tell: &Sender<T>,
    as_input: fn(News) -> T,
) -> Result<(String, Arc<str>, Follower), u8> {
    let (name, text) = run::read(path)?;
    let text = Arc::<str>::from(text);
    let tell = tell.clone();
    let saved = move |news| drop(tell.send(as_input(news)));
    match follow(path, Arc::clone(&text), saved) {
        Ok(follower) => Ok((name, text, follower)),
        Err(error) => {
            complain!("sumi: cannot watch {name}: {error}");
            Err(1)
        }
    }
}

/// Tells each new text, in a thread of its own; the first one is that which comes after `text`.
fn follow(
    path: &Path,
    text: Arc<str>,
    tell: impl FnMut(News) + Send + 'static,
) -> notify::Result<Follower> {
    let (changed, changes) = channel();
    let further = Further::default();
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    // Editors replace the file rather than write into it; and a link the file behind it.
    let mut own_folders = vec![folder_of(path)];
    if path.is_symlink() {
        own_folders.push(folder_of(&real));
    }
    let names = [path, &real].map(|path| path.file_name().map(ToOwned::to_owned));
    let mut watcher = notify::recommended_watcher(hears(names, Arc::clone(&further), changed))?;
    for folder in &own_folders {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    let path = path.to_owned();
    std::thread::spawn(move || pass_on(&path, text, &changes, tell));
    Ok(Follower {
        watcher: Some(watcher),
        further,
        folders: BTreeSet::new(),
        own_folders,
    })
}

/// Where a file is, as the system names it.
fn folder_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new("."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

impl Follower {
    /// One that follows nothing.
    pub(crate) fn none() -> Follower {
        Follower {
            watcher: None,
            further: Further::default(),
            folders: BTreeSet::new(),
            own_folders: Vec::new(),
        }
    }

    /// Follows what a sheet wants to hear of.
    pub(crate) fn hear(&mut self, event: &Event, client: &mut Client) {
        if let Event::Follows { files } = event
            && self.watcher.is_some()
        {
            self.also(files);
            client.follows();
        }
    }

    /// These files from now on, beside the first one. One that is not there is followed as soon as it is, if its folder is there.
    fn also(&mut self, files: &[String]) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        let places = files.iter().filter_map(|name| {
            let path = Path::new(name);
            Some((folder_of(path).join(path.file_name()?), name.clone()))
        });
        let places: BTreeMap<PathBuf, String> = places.collect();
        let folders = places
            .keys()
            .filter_map(|path| path.parent().map(Path::to_owned));
        let mut folders: BTreeSet<PathBuf> = folders.collect();
        folders.retain(|folder| !self.own_folders.contains(folder));
        *self.further.lock().unwrap_or_else(PoisonError::into_inner) = places;
        for gone in self.folders.difference(&folders) {
            let _ = watcher.unwatch(gone);
        }
        for new in folders.difference(&self.folders) {
            // What cannot be followed is looked at when the sheet itself is saved.
            let _ = watcher.watch(new, RecursiveMode::NonRecursive);
        }
        self.folders = folders;
    }
}

/// Sorts out what the system says.
fn hears(
    names: [Option<OsString>; 2],
    further: Further,
    changed: Sender<Change>,
) -> impl FnMut(notify::Result<notify::Event>) {
    move |event| {
        let Ok(event) = event else { return };
        let is_finished = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(_)) => true,
            EventKind::Access(_) => return,
            _ => false,
        };
        for path in &event.paths {
            let further = further.lock().unwrap_or_else(PoisonError::into_inner);
            let file = further.get(path).cloned();
            let is_own = names.iter().any(|name| name.as_deref() == path.file_name());
            // The receiver is gone only when the program ends.
            if file.is_some() {
                let _ = changed.send(Change { file, is_finished });
            }
            if is_own {
                let file = None;
                let _ = changed.send(Change { file, is_finished });
            }
        }
    }
}

fn pass_on(path: &Path, text: Arc<str>, changes: &Receiver<Change>, mut tell: impl FnMut(News)) {
    let mut known = Ok(text);
    while let Ok(mut change) = changes.recv() {
        let (mut is_own, mut touched) = (false, BTreeSet::new());
        loop {
            match change.file {
                Some(file) => drop(touched.insert(file)),
                None => is_own = true,
            }
            if change.is_finished {
                break;
            }
            change = match changes.recv_timeout(SETTLE) {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            };
        }
        if !touched.is_empty() {
            tell(News::Touched(touched.into_iter().collect()));
        }
        if !is_own {
            continue;
        }
        let mut found = run::text_of(path);
        if found.is_err() {
            std::thread::sleep(AWAY);
            found = run::text_of(path);
        }
        let found = found.map(Arc::from);
        if found != known {
            known.clone_from(&found);
            tell(found.map_or_else(News::Missing, News::Text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_files_are_followed_while_they_are_asked_for() {
        let folder = std::env::temp_dir().join(format!("sumi-follow-{}", std::process::id()));
        let library = folder.join("library");
        std::fs::create_dir_all(&library).expect("a folder");
        let save = |path: &Path, text: &str| std::fs::write(path, text).expect("a file");
        let (own, other) = (folder.join("a.sumi"), library.join("b.sumi"));
        save(&own, "1");
        let (tell, news) = channel();
        let (_, text, mut follower) = open(&own, &tell, |news| news).expect("a file");
        assert_eq!(&*text, "1");
        let next = || news.recv_timeout(Duration::from_secs(60)).expect("news");
        let name = other.display().to_string();
        follower.also(std::slice::from_ref(&name));
        save(&other, "2");
        assert!(matches!(next(), News::Touched(files) if files == [name.as_str()]));
        // What came of the same save.
        while news.recv_timeout(Duration::from_millis(100)).is_ok() {}
        follower.also(&[]);
        save(&other, "3");
        save(&own, "4");
        assert!(matches!(next(), News::Text(text) if &*text == "4"));
        drop(follower);
        let _ = std::fs::remove_dir_all(folder);
    }
}
