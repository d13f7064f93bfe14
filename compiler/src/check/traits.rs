//! Methods that a type has from traits: those of its bounds for a type parameter, those of its table for an `any`, those of an
//! `impl` for any other type.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Checker, Expect};
use super::bounds::satisfies;
use super::method::MethodCall;
use super::{Call, Target, errors};
use crate::any;
use crate::env::{Bound, DefId, Head, ModuleId};
use crate::types::{InferKind, Ty, TyKind};

/// A function that a trait's method name means for a type.
pub(super) struct InTrait {
    pub(super) def: DefId,
    pub(super) type_args: Vec<Ty>,
    /// Which function it is becomes known when the type does.
    pub(super) is_open: bool,
}

impl Checker<'_, '_> {
    pub(super) fn call_in_trait(
        &mut self,
        call: &MethodCall<'_>,
        found: InTrait,
        expect: Expect,
    ) -> Ty {
        let InTrait {
            def,
            type_args,
            is_open,
        } = found;
        if is_open
            && matches!(type_args[0].kind(), TyKind::Any(..))
            && let Some(unfit) = any::unfit(self.env(), def)
        {
            self.infer_args(call.args);
            let of = self.show(type_args[0]);
            let declared = self.env().def(def).span;
            return self.fail(errors::left_out(
                call.name,
                call.name_span,
                &of,
                unfit,
                declared,
            ));
        }
        let result = self.call_method(call, def, type_args, expect);
        if is_open && let Some(resolved) = self.tables.calls.get_mut(&call.id) {
            resolved.target = Target::TraitMethod(def);
        }
        result
    }

    /// What gives a `for` over the type its next element, and the type of the elements.
    pub(super) fn next_of(&mut self, ty: Ty, span: Span) -> Option<(Call, Ty)> {
        let names = &self.env().module(ModuleId::PRELUDE).names;
        let iter = *names.get("Iter")?;
        let method = *self.env().trait_def(iter).methods.first()?;
        let InTrait {
            def,
            type_args,
            is_open,
        } = self.in_trait(self.infer.resolve(ty), method, span)?;
        let result = self.unit.result_of(def, span).subst(&type_args);
        let elem = self.infer.resolve(result).option_of()?;
        let target = if is_open {
            Target::TraitMethod(def)
        } else {
            Target::Fn(def)
        };
        let call = Call {
            target,
            type_args,
            args: Vec::new(),
            order: Vec::new(),
        };
        Some((call, elem))
    }

    /// What makes the array of all elements of a container of the library.
    pub(super) fn elements_of(&mut self, ty: Ty, span: Span) -> Option<(Call, Ty)> {
        let TyKind::Adt(def, _) = ty.kind() else {
            return None;
        };
        let module = self.env().def(*def).module;
        if !self.env().module(module).is_library {
            return None;
        }
        let (def, type_args) = self.find_method(ty, &SmolStr::new_static("to_array"), span)?;
        let result = self.unit.result_of(def, span).subst(&type_args);
        let TyKind::Array(elem) = self.infer.resolve(result).kind() else {
            return None;
        };
        let call = Call {
            target: Target::Fn(def),
            type_args,
            args: Vec::new(),
            order: Vec::new(),
        };
        Some((call, *elem))
    }

