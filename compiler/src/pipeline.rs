//! The whole line from a tree to elaborated MIR: what a unit goes through before its instances are made.

use std::sync::Arc;

use syntax::{Diagnostic, Diagnostics, SourceFile, Span, ast};

use crate::budget;
use crate::check::{self, TypedFunction, TypedModule};
use crate::consequences;
use crate::constants;
use crate::early::Early;
use crate::env::{DefId, Env, ModuleId};
use crate::hir::{self, Imports};
use crate::mentions::Texts;
use crate::mir::{self, Built, Elaborated};
use crate::mono;
use crate::own::{self, Needs};

/// A unit that is ready for `mono`, with the environment that it extended. If `diagnostics` has errors, both are to be thrown away.
#[derive(Clone)]
pub struct Compiled {
    pub env: Env,
    pub unit: mono::Unit,
    /// As many as `unit` has, in the same order.
    pub cells: Vec<CellInfo>,
    pub diagnostics: Diagnostics,
}

/// What a session needs to know about a top-level item that runs.
#[derive(Clone, Debug)]
pub struct CellInfo {
    pub span: Span,
    /// The globals it binds, in order.
    pub defines: Vec<DefId>,
    /// The hidden global that receives the value of an expression.
    pub value: Option<DefId>,
    /// The text after `//=>`.
    pub expected: Option<(String, Span)>,
    pub effects: mir::Effects,
    pub test: Option<hir::Test>,
}

/// A unit as it was parsed.
#[derive(Clone, Copy)]
pub struct Source<'s> {
    pub tree: &'s ast::Module,
    /// What the unit extends.
    pub module: ModuleId,
    pub imports: &'s Imports,
    pub texts: &'s dyn Texts,
}

/// Compiles a source into `module`, which later units of that module extend.
pub fn compile(env: &Env, source: &SourceFile, module: ModuleId, imports: &Imports) -> Compiled {
    let parsed = syntax::parse(source);
    let unit = Source {
        tree: &parsed.module,
        module,
        imports,
        texts: source,
    };
    compile_tree(env, unit, parsed.diagnostics)
}

/// As [`compile`], for a source that was parsed to see what it imports; with what the parser had to say.
pub fn compile_tree(before: &Env, source: Source<'_>, diagnostics: Diagnostics) -> Compiled {
    compile_within(before, source, diagnostics, &[])
}

/// Names to ids: the first step of [`compile_tree`].
pub fn lower(env: &mut Env, source: Source<'_>, diagnostics: &mut Diagnostics) -> hir::Module {
    lower_within(&env.clone(), env, source, diagnostics, &[])
}

