//! Names in expressions: locals, then what the module knows, then a message that helps.

use smol_str::SmolStr;
use syntax::{Diagnostic, Span, ast};

use super::body::{Binding, BodyKind, BodyLowering};
use crate::env::{DefId, DefKind, GlobalOrigin, Head, ModuleId};
use crate::hir::resolve::{Named, is_standard_module, nearest, teach_value};
use crate::hir::{Arg, Builtin, Callee, ClosureParam, ExprId, ExprKind, Local, PatKind};
use crate::types::{Len, Ty, TyKind};

/// A unit with more errors than this gets no more guesses of what was meant.
const MOST_SUGGESTIONS: usize = 100;

/// What stands before a `.` and is not a value.
pub(super) enum Subject {
    Module(ModuleId),
    /// A struct, enum or extern type whose type arguments are not written.
    Bare(DefId),
    Type(Ty),
}

impl Subject {
    pub(super) fn ty(&self) -> Option<Ty> {
        match self {
            Subject::Module(_) => None,
            Subject::Bare(def) => Some(Ty::new(TyKind::Adt(*def, Vec::new()))),
            Subject::Type(ty) => Some(*ty),
        }
    }

    pub(super) fn adt(&self) -> Option<DefId> {
        match self.ty()?.kind() {
            TyKind::Adt(def, _) => Some(*def),
            _ => None,
        }
    }
}

