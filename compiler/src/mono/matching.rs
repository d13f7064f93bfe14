//! Which function fits concrete types: the trait method that a call means, and the user's own operators.

use crate::env::{DefId, Env, FnDef, Head};
use crate::types::{Ty, fits};

use super::Key;

/// The function that a trait's method is for `args`: the type that implements the trait, the trait's arguments, the method's own.
pub(super) fn trait_method(env: &Env, method: DefId, args: &[Ty]) -> Key {
    let of = env.function(method).of_trait;
    let of = of.expect("compiler bug: a trait's method without its trait");
    let Some((found, mut known)) = env.find_impl(of, args[0]) else {
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

/// The user's operator for exactly these operand types.
pub(super) fn operator(env: &Env, symbol: &str, operands: &[Ty]) -> Option<Key> {
    env.operators(symbol)
        .find_map(|def| Some((def, operand_args(env.function(def), operands)?)))
}

fn operand_args(function: &FnDef, operands: &[Ty]) -> Option<Vec<Ty>> {
    let mut found = vec![None; function.generics.len()];
    let all_fit = function.params.len() == operands.len()
        && function
            .params
            .iter()
            .zip(operands)
            .all(|(param, ty)| fits(param.ty, *ty, &mut found));
    if all_fit {
        found.into_iter().collect()
    } else {
        None
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
