use expect_test::{Expect, expect};
use syntax::{Diagnostics, FileId, SourceFile};

use super::{build, build_cell};
use crate::check::check as check_unit;
use crate::env::{Env, ModuleId};
use crate::hir::{self, lower::Imports};
use crate::mir::{Built, verify, verify_built};
use crate::own::{self, Needs};

const INTRINSICS: &str = include_str!("../../../../stdlib/lang/intrinsics.sumi");

/// Builds everything in a file and compares the MIR; it is verified as built, and once more with ownership.
fn check(source: &str, expected: Expect) {
    let mut env = Env::new();
    unit(&mut env, ModuleId::PRELUDE, INTRINSICS, 0);
    let module = env.fresh_module("main");
    let bodies = unit(&mut env, module, source, 1);
    let text: Vec<String> = bodies.iter().map(|built| built.body().display(&env)).collect();
    expected.assert_eq(&text.concat());
    for built in &bodies {
        verify_built(&env, built);
    }
    let mut diags = Diagnostics::new();
    let needs = Needs::new(&env);
    for body in own::elaborate(bodies, &env, &mut diags) {
        verify(&env, &body, &|ty| needs.drop(ty));
    }
    assert!(!diags.has_errors(), "{diags:?}");
}

fn unit(env: &mut Env, module: ModuleId, source: &str, file: u32) -> Vec<Built> {
    let file = SourceFile::new(FileId(file), "main.sumi", source);
    let parsed = syntax::parse(&file);
    let mut diags = Diagnostics::new();
    diags.extend(parsed.diagnostics);
    let lowered = hir::lower::lower(env, module, &Imports::default(), &parsed.module, &mut diags);
    assert!(!diags.has_errors(), "{diags:?}");
    let typed = check_unit(env, lowered, &mut diags);
    assert!(!diags.has_errors(), "{diags:?}");
    let functions: Vec<Built> = typed
        .functions
        .iter()
        .map(|function| build(env, &function.typed, function.def))
        .collect();
    let mut bodies = functions;
    for (index, cell) in typed.cells.iter().enumerate() {
        let def = env.fresh_def();
        let name = format!("cell {index}");
        bodies.push(build_cell(env, &cell.typed, def, name, cell.value));
    }
    bodies
}

#[test]
fn arithmetic_and_calls() {
    check(
        "fn area(w: f64, h: f64 = 1) -> f64 { w * h }\n\
         fn half(n: i64) -> i64 = n / 2 + n % (n - 1)\n\
         area(2, h: 3)\n\
         area(half(3) + 1.0)\n",
        expect![[r#""#]],
    );
}

#[test]
fn conditions_and_loops() {
    check(
        "fn sum(n: i64) -> i64 {\n\
             var total = 0\n\
             for i in 0..n { if i % 3 == 0 && i != 6 || i > 90 { total += i } }\n\
             while total > 100 { total -= 10 }\n\
             total\n\
         }\n\
         fn last(n: u8) -> u8 { var l: u8 = 0\n for i in n..=255 { l = i }\n l }\n\
         fn first_square(above: i64) -> i64 {\n\
             var i = 0\n\
             loop { if i * i > above { break i }\n i += 1 }\n\
         }\n",
        expect![[r#""#]],
    );
}

#[test]
fn arrays() {
    check(
        "struct P { x: f64, y: f64 }\n\
         fn shift(mut ps: [P], by: f64) {\n\
             for mut p in ps { p.x += by }\n\
             ps[0].y = ps[1].x\n\
             (ps[0], ps[1]) = (ps[1], ps[0])\n\
         }\n\
         fn total(ps: [P]) -> f64 {\n\
             var t = 0.0\n\
             for p in ps { t += p.x * p.y }\n\
             t\n\
         }\n\
         fn part(xs: [i64], i: i64) -> [i64] = xs[i..] + [1, 2]\n\
         fn zeros(n: i64) -> [i64] = [0; n]\n",
        expect![[r#""#]],
    );
}

#[test]
fn patterns() {
    check(
        "enum Shape { Circle(radius: f64), Rect(w: f64, h: f64), Point }\n\
         fn area(s: Shape) -> f64 = match s {\n\
             Circle(r) => 3.14 * r * r\n\
             Rect(w, h) if w == h => w * w\n\
             Rect(w: w, h: h) => w * h\n\
             Point => 0\n\
         }\n\
         fn kind(n: i64) -> str = match n { 0 => \"none\", 1 | 2 => \"few\", _ if n < 0 => \"debt\", _ => \"many\" }\n\
         enum Tree { Leaf, Node(left: Tree, key: i64, right: Tree) }\n\
         fn depth(t: Tree) -> i64 = match t { Leaf => 0, Node(l, _, r) => 1 + depth(l) + depth(r) }\n\
         fn bump(mut t: Tree) { match t { Node(l, mut k, _) => k += 1, Leaf => {} } }\n",
        expect![[r#""#]],
    );
}

#[test]
fn optionals() {
    check(
        "fn first(xs: [i64]) -> i64? { if xs == [] { none } else { xs[0] } }\n\
         fn next(xs: [i64]) -> i64? { let x = first(xs)?\n some(x + 1) }\n\
         fn or_zero(xs: [i64]) -> i64 = next(xs) ?? 0\n\
         fn both(a: i64?, b: i64?) -> i64 { if let some(x) = a && let some(y) = b { x + y } else { 0 } }\n",
        expect![[r#""#]],
    );
}

#[test]
fn text() {
    check(
        "fn greet(name: str, n: i64) { print(\"hello {name} {n:>4}\", n) }\n\
         fn spell(s: str) -> str { var out = \"\"\n for c in s { out += c\n out += \"-\" }\n out }\n\
         fn must(n: i64) { assert(n > 0, \"positive\") }\n",
        expect![[r#""#]],
    );
}
