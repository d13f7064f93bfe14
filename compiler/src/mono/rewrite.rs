//! Makes one body concrete: types are substituted, trait methods and operators on type parameters become calls of
//! functions, constants become literals or calls, and everything that the body names is registered.

use syntax::Span;

use crate::env::{DefId, DefKind, FnOrigin};
use crate::hir::UnaryOp;
use crate::mir::{
    Arg, Base, Body, Callee, Check, Const, FormatPart, LocalDecl, LocalKind, Old, Operand,
    ParamMode, Place, Projection, Rvalue, Statement, StatementKind, Terminator, captures_ty,
};
use crate::types::{Ty, TyKind};

use super::{Instantiation, Key, matching};

impl Instantiation<'_> {
    pub(super) fn concrete_body(&mut self, generic: &Body, args: &[Ty]) -> Body {
        let mut body = generic.clone();
        for decl in body.locals.values_mut() {
            decl.ty = decl.ty.subst(args);
            self.note_type(decl.ty);
            self.refuse_huge(decl.ty, decl.span);
        }
        let ids: Vec<_> = body.blocks.keys().collect();
        for id in ids {
            let old = std::mem::take(&mut body.blocks[id].statements);
            // Of a block that only goes on, it says where in the text that is.
            let is_nothing = |each: &Statement| matches!(each.kind, StatementKind::Nop);
            let place = old.iter().all(is_nothing).then(|| old.first().cloned());
            let mut rewrite = Rewrite {
                ctx: self,
                body: &mut body,
                args,
                out: Vec::with_capacity(old.len()),
                span: generic.span,
            };
            for statement in old {
                rewrite.statement(statement);
            }
            let mut terminator = rewrite.body.blocks[id].terminator.clone();
            rewrite.terminator(&mut terminator);
            let mut statements = rewrite.out;
            statements.extend(place.flatten());
            body.blocks[id].statements = statements;
            body.blocks[id].terminator = terminator;
        }
        body
    }
}

struct Rewrite<'a, 'b> {
    ctx: &'a mut Instantiation<'b>,
    body: &'a mut Body,
    args: &'a [Ty],
    out: Vec<Statement>,
    span: Span,
}

impl Rewrite<'_, '_> {
    fn statement(&mut self, mut statement: Statement) {
        self.span = statement.span;
        match &mut statement.kind {
            StatementKind::Assign { place, value, old } => {
                self.place(place);
                self.rvalue(value);
                let call = self.user_operator(place, value, *old);
                if let Some(call) = call.or_else(|| self.own_comparison(place, value, *old)) {
                    statement.kind = call;
                }
            }
            StatementKind::Call {
                dest,
                callee,
                args,
                open,
                ..
            } => {
                self.place(dest);
                let was_trait_method = matches!(callee, Callee::TraitMethod(..));
                self.callee(callee);
                for arg in args.iter_mut() {
                    match arg {
                        Arg::Value(operand) => self.operand(operand),
                        Arg::Mut(place) => self.place(place),
                    }
                }
                if let (true, Callee::Fn(def, _)) = (was_trait_method, &*callee) {
                    self.hand_over(*def, args);
                    self.settle_open(*def, open);
                }
            }
            StatementKind::Open { place, .. }
            | StatementKind::MakeUnique(place)
            | StatementKind::Unpack { place, .. }
            | StatementKind::Drop { place, .. } => self.place(place),
            StatementKind::Check(check) => {
                self.check(check);
                // A type parameter may stand for a float, which needs neither, or for a type of the user.
                if let Check::NotZero(operand) | Check::NotNegative(operand) = check {
                    let ty = self.body.operand_ty(self.ctx.env, operand);
                    if !ty.lane().unwrap_or(ty).is_int() {
                        return;
                    }
                }
            }
            StatementKind::Nop => return,
        }
        self.out.push(statement);
    }

    fn terminator(&mut self, terminator: &mut Terminator) {
        match terminator {
            Terminator::If { cond, .. } => self.operand(cond),
            Terminator::Switch { value, .. } => self.operand(value),
            Terminator::Panic {
                message: Some(message),
                span,
                ..
            } => {
                self.span = *span;
                self.operand(message);
            }
            Terminator::Panic { message: None, .. }
            | Terminator::Goto(_)
            | Terminator::Return
            | Terminator::Unreachable => {}
        }
    }

    fn check(&mut self, check: &mut Check) {
        match check {
            Check::Index { index, place, .. } => {
                self.operand(index);
                self.place(place);
            }
            Check::NotZero(operand) | Check::NotNegative(operand) | Check::Character(operand) => {
                self.operand(operand)
            }
            Check::Disjoint {
                first,
                second,
                place,
            } => {
                self.operand(first);
                self.operand(second);
                self.place(place);
            }
            // Fuel is charged to concrete bodies.
            Check::Closed(_) | Check::Begin(_) | Check::End(_) | Check::Fuel(_) => {}
        }
    }

