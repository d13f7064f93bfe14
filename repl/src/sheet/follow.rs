//! The text of a file, each time that it is another one. It follows any editor: those that write into the file, those that put
//! another one in its place, and those that take it away for a moment.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::run;

/// How long to wait for the rest of a save whose end is not announced.
const SETTLE: Duration = Duration::from_millis(15);
/// For how long a file may be away while an editor puts another one in its place.
const AWAY: Duration = Duration::from_millis(60);

/// The text, or why there is none.
pub(crate) type Found = Result<String, String>;

/// What the system says about the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    /// More may follow.
    Begun,
    /// It is written as a whole.
    Finished,
}

/// Tells each new text, in a thread of its own, for as long as the result is kept; the first one is that which comes after `text`.
pub(crate) fn follow(
    path: &Path,
    text: String,
    tell: impl FnMut(Found) + Send + 'static,
) -> notify::Result<notify::RecommendedWatcher> {
    let (changed, changes) = channel();
    let watcher = watcher(path, changed)?;
    let path = path.to_owned();
    std::thread::spawn(move || pass_on(&path, text, &changes, tell));
    Ok(watcher)
}

/// Watches the folder, since editors replace the file rather than write into it; and that of the file behind a link.
fn watcher(path: &Path, changed: Sender<Change>) -> notify::Result<notify::RecommendedWatcher> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let names = [path.file_name(), real.file_name()].map(|name| name.map(ToOwned::to_owned));
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let mut paths = event.paths.iter();
        if !paths.any(|path| names.iter().any(|name| name.as_deref() == path.file_name())) {
            return;
        }
        let change = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(_)) => Change::Finished,
            EventKind::Access(_) => return,
            _ => Change::Begun,
        };
        // The receiver is gone only when the program ends.
        let _ = changed.send(change);
    })?;
    let folder = |path: &Path| {
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        parent.unwrap_or(Path::new(".")).to_owned()
    };
    watcher.watch(&folder(path), RecursiveMode::NonRecursive)?;
    if path.is_symlink() {
        watcher.watch(&folder(&real), RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

fn pass_on(path: &Path, text: String, changes: &Receiver<Change>, mut tell: impl FnMut(Found)) {
    let mut known = Ok(text);
    while let Ok(mut change) = changes.recv() {
        while change == Change::Begun {
            change = match changes.recv_timeout(SETTLE) {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => Change::Finished,
                Err(RecvTimeoutError::Disconnected) => return,
            };
        }
        let mut found = run::text_of(path);
        if found.is_err() {
            std::thread::sleep(AWAY);
            found = run::text_of(path);
        }
        if found != known {
            known.clone_from(&found);
            tell(found);
        }
    }
}
