//! Tells the tests what `libsumi.a` is linked with, and `./x library` what it puts into it, and what is left.

use std::env;
use std::fs;
use std::path::Path;

/// What Rust's library asks of the system.
const SYSTEM: &str = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A program with LLVM of its own has such a list too.
    println!("cargo:rustc-link-arg-cdylib=-Wl,-z,start-stop-visibility=hidden");
    let llvm = env::var("DEP_SUMI_LLVM_LIBS");
    let llvm = llvm.expect("codegen's build script says what LLVM is linked by");
    // What nobody calls is left out, and with it what it asks for.
    let libs = format!("-Wl,--gc-sections {llvm} {SYSTEM}");
    println!("cargo:rustc-env=SUMI_STATIC_LIBS={libs}");
    let folder = env::var("OUT_DIR").expect("cargo says where build scripts write");
    for (file, libs) in [("llvm-libs", llvm.as_str()), ("system-libs", SYSTEM)] {
        fs::write(Path::new(&folder).join(file), libs).expect("it can be written there");
    }
}
