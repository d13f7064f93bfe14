//! Which texts a REPL should wait on.

use syntax::{Completeness, SourceFile};

#[track_caller]
fn check(source: &str, expected: Completeness) {
    let file = SourceFile::new(syntax::FileId(0), "test.sumi", source);
    let parsed = syntax::parse(&file);
    assert_eq!(parsed.complete, expected, "{source}");
    if expected == Completeness::NeedsMore {
        assert!(parsed.diagnostics.has_errors(), "{source}");
    }
}

#[test]
fn waits_for_more() {
    let sources = [
        "(",
        "f(1,",
        "[1, 2",
        "fn f() {",
        "if x {\n  1\n",
        "match x {",
        "let x =",
        "a +",
        "a &&",
        "x.",
        "if a { 1 } else",
        "fn f() =",
        "fn f() ->",
        "@fast",
        "@fast(1)",
        "\"\"\"",
        "\"\"\"\ntext {x",
        "/* comment",
        "r#\"raw",
        "import a.{b,",
        "|x|",
        "let x: ",
        "f(\n  a",
        "x = {\n  y(\n",
        "a = b\nc = ",
    ];
    for source in sources {
        check(source, Completeness::NeedsMore);
    }
}

#[test]
fn is_complete() {
    let sources = [
        "",
        "x",
        "1 + 2",
        "fn f() { }",
        "if a { 1 }",
        "let x = 1\n",
        "f(1)",
        "foo)",
        "\"abc",
        "print(\"abc",
        "let x",
        "x y",
        "return",
        "// comment",
        "x--",
        "'",
        "let = 3",
        "(1 2)",
        "xs[1..]",
    ];
    for source in sources {
        check(source, Completeness::Complete);
    }
}
