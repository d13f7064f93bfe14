//! Which outside functions touch: those of the library, and those that reach them on many ways.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use syntax::{FileId, SourceFile};

use crate::Compiled;
use crate::env::{Def, DefId, DefKind, Env, FnDef};
use crate::hir::Imports;
use crate::mir::outside::{Kind, Outside};
use crate::own::reach_of_cell;
use crate::testing::with_prelude;

fn functions(env: &Env) -> impl Iterator<Item = (&Def, &FnDef)> {
    env.defs().filter_map(|def| match &def.kind {
        DefKind::Fn(function) if function.body().is_some() => Some((&**def, function)),
        _ => None,
    })
}

fn named(function: &FnDef) -> Outside {
    function.body().expect("a body").effects().named_outside
}

fn module(env: &Env, name: &str, text: &str, imports: &Imports) -> Compiled {
    let mut env = env.clone();
    let module = env.fresh_module(name);
    let is_library = stdlib::lang::module(name).is_some();
    if is_library {
        env.mark_loaded(format!("<{name}>").into(), module);
    }
    let file = SourceFile::new(FileId(1), name, text);
    let compiled = crate::compile(&env, &file, module, imports);
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    compiled
}

/// Each function of the library that programs can call and that touches the outside, with what it touches.
fn library() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let prelude = with_prelude();
    for (name, text) in stdlib::lang::MODULES {
        let env = module(&prelude, name, text, &Imports::default()).env;
        let methods = env.all_impls().flat_map(|found| &found.methods);
        let operators = env.all_operators().map(|(_, def)| def);
        let brought: BTreeSet<DefId> = methods.map(|(_, def)| *def).chain(operators).collect();
        for (def, function) in functions(&env) {
            let outside = named(function);
            if outside.is_none() {
                continue;
            }
            let from = &env.module(def.module).name;
            assert_ne!(outside, Outside::ALL, "{from}.{}", def.name);
            assert!(
                !brought.contains(&def.id),
                "types of the library bring nothing along"
            );
            if def.is_pub {
                let of = function.self_ty.map(|ty| format!("{}.", ty.display(&env)));
                let of = of.unwrap_or_default();
                lines.insert(format!("{from}.{of}{} {outside}\n", def.name));
            }
        }
    }
    lines
}

