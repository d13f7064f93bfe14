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

mod fingerprint;
mod graph;
mod interface;
mod piece;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::ast::{self, Expected};
use syntax::{Diagnostic, FileId, SourceFile, Sources, split};

pub use fingerprint::{Fingerprint, Fingerprinter};
pub use interface::{code as code_of, of_def as interface_of};
pub use piece::{Lineage, Piece};

use crate::CellInfo;
use crate::env::{DefId, DefKind, Env, Ids, Journal, KnownIds, ModuleId};
use crate::hir::Imports;
use crate::mir::Effects;
use crate::mono;
use crate::pipeline::{self, Source};
use graph::Graph;
use interface::Interfaces;
use piece::{Name, Names};

/// How many pieces that are no longer in the text are remembered.
const MOST_KEPT: usize = 1000;

/// How often units that failed are tried again, because another one that did turned out to be right.
const MOST_ROUNDS: usize = 10;

/// What a text stands on: the library and the modules that it imports.
#[derive(Clone)]
pub struct Base {
    pub env: Env,
    /// The scope of the text.
    pub module: ModuleId,
    pub imports: Imports,
    /// Whatever changes when the modules do.
    pub print: Fingerprint,
    /// Imports that failed, by the file of their piece, and why.
    pub failed: FxHashMap<FileId, Vec<Diagnostic>>,
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
    journal: Journal,
    interfaces: Interfaces,
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
    placed: Vec<Placed>,
    /// Each after those that it needs.
    units: Vec<Rc<Unit>>,
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
            base,
            placed: Vec::new(),
            units: Vec::new(),
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

    pub fn module(&self) -> ModuleId {
        self.base.module
    }

    /// In the order of the text.
    pub fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// As many as there are pieces, after [`Text::compile`].
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Whether the last edit brought it.
    pub fn is_new(&self, placed: &Placed) -> bool {
        self.fresh.contains(&placed.piece.file)
    }

    /// The unit that defines it; none of what comes from the library or a module.
    pub fn owner(&self, def: DefId) -> Option<&Rc<Unit>> {
        self.owners.get(&def)
    }

    pub fn units(&self) -> &[Rc<Unit>] {
        &self.units
    }

    /// What the last edit cost.
    pub fn work(&self) -> Work {
        self.work
    }

    /// The first half of an edit: the text is cut into pieces, of which those that are as they were stay.
    pub fn edit(&mut self, sources: &mut Sources, name: &str, text: &str) {
        self.work = Work::default();
        self.fresh.clear();
        let whole = SourceFile::new(FileId(u32::MAX), name, text);
        let cut = split::split(&whole);
        let mut old: Vec<Option<Placed>> = std::mem::take(&mut self.placed)
            .into_iter()
            .map(Some)
            .collect();
        let stayed = stayed(&old, &cut);
        let mut new: Vec<Option<Placed>> = Vec::with_capacity(cut.len());
        for (found, former) in cut.iter().zip(&stayed) {
            let former = former.and_then(|index| old[index].take());
            new.push(former.map(|former| laid_out(sources, &whole, found, former)));
        }
        let mut taken: FxHashSet<Lineage> = new.iter().flatten().map(|new| new.lineage).collect();
        for (index, found) in cut.iter().enumerate() {
            if new[index].is_some() {
                continue;
            }
            let former = self.attic.shift_remove(&found.hash);
            let known = former.as_ref().map(|(lineage, _)| *lineage);
            let near = self.near(&old, &stayed, index);
            let mut candidates = known.into_iter().chain(near);
            let lineage = candidates.find(|lineage| !taken.contains(lineage));
            let lineage = lineage.unwrap_or_else(|| self.fresh_lineage());
            taken.insert(lineage);
            let placed = match former {
                Some((_, piece)) => {
                    sources.lay_out_as_it_was(piece.file);
                    let placed = Placed::again(lineage, piece, found);
                    laid_out(sources, &whole, found, placed)
                }
                None => self.read(sources, &whole, found, lineage),
            };
            self.fresh.insert(placed.piece.file);
            new[index] = Some(placed);
        }
        for gone in old.into_iter().flatten() {
            self.last_of.insert(gone.lineage, gone.piece.file);
            self.last_with.insert(gone.piece.hash, gone.piece.file);
            self.attic
                .insert(gone.piece.hash, (gone.lineage, gone.piece));
        }
        let excess = self.attic.len().saturating_sub(MOST_KEPT);
        self.attic.drain(..excess);
        self.placed = new.into_iter().flatten().collect();
        // What is known of a piece that is gone may be shown beside one with the same tokens.
        let there: FxHashSet<FileId> = self.placed.iter().map(|placed| placed.piece.file).collect();
        for placed in &self.placed {
            let same = self.last_with.get(&placed.piece.hash);
            if let Some(gone) = same.filter(|gone| !there.contains(gone)) {
                lay_out(sources, *gone, placed.shown);
            }
        }
        for placed in &self.placed {
            let origin = whole.line_column(placed.range.start as u32);
            sources.set_origin(placed.shown, origin);
            sources.set_origin(placed.piece.file, origin);
        }
    }

