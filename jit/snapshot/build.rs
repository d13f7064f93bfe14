//! Compiles the prelude and writes what the compiler then knows.

use std::env;
use std::path::Path;

use compiler::env::{Env, ModuleId};
use compiler::hir::Imports;
use compiler::{render, snapshot};
use syntax::Sources;

#[path = "../../stdlib/src/lang.rs"]
#[allow(dead_code, unreachable_pub, reason = "`stdlib` uses the rest")]
mod lang;

fn main() {
    println!("cargo:rerun-if-changed=../../stdlib/lang/prelude");
    println!("cargo:rerun-if-changed=../../stdlib/src/lang.rs");
    println!("cargo:rerun-if-changed=build.rs");
    let folder = env::var("OUT_DIR").expect("cargo says where the output goes");
    let written = std::fs::write(
        Path::new(&folder).join("prelude"),
        snapshot::write(&prelude()),
    );
    written.expect("the snapshot can be written");
}

fn prelude() -> Env {
    let mut env = Env::new();
    let mut sources = Sources::new();
    for (name, text) in lang::PRELUDE {
        let file = sources.add(format!("<{name}>"), *text);
        let source = sources.file(file).clone();
        let compiled = compiler::compile(&env, &source, ModuleId::PRELUDE, &Imports::default());
        let diagnostics = compiled.diagnostics.iter();
        let rendered: String = diagnostics
            .map(|diagnostic| render::render(&sources, diagnostic, false))
            .collect();
        assert!(
            compiled.is_accepted(),
            "the prelude has mistakes:\n{rendered}"
        );
        env = compiled.env;
    }
    env
}
