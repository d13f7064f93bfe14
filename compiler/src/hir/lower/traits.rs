//! Traits and their impls: the signatures of a trait's methods, which are generic over `Self`, and what an `impl` must have
//! to be one.

use smol_str::SmolStr;
use syntax::{Diagnostic, Span, ast};

use super::Unit;
use super::declare::Declared;
use super::heads::named_again;
use super::signature::{fn_name, own_args};
use super::trait_errors::{
    foreign_impl, has_hash_already, has_text_already, impl_for_own_any, missing_methods,
    not_implemented, not_in_trait, other_signature, projection_in_trait, swapped, trait_circle,
    trait_method_needs_result, two_impls, unknown_trait, wrong_trait_args,
};
use crate::any;
use crate::env::{
    Bound, DefId, DefKind, FnDef, FnOrigin, Generic, Head, ModuleId, TraitDef, TraitImpl,
};
use crate::hir::resolve::{Named, TypeScope, nearest};
use crate::types::{Ty, TyKind, fits};

/// An `impl` whose methods have signatures, to be compared with its trait when all traits have theirs.
pub(super) struct PendingImpl {
    found: TraitImpl,
    type_name: String,
}

impl<'a> Unit<'a> {
    pub(super) fn trait_signatures(&mut self, id: DefId, decl: &'a ast::TraitDecl) {
        let mut scope = TypeScope::default();
        let own = Generic {
            name: "Self".into(),
            bounds: Vec::new(),
            is_const: false,
        };
        scope.generics.push(own);
        scope.self_ty = Some(Ty::param(0, "Self"));
        let generics = self.generics(&decl.generics, &scope);
        scope.generics.extend(generics.clone());
        let args = own_args(&scope.generics).split_off(1);
        scope.generics[0]
            .bounds
            .push(Bound::Trait(id, Ty::tuple(args)));
        let supers = self.bounds(&decl.supers, &scope);
        let mut methods: Vec<DefId> = Vec::new();
        for member in &decl.members {
            match &member.kind {
                ast::ItemKind::Fn(function) => {
                    let (name, span) = fn_name(function);
                    let before = methods.iter().map(|method| self.env.def(*method));
                    if let Some(first) = before.into_iter().find(|def| def.name == name) {
                        let (name, first) = (ast::Ident { name, span }, first.span);
                        self.diags
                            .push(named_again("two methods have", &name, first));
                        continue;
                    }
                    let of = &decl.name.name;
                    methods.extend(self.trait_method(id, of, function, member, &scope));
                }
                _ => self.skip_member(member),
            }
        }
        self.set_kind(
            id,
            DefKind::Trait(TraitDef {
                generics,
                supers,
                methods,
            }),
        );
    }

    fn trait_method(
        &mut self,
        of: DefId,
        trait_name: &str,
        decl: &'a ast::FnDecl,
        member: &'a ast::Item,
        scope: &TypeScope,
    ) -> Option<DefId> {
        let ast::FnName::Ident(_) = &decl.name else {
            self.reject("an operator in a trait", decl.head_span);
            return None;
        };
        let (name, span) = fn_name(decl);
        let full = format!("{trait_name}.{name}");
        let id = self.id_named(None, full.as_str().into());
        let mut function = self.signature(id, &full, decl, scope, FnOrigin::Sumi);
        function.of_trait = Some(of);
        if let (Some(_), Some(result)) = (function.projection.take(), &decl.result) {
            self.diags.push(projection_in_trait(&name, result.span));
            function.ret = Some(Ty::error());
        }
        if function.ret.is_none() {
            self.diags.push(trait_method_needs_result(&name, span));
            function.ret = Some(Ty::error());
        }
        self.env.add_trait_method(name.clone(), id);
        self.insert_fn(id, name, span, member.is_pub, member.docs.clone(), function);
        Some(id)
    }

    /// Of traits that ask for one another, those further down no longer ask for the first.
    pub(super) fn check_trait_circles(&mut self, declared: &Declared) {
        let defs = declared.items.iter().flat_map(|item| &item.defs);
        for def in defs.copied() {
            let found = self.env.try_def(def).cloned();
            let Some(found) = found.filter(|found| matches!(found.kind, DefKind::Trait(_))) else {
                continue;
            };
            let Some((through, circle)) = self.leads_back(def) else {
                continue;
            };
            let through = self.env.def(through).name.clone();
            self.diags
                .push(trait_circle(&found.name, found.span, &through));
            for member in circle {
                let mut of = self.env.trait_def(member).clone();
                of.supers
                    .retain(|bound| !matches!(bound, Bound::Trait(above, _) if *above == def));
                self.set_kind(member, DefKind::Trait(of));
            }
        }
    }