    /// The pieces that stood where a new one stands.
    fn near(&self, old: &[Option<Placed>], stayed: &[Option<usize>], index: usize) -> Vec<Lineage> {
        let before = match index.checked_sub(1) {
            Some(before) => stayed[before].map(|old| old + 1),
            None => Some(0),
        };
        let after = match stayed.get(index + 1) {
            Some(after) => after.and_then(|after| after.checked_sub(1)),
            None => old.len().checked_sub(1),
        };
        let near = [before, after].into_iter().flatten();
        let former = near.filter_map(|index| old.get(index)?.as_ref());
        former.map(|former| former.lineage).collect()
    }

    fn fresh_lineage(&mut self) -> Lineage {
        self.next_lineage += 1;
        Lineage(self.next_lineage)
    }

    fn read(
        &mut self,
        sources: &mut Sources,
        whole: &SourceFile,
        found: &split::Piece,
        lineage: Lineage,
    ) -> Placed {
        self.work.parsed += 1;
        let text = &whole.text[found.range.clone()];
        let file = sources.add(whole.name.clone(), text);
        let piece = Piece::new(sources.file(file), found.hash);
        Placed {
            lineage,
            range: found.range.clone(),
            code: found.code.clone(),
            expected: piece
                .items
                .iter()
                .map(|item| item.expected.clone())
                .collect(),
            shown: file,
            piece: Rc::new(piece),
        }
    }

    /// The `import`s of the text, with the files of their pieces.
    pub fn imports(&self) -> impl Iterator<Item = (FileId, &ast::Item)> {
        let pieces = self.placed.iter().map(|placed| &placed.piece);
        pieces.flat_map(|piece| {
            let items = piece.items.iter();
            let imports = items.filter(|item| matches!(item.kind, ast::ItemKind::Import(_)));
            imports.map(|item| (piece.file, item))
        })
    }

    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The ids for what the modules of another base define.
    pub fn ids_for_base(&self, env: &mut Env) {
        env.skip_ids_of(&self.env);
        env.set_ids(Ids::new(self.named.clone(), Arc::default()));
    }

    /// The text stands on something else from now on.
    pub fn set_base(&mut self, base: Base) {
        let former = std::mem::replace(&mut self.env, base.env.clone());
        self.env.skip_ids_of(&former);
        self.base = base;
        self.units.clear();
    }

    /// The second half of an edit: compiles what it may have changed.
    pub fn compile(&mut self, sources: &Sources) {
        let pieces: Vec<Rc<Piece>> = self
            .placed
            .iter()
            .map(|placed| Rc::clone(&placed.piece))
            .collect();
        // Imports belong to the base.
        let empty = Names::default();
        let names: Vec<&Names> = pieces
            .iter()
            .map(|piece| {
                if piece.is_import() {
                    &empty
                } else {
                    &piece.names
                }
            })
            .collect();
        let graph = Graph::new(&names);
        let order = graph.units();
        let mut former = self.take_units();
        if pieces.iter().any(|piece| piece.names.is_called_by_c) {
            self.env.allow_callbacks();
        }
        let mut round = Round {
            pieces: &pieces,
            graph: &graph,
            of_piece: vec![None; pieces.len()],
            deep: vec![Fingerprint::default(); pieces.len()],
        };
        let groups: Vec<Group> = order
            .into_iter()
            .filter(|members| !pieces[members[0]].is_import())
            .map(Group)
            .collect();
        // Those that nobody has any more make room first.
        for group in &groups {
            let files = group.files(&pieces);
            if let Some(unit) = former.remove(&files) {
                for member in &group.0 {
                    round.of_piece[*member] = Some(Rc::clone(&unit));
                }
            }
        }
        let mut gone: Vec<Rc<Unit>> = former.into_values().collect();
        gone.sort_by_key(|unit| unit.version);
        for unit in gone {
            self.retract(&unit);
        }
        for _ in 0..MOST_ROUNDS {
            for group in &groups {
                self.bring_up_to_date(sources, &mut round, group);
                round.note_deep(group);
            }
            if !self.last_words(sources, &mut round, &groups) {
                break;
            }
        }
        self.units = groups
            .iter()
            .filter_map(|group| round.of_piece[group.0[0]].clone())
            .collect();
        self.owners.clear();
        for unit in &self.units {
            if let State::Compiled(good) = &unit.state {
                for def in &good.journal.defs {
                    self.owners.insert(*def, Rc::clone(unit));
                }
            }
        }
        self.outcomes = (0..pieces.len())
            .map(|index| self.outcome(&round, index))
            .collect();
    }