    /// The method of that name from the traits that the type has. `Err` if there are several, which has been reported.
    pub(super) fn find_in_traits(
        &mut self,
        ty: Ty,
        name: &SmolStr,
        span: Span,
    ) -> Option<Result<InTrait, Ty>> {
        let mut ty = self.infer.resolve(ty);
        if self.env().trait_methods(name).next().is_none() && name != "show" {
            return None;
        }
        if matches!(ty.kind(), TyKind::Infer(var) if var.kind != InferKind::General) {
            ty = self.infer.default_literal(ty);
        }
        let mut methods: Vec<DefId> = self.env().trait_methods(name).collect();
        methods.retain(|method| self.module_to_import(ty, *method).is_none());
        let mut found: Vec<InTrait> = methods
            .iter()
            .filter_map(|method| self.in_trait(ty, *method, span))
            .collect();
        if found.is_empty() && self.infer.has_free(ty) {
            // `Box(1).show()` where only a `Box<i64>` has it.
            ty = self.with_default_literals(ty);
            found = methods
                .iter()
                .filter_map(|method| self.in_trait(ty, *method, span))
                .collect();
        }
        if found.len() > 1 {
            let traits: Vec<String> = found
                .iter()
                .filter_map(|one| self.trait_of(one.def, name))
                .collect();
            let shown = self.show(ty);
            return Some(Err(
                self.fail(errors::ambiguous_method(name, span, &shown, &traits))
            ));
        }
        found.pop().or_else(|| self.in_built_in(ty, name)).map(Ok)
    }

    /// The type, with every literal in it of its default type from now on.
    fn with_default_literals(&mut self, ty: Ty) -> Ty {
        let mut parts = Vec::new();
        ty.any_part(&mut |part| {
            parts.push(part);
            false
        });
        for part in parts {
            self.infer.default_literal(part);
        }
        self.infer.resolve(ty)
    }

    /// The module to import before the type has the method of a trait here, if that is what it takes: that of the trait or of the `impl`.
    fn module_to_import(&self, ty: Ty, method: DefId) -> Option<ModuleId> {
        let env = self.env();
        let of = env.function(method).of_trait?;
        let (home, here) = (env.home_of(ty), self.unit.module);
        let declared = env.def(of).module;
        if matches!(ty.kind(), TyKind::Param(..) | TyKind::Any(..))
            || env.counts_in(declared, here, home)
        {
            return None;
        }
        let (found, _) = env.find_impl(of, ty)?;
        (!env.counts_in(found.module, here, home)).then_some(declared)
    }

    /// The trait that would give the type the method if its module were imported, and that module.
    pub(super) fn not_imported(&self, ty: Ty, name: &SmolStr) -> Option<(SmolStr, SmolStr)> {
        let env = self.env();
        let ty = self.infer.resolve(ty);
        env.trait_methods(name).find_map(|method| {
            let module = self.module_to_import(ty, method)?;
            let of = env.function(method).of_trait?;
            Some((env.def(of).name.clone(), env.module(module).name.clone()))
        })
    }

    /// `x.hash(mut h)`, `x.show()` and `T.from_int(n)` of types that have them without an `impl`.
    fn in_built_in(&self, ty: Ty, name: &str) -> Option<InTrait> {
        let (bound, function) = match name {
            "hash" => (Bound::Hash, "hash_of_parts"),
            "from_int" => (Bound::Num, "num_from_int"),
            "show" if self.is_shown(ty) => (Bound::Show, "text_of_parts"),
            _ => return None,
        };
        let names = &self.env().module(ModuleId::PRELUDE).names;
        let mut methods = self.env().methods(&Head::Param, function);
        let def = names.get(function).copied().or_else(|| methods.next())?;
        satisfies(self.env(), &self.generics(), ty, bound).then(|| InTrait {
            def,
            type_args: vec![ty],
            is_open: false,
        })
    }

    /// Every value has a text; as a method it is for those who asked for `Show`, and for types without a field of that name.
    fn is_shown(&self, ty: Ty) -> bool {
        match ty.kind() {
            TyKind::Param(..) => self.infer.param_has(ty, &[Bound::Show]),
            _ => self.field_of(ty, &SmolStr::new_static("show")).is_none(),
        }
    }

    fn trait_of(&self, def: DefId, name: &SmolStr) -> Option<String> {
        let direct = self.env().function(def).of_trait;
        let of = direct.or_else(|| {
            let known = self
                .env()
                .trait_methods(name)
                .filter_map(|method| self.env().function(method).of_trait);
            known.into_iter().find(|of| {
                self.env()
                    .impls(*of)
                    .any(|found| found.methods.iter().any(|(_, method)| *method == def))
            })
        })?;
        Some(self.env().def(of).name.to_string())
    }

