//! Variables that hold values of a type that changes: the entry gets them anew, of the new type, and their values are converted
//! before anything of it runs. The old variables stay as they are, so that the entry can be taken back.

use compiler::env::{DefId, DefKind, Env, GlobalOrigin, Plain};
use compiler::types::TyKind;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use stdlib::convert::{Mismatch, Reason};
use syntax::{Diagnostic, Span, ast};

use super::definitions::names_of;
use super::{Loaded, Session};
use crate::front::Ready;
use crate::migrate::{self, Guide, NewCode};
use crate::report::{Error, Kept};

/// A variable whose value is to be converted.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) name: SmolStr,
    pub(super) former: DefId,
}

/// What a conversion came to.
pub(super) enum Converting {
    /// The variables that have their values.
    Done(FxHashSet<DefId>),
    /// One keeps the type that it had, for this reason; the error says so at length.
    Kept(SmolStr, String, Error),
}

/// What the declarations of converted variables stand in.
pub(super) const VARIABLES: &str = "<variables>";

impl Session {
    /// The variables that hold values of types which these names or items define anew, except those that the entry binds itself.
    pub(super) fn holders(
        &self,
        before: &Env,
        changed: &[SmolStr],
        entered: &[SmolStr],
        items: &[ast::Item],
        kept: &[Kept],
    ) -> Vec<Held> {
        let scope = before.module(self.front.home);
        let mut redefined = changed.to_vec();
        redefined.extend(names_of(&self.front.sources, items));
        let types: FxHashSet<DefId> = redefined
            .iter()
            .filter_map(|name| scope.names.get(name).copied())
            .filter(|def| {
                let kind = &before.def(*def).kind;
                matches!(
                    kind,
                    DefKind::Struct(_) | DefKind::Enum(_) | DefKind::Trait(_)
                )
            })
            .collect();
        let mut holders: Vec<Held> = scope
            .names
            .iter()
            .filter(|(name, _)| kept.iter().all(|kept| kept.name != name.as_str()))
            .filter(|(name, def)| {
                !entered.contains(name) && holds(before, **def, &types, &redefined)
            })
            .map(|(name, def)| Held {
                name: name.clone(),
                former: *def,
            })
            .collect();
        holders.sort_by_key(|held| held.former);
        holders
    }

    /// Declarations of the variables under the new types. Their initial values never run: they are converted instead.
    pub(super) fn declarations(&mut self, before: &Env, held: &[Held]) -> Vec<ast::Item> {
        let mut text = String::new();
        for Held { name, former } in held {
            if let DefKind::Global(global) = &before.def(*former).kind {
                let word = if global.is_var { "var" } else { "let" };
                let ty = global.ty().display(&Plain(before));
                text += &format!("{word} {name}: {ty} = panic(\"\")\n");
            }
        }
        let file = self.front.sources.add(VARIABLES, text);
        syntax::parse(self.front.sources.file(file)).module.items
    }

