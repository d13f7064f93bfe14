//! One sheet is seen on the terminal and by the protocol at once.

use crate::Sheet;
use crate::screen::Screen;
use crate::speaker::Speaker;

#[test]
fn two_views_show_the_same() {
    let text = |n: i64| format!("let a = {n}\nlet b = a * 2\n(0..a).map(|i| i * b).sum()\n");
    let sheet = Sheet::new(&text(3));
    let mut screen = Screen::open(&sheet);
    let speaker = Speaker::start(&sheet, &["--json", "--watch", "a.sumi"]);
    let said = speaker.until("settled");
    assert!(said.contains(r#""text":"18""#), "{said}");
    screen.wait_for("│ 18");
    for n in [5, 7, 11] {
        sheet.save(&text(n));
        let value = (0..n).map(|i| i * n * 2).sum::<i64>();
        let said = speaker.until("settled");
        assert!(said.contains(&format!(r#""text":"{value}""#)), "{said}");
        screen.wait_for(&format!("│ {value}"));
    }
    sheet.save("let a = [1][2]\n");
    let said = speaker.until("settled");
    assert!(said.contains(r#""kind":"index""#), "{said}");
    screen.wait_for("the index 2 is out of range");
    screen.press("q");
    screen.end();
}
