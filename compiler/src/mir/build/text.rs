//! Text: interpolation, `print`, `assert` and `panic`, slices.

use syntax::Span;

use super::Builder;
use super::expr::int;
use crate::hir::{BinaryOp, ExprId, ExprKind, StrPart};
use crate::mir::{Arg, Const, FormatPart, Operand, PanicKind, Place, Rvalue, Terminator};
use crate::types::{Ty, TyKind};

impl Builder<'_> {
    /// The text of a value, as `str(x)` gives it.
    pub(super) fn text_of(&self, operand: Operand) -> Rvalue {
        Rvalue::Format(vec![shown(operand)])
    }

    pub(super) fn interpolate(&mut self, parts: &[StrPart]) -> Rvalue {
        let exprs: Vec<ExprId> = parts
            .iter()
            .filter_map(|part| match part {
                StrPart::Text(_) => None,
                StrPart::Expr { expr, .. } => Some(*expr),
            })
            .collect();
        let mut operands = self.operands(&exprs).into_iter();
        let parts = parts
            .iter()
            .map(|part| match part {
                StrPart::Text(text) => FormatPart::Text(text.clone()),
                StrPart::Expr { spec, .. } => FormatPart::Value {
                    operand: operands.next().expect("compiler bug: a part without value"),
                    spec: *spec,
                    literal: false,
                },
            })
            .collect();
        Rvalue::Format(parts)
    }

    /// `print(a, b)`: the texts with blanks between them.
    pub(super) fn print(&mut self, intrinsic: &str, args: &[ExprId], span: Span) {
        let operands = self.operands(args);
        let text = match operands.as_slice() {
            [] => Operand::Const(Const::Str("".into())),
            [only] if self.body.operand_ty(self.env, only) == Ty::str() => only.clone(),
            _ => {
                let mut parts = Vec::new();
                for operand in operands {
                    if !parts.is_empty() {
                        parts.push(FormatPart::Text(" ".into()));
                    }
                    parts.push(shown(operand));
                }
                self.keep(Rvalue::Format(parts), span)
            }
        };
        let callee = self.intrinsic(intrinsic);
        self.call_fn(None, callee, Vec::new(), vec![Arg::Value(text)], span);
    }

    pub(super) fn panic(&mut self, kind: PanicKind, message: Option<ExprId>, span: Span) {
        let message = message.map(|message| self.operand(message));
        self.terminate(Terminator::Panic {
            kind,
            message,
            span,
        });
    }

    /// `assert(cond, "why")`: the message is evaluated only if it is needed, and shows both sides of a comparison.
    pub(super) fn assert(&mut self, args: &[ExprId], span: Span) {
        let (cond, why) = (args[0], args.get(1).copied());
        let (good, bad) = (self.new_block(), self.new_block());
        let sides = self.assert_condition(cond, good, bad);
        self.switch_to(bad);
        let mut parts = match why {
            Some(why) => {
                let why = self.operand(why);
                vec![shown(why)]
            }
            None => vec![FormatPart::Text("assertion failed".into())],
        };
        if let Some((op, left, right)) = sides {
            parts.push(FormatPart::Text(": ".into()));
            parts.push(literal(left));
            parts.push(FormatPart::Text(format!(" {} ", op.symbol()).into()));
            parts.push(literal(right));
        }
        let message = Some(self.keep(Rvalue::Format(parts), span));
        self.terminate(Terminator::Panic {
            kind: PanicKind::Assert,
            message,
            span,
        });
        self.switch_to(good);
    }

    /// Branches on the condition; gives the two sides if it is a comparison.
    fn assert_condition(
        &mut self,
        cond: ExprId,
        good: super::BlockId,
        bad: super::BlockId,
    ) -> Option<(BinaryOp, Operand, Operand)> {
        let span = self.hir.exprs[cond].span;
        match &self.hir.exprs[cond].kind {
            ExprKind::Binary {
                op, left, right, ..
            } if op.is_comparison() => {
                let (op, left, right) = (*op, *left, *right);
                let places = [left, right].map(|side| self.side_of_assert(side));
                let [left_value, right_value] = places;
                let holds = if self.tables.calls.contains_key(&cond) {
                    self.evaluated.insert(left, left_value.clone());
                    self.evaluated.insert(right, right_value.clone());
                    let holds = self.operand(cond);
                    self.evaluated.remove(&left);
                    self.evaluated.remove(&right);
                    holds
                } else {
                    let (left_ty, right_ty) = (self.expr_ty(left), self.expr_ty(right));
                    let value = self.binary_of(
                        op,
                        (Operand::Copy(left_value.clone()), left_ty),
                        (Operand::Copy(right_value.clone()), right_ty),
                        Ty::bool(),
                        span,
                    );
                    self.keep(value, span)
                };
                self.branch_on(holds, good, bad);
                Some((op, Operand::Copy(left_value), Operand::Copy(right_value)))
            }
            _ => {
                self.branch(cond, good, bad);
                None
            }
        }
    }

    fn side_of_assert(&mut self, side: ExprId) -> Place {
        let span = self.hir.exprs[side].span;
        let operand = self.operand(side);
        Place::local(self.keep_local(Rvalue::Use(operand), span))
    }

    /// `base[a..b]`: a copy of that part of an array or text, after its ends have been checked.
    pub(super) fn slice(
        &mut self,
        base: ExprId,
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
        span: Span,
    ) -> Rvalue {
        let ends: Vec<ExprId> = start.into_iter().chain(end).collect();
        let source = self.place_before(base, &ends);
        let start = start.map(|start| self.operand_before(start, &ends[1..]));
        let end_given = end.map(|end| self.operand(end));
        let mut written = Vec::new();
        written.extend(start.clone().map(shown));
        written.push(FormatPart::Text(
            if inclusive { "..=" } else { ".." }.into(),
        ));
        written.extend(end_given.clone().map(shown));
        let start = start.map_or(int(0), |start| self.as_i64(start, span));
        let end = end_given.map(|end| self.as_i64(end, span));
        let len = self.keep(Rvalue::Len(source.clone()), span);
        let end = match end {
            None => len.clone(),
            Some(end) if inclusive => self.keep(Rvalue::Binary(BinaryOp::Add, end, int(1)), span),
            Some(end) => end,
        };
        self.check_slice((&start, &end, &len), written, span);
        let ty = self.place_ty(&source);
        let (name, type_args, result) = match ty.kind() {
            TyKind::Str => {
                self.check_boundaries(&source, &start, &end, span);
                ("str_slice", Vec::new(), ty)
            }
            TyKind::FixedArray(elem, len) => {
                let len = Ty::new(TyKind::FixedArray(Ty::unit(), len.clone()));
                ("fixed_slice", vec![*elem, len], Ty::array(*elem))
            }
            _ => ("array_slice", ty.elem().into_iter().collect(), ty),
        };
        let temp = self.temp(result, span);
        let args = [Operand::Copy(source), start, end].map(Arg::Value).to_vec();
        self.call_fn(Some(temp), self.intrinsic(name), type_args, args, span);
        Rvalue::Use(Operand::Copy(Place::local(temp)))
    }

    /// `0 <= start <= end <= len`; `written` is the range as it stands there.
    fn check_slice(
        &mut self,
        (start, end, len): (&Operand, &Operand, &Operand),
        written: Vec<FormatPart>,
        span: Span,
    ) {
        let (good, bad) = (self.new_block(), self.new_block());
        for (low, high) in [(&int(0), start), (start, end), (end, len)] {
            if let (Operand::Const(Const::Int(_, low)), Operand::Const(Const::Int(_, high))) =
                (low, high)
                && low <= high
            {
                continue;
            }
            if is_same(low, high) {
                continue;
            }
            let fits = self.keep(
                Rvalue::Binary(BinaryOp::Le, low.clone(), high.clone()),
                span,
            );
            self.require(fits, bad);
        }
        self.goto(good);
        self.switch_to(bad);
        let mut parts = vec![FormatPart::Text("the range is ".into())];
        parts.extend(written);
        parts.push(FormatPart::Text(" and the length is ".into()));
        parts.push(shown(len.clone()));
        let message = Some(self.keep(Rvalue::Format(parts), span));
        self.terminate(Terminator::Panic {
            kind: PanicKind::Slice,
            message,
            span,
        });
        self.switch_to(good);
    }

    fn check_boundaries(&mut self, text: &Place, start: &Operand, end: &Operand, span: Span) {
        for position in [start, end] {
            if matches!(position, Operand::Const(Const::Int(_, 0))) {
                continue;
            }
            let fits = self.temp(Ty::bool(), span);
            let args = [Operand::Copy(text.clone()), position.clone()];
            let callee = self.intrinsic("str_is_boundary");
            let args = args.map(Arg::Value).to_vec();
            self.call_fn(Some(fits), callee, Vec::new(), args, span);
            let fits = Operand::Copy(Place::local(fits));
            let message = "the range cuts a character in two";
            self.panic_unless(fits, PanicKind::Slice, message, span);
        }
    }
}

/// Whether both are the same local: a range without an end ends at the length.
fn is_same(low: &Operand, high: &Operand) -> bool {
    matches!((low, high), (Operand::Copy(low), Operand::Copy(high)) if low == high)
}

fn shown(operand: Operand) -> FormatPart {
    FormatPart::Value {
        operand,
        spec: None,
        literal: false,
    }
}

fn literal(operand: Operand) -> FormatPart {
    FormatPart::Value {
        operand,
        spec: None,
        literal: true,
    }
}
