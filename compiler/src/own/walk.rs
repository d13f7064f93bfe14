//! Going over the places and operands of MIR, with what is done to each.

use crate::mir::{
    Arg, BlockId, Callee, Check, Const, FormatPart, Local, Old, Operand, ParamMode, Place, Rvalue,
    StatementKind, Terminator,
};

/// What a statement does to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// `Operand::Copy`
    Value,
    Move,
    Borrow,
    /// Its length, discriminant or bounds.
    Inspect,
    /// A `mut` argument.
    Mut,
    Open,
    /// The destination.
    Write,
    Unique,
    Drop,
}

/// What a statement does with an operand's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Looks at it.
    Read,
    /// Keeps it.
    Consume,
}

/// Every place in the statement, in the order of evaluation.
pub(crate) fn places(kind: &StatementKind, f: &mut impl FnMut(Access, &Place)) {
    match kind {
        StatementKind::Assign { place, value, .. } => {
            rvalue_places(value, f);
            f(Access::Write, place);
        }
        StatementKind::Call {
            dest, callee, args, ..
        } => {
            if let Callee::Value(operand) = callee {
                operand_place(operand, f);
            }
            for arg in args {
                if let Arg::Value(operand) = arg {
                    operand_place(operand, f);
                }
            }
            for arg in args {
                if let Arg::Mut(place) = arg {
                    f(Access::Mut, place);
                }
            }
            f(Access::Write, dest);
        }
        StatementKind::Open { place, .. } => f(Access::Open, place),
        StatementKind::Check(check) => match check {
            Check::Index {
                index,
                place,
                length,
            } => {
                operand_place(index, f);
                f(Access::Inspect, place);
                if let Some(length) = length {
                    f(Access::Value, &Place::local(*length));
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
        StatementKind::MakeUnique(place) => f(Access::Unique, place),
        StatementKind::Unpack { place, .. } => f(Access::Move, place),
        StatementKind::Drop { place, .. } => f(Access::Drop, place),
        StatementKind::Nop => {}
    }
}

fn rvalue_places(value: &Rvalue, f: &mut impl FnMut(Access, &Place)) {
    if let Rvalue::Len(place) | Rvalue::Discriminant(place) | Rvalue::Holds(place, _) = value {
        f(Access::Inspect, place);
    }
    rvalue_operands(value, &mut |operand| operand_place(operand, f));
    if let Rvalue::Closure { captures, .. } = value {
        for capture in captures {
            if let Arg::Mut(place) = capture {
                f(Access::Mut, place);
            }
        }
    }
}

fn rvalue_operands(value: &Rvalue, f: &mut impl FnMut(&Operand)) {
    match value {
        Rvalue::Use(operand)
        | Rvalue::Unary(_, operand)
        | Rvalue::Convert { operand, to: _ }
        | Rvalue::Any {
            ty: _,
            value: operand,
        } => f(operand),
        Rvalue::Binary(_, left, right) | Rvalue::Compare(_, left, right) => {
            f(left);
            f(right);
        }
        Rvalue::Aggregate(_, operands)
        | Rvalue::Variant {
            fields: operands, ..
        }
        | Rvalue::Array {
            items: operands, ..
        } => operands.iter().for_each(f),
        Rvalue::Repeat {
            ty: _,
            value,
            count,
        } => {
            f(value);
            f(count);
        }
        Rvalue::Len(_) | Rvalue::Discriminant(_) | Rvalue::Holds(..) => {}
        Rvalue::Format(parts) => {
            for part in parts {
                if let FormatPart::Value { operand, .. } = part {
                    f(operand);
                }
            }
        }
        Rvalue::Closure { captures, .. } => {
            for capture in captures {
                if let Arg::Value(operand) = capture {
                    f(operand);
                }
            }
        }
    }
}

/// Every constant that the statement hands on; those of checks are numbers.
pub(crate) fn constants(kind: &StatementKind, f: &mut impl FnMut(&Const)) {
    operands(kind, &mut |operand| {
        if let Some(value) = super::interface::constant(operand) {
            f(value);
        }
    });
}

/// Every operand that the statement hands on; those of checks are numbers.
pub(super) fn operands(kind: &StatementKind, f: &mut impl FnMut(&Operand)) {
    match kind {
        StatementKind::Assign { value, .. } => rvalue_operands(value, f),
        StatementKind::Call { callee, args, .. } => {
            if let Callee::Value(operand) = callee {
                f(operand);
            }
            for arg in args {
                if let Arg::Value(operand) = arg {
                    f(operand);
                }
            }
        }
        StatementKind::Check(_)
        | StatementKind::Open { .. }
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => {}
    }
}

fn operand_place(operand: &Operand, f: &mut impl FnMut(Access, &Place)) {
    match operand {
        Operand::Copy(place) => f(Access::Value, place),
        Operand::Move(place) if !place.projections.is_empty() => f(Access::Value, place),
        Operand::Move(place) => f(Access::Move, place),
        Operand::Borrow(place) => f(Access::Borrow, place),
        Operand::Const(_) => {}
    }
}

/// Every operand with its role; `modes` are those of the callee's parameters, if the statement is a call.
pub(super) fn operands_mut(
    kind: &mut StatementKind,
    modes: &[ParamMode],
    f: &mut impl FnMut(Role, &mut Operand),
) {
    match kind {
        StatementKind::Assign { value, .. } => rvalue_operands_mut(value, f),
        StatementKind::Call { callee, args, .. } => {
            if let Callee::Value(operand) = callee {
                f(Role::Read, operand);
            }
            for (at, arg) in args.iter_mut().enumerate() {
                if let Arg::Value(operand) = arg {
                    f(role_of(modes, at), operand);
                }
            }
        }
        StatementKind::Check(check) => match check {
            Check::Index { index, .. } => f(Role::Read, index),
            Check::NotZero(operand) | Check::NotNegative(operand) | Check::Character(operand) => {
                f(Role::Read, operand)
            }
            Check::Disjoint {
                first,
                second,
                place: _,
            } => {
                f(Role::Read, first);
                f(Role::Read, second);
            }
            // Fuel is charged when ownership is settled.
            Check::Closed(_) | Check::Begin(_) | Check::End(_) | Check::Fuel(_) => {}
        },
        StatementKind::Open { .. }
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => {}
    }
}

pub(super) fn role_of(modes: &[ParamMode], at: usize) -> Role {
    match modes.get(at) {
        Some(ParamMode::Own) => Role::Consume,
        Some(ParamMode::Borrow | ParamMode::Mut) | None => Role::Read,
    }
}

fn rvalue_operands_mut(value: &mut Rvalue, f: &mut impl FnMut(Role, &mut Operand)) {
    match value {
        Rvalue::Use(operand)
        | Rvalue::Any {
            ty: _,
            value: operand,
        } => f(Role::Consume, operand),
        Rvalue::Unary(_, operand) | Rvalue::Convert { operand, to: _ } => f(Role::Read, operand),
        Rvalue::Binary(_, left, right) | Rvalue::Compare(_, left, right) => {
            f(Role::Read, left);
            f(Role::Read, right);
        }
        Rvalue::Aggregate(_, operands)
        | Rvalue::Variant {
            fields: operands, ..
        }
        | Rvalue::Array {
            items: operands, ..
        } => operands
            .iter_mut()
            .for_each(|operand| f(Role::Consume, operand)),
        Rvalue::Repeat {
            ty: _,
            value,
            count,
        } => {
            f(Role::Read, value);
            f(Role::Read, count);
        }
        Rvalue::Len(_) | Rvalue::Discriminant(_) | Rvalue::Holds(..) => {}
        Rvalue::Format(parts) => {
            for part in parts {
                if let FormatPart::Value { operand, .. } = part {
                    f(Role::Read, operand);
                }
            }
        }
        Rvalue::Closure { captures, .. } => {
            for capture in captures {
                if let Arg::Value(operand) = capture {
                    f(Role::Consume, operand);
                }
            }
        }
    }
}

pub(super) fn terminator_operand_mut(terminator: &mut Terminator) -> Option<&mut Operand> {
    match terminator {
        Terminator::If { cond, .. } => Some(cond),
        Terminator::Switch { value, .. } => Some(value),
        Terminator::Panic { message, .. } => message.as_mut(),
        Terminator::Goto(_) | Terminator::Return | Terminator::Unreachable => None,
    }
}

pub(super) fn terminator_places(terminator: &Terminator, f: &mut impl FnMut(&Place)) {
    let operand = match terminator {
        Terminator::If { cond, .. } => Some(cond),
        Terminator::Switch { value, .. } => Some(value),
        Terminator::Panic { message, .. } => message.as_ref(),
        Terminator::Goto(_) | Terminator::Return | Terminator::Unreachable => None,
    };
    if let Some(operand) = operand {
        operand_place(operand, &mut |_, place| f(place));
    }
}

/// The local that the statement gives a new value as a whole.
pub(super) fn defined(kind: &StatementKind) -> Option<Local> {
    match kind {
        StatementKind::Assign { place, .. } | StatementKind::Call { dest: place, .. } => {
            super::liveness::whole_local(place)
        }
        StatementKind::Open { reference, .. } => Some(*reference),
        StatementKind::Check(_)
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => None,
    }
}

/// The drop flag that the statement asks.
pub(super) fn flag(kind: &StatementKind) -> Option<Local> {
    match kind {
        StatementKind::Drop { flag, .. } => *flag,
        StatementKind::Assign { old, .. } | StatementKind::Call { old, .. } => match old {
            Old::DropIf(flag) => Some(*flag),
            Old::Unknown | Old::Nothing | Old::Drop => None,
        },
        StatementKind::Check(_)
        | StatementKind::Open { .. }
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Nop => None,
    }
}

pub(super) fn successors(terminator: &Terminator) -> Vec<BlockId> {
    let mut next = Vec::new();
    each_successor(terminator, &mut |block| next.push(block));
    next
}

pub(super) fn each_successor(terminator: &Terminator, f: &mut impl FnMut(BlockId)) {
    match terminator {
        Terminator::Goto(next) => f(*next),
        Terminator::If {
            then, otherwise, ..
        } => {
            f(*then);
            f(*otherwise);
        }
        Terminator::Switch { cases, default, .. } => {
            cases.iter().for_each(|(_, block)| f(*block));
            default.iter().for_each(|block| f(*block));
        }
        Terminator::Return | Terminator::Panic { .. } | Terminator::Unreachable => {}
    }
}

pub(super) fn successors_mut(terminator: &mut Terminator) -> Vec<&mut BlockId> {
    match terminator {
        Terminator::Goto(next) => vec![next],
        Terminator::If {
            then, otherwise, ..
        } => vec![then, otherwise],
        Terminator::Switch { cases, default, .. } => {
            let mut next: Vec<&mut BlockId> = cases.iter_mut().map(|(_, block)| block).collect();
            next.extend(default);
            next
        }
        Terminator::Return | Terminator::Panic { .. } | Terminator::Unreachable => Vec::new(),
    }
}
