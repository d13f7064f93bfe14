//! Members: method calls, `with`, fields, `?.`, and the constants of types.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Checker, Expect, Why};
use super::call::{Called, FirstArgs, Slot, function_of};
use super::place::Use;
use super::{Call, CallArg, Target, errors};
use crate::env::{Bound, DefId, DefKind, Head, ModuleId};
use crate::hir::{self, ExprId};
use crate::types::{Ty, TyKind};

/// The parts of a method call.
pub(super) struct MethodCall<'a> {
    pub(super) id: ExprId,
    pub(super) receiver: ExprId,
    pub(super) name: &'a SmolStr,
    pub(super) name_span: Span,
    pub(super) args: &'a [hir::Arg],
    pub(super) optional: bool,
}

impl Checker<'_, '_> {
    pub(super) fn check_method_call(&mut self, call: &MethodCall<'_>, expect: Expect) -> Ty {
        let found = self.infer_expr(call.receiver);
        let mut ty = self.known(found, self.span(call.receiver));
        let passes_on = call.optional && self.passes_on(call.id, ty);
        if call.optional {
            ty = self.payload_of(call.receiver, ty);
        }
        if ty.is_error() || ty.is_never() {
            self.infer_args(call.args);
            return Ty::error();
        }
        let result = self.call_member(
            call,
            ty,
            if call.optional {
                Expect::Nothing
            } else {
                expect
            },
        );
        let is_changed = |call: &Call| matches!(call.args.first(), Some(CallArg::Mut(_)));
        if passes_on && self.tables.calls.get(&call.id).is_some_and(is_changed) {
            return self.fail(errors::chain_on_result(self.span(call.receiver)));
        }
        if call.optional && !passes_on {
            self.flatten(result)
        } else {
            result
        }
    }

    fn call_member(&mut self, call: &MethodCall<'_>, ty: Ty, expect: Expect) -> Ty {
        if let Some((def, type_args)) = self.find_method(ty, call.name, call.name_span) {
            return self.call_method(call, def, type_args, expect);
        }
        match self.find_in_traits(ty, call.name, call.name_span) {
            Some(Ok(found)) => return self.call_in_trait(call, found, expect),
            Some(Err(error)) => {
                self.infer_args(call.args);
                return error;
            }
            None => {}
        }
        if call.name == "with" && self.struct_fields(ty).is_some() {
            return self.check_with(call, ty);
        }
        if let Some((index, field)) = self.field_of(ty, call.name) {
            self.tables.fields.insert(call.id, index);
            return self.call_value(call.id, field, call.name_span, call.args);
        }
        self.infer_args(call.args);
        if self.may_be_skipped(call.name) {
            return Ty::error();
        }
        if let Some((of, module)) = self.not_imported(ty, call.name) {
            let shown = self.show(ty);
            let report =
                errors::method_not_imported(call.name, call.name_span, &shown, &of, &module);
            return self.fail(report);
        }
        if let Some(report) = self.private_method(ty, call.name, call.name_span) {
            return self.fail(report);
        }
        let shown = self.show(ty);
        if let Some(help) = self.method_elsewhere(ty, call.name, &shown) {
            let report = errors::unknown_method_but(call.name, call.name_span, &shown, help);
            return self.fail(report);
        }
        let names = self.method_names(ty);
        // One of that name may be for other parameters of the type.
        let names = names.iter().filter(|name| *name != call.name);
        let names = names.map(SmolStr::as_str);
        self.fail(errors::unknown_method(
            call.name,
            call.name_span,
            &shown,
            names,
        ))
    }

