//! A function of the host calls the script again that called it: what it was lent stays.

use std::cell::RefCell;
use std::rc::Rc;

use sumi::{Config, Engine, Function};

use crate::Outcome;

const SCRIPT: &str = "
extern host {
    fn sum(xs: [i64], name: str) -> i64
}
var xs = [1, 2, 3]
var name = \"abc\"
fn reset(n: i64) {
    xs = [n, n]
    name = \"{n}\"
    let other = [7, 7, 7]
}
fn go() -> i64 = sum(xs, name) + xs.len()
";

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    let reset = Rc::new(RefCell::new(None::<Function<fn(i64)>>));
    let calls = Rc::clone(&reset);
    engine.register(
        "sum",
        move |xs: &[i64], name: &str| -> Result<i64, String> {
            if let Some(reset) = &*calls.borrow() {
                reset.call(9).map_err(|error| error.to_string())?;
            }
            Ok(xs.iter().sum::<i64>() + 100 * name.len() as i64)
        },
    );
    let script = engine.load("again.sumi", SCRIPT)?;
    *reset.borrow_mut() = Some(script.function("reset")?);
    let go = script.function::<fn() -> i64>("go")?;
    assert_eq!(go.call()?, 6 + 300 + 2);
    assert_eq!(go.call()?, 18 + 100 + 2);
    assert_eq!(script.get::<String>("name")?, "9");
    Ok(())
}
