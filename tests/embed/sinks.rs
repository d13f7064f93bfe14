//! What scripts print, and what is said about them, goes where the host wants it.

use std::cell::RefCell;
use std::rc::Rc;

use sumi::{Config, Engine, Error};

use crate::Outcome;

const SCRIPT: &str = "
import io
print(\"loading\")
fn talk(n: i64) { io.write(\"a\"); print(n); eprint(\"oh\"); io.write(\"b\") }
fn quiet() -> str = \"{3}\"
";

pub(crate) fn run() -> Outcome {
    let heard = Rc::new(RefCell::new(Vec::<String>::new()));
    let listener = |kind: &'static str| {
        let heard = Rc::clone(&heard);
        move |text: &str| heard.borrow_mut().push(format!("{kind}: {text}"))
    };
    let mut engine = Engine::new(Config::default())?;
    engine.on_print(listener("print"));
    engine.on_error_print(listener("error"));
    engine.on_warning(listener("warning"));
    let script = engine.load("talk.sumi", SCRIPT)?;
    let warned = heard
        .borrow()
        .iter()
        .any(|text| text.starts_with("warning: warning[") && text.contains("talk.sumi:5"));
    assert!(warned, "{heard:?}");
    heard
        .borrow_mut()
        .retain(|text| !text.starts_with("warning"));
    script.function::<fn(i64)>("talk")?.call(7)?;
    assert_eq!(
        *heard.borrow(),
        ["print: loading\n", "print: a7\n", "error: oh\n", "print: b"]
    );
    // What is wrong is a value.
    let wrong = engine.load("wrong.sumi", "let a: str = 1\nlet b: i64 = \"\"");
    let Err(Error::Rejected { problems, .. }) = wrong else {
        return Err("a wrong script was loaded".into());
    };
    let places: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(places, [1, 2]);
    assert_eq!(heard.borrow().len(), 4);
    Ok(())
}
