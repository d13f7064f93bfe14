//! Signs of other languages that Sumi reads as several tokens: `::`, `~=`, `++`.

use super::{Habit, instead};
use crate::parse::hints::Place;
use crate::source::Span;
use crate::token::Token;

/// Signs of two or three characters that Sumi reads as several tokens.
pub(super) fn pairs(place: &Place<'_>) -> Option<Habit> {
    let both = |first: isize| Some(place.span_of(first)?.to(place.span_of(first + 1)?));
    match (place.token(-1), place.token(0), place.token(1)) {
        (_, Some(Token::Colon), Some(Token::Colon)) => double_colon(place, 0, both(0)),
        (Some(Token::Colon), Some(Token::Colon), _) => double_colon(place, -1, both(-1)),
        (_, Some(Token::Tilde), Some(Token::Assign)) => {
            instead(both(0), "there is no `~=`", "write `!=`")
        }
        (Some(Token::Lt), Some(Token::Gt), _) => {
            instead(both(-1), "there is no `<>`", "write `!=`")
        }
        (Some(Token::EqEq), Some(Token::Assign), _) => instead(
            both(-1),
            "there is no `===`",
            "write `==`, which compares values of one type",
        ),
        (Some(Token::NotEq), Some(Token::Assign), _) => {
            instead(both(-1), "there is no `!==`", "write `!=`")
        }
        (Some(Token::Colon), Some(Token::Assign), _) => instead(
            both(-1),
            "there is no `:=`",
            "bind with `let x = value`, assign with `x = value`",
        ),
        (_, Some(Token::PlusPlus), _) => {
            let name = match (place.word(-1), place.word(1)) {
                ("", "") => "x",
                ("", after) => after,
                (before, _) => before,
            };
            let help = format!("write `{name} += 1`, a statement of its own");
            instead(None, "there is no `++`", help)
        }
        (_, Some(Token::CoalesceAssign), _) => {
            let name = match place.word(-1) {
                "" => "x",
                name => name,
            };
            let help = format!("write `{name} = {name} ?? …`");
            instead(None, "there is no `??=`", help)
        }
        (_, Some(Token::MinusMinus), _) => instead(
            None,
            "there is no `--`",
            "write `x -= 1`, a statement of its own",
        ),
        (_, Some(Token::Ellipsis), _) if in_pattern(place) => instead(
            None,
            "an array is taken apart without a name for the rest",
            "write `[first, ..]`, and take the rest by `xs[1..]`",
        ),
        (Some(Token::Colon), Some(Token::Ellipsis), _) => instead(
            None,
            "a function has a fixed number of parameters",
            "take an array: `xs: [i64]`",
        ),
        (Some(Token::LParen | Token::Comma), Some(Token::Ellipsis), _)
            if place.could_be(")") || place.token(-1) == Some(&Token::LParen) =>
        {
            instead(
                None,
                "a function has a fixed number of parameters",
                "let it take an array, and pass that",
            )
        }
        (_, Some(Token::Ellipsis), _)
            if place
                .token(-1)
                .is_some_and(|t| matches!(t, Token::LBracket | Token::Comma)) =>
        {
            instead(
                None,
                "an array is not spread in another one",
                "arrays are joined by `+`: `xs + [1]`",
            )
        }
        (_, Some(Token::Ellipsis), _) => instead(
            None,
            "there is no `...`",
            "a range is `a..b` (without `b`) or `a..=b` (with it)",
        ),
        _ => None,
    }
}

/// In the brackets of a pattern.
fn in_pattern(place: &Place<'_>) -> bool {
    let binds = place
        .first()
        .is_some_and(|(first, _)| matches!(first, Token::Let | Token::Var));
    let in_brackets = place.statement_has(&Token::LBracket);
    in_brackets
        && (binds && !place.statement_has(&Token::Assign)
            || place.could_be("_") && place.could_be("mut"))
}

fn double_colon(place: &Place<'_>, at: isize, span: Option<Span>) -> Option<Habit> {
    let help = match place.word(at - 1) {
        ty @ ("i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "f32" | "f64")
            if matches!(place.word(at + 2), "MAX" | "MIN") =>
        {
            let limit = place.word(at + 2).to_lowercase();
            return instead(span, "there is no `::`", format!("write `{ty}.{limit}`"));
        }
        _ if place.token(at + 2) == Some(&Token::LAngle) => {
            "leave the type arguments out: those of a function are inferred"
        }
        "std" | "core" | "math" => {
            "`import math` has `math.pi` and the like; paths are written with dots"
        }
        "Vec" | "List" => "an empty array is `[]`, with its type `let xs: [i64] = []`",
        "HashMap" | "BTreeMap" | "Map" => {
            "an empty map is `[:]`, with its type `let m: [str: i64] = [:]`"
        }
        "HashSet" | "BTreeSet" => "an empty set is `Set<i64>()`",
        "String" => "an empty text is `\"\"`; `str(x)` makes text of any value",
        "Box" | "Rc" | "Arc" => {
            "leave it out: every value may be shared, and recursive types need no box"
        }
        _ => "paths are written with dots: `Shape.Circle(2)`, `Vec2.zero()`",
    };
    instead(span, "there is no `::`", help)
}
