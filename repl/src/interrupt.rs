//! Ctrl-C where no terminal session goes on after it: the first one ends the run, with the place where it was; a program
//! that does not come to an end by that is left at the second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jit::Interrupter;

/// What a shell expects of a process that Ctrl-C ended.
const LEFT: i32 = 130;
/// A run that waits inside a system call does not notice: then the program ends without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// For a script: the run ends with an error, and the program with it.
pub(crate) fn ends_the_program(interrupter: Interrupter) {
    handle(move || {
        interrupter.interrupt();
        std::thread::sleep(PATIENCE);
        std::process::exit(LEFT);
    });
}

/// For a sheet: the cell that runs ends with an error, the others follow.
pub(crate) fn ends_a_cell(interrupter: Interrupter) {
    let again = AtomicBool::new(false);
    handle(move || {
        if again.swap(true, Ordering::Relaxed) {
            std::process::exit(LEFT);
        }
        interrupter.interrupt();
    });
}

/// For a sheet that stays: the cell that runs ends; if none does, the program.
pub(crate) fn ends_a_cell_or_leaves(running: Running) {
    handle(move || match running.get() {
        Some(interrupter) => interrupter.interrupt(),
        None => std::process::exit(0),
    });
}

/// The run of the sheet that is being made, if one is.
#[derive(Clone, Default)]
pub(crate) struct Running(Arc<Mutex<Option<Interrupter>>>);

impl Running {
    pub(crate) fn set(&self, interrupter: Option<Interrupter>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = interrupter;
    }

    fn get(&self) -> Option<Interrupter> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone().filter(Interrupter::is_running)
    }
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