    pub(super) fn call_method(
        &mut self,
        call: &MethodCall<'_>,
        def: DefId,
        type_args: Vec<Ty>,
        expect: Expect,
    ) -> Ty {
        let found = self.env().def(def).clone();
        let function = function_of(&found);
        if !function.has_self {
            self.infer_args(call.args);
            let of = function
                .self_ty
                .map_or_else(String::new, |ty| ty.display(self.env()));
            return self.fail(errors::not_a_method(call.name, call.name_span, &of));
        }
        let receiver = if function.params.first().is_some_and(|p| p.is_mut) {
            self.require_place(call.receiver, Use::MutReceiver(call.name.clone()));
            CallArg::Mut(call.receiver)
        } else {
            CallArg::Expr(call.receiver)
        };
        let first = FirstArgs {
            type_args,
            receiver: Some(receiver),
        };
        self.call_def(call.id, &found, first, call.args, expect)
    }

    fn check_with(&mut self, call: &MethodCall<'_>, ty: Ty) -> Ty {
        let TyKind::Adt(def, type_args) = ty.kind() else {
            panic!("compiler bug: `with` on something that is no struct");
        };
        let found = self.env().def(*def).clone();
        let DefKind::Struct(item) = &found.kind else {
            panic!("compiler bug: `with` on something that is no struct");
        };
        let own = found.module != ModuleId::PRELUDE;
        if let Some(arg) = call.args.iter().find(|arg| arg.name.is_none()) {
            let span = self.span(arg.value);
            self.infer_args(call.args);
            return self.fail(errors::with_needs_names(span, &found.name));
        }
        // Fields that are left out keep their value: any definition does as the mark of a default.
        let slots: Vec<Slot> = item
            .fields
            .iter()
            .map(|field| Slot {
                name: field.name.clone(),
                ty: field.ty.subst(type_args),
                is_mut: false,
                default: Some(*def),
                span: own.then_some(field.span),
                hint: None,
            })
            .collect();
        let called = Called {
            name: &found.name,
            noun: "field",
            span: self.span(call.id),
            declared: own.then_some(found.span),
            variadic: false,
            is_c: false,
        };
        let (args, order) = self.check_args(called, &slots, call.args);
        let kept = args.into_iter().map(|arg| match arg {
            CallArg::Default(_) => CallArg::Keep,
            other => other,
        });
        let resolved = Call {
            target: Target::With,
            type_args: type_args.clone(),
            args: kept.collect(),
            order,
        };
        self.tables.calls.insert(call.id, resolved);
        ty
    }

    pub(super) fn check_field(
        &mut self,
        id: ExprId,
        base: ExprId,
        name: &SmolStr,
        name_span: Span,
        optional: bool,
    ) -> Ty {
        let found = self.infer_expr(base);
        let mut ty = self.known(found, self.span(base));
        let passes_on = optional && self.passes_on(id, ty);
        if optional {
            ty = self.payload_of(base, ty);
        }
        if ty.is_error() || ty.is_never() {
            return Ty::error();
        }
        let Some((index, field)) = self.field_of(ty, name) else {
            return self.unknown_field(ty, name, name_span);
        };
        self.tables.fields.insert(id, index);
        if optional && !passes_on {
            self.optional_fields.insert(id, field);
            self.flatten(field)
        } else {
            field
        }
    }

    fn unknown_field(&mut self, ty: Ty, name: &SmolStr, name_span: Span) -> Ty {
        let shown = self.show(ty);
        let of_type = Head::of(ty).and_then(|head| self.env().methods(&head, name).next());
        let method = of_type.or_else(|| match self.find_in_traits(ty, name, name_span)? {
            Ok(found) => Some(found.def),
            Err(_) => None,
        });
        if let Some(method) = method {
            let params = &self.env().function(method).params;
            let takes_more = params.iter().skip(1).any(|param| param.default.is_none());
            return self.fail(errors::method_without_call(name, name_span, takes_more));
        }
        if let Some(inner) = ty.option_of()
            && self.field_of(self.shallow(inner), name).is_some()
        {
            return self.fail(errors::field_of_optional(name, name_span, &shown));
        }
        if let TyKind::Tuple(parts) = ty.kind() {
            let count = parts.len();
            return self.fail(errors::no_tuple_field(name, name_span, &shown, count));
        }
        if self.may_be_skipped(name) {
            return Ty::error();
        }
        let methods = self.method_names(ty);
        let methods = methods.iter().map(SmolStr::as_str);
        if let Some(report) = errors::foreign_field(name, name_span, &shown, methods) {
            return self.fail(report);
        }
        let mut names: Vec<SmolStr> = Vec::new();
        for (field, _) in self.struct_fields(ty).unwrap_or_default() {
            names.push(field);
        }
        let names = names.iter().map(SmolStr::as_str);
        self.fail(errors::unknown_field(name, name_span, &shown, names))
    }

