//! A sheet that is opened by another process than before.

use super::super::{Change, Progress};
use super::{Folder, reopened, sheet, shown};

#[test]
fn what_was_edited_meanwhile_runs() {
    let text = "fn twice(x: i64) -> i64 = x * 2\nvar n = 1\nn += 1\nlet a = twice(n)\nn += a\nlet b = 10\nn\nb + 1";
    let mut before = sheet();
    before.edit("s.sumi", text);
    // Ids are others in a sheet that was edited.
    let around = format!("let first = 0\n{text}");
    before.edit("s.sumi", &around);
    before.edit("s.sumi", text);
    let changes = [
        (text.to_owned(), 0),
        (around, 1),
        (format!("// said\n{}", text.replace('\n', "\n\n")), 0),
        (text.replace("let b = 10", "let b = 11"), 2),
        // `a`, what adds it, and `n`, but not what comes before.
        (text.replace("x * 2", "x * 3"), 3),
        (text.replace("n += 1\n", "n += 2\n"), 4),
        (text.replace("n += 1\n", ""), 3),
        (text.replace("var n = 1", "var n = 2 - 1"), 5),
    ];
    for (text, ran) in changes {
        let (counts, again) = reopened(before.saved(""), &text);
        let mut fresh = sheet();
        fresh.edit("s.sumi", &text);
        assert_eq!(shown(&again), shown(&fresh), "{text}");
        assert_eq!(counts.ran, ran, "{text}");
        assert_eq!((again.close(), fresh.close()), (0, 0));
    }
}

#[test]
fn what_was_shown_is_told_before_anything_is_compiled() {
    let text = "let a = [1, 2]\nprint(\"hi\")\na.map(|x| x + 1) //=> [2, 3]\nlet z = a[5]";
    let mut before = sheet();
    before.edit("s.sumi", text);
    let mut told = |now: &str| {
        let mut again = sheet();
        again.recall(before.saved(text));
        let mut first = None;
        again.edit_with("s.sumi", now, &mut |progress| {
            first.get_or_insert(match progress {
                Progress::Turn(changes, _) => changes,
                Progress::Running(..) | Progress::Interrupted(_) | Progress::Ran(_) => Vec::new(),
            });
            true
        });
        (first.unwrap_or_default(), again)
    };
    let (first, again) = told(text);
    let ids: Vec<u64> = again.report().cells.iter().map(|cell| cell.id).collect();
    let mut seen = Vec::new();
    for change in &first {
        let Change::Shows(report) = change else {
            panic!("something other than a result was told");
        };
        seen.push(report.id);
        let now = again
            .report()
            .cells
            .into_iter()
            .find(|cell| cell.id == report.id);
        let now = now.expect("a cell");
        assert_eq!(
            (&report.bindings, &report.value),
            (&now.bindings, &now.value)
        );
        assert_eq!((&report.output, &report.span), (&now.output, &now.span));
        assert_eq!(report.expectation, now.expectation);
    }
    // That which fails is not known before it does.
    assert_eq!(seen, ids[..3]);
    let (first, _) = told(&text.replace('1', "3"));
    assert_eq!(first.len(), 0);
}

#[test]
fn values_are_made_when_they_are_looked_at() {
    let text = "var xs = (0..1000).map(|i| i * i)\nxs[0] = 7\nxs\n(0..3).map(|i| i + xs[0])";
    let mut before = sheet();
    before.edit("s.sumi", text);
    let (counts, mut again) = reopened(before.saved(text), text);
    assert_eq!(counts.ran, 0);
    let ids: Vec<u64> = again.report().cells.iter().map(|cell| cell.id).collect();
    // Before anything runs for it.
    assert!(again.page(ids[3], "", 0..2, &|| false).is_none());
    let mut rows = |cell: usize, name: &str, from: usize| {
        let page = again.page(ids[cell], name, from..from + 2, &|| true);
        page.map(|page| (page.len, page.rows.concat()))
    };
    let texts = |rows: &[&str]| Some(rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>());
    assert_eq!(
        rows(3, "", 1),
        Some((3, texts(&["8", "9"]).unwrap_or_default()))
    );
    assert_eq!(
        rows(2, "", 0),
        Some((1000, texts(&["7", "1"]).unwrap_or_default()))
    );
    assert_eq!(
        rows(0, "xs", 0),
        Some((1000, texts(&["0", "1"]).unwrap_or_default()))
    );
    assert_eq!(rows(0, "ys", 0), None);
    // A later cell finds what it needs.
    let counts = again.edit("s.sumi", &text.replace("i + xs[0]", "i * xs[0]"));
    assert_eq!(
        (counts.ran, shown(&again).lines().last()),
        (1, Some("[0, 7, 14]"))
    );
    assert_eq!(again.close(), 0);
}

