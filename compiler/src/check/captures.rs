//! What each closure captures, once every type is known, and the function that it becomes.
//!
//! A variable that the closure only reads is captured by value; one that it assigns, opens or calls a `mut` method on is
//! captured exclusively. Globals that it writes are reached by name, as in any function.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Checker, Item};
use super::{CallArg, Capture, Captured, Closure, Target};
use crate::env::{Def, DefId, DefKey, DefKind, FnDef, FnOrigin, Generic, GlobalOrigin, ParamDef};
use crate::hir::{ExprId, ExprKind, Stmt, children};
use crate::types::{Ty, TyKind};

/// What a closure does with the variables around it, in the order of the text.
#[derive(Default)]
pub(super) struct Uses {
    pub(super) read: Vec<Captured>,
    pub(super) written: Vec<Captured>,
    /// The functions of the body that are called or named, and where.
    pub(super) called: Vec<(DefId, Span)>,
    /// Each of `read` and `written` with its place.
    pub(super) reads: Vec<(Captured, Span)>,
    pub(super) writes: Vec<(Captured, Change)>,
}

/// Where a variable is written.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub(super) place: Span,
    /// What stands before this was computed before.
    pub(super) done: u32,
}

impl Checker<'_, '_> {
    pub(super) fn declare_closures(&mut self) {
        let closures: Vec<ExprId> = self
            .body
            .exprs
            .iter()
            .filter(|(_, expr)| matches!(expr.kind, ExprKind::Closure { .. }))
            .map(|(id, _)| id)
            .collect();
        for closure in closures {
            self.declare_closure(closure);
        }
        let mut adapters: Vec<ExprId> = self
            .tables
            .fn_values
            .iter()
            .filter(|(_, value)| value.as_function().is_none())
            .map(|(id, _)| *id)
            .collect();
        adapters.sort_unstable();
        for adapter in adapters {
            let mut uses = Uses::default();
            self.called(adapter, &mut uses);
            let captures = self.captures_of_called(&uses.called);
            self.declare_lifted(adapter, captures);
        }
    }

    fn declare_closure(&mut self, closure: ExprId) {
        let ExprKind::Closure { body: root, .. } = &self.body.exprs[closure].kind else {
            return;
        };
        let captures = self.captures_of(*root, self.span(closure));
        self.declare_lifted(closure, captures);
    }

    /// The definition of the function that an expression becomes.
    fn declare_lifted(&mut self, closure: ExprId, captures: Vec<Capture>) {
        // A closure in code that is never reached may have no type.
        let Some(TyKind::Fn(fn_ty)) = self.tables.exprs[closure].map(Ty::kind) else {
            return;
        };
        let span = self.span(closure);
        let mut params: Vec<ParamDef> = captures
            .iter()
            .map(|capture| self.captured_param(capture))
            .collect();
        params.extend(fn_ty.params.iter().map(|param| ParamDef {
            name: SmolStr::new_static("_"),
            is_mut: param.is_mut,
            ty: param.ty,
            default: None,
            span,
        }));
        let generics = self.generics_at(closure);
        let within = match &self.item {
            Item::Function { def, .. } => Some(*def),
            Item::Cell { .. } => None,
        };
        let id = match within {
            Some(_) => self.unit.env.next_def(DefKey {
                module: self.unit.module,
                of_trait: None,
                within,
                name: SmolStr::new_static("a closure"),
                index: 0,
            }),
            None => self.unit.env.fresh_def(),
        };
        let function = FnDef {
            inherited: generics.len(),
            generics,
            params,
            ret: Some(fn_ty.ret),
            self_ty: None,
            has_self: false,
            captures: Some(captures.len()),
            within,
            origin: FnOrigin::Sumi,
            for_c: false,
            of_trait: None,
            projection: None,
            known: None,
            stored: None,
        };
        self.unit.env.insert(Def {
            id,
            name: SmolStr::new_static("a closure"),
            module: self.unit.module,
            is_pub: false,
            span,
            docs: None,
            was: None,
            kind: DefKind::Fn(function),
        });
        let found = Closure { def: id, captures };
        self.tables.closures.insert(closure, found);
    }

    /// The type parameters of the item around.
    pub(super) fn generics_around(&self) -> Vec<Generic> {
        match &self.item {
            Item::Function { def, .. } => self.env().function(*def).generics.clone(),
            Item::Cell { .. } => Vec::new(),
        }
    }

    pub(super) fn uses_of(&self, root: ExprId, within: Span) -> Uses {
        let mut uses = Uses::default();
        self.uses(root, within, &mut uses);
        uses
    }

    fn captures_of(&self, root: ExprId, closure: Span) -> Vec<Capture> {
        let mut uses = self.uses_of(root, closure);
        let mut captures: Vec<Capture> = Vec::new();
        for capture in self.captures_of_called(&uses.called) {
            if self.is_declared_in(capture.of, closure) {
                continue;
            }
            if capture.is_exclusive {
                uses.written.push(capture.of);
            }
            uses.read.push(capture.of);
        }
        for of in uses.read {
            if captures.iter().any(|known| known.of == of) {
                continue;
            }
            let is_exclusive = uses.written.contains(&of);
            if is_exclusive && matches!(of, Captured::Global(_)) {
                continue;
            }
            captures.push(Capture { of, is_exclusive });
        }
        captures
    }

