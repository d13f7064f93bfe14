//! What becomes of the values of a type that is defined anew, in words: which fields are kept, converted, new, dropped.

use compiler::env::{DefId, DefKind, Env, FieldDef, Plain, VariantDef};
use compiler::types::{Ty, TyKind};
use rustc_hash::FxHashSet;
use syntax::Sources;

use super::Session;
use super::convert::Held;
use crate::report::Converted;

/// More fields than these are counted, not listed.
const LISTED: usize = 4;

impl Session {
    /// The variables whose values are converted, those together with which the same is done.
    pub(super) fn plan(&self, before: &Env, after: &Env, held: &[Held]) -> Vec<Converted> {
        let mut plan: Vec<Converted> = Vec::new();
        for each in held {
            let DefKind::Global(global) = &before.def(each.former).kind else {
                continue;
            };
            let mut steps = Vec::new();
            let mut seen = FxHashSet::default();
            self.steps(before, after, global.ty(), &mut seen, &mut steps);
            match plan.iter_mut().find(|known| known.steps == steps) {
                Some(known) => known.names.push(each.name.to_string()),
                None => plan.push(Converted {
                    names: vec![each.name.to_string()],
                    steps,
                }),
            }
        }
        plan
    }

    fn steps(
        &self,
        before: &Env,
        after: &Env,
        ty: Ty,
        seen: &mut FxHashSet<DefId>,
        steps: &mut Vec<String>,
    ) {
        if let TyKind::Adt(def, _) = ty.kind()
            && seen.insert(*def)
        {
            let found = before.def(*def);
            let newest = after.module(self.front.home).names.get(&found.name);
            if let Some(newest) = newest.filter(|newest| *newest != def) {
                let parts = parts(&self.front.sources, (before, *def), (after, *newest));
                if !parts.is_empty() {
                    steps.push(format!("`{}`: {}", found.name, parts.join(", ")));
                }
            }
            let fields: Vec<Ty> = before.all_fields(*def).map(|field| field.ty).collect();
            for field in fields {
                self.steps(before, after, field, seen, steps);
            }
        }
        let mut inside = Vec::new();
        ty.map_parts(&mut |part| {
            inside.push(part);
            part
        });
        for part in inside {
            self.steps(before, after, part, seen, steps);
        }
    }
}

/// What becomes of each part of a struct or enum; nothing if all stays as it is.
fn parts(
    sources: &Sources,
    (before, old): (&Env, DefId),
    (after, new): (&Env, DefId),
) -> Vec<String> {
    match (&before.def(old).kind, &after.def(new).kind) {
        (DefKind::Struct(old), DefKind::Struct(new)) => {
            fields(sources, (before, &old.fields), (after, &new.fields))
        }
        (DefKind::Enum(old), DefKind::Enum(new)) => {
            variants(sources, (before, &old.variants), (after, &new.variants))
        }
        _ => Vec::new(),
    }
}

fn fields(
    sources: &Sources,
    (before, old): (&Env, &[FieldDef]),
    (after, new): (&Env, &[FieldDef]),
) -> Vec<String> {
    let (mut kept, mut others) = (Vec::new(), Vec::new());
    for field in new {
        let name = &field.name;
        let is = field.ty.display(&Plain(after));
        match old.iter().find(|old| old.name == *name) {
            Some(old) => {
                let was = old.ty.display(&Plain(before));
                if was == is {
                    kept.push(format!("`{name}`"));
                } else {
                    others.push(format!("`{name}: {was} → {is}` converted"));
                }
            }
            None => {
                let default = field.default.map(|def| sources.slice(after.def(def).span));
                let default = default.filter(|text| !text.is_empty());
                let default = default.map_or(String::new(), |text| format!(" = {text}"));
                others.push(format!("`{name}` new{default}"));
            }
        }
    }
    let is_dropped = |old: &&FieldDef| new.iter().all(|field| field.name != old.name);
    let dropped = old.iter().filter(is_dropped);
    others.extend(dropped.map(|field| format!("`{}` dropped", field.name)));
    if others.is_empty() {
        return others;
    }
    match kept.len() {
        0 => {}
        1..=LISTED => others.insert(0, format!("{} kept", kept.join(", "))),
        count => others.insert(0, format!("{count} fields kept")),
    }
    others
}

fn variants(
    sources: &Sources,
    (before, old): (&Env, &[VariantDef]),
    (after, new): (&Env, &[VariantDef]),
) -> Vec<String> {
    let mut parts = Vec::new();
    for variant in new {
        let name = &variant.name;
        match old.iter().find(|old| old.name == *name) {
            Some(old) => {
                let inside = fields(sources, (before, &old.fields), (after, &variant.fields));
                if !inside.is_empty() {
                    parts.push(format!("`{name}` ({})", inside.join(", ")));
                }
            }
            None => parts.push(format!("`{name}` new")),
        }
    }
    let is_dropped = |old: &&VariantDef| new.iter().all(|variant| variant.name != old.name);
    let dropped = old.iter().filter(is_dropped);
    parts.extend(dropped.map(|variant| format!("`{}` dropped", variant.name)));
    parts
}
