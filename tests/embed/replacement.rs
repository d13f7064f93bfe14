//! Scripts that are replaced: callers call the newest version, values stay, what is gone is freed.

use sumi::{Config, Engine, Error};

use crate::Outcome;

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    let state =
        "var rows: [[i64]] = []\nfn rate() -> i64 = 1\nfn price(n: i64) -> i64 = n * rate()";
    engine.load("shop.sumi", state)?;
    let price = engine.function::<fn(i64) -> i64>("price")?;
    let live = engine.live_blocks();
    for round in 0..200_i64 {
        let text = format!("fn rate() -> i64 = {round}\nrows = [[{round}], [1, {round}]]\n");
        engine.load("rate.sumi", &text)?;
        assert_eq!(price.call(10)?, 10 * round);
        let rows = engine.get::<Vec<Vec<i64>>>("rows")?;
        assert_eq!(rows, [vec![round], vec![1, round]]);
    }
    engine.load("more.sumi", "rows.push([7])\nrows[0].push(8)\n")?;
    engine.load("other.sumi", "let unrelated = 5")?;
    let rows = engine.get::<Vec<Vec<i64>>>("rows")?;
    assert_eq!(rows, [vec![199, 8], vec![1, 199], vec![7]]);
    engine.set("rows", Vec::<Vec<i64>>::new())?;
    assert_eq!(engine.live_blocks(), live);
    let refused = engine.load("bad.sumi", "fn rate() -> str = \"much\"");
    assert!(
        matches!(refused, Err(Error::Rejected { .. })),
        "{refused:?}"
    );
    assert_eq!(price.call(1)?, 199);
    let both = "fn rate() -> str = \"much\"\nfn price() -> str = rate()";
    engine.load("both.sumi", both)?;
    let Err(Error::Signature { message }) = price.call(1) else {
        return Err("a function that is gone was called".into());
    };
    assert!(message.contains("price"), "{message}");
    let renewed = engine.function::<fn() -> String>("price")?;
    assert_eq!(renewed.call()?, "much");
    Ok(())
}
