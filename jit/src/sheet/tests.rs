//! Edits, what they cost, and what the sheet shows after them.

mod importing;
mod reopening;
mod stopping;
mod trials;

use super::{Counts, Progress, Saved, Sheet};
use crate::config::Config;

fn sheet() -> Sheet {
    Sheet::new(Config {
        optimize: false,
        ..Config::trusted()
    })
    .expect("a sheet")
}

/// One line for each cell.
fn shown(sheet: &Sheet) -> String {
    let mut out = String::new();
    for cell in &mut sheet.report().cells {
        if cell.is_old {
            cell.bindings.clear();
            cell.value = None;
        }
        let mut parts: Vec<String> = cell
            .bindings
            .iter()
            .map(|shown| format!("{} = {}", shown.name, shown.text))
            .collect();
        let is_settled =
            cell.problems.is_empty() && cell.waits_for.is_none() && cell.stale.is_none();
        if cell.test.is_some() && is_settled && cell.error.is_none() {
            parts.push("passed".to_owned());
        }
        parts.extend(cell.value.iter().map(|shown| shown.text.clone()));
        parts.extend((!cell.output.is_empty()).then(|| format!("» {}", cell.output.trim_end())));
        parts.extend(
            cell.error
                .iter()
                .map(|error| format!("✗ {}", error.message)),
        );
        parts.extend(
            cell.waits_for
                .iter()
                .map(|name| format!("waits for {name}")),
        );
        parts.extend(
            cell.problems
                .iter()
                .map(|problem| format!("{}: {}", problem.line, problem.message)),
        );
        out += &parts.join("; ");
        out += "\n";
    }
    out
}

/// Applies the edits one after another; what each shows, and how many cells ran, has to be as stated, and a sheet that begins with the
/// text shows the same, whatever is known from an earlier process.
#[track_caller]
fn check(edits: &[(&str, usize, &str)]) {
    let mut edited = sheet();
    for (text, ran, expected) in edits {
        let earlier = edited.saved("");
        let counts = edited.edit("sheet.sumi", text);
        assert_eq!(shown(&edited).trim_end(), *expected, "{text}");
        let why: Vec<String> = edited
            .report()
            .cells
            .into_iter()
            .map(|cell| cell.why)
            .collect();
        assert_eq!(counts.ran, *ran, "{text}: {counts:?} {why:?}");
        let mut fresh = sheet();
        fresh.edit("sheet.sumi", text);
        assert_eq!(shown(&edited), shown(&fresh), "{text}");
        let cells = fresh.report().cells;
        let failed = cells.iter().filter(|cell| cell.error.is_some()).count();
        assert_eq!(fresh.close(), 0, "{text}");
        let (counts, mut again) = reopened(edited.saved(text), text);
        assert_eq!(shown(&edited), shown(&again), "{text}");
        assert_eq!(counts.ran, failed, "{text}: {counts:?}");
        let (counts, third) = reopened(again.saved(text), text);
        assert_eq!((counts.ran, shown(&third)), (failed, shown(&again)));
        let (_, other) = reopened(earlier, text);
        assert_eq!(shown(&edited), shown(&other), "{text}");
        for sheet in [again, third, other] {
            assert_eq!(sheet.close(), 0, "{text}");
        }
    }
    assert_eq!(edited.close(), 0);
}

/// A sheet in another process.
fn reopened(saved: Saved, text: &str) -> (Counts, Sheet) {
    let mut again = sheet();
    again.recall(saved);
    let counts = again.edit("sheet.sumi", text);
    (counts, again)
}

