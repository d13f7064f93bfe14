//! Whether two accesses to overlapping places can be open at once, one of them to write. What is certain is an error that
//! names both; what depends on two indices is checked as it runs.
//!
//! An access is open for one call (a `mut` argument) or as long as a reference lives (`for mut`, `mut` in a pattern, a `mut` parameter).

use syntax::{Diagnostic, Diagnostics, Span};

use super::interface::Interfaces;
use super::liveness::{Liveness, Origins, origins};
use super::paths::{Overlap, Path, paths};
use super::walk::{self, Access};
use crate::env::{DefId, Env, ModuleId};
use crate::mir::{
    Arg, Base, Body, Callee, Check, Const, Effects, Local, LocalKind, Operand, Place, Projection,
    Statement, StatementKind,
};
use crate::types::{IntTy, TyKind, TyNames};

pub(super) fn check(body: &mut Body, env: &Env, interfaces: &Interfaces, diags: &mut Diagnostics) {
    let origins = origins(body);
    let liveness = Liveness::of(body, &origins);
    let mut found = Vec::new();
    let (mut checks, mut opened) = (Vec::new(), Vec::new());
    for block in body.blocks.keys() {
        let points = liveness.through(body, block);
        for (at, statement) in body.blocks[block].statements.iter().enumerate() {
            let mut visit = Visit {
                body,
                env,
                origins: &origins,
                statement,
                found: &mut found,
                disjoint: Vec::new(),
                open: Vec::new(),
            };
            visit.within_call(interfaces);
            visit.within_lookup(interfaces);
            visit.against_open(&points[at], interfaces);
            for check in visit.disjoint {
                checks.push((block, at, check));
            }
            match statement.kind {
                _ if visit.open.is_empty() => {}
                StatementKind::Call { .. } => opened.push((block, at, visit.open)),
                _ => {
                    let count = visit.open.len();
                    checks.push((block, at, Check::Begin(visit.open)));
                    checks.push((block, at + 1, Check::End(count)));
                }
            }
        }
    }
    found.dedup();
    for diagnostic in found {
        diags.push(diagnostic);
    }
    for (block, at, globals) in opened {
        if let StatementKind::Call { open, .. } = &mut body.blocks[block].statements[at].kind {
            *open = globals;
        }
    }
    for (block, at, check) in checks.into_iter().rev() {
        let statements = &mut body.blocks[block].statements;
        let span = statements[at].span;
        let kind = StatementKind::Check(check);
        statements.insert(at, Statement { kind, span });
    }
}

struct Visit<'a> {
    body: &'a Body,
    env: &'a Env,
    origins: &'a Origins,
    statement: &'a Statement,
    found: &'a mut Vec<Diagnostic>,
    /// Pairs of indices that must differ when the statement runs.
    disjoint: Vec<Check>,
    /// Globals that are open while the statement calls what nobody knows.
    open: Vec<DefId>,
}

