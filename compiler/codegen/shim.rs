//! How C++ is compiled that stands beside LLVM; part of the build scripts that have some.

use std::path::Path;

/// The library is linked into the package that asks.
pub(crate) fn compile(
    name: &str,
    include: &str,
    sources: impl IntoIterator<Item = impl AsRef<Path>>,
) {
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .flag("-fno-exceptions")
        .flag("-fno-rtti")
        .flag("-isystem")
        .flag(include)
        .define("NDEBUG", None)
        .opt_level(1)
        .debug(false)
        .cpp_link_stdlib(None) // codegen's build script links it, shared or static as LLVM is
        .files(sources)
        .compile(name);
}
