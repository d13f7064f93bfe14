//! Calls by name: functions, constructors of structs and variants, functions of a type's `impl`, function values,
//! and the built-in functions. Arguments are matched with parameters here.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use syntax::Span;

use super::body::{Checker, Expect, Why};
use super::{Call, CallArg, Target, errors};
use crate::env::{Def, DefId, DefKind, FieldDef, FnDef, FnOrigin, Generic, ModuleId};
use crate::hir::{self, Callee, ExprId, ExprKind};
use crate::types::{FnParam, FnTy, InferKind, Ty, TyKind};

/// A parameter or field that an argument can be given for.
pub(super) struct Slot {
    pub(super) name: SmolStr,
    pub(super) ty: Ty,
    pub(super) is_mut: bool,
    pub(super) default: Option<DefId>,
    /// Where it is declared, if that is the user's text.
    pub(super) span: Option<Span>,
    /// What a type that is still open probably is.
    pub(super) hint: Option<Ty>,
}

/// What is called, for messages.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) name: &'a str,
    /// `argument` or `field`.
    pub(super) noun: &'static str,
    pub(super) span: Span,
    pub(super) declared: Option<Span>,
    /// Extra arguments are C's variadic ones.
    pub(super) variadic: bool,
    /// A function of C or the host: a text may stand for a `cstr`.
    pub(super) is_c: bool,
}

impl Checker<'_, '_> {
    pub(super) fn check_call(
        &mut self,
        id: ExprId,
        callee: &Callee,
        args: &[hir::Arg],
        expect: Expect,
    ) -> Ty {
        match callee {
            Callee::Fn(def) => self.call_function(id, *def, args, expect),
            Callee::Struct(def, written) => match self.variant_instead(*def, expect) {
                Some(of) if written.is_none() => {
                    let name = self.env().def(*def).name.clone();
                    let span = self.span(id);
                    self.call_variant(id, Some(of), &name, span, args, expect)
                }
                _ => self.call_struct(id, *def, written.as_deref(), args, expect),
            },
            Callee::Variant {
                of,
                name,
                name_span,
            } => self.call_variant(id, *of, name, *name_span, args, expect),
            Callee::Assoc {
                ty,
                name,
                name_span,
            } => self.call_assoc(id, *ty, name, *name_span, args, expect),
            Callee::Builtin(builtin) => self.call_builtin(id, *builtin, args, expect),
            Callee::Value(value) => {
                let ty = self.infer_expr(*value);
                let span = self.span(*value);
                self.call_value(id, ty, span, args)
            }
        }
    }

    fn call_function(&mut self, id: ExprId, def: DefId, args: &[hir::Arg], expect: Expect) -> Ty {
        let found = self.env().def(def).clone();
        let function = function_of(&found);
        let type_args = self.instantiate_fn(function, &found.name, self.span(id));
        let first = FirstArgs {
            type_args,
            receiver: None,
        };
        let ty = self.call_def(id, &found, first, args, expect);
        // `Damageable.hit(mut orc, 3)`: which function it is becomes known when the type does.
        if function.of_trait.is_some()
            && let Some(call) = self.tables.calls.get_mut(&id)
        {
            call.target = Target::TraitMethod(def);
        }
        ty
    }