impl Visit<'_> {
    /// The `mut` arguments of one call, with each other and with the globals that the callee touches.
    fn within_call(&mut self, interfaces: &Interfaces) {
        let StatementKind::Call { args, .. } = &self.statement.kind else {
            return;
        };
        let opened: Vec<&Place> = args
            .iter()
            .filter_map(|arg| match arg {
                Arg::Mut(place) => Some(place),
                Arg::Value(_) => None,
            })
            .collect();
        if opened.is_empty() {
            return;
        }
        for (at, first) in opened.iter().enumerate() {
            for second in &opened[at + 1..] {
                if self.clash(first, second) {
                    self.report(twice_in_call(
                        &self.name(first),
                        &self.name(second),
                        self.statement.span,
                    ));
                }
            }
        }
        let effects = interfaces.statement_effects(self.body, &self.statement.kind);
        for place in opened {
            self.callee_touches(place, &effects, interfaces, None);
        }
    }

    /// The entry of a key is where the search found it only if nothing changes the map meanwhile.
    fn within_lookup(&mut self, interfaces: &Interfaces) {
        let StatementKind::Call { callee, args, .. } = &self.statement.kind else {
            return;
        };
        let (Callee::Fn(def, _), Some(Arg::Value(Operand::Copy(map)))) = (callee, args.first())
        else {
            return;
        };
        let prelude = &self.env.module(ModuleId::PRELUDE).names;
        if prelude.get("map_find") != Some(def) {
            return;
        }
        let effects = interfaces.statement_effects(self.body, &self.statement.kind);
        let writes = Effects {
            reads: Vec::new(),
            ..effects
        };
        self.callee_touches(map, &writes, interfaces, None);
    }

    /// Everything that the statement does, with the references that are open around it.
    fn against_open(&mut self, live: &super::liveness::LocalSet, interfaces: &Interfaces) {
        if matches!(
            self.statement.kind,
            StatementKind::Check(Check::Index { .. })
        ) {
            // It looks at a length, which no part changes. What the index is for is an access of its own.
            return;
        }
        let open: Vec<Local> = live
            .iter()
            .filter(|local| self.body.locals[*local].kind == LocalKind::Ref)
            .filter(|local| !self.origins[*local].is_empty())
            .collect();
        if open.is_empty() {
            return;
        }
        let effects = interfaces.statement_effects(self.body, &self.statement.kind);
        for reference in open {
            if walk::defined(&self.statement.kind) == Some(reference) {
                continue;
            }
            let places = self.origins[reference].clone();
            let mut accesses = Vec::new();
            walk::places(&self.statement.kind, &mut |access, place| {
                accesses.push((access, place.clone()));
            });
            for (access, place) in accesses {
                if self.reaches(place.base, reference) {
                    continue;
                }
                let clashes = places.iter().any(|opened| self.clash(opened, &place));
                if clashes && self.first_of_statement() {
                    let name = self.name(&places[0]);
                    let opened_at = self.body.locals[reference].span;
                    self.report(while_open(
                        &name,
                        &self.name(&place),
                        access,
                        self.statement.span,
                        opened_at,
                    ));
                }
            }
            let opened_at = self.body.locals[reference].span;
            for place in &places {
                self.callee_touches(place, &effects, interfaces, Some(opened_at));
            }
        }
    }

    /// Whether `base` is the reference, or one that was opened through it.
    fn reaches(&self, base: Base, reference: Local) -> bool {
        let mut pending = vec![base];
        let mut seen = Vec::new();
        while let Some(Base::Local(local)) = pending.pop() {
            if local == reference {
                return true;
            }
            if !seen.contains(&local) {
                seen.push(local);
                pending.extend(self.origins[local].iter().map(|place| place.base));
            }
        }
        false
    }

    /// Whether the places certainly overlap; asks for a check where that depends on two indices.
    fn clash(&mut self, first: &Place, second: &Place) -> bool {
        let all = |place: &Place| paths(self.body, self.env, self.origins, place);
        let (firsts, seconds) = (all(first), all(second));
        let mut clashes = false;
        for one in &firsts {
            for other in &seconds {
                match one.overlap(other) {
                    Overlap::Disjoint => {}
                    Overlap::Always => clashes = true,
                    Overlap::IfSame(a, b, depth) => self.must_differ(one, a, b, depth),
                }
            }
        }
        clashes
    }

    fn must_differ(&mut self, path: &Path, first: Projection, second: Projection, depth: usize) {
        let (Some(first), Some(second)) = (index_of(first), index_of(second)) else {
            return;
        };
        let behind_reference = matches!(
            path.base,
            Base::Local(local) if self.body.locals[local].kind == LocalKind::Ref
        );
        let deref = behind_reference.then_some(Projection::Deref);
        let steps = path.steps[..depth].iter().map(|step| step.projection);
        let place = Place {
            base: path.base,
            projections: deref.into_iter().chain(steps).collect(),
        };
        self.disjoint.push(Check::Disjoint {
            first,
            second,
            place,
        });
    }

    fn callee_touches(
        &mut self,
        place: &Place,
        effects: &Effects,
        interfaces: &Interfaces,
        opened_at: Option<Span>,
    ) {
        for path in paths(self.body, self.env, self.origins, place) {
            let Base::Global(global) = path.base else {
                continue;
            };
            if effects.is_unsure() && !self.open.contains(&global) {
                self.open.push(global);
            }
            let touches = effects.reads.contains(&global) || effects.writes.contains(&global);
            if touches && self.first_of_statement() {
                let name = self.env.name_of(global);
                let kind = &self.statement.kind;
                let callee = match (interfaces.culprit(self.body, kind, global), kind) {
                    (Some(culprit), _) => format!("`{}`", self.env.name_of(culprit)),
                    (None, StatementKind::Call { callee, .. }) => callee_name(self.env, callee),
                    (None, _) => "this".to_string(),
                };
                self.report(callee_uses(&name, &callee, self.statement.span, opened_at));
            }
        }
    }

    /// One mistake is told once, though several references may be open.
    fn first_of_statement(&self) -> bool {
        let span = self.statement.span;
        !self.found.iter().any(|found| found.span() == Some(span))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.found.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }

    fn name(&self, place: &Place) -> String {
        name_of_place(self.body, self.env, self.origins, place)
    }
}

