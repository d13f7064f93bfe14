//! The effects of one body while they are gathered, and those of functions that are known already.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::walk::Access;
use crate::env::{DefId, Env, FnDef, FnOrigin};
use crate::mir::outside::{Kind, Outside};
use crate::mir::{Arg, Body, Brings, Const, Effects, Operand, ParamMode, Place};

/// The effects of a function that has been compiled, or that comes from outside.
pub(super) fn known_effects(env: &Env, function: &FnDef) -> Effects {
    match &function.origin {
        FnOrigin::Sumi => match function.body() {
            Some(body) => body.effects().clone(),
            None => Effects::default(),
        },
        FnOrigin::Intrinsic(name) => Effects {
            named_outside: Outside::of_primitive(name),
            asks: (name == "system").then_some(0),
            of_types: match name.as_str() {
                "show" => Brings::TEXT,
                "key_less" | "key_equal" | "array_sort" => Brings::RELATIONS,
                "hash" | "key_bits" => Brings::HASH,
                "num_from_int" => Brings::ARITHMETIC,
                _ => Brings::NONE,
            },
            ..Effects::default()
        },
        FnOrigin::C { .. } => Effects {
            named_outside: Outside::changing(&[Kind::Extern]),
            // C may have been given a function long before.
            anything: env.calls_back(),
            ..Effects::default()
        },
        FnOrigin::Host => Effects {
            named_outside: Outside::changing(&[Kind::Host]),
            // It may call the functions of the script that it has been given.
            anything: true,
            ..Effects::default()
        },
    }
}

/// The word for what is asked of the operating system.
pub(super) enum Asked {
    Word(Arc<str>),
    Param(u32),
    Unknown,
}

impl Asked {
    /// What stands in an argument.
    pub(super) fn of(arg: Option<&Arg>, body: &Body) -> Asked {
        let place = match arg {
            Some(Arg::Value(Operand::Const(Const::Str(word)))) => {
                return Asked::Word(word.clone());
            }
            Some(Arg::Value(
                Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place),
            )) => place,
            Some(Arg::Value(Operand::Const(_)) | Arg::Mut(_)) | None => return Asked::Unknown,
        };
        let params = body.locals.keys().skip(1).take(body.params.len());
        let found = (0..)
            .zip(params)
            .find(|(_, local)| *place == Place::local(*local));
        match found {
            // It has what it was given: such a parameter is never written.
            Some((param, _)) if body.params[param as usize] != ParamMode::Mut => {
                Asked::Param(param)
            }
            _ => Asked::Unknown,
        }
    }
}

#[derive(Default)]
pub(super) struct Found {
    pub(super) reads: FxHashSet<DefId>,
    pub(super) writes: FxHashSet<DefId>,
    pub(super) outside: Outside,
    pub(super) anything: bool,
    pub(super) of_types: Brings,
    pub(super) lent: FxHashSet<DefId>,
    asks: Option<u32>,
}

impl Found {
    pub(super) fn touch(&mut self, access: Access, global: DefId, whole: bool) {
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

    /// Of a function that may be called with any arguments.
    pub(super) fn add(&mut self, effects: &Effects) {
        self.add_all_but_asked(effects);
        if effects.asks.is_some() {
            self.ask(Asked::Unknown);
        }
    }

    /// Of a part of the body itself, or of the function itself.
    pub(super) fn add_own(&mut self, effects: &Effects) {
        self.add_all_but_asked(effects);
        if let Some(param) = effects.asks {
            self.ask(Asked::Param(param));
        }
    }

    pub(super) fn add_all_but_asked(&mut self, effects: &Effects) {
        self.reads.extend(&effects.reads);
        self.writes.extend(&effects.writes);
        self.outside = self.outside.union(effects.named_outside);
        self.anything |= effects.anything;
        self.of_types = self.of_types.and(effects.of_types);
        self.lent.extend(&effects.lent);
    }

    /// The operating system is asked for something.
    pub(super) fn ask(&mut self, what: Asked) {
        match what {
            Asked::Word(word) => {
                let known = Outside::of_request(&word).unwrap_or(Outside::ALL);
                self.outside = self.outside.union(known);
            }
            Asked::Param(param) if self.asks.is_none_or(|known| known == param) => {
                self.asks = Some(param);
            }
            Asked::Param(_) | Asked::Unknown => self.outside = Outside::ALL,
        }
    }

    pub(super) fn finish(self) -> Effects {
        let sorted = |set: FxHashSet<DefId>| {
            let mut list: Vec<DefId> = set.into_iter().collect();
            list.sort();
            list
        };
        Effects {
            reads: sorted(self.reads),
            writes: sorted(self.writes),
            named_outside: self.outside,
            asks: self.asks,
            anything: self.anything,
            of_types: self.of_types,
            lent: sorted(self.lent),
        }
    }
}