    /// A call of a known function, perhaps with its receiver already checked.
    pub(super) fn call_def(
        &mut self,
        id: ExprId,
        found: &Def,
        first: FirstArgs,
        args: &[hir::Arg],
        expect: Expect,
    ) -> Ty {
        let span = self.span(id);
        let function = function_of(found);
        let FirstArgs {
            type_args,
            receiver,
        } = first;
        let ret = self.result_of(found.id, span).subst(&type_args);
        self.hint_result(ret, expect);
        let hoped = self.hoped(expect);
        // In `pick(a, b)` of type `T`, what is expected of the call is expected of the arguments.
        let hint = |ty: Ty| hoped.filter(|_| ty == ret && matches!(ty.kind(), TyKind::Infer(_)));
        self.require_bounds(&function.generics, &type_args, &found.name, span);
        let own = found.module != ModuleId::PRELUDE;
        let skip = usize::from(receiver.is_some());
        let slots: Vec<Slot> = function
            .params
            .iter()
            .skip(skip)
            .map(|param| Slot {
                name: param.name.clone(),
                ty: param.ty.subst(&type_args),
                is_mut: param.is_mut,
                default: param.default,
                span: own.then_some(param.span),
                hint: hint(param.ty.subst(&type_args)),
            })
            .collect();
        let called = Called {
            name: &found.name,
            noun: "argument",
            span,
            declared: own.then_some(found.span),
            variadic: matches!(function.origin, FnOrigin::C { variadic: true, .. }),
            is_c: matches!(function.origin, FnOrigin::C { .. } | FnOrigin::Host),
        };
        let (mut all, mut order) = self.check_args(called, &slots, args);
        if let Some(receiver) = receiver {
            all.insert(0, receiver);
            order = std::iter::once(0)
                .chain(order.iter().map(|i| i + 1))
                .collect();
        }
        let call = Call {
            target: Target::Fn(found.id),
            type_args,
            args: all,
            order,
        };
        self.tables.calls.insert(id, call);
        ret
    }

    /// What is expected of a call says something about its type arguments, as long as it fits.
    fn hint_result(&mut self, ret: Ty, expect: Expect) {
        let Some(hoped) = self.hoped(expect) else {
            return;
        };
        let ret = self.shallow(ret);
        if matches!(ret.kind(), TyKind::Infer(_)) || !self.infer.has_free(ret) {
            return;
        }
        let hoped = match hoped.option_of() {
            Some(inner) if ret.option_of().is_none() => inner,
            _ => hoped,
        };
        let before = self.infer.snapshot();
        if self.infer.unify(ret, hoped).is_err() {
            self.infer.undo(before);
        }
    }

    fn call_struct(
        &mut self,
        id: ExprId,
        def: DefId,
        written: Option<&[Ty]>,
        args: &[hir::Arg],
        expect: Expect,
    ) -> Ty {
        let found = self.env().def(def).clone();
        let DefKind::Struct(item) = &found.kind else {
            panic!("compiler bug: {def} is not a struct");
        };
        let span = self.span(id);
        let is_raw = self.unit.module == ModuleId::PRELUDE && args.iter().any(|a| a.name.is_some());
        if def == DefId::SET && !is_raw {
            return self.call_set(id, written, args, expect);
        }
        let type_args = match written {
            Some(written) if written.len() == item.generics.len() => written
                .iter()
                .map(|ty| self.fill_unknown(*ty, span))
                .collect(),
            _ => self.instantiate(&item.generics, &found.name, span),
        };
        let ty = Ty::new(TyKind::Adt(def, type_args.clone()));
        self.hint_result(ty, expect);
        let made = Made {
            target: Target::Struct(def),
            found: &found,
            name: &found.name,
            declared: found.span,
            generics: &item.generics,
            fields: &item.fields,
            type_args,
        };
        self.call_constructor(id, made, args);
        ty
    }

    /// `Set([1, 2])`, `Set<i64>()`
    fn call_set(
        &mut self,
        id: ExprId,
        written: Option<&[Ty]>,
        args: &[hir::Arg],
        expect: Expect,
    ) -> Ty {
        let span = self.span(id);
        let make = self.env().module(ModuleId::PRELUDE).names.get("set_from");
        let make = *make.expect("compiler bug: the prelude has no `set_from`");
        let mut found = Def::clone(self.env().def(make));
        found.name = SmolStr::new("Set");
        let type_args = match written {
            Some([elem]) => vec![self.fill_unknown(*elem, span)],
            _ => self.instantiate(&function_of(&found).generics, &found.name, span),
        };
        let first = FirstArgs {
            type_args,
            receiver: None,
        };
        self.call_def(id, &found, first, args, expect)
    }

