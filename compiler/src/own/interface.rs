//! What callers need to know of a function: who owns its arguments, and which globals it may touch through any chain of
//! calls. Functions of earlier units have theirs in the `Env`; those of this unit are worked out together.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::brought::{Brought, ByType, brings};
use super::found::{Asked, Found, known_effects};
use super::reach::holds_code;
use super::walk;
use crate::env::{DefId, DefKind, Env, FnDef, FnOrigin};
use crate::mir::{
    Base, Body, Brings, Callee, Const, Effects, FormatPart, Operand, ParamMode, Rvalue, Statement,
    StatementKind,
};
use crate::types::{Ty, TyKind};

#[derive(Clone, Debug, Default)]
pub(super) struct Interface {
    pub(super) params: Vec<ParamMode>,
    pub(super) effects: Effects,
    pub(super) escaping: Vec<bool>,
}

pub(super) struct Interfaces<'e> {
    env: &'e Env,
    by_type: ByType<'e>,
    unit: FxHashMap<DefId, Interface>,
}

impl<'e> Interfaces<'e> {
    /// Every by-value parameter begins as borrowed.
    pub(super) fn new(env: &'e Env, bodies: &[Body]) -> Interfaces<'e> {
        let mut interfaces = Interfaces {
            env,
            by_type: ByType::new(env),
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
        let function = self.function(def);
        function.map_or_else(Effects::default, |function| {
            known_effects(self.env, function)
        })
    }

    /// What a function may touch that is given these type arguments.
    fn effects_with(&self, def: DefId, args: &[Ty]) -> Effects {
        let effects = self.effects_of(def);
        if effects.of_types == Brings::NONE {
            return effects;
        }
        let mut found = Found::default();
        found.add_own(&effects);
        found.of_types = Brings::NONE;
        for arg in args {
            self.add_brought(*arg, effects.of_types, &mut found);
        }
        found.finish()
    }

    /// What may run because such functions of the type are called.
    fn add_brought(&self, ty: Ty, what: Brings, found: &mut Found) {
        let brought = self.by_type.of(ty);
        let mut of_types = found.of_types;
        for (def, kind) in &brought.functions {
            if kind.overlaps(what) {
                found.add(&self.effects_of(*def));
            }
        }
        // The type arguments of those functions are parts of the type.
        if brought.is_open {
            of_types = of_types.and(what);
        }
        found.of_types = of_types;
        found.anything |= brought.holds_any;
    }

    /// The functions that a type brings along.
    fn brought(&self, ty: Ty) -> Rc<Brought> {
        self.by_type.of(ty)
    }

    /// What a statement may touch that it does not name: in a call, in functions that compare, show or hash.
    pub(super) fn statement_effects(&self, body: &Body, kind: &StatementKind) -> Effects {
        let mut found = Found::default();
        match kind {
            StatementKind::Call {
                callee: Callee::Fn(def, type_args),
                args,
                ..
            } => {
                let effects = self.effects_with(*def, type_args);
                let Some(param) = effects.asks else {
                    return effects;
                };
                found.add_all_but_asked(&effects);
                found.ask(Asked::of(args.get(param as usize), body));
            }
            StatementKind::Call { callee, .. } if is_unknown(callee) => {
                found.anything = true;
            }
            _ => implicit_types(body, self.env, kind, &mut |ty, what| {
                self.add_brought(ty, what, &mut found);
            }),
        }
        found.finish()
    }

    /// The function of a type that touches the global, where a statement calls one without naming it.
    pub(super) fn culprit(
        &self,
        body: &Body,
        kind: &StatementKind,
        global: DefId,
    ) -> Option<DefId> {
        let touches = |def: &DefId| self.effects_of(*def).globals().any(|g| g == global);
        let mut found = None;
        let mut look = |ty: Ty, what: Brings| {
            let brought = self.brought(ty);
            let mut fitting = brought.functions.iter();
            let culprit = fitting.find(|(def, kind)| kind.overlaps(what) && touches(def));
            found = found.or(culprit.map(|(def, _)| *def));
        };
        implicit_types(body, self.env, kind, &mut look);
        used_functions(self.env, kind, &mut |def, args| {
            let what = self.effects_of(def).of_types;
            args.iter().for_each(|arg| look(*arg, what));
        });
        found
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

    /// Of a function that was worked out before, in Sumi.
    pub(super) fn body(&self, def: DefId) -> Option<&Body> {
        let function = self.function(def)?;
        function.body().map(|elaborated| &elaborated.body)
    }

    fn function(&self, def: DefId) -> Option<&FnDef> {
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

    /// Looks again only at the callers of what changed.
    fn find_effects(&mut self, bodies: &[Body]) {
        let mut users: FxHashMap<DefId, Vec<usize>> = FxHashMap::default();
        for (at, body) in bodies.iter().enumerate() {
            for statement in super::borrows::statements(body) {
                self.uses(body, statement, &mut |def| {
                    users.entry(def).or_default().push(at);
                });
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

    /// The functions whose effects are part of the statement's.
    fn uses(&self, body: &Body, statement: &Statement, f: &mut impl FnMut(DefId)) {
        used_functions(self.env, &statement.kind, &mut |def, _| f(def));
        mentioned_types(body, self.env, &statement.kind, &mut |ty| {
            let brought = self.brought(ty);
            brought.functions.iter().for_each(|(def, _)| f(*def));
        });
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
                found.add_own(&self.statement_effects(body, &statement.kind));
                handed_out(self.env, &statement.kind, &mut |def, args| {
                    found.add(&self.effects_with(def, args));
                });
                if let Some(ty) = put_into_any(body, self.env, &statement.kind) {
                    let brought = self.brought(ty);
                    found
                        .lent
                        .extend(brought.functions.iter().map(|(def, _)| *def));
                }
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

/// Whether nothing is known of what is called: a function value, a method of an `any`.
fn is_unknown(callee: &Callee) -> bool {
    match callee {
        Callee::Fn(..) => false,
        Callee::Value(_) => true,
        Callee::TraitMethod(_, args) => matches!(args[0].kind(), TyKind::Any(..)),
    }
}

/// The types whose functions a statement calls without naming them, and which.
pub(super) fn implicit_types(
    body: &Body,
    env: &Env,
    kind: &StatementKind,
    f: &mut impl FnMut(Ty, Brings),
) {
    let value = match kind {
        StatementKind::Call {
            callee: callee @ Callee::TraitMethod(method, args),
            ..
        } if !is_unknown(callee) => {
            let of = env.function(*method).of_trait;
            let what = of.map_or(Brings::METHODS, |of| brings(env, of));
            return args.iter().for_each(|arg| f(*arg, what));
        }
        StatementKind::Assign { value, .. } => value,
        _ => return,
    };
    let mut operand = |operand: &Operand, what: Brings| {
        let ty = body.operand_ty(env, operand);
        if !ty.is_scalar() && ty != Ty::str() {
            f(ty, what);
        }
    };
    match value {
        Rvalue::Compare(_, left, _) => operand(left, Brings::RELATIONS),
        Rvalue::Binary(_, left, _) | Rvalue::Unary(_, left) => operand(left, Brings::ARITHMETIC),
        Rvalue::Format(parts) => {
            for part in parts {
                if let FormatPart::Value { operand: shown, .. } = part {
                    operand(shown, Brings::TEXT);
                }
            }
        }
        Rvalue::Use(_)
        | Rvalue::Convert { .. }
        | Rvalue::Aggregate(..)
        | Rvalue::Variant { .. }
        | Rvalue::Array { .. }
        | Rvalue::Repeat { .. }
        | Rvalue::Len(_)
        | Rvalue::Discriminant(_)
        | Rvalue::Holds(..)
        | Rvalue::Closure { .. }
        | Rvalue::Any { .. } => {}
    }
}

/// Those, and what functions are given as type arguments.
fn mentioned_types(body: &Body, env: &Env, kind: &StatementKind, f: &mut impl FnMut(Ty)) {
    implicit_types(body, env, kind, &mut |ty, _| f(ty));
    used_functions(env, kind, &mut |_, args| {
        args.iter().copied().for_each(&mut *f)
    });
    put_into_any(body, env, kind).into_iter().for_each(f);
}

/// The type of a value that becomes an `any`.
pub(super) fn put_into_any(body: &Body, env: &Env, kind: &StatementKind) -> Option<Ty> {
    match kind {
        StatementKind::Assign {
            value: Rvalue::Any { value, .. },
            ..
        } => Some(body.operand_ty(env, value)),
        _ => None,
    }
}

/// Functions that a statement calls, hands out or makes closures of, with their type arguments.
pub(super) fn used_functions(env: &Env, kind: &StatementKind, f: &mut impl FnMut(DefId, &[Ty])) {
    if let StatementKind::Call {
        callee: Callee::Fn(def, args),
        ..
    } = kind
    {
        f(*def, args);
    }
    handed_out(env, kind, f);
}

/// Functions that a statement hands out or makes closures of, with their type arguments.
fn handed_out(env: &Env, kind: &StatementKind, f: &mut impl FnMut(DefId, &[Ty])) {
    if let StatementKind::Assign {
        value: Rvalue::Closure { def, type_args, .. },
        ..
    } = kind
    {
        f(*def, type_args);
    }
    // A function that hands out another one may be the reason that it is called.
    walk::constants(kind, &mut |value| match value {
        Const::Fn(def, args) => f(*def, args),
        Const::CFn(def) => f(*def, &[]),
        Const::Def(def) => {
            if let DefKind::Const(constant) = &env.def(*def).kind
                && constant.ty.is_some_and(|ty| holds_code(env, ty))
            {
                f(constant.init, &[]);
            }
        }
        _ => {}
    });
}

/// The constant of an operand, if it is one.
pub(super) fn constant(operand: &Operand) -> Option<&Const> {
    match operand {
        Operand::Const(value) => Some(value),
        Operand::Copy(_) | Operand::Move(_) | Operand::Borrow(_) => None,
    }
}
