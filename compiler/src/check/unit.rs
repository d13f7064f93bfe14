//! One unit on its way through the checker: which of its bodies are checked already, and the types that are only known
//! once a body is. A body that needs such a type has the other one checked first.

use std::mem;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::{Diagnostic, Diagnostics, Span};

use super::body::{Checked, Checker, Item};
use super::kept::Notes;
use super::{TypedCell, TypedFunction, TypedModule, errors, projection};
use crate::env::{DefId, DefKind, Env, ModuleId};
use crate::hir;
use crate::types::{self, Ty};

/// Bodies that are checked in the course of one another. Who leads to more of them has to write a type.
const MOST_NESTED: usize = 100;

/// Checks every body of a unit. Types that were not written are filled in in `env`.
pub fn check(env: &mut Env, module: hir::Module, diags: &mut Diagnostics) -> TypedModule {
    let (impls, applied) = (module.impls.clone(), module.applied.clone());
    let mut unit = Unit::new(env, module, diags);
    unit.check_declared(&impls, &applied);
    if types::refused_one() {
        unit.report(errors::type_too_large(None));
    }
    for index in 0..unit.functions.len() {
        unit.check_those_before(index);
        unit.check_function(index);
    }
    for index in 0..unit.cells.len() {
        unit.check_cell(index);
    }
    unit.check_projections();
    unit.warn_of_changes();
    unit.finish()
}

pub(super) struct Unit<'e> {
    pub(super) env: &'e mut Env,
    pub(super) diags: &'e mut Diagnostics,
    pub(super) module: ModuleId,
    /// The names in what did not parse.
    pub(super) skipped: Vec<SmolStr>,
    functions: Vec<Slot<hir::Function, TypedFunction>>,
    cells: Vec<Slot<hir::Cell, TypedCell>>,
    /// What the cells have of each other.
    pub(super) notes: Notes,
    function_of: FxHashMap<DefId, usize>,
    /// Functions that [`order`] went through.
    ordered: FxHashSet<usize>,
    /// How many bodies are being checked, each because the one before needs it.
    nested: usize,
    /// The functions among them, the innermost last.
    running: Vec<DefId>,
    cell_of: FxHashMap<DefId, usize>,
}

enum Slot<Waiting, Done> {
    Waiting(Waiting),
    Running,
    Done(Done),
}

impl<W, D> Slot<W, D> {
    /// Takes what waits, leaving `Running`.
    fn start(&mut self) -> Option<W> {
        match mem::replace(self, Slot::Running) {
            Slot::Waiting(waiting) => Some(waiting),
            other => {
                *self = other;
                None
            }
        }
    }

    fn done(self) -> Option<D> {
        match self {
            Slot::Done(done) => Some(done),
            Slot::Waiting(_) | Slot::Running => None,
        }
    }
}

