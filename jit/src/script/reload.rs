//! Another text for a script that lives on: functions are exchanged, variables keep their values, those of changed types are converted.
//! All of it comes about or nothing.

use std::fmt;
use std::rc::Rc;

use compiler::env::{DefId, DefKind, Env, GlobalOrigin};
use compiler::incremental::{Fingerprint, interface_of};
use compiler::own::{self, Reach};
use rustc_hash::{FxHashMap, FxHashSet};
use stdlib::convert::finds_by_code;

use super::keep::{Version, resets};
use super::{Cell, Living, MaybeRenamed, Script, Unusable, busy, renames};
use crate::build::{Build, Place, Standing};
use crate::migrate::{self, Advisers, Failure, Guide, NewCode};
use crate::report::Error;
use crate::saved::Share;

/// What a reload did to the state of a script, or would do: the names of variables. Those that are not named keep their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Of a changed type: converted, field by field.
    pub converted: Vec<String>,
    /// A `let` whose text changed, or that of what it is computed from: computed anew.
    pub computed: Vec<String>,
    /// With another name, by `@was`: the former one and the new one.
    pub renamed: Vec<(String, String)>,
    /// New ones, with their first values.
    pub added: Vec<String>,
    /// Those that could not be converted: they have their first values again.
    pub reset: Vec<Reset>,
    /// Parts of variables that could not be converted, the first few of each: they have the defaults of their fields.
    pub lost: Vec<Reset>,
    /// Those that are no longer in the text.
    pub dropped: Vec<String>,
    /// Variables that hold a closure which goes on with the code of a former text, as nothing in the new one is it for certain.
    pub former_code: Vec<Reset>,
    /// Lines with statements that are new. They run when a script is loaded for the first time, not now.
    pub not_run: Vec<usize>,
    /// Functions that the host holds and that cannot be called by this text: it has none of that name and type.
    pub unusable: Vec<Unusable>,
    /// What is gone while something of the same type is new: the same by another name, perhaps, whose value would be kept if the text said so.
    pub maybe_renamed: Vec<MaybeRenamed>,
    /// How many units of code were compiled.
    pub compiled: usize,
}

/// A variable, or a part of one, whose value was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// Its name.
    pub name: String,
    /// Why its value could not become one of the new type.
    pub why: String,
}

impl fmt::Display for Reloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let lists = [
            ("converted", &self.converted),
            ("computed anew", &self.computed),
            ("new", &self.added),
            ("dropped", &self.dropped),
        ];
        for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
            parts.push(format!("{what}: {}", names.join(", ")));
        }
        for (former, new) in &self.renamed {
            parts.push(format!("{former} is now {new}"));
        }
        for Reset { name, why } in &self.reset {
            parts.push(format!("back to its first value: {name} ({why})"));
        }
        for Reset { name, why } in &self.lost {
            parts.push(format!("the default: {name} ({why})"));
        }
        for Reset { name, why } in &self.former_code {
            parts.push(format!("a function with its former code: {name} ({why})"));
        }
        if !self.not_run.is_empty() {
            let lines: Vec<String> = self.not_run.iter().map(ToString::to_string).collect();
            parts.push(format!("not run: lines {}", lines.join(", ")));
        }
        for Unusable { name, why, .. } in &self.unusable {
            parts.push(format!("cannot be called any more: {name} ({why})"));
        }
        for MaybeRenamed { former, new, write } in &self.maybe_renamed {
            parts.push(format!(
                "if {former} is {new} now, write `{write}`, and its value is kept"
            ));
        }
        match parts.is_empty() {
            true => f.write_str("all values kept"),
            false => f.write_str(&parts.join("; ")),
        }
    }
}

/// A script as it was before a reload.
pub(super) struct Former {
    text: String,
    version: Rc<Version>,
    standing: Standing,
    /// The values of all variables, in places of their own.
    values: Vec<Place>,
    /// The places of those that are of another type now, or gone.
    places: Vec<Place>,
    bound: FxHashMap<DefId, Fingerprint>,
    code_in: FxHashMap<DefId, Reach>,
}

/// A text that was read in place of another one.
struct Read {
    /// What the other one defined.
    before: Env,
    /// The types that are others now.
    changed: Vec<DefId>,
    /// Which variable gets the value of each that is of another type, or gone.
    heirs: Vec<Option<DefId>>,
    /// What values get that have code.
    newer: NewCode,
    /// Which do not.
    former_code: Vec<Reset>,
}

