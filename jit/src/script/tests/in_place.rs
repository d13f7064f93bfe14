//! Slices and places of a host that a script uses where they are.

use super::*;
use crate::host::{Mut, Slice, SliceMut};

#[derive(Clone, Copy, Debug, PartialEq, sumi_macros::Value)]
#[repr(C)]
struct P {
    x: f64,
    on: bool,
}

const MOVING: &str = "
    fn total(xs: [f32]) -> f32 { var t = 0.0
        for x in xs { t += x }
        t }
    fn dot(xs: [f32], ys: [f32]) -> f32 { var t = 0.0
        for i in 0..xs.len() { t += xs[i] * ys[i] }
        t }
    fn add(mut xs: [f32], vs: [f32], dt: f32) { for i in 0..xs.len() { xs[i] += vs[i] * dt } }
    fn step(mut xs: [f32], vs: [f32]) -> f32 { add(mut xs, vs, 0.5)
        add(mut xs, vs, 0.5)
        total(xs) + (xs.max() ?? 0) + xs[0] }
    fn grow(mut xs: [f32]) { for mut x in xs { x *= 2 } }
    fn above(xs: [f32], least: f32) -> i64 = xs.filter(|x| x > least).len()
    fn swap(mut xs: [f32]) { let x = xs[0]
        xs[0] = xs[xs.len() - 1]
        xs[xs.len() - 1] = x }
    fn nth(xs: [f32], n: i64) -> f32 = xs[n]";

