//! Calls of the functions that the language itself knows: `print`, `assert`, `panic`, `some`, `ok`, `err` and `none`.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Checker, Expect, Why};
use super::call::Called;
use super::{Call, CallArg, Target, errors};
use crate::env::DefId;
use crate::hir::{self, Builtin, ExprId};
use crate::types::{OriginKind, Ty, TyKind};

impl Checker<'_, '_> {
    pub(super) fn call_builtin(
        &mut self,
        id: ExprId,
        builtin: Builtin,
        args: &[hir::Arg],
        expect: Expect,
    ) -> Ty {
        let span = self.span(id);
        for arg in args {
            if arg.is_mut {
                let span = self.span(arg.value);
                self.report(errors::argument_is_not_mut(span, "", builtin_name(builtin)));
            }
            if let Some((name, name_span)) = &arg.name {
                self.report(errors::no_named_arguments(
                    builtin_name(builtin),
                    name,
                    *name_span,
                ));
            }
        }
        let values: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
        let ty = match builtin {
            Builtin::Print | Builtin::Eprint => {
                if self.unit.diags.has_errors() {
                    self.infer_args(args);
                } else {
                    for value in &values {
                        self.infer_expr(*value);
                    }
                }
                Ty::unit()
            }
            Builtin::Assert => {
                self.expect_count(builtin, span, args, 1, 2);
                if let Some(cond) = values.first() {
                    self.check_condition(*cond);
                }
                self.check_message(&values, 1);
                Ty::unit()
            }
            Builtin::Panic => {
                self.expect_count(builtin, span, args, 1, 1);
                self.check_message(&values, 0);
                Ty::never()
            }
            Builtin::Unreachable => {
                self.expect_count(builtin, span, args, 0, 1);
                self.check_message(&values, 0);
                Ty::never()
            }
            Builtin::Some => {
                let inner = self.payload(builtin, span, args, expect, DefId::OPTION, 0);
                Ty::option(inner)
            }
            Builtin::None => {
                self.expect_count(builtin, span, args, 0, 0);
                let inner = match self.hoped(expect).and_then(Ty::option_of) {
                    Some(inner) => inner,
                    None => self.fresh_as(span, OriginKind::None),
                };
                Ty::option(inner)
            }
            Builtin::Ok => {
                let value = self.payload(builtin, span, args, expect, DefId::RESULT, 0);
                let error = self.other_side(expect, 1, span, "E");
                Ty::result(value, error)
            }
            Builtin::Err => {
                let error = self.payload(builtin, span, args, expect, DefId::RESULT, 1);
                let value = self.other_side(expect, 0, span, "T");
                Ty::result(value, error)
            }
        };
        let given = values.iter().map(|value| CallArg::Expr(*value)).collect();
        let type_args = match ty.kind() {
            TyKind::Adt(_, type_args) => type_args.clone(),
            _ => Vec::new(),
        };
        let call = Call {
            target: Target::Builtin(builtin),
            type_args,
            args: given,
            order: (0..values.len() as u32).collect(),
        };
        self.tables.calls.insert(id, call);
        ty
    }

    /// The argument of `some`, `ok` or `err`.
    fn payload(
        &mut self,
        builtin: Builtin,
        span: Span,
        args: &[hir::Arg],
        expect: Expect,
        def: DefId,
        index: usize,
    ) -> Ty {
        self.expect_count(builtin, span, args, 1, 1);
        let Some(arg) = args.first() else {
            return Ty::error();
        };
        match (self.hoped(expect).map(Ty::kind), expect) {
            (Some(TyKind::Adt(of, types)), Expect::Coerce(_, why)) if *of == def => {
                self.coerce(arg.value, types[index], why);
                types[index]
            }
            (Some(TyKind::Adt(of, types)), _) if *of == def => {
                self.check_expr(arg.value, Expect::Hint(types[index]))
            }
            _ => self.infer_expr(arg.value),
        }
    }

    /// The type that `ok` does not say of the error, or `err` of the value.
    fn other_side(&mut self, expect: Expect, index: usize, span: Span, param: &str) -> Ty {
        match self.hoped_inside(expect).map(Ty::kind) {
            Some(TyKind::Adt(DefId::RESULT, types)) => types[index],
            _ => {
                let kind = OriginKind::TypeArg {
                    param: SmolStr::new(param),
                    of: SmolStr::new("Result"),
                };
                self.fresh_as(span, kind)
            }
        }
    }

    fn check_message(&mut self, values: &[ExprId], at: usize) {
        if let Some(message) = values.get(at) {
            let why = Why {
                span: None,
                text: "",
            };
            self.coerce(*message, Ty::str(), why);
        }
        for extra in values.iter().skip(at + 1) {
            self.infer_expr(*extra);
        }
    }

    fn expect_count(
        &mut self,
        builtin: Builtin,
        span: Span,
        args: &[hir::Arg],
        least: usize,
        most: usize,
    ) {
        let called = Called {
            name: builtin_name(builtin),
            noun: "argument",
            span,
            declared: None,
            variadic: false,
            is_c: false,
        };
        if args.len() > most {
            let extra = self.span(args[most].value);
            let counts = (least, most, args.len());
            self.report(errors::too_many_arguments(called, counts, extra));
        } else if args.len() < least {
            self.report(errors::too_few_arguments(called, least));
        }
    }
}

pub(super) fn builtin_name(builtin: Builtin) -> &'static str {
    match builtin {
        Builtin::Print => "print",
        Builtin::Eprint => "eprint",
        Builtin::Assert => "assert",
        Builtin::Panic => "panic",
        Builtin::Unreachable => "unreachable",
        Builtin::Some => "some",
        Builtin::Ok => "ok",
        Builtin::Err => "err",
        Builtin::None => "none",
    }
}
