//! Every owned local is moved or dropped once on each path that returns. A local with a drop flag is only looked at where
//! it is used; blocks from which every path ends the run need not drop anything.

use cranelift_entity::{EntityRef, SecondaryMap};

use super::assigned::Locals;
use super::{Access, At, Verifier, for_each_place};
use crate::mir::{
    Base, BlockId, Local, LocalKind, Old, ParamMode, Place, StatementKind, Terminator,
};
use crate::types::Ty;

impl Verifier<'_> {
    pub(super) fn owned_once(&self, needs_drop: &dyn Fn(Ty) -> bool) {
        self.flags_are_flags();
        let tracked = self.tracked(needs_drop);
        let doomed = self.doomed();
        let mut states: SecondaryMap<BlockId, Option<Locals>> = SecondaryMap::new();
        let first = BlockId::new(0);
        states[first] = Some(self.owned_at_entry(&tracked));
        let mut waiting = vec![first];
        while let Some(id) = waiting.pop() {
            let mut full = states[id]
                .clone()
                .expect("compiler bug: a block was reached without a state");
            let block = &self.body.blocks[id];
            for statement in &block.statements {
                self.step(&statement.kind, &tracked, &mut full, doomed[id]);
            }
            if matches!(block.terminator, Terminator::Return) {
                self.nothing_left(&tracked, &full, id);
            }
            for successor in block.terminator.successors() {
                if doomed[successor] {
                    // Values may be there or not: only what is there on every path may be used, and `all_assigned` sees to that.
                    continue;
                }
                match &states[successor] {
                    None => {
                        states[successor] = Some(full.clone());
                        waiting.push(successor);
                    }
                    Some(known) => self.paths_agree(&tracked, known, &full, successor),
                }
            }
        }
    }

    /// Owned locals of types that own blocks, without those that have a flag.
    fn tracked(&self, needs_drop: &dyn Fn(Ty) -> bool) -> Locals {
        let mut tracked = Locals::none(self.body.locals.len());
        for (local, decl) in self.body.locals.iter() {
            if decl.kind == LocalKind::Owned && local != Local::RESULT && needs_drop(decl.ty) {
                tracked.insert(local);
            }
        }
        for kind in self.statements() {
            let flagged = match kind {
                StatementKind::Drop {
                    place,
                    flag: Some(_),
                } => place,
                StatementKind::Assign {
                    place,
                    old: Old::DropIf(_),
                    ..
                } => place,
                StatementKind::Call {
                    dest,
                    old: Old::DropIf(_),
                    ..
                } => dest,
                _ => continue,
            };
            if let Base::Local(local) = flagged.base {
                tracked.remove(local);
            }
        }
        tracked
    }

    fn owned_at_entry(&self, tracked: &Locals) -> Locals {
        let mut full = Locals::none(self.body.locals.len());
        for (param, mode) in self.body.locals.keys().skip(1).zip(&self.body.params) {
            if *mode == ParamMode::Own && tracked.contains(param) {
                full.insert(param);
            }
        }
        full
    }

    fn flags_are_flags(&self) {
        for kind in self.statements() {
            let flag = match kind {
                StatementKind::Drop { flag, .. } => *flag,
                StatementKind::Assign {
                    old: Old::DropIf(flag),
                    ..
                }
                | StatementKind::Call {
                    old: Old::DropIf(flag),
                    ..
                } => Some(*flag),
                _ => None,
            };
            if let Some(flag) = flag {
                let is_flag = self
                    .body
                    .locals
                    .get(flag)
                    .is_some_and(|decl| decl.kind == LocalKind::Flag);
                self.require(is_flag, "a drop asks a local that is no flag", kind);
            }
        }
    }

    fn step(&self, kind: &StatementKind, tracked: &Locals, full: &mut Locals, doomed: bool) {
        for_each_place(kind, &mut |access, place| {
            let Base::Local(local) = place.base else {
                return;
            };
            let whole = place.projections.is_empty();
            if matches!(access, Access::Move | Access::Drop) && whole {
                let owned = self.body.locals[local].kind == LocalKind::Owned;
                self.require(owned, "only what is owned is moved or dropped", kind);
            }
            if !tracked.contains(local) {
                return;
            }
            match access {
                Access::Move | Access::Drop if whole => {
                    let rule = "a value is moved or dropped that is not there";
                    self.require(full.contains(local), rule, kind);
                    full.remove(local);
                }
                Access::Write if whole => {}
                Access::Write
                | Access::Move
                | Access::Drop
                | Access::Copy
                | Access::Borrow
                | Access::Inspect
                | Access::Mut => {
                    let rule = "a value is used after it was moved or dropped";
                    self.require(full.contains(local), rule, kind);
                }
            }
        });
        let (place, old) = match kind {
            StatementKind::Assign { place, old, .. } => (place, *old),
            StatementKind::Call { dest, old, .. } => (dest, *old),
            _ => return,
        };
        if let Some(local) = whole(place)
            && tracked.contains(local)
        {
            match old {
                Old::Drop => {
                    let rule = "an old value is dropped that is not there";
                    self.require(full.contains(local), rule, kind);
                }
                Old::Nothing if !doomed => {
                    let rule = "a value is stored over without being dropped";
                    self.require(!full.contains(local), rule, kind);
                }
                Old::Nothing | Old::DropIf(_) | Old::Unknown => {}
            }
            full.insert(local);
        }
    }

    fn nothing_left(&self, tracked: &Locals, full: &Locals, id: BlockId) {
        for local in self.body.locals.keys() {
            if tracked.contains(local) && full.contains(local) {
                let rule = format!("{local} is neither moved nor dropped");
                self.fail(&rule, At::End(id));
            }
        }
    }

    fn paths_agree(&self, tracked: &Locals, known: &Locals, full: &Locals, id: BlockId) {
        for local in self.body.locals.keys() {
            if tracked.contains(local) && known.contains(local) != full.contains(local) {
                let rule = format!("{local} is there on one path and not on another");
                self.fail(&rule, At::Start(id));
            }
        }
    }

    /// Blocks from which every path ends the run. A loop without an end is not one.
    fn doomed(&self) -> SecondaryMap<BlockId, bool> {
        let mut doomed: SecondaryMap<BlockId, bool> = SecondaryMap::new();
        let mut changed = true;
        while changed {
            changed = false;
            for (id, block) in self.body.blocks.iter() {
                let ends = match &block.terminator {
                    Terminator::Panic { .. } | Terminator::Unreachable => true,
                    Terminator::Return => false,
                    other => other.successors().iter().all(|next| doomed[*next]),
                };
                if ends && !doomed[id] {
                    doomed[id] = true;
                    changed = true;
                }
            }
        }
        doomed
    }
}

fn whole(place: &Place) -> Option<Local> {
    match place.base {
        Base::Local(local) if place.projections.is_empty() => Some(local),
        _ => None,
    }
}
