//! A short array literal that is only there to be appended to an array, as in `bytes.extend([tag, r, g, b])`, is never made: its elements
//! are pushed one by one.

use rustc_hash::FxHashMap;

use super::interface::Interfaces;
use super::liveness::whole_local;
use super::normalise::{assign, fresh};
use super::walk;
use crate::env::{DefId, Env};
use crate::ids::ModuleId;
use crate::mir::{
    Arg, Base, Body, Callee, Const, Local, Old, Operand, Place, Rvalue, Statement, StatementKind,
};
use crate::types::Ty;

/// Longer literals are copied as a whole.
const MOST: usize = 16;

pub(super) fn push_one_by_one(body: &mut Body, env: &Env, interfaces: &Interfaces) {
    let mut literals = literals(body);
    if literals.is_empty() {
        return;
    }
    let mut appended: FxHashMap<Local, u32> = FxHashMap::default();
    for statement in super::borrows::statements(body) {
        if let Some((_, literal)) = append(&statement.kind, interfaces) {
            *appended.entry(literal).or_default() += 1;
        }
    }
    literals.retain(|local, uses| *uses == 1 && appended.get(local) == Some(&1));
    if literals.is_empty() {
        return;
    }
    let scope = env.module(ModuleId::PRELUDE);
    let push = scope.names.get("array_push").copied();
    let push = push.expect("compiler bug: the prelude has no `array_push`");
    let blocks: Vec<_> = body.blocks.keys().collect();
    let mut elements: FxHashMap<Local, (Ty, Vec<Operand>)> = FxHashMap::default();
    // Where a literal is made comes before where it is appended, but blocks may stand in another order.
    for block in &blocks {
        let statements = std::mem::take(&mut body.blocks[*block].statements);
        let mut out = Vec::with_capacity(statements.len());
        for statement in statements {
            let span = statement.span;
            match statement.kind {
                StatementKind::Assign {
                    place,
                    value: Rvalue::Array { elem, items },
                    ..
                } if whole_local(&place).is_some_and(|local| literals.contains_key(&local)) => {
                    let named = items.into_iter().map(|item| match item {
                        Operand::Const(_) => item,
                        Operand::Copy(_) | Operand::Move(_) | Operand::Borrow(_) => {
                            let temp = Place::local(fresh(body, elem, span));
                            out.push(assign(temp.clone(), item, Old::Unknown, span));
                            Operand::Copy(temp)
                        }
                    });
                    let named = named.collect();
                    elements.extend(whole_local(&place).map(|local| (local, (elem, named))));
                }
                kind => out.push(Statement { kind, span }),
            }
        }
        body.blocks[*block].statements = out;
    }
    for block in blocks {
        let statements = std::mem::take(&mut body.blocks[block].statements);
        let mut out = Vec::with_capacity(statements.len());
        for statement in statements {
            let found = append(&statement.kind, interfaces);
            let found = found.and_then(|(place, literal)| Some((place, elements.get(&literal)?)));
            let (Some((place, (elem, items))), StatementKind::Call { dest, .. }) =
                (found, &statement.kind)
            else {
                out.push(statement);
                continue;
            };
            for item in items {
                let unit = Place::local(fresh(body, Ty::unit(), statement.span));
                let pushed = pushed(push, *elem, place, item, unit);
                out.push(Statement {
                    kind: pushed,
                    span: statement.span,
                });
            }
            let unit = Operand::Const(Const::Unit);
            out.push(assign(dest.clone(), unit, Old::Unknown, statement.span));
        }
        body.blocks[block].statements = out;
    }
}

fn pushed(push: DefId, elem: Ty, to: &Place, item: &Operand, unit: Place) -> StatementKind {
    StatementKind::Call {
        dest: unit,
        callee: Callee::Fn(push, vec![elem]),
        args: vec![Arg::Mut(to.clone()), Arg::Value(item.clone())],
        old: Old::Unknown,
        open: Vec::new(),
    }
}

/// The locals that hold a short literal and nothing else, and how often each is looked at.
fn literals(body: &Body) -> FxHashMap<Local, u32> {
    let mut found: FxHashMap<Local, u32> = FxHashMap::default();
    for statement in super::borrows::statements(body) {
        if let StatementKind::Assign {
            place,
            value: Rvalue::Array { items, .. },
            ..
        } = &statement.kind
            && (1..=MOST).contains(&items.len())
            && let Some(local) = whole_local(place)
            && body.locals[local].name.is_none()
            && local != Local::RESULT
        {
            found.insert(local, 0);
        }
    }
    if found.is_empty() {
        return found;
    }
    let mut definitions: FxHashMap<Local, u32> = FxHashMap::default();
    for statement in super::borrows::statements(body) {
        let defined = walk::defined(&statement.kind);
        if let Some(local) = defined {
            *definitions.entry(local).or_default() += 1;
        }
        walk::places(&statement.kind, &mut |_, place| {
            if let Base::Local(local) = place.base
                && (defined != Some(local) || !place.projections.is_empty())
                && let Some(uses) = found.get_mut(&local)
            {
                *uses += 1;
            }
        });
    }
    for block in body.blocks.values() {
        walk::terminator_places(&block.terminator, &mut |place| {
            if let Base::Local(local) = place.base {
                found.remove(&local);
            }
        });
    }
    found.retain(|local, _| definitions.get(local) == Some(&1));
    found
}

/// Of `xs.extend(literal)`: the place of `xs`, and the local.
fn append<'s>(kind: &'s StatementKind, interfaces: &Interfaces) -> Option<(&'s Place, Local)> {
    let StatementKind::Call { callee, args, .. } = kind else {
        return None;
    };
    let [Arg::Mut(to), Arg::Value(Operand::Copy(from))] = args.as_slice() else {
        return None;
    };
    let local = whole_local(from)?;
    appends(callee, interfaces).then_some((to, local))
}

/// Whether it is the primitive, or a function that does nothing else.
fn appends(callee: &Callee, interfaces: &Interfaces) -> bool {
    let is_primitive = |callee: &Callee| interfaces.intrinsic(callee) == Some("array_extend");
    let Callee::Fn(def, _) = callee else {
        return false;
    };
    if is_primitive(callee) {
        return true;
    }
    let Some(body) = interfaces.body(*def) else {
        return false;
    };
    let mut calls =
        super::borrows::statements(body).filter_map(|statement| match &statement.kind {
            StatementKind::Call { callee, args, .. } => Some((callee, args)),
            StatementKind::Assign { .. }
            | StatementKind::Open { .. }
            | StatementKind::Check(_)
            | StatementKind::MakeUnique(_)
            | StatementKind::Unpack { .. }
            | StatementKind::Drop { .. }
            | StatementKind::Nop => None,
        });
    let only = calls.next().filter(|_| calls.next().is_none());
    body.blocks.len() == 1
        && only.is_some_and(|(callee, args)| {
            let whole = |place: &Place| match place.base {
                Base::Local(local) => body.locals.keys().position(|at| at == local),
                Base::Global(_) => None,
            };
            let given = args.iter().map(|arg| match arg {
                Arg::Mut(place)
                | Arg::Value(
                    Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place),
                ) => whole(place),
                Arg::Value(Operand::Const(_)) => None,
            });
            is_primitive(callee) && given.eq([Some(1), Some(2)])
        })
}
