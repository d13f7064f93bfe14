//! What is gone from a text while something of the same type is new: perhaps the same by another name, whose value `@was` would keep.

use compiler::env::{Def, DefId, DefKind, Env, FieldDef, ModuleId};
use compiler::hir::nearest;
use smol_str::SmolStr;

use super::reload::{is_var, is_variable};

/// What may have another name now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaybeRenamed {
    /// What is gone: `count`, `Ship.speed`, `Mood.Angry`, `Ship`.
    pub former: String,
    /// What is new.
    pub new: String,
    /// What the text would say if it is the same: `@was(count) var total`.
    pub write: String,
}

/// Something with a name, and what it is: only what is the same can be the same by another name.
struct Part {
    name: SmolStr,
    what: String,
}

/// Of the variables of the script, and the types that are others now or gone. Where nothing is gone, nothing is looked at.
pub(super) fn guessed(
    before: &Env,
    now: &Env,
    home: ModuleId,
    changed: &[DefId],
    dropped: &[String],
) -> Vec<MaybeRenamed> {
    let mut found = Vec::new();
    let mut add = |of: &str, (former, new): (SmolStr, SmolStr), write: String| {
        found.push(MaybeRenamed {
            former: format!("{of}{former}"),
            new: format!("{of}{new}"),
            write,
        });
    };
    let names = &before.module(home).names;
    let dropped = dropped.iter().filter_map(|name| names.get(name.as_str()));
    let gone: Vec<Part> = dropped
        .filter_map(|def| variable(before, before.def(*def)))
        .collect();
    if !gone.is_empty() {
        let new = new_of(before, now, home);
        let new: Vec<Part> = new.filter_map(|def| variable(now, def)).collect();
        for names in pairs(&gone, &new) {
            let write = format!("@was({}) var {}", names.0, names.1);
            add("", names, write);
        }
    }
    let own = changed.iter().map(|def| &**before.def(*def));
    let gone = own.filter(|def| def.module == home && now.try_def(def.id).is_none());
    let gone: Vec<Part> = gone.filter_map(|def| type_of(before, def)).collect();
    if !gone.is_empty() {
        let is_claimed = |part: &Part| {
            let mut new = of_module(now, home);
            new.any(|def| def.was.as_ref() == Some(&part.name))
        };
        let gone: Vec<Part> = gone.into_iter().filter(|part| !is_claimed(part)).collect();
        let new = new_of(before, now, home);
        let new: Vec<Part> = new.filter_map(|def| type_of(now, def)).collect();
        for names in pairs(&gone, &new) {
            let kind = new.iter().find(|part| part.name == names.1);
            let kind = kind.and_then(|part| part.what.split(' ').next());
            let kind = kind.unwrap_or_default();
            let write = format!("@was({}) {kind} {}", names.0, names.1);
            add("", names, write);
        }
    }
    for def in changed {
        let (Some(former), Some(newer)) = (before.try_def(*def), now.try_def(*def)) else {
            continue;
        };
        let of = format!("{}.", newer.name);
        match (&former.kind, &newer.kind) {
            (DefKind::Struct(former), DefKind::Struct(newer)) => {
                let (gone, new) = parted(
                    &former.fields,
                    &newer.fields,
                    |field| (&field.name, &field.was),
                    |field| field.ty.display(before),
                    |field| field.ty.display(now),
                );
                for names in pairs(&gone, &new) {
                    let ty = new.iter().find(|part| part.name == names.1);
                    let ty = ty.map_or("", |part| &part.what);
                    let write = format!("@was({}) {}: {ty}", names.0, names.1);
                    add(&of, names, write);
                }
            }
            (DefKind::Enum(former), DefKind::Enum(newer)) => {
                let (gone, new) = parted(
                    &former.variants,
                    &newer.variants,
                    |variant| (&variant.name, &variant.was),
                    |variant| listed(before, &variant.fields),
                    |variant| listed(now, &variant.fields),
                );
                for names in pairs(&gone, &new) {
                    let write = format!("@was({}) {}", names.0, names.1);
                    add(&of, names, write);
                }
            }
            _ => {}
        }
    }
    found
}

