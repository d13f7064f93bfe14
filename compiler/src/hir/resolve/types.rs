//! Type expressions to `Ty`.

use syntax::{Diagnostic, Span, ast};

use super::suggest::{nearest, teach_type};
use super::{Named, TypeScope, scalar, vector};
use crate::env::{DefId, DefKind, ModuleId};
use crate::hir::AppliedType;
use crate::hir::lower::{BUILT_IN_TRAITS, LocalName, NotKnown, Unit};
use crate::types::{FnParam, FnTy, Len, Ty, TyKind};

/// Constants may refer to constants; a chain longer than this is a circle.
const LONGEST_CONST_CHAIN: u32 = 64;

impl<'a> Unit<'a> {
    /// The type of a value that is written; `Ty::error()` after a diagnostic.
    pub(crate) fn resolve_type(&mut self, ty: &ast::Type, scope: &TypeScope) -> Ty {
        let found = self.resolve_result(ty, scope);
        if found.is_never() {
            self.diags.push(never_has_no_values(ty.span));
            return Ty::error();
        }
        found
    }

    /// As [`Unit::resolve_type`], for the result of a function, which may be `never`.
    pub(crate) fn resolve_result(&mut self, ty: &ast::Type, scope: &TypeScope) -> Ty {
        match &ty.kind {
            ast::TypeKind::Path { path, args } => {
                self.resolve_type_path(path, args, ty.span, scope)
            }
            ast::TypeKind::Tuple(parts) => {
                Ty::tuple(parts.iter().map(|p| self.resolve_type(p, scope)).collect())
            }
            ast::TypeKind::Array(elem) => Ty::array(self.resolve_type(elem, scope)),
            ast::TypeKind::FixedArray { element, len } => {
                let element = self.resolve_type(element, scope);
                match self.resolve_len(len, scope) {
                    Some(len) => Ty::new(TyKind::FixedArray(element, len)),
                    None => Ty::error(),
                }
            }
            ast::TypeKind::Map { key, value } => {
                let key = self.resolve_type(key, scope);
                Ty::map(key, self.resolve_type(value, scope))
            }
            ast::TypeKind::Optional(inner) => Ty::option(self.resolve_type(inner, scope)),
            ast::TypeKind::Fallible(inner) => {
                Ty::result(self.resolve_type(inner, scope), Ty::error_type())
            }
            ast::TypeKind::Fn(fn_ty) => self.resolve_fn_type(fn_ty, ty.span, scope),
            ast::TypeKind::Any(bound) => self.resolve_any(bound, ty.span, scope),
            ast::TypeKind::Const(len) => match self.resolve_len(len, scope) {
                Some(len) => Ty::new(TyKind::FixedArray(Ty::unit(), len)),
                None => Ty::error(),
            },
            ast::TypeKind::Paren(inner) => self.resolve_type(inner, scope),
            ast::TypeKind::Error => Ty::error(),
        }
    }

    /// `any Trait`. Whether the trait is fit for it is asked when its methods are known.
    fn resolve_any(&mut self, bound: &ast::TraitRef, span: Span, scope: &TypeScope) -> Ty {
        let name = bound.path.segments.last().map_or("", ast::Ident::as_str);
        let is_own = |unit: &Self| match unit.lookup(name, scope) {
            Some(Named::Def(def)) => unit.env.as_built_in(def).is_none(),
            _ => false,
        };
        if BUILT_IN_TRAITS.contains(&name) && !is_own(self) {
            self.diags.push(any_of_built_in(name, span));
            return Ty::error();
        }
        let Some((def, args)) = self.trait_ref(bound, scope) else {
            return Ty::error();
        };
        let TyKind::Tuple(args) = args.kind() else {
            panic!("compiler bug: the arguments of a trait are no tuple");
        };
        self.any_types.push((def, span));
        Ty::new(TyKind::Any(def, args.clone()))
    }

    fn resolve_fn_type(&mut self, fn_ty: &ast::FnType, span: Span, scope: &TypeScope) -> Ty {
        let params = fn_ty
            .params
            .iter()
            .map(|param| FnParam {
                is_mut: param.is_mut,
                ty: self.resolve_type(&param.ty, scope),
            })
            .collect();
        let ret = match &fn_ty.result {
            Some(result) => self.resolve_result(result, scope),
            None => Ty::unit(),
        };
        let function = FnTy { params, ret };
        if !fn_ty.is_extern {
            return Ty::new(TyKind::Fn(function));
        }
        let ty = Ty::new(TyKind::CFn(function));
        self.c_types.push((ty, span));
        ty
    }

