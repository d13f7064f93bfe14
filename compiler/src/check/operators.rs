//! Operators: built in where the types are, otherwise functions found by the types of both sides.
//!
//! What cannot be decided yet waits in `pending` and is tried again when something more is known, and once more after
//! the literals that are still free took their default types.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Because, Checker, Obligation};
use super::{Call, CallArg, Target, errors};
use crate::env::{Bound, DefId, FnDef};
use crate::hir::{BinaryOp, ExprId, ExprKind, UnaryOp};
use crate::types::{InferKind, Ty, TyKind};

/// An operator whose operands were not known well enough.
#[derive(Clone)]
pub(super) struct Pending {
    /// The `Binary`, `Unary` or `Assign` expression.
    id: ExprId,
    op: Operator,
    op_span: Span,
    left: (ExprId, Ty),
    right: Option<(ExprId, Ty)>,
    result: Ty,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Unary(UnaryOp),
    Binary(BinaryOp),
}

enum Outcome {
    /// Its type.
    Done(Ty),
    Wait,
}

/// A user's operator that fits.
struct Candidate {
    def: DefId,
    type_args: Vec<Ty>,
    swap: bool,
    negate: bool,
}

impl Checker<'_, '_> {
    pub(super) fn check_unary(&mut self, id: ExprId, op: UnaryOp, operand: ExprId) -> Ty {
        let span = self.span(id);
        if op == UnaryOp::Neg
            && let ExprKind::Int(value) = self.body.exprs[operand].kind
        {
            let ty = self.check_int(value, true, span);
            self.tables.exprs[operand] = Some(ty);
            return ty;
        }
        let ty = self.infer_expr(operand);
        let pending = Pending {
            id,
            op: Operator::Unary(op),
            op_span: span,
            left: (operand, ty),
            right: None,
            result: ty,
        };
        self.start(pending)
    }

    pub(super) fn check_binary(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        op_span: Span,
        left: ExprId,
        right: ExprId,
    ) -> Ty {
        let left_ty = self.infer_expr(left);
        let right_ty = self.check_right(op, left_ty, right);
        self.apply(id, op, op_span, (left, left_ty), (right, right_ty))
    }

    /// The right side of an operator, where the left may say what a bare variant or an empty list is.
    pub(super) fn check_right(&mut self, op: BinaryOp, left: Ty, right: ExprId) -> Ty {
        let hint = op.is_comparison() || matches!(self.shallow(left).kind(), TyKind::Array(_));
        if hint && !matches!(self.shallow(left).kind(), TyKind::Infer(_)) {
            self.check_expr(right, super::body::Expect::Hint(left))
        } else {
            self.infer_expr(right)
        }
    }

    /// An operator on two operands that have been checked.
    pub(super) fn apply(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        op_span: Span,
        left: (ExprId, Ty),
        right: (ExprId, Ty),
    ) -> Ty {
        let pending = Pending {
            id,
            op: Operator::Binary(op),
            op_span,
            left,
            right: Some(right),
            result: Ty::unit(),
        };
        self.start(pending)
    }

    fn start(&mut self, mut pending: Pending) -> Ty {
        match self.try_operator(&pending, false) {
            Outcome::Done(ty) => ty,
            Outcome::Wait => {
                let is_bool = matches!(pending.op, Operator::Binary(op) if op.is_comparison());
                pending.result = if is_bool {
                    Ty::bool()
                } else {
                    self.fresh(self.span(pending.id))
                };
                let result = pending.result;
                self.pending.push(pending);
                result
            }
        }
    }

    /// Tries what waits until nothing moves any more. `last` is true when literals have their defaults.
    pub(super) fn settle(&mut self, last: bool) {
        self.infer_from_bounds();
        loop {
            let waiting = std::mem::take(&mut self.pending);
            let before = waiting.len();
            for pending in waiting {
                match self.try_operator(&pending, last) {
                    Outcome::Done(ty) => {
                        let span = self.span(pending.id);
                        self.unify_or_report(ty, pending.result, span, super::body::Why::PLAIN);
                    }
                    Outcome::Wait => self.pending.push(pending),
                }
            }
            if self.pending.len() == before || self.pending.is_empty() {
                return;
            }
        }
    }