/// As the user wrote it, more or less.
pub(super) fn name_of_place(body: &Body, env: &Env, origins: &Origins, place: &Place) -> String {
    let mut name = match place.base {
        Base::Global(global) => env.name_of(global),
        Base::Local(local) => match &body.locals[local].name {
            Some(name) => name.to_string(),
            None => match origins[local].first() {
                Some(origin) => name_of_place(body, env, origins, origin),
                None => "a value".to_string(),
            },
        },
    };
    let mut so_far = Place {
        base: place.base,
        projections: Vec::new(),
    };
    let mut in_entry = 0;
    for projection in &place.projections {
        let ty = body.place_ty(env, &so_far);
        so_far.projections.push(*projection);
        if in_entry > 0 {
            in_entry -= 1;
            continue;
        }
        match projection {
            // `m.entries[i]`, the pair in it, and its value.
            Projection::Field(_) if matches!(ty.kind(), TyKind::Adt(DefId::MAP, _)) => {
                name.push_str("[…]");
                in_entry = 3;
            }
            Projection::Deref | Projection::Payload { .. } | Projection::Inside(_) => {}
            Projection::Field(field) => {
                name.push('.');
                name.push_str(&super::field_name(env, ty, *field));
            }
            Projection::ConstIndex(index) => name.push_str(&format!("[{index}]")),
            Projection::Index(local) => match &body.locals[*local].name {
                Some(index) => name.push_str(&format!("[{index}]")),
                None => name.push_str("[…]"),
            },
        }
    }
    name
}

fn index_of(projection: Projection) -> Option<Operand> {
    match projection {
        Projection::Index(local) => Some(Operand::Copy(Place::local(local))),
        Projection::ConstIndex(index) => {
            Some(Operand::Const(Const::Int(IntTy::I64, i128::from(index))))
        }
        Projection::Field(_)
        | Projection::Payload { .. }
        | Projection::Inside(_)
        | Projection::Deref => None,
    }
}

fn callee_name(env: &Env, callee: &Callee) -> String {
    let name = |def: &DefId| format!("`{}`", env.name_of(*def));
    match callee {
        Callee::Fn(def, _) | Callee::TraitMethod(def, _) => name(def),
        Callee::Value(_) => "the function".to_string(),
    }
}

const CODE: &str = "exclusive-access";

fn twice_in_call(first: &str, second: &str, span: Span) -> Diagnostic {
    let message = if first == second && first.contains("[…]") {
        format!("`{first}` is passed as `mut` twice in one call; all elements of a map overlap")
    } else if first == second {
        format!("`{first}` is passed as `mut` twice in one call")
    } else {
        format!("`{first}` and `{second}` overlap, and both are passed as `mut` in one call")
    };
    Diagnostic::error(CODE, message)
        .at(span, "both accesses last as long as this call")
        .help("make the changes in two calls, or work on a copy of one of them")
}

fn while_open(name: &str, used: &str, access: Access, span: Span, opened: Span) -> Diagnostic {
    let (verb, label) = match access {
        Access::Write => ("assigned", "assigned here"),
        Access::Mut | Access::Open => ("changed", "changed here"),
        Access::Value
        | Access::Move
        | Access::Borrow
        | Access::Inspect
        | Access::Unique
        | Access::Drop => ("read", "read here"),
    };
    let message = if used == name {
        format!("`{name}` is {verb} while a part of it is open to changes")
    } else {
        format!("`{used}` is {verb} while a part of `{name}` is open to changes")
    };
    let diagnostic = Diagnostic::error(CODE, message)
        .at(span, label)
        .also(opened, format!("this is a part of `{name}`, in place"));
    if verb == "read" {
        diagnostic.help(format!(
            "read it before: `let before = {used}` in front of the loop or block"
        ))
    } else {
        diagnostic.help(format!(
            "loop over the indices, or over a copy: `for x in {name} {{ … }}` walks the values that `{name}` had"
        ))
    }
}

fn callee_uses(name: &str, callee: &str, span: Span, opened: Option<Span>) -> Diagnostic {
    let message = format!("{callee} uses `{name}` itself, while `{name}` is being changed here");
    let diagnostic = Diagnostic::error(CODE, message)
        .at(span, format!("called with `{name}` open to changes"))
        .help(format!(
            "pass what {callee} needs as arguments, or change a copy: `var copy = {name}`"
        ));
    match opened {
        Some(opened) => diagnostic.also(opened, format!("this is a part of `{name}`, in place")),
        None => diagnostic,
    }
}
