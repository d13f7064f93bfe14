//! Whether patterns cover every value, by the usefulness of one more row (Maranget, "Warnings for pattern matching").
//!
//! Patterns become rows of [`Simple`]s. A query row is useful if some value matches it and no row before; the value found is the
//! witness that a message names. `match` asks with a row of wildcards: useful means not exhaustive.

use std::cell::Cell;

use smol_str::SmolStr;
use syntax::Span;

use super::body::Checker;
use super::errors;
use super::pattern::MatchToProve;
use crate::env::{DefId, DefKind, Env};
use crate::hir::{ExprKind, PatId, PatKind};
use crate::types::{Len, Ty, TyKind};

#[derive(Clone, Debug)]
enum Simple {
    Wild,
    Make(Constructor, Vec<Simple>),
    Or(Vec<Simple>),
}

#[derive(Clone, Debug, PartialEq)]
enum Constructor {
    /// A struct or tuple.
    Whole,
    Variant(u32),
    Bool(bool),
    /// Both ends included; integers and characters.
    Range(i128, i128),
    /// An array of exactly so many elements.
    Length(u64),
    /// An array of at least so many: `before` and `after` the rest.
    AtLeast {
        before: u64,
        after: u64,
    },
    /// A text, float or constant: equal to itself only.
    Opaque(String),
    /// All values that no literal of the column names.
    Others,
}

type Row = Vec<Simple>;

/// An enum without variants has no values.
fn is_vacant(env: &Env, ty: Ty) -> bool {
    let TyKind::Adt(def, _) = ty.kind() else {
        return false;
    };
    matches!(&env.def(*def).kind, DefKind::Enum(found) if found.variants.is_empty())
}

/// `NotFound` and `not_found`
fn is_same_word(a: &str, b: &str) -> bool {
    let letters = |word: &str| word.replace('_', "").to_lowercase();
    letters(a) == letters(b)
}

impl Checker<'_, '_> {
    /// All `match`es and bindings of the body, when its types are known.
    pub(super) fn prove_matches(&mut self) {
        // What a pattern that was not understood matches cannot be said.
        let patterns = self.body.pats.values();
        if patterns
            .into_iter()
            .any(|pat| matches!(pat.kind, PatKind::Error))
            || self.pattern_failed
        {
            return;
        }
        for proof in std::mem::take(&mut self.matches) {
            match proof {
                MatchToProve::Exhaustive { span, arms, ty } => {
                    let ty = self.infer.resolve(ty);
                    self.prove_match(span, &arms, ty);
                }
                MatchToProve::Irrefutable { pat, ty } => {
                    let ty = self.infer.resolve(ty);
                    if ty.is_error() {
                        continue;
                    }
                    let row = vec![self.simplify(pat)];
                    let span = self.body.pats[pat].span;
                    if let Some(witness) = self.find(span, &[row], &[Simple::Wild], ty) {
                        self.report(errors::refutable(span, &witness.join(", ")));
                    }
                }
            }
        }
    }

    fn prove_match(&mut self, span: Span, arms: &[(PatId, bool)], ty: Ty) {
        if ty.is_error() || ty.is_never() {
            return;
        }
        if arms.is_empty() && is_vacant(self.env(), ty) {
            return;
        }
        if let Some((span, name, variant)) = self.named_like_variant(arms, ty) {
            let shown = self.show(ty);
            self.report(errors::named_like_variant(span, &name, &variant, &shown));
            return;
        }
        let mut rows: Vec<Row> = Vec::new();
        for (pat, guarded) in arms {
            let row = vec![self.simplify(*pat)];
            let found = self.find(span, &rows, &row, ty);
            if self.gave_up {
                return;
            }
            if found.is_none() && !self.has_whole_constant(*pat) {
                let span = self.body.pats[*pat].span;
                self.report(errors::unreachable_arm(span));
            }
            if !guarded {
                rows.push(row);
            }
        }
        if let Some(witness) = self.find(span, &rows, &[Simple::Wild], ty) {
            self.report(errors::not_exhaustive(span, &witness));
        }
    }

    /// A value that the query matches and no row does, within what may be compiled: some patterns take a time that doubles with each column.
    fn find(&mut self, span: Span, rows: &[Row], query: &[Simple], ty: Ty) -> Option<Vec<String>> {
        let budget = self.env().budget().clone();
        let search = Search {
            env: self.env(),
            left: Cell::new(budget.cells()),
        };
        let found = search.find(rows, query, &[ty]);
        let left = search.left.get();
        if !budget.take_cells(budget.cells() - left) || left == 0 {
            let what = "what this leaves out takes too long to find";
            self.report(budget.exceeded(what, span));
            self.gave_up = true;
            return None;
        }
        found
    }

