//! Expressions, one small function for each kind that is more than its parts.

use smol_str::{SmolStr, ToSmolStr};
use syntax::{Diagnostic, Span, ast};

use super::body::{BodyKind, BodyLowering};
use super::pattern::Mutability;
use super::statement::binary_op;
use crate::env::DefKind;
use crate::hir::resolve::Named;
use crate::hir::{ClosureParam, ExprId, ExprKind, LoopId, StrPart, UnaryOp};
use crate::types::Ty;

impl<'a> BodyLowering<'_, 'a> {
    pub(super) fn ty(&mut self, ty: &ast::Type) -> Ty {
        self.unit.resolve_type(ty, &self.types)
    }

    pub(super) fn exprs(&mut self, exprs: &'a [ast::Expr]) -> Vec<ExprId> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn optional(&mut self, expr: Option<&'a ast::Expr>) -> Option<ExprId> {
        expr.map(|expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &'a ast::Expr) -> ExprId {
        let span = expr.span;
        let kind = match &expr.kind {
            ast::ExprKind::Int(value) => ExprKind::Int(*value),
            ast::ExprKind::Float(value) => ExprKind::Float(*value),
            ast::ExprKind::Bool(value) => ExprKind::Bool(*value),
            ast::ExprKind::Char(value) => ExprKind::Char(*value),
            ast::ExprKind::Byte(value) => ExprKind::Byte(*value),
            ast::ExprKind::Bytes(value) => ExprKind::Bytes(value.as_slice().into()),
            ast::ExprKind::Str(parts) => self.text(parts),
            ast::ExprKind::Name(name) => return self.name(name, span),
            ast::ExprKind::TypePath { path, args } => {
                let ty = self.unit.resolve_type_path(path, args, span, &self.types);
                if let Some(constructor) = self.constructor_of(ty) {
                    return self.alloc(constructor, span);
                }
                let name = path.segments.last().map_or("", ast::Ident::as_str);
                let diagnostic = super::name::type_as_value(name, span);
                self.unit.diags.push(diagnostic);
                ExprKind::Error
            }
            ast::ExprKind::Field { base, name } => return self.field(base, name, span),
            ast::ExprKind::TupleField {
                base,
                index,
                index_span,
            } => return self.value_field(base, index.to_smolstr(), *index_span, false, span),
            ast::ExprKind::OptField { base, name } => {
                return self.value_field(base, name.name.clone(), name.span, true, span);
            }
            ast::ExprKind::Call { callee, args } => return self.call(callee, args, span),
            ast::ExprKind::MethodCall { recv, name, args } => {
                return self.method_call(recv, name, args, span);
            }
            ast::ExprKind::OptMethodCall { recv, name, args } => {
                return self.value_method_call(recv, name, args, true, span);
            }
            ast::ExprKind::Index { base, args } => self.index(base, args, span),
            ast::ExprKind::Try(inner) => ExprKind::Try(self.expr(inner)),
            ast::ExprKind::Unary { op, operand, .. } => ExprKind::Unary {
                op: unary_op(*op),
                operand: self.expr(operand),
            },
            ast::ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => self.binary(*op, *op_span, left, right),
            ast::ExprKind::Range {
                start,
                end,
                inclusive,
            } => ExprKind::Range {
                start: self.optional(start.as_deref()),
                end: self.optional(end.as_deref()),
                inclusive: *inclusive,
            },
            ast::ExprKind::Tuple(parts) => ExprKind::Tuple(self.exprs(parts)),
            ast::ExprKind::Array(items) => ExprKind::Array(self.exprs(items)),
            ast::ExprKind::Repeat { value, count } => ExprKind::Repeat {
                value: self.expr(value),
                count: self.expr(count),
            },
            ast::ExprKind::Map(entries) => {
                let entries = entries.iter();
                ExprKind::Map(entries.map(|(k, v)| (self.expr(k), self.expr(v))).collect())
            }
            ast::ExprKind::Block(block) => return self.block(block),
            ast::ExprKind::If {
                condition,
                then_block,
                else_branch,
            } => self.if_else(condition, then_block, else_branch.as_deref()),
            ast::ExprKind::Match { subject, arms } => ExprKind::Match {
                scrutinee: self.expr(subject),
                arms: arms.iter().map(|arm| self.arm(arm, false)).collect(),
            },
            ast::ExprKind::Loop { label, body } => self.endless_loop(label.as_ref(), body),
            ast::ExprKind::While {
                label,
                condition,
                body,
            } => self.while_loop(label.as_ref(), condition, body, span),
            ast::ExprKind::For {
                label,
                pattern,
                source,
                body,
            } => self.for_loop(label.as_ref(), pattern, source, body),
            ast::ExprKind::Closure {
                params,
                result,
                body,
            } => self.closure(params, result.as_deref(), body),
            ast::ExprKind::Return(value) => self.return_from(value.as_deref(), span),
            ast::ExprKind::Break { label, value } => {
                self.break_from(label.as_ref(), value.as_deref(), span)
            }
            ast::ExprKind::Continue { label } => {
                match self.target(label.as_ref(), "continue", span) {
                    Some(target) => ExprKind::Continue { target },
                    None => ExprKind::Error,
                }
            }
            ast::ExprKind::Is { pattern, value } => {
                let value = self.expr(value);
                let pat = self.pattern(pattern, Mutability::Let);
                ExprKind::Is { pat, expr: value }
            }
            ast::ExprKind::Paren(inner) => return self.expr(inner),
            ast::ExprKind::Error => ExprKind::Error,
        };
        self.alloc(kind, span)
    }

    fn text(&mut self, parts: &'a [ast::StrPart]) -> ExprKind {
        match parts {
            [] => return ExprKind::Str("".into()),
            [ast::StrPart::Text(text)] => return ExprKind::Str(text.as_str().into()),
            _ => {}
        }
        let parts = parts.iter().map(|part| match part {
            ast::StrPart::Text(text) => StrPart::Text(text.as_str().into()),
            ast::StrPart::Interp { expr, spec } => StrPart::Expr {
                expr: self.expr(expr),
                spec: spec.as_ref().map(format_spec),
            },
        });
        ExprKind::Interpolate(parts.collect())
    }

    fn binary(
        &mut self,
        op: ast::BinaryOp,
        op_span: Span,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
    ) -> ExprKind {
        let left = self.expr(left);
        let right = self.expr(right);
        if let Some(op) = binary_op(op) {
            return ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            };
        }
        match op {
            ast::BinaryOp::And => ExprKind::And(left, right),
            ast::BinaryOp::Or => ExprKind::Or(left, right),
            _ => ExprKind::Coalesce(left, right),
        }
    }

    fn index(&mut self, base: &'a ast::Expr, args: &'a [ast::Arg], span: Span) -> ExprKind {
        let base = self.expr(base);
        let mut index = None;
        let mut default = None;
        for arg in args {
            match &arg.name {
                Some(name) if name.name == "default" => default = Some(self.expr(&arg.value)),
                None if index.is_none() => index = Some(&arg.value),
                _ => self.unit.diags.push(bad_index(arg.span)),
            }
        }
        let Some(index) = index else {
            self.unit.diags.push(bad_index(span));
            return ExprKind::Error;
        };
        if let ast::ExprKind::Range {
            start,
            end,
            inclusive,
        } = &index.kind
        {
            return ExprKind::Slice {
                base,
                start: self.optional(start.as_deref()),
                end: self.optional(end.as_deref()),
                inclusive: *inclusive,
            };
        }
        let index = self.expr(index);
        ExprKind::Index {
            base,
            index,
            default,
        }
    }

    fn if_else(
        &mut self,
        condition: &'a ast::Expr,
        then_block: &'a ast::Block,
        else_branch: Option<&'a ast::Expr>,
    ) -> ExprKind {
        // What the condition binds is known in the first branch only.
        self.push_scope();
        let cond = self.expr(condition);
        let then = self.block(then_block);
        self.pop_scope();
        let otherwise = self.optional(else_branch);
        ExprKind::If {
            cond,
            then,
            otherwise,
        }
    }

    fn is_global(&self, name: &str) -> bool {
        let Some(Named::Def(def)) = self.unit.lookup(name, &self.types) else {
            return false;
        };
        let found = self.unit.env.try_def(def);
        found.is_some_and(|found| matches!(found.kind, DefKind::Global(_)))
    }

    fn enter_loop(&mut self, label: Option<&ast::Ident>) -> LoopId {
        if let Some(label) = label
            && (self.find(&label.name).is_some() || self.is_global(&label.name))
        {
            let diagnostic = Diagnostic::error(
                "label-is-variable",
                format!("`{}` is also a variable here", label.name),
            )
            .at(label.span, "a label needs a name of its own");
            self.unit.diags.push(diagnostic);
        }
        let id = self.loops.push(label.map(|label| label.name.clone()));
        self.active_loops.push(id);
        id
    }

    fn endless_loop(&mut self, label: Option<&ast::Ident>, body: &'a ast::Block) -> ExprKind {
        let id = self.enter_loop(label);
        let body = self.discarded_block(body);
        self.active_loops.pop();
        ExprKind::Loop {
            id,
            body,
            from_while: false,
        }
    }

    fn while_loop(
        &mut self,
        label: Option<&ast::Ident>,
        condition: &'a ast::Expr,
        body: &'a ast::Block,
        span: Span,
    ) -> ExprKind {
        let id = self.enter_loop(label);
        self.push_scope();
        let cond = self.expr(condition);
        let then = self.discarded_block(body);
        self.pop_scope();
        self.active_loops.pop();
        let leave = self.alloc(
            ExprKind::Break {
                target: id,
                value: None,
            },
            condition.span,
        );
        let body = self.alloc(
            ExprKind::If {
                cond,
                then,
                otherwise: Some(leave),
            },
            span,
        );
        ExprKind::Loop {
            id,
            body,
            from_while: true,
        }
    }

    fn for_loop(
        &mut self,
        label: Option<&ast::Ident>,
        pattern: &'a ast::Pattern,
        source: &'a ast::Expr,
        body: &'a ast::Block,
    ) -> ExprKind {
        let source = self.expr(source);
        let id = self.enter_loop(label);
        self.push_scope();
        let pat = self.pattern(pattern, Mutability::Let);
        let body = self.discarded_block(body);
        self.pop_scope();
        self.active_loops.pop();
        ExprKind::For {
            id,
            pat,
            source,
            body,
        }
    }

    fn closure(
        &mut self,
        params: &'a [ast::ClosureParam],
        result: Option<&ast::Type>,
        body: &'a ast::Expr,
    ) -> ExprKind {
        let loops = std::mem::take(&mut self.active_loops);
        self.closure_depth += 1;
        self.push_scope();
        let params = params
            .iter()
            .map(|param| {
                let ty = param.ty.as_ref().map(|ty| self.ty(ty));
                let pat = self.pattern(&param.pattern, Mutability::Let);
                ClosureParam { pat, ty }
            })
            .collect();
        let ret = result.map(|ty| self.unit.resolve_result(ty, &self.types));
        let body = self.expr(body);
        self.pop_scope();
        self.closure_depth -= 1;
        self.active_loops = loops;
        ExprKind::Closure { params, ret, body }
    }

    fn return_from(&mut self, value: Option<&'a ast::Expr>, span: Span) -> ExprKind {
        let value = self.optional(value);
        if self.kind != BodyKind::Function && self.closure_depth == 0 {
            self.unit.diags.push(
                Diagnostic::error("return-outside", "`return` stands outside of any function")
                    .at(span, "there is nothing to return from"),
            );
            return ExprKind::Error;
        }
        ExprKind::Return(value)
    }

    fn break_from(
        &mut self,
        label: Option<&ast::Ident>,
        value: Option<&'a ast::Expr>,
        span: Span,
    ) -> ExprKind {
        // `break outer` is written like `break value`.
        if let (None, Some(ast::ExprKind::Name(name))) = (label, value.map(|value| &value.kind))
            && self.labelled(&name.name).is_some()
        {
            return self.break_from(Some(name), None, span);
        }
        let value = self.optional(value);
        match self.target(label, "break", span) {
            Some(target) => ExprKind::Break { target, value },
            None => ExprKind::Error,
        }
    }

    fn labelled(&self, name: &SmolStr) -> Option<LoopId> {
        let mut loops = self.active_loops.iter().rev();
        loops
            .find(|id| self.loops[**id].as_ref() == Some(name))
            .copied()
    }

    fn target(&mut self, label: Option<&ast::Ident>, word: &str, span: Span) -> Option<LoopId> {
        let Some(label) = label else {
            let innermost = self.active_loops.last().copied();
            if innermost.is_none() {
                self.unit.diags.push(
                    Diagnostic::error(
                        "break-outside",
                        format!("`{word}` stands outside of any loop"),
                    )
                    .at(span, "there is no loop here"),
                );
            }
            return innermost;
        };
        let found = self.labelled(&label.name);
        if found.is_none() {
            self.unit.diags.push(
                Diagnostic::error(
                    "unknown-label",
                    format!("no loop around has the label `{}`", label.name),
                )
                .at(label.span, "not found")
                .help(format!(
                    "a label stands before the loop: `{}: for …`",
                    label.name
                )),
            );
        }
        found
    }
}