    /// The trait that one asks for, and that asks for it in turn, through any number of others; and those.
    fn leads_back(&self, def: DefId) -> Option<(DefId, Vec<DefId>)> {
        let supers = |def: DefId| {
            let bounds = self.env.trait_def(def).supers.iter();
            bounds.filter_map(|bound| match bound {
                Bound::Trait(above, _) => Some(*above),
                _ => None,
            })
        };
        supers(def).find_map(|first| {
            let mut seen = vec![first];
            let mut at = 0;
            while let Some(next) = seen.get(at).copied() {
                at += 1;
                for above in supers(next) {
                    if !seen.contains(&above) {
                        seen.push(above);
                    }
                }
            }
            seen.contains(&def).then_some((first, seen))
        })
    }

    /// The trait that a bound or an `impl` names, with its arguments as a tuple.
    pub(crate) fn trait_ref(
        &mut self,
        found: &ast::TraitRef,
        scope: &TypeScope,
    ) -> Option<(DefId, Ty)> {
        let args: Vec<Ty> = found
            .args
            .iter()
            .map(|a| self.resolve_type(a, scope))
            .collect();
        let def = match found.path.segments.as_slice() {
            [name] => match self.lookup(&name.name, scope) {
                Some(Named::Def(def)) => Some(def),
                Some(
                    Named::Module(_) | Named::Builtin(_) | Named::Type(_) | Named::ConstParam(..),
                )
                | None => None,
            },
            [.., name] => match self.module_before(&found.path.segments, scope) {
                Some(module) => Some(self.member_of_module(module, name)?),
                None => None,
            },
            [] => None,
        };
        let name = found.path.segments.last()?;
        let is_trait = def
            .and_then(|def| self.env.try_def(def))
            .is_some_and(|def| matches!(def.kind, DefKind::Trait(_)));
        let Some(def) = def.filter(|_| is_trait) else {
            if self.first_report(&name.name) {
                let known = self.visible_names(|def| matches!(def.kind, DefKind::Trait(_)));
                let known: Vec<&str> = known
                    .iter()
                    .map(SmolStr::as_str)
                    .chain(BUILT_IN_TRAITS)
                    .collect();
                let near = nearest(&name.name, known);
                let diagnostic = unknown_trait(name, def.is_some(), near);
                self.diags.push(diagnostic);
            }
            return None;
        };
        let wanted = self.env.generics_of(def).len();
        if wanted != args.len() {
            self.diags
                .push(wrong_trait_args(&name.name, wanted, args.len(), found.span));
            return None;
        }
        Some((def, Ty::tuple(args)))
    }

    /// Nobody says that the methods of an `impl` that was refused are missing.
    pub(super) fn skip_members(&mut self, decl: &'a ast::ImplDecl) {
        for member in &decl.members {
            if let ast::ItemKind::Fn(function) = &member.kind
                && let ast::FnName::Ident(name) = &function.name
            {
                self.skipped.push(name.name.clone());
            }
        }
    }

    /// Reports `impl Type for Trait`.
    fn is_swapped(&mut self, decl: &ast::ImplDecl, of: &ast::TraitRef) -> bool {
        let ast::TypeKind::Path { path, .. } = &decl.target.kind else {
            return false;
        };
        let ([of], [target]) = (of.path.segments.as_slice(), path.segments.as_slice()) else {
            return false;
        };
        let scope = TypeScope::default();
        let is_trait = |name: &ast::Ident| match self.lookup(&name.name, &scope) {
            Some(Named::Def(def)) => {
                let found = self.env.try_def(def)?;
                Some(matches!(found.kind, DefKind::Trait(_)))
            }
            _ => None,
        };
        if is_trait(of) != Some(false) || is_trait(target) != Some(true) {
            return false;
        }
        let span = of.span.to(target.span);
        self.diags.push(swapped(&of.name, &target.name, span));
        true
    }

