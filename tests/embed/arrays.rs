//! Functions of the host that take and give arrays.

use sumi::{Config, Engine, Module, Value};

use crate::Outcome;

#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

const SCRIPT: &str = "
import shapes.{Point, mirrored, turn_all}
extern host {
    fn total(xs: [i64]) -> i64
    fn up_to(n: i64) -> [i64]
    fn rows(n: i64) -> [[i64]]
}
var kept = [0]
fn sum(n: i64) -> i64 = total(up_to(n)) + total([]) + total(kept)
fn keep(n: i64) { kept = up_to(n)
    kept.push(100) }
fn turn(points: [Point]) -> Point { let all = mirrored(points)
    all[0] }
fn turned(points: [Point]) -> [Point] { var all = points
    turn_all(mut all)
    let kept = all
    turn_all(mut all)
    kept }
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
    let mut shapes = Module::new("shapes");
    shapes.function("mirrored(points)", mirrored);
    shapes.function("turn_all(points)", |points: &mut [Point]| {
        points.iter_mut().for_each(|p| (p.x, p.y) = (p.y, p.x));
    });
    engine.add(&shapes)?;
    engine.register("total", total);
    engine.register("up_to", |n: i64| (0..n).collect::<Vec<i64>>());
    engine.register("rows", |n: i64| {
        (0..n)
            .map(|row| (0..n).map(|column| row * column).collect())
            .collect::<Vec<Vec<i64>>>()
    });
    let script = engine.load("arrays.sumi", SCRIPT)?;
    let before = engine.live_blocks();
    let sum = script.function::<fn(i64) -> i64>("sum")?;
    assert_eq!(sum.call(5)?, 10);
    let keep = script.function::<fn(i64)>("keep")?;
    keep.call(3)?;
    assert_eq!(script.get::<Vec<i64>>("kept")?, [0, 1, 2, 100]);
    assert_eq!(sum.call(2)?, 104);
    let turn = script.function::<fn(Vec<Point>) -> Point>("turn")?;
    let given = [Point { x: 1.0, y: 2.0 }, Point { x: 3.0, y: 4.0 }];
    assert_eq!(turn.call(&given)?, Point { x: -1.0, y: 2.0 });
    let turned = script.function::<fn(Vec<Point>) -> Vec<Point>>("turned")?;
    let expected = [Point { x: 2.0, y: 1.0 }, Point { x: 4.0, y: 3.0 }];
    assert_eq!(turned.call(&given)?, expected);
    assert_eq!(turned.call(&[])?, []);
    let corner = script.function::<fn(i64) -> i64>("corner")?;
    for _ in 0..100 {
        assert_eq!(corner.call(10)?, 81);
    }
    let squares = script.function::<fn(Vec<f64>) -> Vec<f64>>("squares")?;
    assert_eq!(squares.call(&[1.0, 1.5])?, [1.0, 2.25]);
    script.set("kept", vec![7_i64])?;
    assert_eq!(engine.live_blocks(), before);
    Ok(())
}
