//! Traits that no `any` can stand for: where it is written, the error names the method that is in the way.

use syntax::{Diagnostic, Span};

use super::Unit;
use crate::any::{self, Unfit};
use crate::env::{Bound, DefId};
use crate::types::{Ty, TyKind};

/// What is in the way.
enum Hindrance {
    Method(DefId, Unfit),
    /// A bound whose operations take two values of one type, asked for by a trait.
    Bound(Bound, DefId),
}

impl Unit<'_> {
    /// Each trait is complained about once.
    pub(super) fn check_any_types(&mut self) {
        let mut seen: Vec<DefId> = Vec::new();
        for (def, span) in std::mem::take(&mut self.any_types) {
            if seen.contains(&def) {
                continue;
            }
            seen.push(def);
            if let Some(hindrance) = self.hindrance(def) {
                let diagnostic = self.unfit_for_any(def, span, &hindrance);
                self.diags.push(diagnostic);
            }
        }
    }

    fn hindrance(&self, def: DefId) -> Option<Hindrance> {
        let ty = Ty::new(TyKind::Any(def, Vec::new()));
        for (of, _) in any::traits_of(self.env, ty) {
            let found = self.env.trait_def(of);
            let bound = found
                .supers
                .iter()
                .find(|bound| matches!(bound, Bound::Ord | Bound::Num | Bound::Int | Bound::Float));
            if let Some(bound) = bound {
                return Some(Hindrance::Bound(*bound, of));
            }
            for method in &found.methods {
                let has_body =
                    self.with_body.contains(method) || self.env.function(*method).stored.is_some();
                if let Some(unfit) = any::unfit(self.env, *method)
                    && !has_body
                {
                    return Some(Hindrance::Method(*method, unfit));
                }
            }
        }
        None
    }

    fn unfit_for_any(&self, def: DefId, span: Span, hindrance: &Hindrance) -> Diagnostic {
        let name = &self.env.def(def).name;
        let diagnostic = Diagnostic::error("unfit-for-any", format!("there is no `any {name}`"));
        match hindrance {
            Hindrance::Bound(bound, of) => {
                let bound = bound.display(&*self.env);
                let of = self.env.def(*of);
                diagnostic
                    .at(span, format!("its values could be of different types, and `{bound}` takes two of one"))
                    .also(of.span, format!("`{}` asks for `{bound}`", of.name))
                    .help(format!("take `{bound}` from the trait, or write a generic function, `fn f<T: {name}>(x: T)`"))
            }
            Hindrance::Method(method, unfit) => {
                let method = self.env.def(*method);
                let (why, mend) = match unfit {
                    Unfit::Static => (
                        "has no `self`: nothing says which type's is meant",
                        "give it a `self` or a default, or move it to an `impl` of the type's own",
                    ),
                    Unfit::Generic => (
                        "has type parameters: a value cannot bring the code for every type",
                        "write the types out, or give it a default, which `any` leaves out",
                    ),
                    Unfit::TakesSelf => (
                        "takes `Self`: the type inside is not known where it is called",
                        "take what it needs of the other as arguments, or give it a default, which `any` leaves out",
                    ),
                    Unfit::GivesSelf => (
                        "gives `Self`: the type inside is not known where it is called",
                        "let it change `mut self`, or give it a default, which `any` leaves out",
                    ),
                };
                diagnostic
                    .at(span, format!("`{}` {why}", method.name))
                    .also(method.span, "declared here")
                    .help(mend)
            }
        }
    }
}
