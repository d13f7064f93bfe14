//! The habits of other languages that do not parse, and how Sumi says the same.

use super::hints::Place;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::token::Token;

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

/// A keyword of another language, which was read as a name.
pub(super) fn foreign_word(place: &Place<'_>) -> Option<Diagnostic> {
    let (word, at, mend) = between_words(place)
        .or_else(|| leading_word(place))
        .or_else(|| foreign_type(place))?;
    Some(
        Diagnostic::error("foreign-word", format!("there is no `{word}`"))
            .at(at, "not a word of Sumi")
            .help(mend),
    )
}

/// Words that stand where the grammar stopped, after something complete.
fn between_words<'t>(place: &Place<'t>) -> Option<(&'t str, Span, String)> {
    let found = place.word(0);
    let mend = match found {
        "and" => "write `&&`",
        "or" => "write `||`",
        "elif" | "elsif" | "elseif" => "write `else if`",
        "then" => "write the branches in braces: `if c { … } else { … }`",
        "do" => "write the body in braces: `while c { … }`",
        "is" if place.text_of(1) == "not" || place.token(1) == Some(&Token::None) => {
            "write `== none` or `!= none`; `if let some(x) = value` takes the value out"
        }
        "is" | "instanceof" => "use `match`, or `if let x: T = value` for what is inside an `any`",
        "not" => "write `!xs.contains(x)` or `!(…)`",
        "where" => "a bound stands where the parameter is declared: `fn f<T: Num>(x: T)`",
        "extends" | "implements" => {
            "there is no inheritance: give the struct a field of the other type, and `impl Trait for Type { … }`"
        }
        "of" => "write `for x in xs { … }`",
        "unless" => "write `if !condition { … }`",
        "from" => "write `import name`, or `import name.{a, b}`",
        _ => return None,
    };
    Some((found, place.span(), mend.to_string()))
}

/// A word of another language at the head of the statement, or directly before the place where the grammar stopped.
fn leading_word<'t>(place: &Place<'t>) -> Option<(&'t str, Span, String)> {
    let before = place.word(-1);
    let begins = matches!(
        place.token(-2),
        None | Some(
            Token::Newline
                | Token::Semicolon
                | Token::LBrace
                | Token::LParen
                | Token::Comma
                | Token::Assign
                | Token::FatArrow
                | Token::Pub
                | Token::AmpAmp
                | Token::PipePipe
                | Token::If
                | Token::While
                | Token::Else
        )
    );
    if begins && let Some(mend) = word_mend(before, place) {
        return Some((before, place.span_of(-1)?, mend));
    }
    let first = place.first_word();
    let (_, at) = place.first()?;
    let is_used = matches!(
        place
            .tokens
            .get(place.statement() + 1)
            .map(|second| &second.token),
        Some(Token::LParen | Token::Dot | Token::Assign | Token::LBracket | Token::Comma)
    );
    if is_used && !has_head_in_parentheses(first) {
        return None;
    }
    Some((first, at, word_mend(first, place)?))
}

fn has_head_in_parentheses(word: &str) -> bool {
    matches!(
        word,
        "switch"
            | "foreach"
            | "catch"
            | "until"
            | "unless"
            | "elif"
            | "elseif"
            | "elsif"
            | "using"
            | "function"
    )
}

