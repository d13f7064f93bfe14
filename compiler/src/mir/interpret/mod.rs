//! Runs concrete MIR in safe Rust: the meaning of the language, which compiled code is compared with. It also computes constants.
//!
//! Frames stand on a list, not on the stack of the process. Owners of blocks are counted by hand, so that a body with a
//! wrong move, drop, share or write ends in a "compiler bug". A runtime error is a value; the blocks that the abandoned
//! frames owned are found by counting anew from the globals.

mod arrays;
mod call;
mod data;
mod heap;
mod machine;
mod numbers;
mod outside;
mod place;
mod relate;
mod scalar;
mod show;
mod texts;
mod value;
mod vectors;

#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::{Diagnostic, Span};

use super::Elaborated;
use super::trap::TrapKind;
use crate::env::{DefId, DefKind, Env};
use crate::mir::{Const, ConstValue};
use crate::mono::{self, Mode, Program, Unit};

pub use heap::Stats;
pub use outside::{Captured, Outside, SystemReply, SystemRequest};

use heap::Heap;
use machine::Frame;
use value::Value;

/// How a run ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeError {
    pub kind: TrapKind,
    pub span: Span,
    /// As a user reads it, without the kind.
    pub message: String,
    /// The status, if the program ended itself.
    pub exit: Option<i32>,
    /// The functions that were running, innermost first, each with where it stood.
    pub stack: Vec<(String, Span)>,
}

/// What running a unit's cells came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub error: Option<RuntimeError>,
    /// Blocks alive now, those of the globals included.
    pub live_blocks: usize,
    pub stats: Stats,
}

/// Runs units one after the other; keeps their globals.
pub struct Interpreter<'o> {
    env: Env,
    programs: Vec<Rc<Program>>,
    outside: &'o mut dyn Outside,
    heap: Heap,
    globals: FxHashMap<DefId, Value>,
    frames: Vec<Frame>,
    /// Globals that are open to changes while unknown code runs.
    open: Vec<DefId>,
    /// Statements that may still be run.
    fuel: u64,
    /// What the code would have taken that counts, see [`Program::charge_fuel`].
    charged: u64,
    depth_limit: usize,
}

/// Calls may nest so deep before that is a stack overflow.
const DEPTH_LIMIT: usize = 200_000;

impl<'o> Interpreter<'o> {
    pub fn new(outside: &'o mut dyn Outside) -> Interpreter<'o> {
        Interpreter {
            env: Env::new(),
            programs: Vec::new(),
            outside,
            heap: Heap::default(),
            globals: FxHashMap::default(),
            frames: Vec::new(),
            open: Vec::new(),
            fuel: u64::MAX,
            charged: 0,
            depth_limit: DEPTH_LIMIT,
        }
    }

    /// Ends the run as an interrupt does after so many statements.
    pub fn with_fuel(mut self, fuel: u64) -> Interpreter<'o> {
        self.fuel = fuel;
        self
    }

    /// How much fuel the code took that counts.
    pub fn charged(&self) -> u64 {
        self.charged
    }

    /// Runs the cells of a unit in order, up to the first error.
    pub fn run_cells(&mut self, env: &Env, program: Program) -> Outcome {
        self.env = env.clone();
        let cells = program.cells.len();
        self.programs.push(Rc::new(program));
        let mut error = None;
        for cell in 0..cells {
            match self.run_cell(cell) {
                Ok(value) => self.heap.release(value),
                Err(found) => {
                    error = Some(found);
                    break;
                }
            }
        }
        Outcome {
            error,
            live_blocks: self.heap.live(),
            stats: self.heap.stats,
        }
    }

    /// The literal text of a global's value, as a worksheet shows it; `None` if it has none yet.
    pub fn shown(&mut self, global: DefId) -> Option<String> {
        let DefKind::Global(def) = &self.env.def(global).kind else {
            return None;
        };
        let (ty, value) = (def.ty(), self.globals.get(&global)?.clone());
        if matches!(value, Value::Empty) {
            return None;
        }
        let program = Rc::clone(self.programs.last()?);
        self.show(&program, ty, &value, true).ok()
    }

    /// Drops every global; what lives afterwards has leaked.
    pub fn close(&mut self) -> usize {
        let globals = std::mem::take(&mut self.globals);
        let mut values: Vec<(DefId, Value)> = globals.into_iter().collect();
        values.sort_by_key(|(def, _)| *def);
        for (_, value) in values {
            self.heap.release(value);
        }
        self.heap.live()
    }

