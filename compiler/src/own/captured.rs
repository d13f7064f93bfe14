//! Closures that write variables around them. Such a closure holds the address of the variable, so it may be called and passed to
//! parameters that do not escape, and while it is needed nothing else may touch the variable.
//!
//! A parameter escapes if its value may outlive the call: it is returned, stored, or handed to somebody of whom that is not known.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use syntax::{Diagnostic, Diagnostics, Span};

use super::interface::Interfaces;
use super::liveness::{Liveness, origins, uses, whole_local};
use super::walk;
use crate::mir::{
    Arg, Base, Body, Callee, Local, Operand, Place, Rvalue, Statement, StatementKind, Terminator,
};
use crate::types::TyKind;

/// The locals that a closure's value may be in, besides those it is known to be in.
fn with_aliases(body: &Body, mut known: BTreeSet<Local>) -> BTreeSet<Local> {
    let mut grew = true;
    while grew {
        grew = false;
        for statement in body.blocks.values().flat_map(|block| &block.statements) {
            if let StatementKind::Assign { place, value, .. } = &statement.kind
                && let Some(local) = whole_local(place)
                && local != Local::RESULT
                && is_passed_on(value, &known)
            {
                grew |= known.insert(local);
            }
        }
    }
    known
}

/// The value is one of these, or a closure that captured one.
fn is_passed_on(value: &Rvalue, known: &BTreeSet<Local>) -> bool {
    match value {
        Rvalue::Use(operand) => is_one_of(operand, known),
        Rvalue::Closure { captures, .. } => captures
            .iter()
            .any(|capture| matches!(capture, Arg::Value(operand) if is_one_of(operand, known))),
        _ => false,
    }
}

fn is_one_of(operand: &Operand, known: &BTreeSet<Local>) -> bool {
    match operand {
        Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
            matches!(place.base, Base::Local(local) if known.contains(&local))
        }
        Operand::Const(_) => false,
    }
}

/// Where a value in one of these locals may go to somebody who keeps it.
fn escape(body: &Body, interfaces: &Interfaces, known: &BTreeSet<Local>) -> Option<Span> {
    for block in body.blocks.values() {
        for statement in &block.statements {
            if escapes_in(statement, interfaces, known) {
                return Some(statement.span);
            }
        }
        if let Terminator::Panic {
            message: Some(message),
            span,
            ..
        } = &block.terminator
            && is_one_of(message, known)
        {
            return Some(*span);
        }
    }
    None
}

fn escapes_in(statement: &Statement, interfaces: &Interfaces, known: &BTreeSet<Local>) -> bool {
    match &statement.kind {
        StatementKind::Assign { place, value, .. } => {
            let into_local = whole_local(place).is_some_and(|local| local != Local::RESULT);
            if let Rvalue::Closure { def, captures, .. } = value {
                let kept = captures
                    .iter()
                    .enumerate()
                    .any(|(at, capture)| match capture {
                        Arg::Value(operand) => {
                            is_one_of(operand, known) && interfaces.escapes(*def, at)
                        }
                        Arg::Mut(place) => is_base(place, known),
                    });
                return kept || (is_passed_on(value, known) && !into_local);
            }
            if into_local && matches!(value, Rvalue::Use(_)) {
                return false;
            }
            let mut read = false;
            walk::places(&statement.kind, &mut |access, place| {
                read |= access != walk::Access::Write && is_base(place, known);
            });
            read
        }
        StatementKind::Call { callee, args, .. } => {
            args.iter().enumerate().any(|(at, arg)| match arg {
                Arg::Value(operand) if is_one_of(operand, known) => match callee {
                    Callee::Fn(def, _) => interfaces.escapes(*def, at),
                    Callee::Value(_) | Callee::TraitMethod(..) => true,
                },
                Arg::Value(_) => false,
                Arg::Mut(place) => is_base(place, known),
            })
        }
        StatementKind::Open { place, .. } => is_base(place, known),
        StatementKind::Check(_)
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => false,
    }
}

fn is_base(place: &Place, known: &BTreeSet<Local>) -> bool {
    matches!(place.base, Base::Local(local) if known.contains(&local))
}

/// Whether a closure is in no other variable than this one, and nobody may keep it.
pub(super) fn stays(body: &Body, local: Local, interfaces: &Interfaces) -> bool {
    let known = with_aliases(body, BTreeSet::from_iter([local]));
    known.len() == 1 && escape(body, interfaces, &known).is_none()
}

/// Which parameters escape, for one body, as far as is known of the functions that it calls.
pub(super) fn escaping_params(body: &Body, interfaces: &Interfaces) -> Vec<bool> {
    let params = body.locals.iter().skip(1).take(body.params.len());
    let escaping = params.map(|(param, decl)| {
        // A closure that may not be kept is never a part of anything.
        if !matches!(decl.ty.kind(), TyKind::Fn(_) | TyKind::Param(..)) {
            return false;
        }
        let known = with_aliases(body, BTreeSet::from_iter([param]));
        escape(body, interfaces, &known).is_some()
    });
    escaping.collect()
}

/// The locals around that a local's value holds the addresses of, because it is a closure that writes them.
pub(super) fn held(body: &Body) -> FxHashMap<Local, Vec<Local>> {
    let mut held: FxHashMap<Local, Vec<Local>> = FxHashMap::default();
    for statement in body.blocks.values().flat_map(|block| &block.statements) {
        let Some((local, variables)) = made_here(&statement.kind) else {
            continue;
        };
        for alias in with_aliases(body, BTreeSet::from_iter([local])) {
            let known = held.entry(alias).or_default();
            for variable in &variables {
                if !known.contains(variable) {
                    known.push(*variable);
                }
            }
        }
    }
    held
}