    fn rvalue(&mut self, value: &mut Rvalue) {
        match value {
            Rvalue::Use(operand) | Rvalue::Unary(_, operand) => self.operand(operand),
            Rvalue::Binary(_, left, right) | Rvalue::Compare(_, left, right) => {
                self.operand(left);
                self.operand(right);
            }
            Rvalue::Convert { operand, to } => {
                self.operand(operand);
                self.ty(to);
                let from = self.body.operand_ty(self.ctx.env, operand);
                let is_own = |ty: Ty| matches!(ty.kind(), TyKind::Adt(..));
                if from != *to && (is_own(from) || is_own(*to)) {
                    self.ctx.no_conversion(from, *to, self.span);
                }
            }
            Rvalue::Aggregate(ty, operands)
            | Rvalue::Array {
                elem: ty,
                items: operands,
            } => {
                self.ty(ty);
                self.operands(operands);
            }
            Rvalue::Variant { ty, fields, .. } => {
                self.ty(ty);
                self.operands(fields);
            }
            Rvalue::Repeat { ty, value, count } => {
                self.ty(ty);
                self.operand(value);
                self.operand(count);
            }
            Rvalue::Len(place) | Rvalue::Discriminant(place) => self.place(place),
            Rvalue::Holds(place, ty) => {
                self.place(place);
                self.ty(ty);
            }
            Rvalue::Any { ty, value: operand } => {
                self.ty(ty);
                self.operand(operand);
                let inside = self.body.operand_ty(self.ctx.env, operand);
                if *ty == inside {
                    *value = Rvalue::Use(operand.clone());
                } else {
                    self.ctx.table(inside, *ty, Some(self.span));
                }
            }
            Rvalue::Closure {
                def,
                type_args,
                captures,
            } => {
                self.callee_args(type_args);
                self.ctx.callee(*def, type_args.clone(), Some(self.span));
                for capture in &mut *captures {
                    match capture {
                        Arg::Value(operand) => self.operand(operand),
                        Arg::Mut(place) => self.place(place),
                    }
                }
                let kept = captures_ty(self.body, self.ctx.env, captures);
                self.ctx.note_type(kept);
            }
            Rvalue::Format(parts) => {
                for part in parts {
                    match part {
                        FormatPart::Text(_) => {}
                        FormatPart::Value { operand, .. } => self.operand(operand),
                    }
                }
            }
        }
    }

    fn operands(&mut self, operands: &mut [Operand]) {
        for operand in operands {
            self.operand(operand);
        }
    }

    fn ty(&mut self, ty: &mut Ty) {
        *ty = ty.subst(self.args);
        self.ctx.note_type(*ty);
    }

    fn place(&mut self, place: &mut Place) {
        for projection in &mut place.projections {
            if let Projection::Inside(ty) = projection {
                self.ty(ty);
            }
        }
        if let Base::Global(def) = place.base {
            self.ctx.global(def, false);
        }
    }

