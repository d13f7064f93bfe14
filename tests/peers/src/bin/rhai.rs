//! Rhai, as it comes: its interpreter walks the tree.

use std::rc::Rc;

use peers::{Calls, OBJECTS, Outcome, Peer, Sort};
use rhai::{AST, Array, CallFnOptions, Engine, FuncArgs, Scope};

struct Peered;

#[derive(Clone)]
struct Item(Rc<str>);

const SCRIPT: &str = r#"
const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

fn text(length) {
    let text = "";
    for i in 0..length { text += global::DIGITS[rand(16)]; }
    text
}

fn swap(a, b) {
    let kept = this[a];
    this[a] = this[b];
    this[b] = kept;
}

fn partition(low, high) {
    this.swap((low + high) / 2, high);
    let pivot = this[high];
    let next = low;
    for i in low..high {
        if this[i] < pivot {
            this.swap(i, next);
            next += 1;
        }
    }
    this.swap(next, high);
    next
}

fn quicksort(low, high) {
    while low < high {
        let at = this.partition(low, high);
        this.quicksort(low, at - 1);
        low = at + 1;
    }
}

fn sorted(count) {
    let items = [];
    for i in 0..count { items.push(item(text(8 + rand(16)))); }
    items.quicksort(0, count - 1);
    items
}

fn added(sum, n) { sum + 3 * n }

fn many(count) {
    let sum = 0;
    for i in 0..count { sum = add(sum, i); }
    sum
}
"#;

/// A script, and a function of it that is to be called without running what stands around it each time.
struct Loaded {
    engine: Engine,
    script: AST,
    scope: Scope<'static>,
}

impl Loaded {
    fn new() -> Outcome<Loaded> {
        let mut engine = Engine::new();
        engine
            .register_type_with_name::<Item>("Item")
            .register_fn("item", |text: &str| Item(text.into()))
            .register_fn("<", |a: &mut Item, b: Item| peers::less(&a.0, &b.0))
            .register_fn("rand", peers::rand)
            .register_fn("add", peers::add)
            .set_max_call_levels(1000);
        let script = engine.compile(SCRIPT)?;
        let scope = Scope::new();
        Ok(Loaded {
            engine,
            script,
            scope,
        })
    }

    fn call<T: Clone + 'static>(&mut self, name: &str, args: impl FuncArgs) -> Outcome<T> {
        let Loaded {
            engine,
            script,
            scope,
        } = self;
        let options = CallFnOptions::new().eval_ast(name == "sorted");
        Ok(engine.call_fn_with_options(options, scope, script, name, args)?)
    }
}

impl Peer for Peered {
    type Idle = (Engine, AST);

    fn idle() -> Outcome<Self::Idle> {
        let engine = Engine::new();
        let script = engine.compile("let answer = 42;")?;
        engine.run_ast(&script)?;
        Ok((engine, script))
    }

    fn sort() -> Outcome<Sort> {
        let mut script = Loaded::new()?;
        Ok(Box::new(move |visit| {
            let items: Array = script.call("sorted", (OBJECTS,))?;
            if let Some(visit) = visit {
                items
                    .into_iter()
                    .for_each(|item| visit(&item.cast::<Item>().0));
            }
            Ok(())
        }))
    }

    fn host_calls() -> Outcome<Calls> {
        let mut script = Loaded::new()?;
        Ok(Box::new(move |count| script.call("many", (count,))))
    }

    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>> {
        let mut script = Loaded::new()?;
        let all = move |count| (0..count).try_fold(0, |sum, i| script.call("added", (sum, i)));
        Ok(vec![("call", Box::new(all))])
    }
}

fn main() -> Outcome<()> {
    peers::main::<Peered>()
}
