use std::time::{Duration, Instant};

use super::*;
use crate::value::{Budget, Same, same};

fn asked<T>(ty: Desc, one: &T, other: &T, budget: Budget) -> Same {
    // SAFETY: tests pass valid values.
    unsafe { same(ty, address(one), address(other), budget) }
}

fn is_same<T>(ty: Desc, one: &T, other: &T) -> bool {
    let found = asked(ty, one, other, Budget::UNLIMITED);
    assert_eq!(found, asked(ty, other, one, Budget::UNLIMITED), "both ways");
    found == Same::Same
}

/// Whether two new arrays of such elements are the same.
fn arrays<T: Copy>(elem: Desc, one: &[T], other: &[T]) -> bool {
    let (one, other) = (make(elem, one), make(elem, other));
    let found = is_same(array(elem), &one, &other);
    drop_value(array(elem), &one);
    drop_value(array(elem), &other);
    found
}

fn flag(mut made: TypeDesc, kind: Kind) -> Desc {
    made.kind = kind;
    made.flags = HAS_HEAP;
    forever(made)
}

fn block_type(kind: Kind) -> Desc {
    flag(TypeDesc::plain(kind, "pair", 16), kind)
}

#[test]
fn scalars_by_their_bits() {
    run(|_| {
        let quiet = f64::from_bits(f64::NAN.to_bits() + 7);
        assert!(is_same(&desc::F64, &f64::NAN, &-quiet));
        assert!(!is_same(&desc::F64, &0.0_f64, &-0.0));
        assert!(is_same(&desc::I64, &3_i64, &3) && !is_same(&desc::I64, &3_i64, &4));
        assert!(is_same(&desc::CHAR, &'x', &'x') && !is_same(&desc::BOOL, &true, &false));
        let many = [1.5, quiet, 0.0].repeat(1000);
        let mut other = many.clone();
        other[2998] = f64::NAN;
        assert!(arrays(&desc::F64, &many, &other));
        other[2999] = -0.0;
        assert!(!arrays(&desc::F64, &many, &other));
    });
}

