//! `any Trait`: which methods its table has, and which traits it stands for.
//!
//! A method of the trait or of one that it asks for is in the table if its code can be called without knowing the type inside:
//! it has `self`, no type parameters of its own, and mentions `Self` nowhere else. A default that is not like that is left out.

use crate::env::{Bound, DefId, Env, FnDef};
use crate::types::{Ty, TyKind};

/// A trait with its type arguments.
pub type TraitArgs = (DefId, Vec<Ty>);

/// What keeps a method out of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has no `self`.
    Static,
    Generic,
    /// `Self` stands among its parameters.
    TakesSelf,
    GivesSelf,
}

/// The trait of an `any` and all that it asks for, each once, itself first; none of any other type.
pub fn traits_of(env: &Env, ty: Ty) -> Vec<TraitArgs> {
    let mut found = Vec::new();
    if let TyKind::Any(def, args) = ty.kind() {
        add_traits(env, ty, *def, args, &mut found);
    }
    found
}

fn add_traits(env: &Env, any: Ty, def: DefId, args: &[Ty], found: &mut Vec<TraitArgs>) {
    if found.iter().any(|(known, _)| *known == def) {
        return;
    }
    found.push((def, args.to_vec()));
    let of_trait: Vec<Ty> = std::iter::once(any).chain(args.iter().copied()).collect();
    for above in &env.trait_def(def).supers {
        if let Bound::Trait(above, args) = above.subst(&of_trait)
            && let TyKind::Tuple(args) = args.kind()
        {
            add_traits(env, any, above, args, found);
        }
    }
}

/// The type arguments with which an `any` implements a trait.
pub fn args_of(env: &Env, ty: Ty, of: DefId) -> Option<Vec<Ty>> {
    let all = traits_of(env, ty);
    all.into_iter()
        .find_map(|(def, args)| (def == of).then_some(args))
}

/// Whether the trait of an `any`, or one that it asks for, asks for a built-in bound.
pub fn asks_for(env: &Env, ty: Ty, bound: Bound) -> bool {
    traits_of(env, ty)
        .iter()
        .any(|(def, _)| env.trait_def(*def).supers.contains(&bound))
}

/// The methods in the table, in order, with their type arguments but for `Self`.
pub fn table(env: &Env, ty: Ty) -> Vec<(DefId, Vec<Ty>)> {
    let mut methods = Vec::new();
    for (def, args) in traits_of(env, ty) {
        for method in &env.trait_def(def).methods {
            if unfit(env, *method).is_none() {
                methods.push((*method, args.clone()));
            }
        }
    }
    methods
}

/// Whether a value of the type can be in an `any` of that type.
pub fn fits(env: &Env, inside: Ty, any: Ty) -> bool {
    let all = traits_of(env, any);
    all.iter().all(|(def, args)| {
        let found = env.find_impl(*def, inside);
        env.as_built_in(*def).is_some() || found.is_some_and(|(found, _)| found.args == *args)
    })
}

/// The tables for other traits that a table leads to: those of all traits that its own asks for, in order.
pub fn above(env: &Env, ty: Ty) -> Vec<Ty> {
    let all = traits_of(env, ty).into_iter().skip(1);
    all.map(|(def, args)| Ty::new(TyKind::Any(def, args)))
        .collect()
}

/// Why a method of a trait is not in the table.
pub fn unfit(env: &Env, method: DefId) -> Option<Unfit> {
    let function = env.function(method);
    let of = function.of_trait?;
    let own_from = 1 + env.trait_def(of).generics.len();
    unfit_function(function, own_from)
}

fn unfit_function(function: &FnDef, own_from: usize) -> Option<Unfit> {
    if !function.has_self {
        return Some(Unfit::Static);
    }
    if function.generics.len() > own_from {
        return Some(Unfit::Generic);
    }
    let has_self = |ty: Ty| ty.any_part(&mut |part| matches!(part.kind(), TyKind::Param(0, _)));
    if function
        .params
        .iter()
        .skip(1)
        .any(|param| has_self(param.ty))
    {
        return Some(Unfit::TakesSelf);
    }
    function
        .ret
        .is_some_and(has_self)
        .then_some(Unfit::GivesSelf)
}
