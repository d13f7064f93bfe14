//! Values that a host keeps: a share of a variable's value, and of all variables, to be put back, compared, and written as bytes or JSON.
//!
//! A kept value stays as it was made, with the descriptors and the code that it needs; when it is put into a variable whose type is
//! another one by then, it is converted as a reload converts variables. What comes from another script or from bytes is made anew in
//! this one's types, so that no script depends on the units of another.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use compiler::env::{DefId, DefKind, Env, GlobalOrigin, ModuleId};
use compiler::incremental::Fingerprint;
use compiler::own::Reach;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use stdlib::convert::{Mismatch, alike, finds_by_code};
use stdlib::portable::{self, Changes, File, Reading, Tree};
use stdlib::{Kind, Outside, Root, TypeDesc, value};

use super::asked::{Host, Wanted};
use super::reload::{changed_types, is_var, is_variable};
use super::{Cell as Item, Living, Reloaded, Reset, Script, busy};
use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;
use crate::migrate::{self, Failure, Guide};
use crate::report::Error;
use crate::saved::Share;

/// One text of a script: what a value was kept in.
pub(super) struct Version {
    env: Env,
}

impl Version {
    pub(super) fn of(env: &Env) -> Rc<Version> {
        Rc::new(Version { env: env.clone() })
    }
}

/// The value that a variable of a script had. It takes the same time to keep whatever it holds, since values are shared, and what a script does afterwards does
/// not change it. It may outlive the variable, the script's handle and the engine; what it needs stays with it.
///
/// ```
/// # let mut engine = jit::Engine::new(jit::Config::default())?;
/// let game = engine.load("game.sumi", "
///     struct Ship { x: f64, cargo: [str] }
///     var ship = Ship(1, [\"tea\"])
///     fn step() { ship.x += 1; ship.cargo.push(\"salt\") }
/// ")?;
/// let step = game.function::<fn()>("step")?;
/// let before = game.keep("ship")?;
/// step.call()?;
/// assert_eq!(game.keep("ship")?.to_string(), r#"Ship(x: 2.0, cargo: ["tea", "salt"])"#);
/// game.put("ship", &before)?;
/// assert_eq!(game.keep("ship")?, before);
/// assert_eq!(before.to_json()?, r#"{"x":1.0,"cargo":["tea"]}"#);
/// # Ok::<(), jit::Error>(())
/// ```
#[derive(Clone)]
pub struct KeptValue(Rc<Held>);

struct Held {
    /// Given up before what it needs.
    share: Rc<Share>,
    /// Of which variable it is, or was read for.
    name: String,
    ty: Type,
    /// What functions in it may touch.
    reach: Option<Reach>,
    changes: Changes,
    version: Rc<Version>,
    script: Rc<RefCell<Living>>,
}

/// Which type a kept value has.
enum Type {
    /// That of a variable.
    Of(DefId),
    Named(String),
}

/// The values of all variables of a script at one moment.
///
/// ```
/// # let mut engine = jit::Engine::new(jit::Config::default())?;
/// let game = engine.load("game.sumi", "
///     var log = [0]
///     var turn = 0
///     fn step() { turn += 1; log.push(turn) }
/// ")?;
/// let step = game.function::<fn()>("step")?;
/// step.call()?;
/// let start = game.snapshot()?;
/// step.call()?;
/// game.restore(&start)?;
/// assert_eq!(game.get::<Vec<i64>>("log")?, [0, 1]);
/// # Ok::<(), jit::Error>(())
/// ```
#[derive(Clone)]
pub struct Snapshot(Rc<Shot>);

struct Shot {
    variables: Vec<Variable>,
    /// The script's own module.
    home: ModuleId,
    version: Rc<Version>,
    script: Rc<RefCell<Living>>,
}

struct Variable {
    def: DefId,
    share: Rc<Share>,
    /// Of a `let`, what it followed from.
    bound: Option<Fingerprint>,
    reach: Option<Reach>,
}

