//! Signals while generated code runs: faults that are really stack overflows, faults that end the run, and interrupts.
//!
//! Handlers are installed once per process and pass on what is not ours. They run on a stack of their own, allocate nothing,
//! and end a run by changing where the interrupted thread goes on. When the program counter is not in generated code (the runtime
//! may hold a lock), the call is left to finish, see [`crate::landing`], and a timer of the thread looks again.

use std::cell::Cell;
use std::ffi::c_void;
use std::io;
use std::mem::{MaybeUninit, zeroed};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;
use std::time::Duration;

use libc::{c_int, siginfo_t, ucontext_t};

use crate::run::{Place, Run};
use crate::trap::TrapKind;

/// Ignored by default and used by hardly anybody.
const INTERRUPT: c_int = libc::SIGURG;
const FAULTS: [c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL];
const RETRY: Duration = Duration::from_millis(1);
const HANDLER_STACK: usize = 64 << 10;

static OLD: OnceLock<[libc::sigaction; 32]> = OnceLock::new();

pub(crate) fn install_handlers() -> io::Result<()> {
    static RESULT: OnceLock<Result<(), i32>> = OnceLock::new();
    let result = *RESULT.get_or_init(|| {
        // SAFETY: a zeroed sigaction is the default action.
        let mut old: [libc::sigaction; 32] = unsafe { zeroed() };
        for signal in FAULTS.into_iter().chain([INTERRUPT]) {
            // SAFETY: a query of the current action.
            unsafe { libc::sigaction(signal, null(), &raw mut old[signal as usize]) };
        }
        let _ = OLD.set(old); // before the first handler can run
        FAULTS
            .into_iter()
            .try_for_each(|signal| install(signal, on_fault))?;
        install(INTERRUPT, on_interrupt)
    });
    result.map_err(io::Error::from_raw_os_error)
}

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

fn install(signal: c_int, handler: Handler) -> Result<(), i32> {
    // SAFETY: the action is fully written and the handler keeps to what handlers may do.
    unsafe {
        let mut action: libc::sigaction = zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        libc::sigemptyset(&raw mut action.sa_mask);
        match libc::sigaction(signal, &raw const action, null_mut()) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()
                .raw_os_error()
                .unwrap_or(libc::EINVAL)),
        }
    }
}

/// What a thread needs before it can run generated code: a stack for the handlers and a timer.
struct Prepared {
    handler_stack: *mut c_void,
    timer: Option<Timer>,
}

/// Sends a thread the signal when it is time. The kernel does so without waking another thread, so a loaded machine delays it little.
pub(crate) struct Timer(libc::timer_t);

thread_local! {
    static PREPARED: Prepared = Prepared::new();
    // Copies without a destructor, which handlers may read at any time.
    static TIMER: Cell<Option<libc::timer_t>> = const { Cell::new(None) };
    static THREAD: Cell<i32> = const { Cell::new(0) };
}

/// Makes this thread ready for runs, and has its number. Cheap when it was done before.
#[inline]
pub(crate) fn prepare_thread() -> i32 {
    match THREAD.get() {
        0 => prepare_new_thread(),
        known => known,
    }
}

#[cold]
fn prepare_new_thread() -> i32 {
    PREPARED.with(|prepared| TIMER.set(prepared.timer.as_ref().map(|timer| timer.0)));
    // SAFETY: no arguments, cannot fail.
    THREAD.set(unsafe { libc::gettid() });
    THREAD.get()
}

impl Prepared {
    fn new() -> Prepared {
        Prepared {
            handler_stack: new_handler_stack(),
            // SAFETY: no arguments, cannot fail.
            timer: Timer::of_thread(unsafe { libc::gettid() }),
        }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        THREAD.set(0);
        TIMER.set(None);
        // SAFETY: made by this thread; it is taken out of use before it goes.
        unsafe {
            if !self.handler_stack.is_null() {
                let mut off: libc::stack_t = zeroed();
                off.ss_flags = libc::SS_DISABLE;
                libc::sigaltstack(&raw const off, null_mut());
                libc::munmap(self.handler_stack, HANDLER_STACK);
            }
        }
    }
}

