//! Expressions into operands and locals.

use syntax::Span;

use super::Builder;
use crate::check::CallArg;
use crate::hir::{ExprId, ExprKind, UnaryOp};
use crate::mir::{Arg, Check, Const, Local, LocalKind, Operand, Place, Rvalue};
use crate::types::{FloatTy, IntTy, Ty, TyKind};

impl Builder<'_> {
    /// Evaluates an expression into a fresh local, or drops its value.
    pub(super) fn into(&mut self, dest: Option<Local>, expr: ExprId) {
        let span = self.hir.exprs[expr].span;
        let ty = self.bare_ty(expr);
        match (dest, self.tables.wraps.get(&expr)) {
            (Some(dest), _) if ty.is_unit() && !self.tables.wraps.contains_key(&expr) => {
                self.bare_into(None, expr);
                self.assign_unit(dest, span);
            }
            (Some(dest), Some(wrapped)) => {
                let value = self.wrapped(expr, *wrapped);
                self.assign_local(dest, value, span);
            }
            (_, None) if ty.is_never() => self.bare_into(None, expr),
            (dest, _) => self.bare_into(dest, expr),
        }
    }

    /// The value of an expression put into `some(…)`, an `any`, or both.
    fn wrapped(&mut self, expr: ExprId, ty: Ty) -> Rvalue {
        let span = self.hir.exprs[expr].span;
        let value = self.bare_operand(expr);
        if let TyKind::Any(..) = ty.kind() {
            return Rvalue::Any { ty, value };
        }
        match ty.option_of() {
            Some(inner)
                if matches!(inner.kind(), TyKind::Any(..)) && inner != self.bare_ty(expr) =>
            {
                let inside = self.keep(Rvalue::Any { ty: inner, value }, span);
                some(ty, vec![inside])
            }
            _ => some(ty, vec![value]),
        }
    }

    /// Evaluates an expression for what it does.
    pub(super) fn effect(&mut self, expr: ExprId) {
        self.into(None, expr);
    }

    /// The value of an expression. That of a place is not copied yet: nothing that may write it may run before the operand is used.
    pub(super) fn operand(&mut self, expr: ExprId) -> Operand {
        match self.tables.wraps.get(&expr) {
            Some(wrapped) => {
                let span = self.hir.exprs[expr].span;
                let value = self.wrapped(expr, *wrapped);
                self.keep(value, span)
            }
            None => self.bare_operand(expr),
        }
    }

    /// The value of an expression that stays what it is while `later` is evaluated.
    pub(super) fn operand_before(&mut self, expr: ExprId, later: &[ExprId]) -> Operand {
        let operand = self.operand(expr);
        match &operand {
            Operand::Copy(place) if later.iter().any(|e| self.may_write(*e, place)) => {
                let span = self.hir.exprs[expr].span;
                self.keep(Rvalue::Use(operand), span)
            }
            _ => operand,
        }
    }

    /// The values of expressions evaluated one after the other.
    pub(super) fn operands(&mut self, exprs: &[ExprId]) -> Vec<Operand> {
        (0..exprs.len())
            .map(|index| self.operand_before(exprs[index], &exprs[index + 1..]))
            .collect()
    }

    fn bare_operand(&mut self, expr: ExprId) -> Operand {
        if let Some(constant) = self.constant(expr) {
            return Operand::Const(constant);
        }
        let ty = self.bare_ty(expr);
        if ty.is_unit() || ty.is_never() {
            self.bare_into(None, expr);
            return Operand::Const(Const::Unit);
        }
        if self.is_place(expr) {
            return Operand::Copy(self.read_bare_place(expr));
        }
        Operand::Copy(Place::local(self.bare_local(expr)))
    }

    /// The value of an expression in a local of its own.
    fn bare_local(&mut self, expr: ExprId) -> Local {
        let temp = self.temp(self.bare_ty(expr), self.hir.exprs[expr].span);
        self.bare_into(Some(temp), expr);
        temp
    }

    /// Evaluates an expression, not wrapped, into a fresh local.
    fn bare_into(&mut self, dest: Option<Local>, expr: ExprId) {
        let span = self.hir.exprs[expr].span;
        if self.evaluated.contains_key(&expr) {
            if let Some(dest) = dest {
                let operand = self.bare_operand(expr);
                self.assign_local(dest, Rvalue::Use(operand), span);
            }
            return;
        }
        match &self.hir.exprs[expr].kind {
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => self.build_if(dest, *cond, *then, *otherwise),
            ExprKind::Match { scrutinee, arms } => self.build_match(dest, *scrutinee, arms, span),
            ExprKind::Loop { id, body, .. } => self.build_loop(dest, *id, *body, span),
            ExprKind::For {
                id,
                pat,
                source,
                body,
            } => self.build_for(expr, *id, *pat, *source, *body),
            ExprKind::Break { target, value } => self.build_break(*target, *value),
            ExprKind::Continue { target } => self.build_continue(*target),
            ExprKind::Return(value) => self.build_return(*value, span),
            ExprKind::Block { stmts, tail } => self.build_block(dest, stmts, *tail),
            ExprKind::Assign {
                place, op, value, ..
            } => self.build_assign(expr, *place, *op, *value, span),
            ExprKind::Init { global, value } => self.build_init(*global, *value, span),
            ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Is { .. } => {
                self.build_truth(dest, expr, span);
            }
            ExprKind::Coalesce(left, right) => self.build_coalesce(dest, *left, *right, expr),
            ExprKind::Try(inner) => self.build_try(dest, expr, *inner, span),
            ExprKind::Field {
                base,
                optional: true,
                ..
            } => self.build_optional(dest, expr, *base),
            ExprKind::MethodCall {
                receiver,
                optional: true,
                ..
            } => self.build_optional(dest, expr, *receiver),
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } => self.build_call(dest, expr),
            _ if self.tables.calls.contains_key(&expr) => self.build_call(dest, expr),
            _ => self.plain_into(dest, expr, span),
        }
    }

    /// Expressions that are one value in the end.
    fn plain_into(&mut self, dest: Option<Local>, expr: ExprId, span: Span) {
        let value = self.rvalue(expr, span);
        if let Some(dest) = dest {
            self.assign_local(dest, value, span);
        }
    }

    /// The last step of an expression, not done yet: its operands must not be written before it is.
    pub(super) fn rvalue(&mut self, expr: ExprId, span: Span) -> Rvalue {
        let ty = self.bare_ty(expr);
        match &self.hir.exprs[expr].kind {
            ExprKind::Unary { op, operand } => self.unary(*op, *operand),
            ExprKind::Binary {
                op, left, right, ..
            } => self.binary(*op, *left, *right, ty, span),
            ExprKind::Tuple(parts) => Rvalue::Aggregate(ty, self.operands(parts)),
            ExprKind::Array(items) => {
                let items = self.elements(items);
                match ty.kind() {
                    TyKind::Array(elem) => Rvalue::Array { elem: *elem, items },
                    _ => Rvalue::Aggregate(ty, items),
                }
            }
            ExprKind::Map(entries) => self.map_literal(entries, ty, span),
            ExprKind::Repeat { value, count } => self.repeat(*value, *count, ty, span),
            ExprKind::Range { start, end, .. } => {
                let ends: Vec<ExprId> = start.iter().chain(end).copied().collect();
                Rvalue::Aggregate(ty, self.operands(&ends))
            }
            ExprKind::Convert { to, arg } => self.convert(*to, *arg, span),
            ExprKind::Vector { ty, lanes } => Rvalue::Aggregate(*ty, self.operands(lanes)),
            ExprKind::Interpolate(parts) => self.interpolate(parts),
            ExprKind::Slice {
                base,
                start,
                end,
                inclusive,
            } => self.slice(*base, *start, *end, *inclusive, span),
            ExprKind::Int(value) if is_param(ty) => self.literal_of_param(*value, ty, span),
            ExprKind::Float(value) if is_param(ty) => Rvalue::Convert {
                operand: Operand::Const(Const::Float(FloatTy::F64, *value)),
                to: ty,
            },
            _ if self.tables.fn_values.contains_key(&expr) => self.fn_value(expr, span),
            ExprKind::TypeConst { ty, name, .. } if type_const(*ty, name).is_none() => {
                self.len_of_type(*ty, span)
            }
            ExprKind::Closure { params, body, .. } => self.closure(expr, params, *body, span),
            _ if self.is_place(expr) => Rvalue::Use(Operand::Copy(self.read_bare_place(expr))),
            _ => match self.constant(expr) {
                Some(constant) => Rvalue::Use(Operand::Const(constant)),
                None => panic!("compiler bug: {expr} cannot be built"),
            },
        }
    }

    /// An integer literal of a type parameter: `T.from_int(n)`.
    pub(super) fn literal_of_param(&mut self, value: u128, ty: Ty, span: Span) -> Rvalue {
        let temp = self.temp(ty, span);
        let args = vec![Arg::Value(int(value as i128))];
        self.call_fn(
            Some(temp),
            self.intrinsic("num_from_int"),
            vec![ty],
            args,
            span,
        );
        Rvalue::Use(Operand::Copy(Place::local(temp)))
    }

    /// A `const N` parameter as a value: the length of a `[(); N]`, which takes no space.
    fn len_of_type(&mut self, ty: Ty, span: Span) -> Rvalue {
        let units = Rvalue::Repeat {
            ty,
            value: Operand::Const(Const::Unit),
            count: int(0),
        };
        Rvalue::Len(Place::local(self.keep_local(units, span)))
    }

    /// Literals and what else has a value without evaluation.
    pub(super) fn constant(&self, expr: ExprId) -> Option<Const> {
        let ty = self.bare_ty(expr);
        if self.tables.calls.contains_key(&expr) {
            return None;
        }
        Some(match &self.hir.exprs[expr].kind {
            ExprKind::Int(_) | ExprKind::Float(_) if is_param(ty) => return None,
            ExprKind::Int(value) => number(ty, *value, false),
            ExprKind::Float(value) => Const::Float(float_ty(ty), *value),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } if !self.tables.calls.contains_key(operand) && !is_param(ty) => {
                match self.hir.exprs[*operand].kind {
                    ExprKind::Int(value) => number(ty, value, true),
                    ExprKind::Float(value) => Const::Float(float_ty(ty), -value),
                    _ => return None,
                }
            }
            ExprKind::Bool(value) => Const::Bool(*value),
            ExprKind::Char(value) => Const::Char(*value),
            ExprKind::Byte(value) => number(ty, u128::from(*value), false),
            ExprKind::Bytes(bytes) => Const::Bytes(bytes.clone()),
            ExprKind::Str(text) => Const::Str(text.clone()),
            ExprKind::Const(def) => Const::Def(*def),
            ExprKind::Fn(_) | ExprKind::TypeConst { .. } | ExprKind::Constructor(_)
                if self.tables.fn_values.contains_key(&expr) =>
            {
                let value = &self.tables.fn_values[&expr];
                let def = value.as_function()?;
                let captures = self.tables.inner.get(&def);
                if captures.is_some_and(|captures| !captures.is_empty()) {
                    return None;
                }
                match self.bare_ty(expr).kind() {
                    TyKind::CFn(_) => Const::CFn(def),
                    _ => Const::Fn(def, value.type_args.clone()),
                }
            }
            ExprKind::Tuple(parts) if parts.is_empty() => Const::Unit,
            ExprKind::TypeConst { ty, name, .. } => return type_const(*ty, name),
            _ => return None,
        })
    }

    fn convert(&mut self, to: Ty, arg: ExprId, span: Span) -> Rvalue {
        let from = self.expr_ty(arg);
        let operand = self.operand(arg);
        if from == to {
            Rvalue::Use(operand)
        } else if to == Ty::str() {
            self.text_of(operand)
        } else {
            // Every byte is one.
            if to == Ty::char() && from != Ty::int(IntTy::U8) && !is_character(&operand) {
                self.check(Check::Character(operand.clone()), span);
            }
            Rvalue::Convert { operand, to }
        }
    }

    /// A fresh `Ref` local for the place at `place`, opened.
    pub(super) fn open(&mut self, place: Place, span: Span) -> Local {
        let ty = self.place_ty(&place);
        let reference = self.new_local(ty, span, LocalKind::Ref);
        self.emit(crate::mir::StatementKind::Open { reference, place }, span);
        reference
    }
}