impl Script {
    /// The value that a variable has, of whatever type.
    pub fn keep(&self, name: &str) -> Result<KeptValue, Error> {
        let living = self.0.try_borrow().map_err(|_| busy())?;
        let def = living.variable(name)?;
        living.refuse_open(name, [def])?;
        let place = living.build.places.get(def);
        let share = place.and_then(|place| Share::of(&place.global, place.unit()?));
        let Some(share) = share else {
            return Err(no_value(name));
        };
        Ok(KeptValue(Rc::new(Held {
            share: living.machine().hold(share),
            name: name.to_owned(),
            ty: Type::Of(def),
            reach: living.code_in.get(&def).cloned(),
            changes: Changes::default(),
            version: Rc::clone(&living.version),
            script: Rc::clone(&self.0),
        })))
    }

    /// Gives a variable a value that was kept. If its type is another one by now, or it is one of another script, the value is converted, by the names of
    /// fields and variants; the result says in what the types differ. On an error the variable is as before.
    pub fn put(&self, name: &str, kept: &KeptValue) -> Result<Changes, Error> {
        if !Rc::ptr_eq(&self.0, &kept.0.script) {
            let bytes = kept.to_bytes()?;
            let mut here = self.idle()?;
            let read = here.read_into(name, &bytes, &self.0)?;
            drop(here);
            self.put(name, &read)?;
            return Ok(read.0.changes.clone());
        }
        let mut living = self.idle()?;
        let def = living.variable(name)?;
        let held = &*kept.0;
        let names = (held.name.as_str(), name);
        let fitted = living.brought_over(def, names, &held.share, &held.version)?;
        let fitted = fitted.map_err(|message| Error::Load { message })?;
        living.receive(def, &fitted.share, held.reach.as_ref());
        Ok(fitted.changes)
    }

    /// The value that [`KeptValue::to_bytes`] wrote, as one of a variable's type, or of a type by its name that a variable leads to. If that
    /// is another one by now, it is converted as a reload would: [`KeptValue::changes`] says how.
    pub fn from_bytes(&self, name: &str, bytes: &[u8]) -> Result<KeptValue, Error> {
        let mut living = self.idle()?;
        living.read_into(name, bytes, &self.0)
    }

    /// As [`Script::from_bytes`], from JSON, which has the fields of a struct by name, a variant as its name or as an object of it, a map whose keys are
    /// texts as an object, else as an array of pairs. A field that is missing gets its default.
    pub fn from_json(&self, name: &str, json: &str) -> Result<KeptValue, Error> {
        let mut living = self.idle()?;
        living.read_json(name, json, &self.0)
    }

    /// The values of all variables, also those of modules that it imports. It takes as long as there are variables, however much they hold.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        let living = self.0.try_borrow().map_err(|_| busy())?;
        let all = living.build.places.all().map(|place| place.global.def);
        living.refuse_open("snapshot", all)?;
        Ok(living.shot(&self.0))
    }

    /// Gives all variables the values of a snapshot. If the text is another one by now, that is as if the script had been reloaded from then on: values of changed
    /// types are converted, what cannot be or is new gets its first value, and a `let` stays as the text has it now. On an error nothing changes.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<Reloaded, Error> {
        let shot = &*snapshot.0;
        if !Rc::ptr_eq(&self.0, &shot.script) {
            return self.restore_from_bytes(&snapshot.to_bytes()?);
        }
        let mut living = self.idle()?;
        if Rc::ptr_eq(&living.version, &shot.version) {
            for variable in &shot.variables {
                living.receive(variable.def, &variable.share, variable.reach.as_ref());
            }
            return Ok(Reloaded::default());
        }
        let home = living.build.front.home;
        let mut known: FxHashMap<String, &Variable> = FxHashMap::default();
        for variable in &shot.variables {
            let name = full_name(&shot.version.env, variable.def, home);
            known.insert(name, variable);
        }
        living.restore_by(
            &known.keys().cloned().collect(),
            &mut |living, def, name| {
                let Some(variable) = known.get(name) else {
                    return Ok(Found::Nothing);
                };
                if !is_var(living.build.text.env(), def) {
                    let is_same = variable.bound.is_some()
                        && variable.bound.as_ref() == living.bound.get(&def);
                    if !is_same {
                        return Ok(Found::Stays);
                    }
                }
                match living.brought_over(def, (name, name), &variable.share, &shot.version)? {
                    Ok(fitted) => Ok(Found::Value {
                        share: fitted.share,
                        is_other: !fitted.changes.is_empty(),
                        lost: fitted.lost,
                        reach: variable.reach.clone(),
                    }),
                    Err(why) => Ok(Found::Misfit(why)),
                }
            },
        )
    }

    /// As [`Script::restore`], of what [`Snapshot::to_bytes`] wrote, perhaps for an earlier text and in another process.
    pub fn restore_from_bytes(&self, bytes: &[u8]) -> Result<Reloaded, Error> {
        let mut living = self.idle()?;
        living.restore_file(bytes)
    }
}

