//! Functions of a script as Rust writes their types: `fn(f32, String) -> i64`.

use std::mem::MaybeUninit;

use stdlib::desc::TypeDesc;

use super::{Register, Registers, Take, Value, fit, for_arities};
use crate::entered::Entered;
use crate::trap::Trap;

/// The type of a function of a script: a `fn` pointer type whose parts are [`Value`]s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of a script's function",
    note = "it is written `fn(f32, String) -> i64`: at most eight parameters, each a `sumi::Value` without references, or `Slice<T>`, `SliceMut<T>` or `Mut<T>`; `call` takes `&str` for a `String` and a slice for a `Vec`"
)]
pub trait Signature: 'static {
    /// Its parameters, a tuple.
    type Args: Args;
    /// Its result.
    type Result: Value;
}

/// The arguments of a function of a script, a tuple.
pub trait Args {
    /// What a caller gives.
    type Given<'a>;

    #[doc(hidden)]
    fn asked() -> Vec<AskedParam>;

    /// Calls, in the cheapest way that there is for these types.
    ///
    /// # Safety
    /// `address` is a Sumi function of these types.
    #[doc(hidden)]
    unsafe fn call<R: Value>(
        given: Self::Given<'_>,
        address: usize,
        passing: Passing,
        entered: &Entered<'_>,
    ) -> Result<R::Sumi, Box<Trap>>;

    /// Calls with the arguments made for it.
    ///
    /// # Safety
    /// `address` is a Sumi function of these types, called within a run.
    #[doc(hidden)]
    unsafe fn invoke<R: Value>(given: Self::Given<'_>, address: usize, passing: Passing)
    -> R::Sumi;
}

/// What a host says of a parameter.
#[derive(Clone, Copy)]
pub struct AskedParam {
    /// Its type.
    pub ty: &'static TypeDesc,
    /// Whether what the host has is changed.
    pub is_mut: bool,
    /// Elements of the host, where they are.
    pub is_view: bool,
}

impl AskedParam {
    /// Whether it is used where the host has it.
    pub fn is_lent(&self) -> bool {
        self.is_mut || self.is_view
    }
}

/// What becomes of arguments, a bit for each.
#[derive(Clone, Copy, Default)]
pub struct Passing {
    /// The callee drops it.
    pub(crate) owned: u32,
    /// The callee needs an array of its own.
    pub(crate) copied: u32,
}

macro_rules! arguments {
    ($($param:ident $name:ident $index:tt),*) => {
        impl<Out: Value, $($param: Take),*> Signature for fn($($param),*) -> Out {
            type Args = ($($param,)*);
            type Result = Out;
        }

        impl<$($param: Take),*> Args for ($($param,)*) {
            type Given<'a> = ($($param::Given<'a>,)*);

            fn asked() -> Vec<AskedParam> {
                vec![$($param::asked()),*]
            }

            #[allow(unused_variables, clippy::unused_unit)]
            #[inline(always)]
            unsafe fn call<R: Value>(
                given: Self::Given<'_>, address: usize, passing: Passing, entered: &Entered<'_>
            ) -> Result<R::Sumi, Box<Trap>> {
                // What takes room in the heap may fail, and so is made within the call.
                let is_direct = const {
                    fit(&[<*mut R as Register>::CLASS, $(<$param::Passed as Register>::CLASS),*]) $(&& !$param::HOLDS_BLOCKS)*
                };
                if !is_direct || ($($param::MAY_BE_COPIED ||)* false) && passing.copied != 0 {
                    // SAFETY: the caller's promise.
                    return unsafe { entered.call(|| Self::invoke::<R>(given, address, passing)) };
                }
                // SAFETY: the caller's promise, and as in `invoke`.
                unsafe {
                    let held = ($($param::hold(given.$index),)*);
                    let mut registers = Registers::new();
                    if R::IN_MEMORY {
                        let mut result = MaybeUninit::<R::Sumi>::uninit();
                        registers.push(result.as_mut_ptr());
                        $(registers.push($param::pass(&held.$index));)*
                        entered.call_code(address, &registers)?;
                        Ok(result.assume_init())
                    } else {
                        $(registers.push($param::pass(&held.$index));)*
                        let returned = entered.call_code(address, &registers)?;
                        Ok(R::held(returned.read::<R::Passed>()))
                    }
                }
            }

            #[allow(unused_variables, clippy::unused_unit)]
            unsafe fn invoke<R: Value>(given: Self::Given<'_>, address: usize, passing: Passing) -> R::Sumi {
                // SAFETY: the caller's promise; results in memory are written through the first argument.
                unsafe {
                    let held = ($($param::hold(given.$index),)*);
                    $(let $name = match passing.copied & (1 << $index) {
                        0 => $param::pass(&held.$index),
                        _ => $param::pass_copy(&held.$index),
                    };)*
                    let result = if R::IN_MEMORY {
                        type Code<R, $($param),*> = extern "C" fn(*mut R, $($param),*);
                        let code: Code<R::Sumi, $($param::Passed),*> = std::mem::transmute(address);
                        let mut result = MaybeUninit::<R::Sumi>::uninit();
                        code(result.as_mut_ptr(), $($name),*);
                        result.assume_init()
                    } else {
                        type Code<R, $($param),*> = extern "C" fn($($param),*) -> R;
                        let code: Code<R::Sumi, $($param::Passed),*> = std::mem::transmute(address);
                        code($($name),*)
                    };
                    $(if passing.owned & (1 << $index) == 0 {
                        match passing.copied & (1 << $index) {
                            0 => if $param::HOLDS_BLOCKS { $param::give_up(held.$index) },
                            _ => $param::give_up_copy($name),
                        }
                    })*
                    result
                }
            }
        }
    };
}

for_arities!(arguments);
