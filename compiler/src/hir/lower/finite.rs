//! Types without a finite value: every value of them would contain another one of the same type. Boxes do not help
//! there; an optional, an array or a variant without the type does.

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{Diagnostic, ast};

use super::Unit;
use super::declare::Declared;
use crate::env::{DefId, DefKind, Env, FieldDef};
use crate::types::{Len, Ty, TyKind};

/// Types looked at for one question; types whose instances never end are reported where they are used.
const MOST_STEPS: usize = 10_000;
const DEEPEST: usize = 100;
/// An instance of a type within itself that nests so much deeper is on its way to no end.
const LARGER_BY: usize = 8;
/// Values lie in place within one another so deep.
const DEEPEST_VALUE: usize = 100;

impl Unit<'_> {
    /// Types whose values lie within one another deeper than anyone means: the first one is reported.
    pub(super) fn check_depth(&mut self, tree: &ast::Module, declared: &Declared) {
        let mut depths = FxHashMap::default();
        for (item, found) in tree.items.iter().zip(&declared.items) {
            if !matches!(item.kind, ast::ItemKind::Struct(_) | ast::ItemKind::Enum(_)) {
                continue;
            }
            for def in &found.defs {
                if depth_of(self.env, *def, &mut depths, 0) > DEEPEST_VALUE {
                    let found = self.env.def(*def).clone();
                    let message = format!("the values in a `{}` nest too deeply", found.name);
                    self.diags.push(
                        Diagnostic::error("nested-too-deeply", message)
                            .at(found.span, format!("more than {DEEPEST_VALUE} values, each in place in the next"))
                            .help("an array, `[T]`, has its elements on the heap: use one where the nesting is cut"),
                    );
                    return;
                }
            }
        }
    }

    pub(super) fn check_finite(&mut self, tree: &ast::Module, declared: &Declared) {
        let mut told: FxHashSet<DefId> = FxHashSet::default();
        for (item, found) in tree.items.iter().zip(&declared.items) {
            let is_type = matches!(item.kind, ast::ItemKind::Struct(_) | ast::ItemKind::Enum(_));
            let Some(def) = found.defs.first().copied().filter(|_| is_type) else {
                continue;
            };
            let mut search = Search::new(self.env);
            let ty = applied(self.env, def);
            if told.contains(&def) || search.is_finite(ty) {
                continue;
            }
            let Some((field, inner)) = search.endless_field(ty) else {
                continue;
            };
            told.extend(search.endless_chain(def));
            let name = self.env.def(def).name.clone();
            let inner = inner.display(&*self.env);
            let diagnostic =
                Diagnostic::error("infinite-type", format!("`{name}` has no finite value"))
                    .at(
                        self.env.def(def).span,
                        "each value would contain another one without end",
                    )
                    .also(field.span, format!("this holds a whole `{inner}`"));
            self.diags.push(diagnostic.help(if field.name.is_empty() {
                format!("let it be absent, `{inner}?`, or put it into an array, `[{inner}]`")
            } else {
                let field = &field.name;
                format!("let it be absent, `{field}: {inner}?`, or put it into an array, `{field}: [{inner}]`")
            }));
        }
    }
}

impl Unit<'_> {
    /// Generic types that hold ever larger instances of themselves: as many types as one cares to look at.
    pub(super) fn check_instances(&mut self, tree: &ast::Module, declared: &Declared) {
        let mut told: FxHashSet<DefId> = FxHashSet::default();
        for (item, found) in tree.items.iter().zip(&declared.items) {
            if !matches!(item.kind, ast::ItemKind::Struct(_) | ast::ItemKind::Enum(_)) {
                continue;
            }
            let Some(def) = found.defs.first().copied() else {
                continue;
            };
            if told.contains(&def) {
                continue;
            }
            if let Some(larger) = larger_instance(self.env, applied(self.env, def), &mut told) {
                let found = self.env.def(def).clone();
                let message = format!("`{}` holds ever larger instances of itself", found.name);
                let larger = larger.display(&*self.env);
                self.diags.push(
                    Diagnostic::error("infinite-type", message)
                        .at(
                            found.span,
                            format!("it needs `{larger}`, which needs a larger one"),
                        )
                        .help("a type holds itself with the type arguments that it has"),
                );
            }
        }
    }
}

/// The next instance of the type among those that its values lead to, if they get larger without end; and which types they are of.
fn larger_instance(env: &Env, ty: Ty, of_all: &mut FxHashSet<DefId>) -> Option<Ty> {
    let TyKind::Adt(of, args) = ty.kind() else {
        return None;
    };
    // Without parameters there is no other instance.
    if args.is_empty() {
        return None;
    }
    let (mut seen, mut pending) = (FxHashSet::default(), vec![ty]);
    let smallest = ty.nesting();
    let mut first = None;
    while let Some(ty) = pending.pop() {
        if !seen.insert(ty) {
            continue;
        }
        if seen.len() > MOST_STEPS {
            return None;
        }
        if let TyKind::Adt(def, args) = ty.kind() {
            if def == of && ty.nesting() > smallest {
                first = first.or(Some(ty));
            }
            if first.is_some() && ty.nesting() > smallest + LARGER_BY {
                let heads = seen.iter().filter_map(|ty| match ty.kind() {
                    TyKind::Adt(def, _) => Some(*def),
                    _ => None,
                });
                of_all.extend(heads);
                return first;
            }
            let fields = env.all_fields(*def);
            pending.extend(fields.map(|field| field.ty.subst(args)));
        }
        ty.map_parts(&mut |part| {
            pending.push(part);
            part
        });
    }
    None
}