impl KeptValue {
    /// Its type as Sumi writes it.
    pub fn type_name(&self) -> String {
        let env = &self.0.version.env;
        match &self.0.ty {
            Type::Of(def) => match &env.def(*def).kind {
                DefKind::Global(global) => global.ty().display(env),
                _ => String::new(),
            },
            Type::Named(name) => name.clone(),
        }
    }

    /// In what it differs from what was written, if it was read.
    pub fn changes(&self) -> &Changes {
        &self.0.changes
    }

    /// A compact form that brings its types along, for [`Script::from_bytes`]. What is shared within the value is written once.
    /// A value with functions, handles or `any`s in it is refused; the error names the part.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let root = self.0.root(&self.0.name)?;
        // SAFETY: a value that we own, without closed parts; nothing runs meanwhile.
        let written = unsafe { portable::write(&[(&self.0.name, root)]) };
        written.map_err(|found| Error::Save { message: found.0 })
    }

    /// Its JSON, without blanks. What is shared within the value stands there each time.
    pub fn to_json(&self) -> Result<String, Error> {
        let name = &self.0.name;
        let root = self.0.root(name)?;
        // SAFETY: as for `to_bytes`.
        let written = unsafe { portable::write_json(root) };
        written.map_err(|found| Error::Save {
            message: format!("`{name}{}` {}", found.path, found.message),
        })
    }

    /// The text that `print` gives; an error if the `show` of a type fails.
    pub fn text(&self) -> Result<String, Error> {
        let held = &*self.0;
        let Ok(living) = held.script.try_borrow() else {
            return Err(busy());
        };
        let Some((desc, value)) = held.share.root() else {
            return Ok(String::new());
        };
        let is_current = Rc::ptr_eq(&living.version, &held.version);
        let machine = living.machine();
        let before = machine
            .with_runtime(|runtime| std::mem::replace(&mut runtime.outside, Outside::Closed));
        let mut shown = None;
        // SAFETY: a value that we own. Of former code, which newer code may not fit, nothing is called.
        let result = unsafe {
            machine.run(|| {
                shown = Some(match is_current {
                    true => value::display(&*desc, value, usize::MAX),
                    false => value::literal_of_parts(&*desc, value, usize::MAX).0,
                });
            })
        };
        machine.with_runtime(|runtime| runtime.outside = before);
        match result {
            Ok(()) => Ok(shown.map(|shown| shown.text).unwrap_or_default()),
            Err(trap) => {
                let error = living.describe(&trap);
                living.recover(&trap);
                Err(Error::Runtime(error))
            }
        }
    }
}

/// The text that `print` gives.
impl fmt::Display for KeptValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Ok(text) => f.write_str(&text),
            Err(Error::Runtime(error)) => write!(f, "(cannot be shown: {})", error.message),
            Err(error) => write!(f, "(cannot be shown: {error})"),
        }
    }
}

impl fmt::Debug for KeptValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} = {self}", self.0.name, self.type_name())
    }
}

/// Whether both are the same value to the last bit, apart from which NaN one is; no `==` of the script is asked. Functions are, if they have the same code and hold
/// the same.
impl PartialEq for KeptValue {
    fn eq(&self, other: &KeptValue) -> bool {
        let (one, other) = (&*self.0, &*other.0);
        let is_one_text = Rc::ptr_eq(&one.version, &other.version);
        alike(one.share.desc(), other.share.desc())
            && one
                .share
                .is_same(&other.share, !is_one_text, value::Budget::UNLIMITED)
    }
}

impl Held {
    /// To be written.
    fn root(&self, name: &str) -> Result<Root, Error> {
        savable(name, &self.share)
    }
}

impl Snapshot {
    /// The names of its variables; those of modules with the module's name before them.
    pub fn names(&self) -> Vec<String> {
        let (env, home) = (&self.0.version.env, self.0.home);
        let defs = self.0.variables.iter().map(|variable| variable.def);
        let mut names: Vec<String> = defs.map(|def| full_name(env, def, home)).collect();
        names.sort();
        names
    }

