//! From checked HIR to MIR: control flow becomes blocks, expressions become statements over places.
//!
//! What is promised to the passes that follow: every read of a place is an `Operand::Copy`, nothing is dropped, everything
//! is evaluated in the order of the text, and an operand that is still waiting when something runs that may
//! write its place has been put into a temporary first. Blocks that cannot be reached are left out.

mod assign;
mod blocks;
mod call;
mod closure;
mod control;
mod data;
mod expr;
mod for_loop;
mod map;
mod matching;
mod operator;
mod optional;
mod pattern;
mod place;
mod projection;
mod text;
mod writes;

#[cfg(test)]
mod tests;

use cranelift_entity::{EntityRef, PrimaryMap, SecondaryMap};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use syntax::Span;

use super::{
    Block, BlockId, Body, Built, Check, Const, ConstValue, Local, LocalDecl, LocalKind, Old,
    Operand, ParamMode, Place, Rvalue, Statement, StatementKind, Terminator,
};
use crate::check::{Tables, Typed};
use crate::env::{DefId, DefKind, Env, ModuleId};
use crate::hir::{self, ExprId, LocalId, LoopId};
use crate::types::Ty;

/// Builds a function, the default of a parameter or field, or the initial value of a constant; its closures follow it.
pub fn build(env: &Env, typed: &Typed, def: DefId) -> Vec<Built> {
    let function = env.function(def);
    let mut builder = Builder::new(
        env,
        typed,
        def,
        env.def(def).name.clone(),
        function.result(),
    );
    builder.parameters(def);
    if let Some(projected) = &function.projection {
        return builder.projection(typed, projected);
    }
    builder.function_body();
    builder.finish()
}

/// Builds a cell, and its closures after it; `def` is its own definition and `value` the hidden global for the value of an
/// expression.
pub fn build_cell(
    env: &Env,
    typed: &Typed,
    def: DefId,
    name: impl Into<SmolStr>,
    value: Option<DefId>,
) -> Vec<Built> {
    let mut builder = Builder::new(env, typed, def, name.into(), Ty::unit());
    builder.cell_body(value);
    builder.finish()
}

/// The value of a default that is a literal. Other functions without parameters may have one too, which nobody asks for.
pub fn known_default(env: &Env, typed: &Typed, def: DefId) -> Option<ConstValue> {
    let function = env.function(def);
    if !function.params.is_empty() || function.has_self {
        return None;
    }
    let name = env.def(def).name.clone();
    Builder::new(env, typed, def, name, function.result()).known(typed.body.root)
}

struct Builder<'a> {
    env: &'a Env,
    hir: &'a hir::Body,
    tables: &'a Tables,
    body: Body,
    /// Where statements go now.
    current: BlockId,
    /// The place of each local of the HIR, once it is declared.
    places: SecondaryMap<LocalId, Option<Local>>,
    /// The local of the HIR that a local stands for; temporaries have none.
    users: FxHashMap<Local, LocalId>,
    loops: SecondaryMap<LoopId, Option<LoopFrame>>,
    /// Expressions that have been evaluated already, because they are receivers of `?.`.
    evaluated: FxHashMap<ExprId, Place>,
    /// In a closure, the globals that it has the values of.
    captured_globals: FxHashMap<DefId, Local>,
    /// What functions that stand in the body have kept of variables.
    kept: FxHashMap<(DefId, LocalId), Local>,
    /// The functions that closures became.
    lifted: Vec<Built>,
}

#[derive(Clone, Copy)]
struct LoopFrame {
    on_break: BlockId,
    on_continue: BlockId,
    /// Receives the value of `break`.
    dest: Option<Local>,
}

