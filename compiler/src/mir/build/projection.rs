//! Uses of projections: the receiver and the arguments are evaluated, then what the steps need is computed by calls that only
//! read, and then there is a place like any other. So the passes that follow know nothing of projections.

use syntax::Span;

use super::Builder;
use super::place::{Access, Unchecked};
use crate::check::{Call, CallArg, Target, Typed};
use crate::env::{DefId, Projected, Step, StepValue};
use crate::hir::{ExprId, ExprKind};
use crate::mir::{Arg, Built, Local, Operand, Place, Rvalue, Terminator};
use crate::types::Ty;

impl<'a> Builder<'a> {
    /// The projection that an expression means, and its arguments.
    pub(super) fn projection_call(&self, expr: ExprId) -> Option<(&'a Projected, &'a Call)> {
        let call = self.tables.calls.get(&expr)?;
        match call.target {
            Target::Fn(def) => Some((self.env.function(def).projection.as_ref()?, call)),
            Target::TraitMethod(_)
            | Target::Value
            | Target::Struct(_)
            | Target::Variant(..)
            | Target::With
            | Target::Builtin(_)
            | Target::Compare { .. } => None,
        }
    }

    /// The place, whose indices are evaluated now. The receiver is looked at in any case, so its own indices are checked
    /// now, and once more when the place is accessed.
    pub(super) fn projected_call(
        &mut self,
        expr: ExprId,
        projected: &Projected,
        call: &Call,
        access: Access,
    ) -> Unchecked {
        let span = self.hir.exprs[expr].span;
        let receiver = match &self.hir.exprs[expr].kind {
            ExprKind::MethodCall { receiver, .. } => *receiver,
            ExprKind::Index { base, .. } => *base,
            _ => panic!("compiler bug: {expr} is no use of a projection"),
        };
        let found = self.unchecked(receiver, access);
        let mut args: Vec<Option<Operand>> = vec![None; call.args.len()];
        for index in &call.order {
            if let CallArg::Expr(arg) = call.args[*index as usize]
                && *index > 0
            {
                let value = self.operand(arg);
                let value = self.keep_local(Rvalue::Use(value), span);
                args[*index as usize] = Some(Operand::Copy(Place::local(value)));
            }
        }
        for (index, arg) in call.args.iter().enumerate() {
            if let CallArg::Default(def) = arg {
                args[index] = Some(self.default_value(*def, &call.type_args, span));
            }
        }
        self.take_steps(&found);
        let args: Vec<Operand> = args.into_iter().flatten().collect();
        self.project(found, projected, &args, &call.type_args, span)
    }

    /// Goes the steps of a projection; `args` are those after `self`.
    fn project(
        &mut self,
        mut found: Unchecked,
        projected: &Projected,
        args: &[Operand],
        type_args: &[Ty],
        span: Span,
    ) -> Unchecked {
        let receiver = found.place.clone();
        for step in &projected.steps {
            match step {
                Step::Field(field) => found.place = self.field_of(&found.place, *field),
                Step::Element(value) => {
                    let index = self.step_value(value, &receiver, args, type_args, span);
                    self.element_at(&mut found, index, span);
                }
                Step::Through {
                    def,
                    type_args: inner,
                    args: values,
                } => {
                    let inner: Vec<Ty> = inner.iter().map(|ty| ty.subst(type_args)).collect();
                    let mut inner_args = Vec::new();
                    for value in values {
                        let of = if matches!(value, StepValue::Default(_)) {
                            &inner
                        } else {
                            type_args
                        };
                        inner_args.push(self.step_value(value, &receiver, args, of, span));
                    }
                    let env = self.env;
                    let next = env.function(*def).projection.as_ref();
                    let next = next.expect("compiler bug: a projection leads through a function");
                    self.take_steps(&found);
                    found = self.project(found, next, &inner_args, &inner, span);
                }
            }
        }
        found
    }

    fn step_value(
        &mut self,
        value: &StepValue,
        receiver: &Place,
        args: &[Operand],
        type_args: &[Ty],
        span: Span,
    ) -> Operand {
        match value {
            StepValue::Param(index) => args[*index as usize - 1].clone(),
            StepValue::Default(def) => self.default_value(*def, type_args, span),
            StepValue::Computed(def) => {
                let mut all = vec![Arg::Value(Operand::Copy(receiver.clone()))];
                all.extend(args.iter().cloned().map(Arg::Value));
                let ty = self.env.function(*def).result().subst(type_args);
                let temp = self.temp(ty, span);
                self.call_fn(Some(temp), *def, type_args.to_vec(), all, span);
                Operand::Copy(Place::local(temp))
            }
        }
    }

    /// As a function, a projection reads its place. The functions that its steps call follow it.
    pub(super) fn projection(mut self, typed: &'a Typed, projected: &Projected) -> Vec<Built> {
        let span = self.body.span;
        let type_args = super::closure::own_arguments(&self.env.function(self.body.def).generics);
        let locals: Vec<Local> = (1..=self.body.params.len())
            .map(|index| Local::from_u32(index as u32))
            .collect();
        let args: Vec<Operand> = locals[1..]
            .iter()
            .map(|local| Operand::Copy(Place::local(*local)))
            .collect();
        let found = Unchecked::new(Place::local(locals[0]));
        let found = self.project(found, projected, &args, &type_args, span);
        let place = self.checked(found);
        self.assign_local(Local::RESULT, Rvalue::Use(Operand::Copy(place)), span);
        self.terminate(Terminator::Return);
        let (env, tables) = (self.env, self.tables);
        let mut bodies = self.finish();
        for (def, root) in &tables.computed {
            bodies.extend(Builder::computed(env, typed, *def, *root));
        }
        bodies
    }

    fn computed(
        env: &'a crate::env::Env,
        typed: &'a Typed,
        def: DefId,
        root: ExprId,
    ) -> Vec<Built> {
        let found = env.def(def);
        let result = env.function(def).result();
        let mut builder = Builder::new(env, typed, def, found.name.clone(), result);
        builder.parameters(def);
        builder.body_of(root);
        builder.finish()
    }
}
