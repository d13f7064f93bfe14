//! Brings calls into the form that the other passes and codegen rely on: the result goes to a whole local that no argument
//! mentions, and no by-value argument overlaps a `mut` argument of the same call.

use super::interface::Interfaces;
use super::liveness::{Origins, whole_local};
use super::paths::{Path, paths};
use super::walk::{self, Role};
use crate::env::Env;
use crate::mir::{
    Arg, Base, Body, Callee, Const, Effects, Local, LocalDecl, LocalKind, Old, Operand, Place,
    Rvalue, Statement, StatementKind,
};
use crate::types::Ty;

pub(super) fn calls(body: &mut Body, env: &Env, interfaces: &Interfaces, origins: &Origins) {
    let blocks: Vec<_> = body.blocks.keys().collect();
    for block in blocks {
        let statements = std::mem::take(&mut body.blocks[block].statements);
        let mut out = Vec::with_capacity(statements.len());
        for mut statement in statements {
            name_constants(body, env, &mut statement, &mut out);
            call(body, env, interfaces, origins, statement, &mut out);
        }
        body.blocks[block].statements = out;
    }
}

fn call(
    body: &mut Body,
    env: &Env,
    interfaces: &Interfaces,
    origins: &Origins,
    mut statement: Statement,
    out: &mut Vec<Statement>,
) {
    let span = statement.span;
    let effects = interfaces.statement_effects(body, &statement.kind);
    let StatementKind::Call {
        dest,
        mut callee,
        mut args,
        old,
        open,
    } = statement.kind
    else {
        keep_operands(body, env, origins, &mut statement, &effects, out);
        out.push(statement);
        return;
    };
    let written = written_paths(body, env, origins, &args);
    let disturbed = |body: &Body, place: &Place| {
        paths(body, env, origins, place).iter().any(|path| {
            written.iter().any(|write| write.disturbs(path))
                || matches!(path.base, Base::Global(global) if effects.may_write(global))
        })
    };
    let mut operands: Vec<&mut Operand> = args
        .iter_mut()
        .filter_map(|arg| match arg {
            Arg::Value(operand) => Some(operand),
            Arg::Mut(_) => None,
        })
        .collect();
    if let Callee::Value(operand) = &mut callee {
        operands.push(operand);
    }
    for operand in operands {
        if let Operand::Copy(place) = operand
            && !body.place_ty(env, place).is_scalar()
            && disturbed(body, place)
        {
            let ty = body.place_ty(env, place);
            let temp = fresh(body, ty, span);
            out.push(assign(
                Place::local(temp),
                Operand::Copy(place.clone()),
                Old::Unknown,
                span,
            ));
            *operand = Operand::Copy(Place::local(temp));
        }
    }
    let direct = whole_local(&dest).is_some_and(|local| !mentions(&callee, &args, local));
    let target = if direct {
        dest.clone()
    } else {
        let ty = body.place_ty(env, &dest);
        Place::local(fresh(body, ty, span))
    };
    out.push(Statement {
        kind: StatementKind::Call {
            dest: target.clone(),
            callee,
            args,
            old: if direct { old } else { Old::Unknown },
            open,
        },
        span,
    });
    if !direct {
        out.push(assign(dest, Operand::Copy(target), old, span));
    }
}

/// What is compared or shown stays what it is, though the functions that do it may write the globals that it is in.
fn keep_operands(
    body: &mut Body,
    env: &Env,
    origins: &Origins,
    statement: &mut Statement,
    effects: &Effects,
    out: &mut Vec<Statement>,
) {
    if *effects == Effects::default() {
        return;
    }
    let span = statement.span;
    walk::operands_mut(&mut statement.kind, &[], &mut |role, operand| {
        let Operand::Copy(place) = operand else {
            return;
        };
        let is_written =
            |path: &Path| matches!(path.base, Base::Global(global) if effects.may_write(global));
        let ty = body.place_ty(env, place);
        if role == Role::Read
            && !ty.is_scalar()
            && paths(body, env, origins, place).iter().any(is_written)
        {
            let kept = Place::local(fresh(body, ty, span));
            let source = std::mem::replace(operand, Operand::Copy(kept.clone()));
            out.push(assign(kept, source, Old::Unknown, span));
        }
    });
}

/// A `const` that owns blocks and stands anywhere but in a plain assignment gets a local of its own, which is dropped.
fn name_constants(body: &mut Body, env: &Env, statement: &mut Statement, out: &mut Vec<Statement>) {
    if let StatementKind::Assign {
        value: Rvalue::Use(_),
        ..
    } = statement.kind
    {
        return;
    }
    let span = statement.span;
    walk::operands_mut(&mut statement.kind, &[], &mut |_, operand| {
        if let Operand::Const(Const::Def(_)) = operand
            && !body.operand_ty(env, operand).is_scalar()
        {
            let ty = body.operand_ty(env, operand);
            let place = Place::local(fresh(body, ty, span));
            let constant = std::mem::replace(operand, Operand::Copy(place.clone()));
            out.push(assign(place, constant, Old::Unknown, span));
        }
    });
}

fn written_paths(body: &Body, env: &Env, origins: &Origins, args: &[Arg]) -> Vec<Path> {
    args.iter()
        .filter_map(|arg| match arg {
            Arg::Mut(place) => Some(paths(body, env, origins, place)),
            Arg::Value(_) => None,
        })
        .flatten()
        .collect()
}

fn mentions(callee: &Callee, args: &[Arg], local: Local) -> bool {
    let in_operand = |operand: &Operand| match operand {
        Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
            place.base == Base::Local(local)
        }
        Operand::Const(_) => false,
    };
    matches!(callee, Callee::Value(operand) if in_operand(operand))
        || args.iter().any(|arg| match arg {
            Arg::Value(operand) => in_operand(operand),
            Arg::Mut(place) => place.base == Base::Local(local),
        })
}

pub(super) fn fresh(body: &mut Body, ty: Ty, span: syntax::Span) -> Local {
    body.locals.push(LocalDecl {
        ty,
        name: None,
        span,
        kind: LocalKind::Owned,
    })
}

pub(super) fn assign(place: Place, operand: Operand, old: Old, span: syntax::Span) -> Statement {
    Statement {
        kind: StatementKind::Assign {
            place,
            value: Rvalue::Use(operand),
            old,
        },
        span,
    }
}