    /// The enum that is expected where a struct is named, if it has a variant of the struct's name: with
    /// `enum Shape { Circle(Circle) }`, the first `Circle` of `let shape: Shape = Circle(Circle(2.0))` is the variant.
    pub(super) fn variant_instead(&mut self, def: DefId, expect: Expect) -> Option<DefId> {
        let Some(TyKind::Adt(of, _)) = self.hoped_inside(expect).map(Ty::kind) else {
            return None;
        };
        let DefKind::Enum(item) = &self.env().def(*of).kind else {
            return None;
        };
        let name = &self.env().def(def).name;
        item.variants.iter().any(|v| v.name == *name).then_some(*of)
    }

    pub(super) fn call_variant(
        &mut self,
        id: ExprId,
        of: Option<DefId>,
        name: &SmolStr,
        name_span: Span,
        args: &[hir::Arg],
        expect: Expect,
    ) -> Ty {
        let hoped = self.hoped_inside(expect);
        let def = of.or_else(|| match hoped.map(Ty::kind) {
            Some(TyKind::Adt(def, _)) => Some(*def),
            _ => None,
        });
        let found = def.map(|def| self.env().def(def).clone());
        let Some(found) = found else {
            // Whose type it should have has been reported.
            if hoped.is_some_and(|ty| *ty.kind() == TyKind::Error) {
                self.infer_args(args);
                return Ty::error();
            }
            let homes = self.homes_of_variant(name);
            let report = errors::variant_of_unknown(name, name_span, &homes);
            // The help says how it is meant; what is in it and beside it is looked at as if it stood there.
            if let ([(home, _)], [_, ..]) = (homes.as_slice(), args) {
                self.report(report);
                return self.call_variant(id, Some(*home), name, name_span, args, expect);
            }
            for arg in args {
                self.check_expr(arg.value, Expect::Hint(Ty::error()));
            }
            return self.fail(report);
        };
        let DefKind::Enum(item) = &found.kind else {
            self.infer_args(args);
            let shown = hoped.map_or(found.name.to_string(), |ty| self.show(ty));
            return self.fail(errors::not_an_enum(name, name_span, &shown));
        };
        let Some(index) = item.variants.iter().position(|v| v.name == *name) else {
            self.infer_args(args);
            let names = item.variants.iter().map(|v| v.name.as_str());
            let report = errors::unknown_variant(name, name_span, &found.name, names);
            return if self.may_be_skipped(name) {
                Ty::error()
            } else {
                self.fail(report)
            };
        };
        let variant = &item.variants[index];
        let span = self.span(id);
        let type_args = self.instantiate(&item.generics, &found.name, span);
        let ty = Ty::new(TyKind::Adt(found.id, type_args.clone()));
        self.hint_result(ty, expect);
        let made = Made {
            target: Target::Variant(found.id, index as u32),
            found: &found,
            name: &variant.name,
            declared: variant.span,
            generics: &item.generics,
            fields: &variant.fields,
            type_args,
        };
        self.call_constructor(id, made, args);
        ty
    }

    /// The enums that have a variant of the name and can be written here, with how.
    fn homes_of_variant(&self, name: &str) -> Vec<(DefId, SmolStr)> {
        let env = self.env();
        let has_it = |def: &Def| match &def.kind {
            DefKind::Enum(item) => item.variants.iter().any(|v| v.name == *name),
            _ => false,
        };
        let homes = env.defs().filter(|def| has_it(def));
        homes
            .filter_map(|def| Some((def.id, env.path_to(def.id, self.unit.module)?)))
            .collect()
    }

    fn call_constructor(&mut self, id: ExprId, made: Made<'_>, args: &[hir::Arg]) {
        let span = self.span(id);
        let own = made.found.module != ModuleId::PRELUDE;
        let slots: Vec<Slot> = made
            .fields
            .iter()
            .map(|field| Slot {
                name: field.name.clone(),
                ty: field.ty.subst(&made.type_args),
                is_mut: false,
                default: field.default,
                span: own.then_some(field.span),
                hint: None,
            })
            .collect();
        self.require_bounds(made.generics, &made.type_args, &made.found.name, span);
        let called = Called {
            name: made.name,
            noun: "field",
            span,
            declared: own.then_some(made.declared),
            variadic: false,
            is_c: false,
        };
        let (all, order) = self.check_args(called, &slots, args);
        let call = Call {
            target: made.target,
            type_args: made.type_args,
            args: all,
            order,
        };
        self.tables.calls.insert(id, call);
    }

