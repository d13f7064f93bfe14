//! Drops every owned local where it is needed no more: after its last use, or on the edge to a block that does not need it.
//! A value that is live has been assigned and not moved, so no flags are needed; only a local that a reference may or
//! may not stand for (it was opened on one path, another local on the other) gets one.
//!
//! Stores into parts, globals and references drop what they overwrite, after the store.

use cranelift_entity::SecondaryMap;
use rustc_hash::FxHashMap;
use syntax::Span;

use super::liveness::{Liveness, LocalSet, Origins, origins, uses, whole_local};
use super::needs::Needs;
use super::normalise::{assign, fresh};
use super::walk::{self, Access};
use crate::env::Env;
use crate::mir::{
    Base, Block, BlockId, Body, Const, Local, LocalKind, Old, Operand, ParamMode, Place, Statement,
    StatementKind, Terminator,
};
use crate::types::Ty;

/// False if it would take more than may be compiled: what a branch leaves behind is dropped in each, so there may be far more of that than of text.
#[must_use]
pub(super) fn insert(body: &mut Body, env: &Env, needs: &Needs) -> bool {
    let origins = origins(body);
    let pass = Pass {
        liveness: Liveness::of(body, &origins),
        owned: owned(body, needs),
        doomed: doomed(body),
        flags: flags(body, needs, &origins),
        span: body.span,
    };
    pass.decide_old_values(body, env, needs);
    let blocks: Vec<BlockId> = body.blocks.keys().collect();
    let at_edges = pass.deaths_at_edges(body, &blocks);
    let dying = |(_, edges): (_, &Vec<(_, Vec<Local>)>)| {
        edges.iter().map(|(_, dead)| dead.len()).sum::<usize>()
    };
    if !env
        .budget()
        .take_statements(at_edges.iter().map(dying).sum())
    {
        return false;
    }
    let at_entry = pass.unused_params(body);
    for block in &blocks {
        pass.within(body, *block);
    }
    pass.on_edges(body, at_edges);
    let entry = pass.entry_statements(body, &at_entry);
    let first = blocks[0];
    body.blocks[first].statements.splice(0..0, entry);
    true
}

struct Pass {
    liveness: Liveness,
    owned: LocalSet,
    /// Blocks that all lead to the end of the run, where nothing needs to be dropped.
    doomed: SecondaryMap<BlockId, bool>,
    flags: FxHashMap<Local, Local>,
    span: Span,
}

type EdgeDeaths = SecondaryMap<BlockId, Vec<(BlockId, Vec<Local>)>>;

impl Pass {
    fn decide_old_values(&self, body: &mut Body, env: &Env, needs: &Needs) {
        let blocks: Vec<BlockId> = body.blocks.keys().collect();
        for block in blocks {
            let mut statements = std::mem::take(&mut body.blocks[block].statements);
            for statement in &mut statements {
                let decided = self.old_value(body, env, needs, &statement.kind);
                if let StatementKind::Assign { old, .. } | StatementKind::Call { old, .. } =
                    &mut statement.kind
                    && *old == Old::Unknown
                {
                    *old = decided;
                }
            }
            body.blocks[block].statements = statements;
        }
    }

    fn old_value(&self, body: &Body, env: &Env, needs: &Needs, kind: &StatementKind) -> Old {
        let place = match kind {
            StatementKind::Assign { place, .. } => place,
            StatementKind::Call { dest, .. } => dest,
            StatementKind::Open { .. }
            | StatementKind::Check(_)
            | StatementKind::MakeUnique(_)
            | StatementKind::Unpack { .. }
            | StatementKind::Drop { .. }
            | StatementKind::Nop => return Old::Nothing,
        };
        if !needs.drop(body.place_ty(env, place)) {
            return Old::Nothing;
        }
        match whole_local(place) {
            Some(local) => self.old_of_local(local, kind),
            None => Old::Drop,
        }
    }

    /// A local that is assigned as a whole was dropped at its last use before, unless this very statement reads it.
    fn old_of_local(&self, local: Local, kind: &StatementKind) -> Old {
        let mut used = LocalSet::default();
        uses(kind, &mut used);
        let read_here = self.liveness.kept(&used).contains(local);
        if read_here && !moved(kind).contains(local) && self.owned.contains(local) {
            Old::Drop
        } else {
            Old::Nothing
        }
    }

