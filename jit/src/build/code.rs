//! From the units of a sheet to code in memory: made when a cell that needs it is to run, and kept as long as it stays right.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use codegen::{Input, Object, Options, Step};
use compiler::CellInfo;
use compiler::env::{DefId, DefKind, Env, FnOrigin, GlobalOrigin};
use compiler::incremental::{Fingerprint, Fingerprinter, Good, Unit, interface_of, portable};
use compiler::mir::Const;
use compiler::mono::{self, Program, slot_symbol};
use compiler::own;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use stdlib::Root;
use syntax::{Diagnostic, FileId};

use super::Build;
use super::background::Key;
use super::part::{Part, Parts};
use super::values::Outside as ClosuresOutside;
use crate::front::{self, Constants, Ready};
use crate::linked::{FunctionPlace, Linked, Surroundings, read_slot, write_slot};
use crate::session::{HostCodes, Outside};

/// A unit of the text, or a module that it imports, or a part of one of these.
#[derive(Clone)]
pub(crate) enum Source {
    Text(Rc<Unit>),
    Module(Rc<Module>),
    Part(Rc<Part>),
}

/// An imported module, which is compiled as a whole.
pub(crate) struct Module {
    /// No other one has this number.
    pub(crate) version: u32,
    /// The piece with the import that was the first to need it.
    pub(crate) importer: FileId,
    pub(crate) ready: Ready,
    pub(crate) code: Fingerprint,
    /// The same as it is called in any process.
    pub(crate) portable: portable::Code,
    /// With that of all that it imports.
    pub(crate) portable_deep: Option<Fingerprint>,
}

/// Tells sources apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Version {
    Text(u32),
    Module(u32),
    Part(u32),
}

impl Source {
    pub(crate) fn version(&self) -> Version {
        match self {
            Source::Text(unit) => Version::Text(unit.version),
            Source::Module(module) => Version::Module(module.version),
            Source::Part(part) => Version::Part(part.version),
        }
    }

    /// As one would name it.
    pub(crate) fn title(&self) -> SmolStr {
        match self {
            Source::Text(unit) => {
                let mut titles = unit.pieces.iter().filter_map(|piece| piece.title());
                titles.next().unwrap_or_default()
            }
            Source::Module(module) => {
                let env = &module.ready.compiled.env;
                env.module(module.ready.module).name.clone()
            }
            Source::Part(part) => part.title(),
        }
    }

    pub(crate) fn unit(&self) -> &mono::Unit {
        match self {
            Source::Text(unit) => &unit.good().expect("compiler bug: a broken unit runs").unit,
            Source::Module(module) => &module.ready.compiled.unit,
            Source::Part(part) => &part.unit,
        }
    }

    pub(crate) fn cells(&self) -> &[CellInfo] {
        match self {
            Source::Text(unit) => &unit.good().expect("compiler bug: a broken unit runs").cells,
            Source::Module(module) => &module.ready.compiled.cells,
            Source::Part(part) => &part.cells,
        }
    }

    /// All that it defines.
    pub(crate) fn defs(&self) -> Vec<DefId> {
        match self {
            Source::Text(unit) => unit.good().map(Good::defs).unwrap_or_default(),
            Source::Module(module) => {
                let env = &module.ready.compiled.env;
                env.of_last_unit().map(|def| def.id).collect()
            }
            Source::Part(part) => part.defs(),
        }
    }

    pub(crate) fn code(&self) -> Fingerprint {
        match self {
            Source::Text(unit) => unit.good().expect("compiler bug: a broken unit runs").code,
            Source::Module(module) => module.code,
            Source::Part(part) => part.code,
        }
    }

    /// The function that it is.
    pub(crate) fn function(&self) -> Option<DefId> {
        match self {
            Source::Part(part) => part.function(),
            Source::Text(_) | Source::Module(_) => None,
        }
    }
}

/// What code is compiled against: the interfaces of functions that it calls and of globals.
type Uses = Vec<(DefId, Fingerprint)>;

/// What is known of the code of a source.
pub(crate) struct Code {
    /// Of all that the object is made from.
    object_key: Fingerprint,
    /// With where its globals lie.
    key: Fingerprint,
    /// What it calls or has copies of.
    refs: Vec<DefId>,
    /// Of those that it has copies of, the code.
    copies: Vec<(DefId, Fingerprint)>,
    uses: Uses,
    /// Of generic functions those have the code who use them.
    pub(crate) is_nothing: bool,
    program: RefCell<Option<Program>>,
    linked: RefCell<Option<(Tier, Rc<Linked>)>>,
}

