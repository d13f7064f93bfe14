//! Who owns what, and when it goes: from bodies that copy everywhere and drop nothing to bodies in which every owned value
//! is moved or dropped once on each path.
//!
//! One pass after another, each over dataflow facts of its own: literals that are only appended are not made (`appended`), calls are brought into a normal form, exclusivity is checked,
//! copies that nobody keeps become borrows (`borrows`), last uses become moves (`moves`), what is left is dropped (`drops`),
//! what is written is made unshared first (`unique`), and lengths are read once (`lengths`). What this settles for all bodies:
//!
//! - An operand that is only looked at (a comparison, a format, a borrowed argument, the value of a `Repeat`) is a `Borrow`,
//!   or a `Copy` if it is a scalar. An operand that is kept is a `Copy`, which makes a new owner, or a `Move`.
//! - The destination of a call is a whole local that no argument mentions; no by-value argument overlaps a `mut` one.
//! - A whole local is never stored over while it holds a value, unless the same statement reads it (`Old::Drop`).
//! - A parameter in `Body::params` is owned if the body keeps it. Function values and trait methods borrow theirs.

mod appended;
mod borrows;
mod brought;
mod captured;
mod drops;
mod emptied;
mod exclusive;
mod found;
mod interface;
mod lengths;
mod liveness;
mod loops;
mod moves;
mod needs;
mod normalise;
mod paths;
mod reach;
mod shares;
pub mod unbound;
mod unique;
mod unpack;
mod walk;

#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;
use syntax::Diagnostics;

pub use loops::has_no_loops;
pub(crate) use loops::{Loop, every_loop, mentioned, shared_locals};
pub use needs::Needs;
pub use reach::{Reach, holds_code, may_hold_code, reach_of_cell, reach_of_code, reach_of_show};
pub use shares::{Share, WhyShared, made_unique, shares};

use crate::env::{DefId, Env};
use crate::mir::{
    Body, Built, Callee, Const, Elaborated, Local, LocalKind, ParamMode, StatementKind,
};
use crate::types::Ty;
use interface::Interfaces;
pub(crate) use walk::{Access, constants as each_constant_in, places as each_place};

/// Works out ownership for all bodies of a unit together, since functions that call each other settle who owns the
/// arguments between them. The bodies come back in the same order.
pub fn elaborate(built: Vec<Built>, env: &Env, diags: &mut Diagnostics) -> Vec<Elaborated> {
    let needs = Needs::new(env);
    let mut bodies: Vec<Body> = built.into_iter().map(|built| built.0).collect();
    let mut interfaces = Interfaces::new(env, &bodies);
    for body in &mut bodies {
        mark_references(body);
        appended::push_one_by_one(body, env, &interfaces);
        captured::check(body, &interfaces, diags);
        exclusive::check(body, env, &interfaces, diags);
        let origins = liveness::origins(body);
        normalise::calls(body, env, &interfaces, &origins);
    }
    settle_params(&bodies, env, &needs, &mut interfaces);
    bodies
        .into_iter()
        .map(|body| finish(body, env, &needs, &interfaces, diags))
        .collect()
}

/// The functions that a body calls, hands out or makes closures of, with their type arguments.
pub fn each_function(env: &Env, body: &Body, f: &mut impl FnMut(DefId, &[Ty])) {
    for statement in borrows::statements(body) {
        interface::used_functions(env, &statement.kind, f);
    }
}

/// The constants in a body.
pub fn each_constant(body: &Body, f: &mut impl FnMut(&Const)) {
    for statement in borrows::statements(body) {
        walk::constants(&statement.kind, f);
    }
}

fn finish(
    mut body: Body,
    env: &Env,
    needs: &Needs,
    interfaces: &Interfaces,
    diags: &mut Diagnostics,
) -> Elaborated {
    body.params = interfaces.params(body.def).to_vec();
    set_param_kinds(&mut body);
    borrows::infer(&mut body, env, needs, interfaces);
    emptied::move_out(&mut body, env, needs, interfaces);
    moves::last_uses(&mut body, needs, interfaces);
    unpack::take_apart(&mut body, env, needs);
    if !drops::insert(&mut body, env, needs) {
        let what = "many values end in each of many branches";
        diags.push(env.budget().exceeded(what, body.span));
    }
    unique::insert(&mut body, env, needs, interfaces);
    lengths::know(&mut body, env, needs, interfaces);
    Elaborated {
        effects: interfaces.effects_of(body.def),
        escaping: interfaces.escaping(body.def),
        body,
    }
}