    /// Drops after each statement what only it still needed.
    fn within(&self, body: &mut Body, block: BlockId) {
        if self.doomed[block] {
            return;
        }
        let points = self.liveness.through(body, block);
        let statements = std::mem::take(&mut body.blocks[block].statements);
        let mut out = Vec::with_capacity(statements.len());
        for (at, statement) in statements.into_iter().enumerate() {
            let before = self.liveness.kept(&points[at]);
            let after = self.liveness.kept(&points[at + 1]);
            let mut here = before.clone();
            let defined = walk::defined(&statement.kind);
            here.extend_with(defined);
            let moved = moved(&statement.kind);
            let span = statement.span;
            let sets_flag = defined.and_then(|local| self.flags.get(&local));
            out.push(statement);
            for local in moved.iter() {
                self.set_flag(&mut out, local, false, span);
            }
            if let Some(flag) = sets_flag {
                out.push(set(*flag, true, span));
            }
            for local in here.iter() {
                let ends = self.owned.contains(local)
                    && !after.contains(local)
                    && (!moved.contains(local) || defined == Some(local));
                if ends {
                    self.drop(&mut out, local, span);
                }
            }
        }
        body.blocks[block].statements = out;
    }

    fn deaths_at_edges(&self, body: &Body, blocks: &[BlockId]) -> EdgeDeaths {
        let mut deaths = EdgeDeaths::new();
        for block in blocks {
            if self.doomed[*block] {
                continue;
            }
            let out = self.liveness.kept(&self.live_at_end(body, *block));
            let mut seen = Vec::new();
            for next in walk::successors(&body.blocks[*block].terminator) {
                if seen.contains(&next) || self.doomed[next] {
                    continue;
                }
                seen.push(next);
                let needed = self.liveness.kept(self.liveness.live_in(next));
                let dead = out
                    .iter()
                    .filter(|local| self.owned.contains(*local) && !needed.contains(*local));
                deaths[next].push((*block, dead.collect()));
            }
        }
        deaths
    }

    fn live_at_end(&self, body: &Body, block: BlockId) -> LocalSet {
        self.liveness.live_out(body, block)
    }

    /// Puts the drops of an edge at the start of its target if all edges there agree, else on the edge.
    fn on_edges(&self, body: &mut Body, deaths: EdgeDeaths) {
        let predecessors = predecessors(body);
        let targets: Vec<BlockId> = deaths.keys().collect();
        for target in targets {
            let edges = &deaths[target];
            if edges.iter().all(|(_, dead)| dead.is_empty()) {
                continue;
            }
            let entered_otherwise = edges.len() != predecessors[target].len()
                || body.blocks.keys().next() == Some(target);
            if !entered_otherwise && edges.iter().all(|(_, dead)| *dead == edges[0].1) {
                let mut drops = Vec::new();
                for local in &edges[0].1 {
                    self.drop(&mut drops, *local, self.span);
                }
                body.blocks[target].statements.splice(0..0, drops);
                continue;
            }
            for (from, dead) in edges {
                if dead.is_empty() {
                    continue;
                }
                let mut drops = Vec::new();
                for local in dead {
                    self.drop(&mut drops, *local, self.span);
                }
                split_edge(body, *from, target, drops);
            }
        }
    }

    fn unused_params(&self, body: &Body) -> Vec<Local> {
        let Some(entry) = body.blocks.keys().next() else {
            return Vec::new();
        };
        let live = self.liveness.kept(self.liveness.live_in(entry));
        let params = body.locals.keys().skip(1).zip(&body.params);
        params
            .filter(|(local, mode)| {
                **mode == ParamMode::Own && self.owned.contains(*local) && !live.contains(*local)
            })
            .map(|(local, _)| local)
            .collect()
    }

    fn entry_statements(&self, body: &Body, unused: &[Local]) -> Vec<Statement> {
        let mut out = Vec::new();
        for local in body.locals.keys() {
            if let Some(flag) = self.flags.get(&local) {
                out.push(set(*flag, false, self.span));
            }
        }
        for local in unused {
            self.drop(&mut out, *local, self.span);
        }
        out
    }

    fn drop(&self, out: &mut Vec<Statement>, local: Local, span: Span) {
        let flag = self.flags.get(&local).copied();
        out.push(Statement {
            kind: StatementKind::Drop {
                place: Place::local(local),
                flag,
            },
            span,
        });
        if let Some(flag) = flag {
            out.push(set(flag, false, span));
        }
    }

