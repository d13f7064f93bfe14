//! A text that is edited: keeps what it was compiled to, item by item, and after an edit compiles only what that may have changed.
//!
//! ```text
//! text ──split──▶ pieces ──graph──▶ units ──compile──▶ definitions in one Env, cells, diagnostics
//! ```
//!
//! A *piece* is a top-level item with a source of its own, so that nothing changes when it moves. Pieces that need one another are one *unit*,
//! which goes through the line of [`crate::pipeline`] as any source does. It is compiled again if its tokens changed, or what it knows of the
//! names that it uses: then its former definitions are taken out of the `Env`, and the new ones get the same ids, so that what was compiled
//! against them stays right as long as their interfaces do. The result is that of a text that was never edited: what could make a difference,
//! such as the order in which units are compiled, follows from the text alone.

mod edit;
mod fingerprint;
mod interface;
mod outcome;
mod piece;
mod plan;
pub mod portable;
mod round;

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::ast::{self, Expected};
use syntax::cut::Cut;
use syntax::{Diagnostic, FileId, Sources};

pub use fingerprint::{Fingerprint, Fingerprinter};
pub use interface::OfModule;
pub use interface::{code as code_of, of_def as interface_of, of_module as interface_of_module};
pub use piece::{Lineage, Piece};

use crate::CellInfo;
use crate::env::{DefId, Env, Journal, KnownIds, ModuleId};
use crate::hir::Imports;
use crate::mono;
use interface::Interfaces;
use plan::Plan;

/// What a text stands on: the library and the modules that it imports.
#[derive(Clone)]
pub struct Base {
    pub env: Env,
    /// The scope of the text.
    pub module: ModuleId,
    pub imports: Imports,
    /// Of what others may know of the modules.
    pub interface: Fingerprint,
    /// Of their code.
    pub code: Fingerprint,
    /// Imports that failed, by the file of their piece, and why.
    pub failed: FxHashMap<FileId, Vec<Diagnostic>>,
    /// Of what the modules define.
    pub names: Arc<portable::Names>,
}

/// A piece in the text as it is now.
#[derive(Clone)]
pub struct Placed {
    /// No other piece of the text has it.
    pub lineage: Lineage,
    pub piece: Rc<Piece>,
    /// Bytes of the text, comments included.
    pub range: Range<usize>,
    /// Bytes of the tokens.
    pub code: Range<usize>,
    /// What is stated behind its items.
    pub expected: Vec<Option<Expected>>,
    /// The piece's, which is not looked at for them.
    pub is_import: bool,
    pub is_trial: bool,
    /// Its text as it is laid out now.
    shown: FileId,
}

/// Pieces that were compiled together.
pub struct Unit {
    /// No other one ever has this number.
    pub version: u32,
    pub pieces: Vec<Rc<Piece>>,
    key: Fingerprint,
    pub state: State,
}

pub enum State {
    Compiled(Box<Good>),
    Failed(Vec<Diagnostic>),
}

/// A unit without mistakes. Its functions are in [`Text::env`].
pub struct Good {
    pub unit: mono::Unit,
    /// As many as `unit` has, in the order of the text.
    pub cells: Vec<CellInfo>,
    pub warnings: Vec<Diagnostic>,
    /// Of its own bodies, and of the types in them.
    pub code: Fingerprint,
    portable: OnceCell<portable::Code>,
    journal: Journal,
    interfaces: Interfaces,
    /// All of them as one.
    whole: Fingerprint,
}

/// What became of a piece.
pub enum Outcome {
    Imported,
    /// The unit, and which of its cells are the piece's; none for declarations.
    Compiled(Rc<Unit>, Range<usize>),
    Failed(Vec<Diagnostic>),
    /// It needs these, which are broken.
    Waits(Vec<SmolStr>),
}

/// What an update did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub parsed: usize,
    pub compiled: usize,
}

/// A text that is edited, and what it was compiled to.
pub struct Text {
    base: Base,
    env: Env,
    names: Arc<portable::Names>,
    cut: Cut,
    placed: Vec<Placed>,
    /// Of the pieces that are placed.
    lineages: FxHashSet<Lineage>,
    /// Those of the last compilation, and how they go together.
    pieces: Vec<Rc<Piece>>,
    plan: Plan,
    /// As many as the plan has groups: each after those that it needs.
    units: Vec<Rc<Unit>>,
    /// As many as there are units: the code of each and of all that it may call.
    deep: Vec<Fingerprint>,
    outcomes: Vec<Outcome>,
    /// The unit of each definition.
    owners: FxHashMap<DefId, Rc<Unit>>,
    named: KnownIds,
    /// By the first piece of a unit.
    nameless: FxHashMap<FileId, Arc<Vec<DefId>>>,
    /// The piece that was last there, of each hash.
    last_with: FxHashMap<u128, FileId>,
    /// The piece that was last there, of each lineage.
    last_of: FxHashMap<Lineage, FileId>,
    /// Pieces that were in the text not long ago, by their hashes: an edit that is taken back changes nothing.
    attic: IndexMap<u128, (Lineage, Rc<Piece>), FxBuildHasher>,
    /// The pieces that the last edit brought.
    fresh: FxHashSet<FileId>,
    next_lineage: u32,
    next_version: u32,
    work: Work,
}

