//! Curves on terminals with graphics and without: which pixels are coloured, and that none is left.

use super::Sheet;
use super::canvas::{CELL, Canvas, Kind};
use super::screen::Screen;

const WATCH: [&str; 5] = ["sheet", "--watch", "--opt", "0", "a.sumi"];

fn open(sheet: &Sheet, kind: Kind) -> Screen {
    Screen::with(sheet, &WATCH, kind, "xterm-256color")
}

/// A part of the screen in cells, and how many rows of a curve of ten are above it.
struct Part {
    left: usize,
    right: usize,
    rows: std::ops::Range<usize>,
    above: usize,
}

/// Whether a curve is there and nothing else: for parts of its length the parts of its height below its highest number.
fn follows(canvas: &Canvas, part: &Part, height: impl Fn(f64) -> f64) -> bool {
    own(canvas, part, height) == Some(canvas.count())
}

/// How many pixels of that part are coloured, if they are those of the curve.
fn own(canvas: &Canvas, part: &Part, height: impl Fn(f64) -> f64) -> Option<usize> {
    let (left, right) = (part.left * CELL.0, part.right * CELL.0);
    let (top, bottom) = (part.rows.start * CELL.1, part.rows.end * CELL.1);
    let origin = top as f64 - (part.above * CELL.1) as f64;
    // Sixel is drawn six rows at a time, and a curve has a width.
    let whole = match canvas.kind {
        Kind::Sixel => 198.0,
        Kind::Kitty | Kind::Plain | Kind::Mute => 200.0,
    };
    let bold = CELL.1 as f64 / 11.0;
    let mut own = 0;
    for x in left..right {
        let along = (x as f64 + 0.5 - left as f64) / (right - left) as f64;
        let y = origin + bold / 2.0 + height(along) * (whole - bold);
        let near = |at: usize| (at as f64 + 0.5 - y).abs();
        let here: Vec<usize> = (top..bottom)
            .filter(|y| canvas.pixel(x, *y).is_some())
            .collect();
        own += here.len();
        let is_seen = (top as f64 + 4.0..bottom as f64 - 6.0).contains(&y);
        if here.iter().any(|at| near(*at) > 4.0)
            || (is_seen && !here.iter().any(|at| near(*at) < 2.0))
        {
            return None;
        }
    }
    (own > 0).then_some(own)
}

/// Beside `99 │`, above the last row of 24.
const WHOLE: Part = Part {
    left: 5,
    right: 79,
    rows: 13..23,
    above: 0,
};

#[track_caller]
fn wait_for_curve(screen: &Screen, what: &str, part: &Part, height: impl Fn(f64) -> f64) {
    screen.wait_until_drawn(what, |canvas| follows(canvas, part, &height).then_some(()));
}

#[track_caller]
fn wait_for_nothing(screen: &Screen) {
    screen.wait_until_drawn("nothing", |canvas| {
        (canvas.count() == 0 && canvas.kept() == 0).then_some(())
    });
}

const RISING: &str = "let a = (0..100).map(|i| i)\nlet b = [1, 2]\n";
const FALLING: &str = "let a = (0..100).map(|i| 99 - i)\nlet b = [1, 2]\n";

