//! Runs generated code on a stack of its own and comes back in either of two ways: it returned, or it was abandoned.
//!
//! ```text
//!   host stack                     run stack
//!   Run::call ──── enter  ─────────▶ call_closure ─▶ generated code ─▶ runtime …
//!        ▲                                                │
//!        └──────────── leave (registers restored) ◀───────┴─ trap, interrupt, stack overflow
//! ```
//!
//! A [`Run`] is the record of one run under way; a thread knows its innermost. Entering costs a few nanoseconds; nothing is
//! polled while it runs.

use std::arch::{asm, naked_asm};
use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::io;
use std::mem::{MaybeUninit, needs_drop};
use std::ops::Range;
use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicI32, AtomicU64,
    Ordering::{Relaxed, Release, SeqCst},
};
use std::time::Duration;

use crate::host::{Registers, Returned};
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
    /// The epoch that is to end at its time, which is in nanoseconds of [`signal::now`].
    due: AtomicU64,
    due_at: AtomicU64,
}

impl Shared {
    /// Only the thread of the runs calls this. Whoever sees the epoch of a run too late interrupts nothing, which is as if the
    /// request had come too early or too late; so no fence is needed.
    #[inline(always)]
    fn next_epoch(&self) {
        let next = self.epoch.load(Relaxed) + 1;
        self.epoch.store(next, Release);
    }

    fn is_interrupted(&self) -> bool {
        let epoch = self.epoch.load(SeqCst);
        let is_due = || nanoseconds(signal::now()) >= self.due_at.load(SeqCst);
        self.requested.load(SeqCst) == epoch || (self.due.load(SeqCst) == epoch && is_due())
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

    /// Ends that run when the clock ([`signal::now`]) shows the time, if the thread gets its signal then.
    pub(crate) fn interrupt_run_at(&self, run: u64, time: Duration) {
        self.0.due.store(0, SeqCst); // the time and the run are not read together
        self.0.due_at.store(nanoseconds(time), SeqCst);
        self.0.due.store(run, SeqCst);
    }

    /// That of the run which is under way, or of the last one.
    pub(crate) fn thread(&self) -> i32 {
        self.0.thread.load(SeqCst)
    }
}

pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// One run under way, in a frame of who began it. Signal handlers of its thread read and write it.
pub(crate) struct Run {
    parent: *const Run,
    stack: *const Stack,
    text: *const Text,
    shared: *const Shared,
    /// Where its calls begin on the stack; 0 if that is in use, and they go on where it is.
    top: usize,
    is_outermost: Cell<bool>,
    /// The stack pointer of who has called, which points to where control goes on if the call is abandoned; 0 if no call is under way.
    resume: Cell<usize>,
    /// The call that is under way was abandoned, or something was done so that it would be.
    needs_care: Cell<bool>,
    was_abandoned: Cell<bool>,
    /// The stack overflowed outside of generated code: end the run when it is back there.
    overflowing: Cell<bool>,
    /// A function that C called has failed: the outcome is known, and the run ends when C returns.
    ending: Cell<bool>,
    ends: *const Ends,
}

/// How calls end that do not return. It lies beside its [`Run`], and is not moved, since there is much of it.
pub(crate) struct Ends {
    pub(crate) landings: Landings,
    outcome: UnsafeCell<Outcome>,
}

impl Ends {
    /// Writes what has to be there.
    #[inline(always)]
    pub(crate) fn begin(place: &mut MaybeUninit<Ends>) -> *const Ends {
        let place = place.as_mut_ptr();
        // SAFETY: the place is there, and what is not written here is [`MaybeUninit`].
        unsafe {
            Landings::begin(&raw mut (*place).landings);
            let outcome = UnsafeCell::raw_get(&raw const (*place).outcome);
            (&raw mut (*outcome).kind).write(TrapKind::Fault);
            (&raw mut (*outcome).location).write(None);
            (&raw mut (*outcome).operands).write([0; 2]);
            (&raw mut (*outcome).message).write(None);
            Addresses::begin(&raw mut (*outcome).addresses);
        }
        place
    }
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
    /// As for [`Run::call`].
    pub unsafe fn run<R>(&self, body: impl FnOnce() -> R) -> Result<R, Trap> {
        let mut ends = MaybeUninit::uninit();
        let run = self.new_run(&mut ends);
        // SAFETY: the record lives in this frame, which stays until control is back; the caller promises the rest.
        unsafe {
            self.enter(&run);
            let result = run.call(body);
            self.leave(&run);
            result.map_err(|trap| *trap)
        }
    }

