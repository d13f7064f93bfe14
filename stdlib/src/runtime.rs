//! The state of one engine at run time: its heap and limits, where output goes, and the stacks of the functions that walk values.
//!
//! Generated code does not pass it around: a thread knows the one that runs on it. A failure abandons the Rust frames between
//! the failing function and the entry of the run, so whatever those hold must not need dropping: work lists stand here, and
//! are cut back to where they were when the run is left.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::rc::Rc;
use std::time::SystemTime;

use crate::compare::CompareWork;
use crate::hash::HashWork;
use crate::heap::Heap;
use crate::show::ShowWork;
use crate::system::Reply;

/// Why a run ends, as far as the runtime itself finds out. The numbers are those of the compiler's `mir::TrapKind`.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrapKind {
    /// `a` is what was asked for in bytes; `b` the limit, or 0 if the system has no memory left.
    Memory = 5,
    /// The program ends itself; `a` is its status.
    Exit = 13,
    /// `a` is the number of a [`Capability`] that the program has not.
    Denied = 15,
    /// What the call was allowed to do is done.
    Fuel = 16,
    /// `a` is how many bytes of output a call is allowed.
    Output = 17,
}

/// What a program may do to the outside, and learn from it, apart from printing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Reading and writing files and folders.
    Files,
    /// What time it is, and waiting.
    Clock,
    /// Running other programs.
    Processes,
    /// Numbers that are others each time, without a seed.
    Randomness,
    /// Reading standard input.
    Input,
    /// Variables and folders that the process was started with.
    Environment,
}

impl Capability {
    /// All there are.
    pub const ALL: [Capability; 6] = [
        Capability::Files,
        Capability::Clock,
        Capability::Processes,
        Capability::Randomness,
        Capability::Input,
        Capability::Environment,
    ];

    /// As messages name it.
    pub fn name(self) -> &'static str {
        match self {
            Capability::Files => "files",
            Capability::Clock => "the clock",
            Capability::Processes => "running other programs",
            Capability::Randomness => "chance without a seed",
            Capability::Input => "reading standard input",
            Capability::Environment => "what the process was started with",
        }
    }

    /// Of its number, which a run that ended tells.
    pub fn name_of(number: i64) -> &'static str {
        let found = Capability::ALL
            .iter()
            .find(|known| **known as i64 == number);
        found.map_or("this", |known| known.name())
    }
}

/// The capabilities that a program has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u8);

impl Capabilities {
    /// Not one.
    pub const NONE: Capabilities = Capabilities(0);
    /// Every one.
    pub const ALL: Capabilities = Capabilities(u8::MAX);

    /// With this one as well.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Capabilities {
        Capabilities(self.0 | 1 << capability as u8)
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Capabilities) -> Capabilities {
        Capabilities(self.0 & other.0)
    }

    /// Whether this is one of them.
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & 1 << capability as u8 != 0
    }
}

/// Takes a piece of output.
pub type Sink = Box<dyn FnMut(&[u8])>;

/// Ends the run. Set by the engine; jumps over the frames in between.
pub type RaiseFn = unsafe extern "C" fn(kind: u32, a: i64, b: i64) -> !;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub allocations: u64,
    /// Shared containers that were copied because they were written, and their bytes.
    pub splits: u64,
    pub copied_bytes: u64,
}

/// Told of each split, with the bytes that it copied.
pub type SplitFn = fn(bytes: u64);

/// Of more files nobody is told.
const MOST_FILES: usize = 256;

/// A file or folder that a program has asked for, as it was just before.
#[derive(Clone, Debug)]
pub struct AskedFile {
    pub path: PathBuf,
    pub state: FileState,
}

/// When a file was changed last, and its length in bytes; none if it is not there.
pub type FileState = Option<(SystemTime, u64)>;

