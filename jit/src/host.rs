//! Rust types as Sumi sees them: what a host may pass, get back and share. Plain data has the same layout on both sides; text and
//! arrays are copied on the way.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

use stdlib::desc::{Kind, TypeDesc};
use stdlib::{Block, block, value};

#[doc(hidden)]
pub use stdlib::desc;

/// A type that can be an argument, a result or a global of a script.
///
/// # Safety
/// `Sumi` is what Sumi holds for the type of this name, and the functions make, read and give up such values.
pub unsafe trait HostType: Sized + 'static {
    /// The value as Sumi holds it.
    type Sumi: Copy;
    /// How an argument is passed to a Sumi function: itself, or its address.
    type Passed: Copy;
    /// What a caller gives: `&str` for a `String`, a slice for a `Vec`, else the value.
    type Given<'a>: Copy;
    /// Passed and returned by address.
    const IN_MEMORY: bool;
    /// Sumi's value owns blocks.
    const OWNS: bool;

    fn name() -> Cow<'static, str>;
    fn lend(&self) -> Self::Given<'_>;
    fn passed(held: &Self::Sumi) -> Self::Passed;

    /// # Safety
    /// Within a run, which it may end.
    unsafe fn make(given: Self::Given<'_>) -> Self::Sumi;

    /// A copy.
    ///
    /// # Safety
    /// `held` is a valid value.
    unsafe fn read(held: Self::Sumi) -> Self;

    /// # Safety
    /// Within a run or with the engine's heap entered; `held` is a value that the caller owns.
    unsafe fn release(held: Self::Sumi);
}

/// A type that can stand in an array.
///
/// # Safety
/// The descriptor is that of the type.
pub unsafe trait HostElement: HostType {
    fn desc() -> &'static TypeDesc;
}

/// A type that Rust and Sumi lay out alike.
///
/// # Safety
/// The layout is that of the Sumi type of this name, and every value that Sumi can make of it is valid in Rust.
pub unsafe trait HostPlain: HostElement + Copy {
    const NAME: &'static str;
}

/// The name of a field, and that of its type.
pub type HostField = (&'static str, &'static str);

/// A struct of the host, see [`host_struct!`](crate::host_struct).
pub trait HostStruct: HostPlain {
    /// In order.
    const FIELDS: &'static [HostField];
}

/// The parts of `HostType` that are alike for all plain data.
#[doc(hidden)]
#[macro_export]
macro_rules! plain_host_type {
    ($rust:ty) => {
        type Sumi = $rust;
        type Given<'a> = $rust;
        const OWNS: bool = false;

        fn name() -> ::std::borrow::Cow<'static, str> {
            <$rust as $crate::HostPlain>::NAME.into()
        }
        fn lend(&self) -> $rust {
            *self
        }
        unsafe fn make(given: $rust) -> $rust {
            given
        }
        unsafe fn read(held: $rust) -> $rust {
            held
        }
        unsafe fn release(_: $rust) {}
    };
}

macro_rules! scalars {
    ($($rust:ty: $kind:ident $name:literal)*) => {$(
        // SAFETY: the same scalar in both languages.
        unsafe impl HostType for $rust {
            plain_host_type!($rust);
            type Passed = $rust;
            const IN_MEMORY: bool = false;

            fn passed(held: &$rust) -> $rust {
                *held
            }
        }

        // SAFETY: as above.
        unsafe impl HostElement for $rust {
            fn desc() -> &'static TypeDesc {
                static DESC: TypeDesc = TypeDesc::plain(Kind::$kind, $name, size_of::<$rust>() as u64);
                &DESC
            }
        }

        // SAFETY: as above.
        unsafe impl HostPlain for $rust {
            const NAME: &'static str = $name;
        }
    )*};
}

scalars! {
    i8: I8 "i8" i16: I16 "i16" i32: I32 "i32" i64: I64 "i64"
    u8: U8 "u8" u16: U16 "u16" u32: U32 "u32" u64: U64 "u64"
    f32: F32 "f32" f64: F64 "f64" bool: Bool "bool" char: Char "char" (): Unit "()"
}

/// Declares a struct that host and scripts share:
/// `host_struct! { pub struct Vec2 { pub x: f32, pub y: f32 } }`, then `engine.register_struct::<Vec2>()`.
#[macro_export]
macro_rules! host_struct {
    ($(#[$attribute:meta])* $vis:vis struct $name:ident { $($field_vis:vis $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy)]
        #[repr(C)]
        $vis struct $name { $($field_vis $field: $ty),* }

        // SAFETY: both languages lay structs out as C does, and the fields are alike.
        unsafe impl $crate::HostType for $name {
            $crate::plain_host_type!($name);
            type Passed = *const $name;
            const IN_MEMORY: bool = true;

            fn passed(held: &$name) -> *const $name {
                held
            }
        }

        // SAFETY: as above; plain data needs no more than its size.
        unsafe impl $crate::HostElement for $name {
            fn desc() -> &'static $crate::desc::TypeDesc {
                use $crate::desc::{Kind, TypeDesc};
                static DESC: TypeDesc = {
                    let mut desc =
                        TypeDesc::plain(Kind::Struct, stringify!($name), size_of::<$name>() as u64);
                    desc.align = align_of::<$name>() as u64;
                    desc
                };
                &DESC
            }
        }

        // SAFETY: as above.
        unsafe impl $crate::HostPlain for $name {
            const NAME: &'static str = stringify!($name);
        }

        impl $crate::HostStruct for $name {
            const FIELDS: &'static [$crate::HostField] =
                &[$((stringify!($field), <$ty as $crate::HostPlain>::NAME)),*];
        }
    };
}

