//! `cargo dev reload [LINES [ROUNDS [ENTITIES]]]`: how long a game takes to follow an edit of its script, in the process: from the text to the first call of the
//! newest version, then the same where all is divided into modules of 1,000 lines, each of which imports the one before. Its world has 10,000 entities, or so many, which live on. Then how long the longest frame is in which a text is prepared or exchanged while frames go on. Medians, 95 and 99 of 100, and the worst of so many rounds; beside them a frame before and
//! after, and the same frame in Rust. Nothing here is asserted but that the edit took effect.

use std::cell::RefCell;
use std::fmt::Write;
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use sumi::{Config, Engine, Script};

const LINES: usize = 10_000;
const ROUNDS: usize = 51;
const ENTITIES: usize = 10_000;
const BETWEEN_FRAMES: Duration = Duration::from_millis(4);

pub fn run(args: &[String]) -> Result<(), String> {
    let number = |at: usize, otherwise: usize| {
        let arg = args.get(at).and_then(|arg| arg.parse().ok());
        arg.unwrap_or(otherwise)
    };
    let (lines, rounds) = (number(0, LINES), number(1, ROUNDS));
    print!("{}", table(lines, rounds, number(2, ENTITIES))?);
    Ok(())
}

/// More may be compiled than by default.
fn config() -> Config {
    Config {
        compile_limit: None,
        ..Config::default()
    }
}

/// In Markdown.
pub(crate) fn table(lines: usize, rounds: usize, entities: usize) -> Result<String, String> {
    measure(lines, rounds, entities).map_err(|error| error.to_string())
}

fn measure(lines: usize, rounds: usize, entities: usize) -> Result<String, sumi::Error> {
    let mut out = "| edit | p50, ms | p95 | p99 | worst |\n|---|---|---|---|---|\n".to_owned();
    let text = game(lines, entities);
    let mut engine = Engine::new(config())?;
    let start = Instant::now();
    let script = engine.load("game.sumi", &text)?;
    let loading = ms(start);
    let before = frames(&script, entities, true)?;
    let edits: [(&str, &str, &str); 5] = [
        ("nothing", "", ""),
        ("a comment", "fn gravity", "// @\nfn gravity"),
        ("a `let`", "let wind = 0", "let wind = @"),
        ("a function", "score += 0", "score += @"),
        (
            "a field of all entities",
            "life: f64",
            "life: f64, more@: f64 = 1.0",
        ),
    ];
    for (name, from, to) in edits {
        let mut times = Vec::new();
        for round in 1..=rounds {
            let edited = match from.is_empty() {
                true => text.clone(),
                false => text.replacen(from, &to.replace('@', &round.to_string()), 1),
            };
            let step = script.function::<fn(f64) -> i64>("step")?;
            let start = Instant::now();
            script.reload(&edited)?;
            let told = step.call(0.0)?;
            times.push(ms(start));
            let is_score = name == "a function";
            assert!(
                !is_score || told % 1000 == round as i64 % 1000,
                "{name}: {told}"
            );
            if is_score {
                script.set("score", 0_i64)?;
            }
        }
        script.reload(&text)?;
        out += &row(name, times);
        let numbered = |round: usize| match from.is_empty() {
            true => text.clone(),
            false => text.replacen(from, &to.replace('@', &round.to_string()), 1),
        };
        let longest = prepared(&script, rounds, numbered)?;
        out += &row(&format!("{name}, prepared: the longest frame"), longest);
        script.reload(&text)?;
    }
    out += &in_modules(lines, rounds)?;
    let after = frames(&script, entities, false)?;
    let _ = writeln!(
        out,
        "\n{} lines with {entities} entities, loaded in {loading:.0} ms; a frame takes {before:.2} of what it takes in Rust, and {after:.2} after all that.",
        text.lines().count()
    );
    Ok(out)
}

