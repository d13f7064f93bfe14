//! Scripts that are reloaded: callers call the newest version, values stay, what is gone is freed; what does not fit leaves all as it was.

use sumi::{Config, Engine, Error};

use crate::Outcome;

fn text(rate: i64, fields: &str) -> String {
    format!(
        "struct Row {{ id: i64{fields} }}
        var rows: [[Row]] = []
        fn rate() -> i64 = {rate}
        fn price(n: i64) -> i64 {{ rows.push([Row(n), Row({rate})])\n n * rate() }}
        fn count() -> i64 = rows.len()
        fn shown() -> str = \"{{rows[0]}}\""
    )
}

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    let script = engine.load("shop.sumi", &text(1, ""))?;
    let other = engine.load("other.sumi", "fn price(n: i64) -> i64 = -n")?;
    let price = script.function::<fn(i64) -> i64>("price")?;
    let count = script.function::<fn() -> i64>("count")?;
    let shown = script.function::<fn() -> String>("shown")?;
    for round in 0..100_i64 {
        script.reload(&text(round, ""))?;
        assert_eq!(price.call(10)?, 10 * round);
    }
    assert_eq!(count.call()?, 100);
    let foreign = other.function::<fn(i64) -> i64>("price")?;
    assert_eq!(foreign.call(3)?, -3);
    for fields in [
        ", name: str = \"new\"",
        ", name: str = \"\", x: f64 = 2.5",
        "",
    ] {
        let wanted = text(7, fields);
        assert_eq!(script.preview(&wanted)?.converted, ["rows"]);
        let done = script.reload(&wanted)?;
        assert_eq!(
            (done.converted, count.call()?),
            (vec!["rows".to_owned()], 100)
        );
    }
    assert_eq!(shown.call()?, "[Row(id: 10), Row(id: 0)]");
    let bad = text(8, "").replace("n * rate()", "n * rte()");
    let refused = script.reload(&bad);
    assert!(
        matches!(refused, Err(Error::Rejected { .. })),
        "{refused:?}"
    );
    assert_eq!(price.call(1)?, 7);
    assert!(script.roll_back()?);
    assert_eq!(
        shown.call()?,
        "[Row(id: 10, name: \"new\", x: 2.5), Row(id: 0, name: \"new\", x: 2.5)]"
    );
    assert_eq!(count.call()?, 100);
    let gone = text(8, "")
        .replace("fn price(n: i64)", "fn price(n: str)")
        .replace("Row(n)", "Row(1)")
        .replace("n * rate()", "n.len()");
    script.reload(&gone)?;
    let Err(Error::Signature { message, .. }) = price.call(1) else {
        return Err("a function that is gone was called".into());
    };
    assert!(message.contains("price"), "{message}");
    assert_eq!(
        script.function::<fn(String) -> i64>("price")?.call("abc")?,
        3
    );
    drop((price, count, shown, script));
    assert_eq!(engine.live_blocks(), 0);
    Ok(())
}