pub fn file_state(path: &Path) -> FileState {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

pub struct Runtime {
    pub(crate) heap: Heap,
    /// Blocks that are gone, of those that `stats` counts.
    pub(crate) freed_blocks: u64,
    pub(crate) live_bytes: u64,
    /// In bytes of blocks, headers included.
    pub memory_limit: u64,
    pub stats: Stats,
    pub split_seen: Option<SplitFn>,
    pub raise: RaiseFn,
    pub(crate) output: Output,
    pub outside: Outside,
    pub granted: Capabilities,
    /// Where it stands how much the call under way may still do, if the host limits that; not below zero, but when the run has ended. Code that counts takes one for each call and
    /// round of a loop, functions of the runtime one for 64 bytes that they look at or write, and none for less than a KiB.
    fuel: *mut i64,
    /// Where that is, if nobody has said where else.
    _own_fuel: Box<UnsafeCell<i64>>,
    /// How many bytes the call under way may still print.
    pub output_left: u64,
    /// How many a call may print.
    pub output_limit: u64,
    pub input: Box<dyn BufRead>,
    pub args: Vec<String>,
    /// Files and folders that the program has asked for, for those who want to know when they change.
    pub asked_files: Vec<AskedFile>,
    pub(crate) show_work: ShowWork,
    pub(crate) compare_work: CompareWork,
    pub(crate) hash_work: HashWork,
    pub(crate) open_accesses: OpenAccesses,
    /// For a moment's use between two calls that could fail.
    pub(crate) scratch: String,
    /// As `scratch`, of the operating system.
    pub(crate) reply: Reply,
}

/// What [`Runtime::enter`] found, to be put back.
#[derive(Debug)]
#[must_use = "the run must be left again"]
pub struct Entered {
    before: *mut Runtime,
    show: usize,
    compare: (usize, u32),
    hash: (usize, u32),
    open: usize,
}

impl Entered {
    /// The runtime of the run around it, if that is another engine's.
    pub fn around(&self) -> Option<&Runtime> {
        // SAFETY: what was entered is left before it goes, and nobody holds a reference to it meanwhile.
        unsafe { self.before.as_ref() }
    }

    /// As [`Entered::around`], to be written.
    ///
    /// # Safety
    /// Nobody else uses it for as long.
    #[expect(
        clippy::mut_from_ref,
        reason = "it is another runtime than what is borrowed"
    )]
    pub unsafe fn around_mut(&self) -> Option<&mut Runtime> {
        // SAFETY: as above, and the caller's promise.
        unsafe { self.before.as_mut() }
    }
}

/// Globals that are open to changes while unknown code runs; for the check that this code leaves them alone.
#[derive(Default)]
pub(crate) struct OpenAccesses {
    /// The length of `globals`, where generated code reads it.
    pub(crate) count: i64,
    pub(crate) globals: Vec<i64>,
}

impl OpenAccesses {
    fn rewind(&mut self, mark: usize) {
        self.globals.truncate(mark);
        self.count = self.globals.len() as i64;
    }
}

/// `sumi_access_begin(global)`: from now on unknown code may run while the global is open to changes.
pub(crate) unsafe extern "C" fn sumi_access_begin(global: i64) {
    // SAFETY: generated code runs within a run.
    let open = unsafe { &mut current().open_accesses };
    open.globals.push(global);
    open.count = open.globals.len() as i64;
}

/// `sumi_access_end(count)`: the last `count` that were begun are over.
pub(crate) unsafe extern "C" fn sumi_access_end(count: i64) {
    // SAFETY: as above.
    let open = unsafe { &mut current().open_accesses };
    open.rewind(open.globals.len() - count as usize);
}

/// `sumi_access_is_open(global) -> bool`
pub(crate) unsafe extern "C" fn sumi_access_is_open(global: i64) -> bool {
    // SAFETY: as above.
    unsafe { current().open_accesses.globals.contains(&global) }
}

/// What a program may do to the outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    #[default]
    Open,
    /// A value is being shown by a front end, which is no part of the program: printing does nothing, and a change of anything
    /// else ends the run.
    Closed,
    /// And that is what happened.
    Refused,
}

