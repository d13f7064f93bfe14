//! Types of operands, places and values agree.

use super::{At, Verifier, for_each_place};
use crate::boxes::fields_of;
use crate::env::{DefId, FnOrigin};
use crate::hir::BinaryOp;
use crate::mir::{Arg, Callee, Check, Operand, Place, Rvalue, StatementKind, Terminator, field_ty};
use crate::types::{Ty, TyKind};

impl Verifier<'_> {
    pub(super) fn types(&self) {
        for kind in self.statements() {
            for_each_place(kind, &mut |_, place| {
                // Panics itself where a projection does not fit.
                self.ty(place);
            });
            self.statement_types(kind);
        }
        for (id, block) in self.body.blocks.iter() {
            let at = At::End(id);
            match &block.terminator {
                Terminator::If { cond, .. } => self.agree(self.operand(cond), Ty::bool(), at),
                Terminator::Switch { value, .. } => {
                    let ty = self.operand(value);
                    if !ty.is_int() && ty != Ty::bool() && ty != Ty::char() {
                        self.fail("a switch on something without numbers", at);
                    }
                }
                Terminator::Panic {
                    message: Some(message),
                    ..
                } => self.agree(self.operand(message), Ty::str(), at),
                Terminator::Panic { message: None, .. }
                | Terminator::Goto(_)
                | Terminator::Return
                | Terminator::Unreachable => {}
            }
        }
    }

    fn ty(&self, place: &Place) -> Ty {
        self.body.place_ty(self.env, place)
    }

    fn operand(&self, operand: &Operand) -> Ty {
        self.body.operand_ty(self.env, operand)
    }

    fn agree(&self, found: Ty, wanted: Ty, at: At<'_>) {
        if found != wanted {
            let (found, wanted) = (found.display(self.env), wanted.display(self.env));
            self.fail(&format!("a {found} stands where a {wanted} must"), at);
        }
    }

    fn statement_types(&self, kind: &StatementKind) {
        let at = At::Statement(kind);
        match kind {
            StatementKind::Assign { place, value, .. } => {
                self.rvalue_types(value, at);
                self.agree(self.body.rvalue_ty(self.env, value), self.ty(place), at);
            }
            StatementKind::Call {
                dest, callee, args, ..
            } => self.call_types(dest, callee, args, at),
            StatementKind::Open { reference, place } => {
                self.agree(self.body.locals[*reference].ty, self.ty(place), at);
            }
            StatementKind::Check(check) => self.check_types(check, at),
            StatementKind::MakeUnique(_)
            | StatementKind::Unpack { .. }
            | StatementKind::Drop { .. }
            | StatementKind::Nop => {}
        }
    }

    fn check_types(&self, check: &Check, at: At<'_>) {
        match check {
            Check::Index { index, place, .. } => {
                if !self.operand(index).is_int() || self.ty(place).elem().is_none() {
                    self.fail("an index of the wrong type", at);
                }
            }
            Check::NotZero(_)
            | Check::NotNegative(_)
            | Check::Character(_)
            | Check::Disjoint { .. }
            | Check::Closed(_)
            | Check::Begin(_)
            | Check::End(_)
            | Check::Fuel(_) => {}
        }
    }

    fn call_types(&self, dest: &Place, callee: &Callee, args: &[Arg], at: At<'_>) {
        let (params, ret) = match callee {
            Callee::Fn(def, type_args) => {
                let function = self.env.function(*def);
                let variadic = matches!(function.origin, FnOrigin::C { variadic: true, .. });
                if !variadic && function.params.len() != args.len() {
                    self.fail("a call with the wrong number of arguments", at);
                }
                let params: Vec<(bool, Ty)> = function
                    .params
                    .iter()
                    .map(|param| (param.is_mut, param.ty.subst(type_args)))
                    .collect();
                (params, function.result().subst(type_args))
            }
            Callee::Value(function) => match self.operand(function).kind() {
                TyKind::Fn(found) | TyKind::CFn(found) => {
                    let params = found.params.iter().map(|p| (p.is_mut, p.ty)).collect();
                    (params, found.ret)
                }
                _ => self.fail("a call of something that is no function", at),
            },
            // The method's own types are known to mono only.
            Callee::TraitMethod(..) => return,
        };
        for (arg, (is_mut, ty)) in args.iter().zip(params) {
            match arg {
                // C is given the address of a text.
                Arg::Value(operand)
                    if *ty.kind() == TyKind::CStr && self.operand(operand) == Ty::str() => {}
                Arg::Value(operand) if !is_mut => self.agree(self.operand(operand), ty, at),
                Arg::Mut(place) if is_mut => self.agree(self.ty(place), ty, at),
                Arg::Value(_) | Arg::Mut(_) => {
                    self.fail("an argument is passed the wrong way", at);
                }
            }
        }
        self.agree(self.ty(dest), ret, at);
    }

    fn rvalue_types(&self, value: &Rvalue, at: At<'_>) {
        match value {
            Rvalue::Binary(op, left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                let free = matches!(op, BinaryOp::Shl | BinaryOp::Shr | BinaryOp::Pow);
                if !free {
                    self.agree(right, left, at);
                }
            }
            Rvalue::Compare(_, left, right) => {
                self.agree(self.operand(right), self.operand(left), at);
            }
            Rvalue::Aggregate(ty, fields) => self.aggregate_types(*ty, fields, at),
            Rvalue::Variant {
                ty,
                variant,
                fields,
            } => self.field_types(*ty, *variant, fields, at),
            Rvalue::Array { elem, items } => {
                for item in items {
                    self.agree(self.operand(item), *elem, at);
                }
            }
            Rvalue::Repeat { ty, value, count } => {
                if let Some(elem) = ty.elem() {
                    self.agree(self.operand(value), elem, at);
                }
                self.agree(self.operand(count), Ty::i64(), at);
            }
            Rvalue::Len(place) => {
                let ty = self.ty(place);
                if ty.elem().is_none() && ty != Ty::str() {
                    self.fail("the length of something without one", at);
                }
            }
            Rvalue::Discriminant(place) => {
                if !matches!(self.ty(place).kind(), TyKind::Adt(..)) {
                    self.fail("the variant of something without one", at);
                }
            }
            Rvalue::Holds(place, _) => {
                if !matches!(self.ty(place).kind(), TyKind::Any(..)) {
                    self.fail("what is inside of something that is no `any`", at);
                }
            }
            Rvalue::Any { ty, value: _ } => {
                if !matches!(ty.kind(), TyKind::Any(..)) {
                    self.fail("a value is put into something that is no `any`", at);
                }
            }
            Rvalue::Closure {
                def,
                type_args,
                captures,
            } => self.capture_types(*def, type_args, captures, at),
            Rvalue::Use(_) | Rvalue::Unary(..) | Rvalue::Convert { .. } | Rvalue::Format(_) => {}
        }
    }

    fn capture_types(&self, def: DefId, type_args: &[Ty], captures: &[Arg], at: At<'_>) {
        let function = self.env.function(def);
        if function.captures != Some(captures.len()) {
            self.fail("a closure with the wrong number of captures", at);
        }
        for (capture, param) in captures.iter().zip(&function.params) {
            let ty = param.ty.subst(type_args);
            match capture {
                Arg::Value(operand) if !param.is_mut => self.agree(self.operand(operand), ty, at),
                Arg::Mut(place) if param.is_mut => self.agree(self.ty(place), ty, at),
                Arg::Value(_) | Arg::Mut(_) => {
                    self.fail("a capture is passed the wrong way", at);
                }
            }
        }
    }

    fn aggregate_types(&self, ty: Ty, fields: &[Operand], at: At<'_>) {
        match ty.kind() {
            TyKind::Tuple(parts) => {
                if parts.len() != fields.len() {
                    self.fail("a tuple of the wrong length", at);
                }
                for (field, part) in fields.iter().zip(parts) {
                    self.agree(self.operand(field), *part, at);
                }
            }
            TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _) => {
                for field in fields {
                    self.agree(self.operand(field), *elem, at);
                }
            }
            TyKind::Adt(..) => self.field_types(ty, 0, fields, at),
            _ => self.fail("an aggregate of a type without fields", at),
        }
    }

    fn field_types(&self, ty: Ty, variant: u32, fields: &[Operand], at: At<'_>) {
        let TyKind::Adt(def, _) = ty.kind() else {
            self.fail("fields of a type without them", at);
        };
        let declared = fields_of(self.env, *def, variant).map_or(0, <[_]>::len);
        if declared != fields.len() {
            self.fail("the wrong number of fields", at);
        }
        for (index, field) in fields.iter().enumerate() {
            let wanted = field_ty(self.env, ty, variant, index as u32);
            self.agree(self.operand(field), wanted, at);
        }
    }
}