    fn take_units(&mut self) -> FxHashMap<Vec<FileId>, Rc<Unit>> {
        let units = std::mem::take(&mut self.units).into_iter();
        units
            .map(|unit| {
                let files = unit.pieces.iter().map(|piece| piece.file).collect();
                (files, unit)
            })
            .collect()
    }

    fn retract(&mut self, unit: &Unit) {
        if let State::Compiled(good) = &unit.state {
            self.env.retract(&good.journal);
        }
    }

    /// Compiles a unit unless it is the same as before and knows the same.
    fn bring_up_to_date(&mut self, sources: &Sources, round: &mut Round<'_>, group: &Group) {
        let key = round.key(self.base.print, group);
        let former = round.of_piece[group.0[0]].clone();
        if let Some(former) = &former {
            if former.key == key {
                return;
            }
            self.retract(former);
        }
        let unit = self.compiled(sources, round, group, key);
        for member in &group.0 {
            round.of_piece[*member] = Some(Rc::clone(&unit));
        }
    }

    /// What is said about units with mistakes may mention whatever the text defines, so it is said at the end. True if one of them turned
    /// out to have none, which others may have waited for.
    fn last_words(&mut self, sources: &Sources, round: &mut Round<'_>, groups: &[Group]) -> bool {
        let mut mended = false;
        for group in groups {
            let is_failed = |unit: &Rc<Unit>| matches!(unit.state, State::Failed(_));
            let Some(unit) = round.of_piece[group.0[0]].clone().filter(is_failed) else {
                continue;
            };
            let unit = self.compiled(sources, round, group, unit.key);
            mended |= matches!(unit.state, State::Compiled(_));
            for member in &group.0 {
                round.of_piece[*member] = Some(Rc::clone(&unit));
            }
        }
        mended
    }

    fn compiled(
        &mut self,
        sources: &Sources,
        round: &Round<'_>,
        group: &Group,
        key: Fingerprint,
    ) -> Rc<Unit> {
        self.work.compiled += 1;
        self.next_version += 1;
        let pieces: Vec<Rc<Piece>> = group.pieces(round.pieces);
        let state = self.state(sources, &pieces, round.below(group));
        Rc::new(Unit {
            version: self.next_version,
            pieces,
            key,
            state,
        })
    }

    /// `below` stands for the code of all that it may call.
    fn state(&mut self, sources: &Sources, pieces: &[Rc<Piece>], below: Fingerprint) -> State {
        let tree = tree(pieces, sources);
        let nameless = self.nameless_ids(pieces[0].file);
        self.env.set_ids(Ids::new(self.named.clone(), nameless));
        let source = Source {
            tree: &tree,
            module: self.base.module,
            imports: &self.base.imports,
            texts: sources,
        };
        let said = piece::parse_diagnostics(pieces);
        let mut compiled = pipeline::compile_tree(&self.env, source, said);
        if !compiled.is_accepted() {
            return State::Failed(compiled.diagnostics.into_iter().collect());
        }
        compiled.drop_tests();
        let journal = compiled.env.journal().clone();
        self.remember_ids(pieces[0].file, &compiled.env);
        self.env = compiled.env;
        let hashes: Vec<u128> = pieces.iter().map(|piece| piece.hash).collect();
        let bodies = interface::code(&self.env, &compiled.unit);
        let code = Fingerprint::of(&(hashes, bodies));
        for def in &journal.defs {
            self.env
                .set_print(*def, Fingerprint::of(&(code, below)).as_u128());
        }
        State::Compiled(Box::new(Good {
            interfaces: interface::interfaces(&self.env, &journal),
            code,
            unit: compiled.unit,
            cells: compiled.cells,
            warnings: compiled.diagnostics.into_iter().collect(),
            journal,
        }))
    }

