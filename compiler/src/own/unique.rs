//! Makes the arrays, texts and boxes on the way to every write unshared before it, outermost first; then takes away what is
//! known to be unshared already, and moves what a loop does not change in front of it.
//!
//! A fact is "the block at this place has one owner, and so have those on the way to it". Facts end where a value that
//! contains the place is copied, written, or handed to somebody who may keep it.

use cranelift_entity::SecondaryMap;

use super::interface::Interfaces;
use super::liveness::{Origins, origins};
use super::loops::{Loop, before_loop, is_there_without, loops};
use super::needs::Needs;
use super::paths::{Path, containers, paths};
use super::walk::{self, Access};
use crate::env::Env;
use crate::mir::{
    Arg, Base, BlockId, Body, Operand, Place, Projection, Rvalue, Statement, StatementKind,
};
use crate::types::TyKind;

pub(super) fn insert(body: &mut Body, env: &Env, needs: &Needs, interfaces: &Interfaces) {
    let blocks: Vec<BlockId> = body.blocks.keys().collect();
    let mut any = false;
    for block in blocks {
        let statements = std::mem::take(&mut body.blocks[block].statements);
        let mut out = Vec::with_capacity(statements.len());
        for statement in statements {
            for place in needed(body, env, interfaces, &statement.kind) {
                any = true;
                out.push(unique(place, statement.span));
            }
            out.push(statement);
        }
        body.blocks[block].statements = out;
    }
    if any {
        hoist(body, env, needs, interfaces);
        remove_known(body, env, needs, interfaces);
    }
}

fn unique(place: Place, span: syntax::Span) -> Statement {
    Statement {
        kind: StatementKind::MakeUnique(place),
        span,
    }
}

/// What must be unshared before the statement, in order.
fn needed(body: &Body, env: &Env, interfaces: &Interfaces, kind: &StatementKind) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    let mut add = |places: Vec<Place>| {
        for place in places {
            if !out.contains(&place) {
                out.push(place);
            }
        }
    };
    match kind {
        StatementKind::Assign { place, .. } | StatementKind::Open { place, .. } => {
            add(containers(body, env, place));
        }
        StatementKind::Call {
            dest, callee, args, ..
        } => {
            add(containers(body, env, dest));
            let intrinsic = interfaces.intrinsic(callee);
            for arg in args {
                let Arg::Mut(place) = arg else {
                    continue;
                };
                add(containers(body, env, place));
                let is_block = matches!(
                    body.place_ty(env, place).kind(),
                    TyKind::Array(_) | TyKind::Str
                );
                if is_block && intrinsic.is_some_and(writes_in_place) {
                    add(vec![place.clone()]);
                }
            }
        }
        StatementKind::Check(_)
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => {}
    }
    out
}

/// Primitives that write into the block of their `mut` argument; the others replace the whole value.
fn writes_in_place(intrinsic: &str) -> bool {
    !matches!(
        intrinsic,
        "take" | "read_line" | "system" | "parse_int" | "parse_float"
    )
}

/// The places that are made unique, and which of them each statement ends.
struct Facts<'a> {
    body: &'a Body,
    env: &'a Env,
    needs: &'a Needs<'a>,
    interfaces: &'a Interfaces<'a>,
    origins: Origins,
    places: Vec<Place>,
    paths: Vec<Vec<Path>>,
}

/// Which facts hold; `None` where control has not come yet.
type Held = Option<Vec<bool>>;

