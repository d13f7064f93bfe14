//! A struct of the host, laid out alike on both sides, by value in both directions.

use jit::{Config, Engine, Func, host_struct};

use crate::Outcome;

host_struct! {
    #[derive(Debug, PartialEq)]
    struct Small { x: f32, y: f32 }
}

host_struct! {
    #[derive(Debug, PartialEq)]
    struct Mixed { flag: bool, count: i32, weight: f64, id: u8, spot: Small }
}

const SCRIPT: &str = "
extern host {
    fn swap(s: Small) -> Small
    fn weigh(m: Mixed) -> Mixed
}
fn turned(s: Small) -> Small = swap(swap(swap(s)))
fn heavier(m: Mixed) -> Mixed { var w = weigh(m)
    w.spot = swap(w.spot)
    w.count += 1
    w }
";

fn swap(s: Small) -> Small {
    Small { x: s.y, y: s.x }
}

fn weigh(m: Mixed) -> Mixed {
    Mixed {
        weight: m.weight * 2.0,
        flag: !m.flag,
        ..m
    }
}

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    engine.register_struct::<Small>()?;
    engine.register_struct::<Mixed>()?;
    engine.register("swap", swap);
    engine.register("weigh", weigh);
    engine.load("shared.sumi", SCRIPT)?;
    let turned: Func<(Small,), Small> = engine.function("turned")?;
    assert_eq!(
        turned.call((Small { x: 1.0, y: 2.0 },))?,
        Small { x: 2.0, y: 1.0 }
    );
    let heavier: Func<(Mixed,), Mixed> = engine.function("heavier")?;
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
    assert_eq!(heavier.call((given,))?, expected);
    Ok(())
}
