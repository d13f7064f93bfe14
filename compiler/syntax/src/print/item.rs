//! Declarations as trees.

use super::expr::{arg, block, expr, stmt};
use super::pattern::{mark, path, type_, with_args};
use super::{Tree, node, word};
use crate::ast::*;

pub(super) fn item(found: &Item) -> Tree {
    let mut tree = kind(&found.kind);
    if found.is_pub {
        tree = node("pub", vec![tree]);
    }
    tree = with_attributes(tree, &found.attrs);
    if let Some(docs) = &found.docs {
        tree = node("doc", vec![word(format!("{docs:?}")), tree]);
    }
    match &found.expected {
        Some(expected) => node("expect", vec![tree, word(format!("{:?}", expected.text))]),
        None => tree,
    }
}

fn kind(found: &ItemKind) -> Tree {
    match found {
        ItemKind::Fn(decl) => fn_decl(decl),
        ItemKind::Struct(decl) => {
            let head = format!("struct {}{}", decl.name.name, generics(&decl.generics));
            node(head, decl.fields.iter().map(field).collect())
        }
        ItemKind::Enum(decl) => {
            let head = format!("enum {}{}", decl.name.name, generics(&decl.generics));
            node(head, decl.variants.iter().map(variant).collect())
        }
        ItemKind::Trait(decl) => {
            let supers = bounds(&decl.supers);
            let head = format!(
                "trait {}{}{supers}",
                decl.name.name,
                generics(&decl.generics)
            );
            node(head, decl.members.iter().map(item).collect())
        }
        ItemKind::Impl(decl) => {
            let of = decl.of_trait.as_ref();
            let of = of.map_or(String::new(), |of| format!("{} for ", trait_ref(of)));
            let head = format!(
                "impl{} {of}{}",
                generics(&decl.generics),
                type_(&decl.target)
            );
            node(head, decl.members.iter().map(item).collect())
        }
        ItemKind::TypeAlias(alias) => {
            let head = format!("type {}{}", alias.name.name, generics(&alias.generics));
            node(head, vec![word(type_(&alias.ty))])
        }
        ItemKind::Extern(found) => extern_block(found),
        ItemKind::ExternType(ty) => extern_type(ty),
        ItemKind::Import(found) => import(found),
        ItemKind::Test(test) => {
            let head = if test.is_bench { "bench" } else { "test" };
            node(
                format!("{head} {:?}", test.name.as_str()),
                vec![block(&test.body)],
            )
        }
        ItemKind::Stmt(found) => stmt(found),
        ItemKind::Error => word("error"),
    }
}

fn fn_decl(decl: &FnDecl) -> Tree {
    let name = match &decl.name {
        FnName::Ident(name) => name.name.to_string(),
        FnName::Op(FnOp::Binary(op), _) => op.text().to_string(),
        FnName::Op(FnOp::Index, _) => "[]".to_string(),
        FnName::Op(FnOp::Other, _) => "error".to_string(),
    };
    let head = if decl.is_extern { "extern fn" } else { "fn" };
    let mut parts: Vec<Tree> = decl.params.iter().map(param).collect();
    parts.extend(decl.is_variadic.then(|| word("...")));
    if let Some(result) = &decl.result {
        let ty = format!("{}{}", mark(result.is_mut), type_(&result.ty));
        parts.push(node("->", vec![word(ty)]));
    }
    match &decl.body {
        Some(FnBody::Block(found)) => parts.push(block(found)),
        Some(FnBody::Expr(found)) => parts.push(node("=", vec![expr(found)])),
        None => {}
    }
    node(format!("{head} {name}{}", generics(&decl.generics)), parts)
}

fn param(found: &Param) -> Tree {
    let ty = found.ty.as_ref();
    let ty = ty.map_or(String::new(), |ty| format!(": {}", type_(ty)));
    let head = format!("{}{}{ty}", mark(found.is_mut), found.name.name);
    with_default(head, found.default.as_ref())
}