fn lower_within(
    before: &Env,
    env: &mut Env,
    source: Source<'_>,
    diagnostics: &mut Diagnostics,
    running: &[Span],
) -> hir::Module {
    let is_broken = diagnostics.has_errors() || !source.tree.skipped.is_empty();
    let early = Early::new(before, source, running, is_broken);
    let Source {
        tree,
        module,
        imports,
        ..
    } = source;
    let value = |expr: &ast::Expr, locals: &[hir::LocalName<'_>]| early.value(expr, locals);
    hir::lower(env, module, imports, tree, &value, diagnostics)
}

/// `running`: the lengths that are being computed, for which this is compiled.
pub(crate) fn compile_within(
    before: &Env,
    source: Source<'_>,
    mut diagnostics: Diagnostics,
    running: &[Span],
) -> Compiled {
    let mut env = before.clone();
    env.begin_unit();
    if diagnostics.iter().any(Diagnostic::tears_structure) {
        return Compiled::rejected(env, diagnostics);
    }
    let (doubts, of_grammar) = (&source.tree.doubts, diagnostics.len());
    let lowered = lower_within(before, &mut env, source, &mut diagnostics, running);
    let typed = check::check(&mut env, lowered, &mut diagnostics);
    if diagnostics.has_errors() {
        consequences::leave_out(doubts, of_grammar, &mut diagnostics);
        return Compiled::rejected(env, diagnostics);
    }
    let (functions, cells) = build(&mut env, &typed);
    let bodies = functions.iter().chain(&cells);
    if let Some(first) = bodies.clone().next()
        && !env
            .budget()
            .take_statements(bodies.map(|body| budget::statements(body.body())).sum())
    {
        diagnostics.push(env.budget().exceeded("from here on", first.body().span));
        return Compiled::rejected(env, diagnostics);
    }
    let first_cell = functions.len();
    let built = functions.into_iter().chain(cells).collect();
    let bodies = own::elaborate(built, &env, &mut diagnostics);
    let defines: Vec<&[DefId]> = typed.cells.iter().map(|cell| &*cell.defines).collect();
    own::unbound::check(&defines, &bodies, &env, &mut diagnostics);
    if diagnostics.has_errors() {
        return Compiled::rejected(env, diagnostics);
    }
    verify(&env, &bodies);
    let accepted = accept(env, typed, bodies, first_cell, diagnostics);
    with_constants(accepted)
}

/// The functions, those that closures became included, and the cells.
fn build(env: &mut Env, typed: &TypedModule) -> (Vec<Built>, Vec<Built>) {
    let cell_defs: Vec<DefId> = typed.cells.iter().map(|_| env.fresh_def()).collect();
    for found in &typed.functions {
        if let Some(value) = mir::known_default(env, &found.typed, found.def) {
            env.set_known(found.def, value);
        }
    }
    let env = &*env;
    let function = |found: &TypedFunction| mir::build(env, &found.typed, found.def);
    let mut functions: Vec<Built> = typed.functions.iter().flat_map(function).collect();
    let mut cells = Vec::new();
    for (found, def) in typed.cells.iter().zip(cell_defs) {
        let mut bodies = mir::build_cell(env, &found.typed, def, "cell", found.value);
        functions.extend(bodies.drain(1..));
        cells.append(&mut bodies);
    }
    let all = functions.iter().chain(&cells);
    all.for_each(|body| mir::verify_built(env, body));
    (functions, cells)
}

/// A failure is our bug, never the user's.
fn verify(env: &Env, bodies: &[Elaborated]) {
    let needs = Needs::new(env);
    for body in bodies {
        mir::verify(env, body, &|ty| needs.drop(ty));
    }
}

/// A constant that cannot be computed is an error of the unit.
fn with_constants(mut compiled: Compiled) -> Compiled {
    let Compiled {
        env, diagnostics, ..
    } = &mut compiled;
    constants::compute(env, diagnostics);
    if compiled.is_accepted() {
        return compiled;
    }
    Compiled::rejected(compiled.env, compiled.diagnostics)
}

fn accept(
    mut env: Env,
    typed: TypedModule,
    bodies: Vec<Elaborated>,
    first_cell: usize,
    diagnostics: Diagnostics,
) -> Compiled {
    let mut bodies = bodies.into_iter().map(Arc::new);
    let mut functions: Vec<DefId> = Vec::new();
    for body in bodies.by_ref().take(first_cell) {
        let def = body.body().def;
        functions.push(def);
        env.set_body(def, body);
    }
    let bodies: Vec<Arc<Elaborated>> = bodies.collect();
    let globals = typed
        .cells
        .iter()
        .flat_map(|cell| cell.defines.iter().copied().chain(cell.value));
    let unit = mono::Unit {
        functions,
        globals: globals.collect(),
        cells: bodies,
        ..mono::Unit::default()
    };
    let infos = typed
        .cells
        .into_iter()
        .zip(&unit.cells)
        .map(|(cell, body)| CellInfo {
            span: cell.span,
            defines: cell.defines,
            value: cell.value,
            expected: cell.expected,
            effects: body.effects().clone(),
            test: cell.test,
        });
    let cells = infos.collect();
    Compiled {
        env,
        unit,
        cells,
        diagnostics,
    }
}

impl Compiled {
    /// Without what runs only when it is asked for.
    pub fn drop_tests(&mut self) {
        let first = self.cells.iter().position(|cell| cell.test.is_some());
        if let Some(first) = first {
            self.cells.truncate(first);
            self.unit.cells.truncate(first);
        }
    }

    /// Without what is measured only when it is asked for.
    pub fn drop_benches(&mut self) {
        let is_bench = |cell: &CellInfo| cell.test.as_ref().is_some_and(|test| test.is_bench);
        // They have the same cells, in the same order.
        let mut cells = self.cells.iter();
        let is_kept = |cell: Option<&CellInfo>| cell.is_some_and(|cell| !is_bench(cell));
        self.unit.cells.retain(|_| is_kept(cells.next()));
        self.cells.retain(|cell| !is_bench(cell));
    }

    fn rejected(env: Env, mut diagnostics: Diagnostics) -> Compiled {
        diagnostics.sort();
        diagnostics.dedup();
        let unit = mono::Unit {
            functions: Vec::new(),
            cells: Vec::new(),
            globals: Vec::new(),
            ..mono::Unit::default()
        };
        Compiled {
            env,
            unit,
            cells: Vec::new(),
            diagnostics,
        }
    }

    pub fn is_accepted(&self) -> bool {
        !self.diagnostics.has_errors()
    }
}
