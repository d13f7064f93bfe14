//! Calls: by-value arguments are read in the order of the text, then defaults are evaluated, then all exclusive accesses open together.

use syntax::Span;

use super::Builder;
use super::expr::later_exprs;
use super::place::{Access, Unchecked};
use crate::check::{Call, CallArg, Target};
use crate::env::DefId;
use crate::hir::{self, BinaryOp, Builtin, ExprId, ExprKind, UnaryOp};
use crate::mir::{
    Arg, Base, Callee, Const, Local, Old, Operand, PanicKind, Place, Rvalue, StatementKind,
    Terminator,
};
use crate::types::{Ty, TyKind};

/// An argument while the others are evaluated.
enum Pending {
    Value(Operand),
    Mut(Unchecked),
}

impl Builder<'_> {
    pub(super) fn build_call(&mut self, dest: Option<Local>, expr: ExprId) {
        let span = self.hir.exprs[expr].span;
        let call = self
            .tables
            .calls
            .get(&expr)
            .unwrap_or_else(|| panic!("compiler bug: {expr} is a call without a target"));
        match call.target {
            // Of `a?.at(p)`, whose receiver has been evaluated.
            Target::Fn(_) if self.projection_call(expr).is_some() => {
                let place = self.read_bare_place(expr);
                if let Some(dest) = dest {
                    self.assign_local(dest, Rvalue::Use(Operand::Copy(place)), span);
                }
            }
            Target::Fn(def) => {
                let callee = Callee::Fn(def, call.type_args.clone());
                self.call_with(dest, expr, callee, call);
            }
            Target::TraitMethod(def) => {
                let callee = Callee::TraitMethod(def, call.type_args.clone());
                self.call_with(dest, expr, callee, call);
            }
            Target::Value => self.call_value(dest, expr, call),
            Target::Compare { def, negate, .. } => {
                let callee = Callee::Fn(def, call.type_args.clone());
                self.compare_call(dest, expr, callee, negate, call);
            }
            Target::Struct(_) | Target::Variant(..) | Target::With => {
                let value = self.construct(expr, call);
                if let Some(dest) = dest {
                    self.assign_local(dest, value, span);
                }
            }
            Target::Builtin(builtin) => self.build_builtin(dest, expr, builtin, call),
        }
    }

    fn call_with(&mut self, dest: Option<Local>, expr: ExprId, callee: Callee, call: &Call) {
        let span = self.hir.exprs[expr].span;
        let args = self.arguments(call, span);
        let dest = self.call_dest(dest, expr);
        self.emit_call(dest, callee, args, span);
        if self.bare_ty(expr).is_never() {
            self.terminate(Terminator::Unreachable);
        }
    }

    /// A function value is read before the arguments.
    fn call_value(&mut self, dest: Option<Local>, expr: ExprId, call: &Call) {
        let args: Vec<ExprId> = later_exprs(&call.args, &call.order);
        let function = match &self.hir.exprs[expr].kind {
            ExprKind::Call {
                callee: hir::Callee::Value(function),
                ..
            } => self.operand_before(*function, &args),
            ExprKind::MethodCall { receiver, .. } => {
                let receiver = self.place_before(*receiver, &args);
                Operand::Copy(self.field_of(&receiver, self.tables.fields[&expr]))
            }
            _ => panic!("compiler bug: {expr} calls a value that is not there"),
        };
        self.call_with(dest, expr, Callee::Value(function), call);
    }

    fn compare_call(
        &mut self,
        dest: Option<Local>,
        expr: ExprId,
        callee: Callee,
        negate: bool,
        call: &Call,
    ) {
        let span = self.hir.exprs[expr].span;
        let args = self.arguments(call, span);
        let holds = self.temp(Ty::bool(), span);
        self.emit_call(holds, callee, args, span);
        let holds = Operand::Copy(Place::local(holds));
        if let Some(dest) = dest {
            let value = if negate {
                Rvalue::Unary(UnaryOp::Not, holds)
            } else {
                Rvalue::Use(holds)
            };
            self.assign_local(dest, value, span);
        }
    }

    /// Evaluates the arguments of a call in the order of the text and opens the exclusive ones.
    fn arguments(&mut self, call: &Call, span: Span) -> Vec<Arg> {
        let mut pending: Vec<Option<Pending>> = call.args.iter().map(|_| None).collect();
        for (step, index) in call.order.iter().enumerate() {
            let later = later_exprs(&call.args, &call.order[step + 1..]);
            pending[*index as usize] = match call.args[*index as usize] {
                CallArg::Expr(expr) => Some(Pending::Value(self.operand_before(expr, &later))),
                CallArg::Mut(expr) => Some(Pending::Mut(self.unchecked(expr, Access::Write))),
                CallArg::Default(_) | CallArg::Keep => None,
            };
        }
        for (index, arg) in call.args.iter().enumerate() {
            if let CallArg::Default(def) = arg {
                let value = self.default_value(*def, &call.type_args, span);
                pending[index] = Some(Pending::Value(value));
            }
        }
        let captured = match call.target {
            Target::Fn(def) => self.captured_args(def),
            _ => Vec::new(),
        };
        let captured = captured.iter().filter_map(|arg| match arg {
            Arg::Mut(place) => Some(place.base),
            Arg::Value(_) => None,
        });
        let opened: Vec<Base> = pending
            .iter()
            .flatten()
            .filter_map(|arg| match arg {
                Pending::Value(_) => None,
                Pending::Mut(unchecked) => Some(unchecked.place.base),
            })
            .chain(captured)
            .collect();
        let mut kept = Vec::new();
        for arg in pending {
            kept.push(
                match arg.expect("compiler bug: an argument without a value") {
                    Pending::Value(value) => Pending::Value(self.apart_from(value, &opened, span)),
                    Pending::Mut(place) => Pending::Mut(place),
                },
            );
        }
        kept.into_iter()
            .map(|arg| match arg {
                Pending::Value(value) => Arg::Value(value),
                Pending::Mut(unchecked) => Arg::Mut(self.checked(unchecked)),
            })
            .collect()
    }

    /// A value is copied before an access that may write it opens.
    pub(super) fn apart_from(&mut self, value: Operand, opened: &[Base], span: Span) -> Operand {
        match &value {
            Operand::Copy(place) if opened.contains(&place.base) => {
                self.keep(Rvalue::Use(value), span)
            }
            _ => value,
        }
    }

    /// Calls a function with arguments that have been evaluated.
    pub(super) fn call_fn(
        &mut self,
        dest: Option<Local>,
        def: DefId,
        type_args: Vec<Ty>,
        args: Vec<Arg>,
        span: Span,
    ) {
        let dest = dest.unwrap_or_else(|| {
            let ret = self.env.function(def).result().subst(&type_args);
            self.temp(ret, span)
        });
        self.emit_call(dest, Callee::Fn(def, type_args), args, span);
    }

    pub(super) fn emit_call(&mut self, dest: Local, callee: Callee, args: Vec<Arg>, span: Span) {
        let mut all = match &callee {
            Callee::Fn(def, _) => self.captured_args(*def),
            Callee::Value(_) | Callee::TraitMethod(..) => Vec::new(),
        };
        all.extend(args);
        let args = all;
        self.emit(
            StatementKind::Call {
                dest: Place::local(dest),
                callee,
                args,
                old: Old::Unknown,
                open: Vec::new(),
            },
            span,
        );
    }

    pub(super) fn default_value(&mut self, def: DefId, type_args: &[Ty], span: Span) -> Operand {
        let function = self.env.function(def);
        let ty = function.result().subst(type_args);
        let known = function.known.as_ref();
        if let Some(literal) = known.and_then(|value| value.literal(ty)) {
            return Operand::Const(literal);
        }
        let temp = self.temp(ty, span);
        self.call_fn(Some(temp), def, type_args.to_vec(), Vec::new(), span);
        Operand::Copy(Place::local(temp))
    }

    /// The call of `a?.f()`, whose receiver has been evaluated; gives its value if it has one.
    pub(super) fn optional_call(&mut self, expr: ExprId) -> Option<Local> {
        let ty = self.call_ty(expr);
        if ty.is_unit() || ty.is_never() {
            self.build_call(None, expr);
            return None;
        }
        let temp = self.temp(ty, self.hir.exprs[expr].span);
        self.build_call(Some(temp), expr);
        Some(temp)
    }

    /// What a call evaluates, in the order of the text; nothing for what is no call.
    pub(super) fn argument_exprs(&self, expr: ExprId) -> Vec<ExprId> {
        self.tables
            .calls
            .get(&expr)
            .map_or_else(Vec::new, |call| later_exprs(&call.args, &call.order))
    }

    pub(super) fn receiver_is_mut(&self, expr: ExprId) -> bool {
        self.tables
            .calls
            .get(&expr)
            .is_some_and(|call| matches!(call.args.first(), Some(CallArg::Mut(_))))
    }

    fn call_dest(&mut self, dest: Option<Local>, expr: ExprId) -> Local {
        match dest {
            Some(dest) => dest,
            None => self.temp(self.call_ty(expr), self.hir.exprs[expr].span),
        }
    }

    /// The type of what a call gives. For `a?.f()` that is not the type of the expression.
    fn call_ty(&self, expr: ExprId) -> Ty {
        if !matches!(
            self.hir.exprs[expr].kind,
            ExprKind::MethodCall { optional: true, .. }
        ) {
            return self.bare_ty(expr);
        }
        let call = &self.tables.calls[&expr];
        match call.target {
            Target::Fn(def) | Target::TraitMethod(def) => {
                self.env.function(def).result().subst(&call.type_args)
            }
            _ => self.bare_ty(expr),
        }
    }

    fn construct(&mut self, expr: ExprId, call: &Call) -> Rvalue {
        let ty = self.bare_ty(expr);
        let span = self.hir.exprs[expr].span;
        match call.target {
            Target::Variant(_, variant) => Rvalue::Variant {
                ty,
                variant,
                fields: self.field_operands(call, None, span),
            },
            Target::With => {
                let ExprKind::MethodCall { receiver, .. } = self.hir.exprs[expr].kind else {
                    panic!("compiler bug: {expr} is a `with` without a receiver");
                };
                let later = later_exprs(&call.args, &call.order);
                let receiver = self.place_before(receiver, &later);
                let ty = self.place_ty(&receiver);
                Rvalue::Aggregate(ty, self.field_operands(call, Some(&receiver), span))
            }
            _ => Rvalue::Aggregate(ty, self.field_operands(call, None, span)),
        }
    }

    /// Evaluates the arguments of a constructor in the order of the text; the result is in the order of the fields.
    fn field_operands(&mut self, call: &Call, keep: Option<&Place>, span: Span) -> Vec<Operand> {
        let mut found: Vec<Option<Operand>> = vec![None; call.args.len()];
        for (step, index) in call.order.iter().enumerate() {
            if let CallArg::Expr(expr) | CallArg::Mut(expr) = call.args[*index as usize] {
                let later = later_exprs(&call.args, &call.order[step + 1..]);
                found[*index as usize] = Some(self.operand_before(expr, &later));
            }
        }
        for (index, arg) in call.args.iter().enumerate() {
            match (arg, keep) {
                (CallArg::Default(def), _) => {
                    found[index] = Some(self.default_value(*def, &call.type_args, span));
                }
                (CallArg::Keep, Some(receiver)) => {
                    found[index] = Some(Operand::Copy(self.field_of(receiver, index as u32)));
                }
                _ => {}
            }
        }
        found
            .into_iter()
            .map(|operand| operand.expect("compiler bug: a field without a value"))
            .collect()
    }

    fn build_builtin(&mut self, dest: Option<Local>, expr: ExprId, builtin: Builtin, call: &Call) {
        let span = self.hir.exprs[expr].span;
        let args = later_exprs(&call.args, &call.order);
        match builtin {
            Builtin::Print => self.print("print", &args, span),
            Builtin::Eprint => self.print("eprint", &args, span),
            Builtin::Assert => self.assert(&args, span),
            Builtin::Panic => self.panic(PanicKind::Panic, args.first().copied(), span),
            Builtin::Unreachable => {
                self.panic(PanicKind::Unreachable, args.first().copied(), span);
            }
            Builtin::Some | Builtin::Ok | Builtin::Err | Builtin::None => {
                let variant = u32::from(matches!(builtin, Builtin::Some | Builtin::Err));
                let fields = self.operands(&args);
                if let Some(dest) = dest {
                    let ty = self.bare_ty(expr);
                    let fields = with_unit(ty, variant, fields);
                    self.assign_local(
                        dest,
                        Rvalue::Variant {
                            ty,
                            variant,
                            fields,
                        },
                        span,
                    );
                }
            }
        }
    }

    /// The operator that a user's function does in `place op= value`.
    pub(super) fn operator_call(
        &mut self,
        expr: ExprId,
        left: Operand,
        right: Operand,
        ty: Ty,
        span: Span,
    ) -> Operand {
        let call = &self.tables.calls[&expr];
        let temp = self.temp(ty, span);
        let callee = match call.target {
            Target::TraitMethod(def) => Callee::TraitMethod(def, call.type_args.clone()),
            Target::Fn(def) => Callee::Fn(def, call.type_args.clone()),
            other => panic!("compiler bug: {other:?} is no operator"),
        };
        let args = vec![Arg::Value(left), Arg::Value(right)];
        self.emit_call(temp, callee, args, span);
        Operand::Copy(Place::local(temp))
    }

    /// A comparison of two numbers, in a temporary.
    pub(super) fn compare(
        &mut self,
        op: BinaryOp,
        left: Operand,
        right: Operand,
        span: Span,
    ) -> Operand {
        self.keep(Rvalue::Binary(op, left, right), span)
    }
}

/// `ok()` is `ok(())`.
fn with_unit(ty: Ty, variant: u32, fields: Vec<Operand>) -> Vec<Operand> {
    let lacks = matches!(ty.kind(), TyKind::Adt(DefId::RESULT, args)
        if fields.is_empty() && args[variant as usize].is_unit());
    if lacks {
        vec![Operand::Const(Const::Unit)]
    } else {
        fields
    }
}
