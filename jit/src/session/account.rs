//! What an entry did, kept for whoever asks why: what it defined, compiled again, converted, read and changed.

use compiler::env::{DefId, Env};
use compiler::mir::outside::Outside;
use smol_str::SmolStr;

use super::Session;
use super::history::Entry;
use super::script::first_line;
use super::show::Showing;
use crate::front::Ready;
use crate::report::{Converted, Kept};

/// Something that was compiled again, and the changed name that it mentions.
#[derive(Clone, Debug)]
pub(super) struct Again {
    pub(super) title: String,
    pub(super) because: Option<SmolStr>,
}

#[derive(Default)]
pub(super) struct Account {
    /// What it gave new definitions of, and what was there before.
    pub(super) defined: Vec<(String, bool)>,
    pub(super) again: Vec<Again>,
    pub(super) converted: Vec<Converted>,
    pub(super) kept: Vec<Kept>,
    reads: Vec<String>,
    /// It called what may touch any variable.
    touches_anything: bool,
    pub(super) outside: Outside,
}

impl Account {
    /// What the cells of an entry may touch.
    pub(super) fn of_cells(line: &Ready, values: &dyn Fn(DefId) -> Option<String>) -> Account {
        let env = &line.compiled.env;
        let mut account = Account::default();
        let own: Vec<DefId> = line.compiled.unit.globals.clone();
        for cell in &line.compiled.cells {
            let effects = &cell.effects;
            account.touches_anything |= effects.is_unsure();
            account.outside = account.outside.union(effects.named_outside);
            for def in effects.reads.iter().filter(|def| !own.contains(def)) {
                let name = values(*def).unwrap_or_else(|| name(env, *def));
                if !account.reads.contains(&name) {
                    account.reads.push(name);
                }
            }
        }
        account
    }

    fn mentions(&self, name: &str) -> Option<String> {
        if let Some((_, was_there)) = self.defined.iter().find(|(known, _)| known == name) {
            let again = if *was_there { " anew" } else { "" };
            return Some(format!("defined `{name}`{again}"));
        }
        if let Some(again) = self.again.iter().find(|again| is_title(&again.title, name)) {
            let title = &again.title;
            return Some(match &again.because {
                Some(because) => {
                    format!("compiled `{title}` again, since it mentions `{because}`")
                }
                None => format!("compiled `{title}` again"),
            });
        }
        let mut converted = self.converted.iter();
        if let Some(found) = converted.find(|each| each.names.iter().any(|n| n == name)) {
            return Some(format!("converted `{name}`: {}", steps(found)));
        }
        let kept = self.kept.iter().find(|kept| kept.name == name)?;
        Some(format!(
            "left `{name}` as it was, `{}`: {}",
            kept.ty, kept.why
        ))
    }
}

/// `impl Speak for Dog` is found by `Dog` and `Speak`, too.
fn is_title(title: &str, name: &str) -> bool {
    title.split([' ', ',']).any(|word| word == name)
}

fn steps(converted: &Converted) -> String {
    match converted.steps.is_empty() {
        true => "all as it was".to_owned(),
        false => converted.steps.join("; "),
    }
}

fn name(env: &Env, def: DefId) -> String {
    env.try_def(def)
        .map_or_else(String::new, |found| found.name.to_string())
}

impl Session {
    /// What the last entry did and why, or what became of a name, or what entry `$3` did.
    pub fn why(&self, what: &str) -> Result<String, String> {
        let number = what.strip_prefix('$').unwrap_or(what).parse::<u32>().ok();
        match number {
            _ if what.is_empty() => {
                let last = self.history.back();
                let last = last.ok_or("nothing was entered yet that counts")?;
                Ok(self.why_entry(last))
            }
            Some(number) => {
                let entry = self.history.iter().find(|entry| entry.number == number);
                let entry = entry.ok_or_else(|| self.no_entry(number))?;
                Ok(self.why_entry(entry))
            }
            None => self.why_name(what),
        }
    }

    /// Why there is no entry of this number.
    pub fn no_entry(&self, number: u32) -> String {
        let (first, last) = (self.history.front(), self.history.back());
        match (first, last) {
            (Some(first), _) if number > 0 && number < first.number => format!(
                "entry {number} is too far back: entries from {} on are kept",
                first.number
            ),
            (_, Some(last)) => format!(
                "there is no entry {number}: the last one is {}",
                last.number
            ),
            _ => format!("there is no entry {number}: nothing was entered yet that counts"),
        }
    }

