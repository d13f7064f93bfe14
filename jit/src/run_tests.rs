//! Runs, traps, overflows and interrupts, with hand-written IR in place of compiled units.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use crate::orc::testing::assemble;
use crate::orc::{Dylib, Session};
use crate::run::{Interrupter, Runner};
use crate::trap::{Location, Trap, TrapKind, raise, trap_symbols};

const MIB: usize = 1 << 20;

struct Fixture {
    dylib: Rc<Dylib>,
    runner: Runner,
}

impl Fixture {
    /// `ir` may use `#0` for what every generated function has.
    fn new(ir: &str) -> Fixture {
        let session = Session::new().unwrap();
        let runtime = session.add_dylib("runtime");
        runtime.define_absolute(trap_symbols()).unwrap();
        let own = [
            ("raise", raise as *const () as usize),
            ("deep_in_runtime", deep_in_runtime as *const () as usize),
            ("busy_runtime", busy_runtime as *const () as usize),
            ("call_back", call_back as *const () as usize),
        ];
        runtime.define_absolute(own).unwrap();
        let dylib = session.add_dylib("unit");
        dylib.link_to(&runtime);
        let declarations = "declare void @sumi_trap(i32, ptr, i64, i64) noreturn
            declare void @raise(i32, i64, i64) noreturn
            declare void @deep_in_runtime(i64)
            declare void @busy_runtime()
            declare i64 @call_back(ptr)
            attributes #0 = { nounwind \"frame-pointer\"=\"all\" \"probe-stack\"=\"inline-asm\" }\n";
        dylib
            .add_object(&assemble(&format!("{declarations}{ir}")), "unit")
            .unwrap();
        let runner = Runner::new(session.text(), 64 * MIB).unwrap();
        Fixture { dylib, runner }
    }

    fn call(&self, name: &str, argument: i64) -> Result<i64, Trap> {
        let address = self.dylib.lookup(name).unwrap();
        // SAFETY: the tests' functions have this type, and hold nothing.
        unsafe {
            let function: extern "C" fn(i64) -> i64 = std::mem::transmute(address);
            self.runner.run(|| function(argument))
        }
    }

    fn fail(&self, name: &str, argument: i64) -> Trap {
        self.call(name, argument).unwrap_err()
    }

    /// Which function each address of the trace lies in, by the order of their addresses.
    fn count_in(&self, trap: &Trap, name: &str, size: usize) -> usize {
        let start = self.dylib.lookup(name).unwrap();
        trap.stack
            .innermost
            .iter()
            .filter(|pc| (start..start + size).contains(pc))
            .count()
    }
}

#[inline(never)]
extern "C" fn deep_in_runtime(levels: i64) {
    let page = std::hint::black_box([levels; 64]);
    if levels > 0 {
        deep_in_runtime(page[0] - 1);
    }
    std::hint::black_box(page);
}

extern "C" fn busy_runtime() {
    let end = Instant::now() + Duration::from_millis(30);
    while Instant::now() < end {}
}

const INNER: &str = "
    @place = constant { i32, i32, i32, i32 } { i32 7, i32 10, i32 20, i32 0 }
    define i64 @get(i64 %i) #0 {
      %ok = icmp ult i64 %i, 3
      br i1 %ok, label %in, label %out
    in:
      ret i64 %i
    out:
      call void @sumi_trap(i32 0, ptr @place, i64 %i, i64 3)
      unreachable
    }
    define i64 @outer(i64 %i) #0 { %r = call i64 @get(i64 %i)\n %s = add i64 %r, 1\n ret i64 %s }";

#[test]
fn a_run_returns() {
    assert_eq!(Fixture::new(INNER).call("outer", 2).unwrap(), 3);
}

#[test]
fn a_trap_ends_the_run_and_says_where() {
    let fixture = Fixture::new(INNER);
    for _ in 0..1000 {
        let trap = fixture.fail("outer", 9);
        assert_eq!((trap.kind, trap.a, trap.b), (TrapKind::Index, 9, 3));
        assert_eq!(
            trap.location,
            Some(Location {
                file: 7,
                start: 10,
                end: 20,
                _pad: 0
            })
        );
        assert_eq!(trap.stack.innermost.len(), 2);
        assert_eq!(fixture.count_in(&trap, "get", 64), 1);
    }
    assert_eq!(fixture.call("outer", 2).unwrap(), 3);
}

#[test]
fn the_runtime_ends_the_run() {
    let fixture = Fixture::new(
        "define i64 @inner(i64 %n) #0 { call void @raise(i32 5, i64 %n, i64 5)\n unreachable }
        define i64 @middle(i64 %n) #0 { %r = call i64 @inner(i64 %n)\n %s = add i64 %r, 1\n ret i64 %s }
        define i64 @outer(i64 %n) #0 { %r = call i64 @middle(i64 %n)\n %s = add i64 %r, 1\n ret i64 %s }",
    );
    let trap = fixture.fail("outer", 99);
    assert_eq!((trap.kind, trap.a, trap.b), (TrapKind::Memory, 99, 5));
    assert_eq!(trap.stack.innermost.len(), 3, "{:x?}", trap.stack);
}

#[test]
fn a_stack_overflow_ends_the_run() {
    let fixture = Fixture::new(
        "define i64 @down(i64 %n) #0 { %m = add i64 %n, 1\n %r = call i64 @down(i64 %m)
        %s = add i64 %r, %n\n ret i64 %s }",
    );
    for _ in 0..3 {
        let trap = fixture.fail("down", 0);
        assert_eq!(trap.kind, TrapKind::StackOverflow);
        assert_eq!(
            (trap.stack.innermost.len(), trap.stack.outermost.len()),
            (16, 8)
        );
        assert!(trap.stack.omitted > 100_000);
    }
}

