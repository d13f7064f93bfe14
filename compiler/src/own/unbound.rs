//! The cells of a unit in their order, to errors: a cell may not call a function, or hand one out, that uses a binding which
//! comes later, for that has no value yet.

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{Diagnostic, Diagnostics, Span};

use super::borrows::statements;
use super::brought::ByType;
use super::found::known_effects;
use super::interface::{implicit_types, put_into_any, used_functions};
use super::walk;
use crate::env::{DefId, DefKind, Env};
use crate::mir::{Base, Body, Brings, Effects, Elaborated};
use crate::types::Ty;

/// `defines` has the globals that each cell binds; `bodies` ends with the cells.
pub fn check(defines: &[&[DefId]], bodies: &[Elaborated], env: &Env, diags: &mut Diagnostics) {
    let first_cell = bodies.len() - defines.len();
    let functions: FxHashMap<DefId, &Elaborated> = bodies[..first_cell]
        .iter()
        .map(|body| (body.body().def, body))
        .collect();
    let unit = Unit {
        env,
        functions,
        by_type: ByType::new(env),
    };
    let mut unbound: FxHashSet<DefId> = defines.iter().flat_map(|cell| *cell).copied().collect();
    for (cell, defines) in bodies[first_cell..].iter().zip(defines) {
        let body = cell.body();
        for (span, global) in named(body) {
            if unbound.contains(&global) && !defines.contains(&global) {
                diags.push(not_bound_yet(env, None, global, span));
                unbound.remove(&global);
            }
        }
        for (used, span) in unit.uses(body) {
            let touched = unit.touched(used);
            if let Some(global) = touched.into_iter().find(|global| unbound.contains(global)) {
                diags.push(not_bound_yet(env, Some(used), global, span));
                // One message for each binding.
                unbound.remove(&global);
            }
        }
        for global in *defines {
            unbound.remove(global);
        }
    }
}

/// The globals that the statements of a body name: a closure that keeps the value of a variable may stand before it.
fn named(body: &Body) -> Vec<(Span, DefId)> {
    let mut found = Vec::new();
    for statement in statements(body) {
        walk::places(&statement.kind, &mut |_, place| {
            if let Base::Global(global) = place.base {
                found.push((statement.span, global));
            }
        });
    }
    found
}

struct Unit<'a> {
    env: &'a Env,
    functions: FxHashMap<DefId, &'a Elaborated>,
    by_type: ByType<'a>,
}

impl Unit<'_> {
    /// The functions that a body calls, hands out or makes closures of, and those that what it calls finds by a type.
    fn uses(&self, body: &Body) -> Vec<(DefId, Span)> {
        let mut found = Vec::new();
        for statement in statements(body) {
            let span = statement.span;
            let kind = &statement.kind;
            let bring = |found: &mut Vec<(DefId, Span)>, ty: Ty, what: Brings| {
                for (def, kind) in &self.by_type.of(ty).functions {
                    if kind.overlaps(what) {
                        found.push((*def, span));
                    }
                }
            };
            used_functions(self.env, kind, &mut |def, args| {
                found.push((def, span));
                let what = self.effects(def).map_or(Brings::NONE, |of| of.of_types);
                args.iter().for_each(|arg| bring(&mut found, *arg, what));
            });
            implicit_types(body, self.env, kind, &mut |ty, what| {
                bring(&mut found, ty, what);
            });
            if let Some(ty) = put_into_any(body, self.env, kind) {
                bring(&mut found, ty, Brings::METHODS.and(Brings::TEXT));
            }
        }
        found
    }

    fn effects(&self, def: DefId) -> Option<Effects> {
        if let Some(found) = self.functions.get(&def) {
            return Some(found.effects().clone());
        }
        match &self.env.try_def(def)?.kind {
            DefKind::Fn(function) => Some(known_effects(self.env, function)),
            _ => None,
        }
    }

    /// The globals that a function of this unit touches, and those that what it puts into an `any` does.
    fn touched(&self, used: DefId) -> Vec<DefId> {
        let Some(function) = self.functions.get(&used) else {
            return Vec::new();
        };
        let mut found: Vec<DefId> = function.effects().globals().collect();
        for lent in &function.effects().lent {
            let lent = self.functions.get(lent).into_iter();
            found.extend(lent.flat_map(|function| function.effects().globals()));
        }
        found
    }
}

/// The message about a use of a variable that is bound further down, by a function if that is known.
pub fn not_bound_yet(env: &Env, function: Option<DefId>, global: DefId, used: Span) -> Diagnostic {
    let name = |def: DefId| env.try_def(def).map(|def| (def.name.clone(), def.span));
    let (variable, declared) = name(global).unwrap_or_else(|| ("this".into(), used));
    let message = match function.and_then(name) {
        Some((function, _)) if !function.is_empty() => {
            format!("`{function}` uses `{variable}`, which is bound further down")
        }
        _ => format!("this uses `{variable}`, which is bound further down"),
    };
    Diagnostic::error("use-before-binding", message)
        .at(used, "it has no value here")
        .also(declared, "bound here")
        .help(format!(
            "move the binding of `{variable}` up, above this line"
        ))
}
