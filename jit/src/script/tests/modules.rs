//! Modules that a script imports, one of which changes at a time: the others are not compiled again, and all is as in a fresh script.

use std::cell::RefCell;
use std::rc::Rc;

use crate::config::Config;
use crate::engine::Engine;

const LOW: &str = "pub const SIZES = [1, 2, 3]
    pub struct Point { pub x: i64, pub y: i64 = 4 }
    pub trait Told { fn told(self) -> str }
    impl Told for Point { fn told(self) -> str = \"at {self.x}\" }
    pub fn twice(n: i64) -> i64 { n * 2 }
    pub fn each<T>(xs: [T], f: fn(T) -> i64) -> i64 = xs.map(f).sum()
    pub var seen = 10
    pub fn see() { seen += 1 }";
const MID: &str = "import low.{Point, twice, each, SIZES}
    pub import low.{Told}
    pub const FOUR = twice(2)
    pub fn far(n: i64) -> Point = Point(twice(n), y: FOUR)
    pub fn all() -> i64 = each([1, 2], |n| twice(n)) + SIZES.sum()";
const HIGH: &str = "import mid.{far, all, Told}
    import mid
    pub let table: [i64; 3] = [far(1).y; 3]
    pub fn sum() -> i64 = far(3).x + far(3).y + all() + table[0]
    pub fn text() -> str = far(5).told()";
const MAIN: &str = "import high
    import low.{see, seen, twice}
    const EIGHT = twice(4)
    fn f() -> str { see()\n \"{high.sum()} {high.text()} {seen} {EIGHT}\" }";

#[test]
fn one_that_changes_is_compiled_with_what_follows_from_it() {
    let texts: Rc<RefCell<[String; 3]>> =
        Rc::new(RefCell::new([LOW, MID, HIGH].map(str::to_owned)));
    let known = Rc::clone(&texts);
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.set_resolver(move |path| {
        let at = ["low", "mid", "high"]
            .iter()
            .position(|name| *name == path)?;
        Some(known.borrow()[at].clone())
    });
    let script = engine.load("main", MAIN).unwrap();
    let f = script.function::<fn() -> String>("f").unwrap();
    assert_eq!(f.call().unwrap(), "26 at 10 11 8");
    let mut seen = 11;
    let mut main = MAIN.to_owned();
    // Of which text, what in it, and what instead.
    let edits: &[(usize, &str, &str)] = &[
        (0, "n * 2", "n * 2\n // the same\n"),
        (0, "n * 2", "n * 3"),
        (1, "FOUR)", "FOUR + 1)"),
        (0, "[1, 2, 3]", "[1, 2, 3, 4]"),
        (0, "\"at {self.x}\"", "\"is at {self.x}\""),
        (0, "xs.map(f).sum()", "xs.map(f).sum() + 100"),
        (0, "pub y: i64 = 4", "pub y: i64 = 4, pub z: f64 = 0.5"),
        (2, "far(3).x", "far(4).x"),
        (3, "twice(4)", "twice(40)"),
        (
            0,
            "pub fn twice(n: i64)",
            "pub fn twice(n: i64, by: i64 = 1)",
        ),
        (1, "pub fn all", "pub fn more() -> i64 = 1\npub fn all"),
        (2, "all()", "all() + mid.more()"),
        (0, "-> i64 = xs", "-> i64 = seen * 0 + xs"),
        (1, "pub const FOUR = twice(2)", "pub const FOUR = 6"),
        (
            0,
            "seen += 1 }",
            "seen += 1\n let few: [i64] = []\n if seen < 0 { print(few[seen]) } }",
        ),
        (2, "[far(1).y; 3]", "[far(1).y, 2, 3]"),
    ];
    for (at, from, to) in edits {
        match at {
            3 => main = main.replace(from, to),
            at => {
                let text = texts.borrow()[*at].replace(from, to);
                assert_ne!(text, texts.borrow()[*at], "{from}");
                // A mistake in between is refused.
                texts.borrow_mut()[*at] = format!("{text}\nfn wrong() -> i64 = true\n");
                script.reload(&main).unwrap_err();
                f.call().unwrap();
                seen += 1;
                texts.borrow_mut()[*at] = text;
            }
        }
        script.reload(&main).unwrap();
        let ours = f.call().unwrap();
        seen += 1;
        let fresh = engine.load("main", &main).unwrap();
        let theirs = fresh.function::<fn() -> String>("f").unwrap();
        let theirs = theirs.call().unwrap();
        let theirs = theirs.replace(" 11 ", &format!(" {seen} "));
        assert_eq!(ours, theirs, "{from} to {to}");
    }
    // Nothing is left of what only a fresh script has.
    drop((f, script));
    assert_eq!((engine.live_blocks(), engine.machine_units()), (0, 0));
}

#[test]
fn lines_of_a_module_go_back_with_it() {
    let texts = Rc::new(RefCell::new(String::new()));
    let known = Rc::clone(&texts);
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.set_resolver(move |_| Some(known.borrow().clone()));
    let module =
        |above: &str| format!("{above}pub fn fails(n: i64) -> i64 {{\n{above}[n][n]\n}}\n");
    let main = "import rules\nfn call(n: i64) -> i64 = rules.fails(n)\n";
    texts.replace(module(""));
    let script = engine.load("main", main).unwrap();
    let call = script.function::<fn(i64) -> i64>("call").unwrap();
    let line = || match call.call(7) {
        Err(crate::Error::Runtime(error)) => error.frames[0].line,
        other => panic!("it came back: {other:?}"),
    };
    assert_eq!(line(), 2);
    // Nothing but lines differs.
    texts.replace(module("// A line.\n"));
    script.preview(main).unwrap();
    assert_eq!(line(), 2);
    script.reload(main).unwrap();
    assert_eq!(line(), 4);
    script.roll_back().unwrap();
    assert_eq!(line(), 2);
}

#[test]
fn who_does_not_import_a_module_is_left_alone_by_its_functions() {
    let low = "pub struct Point { pub x: i64, pub y: i64 = 4 }
        pub trait Told { fn told(self) -> str }
        impl Told for Point { fn told(self) -> str = \"at {self.x}\" }
        pub fn twice(n: i64) -> i64 { n * 2 }";
    let mid = "import low.{Point, twice}
        pub import low.{Told}
        pub fn far(n: i64) -> Point = Point(twice(n))";
    let high = "import mid.{far}
        pub fn text() -> str = \"{far(5).x} {far(5).y}\"";
    let texts = Rc::new(RefCell::new([low, mid, high].map(str::to_owned)));
    let known = Rc::clone(&texts);
    let mut engine = Engine::new(Config::default()).unwrap();
    engine.set_resolver(move |path| {
        let at = ["low", "mid", "high"].iter().position(|name| *name == path);
        Some(known.borrow()[at?].clone())
    });
    let main = "import high\nfn f() -> str = high.text()\n";
    let script = engine.load("main", main).unwrap();
    let f = script.function::<fn() -> String>("f").unwrap();
    assert_eq!(f.call().unwrap(), "10 4");
    let compiled_anew = |edit: &str, instead: &str| {
        let files = || -> Vec<syntax::FileId> {
            let modules = &script.0.borrow().build.modules;
            modules.iter().map(|module| module.ready.file).collect()
        };
        let before = files();
        let text = texts.borrow()[0].replace(edit, instead);
        assert_ne!(text, texts.borrow()[0], "{edit}");
        texts.borrow_mut()[0] = text;
        script.reload(main).unwrap();
        let pairs = before.into_iter().zip(files());
        pairs.map(|(before, now)| before != now).collect::<Vec<_>>()
    };
    assert_eq!(
        compiled_anew("pub fn twice", "pub fn more() {}\npub fn twice"),
        [true, true, false]
    );
    assert_eq!(compiled_anew("n * 2", "n * 3"), [true, false, false]);
    assert_eq!(f.call().unwrap(), "15 4");
    // What can be done with a type, and what it is, reaches who only has a value of it.
    assert_eq!(
        compiled_anew(
            "impl Told",
            "impl Point { pub fn flip(mut self) {} }\nimpl Told"
        ),
        [true, true, true]
    );
    assert_eq!(
        compiled_anew("y: i64 = 4 }", "y: i64 = 5 }"),
        [true, true, true]
    );
    assert_eq!(f.call().unwrap(), "15 5");
}
