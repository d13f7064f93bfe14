//! The words of `sumi explain`, for what LLVM and the code that it made call by names of their own.

use std::collections::BTreeSet;
use std::fmt;

use codegen::Stays;
use compiler::mir::{Rvalue, TrapKind};

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Check,
    Heap,
    /// Work that the runtime does by a descriptor, where code of the type would be faster.
    Runtime,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Check => "check",
            Kind::Heap => "heap",
            Kind::Runtime => "runtime",
        })
    }
}

/// What the statements do that begin at one place in the text.
#[derive(Default)]
pub(super) struct Done {
    /// On the heap.
    pub(super) makes: Option<&'static str>,
    /// The places that are made unshared.
    pub(super) unshared: BTreeSet<String>,
}

/// What a call is, if it is worth telling; `done` tells of the statement that it is a part of.
pub(super) fn call(symbol: &str, number: u32, done: Option<&Done>) -> Option<(Kind, String)> {
    let (kind, what) = match symbol.strip_prefix("sumi_")? {
        "trap" => (Kind::Check, checked(TrapKind::from_number(number)?)?),
        "unique" => {
            let places = done.map(|done| &done.unshared);
            let places: Vec<&str> = places.into_iter().flatten().map(String::as_str).collect();
            let places = match places.is_empty() {
                true => "what is written".to_owned(),
                false => format!("`{}`", places.join("` or `")),
            };
            return Some((Kind::Check, format!("whether {places} is shared")));
        }
        "access_is_open" => (
            Kind::Check,
            "whether a variable that it uses is being changed",
        ),
        "alloc" => (
            Kind::Heap,
            done.and_then(|done| done.makes).unwrap_or("a new block"),
        ),
        "reserve" | "array_reserve" | "array_push" | "array_insert" | "array_extend" => {
            (Kind::Heap, "room for more elements")
        }
        "array_with_capacity"
        | "array_slice"
        | "array_concat"
        | "array_repeat"
        | "str_bytes"
        | "str_chars"
        | "str_split"
        | "str_split_whitespace"
        | "str_lines"
        | "args" => (Kind::Heap, "a new array"),
        "append" | "append_spec" | "str_push" | "str_push_bytes" | "str_push_char" => {
            (Kind::Heap, "a text that grows")
        }
        "show" | "cstr_to_str" | "str_slice" | "str_concat" | "str_from_utf8"
        | "str_from_chars" | "str_replace" | "str_trim" | "str_upper" | "str_lower"
        | "str_repeat" | "str_reversed" | "str_join" | "char_upper" | "char_lower"
        | "read_line" | "read_all" => (Kind::Heap, "a new text"),
        "eq" | "lt" | "le" | "cmp" | "key_less" | "key_equal" => {
            (Kind::Runtime, "a comparison by the runtime")
        }
        "hash" => (Kind::Runtime, "a hash by the runtime"),
        _ => return None,
    };
    Some((kind, what.to_owned()))
}

/// What a value is, if it may be made on the heap.
pub(super) fn makes(value: &Rvalue) -> Option<&'static str> {
    Some(match value {
        Rvalue::Array { .. } | Rvalue::Repeat { .. } => "a new array",
        Rvalue::Closure { .. } => "the captures of a closure",
        Rvalue::Any { .. } => "the box of an `any`",
        Rvalue::Variant { .. } | Rvalue::Aggregate(..) => "the box of a recursive field",
        Rvalue::Format(_) => "a new text",
        Rvalue::Use(_)
        | Rvalue::Unary(..)
        | Rvalue::Binary(..)
        | Rvalue::Compare(..)
        | Rvalue::Convert { .. }
        | Rvalue::Len(_)
        | Rvalue::Discriminant(_)
        | Rvalue::Holds(..) => return None,
    })
}

/// What a check is about; none for what a program says itself, or what is no check.
fn checked(kind: TrapKind) -> Option<&'static str> {
    Some(match kind {
        TrapKind::Index => "index",
        TrapKind::DivisionByZero => "divisor",
        TrapKind::Assert => "`assert`",
        TrapKind::Exclusivity => "whether two places are the same",
        TrapKind::OpenAccess => "whether a variable that it uses is being changed",
        TrapKind::Key => "whether the key is there",
        TrapKind::Unwrap => "whether there is a value",
        TrapKind::Slice => "bounds of a part",
        TrapKind::Argument => "argument",
        TrapKind::Panic
        | TrapKind::StackOverflow
        | TrapKind::Memory
        | TrapKind::Interrupt
        | TrapKind::Unreachable
        | TrapKind::Exit
        | TrapKind::Denied
        | TrapKind::Fuel
        | TrapKind::Output => return None,
    })
}