/// How much was done for code to be fast.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Tier {
    /// Nothing: it is there at once.
    Quick,
    Full,
}

/// What the code of a source may reach.
pub(crate) struct Reached {
    /// The source itself first.
    pub(crate) sources: Vec<Source>,
    /// What they are called, and their code.
    pub(crate) codes: Vec<(SmolStr, Fingerprint)>,
    pub(crate) print: Fingerprint,
}

impl Reached {
    fn new(sources: Vec<Source>) -> Reached {
        let codes = sources.iter().map(|source| (source.title(), source.code()));
        let codes: Vec<(SmolStr, Fingerprint)> = codes.collect();
        let mut prints: Vec<Fingerprint> = codes.iter().map(|(_, code)| *code).collect();
        prints[1..].sort_unstable();
        Reached {
            print: Fingerprint::of(&prints),
            sources,
            codes,
        }
    }
}

/// How many units of code that may be of no use any more are not looked for.
const MOST_OLD: usize = 64;

/// All code of a sheet.
#[derive(Default)]
pub(crate) struct Codes {
    known: FxHashMap<Version, Rc<Code>>,
    reached: FxHashMap<Version, Rc<Reached>>,
    /// The sources of this update, in their order, and those that have code as a set.
    modules: Vec<Rc<Module>>,
    units: Vec<Rc<Unit>>,
    current: FxHashSet<Version>,
    /// Those of the update before that are no more.
    pub(crate) gone: FxHashSet<Version>,
    /// What those define, and others may by now.
    gone_defs: Vec<DefId>,
    /// By what it was made from: an edit that is taken back finds its code again.
    objects: FxHashMap<(Fingerprint, Tier), Weak<Linked>>,
    /// Code that values may still refer to, and what it is compiled against.
    pub(super) all: Vec<(Rc<Linked>, Uses)>,
    /// Units for which code was generated in this update.
    pub(crate) compiled: usize,
    pub(super) parts: Parts,
    /// Of this update, once it was asked for.
    pub(super) outside: Option<ClosuresOutside>,
}

/// The list becomes the newer one; gives those that differ where they are not the same at the beginning or the end: the former, the newer.
fn exchange<T>(known: &mut Vec<Rc<T>>, newer: &[Rc<T>]) -> (Vec<Rc<T>>, Vec<Rc<T>>) {
    let is_same = |(a, b): &(&Rc<T>, &Rc<T>)| Rc::ptr_eq(a, b);
    let first = known.iter().zip(newer).take_while(is_same).count();
    let ends = known[first..].iter().rev().zip(newer[first..].iter().rev());
    let last = ends.take_while(is_same).count();
    let new = newer[first..newer.len() - last].to_vec();
    let end = known.len() - last;
    let gone = known.splice(first..end, new.iter().cloned()).collect();
    (gone, new)
}

impl Codes {
    /// Whether a source of this update has it.
    pub(crate) fn has(&self, version: Version) -> bool {
        match version {
            Version::Part(number) => self.parts.has(number),
            Version::Text(_) | Version::Module(_) => self.current.contains(&version),
        }
    }

    /// Of what the source may reach, what was found last.
    pub(crate) fn known_reach(&self, source: &Source) -> Option<Rc<Reached>> {
        self.reached.get(&source.version()).cloned()
    }

    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.reached.clear();
        self.parts.retain(|_| false);
        while self.all.pop().is_some() {}
    }
}

impl Build {
    /// What a user of a definition has in its code of it.
    fn print_of(&self, def: DefId) -> Option<Fingerprint> {
        let env = self.text.env();
        match &env.try_def(def)?.kind {
            DefKind::Const(_) if self.is_in_parts() => Some(interface_of(env, def)),
            _ => Some(self.owner(def)?.code()),
        }
    }

    /// What the source consists of and refers to.
    pub(crate) fn code(&mut self, source: &Source) -> Result<Rc<Code>, Vec<Diagnostic>> {
        let version = source.version();
        if let Some(code) = self.codes.known.get(&version)
            && code
                .copies
                .iter()
                .all(|(def, print)| self.print_of(*def) == Some(*print))
        {
            return Ok(Rc::clone(code));
        }
        let code = Rc::new(self.analysed(source)?);
        self.codes.known.insert(version, Rc::clone(&code));
        Ok(code)
    }

