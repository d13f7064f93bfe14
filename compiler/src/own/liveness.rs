//! Which locals are still needed: the dataflow that everything else in `own` stands on.
//!
//! A local that borrows from another, or holds an access opened on it, keeps that other alive; [`Liveness::kept`] adds those owners.

use cranelift_entity::{EntityRef, SecondaryMap};

use super::walk::{self, Access};
use crate::mir::{
    Arg, Base, BlockId, Body, Local, LocalKind, Operand, Place, Projection, Rvalue, StatementKind,
    Terminator,
};

/// A set of locals, a bit each. Most bodies have so few that the first words are enough, which copy without allocating.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LocalSet {
    first: [u64; FIRST],
    rest: Vec<u64>,
}

const FIRST: usize = 2;

impl LocalSet {
    pub(super) fn contains(&self, local: Local) -> bool {
        let index = local.index();
        self.word(index / 64) >> (index % 64) & 1 == 1
    }

    fn word(&self, at: usize) -> u64 {
        match at.checked_sub(FIRST) {
            None => self.first[at],
            Some(at) => self.rest.get(at).copied().unwrap_or(0),
        }
    }

    fn word_mut(&mut self, at: usize) -> &mut u64 {
        match at.checked_sub(FIRST) {
            None => &mut self.first[at],
            Some(at) => {
                if at >= self.rest.len() {
                    self.rest.resize(at + 1, 0);
                }
                &mut self.rest[at]
            }
        }
    }

    /// Whether it was not there yet.
    pub(super) fn insert(&mut self, local: Local) -> bool {
        let index = local.index();
        let fresh = !self.contains(local);
        *self.word_mut(index / 64) |= 1 << (index % 64);
        fresh
    }

    pub(super) fn remove(&mut self, local: Local) {
        let index = local.index();
        if self.contains(local) {
            *self.word_mut(index / 64) &= !(1 << (index % 64));
        }
    }

    /// Whether it grew.
    pub(super) fn union(&mut self, other: &LocalSet) -> bool {
        if self.rest.len() < other.rest.len() {
            self.rest.resize(other.rest.len(), 0);
        }
        let mut grew = false;
        let mine = self.first.iter_mut().chain(&mut self.rest);
        for (mine, theirs) in mine.zip(other.first.iter().chain(&other.rest)) {
            grew |= *theirs & !*mine != 0;
            *mine |= theirs;
        }
        grew
    }

    pub(super) fn extend_with(&mut self, local: Option<Local>) {
        if let Some(local) = local {
            self.insert(local);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Local> + '_ {
        let words = self.first.iter().chain(&self.rest).enumerate();
        words.flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(Local::new(at * 64 + bit))
            })
        })
    }
}

/// Where the locals that own nothing themselves got their value: the places opened or borrowed.
pub(super) type Origins = SecondaryMap<Local, Vec<Place>>;

pub(super) struct Liveness {
    live_in: SecondaryMap<BlockId, LocalSet>,
    /// For each borrowing local and reference, the locals that must outlive it, through any chain.
    owners: SecondaryMap<Local, Vec<Local>>,
}

pub(super) fn origins(body: &Body) -> Origins {
    let mut origins = Origins::new();
    for block in body.blocks.values() {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Open { reference, place } => {
                    add_origin(&mut origins, *reference, place);
                }
                StatementKind::Assign {
                    place,
                    value: Rvalue::Use(Operand::Borrow(source)),
                    ..
                } => {
                    if let Some(local) = whole_local(place)
                        && body.locals[local].kind == LocalKind::Borrowed
                    {
                        add_origin(&mut origins, local, source);
                    }
                }
                StatementKind::Assign {
                    place,
                    value: Rvalue::Closure { captures, .. },
                    ..
                } => {
                    for capture in captures {
                        if let Some(local) = whole_local(place)
                            && let Arg::Value(Operand::Borrow(source)) = capture
                        {
                            add_origin(&mut origins, local, source);
                        }
                    }
                }
                StatementKind::Assign { .. }
                | StatementKind::Call { .. }
                | StatementKind::Check(_)
                | StatementKind::MakeUnique(_)
                | StatementKind::Unpack { .. }
                | StatementKind::Drop { .. }
                | StatementKind::Nop => {}
            }
        }
    }
    origins
}

fn add_origin(origins: &mut Origins, local: Local, place: &Place) {
    if !origins[local].contains(place) {
        origins[local].push(place.clone());
    }
}

