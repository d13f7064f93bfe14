//! From source text to what running it printed, for the tests of this package.

use std::sync::Arc;

use syntax::{Diagnostics, FileId, SourceFile};

use crate::check;
use crate::env::{DefId, DefKind, Env, ModuleId};
use crate::hir::{self, Imports};
use crate::mir::interpret::{Captured, ConstValue, Interpreter, Outcome, eval_const};
use crate::mir::{self, Built, Const, Elaborated};
use crate::mono::{self, Mode, Unit};
use crate::own::{self, Needs};

const INTRINSICS: &str = include_str!("../../stdlib/lang/intrinsics.sumi");

/// A compiled unit.
pub(crate) struct Compiled {
    pub(crate) env: Env,
    pub(crate) functions: Vec<(DefId, Arc<Elaborated>)>,
    pub(crate) cells: Vec<Arc<Elaborated>>,
    pub(crate) diags: Diagnostics,
}

pub(crate) struct Ran {
    pub(crate) output: String,
    pub(crate) outcome: Outcome,
    /// Blocks that were still alive after the globals were dropped.
    pub(crate) leaked: usize,
}

/// Compiles a unit after the library.
pub(crate) fn compile(source: &str) -> Compiled {
    let library = unit(Env::new(), ModuleId::PRELUDE, INTRINSICS, 0);
    assert!(!library.diags.has_errors(), "{:?}", library.diags);
    let mut env = library.env;
    let module = env.fresh_module("main");
    unit(env, module, source, 1)
}

fn unit(mut env: Env, module: ModuleId, source: &str, file: u32) -> Compiled {
    let file = SourceFile::new(FileId(file), "main.sumi", source);
    let parsed = syntax::parse(&file);
    let mut diags = Diagnostics::new();
    diags.extend(parsed.diagnostics);
    let imports = Imports::default();
    let lowered = hir::lower(&mut env, module, &imports, &parsed.module, &mut diags);
    let typed = check::check(&mut env, lowered, &mut diags);
    assert!(!diags.has_errors(), "{diags:?}");
    let mut bodies: Vec<Built> = Vec::new();
    for function in &typed.functions {
        bodies.push(mir::build(&env, &function.typed, function.def));
    }
    for (index, cell) in typed.cells.iter().enumerate() {
        let def = env.fresh_def();
        let name = format!("cell {index}");
        bodies.push(mir::build_cell(&env, &cell.typed, def, name, cell.value));
    }
    for built in &bodies {
        mir::verify_built(&env, built);
    }
    let mut elaborated: Vec<Arc<Elaborated>> = own::elaborate(bodies, &env, &mut diags)
        .into_iter()
        .map(Arc::new)
        .collect();
    let needs = Needs::new(&env);
    for body in &elaborated {
        mir::verify(&env, body, &|ty| needs.drop(ty));
    }
    let cells = elaborated.split_off(typed.functions.len());
    let functions: Vec<(DefId, Arc<Elaborated>)> = typed
        .functions
        .iter()
        .map(|function| function.def)
        .zip(elaborated)
        .collect();
    for (def, body) in &functions {
        env.set_body(*def, body.clone());
    }
    Compiled {
        env,
        functions,
        cells,
        diags,
    }
}

impl Compiled {
    /// The bodies with ownership, as `--emit drops` shows them.
    pub(crate) fn drops(&self) -> String {
        let functions = self.functions.iter().map(|(_, body)| body);
        functions
            .chain(&self.cells)
            .map(|body| body.body().display(&self.env))
            .collect()
    }

    pub(crate) fn constant(&self, name: &str) -> ConstValue {
        let found = self.env.defs().find(|def| def.name == name);
        match &found.expect("a constant of that name").kind {
            DefKind::Const(constant) => self.evaluated(constant.init),
            _ => panic!("`{name}` is no constant"),
        }
    }

    fn evaluated(&self, init: DefId) -> ConstValue {
        let body = self.env.function(init).body.clone();
        eval_const(&self.env, body.expect("a body")).expect("a constant")
    }

    pub(crate) fn run(&self) -> Ran {
        let unit = Unit {
            functions: self.functions.iter().map(|(def, _)| *def).collect(),
            cells: self.cells.clone(),
            globals: Vec::new(),
        };
        let constants = |def: DefId| -> Option<Const> {
            match &self.env.def(def).kind {
                DefKind::Const(constant) => self.evaluated(constant.init).literal(constant.ty()),
                _ => None,
            }
        };
        let program = match mono::instantiate(&self.env, &unit, Mode::Script, &constants) {
            Ok(program) => program,
            Err(diagnostic) => panic!("{diagnostic:?}"),
        };
        let mut outside = Captured::default();
        let mut interpreter = Interpreter::new(&mut outside).with_fuel(200_000_000);
        let outcome = interpreter.run_cells(&self.env, program);
        let leaked = interpreter.close();
        Ran {
            output: outside.output,
            outcome,
            leaked,
        }
    }
}

/// What a program prints; it may not fail and may leak nothing.
pub(crate) fn output(source: &str) -> String {
    let compiled = compile(source);
    assert!(!compiled.diags.has_errors(), "{:?}", compiled.diags);
    let ran = compiled.run();
    assert!(ran.outcome.error.is_none(), "{:?}", ran.outcome.error);
    assert_eq!(ran.leaked, 0, "blocks leaked:\n{}", compiled.drops());
    ran.output
}
