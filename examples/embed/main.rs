//! A host program: it gives a script a function, a struct and a variable, calls the script's functions, and gets their runtime
//! errors as values. Run it with `cargo run --release -p sumi --example embed`.

use std::time::Instant;

use sumi::{Config, Engine, Error, Module, Value};

#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[repr(C)]
struct Vec2 {
    x: f32,
    y: f32,
}

/// How strong the wind blows at a height, both in metres.
#[sumi::export]
fn wind(height: f32) -> f32 {
    height * 0.01
}

fn main() -> Result<(), Error> {
    let mut gravity = -9.81_f32;
    let mut engine = Engine::new(Config::default())?;
    let mut world = Module::new("world");
    world.export::<wind>().value_type::<Vec2>();
    // SAFETY: `gravity` outlives every call, and is not used while one is under way.
    unsafe { world.variable("gravity", &raw mut gravity) };
    engine.add(&world)?;
    let script = engine.load("ball.sumi", include_str!("ball.sumi"))?;

    let step = script.function::<fn(Vec2, f32) -> Vec2>("step")?;
    println!("{:?}", step.call(Vec2 { x: 0.0, y: 10.0 }, 0.5)?);

    let count = script.function::<fn(i64) -> i64>("count")?;
    let begin = Instant::now();
    let mut total = 0;
    for _ in 0..1_000_000 {
        total = count.call(1)?;
    }
    println!("a million calls, total {total}");
    eprintln!("{:.1} ns each", begin.elapsed().as_secs_f64() * 1e3);

    let pick = script.function::<fn(i64) -> i64>("pick")?;
    println!("pick(1) = {}", pick.call(1)?);
    match pick.call(7) {
        Err(Error::Runtime(error)) => println!("pick(7) fails: {}", error.message),
        other => println!("unexpected: {other:?}"),
    }
    match script.function::<fn(i64) -> f64>("pick") {
        Err(error) => println!("{error}"),
        Ok(_) => println!("unexpected: the type was not compared"),
    }
    println!("calls so far: {}", script.get::<i64>("calls")?);
    Ok(())
}
