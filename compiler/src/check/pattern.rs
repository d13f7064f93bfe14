//! Patterns: each gets the type of the value it is matched with, and its locals theirs.

use smol_str::SmolStr;
use syntax::Span;

use super::body::{Because, Binder, Checker, Literal, Number, Obligation, Why};
use super::errors;
use super::place::Use;
use crate::env::{Bound, Def, DefId, DefKind, FieldDef, Head};
use crate::hir::{self, ExprId, FieldPat, PatId, PatKind};
use crate::types::{InferKind, OriginKind, Ty, TyKind};

/// A `match` or binding whose patterns must cover every value; proved when the types are known.
pub(super) enum MatchToProve {
    Exhaustive {
        span: Span,
        arms: Vec<(PatId, bool)>,
        ty: Ty,
    },
    Irrefutable {
        pat: PatId,
        ty: Ty,
    },
}

impl Checker<'_, '_> {
    pub(super) fn prove_exhaustive(
        &mut self,
        id: ExprId,
        scrutinee: ExprId,
        arms: &[hir::Arm],
        ty: Ty,
    ) {
        let arms = arms.iter().map(|arm| (arm.pat, arm.guard.is_some()));
        let start = self.span(id);
        let span = Span {
            end: self.span(scrutinee).end.max(start.start),
            ..start
        };
        self.matches.push(MatchToProve::Exhaustive {
            span,
            arms: arms.collect(),
            ty,
        });
    }

    pub(super) fn prove_irrefutable(&mut self, pat: PatId, ty: Ty) {
        self.matches.push(MatchToProve::Irrefutable { pat, ty });
    }

    /// A pattern with `mut` bindings needs a place to bind them in.
    pub(super) fn require_matched_place(&mut self, pat: PatId, scrutinee: ExprId) {
        if self.binds_in_place(pat) {
            self.require_place(scrutinee, Use::Matched);
        }
    }

    pub(super) fn binds_in_place(&self, pat: PatId) -> bool {
        match &self.body.pats[pat].kind {
            PatKind::Bind(local) => self.body.locals[*local].is_ref,
            PatKind::Tuple(parts) | PatKind::Or(parts) => {
                parts.iter().any(|part| self.binds_in_place(*part))
            }
            PatKind::Array { before, after, .. } => before
                .iter()
                .chain(after)
                .any(|part| self.binds_in_place(*part)),
            PatKind::Variant {
                fields: Some(fields),
                ..
            }
            | PatKind::Struct { fields, .. } => {
                fields.iter().any(|field| self.binds_in_place(field.pat))
            }
            PatKind::Typed { pat, .. } => self.binds_in_place(*pat),
            PatKind::Variant { fields: None, .. }
            | PatKind::Wildcard
            | PatKind::Int { .. }
            | PatKind::Float(_)
            | PatKind::Bool(_)
            | PatKind::Char(_)
            | PatKind::Str(_)
            | PatKind::Const(_)
            | PatKind::Range { .. }
            | PatKind::Error => false,
        }
    }

    /// `for mut x in xs`, `for (i, mut x) in xs.enumerate()`, `for (mut a, b) in zip(xs, ys)`.
    pub(super) fn require_walked_place(&mut self, id: ExprId, pat: PatId, source: ExprId) {
        if !self.binds_in_place(pat) {
            return;
        }
        let parts = match &self.body.pats[pat].kind {
            PatKind::Tuple(parts) if parts.len() == 2 => Some((parts[0], parts[1])),
            _ => None,
        };
        match (self.tables.sources.get(&id).copied(), parts) {
            (Some(super::ForSource::Enumerate(xs)), Some((index, _))) => {
                if self.binds_in_place(index) {
                    let span = self.body.pats[index].span;
                    self.report(errors::index_is_not_a_place(span));
                }
                self.require_place(xs, Use::Walked);
            }
            (Some(super::ForSource::Zip(xs, ys)), Some((a, b))) => {
                for (part, source) in [(a, xs), (b, ys)] {
                    if self.binds_in_place(part) {
                        self.require_place(source, Use::Walked);
                    }
                }
            }
            (Some(super::ForSource::Map), Some((key, _))) if self.binds_in_place(key) => {
                let span = self.body.pats[key].span;
                self.report(errors::key_is_not_a_place(span));
            }
            (
                Some(
                    super::ForSource::Range
                    | super::ForSource::Chars
                    | super::ForSource::Set
                    | super::ForSource::Elements
                    | super::ForSource::Iter,
                ),
                _,
            ) => {
                let shown = self.tables.exprs[source].map_or_else(String::new, |ty| self.show(ty));
                let by = self.tables.exprs[source].and_then(|ty| self.changed_by_index(ty));
                self.report(errors::elements_are_not_places(
                    self.span(source),
                    &shown,
                    by,
                ));
            }
            (Some(_), _) => self.require_place(source, Use::Walked),
            (None, _) => {}
        }
    }

