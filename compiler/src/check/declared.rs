//! What the declarations of a unit promise one another, besides what `hir::lower` sees at once: traits that traits ask for, the operators of
//! numbers, the bounds of type arguments, and methods that hide none.

use rustc_hash::FxHashSet;
use syntax::Diagnostic;

use super::bounds::satisfies;
use super::errors;
use super::unit::Unit;
use crate::env::{Bound, DefId, Env, FnDef, Generic, Head, ModuleId, TraitImpl};
use crate::hir::{AppliedType, NUM_OPERATORS};
use crate::types::{Ty, TyKind, fits};

impl Unit<'_> {
    pub(super) fn check_declared(&mut self, impls: &[TraitImpl], applied: &[AppliedType]) {
        self.check_supers(impls);
        self.check_numbers(impls);
        self.check_applied(applied);
        self.check_hidden(impls);
    }

    /// A type with a trait also has what the trait asks for.
    fn check_supers(&mut self, impls: &[TraitImpl]) {
        for found in impls {
            let mut args = vec![found.target];
            args.extend(&found.args);
            for above in self.env.trait_def(found.of).supers.clone() {
                let wanted = above.subst(&args);
                if !satisfies(self.env, &found.generics, found.target, wanted) {
                    let of = &self.env.def(found.of);
                    let ty = found.target.display(&*self.env);
                    let above = wanted.display(self.env);
                    let mut lacking = None;
                    found.target.any_part(&mut |part| match part.kind() {
                        TyKind::Param(_, name)
                            if !satisfies(self.env, &found.generics, part, wanted) =>
                        {
                            lacking = Some(name);
                            true
                        }
                        _ => false,
                    });
                    let lacking = lacking.map(|name| name.as_str());
                    let of = (of.name.as_str(), of.span);
                    let report = errors::missing_super(found.span, &ty, of, &above, lacking);
                    self.report(report);
                }
            }
        }
    }

    /// `impl Num` is for a type whose operators make it a number.
    fn check_numbers(&mut self, impls: &[TraitImpl]) {
        for found in impls {
            if self.env.as_built_in(found.of) != Some(Bound::Num) {
                continue;
            }
            let ty = found.target;
            let shown = ty.display(&*self.env);
            let missing: Vec<String> = NUM_OPERATORS
                .into_iter()
                .filter(|(symbol, sides)| !self.has_operator(symbol, *sides, found))
                .map(|(symbol, sides)| operator_signature(symbol, sides, &shown))
                .collect();
            if !missing.is_empty() {
                self.report(errors::missing_operators(found.span, &shown, &missing));
            }
            let generics = &found.generics;
            if !satisfies(self.env, generics, ty, Bound::Ord)
                || !satisfies(self.env, generics, ty, Bound::Eq)
            {
                self.report(errors::number_not_comparable(found.span, &shown));
            }
        }
    }

    /// Whether the operator takes values of the type that the `impl` is for, and gives one.
    fn has_operator(&mut self, symbol: &str, sides: usize, found: &TraitImpl) -> bool {
        let ty = found.target;
        let Some((def, args)) = self.env.find_operator(symbol, &vec![ty; sides]) else {
            return false;
        };
        let wanted = self.env.function(def).generics.clone();
        let bounds_hold = wanted.iter().zip(&args).all(|(generic, arg)| {
            let mut bounds = generic.bounds.iter().map(|bound| bound.subst(&args));
            bounds.all(|bound| satisfies(self.env, &found.generics, *arg, bound))
        });
        let result = self.result_of(def, found.span).subst(&args);
        bounds_hold && (result == ty || result.is_error())
    }

    /// Type arguments that are written are as the type asks for.
    fn check_applied(&mut self, applied: &[AppliedType]) {
        let mut told = FxHashSet::default();
        for found in applied {
            let of = self.env.def(found.def).clone();
            for (generic, arg) in self
                .env
                .generics_of(found.def)
                .to_vec()
                .iter()
                .zip(&found.args)
            {
                let bounds = generic.bounds.iter().map(|bound| bound.subst(&found.args));
                let unmet = bounds
                    .into_iter()
                    .find(|bound| !satisfies(self.env, &found.generics, *arg, *bound));
                if let Some(bound) = unmet
                    && told.insert(found.span)
                {
                    let shown = arg.display(&*self.env);
                    let wanted = bound.display(self.env);
                    let is_param = matches!(arg.kind(), TyKind::Param(..));
                    let report = errors::bound_not_met(
                        found.span,
                        &shown,
                        &wanted,
                        &generic.name,
                        &of.name,
                        is_param,
                    );
                    self.report(report);
                }
            }
        }
    }

    /// A method of another module's type, of the name of one that the type has from there: it would never be called.
    fn check_hidden(&mut self, impls: &[TraitImpl]) {
        if self.module == ModuleId::PRELUDE {
            return;
        }
        let of_traits: FxHashSet<DefId> = impls
            .iter()
            .flat_map(|found| found.methods.iter().map(|(_, def)| *def))
            .collect();
        let mut methods: Vec<DefId> = self.function_defs();
        methods.sort_unstable();
        for method in methods {
            if of_traits.contains(&method) {
                continue;
            }
            if let Some(report) = hidden_method(self.env, self.module, method) {
                self.report(report);
            }
        }
    }
}

fn hidden_method(env: &Env, module: ModuleId, method: DefId) -> Option<Diagnostic> {
    let own = env.function(method);
    let ty = own.self_ty.filter(|_| own.of_trait.is_none())?;
    let home = env.home_of(ty).unwrap_or(ModuleId::PRELUDE);
    if home == module {
        return None;
    }
    let name = &env.def(method).name;
    let head = Head::of(ty)?;
    let of_home = env
        .methods(&head, name)
        .chain(env.methods(&Head::Param, name));
    let first = of_home
        .filter(|other| env.def(*other).module == home && env.is_visible(*other, module))
        .find(|other| covers(env, env.function(*other), ty, &own.generics))?;
    let declared = env.def(first).span;
    let in_library = env.is_library(home);
    Some(errors::method_of_home(
        name,
        env.def(method).span,
        &ty.display(env),
        (!in_library).then_some(declared),
    ))
}

/// Whether the method is one of the type, whatever the parameters of the type are.
fn covers(env: &Env, method: &FnDef, ty: Ty, generics: &[Generic]) -> bool {
    let Some(pattern) = method.self_ty else {
        return false;
    };
    let mut args = vec![None; method.generics.len()];
    if !fits(pattern, ty, &mut args) {
        return false;
    }
    method.generics.iter().zip(&args).all(|(generic, arg)| {
        let Some(arg) = arg else { return true };
        let known: Vec<Ty> = args.iter().map(|arg| arg.unwrap_or(Ty::error())).collect();
        let mut bounds = generic.bounds.iter().map(|bound| bound.subst(&known));
        bounds.all(|bound| satisfies(env, generics, *arg, bound))
    })
}

fn operator_signature(symbol: &str, sides: usize, ty: &str) -> String {
    match sides {
        1 => format!("fn -(a: {ty}) -> {ty}"),
        _ => format!("fn {symbol}(a: {ty}, b: {ty}) -> {ty}"),
    }
}