impl<'a> Builder<'a> {
    fn new(env: &'a Env, typed: &'a Typed, def: DefId, name: SmolStr, ret: Ty) -> Builder<'a> {
        Builder::starting(
            env,
            &typed.body,
            &typed.tables,
            def,
            name,
            ret,
            typed.body.span,
        )
    }

    /// For a closure in the body that `around` builds.
    fn inside(around: &Builder<'a>, def: DefId, name: SmolStr, ret: Ty, span: Span) -> Builder<'a> {
        Builder::starting(around.env, around.hir, around.tables, def, name, ret, span)
    }

    fn starting(
        env: &'a Env,
        hir: &'a hir::Body,
        tables: &'a Tables,
        def: DefId,
        name: SmolStr,
        ret: Ty,
        span: Span,
    ) -> Builder<'a> {
        let mut body = Body {
            def,
            name,
            params: Vec::new(),
            locals: PrimaryMap::new(),
            blocks: PrimaryMap::new(),
            span,
        };
        body.locals.push(LocalDecl {
            ty: ret,
            name: None,
            span,
            kind: LocalKind::Owned,
        });
        let current = body.blocks.push(open_block());
        Builder {
            env,
            hir,
            tables,
            body,
            current,
            places: SecondaryMap::new(),
            users: FxHashMap::default(),
            loops: SecondaryMap::new(),
            evaluated: FxHashMap::default(),
            captured_globals: FxHashMap::default(),
            kept: FxHashMap::default(),
            lifted: Vec::new(),
        }
    }

    fn parameters(&mut self, def: DefId) {
        let modes: Vec<bool> = self
            .env
            .function(def)
            .params
            .iter()
            .map(|p| p.is_mut)
            .collect();
        for (index, is_mut) in modes.into_iter().enumerate() {
            self.body.params.push(if is_mut {
                ParamMode::Mut
            } else {
                ParamMode::Own
            });
            self.declare(LocalId::new(index));
        }
    }

    fn function_body(&mut self) {
        self.returning(self.hir.root, self.tables.ends_ok);
    }

    fn returning(&mut self, root: ExprId, ends_ok: bool) {
        if ends_ok {
            self.effect(root);
            self.result_ok_unit(self.body.span);
            self.terminate(Terminator::Return);
        } else {
            self.body_of(root);
        }
    }

    /// A body that returns the value of an expression, or `()`.
    fn body_of(&mut self, root: ExprId) {
        if self.body.locals[Local::RESULT].ty.is_unit() {
            self.effect(root);
            self.assign_unit(Local::RESULT, self.body.span);
        } else {
            self.into(Some(Local::RESULT), root);
        }
        self.terminate(Terminator::Return);
    }

    fn cell_body(&mut self, value: Option<DefId>) {
        let root = self.hir.root;
        let ty = self.expr_ty(root);
        match value {
            Some(global) if !ty.is_unit() && !ty.is_never() => {
                let operand = self.operand(root);
                let span = self.hir.exprs[root].span;
                self.first_value(global, operand, span);
            }
            _ => self.into(None, root),
        }
        let span = self.body.span;
        self.assign_unit(Local::RESULT, span);
        self.terminate(Terminator::Return);
    }

    /// The body, and after it those of its closures.
    fn finish(mut self) -> Vec<Built> {
        blocks::tidy(&mut self.body);
        let mut bodies = vec![Built(self.body)];
        bodies.append(&mut self.lifted);
        bodies
    }
}

