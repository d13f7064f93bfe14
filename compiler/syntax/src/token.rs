//! The alphabet of the grammar. Most tokens come from logos one by one; those without a pattern here are made by the
//! layer in `lexer`, which knows what stands around them.

use crate::ast::FormatSpec;
use logos::Logos;
use smol_str::SmolStr;
use std::fmt;

#[derive(Logos, Clone, PartialEq, Debug)]
#[logos(skip r"[ \t\r\u{feff}]+")]
pub(crate) enum Token {
    // Trivia and openers, which never reach the grammar.
    #[token("\n")]
    LineBreak,
    #[regex(r"//[^\n]*", allow_greedy = true)]
    LineComment,
    #[token("/*")]
    CommentOpen,
    #[token("\"")]
    Quote,
    #[token("\"\"\"")]
    TripleQuote,
    #[regex(r##"r#*""##)]
    #[regex(r##"r#*""""##)]
    RawQuote,
    #[token("b\"")]
    ByteQuote,
    #[token("b'")]
    ByteTick,
    #[token("'")]
    Tick,
    #[regex(r"[0-9][0-9_]*")]
    #[regex(r"0x[0-9a-fA-F_]*")]
    #[regex(r"0o[0-7_]*")]
    #[regex(r"0b[01_]*")]
    IntText,
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*([eE][+-]?[0-9][0-9_]*)?")]
    #[regex(r"[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*")]
    FloatText,

    // Made by the layer.
    /// A line break that ends a statement.
    Newline,
    /// `<` that opens type arguments.
    LAngle,
    /// `>` that closes them.
    RAngle,
    /// `else` of a `let`, which never follows a `}`.
    LetElse,
    Any,
    Host,
    Test,
    Bench,
    Upper(SmolStr),
    /// `$3`: the value of an earlier entry of a REPL.
    Past(SmolStr),
    Int(u128),
    Float(f64),
    Char(char),
    Byte(u8),
    Bytes(Vec<u8>),
    /// A text without interpolation.
    Str(SmolStr),
    StrBegin,
    StrText(SmolStr),
    InterpOpen,
    InterpClose(Option<FormatSpec>),
    StrEnd,
    /// Bytes that mean nothing.
    Bad,
    /// A statement, field or arm that did not parse, put in place of its tokens.
    Skipped,

    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*", |lex| SmolStr::new(lex.slice()))]
    Name(SmolStr),
    #[token("_", priority = 5)]
    Underscore,

    #[token("as")]
    As,
    #[token("break")]
    Break,
    #[token("const")]
    Const,
    #[token("continue")]
    Continue,
    #[token("else")]
    Else,
    #[token("enum")]
    Enum,
    #[token("err")]
    Err,
    #[token("extern")]
    Extern,
    #[token("false")]
    False,
    #[token("fn")]
    Fn,
    #[token("for")]
    For,
    #[token("if")]
    If,
    #[token("impl")]
    Impl,
    #[token("import")]
    Import,
    #[token("in")]
    In,
    #[token("let")]
    Let,
    #[token("loop")]
    Loop,
    #[token("match")]
    Match,
    #[token("mut")]
    Mut,
    #[token("none")]
    None,
    #[token("ok")]
    Ok,
    #[token("pub")]
    Pub,
    #[token("return")]
    Return,
    #[token("self")]
    SelfValue,
    #[token("Self")]
    SelfType,
    #[token("some")]
    Some,
    #[token("struct")]
    Struct,
    #[token("trait")]
    Trait,
    #[token("true")]
    True,
    #[token("type")]
    Type,
    #[token("var")]
    Var,
    #[token("while")]
    While,
    /// `async await macro unsafe yield`
    #[token("async")]
    #[token("await")]
    #[token("macro")]
    #[token("unsafe")]
    #[token("yield")]
    Reserved,

    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token(",")]
    Comma,
    #[token(";")]
    Semicolon,
    #[token(":")]
    Colon,
    #[token("@")]
    At,
    #[token(".")]
    Dot,
    #[token("?.")]
    OptDot,
    #[token("..")]
    DotDot,
    #[token("..=")]
    DotDotEq,
    #[token("...")]
    Ellipsis,
    #[token("->")]
    Arrow,
    #[token("=>")]
    FatArrow,
    #[token("?")]
    Question,
    #[token("??")]
    QuestionQuestion,
    #[token("!")]
    Bang,
    #[token("~")]
    Tilde,
    #[token("=")]
    Assign,
    #[token("+=")]
    PlusAssign,
    #[token("-=")]
    MinusAssign,
    #[token("*=")]
    StarAssign,
    #[token("/=")]
    SlashAssign,
    #[token("%=")]
    PercentAssign,
    #[token("**=")]
    StarStarAssign,
    #[token("&=")]
    AmpAssign,
    #[token("|=")]
    PipeAssign,
    #[token("^=")]
    CaretAssign,
    #[token("<<=")]
    ShlAssign,
    #[token(">>=")]
    ShrAssign,
    #[token("??=")]
    CoalesceAssign,
    #[token("+")]
    Plus,
    #[token("++")]
    PlusPlus,
    /// `--` that ends a statement: found by the layer around, since `a--b` subtracts.
    MinusMinus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("**")]
    StarStar,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("<<")]
    Shl,
    #[token(">>")]
    Shr,
    #[token("&")]
    Amp,
    #[token("^")]
    Caret,
    #[token("|")]
    Pipe,
    #[token("&&")]
    AmpAmp,
    #[token("||")]
    PipePipe,
    #[token("==")]
    EqEq,
    #[token("!=")]
    NotEq,
    #[token("<")]
    Lt,
    #[token("<=")]
    Le,
    #[token(">")]
    Gt,
    #[token(">=")]
    Ge,
}