/// Why a check is still in its loop, as far as that is known: of one of an index.
pub(super) fn stays(symbol: &str, number: u32, why: Stays) -> Option<&'static str> {
    let is_of_index = symbol == "sumi_trap" && number == TrapKind::Index.number();
    is_of_index.then_some(match why {
        Stays::Unknown => "nothing tells that it stays below the length",
        Stays::IndexFromMemory => "it is read from memory in each round",
        Stays::LengthReadAnew => "the length is read anew in each round",
    })
}

/// What a pass did to a loop; none for what only another pass goes on with.
pub(super) fn changed(name: &str, words: &str) -> Option<String> {
    let mut numbers = words
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|word| word.parse::<u64>().ok());
    match name {
        "Vectorized" => Some(format!("vectorised, {} at a time", numbers.next()?)),
        "FullyUnrolled" => Some(format!(
            "unrolled: its {} rounds stand one after another",
            numbers.next()?
        )),
        "ProcessLoopStridedStore" => Some("one call of `memset`".to_owned()),
        "ProcessLoopStoreOfLoopLoad" => Some("one call of `memcpy`".to_owned()),
        _ => None,
    }
}

/// Whether such a remark is the last one that is made of a loop that was not vectorised.
pub(super) fn is_decided(name: &str) -> bool {
    matches!(name, "MissedDetails" | "VectorizationNotBeneficial")
}

/// Why a loop was not vectorised. Of several the one with the lowest rank tells most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) rank: usize,
    pub(super) words: String,
    pub(super) is_early_exit: bool,
}

/// By LLVM's names (`LoopVectorizationLegality.cpp`, `LoopAccessAnalysis.cpp`), the most telling first.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["CantReorderFPOps"],
        "its floats would be added up in another order, which rounds otherwise",
    ),
    (
        &["CantVectorizeLibcall", "CantVectorizeIntrinsic"],
        "it calls a function",
    ),
    (
        &["UnsafeDep", "CantReorderMemOps", "CantIsolateUnsafeDeps"],
        "a round may read or write what an earlier one has written",
    ),
    (
        &[
            "CantComputeNumberOfIterations",
            "UnsupportedUncountableLoop",
            "UnknownLoopCountComplexCFG",
        ],
        "how many rounds it has is not known when it begins",
    ),
    (
        &["CantIdentifyArrayBounds", "CantCheckMemDepsAtRunTime"],
        "which memory it uses is not known when it begins",
    ),
    (
        &["CantVectorizeStoreToLoopInvariantAddress"],
        "every round writes the same place",
    ),
    (
        &["NonReductionValueUsedOutsideLoop"],
        "a value goes from round to round that is no mere sum, product, minimum or maximum",
    ),
    (
        &[
            "NoCFGForSelect",
            "CFGNotUnderstood",
            "LoopContainsUnsupportedSwitch",
            "LoopContainsUnsupportedTerminator",
        ],
        "its branches cannot become a choice between values",
    ),
    (&["NoInductionVariable"], "nothing in it counts its rounds"),
    (&["LowTripCount"], "it has few rounds"),
    (
        &["VectorizationNotBeneficial"],
        "LLVM reckons that vectors would not be faster",
    ),
    (
        &[
            "CantVectorizeInstruction",
            "CantVectorizeInstructionReturnType",
            "CantVectorizeStore",
            "UnsupportedPhi",
        ],
        "it has values that are no elements of vectors",
    ),
];

/// The reason that a remark gives; none if it says nothing new. What is not known here is told in LLVM's words.
pub(super) fn why(name: &str, words: &str) -> Option<Reason> {
    if name == "MissedDetails" || name.starts_with("Interleaving") {
        return None;
    }
    let known = REASONS.iter().position(|(names, _)| names.contains(&name));
    let is_early_exit = name.contains("EarlyExit");
    let (rank, words) = match known {
        Some(rank) => (rank, REASONS[rank].1.to_owned()),
        None if is_early_exit => (REASONS.len(), "it may end early".to_owned()),
        None => {
            let words = words.lines().next().unwrap_or_default();
            let words = words.strip_prefix("loop not vectorized: ").unwrap_or(words);
            (REASONS.len() + 1, format!("{words} (LLVM)"))
        }
    };
    Some(Reason {
        rank,
        words,
        is_early_exit,
    })
}
