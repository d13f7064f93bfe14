//! Runs generated code on a stack of its own and comes back in either of two ways: it returned, or it was abandoned.
//!
//! ```text
//!   host stack                     run stack
//!   Runner::run ── enter ─────────▶ call_closure ─▶ generated code ─▶ runtime …
//!        ▲                                                │
//!        └──────────── leave (registers restored) ◀───────┴─ trap, interrupt, stack overflow
//! ```
//!
//! A [`Run`] is the record of one run under way; a thread knows its innermost. Entering costs a few nanoseconds; nothing is
//! polled while it runs.

use std::arch::naked_asm;
use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::io;
use std::mem::{MaybeUninit, needs_drop};
use std::ops::Range;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{
    AtomicI32, AtomicU64,
    Ordering::{Relaxed, Release, SeqCst},
};

use crate::landing::Landings;
use crate::signal;
use crate::stack::Stack;
use crate::text::Text;
use crate::trap::{Addresses, Location, StackTrace, Trap, TrapKind};
use crate::unwind;

thread_local! {
    static CURRENT: Cell<*const Run> = const { Cell::new(null()) };
}

/// Executes the code of one session, one run (with runs nested in it) at a time.
pub struct Runner {
    stack: Stack,
    text: Text,
    busy: Cell<bool>,
    shared: Arc<Shared>,
}

/// What a run and those who may interrupt it share. An odd `epoch` means that a run is under way.
#[derive(Default)]
pub(crate) struct Shared {
    epoch: AtomicU64,
    thread: AtomicI32,
    /// The epoch that is to end.
    requested: AtomicU64,
}

impl Shared {
    /// Only the thread of the runs calls this. Whoever sees the epoch of a run too late interrupts nothing, which is as if the
    /// request had come too early or too late; so no fence is needed.
    fn next_epoch(&self) {
        let next = self.epoch.load(Relaxed) + 1;
        self.epoch.store(next, Release);
    }
}

/// Ends the run that is under way, from any thread.
#[derive(Clone)]
pub struct Interrupter(Arc<Shared>);

impl Interrupter {
    /// The run ends when it is next in generated code. Without a run nothing happens.
    pub fn interrupt(&self) {
        if let Some(run) = self.this_run() {
            self.interrupt_run(run);
        }
    }

    pub fn is_running(&self) -> bool {
        self.this_run().is_some()
    }

    /// The number of the run that is under way.
    pub(crate) fn this_run(&self) -> Option<u64> {
        let epoch = self.0.epoch.load(SeqCst);
        (!epoch.is_multiple_of(2)).then_some(epoch)
    }

    /// The number of the next run, if none is under way.
    pub(crate) fn next_run(&self) -> u64 {
        self.0.epoch.load(SeqCst) + 1
    }

    /// As [`Interrupter::interrupt`], if it is that run.
    pub(crate) fn interrupt_run(&self, run: u64) {
        if self.0.epoch.load(SeqCst) == run {
            self.0.requested.store(run, SeqCst);
            signal::send(self.0.thread.load(SeqCst));
        }
    }
}

/// One run under way, in the frame of [`Runner::run`]. Signal handlers of its thread read and write it.
pub(crate) struct Run {
    parent: *const Run,
    stack: *const Stack,
    text: *const Text,
    shared: *const Shared,
    /// The host's stack pointer, under which its registers lie.
    resume: Cell<usize>,
    /// The stack overflowed outside of generated code: end the run when it is back there.
    pub(crate) overflowing: Cell<bool>,
    pub(crate) landings: Landings,
    /// A function that C called has failed: the outcome is known, and the run ends when C returns.
    ending: Cell<bool>,
    outcome: UnsafeCell<Outcome>,
}

struct Outcome {
    kind: TrapKind,
    location: Option<Location>,
    operands: [i64; 2],
    message: Option<String>,
    addresses: Addresses,
}

