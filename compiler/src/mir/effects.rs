//! What a function may touch besides its arguments, as `own` finds it for each body.

use serde::{Deserialize, Serialize};

use super::outside::Outside;
use crate::ids::DefId;

/// Kinds of functions that a type brings along, and that are called without being named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brings(u8);

impl Brings {
    pub const NONE: Brings = Brings(0);
    /// `show`.
    pub const TEXT: Brings = Brings(1);
    /// `==` and `<`.
    pub const RELATIONS: Brings = Brings(1 << 1);
    pub const HASH: Brings = Brings(1 << 2);
    /// The other operators, and what literals become.
    pub const ARITHMETIC: Brings = Brings(1 << 3);
    /// Those of the program's own traits.
    pub const METHODS: Brings = Brings(1 << 4);

    #[must_use]
    pub fn and(self, other: Brings) -> Brings {
        Brings(self.0 | other.0)
    }

    pub fn overlaps(self, other: Brings) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a function may touch besides its arguments, through any chain of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    pub reads: Vec<DefId>,
    pub writes: Vec<DefId>,
    /// Of the outside, through functions that it names, on the way or as values; see [`Effects::outside`].
    pub named_outside: Outside,
    /// The parameter in which stands what it asks of the operating system, which only a caller knows.
    pub asks: Option<u32>,
    /// Calls a function value or a method of an `any`, which may touch any global.
    pub anything: bool,
    /// Calls such functions of its type arguments, which only a caller knows.
    pub of_types: Brings,
    /// Functions that it puts into an `any` with a value.
    pub lent: Vec<DefId>,
}

impl Effects {
    /// Whether there may be globals that are not in the lists.
    pub fn is_unsure(&self) -> bool {
        self.anything || self.of_types != Brings::NONE
    }

    /// What it may touch of the outside. A function that is called and not known may touch all of it.
    pub fn outside(&self) -> Outside {
        if self.anything || self.asks.is_some() {
            return Outside::ALL;
        }
        self.named_outside
    }

    pub fn touches_globals(&self) -> bool {
        !self.reads.is_empty() || !self.writes.is_empty()
    }

    pub fn may_read(&self, global: DefId) -> bool {
        self.is_unsure() || self.reads.contains(&global)
    }

    pub fn may_write(&self, global: DefId) -> bool {
        self.is_unsure() || self.writes.contains(&global)
    }

    /// The globals that it reads or writes, each once.
    pub fn globals(&self) -> impl Iterator<Item = DefId> {
        let only_read = self.reads.iter().filter(|def| !self.writes.contains(def));
        self.writes.iter().chain(only_read).copied()
    }
}
