use super::*;
use crate::value::{Shown, literal};
use ::text::FormatSpec;

fn i64s(numbers: &[i64]) -> *mut Block {
    make(&desc::I64, numbers)
}

#[test]
fn scalars() {
    run(|_| {
        assert_eq!(show_as(&desc::I64, address(&-5_i64), false), "-5");
        assert_eq!(show_as(&desc::F64, address(&1.0_f64), true), "1.0");
        assert_eq!(show_as(&desc::BOOL, address(&true), true), "true");
        assert_eq!(show_as(&desc::CHAR, address(&'x'), false), "x");
        assert_eq!(show_as(&desc::CHAR, address(&'x'), true), "'x'");
    });
}

#[test]
fn texts_are_quoted_inside_of_others() {
    run(|_| {
        let greeting = string("a\"b");
        assert_eq!(show_as(&desc::STR, address(&greeting), false), "a\"b");
        assert_eq!(show_as(&desc::STR, address(&greeting), true), r#""a\"b""#);
        let both = make(&desc::STR, &[greeting, string("")]);
        assert_eq!(
            show_as(array(&desc::STR), address(&both), false),
            r#"["a\"b", ""]"#
        );
        drop_value(array(&desc::STR), &both);
    });
}

#[test]
fn aggregates() {
    run(|_| {
        let vec2 = forever(structure(
            "Vec2",
            16,
            vec![("x", 0, &desc::F64), ("y", 8, &desc::F64)],
        ));
        let ball = forever(structure(
            "Ball<i64>",
            24,
            vec![("pos", 0, vec2), ("r", 16, &desc::F64)],
        ));
        assert_eq!(
            show_as(ball, address(&[0.0, 1.0, 1.0_f64]), false),
            "Ball(pos: Vec2(x: 0.0, y: 1.0), r: 1.0)"
        );
        let pair = forever(structure(
            "",
            16,
            vec![("", 0, &desc::I64), ("", 8, &desc::BOOL)],
        ));
        assert_eq!(show_as(pair, address(&[1_i64, 1]), false), "(1, true)");
        let single = forever(structure("", 8, vec![("", 0, &desc::I64)]));
        assert_eq!(show_as(single, address(&1_i64), false), "(1,)");
        let none = forever(structure("Nothing", 0, vec![]));
        assert_eq!(show_as(none, address(&()), false), "Nothing()");
        let some_array = option(array(&desc::I64));
        let value = (1_u64, i64s(&[1, 2]));
        assert_eq!(show_as(some_array, address(&value), false), "some([1, 2])");
        assert_eq!(show_as(some_array, address(&[0_u64, 0]), false), "none");
        drop_value(some_array, &value);
        let mut three = TypeDesc::plain(Kind::FixedArray, "[i64; 3]", 24);
        three.elem = &raw const desc::I64;
        three.count = 3;
        assert_eq!(
            show_as(forever(three), address(&[1_i64, 2, 3]), false),
            "[1, 2, 3]"
        );
        assert_eq!(show_as(array(&desc::I64), address(&empty()), false), "[]");
    });
}

#[test]
fn limits_cut_at_characters_and_say_so() {
    run(|_| {
        let numbers = i64s(&[1; 1000]);
        let shown = |limit| {
            // SAFETY: a valid array, within a run.
            unsafe { literal(array(&desc::I64), address(&numbers), limit) }
        };
        assert_eq!(
            shown(9),
            Shown {
                text: "[1, 1, 1,".to_string(),
                complete: false
            }
        );
        assert_eq!(shown(2999).text.len(), 2999);
        assert!(!shown(2999).complete && shown(3000).complete);
        assert_eq!(shown(0).text, "");
        drop_value(array(&desc::I64), &numbers);
        let accents = string("éééé");
        // SAFETY: a valid text, within a run.
        let cut = unsafe { literal(&desc::STR, address(&accents), 4) };
        assert_eq!(cut.text, "\"é");
        assert!(!cut.complete);
        drop_value(&desc::STR, &accents);
    });
}

#[test]
fn specs() {
    run(|_| {
        let with = |ty: Desc, value: *const u8, spec: &str| {
            let mut out = string("|");
            let spec = FormatSpec::parse(spec).unwrap().pack();
            // SAFETY: valid values and a `str`.
            unsafe { crate::show::sumi_append_spec(ty, value, &raw mut out, spec) };
            text_and_release(out)
        };
        assert_eq!(with(&desc::I64, address(&42_i64), "05"), "|00042");
        assert_eq!(with(&desc::I64, address(&-1_i64), "x"), "|ffffffffffffffff");
        assert_eq!(with(&desc::F64, address(&2.5_f64), "6.0"), "|     2");
        assert_eq!(with(&desc::BOOL, address(&true), ">5"), "| true");
        let list = i64s(&[1, 2]);
        assert_eq!(with(array(&desc::I64), address(&list), "^8"), "| [1, 2] ");
        drop_value(array(&desc::I64), &list);
    });
}

#[test]
fn a_long_list_needs_no_stack() {
    run(|_| {
        let ty = list_type();
        let list = long_list(ty, LONG);
        let shown = show_as(ty, address(&list), false);
        assert!(shown.ends_with(&format!("tail: Nil{}", ")".repeat(LONG))));
        drop_value(ty, &list);
    });
}

unsafe extern "C" fn nested_show(value: *const u8) -> *mut Block {
    // SAFETY: the value is an `i64`; the runtime may be entered again from here.
    unsafe {
        let count = value.cast::<i64>().read();
        let list = make(&desc::I64, &vec![0_i64; count as usize]);
        let mut out = string("own");
        crate::show::show(array(&desc::I64), address(&list), &raw mut out, false, -1);
        release(list);
        out
    }
}

#[test]
fn own_show_may_come_back() {
    run(|_| {
        let mut own = structure("Own", 8, vec![("n", 0, &desc::I64)]);
        own.show = Some(nested_show);
        let own: Desc = forever(own);
        let list = make(own, &[2_i64, 1]);
        assert_eq!(
            show_as(array(own), address(&list), false),
            "[own[0, 0], own[0]]"
        );
        drop_value(array(own), &list);
    });
}

#[test]
fn texts_of_c() {
    run(|_| {
        let ty: Desc = forever(TypeDesc::plain(Kind::CStr, "cstr", 8));
        let greeting = c"hi";
        assert_eq!(show_as(ty, address(&greeting.as_ptr()), false), "hi");
        assert_eq!(show_as(ty, address(&0_usize), true), "\"\"");
        let s = string("né");
        // SAFETY: a live text, and one that ends with a zero.
        unsafe {
            let for_c = crate::show::sumi_str_to_cstr(s);
            assert_eq!(crate::block::bytes(for_c), "né\0".as_bytes());
            let back = crate::show::sumi_cstr_to_str(elements(for_c).cast());
            assert_eq!(text_and_release(back), "né");
            release(for_c);
        }
        drop_value(&desc::STR, &s);
    });
}