    fn analysed(&mut self, source: &Source) -> Result<Code, Vec<Diagnostic>> {
        let env = self.text.env().clone();
        let program = self.program(source)?;
        let own: FxHashSet<DefId> = source.unit().functions.iter().copied().collect();
        let mut refs: FxHashSet<DefId> = FxHashSet::default();
        let mut copied: FxHashSet<DefId> = FxHashSet::default();
        let mut print = Fingerprinter::default();
        print.add(&source.code());
        if let Source::Module(module) = source {
            // It names lines of its file.
            print.add(&self.front.sources.file(module.ready.file).text);
        }
        let mut uses = Vec::new();
        for import in &program.imports {
            if import.origin == FnOrigin::Sumi {
                let interface = interface_of(&env, import.key.0);
                refs.insert(import.key.0);
                uses.push((import.key.0, interface));
                print.add(&(&import.symbol, interface));
            }
        }
        let mut add_constants = |body| {
            own::each_constant(body, &mut |constant| {
                if let Const::Def(def) = constant {
                    copied.insert(*def);
                }
            });
        };
        for instance in &program.functions {
            add_constants(&instance.body);
        }
        for cell in &program.cells {
            add_constants(&cell.body);
        }
        copied.extend(program.functions.iter().map(|instance| instance.key.0));
        // What is written in another function is a part of that, which is copied too.
        let is_inner = |def: &DefId| {
            let found = env.try_def(*def).map(|found| &found.kind);
            matches!(found, Some(DefKind::Fn(function)) if function.captures.is_some())
        };
        copied.retain(|def| !own.contains(def) && !is_inner(def));
        let mut globals: Vec<_> = program.globals.iter().collect();
        globals.sort_by_key(|global| global.def);
        let mut addresses = Vec::new();
        for global in globals {
            if global.origin != GlobalOrigin::Host {
                addresses.push(self.places.address(&self.machine, &env, global.def));
                let interface = interface_of(&env, global.def);
                uses.push((global.def, interface));
                print.add(&(&global.symbol, interface));
            }
        }
        let mut copies: Vec<(DefId, Fingerprint)> = copied
            .into_iter()
            .filter(|def| {
                self.owner(*def)
                    .is_some_and(|of| of.version() != source.version())
            })
            .filter_map(|def| Some((def, self.print_of(def)?)))
            .collect();
        copies.sort_unstable();
        print.add(&copies);
        refs.extend(copies.iter().map(|(def, _)| *def));
        // The value of a constant is in the code.
        refs.retain(|def| !self.is_in_parts() || is_function(&env, *def));
        let mut refs: Vec<DefId> = refs.into_iter().collect();
        refs.sort_unstable();
        let object_key = print.finish();
        Ok(Code {
            object_key,
            key: Fingerprint::of(&(object_key, addresses)),
            refs,
            copies,
            uses,
            is_nothing: source.function().is_some() && program.functions.is_empty(),
            program: RefCell::new(Some(program)),
            linked: RefCell::default(),
        })
    }

    /// Everything that the code of a source may reach. It is what it was before if all of that is there yet.
    pub(crate) fn reach(&mut self, source: &Source) -> Result<Rc<Reached>, Vec<Diagnostic>> {
        let known = self.codes.reached.get(&source.version());
        let is_there = |known: &&Rc<Reached>| {
            let mut versions = known.sources.iter().map(Source::version);
            versions.all(|version| self.codes.has(version))
        };
        if let Some(known) = known.filter(is_there) {
            return Ok(Rc::clone(known));
        }
        let reached = Rc::new(Reached::new(self.search(vec![source.clone()])?));
        self.codes
            .reached
            .insert(source.version(), Rc::clone(&reached));
        Ok(reached)
    }

