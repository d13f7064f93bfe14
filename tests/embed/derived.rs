//! Types of the host that derive `Value`, modules of the host, and closures with a state.

use std::cell::RefCell;
use std::rc::Rc;

use sumi::{Config, Engine, Error, Module, Script, Value};

use crate::{Outcome, failed};

/// The same bytes on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[repr(u8)]
enum Shape {
    Point,
    Circle { radius: f32 },
    Box { w: f64, h: f64 },
    Pair(i16, u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
enum Team {
    Red,
    Blue,
}

/// Copied on the way.
#[derive(Clone, Debug, PartialEq, Value)]
struct Player {
    name: String,
    team: Option<Team>,
    scores: Vec<i64>,
    shape: Shape,
    spots: [(f32, bool); 2],
    last: Event,
}

#[derive(Clone, Debug, PartialEq, Value)]
enum Event {
    Joined,
    Said { words: Vec<String>, loud: bool },
    Scored(i64, Option<String>),
}

const SCRIPT: &str = r#"
import game.{Event, Player, Shape, Team, area, log, next, rename, tagged}

var kept: [Player] = []

fn grown(shape: Shape) -> Shape = match shape {
    Point => Circle(1)
    Circle(r) => Circle(r * 2)
    Box(w, h) => Box(w: h, h: w)
    Pair(a, b) => Pair(a + 1, b + 1)
}

fn played(player: Player) -> Player {
    var p = player
    p.scores.push(next())
    p.team = match p.team {
        some(Red) => some(Blue)
        some(Blue) => none
        none => some(Red)
    }
    p.last = match p.last {
        Joined => Said(words: [p.name, "hi"], loud: true)
        Said(words, _) => Scored(words.len(), words.first())
        Scored(_, _) => Joined
    }
    rename(mut p.scores[0])
    kept.push(p)
    log("{p.name} {area(p.shape)}")
    p
}

fn all() -> [Player] = kept
fn team_of(name: str) -> Team? = kept.find(|p| p.name == name).and_then(|p| p.team)
fn both(p: Player, s: Shape) -> (Player, Shape) = tagged(p, s)
fn told(p: Player) -> str = "{p}"
fn bad() -> i64 = area(Box(w: -1, h: 1)).len()
"#;

/// How large a shape is, as text.
#[sumi::export]
fn area(shape: Shape) -> Result<String, String> {
    match shape {
        Shape::Point => Ok("0".to_owned()),
        Shape::Circle { radius } => Ok(format!("{}", 3.0 * radius * radius)),
        Shape::Box { w, h: _ } if w < 0.0 => Err(format!("{w} is no width")),
        Shape::Box { w, h } => Ok(format!("{}", w * h)),
        Shape::Pair(a, b) => Ok(format!("{}", a * i16::from(b))),
    }
}

#[sumi::export]
fn tagged(mut player: Player, shape: Shape) -> (Player, Shape) {
    player.name += "!";
    (player, shape)
}

pub(crate) fn run() -> Outcome {
    let mut engine = Engine::new(Config::default())?;
    let lines = Rc::new(RefCell::new(Vec::<String>::new()));
    let (seen, count) = (Rc::clone(&lines), RefCell::new(10_i64));
    let mut game = Module::new("game");
    game.export::<area>().export::<tagged>();
    game.function("log(line)", move |line: &str| {
        seen.borrow_mut().push(line.to_owned())
    });
    game.function("next", move || {
        *count.borrow_mut() += 1;
        *count.borrow()
    });
    game.function("rename(score)", |score: &mut i64| *score *= 100);
    engine.add(&game)?;
    let stubs: Vec<(String, &str)> = engine.stubs().collect();
    assert_eq!(stubs, [("game.sumi".to_owned(), STUB)]);

    let script = engine.load("game.sumi", SCRIPT)?;
    let before = engine.live_blocks();
    let grown = script.function::<fn(Shape) -> Shape>("grown")?;
    assert_eq!(grown.call(Shape::Point)?, Shape::Circle { radius: 1.0 });
    assert_eq!(
        grown.call(Shape::Circle { radius: 1.5 })?,
        Shape::Circle { radius: 3.0 }
    );
    assert_eq!(
        grown.call(Shape::Box { w: 1.0, h: 2.0 })?,
        Shape::Box { w: 2.0, h: 1.0 }
    );
    assert_eq!(grown.call(Shape::Pair(-5, 255))?, Shape::Pair(-4, 0));

    let played = script.function::<fn(Player) -> Player>("played")?;
    let mut player = Player {
        name: "zoë".to_owned(),
        team: None,
        scores: vec![3],
        shape: Shape::Circle { radius: 2.0 },
        spots: [(0.5, true), (-1.0, false)],
        last: Event::Joined,
    };
    for round in 1..=4_i64 {
        let next = played.call(&player)?;
        assert_eq!(next.scores.len() as i64, round + 1);
        assert_eq!(next.scores[0], 3 * 100_i64.pow(round as u32));
        assert_eq!(next.scores.last(), Some(&(10 + round)));
        assert_eq!(next.spots, player.spots);
        let (team, last) = match round % 3 {
            1 => {
                let words = vec!["zoë".to_owned(), "hi".to_owned()];
                (Some(Team::Red), Event::Said { words, loud: true })
            }
            2 => (Some(Team::Blue), Event::Scored(2, Some("zoë".to_owned()))),
            _ => (None, Event::Joined),
        };
        assert_eq!((next.team, &next.last), (team, &last));
        player = next;
    }
    assert_eq!(*lines.borrow(), ["zoë 12"; 4]);
    let all = script.function::<fn() -> Vec<Player>>("all")?;
    assert_eq!(all.call()?.len(), 4);
    assert_eq!(all.call()?[3], player);
    assert_eq!(script.get::<Vec<Player>>("kept")?[3], player);
    let team_of = script.function::<fn(String) -> Option<Team>>("team_of")?;
    assert_eq!(team_of.call("zoë")?, Some(Team::Red));
    assert_eq!(team_of.call("nobody")?, None);
    let both = script.function::<fn(Player, Shape) -> (Player, Shape)>("both")?;
    let (named, shape) = both.call(&player, Shape::Point)?;
    assert_eq!((named.name.as_str(), shape), ("zoë!", Shape::Point));
    let told = script.function::<fn(Player) -> String>("told")?;
    player.scores = vec![1];
    let text = "Player(name: \"zoë\", team: some(Red), scores: [1], shape: Circle(radius: 2.0), \
        spots: [(0.5, true), (-1.0, false)], last: Said(words: [\"zoë\", \"hi\"], loud: true))";
    assert_eq!(told.call(&player)?, text);
    let bad = script.function::<fn() -> i64>("bad")?;
    assert_eq!(failed(bad.call())?.message, "-1 is no width");
    script.set("kept", Vec::<Player>::new())?;
    assert_eq!(engine.live_blocks(), before);
    mismatches(&mut engine, &script)
}

/// What the host takes for the same is not: by name, and by its parts.
fn mismatches(engine: &mut Engine, script: &Script) -> Outcome {
    mod other {
        #[derive(sumi::Value)]
        pub(super) struct Player {
            pub(super) name: String,
            pub(super) age: i64,
        }

        #[derive(Clone, Copy, sumi::Value)]
        #[repr(u8)]
        pub(super) enum Team {
            Red,
            Green,
        }
    }
    let message = |error: Error| match error {
        Error::Signature { message, .. } => message,
        other => other.to_string(),
    };
    let wrong = script.function::<fn(other::Player) -> Player>("played");
    let expected = "`played` is `fn(Player) -> Player`, but the host's `Player` lacks the field `team: Team?`, which that of the script has";
    assert_eq!(wrong.err().map(message).as_deref(), Some(expected));
    let wrong = script.function::<fn(String) -> Option<other::Team>>("team_of");
    let expected = "`team_of` is `fn(str) -> Team?`, but the host's `Team` has the variant `Green` where that of the script has the variant `Blue`";
    assert_eq!(wrong.err().map(message).as_deref(), Some(expected));
    let wrong = script.function::<fn(Shape)>("grown").err().map(message);
    assert_eq!(
        wrong.as_deref(),
        Some("`grown` is `fn(Shape) -> Shape`, and the host asks for `fn(Shape)`")
    );
    let mut again = Module::new("again");
    again.value_type::<Team>().value_type::<other::Player>();
    let wrong = engine.add(&again).err().map(message);
    let expected = "the modules `game` and `again` have two types called `Player`: `team: Team?` in `game` is `age: i64` in `again`";
    assert_eq!(wrong.as_deref(), Some(expected));
    let _ = (
        other::Team::Red,
        other::Team::Green,
        other::Player {
            name: String::new(),
            age: 0,
        }
        .age,
    );
    Ok(())
}

const STUB: &str = "\
pub enum Shape {
    Point
    Circle(radius: f32)
    Box(w: f64, h: f64)
    Pair(a: i16, b: u8)
}
pub enum Team {
    Red
    Blue
}
pub enum Event {
    Joined
    Said(words: [str], loud: bool)
    Scored(a: i64, b: str?)
}
pub struct Player {
    name: str
    team: Team?
    scores: [i64]
    shape: Shape
    spots: [(f32, bool); 2]
    last: Event
}
extern host {
    /// How large a shape is, as text.
    pub fn area(shape: Shape) -> str
    pub fn tagged(player: Player, shape: Shape) -> (Player, Shape)
    pub fn log(line: str)
    pub fn next() -> i64
    pub fn rename(mut score: i64)
}
";