#[test]
fn an_overflow_in_the_runtime_lets_it_finish_first() {
    let fixture = Fixture::new(
        "define i64 @down(i64 %n) #0 { %big = alloca [8000 x i8]\n store volatile i8 0, ptr %big
        call void @deep_in_runtime(i64 100)\n %m = add i64 %n, 1
        %r = call i64 @down(i64 %m)\n %s = add i64 %r, %n\n ret i64 %s }",
    );
    for _ in 0..3 {
        assert_eq!(fixture.fail("down", 0).kind, TrapKind::StackOverflow);
    }
}

#[test]
fn a_fault_in_generated_code_ends_the_run() {
    let fixture = Fixture::new(
        "define i64 @load(i64 %n) #0 { %p = inttoptr i64 %n to ptr\n %r = load volatile i64, ptr %p\n ret i64 %r }
        define i64 @jump(i64 %n) #0 { %p = inttoptr i64 %n to ptr\n %r = call i64 %p()\n ret i64 %r }
        define i64 @divide(i64 %n) #0 { %r = sdiv i64 1, %n\n ret i64 %r }",
    );
    for function in ["load", "jump", "divide"] {
        let trap = fixture.fail(function, 0);
        assert_eq!(trap.kind, TrapKind::Fault, "{function}");
        assert_eq!(trap.stack.innermost.len(), 1, "{function}");
    }
}

const LOOPS: &str = "
    define i64 @spin(i64 %n) #0 { br label %loop\n loop:\n br label %loop }
    define i64 @busy(i64 %n) #0 { br label %loop\n loop:\n call void @busy_runtime()\n br label %loop }";

/// It is then most likely in its code.
fn wait_for_the_run(interrupter: &Interrupter) {
    while !interrupter.is_running() {
        std::thread::yield_now();
    }
    std::thread::sleep(Duration::from_millis(20));
}

#[test]
fn an_endless_loop_is_interrupted() {
    let fixture = Fixture::new(LOOPS);
    for function in ["spin", "busy"] {
        let interrupter = fixture.runner.interrupter();
        assert!(!interrupter.is_running());
        interrupter.interrupt();
        let asking = std::thread::spawn(move || {
            wait_for_the_run(&interrupter);
            interrupter.interrupt();
        });
        let trap = fixture.fail(function, 0);
        assert_eq!(trap.kind, TrapKind::Interrupt);
        assert_eq!(trap.stack.innermost.len(), 1);
        asking.join().unwrap();
    }
}

static IS_HANDLING: AtomicBool = AtomicBool::new(false);
static GOES_ON: AtomicBool = AtomicBool::new(false);

extern "C" fn handle_slowly(_: libc::c_int) {
    IS_HANDLING.store(true, SeqCst);
    while !GOES_ON.load(SeqCst) {
        std::hint::spin_loop();
    }
}

/// The kernel puts the place where the code is to go on onto the stack of the run, and that place looks like a return address.
#[test]
fn a_handler_of_the_host_on_the_stack_of_the_run() {
    let fixture = Fixture::new(
        "define i64 @spin(i64 %n) #0 {
        call void asm sideeffect \"jmp 1f\\0A.byte 0xe8, 0, 0, 0, 0\\0A1: jmp 1b\", \"\"()\n ret i64 0 }",
    );
    let interrupter = fixture.runner.interrupter();
    // SAFETY: the handler only reads and writes atomic variables; the thread is this one, which waits for the other.
    let thread = unsafe {
        libc::signal(libc::SIGUSR1, handle_slowly as *const () as usize);
        libc::gettid()
    };
    let asking = std::thread::spawn(move || {
        wait_for_the_run(&interrupter);
        // SAFETY: as above.
        unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, libc::SIGUSR1) };
        while !IS_HANDLING.load(SeqCst) {
            std::hint::spin_loop();
        }
        interrupter.interrupt();
        std::thread::sleep(Duration::from_millis(50));
        GOES_ON.store(true, SeqCst);
    });
    let trap = fixture.fail("spin", 0);
    assert_eq!(trap.kind, TrapKind::Interrupt);
    assert_eq!(trap.stack.innermost.len(), 1, "{:x?}", trap.stack);
    assert_eq!(fixture.count_in(&trap, "spin", 64), 1);
    asking.join().unwrap();
}

/// Calls generated code from within a host function; -1 if that failed.
extern "C" fn call_back(fixture: *const Fixture) -> i64 {
    // SAFETY: the test passes its fixture.
    let fixture = unsafe { &*fixture };
    match fixture.call("get", 5) {
        Ok(_) => 0,
        Err(trap) => -1 - trap.stack.innermost.len() as i64,
    }
}

#[test]
fn a_run_within_a_run_fails_alone() {
    let fixture = Fixture::new(&format!(
        "{INNER}\ndefine i64 @around(ptr %f) #0 {{ %r = call i64 @call_back(ptr %f)\n ret i64 %r }}"
    ));
    let pointer = &raw const fixture as i64;
    assert_eq!(fixture.call("around", pointer).unwrap(), -2);
}

#[test]
fn many_runs_one_after_another() {
    let fixture = Fixture::new(INNER);
    let address = fixture.dylib.lookup("outer").unwrap();
    // SAFETY: as in `Fixture::call`.
    let function: extern "C" fn(i64) -> i64 = unsafe { std::mem::transmute(address) };
    for _ in 0..100_000 {
        // SAFETY: as in `Fixture::call`.
        let result = unsafe { fixture.runner.run(|| function(1)) };
        assert_eq!(result.ok(), Some(2));
    }
}