#[test]
fn elements_are_used_where_they_are() {
    let (engine, script) = loaded(MOVING);
    let mut xs: Vec<f32> = vec![1.0, 2.0, 3.0];
    let vs = [1.0_f32; 3];
    let total = script.function::<fn(Slice<f32>) -> f32>("total").unwrap();
    assert_eq!(total.call(&xs).unwrap(), 6.0);
    assert_eq!(total.call(&[]).unwrap(), 0.0);
    let dot = script.function::<fn(Slice<f32>, Slice<f32>) -> f32>("dot");
    let dot = dot.unwrap();
    assert_eq!(dot.call(&xs, &xs).unwrap(), 14.0);
    let step = script.function::<fn(SliceMut<f32>, Slice<f32>) -> f32>("step");
    let step = step.unwrap();
    assert_eq!(step.call(&mut xs, &vs).unwrap(), 9.0 + 4.0 + 2.0);
    assert_eq!(xs, [2.0, 3.0, 4.0]);
    let grow = script.function::<fn(SliceMut<f32>)>("grow").unwrap();
    grow.call(&mut xs[1..]).unwrap();
    assert_eq!(xs, [2.0, 6.0, 8.0]);
    let swap = script.function::<fn(SliceMut<f32>)>("swap").unwrap();
    engine.enter(|engine| {
        swap.call_in(engine, &mut xs).unwrap();
        assert_eq!(total.call_in(engine, &xs[..2]).unwrap(), 14.0);
    });
    assert_eq!(xs, [8.0, 6.0, 2.0]);
    let above = script.function::<fn(Slice<f32>, f32) -> i64>("above");
    let above = above.unwrap();
    assert_eq!(above.call(&xs, 5.0).unwrap(), 2);
    for copies in [
        total.copies_slices(),
        dot.copies_slices(),
        step.copies_slices(),
        above.copies_slices(),
    ] {
        assert!(!copies);
    }
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn mistakes_are_found_at_the_element() {
    let (engine, script) = loaded(MOVING);
    let nth = script
        .function::<fn(Slice<f32>, i64) -> f32>("nth")
        .unwrap();
    assert_eq!(nth.call(&[1.0, 2.0], 1).unwrap(), 2.0);
    for outside in [2, -1] {
        let Err(Error::Runtime(error)) = nth.call(&[1.0, 2.0], outside) else {
            panic!("{outside} is inside");
        };
        assert!(error.message.contains("length is 2"), "{}", error.message);
        assert_eq!(error.frames[0].function, "nth");
    }
    // What was written until then stays.
    let add = script.function::<fn(SliceMut<f32>, Slice<f32>, f32)>("add");
    let add = add.unwrap();
    let mut xs = [0.0; 4];
    assert!(add.call(&mut xs, &[1.0, 1.0], 2.0).is_err());
    assert_eq!(xs, [2.0, 2.0, 0.0, 0.0]);
    assert_eq!(engine.live_blocks(), 0);
}

/// Of two elements at a time, of structs, of rows; and a place.
#[test]
fn elements_of_all_plain_types() {
    let text = "struct P { x: f64, on: bool }
        fn count(ps: [P]) -> i64 { var n = 0
            for p in ps { if p.on { n += 1 } }
            n }
        fn flip(mut ps: [P], by: i64) { for i in 0..ps.len() { if i % by == 0 { ps[i].on = !ps[i].on } } }
        fn rows(xs: [[i32; 2]]) -> i32 = xs[0][1] + xs[1][0]
        fn advance(mut p: P) -> f64 { p.x += 1
            p.x }";
    let (_engine, script) = loaded(text);
    let mut points: Vec<P> = (0..5)
        .map(|n| P {
            x: f64::from(n),
            on: n > 2,
        })
        .collect();
    let count = script.function::<fn(Slice<P>) -> i64>("count").unwrap();
    let flip = script.function::<fn(SliceMut<P>, i64)>("flip").unwrap();
    assert_eq!(count.call(&points).unwrap(), 2);
    flip.call(&mut points, 2).unwrap();
    assert_eq!(count.call(&points).unwrap(), 3);
    let on: Vec<bool> = points.iter().map(|p| p.on).collect();
    assert_eq!(on, [true, false, true, true, false]);
    let rows = script
        .function::<fn(Slice<[i32; 2]>) -> i32>("rows")
        .unwrap();
    assert_eq!(rows.call(&[[1, 2], [30, 4]]).unwrap(), 32);
    let advance = script.function::<fn(Mut<P>) -> f64>("advance").unwrap();
    assert_eq!(advance.call(&mut points[4]).unwrap(), 5.0);
    assert_eq!(points[4].x, 5.0);
    let named = script.function::<fn(P) -> f64>("advance").err().unwrap();
    assert!(named.to_string().contains("mut"), "{named}");
}

#[test]
fn what_is_kept_is_copied_and_what_grows_is_refused() {
    let text = "var kept: [i64] = []
        fn keep(xs: [i64]) -> i64 { kept = xs
            kept.push(9)
            kept.len() + xs.len() }
        fn sorted(xs: [i64]) -> str { let ys = xs.sorted()
            \"{ys} {xs}\" }
        fn push(mut xs: [i64]) { xs.push(1) }
        fn through(mut xs: [i64]) { push(mut xs) }
        fn sort(mut xs: [i64], ys: [i64]) { kept = ys
            for i in 0..xs.len() { xs[i] = ys[i] } }";
    let (engine, script) = loaded(text);
    let keep = script.function::<fn(Slice<i64>) -> i64>("keep").unwrap();
    assert!(keep.copies_slices());
    for _ in 0..3 {
        assert_eq!(keep.call(&[1, 2]).unwrap(), 5);
    }
    assert_eq!(script.get::<Vec<i64>>("kept").unwrap(), [1, 2, 9]);
    let sorted = script
        .function::<fn(Slice<i64>) -> String>("sorted")
        .unwrap();
    assert_eq!(sorted.call(&[3, 1, 2]).unwrap(), "[1, 2, 3] [3, 1, 2]");
    for (name, line) in [("push", "xs.push(1)"), ("through", "xs.push(1)")] {
        let refused = script.function::<fn(SliceMut<i64>)>(name).err().unwrap();
        let text = refused.to_string();
        assert!(
            text.contains("cannot grow") && text.contains(line),
            "{text}"
        );
    }
    let text = "fn f(mut xs: [i64], ys: [i64]) { xs.push(1) }";
    let (_other, mixed) = loaded(text);
    let refused = mixed.function::<fn(SliceMut<i64>, Slice<i64>)>("f").err();
    assert!(refused.unwrap().to_string().contains("cannot grow"));
    // One is copied, the other is not.
    let both = script.function::<fn(SliceMut<i64>, Slice<i64>)>("sort");
    let both = both.unwrap();
    let mut xs = [0, 0];
    both.call(&mut xs, &[7, 8]).unwrap();
    assert_eq!(xs, [7, 8]);
    drop((keep, sorted, both, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn a_reload_finds_the_newest_way() {
    let text = "var kept: [i64] = []
        fn helped(xs: [i64]) -> i64 = xs[0] + 1
        fn f(xs: [i64]) -> i64 = helped(xs)
        fn g(mut xs: [i64]) { xs[0] = helped(xs) }";
    let (engine, script) = loaded(text);
    let f = script.function::<fn(Slice<i64>) -> i64>("f").unwrap();
    let g = script.function::<fn(SliceMut<i64>)>("g").unwrap();
    assert_eq!(f.call(&[1]).unwrap(), 2);
    script
        .reload(&text.replace("xs[0] + 1", "xs[0] + 10"))
        .unwrap();
    assert_eq!((f.call(&[1]).unwrap(), f.copies_slices()), (11, false));
    let mut xs = [5];
    g.call(&mut xs).unwrap();
    assert_eq!(xs, [15]);
    let keeps = text.replace("= xs[0] + 1", "{ kept = xs\n kept.len() + 20 }");
    script.reload(&keeps).unwrap();
    assert_eq!((f.call(&[1]).unwrap(), f.copies_slices()), (21, true));
    assert!(g.call(&mut xs).is_err());
    script.reload(text).unwrap();
    assert_eq!((f.call(&[1]).unwrap(), f.copies_slices()), (2, false));
    g.call(&mut xs).unwrap();
    assert_eq!(xs, [16]);
    drop((f, g, script));
    assert_eq!(engine.live_blocks(), 0);
}
