//! Which method a name means for a type: those of the type's own module stand before those of others, and where several fit, the first
//! whose bounds hold counts.

use smol_str::SmolStr;
use syntax::{Diagnostic, Span};

use super::body::Checker;
use super::bounds::satisfies;
use super::errors;
use crate::any;
use crate::env::{Bound, DefId, Head, ModuleId};
use crate::types::{Len, Ty, TyKind};

impl Checker<'_, '_> {
    /// The function of that name in the impls for a type, with its type arguments: those for the type itself, then those for any type
    /// with some bounds (`impl<T: Num> T`).
    pub(super) fn find_method(
        &mut self,
        ty: Ty,
        name: &SmolStr,
        span: Span,
    ) -> Option<(DefId, Vec<Ty>)> {
        let ty = self.shallow(ty);
        let head = Head::of(ty)?;
        let mut heads = vec![head];
        if heads[0] != Head::Param {
            heads.push(Head::Param);
        }
        let mut unfit = None;
        for head in heads {
            let (home, here) = (self.env().home_of(ty), self.unit.module);
            let env = self.env();
            let mut defs: Vec<DefId> = env
                .methods(&head, name)
                .filter(|def| env.counts_in(env.def(*def).module, here, home))
                .filter(|def| env.is_visible(*def, here))
                .collect();
            // The type's own module stands before others, and a later definition before an earlier one.
            defs.reverse();
            let own = home.unwrap_or(ModuleId::PRELUDE);
            defs.sort_by_key(|def| self.env().def(*def).module != own);
            let alone = defs.len() == 1;
            for def in defs {
                let before = self.infer.snapshot();
                let Some(type_args) = self.fits_receiver(def, ty, name, span) else {
                    continue;
                };
                if alone || self.bounds_hold(def, &type_args) {
                    return Some((def, type_args));
                }
                self.infer.undo(before);
                unfit = unfit.or(Some(def));
            }
        }
        // The message says which bound is not met.
        let def = unfit?;
        Some((def, self.fits_receiver(def, ty, name, span)?))
    }

    /// Whether the bounds of a method hold, as far as the types are known.
    fn bounds_hold(&self, def: DefId, type_args: &[Ty]) -> bool {
        let own = self.generics();
        let generics = &self.env().function(def).generics;
        generics.iter().zip(type_args).all(|(generic, arg)| {
            let arg = self.infer.resolve(*arg);
            let mut bounds = generic.bounds.iter().map(|bound| bound.subst(type_args));
            matches!(arg.kind(), TyKind::Infer(_))
                || bounds.all(|bound| match bound {
                    Bound::Trait(_, args) if self.infer.has_free(args) => true,
                    Bound::Trait(of, args) => {
                        let bound = Bound::Trait(of, self.infer.resolve(args));
                        satisfies(self.env(), &own, arg, bound)
                    }
                    bound => satisfies(self.env(), &own, arg, bound),
                })
        })
    }

    /// That a type has a method of this name, which is not for this module.
    pub(super) fn private_method(&self, ty: Ty, name: &SmolStr, span: Span) -> Option<Diagnostic> {
        let env = self.env();
        let head = Head::of(self.shallow(ty))?;
        let hidden = env
            .methods(&head, name)
            .find(|def| !env.is_visible(*def, self.unit.module))?;
        let found = env.def(hidden);
        let module = env.module(found.module);
        let declared = (!env.is_library(found.module)).then_some(found.span);
        Some(errors::private_method((name, span), &module.name, declared))
    }

    fn fits_receiver(&mut self, def: DefId, ty: Ty, name: &SmolStr, span: Span) -> Option<Vec<Ty>> {
        let function = self.env().function(def).clone();
        let before = self.infer.snapshot();
        let type_args = self.instantiate(&function.generics, name, span);
        let Some(self_ty) = function.self_ty else {
            return Some(type_args);
        };
        let mut fits = self.infer.unify(ty, self_ty.subst(&type_args)).is_ok();
        if let TyKind::Param(index, _) = self_ty.kind() {
            let own = self.generics();
            let resolved = self.infer.resolve(ty);
            for bound in &function.generics[*index as usize].bounds {
                fits = fits
                    && match bound.subst(&type_args) {
                        Bound::Trait(of, wanted) if self.infer.has_free(wanted) => {
                            self.unify_with_impl(ty, of, wanted)
                        }
                        bound => satisfies(self.env(), &own, resolved, bound),
                    };
            }
        }
        if fits {
            return Some(type_args);
        }
        self.infer.undo(before);
        None
    }

    pub(super) fn method_names(&self, ty: Ty) -> Vec<SmolStr> {
        let Some(head) = Head::of(self.shallow(ty)) else {
            return Vec::new();
        };
        let env = self.env();
        let mut names = env.method_names(&head);
        names.retain(|name| {
            let mut methods = env.methods(&head, name);
            methods.any(|def| env.is_visible(def, self.unit.module))
        });
        for (method, _) in any::table(self.env(), self.infer.resolve(ty)) {
            names.push(self.env().def(method).name.clone());
        }
        let iter = self.env().language_trait("Iter");
        if let Some(iter) = iter.filter(|iter| self.env().find_impl(*iter, ty).is_some()) {
            let methods = self.env().trait_def(iter).methods.iter();
            names.extend(methods.map(|method| self.env().def(*method).name.clone()));
        }
        if self.infer.resolve(ty).is_numeric() {
            names.extend(self.env().method_names(&Head::Param));
        }
        if let Some(fields) = self.struct_fields(self.shallow(ty))
            && !fields.is_empty()
        {
            names.extend(fields.into_iter().map(|(name, _)| name));
            names.push(SmolStr::new("with"));
        }
        names.sort();
        names
    }

    /// How a type would come to a method that it does not have.
    pub(super) fn method_elsewhere(&self, ty: Ty, name: &SmolStr, shown: &str) -> Option<String> {
        let env = self.env();
        match self.shallow(ty).kind() {
            TyKind::Param(_, param) => {
                let of = match name.as_str() {
                    "show" => SmolStr::new_static("Show"),
                    _ => {
                        let of = env.function(env.trait_methods(name).next()?).of_trait?;
                        env.def(of).name.clone()
                    }
                };
                Some(format!("ask for it: `<{param}: {of}>`"))
            }
            TyKind::FixedArray(elem, len) if env.methods(&Head::Array, name).next().is_some() => {
                let growable = Ty::array(*elem).display(env);
                let count = match len {
                    Len::Known(1) => "1 element".to_string(),
                    Len::Known(n) => format!("{n} elements"),
                    _ => "the same number of elements".to_string(),
                };
                Some(format!(
                    "a `{shown}` has always {count}; a `{growable}` has this method, and `.to_array()` gives one"
                ))
            }
            _ => None,
        }
    }
}
