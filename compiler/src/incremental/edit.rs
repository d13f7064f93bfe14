//! The first half of an edit: the text is cut into pieces, and each is told from those of before.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::cut::Kept;
use syntax::{FileId, SourceFile, Sources, split};

use super::{Lineage, Piece, Placed, Text, Work};

/// How many pieces that are no longer in the text are remembered.
const MOST_KEPT: usize = 1000;

impl Text {
    /// The first half of an edit: the text is cut into pieces, of which those that are as they were stay.
    pub fn edit(&mut self, sources: &mut Sources, name: &str, text: &str) {
        self.work = Work::default();
        self.fresh.clear();
        let whole = SourceFile::new(FileId(u32::MAX), name, text);
        let (cut, kept) = std::mem::take(&mut self.cut).edited(&whole);
        self.place(sources, &whole, &cut.pieces, kept);
        self.cut = cut;
    }

    fn place(
        &mut self,
        sources: &mut Sources,
        whole: &SourceFile,
        cut: &[split::Piece],
        kept: Kept,
    ) {
        let mut old: Vec<Option<Placed>> = std::mem::take(&mut self.placed)
            .into_iter()
            .map(Some)
            .collect();
        let stayed = stayed(&old, cut, kept);
        let mut new: Vec<Option<Placed>> = Vec::with_capacity(cut.len());
        let around = kept.first..cut.len() - kept.last;
        // Pieces that may have another place, look or meaning for others than before.
        let mut touched: FxHashSet<u128> = FxHashSet::default();
        for (index, found) in cut.iter().enumerate() {
            let former = stayed[index].and_then(|index| old[index].take());
            new.push(former.map(|former| match around.contains(&index) {
                true => {
                    touched.insert(found.hash);
                    laid_out(sources, whole, found, former)
                }
                false => former.moved_to(found),
            }));
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
                    let placed = Placed::new(lineage, piece, found);
                    laid_out(sources, whole, found, placed)
                }
                None => self.read(sources, whole, found, lineage),
            };
            self.fresh.insert(placed.piece.file);
            touched.insert(found.hash);
            new[index] = Some(placed);
        }
        for gone in old.into_iter().flatten() {
            touched.insert(gone.piece.hash);
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
        let placed = self.placed.iter();
        for placed in placed.filter(|placed| touched.contains(&placed.piece.hash)) {
            let same = self.last_with.get(&placed.piece.hash);
            if let Some(gone) = same.filter(|gone| !there.contains(gone)) {
                lay_out(sources, *gone, placed.shown);
            }
        }
        let begins = |placed: &Placed| whole.line_column(placed.range.start as u32);
        let behind = self.placed.len() - kept.last;
        let first_behind = self.placed.get(behind);
        // What is behind the edit stays where it was if the first of it does.
        let stays = |placed: &Placed| sources.origin(placed.shown) == Some(begins(placed));
        let end = match first_behind.is_some_and(stays) {
            true => behind,
            false => self.placed.len(),
        };
        for placed in &self.placed[kept.first..end] {
            let origin = begins(placed);
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
        Placed::new(lineage, Rc::new(piece), found)
    }
}

impl Placed {
    /// As it stood at first.
    fn new(lineage: Lineage, piece: Rc<Piece>, found: &split::Piece) -> Placed {
        Placed {
            lineage,
            range: found.range.clone(),
            code: found.code.clone(),
            expected: piece.expected(),
            shown: piece.file,
            piece,
        }
    }

    fn moved_to(self, found: &split::Piece) -> Placed {
        Placed {
            range: found.range.clone(),
            code: found.code.clone(),
            ..self
        }
    }
}

/// The piece as it was, wherever and however its text stands now.
fn laid_out(
    sources: &mut Sources,
    whole: &SourceFile,
    found: &split::Piece,
    former: Placed,
) -> Placed {
    let text = &whole.text[found.range.clone()];
    let mut placed = former.moved_to(found);
    if *sources.file(placed.shown).text == *text {
        return placed;
    }
    let file = placed.piece.file;
    if *sources.file(file).text == *text {
        sources.lay_out_as_it_was(file);
        placed.shown = file;
        placed.expected = placed.piece.expected();
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
fn stayed(old: &[Option<Placed>], new: &[split::Piece], kept: Kept) -> Vec<Option<usize>> {
    let hash = |index: usize| old[index].as_ref().map(|placed| placed.piece.hash);
    let mut found = vec![None; new.len()];
    let most = old.len().min(new.len());
    let first = (0..most - kept.last)
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
