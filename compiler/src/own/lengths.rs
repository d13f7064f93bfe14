//! Reads the length that an index is compared with once, where it is asked for again and nothing has changed it, and in front of a loop
//! that does not change it. LLVM may not read it earlier behind a condition, and does not know that a block that was made unshared is as
//! long as it was; a loop whose bounds are not known beforehand is neither split nor vectorised.
//!
//! A fact is "the length of this place is in its variable". Facts end where a value that contains the place is written.

use cranelift_entity::SecondaryMap;

use super::interface::Interfaces;
use super::liveness::{Origins, origins};
use super::loops::{Loop, before_loop, is_there_without, loops};
use super::needs::Needs;
use super::paths::{Path, paths};
use super::walk::{self, Access};
use crate::env::Env;
use crate::mir::{
    Base, BlockId, Body, Check, Const, Local, LocalDecl, LocalKind, Old, Operand, Place,
    Projection, Rvalue, Statement, StatementKind,
};
use crate::types::{IntTy, Ty, TyKind};

/// Of so many places in a function at most.
const MOST: usize = 64;

pub(super) fn know(body: &mut Body, env: &Env, needs: &Needs, interfaces: &Interfaces) {
    let found = loops(body);
    let places = asked(body, env, &found);
    if places.is_empty() {
        return;
    }
    let lengths = Lengths::of(body, env, needs, interfaces, places);
    let mut hoisted = Vec::new();
    for each in &found {
        lengths.hoist(body, each, &mut hoisted);
    }
    let entry = lengths.solve(body);
    for block in body.blocks.keys() {
        if let Some(held) = &entry[block] {
            lengths.read_in(body, block, held.clone());
        }
    }
}

/// The place that an index is compared with the length of.
fn checked(statement: &Statement) -> Option<&Place> {
    match &statement.kind {
        StatementKind::Check(Check::Index { place, .. }) => Some(place),
        _ => None,
    }
}

/// The arrays and texts whose length is asked for more than once, in the text or by a loop.
fn asked(body: &Body, env: &Env, loops: &[Loop]) -> Vec<Place> {
    let mut found: Vec<(Place, bool)> = Vec::new();
    for (id, block) in body.blocks.iter() {
        for place in block.statements.iter().filter_map(checked) {
            let known = found.iter().position(|(known, _)| known == place);
            if let Some(at) = known {
                found[at].1 = true;
                continue;
            }
            let is_block = matches!(
                body.place_ty(env, place).kind(),
                TyKind::Array(_) | TyKind::Str
            );
            if is_block && found.len() < MOST {
                let is_inside = loops.iter().any(|each| each.blocks.contains(&id));
                let is_again = is_inside && is_there_without(body, place);
                found.push((place.clone(), is_again));
            }
        }
    }
    let again = found.into_iter().filter(|(_, is_again)| *is_again);
    again.map(|(place, _)| place).collect()
}

struct Lengths<'a> {
    env: &'a Env,
    needs: &'a Needs<'a>,
    interfaces: &'a Interfaces<'a>,
    origins: Origins,
    of: Vec<Length>,
}

struct Length {
    place: Place,
    roots: Vec<Path>,
    known: Local,
}

/// Which facts hold; `None` where control has not come yet.
type Held = Option<Vec<bool>>;

