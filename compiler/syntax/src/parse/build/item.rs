//! Items and blocks: what may stand where.

use super::{Context, unbox};
use crate::ast::*;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

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

/// One line of a file or a body, whatever is on it.
pub(crate) struct Line {
    kind: Kind,
    header: Header,
    docs: Option<String>,
    span: Span,
}

pub(crate) enum Kind {
    Item(Box<ItemKind>),
    Stmt(Box<Stmt>),
}

impl Kind {
    pub(crate) fn item(kind: ItemKind) -> Kind {
        Kind::Item(Box::new(kind))
    }
}

/// A path of at least one name.
pub(crate) fn path(segments: Vec<Ident>) -> Path {
    let (first, last) = (&segments[0], &segments[segments.len() - 1]);
    let span = first.span.to(last.span);
    Path { segments, span }
}

pub(crate) fn line(
    ctx: &mut Context<'_>,
    header: Header,
    mut kind: Kind,
    left: usize,
    right: usize,
) -> Box<Line> {
    if let Kind::Item(item) = &mut kind
        && let ItemKind::ExternType(ty) = &mut **item
    {
        ty.is_pub = header.is_pub;
    }
    Box::new(Line {
        kind,
        header,
        docs: ctx.docs(left),
        span: ctx.span(left, right),
    })
}

fn item(line: Line) -> Item {
    let Line {
        kind,
        header: Header { attrs, is_pub },
        docs,
        span,
    } = line;
    let kind = match kind {
        Kind::Item(kind) => *kind,
        Kind::Stmt(stmt) => ItemKind::Stmt(*stmt),
    };
    Item {
        kind,
        span,
        docs,
        is_pub,
        attrs,
        expected: None,
    }
}

/// A function that C calls is no member and captures nothing.
fn not_for_c(ctx: &mut Context<'_>, decl: &FnDecl) {
    if decl.is_extern {
        let message = "an `extern fn` has to stand at the top level of the file";
        let report = Diagnostic::error("misplaced-item", message);
        let report = report.at(decl.head_span, "C knows it by its address alone");
        ctx.error(
            report.help("call a method, or what the body needs, from a function at the top level"),
        );
    }
}

/// Only functions are members.
pub(crate) fn members(ctx: &mut Context<'_>, lines: Vec<Box<Line>>, in_trait: bool) -> Vec<Item> {
    let items: Vec<Item> = lines.into_iter().map(|line| item(*line)).collect();
    for item in &items {
        let (is_member, has_body) = match &item.kind {
            ItemKind::Fn(decl) => {
                not_for_c(ctx, decl);
                (true, decl.body.is_some())
            }
            ItemKind::Error => (true, true),
            _ => (false, true),
        };
        let place = if in_trait { "a trait" } else { "an `impl`" };
        if !is_member {
            let message = format!("only functions stand in {place}");
            let report = Diagnostic::error("misplaced-item", message);
            let report = report.at(item.span, "not a function");
            ctx.error(match is_constant(item) {
                true => report.help(
                    "a constant stands at the top level of a file; or write a function: `fn limit() -> i64 = 3`",
                ),
                false => report,
            });
        } else if !has_body && !in_trait {
            missing_body(ctx, item.span);
        }
    }
    items
}

fn is_constant(item: &Item) -> bool {
    let ItemKind::Stmt(stmt) = &item.kind else {
        return false;
    };
    matches!(&stmt.kind, StmtKind::Let(binding) if binding.kind == BindingKind::Const)
}

/// An item of a file, which reports a function without a body.
pub(crate) fn top_item(ctx: &mut Context<'_>, line: Line) -> Item {
    let item = item(line);
    if let ItemKind::Fn(decl) = &item.kind
        && decl.body.is_none()
    {
        missing_body(ctx, item.span);
    }
    item
}

