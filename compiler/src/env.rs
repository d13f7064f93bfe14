//! What earlier units defined: immutable and cheap to clone, so that undoing a definition is keeping the old `Env`.

mod language;
mod stored;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use imbl::Vector;
use imbl::shared_ptr::DefaultSharedPtr;
use rustc_hash::FxBuildHasher;
use smol_str::{SmolStr, format_smolstr};
use syntax::Span;

pub use crate::ids::{DefId, ModuleId};
pub use stored::StoredBody;

use crate::mir::{ConstValue, Elaborated};
use crate::types::{Len, Ty, TyKind, TyNames, fits};

/// A map that is cheap to clone.
type HashMap<K, V> = imbl::GenericHashMap<K, V, FxBuildHasher, DefaultSharedPtr>;

#[derive(Clone, Serialize, Deserialize)]
pub struct Env {
    defs: HashMap<DefId, Arc<Def>>,
    modules: HashMap<ModuleId, Arc<ModuleScope>>,
    /// Functions of `impl` blocks, by the head of the type they are for and their name.
    methods: HashMap<(Head, SmolStr), Vector<DefId>>,
    /// The impls of each trait.
    impls: HashMap<DefId, Vector<Arc<TraitImpl>>>,
    /// Methods of traits by name.
    trait_methods: HashMap<SmolStr, Vector<DefId>>,
    /// Operator functions by symbol (`+`, unary minus is `neg`, indexing is `[]`).
    operators: HashMap<SmolStr, Vector<DefId>>,
    /// The enums that have a variant of a name.
    variants: HashMap<SmolStr, Vector<DefId>>,
    /// Imported modules by the name of their source.
    loaded: HashMap<SmolStr, ModuleId>,
    next_def: u32,
    next_module: u32,
    calls_back: bool,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ModuleScope {
    pub name: SmolStr,
    /// A module of the library, which may use all of the prelude.
    pub is_library: bool,
    /// Every top-level name, with the newest definition of it.
    pub names: HashMap<SmolStr, DefId>,
    /// Names brought in by `import`, and modules under their local name.
    pub imports: HashMap<SmolStr, Import>,
    /// Those of them that `pub import` passes on.
    pub exports: HashMap<SmolStr, Import>,
    /// The modules whose impls count here: what is imported, and what that passes on.
    pub used: Vector<ModuleId>,
    /// The modules that `pub import` names, and what they pass on.
    pub passed_on: Vector<ModuleId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Import {
    Module(ModuleId),
    Def(DefId),
}

/// The outermost constructor of a type: what a method is looked up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Head {
    Scalar(Ty),
    Str,
    Tuple(usize),
    Array,
    FixedArray,
    Adt(DefId),
    Fn,
    Any(DefId),
    Simd,
    Ptr,
    CStr,
    Param,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Def {
    pub id: DefId,
    pub name: SmolStr,
    pub module: ModuleId,
    pub is_pub: bool,
    pub span: Span,
    pub docs: Option<String>,
    pub kind: DefKind,
}

#[derive(Clone, Serialize, Deserialize)]
pub enum DefKind {
    Fn(FnDef),
    Struct(StructDef),
    Enum(EnumDef),
    Trait(TraitDef),
    Global(GlobalDef),
    Const(ConstDef),
    /// An opaque handle of C, with the function that releases it.
    ExternType {
        drop: Option<DefId>,
    },
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Generic {
    pub name: SmolStr,
    pub bounds: Vec<Bound>,
    pub is_const: bool,
}

impl Generic {
    /// The parameter as an argument of its own item.
    pub fn as_arg(&self, index: u32) -> Ty {
        if self.is_const {
            let len = Len::Param(index, self.name.clone());
            Ty::new(TyKind::FixedArray(Ty::unit(), len))
        } else {
            Ty::param(index, &self.name)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    Eq,
    Ord,
    Hash,
    Show,
    Num,
    Int,
    Float,
    /// One of a program's own, with its type arguments as a tuple.
    Trait(DefId, Ty),
}

impl Bound {
    /// Whether the type cannot have it: `Int` and `Float` hold for built-in types only.
    pub fn excludes(self, ty: Ty) -> bool {
        let is_open = matches!(
            ty.kind(),
            TyKind::Param(..) | TyKind::Infer(_) | TyKind::Error | TyKind::Never
        );
        match self {
            Bound::Int => !is_open && !ty.is_int(),
            Bound::Float => !is_open && !ty.is_float(),
            Bound::Eq | Bound::Ord | Bound::Hash | Bound::Show | Bound::Num | Bound::Trait(..) => {
                false
            }
        }
    }
}

/// Whether a type parameter cannot be what is given for it.
pub fn excludes(generics: &[Generic], args: &[Ty]) -> bool {
    let mut pairs = generics.iter().zip(args);
    pairs.any(|(generic, arg)| generic.bounds.iter().any(|bound| bound.excludes(*arg)))
}

#[derive(Clone, Serialize, Deserialize)]
pub struct FnDef {
    /// Those of the `impl` or of the function around first, then the function's own.
    pub generics: Vec<Generic>,
    /// How many of them are those of a function around, which stand for themselves in a call. One of these without a name
    /// belongs to a neighbour and stands for nothing.
    pub inherited: usize,
    pub params: Vec<ParamDef>,
    /// The result's type; `None` until `check` has inferred it from an `= expression` body.
    pub ret: Option<Ty>,
    /// The type an `impl` is for; its functions take `self` first if `has_self`.
    pub self_ty: Option<Ty>,
    pub has_self: bool,
    /// How many of the first parameters a closure captured when it was made; of any other function none.
    pub captures: Option<usize>,
    pub origin: FnOrigin,
    /// `extern fn`: C may call it.
    pub for_c: bool,
    /// The trait that declares it; its first type parameter is `Self`.
    pub of_trait: Option<DefId>,
    /// `-> mut T`: the place in `self` that the function stands for. Its own code reads that place.
    pub projection: Option<Projected>,
    /// Of a default that is a literal: its value, which needs no call.
    pub known: Option<Arc<ConstValue>>,
    /// Set once the function has been compiled; see [`FnDef::body`].
    #[serde(skip)]
    pub stored: Option<StoredBody>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct ParamDef {
    pub name: SmolStr,
    pub is_mut: bool,
    pub ty: Ty,
    /// A function without parameters that computes the default.
    pub default: Option<DefId>,
    pub span: Span,
}

/// A place in `self`, step by step; without steps until `check` has seen the body.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Projected {
    pub steps: Vec<Step>,
}

#[derive(Clone, Serialize, Deserialize)]
pub enum Step {
    Field(u32),
    Element(StepValue),
    /// Another projection, with its arguments after `self`.
    Through {
        def: DefId,
        type_args: Vec<Ty>,
        args: Vec<StepValue>,
    },
}

/// What a step of a projection needs to know.
#[derive(Clone, Serialize, Deserialize)]
pub enum StepValue {
    /// A parameter of the projection as it is.
    Param(u32),
    /// A function with the parameters of the projection, which computes it.
    Computed(DefId),
    /// A function without parameters: the default of another projection's parameter.
    Default(DefId),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FnOrigin {
    Sumi,
    /// `extern "sumi"` in the prelude: a primitive that the interpreter and codegen both know by name.
    Intrinsic(SmolStr),
    /// `extern "lib"` with its name, or `extern { }`: C convention.
    C {
        library: Option<SmolStr>,
        variadic: bool,
    },
    /// `extern host`: C convention, from the embedding program's table.
    Host,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct StructDef {
    pub generics: Vec<Generic>,
    pub fields: Vec<FieldDef>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct FieldDef {
    pub name: SmolStr,
    pub ty: Ty,
    /// A function without parameters that computes the default.
    pub default: Option<DefId>,
    pub span: Span,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct EnumDef {
    pub generics: Vec<Generic>,
    pub variants: Vec<VariantDef>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct VariantDef {
    pub name: SmolStr,
    pub fields: Vec<FieldDef>,
    pub span: Span,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct TraitDef {
    /// Its own; in its methods they come after `Self`.
    pub generics: Vec<Generic>,
    /// What a type must also satisfy; `Self` is parameter 0.
    pub supers: Vec<Bound>,
    /// Functions whose first type parameter is `Self`. One with a body is a default.
    pub methods: Vec<DefId>,
}

/// `impl Trait for Type`.
#[derive(Clone, Serialize, Deserialize)]
pub struct TraitImpl {
    pub of: DefId,
    /// The type arguments of the trait.
    pub args: Vec<Ty>,
    pub generics: Vec<Generic>,
    pub target: Ty,
    pub module: ModuleId,
    pub span: Span,
    pub methods: Vec<(SmolStr, DefId)>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct GlobalDef {
    /// `None` until `check` has seen its initial value.
    pub ty: Option<Ty>,
    pub is_var: bool,
    pub origin: GlobalOrigin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GlobalOrigin {
    Sumi,
    /// A variable of the embedding program, at a symbol of its table.
    Host,
    /// The value of an expression cell.
    Hidden,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct ConstDef {
    /// `None` until `check` has seen its initial value.
    pub ty: Option<Ty>,
    /// A function without parameters that computes the value; evaluated by the interpreter.
    pub init: DefId,
    /// The value of one that is plain arithmetic on integers: what may be the length in `[T; N]`.
    pub int_value: Option<i128>,
    /// The value, where it is a scalar or text; known when the unit was accepted.
    pub literal: Option<crate::mir::Const>,
}

impl Env {
    pub fn def(&self, id: DefId) -> &Arc<Def> {
        self.defs
            .get(&id)
            .unwrap_or_else(|| panic!("compiler bug: no definition {id}"))
    }

    pub fn try_def(&self, id: DefId) -> Option<&Arc<Def>> {
        self.defs.get(&id)
    }

    pub fn module(&self, id: ModuleId) -> &ModuleScope {
        &self.modules[&id]
    }

    /// Whether the module is what is run, not something that it imports.
    pub fn is_root(&self, id: ModuleId) -> bool {
        id != ModuleId::PRELUDE && !self.loaded.values().any(|module| *module == id)
    }

    /// Whether the module is the prelude or one of the standard ones, whose text the user did not write.
    pub fn is_library(&self, id: ModuleId) -> bool {
        id == ModuleId::PRELUDE || self.module(id).is_library
    }

    /// Whether an `impl` of module `of` counts in module `at` for a type of module `home`.
    pub fn counts_in(&self, of: ModuleId, at: ModuleId, home: Option<ModuleId>) -> bool {
        of == at
            || of == ModuleId::PRELUDE
            || home == Some(of)
            || self.module(at).used.contains(&of)
    }

    /// Whether a method may be named in a module: its own ones, and what is `pub`. The library is one whole.
    pub fn is_visible(&self, method: DefId, at: ModuleId) -> bool {
        let found = self.def(method);
        let within_library = found.module == ModuleId::PRELUDE && self.module(at).is_library;
        found.is_pub || found.module == at || within_library
    }

    /// The fields of a struct, or those of all variants of an enum; none of anything else.
    pub fn all_fields(&self, def: DefId) -> impl Iterator<Item = &FieldDef> {
        let (own, variants): (&[FieldDef], &[VariantDef]) = match &self.def(def).kind {
            DefKind::Struct(found) => (&found.fields, &[]),
            DefKind::Enum(found) => (&[], &found.variants),
            DefKind::Fn(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::Const(_)
            | DefKind::ExternType { .. } => (&[], &[]),
        };
        own.iter()
            .chain(variants.iter().flat_map(|variant| &variant.fields))
    }

    /// How a module writes a definition: by its name, or through a module that it imports.
    pub fn path_to(&self, def: DefId, at: ModuleId) -> Option<SmolStr> {
        let (found, here) = (self.def(def), self.module(at));
        let by_name = here.names.get(&found.name) == Some(&def)
            || found.module == ModuleId::PRELUDE && found.is_pub;
        if by_name {
            return Some(found.name.clone());
        }
        let imports = here.imports.iter();
        let mut paths: Vec<SmolStr> = imports
            .filter_map(|(local, import)| match import {
                Import::Def(imported) => (*imported == def).then(|| local.clone()),
                Import::Module(module) => (found.is_pub && found.module == *module)
                    .then(|| format_smolstr!("{local}.{}", found.name)),
            })
            .collect();
        paths.sort();
        paths.into_iter().next()
    }

    pub fn generics_of(&self, def: DefId) -> &[Generic] {
        match &self.def(def).kind {
            DefKind::Struct(def) => &def.generics,
            DefKind::Enum(def) => &def.generics,
            DefKind::Trait(def) => &def.generics,
            DefKind::Fn(def) => &def.generics,
            DefKind::Global(_) | DefKind::Const(_) | DefKind::ExternType { .. } => &[],
        }
    }

    /// The module that declares a type.
    pub fn home_of(&self, ty: Ty) -> Option<ModuleId> {
        match ty.kind() {
            TyKind::Adt(def, _) | TyKind::Any(def, _) => Some(self.def(*def).module),
            _ => None,
        }
    }

    pub fn function(&self, id: DefId) -> &FnDef {
        match &self.def(id).kind {
            DefKind::Fn(function) => function,
            _ => panic!("compiler bug: {id} is not a function"),
        }
    }

    pub(crate) fn stored_body(&self, id: DefId) -> Option<&StoredBody> {
        match &self.def(id).kind {
            DefKind::Fn(function) => function.stored.as_ref(),
            DefKind::Struct(_)
            | DefKind::Enum(_)
            | DefKind::Trait(_)
            | DefKind::Global(_)
            | DefKind::Const(_)
            | DefKind::ExternType { .. } => None,
        }
    }

    pub fn methods(&self, head: &Head, name: &str) -> impl Iterator<Item = DefId> + '_ {
        self.methods
            .get(&(head.clone(), SmolStr::new(name)))
            .into_iter()
            .flatten()
            .copied()
    }

    /// The impls of a trait, in the order in which they were declared.
    pub fn impls(&self, of: DefId) -> impl Iterator<Item = &Arc<TraitImpl>> {
        self.impls.get(&of).into_iter().flatten()
    }

    /// The impl of a trait for a type, and the type arguments of that impl. One whose bounds exclude the type is found only where
    /// there is no other.
    pub fn find_impl(&self, of: DefId, ty: Ty) -> Option<(Arc<TraitImpl>, Vec<Ty>)> {
        let fitting = self.impls(of).filter_map(|found| {
            let mut args = vec![None; found.generics.len()];
            if !fits(found.target, ty, &mut args) {
                return None;
            }
            let args: Option<Vec<Ty>> = args.into_iter().collect();
            Some((found.clone(), args?))
        });
        let mut excluded = None;
        for (found, args) in fitting {
            if !excludes(&found.generics, &args) {
                return Some((found, args));
            }
            excluded = excluded.or(Some((found, args)));
        }
        excluded
    }

    /// A trait of the prelude that the language asks for, by its name.
    pub fn language_trait(&self, name: &str) -> Option<DefId> {
        let found = self.module(ModuleId::PRELUDE).names.get(name).copied();
        found.filter(|def| matches!(self.def(*def).kind, DefKind::Trait(_)))
    }

    /// The built-in bound that a trait of the prelude stands for: `Hash` and `Num` hold for types without an `impl`, too.
    pub fn as_built_in(&self, of: DefId) -> Option<Bound> {
        let found = self.def(of);
        match found.name.as_str() {
            _ if found.module != ModuleId::PRELUDE => None,
            "Hash" => Some(Bound::Hash),
            "Num" => Some(Bound::Num),
            _ => None,
        }
    }

    /// The user's operator for exactly these operand types, with its type arguments.
    pub fn find_operator(&self, symbol: &str, operands: &[Ty]) -> Option<(DefId, Vec<Ty>)> {
        self.operators(symbol).find_map(|def| {
            let function = self.function(def);
            let mut found = vec![None; function.generics.len()];
            let mut pairs = function.params.iter().zip(operands);
            let all_fit = function.params.len() == operands.len()
                && pairs.all(|(param, ty)| fits(param.ty, *ty, &mut found));
            let args: Option<Vec<Ty>> = found.into_iter().collect();
            Some((def, args.filter(|_| all_fit)?))
        })
    }

    /// Whether a bound holds because another one does: it is the same, or asks for it.
    pub fn implies(&self, bound: Bound, wanted: Bound) -> bool {
        if bound == wanted {
            return true;
        }
        let Bound::Trait(def, _) = bound else {
            return false;
        };
        let supers = &self.trait_def(def).supers;
        supers.iter().any(|above| self.implies(*above, wanted))
    }

    /// The methods of this name that traits have, those of redefined traits left out.
    pub fn trait_methods(&self, name: &str) -> impl Iterator<Item = DefId> + '_ {
        let all = self.trait_methods.get(name).into_iter().flatten().copied();
        all.filter(|method| {
            let of = self.function(*method).of_trait;
            of.is_some_and(|of| {
                let found = self.def(of);
                self.module(found.module).names.get(&found.name) == Some(&of)
            })
        })
    }

    pub fn trait_def(&self, id: DefId) -> &TraitDef {
        match &self.def(id).kind {
            DefKind::Trait(found) => found,
            _ => panic!("compiler bug: {id} is not a trait"),
        }
    }

    /// Whether any type has a method of this name.
    pub fn has_method(&self, name: &str) -> bool {
        self.methods.keys().any(|(_, known)| known == name)
    }

    /// Every enum, of any module, that has a variant of this name.
    pub fn enums_with_variant(&self, name: &str) -> impl Iterator<Item = DefId> + '_ {
        self.variants.get(name).into_iter().flatten().copied()
    }

    /// The names of all variants, for suggestions.
    pub fn variant_names(&self) -> Vec<SmolStr> {
        let mut names: Vec<SmolStr> = self.variants.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// The module that was made from a source of this name, if it has been loaded.
    pub fn loaded_module(&self, source_name: &str) -> Option<ModuleId> {
        self.loaded.get(source_name).copied()
    }

    /// The names of all methods for a head, for suggestions.
    pub fn method_names(&self, head: &Head) -> Vec<SmolStr> {
        let known = self.methods.keys();
        known
            .filter(|(of, _)| of == head)
            .map(|(_, name)| name.clone())
            .collect()
    }

    /// Every definition, in no order that means anything.
    pub fn defs(&self) -> impl Iterator<Item = &Arc<Def>> {
        self.defs.values()
    }

    /// What was defined since, in order.
    pub fn added_since(&self, before: &Env) -> impl Iterator<Item = &Arc<Def>> {
        (before.next_def..self.next_def).filter_map(|id| self.defs.get(&DefId::from_u32(id)))
    }

    /// With their symbols.
    pub fn all_operators(&self) -> impl Iterator<Item = (&str, DefId)> {
        let all = self.operators.iter();
        all.flat_map(|(symbol, defs)| defs.iter().map(|def| (symbol.as_str(), *def)))
    }

    pub fn all_impls(&self) -> impl Iterator<Item = &TraitImpl> {
        self.impls.values().flatten().map(|found| &**found)
    }

    /// The methods of this name of any type.
    pub fn methods_named(&self, name: &str) -> impl Iterator<Item = DefId> {
        let found = self.methods.iter().filter(move |((_, of), _)| of == name);
        found.flat_map(|(_, methods)| methods).copied()
    }

    pub fn operators(&self, symbol: &str) -> impl Iterator<Item = DefId> + '_ {
        self.operators.get(symbol).into_iter().flatten().copied()
    }
}

/// Extending. An `Env` that is to be kept is cloned first, which is cheap.
impl Env {
    pub fn fresh_def(&mut self) -> DefId {
        let id = DefId::from_u32(self.next_def);
        self.next_def += 1;
        id
    }

    pub fn fresh_module(&mut self, name: impl Into<SmolStr>) -> ModuleId {
        let id = ModuleId::from_u32(self.next_module);
        self.next_module += 1;
        let scope = ModuleScope {
            name: name.into(),
            ..ModuleScope::default()
        };
        self.modules.insert(id, Arc::new(scope));
        id
    }

    /// Adds or replaces the definition with the id of `def`; names find it only after [`Env::bind_name`].
    pub fn insert(&mut self, def: Def) {
        self.defs.insert(def.id, Arc::new(def));
    }

    /// There is an `extern fn`: what C does from now on may be to call it.
    pub fn allow_callbacks(&mut self) {
        self.calls_back = true;
    }

    /// Whether C may call functions of Sumi.
    pub fn calls_back(&self) -> bool {
        self.calls_back
    }

    /// Takes out a definition that nothing names.
    pub fn remove(&mut self, id: DefId) {
        self.defs.remove(&id);
    }

    pub fn add_variant_name(&mut self, variant: SmolStr, of: DefId) {
        self.variants.entry(variant).or_default().push_back(of);
    }

    /// Sources of the library have names like `<io>`.
    pub fn mark_loaded(&mut self, source_name: SmolStr, module: ModuleId) {
        if source_name.starts_with('<') && source_name.ends_with('>') {
            self.scope_mut(module).is_library = true;
        }
        self.loaded.insert(source_name, module);
    }

    pub fn bind_name(&mut self, module: ModuleId, name: SmolStr, def: DefId) {
        self.scope_mut(module).names.insert(name, def);
    }

    pub fn bind_import(&mut self, module: ModuleId, name: SmolStr, import: Import) {
        self.scope_mut(module).imports.insert(name, import);
    }

    pub fn bind_export(&mut self, module: ModuleId, name: SmolStr, import: Import) {
        self.scope_mut(module).exports.insert(name, import);
    }

    /// `import` of a module: its impls count in `module` from now on, and where `module` itself is imported if it is passed on.
    pub fn use_module(&mut self, module: ModuleId, used: ModuleId, pass_on: bool) {
        let mut all = self.module(used).passed_on.clone();
        all.push_back(used);
        let scope = self.scope_mut(module);
        for each in all {
            if !scope.used.contains(&each) {
                scope.used.push_back(each);
            }
            if pass_on && !scope.passed_on.contains(&each) {
                scope.passed_on.push_back(each);
            }
        }
    }

    pub fn add_method(&mut self, head: Head, name: SmolStr, def: DefId) {
        self.methods.entry((head, name)).or_default().push_back(def);
    }

    /// Puts `new` where `old` was, when a later unit redefines a method.
    pub fn replace_method(&mut self, head: Head, name: SmolStr, old: DefId, new: DefId) {
        let found = self.methods.entry((head, name)).or_default();
        found.retain(|def| *def != old);
        found.push_back(new);
    }

    pub fn add_trait_method(&mut self, name: SmolStr, def: DefId) {
        self.trait_methods.entry(name).or_default().push_back(def);
    }

    /// In place of `old`, the impl that stood at another place of the same module before.
    pub fn add_impl(&mut self, new: TraitImpl, old: Option<Span>) {
        let known = self.impls.entry(new.of).or_default();
        known.retain(|other| Some(other.span) != old);
        known.push_back(Arc::new(new));
    }

    pub fn add_operator(&mut self, symbol: SmolStr, def: DefId) {
        self.operators.entry(symbol).or_default().push_back(def);
    }

    pub fn replace_operator(&mut self, symbol: SmolStr, old: DefId, new: DefId) {
        let found = self.operators.entry(symbol).or_default();
        found.retain(|def| *def != old);
        found.push_back(new);
    }

    pub fn set_body(&mut self, id: DefId, body: Arc<Elaborated>) {
        self.store_body(id, StoredBody::new(body));
    }

    pub(crate) fn store_body(&mut self, id: DefId, body: StoredBody) {
        self.function_mut(id).stored = Some(body);
    }

    /// Fills in what `check` inferred: the result type of a function, the type of a global or of a constant, where it was `None`.
    pub fn set_inferred_type(&mut self, id: DefId, ty: Ty) {
        match &mut self.def_mut(id).kind {
            DefKind::Fn(function) => function.ret = Some(ty),
            DefKind::Global(global) => global.ty = Some(ty),
            DefKind::Const(constant) => constant.ty = Some(ty),
            DefKind::Struct(_)
            | DefKind::Enum(_)
            | DefKind::Trait(_)
            | DefKind::ExternType { .. } => panic!("compiler bug: {id} has no type to infer"),
        }
    }

    /// Fills in the value of a constant, which may then also be a length.
    pub(crate) fn set_literal(&mut self, id: DefId, literal: crate::mir::Const) {
        let DefKind::Const(constant) = &mut self.def_mut(id).kind else {
            panic!("compiler bug: {id} is not a constant");
        };
        if let crate::mir::Const::Int(_, value) = literal {
            constant.int_value = Some(value);
        }
        constant.literal = Some(literal);
    }

    pub(crate) fn set_known(&mut self, id: DefId, value: ConstValue) {
        self.function_mut(id).known = Some(Arc::new(value));
    }

    pub(crate) fn set_projection(&mut self, id: DefId, projected: Projected) {
        self.function_mut(id).projection = Some(projected);
    }

    fn function_mut(&mut self, id: DefId) -> &mut FnDef {
        match &mut self.def_mut(id).kind {
            DefKind::Fn(function) => function,
            _ => panic!("compiler bug: {id} is not a function"),
        }
    }

    fn def_mut(&mut self, id: DefId) -> &mut Def {
        match self.defs.get_mut(&id) {
            Some(def) => Arc::make_mut(def),
            None => panic!("compiler bug: no definition {id}"),
        }
    }

    fn scope_mut(&mut self, id: ModuleId) -> &mut ModuleScope {
        match self.modules.get_mut(&id) {
            Some(scope) => Arc::make_mut(scope),
            None => panic!("compiler bug: no module {id}"),
        }
    }
}

impl Bound {
    /// As it is written.
    pub fn display(self, env: &Env) -> String {
        match self {
            Bound::Eq => "Eq".to_string(),
            Bound::Ord => "Ord".to_string(),
            Bound::Hash => "Hash".to_string(),
            Bound::Show => "Show".to_string(),
            Bound::Num => "Num".to_string(),
            Bound::Int => "Int".to_string(),
            Bound::Float => "Float".to_string(),
            Bound::Trait(def, args) => {
                let shown = args.display(env);
                let shown = shown.trim_start_matches('(').trim_end_matches([')', ',']);
                let name = &env.def(def).name;
                if shown.is_empty() {
                    name.to_string()
                } else {
                    format!("{name}<{shown}>")
                }
            }
        }
    }

    /// With the type arguments in place of the parameters.
    pub fn subst(self, args: &[Ty]) -> Bound {
        match self {
            Bound::Trait(def, own) => Bound::Trait(def, own.subst(args)),
            Bound::Eq
            | Bound::Ord
            | Bound::Hash
            | Bound::Show
            | Bound::Num
            | Bound::Int
            | Bound::Float => self,
        }
    }
}

impl FnDef {
    /// The generic body with drops; `None` before it has been compiled, and for externs.
    pub fn body(&self) -> Option<&Arc<Elaborated>> {
        self.stored.as_ref().map(StoredBody::get)
    }

    /// The result's type, after `check`.
    pub fn result(&self) -> Ty {
        self.ret
            .expect("compiler bug: a result type is read before it was inferred")
    }
}

impl GlobalDef {
    /// The type, after `check`.
    pub fn ty(&self) -> Ty {
        self.ty
            .expect("compiler bug: a global's type is read before it was inferred")
    }
}

impl ConstDef {
    /// The type, after `check`.
    pub fn ty(&self) -> Ty {
        self.ty
            .expect("compiler bug: a constant's type is read before it was inferred")
    }
}

impl TyNames for Env {
    fn name_of(&self, def: DefId) -> String {
        self.try_def(def)
            .map_or_else(|| def.to_string(), |d| d.name.to_string())
    }
}

impl Head {
    pub fn of(ty: Ty) -> Option<Head> {
        Some(match ty.kind() {
            TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char => Head::Scalar(ty),
            TyKind::Str => Head::Str,
            TyKind::Tuple(parts) => Head::Tuple(parts.len()),
            TyKind::Array(_) => Head::Array,
            TyKind::FixedArray(..) => Head::FixedArray,
            TyKind::Adt(def, _) => Head::Adt(*def),
            TyKind::Fn(_) | TyKind::CFn(_) => Head::Fn,
            TyKind::Any(def, _) => Head::Any(*def),
            TyKind::Simd(..) => Head::Simd,
            TyKind::Ptr(_) => Head::Ptr,
            TyKind::CStr => Head::CStr,
            TyKind::Param(..) => Head::Param,
            TyKind::Never | TyKind::Infer(_) | TyKind::Error => return None,
        })
    }
}
