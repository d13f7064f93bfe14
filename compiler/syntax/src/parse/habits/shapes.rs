//! Whole shapes of other languages: comprehensions, bodies without braces, types and patterns that Sumi writes otherwise.

use super::heads::begins_type;
use super::words::is_arm;
use super::{Habit, help, instead};
use crate::parse::hints::Place;
use crate::token::Token;

pub(super) fn shape(place: &Place<'_>) -> Option<Habit> {
    let found = place.token(0);
    body(place, found)
        .or_else(|| of_type(place, found))
        .or_else(|| of_pattern(place, found))
        .or_else(|| of_map(place, found))
        .or_else(|| of_closure(place, found))
        .or_else(|| of_value(place, found))
}

/// `if c return`, `else print(x)`, `while {`.
fn body(place: &Place<'_>, found: Option<&Token>) -> Option<Habit> {
    let first = place.first().map(|(token, _)| token);
    let begins_statement = matches!(
        found,
        Some(
            Token::Name(_)
                | Token::Upper(_)
                | Token::Int(_)
                | Token::Float(_)
                | Token::Str(_)
                | Token::StrBegin
                | Token::Return
                | Token::Break
                | Token::Continue
                | Token::SelfValue
        )
    );
    let after_else = place.token(-1) == Some(&Token::Else);
    if begins_statement && place.could_be("{") && (after_else || place.statement_has(&Token::If)) {
        return help("the branches stand in braces: `if c { … } else { … }`");
    }
    if begins_statement && place.could_be("{") && place.statement_has(&Token::While) {
        return help("the body stands in braces: `while c { … }`");
    }
    if matches!(found, None | Some(Token::Newline))
        && place.token(-1) != Some(&Token::RBrace)
        && place.next != Some(&Token::LBrace)
    {
        let head = match first {
            Some(Token::If) => "if c",
            Some(Token::While) => "while c",
            Some(Token::For) if place.statement_has(&Token::In) => "for x in xs",
            _ => "",
        };
        if !head.is_empty() {
            return instead(
                None,
                "`{` is expected: a body stands in braces",
                format!("write `{head} {{ … }}`"),
            );
        }
    }
    match (first, found) {
        (Some(Token::While), None) => help("a loop without end is `loop { … }`"),
        (Some(Token::Loop), Some(Token::Int(_) | Token::Name(_))) => {
            help("count with `for _ in 0..n { … }`")
        }
        _ => None,
    }
}

fn of_type(place: &Place<'_>, found: Option<&Token>) -> Option<Habit> {
    let wants_type = place.could_be("any") && place.could_be("fn");
    let after_empty = place.token(-1) == Some(&Token::RBracket);
    let after_colon = place.token(-1) == Some(&Token::Colon);
    match found {
        Some(found) if wants_type && after_colon && is_arm(place) && !begins_type(found) => {
            help("an arm is written `pattern => value`")
        }
        Some(Token::Impl) if wants_type => help(
            "a type with a bound is a parameter: `fn f<T: Shape>(x: T)`; a value of any such type is an `any Shape`",
        ),
        Some(Token::Underscore) if wants_type => {
            help("leave the type out: that of a binding is inferred")
        }
        Some(Token::LBrace) if wants_type => {
            help("the type of a map is `[K: V]`, of a set `Set<T>`")
        }
        Some(Token::Lt) if is_collection(place.word(-1)) => {
            help("the type of an array is `[T]`, of a map `[K: V]`, of a set `Set<T>`")
        }
        Some(Token::Name(_) | Token::Upper(_))
            if after_empty && place.token(-2) == Some(&Token::LBracket) =>
        {
            help("an array is written `[1, 2]`, and its type `[i64]`")
        }
        Some(Token::Name(_) | Token::Upper(_))
            if after_empty && place.token(-3) == Some(&Token::LBracket) =>
        {
            help("a map is written `[\"a\": 1]`, and its type `[str: i64]`")
        }
        _ => None,
    }
}

fn is_collection(word: &str) -> bool {
    matches!(
        word,
        "map" | "list" | "set" | "dict" | "array" | "vector" | "vec" | "hashmap"
    )
}

fn of_pattern(place: &Place<'_>, found: Option<&Token>) -> Option<Habit> {
    match found {
        Some(Token::Comma | Token::Newline | Token::RBrace)
            if place.could_be("=>") && place.token(-2) == Some(&Token::Colon) =>
        {
            help("an arm is written `pattern => value`")
        }
        Some(Token::Comma) if place.could_be("=>") => {
            help("alternatives are separated by `|`: `1 | 2 => …`")
        }
        Some(Token::RBracket | Token::Comma)
            if place.token(-2) == Some(&Token::DotDot)
                && !place.word(-1).is_empty()
                && !place.could_be("+") =>
        {
            help(format!(
                "`..` binds nothing: write `[first, ..]`, and `let {} = xs[1..]` for the rest",
                place.word(-1)
            ))
        }
        Some(Token::At) if place.token(1) == Some(&Token::DotDot) => {
            help("`..` binds nothing: write `[first, ..]`, and `xs[1..]` for the rest")
        }
        Some(Token::At) if place.could_be("=>") => help(
            "a pattern is not named; match the value with a name and a guard: `n if 1 <= n && n <= 9 => …`",
        ),
        Some(Token::Name(_)) if place.word(-1) == "ref" => instead(
            place.span_of(-1),
            "there are no references",
            "leave `ref` out; `mut x` in a pattern is the place itself",
        ),
        _ => None,
    }
}

