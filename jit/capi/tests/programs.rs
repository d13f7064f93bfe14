//! Programs in C and C++ against `libsumi.so` and `libsumi.a`: compiled with every warning, linked, run, and their output compared with the
//! file beside them. With SUMI_VALGRIND those of the shared library run under Valgrind, which must find nothing, no lost memory either. UPDATE_EXPECT writes the files
//! anew. With SUMI_LIBRARY they are linked to what `./x library` has put into that folder. What the header declares is what the library has.

use std::collections::{BTreeMap, BTreeSet};
use std::env::{current_exe, var_os};
use std::ffi::OsStr;
use std::fs::{read_dir, read_to_string, write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};

type Outcome<T> = Result<T, Failed>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Linked {
    Shared,
    Static,
}

fn main() -> ExitCode {
    if installed().is_none() && !build_libraries().expect("cargo runs") {
        return ExitCode::FAILURE; // cargo has said why
    }
    let mut programs = vec![
        ("embed/c", root().join("examples/embed/c/main.c")),
        ("embed/cpp", root().join("examples/embed/cpp/main.cpp")),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let entries = read_dir(&folder).expect("the folder of the programs is there");
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.extension() == Some(OsStr::new("c")));
    found.sort();
    programs.extend(found.into_iter().map(|path| ("programs", path)));
    let mut trials = vec![Trial::test("the header", the_header_is_the_library)];
    for (group, path) in programs {
        for linked in [Linked::Shared, Linked::Static] {
            let path = path.clone();
            let how = match linked {
                Linked::Shared => "shared",
                Linked::Static => "static",
            };
            let name = path.file_stem().unwrap_or_default().display();
            let name = format!("{group}/{name}, {how}");
            let trial = Trial::test(name, move || program(&path, linked));
            // Slow, and the same code.
            let is_spared = linked == Linked::Static && var_os("SUMI_VALGRIND").is_some();
            trials.push(trial.with_ignored_flag(is_spared));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A test does not link to a library of these kinds, so cargo does not build it for one.
fn build_libraries() -> std::io::Result<bool> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--package", "sumi-c"])
        .current_dir(root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    Ok(cargo.status()?.success())
}

/// Where `./x library` has put the libraries, if they are meant.
fn installed() -> Option<PathBuf> {
    Some(Path::new(&var_os("SUMI_LIBRARY")?).join("lib"))
}

/// Where cargo has put the libraries, and the programs belong.
fn built() -> Outcome<PathBuf> {
    let own = current_exe()?;
    Ok(own.parent().ok_or("the test lies in no folder")?.to_owned())
}

fn libraries() -> Outcome<PathBuf> {
    installed().map_or_else(built, Ok)
}

/// What `libsumi.a` is linked with.
fn static_libraries() -> Outcome<String> {
    let Some(folder) = installed() else {
        return Ok(env!("SUMI_STATIC_LIBS").to_owned());
    };
    let package = read_to_string(folder.join("pkgconfig/sumi.pc"))?;
    let mut lines = package.lines();
    let libraries = lines.find_map(|line| line.strip_prefix("Libs.private: "));
    Ok(libraries.ok_or("sumi.pc says it")?.to_owned())
}

fn program(source: &Path, linked: Linked) -> Outcome<()> {
    let libraries = libraries()?;
    let kind = if linked == Linked::Shared {
        "shared"
    } else {
        "static"
    };
    let is_cpp = source.extension() == Some(OsStr::new("cpp"));
    let (compiler, standard) = match is_cpp {
        true => ("c++", "-std=c++17"),
        false => ("cc", "-std=c11"),
    };
    let stem = source.file_stem().unwrap_or_default().display();
    let binary = built()?.join(format!("sumi-c-{compiler}-{stem}-{kind}"));
    let mut compile = Command::new(compiler);
    compile
        .args([
            standard,
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-g",
            "-O1",
        ])
        .args(["-pthread", "-D_POSIX_C_SOURCE=200809L", "-I"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("include"))
        .arg(source)
        .arg("-o")
        .arg(&binary);
    match linked {
        Linked::Shared => compile
            .arg("-L")
            .arg(&libraries)
            .arg("-lsumi")
            .arg(format!("-Wl,-rpath,{}", libraries.display())),
        Linked::Static => compile
            .arg(libraries.join("libsumi.a"))
            .args(static_libraries()?.split(' ')),
    };
    succeeded(compile.output()?)?;
    let mut run = match var_os("SUMI_VALGRIND") {
        None => Command::new(&binary),
        Some(_) => {
            let mut valgrind = Command::new("valgrind");
            let known = root().join("tests/embed/valgrind.supp");
            valgrind
                .args(["--quiet", "--smc-check=all", "--error-exitcode=9"])
                .args(["--leak-check=full", "--show-leak-kinds=definite"])
                .arg("--errors-for-leak-kinds=definite")
                .arg(format!("--suppressions={}", known.display()))
                .arg(&binary);
            valgrind
        }
    };
    let printed = succeeded(run.output()?)?;
    let golden = source.with_extension("stdout");
    if var_os("UPDATE_EXPECT").is_some() {
        write(&golden, &printed)?;
    }
    let expected = read_to_string(&golden).unwrap_or_default();
    match printed == expected {
        true => Ok(()),
        false => Err(format!("expected:\n{expected}\nprinted:\n{printed}").into()),
    }
}

/// What it printed.
fn succeeded(output: Output) -> Outcome<String> {
    let printed = String::from_utf8(output.stdout)?;
    match output.status.success() {
        true => Ok(printed),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{}:\n{printed}\n{said}", output.status).into())
        }
    }
}

/// The names that a library shows.
fn shown(library: &str, scope: &str) -> Outcome<BTreeSet<String>> {
    let mut list = Command::new("nm");
    list.args([scope, "--defined-only", "--format=posix"])
        .arg(libraries()?.join(library));
    let listed = succeeded(list.output()?)?;
    let names = listed.lines().filter_map(|line| line.split_once(' '));
    Ok(names.map(|(name, _)| name.to_owned()).collect())
}

/// The library has the functions that the header declares, with those types, and shows nothing else: not LLVM, whose symbols would meet those of
/// another one in the process. Some program calls each of them.
fn the_header_is_the_library() -> Outcome<()> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = read_to_string(own.join("include/sumi.h"))?;
    let declared: BTreeMap<&str, String> = header.lines().filter_map(declared_in_c).collect();
    let mut sources = String::new();
    for entry in read_dir(own.join("src"))? {
        sources += &read_to_string(entry?.path())?;
    }
    let defined: BTreeMap<&str, String> = sources
        .split("extern \"C\" fn ")
        .skip(1)
        .filter_map(defined_in_rust)
        .collect();
    for (name, types) in &declared {
        match defined.get(name) {
            Some(found) if found == types => {}
            found => return Err(format!("`{name}` is {types} in C, {found:?} in Rust").into()),
        }
    }
    let mut libraries = vec![("libsumi.so", "--dynamic")];
    if installed().is_some() {
        libraries.push(("libsumi.a", "--extern-only")); // cargo's shows all
    }
    for (library, scope) in libraries {
        let shown = shown(library, scope)?;
        if !declared.keys().eq(&shown) {
            return Err(format!("{library} shows {shown:?}").into());
        }
    }
    let mut used = String::new();
    for entry in read_dir(own.join("tests/programs"))? {
        used += &read_to_string(entry?.path())?;
    }
    for example in ["c/main.c", "cpp/main.cpp"] {
        used += &read_to_string(root().join("examples/embed").join(example))?;
    }
    let is_used = |name: &&&str| used.contains(&format!("{name}("));
    match declared.keys().find(|name| !is_used(name)) {
        None => Ok(()),
        Some(name) => Err(format!("no program uses `{name}`").into()),
    }
}

/// The name and the types of what a line of the header declares, if it is a function; without `const`.
fn declared_in_c(line: &str) -> Option<(&str, String)> {
    let line = line.strip_suffix(");")?;
    if line.starts_with("typedef") || !line.starts_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    let (before, params) = line.split_once('(')?;
    let name = before.rsplit([' ', '*']).next()?;
    let mut types = vec![of_c(&before[..before.len() - name.len()])];
    let params = params.split(',').filter(|param| *param != "void");
    types.extend(params.map(|param| {
        let name = param.rsplit([' ', '*']).next().unwrap_or_default();
        of_c(&param[..param.len() - name.len()])
    }));
    Some((name, types.join(", ")))
}

fn of_c(ty: &str) -> String {
    let words = ty.replace('*', " * ");
    let words = words.split_whitespace().filter(|word| *word != "const");
    words.collect::<Vec<&str>>().join(" ")
}

/// As [`declared_in_c`], of what stands behind `extern "C" fn`.
fn defined_in_rust(text: &str) -> Option<(&str, String)> {
    let (name, rest) = text.split_once('(')?;
    let (params, rest) = rest.split_once(')')?;
    let result = rest.split('{').next()?.trim();
    let result = result.strip_prefix("->").map_or("()", str::trim);
    let mut types = vec![of_rust(result)];
    let params = params.split(',').map(str::trim);
    let params = params.filter_map(|param| Some(param.split_once(':')?.1));
    types.extend(params.map(of_rust));
    name.starts_with("sumi_").then(|| (name, types.join(", ")))
}

/// As C writes it: `*mut *const SumiType` is `sumi_type * *`.
fn of_rust(ty: &str) -> String {
    let pointers = ty.matches("*mut").count() + ty.matches("*const").count();
    let inner = ty.split_whitespace().last().unwrap_or_default();
    let inner = match inner {
        "()" | "c_void" => "void".to_owned(),
        "c_char" => "char".to_owned(),
        "usize" => "size_t".to_owned(),
        "u32" | "u64" | "i32" => format!(
            "{}int{}_t",
            if inner.starts_with('u') { "u" } else { "" },
            &inner[1..]
        ),
        "bool" => "bool".to_owned(),
        "Call" | "Interrupter" => format!("sumi_{}", inner.to_lowercase()),
        named => named
            .chars()
            .enumerate()
            .fold(String::new(), |mut all, (at, c)| {
                if c.is_uppercase() && at > 0 {
                    all.push('_');
                }
                all.extend(c.to_lowercase());
                all
            }),
    };
    inner + &" *".repeat(pointers)
}