    /// All `var`s in a compact form with their types, for [`Script::restore_from_bytes`]. A `let` follows from the text, and is left out.
    /// What cannot be saved is refused; the error names the part.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let shot = &*self.0;
        let env = &shot.version.env;
        let vars = shot.variables.iter().filter(|each| is_var(env, each.def));
        let vars = vars.map(|each| (full_name(env, each.def, shot.home), &each.share));
        let mut vars: Vec<(String, &Rc<Share>)> = vars.collect();
        vars.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut roots = Vec::new();
        for (name, share) in &vars {
            roots.push((name.as_str(), savable(name, share)?));
        }
        // SAFETY: values that we own, without closed parts; nothing runs meanwhile.
        let written = unsafe { portable::write(&roots) };
        written.map_err(|found| Error::Save { message: found.0 })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({})", self.names().join(", "))
    }
}

/// The value, if all of it can be written.
fn savable(name: &str, share: &Share) -> Result<Root, Error> {
    let Some(root) = share.root() else {
        return Err(no_value(name));
    };
    // SAFETY: a value that the share owns; nothing runs meanwhile.
    let Some(found) = (unsafe { portable::closed_part(root) }) else {
        return Ok(root);
    };
    let portable::Closed { path, what, ty } = found;
    let instead = match what {
        "a function" => ": save what it is chosen by, an enum for instance, and choose it again",
        "an `any`" => ": which types there are is not in the bytes; an enum of them can be saved",
        _ => ": it means nothing to another process; save what it was made from",
    };
    Err(Error::Save {
        message: format!("`{name}{path}` is {what} (`{ty}`) and cannot be saved{instead}"),
    })
}

fn no_value(name: &str) -> Error {
    Error::signature(format!("`{name}` has no value yet"))
}

/// Under which name a variable was saved: its own, or else the one that it says it had.
fn saved_name(env: &Env, def: DefId, home: ModuleId, is_saved: &dyn Fn(&str) -> bool) -> String {
    let name = full_name(env, def, home);
    let found = env.def(def);
    let Some(was) = found.was.as_ref().filter(|_| !is_saved(&name)) else {
        return name;
    };
    let module = env.module(found.module);
    let stem = name.strip_suffix(found.name.as_str()).unwrap_or_default();
    let former = format!("{stem}{was}");
    match is_saved(&former) && !module.names.contains_key(was.as_str()) {
        true => former,
        false => name,
    }
}

/// As it is called from the script: a variable of a module with the module before it.
fn full_name(env: &Env, def: DefId, home: ModuleId) -> String {
    let found = env.def(def);
    match found.module == home {
        true => found.name.to_string(),
        false => format!("{}.{}", env.module(found.module).name, found.name),
    }
}

/// A value of a variable's type.
pub(super) struct Fitted {
    pub(super) share: Rc<Share>,
    changes: Changes,
    lost: Vec<Reset>,
}

/// Parts of what is called so.
pub(super) fn resets(name: &str, lost: &[Mismatch]) -> Vec<Reset> {
    let resets = lost.iter().map(|mismatch| Reset {
        name: format!("{name}{}", mismatch.path),
        why: migrate::why_not(name, mismatch),
    });
    resets.collect()
}

/// What is known of a variable that is to be restored.
enum Found {
    Value {
        share: Rc<Share>,
        /// Whether it was converted.
        is_other: bool,
        lost: Vec<Reset>,
        reach: Option<Reach>,
    },
    Misfit(String),
    /// It keeps the value that it has.
    Stays,
    /// It is newer.
    Nothing,
}

impl Living {
    /// A variable of the script itself.
    fn variable(&self, name: &str) -> Result<DefId, Error> {
        let env = self.build.text.env();
        let def = self.named(name, Wanted::Variable(Host::Other))?;
        match &env.def(def).kind {
            DefKind::Global(global) if global.origin == GlobalOrigin::Host => {
                Err(Error::signature(format!(
                    "`{name}` is a variable of the host, which has it already"
                )))
            }
            _ => Ok(def),
        }
    }

