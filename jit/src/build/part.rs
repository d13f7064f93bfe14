//! Where functions come and go one by one, each is compiled by itself, and so is each item that runs: an edit of one leaves the code of all
//! others in its `impl` or module alone, wherever that moves them.

use std::cell::RefCell;
use std::rc::Rc;

use compiler::CellInfo;
use compiler::env::{DefId, DefKind, Env};
use compiler::incremental::{Fingerprint, Fingerprinter, code_of, interface_of};
use compiler::mono::{self, Key, Mode, Viewing};
use compiler::types::{Ty, TyKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::Sources;

use super::Build;
use super::code::{Source, Version};

/// What of a unit or module is compiled by itself.
pub(crate) struct Part {
    /// No other one has this number.
    pub(super) version: u32,
    what: What,
    /// Never a part.
    of: Source,
    pub(super) unit: mono::Unit,
    pub(super) cells: Vec<CellInfo>,
    pub(super) code: Fingerprint,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Function(DefId),
    Cell(usize),
    /// What it declares that others define.
    Declarations,
    /// An instance of a function that takes arrays of a host in place.
    Viewing(DefId),
    /// What `any`s have that are there already.
    Tables,
    /// What function values have that are there already.
    Values,
}

/// Those that were asked for.
#[derive(Default)]
pub(super) struct Parts(RefCell<Known>);

#[derive(Default)]
struct Known {
    parts: FxHashMap<(Version, What), Rc<Part>>,
    /// Of all these.
    versions: FxHashSet<u32>,
    last: u32,
}

impl Parts {
    pub(super) fn has(&self, version: u32) -> bool {
        self.0.borrow().versions.contains(&version)
    }

    /// Forgets those of other sources.
    pub(super) fn retain(&self, is_kept: impl Fn(Version) -> bool) {
        let known = &mut *self.0.borrow_mut();
        known.parts.retain(|(of, _), part| {
            is_kept(*of) || {
                known.versions.remove(&part.version);
                false
            }
        });
    }

    fn next(&self) -> u32 {
        let mut known = self.0.borrow_mut();
        known.last += 1;
        known.last
    }
}

impl Part {
    pub(super) fn function(&self) -> Option<DefId> {
        match self.what {
            What::Function(def) => Some(def),
            What::Cell(_) | What::Declarations | What::Viewing(_) | What::Tables | What::Values => {
                None
            }
        }
    }

    pub(super) fn title(&self) -> SmolStr {
        self.of.title()
    }

    pub(super) fn defs(&self) -> Vec<DefId> {
        match self.what {
            What::Declarations => self.of.defs(),
            What::Function(_) | What::Cell(_) | What::Viewing(_) | What::Tables | What::Values => {
                Vec::new()
            }
        }
    }
}

impl Build {
    /// Whether functions are compiled one by one.
    pub(super) fn is_in_parts(&self) -> bool {
        self.mode == Mode::Inlined
    }

    fn home(&self, def: DefId) -> Option<Source> {
        let of_text = self.text.owner(def).cloned().map(Source::Text);
        of_text.or_else(|| self.module_of.get(&def).cloned().map(Source::Module))
    }

    /// The source that defines it; none of what the library defines.
    pub(crate) fn owner(&self, def: DefId) -> Option<Source> {
        let home = self.home(def)?;
        if !self.is_in_parts() {
            return Some(home);
        }
        Some(match &self.text.env().def(def).kind {
            DefKind::Fn(_) => self.in_part(&home, What::Function(def)),
            DefKind::Global(_) => {
                let of = |cell: &CellInfo| cell.defines.contains(&def) || cell.value == Some(def);
                match home.cells().iter().position(of) {
                    Some(index) => self.cell(&home, index),
                    None => self.declarations(&home),
                }
            }
            _ => home,
        })
    }

    /// An item of a source that runs.
    pub(crate) fn cell(&self, home: &Source, index: usize) -> Source {
        self.in_part(home, What::Cell(index))
    }

    /// What of a source has to be found elsewhere.
    pub(crate) fn declarations(&self, home: &Source) -> Source {
        self.in_part(home, What::Declarations)
    }

    fn in_part(&self, home: &Source, what: What) -> Source {
        let parts = &self.codes.parts;
        let key = (home.version(), what);
        if let Some(known) = parts.0.borrow().parts.get(&key) {
            return Source::Part(Rc::clone(known));
        }
        let made = Rc::new(self.part(home.clone(), what));
        let mut known = parts.0.borrow_mut();
        known.versions.insert(made.version);
        known.parts.insert(key, Rc::clone(&made));
        Source::Part(made)
    }

    /// What a function of a source is where it takes arrays of a host in place.
    pub(crate) fn viewing(&self, of: &Source, viewing: Viewing) -> Source {
        let what = What::Viewing(viewing.function);
        let home = match of {
            Source::Part(part) => &part.of,
            of => of,
        };
        Source::Part(Rc::new(Part {
            version: self.codes.parts.next(),
            what,
            of: home.clone(),
            code: Fingerprint::of(&(of.code(), viewing.function, &viewing.params)),
            unit: mono::Unit {
                viewings: vec![viewing],
                ..mono::Unit::default()
            },
            cells: Vec::new(),
        }))
    }

    /// What `any`s have for values of these types: each with the type of the `any`. None if the text defines nothing.
    pub(crate) fn tables(&self, tables: Vec<(Ty, Ty)>) -> Option<Source> {
        let env = self.text.env();
        let mut print = Fingerprinter::default();
        for (inside, any) in &tables {
            print.add(&(inside, any));
            for ty in [inside, any] {
                if let TyKind::Adt(def, _) | TyKind::Any(def, _) = ty.kind() {
                    print.add(&interface_of(env, *def));
                }
            }
        }
        let unit = mono::Unit {
            tables,
            ..mono::Unit::default()
        };
        self.for_values(What::Tables, unit, print)
    }

    /// What function values get instead of the code that they have. None if the text defines nothing.
    pub(crate) fn values(&self, values: Vec<Key>) -> Option<Source> {
        let env = self.text.env();
        let mut print = Fingerprinter::default();
        for (def, args) in &values {
            print.add(&(def, args, interface_of(env, *def)));
        }
        let unit = mono::Unit::of_values(env, values);
        print.add(&code_of(env, &unit));
        add_text(&self.front.sources, env, &unit, &mut print);
        self.for_values(What::Values, unit, print)
    }

    fn for_values(&self, what: What, unit: mono::Unit, print: Fingerprinter) -> Option<Source> {
        Some(Source::Part(Rc::new(Part {
            version: self.codes.parts.next(),
            what,
            of: self.sources().into_iter().next()?,
            code: print.finish(),
            unit,
            cells: Vec::new(),
        })))
    }

    fn part(&self, home: Source, what: What) -> Part {
        let env = self.text.env();
        let (whole, mut cells) = (home.unit(), Vec::new());
        let unit = match what {
            What::Function(def) => mono::Unit::of_function(env, def),
            What::Cell(index) => {
                let info = home.cells()[index].clone();
                let bound = info.defines.iter().chain(&info.value).copied();
                let unit = whole.of_cell(env, index, bound.collect());
                cells.push(info);
                unit
            }
            What::Declarations | What::Viewing(_) | What::Tables | What::Values => {
                mono::Unit::default()
            }
        };
        let mut print = Fingerprinter::default();
        print.add(&code_of(env, &unit));
        match what {
            What::Function(def) => print.add(&interface_of(env, def)),
            What::Declarations => print.add(&home.code()),
            What::Cell(_) | What::Viewing(_) | What::Tables | What::Values => {}
        }
        add_text(&self.front.sources, env, &unit, &mut print);
        Part {
            version: self.codes.parts.next(),
            what,
            code: print.finish(),
            of: home,
            unit,
            cells,
        }
    }

    /// Where its functions stand, for the lines of errors.
    pub(super) fn note_homes(&self, source: &Source) {
        let (env, unit) = (self.text.env(), source.unit());
        let functions = unit.functions.iter();
        let bodies = functions.filter_map(|def| env.function(*def).body());
        let mut files: FxHashMap<_, Rc<str>> = FxHashMap::default();
        for body in bodies.chain(&unit.cells).map(|found| found.body()) {
            let Some(file) = self.front.sources.get(body.span.file) else {
                continue;
            };
            let key = files.entry(file.id).or_insert_with(|| file.key().into());
            self.homes.note(body.def, key, file.line(body.span.start));
        }
    }
}

/// The texts of all functions and items that run: lines in them count from their beginnings.
fn add_text(sources: &Sources, env: &Env, unit: &mono::Unit, print: &mut Fingerprinter) {
    let functions = unit.functions.iter();
    let bodies = functions.filter_map(|def| env.function(*def).body());
    for body in bodies.chain(&unit.cells).map(|found| found.body()) {
        if sources.get(body.span.file).is_some() {
            print.add(&sources.slice(body.extent()));
        }
    }
}