pub(super) fn missing_body(ctx: &mut Context<'_>, span: Span) {
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

pub(crate) fn block(
    ctx: &mut Context<'_>,
    lines: Vec<Box<Line>>,
    left: usize,
    right: usize,
) -> Block {
    let span = ctx.span(left, right);
    let stmts = lines.into_iter().map(|line| statement(ctx, *line));
    Block {
        stmts: stmts.collect(),
        span,
    }
}

fn statement(ctx: &mut Context<'_>, line: Line) -> Stmt {
    let span = line.span;
    let is_let = matches!(line.kind, Kind::Stmt(_));
    if line.header.is_pub || is_let && !line.header.attrs.is_empty() {
        let message = "only top-level items and methods are `pub` or have attributes";
        ctx.error(Diagnostic::error("misplaced-modifier", message).at(span, "inside a body"));
    }
    let item = match line.kind {
        Kind::Stmt(stmt) => return *stmt,
        Kind::Item(_) => item(line),
    };
    let kind = match &item.kind {
        ItemKind::Error => StmtKind::Error,
        ItemKind::Fn(decl) => {
            not_for_c(ctx, decl);
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

pub(crate) fn trait_of_type(ctx: &mut Context<'_>, ty: Box<Type>) -> Option<TraitRef> {
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
    members: Vec<Box<ExternMember>>,
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
        match *member {
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
    decl: Box<FnDecl>,
    is_pub: bool,
    left: usize,
    right: usize,
) -> Box<ExternMember> {
    if decl.body.is_some() {
        let message = "a function of an `extern` block has no body";
        let span = ctx.span(left, right);
        ctx.error(Diagnostic::error("misplaced-body", message).at(span, "it is defined elsewhere"));
    }
    Box::new(ExternMember::Fn(ExternFn {
        decl: *decl,
        is_pub,
        docs: ctx.docs(left),
        span: ctx.span(left, right),
    }))
}

#[expect(clippy::too_many_arguments, reason = "the parts of one production")]
pub(crate) fn fn_decl(
    ctx: &mut Context<'_>,
    name: FnName,
    generics: Vec<GenericParam>,
    (params, is_variadic): (Vec<Param>, bool),
    result: Option<Box<FnResult>>,
    body: Option<Box<FnBody>>,
    left: usize,
    right: usize,
) -> Box<FnDecl> {
    Box::new(FnDecl {
        name,
        generics,
        params,
        is_variadic,
        result: result.map(unbox),
        body: body.map(unbox),
        is_extern: false,
        head_span: ctx.span(left, right),
    })
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
    ty: Option<Box<Type>>,
    default: Option<Box<Expr>>,
    left: usize,
    right: usize,
) -> Box<Param> {
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
    let is_reference = |ty: &Type| ctx.mutable_types.contains(&ty.span.start);
    let is_mut = is_mut || ty.as_deref().is_some_and(is_reference);
    let ty = ty.map(unbox).or_else(|| {
        let kind = TypeKind::Error;
        (name.name != "self").then_some(Type { kind, span })
    });
    Box::new(Param {
        is_mut,
        name,
        ty,
        default: default.map(unbox),
        span,
    })
}

pub(crate) fn attribute(
    ctx: &Context<'_>,
    name: Ident,
    args: Vec<Arg>,
    left: usize,
    right: usize,
) -> Box<Attr> {
    let span = ctx.span(left, right);
    Box::new(Attr { name, args, span })
}

/// `&self` and `&mut self`.
pub(crate) fn self_by_reference(
    ctx: &mut Context<'_>,
    is_mut: bool,
    left: usize,
    name_at: usize,
    right: usize,
) -> Box<Param> {
    let span = ctx.span(left, right);
    let help = if is_mut {
        "write `mut self`"
    } else {
        "write `self`"
    };
    ctx.error(
        Diagnostic::error("no-references", "there are no references")
            .at(span, "the receiver is passed as it is, without a copy")
            .help(help),
    );
    Box::new(Param {
        is_mut,
        name: ctx.word("self", name_at, right),
        ty: None,
        default: None,
        span,
    })
}

/// A `;` between fields, variants or arms.
pub(crate) fn semicolon_in_list(ctx: &mut Context<'_>, at: usize) {
    let span = ctx.span(at, at + 1);
    if !std::mem::replace(&mut ctx.saw_semicolon_in_list, true) {
        let message = "fields, variants and arms are separated by new lines or commas";
        ctx.error(Diagnostic::error("semicolon-in-list", message).at(span, "leave it out"));
    }
}

pub(crate) fn variant(
    ctx: &mut Context<'_>,
    attrs: Vec<Box<Attr>>,
    name: Ident,
    fields: Vec<VariantField>,
    left: usize,
    right: usize,
) -> Box<Variant> {
    Box::new(Variant {
        name: ctx.type_name(name),
        fields,
        docs: ctx.docs(left),
        attrs: super::unboxed(attrs),
        span: ctx.span(left, right),
    })
}
