//! Tuples, arrays, maps, ranges and texts with values in them.

use syntax::Span;

use super::body::{Because, Checker, Expect, Obligation, Why};
use super::errors;
use crate::env::{Bound, DefId};
use crate::hir::{ExprId, ExprKind, StrPart};
use crate::types::{Len, OriginKind, Ty, TyKind};

const ELEMENT: &str = "because of the type of the elements";

impl Checker<'_, '_> {
    pub(super) fn check_interpolation(&mut self, parts: &[StrPart]) -> Ty {
        for part in parts {
            match part {
                StrPart::Text(_) => {}
                StrPart::Expr { expr, spec } => {
                    self.infer_expr(*expr);
                    if let Some(spec) = spec {
                        self.specs.push((*expr, *spec));
                    }
                }
            }
        }
        Ty::str()
    }

    pub(super) fn check_tuple(&mut self, parts: &[ExprId], expect: Expect) -> Ty {
        let hoped = self.hoped_inside(expect);
        let wanted = match hoped.map(Ty::kind) {
            Some(TyKind::Tuple(wanted)) if wanted.len() == parts.len() => wanted.as_slice(),
            _ => &[],
        };
        let strict = matches!(expect, Expect::Coerce(..));
        let mut types = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let ty = match wanted.get(index) {
                Some(want) if strict => {
                    self.coerce(*part, *want, Why::PLAIN);
                    *want
                }
                Some(want) => self.check_expr(*part, Expect::Hint(*want)),
                None => self.infer_expr(*part),
            };
            types.push(ty);
        }
        Ty::tuple(types)
    }

    pub(super) fn check_array(&mut self, id: ExprId, items: &[ExprId], expect: Expect) -> Ty {
        let span = self.span(id);
        let hoped = self.hoped_inside(expect);
        let (elem, fixed) = match hoped.map(Ty::kind) {
            Some(TyKind::Array(elem)) => (Some(*elem), None),
            Some(TyKind::FixedArray(elem, len)) => (Some(*elem), Some(len.clone())),
            _ => (None, None),
        };
        let strict = matches!(expect, Expect::Coerce(..));
        let elem = match elem {
            Some(elem) if strict => {
                for item in items {
                    self.coerce(*item, elem, Why::PLAIN);
                }
                elem
            }
            Some(elem) => self.check_items(items, elem),
            None => {
                let kind = if items.is_empty() {
                    OriginKind::EmptyArray
                } else {
                    OriginKind::Expr
                };
                let elem = self.fresh_as(span, kind);
                self.check_items(items, elem)
            }
        };
        match fixed {
            Some(_) => Ty::new(TyKind::FixedArray(elem, Len::Known(items.len() as u64))),
            None => Ty::array(elem),
        }
    }

    /// Items that must agree; the first one that is known says what the type is.
    pub(super) fn check_items(&mut self, items: &[ExprId], elem: Ty) -> Ty {
        let mut first = None;
        for item in items {
            let found = self.check_expr(*item, Expect::Hint(elem));
            if found.is_never() {
                continue;
            }
            if self.infer.unify(found, elem).is_err() {
                let why = Why {
                    span: first,
                    text: "because the elements before it have this type",
                };
                self.mismatch(self.span(*item), found, elem, why);
            }
            first.get_or_insert(self.span(*item));
        }
        elem
    }

    pub(super) fn check_repeat(&mut self, value: ExprId, count: ExprId, expect: Expect) -> Ty {
        let hoped = self.hoped_inside(expect);
        let elem = match hoped.map(Ty::kind) {
            Some(TyKind::Array(elem) | TyKind::FixedArray(elem, _)) => {
                self.coerce(value, *elem, Why::PLAIN);
                *elem
            }
            _ => self.infer_expr(value),
        };
        self.coerce(count, Ty::i64(), Why::PLAIN);
        let Some(TyKind::FixedArray(_, wanted)) = hoped.map(Ty::kind) else {
            return Ty::array(elem);
        };
        let len = match self.body.exprs[count].kind {
            ExprKind::Int(n) => Len::Known(u64::try_from(n).unwrap_or(u64::MAX)),
            // Const evaluation compares the count with the length.
            _ => wanted.clone(),
        };
        Ty::new(TyKind::FixedArray(elem, len))
    }

    pub(super) fn check_map(
        &mut self,
        entries: &[(ExprId, ExprId)],
        span: Span,
        expect: Expect,
    ) -> Ty {
        let (key, value) = match self.hoped_inside(expect).map(Ty::kind) {
            Some(TyKind::Adt(DefId::MAP, args)) => (args[0], args[1]),
            _ => (self.fresh(span), self.fresh(span)),
        };
        let why = Why {
            span: None,
            text: ELEMENT,
        };
        for (k, v) in entries {
            self.coerce(*k, key, why);
            self.coerce(*v, value, why);
        }
        let first = entries.first().map_or(span, |(key, _)| self.span(*key));
        self.require_key(key, first);
        Ty::map(key, value)
    }

    pub(super) fn check_range(
        &mut self,
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
        span: Span,
    ) -> Ty {
        let elem = self.literal_or_char(start.or(end), span);
        for bound in [start, end].into_iter().flatten() {
            let found = match self.tables.exprs[bound] {
                Some(ty) => ty,
                None => self.check_expr(bound, Expect::Hint(elem)),
            };
            let why = Why {
                span: start.filter(|s| *s != bound).map(|s| self.span(s)),
                text: "because the range starts with this type",
            };
            self.unify_or_report(found, elem, self.span(bound), why);
        }
        if start.is_none() || end.is_none() {
            return self.fail(errors::open_range(span, start.is_some()));
        }
        let def = if inclusive {
            DefId::RANGE_INCLUSIVE
        } else {
            DefId::RANGE
        };
        Ty::new(TyKind::Adt(def, vec![elem]))
    }

    /// The element type of a range, by its first bound.
    pub(super) fn literal_or_char(&mut self, first: Option<ExprId>, span: Span) -> Ty {
        let Some(first) = first else {
            return self.fresh(span);
        };
        let ty = self.infer_expr(first);
        let ty = self.shallow(ty);
        let fits = ty.is_int()
            || matches!(ty.kind(), TyKind::Char | TyKind::Infer(_) | TyKind::Error)
            || self.infer.param_has(ty, &[Bound::Int]);
        if fits {
            self.obligations.push(Obligation {
                ty,
                bound: Bound::Int,
                span: self.span(first),
                because: Because::Range,
            });
            return ty;
        }
        let shown = self.show(ty);
        self.fail(errors::bad_range(self.span(first), &shown))
    }
}