/// The longest frame of each round in which a text is prepared and exchanged, while frames go on.
fn prepared(
    script: &Script,
    rounds: usize,
    text: impl Fn(usize) -> String,
) -> Result<Vec<f64>, sumi::Error> {
    let step = script.function::<fn(f64) -> i64>("step")?;
    let mut all = Vec::new();
    for round in 1..=rounds {
        let edited = text(round);
        let (mut longest, mut is_over) = (0.0_f64, false);
        while !is_over {
            let start = Instant::now();
            let is_ready = script.prepare(&edited)?;
            step.call(0.01)?;
            longest = longest.max(ms(start));
            if is_ready {
                let start = Instant::now();
                script.reload(&edited)?;
                step.call(0.01)?;
                longest = longest.max(ms(start));
                is_over = true;
            }
            std::thread::sleep(BETWEEN_FRAMES);
        }
        all.push(longest);
    }
    Ok(all)
}

fn row(name: &str, mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize];
    let (half, most, nearly, all) = (at(0.5), at(0.95), at(0.99), at(1.0));
    format!("| {name} | {half:.1} | {most:.1} | {nearly:.1} | {all:.1} |\n")
}

/// Edits of the first module, which all others follow from.
fn in_modules(lines: usize, rounds: usize) -> Result<String, sumi::Error> {
    let modules = modules(lines);
    let known = Rc::new(RefCell::new(modules.clone()));
    let mut engine = Engine::new(config())?;
    let texts = Rc::clone(&known);
    engine.set_resolver(move |path| {
        let at: usize = path.strip_prefix("rules")?.parse().ok()?;
        texts.borrow().get(at).cloned()
    });
    let last = modules.len() - 1;
    let text = format!(
        "import rules0.{{other0}}\nimport rules{last}.{{last}}\nfn step() -> i64 = other0(0)\nfn all() -> i64 = last(9)\n"
    );
    let script = engine.load("game.sumi", &text)?;
    let step = script.function::<fn() -> i64>("step")?;
    script.function::<fn() -> i64>("all")?.call()?;
    let edits = [
        (
            "a comment in a module",
            "pub fn other0",
            "// @\npub fn other0",
        ),
        (
            "a function in a module",
            "var sum = n + 0",
            "var sum = n + @",
        ),
        (
            "a new function in a module",
            "pub fn other0",
            "pub fn new@() -> i64 = @\npub fn other0",
        ),
    ];
    let mut out = String::new();
    for (name, from, to) in edits {
        let mut times = Vec::new();
        for round in 1..=rounds {
            let edited = modules[0].replacen(from, &to.replace('@', &round.to_string()), 1);
            known.borrow_mut()[0] = edited;
            let start = Instant::now();
            script.reload(&text)?;
            let told = step.call()?;
            times.push(ms(start));
            let expected = if name.contains("a function") {
                round as i64
            } else {
                0
            };
            assert_eq!(told, expected, "{name}");
        }
        known.borrow_mut()[0].clone_from(&modules[0]);
        script.reload(&text)?;
        out += &row(name, times);
    }
    Ok(out)
}

/// So many lines of functions, in modules that follow from each other.
fn modules(lines: usize) -> Vec<String> {
    const PER_MODULE: usize = 100;
    let count = (lines / (PER_MODULE * LINES_OF_OTHER)).max(2);
    let module = |module: usize| {
        let first = module * PER_MODULE;
        let mut text = match module {
            0 => String::new(),
            _ => format!("import rules{}.{{other{}}}\n", module - 1, first - 1),
        };
        for at in first..first + PER_MODULE {
            text += "pub ";
            text += &other(at, "0");
        }
        text + &format!(
            "pub fn last(n: i64) -> i64 = other{}(n)\n",
            first + PER_MODULE - 1
        )
    };
    (0..count).map(module).collect()
}

