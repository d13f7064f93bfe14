//! What stays from one walk through the cells to the next: a cell that has nothing to do with what is new is passed over.

use std::borrow::Cow;
use std::rc::Rc;

use compiler::env::DefId;
use compiler::incremental::Fingerprint;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Sheet;
use super::cells::{Cell, CellId, NOTHING_CHANGED, Walk};
use super::code::{Source, Version};
use super::key::Touched;
use super::store::Record;

/// The cells as they stood, in their order then.
#[derive(Default)]
pub(super) struct Former {
    cells: Vec<Option<Cell>>,
    /// The first that has not been asked for, if the order is the same.
    next: usize,
    /// Else where each is.
    places: Option<FxHashMap<CellId, usize>>,
    /// Globals that may be otherwise at this point than they were there.
    changed: FxHashSet<DefId>,
    /// Whether what functions in values may touch can be otherwise, or which globals there are.
    has_other_code: bool,
}

impl Former {
    /// `ids` are the cells of now.
    pub(super) fn new(cells: Vec<Cell>, ids: &[CellId]) -> Former {
        let is_same = cells.iter().map(|cell| cell.id).eq(ids.iter().copied());
        let mut former = Former {
            cells: cells.into_iter().map(Some).collect(),
            ..Former::default()
        };
        if !is_same {
            former.align(ids);
        }
        former
    }

    /// Cells came or went.
    fn align(&mut self, ids: &[CellId]) {
        self.has_other_code = true;
        let there: FxHashSet<CellId> = ids.iter().copied().collect();
        let mut places = FxHashMap::default();
        for (at, cell) in self.cells.iter_mut().enumerate() {
            match cell {
                Some(found) if there.contains(&found.id) => {
                    places.insert(found.id, at);
                }
                _ => {
                    let gone = cell.take().and_then(|cell| cell.touched);
                    self.changed
                        .extend(gone.iter().flat_map(|cell| cell.may_change()));
                }
            }
        }
        let known = ids.iter().filter_map(|id| places.get(id));
        if known.is_sorted() {
            self.places = Some(places);
        } else {
            // In another order nothing can be said of what they find.
            self.cells.clear();
        }
    }

    pub(super) fn take(&mut self, id: CellId) -> Option<Cell> {
        let at = match &self.places {
            Some(places) => *places.get(&id)?,
            None => {
                self.next += 1;
                self.next - 1
            }
        };
        self.cells.get_mut(at)?.take()
    }

    /// A cell stands otherwise than before, or is new.
    pub(super) fn note(&mut self, before: Option<&Cell>, now: &Cell) {
        let known = before.and_then(Cell::success);
        let record = now.success();
        if let (Some(known), Some(record)) = (known, record)
            && Rc::ptr_eq(known, record)
        {
            return;
        }
        let left = |record: Option<&Rc<Record>>, def| record.and_then(|record| record.left(def));
        let are_done = known.is_some() && record.is_some();
        let cells = before.into_iter().chain([now]);
        for touched in cells.filter_map(|cell| cell.touched.as_ref()) {
            self.has_other_code |= !touched.with_code.is_empty();
            let other = touched
                .may_change()
                .filter(|def| !are_done || left(known, *def) != left(record, *def));
            self.changed.extend(other);
        }
    }

    /// What a piece that has no code may have been to change is otherwise.
    pub(super) fn spoiled(&mut self, touched: &Touched) {
        self.changed.extend(touched.may_change());
    }

    fn has_changed(&self, touched: &Touched) -> bool {
        let mut all = touched.all.iter().chain(&touched.for_show);
        !self.changed.is_empty() && all.any(|def| self.changed.contains(def))
    }
}

impl Touched {
    /// All that a cell may bind or change.
    pub(super) fn may_change(&self) -> impl Iterator<Item = DefId> {
        self.defined.iter().chain(&self.written).copied()
    }
}

impl Record {
    /// Which value of a global it left.
    fn left(&self, def: DefId) -> Option<Fingerprint> {
        let found = self.named().find(|(of, _)| *of == def);
        found.map(|(_, stamp)| stamp)
    }
}

impl Sheet {
    /// Whether nothing can have changed for a cell: it is passed over as it was.
    pub(super) fn stays(&self, walk: &Walk, cell: &Cell, source: &Source, index: usize) -> bool {
        let (Some(record), Some(touched)) = (cell.success(), &cell.touched) else {
            return false;
        };
        let is_gone = |source: &Source| self.codes.gone.contains(&source.version());
        let reached = &record.key.reached.sources;
        cell.code == Some((source.version(), index))
            && touched.outside.is_none()
            && !(walk.former.has_other_code && source.cells()[index].effects.anything)
            && !walk.former.has_changed(touched)
            && (self.codes.gone.is_empty() || !reached.iter().any(is_gone))
            && !self.asked.contains(&cell.id)
            && walk.chain.is_none()
    }

    /// A cell that stays as it was.
    pub(super) fn pass(&mut self, walk: &mut Walk, cell: Cell, source: &Source, index: usize) {
        let info = &source.cells()[index];
        if let (Some(record), Some(touched)) = (cell.success(), &cell.touched) {
            record.used.set(self.store.updates);
            walk.stamps.extend(record.named());
            self.note_code(walk, info, touched);
        }
        walk.cells.push(Cell {
            ran: false,
            why: Cow::Borrowed(NOTHING_CHANGED),
            ..cell
        });
    }
}

/// The code of a cell.
pub(super) type CodeOf = (Version, usize);
