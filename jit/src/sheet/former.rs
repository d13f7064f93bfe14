//! What stays from one walk through the cells to the next: a cell that has nothing to do with what is new is passed over, and nothing of it is
//! looked at but what stands in the list of cells itself.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};
use std::mem;
use std::rc::Rc;

use compiler::CellInfo;
use compiler::env::DefId;
use compiler::incremental::{Fingerprint, Outcome, Unit};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::Sheet;
use super::cells::{Cell, CellId, NOTHING_CHANGED, Walk};
use super::key::Touched;
use super::store::Record;
use crate::build::{Module, Source};

/// A set as a word in which each element has a bit, which others may have too: a Bloom filter with one hash.
#[derive(Clone, Copy, Default)]
pub(super) struct Filter(u64);

impl Filter {
    fn add(&mut self, element: impl Hash) {
        self.0 |= 1 << (FxBuildHasher.hash_one(element) % 64);
    }

    /// False if the sets have no element in common.
    fn may_meet(self, other: Filter) -> bool {
        self.0 & other.0 != 0
    }
}

impl<T: Hash> FromIterator<T> for Filter {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Filter {
        let mut filter = Filter::default();
        elements.into_iter().for_each(|each| filter.add(each));
        filter
    }
}

/// What mostly tells that a cell can be passed over.
#[derive(Clone, Copy, Default)]
pub(super) struct Glance {
    /// Whether it came to something that follows from the text alone, with the code that it has.
    is_settled: bool,
    /// Whether it may call what it does not name.
    calls_anything: bool,
    /// Whether there may be functions in the values that it leaves.
    leaves_code: bool,
    /// Globals that what it shows may follow from.
    touches: Filter,
    /// Sources whose code it may reach.
    reaches: Filter,
}

impl Glance {
    /// Whether nothing outside had to do with what the cell came to.
    pub(super) fn follows_from_text(self) -> bool {
        self.is_settled
    }

    pub(super) fn of(cell: &Cell, info: &CellInfo) -> Glance {
        let (Some(_), Some(touched), Some(reached)) =
            (cell.success(), &cell.touched, &cell.reached)
        else {
            return Glance::default();
        };
        let reached = reached.sources.iter();
        Glance {
            is_settled: touched.outside.is_none(),
            calls_anything: info.effects.anything,
            leaves_code: !touched.with_code.is_empty(),
            touches: touched.may_follow_from().collect(),
            reaches: reached.map(Source::version).collect(),
        }
    }
}

/// What is otherwise, at this point of the walk, than it was there the last time.
#[derive(Default)]
pub(super) struct News {
    /// Globals.
    changed: FxHashSet<DefId>,
    /// The same, to be asked first.
    changed_filter: Filter,
    /// Sources that are no more.
    gone: Filter,
    /// Whether what functions in values may touch can be otherwise, or which globals there are.
    has_other_code: bool,
}

impl News {
    fn change(&mut self, globals: impl IntoIterator<Item = DefId>) {
        for def in globals {
            self.changed.insert(def);
            self.changed_filter.add(def);
        }
    }

    /// A cell stands otherwise than before, or is new.
    fn note(&mut self, before: &Cell, now: &Cell) {
        let (known, record) = (before.success(), now.success());
        if let (Some(known), Some(record)) = (known, record)
            && Rc::ptr_eq(known, record)
        {
            return;
        }
        let left = |record: Option<&Rc<Record>>, def| record.and_then(|record| record.left(def));
        let are_done = known.is_some() && record.is_some();
        for touched in [before, now]
            .map(|cell| &cell.touched)
            .into_iter()
            .flatten()
        {
            self.has_other_code |= !touched.with_code.is_empty();
            let other = touched
                .may_change()
                .filter(|def| !are_done || left(known, *def) != left(record, *def));
            self.change(other);
        }
    }

    /// What a piece that has no code may have been to change is otherwise.
    pub(super) fn spoiled(&mut self, touched: &Touched) {
        self.change(touched.may_change());
    }
}