    /// An arm that binds everything and does not ask for it, by a name that a variant has but for its case.
    fn named_like_variant(
        &self,
        arms: &[(PatId, bool)],
        ty: Ty,
    ) -> Option<(Span, SmolStr, SmolStr)> {
        let TyKind::Adt(def, _) = ty.kind() else {
            return None;
        };
        let DefKind::Enum(found) = &self.env().def(*def).kind else {
            return None;
        };
        arms.iter().find_map(|(pat, _)| {
            let PatKind::Bind(local) = self.body.pats[*pat].kind else {
                return None;
            };
            let name = &self.body.locals[local].name;
            let mut exprs = self.body.exprs.values();
            if exprs.any(|expr| matches!(expr.kind, ExprKind::Local(used) if used == local)) {
                return None;
            }
            let mut variants = found.variants.iter();
            let variant = variants.find(|variant| is_same_word(&variant.name, name))?;
            Some((
                self.body.pats[*pat].span,
                name.clone(),
                variant.name.clone(),
            ))
        })
    }

    /// Whether the pattern compares with a constant that is no number or text: which values that is, nobody asked.
    fn has_whole_constant(&self, pat: PatId) -> bool {
        let any = |parts: &[PatId]| parts.iter().any(|part| self.has_whole_constant(*part));
        let ty = self.tables.pats[pat].unwrap_or(Ty::error());
        let is_whole = bounds(ty).is_none() && !ty.is_float() && ty != Ty::str();
        match &self.body.pats[pat].kind {
            PatKind::Const(_) => is_whole,
            PatKind::Variant { .. } if self.tables.pat_consts.contains_key(&pat) => is_whole,
            PatKind::Variant { .. } | PatKind::Struct { .. } => {
                let fields = self.tables.pat_fields.get(&pat);
                let parts = fields.into_iter().flat_map(|(_, fields)| fields).flatten();
                parts.into_iter().any(|part| self.has_whole_constant(*part))
            }
            PatKind::Tuple(parts) | PatKind::Or(parts) => any(parts),
            PatKind::Array { before, after, .. } => any(before) || any(after),
            PatKind::Typed { pat, .. } => self.has_whole_constant(*pat),
            PatKind::Wildcard
            | PatKind::Bind(_)
            | PatKind::Int { .. }
            | PatKind::Float(_)
            | PatKind::Bool(_)
            | PatKind::Char(_)
            | PatKind::Str(_)
            | PatKind::Range { .. }
            | PatKind::Error => false,
        }
    }

    fn simplify(&self, pat: PatId) -> Simple {
        let ty = self.tables.pats[pat].unwrap_or(Ty::error());
        let leaf = |made: Constructor| Simple::Make(made, Vec::new());
        match &self.body.pats[pat].kind {
            PatKind::Wildcard | PatKind::Bind(_) | PatKind::Error => Simple::Wild,
            PatKind::Int { value, negative } => {
                let value = *value as i128;
                let value = if *negative { -value } else { value };
                if ty.is_int() {
                    leaf(Constructor::Range(value, value))
                } else {
                    leaf(Constructor::Opaque(format!("{value}.0")))
                }
            }
            PatKind::Float(value) => leaf(Constructor::Opaque(format!("{value:?}"))),
            PatKind::Bool(value) => leaf(Constructor::Bool(*value)),
            PatKind::Char(c) => leaf(Constructor::Range(*c as i128, *c as i128)),
            PatKind::Str(text) => leaf(Constructor::Opaque(format!("{text:?}"))),
            PatKind::Const(def) => leaf(Constructor::Opaque(def.to_string())),
            PatKind::Range {
                low,
                high,
                inclusive,
            } => self.simplify_range(pat, (*low, *high), *inclusive, ty),
            PatKind::Tuple(parts) => Simple::Make(Constructor::Whole, self.simplify_all(parts)),
            PatKind::Array {
                before,
                rest,
                after,
            } => {
                let (b, a) = (before.len() as u64, after.len() as u64);
                let made = if *rest {
                    Constructor::AtLeast {
                        before: b,
                        after: a,
                    }
                } else {
                    Constructor::Length(b + a)
                };
                let parts: Vec<PatId> = before.iter().chain(after).copied().collect();
                Simple::Make(made, self.simplify_all(&parts))
            }
            PatKind::Variant { .. } => match self.tables.pat_consts.get(&pat) {
                Some(def) => leaf(Constructor::Opaque(def.to_string())),
                None => self.simplify_fields(pat, Constructor::Variant),
            },
            PatKind::Struct { .. } => self.simplify_fields(pat, |_| Constructor::Whole),
            PatKind::Or(parts) => Simple::Or(self.simplify_all(parts)),
            PatKind::Typed { pat: inner, .. } => match (ty.kind(), self.simplify(*inner)) {
                (TyKind::Any(..), Simple::Wild) => {
                    let inside = self.tables.pats[*inner].unwrap_or(Ty::error());
                    leaf(Constructor::Opaque(format!("_: {}", self.show(inside))))
                }
                (TyKind::Any(..), _) => leaf(Constructor::Opaque(pat.to_string())),
                (_, inner) => inner,
            },
        }
    }

