//! Words for a token that does not fit: what was expected, and for the habits of other languages how Sumi says it.

use crate::diagnostic::Diagnostic;
use crate::lexer::Spanned;
use crate::source::{SourceFile, Span};
use crate::token::Token;

/// The place of a mistake with the tokens around it.
struct Place<'t> {
    file: &'t SourceFile,
    tokens: &'t [Spanned],
    index: usize,
    expected: &'t [String],
    /// What stands on the next line.
    next: Option<&'t Token>,
}

pub(super) fn unexpected(
    file: &SourceFile,
    tokens: &[Spanned],
    index: usize,
    expected: &[String],
    next: Option<&Token>,
) -> Diagnostic {
    let place = Place {
        file,
        tokens,
        index,
        expected,
        next,
    };
    let span = place.span();
    let found = place.found();
    let diagnostic = match expectation(expected) {
        Some(what) => Diagnostic::error("syntax", format!("{what} is expected, found {found}"))
            .at(span, format!("{what} is expected here")),
        None => Diagnostic::error("syntax", format!("{found} does not fit here"))
            .at(span, "not expected here"),
    };
    match habit(&place) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

impl<'t> Place<'t> {
    fn could_be(&self, name: &str) -> bool {
        self.expected.iter().any(|e| e.trim_matches('"') == name)
    }

    /// The token `by` places after the mistake, or before it.
    fn token(&self, by: isize) -> Option<&'t Token> {
        let at = self.index.checked_add_signed(by)?;
        self.tokens.get(at).map(|token| &token.token)
    }

    fn word(&self, by: isize) -> &'t str {
        match self.token(by) {
            Some(Token::Name(name) | Token::Upper(name)) => name,
            _ => "",
        }
    }

    fn span(&self) -> Span {
        let id = self.file.id;
        match self.tokens.get(self.index) {
            Some(token) => Span::new(id, token.start, token.end),
            None => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                Span::new(id, end, end)
            }
        }
    }

    fn found(&self) -> String {
        let text = self.file.slice(self.span());
        match self.token(0) {
            Option::None => "the end of the statement".to_string(),
            Some(Token::Newline) => "the end of the line".to_string(),
            Some(Token::Str(_) | Token::StrBegin) => "a text".to_string(),
            Some(Token::LAngle | Token::RAngle) => format!("`{text}` of type arguments"),
            Some(Token::InterpClose(_)) => "the end of the interpolation".to_string(),
            Some(token) if token.is_keyword() => format!("the keyword `{text}`"),
            Some(_) => format!("`{text}`"),
        }
    }

    /// The index at which the statement of the mistake begins, roughly.
    fn statement(&self) -> usize {
        let before = &self.tokens[..self.index.min(self.tokens.len())];
        let separator = before.iter().rposition(|token| {
            matches!(
                token.token,
                Token::Newline | Token::Semicolon | Token::LBrace | Token::RBrace
            )
        });
        separator.map_or(0, |at| at + 1)
    }

    fn statement_has(&self, wanted: &Token) -> bool {
        let end = self.index.min(self.tokens.len());
        self.tokens[self.statement()..end]
            .iter()
            .any(|token| token.token == *wanted)
    }

    fn has_endless_range(&self) -> bool {
        let mut pairs = self.tokens.windows(2);
        pairs.any(|pair| pair[0].token == Token::DotDot && pair[1].token == Token::LBrace)
    }

    fn begins_with_block_keyword(&self) -> bool {
        let first = self.tokens.get(self.statement()).map(|token| &token.token);
        use Token::{Else, Fn, For, If, Impl, Loop, Match, Struct, While};
        matches!(
            first,
            Some(If | Else | While | For | Loop | Match | Fn | Struct | Impl)
        )
    }

    fn first_word(&self) -> &'t str {
        match self.tokens.get(self.statement()).map(|token| &token.token) {
            Some(Token::Name(name) | Token::Upper(name)) => name,
            _ => "",
        }
    }
}

