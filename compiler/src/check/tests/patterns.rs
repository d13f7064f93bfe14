use expect_test::expect;

use super::check;

const SHAPE: &str = "enum Shape { Circle(radius: f64), Rect(w: f64, h: f64), Point }\n";

fn check_shape(source: &str, expected: expect_test::Expect) {
    check(&format!("{SHAPE}{source}"), expected);
}

#[test]
fn exhaustive_matches() {
    check_shape(
        "fn area(s: Shape) -> f64 = match s {\n\
             Circle(r) => 3.14 * r * r\n\
             Rect(w, h) if w == h => w * w\n\
             Rect(w: w, h: h) => w * h\n\
             Point => 0\n\
         }\n\
         fn number(n: i64) -> str = match n { 0 => \"zero\", 1 | 2 => \"few\", 3..=9 => \"more\", _ => \"many\" }\n\
         fn byte(n: u8) -> i64 = match n { 0..=99 => 0, 100..=255 => 1 }\n\
         fn list(xs: [i64]) -> i64 = match xs { [] => 0, [x] => x, [a, .., b] => a + b }\n\
         fn maybe(x: i64?) -> i64 = match x { some(0) => 1, some(n) => n, none => 0 }\n\
         fn flags(a: bool, b: bool) -> i64 = match (a, b) { (true, true) => 3, (true, false) => 2, (false, _) => 1 }\n\
         fn result(r: Result<i64, str>) -> i64 = match r { ok(n) => n, err(\"x\") => 1, err(_) => 0 }\n\
         fn fixed(xs: [i64; 2]) -> i64 = match xs { [a, b] => a + b }\n\
         fn letter(c: char) -> i64 = match c { 'a'..='z' => 1, _ => 0 }\n",
        expect![[""]],
    );
}

#[test]
fn missing_cases() {
    check_shape(
        "fn a(s: Shape) -> f64 = match s { Circle(r) => r, Point => 0 }\n\
         fn b(n: i64) -> i64 = match n { 0 => 1, 1..=9 => 2 }\n\
         fn c(x: i64?) -> i64 = match x { some(0) => 1, none => 0 }\n\
         fn d(a: bool, b: bool) -> i64 = match (a, b) { (true, _) => 3, (_, true) => 2 }\n\
         fn e(xs: [i64]) -> i64 = match xs { [] => 0, [x] => x, [0, ..] => 1 }\n\
         fn f(s: str) -> i64 = match s { \"a\" => 1 }\n\
         fn g(n: u8) -> i64 = match n { 0..=99 => 0, 101..=255 => 1 }\n\
         fn h(s: Shape?) -> i64 = match s { some(Rect(..)) => 0, none => 1, some(Circle(_)) => 2 }\n\
         fn i(s: Shape) -> f64 { let Circle(r) = s; r }\n\
         fn j(s: Shape) -> f64 = match s { _ => 1, Point => 2 }\n",
        expect![[r#"
            2: not-exhaustive this `match` does not cover `Rect(..)`
               ^ `match s` `Rect(..)` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            3: not-exhaustive this `match` does not cover `10`
               ^ `match n` `10` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            4: not-exhaustive this `match` does not cover `some(1)`
               ^ `match x` `some(1)` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            5: not-exhaustive this `match` does not cover `(false, false)`
               ^ `match (a, b)` `(false, false)` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            6: not-exhaustive this `match` does not cover `[1, _]`
               ^ `match xs` `[1, _]` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            7: not-exhaustive this `match` does not cover `"…"`
               ^ `match s` `"…"` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            8: not-exhaustive this `match` does not cover `100`
               ^ `match n` `100` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            9: not-exhaustive this `match` does not cover `some(Point)`
               ^ `match s` `some(Point)` is not matched
               help: add an arm for it, or `_ => …` for all that is left
            10: refutable-pattern this pattern does not match `Rect(..)`
               ^ `Circle(r)` must match every value here
               help: use `let … = … else { return }`, `if let` or `match`
            11: unreachable-arm this arm is never reached
               ^ `Point` the arms above match everything that it matches
        "#]],
    );
}

#[test]
fn wrong_patterns() {
    check_shape(
        "fn a(s: Shape) -> f64 = match s { Cirkle(r) => r, _ => 0 }\n\
         fn b(s: Shape) -> f64 = match s { Rect(w) => w, _ => 0 }\n\
         fn c(s: Shape) -> f64 = match s { Rect => 1, _ => 0 }\n\
         fn d(n: i64) -> i64 = match n { \"a\" => 1, _ => 0 }\n\
         fn e(n: i64) -> i64 { let (a, b) = n; a }\n\
         fn f(p: (i64, i64)) -> i64 { let (a, b, c) = p; a }\n\
         fn g(s: Shape?) -> i64 = match s { Circle(r) => 1, _ => 0 }\n\
         fn h(n: u8) -> i64 = match n { 300 => 1, _ => 0 }\n\
         fn i(s: Shape) -> f64 { let Circle(r) = s else { print(1) }; r }\n",
        expect![[r#"
            2: unknown-name there is no variant or constant `Cirkle`
               ^ `Cirkle` an upper-case name binds nothing
               help: did you mean `Circle`?
            3: pattern-fields this pattern of `Rect` leaves out `h`
               ^ `Rect(w)` 1 of 2 fields given
               help: end it with `..` to leave out the rest
            4: pattern-fields `Rect` has 2 fields, which the pattern leaves out
               ^ `Rect` no fields here
               help: `Rect(..)` matches it with any fields
            5: mismatched-pattern a pattern for `str` cannot match an `i64`
               ^ `"a"` the value is an `i64`
            6: mismatched-pattern a pattern for a tuple cannot match an `i64`
               ^ `(a, b)` the value is an `i64`
            7: mismatched-pattern this pattern has 3 parts, but the value has 2
               ^ `(a, b, c)` the value is a `(i64, i64)`
               help: `_` stands for a part that is not wanted
            8: mismatched-pattern `Circle` cannot match a `Shape?`
               ^ `Circle` the variant is inside the optional
               help: write `some(Circle(…))`
            9: literal-out-of-range `300` does not fit `u8`
               ^ `300` a `u8` holds 0..=255
            10: else-must-leave the `else` of a `let` must leave this place
               ^ `{ print(1) }` goes on without a value
               help: end it with `return`, `break`, `continue` or `panic(…)`
        "#]],
    );
}

#[test]
fn conditions_bind() {
    check_shape(
        "fn f(s: Shape?, n: i64?) -> f64 {\n\
             if let some(Rect(w, h)) = s && w > 1 && let some(k) = n { return w * h + f64(k) }\n\
             let some(inner) = s else { return 0 }\n\
             var xs = [1, 2]\n\
             match inner { Circle(r) => r, _ => 0 }\n\
         }\n\
         const LIMIT = 10\n\
         fn g(n: i64) -> bool = match n { LIMIT => true, _ => false }\n",
        expect![[r#"
            fn LIMIT -> i64
        "#]],
    );
}
