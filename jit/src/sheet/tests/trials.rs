//! `test` items: from the state that the file left, and nobody sees what they change.

use super::super::{Counts, Progress};
use super::{Folder, check, sheet, shown};
use crate::config::Config;
use crate::sheet::Sheet;

#[test]
fn a_test_begins_from_what_the_file_left_and_changes_nothing() {
    let text = "var xs = [1]\ntest \"grows\" { xs.push(2); assert(xs == [1, 5, 2]) }\nxs.push(5)\n\
        test \"is cleared\" { assert(xs == [1, 5]); xs.clear() }\nxs.len()";
    let all = "xs = [1]\npassed\n\npassed\n2";
    let failed = "✗ assertion failed: [1, 6] == [1, 5]";
    let edited = text.replace("xs.push(2)", "xs.push(2 + 0)");
    let moved = "var xs = [1]\nxs.push(5)\ntest \"is cleared\" { assert(xs == [1, 5]); xs.clear() } // here\n\
        xs.len()\n\ntest \"grows\" { xs.push(2 + 0); assert(xs == [1, 5, 2]) }";
    check(&[
        (text, 5, all),
        // Only the test.
        (&edited, 1, all),
        (moved, 0, "xs = [1]\n\npassed\n2\npassed"),
        (
            &moved.replace("push(5)", "push(6)"),
            4,
            &format!("xs = [1]\n\n{failed}\n2\n{}", failed.replace(']', ", 2]")),
        ),
        (text, 0, all),
        // What is left is the same.
        (&text.replace("push(5)", "push(4 + 1)"), 1, all),
    ]);
}

#[test]
fn a_test_with_a_mistake_holds_up_nobody() {
    let text = "var n = 1\ntest \"a\" { n = 2; let z = 3; assert(n == 2) }\nn\ntest \"b\" { assert(n == 1) }";
    check(&[
        (text, 4, "n = 1\npassed\n1\npassed"),
        (
            &text.replace("let z = 3", "let z = q"),
            0,
            "n = 1\n2: there is no name `q`\n1\npassed",
        ),
        (
            &text.replace("let z = 3", "let = 3"),
            0,
            "n = 1\n2: a pattern is expected, found `=`\n1\npassed",
        ),
        (
            &text.replace("n == 2", "n == 3"),
            1,
            "n = 1\n✗ assertion failed: 2 == 3\n1\npassed",
        ),
    ]);
}

#[test]
fn a_test_waits_for_what_it_needs() {
    let text = "test \"a\" { assert(a == 1) }\nlet a = [1][0]\ntest \"b\" { assert(f(1) == 2) }\nfn f(x: i64) -> i64 = x + 1";
    check(&[
        (text, 3, "passed\na = 1\npassed"),
        (
            &text.replace("[1][0]", "[1][1]"),
            1,
            "waits for `a`\n✗ the index 1 is out of range: the length is 1\npassed",
        ),
        (
            &text.replace("x + 1", "x + y"),
            0,
            "passed\na = 1\nwaits for `f`\n4: there is no name `y`",
        ),
        (&text.replace("x + 1", "1 + x"), 1, "passed\na = 1\npassed"),
    ]);
}

#[test]
fn a_bench_does_not_run() {
    check(&[(
        "let a = 1\nbench \"b\" { panic(\"never\") }\ntest \"t\" { assert(a == 1) }",
        2,
        "a = 1\npassed",
    )]);
}

