//! Functions that a type brings along: its operators, its text, its hash, the methods of its traits. Generic code, containers and
//! formats call them without naming them.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::env::{Bound, DefId, DefKind, Env, Head};
use crate::mir::Brings;
use crate::types::{Ty, TyKind};

/// What has more parts is taken to bring whatever there is.
const MOST_PARTS: usize = 2000;

/// What code may call that is given values of a type.
#[derive(Default)]
pub(super) struct Brought {
    /// Of the program's own types; the library's touch no variables.
    pub(super) functions: Vec<(DefId, Brings)>,
    /// Whether a part is a type parameter, which may bring more.
    pub(super) is_open: bool,
    /// Whether a part is an `any`, which may bring whatever there is, or there are more than [`MOST_PARTS`].
    pub(super) holds_any: bool,
}

pub(super) struct ByType<'e> {
    env: &'e Env,
    of_heads: OnceCell<FxHashMap<Head, Vec<(DefId, Brings)>>>,
    known: RefCell<FxHashMap<Ty, Rc<Brought>>>,
}

impl<'e> ByType<'e> {
    pub(super) fn new(env: &'e Env) -> ByType<'e> {
        ByType {
            env,
            of_heads: OnceCell::new(),
            known: RefCell::default(),
        }
    }

    pub(super) fn of(&self, ty: Ty) -> Rc<Brought> {
        if let Some(found) = self.known.borrow().get(&ty) {
            return found.clone();
        }
        let mut search = Search {
            of_heads: self.of_heads.get_or_init(|| by_head(self.env)),
            env: self.env,
            found: Brought::default(),
            seen: FxHashSet::default(),
        };
        search.add(ty);
        let mut found = search.found;
        found.functions.sort_by_key(|(def, _)| *def);
        found.functions.dedup();
        let found = Rc::new(found);
        self.known.borrow_mut().insert(ty, found.clone());
        found
    }
}

struct Search<'a> {
    env: &'a Env,
    of_heads: &'a FxHashMap<Head, Vec<(DefId, Brings)>>,
    found: Brought,
    seen: FxHashSet<Ty>,
}

impl Search<'_> {
    fn add(&mut self, ty: Ty) {
        if self.seen.len() > MOST_PARTS {
            self.found.holds_any = true;
            return;
        }
        if !self.seen.insert(ty) {
            return;
        }
        match ty.kind() {
            TyKind::Param(..) => self.found.is_open = true,
            TyKind::Any(..) => self.found.holds_any = true,
            // Neither compared nor shown.
            TyKind::Fn(_) | TyKind::CFn(_) => return,
            _ => {}
        }
        for head in Head::of(ty).into_iter().chain([Head::Param]) {
            let own = self.of_heads.get(&head).into_iter().flatten();
            self.found.functions.extend(own);
        }
        ty.map_parts(&mut |part| {
            self.add(part);
            part
        });
        if let TyKind::Adt(def, args) = ty.kind() {
            let env = self.env;
            for field in env.all_fields(*def) {
                self.add(field.ty.subst(args));
            }
        }
    }
}

/// Which kind of function a trait's methods are.
pub(super) fn brings(env: &Env, of: DefId) -> Brings {
    match env.as_built_in(of) {
        Some(Bound::Hash) => Brings::HASH,
        Some(Bound::Num) => Brings::ARITHMETIC,
        _ => Brings::METHODS,
    }
}

fn by_head(env: &Env) -> FxHashMap<Head, Vec<(DefId, Brings)>> {
    let mut found: FxHashMap<Head, Vec<(DefId, Brings)>> = FxHashMap::default();
    let mut add = |ty: Ty, def: DefId, what: Brings| {
        let is_own = env
            .try_def(def)
            .is_some_and(|def| !env.is_library(def.module));
        if let (true, Some(head)) = (is_own, Head::of(ty)) {
            found.entry(head).or_default().push((def, what));
        }
    };
    for (symbol, def) in env.all_operators() {
        let what = match symbol {
            "==" | "<" => Brings::RELATIONS,
            _ => Brings::ARITHMETIC,
        };
        if let Some(DefKind::Fn(function)) = env.try_def(def).map(|def| &def.kind) {
            for param in &function.params {
                add(param.ty, def, what);
            }
        }
    }
    for found in env.all_impls() {
        let own = found.methods.iter().map(|(_, def)| def);
        for def in own.chain(&env.trait_def(found.of).methods) {
            add(found.target, *def, brings(env, found.of));
        }
    }
    for def in env.methods_named("show") {
        if let Some(ty) = env.function(def).self_ty {
            add(ty, def, Brings::TEXT);
        }
    }
    found
}