    /// Gives the new variables the values of the former ones. An error leaves those as they are.
    pub(super) fn convert_held(
        &self,
        held: &[Held],
        line: &Ready,
        loaded: &Loaded,
    ) -> Result<Converting, Error> {
        let after = &line.compiled.env;
        let scope = after.module(self.front.home);
        let units = self.machine.units();
        let mut done = FxHashSet::default();
        let mut filled = Vec::new();
        let functions = loaded.unit.functions().iter().copied().collect();
        let newer = NewCode::default();
        let guide = Guide::new(after, self.front.home, &functions, &newer);
        for each in held {
            let def = scope.names[&each.name];
            done.insert(def);
            let owner = units.iter().find(|unit| unit.global(each.former).is_some());
            let former = owner.and_then(|unit| unit.global(each.former));
            // What is shared with the former value may be described, or be code, of that unit.
            owner.into_iter().for_each(|unit| loaded.unit.keep(unit));
            let place = loaded.unit.global(def);
            let (Some(former), Some(place)) = (former.filter(|f| f.is_bound.get()), place) else {
                continue;
            };
            // In a session nothing is lost but by consent: such a variable keeps its former value.
            let converted = migrate::convert(&self.machine, former, place, &guide);
            let converted = converted.and_then(|lost| match lost.into_iter().next() {
                Some(lost) => Err(migrate::Failure::Mismatch(Box::new(lost))),
                None => Ok(()),
            });
            if let Err(failure) = converted {
                self.machine.leave_to_sweep();
                self.sweep();
                return match failure {
                    migrate::Failure::Mismatch(mismatch) => {
                        let error = self.not_converted(line, each, &mismatch);
                        let why = migrate::why_not(&each.name, &mismatch);
                        Ok(Converting::Kept(each.name.clone(), why, error))
                    }
                    migrate::Failure::Run(trap) => Err(Error::Runtime(self.describe(&trap))),
                };
            }
            filled.push(place);
        }
        for place in filled {
            place.is_bound.set(true);
        }
        guide.give_up(&self.machine);
        Ok(Converting::Done(done))
    }

    fn not_converted(&self, line: &Ready, held: &Held, mismatch: &Mismatch) -> Error {
        let name = &held.name;
        let (owner, field) = mismatch.owner.clone().unwrap_or_default();
        let why = migrate::why_not(name, mismatch);
        let message = format!("the value of `{name}` cannot be converted: {why}");
        let label = match &mismatch.reason {
            Reason::Types(old, new) if old == new => "other methods from now on".to_owned(),
            Reason::Types(_, new) => format!("`{new}` from now on"),
            Reason::NoDefault => "no value for it".to_owned(),
            Reason::NoVariant => format!("no `{field}` any more"),
            Reason::SameKeys => "one key for two".to_owned(),
        };
        let home = self.front.home;
        let place = |env: &Env| {
            let def = env.module(home).names.get(owner.as_str())?;
            Some(field_place(env, *def, &field))
        };
        let mut error = Diagnostic::error("live-values", message);
        if let Some(span) = place(&line.compiled.env) {
            error = error.at(span, label);
        }
        if let Some(span) = place(&line.before) {
            error = error.also(span, "as it was");
        }
        let variable = line.before.def(held.former).span;
        if self.front.sources.file(variable.file).name != VARIABLES {
            error = error.also(variable, format!("`{name}` holds a value of the old type"));
        }
        error = error.help(format!("give `{name}` a new value in the same entry, or take back the entry that made it with `:undo`"));
        self.front.rejected([&error].into_iter())
    }
}

/// Where a field or variant is declared, or else its type.
fn field_place(env: &Env, def: DefId, name: &str) -> Span {
    let found = env.def(def);
    let part = match &found.kind {
        DefKind::Struct(found) => found.fields.iter().find(|f| f.name == name).map(|f| f.span),
        DefKind::Enum(found) => {
            let variant = found.variants.iter().find(|v| v.name == name);
            variant.map(|variant| variant.span)
        }
        DefKind::Fn(_)
        | DefKind::Trait(_)
        | DefKind::Global(_)
        | DefKind::Const(_)
        | DefKind::ExternType { .. } => None,
    };
    part.unwrap_or(found.span)
}

/// Whether a variable holds values of one of the types, or of a former one that a type of these names may take back.
fn holds(env: &Env, def: DefId, types: &FxHashSet<DefId>, names: &[SmolStr]) -> bool {
    let is_changed = |def: &DefId| {
        types.contains(def) || env.is_former(*def) && names.contains(&env.def(*def).name)
    };
    match &env.def(def).kind {
        // Values of earlier entries stay what they were.
        DefKind::Global(global) if global.origin != GlobalOrigin::Hidden => {
            global.ty.is_some_and(|ty| {
                ty.any_part(&mut |part| match part.kind() {
                    TyKind::Adt(def, _) | TyKind::Any(def, _) => is_changed(def),
                    _ => false,
                })
            })
        }
        _ => false,
    }
}
