//! Which function fits concrete types: the trait method that a call means, and the user's own operators.

use crate::any;
use crate::env::{Bound, DefId, Env, FnDef, Head, ModuleId};
use crate::types::{Ty, fits};

use super::Key;

/// Whether a call of a trait's method asks an `any` which function it is.
pub(super) fn is_dynamic(env: &Env, method: DefId, args: &[Ty]) -> bool {
    let of = env.function(method).of_trait;
    of.is_some_and(|of| any::args_of(env, args[0], of).is_some())
        && any::unfit(env, method).is_none()
}

/// The function that a trait's method is for `args`: the type that implements the trait, the trait's arguments, the method's own.
pub(super) fn trait_method(env: &Env, method: DefId, args: &[Ty]) -> Key {
    let of = env.function(method).of_trait;
    let of = of.expect("compiler bug: a trait's method without its trait");
    // A default that the table of an `any` leaves out.
    if any::args_of(env, args[0], of).is_some() {
        return (method, args.to_vec());
    }
    let Some((found, mut known)) = env.find_impl(of, args[0]) else {
        match env.as_built_in(of) {
            Some(Bound::Hash) => return (library(env, "hash_of_parts"), args.to_vec()),
            Some(Bound::Num) => return (library(env, "num_from_int"), args.to_vec()),
            _ => {}
        }
        panic!("compiler bug: {} has no impl for a type", env.def(of).name);
    };
    let name = &env.def(method).name;
    match found.methods.iter().find(|(other, _)| other == name) {
        Some((_, def)) => {
            known.extend(&args[1 + found.args.len()..]);
            (*def, known)
        }
        None => (method, args.to_vec()),
    }
}

/// The type arguments of a method whose `impl` is for a type of this form. Those of the method itself come last.
fn method_args(function: &FnDef, self_ty: Ty, own_args: &[Ty]) -> Option<Vec<Ty>> {
    let mut found = vec![None; function.generics.len()];
    if !fits(function.self_ty?, self_ty, &mut found) {
        return None;
    }
    let free = found.iter().filter(|arg| arg.is_none()).count();
    let mut rest = own_args.iter().skip(own_args.len().saturating_sub(free));
    found
        .into_iter()
        .map(|arg| arg.or_else(|| rest.next().copied()))
        .collect()
}

/// The `hash` of a type with an `impl Hash`, as the runtime calls it.
pub(super) fn own_hash(env: &Env, ty: Ty) -> Option<Key> {
    env.find_impl(env.language_trait("Hash")?, ty)?;
    Some((library(env, "hash_of_own"), vec![ty]))
}

/// What a literal of a type parameter is for a type that implements `Num`.
pub(super) fn from_int(env: &Env, ty: Ty) -> Option<Key> {
    let of = env.language_trait("Num")?;
    env.find_impl(of, ty)?;
    let method = env.trait_def(of).methods.first()?;
    Some(trait_method(env, *method, &[ty]))
}

fn library(env: &Env, name: &str) -> DefId {
    match env.module(ModuleId::PRELUDE).names.get(name) {
        Some(def) => *def,
        None => panic!("compiler bug: the library has no `{name}`"),
    }
}

/// A `show` of the type's own that takes nothing else and gives text.
pub(super) fn show_method(env: &Env, ty: Ty) -> Option<Key> {
    let head = Head::of(ty)?;
    env.methods(&head, "show").find_map(|def| {
        let function = env.function(def);
        if !function.has_self || function.params.len() != 1 || function.ret != Some(Ty::str()) {
            return None;
        }
        Some((def, method_args(function, ty, &[])?))
    })
}
