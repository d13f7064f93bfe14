//! Rust types as Sumi sees them: what a host may pass, return and share. All of them are plain data of the same layout.

use std::mem::MaybeUninit;

/// A type that Rust and Sumi lay out alike.
///
/// # Safety
/// The layout is that of the Sumi type of this name, and every value that Sumi can make of it is valid in Rust.
pub unsafe trait HostType: Copy + 'static {
    /// How an argument is passed to a Sumi function: itself, or its address.
    type Passed: Copy;
    /// Passed and returned by address.
    const IN_MEMORY: bool;

    fn name() -> &'static str;
    fn passed(&self) -> Self::Passed;
}

/// The name of a field, and that of its type.
pub type HostField = (&'static str, fn() -> &'static str);

/// A struct of the host, see [`host_struct!`](crate::host_struct).
pub trait HostStruct: HostType {
    /// In order.
    const FIELDS: &'static [HostField];
}

macro_rules! scalars {
    ($($rust:ty: $name:literal)*) => {$(
        // SAFETY: the same scalar in both languages.
        unsafe impl HostType for $rust {
            type Passed = $rust;
            const IN_MEMORY: bool = false;

            fn name() -> &'static str {
                $name
            }
            fn passed(&self) -> $rust {
                *self
            }
        }
    )*};
}

scalars! {
    i8: "i8" i16: "i16" i32: "i32" i64: "i64"
    u8: "u8" u16: "u16" u32: "u32" u64: "u64"
    f32: "f32" f64: "f64" bool: "bool" char: "char" (): "()"
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
            type Passed = *const $name;
            const IN_MEMORY: bool = true;

            fn name() -> &'static str {
                stringify!($name)
            }
            fn passed(&self) -> *const $name {
                self
            }
        }

        impl $crate::HostStruct for $name {
            const FIELDS: &'static [$crate::HostField] =
                &[$((stringify!($field), <$ty as $crate::HostType>::name)),*];
        }
    };
}

/// A function pointer that can be registered: `extern "C"`, of host types. It must not panic; to fail, see [`crate::trap::raise_message`].
pub trait HostFn {
    fn address(&self) -> usize;
    fn signature() -> String;
}

/// The arguments of a function of a script, a tuple.
pub trait Args {
    fn types() -> Vec<&'static str>;

    /// # Safety
    /// `address` is a Sumi function of these types, called within a run.
    unsafe fn invoke<R: HostType>(&self, address: usize) -> R;
}

/// As Sumi writes the type of a function.
pub(crate) fn signature<A: Args, R: HostType>() -> String {
    written(&A::types(), R::name())
}

fn written(params: &[&str], result: &str) -> String {
    let arrow = if result == "()" {
        String::new()
    } else {
        format!(" -> {result}")
    };
    format!("fn({}){arrow}", params.join(", "))
}

macro_rules! functions {
    ($($param:ident $index:tt),*) => {
        impl<$($param: HostType,)* R: HostType> HostFn for extern "C" fn($($param),*) -> R {
            fn address(&self) -> usize {
                *self as usize
            }
            fn signature() -> String {
                written(&[$($param::name()),*], R::name())
            }
        }

        impl<$($param: HostType),*> Args for ($($param,)*) {
            fn types() -> Vec<&'static str> {
                vec![$($param::name()),*]
            }

            unsafe fn invoke<R: HostType>(&self, address: usize) -> R {
                // SAFETY: the caller's promise; results in memory are written through the first argument.
                unsafe {
                    if R::IN_MEMORY {
                        type Code<R, $($param),*> = extern "C" fn(*mut R, $($param),*);
                        let code: Code<R, $($param::Passed),*> = std::mem::transmute(address);
                        let mut result = MaybeUninit::<R>::uninit();
                        code(result.as_mut_ptr(), $(self.$index.passed()),*);
                        result.assume_init()
                    } else {
                        type Code<R, $($param),*> = extern "C" fn($($param),*) -> R;
                        let code: Code<R, $($param::Passed),*> = std::mem::transmute(address);
                        code($(self.$index.passed()),*)
                    }
                }
            }
        }
    };
}

functions!();
functions!(A 0);
functions!(A 0, B 1);
functions!(A 0, B 1, C 2);
functions!(A 0, B 1, C 2, D 3);
functions!(A 0, B 1, C 2, D 3, E 4);
functions!(A 0, B 1, C 2, D 3, E 4, F 5);
