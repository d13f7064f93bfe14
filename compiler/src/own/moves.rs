//! Turns a copy of a local that is not needed afterwards into a move, so that the value goes on without a new owner.

use super::interface::Interfaces;
use super::liveness::{Liveness, LocalSet, origins, use_place, whole_local};
use super::needs::Needs;
use super::walk::{self, Access, Role};
use crate::mir::{
    Arg, BlockId, Body, Callee, Local, LocalKind, MOST_GIVEN, Operand, Place, StatementKind,
};

pub(super) fn last_uses(body: &mut Body, needs: &Needs, interfaces: &Interfaces) {
    let origins = origins(body);
    let liveness = Liveness::of(body, &origins);
    let blocks: Vec<_> = body.blocks.keys().collect();
    for block in blocks {
        let points = liveness.through(body, block);
        for at in 0..points.len() - 1 {
            let given = given_away(body, needs, &liveness, &points[at + 1], (block, at));
            let kind = &mut body.blocks[block].statements[at].kind;
            give_away(kind, &given);
            let kind = &body.blocks[block].statements[at].kind;
            let movable = movable(body, needs, &liveness, &points[at + 1], kind);
            if movable.is_empty() {
                continue;
            }
            let modes = interfaces.modes(kind);
            let kind = &mut body.blocks[block].statements[at].kind;
            move_last(kind, &modes, &movable);
        }
    }
}

/// Arguments of a function value that nobody needs afterwards: a function value borrows, but takes what it is given for good.
fn given_away(
    body: &Body,
    needs: &Needs,
    liveness: &Liveness,
    after: &LocalSet,
    (block, at): (BlockId, usize),
) -> Vec<usize> {
    let kind = &body.blocks[block].statements[at].kind;
    let StatementKind::Call {
        callee: Callee::Value(_),
        args,
        ..
    } = kind
    else {
        return Vec::new();
    };
    let mut after = after.clone();
    if let Some(defined) = walk::defined(kind) {
        after.remove(defined);
    }
    let after = liveness.kept(&after);
    let is_last = |local: Local| {
        let decl = &body.locals[local];
        let mut others = LocalSet::default();
        let mut uses = 0;
        walk::places(kind, &mut |_, place| {
            if whole_local(place) == Some(local) {
                uses += 1;
            } else {
                use_place(&mut others, place);
            }
        });
        decl.kind == LocalKind::Owned
            && needs.drop(decl.ty)
            && uses == 1
            && !after.contains(local)
            && !liveness.kept(&others).contains(local)
    };
    let given = args.iter().enumerate().filter(|(index, arg)| match arg {
        Arg::Value(Operand::Borrow(place)) if *index < MOST_GIVEN => {
            whole_local(place).is_some_and(is_last)
        }
        Arg::Value(_) | Arg::Mut(_) => false,
    });
    given.map(|(index, _)| index).collect()
}

fn give_away(kind: &mut StatementKind, given: &[usize]) {
    let StatementKind::Call { args, .. } = kind else {
        return;
    };
    for index in given {
        if let Arg::Value(operand @ Operand::Borrow(_)) = &mut args[*index]
            && let Operand::Borrow(place) = operand
        {
            *operand = Operand::Move(place.clone());
        }
    }
}

/// Owned locals that the statement only takes whole copies of and that nothing needs afterwards.
fn movable(
    body: &Body,
    needs: &Needs,
    liveness: &Liveness,
    after: &LocalSet,
    kind: &StatementKind,
) -> Vec<Local> {
    let candidate = |access: Access, place: &Place| {
        let local = whole_local(place).filter(|_| access == Access::Value)?;
        let decl = &body.locals[local];
        (decl.kind == LocalKind::Owned && needs.drop(decl.ty)).then_some(local)
    };
    let mut any = false;
    walk::places(kind, &mut |access, place| {
        any |= candidate(access, place).is_some()
    });
    if !any {
        return Vec::new();
    }
    let mut after = after.clone();
    if let Some(defined) = walk::defined(kind) {
        after.remove(defined);
    }
    let after = liveness.kept(&after);
    let otherwise = liveness.kept(&used_otherwise(kind));
    let mut found = Vec::new();
    walk::places(kind, &mut |access, place| {
        if let Some(local) = candidate(access, place)
            && !after.contains(local)
            && !otherwise.contains(local)
            && !found.contains(&local)
        {
            found.push(local);
        }
    });
    found
}

/// Locals that the statement uses in another way than by a whole copy.
fn used_otherwise(kind: &StatementKind) -> LocalSet {
    let mut set = LocalSet::default();
    walk::places(kind, &mut |access, place: &Place| {
        let plain = match access {
            Access::Value => place.projections.is_empty(),
            Access::Write => place.projections.is_empty(),
            Access::Move
            | Access::Borrow
            | Access::Inspect
            | Access::Mut
            | Access::Open
            | Access::Unique
            | Access::Drop => false,
        };
        if !plain {
            use_place(&mut set, place);
        }
    });
    set
}

/// The last of several copies in one statement is the move.
fn move_last(kind: &mut StatementKind, modes: &[crate::mir::ParamMode], movable: &[Local]) {
    let mut remaining: Vec<(Local, usize)> = movable.iter().map(|local| (*local, 0)).collect();
    let mut each = |count: bool, role: Role, operand: &mut Operand| {
        if role != Role::Consume {
            return;
        }
        let Operand::Copy(place) = operand else {
            return;
        };
        let Some(local) = whole_local(place) else {
            return;
        };
        let Some((_, left)) = remaining.iter_mut().find(|(found, _)| *found == local) else {
            return;
        };
        if count {
            *left += 1;
        } else {
            *left -= 1;
            if *left == 0 {
                *operand = Operand::Move(place.clone());
            }
        }
    };
    walk::operands_mut(kind, modes, &mut |role, operand| each(true, role, operand));
    walk::operands_mut(kind, modes, &mut |role, operand| each(false, role, operand));
}
