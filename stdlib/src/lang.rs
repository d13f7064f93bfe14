//! The part of the library that is written in Sumi.

macro_rules! sources {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../lang/", $name, ".sumi")))),*]
    };
}

/// What every program can use without an import: name and text, in the order in which the sources are compiled; one may use
/// what stands in those before it. Only `prelude/intrinsics` declares what is not written in Sumi. A runtime error in here is
/// shown where the program called, since these functions are not part of the user's stack.
pub const PRELUDE: &[(&str, &str)] = &sources![
    "prelude/intrinsics"
    "prelude/traits"
    "prelude/value"
    "prelude/failure"
    "prelude/number"
    "prelude/array"
    "prelude/iter"
    "prelude/simd"
    "prelude/map"
    "prelude/set"
    "prelude/range"
    "prelude/text"
    "prelude/outside"
];

/// The modules that programs import.
pub const MODULES: &[(&str, &str)] =
    &sources!["collections" "fs" "io" "json" "math" "pool" "process" "random" "time"];

/// The text of a library module.
pub fn module(path: &str) -> Option<&'static str> {
    let found = MODULES.iter().find(|(name, _)| *name == path);
    found.map(|(_, text)| *text)
}
