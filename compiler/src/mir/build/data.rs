//! Long literals of arrays and maps: elements that are literals through and through become values known now, which are laid out
//! as data. As code, a table of thousands of tuples would take LLVM seconds.

use std::sync::Arc;

use super::Builder;
use crate::check::{CallArg, Target};
use crate::hir::{Builtin, ExprId, ExprKind};
use crate::mir::{Const, ConstValue, LONG_LITERAL, Operand};
use crate::types::{FloatTy, Ty, TyKind};

impl Builder<'_> {
    /// The elements of a long literal, those that are known now as constants.
    pub(super) fn elements(&mut self, items: &[ExprId]) -> Vec<Operand> {
        if items.len() < LONG_LITERAL {
            return self.operands(items);
        }
        let known: Vec<Option<Const>> = items.iter().map(|item| self.data(*item)).collect();
        let computed = items.iter().zip(&known);
        let computed = computed.filter(|(_, known)| known.is_none());
        let computed: Vec<ExprId> = computed.map(|(item, _)| *item).collect();
        let mut computed = self.operands(&computed).into_iter();
        let operand = |known: Option<Const>| match known {
            Some(value) => Some(Operand::Const(value)),
            None => computed.next(),
        };
        known.into_iter().filter_map(operand).collect()
    }

    /// The entries of a long map literal as pairs, if all are known now.
    pub(super) fn pairs_known(
        &self,
        entries: &[(ExprId, ExprId)],
        pair: Ty,
    ) -> Option<Vec<Operand>> {
        if entries.len() < LONG_LITERAL {
            return None;
        }
        let known = |(key, value): &(ExprId, ExprId)| {
            let parts = vec![self.known(*key)?, self.known(*value)?];
            let value = Arc::new(ConstValue::Fields(parts));
            Some(Operand::Const(Const::Data(pair, value)))
        };
        entries.iter().map(known).collect()
    }

    fn data(&self, expr: ExprId) -> Option<Const> {
        if !self.tables.wraps.contains_key(&expr)
            && let Some(scalar) = self.constant(expr)
        {
            return Some(scalar);
        }
        let value = Arc::new(self.known(expr)?);
        Some(Const::Data(self.expr_ty(expr), value))
    }

    /// The value of an expression without evaluating anything.
    pub(super) fn known(&self, expr: ExprId) -> Option<ConstValue> {
        let bare = self.known_bare(expr)?;
        match self.tables.wraps.get(&expr) {
            None => Some(bare),
            // One step, to an optional; an `any` is made where it is needed.
            Some(ty) if ty.option_of() == Some(self.bare_ty(expr)) => {
                Some(ConstValue::Variant(1, vec![bare]))
            }
            Some(_) => None,
        }
    }

    fn known_bare(&self, expr: ExprId) -> Option<ConstValue> {
        let all = |items: &[ExprId]| -> Option<Vec<ConstValue>> {
            items.iter().map(|item| self.known(*item)).collect()
        };
        if let Some(call) = self.tables.calls.get(&expr) {
            let arg = |arg: &CallArg| match arg {
                CallArg::Expr(expr) => self.known(*expr),
                CallArg::Default(def) => {
                    let known = self.env.function(*def).known.as_ref();
                    known.map(|value| ConstValue::clone(value))
                }
                CallArg::Mut(_) | CallArg::Keep => None,
            };
            let args = || call.args.iter().map(arg).collect::<Option<Vec<_>>>();
            return match call.target {
                Target::Struct(_) => Some(ConstValue::Fields(args()?)),
                Target::Variant(_, variant) => Some(ConstValue::Variant(variant, args()?)),
                Target::Builtin(Builtin::Some) => Some(ConstValue::Variant(1, args()?)),
                Target::Builtin(Builtin::None) => Some(ConstValue::Variant(0, Vec::new())),
                _ => None,
            };
        }
        match &self.hir.exprs[expr].kind {
            ExprKind::Tuple(parts) => Some(ConstValue::Fields(all(parts)?)),
            ExprKind::Array(items) => match self.bare_ty(expr).kind() {
                TyKind::Array(_) => Some(ConstValue::Array(all(items)?)),
                TyKind::FixedArray(..) => Some(ConstValue::Fields(all(items)?)),
                _ => None,
            },
            _ => match self.constant(expr)? {
                Const::Int(_, value) => Some(ConstValue::Int(value)),
                Const::Float(FloatTy::F32, value) => {
                    Some(ConstValue::Float(f64::from(value as f32)))
                }
                Const::Float(FloatTy::F64, value) => Some(ConstValue::Float(value)),
                Const::Bool(value) => Some(ConstValue::Bool(value)),
                Const::Char(value) => Some(ConstValue::Char(value)),
                Const::Str(text) => Some(ConstValue::Str(text)),
                Const::Unit
                | Const::Bytes(_)
                | Const::Fn(..)
                | Const::CFn(_)
                | Const::Def(_)
                | Const::Data(..) => None,
            },
        }
    }
}