    fn in_trait(&mut self, ty: Ty, method: DefId, span: Span) -> Option<InTrait> {
        let declared = self.env().def(method).clone();
        let of = self.env().function(method).of_trait?;
        let count = self.env().trait_def(of).generics.len();
        if let TyKind::Param(index, _) = ty.kind() {
            let args = self.args_of_bound(*index as usize, of)?;
            return Some(InTrait {
                def: method,
                type_args: self.with_own_args(
                    method,
                    &[&[ty], args.as_slice()].concat(),
                    &declared.name,
                    span,
                ),
                is_open: true,
            });
        }
        if let Some(args) = any::args_of(self.env(), ty, of) {
            let known = [&[ty], args.as_slice()].concat();
            return Some(InTrait {
                def: method,
                type_args: self.with_own_args(method, &known, &declared.name, span),
                is_open: true,
            });
        }
        let (found, known) = self.env().find_impl(of, ty)?;
        let own = found
            .methods
            .iter()
            .find(|(name, _)| *name == declared.name);
        let (def, args) = match own {
            Some((_, def)) => (*def, known),
            None => {
                let given = found.args.iter().take(count).map(|arg| arg.subst(&known));
                (method, std::iter::once(ty).chain(given).collect())
            }
        };
        Some(InTrait {
            def,
            type_args: self.with_own_args(def, &args, &declared.name, span),
            is_open: false,
        })
    }

    /// The arguments that are known, and variables for the function's own type parameters.
    fn with_own_args(&mut self, def: DefId, known: &[Ty], name: &SmolStr, span: Span) -> Vec<Ty> {
        let generics = self.env().function(def).generics.clone();
        let mut args = known.to_vec();
        args.extend(self.instantiate(&generics[known.len()..], name, span));
        args
    }

    /// What a type that is known says about the arguments of a trait it has to have: `I: Iter<T>` says what `T` is.
    pub(super) fn infer_from_bounds(&mut self) {
        for (ty, of, wanted) in std::mem::take(&mut self.open_bounds) {
            if !self.unify_with_impl(ty, of, wanted) {
                self.open_bounds.push((ty, of, wanted));
            }
        }
    }

    /// Makes `wanted` the arguments that the type gives the trait; false if they are not known, or others.
    pub(super) fn unify_with_impl(&mut self, ty: Ty, of: DefId, wanted: Ty) -> bool {
        let ty = self.infer.resolve(ty);
        let given = match ty.kind() {
            TyKind::Infer(_) | TyKind::Error | TyKind::Never => None,
            TyKind::Param(index, _) => self.args_of_bound(*index as usize, of),
            _ => self.env().find_impl(of, ty).map(|(found, known)| {
                let args = found.args.iter().map(|arg| arg.subst(&known));
                args.collect()
            }),
        };
        given.is_some_and(|given| self.infer.unify(Ty::tuple(given), wanted).is_ok())
    }

    /// The type arguments that the bounds of a type parameter give a trait.
    fn args_of_bound(&self, index: usize, of: DefId) -> Option<Vec<Ty>> {
        let generics = self.generics();
        let bounds = &generics.get(index)?.bounds;
        let args = bounds
            .iter()
            .find_map(|bound| self.args_through(*bound, of))?;
        match args.kind() {
            TyKind::Tuple(args) => Some(args.clone()),
            _ => None,
        }
    }

    fn args_through(&self, bound: Bound, of: DefId) -> Option<Ty> {
        let Bound::Trait(def, args) = bound else {
            let is_number = matches!(bound, Bound::Num | Bound::Int | Bound::Float);
            return match self.env().as_built_in(of) {
                Some(Bound::Num) if is_number => Some(Ty::unit()),
                Some(wanted) if wanted == bound => Some(Ty::unit()),
                _ => None,
            };
        };
        if def == of {
            return Some(args);
        }
        let supers = &self.env().trait_def(def).supers;
        supers
            .iter()
            .find_map(|above| self.args_through(*above, of))
    }
}
