//! Sumi: objects are handles, functions of both sides have types.

use peers::{Calls, OBJECTS, Outcome, Peer, Sort};
use sumi::{Config, Engine, Handle, Module, Object, Script};

struct Sumi;

#[derive(Object)]
struct Item {
    text: String,
}

#[sumi::export]
fn item(text: &str) -> Handle<Item> {
    Handle::new(Item {
        text: text.to_owned(),
    })
}

#[sumi::export]
fn less(a: &Item, b: &Item) -> bool {
    peers::less(&a.text, &b.text)
}

#[sumi::export]
fn rand(below: i64) -> i64 {
    peers::rand(below)
}

#[sumi::export]
fn add(sum: i64, n: i64) -> i64 {
    peers::add(sum, n)
}

const SORT: &str = r#"
import host.{Item, item, less, rand}

const digits = b"0123456789abcdef"

fn text(length: i64) -> str {
    var text = ""
    for _ in 0..length { text += char(digits[rand(16)]) }
    text
}

fn partition(mut items: [Item], low: i64, high: i64) -> i64 {
    items.swap((low + high) / 2, high)
    let pivot = items[high]
    var next = low
    for i in low..high {
        if less(items[i], pivot) {
            items.swap(i, next)
            next += 1
        }
    }
    items.swap(next, high)
    next
}

fn quicksort(mut items: [Item], low: i64, high: i64) {
    var from = low
    while from < high {
        let at = partition(mut items, from, high)
        quicksort(mut items, from, at - 1)
        from = at + 1
    }
}

fn sorted(count: i64) -> [Item] {
    var items: [Item] = []
    for _ in 0..count { items.push(item(text(8 + rand(16)))) }
    quicksort(mut items, 0, count - 1)
    items
}
"#;

const CALLS: &str = "
import host.{add}

fn added(sum: i64, n: i64) -> i64 = sum + 3 * n

fn many(count: i64) -> i64 {
    var sum = 0
    for i in 0..count { sum = add(sum, i) }
    sum
}
";

fn loaded(text: &str) -> Outcome<(Engine, Script)> {
    let mut engine = Engine::new(Config::default())?;
    let mut host = Module::new("host");
    host.export::<item>()
        .export::<less>()
        .export::<rand>()
        .export::<add>();
    engine.add(&host)?;
    let script = engine.load("bench.sumi", text)?;
    Ok((engine, script))
}

impl Peer for Sumi {
    type Idle = (Engine, Script);

    fn idle() -> Outcome<Self::Idle> {
        let mut engine = Engine::new(Config::default())?;
        let script = engine.load("idle.sumi", "let answer = 42\n")?;
        Ok((engine, script))
    }

    fn sort() -> Outcome<Sort> {
        let (engine, script) = loaded(SORT)?;
        let sorted = script.function::<fn(i64) -> Vec<Handle<Item>>>("sorted")?;
        Ok(Box::new(move |visit| {
            let _ = &engine;
            let items = sorted.call(OBJECTS)?;
            if let Some(visit) = visit {
                items.iter().for_each(|item| visit(&item.text));
            }
            Ok(())
        }))
    }

    fn host_calls() -> Outcome<Calls> {
        let (engine, script) = loaded(CALLS)?;
        let many = script.function::<fn(i64) -> i64>("many")?;
        Ok(Box::new(move |count| {
            let _ = &engine;
            Ok(many.call(count)?)
        }))
    }

    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>> {
        let (engine, script) = loaded(CALLS)?;
        let alone = script.function::<fn(i64, i64) -> i64>("added")?;
        let within = script.function::<fn(i64, i64) -> i64>("added")?;
        Ok(vec![
            (
                "call",
                Box::new(move |count| Ok((0..count).try_fold(0, |sum, i| alone.call(sum, i))?)),
            ),
            (
                "entered",
                Box::new(move |count| {
                    let sum = engine.enter(|engine| {
                        (0..count).try_fold(0, |sum, i| within.call_in(engine, sum, i))
                    });
                    Ok(sum?)
                }),
            ),
        ])
    }
}

fn main() -> Outcome<()> {
    peers::main::<Sumi>()
}
