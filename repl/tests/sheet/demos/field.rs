//! A struct of which there are a hundred thousand values gets a field more, in the middle of the sheet.

use crate::Sheet;
use crate::screen::Screen;

#[test]
fn a_struct_with_many_values_gets_a_field() {
    let with = |field: &str, result: &str| {
        format!(
            "let before = 6 * 7\nstruct Point {{ x: i64{field} }}\nlet points = (0..100_000).map(|i| Point(i))\npoints.map(|p| {result}).sum()\npoints.len()\nbefore + 1\n"
        )
    };
    let sheet = Sheet::new(&with("", "p.x"));
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 4999950000");
    screen.wait_for("│ 43");
    sheet.save(&with(", y: i64 = 1", "p.x"));
    screen.wait_for("Point(x: 0, y: 1)");
    screen.wait_for("│ 4999950000");
    screen.wait_for("│ 100000");
    // What has nothing to do with it did not run.
    screen.wait_for("3 ran");
    sheet.save(&with(", y: i64 = 1", "p.x + p.y"));
    screen.wait_for("│ 5000050000");
    screen.wait_for("1 ran");
    // All of them can be looked at.
    screen.press("gjj\r");
    screen.wait_for("points: [Point], 100000 rows");
    screen.press("G");
    screen.wait_for(" 99999   1");
    screen.wait_for("of 100002 ");
    screen.press("g");
    screen.wait_for("points: [Point], 100000 rows");
    screen.press("q");
    screen.end();
}
