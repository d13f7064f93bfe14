//! Tells cargo how LLVM 22 is linked. Debug profiles link the one shared library, so that relinking a test takes well
//! under a second; release links the few static archives that are used, so that the binary runs where no LLVM is.
//!
//! Only `rustc-link-lib` and `rustc-link-search` are said, because these reach every binary, test and example that
//! depends on this package. `-bundle` keeps the archives out of our own rlib.

mod shim;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the JIT and the code generator use; llvm-config adds what these need.
const COMPONENTS: [&str; 5] = ["orcjit", "orcdebugging", "x86", "passes", "irreader"];

const SHIM: [&str; 2] = ["src/emit/pipeline.cpp", "src/bitcode.cpp"];

const PREFIX_VARIABLE: &str = "LLVM_SYS_221_PREFIX";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={PREFIX_VARIABLE}");

    let config = find_llvm_config();
    let version = ask(&config, &["--version"]);
    assert!(
        version.starts_with("22.1"),
        "Sumi is built against LLVM 22.1, but {} is version {version}",
        config.display()
    );
    let include = ask(&config, &["--includedir"]);
    println!("cargo:include={include}");
    println!("cargo:rerun-if-changed=shim.rs");
    for source in SHIM {
        println!("cargo:rerun-if-changed={source}");
    }
    shim::compile("sumi_codegen_shim", &include, SHIM);
    let folder = ask(&config, &["--libdir"]);
    println!("cargo:rustc-link-search=native={folder}");

    // For those who link a static library of Sumi without cargo: the metadata `libs`.
    let mut libs = vec![format!("-L{folder}")];
    if env::var("PROFILE").as_deref() == Ok("release") {
        libs.extend(link_statically(&config));
    } else {
        libs.extend(["-lLLVM-22", "-lstdc++"].map(str::to_owned));
        println!("cargo:rustc-link-lib=dylib=LLVM-22");
        println!("cargo:rustc-link-lib=dylib=stdc++");
    }
    println!("cargo:libs={}", libs.join(" "));
}

fn find_llvm_config() -> PathBuf {
    if let Some(prefix) = env::var_os(PREFIX_VARIABLE) {
        return Path::new(&prefix).join("bin/llvm-config");
    }
    let named = Path::new("llvm-config-22");
    if Command::new(named)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        return named.to_owned();
    }
    PathBuf::from("/usr/lib/llvm-22/bin/llvm-config")
}

fn ask(config: &Path, arguments: &[&str]) -> String {
    let output = Command::new(config)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "LLVM 22 was not found ({}: {error}). On Debian: apt-get install llvm-22-dev. \
             Elsewhere set {PREFIX_VARIABLE} to the directory that holds bin/llvm-config",
                config.display()
            )
        });
    assert!(
        output.status.success(),
        "{} {arguments:?} failed",
        config.display()
    );
    String::from_utf8(output.stdout)
        .expect("llvm-config prints UTF-8")
        .trim()
        .to_owned()
}

/// As the linker of C is told it.
fn link_statically(config: &Path) -> Vec<String> {
    let mut libs = Vec::new();
    let mut arguments = vec!["--link-static", "--libs"];
    arguments.extend(COMPONENTS);
    for flag in ask(config, &arguments).split_whitespace() {
        let library = flag
            .strip_prefix("-l")
            .unwrap_or_else(|| panic!("llvm-config: unexpected flag {flag}"));
        println!("cargo:rustc-link-lib=static:-bundle={library}");
        libs.push(flag.to_owned());
    }
    // llvm-config also lists libz3 and libxml2, which nothing that we keep refers to.
    for (library, package) in [
        ("z", "zlib1g-dev"),
        ("zstd", "libzstd-dev"),
        ("stdc++", "g++"),
    ] {
        println!(
            "cargo:rustc-link-search=native={}",
            directory_of_archive(library, package)
        );
        println!("cargo:rustc-link-lib=static:-bundle={library}");
        libs.push(format!("-l{library}"));
    }
    libs
}

/// Only the C++ driver knows where its own libstdc++.a is.
fn directory_of_archive(library: &str, package: &str) -> String {
    let archive = format!("lib{library}.a");
    let output = Command::new("c++")
        .arg(format!("-print-file-name={archive}"))
        .output();
    let output = output.unwrap_or_else(|error| {
        panic!("c++ could not be run ({error}); on Debian: apt-get install g++")
    });
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    assert!(
        path.is_absolute(),
        "{archive} was not found; on Debian: apt-get install {package}"
    );
    path.parent()
        .expect("an absolute path of a file has a parent")
        .display()
        .to_string()
}