    fn simplify_all(&self, parts: &[PatId]) -> Vec<Simple> {
        parts.iter().map(|part| self.simplify(*part)).collect()
    }

    fn simplify_fields(&self, pat: PatId, made: impl Fn(u32) -> Constructor) -> Simple {
        let Some((variant, fields)) = self.tables.pat_fields.get(&pat) else {
            return Simple::Wild;
        };
        let fields = fields
            .iter()
            .map(|field| field.map_or(Simple::Wild, |field| self.simplify(field)));
        Simple::Make(made(*variant), fields.collect())
    }

    fn simplify_range(
        &self,
        pat: PatId,
        (low, high): (Option<PatId>, Option<PatId>),
        inclusive: bool,
        ty: Ty,
    ) -> Simple {
        let Some((least, most)) = bounds(ty) else {
            return Simple::Make(Constructor::Opaque(pat.to_string()), Vec::new());
        };
        let point = |pat: Option<PatId>, missing: i128| match pat.map(|pat| self.simplify(pat)) {
            Some(Simple::Make(Constructor::Range(value, _), _)) => Some(value),
            None => Some(missing),
            Some(_) => None,
        };
        let open = i128::from(!inclusive && high.is_some());
        match (point(low, least), point(high, most)) {
            (Some(low), Some(high)) => {
                Simple::Make(Constructor::Range(low, high - open), Vec::new())
            }
            // A bound that is a constant, whose value is not known here.
            _ => Simple::Make(Constructor::Opaque(pat.to_string()), Vec::new()),
        }
    }
}

/// The least and greatest value of an integer type or `char`.
fn bounds(ty: Ty) -> Option<(i128, i128)> {
    match ty.kind() {
        TyKind::Int(int) => Some(((*int).min(), (*int).max())),
        TyKind::Char => Some((0, char::MAX as i128)),
        _ => None,
    }
}

/// A search for what a list of patterns leaves out.
struct Search<'e> {
    env: &'e Env,
    /// How many rows and columns it may still look at; at zero it has given up.
    left: Cell<u64>,
}

impl Search<'_> {
    /// A value, as the text of each column, that the query matches and no row does.
    fn find(&self, rows: &[Row], query: &[Simple], types: &[Ty]) -> Option<Vec<String>> {
        let env = self.env;
        let looked_at = 1 + rows.len() * types.len();
        self.left
            .set(self.left.get().saturating_sub(looked_at as u64));
        if self.left.get() == 0 {
            return None;
        }
        let Some((first_ty, rest_types)) = types.split_first() else {
            return rows.is_empty().then(Vec::new);
        };
        if let Simple::Or(parts) = &query[0] {
            return parts.iter().find_map(|part| {
                let mut row = vec![part.clone()];
                row.extend_from_slice(&query[1..]);
                self.find(rows, &row, types)
            });
        }
        // A match on thousands of literals asks as often about one more: the others play no part in that.
        let rows = rows.iter().filter(|row| may_overlap(&row[0], &query[0]));
        let rows = expand_or(rows);
        let made: Vec<&Constructor> = rows
            .iter()
            .map(|row| &row[0])
            .chain(std::iter::once(&query[0]))
            .filter_map(|simple| match simple {
                Simple::Make(made, _) => Some(made),
                Simple::Wild | Simple::Or(_) => None,
            })
            .collect();
        if made.is_empty() {
            let rows: Vec<Row> = rows.iter().map(|row| row[1..].to_vec()).collect();
            let rest = self.find(&rows, &query[1..], rest_types)?;
            return Some(std::iter::once("_".to_string()).chain(rest).collect());
        }
        for constructor in split(env, *first_ty, &made, &query[0]) {
            let fields = field_types(env, *first_ty, &constructor);
            let specialize = |row: &Row| specialize(row, &constructor, fields.len());
            let Some(query) = specialize(&query.to_vec()) else {
                continue;
            };
            let rows: Vec<Row> = rows.iter().filter_map(specialize).collect();
            let types: Vec<Ty> = fields.iter().chain(rest_types).copied().collect();
            if let Some(mut witness) = self.find(&rows, &query, &types) {
                let rest = witness.split_off(fields.len());
                let text = describe(env, *first_ty, &constructor, &witness);
                return Some(std::iter::once(text).chain(rest).collect());
            }
        }
        None
    }
}