    /// Which sources there are in this update.
    pub(crate) fn note_sources(&mut self) {
        let codes = &mut self.codes;
        let (no_modules, new_modules) = exchange(&mut codes.modules, &self.modules);
        let (no_units, new_units) = exchange(&mut codes.units, self.text.units());
        let with_code = |modules: Vec<Rc<Module>>, units: Vec<Rc<Unit>>| {
            let modules = modules.into_iter().map(Source::Module);
            let units = units.into_iter().filter(|unit| unit.good().is_some());
            let sources: Vec<Source> = modules.chain(units.map(Source::Text)).collect();
            sources
        };
        codes.gone.clear();
        codes.outside = None;
        for source in with_code(no_modules, no_units) {
            codes.current.remove(&source.version());
            codes.gone.insert(source.version());
            codes.gone_defs.extend(source.defs());
        }
        let new = with_code(new_modules, new_units);
        for source in &new {
            codes.current.insert(source.version());
            codes.gone.remove(&source.version());
        }
        codes.parts.retain(|of| codes.current.contains(&of));
        if self.is_in_parts() {
            new.iter().for_each(|source| self.note_homes(source));
        }
    }

    /// Gives up the places of what is no longer defined.
    pub(crate) fn leave_places(&mut self) {
        let env = self.text.env();
        for def in self.codes.gone_defs.drain(..) {
            if env.try_def(def).is_none() {
                self.places.remove(def);
            }
        }
    }

    /// These, and everything that their code may reach.
    pub(crate) fn search(
        &mut self,
        mut found: Vec<Source>,
    ) -> Result<Vec<Source>, Vec<Diagnostic>> {
        let mut seen: FxHashSet<Version> = found.iter().map(Source::version).collect();
        let mut at = 0;
        while let Some(next) = found.get(at).cloned() {
            at += 1;
            for def in self.code(&next)?.refs.clone() {
                if let Some(owner) = self.owner(def)
                    && seen.insert(owner.version())
                {
                    found.push(owner);
                }
            }
        }
        Ok(found)
    }

    /// Has the code of a source in memory, of that tier or a better one, and its functions called by all others.
    pub(crate) fn linked(
        &mut self,
        source: &Source,
        wanted: Tier,
    ) -> Result<Rc<Linked>, Vec<Diagnostic>> {
        let code = self.code(source)?;
        let wanted = match self.config.optimize {
            true => wanted,
            false => Tier::Quick,
        };
        let known = code.linked.borrow().clone();
        let known = known.filter(|(tier, _)| *tier >= wanted);
        let of_tier =
            |tier: Tier| Some((tier, self.codes.objects.get(&(code.key, tier))?.upgrade()?));
        let known = known.or_else(|| of_tier(Tier::Full));
        let known = known.or_else(|| of_tier(wanted));
        let (tier, linked) = match known {
            Some(known) => known,
            None => (wanted, self.link(source, &code, wanted)?),
        };
        *code.linked.borrow_mut() = Some((tier, Rc::clone(&linked)));
        code.program.borrow_mut().take();
        for &(_, FunctionPlace { address, slot, .. }) in linked.functions() {
            if let Some(slot) = slot.filter(|slot| read_slot(*slot) != address) {
                write_slot(slot, address);
            }
        }
        Ok(linked)
    }

    fn program(&self, source: &Source) -> Result<Program, Vec<Diagnostic>> {
        let env = self.text.env();
        let program = front::program(env, source.unit(), self.mode, Constants::AsData);
        let mut program = program.map_err(|diagnostic| vec![*diagnostic])?;
        if self.config.fuel.is_some() {
            program.charge_fuel(env);
        }
        Ok(program)
    }

    /// What LLVM makes of a program. While that is left to a thread, an error for what is not there yet.
    fn object(&mut self, program: &Program, key: Key) -> Result<Object, Vec<Diagnostic>> {
        let env = self.text.env();
        let machine = Rc::clone(&self.machine);
        let host = machine.host.borrow();
        let input = Input {
            program,
            env,
            sources: &self.front.sources,
            step: Step::Whole,
            options: Options {
                reloadable: true,
                state_outside: true,
                lines_by_function: self.is_in_parts(),
                optimise: key.1 == Tier::Full,
                most_optimised: env.budget().optimised_left(),
                ..self.config.code_options()
            },
            host: &HostCodes { host: &host, env },
        };
        let object = match self.background.object(key) {
            Some(object) => object,
            None if self.background.takes => codegen::begin(input).and_then(|begun| {
                env.budget().note_optimised(begun.optimised);
                self.background.give(key, begun);
                Err("it is being compiled".to_owned())
            }),
            None => {
                self.codes.compiled += 1;
                codegen::object(input)
            }
        };
        let object = object.map_err(|message| vec![refused(&message)])?;
        env.budget().note_optimised(object.optimised);
        Ok(object)
    }