#[test]
fn an_edited_test_costs_as_much_as_a_cell() {
    let text = "fn f(x: i64) -> i64 = x + 1\nlet a = f(1)\ntest \"t\" {\n    let b = f(a)\n    assert(b == 3)\n}\na";
    let mut sheet = sheet();
    sheet.edit("s.sumi", text);
    let counts = sheet.edit("s.sumi", &text.replace("b == 3", "b == 4"));
    let expected = Counts {
        parsed: 1,
        checked: 1,
        compiled: 1,
        ran: 1,
    };
    assert_eq!(counts, expected);
    let cells = sheet.report().cells;
    let error = cells[1].error.as_ref().expect("a failure");
    let place = error.place().expect("a place");
    assert_eq!((place.line, place.function.as_str()), (5, "test \"t\""));
    assert_eq!(cells[1].test.as_deref(), Some("t"));
    assert_eq!(cells[1].why, "its text is another one");
    assert_eq!(sheet.close(), 0);
}

#[test]
fn a_test_that_changes_files_runs_when_it_is_new_or_asked() {
    let folder = Folder::new("trials");
    let path = folder.path("log.txt");
    let text = format!(
        "import fs\nlet line = \"a\"\ntest \"writes\" {{ fs.append(\"{path}\", line)? }}\n\
         test \"reads\" {{ assert((fs.read_text(\"{path}\") ?? \"none\") == \"a\") }}\nfs.read_text(\"{path}\") ?? \"none\""
    );
    let written = || std::fs::read_to_string(&path).unwrap_or_default();
    let mut sheet = sheet();
    sheet.edit("s.sumi", &text);
    let stale = |sheet: &Sheet| -> Vec<bool> {
        let cells = sheet.report().cells.into_iter();
        cells.map(|cell| cell.stale.is_some()).collect()
    };
    assert_eq!(stale(&sheet), [false, true, true, false]);
    let id = sheet.report().cells[1].id;
    sheet.ask(id, &mut |_| true);
    assert_eq!((written().as_str(), stale(&sheet)), ("a", vec![false; 4]));
    // The last line stands before all tests, and has read what there was then.
    assert_eq!(shown(&sheet), "line = \"a\"\npassed\npassed\n\"none\"\n");
    sheet.edit("s.sumi", &text);
    assert_eq!(shown(&sheet), "line = \"a\"\npassed\npassed\n\"a\"\n");
    sheet.edit("s.sumi", &text.replace("line)?", "line + line)?"));
    assert_eq!(written(), "aaa");
    // In a sheet that is run as a whole each test finds what the one before has done, failed or not.
    let mut whole = self::sheet();
    whole.allow_changes();
    whole.edit("s.sumi", &text.replace("line)?", "line)?; assert(1 == 2)"));
    let failed = shown(&whole);
    assert_eq!(failed.matches("assertion failed").count(), 2, "{failed}");
    assert_eq!(written(), "aaaa");
    assert_eq!((sheet.close(), whole.close()), (0, 0));
}

#[test]
fn an_endless_test_leaves_the_others_alone() {
    let mut sheet = Sheet::new(Config {
        optimize: false,
        cell_limit: std::time::Duration::from_millis(300),
        ..Config::trusted()
    })
    .expect("a sheet");
    let text = "var n = 0\ntest \"endless\" { while true { n += 1 } }\nn\ntest \"short\" { assert(n == 0) }";
    let mut ended = Vec::new();
    let counts = sheet.edit_with("s.sumi", text, &mut |progress| {
        if let Progress::Ran(cell) = progress {
            ended.push(cell.test.unwrap_or_default());
        }
        true
    });
    assert_eq!(
        (counts.ran, ended),
        (4, ["", "", "short", "endless"].map(str::to_owned).to_vec())
    );
    let stopped = "✗ stopped after 300ms; it goes on when it is asked to";
    assert_eq!(shown(&sheet), format!("n = 0\n{stopped}\n0\npassed\n"));
    let stopper = sheet.stopper();
    sheet.edit_with(
        "s.sumi",
        &text.replace("n += 1", "n += 2"),
        &mut |progress| {
            if let Progress::Running(..) = progress {
                stopper.stop();
            }
            true
        },
    );
    assert_eq!(shown(&sheet), "n = 0\n✗ interrupted\n0\npassed\n");
    assert_eq!(sheet.close(), 0);
}
