//! The state of checking one body, from its parameters to the tables with every variable gone.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use syntax::{Diagnostic, Span};

use super::builtin::builtin_name;
use super::kept::Notes;
use super::operators::Pending;
use super::pattern::MatchToProve;
use super::unit::Unit;
use super::{Call, Tables, errors};
use crate::env::{Bound, DefId, DefKind, Env, FnDef, Generic};
use crate::hir::{self, Builtin, Callee, ExprId, ExprKind, LocalId, LoopId};
use crate::types::{InferKind, InferTable, Len, Origin, OriginKind, Ty, TyKind};

/// What the surroundings want of an expression.
#[derive(Clone, Copy)]
pub(super) enum Expect {
    Nothing,
    /// A type it probably has; no error if it has not.
    Hint(Ty),
    /// The type it must have, perhaps after wrapping, and why.
    Coerce(Ty, Why),
    /// Its value is dropped.
    Drop,
}

/// Why a type is expected.
#[derive(Clone, Copy)]
pub(super) struct Why {
    pub(super) span: Option<Span>,
    pub(super) text: &'static str,
}

impl Why {
    pub(super) fn at(span: Span, text: &'static str) -> Why {
        Why {
            span: Some(span),
            text,
        }
    }
    pub(super) const PLAIN: Why = Why {
        span: None,
        text: "",
    };
}

/// Whose body it is.
#[derive(Clone)]
pub(super) enum Item {
    Function { def: DefId, ret: Option<Ty> },
    Cell { defines: Rc<[DefId]> },
}

/// How a local came to be, which decides what the mend is when it cannot be changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Binder {
    Param,
    Let,
    For,
    Pattern,
    ClosureParam,
}

/// A function or closure around the current expression.
pub(super) struct Frame {
    /// What `return` and `?` give; `None` at top level.
    pub(super) ret: Option<Ty>,
    pub(super) why: Why,
}

pub(super) struct LoopState {
    pub(super) expect: Option<(Ty, Why)>,
    pub(super) result: Option<Ty>,
    pub(super) breaks: bool,
    /// Whether `break` may have a value.
    pub(super) has_value: bool,
}

/// A bound that a type must satisfy once it is known.
pub(super) struct Obligation {
    pub(super) ty: Ty,
    pub(super) bound: Bound,
    pub(super) span: Span,
    pub(super) because: Because,
}

pub(super) enum Because {
    Param {
        name: SmolStr,
        of: SmolStr,
    },
    Compared(hir::BinaryOp),
    Arithmetic(SmolStr),
    Key,
    /// A value is put into an `any` of the trait.
    Any,
    /// A pattern asks whether an `any` of the trait holds a value of the type.
    Inside,
    /// The bounds of a range: integers or characters.
    Range,
}

/// A number in the text, to be compared with the range of the type it takes.
pub(super) struct Literal {
    pub(super) ty: Ty,
    pub(super) span: Span,
    pub(super) value: Number,
}

#[derive(Clone, Copy)]
pub(super) enum Number {
    Int { value: u128, negative: bool },
    Float(f64),
}

/// A finished body.
pub(super) struct Checked {
    pub(super) body: hir::Body,
    pub(super) tables: Tables,
    pub(super) ret: Ty,
    pub(super) globals: Vec<(DefId, Ty)>,
    pub(super) notes: Notes,
}

pub(super) struct Checker<'u, 'e> {
    pub(super) unit: &'u mut Unit<'e>,
    pub(super) body: Rc<hir::Body>,
    pub(super) item: Item,
    pub(super) tables: Tables,
    pub(super) infer: InferTable,
    pub(super) frames: Vec<Frame>,
    pub(super) loops: FxHashMap<LoopId, LoopState>,
    pub(super) pending: Vec<Pending>,
    pub(super) obligations: Vec<Obligation>,
    /// A type, a trait that it must have, and that trait's arguments, which the type will say.
    pub(super) open_bounds: Vec<(Ty, DefId, Ty)>,
    pub(super) literals: Vec<Literal>,
    /// The types of `e?` whose values are dropped.
    pub(super) dropped: Vec<Ty>,
    pub(super) matches: Vec<MatchToProve>,
    /// A pattern does not fit what it is matched with: what the others leave out is not told.
    pub(super) pattern_failed: bool,
    /// The proof of a `match` took more than may be compiled.
    pub(super) gave_up: bool,
    /// Interpolated expressions with format specs, which must suit their types.
    pub(super) specs: Vec<(ExprId, text::FormatSpec)>,
    pub(super) binders: FxHashMap<LocalId, Binder>,
    /// Globals of the cell itself whose types are being inferred.
    pub(super) globals: FxHashMap<DefId, Ty>,
    /// The type of `b` itself in `a?.b`.
    pub(super) optional_fields: FxHashMap<ExprId, Ty>,
    /// The functions in the body that have been checked.
    pub(super) checked_inner: Vec<DefId>,
    pub(super) notes: Notes,
    errors_before: usize,
    pub(super) reported: bool,
}