    /// Those that the definitions without names had before.
    fn nameless_ids(&self, first: FileId) -> Arc<Vec<DefId>> {
        let own = self.nameless.get(&first);
        let former = || {
            let placed = self
                .placed
                .iter()
                .find(|placed| placed.piece.file == first)?;
            let same = self.last_with.get(&placed.piece.hash);
            let same = same.and_then(|file| self.nameless.get(file));
            same.or_else(|| self.nameless.get(self.last_of.get(&placed.lineage)?))
        };
        own.or_else(former).cloned().unwrap_or_default()
    }

    fn remember_ids(&mut self, first: FileId, env: &Env) {
        let mut nameless = Vec::new();
        for (name, id) in env.ids().given() {
            match name {
                Some(name) if self.named.get(name) != Some(id) => {
                    self.named.insert(name.clone(), *id);
                }
                Some(_) => {}
                None => nameless.push(*id),
            }
        }
        self.nameless.insert(first, Arc::new(nameless));
    }

    fn outcome(&self, round: &Round<'_>, index: usize) -> Outcome {
        let piece = &round.pieces[index];
        if piece.is_import() {
            return match self.base.failed.get(&piece.file) {
                Some(diagnostics) => Outcome::Failed(diagnostics.clone()),
                None => Outcome::Imported,
            };
        }
        let unit = round.of_piece[index]
            .as_ref()
            .expect("compiler bug: a piece has no unit");
        match &unit.state {
            State::Compiled(good) => {
                let is_own = |cell: &CellInfo| cell.span.file == piece.file;
                let first = good.cells.iter().position(is_own).unwrap_or(0);
                let count = good.cells.iter().filter(|cell| is_own(cell)).count();
                Outcome::Compiled(Rc::clone(unit), first..first + count)
            }
            State::Failed(diagnostics) => {
                let is_own =
                    |found: &&Diagnostic| found.span().is_none_or(|span| span.file == piece.file);
                let own: Vec<Diagnostic> = diagnostics.iter().filter(is_own).cloned().collect();
                let waits_for = self.broken_needs(round, index);
                let has_own = own.iter().any(Diagnostic::is_error);
                if !waits_for.is_empty() && !piece.is_torn() {
                    Outcome::Waits(waits_for)
                } else if has_own {
                    Outcome::Failed(own)
                } else {
                    let others = unit.pieces.iter().filter(|other| other.file != piece.file);
                    Outcome::Waits(others.filter_map(|other| other.title()).collect())
                }
            }
        }
    }

    /// What a piece may need and what did not come about, that of its own unit aside.
    fn broken_needs(&self, round: &Round<'_>, index: usize) -> Vec<SmolStr> {
        let piece = &round.pieces[index];
        let unit = round.of_piece[index].as_ref();
        let mut found = Vec::new();
        for need in &piece.names.needs {
            for giver in round.graph.givers(need) {
                let of = round.of_piece[*giver].as_ref();
                let is_failed = of.is_some_and(|of| matches!(of.state, State::Failed(_)));
                let is_other = unit.zip(of).is_some_and(|(unit, of)| !Rc::ptr_eq(unit, of));
                if is_failed && is_other {
                    found.push(match need {
                        Name::Top(name) => name.clone(),
                        Name::Member(_) | Name::Operator(_) | Name::Impls(_) => {
                            round.pieces[*giver].title().unwrap_or_default()
                        }
                    });
                }
            }
        }
        // What did not parse may have been to define whatever it names.
        let torn = round.pieces.iter().filter(|other| other.file != piece.file);
        for name in torn.flat_map(|other| &other.skipped) {
            let need = Name::Top(name.clone());
            if round.graph.givers(&need).is_empty() && piece.names.needs.contains(&need) {
                found.push(name.clone());
            }
        }
        for (file, _) in self.imports_failed() {
            let import = round.pieces.iter().find(|piece| piece.file == file);
            let names = import.into_iter().flat_map(|import| &import.names.defines);
            let missing =
                names.filter(|name| piece.names.needs.contains(&Name::Top((*name).clone())));
            found.extend(missing.cloned());
        }
        let mut seen = FxHashSet::default();
        found.retain(|name| seen.insert(name.clone()));
        found
    }

