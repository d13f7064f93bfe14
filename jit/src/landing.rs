//! Ending a run that stands in the runtime or in C, where it may not be abandoned: the return address into generated code is
//! exchanged, so that the call finishes and then comes here instead.
//!
//! Frames of the runtime cannot be walked, so the stack is searched for a word that points into generated code just behind a
//! call. That word may be a stale one, which nobody returns by; then the next attempt finds the next word. It is no pointer to a function:
//! none begins right behind a call (`codegen` sees to that).

use std::arch::naked_asm;
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ops::Range;

use crate::run::{Place, Run};
use crate::text::Text;
use crate::trap::TrapKind;

const MOST: usize = 16;

/// The exchanged words of one run and what stood there.
pub(crate) struct Landings {
    /// Those below `count` are written.
    slots: [Cell<MaybeUninit<(usize, usize)>>; MOST],
    count: Cell<usize>,
}

impl Landings {
    /// Makes it empty.
    ///
    /// # Safety
    /// The place is there.
    pub(crate) unsafe fn begin(place: *mut Landings) {
        // SAFETY: the caller's promise.
        unsafe { (&raw mut (*place).count).write(Cell::new(0)) };
    }

    /// Exchanges the innermost return address that is left. For signal handlers.
    ///
    /// # Safety
    /// `stack`, above `from`, is the readable and writable part of the run's stack, and its thread stands still or is this one;
    /// `text` is readable.
    pub(crate) unsafe fn prepare(&self, from: usize, stack: &Range<usize>, text: &Text) {
        let count = self.count.get();
        if count == MOST {
            return;
        }
        let mut at = from.next_multiple_of(8);
        while stack.contains(&at) {
            let slot = at as *mut usize;
            // SAFETY: the word lies in the stack; what it points to, if in the text, is readable.
            unsafe {
                let address = slot.read();
                if text.is_return_address(address) {
                    self.slots[count].set(MaybeUninit::new((at, address)));
                    self.count.set(count + 1);
                    slot.write(landing as *const () as usize);
                    return;
                }
            }
            at += 8;
        }
    }

    /// Puts everything back, before the stack is walked.
    ///
    /// # Safety
    /// The stack is as alive as it was in `prepare`.
    pub(crate) unsafe fn restore(&self) {
        // Newest first: where a word was exchanged twice, a call had taken the place of a stale one.
        for slot in self.slots[..self.count.replace(0)].iter().rev() {
            // SAFETY: below the count.
            let (at, address) = unsafe { slot.get().assume_init() };
            // SAFETY: the caller's promise. A slot that was used for something else since is left alone.
            unsafe {
                let word = at as *mut usize;
                if word.read() == landing as *const () as usize {
                    word.write(address);
                }
            }
        }
    }

    /// The call is over in whose frames they were.
    pub(crate) fn forget(&self) {
        self.count.set(0);
    }

    /// What stood in the word by which control came here, that one if it was a return address. Else the last that is no longer on the stack:
    /// a handler of the host's, of another signal, stood on our stack, and where it was to go on had looked like a return address.
    fn original(&self, at: usize) -> Option<usize> {
        let slots = self.slots[..self.count.get()].iter().rev();
        // SAFETY: below the count.
        let slots = slots.map(|slot| unsafe { slot.get().assume_init() });
        let exact = slots.clone().find(|(slot, _)| *slot == at);
        let found = exact.or_else(|| slots.clone().find(|(slot, _)| *slot < at));
        found.map(|(_, address)| address)
    }
}

/// Where exchanged return addresses lead: the caller's frame pointer is as it left it.
#[unsafe(naked)]
unsafe extern "C" fn landing() -> ! {
    naked_asm!(
        "lea rdi, [rsp - 8]",
        "mov rsi, rbp",
        "and rsp, -16",
        "call {landed}",
        "ud2",
        landed = sym landed,
    )
}

unsafe extern "C" fn landed(slot: usize, frame: usize) -> ! {
    // SAFETY: the run whose frames were prepared is the innermost again, since the frame that returned here is part of it.
    unsafe {
        let run = &*Run::current();
        let pc = run.landings().original(slot);
        let place = pc.map(|pc| Place::Code { pc, frame });
        let kind = if run.is_overflowing() {
            TrapKind::StackOverflow
        } else {
            TrapKind::Interrupt
        };
        Run::end(kind, None, [0, 0], None, place)
    }
}
