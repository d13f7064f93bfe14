//! From source text to what running it printed, for the tests of this package.

use syntax::{Diagnostics, FileId, SourceFile};

use crate::Compiled;
use crate::env::{DefId, DefKind, Env, ModuleId};
use crate::hir::{self, Imports, NotKnown};
use crate::mir::Const;
use crate::mir::ConstValue;
use crate::mir::interpret::{Captured, Interpreter, Outcome, eval_const};
use crate::mono::{self, Mode};

/// Parses and lowers a file that imports nothing, and whose lengths are plain arithmetic; with what is wrong with it.
pub(crate) fn lowered(
    env: &mut Env,
    module: ModuleId,
    file: &SourceFile,
) -> (hir::Module, Diagnostics) {
    let parsed = syntax::parse(file);
    let mut diags = parsed.diagnostics;
    let lowered = hir::lower(
        env,
        module,
        &Imports::default(),
        &parsed.module,
        &|_, _| Err(NotKnown::BeforeRunning),
        &mut diags,
    );
    (lowered, diags)
}

pub(crate) struct Ran {
    pub(crate) output: String,
    pub(crate) outcome: Outcome,
    /// Blocks that were still alive after the globals were dropped.
    pub(crate) leaked: usize,
}

pub(crate) fn with_prelude() -> Env {
    let mut env = Env::new();
    for (file, (_, text)) in (2..).zip(stdlib::lang::PRELUDE) {
        let library = unit(&env, ModuleId::PRELUDE, text, file);
        assert!(library.is_accepted(), "{:?}", library.diagnostics);
        env = library.env;
    }
    env
}

/// Compiles a unit after the library.
pub(crate) fn compile(source: &str) -> Compiled {
    let mut env = with_prelude();
    let module = env.fresh_module("main");
    unit(&env, module, source, 1)
}

fn unit(env: &Env, module: ModuleId, source: &str, file: u32) -> Compiled {
    let file = SourceFile::new(FileId(file), "main.sumi", source);
    crate::compile(env, &file, module, &Imports::default())
}

/// The bodies with ownership, as `--emit drops` shows them.
pub(crate) fn drops(compiled: &Compiled) -> String {
    let body = |def: &DefId| compiled.env.function(*def).body().cloned().expect("a body");
    let functions = compiled.unit.functions.iter().map(body);
    functions
        .chain(compiled.unit.cells.iter().cloned())
        .map(|body| body.body().display(&compiled.env))
        .collect()
}

pub(crate) fn constant(compiled: &Compiled, name: &str) -> ConstValue {
    let mut named = compiled.env.defs().filter(|def| def.name == name);
    let init = named.find_map(|def| match &def.kind {
        DefKind::Const(constant) => Some(constant.init),
        _ => None,
    });
    evaluated(&compiled.env, init.expect("a constant of that name"))
}

fn evaluated(env: &Env, init: DefId) -> ConstValue {
    let body = env.function(init).body().cloned();
    eval_const(env, body.expect("a body"), &|_| None).expect("a constant")
}

pub(crate) fn run(compiled: &Compiled) -> Ran {
    run_with(compiled, "")
}

/// Runs with this text as input.
pub(crate) fn run_with(compiled: &Compiled, input: &str) -> Ran {
    let env = &compiled.env;
    let constants = |def: DefId| -> Option<Const> {
        match &env.def(def).kind {
            DefKind::Const(constant) => evaluated(env, constant.init).literal(constant.ty()),
            _ => None,
        }
    };
    let mode = Mode::Interpreted { is_last: true };
    let program = match mono::instantiate(env, &compiled.unit, mode, &constants) {
        Ok(program) => program,
        Err(diagnostic) => panic!("{diagnostic:?}"),
    };
    let mut outside = Captured {
        input: input.lines().map(str::to_string).collect(),
        ..Captured::default()
    };
    let mut interpreter = Interpreter::new(&mut outside).with_fuel(200_000_000);
    let outcome = interpreter.run_cells(env, program);
    let leaked = interpreter.close();
    Ran {
        output: outside.output,
        outcome,
        leaked,
    }
}

/// What a program prints; it may not fail and may leak nothing.
pub(crate) fn output(source: &str) -> String {
    let compiled = compile(source);
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    let ran = run(&compiled);
    assert!(ran.outcome.error.is_none(), "{:?}", ran.outcome.error);
    assert_eq!(ran.leaked, 0, "blocks leaked:\n{}", drops(&compiled));
    ran.output
}
