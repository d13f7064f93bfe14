//! Every local has a value before it is used, on all paths.

use cranelift_entity::{EntityRef, SecondaryMap};

use super::{Access, At, Verifier, for_each_place, operand_place, terminator_operand};
use crate::mir::{Base, BlockId, Local, Place, Projection, StatementKind, Terminator};

/// Locals that have a value, one bit for each.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Locals(Vec<u64>);

impl Locals {
    pub(super) fn none(count: usize) -> Locals {
        Locals(vec![0; count.div_ceil(64)])
    }

    pub(super) fn insert(&mut self, local: Local) {
        self.0[local.index() / 64] |= 1 << (local.index() % 64);
    }

    pub(super) fn remove(&mut self, local: Local) {
        self.0[local.index() / 64] &= !(1 << (local.index() % 64));
    }

    pub(super) fn contains(&self, local: Local) -> bool {
        self.0[local.index() / 64] >> (local.index() % 64) & 1 == 1
    }

    /// Keeps what both have; whether anything went.
    fn intersect(&mut self, other: &Locals) -> bool {
        let before = self.clone();
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine &= theirs;
        }
        *self != before
    }
}

impl Verifier<'_> {
    pub(super) fn all_assigned(&self) {
        let states = self.assigned_at_entry();
        for (id, block) in self.body.blocks.iter() {
            let Some(mut assigned) = states[id].clone() else {
                continue;
            };
            for statement in &block.statements {
                self.uses_are_assigned(&statement.kind, &assigned);
                assign(&statement.kind, &mut assigned);
            }
            if let Some(operand) = terminator_operand(&block.terminator) {
                operand_place(operand, &mut |_, place| {
                    self.place_is_assigned(place, &assigned, At::End(id));
                });
            }
            let returns = matches!(block.terminator, Terminator::Return);
            if returns && !assigned.contains(Local::RESULT) {
                self.fail("the result has no value", At::End(id));
            }
        }
    }

    /// What has a value at the start of each block that can be reached.
    fn assigned_at_entry(&self) -> SecondaryMap<BlockId, Option<Locals>> {
        let mut entry = Locals::none(self.body.locals.len());
        for param in self.body.locals.keys().skip(1).take(self.body.params.len()) {
            entry.insert(param);
        }
        let mut states: SecondaryMap<BlockId, Option<Locals>> = SecondaryMap::new();
        let first = BlockId::new(0);
        states[first] = Some(entry);
        let mut waiting = vec![first];
        while let Some(id) = waiting.pop() {
            let block = &self.body.blocks[id];
            let mut state = states[id]
                .clone()
                .expect("compiler bug: a block was reached without a state");
            for statement in &block.statements {
                assign(&statement.kind, &mut state);
            }
            for successor in block.terminator.successors() {
                let changed = match &mut states[successor] {
                    Some(known) => known.intersect(&state),
                    unknown => {
                        *unknown = Some(state.clone());
                        true
                    }
                };
                if changed {
                    waiting.push(successor);
                }
            }
        }
        states
    }

    fn uses_are_assigned(&self, kind: &StatementKind, assigned: &Locals) {
        for_each_place(kind, &mut |access, place| {
            let stores_whole = access == Access::Write && place.projections.is_empty();
            // A drop may have a flag; `owned_once` looks at them.
            if !stores_whole && access != Access::Drop {
                self.place_is_assigned(place, assigned, At::Statement(kind));
            }
        });
    }

    fn place_is_assigned(&self, place: &Place, assigned: &Locals, at: At<'_>) {
        if let Base::Local(local) = place.base
            && !assigned.contains(local)
        {
            self.fail(&format!("{local} is used before it has a value"), at);
        }
        for projection in &place.projections {
            if let Projection::Index(index) = projection
                && !assigned.contains(*index)
            {
                self.fail(&format!("{index} is used before it has a value"), at);
            }
        }
    }
}

fn assign(kind: &StatementKind, assigned: &mut Locals) {
    match kind {
        StatementKind::Assign { place, .. } | StatementKind::Call { dest: place, .. } => {
            if let (Base::Local(local), true) = (place.base, place.projections.is_empty()) {
                assigned.insert(local);
            }
        }
        StatementKind::Open { reference, .. } => assigned.insert(*reference),
        StatementKind::Check(_)
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => {}
    }
}
