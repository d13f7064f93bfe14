//! Another thread ends an endless call; what the script holds stays valid.

use std::time::{Duration, Instant};

use sumi::{Config, Engine};

use crate::{Outcome, failed};

const SCRIPT: &str = "
var count = 0
var texts = [\"\"]
fn spin() { while true { count += 1 } }
fn fill() { while true { texts = [\"{texts.len()}\", \"again\"] } }
fn ready() -> i64 = texts.len()
";

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    let script = engine.load("interrupt.sumi", SCRIPT)?;
    for name in ["spin", "fill"] {
        let endless = script.function::<fn()>(name)?;
        let interrupter = engine.interrupter();
        let asking = std::thread::spawn(move || {
            let begin = Instant::now();
            while !interrupter.is_running() && begin.elapsed() < Duration::from_secs(60) {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_millis(20));
            interrupter.interrupt();
        });
        let error = failed(endless.call())?;
        asking.join().map_err(|_| "the other thread panicked")?;
        assert_eq!(error.kind, "interrupt");
    }
    assert!(script.get::<i64>("count")? >= 0);
    script.set("texts", vec!["new".to_owned()])?;
    let ready = script.function::<fn() -> i64>("ready")?;
    assert_eq!(ready.call()?, 1);
    Ok(())
}