impl Script {
    /// Goes on with another text: functions are exchanged, and variables keep their values. A value of a changed type is converted by the names
    /// of fields and variants, at any depth; new fields get their defaults. On an error, also one of code that runs for it, all is as before.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// let game = engine.load("game.sumi", "
    ///     struct Ship { x: i64 }
    ///     var ship = Ship(3)
    ///     fn step() -> i64 { ship.x += 1; ship.x }
    /// ")?;
    /// let step = game.function::<fn() -> i64>("step")?;
    /// assert_eq!(step.call()?, 4);
    /// let done = game.reload("
    ///     struct Ship { x: i64, speed: i64 = 10 }
    ///     var ship = Ship(3)
    ///     fn step() -> i64 { ship.x += ship.speed; ship.x }
    /// ")?;
    /// assert_eq!(done.converted, ["ship"]);
    /// assert_eq!(step.call()?, 14);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn reload(&self, text: &str) -> Result<Reloaded, Error> {
        let mut living = self.idle()?;
        let (mut done, former) = living.exchange(text)?;
        living.warn();
        living.former = Some(former);
        living.is_on_trial = false;
        done.unusable = living.enter_newest();
        living.build.forget_background();
        living.remove_old_code();
        Ok(done)
    }

    /// Has the code made that a reload to this text needs, in a thread of its own, so that no frame is late for it: false while that goes on, true when
    /// `reload`, `try_out` and `preview` find it there. To be called between frames until then, which takes as long as it takes to read the text; if
    /// it is not, they make the code themselves. Nothing of the text runs, and nothing changes. An error for a mistake in it, as `reload` would give.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// let game = engine.load("game.sumi", "fn step() -> i64 = 1")?;
    /// let step = game.function::<fn() -> i64>("step")?;
    /// let text = "fn step() -> i64 = 2";
    /// while !game.prepare(text)? {
    ///     step.call()?; // the game goes on
    /// }
    /// game.reload(text)?;
    /// assert_eq!(step.call()?, 2);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn prepare(&self, text: &str) -> Result<bool, Error> {
        self.idle()?.prepare(text)
    }

    /// As [`Script::reload`], for the time being: until [`Script::accept`] a call that ends with a runtime error takes it back by itself, as
    /// [`Script::roll_back`] does, and [`Script::is_on_trial`] is false from then on. A game would keep what has done well for some frames.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// let game = engine.load("game.sumi", "var n = 1\nfn step() -> i64 { n += 1; n }")?;
    /// let step = game.function::<fn() -> i64>("step")?;
    /// game.try_out("var n = 1\nfn step() -> i64 { n += 100; [n][n] }")?;
    /// assert!(step.call().is_err());
    /// assert!(!game.is_on_trial());
    /// assert_eq!(step.call()?, 2);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn try_out(&self, text: &str) -> Result<Reloaded, Error> {
        let done = self.reload(text)?;
        self.idle()?.is_on_trial = true;
        Ok(done)
    }

    /// Whether a call that fails would take the last reload back.
    pub fn is_on_trial(&self) -> bool {
        self.0.try_borrow().is_ok_and(|living| living.is_on_trial)
    }

    /// What [`Script::reload`] would do; nothing changes. Code that computes values for it runs.
    pub fn preview(&self, text: &str) -> Result<Reloaded, Error> {
        let mut living = self.idle()?;
        let (mut done, former) = living.exchange(text)?;
        done.unusable = living.unusable();
        living.restore(former)?;
        Ok(done)
    }

    /// Takes the last reload back: the text and all values are as they were right before it. False if there is nothing to take back.
    pub fn roll_back(&self) -> Result<bool, Error> {
        self.idle()?.take_back()
    }

    /// Gives up what [`Script::roll_back`] would need: the values of before, and their code.
    pub fn accept(&self) {
        if let Ok(mut living) = self.0.try_borrow_mut() {
            living.former = None;
            living.is_on_trial = false;
            living.remove_old_code();
        }
    }

    /// The script, while none of the engine's runs.
    pub(super) fn idle(&self) -> Result<std::cell::RefMut<'_, Living>, Error> {
        let living = self.0.try_borrow_mut().map_err(|_| busy())?;
        match living.machine().is_running() {
            false => Ok(living),
            true => Err(Error::signature(
                "a script cannot be exchanged while one runs: do it between two calls",
            )),
        }
    }
}

