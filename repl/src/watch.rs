//! `sumi sheet --watch FILE`: shows the sheet anew whenever the file is saved. A save while a cell still runs stops it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jit::Interrupter;
use notify::{EventKind, RecursiveMode, Watcher};

use crate::interrupt::Running;
use crate::sheet::Room;
use crate::streams::complain;
use crate::{Options, interrupt, run, sheet, streams};

/// Clears the terminal, what was scrolled out of it included.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";
/// How long to wait for the rest of a save: editors write a file in several steps.
const SETTLE: Duration = Duration::from_millis(15);

/// How often a run is asked to stop that was overtaken by a save: one that is not yet under way cannot be.
const ASK: Duration = Duration::from_millis(20);

/// How long a sheet may run without a word.
const PATIENCE: Duration = Duration::from_millis(300);
const RUNNING: &str = "… running; Ctrl-C or a save stops the cell";

/// Whether the file was saved since it was read.
type Stale = Arc<AtomicBool>;

pub(crate) fn watch(path: &Path, options: &Options, room: Room) -> u8 {
    if let Err(code) = run::read(path) {
        return code;
    }
    let stale = Stale::default();
    let (_watcher, saved) = match follow(path, Arc::clone(&stale)) {
        Ok(following) => following,
        Err(error) => {
            complain!("sumi: cannot watch {}: {error}", path.display());
            return 1;
        }
    };
    let mut shown = match jit::Sheet::new(options.config()) {
        Ok(sheet) => sheet,
        Err(error) => return run::finish(Err(error)),
    };
    let running = Running::default();
    running.set(Some(shown.interrupter()));
    interrupt::ends_a_cell_or_leaves(running);
    loop {
        stale.store(false, Ordering::Release);
        redraw(path, &mut shown, room, &stale);
        if saved.recv().is_err() {
            return 0;
        }
        while saved.recv_timeout(SETTLE).is_ok() {}
    }
}

/// Watches the folder, since editors replace the file rather than write into it.
fn follow(path: &Path, stale: Stale) -> notify::Result<(impl Watcher, Receiver<()>)> {
    let (tell, saved) = channel();
    let name = path.file_name().map(ToOwned::to_owned);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let ours = event.paths.iter().any(|p| p.file_name() == name.as_deref());
        if ours && !matches!(event.kind, EventKind::Access(_)) {
            stale.store(true, Ordering::Release);
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

fn redraw(path: &Path, shown: &mut jit::Sheet, room: Room, stale: &Stale) {
    // What is wrong has been said; the sheet that was there stays, until the file is back.
    let Ok((name, source)) = run::read(path) else {
        return;
    };
    let (done, ended) = channel();
    let asking = ask_to_stop(shown.interrupter(), Arc::clone(stale), ended);
    shown.edit(&name, &source);
    drop::<Sender<()>>(done);
    // It only waits and asks.
    asking
        .join()
        .expect("compiler bug: the thread that stops a sheet panicked");
    let report = shown.report();
    let mistakes = report.mistakes().map(|error| error.to_string());
    let text = report.warnings.concat()
        + &mistakes.unwrap_or_default()
        + &sheet::render(&source, &report, room);
    streams::put(format_args!("{CLEAR}{text}"));
}

/// Stops the cells of a sheet that was saved again, until the sheet has ended.
fn ask_to_stop(
    interrupter: Interrupter,
    stale: Stale,
    ended: Receiver<()>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let start = Instant::now();
        let mut said = false;
        while ended.recv_timeout(ASK) == Err(RecvTimeoutError::Timeout) {
            if !said && start.elapsed() > PATIENCE {
                said = true;
                streams::put(format_args!("{RUNNING}\n"));
            }
            if stale.load(Ordering::Acquire) {
                interrupter.interrupt();
            }
        }
    })
}
