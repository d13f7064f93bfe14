//! Calls: which of the many things that are written `f(x)` or `a.f(x)` it is.

use smol_str::SmolStr;
use syntax::{Diagnostic, Span, ast};

use super::body::{Binding, BodyLowering};
use super::name::Subject;
use crate::env::{DefId, DefKind, Head, ModuleId};
use crate::hir::resolve::{Named, nearest};
use crate::hir::{Arg, Callee, ExprId, ExprKind};
use crate::types::{Len, Ty, TyKind};

impl<'a> BodyLowering<'_, 'a> {
    pub(super) fn call(
        &mut self,
        callee: &'a ast::Expr,
        args: &'a [ast::Arg],
        span: Span,
    ) -> ExprId {
        let target = match &callee.kind {
            ast::ExprKind::Name(name) => self.named_callee(name, callee.span, args, span),
            ast::ExprKind::TypePath { path, args: types } => {
                let ty = self
                    .unit
                    .resolve_type_path(path, types, callee.span, &self.types);
                self.type_callee(ty, callee.span, args, span)
            }
            _ => Ok(Callee::Value(self.expr(callee))),
        };
        match target {
            Ok(callee) => self.finish_call(callee, args, span),
            Err(done) => done,
        }
    }

    fn finish_call(&mut self, callee: Callee, args: &'a [ast::Arg], span: Span) -> ExprId {
        let args = self.args(args);
        self.alloc(ExprKind::Call { callee, args }, span)
    }

    pub(super) fn args(&mut self, args: &'a [ast::Arg]) -> Vec<Arg> {
        args.iter()
            .map(|arg| Arg {
                name: arg.name.as_ref().map(|name| (name.name.clone(), name.span)),
                is_mut: arg.is_mut,
                value: self.expr(&arg.value),
            })
            .collect()
    }

    /// The arguments of a call that was given up; they are lowered for their own mistakes.
    fn failed_call(&mut self, args: &'a [ast::Arg], span: Span) -> ExprId {
        self.args(args);
        self.alloc(ExprKind::Error, span)
    }

    /// `Err` is the whole expression, if it is not a call after all.
    fn named_callee(
        &mut self,
        name: &'a ast::Ident,
        name_span: Span,
        args: &'a [ast::Arg],
        span: Span,
    ) -> Result<Callee, ExprId> {
        match self.find(&name.name) {
            Some(Binding::Local(local)) => {
                let value = self.alloc(ExprKind::Local(local), name_span);
                return Ok(Callee::Value(value));
            }
            Some(Binding::Def(def)) => return self.def_callee(def, name, args, span),
            None => {}
        }
        match self.unit.lookup(&name.name, &self.types) {
            Some(Named::Def(def)) => self.def_callee(def, name, args, span),
            Some(Named::Builtin(builtin)) => Ok(Callee::Builtin(builtin)),
            Some(Named::Type(ty)) => self.type_callee(ty, name_span, args, span),
            Some(Named::ConstParam(..) | Named::Module(_)) => {
                let value = self.name(name, name_span);
                Ok(Callee::Value(value))
            }
            None if self.unit.is_variant(&name.name) => Ok(variant(None, name)),
            None => {
                self.unknown_name(name, true);
                Err(self.failed_call(args, span))
            }
        }
    }

    fn def_callee(
        &mut self,
        def: DefId,
        name: &'a ast::Ident,
        args: &'a [ast::Arg],
        span: Span,
    ) -> Result<Callee, ExprId> {
        let found = self.unit.env.def(def).clone();
        match &found.kind {
            DefKind::Fn(_) => Ok(Callee::Fn(def)),
            DefKind::Struct(_) => Ok(Callee::Struct(def, None)),
            DefKind::Global(_) | DefKind::Const(_) => {
                let value = self.def_value(def, name, name.span);
                Ok(Callee::Value(value))
            }
            DefKind::Enum(_) | DefKind::Trait(_) if self.unit.is_variant(&name.name) => {
                Ok(variant(None, name))
            }
            DefKind::Enum(enumeration) => {
                let example = enumeration.variants.first().map(|v| v.name.clone());
                self.unit.diags.push(not_callable(name, "an enum", example));
                Err(self.failed_call(args, span))
            }
            DefKind::Trait(_) => {
                self.unit.diags.push(not_callable(name, "a trait", None));
                Err(self.failed_call(args, span))
            }
            DefKind::ExternType { .. } => {
                let diagnostic = not_callable(name, "a type of C", None);
                self.unit.diags.push(diagnostic);
                Err(self.failed_call(args, span))
            }
        }
    }

    /// `f32(x)` converts, `Stack<i64>()` and `Self(…)` build.
    fn type_callee(
        &mut self,
        ty: Ty,
        name_span: Span,
        args: &'a [ast::Arg],
        span: Span,
    ) -> Result<Callee, ExprId> {
        match ty.kind() {
            TyKind::Adt(def, type_args) if self.is_struct(*def) && *def != DefId::MAP => {
                return Ok(Callee::Struct(*def, Some(type_args.clone())));
            }
            TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char | TyKind::Str => {}
            TyKind::Param(..) => {}
            TyKind::Simd(_, lanes) => return self.vector_callee(ty, lanes, args, span),
            TyKind::Error => return Err(self.failed_call(args, span)),
            _ => {
                let text = ty.display(&*self.unit.env);
                let what = format!("building a `{text}` in this way");
                self.unit.reject(&what, name_span);
                return Err(self.failed_call(args, span));
            }
        }
        match args {
            [arg] if arg.name.is_none() && !arg.is_mut => {
                let value = self.expr(&arg.value);
                let kind = ExprKind::Convert { to: ty, arg: value };
                Err(self.alloc(kind, span))
            }
            _ => {
                let text = ty.display(&*self.unit.env);
                self.unit
                    .diags
                    .push(bad_conversion(&text, args.len(), span));
                Err(self.failed_call(args, span))
            }
        }
    }

    /// `f32x4(a, b, c, d)` builds, `f32x4(v)` converts.
    fn vector_callee(
        &mut self,
        ty: Ty,
        lanes: &Len,
        args: &'a [ast::Arg],
        span: Span,
    ) -> Result<Callee, ExprId> {
        let plain = args.iter().all(|arg| arg.name.is_none() && !arg.is_mut);
        let given = args.len() as u64;
        let kind = match args {
            [arg] if plain => ExprKind::Convert {
                to: ty,
                arg: self.expr(&arg.value),
            },
            _ if plain && *lanes == Len::Known(given) => ExprKind::Vector {
                ty,
                lanes: args.iter().map(|arg| self.expr(&arg.value)).collect(),
            },
            _ => {
                let text = ty.display(&*self.unit.env);
                self.unit
                    .diags
                    .push(bad_lane_count(&text, lanes, args.len(), span));
                return Err(self.failed_call(args, span));
            }
        };
        Err(self.alloc(kind, span))
    }

    /// `Stack<i64>` as a value.
    pub(super) fn constructor_of(&self, ty: Ty) -> Option<ExprKind> {
        match ty.kind() {
            TyKind::Adt(def, args) if self.is_struct(*def) => {
                let callee = Callee::Struct(*def, Some(args.clone()));
                Some(ExprKind::Constructor(callee))
            }
            _ => None,
        }
    }

    /// `Damageable.health`, which takes the value as its first argument.
    fn method_of_trait(&mut self, of: DefId, name: &ast::Ident) -> Option<DefId> {
        let methods = &self.unit.env.trait_def(of).methods;
        let named = |def: &&DefId| self.unit.env.def(**def).name == name.name;
        let found = methods.iter().find(named).copied();
        if found.is_none() {
            let known = methods
                .iter()
                .map(|def| self.unit.env.def(*def).name.as_str());
            let near = nearest(&name.name, known);
            let diagnostic =
                super::trait_errors::no_such_method(name, &self.unit.env.def(of).name, near);
            self.unit.diags.push(diagnostic);
        }
        found
    }

    fn is_struct(&self, def: DefId) -> bool {
        matches!(self.unit.env.def(def).kind, DefKind::Struct(_))
    }

    pub(super) fn method_call(
        &mut self,
        receiver: &'a ast::Expr,
        name: &'a ast::Ident,
        args: &'a [ast::Arg],
        span: Span,
    ) -> ExprId {
        if let Some(null) = self.null_pointer(receiver, name) {
            return self.finish_call(Callee::Fn(null), args, span);
        }
        let Some(subject) = self.subject(receiver) else {
            return self.value_method_call(receiver, name, args, false, span);
        };
        if let Subject::Module(id) = subject {
            return self.module_call(id, name, args, span);
        }
        if let Subject::Bare(def) = subject
            && matches!(self.unit.env.def(def).kind, DefKind::Trait(_))
        {
            return match self.method_of_trait(def, name) {
                Some(method) => self.finish_call(Callee::Fn(method), args, span),
                None => self.failed_call(args, span),
            };
        }
        if let Some(of) = self.variant_of(&subject, &name.name) {
            return self.finish_call(variant(Some(of), name), args, span);
        }
        let Some(ty) = subject.ty() else {
            return self.failed_call(args, span);
        };
        let callee = Callee::Assoc {
            ty,
            name: name.name.clone(),
            name_span: name.span,
        };
        self.finish_call(callee, args, span)
    }

    /// `ptr.null()`, whose pointee is inferred.
    fn null_pointer(&self, receiver: &ast::Expr, name: &ast::Ident) -> Option<DefId> {
        let is_ptr = matches!(&receiver.kind, ast::ExprKind::Name(name) if name.name == "ptr");
        if !is_ptr || name.name != "null" || self.find("ptr").is_some() {
            return None;
        }
        let prelude = self.unit.env.module(ModuleId::PRELUDE);
        prelude.names.get("ptr_null").copied()
    }

    pub(super) fn value_method_call(
        &mut self,
        receiver: &'a ast::Expr,
        name: &'a ast::Ident,
        args: &'a [ast::Arg],
        optional: bool,
        span: Span,
    ) -> ExprId {
        let receiver = self.expr(receiver);
        let args = self.args(args);
        let kind = ExprKind::MethodCall {
            receiver,
            name: name.name.clone(),
            name_span: name.span,
            args,
            optional,
        };
        self.alloc(kind, span)
    }

    fn module_call(
        &mut self,
        module: ModuleId,
        name: &'a ast::Ident,
        args: &'a [ast::Arg],
        span: Span,
    ) -> ExprId {
        let Some(def) = self.unit.member_of_module(module, name) else {
            return self.failed_call(args, span);
        };
        match self.def_callee(def, name, args, span) {
            Ok(callee) => self.finish_call(callee, args, span),
            Err(done) => done,
        }
    }

    /// The enum that `subject` is, if it has a variant of this name.
    fn variant_of(&self, subject: &Subject, name: &str) -> Option<DefId> {
        let def = subject.adt()?;
        match &self.unit.env.def(def).kind {
            DefKind::Enum(of) => of.variants.iter().any(|v| v.name == name).then_some(def),
            _ => None,
        }
    }

    /// `a.b` where `a` may be a module, a type or a value.
    pub(super) fn field(
        &mut self,
        base: &'a ast::Expr,
        name: &'a ast::Ident,
        span: Span,
    ) -> ExprId {
        let Some(subject) = self.subject(base) else {
            return self.value_field(base, name.name.clone(), name.span, false, span);
        };
        if let Subject::Module(id) = subject {
            return match self.unit.member_of_module(id, name) {
                Some(def) => self.def_value(def, name, span),
                None => self.alloc(ExprKind::Error, span),
            };
        }
        if let Some(of) = self.variant_of(&subject, &name.name) {
            let kind = self.bare_variant(Some(of), name);
            return self.alloc(kind, span);
        }
        let (Some(ty), false) = (subject.ty(), self.is_unknown_variant(&subject, name)) else {
            return self.alloc(ExprKind::Error, span);
        };
        let kind = ExprKind::TypeConst {
            ty,
            name: name.name.clone(),
            name_span: name.span,
        };
        self.alloc(kind, span)
    }

    pub(super) fn value_field(
        &mut self,
        base: &'a ast::Expr,
        name: SmolStr,
        name_span: Span,
        optional: bool,
        span: Span,
    ) -> ExprId {
        let base = self.expr(base);
        let kind = ExprKind::Field {
            base,
            name,
            name_span,
            optional,
        };
        self.alloc(kind, span)
    }

    /// Reports `Shape.Cirlce`.
    fn is_unknown_variant(&mut self, subject: &Subject, name: &ast::Ident) -> bool {
        let Some(def) = subject.adt() else {
            return false;
        };
        let found = self.unit.env.def(def).clone();
        let DefKind::Enum(of) = &found.kind else {
            return false;
        };
        let mut functions = self.unit.env.methods(&Head::Adt(def), &name.name);
        if functions.next().is_some() {
            return false;
        }
        let mut diagnostic = Diagnostic::error(
            "unknown-variant",
            format!("`{}` has no variant `{}`", found.name, name.name),
        )
        .at(name.span, "not found")
        .also(found.span, "declared here");
        let names = of.variants.iter().map(|variant| variant.name.as_str());
        if let Some(near) = nearest(&name.name, names.clone()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if of.variants.len() <= 8 {
            let known: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            diagnostic = diagnostic.help(format!("the variants are {}", known.join(", ")));
        }
        self.unit.diags.push(diagnostic);
        true
    }
}

