//! One unit on its way through the checker: which of its bodies are checked already, and the types that are only known
//! once a body is. A body that needs such a type has the other one checked first.

use std::mem;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::{Diagnostic, Diagnostics, Span};

use super::body::{Checked, Checker, Item};
use super::bounds::satisfies;
use super::kept::Notes;
use super::{TypedCell, TypedFunction, TypedModule, errors, projection};
use crate::env::{Bound, DefId, DefKind, Env, ModuleId, TraitImpl};
use crate::hir;
use crate::types::{self, Ty};

/// Bodies that are checked in the course of one another. Who leads to more of them has to write a type.
const MOST_NESTED: usize = 100;

/// Checks every body of a unit. Types that were not written are filled in in `env`.
pub fn check(env: &mut Env, module: hir::Module, diags: &mut Diagnostics) -> TypedModule {
    let impls = module.impls.clone();
    let mut unit = Unit::new(env, module, diags);
    unit.check_supers(&impls);
    unit.check_numbers(&impls);
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
            cell_of,
        }
    }

    /// Through themselves they would lead nowhere.
    fn check_projections(&mut self) {
        let mut functions: Vec<DefId> = self.function_of.keys().copied().collect();
        functions.sort_unstable();
        for def in functions {
            if projection::endless(self.env, def, &mut Vec::new()) {
                let found = self.env.def(def).clone();
                self.report(errors::projects_itself(found.span, &found.name));
                return;
            }
        }
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
        self.report(errors::needs_result_type(&found.name, found.span, used));
        self.env.set_inferred_type(def, Ty::error());
        Ty::error()
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

    /// A type with a trait also has what the trait asks for.
    fn check_supers(&mut self, impls: &[TraitImpl]) {
        for found in impls {
            let mut args = vec![found.target];
            args.extend(&found.args);
            for above in self.env.trait_def(found.of).supers.clone() {
                let wanted = above.subst(&args);
                if !satisfies(self.env, &found.generics, found.target, wanted) {
                    let of = &self.env.def(found.of);
                    let ty = found.target.display(&*self.env);
                    let above = wanted.display(self.env);
                    let report = errors::missing_super(found.span, &ty, &of.name, &above, of.span);
                    self.report(report);
                }
            }
        }
    }

    /// `impl Num` is for a type whose operators make it a number.
    fn check_numbers(&mut self, impls: &[TraitImpl]) {
        for found in impls {
            if self.env.as_built_in(found.of) != Some(Bound::Num) {
                continue;
            }
            let ty = found.target;
            let shown = ty.display(&*self.env);
            let missing: Vec<String> = [("+", 2), ("-", 2), ("*", 2), ("neg", 1)]
                .into_iter()
                .filter(|(symbol, sides)| !self.has_operator(symbol, *sides, found))
                .map(|(symbol, sides)| operator_signature(symbol, sides, &shown))
                .collect();
            if !missing.is_empty() {
                self.report(errors::missing_operators(found.span, &shown, &missing));
            }
            let generics = &found.generics;
            if !satisfies(self.env, generics, ty, Bound::Ord)
                || !satisfies(self.env, generics, ty, Bound::Eq)
            {
                self.report(errors::number_not_comparable(found.span, &shown));
            }
        }
    }

    /// Whether the operator takes values of the type that the `impl` is for, and gives one.
    fn has_operator(&mut self, symbol: &str, sides: usize, found: &TraitImpl) -> bool {
        let ty = found.target;
        let Some((def, args)) = self.env.find_operator(symbol, &vec![ty; sides]) else {
            return false;
        };
        let wanted = self.env.function(def).generics.clone();
        let bounds_hold = wanted.iter().zip(&args).all(|(generic, arg)| {
            let mut bounds = generic.bounds.iter().map(|bound| bound.subst(&args));
            bounds.all(|bound| satisfies(self.env, &found.generics, *arg, bound))
        });
        let result = self.result_of(def, found.span).subst(&args);
        bounds_hold && (result == ty || result.is_error())
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
        let checked = Checker::new(self, function.body, item).run();
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

fn operator_signature(symbol: &str, sides: usize, ty: &str) -> String {
    match sides {
        1 => format!("fn -(a: {ty}) -> {ty}"),
        _ => format!("fn {symbol}(a: {ty}, b: {ty}) -> {ty}"),
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