impl Runner {
    /// `text` is where the session's generated code lies.
    pub fn new(text: Range<usize>, stack_bytes: usize) -> io::Result<Runner> {
        signal::install_handlers()?;
        Ok(Runner {
            stack: Stack::new(stack_bytes)?,
            text: Text::new(text),
            busy: Cell::new(false),
            shared: Arc::default(),
        })
    }

    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::clone(&self.shared))
    }

    pub(crate) fn text(&self) -> &Text {
        &self.text
    }

    /// Calls `body`, which calls generated code; a trap in there abandons it.
    ///
    /// Within a run of the same runner (a host function that calls Sumi again) the same stack is used further.
    ///
    /// # Safety
    /// What `body` calls is generated code of this session or leads to it by frames that may be abandoned: those hold nothing
    /// that must be dropped. `body` does not panic.
    pub unsafe fn run<R>(&self, body: impl FnOnce() -> R) -> Result<R, Trap> {
        const {
            assert!(
                !needs_drop::<R>(),
                "a result that needs dropping could be lost"
            )
        };
        signal::prepare_thread();
        let nested = self.busy.replace(true);
        let shared = Arc::as_ptr(&self.shared);
        let run = Run::new(
            CURRENT.get(),
            &raw const self.stack,
            &raw const self.text,
            shared,
        );
        if !nested {
            self.shared.thread.store(signal::thread_id(), Relaxed);
            self.shared.next_epoch();
        }
        CURRENT.set(&raw const run);
        let mut call = Call {
            body: Some(body),
            result: MaybeUninit::uninit(),
        };
        let top = if nested {
            null_mut()
        } else {
            self.stack.usable().end as *mut u8
        };
        // SAFETY: `call` and `run` live in this frame, which stays until control is back; the stack is not in use beyond
        // the point where it goes on.
        let abandoned = unsafe { enter_call(top, &raw mut call, run.resume.as_ptr()) };
        CURRENT.set(run.parent);
        if !nested {
            self.shared.next_epoch();
            self.busy.set(false);
        }
        if !abandoned {
            self.after_overflow(&run, nested);
            // SAFETY: the closure has returned and has written its result.
            return Ok(unsafe { call.result.assume_init() });
        }
        let trap = run.outcome.into_inner().trap();
        if trap.kind == TrapKind::StackOverflow {
            self.after_overflow_trap(nested);
        }
        Err(trap)
    }

    /// The reserve was opened, but the code returned before it could be ended.
    fn after_overflow(&self, run: &Run, nested: bool) {
        if run.overflowing.get() {
            self.after_overflow_trap(nested);
        }
    }

    fn after_overflow_trap(&self, nested: bool) {
        self.stack.close_reserve();
        if !nested {
            self.stack.trim();
        }
    }
}

impl Outcome {
    const NONE: Outcome = Outcome {
        kind: TrapKind::Fault,
        location: None,
        operands: [0; 2],
        message: None,
        addresses: Addresses::NONE,
    };

    fn trap(self) -> Trap {
        Trap {
            kind: self.kind,
            location: self.location,
            a: self.operands[0],
            b: self.operands[1],
            message: self.message,
            stack: self.addresses.trace(),
        }
    }
}

impl Run {
    fn new(
        parent: *const Run,
        stack: *const Stack,
        text: *const Text,
        shared: *const Shared,
    ) -> Run {
        Run {
            parent,
            stack,
            text,
            shared,
            resume: Cell::new(0),
            overflowing: Cell::new(false),
            landings: Landings::new(),
            ending: Cell::new(false),
            outcome: UnsafeCell::new(Outcome::NONE),
        }
    }

    /// The innermost run of this thread; null if there is none.
    pub(crate) fn current() -> *const Run {
        CURRENT.get()
    }

    pub(crate) fn is_code(&self, pc: usize) -> bool {
        self.text().contains(pc)
    }

    fn text(&self) -> &Text {
        // SAFETY: as for the stack.
        unsafe { &*self.text }
    }

