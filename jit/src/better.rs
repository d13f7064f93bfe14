//! Plain code that runs is shown the better code of its loops: where such a loop begins anew it asks here, now and then.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};

use codegen::BETTER_WORDS;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::compile::{ASKED, Compilation};
use crate::compiled::BetterLoops;
use crate::linked::Linked;
use crate::machine::Machine;

thread_local! {
    /// Of the run that is under way on this thread.
    static BETTER: RefCell<Option<State>> = const { RefCell::new(None) };
}

struct State {
    machine: Rc<Machine>,
    known: FxHashMap<String, usize>,
    asks: Sender<usize>,
    made: Receiver<BetterLoops>,
    /// Loops that plain code was in when it was asked. In one that it is in twice it stays for longer.
    seen: FxHashSet<u32>,
}

/// As long as it is there plain code that runs on this thread is asked in which loops it is.
pub(crate) struct Better(());

impl Better {
    pub(crate) fn coming(
        machine: &Rc<Machine>,
        known: &FxHashMap<String, usize>,
        compilation: &mut Compilation,
    ) -> Better {
        let Some((asks, made)) = compilation.better.take() else {
            return Better(());
        };
        BETTER.set(Some(State {
            machine: Rc::clone(machine),
            known: known.clone(),
            asks,
            made,
            seen: FxHashSet::default(),
        }));
        Better(())
    }
}

impl Drop for Better {
    fn drop(&mut self) {
        BETTER.set(None);
    }
}

/// Puts the code into memory, and shows it to the plain code of its loops.
pub(crate) fn link(
    machine: &Rc<Machine>,
    known: &FxHashMap<String, usize>,
    better: BetterLoops,
) -> Result<(), String> {
    let object = better.object;
    let outside = |symbol: &str| known.get(symbol).copied();
    let (unit, symbols) = Linked::of_image(machine, &object.exports, object.bytes, &outside)?;
    machine.better.borrow_mut().push(unit);
    let words = *known.get(BETTER_WORDS).ok_or("no loop asks for it")? as *mut usize;
    for (index, symbol) in better.loops {
        // SAFETY: a word for each loop, which only generated code of this thread reads.
        unsafe { words.add(index).write(symbols[&symbol]) };
    }
    Ok(())
}

/// What plain code calls where a loop begins anew, if it is asked or there is better code.
pub(crate) extern "C" fn tell_loop(index: u32) {
    if ASKED.swap(0, Ordering::Relaxed) == 0 {
        return;
    }
    BETTER.with_borrow_mut(|state| {
        if let Some(state) = state {
            state.answer(index);
        }
    });
}

impl State {
    fn answer(&mut self, index: u32) {
        for better in self.made.try_iter() {
            // What cannot be linked goes on as plain code.
            let _ = link(&self.machine, &self.known, better);
        }
        if !self.seen.insert(index) {
            // Nobody is there any more if that cannot be made.
            let _ = self.asks.send(index as usize);
        }
    }
}
