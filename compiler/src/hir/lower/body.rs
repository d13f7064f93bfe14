//! One body at a time: its arenas, its scopes, its loops; and the bodies that a unit has.

use cranelift_entity::PrimaryMap;
use smol_str::SmolStr;
use syntax::{Span, ast};

use super::Unit;
use super::declare::Declared;
use super::inner;
use super::statement::has_effect;
use crate::env::{DefId, DefKind, FnDef, Generic};
use crate::hir::resolve::TypeScope;
use crate::hir::{
    Body, Cell, Expr, ExprId, ExprKind, InnerFn, Local, LocalId, LoopId, Pat, PatId, PatKind, Stmt,
    Test,
};
use crate::types::Ty;

/// What a name in a body's scope means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Binding {
    Local(LocalId),
    /// A `const` or `fn` that stands in the body.
    Def(DefId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    Function,
    /// A top-level item: `return` has nowhere to go, and globals of later cells are not bound yet.
    Cell,
    /// A default or the value of a constant.
    Value,
}

pub(super) struct BodyLowering<'u, 'a> {
    pub(super) unit: &'u mut Unit<'a>,
    pub(super) types: TypeScope,
    pub(super) kind: BodyKind,
    locals: PrimaryMap<LocalId, Local>,
    pub(super) exprs: PrimaryMap<ExprId, Expr>,
    pats: PrimaryMap<PatId, Pat>,
    pub(super) loops: PrimaryMap<LoopId, Option<SmolStr>>,
    scopes: Vec<Scope>,
    /// The loops around, the innermost last. A closure hides those around it.
    pub(super) active_loops: Vec<LoopId>,
    pub(super) closure_depth: u32,
    /// The next block is the body of a function without a result type.
    pub(super) begins_function: bool,
    /// Such a function ends with a value all the same.
    pub(super) result_dropped: bool,
    /// The functions that stand in the body.
    pub(super) inner: Vec<InnerFn>,
    /// The type parameters of the body and of all functions in it, each with an index of its own.
    pub(super) all_generics: Vec<Generic>,
    /// Functions of the blocks around that have not been reached.
    pub(super) waiting: Vec<(&'a ast::FnDecl, inner::Declared<'a>)>,
    /// The names of the bindings whose values are being lowered.
    pub(super) being_bound: Vec<SmolStr>,
}

#[derive(Default)]
struct Scope {
    names: Vec<(SmolStr, Binding)>,
    /// How many constants were known when it began.
    consts: usize,
}

impl<'a> Unit<'a> {
    pub(super) fn lower_fn(
        &mut self,
        def: DefId,
        decl: &'a ast::FnDecl,
        types: TypeScope,
    ) -> Option<Body> {
        let signature = self.env.function(def).clone();
        let span = self.env.def(def).span;
        let body = decl.body.as_ref()?;
        let mut lowering = BodyLowering::new(self, types, BodyKind::Function);
        lowering.parameters(&signature);
        let root = lowering.fn_body(decl, body);
        let result_dropped = lowering.result_dropped;
        let body = lowering.finish(signature.params.len(), root, span);
        if result_dropped {
            // The callers hear nothing of a result that is missing.
            self.env.set_inferred_type(def, Ty::error());
        }
        Some(body)
    }

    pub(super) fn lower_value(&mut self, expr: &'a ast::Expr, types: TypeScope) -> Body {
        let mut lowering = BodyLowering::new(self, types, BodyKind::Value);
        let root = lowering.expr(expr);
        lowering.finish(0, root, expr.span)
    }

