//! The part of the library that is written in Sumi.

/// The sources of the prelude, in the order in which they are compiled: name and text.
pub const PRELUDE: &[(&str, &str)] = &[
    ("<intrinsics>", include_str!("../lang/intrinsics.sumi")),
    ("<prelude>", include_str!("../lang/prelude.sumi")),
];

/// The text of a library module that programs import.
pub fn module(path: &str) -> Option<&'static str> {
    let found = MODULES.iter().find(|(name, _)| *name == path);
    found.map(|(_, text)| *text)
}

const MODULES: &[(&str, &str)] = &[
    ("io", include_str!("../lang/io.sumi")),
    ("math", include_str!("../lang/math.sumi")),
];
