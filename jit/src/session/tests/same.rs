//! Values of different entries, as `stdlib::value::same` sees them: each has code and descriptors of its own.

use stdlib::value::{Budget, Same, same};

use super::{line, session};
use crate::Session;

const TYPES: &str = "enum Tree { Leaf, Node(left: Tree, n: i64, right: Tree) }\n\
    struct Ball { small: u8, at: f64, name: str = \"b\", next: Ball? = none }\n\
    trait Walk { fn walk(self) -> i64 }\n\
    impl Walk for i64 { fn walk(self) -> i64 = self }\n\
    impl Walk for u8 { fn walk(self) -> i64 = 1 }\n\
    fn grown(depth: i64) -> Tree = if depth == 0 { Leaf } else { Node(grown(depth - 1), depth, grown(depth - 1)) }\n\
    fn emptied(n: i64) -> [str: i64] {\n\
        var m: [str: i64] = [:]\n\
        for i in 0..n { m[\"{i}\"] = i }\n\
        for i in 0..n { if i % 3 != 0 { let _ = m.remove(\"{i}\") } }\n\
        m\n\
    }\n\
    fn straight(n: i64) -> [str: i64] {\n\
        var m: [str: i64] = [:]\n\
        for i in 0..n { if i % 3 == 0 { m[\"{i}\"] = i } }\n\
        m\n\
    }\n\
    fn adder(n: i64) -> fn(i64) -> i64 = |x| x + n";

/// Two entries that bind these values, of the same type, and whether they are the same.
fn is_same(session: &mut Session, one: &str, other: &str) -> bool {
    let mut root = |text: &str| {
        line(session, &format!("let value = {text}"));
        let unit = session.machine.units().pop().unwrap();
        let found = unit.roots().last();
        found.unwrap_or_else(|| panic!("`{text}` is not bound"))
    };
    let (ty, one) = root(one);
    let (also, other) = root(other);
    // SAFETY: the values of two entries, both of which are kept; nothing runs.
    unsafe {
        assert!((*ty).same_type(&*also));
        same(&*ty, one, other, Budget::UNLIMITED) == Same::Same
    }
}

#[test]
fn made_again_it_is_the_same() {
    let mut session = session();
    line(&mut session, TYPES);
    for text in [
        "3",
        "\"a{1 + 1}\"",
        "[0.0, -0.0, 0.0 / 0.0]",
        "grown(8)",
        "[Ball(1, at: 2.0), Ball(2, at: 0.5, name: \"c\", next: some(Ball(3, at: 1.0)))]",
        "[\"a\": [1, 2], \"b\": []]",
        "Set([3, 1, 2])",
        "(some(1), i64.parse(\"x\"), 'x', true)",
        "[[1, 2, 3]; 4]",
        "(0..5000).map(|i| i * i)",
        "[Ball(1, at: 2.0); 3].map(|b| (b.name, b.small))",
        "f32x4.splat(0.5)",
    ] {
        assert!(is_same(&mut session, text, text), "{text}");
    }
    assert!(is_same(&mut session, "emptied(100)", "straight(100)"));
    assert!(is_same(&mut session, "[1] + [2, 3]", "[1, 2, 3]"));
}

#[test]
fn what_differs_anywhere_is_another() {
    let mut session = session();
    line(&mut session, TYPES);
    for (one, other) in [
        ("0.0", "-0.0"),
        ("[1, 2, 3]", "[1, 2, 4]"),
        ("grown(8)", "grown(7)"),
        ("[Ball(1, at: 2.0)]", "[Ball(1, at: 2.0, name: \"c\")]"),
        ("[\"a\": 1, \"b\": 2]", "[\"b\": 2, \"a\": 1]"),
        ("Set([1, 2])", "Set([2, 1])"),
        ("emptied(100)", "emptied(90)"),
        ("adder(1)", "adder(2)"),
    ] {
        let found = is_same(&mut session, one, other);
        assert!(!found, "{one} and {other}");
    }
}

#[test]
fn functions_and_anys_by_what_is_in_them() {
    let mut session = session();
    line(&mut session, TYPES);
    assert!(is_same(&mut session, "adder(1)", "adder(1)"));
    line(&mut session, "fn seen(x: any Walk) -> [any Walk] = [x]");
    assert!(is_same(&mut session, "seen(1)", "seen(1)"));
    assert!(!is_same(&mut session, "seen(1)", "seen(2)"));
    assert!(!is_same(&mut session, "seen(1)", "seen(u8(1))"));
}