#[test]
fn of_the_library() {
    expect![[r#"
        fs.append changes files
        fs.copy changes files
        fs.create_dir changes files
        fs.current_dir reads the environment
        fs.exists reads files
        fs.is_dir reads files
        fs.is_file reads files
        fs.list_dir reads files
        fs.read_bytes reads files
        fs.read_text reads files
        fs.remove changes files
        fs.remove_all changes files
        fs.rename changes files
        fs.size reads files
        fs.temp_dir reads the environment
        fs.write_bytes changes files
        fs.write_text changes files
        io.args reads the environment
        io.read_all changes the input
        io.read_line changes the input
        process.env reads the environment
        process.exit changes processes
        process.run changes files and processes
        random.Rng.unseeded changes randomness
        time.Instant.elapsed reads the clock
        time.Instant.now reads the clock
        time.now reads the clock
        time.sleep reads the clock
    "#]]
    .assert_eq(&library().into_iter().collect::<String>());
}

/// The words with which the library asks the operating system.
fn requests() -> BTreeSet<&'static str> {
    let sources = stdlib::lang::PRELUDE.iter().chain(stdlib::lang::MODULES);
    let calls = sources.flat_map(|(_, text)| {
        ["ask(\"", "tell(\"", "ask_number(\"", "system(\""]
            .into_iter()
            .flat_map(|call| text.split(call).skip(1))
    });
    calls.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_runtime_agrees_on_what_is_a_change() {
    assert!(requests().len() > 15);
    for what in requests() {
        let known =
            Outside::of_request(what).unwrap_or_else(|| panic!("of what kind is `{what}`?"));
        // Waiting takes up time, a random number nothing.
        let is_change = known.writes.iter().any(|kind| kind != Kind::Randomness) || what == "nap";
        assert_eq!(stdlib::system::is_change(what), is_change, "{what}");
    }
}

fn check(source: &str, expected: Expect) {
    let text = stdlib::lang::module("time").expect("a module");
    let time = module(&with_prelude(), "time", text, &Imports::default()).env;
    let loaded = time.loaded_module("<time>").expect("a module");
    let imports: Imports = [("time".into(), loaded)].into_iter().collect();
    let compiled = module(&time, "main", source, &imports);
    let own = functions(&compiled.env).filter(|(def, _)| !compiled.env.is_library(def.module));
    let mut lines: Vec<(u32, String)> = own
        .filter(|(def, _)| !def.name.is_empty())
        .map(|(def, function)| {
            let all = function.body().expect("a body").effects().outside();
            let unknown = if all == named(function) {
                ""
            } else {
                " and what is not known"
            };
            (
                def.span.start,
                format!("{} {}{unknown}\n", def.name, named(function)),
            )
        })
        .collect();
    lines.sort();
    let lines: String = lines.into_iter().map(|(_, line)| line).collect();
    expected.assert_eq(&(lines + &of_cells(&compiled)));
}

fn of_cells(compiled: &Compiled) -> String {
    let cells = compiled.unit.cells.iter();
    cells
        .map(|cell| {
            let outside = reach_of_cell(&compiled.env, cell.effects(), &|_| None).outside;
            format!("cell {outside}\n")
        })
        .collect()
}

#[test]
fn through_calls_and_values() {
    check(
        "extern host { fn tick() -> i64 }\n\
         extern \"m\" { fn cosh(x: f64) -> f64 }\n\
         fn pure(n: i64) -> i64 = n + 1\n\
         fn even(n: i64) -> bool = if n == 0 { true } else { odd(n - 1) }\n\
         fn odd(n: i64) -> bool = if n == 0 { tick() == 0 } else { even(n - 1) }\n\
         fn shape(x: f64) -> f64 = cosh(x) + f64(tick())\n\
         fn later() -> fn(f64) -> f64 = shape\n\
         fn twice(f: fn(i64) -> i64) -> i64 = f(f(1))\n",
        expect![[r#"
            pure touches nothing
            even changes the host and what is not known
            odd changes the host and what is not known
            shape changes the host and `extern` functions and what is not known
            later changes the host and `extern` functions and what is not known
            twice touches nothing and what is not known
        "#]],
    );
}

#[test]
fn a_cell_knows_the_functions_that_it_calls() {
    check(
        "extern host { fn tick() -> i64 }\n\
         struct Twice { n: i64 }\n\
         trait Step { fn step(self) -> i64 }\n\
         impl Step for Twice { fn step(self) -> i64 = self.n + tick() }\n\
         impl Step for i64 { fn step(self) -> i64 = self + 1 }\n\
         let xs = [1, 2, 3]\n\
         xs.map(|x| x + 1)\n\
         xs.map(|x| x + tick())\n\
         let f = |x: i64| x + 1\n\
         xs.map(f)\n\
         fn run(x: any Step) -> i64 = x.step()\n\
         run(1)\n\
         run(Twice(2))\n\
         let steps: [any Step] = [1, Twice(2)]\n\
         run(steps[0])\n",
        expect![[r#"
            step changes the host and what is not known
            step touches nothing
            a closure touches nothing
            a closure changes the host and what is not known
            a closure touches nothing
            run touches nothing and what is not known
            cell touches nothing
            cell touches nothing
            cell changes the host
            cell touches nothing
            cell changes files, the clock, the network, processes, randomness, the host, `extern` functions, the input and the environment
            cell touches nothing
            cell changes the host
            cell touches nothing
            cell changes files, the clock, the network, processes, randomness, the host, `extern` functions, the input and the environment
        "#]],
    );
}

#[test]
fn functions_that_are_constant_or_parts() {
    check(
        "import time\n\
         fn slow(n: i64) -> i64 = n + i64(time.now())\n\
         const FS = [slow]\n\
         const F = slow\n\
         const N = [1, 2].map(|n| n + 1)\n\
         struct Job { run: fn(i64) -> i64 = slow }\n\
         FS[0](1)\n\
         F(1)\n\
         (Job().run)(2)\n\
         [1, 2].map(slow)\n\
         N[0]\n\
         fn all() -> [i64] = N\n",
        expect![[r#"
            slow reads the clock
            FS reads the clock
            F reads the clock
            N touches nothing and what is not known
            a closure touches nothing
            Job.run reads the clock
            all touches nothing
            cell reads the clock
            cell reads the clock
            cell reads the clock
            cell reads the clock
            cell touches nothing
        "#]],
    );
}