    pub(super) fn trait_impl(&mut self, decl: &'a ast::ImplDecl, of: &ast::TraitRef) {
        let mut scope = TypeScope::default();
        scope.generics = self.generics(&decl.generics, &scope);
        if self.is_swapped(decl, of) {
            self.skip_members(decl);
            return;
        }
        let target = self.resolve_type(&decl.target, &scope);
        scope.self_ty = Some(target);
        let Some((trait_id, args)) = self.trait_ref(of, &scope) else {
            self.skip_members(decl);
            return;
        };
        let Some(_) = Head::of(target) else {
            return;
        };
        let type_name = target.display(&*self.env);
        if self.env.as_built_in(trait_id) == Some(Bound::Hash) && !self.is_own_type(target) {
            self.diags.push(has_hash_already(&type_name, of.span));
            return;
        }
        let mut methods: Vec<(SmolStr, DefId)> = Vec::new();
        for member in &decl.members {
            let ast::ItemKind::Fn(function) = &member.kind else {
                self.skip_member(member);
                continue;
            };
            let (name, span) = fn_name(function);
            if let Some((_, first)) = methods.iter().find(|(other, _)| *other == name) {
                let first = self.env.def(*first).span;
                let name = ast::Ident { name, span };
                self.diags.push(super::duplicate_name(&name, first, false));
                continue;
            }
            let full = format!("{type_name}.{name}");
            let id = self.id_named(Some(trait_id), full.as_str().into());
            let signature = self.signature(id, &full, function, &scope, FnOrigin::Sumi);
            self.insert_fn(
                id,
                name.clone(),
                span,
                member.is_pub,
                member.docs.clone(),
                signature,
            );
            methods.push((name, id));
        }
        let TyKind::Tuple(args) = args.kind() else {
            panic!("compiler bug: the arguments of a trait are no tuple");
        };
        self.pending_impls.push(PendingImpl {
            found: TraitImpl {
                of: trait_id,
                args: args.clone(),
                generics: scope.generics,
                target,
                module: self.module,
                span: of.span,
                methods,
            },
            type_name,
        });
    }

    /// Whether a program declares the type; the parts of others decide how they compare.
    fn is_own_type(&self, ty: Ty) -> bool {
        match ty.kind() {
            TyKind::Adt(def, _) => self.env.def(*def).module != ModuleId::PRELUDE,
            _ => ty.is_error(),
        }
    }

    /// An `impl` of what follows from operators, or belongs to the built-in numbers.
    pub(super) fn refuse_impl(&mut self, decl: &'a ast::ImplDecl, of: &str, span: Span) {
        let mut scope = TypeScope::default();
        scope.generics = self.generics(&decl.generics, &scope);
        let target = self.resolve_type(&decl.target, &scope);
        let ty = target.display(&*self.env);
        self.diags.push(not_implemented(of, &ty, span));
    }

    /// `impl Show` has `fn show(self) -> str` and nothing else, and is for a type of the program.
    pub(super) fn expect_show(&mut self, decl: &ast::ImplDecl, of: Span, target: Ty) {
        let shown = "fn show(self) -> str";
        if !self.is_own_type(target) {
            let ty = target.display(&*self.env);
            self.diags.push(has_text_already(&ty, of));
        }
        let is_show = |member: &ast::Item| match &member.kind {
            ast::ItemKind::Fn(function) => fn_name(function).0 == "show",
            _ => true,
        };
        if decl.members.is_empty() || !decl.members.iter().all(is_show) {
            let diagnostic = Diagnostic::error(
                "missing-methods",
                format!("an `impl Show` has one method: `{shown}`"),
            )
            .at(of, "this `impl` has not")
            .help(format!(
                "write `{shown} {{ … }}`; other methods stand in an `impl` without a trait"
            ));
            self.diags.push(diagnostic);
            return;
        }
        for member in &decl.members {
            if let ast::ItemKind::Fn(function) = &member.kind
                && !is_show_signature(function)
            {
                let (_, span) = fn_name(function);
                let report =
                    Diagnostic::error("other-signature", format!("`Show` asks for `{shown}`"))
                        .at(span, "this one differs");
                self.diags.push(report);
            }
        }
    }

    /// Each impl against its trait, and against the other impls.
    pub(super) fn enter_impls(&mut self) -> Vec<TraitImpl> {
        let mut entered = Vec::new();
        for pending in std::mem::take(&mut self.pending_impls) {
            self.compare_with_trait(&pending);
            entered.push(pending.found.clone());
            self.enter_impl(pending);
        }
        entered
    }

