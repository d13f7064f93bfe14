//! Worksheets from outside: on a real terminal, and by the protocol that other front ends read.

mod canvas;
mod demos;
mod once;
mod pictures;
mod protocol;
#[path = "../pty/mod.rs"]
mod pty;
mod screen;
mod speaker;
mod terminal;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use pty::PATIENCE;

/// A file of its own for a test, in a folder of its own.
struct Sheet {
    folder: PathBuf,
}

impl Sheet {
    fn new(text: &str) -> Sheet {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sumi-sheet-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let sheet = Sheet { folder };
        sheet.save(text);
        sheet
    }

    fn path(&self) -> PathBuf {
        self.folder.join("a.sumi")
    }

    fn save(&self, text: &str) {
        std::fs::write(self.path(), text).expect("a file");
    }

    /// Waits for what is kept of its results for another process: the file.
    fn kept(&self) -> PathBuf {
        let folder = self.folder.join("sumi").join("sheets");
        let start = std::time::Instant::now();
        loop {
            let found = std::fs::read_dir(&folder).into_iter().flatten();
            let files = found.map(|entry| entry.expect("a file").path());
            let is_whole = |path: &PathBuf| !path.display().to_string().contains("part");
            if let Some(file) = files.into_iter().find(is_whole) {
                return file;
            }
            assert!(start.elapsed() < PATIENCE, "nothing is kept");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// As editors do that put another file in its place.
    fn replace(&self, text: &str) {
        let other = self.folder.join("a.sumi~");
        std::fs::write(&other, text).expect("a file");
        std::fs::rename(other, self.path()).expect("another file in its place");
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The processes that were started by this one, also those that have ended and that nobody asked about.
fn children_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("the processes").flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| parent_of(*id) == Some(parent)).collect()
}

/// One that has ended may still wait for somebody to ask about it.
fn is_alive(process: &u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may contain anything: the state, and the parent.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}
