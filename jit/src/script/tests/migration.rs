//! What becomes of values when names and types change.

use super::*;

#[test]
fn what_has_another_name_keeps_its_value() {
    let text = "enum Mood { Calm, Angry(at: str) }
        struct Ship { speed: i64, mood: Mood }
        var fleet = [Ship(3, Mood.Angry(\"you\")), Ship(4, Mood.Calm)]
        var count = 7
        let best: Ship? = fleet[0]
        fn shown() -> str { \"{fleet} {count} {best}\" }";
    let (engine, script) = loaded(text);
    let shown = script.function::<fn() -> String>("shown").unwrap();
    let before = shown.call().unwrap();
    let saved = Saved::of(&script, &["fleet", "count"]);
    let newer = "enum Mood { @was(Calm) Quiet, @was(Angry)
            Furious(at: str) }
        @was(Ship) struct Vessel { @was(speed) velocity: f64, mood: Mood, crew: i64 = 1 }
        @was(fleet) var vessels = [Vessel(0.0, Mood.Quiet)]
        @was(count) var total: f64 = 0.0
        fn shown() -> str { \"{vessels} {total}\" }";
    let done = script.reload(newer).unwrap();
    assert_eq!(
        done.to_string(),
        "dropped: best; count is now total; fleet is now vessels"
    );
    assert_eq!(
        shown.call().unwrap(),
        "[Vessel(velocity: 3.0, mood: Furious(at: \"you\"), crew: 1), Vessel(velocity: 4.0, mood: Quiet, crew: 1)] 7.0"
    );
    saved.compare(&script, &["vessels", "total"]);
    // The notes may stay as long as they like.
    script.set("total", 9.5).unwrap();
    let later = newer.replace("crew: i64 = 1", "crew: i64 = 1, flag: str = \"\"");
    assert_eq!(script.reload(&later).unwrap().converted, ["vessels"]);
    assert_eq!(script.get::<f64>("total").unwrap(), 9.5);
    assert!(script.roll_back().unwrap());
    assert_eq!(script.get::<f64>("total").unwrap(), 9.5);
    // Without a note it is another variable, with its first value.
    script
        .reload(&text.replace("count = 7", "count = 1"))
        .unwrap();
    assert_eq!(shown.call().unwrap(), before.replace(" 7 ", " 1 "));
    drop((shown, script));
    assert_eq!(engine.live_blocks(), 0);
}

/// A field whose former name is still there is another field.
#[test]
fn a_former_name_that_is_still_in_use_is_not_meant() {
    let (_engine, script) = loaded("struct P { a: i64 }\nvar p = P(1)\nfn f() -> str { \"{p}\" }");
    let f = script.function::<fn() -> String>("f").unwrap();
    let text = "struct P { a: i64, @was(a) b: i64 = 5 }\nvar p = P(1)\nfn f() -> str { \"{p}\" }";
    script.reload(text).unwrap();
    assert_eq!(f.call().unwrap(), "P(a: 1, b: 5)");
}

/// Values and the whole state as they were saved.
struct Saved {
    values: Vec<(Vec<u8>, String)>,
    state: Vec<u8>,
    snapshot: Snapshot,
}

impl Saved {
    fn of(script: &Script, names: &[&str]) -> Saved {
        let values = names.iter().map(|name| {
            let kept = script.keep(name).unwrap();
            (kept.to_bytes().unwrap(), kept.to_json().unwrap())
        });
        let snapshot = script.snapshot().unwrap();
        Saved {
            values: values.collect(),
            state: snapshot.to_bytes().unwrap(),
            snapshot,
        }
    }

    /// That they are read as what the reload made of the values.
    fn compare(self, script: &Script, names: &[&str]) {
        let all = || names.iter().map(|name| script.keep(name).unwrap());
        for ((bytes, json), (name, kept)) in self.values.iter().zip(names.iter().zip(all())) {
            assert_eq!(script.from_bytes(name, bytes).unwrap(), kept, "{name}");
            assert_eq!(script.from_json(name, json).unwrap(), kept, "{name}");
        }
        let before: Vec<KeptValue> = all().collect();
        script.restore_from_bytes(&self.state).unwrap();
        assert!(all().eq(before.iter().cloned()), "from bytes");
        script.restore(&self.snapshot).unwrap();
        assert!(all().eq(before), "from a snapshot");
    }
}

const MIGRATING: &str = "
    @was(Ship) struct FormerShip { x: i64, y: i64, tags: [str] }
    struct Ship { at: (i64, i64), tags: [str], life: i64 }
    impl Ship {
        fn migrate(former: FormerShip) -> Ship {
            var tags = former.tags
            tags.push(\"moved\")
            Ship((former.x, former.y), tags, LIFE)
        }
    }
    var ships: [Ship] = []
    var flagship: Ship? = none
    fn shown() -> str { \"{ships} {flagship}\" }";

#[test]
fn a_function_makes_new_values_from_former_ones() {
    let text = "struct Ship { x: i64, y: i64, tags: [str] }
        var ships = [Ship(1, 2, [\"a\"]), Ship(3, 4, [])]
        var flagship: Ship? = ships[0]
        fn shown() -> str { \"{ships} {flagship}\" }";
    let (engine, script) = loaded(text);
    let shown = script.function::<fn() -> String>("shown").unwrap();
    let before = shown.call().unwrap();
    let saved = Saved::of(&script, &["ships", "flagship"]);
    // One that fails leaves all as it was.
    let fails = MIGRATING.replace("LIFE", "100 / (former.x - 3)");
    assert!(message(script.reload(&fails).map(|_| ())).contains("zero"));
    assert_eq!(shown.call().unwrap(), before);
    let done = script
        .reload(&MIGRATING.replace("LIFE", "former.x * 10"))
        .unwrap();
    assert_eq!(done.converted, ["flagship", "ships"]);
    let first = "Ship(at: (1, 2), tags: [\"a\", \"moved\"], life: 10)";
    let second = "Ship(at: (3, 4), tags: [\"moved\"], life: 30)";
    assert_eq!(
        shown.call().unwrap(),
        format!("[{first}, {second}] some({first})")
    );
    saved.compare(&script, &["ships", "flagship"]);
    // A later change is not that one: it goes by names.
    let later = MIGRATING
        .replace("LIFE", "0")
        .replace("life: i64 }", "life: i64, more: i64 = 6 }");
    let later = later.replace("tags, 0)", "tags, 0, 1)");
    script.reload(&later).unwrap();
    let first = first.replace("10)", "10, more: 6))");
    assert!(shown.call().unwrap().ends_with(&first));
    assert!(script.roll_back().unwrap());
    drop((shown, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn a_text_on_trial_is_taken_back_by_a_call_that_fails() {
    let text = "var seen = [1]\nfn f(n: i64) -> i64 { seen.push(n)\n seen.len() }";
    let (engine, script) = loaded(text);
    let f = script.function::<fn(i64) -> i64>("f").unwrap();
    let newer = text.replace("seen.len()", "seen[n] * 100");
    script.try_out(&newer).unwrap();
    for _ in 0..2 {
        assert_eq!(f.call(0).unwrap(), 100);
    }
    assert!(script.is_on_trial());
    let Err(Error::Runtime(error)) = f.call(9) else {
        panic!("the index is there");
    };
    assert!(
        error.rendered.contains("in force again"),
        "{}",
        error.rendered
    );
    assert!(!script.is_on_trial());
    assert_eq!(
        (script.text(), script.get::<Vec<i64>>("seen").unwrap()),
        (text.to_owned(), vec![1])
    );
    assert_eq!(f.call(0).unwrap(), 2);
    // What was kept stays, and so do values of a changed type.
    let other = newer
        .replace("[1]", "[1.5]")
        .replace("push(n)", "push(f64(n))");
    let other = other.replace("seen[n] * 100", "i64(seen[n])");
    assert_eq!(script.try_out(&other).unwrap().converted, ["seen"]);
    script.accept();
    engine.enter(|engine| assert!(f.call_in(engine, 9).is_err()));
    assert_eq!(script.text(), other);
    // Also in the midst of many calls.
    script.try_out(&newer).unwrap();
    engine.enter(|engine| {
        assert!(f.call_in(engine, 9).is_err());
        assert_eq!(f.call_in(engine, 1).unwrap(), 0);
    });
    assert_eq!(script.text(), other);
    drop((f, script));
    assert_eq!(engine.live_blocks(), 0);
}

/// Mun's cases, by name.
#[test]
fn values_become_what_the_table_says() {
    let table = include_str!("../../../../tests/reload/mun.md");
    let mut cases = 0;
    for case in table.split("\n## ").skip(1) {
        let name = case.lines().next().unwrap();
        let mut texts = case
            .split("```sumi\n")
            .skip(1)
            .map(|part| part.split("```").next().unwrap());
        let (before, after) = (texts.next().unwrap(), texts.next().unwrap());
        let expected = case
            .rsplit("```")
            .next()
            .unwrap()
            .split('`')
            .nth(1)
            .unwrap();
        let shown = "\nfn shown() -> str { \"{foo}\" }";
        let (engine, script) = loaded(&format!("{before}{shown}"));
        let done = script.reload(&format!("{after}{shown}"));
        let found = script
            .function::<fn() -> String>("shown")
            .unwrap()
            .call()
            .unwrap();
        assert_eq!(found, expected, "{name}: {done:?}");
        // And back, as far as that goes.
        script.reload(&format!("{before}{shown}")).unwrap();
        script.roll_back().unwrap();
        let shown = script.function::<fn() -> String>("shown").unwrap();
        assert_eq!(shown.call().unwrap(), expected, "{name}, rolled back");
        drop((shown, script));
        assert_eq!(engine.live_blocks(), 0, "{name}");
        cases += 1;
    }
    assert_eq!(cases, 38);
}

/// What a migration does besides is done once for each value, whatever defaults are missing elsewhere.
#[test]
fn saved_values_are_migrated_once() {
    let text = "struct Ship { x: i64 }\nstruct Crew { ships: [Ship] }\nvar crew = Crew([Ship(1), Ship(2)])";
    let (engine, script) = loaded(text);
    let kept = script.keep("crew").unwrap();
    let (bytes, json) = (kept.to_bytes().unwrap(), kept.to_json().unwrap());
    let newer = "var moved = 0
        fn first() -> i64 = 5
        @was(Ship) struct FormerShip { x: i64 }
        struct Ship { at: (i64, i64), more: i64 = first() }
        impl Ship {
            fn migrate(former: FormerShip) -> Ship {
                moved += 1
                Ship((former.x, 0))
            }
        }
        struct Crew { ships: [Ship], spare: i64 = first() + 1 }
        var crew = Crew([])";
    let other_engine = loaded(newer);
    let (_, other) = &other_engine;
    let moved = || other.get::<i64>("moved").unwrap();
    let read = other.from_bytes("crew", &bytes).unwrap();
    assert_eq!(
        (read.changes().to_string().as_str(), moved()),
        ("new: Crew.spare", 2)
    );
    assert_eq!(other.from_json("crew", &json).unwrap(), read);
    assert_eq!(moved(), 4);
    let text = "Crew(ships: [Ship(at: (1, 0), more: 5), Ship(at: (2, 0), more: 5)], spare: 6)";
    assert_eq!(read.to_string(), text);
    drop((kept, read, script, other_engine.1));
    assert_eq!((engine.live_blocks(), other_engine.0.live_blocks()), (0, 0));
}
