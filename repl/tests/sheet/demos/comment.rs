//! A comment in the slowest function is edited: nothing runs.

use crate::Sheet;
use crate::screen::Screen;

#[test]
fn a_comment_in_the_slowest_function_runs_nothing() {
    let with = |comment: &str| {
        format!(
            "fn slow(n: i64) -> i64 {{\n    {comment}\n    if n < 2 {{ n }} else {{ slow(n - 1) + slow(n - 2) }}\n}}\nslow(24)\nslow(5) + 1\n"
        )
    };
    let sheet = Sheet::new(&with("// As it is defined."));
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 46368");
    screen.wait_for("2 cells, 2 ran");
    sheet.save(&with("// As Fibonacci said."));
    screen.wait_for("// As Fibonacci said.");
    screen.wait_for("2 cells, 0 ran");
    screen.wait_for("│ 46368");
    // A comment more, which moves what stands below.
    sheet.save(&with("// As Fibonacci said,\n    // long ago."));
    screen.wait_for("// long ago.");
    screen.wait_for("2 cells, 0 ran");
    screen.wait_for("slow(24)     │ 46368");
    // The function itself is edited: both cells run.
    sheet.save(&with("// More.\n    if n == 5 { return 50 }"));
    screen.wait_for("│ 51");
    screen.wait_for("2 cells, 2 ran");
    screen.press("q");
    screen.end();
}