/// Null, and the thread keeps the one it has, if the system refuses.
fn new_handler_stack() -> *mut c_void {
    // SAFETY: a new mapping, which becomes this thread's signal stack.
    unsafe {
        let base = libc::mmap(
            null_mut(),
            HANDLER_STACK,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK,
            -1,
            0,
        );
        if base == libc::MAP_FAILED {
            return null_mut();
        }
        let stack = libc::stack_t {
            ss_sp: base,
            ss_flags: 0,
            ss_size: HANDLER_STACK,
        };
        libc::sigaltstack(&raw const stack, null_mut());
        base
    }
}

// SAFETY: the kernel's number of a timer, which means the same to all threads.
unsafe impl Send for Timer {}
// SAFETY: as above; the kernel sees to it that one call comes after another.
unsafe impl Sync for Timer {}

impl Timer {
    /// None if the system has none left.
    pub(crate) fn of_thread(thread: i32) -> Option<Timer> {
        let mut timer: libc::timer_t = null_mut();
        // SAFETY: the event is fully written; a thread that is gone is refused.
        unsafe {
            let mut event: libc::sigevent = zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = INTERRUPT;
            event.sigev_notify_thread_id = thread;
            if libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer) != 0 {
                return None;
            }
        }
        Some(Timer(timer))
    }

    /// After so long, of less than a second, instead of any time before.
    pub(crate) fn set(&self, after: Duration) {
        set_timer(self.0, after);
    }

    /// Not at all.
    pub(crate) fn stop(&self) {
        set_timer(self.0, Duration::ZERO);
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: nobody else deletes it.
        unsafe { libc::timer_delete(self.0) };
    }
}

/// A time of zero stops it.
fn set_timer(timer: libc::timer_t, after: Duration) {
    let timespec = |time: Duration| libc::timespec {
        tv_sec: 0,
        tv_nsec: i64::from(time.subsec_nanos()),
    };
    let once = libc::itimerspec {
        it_interval: timespec(Duration::ZERO),
        it_value: timespec(after),
    };
    // SAFETY: the timer is there, since who deletes it forgets it first.
    unsafe { libc::timer_settime(timer, 0, &raw const once, null_mut()) };
}

/// What the clock shows by which timers go.
pub(crate) fn now() -> Duration {
    // SAFETY: the result is written. This may be called by a handler.
    let time = unsafe {
        let mut time = zeroed();
        libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time);
        time
    };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Sends the signal to this thread a moment later.
pub(crate) fn try_again_soon() {
    if let Some(timer) = TIMER.get() {
        set_timer(timer, RETRY);
    }
}

/// Lets the interrupt handler of a thread look at its run.
pub(crate) fn send(thread: i32) {
    if thread > 0 {
        // SAFETY: only our own threads can get it; one that is gone is refused.
        unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, INTERRUPT) };
    }
}

extern "C" fn on_interrupt(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let run = Run::current();
    // SAFETY: the innermost run of this thread is alive while the thread points to it.
    let Some(run) = (unsafe { run.as_ref() }) else {
        return pass_on(signal, info, context);
    };
    let overflowing = run.is_overflowing();
    if !overflowing && !run.is_ending() && !run.is_interrupted() {
        return pass_on(signal, info, context);
    }
    // SAFETY: the kernel passes the interrupted thread's registers.
    let registers = unsafe { Registers::of(context) };
    if !run.is_code(registers.pc()) {
        // SAFETY: this is the thread of the run.
        unsafe { run.end_on_return(registers.get(libc::REG_RSP)) };
        return try_again_soon();
    }
    if overflowing {
        // SAFETY: the thread stands in generated code and goes on at the way out.
        unsafe { registers.abandon(run, TrapKind::StackOverflow, [0, 0]) };
    } else {
        if run.has_parent() {
            try_again_soon(); // for the run around it
        }
        // SAFETY: as above.
        unsafe { registers.abandon(run, TrapKind::Interrupt, [0, 0]) };
    }
}

