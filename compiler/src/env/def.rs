//! What a definition is: functions, types, traits, variables, constants, and what they consist of.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use smol_str::SmolStr;
use syntax::Span;

use super::{Env, StoredBody};
use crate::ids::{DefId, ModuleId};
use crate::mir::{ConstValue, Elaborated};
use crate::types::{Len, Ty, TyKind};

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
    /// What a type or a global was called before, by `@was`.
    pub was: Option<SmolStr>,
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
    /// The function that a closure is written in; none if it stands in no function.
    pub within: Option<DefId>,
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
    /// What it was called before, by `@was`.
    pub was: Option<SmolStr>,
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
    /// What it was called before, by `@was`.
    pub was: Option<SmolStr>,
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
    /// Of one that is no literal, in a text that is edited: whatever changes when its value may.
    #[serde(skip)]
    pub(crate) print: u128,
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

impl FnDef {
    /// Of a function of this name, whether it makes a value of the type that it belongs to from one of another type: what that type was before a
    /// reload.
    pub fn is_migration(&self, name: &str) -> bool {
        let is_type = |ty: &Ty| matches!(ty.kind(), TyKind::Adt(..));
        name == "migrate"
            && !self.has_self
            && self.generics.is_empty()
            && self.ret == self.self_ty
            && self.ret.as_ref().is_some_and(is_type)
            && self.params.len() == 1
            && is_type(&self.params[0].ty)
            && self.ret != Some(self.params[0].ty)
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
