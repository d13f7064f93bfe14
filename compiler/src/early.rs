//! Lengths that are more than arithmetic: `[i64; square(SIDE)]` needs the value before the unit that it stands in has types. What it
//! mentions, through any chain, is compiled as a unit of its own beside the real one, and the value taken from there.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::{Diagnostic, Diagnostics, Span, ast};

use crate::env::{DefKind, Env};
use crate::hir::NotKnown;
use crate::mentions::{Mentions, is_const, words};
use crate::mir::Const;
use crate::pipeline::{Source, compile_within};

/// No name in a source looks like this.
const LENGTH: &str = "the length";

/// Lengths that need types with such lengths: beyond this a value counts as not known.
const DEPTH_LIMIT: usize = 8;

type Found = Result<i128, NotKnown>;

pub(crate) struct Early<'a> {
    pub(crate) before: &'a Env,
    pub(crate) source: Source<'a>,
    /// The lengths that are being computed, this unit for the last of them.
    pub(crate) running: &'a [Span],
    /// Not everything was parsed, or what was parsed has other mistakes: nothing is computed, and nothing said.
    pub(crate) is_broken: bool,
    pub(crate) known: RefCell<FxHashMap<Span, Found>>,
}

impl Early<'_> {
    pub(crate) fn value(&self, expr: &ast::Expr, locals: &[(SmolStr, &ast::Expr)]) -> Found {
        if self.is_broken {
            return Err(NotKnown::Reported);
        }
        if self.running.contains(&expr.span) || self.running.len() == DEPTH_LIMIT {
            return Err(NotKnown::BeforeRunning);
        }
        if let Some(known) = self.known.borrow().get(&expr.span) {
            return known.clone();
        }
        let found = self.compute(expr, locals);
        self.known.borrow_mut().insert(expr.span, found.clone());
        found
    }

    fn compute(&self, expr: &ast::Expr, locals: &[(SmolStr, &ast::Expr)]) -> Found {
        let tree = self.reached(expr, locals);
        let source = Source {
            tree: &tree,
            ..self.source
        };
        let mut running = self.running.to_vec();
        running.push(expr.span);
        let compiled = compile_within(self.before, source, Diagnostics::new(), &running);
        if !compiled.is_accepted() {
            return Err(self.reason(&compiled.diagnostics));
        }
        let scope = compiled.env.module(self.source.module);
        let length = scope.names.get(LENGTH).map(|def| compiled.env.def(*def));
        match length.map(|def| &def.kind) {
            Some(DefKind::Const(constant)) => match constant.literal {
                Some(Const::Int(_, value)) => Ok(value),
                _ => Err(NotKnown::BeforeRunning),
            },
            _ => Err(NotKnown::BeforeRunning),
        }
    }

    /// Variables are not among what is compiled, so that one that is mentioned is an unknown name.
    fn reason(&self, diagnostics: &Diagnostics) -> NotKnown {
        let said = |diagnostic: &&Diagnostic| {
            let is_name = diagnostic.code.0 == "unknown-name";
            let of_variable = || {
                let span = diagnostic.span()?;
                let name = self.source.texts.slice(span);
                let mut items = self.source.tree.items.iter();
                items.find(|item| {
                    is_variable(item)
                        && Mentions::of(item, self.source.texts)
                            .is_some_and(|mentions| mentions.names.iter().any(|n| n == name))
                })
            };
            diagnostic.is_error()
                && diagnostic.code.0 != "bad-length"
                && !(is_name && of_variable().is_some())
        };
        match diagnostics.iter().find(said) {
            Some(diagnostic) => NotKnown::Because(Box::new(diagnostic.clone())),
            None => NotKnown::BeforeRunning,
        }
    }

    /// The items that the expression mentions, through any chain, and the expression itself as a constant.
    fn reached(&self, expr: &ast::Expr, locals: &[(SmolStr, &ast::Expr)]) -> ast::Module {
        let texts = self.source.texts;
        let mut mentioned: FxHashSet<SmolStr> = words(texts.slice(expr.span)).collect();
        let mut bodies = Vec::new();
        for (name, value) in locals.iter().rev() {
            if mentioned.contains(name) && !bodies.iter().any(|(known, _)| known == name) {
                mentioned.extend(words(texts.slice(value.span)));
                bodies.push((name.clone(), *value));
            }
        }
        let shadowed = |names: &[SmolStr]| {
            names
                .iter()
                .any(|name| bodies.iter().any(|(local, _)| local == name))
        };
        let tree = self.source.tree;
        let all = tree.items.iter();
        let known: Vec<Option<Mentions>> = all
            .map(|item| Mentions::of(item, texts).filter(|_| !is_variable(item)))
            .collect();
        let mut taken: Vec<bool> = tree.items.iter().map(is_import).collect();
        loop {
            let before = mentioned.len();
            for (item, taken) in known.iter().zip(&mut taken) {
                let Some(item) = item else { continue };
                let is_mentioned = match &item.target {
                    Some(target) => words(target).any(|word| mentioned.contains(&word)),
                    None => item
                        .names
                        .iter()
                        .any(|name| name_of_impl(name).any(|word| mentioned.contains(&word))),
                };
                if !*taken && is_mentioned && !shadowed(&item.names) {
                    *taken = true;
                    mentioned.extend(item.words.iter().cloned());
                }
            }
            if mentioned.len() == before {
                break;
            }
        }
        let chosen = tree.items.iter().zip(taken).filter(|(_, taken)| *taken);
        let mut items: Vec<ast::Item> = chosen.map(|(item, _)| item.clone()).collect();
        bodies.reverse();
        items.extend(
            bodies
                .into_iter()
                .map(|(name, value)| constant(name, value)),
        );
        items.push(constant(LENGTH.into(), expr));
        ast::Module {
            items,
            span: tree.span,
            stray_expected: Vec::new(),
            doubts: ast::Doubts::default(),
            skipped: tree.skipped.clone(),
        }
    }
}

fn is_import(item: &ast::Item) -> bool {
    matches!(item.kind, ast::ItemKind::Import(_))
}

fn is_variable(item: &ast::Item) -> bool {
    matches!(item.kind, ast::ItemKind::Stmt(_)) && !is_const(item)
}

/// The words by which an item is known: of `impl Sized for Grid`, the type.
fn name_of_impl(name: &str) -> impl Iterator<Item = SmolStr> + '_ {
    words(name.rsplit_once(" for ").map_or(name, |(_, target)| target))
}

/// `const name = value`
fn constant(name: SmolStr, value: &ast::Expr) -> ast::Item {
    let span = value.span;
    let binding = ast::LetStmt {
        kind: ast::BindingKind::Const,
        pattern: ast::Pattern {
            kind: ast::PatternKind::Bind {
                is_mut: false,
                name: ast::Ident { name, span },
            },
            span,
        },
        ty: None,
        value: value.clone(),
        else_block: None,
    };
    let stmt = ast::Stmt {
        kind: ast::StmtKind::Let(binding),
        span,
    };
    ast::Item {
        kind: ast::ItemKind::Stmt(stmt),
        span,
        docs: None,
        is_pub: false,
        attrs: Vec::new(),
        expected: None,
    }
}
