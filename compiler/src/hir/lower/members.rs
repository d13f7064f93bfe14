//! What `impl` blocks bring: methods and operators enter their tables, where no two are for the same types.

use smol_str::SmolStr;
use syntax::{Diagnostic, Span, ast};

use super::signature::fn_name;
use super::trait_errors::two_impls;
use super::traits::overlap;
use super::{BUILT_IN_TRAITS, Unit};
use crate::env::{Bound, DefId, FnDef, FnOrigin, Generic, Head, ModuleId};
use crate::hir::resolve::TypeScope;
use crate::types::{Ty, TyKind};

impl<'a> Unit<'a> {
    pub(super) fn impl_block(&mut self, decl: &'a ast::ImplDecl) {
        if let Some(of_trait) = &decl.of_trait {
            let name = of_trait.path.segments.last().map_or("", ast::Ident::as_str);
            if BUILT_IN_TRAITS.contains(&name)
                && self.module != ModuleId::PRELUDE
                && self.own_names.contains_key(name)
            {
                // The name has been refused where it is declared.
                return self.skip_members(decl);
            }
            match name {
                // A `show` of the type's own is what `impl Show` has always been.
                "Show" => {}
                "Eq" | "Ord" | "Int" | "Float" => {
                    return self.refuse_impl(decl, name, of_trait.span);
                }
                _ => return self.trait_impl(decl, of_trait),
            }
        }
        let mut scope = TypeScope::default();
        scope.generics = self.generics(&decl.generics, &scope);
        let target = self.resolve_type(&decl.target, &scope);
        scope.self_ty = Some(target);
        if let Some(of) = &decl.of_trait {
            self.expect_show(decl, of.span, target);
        }
        let Some(head) = Head::of(target) else {
            if !target.is_error() {
                self.diags.push(no_methods_on(decl.target.span));
            }
            return;
        };
        let type_name = target.display(&*self.env);
        for member in &decl.members {
            match &member.kind {
                ast::ItemKind::Fn(function) => {
                    self.method(&head, &type_name, function, member, &scope);
                }
                _ => self.skip_member(member),
            }
        }
    }

    fn method(
        &mut self,
        head: &Head,
        type_name: &str,
        decl: &'a ast::FnDecl,
        member: &'a ast::Item,
        scope: &TypeScope,
    ) {
        let (name, span) = fn_name(decl);
        let full = format!("{type_name}.{name}");
        let id = self.id_named(None, full.as_str().into());
        let function = self.signature(id, &full, decl, scope, FnOrigin::Sumi);
        match &decl.name {
            ast::FnName::Ident(_) => self.enter_method(id, head, &name, span, &function),
            ast::FnName::Op(ast::FnOp::Index, _) => {
                if function.params.len() != 2 || !function.has_self {
                    self.diags.push(bad_indexing(span));
                }
                self.enter_method(id, head, &name, span, &function);
            }
            ast::FnName::Op(..) => self.enter_operator(id, &name, span, &function),
        }
        self.insert_fn(id, name, span, member.is_pub, member.docs.clone(), function);
    }

    /// A method of the same name for the same type is an error in one unit, and is replaced by a later one.
    fn enter_method(
        &mut self,
        id: DefId,
        head: &Head,
        name: &SmolStr,
        span: Span,
        function: &FnDef,
    ) {
        let same = self.env.methods(head, name).find(|other| {
            let def = self.env.def(*other);
            let other = self.env.function(*other);
            def.module == self.module
                && other.self_ty == function.self_ty
                && same_bounds(&other.generics, &function.generics)
        });
        let Some(old) = same else {
            self.check_overlap(head, name, span, function);
            self.env.add_method(head.clone(), name.clone(), id);
            return;
        };
        self.check_replacement(name, old, span);
        self.env.replace_method(head.clone(), name.clone(), old, id);
    }

    /// Two methods of one name, where some type would have both. Those for a bare parameter are told apart by its bounds; in the library
    /// the later one is the more special one.
    fn check_overlap(&mut self, head: &Head, name: &SmolStr, span: Span, function: &FnDef) {
        if self.module == ModuleId::PRELUDE {
            return;
        }
        let Some(own) = function.self_ty.filter(|_| *head != Head::Param) else {
            return;
        };
        let clash = self.env.methods(head, name).find(|other| {
            let def = self.env.def(*other);
            let other = self.env.function(*other);
            let is_here = def.module == self.module && self.env.is_of_this_unit(def.id);
            let overlaps =
                |ty: Ty| overlap((ty, &other.generics), (own, function.generics.as_slice()));
            is_here && other.self_ty.is_some_and(overlaps)
        });
        if let Some(first) = clash {
            let first = self.env.def(first).span;
            let ty = own.display(&*self.env);
            self.diags.push(if name == "show" {
                two_impls("Show", &ty, span, first)
            } else {
                two_methods(name, &ty, span, first)
            });
        }
    }