/// `["x" => 1]`, `["x" = 1]`.
fn of_map(place: &Place<'_>, found: Option<&Token>) -> Option<Habit> {
    let after_key = matches!(
        place.token(-1),
        Some(Token::Str(_) | Token::StrEnd | Token::Int(_) | Token::Char(_))
    );
    let in_list = place.token(-2) == Some(&Token::LBracket) || place.could_be("]");
    match found {
        Some(Token::FatArrow | Token::Assign | Token::Arrow) if after_key && in_list => {
            help("a map is written `[\"a\": 1]`")
        }
        _ => None,
    }
}

/// `function(x) { … }`, `|x| => x`, `xs.map { … }`.
fn of_closure(place: &Place<'_>, found: Option<&Token>) -> Option<Habit> {
    let says_function = || {
        place.tokens[place.statement()..place.index.min(place.tokens.len())]
            .iter()
            .any(|token| matches!(&token.token, Token::Name(name) if name == "function" || name == "func"))
    };
    match found {
        Some(Token::FatArrow) if place.token(-1) == Some(&Token::Pipe) => {
            help("leave `=>` out: a closure is written `|x| value`")
        }
        Some(_)
            if place.could_be("{")
                && place.token(-2) == Some(&Token::Arrow)
                && place.token(-3) == Some(&Token::Pipe) =>
        {
            help(
                "leave `->` out: a closure is written `|x| value`, or with its result type `|x: i64| -> i64 { … }`",
            )
        }
        Some(Token::Colon)
            if place.token(-2) == Some(&Token::LParen)
                && matches!(place.token(-1), Some(Token::Name(_)))
                && place.could_be(")")
                && place.line_goes_on_with(&Token::RParen)
                && (place.line_goes_on_with(&Token::Arrow)
                    || place.line_goes_on_with(&Token::FatArrow)) =>
        {
            let name = place.text_of(-1);
            help(format!(
                "a closure is written `|{name}: T| value` or `|{name}: T| -> U {{ … }}`"
            ))
        }
        Some(Token::Colon) if place.word(-3) == "move" => instead(
            place.span_of(-3),
            "there is no `move`",
            "leave it out: a closure holds the values that it uses",
        ),
        Some(Token::LBrace) if says_function() => {
            help("a closure is written `|x| value` or `|x| { … }`")
        }
        Some(Token::LBrace)
            if place.token(-2) == Some(&Token::Dot)
                && matches!(place.token(-1), Some(Token::Name(_))) =>
        {
            let method = place.text_of(-1);
            help(format!("a closure is an argument: `.{method}(|x| …)`"))
        }
        _ => None,
    }
}

fn of_value(place: &Place<'_>, found: Option<&Token>) -> Option<Habit> {
    let binds = |place: &Place<'_>| {
        let binding = place
            .first()
            .is_some_and(|(first, _)| matches!(first, Token::Let | Token::Var | Token::Const));
        binding || place.statement_has(&Token::Assign)
    };
    match found {
        Some(Token::For) if place.could_be("]") => {
            help("write `xs.map(|x| …)`, after `xs.filter(|x| …)` to choose")
        }
        Some(Token::Assign) if place.statement_has(&Token::Assign) && binds(place) => {
            help("an assignment has no value: write two statements")
        }
        Some(Token::Dot) if place.could_be("int") => help("a digit stands before the point: `0.5`"),
        Some(Token::DotDot | Token::DotDotEq) if place.statement_has(&Token::DotDot) => {
            help("a range with steps is `(0..10).step(2)`")
        }
        Some(Token::Type) if place.could_be("int") && place.could_be("if") => {
            help("every type is known before running; the REPL shows it by `:type x`")
        }
        Some(Token::Name(_)) if place.token(-1) == Some(&Token::Colon) => after_colon(place),
        _ => None,
    }
}

/// `p:move(1)` of Lua, and `i: i64 = 3` without a `let`.
fn after_colon(place: &Place<'_>) -> Option<Habit> {
    let name = place.word(-2);
    if name.is_empty() || place.index != place.statement() + 2 {
        return None;
    }
    let after = place.text_of(0);
    if place.token(1) == Some(&Token::LParen) {
        return help(format!(
            "a method is called with a dot: `{name}.{after}(…)`"
        ));
    }
    help(format!(
        "write `let {name}: {after} = …`, or `var` for a variable"
    ))
}
