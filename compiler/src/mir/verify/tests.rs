use super::verify;
use crate::mir::{
    Base, BlockId, Const, Elaborated, Local, Old, Operand, Place, Rvalue, StatementKind,
};
use crate::own::Needs;
use crate::testing::compile;
use cranelift_entity::EntityRef;

/// Compiles the function `f`, changes its body, and verifies it.
fn check(source: &str, change: impl FnOnce(&mut Elaborated)) {
    let compiled = compile(source);
    assert!(compiled.is_accepted(), "{:?}", compiled.diagnostics);
    let def = compiled.unit.functions[0];
    let body = compiled.env.function(def).body().cloned();
    let mut body = (*body.expect("a body")).clone();
    change(&mut body);
    let needs = Needs::new(&compiled.env);
    verify(&compiled.env, &body, &|ty| needs.drop(ty));
}

fn statements(body: &mut Elaborated) -> &mut Vec<crate::mir::Statement> {
    &mut body.body.blocks[BlockId::new(0)].statements
}

const JOINED: &str = "fn f(n: i64) -> i64 { let s = \"{n}\"\n let t = s + s\n t.len() }";

#[test]
fn a_body_of_the_compiler_is_right() {
    check(JOINED, |_| {});
}

#[test]
#[should_panic(expected = "is neither moved nor dropped, at the end of b0")]
fn a_drop_is_missing() {
    check(JOINED, |body| {
        statements(body).retain(|s| !matches!(s.kind, StatementKind::Drop { .. }));
    });
}

#[test]
#[should_panic(expected = "a value is moved or dropped that is not there")]
fn a_drop_too_many() {
    check(JOINED, |body| {
        let drop = statements(body)
            .iter()
            .find(|s| matches!(s.kind, StatementKind::Drop { .. }))
            .cloned();
        statements(body).extend(drop);
    });
}

#[test]
#[should_panic(expected = "is used before it has a value")]
fn a_value_is_missing() {
    check("fn f(n: i64) -> i64 { let s = n * n\n s + 1 }", |body| {
        statements(body).remove(0);
    });
}

#[test]
#[should_panic(expected = "a bool stands where a i64 must")]
fn a_value_of_the_wrong_type() {
    check("fn f(n: i64) -> i64 = n", |body| {
        let statement = &mut statements(body)[0];
        statement.kind = StatementKind::Assign {
            place: Place::local(Local::RESULT),
            value: Rvalue::Use(Operand::Const(Const::Bool(true))),
            old: Old::Nothing,
        };
    });
}

#[test]
#[should_panic(expected = "a reference, and nothing else, is looked through at once")]
fn a_reference_is_not_a_value() {
    check("fn f(mut n: i64) { n = 3 }", |body| {
        if let StatementKind::Assign { place, .. } = &mut statements(body)[0].kind {
            assert_eq!(place.base, Base::Local(Local::new(1)));
            place.projections.clear();
        }
    });
}