/// A parameter is owned if, owned, it would be moved somewhere or written. Begins with everything borrowed and repeats
/// until the callers agree; ownership only grows. Only what calls a function that changed is looked at again.
fn settle_params(bodies: &[Body], env: &Env, needs: &Needs, interfaces: &mut Interfaces) {
    let mut callers: FxHashMap<DefId, Vec<usize>> = FxHashMap::default();
    for (at, body) in bodies.iter().enumerate() {
        if !body.params.is_empty() {
            callees(body, &mut |def| callers.entry(def).or_default().push(at));
        }
    }
    let mut pending: Vec<bool> = bodies.iter().map(|body| !body.params.is_empty()).collect();
    while pending.contains(&true) {
        for (at, body) in bodies.iter().enumerate() {
            if !std::mem::take(&mut pending[at]) {
                continue;
            }
            let params = wanted_params(body, env, needs, interfaces);
            if interfaces.set_params(body.def, params) {
                for caller in callers.get(&body.def).into_iter().flatten() {
                    pending[*caller] = true;
                }
            }
        }
    }
}

fn callees(body: &Body, f: &mut impl FnMut(DefId)) {
    for statement in borrows::statements(body) {
        if let StatementKind::Call {
            callee: Callee::Fn(def, _),
            ..
        } = &statement.kind
        {
            f(*def);
        }
    }
}

fn wanted_params(body: &Body, env: &Env, needs: &Needs, interfaces: &Interfaces) -> Vec<ParamMode> {
    let params: Vec<Local> = param_locals(body);
    let mut modes = interfaces.params(body.def).to_vec();
    // Nothing is lent or moved but what owns blocks.
    let owns = params
        .iter()
        .zip(&body.params)
        .any(|(local, mode)| *mode != ParamMode::Mut && needs.drop(body.locals[*local].ty));
    let trial = owns.then(|| as_owner(body, env, needs, interfaces));
    let trial = trial.as_ref().unwrap_or(body);
    for (mode, local) in modes.iter_mut().zip(params) {
        if *mode == ParamMode::Borrow && keeps(trial, local) {
            *mode = ParamMode::Own;
        }
    }
    modes
}

/// The body as it would be if it owned all its parameters.
fn as_owner(body: &Body, env: &Env, needs: &Needs, interfaces: &Interfaces) -> Body {
    let mut trial = body.clone();
    for mode in &mut trial.params {
        if *mode == ParamMode::Borrow {
            *mode = ParamMode::Own;
        }
    }
    set_param_kinds(&mut trial);
    borrows::infer(&mut trial, env, needs, interfaces);
    moves::last_uses(&mut trial, needs, interfaces);
    unpack::take_apart(&mut trial, env, needs);
    trial
}

fn keeps(body: &Body, param: Local) -> bool {
    let mut kept = false;
    for statement in borrows::statements(body) {
        kept |= walk::defined(&statement.kind) == Some(param);
        walk::places(&statement.kind, &mut |access, place| {
            let keeping = match access {
                Access::Move | Access::Mut | Access::Open | Access::Write => true,
                Access::Value
                | Access::Borrow
                | Access::Inspect
                | Access::Unique
                | Access::Drop => false,
            };
            kept |= keeping && place.base == crate::mir::Base::Local(param);
        });
    }
    kept
}

fn param_locals(body: &Body) -> Vec<Local> {
    body.locals.keys().skip(1).take(body.params.len()).collect()
}

fn mark_references(body: &mut Body) {
    for (local, mode) in param_locals(body).into_iter().zip(body.params.clone()) {
        if mode == ParamMode::Mut {
            body.locals[local].kind = LocalKind::Ref;
        }
    }
}

fn set_param_kinds(body: &mut Body) {
    for (local, mode) in param_locals(body).into_iter().zip(body.params.clone()) {
        body.locals[local].kind = match mode {
            ParamMode::Borrow => LocalKind::Borrowed,
            ParamMode::Own => LocalKind::Owned,
            ParamMode::Mut => LocalKind::Ref,
        };
    }
}

/// The name of a field as it is written after a dot.
fn field_name(env: &Env, ty: crate::types::Ty, field: u32) -> String {
    let named = match ty.kind() {
        crate::types::TyKind::Adt(def, _) => crate::boxes::fields_of(env, *def, 0)
            .and_then(|fields| fields.get(field as usize))
            .map(|field| field.name.to_string()),
        _ => None,
    };
    named.unwrap_or_else(|| field.to_string())
}