impl<'a> Facts<'a> {
    fn of(
        body: &'a Body,
        env: &'a Env,
        needs: &'a Needs<'a>,
        interfaces: &'a Interfaces<'a>,
    ) -> Facts<'a> {
        let origins = origins(body);
        let mut places: Vec<Place> = Vec::new();
        for statement in super::borrows::statements(body) {
            if let StatementKind::MakeUnique(place) = &statement.kind
                && !places.contains(place)
            {
                places.push(place.clone());
            }
        }
        let paths = places
            .iter()
            .map(|place| paths(body, env, &origins, place))
            .collect();
        Facts {
            body,
            env,
            needs,
            interfaces,
            origins,
            places,
            paths,
        }
    }

    fn apply(&self, held: &mut [bool], kind: &StatementKind) {
        let transferred = self.transferred(held, kind);
        for (fact, holds) in held.iter_mut().enumerate() {
            if *holds && self.ends(fact, kind) {
                *holds = false;
            }
        }
        match kind {
            StatementKind::MakeUnique(place) => self.set(held, place),
            StatementKind::Assign { place, value, .. } => {
                if is_fresh(value) {
                    self.set(held, place);
                }
            }
            StatementKind::Call { dest, callee, .. } => {
                let fresh = self.interfaces.intrinsic(callee) == Some("array_with_capacity");
                if fresh {
                    self.set(held, dest);
                }
            }
            StatementKind::Open { .. }
            | StatementKind::Check(_)
            | StatementKind::Unpack { .. }
            | StatementKind::Drop { .. }
            | StatementKind::Nop => {}
        }
        for fact in transferred {
            held[fact] = true;
        }
    }

    fn set(&self, held: &mut [bool], place: &Place) {
        if let Some(fact) = self.places.iter().position(|found| found == place) {
            held[fact] = true;
        }
    }

    /// `x = move y`: what held of `y` holds of `x`.
    fn transferred(&self, held: &[bool], kind: &StatementKind) -> Vec<usize> {
        let StatementKind::Assign {
            place,
            value: Rvalue::Use(Operand::Move(source)),
            ..
        } = kind
        else {
            return Vec::new();
        };
        let renamed = |fact: &Place| {
            let rest = fact
                .projections
                .strip_prefix(source.projections.as_slice())?;
            let mut projections = place.projections.clone();
            projections.extend_from_slice(rest);
            (fact.base == source.base).then_some(Place {
                base: place.base,
                projections,
            })
        };
        self.places
            .iter()
            .zip(held)
            .filter(|(_, holds)| **holds)
            .filter_map(|(fact, _)| renamed(fact))
            .filter_map(|place| self.places.iter().position(|found| *found == place))
            .collect()
    }

    fn ends(&self, fact: usize, kind: &StatementKind) -> bool {
        if self.loses_its_name(fact, kind) {
            return true;
        }
        let keeps_borrows = self.call_may_keep(kind);
        let mut ends = false;
        walk::places(kind, &mut |access, place| {
            let matters = match access {
                Access::Value => self.needs.drop(self.body.place_ty(self.env, place)),
                Access::Borrow => keeps_borrows,
                Access::Move | Access::Mut | Access::Write | Access::Drop => true,
                Access::Inspect | Access::Open | Access::Unique => false,
            };
            ends |= matters && self.covers(place, fact);
        });
        ends || self.effects_end(fact, kind)
    }

    /// Whether the value at `place` contains the block of the fact or a block on the way to it.
    fn covers(&self, place: &Place, fact: usize) -> bool {
        let covering = paths(self.body, self.env, &self.origins, place);
        covering
            .iter()
            .any(|path| self.paths[fact].iter().any(|found| path.covers(found)))
    }

    /// A new value for the base or for an index of the fact's place.
    fn loses_its_name(&self, fact: usize, kind: &StatementKind) -> bool {
        let Some(defined) = walk::defined(kind) else {
            return false;
        };
        let place = &self.places[fact];
        place.base == Base::Local(defined)
            || place.projections.contains(&Projection::Index(defined))
    }

    /// Whether a callee may make another owner of what it is lent: if it can put it somewhere that outlives the call.
    fn call_may_keep(&self, kind: &StatementKind) -> bool {
        let StatementKind::Call { dest, args, .. } = kind else {
            return false;
        };
        let effects = self.interfaces.statement_effects(self.body, kind);
        let result = self.body.place_ty(self.env, dest);
        let mut_owner = args.iter().any(|arg| match arg {
            Arg::Mut(place) => self.needs.drop(self.body.place_ty(self.env, place)),
            Arg::Value(_) => false,
        });
        self.needs.drop(result) || mut_owner || effects.is_unsure() || !effects.writes.is_empty()
    }

    fn effects_end(&self, fact: usize, kind: &StatementKind) -> bool {
        let effects = self.interfaces.statement_effects(self.body, kind);
        self.paths[fact].iter().any(|path| match path.base {
            Base::Global(global) => effects.may_read(global) || effects.may_write(global),
            Base::Local(_) => false,
        })
    }
}

