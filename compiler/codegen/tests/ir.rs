//! What small functions become, before and after optimisation.

use codegen::{Bitcode, CpuLevel, Host, HostCode, Input, Options, Step};
use compiler::env::{DefId, Env};
use compiler::mono::{self, Mode};
use compiler::pipeline;
use syntax::Sources;

/// The body of the only function of `source`, without numbers of debug locations.
fn body(source: &str, optimise: bool) -> String {
    only_body(&written(source, optimise, false, &(), codegen::ir))
}

/// As `body`, optimised, of code that takes fuel.
fn body_with_fuel(source: &str) -> String {
    only_body(&written(source, true, true, &(), codegen::ir))
}

fn only_body(text: &str) -> String {
    let start = text.find("define ").expect("a function");
    let end = text[start..]
        .find("\n}\n")
        .expect("the end of the function");
    text[start..start + end + 2]
        .lines()
        .map(|line| line.split(", !dbg").next().unwrap_or(line))
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn written(
    source: &str,
    optimise: bool,
    takes_fuel: bool,
    host: &dyn Host,
    write: impl Fn(Input<'_>) -> Result<String, String>,
) -> String {
    let mut sources = Sources::new();
    let file = sources.add("test.sumi", source);
    let mut env = Env::new();
    let module = env.fresh_module("test");
    let imports = compiler::hir::Imports::default();
    let compiled = pipeline::compile(&env, sources.file(file), module, &imports);
    let messages: Vec<&str> = compiled
        .diagnostics
        .iter()
        .map(|found| found.message.as_str())
        .collect();
    assert!(compiled.is_accepted(), "{messages:?}");
    let mut program = mono::instantiate(&compiled.env, &compiled.unit, Mode::Session, &|_| None)
        .expect("instances that end");
    if takes_fuel {
        program.charge_fuel(&compiled.env);
    }
    let options = Options {
        optimise,
        most_optimised: u64::MAX,
        reloadable: false,
        state_outside: false,
        lines_by_function: false,
        cpu: CpuLevel::V3,
        verify: true,
    };
    let text = write(Input {
        program: &program,
        env: &compiled.env,
        sources: &sources,
        step: Step::Whole,
        options,
        host,
    });
    text.expect("a module")
}

/// A pointer to a function is never taken for a return address.
#[test]
fn no_function_ends_in_a_call() {
    for optimise in [false, true] {
        let source = "fn quotient(a: i64, b: i64) -> i64 = a / b";
        let text = written(source, optimise, false, &(), codegen::assembly);
        let mut code = text.lines().map(str::trim);
        let traps = code.clone().filter(|line| line.contains("sumi_trap@"));
        assert!(traps.count() > 0, "{text}");
        while code.any(|line| line.starts_with("call") && line.contains("sumi_trap")) {
            let next = code.find(|line| !line.starts_with('.') && !line.is_empty());
            assert_eq!(next, Some("ud2"), "{text}");
        }
    }
}

#[test]
fn arithmetic_is_a_few_instructions() {
    let text = body("fn scaled(a: f64, b: f64) -> f64 = a * b + 1.0", true);
    let expected = [
        "fmul double %0, %1",
        "fadd double %2, 1.000000e+00",
        "ret double %3",
    ];
    for line in expected {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    assert_eq!(text.lines().count(), 6, "{text}");
}

#[test]
fn a_division_is_checked_and_the_least_by_minus_one_wraps() {
    let text = body("fn quotient(a: i64, b: i64) -> i64 = a / b", false);
    assert!(text.contains("call void @sumi_trap(i32 1,"), "{text}");
    assert!(text.contains("select i1"), "{text}");
}

#[test]
fn a_sum_over_an_array_checks_nothing() {
    let source = "fn total(xs: [i64]) -> i64 {
        var sum = 0
        for x in xs { sum += x }
        sum
    }";
    let text = body(source, true);
    assert!(!text.contains("sumi_trap"), "{text}");
    assert!(text.contains("<4 x i64>"), "vectors in\n{text}");
}

/// The rounds are taken before the first.
#[test]
fn a_loop_that_counts_is_as_fast_with_fuel() {
    let source = "fn total(xs: [i64]) -> i64 {
        var sum = 0
        for x in xs { sum += x }
        sum
    }";
    let text = body_with_fuel(source);
    assert_eq!(text.matches("@sumi_trap(i32 16").count(), 1, "{text}");
    assert!(text.contains("<4 x i64>"), "vectors in\n{text}");
}

/// One load before it, and a store on each way out.
#[test]
fn what_is_left_of_fuel_stays_in_a_register_in_a_loop() {
    let source = "fn first(mut xs: [i64], limit: i64) -> i64 {
        var n = 1
        while xs[n] < limit { xs[n] = n\n n = n + xs[n - 1] }
        n
    }";
    let text = body_with_fuel(source);
    assert_eq!(
        text.matches("load i64, ptr @sumi_fuel").count(),
        1,
        "{text}"
    );
    assert!(text.contains("store i64 %"), "{text}");
}

