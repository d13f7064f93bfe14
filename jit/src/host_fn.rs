//! Rust functions that scripts call through `extern host`. Plain data travels as C has it; text and arrays are the block itself,
//! borrowed as an argument and owned as a result. A panic becomes a runtime error of the script.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use stdlib::{Block, block};

use crate::host::{HostPlain, HostType, written};
use crate::trap::{TrapKind, raise_message};

/// A parameter of a host function: plain data, `&str` or a slice of plain data for as long as the call, `String` or `Vec` as a copy.
pub trait HostParam {
    type Passed: Copy;

    fn name() -> Cow<'static, str>;

    /// # Safety
    /// `passed` is what Sumi passes for this type; the result is used during the call only.
    unsafe fn receive(passed: Self::Passed) -> Self;
}

impl<T: HostType> HostParam for T {
    type Passed = T::Sumi;

    fn name() -> Cow<'static, str> {
        T::name()
    }
    unsafe fn receive(passed: T::Sumi) -> T {
        // SAFETY: the caller's promise.
        unsafe { T::read(passed) }
    }
}

impl HostParam for &str {
    type Passed = *mut Block;

    fn name() -> Cow<'static, str> {
        "str".into()
    }
    unsafe fn receive(passed: *mut Block) -> Self {
        // SAFETY: the block of a text, which the script holds until the call is over.
        unsafe { block::text(passed) }
    }
}

impl<T: HostPlain> HostParam for &[T] {
    type Passed = *mut Block;

    fn name() -> Cow<'static, str> {
        <Vec<T> as HostType>::name()
    }
    unsafe fn receive(passed: *mut Block) -> Self {
        // SAFETY: the block of an array of this type, which the script holds until the call is over. Both lay its elements out alike.
        unsafe {
            let first = block::elements(passed).cast::<T>();
            std::slice::from_raw_parts(first, (*passed).len as usize)
        }
    }
}

/// What a host function gives: what a script can hold, or a `Result` of it whose error becomes a runtime error.
pub trait HostResult {
    type Value: HostType;

    fn outcome(self) -> Result<Self::Value, String>;
}

impl<T: HostType> HostResult for T {
    type Value = T;

    fn outcome(self) -> Result<T, String> {
        Ok(self)
    }
}

impl<T: HostType, E: Display> HostResult for Result<T, E> {
    type Value = T;

    fn outcome(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

/// A function, or a closure that captures nothing, that can be registered.
pub trait HostFn<Signature> {
    fn address() -> usize;
    fn signature() -> String;
}

/// Ends the run with the error or the panic of a host function.
fn finish<T>(body: impl FnOnce() -> Result<T, String>) -> T {
    let message = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(message)) => message,
        Err(panic) => format!("a function of the host panicked: {}", text_of(&*panic)),
    };
    // SAFETY: called from a function of the host, so within a run, and nothing is held but the message, which is moved.
    unsafe { raise_message(TrapKind::Panic, message) }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "no message",
    }
}

macro_rules! functions {
    ($($param:ident $name:ident),*) => {
        impl<Code, Out, $($param),*> HostFn<(Out, $($param,)*)> for Code
        where
            Code: Fn($($param),*) -> Out + 'static,
            Out: HostResult,
            $($param: HostParam,)*
        {
            fn address() -> usize {
                extern "C" fn enter<Code, Out, $($param),*>(
                    $($name: $param::Passed),*
                ) -> <Out::Value as HostType>::Sumi
                where
                    Code: Fn($($param),*) -> Out + 'static,
                    Out: HostResult,
                    $($param: HostParam,)*
                {
                    // SAFETY: a value without bytes stands anywhere; Sumi passes what the signature says.
                    let value = finish(|| unsafe {
                        let code = std::ptr::NonNull::<Code>::dangling();
                        code.as_ref()($($param::receive($name)),*).outcome()
                    });
                    // SAFETY: called from a script, so within a run. If the memory limit ends the run here, what was made is swept
                    // and only the host's own copy is lost.
                    unsafe { <Out::Value as HostType>::make(value.lend()) }
                }
                const {
                    assert!(
                        size_of::<Code>() == 0,
                        "a host function is a `fn` or a closure that captures nothing"
                    )
                };
                enter::<Code, Out, $($param),*> as *const () as usize
            }

            fn signature() -> String {
                written(&[$($param::name()),*], &<Out::Value as HostType>::name())
            }
        }
    };
}

functions!();
functions!(A a);
functions!(A a, B b);
functions!(A a, B b, C c);
functions!(A a, B b, C c, D d);
functions!(A a, B b, C c, D d, E e);
functions!(A a, B b, C c, D d, E e, F f);