    /// On a result, `a?.b` is `(a?).b`: an error is returned from here.
    fn passes_on(&mut self, id: ExprId, ty: Ty) -> bool {
        let TyKind::Adt(DefId::RESULT, args) = ty.kind() else {
            return false;
        };
        let ret = self.frames.last().and_then(|frame| frame.ret);
        self.try_result(id, args[1], ret);
        true
    }

    /// The payload of `a` in `a?.b`.
    fn payload_of(&mut self, base: ExprId, ty: Ty) -> Ty {
        match ty.kind() {
            TyKind::Adt(DefId::OPTION, args) => {
                let inner = args[0];
                self.known(inner, self.span(base))
            }
            TyKind::Error | TyKind::Never => Ty::error(),
            TyKind::Adt(DefId::RESULT, args) => {
                let inner = args[0];
                self.known(inner, self.span(base))
            }
            _ => {
                let shown = self.show(ty);
                self.fail(errors::chain_needs_optional(self.span(base), &shown))
            }
        }
    }

    fn flatten(&mut self, ty: Ty) -> Ty {
        let ty = self.shallow(ty);
        if ty.option_of().is_some() || ty.is_error() {
            ty
        } else {
            Ty::option(ty)
        }
    }

    pub(super) fn struct_fields(&self, ty: Ty) -> Option<Vec<(SmolStr, Ty)>> {
        let TyKind::Adt(def, args) = ty.kind() else {
            return None;
        };
        let DefKind::Struct(item) = &self.env().def(*def).kind else {
            return None;
        };
        // How the library builds maps and sets is its own affair.
        let is_hidden = matches!(*def, DefId::MAP | DefId::SET);
        if is_hidden && self.unit.module != ModuleId::PRELUDE {
            return None;
        }
        let fields = item.fields.iter();
        Some(fields.map(|f| (f.name.clone(), f.ty.subst(args))).collect())
    }

    pub(super) fn field_of(&self, ty: Ty, name: &SmolStr) -> Option<(u32, Ty)> {
        if let TyKind::Tuple(parts) = ty.kind() {
            let index: u32 = name.parse().ok()?;
            return Some((index, *parts.get(index as usize)?));
        }
        let fields = self.struct_fields(ty)?;
        let index = fields.iter().position(|(field, _)| field == name)?;
        Some((index as u32, fields[index].1))
    }

    pub(super) fn check_type_const(
        &mut self,
        id: ExprId,
        ty: Ty,
        name: &SmolStr,
        name_span: Span,
        expect: Expect,
    ) -> Ty {
        if matches!(ty.kind(), TyKind::FixedArray(..)) && name == "len" {
            return Ty::i64();
        }
        let numeric = ty.is_numeric()
            || self
                .infer
                .param_has(ty, &[Bound::Num, Bound::Int, Bound::Float]);
        let known: &[&str] = if ty.is_float() {
            &["min", "max", "inf", "nan", "epsilon"]
        } else if numeric {
            &["min", "max"]
        } else {
            &[]
        };
        if ty.is_error() || known.contains(&name.as_str()) {
            return ty;
        }
        if let Some(function) = self.check_assoc_value(id, ty, name, name_span, expect) {
            return function;
        }
        if self.may_be_skipped(name) {
            return Ty::error();
        }
        if let Some(report) = self.private_method(ty, name, name_span) {
            return self.fail(report);
        }
        let shown = self.show(ty);
        self.fail(errors::unknown_type_const(
            name,
            name_span,
            &shown,
            known.iter().copied(),
        ))
    }