fn is_drawn_anew_and_leaves_nothing(kind: Kind) {
    let (rising, falling) = (|along: f64| 1.0 - along, |along: f64| along);
    let sheet = Sheet::new(RISING);
    let mut screen = open(&sheet, kind);
    screen.wait_for("a = [0, 1, 2");
    screen.press("\r");
    wait_for_curve(&screen, "a curve", &WHOLE, rising);
    screen.wait_for("a: [i64], 100 numbers\n 99 │\n");
    assert!(
        !screen
            .text()
            .contains(|c| ('\u{2800}'..'\u{28ff}').contains(&c))
    );
    let sent = screen.wait_until_drawn("pictures", |canvas| Some(canvas.sent));
    // Another line above it: the pane and its picture stay as they are.
    sheet.save(&format!("{RISING}1 + 1\n"));
    screen.wait_for("│ 2\n");
    wait_for_curve(&screen, "the same curve", &WHOLE, rising);
    assert_eq!(
        screen.wait_until_drawn("pictures", |canvas| Some(canvas.sent)),
        sent
    );
    // Another value, another curve.
    sheet.save(FALLING);
    screen.wait_for("a = [99, 98");
    wait_for_curve(&screen, "a new curve", &WHOLE, falling);
    // As text, and as a curve again.
    screen.press("\t");
    wait_for_nothing(&screen);
    screen.wait_for("100 numbers\n [99, 98");
    screen.press("\t");
    wait_for_curve(&screen, "the curve again", &WHOLE, falling);
    screen.press("\x1b");
    wait_for_nothing(&screen);
    screen.wait_for("q quit");
    // Another cell, which has none.
    screen.press("\r");
    wait_for_curve(&screen, "the curve again", &WHOLE, falling);
    screen.press("\x1b");
    screen.wait_for("q quit");
    screen.press("j\r");
    screen.wait_for("b: [i64]");
    wait_for_nothing(&screen);
    screen.press("q");
    screen.end();
}

#[test]
fn kitty_draws_a_curve_anew_and_leaves_nothing() {
    is_drawn_anew_and_leaves_nothing(Kind::Kitty);
}

#[test]
fn sixel_draws_a_curve_anew_and_leaves_nothing() {
    is_drawn_anew_and_leaves_nothing(Kind::Sixel);
}

fn follows_sizes_and_scrolling(kind: Kind) {
    let rising = |along: f64| 1.0 - along;
    let sheet = Sheet::new(RISING);
    let mut screen = open(&sheet, kind);
    screen.wait_for("a = [0, 1, 2");
    screen.press("\r");
    wait_for_curve(&screen, "a curve", &WHOLE, rising);
    screen.resize(60, 16);
    let upper = Part {
        left: 5,
        right: 59,
        rows: 8..15,
        above: 0,
    };
    screen.wait_for("1–8 of 11");
    wait_for_curve(&screen, "its upper part", &upper, rising);
    screen.press("G");
    let lower = Part {
        rows: 7..15,
        above: 2,
        ..upper
    };
    screen.wait_for("4–11 of 11");
    wait_for_curve(&screen, "its lower part", &lower, rising);
    screen.press("g");
    wait_for_curve(&screen, "its upper part again", &upper, rising);
    screen.resize(100, 30);
    let larger = Part {
        left: 5,
        right: 99,
        rows: 19..29,
        above: 0,
    };
    wait_for_curve(&screen, "a larger one", &larger, rising);
    screen.press("q");
    wait_for_nothing(&screen);
    screen.end();
}

#[test]
fn kitty_follows_sizes_and_scrolling() {
    follows_sizes_and_scrolling(Kind::Kitty);
}

#[test]
fn sixel_follows_sizes_and_scrolling() {
    follows_sizes_and_scrolling(Kind::Sixel);
}

#[test]
fn what_stays_in_its_place_is_there_when_the_screen_was_cleared() {
    for kind in [Kind::Kitty, Kind::Sixel] {
        let sheet = Sheet::new("let (a, b) = ((0..100).map(|i| i), (0..100).map(|i| 0))\n");
        let mut screen = open(&sheet, kind);
        screen.wait_for("b = [0, 0");
        screen.press("\r");
        let upper = Part {
            rows: 12..22,
            ..WHOLE
        };
        wait_for_curve(&screen, "the first curve", &upper, |along| 1.0 - along);
        screen.resize(80, 25);
        screen.wait_for("1–13 of 22");
        let first = |canvas: &Canvas| own(canvas, &upper, |along| 1.0 - along);
        screen.wait_until_drawn("the first curve again", first);
        screen.press("q");
        screen.end();
    }
}

