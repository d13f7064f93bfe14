//! Statements, blocks and what becomes of values that nobody wants.

use syntax::{Diagnostic, Span, ast};

use super::body::{Binding, BodyKind, BodyLowering};
use super::declare::bound_names;
use super::pattern::Mutability;
use crate::env::DefId;
use crate::hir::{Arm, BinaryOp, ExprId, ExprKind, Stmt};

impl<'a> BodyLowering<'_, 'a> {
    pub(super) fn block(&mut self, block: &'a ast::Block) -> ExprId {
        self.block_with(block, false)
    }

    /// A block whose last value is dropped: the body of a loop, or of a function without a result type.
    pub(super) fn discarded_block(&mut self, block: &'a ast::Block) -> ExprId {
        self.block_with(block, true)
    }

    fn block_with(&mut self, block: &'a ast::Block, discard: bool) -> ExprId {
        let of_function = std::mem::take(&mut self.begins_function);
        self.push_scope();
        self.declare_inner(block);
        let mut stmts = Vec::new();
        let mut tail = None;
        let last = block.stmts.len().saturating_sub(1);
        for (index, stmt) in block.stmts.iter().enumerate() {
            match &stmt.kind {
                ast::StmtKind::Expr(expr) if index == last && !discard => {
                    tail = Some(self.expr(expr));
                }
                ast::StmtKind::Expr(expr) => {
                    let before = self.unit.diags.len();
                    let dropped = self.discarded(expr);
                    stmts.push(Stmt::Expr(dropped));
                    let place = match (index == last, of_function) {
                        (true, true) => Dropped::Result,
                        (true, false) => Dropped::Last,
                        (false, _) => Dropped::Inside,
                    };
                    if self.unit.diags.len() == before {
                        self.check_effect(expr, place);
                    }
                }
                _ => self.statement(stmt, &mut stmts),
            }
        }
        self.pop_scope();
        self.alloc_block(stmts, tail, block.span)
    }

    fn statement(&mut self, stmt: &'a ast::Stmt, stmts: &mut Vec<Stmt>) {
        match &stmt.kind {
            // Lowered when the block began.
            ast::StmtKind::Let(binding) if binding.kind == ast::BindingKind::Const => {}
            ast::StmtKind::Let(binding) => {
                let lowered = self.local_binding(binding);
                stmts.push(lowered);
            }
            ast::StmtKind::Assign(assign) => {
                let assign = self.assign(assign, stmt.span);
                stmts.push(Stmt::Expr(assign));
            }
            ast::StmtKind::Expr(expr) => {
                let expr = self.discarded(expr);
                stmts.push(Stmt::Expr(expr));
            }
            ast::StmtKind::Item(item) => self.inner_item(item, stmts),
            ast::StmtKind::Error => {
                let error = self.alloc(ExprKind::Error, stmt.span);
                stmts.push(Stmt::Expr(error));
            }
        }
    }

    fn local_binding(&mut self, binding: &'a ast::LetStmt) -> Stmt {
        let ty = binding.ty.as_ref().map(|ty| self.ty(ty));
        let names = bound_names(&binding.pattern).into_iter();
        let before = self.being_bound.len();
        self.being_bound.extend(names.map(|name| name.name.clone()));
        let value = self.expr(&binding.value);
        self.being_bound.truncate(before);
        let otherwise = binding.else_block.as_ref().map(|block| self.block(block));
        let mutability = match binding.kind {
            ast::BindingKind::Var => Mutability::Var,
            ast::BindingKind::Let | ast::BindingKind::Const => Mutability::Let,
        };
        let pat = self.pattern(&binding.pattern, mutability);
        Stmt::Let {
            pat,
            ty,
            value: Some(value),
            otherwise,
        }
    }

    pub(super) fn local_const(&mut self, binding: &'a ast::LetStmt) {
        let name = match &binding.pattern.kind {
            ast::PatternKind::Bind { name, .. } => name,
            ast::PatternKind::Path(path) if path.segments.len() == 1 => &path.segments[0],
            // The parser has said that a constant has one name.
            _ => return,
        };
        let id = self.unit.env.fresh_def();
        let types = self.types.clone();
        self.unit.const_exprs.insert(id, &binding.value);
        self.unit.constant(id, name, binding, false, &types);
        self.unit.lower_pending_jobs();
        self.bind(name.name.clone(), Binding::Def(id));
    }

    /// `let` and `var` of the top level: the values go into globals.
    pub(super) fn global_binding(
        &mut self,
        binding: &'a ast::LetStmt,
        defs: &[DefId],
        span: Span,
    ) -> ExprId {
        if let (ast::PatternKind::Bind { .. }, [global], None) =
            (&binding.pattern.kind, defs, &binding.else_block)
        {
            let value = self.expr(&binding.value);
            return self.init(*global, value, span);
        }
        let mut stmts = vec![self.local_binding(binding)];
        for (name, global) in bound_names(&binding.pattern).into_iter().zip(defs) {
            if let Some(Binding::Local(local)) = self.find(&name.name) {
                let value = self.alloc(ExprKind::Local(local), name.span);
                let init = self.init(*global, value, name.span);
                stmts.push(Stmt::Expr(init));
            }
        }
        self.alloc_block(stmts, None, span)
    }

    fn init(&mut self, global: DefId, value: ExprId, span: Span) -> ExprId {
        self.alloc(ExprKind::Init { global, value }, span)
    }

    pub(super) fn assign(&mut self, assign: &'a ast::AssignStmt, span: Span) -> ExprId {
        let place = self.assigned_place(&assign.place, assign.op.is_none());
        let value = self.expr(&assign.value);
        let op = assign.op.and_then(binary_op);
        let kind = ExprKind::Assign {
            place,
            op,
            op_span: assign.op_span,
            value,
        };
        self.alloc(kind, span)
    }

    /// The place of an assignment; an unknown name is probably a variable that was not declared.
    fn assigned_place(&mut self, place: &'a ast::Expr, plain: bool) -> ExprId {
        if plain
            && let ast::ExprKind::Name(name) = &place.kind
            && self.find(&name.name).is_none()
            && self.unit.lookup(&name.name, &self.types).is_none()
            && !name.is_upper()
        {
            self.undeclared_variable(name);
            return self.alloc(ExprKind::Error, place.span);
        }
        self.expr(place)
    }

    /// An expression that stands as a statement: its value, and those of its branches, are dropped.
    pub(super) fn discarded(&mut self, expr: &'a ast::Expr) -> ExprId {
        match &expr.kind {
            ast::ExprKind::If {
                condition,
                then_block,
                else_branch,
            } => {
                self.push_scope();
                let cond = self.expr(condition);
                let then = self.discarded_block(then_block);
                self.pop_scope();
                let otherwise = else_branch.as_ref().map(|branch| self.discarded(branch));
                let kind = ExprKind::If {
                    cond,
                    then,
                    otherwise,
                };
                self.alloc(kind, expr.span)
            }
            ast::ExprKind::Match { subject, arms } => {
                let scrutinee = self.expr(subject);
                let arms = arms.iter().map(|arm| self.arm(arm, true)).collect();
                self.alloc(ExprKind::Match { scrutinee, arms }, expr.span)
            }
            ast::ExprKind::Block(block) => self.discarded_block(block),
            ast::ExprKind::Paren(inner) => self.discarded(inner),
            _ => self.expr(expr),
        }
    }

    pub(super) fn arm(&mut self, arm: &'a ast::Arm, discard: bool) -> Arm {
        self.push_scope();
        let pat = self.pattern(&arm.pattern, Mutability::Let);
        let guard = arm.guard.as_ref().map(|guard| self.expr(guard));
        let body = if discard {
            let body = self.discarded(&arm.body);
            self.alloc_block(vec![Stmt::Expr(body)], None, arm.body.span)
        } else {
            self.expr(&arm.body)
        };
        self.pop_scope();
        Arm { pat, guard, body }
    }

    /// A statement that computes a value which nobody uses is a mistake in a body; at top level it is shown.
    fn check_effect(&mut self, expr: &ast::Expr, place: Dropped) {
        if self.kind == BodyKind::Value || has_effect(expr) {
            return;
        }
        let diagnostic = Diagnostic::error("no-effect", "this value is not used")
            .at(expr.span, "computed and dropped");
        let in_function = self.kind == BodyKind::Function;
        let diagnostic = match (first_sign(expr), place) {
            (_, Dropped::Result) if !matches!(expr.kind, ast::ExprKind::Str(_)) => {
                self.result_dropped = true;
                diagnostic.help("write the type of the result: `fn name(…) -> T { … }`")
            }
            (Some(sign), _) => diagnostic.help(format!(
                "a line that begins with `{sign}` does not continue the one above; end that with the operator, or put \
                 the whole in parentheses"
            )),
            (None, Dropped::Last) if in_function => {
                diagnostic.help("write `return` before it to leave the function with it, or bind it by `let`")
            }
            (None, Dropped::Result) => {
                diagnostic.help("documentation is written `/// …` above the item, a comment `// …`")
            }
            (None, _) if matches!(expr.kind, ast::ExprKind::Str(_)) => {
                diagnostic.help("documentation is written `/// …` above the item, a comment `// …`")
            }
            (None, _) if is_comparison(expr) => {
                diagnostic.help("`=` assigns, `==` compares; or remove the line")
            }
            (None, _) => diagnostic.help("bind it by `let`, or remove the line"),
        };
        self.unit.diags.push(diagnostic);
    }
}

