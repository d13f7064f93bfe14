//! A closure has the values of the variables around it from when it was made. Where it got a name, a variable is changed further
//! below, and it is used after that, a warning says so. What is passed on at once sees no later change, and nobody expects it to.

use smol_str::SmolStr;
use syntax::Span;

use super::body::Checker;
use super::captures::{Change, Uses};
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
    writes: Vec<(DefId, Change)>,
    loops: Vec<Span>,
    /// Each closure with a name.
    closures: Vec<(DefId, Span)>,
}

impl Notes {
    pub(super) fn extend(&mut self, other: Notes) {
        self.kept.extend(other.kept);
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
        self.loops.extend(other.loops);
        self.closures.extend(other.closures);
    }
}

/// Where a variable is changed between a closure and a use of it: further up, or in an earlier round of a loop that does not make it anew.
fn change(
    made: Span,
    mut writes: impl Iterator<Item = Change>,
    uses: &[Span],
    loops: &[Span],
) -> Option<Span> {
    let is_around = |outer: &Span, at: Span| outer.contains(at) && !outer.contains(made);
    let found = writes.find(|change| {
        let written = change.place;
        let is_later = made.file == written.file && made.end <= written.start;
        let mut around = loops.iter().filter(|it| is_around(it, written));
        is_later
            && (uses.iter().any(|used| used.start >= change.done)
                || around.any(|it| uses.iter().any(|used| it.contains(*used))))
    });
    found.map(|change| change.place)
}

/// The uses of what has a name at `index`, those of all that it is used inside of included.
fn all_uses(named: &[(Span, Vec<Span>)], index: usize) -> Vec<Span> {
    let mut known = vec![index];
    let mut uses = Vec::new();
    let mut at = 0;
    while let Some(of) = known.get(at) {
        at += 1;
        for used in &named[*of].1 {
            uses.push(*used);
            let around = named.iter().position(|(span, _)| span.contains(*used));
            known.extend(around.filter(|found| !known.contains(found)));
        }
    }
    uses
}

impl Unit<'_> {
    pub(super) fn warn_of_changes(&mut self) {
        let notes = std::mem::take(&mut self.notes);
        let reads_of = |def: DefId| -> Vec<Span> {
            let found = notes.reads.iter().filter(|(found, _)| *found == def);
            found.map(|(_, span)| *span).collect()
        };
        let closures = notes.closures.iter();
        let named: Vec<(Span, Vec<Span>)> = closures
            .map(|(def, span)| (*span, reads_of(*def)))
            .collect();
        for (closure, made, variable) in &notes.kept {
            let index = notes.closures.iter().position(|(def, _)| def == closure);
            let uses = index.map_or_else(Vec::new, |index| all_uses(&named, index));
            let writes = notes.writes.iter().filter(|(found, _)| found == variable);
            let writes = writes.map(|(_, change)| *change);
            if let Some(changed) = change(*made, writes, &uses, &notes.loops) {
                let (closure, variable) = (self.env.def(*closure), self.env.def(*variable));
                let report =
                    errors::changed_after_capture(&closure.name, &variable.name, *made, changed);
                self.report(report);
            }
        }
    }
}

/// A closure or function in a body that has a name.
struct NamedClosure {
    name: SmolStr,
    made: Span,
    /// Those that it has the value of.
    variables: Vec<LocalId>,
    /// Where it is used.
    places: Vec<Span>,
}

impl Checker<'_, '_> {
    /// Warns of what is known inside the body, and notes the rest.
    pub(super) fn note_captures(&mut self) {
        let nowhere = Span::new(self.body.span.file, 0, 0);
        let uses = self.uses_of(self.body.root, nowhere);
        self.note_globals(&uses);
        let loops = self.loops_of_body();
        let named = self.named_closures(&uses);
        let places: Vec<(Span, Vec<Span>)> = named
            .iter()
            .map(|found| (found.made, found.places.clone()))
            .collect();
        let mut reports = Vec::new();
        for (index, found) in named.iter().enumerate() {
            let places = all_uses(&places, index);
            for variable in &found.variables {
                let of = Captured::Local(*variable);
                let writes = uses.writes.iter().filter(|(found, _)| *found == of);
                let writes = writes.map(|(_, change)| *change);
                if let Some(changed) = change(found.made, writes, &places, &loops) {
                    let variable = &self.body.locals[*variable].name;
                    reports.push(errors::changed_after_capture(
                        &found.name,
                        variable,
                        found.made,
                        changed,
                    ));
                }
            }
        }
        for report in reports {
            self.report(report);
        }
        self.notes.loops.extend(loops);
    }

    fn loops_of_body(&self) -> Vec<Span> {
        let is_loop =
            |kind: &ExprKind| matches!(kind, ExprKind::For { .. } | ExprKind::Loop { .. });
        let exprs = self.body.exprs.values();
        let loops = exprs.filter(|expr| is_loop(&expr.kind));
        loops.map(|expr| expr.span).collect()
    }

    fn named_closures(&self, uses: &Uses) -> Vec<NamedClosure> {
        let mut found = Vec::new();
        for inner in &self.body.inner {
            let called = uses.called.iter().filter(|(def, _)| *def == inner.def);
            let captures = self.tables.inner[&inner.def].iter();
            let kept = captures.filter_map(|capture| match capture.of {
                Captured::Kept(by, local) if by == inner.def => Some(local),
                _ => None,
            });
            found.push(NamedClosure {
                name: self.env().def(inner.def).name.clone(),
                made: inner.span,
                variables: kept.collect(),
                places: called.map(|(_, span)| *span).collect(),
            });
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
                    let captures = closure.captures.iter().filter(|it| !it.is_exclusive);
                    let kept = captures.filter_map(|capture| match capture.of {
                        Captured::Local(local) => Some(local),
                        _ => None,
                    });
                    found.push(NamedClosure {
                        name: self.body.locals[name].name.clone(),
                        made: self.span(*value),
                        variables: kept.collect(),
                        places: reads.map(|(_, span)| *span).collect(),
                    });
                }
            }
        }
        found
    }

    fn note_globals(&mut self, uses: &Uses) {
        for (of, change) in &uses.writes {
            if let Captured::Global(def) = of {
                self.notes.writes.push((*def, *change));
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
        self.notes.closures.push((global, span));
        for capture in &closure.captures {
            if let Captured::Global(variable) = capture.of
                && !capture.is_exclusive
            {
                self.notes.kept.push((global, span, variable));
            }
        }
    }
}
