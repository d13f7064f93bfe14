//! What does not fit is refused before anything of the script runs: the symbol, both types and the place are named.

use sumi::{Config, Engine, Error};

use crate::Outcome;

pub(crate) fn run() -> Outcome {
    let mut runs = 0_i64;
    let mut engine = Engine::new(Config::trusted())?;
    engine.register("half", |n: i64| n / 2);
    // SAFETY: `runs` outlives every call, and is not used while one is under way.
    unsafe { engine.register_global("runs", &raw mut runs) };
    for (declaration, words) in [
        (
            "fn half(n: f64) -> f64",
            &["`half`", "fn(i64) -> i64", "fn(f64) -> f64", "bad.sumi:2"][..],
        ),
        (
            "fn half(s: str) -> [i64]",
            &["fn(i64) -> i64", "fn(str) -> [i64]"],
        ),
        ("fn unknown()", &["no `unknown`", "bad.sumi:2"]),
        ("fn hal(n: i64) -> i64", &["did you mean `half`?"]),
        ("var half: i64", &["`half` as a function"]),
        ("var runs: f64", &["`runs` as `i64`", "`f64`"]),
    ] {
        let text = format!(
            "extern host {{ var runs: i64 }}\nextern host {{ {declaration} }}\nruns = runs + 1\n"
        );
        let text = match declaration.contains("runs") {
            true => format!("\nextern host {{ {declaration} }}\nruns = 9\n"),
            false => text,
        };
        let Err(Error::Link { rendered, .. }) = engine.load("bad.sumi", &text) else {
            return Err(format!("`{declaration}` was linked").into());
        };
        for word in words {
            assert!(rendered.contains(word), "no {word} in\n{rendered}");
        }
    }
    let missing = "extern \"libnone.so.9\" { fn f() }\n";
    let Err(Error::Link { rendered, .. }) = engine.load("bad.sumi", missing) else {
        return Err("a library that is not there was linked".into());
    };
    assert!(rendered.contains("libnone.so.9"), "{rendered}");
    let script = engine.load("good.sumi", "fn f(n: i64) -> i64 = n")?;
    let Err(error) = script.function::<fn(f64) -> i64>("f") else {
        return Err("the type was not compared".into());
    };
    let message =
        "error[not-as-asked]: `f` is `fn(i64) -> i64`, and the host asks for `fn(f64) -> i64`
  ┌─ good.sumi:1:6
  │
1 │ fn f(n: i64) -> i64 = n
  │      ^ `i64`, and the host passes `f64`
  │
  = help: ask for `fn(i64) -> i64`
";
    assert_eq!(error.to_string(), message);
    drop(engine);
    assert_eq!(runs, 0);
    Ok(())
}