impl<'a> BodyLowering<'_, 'a> {
    /// The module or type that an expression names, if it does not name a value.
    pub(super) fn subject(&mut self, expr: &'a ast::Expr) -> Option<Subject> {
        match &expr.kind {
            ast::ExprKind::Name(name) => {
                if self.find(&name.name).is_some() {
                    return None;
                }
                match self.unit.lookup(&name.name, &self.types)? {
                    Named::Module(id) => Some(Subject::Module(id)),
                    Named::Type(ty) => Some(Subject::Type(ty)),
                    Named::Def(def) => self.is_type(def).then_some(Subject::Bare(def)),
                    Named::ConstParam(..) | Named::Builtin(_) => None,
                }
            }
            ast::ExprKind::Field { base, name } => match self.subject(base)? {
                Subject::Module(id) => {
                    if let Some(inner) = self.unit.public_module(id, &name.name) {
                        return Some(Subject::Module(inner));
                    }
                    let def = self.unit.public_name(id, &name.name)?;
                    self.is_type(def).then_some(Subject::Bare(def))
                }
                Subject::Bare(_) | Subject::Type(_) => None,
            },
            ast::ExprKind::TypePath { path, args } => {
                let ty = self
                    .unit
                    .resolve_type_path(path, args, expr.span, &self.types);
                Some(Subject::Type(ty))
            }
            _ => None,
        }
    }

    fn is_type(&self, def: DefId) -> bool {
        matches!(
            self.unit.env.def(def).kind,
            DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. } | DefKind::Trait(_)
        )
    }

    pub(super) fn name(&mut self, name: &ast::Ident, span: Span) -> ExprId {
        match self.find(&name.name) {
            Some(Binding::Local(local)) => return self.alloc(ExprKind::Local(local), span),
            Some(Binding::Def(def)) => return self.def_value(def, name, span),
            None => {}
        }
        let kind = match self.unit.lookup(&name.name, &self.types) {
            Some(Named::Def(def)) => return self.def_value(def, name, span),
            Some(Named::Builtin(Builtin::None)) => ExprKind::Call {
                callee: Callee::Builtin(Builtin::None),
                args: Vec::new(),
            },
            Some(Named::Builtin(builtin)) => self.builtin_value(builtin, name, span),
            Some(Named::ConstParam(index, param)) => ExprKind::TypeConst {
                ty: Ty::new(TyKind::FixedArray(Ty::unit(), Len::Param(index, param))),
                name: "len".into(),
                name_span: span,
            },
            Some(Named::Type(_)) => {
                self.unit.diags.push(type_as_value(&name.name, span));
                ExprKind::Error
            }
            Some(Named::Module(_)) => {
                self.unit.diags.push(module_as_value(&name.name, span));
                ExprKind::Error
            }
            None if self.unit.is_variant(&name.name) => self.bare_variant(None, name),
            None => {
                self.unknown_name(name, false);
                ExprKind::Error
            }
        };
        self.alloc(kind, span)
    }

    pub(super) fn bare_variant(&self, of: Option<DefId>, name: &ast::Ident) -> ExprKind {
        ExprKind::Constructor(Callee::Variant {
            of,
            name: name.name.clone(),
            name_span: name.span,
        })
    }

    /// `xs.map(some)` is `xs.map(|x| some(x))`.
    fn builtin_value(&mut self, builtin: Builtin, name: &ast::Ident, span: Span) -> ExprKind {
        let param = self.new_local(Local {
            name: SmolStr::new_static("x"),
            span,
            is_var: false,
            is_ref: false,
            ty: None,
        });
        let pat = self.alloc_pat(PatKind::Bind(param), span);
        let value = self.alloc(ExprKind::Local(param), span);
        if builtin == Builtin::Assert {
            self.unit.diags.push(assert_as_value(name));
        }
        let args = vec![Arg {
            name: None,
            is_mut: false,
            value,
        }];
        let callee = Callee::Builtin(builtin);
        let body = self.alloc(ExprKind::Call { callee, args }, span);
        ExprKind::Closure {
            params: vec![ClosureParam { pat, ty: None }],
            ret: None,
            body,
        }
    }

    /// A definition used as a value.
    pub(super) fn def_value(&mut self, def: DefId, name: &ast::Ident, span: Span) -> ExprId {
        let kind = match &self.unit.env.def(def).kind {
            DefKind::Fn(_) => ExprKind::Fn(def),
            DefKind::Global(global)
                if global.origin == GlobalOrigin::Hidden
                    && name.name == "it"
                    && self.kind != BodyKind::Cell =>
            {
                self.unit.diags.push(passing_value(name));
                ExprKind::Error
            }
            DefKind::Global(_) => ExprKind::Global(self.bound_global(def, name)),
            DefKind::Const(_) => ExprKind::Const(def),
            DefKind::Struct(_) => ExprKind::Constructor(Callee::Struct(def, None)),
            DefKind::Enum(_) | DefKind::Trait(_) | DefKind::ExternType { .. } => {
                // `Point` may be a variant and a type.
                if self.unit.is_variant(&name.name) {
                    self.bare_variant(None, name)
                } else {
                    self.unit.diags.push(type_as_value(&name.name, span));
                    ExprKind::Error
                }
            }
        };
        // What the name meant before this unit may be something other than a global.
        if let ExprKind::Global(other) = kind
            && other != def
        {
            return self.def_value(other, name, span);
        }
        self.alloc(kind, span)
    }

    /// In a cell, a global that is not bound yet means what its name meant in earlier units.
    fn bound_global(&mut self, def: DefId, name: &ast::Ident) -> DefId {
        if self.kind != BodyKind::Cell || self.closure_depth > 0 {
            return def;
        }
        match self.unit.not_bound.get(&def) {
            Some(Some(before)) => *before,
            Some(None) => {
                let declared = self.unit.env.def(def).span;
                self.unit.diags.push(use_before_binding(name, declared));
                def
            }
            None => def,
        }
    }

    pub(super) fn unknown_name(&mut self, name: &ast::Ident, called: bool) {
        if !self.unit.first_report(&name.name) {
            return;
        }
        let what = if called { "function" } else { "name" };
        let mut diagnostic = Diagnostic::error(
            "unknown-name",
            format!("there is no {what} `{}`", name.name),
        )
        .at(name.span, "not found");
        let text = &name.name;
        if let Some(number) = text.strip_prefix('$') {
            diagnostic = diagnostic.help(format!(
                "`{text}` is the value of entry {number} of a REPL, if that has one; elsewhere a value gets its name by `let`"
            ));
        } else if text == "self" {
            diagnostic = diagnostic
                .help("only methods, `fn name(self, …)` inside an `impl`, have a receiver");
        } else if self.being_bound.contains(text) && self.closure_depth > 0 {
            diagnostic = diagnostic.help(format!(
                "a closure does not know its own name; what calls itself is a function: `fn {text}(…) {{ … }}`"
            ));
        } else if self.being_bound.contains(text) {
            diagnostic = diagnostic.help(format!(
                "`{text}` is known from the next statement on; a line that ends with an operator goes on in the line below"
            ));
        } else if self.types.self_ty.is_some() && self.is_member_of_self(text) {
            diagnostic = diagnostic.help(format!("the member is `self.{text}`"));
        } else if called && self.is_method_of_self(text) {
            diagnostic = diagnostic.help(format!("the method is `self.{text}(…)`"));
        } else if let Some(help) = self.unit.in_imported_module(text) {
            diagnostic = diagnostic.help(help);
        } else if let Some(taught) = teach_value(text) {
            diagnostic = diagnostic.help(taught);
        } else if is_standard_module(text) {
            diagnostic = diagnostic.help(format!("write `import {text}` at the top of the file"));
        } else if called && self.unit.env.has_method(text) {
            diagnostic = diagnostic.help(format!("it is a method: `x.{text}(…)`"));
        } else if let Some(near) = self.near_name(text, called) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.unit.diags.push(diagnostic);
    }

    /// `x = 3` of a variable that nobody declared.
    pub(super) fn undeclared_variable(&mut self, name: &ast::Ident) {
        if !self.unit.first_report(&name.name) {
            return;
        }
        let text = &name.name;
        let message = format!("there is no variable `{text}`");
        let diagnostic = Diagnostic::error("unknown-name", message).at(name.span, "not found");
        let diagnostic = if self.types.self_ty.is_some() && self.is_member_of_self(text) {
            diagnostic.help(format!("the member is `self.{text}`"))
        } else if let Some(near) = self.near_name(text, false) {
            diagnostic.help(format!("did you mean `{near}`?"))
        } else {
            diagnostic.help(format!("declare it: `var {text} = …`"))
        };
        self.unit.diags.push(diagnostic);
    }

    fn is_member_of_self(&self, name: &str) -> bool {
        let Some(TyKind::Adt(def, _)) = self.types.self_ty.map(Ty::kind) else {
            return false;
        };
        match &self.unit.env.def(*def).kind {
            DefKind::Struct(def) => def.fields.iter().any(|field| field.name == name),
            _ => false,
        }
    }

    fn is_method_of_self(&self, name: &str) -> bool {
        let head = self.types.self_ty.and_then(Head::of);
        head.is_some_and(|head| self.unit.env.methods(&head, name).next().is_some())
    }

    fn near_name(&self, name: &str, called: bool) -> Option<SmolStr> {
        // Who has so many errors needs no more suggestions, each of which looks at every name.
        if self.unit.diags.len() > MOST_SUGGESTIONS {
            return None;
        }
        let mut known = self.local_names();
        known.extend(self.unit.visible_names(|def| match &def.kind {
            DefKind::Fn(_) | DefKind::Struct(_) => true,
            DefKind::Global(_) | DefKind::Const(_) => !called,
            DefKind::Enum(_) | DefKind::Trait(_) | DefKind::ExternType { .. } => !called,
        }));
        let builtins = [
            "print", "eprint", "assert", "panic", "none", "some", "ok", "err",
        ];
        let names = known.iter().map(SmolStr::as_str).chain(builtins);
        nearest(name, names).map(SmolStr::new)
    }
}