fn unary_op(op: ast::UnaryOp) -> UnaryOp {
    match op {
        ast::UnaryOp::Neg => UnaryOp::Neg,
        ast::UnaryOp::Not => UnaryOp::Not,
        ast::UnaryOp::BitNot => UnaryOp::BitNot,
    }
}

fn format_spec(spec: &ast::FormatSpec) -> text::FormatSpec {
    text::FormatSpec {
        align: spec.align.map(|align| match align {
            ast::Align::Left => text::Align::Left,
            ast::Align::Center => text::Align::Center,
            ast::Align::Right => text::Align::Right,
        }),
        plus: spec.plus,
        zero: spec.zero,
        width: spec.width.unwrap_or(0),
        group: spec.group,
        digits: spec.digits,
        radix: spec.radix.map(|radix| match radix {
            ast::Radix::Hex => text::Radix::X,
            ast::Radix::Binary => text::Radix::B,
            ast::Radix::Octal => text::Radix::O,
            ast::Radix::Exponent => text::Radix::E,
        }),
    }
}

fn bad_index(span: Span) -> Diagnostic {
    Diagnostic::error("bad-index", "an index is one value")
        .at(span, "not possible here")
        .help("`xs[i]`, `xs[a..b]`, or for maps `m[k, default: d]`")
}