    pub(super) fn check_index(
        &mut self,
        id: ExprId,
        base: ExprId,
        index: ExprId,
        default: Option<ExprId>,
        span: Span,
    ) -> Ty {
        let found = self.infer_expr(base);
        let ty = self.known(found, self.span(base));
        if let TyKind::Adt(DefId::MAP, args) = ty.kind() {
            let why = Why::at(self.span(base), "because of the map's type");
            self.coerce(index, args[0], why);
            self.require_key(args[0], self.span(index));
            if let Some(default) = default {
                self.coerce(default, args[1], why);
            }
            return args[1];
        }
        if let Some(default) = default {
            self.infer_expr(default);
            let span = self.span(default);
            self.report(errors::default_needs_map(span));
        }
        match ty.kind() {
            TyKind::Array(elem) | TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _) => {
                self.check_position(index);
                *elem
            }
            TyKind::Error | TyKind::Never => {
                self.infer_expr(index);
                Ty::error()
            }
            _ => {
                let name = SmolStr::new_static("[]");
                if let Some(found) = self.find_method(ty, &name, span) {
                    return self.check_own_index(id, base, index, found);
                }
                self.infer_expr(index);
                if let Some(report) = self.private_method(ty, &name, self.span(index)) {
                    return self.fail(report);
                }
                let shown = self.show(ty);
                self.fail(errors::not_indexable(span, &shown))
            }
        }
    }

    /// `grid[p]` by the `fn []` of the type.
    fn check_own_index(
        &mut self,
        id: ExprId,
        base: ExprId,
        index: ExprId,
        (def, type_args): (DefId, Vec<Ty>),
    ) -> Ty {
        let found = self.env().def(def).clone();
        let first = FirstArgs {
            type_args,
            receiver: Some(CallArg::Expr(base)),
        };
        let arg = hir::Arg {
            name: None,
            is_mut: false,
            value: index,
        };
        self.call_def(id, &found, first, &[arg], Expect::Nothing)
    }

    /// An index: of any integer type.
    fn check_position(&mut self, index: ExprId) {
        if let Some(distance) = self.negative_literal(index) {
            self.infer_expr(index);
            self.report(errors::negative_index(self.span(index), distance));
            return;
        }
        let found = self.infer_expr(index);
        let ty = self.known(found, self.span(index));
        let fits = ty.is_int()
            || ty.is_error()
            || ty.is_never()
            || self.infer.param_has(ty, &[Bound::Int]);
        if !fits {
            let shown = self.show(ty);
            self.report(errors::bad_index(self.span(index), &shown));
        }
    }

    pub(super) fn check_slice(
        &mut self,
        base: ExprId,
        start: Option<ExprId>,
        end: Option<ExprId>,
    ) -> Ty {
        let found = self.infer_expr(base);
        let ty = self.known(found, self.span(base));
        for bound in [start, end].into_iter().flatten() {
            self.check_position(bound);
        }
        match ty.kind() {
            TyKind::Array(_) | TyKind::Str => ty,
            TyKind::FixedArray(elem, _) => Ty::array(*elem),
            TyKind::Error | TyKind::Never => Ty::error(),
            _ => {
                let shown = self.show(ty);
                self.fail(errors::not_sliceable(self.span(base), &shown))
            }
        }
    }

    fn negative_literal(&self, expr: ExprId) -> Option<u128> {
        match self.body.exprs[expr].kind {
            hir::ExprKind::Unary {
                op: hir::UnaryOp::Neg,
                operand,
            } => match self.body.exprs[operand].kind {
                hir::ExprKind::Int(value) if value > 0 => Some(value),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a member may be declared in what did not parse; then nothing is said about it.
    pub(super) fn may_be_skipped(&mut self, name: &str) -> bool {
        let found = self.unit.skipped.iter().any(|skipped| skipped == name);
        self.reported |= found;
        found
    }
}