    fn compare_with_trait(&mut self, pending: &PendingImpl) {
        let PendingImpl { found, type_name } = pending;
        let of = self.env.def(found.of).clone();
        let wanted: Vec<DefId> = self.env.trait_def(found.of).methods.clone();
        let mut misspelled = Vec::new();
        for (name, id) in &found.methods {
            let declared = wanted
                .iter()
                .copied()
                .find(|def| self.env.def(*def).name == *name);
            match declared {
                Some(declared) => self.compare_method(found, *id, declared, &of.name),
                None => {
                    let is_free = |def: &&DefId| {
                        let wanted = &self.env.def(**def).name;
                        found.methods.iter().all(|(name, _)| name != wanted)
                    };
                    let names = wanted.iter().filter(is_free);
                    let names = names.map(|def| self.env.def(*def).name.as_str());
                    let near = nearest(name, names);
                    misspelled.extend(near.map(SmolStr::new));
                    let diagnostic =
                        not_in_trait(name, self.env.def(*id).span, &of.name, of.span, near);
                    self.diags.push(diagnostic);
                }
            }
        }
        let has_body = |unit: &Self, def: DefId| {
            unit.with_body.contains(&def) || unit.env.function(def).stored.is_some()
        };
        let missing: Vec<String> = wanted
            .iter()
            .filter(|def| !has_body(self, **def))
            .filter(|def| {
                let wanted = &self.env.def(**def).name;
                let mut given = found.methods.iter().map(|(name, _)| name);
                !misspelled.contains(wanted) && given.all(|name| name != wanted)
            })
            .map(|def| self.shown_signature(*def, found))
            .collect();
        if !missing.is_empty() {
            self.diags.push(missing_methods(
                &of.name, type_name, &missing, found.span, of.span,
            ));
        }
    }

    /// The type arguments of a trait's method for an impl: the type, the trait's arguments, then the impl method's own parameters, which
    /// are called as `method` calls them.
    fn args_for(&self, declared: &FnDef, found: &TraitImpl, method: Option<&FnDef>) -> Vec<Ty> {
        let mut args = vec![found.target];
        args.extend(&found.args);
        let (first, own_from) = (args.len(), found.generics.len());
        for (offset, generic) in declared.generics.iter().skip(first).enumerate() {
            let index = own_from + offset;
            let own = method.and_then(|method| method.generics.get(index));
            let own = own.filter(|own| own.is_const == generic.is_const);
            args.push(own.unwrap_or(generic).as_arg(index as u32));
        }
        args
    }

    fn shown_signature(&self, declared: DefId, found: &TraitImpl) -> String {
        let function = self.env.function(declared);
        let args = self.args_for(function, found, None);
        let name = &self.env.def(declared).name;
        let params: Vec<String> = function
            .params
            .iter()
            .enumerate()
            .map(|(index, param)| {
                let mark = if param.is_mut { "mut " } else { "" };
                if index == 0 && function.has_self {
                    return format!("{mark}self");
                }
                let ty = param.ty.subst(&args).display(&*self.env);
                format!("{mark}{}: {ty}", param.name)
            })
            .collect();
        let params = params.join(", ");
        let own: Vec<String> = function
            .generics
            .iter()
            .skip(1 + found.args.len())
            .map(|generic| match generic.bounds.as_slice() {
                [] => generic.name.to_string(),
                bounds => {
                    let bounds: Vec<String> =
                        bounds.iter().map(|b| b.display(&*self.env)).collect();
                    format!("{}: {}", generic.name, bounds.join(" + "))
                }
            })
            .collect();
        let name = match own.as_slice() {
            [] => name.to_string(),
            own => format!("{name}<{}>", own.join(", ")),
        };
        let ret = function.ret.unwrap_or(Ty::error()).subst(&args);
        if ret.is_unit() {
            return format!("fn {name}({params})");
        }
        format!("fn {name}({params}) -> {}", ret.display(&*self.env))
    }

    fn compare_method(&mut self, found: &TraitImpl, id: DefId, declared: DefId, of: &str) {
        let mut method = self.env.function(id).clone();
        let wanted = self.env.function(declared).clone();
        let args = self.args_for(&wanted, found, Some(&method));
        let own = |function: &FnDef, before: usize| function.generics.len() - before;
        let same_shape = method.has_self == wanted.has_self
            && method.params.len() == wanted.params.len()
            && own(&method, found.generics.len()) == own(&wanted, 1 + found.args.len());
        let same_types = same_shape
            && method
                .params
                .iter()
                .zip(&wanted.params)
                .all(|(a, b)| a.is_mut == b.is_mut && same(a.ty, b.ty.subst(&args)));
        let ret = wanted.ret.map(|ret| ret.subst(&args));
        let same_result = match (method.ret, ret) {
            (Some(a), Some(b)) => same(a, b),
            _ => true,
        };
        let same_bounds = same_shape && {
            let wanted_own = wanted.generics.iter().skip(1 + found.args.len());
            let mut pairs = method
                .generics
                .iter()
                .skip(found.generics.len())
                .zip(wanted_own);
            pairs.all(|(own, wanted)| {
                own.bounds.iter().all(|asked| {
                    let mut given = wanted.bounds.iter().map(|bound| bound.subst(&args));
                    *asked == Bound::Show || given.any(|bound| self.env.implies(bound, *asked))
                })
            })
        };
        if !same_types || !same_result || !same_bounds {
            let span = self.env.def(id).span;
            let shown = self.shown_signature(declared, found);
            let diagnostic = other_signature(
                &self.env.def(id).name,
                of,
                &shown,
                span,
                self.env.def(declared).span,
            );
            self.diags.push(diagnostic);
        }
        if method.ret.is_none() {
            method.ret = ret;
            self.set_kind(id, DefKind::Fn(method));
        }
    }

