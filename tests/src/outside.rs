//! What the measurements from outside have in common: a folder with a sheet, what a program says and when, and what is printed of many times.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The program that is meant, or else the one that was built with this one.
pub(crate) fn binary(meant: Option<&String>) -> Result<PathBuf, String> {
    if let Some(path) = meant {
        return Ok(path.into());
    }
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let binary = own.with_file_name("sumi");
    match binary.exists() {
        true => Ok(binary),
        false => Err(format!("{} is not built", binary.display())),
    }
}

/// A folder with a sheet, for as long as something is measured.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Result<Folder, String> {
        let path = std::env::temp_dir().join(format!("sumi-latency-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|e| e.to_string())?;
        Ok(Folder { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The sheet is this one from now on.
    pub(crate) fn save(&self, text: &str) -> Result<(), String> {
        std::fs::write(self.path.join("a.sumi"), text).map_err(|e| e.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is below the system's own for such things.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// What comes, each with the moment at which it did.
pub(crate) fn as_it_comes<T: Send + 'static>(
    parts: impl Iterator<Item = T> + Send + 'static,
) -> Receiver<(Instant, T)> {
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for part in parts {
            if tell.send((Instant::now(), part)).is_err() {
                return;
            }
        }
    });
    heard
}

/// Of how many times how long they are, in words.
pub(crate) fn percentiles(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort_unstable();
    let part = |part: usize| times.get(times.len() * part / 100).or(times.last());
    let ms = |time: Option<&Duration>| ms(time.copied().unwrap_or_default());
    format!(
        "p50 {:.2} ms, p95 {:.2}, p99 {:.2}, worst {:.2}",
        ms(part(50)),
        ms(part(95)),
        ms(part(99)),
        ms(times.last())
    )
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
