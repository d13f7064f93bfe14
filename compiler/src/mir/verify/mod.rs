//! Whether a body keeps the rules of MIR. A body that does not is a bug of ours: the compiler stops with the rule and the body.
//!
//! Both kinds of body: ids exist, types of operands and places agree, every local has a value before it is used, references
//! are opened before they are used. As built: only copies, no drops. Elaborated: every owned local is moved or dropped once on
//! each path that returns, and nothing is used after it was moved.

mod assigned;
mod ownership;
mod typing;

#[cfg(test)]
mod tests;

use super::{
    Arg, Base, BlockId, Body, Built, Callee, Check, Elaborated, FormatPart, Local, LocalKind, Old,
    Operand, Place, Projection, Rvalue, StatementKind, Terminator,
};
use crate::env::Env;
use crate::types::Ty;

/// Verifies a body as it was built.
pub fn verify_built(env: &Env, built: &Built) {
    let verifier = Verifier {
        env,
        body: &built.0,
    };
    verifier.shape();
    verifier.without_ownership();
    verifier.types();
    verifier.all_assigned();
}

/// Verifies a body with ownership worked out; `needs_drop` says which types may own a block.
pub fn verify(env: &Env, elaborated: &Elaborated, needs_drop: &dyn Fn(Ty) -> bool) {
    let verifier = Verifier {
        env,
        body: &elaborated.body,
    };
    verifier.shape();
    verifier.types();
    verifier.all_assigned();
    verifier.old_values_known();
    verifier.owned_once(needs_drop);
}

struct Verifier<'a> {
    env: &'a Env,
    body: &'a Body,
}

/// Where a rule is broken.
#[derive(Clone, Copy)]
enum At<'a> {
    Statement(&'a StatementKind),
    Start(BlockId),
    End(BlockId),
    Header,
}

impl Verifier<'_> {
    fn fail(&self, rule: &str, at: At<'_>) -> ! {
        let at = match at {
            At::Statement(kind) => format!("`{}`", super::print::statement_text(kind, self.env)),
            At::Start(block) => format!("the start of {block}"),
            At::End(block) => format!("the end of {block}"),
            At::Header => "the header".to_string(),
        };
        let text = self.body.display(self.env);
        panic!("compiler bug: {rule}, at {at} in\n{text}")
    }

    fn require(&self, holds: bool, rule: &str, kind: &StatementKind) {
        if !holds {
            self.fail(rule, At::Statement(kind));
        }
    }

    fn statements(&self) -> impl Iterator<Item = &StatementKind> {
        self.body
            .blocks
            .values()
            .flat_map(|block| block.statements.iter().map(|statement| &statement.kind))
    }

    /// Ids exist, and places look into what can be looked into.
    fn shape(&self) {
        for (id, block) in self.body.blocks.iter() {
            for statement in &block.statements {
                for_each_place(&statement.kind, &mut |_, place| {
                    self.place_shape(place, &statement.kind);
                });
                if let StatementKind::Open { reference, .. } = &statement.kind {
                    self.require(
                        self.is_local(*reference)
                            && self.body.locals[*reference].kind == LocalKind::Ref,
                        "only a reference is opened",
                        &statement.kind,
                    );
                }
            }
            for successor in block.terminator.successors() {
                if self.body.blocks.get(successor).is_none() {
                    self.fail("a block goes on to one that is not there", At::End(id));
                }
            }
        }
        if self.body.params.len() >= self.body.locals.len() {
            self.fail("a parameter has no local", At::Header);
        }
    }

    fn is_local(&self, local: Local) -> bool {
        self.body.locals.get(local).is_some()
    }

    fn place_shape(&self, place: &Place, kind: &StatementKind) {
        if let Base::Local(local) = place.base {
            self.require(self.is_local(local), "a local is not there", kind);
            let through = place.projections.first() == Some(&Projection::Deref);
            let is_ref = self.body.locals[local].kind == LocalKind::Ref;
            self.require(
                is_ref == through,
                "a reference, and nothing else, is looked through at once",
                kind,
            );
        }
        for projection in &place.projections {
            if let Projection::Index(index) = projection {
                self.require(self.is_local(*index), "an index is not there", kind);
            }
        }
    }

    fn without_ownership(&self) {
        for kind in self.statements() {
            for_each_place(kind, &mut |access, _| {
                self.require(
                    !matches!(access, Access::Move | Access::Borrow),
                    "a body as built only copies",
                    kind,
                );
            });
            let rule = "a body as built knows nothing of owners";
            match kind {
                StatementKind::Assign { place, old, .. }
                | StatementKind::Call {
                    dest: place, old, ..
                } => {
                    // The first value of a global finds nothing there.
                    let first = *old == Old::Nothing
                        && matches!(place.base, Base::Global(_))
                        && place.projections.is_empty();
                    self.require(*old == Old::Unknown || first, rule, kind);
                }
                StatementKind::MakeUnique(_)
                | StatementKind::Unpack { .. }
                | StatementKind::Drop { .. } => {
                    self.require(false, rule, kind);
                }
                StatementKind::Open { .. } | StatementKind::Check(_) | StatementKind::Nop => {}
            }
        }
    }

    fn old_values_known(&self) {
        for kind in self.statements() {
            if let StatementKind::Assign { old, .. } | StatementKind::Call { old, .. } = kind {
                let rule = "what happens to an old value is not known";
                self.require(*old != Old::Unknown, rule, kind);
            }
        }
    }
}