    pub(super) fn enter_operator(
        &mut self,
        id: DefId,
        name: &SmolStr,
        span: Span,
        function: &FnDef,
    ) {
        if name == "[]" {
            self.diags.push(bad_indexing(span));
            return;
        }
        let counts = match name.as_str() {
            "neg" => 1..=1,
            _ => 2..=2,
        };
        if !counts.contains(&function.params.len()) {
            self.diags.push(operand_count(name, span));
            return;
        }
        for param in &function.params {
            if param.is_mut {
                self.diags.push(mut_operand(name, param.span));
            }
            if param.default.is_some() {
                self.diags.push(operand_default(name, param.span));
            }
        }
        let mut operands = function.params.iter().map(|param| param.ty);
        let generics = &function.generics;
        if self.module != ModuleId::PRELUDE && !operands.any(|ty| self.is_at_home(ty, generics)) {
            self.diags.push(foreign_operator(name, span));
        }
        let types: Vec<Ty> = function.params.iter().map(|param| param.ty).collect();
        let same = self.env.operators(name).find(|other| {
            let others = &self.env.function(*other).params;
            self.env.def(*other).module == self.module
                && others
                    .iter()
                    .map(|param| param.ty)
                    .eq(types.iter().copied())
        });
        let Some(old) = same else {
            self.env.add_operator(name.clone(), id);
            return;
        };
        self.check_replacement(name, old, span);
        self.env.replace_operator(name.clone(), old, id);
    }

    /// Whether an operator for operands of the type belongs into this module.
    fn is_at_home(&self, ty: Ty, generics: &[Generic]) -> bool {
        ty.any_part(&mut |part| {
            match part.kind() {
            TyKind::Adt(def, _) | TyKind::Any(def, _) => self.env.def(*def).module == self.module,
            TyKind::Param(index, _) => generics[*index as usize].bounds.iter().any(|bound| {
                matches!(bound, Bound::Trait(of, _) if self.env.def(*of).module == self.module)
            }),
            TyKind::Error => true,
            _ => false,
        }
        })
    }

    fn check_replacement(&mut self, name: &SmolStr, old: DefId, span: Span) {
        let first = self.env.def(old).span;
        // In a session a later unit takes the place of an earlier one.
        if self.env.is_of_this_unit(old) {
            let name = ast::Ident {
                name: name.clone(),
                span,
            };
            self.diags.push(super::duplicate_name(&name, first, false));
        }
    }
}

fn same_bounds(left: &[Generic], right: &[Generic]) -> bool {
    let bounds = |generics: &[Generic]| -> Vec<Vec<Bound>> {
        generics.iter().map(|g| g.bounds.clone()).collect()
    };
    bounds(left) == bounds(right)
}

fn bad_indexing(span: Span) -> Diagnostic {
    Diagnostic::error("projection", "`[]` takes `self` and one index")
        .at(span, "not as it stands here")
        .help("write `fn [](mut self, index: T) -> mut U = self.field[…]` in an `impl`, or `fn [](self, index: T) -> U` for reading only")
}

fn mut_operand(symbol: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "extra-mut",
        format!("the operands of `{symbol}` are values"),
    )
    .at(span, "an operator changes none")
    .help("leave `mut` out, and give the changed value back; `a += b` follows from `+`")
}

fn two_methods(name: &str, ty: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(
        "duplicate-name",
        format!("`{name}` is defined twice for `{ty}`"),
    )
    .at(span, "defined again here")
    .also(first, "this one is for that type, too")
    .help("give one of them another name, or let only one `impl` have it")
}

fn foreign_operator(symbol: &str, span: Span) -> Diagnostic {
    let symbol = if symbol == "neg" { "-" } else { symbol };
    Diagnostic::error("foreign-impl", format!("no operand of this `{symbol}` is of a type of this file"))
        .at(span, "an operator is defined where one of its types is declared")
        .help("write a function with a name; or make a type of your own, `struct Wrapped { value: … }`, and define the operator for it")
}

fn operand_count(symbol: &str, span: Span) -> Diagnostic {
    let wanted = match symbol {
        "-" | "neg" => "one operand or two",
        _ => "two operands",
    };
    Diagnostic::error("argument-count", format!("`{symbol}` has {wanted}"))
        .at(span, "not as it stands here")
}

fn operand_default(symbol: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "argument-count",
        format!("an operand of `{symbol}` has no default"),
    )
    .at(span, "both operands are always there")
}

fn no_methods_on(span: Span) -> Diagnostic {
    Diagnostic::error("not-a-type", "this type cannot have methods").at(span, "not possible here")
}
