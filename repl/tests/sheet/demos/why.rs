//! `sumi why` has an answer for each line.

use crate::Sheet;
use crate::screen::Screen;

#[test]
fn each_line_has_a_reason() {
    let text = "// A note.\nimport fs\n\nlet a = 1\nfn f(x: i64) -> i64 {\n    // inside\n    x + a\n}\nstruct S { x: i64 }\nf(1)\nlet b = [1][a]\nb + 1\nlet c: i64 = \"\"\nfs.write_text(\"out.txt\", \"x\")?\ntest \"t\" { assert true }\n";
    let sheet = Sheet::new(text);
    for line in 1..=text.lines().count() {
        let screen = Screen::of(&sheet, &["why", "a.sumi", &line.to_string()]);
        screen.wait_until("an answer", |text| !text.trim().is_empty());
        let said = screen.text();
        assert!(!said.contains("panicked"), "line {line}: {said}");
        let wanted = match line {
            10 => Some("it ran"),
            11 => Some("out of range"),
            12 => Some("waits for"),
            13 => Some("expected `i64`"),
            _ => None,
        };
        if let Some(wanted) = wanted {
            screen.wait_for(wanted);
        }
        screen.end();
    }
    assert!(!sheet.folder.join("out.txt").exists());
}

#[test]
fn a_line_of_the_screen_has_a_reason() {
    let sheet = Sheet::new("let a = 1\na + 1\n2 + 2\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 4");
    sheet.save("let a = 5\na + 1\n2 + 2\n");
    screen.wait_for("│ 6");
    screen.press("gjw");
    screen.wait_for("why line 2");
    screen.press("\x1b");
    screen.wait_for("q quit");
    screen.press("jw");
    screen.wait_for("why line 3");
    screen.wait_for("nothing that it depends on has changed");
    screen.press("q");
    screen.end();
}