/// Where a value is dropped.
#[derive(Clone, Copy)]
enum Dropped {
    /// At the end of a function without a result type.
    Result,
    /// At the end of a block.
    Last,
    Inside,
}

fn is_comparison(expr: &ast::Expr) -> bool {
    matches!(
        expr.kind,
        ast::ExprKind::Binary {
            op: ast::BinaryOp::Eq,
            ..
        }
    )
}

pub(super) fn has_effect(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Int(_)
        | ast::ExprKind::Float(_)
        | ast::ExprKind::Bool(_)
        | ast::ExprKind::Char(_)
        | ast::ExprKind::Byte(_)
        | ast::ExprKind::Bytes(_)
        | ast::ExprKind::Str(_)
        | ast::ExprKind::Name(_)
        | ast::ExprKind::TypePath { .. }
        | ast::ExprKind::Closure { .. } => false,
        ast::ExprKind::Field { base, .. }
        | ast::ExprKind::TupleField { base, .. }
        | ast::ExprKind::OptField { base, .. } => has_effect(base),
        ast::ExprKind::Unary { operand, .. } => has_effect(operand),
        ast::ExprKind::Binary { left, right, .. } => has_effect(left) || has_effect(right),
        ast::ExprKind::Paren(inner) => has_effect(inner),
        ast::ExprKind::Tuple(parts) if parts.is_empty() => true,
        ast::ExprKind::Tuple(parts) | ast::ExprKind::Array(parts) => parts.iter().any(has_effect),
        _ => true,
    }
}