    /// At the end: an operator still without known operands.
    pub(super) fn report_waiting(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let _ = self.infer.unify(pending.result, Ty::error());
            if !self.reported {
                self.report(errors::must_be_known(self.span(pending.left.0)));
            }
        }
    }

    fn try_operator(&mut self, pending: &Pending, last: bool) -> Outcome {
        match (pending.op, pending.right) {
            (Operator::Unary(op), _) => self.try_unary(pending, op),
            (Operator::Binary(op), Some(right)) if op.is_comparison() => {
                self.try_comparison(pending, op, right, last)
            }
            (Operator::Binary(op), Some(right)) => self.try_binary(pending, op, right, last),
            (Operator::Binary(_), None) => panic!("compiler bug: a binary operator with one side"),
        }
    }

    fn try_unary(&mut self, pending: &Pending, op: UnaryOp) -> Outcome {
        let ty = self.shallow(pending.left.1);
        let fits = match (op, ty.kind()) {
            (_, TyKind::Error | TyKind::Never) => return Outcome::Done(Ty::error()),
            (_, TyKind::Infer(var)) if var.kind == InferKind::General => return Outcome::Wait,
            (UnaryOp::Neg, TyKind::Int(_) | TyKind::Float(_) | TyKind::Infer(_)) => true,
            (UnaryOp::BitNot, TyKind::Int(_) | TyKind::Infer(_)) => true,
            (UnaryOp::Not, TyKind::Bool) => true,
            (_, TyKind::Simd(lane, _)) => self.lane_has_unary(op, self.shallow(*lane)),
            (UnaryOp::Neg, TyKind::Param(..)) => self
                .infer
                .param_has(ty, &[Bound::Num, Bound::Int, Bound::Float]),
            (UnaryOp::BitNot, TyKind::Param(..)) => self.infer.param_has(ty, &[Bound::Int]),
            _ => false,
        };
        if fits {
            return Outcome::Done(ty);
        }
        if op == UnaryOp::Neg
            && let Some(found) = self.candidates("neg", &[ty]).pop()
        {
            return Outcome::Done(self.use_candidate(pending, &found, &[ty]));
        }
        let shown = self.show(ty);
        let is_param = matches!(ty.kind(), TyKind::Param(..));
        let report = errors::no_unary_operator(op, self.span(pending.id), &shown, is_param);
        Outcome::Done(self.fail(report))
    }

    /// `m[k]`
    fn is_map_entry(&self, expr: ExprId) -> bool {
        let ExprKind::Index { base, .. } = &self.body.exprs[expr].kind else {
            return false;
        };
        let ty = self.tables.exprs[*base];
        ty.is_some_and(|ty| matches!(self.shallow(ty).kind(), TyKind::Adt(DefId::MAP, _)))
    }

    fn try_comparison(
        &mut self,
        pending: &Pending,
        op: BinaryOp,
        right: (ExprId, Ty),
        last: bool,
    ) -> Outcome {
        let (a, b) = (self.shallow(pending.left.1), self.shallow(right.1));
        if a.is_error() || b.is_error() {
            return Outcome::Done(Ty::bool());
        }
        if is_general(a) && is_general(b) && a != b && !last {
            return Outcome::Wait;
        }
        let (symbol, swap, negate) = op.comparison();
        let sides = if swap { [b, a] } else { [a, b] };
        let mut found = self.candidates(symbol, &sides);
        if found.len() > 1 && (is_general(a) || is_general(b)) && !last {
            return Outcome::Wait;
        }
        if let Some(mut candidate) = found.pop() {
            (candidate.swap, candidate.negate) = (swap, negate);
            self.use_candidate(pending, &candidate, &sides);
            return Outcome::Done(Ty::bool());
        }
        if self.infer.unify(a, b).is_err() {
            let (left, right_shown) = (self.show(a), self.show(b));
            let report = errors::compared_types_differ(
                op,
                (self.span(pending.left.0), &left),
                (self.span(right.0), &right_shown),
                a.option_of().is_some() != b.option_of().is_some(),
                self.is_map_entry(pending.left.0) || self.is_map_entry(right.0),
            );
            self.report(report);
            return Outcome::Done(Ty::bool());
        }
        let bound = match symbol {
            "==" => Bound::Eq,
            _ => Bound::Ord,
        };
        self.obligations.push(Obligation {
            ty: a,
            bound,
            span: pending.op_span,
            because: Because::Compared(op),
        });
        Outcome::Done(Ty::bool())
    }

    fn try_binary(
        &mut self,
        pending: &Pending,
        op: BinaryOp,
        right: (ExprId, Ty),
        last: bool,
    ) -> Outcome {
        let (a, b) = (self.shallow(pending.left.1), self.shallow(right.1));
        if a.is_error() || b.is_error() {
            return Outcome::Done(Ty::error());
        }
        if a.is_never() || b.is_never() {
            return Outcome::Done(if a.is_never() { b } else { a });
        }
        if is_general(a) && is_general(b) {
            return Outcome::Wait;
        }
        if let Some(ty) = self.mixed(op, a, b) {
            return Outcome::Done(ty);
        }
        let mut found = self.candidates(op.symbol(), &[a, b]);
        let builtin = self.fits_builtin(op, a, b);
        match (found.len(), builtin) {
            (0, true) => Outcome::Done(self.use_builtin(pending, op, a, b)),
            (1, false) => {
                let candidate = found.remove(0);
                Outcome::Done(self.use_candidate(pending, &candidate, &[a, b]))
            }
            // What is not known yet may be found, as the elements of a sequence are.
            (0, false) if !last && (is_general(a) || is_general(b)) => Outcome::Wait,
            (0, false) => {
                let report = self.no_operator(op, pending, right, a, b);
                Outcome::Done(self.fail(report))
            }
            _ if is_general(a) || is_general(b) => Outcome::Wait,
            // A literal fits both a number and a user's type; the built-in reading is the simpler one.
            (_, true) => Outcome::Done(self.use_builtin(pending, op, a, b)),
            (_, false) => {
                let candidate = found.remove(0);
                Outcome::Done(self.use_candidate(pending, &candidate, &[a, b]))
            }
        }
    }

    fn no_operator(
        &self,
        op: BinaryOp,
        pending: &Pending,
        right: (ExprId, Ty),
        a: Ty,
        b: Ty,
    ) -> syntax::Diagnostic {
        errors::no_operator(
            self.env(),
            op,
            pending.op_span,
            (self.span(pending.left.0), self.presentable(a)),
            (self.span(right.0), self.presentable(b)),
        )
    }

    /// Built-in operators whose sides differ: `char + i64`, `char - char`, `str + char`, shifts, arrays.
    fn mixed(&mut self, op: BinaryOp, a: Ty, b: Ty) -> Option<Ty> {
        let integer = |ty: Ty| {
            ty.is_int() || matches!(ty.kind(), TyKind::Infer(var) if var.kind == InferKind::Int)
        };
        match (op, a.kind(), b.kind()) {
            (BinaryOp::Add | BinaryOp::Sub, TyKind::Char, _) if integer(b) => Some(Ty::char()),
            (BinaryOp::Sub, TyKind::Char, TyKind::Char) => Some(Ty::i64()),
            (BinaryOp::Add, TyKind::Str, TyKind::Str | TyKind::Char) => Some(Ty::str()),
            (BinaryOp::Add, TyKind::Array(_), TyKind::Array(_)) => {
                self.infer.unify(a, b).is_ok().then_some(a)
            }
            (BinaryOp::Add, TyKind::Array(_), TyKind::Infer(var))
                if var.kind == InferKind::General =>
            {
                self.infer.unify(a, b).is_ok().then_some(a)
            }
            (BinaryOp::Shl | BinaryOp::Shr, _, _)
                if (integer(a) || self.is_int_param(a)) && (integer(b) || self.is_int_param(b)) =>
            {
                Some(a)
            }
            (BinaryOp::Shl | BinaryOp::Shr, TyKind::Simd(lane, _), _)
                if self.is_integer(self.shallow(*lane)) && (integer(b) || self.is_int_param(b)) =>
            {
                Some(a)
            }
            _ => None,
        }
    }

    /// Operators on vectors work lane by lane.
    fn lane_has_unary(&self, op: UnaryOp, lane: Ty) -> bool {
        match op {
            UnaryOp::Neg => self.is_number(lane),
            UnaryOp::BitNot => self.is_integer(lane),
            UnaryOp::Not => matches!(lane.kind(), TyKind::Bool),
        }
    }

    fn lane_or_self(&self, ty: Ty) -> Ty {
        self.shallow(ty.lane().unwrap_or(ty))
    }

    fn is_integer(&self, ty: Ty) -> bool {
        ty.is_int() || self.is_int_param(ty)
    }

    fn is_int_param(&self, ty: Ty) -> bool {
        self.infer.param_has(ty, &[Bound::Int])
    }

    /// Whether both sides may be one type that the operator is built in for.
    fn fits_builtin(&mut self, op: BinaryOp, a: Ty, b: Ty) -> bool {
        if !self.infer.can_unify(a, b) {
            return false;
        }
        let known = if is_general(a) { b } else { a };
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => {
                self.is_number(known)
                    || (op == BinaryOp::Add && matches!(known.kind(), TyKind::Str))
            }
            BinaryOp::Pow => self.is_number(known) && known.lane().is_none(),
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => {
                let lane = self.lane_or_self(known);
                self.is_integer(lane) || matches!(lane.kind(), TyKind::Bool) || is_literal(known)
            }
            BinaryOp::Shl | BinaryOp::Shr => self.is_integer(self.lane_or_self(known)),
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => true,
        }
    }

    fn is_number(&self, ty: Ty) -> bool {
        ty.is_numeric()
            || is_literal(ty)
            || ty
                .lane()
                .is_some_and(|lane| self.is_number(self.shallow(lane)))
            || self
                .infer
                .param_has(ty, &[Bound::Num, Bound::Int, Bound::Float])
    }

    fn use_builtin(&mut self, pending: &Pending, op: BinaryOp, a: Ty, b: Ty) -> Ty {
        let _ = self.infer.unify(a, b);
        let bits = matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor);
        if bits && is_literal(self.shallow(a)) {
            self.obligations.push(Obligation {
                ty: a,
                bound: Bound::Int,
                span: pending.op_span,
                because: Because::Arithmetic(SmolStr::new(op.symbol())),
            });
        }
        a
    }

    /// The user's operators that fit the operand types. An operand that is not known at all fits if another one is.
    fn candidates(&mut self, symbol: &str, sides: &[Ty]) -> Vec<Candidate> {
        let defs: Vec<DefId> = self.env().operators(symbol).collect();
        let mut fitting = Vec::new();
        for def in defs {
            let function = self.env().function(def).clone();
            if function.params.len() != sides.len() || !self.involves_user_type(&function, sides) {
                continue;
            }
            let before = self.infer.snapshot();
            let name = self.env().def(def).name.clone();
            let args = self.instantiate(&function.generics, &name, self.body.span);
            let fits = function
                .params
                .iter()
                .zip(sides)
                .all(|(p, side)| self.infer.unify(*side, p.ty.subst(&args)).is_ok());
            self.infer.undo(before);
            if fits {
                fitting.push(Candidate {
                    def,
                    type_args: Vec::new(),
                    swap: false,
                    negate: false,
                });
            }
        }
        self.newest(fitting)
    }

    /// One operator defined again replaces the older one: of equal parameter types only the newest stays.
    fn newest(&self, fitting: Vec<Candidate>) -> Vec<Candidate> {
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in fitting.into_iter().rev() {
            let params = |def: DefId| -> Vec<Ty> {
                let function = self.env().function(def);
                function.params.iter().map(|p| p.ty).collect()
            };
            if !kept.iter().any(|k| params(k.def) == params(candidate.def)) {
                kept.push(candidate);
            }
        }
        kept
    }

    /// Cheap first test: a known operand must have the head of the parameter.
    fn involves_user_type(&self, function: &FnDef, sides: &[Ty]) -> bool {
        use crate::env::Head;
        function.params.iter().zip(sides).any(|(param, side)| {
            let head = Head::of(*side);
            head.is_some()
                && (head == Head::of(param.ty) || matches!(param.ty.kind(), TyKind::Param(..)))
        })
    }

    /// Makes the operator a call. `sides` are in parameter order.
    fn use_candidate(&mut self, pending: &Pending, candidate: &Candidate, sides: &[Ty]) -> Ty {
        let span = self.span(pending.id);
        let def = candidate.def;
        let ret = self.unit.result_of(def, span);
        let function = self.env().function(def).clone();
        let name = self.env().def(def).name.clone();
        let type_args = if candidate.type_args.is_empty() {
            self.instantiate(&function.generics, &name, span)
        } else {
            candidate.type_args.clone()
        };
        for (param, side) in function.params.iter().zip(sides) {
            let _ = self.infer.unify(*side, param.ty.subst(&type_args));
        }
        self.require_bounds(&function.generics, &type_args, &name, span);
        let result = ret.subst(&type_args);
        let mut args = vec![CallArg::Expr(pending.left.0)];
        args.extend(pending.right.map(|(right, _)| CallArg::Expr(right)));
        let mut order: Vec<u32> = (0..args.len() as u32).collect();
        let is_comparison = matches!(pending.op, Operator::Binary(op) if op.is_comparison());
        if candidate.swap {
            args.reverse();
            order.reverse();
        }
        let target = if is_comparison {
            Target::Compare {
                def,
                swap: candidate.swap,
                negate: candidate.negate,
            }
        } else {
            Target::Fn(def)
        };
        let call = Call {
            target,
            type_args,
            args,
            order,
        };
        self.tables.calls.insert(pending.id, call);
        result
    }
}

fn is_general(ty: Ty) -> bool {
    matches!(ty.kind(), TyKind::Infer(var) if var.kind == InferKind::General)
}

fn is_literal(ty: Ty) -> bool {
    matches!(ty.kind(), TyKind::Infer(var) if var.kind != InferKind::General)
}
