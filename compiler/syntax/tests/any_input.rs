//! Whatever comes in, a tree and diagnostics come out.

use proptest::prelude::*;
use syntax::{SourceFile, print_module, print_tokens};

const WORDS: &[&str] = &[
    "let", "var", "const", "fn", "if", "else", "match", "for", "in", "while", "loop", "break",
    "return", "continue", "struct", "enum", "trait", "impl", "import", "extern", "host", "pub",
    "type", "mut", "self", "Self", "some", "none", "any", "test", "as", "async", "a", "b", "Ball",
    "N", "ptr", "_", "1", "2.5", "0x", "5u8", "'c'", "'", "b'x'", "b\"", "\"", "\"\"\"", "r#\"",
    "\"#", "\"text\"", "\"{", "}\"", ":>8", "(", ")", "[", "]", "{", "}", "<", ">", ">>", ">=",
    ">>=", "<<", ",", ";", ":", "@", ".", "?.", "..", "..=", "...", "->", "=>", "?", "??", "!",
    "~", "=", "+=", "++", "+", "-", "*", "**", "/", "%", "&", "&&", "|", "||", "^", "==", "!=",
    "<=", "\n", "\n", "\n", " ", "\t", "\r\n", "//", "///", "//=>", "/*", "*/", "#!", "\\", "é",
    "\u{0}", "😀", "{{", "}}",
];

fn survives(source: &str) {
    let file = SourceFile::new(syntax::FileId(0), "test.sumi", source);
    let parsed = syntax::parse(&file);
    for found in parsed.diagnostics.iter() {
        assert!(!found.labels.is_empty(), "{}", found.message);
        for label in &found.labels {
            let span = label.span;
            assert!(span.start <= span.end && span.end as usize <= source.len());
            assert!(source.is_char_boundary(span.start as usize));
            assert!(source.is_char_boundary(span.end as usize));
        }
    }
    for item in &parsed.module.items {
        assert!(item.span.start <= item.span.end && item.span.end as usize <= source.len());
    }
    print_module(&parsed.module);
    print_tokens(&file);
    let again = syntax::parse(&file);
    assert_eq!(print_module(&parsed.module), print_module(&again.module));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(source in "\\PC{0,80}") {
        survives(&source);
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words(words in proptest::collection::vec((0..WORDS.len(), any::<bool>()), 0..60)) {
        let words = words.into_iter().map(|(at, blank)| format!("{}{}", WORDS[at], if blank { " " } else { "" }));
        survives(&words.collect::<String>());
    }
}

#[test]
fn extreme_texts() {
    let many = 100_000;
    let sources = [
        "(".repeat(many),
        "{".repeat(many),
        "[".repeat(many),
        "\"{".repeat(many),
        "!".repeat(many),
        "-".repeat(many),
        "|x| ".repeat(many),
        "return ".repeat(many),
        format!("1{}", " + 1".repeat(many)),
        format!("x{}", ".a".repeat(many)),
        format!("x{}", "()".repeat(many)),
        format!("x{}", " ** x".repeat(many)),
        format!("if a {{}}{}", " else if a {}".repeat(many)),
        format!("let x: {}A = 1", "fn() -> ".repeat(many)),
        format!("let x: {}", "Foo<".repeat(many)),
        format!("let x: A{} = 1", " ?".repeat(many)),
        format!("let {}", "(".repeat(many)),
        ")".repeat(many),
        "let = 3\n".repeat(many),
        "\u{1}".repeat(many),
        "/*".repeat(many),
        "'".repeat(many),
        "a\n".repeat(many),
        format!("a{}b", " ".repeat(40 << 20)),
    ];
    for source in sources {
        survives_once(&source);
    }
}

fn survives_once(source: &str) {
    let file = SourceFile::new(syntax::FileId(0), "test.sumi", source);
    let parsed = syntax::parse(&file);
    drop(parsed.module.clone());
}
