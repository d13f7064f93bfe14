//! Which types satisfy which of the built-in bounds, asked when all types of a body are known.

use super::body::{Because, Checker, Obligation};
use super::errors;
use crate::any;
use crate::env::{Bound, DefId, DefKind, Env, Generic};
use crate::hir::BinaryOp;
use crate::types::{Ty, TyKind};

/// How far a message looks into a type.
const DEPTH_LIMIT: usize = 16;

impl Checker<'_, '_> {
    pub(super) fn check_obligations(&mut self) {
        let generics = self.generics();
        for obligation in std::mem::take(&mut self.obligations) {
            let ty = self.infer.resolve(obligation.ty);
            let is_char = matches!(ty.kind(), TyKind::Char);
            if matches!(obligation.because, Because::Range) && is_char {
                continue;
            }
            let bound = match obligation.bound {
                Bound::Trait(def, args) => Bound::Trait(def, self.infer.resolve(args)),
                other => other,
            };
            if !satisfies(self.env(), &generics, ty, bound) {
                let report = self.unsatisfied(&obligation, ty);
                self.report(report);
            }
        }
    }

    pub(super) fn generics(&self) -> Vec<Generic> {
        self.body.generics.clone()
    }

    fn unsatisfied(&self, obligation: &Obligation, ty: Ty) -> syntax::Diagnostic {
        let shown = ty.display(self.env());
        let is_param = matches!(ty.kind(), TyKind::Param(..));
        let span = obligation.span;
        match &obligation.because {
            Because::Compared(op) => {
                let ordered = !matches!(op, BinaryOp::Eq | BinaryOp::Ne);
                let part = self.lacking(ty, obligation.bound);
                let name = part.display(self.env());
                let lacking = match part.kind() {
                    TyKind::Param(..) => errors::Lacking::Param(&name),
                    _ => errors::Lacking::Other(&name),
                };
                errors::not_comparable(span, &shown, op.symbol(), lacking, ordered)
            }
            Because::Arithmetic(symbol) => errors::no_bits(span, symbol, &shown),
            Because::Range => errors::bad_range(span, &shown),
            Because::Key => self.without_hash(errors::not_a_key(span, &shown), ty),
            Because::Param { name, of } if obligation.bound == Bound::Hash && !is_param => {
                let report = errors::bound_not_met(span, &shown, "Hash", name, of, is_param);
                self.without_hash(report, ty)
            }
            Because::Any => {
                let of = obligation.bound.display(self.env());
                errors::not_in_any(span, &shown, &of, is_param)
            }
            Because::Inside => {
                let of = obligation.bound.display(self.env());
                errors::never_inside(span, &shown, &of)
            }
            Because::Param { name, of } => {
                let wanted = obligation.bound.display(self.env());
                let report =
                    errors::bound_not_met(span, &shown, wanted.as_str(), name, of, is_param);
                let part = match obligation.bound {
                    Bound::Ord | Bound::Eq => self.lacking(ty, obligation.bound),
                    _ => ty,
                };
                if part == ty {
                    return report;
                }
                let symbol = if obligation.bound == Bound::Ord {
                    "<"
                } else {
                    "=="
                };
                let part = part.display(self.env());
                report.note(format!(
                    "a part of it is of type `{part}`, which has no `{symbol}`"
                ))
            }
        }
    }

    /// Says which part of a type keeps it from having a hash.
    fn without_hash(&self, report: syntax::Diagnostic, ty: Ty) -> syntax::Diagnostic {
        let part = self.lacking(ty, Bound::Hash);
        let shown = part.display(self.env());
        match part.kind() {
            TyKind::Adt(..) => report.note(format!(
                "`{shown}` has a `==` of its own, and nothing says which hash agrees with it"
            ))
            .help(format!(
                "add the parts that `==` compares: `impl Hash for {shown} {{ fn hash(self, mut h: Hasher) {{ h.add(…) }} }}`"
            )),
            TyKind::Fn(_) => report.note(format!("a `{shown}` has no hash")),
            TyKind::Any(of, _) => {
                let of = self.env().def(*of);
                report
                    .note(format!("an `{shown}` has a hash if the trait asks for it"))
                    .help(format!("declare it so: `trait {}: Hash {{ … }}`", of.name))
            }
            TyKind::Param(..) => report.help(format!("ask for it: `<{shown}: Hash>`")),
            _ => report,
        }
    }

    /// The innermost part of a type that keeps it from having a bound.
    fn lacking(&self, ty: Ty, bound: Bound) -> Ty {
        let generics = self.generics();
        let lacks = |part: &Ty| !satisfies(self.env(), &generics, *part, bound);
        let symbol = if bound == Bound::Ord { "<" } else { "==" };
        let mut part = ty;
        for _ in 0..DEPTH_LIMIT {
            let inner = match part.kind() {
                TyKind::Tuple(parts) => parts.clone(),
                TyKind::Array(elem) | TyKind::FixedArray(elem, _) => vec![*elem],
                TyKind::Adt(DefId::MAP | DefId::SET, args) if bound != Bound::Hash => args.clone(),
                TyKind::Adt(def, args) if !has_operator(self.env(), symbol, *def) => {
                    parts_of(self.env(), *def, args)
                }
                _ => Vec::new(),
            };
            match inner.into_iter().find(lacks) {
                Some(found) => part = found,
                None => break,
            }
        }
        part
    }

    pub(super) fn require_key(&mut self, ty: Ty, span: syntax::Span) {
        self.obligations.push(Obligation {
            ty,
            bound: Bound::Hash,
            span,
            because: Because::Key,
        });
    }
}