impl Living {
    /// The text becomes another one. On an error everything is as before.
    fn exchange(&mut self, text: &str) -> Result<(Reloaded, Former), Error> {
        self.build.refuse_long(text)?;
        let name = self.build.name.clone();
        self.exchange_by(text, |build| build.edit(&name, text))
    }

    /// As [`Living::exchange`], with the modules that there are, whatever their texts are by now.
    pub(super) fn exchange_alone(&mut self, text: &str) -> Result<(Reloaded, Former), Error> {
        self.exchange_by(text, |build| build.edit_alone(text))
    }

    fn exchange_by(
        &mut self,
        text: &str,
        edit: impl FnOnce(&mut Build),
    ) -> Result<(Reloaded, Former), Error> {
        let mut former = self.remembered();
        match self.become_text(text, edit, &mut former) {
            Ok(done) => Ok((done, former)),
            Err(error) => {
                self.restore(former)?;
                Err(error)
            }
        }
    }

    /// See [`Script::roll_back`].
    pub(super) fn take_back(&mut self) -> Result<bool, Error> {
        self.is_on_trial = false;
        let Some(former) = self.former.take() else {
            return Ok(false);
        };
        self.restore(former)?;
        self.enter_newest();
        self.remove_old_code();
        Ok(true)
    }

    pub(super) fn remembered(&self) -> Former {
        let places = self.build.places.all();
        let values = places.filter_map(|place| place.copied(self.machine()));
        Former {
            text: self.text.clone(),
            version: Rc::clone(&self.version),
            standing: self.build.standing(),
            values: values.collect(),
            places: Vec::new(),
            bound: self.bound.clone(),
            code_in: self.code_in.clone(),
        }
    }

    /// As it was, whatever has become of it since.
    pub(super) fn restore(&mut self, former: Former) -> Result<(), Error> {
        self.newer = Rc::default();
        self.build.stand_on(former.standing);
        self.build.edit_alone(&former.text);
        self.text = former.text;
        self.new_functions.clear();
        self.version = former.version;
        self.build.note_sources();
        // What a run that failed has left is counted anew by the sweep. What has no name may have another id.
        let env = self.build.text.env().clone();
        let places = former.places.into_iter();
        for place in places.filter(|place| env.try_def(place.global.def).is_some()) {
            if let Some(newer) = self.build.places.get(place.global.def) {
                newer.global.forget();
            }
            self.build.places.insert(place);
        }
        self.link_known()?;
        let values = former.values.iter().map(|place| (place.global.def, place));
        let values: FxHashMap<DefId, &Place> = values.collect();
        for place in self.build.places.all_mut() {
            place.become_as(values.get(&place.global.def).copied());
        }
        self.machine().leave_to_sweep();
        (self.bound, self.code_in) = (former.bound, former.code_in);
        self.machine().sweep([]);
        self.build.leave_places();
        Ok(())
    }

    /// Reads the text and has in memory what was there of the former one, and what values get that have code. Nothing runs.
    fn read(&mut self, edit: impl FnOnce(&mut Build), former: &mut Former) -> Result<Read, Error> {
        let before = self.build.text.env().clone();
        self.build.codes.compiled = 0;
        edit(&mut self.build);
        self.refuse_mistakes()?;
        self.build.note_sources();
        former.places = self.build.places.take_others(self.build.text.env());
        self.link_known()?;
        let changed = changed_types(&before, self.build.text.env());
        let heirs = heirs(&before, self.build.text.env(), &former.places);
        let mut values = self.values(&before);
        for (place, heir) in former.places.iter().zip(&heirs) {
            if let (Some(_), Some(root)) = (heir, place.global.root()) {
                values.push((before.def(place.global.def).name.clone(), root));
            }
        }
        let mut former_code = Vec::new();
        let newer = self.new_code(&before, &changed, &values, &mut former_code)?;
        Ok(Read {
            before,
            changed,
            heirs,
            newer,
            former_code,
        })
    }

