//! Compiles the C++ shim with the headers of the LLVM that `codegen` links.

#[path = "../compiler/codegen/shim.rs"]
mod shim;

use std::env;

fn main() {
    let sources = ["src/orc/shim.cpp", "src/orc/memory.cpp"];
    println!("cargo:rerun-if-changed=src/orc");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../compiler/codegen/shim.rs");
    let include = env::var("DEP_SUMI_LLVM_INCLUDE")
        .expect("codegen's build script says where LLVM's headers are");
    shim::compile("sumi_orc_shim", &include, sources);
}
