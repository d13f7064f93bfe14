//! The second half of an edit: which units are compiled again. One is looked at if one of its pieces is another than before, or if something
//! happened to a unit that may give it something.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{FileId, Sources, ast};

use super::fingerprint::{Fingerprint, Fingerprinter};
use super::piece::{self, Name, Piece};
use super::plan::Plan;
use super::{Base, Good, State, Text, Unit, interface};
use crate::env::{DefId, Env, Ids};
use crate::pipeline::{self, Source};

/// How often units that failed are tried again, because another one that did turned out to be right.
const MOST_ROUNDS: usize = 10;

/// One compilation of the text.
pub(super) struct Round {
    pub(super) pieces: Vec<Rc<Piece>>,
    pub(super) plan: Plan,
    /// The newest unit of each group.
    units: Vec<Option<Rc<Unit>>>,
    /// The code of that and of all that it may call.
    deep: Vec<Fingerprint>,
    /// Groups that are to be looked at.
    open: Vec<bool>,
    /// Groups that are not what they were.
    changed: Vec<bool>,
}

impl Text {
    /// The second half of an edit: compiles what it may have changed.
    pub fn compile(&mut self, sources: &Sources) {
        let (mut round, others) = self.begin_round();
        if others
            .iter()
            .any(|at| round.pieces[*at].names.is_called_by_c)
        {
            self.env.allow_callbacks();
        }
        let gone = round.find_units(std::mem::take(&mut self.units), &others);
        // Those that nobody has any more make room first.
        for unit in &gone {
            self.retract(unit);
        }
        for _ in 0..MOST_ROUNDS {
            self.bring_up_to_date(sources, &mut round);
            // Where nothing is defined that was not before, nothing else can be said.
            let is_as_before = gone.is_empty() && self.work.compiled == 0;
            if is_as_before || !self.last_words(sources, &mut round) {
                break;
            }
        }
        self.end_round(round);
    }

    /// With the pieces that are others than those that stood there the last time.
    fn begin_round(&mut self) -> (Round, Vec<usize>) {
        let mut pieces = std::mem::take(&mut self.pieces);
        let placed = self.placed.iter().map(|placed| &placed.piece);
        let pairs = placed.clone().zip(&pieces).enumerate();
        let others = pairs.filter(|(_, (now, before))| !Rc::ptr_eq(now, before));
        let mut others: Vec<usize> = others.map(|(at, _)| at).collect();
        let mut plan = std::mem::take(&mut self.plan);
        let is_as_before = self.placed.len() == pieces.len()
            && self.deep.len() == plan.groups.len()
            && self.units.len() == plan.groups.len()
            && others
                .iter()
                .all(|at| plan.fits(*at, &self.placed[*at].piece));
        if is_as_before {
            for at in &others {
                pieces[*at] = Rc::clone(&self.placed[*at].piece);
            }
        } else {
            pieces = placed.cloned().collect();
            others = (0..pieces.len()).collect();
            let names = pieces.iter().map(|piece| match piece.is_import() {
                true => None,
                false => Some(Rc::clone(&piece.names)),
            });
            plan = Plan::new(names.collect());
            self.deep = vec![Fingerprint::default(); plan.groups.len()];
            self.outcomes.clear();
        }
        let count = plan.groups.len();
        let round = Round {
            pieces,
            plan,
            units: vec![None; count],
            deep: std::mem::take(&mut self.deep),
            open: vec![!is_as_before; count],
            changed: vec![false; count],
        };
        (round, others)
    }

    fn end_round(&mut self, round: Round) {
        self.bring_outcomes_up_to_date(&round);
        let units = round.units.into_iter();
        self.units = units
            .map(|unit| unit.expect("compiler bug: a piece has no unit"))
            .collect();
        self.pieces = round.pieces;
        self.plan = round.plan;
        self.deep = round.deep;
    }

    fn retract(&mut self, unit: &Unit) {
        if let State::Compiled(good) = &unit.state {
            self.env.retract(&good.journal);
            for def in &good.journal.defs {
                self.owners.remove(def);
            }
        }
    }

    /// Goes through the groups of which something may have changed.
    fn bring_up_to_date(&mut self, sources: &Sources, round: &mut Round) {
        for group in 0..round.plan.groups.len() {
            if !round.open[group] {
                continue;
            }
            let is_new = self.renew(sources, round, group);
            let is_deeper = round.note_deep(group);
            round.changed[group] |= is_new || is_deeper;
            if round.changed[group] {
                for above in &round.plan.groups[group].above {
                    round.open[*above] = true;
                }
            }
        }
        round.open.fill(false);
        round.changed.fill(false);
    }

    /// Compiles a unit unless it is the same as before and knows the same; whether it did.
    fn renew(&mut self, sources: &Sources, round: &mut Round, group: usize) -> bool {
        let key = round.key(&self.base, group);
        if let Some(former) = round.units[group].take() {
            if former.key == key {
                round.units[group] = Some(former);
                return false;
            }
            self.retract(&former);
        }
        round.units[group] = Some(self.compiled(sources, round, group, key));
        true
    }

    /// What is said about units with mistakes may mention whatever the text defines, so it is said at the end. True if one of them turned
    /// out to have none, which others may have waited for.
    fn last_words(&mut self, sources: &Sources, round: &mut Round) -> bool {
        let mut mended = false;
        for group in 0..round.plan.groups.len() {
            let unit = round.units[group].as_ref();
            let Some(key) = unit.filter(|unit| unit.is_failed()).map(|unit| unit.key) else {
                continue;
            };
            let unit = self.compiled(sources, round, group, key);
            if !unit.is_failed() {
                mended = true;
                round.open[group] = true;
                round.changed[group] = true;
            }
            round.units[group] = Some(unit);
        }
        mended
    }

