use expect_test::expect;

use super::check;

#[test]
fn built_in() {
    check(
        "let a = 'a' + 1\n\
         let b = 'c' - 'a'\n\
         let c = \"a\" + \"b\" + 'c'\n\
         let d = [1] + []\n\
         let e: u8 = 1 << 3\n\
         let n: i64 = 3\n\
         let f = e << n\n\
         let g = 2 ** 10\n\
         let h = 1 < 2.5\n\
         let i = (1, \"a\") < (2, \"b\")\n\
         let j = some(1) == none\n\
         let k = ~n & 3 | n ^ 1\n\
         let l = -2 ** 2\n\
         let m = !true && false\n",
        expect![[r#"
            a: char
            b: i64
            c: str
            d: [i64]
            e: u8
            n: i64
            f: u8
            g: i64
            h: bool
            i: bool
            j: bool
            k: i64
            l: i64
            m: bool
        "#]],
    );
}

#[test]
fn of_users() {
    check(
        "struct V { x: f32, y: f32 }\n\
         struct Money { cents: i64 }\n\
         fn +(a: V, b: V) -> V = V(a.x + b.x, a.y + b.y)\n\
         fn -(a: V, b: V) -> V = a + -b\n\
         fn -(a: V) -> V = V(-a.x, -a.y)\n\
         fn *(a: V, k: f32) -> V = V(a.x * k, a.y * k)\n\
         fn *(k: f32, a: V) = a * k\n\
         fn *(a: V, b: V) -> f32 = a.x * b.x + a.y * b.y\n\
         fn ==(a: Money, b: Money) -> bool = a.cents / 100 == b.cents / 100\n\
         fn <(a: Money, b: Money) -> bool = a.cents < b.cents\n\
         let a = V(1, 2)\n\
         let b = a + a * 2 - 2 * a\n\
         let c = a * a\n\
         let d = Money(1) != Money(2)\n\
         let e = Money(1) >= Money(2)\n\
         var v = a\n\
         v += a\n\
         v *= 2\n\
         let f = a < b\n\
         let g = (a * 2) * a * 3\n",
        expect![[r#"
            fn * -> V
            a: V
            b: V
            c: f32
            d: bool
            e: bool
            v: V
            f: bool
            g: f32
        "#]],
    );
}

#[test]
fn missing() {
    check(
        "let n = 1\n\
         let x = 1.5\n\
         let a = n + x\n\
         let b = \"n: \" + n\n\
         let c = n == some(1)\n\
         let d = !n\n\
         let e = true + 1\n\
         struct P { x: i64 }\n\
         let f = P(1) + P(2)\n\
         let g = n < \"a\"\n\
         let m: i64? = 1\n\
         let h = m + 1\n\
         let i = -\"a\"\n\
         let k = 1 & 2.5\n\
         fn f1() -> i64 = 1\n\
         let l = f1 == f1\n",
        expect![[r#"
            3: no-operator there is no `+` for an `i64` and an `f64`
               ^ `+` `+` of different types
               - `n` an `i64`
               - `x` an `f64`
               help: numbers do not convert by themselves; write `f64(…)` around the left side
            4: no-operator there is no `+` for a `str` and an `i64`
               ^ `+` `+` of different types
               - `"n: "` a `str`
               - `n` an `i64`
               help: write `str(…)` around the right side, or put both into text: `"{a}{b}"`
            5: mismatched-types `==` compares values of one type
               ^ `some(1)` this is an `i64?`
               - `n` this is an `i64`
               help: an operand is never wrapped: write `some(…)`
            6: no-operator there is no `!` for an `i64`
               ^ `!n` `!` of an `i64`
               help: `~` inverts the bits of an integer; `… == 0` asks for zero
            7: no-operator there is no `+` for a `bool` and an integer
               ^ `+` `+` of different types
               - `true` a `bool`
               - `1` an integer
            9: no-operator there is no `+` for a `P` and a `P`
               ^ `+` no `+` for this type
               - `P(1)` a `P`
               - `P(2)` a `P`
               help: define it: `fn +(a: P, b: P) -> … = …`
            10: mismatched-types `<` compares values of one type
               ^ `"a"` this is a `str`
               - `n` this is an `i64`
               help: `str(x)` makes text; `i64.parse(s)` and `f64.parse(s)` read a number from text
            12: no-operator there is no `+` for an `i64?` and an integer
               ^ `+` `+` of different types
               - `m` an `i64?`
               - `1` an integer
               help: take the value out of the optional first: `(… ?? default)`
            13: no-operator there is no `-` for a `str`
               ^ `-"a"` `-` of a `str`
            14: no-operator there is no `&` for an `f64`
               ^ `&` works on the bits of integers
            16: not-comparable values of type `fn() -> i64` have no `==`
               ^ `==` compared here
               note: functions have no comparison; maps and sets have no `<`
        "#]],
    );
}

#[test]
fn conversions() {
    check(
        "let a = u8('a')\n\
         let b = char(65)\n\
         let c = str(1.5) + str(true)\n\
         let d = i64(\"5\")\n\
         let e = i64(true)\n\
         let m: i64? = 1\n\
         let f = f64(m)\n",
        expect![[r#"
            4: no-conversion a `str` cannot be converted to `i64`
               ^ `i64("5")` this converts a `str`
               help: `i64.parse(…)` reads one from text; it gives an optional
            5: no-conversion a `bool` cannot be converted to `i64`
               ^ `i64(true)` this converts a `bool`
               help: write `if … { 1 } else { 0 }`
            7: no-conversion an `i64?` cannot be converted to `f64`
               ^ `f64(m)` this converts an `i64?`
               help: take the value out of the optional first: `… ?? default`
        "#]],
    );
}

#[test]
fn indexing() {
    check(
        "var xs = [1, 2, 3]\n\
         let i: u8 = 1\n\
         let a = xs[i]\n\
         let b = xs[1..]\n\
         let c = \"abc\"[0..2]\n\
         let d: [i64; 2] = [1, 2]\n\
         let e = d[..1]\n\
         xs[1.5]\n\
         xs[\"a\"]\n\
         \"abc\"[1]\n\
         5[1]\n\
         let f: [i64; 2] = [1, 2, 3]\n",
        expect![[r#"
            8: bad-index an index is an integer, not an `f64`
               ^ `1.5` the index
               help: write `i64(…)` to cut off the fraction
            9: bad-index an index is an integer, not a `str`
               ^ `"a"` the index
            10: not-indexable a `str` cannot be indexed
               ^ `"abc"[1]` indexed here
               help: text is cut by bytes, `s[a..b]`; its characters are `s.chars()`
            11: not-indexable an `i64` cannot be indexed
               ^ `5[1]` indexed here
            12: mismatched-types expected `[i64; 2]`, found `[i64; 3]`
               ^ `[1, 2, 3]` this is a `[i64; 3]`
               - `f` `[i64; 2]` is expected because of the type written here
        "#]],
    );
}
