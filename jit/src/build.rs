//! From a text that is edited to code in memory: what a worksheet and the script of a host that is loaded again have in common.
//!
//! `compiler::incremental` says which units of the text an edit changed. `code` has each in memory, compiled when it is asked for and kept as
//! long as it is right; globals and slots lie outside of units (`place`), so that they stay while the code around them is another. `base` loads
//! what the text imports. `part` divides units where functions come and go one by one.

mod background;
mod base;
mod code;
mod part;
mod place;
mod values;

use std::rc::Rc;

use compiler::budget::Budget;
use compiler::env::DefId;
use compiler::incremental::{Base, Outcome, Text};
use compiler::mono::Mode;
use rustc_hash::FxHashMap;
use syntax::{Diagnostic, FileId};

use crate::config::Config;
use crate::front::{Front, KeptIds, Search};
use crate::linked::{Homes, Linked};
use crate::machine::Machine;
use crate::report::Error;

use background::Background;
pub(crate) use code::{Codes, Module, Reached, Source, Tier, Version};
pub(crate) use place::{Place, Places};
pub(crate) use values::{Origin, Outlived};

/// A text that is edited, what it imports, and their code.
pub(crate) struct Build {
    pub(crate) machine: Rc<Machine>,
    pub(crate) front: Front,
    pub(crate) config: Config,
    /// How units are compiled.
    pub(crate) mode: Mode,
    /// Of the text.
    pub(crate) name: String,
    pub(crate) text: Text,
    /// In the order in which they run, before the text.
    pub(crate) modules: Vec<Rc<Module>>,
    pub(crate) module_of: FxHashMap<DefId, Rc<Module>>,
    pub(crate) imports: base::Known,
    /// What is to be said about modules that were loaded, rendered.
    pub(crate) module_warnings: Vec<String>,
    pub(crate) codes: Codes,
    background: Background,
    pub(crate) places: Places,
    /// Where functions stand, whose code does not say it.
    pub(crate) homes: Rc<Homes>,
}

impl Build {
    /// Of an empty text.
    pub(crate) fn new(machine: Rc<Machine>, mut front: Front, config: Config, mode: Mode) -> Build {
        // A sheet looks at all of its cells again when a module is another one.
        front.kept_ids = Some(KeptIds::new(mode == Mode::Inlined));
        Build {
            text: Text::new(base::library(&front)),
            machine,
            front,
            config,
            mode,
            name: String::new(),
            modules: Vec::new(),
            module_of: FxHashMap::default(),
            imports: base::Known::default(),
            module_warnings: Vec::new(),
            codes: Codes::default(),
            background: Background::default(),
            places: Places::default(),
            homes: Rc::default(),
        }
    }

    /// The text is this one from now on, and is compiled as far as it is right; nothing runs.
    pub(crate) fn edit(&mut self, name: &str, text: &str) {
        name.clone_into(&mut self.name);
        self.begin(text);
        self.text.edit(&mut self.front.sources, name, text);
        self.bring_base_up_to_date();
        self.text.compile(&self.front.sources);
    }

    /// What is compiled from now on has the limits of the engine for itself; of them this text takes its part.
    pub(crate) fn begin(&self, text: &str) {
        let config = &self.config;
        let budget = self.front.env.budget();
        budget.begin(config.compile_limit, config.optimise_limit);
        // If it is more than that, all else is refused.
        let _ = budget.take_text(text.len());
    }

    /// An error if the text is so long that nothing of it could be compiled.
    pub(crate) fn refuse_long(&self, text: &str) -> Result<(), Error> {
        let refused = Budget::refuse_long(self.config.compile_limit, text);
        match refused {
            Some(found) => Err(self.front.rejected([&found].into_iter())),
            None => Ok(()),
        }
    }

    /// As [`Build::edit`], with the modules that there are.
    pub(crate) fn edit_alone(&mut self, text: &str) {
        self.begin(text);
        self.text.edit(&mut self.front.sources, &self.name, text);
        self.text.compile(&self.front.sources);
    }

    /// From now on LLVM works in a thread, and code that it has not made yet is [missing](Build::is_missing). False if it is at work still.
    pub(crate) fn enter_background(&mut self) -> bool {
        self.background.takes = self.background.take_up();
        self.background.takes
    }

    /// Code is made where it is needed again; the thread begins with what was missing. Whether anything was.
    pub(crate) fn leave_background(&mut self) -> bool {
        self.background.takes = false;
        self.background.start();
        self.is_missing()
    }

    /// Whether something has failed because its code is still to be made by the thread.
    pub(crate) fn is_missing(&self) -> bool {
        self.background.is_behind()
    }

    /// What was made by the thread is linked, or will not be.
    pub(crate) fn forget_background(&mut self) {
        self.background.forget();
    }

    /// What is to be said about the pieces of these files, which are not wrong, rendered.
    pub(crate) fn warnings(&self, is_wanted: impl Fn(FileId) -> bool) -> Vec<String> {
        let mut rendered = Vec::new();
        for (placed, outcome) in self.text.placed().iter().zip(self.text.outcomes()) {
            let file = placed.piece.file;
            if let Outcome::Compiled(unit, _) = outcome
                && let Some(good) = unit.good().filter(|_| is_wanted(file))
            {
                let is_own =
                    |warning: &&Diagnostic| warning.span().is_some_and(|span| span.file == file);
                let own = good.warnings.iter().filter(is_own);
                rendered.extend(own.map(|warning| {
                    compiler::render::render(&self.front.sources, warning, self.config.color)
                }));
            }
        }
        rendered
    }

    /// The globals are bound anew by code of the unit.
    pub(crate) fn make_room(&mut self, globals: &[DefId], unit: &Rc<Linked>) {
        for def in globals {
            if let (Some(place), Some(by)) = (self.places.get_mut(*def), unit.global(*def)) {
                place.clear();
                place.describe(by, unit);
            }
        }
    }

    /// What the text stands on, to go back to it.
    pub(crate) fn standing(&self) -> Standing {
        Standing {
            base: self.text.base().clone(),
            modules: self.modules.clone(),
            module_of: self.module_of.clone(),
            imports: self.imports.clone(),
            searches: self.front.searches.clone(),
        }
    }

    /// The text stands on that again. It is to be edited before anything else.
    pub(crate) fn stand_on(&mut self, former: Standing) {
        if former.imports.print() != self.imports.print() {
            self.text.set_base(former.base, self.is_in_parts());
        }
        self.modules = former.modules;
        self.module_of = former.module_of;
        self.imports.go_back(former.imports);
        self.front.searches = former.searches;
        self.module_warnings.clear();
    }
}

/// The modules that a text imports, as they were.
pub(crate) struct Standing {
    base: Base,
    modules: Vec<Rc<Module>>,
    module_of: FxHashMap<DefId, Rc<Module>>,
    imports: base::Known,
    searches: Vec<Search>,
}