    fn compiled(
        &mut self,
        sources: &Sources,
        round: &Round,
        group: usize,
        key: Fingerprint,
    ) -> Rc<Unit> {
        self.work.compiled += 1;
        self.next_version += 1;
        let pieces = round.plan.groups[group].members.iter();
        let pieces: Vec<Rc<Piece>> = pieces.map(|at| Rc::clone(&round.pieces[*at])).collect();
        let state = self.state(sources, &pieces, round.below(group));
        let unit = Rc::new(Unit {
            version: self.next_version,
            pieces,
            key,
            state,
        });
        if let State::Compiled(good) = &unit.state {
            for def in &good.journal.defs {
                self.owners.insert(*def, Rc::clone(&unit));
            }
        }
        unit
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
        compiled.drop_benches();
        let journal = compiled.env.journal().clone();
        self.remember_ids(pieces[0].file, &compiled.env);
        self.env = compiled.env;
        let hashes: Vec<u128> = pieces.iter().map(|piece| piece.hash).collect();
        let bodies = interface::code(&self.env, &compiled.unit);
        Arc::make_mut(&mut self.names).add_unit(&self.env, Fingerprint::of(&hashes));
        let code = Fingerprint::of(&(hashes, bodies));
        // A constant may be computed by functions of modules.
        let print = Fingerprint::of(&(code, below, self.base.code));
        for def in &journal.defs {
            self.env.set_print(*def, print.as_u128());
        }
        let interfaces = interface::interfaces(&self.env, &journal);
        State::Compiled(Box::new(Good {
            whole: interface::as_one(&interfaces),
            interfaces,
            code,
            unit: compiled.unit,
            cells: compiled.cells,
            warnings: compiled.diagnostics.into_iter().collect(),
            portable: OnceCell::new(),
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
}

impl Round {
    /// None of an import.
    pub(super) fn unit_of(&self, piece: usize) -> Option<&Rc<Unit>> {
        self.units[self.plan.group_of(piece)?].as_ref()
    }

    /// Each group gets the unit that it had; gives those that nobody has, the oldest first. `others` are pieces that are not what they were.
    fn find_units(&mut self, former: Vec<Rc<Unit>>, others: &[usize]) -> Vec<Rc<Unit>> {
        let mut homeless: FxHashMap<Vec<FileId>, Rc<Unit>> = FxHashMap::default();
        let groups = others.iter().filter_map(|piece| self.plan.group_of(*piece));
        let mut groups: Vec<usize> = groups.collect();
        groups.sort_unstable();
        groups.dedup();
        for (at, unit) in former.into_iter().enumerate() {
            match self.units.get_mut(at) {
                Some(place) if groups.binary_search(&at).is_err() => *place = Some(unit),
                _ => {
                    let files = unit.pieces.iter().map(|piece| piece.file).collect();
                    homeless.insert(files, unit);
                }
            }
        }
        for at in groups {
            let members = self.plan.groups[at].members.iter();
            let files: Vec<FileId> = members.map(|at| self.pieces[*at].file).collect();
            self.units[at] = homeless.remove(&files);
            self.open[at] = true;
        }
        let mut gone: Vec<Rc<Unit>> = homeless.into_values().collect();
        gone.sort_by_key(|unit| unit.version);
        gone
    }

    /// What the result of compiling a unit follows from.
    fn key(&self, base: &Base, group: usize) -> Fingerprint {
        let mut print = Fingerprinter::default();
        print.add(&base.interface);
        let mut has_code = false;
        for index in &self.plan.groups[group].members {
            let piece = &self.pieces[*index];
            if piece.names.computes {
                print.add(&base.code);
            }
            print.add(&(piece.file, piece.hash));
            has_code |= piece.names.has_code;
            for need in &piece.names.needs {
                self.add_need(group, need, piece.names.computes, &mut print);
            }
        }
        if has_code {
            for broad in self.plan.broad() {
                if let Some(good) = self.other(group, *broad) {
                    print.add(&good.whole);
                }
            }
        }
        print.finish()
    }

    fn add_need(&self, group: usize, need: &Name, computes: bool, print: &mut Fingerprinter) {
        for giver in self.plan.givers(need) {
            let of = self.plan.group_of(*giver).filter(|of| *of != group);
            let Some(of) = of else { continue };
            let good = self.other(group, *giver);
            print.add(&good.and_then(|good| good.interfaces.get(need)));
            if computes {
                print.add(&self.deep[of]);
            }
        }
    }

    /// The unit of a piece, if it is another one and has no mistakes.
    fn other(&self, group: usize, piece: usize) -> Option<&Good> {
        let of = self.plan.group_of(piece).filter(|of| *of != group)?;
        self.units[of].as_ref()?.good()
    }

    /// A unit is up to date; whether its code or that of what it may call changed.
    fn note_deep(&mut self, group: usize) -> bool {
        let of = self.units[group].as_ref();
        let code = of.and_then(|unit| unit.good()).map(|good| good.code);
        let deep = Fingerprint::of(&(code, self.below(group)));
        std::mem::replace(&mut self.deep[group], deep) != deep
    }

    /// The code of all that a unit may call.
    fn below(&self, group: usize) -> Fingerprint {
        let mut all = FxHashSet::default();
        for index in &self.plan.groups[group].members {
            let needs = self.pieces[*index].names.needs.iter();
            let givers = needs.flat_map(|need| self.plan.givers(need));
            let others = givers.filter_map(|giver| self.plan.group_of(*giver));
            let others = others.filter(|of| *of != group);
            all.extend(others.map(|of| self.deep[of]));
        }
        let mut all: Vec<Fingerprint> = all.into_iter().collect();
        all.sort_unstable();
        Fingerprint::of(&all)
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