/// Whether both may match one value; false only if they surely do not.
fn may_overlap(row: &Simple, query: &Simple) -> bool {
    match (row, query) {
        (Simple::Or(parts), other) | (other, Simple::Or(parts)) => {
            parts.iter().any(|part| may_overlap(part, other))
        }
        (Simple::Make(a, parts), Simple::Make(b, others)) => match (a, b) {
            (Constructor::Range(low, high), Constructor::Range(least, most)) => {
                low <= most && least <= high
            }
            (Constructor::Opaque(_), Constructor::Opaque(_))
            | (Constructor::Bool(_), Constructor::Bool(_))
            | (Constructor::Variant(_), Constructor::Variant(_))
            | (Constructor::Whole, Constructor::Whole) => {
                let mut pairs = parts.iter().zip(others);
                a == b && pairs.all(|(part, other)| may_overlap(part, other))
            }
            _ => true,
        },
        (Simple::Wild, _) | (_, Simple::Wild) => true,
    }
}

fn expand_or<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Vec<Row> {
    let mut expanded = Vec::new();
    for row in rows {
        match &row[0] {
            Simple::Or(parts) => {
                let alternatives: Vec<Row> = parts
                    .iter()
                    .map(|part| {
                        let mut row = row.clone();
                        row[0] = part.clone();
                        row
                    })
                    .collect();
                expanded.extend(expand_or(&alternatives));
            }
            Simple::Wild | Simple::Make(..) => expanded.push(row.clone()),
        }
    }
    expanded
}

/// The constructors of a type, fine enough that each constructor of the column covers one or misses it.
fn split(env: &Env, ty: Ty, made: &[&Constructor], asked: &Simple) -> Vec<Constructor> {
    match ty.kind() {
        TyKind::Bool => vec![Constructor::Bool(false), Constructor::Bool(true)],
        TyKind::Tuple(_) => vec![Constructor::Whole],
        TyKind::Array(_) => split_lengths(made, None),
        TyKind::FixedArray(_, Len::Known(n)) => split_lengths(made, Some(*n)),
        TyKind::Int(_) => {
            let (least, most) = bounds(ty).expect("integers have bounds");
            split_ranges(made, &[(least, most)])
        }
        TyKind::Char => split_ranges(made, &[(0, 0xd7ff), (0xe000, char::MAX as i128)]),
        TyKind::Adt(def, _) => match &env.def(*def).kind {
            DefKind::Enum(item) => match asked {
                Simple::Make(made, _) => vec![made.clone()],
                Simple::Wild | Simple::Or(_) => (0..item.variants.len() as u32)
                    .map(Constructor::Variant)
                    .collect(),
            },
            _ => vec![Constructor::Whole],
        },
        _ => {
            // What matches all others matches each literal, too.
            let only = match asked {
                Simple::Make(made, _) => made.clone(),
                Simple::Wild | Simple::Or(_) => Constructor::Others,
            };
            vec![only]
        }
    }
}

fn split_ranges(made: &[&Constructor], whole: &[(i128, i128)]) -> Vec<Constructor> {
    // Each range begins a piece, and so does what follows it.
    let mut starts: Vec<i128> = whole.iter().map(|(low, _)| *low).collect();
    for constructor in made {
        if let Constructor::Range(low, high) = constructor {
            starts.extend([*low, high + 1]);
        }
    }
    starts.sort_unstable();
    starts.dedup();
    let mut pieces = Vec::new();
    for (low, high) in whole {
        let inside: Vec<i128> = starts
            .iter()
            .copied()
            .filter(|start| (low..=high).contains(&start))
            .collect();
        for (index, start) in inside.iter().enumerate() {
            let end = inside.get(index + 1).map_or(*high, |next| next - 1);
            pieces.push(Constructor::Range(*start, end));
        }
    }
    // Values from zero on make the simpler examples.
    pieces.sort_by_key(|piece| matches!(piece, Constructor::Range(_, high) if *high < 0));
    pieces.extend(opaques(made));
    pieces
}