/// Each of what is gone with what is new and the same: of several the one with the nearest name, none if that is open.
fn pairs(gone: &[Part], new: &[Part]) -> Vec<(SmolStr, SmolStr)> {
    let mut found: Vec<(SmolStr, SmolStr)> = Vec::new();
    for part in gone {
        let alike = new.iter().filter(|other| other.what == part.what);
        let free = alike.filter(|other| found.iter().all(|(_, taken)| *taken != other.name));
        let names: Vec<&str> = free.map(|other| other.name.as_str()).collect();
        let near = nearest(&part.name, names.iter().copied());
        let rivals = gone.iter().filter(|other| other.what == part.what).count();
        let only = || match names.as_slice() {
            [one] if rivals == 1 => Some(*one),
            _ => None,
        };
        if let Some(name) = near.or_else(only) {
            found.push((part.name.clone(), name.into()));
        }
    }
    found
}

/// What only the former list has, and what only the newer one has that does not say what it was.
fn parted<T>(
    former: &[T],
    newer: &[T],
    names: impl Fn(&T) -> (&SmolStr, &Option<SmolStr>),
    what: impl Fn(&T) -> String,
    what_now: impl Fn(&T) -> String,
) -> (Vec<Part>, Vec<Part>) {
    let part = |item: &T, what: String| Part {
        name: names(item).0.clone(),
        what,
    };
    let is_heir = |name: &SmolStr| {
        newer
            .iter()
            .any(|item| names(item).1.as_ref() == Some(name))
    };
    let has = |list: &[T], name: &SmolStr| list.iter().any(|item| names(item).0 == name);
    let gone = former.iter().filter(|item| {
        let name = names(item).0;
        !has(newer, name) && !is_heir(name)
    });
    let new = newer
        .iter()
        .filter(|item| !has(former, names(item).0) && names(item).1.is_none());
    (
        gone.map(|item| part(item, what(item))).collect(),
        new.map(|item| part(item, what_now(item))).collect(),
    )
}

/// In an order that is always the same.
fn of_module(env: &Env, module: ModuleId) -> impl Iterator<Item = &Def> {
    let names = env.module(module).names.values();
    let mut own: Vec<&Def> = names.map(|def| &**env.def(*def)).collect();
    own.sort_by(|a, b| a.name.cmp(&b.name));
    own.into_iter()
}

/// What is in this text alone and does not say what it was.
fn new_of<'a>(before: &Env, now: &'a Env, home: ModuleId) -> impl Iterator<Item = &'a Def> {
    of_module(now, home).filter(|def| before.try_def(def.id).is_none() && def.was.is_none())
}

/// A `var`. A `let` follows from the text.
fn variable(env: &Env, def: &Def) -> Option<Part> {
    match &def.kind {
        DefKind::Global(global) if is_variable(env, def.id) && is_var(env, def.id) => Some(Part {
            name: def.name.clone(),
            what: global.ty?.display(env),
        }),
        _ => None,
    }
}

/// A struct or an enum.
fn type_of(env: &Env, def: &Def) -> Option<Part> {
    let what = match &def.kind {
        DefKind::Struct(found) => format!("struct {}", listed(env, &found.fields)),
        DefKind::Enum(found) => {
            let variants = found.variants.iter();
            let variants =
                variants.map(|each| format!("{}{}", each.name, listed(env, &each.fields)));
            format!("enum {}", variants.collect::<Vec<String>>().join(", "))
        }
        _ => return None,
    };
    let name = def.name.clone();
    Some(Part { name, what })
}

fn listed(env: &Env, fields: &[FieldDef]) -> String {
    let fields = fields
        .iter()
        .map(|field| format!("{}: {}", field.name, field.ty.display(env)));
    format!("({})", fields.collect::<Vec<String>>().join(", "))
}
