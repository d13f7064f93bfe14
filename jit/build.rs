//! Compiles the C++ shim with the headers of the LLVM that `codegen` links.

use std::env;

fn main() {
    let sources = ["src/orc/shim.cpp", "src/orc/memory.cpp"];
    println!("cargo:rerun-if-changed=src/orc");
    println!("cargo:rerun-if-changed=build.rs");
    let include = env::var("DEP_SUMI_LLVM_INCLUDE")
        .expect("codegen's build script says where LLVM's headers are");
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
        .compile("sumi_orc_shim");
}
