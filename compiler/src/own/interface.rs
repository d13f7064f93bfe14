//! What callers need to know of a function: who owns its arguments, and which globals it may touch through any chain of
//! calls. Functions of earlier units have theirs in the `Env`; those of this unit are worked out together.

use rustc_hash::{FxHashMap, FxHashSet};

use super::walk::{self, Access};
use crate::env::{DefId, DefKind, Env, FnOrigin};
use crate::mir::{
    Base, Body, Callee, Const, Effects, Operand, ParamMode, Rvalue, Statement, StatementKind,
};

#[derive(Clone, Debug, Default)]
pub(super) struct Interface {
    pub(super) params: Vec<ParamMode>,
    pub(super) effects: Effects,
    pub(super) escaping: Vec<bool>,
}

pub(super) struct Interfaces<'e> {
    env: &'e Env,
    unit: FxHashMap<DefId, Interface>,
}

impl<'e> Interfaces<'e> {
    /// Every by-value parameter begins as borrowed.
    pub(super) fn new(env: &'e Env, bodies: &[Body]) -> Interfaces<'e> {
        let mut interfaces = Interfaces {
            env,
            unit: FxHashMap::default(),
        };
        for body in bodies {
            let params = body.params.iter().map(|mode| match mode {
                ParamMode::Mut => ParamMode::Mut,
                ParamMode::Borrow | ParamMode::Own => ParamMode::Borrow,
            });
            let interface = Interface {
                params: params.collect(),
                effects: Effects::default(),
                escaping: vec![false; body.params.len()],
            };
            interfaces.unit.insert(body.def, interface);
        }
        interfaces.find_effects(bodies);
        interfaces.find_escapes(bodies);
        interfaces
    }

    pub(super) fn effects_of(&self, def: DefId) -> Effects {
        if let Some(found) = self.unit.get(&def) {
            return found.effects.clone();
        }
        let Some(function) = self.function(def) else {
            return Effects::default();
        };
        match &function.origin {
            FnOrigin::Sumi => match function.body() {
                Some(body) => body.effects().clone(),
                None => Effects::default(),
            },
            FnOrigin::Intrinsic(name) => Effects {
                outside: matches!(
                    name.as_str(),
                    "read_line" | "read_all" | "args" | "system" | "exit"
                ),
                ..Effects::default()
            },
            FnOrigin::C { .. } | FnOrigin::Host => Effects {
                outside: true,
                ..Effects::default()
            },
        }
    }

    /// What a call may touch besides its arguments.
    pub(super) fn call_effects(&self, callee: &Callee) -> Effects {
        match callee {
            Callee::Fn(def, _) => self.effects_of(*def),
            Callee::Value(_) | Callee::TraitMethod(..) => Effects {
                anything: true,
                outside: true,
                ..Effects::default()
            },
        }
    }

    /// The modes of the parameters of a callee; function values and trait methods borrow.
    pub(super) fn modes(&self, kind: &StatementKind) -> Vec<ParamMode> {
        match kind {
            StatementKind::Call {
                callee: Callee::Fn(def, _),
                ..
            } => self.modes_of(*def),
            StatementKind::Call { .. }
            | StatementKind::Assign { .. }
            | StatementKind::Open { .. }
            | StatementKind::Check(_)
            | StatementKind::MakeUnique(_)
            | StatementKind::Unpack { .. }
            | StatementKind::Drop { .. }
            | StatementKind::Nop => Vec::new(),
        }
    }

    fn modes_of(&self, def: DefId) -> Vec<ParamMode> {
        if let Some(found) = self.unit.get(&def) {
            return found.params.clone();
        }
        let Some(function) = self.function(def) else {
            return Vec::new();
        };
        if let Some(body) = function.body() {
            return body.body().params.clone();
        }
        let is_intrinsic = matches!(function.origin, FnOrigin::Intrinsic(_));
        let mode = |param: &crate::env::ParamDef| match param.is_mut {
            true => ParamMode::Mut,
            false if is_intrinsic && param.name.starts_with("owned_") => ParamMode::Own,
            false => ParamMode::Borrow,
        };
        function.params.iter().map(mode).collect()
    }

    pub(super) fn set_params(&mut self, def: DefId, params: Vec<ParamMode>) -> bool {
        let interface = self.unit.entry(def).or_default();
        let changed = interface.params != params;
        interface.params = params;
        changed
    }

    pub(super) fn params(&self, def: DefId) -> &[ParamMode] {
        &self.unit[&def].params
    }

    /// The name of the primitive, if the callee is one.
    pub(super) fn intrinsic(&self, callee: &Callee) -> Option<&str> {
        let Callee::Fn(def, _) = callee else {
            return None;
        };
        match &self.function(*def)?.origin {
            FnOrigin::Intrinsic(name) => Some(name),
            FnOrigin::Sumi | FnOrigin::C { .. } | FnOrigin::Host => None,
        }
    }

    fn function(&self, def: DefId) -> Option<&crate::env::FnDef> {
        match &self.env.try_def(def)?.kind {
            DefKind::Fn(function) => Some(function),
            DefKind::Struct(_)
            | DefKind::Enum(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::Const(_)
            | DefKind::ExternType { .. } => None,
        }
    }

    /// Looks again only at the callers of what changed.
    /// Whether the value of a parameter may outlive a call.
    pub(super) fn escapes(&self, def: DefId, param: usize) -> bool {
        if let Some(found) = self.unit.get(&def) {
            return found.escaping.get(param).copied().unwrap_or(true);
        }
        let body = self.function(def).and_then(|function| function.body());
        body.and_then(|body| body.escaping.get(param).copied())
            .unwrap_or(true)
    }

    pub(super) fn escaping(&self, def: DefId) -> Vec<bool> {
        self.unit
            .get(&def)
            .map(|found| found.escaping.clone())
            .unwrap_or_default()
    }

    /// Begins with nothing escaping and repeats until the callers agree; escaping only grows.
    fn find_escapes(&mut self, bodies: &[Body]) {
        let mut changed = true;
        while changed {
            changed = false;
            for body in bodies.iter().filter(|body| !body.params.is_empty()) {
                let escaping = super::captured::escaping_params(body, self);
                let known = self.unit.entry(body.def).or_default();
                if known.escaping != escaping {
                    known.escaping = escaping;
                    changed = true;
                }
            }
        }
    }

    fn find_effects(&mut self, bodies: &[Body]) {
        let mut users: FxHashMap<DefId, Vec<usize>> = FxHashMap::default();
        for (at, body) in bodies.iter().enumerate() {
            for statement in super::borrows::statements(body) {
                used_functions(statement, &mut |def| users.entry(def).or_default().push(at));
            }
        }
        let mut pending = vec![true; bodies.len()];
        while pending.contains(&true) {
            for (at, body) in bodies.iter().enumerate() {
                if !std::mem::take(&mut pending[at]) {
                    continue;
                }
                let effects = self.body_effects(body);
                let known = &mut self
                    .unit
                    .get_mut(&body.def)
                    .expect("compiler bug: a body of this unit has an interface")
                    .effects;
                if *known != effects {
                    *known = effects;
                    for user in users.get(&body.def).into_iter().flatten() {
                        pending[*user] = true;
                    }
                }
            }
        }
    }

    fn body_effects(&self, body: &Body) -> Effects {
        let mut found = Found::default();
        for block in body.blocks.values() {
            for statement in &block.statements {
                walk::places(&statement.kind, &mut |access, place| {
                    if let Base::Global(global) = place.base {
                        found.touch(access, global, place.projections.is_empty());
                    }
                });
                if let StatementKind::Call { callee, .. } = &statement.kind {
                    found.add(&self.call_effects(callee));
                }
                // As below: whoever makes it may be the reason that it is called.
                if let StatementKind::Assign {
                    value: Rvalue::Closure { def, .. },
                    ..
                } = &statement.kind
                {
                    found.add(&self.effects_of(*def));
                }
                // A function that hands out another one may be the reason that it is called.
                walk::constants(&statement.kind, &mut |value| {
                    if let Const::Fn(def, _) = value {
                        found.add(&self.effects_of(*def));
                    }
                });
            }
            walk::terminator_places(&block.terminator, &mut |place| {
                if let Base::Global(global) = place.base {
                    found.reads.insert(global);
                }
            });
        }
        found.finish()
    }
}

/// Functions that a statement calls or hands out.
pub(super) fn used_functions(statement: &Statement, f: &mut impl FnMut(DefId)) {
    if let StatementKind::Call {
        callee: Callee::Fn(def, _),
        ..
    } = &statement.kind
    {
        f(*def);
    }
    walk::constants(&statement.kind, &mut |value| {
        if let Const::Fn(def, _) = value {
            f(*def);
        }
    });
}

#[derive(Default)]
struct Found {
    reads: FxHashSet<DefId>,
    writes: FxHashSet<DefId>,
    outside: bool,
    anything: bool,
}

impl Found {
    fn touch(&mut self, access: Access, global: DefId, whole: bool) {
        match access {
            Access::Value | Access::Borrow | Access::Inspect => {
                self.reads.insert(global);
            }
            Access::Write => {
                self.writes.insert(global);
                if !whole {
                    self.reads.insert(global);
                }
            }
            Access::Move | Access::Mut | Access::Open | Access::Unique | Access::Drop => {
                self.reads.insert(global);
                self.writes.insert(global);
            }
        }
    }

    fn add(&mut self, effects: &Effects) {
        self.reads.extend(&effects.reads);
        self.writes.extend(&effects.writes);
        self.outside |= effects.outside;
        self.anything |= effects.anything;
    }

    fn finish(self) -> Effects {
        let sorted = |set: FxHashSet<DefId>| {
            let mut list: Vec<DefId> = set.into_iter().collect();
            list.sort();
            list
        };
        Effects {
            reads: sorted(self.reads),
            writes: sorted(self.writes),
            outside: self.outside,
            anything: self.anything,
        }
    }
}

impl Effects {
    pub fn may_read(&self, global: DefId) -> bool {
        self.anything || self.reads.contains(&global)
    }

    pub fn may_write(&self, global: DefId) -> bool {
        self.anything || self.writes.contains(&global)
    }
}

/// The constant of an operand, if it is one.
pub(super) fn constant(operand: &Operand) -> Option<&Const> {
    match operand {
        Operand::Const(value) => Some(value),
        Operand::Copy(_) | Operand::Move(_) | Operand::Borrow(_) => None,
    }
}
