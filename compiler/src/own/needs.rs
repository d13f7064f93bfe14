//! Which types own blocks, so that their values must be dropped and copies of them count as owners.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::env::{DefId, DefKind, Env};
use crate::types::{Len, Ty, TyKind};

/// Answers for one compilation, remembered.
pub struct Needs<'e> {
    env: &'e Env,
    known: RefCell<FxHashMap<Ty, bool>>,
}

impl<'e> Needs<'e> {
    pub fn new(env: &'e Env) -> Needs<'e> {
        Needs {
            env,
            known: RefCell::default(),
        }
    }

    /// Whether a value of the type may own a block. A type parameter may.
    pub fn drop(&self, ty: Ty) -> bool {
        if let Some(known) = self.known.borrow().get(&ty) {
            return *known;
        }
        let answer = needs_drop(self.env, ty, &mut Search::default());
        self.known.borrow_mut().insert(ty, answer);
        answer
    }
}

#[derive(Default)]
struct Search {
    /// The types that are being looked at.
    inside: FxHashSet<Ty>,
    /// Types that own no block: what one of them may own is never asked twice, however often it stands in another.
    without: FxHashSet<Ty>,
}

fn needs_drop(env: &Env, ty: Ty, search: &mut Search) -> bool {
    match ty.kind() {
        TyKind::Str | TyKind::Array(_) | TyKind::Fn(_) | TyKind::Any(..) | TyKind::Param(..) => {
            true
        }
        TyKind::Tuple(parts) => parts.iter().any(|part| needs_drop(env, *part, search)),
        TyKind::FixedArray(_, Len::Known(0)) => false,
        TyKind::FixedArray(elem, _) => needs_drop(env, *elem, search),
        TyKind::Adt(DefId::MAP | DefId::SET, _) => true,
        TyKind::Adt(def, args) => adt(env, ty, *def, args, search),
        TyKind::Int(_)
        | TyKind::Float(_)
        | TyKind::Bool
        | TyKind::Char
        | TyKind::Never
        | TyKind::Simd(..)
        | TyKind::Ptr(_)
        | TyKind::CFn(_)
        | TyKind::CStr
        | TyKind::Infer(_)
        | TyKind::Error => false,
    }
}

fn adt(env: &Env, ty: Ty, def: DefId, args: &[Ty], search: &mut Search) -> bool {
    // Met again within itself: the field is a box.
    if search.inside.contains(&ty) {
        return true;
    }
    if search.without.contains(&ty) {
        return false;
    }
    search.inside.insert(ty);
    let mut part = |field: Ty| needs_drop(env, field.subst(args), search);
    let answer = match &env.def(def).kind {
        DefKind::Struct(found) => found.fields.iter().any(|field| part(field.ty)),
        DefKind::Enum(found) => found
            .variants
            .iter()
            .any(|variant| variant.fields.iter().any(|field| part(field.ty))),
        DefKind::ExternType { .. } => true,
        DefKind::Fn(_) | DefKind::Trait(_) | DefKind::Global(_) | DefKind::Const(_) => false,
    };
    search.inside.remove(&ty);
    if !answer {
        search.without.insert(ty);
    }
    answer
}
