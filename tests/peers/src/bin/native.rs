//! The same in Rust, whose calls go through a pointer in a variable: what the others are compared with.

use std::hint::black_box;
use std::rc::Rc;

use peers::{Calls, DIGITS, OBJECTS, Outcome, Peer, Sort, add, less, rand};

struct Native;

type Item = Rc<String>;

fn text(length: i64) -> String {
    let digits = DIGITS.as_bytes();
    (0..length)
        .map(|_| char::from(digits[rand(16) as usize]))
        .collect()
}

fn partition(items: &mut [Item], low: usize, high: usize) -> usize {
    items.swap((low + high) / 2, high);
    let pivot = Rc::clone(&items[high]);
    let mut next = low;
    for i in low..high {
        if less(&items[i], &pivot) {
            items.swap(i, next);
            next += 1;
        }
    }
    items.swap(next, high);
    next
}

fn quicksort(items: &mut [Item], mut low: usize, high: usize) {
    while low < high {
        let at = partition(items, low, high);
        quicksort(items, low, at.saturating_sub(1));
        low = at + 1;
    }
}

fn sorted() -> Vec<Item> {
    let mut items: Vec<Item> = (0..OBJECTS).map(|_| Rc::new(text(8 + rand(16)))).collect();
    quicksort(&mut items, 0, OBJECTS as usize - 1);
    items
}

fn through_a_pointer(count: i64) -> Outcome<i64> {
    let slot: fn(i64, i64) -> i64 = add;
    Ok((0..count).fold(0, |sum, i| black_box(&slot)(sum, i)))
}

impl Peer for Native {
    type Idle = ();

    fn idle() -> Outcome<()> {
        Ok(())
    }

    fn sort() -> Outcome<Sort> {
        Ok(Box::new(|visit| {
            let items = sorted();
            if let Some(visit) = visit {
                items.iter().for_each(|item| visit(item));
            }
            Ok(())
        }))
    }

    fn host_calls() -> Outcome<Calls> {
        Ok(Box::new(through_a_pointer))
    }

    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>> {
        Ok(vec![("call", Box::new(through_a_pointer))])
    }
}

fn main() -> Outcome<()> {
    peers::main::<Native>()
}
