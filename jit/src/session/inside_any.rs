//! Values of a type that changes, inside an `any`: the variable's own type does not say that they are there, so the values are searched.
//! What is found is not converted, because the methods for the new type are not known to the code that put it there: the change
//! is refused, and says which variable.

use compiler::env::{DefId, DefKind, Env, GlobalOrigin};
use compiler::own;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use stdlib::value::{self, View};
use stdlib::{Kind, TypeDesc};
use syntax::{Diagnostic, ast};

use super::Session;
use super::convert::VARIABLES;
use super::definitions::names_of;
use crate::report::Error;

impl Session {
    /// Why types cannot be defined anew: a variable, which the entry does not bind itself, has a value of one in an `any`.
    pub(super) fn held_in_any(
        &self,
        before: &Env,
        changed: &[SmolStr],
        entered: &[SmolStr],
        again: &[ast::Item],
    ) -> Option<Error> {
        let scope = before.module(self.front.home);
        let mut types = changed.to_vec();
        types.extend(names_of(&self.front.sources, again));
        types.retain(|name| {
            let def = scope.names.get(name);
            def.is_some_and(|def| {
                matches!(before.def(*def).kind, DefKind::Struct(_) | DefKind::Enum(_))
            })
        });
        if types.is_empty() {
            return None;
        }
        let mut variables: Vec<(&SmolStr, DefId)> = scope
            .names
            .iter()
            .filter(|(name, _)| !entered.contains(name))
            .map(|(name, def)| (name, *def))
            .collect();
        variables.sort_by_key(|(_, def)| *def);
        variables.into_iter().find_map(|(name, def)| {
            let DefKind::Global(global) = &before.def(def).kind else {
                return None;
            };
            if global.origin == GlobalOrigin::Hidden {
                return None; // what an earlier entry came to stays as it is
            }
            if !own::holds_code(before, global.ty?) {
                return None;
            }
            let units = self.machine.units();
            let place = units.iter().find_map(|unit| unit.global(def))?;
            if !place.is_bound.get() {
                return None;
            }
            let found = find(place.desc(), place.address, &types)?;
            Some(self.refuse_inside(before, name, def, &found))
        })
    }

    fn refuse_inside(&self, before: &Env, name: &str, variable: DefId, found: &str) -> Error {
        let mut error = Diagnostic::error(
            "live-values",
            format!(
                "`{name}` holds a `{found}` in an `any`, which cannot become one of the new `{found}`"
            ),
        );
        let span = before.def(variable).span;
        if self.front.sources.file(span.file).name != VARIABLES {
            error = error.at(span, format!("`{name}` holds a value of the old type"));
        }
        error = error.help(format!("give `{name}` a new value in the same entry, or take back the entry that made it with `:undo`"));
        self.front.rejected([&error].into_iter())
    }
}

/// The name of the first of these types of which there is a value within an `any`.
pub(crate) fn find(desc: &TypeDesc, value: *const u8, types: &[SmolStr]) -> Option<String> {
    let mut seen: FxHashSet<(*const u8, bool)> = FxHashSet::default();
    let mut waiting = vec![(desc, value, false)];
    while let Some((desc, value, is_inside)) = waiting.pop() {
        if is_inside && matches!(desc.kind, Kind::Struct | Kind::Enum) {
            let name = stdlib::convert::head_of(desc.name());
            if types.iter().any(|ty| ty == name) {
                return Some(name.to_owned());
            }
        }
        let is_inside = is_inside || desc.kind == Kind::Any;
        // SAFETY: the value of a bound variable, and parts of it, as the descriptor says.
        match unsafe { value::view(desc, value) } {
            View::Fields(fields) | View::Variant(_, _, fields) => {
                // SAFETY: offsets count from the whole value.
                let part = |offset: u64| unsafe { value.add(offset as usize) };
                waiting.extend(fields.iter().map(|f| (f.ty(), part(f.offset), is_inside)));
            }
            View::Elements { elem, first, len } => {
                let is_leaf = !elem.has_heap() && !is_inside;
                if !is_leaf && len > 0 && seen.insert((first, is_inside)) {
                    // SAFETY: so many elements stand there.
                    let at = |index: usize| unsafe { first.add(index * elem.size as usize) };
                    waiting.extend((0..len).map(|index| (elem, at(index), is_inside)));
                }
            }
            View::Inner(inner, place) => {
                if seen.insert((place, is_inside)) {
                    waiting.push((inner, place, is_inside));
                }
            }
            View::Int(_)
            | View::Float(_)
            | View::Bool(_)
            | View::Char(_)
            | View::Unit
            | View::Text(_)
            | View::Closed => {}
        }
    }
    None
}

/// Calls `f` with the type of each `any` in a value, and in what its functions keep, and the type of what it holds.
pub(crate) fn each_any<'d>(
    desc: &'d TypeDesc,
    value: *const u8,
    f: &mut dyn FnMut(&'d TypeDesc, &'d TypeDesc),
) {
    let mut seen: FxHashSet<*const u8> = FxHashSet::default();
    let mut waiting = vec![(desc, value)];
    while let Some((desc, value)) = waiting.pop() {
        if desc.kind == Kind::Fn {
            // SAFETY: a valid function value.
            let kept = unsafe { value::captures(value) };
            waiting.extend(kept.filter(|(_, place)| seen.insert(*place)));
        }
        // SAFETY: as in `find`.
        match unsafe { value::view(desc, value) } {
            View::Fields(fields) | View::Variant(_, _, fields) => {
                // SAFETY: offsets count from the whole value.
                let part = |offset: u64| unsafe { value.add(offset as usize) };
                waiting.extend(fields.iter().map(|f| (f.ty(), part(f.offset))));
            }
            View::Elements { elem, first, len } => {
                if elem.has_heap() && len > 0 && seen.insert(first) {
                    // SAFETY: so many elements stand there.
                    let at = |index: usize| unsafe { first.add(index * elem.size as usize) };
                    waiting.extend((0..len).map(|index| (elem, at(index))));
                }
            }
            View::Inner(inner, place) => {
                if desc.kind == Kind::Any {
                    f(desc, inner);
                }
                if seen.insert(place) {
                    waiting.push((inner, place));
                }
            }
            View::Int(_)
            | View::Float(_)
            | View::Bool(_)
            | View::Char(_)
            | View::Unit
            | View::Text(_)
            | View::Closed => {}
        }
    }
}