impl Touched {
    /// All that a cell may bind or change.
    pub(super) fn may_change(&self) -> impl Iterator<Item = DefId> {
        self.defined.iter().chain(&self.written).copied()
    }

    /// All that what it shows may follow from.
    fn may_follow_from(&self) -> impl Iterator<Item = DefId> {
        self.all.iter().chain(&self.for_show).copied()
    }
}

impl Record {
    /// Which value of a global it left.
    pub(super) fn left(&self, def: DefId) -> Option<Fingerprint> {
        let found = self.named().find(|(of, _)| *of == def);
        found.map(|(_, stamp)| stamp)
    }
}

impl Walk {
    /// The cell at this point stands like this now.
    pub(super) fn put(&mut self, now: Cell) {
        let before = mem::replace(&mut self.cells[self.at], now);
        let now = &self.cells[self.at];
        self.news.note(&before, now);
        let of = |cell: &Cell| cell.touched.as_ref().map(Rc::as_ptr);
        if of(&before) == of(now) {
            return;
        }
        for def in before
            .touched
            .iter()
            .flat_map(|touched| touched.may_change())
        {
            if let Some(makers) = self.makers.get_mut(&def) {
                makers.retain(|at| *at != self.at);
            }
        }
        for def in now.touched.iter().flat_map(|touched| touched.may_change()) {
            let makers = self.makers.entry(def).or_default();
            if let Err(place) = makers.binary_search(&self.at) {
                makers.insert(place, self.at);
            }
        }
    }

    fn find_makers(&mut self) {
        self.makers.clear();
        for (at, cell) in self.cells.iter().enumerate() {
            for def in cell.touched.iter().flat_map(|touched| touched.may_change()) {
                let makers = self.makers.entry(def).or_default();
                if makers.last() != Some(&at) {
                    makers.push(at);
                }
            }
        }
    }
}

/// The code of a cell, as it is found.
enum Found<'s> {
    Module(&'s Rc<Module>, usize),
    Text(&'s Rc<Unit>, usize),
    /// The piece was not compiled.
    Nothing,
}

impl Found<'_> {
    fn is(&self, known: Option<&(Source, usize)>) -> bool {
        match (self, known) {
            (Found::Module(module, at), Some((Source::Module(known), index))) => {
                at == index && Rc::ptr_eq(module, known)
            }
            (Found::Text(unit, at), Some((Source::Text(known), index))) => {
                at == index && Rc::ptr_eq(unit, known)
            }
            (Found::Nothing, None) => true,
            _ => false,
        }
    }

    fn code(&self) -> Option<(Source, usize)> {
        match self {
            Found::Module(module, at) => Some((Source::Module(Rc::clone(module)), *at)),
            Found::Text(unit, at) => Some((Source::Text(Rc::clone(unit)), *at)),
            Found::Nothing => None,
        }
    }
}

impl Sheet {
    /// All cells, and pieces that would be some. Tests begin from what all others have left, wherever they stand.
    fn found(&self) -> impl Iterator<Item = (CellId, Found<'_>)> {
        let of_modules = self.build.modules.iter().flat_map(|module| {
            let cells = 0..module.ready.compiled.cells.len();
            let id = |at| CellId::Module(module.ready.module, at);
            cells.map(move |at| (id(at), Found::Module(module, at)))
        });
        let pieces = || {
            self.build
                .text
                .placed()
                .iter()
                .zip(self.build.text.outcomes())
        };
        let others = pieces().filter(|(placed, _)| !placed.is_trial);
        let trials = pieces().filter(|(placed, _)| placed.is_trial);
        let of_text = others.chain(trials).flat_map(|(placed, outcome)| {
            let (unit, cells) = match outcome {
                Outcome::Imported => (None, 0..0),
                Outcome::Compiled(unit, cells) => (Some(unit), cells.clone()),
                Outcome::Failed(_) | Outcome::Waits(_) => (None, 0..1),
            };
            let first = cells.start;
            cells.map(move |at| {
                let id = CellId::Text(placed.lineage, at - first);
                (
                    id,
                    unit.map_or(Found::Nothing, |unit| Found::Text(unit, at)),
                )
            })
        });
        of_modules.chain(of_text)
    }