fn with_default(head: String, default: Option<&Expr>) -> Tree {
    match default {
        Some(default) => node("default", vec![word(head), expr(default)]),
        None => word(head),
    }
}

fn with_attributes(mut tree: Tree, attrs: &[Attr]) -> Tree {
    for attr in attrs.iter().rev() {
        let mut parts: Vec<Tree> = attr.args.iter().map(arg).collect();
        parts.push(tree);
        tree = node(format!("@{}", attr.name.name), parts);
    }
    tree
}

fn with_docs(tree: Tree, docs: Option<&String>) -> Tree {
    match docs {
        Some(docs) => node("doc", vec![word(format!("{docs:?}")), tree]),
        None => tree,
    }
}

fn field(found: &Field) -> Tree {
    let head = format!("{}: {}", found.name.name, type_(&found.ty));
    let tree = with_default(head, found.default.as_ref());
    with_docs(with_attributes(tree, &found.attrs), found.docs.as_ref())
}

fn variant(found: &Variant) -> Tree {
    let fields = found.fields.iter().map(|field| {
        let name = field.name.as_ref();
        let name = name.map_or(String::new(), |name| format!("{}: ", name.name));
        with_default(
            format!("{name}{}", type_(&field.ty)),
            field.default.as_ref(),
        )
    });
    let tree = node(found.name.as_str(), fields.collect());
    with_docs(with_attributes(tree, &found.attrs), found.docs.as_ref())
}

fn generics(list: &[GenericParam]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let list = list.iter().map(|param| match &param.kind {
        GenericKind::Type { bounds: found } => format!("{}{}", param.name.name, bounds(found)),
        GenericKind::Const { ty } => format!("const {}: {}", param.name.name, type_(ty)),
    });
    format!("<{}>", list.collect::<Vec<String>>().join(", "))
}

fn bounds(list: &[TraitRef]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let list: Vec<String> = list.iter().map(trait_ref).collect();
    format!(": {}", list.join(" + "))
}

fn trait_ref(found: &TraitRef) -> String {
    with_args(&found.path, &found.args)
}

fn extern_block(found: &ExternBlock) -> Tree {
    let head = match &found.library {
        ExternLibrary::Process => "extern".to_string(),
        ExternLibrary::Host => "extern host".to_string(),
        ExternLibrary::Lib(name, _) => format!("extern {:?}", name.as_str()),
    };
    let mut parts: Vec<Tree> = Vec::new();
    for found in &found.fns {
        let tree = with_docs(fn_decl(&found.decl), found.docs.as_ref());
        parts.push(public(found.is_pub, tree));
    }
    for found in &found.globals {
        let kind = if found.is_var { "var" } else { "let" };
        let tree = node(
            kind,
            vec![word(format!("{}: {}", found.name.name, type_(&found.ty)))],
        );
        parts.push(public(found.is_pub, with_docs(tree, found.docs.as_ref())));
    }
    for found in &found.types {
        parts.push(public(found.is_pub, extern_type(found)));
    }
    node(head, parts)
}

fn public(is_pub: bool, tree: Tree) -> Tree {
    if is_pub {
        node("pub", vec![tree])
    } else {
        tree
    }
}

fn extern_type(found: &ExternType) -> Tree {
    let drop = found.drop.iter();
    let drop = drop.map(|name| node("drop:", vec![word(name.as_str())]));
    node(format!("extern type {}", found.name.name), drop.collect())
}

fn import(found: &Import) -> Tree {
    let alias = |alias: &Option<Ident>| {
        let alias = alias.as_ref();
        alias.map_or(String::new(), |name| format!(" as {}", name.name))
    };
    let head = format!("import {}{}", path(&found.path), alias(&found.alias));
    let names = found.names.iter().flatten();
    let names = names.map(|name| word(format!("{}{}", name.name.name, alias(&name.alias))));
    node(head, names.collect())
}
