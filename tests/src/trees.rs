//! Every tree, each file its own named test.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tests::{
    book, child, errors, examples, explain, files, fuel, fuzz, library, name_of, programs, read,
    root, run, sheets, stages, tidy,
};

fn main() -> ExitCode {
    child::serve();
    let arguments = Arguments::from_args();
    let root = root();
    let mut trials = Vec::new();
    add(&mut trials, "", &root.join("tests/run"), run::test);
    add(&mut trials, "hosted/", &root.join("tests/run"), run::hosted);
    let programs = files(&root.join("tests/run"), "sumi");
    let programs = programs.into_iter().filter(|path| !is_module(path));
    trials.extend(
        programs.map(|path| trial(format!("fuel/{}", short_name(&path)), path, fuel::test)),
    );
    add(&mut trials, "", &root.join("tests/errors"), errors::test);
    add(&mut trials, "", &root.join("tests/sheets"), sheets::test);
    trials.extend(
        files(&root.join("tests/stages"), "md")
            .into_iter()
            .map(|path| trial(name_of(&path), path, stages::test)),
    );
    add(&mut trials, "", &root.join("tests/explain"), explain::test);
    for folder in ["tests/run", "examples"] {
        add(&mut trials, "explained/", &root.join(folder), explain::ends);
    }
    add(&mut trials, "", &root.join("examples"), examples::test);
    add(
        &mut trials,
        "hosted/",
        &root.join("examples"),
        examples::hosted,
    );
    trials.extend(
        files(&root.join("examples/book"), "md")
            .into_iter()
            .map(|path| trial(name_of(&path), path, book::test)),
    );
    let programs = files(&programs::folder(), "sumi").into_iter();
    for path in programs.filter(|path| programs::is_program(path)) {
        let name = format!("programs/{}", short_name(&path));
        trials.push(trial(name.clone(), path.clone(), programs::test));
        trials.push(trial(format!("hosted/{name}"), path, programs::hosted));
    }
    for (name, check) in [
        (
            "fuzz/fixed_seeds",
            fuzz::fixed_seeds as fn() -> Result<(), String>,
        ),
        ("fuzz/fixed_mutants", fuzz::fixed_mutants),
        ("fuzz/fixed_edits", || fuzz::edited(25, 1)),
        ("fuzz/corpus_replayed", fuzz::replayed),
        (
            "book/library_page_is_current",
            book::library_page_is_current,
        ),
        ("library/examples_hold", library::examples_hold),
        (
            "library/everything_is_described",
            library::everything_is_described,
        ),
        ("tidy/every_code_has_a_page", tidy::every_code_has_a_page),
        ("tidy/dependency_directions", tidy::dependency_directions),
        (
            "tidy/llvm_stays_where_it_belongs",
            tidy::llvm_stays_where_it_belongs,
        ),
        ("tidy/the_compiler_is_pure", tidy::the_compiler_is_pure),
        ("tidy/layers_of_the_compiler", tidy::layers_of_the_compiler),
    ] {
        trials.push(Trial::test(name, move || check().map_err(Into::into)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

type Test = fn(&Path) -> Result<(), String>;

fn add(trials: &mut Vec<Trial>, prefix: &str, folder: &Path, test: Test) {
    let programs = files(folder, "sumi")
        .into_iter()
        .filter(|path| !is_module(path) && !has_host(path));
    let name = |path: &Path| format!("{prefix}{}", name_of(path));
    trials.extend(programs.map(|path| trial(name(&path), path, test)));
}

fn trial(name: String, path: PathBuf, test: Test) -> Trial {
    Trial::test(name, move || test(&path).map_err(Into::into))
}

/// What only others import says so in its first line.
fn is_module(path: &Path) -> bool {
    read(path).is_ok_and(|text| text.starts_with("// A module"))
}

/// What belongs to an embedding program, which runs it.
fn has_host(path: &Path) -> bool {
    path.parent()
        .is_some_and(|folder| folder.join("main.rs").exists())
}

fn short_name(path: &Path) -> String {
    path.file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