/// What the grammar could have read, in a few words, if they are few.
fn expectation(expected: &[String]) -> Option<String> {
    let can = |name: &str| expected.iter().any(|e| e.trim_matches('"') == name);
    let continues = can("+") && can("*");
    if can("int") && can("if") && !continues {
        return Some("an expression".to_string());
    }
    if can("int") && can("_") {
        return Some("a pattern".to_string());
    }
    if can("any") && can("fn") {
        return Some("a type".to_string());
    }
    if can("name") && can("upper") && !can("(") {
        return Some("a name".to_string());
    }
    if can("name") && expected.len() <= 3 {
        return Some("a lower-case name".to_string());
    }
    if continues {
        let closer = [")", "]", "}", "{", "=>"].into_iter().find(|c| can(c));
        let closer = closer.filter(|_| !can("newline"))?;
        let comma = if can(",") { "`,` or " } else { "" };
        return Some(format!("{comma}{}", quoted(closer)));
    }
    let names: Vec<&str> = expected
        .iter()
        .map(|e| e.trim_matches('"'))
        .filter(|e| !matches!(*e, "skipped" | ";" | "." | "?." | "<type"))
        .collect();
    if can("newline") {
        return Some("a new line".to_string());
    }
    match names.as_slice() {
        [] => Option::None,
        [one] => Some(quoted(one)),
        [one, two] => Some(format!("{} or {}", quoted(one), quoted(two))),
        [one, two, three] => Some(format!(
            "{}, {} or {}",
            quoted(one),
            quoted(two),
            quoted(three)
        )),
        _ => Option::None,
    }
}

fn quoted(name: &str) -> String {
    match name {
        "name" => "a lower-case name".to_string(),
        "upper" => "an upper-case name".to_string(),
        "newline" => "a new line".to_string(),
        "text" | "text begin" => "a text".to_string(),
        "int" => "an integer".to_string(),
        "type>" => "`>`".to_string(),
        "<type" => "`<`".to_string(),
        other => format!("`{other}`"),
    }
}

/// What someone who comes from another language probably meant.
fn habit(place: &Place<'_>) -> Option<String> {
    let help = word_habit(place.word(0))
        .or_else(|| word_before_habit(place))
        .or_else(|| token_habit(place))
        .or_else(|| first_word_habit(place.first_word()))?;
    Some(help.to_string())
}

fn word_habit(found: &str) -> Option<&'static str> {
    Some(match found {
        "and" => "write `&&`",
        "or" => "write `||`",
        "elif" | "elsif" | "elseif" => "write `else if`",
        "then" => "write the branch in braces: `if c { … }`",
        "do" => "write the body in braces",
        "is" | "instanceof" => "use `match`, or `if let x: T = value`",
        "unless" => "write `if !condition { … }`",
        _ => return Option::None,
    })
}

fn word_before_habit(place: &Place<'_>) -> Option<&'static str> {
    let before = place.word(-1);
    let is_name = matches!(place.token(0), Some(Token::Name(_) | Token::Upper(_)));
    let begins = matches!(
        place.token(-2),
        Option::None
            | Some(
                Token::Newline | Token::Semicolon | Token::LBrace | Token::LParen | Token::Comma
            )
    );
    if is_name && begins && is_foreign_type(before) {
        return Some(
            "declare with `let` or `var`: `let x: i64 = 3`; the integer types are i8 to i64 and u8 to u64",
        );
    }
    if before == "not" {
        return Some("write `!`");
    }
    first_word_habit(before).filter(|_| is_name || place.token(0) == Some(&Token::LBrace))
}

fn first_word_habit(first: &str) -> Option<&'static str> {
    Some(match first {
        "function" | "def" | "func" | "fun" | "proc" | "sub" => "functions are declared with `fn`",
        "class" | "record" | "interface" => "declare a `struct`, an `enum` or a `trait`",
        "switch" => "write `match value { pattern => … }`",
        "case" => "the arms of a `match` are written `pattern => value`",
        "elif" | "elsif" | "elseif" => "write `else if` after the `}`",
        "until" => "write `while !condition { … }`",
        "do" => "write `loop { … if c { break } }`",
        "foreach" => "write `for x in xs { … }`",
        "try" => "an error is a value: `e?` passes it on, and `match` tells `ok` from `err`",
        "throw" | "raise" => "return `fail(\"message\")`, or end the run with `panic(\"message\")`",
        "use" | "include" | "require" | "from" | "using" => "write `import name`",
        "mod" | "module" | "package" | "namespace" => {
            "a file is a module; there is nothing to declare"
        }
        "mut" | "val" | "auto" | "my" => "write `let` for a binding, `var` for a variable",
        "public" | "private" | "export" | "static" => "what importers may see is marked `pub`",
        "new" => "a struct is built like a call: `Point(1, 2)`",
        _ => return Option::None,
    })
}

