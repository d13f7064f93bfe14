//! What is said about mistakes, and how little each costs.

use expect_test::{Expect, expect};
use std::fmt::Write as _;
use syntax::{SourceFile, print_module};

fn check(source: &str, expected: Expect) {
    let file = SourceFile::new(syntax::FileId(0), "test.sumi", source);
    let parsed = syntax::parse(&file);
    let mut shown = String::new();
    for found in parsed.diagnostics.iter() {
        let at = found.span().map(|span| file.line_column(span.start));
        let place = at.map_or(String::new(), |at| format!("{}:{}", at.line, at.column));
        let _ = writeln!(shown, "{place} [{}] {}", found.code, found.message);
        for help in &found.help {
            let _ = writeln!(shown, "    help: {help}");
        }
    }
    expected.assert_eq(&shown);
}

/// Also shows what is left of the tree.
fn check_tree(source: &str, expected: Expect) {
    let file = SourceFile::new(syntax::FileId(0), "test.sumi", source);
    let parsed = syntax::parse(&file);
    assert!(parsed.diagnostics.has_errors());
    let places = parsed.diagnostics.iter().filter_map(|found| {
        let at = file.line_column(found.span()?.start);
        Some(format!("{}:{}", at.line, at.column))
    });
    let places: Vec<String> = places.collect();
    let tree = print_module(&parsed.module);
    expected.assert_eq(&format!("errors at {}\n{tree}", places.join(" ")));
}

