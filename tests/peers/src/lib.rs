//! What all engines have in common: the objects that are sorted, where chance comes from, what is measured, and how it is told.
//!
//! Each program measures one engine, one thing at a time, and prints `name value` lines, which `cargo dev bench embed` makes tables of:
//! `PROGRAM sort ROUNDS`, `PROGRAM host-calls ROUNDS`, `PROGRAM script-calls ROUNDS`, `PROGRAM memory ENGINES`.

use std::cell::Cell;
use std::error::Error;
use std::time::Instant;

pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many objects are sorted.
pub const OBJECTS: i64 = 10_000;
/// The digits that their texts are made of.
pub const DIGITS: &str = "0123456789abcdef";
/// How many calls are timed at once.
const CALLS: i64 = 200_000;

/// Makes objects, sorts them, and shows the text of each in order to whoever asks for it.
pub type Sort = Box<dyn FnMut(Option<&mut dyn FnMut(&str)>) -> Outcome<()>>;
/// So many calls of `sum = add(sum, i)`, and what they come to.
pub type Calls = Box<dyn FnMut(i64) -> Outcome<i64>>;

pub trait Peer {
    type Idle;

    /// An engine with a script of one line.
    fn idle() -> Outcome<Self::Idle>;

    /// A script makes [`OBJECTS`] objects of texts of 8 to 23 digits, and sorts them by [`less`].
    fn sort() -> Outcome<Sort>;

    /// A loop of a script calls [`add`].
    fn host_calls() -> Outcome<Calls>;

    /// A loop of the host calls a script's `add`, by a handle with types where there is such a thing; by the name of the way.
    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>>;
}

thread_local! {
    static CHANCE: Cell<u64> = const { Cell::new(0) };
    static COMPARED: Cell<u64> = const { Cell::new(0) };
}

/// The same numbers for every engine: xorshift64*, from a start that each run is given anew.
pub fn rand(below: i64) -> i64 {
    let mut state = CHANCE.get();
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    CHANCE.set(state);
    let number = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
    ((number * below as u64) >> 31) as i64
}

/// Counts as well, so that engines are seen to do the same work.
pub fn less(a: &str, b: &str) -> bool {
    COMPARED.set(COMPARED.get() + 1);
    a < b
}

pub fn add(sum: i64, n: i64) -> i64 {
    sum + 3 * n
}

pub fn main<P: Peer>() -> Outcome<()> {
    let args: Vec<String> = std::env::args().collect();
    let (what, count) = match args.as_slice() {
        [_, what, count] => (what.as_str(), count.parse::<usize>()?),
        _ => return Err("usage: PROGRAM sort|host-calls|script-calls|memory COUNT".into()),
    };
    match what {
        "sort" => sort(P::sort()?, count),
        "host-calls" => calls("host", P::host_calls()?, count),
        "script-calls" => P::script_calls()?
            .into_iter()
            .try_for_each(|(way, made)| calls(way, made, count)),
        "memory" => memory::<P>(count),
        _ => Err(format!("there is no measurement `{what}`").into()),
    }
}

fn sort(mut run: Sort, rounds: usize) -> Outcome<()> {
    let start_anew = || {
        CHANCE.set(0x9e37_79b9_7f4a_7c15);
        COMPARED.set(0);
    };
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let (mut former, mut count) = (String::new(), 0);
    start_anew();
    run(Some(&mut |text| {
        assert!(former.as_str() <= text, "not sorted");
        former = text.to_owned();
        count += 1;
        for byte in text.bytes().chain([b'\n']) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }))?;
    assert_eq!(count, OBJECTS);
    let compared = COMPARED.get();
    let mut times = Vec::new();
    for _ in 0..rounds {
        start_anew();
        let start = Instant::now();
        run(None)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        assert_eq!(COMPARED.get(), compared);
    }
    println!("sum {sum:016x}-{compared}");
    println!("sort {}", median(times));
    Ok(())
}

fn calls(way: &str, mut made: Calls, rounds: usize) -> Outcome<()> {
    let mut times = Vec::new();
    for _ in 0..=rounds {
        let start = Instant::now();
        let sum = made(CALLS)?;
        times.push(start.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
        assert_eq!(sum, 3 * CALLS * (CALLS - 1) / 2);
    }
    println!("{way} {}", median(times.split_off(1)));
    Ok(())
}

fn memory<P: Peer>(engines: usize) -> Outcome<()> {
    let before = resident()?;
    let all: Vec<P::Idle> = (0..engines).map(|_| P::idle()).collect::<Outcome<_>>()?;
    let after = resident()?;
    println!("resident {}", after.0);
    println!("anonymous {}", after.1);
    println!("before {}", before.0);
    println!("anonymous-before {}", before.1);
    drop(all);
    Ok(())
}

/// Of this process, in KiB: all memory, and that which no file backs.
fn resident() -> Outcome<(u64, u64)> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let of = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|number| number.parse().ok())
    };
    of("Rss:")
        .zip(of("Anonymous:"))
        .ok_or_else(|| "/proc/self/smaps_rollup has no sizes".into())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
