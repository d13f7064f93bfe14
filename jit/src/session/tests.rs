//! Sessions from outside: entries, worksheets, modules, removal.

mod callbacks;
mod same;

use std::thread::JoinHandle;

use crate::{Back, Config, Error, Interrupter, Session, Sheet, UnitReport};

fn session() -> Session {
    let config = Config {
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

/// The value of the last cell.
fn value(session: &mut Session, text: &str) -> String {
    let report = line(session, text);
    let cell = report.cells.last().unwrap();
    assert!(
        cell.error.is_none(),
        "{}",
        cell.error.as_ref().unwrap().rendered
    );
    cell.value.as_ref().unwrap().text.clone()
}

fn failure(session: &mut Session, text: &str) -> &'static str {
    line(session, text)
        .cells
        .last()
        .unwrap()
        .error
        .as_ref()
        .unwrap()
        .kind
}

#[test]
fn a_redefined_function_is_what_earlier_callers_call() {
    let mut session = session();
    line(&mut session, "fn f(n: i64) -> i64 { n + 1 }");
    line(&mut session, "fn g(n: i64) -> i64 { f(n) * 10 }");
    assert_eq!(value(&mut session, "g(1)"), "20");
    line(&mut session, "fn f(n: i64) -> i64 { n + 2 }");
    assert_eq!(value(&mut session, "g(1)"), "30");
    line(&mut session, "fn f(n: i64) -> i64 { n + 3 }");
    assert_eq!(value(&mut session, "g(1)"), "40");
    let rejected = session.run_line("<repl>", "fn f(n: i64) -> i64 { nothing }");
    assert!(matches!(rejected, Err(Error::Rejected { .. })));
    assert_eq!(value(&mut session, "g(1)"), "40");
    session.undo(); // the value
    session.undo(); // the value before
    session.undo(); // the last definition
    assert_eq!(value(&mut session, "g(1)"), "30");
    assert_eq!(session.close(), 0);
}

#[test]
fn an_entry_that_fails_has_no_effect() {
    let mut session = session();
    line(&mut session, "var xs = [1, 2, 3]");
    assert_eq!(failure(&mut session, "{ xs.push(4)\n xs[9] }"), "index");
    assert_eq!(value(&mut session, "xs"), "[1, 2, 3]");
    assert_eq!(
        failure(&mut session, "let y = 1 / (xs.len() - 3)"),
        "division-by-zero"
    );
    assert!(session.run_line("<repl>", "y").is_err());
    line(&mut session, "xs.push(5)");
    assert_eq!(value(&mut session, "xs"), "[1, 2, 3, 5]");
    session.undo();
    session.undo();
    assert_eq!(value(&mut session, "xs"), "[1, 2, 3]");
    assert_eq!(session.close(), 0);
}

#[test]
fn stack_overflow_and_the_memory_limit_end_an_entry_only() {
    let config = Config {
        capture: true,
        memory_limit: 64 << 20,
        optimize: false,
        ..Config::trusted()
    };
    let mut session = Session::new(config).unwrap();
    line(&mut session, "fn down(n: i64) -> i64 { 1 + down(n + 1) }");
    assert_eq!(failure(&mut session, "down(0)"), "stack-overflow");
    assert_eq!(
        failure(&mut session, "{ var xs = [0]\n while true { xs.push(1) } }"),
        "memory"
    );
    assert_eq!(value(&mut session, "1 + 1"), "2");
    assert_eq!(session.close(), 0);
}

/// Ends the next run, a moment after it has begun.
fn interrupt_soon(interrupter: Interrupter) -> JoinHandle<()> {
    std::thread::spawn(move || {
        while !interrupter.is_running() {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        interrupter.interrupt();
    })
}

#[test]
fn an_endless_entry_is_interrupted() {
    let mut session = session();
    let interrupter = session.interrupter();
    line(&mut session, "var n = 7");
    let asking = interrupt_soon(interrupter);
    assert_eq!(failure(&mut session, "while true { n += 1 }"), "interrupt");
    asking.join().unwrap();
    assert_eq!(value(&mut session, "n"), "7");
}

#[test]
fn cells_of_a_sheet_wait_for_those_that_failed() {
    let text = "let a = 1\nvar b = a / 0\nb + 1\na + 1 //=> 2\nprint(\"x\")\n";
    let text = text.replace("a / 0", "a / (a - 1)");
    let report = Sheet::run(Config::trusted(), "sheet", &text).unwrap();
    let cells = &report.cells;
    assert_eq!(cells[1].error.as_ref().unwrap().kind, "division-by-zero");
    assert_eq!(cells[2].waits_for.as_deref(), Some("`b`"));
    assert_eq!(cells[3].value.as_ref().unwrap().text, "2");
    assert!(cells[3].expectation.as_ref().unwrap().holds());
    assert_eq!(cells[4].output, "x\n");
}

#[test]
fn symbols_of_libraries() {
    let mut session = session();
    line(
        &mut session,
        "extern \"libm.so.6\" { fn cbrt(x: f64) -> f64 }",
    );
    assert_eq!(value(&mut session, "abs(cbrt(27.0) - 3.0) < 0.001"), "true");
    let missing = "extern \"libm.so.6\" { fn no_such(x: f64) -> f64 }\nno_such(1.0)";
    let Err(Error::Link { rendered, .. }) = session.run_line("<repl>", missing) else {
        panic!("linked a symbol that is not there")
    };
    assert!(
        rendered.contains("the library `libm.so.6` has no symbol `no_such`"),
        "{rendered}"
    );
    assert_eq!(value(&mut session, "2"), "2");
}

#[test]
fn rounds_of_definitions_leave_nothing_behind() {
    let mut session = session();
    line(&mut session, "var total = [0]");
    let mut round = |n: u32| {
        line(&mut session, &format!("fn f(n: i64) -> i64 {{ n + {n} }}"));
        line(&mut session, "total.push(f(1))");
        session.undo();
        session.undo();
        session.live_blocks()
    };
    let before = round(0);
    for n in 1..50 {
        assert_eq!(round(n), before);
    }
    assert_eq!(value(&mut session, "total"), "[0]");
    assert_eq!(session.machine.units().len(), 2);
    assert_eq!(session.close(), 0);
}

fn refusal(session: &mut Session, text: &str) -> String {
    match session.run_line("<repl>", text) {
        Err(Error::Rejected { problems, .. }) => problems[0].code.clone(),
        other => panic!("{text} was not refused: {other:?}"),
    }
}

#[test]
fn callers_are_compiled_again_when_an_interface_changes() {
    let mut session = session();
    line(&mut session, "fn f(n: i64) -> i64 = n * 2");
    line(&mut session, "fn g() -> i64 = f(100)");
    line(&mut session, "fn h() -> i64 = g() + 1");
    assert_eq!(
        refusal(&mut session, "fn f(s: str) -> str = s + s"),
        "breaks-callers"
    );
    assert_eq!(value(&mut session, "h()"), "201");
    let report = line(&mut session, "fn f(n: i64, by: i64 = 3) -> i64 = n * by");
    assert_eq!(report.again, ["g", "h"]);
    assert_eq!(value(&mut session, "h()"), "301");
    session.undo(); // the value
    session.undo(); // the definition
    assert_eq!(value(&mut session, "h()"), "201");
    line(&mut session, "let k = 5");
    line(&mut session, "fn plus(n: i64) -> i64 = n + k");
    line(&mut session, "let k = 6");
    assert_eq!(value(&mut session, "plus(1)"), "7");
    assert_eq!(session.close(), 0);
}

#[test]
fn a_type_changes_with_all_that_uses_it() {
    let mut session = session();
    line(&mut session, "struct P { x: i64 }");
    line(
        &mut session,
        "impl P { fn sum(self) -> i64 = self.x\n fn twice(self) -> i64 = self.sum() * 2 }",
    );
    line(&mut session, "fn make() = P(3)");
    assert_eq!(value(&mut session, "make().twice()"), "6");
    line(&mut session, "struct P { x: i64, y: i64 = 7 }");
    assert_eq!(value(&mut session, "make()"), "P(x: 3, y: 7)");
    line(
        &mut session,
        "impl P { fn sum(self) -> i64 = self.x + self.y }",
    );
    assert_eq!(value(&mut session, "make().twice()"), "20");
    line(&mut session, "var p = make()");
    let text = "struct P { x: str, y: i64 = 7 }\nfn make() = P(\"a\")\nimpl P { fn sum(self) -> i64 = self.y }";
    let report = line(&mut session, text);
    assert_eq!(report.kept[0].ty, "P (before)");
    assert_eq!(
        refusal(&mut session, "struct P { z: i64 }\nvar p = 1"),
        "breaks-callers"
    );
    assert_eq!(value(&mut session, "p.sum()"), "10");
    assert_eq!(session.close(), 0);
}

#[test]
fn many_redefinitions_leave_nothing_behind() {
    let mut session = session();
    line(&mut session, "fn f(n: i64) -> [i64] = [n]");
    line(&mut session, "fn g(n: i64) -> i64 = f(n)[0]");
    let live = session.live_blocks();
    for round in 0..300 {
        line(
            &mut session,
            &format!("fn f(n: i64) -> [i64] = [n + {round}, {round}]"),
        );
        assert_eq!(value(&mut session, "g(1)"), (round + 1).to_string());
        line(&mut session, "var kept = f(2)");
        session.undo();
        session.undo();
        session.undo();
    }
    line(&mut session, "fn last() {}"); // what was taken back is forgotten
    assert_eq!(session.live_blocks(), live);
    assert_eq!(session.close(), 0);
}

#[test]
fn what_is_taken_back_comes_back_as_it_was() {
    let mut session = session();
    line(&mut session, "struct P { x: i64 }");
    line(&mut session, "var ps = [P(1), P(2)]");
    line(&mut session, "fn sum() -> i64 = ps.map(|p| p.x).sum()");
    assert_eq!(value(&mut session, "sum()"), "3");
    line(&mut session, "ps.push(P(4)); ps[0].x = 10");
    line(
        &mut session,
        "struct P { x: f64, y: i64 = 7 }\nfn sum() -> i64 = ps.map(|p| p.y).sum()",
    );
    assert_eq!(value(&mut session, "(sum(), ps[0].x)"), "(21, 10.0)");
    assert_eq!(session.undo_to(Back::To(5)).unwrap().entries.len(), 3);
    assert_eq!(value(&mut session, "sum()"), "3");
    assert!(session.redo().is_err(), "a new entry forgets");
    session.undo();
    line(&mut session, "ps.push(P(4)); ps[0].x = 10");
    line(
        &mut session,
        "struct P { x: f64, y: i64 = 7 }\nfn sum() -> i64 = ps.map(|p| p.y).sum()",
    );
    assert_eq!(value(&mut session, "(sum(), ps[0].x)"), "(21, 10.0)");
    for _ in 0..3 {
        session.undo_to(Back::To(1)).unwrap();
        assert!(session.run_line("<repl>", "ps.nothing()").is_err());
        assert_eq!(session.type_of("1 + 2").unwrap(), "i64");
        while session.redo().is_ok() {}
    }
    assert_eq!(value(&mut session, "($7, sum())"), "((21, 10.0), 21)");
    session.undo_to(Back::To(2)).unwrap();
    assert_eq!(session.close(), 0);
}

/// Entries at random, some of them wrong, taken back and brought back: the variables are always what they were at that point.
#[test]
fn any_order_of_undo_and_redo() {
    let entries = [
        "xs.push(xs.len())",
        "xs = xs.map(|x| x + 1)",
        "xs.push(1); xs[1000]",
        "for mut x in xs { x *= 2 }; p.n += 1; nothing",
        "p.n += 1",
        "p = P(n: 5)",
        "struct P { n: i64, m: [i64] = [7] }",
        "struct P { n: i64 }",
        "struct P { n: i64, more: str }",
        "fn f() -> i64 = xs.len() + p.n",
        "fn f() -> i64 = xs.sum()",
        "xs.push(f())",
        "var xs = [f(), p.n]",
        "var q = p",
        "var xs = $1",
        "(xs, p)",
        "rule = |n| n + f()",
        "xs.push(rule(1))",
    ];
    let mut session = session();
    line(&mut session, "[1, 2, 3]");
    line(
        &mut session,
        "struct P { n: i64 }\nvar xs = [1]\nvar p = P(1)\nfn f() -> i64 = 1\nvar rule = |n: i64| n",
    );
    let state = |session: &Session| format!("{:?}", session.variables());
    let mut states = vec![state(&session)];
    let mut undone = Vec::new();
    let mut random = 12345_u64;
    for _ in 0..600 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        match (random >> 33) % 5 {
            0 if states.len() > 1 => {
                session.undo();
                undone.push(states.pop().unwrap());
            }
            1 | 2 if !undone.is_empty() => {
                session.redo().unwrap();
                states.push(undone.pop().unwrap());
            }
            _ => {
                let entry = entries[(random >> 40) as usize % entries.len()];
                let outcome = session.run_line("<repl>", entry);
                if outcome.is_ok_and(|report| report.number.is_some()) {
                    states.push(state(&session));
                    undone.clear();
                } else if session.undone.is_empty() {
                    undone.clear(); // it failed when it ran
                }
            }
        }
        assert_eq!(state(&session), *states.last().unwrap());
    }
    assert_eq!(session.close(), 0);
}

#[test]
fn a_definition_from_long_ago_comes_back() {
    let config = Config {
        entries: 20,
        ..session().config.clone()
    };
    let mut session = Session::new(config).unwrap();
    line(&mut session, "fn f() -> i64 = 1");
    for _ in 0..50 {
        line(&mut session, "fn g() {}");
    }
    line(&mut session, "fn f() -> i64 = 2");
    assert_eq!(value(&mut session, "f()"), "2");
    session.undo();
    session.undo();
    assert_eq!(value(&mut session, "f()"), "1");
    assert_eq!(session.close(), 0);
}

#[test]
fn callers_that_hold_a_definition_in_themselves_follow_it() {
    let mut session = session();
    line(&mut session, "fn f(n: i64) -> i64 { n + 1 }");
    line(&mut session, "fn g<T>(x: T) -> i64 { f(1) }");
    line(&mut session, "const K = f(10)");
    line(&mut session, "fn d(n: i64 = f(20)) -> i64 { n }");
    line(&mut session, "fn user() -> i64 { g(1) + g(true) + d() }");
    assert_eq!(value(&mut session, "user() + K"), "36");
    for _ in 0..1110 {
        line(&mut session, "fn f(n: i64) -> i64 { n + 2 }");
    }
    assert_eq!(
        value(&mut session, "(g(\"new\"), K, d(), user())"),
        "(3, 12, 22, 28)"
    );
    assert_eq!(session.close(), 0);
}

#[test]
fn names_and_defaults_of_parameters_are_part_of_the_interface() {
    let mut session = session();
    line(&mut session, "fn f(n: i64, by: i64 = 2) -> i64 { n * by }");
    line(&mut session, "fn g() -> i64 { f(10) + f(1, by: 1) }");
    assert_eq!(value(&mut session, "g()"), "21");
    line(&mut session, "fn f(n: i64, by: i64 = 3) -> i64 { n * by }");
    assert_eq!(value(&mut session, "g()"), "31");
    let renamed = "fn f(n: i64, times: i64 = 3) -> i64 { n * times }";
    assert_eq!(refusal(&mut session, renamed), "breaks-callers");
    assert_eq!(value(&mut session, "g()"), "31");
    assert_eq!(session.close(), 0);
}

#[test]
fn each_test_starts_from_the_state_that_the_file_left() {
    let mut session = session();
    let text = r#"
        var xs = [1, 2, 3]
        test "changes" { xs.push(4); assert(xs.len() == 4) }
        test "starts anew" { print("here"); assert(xs.len() == 3) }
        test "fails" { xs.clear(); assert(xs.sum() == 6) }
        test "in the library" { xs.remove(5) }
        test "goes on" { assert(xs.sum() == 6) }
        bench "timed" { xs.sum() }
    "#;
    let mut seen = Vec::new();
    let mut tell = |report: &crate::TrialReport| {
        let error = report.error.as_ref().map(|error| error.rendered.clone());
        seen.push((report.name.clone(), report.output.clone(), error));
    };
    session
        .run_tests("t", text, false, &|_| true, &mut tell)
        .unwrap();
    let failed: Vec<bool> = seen.iter().map(|(.., error)| error.is_some()).collect();
    assert_eq!(failed, [false, false, true, true, false]);
    assert_eq!(seen[1].1, "here\n");
    let error = seen[2].2.as_ref().unwrap();
    assert!(error.contains("0 == 6"), "{error}");
    // The call is shown, and where it failed in the stack.
    let error = seen[3].2.as_ref().unwrap();
    assert!(
        error.contains("xs.remove(5)") && error.contains("<prelude/"),
        "{error}"
    );
    let mut timed = 0;
    session
        .run_tests("t", text, true, &|name| name == "timed", &mut |report| {
            timed += report.timing.map_or(0, |timing| timing.runs);
        })
        .unwrap();
    assert!(timed >= 5);
    assert_eq!(session.close(), 0);
}

#[test]
fn what_a_module_prints_is_not_the_first_tests() {
    let mut session = session();
    session.front.resolver = Some(std::rc::Rc::new(|_: &str| {
        Some("print(\"loaded\")\npub let a = 1\n".to_owned())
    }));
    let text = "import rules\ntest \"t\" { print(rules.a) }";
    let mut outputs = Vec::new();
    session
        .run_tests("t", text, false, &|_| true, &mut |report| {
            outputs.push(report.output.clone());
        })
        .unwrap();
    assert_eq!(outputs, ["1\n"]);
    assert_eq!(session.close(), 0);
}

/// A functional update of a tree that nobody shares takes no new block: what is built goes into the boxes of what was taken apart.
#[test]
fn boxes_are_used_again() {
    let mut session = session();
    line(
        &mut session,
        "enum Tree { Leaf, Node(left: Tree, key: i64, n: i64, right: Tree) }
        fn count(t: Tree, k: i64) -> Tree = match t {
            Leaf => Node(Leaf, k, 1, Leaf)
            Node(l, x, n, r) if k < x => Node(count(l, k), x, n, r)
            Node(l, x, n, r) if k > x => Node(l, x, n, count(r, k))
            Node(l, x, n, r) => Node(l, x, n + 1, r)
        }
        fn keys(t: Tree) -> i64 = match t { Leaf => 0, Node(l, _, n, r) => keys(l) + n + keys(r) }",
    );
    line(
        &mut session,
        "var t = Tree.Leaf\nfor i in 0..50 { t = count(t, i * 37 % 50) }",
    );
    // What was before each entry is kept, so the first update of each node makes a new one.
    let mut taken = |rounds: u32| {
        let before = session.stats().allocations;
        line(
            &mut session,
            &format!("for i in 0..{rounds} {{ t = count(t, i % 50) }}"),
        );
        session.stats().allocations - before
    };
    assert_eq!(taken(50), taken(5000));
    assert_eq!(value(&mut session, "keys(t)"), "5100");
    assert_eq!(session.close(), 0);
}
