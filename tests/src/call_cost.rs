//! `cargo dev calls [ROUNDS]`: what a call costs between a host and its script, in nanoseconds and as a ratio to a call through a pointer in a
//! variable, as a C host would make it. Medians of so many rounds of a million calls each, in which all take turns; results compared.

use std::hint::black_box;
use std::time::Instant;

use sumi::{Config, Engine, Function, Slice, SliceMut, Value};

const ROUNDS: usize = 15;
const CALLS: i64 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[repr(C)]
struct Spot {
    x: f32,
    y: f32,
}

const SCRIPT: &str = "
import host.{Spot, add, scramble}
fn next(sum: i64, n: i64) -> i64 = sum + (n ^ 5)
fn move_on(spot: Spot, dt: f32) -> Spot = Spot(spot.x + dt, spot.y - spot.x * dt)
fn push(mut xs: [f32], vs: [f32], dt: f32) { for i in 0..xs.len() { xs[i] += vs[i] * dt } }
fn many(n: i64) -> i64 {
    var sum = 0
    for i in 0..n { sum = add(sum, i) }
    sum
}
fn scrambles(n: i64) -> i64 {
    var sum = 0
    for i in 0..n { sum = scramble(sum, i) }
    sum
}
";

/// `scramble` as a C compiler gives it.
const BITCODE: &str = "define i64 @scramble(i64 %sum, i64 %n) nounwind willreturn memory(none) {
    %mixed = xor i64 %sum, %n
    %product = mul i64 %mixed, 6364136223846793005
    ret i64 %product
}";

extern "C" fn scramble(sum: i64, n: i64) -> i64 {
    (sum ^ n).wrapping_mul(6_364_136_223_846_793_005)
}

extern "C" fn next(sum: i64, n: i64) -> i64 {
    sum + (n ^ 5)
}

extern "C" fn move_on(spot: &Spot, dt: f32) -> Spot {
    Spot {
        x: spot.x + dt,
        y: spot.y - spot.x * dt,
    }
}

fn add(sum: i64, n: i64) -> i64 {
    sum + (n ^ 5)
}

pub fn run(args: &[String]) -> Result<(), String> {
    let rounds = args.first().and_then(|arg| arg.parse().ok());
    print!("{}", table(rounds.unwrap_or(ROUNDS))?);
    Ok(())
}

/// In Markdown.
pub(crate) fn table(rounds: usize) -> Result<String, String> {
    let rows = measure(rounds).map_err(|error| error.to_string())?;
    Ok(format!("| a call | ns | of C |\n|---|---|---|\n{rows}"))
}

fn push(xs: &mut [f32], vs: &[f32], dt: f32) {
    for (x, v) in xs.iter_mut().zip(vs) {
        *x += v * dt;
    }
}

/// So many elements, so that as many of them are touched as calls are made of the others.
const ELEMENTS: usize = 1000;

/// One that is measured: so many calls, and what they come to.
type Row<'a> = (&'a str, Box<dyn Fn() -> Result<f64, sumi::Error> + 'a>);