    /// How the elements of a container are changed that has places by an index or handle.
    fn changed_by_index(&self, ty: Ty) -> Option<&'static str> {
        let head = Head::of(self.infer.resolve(ty))?;
        let has = |name: &str| self.env().methods(&head, name).next();
        self.env().function(has("[]")?).projection.as_ref()?;
        if has("handles").is_some() {
            return Some("change them by their handles: `for h in pool.handles() { pool[h] = … }`");
        }
        has("len")?;
        Some("change them by their indices: `for i in 0..xs.len() { xs[i] = … }`")
    }

    pub(super) fn check_pat(&mut self, pat: PatId, ty: Ty, binder: Binder) {
        self.tables.pats[pat] = Some(ty);
        let body = self.body.clone();
        let span = body.pats[pat].span;
        match &body.pats[pat].kind {
            PatKind::Wildcard => {}
            PatKind::Bind(local) => self.bind_local(*local, ty, binder),
            PatKind::Int { value, negative } => {
                let literal = self.literal_var(InferKind::Int, span);
                self.literals.push(Literal {
                    ty: literal,
                    span,
                    value: Number::Int {
                        value: *value,
                        negative: *negative,
                    },
                });
                self.match_number(literal, ty, span);
            }
            PatKind::Float(value) => {
                let literal = self.literal_var(InferKind::Float, span);
                self.literals.push(Literal {
                    ty: literal,
                    span,
                    value: Number::Float(*value),
                });
                self.match_number(literal, ty, span);
            }
            PatKind::Bool(_) => self.match_type(Ty::bool(), ty, span),
            PatKind::Char(_) => self.match_type(Ty::char(), ty, span),
            PatKind::Str(_) => self.match_type(Ty::str(), ty, span),
            PatKind::Const(def) => {
                let found = self.unit.type_of(*def, span);
                self.match_type(found, ty, span);
            }
            PatKind::Range {
                low,
                high,
                inclusive: _,
            } => self.check_range_pat([*low, *high], ty, binder, span),
            PatKind::Tuple(parts) => self.check_tuple_pat(parts, ty, span, binder),
            PatKind::Array {
                before,
                rest: _,
                after,
            } => self.check_array_pat(before, after, ty, span, binder),
            PatKind::Variant {
                of,
                name,
                name_span,
                fields,
                rest,
            } => {
                let variant = VariantPat {
                    pat,
                    of: *of,
                    name,
                    name_span: *name_span,
                    fields: fields.as_deref(),
                    rest: *rest,
                };
                self.check_variant_pat(&variant, ty, binder);
            }
            PatKind::Struct { def, fields, rest } => {
                self.check_struct_pat(pat, *def, fields, *rest, ty, binder);
            }
            PatKind::Or(alternatives) => {
                for alternative in alternatives {
                    self.check_pat(*alternative, ty, binder);
                }
            }
            PatKind::Typed { pat, ty: written } => {
                let written = self.fill_unknown(*written, span);
                self.check_written_type(written, ty, span);
                self.check_pat(*pat, written, binder);
            }
            PatKind::Error => {}
        }
    }

    /// `x: T`: what is inside of an `any`, which may be of that type.
    fn check_written_type(&mut self, written: Ty, ty: Ty, span: Span) {
        let matched = self.shallow(ty);
        let TyKind::Any(of, args) = matched.kind() else {
            if !matched.is_error() && !self.pattern_failed {
                let (matched, written) = (self.show(matched), self.show(written));
                self.report(errors::type_in_pattern(span, &matched, &written));
            }
            self.pattern_failed = true;
            return;
        };
        match written.kind() {
            TyKind::Any(..) => {
                let shown = self.show(written);
                self.report(errors::trait_in_pattern(span, &shown));
            }
            _ => self.obligations.push(Obligation {
                ty: written,
                bound: Bound::Trait(*of, Ty::tuple(args.clone())),
                span,
                because: Because::Inside,
            }),
        }
    }

    /// A number in a pattern. What a parameter stands for is compared by its own `==`, which no pattern calls.
    fn match_number(&mut self, literal: Ty, ty: Ty, span: Span) {
        let matched = self.shallow(ty);
        if matches!(matched.kind(), TyKind::Param(..)) {
            if !self.pattern_failed {
                let shown = self.show(matched);
                self.report(errors::number_in_generic_pattern(span, &shown));
            }
            let _ = self.infer.unify(literal, Ty::error());
            self.pattern_failed = true;
        } else {
            self.match_type(literal, ty, span);
        }
    }

    /// The ends of a range.
    fn check_range_pat(&mut self, bounds: [Option<PatId>; 2], ty: Ty, binder: Binder, span: Span) {
        for bound in bounds.into_iter().flatten() {
            self.check_pat(bound, ty, binder);
        }
        let matched = self.shallow(ty);
        let is_ordered = match matched.kind() {
            TyKind::Int(_) | TyKind::Float(_) | TyKind::Char => true,
            // These have been reported, or are literals.
            TyKind::Param(..) | TyKind::Error | TyKind::Never | TyKind::Infer(_) => true,
            _ => false,
        };
        if !is_ordered && !self.pattern_failed {
            let shown = self.show(matched);
            self.report(errors::bad_range_pattern(span, &shown));
            self.pattern_failed = true;
        }
    }

    fn bind_local(&mut self, local: hir::LocalId, ty: Ty, binder: Binder) {
        let declared = &self.body.locals[local];
        let (annotation, span, name) = (declared.ty, declared.span, declared.name.clone());
        self.binders.insert(local, binder);
        if let Some(annotation) = annotation {
            let annotation = self.fill_unknown(annotation, span);
            self.match_type(ty, annotation, span);
        }
        match self.tables.locals[local] {
            // An alternative of an or-pattern binds the same local again.
            Some(before) => {
                if self.infer.unify(before, ty).is_err() {
                    let (before, now) = (self.show(before), self.show(ty));
                    self.report(errors::binding_types_differ(&name, span, &before, &now));
                }
            }
            None => self.tables.locals[local] = Some(ty),
        }
    }

    /// The type of a pattern against that of the value.
    fn match_type(&mut self, found: Ty, ty: Ty, span: Span) {
        if self.infer.unify(found, ty).is_err() {
            self.pattern_failed = true;
            let (found, ty) = (self.show(found), self.show(ty));
            self.report(errors::pattern_type(span, &found, &ty));
        }
    }

    fn bind_all_as_errors<'p>(
        &mut self,
        pats: impl IntoIterator<Item = &'p PatId>,
        binder: Binder,
    ) {
        self.pattern_failed = true;
        for pat in pats {
            self.check_pat(*pat, Ty::error(), binder);
        }
    }

    fn check_tuple_pat(&mut self, parts: &[PatId], ty: Ty, span: Span, binder: Binder) {
        let known = self.shallow(ty);
        let types: Vec<Ty> = match known.kind() {
            TyKind::Tuple(types) if types.len() == parts.len() => types.clone(),
            TyKind::Tuple(types) => {
                let shown = self.show(known);
                self.report(errors::tuple_pattern_count(
                    span,
                    parts.len(),
                    types.len(),
                    &shown,
                ));
                return self.bind_all_as_errors(parts, binder);
            }
            TyKind::Infer(var) if var.kind == InferKind::General => {
                let types: Vec<Ty> = parts
                    .iter()
                    .map(|part| {
                        let span = self.body.pats[*part].span;
                        self.fresh_as(span, OriginKind::Expr)
                    })
                    .collect();
                self.match_type(Ty::tuple(types.clone()), ty, span);
                types
            }
            TyKind::Error | TyKind::Never => return self.bind_all_as_errors(parts, binder),
            _ => {
                let shown = self.show(known);
                let report = errors::pattern_type(span, "a tuple", &shown);
                let counts = parts.len() == 2 && matches!(binder, Binder::For);
                self.report(match counts {
                    true => report.help(
                        "elements come with their numbers from `for (i, x) in xs.enumerate()`",
                    ),
                    false => report,
                });
                return self.bind_all_as_errors(parts, binder);
            }
        };
        for (part, ty) in parts.iter().zip(types) {
            self.check_pat(*part, ty, binder);
        }
    }

    fn check_array_pat(
        &mut self,
        before: &[PatId],
        after: &[PatId],
        ty: Ty,
        span: Span,
        binder: Binder,
    ) {
        let known = self.known(ty, span);
        let elem = match known.kind() {
            TyKind::Array(elem) | TyKind::FixedArray(elem, _) => *elem,
            TyKind::Error | TyKind::Never => Ty::error(),
            _ => {
                let shown = self.show(known);
                self.report(errors::pattern_type(span, "an array", &shown));
                Ty::error()
            }
        };
        for part in before.iter().chain(after) {
            self.check_pat(*part, elem, binder);
        }
    }

    fn check_variant_pat(&mut self, variant: &VariantPat<'_>, ty: Ty, binder: Binder) {
        let all = variant.fields.unwrap_or(&[]);
        let pats = || all.iter().map(|field| &field.pat);
        if self.shallow(ty).is_error() {
            return self.bind_all_as_errors(pats(), binder);
        }
        let is_open = matches!(self.shallow(ty).kind(), TyKind::Infer(_));
        let of = variant
            .of
            .or(language_enum(variant.name).filter(|_| is_open));
        if let Some(of) = of
            && !self.match_enum(of, ty, variant)
        {
            return self.bind_all_as_errors(pats(), binder);
        }
        let known = self.known(ty, variant.name_span);
        let found = match known.kind() {
            TyKind::Error | TyKind::Never => return self.bind_all_as_errors(pats(), binder),
            TyKind::Adt(def, _) => Some(self.env().def(*def).clone()),
            _ => None,
        };
        let item = match found.as_ref().map(|found| &found.kind) {
            Some(DefKind::Enum(item)) => Some(item),
            _ => None,
        };
        let (Some(found), Some(item)) = (&found, item) else {
            if variant.fields.is_none() && self.constant_pat(variant, known) {
                return;
            }
            let shown = self.show(known);
            self.report(errors::variant_pattern_type(
                variant.name,
                variant.name_span,
                &shown,
            ));
            return self.bind_all_as_errors(pats(), binder);
        };
        let Some(index) = item.variants.iter().position(|v| v.name == *variant.name) else {
            if variant.fields.is_none() && self.constant_pat(variant, known) {
                return;
            }
            let report = self.no_such_variant(variant, known, found, item);
            if !self.may_be_skipped(variant.name) {
                self.report(report);
            }
            return self.bind_all_as_errors(pats(), binder);
        };
        let TyKind::Adt(_, type_args) = known.kind() else {
            return;
        };
        let fields = &item.variants[index].fields;
        if variant.fields.is_none() && !fields.is_empty() {
            let report =
                errors::variant_needs_fields(variant.name, variant.name_span, fields.len());
            self.report(report);
        }
        let owner = FieldOwner {
            pat: variant.pat,
            index: index as u32,
            name: variant.name,
            fields,
            type_args,
            rest: variant.rest || variant.fields.is_none(),
        };
        self.check_field_pats(&owner, all, binder);
    }

    fn no_such_variant(
        &self,
        variant: &VariantPat<'_>,
        known: Ty,
        found: &Def,
        item: &crate::env::EnumDef,
    ) -> syntax::Diagnostic {
        // `Circle(r)` against a `Shape?`: the variant is inside.
        if let Some(inner) = known.option_of()
            && let TyKind::Adt(def, _) = self.shallow(inner).kind()
            && let DefKind::Enum(inside) = &self.env().def(*def).kind
            && inside.variants.iter().any(|v| v.name == *variant.name)
        {
            let shown = self.show(known);
            return errors::variant_inside_optional(variant.name, variant.name_span, &shown);
        }
        let names = item.variants.iter().map(|v| v.name.as_str());
        errors::unknown_variant(variant.name, variant.name_span, &found.name, names)
    }

    /// Whether the value may be of the variant's enum; if not, it has been reported.
    fn match_enum(&mut self, of: DefId, ty: Ty, variant: &VariantPat<'_>) -> bool {
        let span = variant.name_span;
        let found = self.env().def(of).clone();
        let DefKind::Enum(item) = &found.kind else {
            return true;
        };
        let args = self.instantiate(&item.generics, &found.name, span);
        let wanted = Ty::new(TyKind::Adt(of, args));
        if self.infer.unify(wanted, ty).is_ok() {
            return true;
        }
        self.pattern_failed = true;
        let (wanted, ty) = (self.show(wanted), self.show(ty));
        let report = errors::pattern_type(span, &wanted, &ty);
        self.report(match variant.name.as_str() {
            "none" => report.help("`none` is a keyword: a variable has another name"),
            _ => report,
        });
        false
    }

    /// A bare upper-case name that is no variant of the type may be a constant.
    fn constant_pat(&mut self, variant: &VariantPat<'_>, ty: Ty) -> bool {
        let Some(def) = self.constant_named(variant.name) else {
            return false;
        };
        let found = self.unit.type_of(def, variant.name_span);
        self.tables.pat_consts.insert(variant.pat, def);
        self.match_type(found, ty, variant.name_span);
        true
    }

    fn constant_named(&self, name: &SmolStr) -> Option<DefId> {
        let def = match &self.item {
            super::body::Item::Function { def, .. } => Some(*def),
            super::body::Item::Cell { defines } => defines.first().copied(),
        };
        let module = def.map(|def| self.env().def(def).module)?;
        let found = *self.env().module(module).names.get(name)?;
        matches!(self.env().def(found).kind, DefKind::Const(_)).then_some(found)
    }

    fn check_struct_pat(
        &mut self,
        pat: PatId,
        def: DefId,
        fields: &[FieldPat],
        rest: bool,
        ty: Ty,
        binder: Binder,
    ) {
        let span = self.body.pats[pat].span;
        let found = self.env().def(def).clone();
        let DefKind::Struct(item) = &found.kind else {
            return self.bind_all_as_errors(fields.iter().map(|f| &f.pat), binder);
        };
        let type_args = self.instantiate(&item.generics, &found.name, span);
        self.match_type(Ty::new(TyKind::Adt(def, type_args.clone())), ty, span);
        let owner = FieldOwner {
            pat,
            index: 0,
            name: &found.name,
            fields: &item.fields,
            type_args: &type_args,
            rest,
        };
        self.check_field_pats(&owner, fields, binder);
    }

    fn check_field_pats(&mut self, owner: &FieldOwner<'_>, pats: &[FieldPat], binder: Binder) {
        let span = self.body.pats[owner.pat].span;
        let mut slots: Vec<Option<PatId>> = vec![None; owner.fields.len()];
        for (position, field) in pats.iter().enumerate() {
            let index = match &field.name {
                None => (position < slots.len()).then_some(position),
                Some((name, name_span)) => {
                    let index = owner.fields.iter().position(|f| f.name == *name);
                    if index.is_none() {
                        let names = owner.fields.iter().map(|f| f.name.as_str());
                        self.report(errors::unknown_field(name, *name_span, owner.name, names));
                        self.check_pat(field.pat, Ty::error(), binder);
                        continue;
                    }
                    index
                }
            };
            let Some(index) = index else {
                self.check_pat(field.pat, Ty::error(), binder);
                continue;
            };
            slots[index] = Some(field.pat);
            let ty = owner.fields[index].ty.subst(owner.type_args);
            self.check_pat(field.pat, ty, binder);
        }
        let missing: Vec<&str> = owner
            .fields
            .iter()
            .zip(&slots)
            .filter(|(_, slot)| slot.is_none())
            .map(|(field, _)| field.name.as_str())
            .collect();
        if pats.len() > owner.fields.len() || (!owner.rest && !missing.is_empty()) {
            let counts = (owner.fields.len(), pats.len());
            self.report(errors::field_pattern_count(
                owner.name, span, counts, &missing,
            ));
        }
        self.tables
            .pat_fields
            .insert(owner.pat, (owner.index, slots));
    }

    /// The name and kind of whoever bound a local, for messages.
    pub(super) fn binder_of(&self, local: hir::LocalId) -> Binder {
        self.binders.get(&local).copied().unwrap_or(Binder::Let)
    }

    pub(super) fn unify_place_types(&mut self, value: ExprId, found: Ty, place: Ty, why: Why) {
        let span = self.blame(value);
        self.unify_or_report(found, place, span, why);
    }
}

struct VariantPat<'a> {
    pat: PatId,
    of: Option<DefId>,
    name: &'a SmolStr,
    name_span: Span,
    fields: Option<&'a [FieldPat]>,
    rest: bool,
}

/// A struct or variant whose fields are matched.
struct FieldOwner<'a> {
    pat: PatId,
    index: u32,
    name: &'a str,
    fields: &'a [FieldDef],
    type_args: &'a [Ty],
    rest: bool,
}

/// The enum of `some`, `none`, `ok` and `err`, which needs no name.
fn language_enum(name: &str) -> Option<DefId> {
    match name {
        "some" | "none" => Some(DefId::OPTION),
        "ok" | "err" => Some(DefId::RESULT),
        _ => None,
    }
}
