//! Source and its tree.

use expect_test::{Expect, expect};
use syntax::{SourceFile, print_module};

fn check(source: &str, expected: Expect) {
    let file = SourceFile::new(syntax::FileId(0), "test.sumi", source);
    let parsed = syntax::parse(&file);
    let messages: Vec<&str> = parsed
        .diagnostics
        .iter()
        .map(|d| d.message.as_str())
        .collect();
    assert!(messages.is_empty(), "{messages:#?}");
    assert_eq!(parsed.complete, syntax::Completeness::Complete);
    expected.assert_eq(&print_module(&parsed.module));
}

#[test]
fn precedence() {
    check(
        r#"-2 ** 2
2 ** 3 ** 2
2 ** -1
a + b * c - d % e
a << 1 + 2
a & b << 1 ^ c | d
a | b .. c + 1 ?? d == e && f || g
a ?? b ?? c
!a.b()? && ~b
x == some(3)
-128.abs()"#,
        expect![[r#"
            (- (** 2 2))
            (** 2 (** 3 2))
            (** 2 (- 1))
            (- (+ a (* b c)) (% d e))
            (<< a (+ 1 2))
            (| (^ (& a (<< b 1)) c) d)
            (|| (&& (== (?? (.. (| a b) (+ c 1)) d) e) f) g)
            (?? a (?? b c))
            (&& (! (? (method a b))) (~ b))
            (== x (call some 3))
            (- (method 128 abs))
        "#]],
    );
}

#[test]
fn postfix() {
    check(
        r#"a.b.c(1)[2]?.d?.e(3).0.1?
(a.f)(x)
f(1)(2)
t.0.1
5.max(3)
1.5.floor()
x.type.match
m[k, default: 0]
xs[1..2]
xs[..2]
xs[1..]
xs[..]
xs[1..=n - 1]"#,
        expect![[r#"
            (? (. (. (?method (?. (index (method (. a b) c 1) 2) d) e 3) 0) 1))
            (call (paren (. a f)) x)
            (call (call f 1) 2)
            (. (. t 0) 1)
            (method 5 max 3)
            (method 1.5 floor)
            (. (. x type) match)
            (index m k (default: 0))
            (index xs (.. 1 2))
            (index xs (.. _ 2))
            (index xs (.. 1 _))
            (index xs (.. _ _))
            (index xs (..= 1 (- n 1)))
        "#]],
    );
}

#[test]
fn literals() {
    check(
        r#"42; 1_000; 0xff; 0b1010; 0o17; 3.14; 1e-9; 2.5e3
'a'; '\''; '\u{1F600}'; b'"'; b'\n'; b"PNG\x00"
true; false
"text"; ""; "\n\t\\\"\u{41}"
()
(1)
(1,)
(1, "a",)
[]
[1, 2,]
[0; n + 1]
[:]
["a": 1, 2: b,]"#,
        expect![[r#"
            42
            1000
            255
            10
            15
            3.14
            1e-9
            2500.0
            'a'
            '\''
            '😀'
            b'\"'
            b'\n'
            b"PNG\x00"
            true
            false
            "text"
            ""
            "\n\t\\\"A"
            (tuple)
            (paren 1)
            (tuple 1)
            (tuple 1 "a")
            (array)
            (array 1 2)
            (repeat 0 (+ n 1))
            (map)
            (map (: "a" 1) (: 2 b))
        "#]],
    );
}

#[test]
fn texts() {
    check(
        r#""{x}"
"a {{b}} {x + 1:>8.2} {m["k"]:_} {{{n:+08x}}}"
"{f("}}", '}', |x| { x })} end {xs.map(|x| "<{x}>").join(", ")}"
"{n:<5}{n:^5}{n:_.3e}{n:b}{n:o}{n:.0}""#,
        expect![[r#"
            (text (show x))
            (text "a {b} " (show (+ x 1) :>8.2) " " (show (index m "k") :_) " {" (show n :+08x) "}")
            (text
              (show (call f "}" '}' (closure |x| (block x))))
              " end "
              (show (method (method xs map (closure |x| (text "<" (show x) ">"))) join ", ")))
            (text (show n :<5) (show n :^5) (show n :_.3e) (show n :b) (show n :o) (show n :.0))
        "#]],
    );
}

#[test]
fn multi_line_texts() {
    check(
        r#"let a = """
    First {name}
      second

    third\n
    """
let b = """
"""
let c = """one "quoted" word"""
let d = r"""
    raw {x} \n
      more
    """
let e = r"raw \n {x}""#,
        expect![[r#"
            (let a (text "First " (show name) "\n  second\n\nthird\n"))
            (let b "")
            (let c "one \"quoted\" word")
            (let d "raw {x} \\n\n  more")
            (let e "raw \\n {x}")
        "#]],
    );
}

#[test]
fn type_arguments() {
    check(
        r#"Pool<Enemy>()
Set<i64>()
pool.Pool<Pool<Enemy>>().get()
let p: ptr<u8>= q
let q: Map<str, [Pool<i64>]> = r
N < M
n<m
a >> b >= c
f(a < b, c > d)
Buffer<-1, 4>()"#,
        expect![[r#"
            (call Pool<Enemy>)
            (call Set<i64>)
            (method (call pool.Pool<Pool<Enemy>>) get)
            (let p: ptr<u8> q)
            (let q: Map<str, [Pool<i64>]> r)
            (< N M)
            (< n m)
            (>= (>> a b) c)
            (call f (< a b) (> c d))
            (call Buffer<(- 1), 4>)
        "#]],
    );
}

#[test]
fn bindings() {
    check(
        r#"let x = 1
let y: i64? = none
var (a, b) = (1, 2)
const LIMIT: i64 = 10
const small = 1
let some(v) = maybe else { return }
let Point(x: px, y: _) = p
let value = search: loop { break search: 3 }
pub let shared = 1"#,
        expect![[r#"
            (let x 1)
            (let y: i64? none)
            (var (a, b) (tuple 1 2))
            (const LIMIT: i64 10)
            (const small 1)
            (let some(v) maybe (else (block (return))))
            (let Point(x: px, y: _) p)
            (let value (loop search: (block (break search: 3))))
            (pub (let shared 1))
        "#]],
    );
}

#[test]
fn assignments() {
    check(
        r#"x = 1
a.b[3].c += 1
(a, b) = (b, a)
x **= 2
m[k] <<= 1
a?.b = e"#,
        expect![[r#"
            (= x 1)
            (+= (. (index (. a b) 3) c) 1)
            (= (tuple a b) (tuple b a))
            (**= x 2)
            (<<= (index m k) 1)
            (= (?. a b) e)
        "#]],
    );
}

#[test]
fn functions() {
    check(
        r#"fn area(w: f64, h: f64 = 1) -> f64 { w * h }
fn square(x: f64) = x * x
fn swap<T>(mut a: T, mut b: T) { (a, b) = (b, a) }
fn fill<const N: i64, T: Ord + Show>(_: [T; N]) -> [T; N]? { none }
fn +(a: V, b: V) -> V = a
fn -(a: V) -> V = a
fn ==<T>(a: V<T>, b: V<T>) -> bool = true
fn <<T>(a: V<T>, b: V<T>) -> bool = true
fn < (a: V, b: V) -> bool = true
fn [](mut self, p: Pos) -> mut Cell = self.cells[p.i]
extern fn callback(x: i32) -> i32 { x }
fn outer() {
    fn inner(n: i64) -> i64 = if n == 0 { 0 } else { inner(n - 1) }
    inner(3)
}"#,
        expect![[r#"
            (fn area w: f64 (default h: f64 1) (-> f64) (block (* w h)))
            (fn square x: f64 (= (* x x)))
            (fn swap<T> mut a: T mut b: T (block (= (tuple a b) (tuple b a))))
            (fn fill<const N: i64, T: Ord + Show> _: [T; N] (-> [T; N]?) (block none))
            (fn + a: V b: V (-> V) (= a))
            (fn - a: V (-> V) (= a))
            (fn ==<T> a: V<T> b: V<T> (-> bool) (= true))
            (fn <<T> a: V<T> b: V<T> (-> bool) (= true))
            (fn < a: V b: V (-> bool) (= true))
            (fn [] mut self p: Pos (-> mut Cell) (= (index (. self cells) (. p i))))
            (extern fn callback x: i32 (-> i32) (block x))
            (fn outer
              (block
                (fn inner n: i64 (-> i64) (= (if (== n 0) (block 0) (block (call inner (- n 1))))))
                (call inner 3)))
        "#]],
    );
}

#[test]
fn closures() {
    check(
        r#"let f = |x: i64| x * 2
pairs.map(|(k, v)| k + v)
let g = |mut x: T, _| -> R { x }
let h = || a || b
each(|x| total += x)
let r = a || return b
let s = a ?? break
let c = a && |x| x
|x| |y| x + y"#,
        expect![[r#"
            (let f (closure |x: i64| (* x 2)))
            (method pairs map (closure |(k, v)| (+ k v)))
            (let g (closure |mut x: T, _| -> R (block x)))
            (let h (closure || (|| a b)))
            (call each (closure |x| (block (+= total x))))
            (let r (|| a (return b)))
            (let s (?? a (break)))
            (let c (&& a (closure |x| x)))
            (closure |x| (closure |y| (+ x y)))
        "#]],
    );
}

#[test]
fn control() {
    check(
        r#"if a { 1 } else if b { 2 } else { 3 }
if let some(x) = y && x > 3 && let o: Orc = x { }
if a || b && c { }
while let some(x) = q.pop() { }
for (i, mut x) in xs.enumerate() { x += 1 }
outer: for x in 0..n { inner: while true { continue outer } }
loop { break }
loop { break 3 }
x = match y { _ => if a { 1 } else { 2 } }
if (match a { _ => true }) { }
if if a { b } else { c } { }"#,
        expect![[r#"
            (if a (block 1) (if b (block 2) (block 3)))
            (if (&& (&& (is some(x) y) (> x 3)) (is o: Orc x)) (block))
            (if (|| a (&& b c)) (block))
            (while (is some(x) (method q pop)) (block))
            (for (i, mut x) (method xs enumerate) (block (+= x 1)))
            (for outer: x (.. 0 n) (block (while inner: true (block (continue outer:)))))
            (loop (block (break)))
            (loop (block (break 3)))
            (= x (match y (=> _ (if a (block 1) (block 2)))))
            (if (paren (match a (=> _ true))) (block))
            (if (if a (block b) (block c)) (block))
        "#]],
    );
}

#[test]
fn matches() {
    check(
        r#"match s {
    Circle(r) if r > 2 && let some(q) = r => x += 1
    Shape.Rect(w: w, ..) | Rect(..) => return 3
    Point | none => {}
}"#,
        expect![[r#"
            (match
              s
              (=> Circle(r) (if (&& (> r 2) (is some(q) r))) (block (+= x 1)))
              (=> Shape.Rect(w: w, ..) | Rect(..) (return 3))
              (=> Point | none (block)))
        "#]],
    );
}

#[test]
fn patterns() {
    check(
        r#"match x { 1 | -2 => a, 1..=9 => b, 'a'..'z' => c, 10.. => d, ..=3 => e, 1.5 => f }
match x { "a" => a, true => b, b'x' => c, b"xy" => d, LOW..=HIGH => e, math.pi => f }
match x { [first, .., last] => a, [] => b, [..] => c, (a, (b, _)) => d, () => e }
match x { some(ok(p)) => a, none => b, err(_) => c, mut o: any Orc => d, o: [Orc] => e }
match x { Node(mut l, k, _) => a, Circle(..) => b, Self.A => c, (a | b) => d, n => e }"#,
        expect![[r#"
            (match x (=> 1 | -2 a) (=> 1..=9 b) (=> 'a'..'z' c) (=> 10.. d) (=> ..=3 e) (=> 1.5 f))
            (match x (=> "a" a) (=> true b) (=> b'x' c) (=> b"xy" d) (=> LOW..=HIGH e) (=> math.pi f))
            (match x (=> [first, .., last] a) (=> [] b) (=> [..] c) (=> (a, (b, _)) d) (=> () e))
            (match x (=> some(ok(p)) a) (=> none b) (=> err(_) c) (=> mut o: any Orc d) (=> o: [Orc] e))
            (match x (=> Node(mut l, k, _) a) (=> Circle(..) b) (=> Self.A c) (=> (a | b) d) (=> n e))
        "#]],
    );
}

#[test]
fn types() {
    check(
        r#"type A = fn(A, mut B) -> C?
type B = (fn() -> T)?
type C = [str: [any Shape?; 4]]
type D<T> = Result<(T, ()), pool.Handle<T>>!
type E = extern fn(i32, ptr<u8>)
type F = (T?)?
type G = [T; N * 2]"#,
        expect![[r#"
            (type A fn(A, mut B) -> C?)
            (type B (fn() -> T)?)
            (type C [str: [any Shape?; 4]])
            (type D<T> Result<(T, ()), pool.Handle<T>>!)
            (type E extern fn(i32, ptr<u8>))
            (type F (T?)?)
            (type G [T; (* N 2)])
        "#]],
    );
}

#[test]
fn structs_and_enums() {
    check(
        r#"struct Empty { }
/// A ball.
pub struct Ball {
    /// Where it is.
    pos: Vec2
    vel: Vec2 = Vec2(0, 0), radius: f32 = 1
}
struct Pair<A, B: Ord> { a: A, b: B }
enum Shape { Circle(radius: f64), Point
    Rect(w: f64, h: f64 = 1)
    Named(str) }
@fast @layout(packed: 1)
pub struct Fast { x: i8 }"#,
        expect![[r#"
            (struct Empty)
            (doc
              "A ball."
              (pub
                (struct Ball
                  (doc "Where it is." pos: Vec2)
                  (default vel: Vec2 (call Vec2 0 0))
                  (default radius: f32 1))))
            (struct Pair<A, B: Ord> a: A b: B)
            (enum Shape (Circle radius: f64) (Point) (Rect w: f64 (default h: f64 1)) (Named str))
            (@fast (@layout (packed: 1) (pub (struct Fast x: i8))))
        "#]],
    );
}

#[test]
fn traits_and_impls() {
    check(
        r#"trait Damageable: Show + Eq {
    fn health(self) -> f32
    fn hit(mut self, amount: f32)
    fn alive(self) -> bool = self.health() > 0
}
impl Damageable for Orc {
    fn health(self) -> f32 { self.hp }
    pub fn zero() -> Self = Self(0)
}
impl<T: Ord> [T] { fn largest(self) -> T? { none } }
impl Iter<i64> for Count { }
trait Iter<T> { fn next(mut self) -> T? }"#,
        expect![[r#"
            (trait Damageable: Show + Eq
              (fn health self (-> f32))
              (fn hit mut self amount: f32)
              (fn alive self (-> bool) (= (> (method self health) 0))))
            (impl Damageable for Orc
              (fn health self (-> f32) (block (. self hp)))
              (pub (fn zero (-> Self) (= (call Self 0)))))
            (impl<T: Ord> [T] (fn largest self (-> T?) (block none)))
            (impl Iter<i64> for Count)
            (trait Iter<T> (fn next mut self (-> T?)))
        "#]],
    );
}

#[test]
fn modules() {
    check(
        r#"import physics
import ai.steering as steer
import math.{pi, tau as t,}
pub fn exported() { }
extern "libm.so.6" { fn cbrt(x: f64) -> f64 }
extern { fn getpid() -> i32
    fn printf(format: cstr, ...) -> i32 }
extern host {
    /// Plays.
    fn play_sound(name: str, volume: f32)
    var lives: i64
}
pub extern type Sound(drop: release_sound)"#,
        expect![[r#"
            (import physics)
            (import ai.steering as steer)
            (import math pi tau as t)
            (pub (fn exported (block)))
            (extern "libm.so.6" (fn cbrt x: f64 (-> f64)))
            (extern (fn getpid (-> i32)) (fn printf format: cstr ... (-> i32)))
            (extern host (doc "Plays." (fn play_sound name: str volume: f32)) (var lives: i64))
            (pub (extern type Sound (drop: release_sound)))
        "#]],
    );
}

#[test]
fn tests_and_benches() {
    check(
        r#"test "adds" { assert(1 + 1 == 2) }
bench "runs" { }
let test = 1
let host = bench
test(host)
xs.any(|x| x)
any(x)"#,
        expect![[r#"
            (test "adds" (block (call assert (== (+ 1 1) 2))))
            (bench "runs" (block))
            (let test 1)
            (let host bench)
            (call test host)
            (method xs any (closure |x| x))
            (call any x)
        "#]],
    );
}

#[test]
fn expected_values() {
    check(
        r#"1 + 1 //=> 2
f(
    3,
) //=> 4
//=> stray
let x = 2"#,
        expect![[r#"
            (expect (+ 1 1) "2")
            (expect (call f 3) "4")
            (let x 2)
            (stray-expected "stray")
        "#]],
    );
}

#[test]
fn first_line_and_comments() {
    check(
        r#"#!/usr/bin/env sumi
// a comment
x /* nested /* comment */ here */ + y
/// Documents nothing."#,
        expect![[r#"
            (+ x y)
        "#]],
    );
}