    fn enter_impl(&mut self, pending: PendingImpl) {
        let PendingImpl { found, type_name } = pending;
        let others: Vec<_> = self.env.impls(found.of).cloned().collect();
        let mut old = None;
        for other in others {
            let (a, b) = (
                (other.target, other.generics.as_slice()),
                (found.target, found.generics.as_slice()),
            );
            if !overlap(a, b) {
                continue;
            }
            // A later entry of a session puts an `impl` in the place of the one for the same type.
            let again = !self.env.has_impl_of_this_unit(other.of, other.span);
            if other.module == found.module && again && same_form(other.target, found.target) {
                old = Some(other.span);
            } else {
                let name = &self.env.def(found.of).name;
                self.diags
                    .push(two_impls(name, &type_name, found.span, other.span));
            }
        }
        if any::args_of(self.env, found.target, found.of).is_some() {
            let name = &self.env.def(found.of).name;
            self.diags
                .push(impl_for_own_any(name, &type_name, found.span));
            return;
        }
        let home = self.env.def(found.of).module;
        let type_home = match found.target.kind() {
            TyKind::Adt(def, _) => Some(self.env.def(*def).module),
            _ => None,
        };
        let is_root = self.env.is_root(self.module);
        if home != self.module && type_home != Some(self.module) && !is_root {
            let name = self.env.def(found.of).name.clone();
            self.diags.push(foreign_impl(&name, &type_name, found.span));
        }
        self.env.add_impl(found, old);
    }
}

/// Bounds that are no traits of a program.
pub(crate) const BUILT_IN_TRAITS: [&str; 7] = ["Eq", "Ord", "Hash", "Show", "Num", "Int", "Float"];

/// What a type has to define to be a `Num`, with how many operands each has.
pub(crate) const NUM_OPERATORS: [(&str, usize); 4] = [("+", 2), ("-", 2), ("*", 2), ("neg", 1)];

fn same(a: Ty, b: Ty) -> bool {
    a == b || a.is_error() || b.is_error()
}

/// Whether some type has both forms; a parameter stands for any type that its bounds do not exclude.
pub(super) fn overlap((a, of_a): (Ty, &[Generic]), (b, of_b): (Ty, &[Generic])) -> bool {
    let both = |x: &Ty, y: &Ty| overlap((*x, of_a), (*y, of_b));
    let all =
        |xs: &[Ty], ys: &[Ty]| xs.len() == ys.len() && xs.iter().zip(ys).all(|(x, y)| both(x, y));
    let takes = |generics: &[Generic], index: u32, ty: Ty| {
        let generic = generics.get(index as usize);
        !generic.is_some_and(|generic| generic.bounds.iter().any(|bound| bound.excludes(ty)))
    };
    match (a.kind(), b.kind()) {
        (TyKind::Param(index, _), _) => takes(of_a, *index, b),
        (_, TyKind::Param(index, _)) => takes(of_b, *index, a),
        (TyKind::Tuple(x), TyKind::Tuple(y)) => all(x, y),
        (TyKind::Array(x), TyKind::Array(y)) => both(x, y),
        (TyKind::FixedArray(x, _), TyKind::FixedArray(y, _)) => both(x, y),
        (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) | (TyKind::Any(x, xs), TyKind::Any(y, ys)) => {
            x == y && all(xs, ys)
        }
        _ => a == b,
    }
}

/// Whether two types are one, whatever their parameters are called.
fn same_form(a: Ty, b: Ty) -> bool {
    fits(a, b, &mut Vec::new()) && fits(b, a, &mut Vec::new())
}

/// Whether it is `fn show(self) -> str`; what `= expression` gives is known later.
fn is_show_signature(function: &ast::FnDecl) -> bool {
    let gives_text = match (&function.result, &function.body) {
        (Some(result), _) => matches!(&result.ty.kind, ast::TypeKind::Path { path, .. }
            if matches!(path.segments.as_slice(), [name] if name.name == "str")),
        (None, Some(ast::FnBody::Expr(_))) => true,
        (None, Some(ast::FnBody::Block(_)) | None) => false,
    };
    let takes_self = matches!(function.params.as_slice(), [only] if only.is_self() && !only.is_mut);
    takes_self && gives_text && function.generics.is_empty()
}
