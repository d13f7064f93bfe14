//! Roto.

use std::sync::Arc;

use peers::{Calls, OBJECTS, Outcome, Peer, Sort};
use roto::{FileTree, List, NoCtx, Package, RotoString, Runtime, Val, library};

struct Peered;

#[derive(Clone, PartialEq)]
struct Item(Arc<str>);

const SCRIPT: &str = r#"
const DIGITS: String = "0123456789abcdef";

fn text(length: u64) -> String {
    let text = StringBuf.new();
    let i = 0;
    while i < length {
        match DIGITS.bytes().get(rand(16)) {
            Some(digit) => text.push_char(digit),
            None => {}
        }
        i = i + 1;
    }
    text.as_string()
}

fn at(items: List[Item], i: u64) -> Item {
    match items.get(i) {
        Some(found) => found,
        None => item(""),
    }
}

fn partition(items: List[Item], low: u64, high: u64) -> u64 {
    items.swap((low + high) / 2, high);
    let pivot = at(items, high);
    let next = low;
    let i = low;
    while i < high {
        if less(at(items, i), pivot) {
            items.swap(i, next);
            next = next + 1;
        }
        i = i + 1;
    }
    items.swap(next, high);
    next
}

fn quicksort(items: List[Item], first: u64, high: u64) {
    let low = first;
    while low < high {
        let split = partition(items, low, high);
        if split > 0 {
            quicksort(items, low, split - 1);
        }
        low = split + 1;
    }
}

fn sorted(count: u64) -> List[Item] {
    let items = [];
    let i = 0;
    while i < count {
        items.push(item(text(8 + rand(16))));
        i = i + 1;
    }
    quicksort(items, 0, count - 1);
    items
}

fn added(sum: i64, n: i64) -> i64 {
    sum + 3 * n
}

fn many(count: i64) -> i64 {
    let sum = 0;
    let i = 0;
    while i < count {
        sum = add(sum, i);
        i = i + 1;
    }
    sum
}
"#;

fn loaded(text: &str) -> Outcome<Package<NoCtx>> {
    let host = library! {
        #[clone] type Item = Val<Item>;

        fn item(text: RotoString) -> Val<Item> {
            Val(Item((&*text).into()))
        }

        fn less(a: Val<Item>, b: Val<Item>) -> bool {
            peers::less(&a.0.0, &b.0.0)
        }

        fn rand(below: u64) -> u64 {
            peers::rand(below as i64) as u64
        }

        fn add(sum: i64, n: i64) -> i64 {
            peers::add(sum, n)
        }
    };
    let runtime = Runtime::from_lib(host)?;
    let file = FileTree::test_file("bench.roto", text, 0);
    Ok(file.compile(&runtime).map_err(|error| error.to_string())?)
}

impl Peer for Peered {
    type Idle = Package<NoCtx>;

    fn idle() -> Outcome<Self::Idle> {
        loaded("fn answer() -> i64 { 42 }\n")
    }

    fn sort() -> Outcome<Sort> {
        let sorted = loaded(SCRIPT)?.get_function::<fn(u64) -> List<Val<Item>>>("sorted")?;
        Ok(Box::new(move |visit| {
            let items = sorted.call(OBJECTS as u64);
            if let Some(visit) = visit {
                items.into_iter().for_each(|item| visit(&item.0.0));
            }
            Ok(())
        }))
    }

    fn host_calls() -> Outcome<Calls> {
        let many = loaded(SCRIPT)?.get_function::<fn(i64) -> i64>("many")?;
        Ok(Box::new(move |count| Ok(many.call(count))))
    }

    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>> {
        let added = loaded(SCRIPT)?.get_function::<fn(i64, i64) -> i64>("added")?;
        let all = move |count| Ok((0..count).fold(0, |sum, i| added.call(sum, i)));
        Ok(vec![("call", Box::new(all))])
    }
}

fn main() -> Outcome<()> {
    peers::main::<Peered>()
}
