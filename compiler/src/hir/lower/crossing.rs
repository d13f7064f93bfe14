//! Which types C knows: what functions of libraries may take and give, and functions of Sumi that C calls.

use rustc_hash::FxHashSet;
use syntax::{Diagnostic, Span, ast};

use super::Unit;
use super::declare::Declared;
use crate::env::{DefId, DefKind, Env, FnOrigin, ModuleId};
use crate::types::{FnTy, Ty, TyKind};

/// Who has the other side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Sumi calls C, which text and arrays are prepared for.
    Out,
    /// C calls Sumi, or either of them the other.
    In,
}

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Value,
    Mut,
    Result,
}

impl Unit<'_> {
    /// The signatures of functions of C libraries, and of those that C calls. A host's are Rust's, which knows text and arrays.
    pub(super) fn check_crossing(&mut self, tree: &ast::Module, declared: &Declared) {
        for (item, found) in tree.items.iter().zip(&declared.items) {
            match &item.kind {
                ast::ItemKind::Extern(block)
                    if !matches!(block.library, ast::ExternLibrary::Host)
                        && self.module != ModuleId::PRELUDE =>
                {
                    for (function, def) in block.fns.iter().zip(&found.defs) {
                        self.check_signature(&function.decl, *def, Way::Out);
                    }
                }
                ast::ItemKind::ExternType(decl) => self.check_release(decl),
                ast::ItemKind::Fn(decl) if decl.is_extern => {
                    for def in &found.defs {
                        self.check_for_c(decl, *def);
                    }
                }
                _ => {}
            }
            if let ast::ItemKind::Extern(block) = &item.kind {
                for decl in &block.types {
                    self.check_release(decl);
                }
            }
        }
    }

    /// What gives a handle back is a function from outside.
    fn check_release(&mut self, decl: &ast::ExternType) {
        let Some(release) = &decl.drop else { return };
        let names = &self.env.module(self.module).names;
        let Some(def) = names
            .get(&release.name)
            .and_then(|def| self.env.try_def(*def))
        else {
            return;
        };
        let is_foreign =
            matches!(&def.kind, DefKind::Fn(function) if function.origin != FnOrigin::Sumi);
        if !is_foreign {
            let report = release_of_sumi(&release.name, release.span, def.span);
            self.diags.push(report);
        }
    }

    fn check_for_c(&mut self, decl: &ast::FnDecl, def: DefId) {
        if let Some(generic) = decl.generics.first() {
            let message = "C knows no type parameters";
            self.diags.push(
                Diagnostic::error("not-of-c", message).at(generic.name.span, "in a function for C"),
            );
            return;
        }
        self.check_signature(decl, def, Way::In);
        if decl.result.is_none() && matches!(decl.body, Some(ast::FnBody::Expr(_))) {
            let message = "a function for C says what it gives";
            self.diags.push(
                Diagnostic::error("not-of-c", message)
                    .at(decl.head_span, "its result has no type here")
                    .help("write it before the `=`: `-> i32`; or a body in braces, which gives nothing"),
            );
        }
    }

    fn check_signature(&mut self, decl: &ast::FnDecl, def: DefId, way: Way) {
        let function = self.env.function(def);
        let mut found: Vec<(Ty, Span, Position)> = Vec::new();
        for (param, declared) in function.params.iter().zip(&decl.params) {
            let span = declared
                .ty
                .as_ref()
                .map_or(declared.name.span, |ty| ty.span);
            found.push((param.ty, span, position(param.is_mut)));
        }
        if let (Some(ret), Some(result)) = (function.ret, &decl.result) {
            found.push((ret, result.ty.span, Position::Result));
        }
        for (ty, span, position) in found {
            self.check_type(ty, span, position, way);
        }
    }

    /// The types `extern fn(…)` that were written anywhere.
    pub(super) fn check_c_types(&mut self) {
        for (ty, span) in std::mem::take(&mut self.c_types) {
            let TyKind::CFn(FnTy { params, ret }) = ty.kind() else {
                continue;
            };
            for param in params {
                self.check_type(param.ty, span, position(param.is_mut), Way::In);
            }
            self.check_type(*ret, span, Position::Result, Way::In);
        }
    }

    fn check_type(&mut self, ty: Ty, span: Span, position: Position, way: Way) {
        let sent = way == Way::Out && position != Position::Result;
        let crosses = match ty.kind() {
            TyKind::Str => sent && position == Position::Value,
            TyKind::Array(elem) => sent && is_of_c(self.env, *elem),
            TyKind::Never => way == Way::Out && position == Position::Result,
            // Counted by Sumi, and C's pointer only where Sumi calls.
            _ if self.env.is_handle(ty) => way == Way::Out && position != Position::Mut,
            TyKind::Adt(DefId::OPTION, args) if self.env.is_handle(args[0]) => {
                way == Way::Out && position == Position::Result
            }
            _ => ty.is_unit() || is_of_c(self.env, ty),
        };
        if !crosses {
            let shown = ty.display(&*self.env);
            let report = Diagnostic::error("not-of-c", format!("C knows no `{shown}`"));
            let report = report.at(span, "in a function of C");
            let report = report.help(self.instead(ty, position, way));
            self.diags.push(report);
        }
    }

    fn instead(&self, ty: Ty, position: Position, way: Way) -> &'static str {
        let inner = ty.option_of();
        match ty.kind() {
            _ if inner.is_some_and(|inner| *inner.kind() == TyKind::CStr) => {
                "take a `ptr<u8>`, which may be `ptr.null()`"
            }
            _ if self.env.is_handle(ty) => {
                "a handle goes to C as an argument and comes from there as a result; elsewhere write the `ptr<T>` that it is to C"
            }
            TyKind::Str | TyKind::Array(_) if way == Way::In && position == Position::Result => {
                "text and arrays go to C as arguments of a call only"
            }
            TyKind::Str if position == Position::Mut => {
                "a text does not change; C writes into bytes: `mut buffer: [u8]`"
            }
            TyKind::Str => "C gives a `cstr`; `str(x)` copies its text",
            TyKind::Array(_) => "C gives a `ptr<T>`, and says how many in some other way",
            TyKind::Fn(_) => {
                "C calls an `extern fn`: write the type `extern fn(…)`, and pass a function that is declared so"
            }
            _ if way == Way::In => {
                "numbers, `bool`, `ptr<T>`, `cstr`, `extern fn(…)` and structs of these cross"
            }
            _ => {
                "numbers, `bool`, `ptr<T>`, `cstr`, `extern type` and structs of these cross; arguments may also be `str` and `[T]` of these"
            }
        }
    }
}