/// A closure that writes variables, and those that are locals.
fn made_here(kind: &StatementKind) -> Option<(Local, Vec<Local>)> {
    let StatementKind::Assign {
        place,
        value: Rvalue::Closure { captures, .. },
        ..
    } = kind
    else {
        return None;
    };
    let variables: Vec<Local> = captures
        .iter()
        .filter_map(|capture| match capture {
            Arg::Mut(place) => match place.base {
                Base::Local(local) => Some(local),
                Base::Global(_) => None,
            },
            Arg::Value(_) => None,
        })
        .collect();
    match place.base {
        Base::Local(local) if !variables.is_empty() => Some((local, variables)),
        _ => None,
    }
}

/// Reports closures that write variables and may outlive them, and uses of those variables meanwhile.
pub(super) fn check(body: &Body, interfaces: &Interfaces, diags: &mut Diagnostics) {
    let mut liveness = None;
    for (id, block) in body.blocks.iter() {
        for (at, statement) in block.statements.iter().enumerate() {
            let Some((closure, variables)) = made_here(&statement.kind) else {
                continue;
            };
            let name = name_of(body, variables[0]);
            let stored = match &statement.kind {
                StatementKind::Assign { place, .. } => {
                    whole_local(place).is_none_or(|local| local == Local::RESULT)
                }
                _ => true,
            };
            let known = with_aliases(body, BTreeSet::from_iter([closure]));
            let escaped = if stored {
                Some(statement.span)
            } else {
                escape(body, interfaces, &known)
            };
            if let Some(span) = escaped {
                diags.push(closure_escapes(&name, statement.span, span));
                continue;
            }
            let liveness = liveness.get_or_insert_with(|| Liveness::of(body, &origins(body)));
            let made = (id, at);
            if let Some((variable, span)) = used_meanwhile(body, liveness, &known, &variables, made)
            {
                let name = name_of(body, variable);
                let report = used_while_captured(&name, span, statement.span);
                let report = match needed_after(body, &known, span) {
                    Some(needed) => report.also(needed, "the closure is still needed here"),
                    None => report,
                };
                diags.push(match body.locals[variable].ty.kind() {
                    TyKind::Adt(..) | TyKind::Tuple(_) => report
                        .help("or change the parts without a closure: `for mut x in …` walks a part while others are changed, and a function takes several as `mut` parameters")
                        .note("a closure captures whole variables, also where it changes only a part of one"),
                    _ => report,
                });
            }
        }
    }
}

/// The first access to one of the variables while the closure is needed.
fn used_meanwhile(
    body: &Body,
    liveness: &Liveness,
    known: &BTreeSet<Local>,
    variables: &[Local],
    made: (crate::mir::BlockId, usize),
) -> Option<(Local, Span)> {
    for (id, block) in body.blocks.iter() {
        let points = liveness.through(body, id);
        for (at, statement) in block.statements.iter().enumerate() {
            if (id, at) == made {
                continue;
            }
            let after = &points[at + 1];
            let before = &points[at];
            let is_needed = known
                .iter()
                .any(|local| after.contains(*local) && before.contains(*local));
            // The call that uses the closure for the last time overlaps what it is given as well.
            let is_used_here = known.iter().any(|local| before.contains(*local));
            let mut here = super::liveness::LocalSet::default();
            match &statement.kind {
                StatementKind::Call { .. } if is_used_here => uses(&statement.kind, &mut here),
                _ if is_needed => {
                    uses(&statement.kind, &mut here);
                    if let Some(local) = walk::defined(&statement.kind) {
                        here.insert(local);
                    }
                }
                _ => continue,
            }
            if let Some(found) = variables.iter().find(|variable| here.contains(**variable)) {
                return Some((*found, statement.span));
            }
        }
    }
    None
}

/// The first place further down that uses the closure.
fn needed_after(body: &Body, known: &BTreeSet<Local>, used: Span) -> Option<Span> {
    let statements = body.blocks.values().flat_map(|block| &block.statements);
    let needed = statements.filter(|statement| {
        let mut here = super::liveness::LocalSet::default();
        uses(&statement.kind, &mut here);
        statement.span.start >= used.end && known.iter().any(|local| here.contains(*local))
    });
    let spans = needed.map(|statement| statement.span);
    spans.min_by_key(|span| span.start)
}

fn name_of(body: &Body, local: Local) -> String {
    let name = body.locals[local].name.as_ref();
    name.map_or_else(|| "it".to_string(), ToString::to_string)
}

fn closure_escapes(name: &str, made: Span, kept: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "closure-escapes",
        format!("a closure that changes `{name}` cannot be kept"),
    )
    .at(made, "it has the variable itself")
    .help("such a closure may be called and passed on to be called; return the new value instead of assigning it");
    if kept == made {
        diagnostic
    } else {
        diagnostic.also(kept, "here it would be kept")
    }
}

fn used_while_captured(name: &str, used: Span, made: Span) -> Diagnostic {
    Diagnostic::error(
        "exclusive-access",
        format!("`{name}` is used while a closure that changes it is still needed"),
    )
    .at(used, "used here")
    .also(
        made,
        format!("this closure has all of `{name}` to itself until its last use"),
    )
    .help(format!(
        "use it after the last use of the closure; or let the closure take the value and give the new one: `{name} = f({name})`"
    ))
}