fn word_mend(word: &str, place: &Place<'_>) -> Option<String> {
    let mend = match word {
        "function" | "def" | "func" | "fun" | "proc" | "sub" | "lambda" => {
            if place.token(-2) == Some(&Token::Assign) || word == "lambda" {
                "a closure is written `|x| value` or `|x| { … }`"
            } else {
                "a function is declared by `fn name(x: T) -> U { … }`"
            }
        }
        "local" if place.word(0) == "function" => "a function is declared by `fn name(x: T) { … }`",
        "local" | "val" | "auto" | "my" | "mut" => {
            "write `let x = …` for a binding, `var x = …` for a variable"
        }
        "static" | "final" | "readonly" => "write `const`, `let` or `var`",
        "class" | "record" => {
            "declare a `struct` with its fields, and its methods in `impl Name { … }`"
        }
        "interface" | "protocol" => "declare a `trait`: `trait Name { fn f(self) -> T }`",
        "union" => "declare an `enum` whose variants have fields",
        "typedef" | "using" if place.line_goes_on_with(&Token::Assign) => {
            "write the type itself, or make a type of its own: `struct Name { value: … }`"
        }
        "switch" | "case" if is_arm(place) => "an arm of a `match` is written `pattern => value`",
        "switch" | "case" => "write `match value { pattern => …, _ => … }`",
        "default" => "the arm for all that is left is `_ => …`",
        "elif" | "elsif" | "elseif" => "write `else if` after the `}`",
        "until" => "write `while !condition { … }`",
        "unless" => "write `if !condition { … }`",
        "do" | "repeat" => "write `loop { … if done { break } }`",
        "foreach" => "write `for x in xs { … }`",
        "try" => {
            "an error is a value: `e?` passes it on, and `match e { ok(x) => …, err(e) => … }` handles it"
        }
        "catch" | "except" | "finally" => {
            "handle an error where it comes: `match e { ok(x) => …, err(e) => … }`"
        }
        "throw" | "raise" => {
            "return an error by `return fail(\"message\")` from a function of type `T!`, or end the run with `panic(\"message\")`"
        }
        "use" | "include" | "require" | "from" | "using" => {
            "write `import name`, or `import name.{a, b}`"
        }
        "mod" | "module" | "package" | "namespace" => {
            "a file is a module, named by its file name; there is nothing to declare"
        }
        "public" | "export" => "what importers may see is marked `pub`",
        "private" | "protected" | "internal" => "leave it out: what is not `pub` is private",
        "new" => "a value is built by its type's name: `Point(1, 2)`",
        "not" => "write `!`: `!done`",
        "del" | "delete" | "free" => {
            "leave it out: a value is freed after its last use; `xs.remove(i)` removes an element"
        }
        "global" | "nonlocal" => "leave it out: a function may assign to a `var` of its file",
        "goto" => "leave loops with `break` and `continue`; they may name a labelled loop",
        "with" | "defer" => "leave it out: what a value holds is released after its last use",
        "pass" => "an empty body is `{ }`",
        "template" => "a generic function is `fn f<T>(x: T)`",
        "operator" => "an operator is a function: `fn +(a: T, b: T) -> T = …`",
        _ => return None,
    };
    Some(mend.to_string())
}

/// `int x = 3`, and `int add(int a, int b) { … }`.
fn foreign_type<'t>(place: &Place<'t>) -> Option<(&'t str, Span, String)> {
    let before = place.word(-1);
    let name = place.word(0);
    let begins = matches!(
        place.token(-2),
        None | Some(
            Token::Newline
                | Token::Semicolon
                | Token::LBrace
                | Token::LParen
                | Token::Comma
                | Token::Const
                | Token::Var
                | Token::Let
        )
    );
    if name.is_empty() || !begins {
        return None;
    }
    let ty = sumi_type(before)?;
    let value = if place.token(1) == Some(&Token::Assign) {
        " = …"
    } else {
        ""
    };
    let mend = if place.token(1) == Some(&Token::LParen) {
        format!("a function is declared by `fn {name}(x: T) -> {ty} {{ … }}`")
    } else if matches!(place.token(-2), Some(Token::LParen | Token::Comma)) && !is_for(place) {
        format!("the type follows the name: `{name}: {ty}`")
    } else if is_for(place) {
        format!("count with `for {name} in 0..n {{ … }}`")
    } else if place.tokens[0].token == Token::Struct {
        format!("the type of a field follows its name: `{name}: {ty}`")
    } else {
        format!("the type follows the name: `let {name}: {ty}{value}`, or `var` for a variable")
    };
    if before == ty {
        // A type of ours in the wrong place is a word of Sumi.
        return None;
    }
    Some((before, place.span_of(-1)?, mend))
}

