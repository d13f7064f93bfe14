//! Bytes that no program wrote.

use super::{array, structure};
use crate::convert::{Advice, Migration};
use crate::desc::{FieldDesc, HAS_HEAP, Kind, TypeDesc};
use crate::portable::schema::{Field, Id, Shape, Type};
use crate::portable::{File, MAGIC, Reading, VERSION, reseal};

/// Bytes with these types and a value of the first.
fn bytes(types: &[Type], value: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    bytes.extend([0; 8]);
    bytes.extend(postcard::to_stdvec(types).unwrap());
    bytes.extend([0, 1, 0, 0]); // no block, one value, without a name, of the first type
    bytes.extend(value);
    reseal(&mut bytes);
    bytes
}

fn ty(name: &str, shape: Shape) -> Type {
    let name = name.to_owned();
    Type { name, shape }
}

fn holding(ty: Id) -> Shape {
    let name = Some("f".to_owned());
    Shape::Struct(vec![Field { name, ty }])
}

fn why(types: &[Type], value: &[u8]) -> String {
    match File::parse(&bytes(types, value)) {
        Err(found) => found.0,
        Ok(_) => panic!("it was read"),
    }
}

#[test]
fn types_that_cannot_be_are_refused() {
    let deep = (1..200).map(|inner| ty("T", holding(inner)));
    let deep: Vec<Type> = deep.chain([ty("i64", Shape::I64)]).collect();
    let cases: [(&[Type], &str); 8] = [
        (&deep, "nested too deeply"),
        (&[ty("T", holding(0))], "nested too deeply"),
        (&[ty("T", holding(7))], "not there"),
        (&[ty("Box", Shape::Box(0))], "cannot have"),
        (&[ty("Set", Shape::Set(0))], "cannot have"),
        (&[ty("fn()", Shape::Closed)], "cannot be saved"),
        (&[], "of no type"),
        (
            &[
                ty("[i64; 3]", Shape::Fixed(1, u64::MAX)),
                ty("i64", Shape::I64),
            ],
            "too early",
        ),
    ];
    for (types, expected) in cases {
        let found = why(types, &[]);
        assert!(found.contains(expected), "{types:?}: {found}");
    }
    let doubled = (1..64).map(|inner| {
        ty(
            "()",
            Shape::Tuple(vec![
                Field {
                    name: None,
                    ty: inner,
                },
                Field {
                    name: None,
                    ty: inner,
                },
            ]),
        )
    });
    let doubled: Vec<Type> = doubled.chain([ty("()", Shape::Unit)]).collect();
    // 2^63 values of no bytes are nothing to look at.
    assert!(File::parse(&bytes(&doubled, &[])).is_ok());
}

/// What the program has as one type, the bytes may have as a chain of types.
#[test]
fn chains_of_types_are_no_stack() {
    let foe: *mut TypeDesc = Box::into_raw(Box::new(structure("Foe", 8, Vec::new())));
    // SAFETY: a descriptor that stays; it is written once more before anybody looks into it.
    let foe = unsafe {
        let list = array(&*foe);
        let field = FieldDesc {
            name: "f".as_ptr(),
            name_len: 1,
            offset: 0,
            ty: list,
        };
        (*foe).fields = Box::leak(Box::new(field));
        (*foe).count = 1;
        (*foe).flags = HAS_HEAP;
        assert_eq!((*foe).kind, Kind::Struct);
        &*foe
    };
    let count = if cfg!(miri) { 100 } else { 200_000 };
    let mut types = Vec::new();
    for index in 0..count {
        types.push(ty("Foe", holding(2 * index + 1)));
        types.push(ty("[Foe]", Shape::Array(2 * index + 2)));
    }
    types.push(ty("Foe", holding(2 * count - 1)));
    let file = File::parse(&bytes(&types, &[0])).unwrap();
    let mut reading = Reading::new(&file, &Silent);
    let wanted = reading.want(0, foe, std::ptr::null_mut());
    reading.settle();
    assert!(!reading.is_other(wanted));
    assert!(reading.changes().is_empty());
}

/// A text that says nothing of former names.
struct Silent;

impl Advice for Silent {
    fn default(&self, _: &TypeDesc, _: &str) -> Option<*const u8> {
        None
    }

    fn former_type(&self, _: &TypeDesc) -> Option<&str> {
        None
    }

    fn former_part(&self, _: &TypeDesc, _: &str) -> Option<&str> {
        None
    }

    fn migration(&self, _: &TypeDesc) -> Option<Migration<'_>> {
        None
    }
}