impl<'a> Lengths<'a> {
    fn of(
        body: &mut Body,
        env: &'a Env,
        needs: &'a Needs<'a>,
        interfaces: &'a Interfaces<'a>,
        places: Vec<Place>,
    ) -> Lengths<'a> {
        let origins = origins(body);
        let of = places.into_iter().map(|place| Length {
            roots: paths(body, env, &origins, &place),
            known: body.locals.push(LocalDecl {
                ty: Ty::i64(),
                name: None,
                span: body.span,
                kind: LocalKind::Owned,
            }),
            place,
        });
        let of = of.collect();
        Lengths {
            env,
            needs,
            interfaces,
            origins,
            of,
        }
    }

    /// Reads what the loop asks for and does not change in front of it, if no loop around it has done so.
    fn hoist<'l>(&self, body: &mut Body, inside: &'l Loop, hoisted: &mut Vec<(usize, &'l Loop)>) {
        let statements = || {
            let blocks = inside.blocks.iter();
            blocks.flat_map(|block| &body.blocks[*block].statements)
        };
        let mut lasts: Vec<bool> = vec![false; self.of.len()];
        for place in statements().filter_map(checked) {
            if let Some(at) = self.position(place) {
                lasts[at] = is_there_without(body, place);
            }
        }
        for statement in statements() {
            self.end(body, &mut lasts, &statement.kind);
        }
        let mut read = Vec::new();
        for (at, length) in self.of.iter().enumerate() {
            let mut around = hoisted.iter();
            let is_known = around
                .any(|(other, around)| *other == at && around.blocks.contains(&inside.header));
            if lasts[at] && !is_known {
                read.push(length.read(body.span));
                hoisted.push((at, inside));
            }
        }
        if !read.is_empty() {
            before_loop(body, inside, read);
        }
    }

    fn position(&self, place: &Place) -> Option<usize> {
        self.of.iter().position(|length| length.place == *place)
    }

    /// Takes away what the statement ends.
    fn end(&self, body: &Body, held: &mut [bool], kind: &StatementKind) {
        if !held.contains(&true) {
            return;
        }
        let mut changed: Vec<Path> = Vec::new();
        walk::places(kind, &mut |access, place| {
            let changes = match access {
                Access::Move | Access::Mut | Access::Write | Access::Drop => {
                    self.needs.drop(body.place_ty(self.env, place))
                }
                Access::Value
                | Access::Borrow
                | Access::Inspect
                | Access::Open
                | Access::Unique => false,
            };
            if changes {
                changed.extend(paths(body, self.env, &self.origins, place));
            }
        });
        let defined = walk::defined(kind);
        let is_global = |length: &Length| {
            let mut roots = length.roots.iter();
            roots.any(|path| matches!(path.base, Base::Global(_)))
        };
        let may_write = matches!(
            kind,
            StatementKind::Call { .. } | StatementKind::Assign { .. }
        ) && self.of.iter().any(is_global);
        let effects = may_write.then(|| self.interfaces.statement_effects(body, kind));
        for (length, holds) in self.of.iter().zip(held) {
            let is_changed = |root: &Path| {
                let written = match (&effects, root.base) {
                    (Some(effects), Base::Global(global)) => effects.may_write(global),
                    _ => false,
                };
                written || changed.iter().any(|path| path.covers(root))
            };
            let loses_its_name = defined.is_some_and(|local| length.is_named_by(local));
            *holds &= !loses_its_name && !length.roots.iter().any(is_changed);
        }
    }

    fn apply(&self, body: &Body, held: &mut [bool], statement: &Statement) {
        if let Some(at) = checked(statement).and_then(|place| self.position(place)) {
            held[at] = true;
        }
        if let Some(at) = self.read_by(&statement.kind) {
            held[at] = true;
            return;
        }
        self.end(body, held, &statement.kind);
        if let Some((at, _)) = self.made_by(body, &statement.kind) {
            held[at] = true;
        }
    }

    /// Of `xs = [x; n]` and `xs = [a, b]`: the fact, and the length.
    fn made_by(&self, body: &Body, kind: &StatementKind) -> Option<(usize, Operand)> {
        let StatementKind::Assign { place, value, .. } = kind else {
            return None;
        };
        let length = match value {
            Rvalue::Repeat { ty, count, .. } if ty.fixed_len().is_none() => match count {
                Operand::Copy(_) if body.operand_ty(self.env, count) == Ty::i64() => count.clone(),
                Operand::Const(Const::Int(_, count)) => constant(*count),
                _ => return None,
            },
            Rvalue::Array { items, .. } => constant(items.len() as i128),
            _ => return None,
        };
        self.position(place).map(|at| (at, length))
    }

    /// The fact that `hoist` has made the statement for.
    fn read_by(&self, kind: &StatementKind) -> Option<usize> {
        let defined = walk::defined(kind)?;
        self.of.iter().position(|length| length.known == defined)
    }

    /// What holds at the start of every block.
    fn solve(&self, body: &Body) -> SecondaryMap<BlockId, Held> {
        let mut entry: SecondaryMap<BlockId, Held> = SecondaryMap::new();
        let Some(first) = body.blocks.keys().next() else {
            return entry;
        };
        entry[first] = Some(vec![false; self.of.len()]);
        let mut pending = vec![first];
        while let Some(block) = pending.pop() {
            let Some(mut held) = entry[block].clone() else {
                continue;
            };
            for statement in &body.blocks[block].statements {
                self.apply(body, &mut held, statement);
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

    /// Has the checks of a block use what is known, and reads before them what is not.
    fn read_in(&self, body: &mut Body, block: BlockId, mut held: Vec<bool>) {
        let statements = std::mem::take(&mut body.blocks[block].statements);
        let mut out = Vec::with_capacity(statements.len());
        for mut statement in statements {
            if let Some(at) = self.read_by(&statement.kind)
                && held[at]
            {
                continue;
            }
            let at = checked(&statement).and_then(|place| self.position(place));
            if let Some(at) = at
                && !held[at]
            {
                out.push(self.of[at].read(statement.span));
            }
            self.apply(body, &mut held, &statement);
            if let StatementKind::Check(Check::Index { length, .. }) = &mut statement.kind {
                *length = at.map(|at| self.of[at].known);
            }
            let made = self.made_by(body, &statement.kind);
            let span = statement.span;
            out.push(statement);
            if let Some((at, length)) = made {
                out.push(self.of[at].set(Rvalue::Use(length), span));
            }
        }
        body.blocks[block].statements = out;
    }
}

impl Length {
    fn read(&self, span: syntax::Span) -> Statement {
        self.set(Rvalue::Len(self.place.clone()), span)
    }

    fn set(&self, value: Rvalue, span: syntax::Span) -> Statement {
        let kind = StatementKind::Assign {
            place: Place::local(self.known),
            value,
            old: Old::Nothing,
        };
        Statement { kind, span }
    }

    fn is_named_by(&self, local: Local) -> bool {
        let mut steps = self.place.projections.iter();
        self.place.base == Base::Local(local) || steps.any(|step| *step == Projection::Index(local))
    }
}

fn constant(length: i128) -> Operand {
    Operand::Const(Const::Int(IntTy::I64, length))
}
