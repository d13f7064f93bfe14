//! The protocol: what is said of a sheet, and that only what changed is said again.

use std::process::Command;

use expect_test::expect;

use super::Sheet;
use super::speaker::Speaker;

#[test]
fn each_cell_is_a_message() {
    let sheet = Sheet::new(
        "let a = 1\nprint(\"x\")\na +\n  1 //=> 3\nlet b = [1][a]\nb\nlet c: i64 = \"\"\n",
    );
    let mut speaker = Speaker::start(&sheet, &["--json", "a.sumi"]);
    let said = speaker.until("settled");
    expect![[r#"
        {"event":"opened","pid":"…","sumi":1,"version":"…"}
        {"event":"edited","name":"a.sumi","revision":1}
        {"bytes":[0,9],"event":"running","id":65536}
        {"allocations":0,"bindings":[{"name":"a","text":"1","type":"i64"}],"bytes":[0,9],"elapsed_ns":"…","event":"cell","id":65536,"lines":[1,1],"old":false,"ran":true,"state":"done","why":"it is new"}
        {"bytes":[10,20],"event":"running","id":131072}
        {"allocations":0,"bytes":[10,20],"elapsed_ns":"…","event":"cell","id":131072,"lines":[2,2],"old":false,"output":{"text":"x\n"},"ran":true,"state":"done","why":"it is new"}
        {"bytes":[21,28],"event":"running","id":196608}
        {"allocations":0,"bytes":[21,28],"elapsed_ns":"…","event":"cell","expectation":{"actual":"2","expected":"3","holds":false},"id":196608,"lines":[3,4],"old":false,"ran":true,"state":"done","value":{"text":"2","type":"i64"},"why":"it is new"}
        {"bytes":[36,50],"event":"running","id":262144}
        {"allocations":1,"bytes":[36,50],"elapsed_ns":"…","error":{"frames":[{"column":9,"file":"a.sumi","function":"the top level","line":5}],"kind":"index","message":"the index 1 is out of range: the length is 1","own":0,"rendered":"error[index]: the index 1 is out of range: the length is 1\n  ┌─ a.sumi:5:9\n  │\n5 │ let b = [1][a]\n  │         ^^^^^^\n  in the top level at a.sumi:5\n"},"event":"cell","id":262144,"lines":[5,5],"old":false,"ran":true,"state":"failed","why":"it is new"}
        {"allocations":0,"bytes":[51,52],"elapsed_ns":"…","event":"cell","id":327680,"lines":[6,6],"old":false,"ran":false,"reason":"`b`","state":"waits"}
        {"allocations":0,"bytes":[53,68],"elapsed_ns":"…","event":"cell","id":393216,"lines":[7,7],"old":false,"problems":[{"code":"mismatched-types","column":14,"end_column":16,"end_line":7,"file":"a.sumi","help":["`i64.parse(…)` reads a number from text; it gives an optional"],"line":7,"message":"expected `i64`, found `str`","severity":"error"}],"ran":false,"rendered":"error[mismatched-types]: expected `i64`, found `str`\n  ┌─ a.sumi:7:14\n  │\n7 │ let c: i64 = \"\"\n  │     -        ^^ this is a `str`\n  │     │         \n  │     `i64` is expected because of the type written here\n  │\n  = help: `i64.parse(…)` reads a number from text; it gives an optional\n","state":"broken"}
        {"counts":{"checked":7,"compiled":4,"parsed":6,"ran":4},"elapsed_ns":"…","event":"settled","revision":1}
    "#]].assert_eq(&said);
    assert_eq!(speaker.wait(), Some(101));
}

#[test]
fn only_what_changed_is_said_again() {
    let sheet = Sheet::new("let a = 1\nlet b = 2\na + b\n");
    let speaker = Speaker::start(&sheet, &["--json", "--watch", "a.sumi"]);
    speaker.until("settled");
    sheet.save("// A comment.\nlet a = 1\nlet b = 2\na + b\n");
    let said = speaker.until("settled");
    expect![[r#"
        {"event":"edited","name":"a.sumi","revision":2}
        {"bytes":14,"event":"shifted","from":0,"lines":1}
        {"counts":{"checked":0,"compiled":0,"parsed":0,"ran":0},"elapsed_ns":"…","event":"settled","revision":2}
    "#]].assert_eq(&said);
    sheet.save("// A comment.\nlet a = 5\na + 2\n");
    let said = speaker.until("settled");
    expect![[r#"
        {"event":"edited","name":"a.sumi","revision":3}
        {"bytes":[14,23],"event":"running","id":65536}
        {"allocations":0,"bindings":[{"name":"a","text":"5","type":"i64"}],"bytes":[14,23],"elapsed_ns":"…","event":"cell","id":65536,"lines":[2,2],"old":false,"ran":true,"state":"done","why":"its text is another one"}
        {"bytes":[24,29],"event":"running","id":196608}
        {"allocations":0,"bytes":[24,29],"elapsed_ns":"…","event":"cell","id":196608,"lines":[3,3],"old":false,"ran":true,"state":"done","value":{"text":"7","type":"i64"},"why":"its text is another one"}
        {"event":"removed","id":131072}
        {"counts":{"checked":2,"compiled":2,"parsed":2,"ran":2},"elapsed_ns":"…","event":"settled","revision":3}
    "#]].assert_eq(&said);
    std::fs::remove_file(sheet.path()).expect("no file");
    speaker.until("missing");
}

#[test]
fn commands_are_lines() {
    let sheet = Sheet::new("");
    let mut speaker = Speaker::start(&sheet, &["--worker"]);
    speaker.until("opened");
    speaker.command(&serde_json::json!({"nonsense": 1}));
    let said = speaker.until("refused");
    assert!(said.contains("unknown variant `nonsense`"), "{said}");
    speaker.command(&serde_json::json!({"edit": {"name": "a", "text": "1 + 1", "revision": 7}}));
    let said = speaker.until("settled");
    assert!(
        said.contains(r#""text":"2""#) && said.contains(r#""revision":7"#),
        "{said}"
    );
    // What C prints does not come in between.
    let text = "extern { fn puts(text: cstr) -> i32 }\nlet a = 1\n";
    speaker.command(&serde_json::json!({"edit": {"name": "a", "text": text}}));
    speaker.until("settled");
    speaker
        .command(&serde_json::json!({"edit": {"name": "a", "text": format!("{text}puts(\"x\")")}}));
    let said = speaker.until("settled");
    assert!(said.contains(r#""revision":9"#), "{said}");
    speaker.command(&serde_json::json!({"quit": {}}));
    assert_eq!(speaker.wait(), Some(0));
}

#[test]
fn a_file_that_changes_before_it_is_followed_is_looked_at() {
    let sheet = Sheet::new("");
    let file = sheet.folder.join("a.txt");
    let save = |text: &str| std::fs::write(&file, text).expect("a file");
    save("one");
    let mut speaker = Speaker::start(&sheet, &["--worker"]);
    let text = format!(
        "import fs\nfs.read_text(\"{}\") ?? \"none\"\n",
        file.display()
    );
    speaker.command(&serde_json::json!({"edit": {"name": "a", "text": text}}));
    let said = speaker.until("settled");
    assert!(said.contains(r#""event":"follows""#), "{said}");
    save("twelve");
    speaker.command(&serde_json::json!({"following": {}}));
    let said = speaker.until("settled");
    assert!(said.contains(r#""text":"\"twelve\"""#), "{said}");
    // Of what is as it was nothing is said.
    speaker.command(&serde_json::json!({"following": {}}));
    speaker.command(&serde_json::json!({"nonsense": 1}));
    assert_eq!(speaker.until("refused").lines().count(), 1);
}

/// Also one that runs without an end goes with whoever asked for it.
#[test]
fn without_a_client_the_process_ends() {
    let sheet = Sheet::new("");
    let mut speaker = Speaker::start(&sheet, &["--worker"]);
    speaker.command(&serde_json::json!({"edit": {"name": "a", "text": "while true {}"}}));
    speaker.until("edited");
    speaker.commands = None;
    assert_eq!(speaker.wait(), Some(0));
}

#[test]
fn crashes_leave_nothing_behind() {
    let sheet = Sheet::new("let a = 20\na + 1\n");
    let speaker = Speaker::start(&sheet, &["--json", "--watch", "a.sumi"]);
    for _ in 0..CRASHES {
        let process = speaker.opened();
        let said = speaker.until("settled");
        assert!(said.contains(r#""text":"21""#), "{said}");
        assert_eq!(super::children_of(speaker.child.id()), [process]);
        let killed = Command::new("kill")
            .args(["-9", &process.to_string()])
            .status();
        assert!(killed.expect("`kill`").success());
        speaker.until("crashed");
    }
}

const CRASHES: usize = 100;

/// Wherever between two of its runs a cell is.
#[test]
fn no_interrupt_is_lost() {
    let text = |round: usize| format!("let a = 20\nvar n = 0\nwhile true {{ n += {round} }}\n");
    let sheet = Sheet::new(&text(0));
    let speaker = Speaker::start(&sheet, &["--json", "--watch", "a.sumi"]);
    for round in 1..INTERRUPTS {
        let is_endless = |message: &serde_json::Value| {
            message["event"] == "running" && message["bytes"][0] == 21
        };
        while !is_endless(&speaker.next().expect("`running`")) {}
        let process = speaker.child.id().to_string();
        let asked = Command::new("kill").args(["-s", "INT", &process]).status();
        assert!(asked.expect("`kill`").success());
        let mut said = Vec::new();
        let ended = loop {
            let Some(message) = speaker.next() else {
                panic!("round {round}: it does not end: {said:?}");
            };
            said.push(message.to_string());
            if message["event"] == "cell" && message["state"] == "failed" {
                break message;
            }
        };
        assert_eq!(ended["error"]["message"], "interrupted", "{ended}");
        sheet.save(&text(round));
    }
}

const INTERRUPTS: usize = 100;

#[test]
fn limits_are_set_by_options() {
    let sheet = Sheet::new("while true {}\n[0; 10_000_000].len()\n1 + 1\n");
    let options = [
        "--json", "--watch", "--limit", "0.2", "--memory", "8", "a.sumi",
    ];
    let speaker = Speaker::start(&sheet, &options);
    let said = speaker.until("settled");
    for expected in [
        r#""message":"stopped after 200ms; it goes on when it is asked to""#,
        r#""kind":"memory""#,
        r#""text":"2""#,
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
}

#[test]
fn tests_are_cells_with_a_name() {
    let text = "test \"late\" {\n    assert(n == 3)\n}\nvar n = 1\nn += 2\n";
    let sheet = Sheet::new(text);
    let speaker = Speaker::start(&sheet, &["--json", "--watch", "a.sumi"]);
    let said = speaker.until("settled");
    expect![[r#"
        {"event":"opened","pid":"…","sumi":1,"version":"…"}
        {"event":"edited","name":"a.sumi","revision":1}
        {"bytes":[35,44],"event":"running","id":131072}
        {"allocations":0,"bindings":[{"name":"n","text":"1","type":"i64"}],"bytes":[35,44],"elapsed_ns":"…","event":"cell","id":131072,"lines":[4,4],"old":false,"ran":true,"state":"done","why":"it is new"}
        {"bytes":[45,51],"event":"running","id":196608}
        {"allocations":0,"bytes":[45,51],"elapsed_ns":"…","event":"cell","id":196608,"lines":[5,5],"old":false,"ran":true,"state":"done","why":"it is new"}
        {"bytes":[0,34],"event":"running","id":65536}
        {"allocations":0,"bytes":[0,34],"elapsed_ns":"…","event":"cell","id":65536,"lines":[1,3],"old":false,"ran":true,"state":"done","test":"late","why":"it is new"}
        {"counts":{"checked":3,"compiled":3,"parsed":3,"ran":3},"elapsed_ns":"…","event":"settled","revision":1}
    "#]].assert_eq(&said);
    sheet.kept();
    drop(speaker);
    let speaker = Speaker::start(&sheet, &["--json", "--watch", "a.sumi"]);
    let said = speaker.until("settled");
    expect![[r#"
        {"event":"opened","pid":"…","sumi":1,"version":"…"}
        {"event":"edited","name":"a.sumi","revision":1}
        {"allocations":0,"bytes":[0,34],"elapsed_ns":"…","event":"cell","id":65536,"lines":[1,3],"old":false,"ran":false,"state":"done","test":"late","why":"nothing has changed since the sheet was last open"}
        {"allocations":0,"bindings":[{"name":"n","text":"1","type":"i64"}],"bytes":[35,44],"elapsed_ns":"…","event":"cell","id":131072,"lines":[4,4],"old":false,"ran":false,"state":"done","why":"nothing has changed since the sheet was last open"}
        {"allocations":0,"bytes":[45,51],"elapsed_ns":"…","event":"cell","id":196608,"lines":[5,5],"old":false,"ran":false,"state":"done","why":"nothing has changed since the sheet was last open"}
        {"counts":{"checked":3,"compiled":0,"parsed":3,"ran":0},"elapsed_ns":"…","event":"settled","revision":1}
    "#]].assert_eq(&said);
    sheet.save(&text.replace("+= 2", "+= 3"));
    let said = speaker.until("settled");
    expect![[r#"
        {"event":"edited","name":"a.sumi","revision":2}
        {"bytes":[45,51],"event":"running","id":196608}
        {"allocations":0,"bytes":[45,51],"elapsed_ns":"…","event":"cell","id":196608,"lines":[5,5],"old":false,"ran":true,"state":"done","why":"its text is another one"}
        {"bytes":[0,34],"event":"running","id":65536}
        {"allocations":1,"bytes":[0,34],"elapsed_ns":"…","error":{"frames":[{"column":5,"file":"a.sumi","function":"test \"late\"","line":2}],"kind":"assert","message":"assertion failed: 4 == 3","own":0,"rendered":"error[assert]: assertion failed: 4 == 3\n  ┌─ a.sumi:2:5\n  │\n2 │     assert(n == 3)\n  │     ^^^^^^^^^^^^^^\n  in test \"late\" at a.sumi:2\n"},"event":"cell","id":65536,"lines":[1,3],"old":false,"ran":true,"state":"failed","test":"late","why":"`n` has another value"}
        {"counts":{"checked":1,"compiled":3,"parsed":1,"ran":2},"elapsed_ns":"…","event":"settled","revision":2}
    "#]].assert_eq(&said);
}
