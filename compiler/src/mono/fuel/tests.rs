use expect_test::{Expect, expect};

use crate::env::DefId;
use crate::mir::Const;
use crate::mono::{self, Mode};
use crate::testing::compile;

/// The bodies of the functions of a program without cells that print, with what they take.
fn check(source: &str, expected: Expect) {
    let compiled = compile(source);
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    let constants = |_: DefId| -> Option<Const> { None };
    let program = mono::instantiate(&compiled.env, &compiled.unit, Mode::Session, &constants);
    let mut program = program
        .map_err(|error| format!("{error:?}"))
        .expect("a program");
    program.charge_fuel(&compiled.env);
    let own = program
        .functions
        .iter()
        .filter(|function| function.exported);
    let mut shown = String::new();
    for function in own {
        shown += &function.body.display(&compiled.env);
    }
    expected.assert_eq(&shown);
}

#[test]
fn a_counted_loop_takes_its_rounds_before_it() {
    check(
        "fn sum(xs: [i64]) -> i64 {
            var t = 0
            for x in xs { t += x }
            t
        }",
        expect![[r#"
            fn sum(_1: ref [i64]) -> i64 {
              let _2: i64 // t
              let _3: i64
              let _4: i64
              let _5: bool
              let _6: i64 // x
              b0: _2 = 0
                  _3 = len _1
                  _4 = 0
                  fuel _4 .. _3
                  goto b1
              b1: _5 = lt _4, _3
                  if _5 then b2 else b3
              b2: _6 = _1[_4]
                  _2 = add _2, _6
                  _4 = add _4, 1
                  goto b1
              b3: _0 = _2
                  return
            }
        "#]],
    );
    check(
        "fn count(n: i64) -> i64 {
            var i = 0
            var t = 0
            while i < n { t += i * i; i += 1 }
            t
        }",
        expect![[r#"
            fn count(_1: ref i64) -> i64 {
              let _2: i64 // i
              let _3: i64 // t
              let _4: bool
              let _5: i64
              b0: _2 = 0
                  _3 = 0
                  fuel _2 .. _1
                  goto b1
              b1: _4 = lt _2, _1
                  if _4 then b2 else b3
              b2: _5 = mul _2, _2
                  _3 = add _3, _5
                  _2 = add _2, 1
                  goto b1
              b3: _0 = _3
                  return
            }
        "#]],
    );
    check(
        "fn lengths(xs: [i64]) -> i64 {
            var i = 0
            var t = 0
            while i < xs.len() { t += xs[i]; i += 1 }
            t
        }",
        expect![[r#"
            fn lengths(_1: ref [i64]) -> i64 {
              let _2: i64 // i
              let _3: i64 // t
              let _4: bool
              let _5: i64
              let _6: i64
              let _7: i64
              let _8: i64
              b0: _2 = 0
                  _3 = 0
                  _7 = len _1
                  _8 = len _1
                  fuel _2 .. _8
                  goto b1
              b1: _5 = call len<i64>(borrow _1)
                  _4 = lt _2, _5
                  if _4 then b2 else b3
              b2: _6 = _2
                  check _6 in _1, as long as _7
                  _3 = add _3, _1[_6]
                  _2 = add _2, 1
                  goto b1
              b3: _0 = _3
                  return
            }
        "#]],
    );
    check(
        "fn through(n: u8) -> u8 {
            var t: u8 = 0
            for i in 1..=n { t = t ^ i }
            t
        }",
        expect![[r#"
            fn through(_1: ref u8) -> u8 {
              let _2: u8 // t
              let _3: u8
              let _4: u8
              let _5: bool
              let _6: u8 // i
              let _7: bool
              b0: _2 = 0u8
                  _3 = _1
                  _4 = 1u8
                  _5 = le _4, _3
                  if _5 then b4 else b3
              b1: _6 = _4
                  _2 = xor _2, _6
                  _7 = eq _4, _3
                  if _7 then b3 else b2
              b2: _4 = add _4, 1u8
                  goto b1
              b3: _0 = _2
                  return
              b4: fuel _4 ..= _3
                  goto b1
            }
        "#]],
    );
}

#[test]
fn other_loops_take_one_on_the_way_back() {
    check(
        "fn find(xs: [i64], x: i64) -> bool {
            for y in xs { if y == x { return true } }
            false
        }",
        expect![[r#"
            fn find(_1: ref [i64], _2: ref i64) -> bool {
              let _3: i64
              let _4: i64
              let _5: bool
              let _6: i64 // y
              let _7: bool
              let _8: i64
              let _9: i64
              let _10: i64
              b0: _3 = len _1
                  _4 = 0
                  _8 = _4
                  _9 = _3
                  _10 = reach _4 .. _9
                  goto b1
              b1: _5 = lt _4, _10
                  if _5 then b2 else b6
              b2: _6 = _1[_4]
                  _7 = eq _6, _2
                  if _7 then b7 else b4
              b3: _0 = true
                  return
              b4: _4 = add _4, 1
                  goto b1
              b5: _0 = false
                  return
              b6: fuel _8 .. _9
                  goto b5
              b7: fuel _8 .. _4
                  goto b3
            }
        "#]],
    );
    check(
        "fn halves(n: i64) -> i64 {
            var (m, t) = (n, 0)
            while m > 0 { m = m / 2; t += 1 }
            t
        }",
        expect![[r#"
            fn halves(_1: ref i64) -> i64 {
              let _2: i64
              let _3: i64
              let _4: i64 // m
              let _5: i64 // t
              let _6: bool
              let _7: bool
              b0: _2 = _1
                  _3 = 0
                  _4 = _2
                  _5 = _3
                  goto b1
              b1: _6 = gt _4, 0
                  _7 = fuel if _6
                  if _7 then b2 else b4
              b2: fuel 1 in advance
                  _4 = div _4, 2
                  _5 = add _5, 1
                  goto b1
              b3: _0 = _5
                  return
              b4: fuel was there
                  goto b3
            }
        "#]],
    );
    check(
        "fn spin() { while true {} }",
        expect![[r#"
            fn spin() -> () {
              b0: goto b1
              b1: fuel 1 in advance
                  fuel was there
                  goto b1
            }
        "#]],
    );
}

#[test]
fn calls_take_one_but_short_ones() {
    check(
        "fn fib(n: i64) -> i64 = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
        fn square(x: f64) -> f64 = x * x
        fn length(x: f64, y: f64) -> f64 = sqrt(square(x) + square(y))
        fn apply(f: fn(i64) -> i64) -> i64 = f(i64(length(3, 4)))",
        expect![[r#"
            fn fib(_1: ref i64) -> i64 {
              let _2: bool
              let _3: i64
              let _4: i64
              let _5: i64
              let _6: i64
              b0: _2 = lt _1, 2
                  if _2 then b1 else b2
              b1: _0 = _1
                  goto b3
              b2: fuel 2
                  _4 = sub _1, 1
                  _3 = call fib(_4)
                  _6 = sub _1, 2
                  _5 = call fib(_6)
                  _0 = add _3, _5
                  goto b3
              b3: return
            }
            fn square(_1: ref f64) -> f64 {
              b0: _0 = mul _1, _1
                  return
            }
            fn length(_1: ref f64, _2: ref f64) -> f64 {
              let _3: f64
              let _4: f64
              let _5: f64
              b0: _4 = call square(_1)
                  _5 = call square(_2)
                  _3 = add _4, _5
                  _0 = call sqrt<f64>(_3)
                  return
            }
            fn apply(_1: ref fn(i64) -> i64) -> i64 {
              let _2: i64
              let _3: f64
              b0: _3 = call length(3.0, 4.0)
                  _2 = _3 as i64
                  _0 = call (borrow _1)(_2)
                  return
            }
        "#]],
    );
}

/// The rounds of the callee are taken there, so what is left is not kept in a register around a call of it.
#[test]
fn calls_of_short_functions_with_loops_take_only_their_rounds() {
    check(
        "fn digits(n: i64) -> i64 {
            var (m, t) = (n, 0)
            while m > 0 { m = m / 10; t += 1 }
            t
        }
        fn until(n: i64) -> i64 {
            var m = n
            while m > 9 { m = digits(m) * m / 2 }
            digits(m)
        }",
        expect![[r#"
            fn digits(_1: ref i64) -> i64 {
              let _2: i64
              let _3: i64
              let _4: i64 // m
              let _5: i64 // t
              let _6: bool
              let _7: bool
              b0: _2 = _1
                  _3 = 0
                  _4 = _2
                  _5 = _3
                  goto b1
              b1: _6 = gt _4, 0
                  _7 = fuel if _6
                  if _7 then b2 else b4
              b2: fuel 1 in advance
                  _4 = div _4, 10
                  _5 = add _5, 1
                  goto b1
              b3: _0 = _5
                  return
              b4: fuel was there
                  goto b3
            }
            fn until(_1: ref i64) -> i64 {
              let _2: i64 // m
              let _3: bool
              let _4: i64
              let _5: i64
              b0: _2 = _1
                  goto b1
              b1: _3 = gt _2, 9
                  if _3 then b2 else b3
              b2: fuel 1
                  _5 = call digits(_2)
                  _4 = mul _5, _2
                  _2 = div _4, 2
                  goto b1
              b3: _0 = call digits(_2)
                  return
            }
        "#]],
    );
}

/// Also if the loop around goes back to its beginning by a way out of one within.
#[test]
fn a_loop_around_others_takes_its_rounds() {
    check(
        "fn search(xs: [i64], n: i64) {
            while true {
                for x in xs { if x == n { break } }
            }
        }
        fn halve(n: i64) {
            var m = n
            while true {
                while m > 0 { m = m / 2 }
            }
        }",
        expect![[r#"
            fn search(_1: ref [i64], _2: ref i64) -> () {
              let _3: i64
              let _4: i64
              let _5: bool
              let _6: i64 // x
              let _7: bool
              let _8: i64
              let _9: i64
              let _10: i64
              b0: goto b1
              b1: _3 = len _1
                  _4 = 0
                  _8 = _4
                  _9 = _3
                  _10 = reach _4 .. _9
                  goto b2
              b2: _5 = lt _4, _10
                  if _5 then b3 else b7
              b3: _6 = _1[_4]
                  _7 = eq _6, _2
                  if _7 then b8 else b4
              b4: _4 = add _4, 1
                  goto b2
              b5: fuel 1 in advance
                  fuel was there
                  goto b1
              b6: fuel 1 in advance
                  fuel was there
                  goto b1
              b7: fuel _8 .. _9
                  goto b6
              b8: fuel _8 .. _4
                  goto b5
            }
            fn halve(_1: ref i64) -> () {
              let _2: i64 // m
              let _3: bool
              let _4: bool
              b0: _2 = _1
                  goto b1
              b1: goto b2
              b2: _3 = gt _2, 0
                  _4 = fuel if _3
                  if _4 then b3 else b5
              b3: fuel 1 in advance
                  _2 = div _2, 2
                  goto b2
              b4: fuel 1 in advance
                  fuel was there
                  goto b1
              b5: fuel was there
                  goto b4
            }
        "#]],
    );
}