    fn call_assoc(
        &mut self,
        id: ExprId,
        ty: Ty,
        name: &SmolStr,
        name_span: Span,
        args: &[hir::Arg],
        expect: Expect,
    ) -> Ty {
        let ty = self.fill_unknown(ty, name_span);
        if ty.is_error() {
            self.infer_args(args);
            return ty;
        }
        if let Some((def, type_args)) = self.find_method(ty, name, name_span) {
            let found = self.env().def(def).clone();
            let first = FirstArgs {
                type_args,
                receiver: None,
            };
            return self.call_def(id, &found, first, args, expect);
        }
        if let Some(Ok(in_trait)) = self.find_in_traits(ty, name, name_span) {
            let found = self.env().def(in_trait.def).clone();
            let first = FirstArgs {
                type_args: in_trait.type_args,
                receiver: None,
            };
            let result = self.call_def(id, &found, first, args, expect);
            if in_trait.is_open
                && let Some(call) = self.tables.calls.get_mut(&id)
            {
                call.target = Target::TraitMethod(in_trait.def);
            }
            return result;
        }
        self.infer_args(args);
        if let Some(report) = self.private_method(ty, name, name_span) {
            return self.fail(report);
        }
        let shown = self.show(ty);
        if let TyKind::Adt(def, _) = ty.kind()
            && let found = self.env().def(*def).clone()
            && let DefKind::Enum(item) = &found.kind
        {
            let names = item.variants.iter().map(|v| v.name.as_str());
            let report = errors::unknown_variant(name, name_span, &found.name, names);
            return if self.may_be_skipped(name) {
                Ty::error()
            } else {
                self.fail(report)
            };
        }
        let names = self.method_names(ty);
        let names = names.iter().map(SmolStr::as_str);
        self.fail(errors::unknown_assoc(name, name_span, &shown, names))
    }

    /// The name of what is called, if that is a variable which hides a function of the library.
    fn hidden_function(&self, call: ExprId) -> Option<SmolStr> {
        let ExprKind::Call {
            callee: Callee::Value(callee),
            ..
        } = &self.body.exprs[call].kind
        else {
            return None;
        };
        let name = match self.body.exprs[*callee].kind {
            ExprKind::Local(local) => self.body.locals[local].name.clone(),
            ExprKind::Global(def) | ExprKind::Const(def) => self.env().def(def).name.clone(),
            _ => return None,
        };
        let prelude = self.env().module(ModuleId::PRELUDE);
        let is_function = hir::is_called_by_itself(&name) || prelude.names.contains_key(&name);
        is_function.then_some(name)
    }

    pub(super) fn call_value(
        &mut self,
        id: ExprId,
        ty: Ty,
        callee_span: Span,
        args: &[hir::Arg],
    ) -> Ty {
        let ty = self.known(ty, callee_span);
        let (TyKind::Fn(fn_ty) | TyKind::CFn(fn_ty)) = ty.kind() else {
            self.infer_args(args);
            if ty.is_error() {
                return ty;
            }
            let shown = self.show(ty);
            let hidden = self.hidden_function(id);
            return self.fail(errors::not_callable(callee_span, &shown, hidden.as_deref()));
        };
        let slots: Vec<Slot> = fn_ty
            .params
            .iter()
            .map(|param| Slot {
                name: SmolStr::default(),
                ty: param.ty,
                is_mut: param.is_mut,
                default: None,
                span: None,
                hint: None,
            })
            .collect();
        let called = Called {
            name: "this function value",
            noun: "argument",
            span: self.span(id),
            declared: None,
            variadic: false,
            is_c: matches!(ty.kind(), TyKind::CFn(_)),
        };
        let (all, order) = self.check_args(called, &slots, args);
        let call = Call {
            target: Target::Value,
            type_args: Vec::new(),
            args: all,
            order,
        };
        self.tables.calls.insert(id, call);
        fn_ty.ret
    }

