//! Which line breaks end a statement.

use expect_test::{Expect, expect};
use syntax::{SourceFile, TokenClass};

/// Shows the tokens with `;` for each line break that counts.
fn check(source: &str, expected: Expect) {
    let file = SourceFile::new(syntax::FileId(0), "test.sumi", source);
    let mut shown = String::new();
    for token in syntax::tokens(&file) {
        match token.class {
            TokenClass::Newline => shown.push_str(";\n"),
            TokenClass::Comment => {}
            _ => {
                shown.push_str(file.slice(token.span));
                shown.push(' ');
            }
        }
    }
    expected.assert_eq(&shown);
}

#[test]
fn what_can_end() {
    check(
        r#"a
1
"x"
"{x}"
'c'
(1)
[2]
{ }
x?
_
break
continue
return
self
Self
none
some
ok
err
true
false
end"#,
        expect![[r#"
            a ;
            1 ;
            "x" ;
            " { x }  ;
            'c' ;
            ( 1 ) ;
            [ 2 ] ;
            { } ;
            x ? ;
            _ ;
            break ;
            continue ;
            return ;
            self ;
            Self ;
            none ;
            some ;
            ok ;
            err ;
            true ;
            false ;
            end "#]],
    );
}

#[test]
fn what_cannot_end() {
    check(
        r#"a +
b -
c ,
d =
e ->
f in
g !
h mut
i
"#,
        expect!["a + b - c , d = e -> f in g ! h mut i "],
    );
}

#[test]
fn what_continues() {
    check(
        r#"a
.b
?.c
?? d
+ e
* f
== g
&& h
|| i
.. j
& k
, l
=> m"#,
        expect!["a . b ?. c ?? d + e * f == g && h || i .. j & k , l => m "],
    );
}

#[test]
fn what_does_not_continue() {
    check(
        r#"a
- b
| c
( d )
[ e ]
{ f }
-> g
= h
+= i
! j"#,
        expect![[r#"
            a ;
            - b ;
            | c ;
            ( d ) ;
            [ e ] ;
            { f } ;
            -> g ;
            = h ;
            += i ;
            ! j "#]],
    );
}

#[test]
fn brackets() {
    check(
        r#"f(
a
b
)
[
c
d
]
{
e
f({
g
h
}
i)
}"#,
        expect![[r#"
            f ( a b ) ;
            [ c d ] ;
            { e ;
            f ( { g ;
            h ;
            } i ) ;
            } "#]],
    );
}

#[test]
fn type_arguments_end() {
    check(
        r#"let x: Pool<Enemy>
let y: T!
let z: T?
a >
b
a !
b
Pool<
A,
B
>
c"#,
        expect![[r#"
            let x : Pool < Enemy > ;
            let y : T ! ;
            let z : T ? ;
            a > b ;
            a ! b ;
            Pool < A , B > ;
            c "#]],
    );
}

#[test]
fn else_and_attributes() {
    check(
        r#"if a { b }
else { c }
@fast
fn f() { }
@x(1)
fn g() { }"#,
        expect![[r#"
            if a { b } else { c } ;
            @ fast fn f ( ) { } ;
            @ x ( 1 ) fn g ( ) { } "#]],
    );
}

#[test]
fn comments_between() {
    check(
        r#"a // one
// two
b /* three
four */ c
d
/* five */ + e"#,
        expect![[r#"
            a ;
            b ;
            c ;
            d + e "#]],
    );
}

#[test]
fn semicolons() {
    check(
        r#"a; b;
;c"#,
        expect!["a ; b ; ; c "],
    );
}