/// What an editor colours alike.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenClass {
    Keyword,
    TypeName,
    Name,
    Number,
    Text,
    Comment,
    Operator,
    Punctuation,
    Newline,
    Bad,
}

impl fmt::Display for TokenClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TokenClass::Keyword => "keyword",
            TokenClass::TypeName => "type-name",
            TokenClass::Name => "name",
            TokenClass::Number => "number",
            TokenClass::Text => "text",
            TokenClass::Comment => "comment",
            TokenClass::Operator => "operator",
            TokenClass::Punctuation => "punctuation",
            TokenClass::Newline => "newline",
            TokenClass::Bad => "bad",
        })
    }
}

impl Token {
    pub(crate) fn class(&self) -> TokenClass {
        use Token::*;
        match self {
            LineComment | CommentOpen => TokenClass::Comment,
            LineBreak | Newline => TokenClass::Newline,
            Quote | TripleQuote | RawQuote | ByteQuote | ByteTick | Tick | Char(_) | Byte(_)
            | Bytes(_) | Str(_) | StrBegin | StrText(_) | StrEnd => TokenClass::Text,
            IntText | FloatText | Int(_) | Float(_) => TokenClass::Number,
            Upper(_) | SelfType => TokenClass::TypeName,
            Name(_) | Past(_) | Underscore => TokenClass::Name,
            Bad | Skipped => TokenClass::Bad,
            LParen | RParen | LBracket | RBracket | LBrace | RBrace | LAngle | RAngle | Comma
            | Semicolon | Colon | At | Dot | InterpOpen | InterpClose(_) => TokenClass::Punctuation,
            token if token.is_keyword() => TokenClass::Keyword,
            _ => TokenClass::Operator,
        }
    }

    pub(crate) fn is_keyword(&self) -> bool {
        use Token::*;
        matches!(
            self,
            As | Break
                | Const
                | Continue
                | Else
                | LetElse
                | Enum
                | Err
                | Extern
                | False
                | Fn
                | For
                | If
                | Impl
                | Import
                | In
                | Let
                | Loop
                | Match
                | Mut
                | None
                | Ok
                | Pub
                | Return
                | SelfValue
                | SelfType
                | Some
                | Struct
                | Trait
                | True
                | Type
                | Var
                | While
                | Any
                | Host
                | Test
                | Bench
                | Reserved
        )
    }

    /// Whether a line break after it may end a statement. A `!` counts if no blank stands before it, which the
    /// caller knows.
    pub(crate) fn can_end_statement(&self, blank_before: bool) -> bool {
        use Token::*;
        match self {
            Name(_) | Upper(_) | Past(_) | Int(_) | Float(_) | Char(_) | Byte(_) | Bytes(_)
            | Str(_) | StrEnd | RParen | RBracket | RBrace | Question | Underscore | RAngle
            | Break | Continue | Return | SelfValue | SelfType | None | Some | Ok | Err | True
            | False | PlusPlus | MinusMinus | Ellipsis | Bad | Reserved => true,
            Bang => !blank_before,
            _ => false,
        }
    }

    /// Whether it continues the line above.
    pub(crate) fn continues_statement(&self) -> bool {
        use Token::*;
        matches!(
            self,
            Dot | OptDot
                | QuestionQuestion
                | Else
                | LetElse
                | FatArrow
                | DotDot
                | DotDotEq
                | RParen
                | RBracket
                | Comma
                | Plus
                | Star
                | StarStar
                | Slash
                | Percent
                | Shl
                | Shr
                | Amp
                | Caret
                | AmpAmp
                | PipePipe
                | EqEq
                | NotEq
                | Lt
                | Le
                | Gt
                | Ge
                | RAngle
        )
    }

    /// Whether it may be the name of `fn op`.
    pub(crate) fn is_operator_name(&self) -> bool {
        use Token::*;
        matches!(
            self,
            Plus | Minus
                | Star
                | StarStar
                | Slash
                | Percent
                | Shl
                | Shr
                | Amp
                | Caret
                | Pipe
                | EqEq
                | NotEq
                | Lt
                | Le
                | Gt
                | Ge
        )
    }

    /// Whether it begins a declaration or binding and nothing else, so that brackets open before it were forgotten.
    pub(crate) fn surely_begins_statement(&self) -> bool {
        use Token::*;
        matches!(
            self,
            Let | Var | Const | Struct | Enum | Trait | Impl | Import | Pub
        )
    }
}
