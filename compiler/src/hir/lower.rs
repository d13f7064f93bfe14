//! From the tree to the HIR, in two steps: every top-level definition of the unit gets its ids and its signature in
//! the `Env`, in any order (`declare`, `signature`); then bodies are lowered, with names as ids and sugar gone (`body` and what it uses).
//!
//! Names that are not found are reported once each and become [`ExprKind::Error`](super::ExprKind::Error), about which later stages are silent.

mod body;
mod call;
mod crossing;
mod declare;
mod expr;
mod finite;
mod heads;
mod inner;
mod members;
mod name;
mod pattern;
mod signature;
mod statement;
mod trait_errors;
mod traits;
mod unfit;

pub(crate) use declare::bound_names;
pub use declare::import_path;
pub(crate) use signature::fn_name;
pub(crate) use traits::{BUILT_IN_TRAITS, NUM_OPERATORS};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::{Diagnostic, Diagnostics, Span, ast};

use super::resolve::{TypeScope, not_yet};
use super::{AppliedType, Function, Module};
use crate::env::{DefId, Env, ModuleId};
use crate::types::Ty;

/// The modules that a unit's imports stand for: `ai.steering` to its module. Whoever compiles the unit has loaded them.
pub type Imports = FxHashMap<SmolStr, ModuleId>;

/// Computes a whole number that a type needs before anything of the unit is checked: the expression, and the names around it that are not
/// of the top level, the innermost last.
pub type EarlyValue<'e> = &'e dyn Fn(&ast::Expr, &[LocalName<'_>]) -> Result<i128, NotKnown>;

/// A constant of a body, with its value; or a type parameter, which has none.
pub type LocalName<'l> = (SmolStr, Option<&'l ast::Expr>);

/// Why there is no early value.
#[derive(Clone, Debug)]
pub enum NotKnown {
    /// It is known as the program runs, if ever.
    BeforeRunning,
    Because(Box<Diagnostic>),
    /// It hangs on what has been complained about.
    Reported,
}

/// Lowers a unit into `module`, whose scope it extends in `env`.
pub fn lower(
    env: &mut Env,
    module: ModuleId,
    imports: &Imports,
    tree: &ast::Module,
    early: EarlyValue<'_>,
    diags: &mut Diagnostics,
) -> Module {
    let mut unit = Unit {
        env,
        module,
        diags,
        reported: tree.skipped.iter().cloned().collect(),
        skipped: tree.skipped.clone(),
        own_names: FxHashMap::default(),
        const_exprs: FxHashMap::default(),
        early,
        not_bound: FxHashMap::default(),
        functions: Vec::new(),
        jobs: Vec::new(),
        with_body: FxHashSet::default(),
        pending_impls: Vec::new(),
        any_types: Vec::new(),
        c_types: Vec::new(),
        applied: Vec::new(),
    };
    unit.declare_imports(tree, imports);
    let declared = unit.declare_names(tree);
    unit.check_attributes(&tree.items);
    unit.lower_signatures(tree, &declared);
    unit.check_trait_circles(&declared);
    let impls = unit.enter_impls();
    unit.check_finite(tree, &declared);
    unit.check_instances(tree, &declared);
    unit.check_crossing(tree, &declared);
    unit.check_depth(tree, &declared);
    unit.lower_pending_jobs();
    let cells = unit.lower_cells(tree, &declared);
    unit.check_any_types();
    unit.check_c_types();
    Module {
        id: module,
        functions: unit.functions,
        cells,
        skipped: unit.skipped,
        impls,
        applied: unit.applied,
    }
}

/// What is known while a unit is lowered.
pub(crate) struct Unit<'a> {
    pub(crate) env: &'a mut Env,
    pub(crate) module: ModuleId,
    pub(crate) diags: &'a mut Diagnostics,
    /// Names that were not found and have been reported, or may be defined in what did not parse.
    reported: FxHashSet<SmolStr>,
    /// Members that what was not understood may have: nobody says that they are missing.
    skipped: Vec<SmolStr>,
    /// The top-level names that this unit itself defines.
    own_names: FxHashMap<SmolStr, Span>,
    /// The initial values of this unit's constants.
    pub(crate) const_exprs: FxHashMap<DefId, &'a ast::Expr>,
    pub(crate) early: EarlyValue<'a>,
    /// Globals whose cell has not been lowered yet, with what their name meant in earlier units.
    not_bound: FxHashMap<DefId, Option<DefId>>,
    functions: Vec<Function>,
    jobs: Vec<Job<'a>>,
    /// The functions of this unit that have one.
    with_body: FxHashSet<DefId>,
    pending_impls: Vec<traits::PendingImpl>,
    /// Every `any Trait` that is written.
    pub(crate) any_types: Vec<(DefId, Span)>,
    /// Every `extern fn(…)` that is written.
    pub(crate) c_types: Vec<(Ty, Span)>,
    pub(crate) applied: Vec<AppliedType>,
}

/// A body that is lowered after all signatures.
enum Job<'a> {
    Fn {
        def: DefId,
        decl: &'a ast::FnDecl,
        scope: TypeScope,
    },
    /// A default, or the initial value of a constant.
    Value {
        def: DefId,
        expr: &'a ast::Expr,
        scope: TypeScope,
    },
}

impl<'a> Unit<'a> {
    /// Whether a name has not been complained about before; remembers it.
    pub(crate) fn first_report(&mut self, name: &SmolStr) -> bool {
        self.reported.insert(name.clone())
    }

    fn lower_pending_jobs(&mut self) {
        for job in std::mem::take(&mut self.jobs) {
            self.lower_job(job);
        }
    }

    fn lower_job(&mut self, job: Job<'a>) {
        let (def, body) = match job {
            Job::Fn { def, decl, scope } => (def, self.lower_fn(def, decl, scope)),
            Job::Value { def, expr, scope } => (def, Some(self.lower_value(expr, scope))),
        };
        if let Some(body) = body {
            self.functions.push(Function { def, body });
        }
    }

    fn reject(&mut self, what: &str, span: Span) {
        self.diags.push(not_yet(what, span));
    }

    /// The parser has said that only functions are members: nobody says that one of this name is missing.
    fn skip_member(&mut self, member: &ast::Item) {
        if let ast::ItemKind::Stmt(stmt) = &member.kind
            && let ast::StmtKind::Let(binding) = &stmt.kind
        {
            match &binding.pattern.kind {
                ast::PatternKind::Bind { name, .. } => self.skipped.push(name.name.clone()),
                ast::PatternKind::Path(path) => {
                    self.skipped
                        .extend(path.segments.iter().map(|name| name.name.clone()));
                }
                _ => {}
            }
        }
    }
}

fn duplicate_name(name: &ast::Ident, first: Span, by_import: bool) -> Diagnostic {
    let text = &name.name;
    let help = if by_import {
        "an import also defines a name of the file; `as` gives it another one"
    } else if text == "[]" {
        "a type has one `[]`: a projection, `fn [](mut self, …) -> mut T`, also serves for reading"
    } else {
        "a top-level name is defined once in a file; a `var` may be assigned again"
    };
    Diagnostic::error("duplicate-name", format!("`{text}` is defined twice"))
        .at(name.span, "defined again here")
        .also(first, "first defined here")
        .help(help)
}

#[cfg(test)]
mod tests;