fn measure(rounds: usize) -> Result<String, sumi::Error> {
    let mut engine = Engine::new(Config::default())?;
    let mut host = sumi::Module::new("host");
    host.function("add(sum, n)", add).value_type::<Spot>();
    // SAFETY: it computes.
    unsafe {
        host.bitcode(
            BITCODE.as_bytes(),
            &["fn scramble(sum: i64, n: i64) -> i64"],
        )?
    };
    engine.add(&host)?;
    let script = engine.load("calls.sumi", SCRIPT)?;
    let numbers = script.function::<fn(i64, i64) -> i64>("next")?;
    let spots = script.function::<fn(Spot, f32) -> Spot>("move_on")?;
    let many = script.function::<fn(i64) -> i64>("many")?;
    let mut out = rows(
        rounds,
        &[
            (
                "C, two numbers",
                Box::new(|| {
                    let slot: extern "C" fn(i64, i64) -> i64 = next;
                    Ok((0..CALLS).fold(0, |sum, n| through(&slot)(sum, n)) as f64)
                }),
            ),
            (
                "Sumi, entered once",
                Box::new(|| {
                    engine.enter(|engine| {
                        (0..CALLS)
                            .try_fold(0, |sum, n| numbers.call_in(engine, sum, n))
                            .map(|sum| sum as f64)
                    })
                }),
            ),
            (
                "Sumi, each call alone",
                Box::new(|| {
                    (0..CALLS)
                        .try_fold(0, |sum, n| numbers.call(sum, n))
                        .map(|sum| sum as f64)
                }),
            ),
            (
                "Sumi calls the host",
                Box::new(|| many.call(CALLS).map(|sum| sum as f64)),
            ),
        ],
    )?;
    out += &rows(
        rounds,
        &[
            (
                "C, a struct",
                Box::new(|| {
                    let slot: extern "C" fn(&Spot, f32) -> Spot = move_on;
                    Ok(of(
                        (0..CALLS).fold(START, |spot, _| through(&slot)(&spot, 1e-3))
                    ))
                }),
            ),
            (
                "Sumi, entered once",
                Box::new(|| engine.enter(|engine| in_turn(&spots, engine))),
            ),
            (
                "Sumi, each call alone",
                Box::new(|| {
                    (0..CALLS)
                        .try_fold(START, |spot, _| spots.call(spot, 1e-3))
                        .map(of)
                }),
            ),
        ],
    )?;
    let scrambles = script.function::<fn(i64) -> i64>("scrambles")?;
    out += &rows(
        rounds,
        &[
            (
                "C, through a pointer",
                Box::new(|| {
                    let slot: extern "C" fn(i64, i64) -> i64 = scramble;
                    Ok((0..CALLS).fold(0, |sum, n| through(&slot)(sum, n)) as f64)
                }),
            ),
            (
                "the same, inlined",
                Box::new(|| Ok((0..black_box(CALLS)).fold(0, |sum, n| scramble(sum, n)) as f64)),
            ),
            (
                "Sumi calls code of the host",
                Box::new(|| scrambles.call(CALLS).map(|sum| sum as f64)),
            ),
        ],
    )?;
    let pushed = script.function::<fn(SliceMut<f32>, Slice<f32>, f32)>("push")?;
    assert!(!pushed.copies_slices());
    let vs: Vec<f32> = (0..ELEMENTS).map(|n| n as f32).collect();
    out += &rows(
        rounds,
        &[
            (
                "Rust, an element of 1000",
                Box::new(|| {
                    let slot: fn(&mut [f32], &[f32], f32) = push;
                    pushes(&mut |xs| {
                        through(&slot)(xs, &vs, 1e-3);
                        Ok(())
                    })
                }),
            ),
            (
                "Sumi, in place",
                Box::new(|| {
                    engine.enter(|engine| pushes(&mut |xs| pushed.call_in(engine, xs, &vs, 1e-3)))
                }),
            ),
        ],
    )?;
    Ok(out)
}

/// As many calls as touch a million elements.
fn pushes(push: &mut dyn FnMut(&mut [f32]) -> Result<(), sumi::Error>) -> Result<f64, sumi::Error> {
    let mut xs = vec![0.0; ELEMENTS];
    for _ in 0..CALLS as usize / ELEMENTS {
        push(&mut xs)?;
    }
    Ok(xs.iter().copied().map(f64::from).sum())
}

const START: Spot = Spot { x: 1.0, y: 2.0 };

fn in_turn(
    spots: &Function<fn(Spot, f32) -> Spot>,
    engine: &sumi::Entered<'_>,
) -> Result<f64, sumi::Error> {
    (0..CALLS)
        .try_fold(START, |spot, _| spots.call_in(engine, spot, 1e-3))
        .map(of)
}

fn of(spot: Spot) -> f64 {
    f64::from(spot.x) + f64::from(spot.y)
}

/// What the variable holds, read anew each time.
fn through<T: Copy>(slot: &T) -> T {
    *black_box(slot)
}

/// The first row is what the others are compared with.
fn rows(rounds: usize, rows: &[Row]) -> Result<String, sumi::Error> {
    let mut times = vec![Vec::new(); rows.len()];
    let expected = rows[0].1()?;
    for _ in 0..rounds {
        for ((name, calls), times) in rows.iter().zip(&mut times) {
            let start = Instant::now();
            let found = calls()?;
            times.push(start.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
            assert_eq!(found, expected, "{name}");
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let medians: Vec<f64> = times.iter_mut().map(median).collect();
    let lines = rows.iter().zip(&medians);
    Ok(lines
        .map(|((name, _), time)| format!("| {name} | {time:.1} | {:.2} |\n", time / medians[0]))
        .collect())
}
