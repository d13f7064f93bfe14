//! Which types C knows: what functions of libraries may take and give.

use rustc_hash::FxHashSet;
use syntax::{Diagnostic, Span, ast};

use super::Unit;
use super::declare::Declared;
use crate::env::{DefId, DefKind, Env, ModuleId};
use crate::types::{Ty, TyKind};

impl Unit<'_> {
    /// The signatures of functions of C libraries. A host's are Rust's, which knows text and arrays.
    pub(super) fn check_crossing(&mut self, tree: &ast::Module, declared: &Declared) {
        for (item, found) in tree.items.iter().zip(&declared.items) {
            let ast::ItemKind::Extern(block) = &item.kind else {
                continue;
            };
            if matches!(block.library, ast::ExternLibrary::Host) || self.module == ModuleId::PRELUDE
            {
                continue;
            }
            for (function, def) in block.fns.iter().zip(&found.defs) {
                self.check_signature(&function.decl, *def);
            }
        }
    }

    fn check_signature(&mut self, decl: &ast::FnDecl, def: DefId) {
        let function = self.env.function(def);
        let mut found: Vec<(Ty, Span, bool)> = Vec::new();
        for (param, declared) in function.params.iter().zip(&decl.params) {
            let span = declared
                .ty
                .as_ref()
                .map_or(declared.name.span, |ty| ty.span);
            found.push((param.ty, span, false));
        }
        if let (Some(ret), Some(result)) = (function.ret, &decl.result) {
            found.push((ret, result.ty.span, true));
        }
        for (ty, span, is_result) in found {
            let crosses = match ty.kind() {
                TyKind::Str => !is_result,
                TyKind::Array(elem) => !is_result && is_of_c(self.env, *elem),
                TyKind::Never => is_result,
                _ => ty.is_unit() || is_of_c(self.env, ty),
            };
            if !crosses {
                let report = not_of_c(&ty.display(&*self.env), ty, span, is_result);
                self.diags.push(report);
            }
        }
    }
}

fn not_of_c(shown: &str, ty: Ty, span: Span, is_result: bool) -> Diagnostic {
    let help = match (
        ty.kind(),
        ty.option_of().map(|inner| *inner.kind() == TyKind::CStr),
    ) {
        (_, Some(true)) => "take a `ptr<u8>`, which may be `ptr.null()`",
        (TyKind::Str, _) => "C gives a `cstr`; `str(x)` copies its text",
        (TyKind::Array(_), _) if is_result => {
            "C gives a `ptr<T>`, and says how many in some other way"
        }
        _ => {
            "numbers, `bool`, `ptr<T>`, `cstr`, `extern type` and structs of these cross; arguments may also be `str` and `[T]` of these"
        }
    };
    Diagnostic::error("not-of-c", format!("C knows no `{shown}`"))
        .at(span, "in a function of C")
        .help(help)
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
            | TyKind::CStr
            | TyKind::Simd(..)
            // Reported already.
            | TyKind::Fn(_)
            | TyKind::Error
            | TyKind::Infer(_) => {}
            TyKind::FixedArray(elem, _) => pending.push(*elem),
            TyKind::Adt(def, args) => match &env.def(*def).kind {
                DefKind::ExternType { .. } => {}
                DefKind::Struct(_) if !matches!(*def, DefId::MAP | DefId::SET) => {
                    pending.extend(env.all_fields(*def).map(|field| field.ty.subst(args)));
                }
                _ => return false,
            },
            TyKind::Str
            | TyKind::Array(_)
            | TyKind::Tuple(_)
            | TyKind::Any(..)
            | TyKind::Param(..)
            | TyKind::Never => return false,
        }
    }
    true
}