    pub(super) fn captured_param(&self, capture: &Capture) -> ParamDef {
        let (name, ty, span) = match capture.of {
            Captured::Local(id) | Captured::Kept(_, id) => {
                let local = &self.body.locals[id];
                (local.name.clone(), self.tables.locals[id], local.span)
            }
            Captured::Global(def) => {
                let found = self.env().def(def);
                let ty = match &found.kind {
                    DefKind::Global(global) => global.ty,
                    _ => None,
                };
                (found.name.clone(), ty, found.span)
            }
        };
        ParamDef {
            name,
            is_mut: capture.is_exclusive,
            ty: ty.unwrap_or_else(Ty::error),
            default: None,
            span,
        }
    }

    fn uses(&self, expr: ExprId, closure: Span, uses: &mut Uses) {
        if let Some(found) = self.variable(expr, closure) {
            uses.read.push(found);
            uses.reads.push((found, self.span(expr)));
        }
        let mut write = |place: ExprId, by: ExprId| {
            let change = Change {
                place: self.span(place),
                done: self.span(by).end,
            };
            let known = uses.written.len();
            self.roots(place, closure, &mut uses.written);
            let found = uses.written[known..].iter();
            uses.writes.extend(found.map(|found| (*found, change)));
        };
        match &self.body.exprs[expr].kind {
            ExprKind::Assign { place, .. } => write(*place, expr),
            ExprKind::For { pat, source, .. } if self.binds_in_place(*pat) => {
                write(*source, *source);
            }
            ExprKind::Is { pat, expr } if self.binds_in_place(*pat) => write(*expr, *expr),
            ExprKind::Match { scrutinee, arms }
                if arms.iter().any(|arm| self.binds_in_place(arm.pat)) =>
            {
                write(*scrutinee, *scrutinee);
            }
            _ => {}
        }
        for arg in self
            .tables
            .calls
            .get(&expr)
            .iter()
            .flat_map(|call| &call.args)
        {
            if let CallArg::Mut(place) = arg {
                write(*place, expr);
            }
        }
        self.called(expr, uses);
        for child in children(&self.body, expr) {
            self.uses(child, closure, uses);
        }
        match &self.body.exprs[expr].kind {
            ExprKind::Closure { body, .. } => self.uses(*body, closure, uses),
            ExprKind::Block { stmts, .. } => {
                for stmt in stmts {
                    if let Stmt::Fn(def) = stmt
                        && let Some(inner) = self.body.inner_fn(*def)
                    {
                        self.uses(inner.body, closure, uses);
                    }
                }
            }
            _ => {}
        }
    }

    /// The functions of the body that an expression itself calls or names.
    fn called(&self, expr: ExprId, uses: &mut Uses) {
        let mut add = |def: DefId| {
            if self.body.inner_fn(def).is_some() {
                uses.called.push((def, self.span(expr)));
            }
        };
        if let Some(call) = self.tables.calls.get(&expr) {
            if let Target::Fn(def) = call.target {
                add(def);
            }
            for arg in &call.args {
                if let CallArg::Default(def) = arg {
                    add(*def);
                }
            }
        }
        if let Some(value) = self.tables.fn_values.get(&expr) {
            if let Target::Fn(def) = value.target {
                add(def);
            }
            value.defaults.iter().copied().for_each(add);
        }
    }

    /// The variable that a place is a part of, or those of a tuple of places.
    fn roots(&self, place: ExprId, closure: Span, found: &mut Vec<Captured>) {
        match &self.body.exprs[place].kind {
            ExprKind::Local(_) | ExprKind::Global(_) => {
                found.extend(self.variable(place, closure));
            }
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => {
                self.roots(*base, closure, found);
            }
            ExprKind::MethodCall { receiver, .. } => self.roots(*receiver, closure, found),
            ExprKind::Tuple(parts) => {
                for part in parts {
                    self.roots(*part, closure, found);
                }
            }
            ExprKind::Call { args, .. } => {
                for arg in args {
                    self.roots(arg.value, closure, found);
                }
            }
            _ => {}
        }
    }

    /// A variable that was declared around the closure: a local, or a global that may change.
    fn variable(&self, expr: ExprId, closure: Span) -> Option<Captured> {
        match &self.body.exprs[expr].kind {
            ExprKind::Local(id) => {
                let declared = self.body.locals[*id].span;
                let is_inside = closure.start <= declared.start && declared.end <= closure.end;
                (!is_inside).then_some(Captured::Local(*id))
            }
            ExprKind::Global(def) => match &self.env().def(*def).kind {
                DefKind::Global(global)
                    if global.is_var
                        && global.ty.is_some()
                        && global.origin == GlobalOrigin::Sumi =>
                {
                    Some(Captured::Global(*def))
                }
                _ => None,
            },
            _ => None,
        }
    }
}