    fn shot(&self, script: &Rc<RefCell<Living>>) -> Snapshot {
        let env = self.build.text.env();
        let places = self.build.places.all();
        let variables = places.filter(|place| is_variable(env, place.global.def));
        let variables = variables.filter_map(|place| {
            let def = place.global.def;
            Some(Variable {
                def,
                share: self
                    .machine()
                    .hold(Share::of(&place.global, place.unit()?)?),
                bound: self.bound.get(&def).copied(),
                reach: self.code_in.get(&def).cloned(),
            })
        });
        Snapshot(Rc::new(Shot {
            variables: variables.collect(),
            home: self.build.front.home,
            version: Rc::clone(&self.version),
            script: Rc::clone(script),
        }))
    }

    /// A variable has the value of a share from now on, which is of its type.
    pub(super) fn receive(&mut self, def: DefId, share: &Share, reach: Option<&Reach>) {
        let Some(place) = self.build.places.get_mut(def) else {
            return;
        };
        if share.is_in(&place.global) {
            return;
        }
        place.receive(share);
        let global = Rc::clone(&place.global);
        if global.is_torn.get() {
            self.machine().mend(&global);
        }
        if let Some(reach) = reach {
            self.code_in.entry(def).or_default().add(reach);
        }
    }

    /// As [`Living::fitted_or_not`], with the code that the text has by now for what was kept under another one.
    fn brought_over(
        &mut self,
        def: DefId,
        (kept_as, name): (&str, &str),
        share: &Rc<Share>,
        version: &Rc<Version>,
    ) -> Result<Result<Fitted, String>, Error> {
        let is_current = Rc::ptr_eq(version, &self.version);
        let Some(root) = share
            .root()
            .filter(|_| !is_current && share.desc().holds_code())
        else {
            return self.fitted_or_not(def, name, share, is_current);
        };
        let values = [(SmolStr::new(kept_as), root)];
        let changed = changed_types(&version.env, self.build.text.env());
        let newer = self.new_code(&version.env, &changed, &values, &mut Vec::new())?;
        self.newer = Rc::new(newer);
        let fitted = self.fitted_or_not(def, name, share, false);
        self.newer = Rc::default();
        let fitted = fitted?;
        if let Ok(fitted) = &fitted
            && let Some(root) = fitted.share.root()
            && let Some(def) = self.outdated(&[(SmolStr::new(name), root)])
        {
            let used = version.env.try_def(def).map(|def| def.name.clone());
            return Err(Error::Load {
                message: format!(
                    "`{kept_as}` was kept with a function of the former code in it, which uses `{}`, and that has changed",
                    used.unwrap_or_default()
                ),
            });
        }
        Ok(fitted)
    }

    /// The value as one of a variable's type, kept under this text or an earlier one; or why it cannot be.
    pub(super) fn fitted_or_not(
        &mut self,
        def: DefId,
        name: &str,
        share: &Rc<Share>,
        is_current: bool,
    ) -> Result<Result<Fitted, String>, Error> {
        let (place, unit) = self.target(def, name)?;
        let desc = place.desc.get();
        let Some((old, from)) = share.root() else {
            return Err(no_value(name));
        };
        let is_found = is_current || !finds_by_code(place.desc(), false);
        if is_found && self.newer.is_empty() && std::ptr::eq(old, desc) {
            return Ok(Ok(Fitted {
                share: Rc::clone(share),
                changes: Changes::default(),
                lost: Vec::new(),
            }));
        }
        let mut bytes = room(place.desc());
        let mut changes = Changes::default();
        let mut lost = Vec::new();
        let made = self.filled(&[desc], &mut |machine, guide| {
            // SAFETY: the descriptors are constants of units that stay meanwhile; the value is the share's, and the bytes are free.
            unsafe {
                let to = (&*desc, bytes.as_mut_ptr().cast::<u8>());
                lost = migrate::convert_value(machine, (&*old, from), to, guide, &mut changes)?;
            }
            Ok(())
        })?;
        match made {
            Ok(()) => {
                let made = Share::made(desc, bytes, &unit);
                Ok(Ok(Fitted {
                    share: self.machine().hold(made),
                    changes,
                    lost: resets(name, &lost),
                }))
            }
            Err(Failure::Mismatch(mismatch)) => {
                self.machine().leave_to_sweep();
                self.machine().sweep([]);
                Ok(Err(migrate::why_not(name, &mismatch)))
            }
            Err(Failure::Run(trap)) => {
                let error = self.describe(&trap);
                self.recover(&trap);
                Err(Error::Runtime(error))
            }
        }
    }