    /// Whether C is only to return before the run ends.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.get()
    }

    /// Calls generated code from C, within this run. What ends the call early ends this run when C returns into frames above `frame`.
    ///
    /// # Safety
    /// This is the innermost run of this thread. As for [`Runner::run`].
    pub(crate) unsafe fn call_within(&self, body: impl FnOnce(), frame: usize) {
        let run = Run::new(self, self.stack, self.text, self.shared);
        CURRENT.set(&raw const run);
        let mut call = Call {
            body: Some(body),
            result: MaybeUninit::uninit(),
        };
        // SAFETY: as in `Runner::run`; the stack goes on where it is.
        let abandoned = unsafe { enter_call(null_mut(), &raw mut call, run.resume.as_ptr()) };
        CURRENT.set(self);
        let overflowed = run.overflowing.get();
        let mut outcome = run.outcome.into_inner();
        if overflowed || (abandoned && outcome.kind == TrapKind::StackOverflow) {
            self.stack().close_reserve();
        }
        if abandoned {
            // SAFETY: what lies above the frame is the stack of this run.
            unsafe {
                outcome
                    .addresses
                    .scan(frame, &self.readable(frame), self.text());
                *self.outcome.get() = outcome;
            }
            self.ending.set(true);
            // SAFETY: this is the thread of the run.
            unsafe { self.end_on_return(frame) };
            signal::try_again_soon();
        }
    }

    pub(crate) fn stack(&self) -> &Stack {
        // SAFETY: the runner that owns the stack is borrowed as long as the run is under way.
        unsafe { &*self.stack }
    }

    pub(crate) fn has_parent(&self) -> bool {
        !self.parent.is_null()
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        // SAFETY: as for the stack.
        let shared = unsafe { &*self.shared };
        shared.requested.load(SeqCst) == shared.epoch.load(SeqCst)
    }

    /// The calls that are under way, seen from a function of the runtime.
    pub(crate) fn trace(&self) -> StackTrace {
        let mut addresses = Addresses::NONE;
        // SAFETY: this is the thread of the run.
        unsafe { self.collect(&mut addresses, self.place()) };
        addresses.trace()
    }

    /// Where generated code has called what calls this; not for signal handlers.
    fn place(&self) -> Place {
        let here = 0_usize;
        unwind::call_site(self.text()).unwrap_or(Place::Elsewhere {
            stack_pointer: &raw const here as usize,
        })
    }

    /// # Safety
    /// Called on the thread of the run, which stands there.
    unsafe fn collect(&self, addresses: &mut Addresses, place: Place) {
        // SAFETY: the range is readable.
        unsafe {
            match place {
                Place::Code { pc, frame } => {
                    addresses.walk(pc, frame, &self.readable(frame), self.text());
                }
                Place::Elsewhere { stack_pointer } => {
                    addresses.scan(stack_pointer, &self.readable(stack_pointer), self.text());
                }
            }
        }
    }

    /// Records how this run ends.
    ///
    /// # Safety
    /// Called on the thread of the run, which is about to be abandoned.
    pub(crate) unsafe fn record(&self, kind: TrapKind, operands: [i64; 2], place: Place) {
        // SAFETY: nothing else reads or writes the outcome until control is back in `Runner::run`; the range is readable.
        unsafe {
            self.landings.restore();
            if self.ending.get() {
                return; // that error came first
            }
            let outcome = self.outcome.get();
            (*outcome).kind = kind;
            (*outcome).operands = operands;
            self.collect(&mut (*outcome).addresses, place);
        }
    }

    /// The thread stands outside of generated code: makes it come back when it returns there. For signal handlers.
    ///
    /// # Safety
    /// Called on the thread of the run.
    pub(crate) unsafe fn end_on_return(&self, stack_pointer: usize) {
        if self.resume.get() == 0 {
            return; // has not begun
        }
        // SAFETY: the handler interrupts this very thread, so its stack is as it stands.
        unsafe {
            self.landings
                .prepare(stack_pointer, &self.readable(stack_pointer), self.text())
        };
    }

    /// The part of the stack that belongs to this run.
    fn readable(&self, innermost: usize) -> Range<usize> {
        let stack = self.stack();
        let open = self.overflowing.get() && stack.in_reserve(innermost);
        let range = if open {
            stack.with_reserve()
        } else {
            stack.usable()
        };
        let entry = self.resume.get();
        if range.contains(&entry) {
            range.start..entry
        } else {
            range
        }
    }

    /// Where and with what argument control goes on when the run is abandoned: for signal handlers.
    pub(crate) fn way_out(&self) -> (usize, usize) {
        (leave as *const () as usize, self.resume.get())
    }

    /// Ends the innermost run of this thread, at the place if it is in generated code.
    ///
    /// # Safety
    /// A run is under way on this thread; no frame since its entry holds anything that must be dropped.
    pub(crate) unsafe fn end(
        kind: TrapKind,
        location: Option<&Location>,
        operands: [i64; 2],
        message: Option<String>,
        place: Option<Place>,
    ) -> ! {
        let run = CURRENT.get();
        assert!(
            !run.is_null(),
            "compiler bug: a runtime error outside of a run"
        );
        // SAFETY: the run is alive, since its frame is left only by `leave` or return.
        unsafe {
            let run = &*run;
            run.landings.restore();
            run.record(kind, operands, place.unwrap_or_else(|| run.place()));
            if !run.ending.get() {
                (*run.outcome.get()).location = location.copied();
                (*run.outcome.get()).message = message;
            }
            leave(run.resume.get())
        }
    }
}