/// The local that the place is, if it is one without projections.
pub(super) fn whole_local(place: &Place) -> Option<Local> {
    match place.base {
        Base::Local(local) if place.projections.is_empty() => Some(local),
        Base::Local(_) | Base::Global(_) => None,
    }
}

impl Liveness {
    pub(super) fn of(body: &Body, origins: &Origins) -> Liveness {
        let mut liveness = Liveness {
            live_in: SecondaryMap::new(),
            owners: owners(body, origins),
        };
        let order: Vec<BlockId> = body.blocks.keys().rev().collect();
        let mut changed = true;
        while changed {
            changed = false;
            for block in &order {
                let mut live = liveness.live_out(body, *block);
                for statement in body.blocks[*block].statements.iter().rev() {
                    step_back(&mut live, &statement.kind);
                }
                changed |= liveness.live_in[*block].union(&live);
            }
        }
        liveness
    }

    /// Needed at the start of the block.
    pub(super) fn live_in(&self, block: BlockId) -> &LocalSet {
        &self.live_in[block]
    }

    /// Needed by the terminator or by a successor.
    pub(super) fn live_out(&self, body: &Body, block: BlockId) -> LocalSet {
        let terminator = &body.blocks[block].terminator;
        let mut live = LocalSet::default();
        walk::each_successor(terminator, &mut |next| {
            live.union(&self.live_in[next]);
        });
        walk::terminator_places(terminator, &mut |place| use_place(&mut live, place));
        if matches!(terminator, Terminator::Return) {
            live.insert(Local::RESULT);
        }
        live
    }

    /// What is live after each statement of a block; one more at the front for the block's start.
    pub(super) fn through(&self, body: &Body, block: BlockId) -> Vec<LocalSet> {
        let statements = &body.blocks[block].statements;
        let mut live = self.live_out(body, block);
        let mut points = Vec::with_capacity(statements.len() + 1);
        points.push(live.clone());
        for statement in statements.iter().rev() {
            step_back(&mut live, &statement.kind);
            points.push(live.clone());
        }
        points.reverse();
        points
    }

    /// The set with everything that its members borrow from.
    pub(super) fn kept(&self, live: &LocalSet) -> LocalSet {
        let mut kept = live.clone();
        for local in live.iter() {
            for owner in &self.owners[local] {
                kept.insert(*owner);
            }
        }
        kept
    }
}

fn owners(body: &Body, origins: &Origins) -> SecondaryMap<Local, Vec<Local>> {
    let mut owners: SecondaryMap<Local, Vec<Local>> = SecondaryMap::new();
    let held = super::captured::held(body);
    for local in body.locals.keys() {
        if origins[local].is_empty() && !held.contains_key(&local) {
            continue;
        }
        let mut pending = vec![local];
        // A closure that writes variables needs them as long as it is needed itself.
        let mut found: Vec<Local> = held.get(&local).cloned().unwrap_or_default();
        pending.extend(&found);
        while let Some(next) = pending.pop() {
            for origin in &origins[next] {
                if let Base::Local(base) = origin.base
                    && !found.contains(&base)
                {
                    found.push(base);
                    pending.push(base);
                }
            }
        }
        owners[local] = found;
    }
    owners
}

fn step_back(live: &mut LocalSet, kind: &StatementKind) {
    if let Some(defined) = walk::defined(kind) {
        live.remove(defined);
    }
    uses(kind, live);
}

/// Adds every local that the statement reads, index locals and the bases of partial writes included.
pub(super) fn uses(kind: &StatementKind, live: &mut LocalSet) {
    walk::places(kind, &mut |access, place| match access {
        Access::Write if place.projections.is_empty() => {}
        Access::Write
        | Access::Value
        | Access::Move
        | Access::Borrow
        | Access::Inspect
        | Access::Mut
        | Access::Open
        | Access::Unique
        | Access::Drop => use_place(live, place),
    });
    if let StatementKind::Drop {
        flag: Some(flag), ..
    } = kind
    {
        live.insert(*flag);
    }
}

pub(super) fn use_place(live: &mut LocalSet, place: &Place) {
    if let Base::Local(local) = place.base {
        live.insert(local);
    }
    for projection in &place.projections {
        if let Projection::Index(index) = projection {
            live.insert(*index);
        }
    }
}
