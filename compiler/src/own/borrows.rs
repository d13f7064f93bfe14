//! Turns copies that nobody keeps into borrows: operands that are only looked at, and locals that hold such a value while
//! nothing can write where it came from. A borrow costs nothing at run time. A closure that is only called and lent looks at what it
//! captured, and lies in the frame of its function.
//!
//! All candidates are taken to be borrows at first; those whose source may be written while they live are given up until
//! the rest agrees.

use rustc_hash::{FxHashMap, FxHashSet};

use super::captured::stays;
use super::interface::Interfaces;
use super::liveness::{Liveness, LocalSet, Origins, origins, uses, whole_local};
use super::needs::Needs;
use super::paths::{Path, paths};
use super::walk::{self, Access, Role};
use crate::env::Env;
use crate::mir::{
    Arg, Base, Body, Const, Local, LocalKind, Operand, Place, Projection, Rvalue, Statement,
    StatementKind,
};

pub(super) fn infer(body: &mut Body, env: &Env, needs: &Needs, interfaces: &Interfaces) {
    borrow_what_is_only_read(body, env, interfaces);
    let mut accepted = candidates(body, needs, interfaces);
    let elements = elements_that_stay(body);
    loop {
        drop_kept(body, &elements, &mut accepted);
        if accepted.is_empty() {
            return;
        }
        let trial = with_borrows(body, env, needs, &accepted);
        let origins = origins(&trial);
        let disturbed = disturbed(&trial, env, interfaces, &origins, &accepted);
        if disturbed.is_empty() {
            *body = trial;
            return;
        }
        accepted.retain(|local| !disturbed.contains(local));
    }
}

fn borrow_what_is_only_read(body: &mut Body, env: &Env, interfaces: &Interfaces) {
    let blocks: Vec<_> = body.blocks.keys().collect();
    for id in blocks {
        let mut block = std::mem::replace(&mut body.blocks[id], crate::mir::Block::empty());
        let borrow = |operand: &mut Operand| {
            if let Operand::Copy(place) = operand
                && !body.place_ty(env, place).is_scalar()
            {
                *operand = Operand::Borrow(place.clone());
            }
        };
        for statement in &mut block.statements {
            let modes = interfaces.modes(&statement.kind);
            walk::operands_mut(&mut statement.kind, &modes, &mut |role, operand| {
                if role == Role::Read {
                    borrow(operand);
                }
            });
        }
        if let Some(operand) = walk::terminator_operand_mut(&mut block.terminator) {
            borrow(operand);
        }
        body.blocks[id] = block;
    }
}

/// Locals with one definition, `c = copy p`, a constant or a closure that stays, that are nowhere written in part, opened or passed as
/// `mut`.
fn candidates(body: &Body, needs: &Needs, interfaces: &Interfaces) -> FxHashSet<Local> {
    let mut definitions: FxHashMap<Local, u32> = FxHashMap::default();
    let mut simple = FxHashSet::default();
    let mut spoiled = FxHashSet::default();
    for statement in statements(body) {
        if let Some(local) = walk::defined(&statement.kind) {
            *definitions.entry(local).or_default() += 1;
            if is_plain_copy(&statement.kind)
                || is_closure_that_stays(body, local, statement, interfaces)
            {
                simple.insert(local);
            }
        }
        walk::places(&statement.kind, &mut |access, place| {
            let Base::Local(local) = place.base else {
                return;
            };
            let spoils = match access {
                Access::Write => !place.projections.is_empty(),
                Access::Mut | Access::Open | Access::Unique | Access::Drop | Access::Move => true,
                Access::Value | Access::Borrow | Access::Inspect => false,
            };
            if spoils {
                spoiled.insert(local);
            }
        });
    }
    let last_param = body.params.len();
    body.locals
        .iter()
        .skip(1 + last_param)
        .filter(|(local, decl)| {
            decl.kind == LocalKind::Owned
                && needs.drop(decl.ty)
                && simple.contains(local)
                && definitions.get(local) == Some(&1)
                && !spoiled.contains(local)
        })
        .map(|(local, _)| local)
        .collect()
}

