//! Rust functions that scripts call. They are called by Sumi's own convention, arguments borrowed, with a pointer of the host before the
//! arguments: the closure. A panic becomes a runtime error of the script.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use codegen::Bitcode;
use stdlib::desc::TypeDesc;
use stdlib::{Block, block, value};

use super::{Plain, Value, for_arities};
use crate::trap::{TrapKind, raise_message};

/// A parameter of a function that a host offers: a [`Value`] as a copy; `&str` and a slice of [`Plain`] values for as long as the call;
/// `&mut T` and `&mut [T]` of such, which scripts write as `mut`.
#[diagnostic::on_unimplemented(
    message = "scripts cannot pass a `{Self}`",
    note = "a parameter is a `sumi::Value`, `&str`, `&[T]`, `&mut T` or `&mut [T]` of plain `T`, or `&T` of a type with `#[derive(sumi::Object)]`"
)]
pub trait Param {
    #[doc(hidden)]
    type Passed: Copy;
    #[doc(hidden)]
    const IS_MUT: bool = false;

    #[doc(hidden)]
    fn ty() -> &'static TypeDesc;

    /// # Safety
    /// `passed` is what Sumi passes for this type; the result is used during the call only.
    #[doc(hidden)]
    unsafe fn receive(passed: Self::Passed) -> Self;
}

/// A [`Value`] as a parameter is a copy.
#[doc(hidden)]
#[macro_export]
macro_rules! copied_param {
    ([$($generics:tt)*] $ty:ty) => {
        $crate::copied_param!(where {} [$($generics)*] $ty);
    };
    (where {$($bounds:tt)*} [$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> $crate::Param for $ty where $($bounds)* {
            type Passed = <$ty as $crate::Value>::Passed;

            fn ty() -> &'static $crate::desc::TypeDesc {
                <$ty as $crate::Value>::desc()
            }
            unsafe fn receive(passed: Self::Passed) -> Self {
                // SAFETY: the caller's promise.
                unsafe { <$ty as $crate::Value>::read(<$ty as $crate::Value>::held(passed)) }
            }
        }
    };
    ($ty:ty) => {
        $crate::copied_param!([] $ty);
    };
}

impl Param for &str {
    type Passed = *mut Block;

    fn ty() -> &'static TypeDesc {
        String::desc()
    }
    unsafe fn receive(passed: *mut Block) -> Self {
        // SAFETY: the block of a text, which the script holds until the call is over.
        unsafe { block::text(passed) }
    }
}

impl<T: Plain> Param for &[T] {
    type Passed = *mut Block;

    fn ty() -> &'static TypeDesc {
        Vec::<T>::desc()
    }
    unsafe fn receive(passed: *mut Block) -> Self {
        // SAFETY: the block of an array of this type, which the script holds until the call is over. Both lay its elements out alike.
        unsafe {
            let first = block::elements(passed).cast::<T>();
            std::slice::from_raw_parts(first, (*passed).len as usize)
        }
    }
}

impl<T: Plain> Param for &mut T {
    type Passed = *mut T;
    const IS_MUT: bool = true;

    fn ty() -> &'static TypeDesc {
        T::desc()
    }
    unsafe fn receive(passed: *mut T) -> Self {
        // SAFETY: the place is the host's alone until the call is over.
        unsafe { &mut *passed }
    }
}

impl<T: Plain> Param for &mut [T] {
    type Passed = *mut *mut Block;
    const IS_MUT: bool = true;

    fn ty() -> &'static TypeDesc {
        Vec::<T>::desc()
    }
    unsafe fn receive(passed: *mut *mut Block) -> Self {
        // SAFETY: as above; from here on the block has no other owner.
        unsafe {
            let own = value::unique_array(T::desc(), passed);
            let first = block::elements(own).cast::<T>();
            std::slice::from_raw_parts_mut(first, (*own).len as usize)
        }
    }
}

/// What a function of a host gives: a [`Value`], or a `Result` of it whose error becomes a runtime error of the script.
#[diagnostic::on_unimplemented(
    message = "scripts cannot be given a `{Self}`",
    note = "a function of a host gives a `sumi::Value`, or a `Result` of one; what is to stay in Rust is given as `sumi::Handle::new(…)`"
)]
pub trait HostResult {
    #[doc(hidden)]
    type Value: Value;

