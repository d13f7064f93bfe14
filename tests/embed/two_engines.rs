//! Engines share nothing: the same script in two of them, in one thread and in two.

use sumi::{Config, Engine};

use crate::{Outcome, failed};

const SCRIPT: &str = "
var total = [0]
fn add(n: i64) -> i64 {
    total.push(n)
    let position = total.len() - 1
    total[position] + total.len()
}
fn fail() -> i64 = total[1000]
";

pub(crate) fn run() -> Outcome {
    let mut first = Engine::new(Config::default())?;
    let mut second = Engine::new(Config::default())?;
    let one_script = first.load("one.sumi", SCRIPT)?;
    let two_script = second.load("two.sumi", SCRIPT)?;
    let one = one_script.function::<fn(i64) -> i64>("add")?;
    let two = two_script.function::<fn(i64) -> i64>("add")?;
    for round in 0..10 {
        assert_eq!(one.call(5)?, 5 + 2 + round);
        assert_eq!(two.call(7)?, 7 + 2 + round);
    }
    let fail = one_script.function::<fn() -> i64>("fail")?;
    assert!(failed(fail.call())?.rendered.contains("one.sumi"));
    assert_eq!(two.call(0)?, 12);
    drop((one, fail, one_script, first));
    assert_eq!(two.call(0)?, 13);
    let beside = std::thread::spawn(|| -> Result<i64, String> {
        let mut engine = Engine::new(Config::default()).map_err(|e| e.to_string())?;
        let script = engine
            .load("three.sumi", SCRIPT)
            .map_err(|e| e.to_string())?;
        let add = script
            .function::<fn(i64) -> i64>("add")
            .map_err(|e| e.to_string())?;
        let mut last = 0;
        for n in 0..1000 {
            last = add.call(n).map_err(|e| e.to_string())?;
        }
        Ok(last)
    });
    for _ in 0..1000 {
        two.call(1)?;
    }
    assert_eq!(beside.join().map_err(|_| "the thread panicked")??, 2000);
    Ok(())
}
