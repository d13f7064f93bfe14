//! The tree that the parser makes: plain, near the text, every node with its span. Names are not resolved, sugar
//! is kept, and parentheses are kept too. Its depth is bounded by the lexer, so recursion over it is safe.

use crate::source::Span;
use smol_str::SmolStr;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ident {
    pub name: SmolStr,
    pub span: Span,
}

impl Ident {
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether the first letter makes it name a type, trait, variant or constant.
    pub fn is_upper(&self) -> bool {
        is_upper_name(&self.name)
    }
}

/// Upper case, or one of the few title case letters; leading underscores are passed over.
pub fn is_upper_name(name: &str) -> bool {
    let first = name.chars().find(|c| *c != '_');
    first.is_some_and(|c| c.is_uppercase() || is_title_case(c))
}

fn is_title_case(c: char) -> bool {
    matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ' | 'ᾼ' | 'ῌ' | 'ῼ')
        || matches!(c, 'ᾈ'..='ᾏ' | 'ᾘ'..='ᾟ' | 'ᾨ'..='ᾯ')
}

/// `a.b.C`: one or more names with dots between.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    pub segments: Vec<Ident>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Module {
    pub items: Vec<Item>,
    pub span: Span,
    /// `//=>` comments that stand after no item.
    pub stray_expected: Vec<Expected>,
    /// The names in what did not parse: nobody should hear that they are unknown.
    pub skipped: Vec<SmolStr>,
    pub doubts: Doubts,
}

/// What may be wrong only because something else was not understood.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Doubts {
    /// Declarations that were not understood whole.
    pub names: Vec<SmolStr>,
    /// Items whose brackets were repaired.
    pub torn: Vec<Span>,
}

/// A top-level item, a member of an `impl` or a trait, or a `fn` in a body.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    pub kind: ItemKind,
    pub span: Span,
    /// The text of the `///` lines before it, without the slashes.
    pub docs: Option<String>,
    pub is_pub: bool,
    pub attrs: Vec<Attr>,
    /// The value stated after it by `//=> text` on the line of its end.
    pub expected: Option<Expected>,
}

/// `@fast`
#[derive(Clone, PartialEq, Debug)]
pub struct Attr {
    pub name: Ident,
    pub args: Vec<Arg>,
    pub span: Span,
}

impl Attr {
    /// The name in `@was(name)`: what something was called when the values were made that live on.
    pub fn former_name(&self) -> Option<&Ident> {
        match (self.name.as_str(), self.args.as_slice()) {
            (
                "was",
                [
                    Arg {
                        name: None,
                        is_mut: false,
                        value:
                            Expr {
                                kind: ExprKind::Name(name),
                                ..
                            },
                        ..
                    },
                ],
            ) => Some(name),
            _ => None,
        }
    }
}

/// `//=> text`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    pub text: String,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ItemKind {
    Fn(FnDecl),
    Struct(StructDecl),
    Enum(EnumDecl),
    Trait(TraitDecl),
    Impl(ImplDecl),
    TypeAlias(TypeAlias),
    Extern(ExternBlock),
    ExternType(ExternType),
    Import(Import),
    /// `test "name" { }` and `bench "name" { }`
    Test(TestDecl),
    /// A binding, an assignment or an expression. Never `StmtKind::Item`.
    Stmt(Stmt),
    /// What could not be parsed; its diagnostic has been given.
    Error,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FnDecl {
    pub name: FnName,
    pub generics: Vec<GenericParam>,
    pub params: Vec<Param>,
    /// `...` after the parameters of a C function.
    pub is_variadic: bool,
    pub result: Option<FnResult>,
    /// None in traits and `extern` blocks.
    pub body: Option<FnBody>,
    /// `extern fn`: C calls it.
    pub is_extern: bool,
    /// From `fn` to before the body.
    pub head_span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FnName {
    Ident(Ident),
    Op(FnOp, Span),
}

impl FnName {
    pub fn span(&self) -> Span {
        match self {
            FnName::Ident(ident) => ident.span,
            FnName::Op(_, span) => *span,
        }
    }
}

/// The operators that may be defined. Unary minus is `Sub` with one parameter. `Other` is one that may not be
/// (`!=`, `>`, `<=`, `>=` follow from `==` and `<`): a diagnostic has been given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FnOp {
    Binary(BinaryOp),
    /// `fn [](self, key: K) -> V`
    Index,
    Other,
}

