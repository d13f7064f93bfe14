//! The ids that every layer speaks of. What stands behind them is in the [`Env`](crate::env::Env).

use cranelift_entity::entity_impl;
use serde::{Deserialize, Serialize};

/// A definition: function, type, trait, global, constant. Never reused within a session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DefId(u32);
entity_impl!(DefId, "def");

impl DefId {
    // The language's own definitions have fixed ids; `Env::new` makes them.
    pub const OPTION: DefId = DefId(0);
    pub const RESULT: DefId = DefId(1);
    pub const RANGE: DefId = DefId(2);
    pub const RANGE_INCLUSIVE: DefId = DefId(3);
    pub const MAP: DefId = DefId(4);
    pub const SET: DefId = DefId(5);
    pub const ERROR: DefId = DefId(6);
    /// An array of a host in place; see `mono::views`. No program can name it.
    pub const VIEW: DefId = DefId(7);
    /// The first id for definitions of units.
    pub const FIRST_FREE: u32 = 16;
}

/// A module: a file, or the session's own scope, to which the lines of a REPL belong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModuleId(u32);
entity_impl!(ModuleId, "module");

impl ModuleId {
    pub const PRELUDE: ModuleId = ModuleId(0);
}
