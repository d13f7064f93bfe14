//! What is done to a sheet once: its values written into it, edits compared with a fresh run, a line explained.

use std::process::Command;

use super::Sheet;

/// What it says on both streams, and its exit status.
fn run(sheet: &Sheet, arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_sumi"))
        .args(arguments)
        .args(["--opt", "0"])
        .current_dir(&sheet.folder)
        .output()
        .expect("the binary");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("text");
    (said, output.status.code())
}

#[test]
fn values_are_written_behind_their_expressions() {
    let sheet = Sheet::new("let a = 2\r\na * 21 //=> 7\r\n\"é\"\r\nprint(a)\r\n[a][5]\r\n");
    let (_, status) = run(&sheet, &["sheet", "--write", "a.sumi"]);
    assert_eq!(status, Some(101));
    let text = std::fs::read_to_string(sheet.path()).expect("the file");
    let wanted = "let a = 2\r\na * 21 //=> 42\r\n\"é\"  //=> \"é\"\r\nprint(a)\r\n[a][5]\r\n";
    assert_eq!(text, wanted);
    let beside = std::fs::read_dir(&sheet.folder).expect("the folder");
    assert_eq!(beside.count(), 1);
}

#[test]
fn edits_are_compared_with_fresh_runs() {
    let sheet = Sheet::new(
        "import time\nvar a = 1\na += 1\nlet b = a * 2 //=> 4\nb\ntime.now()\nlet c = [1][a]\nc\n",
    );
    let (said, status) = run(&sheet, &["sheet", "--check", "a.sumi"]);
    assert_eq!(
        said,
        "a.sumi: after each of 15 edits it is as a fresh run\n"
    );
    assert_eq!(status, Some(0));
}

#[test]
fn a_line_is_explained_down_to_where_it_begins() {
    let sheet = Sheet::new("let a = 1\nlet b = [1][a]\nlet c = b\nc\n");
    let (said, status) = run(&sheet, &["why", "a.sumi", "4"]);
    let wanted = "line 4: it did not run: it waits for `c`\n\
        line 3: it did not run: it waits for `b`\n\
        line 2: it ran (it is new), and failed: the index 1 is out of range: the length is 1\n";
    assert_eq!((said.as_str(), status), (wanted, Some(0)));
    let (said, status) = run(&sheet, &["why", "a.sumi", "9"]);
    assert!(said.contains("line 9 of a.sumi has no cell"), "{said}");
    assert_eq!(status, Some(2));
}
