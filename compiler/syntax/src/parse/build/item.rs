//! Items and blocks: what may stand where.

use super::Context;
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
