//! Words of other languages, read as names: `elif`, `function`, `int x`.

use crate::diagnostic::Diagnostic;
use crate::parse::hints::Place;
use crate::source::Span;
use crate::token::Token;

/// A keyword of another language, which was read as a name.
pub(in crate::parse) fn foreign_word(place: &Place<'_>) -> Option<Diagnostic> {
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
        "end" | "endif" | "fi" if place.word(-1).is_empty() => "a block ends with its `}`",
        "step" | "by" if is_for(place) => "a range with steps is `(a..b).step(n)`",
        "unless" => "write `if !condition { … }`",
        "from" => "write `import name`, or `import name.{a, b}`",
        _ => return None,
    };
    Some((found, place.span(), mend.to_string()))
}

/// Whether the word before the place begins a statement, an argument or a parameter.
fn begins_anew(place: &Place<'_>) -> bool {
    matches!(
        place.token(-2),
        None | Some(
            Token::Newline | Token::Semicolon | Token::LBrace | Token::LParen | Token::Comma
        )
    )
}

/// A word of another language at the head of the statement, or directly before the place where the grammar stopped.
fn leading_word<'t>(place: &Place<'t>) -> Option<(&'t str, Span, String)> {
    let before = place.word(-1);
    let begins = begins_anew(place)
        || matches!(
            place.token(-2),
            Some(
                Token::Assign
                    | Token::FatArrow
                    | Token::Pub
                    | Token::AmpAmp
                    | Token::PipePipe
                    | Token::If
                    | Token::While
                    | Token::Else
                    | Token::Amp
                    | Token::LAngle
                    | Token::Colon
                    | Token::Arrow
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
            | "func"
            | "when"
    )
}

fn word_mend(word: &str, place: &Place<'_>) -> Option<String> {
    let mend = match word {
        "func"
            if place
                .tokens
                .get(place.statement() + 1)
                .is_some_and(|t| t.token == Token::LParen) =>
        {
            "a method stands in `impl Point { fn len(self) -> i64 { … } }`"
        }
        "dyn" => "a value of any type that implements a trait is an `any Trait`",
        "guard" if place.token(0) == Some(&Token::Let) => {
            "write `let some(x) = value else { return }`"
        }
        "when" => "write `match value { pattern => …, _ => … }`",
        "echo" | "puts" => "text is printed by `print(x, y)`",
        "abstract" | "sealed" | "virtual" | "override" => {
            "leave it out: there is no inheritance; what types have in common is a `trait`"
        }
        "data" if place.word(0) == "class" => {
            "declare a `struct` with its fields, and its methods in `impl Name { … }`"
        }
        "typeof" => "every type is known before running; the REPL shows it by `:type x`",
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
        "typedef" => "write the type itself, or make a type of its own: `struct Name { value: … }`",
        "using" if place.line_goes_on_with(&Token::Assign) => {
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
    let begins = begins_anew(place)
        || matches!(
            place.token(-2),
            Some(Token::Const | Token::Var | Token::Let)
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
pub(super) fn sumi_type(word: &str) -> Option<&str> {
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

pub(super) fn is_arm(place: &Place<'_>) -> bool {
    let end = place.index.min(place.tokens.len());
    place.tokens[..end]
        .iter()
        .any(|token| token.token == Token::Match)
}
