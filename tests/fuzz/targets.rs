//! What is done with any bytes at all, by cargo-fuzz (`fuzz_targets`) and by the tests (`tests/src/fuzz/corpus.rs`). Each may
//! refuse them, but neither panics nor hangs.

use compiler::env::{DefId, DefKind, Env};
use compiler::hir::Imports;
use compiler::mir::Const;
use compiler::mir::interpret::{Captured, Interpreter, eval_const};
use compiler::mono::{self, Mode, Program};
use compiler::{Compiled, render};
use syntax::Sources;

/// Statements that a program may run, and bytes that a text may have.
const FUEL: u64 = 200_000;
const LONGEST: usize = 20_000;

/// Lexer and parser, and what an editor asks of them.
pub(crate) fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut sources = Sources::new();
    let file = sources.add("any.sumi", &*text);
    let source = sources.file(file).clone();
    let parsed = syntax::parse(&source);
    let _ = syntax::print_module(&parsed.module);
    let _ = syntax::print_tokens(&source);
    for diagnostic in parsed.diagnostics.iter().take(20) {
        let _ = render::render(&sources, diagnostic, false);
    }
}

/// All that `sumi check` does.
pub(crate) fn check(bytes: &[u8]) {
    if let Some(compiled) = compiled(bytes) {
        let _ = concrete(&compiled);
    }
}

/// A whole program in the interpreter, which may not leave a block live.
pub(crate) fn program(bytes: &[u8]) {
    let Some(compiled) = compiled(bytes) else {
        return;
    };
    let Some(program) = concrete(&compiled) else {
        return;
    };
    let mut outside = Captured::default();
    let mut interpreter = Interpreter::new(&mut outside).with_fuel(FUEL);
    let _ = interpreter.run_cells(&compiled.env, program);
    let live = interpreter.close();
    assert_eq!(live, 0, "blocks are live after the end");
}

fn compiled(bytes: &[u8]) -> Option<Compiled> {
    if bytes.len() > LONGEST {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let mut sources = Sources::new();
    let mut env = compiler::snapshot::read(snapshot::PRELUDE);
    // The numbers before are those of the prelude's files.
    let file = loop {
        let file = sources.add("any.sumi", &*text);
        if file.0 >= PRELUDE_FILES {
            break file;
        }
    };
    let module = env.fresh_module("main");
    let compiled = compiler::compile(&env, sources.file(file), module, &Imports::default());
    for diagnostic in compiled.diagnostics.iter().take(20) {
        let _ = render::render(&sources, diagnostic, false);
    }
    compiled.is_accepted().then_some(compiled)
}

/// At least as many as the prelude has.
const PRELUDE_FILES: u32 = 40;

fn concrete(compiled: &Compiled) -> Option<Program> {
    let constants = |def| literal(&compiled.env, def);
    mono::instantiate(&compiled.env, &compiled.unit, Mode::Script, &constants).ok()
}

/// The value of a constant, if it is one of a literal.
fn literal(env: &Env, def: DefId) -> Option<Const> {
    let DefKind::Const(constant) = &env.def(def).kind else {
        return None;
    };
    if constant.literal.is_some() {
        return constant.literal.clone();
    }
    let body = env.function(constant.init).body().cloned()?;
    let known = |needed: DefId| match &env.def(needed).kind {
        DefKind::Const(constant) => constant.literal.clone(),
        _ => None,
    };
    eval_const(env, body, &known).ok()?.literal(constant.ty())
}
