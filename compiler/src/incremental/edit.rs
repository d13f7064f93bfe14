//! The first half of an edit: the text is cut into pieces, and each is told from those of before.

use std::ops::Range;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::cut::Kept;
use syntax::{FileId, LineColumn, SourceFile, Sources, split};

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
        let behind = cut.len() - kept.last;
        let cut_around = &cut[kept.first..behind];
        for (placed, found) in self.placed.iter_mut().rev().zip(cut[behind..].iter().rev()) {
            placed.move_to(found);
        }
        let end = self.placed.len() - kept.last;
        let around = self.placed.splice(kept.first..end, []);
        let mut old: Vec<Option<Placed>> = around.map(Some).collect();
        let stayed = stayed(&old, cut_around);
        // Pieces that may have another place, look or meaning for others than before.
        let mut touched: FxHashSet<u128> = cut_around.iter().map(|found| found.hash).collect();
        let mut new: Vec<Option<Placed>> = Vec::with_capacity(cut_around.len());
        for (stayed, found) in stayed.iter().zip(cut_around) {
            let former = stayed.and_then(|index| old[index].take());
            new.push(former.map(|former| laid_out(sources, whole, found, former)));
        }
        for gone in old.iter().flatten() {
            self.lineages.remove(&gone.lineage);
        }
        for (index, found) in cut_around.iter().enumerate() {
            if new[index].is_some() {
                continue;
            }
            let former = self.attic.shift_remove(&found.hash);
            let known = former.as_ref().map(|(lineage, _)| *lineage);
            let near = near(&old, &stayed, index);
            let mut candidates = known.into_iter().chain(near);
            let lineage = candidates.find(|lineage| !self.lineages.contains(lineage));
            let lineage = lineage.unwrap_or_else(|| self.fresh_lineage());
            self.lineages.insert(lineage);
            let placed = match former {
                Some((_, piece)) => {
                    if self.last_with.get(&found.hash) == Some(&piece.file) {
                        self.last_with.remove(&found.hash);
                    }
                    sources.lay_out_as_it_was(piece.file);
                    let placed = Placed::new(lineage, piece, found);
                    laid_out(sources, whole, found, placed)
                }
                None => self.read(sources, whole, found, lineage),
            };
            self.fresh.insert(placed.piece.file);
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
        let new = new.into_iter().flatten();
        self.placed.splice(kept.first..kept.first, new);
        self.show_what_is_gone(sources, cut, &touched);
        let last = kept.first + cut_around.len();
        self.note_origins(sources, whole, kept.first..last);
    }

    /// What is known of a piece that is gone may be shown beside one with the same tokens.
    fn show_what_is_gone(
        &self,
        sources: &mut Sources,
        cut: &[split::Piece],
        touched: &FxHashSet<u128>,
    ) {
        for (placed, found) in self.placed.iter().zip(cut) {
            if touched.contains(&found.hash)
                && let Some(gone) = self.last_with.get(&found.hash)
            {
                lay_out(sources, *gone, placed.shown);
            }
        }
    }

    /// Where pieces begin in the text, from those on that were edited.
    fn note_origins(&self, sources: &mut Sources, whole: &SourceFile, edited: Range<usize>) {
        let mut lines = Places::new(&whole.text);
        for (index, placed) in self.placed.iter().enumerate().skip(edited.start) {
            let origin = lines.of(placed.range.start);
            // What is behind the edit stays where it was if the first of it does.
            if index == edited.end && sources.origin(placed.shown) == Some(origin) {
                break;
            }
            sources.set_origin(placed.shown, origin);
            sources.set_origin(placed.piece.file, origin);
        }
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
            is_import: piece.is_import(),
            is_trial: piece.is_trial(),
            shown: piece.file,
            piece,
        }
    }

    fn move_to(&mut self, found: &split::Piece) {
        self.range = found.range.clone();
        self.code = found.code.clone();
    }
}

/// Positions in a text that are asked for in their order.
struct Places<'t> {
    text: &'t str,
    /// The line from 1 up to which ends of lines are counted, and where it begins.
    line: u32,
    start: usize,
}

impl Places<'_> {
    fn new(text: &str) -> Places<'_> {
        Places {
            text,
            line: 1,
            start: 0,
        }
    }

    fn of(&mut self, offset: usize) -> LineColumn {
        let passed = &self.text.as_bytes()[self.start..offset];
        self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.start += last + 1;
        }
        let before = self.text.get(self.start..offset).unwrap_or("");
        LineColumn {
            line: self.line,
            column: before.chars().count() as u32 + 1,
        }
    }
}

/// The piece as it was, wherever and however its text stands now.
fn laid_out(
    sources: &mut Sources,
    whole: &SourceFile,
    found: &split::Piece,
    mut placed: Placed,
) -> Placed {
    let text = &whole.text[found.range.clone()];
    placed.move_to(found);
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

/// The pieces that stood where a new one stands.
fn near(old: &[Option<Placed>], stayed: &[Option<usize>], index: usize) -> Vec<Lineage> {
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