/// The expressions among the arguments with these indices.
pub(super) fn later_exprs(args: &[CallArg], order: &[u32]) -> Vec<ExprId> {
    order
        .iter()
        .filter_map(|index| match args[*index as usize] {
            CallArg::Expr(expr) | CallArg::Mut(expr) => Some(expr),
            CallArg::Default(_) | CallArg::Keep => None,
        })
        .collect()
}

pub(super) fn some(ty: Ty, fields: Vec<Operand>) -> Rvalue {
    Rvalue::Variant {
        ty,
        variant: 1,
        fields,
    }
}

pub(super) fn int(value: i128) -> Operand {
    Operand::Const(Const::Int(crate::types::IntTy::I64, value))
}

/// A literal of a numeric type.
pub(super) fn number(ty: Ty, value: u128, negative: bool) -> Const {
    match ty.kind() {
        TyKind::Int(int) => {
            let value = value as i128;
            Const::Int(*int, if negative { -value } else { value })
        }
        TyKind::Float(float) => {
            let value = value as f64;
            Const::Float(*float, if negative { -value } else { value })
        }
        other => panic!("compiler bug: a number literal of type {other:?}"),
    }
}

fn is_param(ty: Ty) -> bool {
    matches!(ty.kind(), TyKind::Param(..))
}

