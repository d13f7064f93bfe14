//! `xs = f(xs)` for globals, fields and elements: the value is moved out of the place for the call that keeps it, if nothing
//! between there and the assignment looks at the place. Until then the place holds the empty value of its type, or a variant
//! without fields, so that whatever ends the run meanwhile leaves a valid one. (Whole locals are moved by `moves`, and need no such care.)
//!
//! ```text
//! _1 = call f(copy xs)        _2 = call take(mut xs)
//! xs = copy _1                _1 = call f(copy _2)
//!                             xs = copy _1
//! ```

use super::interface::Interfaces;
use super::liveness::{Origins, origins, whole_local};
use super::needs::Needs;
use super::normalise::fresh;
use super::paths::{Overlap, paths};
use super::walk::{self, Access, Role};
use crate::boxes::can_be_vacant;
use crate::env::{DefId, Env, ModuleId};
use crate::mir::{
    Arg, Base, BlockId, Body, Callee, Local, LocalKind, Old, Operand, Place, Projection, Rvalue,
    Statement, StatementKind,
};

/// How many statements may lie between.
const REACH: usize = 64;

pub(super) fn move_out(body: &mut Body, env: &Env, needs: &Needs, interfaces: &Interfaces) {
    // The prelude itself has what is needed in the end; its first part is compiled before there is a `take`.
    let Some(take) = env.module(ModuleId::PRELUDE).names.get("take").copied() else {
        return;
    };
    let mut pass = Pass {
        origins: origins(body),
        body,
        env,
        interfaces,
        take,
    };
    let blocks: Vec<BlockId> = pass.body.blocks.keys().collect();
    for block in blocks {
        let mut at = 0;
        while at < pass.body.blocks[block].statements.len() {
            if let Some(place) = pass.refilled(block, at, needs)
                && let Some(reader) = pass.last_reader(block, at, &place)
            {
                pass.take_before(block, reader, &place);
                at += 1;
            }
            at += 1;
        }
    }
}

/// The statement that the value is moved out for.
struct Reader {
    at: usize,
    /// The copy that waits for it: where it is made, and in which temporary.
    waits: Option<(usize, Local)>,
}

struct Pass<'a> {
    origins: Origins,
    body: &'a mut Body,
    env: &'a Env,
    interfaces: &'a Interfaces<'a>,
    take: DefId,
}

