//! The whole line on small programs.

use expect_test::{Expect, expect};
use syntax::{SourceFile, Sources};

use crate::env::{Env, ModuleId};
use crate::hir::Imports;
use crate::{compile, render};

/// The sources of the library come first in every set of sources.
fn with_prelude() -> (Sources, Env) {
    let mut sources = Sources::new();
    let mut env = Env::new();
    for (name, text) in stdlib::lang::PRELUDE {
        let (text, after) = unit(&env, &mut sources, name, text, ModuleId::PRELUDE, &[]);
        assert_eq!(text, "");
        env = after;
    }
    (sources, env)
}

/// What is wrong with a unit, and the environment after it.
fn unit(
    env: &Env,
    sources: &mut Sources,
    name: &str,
    text: &str,
    module: ModuleId,
    imports: &[(&str, ModuleId)],
) -> (String, Env) {
    let id = sources.add(name, text);
    let file: SourceFile = sources.file(id).clone();
    let imports: Imports = imports
        .iter()
        .map(|(name, id)| ((*name).into(), *id))
        .collect();
    let compiled = compile(env, &file, module, &imports);
    let text = render::render_all(sources, &compiled.diagnostics, false);
    (text, compiled.env)
}

fn check(source: &str, expected: Expect) {
    let (mut sources, mut env) = with_prelude();
    let module = env.fresh_module("main");
    let (text, _) = unit(&env, &mut sources, "main.sumi", source, module, &[]);
    expected.assert_eq(&text);
}

#[test]
fn the_prelude_compiles() {
    with_prelude();
}

#[test]
fn a_program() {
    check(
        "struct Vec2 { x: f32, y: f32 = 0 }\n\
         fn +(a: Vec2, b: Vec2) -> Vec2 = Vec2(a.x + b.x, a.y + b.y)\n\
         fn area(w: f64, h: f64 = 1) -> f64 { w * h }\n\
         impl Vec2 { fn grow(mut self, k: f32) { self.x *= k } }\n\
         var v = Vec2(0) + Vec2(x: 1)\n\
         v.grow(2)\n\
         v.x //=> 2.0\n\
         var xs = [3, 1, 2]\n\
         for mut x in xs { x += 1 }\n\
         xs.sort()\n\
         print(area(2, h: 3), xs.max() ?? 0, \"{xs.sum():>4}\", \"a,b\".split(\",\"))\n\
         5.max(3)\n\
         i64.parse(\"42\")\n",
        expect![""],
    );
}

#[test]
fn messages_show_the_source() {
    check(
        "let balls = [1]\nprint(bals.len())\nlet n: i64 = \"x\"\n",
        expect![[r#"
            error[unknown-name]: there is no name `bals`
              ┌─ main.sumi:2:7
              │
            2 │ print(bals.len())
              │       ^^^^ not found
              │
              = help: did you mean `balls`?

            error[mismatched-types]: expected `i64`, found `str`
              ┌─ main.sumi:3:14
              │
            3 │ let n: i64 = "x"
              │     -        ^^^ this is a `str`
              │     │         
              │     `i64` is expected because of the type written here
              │
              = help: `i64.parse(…)` reads a number from text; it gives an optional
        "#]],
    );
}

#[test]
fn modules_show_what_is_public() {
    let (mut sources, mut env) = with_prelude();
    let shapes = env.fresh_module("shapes");
    let source = "pub struct Point { x: i64 }\nfn hidden() {}\npub fn shown() = Point(1)\npub let origin = shown()\n";
    let (text, mut env) = unit(&env, &mut sources, "shapes.sumi", source, shapes, &[]);
    assert_eq!(text, "");
    let main = env.fresh_module("main");
    let source = "import shapes\n\
                  import shapes.{hidden, shwon, Point as P}\n\
                  import nowhere\n\
                  print(shapes.origin.x, shapes.shown(), shapes.Point(2), P(3))\n\
                  fn f(p: P) -> shapes.Point = p\n\
                  nowhere.f(hidden, shapes.hiden)\n";
    let imports = [("shapes", shapes)];
    let (text, _) = unit(&env, &mut sources, "main.sumi", source, main, &imports);
    expect![[r#"
        error[private-name]: `hidden` is private to `shapes`
          ┌─ main.sumi:2:16
          │
        2 │ import shapes.{hidden, shwon, Point as P}
          │                ^^^^^^ not visible here
          │
          ┌─ shapes.sumi:2:4
          │
        2 │ fn hidden() {}
          │    ------ declared here without `pub`
          │
          = help: write `pub` before the declaration of `hidden`

        error[unknown-name]: the module `shapes` has no `shwon`
          ┌─ main.sumi:2:24
          │
        2 │ import shapes.{hidden, shwon, Point as P}
          │                        ^^^^^ not found
          │
          = help: did you mean `shown`?

        error[unknown-module]: there is no module `nowhere`
          ┌─ main.sumi:3:8
          │
        3 │ import nowhere
          │        ^^^^^^^ not found

        error[unknown-name]: the module `shapes` has no `hiden`
          ┌─ main.sumi:6:26
          │
        6 │ nowhere.f(hidden, shapes.hiden)
          │                          ^^^^^ not found
    "#]]
    .assert_eq(&text);
}

#[test]
fn the_library_modules_compile() {
    let (mut sources, env) = with_prelude();
    for (name, text) in stdlib::lang::MODULES {
        let mut env = env.clone();
        let module = env.fresh_module(*name);
        env.mark_loaded(format!("<{name}>").into(), module);
        let (text, _) = unit(&env, &mut sources, name, text, module, &[]);
        assert_eq!(text, "");
    }
}

#[test]
fn the_examples_are_free_of_mistakes() {
    let (mut sources, mut env) = with_prelude();
    let io = env.fresh_module("io");
    env.mark_loaded("<io>".into(), io);
    let text = stdlib::lang::module("io").expect("a module");
    let (text, env) = unit(&env, &mut sources, "<io>", text, io, &[]);
    assert_eq!(text, "");
    let examples = [
        include_str!("../../examples/checksum.sumi"),
        include_str!("../../examples/life.sumi"),
        include_str!("../../examples/mandelbrot.sumi"),
        include_str!("../../examples/nbody.sumi"),
        include_str!("../../examples/sqlite.sumi"),
        include_str!("../../examples/tour.sumi"),
        include_str!("../../examples/wordcount.sumi"),
    ];
    for text in examples {
        let mut env = env.clone();
        let module = env.fresh_module("main");
        let (text, _) = unit(&env, &mut sources, "example", text, module, &[("io", io)]);
        assert_eq!(text, "");
    }
}
