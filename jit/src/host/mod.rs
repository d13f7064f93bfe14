//! Rust types as Sumi sees them: what a host may pass, get back and share, and what it offers to scripts.
//!
//! A value that is [`Plain`] has the same bytes on both sides. Any other is copied on the way, part by part: `make` builds Sumi's value
//! from Rust's, `read` Rust's from Sumi's. Both sides describe a type by a [`TypeDesc`], and by these descriptors what a host says of
//! a script's functions and variables is compared with what they are.

mod bitcode;
pub(crate) mod fits;
mod function;
mod module;
mod object;
mod plain;
mod register;
pub(crate) mod registers;
mod signature;
mod symbol;
mod take;
pub(crate) mod types;
pub mod untyped;
mod values;

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use stdlib::desc::TypeDesc;

pub(crate) use function::HostCode;
pub use function::{HostFunction, HostResult, IntoHost, Param};
pub(crate) use module::HostTypes;
pub use module::{Exported, HostModule};
pub use object::{Handle, Object};
pub use plain::{Plain, PlainPart};
pub use register::{Class, Register};
pub(crate) use register::{Registers, Returned, fit};
pub(crate) use signature::Passing;
pub use signature::{Args, AskedParam, Signature};
pub(crate) use symbol::{HostSymbol, HostSymbols, NotOffered};
pub(crate) use take::View;
pub use take::{Mut, Slice, SliceMut, Take};
#[doc(hidden)]
pub use values::{DescField, enum_desc, struct_desc};

/// Hands a macro the parameters of functions of all lengths that there are: for each a type, a name and a position.
macro_rules! for_arities {
    ($each:ident) => {
        $each!();
        $each!(A a 0);
        $each!(A a 0, B b 1);
        $each!(A a 0, B b 1, C c 2);
        $each!(A a 0, B b 1, C c 2, D d 3);
        $each!(A a 0, B b 1, C c 2, D d 3, E e 4);
        $each!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5);
        $each!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6);
        $each!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7);
    };
}
pub(crate) use for_arities;

/// A type that can be an argument, a result or a variable of a script. `#[derive(sumi::Value)]` makes one of a struct or an enum.
///
/// # Safety
/// `Sumi` is laid out as `desc` says, and the functions make, read and give up such values.
#[diagnostic::on_unimplemented(
    message = "scripts have no type for `{Self}`",
    note = "`#[derive(sumi::Value)]` makes one of a struct or an enum; what is to stay in Rust is a `sumi::Handle` of a type with `#[derive(sumi::Object)]`"
)]
pub unsafe trait Value: Sized + 'static {
    /// The value as Sumi holds it.
    #[doc(hidden)]
    type Sumi: Copy;
    /// How it is passed to a function: itself, or its address.
    #[doc(hidden)]
    type Passed: Register;
    /// What a caller gives: `&str` for a `String`, a slice for a `Vec`, a reference to a struct that is not [`Plain`], else the value.
    type Given<'a>: Copy;
    /// Passed and returned by address.
    #[doc(hidden)]
    const IN_MEMORY: bool;
    /// Sumi's value owns blocks.
    #[doc(hidden)]
    const OWNS: bool;

    /// What both sides know of the type.
    #[doc(hidden)]
    fn desc() -> &'static TypeDesc;
    /// What a caller gives who has it.
    #[doc(hidden)]
    fn lend(&self) -> Self::Given<'_>;
    #[doc(hidden)]
    fn passed(held: &Self::Sumi) -> Self::Passed;

    /// # Safety
    /// `passed` is how a valid value is passed.
    #[doc(hidden)]
    unsafe fn held(passed: Self::Passed) -> Self::Sumi;

    /// # Safety
    /// Within a run, which it may end.
    #[doc(hidden)]
    unsafe fn make(given: Self::Given<'_>) -> Self::Sumi;

    /// A copy.
    ///
    /// # Safety
    /// `held` is a valid value.
    #[doc(hidden)]
    unsafe fn read(held: Self::Sumi) -> Self;

    /// # Safety
    /// Within a run or with the engine's heap entered; `held` is a value that the caller owns.
    #[doc(hidden)]
    unsafe fn release(held: Self::Sumi);
}

/// The parts of [`Value`] that are alike for all that is passed as itself.
#[doc(hidden)]
#[macro_export]
macro_rules! passed_as_itself {
    () => {
        type Passed = Self::Sumi;
        const IN_MEMORY: bool = false;

        fn passed(held: &Self::Sumi) -> Self::Sumi {
            *held
        }
        unsafe fn held(passed: Self::Sumi) -> Self::Sumi {
            passed
        }
    };
}

/// As `passed_as_itself`, by address.
#[doc(hidden)]
#[macro_export]
macro_rules! passed_by_address {
    () => {
        type Passed = *const Self::Sumi;
        const IN_MEMORY: bool = true;

        fn passed(held: &Self::Sumi) -> *const Self::Sumi {
            held
        }
        unsafe fn held(passed: *const Self::Sumi) -> Self::Sumi {
            // SAFETY: the caller's promise.
            unsafe { passed.read() }
        }
    };
}

/// The descriptor of a type that is put together from those of its parts; made once.
#[doc(hidden)]
pub fn described<T: 'static>(make: impl FnOnce() -> TypeDesc) -> &'static TypeDesc {
    static MADE: Mutex<BTreeMap<TypeId, &'static TypeDesc>> = Mutex::new(BTreeMap::new());
    let id = TypeId::of::<T>();
    let known = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known().get(&id) {
        return found;
    }
    let desc = make(); // asks for those of its parts, which may not be there yet
    known()
        .entry(id)
        .or_insert_with(|| Box::leak(Box::new(desc)))
}