    fn link(
        &mut self,
        source: &Source,
        code: &Code,
        tier: Tier,
    ) -> Result<Rc<Linked>, Vec<Diagnostic>> {
        let env = self.text.env().clone();
        let program = code.program.borrow_mut().take();
        let program = match program {
            Some(program) => program,
            None => self.program(source)?,
        };
        let mut object = self.object(&program, (code.object_key, tier))?;
        let outside = Outside {
            machine: &self.machine,
            config: &self.config,
        };
        let declared = source.defs();
        let declared = declared.iter().filter_map(|def| env.try_def(*def));
        let mut absolute = outside.symbols(&object, &program, &env, declared)?;
        for global in &program.globals {
            if global.origin != GlobalOrigin::Host {
                let address = self.places.address(&self.machine, &env, global.def);
                absolute.push((global.symbol.clone(), address));
            }
        }
        let own = program.functions.iter().filter(|each| each.exported);
        let others = program.imports.iter();
        let others = others.filter(|import| import.origin == FnOrigin::Sumi);
        let symbols = own
            .map(|each| &each.symbol)
            .chain(others.map(|each| &each.symbol));
        for symbol in symbols {
            let name = slot_symbol(symbol);
            let address = self.places.slot(&name);
            absolute.push((name, address));
        }
        let around = Surroundings {
            provider: &|_| None,
            absolute,
            homes: self.is_in_parts().then(|| Rc::clone(&self.homes)),
            origins: match self.is_in_parts() {
                true => self.origins(std::mem::take(&mut object.exports.value_code)),
                false => FxHashMap::default(),
            },
        };
        let linked = Linked::new(&self.machine, &self.name, object, around)
            .map_err(|error| vec![refused(&error.to_string())])?;
        self.codes.objects.retain(|_, unit| unit.strong_count() > 0);
        let object = (code.key, tier);
        self.codes.objects.insert(object, Rc::downgrade(&linked));
        self.codes.all.push((Rc::clone(&linked), code.uses.clone()));
        Ok(linked)
    }

    /// Forgets what there was to sources that are no more.
    pub(crate) fn forget_gone(&mut self) {
        let codes = &mut self.codes;
        let mut known = std::mem::take(&mut codes.known);
        known.retain(|version, _| codes.has(*version));
        let mut reached = std::mem::take(&mut codes.reached);
        reached.retain(|version, _| codes.has(*version));
        (codes.known, codes.reached) = (known, reached);
    }

    /// Whether it is time to look for code that is of no use any more.
    pub(crate) fn has_much_old_code(&self) -> bool {
        self.codes.all.len() >= self.codes.known.len() + MOST_OLD
    }

    /// Removes code that is of no use any more: nothing refers to it, no value either. Values that no global has are `held`.
    pub(crate) fn remove_old_code(&mut self, held: impl IntoIterator<Item = Root>) {
        let in_use = self.in_use();
        // C may call at any time what it was given.
        let is_old = |unit: &&Rc<Linked>| {
            !in_use.contains(&Rc::as_ptr(unit))
                && Rc::strong_count(unit) == 1
                && !unit.has_callbacks()
        };
        let all = self.codes.all.iter().map(|(unit, _)| unit);
        let old: Vec<Rc<Linked>> = all.filter(is_old).cloned().collect();
        let unheld = self.machine.unheld(old, held);
        self.codes
            .all
            .retain(|(unit, _)| !unheld.iter().any(|gone| Rc::ptr_eq(unit, gone)));
    }

    /// The code of the text as it is now.
    pub(super) fn in_use(&self) -> FxHashSet<*const Linked> {
        let known = self.codes.known.iter();
        let known = known.filter(|(version, _)| self.codes.has(**version));
        let linked = known.filter_map(|(_, code)| {
            let linked = code.linked.borrow();
            linked.as_ref().map(|(_, unit)| Rc::as_ptr(unit))
        });
        linked.collect()
    }
}

fn is_function(env: &Env, def: DefId) -> bool {
    let found = env.try_def(def).map(|found| &found.kind);
    matches!(found, Some(DefKind::Fn(_)))
}

/// LLVM or the linker cannot go on: a bug of ours, or a machine that ran out of something.
fn refused(message: &str) -> Diagnostic {
    Diagnostic::error(REFUSED, message)
}

/// No mistake of the program's, so it has no page in the manual.
const REFUSED: &str = "backend";
