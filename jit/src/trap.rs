//! Why a run ended early: what generated code and the runtime call when something fails, and what is kept of it.
//!
//! A trap is written into the record of the run, together with the return addresses on the stack, and then control jumps to the
//! entry of the run ([`crate::run`]). Nothing is unwound: the frames in between own no Rust values.

use std::arch::naked_asm;
use std::mem::MaybeUninit;
use std::ops::Range;

use crate::callback::sumi_callback;
use crate::run::{Place, Run};
use crate::text::Text;

/// The numbers that generated code and the runtime pass: those of `mir::TrapKind`, and one of our own.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrapKind {
    /// `a` is the index, `b` the length.
    Index = 0,
    DivisionByZero = 1,
    Assert = 2,
    Panic = 3,
    StackOverflow = 4,
    /// `a` is what was asked for in bytes; `b` the limit, or 0 if the system has no memory left.
    Memory = 5,
    Interrupt = 6,
    /// Both indices.
    Exclusivity = 7,
    Key = 8,
    Unwrap = 9,
    Slice = 10,
    Unreachable = 11,
    Argument = 12,
    /// `process.exit`: `a` is the status.
    Exit = 13,
    /// A message: a function value uses a global that is being changed.
    OpenAccess = 14,
    /// What the host does not allow: `a` is the number of a [`stdlib::Capability`].
    Denied = 15,
    Fuel = 16,
    /// `a` is how many bytes of output the host allows.
    Output = 17,
    /// Generated code touched memory that is not there, or an instruction failed: a wrong `extern`, or a bug of ours. `a` is
    /// the signal, `b` the address.
    Fault = 18,
}

impl TrapKind {
    const ALL: [TrapKind; 19] = [
        TrapKind::Index,
        TrapKind::DivisionByZero,
        TrapKind::Assert,
        TrapKind::Panic,
        TrapKind::StackOverflow,
        TrapKind::Memory,
        TrapKind::Interrupt,
        TrapKind::Exclusivity,
        TrapKind::Key,
        TrapKind::Unwrap,
        TrapKind::Slice,
        TrapKind::Unreachable,
        TrapKind::Argument,
        TrapKind::Exit,
        TrapKind::OpenAccess,
        TrapKind::Denied,
        TrapKind::Fuel,
        TrapKind::Output,
        TrapKind::Fault,
    ];

    pub fn from_number(number: u32) -> TrapKind {
        let found = TrapKind::ALL.get(number as usize).copied();
        found.unwrap_or(TrapKind::Fault)
    }

    /// As it is said to users.
    pub fn name(self) -> &'static str {
        match compiler::mir::TrapKind::from_number(self as u32) {
            Some(kind) => kind.name(),
            None => "fault",
        }
    }

    /// Whether the run was stopped between any two instructions, so that a store may have been half done.
    pub(crate) fn is_anywhere(self) -> bool {
        matches!(
            self,
            TrapKind::StackOverflow | TrapKind::Interrupt | TrapKind::Fault
        )
    }

    /// Whether the first operand is the message, a `str` or null.
    fn has_message(self) -> bool {
        match self {
            TrapKind::Assert
            | TrapKind::Panic
            | TrapKind::Key
            | TrapKind::Unwrap
            | TrapKind::Slice
            | TrapKind::Unreachable
            | TrapKind::Argument
            | TrapKind::OpenAccess => true,
            TrapKind::Index
            | TrapKind::DivisionByZero
            | TrapKind::StackOverflow
            | TrapKind::Memory
            | TrapKind::Interrupt
            | TrapKind::Exclusivity
            | TrapKind::Exit
            | TrapKind::Denied
            | TrapKind::Fuel
            | TrapKind::Output
            | TrapKind::Fault => false,
        }
    }
}

/// A place in a source text, as codegen emits it: a constant beside the code.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    pub file: u32,
    pub start: u32,
    pub end: u32,
    pub _pad: u32,
}

/// How a run ended early.
#[derive(Clone, Debug)]
pub struct Trap {
    pub kind: TrapKind,
    /// Where, if the failing operation said so; else it is the innermost frame.
    pub location: Option<Location>,
    pub a: i64,
    pub b: i64,
    pub message: Option<String>,
    pub stack: StackTrace,
}

/// Return addresses in generated code, innermost first. Of a deep stack only both ends are kept.
#[derive(Clone, Debug, Default)]
pub struct StackTrace {
    pub innermost: Vec<usize>,
    /// Frames between the two lists.
    pub omitted: usize,
    pub outermost: Vec<usize>,
}

const INNERMOST: usize = 16;
const OUTERMOST: usize = 8;

/// Where addresses are collected, without allocation: signal handlers do it too.
#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    /// As far as `count` says; the rest is never written, since every call of a host begins with such a record.
    innermost: [MaybeUninit<usize>; INNERMOST],
    /// The last ones seen, as a ring.
    outermost: [MaybeUninit<usize>; OUTERMOST],
    count: usize,
}

impl Addresses {
    pub(crate) const NONE: Addresses = Addresses {
        innermost: [const { MaybeUninit::uninit() }; INNERMOST],
        outermost: [const { MaybeUninit::uninit() }; OUTERMOST],
        count: 0,
    };

    /// Makes it empty.
    ///
    /// # Safety
    /// The place is there.
    pub(crate) unsafe fn begin(place: *mut Addresses) {
        // SAFETY: the caller's promise.
        unsafe { (&raw mut (*place).count).write(0) };
    }

    fn push(&mut self, address: usize) {
        let _ = match self.count.checked_sub(INNERMOST) {
            None => self.innermost[self.count].write(address),
            Some(later) => self.outermost[later % OUTERMOST].write(address),
        };
        self.count += 1;
    }

