use expect_test::expect;

use super::check;

#[test]
fn what_may_change() {
    check(
        "struct P { x: i64, tags: [str] = [] }\n\
         impl P { fn step(mut self) { self.x += 1 } }\n\
         fn exchange<T>(mut a: T, mut b: T) { (a, b) = (b, a) }\n\
         var p = P(1)\n\
         p.step()\n\
         p.x = 3\n\
         var xs = [p, p]\n\
         xs[0].x += 2\n\
         exchange(mut xs[0], mut xs[1])\n\
         (p.x, xs[0].x) = (1, 2)\n\
         for mut q in xs { q.step() }\n\
         fn f(mut n: i64?) { if let some(mut k) = n { k += 1 } }\n",
        expect![[r#"
            p: P
            xs: [P]
        "#]],
    );
}

#[test]
fn what_may_not() {
    check(
        "struct P { x: i64 }\n\
         impl P { fn step(mut self) { self.x += 1 }\n fn bad(self) { self.x = 1 } }\n\
         fn inc(mut n: i64) { n += 1 }\n\
         let p = P(1)\n\
         p.x = 3\n\
         p.step()\n\
         P(2).step()\n\
         var n = 1\n\
         inc(n)\n\
         inc(mut 5)\n\
         inc(mut p.x)\n\
         fn f(k: i64) { k = 2 }\n\
         let xs = [1]\n\
         for x in xs { x = 2 }\n\
         for mut x in xs { x = 2 }\n\
         for mut i in 0..3 { i += 1 }\n\
         print(mut n)\n\
         fn g(x: i64) -> i64 = x\n\
         g(mut n)\n\
         const C = 1\n\
         C = 2\n\
         n = \"a\"\n\
         n += 1.5\n",
        expect![[r#"
            3: not-changeable this method may not change `self`
               ^ `self` assigned here
               - `self` bound here
               help: write `mut self` in its parameters
            13: not-changeable `k` is a parameter, so it cannot change
               ^ `k` assigned here
               - `k` bound here
               help: write `mut k` to change the caller's value, or `var k = k` for a copy
            6: not-changeable `p` is bound with `let`, so it cannot change
               ^ `p` assigned here
               - `p` bound here
               help: write `var p` where it is bound
            7: not-changeable `p` is bound with `let`, so it cannot change
               ^ `p` `step` changes it
               - `p` bound here
               help: write `var p` where it is bound
            8: not-a-place this method changes what it is called on, which is a passing value here
               ^ `P(2)` a value, not a place
               help: bind the value with `var` first, and call the method on that
            10: missing-mut `inc` changes this argument, so the call must say `mut`
               ^ `n` write `mut` before it
               - `n` `n` is a `mut` parameter
            11: not-a-place a `mut` argument must be a place
               ^ `5` a value, not a place
               help: bind the value with `var` first, and pass that
            12: not-changeable `p` is bound with `let`, so it cannot change
               ^ `p` passed as `mut` here
               - `p` bound here
               help: write `var p` where it is bound
            15: not-changeable `x` is bound by `for`, so it cannot change
               ^ `x` assigned here
               - `x` bound here
               help: write `for mut x in …` to change the elements in place, or `var x = x` for a copy
            16: not-changeable `xs` is bound with `let`, so it cannot change
               ^ `xs` its elements are bound with `mut`
               - `xs` bound here
               help: write `var xs` where it is bound
            17: not-a-place the elements of a `Range<i64>` cannot change
               ^ `0..3` walked with `mut`
               help: leave out `mut`
            18: extra-mut `print` does not change this argument
               ^ `n` passed as `mut`
               help: leave out `mut`
            20: extra-mut the parameter `x` of `g` is not `mut`
               ^ `n` passed as `mut`
               help: leave out `mut`
            22: not-changeable `C` is a constant
               ^ `C` cannot change
               - `C` declared here
               help: what changes is a variable: `var c = …`
            23: mismatched-types expected `i64`, found `str`
               ^ `"a"` this is a `str`
               - `n` `i64` is expected because of the type of this place
               help: `i64.parse(…)` reads a number from text; it gives an optional
            24: no-operator there is no `+` for an `i64` and a float
               ^ `+=` `+` of different types
               - `n` an `i64`
               - `1.5` a float
               help: numbers do not convert by themselves; write `f64(…)` around the left side
        "#]],
    );
}
