//! How much may be compiled at one time: work is counted in steps that follow from the text alone, so that the same text is accepted or refused
//! on every machine.
//!
//! A step is about what a statement of MIR costs to be made into unoptimised code. Every stage that can grow faster than the text takes its share
//! before it goes on: the text itself, what control flow adds to it, the proofs of `match`, what constants compute, and the instances, which
//! are most of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use syntax::{Diagnostic, Span};

use crate::mir::Body;

/// So many bytes of text are one step.
const TEXT_PER_STEP: u64 = 32;
/// So many statements are one step as long as no code is made of them.
const STATEMENTS_PER_STEP: u64 = 8;
/// So many statements are one step where the interpreter runs them.
const RUN_PER_STEP: u64 = 500;
/// So many rows and columns that the proof of a `match` looks at are one step.
const CELLS_PER_STEP: u64 = 1024;
/// However much may be compiled, the proof of one `match` ends here: what takes longer doubles with each column.
const MOST_CELLS: u64 = 1 << 25;

/// What is left for what is being compiled. All copies are one.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    allowed: AtomicU64,
    left: AtomicU64,
    /// Of what is optimised.
    optimised: AtomicU64,
    /// What was said when it was not enough. All that is asked for afterwards is refused for the same reason.
    reason: Mutex<Option<Diagnostic>>,
}

impl Default for Budget {
    /// Without an end.
    fn default() -> Budget {
        Budget(Arc::new(Counters {
            allowed: AtomicU64::new(u64::MAX),
            left: AtomicU64::new(u64::MAX),
            optimised: AtomicU64::new(u64::MAX),
            reason: Mutex::new(None),
        }))
    }
}

impl Budget {
    /// From now on so many steps may be taken, and so many instructions be optimised.
    pub fn begin(&self, steps: Option<u64>, optimised: Option<u64>) {
        let steps = steps.unwrap_or(u64::MAX);
        let optimised = optimised.unwrap_or(u64::MAX);
        self.0.allowed.store(steps, Ordering::Relaxed);
        self.0.left.store(steps, Ordering::Relaxed);
        self.0.optimised.store(optimised, Ordering::Relaxed);
        *self.reason() = None;
    }

    /// Takes so many steps; false if they are not left, and then nothing is.
    #[must_use]
    pub fn take(&self, steps: u64) -> bool {
        let left = self.0.left.load(Ordering::Relaxed);
        self.0
            .left
            .store(left.saturating_sub(steps), Ordering::Relaxed);
        steps <= left
    }

    /// For a text of so many bytes.
    #[must_use]
    pub fn take_text(&self, bytes: usize) -> bool {
        self.take(bytes as u64 / TEXT_PER_STEP)
    }

    /// For statements of which no code is made yet.
    #[must_use]
    pub fn take_statements(&self, statements: usize) -> bool {
        self.take(statements as u64 / STATEMENTS_PER_STEP)
    }

    /// How many rows and columns the proof of a `match` may look at.
    pub(crate) fn cells(&self) -> u64 {
        self.left().saturating_mul(CELLS_PER_STEP).min(MOST_CELLS)
    }

    #[must_use]
    pub(crate) fn take_cells(&self, cells: u64) -> bool {
        self.take(cells / CELLS_PER_STEP)
    }

    /// How many statements may be left that the interpreter runs.
    pub(crate) fn run(&self) -> u64 {
        self.left().saturating_mul(RUN_PER_STEP)
    }

    #[must_use]
    pub(crate) fn take_run(&self, statements: u64) -> bool {
        self.take(statements / RUN_PER_STEP)
    }

    /// How many instructions may still be optimised.
    pub fn optimised_left(&self) -> u64 {
        self.0.optimised.load(Ordering::Relaxed)
    }

    /// So many were.
    pub fn note_optimised(&self, instructions: u64) {
        let left = self.optimised_left().saturating_sub(instructions);
        self.0.optimised.store(left, Ordering::Relaxed);
    }

    fn left(&self) -> u64 {
        self.0.left.load(Ordering::Relaxed)
    }

    /// That it was not enough, and for what; the same for all that is refused afterwards.
    pub fn exceeded(&self, what: impl Into<String>, span: Span) -> Diagnostic {
        let allowed = self.0.allowed.load(Ordering::Relaxed);
        let mut reason = self.reason();
        let first = reason.get_or_insert_with(|| too_much(allowed).at(span, what));
        first.clone()
    }

    fn reason(&self) -> MutexGuard<'_, Option<Diagnostic>> {
        let reason = self.0.reason.lock();
        reason.expect("compiler bug: nothing fails while a reason is kept")
    }

    /// What there is to be said of a text that would take more than so many steps before anything is made of it.
    pub fn refuse_long(steps: Option<u64>, text: &str) -> Option<Diagnostic> {
        let bytes = text.len() as u64;
        let steps = steps.filter(|steps| bytes / TEXT_PER_STEP > *steps)?;
        Some(too_much(steps).note(format!("the text alone has {bytes} bytes")))
    }

    /// Whether that is what was found.
    pub fn is_exceeded(found: &Diagnostic) -> bool {
        found.code.0 == TOO_MUCH
    }
}

const TOO_MUCH: &str = "too-much-code";

fn too_much(allowed: u64) -> Diagnostic {
    Diagnostic::error(TOO_MUCH, "this is more than may be compiled at once").note(format!(
        "{allowed} steps are allowed; the program that loads this says how many, as `compile_limit`"
    ))
}

/// The statements of a body and the ends of its blocks.
pub fn statements(body: &Body) -> usize {
    let blocks = body.blocks.values();
    blocks.map(|block| block.statements.len() + 1).sum()
}