/// Where a run stands.
pub(crate) enum Place {
    /// In generated code, which goes on at `pc`.
    Code { pc: usize, frame: usize },
    /// In functions without frame pointers.
    Elsewhere { stack_pointer: usize },
}

struct Call<F, R> {
    body: Option<F>,
    result: MaybeUninit<R>,
}

/// True if the call was abandoned.
unsafe fn enter_call<F: FnOnce() -> R, R>(
    top: *mut u8,
    call: *mut Call<F, R>,
    resume: *mut usize,
) -> bool {
    // SAFETY: the caller's promise; `call_closure` is the instance for what `call` points to.
    unsafe { enter(top, call_closure::<F, R>, call.cast(), resume) != 0 }
}

unsafe extern "C" fn call_closure<F: FnOnce() -> R, R>(data: *mut c_void) {
    // SAFETY: `enter` passes on the `Call` of `Runner::run`.
    let call = unsafe { &mut *data.cast::<Call<F, R>>() };
    if let Some(body) = call.body.take() {
        call.result.write(body());
    }
}

/// Saves the registers that a callee must keep, goes over to the stack that ends at `top` (null: stays on this one) and calls
/// `function(data)`. Returns 0 when that returned. `resume` is written first: [`leave`] with its value returns 1 from here.
#[unsafe(naked)]
unsafe extern "C" fn enter(
    top: *mut u8,
    function: unsafe extern "C" fn(*mut c_void),
    data: *mut c_void,
    resume: *mut usize,
) -> u64 {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "stmxcsr [rsp]",
        "fnstcw [rsp + 4]",
        "mov [rcx], rsp",
        "mov rbx, rsp",
        "test rdi, rdi",
        "cmovz rdi, rsp",
        "mov rsp, rdi",
        "and rsp, -16",
        "xor ebp, ebp", // the walk over frame pointers ends here
        "mov rdi, rdx",
        "call rsi",
        "mov rsp, rbx",
        "add rsp, 8",
        "xor eax, eax",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// Abandons everything since the [`enter`] that wrote `resume`.
#[unsafe(naked)]
unsafe extern "C" fn leave(resume: usize) -> ! {
    naked_asm!(
        "mov rsp, rdi",
        "cld",
        "ldmxcsr [rsp]",
        "fldcw [rsp + 4]",
        "add rsp, 8",
        "mov eax, 1",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}