/// The value of a `const` does not count: it may be computed where it is used, and then needs a drop.
fn is_plain_copy(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::Assign {
            value: Rvalue::Use(Operand::Copy(_)),
            ..
        } => true,
        StatementKind::Assign {
            value: Rvalue::Use(Operand::Const(value)),
            ..
        } => !matches!(value, Const::Def(_)),
        StatementKind::Assign { .. }
        | StatementKind::Call { .. }
        | StatementKind::Open { .. }
        | StatementKind::Check(_)
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => false,
    }
}

/// No other variable holds it, and nobody to whom it is lent keeps it.
fn is_closure_that_stays(
    body: &Body,
    local: Local,
    statement: &Statement,
    interfaces: &Interfaces,
) -> bool {
    let StatementKind::Assign {
        value: Rvalue::Closure { captures, .. },
        ..
    } = &statement.kind
    else {
        return false;
    };
    let mut captures = captures.iter();
    captures.all(|capture| matches!(capture, Arg::Mut(_) | Arg::Value(Operand::Copy(_))))
        && local != Local::RESULT
        && stays(body, local, interfaces)
}

/// Locals that hold an element of an array which this body neither changes in part nor gives away. To keep such a value is to copy it,
/// whether a local held it or not: so the local may look at it, and only the paths on which it is kept pay for an owner.
fn elements_that_stay(body: &Body) -> FxHashSet<Local> {
    let mut spoiled = FxHashSet::default();
    let is_owned =
        |base| matches!(base, Base::Local(at) if body.locals[at].kind == LocalKind::Owned);
    for statement in statements(body) {
        walk::places(&statement.kind, &mut |access, place| match access {
            Access::Write if place.projections.is_empty() => {}
            Access::Write
            | Access::Mut
            | Access::Open
            | Access::Unique
            | Access::Drop
            | Access::Move => {
                spoiled.insert(place.base);
            }
            Access::Value if place.projections.is_empty() && is_owned(place.base) => {
                spoiled.insert(place.base);
            }
            Access::Value | Access::Borrow | Access::Inspect => {}
        });
    }
    let elements = statements(body).filter_map(|statement| {
        let StatementKind::Assign {
            place,
            value: Rvalue::Use(Operand::Copy(source)),
            ..
        } = &statement.kind
        else {
            return None;
        };
        let is_element = source.projections.iter().any(|projection| {
            matches!(projection, Projection::Index(_) | Projection::ConstIndex(_))
        });
        whole_local(place).filter(|_| is_element && !spoiled.contains(&source.base))
    });
    elements.collect()
}

/// Gives up candidates whose value as a whole goes where it is kept; such a copy becomes a move later.
fn drop_kept(body: &Body, elements: &FxHashSet<Local>, accepted: &mut FxHashSet<Local>) {
    loop {
        let mut kept = FxHashSet::default();
        for statement in statements(body) {
            let into_borrow =
                walk::defined(&statement.kind).is_some_and(|local| accepted.contains(&local));
            if into_borrow {
                continue;
            }
            walk::places(&statement.kind, &mut |access, place| {
                if access == Access::Value
                    && let Some(local) = whole_local(place)
                    && accepted.contains(&local)
                    && !elements.contains(&local)
                {
                    kept.insert(local);
                }
            });
        }
        if kept.is_empty() {
            return;
        }
        accepted.retain(|local| !kept.contains(local));
    }
}