impl Text {
    /// An empty text.
    pub fn new(base: Base) -> Text {
        Text {
            env: base.env.clone(),
            names: Arc::clone(&base.names),
            base,
            cut: Cut::default(),
            placed: Vec::new(),
            lineages: FxHashSet::default(),
            pieces: Vec::new(),
            plan: Plan::default(),
            units: Vec::new(),
            deep: Vec::new(),
            outcomes: Vec::new(),
            owners: FxHashMap::default(),
            named: KnownIds::default(),
            nameless: FxHashMap::default(),
            last_with: FxHashMap::default(),
            last_of: FxHashMap::default(),
            attic: IndexMap::default(),
            fresh: FxHashSet::default(),
            next_lineage: 0,
            next_version: 0,
            work: Work::default(),
        }
    }

    /// The definitions of all that has no mistakes.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// In the order of the text.
    pub fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// As many as there are pieces, after [`Text::compile`].
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Whether the last edit brought the piece of this file.
    pub fn is_new(&self, piece: FileId) -> bool {
        self.fresh.contains(&piece)
    }

    /// The unit that defines it; none of what comes from the library or a module.
    pub fn owner(&self, def: DefId) -> Option<&Rc<Unit>> {
        self.owners.get(&def)
    }

    pub fn units(&self) -> &[Rc<Unit>] {
        &self.units
    }

    /// Of each unit, in any process: its tokens and those of all that it may follow from, the modules aside.
    pub fn token_prints(&self) -> Vec<Fingerprint> {
        let mut prints: Vec<Fingerprint> = Vec::with_capacity(self.plan.groups.len());
        for group in &self.plan.groups {
            let pieces = group.members.iter().map(|at| &self.placed[*at].piece);
            let tokens: Vec<u128> = pieces.map(|piece| piece.hash).collect();
            let mut below: Vec<Fingerprint> = group.below.iter().map(|at| prints[*at]).collect();
            below.sort_unstable();
            prints.push(Fingerprint::of(&(tokens, below)));
        }
        prints
    }

    /// What the definitions are called in any process.
    pub fn names(&self) -> &portable::Names {
        &self.names
    }

    /// The code of a unit as it is called in any process.
    pub fn portable<'g>(&self, good: &'g Good) -> &'g portable::Code {
        good.portable
            .get_or_init(|| portable::Code::new(&self.env, &good.unit, &self.names))
    }

    /// What the last edit cost.
    pub fn work(&self) -> Work {
        self.work
    }

    /// The `import`s of the text, with the files of their pieces.
    pub fn imports(&self) -> impl Iterator<Item = (FileId, &ast::Item)> {
        let imports = self.placed.iter().filter(|placed| placed.is_import);
        imports.map(|placed| &placed.piece).flat_map(|piece| {
            let items = piece.items.iter();
            let imports = items.filter(|item| matches!(item.kind, ast::ItemKind::Import(_)));
            imports.map(|item| (piece.file, item))
        })
    }

    /// What the text stands on.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The text stands on something else from now on. Units that may stay what they are do so if that is wanted.
    pub fn set_base(&mut self, base: Base, keeps_units: bool) {
        if !keeps_units {
            self.units.clear();
            self.owners.clear();
        }
        let former = std::mem::replace(&mut self.env, base.env.clone());
        self.env.skip_ids_of(&former);
        let names = std::mem::replace(&mut self.names, Arc::clone(&base.names));
        for good in self.units.iter().filter_map(|unit| unit.good()) {
            self.env.replay(&good.journal, &former);
            Arc::make_mut(&mut self.names).take(&good.journal.defs, &names);
        }
        self.base = base;
        // All are to be looked at.
        self.deep.clear();
    }

    fn imports_failed(&self) -> impl Iterator<Item = (FileId, &ast::Item)> {
        self.imports()
            .filter(|(file, _)| self.base.failed.contains_key(file))
    }
}

impl Placed {
    /// Tells how its text is laid out.
    pub fn layout(&self) -> FileId {
        self.shown
    }

    /// Its tokens as they are written now.
    pub fn text<'s>(&self, sources: &'s Sources) -> &'s str {
        let start = self.code.start - self.range.start;
        let end = self.code.end - self.range.start;
        sources.file(self.shown).text.get(start..end).unwrap_or("")
    }
}

impl Unit {
    pub fn good(&self) -> Option<&Good> {
        match &self.state {
            State::Compiled(good) => Some(good),
            State::Failed(_) => None,
        }
    }

    fn is_failed(&self) -> bool {
        self.good().is_none()
    }
}

impl Good {
    /// All that the unit defines.
    pub fn defs(&self) -> Vec<DefId> {
        self.journal.defs.iter().copied().collect()
    }
}
