//! Blocks, conditions, loops and what leaves them.

use syntax::Span;

use super::{Builder, LoopFrame};
use crate::env::DefId;
use crate::hir::{ExprId, ExprKind, LoopId, PatId, PatKind, Stmt, UnaryOp};
use crate::mir::{
    BlockId, Const, Local, Operand, Place, Rvalue, Statement, StatementKind, Terminator,
};

impl Builder<'_> {
    pub(super) fn build_block(
        &mut self,
        dest: Option<Local>,
        stmts: &[Stmt],
        tail: Option<ExprId>,
    ) {
        for stmt in stmts {
            match stmt {
                Stmt::Let {
                    pat,
                    value,
                    otherwise,
                    ..
                } => self.build_let(*pat, *value, *otherwise),
                Stmt::Expr(expr) => self.effect(*expr),
                Stmt::Fn(def) => self.inner_fn(*def),
            }
        }
        if let Some(tail) = tail {
            self.into(dest, tail);
        }
    }

    fn build_let(&mut self, pat: PatId, value: Option<ExprId>, otherwise: Option<ExprId>) {
        let Some(value) = value else { return };
        if self.expr_ty(value).is_never() {
            return self.effect(value);
        }
        match (&self.hir.pats[pat].kind, &self.hir.exprs[value].kind) {
            (PatKind::Bind(id), _) => {
                let local = self.declare(*id);
                self.into(Some(local), value);
            }
            (PatKind::Tuple(pats), ExprKind::Tuple(parts))
                if otherwise.is_none() && !self.tables.wraps.contains_key(&value) =>
            {
                self.let_tuple(pats, parts);
            }
            _ => {
                let place = self.place_before(value, &[]);
                match otherwise {
                    None => self.bind(pat, &place),
                    Some(otherwise) => {
                        let fail = self.new_block();
                        self.test(pat, &place, fail);
                        self.bind(pat, &place);
                        let next = self.new_block();
                        self.goto(next);
                        self.switch_to(fail);
                        self.effect(otherwise);
                        self.terminate(Terminator::Unreachable);
                        self.switch_to(next);
                    }
                }
            }
        }
    }

    /// `let (a, b) = (x, y)` without a tuple.
    fn let_tuple(&mut self, pats: &[PatId], parts: &[ExprId]) {
        let places: Vec<Place> = parts.iter().map(|part| self.value_place(*part)).collect();
        for (pat, place) in pats.iter().zip(&places) {
            self.bind(*pat, place);
        }
    }

    pub(super) fn build_if(
        &mut self,
        dest: Option<Local>,
        cond: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
    ) {
        let (on_true, on_false) = (self.new_block(), self.new_block());
        let join = match otherwise {
            Some(_) => self.new_block(),
            None => on_false,
        };
        self.branch(cond, on_true, on_false);
        self.switch_to(on_true);
        self.into(dest, then);
        self.goto(join);
        if let Some(otherwise) = otherwise {
            self.switch_to(on_false);
            self.into(dest, otherwise);
            self.goto(join);
        }
        self.switch_to(join);
    }

    /// Evaluates a condition, binds what it binds, and goes on in one of the two blocks.
    pub(super) fn branch(&mut self, cond: ExprId, on_true: BlockId, on_false: BlockId) {
        match &self.hir.exprs[cond].kind {
            ExprKind::And(left, right) => {
                let middle = self.new_block();
                self.branch(*left, middle, on_false);
                self.switch_to(middle);
                self.branch(*right, on_true, on_false);
            }
            ExprKind::Or(left, right) => {
                let middle = self.new_block();
                self.branch(*left, on_true, middle);
                self.switch_to(middle);
                self.branch(*right, on_true, on_false);
            }
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } if !self.tables.calls.contains_key(&cond) => {
                self.branch(*operand, on_false, on_true);
            }
            ExprKind::Bool(true) => self.goto(on_true),
            ExprKind::Bool(false) => self.goto(on_false),
            ExprKind::Is { pat, expr } => {
                let place = self.scrutinee(*expr, [*pat], &[]);
                self.test(*pat, &place, on_false);
                self.bind(*pat, &place);
                self.goto(on_true);
            }
            _ => {
                let value = self.operand(cond);
                self.branch_on(value, on_true, on_false);
            }
        }
    }

    /// The value of a condition.
    pub(super) fn build_truth(&mut self, dest: Option<Local>, expr: ExprId, span: Span) {
        let (on_true, on_false) = (self.new_block(), self.new_block());
        let join = self.new_block();
        self.branch(expr, on_true, on_false);
        for (block, value) in [(on_true, true), (on_false, false)] {
            self.switch_to(block);
            if let Some(dest) = dest {
                let value = Operand::Const(Const::Bool(value));
                self.assign_local(dest, Rvalue::Use(value), span);
            }
            self.goto(join);
        }
        self.switch_to(join);
    }

    pub(super) fn build_loop(&mut self, dest: Option<Local>, id: LoopId, body: ExprId, span: Span) {
        let (head, after) = (self.new_block(), self.new_block());
        self.goto(head);
        self.switch_to(head);
        self.in_loop(id, after, head, dest, body);
        self.goto(head);
        // A jump has no place in the text, and a loop of nothing else may be ended there.
        let head = &mut self.body.blocks[head].statements;
        if head.is_empty() {
            let kind = StatementKind::Nop;
            head.push(Statement { kind, span });
        }
        self.switch_to(after);
    }

    /// Builds the body of a loop where we are; it ends where the next round should begin.
    pub(super) fn in_loop(
        &mut self,
        id: LoopId,
        on_break: BlockId,
        on_continue: BlockId,
        dest: Option<Local>,
        body: ExprId,
    ) {
        self.loops[id] = Some(LoopFrame {
            on_break,
            on_continue,
            dest,
        });
        self.effect(body);
    }

    fn frame(&self, target: LoopId) -> LoopFrame {
        self.loops[target]
            .unwrap_or_else(|| panic!("compiler bug: {target} is left from outside of it"))
    }

    pub(super) fn build_break(&mut self, target: LoopId, value: Option<ExprId>) {
        let frame = self.frame(target);
        if let Some(value) = value {
            self.into(frame.dest, value);
        }
        self.goto(frame.on_break);
    }

    pub(super) fn build_continue(&mut self, target: LoopId) {
        let frame = self.frame(target);
        self.goto(frame.on_continue);
    }

    pub(super) fn build_return(&mut self, value: Option<ExprId>, span: Span) {
        let returns_ok = self.body.locals[Local::RESULT].ty.is_result();
        match value {
            Some(value) => self.into(Some(Local::RESULT), value),
            None if returns_ok => self.result_ok_unit(span),
            None => self.assign_unit(Local::RESULT, span),
        }
        self.terminate(Terminator::Return);
    }

    /// `_0 = ok(())`
    pub(super) fn result_ok_unit(&mut self, span: Span) {
        let ty = self.body.locals[Local::RESULT].ty;
        let fields = vec![Operand::Const(Const::Unit)];
        let variant = 0;
        self.assign_local(
            Local::RESULT,
            Rvalue::Variant {
                ty,
                variant,
                fields,
            },
            span,
        );
    }
}

impl crate::types::Ty {
    pub(super) fn is_result(self) -> bool {
        matches!(self.kind(), crate::types::TyKind::Adt(DefId::RESULT, _))
    }
}