/// What a type of another language is called.
fn sumi_type(word: &str) -> Option<&str> {
    Some(match word {
        "int" | "long" | "number" | "isize" | "usize" | "integer" | "ssize_t" => "i64",
        "short" => "i16",
        "uint" | "unsigned" | "size_t" => "u64",
        "byte" => "u8",
        "float" | "double" => "f64",
        "string" | "String" => "str",
        "boolean" | "Boolean" => "bool",
        "void" => "()",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "f32" | "f64" | "bool"
        | "str" | "char" => word,
        _ => return None,
    })
}

fn is_for(place: &Place<'_>) -> bool {
    let has = |token: &Token| place.statement_has(token);
    has(&Token::For)
}

fn is_arm(place: &Place<'_>) -> bool {
    let end = place.index.min(place.tokens.len());
    place.tokens[..end]
        .iter()
        .any(|token| token.token == Token::Match)
}

pub(super) fn habit(place: &Place<'_>) -> Option<Habit> {
    pairs(place)
        .or_else(|| at_end(place))
        .or_else(|| heads(place))
        .or_else(|| in_brackets(place))
        .or_else(|| separators(place))
        .or_else(|| others(place))
}

/// Signs of two or three characters that Sumi reads as several tokens.
fn pairs(place: &Place<'_>) -> Option<Habit> {
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
            let name = place.text_of(1);
            instead(None, "there is no `++`", format!("write `{name} += 1`"))
        }
        (_, Some(Token::MinusMinus), _) => instead(
            None,
            "there is no `--`",
            "write `x -= 1`, a statement of its own",
        ),
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

fn double_colon(place: &Place<'_>, at: isize, span: Option<Span>) -> Option<Habit> {
    let help = match place.word(at - 1) {
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
        _ => None,
    }
}

/// What is told by the word with which the statement begins.
fn heads(place: &Place<'_>) -> Option<Habit> {
    let (first, _) = place.first()?;
    let found = place.token(0);
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
            _ => None,
        },
        Token::Let | Token::Var
            if found == Some(&Token::Comma)
                && !place.statement_has(&Token::Assign)
                && !place.statement_has(&Token::Colon) =>
        {
            help("a tuple is taken apart in parentheses: `let (a, b) = …`")
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

fn begins_type(token: &Token) -> bool {
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

/// Inside of brackets.
fn in_brackets(place: &Place<'_>) -> Option<Habit> {
    match place.token(0) {
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
            help("the type of an array of fixed length is `[T; N]`")
        }
        Some(Token::LBracket) if place.token(1) == Some(&Token::RBracket) => {
            help(format!("the type of an array is `[{}]`", place.text_of(-1)))
        }
        Some(Token::Fn) => help("a closure is written `|x| value` or `|x: T| -> U { … }`"),
        _ => None,
    }
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
        Some(Token::Bang) if place.token(1) == Some(&Token::LParen) => help(format!(
            "there are no macros: call it without `!`, as `{}(…)`",
            place.text_of(-1)
        )),
        Some(Token::Bang) => help(
            "take a value out of an optional with `?? default`, `.expect(\"why\")` or `if let some(x) = …`",
        ),
        _ => None,
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
                "a function is called with parentheses: `{called}({})`",
                match found {
                    Token::StrBegin => "…",
                    _ => place.text_of(0),
                }
            ))
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
        Token::LBrace if matches!(place.token(-1), Some(Token::Upper(_))) => help(format!(
            "a struct is built like a call: `{}(x: 1, y: 2)`",
            place.text_of(-1)
        )),
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
                && matches!(
                    place.token(-1),
                    Some(Token::Let | Token::Var | Token::Fn | Token::Mut | Token::Const)
                ) =>
        {
            help("this is a keyword; choose another name")
        }
        _ => None,
    }
}
