//! Everything is killed, and the sheet is opened again.

use std::process::Command;

use crate::screen::Screen;
use crate::speaker::Speaker;
use crate::{PATIENCE, Sheet, children_of, is_alive};

#[test]
fn what_was_killed_is_there_again() {
    let sheet = Sheet::new("var n = 1\nn += 41\nn\n");
    let screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    let kept = sheet.kept();
    let own = screen.process();
    let workers = children_of(own);
    assert_eq!(workers.len(), 1);
    kill(own);
    kill(workers[0]);
    wait_for_the_end_of(workers[0]);
    screen.end();
    // Nothing runs to be shown again, unless what is kept is torn or not wanted.
    let follow = ["--json", "--watch", "a.sumi"];
    assert_eq!(ran(&sheet, &follow), 0);
    assert_eq!(ran(&sheet, &["--fresh", "--json", "--watch", "a.sumi"]), 3);
    let whole = std::fs::read(&kept).expect("what is kept");
    std::fs::write(&kept, &whole[..whole.len() - 1]).expect("a torn file");
    assert_eq!(ran(&sheet, &follow), 3);
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    // Only what runs the cells is killed: the screen stays, with its values, and another one takes its place.
    let workers = children_of(screen.process());
    kill(workers[0]);
    screen.wait_for("ended by a kill");
    screen.wait_for("│ 42");
    sheet.save("var n = 1\nn += 42\nn\n");
    screen.wait_for("│ 43");
    screen.press("q");
    screen.end();
}

/// How many cells run for the sheet to be shown.
fn ran(sheet: &Sheet, arguments: &[&str]) -> u64 {
    let speaker = Speaker::start(sheet, arguments);
    let said = speaker.until("settled");
    assert!(said.contains(r#""text":"42""#), "{said}");
    let workers = children_of(speaker.child.id());
    drop(speaker);
    workers.into_iter().for_each(wait_for_the_end_of);
    let last = said.lines().last().unwrap_or_default();
    let settled: serde_json::Value = serde_json::from_str(last).expect("a message");
    settled["counts"]["ran"].as_u64().expect("a count")
}

/// The screen is killed, and with nobody who asks for values there are none.
#[test]
fn no_process_stays_without_its_screen() {
    let sheet = Sheet::new("while true {}\n");
    let screen = Screen::open(&sheet);
    screen.wait_for("running");
    let workers = children_of(screen.process());
    kill(screen.process());
    wait_for_the_end_of(workers[0]);
    screen.end();
}

fn kill(process: u32) {
    let killed = Command::new("kill")
        .args(["-9", &process.to_string()])
        .status();
    assert!(killed.expect("`kill`").success());
}

fn wait_for_the_end_of(process: u32) {
    let start = std::time::Instant::now();
    while is_alive(&process) {
        assert!(start.elapsed() < PATIENCE, "{process} does not end");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