    fn set_flag(&self, out: &mut Vec<Statement>, local: Local, value: bool, span: Span) {
        if let Some(flag) = self.flags.get(&local) {
            out.push(set(*flag, value, span));
        }
    }
}

fn set(flag: Local, value: bool, span: Span) -> Statement {
    let operand = Operand::Const(Const::Bool(value));
    assign(Place::local(flag), operand, Old::Nothing, span)
}

/// Owned locals whose type may own blocks; the result belongs to the caller.
fn owned(body: &Body, needs: &Needs) -> LocalSet {
    let mut owned = LocalSet::default();
    for (local, decl) in body.locals.iter() {
        if local != Local::RESULT && decl.kind == LocalKind::Owned && needs.drop(decl.ty) {
            owned.insert(local);
        }
    }
    owned
}

fn moved(kind: &StatementKind) -> LocalSet {
    let mut moved = LocalSet::default();
    walk::places(kind, &mut |access, place| {
        if access == Access::Move
            && let Base::Local(local) = place.base
        {
            moved.insert(local);
        }
    });
    moved
}

/// Blocks from which every path ends the run. A loop without an end is not one: it must not gather garbage.
fn doomed(body: &Body) -> SecondaryMap<BlockId, bool> {
    let mut doomed: SecondaryMap<BlockId, bool> = SecondaryMap::new();
    let mut changed = true;
    while changed {
        changed = false;
        // Most blocks lead to later ones.
        for (id, block) in body.blocks.iter().rev() {
            let ends = match &block.terminator {
                Terminator::Panic { .. } | Terminator::Unreachable => true,
                Terminator::Return => false,
                other => walk::successors(other).iter().all(|next| doomed[*next]),
            };
            if ends && !doomed[id] {
                doomed[id] = true;
                changed = true;
            }
        }
    }
    doomed
}

/// Flags for the locals that a reference opened in several places may stand for.
fn flags(body: &mut Body, needs: &Needs, origins: &Origins) -> FxHashMap<Local, Local> {
    let mut unsure = Vec::new();
    for local in body.locals.keys() {
        let bases: Vec<Local> = origins[local]
            .iter()
            .filter_map(|place| match place.base {
                Base::Local(base) => Some(base),
                Base::Global(_) => None,
            })
            .collect();
        if bases.iter().any(|base| *base != bases[0]) || mixes_globals(&origins[local]) {
            unsure.extend(bases);
        }
    }
    let mut flags = FxHashMap::default();
    for local in unsure {
        let decl = &body.locals[local];
        let wanted = decl.kind == LocalKind::Owned && needs.drop(decl.ty);
        if wanted && !flags.contains_key(&local) && !is_param(body, local) {
            let span = decl.span;
            let flag = fresh(body, Ty::bool(), span);
            body.locals[flag].kind = LocalKind::Flag;
            flags.insert(local, flag);
        }
    }
    flags
}

fn mixes_globals(origins: &[Place]) -> bool {
    let globals = origins
        .iter()
        .filter(|place| matches!(place.base, Base::Global(_)))
        .count();
    globals > 0 && globals < origins.len()
}

fn is_param(body: &Body, local: Local) -> bool {
    body.locals
        .keys()
        .take(1 + body.params.len())
        .any(|param| param == local)
}

fn predecessors(body: &Body) -> SecondaryMap<BlockId, Vec<BlockId>> {
    let mut predecessors: SecondaryMap<BlockId, Vec<BlockId>> = SecondaryMap::new();
    for (id, block) in body.blocks.iter() {
        for next in walk::successors(&block.terminator) {
            // All of one block come one after another.
            if predecessors[next].last() != Some(&id) {
                predecessors[next].push(id);
            }
        }
    }
    predecessors
}

/// Puts a block with these statements between two others.
pub(super) fn split_edge(
    body: &mut Body,
    from: BlockId,
    to: BlockId,
    statements: Vec<Statement>,
) -> BlockId {
    let between = body.blocks.push(Block {
        statements,
        terminator: Terminator::Goto(to),
    });
    for next in walk::successors_mut(&mut body.blocks[from].terminator) {
        if *next == to {
            *next = between;
        }
    }
    between
}
