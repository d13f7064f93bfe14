//! What an item of a source defines and what its text mentions, as words. Who depends on whom is read off them: too much is harmless to those
//! who ask, and nothing has to be resolved for it.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use syntax::{SourceFile, Sources, Span, ast};

/// What knows the text of a span.
pub trait Texts {
    fn slice(&self, span: Span) -> &str;
}

impl Texts for SourceFile {
    fn slice(&self, span: Span) -> &str {
        SourceFile::slice(self, span)
    }
}

impl Texts for Sources {
    fn slice(&self, span: Span) -> &str {
        Sources::slice(self, span)
    }
}

pub struct Mentions {
    /// What users of the item would write: its name, or those of the methods.
    pub names: Vec<SmolStr>,
    /// All that the text mentions.
    pub words: FxHashSet<SmolStr>,
    /// The type that an `impl` of a type's own methods is for, as it is written.
    pub target: Option<SmolStr>,
}

impl Mentions {
    /// Nothing for an item that defines nothing.
    pub fn of(item: &ast::Item, texts: &dyn Texts) -> Option<Mentions> {
        let text = |span: Span| SmolStr::new(texts.slice(span));
        let mut target = None;
        let names = match &item.kind {
            ast::ItemKind::Fn(decl) => vec![fn_name(decl, texts)],
            ast::ItemKind::Struct(decl) => vec![decl.name.name.clone()],
            ast::ItemKind::Enum(decl) => vec![decl.name.name.clone()],
            ast::ItemKind::Trait(decl) => vec![decl.name.name.clone()],
            ast::ItemKind::TypeAlias(decl) => vec![decl.name.name.clone()],
            ast::ItemKind::ExternType(decl) => vec![decl.name.name.clone()],
            // Taken as one whole, unlike the methods of an `impl` of a type's own.
            ast::ItemKind::Impl(ast::ImplDecl {
                of_trait: Some(of),
                target,
                ..
            }) => vec![SmolStr::new(format!(
                "impl {} for {}",
                text(of.span),
                text(target.span)
            ))],
            ast::ItemKind::Impl(decl) => {
                target = Some(text(decl.target.span));
                let members = decl.members.iter();
                members
                    .filter_map(|member| member_name(member, texts))
                    .collect()
            }
            ast::ItemKind::Extern(block) => {
                let functions = block.fns.iter().map(|each| each.decl.name.span());
                functions
                    .chain(block.globals.iter().map(|each| each.name.span))
                    .map(text)
                    .collect()
            }
            ast::ItemKind::Stmt(ast::Stmt {
                kind: ast::StmtKind::Let(binding),
                ..
            }) => words(texts.slice(binding.pattern.span)).collect(),
            ast::ItemKind::Stmt(_)
            | ast::ItemKind::Import(_)
            | ast::ItemKind::Test(_)
            | ast::ItemKind::Error => return None,
        };
        let mut mentioned: FxHashSet<SmolStr> = words(texts.slice(item.span)).collect();
        for name in declared_once(item, texts) {
            mentioned.remove(&name);
        }
        Some(Mentions {
            names,
            words: mentioned,
            target,
        })
    }
}

/// The names of the methods of a trait or of its `impl` that stand there only as names: a function of that name at the top level is
/// another one.
fn declared_once(item: &ast::Item, texts: &dyn Texts) -> Vec<SmolStr> {
    let members = match &item.kind {
        ast::ItemKind::Trait(decl) => &decl.members,
        ast::ItemKind::Impl(decl) if decl.of_trait.is_some() => &decl.members,
        _ => return Vec::new(),
    };
    let mut found: Vec<SmolStr> = members
        .iter()
        .filter_map(|member| member_name(member, texts))
        .collect();
    found.retain(|name| {
        words(texts.slice(item.span))
            .filter(|word| word == name)
            .count()
            == 1
    });
    found
}

/// Whether it is a `const`.
pub fn is_const(item: &ast::Item) -> bool {
    match &item.kind {
        ast::ItemKind::Stmt(ast::Stmt {
            kind: ast::StmtKind::Let(binding),
            ..
        }) => binding.kind == ast::BindingKind::Const,
        _ => false,
    }
}

/// An operator is told from others of its symbol by its head.
fn fn_name(decl: &ast::FnDecl, texts: &dyn Texts) -> SmolStr {
    match &decl.name {
        ast::FnName::Ident(ident) => ident.name.clone(),
        ast::FnName::Op(..) => SmolStr::new(texts.slice(decl.head_span)),
    }
}

/// The name of a function in an `impl`.
pub fn member_name(member: &ast::Item, texts: &dyn Texts) -> Option<SmolStr> {
    match &member.kind {
        ast::ItemKind::Fn(decl) => Some(fn_name(decl, texts)),
        _ => None,
    }
}

pub fn words(text: &str) -> impl Iterator<Item = SmolStr> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(SmolStr::new)
}
