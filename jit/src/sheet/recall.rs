//! Results that outlive their process: a sheet that is opened again shows at once what it showed before, and runs what has changed since.
//!
//! Ids and stamps differ from process to process, so results are known by other keys here: the tokens of a cell, all code that it may reach, in
//! which definitions have names for ids, and for each global that it may touch the key of the cell that bound or changed it last. What
//! follows from the outside has none, but for files, which can be looked at.

use std::cell;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use compiler::env::DefId;
use compiler::incremental::portable::Code;
use compiler::incremental::{Fingerprint, Lineage, interface_of};
use compiler::mir::outside::{Kind, Kinds};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::cells::{Cell, CellId, State, Walk, number};
use super::faces::Change;
use super::files::Seen;
use super::key::{Key, Touched};
use super::store::{Kept, Record, Success};
use super::{Progress, Sheet};
use crate::build::{Reached, Source, Version};
use crate::front::Wanted;
use crate::report::{CellReport, Expectation, Shown};

/// Why a cell did not run whose result is an earlier process's.
pub(super) const AS_BEFORE: &str = "nothing has changed since the sheet was last open";
/// A cell that printed more than so many bytes runs again.
const MOST_OUTPUT: usize = 1 << 20;

/// The results of a sheet, for the next process.
#[derive(Default, Serialize, Deserialize)]
pub struct Saved {
    /// Of the text.
    text: Fingerprint,
    /// How the modules were found, and of what was.
    wanted: Vec<Wanted>,
    modules: Fingerprint,
    results: Vec<SavedResult>,
}

/// Where a cell stands.
#[derive(Clone, Serialize, Deserialize)]
struct Place {
    /// The cell in a sheet that begins with the text.
    id: u64,
    /// Bytes of the text.
    span: Range<usize>,
    test: Option<String>,
    /// What is stated beside it, and where.
    stated: Option<(String, Range<usize>)>,
}

/// What a cell came to.
#[derive(Clone, Serialize, Deserialize)]
struct SavedResult {
    key: Fingerprint,
    /// If it follows from the text and the modules alone.
    place: Option<Place>,
    /// Whether it follows from what changed the outside, or may be outdated: it is not what the cell would come to now.
    is_former: bool,
    /// The globals that it bound or changed.
    changed: Vec<Fingerprint>,
    bindings: Vec<Shown>,
    value: Option<Shown>,
    output: String,
    elapsed: Duration,
    allocations: u64,
    files: Vec<Seen>,
}

/// The results of an earlier process, until this one is up to date for the first time.
pub(super) struct Recalled {
    saved: Saved,
    /// By their keys.
    results: FxHashMap<Fingerprint, usize>,
}

/// The keys of the cells and of the values that they leave, in the order of the cells.
#[derive(Default)]
pub(super) struct Chain {
    /// Of the code of each source.
    sources: FxHashMap<Version, Fingerprint>,
    /// Which global it is.
    globals: FxHashMap<DefId, Fingerprint>,
    /// What its value follows from at this point; none if that cannot be looked at.
    values: FxHashMap<DefId, Option<Fingerprint>>,
}

impl Chain {
    fn key(&self, reached: &Reached, index: usize, touched: &Touched) -> Option<Fingerprint> {
        let print = |source: &Source| self.sources.get(&source.version()).copied();
        let sources: Option<Vec<Fingerprint>> = reached.sources.iter().map(print).collect();
        let mut sources = sources?;
        sources[1..].sort_unstable();
        let mut values = Vec::new();
        for def in touched.all.iter().chain(&touched.for_show) {
            let value = match self.values.get(def) {
                Some(known) => Some((*known)?),
                None => None,
            };
            values.push((*self.globals.get(def)?, value));
        }
        values.sort_unstable();
        Some(Fingerprint::of(&(sources, index, values)))
    }