impl Pass<'_> {
    /// The place that a statement gives a new value, if that is no whole local and could be left empty before.
    fn refilled(&self, block: BlockId, at: usize, needs: &Needs) -> Option<Place> {
        let StatementKind::Assign {
            place,
            old: Old::Unknown,
            ..
        } = &self.body.blocks[block].statements[at].kind
        else {
            return None;
        };
        let ty = self.body.place_ty(self.env, place);
        let fits = whole_local(place).is_none() && needs.drop(ty) && can_be_vacant(self.env, ty);
        fits.then(|| place.clone())
    }

    /// The statement that keeps the value of the place, if none after it looks at the place before `refill` does. A copy that
    /// waits in a temporary while the place is read may be taken when it is used.
    fn last_reader(&self, block: BlockId, refill: usize, place: &Place) -> Option<Reader> {
        let statements = &self.body.blocks[block].statements;
        let mut last_read = None;
        for at in (refill.saturating_sub(REACH)..=refill).rev() {
            let kind = &statements[at].kind;
            let mut touches = 0;
            let mut writes = false;
            walk::places(kind, &mut |access, other| {
                let is_refill = at == refill && access == Access::Write;
                // The length around an element stays as it is.
                let is_around = access == Access::Inspect
                    && other.base == place.base
                    && other.projections.len() < place.projections.len()
                    && place.projections.starts_with(&other.projections)
                    && matches!(kind, StatementKind::Check(_));
                if !is_refill && !is_around && self.may_overlap(place, other) {
                    touches += 1;
                    writes |= !matches!(access, Access::Value | Access::Borrow | Access::Inspect);
                }
            });
            let (reads_inside, writes_inside) = self.calls_into(kind, place);
            if writes || writes_inside || self.moves_place(kind, place) {
                return None;
            }
            if touches == 1 && !reads_inside && self.keeps(kind, place) {
                let Some(last_read) = last_read else {
                    return Some(Reader { at, waits: None });
                };
                let temporary = self.waiting(kind)?;
                let used_at = self.only_use(block, at, temporary)?;
                let in_time = last_read < used_at && used_at <= refill;
                return in_time.then_some(Reader {
                    at: used_at,
                    waits: Some((at, temporary)),
                });
            }
            if touches > 0 || reads_inside {
                last_read = last_read.or(Some(at));
            }
        }
        None
    }

    /// The temporary that a statement puts a copy into.
    fn waiting(&self, kind: &StatementKind) -> Option<Local> {
        match kind {
            StatementKind::Assign {
                value: Rvalue::Use(Operand::Copy(_)),
                ..
            } => walk::defined(kind),
            _ => None,
        }
    }

    /// Where a temporary is used, if that is once in the body, later in the same block.
    fn only_use(&self, block: BlockId, after: usize, temporary: Local) -> Option<usize> {
        let mut count = 0;
        let mut mentions = |place: &Place| {
            count += usize::from(
                place.base == Base::Local(temporary)
                    || place.projections.contains(&Projection::Index(temporary)),
            );
        };
        for block in self.body.blocks.values() {
            for statement in &block.statements {
                walk::places(&statement.kind, &mut |_, place| mentions(place));
            }
            walk::terminator_places(&block.terminator, &mut |place| mentions(place));
        }
        // Once where it is set, once where it is used.
        let statements = &self.body.blocks[block].statements;
        let used = statements.iter().skip(after + 1).position(|statement| {
            let mut found = false;
            walk::places(&statement.kind, &mut |access, place| {
                found |= access == Access::Value && *place == Place::local(temporary);
            });
            found
        });
        used.filter(|_| count == 2).map(|used| after + 1 + used)
    }

    fn may_overlap(&self, place: &Place, other: &Place) -> bool {
        let all = |place: &Place| paths(self.body, self.env, &self.origins, place);
        let others = all(other);
        all(place).iter().any(|one| {
            let apart = |other| matches!(one.overlap(other), Overlap::Disjoint);
            !others.iter().all(apart)
        })
    }

    /// Whether what a statement calls may read the place by itself, and whether it may write it.
    fn calls_into(&self, kind: &StatementKind, place: &Place) -> (bool, bool) {
        let effects = self.interfaces.statement_effects(self.body, kind);
        let paths = paths(self.body, self.env, &self.origins, place);
        let globals = paths.iter().filter_map(|path| match path.base {
            Base::Global(global) => Some(global),
            Base::Local(_) => None,
        });
        let (mut reads, mut writes) = (false, false);
        for global in globals {
            reads |= effects.may_read(global);
            writes |= effects.may_write(global);
        }
        (reads, writes)
    }

    /// Whether the statement sets an index or reference that the place is found by.
    fn moves_place(&self, kind: &StatementKind, place: &Place) -> bool {
        let Some(defined) = walk::defined(kind) else {
            return false;
        };
        place.base == Base::Local(defined)
            || place.projections.contains(&Projection::Index(defined))
    }

    /// Whether the statement keeps a copy of exactly the place: in a call, a new value, or a temporary on the way to one.
    fn keeps(&self, kind: &StatementKind, place: &Place) -> bool {
        if let Some(local) = walk::defined(kind)
            && matches!(kind, StatementKind::Assign { .. })
            && !self.is_temporary(local)
        {
            return false;
        }
        let modes = self.interfaces.modes(kind);
        let mut kept = false;
        let mut kind = kind.clone();
        walk::operands_mut(&mut kind, &modes, &mut |role, operand| {
            kept |=
                role == Role::Consume && matches!(operand, Operand::Copy(found) if found == place);
        });
        kept
    }

    fn is_temporary(&self, local: Local) -> bool {
        let declared = &self.body.locals[local];
        declared.name.is_none() && declared.kind == LocalKind::Owned && local != Local::RESULT
    }

    fn take_before(&mut self, block: BlockId, reader: Reader, place: &Place) {
        let at = reader.at;
        let ty = self.body.place_ty(self.env, place);
        let span = self.body.blocks[block].statements[at].span;
        let taken = match reader.waits {
            Some((_, temporary)) => temporary,
            None => fresh(self.body, ty, span),
        };
        let statements = &mut self.body.blocks[block].statements;
        match reader.waits {
            Some((set_at, _)) => statements[set_at].kind = StatementKind::Nop,
            None => {
                let modes = self.interfaces.modes(&statements[at].kind);
                walk::operands_mut(&mut statements[at].kind, &modes, &mut |_, operand| {
                    if matches!(operand, Operand::Copy(found) if found == place) {
                        *operand = Operand::Copy(Place::local(taken));
                    }
                });
            }
        }
        let kind = StatementKind::Call {
            dest: Place::local(taken),
            callee: Callee::Fn(self.take, vec![ty]),
            args: vec![Arg::Mut(place.clone())],
            old: Old::Unknown,
            open: Vec::new(),
        };
        statements.insert(at, Statement { kind, span });
    }
}