fn with_borrows(before: &Body, env: &Env, needs: &Needs, accepted: &FxHashSet<Local>) -> Body {
    let mut body = before.clone();
    for (local, decl) in body.locals.iter_mut() {
        if accepted.contains(&local) {
            decl.kind = LocalKind::Borrowed;
        }
    }
    for block in body.blocks.values_mut() {
        for statement in &mut block.statements {
            let StatementKind::Assign { place, value, .. } = &mut statement.kind else {
                continue;
            };
            if !whole_local(place).is_some_and(|local| accepted.contains(&local)) {
                continue;
            }
            match value {
                Rvalue::Use(operand) => borrow(operand),
                Rvalue::Closure { captures, .. } => {
                    for capture in captures {
                        if let Arg::Value(operand) = capture
                            && needs.drop(before.operand_ty(env, operand))
                        {
                            borrow(operand);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    body
}

fn borrow(operand: &mut Operand) {
    if let Operand::Copy(source) = operand {
        *operand = Operand::Borrow(source.clone());
    }
}

/// The candidates whose source may be written while they are needed.
fn disturbed(
    body: &Body,
    env: &Env,
    interfaces: &Interfaces,
    origins: &Origins,
    accepted: &FxHashSet<Local>,
) -> FxHashSet<Local> {
    let liveness = Liveness::of(body, origins);
    let sources = sources(body, env, origins, accepted);
    let mut found = FxHashSet::default();
    for block in body.blocks.keys() {
        let points = liveness.through(body, block);
        for (at, statement) in body.blocks[block].statements.iter().enumerate() {
            let writes = Writes::of(body, env, interfaces, origins, statement);
            if writes.is_empty() {
                continue;
            }
            let after = liveness.kept(&points[at + 1]);
            let mut during = LocalSet::default();
            uses(&statement.kind, &mut during);
            let mut during = liveness.kept(&during);
            during.union(&after);
            for (local, paths) in &sources {
                let hit = paths.iter().any(|path| {
                    (after.contains(*local) && writes.afterwards(path))
                        || (during.contains(*local) && writes.meanwhile(path))
                });
                if hit {
                    found.insert(*local);
                }
            }
        }
    }
    found
}

fn sources(
    body: &Body,
    env: &Env,
    origins: &Origins,
    accepted: &FxHashSet<Local>,
) -> Vec<(Local, Vec<Path>)> {
    body.locals
        .keys()
        .filter(|local| accepted.contains(local))
        .map(|local| {
            let found = origins[local]
                .iter()
                .flat_map(|place| paths(body, env, origins, place));
            (local, found.collect())
        })
        .collect()
}

/// What a statement writes: at its end, or while its operands are in use.
struct Writes {
    afterwards: Vec<Path>,
    meanwhile: Vec<Path>,
    effects: crate::mir::Effects,
}

impl Writes {
    fn of(
        body: &Body,
        env: &Env,
        interfaces: &Interfaces,
        origins: &Origins,
        statement: &Statement,
    ) -> Writes {
        let mut writes = Writes {
            afterwards: Vec::new(),
            meanwhile: Vec::new(),
            effects: crate::mir::Effects::default(),
        };
        walk::places(&statement.kind, &mut |access, place: &Place| {
            // What makes a borrow writes nothing; its path is that of its source.
            if whole_local(place).is_some_and(|at| body.locals[at].kind == LocalKind::Borrowed) {
                return;
            }
            let list = match access {
                Access::Write | Access::Open => &mut writes.afterwards,
                Access::Mut => &mut writes.meanwhile,
                Access::Value
                | Access::Move
                | Access::Borrow
                | Access::Inspect
                | Access::Unique
                | Access::Drop => return,
            };
            list.extend(paths(body, env, origins, place));
        });
        writes.effects = interfaces.statement_effects(body, &statement.kind);
        writes
    }

    fn is_empty(&self) -> bool {
        self.afterwards.is_empty()
            && self.meanwhile.is_empty()
            && self.effects == crate::mir::Effects::default()
    }

    fn afterwards(&self, source: &Path) -> bool {
        self.afterwards.iter().any(|write| write.disturbs(source))
    }

    fn meanwhile(&self, source: &Path) -> bool {
        self.meanwhile.iter().any(|write| write.disturbs(source))
            || matches!(source.base, Base::Global(global) if self.effects.may_write(global))
    }
}

pub(super) fn statements(body: &Body) -> impl Iterator<Item = &Statement> {
    body.blocks.values().flat_map(|block| &block.statements)
}
