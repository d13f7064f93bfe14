use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::outside::{sumi_args, sumi_print, sumi_read_all, sumi_read_line, sumi_write};
use crate::strings::*;

/// Applies a function to a text and gives the text of the result.
fn on(content: &str, function: impl FnOnce(*const Block) -> *mut Block) -> String {
    let s = string(content);
    let result = function(s);
    drop_value(&desc::STR, &s);
    text_and_release(result)
}

fn list_on(content: &str, function: impl FnOnce(*const Block) -> *mut Block) -> String {
    let s = string(content);
    let result = function(s);
    drop_value(&desc::STR, &s);
    let shown = show_as(array(&desc::STR), address(&result), false);
    drop_value(array(&desc::STR), &result);
    shown
}

fn with<T>(content: &str, function: impl FnOnce(*const Block) -> T) -> T {
    let s = string(content);
    let result = function(s);
    drop_value(&desc::STR, &s);
    result
}

#[test]
fn making_new_texts() {
    run(|_| {
        // SAFETY: live texts and checked positions throughout.
        unsafe {
            assert_eq!(on("straße", |s| sumi_str_upper(s)), "STRASSE");
            assert_eq!(on("ÀB", |s| sumi_str_lower(s)), "àb");
            assert_eq!(on(" a ", |s| sumi_str_trim(s, true, true)), "a");
            assert_eq!(on(" a ", |s| sumi_str_trim(s, true, false)), "a ");
            assert_eq!(on("héllo", |s| sumi_str_slice(s, 1, 3)), "é");
            assert_eq!(on("ab", |s| sumi_str_repeat(s, 3)), "ababab");
            assert_eq!(on("aé😀", |s| sumi_str_reversed(s)), "😀éa");
            assert_eq!(on("ab", |s| with("", |e| sumi_str_concat(s, e))), "ab");
            assert_eq!(on("ab", |s| with("cd", |e| sumi_str_concat(s, e))), "abcd");
            let replaced = on("a-b-c", |s| {
                with("-", |from| with("+ ", |to| sumi_str_replace(s, from, to)))
            });
            assert_eq!(replaced, "a+ b+ c");
            let chars = with("aé", |s| sumi_str_chars(s));
            assert_eq!(
                show_as(array(&desc::CHAR), address(&chars), false),
                "['a', 'é']"
            );
            assert_eq!(text_and_release(sumi_str_from_chars(chars)), "aé");
            drop_value(array(&desc::CHAR), &chars);
        }
    });
}

#[test]
fn pieces() {
    run(|_| {
        // SAFETY: live texts throughout.
        unsafe {
            assert_eq!(
                list_on("a,b,,c", |s| with(",", |by| sumi_str_split(s, by))),
                r#"["a", "b", "", "c"]"#
            );
            assert_eq!(
                list_on("", |s| with(",", |by| sumi_str_split(s, by))),
                r#"[""]"#
            );
            assert_eq!(
                list_on("aé", |s| with("", |by| sumi_str_split(s, by))),
                r#"["a", "é"]"#
            );
            assert_eq!(
                list_on(" a  b ", |s| sumi_str_split_whitespace(s)),
                r#"["a", "b"]"#
            );
            assert_eq!(
                list_on("a\r\n\nb\n", |s| sumi_str_lines(s)),
                r#"["a", "", "b"]"#
            );
            let parts = with("x y z", |s| sumi_str_split_whitespace(s));
            assert_eq!(
                text_and_release(with("::", |by| sumi_str_join(parts, by))),
                "x::y::z"
            );
            drop_value(array(&desc::STR), &parts);
        }
    });
}

#[test]
fn looking() {
    run(|_| {
        // SAFETY: live texts and checked positions throughout.
        unsafe {
            let found = |from| with("a-b-c", |s| with("-", |w| sumi_str_find(s, w, from)));
            assert_eq!((found(0), found(2), found(4)), (1, 3, -1));
            assert_eq!(
                with("a-b-c", |s| with("-", |w| sumi_str_find_last(s, w))),
                3
            );
            assert!(with("é", |s| sumi_str_is_boundary(s, 2)));
            assert!(!with("é", |s| sumi_str_is_boundary(s, 1)));
            let mut number = 0;
            assert!(with("-17", |s| sumi_parse_int(
                s,
                10,
                64,
                true,
                &raw mut number
            )));
            assert_eq!(number, -17);
            assert!(!with("300", |s| sumi_parse_int(
                s,
                10,
                8,
                false,
                &raw mut number
            )));
            let mut float = 0.0;
            assert!(with("2.5e1", |s| sumi_parse_float(s, &raw mut float)));
            assert_eq!(float, 25.0);
        }
    });
}

#[test]
fn appending_in_place() {
    run(|runtime| {
        let mut s = empty();
        // SAFETY: a place with a `str`.
        unsafe {
            for _ in 0..100 {
                sumi_str_push_char(&raw mut s, 'é');
                sumi_str_push_bytes(&raw mut s, b"ab".as_ptr(), 2);
            }
            sumi_str_push(&raw mut s, s);
            assert_eq!((*s).len, 800);
            assert_eq!((*runtime).stats.splits, 0);
        }
        assert_eq!(text_and_release(s), "éab".repeat(200));
    });
}

#[test]
fn input_and_output() {
    run(|runtime| {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let sink = Rc::clone(&seen);
        // SAFETY: the runtime of this run, which nothing borrows meanwhile.
        unsafe {
            (*runtime).set_output(Box::new(move |bytes| {
                sink.borrow_mut().extend_from_slice(bytes)
            }));
            (*runtime).input = Box::new(&b"one\r\ntwo\nrest\n\xff"[..]);
            (*runtime).args = vec!["x".to_string(), "y z".to_string()];
            with("hello", |s| sumi_print(s));
            with("there", |s| sumi_write(s));
            assert!(seen.borrow().is_empty(), "output is buffered");
            let mut line = string("old");
            assert!(sumi_read_line(&raw mut line));
            assert_eq!(seen.borrow().as_slice(), b"hello\nthere");
            assert_eq!(crate::block::text(line), "one");
            assert!(sumi_read_line(&raw mut line));
            assert_eq!(text_and_release(line), "two");
            assert_eq!(text_and_release(sumi_read_all()), "rest\n\u{FFFD}");
            let mut none = empty();
            assert!(!sumi_read_line(&raw mut none));
            let args = sumi_args();
            assert_eq!(
                show_as(array(&desc::STR), address(&args), false),
                r#"["x", "y z"]"#
            );
            drop_value(array(&desc::STR), &args);
        }
    });
}
