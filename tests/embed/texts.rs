//! Functions of the host that take and give text.

use sumi::{Config, Engine, Error};

use crate::{Outcome, failed};

const SCRIPT: &str = r#"
extern host {
    fn shout(text: str) -> str
    fn join(parts: [str], between: str) -> str
    fn words(text: str) -> [str]
    fn find(key: str) -> str
}
var heard = ""
fn greet(name: str) -> str {
    heard = shout("hello {name}")
    heard + "!"
}
fn sorted(text: str) -> str { join(words(text), "-") }
fn look(key: str) -> str = find(key)
"#;

fn find(key: &str) -> Result<String, String> {
    match key {
        "answer" => Ok("42".to_owned()),
        other => Err(format!("there is no {other}")),
    }
}

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    fn shout(text: &str) -> String {
        text.to_uppercase()
    }
    fn join(parts: Vec<String>, between: &str) -> String {
        parts.join(between)
    }
    fn words(text: String) -> Vec<String> {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort();
        words
    }
    engine.register("shout", shout);
    engine.register("join", join);
    engine.register("words", words);
    engine.register("find", find);
    let script = engine.load("texts.sumi", SCRIPT)?;
    let greet = script.function::<fn(String) -> String>("greet")?;
    let sorted = script.function::<fn(String) -> String>("sorted")?;
    let look = script.function::<fn(String) -> String>("look")?;
    greet.call("")?;
    let before = engine.live_blocks();
    for _ in 0..100 {
        assert_eq!(greet.call("zoë\0x")?, "HELLO ZOË\0X!");
        assert_eq!(sorted.call("c a b")?, "a-b-c");
        assert_eq!(sorted.call("")?, "");
        assert_eq!(look.call("answer")?, "42");
        let error = failed(look.call("question"))?;
        assert_eq!(error.message, "there is no question");
    }
    assert_eq!(script.get::<String>("heard")?, "HELLO ZOË\0X");
    assert_eq!(engine.live_blocks(), before);
    let wrong = engine.load("wrong.sumi", "extern host { fn shout(n: i64) -> str }");
    assert!(matches!(wrong, Err(Error::Link { .. })), "{wrong:?}");
    Ok(())
}
