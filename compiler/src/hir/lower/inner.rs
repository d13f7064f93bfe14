//! Functions and constants that stand in a body. Their names mean something in all of the block; a function is lowered
//! where it stands, into the body around it, so that it sees the variables that are bound by then.

use smol_str::SmolStr;
use syntax::{Span, ast};

use super::body::{Binding, BodyKind, BodyLowering};
use super::signature::fn_name;
use super::{Job, Unit};
use crate::env::{DefId, DefKind, FnOrigin, Generic};
use crate::hir::resolve::TypeScope;
use crate::hir::{ExprId, InnerFn, LocalId, Stmt};
use crate::types::Ty;

/// What is found where the function stands, besides its signature.
pub(super) struct Declared<'a> {
    id: DefId,
    types: TypeScope,
    defaults: Vec<(DefId, &'a ast::Expr)>,
}
impl<'a> BodyLowering<'_, 'a> {
    pub(super) fn declare_inner(&mut self, block: &'a ast::Block) {
        for stmt in &block.stmts {
            if let ast::StmtKind::Let(binding) = &stmt.kind
                && binding.kind == ast::BindingKind::Const
            {
                self.local_const(binding);
            }
        }
        let items = block.stmts.iter().filter_map(|stmt| match &stmt.kind {
            ast::StmtKind::Item(item) => Some(&**item),
            _ => None,
        });
        let mut found = Vec::new();
        for item in items {
            let ast::ItemKind::Fn(decl) = &item.kind else {
                self.unit
                    .reject("a declaration other than `fn` in a body", item.span);
                continue;
            };
            let id = self.unit.env.fresh_def();
            self.declare_fn(id, decl, item);
            found.push((fn_name(decl).0, id));
        }
        for (name, id) in found {
            self.bind(name, Binding::Def(id));
        }
    }

    /// The type parameters of neighbours keep their indices and lose their names, so that every parameter in a body has an
    /// index of its own and the body can be checked as one.
    fn declare_fn(&mut self, id: DefId, decl: &'a ast::FnDecl, item: &'a ast::Item) {
        let mut types = self.types.clone();
        let strangers = self.all_generics[types.generics.len()..].iter();
        types.generics.extend(strangers.map(|generic| Generic {
            name: SmolStr::default(),
            bounds: Vec::new(),
            is_const: generic.is_const,
        }));
        let (name, span) = fn_name(decl);
        let jobs = self.unit.jobs.len();
        let mut function = self.unit.signature(id, &name, decl, &types, FnOrigin::Sumi);
        function.inherited = types.generics.len();
        self.all_generics
            .extend_from_slice(&function.generics[types.generics.len()..]);
        types.generics.clone_from(&function.generics);
        let defaults = self.unit.defaults_since(jobs);
        for (default, _) in &defaults {
            let mut def = (**self.unit.env.def(*default)).clone();
            if let DefKind::Fn(made) = &mut def.kind {
                made.inherited = made.generics.len();
            }
            self.unit.env.insert(def);
        }
        let name = ast::Ident { name, span };
        let mut def = self.unit.new_def(id, &name, false, DefKind::Fn(function));
        def.docs.clone_from(&item.docs);
        self.unit.env.insert(def);
        let declared = Declared {
            id,
            types,
            defaults,
        };
        self.waiting.push((decl, declared));
    }

    /// A declaration among the statements.
    pub(super) fn inner_item(&mut self, item: &'a ast::Item, stmts: &mut Vec<Stmt>) {
        let ast::ItemKind::Fn(decl) = &item.kind else {
            return;
        };
        let found = self
            .waiting
            .iter()
            .position(|(waiting, _)| std::ptr::eq(*waiting, decl));
        let Some(index) = found else { return };
        let (_, declared) = self.waiting.swap_remove(index);
        let Some(body) = &decl.body else { return };
        for (default, expr) in declared.defaults {
            let types = declared.types.clone();
            let body = self.apart(types, BodyKind::Value, |inner| inner.expr(expr));
            self.add_inner(default, Vec::new(), body, expr.span, stmts);
        }
        let signature = self.unit.env.function(declared.id).clone();
        let mut params = Vec::new();
        let body = self.apart(declared.types, BodyKind::Function, |inner| {
            params = inner.parameters(&signature);
            let root = inner.fn_body(decl, body);
            if inner.result_dropped {
                // The callers hear nothing of a result that is missing.
                inner.unit.env.set_inferred_type(declared.id, Ty::error());
            }
            root
        });
        self.add_inner(declared.id, params, body, item.span, stmts);
    }

    fn add_inner(
        &mut self,
        def: DefId,
        params: Vec<LocalId>,
        body: ExprId,
        span: Span,
        stmts: &mut Vec<Stmt>,
    ) {
        self.inner.push(InnerFn {
            def,
            params,
            body,
            span,
        });
        stmts.push(Stmt::Fn(def));
    }

    /// Lowers what is a function of its own, with the names around it but not the loops.
    fn apart(
        &mut self,
        types: TypeScope,
        kind: BodyKind,
        lower: impl FnOnce(&mut Self) -> ExprId,
    ) -> ExprId {
        let loops = std::mem::take(&mut self.active_loops);
        let around = std::mem::replace(&mut self.types, types);
        let kind = std::mem::replace(&mut self.kind, kind);
        let depth = std::mem::replace(&mut self.closure_depth, 0);
        let begins = std::mem::take(&mut self.begins_function);
        let dropped = std::mem::take(&mut self.result_dropped);
        self.push_scope();
        let body = lower(self);
        self.pop_scope();
        self.result_dropped = dropped;
        self.begins_function = begins;
        self.closure_depth = depth;
        self.kind = kind;
        self.types = around;
        self.active_loops = loops;
        body
    }
}

impl<'a> Unit<'a> {
    /// Takes back the bodies that a signature asked for: the function's own, and the defaults, which are returned.
    fn defaults_since(&mut self, from: usize) -> Vec<(DefId, &'a ast::Expr)> {
        let defaults = self.jobs.drain(from..).filter_map(|job| match job {
            Job::Value { def, expr, .. } => Some((def, expr)),
            Job::Fn { .. } => None,
        });
        defaults.collect()
    }
}