impl super::Unit<'_> {
    pub(super) fn is_variant(&self, name: &str) -> bool {
        self.env.enums_with_variant(name).next().is_some()
    }
}

pub(super) fn type_as_value(name: &str, span: Span) -> Diagnostic {
    let is_conversion = name.starts_with(|c: char| c.is_lowercase());
    Diagnostic::error("not-a-value", format!("`{name}` is a type, not a value"))
        .at(span, "a value is needed here")
        .help(match is_conversion {
            true => format!("the function that converts is `|x| {name}(x)`"),
            false => format!("a value of the type is built by `{name}(…)`"),
        })
}

fn assert_as_value(name: &ast::Ident) -> Diagnostic {
    Diagnostic::error("not-a-value", "`assert` cannot be a value")
        .at(name.span, "it is only called")
        .help("write a closure: `|x| assert(x)`")
}

fn module_as_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("not-a-value", format!("`{name}` is a module, not a value"))
        .at(span, "a value is needed here")
        .help(format!("its definitions are reached as `{name}.thing`"))
}

/// A function can be compiled again, when `it` is another value.
fn passing_value(name: &ast::Ident) -> Diagnostic {
    Diagnostic::error(
        "not-a-value",
        "`it` is another value after each entry, so a function cannot use it",
    )
    .at(name.span, "the value of the last entry")
    .help("write the number of the entry, as in `$3`, or bind the value with `let`")
}

fn use_before_binding(name: &ast::Ident, declared: Span) -> Diagnostic {
    let text = &name.name;
    Diagnostic::error(
        "use-before-binding",
        format!("`{text}` is used before it is bound"),
    )
    .at(name.span, "it has no value yet")
    .also(declared, "it gets its value here")
}