    /// A cell of that key has bound or changed these.
    fn pass(&mut self, key: Option<Fingerprint>, changed: &[DefId]) {
        for def in changed {
            let value = match (key, self.globals.get(def)) {
                (Some(key), Some(global)) => Some(Fingerprint::of(&(key, global))),
                _ => None,
            };
            self.values.insert(*def, value);
        }
    }
}

impl SavedResult {
    fn report(&self) -> Option<CellReport> {
        let place = self.place.as_ref()?;
        let value = self.value.as_ref();
        let stated = place.stated.as_ref();
        Some(CellReport {
            test: place.test.clone(),
            id: place.id,
            span: place.span.clone(),
            elapsed: self.elapsed,
            allocations: self.allocations,
            why: AS_BEFORE.to_owned(),
            bindings: self.bindings.clone(),
            value: self.value.clone(),
            output: self.output.clone(),
            expectation: stated.map(|(expected, span)| Expectation {
                expected: expected.clone(),
                actual: value.map_or("()", |value| &value.text).to_owned(),
                span: span.clone(),
            }),
            ..CellReport::default()
        })
    }
}

/// What a result follows from besides the text, the modules and what those come to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    Text,
    /// What is outside.
    Outside,
    /// That, after the sheet has changed it.
    Changes,
}

/// Which globals and kinds of outside follow from the outside, along the cells.
#[derive(Default)]
struct Taint {
    globals: FxHashMap<DefId, From>,
    changed: Kinds,
}

impl Taint {
    /// What the next cell follows from.
    fn of(&mut self, touched: &Touched) -> From {
        let all = touched.all.iter().chain(&touched.for_show);
        let by_globals = all.filter_map(|def| self.globals.get(def)).copied().max();
        let outside = touched.outside;
        let by_itself = match outside.is_none() {
            true => From::Text,
            false if outside.changes_any() || outside.reads.overlaps(self.changed) => From::Changes,
            false => From::Outside,
        };
        let from = by_globals.map_or(by_itself, |other| other.max(by_itself));
        if from != From::Text {
            let changed = touched.may_change();
            self.globals.extend(changed.map(|def| (def, from)));
        }
        self.changed = self.changed.union(outside.writes);
        from
    }
}

/// Whether it may be known what a cell comes to without running it.
fn can_be_looked_at(touched: &Touched) -> bool {
    let files = Kinds::of(&[Kind::Files]);
    let reads = touched.outside.reads;
    touched.outside.changes_any() || reads.without(files).is_none()
}

impl Sheet {
    /// Before the first edit: what an earlier process came to, of this sheet or one much like it.
    pub fn recall(&mut self, saved: Saved) {
        let keys = saved.results.iter().map(|result| result.key);
        self.recalled = Some(Recalled {
            results: keys.enumerate().map(|(at, key)| (key, at)).collect(),
            saved,
        });
    }

    /// Tells what is known of a text before anything is done with it.
    pub(super) fn tell_recalled(&self, text: &str, progress: &mut dyn FnMut(Progress) -> bool) {
        let is_first = self.build.text.placed().is_empty();
        let Some(Recalled { saved, .. }) = self.recalled.as_ref().filter(|_| is_first) else {
            return;
        };
        if saved.text != Fingerprint::of(&text)
            || saved.modules != self.build.front.print_of(&saved.wanted)
        {
            return;
        }
        let reports = saved.results.iter().filter_map(SavedResult::report);
        let mut reports: Vec<CellReport> = reports.collect();
        reports.sort_by_key(|report| report.span.start);
        let changes = reports.into_iter().map(|it| Change::Shows(Box::new(it)));
        let changes: Vec<Change> = changes.collect();
        // Whether to go on is asked before each cell.
        progress(Progress::Turn(changes, Vec::new()));
    }

