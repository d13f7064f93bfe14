use std::rc::Rc;

use super::testing::assemble;
use super::{Dylib, Session};

const ADD: &str = "define i64 @add(i64 %a, i64 %b) { %sum = add i64 %a, %b\n ret i64 %sum }";

fn unit(session: &Session, name: &str, ir: &str) -> Rc<Dylib> {
    let dylib = session.add_dylib(name);
    dylib.add_object(&assemble(ir), name).unwrap();
    dylib
}

/// Calls a function of two integers.
fn call2(dylib: &Dylib, name: &str, a: i64, b: i64) -> i64 {
    let address = dylib.lookup(name).unwrap();
    assert!(dylib.session().text().contains(&address));
    // SAFETY: the tests' IR defines the functions with this type, and `dylib` keeps the code.
    let function: extern "C" fn(i64, i64) -> i64 = unsafe { std::mem::transmute(address) };
    function(a, b)
}

#[test]
fn an_object_is_linked_and_called() {
    let session = Session::new().unwrap();
    assert_eq!(call2(&unit(&session, "one", ADD), "add", 40, 2), 42);
}

#[test]
fn later_units_use_functions_and_globals_of_earlier_ones() {
    let session = Session::new().unwrap();
    let first = unit(&session, "first", &format!("@total = global i64 5\n{ADD}"));
    let second = unit(
        &session,
        "second",
        "@total = external global i64\ndeclare i64 @add(i64, i64)
        define i64 @bump(i64 %a, i64 %b) { %old = load i64, ptr @total\n %sum = call i64 @add(i64 %old, i64 %a)
        store i64 %sum, ptr @total\n ret i64 %sum }",
    );
    second.link_to(&first);
    assert_eq!(call2(&second, "bump", 2, 0), 7);
    let total = first.lookup("total").unwrap() as *const i64;
    // SAFETY: the global lives as long as `first`.
    assert_eq!(unsafe { total.read() }, 7);
    drop(first); // stays in memory: `second` links to it
    assert_eq!(call2(&second, "bump", 3, 0), 10);
}

#[test]
fn the_host_gives_addresses() {
    extern "C" fn twice(n: i64, _: i64) -> i64 {
        n * 2
    }
    let session = Session::new().unwrap();
    let host = session.add_dylib("host");
    let address = twice as extern "C" fn(i64, i64) -> i64 as usize;
    host.define_absolute([("host_twice", address)]).unwrap();
    let user = unit(
        &session,
        "user",
        "declare i64 @host_twice(i64, i64)
        define i64 @go(i64 %a, i64 %b) { %r = call i64 @host_twice(i64 %a, i64 0)\n ret i64 %r }",
    );
    user.link_to(&host);
    assert_eq!(call2(&user, "go", 21, 0), 42);
}

#[test]
fn process_symbols_only_where_asked() {
    let session = Session::new().unwrap();
    let ir = "declare i64 @labs(i64)
        define i64 @go(i64 %a, i64 %b) { %r = call i64 @labs(i64 %a)\n ret i64 %r }";
    let without = unit(&session, "without", ir);
    let error = without.lookup("go").unwrap_err();
    assert_eq!(error.missing, ["labs"], "{error}");
    let with = unit(&session, "with", ir);
    with.find_process_symbols().unwrap();
    assert_eq!(call2(&with, "go", -7, 0), 7);
}

#[test]
fn a_name_is_defined_once_in_a_unit() {
    let session = Session::new().unwrap();
    let dylib = unit(&session, "one", ADD);
    let error = dylib.add_object(&assemble(ADD), "again").unwrap_err();
    assert!(error.message.contains("add"), "{error}");
}

#[test]
fn removal_gives_memory_back() {
    let session = Session::new().unwrap();
    let base = unit(&session, "base", ADD);
    let object = assemble(
        "@table = global [500 x i64] zeroinitializer\n declare i64 @add(i64, i64)
        define i64 @go(i64 %a, i64 %b) { %r = call i64 @add(i64 %a, i64 %b)\n store i64 %r, ptr @table\n ret i64 %r }",
    );
    let round = || {
        let dylib = session.add_dylib("cell");
        dylib.link_to(&base);
        dylib.add_object(&object, "cell").unwrap();
        assert_eq!(call2(&dylib, "go", 1, 2), 3);
        (dylib.lookup("go").unwrap(), dylib.lookup("table").unwrap())
    };
    let first = round();
    for _ in 0..10_000 {
        assert_eq!(
            round(),
            first,
            "code and data lie where those of the removed unit lay"
        );
    }
}