#[test]
fn arrays_and_texts_by_what_is_in_them() {
    run(|_| {
        assert!(arrays(&desc::I64, &[1_i64, 2], &[1, 2]));
        assert!(!arrays(&desc::I64, &[1_i64, 2], &[1, 2, 3]));
        let (short, long, wide) = (string("ab"), string(&"ab".repeat(40_000)), string("ab"));
        // SAFETY: a live text, which has room for the bytes afterwards.
        let wide = unsafe { crate::memory::reserve(&raw const desc::U8, wide, 1000) };
        let again = string(&"ab".repeat(40_000));
        assert!(is_same(&desc::STR, &short, &wide) && is_same(&desc::STR, &long, &again));
        assert!(!is_same(&desc::STR, &short, &long));
        let none = make::<i64>(&desc::I64, &[]);
        assert!(is_same(array(&desc::I64), &none, &empty()));
        for text in [short, long, wide, again] {
            drop_value(&desc::STR, &text);
        }
        drop_value(array(&desc::I64), &none);
    });
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Padded {
    small: u8,
    large: i64,
}

#[test]
fn what_is_not_seen_does_not_count() {
    run(|_| {
        let ty = option(&desc::I64);
        assert!(is_same(ty, &[0_u64, 5], &[0_u64, 6]));
        assert!(!is_same(ty, &[1_u64, 5], &[1_u64, 6]) && !is_same(ty, &[1_u64, 5], &[0_u64, 5]));
        let u8 = &desc::U8;
        let fields = vec![("small", 0, u8), ("large", 8, &desc::I64)];
        let ty: Desc = forever(structure("Padded", 16, fields));
        let value = |small, large| Padded { small, large };
        let many: Vec<Padded> = (0..500).map(|n| value(1, n)).collect();
        assert!(arrays(ty, &many, &many));
        assert!(!arrays(
            ty,
            &[value(1, 2), value(3, 4)],
            &[value(1, 2), value(5, 4)]
        ));
    });
}

#[test]
fn no_code_is_asked() {
    unsafe extern "C" fn never(_: *const u8, _: *const u8) -> bool {
        panic!("code of the program runs")
    }
    run(|_| {
        let mut own = structure("Own", 8, vec![("n", 0, &desc::I64)]);
        own.eq = Some(never);
        own.lt = Some(never);
        let own: Desc = forever(own);
        assert!(arrays(own, &[1_i64, 4], &[1, 4]) && !arrays(own, &[1_i64], &[3]));
    });
}

#[test]
fn long_lists_and_much_sharing() {
    run(|_| {
        let ty = list_type();
        let (one, mut other) = (long_list(ty, LONG), long_list(ty, LONG));
        assert!(is_same(ty, &one, &other));
        other = cons(ty, 0, other);
        assert!(!is_same(ty, &one, &other));
        drop_value(ty, &one);
        drop_value(ty, &other);
        let ((ty, one), (_, other)) = (compare::doubled(), compare::doubled());
        assert!(is_same(ty, &one, &other));
        drop_value(ty, &one);
        drop_value(ty, &other);
    });
}

/// A `fn` or an `any`: a word and a block, which is taken over.
type Pair = (usize, *mut Block);

#[test]
fn an_any_by_its_type_and_what_it_holds() {
    run(|_| {
        let ty = block_type(Kind::Any);
        let also: Desc = forever(TypeDesc::plain(Kind::I64, "i64", 8));
        let holds = |elem: Desc, n: i64| -> Pair { (1, make(elem, &[n])) };
        let (one, two) = (holds(&desc::I64, 4), holds(also, 4));
        let (three, four) = (holds(&desc::U64, 4), holds(&desc::I64, 5));
        assert!(is_same(ty, &one, &two) && is_same(ty, &(2_usize, one.1), &two));
        assert!(!is_same(ty, &one, &three) && !is_same(ty, &one, &four));
        for any in [one, two, three, four] {
            drop_value(ty, &any);
        }
    });
}

#[test]
fn functions_by_their_code_and_captures() {
    run(|_| {
        let ty = block_type(Kind::Fn);
        let kept: Desc = forever(structure("", 8, vec![("", 0, &desc::I64)]));
        let closure = |code: usize, n: i64| -> Pair { (code, make(kept, &[n])) };
        let (one, two) = (closure(1, 4), closure(1, 4));
        let (three, four) = (closure(2, 4), closure(1, 5));
        assert!(is_same(ty, &one, &two));
        assert!(!is_same(ty, &one, &three) && !is_same(ty, &one, &four));
        assert!(is_same(ty, &(1_usize, empty()), &(1_usize, empty())));
        assert!(!is_same(ty, &(1_usize, empty()), &(2_usize, empty())));
        assert!(!is_same(ty, &(1_usize, empty()), &one));
        for function in [one, two, three, four] {
            drop_value(ty, &function);
        }
    });
}

#[test]
fn handles_are_the_same_if_they_are_one() {
    run(|_| {
        let inside: Desc = forever(TypeDesc::plain(Kind::Ptr, "Db", 8));
        let ty: Desc = forever(TypeDesc::pointer(Kind::Opaque, "Db", inside));
        let (one, other) = (make(inside, &[8_usize]), make(inside, &[8_usize]));
        assert!(is_same(ty, &one, &one) && !is_same(ty, &one, &other));
        drop_value(ty, &one);
        drop_value(ty, &other);
    });
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Table {
    index: *mut Block,
    entries: *mut Block,
    live: i64,
}

#[test]
fn maps_by_their_entries_in_order() {
    run(|_| {
        let pair: Desc = forever(structure(
            "",
            16,
            vec![("", 0, &desc::I64), ("", 8, &desc::I64)],
        ));
        let entry = enumeration(Kind::Option, "option", 24, |_| {
            vec![("none", vec![]), ("some", vec![("", 8, pair)])]
        });
        let fields = vec![
            ("index", 0, array(&desc::U64)),
            ("entries", 8, array(entry)),
            ("live", 16, &desc::I64),
        ];
        let ty = flag(structure("[i64: i64]", 24, fields), Kind::Map);
        let map = |words: &[u64], entries: &[[i64; 3]]| Table {
            index: make(&desc::U64, words),
            entries: make(entry, entries),
            live: entries.iter().filter(|entry| entry[0] == 1).count() as i64,
        };
        let one = map(&[0, 1, 2, 0], &[[1, 10, 1], [1, 20, 2]]);
        let holes = map(&[3, 5], &[[0, 7, 7], [1, 10, 1], [0, 0, 0], [1, 20, 2]]);
        let turned = map(&[0, 1, 2, 0], &[[1, 20, 2], [1, 10, 1]]);
        let longer = map(&[0], &[[1, 10, 1], [1, 20, 2], [1, 30, 3]]);
        let many: Vec<[i64; 3]> = (0..300).map(|n| [1, n, n]).collect();
        let mut end = many.clone();
        end[299][2] = 0;
        let (many, again, end) = (map(&[0], &many), map(&[1], &many), map(&[0], &end));
        assert!(is_same(ty, &one, &one) && is_same(ty, &one, &holes));
        assert!(!is_same(ty, &one, &turned) && !is_same(ty, &one, &longer));
        assert!(is_same(ty, &many, &again) && !is_same(ty, &many, &end));
        let set = flag(structure("Set<i64>", 24, vec![("map", 0, ty)]), Kind::Set);
        assert!(is_same(set, &one, &holes) && !is_same(set, &one, &turned));
        for table in [one, holes, turned, longer, many, again, end] {
            drop_value(ty, &table);
        }
    });
}

#[test]
fn a_budget_ends_it() {
    run(|_| {
        let ty = list_type();
        let (one, other) = (long_list(ty, LONG), long_list(ty, LONG));
        assert_eq!(asked(ty, &one, &other, Budget::steps(50)), Same::GaveUp);
        assert_eq!(asked(ty, &one, &one, Budget::steps(0)), Same::Same);
        let now = Instant::now();
        if !cfg!(miri) {
            assert_eq!(asked(ty, &one, &other, Budget::until(now)), Same::GaveUp);
        }
        let later = now + Duration::from_secs(1000);
        assert_eq!(asked(ty, &one, &other, Budget::until(later)), Same::Same);
        assert_eq!(asked(ty, &one, &NIL, Budget::until(now)), Same::Different);
        drop_value(ty, &one);
        drop_value(ty, &other);
    });
}

#[test]
fn types_that_hold_code() {
    let function = block_type(Kind::Fn);
    let job: Desc = forever(structure("Job", 16, vec![("run", 0, function)]));
    assert!(function.holds_code() && option(job).holds_code());
    assert!(array(array(block_type(Kind::Any))).holds_code());
    assert!(!list_type().holds_code() && !array(&desc::STR).holds_code());
    let mut of_c = TypeDesc::plain(Kind::Ptr, "extern fn()", 8);
    assert!(!of_c.holds_code());
    of_c.flags = desc::SHOWN_BY_NAME;
    assert!(of_c.holds_code());
}