    pub(super) fn lower_cells(&mut self, tree: &'a ast::Module, declared: &Declared) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (item, found) in tree.items.iter().zip(&declared.items) {
            let ast::ItemKind::Stmt(stmt) = &item.kind else {
                self.check_no_expected(item);
                continue;
            };
            let is_binding = matches!(&stmt.kind, ast::StmtKind::Let(_));
            let is_const = matches!(
                &stmt.kind,
                ast::StmtKind::Let(binding) if binding.kind == ast::BindingKind::Const
            );
            if is_const || matches!(stmt.kind, ast::StmtKind::Error | ast::StmtKind::Item(_)) {
                continue;
            }
            if found.value.is_none() {
                self.check_no_expected(item);
            }
            let body = self.lower_cell(stmt, item, &found.defs);
            for def in &found.defs {
                self.not_bound.remove(def);
            }
            cells.push(Cell {
                span: item.span,
                defines: if is_binding {
                    found.defs.clone()
                } else {
                    Vec::new()
                },
                value: found.value,
                expected: item
                    .expected
                    .as_ref()
                    .map(|expected| (expected.text.clone(), expected.span)),
                test: None,
                body,
            });
        }
        for (item, found) in tree.items.iter().zip(&declared.items) {
            if let ast::ItemKind::Test(test) = &item.kind {
                cells.push(self.lower_test(test, item, found.value));
            }
        }
        for expected in &tree.stray_expected {
            self.diags.push(stray_expected(expected.span));
        }
        cells
    }

    /// The value of a `bench` is kept, so that it is computed.
    fn lower_test(
        &mut self,
        test: &'a ast::TestDecl,
        item: &'a ast::Item,
        value: Option<DefId>,
    ) -> Cell {
        let mut lowering = BodyLowering::new(self, TypeScope::default(), BodyKind::Cell);
        let root = match test.is_bench {
            true => lowering.block(&test.body),
            false => lowering.discarded_block(&test.body),
        };
        Cell {
            span: item.span,
            defines: Vec::new(),
            value,
            expected: None,
            test: Some(Test {
                name: test.name.clone(),
                is_bench: test.is_bench,
            }),
            body: lowering.finish(0, root, item.span),
        }
    }

    fn lower_cell(&mut self, stmt: &'a ast::Stmt, item: &'a ast::Item, defs: &[DefId]) -> Body {
        let mut lowering = BodyLowering::new(self, TypeScope::default(), BodyKind::Cell);
        let root = match &stmt.kind {
            ast::StmtKind::Expr(expr) if item.expected.is_some() || shows_value(expr) => {
                lowering.expr(expr)
            }
            ast::StmtKind::Expr(expr) => lowering.discarded(expr),
            ast::StmtKind::Assign(assign) => lowering.assign(assign, stmt.span),
            ast::StmtKind::Let(binding) => lowering.global_binding(binding, defs, stmt.span),
            ast::StmtKind::Item(_) | ast::StmtKind::Error => {
                lowering.alloc(ExprKind::Error, stmt.span)
            }
        };
        lowering.finish(0, root, item.span)
    }

    fn check_no_expected(&mut self, item: &ast::Item) {
        if let Some(expected) = &item.expected {
            self.diags.push(stray_expected(expected.span));
        }
    }
}

/// Whether a top-level expression is one whose value is wanted. An `if` or `match` that stands there as a statement is not,
/// nor a loop; one of whose branches is a mere value, which nobody could want to be dropped, is.
fn shows_value(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::If {
            then_block,
            else_branch,
            ..
        } => {
            let otherwise = else_branch.as_deref();
            otherwise.is_some_and(|branch| gives_value(then_block) || shows_branch(branch))
        }
        ast::ExprKind::Match { arms, .. } => arms.iter().any(|arm| shows_branch(&arm.body)),
        ast::ExprKind::Block(block) => gives_value(block),
        ast::ExprKind::Loop { .. } | ast::ExprKind::While { .. } | ast::ExprKind::For { .. } => {
            false
        }
        _ => true,
    }
}

fn gives_value(block: &ast::Block) -> bool {
    match block.stmts.last().map(|last| &last.kind) {
        Some(ast::StmtKind::Expr(expr)) => shows_branch(expr),
        _ => false,
    }
}

fn shows_branch(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::If { .. } | ast::ExprKind::Match { .. } | ast::ExprKind::Block(_) => {
            shows_value(expr)
        }
        _ => !has_effect(expr),
    }
}

