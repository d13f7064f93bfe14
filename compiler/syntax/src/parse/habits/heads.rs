//! What is told by the word with which the statement begins.

use super::{Habit, help, instead};
use crate::parse::hints::Place;
use crate::token::Token;

/// What is told by the word with which the statement begins.
pub(super) fn heads(place: &Place<'_>) -> Option<Habit> {
    let (first, _) = place.first()?;
    let found = place.token(0);
    let mut before = place.tokens.iter().take(place.index).map(|t| &t.token);
    if before.find(|token| **token != Token::Pub) == Some(&Token::Import)
        && before.any(|token| *token == Token::LBrace)
    {
        return names_of_import(place);
    }
    let declares = matches!(
        place.token(-2),
        Some(Token::Fn | Token::Struct | Token::Enum | Token::Trait)
    );
    if found == Some(&Token::LBracket) && declares {
        let name = place.text_of(-1);
        return help(format!(
            "type parameters stand in angle brackets: `{name}<T>`"
        ));
    }
    match first {
        Token::For => for_habit(place),
        Token::Struct => match found {
            Some(Token::LParen) => help("fields have names: `struct Pair { a: i64, b: i64 }`"),
            Some(Token::Colon) => {
                help("there is no inheritance: give the struct a field of the other type")
            }
            _ => None,
        },
        Token::Impl if found == Some(&Token::Colon) => help("write `impl Trait for Type { … }`"),
        Token::Import => match found {
            Some(Token::Star) => help(
                "name what is wanted: `import math.{sin, cos}`; or import the module and write `math.sin`",
            ),
            Some(Token::LBrace) => help("write `import module.{a, b}`"),
            Some(Token::Str(_)) => help("a module is named without quotes: `import physics`"),
            Some(Token::Comma) if !place.statement_has(&Token::LBrace) => instead(
                None,
                "an `import` names one module",
                format!("write `import {}` on a line of its own", place.text_of(1)),
            ),
            _ => None,
        },
        Token::Let | Token::Var
            if found == Some(&Token::Comma)
                && !place.statement_has(&Token::Assign)
                && !place.statement_has(&Token::Colon) =>
        {
            help("a tuple is taken apart in parentheses: `let (a, b) = …`")
        }
        Token::Const if found == Some(&Token::Fn) => {
            help("leave `const` out: a constant may call any function that reads no `var`")
        }
        Token::Let | Token::Var
            if matches!(
                found,
                None | Some(Token::Newline | Token::Semicolon | Token::RBrace)
            ) && !place.statement_has(&Token::Assign) =>
        {
            help("a binding has a value: `var x = 0`, `var xs: [i64] = []`")
        }
        Token::Let | Token::Var if found == Some(&Token::LBrace) && place.could_be("_") => {
            help("a struct is taken apart by its name: `let Point(x, y) = p`")
        }
        Token::Let | Token::Var
            if matches!(found, Some(Token::Name(_)))
                && matches!(place.token(-1), Some(Token::Name(_)))
                && matches!(place.token(1), Some(Token::Name(_)))
                && matches!(place.token(-2), Some(Token::Let | Token::Var)) =>
        {
            let name = place.text_of(-1);
            let (a, b) = (place.text_of(0), place.text_of(1));
            help(format!(
                "a function is declared by `fn {name}({a}: T, {b}: T) -> T = …`"
            ))
        }
        Token::Let | Token::Var
            if matches!(found, Some(Token::Name(_)))
                && matches!(place.token(-2), Some(Token::Let | Token::Var)) =>
        {
            let (ty, name) = (place.text_of(-1), place.text_of(0));
            help(format!("the type follows the name: `let {name}: {ty} = …`"))
        }
        Token::Mut => instead(
            None,
            "a variable is declared with `var`",
            format!("write `var {} = …`", place.text_of(1)),
        ),
        Token::Type if matches!(found, Some(Token::Struct)) => help(format!(
            "a struct is declared by `struct {} {{ x: i64 }}`",
            place.text_of(-1)
        )),
        Token::Fn if found == Some(&Token::FatArrow) && place.token(-1) != Some(&Token::Pipe) => {
            help("the body of a function follows `=`: `fn f(x: i64) -> i64 = x + 1`")
        }
        Token::Fn if found == Some(&Token::Assign) && place.token(-2) == Some(&Token::Fn) => {
            let name = place.text_of(-1);
            help(format!(
                "a function has its parameters in parentheses: `fn {name}(x: i64) = …`; a closure is bound by `let {name} = |x| …`"
            ))
        }
        Token::Fn if place.word(-1) == "operator" => help(format!(
            "an operator is a function outside of `impl`: `fn {}(a: T, b: T) -> T = …`",
            place.text_of(0)
        )),
        Token::Fn if found == Some(&Token::Comma) && place.could_be("{") => {
            help("several results are a tuple: `-> (A, B)`, and `(a, b)` as the value")
        }
        Token::Fn if place.could_be("->") && found.is_some_and(begins_type) => help(format!(
            "the result type follows `->`: `-> {}`",
            place.text_of(0)
        )),
        Token::Fn if found == Some(&Token::Colon) && place.could_be("->") => {
            help("the result type follows `->`")
        }
        Token::Name(_)
            if found == Some(&Token::Comma) && place.line_goes_on_with(&Token::Assign) =>
        {
            help("assign in parallel with parentheses: `(a, b) = (b, a)`")
        }
        _ => None,
    }
}

/// What stands in the braces of an `import`, or behind them.
fn names_of_import(place: &Place<'_>) -> Option<Habit> {
    match place.token(0) {
        Some(Token::Star) => help("name what is wanted: `import math.{sin, cos}`"),
        Some(Token::As) if place.token(-1) == Some(&Token::RBrace) => instead(
            None,
            "`as` stands behind a name",
            "write it inside the braces: `import math.{Vec2 as Vector}`",
        ),
        _ => None,
    }
}

pub(super) fn begins_type(token: &Token) -> bool {
    matches!(
        token,
        Token::Name(_) | Token::Upper(_) | Token::LBracket | Token::LParen
    )
}

fn for_habit(place: &Place<'_>) -> Option<Habit> {
    let found = place.token(0);
    let name = match place.word(-1) {
        "" => "i",
        name => name,
    };
    match found {
        Some(Token::Comma) if place.could_be("in") => help(
            "a pair is taken apart in parentheses: `for (key, value) in map`, `for (i, x) in xs.enumerate()`",
        ),
        Some(Token::Colon) if place.token(1) == Some(&Token::Assign) => {
            help(format!("count with `for {name} in 0..n {{ … }}`"))
        }
        Some(Token::LBrace) if place.token(-1) == Some(&Token::For) => {
            help("a loop without end is `loop { … }`")
        }
        Some(Token::LBrace) if place.token(-2) == Some(&Token::For) => {
            help("count with `for _ in 0..n { … }`")
        }
        Some(Token::Assign) => help(format!("count with `for {name} in 1..=n {{ … }}`")),
        Some(Token::Colon)
            if place
                .token(1)
                .is_some_and(|t| matches!(t, Token::Int(_) | Token::Name(_))) =>
        {
            help("a range is `a..b` (without `b`) or `a..=b` (with it)")
        }
        Some(Token::In) => help("leave the parentheses out: `for x in xs { … }`"),
        Some(Token::Let | Token::Var | Token::Const)
            if place.line_goes_on_with(&Token::Semicolon) =>
        {
            help("count with `for i in 0..n { … }`")
        }
        Some(Token::Let | Token::Var | Token::Const) => help("write `for x in xs { … }`"),
        _ => None,
    }
}
