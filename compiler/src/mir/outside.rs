//! The outside of a program by kinds, each of which is an implicit variable: touching it reads it, changing it mutates it. Printing
//! is not counted.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Files,
    Clock,
    Network,
    /// Other programs, and the end of this one.
    Processes,
    /// Without a seed.
    Randomness,
    /// Functions of the host.
    Host,
    /// Functions of C.
    Extern,
    /// Standard input, which is used up by reading.
    Input,
    /// Arguments, variables and folders that the program was started with.
    Environment,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::Files,
        Kind::Clock,
        Kind::Network,
        Kind::Processes,
        Kind::Randomness,
        Kind::Host,
        Kind::Extern,
        Kind::Input,
        Kind::Environment,
    ];

    /// As it is named to the user, after "reads" or "changes".
    pub fn name(self) -> &'static str {
        match self {
            Kind::Files => "files",
            Kind::Clock => "the clock",
            Kind::Network => "the network",
            Kind::Processes => "processes",
            Kind::Randomness => "randomness",
            Kind::Host => "the host",
            Kind::Extern => "`extern` functions",
            Kind::Input => "the input",
            Kind::Environment => "the environment",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kinds(u16);

impl Kinds {
    pub const NONE: Kinds = Kinds(0);
    pub const ALL: Kinds = Kinds((1 << Kind::ALL.len()) - 1);

    pub const fn of(kinds: &[Kind]) -> Kinds {
        let mut bits = 0;
        let mut at = 0;
        while at < kinds.len() {
            bits |= kinds[at].bit();
            at += 1;
        }
        Kinds(bits)
    }

    pub fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    pub fn is_none(self) -> bool {
        self == Kinds::NONE
    }

    #[must_use]
    pub const fn union(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    #[must_use]
    pub const fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }

    pub fn overlaps(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    /// In the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

/// `files`, `files and the clock`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Kind::name).collect();
        match names.as_slice() {
            [] => f.write_str("nothing"),
            [one] => f.write_str(one),
            [first @ .., last] => write!(f, "{} and {last}", first.join(", ")),
        }
    }
}

/// What is touched of the outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outside {
    /// What is changed is among it.
    pub reads: Kinds,
    pub writes: Kinds,
}

impl Outside {
    pub const NONE: Outside = Outside {
        reads: Kinds::NONE,
        writes: Kinds::NONE,
    };
    /// What must be taken to happen where nothing is known.
    pub const ALL: Outside = Outside {
        reads: Kinds::ALL,
        writes: Kinds::ALL,
    };

    pub const fn reading(kinds: &[Kind]) -> Outside {
        Outside {
            reads: Kinds::of(kinds),
            writes: Kinds::NONE,
        }
    }

    pub const fn changing(kinds: &[Kind]) -> Outside {
        Outside {
            reads: Kinds::of(kinds),
            writes: Kinds::of(kinds),
        }
    }

    pub fn is_none(self) -> bool {
        self == Outside::NONE
    }

    pub fn touches_any(self) -> bool {
        !self.is_none()
    }

    pub fn changes_any(self) -> bool {
        !self.writes.is_none()
    }

    #[must_use]
    pub const fn union(self, other: Outside) -> Outside {
        Outside {
            reads: self.reads.union(other.reads),
            writes: self.writes.union(other.writes),
        }
    }

    /// What a primitive touches, apart from what it asks of the operating system.
    pub fn of_primitive(name: &str) -> Outside {
        match name {
            "read_line" | "read_all" => Outside::changing(&[Kind::Input]),
            "args" => Outside::reading(&[Kind::Environment]),
            "exit" => Outside::changing(&[Kind::Processes]),
            _ => Outside::NONE,
        }
    }

    /// What the operating system touches when it is asked for something; none of words that nobody knows.
    pub fn of_request(what: &str) -> Option<Outside> {
        Some(match what {
            "read" | "kind" | "size" | "modified" | "list" => Outside::reading(&[Kind::Files]),
            "write" | "append" | "create_dir" | "remove" | "remove_all" | "rename" | "copy" => {
                Outside::changing(&[Kind::Files])
            }
            "current_dir" | "temp_dir" | "env" => Outside::reading(&[Kind::Environment]),
            "run" => Outside::changing(&[Kind::Files, Kind::Processes]),
            "clock" | "ticks" | "nap" => Outside::reading(&[Kind::Clock]),
            "entropy" => Outside::changing(&[Kind::Randomness]),
            _ => return None,
        })
    }
}

/// `reads the clock; changes files`.
impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only_read = self.reads.without(self.writes);
        match (only_read.is_none(), self.writes.is_none()) {
            (true, true) => f.write_str("touches nothing"),
            (false, true) => write!(f, "reads {only_read}"),
            (true, false) => write!(f, "changes {}", self.writes),
            (false, false) => write!(f, "reads {only_read}; changes {}", self.writes),
        }
    }
}
