//! What is defined, replaced and taken back again and again must not pile up. A process of its own: memory is measured.

use jit::{Config, Engine, Session, UnitReport};

fn session(entries: usize) -> Session {
    let config = Config {
        entries,
        capture: true,
        optimize: false,
        ..Config::trusted()
    };
    Session::new(config).unwrap()
}

fn line(session: &mut Session, text: &str) -> UnitReport {
    session
        .run_line("<repl>", text)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// One after the other.
#[test]
fn memory_stays_flat() {
    code_of_the_compiler_is_given_back_after_a_load();
    memory_stays_flat_when_definitions_are_taken_back();
    memory_stays_flat_when_definitions_are_replaced();
}

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Bytes in memory that stand in a file.
fn resident_of_files() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = text.split_whitespace().nth(2).unwrap().parse().unwrap();
    pages * 4096
}

fn code_of_the_compiler_is_given_back_after_a_load() {
    let mut engine = Engine::new(Config::default()).unwrap();
    let script = engine
        .load("answer.sumi", "fn answer() -> i64 = 42")
        .unwrap();
    let loaded = resident_of_files();
    let answer = script.function::<fn() -> i64>("answer").unwrap();
    assert_eq!(answer.call().unwrap(), 42);
    let mut session = session(1);
    line(&mut session, "1 + 2");
    let compiled = resident_of_files();
    eprintln!(
        "{} KiB of files, {} after compiling again",
        loaded >> 10,
        compiled >> 10
    );
    assert!(
        loaded + (8 << 20) < compiled,
        "{loaded} bytes of {compiled}"
    );
}

/// Lets `round` run many times; what it costs must not add up. More rounds: `ROUNDS=10000 cargo test -p jit --test memory -- --nocapture`.
fn stays_flat(most: usize, mut round: impl FnMut(u32) -> usize) {
    let rounds: u32 = std::env::var("ROUNDS").map_or(400, |text| text.parse().unwrap());
    let warm = 200;
    let (mut memory, mut blocks) = (0, 0);
    for n in 0..warm + rounds {
        let live = round(n);
        if n == warm {
            (memory, blocks) = (resident(), live);
        } else if n > warm {
            assert_eq!(live, blocks, "blocks after {n} rounds");
        }
    }
    let growth = resident().saturating_sub(memory);
    eprintln!("{} KiB, grown by {growth} bytes", resident() >> 10);
    assert!(
        growth < (1 << 20) + most * rounds as usize,
        "grew by {growth} bytes"
    );
}

fn memory_stays_flat_when_definitions_are_taken_back() {
    let mut session = session(1000);
    line(&mut session, "var total = [0]");
    line(&mut session, "fn f(n: i64) -> i64 { n }");
    line(&mut session, "fn g(n: i64) -> i64 { f(n) + 1 }");
    stays_flat(0, |n| {
        line(&mut session, &format!("fn f(n: i64) -> i64 {{ n + {n} }}"));
        line(&mut session, &format!("fn f(n: i64) -> i64 {{ n * {n} }}"));
        line(&mut session, "total.push(g(1))");
        assert!(session.run_line("<repl>", "g(true)").is_err());
        for _ in 0..3 {
            session.undo();
        }
        session.live_blocks()
    });
    assert_eq!(session.close(), 0);
}

fn memory_stays_flat_when_definitions_are_replaced() {
    let mut session = session(9); // one is forgotten with each that comes
    line(&mut session, "var total = [0]");
    line(&mut session, "fn f(n: i64) -> i64 { n }");
    line(&mut session, "fn g(n: i64) -> i64 { f(n) + 1 }");
    // What an entry was compiled from stays for those that are compiled again because of it.
    stays_flat(6 << 10, |n| {
        line(&mut session, &format!("fn f(n: i64) -> i64 {{ n + {n} }}"));
        line(&mut session, "fn h(n: i64) -> str { \"{n}\" }");
        line(&mut session, "total = [g(1), h(2).len()]");
        session.live_blocks()
    });
    assert_eq!(session.close(), 0);
}