    pub(super) fn chain(&self) -> Chain {
        let modules: Vec<Option<Fingerprint>> = self
            .build
            .modules
            .iter()
            .map(|module| module.portable_deep)
            .collect();
        let units = self.build.text.units().iter();
        let tokens: FxHashMap<u32, Fingerprint> = units
            .zip(self.build.text.token_prints())
            .map(|(unit, print)| (unit.version, Fingerprint::of(&(&modules, print))))
            .collect();
        // What a constant is computed from has left no trace in the code.
        let constant = |def: &DefId| match self.build.text.owner(*def) {
            Some(unit) => tokens.get(&unit.version).copied(),
            None => self
                .build
                .module_of
                .get(def)
                .and_then(|module| module.portable_deep),
        };
        let mut chain = Chain::default();
        let mut add = |source: &Source, tokens: &[u128], code: &Code| {
            let cells = source.cells().iter();
            let globals = cells.flat_map(|cell| cell.defines.iter().chain(&cell.value));
            for def in globals {
                if let Some(name) = self.build.text.names().of(*def) {
                    chain.globals.insert(*def, name);
                }
            }
            let constants: Option<Vec<Fingerprint>> = code.constants.iter().map(constant).collect();
            if let Some((print, mut constants)) = code.print.zip(constants) {
                constants.sort_unstable();
                let print = Fingerprint::of(&(tokens, print, constants));
                chain.sources.insert(source.version(), print);
            }
        };
        for module in &self.build.modules {
            let source = Source::Module(Rc::clone(module));
            add(&source, &[], &module.portable);
        }
        for unit in self.build.text.units() {
            if let Some(good) = unit.good() {
                let tokens: Vec<u128> = unit.pieces.iter().map(|piece| piece.hash).collect();
                let source = Source::Text(Rc::clone(unit));
                add(&source, &tokens, self.build.text.portable(good));
            }
        }
        chain
    }

    /// What an earlier process came to for a cell, and whether only as a former result.
    fn recalled_record(
        &mut self,
        chain: &Chain,
        cell: (&Source, usize),
        touched: &Touched,
        key: &Rc<Key>,
    ) -> Option<(Record, bool)> {
        let portable = chain.key(&key.reached, cell.1, touched)?;
        let recalled = self.recalled.as_ref()?;
        let found = *recalled.results.get(&portable)?;
        let found = recalled.saved.results[found].clone();
        let info = &cell.0.cells()[cell.1];
        let env = self.build.text.env();
        let after = touched.may_change().filter(|def| {
            let global = chain.globals.get(def);
            global.is_some_and(|global| found.changed.contains(global))
        });
        // As if it had run now.
        let stamp = |def: DefId| (def, Fingerprint::of(&(key.print, def)));
        let after = after.map(|def| Kept {
            value: stamp(def),
            interface: interface_of(env, def),
        });
        let unnamed = info.value.filter(|_| found.value.is_some());
        let record = Record {
            key: Rc::clone(key),
            after_outside: None,
            result: Ok(Success {
                after: after.collect(),
                bindings: found.bindings,
                value: found.value,
                unnamed: unnamed.map(stamp),
                was_stopped: false,
            }),
            output: found.output,
            elapsed: found.elapsed,
            allocations: found.allocations,
            files: found.files,
            placed_in: None,
            users: cell::Cell::default(),
            used: cell::Cell::default(),
            is_repeatable: touched.outside.is_none(),
        };
        Some((record, found.is_former))
    }

    /// The result of an earlier process for a cell that would have to run.
    pub(super) fn recalled_result(
        &mut self,
        walk: &Walk,
        cell: (&Source, usize),
        touched: &Touched,
        key: &Rc<Key>,
    ) -> Option<Rc<Record>> {
        let chain = walk.chain.as_ref()?;
        if touched.outside.changes_any() || !can_be_looked_at(touched) {
            return None;
        }
        let (record, is_former) = self.recalled_record(chain, cell, touched, key)?;
        // The values of what reads files are not made again, so it has to run for them.
        let is_whole = record.is_repeatable || record.named().next().is_none();
        let is_of_now = !record.files.iter().any(Seen::has_changed);
        (!is_former && is_whole && is_of_now).then(|| Rc::new(record))
    }