    fn operand(&mut self, operand: &mut Operand) {
        match operand {
            Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
                self.place(place);
            }
            Operand::Const(Const::Fn(def, args)) => {
                self.callee_args(args);
                self.ctx.callee(*def, args.clone(), Some(self.span));
            }
            Operand::Const(Const::CFn(def)) => {
                self.ctx.callee(*def, Vec::new(), Some(self.span));
            }
            Operand::Const(Const::Def(def)) => *operand = self.constant(*def),
            Operand::Const(Const::Data(ty, _)) => self.ty(ty),
            Operand::Const(
                Const::Int(..)
                | Const::Float(..)
                | Const::Bool(_)
                | Const::Char(_)
                | Const::Unit
                | Const::Str(_)
                | Const::Bytes(_),
            ) => {}
        }
    }

    /// A literal, or the result of the function that computes the constant.
    fn constant(&mut self, def: DefId) -> Operand {
        if let Some(value) = (self.ctx.constants)(def) {
            match &value {
                Const::Fn(function, args) => {
                    self.ctx.callee(*function, args.clone(), Some(self.span));
                }
                Const::CFn(function) => {
                    self.ctx.callee(*function, Vec::new(), Some(self.span));
                }
                _ => {}
            }
            return Operand::Const(value);
        }
        let DefKind::Const(constant) = &self.ctx.env.def(def).kind else {
            panic!("compiler bug: {def} is not a constant");
        };
        let local = self.body.locals.push(LocalDecl {
            ty: constant.ty(),
            name: None,
            span: self.span,
            kind: LocalKind::Owned,
        });
        self.ctx.callee(constant.init, Vec::new(), Some(self.span));
        self.push(StatementKind::Call {
            dest: Place::local(local),
            callee: Callee::Fn(constant.init, Vec::new()),
            args: Vec::new(),
            old: Old::Nothing,
            open: Vec::new(),
        });
        Operand::Move(Place::local(local))
    }

    fn push(&mut self, kind: StatementKind) {
        self.out.push(Statement {
            kind,
            span: self.span,
        });
    }

    fn callee(&mut self, callee: &mut Callee) {
        match callee {
            Callee::Fn(def, args) => {
                self.callee_args(args);
                if let Some((own, own_args)) = self.own_from_int(*def, args) {
                    (*def, *args) = (own, own_args);
                }
                self.ctx.callee(*def, args.clone(), Some(self.span));
            }
            Callee::TraitMethod(method, args) => {
                self.callee_args(args);
                if matching::is_dynamic(self.ctx.env, *method, args) {
                    return;
                }
                let (def, args) = matching::trait_method(self.ctx.env, *method, args);
                self.ctx.callee(def, args.clone(), Some(self.span));
                *callee = Callee::Fn(def, args);
            }
            Callee::Value(operand) => self.operand(operand),
        }
    }

    /// A literal of a type parameter that turned out to be a type that implements `Num`.
    fn own_from_int(&self, def: DefId, args: &[Ty]) -> Option<Key> {
        let is_literal = match &self.ctx.env.function(def).origin {
            FnOrigin::Intrinsic(name) => name == "num_from_int",
            FnOrigin::Sumi | FnOrigin::C { .. } | FnOrigin::Host => false,
        };
        if !is_literal || args[0].is_scalar() {
            return None;
        }
        matching::from_int(self.ctx.env, args[0])
    }

    /// A trait's method borrows its arguments; one that an `impl` has may keep them, and then gets owners of its own.
    fn hand_over(&mut self, def: DefId, args: &mut [Arg]) {
        let Some(body) = self.ctx.env.function(def).body() else {
            return;
        };
        for (arg, mode) in args.iter_mut().zip(&body.body().params) {
            if let (Arg::Value(operand), ParamMode::Own) = (arg, mode)
                && let Operand::Borrow(place) = operand
            {
                *operand = Operand::Copy(place.clone());
            }
        }
    }

    /// What a method of an `impl` touches is known, unlike what a trait's method does.
    fn settle_open(&mut self, def: DefId, open: &mut Vec<DefId>) {
        let Some(effects) = self.ctx.env.function(def).body().map(|body| body.effects()) else {
            return open.clear();
        };
        if effects.touches_globals() {
            self.push(StatementKind::Check(Check::Closed(def)));
        } else if !effects.is_unsure() {
            open.clear();
        }
    }

    fn callee_args(&mut self, args: &mut [Ty]) {
        for arg in args {
            *arg = arg.subst(self.args);
        }
    }

    /// A comparison of a type parameter that turned out to be a type with operators of its own, where one of them says it all.
    fn own_comparison(&mut self, dest: &Place, value: &Rvalue, old: Old) -> Option<StatementKind> {
        let Rvalue::Compare(op, left, right) = value else {
            return None;
        };
        let (symbol, swap, negate) = op.comparison();
        let ty = self.body.operand_ty(self.ctx.env, left);
        if ty.is_scalar() {
            return None;
        }
        let (def, type_args) = self.ctx.env.find_operator(symbol, &[ty, ty])?;
        let operands = if swap { [right, left] } else { [left, right] };
        let operands = operands.map(Clone::clone).to_vec();
        if !negate {
            return Some(self.operator_call(dest.clone(), (def, type_args), operands, old));
        }
        let holds = self.body.locals.push(LocalDecl {
            ty: Ty::bool(),
            name: None,
            span: self.span,
            kind: LocalKind::Owned,
        });
        let holds = Place::local(holds);
        let call = self.operator_call(holds.clone(), (def, type_args), operands, Old::Nothing);
        self.push(call);
        Some(StatementKind::Assign {
            place: dest.clone(),
            value: Rvalue::Unary(UnaryOp::Not, Operand::Copy(holds)),
            old,
        })
    }

    /// Arithmetic on a type parameter that turned out to be a type with operators of its own.
    fn user_operator(&mut self, dest: &Place, value: &Rvalue, old: Old) -> Option<StatementKind> {
        let (symbol, operands) = match value {
            Rvalue::Unary(_, operand) => ("neg", vec![operand.clone()]),
            Rvalue::Binary(op, left, right) => (op.symbol(), vec![left.clone(), right.clone()]),
            _ => return None,
        };
        let env = self.ctx.env;
        let types: Vec<Ty> = operands
            .iter()
            .map(|o| self.body.operand_ty(env, o))
            .collect();
        if types[0].is_scalar() {
            return None;
        }
        let Some((def, type_args)) = env.find_operator(symbol, &types) else {
            if matches!(types[0].kind(), TyKind::Adt(..)) {
                self.ctx.no_operator(symbol, types[0], self.span);
            }
            return None;
        };
        Some(self.operator_call(dest.clone(), (def, type_args), operands, old))
    }

    fn operator_call(
        &mut self,
        dest: Place,
        (def, type_args): Key,
        operands: Vec<Operand>,
        old: Old,
    ) -> StatementKind {
        self.ctx.callee(def, type_args.clone(), Some(self.span));
        let body = self.ctx.env.function(def).body();
        if body.is_some_and(|body| body.effects().touches_globals()) {
            self.push(StatementKind::Check(Check::Closed(def)));
        }
        let mut args: Vec<Arg> = operands.into_iter().map(Arg::Value).collect();
        self.hand_over(def, &mut args);
        StatementKind::Call {
            dest,
            callee: Callee::Fn(def, type_args),
            args,
            old,
            open: Vec::new(),
        }
    }
}