    /// Arguments of a call that is wrong anyway: checked for mistakes of their own.
    pub(super) fn infer_args(&mut self, args: &[hir::Arg]) {
        for arg in args {
            self.infer_loosely(arg.value);
        }
    }

    /// An expression of which nothing is known because what stands around it is wrong; a closure's parameters are not complained about.
    fn infer_loosely(&mut self, expr: ExprId) -> Ty {
        let ExprKind::Closure { params, .. } = &self.body.exprs[expr].kind else {
            return self.infer_expr(expr);
        };
        let param = |_| FnParam {
            is_mut: false,
            ty: Ty::error(),
        };
        let shape = Ty::new(TyKind::Fn(FnTy {
            params: params.iter().map(param).collect(),
            ret: Ty::error(),
        }));
        self.check_expr(expr, Expect::Hint(shape))
    }

    /// Matches arguments with slots and checks them: in the order of the text, closures last, because the other
    /// arguments may say what their parameters are.
    pub(super) fn check_args(
        &mut self,
        called: Called<'_>,
        slots: &[Slot],
        args: &[hir::Arg],
    ) -> (Vec<CallArg>, Vec<u32>) {
        let Some(slot_of) = self.match_args(called, slots, args) else {
            self.infer_args(args);
            return (Vec::new(), Vec::new());
        };
        let is_closure =
            |arg: &hir::Arg| matches!(self.body.exprs[arg.value].kind, ExprKind::Closure { .. });
        let (closures, others): (Vec<usize>, Vec<usize>) =
            (0..args.len()).partition(|index| is_closure(&args[*index]));
        let mut said = FxHashMap::default();
        for index in others.into_iter().chain(closures) {
            let arg = &args[index];
            let unknown: Vec<usize> = (0..slots.len())
                .filter(|slot| self.is_unknown(slots[*slot].ty))
                .collect();
            if matches!(self.body.exprs[arg.value].kind, ExprKind::Closure { .. }) {
                self.settle(false);
            }
            match slots.get(slot_of[index]) {
                Some(slot) => {
                    let by_other = said.get(&slot_of[index]).copied();
                    self.check_arg(called, slot, arg, by_other);
                }
                None => {
                    let ty = self.infer_expr(arg.value);
                    self.infer.default_literal(ty);
                }
            }
            let span = self.span(arg.value);
            let known = unknown
                .into_iter()
                .filter(|slot| !self.is_unknown(slots[*slot].ty));
            said.extend(known.map(|slot| (slot, span)));
        }
        let given = |index: usize| {
            let arg = &args[index];
            if arg.is_mut {
                CallArg::Mut(arg.value)
            } else {
                CallArg::Expr(arg.value)
            }
        };
        let mut all = Vec::new();
        for (slot_index, slot) in slots.iter().enumerate() {
            let arg = slot_of.iter().position(|s| *s == slot_index);
            match (arg, slot.default) {
                (Some(arg), _) => all.push(given(arg)),
                (None, Some(default)) => all.push(CallArg::Default(default)),
                (None, None) => all.push(CallArg::Keep),
            }
        }
        all.extend(
            (0..args.len())
                .filter(|i| slot_of[*i] >= slots.len())
                .map(given),
        );
        let order = slot_of.iter().map(|slot| *slot as u32).collect();
        (all, order)
    }

    fn is_unknown(&self, ty: Ty) -> bool {
        matches!(self.shallow(ty).kind(), TyKind::Infer(var) if var.kind == InferKind::General)
    }