    /// A path with type arguments, in a type or before the `(` of a constructor.
    pub(crate) fn resolve_type_path(
        &mut self,
        path: &ast::Path,
        args: &[ast::Type],
        span: Span,
        scope: &TypeScope,
    ) -> Ty {
        let args: Vec<Ty> = args.iter().map(|a| self.resolve_type(a, scope)).collect();
        let def = match path.segments.as_slice() {
            [name] if name.name == "ptr" => return self.pointer_type(args, span),
            [name] => match self.lookup(&name.name, scope) {
                Some(Named::Type(ty)) => return self.without_type_args(ty, &args, span),
                Some(Named::ConstParam(index, name)) => {
                    return Ty::new(TyKind::FixedArray(Ty::unit(), Len::Param(index, name)));
                }
                Some(Named::Def(def)) => match scalar(&name.name).or_else(|| vector(&name.name)) {
                    // A function of that name has been refused where it is declared.
                    Some(ty) => return self.without_type_args(ty, &args, span),
                    None => def,
                },
                None if name.name == "Simd" => return self.vector_type(&args, span),
                Some(Named::Module(_) | Named::Builtin(_)) | None => {
                    self.unknown_type(name, scope);
                    return Ty::error();
                }
            },
            [first, .., name] => match self.module_before(&path.segments, scope) {
                Some(module) => match self.member_of_module(module, name) {
                    Some(def) => def,
                    None => return Ty::error(),
                },
                None => {
                    if self.first_report(&first.name) {
                        self.diags.push(unknown_module(first));
                    }
                    return Ty::error();
                }
            },
            [] => return Ty::error(),
        };
        self.apply_type_args(def, args, (path, span), scope)
    }