fn is_foreign_type(word: &str) -> bool {
    matches!(
        word,
        "int"
            | "long"
            | "short"
            | "uint"
            | "float"
            | "double"
            | "number"
            | "string"
            | "String"
            | "boolean"
            | "void"
            | "usize"
            | "isize"
            | "i64"
            | "i32"
            | "f64"
            | "f32"
            | "bool"
            | "str"
            | "char"
            | "u8"
    )
}

fn token_habit(place: &Place<'_>) -> Option<&'static str> {
    Some(match place.token(0) {
        Option::None if place.next == Some(&Token::LBrace) => {
            "a `{` stands on the line of what it belongs to"
        }
        Option::None if place.has_endless_range() => {
            "a range without an end stands in parentheses here"
        }
        Option::None
            if place.token(-1) == Some(&Token::Minus) && place.token(-2) == Some(&Token::Minus) =>
        {
            "write `-= 1`"
        }
        Some(Token::Name(_) | Token::Int(_) | Token::Str(_))
            if place.token(-1) == Some(&Token::Question) =>
        {
            "write `if condition { a } else { b }`"
        }
        _ if place.token(-1) == Some(&Token::Pub) => "`pub` stands before a declaration",
        Some(Token::Newline) if place.token(1) == Some(&Token::LBrace) => {
            "a `{` stands on the line of what it belongs to"
        }
        Some(Token::LBrace) if before_newline(place) => {
            "a `{` stands on the line of what it belongs to"
        }
        Some(Token::Else | Token::LetElse) => {
            "an `else` follows the `}` of an `if`, or the value of a `let`"
        }
        Some(Token::Assign) if place.token(-1) == Some(&Token::Colon) => {
            "bind with `let x = value`, assign with `x = value`"
        }
        Some(Token::Assign) if matches!(place.token(-1), Some(Token::EqEq | Token::NotEq)) => {
            "write `==` and `!=`"
        }
        Some(Token::Colon) if place.token(-1) == Some(&Token::Colon) => {
            "paths are written with dots: `Shape.Circle(2)`"
        }
        Some(Token::Colon) if place.statement_has(&Token::Question) => {
            "write `if condition { a } else { b }`"
        }
        Some(Token::Colon) if place.token(1) == Some(&Token::Colon) => {
            "paths are written with dots: `Shape.Circle(2)`"
        }
        Some(Token::Colon) if place.could_be("->") => "the result type follows `->`",
        Some(Token::Colon) if place.begins_with_block_keyword() => {
            "blocks stand in braces: `{ … }`"
        }
        Some(Token::Arrow) if place.could_be("=>") => "an arm is written `pattern => value`",
        Some(Token::Arrow) => {
            "a type is noted with `x: T`; `->` stands between parameters and result"
        }
        Some(Token::FatArrow) if !place.statement_has(&Token::Match) => {
            "a closure is written `|x| value`"
        }
        Some(Token::Bang) if place.token(1) == Some(&Token::LParen) => {
            "there are no macros; call it without `!`"
        }
        Some(Token::Reserved) => "this word is reserved for later",
        Some(Token::Minus) if place.token(-1) == Some(&Token::Minus) => "write `-= 1`",
        Some(Token::Semicolon) => "fields and arms are separated by new lines or commas",
        Some(Token::Str(_)) if place.token(-1) == Some(&Token::Import) => {
            "a module is named without quotes: `import physics`"
        }
        Some(Token::Upper(_)) if matches!(place.token(-1), Some(Token::Comma | Token::LBrace)) => {
            "fields have lower-case names"
        }
        Some(Token::Pipe | Token::PipePipe | Token::Return | Token::Break | Token::Continue) => {
            "put it in parentheses"
        }
        Some(Token::RBrace | Token::RParen | Token::RBracket)
            if place.token(-1) == Some(&Token::DotDot) =>
        {
            "a range without an end stands in parentheses here"
        }
        Some(token) if token.surely_begins_statement() && place.could_be("+") => {
            "statements are separated by new lines or `;`"
        }
        Some(token)
            if token.is_keyword()
                && matches!(
                    place.token(-1),
                    Some(Token::Let | Token::Var | Token::Fn | Token::Mut | Token::Const)
                ) =>
        {
            "this is a keyword; choose another name"
        }
        _ => return Option::None,
    })
}

fn before_newline(place: &Place<'_>) -> bool {
    place.token(-1) == Some(&Token::Newline)
}
