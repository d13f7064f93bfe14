//! A struct of the host, laid out alike on both sides, by value in both directions.

use sumi::{Config, Engine, Module, Value};

use crate::Outcome;

#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[repr(C)]
struct Small {
    x: f32,
    y: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[repr(C)]
struct Mixed {
    flag: bool,
    count: i32,
    weight: f64,
    id: u8,
    spot: Small,
}

const SCRIPT: &str = "
import scales.{Mixed, Small, swap, weigh}
fn turned(s: Small) -> Small = swap(swap(swap(s)))
fn heavier(m: Mixed) -> Mixed { var w = weigh(m)
    w.spot = swap(w.spot)
    w.count += 1
    w }
";

#[sumi::export]
fn swap(s: Small) -> Small {
    Small { x: s.y, y: s.x }
}

#[sumi::export]
fn weigh(m: Mixed) -> Mixed {
    Mixed {
        weight: m.weight * 2.0,
        flag: !m.flag,
        ..m
    }
}

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    let mut scales = Module::new("scales");
    scales.export::<swap>().export::<weigh>();
    engine.add(&scales)?;
    let script = engine.load("shared.sumi", SCRIPT)?;
    let turned = script.function::<fn(Small) -> Small>("turned")?;
    assert_eq!(
        turned.call(Small { x: 1.0, y: 2.0 })?,
        Small { x: 2.0, y: 1.0 }
    );
    let heavier = script.function::<fn(Mixed) -> Mixed>("heavier")?;
    let given = Mixed {
        flag: false,
        count: 3,
        weight: 1.5,
        id: 200,
        spot: Small { x: 1.0, y: 2.0 },
    };
    let expected = Mixed {
        flag: true,
        count: 4,
        weight: 3.0,
        id: 200,
        spot: Small { x: 2.0, y: 1.0 },
    };
    assert_eq!(heavier.call(given)?, expected);
    Ok(())
}
