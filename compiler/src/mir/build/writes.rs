//! Whether evaluating an expression may write a place: then a copy is taken before it runs. The answer errs to yes.

use super::Builder;
use crate::check::{CallArg, Target};
use crate::env::{DefId, FnOrigin};
use crate::hir::{self, ExprId, ExprKind, LocalId, StrPart};
use crate::mir::{Base, Place};

/// What a place is a part of, as the HIR names it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    Local(LocalId),
    Global(DefId),
}

impl Builder<'_> {
    pub(super) fn may_write(&self, expr: ExprId, place: &Place) -> bool {
        let root = match place.base {
            Base::Global(def) => Root::Global(def),
            Base::Local(local) => match self.users.get(&local) {
                Some(id) if self.is_var(local) => Root::Local(*id),
                _ => return false,
            },
        };
        self.writes(expr, root)
    }

    fn writes(&self, expr: ExprId, root: Root) -> bool {
        if self.evaluated.contains_key(&expr) {
            return false;
        }
        let here = match &self.hir.exprs[expr].kind {
            ExprKind::Assign { place, .. } => self.is_part_of(*place, root),
            ExprKind::Closure { .. } => true,
            ExprKind::For { source, .. } => self.is_part_of(*source, root),
            ExprKind::Match { scrutinee, .. } => self.is_part_of(*scrutinee, root),
            ExprKind::Is { expr, .. } => self.is_part_of(*expr, root),
            ExprKind::Init { global, .. } => root == Root::Global(*global),
            ExprKind::Interpolate(_) => matches!(root, Root::Global(_)),
            _ => false,
        };
        here || self.call_writes(expr, root)
            || children(self.hir, expr)
                .into_iter()
                .any(|child| self.writes(child, root))
    }

    fn call_writes(&self, expr: ExprId, root: Root) -> bool {
        let Some(call) = self.tables.calls.get(&expr) else {
            return false;
        };
        let accesses = call.args.iter().any(|arg| match arg {
            CallArg::Mut(place) => self.is_part_of(*place, root),
            CallArg::Expr(_) | CallArg::Default(_) | CallArg::Keep => false,
        });
        let runs_code = match call.target {
            Target::Fn(def) => !matches!(self.env.function(def).origin, FnOrigin::Intrinsic(_)),
            Target::Compare { .. } | Target::Value | Target::TraitMethod(_) => true,
            Target::Builtin(_) => true,
            Target::Struct(_) | Target::Variant(..) | Target::With => call
                .args
                .iter()
                .any(|arg| matches!(arg, CallArg::Default(_))),
        };
        accesses || (runs_code && matches!(root, Root::Global(_)))
    }

    /// Whether the place that an expression names, or one of a tuple of places, is a part of `root`.
    fn is_part_of(&self, expr: ExprId, root: Root) -> bool {
        match &self.hir.exprs[expr].kind {
            ExprKind::Local(id) => root == Root::Local(*id),
            ExprKind::Global(def) => root == Root::Global(*def),
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => {
                self.is_part_of(*base, root)
            }
            ExprKind::MethodCall { receiver, .. } => self.is_part_of(*receiver, root),
            ExprKind::Tuple(parts) => parts.iter().any(|part| self.is_part_of(*part, root)),
            ExprKind::Call { args, .. } => args.iter().any(|arg| self.is_part_of(arg.value, root)),
            _ => false,
        }
    }
}

/// The expressions directly inside an expression, closures' bodies aside.
fn children(body: &hir::Body, expr: ExprId) -> Vec<ExprId> {
    match &body.exprs[expr].kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::Char(_)
        | ExprKind::Byte(_)
        | ExprKind::Bytes(_)
        | ExprKind::Str(_)
        | ExprKind::Local(_)
        | ExprKind::Global(_)
        | ExprKind::Const(_)
        | ExprKind::Fn(_)
        | ExprKind::TypeConst { .. }
        | ExprKind::Continue { .. }
        | ExprKind::Closure { .. }
        | ExprKind::Error => Vec::new(),
        ExprKind::Interpolate(parts) => parts
            .iter()
            .filter_map(|part| match part {
                StrPart::Text(_) => None,
                StrPart::Expr { expr, .. } => Some(*expr),
            })
            .collect(),
        ExprKind::Tuple(parts) | ExprKind::Array(parts) => parts.clone(),
        ExprKind::Repeat { value, count } => vec![*value, *count],
        ExprKind::Map(entries) => entries.iter().flat_map(|(k, v)| [*k, *v]).collect(),
        ExprKind::Range { start, end, .. } => start.iter().chain(end).copied().collect(),
        ExprKind::Call { callee, args } => {
            let mut found: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
            if let hir::Callee::Value(value) = callee {
                found.push(*value);
            }
            found
        }
        ExprKind::MethodCall { receiver, args, .. } => {
            let mut found = vec![*receiver];
            found.extend(args.iter().map(|arg| arg.value));
            found
        }
        ExprKind::Convert { arg, .. } => vec![*arg],
        ExprKind::Field { base, .. } => vec![*base],
        ExprKind::Index {
            base,
            index,
            default,
        } => [*base, *index].into_iter().chain(*default).collect(),
        ExprKind::Slice {
            base, start, end, ..
        } => [*base].iter().chain(start).chain(end).copied().collect(),
        ExprKind::Unary { operand, .. } => vec![*operand],
        ExprKind::Binary { left, right, .. }
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right)
        | ExprKind::Coalesce(left, right) => vec![*left, *right],
        ExprKind::Try(inner) => vec![*inner],
        ExprKind::Is { expr, .. } => vec![*expr],
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => [*cond, *then].into_iter().chain(*otherwise).collect(),
        ExprKind::Match { scrutinee, arms } => {
            let mut found = vec![*scrutinee];
            for arm in arms {
                found.extend(arm.guard);
                found.push(arm.body);
            }
            found
        }
        ExprKind::Loop { body, .. } => vec![*body],
        ExprKind::For { source, body, .. } => vec![*source, *body],
        ExprKind::Break { value, .. } | ExprKind::Return(value) => value.iter().copied().collect(),
        ExprKind::Block { stmts, tail } => {
            let mut found = Vec::new();
            for stmt in stmts {
                match stmt {
                    hir::Stmt::Let {
                        value, otherwise, ..
                    } => found.extend(value.iter().chain(otherwise)),
                    hir::Stmt::Expr(expr) => found.push(*expr),
                }
            }
            found.extend(*tail);
            found
        }
        ExprKind::Assign { place, value, .. } => vec![*place, *value],
        ExprKind::Init { value, .. } => vec![*value],
    }
}