impl<'u, 'a> BodyLowering<'u, 'a> {
    fn new(unit: &'u mut Unit<'a>, types: TypeScope, kind: BodyKind) -> Self {
        BodyLowering {
            unit,
            all_generics: types.generics.clone(),
            types,
            kind,
            locals: PrimaryMap::new(),
            exprs: PrimaryMap::new(),
            pats: PrimaryMap::new(),
            loops: PrimaryMap::new(),
            scopes: vec![Scope::default()],
            active_loops: Vec::new(),
            closure_depth: 0,
            begins_function: false,
            result_dropped: false,
            inner: Vec::new(),
            waiting: Vec::new(),
            being_bound: Vec::new(),
        }
    }

    /// A local for each parameter of a function.
    pub(super) fn parameters(&mut self, signature: &FnDef) -> Vec<LocalId> {
        let mut locals = Vec::new();
        for param in &signature.params {
            let local = self.new_local(Local {
                name: param.name.clone(),
                span: param.span,
                is_var: param.is_mut,
                is_ref: param.is_mut,
                ty: Some(param.ty),
            });
            self.bind(param.name.clone(), Binding::Local(local));
            locals.push(local);
        }
        locals
    }

    pub(super) fn fn_body(&mut self, decl: &'a ast::FnDecl, body: &'a ast::FnBody) -> ExprId {
        match body {
            ast::FnBody::Expr(expr) => self.expr(expr),
            ast::FnBody::Block(block) if decl.result.is_none() => {
                self.begins_function = true;
                self.discarded_block(block)
            }
            ast::FnBody::Block(block) => self.block(block),
        }
    }

    fn finish(self, params: usize, root: ExprId, span: Span) -> Body {
        Body {
            params,
            locals: self.locals,
            exprs: self.exprs,
            pats: self.pats,
            loops: self.loops,
            inner: self.inner,
            generics: self.all_generics,
            root,
            span,
        }
    }

    pub(super) fn alloc(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.exprs.push(Expr { kind, span })
    }

    pub(super) fn alloc_pat(&mut self, kind: PatKind, span: Span) -> PatId {
        self.pats.push(Pat { kind, span })
    }

    pub(super) fn alloc_block(
        &mut self,
        stmts: Vec<Stmt>,
        tail: Option<ExprId>,
        span: Span,
    ) -> ExprId {
        self.alloc(ExprKind::Block { stmts, tail }, span)
    }

    pub(super) fn new_local(&mut self, local: Local) -> LocalId {
        self.locals.push(local)
    }

    /// The name means `binding` from here to the end of the scope.
    pub(super) fn bind(&mut self, name: SmolStr, binding: Binding) {
        if let Binding::Def(def) = binding
            && matches!(self.unit.env.def(def).kind, DefKind::Const(_))
        {
            self.types.consts.push((name.clone(), def));
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.push((name, binding));
        }
    }

    pub(super) fn push_scope(&mut self) {
        let consts = self.types.consts.len();
        self.scopes.push(Scope {
            names: Vec::new(),
            consts,
        });
    }

    pub(super) fn pop_scope(&mut self) {
        if let Some(scope) = self.scopes.pop() {
            self.types.consts.truncate(scope.consts);
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<Binding> {
        let names = self
            .scopes
            .iter()
            .rev()
            .flat_map(|scope| scope.names.iter().rev());
        names
            .filter(|(known, _)| known == name)
            .map(|(_, binding)| *binding)
            .next()
    }

    pub(super) fn local_names(&self) -> Vec<SmolStr> {
        let names = self.scopes.iter().flat_map(|scope| &scope.names);
        names
            .filter(|(_, binding)| matches!(binding, Binding::Local(_)))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

fn stray_expected(span: Span) -> syntax::Diagnostic {
    syntax::Diagnostic::error("stray-expected", "`//=>` states the value of an expression")
        .at(span, "there is no top-level expression on this line")
}