    /// The list of cells becomes that of the text as it is now.
    pub(super) fn align(&mut self, walk: &mut Walk) {
        walk.cells = mem::take(&mut self.cells);
        walk.makers = mem::take(&mut self.makers);
        walk.news.gone = self.build.codes.gone.iter().collect();
        let mut known = walk.cells.iter_mut();
        let mut are_the_same = true;
        for (id, found) in self.found() {
            match known.next() {
                Some(cell) if cell.id == id => cell.begin(&found),
                _ => {
                    are_the_same = false;
                    break;
                }
            }
        }
        if !are_the_same || known.next().is_some() {
            self.rearrange(walk);
            walk.find_makers();
        }
    }

    /// Cells came or went.
    fn rearrange(&self, walk: &mut Walk) {
        walk.news.has_other_code = true;
        let former = mem::take(&mut walk.cells).into_iter().enumerate();
        let mut former: FxHashMap<CellId, (usize, Cell)> =
            former.map(|(at, cell)| (cell.id, (at, cell))).collect();
        let mut places = Vec::new();
        walk.cells = self
            .found()
            .map(|(id, found)| match former.remove(&id) {
                Some((at, mut cell)) => {
                    places.push(at);
                    cell.begin(&found);
                    cell
                }
                None => Cell::new(id, found.code()),
            })
            .collect();
        for (_, gone) in former.into_values() {
            let touched = gone.touched.iter();
            walk.news
                .change(touched.flat_map(|touched| touched.may_change()));
            self.store.exchange(gone.result(), None);
        }
        if !places.is_sorted() {
            // In another order nothing can be said of what they find.
            for cell in &mut walk.cells {
                cell.glance.is_settled = false;
            }
        }
    }

    /// Whether nothing can have changed for the cell at this point: it is passed over as it was.
    pub(super) fn stays(&self, walk: &Walk) -> bool {
        let (cell, news) = (&walk.cells[walk.at], &walk.news);
        let glance = cell.glance;
        glance.is_settled
            && !(news.has_other_code && glance.calls_anything)
            && !(glance.touches.may_meet(news.changed_filter) && news.concerns(cell))
            && !(glance.reaches.may_meet(news.gone) && self.reaches_what_is_gone(cell))
            && (self.asked.is_empty() || !self.asked.contains(&cell.id))
            && walk.chain.is_none()
    }

    fn reaches_what_is_gone(&self, cell: &Cell) -> bool {
        let mut reached = cell.reached.iter().flat_map(|reached| &reached.sources);
        reached.any(|source| self.build.codes.gone.contains(&source.version()))
    }

    /// The cell at this point stays as it was.
    pub(super) fn pass(&self, walk: &mut Walk) {
        let cell = &walk.cells[walk.at];
        if cell.glance.leaves_code
            && let (Some((source, index)), Some(touched)) =
                (cell.code.clone(), cell.touched.clone())
        {
            self.note_code(walk, &source.cells()[index], &touched);
        }
    }
}

impl News {
    fn concerns(&self, cell: &Cell) -> bool {
        let mut touched = cell
            .touched
            .iter()
            .flat_map(|touched| touched.may_follow_from());
        touched.any(|def| self.changed.contains(&def))
    }
}

impl Cell {
    /// Before a walk.
    fn begin(&mut self, found: &Found<'_>) {
        self.ran = false;
        self.why = Cow::Borrowed(NOTHING_CHANGED);
        if !found.is(self.code.as_ref()) {
            self.code = found.code();
            self.glance.is_settled = false;
        }
    }
}