#[test]
fn an_edit_runs_what_depends_on_it() {
    check(&[
        (
            "let a = 1\nlet b = 2\na + b\nb * 2",
            4,
            "a = 1\nb = 2\n3\n4",
        ),
        (
            "let a = 5\nlet b = 2\na + b\nb * 2",
            2,
            "a = 5\nb = 2\n7\n4",
        ),
        // A comment, a move, a value that comes out the same.
        (
            "let b = 2 // two\nlet a = 5\n\na + b\nb * 2",
            0,
            "b = 2\na = 5\n7\n4",
        ),
        (
            "let b = 4 - 2\nlet a = 5\na + b\nb * 2",
            1,
            "b = 2\na = 5\n7\n4",
        ),
        (
            "let b = 2\nlet a = 5\na + b\nb * 2",
            0,
            "b = 2\na = 5\n7\n4",
        ),
    ]);
}

#[test]
fn functions_reach_those_who_call_them() {
    check(&[
        (
            "fn f(x: i64) -> i64 { g(x) }\nfn g(x: i64) -> i64 { x + 1 }\nf(1)\n2\ng(5)",
            3,
            "2\n2\n6",
        ),
        (
            "fn f(x: i64) -> i64 { g(x) }\nfn g(x: i64) -> i64 { x + 2 }\nf(1)\n2\ng(5)",
            2,
            "3\n2\n7",
        ),
        (
            "fn f(x: i64) -> i64 { g(x) * 1 }\nfn g(x: i64) -> i64 { x + 2 }\nf(1)\n2\ng(5)",
            1,
            "3\n2\n7",
        ),
        (
            "fn f(x: i64) -> i64 { g(x) * 1 }\nfn g(x: i32) -> i64 { 2 }\nf(1)\n2\ng(5)",
            1,
            "1: expected `i32`, found `i64`\nwaits for `f`\n2\n2",
        ),
    ]);
}

#[test]
fn a_cell_that_changes_a_variable_begins_where_it_was() {
    check(&[
        (
            "var xs = [1]\nxs.push(2)\nxs.push(3)\nxs",
            4,
            "xs = [1]\n\n\n[1, 2, 3]",
        ),
        (
            "var xs = [1]\nxs.push(5)\nxs.push(3)\nxs",
            3,
            "xs = [1]\n\n\n[1, 5, 3]",
        ),
        ("var xs = [1]\nxs.push(3)\nxs", 2, "xs = [1]\n\n[1, 3]"),
        (
            "var xs = [1]\nxs.push(5)\nxs.push(3)\nxs",
            0,
            "xs = [1]\n\n\n[1, 5, 3]",
        ),
    ]);
}

#[test]
fn failures_leave_others_alone() {
    check(&[
        (
            "let a = [1][3]\nlet b = 2\na + 1\nb",
            3,
            "✗ the index 3 is out of range: the length is 1\nb = 2\nwaits for `a`\n2",
        ),
        (
            "let a = [1][0]\nlet b = 2\na + 1\nb",
            2,
            "a = 1\nb = 2\n2\n2",
        ),
        (
            "let a = [1][0\nlet b = 2\na + 1\nb",
            0,
            "1: this `[` is never closed\nwaits for `a`\nwaits for `b`",
        ),
        (
            "let a = [1][0]\nlet b = c\na + 1\nb",
            0,
            "a = 1\n2: there is no name `c`\n2\nwaits for `b`",
        ),
    ]);
}

#[test]
fn a_type_that_changes_reaches_its_values() {
    check(&[
        (
            "struct P { x: i64 }\nlet p = P(1)\nlet q = [p]\nq[0].x\n7",
            4,
            "p = P(x: 1)\nq = [P(x: 1)]\n1\n7",
        ),
        (
            "struct P { x: i64, y: i64 = 2 }\nlet p = P(1)\nlet q = [p]\nq[0].x\n7",
            3,
            "p = P(x: 1, y: 2)\nq = [P(x: 1, y: 2)]\n1\n7",
        ),
    ]);
}