/// The sign at the beginning of a line that looks as if it continued the line above.
fn first_sign(expr: &ast::Expr) -> Option<char> {
    match &expr.kind {
        ast::ExprKind::Unary {
            op: ast::UnaryOp::Neg,
            ..
        } => Some('-'),
        ast::ExprKind::Paren(_) | ast::ExprKind::Tuple(_) => Some('('),
        ast::ExprKind::Array(_) => Some('['),
        ast::ExprKind::Closure { .. } => Some('|'),
        ast::ExprKind::Binary { left, .. } => first_sign(left),
        ast::ExprKind::Field { base, .. } => first_sign(base),
        _ => None,
    }
}

/// The operators that have the same name in the HIR; `&&`, `||` and `??` are expressions of their own.
pub(super) fn binary_op(op: ast::BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        ast::BinaryOp::Pow => BinaryOp::Pow,
        ast::BinaryOp::Mul => BinaryOp::Mul,
        ast::BinaryOp::Div => BinaryOp::Div,
        ast::BinaryOp::Rem => BinaryOp::Rem,
        ast::BinaryOp::Add => BinaryOp::Add,
        ast::BinaryOp::Sub => BinaryOp::Sub,
        ast::BinaryOp::Shl => BinaryOp::Shl,
        ast::BinaryOp::Shr => BinaryOp::Shr,
        ast::BinaryOp::BitAnd => BinaryOp::And,
        ast::BinaryOp::BitXor => BinaryOp::Xor,
        ast::BinaryOp::BitOr => BinaryOp::Or,
        ast::BinaryOp::Eq => BinaryOp::Eq,
        ast::BinaryOp::Ne => BinaryOp::Ne,
        ast::BinaryOp::Lt => BinaryOp::Lt,
        ast::BinaryOp::Le => BinaryOp::Le,
        ast::BinaryOp::Gt => BinaryOp::Gt,
        ast::BinaryOp::Ge => BinaryOp::Ge,
        ast::BinaryOp::Coalesce | ast::BinaryOp::And | ast::BinaryOp::Or => return None,
    })
}
