//! The game without a window: it plays by itself, its rules are edited in the middle, some of them wrongly.

use std::path::Path;

use crate::STEP;
use crate::game::{Game, Notice, RULES, Texts, read_texts};

fn texts() -> Texts {
    read_texts(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the rules are beside this file")
}

/// With a part of one of them changed.
fn edited(name: &str, from: &str, to: &str) -> Texts {
    let mut texts = texts();
    let text = texts.get_mut(name).expect("there is such a file");
    assert!(text.contains(from), "`{from}` is not in {name}.sumi");
    *text = text.replace(from, to);
    texts
}

fn game(seed: i64, optimize: bool) -> Game {
    Game::new(texts(), seed, optimize).unwrap_or_else(|error| panic!("{error}"))
}

/// What becomes of an edit.
fn follow(game: &mut Game, texts: Texts) -> Notice {
    game.edit(texts);
    let mut notices = std::iter::repeat_with(|| game.follow());
    let notice = notices.find_map(|notice| notice);
    notice.expect("it comes to an end")
}

fn play(game: &mut Game, frames: usize) {
    for _ in 0..frames {
        let (input, failed) = game.pilot();
        assert_eq!(failed, None);
        assert_eq!(game.step(input, STEP), None);
    }
}

fn summary(game: &Game) -> String {
    game.summary().unwrap_or_else(|error| panic!("{error}"))
}

fn value(game: &Game, expression: &str) -> String {
    let found = game.evaluate(expression, 1000);
    found.unwrap_or_else(|error| panic!("{expression}: {error}"))
}

fn number(game: &Game, expression: &str) -> f64 {
    let text = value(game, expression);
    text.parse()
        .unwrap_or_else(|_| panic!("{expression}: {text}"))
}

#[test]
fn a_seed_is_a_game() {
    let mut games = [game(7, true), game(7, false), game(8, false)];
    for game in &mut games {
        play(game, 1500);
    }
    let [first, second, other] = &mut games;
    assert_eq!(summary(first), summary(second));
    assert_eq!(first.paint(), second.paint());
    assert_ne!(first.paint(), other.paint());
    assert!(number(first, "world.score") > 200.0, "{}", summary(first));
    assert!(number(first, "world.column") > 40.0, "{}", summary(first));
    let sounds = first.take_sounds();
    for expected in ["begin", "spit", "hit", "splash"] {
        assert!(sounds.iter().any(|sound| sound == expected), "{expected}");
    }
}

#[test]
fn an_edit_in_the_middle_leaves_the_world() {
    let mut game = game(7, true);
    let blot = "world.enemies.find(|e| e.radius() == 16).map(|e| e.at.x) ?? -1";
    play(&mut game, 200);
    while number(&game, blot) < 400.0 {
        play(&mut game, 1);
    }
    let moved = |game: &mut Game| {
        let before = number(game, blot);
        play(game, 1);
        before - number(game, blot)
    };
    let slow = moved(&mut game);
    let before = summary(&game);

    let mut new = edited(
        "beings",
        "const BLOT_SPEED: f32 = 125",
        "const BLOT_SPEED: f32 = 250",
    );
    let rules = new.get_mut("beings").expect("the beings");
    *rules = rules.replace(
        "age: f32 = 0, flash: f32 = 0 }",
        "age: f32 = 0, flash: f32 = 0, fear: f32 = 3 }",
    );
    assert!(game.is_other(&new));
    assert_eq!(
        follow(&mut game, new.clone()),
        Notice::Reloaded("converted: world".to_owned())
    );
    assert!(!game.is_other(&new));
    assert_eq!(summary(&game), before);
    assert_eq!(value(&game, "world.enemies[0].fear"), "3.0");
    let quick = moved(&mut game);
    assert!(
        (quick - slow - 125.0 * f64::from(STEP)).abs() < 0.01,
        "{slow} {quick}"
    );

    // What lies ahead is read anew, what has arrived stays.
    let column = number(&game, "world.column") as usize + 2;
    let dragon = format!("{}D", ".".repeat(column));
    let at = texts()["level"]
        .lines()
        .position(|line| line.starts_with("    ."))
        .expect("a row");
    let lines = texts()["level"].clone();
    let row = lines.lines().nth(at).expect("a row").to_owned();
    new.insert(
        "level".to_owned(),
        lines.replacen(&row, &format!("    {dragon}"), 1),
    );
    let notice = follow(&mut game, new);
    assert!(
        matches!(&notice, Notice::Reloaded(what) if what.contains("arrivals")),
        "{notice:?}"
    );
    assert_eq!(
        number(&game, "world.enemies.count(|e| e.worth() == 3000)"),
        0.0
    );
    play(&mut game, 80);
    assert_eq!(
        number(&game, "world.enemies.count(|e| e.worth() == 3000)"),
        1.0
    );
}

#[test]
fn wrong_rules_are_survived() {
    let mut game = game(3, false);
    play(&mut game, 300);
    let before = summary(&game);
    let refused = |game: &mut Game, new: Texts, word: &str| {
        let before = summary(game);
        let notice = follow(game, new);
        let Notice::Refused(why) = notice else {
            panic!("{notice:?} instead of a word about {word}");
        };
        assert!(why.contains(word), "{why}");
        assert_eq!(summary(game), before);
        play(game, 10);
        assert_ne!(summary(game), before);
    };
    refused(
        &mut game,
        edited(
            RULES,
            "self.carp.swim(input, dt)\n        if",
            "self.carp.swum(input, dt)\n        if",
        ),
        "swum",
    );
    refused(
        &mut game,
        edited(RULES, "fn picture()", "fn image()"),
        "picture",
    );
    refused(
        &mut game,
        edited("letters", "pub fn write", "pub fn wrote"),
        "write",
    );
    refused(&mut game, Texts::new(), "begin");
    assert_ne!(summary(&game), before);

    // Each of these is right as a text, and fails in a frame.
    for (line, word) in [
        ("self.score += self.enemies[9999].life", "9999"),
        ("loop { self.score += 1 }", "longer"),
    ] {
        let before = summary(&game);
        let new = edited(
            RULES,
            "    fn play(mut self, input: Input, dt: f32) {\n",
            &format!("    fn play(mut self, input: Input, dt: f32) {{\n        {line}\n"),
        );
        assert!(matches!(follow(&mut game, new), Notice::Reloaded(_)));
        let shapes = game.paint().0.len();
        let (input, _) = game.pilot();
        let failed = game.step(input, STEP);
        let Some(Notice::Failed(why)) = failed else {
            panic!("{failed:?}");
        };
        assert!(why.contains(word), "{why}");
        // It stands, and is still to be seen.
        assert_eq!(game.step(input, STEP), None);
        assert_eq!(game.paint().0.len(), shapes);
        assert_eq!(game.roll_back(), Notice::RolledBack);
        assert_eq!(summary(&game), before);
        play(&mut game, 10);
    }
    assert_eq!(game.roll_back(), Notice::NothingToRollBack);
}

#[test]
fn the_worksheet_shows_and_changes_nothing() {
    let mut game = game(5, false);
    play(&mut game, 100);
    let before = summary(&game);
    let variables = game.variables(200);
    let world = variables.iter().find(|variable| variable.name == "world");
    let world = world.expect("the rules have a world");
    assert!(world.is_var && world.ty == "World", "{world:?}");
    assert!(
        world.text.starts_with("World(") && world.text.ends_with('…'),
        "{world:?}"
    );
    assert_eq!(value(&game, "world.lives + 1"), "4");
    assert_eq!(value(&game, "begin(9)"), "()");
    assert_eq!(summary(&game), before);
    assert!(game.evaluate("world.livse", 100).is_err());
    assert!(game.evaluate("world.enemies[999]", 100).is_err());
    assert!(game.evaluate("1 +", 100).is_err());
    assert_eq!(summary(&game), before);
    play(&mut game, 100);
}
