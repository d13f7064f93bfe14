//! Functions of the host that call the script that called them.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;

/// What `emit` does.
type Event = Rc<RefCell<Act>>;

type Act = Box<dyn Fn() -> Result<(), Error>>;

fn with_events(text: &str) -> (Engine, Script, Event) {
    let event: Event = Rc::new(RefCell::new(Box::new(|| Ok(()))));
    let mut host = HostModule::new("game");
    let held = Rc::clone(&event);
    host.function("emit()", move || -> Result<(), Error> { (held.borrow())() });
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.add(&host).unwrap();
    let script = engine.load("script", text).unwrap();
    (engine, script, event)
}

const OPEN: &str = "import game.{emit}
    var xs = [1, 2, 3]
    var other = [0]
    fn on_event() { xs = []
        other.push(1) }
    fn on_other() { other.push(2) }
    fn bump(mut a: i64) { emit()
        a = 7 }
    fn by_argument() { bump(mut xs[0]) }
    fn by_loop() { for mut x in xs { emit()
        x += 1 } }
    fn closed() { emit() }";

#[test]
fn what_is_being_changed_is_out_of_reach() {
    let (engine, script, event) = with_events(OPEN);
    let [on_event, on_other] = ["on_event", "on_other"].map(|name| script.function::<fn()>(name));
    let (on_event, on_other) = (on_event.unwrap(), on_other.unwrap());
    let by = ["by_argument", "by_loop"].map(|name| script.function::<fn()>(name).unwrap());
    let held = |what: Act| *event.borrow_mut() = what;
    let scripts = || script.clone();
    let each: Vec<(&str, Act)> = vec![
        ("call", Box::new(move || on_event.call())),
        ("set", {
            let script = scripts();
            Box::new(move || script.set("xs", vec![9_i64]))
        }),
        ("keep", {
            let script = scripts();
            Box::new(move || script.keep("xs").map(drop))
        }),
        ("snapshot", {
            let script = scripts();
            Box::new(move || script.snapshot().map(drop))
        }),
    ];
    for (name, what) in each {
        held(what);
        for function in &by {
            let Err(Error::Runtime(error)) = function.call() else {
                panic!("{name} changes what is being changed");
            };
            let text = error.message;
            assert!(text.contains("is changing `xs`"), "{name}: {text}");
        }
        // Where nothing is being changed all that is allowed.
        script.function::<fn()>("closed").unwrap().call().unwrap();
        script.set("xs", vec![1_i64, 2, 3]).unwrap();
    }
    // What has nothing to do with it may be called.
    held(Box::new(move || on_other.call()));
    by.iter().for_each(|function| function.call().unwrap());
    assert_eq!(script.get::<Vec<i64>>("xs").unwrap(), [8, 3, 4]);
    held(Box::new(|| Ok(())));
    drop((by, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn calls_of_each_other_end() {
    let text = "import game.{emit}\nvar depth = 0\nfn down() { depth += 1\n emit() }";
    let (_engine, script, event) = with_events(text);
    let down = script.function::<fn()>("down").unwrap();
    let again = script.function::<fn()>("down").unwrap();
    *event.borrow_mut() = Box::new(move || again.call());
    // Nobody knows how large the stack of this thread is.
    let Err(error) = down.call() else {
        panic!("it ends");
    };
    assert!(error.to_string().contains("too deep"), "{error}");
    assert_eq!(script.get::<i64>("depth").unwrap(), 1000);
    *event.borrow_mut() = Box::new(|| Ok(()));
    down.call().unwrap();
}
