//! The words of `sumi explain`, for what LLVM and the code that it made call by names of their own.

use std::fmt;

use codegen::Stays;
use compiler::mir::TrapKind;

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

/// What a call is, if it is worth telling; `made` is what the statement makes that it is a part of.
pub(super) fn call(
    symbol: &str,
    number: u32,
    made: Option<&'static str>,
) -> Option<(Kind, &'static str)> {
    let name = symbol.strip_prefix("sumi_")?;
    Some(match name {
        "trap" => (Kind::Check, checked(TrapKind::from_number(number)?)?),
        "unique" => (Kind::Check, "whether what is written is shared"),
        "access_is_open" => (
            Kind::Check,
            "whether a variable that it uses is being changed",
        ),
        "alloc" => (Kind::Heap, made.unwrap_or("a new block")),
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

/// Why a check of an index is still in its loop.
pub(super) fn stays(why: Stays) -> Option<&'static str> {
    match why {
        Stays::Unknown => None,
        Stays::IndexFromMemory => Some("the index is read from memory"),
        Stays::LengthMayChange => Some("the loop may change the length, or which array it is"),
        Stays::Counter => Some("how far the index goes is not known before the loop"),
    }
}

/// What a pass did to a loop; none for what only another pass goes on with.
pub(super) fn done(name: &str, words: &str) -> Option<String> {
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
        "its floats would be added up in another order, and rounded otherwise: `@fast` before the function permits that",
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
