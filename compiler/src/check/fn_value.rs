//! Functions that stand as values: by their name, `Type.method`, and constructors (`xs.map(Circle)`).
//!
//! Where the surroundings want a function of fewer parameters, those left over take their defaults.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Checker, Expect};
use super::call::function_of;
use super::{FnValue, Target};
use crate::any;
use crate::env::{DefId, DefKind, FieldDef, FnDef, FnOrigin, Generic};
use crate::hir::{Callee, ExprId};
use crate::types::{FnParam, FnTy, Ty, TyKind};

/// What a value would be called with.
struct Named<'a> {
    name: &'a SmolStr,
    target: Target,
    generics: &'a [Generic],
    type_args: Vec<Ty>,
    params: Vec<(FnParam, Option<DefId>)>,
    ret: Ty,
    convention: Convention,
}

/// How the value is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Convention {
    Sumi,
    /// By C, unless the surroundings want it otherwise.
    ForC,
    /// By Sumi, unless the surroundings want it otherwise: C's own functions.
    OfC,
}

impl Convention {
    fn of(function: &FnDef) -> Convention {
        match function.origin {
            FnOrigin::C {
                variadic: false, ..
            } => Convention::OfC,
            _ if function.for_c => Convention::ForC,
            _ => Convention::Sumi,
        }
    }
}

impl Checker<'_, '_> {
    pub(super) fn check_fn_value(&mut self, id: ExprId, def: DefId, expect: Expect) -> Ty {
        let span = self.span(id);
        let found = self.env().def(def).clone();
        let type_args = self.instantiate_fn(function_of(&found), &found.name, span);
        self.fn_value(id, def, type_args, expect)
    }

    fn fn_value(&mut self, id: ExprId, def: DefId, type_args: Vec<Ty>, expect: Expect) -> Ty {
        let ret = self.result_of(def, self.span(id));
        let found = self.env().def(def).clone();
        let function = function_of(&found);
        let params = function.params.iter().map(|param| {
            let ty = FnParam {
                is_mut: param.is_mut,
                ty: param.ty,
            };
            (ty, param.default)
        });
        let named = Named {
            name: &found.name,
            target: Target::Fn(def),
            generics: &function.generics,
            type_args,
            params: params.collect(),
            ret,
            convention: Convention::of(function),
        };
        self.value_of(id, named, expect)
    }

    /// `V.twice` and `V.make`; `None` if the type has no function of that name.
    pub(super) fn check_assoc_value(
        &mut self,
        id: ExprId,
        ty: Ty,
        name: &SmolStr,
        name_span: Span,
        expect: Expect,
    ) -> Option<Ty> {
        let ty = self.fill_unknown(ty, name_span);
        if let Some((def, type_args)) = self.find_method(ty, name, name_span) {
            return Some(self.fn_value(id, def, type_args, expect));
        }
        let found = match self.find_in_traits(ty, name, name_span)? {
            Ok(found) => found,
            Err(error) => return Some(error),
        };
        let is_any = matches!(ty.kind(), TyKind::Any(..));
        if is_any && any::unfit(self.env(), found.def).is_some() {
            return None;
        }
        let function = self.fn_value(id, found.def, found.type_args, expect);
        if found.is_open
            && let Some(value) = self.tables.fn_values.get_mut(&id)
        {
            value.target = Target::TraitMethod(found.def);
        }
        Some(function)
    }

    /// A constructor without arguments: a variant that has no fields is a value, all else is a function.
    pub(super) fn check_constructor(&mut self, id: ExprId, callee: &Callee, expect: Expect) -> Ty {
        match callee {
            Callee::Struct(def, written) => {
                let found = self.env().def(*def).clone();
                if written.is_none()
                    && let Some(of) = self.variant_instead(*def, expect)
                {
                    let span = self.span(id);
                    return self.variant_value(id, Some(of), &found.name, span, expect);
                }
                let DefKind::Struct(item) = &found.kind else {
                    panic!("compiler bug: {def} is not a struct");
                };
                let name = &found.name;
                self.made_value(
                    id,
                    (*def, None),
                    name,
                    &item.generics,
                    &item.fields,
                    written.as_deref(),
                    expect,
                )
            }
            Callee::Variant {
                of,
                name,
                name_span,
            } => self.variant_value(id, *of, name, *name_span, expect),
            Callee::Fn(_) | Callee::Assoc { .. } | Callee::Builtin(_) | Callee::Value(_) => {
                panic!("compiler bug: {id} is no constructor")
            }
        }
    }