pub(crate) struct Output {
    pub(crate) buffer: Vec<u8>,
    pub(crate) sink: Sink,
    pub(crate) errors: Sink,
    pub(crate) flush_lines: bool,
    /// Why standard output took no more.
    lost: Rc<RefCell<Option<std::io::Error>>>,
}

thread_local! {
    static CURRENT: Cell<*mut Runtime> = const { Cell::new(null_mut()) };
}

/// The runtime of the run on this thread. Each use takes it anew: a reference may not live across anything that can call back
/// into generated code.
///
/// # Safety
/// Called during a run, see [`Runtime::enter`].
pub(crate) unsafe fn current<'a>() -> &'a mut Runtime {
    let runtime = CURRENT.get();
    debug_assert!(!runtime.is_null(), "compiler bug: no run on this thread");
    // SAFETY: `enter` was given a runtime that outlives the run.
    unsafe { &mut *runtime }
}

unsafe extern "C" fn abort_without_engine(kind: u32, a: i64, b: i64) -> ! {
    let _ = writeln!(
        std::io::stderr(),
        "runtime error {kind} ({a}, {b}) outside of a run"
    );
    std::process::abort()
}

impl Runtime {
    /// Standard input and output, no memory limit, no arguments.
    pub fn new() -> Runtime {
        let lost = Rc::new(RefCell::new(None));
        let own_fuel = Box::new(UnsafeCell::new(i64::MAX));
        let first_lost = Rc::clone(&lost);
        Runtime {
            heap: Heap::new(),
            freed_blocks: 0,
            live_bytes: 0,
            memory_limit: u64::MAX,
            stats: Stats::default(),
            split_seen: None,
            raise: abort_without_engine,
            output: Output {
                buffer: Vec::new(),
                sink: Box::new(move |bytes| {
                    let mut stdout = std::io::stdout().lock();
                    if let Err(error) = stdout.write_all(bytes).and_then(|()| stdout.flush()) {
                        first_lost.borrow_mut().get_or_insert(error);
                    }
                }),
                errors: Box::new(|bytes| {
                    let _ = std::io::stderr().write_all(bytes);
                }),
                flush_lines: false,
                lost,
            },
            outside: Outside::Open,
            granted: Capabilities::ALL,
            fuel: own_fuel.get(),
            _own_fuel: own_fuel,
            output_left: u64::MAX,
            output_limit: u64::MAX,
            input: Box::new(std::io::BufReader::new(std::io::stdin())),
            args: Vec::new(),
            asked_files: Vec::new(),
            show_work: ShowWork::default(),
            compare_work: CompareWork::default(),
            hash_work: HashWork::default(),
            open_accesses: OpenAccesses::default(),
            scratch: String::new(),
            reply: Reply::default(),
        }
    }

    /// Makes `runtime` the one of this thread, until [`Runtime::leave`]. Runs nest, also of one engine.
    ///
    /// # Safety
    /// `runtime` stays where it is and alive until `leave`, and is not borrowed elsewhere while generated code runs.
    #[inline]
    pub unsafe fn enter(runtime: *mut Runtime) -> Entered {
        let before = CURRENT.replace(runtime);
        // SAFETY: the caller's promise.
        let runtime = unsafe { &*runtime };
        Entered {
            before,
            show: runtime.show_work.mark(),
            compare: runtime.compare_work.mark(),
            hash: runtime.hash_work.mark(),
            open: runtime.open_accesses.globals.len(),
        }
    }

    /// Ends the run that [`Runtime::enter`] began: the run around it goes on where it was. After one that was abandoned: [`Runtime::rewind`].
    ///
    /// # Safety
    /// Called on the thread of `enter`, in reverse order.
    #[inline]
    pub unsafe fn leave(entered: &Entered) {
        CURRENT.set(entered.before);
    }

    /// Forgets what abandoned frames had still to do.
    pub fn rewind(&mut self, entered: &Entered) {
        self.show_work.rewind(entered.show);
        self.compare_work.rewind(entered.compare);
        self.hash_work.rewind(entered.hash);
        self.open_accesses.rewind(entered.open);
    }