    /// `by_other` is the argument that said what the type is, if it was one before.
    fn check_arg(
        &mut self,
        called: Called<'_>,
        slot: &Slot,
        arg: &hir::Arg,
        by_other: Option<Span>,
    ) {
        let span = self.span(arg.value);
        let why = match (by_other, called.noun) {
            (Some(other), _) => Why::at(other, "because of this argument, which has the same type"),
            (None, "field") => Why {
                span: slot.span,
                text: "because of the type of this field",
            },
            (None, _) => Why {
                span: slot.span,
                text: "because of the type of this parameter",
            },
        };
        if !slot.is_mut {
            if arg.is_mut {
                self.report(errors::argument_is_not_mut(span, &slot.name, called.name));
            }
            if called.is_c && slot.ty == Ty::new(TyKind::CStr) {
                let found = self.infer_expr(arg.value);
                if self.shallow(found) != Ty::str() {
                    self.unify_or_report(found, slot.ty, span, why);
                }
                return;
            }
            match slot.hint {
                Some(hint) => {
                    let found = self.check_expr(arg.value, Expect::Hint(hint));
                    self.adjust(arg.value, found, slot.ty, why);
                }
                None => self.coerce(arg.value, slot.ty, why),
            }
            return;
        }
        let found = self.check_expr(arg.value, Expect::Hint(slot.ty));
        self.unify_or_report(found, slot.ty, span, why);
        // `f(&mut x)` was reported already.
        let is_error = matches!(self.body.exprs[arg.value].kind, ExprKind::Error);
        if !arg.is_mut && is_error {
            return;
        }
        if !arg.is_mut {
            let report = errors::argument_needs_mut(span, &slot.name, called.name, slot.span);
            self.report(report);
            return;
        }
        self.require_place(arg.value, super::place::Use::MutArgument);
    }

    /// The slot of each argument. `None` if they do not match, which has been reported.
    fn match_args(
        &mut self,
        called: Called<'_>,
        slots: &[Slot],
        args: &[hir::Arg],
    ) -> Option<Vec<usize>> {
        let positional = args.iter().take_while(|arg| arg.name.is_none()).count();
        if positional > slots.len() && !called.variadic {
            let required = slots.iter().filter(|s| s.default.is_none()).count();
            let counts = (required, slots.len(), args.len());
            let extra = self.span(args[slots.len()].value);
            self.report(errors::too_many_arguments(called, counts, extra));
            return None;
        }
        let mut slot_of: Vec<usize> = (0..positional).collect();
        for arg in &args[positional..] {
            let Some((name, name_span)) = &arg.name else {
                let span = self.span(arg.value);
                self.report(errors::positional_after_named(span));
                return None;
            };
            let Some(slot) = slots.iter().position(|s| s.name == *name) else {
                let names = slots.iter().map(|s| s.name.as_str());
                self.report(errors::unknown_argument(called, name, *name_span, names));
                return None;
            };
            if slot_of.contains(&slot) {
                self.report(errors::argument_twice(called, name, *name_span));
                return None;
            }
            slot_of.push(slot);
        }
        let missing: Vec<&Slot> = slots
            .iter()
            .enumerate()
            .filter(|(index, slot)| slot.default.is_none() && !slot_of.contains(index))
            .map(|(_, slot)| slot)
            .collect();
        if missing.is_empty() {
            return Some(slot_of);
        }
        let shown: Vec<(String, String)> = missing
            .iter()
            .map(|slot| (slot.name.to_string(), self.show(slot.ty)))
            .collect();
        self.report(errors::missing_arguments(called, &shown));
        None
    }
}

/// Type arguments and the receiver, where a call has one.
pub(super) struct FirstArgs {
    pub(super) type_args: Vec<Ty>,
    pub(super) receiver: Option<CallArg>,
}

/// A struct or variant being made.
struct Made<'a> {
    target: Target,
    found: &'a Def,
    name: &'a str,
    declared: Span,
    generics: &'a [Generic],
    fields: &'a [FieldDef],
    type_args: Vec<Ty>,
}

pub(super) fn function_of(found: &Def) -> &FnDef {
    match &found.kind {
        DefKind::Fn(function) => function,
        _ => panic!("compiler bug: {} is not a function", found.id),
    }
}