#[test]
fn counts_say_what_was_done() {
    let mut sheet = sheet();
    sheet.edit(
        "s.sumi",
        "fn f(x: i64) -> i64 = x + 1\nlet a = f(1)\nlet b = f(2)\nb",
    );
    let counts = sheet.edit(
        "s.sumi",
        "fn f(x: i64) -> i64 = x + 1\nlet a = f(1)\nlet b = f(3)\nb",
    );
    let expected = Counts {
        parsed: 1,
        checked: 1,
        compiled: 1,
        ran: 2,
    };
    assert_eq!(counts, expected);
}

#[test]
fn a_twin_that_comes_and_goes() {
    check(&[
        (
            "let block = [LEN; 3]\nconst LEN = 0 + 1",
            1,
            "block = [1, 1, 1]",
        ),
        (
            "let block = [LEN; 3]\nconst LEN = 0 + 1\nconst LEN = 0 + 1",
            0,
            "waits for `LEN`\nwaits for `LEN`\n3: `LEN` is defined twice",
        ),
        (
            "let block = [LEN; 3]\nconst LEN = 0 + 1",
            0,
            "block = [1, 1, 1]",
        ),
    ]);
}

#[test]
fn an_endless_loop_leaves_the_others_alone() {
    let mut sheet = Sheet::new(Config {
        optimize: false,
        cell_limit: std::time::Duration::from_millis(300),
        ..Config::trusted()
    })
    .unwrap();
    let mut ended = Vec::new();
    let text = "let a = 1\nvar n = 0\nwhile true { n += 1 }\na + 1\nn";
    sheet.edit_with("s.sumi", text, &mut |progress| {
        if let Progress::Ran(cell) = progress {
            ended.push(text[cell.span.clone()].to_owned());
        }
        true
    });
    assert_eq!(
        ended,
        ["let a = 1", "var n = 0", "a + 1", "while true { n += 1 }"]
    );
    let shown = shown(&sheet);
    let stopped = "✗ stopped after 300ms; it goes on when it is asked to";
    assert_eq!(
        shown,
        format!("a = 1\nn = 0\n{stopped}\n2\nwaits for `n`\n")
    );
    // It is not tried again until something changes.
    let counts = sheet.edit("s.sumi", &text.replace("a + 1", "a + 2"));
    assert_eq!(counts.ran, 1);
    sheet.edit("s.sumi", &text.replace("true", "n < 3"));
    assert_eq!(self::shown(&sheet), "a = 1\nn = 0\n\n2\n3\n");
    assert_eq!(sheet.close(), 0);
}

#[test]
fn why_a_cell_ran() {
    let why = |sheet: &Sheet| -> Vec<String> {
        let cells = sheet.report().cells.into_iter();
        cells.map(|cell| cell.why).collect()
    };
    let mut sheet = sheet();
    let text = "fn f(x: i64) -> i64 { x + 1 }\nlet a = f(1)\nf(a)\n7";
    sheet.edit("s.sumi", text);
    assert_eq!(why(&sheet), ["it is new"; 3]);
    sheet.edit("s.sumi", &text.replace("x + 1", "1 + x"));
    let nothing = "nothing that it depends on has changed";
    assert_eq!(why(&sheet), ["`f` has changed", "`f` has changed", nothing]);
    sheet.edit("s.sumi", &text.replace("let a = f(1)", "let a = f(2)"));
    let named = [
        "its text is another one",
        "`f` has changed, `a` has another value",
        nothing,
    ];
    assert_eq!(why(&sheet), named);
}