    /// See [`Script::prepare`].
    fn prepare(&mut self, text: &str) -> Result<bool, Error> {
        self.build.refuse_long(text)?;
        if !self.build.enter_background() {
            return Ok(false);
        }
        let mut former = self.remembered();
        let linked = self.link_ahead(text, &mut former);
        let is_missing = self.build.leave_background();
        self.restore(former)?;
        match is_missing {
            true => Ok(false),
            false => linked.map(|()| true),
        }
    }

    /// Has in memory what a reload needs, without running anything.
    fn link_ahead(&mut self, text: &str, former: &mut Former) -> Result<(), Error> {
        let name = self.build.name.clone();
        let read = self.read(|build| build.edit(&name, text), former)?;
        self.advisers(&self.with_new_names(&read.changed))?;
        let mut result = Ok(());
        for (source, index) in self.cells() {
            // No statement runs again.
            if !source.cells()[index].defines.is_empty() {
                let linked = self.linked(&source).map(drop);
                if linked.is_err() && !self.build.is_missing() {
                    return linked;
                }
                result = result.and(linked);
            }
        }
        self.link_entered();
        result
    }

    fn become_text(
        &mut self,
        text: &str,
        edit: impl FnOnce(&mut Build),
        former: &mut Former,
    ) -> Result<Reloaded, Error> {
        let Read {
            before,
            changed,
            heirs,
            newer,
            former_code,
        } = self.read(edit, former)?;
        let mut done = Reloaded {
            former_code,
            ..Reloaded::default()
        };
        self.newer = Rc::new(newer);
        let home = self.build.front.home;
        let is_own = |def: DefId| before.def(def).module == home && is_variable(&before, def);
        for (place, heir) in former.places.iter().zip(&heirs) {
            let def = place.global.def;
            let name = before.def(def).name.to_string();
            match heir {
                Some(heir) if *heir != def => {
                    let known = self.code_in.remove(&def);
                    self.code_in.extend(known.map(|reach| (*heir, reach)));
                    let new = self.build.text.env().def(*heir).name.to_string();
                    done.renamed.push((name, new));
                }
                None if is_own(def) => done.dropped.push(name),
                Some(_) | None => {}
            }
        }
        let is_there = |def: &DefId| {
            let found = self.build.text.env().try_def(*def);
            found.is_some_and(|found| matches!(found.kind, DefKind::Global(_)))
        };
        self.bound.retain(|def, _| is_there(def));
        self.code_in.retain(|def, _| is_there(def));
        let inherited = former.places.iter().zip(heirs);
        let inherited = inherited.filter_map(|(place, heir)| Some((place, heir?)));
        self.convert(&changed, inherited.collect(), &mut done)?;
        self.make_anew(&mut done)?;
        let newer = std::mem::take(&mut self.newer);
        self.note_stayed(&newer, &mut done.former_code);
        drop(newer);
        self.refuse_held(&before)?;
        for cell in self.cells() {
            self.bring_up_to_date(&cell, &mut done)?;
        }
        done.compiled = self.build.codes.compiled;
        text.clone_into(&mut self.text);
        self.version = Version::of(self.build.text.env());
        self.build.leave_places();
        for list in [
            &mut done.converted,
            &mut done.computed,
            &mut done.added,
            &mut done.dropped,
        ] {
            list.sort();
        }
        self.new_functions = match self.has_lost_a_function() {
            true => new_functions(&before, self.build.text.env()),
            false => FxHashSet::default(),
        };
        done.maybe_renamed = renames::guessed(
            &before,
            self.build.text.env(),
            home,
            &changed,
            &done.dropped,
        );
        Ok(done)
    }

