//! Functions of a script as Rust writes their types: `fn(f32, String) -> i64`.

use std::mem::MaybeUninit;

use stdlib::desc::TypeDesc;

use super::{Register, Registers, Value, fit, for_arities};
use crate::entered::Entered;
use crate::trap::Trap;

/// The type of a function of a script: a `fn` pointer type whose parts are [`Value`]s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of a script's function",
    note = "it is written `fn(f32, String) -> i64`: at most eight parameters, each a `sumi::Value` without references; `call` takes `&str` for a `String` and a slice for a `Vec`"
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
    type Given<'a>: Copy;

    #[doc(hidden)]
    fn descs() -> Vec<&'static TypeDesc>;

    /// Calls, in the cheapest way that there is for these types. Bit `n` of `owned` is set if the callee drops the `n`th argument.
    ///
    /// # Safety
    /// `address` is a Sumi function of these types.
    #[doc(hidden)]
    unsafe fn call<R: Value>(
        given: Self::Given<'_>,
        address: usize,
        owned: u32,
        entered: &Entered<'_>,
    ) -> Result<R::Sumi, Box<Trap>>;

    /// Calls with the arguments made for it. Bit `n` of `owned` is set if the callee drops the `n`th.
    ///
    /// # Safety
    /// `address` is a Sumi function of these types, called within a run.
    #[doc(hidden)]
    unsafe fn invoke<R: Value>(given: Self::Given<'_>, address: usize, owned: u32) -> R::Sumi;
}

macro_rules! arguments {
    ($($param:ident $name:ident $index:tt),*) => {
        impl<Out: Value, $($param: Value),*> Signature for fn($($param),*) -> Out {
            type Args = ($($param,)*);
            type Result = Out;
        }

        impl<$($param: Value),*> Args for ($($param,)*) {
            type Given<'a> = ($($param::Given<'a>,)*);

            fn descs() -> Vec<&'static TypeDesc> {
                vec![$($param::desc()),*]
            }

            #[allow(unused_variables, clippy::unused_unit)]
            #[inline(always)]
            unsafe fn call<R: Value>(
                given: Self::Given<'_>, address: usize, owned: u32, entered: &Entered<'_>
            ) -> Result<R::Sumi, Box<Trap>> {
                // What takes room in the heap may fail, and so is made within the call.
                let is_direct = const {
                    fit(&[<*mut R as Register>::CLASS, $(<$param::Passed as Register>::CLASS),*]) $(&& !$param::OWNS)*
                };
                if !is_direct {
                    // SAFETY: the caller's promise.
                    return unsafe { entered.call(|| Self::invoke::<R>(given, address, owned)) };
                }
                // SAFETY: the caller's promise, and as in `invoke`.
                unsafe {
                    let held = ($($param::make(given.$index),)*);
                    let mut registers = Registers::new();
                    if R::IN_MEMORY {
                        let mut result = MaybeUninit::<R::Sumi>::uninit();
                        registers.push(result.as_mut_ptr());
                        $(registers.push($param::passed(&held.$index));)*
                        entered.call_code(address, &registers)?;
                        Ok(result.assume_init())
                    } else {
                        $(registers.push($param::passed(&held.$index));)*
                        let returned = entered.call_code(address, &registers)?;
                        Ok(R::held(returned.read::<R::Passed>()))
                    }
                }
            }

            #[allow(unused_variables, clippy::unused_unit)]
            unsafe fn invoke<R: Value>(given: Self::Given<'_>, address: usize, owned: u32) -> R::Sumi {
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

for_arities!(arguments);
