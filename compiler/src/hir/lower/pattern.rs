//! Patterns. A name that is bound becomes a local of the body; alternatives share the locals of the first.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use syntax::{Diagnostic, Span, ast};

use super::body::{Binding, BodyLowering};
use crate::env::{DefId, DefKind};
use crate::hir::resolve::{Named, nearest, teach_value};
use crate::hir::{FieldPat, Local, LocalId, PatId, PatKind};
use crate::types::{IntTy, Ty, TyKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mutability {
    Let,
    Var,
}

/// The names of one pattern.
struct Names {
    mutability: Mutability,
    /// Bound so far, in the alternative at hand.
    bound: FxHashMap<SmolStr, (LocalId, Span)>,
    /// From the first alternative, for the others.
    shared: FxHashMap<SmolStr, LocalId>,
}

/// What a path in a pattern names.
enum Target {
    Variant(Option<DefId>),
    Struct(DefId),
    Const(DefId),
    Unknown,
}

impl<'a> BodyLowering<'_, 'a> {
    /// Binds the pattern's names in the scope at hand.
    pub(super) fn pattern(&mut self, pattern: &'a ast::Pattern, mutability: Mutability) -> PatId {
        let mut names = Names {
            mutability,
            bound: FxHashMap::default(),
            shared: FxHashMap::default(),
        };
        let pat = self.pat(pattern, &mut names);
        let mut bound: Vec<(SmolStr, LocalId)> = names
            .bound
            .drain()
            .map(|(name, (local, _))| (name, local))
            .collect();
        bound.sort_unstable_by_key(|(_, local)| *local);
        for (name, local) in bound {
            self.bind(name, Binding::Local(local));
        }
        pat
    }

    fn pat(&mut self, pattern: &'a ast::Pattern, names: &mut Names) -> PatId {
        let span = pattern.span;
        let kind = match &pattern.kind {
            ast::PatternKind::Wildcard => PatKind::Wildcard,
            ast::PatternKind::Bind { is_mut, name } => self.bind_pat(*is_mut, name, names),
            ast::PatternKind::Literal(literal) => return self.literal_pat(literal),
            ast::PatternKind::Range {
                start,
                end,
                inclusive,
            } => PatKind::Range {
                low: start.as_ref().map(|literal| self.literal_pat(literal)),
                high: end.as_ref().map(|literal| self.literal_pat(literal)),
                inclusive: *inclusive,
            },
            ast::PatternKind::Tuple(parts) => {
                PatKind::Tuple(parts.iter().map(|part| self.pat(part, names)).collect())
            }
            ast::PatternKind::Path(path) => self.path_pat(path),
            ast::PatternKind::Variant { path, fields, rest } => {
                self.variant_pat(path, fields, *rest, names)
            }
            ast::PatternKind::Array(items) => self.array_pat(items, names),
            ast::PatternKind::Rest => PatKind::Error,
            ast::PatternKind::Or(alternatives) => self.or_pat(alternatives, span, names),
            ast::PatternKind::Typed { pattern, ty } => PatKind::Typed {
                pat: self.pat(pattern, names),
                ty: self.ty(ty),
            },
            ast::PatternKind::Paren(inner) => return self.pat(inner, names),
            ast::PatternKind::Error => PatKind::Error,
        };
        self.alloc_pat(kind, span)
    }

    fn bind_pat(&mut self, is_mut: bool, name: &ast::Ident, names: &mut Names) -> PatKind {
        if let Some((_, first)) = names.bound.get(&name.name) {
            let diagnostic = Diagnostic::error(
                "duplicate-name",
                format!("the pattern binds `{}` twice", name.name),
            )
            .at(name.span, "bound again here")
            .also(*first, "first bound here");
            self.unit.diags.push(diagnostic);
            return PatKind::Error;
        }
        let is_var = names.mutability == Mutability::Var;
        let local = match names.shared.get(&name.name) {
            Some(local) => *local,
            None => self.new_local(Local {
                name: name.name.clone(),
                span: name.span,
                is_var: is_mut || is_var,
                is_ref: is_mut,
                ty: None,
            }),
        };
        names.bound.insert(name.name.clone(), (local, name.span));
        PatKind::Bind(local)
    }

    fn or_pat(
        &mut self,
        alternatives: &'a [ast::Pattern],
        span: Span,
        names: &mut Names,
    ) -> PatKind {
        let before = names.bound.clone();
        let mut first: Option<FxHashMap<SmolStr, (LocalId, Span)>> = None;
        let mut pats = Vec::new();
        for alternative in alternatives {
            names.bound.clone_from(&before);
            pats.push(self.pat(alternative, names));
            match &first {
                None => {
                    let shared = names.bound.iter();
                    names.shared = shared.map(|(name, (id, _))| (name.clone(), *id)).collect();
                    first = Some(names.bound.clone());
                }
                Some(first) => {
                    let mut differing: Vec<&SmolStr> = first
                        .keys()
                        .filter(|name| !names.bound.contains_key(*name))
                        .chain(names.bound.keys().filter(|name| !first.contains_key(*name)))
                        .collect();
                    differing.sort_unstable();
                    if let Some(name) = differing.first() {
                        let diagnostic = unequal_alternatives(name, alternative.span, span);
                        self.unit.diags.push(diagnostic);
                    }
                }
            }
        }
        names.bound = first.unwrap_or(before);
        PatKind::Or(pats)
    }

    fn array_pat(&mut self, items: &'a [ast::Pattern], names: &mut Names) -> PatKind {
        let is_rest = |item: &ast::Pattern| matches!(item.kind, ast::PatternKind::Rest);
        let rest = items.iter().position(is_rest);
        let (before, after) = match rest {
            Some(at) => (&items[..at], &items[at + 1..]),
            None => (items, &items[items.len()..]),
        };
        PatKind::Array {
            before: before.iter().map(|item| self.pat(item, names)).collect(),
            rest: rest.is_some(),
            after: after.iter().map(|item| self.pat(item, names)).collect(),
        }
    }

    fn literal_pat(&mut self, literal: &'a ast::PatternLiteral) -> PatId {
        let span = literal.span;
        let kind = match &literal.kind {
            ast::PatternLiteralKind::Int { negative, value } => PatKind::Int {
                value: *value,
                negative: *negative,
            },
            ast::PatternLiteralKind::Float { negative, value } => {
                PatKind::Float(if *negative { -value } else { *value })
            }
            ast::PatternLiteralKind::Bool(value) => PatKind::Bool(*value),
            ast::PatternLiteralKind::Char(value) => PatKind::Char(*value),
            ast::PatternLiteralKind::Byte(value) => byte_pat(*value),
            ast::PatternLiteralKind::Bytes(bytes) => PatKind::Array {
                before: bytes
                    .iter()
                    .map(|byte| self.alloc_pat(byte_pat(*byte), span))
                    .collect(),
                rest: false,
                after: Vec::new(),
            },
            ast::PatternLiteralKind::Str(text) => PatKind::Str(text.as_str().into()),
            ast::PatternLiteralKind::Path(path) => self.path_pat(path),
        };
        self.alloc_pat(kind, span)
    }

    fn path_pat(&mut self, path: &ast::Path) -> PatKind {
        let Some(name) = path.segments.last() else {
            return PatKind::Error;
        };
        if let Some(limit) = self.limit_of_type(path) {
            return limit;
        }
        match self.pattern_target(path) {
            Target::Const(def) => PatKind::Const(def),
            Target::Variant(of) => PatKind::Variant {
                of,
                name: name.name.clone(),
                name_span: name.span,
                fields: None,
                rest: false,
            },
            Target::Struct(def) => {
                let name = &self.unit.env.def(def).name;
                let diagnostic = Diagnostic::error(
                    "struct-pattern",
                    format!("`{name}` is a struct, and its fields are not matched"),
                )
                .at(path.span, "here")
                .help(format!("write `{name}(..)` for any value of it"));
                self.unit.diags.push(diagnostic);
                PatKind::Error
            }
            Target::Unknown => PatKind::Error,
        }
    }

    /// `i64.min`, the least number of a type of integers, or the greatest.
    fn limit_of_type(&self, path: &ast::Path) -> Option<PatKind> {
        let [of, limit] = path.segments.as_slice() else {
            return None;
        };
        let Some(Named::Type(ty)) = self.unit.lookup(&of.name, &self.types) else {
            return None;
        };
        let TyKind::Int(int) = ty.kind() else {
            return None;
        };
        let value: i128 = match limit.as_str() {
            "min" => IntTy::min(*int),
            "max" => IntTy::max(*int),
            _ => return None,
        };
        Some(PatKind::Int {
            value: value.unsigned_abs(),
            negative: value < 0,
        })
    }

    fn variant_pat(
        &mut self,
        path: &'a ast::Path,
        fields: &'a [ast::PatternField],
        rest: bool,
        names: &mut Names,
    ) -> PatKind {
        let fields: Vec<FieldPat> = fields
            .iter()
            .map(|field| FieldPat {
                name: field.name.as_ref().map(|n| (n.name.clone(), n.span)),
                pat: self.pat(&field.pattern, names),
            })
            .collect();
        let Some(name) = path.segments.last() else {
            return PatKind::Error;
        };
        match self.pattern_target(path) {
            Target::Struct(def) => PatKind::Struct { def, fields, rest },
            Target::Variant(of) => PatKind::Variant {
                of,
                name: name.name.clone(),
                name_span: name.span,
                fields: Some(fields),
                rest,
            },
            Target::Const(def) => {
                let name = &self.unit.env.def(def).name;
                let diagnostic = Diagnostic::error(
                    "constant-pattern",
                    format!("`{name}` is a constant and has no payload"),
                )
                .at(path.span, "matched like a variant");
                self.unit.diags.push(diagnostic);
                PatKind::Error
            }
            Target::Unknown => PatKind::Error,
        }
    }

    fn pattern_target(&mut self, path: &ast::Path) -> Target {
        match path.segments.as_slice() {
            [name] => self.single_target(name),
            [first, name] => match self.unit.lookup(&first.name, &self.types) {
                Some(Named::Module(module)) => match self.unit.member_of_module(module, name) {
                    Some(def) => self.target_of(def),
                    None => Target::Unknown,
                },
                Some(Named::Def(def)) => Target::Variant(Some(def)),
                Some(Named::Type(ty)) => match ty.kind() {
                    TyKind::Adt(def, _) => Target::Variant(Some(*def)),
                    _ => self.unknown_path(first),
                },
                _ => self.unknown_path(first),
            },
            [first, module, name] if self.is_passed_on(first, module) => {
                match self.unit.module_before(&path.segments, &self.types) {
                    Some(module) => match self.unit.member_of_module(module, name) {
                        Some(def) => self.target_of(def),
                        None => Target::Unknown,
                    },
                    None => self.unknown_path(first),
                }
            }
            [module, of, _] => match self.unit.lookup(&module.name, &self.types) {
                Some(Named::Module(module)) => match self.unit.member_of_module(module, of) {
                    Some(def) => Target::Variant(Some(def)),
                    None => Target::Unknown,
                },
                _ => self.unknown_path(module),
            },
            _ => Target::Unknown,
        }
    }

    /// Whether `b` in `a.b` is a module that `a` passes on.
    fn is_passed_on(&self, a: &ast::Ident, b: &ast::Ident) -> bool {
        match self.unit.lookup(&a.name, &self.types) {
            Some(Named::Module(module)) => self.unit.public_module(module, &b.name).is_some(),
            _ => false,
        }
    }

    fn single_target(&mut self, name: &ast::Ident) -> Target {
        match name.as_str() {
            "some" | "none" => return Target::Variant(Some(DefId::OPTION)),
            "ok" | "err" => return Target::Variant(Some(DefId::RESULT)),
            "Self" => {
                if let Some(TyKind::Adt(def, _)) = self.types.self_ty.map(Ty::kind) {
                    return self.target_of(*def);
                }
            }
            _ => {}
        }
        // The matched type's variants come first; only `check` knows them.
        if self.unit.is_variant(&name.name) {
            return Target::Variant(None);
        }
        match self.unit.lookup(&name.name, &self.types) {
            Some(Named::Def(def)) => self.target_of(def),
            _ => {
                self.unknown_constant(name);
                Target::Unknown
            }
        }
    }

    /// An upper-case name in a pattern that means nothing: perhaps it should have bound.
    fn unknown_constant(&mut self, name: &ast::Ident) {
        if teach_value(&name.name).is_some() {
            return self.unknown_name(name, false);
        }
        if !self.unit.first_report(&name.name) {
            return;
        }
        let text = &name.name;
        let lower = text.to_lowercase();
        let message = format!("there is no variant or constant `{text}`");
        let diagnostic = Diagnostic::error("unknown-name", message)
            .at(name.span, "an upper-case name binds nothing");
        let known = self
            .unit
            .visible_names(|def| matches!(def.kind, DefKind::Const(_)));
        let variants = self.unit.env.variant_names();
        let known = known.iter().chain(&variants).map(SmolStr::as_str);
        self.unit.diags.push(match nearest(text, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("to bind a value, call it `{lower}`")),
        });
    }

    fn target_of(&self, def: DefId) -> Target {
        match &self.unit.env.def(def).kind {
            DefKind::Struct(_) => Target::Struct(def),
            DefKind::Const(_) => Target::Const(def),
            DefKind::Enum(_)
            | DefKind::Fn(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::ExternType { .. } => Target::Variant(None),
        }
    }

    fn unknown_path(&mut self, name: &ast::Ident) -> Target {
        self.unknown_name(name, false);
        Target::Unknown
    }
}

fn byte_pat(byte: u8) -> PatKind {
    PatKind::Int {
        value: u128::from(byte),
        negative: false,
    }
}

fn unequal_alternatives(name: &str, alternative: Span, whole: Span) -> Diagnostic {
    Diagnostic::error(
        "unequal-alternatives",
        format!("not every alternative binds `{name}`"),
    )
    .at(alternative, "this one differs from the first")
    .also(whole, "all must bind the same names")
}
