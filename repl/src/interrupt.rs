//! Ctrl-C where no terminal session goes on after it: the first one ends the run, with the place where it was; a program
//! that does not come to an end by that is left at the second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jit::{Interrupter, Stopper};

/// What a shell expects of a process that Ctrl-C ended.
const LEFT: u8 = 130;
/// A run that waits inside a system call does not notice: then the program ends without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// For a script: the run ends with an error, and the program with it.
pub(crate) fn ends_the_program(interrupter: Interrupter) {
    handle(move || {
        interrupter.interrupt();
        std::thread::sleep(PATIENCE);
        jit::leave(LEFT);
    });
}

/// For a sheet: the cell that runs or is about to ends with an error, the others follow.
pub(crate) fn ends_a_cell(stopper: Stopper) {
    let again = AtomicBool::new(false);
    handle(move || {
        if again.swap(true, Ordering::Relaxed) {
            std::process::exit(LEFT.into());
        }
        stopper.stop();
    });
}

/// For a session that stays: the line that runs ends.
pub(crate) fn ends_only_a_cell(interrupter: Interrupter) {
    handle(move || interrupter.interrupt());
}

/// For a process whose cells run in another one, and for that one.
pub(crate) fn calls(action: impl FnMut() + Send + 'static) {
    handle(action);
}

type Action = Box<dyn FnMut() + Send>;

/// What Ctrl-C does now: of several files one after another, that of the one that runs.
static ACTION: Mutex<Option<Action>> = Mutex::new(None);

fn handle(action: impl FnMut() + Send + 'static) {
    let mut known = ACTION.lock().unwrap_or_else(PoisonError::into_inner);
    if known.replace(Box::new(action)).is_none() {
        ctrlc::set_handler(|| {
            let mut action = ACTION.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(action) = action.as_mut() {
                action();
            }
        })
        .expect("compiler bug: the handler of Ctrl-C was already set");
    }
}
