//! What a cell can reach through functions that it calls without knowing them.
//!
//! A function value comes from somewhere. A cell has no parameters, so those that it calls were named on its way, and then what they
//! touch is known, or they were put into an `any` on its way, or they stood in a variable that it reads.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::env::{Def, DefId, DefKind, Env, FnDef, FnOrigin, Head};
use crate::mir::Effects;
use crate::mir::outside::{Kind, Outside};
use crate::types::{Ty, TyKind};

/// What has more parts is taken to hold code.
const MOST_PARTS: usize = 2000;

/// What a cell may touch, those functions included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub reads: FxHashSet<DefId>,
    pub writes: FxHashSet<DefId>,
    pub outside: Outside,
    /// Any variable.
    pub anything: bool,
}

impl Reach {
    /// Nothing is known.
    fn everything() -> Reach {
        Reach {
            outside: Outside::ALL,
            anything: true,
            ..Reach::default()
        }
    }

    /// With what something else may touch.
    pub fn add(&mut self, other: &Reach) {
        self.reads.extend(&other.reads);
        self.writes.extend(&other.writes);
        self.outside = self.outside.union(other.outside);
        self.anything |= other.anything;
    }
}

/// What a cell may touch. `code_in` says what the functions in the value of a variable may; `None` if that is not known.
pub fn reach_of_cell<'r>(
    env: &Env,
    cell: &Effects,
    code_in: &dyn Fn(DefId) -> Option<&'r Reach>,
) -> Reach {
    let mut found = Reach::default();
    let mut waiting = vec![cell];
    let mut lent: FxHashSet<DefId> = FxHashSet::default();
    while let Some(effects) = waiting.pop() {
        found.reads.extend(&effects.reads);
        found.writes.extend(&effects.writes);
        found.outside = found.outside.union(effects.named_outside);
        if !effects.anything {
            continue;
        }
        if gives_code(env, effects) {
            found.add(&Reach::everything());
        }
        for global in effects.globals() {
            if may_hold_code(env, global) {
                match code_in(global) {
                    Some(of_value) => found.add(of_value),
                    None => found.add(&Reach::everything()),
                }
            }
        }
        for def in &effects.lent {
            if lent.insert(*def) {
                let function = env.try_def(*def).and_then(|def| match &def.kind {
                    DefKind::Fn(function) => Some(function),
                    _ => None,
                });
                match function {
                    // What a trait declares without a body is not what is called.
                    Some(function) => waiting.extend(function.body().map(|body| body.effects())),
                    None => found.add(&Reach::everything()),
                }
            }
        }
    }
    found
}

/// What the functions that a cell makes or hands on may touch: for variables that it binds or changes, and whose type has room for functions.
pub fn reach_of_code<'r>(
    env: &Env,
    cell: &Effects,
    code_in: &dyn Fn(DefId) -> Option<&'r Reach>,
) -> Reach {
    // Whatever it names is among its own effects, what it lends to an `any` and what it has from variables is not.
    let as_called = Effects {
        anything: true,
        ..cell.clone()
    };
    reach_of_cell(env, &as_called, code_in)
}

/// What the texts of a type's values may follow from: what the program's own `show` methods may touch of all types that such a value may
/// consist of.
pub fn reach_of_show<'r>(env: &Env, ty: Ty, code_in: &dyn Fn(DefId) -> Option<&'r Reach>) -> Reach {
    let mut found = Reach::default();
    let is_own = |def: DefId| {
        env.try_def(def)
            .is_some_and(|def| !env.is_library(def.module))
    };
    let shows = env.methods_by_type("show");
    let shows: Vec<(&Head, DefId)> = shows.filter(|(_, def)| is_own(*def)).collect();
    if shows.is_empty() {
        return found;
    }
    let parts = parts_of(env, ty);
    let may_be_there = |head: &Head| parts.as_ref().is_none_or(|parts| parts.contains(head));
    for (_, def) in shows.into_iter().filter(|(head, _)| may_be_there(head)) {
        if let Some(body) = env.function(def).body() {
            found.add(&reach_of_cell(env, body.effects(), code_in));
        }
    }
    found
}

/// What values of the type may consist of; none if that is not known.
fn parts_of(env: &Env, ty: Ty) -> Option<FxHashSet<Head>> {
    let mut heads: FxHashSet<Head> = FxHashSet::default();
    let is_known = walk_parts(env, ty, &mut |part| {
        heads.extend(Head::of(part));
        !matches!(part.kind(), TyKind::Any(..) | TyKind::Param(..))
    });
    is_known.then_some(heads)
}

/// Whether a function may come from outside, which C calls or the host hands over.
fn gives_code(env: &Env, effects: &Effects) -> bool {
    let outsiders = effects.named_outside.reads;
    let may_give = |function: &FnDef| {
        let written = function.params.iter().filter(|param| param.is_mut);
        let mut given = written.map(|param| Some(param.ty)).chain([function.ret]);
        matches!(function.origin, FnOrigin::Host)
            && given.any(|ty| ty.is_none_or(|ty| holds_code(env, ty)))
    };
    let is_giver =
        |def: &Arc<Def>| matches!(&def.kind, DefKind::Fn(function) if may_give(function));
    outsiders.has(Kind::Extern) && env.calls_back()
        || outsiders.has(Kind::Host) && env.defs().any(is_giver)
}

/// Whether there may be functions in the value of a variable.
pub fn may_hold_code(env: &Env, global: DefId) -> bool {
    match env.try_def(global).map(|def| &def.kind) {
        Some(DefKind::Global(global)) => holds_code(env, global.ty()),
        _ => true,
    }
}

/// Whether there may be functions in a value of the type: function values, and in an `any` those of whatever it holds.
pub fn holds_code(env: &Env, ty: Ty) -> bool {
    !walk_parts(env, ty, &mut |part| {
        !matches!(
            part.kind(),
            TyKind::Fn(_) | TyKind::CFn(_) | TyKind::Any(..) | TyKind::Param(..)
        )
    })
}

/// Visits the types that values of a type may consist of, each once, until one is refused; whether none was. What has too many is refused.
fn walk_parts(env: &Env, ty: Ty, visit: &mut dyn FnMut(Ty) -> bool) -> bool {
    let mut seen: FxHashSet<Ty> = FxHashSet::default();
    let mut waiting = vec![ty];
    while let Some(ty) = waiting.pop() {
        if !seen.insert(ty) {
            continue;
        }
        if !visit(ty) || seen.len() > MOST_PARTS {
            return false;
        }
        if let TyKind::Adt(def, args) = ty.kind() {
            waiting.extend(env.all_fields(*def).map(|field| field.ty.subst(args)));
        }
        ty.map_parts(&mut |part| {
            waiting.push(part);
            part
        });
    }
    true
}
