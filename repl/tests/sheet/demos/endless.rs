//! A loop without an end beside lines that work.

use crate::Sheet;
use crate::screen::Screen;

#[test]
fn an_edit_ends_an_endless_loop() {
    let sheet = Sheet::new("while true {}\n6 * 7\n");
    let mut screen = Screen::open(&sheet);
    screen.wait_for("running");
    screen.wait_for("│ 42");
    // An edit of another cell lets it go on.
    sheet.save("while true {}\n6 * 8\n");
    screen.wait_for("│ 48");
    screen.wait_for("running");
    sheet.save("while false {}\n6 * 7\n");
    screen.wait_for("│ 42");
    sheet.save("while 1 < 2 {}\n6 * 7\n");
    screen.wait_for("running");
    screen.press("q");
    screen.end();
}
