//! Objects of the host behind handles: shared with scripts, dropped with the last handle on either side.

use std::cell::Cell;
use std::rc::Rc;

use sumi::{Config, Engine, Handle, Module, Object};

use crate::{Outcome, failed};

#[derive(Object)]
struct Sound {
    name: String,
    played: Cell<i64>,
    alive: Rc<Cell<i64>>,
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

const SCRIPT: &str = r#"
import audio.{Sound, load, play, times, best}

struct Door { sound: Sound, opened: i64 = 0 }

var doors: [Door] = []
let creak = load("creak")

fn furnish(n: i64) {
    for i in 0..n { doors.push(Door(if i % 2 == 0 { creak } else { load("door {i}") })) }
}
fn open(i: i64) -> i64 {
    doors[i].opened += 1
    play(doors[i].sound)
    times(doors[i].sound)
}
fn is_same(i: i64, j: i64) -> bool = doors[i].sound == doors[j].sound
fn clear() { doors = [] }
fn loudest() -> Sound? = best(doors.map(|d| d.sound))
fn given(s: Sound) -> [Sound] = [s, creak]
fn lost() -> i64 { let s = load("lost"); [1][times(s) + 5] }
"#;

#[sumi::export]
fn play(sound: &Sound) {
    sound.played.set(sound.played.get() + 1);
}

#[sumi::export]
fn times(sound: &Sound) -> i64 {
    sound.played.get()
}

#[sumi::export]
fn best(sounds: Vec<Handle<Sound>>) -> Option<Handle<Sound>> {
    sounds.into_iter().max_by_key(|sound| sound.played.get())
}

pub(crate) fn run() -> Outcome {
    let alive = Rc::new(Cell::new(0));
    let mut engine = Engine::new(Config::default())?;
    let count = Rc::clone(&alive);
    let sound = move |name: &str| {
        count.set(count.get() + 1);
        Handle::new(Sound {
            name: name.to_owned(),
            played: Cell::new(0),
            alive: Rc::clone(&count),
        })
    };
    let mine = sound("mine");
    let mut audio = Module::new("audio");
    audio.export::<play>().export::<times>().export::<best>();
    audio.function("load(name)", sound);
    engine.add(&audio)?;
    let script = engine.load("doors.sumi", SCRIPT)?;
    assert_eq!(alive.get(), 2);
    let furnish = script.function::<fn(i64)>("furnish")?;
    let open = script.function::<fn(i64) -> i64>("open")?;
    let is_same = script.function::<fn(i64, i64) -> bool>("is_same")?;
    let loudest = script.function::<fn() -> Option<Handle<Sound>>>("loudest")?;
    let given = script.function::<fn(Handle<Sound>) -> Vec<Handle<Sound>>>("given")?;
    let clear = script.function::<fn()>("clear")?;
    assert!(loudest.call()?.is_none());
    for _ in 0..10 {
        furnish.call(6)?;
        assert_eq!(alive.get(), 5);
        assert!(is_same.call(0, 2)? && !is_same.call(1, 3)?);
        let before = open.call(0)?;
        assert_eq!((open.call(2)?, open.call(1)?), (before + 1, 1));
        let kept = loudest.call()?.ok_or("there is none")?;
        assert_eq!(
            (kept.name.as_str(), kept.played.get()),
            ("creak", before + 1)
        );
        let all = given.call(&mine)?;
        assert!(all[0].is_same(&mine) && all[1].is_same(&kept));
        clear.call()?;
        assert_eq!(alive.get(), 2);
    }
    let lost = script.function::<fn() -> i64>("lost")?;
    for _ in 0..10 {
        assert_eq!(failed(lost.call())?.kind, "index");
        assert_eq!(alive.get(), 2);
    }
    let creak = script.get::<Handle<Sound>>("creak")?;
    drop((furnish, open, is_same, loudest, given, clear, lost, script));
    drop(engine);
    assert_eq!((alive.get(), creak.name.as_str()), (2, "creak"));
    drop((creak, mine));
    assert_eq!(alive.get(), 0);
    Ok(())
}
