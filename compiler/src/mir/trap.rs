//! How a run may end early, and with which number: the interpreter, generated code and the runtime agree on it.

use super::PanicKind;
use crate::env::{DefId, Env};
use crate::types::TyNames;

/// The first argument of `sumi_trap`. What the other two mean stands with each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum TrapKind {
    /// The index and the length.
    Index = 0,
    DivisionByZero = 1,
    /// The message, a `str` or null; so for every kind that says nothing else.
    Assert = 2,
    Panic = 3,
    StackOverflow = 4,
    /// The bytes asked for.
    Memory = 5,
    Interrupt = 6,
    /// Both indices.
    Exclusivity = 7,
    Key = 8,
    Unwrap = 9,
    Slice = 10,
    Unreachable = 11,
    Argument = 12,
    /// The status with which the program ends itself; no error.
    Exit = 13,
    /// A message as well: a function value uses a global that is being changed.
    OpenAccess = 14,
    /// What a host does not allow: the number of a capability.
    Denied = 15,
    /// A call has done all that the host allows.
    Fuel = 16,
    /// So many bytes of output are all that the host allows.
    Output = 17,
}

impl TrapKind {
    pub const ALL: [TrapKind; 18] = [
        TrapKind::Index,
        TrapKind::DivisionByZero,
        TrapKind::Assert,
        TrapKind::Panic,
        TrapKind::StackOverflow,
        TrapKind::Memory,
        TrapKind::Interrupt,
        TrapKind::Exclusivity,
        TrapKind::Key,
        TrapKind::Unwrap,
        TrapKind::Slice,
        TrapKind::Unreachable,
        TrapKind::Argument,
        TrapKind::Exit,
        TrapKind::OpenAccess,
        TrapKind::Denied,
        TrapKind::Fuel,
        TrapKind::Output,
    ];

    pub fn from_number(number: u32) -> Option<TrapKind> {
        TrapKind::ALL.get(number as usize).copied()
    }

    pub fn number(self) -> u32 {
        self as u32
    }

    /// As messages name it.
    pub fn name(self) -> &'static str {
        match self {
            TrapKind::Index => "index",
            TrapKind::DivisionByZero => "division-by-zero",
            TrapKind::Assert => "assert",
            TrapKind::Panic => "panic",
            TrapKind::StackOverflow => "stack-overflow",
            TrapKind::Memory => "memory",
            TrapKind::Interrupt => "interrupt",
            TrapKind::Exclusivity | TrapKind::OpenAccess => "exclusivity",
            TrapKind::Key => "key",
            TrapKind::Unwrap => "unwrap",
            TrapKind::Slice => "slice",
            TrapKind::Unreachable => "unreachable",
            TrapKind::Argument => "argument",
            TrapKind::Exit => "exit",
            TrapKind::Denied => "denied",
            TrapKind::Fuel => "fuel",
            TrapKind::Output => "output",
        }
    }
}

impl From<PanicKind> for TrapKind {
    fn from(kind: PanicKind) -> TrapKind {
        match kind {
            PanicKind::Panic => TrapKind::Panic,
            PanicKind::Assert => TrapKind::Assert,
            PanicKind::Unreachable => TrapKind::Unreachable,
            PanicKind::Unwrap => TrapKind::Unwrap,
            PanicKind::Key => TrapKind::Key,
            PanicKind::Slice => TrapKind::Slice,
            PanicKind::Argument => TrapKind::Argument,
        }
    }
}

/// What is said of a power of integers that is none.
pub const NEGATIVE_EXPONENT: &str = "the exponent of a power of integers is negative";

/// What is said of a number that becomes a `char`, but is none: a surrogate, or past the last one.
pub const NO_CHARACTER: &str = "this number is no character";

/// What is said when a function touches a global that is open to changes.
pub fn uses_open(env: &Env, function: DefId, global: DefId) -> String {
    let (name, function) = (env.name_of(global), env.name_of(function));
    let user = match function.contains(' ') {
        true => function, // a closure
        false => format!("`{function}`"),
    };
    format!("{user} uses `{name}` itself, while `{name}` is being changed")
}

#[cfg(test)]
mod tests {
    use super::TrapKind;

    #[test]
    fn numbers_are_positions() {
        for kind in TrapKind::ALL {
            assert_eq!(TrapKind::from_number(kind.number()), Some(kind));
        }
    }
}