/// What a statement does to a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Copy,
    Move,
    Borrow,
    /// Its length, discriminant or bounds; or it is made unshared.
    Inspect,
    /// An exclusive access of a call, or opened.
    Mut,
    /// The destination.
    Write,
    Drop,
}

/// Every place of a statement, in the order of what happens.
fn for_each_place(kind: &StatementKind, f: &mut impl FnMut(Access, &Place)) {
    match kind {
        StatementKind::Assign { place, value, .. } => {
            rvalue_places(value, f);
            f(Access::Write, place);
        }
        StatementKind::Call {
            dest, callee, args, ..
        } => {
            if let Callee::Value(function) = callee {
                operand_place(function, f);
            }
            for arg in args {
                match arg {
                    Arg::Value(operand) => operand_place(operand, f),
                    Arg::Mut(place) => f(Access::Mut, place),
                }
            }
            f(Access::Write, dest);
        }
        StatementKind::Open { place, .. } => f(Access::Mut, place),
        StatementKind::Check(check) => match check {
            Check::Index {
                index,
                place,
                length,
            } => {
                operand_place(index, f);
                f(Access::Inspect, place);
                if let Some(length) = length {
                    f(Access::Copy, &Place::local(*length));
                }
            }
            Check::NotZero(operand) | Check::NotNegative(operand) | Check::Character(operand) => {
                operand_place(operand, f)
            }
            Check::Disjoint {
                first,
                second,
                place,
            } => {
                operand_place(first, f);
                operand_place(second, f);
                f(Access::Inspect, place);
            }
            Check::Closed(_) | Check::Begin(_) | Check::End(_) => {}
            Check::Fuel(fuel) => fuel
                .operands()
                .for_each(|operand| operand_place(operand, f)),
        },
        StatementKind::MakeUnique(place) => f(Access::Inspect, place),
        StatementKind::Unpack { place, .. } => f(Access::Move, place),
        StatementKind::Drop { place, .. } => f(Access::Drop, place),
        StatementKind::Nop => {}
    }
}

fn rvalue_places(value: &Rvalue, f: &mut impl FnMut(Access, &Place)) {
    match value {
        Rvalue::Use(operand) | Rvalue::Unary(_, operand) | Rvalue::Convert { operand, .. } => {
            operand_place(operand, f);
        }
        Rvalue::Binary(_, left, right) | Rvalue::Compare(_, left, right) => {
            operand_place(left, f);
            operand_place(right, f);
        }
        Rvalue::Aggregate(_, operands)
        | Rvalue::Variant {
            fields: operands, ..
        }
        | Rvalue::Array {
            items: operands, ..
        } => {
            for operand in operands {
                operand_place(operand, f);
            }
        }
        Rvalue::Repeat { value, count, .. } => {
            operand_place(value, f);
            operand_place(count, f);
        }
        Rvalue::Any { ty: _, value } => operand_place(value, f),
        Rvalue::Len(place) | Rvalue::Discriminant(place) | Rvalue::Holds(place, _) => {
            f(Access::Inspect, place);
        }
        Rvalue::Format(parts) => {
            for part in parts {
                if let FormatPart::Value { operand, .. } = part {
                    operand_place(operand, f);
                }
            }
        }
        Rvalue::Closure { captures, .. } => {
            for capture in captures {
                match capture {
                    Arg::Value(operand) => operand_place(operand, f),
                    Arg::Mut(place) => f(Access::Mut, place),
                }
            }
        }
    }
}

fn operand_place(operand: &Operand, f: &mut impl FnMut(Access, &Place)) {
    match operand {
        Operand::Copy(place) => f(Access::Copy, place),
        Operand::Move(place) => f(Access::Move, place),
        Operand::Borrow(place) => f(Access::Borrow, place),
        Operand::Const(_) => {}
    }
}

fn terminator_operand(terminator: &Terminator) -> Option<&Operand> {
    match terminator {
        Terminator::If { cond, .. } => Some(cond),
        Terminator::Switch { value, .. } => Some(value),
        Terminator::Panic { message, .. } => message.as_ref(),
        Terminator::Goto(_) | Terminator::Return | Terminator::Unreachable => None,
    }
}