fn is_fresh(value: &Rvalue) -> bool {
    match value {
        Rvalue::Array { items, .. } => !items.is_empty(),
        Rvalue::Repeat { .. } | Rvalue::Format(_) => false,
        Rvalue::Use(_)
        | Rvalue::Unary(..)
        | Rvalue::Binary(..)
        | Rvalue::Compare(..)
        | Rvalue::Convert { .. }
        | Rvalue::Aggregate(..)
        | Rvalue::Variant { .. }
        | Rvalue::Len(_)
        | Rvalue::Discriminant(_)
        | Rvalue::Holds(..)
        | Rvalue::Any { .. }
        | Rvalue::Closure { .. } => false,
    }
}

fn remove_known(body: &mut Body, env: &Env, needs: &Needs, interfaces: &Interfaces) {
    let mut redundant: Vec<(BlockId, usize)> = Vec::new();
    let facts = Facts::of(body, env, needs, interfaces);
    let entry = solve(&facts);
    for (block, contents) in body.blocks.iter() {
        let Some(mut held) = entry[block].clone() else {
            continue;
        };
        for (at, statement) in contents.statements.iter().enumerate() {
            if let StatementKind::MakeUnique(place) = &statement.kind
                && let Some(fact) = facts.places.iter().position(|found| found == place)
                && held[fact]
            {
                redundant.push((block, at));
            }
            facts.apply(&mut held, &statement.kind);
        }
    }
    for (block, at) in redundant.into_iter().rev() {
        body.blocks[block].statements.remove(at);
    }
}

/// What holds at the start of every block.
fn solve(facts: &Facts) -> SecondaryMap<BlockId, Held> {
    let body = facts.body;
    let mut entry: SecondaryMap<BlockId, Held> = SecondaryMap::new();
    let Some(first) = body.blocks.keys().next() else {
        return entry;
    };
    entry[first] = Some(vec![false; facts.places.len()]);
    let mut pending = vec![first];
    while let Some(block) = pending.pop() {
        let Some(mut held) = entry[block].clone() else {
            continue;
        };
        for statement in &body.blocks[block].statements {
            facts.apply(&mut held, &statement.kind);
        }
        for next in walk::successors(&body.blocks[block].terminator) {
            let merged = match &entry[next] {
                None => held.clone(),
                Some(known) => known.iter().zip(&held).map(|(a, b)| *a && *b).collect(),
            };
            if entry[next].as_ref() != Some(&merged) {
                entry[next] = Some(merged);
                pending.push(next);
            }
        }
    }
    entry
}

/// Makes places unique in front of the outermost loop that neither shares nor replaces them.
fn hoist(body: &mut Body, env: &Env, needs: &Needs, interfaces: &Interfaces) {
    for found in loops(body) {
        let places = hoistable(body, env, needs, interfaces, &found);
        if places.is_empty() {
            continue;
        }
        let span = body.span;
        let statements: Vec<Statement> = places
            .into_iter()
            .map(|place| unique(place, span))
            .collect();
        before_loop(body, &found, statements);
    }
}

fn hoistable(
    body: &Body,
    env: &Env,
    needs: &Needs,
    interfaces: &Interfaces,
    found: &Loop,
) -> Vec<Place> {
    let facts = Facts::of(body, env, needs, interfaces);
    let inside = || {
        found
            .blocks
            .iter()
            .flat_map(|block| &body.blocks[*block].statements)
    };
    let made: Vec<&Place> = inside()
        .filter_map(|statement| match &statement.kind {
            StatementKind::MakeUnique(place) => Some(place),
            StatementKind::Assign { .. }
            | StatementKind::Call { .. }
            | StatementKind::Open { .. }
            | StatementKind::Check(_)
            | StatementKind::Unpack { .. }
            | StatementKind::Drop { .. }
            | StatementKind::Nop => None,
        })
        .collect();
    let mut out: Vec<Place> = Vec::new();
    for (fact, place) in facts.places.iter().enumerate() {
        let lasts = made.contains(&place)
            && is_there_without(body, place)
            && !inside().any(|statement| facts.ends(fact, &statement.kind));
        if lasts {
            out.push(place.clone());
        }
    }
    out.sort_by_key(|place| place.projections.len());
    out
}