    fn run_cell(&mut self, cell: usize) -> Result<Value, RuntimeError> {
        let result = self.run_body(cell);
        result.map_err(|trap| {
            let error = self.report(*trap);
            self.frames.clear();
            self.heap.sweep(self.globals.values());
            error
        })
    }
}

/// Why a run cannot go on.
#[derive(Debug)]
struct Trap {
    kind: TrapKind,
    message: String,
    /// Of a panic; otherwise the statement's.
    span: Option<Span>,
}

type Run<T> = Result<T, Box<Trap>>;

fn trap<T>(kind: TrapKind, message: impl Into<String>) -> Run<T> {
    Err(Box::new(Trap {
        kind,
        message: message.into(),
        span: None,
    }))
}

/// How deep the value of a constant may nest: it is laid out as data recursively.
const NESTING_LIMIT: u32 = 200;

/// How many statements a constant may take.
const CONST_FUEL: u64 = 50_000_000;

/// Computes the value of a constant. `init` is the elaborated body of the function that does.
/// `constants` gives those that are known as literals.
pub fn eval_const(
    env: &Env,
    init: Arc<Elaborated>,
    constants: &dyn Fn(DefId) -> Option<Const>,
) -> Result<ConstValue, Box<Diagnostic>> {
    let span = init.body.span;
    let unit = Unit {
        functions: Vec::new(),
        cells: vec![init],
        globals: Vec::new(),
        ..Unit::default()
    };
    let mode = Mode::Interpreted { is_last: true };
    let program = mono::instantiate(env, &unit, mode, constants)?;
    if let Some(refused) = crate::constants::reaches_out(env, &program, span) {
        return Err(Box::new(refused));
    }
    let mut outside = Captured::default();
    let fuel = CONST_FUEL.min(env.budget().run());
    let mut interpreter = Interpreter::new(&mut outside).with_fuel(fuel);
    interpreter.env = env.clone();
    interpreter.programs.push(Rc::new(program));
    let computed = interpreter.run_cell(0);
    if !env.budget().take_run(fuel - interpreter.fuel) || interpreter.fuel == 0 && fuel < CONST_FUEL
    {
        let what = "this constant takes too long to compute";
        return Err(Box::new(env.budget().exceeded(what, span)));
    }
    match computed {
        Ok(value) => interpreter
            .exported(&value, 0)
            .ok_or_else(|| Box::new(too_deep(span))),
        Err(error) => Err(Box::new(not_constant(&error, span))),
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        "constant-failed",
        format!("the value of a constant nests at most {NESTING_LIMIT} deep"),
    )
    .at(span, "this one nests deeper")
    .help("a `let` may hold such a value")
}

fn not_constant(error: &RuntimeError, span: Span) -> Diagnostic {
    let message = match error.kind {
        TrapKind::Interrupt => "this constant takes too long to compute".to_string(),
        _ => format!("this constant cannot be computed: {}", error.message),
    };
    let diagnostic = Diagnostic::error("constant-failed", message).at(error.span, "it fails here");
    if error.span == span {
        diagnostic
    } else {
        diagnostic.also(span, "needed for this value")
    }
}

impl Interpreter<'_> {
    /// None if it nests too deeply.
    fn exported(&self, value: &Value, depth: u32) -> Option<ConstValue> {
        if depth > NESTING_LIMIT {
            return None;
        }
        let all = |values: &[Value]| -> Option<Vec<ConstValue>> {
            let exported = values.iter().map(|v| self.exported(v, depth + 1));
            exported.collect()
        };
        Some(match value {
            Value::Int(value) => ConstValue::Int(*value),
            Value::Float(value) => ConstValue::Float(*value),
            Value::Bool(value) => ConstValue::Bool(*value),
            Value::Char(value) => ConstValue::Char(*value),
            Value::Fields(fields) => ConstValue::Fields(all(fields)?),
            Value::Variant(variant, fields) => ConstValue::Variant(*variant, all(fields)?),
            Value::Block(block) => match self.heap.data(*block) {
                heap::Data::Bytes(bytes) => {
                    ConstValue::Str(String::from_utf8_lossy(bytes).as_ref().into())
                }
                heap::Data::Values(values) => ConstValue::Array(all(values)?),
            },
            Value::Any(ty, block) => {
                let inside = self.exported(&self.heap.values(*block)[0], depth + 1)?;
                ConstValue::Any(*ty, Box::new(inside))
            }
            Value::Function(key) => ConstValue::Fn(key.0, key.1.clone()),
            Value::Empty | Value::Reference(_) => {
                panic!("compiler bug: a constant without a value")
            }
        })
    }
}
