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
    // A reload says what is new of that, a preview nothing; modules count too.
    let taken = || std::mem::take(&mut *heard.borrow_mut());
    taken();
    engine.set_resolver(|path| (path == "aside").then(|| "pub fn f() -> str = \"{5}\"".to_owned()));
    let with_module = engine.load("with_module.sumi", &format!("import aside\n{SCRIPT}"))?;
    let warned = taken().concat();
    assert_eq!(warned.matches("warning[").count(), 2, "{warned}");
    assert!(warned.contains("aside.sumi:1"), "{warned}");
    let newer = format!("import aside\n{}", SCRIPT.replace("{3}", "{4}"));
    with_module.preview(&newer)?;
    assert_eq!(taken(), Vec::<String>::new());
    with_module.reload(&newer)?;
    assert_eq!(taken().concat().matches("warning[").count(), 1);
    // What is wrong is a value.
    let wrong = engine.load("wrong.sumi", "let a: str = 1\nlet b: i64 = \"\"");
    let Err(Error::Rejected { problems, .. }) = wrong else {
        return Err("a wrong script was loaded".into());
    };
    let places: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(places, [1, 2]);
    assert_eq!(heard.borrow().len(), 0);
    Ok(())
}