    fn variant_value(
        &mut self,
        id: ExprId,
        of: Option<DefId>,
        name: &SmolStr,
        name_span: Span,
        expect: Expect,
    ) -> Ty {
        let wanted = self.wanted_function(expect);
        let made = wanted.map(|wanted| self.shallow(wanted.ret));
        let hoped = match made.map(|ty| (ty, ty.kind())) {
            Some((ty, TyKind::Adt(..))) => Some(ty),
            _ => None,
        };
        let of = of.or(match hoped.map(Ty::kind) {
            Some(TyKind::Adt(def, _)) => Some(*def),
            _ => None,
        });
        let found = of.map(|of| self.env().def(of).clone());
        if let Some(found) = &found
            && let DefKind::Enum(item) = &found.kind
            && let Some(index) = item.variants.iter().position(|v| v.name == *name)
            && !item.variants[index].fields.is_empty()
            // A value of the enum itself is wanted: then the fields are what lacks.
            && !matches!(self.hoped_inside(expect).map(Ty::kind), Some(TyKind::Adt(..)))
        {
            let variant = &item.variants[index];
            let target = (found.id, Some(index as u32));
            return self.made_value(
                id,
                target,
                &variant.name,
                &item.generics,
                &variant.fields,
                None,
                expect,
            );
        }
        self.call_variant(id, of, name, name_span, &[], expect)
    }

    #[allow(clippy::too_many_arguments)]
    fn made_value(
        &mut self,
        id: ExprId,
        (def, variant): (DefId, Option<u32>),
        name: &SmolStr,
        generics: &[Generic],
        fields: &[FieldDef],
        written: Option<&[Ty]>,
        expect: Expect,
    ) -> Ty {
        let span = self.span(id);
        let type_args = match written {
            Some(written) if written.len() == generics.len() => written.to_vec(),
            _ => self.instantiate(generics, name, span),
        };
        let params = fields.iter().map(|field| {
            let ty = FnParam {
                is_mut: false,
                ty: field.ty,
            };
            (ty, field.default)
        });
        let own = (0u32..)
            .zip(generics)
            .map(|(index, generic)| generic.as_arg(index));
        let named = Named {
            name,
            target: variant.map_or(Target::Struct(def), |v| Target::Variant(def, v)),
            generics,
            type_args,
            params: params.collect(),
            ret: Ty::new(TyKind::Adt(def, own.collect())),
            convention: Convention::Sumi,
        };
        self.value_of(id, named, expect)
    }

    fn value_of(&mut self, id: ExprId, named: Named<'_>, expect: Expect) -> Ty {
        let span = self.span(id);
        let Named {
            name,
            target,
            generics,
            type_args,
            mut params,
            ret,
            convention,
        } = named;
        self.require_bounds(generics, &type_args, name, span);
        let mut defaults = Vec::new();
        if let Some(wanted) = self.wanted_function(expect)
            && let Some(rest) = params.get(wanted.params.len()..)
            && rest.iter().all(|(_, default)| default.is_some())
        {
            defaults = rest.iter().filter_map(|(_, default)| *default).collect();
            params.truncate(wanted.params.len());
        }
        let params = params.into_iter().map(|(param, _)| FnParam {
            is_mut: param.is_mut,
            ty: param.ty.subst(&type_args),
        });
        let function = FnTy {
            params: params.collect(),
            ret: ret.subst(&type_args),
        };
        let hoped = self.hoped_inside(expect).map(Ty::kind);
        let is_for_c = match convention {
            Convention::Sumi => false,
            Convention::ForC => !matches!(hoped, Some(TyKind::Fn(_))),
            Convention::OfC => matches!(hoped, Some(TyKind::CFn(_))),
        };
        let ty = match is_for_c {
            true => Ty::new(TyKind::CFn(function)),
            false => Ty::new(TyKind::Fn(function)),
        };
        let value = FnValue {
            target,
            type_args,
            defaults,
        };
        self.tables.fn_values.insert(id, value);
        ty
    }

    fn wanted_function(&self, expect: Expect) -> Option<&'static FnTy> {
        match self.hoped_inside(expect).map(Ty::kind) {
            Some(TyKind::Fn(wanted)) => Some(wanted),
            _ => None,
        }
    }
}
