use expect_test::expect;

use super::check;

#[test]
fn counts_and_names_of_arguments() {
    check(
        "fn volume(w: f64, h: f64, d: f64 = 1) -> f64 = w * h * d\n\
         let ok1 = volume(1, 2)\n\
         let ok2 = volume(1, d: 2, h: 3)\n\
         print(volume(1, 2, 3, 4))\n\
         print(volume(1))\n\
         print(volume(1, 2, depth: 3))\n\
         print(volume(1, h: 2, w: 3))\n\
         print(volume(w: 1, 2))\n\
         print(volume())\n\
         struct P { x: i64, y: i64 = 0 }\n\
         let p = P(1, 2, 3)\n\
         let q = P(z: 1)\n\
         panic()\n",
        expect![[r#"
            4: argument-count `volume` takes at most 3 arguments, 4 given
               ^ `4` one too many
               - `volume` `volume` is declared here
            5: argument-count `volume` lacks the argument `h: f64`
               ^ `volume(1)` 1 argument missing
               - `volume` `volume` is declared here
            6: unknown-argument `volume` has no parameter `depth`
               ^ `depth` no such name
               help: the parameters are `w`, `h`, `d`
            7: argument-twice the argument `w` is given twice
               ^ `w` given before, by position or by name
            8: positional-after-named named arguments come after all others
               ^ `2` this one has no name
               help: give it a name too, or move it to the front
            9: argument-count `volume` lacks the arguments `w: f64`, `h: f64`
               ^ `volume()` 2 arguments missing
               - `volume` `volume` is declared here
            11: argument-count `P` has at most 2 fields, 3 given
               ^ `3` one too many
               - `P` `P` is declared here
            12: unknown-argument `P` has no field `z`
               ^ `z` no such name
               help: the fields are `x`, `y`
            13: argument-count `panic` takes 1 argument
               ^ `panic()` too few
        "#]],
    );
}

#[test]
fn members() {
    check(
        "struct Ball { pos: f32, speed: f32 = 1 }\n\
         impl Ball { fn energy(self) -> f32 = self.speed * self.speed\n fn zero() -> Ball = Ball(0) }\n\
         let b = Ball(1)\n\
         let e = b.energy()\n\
         let w = b.with(speed: 2)\n\
         b.enrgy()\n\
         b.sped\n\
         b.energy\n\
         b.zero()\n\
         Ball.zerp()\n\
         b.with(sped: 2)\n\
         b.with(2)\n\
         let t = (1, 2)\n\
         t.2\n",
        expect![[r#"
            7: unknown-method `Ball` has no method `enrgy`
               ^ `enrgy` no such method
               help: did you mean `energy`?
            8: unknown-field `Ball` has no field `sped`
               ^ `sped` no such field
               help: did you mean `speed`?
            9: method-without-call `energy` is a method
               ^ `energy` not called
               help: call it: `.energy()`
            10: not-a-method `zero` has no `self`, so it is not called on a value
               ^ `zero` called as a method
               help: write `Ball.zero(…)`
            11: unknown-method `Ball` has no function `zerp`
               ^ `zerp` no such function
               help: did you mean `zero`?
            12: unknown-argument `Ball` has no field `sped`
               ^ `sped` no such name
               help: did you mean `speed`?
            13: with-needs-names `with` takes the fields of `Ball` by name
               ^ `2` which field?
               help: write `.with(field: value)`
            15: unknown-field `(i64, i64)` has no field `2`
               ^ `2` no such field
               help: its fields are `.0` to `.1`
        "#]],
    );
}

#[test]
fn optional_chains() {
    check(
        "struct A { b: B?, n: i64 }\n\
         struct B { c: i64 }\n\
         impl B { fn get(self) -> i64 = self.c }\n\
         let a: A? = none\n\
         let x = a?.n\n\
         let y = a?.b\n\
         let z = a?.b?.c\n\
         let w = a?.b?.get()\n\
         a.n\n",
        expect![[r#"
            9: unknown-field `n` is a field of the value inside this `A?`
               ^ `n` the value may be absent
               help: `?.n` gives an optional; or take the value out first with `if let some(x) = …`
        "#]],
    );
}

#[test]
fn variants() {
    check(
        "enum Shape { Circle(radius: f64), Rect(w: f64, h: f64), Point }\n\
         let a = Shape.Circle(2)\n\
         let b: Shape = Circle(2)\n\
         let c: [Shape] = [Point, Rect(1, h: 2)]\n\
         fn f(s: Shape?) -> bool = s == none\n\
         let d = f(Point)\n\
         let e = Shape.Squar(1)\n\
         let g = Circle(1)\n\
         let h: Shape = Circl(1)\n",
        expect![[r#"
            9: unknown-name there is no function `Circl`
               ^ `Circl` not found
            7: unknown-variant `Shape` has no variant `Squar`
               ^ `Squar` no such variant
               help: the variants are `Circle`, `Rect`, `Point`
            8: unknown-name `Circle` is not known here
               ^ `Circle` no type says which enum this is of
               help: write `Shape.Circle`
        "#]],
    );
}

#[test]
fn function_values() {
    check(
        "fn square(x: i64) -> i64 = x * x\n\
         fn apply(f: fn(i64) -> i64, n: i64) -> i64 = f(n)\n\
         let a = apply(square, 3)\n\
         let f = square\n\
         let b = f(2)\n\
         f(1, 2)\n\
         f()\n\
         b(1)\n",
        expect![[r#"
            6: argument-count this function value takes 1 argument, 2 given
               ^ `2` one too many
            7: argument-count this function value lacks 1 argument
               ^ `f()` too few
            8: not-callable an `i64` cannot be called
               ^ `b` this is no function
        "#]],
    );
}

#[test]
fn closures_have_types() {
    check(
        "let f = |x: i64| x * 2\n",
        expect![[r#"
            f: fn(i64) -> i64
        "#]],
    );
}