    /// The values of variables whose type is another one now.
    fn convert(
        &mut self,
        changed: &[DefId],
        inherited: Vec<(&Place, DefId)>,
        done: &mut Reloaded,
    ) -> Result<(), Error> {
        let env = self.build.text.env().clone();
        if inherited.is_empty() {
            return Ok(());
        }
        let functions = self.advisers(&self.with_new_names(changed))?;
        let newer = Rc::clone(&self.newer);
        let guide = Guide::new(&env, self.build.front.home, &functions, &newer);
        let mut outcome = Ok(());
        for (old, def) in inherited {
            let Some(source) = self.build.owner(def) else {
                continue;
            };
            let linked = self.linked(&source)?;
            let (Some(place), Some(by)) = (self.build.places.get_mut(def), linked.global(def))
            else {
                continue;
            };
            if !old.global.is_bound.get() {
                continue;
            }
            place.describe(by, &linked);
            let global = Rc::clone(&place.global);
            let name = env.def(def).name.to_string();
            match migrate::convert(&self.build.machine, &old.global, &global, &guide) {
                Ok(lost) => {
                    global.is_bound.set(true);
                    done.lost.extend(resets(&name, &lost));
                    if old.interface != interface_of(&env, def) && old.global.def == def {
                        done.converted.push(name);
                    }
                }
                Err(Failure::Mismatch(mismatch)) => {
                    global.forget();
                    self.machine().leave_to_sweep();
                    let why = migrate::why_not(&name, &mismatch);
                    done.reset.push(Reset { name, why });
                }
                Err(Failure::Run(trap)) => {
                    global.forget();
                    outcome = Err(Error::Runtime(self.describe(&trap)));
                    break;
                }
            }
        }
        guide.give_up(&self.build.machine);
        outcome
    }

    /// What these types have to say of their values.
    pub(super) fn advisers(&mut self, types: &[DefId]) -> Result<Advisers, Error> {
        let mut found = Advisers::default();
        for function in migrate::advising_functions(self.build.text.env(), types) {
            if let Some(source) = self.build.owner(function)
                && let Some(place) = self.linked(&source)?.function(function)
            {
                found.insert(function, place);
            }
        }
        Ok(found)
    }

    /// These types, and those that say that they were called otherwise.
    fn with_new_names(&self, changed: &[DefId]) -> Vec<DefId> {
        let env = self.build.text.env();
        let renamed = env.defs().filter(|def| def.was.is_some());
        let changed = changed.iter().copied();
        let changed = changed.filter(|def| env.try_def(*def).is_some());
        changed.chain(renamed.map(|def| def.id)).collect()
    }

    /// Where keys are in a map depends on their `hash`, which may be other code now if it is the script's own; and `any`s and functions may get other code.
    fn make_anew(&mut self, done: &mut Reloaded) -> Result<(), Error> {
        let newer = Rc::clone(&self.newer);
        let places = self.build.places.all();
        let env = self.build.text.env();
        let found = places.filter(|place| {
            place.global.is_bound.get()
                && (finds_by_code(place.global.desc(), false)
                    || !self.newer.is_empty() && own::may_hold_code(env, place.global.def))
        });
        for def in found.map(|place| place.global.def).collect::<Vec<DefId>>() {
            let Some(source) = self.build.owner(def) else {
                continue;
            };
            let linked = self.linked(&source)?;
            let machine = Rc::clone(&self.build.machine);
            let (Some(place), Some(by)) = (self.build.places.get_mut(def), linked.global(def))
            else {
                continue;
            };
            let share = place.unit().and_then(|unit| Share::of(&place.global, unit));
            let Some(share) = share.map(|share| machine.hold(share)) else {
                continue;
            };
            place.clear();
            place.describe(by, &linked);
            let name = self.build.text.env().def(def).name.to_string();
            match self.fitted_or_not(def, &name, &share, false)? {
                Ok(fitted) => self.receive(def, &fitted.share, Some(&newer.reach)),
                Err(why) => done.reset.push(Reset { name, why }),
            }
        }
        Ok(())
    }