fn release_of_sumi(name: &str, span: Span, declared: Span) -> Diagnostic {
    Diagnostic::error("not-of-c", format!("`{name}` is no `extern` function"))
        .at(span, "called when the last copy of a handle is gone, where no code of Sumi may run")
        .also(declared, "declared here")
        .help("name the function of the library that gives the handle back, declared in an `extern` block")
}

fn position(is_mut: bool) -> Position {
    match is_mut {
        true => Position::Mut,
        false => Position::Value,
    }
}

/// Whether values of the type lie in memory as C has them.
fn is_of_c(env: &Env, ty: Ty) -> bool {
    let mut seen: FxHashSet<Ty> = FxHashSet::default();
    let mut pending = vec![ty];
    while let Some(ty) = pending.pop() {
        if !seen.insert(ty) {
            continue;
        }
        match ty.kind() {
            TyKind::Int(_)
            | TyKind::Float(_)
            | TyKind::Bool
            | TyKind::Char
            | TyKind::Ptr(_)
            | TyKind::CFn(_)
            | TyKind::CStr
            | TyKind::Simd(..)
            // Reported already.
            | TyKind::Error
            | TyKind::Infer(_) => {}
            TyKind::FixedArray(elem, _) => pending.push(*elem),
            TyKind::Adt(def, args) => match &env.def(*def).kind {
                DefKind::Struct(_) if !matches!(*def, DefId::MAP | DefId::SET) => {
                    pending.extend(env.all_fields(*def).map(|field| field.ty.subst(args)));
                }
                _ => return false,
            },
            TyKind::Str
            | TyKind::Array(_)
            | TyKind::Tuple(_)
            | TyKind::Fn(_)
            | TyKind::Any(..)
            | TyKind::Param(..)
            | TyKind::Never => return false,
        }
    }
    true
}