impl<'e> Unit<'e> {
    fn new(env: &'e mut Env, module: hir::Module, diags: &'e mut Diagnostics) -> Unit<'e> {
        let functions = module.functions.iter().enumerate();
        let function_of = functions.map(|(index, f)| (f.def, index)).collect();
        let mut cell_of = FxHashMap::default();
        for (index, cell) in module.cells.iter().enumerate() {
            for def in &cell.defines {
                cell_of.insert(*def, index);
            }
        }
        Unit {
            env,
            diags,
            module: module.id,
            skipped: module.skipped,
            functions: module.functions.into_iter().map(Slot::Waiting).collect(),
            cells: module.cells.into_iter().map(Slot::Waiting).collect(),
            notes: Notes::default(),
            function_of,
            ordered: FxHashSet::default(),
            nested: 0,
            running: Vec::new(),
            cell_of,
        }
    }

    /// Through themselves they would lead nowhere.
    fn check_projections(&mut self) {
        let mut functions = self.function_defs();
        functions.sort_unstable();
        for def in functions {
            if projection::endless(self.env, def, &mut Vec::new()) {
                let found = self.env.def(def).clone();
                self.report(errors::projects_itself(found.span, &found.name));
                return;
            }
        }
    }

    /// The functions of the unit that have bodies.
    pub(super) fn function_defs(&self) -> Vec<DefId> {
        self.function_of.keys().copied().collect()
    }

    fn finish(self) -> TypedModule {
        TypedModule {
            functions: self.functions.into_iter().filter_map(Slot::done).collect(),
            cells: self.cells.into_iter().filter_map(Slot::done).collect(),
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diags.push(diagnostic);
    }

    /// The result type of a function, whose body is checked now if that is what says it. `used` is where it is asked for.
    pub(super) fn result_of(&mut self, def: DefId, used: Span) -> Ty {
        if self.env.function(def).ret.is_none() {
            match self.function_of.get(&def) {
                Some(_) if self.nested > MOST_NESTED => {}
                Some(index) => self.check_function(*index),
                None => return Ty::error(),
            }
        }
        if let Some(ret) = self.env.function(def).ret {
            return ret;
        }
        let found = self.env.def(def).clone();
        let report = match self.circle_of_constants(def) {
            Some(others) => errors::constant_needs_itself(&found.name, &others, found.span),
            None => errors::needs_result_type(&found.name, found.span, used),
        };
        self.report(report);
        self.env.set_inferred_type(def, Ty::error());
        Ty::error()
    }

    /// The constants between one that needs itself and the place where it does.
    fn circle_of_constants(&self, init: DefId) -> Option<Vec<SmolStr>> {
        let first = self.running.iter().position(|def| *def == init)?;
        let is_init = |def: DefId| {
            self.env.defs().any(
                |found| matches!(&found.kind, DefKind::Const(constant) if constant.init == def),
            )
        };
        let between = &self.running[first..];
        between.iter().all(|def| is_init(*def)).then(|| {
            let names = between[1..]
                .iter()
                .map(|def| self.env.def(*def).name.clone());
            names.collect()
        })
    }

    /// The type of a global or constant.
    pub(super) fn type_of(&mut self, def: DefId, used: Span) -> Ty {
        let found = self.env.def(def).clone();
        let ty = match &found.kind {
            DefKind::Global(global) => global.ty,
            DefKind::Const(constant) => constant.ty,
            _ => panic!("compiler bug: {def} is not a value"),
        };
        if let Some(ty) = ty {
            return ty;
        }
        if let DefKind::Const(constant) = &found.kind {
            let ty = self.result_of(constant.init, used);
            self.env.set_inferred_type(def, ty);
            return ty;
        }
        if let Some(index) = self.cell_of.get(&def)
            && self.nested <= MOST_NESTED
        {
            self.check_cell(*index);
        }
        let DefKind::Global(global) = &self.env.def(def).kind else {
            return Ty::error();
        };
        if let Some(ty) = global.ty {
            return ty;
        }
        self.report(errors::needs_annotation(&found.name, found.span, used));
        self.env.set_inferred_type(def, Ty::error());
        Ty::error()
    }

    /// A body is checked in the course of another one that needs its result type, and so on. Where such a chain is long, its functions are
    /// checked from the end, so that none needs another one that is not checked.
    fn check_those_before(&mut self, index: usize) {
        let (order, longest) = self.order(index);
        if longest > MOST_NESTED / 2 {
            for index in order {
                self.check_function(index);
            }
        }
    }

    /// The functions whose result types a function's own depends on, by name, innermost first, without those that were in such an
    /// order before; and the length of the longest chain.
    fn order(&mut self, root: usize) -> (Vec<usize>, usize) {
        let mut order = Vec::new();
        let mut longest = 0;
        let mut chain: Vec<(usize, Vec<usize>)> = Vec::new();
        self.enter(root, &mut chain);
        while let Some((index, next)) = chain.last_mut() {
            if let Some(next) = next.pop() {
                self.enter(next, &mut chain);
                longest = longest.max(chain.len());
            } else {
                order.push(*index);
                chain.pop();
            }
        }
        (order, longest)
    }

    fn enter(&mut self, index: usize, chain: &mut Vec<(usize, Vec<usize>)>) {
        let Slot::Waiting(function) = &self.functions[index] else {
            return;
        };
        if self.env.function(function.def).ret.is_some() || !self.ordered.insert(index) {
            return;
        }
        let named = function
            .body
            .exprs
            .values()
            .filter_map(|expr| match &expr.kind {
                hir::ExprKind::Fn(def)
                | hir::ExprKind::Call {
                    callee: hir::Callee::Fn(def),
                    ..
                } => Some(*def),
                hir::ExprKind::Const(def) => match &self.env.def(*def).kind {
                    DefKind::Const(constant) => Some(constant.init),
                    _ => None,
                },
                _ => None,
            });
        let mut next: Vec<usize> = named
            .filter_map(|def| self.function_of.get(&def).copied())
            .collect();
        next.reverse();
        chain.push((index, next));
    }

    fn check_function(&mut self, index: usize) {
        let Some(function) = self.functions[index].start() else {
            return;
        };
        let def = function.def;
        let ret = self.env.function(def).ret;
        let item = Item::Function { def, ret };
        self.nested += 1;
        self.running.push(def);
        let checked = Checker::new(self, function.body, item).run();
        self.running.pop();
        self.nested -= 1;
        // A cycle may have reported the result type as unknowable meanwhile.
        if self.env.function(def).ret.is_none() {
            self.env.set_inferred_type(def, checked.ret);
        }
        self.check_comparison(def);
        self.functions[index] = Slot::Done(TypedFunction {
            def,
            typed: checked.typed(),
        });
    }

    /// What others rely on: `==` and `<` say yes or no.
    fn check_comparison(&mut self, def: DefId) {
        let found = self.env.def(def);
        let ret = self.env.function(def).ret;
        let is_comparison = matches!(found.name.as_str(), "==" | "<");
        if let Some(ret) = ret
            && is_comparison
            && ret != Ty::bool()
            && !ret.is_error()
        {
            let shown = ret.display(&*self.env);
            let report = errors::comparison_without_bool(&found.name, found.span, &shown);
            self.report(report);
        }
    }

    fn check_cell(&mut self, index: usize) {
        let Some(cell) = self.cells[index].start() else {
            return;
        };
        let item = Item::Cell {
            defines: Rc::from(cell.defines.as_slice()),
        };
        self.nested += 1;
        let checked = Checker::new(self, cell.body, item).run();
        self.nested -= 1;
        self.notes.extend(checked.notes.clone());
        for (def, ty) in &checked.globals {
            self.env.set_inferred_type(*def, *ty);
        }
        let value = cell
            .value
            .filter(|_| !checked.ret.is_unit() && !checked.ret.is_never());
        if let Some(hidden) = cell.value {
            self.env.set_inferred_type(hidden, checked.ret);
        }
        self.cells[index] = Slot::Done(TypedCell {
            span: cell.span,
            defines: cell.defines,
            value,
            expected: cell.expected,
            test: cell.test,
            typed: checked.typed(),
        });
    }
}

impl Checked {
    fn typed(self) -> super::Typed {
        super::Typed {
            body: self.body,
            tables: self.tables,
        }
    }
}