/// The type parameters with the bounds that the traits among their bounds ask for.
fn with_asked_for(env: &Env, generics: &[Generic]) -> Vec<Generic> {
    let mut generics = generics.to_vec();
    for generic in &mut generics {
        let mut index = 0;
        while let Some(bound) = generic.bounds.get(index).copied() {
            index += 1;
            let Bound::Trait(def, _) = bound else {
                continue;
            };
            for above in &env.trait_def(def).supers {
                if !generic.bounds.contains(above) {
                    generic.bounds.push(*above);
                }
            }
        }
    }
    generics
}

impl<'u, 'e> Checker<'u, 'e> {
    pub(super) fn new(unit: &'u mut Unit<'e>, body: hir::Body, item: Item) -> Checker<'u, 'e> {
        let errors_before = unit.diags.len();
        let infer = InferTable::new(with_asked_for(unit.env, &body.generics));
        Checker {
            unit,
            infer,
            body: Rc::new(body),
            item,
            tables: Tables::default(),
            frames: Vec::new(),
            loops: FxHashMap::default(),
            pending: Vec::new(),
            obligations: Vec::new(),
            open_bounds: Vec::new(),
            literals: Vec::new(),
            matches: Vec::new(),
            dropped: Vec::new(),
            pattern_failed: false,
            gave_up: false,
            specs: Vec::new(),
            binders: FxHashMap::default(),
            globals: FxHashMap::default(),
            optional_fields: FxHashMap::default(),
            checked_inner: Vec::new(),
            notes: Notes::default(),
            errors_before,
            reported: false,
        }
    }

    pub(super) fn run(mut self) -> Checked {
        self.begin_inner();
        let ret = match self.item.clone() {
            Item::Function { def, ret } => self.check_function(def, ret),
            Item::Cell { defines } => self.check_cell(&defines),
        };
        self.finish(ret)
    }

    fn check_function(&mut self, def: DefId, ret: Option<Ty>) -> Ty {
        let found = self.env().def(def).clone();
        let DefKind::Fn(function) = &found.kind else {
            panic!("compiler bug: {def} is not a function");
        };
        let locals: Vec<LocalId> = self.body.locals.keys().take(self.body.params).collect();
        for (local, param) in locals.into_iter().zip(&function.params) {
            self.tables.locals[local] = Some(param.ty);
            self.binders.insert(local, Binder::Param);
        }
        let root = self.body.root;
        let why = Why::at(found.span, "because of the result type of this function");
        let inferred = ret.is_none();
        let ret = ret.unwrap_or_else(|| self.fresh(self.body.span));
        self.frames.push(Frame {
            ret: Some(ret),
            why,
        });
        if inferred {
            let found = self.infer_expr(root);
            let span = self.span(root);
            self.unify_or_report(found, ret, span, Why::PLAIN);
            // A body that never ends has no value, whatever its type is used as; if no `return` says one.
            let unknown = self.shallow(ret);
            if found.is_never()
                && matches!(unknown.kind(), TyKind::Infer(var) if var.kind == InferKind::General)
            {
                return Ty::never();
            }
        } else if function.projection.is_some() {
            let found = self.check_expr(root, Expect::Hint(ret));
            let span = self.blame(root);
            self.unify_or_report(found, ret, span, why);
        } else {
            self.tables.ends_ok = self.check_result(root, ret, why);
        }
        ret
    }

    /// A body whose result type is written. Whether it ends without a value though it is a `()!`.
    pub(super) fn check_result(&mut self, root: ExprId, ret: Ty, why: Why) -> bool {
        if ret.is_unit() && self.is_block(root) {
            self.check_expr(root, Expect::Drop);
        } else if self.may_end_ok(root, ret) {
            let found = self.check_expr(root, Expect::Hint(ret));
            let found = self.shallow(found);
            if found.is_unit() || found.is_never() {
                return true;
            }
            let span = self.blame(root);
            self.unify_or_report(found, ret, span, why);
        } else {
            self.coerce(root, ret, why);
        }
        false
    }

