//! The habits of other languages that do not parse, and how Sumi says the same.

mod heads;
mod shapes;
mod signs;
mod words;

use super::hints::Place;
use crate::lexer::BRACE_HELP;
use crate::source::Span;
use crate::token::Token;
use heads::begins_type;
pub(super) use words::foreign_word;
use words::{is_arm, sumi_type};

/// What someone who comes from another language probably meant.
pub(super) struct Habit {
    /// Said instead of what the grammar expected.
    pub(super) message: Option<String>,
    /// The place of it, if not where the grammar stopped.
    pub(super) at: Option<Span>,
    pub(super) help: String,
}

fn help(help: impl Into<String>) -> Option<Habit> {
    Some(Habit {
        message: None,
        at: None,
        help: help.into(),
    })
}

fn instead(at: Option<Span>, message: &str, help: impl Into<String>) -> Option<Habit> {
    Some(Habit {
        message: Some(message.to_string()),
        at,
        help: help.into(),
    })
}

pub(super) fn habit(place: &Place<'_>) -> Option<Habit> {
    signs::pairs(place)
        .or_else(|| at_end(place))
        .or_else(|| heads::heads(place))
        .or_else(|| shapes::shape(place))
        .or_else(|| in_brackets(place))
        .or_else(|| separators(place))
        .or_else(|| others(place))
}

/// The statement ended too early.
fn at_end(place: &Place<'_>) -> Option<Habit> {
    match place.token(0) {
        None if place.next == Some(&Token::LBrace) => {
            help("a `{` stands on the line of what it belongs to")
        }
        None if place.has_endless_range() => {
            help("a range without an end stands in parentheses here")
        }
        Some(Token::RBrace | Token::RParen | Token::RBracket)
            if place.token(-1) == Some(&Token::DotDot) =>
        {
            help("a range without an end stands in parentheses here")
        }
        Some(Token::Newline | Token::Semicolon | Token::RBrace) => {
            let range = endless_range(place)?;
            instead(
                Some(range),
                "a range without an end stands in parentheses here",
                "write `for i in (0..) { … }`",
            )
        }
        _ => None,
    }
}

