use expect_test::{Expect, expect};
use syntax::{FileId, SourceFile};

use crate::env::{Env, ModuleId};
use crate::hir::print;
use crate::testing;

/// Lowers a file in a module of its own and compares the HIR, or what is wrong.
fn check(source: &str, expected: Expect) {
    let mut env = Env::new();
    let module = env.fresh_module("main");
    expected.assert_eq(&lowered(&mut env, module, source, 0));
}

fn lowered(env: &mut Env, module: ModuleId, source: &str, file: u32) -> String {
    let file = SourceFile::new(FileId(file), "main.sumi", source);
    let (module, diags) = testing::lowered(env, module, &file);
    let mut text = String::new();
    for diagnostic in &diags {
        text.push_str(&format!("{}: {}\n", diagnostic.code, diagnostic.message));
        for label in &diagnostic.labels {
            text.push_str(&format!("  `{}` {}\n", file.slice(label.span), label.text));
        }
        for help in &diagnostic.help {
            text.push_str(&format!("  help: {help}\n"));
        }
    }
    if diags.has_errors() {
        return text;
    }
    text + &print::print(env, &module)
}

#[test]
fn functions_and_cells() {
    check(
        "struct Vec2 { x: f32, y: f32 = 0 }\n\
         fn +(a: Vec2, b: Vec2) -> Vec2 = Vec2(a.x + b.x, a.y + b.y)\n\
         fn area(w: f64, h: f64 = 1) -> f64 { w * h }\n\
         fn square(x: f64) = x * x\n\
         impl Vec2 {\n\
             fn zero() -> Self = Self(0, 0)\n\
             fn grow(mut self, k: f32) { self.x *= k }\n\
         }\n\
         var v = Vec2.zero() + Vec2(x: 1)\n\
         v.grow(2)\n\
         v.x //=> 2.0\n\
         print(area(2, h: 3), \"{square(2):.2}\")\n",
        expect![[r#"
            fn Vec2.y.def24() -> f32 = 0
            fn +.def17(a.v0: Vec2, b.v1: Vec2) -> Vec2 = Vec2.def16((a.v0.x + b.v1.x), (a.v0.y + b.v1.y))
            fn area.h.def25() -> f64 = 1
            fn area.def18(w.v0: f64, h.v1: f64) -> f64 = {
                (w.v0 * h.v1)
            }
            fn square.def19(x.v0: f64) -> _ = (x.v0 * x.v0)
            fn zero.def26() -> Vec2 = Vec2.def16<>(0, 0)
            fn grow.def27(mut self.v0: Vec2, k.v1: f32) = {
                self.v0.x *= k.v1;
            }
            cell v.def20: init v.def20 = (Vec2.zero() + Vec2.def16(x: 1))
            cell -> def21: v.def20.grow(2)
            cell -> def22: v.def20.x
            cell -> def23: print(area.def18(2, h: 3), "{square.def19(2):…}")
        "#]],
    );
}

#[test]
fn control_flow() {
    check(
        "fn f(n: i64?, xs: [i64]) -> i64 {\n\
             if let some(k) = n && k > 0 { return k }\n\
             var sum = 0\n\
             outer: for mut x in xs { while x > 0 { x -= 1; if x == 7 { break outer } } }\n\
             let (a, b) = (1, 2)\n\
             match n { some(1 | 2) => a, some(x) if x > 9 => b, _ => sum }\n\
         }\n\
         let (p, q) = (f(none, []), 2)\n\
         if p > q { print(p) }\n",
        expect![[r#"
            fn f.def16(n.v0: i64?, xs.v1: [i64]) -> i64 = {
                if ((n.v0 is Option.some(k.v2)) && (k.v2 > 0)) {
                    return k.v2;
                };
                let var sum.v3 = 0
                loop0: for mut x.v4 in xs.v1 {
                    loop1: loop (while) if (x.v4 > 0) {
                        x.v4 -= 1;
                        if (x.v4 == 7) {
                            break loop0;
                        };
                    } else break loop1;
                };
                let (a.v5, b.v6) = (1, 2)
                match n.v0 {
                    Option.some(1 | 2) => a.v5
                    Option.some(x.v7) if (x.v7 > 9) => b.v6
                    _ => sum.v3
                }
            }
            cell p.def17, q.def18: {
                let (p.v0, q.v1) = (f.def16(none(), []), 2)
                init p.def17 = p.v0;
                init q.def18 = q.v1;
            }
            cell -> def19: if (p.def17 > q.def18) {
                print(p.def17);
            }
        "#]],
    );
}

#[test]
fn unknown_names() {
    check(
        "let balls = [1]\n\
         print(bals)\n\
         print(null, bals)\n\
         println(1)\n\
         fn f(x: int, y: Strin) = y\n\
         len(balls)\n\
         let y = y\n\
         console.log(1)\n",
        expect![[r#"
            unknown-type: there is no type `int`
              `int` not found
              help: integers are `i64` (or `i8 i16 i32 u8 u16 u32 u64`)
            unknown-type: there is no type `Strin`
              `Strin` not found
            unknown-name: there is no name `bals`
              `bals` not found
              help: did you mean `balls`?
            unknown-name: there is no name `null`
              `null` not found
              help: the absent value is `none`; a type that may be absent is written `T?`
            unknown-name: there is no function `println`
              `println` not found
              help: text is printed by `print(x, y)`; values go into text as in `"{x} and {y:.2}"`
            unknown-name: there is no function `len`
              `len` not found
            use-before-binding: `y` is used before it is bound
              `y` it has no value yet
              `y` it gets its value here
            unknown-name: there is no name `console`
              `console` not found
              help: text is printed by `print(x, y)`; values go into text as in `"{x} and {y:.2}"`
        "#]],
    );
}

#[test]
fn a_later_unit_may_define_again() {
    let mut env = Env::new();
    let module = env.fresh_module("main");
    let first = lowered(&mut env, module, "let x = 1\nfn f() = x\n", 0);
    let second = lowered(&mut env, module, "let x = x + f()\n", 1);
    expect![[r#"
        fn f.def17() -> _ = x.def16
        cell x.def16: init x.def16 = 1
        cell x.def18: init x.def18 = (x.def16 + f.def17())
    "#]]
    .assert_eq(&(first + &second));
}

#[test]
fn mistakes_of_structure() {
    check(
        "let a = 1\n\
         let a = 2\n\
         fn f(x, x: i64) { x + 1\n x }\n\
         break\n\
         return 1\n\
         fn g(n: i64) { loop { break inner } }\n\
         const N = 3\n\
         let b: [i64; N] = [0; N]\n\
         let c: [i64; a] = []\n\
         trait T { }\n",
        expect![[r#"
            missing-type: the parameter `x` has no type
              `x` its type is expected
              help: write `x: T`
            duplicate-name: `a` is defined twice
              `a` defined again here
              `a` first defined here
              help: a top-level name is defined once in a file; a `var` may be assigned again
            duplicate-name: two parameters have the name `x`
              `x` named again here
              `x` first named here
            bad-length: the length of an array must be a constant
              `a` not known before running
              help: `[T]` is an array that grows; its length is not part of its type
            no-effect: this value is not used
              `x + 1` computed and dropped
              help: bind it by `let`, or remove the line
            no-effect: this value is not used
              `x` computed and dropped
              help: write the type of the result: `fn name(…) -> T { … }`
            unknown-name: there is no name `inner`
              `inner` not found
            break-outside: `break` stands outside of any loop
              `break` there is no loop here
            return-outside: `return` stands outside of any function
              `return 1` there is nothing to return from
        "#]],
    );
}

#[test]
fn the_prelude_is_free_of_mistakes() {
    let mut env = Env::new();
    for (file, (_, text)) in stdlib::lang::PRELUDE.iter().enumerate() {
        let text = lowered(&mut env, ModuleId::PRELUDE, text, file as u32);
        assert!(!text.contains("help:") && !text.contains(": `"), "{text}");
    }
    assert!(env.has_method("sorted"));
}