fn variant(of: Option<DefId>, name: &ast::Ident) -> Callee {
    Callee::Variant {
        of,
        name: name.name.clone(),
        name_span: name.span,
    }
}

fn not_callable(name: &ast::Ident, what: &str, variant: Option<SmolStr>) -> Diagnostic {
    let text = &name.name;
    let diagnostic = Diagnostic::error("not-callable", format!("`{text}` is {what}"))
        .at(name.span, "it cannot be called");
    match variant {
        Some(variant) => diagnostic.help(format!("name one of its variants: `{text}.{variant}`")),
        None => diagnostic,
    }
}

fn bad_lane_count(ty: &str, lanes: &Len, given: usize, span: Span) -> Diagnostic {
    let wanted = match lanes {
        Len::Known(count) => {
            format!("`{ty}(…)` takes one plain value for each of its {count} lanes")
        }
        Len::Param(..) | Len::Infer(_) => {
            format!("`{ty}(…)` only converts another vector: its number of lanes is not known here")
        }
    };
    Diagnostic::error("bad-vector", wanted)
        .at(span, format!("{given} are given"))
        .help(format!("`{ty}.splat(x)` gives every lane the value `x`"))
}

fn bad_conversion(ty: &str, given: usize, span: Span) -> Diagnostic {
    let message = if given == 1 {
        format!("`{ty}(…)` takes a plain argument")
    } else {
        format!("`{ty}(…)` converts one value, but {given} are given")
    };
    Diagnostic::error("bad-conversion", message)
        .at(span, "here")
        .help(format!("write `{ty}(x)`"))
}
