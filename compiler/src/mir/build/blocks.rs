//! Puts the blocks of a new body in order.

use cranelift_entity::{EntityRef, PrimaryMap, SecondaryMap};

use crate::mir::{BlockId, Body, Terminator};

/// Leaves out blocks that cannot be reached, joins those that only follow each other, and numbers the rest.
pub(super) fn tidy(body: &mut Body) {
    order(body);
    if join(body) {
        order(body);
    }
}

/// Appends a block to the only one that leads to it. Whether there was one.
fn join(body: &mut Body) -> bool {
    let mut entries: SecondaryMap<BlockId, usize> = SecondaryMap::new();
    for block in body.blocks.values() {
        for successor in block.terminator.successors() {
            entries[successor] += 1;
        }
    }
    let mut joined = false;
    let blocks: Vec<BlockId> = body.blocks.keys().collect();
    for id in blocks {
        while let Terminator::Goto(next) = body.blocks[id].terminator
            && next != id
            && next != BlockId::new(0)
            && entries[next] == 1
        {
            let block = &mut body.blocks[next];
            let statements = std::mem::take(&mut block.statements);
            let terminator = std::mem::replace(&mut block.terminator, Terminator::Unreachable);
            body.blocks[id].statements.extend(statements);
            body.blocks[id].terminator = terminator;
            joined = true;
        }
    }
    joined
}

/// Leaves out blocks that cannot be reached, skips blocks that only go on, and numbers the rest in order of the text.
fn order(body: &mut Body) {
    let mut forward: SecondaryMap<BlockId, Option<BlockId>> = SecondaryMap::new();
    for (id, block) in body.blocks.iter() {
        if let (Terminator::Goto(next), true) = (&block.terminator, block.statements.is_empty()) {
            forward[id] = Some(*next);
        }
    }
    let resolve = |mut block: BlockId| {
        // An empty endless loop forwards to itself; it ends after as many steps as there are blocks.
        for _ in 0..body.blocks.len() {
            match forward[block] {
                Some(next) if next != block => block = next,
                _ => break,
            }
        }
        block
    };
    // Reverse postorder, so that a block mostly follows those that lead to it. The entry stays the entry.
    let mut order = Vec::new();
    let mut seen: SecondaryMap<BlockId, bool> = SecondaryMap::new();
    let mut stack = vec![(BlockId::new(0), 0)];
    seen[BlockId::new(0)] = true;
    while let Some((block, step)) = stack.pop() {
        let successors = body.blocks[block].terminator.successors();
        // The last successor is visited first, so that the first comes first in the end.
        let Some(successor) = successors.iter().rev().nth(step) else {
            order.push(block);
            continue;
        };
        stack.push((block, step + 1));
        let successor = resolve(*successor);
        if !std::mem::replace(&mut seen[successor], true) {
            stack.push((successor, 0));
        }
    }
    order.reverse();
    let mut number: SecondaryMap<BlockId, Option<BlockId>> = SecondaryMap::new();
    for (index, block) in order.iter().enumerate() {
        number[*block] = Some(BlockId::new(index));
    }
    let target = |block: BlockId| {
        number[resolve(block)].expect("compiler bug: a successor that was not numbered")
    };
    let mut kept = PrimaryMap::new();
    for id in order {
        let mut block = body.blocks[id].clone();
        block.terminator.map_successors(target);
        kept.push(block);
    }
    body.blocks = kept;
}
