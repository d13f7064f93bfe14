//! The values of a unit's constants, computed by the interpreter once the unit is checked. One that fails, reads a variable or reaches
//! outside is an error at the constant. A scalar or text is kept as a literal; the rest is laid out as data when it is used.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use syntax::{Diagnostic, Diagnostics, Span};

use crate::check::constant_needs_itself;
use crate::env::{DefId, DefKind, Env, FnOrigin};
use crate::incremental::Fingerprint;
use crate::mir::Const;
use crate::mir::interpret::eval_const;
use crate::mono::{Program, Target};

/// Constants that need constants that come later are computed first, to this depth; beyond it a value is computed where it is used.
const DEPTH_LIMIT: usize = 64;

/// Computes those of the unit that was compiled.
pub(crate) fn compute(env: &mut Env, diagnostics: &mut Diagnostics) {
    let added: Vec<DefId> = env
        .of_last_unit()
        .filter(|def| matches!(def.kind, DefKind::Const(_)))
        .map(|def| def.id)
        .collect();
    if added.is_empty() {
        return;
    }
    // The type of one that nothing uses is that of its value.
    for def in &added {
        if let DefKind::Const(constant) = &env.def(*def).kind
            && constant.ty.is_none()
            && let Some(ty) = env.function(constant.init).ret
        {
            env.set_inferred_type(*def, ty);
        }
    }
    let constants = Constants {
        env,
        known: RefCell::default(),
        failures: RefCell::default(),
        running: RefCell::default(),
        circles: RefCell::default(),
        prints: RefCell::default(),
    };
    for def in added {
        constants.literal(def);
    }
    let (known, failures) = (constants.known, constants.failures);
    let prints = constants.prints.into_inner();
    let mut known: Vec<(DefId, Option<Const>)> = known.into_inner().into_iter().collect();
    known.sort_by_key(|(def, _)| *def);
    for (def, literal) in known {
        if let Some(literal) = literal {
            env.set_literal(def, literal);
        }
    }
    for (def, print) in prints {
        env.set_print(def, print);
    }
    diagnostics.extend(failures.into_inner());
}

struct Constants<'e> {
    env: &'e Env,
    known: RefCell<FxHashMap<DefId, Option<Const>>>,
    failures: RefCell<Vec<Diagnostic>>,
    /// Those that are being computed, each because the one before needs it.
    running: RefCell<Vec<DefId>>,
    /// Constants that lead back to themselves, with those on the way.
    circles: RefCell<FxHashMap<DefId, Vec<DefId>>>,
    /// Of values that are no literals, and in which there are no functions.
    prints: RefCell<Vec<(DefId, u128)>>,
}

impl Constants<'_> {
    fn literal(&self, def: DefId) -> Option<Const> {
        let DefKind::Const(constant) = &self.env.def(def).kind else {
            return None;
        };
        if constant.literal.is_some() {
            return constant.literal.clone();
        }
        self.note_circle(def);
        if let Some(known) = self.known.borrow().get(&def) {
            return known.clone();
        }
        let body = self.env.function(constant.init).body()?.clone();
        if self.running.borrow().len() == DEPTH_LIMIT {
            return None;
        }
        self.known.borrow_mut().insert(def, None);
        self.running.borrow_mut().push(def);
        let computed = eval_const(self.env, body, &|needed| self.literal(needed));
        self.running.borrow_mut().pop();
        let literal = match computed {
            Ok(value) => {
                let literal = value.literal(constant.ty());
                if literal.is_none() && !value.holds_functions() {
                    let print = Fingerprint::of(&value).as_u128();
                    self.prints.borrow_mut().push((def, print));
                }
                literal
            }
            Err(failure) => {
                self.fail(def, *failure);
                None
            }
        };
        self.known.borrow_mut().insert(def, literal.clone());
        literal
    }
}

impl Constants<'_> {
    fn note_circle(&self, def: DefId) {
        let running = self.running.borrow();
        if let Some(first) = running.iter().position(|open| *open == def) {
            let circle = &running[first..];
            let mut circles = self.circles.borrow_mut();
            for member in circle {
                circles.entry(*member).or_insert_with(|| circle.to_vec());
            }
        }
    }

    /// One of a circle is told, for all of them.
    fn fail(&self, def: DefId, failure: Diagnostic) {
        let circle = self.circles.borrow().get(&def).cloned();
        let report = match &circle {
            None => failure,
            Some(circle) if circle.is_empty() => return,
            Some(circle) => {
                let found = self.env.def(circle[0]);
                let name = |def: &DefId| self.env.def(*def).name.clone();
                let others: Vec<SmolStr> = circle[1..].iter().map(name).collect();
                constant_needs_itself(&found.name, &others, found.span)
            }
        };
        self.failures.borrow_mut().push(report);
        for member in circle.unwrap_or_default() {
            self.circles.borrow_mut().insert(member, Vec::new());
        }
    }
}

/// Why a constant cannot be computed before the program runs: it may read a variable, or call what is not Sumi's.
pub(crate) fn reaches_out(env: &Env, program: &Program, span: Span) -> Option<Diagnostic> {
    let refuse = |what: String, help: &str| {
        Diagnostic::error(
            "constant-failed",
            "this constant cannot be computed before the program runs",
        )
        .at(span, what)
        .help(help)
    };
    if let Some(global) = program.globals.first() {
        let name = &env.def(global.def).name;
        let help = "a constant uses literals, other constants and functions of them; a value that is computed as the program \
                    runs is a `let`";
        return Some(refuse(format!("its value depends on `{name}`"), help));
    }
    let is_foreign = |target: &Target| match target {
        Target::Imported(index) => {
            let import = &program.imports[*index];
            match &import.origin {
                FnOrigin::C { .. } | FnOrigin::Host => Some(import.key.0),
                FnOrigin::Sumi | FnOrigin::Intrinsic(_) => None,
            }
        }
        Target::Defined(_) => None,
    };
    let mut foreign: Vec<DefId> = program.callees.values().filter_map(is_foreign).collect();
    foreign.sort();
    foreign.first().map(|def| {
        let name = &env.def(*def).name;
        let help = "a `let` is computed as the program runs, and may call it";
        refuse(format!("`{name}` is a function outside of Sumi"), help)
    })
}
