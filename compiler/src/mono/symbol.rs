//! The names of symbols: what a stack trace shows, and after a `#` what tells it from every other one of the session, the numbers of
//! the definitions: `Ball.area#17`, `push<Ball>#21<Ball#16>`, `slot.area#17`, `cell3#40`.

use crate::env::{DefId, Env, Plain};
use crate::types::{Ty, TyKind, TyNames, type_args};

pub fn global_symbol(env: &Env, def: DefId) -> String {
    numbered(env, def)
}

pub(super) fn function_symbol(env: &Env, def: DefId, args: &[Ty]) -> String {
    let (shown, number) = (shown_name(env, def, args), def.as_u32());
    match arguments(args, &Numbered(env)) {
        Some(list) => format!("{shown}#{number}<{list}>"),
        None => format!("{shown}#{number}"),
    }
}

/// The pointer through which other units call the function.
pub fn slot_symbol(function: &str) -> String {
    format!("slot.{function}")
}

pub(super) fn cell_symbol(index: usize, def: DefId) -> String {
    format!("cell{index}#{}", def.as_u32())
}

/// As a stack trace names the function.
pub(super) fn shown_name(env: &Env, def: DefId, args: &[Ty]) -> String {
    let found = env.def(def);
    let (owner, generics) = match &found.kind {
        crate::env::DefKind::Fn(function) => (function.self_ty, function.generics.len()),
        _ => (None, args.len()),
    };
    // Behind them there are the types of parameters: see `views`.
    let args = &args[..generics.min(args.len())];
    let name = match owner.map(|ty| ty.subst(args)) {
        Some(owner) if !matches!(owner.kind(), TyKind::Param(..)) => {
            return format!("{}.{}", owner.display(&Plain(env)), found.name);
        }
        _ => found.name.to_string(),
    };
    match arguments(args, &Plain(env)) {
        Some(list) => format!("{name}<{list}>"),
        None => name,
    }
}

/// A text that tells the type from every other one of the session.
pub fn type_identity(env: &Env, ty: Ty) -> String {
    ty.display(&Numbered(env))
}

fn arguments(args: &[Ty], names: &dyn TyNames) -> Option<String> {
    if args.is_empty() {
        return None;
    }
    Some(type_args(args, names))
}

fn numbered(env: &Env, def: DefId) -> String {
    format!("{}#{}", env.def(def).name, def.as_u32())
}

/// Tells types apart that have one name.
struct Numbered<'a>(&'a Env);

impl TyNames for Numbered<'_> {
    fn name_of(&self, def: DefId) -> String {
        if def.as_u32() < DefId::FIRST_FREE {
            self.0.name_of(def)
        } else {
            numbered(self.0, def)
        }
    }
}
