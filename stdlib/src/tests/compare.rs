use std::cmp::Ordering::{self, Equal, Greater, Less};

use super::*;
use crate::compare::{Relation, compare};
use crate::hash::hash;

fn relate<T>(ty: Desc, left: &T, right: &T, relation: Relation) -> Option<Ordering> {
    // SAFETY: tests pass valid values.
    unsafe { compare(ty, address(left), address(right), relation) }
}

fn equal<T>(ty: Desc, left: &T, right: &T) -> bool {
    relate(ty, left, right, Relation::Equality) == Some(Equal)
}

fn hash_of<T>(ty: Desc, value: &T) -> u64 {
    // SAFETY: tests pass valid values.
    unsafe { hash(ty, address(value), 7) }
}

#[test]
fn floats_have_two_relations() {
    run(|_| {
        let ty = &desc::F64;
        let order = |a: f64, b: f64, relation| relate(ty, &a, &b, relation);
        assert_eq!(order(f64::NAN, f64::NAN, Relation::Order), None);
        assert_eq!(order(f64::NAN, f64::NAN, Relation::Key), Some(Equal));
        assert_eq!(order(f64::INFINITY, f64::NAN, Relation::Key), Some(Less));
        assert_eq!(
            order(f64::NAN, f64::NEG_INFINITY, Relation::Key),
            Some(Greater)
        );
        assert_eq!(order(-0.0, 0.0, Relation::Key), Some(Equal));
        assert_eq!(order(-0.0, 0.0, Relation::Equality), Some(Equal));
        assert_eq!(hash_of(ty, &-0.0_f64), hash_of(ty, &0.0_f64));
        assert_eq!(hash_of(ty, &f64::NAN), hash_of(ty, &-f64::NAN));
        let shared = make(ty, &[f64::NAN]);
        assert!(!equal(array(ty), &shared, &shared), "NaN is not itself");
        assert_eq!(
            relate(array(ty), &shared, &shared, Relation::KeyEquality),
            Some(Equal)
        );
        drop_value(array(ty), &shared);
    });
}

#[test]
fn arrays_and_texts_in_lexical_order() {
    run(|_| {
        let ty = array(&desc::I64);
        let [a, b, c] = [&[1_i64, 2][..], &[1, 2, 0], &[2]].map(|items| make(&desc::I64, items));
        assert_eq!(relate(ty, &a, &b, Relation::Order), Some(Less));
        assert_eq!(relate(ty, &c, &b, Relation::Order), Some(Greater));
        assert!(equal(ty, &a, &a) && !equal(ty, &a, &b));
        assert_ne!(hash_of(ty, &a), hash_of(ty, &b));
        for list in [a, b, c] {
            drop_value(ty, &list);
        }
        let (x, y, z) = (string("ab"), string("b"), string("ab"));
        assert_eq!(relate(&desc::STR, &x, &y, Relation::Order), Some(Less));
        assert!(equal(&desc::STR, &x, &z));
        assert_eq!(hash_of(&desc::STR, &x), hash_of(&desc::STR, &z));
        for text in [x, y, z] {
            drop_value(&desc::STR, &text);
        }
    });
}

#[test]
fn options_compare_by_variant_first() {
    run(|_| {
        let ty = option(&desc::I64);
        let (none, one, two) = ([0_u64, 9], [1_u64, 1], [1_u64, 2]);
        assert_eq!(relate(ty, &none, &one, Relation::Order), Some(Less));
        assert_eq!(relate(ty, &one, &two, Relation::Order), Some(Less));
        assert!(equal(ty, &none, &[0_u64, 5]));
    });
}

#[test]
fn long_lists_need_no_stack() {
    run(|_| {
        let ty = list_type();
        let (a, b) = (long_list(ty, LONG), long_list(ty, LONG));
        assert!(equal(ty, &a, &b));
        assert_eq!(relate(ty, &a, &b, Relation::Key), Some(Equal));
        assert_eq!(hash_of(ty, &a), hash_of(ty, &b));
        drop_value(ty, &a);
        drop_value(ty, &b);
    });
}

/// A value of 2^60 leaves in 60 blocks.
pub(super) fn doubled() -> (Desc, *mut Block) {
    let tree = enumeration(Kind::Enum, "Tree", 24, |this| {
        vec![
            ("Leaf", vec![]),
            (
                "Node",
                vec![("left", 8, boxed(this)), ("right", 16, boxed(this))],
            ),
        ]
    });
    let tag = |number: usize| std::ptr::without_provenance_mut::<Block>(number);
    let mut node = make(tree, &[[tag(0); 3]]);
    for _ in 0..60 {
        // SAFETY: a live block.
        unsafe { crate::block::retain(node) };
        node = make(tree, &[[tag(1), node, node]]);
    }
    (boxed(tree), node)
}

#[test]
fn shared_parts_are_visited_once() {
    run(|_| {
        let ((ty, a), (_, b)) = (doubled(), doubled());
        assert!(equal(ty, &a, &b));
        assert!(equal(ty, &a, &a));
        assert_eq!(relate(ty, &a, &b, Relation::Key), Some(Equal));
        assert_eq!(hash_of(ty, &a), hash_of(ty, &b));
        drop_value(ty, &a);
        drop_value(ty, &b);
    });
}

unsafe extern "C" fn same_parity(left: *const u8, right: *const u8) -> bool {
    // SAFETY: the values are `i64`.
    unsafe { (left.cast::<i64>().read() - right.cast::<i64>().read()) % 2 == 0 }
}

unsafe extern "C" fn more_is_less(left: *const u8, right: *const u8) -> bool {
    // SAFETY: the values are `i64`.
    unsafe { left.cast::<i64>().read() > right.cast::<i64>().read() }
}

#[test]
fn own_relations_count_in_both() {
    run(|_| {
        let mut own = structure("Own", 8, vec![("n", 0, &desc::I64)]);
        own.eq = Some(same_parity);
        own.lt = Some(more_is_less);
        let own: Desc = forever(own);
        let (a, b) = (make(own, &[1_i64, 4]), make(own, &[3_i64, 2]));
        assert!(equal(array(own), &a, &b));
        assert_eq!(relate(array(own), &a, &b, Relation::Key), Some(Greater));
        drop_value(array(own), &a);
        drop_value(array(own), &b);
    });
}