#[derive(Clone, PartialEq, Debug)]
pub struct GenericParam {
    pub name: Ident,
    pub kind: GenericKind,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum GenericKind {
    /// `T: A + B`
    Type { bounds: Vec<TraitRef> },
    /// `const N: i64`
    Const { ty: Type },
}

/// `Iter<i64>`, `shapes.Drawable`
#[derive(Clone, PartialEq, Debug)]
pub struct TraitRef {
    pub path: Path,
    pub args: Vec<Type>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    pub is_mut: bool,
    /// `self` and `mut self` have the name `self` and no type.
    pub name: Ident,
    pub ty: Option<Type>,
    pub default: Option<Expr>,
    pub span: Span,
}

impl Param {
    pub fn is_self(&self) -> bool {
        self.name.name == "self"
    }
}

/// `-> T`, or `-> mut T` of a projection.
#[derive(Clone, PartialEq, Debug)]
pub struct FnResult {
    pub is_mut: bool,
    pub ty: Type,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FnBody {
    Block(Block),
    /// `= expression`
    Expr(Expr),
}

#[derive(Clone, PartialEq, Debug)]
pub struct StructDecl {
    pub name: Ident,
    pub generics: Vec<GenericParam>,
    pub fields: Vec<Field>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    pub name: Ident,
    pub ty: Type,
    pub default: Option<Expr>,
    pub docs: Option<String>,
    pub attrs: Vec<Attr>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct EnumDecl {
    pub name: Ident,
    pub generics: Vec<GenericParam>,
    pub variants: Vec<Variant>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Variant {
    pub name: Ident,
    pub fields: Vec<VariantField>,
    pub docs: Option<String>,
    pub attrs: Vec<Attr>,
    pub span: Span,
}

/// `radius: f64`, or a type alone.
#[derive(Clone, PartialEq, Debug)]
pub struct VariantField {
    pub name: Option<Ident>,
    pub ty: Type,
    pub default: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct TraitDecl {
    pub name: Ident,
    pub generics: Vec<GenericParam>,
    pub supers: Vec<TraitRef>,
    /// Functions, with or without a body.
    pub members: Vec<Item>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ImplDecl {
    pub generics: Vec<GenericParam>,
    /// The trait of `impl Trait for Type`.
    pub of_trait: Option<TraitRef>,
    pub target: Type,
    pub members: Vec<Item>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct TypeAlias {
    pub name: Ident,
    pub generics: Vec<GenericParam>,
    pub ty: Type,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ExternBlock {
    pub library: ExternLibrary,
    pub fns: Vec<ExternFn>,
    pub globals: Vec<ExternGlobal>,
    pub types: Vec<ExternType>,
    /// `extern` with what follows it up to the `{`.
    pub head_span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ExternLibrary {
    /// `extern { }`
    Process,
    /// `extern host { }`
    Host,
    /// `extern "libm.so.6" { }`
    Lib(SmolStr, Span),
}

#[derive(Clone, PartialEq, Debug)]
pub struct ExternFn {
    pub decl: FnDecl,
    pub is_pub: bool,
    pub docs: Option<String>,
    pub span: Span,
}

/// `var lives: i64` or `let version: i32`
#[derive(Clone, PartialEq, Debug)]
pub struct ExternGlobal {
    pub is_var: bool,
    pub name: Ident,
    pub ty: Type,
    pub is_pub: bool,
    pub docs: Option<String>,
    pub span: Span,
}

/// `type Sound(drop: release_sound)`
#[derive(Clone, PartialEq, Debug)]
pub struct ExternType {
    pub name: Ident,
    pub drop: Option<Ident>,
    pub is_pub: bool,
    pub span: Span,
}

/// `import ai.steering as steer`, `import math.{pi, tau as t}`
#[derive(Clone, PartialEq, Debug)]
pub struct Import {
    pub path: Path,
    pub alias: Option<Ident>,
    /// The names in braces.
    pub names: Option<Vec<ImportName>>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ImportName {
    pub name: Ident,
    pub alias: Option<Ident>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct TestDecl {
    pub is_bench: bool,
    pub name: SmolStr,
    pub body: Block,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// A last statement that is an expression is the block's value.
    pub stmts: Vec<Stmt>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    Let(LetStmt),
    Assign(AssignStmt),
    Expr(Expr),
    /// A nested `fn`; no other item parses in a body without a diagnostic.
    Item(Box<Item>),
    Error,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BindingKind {
    Let,
    Var,
    Const,
}

#[derive(Clone, PartialEq, Debug)]
pub struct LetStmt {
    pub kind: BindingKind,
    pub pattern: Pattern,
    pub ty: Option<Type>,
    pub value: Expr,
    pub else_block: Option<Block>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct AssignStmt {
    /// A place, or a tuple of places; whether it is one is checked later.
    pub place: Expr,
    pub op: Option<BinaryOp>,
    pub op_span: Span,
    pub value: Expr,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// The value without its minus.
    Int(u128),
    Float(f64),
    Bool(bool),
    Char(char),
    /// `b'"'`
    Byte(u8),
    /// `b"PNG"`
    Bytes(Vec<u8>),
    Str(Vec<StrPart>),
    /// Any single name, upper or lower case, with `self`, `Self`, `some`, `none`, `ok` and `err`.
    Name(Ident),
    /// A path with type arguments: `Stack<i64>`, `pool.Pool<Enemy>`.
    TypePath {
        path: Path,
        args: Vec<Type>,
    },
    Field {
        base: Box<Expr>,
        name: Ident,
    },
    /// `t.0`
    TupleField {
        base: Box<Expr>,
        index: u32,
        index_span: Span,
    },
    /// `a?.b`
    OptField {
        base: Box<Expr>,
        name: Ident,
    },
    Call {
        callee: Box<Expr>,
        args: Vec<Arg>,
    },
    /// `recv.name(args)`; also what turns out to be `module.function(args)` or `Enum.Variant(args)`.
    MethodCall {
        recv: Box<Expr>,
        name: Ident,
        args: Vec<Arg>,
    },
    OptMethodCall {
        recv: Box<Expr>,
        name: Ident,
        args: Vec<Arg>,
    },
    /// `m[k]`, `m[k, default: d]`
    Index {
        base: Box<Expr>,
        args: Vec<Arg>,
    },
    /// `e?`
    Try(Box<Expr>),
    Unary {
        op: UnaryOp,
        op_span: Span,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Range {
        start: Option<Box<Expr>>,
        end: Option<Box<Expr>>,
        inclusive: bool,
    },
    /// `()`, `(a,)`, `(a, b)`
    Tuple(Vec<Expr>),
    Array(Vec<Expr>),
    /// `[x; n]`
    Repeat {
        value: Box<Expr>,
        count: Box<Expr>,
    },
    /// `[k: v]`, empty `[:]`
    Map(Vec<(Expr, Expr)>),
    Block(Block),
    If {
        condition: Box<Expr>,
        then_block: Block,
        /// A block or another `if`.
        else_branch: Option<Box<Expr>>,
    },
    Match {
        subject: Box<Expr>,
        arms: Vec<Arm>,
    },
    Loop {
        label: Option<Ident>,
        body: Block,
    },
    While {
        label: Option<Ident>,
        condition: Box<Expr>,
        body: Block,
    },
    For {
        label: Option<Ident>,
        pattern: Box<Pattern>,
        source: Box<Expr>,
        body: Block,
    },
    Closure {
        params: Vec<ClosureParam>,
        result: Option<Box<Type>>,
        /// An assignment stands here as a block of that one statement.
        body: Box<Expr>,
    },
    Return(Option<Box<Expr>>),
    /// `break`, `break value`, `break label: value`. A label alone, `break outer`, parses as the value `Name(outer)`,
    /// because only scopes tell which it is.
    Break {
        label: Option<Ident>,
        value: Option<Box<Expr>>,
    },
    Continue {
        label: Option<Ident>,
    },
    /// `let pattern = value` as a condition, joined to others by `&&`.
    Is {
        pattern: Box<Pattern>,
        value: Box<Expr>,
    },
    Paren(Box<Expr>),
    /// What could not be parsed; its diagnostic has been given.
    Error,
}

#[derive(Clone, PartialEq, Debug)]
pub enum StrPart {
    Text(SmolStr),
    Interp {
        expr: Expr,
        /// None where no `:` was written.
        spec: Option<FormatSpec>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Align {
    Left,
    Center,
    Right,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Radix {
    Hex,
    Binary,
    Octal,
    Exponent,
}

/// `[<^>][+][0][width][_][.digits][x|b|o|e]`
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FormatSpec {
    pub align: Option<Align>,
    pub plus: bool,
    pub zero: bool,
    pub width: Option<u32>,
    pub group: bool,
    pub digits: Option<u32>,
    pub radix: Option<Radix>,
    pub span: Option<Span>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Arg {
    pub name: Option<Ident>,
    pub is_mut: bool,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Arm {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    /// An assignment stands here as a block of that one statement.
    pub body: Expr,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ClosureParam {
    /// `mut x` is a binding marked `mut`.
    pub pattern: Pattern,
    pub ty: Option<Type>,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    Neg,
    Not,
    BitNot,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    Pow,
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    BitAnd,
    BitXor,
    BitOr,
    Coalesce,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
}

impl UnaryOp {
    pub fn text(self) -> &'static str {
        match self {
            UnaryOp::Neg => "-",
            UnaryOp::Not => "!",
            UnaryOp::BitNot => "~",
        }
    }
}

impl BinaryOp {
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Pow => "**",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitXor => "^",
            BinaryOp::BitOr => "|",
            BinaryOp::Coalesce => "??",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::And => "&&",
            BinaryOp::Or => "||",
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct Pattern {
    pub kind: PatternKind,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum PatternKind {
    Wildcard,
    /// A lower-case name.
    Bind {
        is_mut: bool,
        name: Ident,
    },
    Literal(Box<PatternLiteral>),
    /// `1..=9`, `'a'..='z'`, `10..`
    Range {
        start: Option<Box<PatternLiteral>>,
        end: Option<Box<PatternLiteral>>,
        inclusive: bool,
    },
    Tuple(Vec<Pattern>),
    /// `Point`, `Shape.Point`, `none`, `math.pi`: a variant without payload, or a constant.
    Path(Path),
    /// `Circle(r)`, `Shape.Rect(w: 1, h: _)`, `Circle(..)`, `some(x)`, `ok(x)`.
    Variant {
        path: Path,
        fields: Vec<PatternField>,
        /// `..` at the end.
        rest: bool,
    },
    /// `[first, .., last]`; at most one element is `Rest`.
    Array(Vec<Pattern>),
    /// `..` in an array pattern.
    Rest,
    Or(Vec<Pattern>),
    /// `x: T`, for what is inside an `any`.
    Typed {
        pattern: Box<Pattern>,
        ty: Type,
    },
    Paren(Box<Pattern>),
    Error,
}

#[derive(Clone, PartialEq, Debug)]
pub struct PatternField {
    pub name: Option<Ident>,
    pub pattern: Pattern,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub struct PatternLiteral {
    pub kind: PatternLiteralKind,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum PatternLiteralKind {
    Int {
        negative: bool,
        value: u128,
    },
    Float {
        negative: bool,
        value: f64,
    },
    Bool(bool),
    Char(char),
    Byte(u8),
    Bytes(Vec<u8>),
    Str(SmolStr),
    /// A constant as an end of a range.
    Path(Path),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Type {
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum TypeKind {
    /// `i64`, `Self`, `Pool<Enemy>`, `physics.Body`, `ptr<u8>`, a type parameter or a constant parameter.
    Path {
        path: Path,
        args: Vec<Type>,
    },
    /// `()` is the empty tuple.
    Tuple(Vec<Type>),
    /// `[T]`
    Array(Box<Type>),
    /// `[T; N]`
    FixedArray {
        element: Box<Type>,
        len: Box<Expr>,
    },
    /// `[K: V]`
    Map {
        key: Box<Type>,
        value: Box<Type>,
    },
    /// `T?`
    Optional(Box<Type>),
    /// `T!`
    Fallible(Box<Type>),
    Fn(FnType),
    /// `any Trait`
    Any(TraitRef),
    /// A literal as the argument of a `const` parameter.
    Const(Box<Expr>),
    Paren(Box<Type>),
    Error,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FnType {
    pub params: Vec<FnTypeParam>,
    pub result: Option<Box<Type>>,
    /// `extern fn(…)`: a C function pointer.
    pub is_extern: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FnTypeParam {
    pub is_mut: bool,
    pub ty: Type,
}
