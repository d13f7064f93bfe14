//! Functions of the host that are LLVM's code.

use std::time::Duration;

use super::*;

const CODE: &str = include_str!("host.ll");

const DECLARED: [&str; 9] = [
    "fn mix(a: f64, b: f64, t: f64) -> f64",
    "fn count(n: i64) -> i64",
    "fn count_apart(n: i64) -> i64",
    "fn third_root(x: f64) -> f64",
    "fn looked_up(n: u32) -> f32",
    "fn is_odd(n: i64) -> bool",
    "fn narrow(n: i8, yes: bool, c: char) -> i8",
    "fn hang()",
    "fn hang_apart()",
];

fn host(code: &str, declared: &[&str]) -> Result<HostModule, Error> {
    let mut module = HostModule::new("host");
    // SAFETY: the functions take any values.
    unsafe { module.bitcode(code.as_bytes(), declared)? };
    Ok(module)
}

fn engine(config: Config) -> Engine {
    let mut engine = Engine::new(config).unwrap();
    engine.add(&host(CODE, &DECLARED).unwrap()).unwrap();
    engine
}

const SCRIPT: &str = "
    import host.{mix, count, count_apart, third_root, looked_up, is_odd, narrow}
    fn mixed(t: f64) -> f64 = mix(1, 3, t) + third_root(27)
    fn all() -> str {
        var sum = 0
        for i in 0..10 { if is_odd(i) { sum += count(i) } else { sum += count_apart(i) } }
        \"{sum} {looked_up(2)} {looked_up(7)} {narrow(-100, true, 'a')} {[1.0, 2.0].map(|x| mix(0, x, 0.5))}\"
    }
";

#[test]
fn it_is_the_same_inlined_and_called() {
    for optimize in [false, true] {
        let mut engine = engine(Config {
            optimize,
            ..Config::default()
        });
        let script = engine.load("a", SCRIPT).unwrap();
        let mixed = script.function::<fn(f64) -> f64>("mixed").unwrap();
        assert_eq!(mixed.call(0.25).unwrap(), 4.5);
        let all = script.function::<fn() -> String>("all").unwrap();
        // The copies and the function itself count in one variable.
        assert_eq!(all.call().unwrap(), "165 3.5 0.0 -3 [0.5, 1.0]");
        assert_eq!(all.call().unwrap(), "615 3.5 0.0 -3 [0.5, 1.0]");
        script.reload(&SCRIPT.replace("mix(1,", "mix(2,")).unwrap();
        assert_eq!(mixed.call(0.25).unwrap(), 5.25);
        assert_eq!(all.call().unwrap(), "1065 3.5 0.0 -3 [0.5, 1.0]");
    }
}

#[test]
fn scripts_declare_it_themselves() {
    let mut engine = Engine::new(Config::default()).unwrap();
    // SAFETY: the function takes any value.
    unsafe { engine.register_bitcode(CODE.as_bytes(), &["fn odd(n: i64) -> bool"]) }.unwrap();
    let script = engine.load(
        "a",
        "extern host { fn odd(n: i64) -> bool }\nfn f(n: i64) -> bool = odd(n)",
    );
    let f = script.unwrap().function::<fn(i64) -> bool>("f").unwrap();
    assert!(f.call(7).unwrap() && !f.call(8).unwrap());
    let wrong = engine.load("b", "extern host { fn odd(n: i32) -> bool }");
    let Err(Error::Link { problems, .. } | Error::Rejected { problems, .. }) = wrong else {
        panic!("it is declared otherwise")
    };
    assert_eq!(problems[0].code, "host-mismatch");
}

#[test]
fn it_is_ended_by_time() {
    for optimize in [false, true] {
        let mut engine = engine(Config {
            optimize,
            call_limit: Some(Duration::from_millis(20)),
            ..Config::default()
        });
        let text =
            "import host.{hang, hang_apart}\nfn inside() { hang() }\nfn outside() { hang_apart() }";
        let script = engine.load("a", text).unwrap();
        for name in ["inside", "outside"] {
            match script.function::<fn()>(name).unwrap().call() {
                Err(Error::Runtime(error)) => assert_eq!(error.kind, "interrupt", "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn it_takes_the_fuel_of_a_call() {
    let mut engine = engine(Config {
        fuel: Some(1000),
        ..Config::default()
    });
    let text = "import host.{count}\nfn twice() { count(1)\n count(2) }";
    let script = engine.load("a", text).unwrap();
    script.function::<fn()>("twice").unwrap().call().unwrap();
    assert_eq!(engine.fuel_left(), Some(998));
}

#[test]
fn what_does_not_fit_is_named() {
    let refused = |code: &str, declared: &str| match host(code, &[declared]) {
        Ok(_) => panic!("`{declared}` fits"),
        Err(error) => error.to_string(),
    };
    let of_code = |declared: &str, expected: &str| {
        let found = refused(CODE, declared);
        assert!(found.contains(expected), "{declared}: {found}");
    };
    of_code(
        "fn mix(a: f64, b: f32, t: f64) -> f64",
        "parameter 2 of `mix`, `b: f32`, is `float` to LLVM, and `double` in the bitcode",
    );
    of_code(
        "fn mix(a: f64, b: f64) -> f64",
        "`mix` of the bitcode is `double (double, double, double)`, and is declared with 2 parameters",
    );
    of_code(
        "fn is_odd(n: i64) -> i64",
        "the result of `is_odd`, `i64`, is `i64` to LLVM, and `i1` in the bitcode",
    );
    of_code("fn hang() -> i64", "the result of `hang`, `i64`");
    of_code("fn none()", "the bitcode defines no function `none`");
    of_code("fn hidden()", "the bitcode defines no function `hidden`");
    of_code("fn count(mut n: i64) -> i64", "cannot be `mut`");
    of_code("fn count(n: str) -> i64", "has a `str`");
    of_code("fn count(n: i64) -> char", "cannot give a `char`");
    of_code("fn count(n: i64 -> i64", "is no declaration of a function");

    let other = "target triple = \"wasm32-unknown-unknown\"\ndefine void @f() { ret void }";
    assert!(refused(other, "fn f()").contains("it is for wasm32-unknown-unknown, and not for"));
    let broken = "define void @f() { ret i32 1 }";
    assert!(refused(broken, "fn f()").contains("the bitcode cannot be used: "));
    assert!(refused("BC\u{1}", "fn f()").contains("the bitcode cannot be used: "));
    let unwinds = "declare i32 @p(...)\ndefine void @f() personality ptr @p { ret void }";
    assert!(refused(unwinds, "fn f()").contains("`f` may be unwound"));
    let of_a_thread = "@v = thread_local global i32 0\ndefine void @f() { ret void }";
    assert!(refused(of_a_thread, "fn f()").contains("`v` is a variable of each thread"));

    let missing =
        "declare void @sumi_no_such()\ndefine void @f() { call void @sumi_no_such() ret void }";
    let module = host(missing, &["fn f()"]).unwrap();
    let mut engine = Engine::new(Config::default()).unwrap();
    let Err(error) = engine.add(&module) else {
        panic!("it is not there")
    };
    assert!(error.to_string().contains("uses `sumi_no_such`"), "{error}");
    engine.load("a", "let a = 1").unwrap();
}
