//! A library of C reads where nothing is: a process ends, the sheet does not.

use crate::Sheet;
use crate::screen::Screen;

const CRASH: &str = "strlen(getenv(\"NO_SUCH_VARIABLE\"))";

fn with(call: &str) -> String {
    format!(
        "6 * 7\nextern {{\n fn getenv(name: cstr) -> ptr<u8>\n fn strlen(s: ptr<u8>) -> u64\n}}\n{call}\n8 * 8\n"
    )
}

#[test]
fn a_null_pointer_in_a_library_takes_nothing_with_it() {
    let sheet = Sheet::new(&with("1 + 1"));
    let mut screen = Screen::open(&sheet);
    screen.wait_for("│ 42");
    for round in 0..3 {
        sheet.save(&with(CRASH));
        screen.wait_for("segmentation fault");
        // The values are back, of the cells behind it too, and it is left out until it is edited.
        screen.wait_for("│ 42");
        screen.wait_for("│ 64");
        screen.wait_for("┊ … stale");
        sheet.save(&format!("{}// below\n", with(CRASH)));
        screen.wait_for("// below");
        screen.wait_for("1 stale");
        sheet.save(&with(&format!("{round} + 7")));
        screen.wait_for(&format!("│ {}", round + 7));
        screen.wait_until("no stale cell", |text| !text.contains("stale"));
    }
    screen.press("q");
    screen.end();
}