    fn check_cell(&mut self, defines: &[DefId]) -> Ty {
        for def in defines {
            if let DefKind::Global(global) = &self.env().def(*def).kind
                && global.ty.is_none()
            {
                let name = self.env().def(*def).name.clone();
                let span = self.env().def(*def).span;
                let ty = self.infer.fresh(
                    InferKind::General,
                    Origin {
                        span,
                        kind: OriginKind::Binding(name),
                    },
                );
                self.globals.insert(*def, ty);
            }
        }
        self.frames.push(Frame {
            ret: None,
            why: Why::PLAIN,
        });
        let root = self.body.root;
        if defines.is_empty() {
            self.infer_expr(root)
        } else {
            self.check_expr(root, Expect::Drop)
        }
    }

    /// A body of type `()!`, which may end without a value.
    fn may_end_ok(&self, root: ExprId, ret: Ty) -> bool {
        let TyKind::Adt(DefId::RESULT, args) = ret.kind() else {
            return false;
        };
        args[0].is_unit() && self.is_block(root)
    }

    fn is_block(&self, expr: ExprId) -> bool {
        matches!(self.body.exprs[expr].kind, ExprKind::Block { .. })
    }

    pub(super) fn env(&self) -> &Env {
        self.unit.env
    }

    pub(super) fn span(&self, expr: ExprId) -> Span {
        self.body.exprs[expr].span
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.reported |= diagnostic.is_error();
        self.unit.report(diagnostic);
    }

