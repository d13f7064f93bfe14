//! What is done to a sheet once: its values written into it, edits compared with a fresh run, a line explained.

use std::process::Command;

use expect_test::expect;

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

const TESTED: &str = "test \"later\" { assert(total(xs) == 6) }\nvar xs = [1, 2]\nfn total(of: [i64]) -> i64 = of.sum()\n\
    test \"changes\" {\n    xs.push(9)\n    print(xs)\n    assert(xs.len() == 2)\n}\nxs.push(3)\n\
    test \"fails below\" {\n    third([1])\n}\nfn third(of: [i64]) -> i64 = of[2]\nxs\n";

#[test]
fn tests_show_beside_their_lines_whether_they_pass() {
    let sheet = Sheet::new(TESTED);
    let (said, status) = run(&sheet, &["sheet", "a.sumi"]);
    expect![[r#"
        test "later" { assert(total(xs) == 6) } │ ✓ passed
        var xs = [1, 2]                         │ xs = [1, 2]
        fn total(of: [i64]) -> i64 = of.sum()
        test "changes" {
            xs.push(9)
            print(xs)
            assert(xs.len() == 2)               │ » [1, 2, 3, 9]
                                                │ ✗ assertion failed: 4 == 2
        }
        xs.push(3)
        test "fails below" {
            third([1])                          │ ✗ the index 2 is out of range: the length is 1
                                                │   at line 13
        }
        fn third(of: [i64]) -> i64 = of[2]
        xs                                      │ [1, 2, 3]
    "#]]
    .assert_eq(&said);
    assert_eq!(status, Some(1));
}

#[test]
fn tests_are_no_values_that_are_written() {
    let sheet = Sheet::new(TESTED);
    let wanted = TESTED.replace("\nxs\n", "\nxs  //=> [1, 2, 3]\n");
    for _ in 0..2 {
        let (_, status) = run(&sheet, &["sheet", "--write", "a.sumi"]);
        assert_eq!(status, Some(1));
        let text = std::fs::read_to_string(sheet.path()).expect("the file");
        assert_eq!(text, wanted);
    }
    let (said, status) = run(&sheet, &["sheet", "--check", "a.sumi"]);
    let fresh = "a.sumi: after each of 13 edits it is as a fresh run\n";
    assert_eq!((said.as_str(), status), (fresh, Some(0)));
}

#[test]
fn a_test_that_waits_is_explained_by_what_stands_behind_it() {
    let sheet = Sheet::new(
        "test \"t\" { assert(a == 1) }\ntest \"u\" { assert(1 == 2) }\nlet a = [1][1]\n",
    );
    let (said, status) = run(&sheet, &["why", "a.sumi", "1"]);
    let wanted = "line 1: it did not run: it waits for `a`\n\
        line 3: it ran (it is new), and failed: the index 1 is out of range: the length is 1\n";
    assert_eq!((said.as_str(), status), (wanted, Some(0)));
    let (said, _) = run(&sheet, &["why", "a.sumi", "2"]);
    assert!(
        said.starts_with("line 2: it ran (it is new), and failed: "),
        "{said}"
    );
}

#[test]
fn what_a_module_says_stands_beside_its_import() {
    let sheet = Sheet::new("import rules\nimport broken\nrules.limit\nrules.size\nbroken.f()\n");
    let rules = "print(\"loaded\")\npub let size = 3\npub let limit = [1][size]\n";
    std::fs::write(sheet.folder.join("rules.sumi"), rules).expect("a module");
    let broken = "\npub fn f() -> i64 = \"\"\n";
    std::fs::write(sheet.folder.join("broken.sumi"), broken).expect("a module");
    let (said, status) = run(&sheet, &["sheet", "a.sumi"]);
    // Before what is said on the other stream.
    let paper: Vec<&str> = said.lines().take(8).collect();
    expect![[r#"
        import rules  │ » loaded
                      │ ✗ the index 3 is out of range: the length is 1
                      │   at rules.sumi:3
        import broken │ ✗ expected `i64`, found `str`
                      │   at broken.sumi:2
        rules.limit   │ … waits for `limit`
        rules.size    │ 3
        broken.f()    │ … waits for `broken`"#]]
    .assert_eq(&paper.join("\n"));
    assert_eq!(status, Some(101));
    sheet.save("import rules\nrules.limit\n");
    let (said, status) = run(&sheet, &["why", "a.sumi", "2"]);
    let wanted = "line 2: it did not run: it waits for `limit`\n\
        line 1: it ran (it is new), and failed: the index 3 is out of range: the length is 1\n";
    assert_eq!((said.as_str(), status), (wanted, Some(0)));
}