#[test]
fn small_integers_are_widened_as_c_does() {
    let text = body(
        "fn narrow(a: i8, b: bool) -> u16 = if b { u16(a) } else { 0 }",
        false,
    );
    let head = text.lines().next().unwrap_or_default();
    assert!(head.contains("zeroext i16"), "{head}");
    assert!(
        head.contains("i8 signext") && head.contains("i1 zeroext"),
        "{head}"
    );
}

#[test]
fn values_in_memory_are_borrowed_by_address() {
    let source = "struct Pair { a: f64, b: f64 }
    fn swapped(p: Pair) -> Pair = Pair(p.b, p.a)";
    let text = body(source, false);
    let head = text.lines().next().unwrap_or_default();
    assert!(
        head.contains("noalias readonly align 8 captures(none)"),
        "{head}"
    );
    assert!(head.contains("dereferenceable(16)"), "{head}");
}

/// Every function of the host is this one.
struct OneFunction(Bitcode, String);

impl Host for OneFunction {
    fn code(&self, _: DefId) -> Option<HostCode<'_>> {
        Some(HostCode {
            bitcode: &self.0,
            symbol: &self.1,
        })
    }
}

/// The body of `source`, optimised, where a function of the host, `f`, has this code.
fn body_with_host(code: &str, source: &str) -> String {
    let bitcode = Bitcode::read(code.as_bytes()).expect("code that fits");
    let symbol = bitcode.function("f", &[("n", "i64")], "i64");
    let host = OneFunction(bitcode, symbol.expect("a function that fits"));
    only_body(&written(source, true, false, &host, codegen::ir))
}

const TWICE: &str =
    "extern host { fn f(n: i64) -> i64 }\nfn twice(n: i64) -> i64 = f(n) ^ (f(n) * 3)";

#[test]
fn code_of_the_host_is_inlined() {
    let code = "@three = private constant i64 3
        define internal i64 @g(i64 %n) { %three = load i64, ptr @three\n %p = mul i64 %n, %three\n ret i64 %p }
        define i64 @f(i64 %n) { %r = call i64 @g(i64 %n)\n ret i64 %r }";
    let body = body_with_host(
        code,
        "extern host { fn f(n: i64) -> i64 }\nfn thrice(n: i64) -> i64 = f(n)",
    );
    assert!(body.contains("mul i64 %0, 3"), "{body}");
    assert!(!body.contains("call") && !body.contains("load"), "{body}");
}

/// What LLVM knows of a function, it uses for its calls too.
#[test]
fn calls_of_pure_code_are_merged() {
    let code = |attributes: &str| {
        format!(
            "declare i64 @g(i64)\ndefine i64 @f(i64 %n) noinline {attributes} {{ %r = call i64 @g(i64 %n)\n ret i64 %r }}"
        )
    };
    let calls = |attributes: &str| {
        let body = body_with_host(&code(attributes), TWICE);
        body.matches("call i64 @sumi.host").count()
    };
    assert_eq!(calls("nounwind"), 2);
    assert_eq!(calls("nounwind willreturn memory(none)"), 1);
}