const ATTRIBUTES: &str = "\x1b[c";

/// What it is asked, after it shows a curve by characters and has heard keys.
fn asked_of_one_without(arguments: &[&str], kind: Kind, name: &str) -> String {
    let sheet = Sheet::new(RISING);
    let mut screen = Screen::with(&sheet, arguments, kind, name);
    screen.wait_for("a = [0, 1, 2");
    screen.press("\r");
    screen.wait_for("⠤");
    screen.press("\x1b");
    screen.wait_for("q quit");
    let asked = screen.wait_until_drawn("nothing", |canvas| {
        (canvas.count() == 0 && canvas.sent == 0).then(|| canvas.questions.clone())
    });
    screen.press("q");
    screen.end();
    asked
}

#[test]
fn a_terminal_without_graphics_is_asked_once_and_has_braille() {
    let known = "xterm-256color";
    let of = |kind, name| asked_of_one_without(&WATCH, kind, name);
    assert_eq!(of(Kind::Plain, known), ATTRIBUTES);
    assert_eq!(of(Kind::Mute, known), ATTRIBUTES);
}

#[test]
fn what_would_show_kittys_question_is_not_asked_it() {
    for name in ["linux", "screen-256color", "tmux-256color"] {
        let sheet = Sheet::new("1 + 1\n");
        let mut screen = Screen::with(&sheet, &WATCH, Kind::Mute, name);
        screen.wait_for("│ 2");
        let all = |canvas: &Canvas| (canvas.questions == ATTRIBUTES).then_some(canvas.strings);
        assert_eq!(screen.wait_until_drawn("a question", all), 0, "{name}");
        screen.press("q");
        screen.end();
    }
}

#[test]
fn graphics_may_be_chosen() {
    let none = [
        "sheet",
        "--watch",
        "--graphics",
        "none",
        "--opt",
        "0",
        "a.sumi",
    ];
    assert_eq!(
        asked_of_one_without(&none, Kind::Kitty, "xterm-256color"),
        ""
    );
    // It says nothing, and shows them all the same.
    let sixel = none.map(|word| if word == "none" { "sixel" } else { word });
    let sheet = Sheet::new(RISING);
    let mut screen = Screen::with(&sheet, &sixel, Kind::Sixel, "tmux-256color");
    screen.wait_for("a = [0, 1, 2");
    screen.press("\r");
    wait_for_curve(&screen, "a curve", &WHOLE, |along| 1.0 - along);
    screen.press("q");
    screen.end();
}

#[test]
fn the_colors_are_those_of_the_terminal() {
    for kind in [Kind::Kitty, Kind::Sixel] {
        let sheet = Sheet::new("let a = (0..100).map(|i| i - 50)\n");
        let mut screen = open(&sheet, kind);
        screen.wait_for("a = [-50");
        screen.press("\r");
        let [curve, line] = screen.wait_until_drawn("a curve and a line", |canvas| {
            let here = (0..80 * CELL.0).flat_map(|x| (0..24 * CELL.1).map(move |y| (x, y)));
            let pixels: Vec<[u8; 4]> = here.filter_map(|(x, y)| canvas.pixel(x, y)).collect();
            let strongest = pixels.iter().max_by_key(|pixel| (pixel[3], pixel[2]))?;
            let grey = pixels
                .iter()
                .find(|pixel| pixel[3] == 255 && pixel[0] == pixel[2])?;
            Some([*strongest, *grey])
        });
        let is_near = |one: [u8; 4], other: [u8; 3]| {
            let parts = one.iter().zip(other);
            parts
                .into_iter()
                .all(|(one, other)| one.abs_diff(other) < 4)
        };
        assert!(is_near(curve, [0x10, 0xc0, 0xf0]), "{curve:?}");
        assert!(is_near(line, [0x50; 3]), "{line:?}");
        screen.press("q");
        screen.end();
    }
}