    /// Runs a cell that binds what has no value, or a `let` that would have another one.
    fn bring_up_to_date(&mut self, cell: &Cell, done: &mut Reloaded) -> Result<(), Error> {
        let (source, index) = cell;
        let info = &source.cells()[*index];
        if info.defines.is_empty() {
            self.note_statement(cell, done);
            return Ok(());
        }
        let env = self.build.text.env();
        let is_let = info.defines.iter().all(|def| !is_var(env, *def));
        let names = info
            .defines
            .iter()
            .map(|def| env.def(*def).name.to_string());
        let names: Vec<String> = names.collect();
        let is_unbound = info.defines.iter().any(|def| {
            let place = self.build.places.get(*def);
            place.is_none_or(|place| !place.global.is_bound.get() && !place.global.is_torn.get())
        });
        let reach = self.reach(info);
        let is_other = is_let && {
            let print = self.print(source, *index, &reach)?;
            let mut known = info.defines.iter();
            known.any(|def| self.bound.get(def) != Some(&print))
        };
        if !is_unbound && !is_other {
            self.note(info, &reach);
            return Ok(());
        }
        let is_new = info.defines.iter().any(|def| !self.bound.contains_key(def));
        self.run(cell)?;
        let is_named = |name: &String| names.contains(name);
        if is_let {
            // That it was converted, or could not be, is of no interest.
            done.converted.retain(|name| !is_named(name));
            done.reset.retain(|reset| !is_named(&reset.name));
            done.former_code.retain(|kept| !is_named(&kept.name));
            let is_part = |lost: &Reset| {
                names.iter().any(|name| {
                    lost.name
                        .strip_prefix(name.as_str())
                        .is_some_and(|rest| rest.starts_with(['.', '[']))
                })
            };
            done.lost.retain(|lost| !is_part(lost));
        }
        let was_reset = done.reset.iter().any(|reset| is_named(&reset.name));
        match (is_new, was_reset) {
            (true, _) => done.added.extend(names),
            (false, false) => done.computed.extend(names),
            (false, true) => {}
        }
        Ok(())
    }

    fn note_statement(&self, (source, index): &Cell, done: &mut Reloaded) {
        let span = source.cells()[*index].span;
        if self.build.text.is_new(span.file) {
            let sources = &self.build.front.sources;
            let span = sources.current(span);
            done.not_run
                .push(sources.file(span.file).shown(span.start).line as usize);
        }
    }

    /// Values hold functions that were made by code which does not fit the new one.
    fn refuse_held(&self, before: &Env) -> Result<(), Error> {
        let values = self.values(self.build.text.env());
        let Some(def) = self.outdated(&values) else {
            return Ok(());
        };
        let name = &before.def(def).name;
        Err(refused(format!(
            "a variable holds a function that was made by the former code and uses `{name}`, which has changed: \
             give it another value first"
        )))
    }

    pub(super) fn remove_old_code(&mut self) {
        self.build.forget_gone();
        self.build.remove_old_code([]);
    }
}

/// Which variable gets the value of each of these: that of the same name, or the one that says that it was called so.
fn heirs(before: &Env, now: &Env, former: &[Place]) -> Vec<Option<DefId>> {
    let globals = now.defs().filter(|def| is_variable(now, def.id));
    let renamed = globals.filter_map(|def| Some((def.was.as_ref()?, def)));
    let renamed: Vec<_> = renamed.collect();
    let heir = |place: &Place| {
        let def = place.global.def;
        if now.try_def(def).is_some() {
            return Some(def);
        }
        let former = before.def(def);
        let mut heirs = renamed
            .iter()
            .filter(|(was, new)| **was == former.name && new.module == former.module);
        let heir = heirs.find(|(_, new)| before.try_def(new.id).is_none());
        heir.map(|(_, new)| new.id)
    };
    former.iter().map(heir).collect()
}

fn new_functions(before: &Env, now: &Env) -> FxHashSet<DefId> {
    let functions = now.defs().filter(|def| matches!(def.kind, DefKind::Fn(_)));
    let new = functions.filter(|def| before.try_def(def.id).is_none());
    new.map(|def| def.id).collect()
}

/// The types and traits of the program that are others now, or gone.
pub(super) fn changed_types(before: &Env, now: &Env) -> Vec<DefId> {
    let is_type = |def: &&std::sync::Arc<compiler::env::Def>| {
        let kind = &def.kind;
        matches!(
            kind,
            DefKind::Struct(_) | DefKind::Enum(_) | DefKind::Trait(_)
        )
    };
    let own = before.defs().filter(|def| !before.is_library(def.module));
    let types = own.filter(is_type).map(|def| def.id);
    let is_other = |def: &DefId| {
        now.try_def(*def).is_none() || interface_of(now, *def) != interface_of(before, *def)
    };
    types.filter(is_other).collect()
}

fn refused(message: String) -> Error {
    Error::Reload { message }
}

pub(super) fn is_variable(env: &Env, def: DefId) -> bool {
    let found = env.try_def(def).map(|def| &def.kind);
    matches!(found, Some(DefKind::Global(global)) if global.origin == GlobalOrigin::Sumi)
}

pub(super) fn is_var(env: &Env, def: DefId) -> bool {
    matches!(&env.def(def).kind, DefKind::Global(global) if global.is_var)
}