// SAFETY: a `str` is a block of bytes that are UTF-8.
unsafe impl HostType for String {
    type Sumi = *mut Block;
    type Passed = *mut Block;
    type Given<'a> = &'a str;
    const IN_MEMORY: bool = false;
    const OWNS: bool = true;

    fn name() -> Cow<'static, str> {
        "str".into()
    }
    fn lend(&self) -> &str {
        self
    }
    fn passed(held: &*mut Block) -> *mut Block {
        *held
    }
    unsafe fn make(given: &str) -> *mut Block {
        // SAFETY: the caller's promise.
        unsafe { value::new_str(given) }
    }
    unsafe fn read(held: *mut Block) -> String {
        // SAFETY: the caller's promise.
        unsafe { block::text(held).to_owned() }
    }
    unsafe fn release(held: *mut Block) {
        // SAFETY: the caller's promise.
        unsafe { value::release_block(held) }
    }
}

// SAFETY: the runtime's own descriptor of `str`.
unsafe impl HostElement for String {
    fn desc() -> &'static TypeDesc {
        &desc::STR
    }
}

// SAFETY: an array is a block of its elements.
unsafe impl<T: HostElement> HostType for Vec<T> {
    type Sumi = *mut Block;
    type Passed = *mut Block;
    type Given<'a> = &'a [T];
    const IN_MEMORY: bool = false;
    const OWNS: bool = true;

    fn name() -> Cow<'static, str> {
        format!("[{}]", T::name()).into()
    }
    fn lend(&self) -> &[T] {
        self
    }
    fn passed(held: &*mut Block) -> *mut Block {
        *held
    }
    unsafe fn make(given: &[T]) -> *mut Block {
        let fill = |index: usize, place: *mut u8| {
            // SAFETY: the place is as large as an element.
            unsafe { place.cast::<T::Sumi>().write(T::make(given[index].lend())) }
        };
        // SAFETY: the caller's promise.
        unsafe { value::new_array(T::desc(), given.len(), fill) }
    }
    unsafe fn read(held: *mut Block) -> Vec<T> {
        // SAFETY: the block holds `len` valid elements.
        unsafe {
            let first = block::elements(held).cast::<T::Sumi>();
            let len = (*held).len as usize;
            (0..len).map(|at| T::read(first.add(at).read())).collect()
        }
    }
    unsafe fn release(held: *mut Block) {
        // SAFETY: the caller's promise.
        unsafe { value::release_block(held) }
    }
}

// SAFETY: a pointer to a block of the elements.
unsafe impl<T: HostElement> HostElement for Vec<T> {
    fn desc() -> &'static TypeDesc {
        /// One for each type that occurs, since a static cannot depend on a parameter.
        static MADE: Mutex<BTreeMap<TypeId, &'static TypeDesc>> = Mutex::new(BTreeMap::new());
        let elem = T::desc(); // may take the lock itself
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(TypeId::of::<T>()).or_insert_with(|| {
            let name = <Self as HostType>::name().into_owned().leak();
            Box::leak(Box::new(TypeDesc::pointer(Kind::Array, name, elem)))
        })
    }
}

/// The arguments of a function of a script, a tuple.
pub trait Args {
    /// What a caller gives.
    type Given<'a>: Copy;

    fn types() -> Vec<Cow<'static, str>>;

    /// Calls with the arguments made for it. Bit `n` of `owned` is set if the callee drops the `n`th.
    ///
    /// # Safety
    /// `address` is a Sumi function of these types, called within a run.
    unsafe fn invoke<R: HostType>(given: Self::Given<'_>, address: usize, owned: u32) -> R::Sumi;
}

/// As Sumi writes the type of a function.
pub(crate) fn signature<A: Args, R: HostType>() -> String {
    written(&A::types(), &R::name())
}

pub(crate) fn written(params: &[Cow<'static, str>], result: &str) -> String {
    let arrow = if result == "()" {
        String::new()
    } else {
        format!(" -> {result}")
    };
    format!("fn({}){arrow}", params.join(", "))
}

macro_rules! arguments {
    ($($param:ident $index:tt),*) => {
        impl<$($param: HostType),*> Args for ($($param,)*) {
            type Given<'a> = ($($param::Given<'a>,)*);

            fn types() -> Vec<Cow<'static, str>> {
                vec![$($param::name()),*]
            }

            #[allow(unused_variables, clippy::unused_unit)]
            unsafe fn invoke<R: HostType>(given: Self::Given<'_>, address: usize, owned: u32) -> R::Sumi {
                // SAFETY: the caller's promise; results in memory are written through the first argument.
                unsafe {
                    let held = ($($param::make(given.$index),)*);
                    let result = if R::IN_MEMORY {
                        type Code<R, $($param),*> = extern "C" fn(*mut R, $($param),*);
                        let code: Code<R::Sumi, $($param::Passed),*> = std::mem::transmute(address);
                        let mut result = MaybeUninit::<R::Sumi>::uninit();
                        code(result.as_mut_ptr(), $($param::passed(&held.$index)),*);
                        result.assume_init()
                    } else {
                        type Code<R, $($param),*> = extern "C" fn($($param),*) -> R;
                        let code: Code<R::Sumi, $($param::Passed),*> = std::mem::transmute(address);
                        code($($param::passed(&held.$index)),*)
                    };
                    $(if $param::OWNS && owned & (1 << $index) == 0 {
                        $param::release(held.$index);
                    })*
                    result
                }
            }
        }
    };
}

arguments!();
arguments!(A 0);
arguments!(A 0, B 1);
arguments!(A 0, B 1, C 2);
arguments!(A 0, B 1, C 2, D 3);
arguments!(A 0, B 1, C 2, D 3, E 4);
arguments!(A 0, B 1, C 2, D 3, E 4, F 5);