    /// Where a variable has its value, and the unit that describes it.
    fn target(&self, def: DefId, name: &str) -> Result<(Rc<GlobalPlace>, Rc<Linked>), Error> {
        let place = self.build.places.get(def);
        let found = place.and_then(|place| Some((&place.global, place.unit()?)));
        match found {
            Some((global, unit)) if !global.desc.get().is_null() => {
                Ok((Rc::clone(global), Rc::clone(unit)))
            }
            _ => Err(no_value(name)),
        }
    }

    /// The descriptor of a variable's type, or of a type of that name that a variable leads to.
    fn described(&self, name: &str) -> Result<(*const TypeDesc, Rc<Linked>, Type), Error> {
        if let Ok(def) = self.variable(name) {
            let (place, unit) = self.target(def, name)?;
            return Ok((place.desc.get(), unit, Type::Of(def)));
        }
        for place in self.build.places.all() {
            let Some(unit) = place.unit().filter(|_| place.global.is_bound.get()) else {
                continue;
            };
            if let Some(found) = named_type(place.global.desc(), name) {
                return Ok((found, Rc::clone(unit), Type::Named(name.to_owned())));
            }
        }
        Err(Error::signature(format!(
            "there is no variable `{name}`, and none leads to a type of that name"
        )))
    }

