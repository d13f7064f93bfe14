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

const SHIM: [&str; 3] = [
    "src/emit/pipeline.cpp",
    "src/bitcode.cpp",
    "src/explain.cpp",
];

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
    println!("cargo:rustc-check-cfg=cfg(sleeping_llvm)");

    // For those who link a static library of Sumi without cargo: the metadata `libs`.
    let libs = if env::var("PROFILE").as_deref() == Ok("release") {
        link_statically(&config, &folder)
    } else {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-lib=dylib=LLVM-22");
        println!("cargo:rustc-link-lib=dylib=stdc++");
        vec![
            format!("-L{folder}"),
            "-lLLVM-22".to_owned(),
            "-lstdc++".to_owned(),
        ]
    };
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

/// LLVM's constructors run when they are asked for: see `src/awake.rs`, which knows the section by this name.
const CONSTRUCTORS: &str = ".init_array=sumi_llvm_init";

/// Copies of LLVM's archives, in which the lists of constructors have another name.
fn put_to_sleep(folder: &str, libraries: &[&str]) -> PathBuf {
    let out = env::var_os("OUT_DIR").expect("cargo says where the output goes");
    let copies = PathBuf::from(out).join("llvm");
    std::fs::create_dir_all(&copies).expect("the output's folder can be written");
    for library in libraries {
        let archive = format!("lib{library}.a");
        let status = Command::new("objcopy")
            .args(["--rename-section", CONSTRUCTORS])
            .args([Path::new(folder).join(&archive), copies.join(&archive)])
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "objcopy could not copy {archive}; on Debian: apt-get install binutils"
        );
    }
    println!("cargo:rustc-cfg=sleeping_llvm");
    copies
}

/// As the linker of C is told it.
fn link_statically(config: &Path, folder: &str) -> Vec<String> {
    let mut arguments = vec!["--link-static", "--libs"];
    arguments.extend(COMPONENTS);
    let flags = ask(config, &arguments);
    let named = flags.split_whitespace().map(|flag| {
        let library = flag.strip_prefix("-l");
        library.unwrap_or_else(|| panic!("llvm-config: unexpected flag {flag}"))
    });
    let libraries: Vec<&str> = named.collect();
    let copies = put_to_sleep(folder, &libraries);
    println!("cargo:rustc-link-search=native={}", copies.display());
    let mut libs = vec![format!("-L{}", copies.display())];
    for library in libraries {
        println!("cargo:rustc-link-lib=static:-bundle={library}");
        libs.push(format!("-l{library}"));
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
