//! An edit before a cell that changes a variable is taken back: what it changed is as it was.

use crate::Sheet;
use crate::screen::Screen;

#[test]
fn an_edit_before_a_cell_that_changes_a_variable_is_taken_back() {
    let text = |first: &str, more: &str| {
        format!(
            "var list = [{first}]\nlist.push(10)\nlist.push({more})\nlist.sum()\nlet kept = list\n"
        )
    };
    let sheet = Sheet::new(&text("1", "100"));
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 111");
    screen.wait_for("kept = [1, 10, 100]");
    // The cells behind start from the state before them, not from what they left the last time.
    sheet.save(&text("1", "200"));
    screen.wait_for("│ 211");
    screen.wait_for("kept = [1, 10, 200]");
    sheet.save(&text("2", "200"));
    screen.wait_for("│ 212");
    screen.wait_for("list = [2]");
    // Undone twice, as an editor does it.
    sheet.save(&text("1", "200"));
    screen.wait_for("│ 211");
    sheet.save(&text("1", "100"));
    screen.wait_for("│ 111");
    screen.wait_for("kept = [1, 10, 100]");
    // What ran before with the same values is known: nothing runs.
    screen.wait_for("5 cells, 0 ran");
    screen.press("q");
    screen.end();
}