    /// The globals that code around the host's is changing, by their numbers.
    pub fn open_globals(&self) -> &[i64] {
        &self.open_accesses.globals
    }

    /// `sumi_open_accesses`, a symbol of this runtime alone: how many accesses are open.
    pub fn open_accesses(&self) -> *const i64 {
        &raw const self.open_accesses.count
    }

    /// `sumi_fuel`, a symbol of this runtime alone, is there from now on.
    ///
    /// # Safety
    /// The place lives as long as this, and only generated code uses it beside this.
    pub unsafe fn keep_fuel_at(&mut self, place: *mut i64) {
        // SAFETY: the caller's promise.
        unsafe { place.write(self.fuel()) };
        self.fuel = place;
    }

    pub fn fuel(&self) -> i64 {
        // SAFETY: the place is there, see `keep_fuel_at`; no code runs while this does.
        unsafe { self.fuel.read() }
    }

    pub fn set_fuel(&mut self, fuel: i64) {
        // SAFETY: as above.
        unsafe { self.fuel.write(fuel) };
    }

    pub fn live_blocks(&self) -> u64 {
        self.stats.allocations - self.freed_blocks
    }

    /// Called before it is looked at, so that what happens to it meanwhile is a change.
    pub(crate) fn note_file(&mut self, path: &str) {
        let path = Path::new(path);
        let is_known = || self.asked_files.iter().any(|known| known.path == path);
        if self.asked_files.len() < MOST_FILES && !is_known() {
            self.asked_files.push(AskedFile {
                path: path.to_owned(),
                state: file_state(path),
            });
        }
    }

    /// Bytes of all blocks, headers included.
    pub fn live_bytes(&self) -> u64 {
        self.live_bytes
    }

    /// Where output goes from now on; what came before has been passed on.
    pub fn set_output(&mut self, sink: Sink) {
        self.flush();
        self.output.sink = sink;
    }

    pub fn set_errors(&mut self, sink: Sink) {
        self.output.errors = sink;
    }

    /// Whether output is passed on at the end of each line, as for a terminal.
    pub fn set_flush_lines(&mut self, flush_lines: bool) {
        self.output.flush_lines = flush_lines;
    }

    /// Why output was lost since the last call: a full disk, a reader that is gone.
    pub fn take_lost_output(&self) -> Option<std::io::Error> {
        self.output.lost.borrow_mut().take()
    }

    /// Passes on what was printed. Call it at the end of a run.
    pub fn flush(&mut self) {
        if !self.output.buffer.is_empty() {
            let bytes = std::mem::take(&mut self.output.buffer);
            (self.output.sink)(&bytes);
            self.output.buffer = bytes;
            self.output.buffer.clear();
        }
    }
}

impl Default for Runtime {
    fn default() -> Runtime {
        Runtime::new()
    }
}

/// Takes fuel for going over so many bytes.
///
/// # Safety
/// As for [`raise`].
#[inline]
pub(crate) unsafe fn work(bytes: u64) {
    if bytes >= 1024 {
        // SAFETY: the caller's promise.
        unsafe { take_fuel((bytes / 64) as i64) }
    }
}

/// # Safety
/// As for [`raise`].
#[cold]
unsafe fn take_fuel(units: i64) {
    // SAFETY: the caller's promise.
    unsafe {
        let runtime = current();
        let left = runtime.fuel();
        if left < units {
            raise(TrapKind::Fuel, 0, 0);
        }
        runtime.set_fuel(left - units);
    }
}

/// Ends the run.
///
/// # Safety
/// Called during a run; no frame of Rust below holds anything that needs dropping.
pub(crate) unsafe fn raise(kind: TrapKind, a: i64, b: i64) -> ! {
    // SAFETY: the caller's promise.
    unsafe {
        let raise = current().raise;
        raise(kind as u32, a, b)
    }
}