/// How deep the values of a type nest, counting definitions alone; more than [`DEEPEST_VALUE`] if that is not known.
fn depth_of(env: &Env, def: DefId, depths: &mut FxHashMap<DefId, usize>, level: usize) -> usize {
    if level > DEEPEST_VALUE {
        return level;
    }
    if let Some(known) = depths.get(&def) {
        return *known;
    }
    // Met within itself it is a box, or reported elsewhere.
    depths.insert(def, 0);
    let fields: Vec<&FieldDef> = match &env.def(def).kind {
        DefKind::Struct(found) => found.fields.iter().collect(),
        DefKind::Enum(found) => found.variants.iter().flat_map(|v| &v.fields).collect(),
        _ => return 0,
    };
    let deepest = fields
        .iter()
        .map(|field| depth_within(env, field.ty, depths, level + 1));
    let depth = deepest.max().unwrap_or(0) + 1;
    depths.insert(def, depth);
    depth
}

fn depth_within(env: &Env, ty: Ty, depths: &mut FxHashMap<DefId, usize>, level: usize) -> usize {
    match ty.kind() {
        TyKind::Tuple(parts) => {
            let parts = parts
                .iter()
                .map(|part| depth_within(env, *part, depths, level));
            parts.max().unwrap_or(0)
        }
        TyKind::FixedArray(elem, _) => depth_within(env, *elem, depths, level),
        TyKind::Adt(DefId::MAP | DefId::SET, _) => 0,
        TyKind::Adt(def, args) => {
            let args = args
                .iter()
                .map(|arg| depth_within(env, *arg, depths, level));
            let args = args.max().unwrap_or(0);
            args.max(depth_of(env, *def, depths, level))
        }
        _ => 0,
    }
}

/// The type with its own parameters as arguments.
fn applied(env: &Env, def: DefId) -> Ty {
    let generics = match &env.def(def).kind {
        DefKind::Struct(found) => found.generics.as_slice(),
        DefKind::Enum(found) => found.generics.as_slice(),
        _ => &[],
    };
    let args = generics.iter().enumerate();
    let args = args.map(|(index, generic)| Ty::param(index as u32, &generic.name));
    Ty::new(TyKind::Adt(def, args.collect()))
}

struct Search<'e> {
    env: &'e Env,
    finite: FxHashSet<Ty>,
    open: Vec<Ty>,
    steps: usize,
}

impl<'e> Search<'e> {
    fn new(env: &'e Env) -> Search<'e> {
        Search {
            env,
            finite: FxHashSet::default(),
            open: Vec::new(),
            steps: 0,
        }
    }

    fn is_finite(&mut self, ty: Ty) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.open.len() > DEEPEST || self.finite.contains(&ty) {
            return true;
        }
        match ty.kind() {
            TyKind::Tuple(parts) => parts.iter().all(|part| self.is_finite(*part)),
            TyKind::FixedArray(_, Len::Known(0)) => true,
            TyKind::FixedArray(elem, _) => self.is_finite(*elem),
            TyKind::Adt(DefId::MAP | DefId::SET, _) => true,
            TyKind::Adt(..) if self.open.contains(&ty) => false,
            TyKind::Adt(def, args) => {
                self.open.push(ty);
                let found = self.has_value(*def, args);
                self.open.pop();
                if found {
                    self.finite.insert(ty);
                }
                found
            }
            _ => true,
        }
    }

    fn has_value(&mut self, def: DefId, args: &[Ty]) -> bool {
        let env = self.env;
        match &env.def(def).kind {
            DefKind::Struct(found) => self.all_finite(&found.fields, args),
            DefKind::Enum(found) => {
                let mut variants = found.variants.iter();
                found.variants.is_empty()
                    || variants.any(|variant| self.all_finite(&variant.fields, args))
            }
            _ => true,
        }
    }

    fn all_finite(&mut self, fields: &[FieldDef], args: &[Ty]) -> bool {
        fields
            .iter()
            .all(|field| self.is_finite(field.ty.subst(args)))
    }

    /// The first field that makes a type endless.
    fn endless_field(&mut self, ty: Ty) -> Option<(&'e FieldDef, Ty)> {
        let env = self.env;
        let TyKind::Adt(def, args) = ty.kind() else {
            return None;
        };
        self.open.push(ty);
        let fields = env.all_fields(*def);
        let mut fields = fields.map(|field| (field, field.ty.subst(args)));
        let found = fields.find(|(_, ty)| !self.is_finite(*ty));
        self.open.pop();
        found
    }

    /// The types on the way from one to itself, each of which is endless.
    fn endless_chain(&mut self, def: DefId) -> Vec<DefId> {
        let mut chain = vec![def];
        let mut ty = applied(self.env, def);
        while let Some((_, inner)) = self.endless_field(ty) {
            let TyKind::Adt(next, _) = inner.kind() else {
                break;
            };
            if chain.contains(next) {
                break;
            }
            chain.push(*next);
            ty = inner;
        }
        chain
    }
}
