//! Code that is made in a thread of its own before a text is exchanged.

use super::loaded;
use crate::report::Error;
use crate::script::Script;
use crate::{Config, Engine, Slice};

const GAME: &str = r#"
    struct Ball { x: f64, speed: f64 = 1.0 }
    var balls = [Ball(1.0), Ball(2.0)]
    let gravity = strength() * 2
    var effects = [|n: i64| n + 1]
    var steps = 0
    fn strength() -> i64 = 5
    fn total(xs: [f64]) -> f64 { var sum = 0.0; for x in xs { sum += x }; sum }
    fn step() -> str {
        steps += 1
        for mut ball in balls { ball.x += ball.speed }
        "{gravity} {effects[0](1)} {balls[0].x}"
    }
"#;

/// How often it takes.
fn prepare(script: &Script, text: &str) -> usize {
    let asked = std::iter::repeat_with(|| script.prepare(text).unwrap());
    asked.take_while(|is_ready| !is_ready).count()
}

#[test]
fn a_prepared_text_needs_no_code_when_it_is_exchanged() {
    let (engine, script) = loaded(GAME);
    let step = script.function::<fn() -> String>("step").unwrap();
    let total = script.function::<fn(Slice<f64>) -> f64>("total").unwrap();
    assert_eq!(step.call().unwrap(), "10 2 2.0");
    let edited = GAME
        .replace("speed: f64 = 1.0", "speed: f64 = 1.0, mass: i64 = 3")
        .replace("= 5", "= added(5)\nfn added(n: i64) -> i64 = n + offset")
        .replace("let gravity", "let offset = 2\nlet gravity")
        .replace("n + 1", "n + 100")
        .replace("sum += x", "sum += x * 10.0")
        .replace("{balls[0].x}", "{balls[0].x} {balls[1].mass}");
    assert!(!script.prepare(&edited).unwrap());
    // The game goes on with the code of before.
    assert_eq!(step.call().unwrap(), "10 2 3.0");
    assert_eq!(total.call(&[1.0, 2.0]).unwrap(), 3.0);
    prepare(&script, &edited);
    assert_eq!(step.call().unwrap(), "10 2 4.0");
    assert_eq!(script.text(), GAME);

    let done = script.reload(&edited).unwrap();
    assert_eq!(done.compiled, 0, "{done}");
    assert_eq!(done.converted, ["balls"]);
    assert_eq!(done.computed, ["gravity"]);
    assert_eq!(done.added, ["offset"]);
    assert_eq!(step.call().unwrap(), "14 101 5.0 3");
    assert_eq!(total.call(&[1.0, 2.0]).unwrap(), 30.0);
    assert_eq!(script.get::<i64>("steps").unwrap(), 4);

    // What was taken back is there yet.
    script.roll_back().unwrap();
    assert_eq!(step.call().unwrap(), "10 2 5.0");
    drop((step, total, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn nothing_of_a_text_that_is_prepared_runs_or_changes() {
    let (_engine, script) = loaded("var n = 1\nfn get() -> i64 = n\n");
    let get = script.function::<fn() -> i64>("get").unwrap();
    let failing = "var n = 1\nlet m = [n][n]\nfn get() -> i64 = n + m\n";
    prepare(&script, failing);
    assert_eq!(get.call().unwrap(), 1);
    assert!(matches!(script.reload(failing), Err(Error::Runtime(_))));
    assert_eq!(get.call().unwrap(), 1);

    let wrong = script.prepare("var n = 1\nfn get() -> i64 = m\n");
    assert!(matches!(wrong, Err(Error::Rejected { .. })), "{wrong:?}");
    assert_eq!(get.call().unwrap(), 1);
}

#[test]
fn what_was_prepared_need_not_be_used() {
    let text = |n: i64| format!("var n = 1\nfn get() -> i64 {{ n += {n}; n }}\n");
    let (engine, script) = loaded(&text(1));
    let get = script.function::<fn() -> i64>("get").unwrap();
    assert!(!script.prepare(&text(2)).unwrap());
    script.reload(&text(3)).unwrap();
    assert_eq!(get.call().unwrap(), 4);
    prepare(&script, &text(4));
    script.reload(&text(5)).unwrap();
    assert_eq!(get.call().unwrap(), 9);
    // A thread may be at work when all ends.
    assert!(!script.prepare(&text(6)).unwrap());
    drop((get, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn a_script_is_prepared_between_calls_only() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let held: std::rc::Rc<std::cell::RefCell<Option<Script>>> = std::rc::Rc::default();
    let script = std::rc::Rc::clone(&held);
    engine.register("prepares", move || -> bool {
        let script = script.borrow();
        script
            .as_ref()
            .is_some_and(|script| script.prepare("").is_ok())
    });
    let text = "extern host { fn prepares() -> bool }\nfn call() -> bool = prepares()\n";
    let script = engine.load("game.sumi", text).unwrap();
    held.replace(Some(script.clone()));
    let call = script.function::<fn() -> bool>("call").unwrap();
    assert!(!call.call().unwrap());
    held.take();
}
