//! Functions both ways: scalars of every kind, closures of the host, a million calls.

use sumi::{Config, Engine};

use crate::Outcome;

const SCRIPT: &str = "
extern host {
    fn half(n: i64) -> i64
    fn mix(a: u8, b: i32, c: f32, d: f64, e: bool, f: char) -> f64
    fn beep()
}
fn quarter(n: i64) -> i64 = half(half(n))
fn all(a: u8, b: i32, c: f32, d: f64, e: bool, f: char) -> f64 = mix(a, b, c, d, e, f)
fn ring(times: i64) { for _ in 0..times { beep() } }
fn next(c: char) -> char = char(u32(c) + 1)
";

static BEEPS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

fn mix(a: u8, b: i32, c: f32, d: f64, e: bool, f: char) -> f64 {
    let flag = if e { 100.0 } else { 0.0 };
    f64::from(a) + f64::from(b) + f64::from(c) + d + flag + f64::from(u32::from(f))
}

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    engine.register("half", |n: i64| n / 2);
    engine.register("mix", mix);
    engine.register("beep", || {
        BEEPS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    });
    let script = engine.load("calls.sumi", SCRIPT)?;
    let quarter = script.function::<fn(i64) -> i64>("quarter")?;
    for n in 0..1_000_000 {
        assert_eq!(quarter.call(n)?, n / 2 / 2);
    }
    let all = script.function::<fn(u8, i32, f32, f64, bool, char) -> f64>("all")?;
    let sum = all.call(200, -1000, 0.5, 0.25, true, 'é')?;
    assert_eq!(sum, mix(200, -1000, 0.5, 0.25, true, 'é'));
    let ring = script.function::<fn(i64)>("ring")?;
    ring.call(7)?;
    assert_eq!(BEEPS.load(std::sync::atomic::Ordering::Relaxed), 7);
    let next = script.function::<fn(char) -> char>("next")?;
    assert_eq!(next.call('y')?, 'z');
    Ok(())
}
