use expect_test::{Expect, expect};
use syntax::{Diagnostics, FileId, SourceFile};

use super::{build, build_cell};
use crate::check::check as check_unit;
use crate::env::{Env, ModuleId};
use crate::mir::{Built, verify, verify_built};
use crate::own::{self, Needs};
use crate::testing;

const INTRINSICS: &str = include_str!("../../../../stdlib/lang/prelude/intrinsics.sumi");

/// Builds everything in a file and compares the MIR; it is verified as built, and once more with ownership.
fn check(source: &str, expected: Expect) {
    let mut env = Env::new();
    unit(&mut env, ModuleId::PRELUDE, INTRINSICS, 0);
    let module = env.fresh_module("main");
    let bodies = unit(&mut env, module, source, 1);
    let text: Vec<String> = bodies
        .iter()
        .map(|built| built.body().display(&env))
        .collect();
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
    let (lowered, mut diags) = testing::lowered(env, module, &file);
    assert!(!diags.has_errors(), "{diags:?}");
    let typed = check_unit(env, lowered, &mut diags);
    assert!(!diags.has_errors(), "{diags:?}");
    let functions: Vec<Built> = typed
        .functions
        .iter()
        .flat_map(|function| build(env, &function.typed, function.def))
        .collect();
    let mut bodies = functions;
    for (index, cell) in typed.cells.iter().enumerate() {
        let def = env.fresh_def();
        let name = format!("cell {index}");
        bodies.extend(build_cell(env, &cell.typed, def, name, cell.value));
    }
    bodies
}