    fn why_entry(&self, entry: &Entry) -> String {
        let account = &entry.account;
        let mut out = format!("entry {}: {}\n", entry.number, first_line(&entry.told.text));
        let mut say = |line: String| out += &format!("  {line}\n");
        for (name, was_there) in &account.defined {
            let again = if *was_there { " anew" } else { "" };
            say(format!("defined `{name}`{again}"));
        }
        for Again { title, because } in &account.again {
            let because = because.as_ref().map_or(String::new(), |because| {
                format!(", since it mentions `{because}`")
            });
            say(format!("compiled `{title}` again{because}; it did not run"));
        }
        for converted in &account.converted {
            let names = quoted(&converted.names);
            say(format!("converted {names}: {}", steps(converted)));
        }
        for Kept { name, ty, why } in &account.kept {
            say(format!("left `{name}` as it was, `{ty}`: {why}"));
        }
        if !account.reads.is_empty() {
            say(format!("read {}", quoted(&account.reads)));
        }
        if account.touches_anything {
            say("called what may read and change any variable".to_owned());
        }
        for (index, saved) in entry.saved.iter().enumerate() {
            let (before, after) = self.around(entry, index);
            let Some(name) = self.front.env.try_def(saved.def()).filter(|def| {
                let names = &self.front.env.module(def.module).names;
                names.get(&def.name) == Some(&def.id)
            }) else {
                continue; // another has its name by now
            };
            let name = &name.name;
            match before == after {
                true if account.touches_anything => {}
                true => say(format!("could have changed `{name}`, which is as it was")),
                false => say(format!("changed `{name}`: {before} → {after}")),
            }
        }
        let Outside { reads, writes } = account.outside;
        if !reads.without(writes).is_none() {
            say(format!("read {} outside", reads.without(writes)));
        }
        if !writes.is_none() {
            say(format!(
                "changed {} outside, which `:undo` does not take back",
                writes
            ));
        }
        out
    }

    /// The text of a variable before and after an entry.
    fn around(&self, entry: &Entry, index: usize) -> (String, String) {
        let saved = &entry.saved[index];
        let later = self
            .history
            .iter()
            .filter(|other| other.number > entry.number);
        let next = later
            .flat_map(|other| &other.saved)
            .find(|other| other.of() == saved.of());
        let after = match next {
            Some(next) => next.root(),
            None => saved.now(),
        };
        let text = |root: Option<stdlib::Root>| match root {
            // SAFETY: a descriptor of a unit that the saved state keeps.
            Some((desc, value)) => short(&self.text_of(unsafe { &*desc }, value).0),
            None => "no value".to_owned(),
        };
        (text(saved.root()), text(after))
    }

    fn why_name(&self, name: &str) -> Result<String, String> {
        let mut lines = Vec::new();
        for entry in &self.history {
            let mut said: Vec<String> = entry.account.mentions(name).into_iter().collect();
            let of_name = |def| self.front.env.try_def(def).is_some_and(|d| d.name == name);
            for (index, saved) in entry.saved.iter().enumerate() {
                let (before, after) = match of_name(saved.def()) {
                    true => self.around(entry, index),
                    false => continue,
                };
                if before != after {
                    said.push(format!("changed it: {before} → {after}"));
                }
            }
            let text = first_line(&entry.told.text);
            let number = entry.number;
            lines.extend(
                said.iter()
                    .map(|said| format!("entry {number} {said}    ({text})")),
            );
        }
        if lines.is_empty() {
            let home = self.front.env.module(self.front.home);
            return match home.names.contains_key(name) || home.imports.contains_key(name) {
                true => Err(format!(
                    "no entry that can be taken back did anything to `{name}`"
                )),
                false => Err(format!("no entry defined `{name}`{}", self.near(name))),
            };
        }
        Ok(lines.join("\n") + "\n")
    }

    /// `; did you mean …?` of a name that is not known.
    pub(super) fn near(&self, name: &str) -> String {
        let home = self.front.env.module(self.front.home);
        let known = home.names.keys().chain(home.imports.keys());
        let mut known: Vec<&str> = known.map(SmolStr::as_str).collect();
        known.sort_unstable();
        match compiler::hir::nearest(name, known) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        }
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// So much of a value that two fit into a line.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
