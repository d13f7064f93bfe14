//! Functions of the host that take and give arrays.

use jit::{Config, Engine, Func, host_struct};

use crate::Outcome;

host_struct! {
    #[derive(Debug, PartialEq)]
    struct Point { x: f64, y: f64 }
}

const SCRIPT: &str = "
extern host {
    fn total(xs: [i64]) -> i64
    fn up_to(n: i64) -> [i64]
    fn mirrored(points: [Point]) -> [Point]
    fn rows(n: i64) -> [[i64]]
}
var kept = [0]
fn sum(n: i64) -> i64 = total(up_to(n)) + total([]) + total(kept)
fn keep(n: i64) { kept = up_to(n)
    kept.push(100) }
fn turn(points: [Point]) -> Point { let all = mirrored(points)
    all[0] }
fn corner(n: i64) -> i64 { let all = rows(n)
    all[n - 1][n - 1] }
fn squares(xs: [f64]) -> [f64] { var all = xs
    for mut x in all { x *= x }
    all }
";

fn total(numbers: &[i64]) -> i64 {
    numbers.iter().sum()
}

fn mirrored(points: &[Point]) -> Vec<Point> {
    let flip = |p: &Point| Point { x: -p.x, y: p.y };
    points.iter().map(flip).collect()
}

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    engine.register_struct::<Point>()?;
    engine.register("total", total);
    engine.register("up_to", |n: i64| (0..n).collect::<Vec<i64>>());
    engine.register("mirrored", mirrored);
    engine.register("rows", |n: i64| {
        (0..n)
            .map(|row| (0..n).map(|column| row * column).collect())
            .collect::<Vec<Vec<i64>>>()
    });
    engine.load("arrays.sumi", SCRIPT)?;
    let before = engine.live_blocks();
    let sum: Func<(i64,), i64> = engine.function("sum")?;
    assert_eq!(sum.call((5,))?, 10);
    let keep: Func<(i64,), ()> = engine.function("keep")?;
    keep.call((3,))?;
    assert_eq!(engine.get::<Vec<i64>>("kept")?, [0, 1, 2, 100]);
    assert_eq!(sum.call((2,))?, 104);
    let turn: Func<(Vec<Point>,), Point> = engine.function("turn")?;
    let given = [Point { x: 1.0, y: 2.0 }, Point { x: 3.0, y: 4.0 }];
    assert_eq!(turn.call((&given,))?, Point { x: -1.0, y: 2.0 });
    let corner: Func<(i64,), i64> = engine.function("corner")?;
    for _ in 0..100 {
        assert_eq!(corner.call((10,))?, 81);
    }
    let squares: Func<(Vec<f64>,), Vec<f64>> = engine.function("squares")?;
    assert_eq!(squares.call((&[1.0, 1.5],))?, [1.0, 2.25]);
    engine.set("kept", vec![7_i64])?;
    assert_eq!(engine.live_blocks(), before);
    Ok(())
}