#[test]
fn arithmetic_and_calls() {
    check(
        "fn area(w: f64, h: f64 = 1) -> f64 { w * h }\n\
         fn half(n: i64) -> i64 = n / 2 + n % (n - 1)\n\
         area(2, h: 3)\n\
         area(f64(half(3)) + 1.0)\n",
        expect![[r#"
            fn area.h() -> f64 {
              b0: _0 = 1.0
                  return
            }
            fn area(_1: f64, _2: f64) -> f64 {
              b0: _0 = mul _1, _2
                  return
            }
            fn half(_1: i64) -> i64 {
              let _2: i64
              let _3: i64
              let _4: i64
              b0: _2 = div _1, 2
                  _4 = sub _1, 1
                  check _4 != 0
                  _3 = rem _1, _4
                  _0 = add _2, _3
                  return
            }
            fn cell 0() -> () {
              let _1: f64
              b0: _1 = call area(2.0, 3.0)
                  @def122 = _1
                  _0 = ()
                  return
            }
            fn cell 1() -> () {
              let _1: f64
              let _2: f64
              let _3: f64
              let _4: i64
              let _5: f64
              b0: _4 = call half(3)
                  _3 = _4 as f64
                  _2 = add _3, 1.0
                  _5 = call area.h()
                  _1 = call area(_2, _5)
                  @def123 = _1
                  _0 = ()
                  return
            }
        "#]],
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
        expect![[r#"
            fn sum(_1: i64) -> i64 {
              let _2: i64 // total
              let _3: i64
              let _4: i64
              let _5: bool
              let _6: i64 // i
              let _7: bool
              let _8: i64
              let _9: bool
              let _10: bool
              let _11: bool
              b0: _2 = 0
                  _3 = _1
                  _4 = 0
                  goto b1
              b1: _5 = lt _4, _3
                  if _5 then b2 else b7
              b2: _6 = _4
                  _8 = rem _6, 3
                  _7 = eq _8, 0
                  if _7 then b3 else b4
              b3: _9 = ne _6, 6
                  if _9 then b5 else b4
              b4: _10 = gt _6, 90
                  if _10 then b5 else b6
              b5: _2 = add _2, _6
                  goto b6
              b6: _4 = add _4, 1
                  goto b1
              b7: _11 = gt _2, 100
                  if _11 then b8 else b9
              b8: _2 = sub _2, 10
                  goto b7
              b9: _0 = _2
                  return
            }
            fn last(_1: u8) -> u8 {
              let _2: u8 // l
              let _3: u8
              let _4: bool
              let _5: u8 // i
              let _6: bool
              b0: _2 = 0u8
                  _3 = _1
                  _4 = le _3, 255u8
                  if _4 then b1 else b3
              b1: _5 = _3
                  _2 = _5
                  _6 = eq _3, 255u8
                  if _6 then b3 else b2
              b2: _3 = add _3, 1u8
                  goto b1
              b3: _0 = _2
                  return
            }
            fn first_square(_1: i64) -> i64 {
              let _2: i64 // i
              let _3: bool
              let _4: i64
              b0: _2 = 0
                  goto b1
              b1: _4 = mul _2, _2
                  _3 = gt _4, _1
                  if _3 then b2 else b3
              b2: _0 = _2
                  return
              b3: _2 = add _2, 1
                  goto b1
            }
        "#]],
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
        expect![[r#"
            fn shift(_1: mut [P], _2: f64) -> () {
              let _3: mut [P]
              let _4: i64
              let _5: i64
              let _6: bool
              let _7: mut P // p
              let _8: f64
              let _9: P
              let _10: P
              b0: _3 = open (*_1)
                  _4 = len (*_3)
                  _5 = 0
                  goto b1
              b1: _6 = lt _5, _4
                  if _6 then b2 else b3
              b2: _7 = open (*_3)[_5]
                  (*_7).0 = add (*_7).0, _2
                  _5 = add _5, 1
                  goto b1
              b3: check 1 in (*_1)
                  check 0 in (*_1)
                  _8 = (*_1)[1].0
                  (*_1)[0].1 = _8
                  check 1 in (*_1)
                  _9 = (*_1)[1]
                  check 0 in (*_1)
                  _10 = (*_1)[0]
                  check 0 in (*_1)
                  (*_1)[0] = _9
                  check 1 in (*_1)
                  (*_1)[1] = _10
                  _0 = ()
                  return
            }
            fn total(_1: [P]) -> f64 {
              let _2: f64 // t
              let _3: i64
              let _4: i64
              let _5: bool
              let _6: P // p
              let _7: f64
              b0: _2 = 0.0
                  _3 = len _1
                  _4 = 0
                  goto b1
              b1: _5 = lt _4, _3
                  if _5 then b2 else b3
              b2: _6 = _1[_4]
                  _7 = mul _6.0, _6.1
                  _2 = add _2, _7
                  _4 = add _4, 1
                  goto b1
              b3: _0 = _2
                  return
            }
            fn part(_1: [i64], _2: i64) -> [i64] {
              let _3: [i64]
              let _4: i64
              let _5: bool
              let _6: bool
              let _7: str
              let _8: [i64]
              let _9: [i64]
              let _10: [i64]
              b0: _4 = len _1
                  _5 = le 0, _2
                  if _5 then b1 else b3
              b1: _6 = le _2, _4
                  if _6 then b2 else b3
              b2: _8 = call array_slice<i64>(_1, _2, _4)
                  _3 = _8
                  _9 = array i64 [1, 2]
                  _10 = call array_concat<i64>(_3, _9)
                  _0 = _10
                  return
              b3: _7 = format ["the range is ", _2, "..", " and the length is ", _4]
                  panic.Slice _7
            }
            fn zeros(_1: i64) -> [i64] {
              let _2: bool
              b0: _2 = ge _1, 0
                  if _2 then b1 else b2
              b1: _0 = repeat [i64] [0; _1]
                  return
              b2: panic.Argument "the number of elements is negative"
            }
        "#]],
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
        expect![[r#"
            fn area(_1: Shape) -> f64 {
              let _2: i64
              let _3: f64 // r
              let _4: f64 // w
              let _5: f64 // h
              let _6: bool
              let _7: f64 // w
              let _8: f64 // h
              let _9: f64
              b0: _2 = discriminant _1
                  switch _2 { 0 => b1, 1 => b2, 2 => b5 }
              b1: _3 = _1#0.0
                  _9 = mul 3.14, _3
                  _0 = mul _9, _3
                  goto b6
              b2: _4 = _1#1.0
                  _5 = _1#1.1
                  _6 = eq _4, _5
                  if _6 then b3 else b4
              b3: _0 = mul _4, _4
                  goto b6
              b4: _7 = _1#1.0
                  _8 = _1#1.1
                  _0 = mul _7, _8
                  goto b6
              b5: _0 = 0.0
                  goto b6
              b6: return
            }
            fn kind(_1: i64) -> str {
              let _2: bool
              b0: switch _1 { 0 => b1, 1 => b2, 2 => b2, _ => b3 }
              b1: _0 = "none"
                  goto b6
              b2: _0 = "few"
                  goto b6
              b3: _2 = lt _1, 0
                  if _2 then b4 else b5
              b4: _0 = "debt"
                  goto b6
              b5: _0 = "many"
                  goto b6
              b6: return
            }
            fn depth(_1: Tree) -> i64 {
              let _2: i64
              let _3: Tree // l
              let _4: Tree // r
              let _5: i64
              let _6: i64
              let _7: i64
              b0: _2 = discriminant _1
                  switch _2 { 0 => b1, 1 => b2 }
              b1: _0 = 0
                  goto b3
              b2: _3 = (*_1#1.0)
                  _4 = (*_1#1.2)
                  _6 = call depth(_3)
                  _5 = add 1, _6
                  _7 = call depth(_4)
                  _0 = add _5, _7
                  goto b3
              b3: return
            }
            fn bump(_1: mut Tree) -> () {
              let _2: i64
              let _3: Tree // l
              let _4: mut i64 // k
              b0: _2 = discriminant (*_1)
                  switch _2 { 1 => b1, 0 => b2 }
              b1: _3 = (*(*_1)#1.0)
                  _4 = open (*_1)#1.1
                  (*_4) = add (*_4), 1
                  goto b2
              b2: _0 = ()
                  return
            }
        "#]],
    );
}

#[test]
fn optionals() {
    check(
        "fn first(xs: [i64]) -> i64? { if xs == [] { none } else { xs[0] } }\n\
         fn next(xs: [i64]) -> i64? { let x = first(xs)?\n some(x + 1) }\n\
         fn or_zero(xs: [i64]) -> i64 = next(xs) ?? 0\n\
         fn both(a: i64?, b: i64?) -> i64 { if let some(x) = a && let some(y) = b { x + y } else { 0 } }\n",
        expect![[r#"
            fn first(_1: [i64]) -> i64? {
              let _2: bool
              let _3: [i64]
              b0: _3 = array i64 []
                  _2 = compare eq _1, _3
                  if _2 then b1 else b2
              b1: _0 = i64? #0()
                  goto b3
              b2: check 0 in _1
                  _0 = i64? #1(_1[0])
                  goto b3
              b3: return
            }
            fn next(_1: [i64]) -> i64? {
              let _2: i64 // x
              let _3: i64?
              let _4: i64
              let _5: i64
              b0: _3 = call first(_1)
                  _4 = discriminant _3
                  switch _4 { 1 => b1, _ => b2 }
              b1: _2 = _3#1.0
                  _5 = add _2, 1
                  _0 = i64? #1(_5)
                  return
              b2: _0 = i64? #0()
                  return
            }
            fn or_zero(_1: [i64]) -> i64 {
              let _2: i64?
              let _3: i64
              b0: _2 = call next(_1)
                  _3 = discriminant _2
                  switch _3 { 1 => b1, _ => b2 }
              b1: _0 = _2#1.0
                  goto b3
              b2: _0 = 0
                  goto b3
              b3: return
            }
            fn both(_1: i64?, _2: i64?) -> i64 {
              let _3: i64
              let _4: i64 // x
              let _5: i64
              let _6: i64 // y
              b0: _3 = discriminant _1
                  switch _3 { 1 => b1, _ => b3 }
              b1: _4 = _1#1.0
                  _5 = discriminant _2
                  switch _5 { 1 => b2, _ => b3 }
              b2: _6 = _2#1.0
                  _0 = add _4, _6
                  goto b4
              b3: _0 = 0
                  goto b4
              b4: return
            }
        "#]],
    );
}

#[test]
fn text() {
    check(
        "fn greet(name: str, n: i64) { print(\"hello {name} {n:>4}\", n) }\n\
         fn spell(s: str) -> str { var out = \"\"\n for c in s { out += c\n out += \"-\" }\n out }\n\
         fn must(n: i64) { assert(n > 0, \"positive\") }\n",
        expect![[r#"
            fn greet(_1: str, _2: i64) -> () {
              let _3: str
              let _4: str
              let _5: ()
              b0: _3 = format ["hello ", _1, " ", _2 : >4]
                  _4 = format [_3, " ", _2]
                  _5 = call print(_4)
                  _0 = ()
                  return
            }
            fn spell(_1: str) -> str {
              let _2: str // out
              let _3: i64
              let _4: i64
              let _5: i64
              let _6: bool
              let _7: i64
              let _8: u8
              let _9: i64
              let _10: bool
              let _11: bool
              let _12: i64
              let _13: i64
              let _14: i64
              let _15: u8
              let _16: i64
              let _17: i64
              let _18: bool
              let _19: i64
              let _20: i64
              let _21: i64
              let _22: u8
              let _23: i64
              let _24: i64
              let _25: i64
              let _26: i64
              let _27: i64
              let _28: u8
              let _29: i64
              let _30: i64
              let _31: i64
              let _32: i64
              let _33: i64
              let _34: u8
              let _35: i64
              let _36: i64
              let _37: i64
              let _38: i64
              let _39: i64
              let _40: u8
              let _41: i64
              let _42: i64
              let _43: i64
              let _44: i64
              let _45: i64
              let _46: u8
              let _47: i64
              let _48: i64
              let _49: char
              let _50: char // c
              let _51: ()
              let _52: ()
              b0: _2 = ""
                  _3 = len _1
                  _4 = 0
                  goto b1
              b1: _6 = lt _4, _3
                  if _6 then b2 else b10
              b2: _8 = call str_byte(_1, _4)
                  _9 = _8 as i64
                  _10 = lt _9, 128
                  if _10 then b3 else b4
              b3: _7 = and _9, 127
                  _5 = add _4, 1
                  goto b9
              b4: _11 = lt _9, 224
                  if _11 then b5 else b6
              b5: _12 = and _9, 31
                  _13 = shl _12, 6
                  _14 = add _4, 1
                  _15 = call str_byte(_1, _14)
                  _16 = _15 as i64
                  _17 = and _16, 63
                  _7 = or _13, _17
                  _5 = add _4, 2
                  goto b9
              b6: _18 = lt _9, 240
                  if _18 then b7 else b8
              b7: _19 = and _9, 15
                  _20 = shl _19, 6
                  _21 = add _4, 1
                  _22 = call str_byte(_1, _21)
                  _23 = _22 as i64
                  _24 = and _23, 63
                  _25 = or _20, _24
                  _26 = shl _25, 6
                  _27 = add _4, 2
                  _28 = call str_byte(_1, _27)
                  _29 = _28 as i64
                  _30 = and _29, 63
                  _7 = or _26, _30
                  _5 = add _4, 3
                  goto b9
              b8: _31 = and _9, 7
                  _32 = shl _31, 6
                  _33 = add _4, 1
                  _34 = call str_byte(_1, _33)
                  _35 = _34 as i64
                  _36 = and _35, 63
                  _37 = or _32, _36
                  _38 = shl _37, 6
                  _39 = add _4, 2
                  _40 = call str_byte(_1, _39)
                  _41 = _40 as i64
                  _42 = and _41, 63
                  _43 = or _38, _42
                  _44 = shl _43, 6
                  _45 = add _4, 3
                  _46 = call str_byte(_1, _45)
                  _47 = _46 as i64
                  _48 = and _47, 63
                  _7 = or _44, _48
                  _5 = add _4, 4
                  goto b9
              b9: _49 = _7 as char
                  _50 = _49
                  _51 = call str_push_char(mut _2, _50)
                  _52 = call str_push(mut _2, "-")
                  _4 = _5
                  goto b1
              b10: _0 = _2
                   return
            }
            fn must(_1: i64) -> () {
              let _2: i64
              let _3: i64
              let _4: bool
              let _5: str
              b0: _2 = _1
                  _3 = 0
                  _4 = gt _2, _3
                  if _4 then b1 else b2
              b1: _0 = ()
                  return
              b2: _5 = format ["positive", ": ", literal _2, " > ", literal _3]
                  panic.Assert _5
            }
        "#]],
    );
}