#[test]
fn each_mistake_costs_its_own_line() {
    check_tree(
        r#"fn f() {
    let = 3
    let y = 4
    foo bar
    if y > { 1 } else { 2 }
    y +
}
let z = )
foo)
struct S { a: i64, b i64, c: str }
enum E { A, B(, C }
match z {
    1 => , 2 => 3
    4 -> 5
    _ => { let q = ; 6 }
}
trait T { fn ok(self); fn 3() }
impl S { fn a(self) = 1
    fun b(self) = 2 }
let last = 1"#,
        expect![[r#"
            errors at 2:9 4:9 5:18 7:1 8:9 9:4 10:22 11:14 13:10 14:7 15:20 17:27 19:5
            (fn f (block error (let y 4) error error error))
            error
            foo
            (struct S a: i64 c: str)
            (enum E (A))
            (match z (=> error error) (=> 2 3) (=> error error) (=> _ (block error 6)))
            (trait T (fn ok self) error)
            (impl S (fn a self (= 1)) error)
            (let last 1)
        "#]],
    );
}

#[test]
fn brackets() {
    check(
        r#"foo(1, [2)
bar]
fn f() {
    if x {
        1
}
fn g() { }"#,
        expect![[r#"
            1:8 [unclosed-bracket] this `[` is never closed
            2:4 [stray-bracket] this `]` closes nothing
            4:10 [unclosed-bracket] this `{` is never closed
        "#]],
    );
}

#[test]
fn a_forgotten_parenthesis_costs_one_statement() {
    check_tree(
        r#"print(1, (2
let x = 3
let y = 4"#,
        expect![[r#"
            errors at 1:10
            error
            (let y 4)
        "#]],
    );
}

#[test]
fn other_languages() {
    check(
        r#"f(&mut y, &x, *p)
x++
if a { } elif b { }
function f() { }
def g(): 3
a and b
a or b
if not a { }
let mut x = 3
int x = 3
let x := 3
a === b
a ? b : c
Shape::Circle(2)
println!("a")
import "x"
fn h(x: i64): i64 { x }
fn i(x -> i64) { }
(x) => x
class A { }
switch x { }
let r: &T = 3
let type = 3
async fn j() { }
f<i64>(x)
# comment
“quoted”"#,
        expect![[r#"
            1:3 [no-references] there are no references
                help: mark the argument: `f(mut y)`; a method that changes `y` needs no mark
            1:11 [no-references] there are no references
                help: write `x`: every value is passed as it is, without a copy
            1:15 [no-references] there are no references to follow
                help: use the value itself
            2:2 [increment] there is no `++`
                help: write `+= 1`
            3:10 [foreign-word] there is no `elif`
                help: write `else if`
            4:1 [foreign-word] there is no `function`
                help: a function is declared by `fn name(x: T) -> U { … }`
            5:1 [foreign-word] there is no `def`
                help: a function is declared by `fn name(x: T) -> U { … }`
            6:3 [foreign-word] there is no `and`
                help: write `&&`
            7:3 [foreign-word] there is no `or`
                help: write `||`
            8:4 [foreign-word] there is no `not`
                help: write `!`: `!done`
            9:1 [let-mut] a variable is declared with `var`
                help: write `var x`
            10:1 [foreign-word] there is no `int`
                help: the type follows the name: `let x: i64 = …`, or `var` for a variable
            11:7 [syntax] there is no `:=`
                help: bind with `let x = value`, assign with `x = value`
            12:3 [syntax] there is no `===`
                help: write `==`, which compares values of one type
            13:3 [syntax] there is no `a ? b : c`
                help: write `if a { b } else { c }`
            14:6 [syntax] there is no `::`
                help: paths are written with dots: `Shape.Circle(2)`, `Vec2.zero()`
            15:8 [syntax] `!` does not fit here
                help: there are no macros: write `print(…)`, with values in the text as in `"x is {x}"`
            16:8 [syntax] a name is expected, found a text
                help: a module is named without quotes: `import physics`
            17:13 [syntax] `{` or `->` is expected, found `:`
                help: the result type follows `->`
            18:8 [syntax] `,` or `)` is expected, found `->`
                help: a type is noted with `x: T`; `->` stands between parameters and result
            19:5 [syntax] `=>` does not fit here
                help: a closure is written `|x| value`
            20:1 [foreign-word] there is no `class`
                help: declare a `struct` with its fields, and its methods in `impl Name { … }`
            21:1 [foreign-word] there is no `switch`
                help: write `match value { pattern => …, _ => … }`
            22:8 [no-references] there are no reference types
                help: write the type itself; arguments are not copied
            23:5 [syntax] a pattern is expected, found the keyword `type`
                help: this is a keyword; choose another name
            24:1 [syntax] an expression is expected, found the keyword `async`
                help: this word is reserved for later
            25:6 [chained-comparison] comparisons do not chain
                help: if type arguments are meant: those of a function are inferred
            26:1 [foreign-comment] `#` does not begin a comment
                help: comments begin with `//`
            27:1 [foreign-quotes] `“` does not begin a text
                help: texts stand in straight quotes: `"…"`
        "#]],
    );
}

#[test]
fn conditions() {
    check(
        r#"if a = b { }
while x = 3 { }
if N<M { }
a < b < c
while return { }
for x in 1.. { }"#,
        expect![[r#"
            1:6 [assignment-as-condition] an assignment is not a condition
                help: compare with `==`, or match with `let pattern = value`
            2:9 [assignment-as-condition] an assignment is not a condition
                help: compare with `==`, or match with `let pattern = value`
            3:5 [unclosed-type-arguments] `<` directly after an upper-case name opens type arguments, which are never closed
                help: to compare, put blanks around it: `N < M`
            4:7 [chained-comparison] comparisons do not chain
                help: write `a < b && b < c`
            5:7 [syntax] an expression is expected, found the keyword `return`
                help: the body stands in braces: `while c { … }`
            6:17 [syntax] the end of the statement does not fit here
                help: a range without an end stands in parentheses here
        "#]],
    );
}

#[test]
fn placement() {
    check(
        r#"if a { 1 } + 2
match x { }.y
{ struct A { } }
impl X { let y = 3 }
trait Y { struct Z { } }
fn no_body()
pub 1
const (a, b) = c
let (mut a, b) = c
fn !=(a: A, b: A) -> bool = true
let y = { 1 } else { 2 }
fn f(x) { }
struct lower { }
let t: T?? = 3
[.., a, ..] => 1
match x { [.., a, ..] => 1, A(.., b) => 2 }"#,
        expect![[r#"
            1:11 [statement-goes-on] a statement that begins so ends at its `}`
                help: put it in parentheses to use its value here
            3:1 [brace-on-next-line] a `{` stands on the line of what it belongs to
            4:10 [misplaced-item] only functions stand in an `impl`
            5:11 [misplaced-item] only functions stand in a trait
            6:1 [missing-body] this function has no body
            7:5 [syntax] `1` does not fit here
                help: `pub` stands before a declaration
            8:7 [const-pattern] a constant has a name, not a pattern
            9:10 [let-mut] a binding takes no part of a value in place
                help: variables are declared by `var` in place of `let`; parts of a variable are changed in place in a `match` or `if let`
            10:4 [fixed-operator] this operator cannot be defined
                help: define `fn ==` or `fn <`
            11:15 [syntax] the keyword `else` does not fit here
                help: an `else` follows the `}` of an `if`, or the value of a `let`
            12:6 [missing-type] the parameter `x` has no type
                help: write `x: T`
            13:8 [lower-case-type] the name of a type or variant begins with an upper-case letter
                help: call it `Lower`
            14:8 [double-optional] an optional of an optional needs parentheses
                help: write `(T?)?`, or `T?` if one is meant
            15:13 [syntax] `=>` does not fit here
                help: a closure is written `|x| value`
            16:19 [second-rest] an array pattern has at most one `..`
            16:31 [second-rest] `..` stands at the end of a payload
        "#]],
    );
}

#[test]
fn brace_on_the_next_line() {
    check(
        r#"fn f()
{
    1
}
if x
{ }"#,
        expect![[r#"
            2:1 [brace-on-next-line] a `{` stands on the line of what it belongs to
            6:1 [brace-on-next-line] a `{` stands on the line of what it belongs to
        "#]],
    );
}

#[test]
fn numbers() {
    check(
        r#"5u8
0b12
0x
99999999999999999999999999999999999999999
1e999
12ab"#,
        expect![[r#"
            1:2 [bad-number] `5u8` is not an integer
                help: write `u8(5)`
            2:4 [bad-number] `0b12` is not an integer
            3:1 [bad-number] digits are missing
            4:1 [literal-too-large] this integer is larger than any type holds
            5:1 [literal-too-large] this float is larger than any type holds
            6:3 [bad-number] `12ab` is not an integer
                help: leave it out: a literal takes the type that is expected, and `f32(0.5)` says it
        "#]],
    );
}

#[test]
fn texts() {
    check(
        r#""abc
"a {x
"a {} b"
"a } b"
"{x:zz}"
"\q \u{110000} \{"
'ab'
''
'
b"é"
b'é'
"""
    a
  b
    """
"""
a"""
"""let
"{x}""""#,
        expect![[r#"
            1:1 [unclosed-text] this text is never closed with "
                help: a text of several lines stands in """
            2:4 [unclosed-bracket] this `{` of a text is never closed
                help: the expression ends with a `}`, as in `"x is {x}"`
                help: a brace in a text is doubled, `{{` and `}}`, or the text is raw: `r"…"`
            3:4 [empty-interpolation] nothing stands between these braces
                help: write the value between them, as in `"x is {x}"`; a brace itself is doubled: `{{` and `}}`
            4:4 [stray-bracket] this `}` of a text closes nothing
                help: a brace in a text is doubled: `}}`
            5:5 [bad-format] `zz` is not a format
                help: a format is [<^>][+][0][width][_][.digits][x|b|o|e], as in `{x:>8.2}`
            6:2 [bad-escape] `\q` is not an escape
                help: the escapes are \n \t \r \0 \\ \" \' \u{1F600}
            6:5 [bad-escape] `\u{110000}` is not an escape
                help: a Unicode escape is `\u{…}` with up to six hexadecimal digits of a scalar value
            6:16 [bad-escape] `\{` is not an escape
                help: braces are doubled: `{{` and `}}`
            7:1 [bad-char] a char literal holds one character
                help: texts stand in double quotes
            8:1 [bad-char] a char literal holds one character
            9:1 [unclosed-char] this char literal is never closed
            10:3 [bad-byte] this character is not one byte
                help: write `\x` escapes
            11:1 [bad-byte] this character is not one byte
            14:1 [text-indentation] this line is indented less than the closing quotes
            17:2 [text-indentation] the closing quotes of a text of several lines stand on a line of their own
            19:5 [text-indentation] the closing quotes of a text of several lines stand on a line of their own
        "#]],
    );
}

#[test]
fn nesting() {
    check(
        &"(".repeat(300),
        expect![[r#"
            1:201 [nested-too-deeply] this is nested too deeply, or too long for one statement
                help: take it apart into several bindings or functions
        "#]],
    );
}

#[test]
fn too_long_a_chain() {
    check(
        &format!("x{}", ".a".repeat(700)),
        expect![[r#"
            1:1202 [nested-too-deeply] this is nested too deeply, or too long for one statement
                help: take it apart into several bindings or functions
        "#]],
    );
}

#[test]
fn not_text() {
    check(
        &"\u{1} ".repeat(30),
        expect![[r#"
            1:41 [not-text] this does not look like Sumi text
        "#]],
    );
}

#[test]
fn separated() {
    check(
        r#"let x = 3 let y = 4
struct A { x: i64; y: i64 }"#,
        expect![[r#"
            1:11 [syntax] the keyword `let` does not fit here
                help: statements are separated by new lines or `;`
            2:18 [semicolon-in-list] fields, variants and arms are separated by new lines or commas
        "#]],
    );
}

#[test]
fn a_text_of_several_lines_in_single_quotes() {
    check(
        "let source = \"\n    push 5\nloop:\n    jmp { loop\n\"\nlet next = \"abc\nlet = 3\n",
        expect![[r#"
            1:14 [unclosed-text] this text is never closed with "
                help: a text of several lines stands in """
            6:12 [unclosed-text] this text is never closed with "
                help: a text of several lines stands in """
            7:5 [syntax] a pattern is expected, found `=`
        "#]],
    );
}
