//! `sumi sheet --watch FILE`: shows the sheet anew whenever the file is saved. A save while a cell still runs stops it.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jit::{Config, Interrupter, UnitKind};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::Options;
use crate::{run, sheet};

/// How long to wait for the rest of a save: editors write a file in several steps.
const SETTLE: Duration = Duration::from_millis(15);

type Running = Arc<Mutex<Option<Interrupter>>>;

pub(crate) fn watch(path: &Path, options: &Options) -> u8 {
    let running = Running::default();
    let (_watcher, saved) = match follow(path, Arc::clone(&running)) {
        Ok(following) => following,
        Err(error) => {
            eprintln!("sumi: cannot watch {}: {error}", path.display());
            return 1;
        }
    };
    loop {
        redraw(path, options, &running);
        if saved.recv().is_err() {
            return 0;
        }
        while saved.recv_timeout(SETTLE).is_ok() {}
    }
}

/// Watches the folder, since editors replace the file rather than write into it.
fn follow(path: &Path, running: Running) -> notify::Result<(impl Watcher, Receiver<()>)> {
    let (tell, saved) = channel();
    let name = path.file_name().map(ToOwned::to_owned);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let ours = event.paths.iter().any(|p| p.file_name() == name.as_deref());
        if ours && !matches!(event.kind, EventKind::Access(_)) {
            if let Some(interrupter) = running.lock().ok().and_then(|r| r.clone()) {
                interrupter.interrupt();
            }
            // The receiver is gone only when the program ends.
            let _ = tell.send(());
        }
    })?;
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok((watcher, saved))
}

fn redraw(path: &Path, options: &Options, running: &Running) {
    let shown = match run::read(path) {
        Ok((name, source)) => match evaluate(&name, &source, options, running) {
            Ok(report) => report.warnings.concat() + &sheet::render(&source, &report),
            Err(error) => error.to_string(),
        },
        Err(_) => return,
    };
    let mut out = std::io::stdout().lock();
    // A terminal that went away ends the program by its signal.
    let _ = write!(out, "\x1b[2J\x1b[H{shown}").and_then(|()| out.flush());
}

fn evaluate(
    name: &str,
    source: &str,
    options: &Options,
    running: &Running,
) -> Result<jit::UnitReport, jit::Error> {
    let mut session = jit::Session::new(Config {
        capture: true,
        ..options.config()
    })?;
    set(running, Some(session.interrupter()));
    let report = session.run_unit(name, source, UnitKind::Sheet);
    set(running, None);
    report
}

fn set(running: &Running, interrupter: Option<Interrupter>) {
    if let Ok(mut slot) = running.lock() {
        *slot = interrupter;
    }
}
