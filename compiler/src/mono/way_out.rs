//! Which functions may come back to their callers, as far as the paths through them tell.

use cranelift_entity::EntitySet;

use super::{Program, Target};
use crate::mir::{Block, BlockId, Callee, StatementKind, Terminator};

impl Program {
    /// For each function whether a path through it leads to its end on which it calls only functions that may come back as well. One
    /// that may not calls itself for ever, by whatever way, or never leaves a loop.
    pub fn may_come_back(&self) -> Vec<bool> {
        let mut callers = vec![Vec::new(); self.functions.len()];
        for (index, function) in self.functions.iter().enumerate() {
            let blocks = function.body.blocks.values();
            for callee in blocks.flat_map(|block| self.calls(block)) {
                callers[callee].push(index);
            }
        }
        let mut may = vec![false; self.functions.len()];
        let mut open: Vec<usize> = (0..self.functions.len()).collect();
        while let Some(index) = open.pop() {
            if !may[index] && self.has_way_out(index, &may) {
                may[index] = true;
                open.append(&mut callers[index]);
            }
        }
        may
    }

    fn has_way_out(&self, index: usize, may: &[bool]) -> bool {
        let blocks = &self.functions[index].body.blocks;
        let mut seen: EntitySet<BlockId> = EntitySet::new();
        let mut open: Vec<BlockId> = blocks.keys().take(1).collect();
        while let Some(id) = open.pop() {
            let block = &blocks[id];
            if !seen.insert(id) || !self.calls(block).all(|callee| may[callee]) {
                continue;
            }
            if matches!(block.terminator, Terminator::Return) {
                return true;
            }
            open.extend(block.terminator.successors());
        }
        false
    }

    /// The functions of this program that a block calls by name.
    fn calls<'a>(&'a self, block: &'a Block) -> impl Iterator<Item = usize> {
        block.statements.iter().filter_map(|statement| {
            let StatementKind::Call {
                callee: Callee::Fn(def, args),
                ..
            } = &statement.kind
            else {
                return None;
            };
            match self.target(*def, args) {
                Target::Defined(index) => Some(index),
                Target::Imported(_) => None,
            }
        })
    }
}