    fn apply_type_args(
        &mut self,
        def: DefId,
        args: Vec<Ty>,
        (path, span): (&ast::Path, Span),
        scope: &TypeScope,
    ) -> Ty {
        // Functions and constants of this unit may have no signature yet; types always have one.
        let Some(found) = self.env.try_def(def).cloned() else {
            let name = path.segments.last().map_or("", ast::Ident::as_str);
            self.diags.push(not_a_type(name, span));
            return Ty::error();
        };
        let wanted = match &found.kind {
            DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. } => {
                self.env.generics_of(def).len()
            }
            DefKind::Trait(_) => {
                self.diags.push(trait_as_type(&found.name, span));
                return Ty::error();
            }
            DefKind::Const(constant) if constant.int_value.is_some() => {
                // `Grid<SIZE>`: a constant as a length argument.
                let length = constant.int_value.and_then(|n| u64::try_from(n).ok());
                let length = Len::Known(length.unwrap_or(0));
                return Ty::new(TyKind::FixedArray(Ty::unit(), length));
            }
            DefKind::Fn(_) | DefKind::Global(_) | DefKind::Const(_) => {
                let report = not_a_type(&found.name, span);
                self.diags.push(report.also(found.span, "declared here"));
                return Ty::error();
            }
        };
        if wanted != args.len() {
            let diagnostic = wrong_type_args(&found.name, wanted, args.len(), span);
            self.diags.push(match def {
                DefId::RESULT => {
                    diagnostic.help("`T!` is a result whose error is the library's `Error`")
                }
                DefId::OPTION => diagnostic.help("an optional is written `T?`"),
                _ if found.module == ModuleId::PRELUDE => diagnostic,
                _ => diagnostic.also(found.span, "declared here"),
            });
            return Ty::error();
        }
        if wanted > 0 {
            self.applied.push(AppliedType {
                def,
                args: args.clone(),
                span,
                generics: scope.generics.clone(),
            });
        }
        Ty::new(TyKind::Adt(def, args))
    }

    fn without_type_args(&mut self, ty: Ty, args: &[Ty], span: Span) -> Ty {
        if args.is_empty() {
            return ty;
        }
        let name = ty.display(&*self.env);
        self.diags.push(wrong_type_args(&name, 0, args.len(), span));
        Ty::error()
    }

    fn pointer_type(&mut self, args: Vec<Ty>, span: Span) -> Ty {
        match args.as_slice() {
            [inner] => Ty::new(TyKind::Ptr(*inner)),
            _ => {
                self.diags.push(wrong_type_args("ptr", 1, args.len(), span));
                Ty::error()
            }
        }
    }

    /// `Simd<T, N>`: what generic code calls a vector.
    fn vector_type(&mut self, args: &[Ty], span: Span) -> Ty {
        let [lane, lanes] = args else {
            self.diags
                .push(wrong_type_args("Simd", 2, args.len(), span));
            return Ty::error();
        };
        let TyKind::FixedArray(_, len) = lanes.kind() else {
            self.diags.push(bad_lanes(span));
            return Ty::error();
        };
        let may_be_lane = lane.is_numeric()
            || matches!(
                lane.kind(),
                TyKind::Bool | TyKind::Param(..) | TyKind::Error
            );
        if !may_be_lane || !matches!(len, Len::Known(2 | 4 | 8 | 16) | Len::Param(..)) {
            self.diags.push(bad_lanes(span));
            return Ty::error();
        }
        Ty::new(TyKind::Simd(*lane, len.clone()))
    }

    fn unknown_type(&mut self, name: &ast::Ident, scope: &TypeScope) {
        if !self.first_report(&name.name) {
            return;
        }
        let mut diagnostic =
            Diagnostic::error("unknown-type", format!("there is no type `{}`", name.name))
                .at(name.span, "not found");
        if let Some(help) = self.in_imported_module(&name.name) {
            diagnostic = diagnostic.help(help);
        } else if let Some(taught) = teach_type(&name.name) {
            diagnostic = diagnostic.help(taught);
        } else if name.name.len() == 1 && name.is_upper() {
            let name = &name.name;
            diagnostic = diagnostic.help(format!(
                "a type parameter is declared: `fn f<{name}>(…)`, `struct S<{name}> {{ … }}`, `impl<{name}> S<{name}> {{ … }}`"
            ));
        } else if is_like_a_vector(&name.name) {
            diagnostic = diagnostic.help("vectors have 2, 4, 8 or 16 lanes: `f32x4`, `boolx8`");
        } else {
            let mut known = self.visible_names(|def| {
                matches!(
                    def.kind,
                    DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. }
                )
            });
            known.extend(scope.generics.iter().map(|generic| generic.name.clone()));
            let scalars = [
                "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool", "char",
                "str",
            ];
            let names = known.iter().map(|name| name.as_str()).chain(scalars);
            if let Some(near) = nearest(&name.name, names) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
        }
        self.diags.push(diagnostic);
    }

    fn resolve_len(&mut self, len: &ast::Expr, scope: &TypeScope) -> Option<Len> {
        if let ast::ExprKind::Name(name) = &len.kind
            && let Some(Named::ConstParam(index, name)) = self.lookup(&name.name, scope)
        {
            return Some(Len::Param(index, name));
        }
        let value = match self.int_const(len, scope, 0) {
            Some(value) => Ok(value),
            None => (self.early)(len, &self.local_names(scope)),
        };
        match value.map(u64::try_from) {
            Ok(Ok(length)) => Some(Len::Known(length)),
            Ok(Err(_)) => {
                self.diags.push(
                    Diagnostic::error("bad-length", "the length of an array cannot be negative")
                        .at(len.span, "this is less than 0"),
                );
                None
            }
            Err(NotKnown::BeforeRunning) => {
                self.diags.push(
                    Diagnostic::error("bad-length", "the length of an array must be a constant")
                        .at(len.span, "not known before running")
                        .help("`[T]` is an array that grows; its length is not part of its type"),
                );
                None
            }
            Err(NotKnown::Because(diagnostic)) => {
                self.diags.push(*diagnostic);
                None
            }
            Err(NotKnown::Reported) => None,
        }
    }

    /// The type parameters and the constants of the bodies around, the innermost last.
    fn local_names(&self, scope: &TypeScope) -> Vec<LocalName<'a>> {
        let params = scope.generics.iter();
        let params = params.map(|generic| (generic.name.clone(), None));
        let constants = scope.consts.iter();
        let value = |def| self.const_exprs.get(def).copied();
        params
            .chain(constants.map(|(name, def)| (name.clone(), value(def))))
            .collect()
    }

    /// The value of plain arithmetic on integer literals and constants.
    pub(crate) fn int_const(
        &self,
        expr: &ast::Expr,
        scope: &TypeScope,
        depth: u32,
    ) -> Option<i128> {
        if depth > LONGEST_CONST_CHAIN {
            return None;
        }
        match &expr.kind {
            ast::ExprKind::Int(value) => i128::try_from(*value).ok(),
            ast::ExprKind::Paren(inner) => self.int_const(inner, scope, depth + 1),
            ast::ExprKind::Unary {
                op: ast::UnaryOp::Neg,
                operand,
                ..
            } => self.int_const(operand, scope, depth + 1)?.checked_neg(),
            ast::ExprKind::Binary {
                op, left, right, ..
            } => {
                let left = self.int_const(left, scope, depth + 1)?;
                let right = self.int_const(right, scope, depth + 1)?;
                fold(*op, left, right)
            }
            ast::ExprKind::Name(name) => match self.lookup(&name.name, scope)? {
                Named::Def(def) => match self.const_exprs.get(&def) {
                    Some(expr) => self.int_const(expr, scope, depth + 1),
                    None => match &self.env.try_def(def)?.kind {
                        DefKind::Const(constant) => constant.int_value,
                        _ => None,
                    },
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// `f32x3`
fn is_like_a_vector(name: &str) -> bool {
    name.split_once('x').is_some_and(|(lane, lanes)| {
        scalar(lane).is_some() && !lanes.is_empty() && lanes.bytes().all(|b| b.is_ascii_digit())
    })
}

fn fold(op: ast::BinaryOp, left: i128, right: i128) -> Option<i128> {
    match op {
        ast::BinaryOp::Add => left.checked_add(right),
        ast::BinaryOp::Sub => left.checked_sub(right),
        ast::BinaryOp::Mul => left.checked_mul(right),
        ast::BinaryOp::Div => left.checked_div(right),
        ast::BinaryOp::Rem => left.checked_rem(right),
        ast::BinaryOp::Shl => left.checked_shl(u32::try_from(right).ok()?),
        _ => None,
    }
}

pub(crate) fn unknown_module(name: &ast::Ident) -> Diagnostic {
    let text = &name.name;
    Diagnostic::error(
        "unknown-module",
        format!("there is no module `{text}` here"),
    )
    .at(name.span, "not imported")
    .help(format!(
        "`import {text}` at the top of the file brings it in"
    ))
}

fn trait_as_type(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("not-a-type", format!("`{name}` is a trait, not a type"))
        .at(span, "a type is needed here")
        .help(format!(
            "a value of any type that implements it is `any {name}`"
        ))
}

fn any_of_built_in(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("unfit-for-any", format!("there is no `any {name}`"))
        .at(span, "a built-in bound, which is asked of types")
        .help(format!(
            "declare a trait of your own that asks for it, `trait Thing: {name} {{ … }}`, and write `any Thing`"
        ))
}

fn not_a_type(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("not-a-type", format!("`{name}` is not a type"))
        .at(span, "a type is needed here")
}

fn bad_lanes(span: Span) -> Diagnostic {
    Diagnostic::error("bad-vector", "there is no such vector type")
        .at(
            span,
            "`Simd<T, N>` has 2, 4, 8 or 16 lanes of a numeric type or `bool`",
        )
        .help("such types also have names: `f32x4`, `i64x2`, `boolx8`")
}

fn wrong_type_args(name: &str, wanted: usize, given: usize, span: Span) -> Diagnostic {
    let wanted_text = match wanted {
        0 => "no type arguments".to_string(),
        1 => "one type argument".to_string(),
        n => format!("{n} type arguments"),
    };
    Diagnostic::error(
        "wrong-type-args",
        match given {
            0 => format!("`{name}` takes {wanted_text}, and none is written"),
            1 => format!("`{name}` takes {wanted_text}, but one is written"),
            _ => format!("`{name}` takes {wanted_text}, but {given} are written"),
        },
    )
    .at(span, "here")
}

fn never_has_no_values(span: Span) -> Diagnostic {
    Diagnostic::error("never-value", "there are no values of type `never`")
        .at(span, "stands only after `->`")
        .help("it is the result type of a function that does not return, like `panic`")
}
