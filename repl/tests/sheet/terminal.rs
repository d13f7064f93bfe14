//! The screen, driven by keys and saves through a terminal of its own.

use super::Sheet;
use super::screen::Screen;

#[test]
fn a_value_stands_beside_its_line_and_follows_the_saves() {
    let sheet = Sheet::new("let a = 2\na * 21\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("a * 21       │ 42");
    sheet.save("let a = 2\na * 22\n");
    screen.wait_for("a * 22       │ 44");
    sheet.replace("let a = 3\na * 22\n");
    screen.wait_for("a * 22       │ 66");
    // A line above moves the value with its line.
    sheet.save("// above\nlet a = 3\na * 22\n");
    screen.wait_for("// above\n let a = 3");
    screen.wait_for("a * 22       │ 66");
    screen.press("q");
    screen.end();
}

#[test]
fn a_file_that_vanishes_leaves_its_values_until_it_is_back() {
    let sheet = Sheet::new("6 * 7\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    std::fs::remove_file(sheet.path()).expect("no file");
    screen.wait_for("cannot read a.sumi");
    screen.wait_for("│ 42");
    sheet.save("6 * 8\n");
    screen.wait_for("│ 48");
    screen.press("q");
    screen.end();
}

#[test]
fn ctrl_c_ends_an_endless_loop_and_then_the_screen() {
    let sheet = Sheet::new("6 * 7\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    sheet.save("6 * 7\nwhile true {}\n1 + 1\n");
    screen.wait_for("running");
    screen.wait_for("│ 42");
    screen.wait_for("│ 2");
    screen.press("\x03");
    screen.wait_for("while true {} │ ✗ interrupted");
    screen.wait_for("1 + 1         │ 2");
    screen.press("\x03");
    screen.end();
}

#[test]
fn what_is_seen_fits_another_size() {
    let text = "let wide = \"0123456789\" * 6\n".to_owned() + &"1 + 1\n".repeat(40) + "3 * 3\n";
    let sheet = Sheet::new(&text);
    let mut screen = Screen::open(&sheet);
    screen.wait_for("6789\"");
    screen.resize(50, 12);
    screen.wait_until("a value that is cut", |text| {
        let first = text.lines().next().unwrap_or_default();
        first.ends_with('…') && text.lines().count() == 12
    });
    screen.press("G");
    screen.wait_for("3 * 3");
    screen.press("g");
    screen.wait_for("let wide");
    screen.resize(100, 50);
    screen.wait_for("3 * 3");
    screen.press("q");
    screen.end();
}

#[test]
fn a_value_opens() {
    let sheet = Sheet::new(
        "struct P { x: i64, name: str }\nlet all = [P(1, \"a\"), P(20, \"bc\")]\n(0..50).map(|i| i * i)\n",
    );
    let mut screen = Screen::open(&sheet);
    screen.wait_for("▁▁▁");
    screen.press("j\r");
    screen.wait_for(" x   name\n  1   \"a\"\n 20   \"bc\"");
    screen.press("\t");
    screen.wait_for(" all: [P], 2 rows\n [P(x: 1, name: \"a\")");
    screen.press("\x1b");
    screen.wait_for("q quit");
    screen.press("j\r");
    screen.wait_for("2401 │");
    screen.press("q");
    screen.end();
}

#[test]
fn a_stale_cell_runs_when_it_is_asked_to() {
    let text = "import fs\nlet n = 1\nfs.write_text(\"out.txt\", \"{n}\")?\nn + 1\n";
    let sheet = Sheet::new(text);
    let mut screen = Screen::open(&sheet);
    screen.wait_for("… stale: changes");
    screen.wait_for("1 stale");
    assert!(!sheet.folder.join("out.txt").exists());
    screen.press("jjr");
    screen.wait_until("no stale cell", |text| !text.contains("stale"));
    let written = std::fs::read_to_string(sheet.folder.join("out.txt"));
    assert_eq!(written.expect("a file"), "1");
    screen.press("jw");
    screen.wait_for("why line 4");
    screen.press("q");
    screen.end();
}

#[test]
fn a_file_that_a_cell_reads_is_followed() {
    let sheet = Sheet::new("import fs\nlet text = fs.read_text(\"in.txt\")?\ntext.len()\n");
    let input = sheet.folder.join("in.txt");
    std::fs::write(&input, "abc").expect("a file");
    let mut screen = Screen::open(&sheet);
    sheet.save("import fs\nlet text = fs.read_text(\"in.txt\")?\ntext.len() + 0\n");
    screen.wait_for("│ 3");
    std::fs::write(&input, "abcdefg").expect("a file");
    screen.wait_for("│ 7");
    screen.press("q");
    screen.end();
}

#[test]
fn a_long_value_has_its_ends_at_hand() {
    let sheet = Sheet::new("(0..5_000).map(|i| i * 2)\n(0..5_000).map(|i| (i, i * 3))\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("▁▁");
    screen.press("\r");
    screen.wait_for("5000 numbers");
    screen.press("\t");
    screen.wait_for("   0  0\n    1  2\n");
    screen.press("\x1b[F");
    screen.wait_for(" 4999  9998\n");
    screen.wait_for("of 5001 ");
    // The rows between are read where one goes.
    screen.press("\x1b[5~");
    screen.wait_for(" 4980  9960\n");
    screen.press("\x1b[H");
    screen.wait_for("   0  0\n    1  2\n");
    screen.press("\x1b");
    screen.wait_for("q quit");
    screen.press("j\r");
    screen.wait_for("5000 rows");
    screen.press("G");
    screen.wait_for(" 4999   14997\n");
    screen.press("g");
    screen.wait_for("    1       3\n");
    screen.press("q");
    screen.end();
}

#[test]
fn a_test_that_fails_does_so_beside_its_line() {
    let text = "test \"t\" {\n    assert(n == 1)\n    assert(n == 2)\n}\nlet n = 1\n";
    let sheet = Sheet::new(text);
    let mut screen = Screen::open(&sheet);
    screen.wait_for("assert(n == 2) │ ✗ assertion failed: 1 == 2");
    screen.wait_for("0 of 1 test passed");
    let text = text.replace("n = 1", "n = 2");
    sheet.save(&text);
    screen.wait_for("assert(n == 1) │ ✗ assertion failed: 2 == 1");
    // The other line has nothing beside it any more.
    screen.wait_for("assert(n == 2)\n");
    sheet.save(&text.replace("n == 1", "n > 1"));
    screen.wait_for("}            │ ✓ passed");
    screen.wait_for("1 of 1 test passed");
    screen.press("q");
    screen.end();
}