#[test]
fn what_changes_the_outside_runs_when_it_is_new_or_asked() {
    let folder = std::env::temp_dir().join(format!("sumi-sheet-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("log.txt");
    let text = format!(
        "import fs\nlet line = \"a\"\nfs.append(\"{0}\", line)\nfs.read_text(\"{0}\")\n1 + 1",
        file.display()
    );
    let written = || std::fs::read_to_string(&file).unwrap_or_default();
    let states = |sheet: &Sheet| -> Vec<String> {
        let cells = sheet.report().cells.into_iter();
        cells.map(|cell| cell.stale.unwrap_or_default()).collect()
    };
    let mut sheet = sheet();
    sheet.edit("s.sumi", &text);
    assert_eq!(written(), "");
    let stale = "changes files, and runs when it is asked to";
    assert_eq!(
        states(&sheet)[1..],
        [stale, "depends on a cell above, which is stale", ""]
    );
    let id = sheet.report().cells[1].id;
    sheet.ask(id, &mut |_| true);
    assert_eq!(written(), "a");
    assert_eq!(states(&sheet), ["", "", "", ""]);
    // Its text is the same: what it would write is another thing.
    sheet.edit("s.sumi", &text.replace("\"a\"", "\"b\""));
    assert_eq!(
        (written().as_str(), states(&sheet)[1].as_str()),
        ("a", stale)
    );
    sheet.edit("s.sumi", &text.replace("line)", "line + line)"));
    assert_eq!(written(), "aaa");
    assert_eq!(sheet.close(), 0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_cell_in_quarantine_runs_when_it_is_edited_or_asked() {
    let mut sheet = sheet();
    sheet.quarantine(["let a = 1 + 1".to_owned()]);
    let text = "let b = 1\nlet a = 1 + 1 // here\na + b\nb";
    let stale = |sheet: &Sheet| -> Vec<bool> {
        let cells = sheet.report().cells.into_iter();
        cells.map(|cell| cell.stale.is_some()).collect()
    };
    assert_eq!(sheet.edit("s.sumi", text).ran, 2);
    assert_eq!(stale(&sheet), [false, true, true, false]);
    let id = sheet.report().cells[1].id;
    assert_eq!(sheet.ask(id, &mut |_| true).ran, 2);
    assert_eq!(stale(&sheet), [false; 4]);
    assert_eq!(sheet.edit("s.sumi", &text.replace("1 + 1", "2 + 1")).ran, 2);
    assert_eq!(sheet.close(), 0);
}

#[test]
fn functions_in_values_touch_what_their_makers_named() {
    check(&[
        (
            "var n = 1\nlet t = |x: i64| x + 4\nlet s = |x: i64| t(x) * 2\nt(8)\ns(8)\n[1, 2].map(|x| x * x)",
            6,
            "n = 1\nt = fn(i64) -> i64\ns = fn(i64) -> i64\n12\n24\n[1, 4]",
        ),
        (
            "var n = 2\nlet t = |x: i64| x + 4\nlet s = |x: i64| t(x) * 2\nt(8)\ns(8)\n[1, 2].map(|x| x * x)",
            1,
            "n = 2\nt = fn(i64) -> i64\ns = fn(i64) -> i64\n12\n24\n[1, 4]",
        ),
        (
            "var n = 2\nlet t = |x: i64| x + 5\nlet s = |x: i64| t(x) * 2\nt(8)\ns(8)\n[1, 2].map(|x| x * x)",
            4,
            "n = 2\nt = fn(i64) -> i64\ns = fn(i64) -> i64\n13\n26\n[1, 4]",
        ),
    ]);
}

#[test]
fn a_stated_value_without_its_expression_is_a_mistake() {
    check(&[
        ("1 + 2 //=> 3\n4", 2, "3\n4"),
        (
            "//=> 3\n4",
            0,
            "1: `//=>` states the value of an expression",
        ),
        ("1 + 2 //=> 3\n4 //=> 5", 0, "3\n4"),
    ]);
}

#[test]
fn values_that_were_given_up_are_made_again() {
    const LIMIT: u64 = 4 << 20;
    let mut sheet = Sheet::new(Config {
        optimize: false,
        state_limit: LIMIT,
        ..Config::trusted()
    })
    .expect("a sheet");
    // Twenty states of 800 kB.
    let mut text = String::from("var xs = (0..100_000).map(|i| i)\nvar n = 1\n");
    for index in 0..20 {
        text += &format!("xs[{index}] += n\nn += xs[{index}] - {index}\n");
    }
    text += "xs[19] + n";
    assert_eq!(sheet.edit("s.sumi", &text).ran, 43);
    let last = |sheet: &Sheet| shown(sheet).lines().last().map(str::to_owned);
    assert_eq!(last(&sheet).as_deref(), Some("1572883"));
    assert!(sheet.live_bytes() <= LIMIT);
    let edited = text.replace("xs[10] += n", "xs[10] += n + 1");
    assert_eq!(sheet.edit("s.sumi", &edited).ran, 21);
    assert_eq!(last(&sheet).as_deref(), Some("1573651"));
    assert!(sheet.live_bytes() <= LIMIT);
    assert_eq!(sheet.edit("s.sumi", &text).ran, 0);
    assert_eq!(last(&sheet).as_deref(), Some("1572883"));
    assert_eq!(sheet.close(), 0);
}

#[test]
fn what_is_only_kept_makes_room() {
    let mut sheet = Sheet::new(Config {
        optimize: false,
        memory_limit: 4 << 20,
        ..Config::trusted()
    })
    .expect("a sheet");
    let mut text = String::from("var xs = (0..100_000).map(|i| i)\n");
    for index in 0..20 {
        text += &format!("xs[{index}] += 1\n");
    }
    text += "xs[0] + xs[19]";
    sheet.edit("s.sumi", &text);
    assert_eq!(shown(&sheet).lines().last(), Some("21"));
    assert_eq!(sheet.close(), 0);
}

/// An empty folder that is removed in the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("sumi-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Of what is left nobody takes note.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn modules_are_loaded_again_when_they_change() {
    let folder = Folder::new("modules");
    let name = folder.path("sheet.sumi");
    let text = "import rules\nrules.speed(2)\nrules.size()\n1 + 1";
    let mut sheet = sheet();
    sheet.edit(&name, text);
    assert_eq!(shown(&sheet).lines().last(), Some("2"));
    let module = "pub fn speed(x: i64) -> i64 = x * 10\npub fn size() -> i64 = 3\n";
    folder.write("rules.sumi", module);
    assert_eq!(sheet.edit(&name, text).ran, 2);
    assert_eq!(shown(&sheet), "20\n3\n2\n");
    assert_eq!(sheet.edit(&name, text), Counts::default());
    folder.write("rules.sumi", &module.replace("10", "20"));
    assert_eq!(sheet.files(), [folder.0.join("rules.sumi")]);
    sheet.edit(&name, text);
    assert_eq!(shown(&sheet), "40\n3\n2\n");
    folder.write("rules.sumi", "pub fn speed(x: i64) -> i64 = x +\n");
    sheet.edit(&name, text);
    assert!(shown(&sheet).contains("2\n"), "{}", shown(&sheet));
    assert_eq!(sheet.close(), 0);
}

#[test]
fn cells_run_when_a_file_changes_that_they_read() {
    let folder = Folder::new("files");
    folder.write("a.txt", "one");
    let text = format!(
        "import fs\nlet a = fs.read_text(\"{}\") ?? \"none\"\na.len()\n\"{{a}}!\"",
        folder.path("a.txt")
    );
    let mut sheet = sheet();
    assert_eq!(sheet.edit("s.sumi", &text).ran, 3);
    assert_eq!(shown(&sheet), "a = \"one\"\n3\n\"one!\"\n");
    assert_eq!(sheet.edit("s.sumi", &text).ran, 0);
    folder.write("a.txt", "twelve");
    assert_eq!(sheet.edit("s.sumi", &text).ran, 3);
    assert_eq!(shown(&sheet), "a = \"twelve\"\n6\n\"twelve!\"\n");
    assert_eq!(sheet.files(), [folder.0.join("a.txt")]);
    std::fs::remove_file(folder.0.join("a.txt")).expect("a file");
    sheet.edit("s.sumi", &text);
    assert_eq!(shown(&sheet), "a = \"none\"\n4\n\"none!\"\n");
    assert_eq!(sheet.close(), 0);
}

/// The result of the first text comes back with code that is new again.
#[test]
fn what_was_taken_back_is_edited_again() {
    let text = |n: i64| format!("f(2)\nfn f(a: i64) -> i64 {{ a + {n} }}");
    let edits = [
        (1, 1),
        (2, 1),
        (1, 0),
        (3, 1),
        (1, 0),
        (4, 1),
        (2, 0),
        (5, 1),
    ];
    let texts = edits.map(|(n, ran)| (text(n), ran, format!("{}", n + 2)));
    let texts: Vec<(&str, usize, &str)> = texts
        .iter()
        .map(|(text, ran, shown)| (text.as_str(), *ran, shown.as_str()))
        .collect();
    check(&texts);
}

/// Also where an operator of its type was compiled after it the first time.
#[test]
fn what_comes_back_does_not_run() {
    let types = "struct P { x: i64, y: i64 = 2 }\nfn +(x: P, y: P) -> P = P(x.x + y.x, 5)\n\
        trait Named { fn id(self) -> i64 }\nimpl Named for P { fn id(self) -> i64 { self.x * 2 } }\n";
    let text = format!("{types}var u: any Named = P(5)\nu.id()");
    let shown = "u = P(x: 5, y: 2)\n10";
    check(&[(&text, 2, shown), (types, 0, ""), (&text, 0, shown)]);
}

#[test]
fn why_a_show_failed_names_no_line() {
    let text =
        "struct P { x: i64 }\nimpl Show for P { fn show(self) -> str = \"{[1][self.x]}\" }\nP(3)";
    let note = |sheet: &Sheet| {
        sheet.report().cells[0]
            .value
            .clone()
            .and_then(|shown| shown.note)
    };
    let mut sheet = sheet();
    sheet.edit("s.sumi", text);
    let failed = "these are the parts, `show` failed: the index 3 is out of range: the length is 1";
    assert_eq!(note(&sheet).as_deref(), Some(failed));
    assert_eq!(
        sheet.edit("s.sumi", &format!("// A comment.\n{text}")).ran,
        0
    );
    assert_eq!(note(&sheet).as_deref(), Some(failed));
    assert_eq!(sheet.close(), 0);
}

/// What it came to is not that of the file as it is now.
#[test]
fn a_file_may_change_while_a_cell_runs_that_has_read_it() {
    let folder = Folder::new("meanwhile");
    folder.write("a.txt", "one");
    let text = format!(
        "import fs\nlet a = {{\n  let text = fs.read_text(\"{}\") ?? \"none\"\n  while !fs.exists(\"{}\") {{}}\n  text\n}}",
        folder.path("a.txt"),
        folder.path("b.txt"),
    );
    let mut sheet = sheet();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Most likely it has read it by then; else it reads what is new at once.
            std::thread::sleep(std::time::Duration::from_millis(50));
            folder.write("a.txt", "twelve");
            folder.write("b.txt", "");
        });
        sheet.edit("s.sumi", &text);
    });
    sheet.edit("s.sumi", &text);
    assert_eq!(shown(&sheet), "a = \"twelve\"\n");
    assert_eq!(sheet.close(), 0);
}

#[test]
fn the_text_of_a_value_follows_what_its_show_reads() {
    let text = "var unit = \"m\"\nstruct Length { x: i64 }\nimpl Show for Length { fn show(self) -> str = \"{self.x} {unit}\" }\n\
        let a = Length(3)\n[Length(4)]\na.x";
    check(&[
        (text, 4, "unit = \"m\"\na = 3 m\n[4 m]\n3"),
        (
            &text.replace("\"m\"", "\"km\""),
            // `impl Show` counts for all that runs, and so does what it needs.
            4,
            "unit = \"km\"\na = 3 km\n[4 km]\n3",
        ),
    ]);
}