#[test]
fn what_follows_from_the_outside_is_looked_at_or_runs_again() {
    let folder = Folder::new("reopening");
    folder.write("a.txt", "one");
    let path = folder.path("a.txt");
    let text = format!(
        "import fs\nimport time\nfs.read_text(\"{path}\") ?? \"none\"\nlet a = fs.read_text(\"{path}\") ?? \"none\"\na.len()\n\
         let t = time.now()\nt == t\n1 + 1"
    );
    let mut before = sheet();
    before.edit("s.sumi", &text);
    // `a`, whose value is needed, and what reads the clock, with what follows from that.
    let (counts, again) = reopened(before.saved(&text), &text);
    assert_eq!(counts.ran, 3, "{}", shown(&again));
    folder.write("a.txt", "twelve");
    let (counts, again) = reopened(before.saved(&text), &text);
    assert_eq!(counts.ran, 5, "{}", shown(&again));
    assert!(shown(&again).starts_with("\"twelve\"\na = \"twelve\"\n6\n"));
}

#[test]
fn what_changes_the_outside_is_stale_and_shows_what_it_came_to() {
    let folder = Folder::new("reopening-changes");
    let path = folder.path("a.txt");
    let text = format!(
        "import fs\nlet line = \"a\"\nlet done = fs.append(\"{path}\", line)\ndone.is_ok()\nfs.read_text(\"{path}\") ?? \"none\"\n1 + 1"
    );
    let mut before = sheet();
    before.allow_changes();
    before.edit("s.sumi", &text);
    let saved = before.saved(&text);
    let (counts, mut again) = reopened(saved, &text);
    assert_eq!(counts.ran, 0);
    let cells = again.report().cells;
    let stale: Vec<bool> = cells.iter().map(|cell| cell.stale.is_some()).collect();
    assert_eq!(stale, [false, true, true, true, false]);
    let old: Vec<String> = cells[1..4]
        .iter()
        .map(|cell| {
            assert!(cell.is_old);
            let bound = cell.bindings.iter().chain(&cell.value);
            bound.map(|shown| shown.text.clone()).collect()
        })
        .collect();
    assert_eq!(old, ["ok(())", "true", "\"a\""]);
    assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some("a"));
    // What is stale is kept for the one after that, and never taken for what it would come to.
    let third = again.saved(&text);
    let mut run = sheet();
    run.allow_changes();
    run.recall(third);
    let counts = run.edit("s.sumi", &text);
    assert_eq!(counts.ran, 3);
    assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some("aa"));
    assert!(shown(&run).contains("\"aa\""), "{}", shown(&run));
    let (_, fourth) = reopened(again.saved(&text), &text);
    assert_eq!(shown(&fourth), shown(&again));
}

/// A failure of a cell takes nothing from those that it stands on.
#[test]
fn what_was_made_again_outlives_a_failure() {
    let text =
        "var ys = [4, 2]\nfor mut y in ys { y += w(6) }\nfn w(x: i64) -> i64 = w(x) + 0\nys.len()";
    let mut before = sheet();
    before.edit("s.sumi", text);
    let (counts, mut again) = reopened(before.saved(text), text);
    assert_eq!(counts.ran, 1);
    for (body, last) in [("w(x) + 1", "waits for `ys`"), ("x + 1", "2")] {
        again.edit("s.sumi", &text.replace("w(x) + 0", body));
        assert_eq!(
            shown(&again).lines().last(),
            Some(last),
            "{}",
            shown(&again)
        );
    }
    assert_eq!(again.close(), 0);
}

