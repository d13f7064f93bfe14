//! What a cell can reach through functions that it calls without knowing them.
//!
//! A function value comes from somewhere. A cell has no parameters, so those that it calls were named on its way, and then what they
//! touch is known, or they were put into an `any` on its way, or they stood in a variable that it reads.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::env::{Def, DefId, DefKind, Env, FnDef, FnOrigin};
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
    let mut seen: FxHashSet<Ty> = FxHashSet::default();
    let mut waiting = vec![ty];
    while let Some(ty) = waiting.pop() {
        if !seen.insert(ty) {
            continue;
        }
        match ty.kind() {
            TyKind::Fn(_) | TyKind::CFn(_) | TyKind::Any(..) | TyKind::Param(..) => return true,
            TyKind::Adt(def, args) => {
                waiting.extend(env.all_fields(*def).map(|field| field.ty.subst(args)));
            }
            _ => {}
        }
        ty.map_parts(&mut |part| {
            waiting.push(part);
            part
        });
        if seen.len() > MOST_PARTS {
            return true;
        }
    }
    false
}
