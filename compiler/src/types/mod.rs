//! Types: interned, so that equality is pointer equality and a `Ty` is `Copy`.
//!
//! The interner is process-wide and only grows; it holds each distinct type once, so its size is bounded by the
//! programs' types, not by how often they are compiled.

mod display;
mod fits;
mod fold;
mod unify;

use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, OnceLock};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

pub use display::{TyNames, type_args};
pub use fits::fits;
pub use unify::{InferTable, Origin, OriginKind, is_range};

use crate::ids::DefId;

/// An interned type. Compare with `==`; look inside with [`Ty::kind`].
#[derive(Clone, Copy)]
pub struct Ty(&'static Interned);

struct Interned {
    kind: TyKind,
    /// How many types it consists of, itself included and each counted as often as it stands there.
    parts: u32,
}

/// A type may consist of so many types. `(T, T)` of a `(T, T)` of a … has no end that a machine could wait for.
pub const MOST_PARTS: u32 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TyKind {
    Int(IntTy),
    Float(FloatTy),
    Bool,
    Char,
    /// The type of expressions that do not return; unifies with everything.
    Never,
    Str,
    /// `()` is the empty tuple.
    Tuple(Vec<Ty>),
    /// `[T]`
    Array(Ty),
    /// `[T; N]`
    FixedArray(Ty, Len),
    /// A struct, enum, or extern type, with its type arguments. `T?` and `Result<T, E>` are the enums
    /// [`DefId::OPTION`] and [`DefId::RESULT`]; ranges are the struct [`DefId::RANGE`].
    Adt(DefId, Vec<Ty>),
    Fn(FnTy),
    /// `extern fn(A) -> B`: the address of a function with C's convention.
    CFn(FnTy),
    /// `any Trait`, with the trait's type arguments.
    Any(DefId, Vec<Ty>),
    /// `f32x4`: so many lanes of a scalar type; of `bool` it is a mask, `boolx4`.
    Simd(Ty, Len),
    /// `ptr<T>`, for `extern` only.
    Ptr(Ty),
    CStr,
    /// The n-th type parameter of the item being checked (of the `impl` first, then of the function).
    Param(u32, SmolStr),
    /// A type to be inferred; never leaves the checker.
    Infer(InferVar),
    /// Stands for anything after an error was reported; unifies silently.
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IntTy {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FloatTy {
    F32,
    F64,
}

/// The length of a `[T; N]` or the number of lanes of a vector: known, or the n-th generic parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Len {
    Known(u64),
    Param(u32, SmolStr),
    /// A length to be inferred; never leaves the checker.
    Infer(u32),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FnTy {
    pub params: Vec<FnParam>,
    pub ret: Ty,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FnParam {
    pub is_mut: bool,
    pub ty: Ty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InferVar {
    pub index: u32,
    pub kind: InferKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InferKind {
    General,
    /// An integer literal: any numeric type; `i64` by default.
    Int,
    /// A float literal: `f32` or `f64`; `f64` by default.
    Float,
}

impl IntTy {
    pub const ALL: [IntTy; 8] = [
        IntTy::I8,
        IntTy::I16,
        IntTy::I32,
        IntTy::I64,
        IntTy::U8,
        IntTy::U16,
        IntTy::U32,
        IntTy::U64,
    ];

    pub fn bits(self) -> u32 {
        match self {
            IntTy::I8 | IntTy::U8 => 8,
            IntTy::I16 | IntTy::U16 => 16,
            IntTy::I32 | IntTy::U32 => 32,
            IntTy::I64 | IntTy::U64 => 64,
        }
    }

    pub fn is_signed(self) -> bool {
        matches!(self, IntTy::I8 | IntTy::I16 | IntTy::I32 | IntTy::I64)
    }

    pub fn min(self) -> i128 {
        if self.is_signed() {
            -(1i128 << (self.bits() - 1))
        } else {
            0
        }
    }

    pub fn max(self) -> i128 {
        if self.is_signed() {
            (1i128 << (self.bits() - 1)) - 1
        } else {
            (1i128 << self.bits()) - 1
        }
    }

    /// By squaring, wrapping; the exponent is not negative.
    pub fn power(self, base: i128, exponent: i128) -> i128 {
        let (mut result, mut square, mut rest) = (1, base, exponent);
        while rest > 0 {
            if rest & 1 == 1 {
                result = self.wrap(result * square);
            }
            square = self.wrap(square.wrapping_mul(square));
            rest >>= 1;
        }
        result
    }

    /// Brings any value into range by two's complement.
    pub fn wrap(self, value: i128) -> i128 {
        let bits = self.bits();
        let low = value & ((1i128 << bits) - 1);
        if self.is_signed() && low >> (bits - 1) & 1 == 1 {
            low - (1i128 << bits)
        } else {
            low
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            IntTy::I8 => "i8",
            IntTy::I16 => "i16",
            IntTy::I32 => "i32",
            IntTy::I64 => "i64",
            IntTy::U8 => "u8",
            IntTy::U16 => "u16",
            IntTy::U32 => "u32",
            IntTy::U64 => "u64",
        }
    }
}

impl TyKind {
    fn parts(&self) -> u32 {
        let all = |types: &[Ty]| {
            types
                .iter()
                .fold(1, |sum: u32, ty| sum.saturating_add(ty.0.parts))
        };
        match self {
            TyKind::Tuple(types) | TyKind::Adt(_, types) | TyKind::Any(_, types) => all(types),
            TyKind::Array(elem)
            | TyKind::FixedArray(elem, _)
            | TyKind::Simd(elem, _)
            | TyKind::Ptr(elem) => all(&[*elem]),
            TyKind::Fn(function) | TyKind::CFn(function) => function
                .params
                .iter()
                .fold(all(&[function.ret]), |sum, param| {
                    sum.saturating_add(param.ty.0.parts)
                }),
            TyKind::Int(_)
            | TyKind::Float(_)
            | TyKind::Bool
            | TyKind::Char
            | TyKind::Never
            | TyKind::Str
            | TyKind::CStr
            | TyKind::Param(..)
            | TyKind::Infer(_)
            | TyKind::Error => 1,
        }
    }
}

impl FloatTy {
    pub fn name(self) -> &'static str {
        match self {
            FloatTy::F32 => "f32",
            FloatTy::F64 => "f64",
        }
    }
}

fn interner() -> &'static Mutex<FxHashMap<&'static TyKind, Ty>> {
    static INTERNER: OnceLock<Mutex<FxHashMap<&'static TyKind, Ty>>> = OnceLock::new();
    INTERNER.get_or_init(Mutex::default)
}

thread_local! {
    static REFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a type of more than [`MOST_PARTS`] was asked for since the last time that this was. Whoever makes types of types asks, and
/// reports it.
pub fn refused_one() -> bool {
    REFUSED.replace(false)
}

/// By its structure, so that it can go into a snapshot of the library.
impl Serialize for Ty {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.kind().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ty {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Ty, D::Error> {
        TyKind::deserialize(deserializer).map(Ty::new)
    }
}

impl Ty {
    /// The type; of one with too many parts the error type, and then [`refused_one`] says so.
    pub fn new(kind: TyKind) -> Ty {
        let mut known = interner()
            .lock()
            .expect("the type interner is never poisoned");
        if let Some(found) = known.get(&kind) {
            return *found;
        }
        let parts = kind.parts();
        if parts > MOST_PARTS {
            drop(known);
            REFUSED.set(true);
            return Ty::error();
        }
        let kept: &'static Interned = Box::leak(Box::new(Interned { kind, parts }));
        known.insert(&kept.kind, Ty(kept));
        Ty(kept)
    }

    /// How many types it consists of, itself included and each counted as often as it stands there.
    pub fn parts(self) -> u64 {
        u64::from(self.0.parts)
    }

    pub fn kind(self) -> &'static TyKind {
        &self.0.kind
    }

    pub fn int(ty: IntTy) -> Ty {
        Ty::new(TyKind::Int(ty))
    }
    pub fn i64() -> Ty {
        Ty::int(IntTy::I64)
    }
    pub fn u8() -> Ty {
        Ty::int(IntTy::U8)
    }
    pub fn float(ty: FloatTy) -> Ty {
        Ty::new(TyKind::Float(ty))
    }
    pub fn f64() -> Ty {
        Ty::float(FloatTy::F64)
    }
    pub fn bool() -> Ty {
        Ty::new(TyKind::Bool)
    }
    pub fn char() -> Ty {
        Ty::new(TyKind::Char)
    }
    pub fn str() -> Ty {
        Ty::new(TyKind::Str)
    }
    pub fn unit() -> Ty {
        Ty::new(TyKind::Tuple(Vec::new()))
    }
    pub fn never() -> Ty {
        Ty::new(TyKind::Never)
    }
    pub fn error() -> Ty {
        Ty::new(TyKind::Error)
    }
    pub fn array(elem: Ty) -> Ty {
        Ty::new(TyKind::Array(elem))
    }
    /// A vector of so many lanes.
    pub fn simd(elem: Ty, lanes: u64) -> Ty {
        Ty::new(TyKind::Simd(elem, Len::Known(lanes)))
    }
    pub fn tuple(parts: Vec<Ty>) -> Ty {
        Ty::new(TyKind::Tuple(parts))
    }
    pub fn param(index: u32, name: &str) -> Ty {
        Ty::new(TyKind::Param(index, SmolStr::new(name)))
    }
    /// The library's `Error`, the `E` of a `T!`.
    pub fn error_type() -> Ty {
        Ty::new(TyKind::Adt(DefId::ERROR, Vec::new()))
    }
    pub fn option(inner: Ty) -> Ty {
        Ty::new(TyKind::Adt(DefId::OPTION, vec![inner]))
    }
    pub fn result(value: Ty, error: Ty) -> Ty {
        Ty::new(TyKind::Adt(DefId::RESULT, vec![value, error]))
    }
    pub fn map(key: Ty, value: Ty) -> Ty {
        Ty::new(TyKind::Adt(DefId::MAP, vec![key, value]))
    }

    /// An element of the index of a map.
    pub fn map_slot() -> Ty {
        let word = Ty::int(IntTy::U64);
        Ty::tuple(vec![word, word])
    }
    /// An array of a host in place.
    pub fn view(elem: Ty) -> Ty {
        Ty::new(TyKind::Adt(DefId::VIEW, vec![elem]))
    }
    /// The elements' type, of a view.
    pub fn view_of(self) -> Option<Ty> {
        match self.kind() {
            TyKind::Adt(DefId::VIEW, args) => Some(args[0]),
            _ => None,
        }
    }
    pub fn range(elem: Ty) -> Ty {
        Ty::new(TyKind::Adt(DefId::RANGE, vec![elem]))
    }

    pub fn is_unit(self) -> bool {
        matches!(self.kind(), TyKind::Tuple(parts) if parts.is_empty())
    }
    pub fn is_never(self) -> bool {
        matches!(self.kind(), TyKind::Never)
    }
    pub fn is_error(self) -> bool {
        matches!(self.kind(), TyKind::Error)
    }
    pub fn is_int(self) -> bool {
        matches!(self.kind(), TyKind::Int(_))
    }
    pub fn is_float(self) -> bool {
        matches!(self.kind(), TyKind::Float(_))
    }
    pub fn is_numeric(self) -> bool {
        self.is_int() || self.is_float()
    }

    /// The type of the lanes of a vector.
    pub fn lane(self) -> Option<Ty> {
        match self.kind() {
            TyKind::Simd(elem, _) => Some(*elem),
            _ => None,
        }
    }

    /// The `T` of a `T?`.
    pub fn option_of(self) -> Option<Ty> {
        match self.kind() {
            TyKind::Adt(def, args) if *def == DefId::OPTION => Some(args[0]),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Ty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind().fmt(f)
    }
}

impl PartialEq for Ty {
    fn eq(&self, other: &Ty) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Ty {}
impl Hash for Ty {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (std::ptr::from_ref(self.0) as usize).hash(state)
    }
}