/// After an edit of a module those cells run that reach it, whether the sheet is open or not.
#[test]
fn an_edit_of_a_module_runs_what_reaches_it() {
    const RULES: &str = "pub struct Ball { x: i64, y: i64 = 2 }\npub const SIZE = 3\npub const TABLE = [speed(1), 2]\n\
        pub fn speed(x: i64) -> i64 = x * 10\npub let limit = speed(4)\npub fn ball(x: i64) -> Ball = Ball(x)\n\
        impl Show for Ball { fn show(self) -> str = \"<{self.x}>\" }\npub trait Grows { fn grown(self) -> i64 }\n\
        impl Grows for i64 { fn grown(self) -> i64 = self + 1 }\n";
    const OTHER: &str = "pub fn twice(x: i64) -> i64 = once(x) * 2\nfn once(x: i64) -> i64 = x\n\
        pub let names = [\"a\", \"b\"].map(|s| s + \"!\")\n";
    let text = "import rules\nimport rules.{Ball}\nimport other\nlet n = 1\nrules.speed(n)\nrules.SIZE\nrules.TABLE\nrules.limit\nrules.ball(3)\n\
        struct Pair { a: Ball, b: i64 }\nlet pair = Pair(Ball(1), 5)\npair.b\n7.grown()\nother.twice(n)\nother.names\nn + 1";
    let (rules, other) = (
        |from, to| RULES.replace(from, to),
        |from, to| OTHER.replace(from, to),
    );
    let first = format!("fn first() -> i64 = 1\n{RULES}");
    // Of `rules` these are `limit`, which shows nothing, `speed`, the table, the balls and the pair, which show one, and `grown`. A value that
    // comes out as it was is known as such only where the former one is there.
    let changes = [
        (rules("\n", "\n// said\n\n"), OTHER.to_owned(), [0, 0]),
        (rules("x * 10", "x * 20"), OTHER.to_owned(), [8, 8]),
        (rules("SIZE = 3", "SIZE = 4"), OTHER.to_owned(), [8, 9]),
        (rules("y: i64 = 2", "y: i64 = 3"), OTHER.to_owned(), [7, 8]),
        (rules("<{self.x}>", "({self.x})"), OTHER.to_owned(), [7, 8]),
        (rules("self + 1", "self + 2"), OTHER.to_owned(), [7, 8]),
        (first, OTHER.to_owned(), [7, 8]),
        (RULES.to_owned(), other("* 2", "* 3"), [2, 3]),
        (RULES.to_owned(), other("\"b\"", "\"c\""), [3, 3]),
    ];
    let folder = Folder::new("reopening-modules");
    let name = folder.path("sheet.sumi");
    let write = |rules: &str, other: &str| {
        folder.write("rules.sumi", rules);
        folder.write("other.sumi", other);
    };
    for (rules, other, expected) in changes {
        write(RULES, OTHER);
        let mut open = sheet();
        // With a cell of each of the modules.
        assert_eq!(open.edit(&name, text).ran, 14);
        let saved = open.saved(text);
        write(&rules, &other);
        let mut again = sheet();
        again.recall(saved);
        let ran = [&mut open, &mut again].map(|sheet| sheet.edit(&name, text).ran);
        assert_eq!(ran, expected, "{rules}{other}");
        let mut fresh = sheet();
        fresh.edit(&name, text);
        assert_eq!(shown(&open), shown(&fresh), "{rules}{other}");
        assert_eq!(shown(&again), shown(&fresh), "{rules}{other}");
        for sheet in [open, again, fresh] {
            assert_eq!(sheet.close(), 0);
        }
    }
}