/// The `..` before a block that ends where the statement stopped: the block was read as the range's end.
fn endless_range(place: &Place<'_>) -> Option<Span> {
    let before = place.tokens.get(..place.index)?;
    let (last, inside) = before.split_last()?;
    if last.token != Token::RBrace {
        return None;
    }
    let mut depth = 1;
    let open = inside.iter().rposition(|token| {
        match token.token {
            Token::RBrace => depth += 1,
            Token::LBrace => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let dots = inside.get(open.checked_sub(1)?)?;
    (dots.token == Token::DotDot).then(|| Span::new(place.file.id, dots.start, dots.end))
}

/// `x i64` and `i64 x` where a parameter stands.
fn parameter(place: &Place<'_>) -> Option<Habit> {
    let after_name = matches!(place.token(-1), Some(Token::Name(_)))
        && matches!(
            place.token(-2),
            Some(Token::LParen | Token::Comma | Token::Mut)
        );
    let is_head = place.statement_has(&Token::Fn) && place.could_be(")");
    if !after_name || !is_head || !place.token(0).is_some_and(begins_type) {
        return None;
    }
    let (before, found) = (place.text_of(-1), place.text_of(0));
    let is_type_first = sumi_type(before) == Some(before) && sumi_type(found).is_none();
    let (name, ty) = match place.token(0) {
        Some(Token::Name(_)) if is_type_first => (found, before),
        Some(Token::Name(_) | Token::Upper(_)) => (before, found),
        _ => (before, "T"),
    };
    help(format!(
        "the type follows the name and a colon: `{name}: {ty}`"
    ))
}

/// Inside of brackets.
fn in_brackets(place: &Place<'_>) -> Option<Habit> {
    if let Some(found) = parameter(place) {
        return Some(found);
    }
    match place.token(0) {
        Some(Token::Let)
            if place.token(-1) == Some(&Token::LParen) && place.statement_has(&Token::If) =>
        {
            help("`let` stands without parentheses: `if let some(x) = value { … }`")
        }
        Some(Token::Colon) if place.could_be("]") || place.token(-1) == Some(&Token::LBracket) => {
            help("a part of an array is `xs[a..b]`, `xs[a..]` or `xs[..b]`")
        }
        Some(Token::Colon) if map_in_braces(place) => {
            help("a map is written in brackets: `[\"a\": 1, \"b\": 2]`")
        }
        Some(_) if map_with_names(place) => help(
            "a map is written in brackets: `[\"a\": 1]`; a struct is built like a call: `Point(x: 1)`",
        ),
        Some(Token::FatArrow) if !is_arm(place) => help("a closure is written `|x| value`"),
        Some(Token::FatArrow) if place.could_be(")") => help("a closure is written `|x| value`"),
        Some(Token::RBracket)
            if place.token(-1) == Some(&Token::LBracket) && place.could_be("any") =>
        {
            help("the type of an array is `[T]`")
        }
        Some(Token::Comma) if place.could_be("]") && place.could_be(":") => {
            help("the type of an array of fixed length is `[T; N]`, that of a map `[K: V]`")
        }
        Some(Token::LBracket) if place.token(1) == Some(&Token::RBracket) => {
            help(format!("the type of an array is `[{}]`", place.text_of(-1)))
        }
        Some(Token::Fn)
            if place.could_be("newline")
                && matches!(
                    place.tokens[0].token,
                    Token::Impl | Token::Trait | Token::Pub
                ) =>
        {
            help("functions are separated by new lines or `;`")
        }
        Some(Token::Fn) if !is_type_body(place) && place.token(-1) != Some(&Token::Const) => {
            help("a closure is written `|x| value` or `|x: T| -> U { … }`")
        }
        _ => None,
    }
}

/// Whether the mistake stands in a `struct` or an `enum`.
fn is_type_body(place: &Place<'_>) -> bool {
    let mut tokens = place.tokens.iter().map(|token| &token.token);
    let first = tokens.find(|token| **token != Token::Pub);
    matches!(first, Some(Token::Struct | Token::Enum))
}

fn map_in_braces(place: &Place<'_>) -> bool {
    place.token(-2) == Some(&Token::LBrace)
        && matches!(
            place.token(-1),
            Some(Token::Str(_) | Token::Int(_) | Token::StrEnd)
        )
}

/// `{a: 1}` reads like a label.
fn map_with_names(place: &Place<'_>) -> bool {
    place.token(-3) == Some(&Token::LBrace)
        && place.token(-1) == Some(&Token::Colon)
        && matches!(place.token(-2), Some(Token::Name(_)))
}

/// `:`, `?`, `->`, `=>` and the like.
fn separators(place: &Place<'_>) -> Option<Habit> {
    let after_question = place.token(-1) == Some(&Token::Question);
    match place.token(0) {
        Some(Token::Bang | Token::Tilde) if place.token(-1) == Some(&Token::Fn) => instead(
            None,
            "this operator cannot be defined",
            "those that can are `+ - * / % ** == < & | ^ << >>`, unary `-`, and `[]`",
        ),
        Some(
            Token::Name(_)
            | Token::Int(_)
            | Token::Float(_)
            | Token::Str(_)
            | Token::StrBegin
            | Token::LParen,
        ) if after_question => instead(
            place.span_of(-1),
            "there is no `a ? b : c`",
            "write `if a { b } else { c }`",
        ),
        Some(Token::Colon) if place.statement_has(&Token::Question) => instead(
            None,
            "there is no `a ? b : c`",
            "write `if a { b } else { c }`",
        ),
        Some(Token::Assign) if place.could_be("->") => {
            help("an `=` follows the result type, or the parameters")
        }
        Some(Token::Assign) if is_arm(place) => help("an arm is written `pattern => value`"),
        Some(Token::Assign) if place.statement_has(&Token::Enum) || in_enum(place) => {
            help("a variant has no number; a function with a `match` gives one")
        }
        Some(Token::Colon) if place.begins_with_block_keyword() => {
            help("a block stands in braces: `{ … }`")
        }
        Some(Token::Arrow) if place.could_be("=>") => help("an arm is written `pattern => value`"),
        Some(Token::Arrow)
            if place.token(1).is_some_and(|t| !begins_type(t)) || place.could_be("+") =>
        {
            help("a closure is written `|x| value`")
        }
        Some(Token::Arrow) => {
            help("a type is noted with `x: T`; `->` stands between parameters and result")
        }
        Some(Token::LParen) if place.could_be("=>") && place.statement_has(&Token::Colon) => {
            help("an arm is written `pattern => value`")
        }
        Some(Token::Else) if is_arm(place) && place.token(1) == Some(&Token::FatArrow) => {
            help("the arm for all that is left is `_ => …`")
        }
        Some(Token::Else | Token::LetElse) => {
            help("an `else` follows the `}` of an `if`, or the value of a `let`")
        }
        Some(Token::Bang) if place.token(1) == Some(&Token::LBracket) => {
            help("there are no macros: an array is written `[1, 2, 3]`")
        }
        Some(Token::Bang) if place.word(-1) == "macro_rules" => {
            help("there are no macros: write a function, generic if need be")
        }
        Some(Token::Bang) if place.token(1) == Some(&Token::LParen) => help(macro_mend(place)),
        Some(Token::Bang) => help(
            "take a value out of an optional with `?? default`, `.expect(\"why\")` or `if let some(x) = …`",
        ),
        _ => None,
    }
}

/// What a macro of Rust is here.
fn macro_mend(place: &Place<'_>) -> String {
    match place.word(-1) {
        "println" | "print" | "dbg" | "eprintln" => {
            "there are no macros: write `print(…)`, with values in the text as in `\"x is {x}\"`"
                .into()
        }
        "format" => "there are no macros: a text holds values as in `\"x is {x}\"`".into(),
        "write" | "writeln" => "there are no macros: add to a text by `s += \"{x}\"`".into(),
        "assert_eq" => "there are no macros: write `assert(a == b)`, which shows both".into(),
        "assert_ne" => "there are no macros: write `assert(a != b)`, which shows both".into(),
        "todo" | "unimplemented" => "there are no macros: write `panic(\"…\")`".into(),
        name => format!("there are no macros: call it without `!`, as `{name}(…)`"),
    }
}

fn in_enum(place: &Place<'_>) -> bool {
    let end = place.index.min(place.tokens.len());
    place.tokens[..end]
        .iter()
        .any(|token| token.token == Token::Enum)
}

fn others(place: &Place<'_>) -> Option<Habit> {
    let found = place.token(0)?;
    let called = place.word(-1);
    match found {
        Token::Name(_)
        | Token::Int(_)
        | Token::Float(_)
        | Token::Str(_)
        | Token::StrBegin
        | Token::Char(_)
            if !called.is_empty() && place.statement() + 1 == place.index =>
        {
            help(format!(
                "a function is called with parentheses: `{}({})`",
                match called {
                    "echo" | "puts" | "println" | "printf" => "print",
                    called => called,
                },
                match found {
                    Token::StrBegin => "…",
                    _ => place.text_of(0),
                }
            ))
        }
        Token::Mut
            if place.could_be("any")
                && place.token(-1) == Some(&Token::Colon)
                && !place.word(-2).is_empty() =>
        {
            let name = place.word(-2);
            help(format!("`mut` stands before the name: `mut {name}: T`"))
        }
        _ if place.token(-2) == Some(&Token::Break) && !place.word(-1).is_empty() => help(format!(
            "a colon stands between a label and a value: `break {}: {}`",
            place.word(-1),
            place.text_of(0)
        )),
        Token::For | Token::While | Token::Loop if place.could_be("+") => {
            help("statements are separated by new lines or `;`")
        }
        _ if is_arm(place)
            && place.statement_has(&Token::FatArrow)
            && place.could_be("newline")
            && place.line_goes_on_with(&Token::FatArrow) =>
        {
            help("arms are separated by new lines or commas")
        }
        _ if is_arm(place)
            && place.token(-1) == Some(&Token::RBrace)
            && place.line_goes_on_with(&Token::FatArrow) =>
        {
            help("arms are separated by new lines or commas")
        }
        Token::StrBegin if place.could_be("_") => {
            instead(None, "a text in a pattern has no values in it", BRACE_HELP)
        }
        _ if place.token(-1) == Some(&Token::Pub) => help("`pub` stands before a declaration"),
        Token::As => {
            let to = match place.word(1) {
                "" => "f64",
                "usize" | "isize" | "int" => "i64",
                "float" | "double" => "f64",
                to => to,
            };
            let value = match place.word(-1) {
                "" => "…",
                name => name,
            };
            instead(
                None,
                "`as` does not convert",
                format!("a value is converted by the name of the type: `{to}({value})`"),
            )
        }
        Token::In => help("write `xs.contains(x)`, or `m.has(key)` for a map"),
        Token::If if place.could_be("+") => instead(
            None,
            "an `if` follows no value",
            "write `if condition { a } else { b }`",
        ),
        Token::LBrace if matches!(place.token(-1), Some(Token::Upper(_))) && in_enum(place) => {
            help(format!(
                "the fields of a variant stand in parentheses: `{}(radius: f64)`",
                place.text_of(-1)
            ))
        }
        Token::LBrace if matches!(place.token(-1), Some(Token::Upper(_) | Token::SelfType)) => {
            help(format!(
                "a struct is built like a call: `{}(x: 1, y: 2)`",
                place.text_of(-1)
            ))
        }
        Token::Name(_) | Token::Int(_) | Token::Float(_)
            if place.token(-1) == Some(&Token::RParen)
                && place.token(-3) == Some(&Token::LParen)
                && sumi_type(place.word(-2)).is_some() =>
        {
            let to = sumi_type(place.word(-2)).unwrap_or("f64");
            help(format!(
                "a value is converted by the name of the type: `{to}({})`",
                place.text_of(0)
            ))
        }
        Token::Fn if is_type_body(place) => {
            help("methods stand in `impl Name { … }`, beside the type")
        }
        Token::Fn if place.could_be("int") => {
            help("a closure is written `|x| value` or `|x: T| -> U { … }`")
        }
        Token::Fn if place.could_be("newline") => {
            help("methods stand in `impl Name { … }`, beside the struct")
        }
        Token::Reserved => help("this word is reserved for later"),
        Token::Upper(_) if matches!(place.token(-1), Some(Token::Comma | Token::LBrace)) => {
            help("fields have lower-case names")
        }
        Token::Pipe | Token::PipePipe | Token::Return | Token::Break | Token::Continue => {
            help("put it in parentheses")
        }
        Token::Name(_) | Token::Int(_) | Token::Float(_) | Token::Str(_) | Token::StrBegin
            if matches!(place.token(-1), Some(Token::Dot)) =>
        {
            help("a digit follows the point: `1.0`")
        }
        found if found.surely_begins_statement() && place.could_be("+") => {
            help("statements are separated by new lines or `;`")
        }
        found
            if found.is_keyword()
                && (place.could_be("name") && place.token(1) == Some(&Token::Colon)
                    || matches!(
                        place.token(-1),
                        Some(Token::Let | Token::Var | Token::Fn | Token::Mut | Token::Const)
                    )) =>
        {
            help("this is a keyword; choose another name")
        }
        _ => None,
    }
}
