//! Functions that C calls, while a session goes on.

use super::{failure, interrupt_soon, line, session, value};

const QSORT: &str = "extern { fn qsort(mut base: [i32], n: u64, size: u64, compare: extern fn(mut i32, mut i32) -> i32) }";

#[test]
fn what_c_calls_is_interrupted_and_fails_alone() {
    let mut session = session();
    line(&mut session, QSORT);
    line(&mut session, "var xs: [i32] = [3, 1, 2]");
    line(
        &mut session,
        "extern fn endless(mut a: i32, mut b: i32) -> i32 {\n while true { }\n 1\n }",
    );
    line(
        &mut session,
        "extern fn deep(mut a: i32, mut b: i32) -> i32 = i32(down(0))\nfn down(n: i64) -> i64 { let m = down(n + 1); n * m + m }",
    );
    for _ in 0..3 {
        let asking = interrupt_soon(session.interrupter());
        assert_eq!(
            failure(&mut session, "qsort(mut xs, 3, 4, endless)"),
            "interrupt"
        );
        asking.join().unwrap();
        assert_eq!(
            failure(&mut session, "qsort(mut xs, 3, 4, deep)"),
            "stack-overflow"
        );
    }
    assert_eq!(value(&mut session, "xs"), "[3, 1, 2]");
    assert_eq!(session.close(), 0);
}

/// C keeps the address: the newest definition is called, and what has been compiled before there was any such function knows of it.
#[test]
fn c_calls_the_newest_definition() {
    let mut session = session();
    line(
        &mut session,
        "extern { fn signal(n: i32, handler: extern fn(i32)) -> ptr<u8>\n fn raise(n: i32) -> i32 }",
    );
    line(&mut session, "var heard = [0]");
    line(
        &mut session,
        "fn walk() { for mut x in heard { raise(12) } }",
    );
    line(
        &mut session,
        "extern fn hear(n: i32) { heard.push(i64(n)) }",
    );
    line(&mut session, "signal(12, hear)");
    line(&mut session, "raise(12)");
    assert_eq!(value(&mut session, "heard"), "[0, 12]");
    assert_eq!(failure(&mut session, "walk()"), "exclusivity");
    line(
        &mut session,
        "extern fn hear(n: i32) { heard.push(-i64(n)) }",
    );
    line(&mut session, "raise(12)");
    assert_eq!(value(&mut session, "heard"), "[0, 12, -12]");
    session.undo();
    line(&mut session, "signal(12, hear)");
    assert_eq!(session.close(), 0);
}