/// What a frame takes, as a part of what it takes in Rust.
fn frames(script: &Script, entities: usize, is_fresh: bool) -> Result<f64, sumi::Error> {
    let step = script.function::<fn(f64) -> i64>("step")?;
    let ours = median(|| step.call(black_box(0.016)).map(|_| ()))?;
    let mut world: Vec<Entity> = (0..entities).map(Entity::new).collect();
    let theirs = median(|| {
        world
            .iter_mut()
            .for_each(|entity| entity.step(black_box(0.016)));
        Ok(())
    })?;
    if is_fresh {
        let heights = script.function::<fn() -> f64>("heights")?.call()?;
        let expected: f64 = world.iter().map(|entity| entity.at[1] + entity.life).sum();
        assert_eq!(heights, expected);
    }
    Ok(ours / theirs)
}

fn median(mut frame: impl FnMut() -> Result<(), sumi::Error>) -> Result<f64, sumi::Error> {
    let mut times = Vec::new();
    for _ in 0..301 {
        let start = Instant::now();
        frame()?;
        times.push(ms(start));
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// As in the script.
struct Entity {
    at: [f64; 2],
    speed: [f64; 2],
    life: f64,
}

impl Entity {
    fn new(i: usize) -> Entity {
        let i = i as f64;
        Entity {
            at: [i, i * 0.5],
            speed: [1.0, i * 0.01],
            life: 1.0,
        }
    }

    fn step(&mut self, dt: f64) {
        self.speed[1] += gravity(self.at[1]) * dt;
        self.at = [
            self.at[0] + self.speed[0] * dt,
            self.at[1] + self.speed[1] * dt,
        ];
        if self.at[1] < 0.0 {
            self.at[1] = -self.at[1];
            self.speed[1] = -self.speed[1] * 0.9;
        }
        self.life -= dt * 0.001;
    }
}

fn gravity(height: f64) -> f64 {
    -9.81 + height * 0.0001
}

/// A world, its rules, and as many lines of other functions.
fn game(lines: usize, entities: usize) -> String {
    let mut text = "let wind = 0
var score = 0
struct Vec2 { x: f64, y: f64 }
fn +(a: Vec2, b: Vec2) -> Vec2 = Vec2(a.x + b.x, a.y + b.y)
fn scaled(v: Vec2, by: f64) -> Vec2 = Vec2(v.x * by, v.y * by)
struct Entity { at: Vec2, speed: Vec2, life: f64 }
fn entity(i: i64) -> Entity = Entity(at: Vec2(f64(i), f64(i) * 0.5), speed: Vec2(1.0, f64(i) * 0.01), life: 1.0)
var world = (0..ENTITIES).map(entity)
fn gravity(height: f64) -> f64 = -9.81 + height * 0.0001
fn fall(mut e: Entity, dt: f64) {
    e.speed.y += gravity(e.at.y) * dt
    e.at = e.at + scaled(e.speed, dt)
}
fn bounce(mut e: Entity) {
    if e.at.y < 0.0 {
        e.at.y = -e.at.y
        e.speed.y = -e.speed.y * 0.9
    }
}
fn heights() -> f64 {
    var sum = 0.0
    for e in world { sum += e.at.y + e.life }
    sum
}
fn step(dt: f64) -> i64 {
    for mut e in world {
        fall(mut e, dt)
        bounce(mut e)
        e.life -= dt * 0.001
    }
    score += 0
    score
}
"
    .replace("ENTITIES", &entities.to_string());
    let mut at = 0;
    while text.lines().count() + 10 < lines {
        for _ in 0..lines / 100 + 1 {
            text += &other(at, "wind");
            at += 1;
        }
    }
    text
}

/// How many lines each of these functions has.
const LINES_OF_OTHER: usize = 11;

/// The function of a number, which calls the one before.
fn other(at: usize, start: &str) -> String {
    let before = match at {
        0 => "n".to_owned(),
        _ => format!("other{}(n - 1)", at - 1),
    };
    format!(
        "fn other{at}(n: i64) -> i64 {{\n    var sum = n + {start}\n    var i = 0\n    while i < n {{\n        sum = sum * 31 + i\n        \
         if sum > 1000000 {{ sum = sum % 1000 }}\n        i += 1\n    }}\n    if n > 3 {{ sum += {before} }}\n    sum\n}}\n"
    )
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