fn float_ty(ty: Ty) -> FloatTy {
    match ty.kind() {
        TyKind::Float(float) => *float,
        other => panic!("compiler bug: a float literal of type {other:?}"),
    }
}

/// `i64.max` and its kin.
fn type_const(ty: Ty, name: &str) -> Option<Const> {
    match (ty.kind(), name) {
        (TyKind::Int(int), "min") => Some(Const::Int(*int, (*int).min())),
        (TyKind::Int(int), "max") => Some(Const::Int(*int, (*int).max())),
        (TyKind::Float(FloatTy::F64), "min") => Some(Const::Float(FloatTy::F64, f64::MIN)),
        (TyKind::Float(FloatTy::F64), "max") => Some(Const::Float(FloatTy::F64, f64::MAX)),
        (TyKind::Float(FloatTy::F32), "min") => {
            Some(Const::Float(FloatTy::F32, f64::from(f32::MIN)))
        }
        (TyKind::Float(FloatTy::F32), "max") => {
            Some(Const::Float(FloatTy::F32, f64::from(f32::MAX)))
        }
        (TyKind::Float(FloatTy::F32), "epsilon") => {
            Some(Const::Float(FloatTy::F32, f64::from(f32::EPSILON)))
        }
        (TyKind::Float(FloatTy::F64), "epsilon") => Some(Const::Float(FloatTy::F64, f64::EPSILON)),
        (TyKind::Float(float), "inf") => Some(Const::Float(*float, f64::INFINITY)),
        (TyKind::Float(float), "nan") => Some(Const::Float(*float, f64::NAN)),
        _ => None,
    }
}

/// Whether a number is known to be that of a character.
fn is_character(operand: &Operand) -> bool {
    let Operand::Const(Const::Int(_, value)) = operand else {
        return false;
    };
    let code = u32::try_from(*value).ok();
    code.and_then(char::from_u32).is_some()
}