    /// The result that an earlier process had for a cell that is stale.
    pub(super) fn recall_last(
        &mut self,
        walk: &Walk,
        id: CellId,
        cell: (&Source, usize),
        touched: &Touched,
    ) {
        let Some(chain) = walk.chain.as_ref() else {
            return;
        };
        if self.store.newest.contains_key(&id) {
            return;
        }
        let key = self.key(walk, id, cell, touched).ok();
        let found = key.and_then(|key| self.recalled_record(chain, cell, touched, &key));
        if let Some((record, _)) = found {
            self.store.newest.insert(id, Rc::new(record));
        }
    }

    /// The chain goes on behind a cell, however it stands.
    pub(super) fn extend(
        &mut self,
        chain: &mut Chain,
        cell: &Cell,
        source: &Source,
        index: usize,
        touched: &Touched,
    ) -> Option<Fingerprint> {
        if let State::Waits(_) | State::Broken(_) | State::Running = &cell.state {
            return None;
        }
        let record = cell.newest().filter(|record| record.result.is_ok());
        let changed: Vec<DefId> = match record {
            Some(record) => record.named().map(|(def, _)| def).collect(),
            None => touched.may_change().collect(),
        };
        let reached = self.build.reach(source).ok();
        let known = reached.filter(|_| can_be_looked_at(touched));
        let key = known.and_then(|reached| chain.key(&reached, index, touched));
        let of_files = record.filter(|_| !touched.outside.changes_any());
        let passed = match of_files.map(|record| record.files.as_slice()) {
            None | Some([]) => key,
            Some(files) => key.map(|key| Fingerprint::of(&(key, files))),
        };
        chain.pass(passed, &changed);
        key
    }

    /// What the sheet shows, for the next process.
    pub fn saved(&mut self, text: &str) -> Saved {
        let mut chain = self.chain();
        let mut saved = Saved {
            text: Fingerprint::of(&text),
            wanted: self.build.front.wanted_modules(),
            modules: self.build.front.modules_print(),
            results: Vec::new(),
        };
        let mut taint = Taint::default();
        let cells = std::mem::take(&mut self.cells);
        for cell in &cells {
            let source = self.known_source(cell.id);
            let Some((touched, (source, index))) = cell.touched.as_ref().zip(source) else {
                continue;
            };
            let key = self.extend(&mut chain, cell, &source, index, touched);
            let from = taint.of(touched);
            let is_done = cell.result().is_some();
            if let (Some(key), Some(record)) = (key, cell.newest())
                && let Some(result) = saved_result(&chain, key, record)
            {
                saved.results.push(SavedResult {
                    place: self
                        .place_of(cell.id)
                        .filter(|_| is_done && from == From::Text),
                    is_former: !is_done || from == From::Changes,
                    ..result
                });
            }
        }
        self.cells = cells;
        saved
    }

    fn place_of(&self, id: CellId) -> Option<Place> {
        let CellId::Text(_, index) = id else {
            return None;
        };
        let at = self.position(id)?;
        let placed = &self.build.text.placed()[at];
        let expectation = Self::expectation(placed, None);
        Some(Place {
            test: placed.piece.test().map(ToString::to_string),
            id: number(Lineage::of_first(at), index),
            span: placed.code.clone(),
            stated: expectation.map(|stated| (stated.expected, stated.span)),
        })
    }
}

fn saved_result(chain: &Chain, key: Fingerprint, record: &Record) -> Option<SavedResult> {
    let success = record.result.as_ref().ok()?;
    if record.output.len() > MOST_OUTPUT || record.was_stopped() {
        return None;
    }
    let changed = record.named().map(|(def, _)| chain.globals.get(&def));
    let changed: Option<Vec<Fingerprint>> = changed.map(|global| global.copied()).collect();
    Some(SavedResult {
        key,
        place: None,
        is_former: false,
        changed: changed?,
        bindings: success.bindings.clone(),
        value: success.value.clone(),
        output: record.output.clone(),
        elapsed: record.elapsed,
        allocations: record.allocations,
        files: record.files.clone(),
    })
}
