//! A closure has the values of the variables around it from when it was made. Where it got a name, a variable is changed further
//! below, and it is used after that, a warning says so. What is passed on at once sees no later change, and nobody expects it to.

use smol_str::SmolStr;
use syntax::Span;

use super::body::Checker;
use super::captures::Uses;
use super::unit::Unit;
use super::{Captured, errors};
use crate::env::DefId;
use crate::hir::{ExprId, ExprKind, LocalId, PatKind, Stmt};

/// What the top-level items do with variables, for those that come after them.
#[derive(Clone, Default)]
pub(super) struct Notes {
    /// A named closure, and a variable that it has the value of.
    kept: Vec<(DefId, Span, DefId)>,
    reads: Vec<(DefId, Span)>,
    writes: Vec<(DefId, Span)>,
}

impl Notes {
    pub(super) fn extend(&mut self, other: Notes) {
        self.kept.extend(other.kept);
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
    }
}

/// Where a variable is changed between a closure and a use of it.
fn change(
    made: Span,
    mut writes: impl Iterator<Item = Span>,
    uses: impl Iterator<Item = Span> + Clone,
) -> Option<Span> {
    writes.find(|written| {
        let is_later = made.file == written.file && made.end <= written.start;
        is_later && uses.clone().any(|used| used.start > written.end)
    })
}

impl Unit<'_> {
    pub(super) fn warn_of_changes(&mut self) {
        let notes = std::mem::take(&mut self.notes);
        for (closure, made, variable) in &notes.kept {
            let of = |def: DefId, places: &[(DefId, Span)]| -> Vec<Span> {
                let found = places.iter().filter(|(found, _)| *found == def);
                found.map(|(_, span)| *span).collect()
            };
            let uses = of(*closure, &notes.reads);
            let writes = of(*variable, &notes.writes);
            if let Some(changed) = change(*made, writes.into_iter(), uses.into_iter()) {
                let (closure, variable) = (self.env.def(*closure), self.env.def(*variable));
                let report =
                    errors::changed_after_capture(&closure.name, &variable.name, *made, changed);
                self.report(report);
            }
        }
    }
}

impl Checker<'_, '_> {
    /// Warns of what is known inside the body, and notes the rest.
    pub(super) fn note_captures(&mut self) {
        let nowhere = Span::new(self.body.span.file, 0, 0);
        let uses = self.uses_of(self.body.root, nowhere);
        self.note_globals(&uses);
        for (name, made, variable, places) in self.named_closures(&uses) {
            let of = Captured::Local(variable);
            let writes = uses.writes.iter().filter(|(found, _)| *found == of);
            let writes = writes.map(|(_, span)| *span);
            if let Some(changed) = change(made, writes, places.iter().copied()) {
                let variable = self.body.locals[variable].name.clone();
                let report = errors::changed_after_capture(&name, &variable, made, changed);
                self.report(report);
            }
        }
    }

    /// Closures and functions with a name, a variable that each has the value of, and where it is used.
    fn named_closures(&self, uses: &Uses) -> Vec<(SmolStr, Span, LocalId, Vec<Span>)> {
        let mut found = Vec::new();
        for inner in &self.body.inner {
            let called = uses.called.iter().filter(|(def, _)| *def == inner.def);
            let places: Vec<Span> = called.map(|(_, span)| *span).collect();
            for capture in &self.tables.inner[&inner.def] {
                if let Captured::Kept(by, local) = capture.of
                    && by == inner.def
                {
                    let name = self.env().def(by).name.clone();
                    found.push((name, inner.span, local, places.clone()));
                }
            }
        }
        for expr in self.body.exprs.values() {
            let ExprKind::Block { stmts, .. } = &expr.kind else {
                continue;
            };
            for stmt in stmts {
                if let Stmt::Let {
                    pat,
                    value: Some(value),
                    ..
                } = stmt
                    && let PatKind::Bind(name) = self.body.pats[*pat].kind
                    && let Some(closure) = self.tables.closures.get(value)
                {
                    let reads = uses.reads.iter();
                    let reads = reads.filter(|(of, _)| *of == Captured::Local(name));
                    let places: Vec<Span> = reads.map(|(_, span)| *span).collect();
                    for capture in closure.captures.iter().filter(|it| !it.is_exclusive) {
                        if let Captured::Local(local) = capture.of {
                            let name = self.body.locals[name].name.clone();
                            found.push((name, self.span(*value), local, places.clone()));
                        }
                    }
                }
            }
        }
        found
    }

    fn note_globals(&mut self, uses: &Uses) {
        for (of, span) in &uses.writes {
            if let Captured::Global(def) = of {
                self.notes.writes.push((*def, *span));
            }
        }
        let body = self.body.clone();
        for expr in body.exprs.values() {
            match &expr.kind {
                ExprKind::Global(def) => {
                    self.notes.reads.push((*def, expr.span));
                }
                ExprKind::Init { global, value } => self.note_kept(*global, *value),
                _ => {}
            }
        }
    }

    fn note_kept(&mut self, global: DefId, value: ExprId) {
        let span = self.span(value);
        let Some(closure) = self.tables.closures.get(&value) else {
            return;
        };
        for capture in &closure.captures {
            if let Captured::Global(variable) = capture.of
                && !capture.is_exclusive
            {
                self.notes.kept.push((global, span, variable));
            }
        }
    }
}