    /// Reports and gives the type that fits everything.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) -> Ty {
        self.report(diagnostic);
        Ty::error()
    }

    pub(super) fn show(&self, ty: Ty) -> String {
        self.presentable(ty).display(self.env())
    }

    /// The type for a message: literals inside another type have their default types there.
    pub(super) fn presentable(&self, ty: Ty) -> Ty {
        let ty = self.infer.resolve(ty);
        match ty.kind() {
            TyKind::Infer(_) => ty,
            _ => ty.map_parts(&mut |part| with_defaults(part)),
        }
    }

    pub(super) fn fresh(&mut self, span: Span) -> Ty {
        self.infer.fresh(
            InferKind::General,
            Origin {
                span,
                kind: OriginKind::Expr,
            },
        )
    }

    pub(super) fn fresh_as(&mut self, span: Span, kind: OriginKind) -> Ty {
        self.infer.fresh(InferKind::General, Origin { span, kind })
    }

    pub(super) fn literal_var(&mut self, kind: InferKind, span: Span) -> Ty {
        self.infer.fresh(
            kind,
            Origin {
                span,
                kind: OriginKind::Expr,
            },
        )
    }

    pub(super) fn shallow(&self, ty: Ty) -> Ty {
        self.infer.shallow(ty)
    }

    /// The type with its constructor known: what waits is tried first, and a literal takes its default. A type
    /// that stays unknown is reported.
    pub(super) fn known(&mut self, ty: Ty, span: Span) -> Ty {
        let mut ty = self.shallow(ty);
        if matches!(ty.kind(), TyKind::Infer(_)) {
            self.settle(false);
            ty = self.infer.default_literal(ty);
        }
        if matches!(ty.kind(), TyKind::Infer(_)) {
            let report = errors::must_be_known(span);
            let _ = self.infer.unify(ty, Ty::error());
            return self.fail(report);
        }
        ty
    }

    /// Type arguments for an item's parameters, with what their bounds ask.
    pub(super) fn instantiate(
        &mut self,
        generics: &[Generic],
        of: &SmolStr,
        span: Span,
    ) -> Vec<Ty> {
        generics
            .iter()
            .map(|generic| self.instantiate_one(generic, of, span))
            .collect()
    }

    /// The same for a function, which may stand in a body.
    pub(super) fn instantiate_fn(&mut self, function: &FnDef, of: &SmolStr, span: Span) -> Vec<Ty> {
        let (inherited, own) = function.generics.split_at(function.inherited);
        let inherited = (0u32..).zip(inherited);
        let mut args: Vec<Ty> = inherited
            .map(|(index, generic)| match generic.name.is_empty() {
                false => generic.as_arg(index),
                true if generic.is_const => Ty::new(TyKind::FixedArray(Ty::unit(), Len::Known(0))),
                true => Ty::unit(),
            })
            .collect();
        args.extend(self.instantiate(own, of, span));
        args
    }

    fn instantiate_one(&mut self, generic: &Generic, of: &SmolStr, span: Span) -> Ty {
        if generic.is_const {
            return self.infer.fresh_len();
        }
        let kind = if generic.bounds.contains(&Bound::Float) {
            InferKind::Float
        } else {
            InferKind::General
        };
        let origin = Origin {
            span,
            kind: OriginKind::TypeArg {
                param: generic.name.clone(),
                of: of.clone(),
            },
        };
        self.infer.fresh(kind, origin)
    }

    /// What the bounds of an item ask of its type arguments, to be checked when they are known.
    pub(super) fn require_bounds(
        &mut self,
        generics: &[Generic],
        args: &[Ty],
        of: &SmolStr,
        span: Span,
    ) {
        for (generic, ty) in generics.iter().zip(args) {
            for bound in &generic.bounds {
                if let Bound::Trait(def, given) = bound.subst(args)
                    && self.infer.has_free(given)
                {
                    self.open_bounds.push((*ty, def, given));
                }
                self.obligations.push(Obligation {
                    ty: *ty,
                    bound: bound.subst(args),
                    span,
                    because: Because::Param {
                        name: generic.name.clone(),
                        of: of.clone(),
                    },
                });
            }
        }
    }

    fn finish(mut self, ret: Ty) -> Checked {
        self.settle(false);
        self.infer.default_literals();
        self.settle(true);
        self.infer.default_literals();
        self.report_waiting();
        for ty in std::mem::take(&mut self.dropped) {
            // `fail("…")?` alone on a line has a value that nobody asks for.
            let _ = self.infer.unify(ty, Ty::unit());
        }
        let unknown = self.infer.close();
        // What was not understood might have said it.
        let mut exprs = self.body.exprs.values();
        self.reported |= exprs.any(|expr| matches!(expr.kind, ExprKind::Error));
        if !self.reported && self.unit.diags.len() == self.errors_before {
            let mut seen = Vec::new();
            for origin in unknown {
                if !seen.contains(&origin.span) {
                    seen.push(origin.span);
                    let report = match self.builtin_at(origin.span) {
                        Some(builtin) => {
                            errors::builtin_of_any_type(builtin_name(builtin), &origin)
                        }
                        None => errors::cannot_infer(&origin),
                    };
                    self.report(report);
                }
            }
        }
        self.check_literals();
        self.check_obligations();
        self.check_specs();
        self.resolve_tables();
        if !self.reported {
            self.warn_constant_overflow();
        }
        if !self.reported {
            self.prove_matches();
        }
        if !self.reported {
            self.finish_inner();
            self.declare_closures();
            self.note_captures();
            self.declare_projection();
            self.check_opened_projections();
            self.check_taken();
        }
        let ret = self.infer.resolve(ret);
        self.tables.ret = Some(ret);
        let mut globals: Vec<(DefId, Ty)> = self
            .globals
            .iter()
            .map(|(def, ty)| (*def, self.infer.resolve(*ty)))
            .collect();
        globals.sort_by_key(|(def, _)| *def);
        let Checker {
            body,
            tables,
            notes,
            ..
        } = self;
        let body = Rc::into_inner(body).expect("compiler bug: a body is shared after its check");
        Checked {
            body,
            tables,
            ret,
            globals,
            notes,
        }
    }

    /// `print` as a value, which is a closure that the text does not show.
    fn builtin_at(&self, span: Span) -> Option<Builtin> {
        let mut exprs = self.body.exprs.values().filter(|expr| expr.span == span);
        exprs.find_map(|expr| match &expr.kind {
            ExprKind::Closure { body, .. } => match self.body.exprs[*body].kind {
                ExprKind::Call {
                    callee: Callee::Builtin(builtin),
                    ..
                } => Some(builtin),
                _ => None,
            },
            _ => None,
        })
    }

    fn resolve_tables(&mut self) {
        let infer = &self.infer;
        let resolve = |slot: &mut Option<Ty>| *slot = slot.map(|ty| infer.resolve(ty));
        self.tables.exprs.values_mut().for_each(resolve);
        self.tables.locals.values_mut().for_each(resolve);
        self.tables.pats.values_mut().for_each(resolve);
        let all = |args: &mut Vec<Ty>| args.iter_mut().for_each(|ty| *ty = infer.resolve(*ty));
        // The order does not matter: each entry is changed on its own.
        #[allow(clippy::iter_over_hash_type)]
        {
            for ty in self.tables.wraps.values_mut() {
                *ty = infer.resolve(*ty);
            }
            for Call { type_args, .. } in self.tables.calls.values_mut() {
                all(type_args);
            }
            for value in self.tables.fn_values.values_mut() {
                all(&mut value.type_args);
            }
        }
    }
}

fn with_defaults(ty: Ty) -> Ty {
    match ty.kind() {
        TyKind::Infer(var) => match var.kind {
            InferKind::General => ty,
            InferKind::Int => Ty::i64(),
            InferKind::Float => Ty::f64(),
        },
        _ => ty.map_parts(&mut with_defaults),
    }
}
