//! What the actions of the grammar do beyond making a node: spans, and the checks that are about form alone.

use crate::ast::*;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What the actions need to know, and where they leave what they find.
pub(crate) struct Context<'c> {
    pub(crate) file: FileId,
    /// The byte ranges of the tokens, by index.
    pub(crate) ranges: &'c [(u32, u32)],
    pub(crate) docs: &'c BTreeMap<u32, String>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

#[derive(Default)]
pub(crate) struct Header {
    pub(crate) attrs: Vec<Attr>,
    pub(crate) is_pub: bool,
}

impl Header {
    pub(crate) fn public() -> Header {
        Header {
            attrs: Vec::new(),
            is_pub: true,
        }
    }
}

#[expect(
    clippy::large_enum_variant,
    reason = "it lives only while a block is read"
)]
pub(crate) enum ExternMember {
    Fn(ExternFn),
    Global(ExternGlobal),
    Type(ExternType),
    Error,
}

impl Context<'_> {
    /// The span of the tokens from `left` up to before `right`.
    pub(crate) fn span(&self, left: usize, right: usize) -> Span {
        let start = self.ranges.get(left).map_or(0, |range| range.0);
        let end = match right.checked_sub(1) {
            Some(last) if last >= left => self.ranges.get(last).map_or(start, |range| range.1),
            _ => start,
        };
        Span::new(self.file, start, end.max(start))
    }

    pub(crate) fn docs(&self, left: usize) -> Option<String> {
        let (start, _) = self.ranges.get(left)?;
        self.docs.get(start).cloned()
    }

    pub(crate) fn error(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn ident(&self, name: SmolStr, left: usize, right: usize) -> Ident {
        let span = self.span(left, right);
        Ident { name, span }
    }

    pub(crate) fn word(&self, name: &'static str, left: usize, right: usize) -> Ident {
        self.ident(SmolStr::new_static(name), left, right)
    }

    pub(crate) fn expr(&self, kind: ExprKind, left: usize, right: usize) -> Expr {
        let span = self.span(left, right);
        Expr { kind, span }
    }

    pub(crate) fn pattern(&self, kind: PatternKind, left: usize, right: usize) -> Pattern {
        let span = self.span(left, right);
        Pattern { kind, span }
    }

    pub(crate) fn ty(&self, kind: TypeKind, left: usize, right: usize) -> Type {
        let span = self.span(left, right);
        Type { kind, span }
    }

    pub(crate) fn range(
        &self,
        start: Option<Expr>,
        end: Option<Expr>,
        inclusive: bool,
        left: usize,
        right: usize,
    ) -> Expr {
        let kind = ExprKind::Range {
            start: start.map(Box::new),
            end: end.map(Box::new),
            inclusive,
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn unary(&self, op: UnaryOp, operand: Expr, left: usize, right: usize) -> Expr {
        let kind = ExprKind::Unary {
            op,
            op_span: self.span(left, left + 1),
            operand: Box::new(operand),
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn binary(
        &self,
        a: Expr,
        (op, at): (BinaryOp, usize),
        b: Expr,
        left: usize,
        right: usize,
    ) -> Expr {
        let kind = ExprKind::Binary {
            op,
            op_span: self.span(at, at + 1),
            left: Box::new(a),
            right: Box::new(b),
        };
        self.expr(kind, left, right)
    }

    pub(crate) fn comparison(
        &mut self,
        a: Expr,
        op: (BinaryOp, usize),
        b: Expr,
        left: usize,
        right: usize,
    ) -> Expr {
        if let ExprKind::Binary { op: first, .. } = &a.kind
            && is_comparison(*first)
        {
            let second = self.span(op.1, op.1 + 1);
            let is_bracketed = *first == BinaryOp::Lt && op.0 == BinaryOp::Gt;
            let help = if is_bracketed {
                "if type arguments are meant: those of a function are inferred"
            } else {
                "write `a < b && b < c`"
            };
            self.error(
                Diagnostic::error("chained-comparison", "comparisons do not chain")
                    .at(second, "a second comparison of the same operands")
                    .help(help),
            );
        }
        self.binary(a, op, b, left, right)
    }

    /// An assignment where an expression is expected: a block of that one statement.
    pub(crate) fn assignment_block(&self, assign: AssignStmt, left: usize, right: usize) -> Expr {
        let span = self.span(left, right);
        let kind = StmtKind::Assign(assign);
        let stmts = vec![Stmt { kind, span }];
        self.expr(ExprKind::Block(Block { stmts, span }), left, right)
    }

    pub(crate) fn type_name(&mut self, name: Ident) -> Ident {
        if !name.is_upper() {
            let mut upper: String = name
                .name
                .chars()
                .take(1)
                .flat_map(char::to_uppercase)
                .collect();
            upper.extend(name.name.chars().skip(1));
            self.error(
                Diagnostic::error(
                    "lower-case-type",
                    "the name of a type or variant begins with an upper-case letter",
                )
                .at(name.span, "in lower case")
                .help(format!("call it `{upper}`")),
            );
        }
        name
    }

    pub(crate) fn expect_word(&mut self, found: &Ident, word: &str) {
        if found.name != word {
            let message = format!("`{word}` is expected here, not `{}`", found.name);
            self.error(Diagnostic::error("syntax", message).at(found.span, "not known here"));
        }
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}

pub(crate) fn with_last<T>(mut list: Vec<T>, last: Option<T>) -> Vec<T> {
    list.extend(last);
    list
}

pub(crate) fn with_first<T>(first: T, mut rest: Vec<T>) -> Vec<T> {
    rest.insert(0, first);
    rest
}

/// A path of at least one name.
pub(crate) fn path(segments: Vec<Ident>) -> Path {
    let (first, last) = (&segments[0], &segments[segments.len() - 1]);
    let span = first.span.to(last.span);
    Path { segments, span }
}

pub(crate) fn item(
    ctx: &mut Context<'_>,
    header: Header,
    mut kind: ItemKind,
    left: usize,
    right: usize,
) -> Item {
    let span = ctx.span(left, right);
    if let ItemKind::ExternType(ty) = &mut kind {
        ty.is_pub = header.is_pub;
    }
    Item {
        kind,
        span,
        docs: ctx.docs(left),
        is_pub: header.is_pub,
        attrs: header.attrs,
        expected: None,
    }
}

/// Only functions, and constants in an `impl`, are members.
pub(crate) fn members(ctx: &mut Context<'_>, items: Vec<Item>, in_trait: bool) -> Vec<Item> {
    for item in &items {
        let (is_member, has_body) = match &item.kind {
            ItemKind::Fn(decl) => (true, decl.body.is_some()),
            ItemKind::Error => (true, true),
            ItemKind::Stmt(stmt) => match &stmt.kind {
                StmtKind::Let(binding) => (binding.kind == BindingKind::Const && !in_trait, true),
                _ => (false, true),
            },
            _ => (false, true),
        };
        let place = if in_trait { "a trait" } else { "an `impl`" };
        if !is_member {
            let message = format!("only functions stand in {place}");
            ctx.error(Diagnostic::error("misplaced-item", message).at(item.span, "not a function"));
        } else if !has_body && !in_trait {
            missing_body(ctx, item.span);
        }
    }
    items
}

/// Reports functions without a body among the items of a file.
pub(crate) fn check_top(ctx: &mut Context<'_>, item: &Item) {
    if let ItemKind::Fn(decl) = &item.kind
        && decl.body.is_none()
    {
        missing_body(ctx, item.span);
    }
}

fn missing_body(ctx: &mut Context<'_>, span: Span) {
    let end = Span::new(span.file, span.end, span.end);
    ctx.error(
        Diagnostic::error("missing-body", "this function has no body")
            .at(
                span,
                "only functions of traits and `extern` blocks have none",
            )
            .also(
                end,
                "`{ … }` or `= expression` is expected, and a `{` stands on this line",
            ),
    );
}

pub(crate) fn block(ctx: &mut Context<'_>, items: Vec<Item>, left: usize, right: usize) -> Block {
    let span = ctx.span(left, right);
    let stmts = items.into_iter().map(|item| statement(ctx, item)).collect();
    Block { stmts, span }
}

fn statement(ctx: &mut Context<'_>, item: Item) -> Stmt {
    let span = item.span;
    let is_let = matches!(item.kind, ItemKind::Stmt(_));
    if item.is_pub || is_let && !item.attrs.is_empty() {
        let message = "only top-level items and methods are `pub` or have attributes";
        ctx.error(Diagnostic::error("misplaced-modifier", message).at(span, "inside a body"));
    }
    let kind = match item.kind {
        ItemKind::Stmt(stmt) => return stmt,
        ItemKind::Error => StmtKind::Error,
        ItemKind::Fn(ref decl) => {
            if decl.body.is_none() {
                missing_body(ctx, span);
            }
            StmtKind::Item(Box::new(item))
        }
        _ => {
            let message = "this declaration has to stand at the top level of the file";
            let error = Diagnostic::error("misplaced-item", message);
            ctx.error(error.at(span, "inside a body only functions may be declared"));
            StmtKind::Error
        }
    };
    Stmt { kind, span }
}

pub(crate) fn trait_of_type(ctx: &mut Context<'_>, ty: Type) -> Option<TraitRef> {
    let span = ty.span;
    match ty.kind {
        TypeKind::Path { path, args } => Some(TraitRef { path, args, span }),
        _ => {
            let message = "a trait is expected before `for`";
            ctx.error(Diagnostic::error("syntax", message).at(span, "not the name of a trait"));
            None
        }
    }
}

pub(crate) fn extern_block(
    library: ExternLibrary,
    members: Vec<ExternMember>,
    head: Span,
) -> ExternBlock {
    let mut block = ExternBlock {
        library,
        fns: Vec::new(),
        globals: Vec::new(),
        types: Vec::new(),
        head_span: head,
    };
    for member in members {
        match member {
            ExternMember::Fn(decl) => block.fns.push(decl),
            ExternMember::Global(global) => block.globals.push(global),
            ExternMember::Type(ty) => block.types.push(ty),
            ExternMember::Error => {}
        }
    }
    block
}

pub(crate) fn extern_fn(
    ctx: &mut Context<'_>,
    decl: FnDecl,
    is_pub: bool,
    left: usize,
    right: usize,
) -> ExternMember {
    if decl.body.is_some() {
        let message = "a function of an `extern` block has no body";
        let span = ctx.span(left, right);
        ctx.error(Diagnostic::error("misplaced-body", message).at(span, "it is defined elsewhere"));
    }
    ExternMember::Fn(ExternFn {
        decl,
        is_pub,
        docs: ctx.docs(left),
        span: ctx.span(left, right),
    })
}

#[expect(clippy::too_many_arguments, reason = "the parts of one production")]
pub(crate) fn fn_decl(
    ctx: &mut Context<'_>,
    name: FnName,
    generics: Vec<GenericParam>,
    (params, is_variadic): (Vec<Param>, bool),
    result: Option<FnResult>,
    body: Option<FnBody>,
    left: usize,
    right: usize,
) -> FnDecl {
    FnDecl {
        name,
        generics,
        params,
        is_variadic,
        result,
        body,
        is_extern: false,
        head_span: ctx.span(left, right),
    }
}

pub(crate) fn fn_op(ctx: &mut Context<'_>, op: FnOp, left: usize, right: usize) -> FnName {
    let span = ctx.span(left, right);
    if op == FnOp::Other {
        ctx.error(
            Diagnostic::error("fixed-operator", "this operator cannot be defined")
                .at(span, "it follows from `==` or `<`")
                .help("define `fn ==` or `fn <`"),
        );
    }
    FnName::Op(op, span)
}

pub(crate) fn param(
    ctx: &mut Context<'_>,
    is_mut: bool,
    name: Ident,
    ty: Option<Type>,
    default: Option<Expr>,
    left: usize,
    right: usize,
) -> Param {
    let span = ctx.span(left, right);
    if ty.is_none() && name.name != "self" {
        ctx.error(
            Diagnostic::error(
                "missing-type",
                format!("the parameter `{}` has no type", name.name),
            )
            .at(span, "its type is expected")
            .help(format!("write `{}: T`", name.name)),
        );
    }
    let ty = ty.or_else(|| {
        let kind = TypeKind::Error;
        (name.name != "self").then_some(Type { kind, span })
    });
    Param {
        is_mut,
        name,
        ty,
        default,
        span,
    }
}

pub(crate) fn variant(
    ctx: &mut Context<'_>,
    name: Ident,
    fields: Vec<VariantField>,
    left: usize,
    right: usize,
) -> Variant {
    Variant {
        name: ctx.type_name(name),
        fields,
        docs: ctx.docs(left),
        span: ctx.span(left, right),
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one production")]
pub(crate) fn binding(
    ctx: &mut Context<'_>,
    kind: BindingKind,
    pattern: Pattern,
    ty: Option<Type>,
    value: Expr,
    else_block: Option<Block>,
    left: usize,
    _right: usize,
) -> StmtKind {
    let keyword = ctx.span(left, left + 1);
    if let Some(name) = mutable_binding(&pattern) {
        let error = match &pattern.kind {
            PatternKind::Bind { .. } => {
                Diagnostic::error("let-mut", "a variable is declared with `var`")
                    .at(
                        keyword.to(pattern.span),
                        "`mut` marks parameters and arguments",
                    )
                    .help(format!("write `var {}`", name.name))
            }
            _ => Diagnostic::error("let-mut", "a binding takes no part of a value in place")
                .at(name.span, "marked `mut`")
                .help("use `match` or `if let` on a variable to change its parts in place"),
        };
        ctx.error(error);
    }
    if kind == BindingKind::Const && !is_name(&pattern) {
        let message = "a constant has a name, not a pattern";
        ctx.error(Diagnostic::error("const-pattern", message).at(pattern.span, "a pattern"));
    }
    StmtKind::Let(LetStmt {
        kind,
        pattern: constant_name(kind, pattern),
        ty,
        value,
        else_block,
    })
}

/// `const MAX = 3`: an upper-case name parses as a path, and is the name that is bound.
fn constant_name(kind: BindingKind, pattern: Pattern) -> Pattern {
    match pattern.kind {
        PatternKind::Path(mut path) if kind == BindingKind::Const && path.segments.len() == 1 => {
            let name = path.segments.remove(0);
            let kind = PatternKind::Bind {
                is_mut: false,
                name,
            };
            Pattern { kind, ..pattern }
        }
        kind => Pattern { kind, ..pattern },
    }
}

fn is_name(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Bind { .. } => true,
        PatternKind::Path(path) => path.segments.len() == 1,
        _ => false,
    }
}

/// The first name in the pattern that is marked `mut`.
fn mutable_binding(pattern: &Pattern) -> Option<&Ident> {
    match &pattern.kind {
        PatternKind::Bind { is_mut, name } => is_mut.then_some(name),
        PatternKind::Tuple(list) | PatternKind::Array(list) | PatternKind::Or(list) => {
            list.iter().find_map(mutable_binding)
        }
        PatternKind::Variant { fields, .. } => fields
            .iter()
            .find_map(|field| mutable_binding(&field.pattern)),
        PatternKind::Typed { pattern, .. } | PatternKind::Paren(pattern) => {
            mutable_binding(pattern)
        }
        PatternKind::Wildcard
        | PatternKind::Literal(_)
        | PatternKind::Range { .. }
        | PatternKind::Path(_)
        | PatternKind::Rest
        | PatternKind::Error => None,
    }
}

/// At the start of a statement `if`, `match`, loops and blocks end at their `}`.
pub(crate) fn expression_statement(
    ctx: &mut Context<'_>,
    value: Expr,
    _left: usize,
    _right: usize,
) -> StmtKind {
    let first = leftmost(&value);
    if ends_at_brace(first) && first.span != value.span {
        let end = Span::new(first.span.file, first.span.end, first.span.end);
        ctx.error(
            Diagnostic::error(
                "statement-goes-on",
                "a statement that begins so ends at its `}`",
            )
            .at(end, "only a new line, `;` or `}` may follow")
            .help("put it in parentheses to use its value here"),
        );
    }
    StmtKind::Expr(value)
}

fn ends_at_brace(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Block(_)
            | ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Loop { .. }
            | ExprKind::While { .. }
            | ExprKind::For { .. }
    )
}

fn leftmost(mut expr: &Expr) -> &Expr {
    loop {
        expr = match &expr.kind {
            ExprKind::Field { base, .. }
            | ExprKind::TupleField { base, .. }
            | ExprKind::OptField { base, .. }
            | ExprKind::Index { base, .. } => base,
            ExprKind::Call { callee, .. } => callee,
            ExprKind::MethodCall { recv, .. } | ExprKind::OptMethodCall { recv, .. } => recv,
            ExprKind::Try(inner) => inner,
            ExprKind::Binary { left, .. } => left,
            ExprKind::Range {
                start: Some(start), ..
            } => start,
            _ => return expr,
        };
    }
}

pub(crate) fn set_label(looped: &mut Expr, name: Ident, span: Span) {
    looped.span = span;
    match &mut looped.kind {
        ExprKind::Loop { label, .. }
        | ExprKind::While { label, .. }
        | ExprKind::For { label, .. } => *label = Some(name),
        _ => {}
    }
}

pub(crate) fn increment(
    ctx: &mut Context<'_>,
    place: Expr,
    left: usize,
    right: usize,
) -> AssignStmt {
    let span = ctx.span(left, right);
    ctx.error(
        Diagnostic::error("increment", "there is no `++`")
            .at(span, "not an operator")
            .help("write `+= 1`"),
    );
    AssignStmt {
        place,
        op: Some(BinaryOp::Add),
        op_span: span,
        value: Expr {
            kind: ExprKind::Int(1),
            span,
        },
    }
}

pub(crate) fn no_reference(
    ctx: &mut Context<'_>,
    mutable: bool,
    operand: Expr,
    left: usize,
) -> Expr {
    let span = ctx.span(left, left + 1);
    let help = if mutable {
        "pass the place itself: `f(mut x)`"
    } else {
        "pass the value itself; nothing is copied until one of the two is changed"
    };
    ctx.error(
        Diagnostic::error("no-references", "there are no references")
            .at(span, "`&` needs an operand on its left")
            .help(help),
    );
    operand
}

pub(crate) fn no_dereference(ctx: &mut Context<'_>, operand: Expr, left: usize) -> Expr {
    let span = ctx.span(left, left + 1);
    ctx.error(
        Diagnostic::error("no-references", "there are no references to follow")
            .at(span, "`*` needs an operand on its left")
            .help("use the value itself"),
    );
    operand
}

pub(crate) fn no_reference_type(
    ctx: &mut Context<'_>,
    mutable: bool,
    ty: Type,
    left: usize,
) -> Type {
    let span = ctx.span(left, left + 1);
    let help = if mutable {
        "mark the parameter: `mut x: T`"
    } else {
        "write the type itself; arguments are not copied"
    };
    ctx.error(
        Diagnostic::error("no-references", "there are no reference types")
            .at(span, "not part of a type")
            .help(help),
    );
    ty
}

pub(crate) fn assignment_as_condition(
    ctx: &mut Context<'_>,
    a: Expr,
    b: Expr,
    left: usize,
    right: usize,
) -> Expr {
    let op_span = ctx.span(left, right);
    ctx.error(
        Diagnostic::error(
            "assignment-as-condition",
            "an assignment is not a condition",
        )
        .at(op_span, "this assigns")
        .help("compare with `==`, or match with `let pattern = value`"),
    );
    Expr {
        span: a.span.to(b.span),
        kind: ExprKind::Binary {
            op: BinaryOp::Eq,
            op_span,
            left: Box::new(a),
            right: Box::new(b),
        },
    }
}

pub(crate) fn tuple_field(
    ctx: &mut Context<'_>,
    base: Expr,
    index: u128,
    left: usize,
    at: usize,
    right: usize,
) -> Expr {
    let index_span = ctx.span(at, right);
    let index = u32::try_from(index).unwrap_or_else(|_| {
        let message = "no tuple has so many fields";
        ctx.error(Diagnostic::error("literal-too-large", message).at(index_span, "too large"));
        0
    });
    let kind = ExprKind::TupleField {
        base: Box::new(base),
        index,
        index_span,
    };
    ctx.expr(kind, left, right)
}

/// `a.f(x)` is one node, `(a.f)(x)` is not.
pub(crate) fn call(
    ctx: &mut Context<'_>,
    callee: Expr,
    args: Vec<Arg>,
    left: usize,
    right: usize,
) -> Expr {
    let kind = match callee.kind {
        ExprKind::Field { base, name } => ExprKind::MethodCall {
            recv: base,
            name,
            args,
        },
        ExprKind::OptField { base, name } => ExprKind::OptMethodCall {
            recv: base,
            name,
            args,
        },
        kind => ExprKind::Call {
            callee: Box::new(Expr { kind, ..callee }),
            args,
        },
    };
    ctx.expr(kind, left, right)
}

pub(crate) fn type_path(
    ctx: &mut Context<'_>,
    base: Expr,
    args: Vec<Type>,
    left: usize,
    right: usize,
) -> Expr {
    let span = base.span;
    let mut segments = Vec::new();
    if !collect_path(base, &mut segments) {
        let message = "type arguments follow the name of a type";
        ctx.error(Diagnostic::error("syntax", message).at(span, "not a name"));
        return ctx.expr(ExprKind::Error, left, right);
    }
    let path = Path { segments, span };
    ctx.expr(ExprKind::TypePath { path, args }, left, right)
}

fn collect_path(expr: Expr, segments: &mut Vec<Ident>) -> bool {
    match expr.kind {
        ExprKind::Name(name) => {
            segments.push(name);
            true
        }
        ExprKind::Field { base, name } => {
            let found = collect_path(*base, segments);
            segments.push(name);
            found
        }
        _ => false,
    }
}

pub(crate) fn plain_text(text: SmolStr) -> Vec<StrPart> {
    text_parts(vec![StrPart::Text(text)])
}

pub(crate) fn text_parts(mut parts: Vec<StrPart>) -> Vec<StrPart> {
    parts.retain(|part| match part {
        StrPart::Text(text) => !text.is_empty(),
        StrPart::Interp { .. } => true,
    });
    parts
}

pub(crate) fn array_pattern(
    ctx: &mut Context<'_>,
    elements: Vec<Pattern>,
    left: usize,
    right: usize,
) -> Pattern {
    let mut rests = elements
        .iter()
        .filter(|e| matches!(e.kind, PatternKind::Rest));
    if let (Some(_), Some(second)) = (rests.next(), rests.next()) {
        let span = second.span;
        let message = "an array pattern has at most one `..`";
        ctx.error(Diagnostic::error("second-rest", message).at(span, "a second one"));
    }
    ctx.pattern(PatternKind::Array(elements), left, right)
}

pub(crate) fn variant_pattern(
    ctx: &mut Context<'_>,
    path: Path,
    fields: Vec<(Option<PatternField>, usize)>,
    left: usize,
    right: usize,
) -> Pattern {
    let last = fields.len().saturating_sub(1);
    let misplaced = fields.iter().take(last).find(|(field, _)| field.is_none());
    if let Some((_, at)) = misplaced {
        let span = ctx.span(*at, at + 1);
        let message = "`..` stands at the end of a payload";
        ctx.error(Diagnostic::error("second-rest", message).at(span, "more follows"));
    }
    let rest = fields.iter().any(|(field, _)| field.is_none());
    let fields = fields.into_iter().filter_map(|(field, _)| field).collect();
    ctx.pattern(PatternKind::Variant { path, fields, rest }, left, right)
}

pub(crate) fn optional_type(ctx: &mut Context<'_>, ty: Type, left: usize, right: usize) -> Type {
    if matches!(ty.kind, TypeKind::Optional(_)) {
        twice_optional(ctx, left, right);
    }
    ctx.ty(TypeKind::Optional(Box::new(ty)), left, right)
}

pub(crate) fn doubly_optional_type(
    ctx: &mut Context<'_>,
    ty: Type,
    left: usize,
    right: usize,
) -> Type {
    twice_optional(ctx, left, right);
    let inner = ctx.ty(TypeKind::Optional(Box::new(ty)), left, right);
    ctx.ty(TypeKind::Optional(Box::new(inner)), left, right)
}

fn twice_optional(ctx: &mut Context<'_>, left: usize, right: usize) {
    let span = ctx.span(left, right);
    ctx.error(
        Diagnostic::error(
            "double-optional",
            "an optional of an optional needs parentheses",
        )
        .at(span, "optional twice")
        .help("write `(T?)?`, or `T?` if one is meant"),
    );
}

pub(crate) fn const_argument(
    ctx: &mut Context<'_>,
    negative: bool,
    value: u128,
    left: usize,
    right: usize,
) -> Type {
    let mut number = ctx.expr(ExprKind::Int(value), right - 1, right);
    if negative {
        number = ctx.unary(UnaryOp::Neg, number, left, right);
    }
    ctx.ty(TypeKind::Const(Box::new(number)), left, right)
}
