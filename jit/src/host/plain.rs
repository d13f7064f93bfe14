//! Data that both languages lay out alike.

use stdlib::desc::{Kind, TypeDesc};

use super::Value;

/// A type without heap parts that Rust and Sumi lay out alike: scalars, and structs that derive [`Value`] and are `#[repr(C)]`, enums that
/// are `#[repr(u8)]`. Arrays of these are shared without copying.
///
/// # Safety
/// The layout is that of the Sumi type of this descriptor, and every value that Sumi can make of it is valid in Rust.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not plain: scripts cannot share its bytes",
    note = "a struct is if it derives `sumi::Value` and is `#[repr(C)]`, an enum if it is `#[repr(u8)]`, and all their parts are; without `#[repr]` a type is copied, part by part"
)]
pub unsafe trait Plain: Value<Sumi = Self> + Copy {}

/// A part of a type that derives to be [`Plain`]: something plain itself. Asked for in place of [`Plain`], of which all that it asks for in turn
/// would be missed as well, each by an error of its own.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not plain: scripts cannot share its bytes",
    label = "a part of what `#[repr]` says to have the same bytes in both languages",
    note = "a struct is plain if it derives `sumi::Value` and is `#[repr(C)]`, an enum if it is `#[repr(u8)]`, and all their parts are; without `#[repr]` a type is copied, part by part"
)]
pub trait PlainPart {
    fn desc() -> &'static TypeDesc;
}

impl<T: Plain> PlainPart for T {
    fn desc() -> &'static TypeDesc {
        <T as Value>::desc()
    }
}

/// The parts of [`Value`] that are alike for all plain data.
#[doc(hidden)]
#[macro_export]
macro_rules! plain_value {
    () => {
        type Sumi = Self;
        type Given<'a> = Self;
        const OWNS: bool = false;

        fn lend(&self) -> Self {
            *self
        }
        unsafe fn make(given: Self) -> Self {
            given
        }
        unsafe fn read(held: Self) -> Self {
            held
        }
        unsafe fn release(_: Self) {}
    };
}

macro_rules! scalars {
    ($($rust:ty: $kind:ident $name:literal)*) => {$(
        // SAFETY: the same scalar in both languages.
        unsafe impl Value for $rust {
            crate::plain_value!();
            crate::passed_as_itself!();

            fn desc() -> &'static TypeDesc {
                static DESC: TypeDesc = TypeDesc::plain(Kind::$kind, $name, size_of::<$rust>() as u64);
                &DESC
            }
        }

        // SAFETY: as above.
        unsafe impl Plain for $rust {}

        $crate::copied_param!($rust);
    )*};
}

scalars! {
    i8: I8 "i8" i16: I16 "i16" i32: I32 "i32" i64: I64 "i64"
    u8: U8 "u8" u16: U16 "u16" u32: U32 "u32" u64: U64 "u64"
    f32: F32 "f32" f64: F64 "f64" bool: Bool "bool" char: Char "char" (): Unit "()"
}