    /// The variables that a piece with mistakes may have been to change, and whether it may be any.
    pub fn may_write(&self, index: usize) -> Effects {
        let piece = &self.placed[index].piece;
        let scope = self.env.module(self.base.module);
        let mut found = Effects::default();
        let mut call = |def: DefId| {
            let known = self.env.function(def).body().map(|body| body.effects());
            if let Some(effects) = known {
                found.writes.extend(&effects.writes);
                found.anything |= effects.anything;
            }
        };
        let mut variables = Vec::new();
        for need in &piece.names.needs {
            match need {
                Name::Top(name) => {
                    let Some(def) = scope.names.get(name) else {
                        continue;
                    };
                    match &self.env.def(*def).kind {
                        DefKind::Fn(_) => call(*def),
                        DefKind::Global(global)
                            if global.is_var && piece.names.written.contains(name) =>
                        {
                            variables.push(*def);
                        }
                        _ => {}
                    }
                }
                Name::Member(name) => self.env.methods_named(name).for_each(&mut call),
                Name::Operator(_) | Name::Impls(_) => {}
            }
        }
        found.writes.extend(variables);
        found.writes.sort_unstable();
        found.writes.dedup();
        found
    }

    fn imports_failed(&self) -> impl Iterator<Item = (FileId, &ast::Item)> {
        self.imports()
            .filter(|(file, _)| self.base.failed.contains_key(file))
    }
}

impl Placed {
    /// Its tokens as they are written now.
    pub fn text<'s>(&self, sources: &'s Sources) -> &'s str {
        let start = self.code.start - self.range.start;
        let end = self.code.end - self.range.start;
        sources.file(self.shown).text.get(start..end).unwrap_or("")
    }

    /// A piece that was in the text before.
    fn again(lineage: Lineage, piece: Rc<Piece>, found: &split::Piece) -> Placed {
        Placed {
            lineage,
            range: found.range.clone(),
            code: found.code.clone(),
            expected: piece
                .items
                .iter()
                .map(|item| item.expected.clone())
                .collect(),
            shown: piece.file,
            piece,
        }
    }
}

impl Unit {
    pub fn good(&self) -> Option<&Good> {
        match &self.state {
            State::Compiled(good) => Some(good),
            State::Failed(_) => None,
        }
    }
}

/// The pieces of a unit, by their place in the text.
struct Group(Vec<usize>);

impl Group {
    fn pieces(&self, all: &[Rc<Piece>]) -> Vec<Rc<Piece>> {
        self.0.iter().map(|index| Rc::clone(&all[*index])).collect()
    }

    fn files(&self, all: &[Rc<Piece>]) -> Vec<FileId> {
        self.0.iter().map(|index| all[*index].file).collect()
    }
}

/// One compilation of the text.
struct Round<'r> {
    pieces: &'r [Rc<Piece>],
    graph: &'r Graph<'r>,
    /// The newest unit of each.
    of_piece: Vec<Option<Rc<Unit>>>,
    /// The code of that and of all that it may call.
    deep: Vec<Fingerprint>,
}

impl Round<'_> {
    /// What the result of compiling a unit follows from.
    fn key(&self, base: Fingerprint, group: &Group) -> Fingerprint {
        let mut print = Fingerprinter::default();
        print.add(&base);
        let mut has_code = false;
        for index in &group.0 {
            let piece = &self.pieces[*index];
            print.add(&(piece.file, piece.hash));
            has_code |= piece.names.has_code;
            for need in &piece.names.needs {
                self.add_need(group, need, piece.names.computes, &mut print);
            }
        }
        if has_code {
            for broad in self.graph.broad() {
                if let Some(good) = self.other(group, *broad) {
                    print.add(&good.interfaces_as_one());
                }
            }
        }
        print.finish()
    }

    fn add_need(&self, group: &Group, need: &Name, computes: bool, print: &mut Fingerprinter) {
        for giver in self.graph.givers(need) {
            if group.0.contains(giver) {
                continue;
            }
            let good = self.other(group, *giver);
            print.add(&good.and_then(|good| good.interfaces.get(need)));
            if computes {
                print.add(&self.deep[*giver]);
            }
        }
    }

    /// The unit of a piece, if it is another one and has no mistakes.
    fn other(&self, group: &Group, index: usize) -> Option<&Good> {
        let unit = self.of_piece[index].as_ref()?;
        unit.good().filter(|_| !group.0.contains(&index))
    }

    /// A unit is up to date.
    fn note_deep(&mut self, group: &Group) {
        let of = self.of_piece[group.0[0]].as_ref();
        let code = of.and_then(|unit| unit.good()).map(|good| good.code);
        let deep = Fingerprint::of(&(code, self.below(group)));
        for index in &group.0 {
            self.deep[*index] = deep;
        }
    }

    /// The code of all that a unit may call.
    fn below(&self, group: &Group) -> Fingerprint {
        let mut all = FxHashSet::default();
        for index in &group.0 {
            let needs = self.pieces[*index].names.needs.iter();
            let givers = needs.flat_map(|need| self.graph.givers(need));
            let others = givers.filter(|giver| !group.0.contains(giver));
            all.extend(others.map(|giver| self.deep[*giver]));
        }
        let mut all: Vec<Fingerprint> = all.into_iter().collect();
        all.sort_unstable();
        Fingerprint::of(&all)
    }
}