extern "C" fn on_fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: as in `on_interrupt`.
    let Some(run) = (unsafe { Run::current().as_ref() }) else {
        return pass_on(signal, info, context);
    };
    // SAFETY: the kernel passes the registers, and for these signals the address.
    let (registers, address) = unsafe { (Registers::of(context), (*info).si_addr() as usize) };
    let in_code = run.is_code(registers.pc());
    let touches_memory = signal == libc::SIGSEGV || signal == libc::SIGBUS;
    if touches_memory && run.stack().overflows_at(address) {
        if !in_code && run.stack().in_reserve(address) && !run.is_overflowing() {
            // SAFETY: this is the thread of the run.
            unsafe { run.overflow(registers.get(libc::REG_RSP)) };
            return try_again_soon();
        }
        // SAFETY: in generated code, or too deep to go on.
        return unsafe { registers.abandon(run, TrapKind::StackOverflow, [0, 0]) };
    }
    if in_code || (touches_memory && registers.pc() == address) {
        // SAFETY: the thread stands in generated code, or jumped from there to where no code is.
        return unsafe {
            registers.abandon(run, TrapKind::Fault, [i64::from(signal), address as i64])
        };
    }
    pass_on(signal, info, context);
}

/// The registers of the interrupted thread, as they are restored when the handler returns.
struct Registers(*mut ucontext_t);

impl Registers {
    /// # Safety
    /// `context` is what the kernel passed to a handler that is still running.
    unsafe fn of(context: *mut c_void) -> Registers {
        Registers(context.cast())
    }

    fn get(&self, register: c_int) -> usize {
        // SAFETY: the context is alive, see `of`.
        unsafe { (*self.0).uc_mcontext.gregs[register as usize] as usize }
    }

    fn set(&self, register: c_int, value: usize) {
        // SAFETY: the context is alive, see `of`.
        unsafe { (*self.0).uc_mcontext.gregs[register as usize] = value as i64 };
    }

    fn pc(&self) -> usize {
        self.get(libc::REG_RIP)
    }

    /// Makes the thread go on at the entry of its run.
    ///
    /// # Safety
    /// The thread is in `run` and may be abandoned where it stands.
    unsafe fn abandon(&self, run: &Run, kind: TrapKind, operands: [i64; 2]) {
        let place = if run.is_code(self.pc()) {
            Place::Code {
                pc: self.pc() + 1,
                frame: self.get(libc::REG_RBP),
            }
        } else {
            Place::Elsewhere {
                stack_pointer: self.get(libc::REG_RSP),
            }
        };
        // SAFETY: the caller's promise.
        unsafe { run.record(kind, operands, place) };
        let (leave, resume) = run.way_out();
        self.set(libc::REG_RIP, leave);
        self.set(libc::REG_RDI, resume);
        self.set(libc::REG_RSP, resume);
    }
}

/// Does what would have happened without us.
fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(old) = OLD.get().map(|old| &old[signal as usize]) else {
        return;
    };
    match old.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN if signal == INTERRUPT => {}
        libc::SIG_DFL | libc::SIG_IGN => {
            // The instruction runs again when the handler returns, and then ends the process as it always did.
            let mut default = MaybeUninit::<libc::sigaction>::zeroed();
            // SAFETY: a zeroed action is the default one.
            unsafe { libc::sigaction(signal, default.as_mut_ptr(), null_mut()) };
        }
        handler if old.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: the old handler was installed with this type.
            let handler: Handler = unsafe { std::mem::transmute(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: the old handler was installed with this type.
            let handler: extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
            handler(signal);
        }
    }
}
