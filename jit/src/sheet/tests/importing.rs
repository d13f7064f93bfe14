//! What the cells of imported modules come to is seen beside the import.

use super::super::Change;
use super::{Folder, Progress, sheet, shown};
use crate::config::Config;
use crate::sheet::Sheet;

const TEXT: &str = "import rules\nrules.a\nrules.b\nrules.f()\nrules.d\n1";
const RULES: &str = "pub let a = 1\npub let b = [1][a]\nprint(\"hi\")\npub let c = b + 1\npub fn f() -> i64 = b\npub let d = 2\n";

#[test]
fn a_module_that_fails_does_so_beside_its_import() {
    let folder = Folder::new("importing");
    let name = folder.path("sheet.sumi");
    folder.write("rules.sumi", RULES);
    let mut sheet = sheet();
    sheet.edit(&name, TEXT);
    let failed = "» hi; ✗ the index 1 is out of range: the length is 1\n1\nwaits for `b`\nwaits for `b`\n2\n1\n";
    assert_eq!(shown(&sheet), failed);
    let import = sheet.report().cells.swap_remove(0);
    let place = import.error.as_ref().and_then(|error| error.place());
    let place = place.map(|place| (place.file.clone(), place.line));
    assert_eq!(place, Some((folder.path("rules.sumi"), 2)));
    assert_eq!(import.span, 0..12);
    let told = |changes: Vec<Change>| -> Vec<(u64, bool)> {
        let told = changes.into_iter().filter_map(|change| match change {
            Change::Shows(report) => Some((report.id, true)),
            Change::Moved(..) => None,
            Change::Gone(id) => Some((id, false)),
        });
        told.collect()
    };
    assert_eq!(told(sheet.changes())[0], (import.id, true));
    // Only what it says is gone with the mistake.
    let quiet = RULES
        .replace("[1][a]", "[1, 4][a]")
        .replace("print(\"hi\")\n", "");
    folder.write("rules.sumi", &quiet);
    sheet.edit(&name, TEXT);
    assert_eq!(shown(&sheet), "1\n4\n4\n2\n1\n");
    assert_eq!(told(sheet.changes())[0], (import.id, false));
    // With another import before it, the one that needs the module first has it.
    folder.write("rules.sumi", RULES);
    folder.write("other.sumi", "import rules\npub fn g() -> i64 = rules.a\n");
    sheet.edit(&name, &format!("import other\nother.g()\n{TEXT}"));
    let (first, rest) = failed.split_once('\n').expect("lines");
    assert_eq!(shown(&sheet), format!("{first}\n1\n{rest}"));
    assert_eq!(sheet.report().cells[0].span, 0..12);
    assert_eq!(sheet.close(), 0);
}

/// Of its cells, and of those that call its functions.
#[test]
fn failures_stand_where_a_module_has_them_now() {
    let folder = Folder::new("importing-places");
    let name = folder.path("sheet.sumi");
    let rules = "pub fn at(n: i64) -> i64 = [1, 2][n]\npub let a = 5\npub let b = [1][a]\n";
    folder.write("rules.sumi", rules);
    let text = "import rules\nrules.at(7)\nrules.at(1)";
    let mut sheet = sheet();
    let lines = |sheet: &Sheet| -> Vec<u32> {
        let cells = sheet.report().cells.into_iter();
        let errors = cells.filter_map(|cell| cell.error);
        errors
            .filter_map(|error| Some(error.place()?.line))
            .collect()
    };
    sheet.edit(&name, text);
    assert_eq!(lines(&sheet), [3, 1]);
    folder.write("rules.sumi", &format!("// A comment.\n{rules}"));
    // Nothing else runs.
    assert_eq!(sheet.edit(&name, text).ran, 2);
    assert_eq!(lines(&sheet), [4, 2]);
    assert_eq!(sheet.close(), 0);
}

#[test]
fn a_module_that_does_not_end_is_stopped() {
    let folder = Folder::new("importing-endless");
    let name = folder.path("sheet.sumi");
    folder.write(
        "rules.sumi",
        "pub var a = 1\npub let d = 2\nwhile true { a += 1 }\n",
    );
    let mut sheet = Sheet::new(Config {
        optimize: false,
        cell_limit: std::time::Duration::from_millis(300),
        ..Config::trusted()
    })
    .expect("a sheet");
    let text = "import rules\nrules.a\nrules.d";
    let mut running = Vec::new();
    sheet.edit_with(&name, text, &mut |progress| {
        if let Progress::Running(id, span) = progress {
            running.push((id, text[span].to_owned()));
        }
        true
    });
    let stopped = "✗ stopped after 300ms; it goes on when it is asked to";
    assert_eq!(shown(&sheet), format!("{stopped}\nwaits for `a`\n2\n"));
    let import = sheet.report().cells[0].id;
    assert_eq!(running[0], (import, "import rules".to_owned()));
    assert_eq!(sheet.close(), 0);
}

#[test]
fn a_module_that_changes_files_runs_when_its_import_is_asked_to() {
    let folder = Folder::new("importing-files");
    let name = folder.path("sheet.sumi");
    let log = folder.path("log.txt");
    folder.write(
        "rules.sumi",
        &format!("import fs\npub let done = fs.append(\"{log}\", \"a\").is_ok()\npub let d = 2\n"),
    );
    let text = "import rules\nrules.done\nrules.d";
    let mut sheet = sheet();
    sheet.edit(&name, text);
    let stale = |sheet: &Sheet| -> Vec<String> {
        let cells = sheet.report().cells.into_iter();
        cells.map(|cell| cell.stale.unwrap_or_default()).collect()
    };
    let waiting = [
        "changes files, and runs when it is asked to",
        "depends on `done`, which is stale",
        "",
    ];
    assert_eq!(stale(&sheet), waiting);
    let import = sheet.report().cells[0].id;
    sheet.ask(import, &mut |_| true);
    assert_eq!(shown(&sheet), "true\n2\n");
    assert_eq!(std::fs::read_to_string(&log).ok().as_deref(), Some("a"));
    assert_eq!(sheet.close(), 0);
}
