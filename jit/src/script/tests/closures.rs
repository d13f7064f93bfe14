//! Closures and functions in values, when their text or what they keep is another one.

use super::loaded;
use crate::report::Error;

const SPELLS: &str = r#"
    struct Power { fire: i64, names: [str] = ["spark"] }
    struct Spell { name: str, cast: fn(i64) -> i64 }
    trait Thing { fn worth(self) -> i64 }
    impl Thing for Power { fn worth(self) -> i64 = self.fire }
    var spells: [Spell] = []
    var plain = |x: i64| x + 1
    var told: fn() -> str = || "nothing"
    var twice: [fn(i64) -> i64] = [|x| x * 2, |x| x * 3]
    fn fire(power: Power, factor: i64) -> fn(i64) -> i64 {
        |x| x * factor + power.fire
    }
    fn frost(cold: i64) -> fn(i64) -> i64 {
        let chill = |x: i64| x - cold
        |x| chill(x) * 10
    }
    fn adder<T: Num>(n: T) -> fn(T) -> T { |x: T| x + n }
    fn worth(power: Power) -> fn() -> str {
        let thing: any Thing = power
        let told = || "worth {thing.worth()}"
        told
    }
    fn learn() {
        let power = Power(7)
        spells.push(Spell("fire", fire(power, 2)))
        spells.push(Spell("frost", frost(1)))
        spells.push(Spell("add", adder(5)))
        told = worth(power)
    }
    fn cast(x: i64) -> str {
        var text = "{told()}, {plain(x)}, {twice[0](x)} {twice[1](x)}"
        for spell in spells { text += ", {spell.name} {(spell.cast)(x)}" }
        text
    }
"#;

#[test]
fn closures_have_the_newest_code_and_keep_what_they_captured() {
    let (engine, script) = loaded(SPELLS);
    let cast = script.function::<fn(i64) -> String>("cast").unwrap();
    let learn = script.function::<fn()>("learn").unwrap();
    learn.call().unwrap();
    let first = "worth 7, 11, 20 30, fire 27, frost 90, add 15";
    assert_eq!(cast.call(10).unwrap(), first);

    // Another text of each; of two beside one another one is as it was.
    let edited = SPELLS
        .replace("x * factor + power.fire", "x * factor + power.fire * 100")
        .replace("chill(x) * 10", "chill(x) * 1000")
        .replace("x - cold", "x - cold - 1")
        .replace("|x: T| x + n", "|x: T| x + n + n")
        .replace("|x: i64| x + 1", "|x: i64| x + 2")
        .replace("|x| x * 3", "|x| x * 4")
        .replace("\"worth {", "\"is worth {");
    let done = script.reload(&edited).unwrap();
    assert_eq!((done.former_code.len(), done.reset.len()), (0, 0), "{done}");
    let second = "is worth 7, 12, 20 40, fire 720, frost 8000, add 20";
    assert_eq!(cast.call(10).unwrap(), second);

    // What they captured is of another type: a field more, another order; and other variables are captured.
    let changed = edited
        .replace(
            "{ fire: i64, names: [str] = [\"spark\"] }",
            "{ heat: f64 = 0.5, names: [str] = [\"spark\"], fire: f64 }",
        )
        .replace("= self.fire", "= i64(self.fire) + 1")
        .replace("Power(7)", "Power(fire: 7.0)")
        .replace(
            "x * factor + power.fire * 100",
            "i64(power.fire + power.heat * 2.0) + x",
        )
        .replace("chill(x) * 1000", "chill(x) + cold");
    let done = script.reload(&changed).unwrap();
    assert_eq!((done.reset.len(), done.lost.len()), (0, 0), "{done}");
    let third = "is worth 8, 12, 20 40, fire 18, frost 8000, add 20";
    assert_eq!(cast.call(10).unwrap(), third);
    assert_eq!(done.former_code.len(), 1, "{done}");
    assert_eq!(done.former_code[0].name, "spells");
    assert!(done.former_code[0].why.contains("captures"), "{done}");
    learn.call().unwrap();
    let learned = "is worth 8, 12, 20 40, fire 18, frost 8000, add 20, fire 18, frost 9, add 20";
    assert_eq!(cast.call(10).unwrap(), learned);

    // Back in time.
    assert!(script.roll_back().unwrap());
    assert_eq!(cast.call(10).unwrap(), second);
    drop((cast, learn, script));
    assert_eq!((engine.live_blocks(), engine.machine_units()), (0, 0));
}

