//! The natural loops of a body, outermost first.

use cranelift_entity::SecondaryMap;
use rustc_hash::FxHashSet;

use super::borrows::statements;
use super::walk::{self, Access};
use crate::mir::{
    Base, Block, BlockId, Body, Local, LocalKind, Place, Projection, Statement, StatementKind,
    Terminator,
};

pub(crate) struct Loop {
    pub(crate) header: BlockId,
    pub(crate) blocks: Vec<BlockId>,
    /// Blocks outside that lead to the header.
    pub(crate) entries: Vec<BlockId>,
}

/// Whether nothing in the body comes round again, calls aside.
pub fn has_no_loops(body: &Body) -> bool {
    every_loop(body).is_empty()
}

/// Those into which a block leads: all but one that a function begins with.
pub(super) fn loops(body: &Body) -> Vec<Loop> {
    let mut found = every_loop(body);
    found.retain(|l| !l.entries.is_empty());
    found
}

pub(crate) fn every_loop(body: &Body) -> Vec<Loop> {
    let order = reverse_postorder(body);
    let predecessors = predecessors(body, &order);
    let dominators = dominators(&order, &predecessors);
    let mut found: Vec<Loop> = Vec::new();
    for header in &order {
        let latches: Vec<BlockId> = predecessors[*header]
            .iter()
            .copied()
            .filter(|from| dominates(&dominators, *header, *from))
            .collect();
        if latches.is_empty() {
            continue;
        }
        let blocks = members(*header, &latches, &predecessors);
        let entries = predecessors[*header]
            .iter()
            .copied()
            .filter(|from| !blocks.contains(from))
            .collect();
        found.push(Loop {
            header: *header,
            blocks,
            entries,
        });
    }
    found.sort_by_key(|l| std::cmp::Reverse(l.blocks.len()));
    found
}

/// The variables that these blocks mention.
pub(crate) fn mentioned(body: &Body, blocks: &FxHashSet<BlockId>) -> FxHashSet<Local> {
    let mut found = FxHashSet::default();
    let mut note = |place: &Place| {
        if let Base::Local(local) = place.base {
            found.insert(local);
        }
        for projection in &place.projections {
            if let Projection::Index(index) = projection {
                found.insert(*index);
            }
        }
    };
    for (_, block) in body.blocks.iter().filter(|(id, _)| blocks.contains(id)) {
        for statement in &block.statements {
            walk::places(&statement.kind, &mut |_, place| note(place));
            let defined = walk::defined(&statement.kind);
            let flag = walk::flag(&statement.kind);
            for local in defined.into_iter().chain(flag) {
                note(&Place::local(local));
            }
        }
        walk::terminator_places(&block.terminator, &mut note);
    }
    found
}

/// The variables whose address another one may have: of a place that was opened, or that a closure writes.
pub(crate) fn shared_locals(body: &Body) -> FxHashSet<Local> {
    let mut found = FxHashSet::default();
    for statement in statements(body) {
        let is_call = matches!(statement.kind, StatementKind::Call { .. });
        walk::places(&statement.kind, &mut |access, place| {
            let is_kept = access == Access::Open || access == Access::Mut && !is_call;
            if let Base::Local(local) = place.base
                && is_kept
            {
                found.insert(local);
            }
        });
    }
    found
}

/// Whether the place is there even if a loop does not run: reached by fields alone.
pub(super) fn is_there_without(body: &Body, place: &Place) -> bool {
    let behind_reference = matches!(
        place.base,
        Base::Local(local) if body.locals[local].kind == LocalKind::Ref
    );
    place
        .projections
        .iter()
        .skip(usize::from(behind_reference))
        .all(|projection| matches!(projection, Projection::Field(_)))
}

/// Puts the statements where control comes into the loop.
pub(super) fn before_loop(body: &mut Body, found: &Loop, statements: Vec<Statement>) {
    if let [from] = found.entries.as_slice()
        && matches!(body.blocks[*from].terminator, Terminator::Goto(_))
    {
        body.blocks[*from].statements.extend(statements);
        return;
    }
    let preheader = body.blocks.push(Block {
        statements,
        terminator: Terminator::Goto(found.header),
    });
    for from in &found.entries {
        for next in walk::successors_mut(&mut body.blocks[*from].terminator) {
            if *next == found.header {
                *next = preheader;
            }
        }
    }
}

fn members(
    header: BlockId,
    latches: &[BlockId],
    predecessors: &SecondaryMap<BlockId, Vec<BlockId>>,
) -> Vec<BlockId> {
    let mut blocks = vec![header];
    let mut pending = latches.to_vec();
    while let Some(block) = pending.pop() {
        if !blocks.contains(&block) {
            blocks.push(block);
            pending.extend(&predecessors[block]);
        }
    }
    blocks
}

fn reverse_postorder(body: &Body) -> Vec<BlockId> {
    let mut seen: SecondaryMap<BlockId, bool> = SecondaryMap::new();
    let mut order = Vec::new();
    let Some(first) = body.blocks.keys().next() else {
        return order;
    };
    seen[first] = true;
    let mut stack = vec![(first, walk::successors(&body.blocks[first].terminator))];
    while let Some((block, pending)) = stack.last_mut() {
        if let Some(next) = pending.pop() {
            if !seen[next] {
                seen[next] = true;
                stack.push((next, walk::successors(&body.blocks[next].terminator)));
            }
        } else {
            order.push(*block);
            stack.pop();
        }
    }
    order.reverse();
    order
}

fn predecessors(body: &Body, order: &[BlockId]) -> SecondaryMap<BlockId, Vec<BlockId>> {
    let mut predecessors: SecondaryMap<BlockId, Vec<BlockId>> = SecondaryMap::new();
    for block in order {
        for next in walk::successors(&body.blocks[*block].terminator) {
            if !predecessors[next].contains(block) {
                predecessors[next].push(*block);
            }
        }
    }
    predecessors
}

/// The immediate dominator of each block, and its position in the order.
struct Dominators {
    position: SecondaryMap<BlockId, usize>,
    immediate: Vec<usize>,
}

fn dominators(order: &[BlockId], predecessors: &SecondaryMap<BlockId, Vec<BlockId>>) -> Dominators {
    const UNKNOWN: usize = usize::MAX;
    let mut position: SecondaryMap<BlockId, usize> = SecondaryMap::new();
    for (at, block) in order.iter().enumerate() {
        position[*block] = at;
    }
    let mut immediate = vec![UNKNOWN; order.len()];
    if let Some(first) = immediate.first_mut() {
        *first = 0;
    }
    let mut changed = true;
    while changed {
        changed = false;
        for (at, block) in order.iter().enumerate().skip(1) {
            let mut common = UNKNOWN;
            for from in &predecessors[*block] {
                let from = position[*from];
                if immediate[from] == UNKNOWN {
                    continue;
                }
                common = if common == UNKNOWN {
                    from
                } else {
                    meet(&immediate, common, from)
                };
            }
            if immediate[at] != common {
                immediate[at] = common;
                changed = true;
            }
        }
    }
    Dominators {
        position,
        immediate,
    }
}

fn meet(immediate: &[usize], mut a: usize, mut b: usize) -> usize {
    while a != b {
        while a > b {
            a = immediate[a];
        }
        while b > a {
            b = immediate[b];
        }
    }
    a
}

fn dominates(dominators: &Dominators, above: BlockId, below: BlockId) -> bool {
    let above = dominators.position[above];
    let mut at = dominators.position[below];
    while at > above {
        at = dominators.immediate[at];
    }
    at == above
}
