//! Values that a host keeps, saves and puts back.

mod random;

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::engine::Engine;

fn loaded(text: &str) -> (Engine, Script) {
    let mut engine = Engine::new(Config::default()).unwrap();
    let script = engine.load("script", text).unwrap();
    (engine, script)
}

fn shown(script: &Script, name: &str) -> String {
    script.keep(name).unwrap().to_string()
}

fn why<T: fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(
            Error::Save { message } | Error::Load { message } | Error::Signature { message, .. },
        ) => message,
        other => panic!("it was not refused: {other:?}"),
    }
}

/// Values of all kinds, shared parts among them.
const ALL: &str = "
    enum Shape { Dot, Circle(radius: f32), Pair(i64, str), Only(char), Within(inner: Shape, more: [Shape]) }
    struct Small { a: i8, b: i16, c: i32, d: i64, e: u8, f: u16, g: u32, h: u64 }
    struct Key { x: i64, tag: str }
    struct Mark { }
    struct Everything {
        least: Small, most: Small, x: f32, y: f64, odd: [f64], yes: bool, c: char, nothing: (), name: str
        pair: (i64, str), three: [i32; 3], lanes: f32x4, maybe: i64?, twice: [(i64?)?], good: Result<i64, str>, bad: Result<i64, str>
        by_name: [str: [i64]], by_key: [Key: Shape], empty: [i64: i64], words: Set<str>, bytes: [u8], flags: [bool], marks: [Mark]
        shapes: [Shape], unicode: [str]
    }
    let words = [\"one\", \"two\"]
    var world = Everything(
        least: Small(-128, -32768, -2147483648, i64.min, 0, 0, 0, 0),
        most: Small(127, 32767, 2147483647, i64.max, 255, 65535, 4294967295, u64.max),
        x: 0.1, y: 1e300, odd: [-0.0, 1.0 / 0.0, -1.0 / 0.0, 5e-324], yes: true, c: 'ß', nothing: (), name: \"a\\\"b\\n\",
        pair: (1, \"x\"), three: [1, -2, 3], lanes: f32x4(1, 2.5, -3, 0.1), maybe: some(3), twice: [none, some(none), some(some(1))],
        good: ok(3), bad: err(\"bad\"), by_name: [\"b\": [1, 2], \"a\": []], by_key: [Key(1, \"k\"): Shape.Dot, Key(2, \"k\"): Shape.Circle(2)],
        empty: [:], words: Set([\"z\", \"y\"]), bytes: [1, 2, 255], flags: [true, false], marks: [Mark(), Mark()],
        shapes: [Shape.Pair(7, \"seven\"), Shape.Only('x'), Shape.Within(Shape.Within(Shape.Dot, []), [Shape.Circle(0.5)])],
        unicode: [\"\", \"日本\", \"\\u{1F600}\"],
    )
    world.by_name[\"gone\"] = [5]
    fn drop_one() { let _ = world.by_name.remove(\"gone\") }
    fn lookups() -> bool {
        world.by_name[\"b\"] == [1, 2] && world.by_name.has(\"a\") && !world.by_name.has(\"gone\") && !world.by_name.has(\"c\")
            && world.by_key[Key(2, \"k\")] == Shape.Circle(2) && world.words.has(\"y\") && !world.words.has(\"x\") && world.empty.is_empty()
    }
    fn spoil() { world = Everything(
        least: world.most, most: world.least, x: 0, y: 0, odd: [], yes: false, c: ' ', nothing: (), name: \"\", pair: (0, \"\"), three: [0, 0, 0],
        lanes: f32x4(0, 0, 0, 0), maybe: none, twice: [], good: err(\"\"), bad: ok(0), by_name: [:], by_key: [:], empty: [1: 2], words: Set([\"q\"]),
        bytes: [], flags: [], marks: [], shapes: [], unicode: []) }
";

#[test]
fn a_kept_value_is_what_the_variable_was() {
    let (engine, script) = loaded(ALL);
    let before = script.keep("world").unwrap();
    let text = before.to_string();
    assert!(
        text.starts_with("Everything(least: Small(a: -128, "),
        "{text}"
    );
    assert_eq!(before.type_name(), "Everything");
    script.function::<fn()>("spoil").unwrap().call().unwrap();
    let after = script.keep("world").unwrap();
    assert!(after != before && before == before.clone());
    assert_eq!(before.to_string(), text);
    assert!(script.put("world", &before).unwrap().is_empty());
    assert_eq!(script.keep("world").unwrap(), before);
    let lookups = script.function::<fn() -> bool>("lookups").unwrap();
    assert!(!lookups.call().unwrap(), "the removed key is there again");
    script.function::<fn()>("drop_one").unwrap().call().unwrap();
    assert!(lookups.call().unwrap());
    assert!(why(script.keep("lookups")).contains("not a variable"));
    assert!(why(script.keep("nobody")).contains("nobody"));
    drop((before, after, lookups, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn bytes_and_json_give_the_same_value() {
    let (engine, script) = loaded(ALL);
    script.function::<fn()>("drop_one").unwrap().call().unwrap();
    let lookups = script.function::<fn() -> bool>("lookups").unwrap();
    let before = script.keep("world").unwrap();
    let bytes = before.to_bytes().unwrap();
    let json = before.to_json().unwrap();
    for read in [
        script.from_bytes("world", &bytes).unwrap(),
        script.from_json("world", &json).unwrap(),
    ] {
        script.function::<fn()>("spoil").unwrap().call().unwrap();
        assert_eq!(read.to_string(), before.to_string());
        assert_eq!(read, before);
        assert!(read.changes().is_empty(), "{}", read.changes());
        script.put("world", &read).unwrap();
        assert!(lookups.call().unwrap());
        assert_eq!(read.to_json().unwrap(), json);
    }
    let again = script.from_bytes("world", &bytes).unwrap();
    assert_eq!(again.to_bytes().unwrap(), bytes);
    drop(again);
    // Another process has another engine, and a type may be asked for by name.
    let (other_engine, other) = loaded(ALL);
    assert_eq!(other.from_bytes("world", &bytes).unwrap(), before);
    let small = other.from_json("Shape", r#"{"Pair":[1,"x"]}"#).unwrap();
    assert_eq!(small.to_string(), "Pair(1, \"x\")");
    drop((before, lookups, script, other, small));
    assert_eq!((engine.live_blocks(), other_engine.live_blocks()), (0, 0));
}

#[test]
fn json_is_as_one_would_write_it() {
    let (_engine, script) = loaded(ALL);
    let json = script.keep("world").unwrap().to_json().unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let parts = [
        ("/least/d", "-9223372036854775808"),
        ("/most/h", "18446744073709551615"),
        ("/x", "0.1"),
        ("/odd", r#"[-0.0,"inf","-inf",5e-324]"#),
        ("/twice", r#"[null,{"some":null},{"some":1}]"#),
        ("/bad", r#"{"err":"bad"}"#),
        ("/by_name/b", "[1,2]"),
        ("/words", r#"["z","y"]"#),
        ("/shapes/0", r#"{"Pair":[7,"seven"]}"#),
        ("/shapes/1", r#"{"Only":"x"}"#),
        ("/by_key/0", r#"[{"tag":"k","x":1},"Dot"]"#),
    ];
    for (path, expected) in parts {
        assert_eq!(value.pointer(path).unwrap().to_string(), expected);
    }
}

#[test]
fn what_json_lacks_is_named() {
    let text = "enum Kind { Plain, Big(size: u8) }
        struct Foe { hp: i64, kind: Kind = Kind.Plain, name: str? }
        struct World { foes: [Foe], at: [i64: f64] = [:], c: char = 'x' }
        var world = World([])";
    let (engine, script) = loaded(text);
    let read = |json: &str| script.from_json("world", json);
    let good = read(r#"{"foes": [{"hp": 3.0, "mana": 1}], "at": [[1, 2]]}"#).unwrap();
    let text = "World(foes: [Foe(hp: 3, kind: Plain, name: none)], at: [1: 2.0], c: 'x')";
    assert_eq!(good.to_string(), text);
    let changes = "new: Foe.kind, Foe.name, World.c; dropped: Foe.mana";
    assert_eq!(good.changes().to_string(), changes);
    // What does not fit gives way to a default, as in a reload.
    let lost = read(r#"{"foes": {"hp": [1], "kind": "Huge", "name": "a"}, "at": [], "c": "xy"}"#);
    let lost = lost.unwrap();
    let text = "World(foes: [Foe(hp: 1, kind: Plain, name: some(\"a\"))], at: [:], c: 'x')";
    assert_eq!(lost.to_string(), text);
    assert_eq!(lost.changes().to_string(), "lost: Foe.kind, World.c");
    let (strict_engine, strict) = loaded(
        "enum Kind { Plain, Big(size: u8) }
        struct Foe { hp: i64, kind: Kind?, name: str? }
        struct World { foes: [Foe], at: [i64: f64]?, c: char? }
        var world = World([], none, none)",
    );
    let read = |json: &str| strict.from_json("world", json);
    let before = strict_engine.live_blocks();
    let cases = [
        (
            r#"{"foes": [{"hp": 1}, {"hp": "x"}]}"#,
            "$.foes[1].hp: expected a whole number, found \"x\"",
        ),
        (
            r#"{"foes": [{}]}"#,
            "$.foes[0]: the field `hp` of `Foe` is missing, and has no default",
        ),
        (
            r#"{"foes": [{"hp": 1.5}]}"#,
            "$.foes[0].hp: expected a whole number, found 1.5",
        ),
        (
            r#"{"foes": [{"hp": 1, "kind": {"Big": {"size": 256}}}]}"#,
            "$.foes[0].kind.Big.size: expected a number that `u8` holds, found 256",
        ),
        (
            r#"{"foes": [{"hp": 1, "kind": "Huge"}]}"#,
            "$.foes[0].kind: expected one of `Plain`, `Big`, found \"Huge\"",
        ),
        (
            r#"{"foes": [{"hp": 1, "kind": "Big"}]}"#,
            "$.foes[0].kind.Big: `Big` needs its fields",
        ),
        (
            r#"{"foes": [{"hp": 1, "hp": 2}]}"#,
            "$.foes[0]: the field `hp` is there twice",
        ),
        (
            r#"{"foes": [], "at": [[1, 2], [1, 3]]}"#,
            "$.at: the key of entry 1 is there twice",
        ),
        (
            r#"{"foes": [], "at": [[1]]}"#,
            "$.at[0]: expected a pair of key and value, found an array of 1",
        ),
        (
            r#"{"foes": [], "at": {"1": 2}}"#,
            "$.at: expected an array of pairs, found an object",
        ),
        (
            r#"{"foes": [], "c": "xy"}"#,
            "$.c: expected a text of one character, found \"xy\"",
        ),
        (r#"{"foes": ["#, "EOF"),
        ("[]", "$: expected an object, found an array of 0"),
    ];
    for (json, expected) in cases {
        let found = why(read(json));
        assert!(found.contains(expected), "{json}: {found}");
    }
    assert_eq!(strict_engine.live_blocks(), before);
    drop((good, lost, script));
    assert_eq!(engine.live_blocks(), 0);
}

/// A tree in which each level holds the one below twice has 2^60 leaves by 61 blocks; a chain is as deep as it is long.
#[test]
fn sharing_is_kept_and_chains_are_no_stack() {
    let text = "enum Tree { Leaf, Node(left: Tree, right: Tree) }
        enum Chain { End, Link(next: Chain, n: i64) }
        fn grown(n: i64) -> Tree { var t = Tree.Leaf\n for _ in 0..n { t = Tree.Node(t, t) }\n t }
        fn linked(n: i64) -> Chain { var c = Chain.End\n for i in 0..n { c = Chain.Link(c, i) }\n c }
        var tree = grown(60)
        var chain = linked(100000)
        fn depth() -> i64 { var t = tree\n var n = 0\n loop { match t { Node(l, _) => { t = l\n n += 1 }\n Leaf => return n } } }
        fn clear() { tree = Tree.Leaf\n chain = Chain.End }";
    let (engine, script) = loaded(text);
    let blocks = engine.live_blocks();
    let (tree, chain) = (script.keep("tree").unwrap(), script.keep("chain").unwrap());
    let (small, long) = (tree.to_bytes().unwrap(), chain.to_bytes().unwrap());
    assert!(small.len() < 1000, "{} bytes", small.len());
    assert!(why(chain.to_json()).contains("more than 127 deep"));
    let read = script.from_bytes("tree", &small).unwrap();
    assert_eq!(read, tree);
    let reread = script.from_bytes("chain", &long).unwrap();
    assert_eq!(reread, chain);
    drop((tree, chain));
    script.function::<fn()>("clear").unwrap().call().unwrap();
    assert_eq!(engine.live_blocks(), blocks);
    script.put("tree", &read).unwrap();
    let depth = script.function::<fn() -> i64>("depth").unwrap();
    assert_eq!(depth.call().unwrap(), 60);
    drop((depth, read, reread, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn what_has_no_bytes_is_named_by_its_path() {
    let text = "trait Speaks { fn speak(self) -> str }
        struct Dog { name: str }
        impl Speaks for Dog { fn speak(self) -> str = self.name }
        struct Enemy { hp: i64, think: (fn(i64) -> i64)? = none, pets: [any Speaks] = [] }
        struct World { enemies: [Enemy], by_name: [str: Enemy] }
        var world = World([Enemy(1), Enemy(2), Enemy(3), Enemy(4, think: some(|n| n + 1))], [:])
        var tame = World([], [\"a\": Enemy(1, pets: [Dog(\"rex\")])])
        var fine = World([Enemy(1)], [:])";
    let (_engine, script) = loaded(text);
    let refused = |name: &str| {
        let kept = script.keep(name).unwrap();
        let found = why(kept.to_bytes());
        assert!(kept.to_json().is_err());
        found
    };
    let found = refused("world");
    assert!(
        found.starts_with(
            "`world.enemies[3].think` is a function (`fn(i64) -> i64`) and cannot be saved"
        ),
        "{found}"
    );
    let found = refused("tame");
    assert!(
        found.starts_with("`tame.by_name.values()[0].pets[0]` is an `any` (`any Speaks`)"),
        "{found}"
    );
    let fine = script.keep("fine").unwrap();
    let read = script
        .from_bytes("fine", &fine.to_bytes().unwrap())
        .unwrap();
    assert_eq!(read.to_string(), fine.to_string());
    assert!(script.from_json("fine", &fine.to_json().unwrap()).is_ok());
    assert!(why(script.snapshot().unwrap().to_bytes()).contains("cannot be saved"));
}

#[test]
fn kept_values_follow_the_types_of_the_text() {
    let text = "enum Kind { Plain, Big(size: i32) }
        struct Foe { name: str, kind: Kind, x: i32, mana: i64 }
        struct At { x: i32 }
        var foes = [Foe(\"a\", Kind.Plain, 1, 7), Foe(\"b\", Kind.Big(3), 2, 8)]
        var best: Foe? = foes[1]
        var seen: [At: str] = [At(3): \"three\"]
        var odd = 3
        fn third() -> str { seen[At(3)] }";
    let (engine, script) = loaded(text);
    let kept = script.keep("foes").unwrap();
    let (odd, seen) = (script.keep("odd").unwrap(), script.keep("seen").unwrap());
    let bytes = kept.to_bytes().unwrap();
    let seen_bytes = seen.to_bytes().unwrap();
    let newer = text
        .replace("Big(size: i32)", "Huge, Big(size: i64)")
        .replace("x: i32, mana: i64", "x: i64, life: f64? = 1.5")
        .replace("struct At { x: i32 }", "struct At { x: i64, y: i64 = 0 }")
        .replace(", 7)", ")")
        .replace(", 8)", ")")
        .replace("odd = 3", "odd = \"three\"");
    let done = script.reload(&newer).unwrap();
    // A map finds its keys by their new hashes.
    assert_eq!(done.converted, ["best", "foes", "seen"], "{done}");
    let third = script.function::<fn() -> String>("third").unwrap();
    assert_eq!(third.call().unwrap(), "three");
    let now = shown(&script, "foes");
    assert!(kept.to_string().contains("mana: 7"), "{kept}");
    let changes = "new: Foe.life; dropped: Foe.mana; of another type: Foe.x, Kind.size";
    script.set("odd", "x".to_owned()).unwrap();
    assert_eq!(script.put("foes", &kept).unwrap().to_string(), changes);
    assert_eq!(shown(&script, "foes"), now);
    script.put("seen", &seen).unwrap();
    assert_eq!(third.call().unwrap(), "three");
    let read = script.from_bytes("seen", &seen_bytes).unwrap();
    script.put("seen", &read).unwrap();
    assert_eq!(third.call().unwrap(), "three");
    drop(read);
    let read = script.from_bytes("foes", &bytes).unwrap();
    assert_eq!(read.to_string(), now);
    assert_eq!(read.changes().to_string(), changes);
    let found = why(script.put("odd", &odd));
    assert_eq!(found, "`odd` is of type `i64`, and is to become `str`");
    assert_eq!(shown(&script, "odd"), "x");
    // What was kept before fits again when the reload is taken back.
    assert!(script.roll_back().unwrap());
    assert!(script.put("odd", &odd).unwrap().is_empty());
    drop((kept, odd, seen, read, third, script));
    assert_eq!(engine.live_blocks(), 0);
}

/// A field is boxed as long as its type contains itself.
#[test]
fn types_may_come_to_contain_themselves() {
    let text = "struct Item { n: i64 }
        struct Bag { item: Item, spare: Item? }
        var bag = Bag(Item(1), Item(2))";
    let (engine, script) = loaded(text);
    let kept = script.keep("bag").unwrap();
    let bytes = kept.to_bytes().unwrap();
    let newer = text.replace("n: i64 }", "n: i64, within: Bag? = none }");
    assert_eq!(script.reload(&newer).unwrap().converted, ["bag"]);
    let now = "Bag(item: Item(n: 1, within: none), spare: some(Item(n: 2, within: none)))";
    assert_eq!(shown(&script, "bag"), now);
    let read = script.from_bytes("bag", &bytes).unwrap();
    assert_eq!(read.to_string(), now);
    let bytes = read.to_bytes().unwrap();
    assert_eq!(script.reload(text).unwrap().converted, ["bag"]);
    assert_eq!(script.keep("bag").unwrap(), kept);
    assert_eq!(script.from_bytes("bag", &bytes).unwrap(), kept);
    drop((kept, read, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn snapshots_follow_the_text() {
    let text = "struct Foe { x: i32 }
        let start = 5
        let foe_at = [start]
        var foes = [Foe(1)]
        var n = start
        var gone = [1]
        var text = 1
        fn step() { foes.push(Foe(i32(n)))\n n += 1\n text += 1 }";
    let (engine, script) = loaded(text);
    let step = script.function::<fn()>("step").unwrap();
    step.call().unwrap();
    let saved = script.snapshot().unwrap();
    let bytes = saved.to_bytes().unwrap();
    assert_eq!(
        saved.names(),
        ["foe_at", "foes", "gone", "n", "start", "text"]
    );
    step.call().unwrap();
    assert_eq!(script.restore(&saved).unwrap(), Reloaded::default());
    assert_eq!(
        (shown(&script, "foes"), shown(&script, "n")),
        ("[Foe(x: 1), Foe(x: 5)]".into(), "6".into())
    );
    let newer = text
        .replace("x: i32 }", "x: i32, y: i32 = 9 }")
        .replace("start = 5", "start = 50")
        .replace("var gone = [1]", "var more = [n]")
        .replace("text = 1", "text = \"a\"")
        .replace("text += 1", "text += \"b\"");
    script.reload(&newer).unwrap();
    for round in 0..2 {
        step.call().unwrap();
        let done = match round {
            0 => script.restore(&saved).unwrap(),
            _ => script.restore_from_bytes(&bytes).unwrap(),
        };
        assert_eq!(done.converted, ["foes"]);
        assert_eq!(done.added, ["more"]);
        assert_eq!(done.reset.len(), 1, "{done}");
        assert!(
            done.reset[0].why.contains("`text` is of type `i64`"),
            "{done}"
        );
        let dropped: &[&str] = &["gone"];
        assert_eq!(done.dropped, dropped);
        assert_eq!(shown(&script, "foes"), "[Foe(x: 1, y: 9), Foe(x: 5, y: 9)]");
        assert_eq!(
            (shown(&script, "n"), shown(&script, "start")),
            ("6".into(), "50".into())
        );
        assert_eq!(
            (shown(&script, "more"), shown(&script, "text")),
            ("[6]".into(), "a".into())
        );
    }
    let (second, other) = loaded(text);
    other.restore_from_bytes(&bytes).unwrap();
    assert_eq!(shown(&other, "foes"), "[Foe(x: 1), Foe(x: 5)]");
    assert!(why(other.from_bytes("foes", &bytes)).contains("restore_from_bytes"));
    assert!(other.restore(&saved).is_ok());
    drop((saved, step, script, other));
    assert_eq!((engine.live_blocks(), second.live_blocks()), (0, 0));
}

/// An error while a new first value is computed leaves all as it was.
#[test]
fn restoring_is_all_or_nothing() {
    let text = "var n = [1]\nfn step() { n.push(2) }";
    let (engine, script) = loaded(text);
    let saved = script.snapshot().unwrap();
    script
        .reload(&format!(
            "{text}\nvar at = n[1 - 1]\nvar last = n[n.len() - 1]"
        ))
        .unwrap();
    let step = script.function::<fn()>("step").unwrap();
    step.call().unwrap();
    let worse = format!("{text}\nvar at = n[1 - 1]\nvar last = n[n.len() - 1]\nvar bad = n[1]");
    script.reload(&worse).unwrap();
    script.set("at", 10_i64).unwrap();
    assert!(matches!(script.restore(&saved), Err(Error::Runtime(_))));
    assert_eq!(
        (shown(&script, "n"), shown(&script, "at")),
        ("[1, 2]".into(), "10".into())
    );
    drop((saved, step, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn functions_are_kept_with_their_code() {
    let text = "fn double(n: i64) -> i64 { n * 2 }
        fn rule(by: i64) -> fn(i64) -> i64 { let all = [by, by]\n |n| double(n) + all[0] }
        var held = rule(3)
        fn apply(n: i64) -> i64 { held(n) }";
    let (engine, script) = loaded(text);
    let apply = script.function::<fn(i64) -> i64>("apply").unwrap();
    let kept = script.keep("held").unwrap();
    let other = text
        .replace("n * 2", "n * 20")
        .replace("rule(3)", "rule(4)");
    script.reload(&other).unwrap();
    script.put("held", &kept).unwrap();
    assert_eq!(apply.call(5).unwrap(), 103);
    // The variable has another value, so that only the kept one stands against the new text.
    let plain = format!("{other}\nfn plain(n: i64) -> i64 {{ n }}\nfn reset() {{ held = plain }}");
    script.reload(&plain).unwrap();
    script.function::<fn()>("reset").unwrap().call().unwrap();
    script.accept();
    let unfit = plain.replace("double(n: i64)", "double(n: i64, by: i64 = 1)");
    script.reload(&unfit).unwrap();
    script.put("held", &kept).unwrap();
    assert_eq!(apply.call(5).unwrap(), 103);
    script.function::<fn()>("reset").unwrap().call().unwrap();
    // Nothing in the text is its closure.
    let gone = unfit.replace("let all = [by, by]\n |n| double(n) + all[0]", "plain");
    script.reload(&gone).unwrap();
    let found = why(script.put("held", &kept));
    assert!(found.contains("uses `double`"), "{found}");
    assert_eq!(apply.call(5).unwrap(), 5);
    let engine_blocks = engine.live_blocks();
    drop((apply, script));
    assert!(engine.live_blocks() <= engine_blocks);
    assert!(kept.to_string().contains("fn"), "{kept}");
    drop(kept);
    assert_eq!((engine.live_blocks(), engine.machine_units()), (0, 0));
}

/// A run that fails sweeps what nobody holds; a host's value is held.
#[test]
fn kept_values_outlive_failures_and_the_engine() {
    let text = "var xs = [\"a\"]
        fn fail() -> i64 { xs = [\"c\", \"{xs.len()}\"]\n let ys = [1, 2]\n ys[xs.len()] }
        fn show() -> str { \"{xs}\" }";
    let (engine, script) = loaded(text);
    script
        .set("xs", vec!["long".repeat(10), "b".to_owned()])
        .unwrap();
    let kept = script.keep("xs").unwrap();
    let saved = script.snapshot().unwrap();
    let fail = script.function::<fn() -> i64>("fail").unwrap();
    for _ in 0..3 {
        assert!(fail.call().is_err());
    }
    assert_eq!(script.get::<Vec<String>>("xs").unwrap(), ["c", "2"]);
    script.restore(&saved).unwrap();
    assert_eq!(shown(&script, "xs"), kept.to_string());
    drop((fail, script, engine));
    assert!(kept.to_string().starts_with("[\"longlong"), "{kept}");
    assert_eq!(kept.to_bytes().unwrap()[..4], *b"SUMI");
    drop(saved);
    assert!(kept.to_json().unwrap().ends_with(r#"","b"]"#));
}

#[test]
fn values_go_to_other_scripts_by_their_shape() {
    let text = "struct Foe { x: i32, name: str }\nvar foes = [Foe(1, \"a\"), Foe(2, \"b\")]\nfn n() -> i64 { foes.len() }";
    let (engine, script) = loaded(text);
    let kept = script.keep("foes").unwrap();
    let mut other_engine = Engine::new(Config::default()).unwrap();
    let wider = text.replace("x: i32", "life: i64 = 3, x: i64");
    let wider = wider
        .replace("Foe(1,", "Foe(1, 1,")
        .replace("Foe(2,", "Foe(2, 2,");
    let other = other_engine.load("other", &wider).unwrap();
    let changes = other.put("foes", &kept).unwrap();
    assert_eq!(changes.to_string(), "new: Foe.life; of another type: Foe.x");
    drop((kept, script));
    assert_eq!(engine.live_blocks(), 0);
    drop(engine);
    assert_eq!(
        shown(&other, "foes"),
        "[Foe(life: 3, x: 1, name: \"a\"), Foe(life: 3, x: 2, name: \"b\")]"
    );
    let unlike = other_engine
        .load("unlike", "enum Foe { A }\nvar foes = [Foe.A]")
        .unwrap();
    let kept = other.keep("foes").unwrap();
    let found = why(unlike.put("foes", &kept));
    assert!(
        found.contains("`foes[0]` is of type `struct Foe`, and is to become `enum Foe`"),
        "{found}"
    );
    drop((kept, other, unlike));
    assert_eq!(other_engine.live_blocks(), 0);
}

#[test]
fn own_show_own_hash_and_failures_of_them() {
    let text = "struct Name { text: str, id: i64 }
        impl Show for Name { fn show(self) -> str = if self.id == 7 { panic(\"no seven\") } else { \"<{self.text}>\" } }
        impl Hash for Name { fn hash(self, mut h: Hasher) { if self.id == 9 { panic(\"no nine\") }\n h.add(self.text) } }
        fn ==(a: Name, b: Name) -> bool = a.text == b.text
        var names: [Name: i64] = [Name(\"a\", 1): 10, Name(\"b\", 2): 20]
        var one = Name(\"x\", 7)
        fn find(s: str) -> i64 { names[Name(s, 0)] }";
    let (engine, script) = loaded(text);
    let kept = script.keep("names").unwrap();
    assert_eq!(kept.to_string(), "[<a>: 10, <b>: 20]");
    assert!(shown(&script, "one").contains("no seven"));
    let bytes = kept.to_bytes().unwrap();
    let read = script.from_bytes("names", &bytes).unwrap();
    script.put("names", &read).unwrap();
    let find = script.function::<fn(String) -> i64>("find").unwrap();
    assert_eq!(find.call("b").unwrap(), 20);
    let nine = r#"[[{"text":"q","id":9},1]]"#;
    assert!(matches!(
        script.from_json("names", nine),
        Err(Error::Runtime(_))
    ));
    let twice = r#"[[{"text":"q","id":1},1],[{"text":"q","id":2},1]]"#;
    assert!(why(script.from_json("names", twice)).contains("twice"));
    drop((kept, read, find, script));
    assert_eq!(engine.live_blocks(), 0);
}

#[test]
fn memory_is_bounded_by_the_engine() {
    let config = Config {
        memory_limit: 1 << 20,
        ..Config::default()
    };
    let mut engine = Engine::new(config).unwrap();
    let script = engine
        .load(
            "script",
            "var xs = [1]\nvar big: [[i64]?] = [none]\nbig[0] = some([0; 100])",
        )
        .unwrap();
    let json = format!("[{}]", vec!["1"; 300_000].join(","));
    let before = engine.live_blocks();
    assert!(matches!(
        script.from_json("xs", &json),
        Err(Error::Runtime(_))
    ));
    assert_eq!(engine.live_blocks(), before);
}

#[test]
fn it_is_done_between_calls() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let held: Rc<RefCell<Option<(Script, KeptValue)>>> = Rc::default();
    let (told, within) = (Rc::clone(&seen), Rc::clone(&held));
    engine.register("meddle", move || {
        let held = within.borrow();
        let (script, kept) = held.as_ref().unwrap();
        told.borrow_mut()
            .push(script.keep("n").unwrap().to_string());
        told.borrow_mut().push(why(script.put("n", kept)));
    });
    let text = "extern host { fn meddle() }\nvar n = 1\nfn f() { n = 2\n meddle() }";
    let script = engine.load("script", text).unwrap();
    let kept = script.keep("n").unwrap();
    *held.borrow_mut() = Some((script.clone(), kept));
    script.function::<fn()>("f").unwrap().call().unwrap();
    assert_eq!(seen.borrow()[0], "2");
    assert!(seen.borrow()[1].contains("between two calls"), "{seen:?}");
    held.borrow_mut().take();
}

/// What a state costs that is kept: the first write to an array copies that array, and nothing else is copied.
#[test]
fn a_write_after_a_snapshot_copies_once() {
    let text = "struct World { bodies: [f64], names: [str], turn: i64 }
        var world = World([0.0; 1000], [\"a\"; 100], 0)
        fn step() { world.turn += 1\n for mut b in world.bodies { b += 1 } }";
    let (_engine, script) = loaded(text);
    let step = script.function::<fn()>("step").unwrap();
    let stats = || {
        script
            .0
            .borrow()
            .machine()
            .with_runtime(|runtime| runtime.stats)
    };
    step.call().unwrap();
    let before = stats();
    let mut kept = Vec::new();
    for _ in 0..10 {
        kept.push(script.snapshot().unwrap());
        step.call().unwrap();
        step.call().unwrap();
        script.restore(&kept[kept.len() / 2]).unwrap();
    }
    let after = stats();
    assert_eq!(after.splits - before.splits, 10);
    assert_eq!(after.copied_bytes - before.copied_bytes, 10 * 8000);
    assert_eq!(after.allocations - before.allocations, 10);
}

/// What a map finds by a `hash` of the program, it finds by the newest one.
#[test]
fn maps_follow_the_hash_of_the_text() {
    let text = "struct Name { text: str }
        impl Hash for Name { fn hash(self, mut h: Hasher) { h.add(self.text) } }
        fn ==(a: Name, b: Name) -> bool = a.text == b.text
        var names: [Name: i64] = [Name(\"a\"): 10, Name(\"b\"): 20]
        fn find(s: str) -> i64 { names.get(Name(s)) ?? -1 }";
    let (engine, script) = loaded(text);
    let kept = script.keep("names").unwrap();
    let bytes = kept.to_bytes().unwrap();
    let find = script.function::<fn(String) -> i64>("find").unwrap();
    script
        .reload(&text.replace("h.add(self.text)", "h.add(self.text.len() + 7)"))
        .unwrap();
    assert_eq!(find.call("b").unwrap(), 20);
    let read = script.from_bytes("names", &bytes).unwrap();
    script.put("names", &read).unwrap();
    assert_eq!(find.call("b").unwrap(), 20);
    script.put("names", &kept).unwrap();
    assert_eq!(find.call("b").unwrap(), 20);
    assert!(script.roll_back().unwrap());
    assert_eq!(find.call("b").unwrap(), 20);
    drop((kept, read, find, script));
    assert_eq!(engine.live_blocks(), 0);
}

/// Bytes of a value with everything in it, for changes.
fn sample() -> (Engine, Script, Vec<u8>) {
    let (engine, script) = loaded(ALL);
    let bytes = script.keep("world").unwrap().to_bytes().unwrap();
    (engine, script, bytes)
}

#[test]
fn torn_bytes_are_refused() {
    let (engine, script, bytes) = sample();
    let before = engine.live_blocks();
    for end in 0..bytes.len() {
        let mut torn = bytes[..end].to_vec();
        assert!(script.from_bytes("world", &torn).is_err(), "{end}");
        portable::reseal(&mut torn);
        assert!(script.from_bytes("world", &torn).is_err(), "{end}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    portable::reseal(&mut longer);
    assert!(why(script.from_bytes("world", &longer)).contains("after the end"));
    let mut other = bytes.clone();
    other[20] ^= 1;
    assert!(why(script.from_bytes("world", &other)).contains("damaged"));
    other[4] = 9;
    assert!(why(script.from_bytes("world", &other)).contains("version 9"));
    assert!(why(script.from_bytes("world", b"{}")).contains("no saved value"));
    assert_eq!(engine.live_blocks(), before);
}

/// `PROPTEST_CASES` asks for more.
fn cases(otherwise: u32) -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

thread_local! {
    static SAMPLE: (Engine, Script, Vec<u8>) = sample();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(3000)) })]

    /// Whatever the bytes are, reading gives a value, which can be used like any other, or an error.
    #[test]
    fn hostile_bytes_are_values_or_errors(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        SAMPLE.with(|(engine, script, bytes)| {
            let before = engine.live_blocks();
            let mut bytes = bytes.clone();
            for (at, byte, how) in changes {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes[at] = bytes[at].wrapping_add(1),
                    2 => bytes.insert(at, byte),
                    _ => drop(bytes.remove(at)),
                }
            }
            portable::reseal(&mut bytes);
            if let Ok(read) = script.from_bytes("world", &bytes) {
                assert!(read == read.clone());
                let _ = read.to_json();
                let written = read.to_bytes().unwrap();
                assert_eq!(script.from_bytes("world", &written).unwrap(), read);
            }
            assert_eq!(engine.live_blocks(), before);
        });
    }
}