    pub(crate) fn trace(&self) -> StackTrace {
        let later = self.count.saturating_sub(INNERMOST);
        let kept = later.min(OUTERMOST);
        // SAFETY: these were written: the first ones up to the count, and a ring of the last ones.
        let read = |slot: &MaybeUninit<usize>| unsafe { slot.assume_init() };
        StackTrace {
            innermost: self.innermost[..self.count.min(INNERMOST)]
                .iter()
                .map(read)
                .collect(),
            omitted: later - kept,
            outermost: (later - kept..later)
                .map(|at| read(&self.outermost[at % OUTERMOST]))
                .collect(),
        }
    }

    /// Follows the frame pointers of generated code: each points to the caller's, with the return address above it. `pc` is
    /// where the innermost frame goes on.
    ///
    /// # Safety
    /// `stack` is readable.
    pub(crate) unsafe fn walk(
        &mut self,
        pc: usize,
        frame: usize,
        stack: &Range<usize>,
        text: &Text,
    ) {
        self.push(pc);
        let mut frame = frame;
        while frame.is_multiple_of(8) && stack.contains(&frame) && stack.contains(&(frame + 8)) {
            // SAFETY: both words lie in the stack.
            let (caller, address) =
                unsafe { (*(frame as *const usize), *((frame + 8) as *const usize)) };
            if text.contains(address) {
                self.push(address);
            }
            if caller <= frame {
                break;
            }
            frame = caller;
        }
    }

    /// From frames without frame pointers or unwind tables: finds the first return address into generated code above `from`
    /// and the first pair of words above it that looks like the head of its frame, and walks from there. That may be what an
    /// earlier call left there.
    ///
    /// # Safety
    /// `stack` is readable.
    pub(crate) unsafe fn scan(&mut self, from: usize, stack: &Range<usize>, text: &Text) {
        // SAFETY: only asked for words of the stack.
        let word = |at: usize| unsafe { *(at as *const usize) };
        let mut at = from.next_multiple_of(8);
        while stack.contains(&at) && !text.is_return_address(word(at)) {
            at += 8;
        }
        if !stack.contains(&at) {
            return;
        }
        let pc = word(at);
        let mut frame = at + 8;
        while stack.contains(&(frame + 8)) {
            let caller = word(frame);
            if caller > frame && stack.contains(&caller) && text.is_return_address(word(frame + 8))
            {
                break;
            }
            frame += 8;
        }
        // SAFETY: the caller's promise.
        unsafe { self.walk(pc, frame, stack, text) }
    }
}

/// The functions that generated code calls when something failed, or C has called it, by symbol.
pub fn trap_symbols() -> [(&'static str, usize); 2] {
    [
        ("sumi_trap", sumi_trap as *const () as usize),
        ("sumi_callback", sumi_callback as *const () as usize),
    ]
}

/// `sumi_trap(kind: u32, location: *const Location, a: i64, b: i64) -> !`, called by generated code: adds the caller's frame
/// pointer and return address, which only assembly can tell.
#[unsafe(naked)]
unsafe extern "C" fn sumi_trap() -> ! {
    naked_asm!(
        "mov r8, rbp",
        "mov r9, [rsp]",
        "push rbp", // aligns the stack for the call
        "call {trap}",
        "ud2",
        trap = sym trap_from_code,
    )
}

unsafe extern "C" fn trap_from_code(
    kind: u32,
    location: *const Location,
    a: i64,
    b: i64,
    frame: usize,
    pc: usize,
) -> ! {
    let kind = TrapKind::from_number(kind);
    // SAFETY: codegen passes a constant location or null, and a run is under way on this thread. The message is a live `str`,
    // which the sweep after the run frees.
    unsafe {
        let message = a as *const stdlib::Block;
        let text = (kind.has_message() && !message.is_null())
            .then(|| stdlib::block::text(message).to_owned());
        let place = Place::Code { pc, frame };
        Run::end(kind, location.as_ref(), [a, b], text, Some(place))
    }
}

/// The runtime's way to end a run: [`stdlib::Runtime`]'s `raise`.
///
/// # Safety
/// A run is under way on this thread, and no Rust frame since its entry holds anything that needs dropping.
pub unsafe extern "C" fn raise(kind: u32, a: i64, b: i64) -> ! {
    // SAFETY: the caller's promise.
    unsafe { Run::end(TrapKind::from_number(kind), None, [a, b], None, None) }
}

/// As [`raise_message`], where generated code goes on at `pc`, with that frame pointer.
///
/// # Safety
/// As for [`raise`].
pub(crate) unsafe fn raise_from(message: String, pc: usize, frame: usize) -> ! {
    // SAFETY: the innermost run of this thread is under way.
    unsafe {
        // A run that is to be stopped goes on elsewhere.
        let is_code = (*Run::current()).is_code(pc);
        let place = is_code.then_some(Place::Code { pc, frame });
        fail(TrapKind::Panic, message, place)
    }
}

/// As [`raise`], with a message, for host functions that fail.
///
/// # Safety
/// As for [`raise`].
pub unsafe fn raise_message(kind: TrapKind, message: String) -> ! {
    // SAFETY: the caller's promise.
    unsafe { fail(kind, message, None) }
}

/// What is to end because its time is over ends for that reason, also if a function of the host has failed because of it: its call of another
/// engine was ended first.
unsafe fn fail(kind: TrapKind, message: String, place: Option<Place>) -> ! {
    // SAFETY: the innermost run of this thread is under way, see the callers.
    unsafe {
        match (*Run::current()).is_interrupted() {
            true => {
                drop(message);
                Run::end(TrapKind::Interrupt, None, [0, 0], None, place)
            }
            false => Run::end(kind, None, [0, 0], Some(message), place),
        }
    }
}