/// Constants among literals: each could be any value, so they prove nothing.
fn opaques(made: &[&Constructor]) -> Vec<Constructor> {
    made.iter()
        .filter(|c| matches!(c, Constructor::Opaque(_)))
        .map(|c| (*c).clone())
        .collect()
}

fn split_lengths(made: &[&Constructor], fixed: Option<u64>) -> Vec<Constructor> {
    if let Some(n) = fixed {
        return vec![Constructor::Length(n)];
    }
    let longest = made.iter().map(|constructor| match constructor {
        Constructor::Length(n) => *n,
        Constructor::AtLeast { before, after } => before + after,
        _ => 0,
    });
    let longest = longest.max().unwrap_or(0);
    // One more than the longest stands for all that are longer.
    (0..=longest + 1).map(Constructor::Length).collect()
}

fn field_types(env: &Env, ty: Ty, constructor: &Constructor) -> Vec<Ty> {
    match (ty.kind(), constructor) {
        (TyKind::Tuple(parts), Constructor::Whole) => parts.clone(),
        (TyKind::Array(elem) | TyKind::FixedArray(elem, _), Constructor::Length(n)) => {
            vec![*elem; *n as usize]
        }
        (TyKind::Adt(def, args), Constructor::Variant(index)) => match &env.def(*def).kind {
            DefKind::Enum(item) => {
                let fields = item.variants[*index as usize].fields.iter();
                fields.map(|f| f.ty.subst(args)).collect()
            }
            _ => Vec::new(),
        },
        (TyKind::Adt(def, args), Constructor::Whole) => match &env.def(*def).kind {
            DefKind::Struct(item) => item.fields.iter().map(|f| f.ty.subst(args)).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The row for values that one constructor made: its fields in front. `None` if the row does not match such values.
fn specialize(row: &Row, constructor: &Constructor, arity: usize) -> Option<Row> {
    let mut fields = match &row[0] {
        Simple::Wild => vec![Simple::Wild; arity],
        Simple::Make(made, fields) => match (made, constructor) {
            (Constructor::Range(low, high), Constructor::Range(from, to)) => {
                (low <= from && to <= high).then(Vec::new)?
            }
            (Constructor::AtLeast { before, after }, Constructor::Length(n)) => {
                let rest = n.checked_sub(before + after)? as usize;
                let (first, last) = fields.split_at(*before as usize);
                let middle = vec![Simple::Wild; rest];
                [first, &middle, last].concat()
            }
            (made, constructor) if made == constructor => fields.clone(),
            _ => return None,
        },
        Simple::Or(_) => panic!("compiler bug: an alternative was not expanded"),
    };
    fields.extend_from_slice(&row[1..]);
    Some(fields)
}

/// A value of the constructor as a pattern.
fn describe(env: &Env, ty: Ty, constructor: &Constructor, fields: &[String]) -> String {
    let list = || fields.join(", ");
    match constructor {
        Constructor::Whole => match ty.kind() {
            TyKind::Adt(def, _) => format!("{}({})", env.def(*def).name, list()),
            _ => format!("({})", list()),
        },
        Constructor::Variant(index) => {
            let TyKind::Adt(def, _) = ty.kind() else {
                return "_".to_string();
            };
            describe_variant(env, *def, *index, fields)
        }
        Constructor::Bool(value) => value.to_string(),
        Constructor::Range(low, _) if matches!(ty.kind(), TyKind::Char) => {
            let c = u32::try_from(*low).ok().and_then(char::from_u32);
            c.map_or("_".to_string(), |c| format!("{c:?}"))
        }
        // The piece's end that is nearer to zero is the simpler example.
        Constructor::Range(low, high) => {
            let value = if *low < 0 && *high >= 0 {
                0
            } else if *high < 0 {
                *high
            } else {
                *low
            };
            value.to_string()
        }
        Constructor::Length(_) => format!("[{}]", list()),
        Constructor::AtLeast { .. } => "[..]".to_string(),
        Constructor::Opaque(text) => text.clone(),
        Constructor::Others if matches!(ty.kind(), TyKind::Str) => "\"…\"".to_string(),
        Constructor::Others => "_".to_string(),
    }
}

fn describe_variant(env: &Env, def: DefId, index: u32, fields: &[String]) -> String {
    let DefKind::Enum(item) = &env.def(def).kind else {
        return "_".to_string();
    };
    let name = &item.variants[index as usize].name;
    if fields.is_empty() {
        name.to_string()
    } else if fields.len() > 1 && fields.iter().all(|f| f == "_") {
        format!("{name}(..)")
    } else {
        format!("{name}({})", fields.join(", "))
    }
}