impl Good {
    /// All that the unit defines.
    pub fn defs(&self) -> Vec<DefId> {
        self.journal.defs.iter().copied().collect()
    }

    fn interfaces_as_one(&self) -> Fingerprint {
        let mut all: Vec<_> = self.interfaces.iter().collect();
        all.sort_unstable();
        Fingerprint::of(&all.into_iter().map(|(_, print)| *print).collect::<Vec<_>>())
    }
}

fn tree(pieces: &[Rc<Piece>], sources: &Sources) -> ast::Module {
    let mut tree = ast::Module {
        items: Vec::new(),
        span: sources.file(pieces[0].file).span(),
        stray_expected: Vec::new(),
        doubts: ast::Doubts::default(),
        skipped: Vec::new(),
    };
    for piece in pieces {
        tree.items.extend(piece.items.iter().cloned());
        tree.stray_expected
            .extend(piece.stray_expected.iter().cloned());
        tree.doubts.names.extend(piece.doubts.names.iter().cloned());
        tree.doubts.torn.extend(piece.doubts.torn.iter().copied());
        tree.skipped.extend(piece.skipped.iter().cloned());
    }
    tree
}

/// The piece as it was, wherever and however its text stands now.
fn laid_out(
    sources: &mut Sources,
    whole: &SourceFile,
    found: &split::Piece,
    former: Placed,
) -> Placed {
    let text = &whole.text[found.range.clone()];
    let mut placed = Placed {
        range: found.range.clone(),
        code: found.code.clone(),
        ..former
    };
    if *sources.file(placed.shown).text == *text {
        return placed;
    }
    let file = placed.piece.file;
    if *sources.file(file).text == *text {
        sources.lay_out_as_it_was(file);
        placed.shown = file;
        let items = placed.piece.items.iter();
        placed.expected = items.map(|item| item.expected.clone()).collect();
        return placed;
    }
    placed.shown = sources.add(whole.name.clone(), text);
    let parsed = syntax::parse(sources.file(placed.shown));
    let items = parsed.module.items.into_iter();
    placed.expected = items.map(|item| item.expected).collect();
    lay_out(sources, file, placed.shown);
    placed
}

/// Shows what is known of one text in another one with the same tokens.
fn lay_out(sources: &mut Sources, earlier: FileId, shown: FileId) {
    let starts = |id: FileId| split::token_starts(sources.file(id));
    let starts = starts(earlier).into_iter().zip(starts(shown)).collect();
    sources.lay_out(earlier, shown, starts);
}

/// For each of the new pieces the old one with the same tokens: of several the one that stands in the same order from the beginning or the end,
/// else the first.
fn stayed(old: &[Option<Placed>], new: &[split::Piece]) -> Vec<Option<usize>> {
    let hash = |index: usize| old[index].as_ref().map(|placed| placed.piece.hash);
    let mut found = vec![None; new.len()];
    let most = old.len().min(new.len());
    let first = (0..most)
        .take_while(|i| hash(*i) == Some(new[*i].hash))
        .count();
    let last = (0..most - first)
        .take_while(|i| hash(old.len() - 1 - i) == Some(new[new.len() - 1 - i].hash))
        .count();
    for (index, found) in found.iter_mut().enumerate().take(first) {
        *found = Some(index);
    }
    for index in 0..last {
        found[new.len() - 1 - index] = Some(old.len() - 1 - index);
    }
    let mut rest: FxHashMap<u128, Vec<usize>> = FxHashMap::default();
    for index in (first..old.len() - last).rev() {
        rest.entry(hash(index).unwrap_or_default())
            .or_default()
            .push(index);
    }
    for index in first..new.len() - last {
        found[index] = rest.get_mut(&new[index].hash).and_then(Vec::pop);
    }
    found
}
