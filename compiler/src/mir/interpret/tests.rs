use crate::testing::{compile, constant, output, run};

#[test]
fn numbers() {
    let text = output(
        "print(1 + 2 * 3, 7 / 2, -7 % 3, 2.5 * 2)\n\
         var x: u8 = 250\n\
         x += 10\n\
         print(x, u8(300.5), i64(-2.9), f32(1) / 3)\n",
    );
    assert_eq!(text, "7 3 -1 5.0\n4 255 -2 0.33333334\n");
}

#[test]
fn arrays_are_values() {
    let text = output(
        "var xs = [1, 2, 3]\n\
         let before = xs\n\
         xs[1] = 20\n\
         for mut x in xs { x += 1 }\n\
         print(xs, before)\n",
    );
    assert_eq!(text, "[2, 21, 4] [1, 2, 3]\n");
}

#[test]
fn structs_and_functions() {
    let text = output(
        "struct Vec2 { x: f64, y: f64 }\n\
         struct Ball { pos: Vec2, name: str = \"ball\" }\n\
         fn moved(b: Ball, by: f64) -> Ball = Ball(pos: Vec2(b.pos.x + by, b.pos.y), name: b.name)\n\
         fn step(mut b: Ball) { b.pos.x += 1.0 }\n\
         var b = Ball(pos: Vec2(1, 2))\n\
         b = moved(b, 3)\n\
         step(mut b)\n\
         print(b, \"{b.pos.x:.2}\")\n",
    );
    assert_eq!(
        text,
        "Ball(pos: Vec2(x: 5.0, y: 2.0), name: \"ball\") 5.00\n"
    );
}

#[test]
fn optionals_and_loops() {
    let text = output(
        "fn find(xs: [str], what: str) -> i64? {\n\
             var i = 0\n\
             for x in xs { if x == what { return i }\n i += 1 }\n\
             none\n\
         }\n\
         let names = [\"a\", \"b\", \"c\"]\n\
         print(find(names, \"b\"), find(names, \"z\") ?? -1)\n\
         if let some(i) = find(names, \"c\") { print(\"at {i}\") }\n",
    );
    assert_eq!(text, "some(1) -1\nat 2\n");
}

#[test]
fn errors_leave_nothing_behind() {
    let compiled = compile(
        "var kept = [1, 2]\n\
         fn at(xs: [i64], i: i64) -> i64 { let copy = [xs, xs]\n copy[1][i] }\n\
         print(at(kept, 1))\n\
         print(at(kept, 5))\n",
    );
    let ran = run(&compiled);
    let error = ran.outcome.error.expect("an error");
    assert_eq!(error.message, "index 5 is out of range for a length of 2");
    assert_eq!(error.stack.len(), 2);
    assert_eq!((ran.outcome.live_blocks, ran.leaked), (1, 0));
    assert_eq!(ran.output, "2\n");
}

#[test]
fn constants() {
    let compiled = compile(
        "fn fact(n: i64) -> i64 { if n < 2 { 1 } else { n * fact(n - 1) } }\n\
         const big = fact(10)\n\
         const names = [\"a\", \"b\"]\n\
         print(big, names)\n",
    );
    assert_eq!(
        constant(&compiled, "big"),
        crate::mir::interpret::ConstValue::Int(3_628_800)
    );
    assert_eq!(run(&compiled).output, "3628800 [\"a\", \"b\"]\n");
}
