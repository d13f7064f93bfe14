//! What a host is told that asks for what a script does not have, or has otherwise.

use expect_test::{Expect, expect};

use super::*;
use crate::host::{Mut, Slice, SliceMut};

const BALLS: &str = "import sky.{rain}
struct Place { x: f32, y: f64 }
struct Ball { at: Place, spots: [(i64, Place)], name: str }
enum Mood { Calm, Angry(hours: i64) }
struct Alone { x: i64 }
var balls: [Ball] = []
var hits = 3
const most = 9
fn update(dt: f32) -> i64 = i64(dt) + hits
fn hit(ball: Ball, by: i64) -> i64 = by
fn calm(mood: Mood?) -> bool = true
fn first() -> Ball? = balls.first()
fn push(mut xs: [f32], x: f32) { xs.push(x) }
fn total(xs: [f32]) -> f32 = xs.sum()
fn move_on(mut at: Place, by: f32) { at.x += by }
fn name(mut names: [str]) { names[0] = \"new\" }
fn count(of: [str: i64]) -> i64 = of.len()
fn same<T>(x: T) -> T = x
fn lonely(one: Alone) { }
";

fn asked() -> Script {
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.set_resolver(|path| {
        let text = "pub fn rain(much: f64) -> f64 = much\npub fn snow(much: f64) -> f64 = much";
        (path == "sky").then(|| text.to_owned())
    });
    engine.load("balls.sumi", BALLS).unwrap()
}

/// What is told, and that the line is there as data too if there is one.
fn told<T>(result: Result<T, Error>, expected: Expect) {
    let Err(Error::Signature {
        rendered, problems, ..
    }) = result
    else {
        panic!("it was given");
    };
    let is_placed = rendered.contains("┌─");
    let line = problems.first().map_or(0, |problem| problem.line);
    let place = format!(":{line}:");
    assert!(
        !is_placed || rendered.contains(&place),
        "{line}: {rendered}"
    );
    expected.assert_eq(&rendered);
}

mod other {
    #[derive(Clone, Copy, sumi_macros::Value)]
    #[repr(C)]
    pub(super) struct Place {
        pub(super) x: f32,
        pub(super) y: f32,
    }

    #[derive(sumi_macros::Value)]
    pub(super) struct Ball {
        pub(super) at: super::Place,
        pub(super) spots: Vec<(i64, Place)>,
        pub(super) name: String,
    }

    #[derive(sumi_macros::Value)]
    pub(super) enum Mood {
        Calm,
        Angry { hours: i32 },
    }

    #[derive(sumi_macros::Value)]
    pub(super) struct Alone {
        pub(super) x: i64,
        pub(super) y: i64,
    }
}

#[derive(Clone, Copy, sumi_macros::Value)]
#[repr(C)]
struct Place {
    x: f32,
    y: f64,
}

#[derive(sumi_macros::Value)]
struct Ball {
    at: Place,
    spots: Vec<(i64, Place)>,
}

#[test]
fn a_name_that_is_not_there() {
    let script = asked();
    told(
        script.function::<fn(f32) -> i64>("updat"),
        expect![[r#"
        error[not-in-script]: `balls.sumi` has no function `updat`
          ┌─ balls.sumi:9:4
          │
        9 │ fn update(dt: f32) -> i64 = i64(dt) + hits
          │    ^^^^^^ this is close
          │
          = help: did you mean `update`?
    "#]],
    );
    told(
        script.function::<fn(f64) -> f64>("snow"),
        expect![[r#"
        error[not-in-script]: `balls.sumi` has no function `snow`
          ┌─ sky.sumi:2:8
          │
        2 │ pub fn snow(much: f64) -> f64 = much
          │        ^^^^ the module `sky` has it
          │
          = help: a host reaches what the script itself has; it can hand it on: `fn snow(much: f64) -> f64 { sky.snow(much) }`
    "#]],
    );
    told(
        script.function::<fn(Slice<f32>) -> f32>("add_up"),
        expect![[r#"
        error[not-in-script]: `balls.sumi` has no function `add_up`
           ┌─ balls.sumi:14:4
           │
        14 │ fn total(xs: [f32]) -> f32 = xs.sum()
           │    ^^^^^ the only one of the type that is asked for
           │
           = help: did you mean `total`?
    "#]],
    );
    told(
        script.function::<fn()>("act"),
        expect![[r#"
        error[not-in-script]: `balls.sumi` has no function `act`
    "#]],
    );
    told(
        script.get::<i64>("hit"),
        expect![[r#"
        error[not-as-asked]: `hit` is a function, not a variable
           ┌─ balls.sumi:10:4
           │
        10 │ fn hit(ball: Ball, by: i64) -> i64 = by
           │    ^^^ declared here
           │
           = help: `script.function::<fn(Ball, i64) -> i64>("hit")` is what calls it
    "#]],
    );
    told(
        script.get::<i64>("hitz"),
        expect![[r#"
        error[not-in-script]: `balls.sumi` has no variable `hitz`
          ┌─ balls.sumi:7:5
          │
        7 │ var hits = 3
          │     ^^^^ this is close
          │
          = help: did you mean `hits`?
    "#]],
    );
    told(
        script.get::<i64>("speed"),
        expect![[r#"
        error[not-in-script]: `balls.sumi` has no variable `speed`
         = help: its variables are `balls`, `hits`
    "#]],
    );
    told(
        script.function::<fn()>("hits"),
        expect![[r#"
        error[not-as-asked]: `hits` is a variable, not a function
          ┌─ balls.sumi:7:5
          │
        7 │ var hits = 3
          │     ^^^^ declared here
          │
          = help: `script.get::<i64>("hits")` gives its value
    "#]],
    );
    told(
        script.get::<i64>("most"),
        expect![[r#"
        error[not-as-asked]: `most` is a constant, not a variable
          ┌─ balls.sumi:8:7
          │
        8 │ const most = 9
          │       ^^^^ declared here
          │
          = help: a constant is no place in memory: let a function give it, or bind it by `let`
    "#]],
    );
    told(
        script.function::<fn()>("Ball"),
        expect![[r#"
        error[not-as-asked]: `Ball` is a type, not a function
          ┌─ balls.sumi:3:8
          │
        3 │ struct Ball { at: Place, spots: [(i64, Place)], name: str }
          │        ^^^^ declared here
    "#]],
    );
    let (_engine, empty) = loaded("var x = 1\nvar y = 2");
    told(
        empty.function::<fn()>("update"),
        expect![[r#"
        error[not-in-script]: `script` has no function `update`
         = note: it has no functions at all
    "#]],
    );
    told(
        empty.get::<i64>("total"),
        expect![[r#"
        error[not-in-script]: `script` has no variable `total`
         = help: its variables are `x`, `y`
    "#]],
    );
}

#[test]
fn a_type_that_is_another_one() {
    let script = asked();
    told(
        script.function::<fn(f64) -> i64>("update"),
        expect![[r#"
        error[not-as-asked]: `update` is `fn(f32) -> i64`, and the host asks for `fn(f64) -> i64`
          ┌─ balls.sumi:9:11
          │
        9 │ fn update(dt: f32) -> i64 = i64(dt) + hits
          │           ^^ `f32`, and the host passes `f64`
          │
          = help: ask for `fn(f32) -> i64`
    "#]],
    );
    told(
        script.function::<fn(f32) -> f32>("update"),
        expect![[r#"
        error[not-as-asked]: `update` is `fn(f32) -> i64`, and the host asks for `fn(f32) -> f32`
          ┌─ balls.sumi:9:4
          │
        9 │ fn update(dt: f32) -> i64 = i64(dt) + hits
          │    ^^^^^^ it gives `i64`, and the host asks for `f32`
          │
          = help: ask for `fn(f32) -> i64`
    "#]],
    );
    told(
        script.function::<fn(f32)>("hit"),
        expect![[r#"
        error[not-as-asked]: `hit` is `fn(Ball, i64) -> i64`, and the host asks for `fn(f32)`
           ┌─ balls.sumi:10:4
           │
        10 │ fn hit(ball: Ball, by: i64) -> i64 = by
           │    ^^^ 2 parameters, and the host passes one argument
           │
           = help: ask for `fn(Ball, i64) -> i64`
    "#]],
    );
    told(
        script.function::<fn(i64) -> i64>("count"),
        expect![[r#"
        error[not-as-asked]: `count` is `fn([str: i64]) -> i64`, and the host asks for `fn(i64) -> i64`
           ┌─ balls.sumi:17:10
           │
        17 │ fn count(of: [str: i64]) -> i64 = of.len()
           │          ^^ `[str: i64]`, and the host passes `i64`
           │
           = help: no type of a host stands for `[str: i64]`: hand over an array
    "#]],
    );
    told(
        script.function::<fn(i64) -> i64>("same"),
        expect![[r#"
        error[not-as-asked]: `same` has type parameters, so it is no code that a host could call
           ┌─ balls.sumi:18:4
           │
        18 │ fn same<T>(x: T) -> T = x
           │    ^^^^ `fn(T) -> T`
           │
           = help: let another function of the script call it, with the types that are meant
    "#]],
    );
    told(
        script.get::<String>("hits"),
        expect![[r#"
        error[not-as-asked]: `hits` is `i64`, and the host asks for `String`
          ┌─ balls.sumi:7:5
          │
        7 │ var hits = 3
          │     ^^^^ `i64`
          │
          = help: ask for `i64`
    "#]],
    );
    told(
        script.get::<Vec<i64>>("balls"),
        expect![[r#"
        error[not-as-asked]: `balls` is `[Ball]`, and the host asks for `Vec<i64>`
          ┌─ balls.sumi:6:5
          │
        6 │ var balls: [Ball] = []
          │     ^^^^^ `[Ball]`
          │
          = help: ask for `Vec<Ball>`
    "#]],
    );
}

#[test]
fn a_part_of_a_type_that_is_another_one() {
    let script = asked();
    told(
        script.function::<fn(other::Ball, i64) -> i64>("hit"),
        expect![[r#"
        error[not-as-asked]: `hit` is `fn(Ball, i64) -> i64`, but `Ball.spots[..].1.y` is `f32` in the host and `f64` in the script
           ┌─ balls.sumi:10:8
           │
        10 │ fn hit(ball: Ball, by: i64) -> i64 = by
           │        ^^^^ the host passes another `Ball`
           │
           ┌─ balls.sumi:2:24
           │
         2 │ struct Place { x: f32, y: f64 }
           │                        - `f64` here
           │
           = help: declare both alike, or let the script import the host's, which `module.value_type` offers
    "#]],
    );
    told(
        script.function::<fn() -> Option<Ball>>("first"),
        expect![[r#"
        error[not-as-asked]: `first` is `fn() -> Ball?`, but the host's `Ball` lacks the field `name: str`, which that of the script has
           ┌─ balls.sumi:12:4
           │
        12 │ fn first() -> Ball? = balls.first()
           │    ^^^^^ the host asks for another `Ball?` as its result
           │
           ┌─ balls.sumi:3:49
           │
         3 │ struct Ball { at: Place, spots: [(i64, Place)], name: str }
           │                                                 ---- the host's has none
           │
           = help: declare both alike, or let the script import the host's, which `module.value_type` offers
    "#]],
    );
    told(
        script.function::<fn(Option<other::Mood>) -> bool>("calm"),
        expect![[r#"
        error[not-as-asked]: `calm` is `fn(Mood?) -> bool`, but `Mood.Angry.hours` is `i32` in the host and `i64` in the script
           ┌─ balls.sumi:11:9
           │
        11 │ fn calm(mood: Mood?) -> bool = true
           │         ^^^^ the host passes another `Mood?`
           │
           ┌─ balls.sumi:4:25
           │
         4 │ enum Mood { Calm, Angry(hours: i64) }
           │                         ---------- `i64` here
           │
           = help: declare both alike, or let the script import the host's, which `module.value_type` offers
    "#]],
    );
    told(
        script.function::<fn(other::Alone)>("lonely"),
        expect![[r#"
        error[not-as-asked]: `lonely` is `fn(Alone)`, but the host's `Alone` has the field `y: i64`, which that of the script lacks
           ┌─ balls.sumi:19:11
           │
        19 │ fn lonely(one: Alone) { }
           │           ^^^ the host passes another `Alone`
           │
           ┌─ balls.sumi:5:8
           │
         5 │ struct Alone { x: i64 }
           │        ----- the field `y: i64` is missing
           │
           = help: declare both alike, or let the script import the host's, which `module.value_type` offers
    "#]],
    );
    told(
        script.get::<Vec<Ball>>("balls"),
        expect![[r#"
        error[not-as-asked]: `balls` is `[Ball]`, but the host's `Ball` lacks the field `name: str`, which that of the script has
          ┌─ balls.sumi:6:5
          │
        6 │ var balls: [Ball] = []
          │     ^^^^^ the host asks for another `[Ball]`
          │
          ┌─ balls.sumi:3:49
          │
        3 │ struct Ball { at: Place, spots: [(i64, Place)], name: str }
          │                                                 ---- the host's has none
          │
          = help: declare both alike, or let the script import the host's, which `module.value_type` offers
    "#]],
    );
    let fields = |ball: other::Ball| (ball.at, ball.spots.len(), ball.name);
    let alone = |alone: other::Alone| (alone.x, alone.y);
    let place = |place: other::Place| (place.x, place.y);
    let mood = |mood: other::Mood| match mood {
        other::Mood::Calm => 0,
        other::Mood::Angry { hours } => hours,
    };
    let _ = (fields, alone, place, mood, |ball: Ball| {
        (ball.at, ball.spots)
    });
}

#[test]
fn what_is_lent_and_what_is_passed() {
    let script = asked();
    told(
        script.function::<fn(Vec<f32>, f32)>("push"),
        expect![[r#"
        error[not-as-asked]: `push` changes its `xs` in place, and the host passes a value
           ┌─ balls.sumi:13:13
           │
        13 │ fn push(mut xs: [f32], x: f32) { xs.push(x) }
           │             ^^ `mut`: what the caller has is changed
           │
           = help: ask for `fn(SliceMut<f32>, f32)`, and lend a `&mut [f32]`
           = help: or take it without `mut`, and let the function give the new value back
    "#]],
    );
    told(
        script.function::<fn(SliceMut<f32>) -> f32>("total"),
        expect![[r#"
        error[not-as-asked]: `total` does not change its `xs`, which the host lends to be changed
           ┌─ balls.sumi:14:10
           │
        14 │ fn total(xs: [f32]) -> f32 = xs.sum()
           │          ^^ this is no `mut`
           │
           = help: ask for `fn(Slice<f32>) -> f32`
           = help: or have the script change it: `mut xs: [f32]`
    "#]],
    );
    told(
        script.function::<fn(Place, f32)>("move_on"),
        expect![[r#"
        error[not-as-asked]: `move_on` changes its `at` in place, and the host passes a value
           ┌─ balls.sumi:15:16
           │
        15 │ fn move_on(mut at: Place, by: f32) { at.x += by }
           │                ^^ `mut`: what the caller has is changed
           │
           = help: ask for `fn(Mut<Place>, f32)`, and lend a `&mut Place`
           = help: or take it without `mut`, and let the function give the new value back
    "#]],
    );
    told(
        script.function::<fn(Mut<f32>) -> i64>("update"),
        expect![[r#"
        error[not-as-asked]: `update` does not change its `dt`, which the host lends to be changed
          ┌─ balls.sumi:9:11
          │
        9 │ fn update(dt: f32) -> i64 = i64(dt) + hits
          │           ^^ this is no `mut`
          │
          = help: ask for `fn(f32) -> i64`
          = help: or have the script change it: `mut dt: f32`
    "#]],
    );
    told(
        script.function::<fn(Vec<String>)>("name"),
        expect![[r#"
        error[not-as-asked]: `name` changes its `names` in place, and the host passes a value
           ┌─ balls.sumi:16:13
           │
        16 │ fn name(mut names: [str]) { names[0] = "new" }
           │             ^^^^^ `mut`: what the caller has is changed
           │
           = help: a host lends plain data only, and `[str]` is more: take `names: [str]` without `mut`, and give the new value back
    "#]],
    );
}

#[test]
fn what_a_slice_cannot_be_used_for() {
    let (_engine, script) = loaded(
        "var kept: [i64] = []
fn grow(mut xs: [i64]) { xs.push(1) }
fn through(n: i64, mut xs: [i64]) { grow(mut xs) }
fn exchange(mut xs: [i64]) { xs = [1, 2] }
fn keep(mut xs: [i64]) { kept = xs }
fn order(mut xs: [i64]) { xs.sort() }
fn both(mut xs: [i64], mut ys: [i64]) { xs.extend(ys) }
",
    );
    told(
        script.function::<fn(SliceMut<i64>)>("grow"),
        expect![[r#"
        error[not-in-place]: a slice of the host cannot grow, shrink or be exchanged
          ┌─ script:2:26
          │
        2 │ fn grow(mut xs: [i64]) { xs.push(1) }
          │             --           ^^^^^^^^^^ `push` changes how many elements there are
          │             │             
          │             the host lends its elements here
          │
          = help: let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result
    "#]],
    );
    told(
        script.function::<fn(i64, SliceMut<i64>)>("through"),
        expect![[r#"
        error[not-in-place]: a slice of the host cannot grow, shrink or be exchanged
          ┌─ script:2:26
          │
        2 │ fn grow(mut xs: [i64]) { xs.push(1) }
          │                          ^^^^^^^^^^ `push` changes how many elements there are
          │
          ┌─ script:3:24
          │
        3 │ fn through(n: i64, mut xs: [i64]) { grow(mut xs) }
          │                        -- the host lends its elements here
          │
          = help: let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result
    "#]],
    );
    told(
        script.function::<fn(SliceMut<i64>)>("exchange"),
        expect![[r#"
        error[not-in-place]: a slice of the host cannot grow, shrink or be exchanged
          ┌─ script:4:30
          │
        4 │ fn exchange(mut xs: [i64]) { xs = [1, 2] }
          │                 --           ^^^^^^^^^^^ this puts another array in its place, of any length
          │                 │             
          │                 the host lends its elements here
          │
          = help: let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result
    "#]],
    );
    told(
        script.function::<fn(SliceMut<i64>)>("keep"),
        expect![[r#"
        error[not-in-place]: a slice of the host cannot be kept: it is lent for one call
          ┌─ script:5:26
          │
        5 │ fn keep(mut xs: [i64]) { kept = xs }
          │             --           ^^^^^^^^^ this keeps the array beyond this line
          │             │             
          │             the host lends its elements here
          │
          = help: let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result
    "#]],
    );
    told(
        script.function::<fn(SliceMut<i64>)>("order"),
        expect![[r#"
        error[not-in-place]: a slice of the host cannot be used as a whole
          ┌─ script:6:27
          │
        6 │ fn order(mut xs: [i64]) { xs.sort() }
          │              --           ^^^^^^^^^ `sort` is made for arrays of Sumi's own
          │              │             
          │              the host lends its elements here
          │
          = help: let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result
    "#]],
    );
    told(
        script.function::<fn(SliceMut<i64>, SliceMut<i64>)>("both"),
        expect![[r#"
        error[not-in-place]: a slice of the host cannot grow, shrink or be exchanged
          ┌─ script:7:41
          │
        7 │ fn both(mut xs: [i64], mut ys: [i64]) { xs.extend(ys) }
          │             --             --           ^^^^^^^^^^^^^ `extend` changes how many elements there are
          │             │              │             
          │             │              the host lends its elements here
          │             the host lends its elements here
          │
          = help: let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result
    "#]],
    );
}

#[test]
fn handles_that_a_reload_leaves_without_a_function() {
    let (_engine, script) = loaded(
        "fn go(n: i64) -> i64 = n\nfn stay(mut xs: [i64]) { xs[0] = 1 }\nfn leave() -> i64 = 1\nfn other() -> i64 = 2",
    );
    let go = script.function::<fn(i64) -> i64>("go").unwrap();
    let again = script.function::<fn(i64) -> i64>("go").unwrap();
    let stay = script.function::<fn(SliceMut<i64>)>("stay").unwrap();
    let leave = script.function::<fn() -> i64>("leave").unwrap();
    let other = script.function::<fn() -> i64>("other").unwrap();
    drop(script.function::<fn(i64) -> i64>("go"));
    let text = "fn go(n: str) -> i64 = 1\nfn stay(mut xs: [i64]) { xs.push(1) }\nfn depart() -> i64 = 1\nfn other() -> i64 = 3";
    let seen = script.preview(text).unwrap();
    expect!["cannot be called any more: go (`go` is `fn(str) -> i64`, and the host asks for `fn(i64) -> i64`); cannot be called any more: stay (a slice of the host cannot grow, shrink or be exchanged); cannot be called any more: leave (`script` has no function `leave`)"].assert_eq(&seen.to_string());
    let rendered: Vec<&str> = seen
        .unusable
        .iter()
        .map(|each| each.rendered.as_str())
        .collect();
    expect![[r#"
        error[not-as-asked]: `go` is `fn(str) -> i64`, and the host asks for `fn(i64) -> i64`
          ┌─ script:1:7
          │
        1 │ fn go(n: str) -> i64 = 1
          │       ^ `str`, and the host passes `i64`
          │
          = help: ask for `fn(String) -> i64`

        error[not-in-place]: a slice of the host cannot grow, shrink or be exchanged
          ┌─ script:2:26
          │
        2 │ fn stay(mut xs: [i64]) { xs.push(1) }
          │             --           ^^^^^^^^^^ `push` changes how many elements there are
          │             │             
          │             the host lends its elements here
          │
          = help: let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result

        error[not-in-script]: `script` has no function `leave`
          ┌─ script:3:4
          │
        3 │ fn depart() -> i64 = 1
          │    ^^^^^^ new, and of the type that is asked for
          │
          = help: did you mean `depart`?
    "#]].assert_eq(&rendered.join("\n"));
    // A preview changes nothing.
    assert_eq!((go.call(3).unwrap(), leave.call().unwrap()), (3, 1));
    let done = script.reload(text).unwrap();
    assert_eq!(done.unusable, seen.unusable);
    assert_eq!(other.call().unwrap(), 3);
    told(
        go.call(1),
        expect![[r#"
        error[not-as-asked]: `go` is `fn(str) -> i64`, and the host asks for `fn(i64) -> i64`
          ┌─ script:1:7
          │
        1 │ fn go(n: str) -> i64 = 1
          │       ^ `str`, and the host passes `i64`
          │
          = help: ask for `fn(String) -> i64`
    "#]],
    );
    told(
        leave.call(),
        expect![[r#"
        error[not-in-script]: `script` has no function `leave`
          ┌─ script:3:4
          │
        3 │ fn depart() -> i64 = 1
          │    ^^^^^^ new, and of the type that is asked for
          │
          = help: did you mean `depart`?
    "#]],
    );
    assert!(stay.call(&mut [1]).is_err());
    // They are told as long as they are held.
    let next = text.replace("= 3", "= 4");
    assert_eq!(script.reload(&next).unwrap().unusable.len(), 3);
    drop((go, again, stay));
    let next = script.reload(text).unwrap();
    let names: Vec<&str> = next
        .unusable
        .iter()
        .map(|each| each.name.as_str())
        .collect();
    assert_eq!(names, ["leave"]);
    let back = script
        .reload("fn leave() -> i64 = 5\nfn other() -> i64 = 3")
        .unwrap();
    assert_eq!((back.unusable, leave.call().unwrap()), (Vec::new(), 5));
}

#[test]
fn what_may_have_another_name_now() {
    let text = "struct Ship { x: f64, speed: f64, crew: i64 }
        enum Mood { Calm, Angry(hours: i64) }
        struct Old { a: i64 }
        var count = 1
        var ships = [Ship(1, 2, 3)]
        var mood = Mood.Calm
        var left = 1.5
        var right = 2.5
        let most = 5";
    let (_engine, script) = loaded(text);
    let renamed = text
        .replace("speed: f64", "velocity: f64")
        .replace("Angry(", "Furious(")
        .replace("struct Old", "struct Former")
        .replace("var count", "var total")
        .replace("var left", "var west")
        .replace("var right", "var east")
        .replace("let most", "let max_count");
    let seen = script.preview(&renamed).unwrap();
    let told: Vec<String> = seen
        .maybe_renamed
        .iter()
        .map(|each| format!("{} -> {}: {}", each.former, each.new, each.write))
        .collect();
    expect![[r#"
        count -> total: @was(count) var total
        Old -> Former: @was(Old) struct Former
        Mood.Angry -> Mood.Furious: @was(Angry) Furious
        Ship.speed -> Ship.velocity: @was(speed) velocity: f64"#]]
    .assert_eq(&told.join("\n"));
    expect!["converted: mood; new: east, max_count, total, west; dropped: count, left, most, right; back to its first value: ships (`ships[0].velocity` is new and has no default); if count is total now, write `@was(count) var total`, and its value is kept; if Old is Former now, write `@was(Old) struct Former`, and its value is kept; if Mood.Angry is Mood.Furious now, write `@was(Angry) Furious`, and its value is kept; if Ship.speed is Ship.velocity now, write `@was(speed) velocity: f64`, and its value is kept"].assert_eq(&seen.to_string());
    // What says so is not asked.
    let said = renamed
        .replace("velocity: f64", "@was(speed) velocity: f64")
        .replace("Furious(", "@was(Angry) Furious(")
        .replace("struct Former", "@was(Old) struct Former")
        .replace("var total", "@was(count) var total")
        .replace("var west", "@was(left) var west")
        .replace("var east", "@was(right) var east");
    let done = script.reload(&said).unwrap();
    assert_eq!(done.maybe_renamed, []);
    assert_eq!(script.get::<f64>("east").unwrap(), 2.5);
}