// Locals, statements and blocks.
impl Builder<'_> {
    /// The type of an expression's value where it stands, wrapped into `some(…)` if it is.
    fn expr_ty(&self, expr: ExprId) -> Ty {
        match self.tables.wraps.get(&expr) {
            Some(wrapped) => *wrapped,
            None => self.bare_ty(expr),
        }
    }

    /// The type of an expression itself, before wrapping.
    fn bare_ty(&self, expr: ExprId) -> Ty {
        self.tables.exprs[expr]
            .unwrap_or_else(|| panic!("compiler bug: {expr} was built without a type"))
    }

    /// The local for a local of the HIR, made when it is first declared.
    fn declare(&mut self, id: LocalId) -> Local {
        if let Some(known) = self.places[id] {
            return known;
        }
        let ty = self.tables.locals[id]
            .unwrap_or_else(|| panic!("compiler bug: {id} was built without a type"));
        let declared = &self.hir.locals[id];
        let local = self.body.locals.push(LocalDecl {
            ty,
            name: Some(declared.name.clone()),
            span: declared.span,
            kind: if declared.is_ref {
                LocalKind::Ref
            } else {
                LocalKind::Owned
            },
        });
        self.places[id] = Some(local);
        self.users.insert(local, id);
        local
    }

    fn temp(&mut self, ty: Ty, span: Span) -> Local {
        self.new_local(ty, span, LocalKind::Owned)
    }

    fn new_local(&mut self, ty: Ty, span: Span, kind: LocalKind) -> Local {
        self.body.locals.push(LocalDecl {
            ty,
            name: None,
            span,
            kind,
        })
    }

    fn place_ty(&self, place: &Place) -> Ty {
        self.body.place_ty(self.env, place)
    }

    fn emit(&mut self, kind: StatementKind, span: Span) {
        let statement = Statement { kind, span };
        self.body.blocks[self.current].statements.push(statement);
    }

    fn assign(&mut self, place: Place, value: Rvalue, span: Span) {
        let old = Old::Unknown;
        self.emit(StatementKind::Assign { place, value, old }, span);
    }

    /// Gives a global its first value: there is no old one to drop.
    fn first_value(&mut self, global: DefId, value: Operand, span: Span) {
        let kind = StatementKind::Assign {
            place: Place::global(global),
            value: Rvalue::Use(value),
            old: Old::Nothing,
        };
        self.emit(kind, span);
    }

    fn assign_local(&mut self, local: Local, value: Rvalue, span: Span) {
        self.assign(Place::local(local), value, span);
    }

    fn assign_unit(&mut self, local: Local, span: Span) {
        self.assign_local(local, Rvalue::Use(Operand::Const(Const::Unit)), span);
    }

    /// Puts a value into a temporary of its own and reads that.
    fn keep(&mut self, value: Rvalue, span: Span) -> Operand {
        Operand::Copy(Place::local(self.keep_local(value, span)))
    }

    fn keep_local(&mut self, value: Rvalue, span: Span) -> Local {
        let ty = self.body.rvalue_ty(self.env, &value);
        let temp = self.temp(ty, span);
        self.assign_local(temp, value, span);
        temp
    }

    fn check(&mut self, check: Check, span: Span) {
        self.emit(StatementKind::Check(check), span);
    }

    fn new_block(&mut self) -> BlockId {
        self.body.blocks.push(open_block())
    }

    fn switch_to(&mut self, block: BlockId) {
        self.current = block;
    }

    /// Ends the current block. What follows without a `switch_to` cannot be reached.
    fn terminate(&mut self, terminator: Terminator) {
        self.body.blocks[self.current].terminator = terminator;
        self.current = self.new_block();
    }

    fn goto(&mut self, block: BlockId) {
        self.terminate(Terminator::Goto(block));
    }

    fn branch_on(&mut self, cond: Operand, then: BlockId, otherwise: BlockId) {
        self.terminate(Terminator::If {
            cond,
            then,
            otherwise,
        });
    }

    /// Goes on only if `cond` holds.
    fn require(&mut self, cond: Operand, otherwise: BlockId) {
        let next = self.new_block();
        self.branch_on(cond, next, otherwise);
        self.switch_to(next);
    }

    /// A primitive of the prelude.
    fn intrinsic(&self, name: &str) -> DefId {
        let scope = self.env.module(ModuleId::PRELUDE);
        scope
            .names
            .get(name)
            .copied()
            .filter(|def| matches!(self.env.def(*def).kind, DefKind::Fn(_)))
            .unwrap_or_else(|| panic!("compiler bug: the prelude has no `{name}`"))
    }
}

/// A block that ends in `Unreachable` until it is terminated.
fn open_block() -> Block {
    Block {
        statements: Vec::new(),
        terminator: Terminator::Unreachable,
    }
}
