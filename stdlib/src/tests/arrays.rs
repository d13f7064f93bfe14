use super::*;
use crate::arrays::*;
use crate::block::owners;
use crate::memory::{sumi_take, sumi_unique};

const I64: *const TypeDesc = &raw const desc::I64;
const STR: *const TypeDesc = &raw const desc::STR;

fn strings(words: &[&str]) -> *mut Block {
    let words: Vec<*mut Block> = words.iter().map(|word| string(word)).collect();
    make(&desc::STR, &words)
}

fn texts(list: *mut Block) -> String {
    show_as(array(&desc::STR), address(&list), false)
}

#[test]
fn pushing_is_amortised() {
    run(|runtime| {
        let mut xs = empty();
        for index in 0..1000_i64 {
            // SAFETY: a place with an array.
            unsafe { sumi_array_push(I64, &raw mut xs, address(&index)) };
        }
        assert_eq!(items::<i64>(xs), (0..1000).collect::<Vec<_>>());
        // SAFETY: the runtime of this run.
        assert_eq!(unsafe { (*runtime).stats.splits }, 0);
        // SAFETY: within capacity or grown.
        unsafe { assert!((*xs).cap < 2048) };
        drop_value(array(&desc::I64), &xs);
    });
}

#[test]
fn writing_a_shared_array_splits_it() {
    run(|runtime| {
        let mut xs = strings(&["a", "b"]);
        let before = xs;
        // SAFETY: the array has a second owner, which the test gives up in the end.
        unsafe {
            crate::block::retain(xs);
            let c = string("c");
            sumi_array_push(STR, &raw mut xs, address(&c));
            assert_eq!(texts(before), r#"["a", "b"]"#);
            assert_eq!(texts(xs), r#"["a", "b", "c"]"#);
            assert_eq!(owners(before), 1);
            assert_eq!((*runtime).stats.splits, 1);
            assert_eq!((*runtime).stats.copied_bytes, 16);
            let third = sumi_unique(STR, before);
            assert_eq!(third, before);
        }
        drop_value(array(&desc::STR), &xs);
        drop_value(array(&desc::STR), &before);
    });
}

#[test]
fn editing() {
    run(|_| {
        let mut xs = strings(&["a", "b", "c", "d"]);
        let place = &raw mut xs;
        let mut taken: *mut Block = empty();
        let out: *mut u8 = (&raw mut taken).cast();
        // SAFETY: indices are in range, results are owned.
        unsafe {
            sumi_array_pop(out, STR, place);
            assert_eq!(text_and_release(taken), "d");
            sumi_array_remove(out, STR, place, 0);
            assert_eq!(text_and_release(taken), "a");
            let e = string("e");
            sumi_array_insert(STR, place, 1, address(&e));
            assert_eq!(texts(xs), r#"["b", "e", "c"]"#);
            sumi_array_swap(STR, place, 0, 2);
            sumi_array_reverse(STR, place);
            assert_eq!(texts(xs), r#"["b", "e", "c"]"#);
            sumi_array_extend(STR, place, xs);
            assert_eq!(texts(xs), r#"["b", "e", "c", "b", "e", "c"]"#);
            let middle = sumi_array_slice(STR, xs, 1, 3);
            assert_eq!(texts(middle), r#"["e", "c"]"#);
            sumi_array_truncate(STR, place, 1);
            let both = sumi_array_concat(STR, xs, middle);
            assert_eq!(texts(both), r#"["b", "e", "c"]"#);
            drop_value(array(&desc::STR), &middle);
            drop_value(array(&desc::STR), &both);
            let word = string("w");
            let words = sumi_array_repeat(STR, address(&word), 3);
            assert_eq!(owners(word), 4);
            drop_value(array(&desc::STR), &words);
            drop_value(&desc::STR, &word);
            sumi_take(out, array(&desc::STR), place.cast());
            assert_eq!(xs, empty());
            assert_eq!(texts(taken), r#"["b"]"#);
            drop_value(array(&desc::STR), &taken);
        }
    });
}

#[test]
fn texts_are_sorted_by_all_of_their_bytes() {
    run(|_| {
        let mut words = vec![
            "abcdefgh",
            "abcdefg",
            "abcdefgh2",
            "abcdefgh\0",
            "abcdefgh10",
            "",
            "\0",
            "é",
            "abcdefgz",
            "~",
        ];
        let mut list = strings(&words.repeat(7));
        // SAFETY: a place with an array.
        unsafe { sumi_array_sort(STR, &raw mut list) };
        words.sort_unstable();
        let sorted: Vec<&str> = words.iter().flat_map(|word| [*word; 7]).collect();
        let expected = strings(&sorted);
        assert_eq!(texts(list), texts(expected));
        drop_value(array(&desc::STR), &list);
        drop_value(array(&desc::STR), &expected);
    });
}

#[test]
fn sorting() {
    run(|_| {
        let mut numbers = make(
            &desc::F64,
            &[2.0, f64::NAN, -0.0, 0.0, f64::NEG_INFINITY, -1.0],
        );
        let mut words = strings(&["pear", "fig", "apple", "fig", ""]);
        // SAFETY: places with arrays.
        unsafe {
            sumi_array_sort(&raw const desc::F64, &raw mut numbers);
            sumi_array_sort(STR, &raw mut words);
        }
        assert_eq!(
            show_as(array(&desc::F64), address(&numbers), false),
            "[-inf, -1.0, -0.0, 0.0, 2.0, nan]"
        );
        assert_eq!(texts(words), r#"["", "apple", "fig", "fig", "pear"]"#);
        drop_value(array(&desc::F64), &numbers);
        drop_value(array(&desc::STR), &words);
    });
}

unsafe extern "C" fn by_tens(left: *const u8, right: *const u8) -> bool {
    // SAFETY: the values are `i64`.
    unsafe { left.cast::<i64>().read() / 10 < right.cast::<i64>().read() / 10 }
}

unsafe extern "C" fn always(_left: *const u8, _right: *const u8) -> bool {
    true
}

#[test]
fn sorting_by_an_own_order_is_stable_and_ends() {
    run(|_| {
        let mut own = structure("Own", 8, vec![("n", 0, &desc::I64)]);
        own.lt = Some(by_tens);
        let mut contrary = structure("Contrary", 8, vec![("n", 0, &desc::I64)]);
        contrary.lt = Some(always);
        let numbers = [31_i64, 12, 39, 15, 11, 30, 5];
        let (own, contrary): (Desc, Desc) = (forever(own), forever(contrary));
        let mut xs = make(own, &numbers);
        let mut ys = make(contrary, &numbers);
        // SAFETY: places with arrays.
        unsafe {
            sumi_array_sort(own, &raw mut xs);
            sumi_array_sort(contrary, &raw mut ys);
        }
        assert_eq!(items::<i64>(xs), [5, 12, 15, 11, 31, 39, 30]);
        let mut left = items::<i64>(ys);
        left.sort_unstable();
        assert_eq!(left, [5, 11, 12, 15, 30, 31, 39]);
        drop_value(array(own), &xs);
        drop_value(array(contrary), &ys);
    });
}

#[test]
fn a_long_chain_is_dropped_without_stack() {
    run(|_| {
        let ty = list_type();
        let list = long_list(ty, LONG);
        drop_value(ty, &list);
    });
}
