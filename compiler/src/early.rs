//! Lengths that are more than arithmetic: `[i64; square(SIDE)]` needs the value before the unit that it stands in has types. What it
//! mentions, through any chain, is compiled as a unit of its own beside the real one, and the value taken from there.

use std::cell::{OnceCell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::{Diagnostic, Diagnostics, Span, ast};

use crate::env::{DefKind, Env};
use crate::hir::{LocalName, NotKnown};
use crate::mentions::{Mentions, is_const, words};
use crate::mir::Const;
use crate::pipeline::{Source, compile_within};

/// No name in a source looks like this.
const LENGTH: &str = "the length";

/// Lengths that need types with such lengths: beyond this a value counts as not known.
const DEPTH_LIMIT: usize = 8;

type Found = Result<i128, NotKnown>;

pub(crate) struct Early<'a> {
    before: &'a Env,
    source: Source<'a>,
    /// The lengths that are being computed, this unit for the last of them.
    running: &'a [Span],
    /// Not everything was parsed, or what was parsed has other mistakes: nothing is computed, and nothing said.
    is_broken: bool,
    /// By what would be compiled: the text, and the constants of bodies that it mentions.
    known: RefCell<FxHashMap<(SmolStr, Vec<Span>), Found>>,
    /// Of the unit's items; none for those that cannot be part of a constant.
    mentions: OnceCell<Vec<Option<Mentions>>>,
}

impl<'a> Early<'a> {
    pub(crate) fn new(
        before: &'a Env,
        source: Source<'a>,
        running: &'a [Span],
        is_broken: bool,
    ) -> Early<'a> {
        Early {
            before,
            source,
            running,
            is_broken,
            known: RefCell::default(),
            mentions: OnceCell::new(),
        }
    }

    pub(crate) fn value(&self, expr: &ast::Expr, locals: &[LocalName<'_>]) -> Found {
        if self.is_broken {
            return Err(NotKnown::Reported);
        }
        if self.running.contains(&expr.span) || self.running.len() == DEPTH_LIMIT {
            return Err(NotKnown::BeforeRunning);
        }
        let text = self.source.texts.slice(expr.span);
        let mut mentioned: FxHashSet<SmolStr> = words(text).collect();
        let Some(bodies) = self.mentioned_locals(locals, &mut mentioned) else {
            return Err(NotKnown::BeforeRunning);
        };
        let values = bodies.iter().map(|(_, value)| value.span).collect();
        let key = (SmolStr::new(text), values);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let found = self.compute(expr, &bodies, mentioned);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    /// The constants of bodies that are mentioned, through any chain, the outermost first. None if a type parameter is.
    fn mentioned_locals<'l>(
        &self,
        locals: &[LocalName<'l>],
        mentioned: &mut FxHashSet<SmolStr>,
    ) -> Option<Vec<(SmolStr, &'l ast::Expr)>> {
        let mut found: Vec<(SmolStr, &ast::Expr)> = Vec::new();
        for (name, value) in locals.iter().rev() {
            if mentioned.contains(name) && !found.iter().any(|(known, _)| known == name) {
                let value = (*value)?;
                mentioned.extend(words(self.source.texts.slice(value.span)));
                found.push((name.clone(), value));
            }
        }
        found.reverse();
        Some(found)
    }

    fn compute(
        &self,
        expr: &ast::Expr,
        bodies: &[(SmolStr, &ast::Expr)],
        mentioned: FxHashSet<SmolStr>,
    ) -> Found {
        let mut items = self.reached(bodies, mentioned);
        let locals = bodies.iter();
        items.extend(locals.map(|(name, value)| constant(name.clone(), value)));
        items.push(constant(LENGTH.into(), expr));
        let whole = self.source.tree;
        let tree = ast::Module {
            items,
            span: whole.span,
            stray_expected: Vec::new(),
            doubts: ast::Doubts::default(),
            skipped: whole.skipped.clone(),
        };
        let source = Source {
            tree: &tree,
            ..self.source
        };
        let running = [self.running, &[expr.span]].concat();
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
        let said = |diagnostic: &&Diagnostic| match diagnostic.code.0 {
            "bad-length" => false,
            "unknown-name" => !self.is_about_variable(diagnostic),
            _ => diagnostic.is_error(),
        };
        match diagnostics.iter().find(said) {
            Some(diagnostic) => NotKnown::Because(Box::new(diagnostic.clone())),
            None => NotKnown::BeforeRunning,
        }
    }

    fn is_about_variable(&self, diagnostic: &Diagnostic) -> bool {
        let texts = self.source.texts;
        let name = diagnostic.span().map(|span| texts.slice(span));
        let items = self.source.tree.items.iter();
        let mut bound = items
            .filter(|item| is_variable(item))
            .filter_map(|item| Mentions::of(item, texts));
        bound.any(|mentions| mentions.names.iter().any(|bound| name == Some(bound)))
    }

    /// The items that are mentioned, through any chain, but for those that a constant of a body hides.
    fn reached(
        &self,
        bodies: &[(SmolStr, &ast::Expr)],
        mut mentioned: FxHashSet<SmolStr>,
    ) -> Vec<ast::Item> {
        let items = &self.source.tree.items;
        let mentions = self.mentions.get_or_init(|| {
            let of = |item| Mentions::of(item, self.source.texts).filter(|_| !is_variable(item));
            items.iter().map(of).collect()
        });
        let is_hidden =
            |item: &Mentions| bodies.iter().any(|(local, _)| item.names.contains(local));
        let mut taken: Vec<bool> = items.iter().map(is_import).collect();
        loop {
            let before = mentioned.len();
            for (item, taken) in mentions.iter().zip(&mut taken) {
                let Some(item) = item else { continue };
                if !*taken && is_known_by(item, &mentioned) && !is_hidden(item) {
                    *taken = true;
                    mentioned.extend(item.words.iter().cloned());
                }
            }
            if mentioned.len() == before {
                break;
            }
        }
        let chosen = items.iter().zip(taken).filter(|(_, taken)| *taken);
        chosen.map(|(item, _)| item.clone()).collect()
    }
}

/// Whether one of the names is among the words: of an `impl`, also of a trait's, that of the type.
fn is_known_by(item: &Mentions, mentioned: &FxHashSet<SmolStr>) -> bool {
    let is_among = |name: &str| words(name).any(|word| mentioned.contains(&word));
    match &item.target {
        Some(target) => is_among(target),
        None => item
            .names
            .iter()
            .any(|name| is_among(name.rsplit_once(" for ").map_or(name, |(_, target)| target))),
    }
}

fn is_import(item: &ast::Item) -> bool {
    matches!(item.kind, ast::ItemKind::Import(_))
}

fn is_variable(item: &ast::Item) -> bool {
    matches!(item.kind, ast::ItemKind::Stmt(_)) && !is_const(item)
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
