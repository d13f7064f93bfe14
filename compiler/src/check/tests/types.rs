use expect_test::expect;

use super::check;

#[test]
fn literals_take_the_type_that_is_expected() {
    check(
        "let a = 1\n\
         let b: f32 = 7 / 2\n\
         let c: [f64] = [1, 2.5, 3]\n\
         let d: (f32, u8) = (2, 3)\n\
         let e = [1, 2.5]\n\
         let f: i8 = -128\n\
         let g = [1, 2, 3]\n\
         let h: [i64; 3] = [1, 2, 3]\n\
         let i: [u8] = [0; 4]\n\
         let j = (1, \"x\", 'c', true, b'x', b\"x\")\n\
         let k = 0..10\n\
         let l: i64? = 5\n\
         let m: [i64?] = [1, none, some(3)]\n\
         let n = f64(7 / 2)\n\
         let o = i64.max\n",
        expect![[r#"
            a: i64
            b: f32
            c: [f64]
            d: (f32, u8)
            e: [f64]
            f: i8
            g: [i64]
            h: [i64; 3]
            i: [u8]
            j: (i64, str, char, bool, u8, [u8])
            k: Range<i64>
            l: i64?
            m: [i64?]
            n: f64
            o: i64
        "#]],
    );
}

#[test]
fn literals_that_do_not_fit() {
    check(
        "let low: i8 = -128\n\
         let more: [u8] = [1, 2, 300]\n\
         let worse: i8 = -129\n\
         let big = 9_223_372_036_854_775_808\n\
         let fits: u64 = 18_446_744_073_709_551_615\n\
         let small: f32 = 1e300\n\
         let wraps = u8(300)\n",
        expect![[r#"
            2: literal-out-of-range `300` does not fit `u8`
               ^ `300` a `u8` holds 0..=255
            3: literal-out-of-range `-129` does not fit `i8`
               ^ `-129` an `i8` holds -128..=127
            4: literal-out-of-range `9223372036854775808` does not fit `i64`
               ^ `9_223_372_036_854_775_808` an `i64` holds -9223372036854775808..=9223372036854775807
            6: literal-out-of-range `1e300` does not fit `f32`
               ^ `1e300` an `f32` holds -3.4e38..=3.4e38
            7: conversion-wraps `300` does not fit `u8`: this gives 44
               ^ `300` wraps to 44
        "#]],
    );
}

#[test]
fn mismatches_say_why_and_how_to_mend_them() {
    check(
        "fn half(x: f64) -> f64 = x / 2\n\
         fn f() -> i64 { \"a\" }\n\
         fn g() -> i64 { let x = 1 }\n\
         fn h(b: bool) -> i64 = if b { 1 }\n\
         let n = 3\n\
         let a: f64 = n\n\
         print(half(n))\n\
         let s: str = 5\n\
         let maybe: i64? = 3\n\
         let sure: i64 = maybe\n\
         let xs = [1, \"a\"]\n\
         let t = if n > 2 { 1 } else { \"b\" }\n\
         if n { print(1) }\n",
        expect![[r#"
            2: mismatched-types expected `i64`, found `str`
               ^ `"a"` this is a `str`
               - `f` `i64` is expected because of the result type of this function
               help: `i64.parse(…)` reads a number from text; it gives an optional
            3: missing-value this block ends without a value, but an `i64` is expected
               ^ `}` no value before this `}`
               - `g` `i64` is expected because of the result type of this function
               help: let its last line be the value
            4: if-without-else an `if` without `else` has no value, but an `i64` is expected
               ^ `if b { 1 }` there is no value if the condition does not hold
               - `h` `i64` is expected because of the result type of this function
               help: add `else { … }`
            6: mismatched-types expected `f64`, found `i64`
               ^ `n` this is an `i64`
               - `a` `f64` is expected because of the type written here
               help: numbers do not convert by themselves; write `f64(…)` to convert this `i64`
            7: mismatched-types expected `f64`, found `i64`
               ^ `n` this is an `i64`
               - `x` `f64` is expected because of the type of this parameter
               help: numbers do not convert by themselves; write `f64(…)` to convert this `i64`
            8: mismatched-types expected `str`, found an integer
               ^ `5` this is an integer
               - `s` `str` is expected because of the type written here
               help: write `str(…)`, or put it into text as `"{…}"`
            10: mismatched-types expected `i64`, found `i64?`
               ^ `maybe` this is an `i64?`
               - `sure` `i64` is expected because of the type written here
               help: take the value out of the optional with `?? default`, `if let some(x) = …` or `.expect("why")`
            11: mismatched-types expected an integer, found `str`
               ^ `"a"` this is a `str`
               - `1` an integer is expected because the elements before it have this type
            12: mismatched-types expected an integer, found `str`
               ^ `"b"` this is a `str`
               - `1` an integer is expected because the first branch has this type
            13: mismatched-types expected `bool`, found `i64`
               ^ `n` a condition is `true` or `false`
               help: compare it: `… != 0`
        "#]],
    );
}

#[test]
fn unknown_types_are_asked_for() {
    check(
        "let a = []\nlet b = none\nfn f(n: i64) = f(n - 1)\nfn g() = h()\nfn h() = g()\n",
        expect![[r#"
            3: needs-result-type the result type of `f` must be written, because it depends on itself
               ^ `f` its result type is not written
               - `f(n - 1)` and its body needs it here
               help: write it: `fn f(…) -> i64 = …`
            4: needs-result-type the result type of `g` must be written, because it depends on itself
               ^ `g` its result type is not written
               - `g()` and its body needs it here
               help: write it: `fn g(…) -> i64 = …`
            1: cannot-infer the type of this array's elements is not known
               ^ `[]` empty, and nothing is ever put in
               help: write it where the array is bound: `let xs: [i64] = []`
            2: cannot-infer the type of this optional is not known
               ^ `none` `none` of which type?
               help: write it where the value is bound: `let x: i64? = none`
        "#]],
    );
}

#[test]
fn functions_in_any_order() {
    check(
        "let a = later()\n\
         fn later() = helper(2) + 1\n\
         fn helper(n: i64) = n * factor\n\
         let factor = 3\n\
         fn stop() = panic(\"no\")\n\
         const SIZE = 4 * 2\n\
         let s = SIZE\n",
        expect![[r#"
            fn later -> i64
            fn helper -> i64
            fn stop -> never
            fn SIZE -> i64
            a: i64
            factor: i64
            s: i64
        "#]],
    );
}

#[test]
fn wrapping_in_branches() {
    check(
        "fn f(n: i64) -> i64? = if n > 0 { n } else { none }\n\
         fn g(n: i64) -> i64? = match n { 0 => none, 1 => some(2), k => k }\n\
         fn h(n: i64) -> i64? { if n == 0 { return none }; return n }\n\
         let a = f(1) ?? 2\n\
         struct P { x: i64?, y: str? = \"y\" }\n\
         let p = P(3)\n\
         var v: i64? = none\n\
         v = 4\n",
        expect![[r#"
            a: i64
            p: P
            v: i64?
        "#]],
    );
}

#[test]
fn results_and_questions() {
    check(
        "fn parse(s: str) -> i64! { if s == \"\" { return err(Error(\"empty\", none)) }; ok(1) }\n\
         fn twice(s: str) -> i64! { let n = parse(s)?; ok(n * 2) }\n\
         fn quiet(s: str) -> ()! { let n = parse(s)?; print(n) }\n\
         fn first(x: i64?) -> i64? { let n = x?; n + 1 }\n\
         fn bad(x: i64?) -> i64 { x? }\n\
         fn worse(x: i64?) -> i64! { ok(x?) }\n\
         fn wrapped() -> i64! { 5 }\n",
        expect![[r#"
            5: try-kind `?` returns early, but this function returns `i64`
               ^ `x?` may return from here
               - `bad` this function
               help: let it return `T?`, or give a value instead: `… ?? default`
            6: try-kind `?` on an optional returns `none`, but this function returns a result
               ^ `x?` an optional
               help: say what is wrong: `.or_fail("…")?`
            7: mismatched-types expected `Result<i64, Error>`, found an integer
               ^ `5` this is an integer
               - `wrapped` `Result<i64, Error>` is expected because of the result type of this function
               help: a result is never wrapped by itself; write `ok(…)`
        "#]],
    );
}

#[test]
fn loops_and_blocks() {
    check(
        "let a = loop { break 3 }\n\
         fn f(xs: [i64]) -> i64 {\n\
             var sum = 0\n\
             for x in xs { sum += x }\n\
             for c in \"abc\" { if c == 'b' { continue } }\n\
             for i in 0..=9 { sum += i }\n\
             let found = outer: loop { loop { break outer: sum } }\n\
             while sum > 0 { sum -= 1 }\n\
             found\n\
         }\n\
         fn g() -> i64 { loop { } }\n\
         fn h(n: i64) -> i64 { for x in n { print(x) }; while true { break 3 }; 0 }\n",
        expect![[r#"
            12: not-iterable an `i64` cannot be walked by `for`
               ^ `n` not an array, range, text, map or set
               help: `0..n` counts from 0 to n - 1
            12: break-with-value only `loop` has a value to break with
               ^ `break 3` leaves a `while` or `for`
        "#]],
    );
}

#[test]
fn generics() {
    check(
        "struct Pair<A, B> { first: A, second: B }\n\
         fn pair<A, B>(a: A, b: B) -> Pair<A, B> = Pair(a, b)\n\
         fn swapped<A, B>(p: Pair<A, B>) -> Pair<B, A> = Pair(p.second, p.first)\n\
         fn id<T>(x: T) -> T = x\n\
         fn most<T: Ord>(a: T, b: T) -> T = if a < b { b } else { a }\n\
         fn sum<T: Num>(a: T, b: T) -> T = a + b * 2\n\
         let p = swapped(pair(1, \"x\"))\n\
         let q = id(2) + 1\n\
         let r = most(\"a\", \"b\")\n\
         let s: f32 = sum(1, 2)\n\
         impl<A, B> Pair<A, B> {\n\
             fn left(self) -> A = self.first\n\
             fn make(a: A, b: B) -> Pair<A, B> = Pair(a, b)\n\
         }\n\
         let t = p.left()\n\
         let u = Pair.make(1, 2.0)\n\
         let n: Pair<u8, i64?> = Pair(1, 2)\n",
        expect![[r#"
            p: Pair<str, i64>
            q: i64
            r: str
            s: f32
            t: str
            u: Pair<i64, f64>
            n: Pair<u8, i64?>
        "#]],
    );
}

#[test]
fn bounds() {
    check(
        "fn less<T>(a: T, b: T) -> bool = a < b\n\
         fn same<T>(a: T, b: T) -> bool = a == b\n\
         fn add<T>(a: T, b: T) -> T = a + b\n\
         fn most<T: Ord>(a: T, b: T) -> T = if a < b { b } else { a }\n\
         fn half<T: Float>(x: T) -> T = x / 2\n\
         let a = half(3)\n\
         let n = 3\n\
         let b = half(n)\n\
         let c = most(main_fn, main_fn)\n\
         fn main_fn() -> i64 = 1\n",
        expect![[r#"
            1: not-comparable values of type `T` have no `<`
               ^ `<` compared here
               help: ask for it: `<T: Ord>`
            2: not-comparable values of type `T` have no `==`
               ^ `==` compared here
               help: ask for it: `<T: Eq>`
            3: no-operator there is no `+` for a `T` and a `T`
               ^ `+` no `+` for this type
               - `a` a `T`
               - `b` a `T`
               help: ask for it: `<T: Num>`
            8: mismatched-types expected a float, found `i64`
               ^ `n` this is an `i64`
               - `x` a float is expected because of the type of this parameter
               help: numbers do not convert by themselves; write `f64(…)` to convert this `i64`
            9: bound-not-met `fn() -> i64` is not `Ord`
               ^ `most(main_fn, main_fn)` `most` needs `T: Ord`
        "#]],
    );
}

#[test]
fn format_specs_suit_their_types() {
    check(
        "let n = 3\nlet x = 1.5\nprint(\"{n:x} {x:.2} {n:>8}\")\nprint(\"{x:b} {\"a\":.2} {true:+}\")\n",
        expect![[r#"
            4: format-spec this format spec does not suit an `f64`: `x`, `b` and `o` are for integers
               ^ `x` an `f64` is formatted
            4: format-spec this format spec does not suit a `str`: only an alignment and a width fit a value that is not a number
               ^ `"a"` a `str` is formatted
            4: format-spec this format spec does not suit a `bool`: only an alignment and a width fit a value that is not a number
               ^ `true` a `bool` is formatted
        "#]],
    );
}

#[test]
fn ranges_are_of_integers_or_characters() {
    check(
        "for i in 0..5 { if i == 1.5 { print(i) } }\n\
         let a = 1.5..3\n\
         let b = \"a\"..\"b\"\n\
         let c = 'a'..='z'\n\
         let d: u8 = 3\n\
         let e = 0..d\n\
         let f = 'a'..3\n",
        expect![[r#"
            1: bad-range a range cannot be of an `f64`
               ^ `0` ranges are of integers or characters
               help: count in integers and compute the float from them
            2: bad-range a range cannot be of an `f64`
               ^ `1.5` ranges are of integers or characters
               help: count in integers and compute the float from them
            3: bad-range a range cannot be of a `str`
               ^ `"a"` ranges are of integers or characters
               help: texts are joined by `+`, or written into one another: `"{a}{b}"`
            7: mismatched-types expected `char`, found an integer
               ^ `3` this is an integer
               - `'a'` `char` is expected because the range starts with this type
        "#]],
    );
}