    /// Has values of these types made.
    fn filled(
        &mut self,
        roots: &[*const TypeDesc],
        make: &mut dyn FnMut(&Machine, &Guide<'_>) -> Result<(), Failure>,
    ) -> Result<Result<(), Failure>, Error> {
        let env = self.build.text.env().clone();
        let home = self.build.front.home;
        let newer = Rc::clone(&self.newer);
        let inside = newer.types();
        let roots = roots.iter().chain(&inside);
        // SAFETY: descriptors of units that stay meanwhile.
        let roots = roots.map(|desc| unsafe { &**desc });
        let types = migrate::declared_types(&env, home, roots);
        let functions = self.advisers(&types)?;
        let guide = Guide::new(&env, home, &functions, &newer);
        let machine = Rc::clone(&self.build.machine);
        let made = make(&machine, &guide);
        guide.give_up(&machine);
        Ok(made)
    }

    fn read_into(
        &mut self,
        name: &str,
        bytes: &[u8],
        script: &Rc<RefCell<Living>>,
    ) -> Result<KeptValue, Error> {
        let (desc, unit, ty) = self.described(name)?;
        let file = parsed(name, bytes)?;
        if file.names().len() != 1 {
            return Err(Error::Load {
                message: format!(
                    "these are the bytes of a whole script, not of `{name}`: `restore_from_bytes` reads them, in C `sumi_script_read` without a name"
                ),
            });
        }
        // SAFETY: a constant of the unit, which we hold.
        let mut room = room(unsafe { &*desc });
        let mut changes = Changes::default();
        let made = self.filled(&[desc], &mut |machine, guide| {
            let mut reading = Reading::new(&file, guide);
            // SAFETY: as above; the bytes are free.
            let wanted = unsafe { reading.want(0, &*desc, room.as_mut_ptr().cast()) };
            read(machine, &mut reading)?;
            changes = reading.changes().clone();
            match reading.outcome(wanted) {
                Some(Err(mismatch)) => Err(Failure::Mismatch(mismatch.clone())),
                Some(Ok(())) | None => Ok(()),
            }
        })?;
        self.received(made, name)?;
        Ok(self.kept((name, ty), Share::made(desc, room, &unit), changes, script))
    }

    fn read_json(
        &mut self,
        name: &str,
        json: &str,
        script: &Rc<RefCell<Living>>,
    ) -> Result<KeptValue, Error> {
        let (desc, unit, ty) = self.described(name)?;
        let tree: Tree = portable::parse_json(json).map_err(|message| Error::Load {
            message: format!("`{name}` cannot be read: {message}"),
        })?;
        // SAFETY: a constant of the unit, which we hold.
        let mut room = room(unsafe { &*desc });
        let mut changes = Changes::default();
        let mut wrong = None;
        let made = self.filled(&[desc], &mut |machine, guide| {
            // SAFETY: as above; the bytes are free, and all frames that may be abandoned are those of the reader.
            let result = unsafe {
                machine.run(|| {
                    let to = (&*desc, room.as_mut_ptr().cast::<u8>());
                    wrong = portable::read_json(&tree, to, guide, &mut changes).err();
                })
            };
            result.map_err(Failure::Run)
        })?;
        if let Some(found) = wrong {
            self.machine().leave_to_sweep();
            self.machine().sweep([]);
            return Err(Error::Load {
                message: format!(
                    "`{name}` cannot be read: ${}: {}",
                    found.path, found.message
                ),
            });
        }
        self.received(made, name)?;
        Ok(self.kept((name, ty), Share::made(desc, room, &unit), changes, script))
    }

    fn kept(
        &self,
        (name, ty): (&str, Type),
        share: Share,
        changes: Changes,
        script: &Rc<RefCell<Living>>,
    ) -> KeptValue {
        KeptValue(Rc::new(Held {
            share: self.machine().hold(share),
            name: name.to_owned(),
            ty,
            reach: None,
            changes,
            version: Rc::clone(&self.version),
            script: Rc::clone(script),
        }))
    }

    /// Of reading a value for a variable.
    fn received(&self, made: Result<(), Failure>, name: &str) -> Result<(), Error> {
        match made {
            Ok(()) => Ok(()),
            Err(Failure::Mismatch(mismatch)) => {
                self.machine().leave_to_sweep();
                self.machine().sweep([]);
                Err(Error::Load {
                    message: format!(
                        "`{name}` cannot be read: {}",
                        migrate::why_not(name, &mismatch)
                    ),
                })
            }
            Err(Failure::Run(trap)) => {
                let error = self.describe(&trap);
                self.recover(&trap);
                Err(Error::Runtime(error))
            }
        }
    }

    fn restore_file(&mut self, bytes: &[u8]) -> Result<Reloaded, Error> {
        let file = parsed("the script", bytes)?;
        let env = self.build.text.env().clone();
        let home = self.build.front.home;
        let mut wanted = Vec::new();
        for place in self.build.places.all() {
            let def = place.global.def;
            if !is_variable(&env, def) || !is_var(&env, def) {
                continue;
            }
            let is_saved = |name: &str| file.names().any(|known| known == name);
            let name = saved_name(&env, def, home, &is_saved);
            let root = file.names().position(|known| known == name);
            if let (Some(root), Some(unit)) = (root, place.unit()) {
                let desc = place.global.desc.get();
                // SAFETY: a constant of the unit.
                let room = room(unsafe { &*desc });
                wanted.push((def, root, desc, Rc::clone(unit), room, false));
            }
        }
        let mut outcomes: Vec<Result<(), Box<Mismatch>>> = Vec::new();
        let mut lost = Vec::new();
        let roots: Vec<*const TypeDesc> = wanted.iter().map(|(_, _, desc, ..)| *desc).collect();
        let made = self.filled(&roots, &mut |machine, guide| {
            let mut reading = Reading::new(&file, guide);
            let mut numbers = Vec::new();
            for (_, root, desc, _, room, _) in &mut wanted {
                // SAFETY: as above; the bytes are free.
                let number = unsafe { reading.want(*root, &**desc, room.as_mut_ptr().cast()) };
                numbers.push(number);
            }
            read(machine, &mut reading)?;
            for ((.., is_other), number) in wanted.iter_mut().zip(&numbers) {
                *is_other = reading.is_other(*number);
            }
            lost = reading.lost().to_vec();
            let found = numbers.iter().filter_map(|number| reading.outcome(*number));
            outcomes = found.cloned().collect();
            Ok(())
        })?;
        self.received(made, "the script")?;
        let mut found: FxHashMap<DefId, Found> = FxHashMap::default();
        let mut is_misfit = false;
        for ((def, _, desc, unit, room, is_other), outcome) in wanted.into_iter().zip(outcomes) {
            let value = match outcome {
                Ok(()) => Found::Value {
                    share: self.machine().hold(Share::made(desc, room, &unit)),
                    is_other,
                    lost: Vec::new(),
                    reach: None,
                },
                Err(mismatch) => {
                    is_misfit = true;
                    Found::Misfit(migrate::why_not(&full_name(&env, def, home), &mismatch))
                }
            };
            found.insert(def, value);
        }
        if is_misfit {
            self.machine().leave_to_sweep();
            self.machine().sweep([]);
        }
        let names = file.names().map(str::to_owned).collect();
        let mut done = self.restore_by(&names, &mut |living, def, _| {
            if !is_var(living.build.text.env(), def) {
                return Ok(Found::Stays);
            }
            Ok(found.remove(&def).unwrap_or(Found::Nothing))
        })?;
        // What shares a block cannot say by which way it was reached.
        for (field, mismatch) in lost {
            done.lost.extend(resets(&field, &[mismatch]));
        }
        Ok(done)
    }

    /// Gives all variables what is found for them, first values where nothing is; of that all comes about or nothing.
    fn restore_by(
        &mut self,
        names: &FxHashSet<String>,
        find: &mut dyn FnMut(&mut Living, DefId, &str) -> Result<Found, Error>,
    ) -> Result<Reloaded, Error> {
        let former = self.remembered();
        match self.become_as(names, find) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.restore(former)?;
                Err(error)
            }
        }
    }

    fn become_as(
        &mut self,
        names: &FxHashSet<String>,
        find: &mut dyn FnMut(&mut Living, DefId, &str) -> Result<Found, Error>,
    ) -> Result<Reloaded, Error> {
        let env = self.build.text.env().clone();
        let home = self.build.front.home;
        let places = self.build.places.all().map(|place| place.global.def);
        let defs: Vec<DefId> = places.filter(|def| is_variable(&env, *def)).collect();
        let mut done = Reloaded::default();
        let mut values = FxHashMap::default();
        let mut first: FxHashSet<DefId> = FxHashSet::default();
        let mut there: FxHashSet<String> = FxHashSet::default();
        for def in &defs {
            let name = full_name(&env, *def, home);
            let saved = saved_name(&env, *def, home, &|name| names.contains(name));
            if saved != name {
                done.renamed.push((saved.clone(), name.clone()));
            }
            match find(self, *def, &saved)? {
                Found::Value {
                    share,
                    is_other,
                    lost,
                    reach,
                } => {
                    done.lost.extend(lost);
                    if is_other {
                        done.converted.push(name.clone());
                    }
                    values.insert(*def, (share, reach));
                }
                Found::Misfit(why) => {
                    first.insert(*def);
                    done.reset.push(Reset {
                        name: name.clone(),
                        why,
                    });
                }
                Found::Nothing => {
                    if is_var(&env, *def) {
                        first.insert(*def);
                        done.added.push(name.clone());
                    }
                }
                Found::Stays => {}
            }
            there.insert(saved);
        }
        let put = |living: &mut Living, def: DefId| {
            if let Some((share, reach)) = values.get(&def) {
                living.receive(def, share, reach.as_ref());
            }
        };
        defs.iter().for_each(|def| put(self, *def));
        let cells: Vec<Item> = match first.is_empty() {
            true => Vec::new(),
            false => self.cells(),
        };
        for cell in cells {
            let defines = cell.0.cells()[cell.1].defines.clone();
            if defines.iter().any(|def| first.contains(def)) {
                self.run(&cell)?;
                defines.iter().for_each(|def| put(self, *def));
            }
        }
        done.dropped = names.difference(&there).cloned().collect();
        for list in [&mut done.converted, &mut done.added, &mut done.dropped] {
            list.sort();
        }
        Ok(done)
    }
}

fn parsed(name: &str, bytes: &[u8]) -> Result<File, Error> {
    File::parse(bytes).map_err(|found| Error::Load {
        message: format!("`{name}` cannot be read: {}", found.0),
    })
}

/// Makes the values that a reading wants.
fn read(machine: &Machine, reading: &mut Reading<'_, '_>) -> Result<(), Failure> {
    // SAFETY: the places are free and the descriptors stay; all frames that may be abandoned are those of the reader.
    let result = unsafe { machine.run(|| reading.make()) };
    result.map_err(Failure::Run)
}

/// Bytes for a value, aligned for every type.
fn room(desc: &TypeDesc) -> Box<[u128]> {
    vec![0_u128; (desc.size as usize).div_ceil(16)].into_boxed_slice()
}

/// The type of that name that values of another lead to.
fn named_type(desc: &TypeDesc, name: &str) -> Option<*const TypeDesc> {
    let is_meant =
        |desc: &TypeDesc| matches!(desc.kind, Kind::Struct | Kind::Enum) && desc.name() == name;
    let found = desc.reached().into_iter().find(|desc| is_meant(desc));
    found.map(std::ptr::from_ref)
}

#[cfg(test)]
mod tests;