pub(super) fn satisfies(env: &Env, generics: &[Generic], ty: Ty, bound: Bound) -> bool {
    if ty.is_error() || ty.is_never() {
        return true;
    }
    match bound {
        Bound::Show => true,
        Bound::Num => {
            ty.is_numeric()
                || param_has(env, generics, ty, NUMBERS)
                || has_impl(env, generics, ty, "Num")
        }
        Bound::Int => ty.is_int() || param_has(env, generics, ty, &[Bound::Int]),
        Bound::Float => ty.is_float() || param_has(env, generics, ty, &[Bound::Float]),
        Bound::Eq | Bound::Hash | Bound::Ord => {
            let mut seen = Vec::new();
            structural(env, generics, ty, bound, &mut seen)
        }
        Bound::Trait(def, _) if let Some(built_in) = env.as_built_in(def) => {
            satisfies(env, generics, ty, built_in)
        }
        Bound::Trait(def, args) => match ty.kind() {
            TyKind::Param(..) => param_has(env, generics, ty, &[bound]),
            TyKind::Any(..) if any::args_of(env, ty, def).map(Ty::tuple) == Some(args) => true,
            _ => implements(env, generics, ty, def, args),
        },
    }
}

/// Whether there is an `impl` for the type, with bounds that hold.
fn implements(env: &Env, generics: &[Generic], ty: Ty, of: DefId, args: Ty) -> bool {
    let Some((found, known)) = env.find_impl(of, ty) else {
        return false;
    };
    let given = found.args.iter().map(|arg| arg.subst(&known)).collect();
    let bounds_hold = found.generics.iter().zip(&known).all(|(generic, arg)| {
        let bounds = generic.bounds.iter();
        bounds
            .copied()
            .all(|bound| satisfies(env, generics, *arg, bound.subst(&known)))
    });
    Ty::tuple(given) == args && bounds_hold
}

/// Whether there is an `impl` of one of the language's own traits.
fn has_impl(env: &Env, generics: &[Generic], ty: Ty, name: &str) -> bool {
    matches!(ty.kind(), TyKind::Adt(..))
        && env
            .language_trait(name)
            .is_some_and(|of| implements(env, generics, ty, of, Ty::unit()))
}

const NUMBERS: &[Bound] = &[Bound::Num, Bound::Int, Bound::Float];

fn param_has(env: &Env, generics: &[Generic], ty: Ty, bounds: &[Bound]) -> bool {
    match ty.kind() {
        TyKind::Param(index, _) => generics.get(*index as usize).is_some_and(|g| {
            let known = g.bounds.iter();
            known
                .copied()
                .any(|b| bounds.iter().any(|wanted| env.implies(b, *wanted)))
        }),
        _ => false,
    }
}

/// Whether a type has `==`, a hash or `<` because its parts have.
fn structural(env: &Env, generics: &[Generic], ty: Ty, bound: Bound, seen: &mut Vec<Ty>) -> bool {
    if seen.contains(&ty) {
        return true;
    }
    seen.push(ty);
    let mut all = |parts: &[Ty]| {
        parts
            .iter()
            .all(|part| structural(env, generics, *part, bound, seen))
    };
    match ty.kind() {
        TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char | TyKind::Str => true,
        TyKind::Tuple(parts) => all(parts),
        TyKind::Array(elem) | TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _) => all(&[*elem]),
        TyKind::Adt(DefId::MAP | DefId::SET, args) => bound != Bound::Ord && all(args),
        TyKind::Adt(def, args) => {
            let symbol = if bound == Bound::Ord { "<" } else { "==" };
            if bound == Bound::Hash && has_impl(env, generics, ty, "Hash") {
                return true;
            }
            if has_operator(env, symbol, *def) {
                // Nobody but the type itself knows what is equal to what.
                return bound != Bound::Hash;
            }
            match &env.def(*def).kind {
                DefKind::ExternType { .. } => bound != Bound::Ord,
                _ => all(&parts_of(env, *def, args)),
            }
        }
        TyKind::Param(..) => {
            // A type that implements `Num` need not have a hash.
            let numbers = if bound == Bound::Hash {
                &NUMBERS[1..]
            } else {
                NUMBERS
            };
            param_has(env, generics, ty, numbers)
                || param_has(env, generics, ty, &[bound])
                || (bound == Bound::Eq && param_has(env, generics, ty, &[Bound::Hash, Bound::Ord]))
        }
        TyKind::Ptr(_) | TyKind::CFn(_) | TyKind::CStr => bound != Bound::Ord,
        TyKind::Any(..) => match bound {
            Bound::Eq => any::asks_for(env, ty, Bound::Eq) || any::asks_for(env, ty, Bound::Hash),
            bound => bound == Bound::Hash && any::asks_for(env, ty, bound),
        },
        TyKind::Fn(_) => false,
        TyKind::Never | TyKind::Infer(_) | TyKind::Error => true,
    }
}

/// The types of all fields of a struct or enum.
fn parts_of(env: &Env, def: DefId, args: &[Ty]) -> Vec<Ty> {
    match &env.def(def).kind {
        DefKind::Struct(item) => item.fields.iter().map(|f| f.ty.subst(args)).collect(),
        DefKind::Enum(item) => {
            let fields = item.variants.iter().flat_map(|v| &v.fields);
            fields.map(|f| f.ty.subst(args)).collect()
        }
        DefKind::ExternType { .. } => Vec::new(),
        DefKind::Fn(_) | DefKind::Trait(_) | DefKind::Global(_) | DefKind::Const(_) => {
            panic!("compiler bug: {def} is not a type")
        }
    }
}

fn has_operator(env: &Env, symbol: &str, def: DefId) -> bool {
    env.operators(symbol).any(|operator| {
        let params = &env.function(operator).params;
        params.len() == 2
            && params
                .iter()
                .all(|p| matches!(p.ty.kind(), TyKind::Adt(of, _) if *of == def))
    })
}
