//! The cells of a unit in their order, to errors: a cell may not call a function, or hand one out, that uses a binding which
//! comes later, for that has no value yet.

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{Diagnostic, Diagnostics, Span};

use super::borrows::statements;
use super::interface::used_functions;
use crate::env::{DefId, Env};
use crate::mir::{Elaborated, Rvalue, StatementKind};

/// `defines` has the globals that each cell binds; `bodies` ends with the cells.
pub fn check(defines: &[&[DefId]], bodies: &[Elaborated], env: &Env, diags: &mut Diagnostics) {
    let first_cell = bodies.len() - defines.len();
    let functions: FxHashMap<DefId, &Elaborated> = bodies[..first_cell]
        .iter()
        .map(|body| (body.body().def, body))
        .collect();
    let mut unbound: FxHashSet<DefId> = defines.iter().flat_map(|cell| *cell).copied().collect();
    for (cell, defines) in bodies[first_cell..].iter().zip(defines) {
        for (used, span) in uses(cell) {
            let Some(function) = functions.get(&used) else {
                continue;
            };
            let effects = function.effects();
            let touched = effects.reads.iter().chain(&effects.writes);
            if let Some(global) = touched.copied().find(|global| unbound.contains(global)) {
                diags.push(not_bound_yet(env, used, global, span));
                // One message for each binding.
                unbound.remove(&global);
            }
        }
        for global in *defines {
            unbound.remove(global);
        }
    }
}

/// The functions that a body calls, hands out or makes closures of.
fn uses(body: &Elaborated) -> Vec<(DefId, Span)> {
    let mut found = Vec::new();
    for statement in statements(body.body()) {
        let span = statement.span;
        used_functions(statement, &mut |def| found.push((def, span)));
        if let StatementKind::Assign {
            value: Rvalue::Closure { def, .. },
            ..
        } = &statement.kind
        {
            found.push((*def, span));
        }
    }
    found
}

fn not_bound_yet(env: &Env, function: DefId, global: DefId, used: Span) -> Diagnostic {
    let name = |def: DefId| env.try_def(def).map(|def| (def.name.clone(), def.span));
    let (variable, declared) = name(global).unwrap_or_else(|| ("this".into(), used));
    let message = match name(function) {
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
