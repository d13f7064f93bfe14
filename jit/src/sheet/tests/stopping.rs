//! Requests to stop, and limits.

use std::time::Duration;

use super::super::{Progress, Sheet};
use super::{sheet, shown};
use crate::config::Config;

/// Whoever asks at a moment at which no cell runs means the one that is about to.
#[test]
fn a_request_to_stop_is_not_lost() {
    let mut sheet = sheet();
    let stopper = sheet.stopper();
    // Of this nothing comes: there is nothing to stop.
    stopper.stop();
    let text = "let a = 20\nwhile true {}\na + 1";
    let counts = sheet.edit_with("s.sumi", text, &mut |progress| {
        if let Progress::Running(_, span) = progress
            && text[span.clone()].starts_with("while")
        {
            stopper.stop();
        }
        true
    });
    assert_eq!(counts.ran, 3);
    assert_eq!(shown(&sheet), "a = 20\n✗ interrupted\n21\n");
    assert_eq!(sheet.close(), 0);
}

/// Whoever asks because the text is overtaken means no cell of the newer one.
#[test]
fn a_request_to_stop_is_of_no_later_text() {
    let mut sheet = sheet();
    let stopper = sheet.stopper();
    sheet.edit_with("s.sumi", "1 + 1", &mut |_| {
        stopper.stop();
        false
    });
    let text = "var n = 0\nwhile n < 20_000_000 { n += 1 }\nn";
    assert_eq!(sheet.edit("s.sumi", text).ran, 3);
    assert_eq!(shown(&sheet), "n = 0\n\n20000000\n");
    assert_eq!(sheet.close(), 0);
}

/// A value whose own `show` never comes to its end.
const ENDLESS: &str = "struct P { x: i64 }\nimpl Show for P { fn show(self) -> str { while self.x > 0 {}; \"p\" } }\n\
    let p = P(1)\np.x + 1";

/// The text of the value of the first cell, with its note.
fn endless(sheet: &Sheet) -> String {
    let cells = sheet.report().cells;
    let first = &cells[0].bindings[0];
    format!(
        "{}: {}",
        first.text,
        first.note.as_deref().unwrap_or_default()
    )
}

#[test]
fn a_show_without_an_end_holds_up_nobody() {
    let mut sheet = Sheet::new(Config {
        optimize: false,
        cell_limit: Duration::from_millis(30),
        ..Config::trusted()
    })
    .expect("a sheet");
    assert_eq!(sheet.edit("s.sumi", ENDLESS).ran, 2);
    let note = "P(x: 1): these are the parts: `show` took longer than 30ms";
    assert_eq!(endless(&sheet), note);
    assert_eq!(shown(&sheet), "p = P(x: 1)\n2\n");
    assert_eq!(sheet.edit("s.sumi", ENDLESS).ran, 0);
    assert_eq!(sheet.close(), 0);
}

/// Asks the first cell to stop, which most likely is over by then: its text is still made. Then brings the sheet up to date for the same text.
/// None if the cell itself was stopped.
fn stopped_while_shown(is_overtaken: bool) -> Option<(String, usize)> {
    let mut sheet = sheet();
    let stopper = sheet.stopper();
    let mut is_first = true;
    sheet.edit_with("s.sumi", ENDLESS, &mut |progress| {
        match progress {
            Progress::Running(..) if std::mem::take(&mut is_first) => stopper.stop(),
            Progress::Interrupted(_) => return !is_overtaken,
            _ => {}
        }
        true
    });
    let ran = sheet.edit("s.sumi", ENDLESS).ran;
    if sheet.report().cells[0].error.is_some() {
        return None;
    }
    let text = endless(&sheet);
    assert_eq!(shown(&sheet), "p = P(x: 1)\n2\n");
    assert_eq!(sheet.close(), 0);
    Some((text, ran))
}

#[test]
fn a_show_that_was_stopped_tells_so() {
    let mut tries = std::iter::from_fn(|| Some(stopped_while_shown(false)));
    let (text, ran) = tries.find_map(|found| found).expect("a try");
    assert_eq!(text, "P(x: 1): these are the parts: `show` was interrupted");
    assert_eq!(ran, 0);
}

#[test]
fn a_show_that_was_overtaken_begins_again() {
    let (text, ran) = stopped_while_shown(true).expect("no cell failed");
    assert_eq!(
        text,
        "P(x: 1): these are the parts: `show` took longer than 250ms"
    );
    assert_eq!(ran, 2);
}
