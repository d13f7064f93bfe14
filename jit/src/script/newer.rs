//! What values hold of the code of a former text, and what they get instead: `any`s other tables, functions other code.

use compiler::any;
use compiler::env::{DefId, Env};
use compiler::mono::Key;
use compiler::own;
use compiler::types::Ty;
use indexmap::IndexMap;
use smol_str::SmolStr;
use stdlib::Root;
use stdlib::convert::head_of;

use super::{Living, Reset};
use crate::build::Outlived;
use crate::migrate::{self, NewCode};
use crate::report::Error;
use crate::session::each_any;

/// A value, by the name of the variable that has or had it.
pub(super) type Named = (SmolStr, Root);

impl Living {
    /// What these values get in the text as it is now; an error if one has to change and cannot. Which keep former code is told.
    pub(super) fn new_code(
        &mut self,
        before: &Env,
        changed: &[DefId],
        values: &[Named],
        kept: &mut Vec<Reset>,
    ) -> Result<NewCode, Error> {
        let mut newer = NewCode::default();
        if !changed.is_empty() || self.outdated(values).is_some() {
            self.add_tables(before, changed, values, &mut newer)?;
        }
        self.add_functions(values, &mut newer, kept)?;
        Ok(newer)
    }

    /// What `any`s get for the types in them, as the code that they have may not fit the new ones.
    fn add_tables(
        &mut self,
        before: &Env,
        changed: &[DefId],
        values: &[Named],
        newer: &mut NewCode,
    ) -> Result<(), Error> {
        let mut pairs: IndexMap<(String, String), (Ty, Ty)> = IndexMap::default();
        let mut refusal = None;
        let (env, home) = (self.build.text.env(), self.build.front.home);
        for (holder, (desc, address)) in values {
            // SAFETY: the descriptor of a value that is there.
            each_any(unsafe { &**desc }, *address, &mut |any, inside| {
                let names = (inside.name().to_owned(), any.name().to_owned());
                if refusal.is_some() || pairs.contains_key(&names) {
                    return;
                }
                let found =
                    migrate::type_of(env, home, inside).zip(migrate::type_of(env, home, any));
                match found {
                    Some((inside, any)) if any::fits(env, inside, any) => {
                        pairs.insert(names, (inside, any));
                    }
                    _ => {
                        let head = head_of(inside.name());
                        let is_changed = |def: &DefId| before.def(*def).name == head;
                        if found.is_some() || changed.iter().any(is_changed) {
                            refusal = Some((holder, names, found.is_some()));
                        }
                    }
                }
            });
        }
        if let Some((holder, (inside, any), is_there)) = refusal {
            return Err(refused(match is_there {
                true => format!(
                    "`{holder}` holds a `{inside}` as `{any}`, which it no longer can be: give `{holder}` another value first"
                ),
                false => format!(
                    "`{holder}` holds a `{inside}` in an `any`, which cannot become one of the new `{inside}`: \
                     give `{holder}` another value first"
                ),
            }));
        }
        if pairs.is_empty() {
            return Ok(());
        }
        let types = pairs.values().copied().collect();
        if let Some(source) = self.build.tables(types) {
            let names = pairs.into_keys().collect();
            newer.add_tables(names, self.linked(&source)?);
        }
        Ok(())
    }

    /// The code that functions and closures have by now.
    fn add_functions(
        &mut self,
        values: &[Named],
        newer: &mut NewCode,
        kept: &mut Vec<Reset>,
    ) -> Result<(), Error> {
        let codes = self.machine().code_in(values.iter().map(|(_, root)| *root));
        // By the function that they are of: an edit of one makes no code of others.
        let mut groups: IndexMap<SmolStr, Vec<(usize, bool, Key)>> = IndexMap::default();
        for outlived in self.build.outlived(&codes) {
            let Outlived {
                code,
                may_stay,
                newest,
                name,
            } = outlived;
            match newest {
                Some(key) => groups.entry(name).or_default().push((code, may_stay, key)),
                None if may_stay => {
                    let why =
                        format!("which closure of `{name}` it is now is not clear, or it is gone");
                    self.tell_kept(values, code, why, kept);
                }
                None => {}
            }
        }
        for group in groups.into_values() {
            let env = self.build.text.env().clone();
            let code_in = |def: DefId| self.code_in.get(&def);
            for (_, _, (def, _)) in &group {
                if let Some(body) = env.function(*def).body() {
                    let reach = own::reach_of_code(&env, body.effects(), &code_in);
                    newer.reach.add(&reach);
                }
            }
            let keys = group.iter().map(|(_, _, key)| key.clone()).collect();
            if let Some(source) = self.build.values(keys) {
                let former = group.iter().map(|(code, may_stay, _)| (*code, *may_stay));
                newer.add_functions(former, self.linked(&source)?);
            }
        }
        Ok(())
    }

    /// Tells of values that could not get the code that their closures have by now.
    pub(super) fn note_stayed(&self, newer: &NewCode, kept: &mut Vec<Reset>) {
        let values = self.values(self.build.text.env());
        for code in newer.stayed.borrow().iter() {
            let why = "by now the closure captures what the value does not have".to_owned();
            self.tell_kept(&values, *code, why, kept);
        }
    }

    /// Tells once of each variable that has this code in it.
    fn tell_kept(&self, values: &[Named], code: usize, why: String, kept: &mut Vec<Reset>) {
        for (name, root) in values {
            let is_told = kept
                .iter()
                .any(|told| told.name == *name && told.why == why);
            if !is_told && self.machine().code_in([*root]).contains_key(&code) {
                let name = name.to_string();
                let why = why.clone();
                kept.push(Reset { name, why });
            }
        }
    }

    /// What code in these values is compiled against and is no longer so.
    pub(super) fn outdated(&self, values: &[Named]) -> Option<DefId> {
        let codes = self.machine().code_in(values.iter().map(|(_, root)| *root));
        self.build.outdated_of(&codes)
    }

    /// The values of all variables.
    pub(super) fn values(&self, env: &Env) -> Vec<Named> {
        let places = self.build.places.all();
        places
            .filter_map(|place| {
                let name = env.try_def(place.global.def)?.name.clone();
                Some((name, place.global.root()?))
            })
            .collect()
    }
}

fn refused(message: String) -> Error {
    Error::Reload { message }
}
