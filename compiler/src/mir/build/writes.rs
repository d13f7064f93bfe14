//! Whether evaluating an expression may write a place: then a copy is taken before it runs. The answer errs to yes.

use super::Builder;
use crate::check::{CallArg, Captured, Target};
use crate::env::{DefId, FnOrigin};
use crate::hir::{ExprId, ExprKind, LocalId, children};
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
        let is_captured = |def: DefId| {
            let captures = self.tables.inner.get(&def).into_iter().flatten();
            captures.into_iter().any(|capture| {
                capture.is_exclusive
                    && matches!((capture.of, root), (Captured::Local(id), Root::Local(of)) if id == of)
            })
        };
        let accesses = accesses
            || matches!(call.target, Target::Fn(def) if is_captured(def))
            || call
                .args
                .iter()
                .any(|arg| matches!(arg, CallArg::Default(def) if is_captured(*def)));
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
