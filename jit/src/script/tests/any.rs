//! Values in an `any`, when the types and methods that they have change.

use super::loaded;
use crate::report::Error;

const BEINGS: &str = r#"
    struct Point { x: i64, y: i64 }
    struct Fish { at: Point, names: [str] = ["carp"] }
    enum Bird { Egg(days: i64), Grown }
    trait Being {
        fn speed(self) -> i64
        fn told(self) -> str
        fn step(mut self)
    }
    trait Loud: Being { fn cry(self) -> str }
    impl Being for Fish {
        fn speed(self) -> i64 = self.at.x
        fn told(self) -> str = "fish {self.names}"
        fn step(mut self) { self.at.x += 1 }
    }
    impl Being for Bird {
        fn speed(self) -> i64 = match self { Egg(days) => days, Grown => 100 }
        fn told(self) -> str = "bird"
        fn step(mut self) { self = match self { Egg(days) if days > 0 => Bird.Egg(days - 1), _ => Bird.Grown } }
    }
    impl Being for i64 {
        fn speed(self) -> i64 = self
        fn told(self) -> str = "number"
        fn step(mut self) { self += 10 }
    }
    impl Loud for Bird { fn cry(self) -> str = "caw" }
    struct World { beings: [any Being], by_name: [str: any Loud], best: (any Being)? = none }
    var world = World([Fish(Point(1, 2)), Bird.Egg(3), 7], ["egg": Bird.Egg(5)])
    var copy = world.beings
    fn look() -> str {
        var text = ""
        for being in world.beings { text += "{being.told()} {being.speed()}, " }
        for (name, loud) in world.by_name { text += "{name} {loud.cry()} {loud.speed()}, " }
        for being in copy { text += "{being.speed()} " }
        text + (world.best.map(|being| being.told()) ?? "none")
    }
    fn step() { for mut being in world.beings { being.step() } }
    fn keep() { world.best = world.beings[0] }
"#;

#[test]
fn values_of_changed_types_are_converted_in_them() {
    let (engine, script) = loaded(BEINGS);
    let look = script.function::<fn() -> String>("look").unwrap();
    let step = script.function::<fn()>("step").unwrap();
    script.function::<fn()>("keep").unwrap().call().unwrap();
    let first = "fish [\"carp\"] 1, bird 3, number 7, egg caw 5, 1 3 7 fish [\"carp\"]";
    assert_eq!(look.call().unwrap(), first);
    step.call().unwrap();

    // A field more, deep inside; another order; a method that now takes its value apart; a new method of the trait.
    let other = BEINGS
        .replace("x: i64, y: i64 }", "y: i64, depth: i64 = 40, x: i64 }")
        .replace("Fish(Point(1, 2))", "Fish(Point(2, x: 1))")
        .replace("= self.at.x\n", "= self.at.x + self.at.depth\n")
        .replace("Egg(days: i64)", "Egg(days: f64)")
        .replace("Bird.Egg(days - 1)", "Bird.Egg(days - 1.0)")
        .replace("Egg(days) => days,", "Egg(days) => i64(days) * 10,")
        .replace("days > 0", "days > 0.0")
        .replace("Egg(3)", "Egg(3.0)")
        .replace("Egg(5)", "Egg(5.0)")
        .replace(
            "fn told(self) -> str = \"fish {self.names}\"",
            "fn told(self) -> str { var all = self.names\n all.push(\"fish\")\n all.join(\" \") }",
        )
        .replace(
            "trait Being {",
            "trait Being {\n fn weight(self) -> i64 = 1",
        );
    let done = script.reload(&other).unwrap();
    assert_eq!((done.reset, done.lost), (vec![], vec![]));
    let second = "carp fish 42, bird 20, number 17, egg caw 50, 41 30 7 carp fish";
    assert_eq!(look.call().unwrap(), second);
    step.call().unwrap();
    let third = "carp fish 43, bird 10, number 27, egg caw 50, 41 30 7 carp fish";
    assert_eq!(look.call().unwrap(), third);

    // Back in time, and forth again.
    assert!(script.roll_back().unwrap());
    let rolled = "fish [\"carp\"] 2, bird 2, number 17, egg caw 5, 1 3 7 fish [\"carp\"]";
    assert_eq!(look.call().unwrap(), rolled);
    script.reload(&other).unwrap();
    assert_eq!(look.call().unwrap(), second);
    drop((look, step, script));
    assert_eq!((engine.live_blocks(), engine.machine_units()), (0, 0));
}

#[test]
fn what_can_no_longer_be_in_one_is_refused() {
    let (_engine, script) = loaded(BEINGS);
    let look = script.function::<fn() -> String>("look").unwrap();
    let before = look.call().unwrap();
    let refused = |text: &str, part: &str| match script.reload(text) {
        Err(Error::Reload { message }) => assert!(message.contains(part), "{message}"),
        other => panic!("{part} was not refused: {other:?}"),
    };
    let start = BEINGS.find("    impl Being for i64 {").unwrap();
    let end = BEINGS.find("    impl Loud for Bird").unwrap();
    let without = format!("{}{}", &BEINGS[..start], &BEINGS[end..]);
    let without = without.replace("Bird.Egg(3), 7]", "Bird.Egg(3)]");
    refused(&without, "`world` holds a `i64` as `any Being`");
    let generic = BEINGS
        .replace("struct Fish {", "struct Fish<T> { kind: T? = none,")
        .replace("Being for Fish", "<T> Being for Fish<T>")
        .replace("impl <T>", "impl<T>")
        .replace("Fish(Point", "Fish<i64>(at: Point");
    refused(&generic, "`world` holds a `Fish` in an `any`");
    assert_eq!(look.call().unwrap(), before);
}

/// Names of types may change, too.
#[test]
fn a_type_with_another_name_is_the_same_in_one() {
    let (_engine, script) = loaded(BEINGS);
    let renamed = BEINGS
        .replace("Fish", "Carp")
        .replace("struct Carp {", "@was(Fish) struct Carp { age: i64 = 3,")
        .replace("Carp(Point", "Carp(at: Point")
        .replace("= self.at.x\n", "= self.at.x + self.age\n");
    script.reload(&renamed).unwrap();
    let look = script.function::<fn() -> String>("look").unwrap();
    assert!(look.call().unwrap().starts_with("fish [\"carp\"] 4, "));
}