#[test]
fn a_closure_is_known_by_its_text_before_its_place() {
    let text = |closures: &str| {
        format!(
            "var all: [fn(i64) -> i64] = []\n\
             fn fill(k: i64) {{ all = [{closures}] }}\n\
             fn call(x: i64) -> [i64] = all.map(|f| f(x))\n"
        )
    };
    let (_engine, script) = loaded(&text("|x| x + k, |x| x * k"));
    let call = script.function::<fn(i64) -> Vec<i64>>("call").unwrap();
    script.function::<fn(i64)>("fill").unwrap().call(3).unwrap();
    assert_eq!(call.call(10).unwrap(), [13, 30]);
    // One more before them.
    script
        .reload(&text("|x| x - k, |x| x + k, |x| x * k"))
        .unwrap();
    assert_eq!(call.call(10).unwrap(), [13, 30]);
    // The other way round, and one is another.
    script
        .reload(&text("|x| x * k, |x| x + k + 1, |x| x - k"))
        .unwrap();
    assert_eq!(call.call(10).unwrap(), [14, 30]);
    // Both are others: the one that is gone and the two that are new leave it open.
    let done = script
        .reload(&text("|x| x - k, |x| x, |x| k, |x| k * k * x"))
        .unwrap();
    assert_eq!(call.call(10).unwrap(), [14, 30]);
    assert_eq!(done.former_code.len(), 1, "{done}");
    // It is told as long as it is so.
    let done = script
        .reload(&text("|x| x - k, |x| x, |x| k, |x| k * k + x"))
        .unwrap();
    assert_eq!(call.call(10).unwrap(), [14, 30]);
    assert_eq!(done.former_code.len(), 1, "{done}");
    assert_eq!(done.former_code[0].name, "all");
}

#[test]
fn what_values_cannot_become_is_told() {
    let text = "struct Power { fire: i64 }\n\
                fn make(power: Power) -> fn() -> Power { || power }\n\
                var f: fn() -> Power = || Power(0)\n\
                fn set() { f = make(Power(1)) }\n\
                fn get() -> i64 = f().fire\n";
    let (_engine, script) = loaded(text);
    let get = script.function::<fn() -> i64>("get").unwrap();
    script.function::<fn()>("set").unwrap().call().unwrap();
    assert_eq!(get.call().unwrap(), 1);
    // What the closure was is not in the text, and what it gives is another type.
    let gone = text
        .replace("fire: i64 }", "ice: i64 = 2, fire: i64 }")
        .replace("Power(0)", "Power(fire: 0)")
        .replace("Power(1)", "Power(fire: 1)")
        .replace(
            "{ || power }",
            "{ let two = [|| Power(3, 4), || Power(5, 6)]\n two[1] }",
        );
    match script.reload(&gone) {
        Err(Error::Reload { message }) => assert!(message.contains("`Power`"), "{message}"),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(get.call().unwrap(), 1);
    // A capture whose type cannot be converted: the variable begins again, and says so.
    let other = text
        .replace("fire: i64 }", "fire: [str] }")
        .replace("f().fire", "f().fire.len()")
        .replace("Power(0)", "Power([])")
        .replace("Power(1)", "Power([\"a\", \"b\"])");
    let done = script.reload(&other).unwrap();
    assert_eq!(get.call().unwrap(), 0);
    assert_eq!(done.reset.len(), 1, "{done}");
    assert!(done.reset[0].why.contains("power.fire"), "{done}");
}

#[test]
fn named_functions_in_values_follow_the_types_that_they_take() {
    let text = "struct Ship { x: i64 }\n\
                fn speed(ship: Ship) -> i64 = ship.x\n\
                var f: fn(Ship) -> i64 = speed\n\
                var ship = Ship(5)\n\
                fn get() -> i64 = f(ship)\n";
    let (_engine, script) = loaded(text);
    let get = script.function::<fn() -> i64>("get").unwrap();
    assert_eq!(get.call().unwrap(), 5);
    let other = text
        .replace("{ x: i64 }", "{ y: i64 = 3, x: i64 }")
        .replace("Ship(5)", "Ship(x: 5)")
        .replace("= ship.x\n", "= ship.x + ship.y\n");
    let done = script.reload(&other).unwrap();
    assert_eq!((get.call().unwrap(), done.reset.len()), (8, 0), "{done}");
}

/// Values that a host keeps are brought over when they are put back.
#[test]
fn kept_values_get_the_newest_code() {
    let (engine, script) = loaded(SPELLS);
    let cast = script.function::<fn(i64) -> String>("cast").unwrap();
    script.function::<fn()>("learn").unwrap().call().unwrap();
    let (kept, shot) = (script.keep("spells").unwrap(), script.snapshot().unwrap());
    let changed = SPELLS
        .replace("{ fire: i64, names", "{ heat: i64 = 4, fire: i64, names")
        .replace("Power(7)", "Power(fire: 7)")
        .replace("+ power.fire", "+ power.fire * power.heat");
    script.reload(&changed).unwrap();
    script.accept();
    script
        .reload(&changed.replace("chill(x) * 10", "chill(x)"))
        .unwrap();
    script.put("spells", &kept).unwrap();
    assert_eq!(
        cast.call(10).unwrap(),
        "worth 7, 11, 20 30, fire 48, frost 9, add 15"
    );
    script.restore(&shot).unwrap();
    assert_eq!(
        cast.call(10).unwrap(),
        "worth 7, 11, 20 30, fire 48, frost 9, add 15"
    );
    drop((cast, kept, shot, script));
    assert_eq!((engine.live_blocks(), engine.machine_units()), (0, 0));
}