    #[doc(hidden)]
    fn outcome(self) -> Result<Self::Value, String>;
}

impl<T: Value> HostResult for T {
    type Value = T;

    fn outcome(self) -> Result<T, String> {
        Ok(self)
    }
}

impl<T: Value, E: Display> HostResult for Result<T, E> {
    type Value = T;

    fn outcome(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

/// A function or closure with all that it takes to call it from a script.
#[derive(Clone)]
pub struct HostFunction {
    pub(crate) code: HostCode,
    pub(crate) params: Vec<HostParam>,
    pub(crate) result: &'static TypeDesc,
}

#[derive(Clone, Copy)]
pub(crate) struct HostParam {
    pub(crate) is_mut: bool,
    pub(crate) ty: &'static TypeDesc,
}

/// How it is called.
#[derive(Clone)]
pub(crate) enum HostCode {
    /// With the address of the closure before the arguments.
    Closure {
        address: usize,
        closure: Rc<dyn Any>,
    },
    /// As a function of C, by this symbol.
    Bitcode {
        bitcode: Rc<Bitcode>,
        symbol: String,
    },
}

/// A function or closure that can be offered to scripts. `Signature` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be offered to scripts",
    note = "it has to be a function or a `'static` closure (`Fn`) of at most eight parameters that scripts can pass, and of a result that they can be given"
)]
pub trait IntoHost<Signature> {
    /// With all that it takes to call it.
    fn into_host(self) -> HostFunction;
}

/// Ends the run with the error or the panic of a function of the host.
fn finish<T>(body: impl FnOnce() -> Result<T, String>) -> T {
    let message = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(message)) => message,
        Err(panic) => format!("a function of the host panicked: {}", text_of(&*panic)),
    };
    // SAFETY: called from a function of the host, so within a run, and nothing is held but the message, which is moved.
    unsafe { raise_message(TrapKind::Panic, message) }
}

pub(super) fn text_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "no message",
    }
}

/// Calls the closure and makes Sumi's value of what it gives.
///
/// # Safety
/// Called from a script.
unsafe fn answer<Out: HostResult>(body: impl FnOnce() -> Out) -> <Out::Value as Value>::Sumi {
    let value = finish(|| body().outcome());
    // SAFETY: within a run. If the memory limit ends it here, what was made is swept and only the host's own copy is lost.
    unsafe { <Out::Value as Value>::make(value.lend()) }
}

macro_rules! functions {
    ($($param:ident $name:ident $index:tt),*) => {
        impl<Code, Out, $($param),*> IntoHost<(Out, $($param,)*)> for Code
        where
            Code: Fn($($param),*) -> Out + 'static,
            Out: HostResult,
            $($param: Param,)*
        {
            fn into_host(self) -> HostFunction {
                extern "C" fn by_value<Code, Out, $($param),*>(
                    code: *const Code, $($name: $param::Passed),*
                ) -> <Out::Value as Value>::Sumi
                where
                    Code: Fn($($param),*) -> Out + 'static,
                    Out: HostResult,
                    $($param: Param,)*
                {
                    // SAFETY: the closure lives as long as the engine, and Sumi passes what the signature says.
                    unsafe { answer(|| (*code)($($param::receive($name)),*)) }
                }
                extern "C" fn in_memory<Code, Out, $($param),*>(
                    result: *mut <Out::Value as Value>::Sumi, code: *const Code, $($name: $param::Passed),*
                )
                where
                    Code: Fn($($param),*) -> Out + 'static,
                    Out: HostResult,
                    $($param: Param,)*
                {
                    // SAFETY: as above; the result has a place.
                    unsafe { result.write(answer(|| (*code)($($param::receive($name)),*))) }
                }
                let address = match <Out::Value as Value>::IN_MEMORY {
                    true => in_memory::<Code, Out, $($param),*> as *const () as usize,
                    false => by_value::<Code, Out, $($param),*> as *const () as usize,
                };
                HostFunction {
                    code: HostCode::Closure {
                        address,
                        closure: Rc::new(self),
                    },
                    params: vec![$(HostParam { is_mut: $param::IS_MUT, ty: $param::ty() }),*],
                    result: <Out::Value as Value>::desc(),
                }
            }
        }
    };
}

for_arities!(functions);
