mod outside;
mod sharing;

use expect_test::{Expect, expect};

use crate::testing::{compile, drops, output, run};

/// The bodies of a program with ownership. It runs, and leaks nothing.
fn check(source: &str, expected: Expect) {
    let compiled = compile(source);
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    expected.assert_eq(&drops(&compiled));
    let ran = run(&compiled);
    assert!(ran.outcome.error.is_none(), "{:?}", ran.outcome.error);
    assert_eq!(ran.leaked, 0);
}

fn rejected(source: &str, expected: Expect) {
    let compiled = compile(source);
    let found: Vec<String> = compiled
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{}: {}\n", diagnostic.code, diagnostic.message))
        .collect();
    expected.assert_eq(&found.concat());
}

#[test]
fn a_last_use_moves_and_a_borrow_is_free() {
    check(
        "fn len(s: str) -> i64 = s.len()\n\
         fn keep(s: str) -> [str] = [s]\n\
         fn both() -> i64 { let s = \"a{1}\"\n let n = len(s)\n let kept = keep(s)\n n + kept.len() }\n\
         print(both())\n",
        expect![[r#"
            fn len(_1: ref str) -> i64 {
              b0: _0 = call len(borrow _1)
                  return
            }
            fn keep(_1: str) -> [str] {
              b0: _0 = array str [move _1]
                  return
            }
            fn both() -> i64 {
              let _1: str // s
              let _2: i64 // n
              let _3: [str] // kept
              let _4: i64
              b0: _1 = format ["a", 1]
                  _2 = call len(borrow _1)
                  _3 = call keep(move _1)
                  _4 = call len<str>(borrow _3)
                  drop _3
                  _0 = add _2, _4
                  return
            }
            fn cell() -> () {
              let _1: i64
              let _2: str
              let _3: ()
              b0: _1 = call both()
                  _2 = format [_1]
                  _3 = call print(borrow _2)
                  drop _2
                  _0 = ()
                  return
            }
        "#]],
    );
}

#[test]
fn in_place_through_a_call() {
    let compiled = compile(
        "fn grow(xs: [i64]) -> [i64] { var ys = xs\n ys.push(1)\n ys }\n\
         fn many() -> i64 { var xs = [0]\n for _ in 0..100 { xs = grow(xs) }\n xs.len() }\n\
         print(many())\n",
    );
    let ran = run(&compiled);
    assert_eq!(ran.output, "101\n");
    assert_eq!(ran.outcome.stats.splits, 0, "{}", drops(&compiled));
}

#[test]
fn unique_in_front_of_a_loop() {
    check(
        "fn fill(mut xs: [i64]) { for i in 0..xs.len() { xs[i] = i } }\n",
        expect![[r#"
            fn fill(_1: mut [i64]) -> () {
              let _2: i64
              let _3: i64
              let _4: i64
              let _5: bool
              let _6: i64 // i
              let _7: i64
              b0: _2 = call len<i64>(borrow (*_1))
                  _3 = _2
                  _4 = 0
                  unique (*_1)
                  _7 = len (*_1)
                  goto b1
              b1: _5 = lt _4, _3
                  if _5 then b2 else b3
              b2: _6 = _4
                  check _6 in (*_1), as long as _7
                  (*_1)[_6] = _6
                  _4 = add _4, 1
                  goto b1
              b3: _0 = ()
                  return
            }
        "#]],
    );
}

#[test]
fn values_from_a_loop_over_a_global_that_changes() {
    let text = output(
        "var xs = [1, 2, 3]\n\
         fn add(x: i64) { xs.push(x) }\n\
         for x in xs { add(x * 10) }\n\
         print(xs)\n",
    );
    assert_eq!(text, "[1, 2, 3, 10, 20, 30]\n");
}

#[test]
fn drops_on_every_path() {
    check(
        "fn pick(c: bool, a: str, b: str) -> str {\n\
             let t = \"{a}{b}\"\n\
             if c { return t }\n\
             if a == \"x\" { a } else { \"{t}!\" }\n\
         }\n\
         print(pick(true, \"a\", \"b\"), pick(false, \"x\", \"b\"), pick(false, \"a\", \"b\"))\n",
        expect![[r#"
            fn pick(_1: ref bool, _2: str, _3: ref str) -> str {
              let _4: str // t
              let _5: bool
              b0: _4 = format [borrow _2, borrow _3]
                  if _1 then b1 else b2
              b1: drop _2
                  _0 = move _4
                  return
              b2: _5 = compare eq borrow _2, "x"
                  if _5 then b3 else b4
              b3: drop _4
                  _0 = move _2
                  goto b5
              b4: drop _2
                  _0 = format [borrow _4, "!"]
                  drop _4
                  goto b5
              b5: return
            }
            fn cell() -> () {
              let _1: str
              let _2: str
              let _3: str
              let _4: str
              let _5: ()
              b0: _1 = call pick(true, "a", "b")
                  _2 = call pick(false, "x", "b")
                  _3 = call pick(false, "a", "b")
                  _4 = format [borrow _1, " ", borrow _2, " ", borrow _3]
                  drop _1
                  drop _2
                  drop _3
                  _5 = call print(borrow _4)
                  drop _4
                  _0 = ()
                  return
            }
        "#]],
    );
}

#[test]
fn overlapping_accesses() {
    rejected(
        "struct Pair { a: [i64], b: [i64] }\n\
         fn two(mut a: [i64], mut b: [i64]) { a.push(b.len()) }\n\
         fn one(mut x: i64, mut y: i64) { (x, y) = (y, x) }\n\
         var xs = [1, 2]\n\
         var p = Pair([1], [2])\n\
         two(mut xs, mut xs)\n\
         two(mut p.a, mut p.b)\n\
         one(mut xs[0], mut xs[1])\n\
         one(mut xs[1], mut xs[1])\n\
         for mut x in xs { xs.push(x) }\n\
         fn use_xs(mut ys: [i64]) { ys.push(xs.len()) }\n\
         use_xs(mut xs)\n",
        expect![[r#"
            exclusive-access: `xs` is passed as `mut` twice in one call
            exclusive-access: `xs[1]` is passed as `mut` twice in one call
            exclusive-access: `xs` is changed while a part of it is open to changes
            exclusive-access: `use_xs` uses `xs` itself, while `xs` is being changed here
        "#]],
    );
}

#[test]
fn equal_indices_are_found_as_it_runs() {
    let compiled = compile(
        "fn one(mut x: i64, mut y: i64) { (x, y) = (y, x) }\n\
         fn exchange(mut xs: [i64], i: i64, j: i64) { one(mut xs[i], mut xs[j]) }\n\
         var xs = [1, 2]\n\
         exchange(mut xs, 0, 1)\n\
         print(xs)\n\
         exchange(mut xs, 1, 1)\n",
    );
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    let ran = run(&compiled);
    assert_eq!(ran.output, "[2, 1]\n");
    let error = ran.outcome.error.expect("an error");
    assert_eq!(error.kind, crate::mir::TrapKind::Exclusivity);
}