    /// The record of a run that has not begun. `ends` stays where it is as long as it.
    #[inline(always)]
    pub(crate) fn new_run(&self, ends: &mut MaybeUninit<Ends>) -> Run {
        let parent = CURRENT.get();
        let mut run = Run::new(
            ends,
            parent,
            &raw const self.stack,
            &raw const self.text,
            Arc::as_ptr(&self.shared),
        );
        if parent.is_null() || !run.is_on_stack() {
            run.top = self.stack.usable().end;
        }
        run
    }

    /// Begins a run, in which there may be several calls, one after another.
    ///
    /// # Safety
    /// The record stays where it is until [`Runner::leave`], by the same thread.
    #[inline(always)]
    pub(crate) unsafe fn enter(&self, run: &Run) {
        let thread = signal::prepare_thread();
        if !self.busy.replace(true) {
            run.is_outermost.set(true);
            self.shared.thread.store(thread, Relaxed);
            self.shared.next_epoch();
        }
        CURRENT.set(run);
    }

    /// # Safety
    /// What was entered later was left.
    #[inline(always)]
    pub(crate) unsafe fn leave(&self, run: &Run) {
        CURRENT.set(run.parent);
        if run.is_outermost.get() {
            self.shared.next_epoch();
            self.busy.set(false);
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
    #[inline(always)]
    fn new(
        ends: &mut MaybeUninit<Ends>,
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
            top: 0,
            is_outermost: Cell::new(false),
            resume: Cell::new(0),
            needs_care: Cell::new(false),
            was_abandoned: Cell::new(false),
            overflowing: Cell::new(false),
            ending: Cell::new(false),
            ends: Ends::begin(ends),
        }
    }

    /// Whether a run around this one has frames on the stack.
    #[inline(always)]
    fn is_on_stack(&self) -> bool {
        let mut around = self.parent;
        // SAFETY: runs are left before their frames go.
        while let Some(run) = unsafe { around.as_ref() } {
            if run.stack == self.stack && run.resume.get() != 0 {
                return true;
            }
            around = run.parent;
        }
        false
    }

    /// Calls `body`, which calls generated code; a trap in there abandons it.
    ///
    /// # Safety
    /// The run is the innermost of this thread, and no call of it is under way. What `body` calls is generated code of this session or leads
    /// to it by frames that may be abandoned: those hold nothing that must be dropped. `body` does not panic.
    pub(crate) unsafe fn call<R>(&self, body: impl FnOnce() -> R) -> Result<R, Box<Trap>> {
        const {
            assert!(
                !needs_drop::<R>(),
                "a result that needs dropping could be lost"
            )
        };
        let mut call = Call {
            body: Some(body),
            result: MaybeUninit::uninit(),
        };
        // SAFETY: `call` lives in this frame, which stays until control is back; the stack is not in use beyond the point where it
        // goes on.
        unsafe { enter_call(self.top, &raw mut call, self.resume.as_ptr()) };
        self.resume.set(0);
        if self.needs_care.get()
            && let Some(trap) = self.settle()
        {
            return Err(trap);
        }
        // SAFETY: the closure has returned and has written its result.
        Ok(unsafe { call.result.assume_init() })
    }

    /// Calls a function with these registers. It costs little more than a call of C.
    ///
    /// # Safety
    /// As for [`Run::call`]; `code` is a function that takes these.
    #[inline(always)]
    pub(crate) unsafe fn call_code(
        &self,
        code: usize,
        registers: &Registers,
    ) -> Result<Returned, Box<Trap>> {
        let (integer, vector): (u64, f64);
        let [a, b, c, d, e, f] = registers.integers;
        let [s, t, u, v, w, x, y, z] = registers.vectors;
        // SAFETY: all registers are given as lost but for two, which lie on the stack meanwhile. Control goes on at the label in either
        // case, with the stack pointer as it was when it was written down.
        unsafe {
            asm!(
                "push rbp",
                "push rbx",
                "lea rbx, [rip + 2f]",
                "push rbx",
                "mov rbx, rsp",
                "mov [r12], rsp",
                "test r13, r13",
                "cmovnz rsp, r13",
                "and rsp, -16",
                "xor ebp, ebp", // the walk over frame pointers ends here
                "call r14",
                "lea rsp, [rbx + 8]",
                "2:",
                "pop rbx",
                "pop rbp",
                inout("r12") self.resume.as_ptr() => _,
                inout("r13") self.top => _,
                inout("r14") code => _,
                out("r15") _,
                in("rdi") a, in("rsi") b, in("rdx") c, in("rcx") d, in("r8") e, in("r9") f,
                inout("xmm0") s => vector,
                in("xmm1") t, in("xmm2") u, in("xmm3") v, in("xmm4") w, in("xmm5") x, in("xmm6") y, in("xmm7") z,
                out("rax") integer,
                clobber_abi("C"),
            );
        }
        self.resume.set(0);
        if self.needs_care.get()
            && let Some(trap) = self.settle()
        {
            return Err(trap);
        }
        Ok(Returned { integer, vector })
    }

    /// After a call that was to be abandoned: its trap, if it was.
    #[cold]
    fn settle(&self) -> Option<Box<Trap>> {
        self.needs_care.set(false);
        self.ending.set(false);
        self.landings().forget();
        let overflowed = self.overflowing.replace(false);
        let was_abandoned = self.was_abandoned.replace(false);
        let trap = was_abandoned.then(|| Box::new(self.take_outcome().trap()));
        if overflowed
            || trap
                .as_ref()
                .is_some_and(|trap| trap.kind == TrapKind::StackOverflow)
        {
            self.stack().close_reserve();
            if self.top != 0 {
                self.stack().trim();
            }
        }
        trap
    }

    fn ends(&self) -> &Ends {
        // SAFETY: it was begun with this record, and stays as long.
        unsafe { &*self.ends }
    }

    pub(crate) fn landings(&self) -> &Landings {
        &self.ends().landings
    }

    /// Of a call that is over.
    fn take_outcome(&self) -> Outcome {
        // SAFETY: no call is under way, so nobody else uses it.
        let outcome = unsafe { &mut *self.ends().outcome.get() };
        std::mem::replace(outcome, Outcome::NONE)
    }

    /// The request to end it was for a call that is over: those to come are not concerned. Of the outermost run only.
    pub(crate) fn go_on(&self) {
        if self.is_outermost.get() {
            // SAFETY: as for the stack.
            let shared = unsafe { &*self.shared };
            shared.next_epoch();
            shared.next_epoch();
        }
    }

    /// Ends the run when it is back in generated code, which it may not leave where it is. For signal handlers.
    ///
    /// # Safety
    /// Called on the thread of the run, whose stack overflowed.
    pub(crate) unsafe fn overflow(&self, stack_pointer: usize) {
        self.overflowing.set(true);
        self.needs_care.set(true);
        self.stack().open_reserve();
        // SAFETY: the caller's promise.
        unsafe { self.end_on_return(stack_pointer) };
    }

    pub(crate) fn is_overflowing(&self) -> bool {
        self.overflowing.get()
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
        let mut ends = MaybeUninit::uninit();
        let run = Run::new(&mut ends, self, self.stack, self.text, self.shared);
        CURRENT.set(&raw const run);
        let mut call = Call {
            body: Some(body),
            result: MaybeUninit::uninit(),
        };
        // SAFETY: as in `Run::call`; the stack goes on where it is.
        unsafe { enter_call(run.top, &raw mut call, run.resume.as_ptr()) };
        CURRENT.set(self);
        let was_abandoned = run.was_abandoned.get();
        let overflowed = run.overflowing.get();
        let mut outcome = run.take_outcome();
        if overflowed || (was_abandoned && outcome.kind == TrapKind::StackOverflow) {
            self.stack().close_reserve();
        }
        if was_abandoned {
            self.needs_care.set(true);
            // SAFETY: what lies above the frame is the stack of this run.
            unsafe {
                outcome
                    .addresses
                    .scan(frame, &self.readable(frame), self.text());
                *self.ends().outcome.get() = outcome;
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

    /// Whether it is to end, or a run around it, which may be another engine's.
    pub(crate) fn is_interrupted(&self) -> bool {
        let mut run: *const Run = self;
        // SAFETY: runs are left before their frames go, and have their runner as long.
        while let Some(found) = unsafe { run.as_ref() } {
            // SAFETY: as above.
            let shared = unsafe { &*found.shared };
            if shared.is_interrupted() {
                return true;
            }
            run = found.parent;
        }
        false
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
        // SAFETY: nothing else reads or writes the outcome until control is back in `Run::call`; the range is readable.
        unsafe {
            self.landings().restore();
            self.needs_care.set(true);
            self.was_abandoned.set(true);
            if self.ending.get() {
                return; // that error came first
            }
            let outcome = self.ends().outcome.get();
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
        self.needs_care.set(true);
        // SAFETY: the handler interrupts this very thread, so its stack is as it stands.
        unsafe {
            self.landings()
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
            run.landings().restore();
            run.record(kind, operands, place.unwrap_or_else(|| run.place()));
            if !run.ending.get() {
                (*run.ends().outcome.get()).location = location.copied();
                (*run.ends().outcome.get()).message = message;
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

/// Comes back when the call returned or was abandoned.
unsafe fn enter_call<F: FnOnce() -> R, R>(top: usize, call: *mut Call<F, R>, resume: *mut usize) {
    // SAFETY: the caller's promise; `call_closure` is the instance for what `call` points to.
    unsafe { enter(top, call_closure::<F, R>, call.cast(), resume) }
}

unsafe extern "C" fn call_closure<F: FnOnce() -> R, R>(data: *mut c_void) {
    // SAFETY: `enter` passes on the `Call` of `Run::call`.
    let call = unsafe { &mut *data.cast::<Call<F, R>>() };
    if let Some(body) = call.body.take() {
        call.result.write(body());
    }
}

/// Saves the registers that a callee must keep, goes over to the stack that ends at `top` (0: stays on this one) and calls
/// `function(data)`. `resume` is written first: [`leave`] with its value comes back from here as well.
#[unsafe(naked)]
unsafe extern "C" fn enter(
    top: usize,
    function: unsafe extern "C" fn(*mut c_void),
    data: *mut c_void,
    resume: *mut usize,
) {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "lea rax, [rip + 2f]",
        "push rax",
        "mov [rcx], rsp",
        "mov rbx, rsp",
        "test rdi, rdi",
        "cmovnz rsp, rdi",
        "and rsp, -16",
        "xor ebp, ebp", // the walk over frame pointers ends here
        "mov rdi, rdx",
        "call rsi",
        "lea rsp, [rbx + 8]",
        "2:",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// Abandons everything since `resume` was written.
#[unsafe(naked)]
unsafe extern "C" fn leave(resume: usize) -> ! {
    naked_asm!("mov rsp, rdi", "cld", "ret")
}
