//! Rune.

use std::rc::Rc;
use std::sync::Arc;

use peers::{Calls, OBJECTS, Outcome, Peer, Sort};
use rune::runtime::{Function, Ref, Vec as Values};
use rune::termcolor::{ColorChoice, StandardStream};
use rune::{Any, Context, Diagnostics, Module, Source, Sources, Vm};

struct Peered;

#[derive(Any)]
struct Item(Rc<str>);

impl Item {
    fn less(&self, other: Ref<Item>) -> bool {
        peers::less(&self.0, &other.0)
    }
}

const SCRIPT: &str = r#"
const DIGITS = "0123456789abcdef";

fn text(length) {
    let (digits, text) = (DIGITS, String::new());
    for _ in 0..length { text.push(digits.char_at(rand(16)).unwrap()); }
    text
}

fn swap(items, a, b) {
    let kept = items[a];
    items[a] = items[b];
    items[b] = kept;
}

fn partition(items, low, high) {
    swap(items, (low + high) / 2, high);
    let pivot = items[high];
    let next = low;
    for i in low..high {
        if items[i].less(pivot) {
            swap(items, i, next);
            next += 1;
        }
    }
    swap(items, next, high);
    next
}

fn quicksort(items, low, high) {
    while low < high {
        let at = partition(items, low, high);
        quicksort(items, low, at - 1);
        low = at + 1;
    }
}

pub fn sorted(count) {
    let items = [];
    for _ in 0..count { items.push(item(text(8 + rand(16)))); }
    quicksort(items, 0, count - 1);
    items
}

pub fn added(sum, n) { sum + 3 * n }

pub fn many(count) {
    let sum = 0;
    for i in 0..count { sum = add(sum, i); }
    sum
}
"#;

fn loaded(text: &str) -> Outcome<Vm> {
    let mut module = Module::new();
    module.ty::<Item>()?;
    module
        .function("item", |text: &str| Item(text.into()))
        .build()?;
    module.function("rand", peers::rand).build()?;
    module.function("add", peers::add).build()?;
    module.associated_function("less", Item::less)?;
    let mut context = Context::with_default_modules()?;
    context.install(module)?;
    let mut sources = Sources::new();
    sources.insert(Source::memory(text)?)?;
    let mut told = Diagnostics::new();
    let unit = rune::prepare(&mut sources)
        .with_context(&context)
        .with_diagnostics(&mut told)
        .build();
    if told.has_error() {
        told.emit(&mut StandardStream::stderr(ColorChoice::Never), &sources)?;
    }
    Ok(Vm::new(Arc::new(context.runtime()?), Arc::new(unit?)))
}

fn function(name: &str) -> Outcome<Function> {
    Ok(loaded(SCRIPT)?.lookup_function([name])?)
}

impl Peer for Peered {
    type Idle = Vm;

    fn idle() -> Outcome<Vm> {
        loaded("pub fn answer() { 42 }")
    }

    fn sort() -> Outcome<Sort> {
        let sorted = function("sorted")?;
        Ok(Box::new(move |visit| {
            let items: Values = sorted.call((OBJECTS,)).into_result()?;
            if let Some(visit) = visit {
                for item in items {
                    visit(&item.borrow_ref::<Item>()?.0);
                }
            }
            Ok(())
        }))
    }

    fn host_calls() -> Outcome<Calls> {
        let many = function("many")?;
        Ok(Box::new(move |count| {
            Ok(many.call((count,)).into_result()?)
        }))
    }

    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>> {
        let added = function("added")?;
        let all = move |count| {
            let mut sum = 0;
            for i in 0..count {
                sum = added.call((sum, i)).into_result()?;
            }
            Ok(sum)
        };
        Ok(vec![("call", Box::new(all))])
    }
}

fn main() -> Outcome<()> {
    peers::main::<Peered>()
}
